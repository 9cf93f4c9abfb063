"""Publishers' own markup. Invariant: an address that a frame or an element of an embed holds is found as its platform's
post, whatever the platform and the attribute; the same address on a button, in a feed or in prose is not."""

from __future__ import annotations

import html as entities
from urllib.parse import quote

import pytest

from archiver.detect import find
from archiver.model import Article, Mention
from archiver.platforms import platforms
from archiver.platforms.base import Platform

ID = "1590173336165216257"
URL = f"https://twitter.com/ana_example/status/{ID}"
SIGNED = f'<p>The bridge is open.</p>&mdash; Ana Example (@ana_example) <a href="{URL}">November 9, 2022</a>'


def found(html: str) -> list[Mention]:
    page = f"<html><body><main><p>Before.</p>{html}<p>After.</p></main></body></html>"
    return find(Article(source="a.html", uri="ni:///x", digest="sha256:0", html=page))


def permalinks() -> list[tuple[Platform, str, str]]:
    """One plain permalink of every platform."""
    out = []
    for platform in platforms().values():
        example = next(e for e in platform.examples if e.id and e.url.startswith("https://") and "archive" not in e.url)
        ref = platform.ref_from_url(example.url)
        assert ref is not None
        out.append((platform, ref.url, ref.id))
    return out


LINKS = permalinks()
NAMES = [platform.name for platform, _, _ in LINKS]
KNOWN_HOSTS = [link for link in LINKS if link[0].hosts]
KNOWN_NAMES = [platform.name for platform, _, _ in KNOWN_HOSTS]


@pytest.mark.parametrize(("platform", "url", "post_id"), LINKS, ids=NAMES)
@pytest.mark.parametrize(
    "frame",
    [
        '<iframe src="{}"></iframe>',
        '<iframe data-src="{}"></iframe>',
        '<iframe src="about:blank" data-cmp-src="{}"></iframe>',
        '<iframe consent-original-src-_="{}" class="cmplz"></iframe>',
        '<iframe nitro-lazy-src="{}" src="data:image/gif;base64,R0lGODlhAQABAAAAACw="></iframe>',
        '<amp-iframe src="{}" layout="responsive"></amp-iframe>',
        '<embed src="{}">',
        '<object data="{}"></object>',
        '<object><param name="movie" value="{}"><embed src="{}"></object>',
    ],
)
def test_frames_of_every_platform(platform: Platform, url: str, post_id: str, frame: str) -> None:
    [mention] = found(frame.replace("{}", entities.escape(url)))
    assert (mention.platform, mention.post_id, mention.times) == (platform.name, post_id, 1)
    assert mention.why


@pytest.mark.parametrize(("platform", "url", "post_id"), LINKS, ids=NAMES)
@pytest.mark.parametrize(
    "container",
    [
        '<div class="c-oembed is-fallback" data-oembed-url="{}"><div class="c-skeleton"></div></div>',
        '<figure class="embed" data-canonical-url="{}"></figure>',
        '<div class="js-socialembed" data-feed="{}"></div>',
        '<my-embed url="{}"></my-embed>',
        '<div class="wp-block-embed" data-embedded-url="{}"><p>Accept cookies to see this.</p></div>',
    ],
)
def test_containers_of_every_platform(platform: Platform, url: str, post_id: str, container: str) -> None:
    [mention] = found(container.replace("{}", entities.escape(url)))
    assert (mention.platform, mention.post_id) == (platform.name, post_id)


@pytest.mark.parametrize(("platform", "url", "post_id"), KNOWN_HOSTS, ids=KNOWN_NAMES)
@pytest.mark.parametrize(
    "block",
    [
        "<p>{}</p>",
        '<p><a href="{}">{}</a></p>',
        "<div><p><strong><span>{}</span></strong><br></p></div>",
        (
            '<figure class="wp-block-embed"><div class="wp-block-embed__wrapper">\n{}\n</div><figcaption>The bridge'
            "</figcaption></figure>"
        ),
        '<div class="embed"><div><div><a href="{}">{}</a></div></div></div>',
        "<p>Look at this:<br>{}<br>It rained.</p>",
        '<div class="cookie-placeholder"><p>We need your consent.</p><a href="{}">Open the post</a></div>',
        "<p>[embed]{}[/embed]</p>",
    ],
)
def test_addresses_in_the_place_of_an_embed(platform: Platform, url: str, post_id: str, block: str) -> None:
    [mention] = found(block.replace("{}", entities.escape(url)))
    assert (mention.platform, mention.post_id) == (platform.name, post_id)


@pytest.mark.parametrize(
    "html",
    [
        f'<iframe src="https://cdn.iframe.example/embed?app=1&amp;url={quote(URL, safe="")}"></iframe>',
        f'<div class="extcontent" data-extcontent_url="https://api.example/oembed?url={quote(URL, safe="")}"></div>',
        f'<iframe src="//web.archive.org/web/20230101000000if_/{URL}"></iframe>',
        f'<div class="embed" data-href="/web/20230101000000/{URL}"></div>',
        f'<iframe data-s9e-mediaembed="twitter" src="https://s9e.github.io/iframe/2/twitter.min.html#{ID}"></iframe>',
        f'<div data-type="twitter" data-id="{ID}"></div>',
        f'<div class="bbMediaWrapper" data-media-site-id="twitter" data-media-key="{ID}"></div>',
        f'<a class="embedly-card" href="{URL}">A post</a>',
        f'<div class="block" data-provider="Twitter" data-link="{URL}"></div>',
        f"<p>[tweet {ID}]</p>",
        f'<p>Text [twitter url="{URL}" width="500"] and more.</p>',
        f'<p>{{{{&lt; tweet user="ana_example" id="{ID}" &gt;}}}}</p>',
        f"<p>{{% tweet {ID} %}}</p>",
        f'<p>&lt;blockquote class="twitter-tweet"&gt;{entities.escape(SIGNED)}&lt;/blockquote&gt;</p>',
    ],
)
def test_wrappers_ids_and_shortcodes(html: str) -> None:
    [mention] = found(html)
    assert (mention.platform, mention.post_id, mention.times) == ("x", ID, 1)


@pytest.mark.parametrize(
    "html",
    [
        f'<button class="embed" data-url="{URL}">Show</button>',
        f'<div class="share-embed" data-url="{URL}"></div>',
        f'<div class="social-feed-item" data-url="{URL}"></div>',
        f'<div data-url="{URL}">Words of the article</div>',
        f'<iframe src="https://like.example/like.php?href={quote(URL, safe="")}"></iframe>',
        '<iframe src="https://www.facebook.com/plugins/like.php?href=https%3A%2F%2Fnews.example%2F1"></iframe>',
        '<div data-type="twitter" data-id="42"></div>',
        f'<div data-type="article" data-id="{ID}"></div>',
        f"<ul><li>{URL}</li></ul>",
        f"<p>Source: {URL}</p>",
        f'<p>As she <a class="external" href="{URL}">wrote</a> on Tuesday.</p>',
        f'<div class="youtube-spotlight"><h3><a href="{URL}">Two decades of bridges</a></h3><p>A talk.</p></div>',
        f'<div class="embed"><p>{"Many words. " * 60}<a href="{URL}">One link</a></p></div>',
        f'<pre><code>[tweet {ID}]\n&lt;blockquote class="twitter-tweet"&gt;{entities.escape(SIGNED)}</code></pre>',
        f'<textarea>&lt;iframe src="{URL}"&gt;&lt;/iframe&gt;</textarea>',
        f'<input value="{entities.escape(f"<iframe src={URL}></iframe>")}">',
        f'<section id="comments"><p>{URL}</p></section>',
        f'<div class="related-articles"><div class="embed"><a href="{URL}">{URL}</a></div></div>',
    ],
)
def test_what_is_no_embed(html: str) -> None:
    assert found(html) == []


def test_what_an_embed_holds_adds_to_it() -> None:
    outer = f'<div class="tweet-embed" data-url="{URL}">{{}}</div>'
    for inner in (
        f'<blockquote class="twitter-tweet">{SIGNED}</blockquote>',
        "<p>The bridge is open.</p><p>— Ana Example (@ana_example) November 9, 2022</p>",
    ):
        [mention] = found(outer.replace("{}", inner))
        assert (mention.post_id, mention.handle, mention.display_name) == (ID, "ana_example", "Ana Example")
        assert (mention.date, mention.text, mention.times) == ("2022-11-09", "The bridge is open.", 1)


def test_an_embeds_element_may_hold_other_posts() -> None:
    other = "1590173336165216999"
    inner = f'<blockquote class="twitter-tweet">{SIGNED.replace(ID, other)}</blockquote>'
    assert [m.post_id for m in found(f'<div class="embed" data-url="{URL}">{inner}</div>')] == [ID, other]


def test_an_element_that_holds_the_article_is_not_an_embed_alone() -> None:
    words = "".join(f"<p>Paragraph {n}.</p>" for n in range(300))
    flat = "<p>Rain at last, and a lot of it. — Ben Sample (@bsample) May 3, 2021</p>"
    mentions = found(f'<div class="video" data-video-embed="{URL}">{words}{flat}</div>')
    assert [m.handle for m in mentions] == ["ana_example", "bsample"]


@pytest.mark.parametrize(
    "copied", [f'<noscript><iframe src="{URL}"></iframe></noscript>', f"<template>{URL}</template>"]
)
def test_a_copy_is_not_another_time(copied: str) -> None:
    [mention] = found(f'<iframe data-src="{URL}"></iframe>{copied}')
    assert mention.times == 1


def test_a_signature_gets_its_id_from_its_link() -> None:
    [mention] = found(f"<div>{SIGNED.replace('twitter.com', 'x.com')}</div>")
    assert (mention.post_id, mention.text, mention.date) == (ID, "The bridge is open.", "2022-11-09")
    [mention] = found(f"<div>{SIGNED.replace('ana_example/status', 'someone_else/status')}</div>")
    assert mention.post_id is None
