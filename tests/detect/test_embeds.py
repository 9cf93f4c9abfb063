"""Posts as HTML. Invariant: every rule reads its own examples, and the selector of a mention leads to its element."""

from __future__ import annotations

import base64
import html as entities
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from archiver.detect import find
from archiver.model import Article, Mention
from archiver.platforms import bounds, platforms
from archiver.platforms.base import EmbedRule, Platform

ID = "1590173336165216257"
URL = f"https://twitter.com/ana_example/status/{ID}"
EMBED = (
    '<blockquote class="twitter-tweet"><p lang="en" dir="ltr">The bridge is open&#33;<br><br>Thanks &amp; regards '
    '<a href="https://twitter.com/hashtag/bridge?src=hash">#bridge</a> <a href="https://t.co/AbCdEfGhIj">pic.twitter.com/AbCdEfGhIj'
    f'</a></p>&mdash; Ana Example (@ana_example) <a href="{URL}?ref_src=twsrc%5Etfw">November 9, 2022</a></blockquote>'
)


def found(html: str) -> list[Mention]:
    return find(Article(source="a.html", uri="ni:///x", digest="sha256:0", html=html))


RULES = [(p, rule, example) for p in platforms().values() for rule in p.embed_rules for example in rule.examples]


@pytest.mark.parametrize(("platform", "rule", "example"), RULES, ids=[rule.name for _, rule, _ in RULES])
def test_examples(platform: Platform, rule: EmbedRule, example: str) -> None:
    [mention] = found(f"<html><body><main><p>Before.</p>{example}<p>After.</p></main></body></html>")
    assert (mention.platform, mention.rule, mention.post_id) == (platform.name, rule.name, rule.example_id)
    assert mention.post_id or mention.handle
    assert mention.found_url is None or platform.ref_from_url(mention.found_url) is not None


def test_every_rule_has_an_example() -> None:
    assert {rule.name for p in platforms().values() for rule in p.embed_rules} == {rule.name for _, rule, _ in RULES}


def test_classic_embed() -> None:
    [mention] = found(f"<html><body><p>Before.</p>{EMBED}</body></html>")
    assert mention.text == "The bridge is open!\n\nThanks & regards #bridge pic.twitter.com/AbCdEfGhIj"
    assert (mention.handle, mention.display_name, mention.date) == ("ana_example", "Ana Example", "2022-11-09")
    assert (mention.url, mention.date_basis) == (f"https://x.com/ana_example/status/{ID}", "utc")
    assert mention.links == ("pic.twitter.com/AbCdEfGhIj",)
    assert (mention.start, mention.end) == (None, None)
    assert mention.selector == "html > body > blockquote:nth-child(2)"


@pytest.mark.parametrize(
    ("embed", "field", "value"),
    [
        (
            EMBED.replace('">November', '" data-datetime="2022-11-09T02:44:01+00:00">November'),
            "date",
            "2022-11-09T02:44:01Z",
        ),
        (EMBED.replace("November 9, 2022", "9 ноября 2022 г."), "date", "2022-11-09"),
        (EMBED.replace("November 9, 2022", "1667961841990"), "date", "2022-11-09"),
        (EMBED.replace("November 9, 2022", "&nbsp;"), "date", None),
        (EMBED.replace("&mdash;", "-"), "display_name", "Ana Example"),
        (
            EMBED.replace("</p>&mdash;", "</p><p>&mdash;").replace("</blockquote>", "</p></blockquote>"),
            "display_name",
            "Ana Example",
        ),
        (EMBED.replace("Ana Example", "Ana (River) — Town"), "display_name", "Ana (River) — Town"),
        (EMBED.replace("<p lang", '<p>See <a href="https://twitter.com/b/status/20">x</a></p><p lang'), "post_id", ID),
        (EMBED.replace('class="twitter-tweet"', 'class="wp-quote"'), "post_id", ID),
        (EMBED.replace("https://twitter.com", "https://web.archive.org/web/2022/https://twitter.com"), "post_id", ID),
        (EMBED.replace("twitter.com/ana", "x.com/ana"), "post_id", ID),
        (EMBED.replace(URL, f"https://twitter.com/statuses/{ID}"), "handle", "ana_example"),
    ],
)
def test_variants(embed: str, field: str, value: str | None) -> None:
    [mention] = found(f"<body>{embed}</body>")
    assert getattr(mention, field) == value


@pytest.mark.parametrize(
    "wrapped",
    [
        f'<script type="text/template">{base64.b64encode(EMBED.encode()).decode()}</script>',
        f'<div data-content="{entities.escape(EMBED)}"></div>',
        f"<noscript>{EMBED}</noscript>",
        f"<template>{EMBED}</template>",
        f'<iframe srcdoc="{entities.escape(EMBED)}"></iframe>',
    ],
)
def test_embeds_that_wait_for_consent_or_for_a_script(wrapped: str) -> None:
    [mention] = found(f"<html><body><p>Before.</p>{wrapped}</body></html>")
    assert mention.post_id == ID


@pytest.mark.parametrize(
    "html",
    [
        f'<p>As she <a href="{URL}">wrote</a> on Tuesday, the bridge is open.</p>',
        f'<blockquote>The bridge, <a href="{URL}">she wrote</a>, is open again.</blockquote>',
        f'<a class="twitter-share-button" href="https://twitter.com/share" data-url="{URL}">Tweet</a>',
        f'<div class="share-buttons" data-url="{URL}"></div>',
        '<a class="twitter-timeline" href="https://twitter.com/ana_example">Posts</a>',
        '<a class="twitter-follow-button" href="https://twitter.com/ana_example">Follow @ana_example</a>',
        f'<a href="https://twitter.com/intent/tweet?in_reply_to={ID}">Reply</a>',
        '<div class="twitter-tweet">Read more</div>',
        '<iframe src="https://platform.twitter.com/widgets/follow_button.html?screen_name=ana_example"></iframe>',
        '<div class="tweet" data-attrs="{&quot;url&quot;:&quot;https://news.example/&quot;}"></div>',
        '<div data-attrs="{broken"></div>',
        f"<!-- {EMBED} -->",
    ],
)
def test_what_is_no_embed(html: str) -> None:
    assert found(f"<html><body><p>Before.</p>{html}<p>After.</p></body></html>") == []


def test_document_order_and_times() -> None:
    other = EMBED.replace(ID, "1590173336165216999").replace("open", "closed")
    flat = "<p>Rain at last, and a lot of it. — Ben Sample (@bsample) May 3, 2021</p>"
    mentions = found(
        f"<body>{other}{flat}{EMBED}<div>{EMBED}</div><amp-twitter data-tweetid='{ID}'></amp-twitter></body>"
    )
    assert [(m.handle, m.times) for m in mentions] == [("ana_example", 1), ("bsample", 1), ("ana_example", 3)]
    assert [m.post_id for m in mentions] == ["1590173336165216999", None, ID]
    assert len({m.id for m in mentions}) == 3


def test_text_that_lost_its_markup_inside_a_page() -> None:
    [mention] = found(
        "<body><p>The council met.</p><p>Rain at <b>last</b>!</p>\n<p>— Ben Sample (@bsample) May 3, 2021</p></body>"
    )
    assert (mention.text, mention.rule) == ("Rain at last!", "x.signature")
    assert (mention.start, mention.end, mention.selector) == (None, None, "html > body > p:nth-child(2)")


@given(
    st.lists(
        st.sampled_from(["<div>", "</div>", "<p>", "<ul><li>", "<table><td>", "<x-y>", EMBED, "text "]), max_size=30
    )
)
def test_selectors_lead_to_an_element(pieces: list[str]) -> None:
    html = "<html><body>" + "".join(pieces)
    parsed = LexborHTMLParser(html)
    for mention in found(html):
        assert mention.selector is not None
        assert parsed.css_first(mention.selector) is not None


def test_nesting_without_end_is_flattened() -> None:
    html = "<html><body>" + "<div><blockquote>" * 100_000 + EMBED
    flat = bounds.flatten(html)
    assert flat.count("<div>") + flat.count("<blockquote>") == bounds.MAX_DEPTH
    deep = "<html><body>" + "<div>" * 100_000 + "Rain at last, a lot of it. — Ana (@ana) May 3, 2021"
    assert [m.handle for m in found(deep)] == ["ana"]


def test_ordinary_pages_are_not_touched_by_the_bounds() -> None:
    html = "<html><body>" + "<div><p>One<p>Two<br></div>" * 2000 + EMBED
    assert bounds.thin(bounds.flatten(html)) == html


def test_crowded_elements_are_thinned() -> None:
    html = "<div " + " ".join(f'a{n}="{n}"' for n in range(5000)) + f">x</div>{EMBED}"
    thin = bounds.thin(html)
    assert thin.count('="') < bounds.MAX_ATTRIBUTES + 20
    assert [m.post_id for m in found(html)] == [ID]


SEED = Path(__file__).parents[2] / "../shared/seed/article.txt"


@pytest.mark.skipif(not SEED.exists(), reason="the article is not part of this repository")
@pytest.mark.parametrize("wrapped", [False, True])
def test_the_article_that_started_this(wrapped: bool) -> None:
    text = SEED.read_text(encoding="utf-8")
    if wrapped:
        page = "".join(f"<p>{entities.escape(part)}</p>\n" for part in text.split("\n\n"))
        [mention] = found(f"<!doctype html><html><body>{page}</body></html>")
        assert (mention.start, mention.end) == (None, None)
    else:
        [mention] = find(Article(source="s", uri="ni:///x", digest="sha256:0", text=text))
        assert (mention.start, mention.end) == (2913, 3211)
    assert (mention.platform, mention.handle, mention.date) == ("x", "Podolyak_M", "2022-11-09")
    assert mention.display_name is not None
    assert text[3211 - len(" (Podolyak_M) November 9, 2022") - len(mention.display_name) :].startswith(
        mention.display_name
    )
    assert mention.text == text[2913:3211].rpartition("–")[0].strip()
    assert mention.rule == "x.signature"
    assert 0.95 <= mention.confidence <= 0.98
