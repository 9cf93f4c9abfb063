"""How publishers put posts into their pages, and what on them only looks so. Invariant: a post that the markup puts
before the reader is found once, with what is shown of it; a link in a sentence, a list or a button is none."""

from __future__ import annotations

import base64
import html as entities
import json
from urllib.parse import quote

import pytest

from archiver.detect import find
from archiver.model import Article, Mention

X = "https://x.com/ana_example/status/1612345678901234567"
X_ID = "1612345678901234567"
VIDEO = "Abc_dEf-123"
WATCH = f"https://www.youtube.com/watch?v={VIDEO}"
PHOTO = "https://www.instagram.com/p/CnAbCdEfGh1/"
TOOT = "https://chaos.example/@ana/109876543210987654"


WORDS = "The bridge is open."
QUOTE = (
    f'<blockquote class="twitter-tweet"><p lang="en" dir="ltr">{WORDS}</p>&mdash; Ana Example (@ana_example) '
    f'<a href="{X}">January 9, 2023</a></blockquote>'
)
FRAME = f'<iframe width="560" src="https://www.youtube.com/embed/{VIDEO}?feature=oembed"></iframe>'


def found(html: str) -> list[Mention]:
    page = (
        "<html><body><header class=site-header><a href='https://x.com/harbour'>X</a></header><main><article>"
        "<h1>The bridge opens again</h1><div class='entry-content'><p>The old bridge over the harbour has been opened "
        f"again after two years of works.</p>\n{html}\n<p>Traffic will be slow for some days, the council says, and "
        "asks drivers to be patient.</p></div></article></main></body></html>"
    )
    return find(Article(source="a.html", uri="ni:///x", digest="sha256:0", html=page))


FORMS: dict[str, tuple[str, str, str]] = {
    # name: markup, platform, id
    "a page of the publisher's own that shows one post": (
        '<iframe src="/media/oembed?url=https%3A//x.com/ana_example/status/1612345678901234567&amp;hash=a1"></iframe>',
        "x",
        X_ID,
    ),
    "a frame of another service that is told platform and id": (
        f'<iframe src="https://frames.example/show?source=youtube&amp;vid={VIDEO}&amp;preview="></iframe>',
        "youtube",
        VIDEO,
    ),
    "a video that loads when it is scrolled to": (
        f'<div class="t-video" data-videolazy-type="youtube" data-videolazy-id="{VIDEO}"></div>',
        "youtube",
        VIDEO,
    ),
    "a card of a bookmark": (
        f'<figure class="kg-card"><a class="kg-bookmark-container" href="{X}"><div>Ana on X</div></a></figure>',
        "x",
        X_ID,
    ),
    "an address behind a test's name": (f'<div data-e2e="twitter-embed-{X}"><p>Allow?</p></div>', "x", X_ID),
    "a post of any server in a hand-made frame": (
        f'<div class="toot"><blockquote class="toot-text" cite="{TOOT}"><p>Open.</p></blockquote></div>',
        "mastodon",
        "109876543210987654",
    ),
    "a notice with the link in its sentence": (
        f'<div class="consent-box"><p>To see this, open <a href="{X}">the post</a> on the site of X.</p></div>',
        "x",
        X_ID,
    ),
    "a notice that ends with the link": (
        f'<div class="embed-note"><p>This can also be seen where it <a href="{PHOTO}">came from</a>.</p></div>',
        "instagram",
        "CnAbCdEfGh1",
    ),
    "an element that says nothing, in one that says embed": (
        f'<div class="css-1 embed-x"><div data-url="{X}"></div></div>',
        "x",
        X_ID,
    ),
    "an address that is percent-encoded, and a hidden link": (
        (
            '<p><span class="zenn-embedded"><iframe src="https://frames.example/tweet#a" '
            f'data-content="{quote(X, safe="")}"></iframe></span><a href="{X}" style="display:none">{X}</a></p>'
        ),
        "x",
        X_ID,
    ),
    "a link that becomes a card, with its address as text": (
        f'<div class="embed-wrapper"><div class="loading"></div><a class="embed-card" href="{X}">{X}</a></div>',
        "x",
        X_ID,
    ),
    "a card with the link in its title": (
        f'<blockquote class="embedly-card"><h4><a href="{X}">Ana on X</a></h4><p>The bridge is open</p></blockquote>',
        "x",
        X_ID,
    ),
    "a still of the video that the link leads to": (
        f'<p><a href="{WATCH}"><img src="https://img.youtube.com/vi/{VIDEO}/0.jpg" alt="The bridge"></a></p>',
        "youtube",
        VIDEO,
    ),
    "a link that opens the frame over the page": (
        f'<div><a class="popup" href="https://www.youtube.com/embed/{VIDEO}?autoplay=1"><img src="/p.jpg"></a></div>',
        "youtube",
        VIDEO,
    ),
    "a component's properties": (
        f'<gu-island name="YoutubeBlockComponent" props=\'{{"id":"a1","assetId":"{VIDEO}"}}\'></gu-island>',
        "youtube",
        VIDEO,
    ),
    "a call of the player's script": (
        f'<div id="p"></div><script>p = new YT.Player("p", {{height: "390", videoId: "{VIDEO}"}});</script>',
        "youtube",
        VIDEO,
    ),
    "a card whose date is the link": (
        f'<div class="tweet"><b>Ana Example</b> <i>@ana_example</i> <a href="{X}">9h</a></div>',
        "x",
        X_ID,
    ),
    "a by-line whose date is the link": (
        f'<div class="twitter-post"><p>Open.</p>Posted by Ana on <a href="{X}">January 9, 2023</a></div>',
        "x",
        X_ID,
    ),
}


@pytest.mark.parametrize(("html", "platform", "post_id"), FORMS.values(), ids=FORMS)
def test_forms_of_publishers(html: str, platform: str, post_id: str) -> None:
    assert [(m.platform, m.post_id, m.times) for m in found(html)] == [(platform, post_id, 1)]


def slashed(value: str) -> str:
    """As PHP's `addslashes` writes it."""
    return value.replace("\\", "\\\\").replace("'", "\\'").replace('"', '\\"')


KEPT: dict[str, str] = {
    # name: markup that keeps the embed's HTML until it is wanted
    "a string of JSON that is assigned": (
        '<div class="embed-privacy-content"><script>var _oembed_1a = \''
        + slashed(json.dumps({"embed": entities.escape("{}")}))
        + "';</script></div>"
    ),
    "an attribute of a script": (
        "<div class='se-oembed'><script class='module' data-module='"
        + json.dumps({"type": "v2_oembed", "data": {"html": "{}"}}).replace("'", "&#39;")
        + "'></script></div>"
    ),
    "a frame without an address": '<figure class="op-interactive"><iframe>{}</iframe></figure>',
    "base64 in an attribute": '<div class="brlbs-cmpnt-content-blocker" data-borlabs-cookie-content="{base64}"></div>',
    "a script that is none": '<script type="text/plain" data-consent="social">{}</script>',
    "a template": '<div class="didomi"><template>{}</template></div>',
}


@pytest.mark.parametrize("kept", KEPT.values(), ids=KEPT)
@pytest.mark.parametrize(("html", "post_id"), [(QUOTE, X_ID), (FRAME, VIDEO)], ids=["quotation", "frame"])
def test_what_is_kept_until_it_is_wanted(kept: str, html: str, post_id: str) -> None:
    written = slashed(json.dumps(entities.escape(html))[1:-1]) if "oembed_" in kept else html
    if "data-module" in kept:
        written = json.dumps(html)[1:-1].replace("'", "&#39;")
    page = kept.replace("{base64}", base64.b64encode(html.encode()).decode()).replace("{}", written)
    [only] = found(page)
    assert (only.post_id, only.times) == (post_id, 1)
    assert only.text == (WORDS if html is QUOTE else None)


def test_an_articles_data_among_other_data() -> None:
    def story(html: str) -> str:
        return json.dumps({"content_elements": [{"type": "oembed_response", "raw_oembed": {"html": html}}]})

    script = (
        'window.Fusion=window.Fusion||{};Fusion.arcSite="harbour";'
        f'Fusion.globalContent={story(QUOTE)};Fusion.globalContentConfig={{"id":"a"}};'
        f"Fusion.contentCache={story(QUOTE.replace(X_ID, '1612345678901234999'))}"
    )
    assert [m.post_id for m in found(f"<script>{script}</script>")] == [X_ID]


BLOCK = {"article": {"body": [{"type": "paragraph", "text": "x"}, {"type": "tweet", "url": X}]}}
DATA: dict[str, str] = {
    # name: a script that holds the article's data
    "a value that is not defined": f"window.__STATE__={json.dumps(BLOCK).replace(json.dumps('x'), 'undefined')};",
    "a string in single quotes": f"window.__STATE__=JSON.parse('{json.dumps(BLOCK)}');",
    "several variables": f"var page={json.dumps({'id': 1})};\nvar story={json.dumps(BLOCK)};\nstart(page);",
    "a component of a content system": (
        "window.__STATE__=" + json.dumps({"blocks": [{"__component": "blocks.tweet", "tweetUrl": X}]})
    ),
    "a node of an editor": "window.__STATE__=" + json.dumps({"content": [{"type": "twitter", "attrs": {"src": X}}]}),
}


@pytest.mark.parametrize("script", DATA.values(), ids=DATA)
def test_an_articles_data_in_scripts(script: str) -> None:
    assert [(m.post_id, m.rule) for m in found(f"<script>{script}</script>")] == [(X_ID, "x.json")]


def test_feeds_in_a_sites_data_are_not_the_articles() -> None:
    feeds = {
        "instagramFeed": [{"__typename": "InstagramPost", "permalink": PHOTO}],
        "twitter_timeline": {"tweets": [{"type": "tweet", "url": X}]},
    }
    assert found(f"<script>window.__STATE__={json.dumps(feeds)}</script>") == []


@pytest.mark.parametrize(
    "script",
    [
        '"tweet";' + "a={" * 200_000,
        '"tweet";' + "a=" + "[" * 400_000,
        '"tweet";' + 'a="{' + "\\\\" * 300_000,
        '"tweet";' + 'a={"tweet":1};' * 50_000,
        "JSON.parse('" + "\\'" * 300_000 + '"tweet"',
    ],
    ids=["objects", "lists", "slashes", "assignments", "quotes"],
)
def test_scripts_that_are_made_to_cost(script: str) -> None:
    assert found(f"<script>{script}</script>") == []


SHOWN: dict[str, tuple[str, tuple[str | None, ...]]] = {
    # name: markup, (id, handle, display name, date, text)
    "a card of a forum": (
        (
            f'<aside class="onebox twitterstatus" data-onebox-src="{X}"><header class="source"><a href="{X}">x.com</a>'
            f'</header><article class="onebox-body"><h4><a href="{X}">Ana Example (@ana_example) on X</a></h4>'
            f'<div class="twitter-screen-name"><a href="{X}">@ana_example</a></div><div class="tweet"><span '
            'class="tweet-description">The bridge<br>is open.</span></div><div class="date"><a class="timestamp" '
            f'href="{X}">10:15 AM - 9 Jan 2023</a></div></article></aside>'
        ),
        (X_ID, "ana_example", "Ana Example", "2023-01-09", "The bridge\nis open."),
    ),
    "a card of a page generator": (
        (
            f'<div class="react-tweet-theme tweet-container_root__0rJLq"><article><a href="{X}" '
            'class="tweet-header_authorLink__qj_Ss"><div class="tweet-header_authorLinkText__y6HdU"><span>Ana Example'
            f'</span></div></a><a href="{X}" class="tweet-header_username__UebZb"><span>@ana_example</span></a>'
            '<p class="tweet-body_root__ChzUj"><span>The bridge is open.</span></p><a class="tweet-info-created-at" '
            f'href="{X}"><time datetime="2023-01-09T10:00:00.000Z">10:00 AM · Jan 9, 2023</time></a>'
            f'<a href="https://x.com/intent/like?tweet_id={X_ID}">2</a></article></div>'
        ),
        (X_ID, "ana_example", "Ana Example", "2023-01-09T10:00:00Z", "The bridge is open."),
    ),
    "a card of a plug-in of 2010": (
        (
            '<div class="bbpBox12301709980209152"><p class="bbpTweet">The <b>bridge</b> is open &amp; free.<br>At last.'
            "<span class='timestamp'><a title='Wed Dec 08 00:25:30 +0000 2010' "
            "href='http://twitter.com/#!/ana_example/status/12301709980209152'>one day ago</a> via web</span>"
            '<span class="author"><a href="http://twitter.com/ana_example"><img src="a.png"></a>'
            '<strong><a href="http://twitter.com/ana_example">Ana Example</a></strong><br>ana_example</span></p></div>'
        ),
        (
            "12301709980209152",
            "ana_example",
            "Ana Example",
            "2010-12-08T00:25:30Z",
            "The bridge is open & free.\nAt last.",
        ),
    ),
}


SMILE = '<img class="emoji" draggable="false" alt="🌉" src="https://cdn.example/1f309.png">'


@pytest.mark.parametrize(
    "image",
    [SMILE, SMILE.replace('class="emoji" ', ""), '<img src="/icons/smilies/bridge.gif" alt="🌉" width="16">'],
)
def test_characters_that_are_drawn(image: str) -> None:
    [only] = found(QUOTE.replace("bridge", f"bridge {image}").replace("Example (", f"{image} Example ("))
    assert (only.text, only.display_name) == ("The bridge 🌉 is open.", "Ana 🌉 Example")


def test_pictures_are_no_characters() -> None:
    [only] = found(QUOTE.replace(WORDS, f'{WORDS}<img src="a.png" alt="The open bridge"><img src="b.png" alt="Мост">'))
    assert only.text == WORDS


@pytest.mark.parametrize(("html", "shown"), SHOWN.values(), ids=SHOWN)
def test_what_drawn_cards_show(html: str, shown: tuple[str | None, ...]) -> None:
    [only] = found(html)
    assert (only.post_id, only.handle, only.display_name, only.date, only.text, only.times) == (*shown, 1)


def test_a_script_that_draws_several_posts() -> None:
    calls = "".join(f'VK.Widgets.Post("place{n}", -12345, {n}, "AbC", {{}});' for n in (678, 679, 680))
    html = f'<div id="place678"></div><div id="place679"></div><div id="place680"></div><script>{calls}</script>'
    assert [m.post_id for m in found(html)] == ["wall-12345_678", "wall-12345_679", "wall-12345_680"]


NONE: dict[str, str] = {
    "a link within a sentence, in an element that is called after a platform": (
        f'<div class="instagram-wrap"><p>The actor took to <a href="{PHOTO}">Instagram</a> to thank her crew.</p></div>'
    ),
    "a link that ends a sentence there": (
        f'<div class="twitter-content"><p>More of it stands <a href="{X}">on X</a>.</p></div>'
    ),
    "a link that begins a sentence there": (
        f'<div class="youtube-text"><p><a href="{WATCH}">This film</a> shows how it was built.</p></div>'
    ),
    "a link within a sentence of an element that holds embeds": (
        f'<div class="body-embed"><p>She <a href="{X}">wrote on X</a> that the bridge is open.</p></div>'
    ),
    "an embedded link": f'<p>As <a class="embedded-link" href="{X}">she wrote</a>, the bridge is open.</p>',
    "what draws the answers to a post": (
        '<div id="bluesky-comments" data-bluesky-uri="at://did:plc:abcdefghijklmnopqrstuvwx/app.bsky.feed.post/3kabcdefgh22z">'
        "</div>"
    ),
    "a picture that links to a post which does not show it": f'<p><a href="{PHOTO}"><img src="/a.jpg"></a></p>',
    "stills in a list": "".join(
        f'<ul><li><a href="{WATCH}"><img src="https://img.youtube.com/vi/{VIDEO}/0.jpg"></a></li></ul>' for _ in "ab"
    ),
    "stills of related videos": (
        f'<div class="related"><p><a href="{WATCH}"><img src="https://img.youtube.com/vi/{VIDEO}/0.jpg"></a></p></div>'
    ),
    "players among related videos": f'<aside class="related-videos"><div data-video="{VIDEO}">{FRAME}</div></aside>',
    "players among the most watched": f'<div class="most-watched-videos">{FRAME}</div>',
    "a post among the references": (
        '<ol class="references"><li><cite>Ana [@ana_example] (January 9, 2023). <a class="external" '
        f'href="{X}">"The bridge is open"</a> (Tweet) – via Twitter.</cite></li></ol>'
    ),
    "a paragraph that is called the place of something": (
        f'<p class="paragraph inline-placeholder">Her co-star took to <a href="{PHOTO}">Instagram</a> to thank her.</p>'
        f'<p class="paragraph inline-placeholder">All of it is in a <a href="{PHOTO}">post</a>.</p>'
    ),
    "videos of a slider": (
        '<div class="shorts"><ul class="swiper-wrapper">'
        + "".join(
            f'<li class="swiper-slide" data-video-url="https://youtu.be/Abc_dEf-12{n}"><img src="a.jpg"></li>'
            for n in range(4)
        )
        + "</ul></div>"
    ),
    "a picture's credit": (
        f'<figure class="embed-figure"><img src="a.jpg"><figcaption>(Photo: <a href="{PHOTO}">Instagram</a>)'
        "</figcaption></figure>"
    ),
    "a button with the address to share": f'<span class="st_twitter_hcount" st_url="{X}"></span>',
    "a link to a frame, in a sentence": (
        f'<p>Here is <a href="https://www.youtube.com/embed/{VIDEO}">the film</a> of the opening.</p>'
    ),
    "an address in a listing": f"<pre>{X}</pre>",
}


@pytest.mark.parametrize("html", NONE.values(), ids=NONE)
def test_what_only_looks_so(html: str) -> None:
    assert found(html) == []
