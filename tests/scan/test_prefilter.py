"""A page in which detection finds a post is let through, however it is written; most other pages are dropped."""

from __future__ import annotations

import base64
import gzip
import html
import json
import random
import time
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archiver.article import article_of
from archiver.detect import find
from archiver.errors import ArchiverError, UsageError
from archiver.model import PostRef
from archiver.platforms import platforms
from archiver.platforms.base import EmbedRule, Example, Platform
from archiver.platforms.default import DefaultPlatform
from archiver.scan.prefilter import passing as module
from archiver.scan.prefilter.passing import Prefilter
from archiver.scan.unit import EngineName

EVAL = Path(__file__).parents[2] / "../shared/eval"
HTML = "text/html; charset=utf-8"


ENGINES = [
    pytest.param(name, marks=pytest.mark.skipif(find_spec(name) is None, reason="it is not installed here"))
    for name in ("hyperscan", "re2")
]


@cache
def made(engine: EngineName) -> Prefilter:
    return Prefilter(engine=engine)


@pytest.fixture(scope="module", params=ENGINES)
def native(request: pytest.FixtureRequest) -> Prefilter:
    return made(request.param)


def page(body: str) -> str:
    return (
        '<!doctype html><html lang="en"><head><title>Rain</title><style>@media print{a{b:c}}</style>'
        '<script type="application/ld+json">{"@type":"NewsArticle","@id":"#1"}</script></head><body><article>'
        f"<h1>Rain</h1><p>It rained all night (and the river rose).</p>{body}<p>The end.</p></article></body></html>"
    )


def sound(prefilter: Prefilter, data: bytes, content_type: str) -> bool:
    """Whether the page is let through, if detection finds anything in it."""
    try:
        found = find(article_of(data, source="page", content_type=content_type))
    except ArchiverError:
        return True
    return not found or prefilter.may_hold_posts(data, content_type)


def embeds() -> Iterator[tuple[str, str]]:
    for platform in platforms().values():
        for rule in platform.embed_rules:
            for number, example in enumerate(rule.examples):
                yield f"{rule.name}-{number}", example
        for number, permalink in enumerate(platform.examples):
            if permalink.id is not None:
                url = html.escape(html.unescape(permalink.url))
                yield f"{platform.name}-frame-{number}", f'<iframe src="{url}"></iframe>'
                yield f"{platform.name}-alone-{number}", f"<p>{url}</p>"
                yield f"{platform.name}-link-{number}", f'<div class="embed-x"><a href="{url}">Look</a></div>'


def texts() -> Iterator[tuple[str, str]]:
    for platform in platforms().values():
        for rule in platform.text_rules:
            for number, example in enumerate(rule.examples):
                yield f"{rule.name}-{number}", example.text


SIGNATURES = (
    '<p>It rained. — Ana Example (@ana_example) <a href="#">May 3, 2021</a></p>',
    '<p>It rained.<br>&mdash; Ana Example (<a href="/a">@ana_example</a>) <a href="/b">May 3, 2021</a></p>',
    "<p>It rained. – Ana Example (ana_example) November 9, 2022</p>",
    "<p>It rained. — Ana Example （@ana_example） May 3, 2021</p>",
    "<p>It rained. — Ana Example &#40;&commat;ana_example&#41; May 3, 2021</p>",
    "<p>It rained. — Ana Example <b>(</b><i>@</i><a>ana_example</a><b>)</b> <time>May 3, 2021</time></p>",
    "<p>It rained. — Ana Example (<a href=x>ana_example</a>) <a href=y>May 3, 2021</a></p>",
    "<p>It rained.</p><p>— Ana Example @ana_example May 3, 2021</p>",
    "<p>It rained. — Ana Example (\n  @ana_example\n  )\n  May 3, 2021</p>",
    "<p>It rained.</p><p>— Ana Example (ana_example)</p>",
    "<p>It rained. — Ana Example (\n  ana_example\n  )\n  May 3, 2021</p>",
    "<p>It rained. — Ana Example (ana@rain.example) May 3, 2021</p>",
    "<p>It rained. — Ana Example （ana_example） May 3, 2021</p>",
    "<p>It rained. — Ana Example (<a href=x>[</a>ana_example<i>]</i>) <b>on</b> May 3, 2021</p>",
    "<p>It rained. — Ana Example (&nbsp;ana\\\\_example&nbsp;) on X, May 3, 2021</p>",
    "<p>It rained.</p><div>—</div><div>Ana Example</div><div>(AnaExample)</div><div>May 3, 2021</div>",
    "<p>It rained.</p><p>&acirc;&euro;&ldquo; Ana Example (AnaExample)</p>",
    "<p>It rained. — Ana Harbour (<!-- x --><span>anaharbour</span>) 3. 5. 2021</p>",
    "<p>It rained. — Ana Example (ana_example@) May 3, 2021</p>",
    "<p>It rained. — Ana Example (<!-- a > b -->@ana_example<!-- -->) May 3, 2021</p>",
    '<p>It rained. — Ana Example (<a title="1 > 0">@ana_example</a>) May 3, 2021</p>',
    '<p><div data-media-site-id="twitter" data-media-key="1590173336165216257"></div></p>',
    "<p>[tweet 1590173336165216257]</p>",
    "<p>{{&lt; tweet user=&quot;ana&quot; id=&quot;1590173336165216257&quot; &gt;}}</p>",
    '<iframe src="https://frames.example/e?source=youtube&amp;vid=a1B2c3D4e5U"></iframe>',
)


def coded(markup: str) -> Iterator[tuple[str, str]]:
    """The page with this markup in it, written in each way that detection reads."""
    yield "plain", page(markup)
    for name, kept in (
        ("escaped", html.escape(markup)),
        ("escaped twice", html.escape(html.escape(markup))),
        ("percent-coded", quote(markup)),
        ("percent-coded twice", quote(quote(markup, safe=""), safe="")),
        ("base64", base64.b64encode(markup.encode()).decode()),
        ("base64 of percent codes", base64.b64encode(quote(markup).encode()).decode()),
        ("base64 twice", base64.b64encode(base64.b64encode(markup.encode())).decode()),
        ("data address", "data:text/html;base64," + base64.b64encode(markup.encode()).decode()),
    ):
        yield name, page(f'<div class="consent" data-embed-html="{kept}"></div>')
    value = json.dumps(markup)
    slashes = value.replace("</", "<\\/")
    yield "JSON", page(f'<script type="application/json">{{"type":"embed","html":{slashes}}}</script>')
    signs = "".join(
        sign if sign.isalnum() or sign in '\\" {}' or ord(sign) > 127 else f"\\u{ord(sign):04x}" for sign in value
    )
    yield "JSON, signs escaped", page(f'<script>window.__DATA__={{"type":"embed","html":{signs}}};</script>')
    yield "template", page(f"<template>{markup}</template>")
    yield "shown as text", page(f"<p>{html.escape(markup)}</p>")


@pytest.mark.parametrize("part", range(4))
def test_examples_of_every_rule_in_every_coding(native: Prefilter, part: int) -> None:
    examples = [*embeds(), *((f"signature-{number}", text) for number, text in enumerate(SIGNATURES))]
    missed = []
    for number, (name, markup) in enumerate(examples[part::4]):
        for coding, source in coded(markup):
            # each coding of every third example: all of them take a minute
            if (number + len(coding)) % 3 and coding != "plain":
                continue
            if not sound(native, source.encode(), HTML):
                missed.append((name, coding))
    assert missed == []


def test_bare_texts_as_text_and_as_pages(native: Prefilter) -> None:
    missed = []
    for name, text in texts():
        paragraphs = "".join(f"<p>{part}</p>" for part in html.escape(text, quote=False).split("\n\n"))
        references = "".join(f"&#x{ord(sign):x};" for sign in text)
        for how, data, content_type in (
            ("text", text.encode(), "text/plain"),
            ("text, UTF-16", text.encode("utf-16"), "text/plain"),
            ("page", page(paragraphs.replace("\n", "<br>")).encode(), HTML),
            ("references", page(f"<p>{references}</p>").encode(), HTML),
        ):
            if not sound(native, data, content_type):
                missed.append((name, how))
    assert missed == []


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "windows-1251", "shift_jis", "iso2022_jp", "gb18030"])
def test_charsets_declared_or_not(native: Prefilter, encoding: str) -> None:
    missed: list[tuple[str, str]] = []
    words = "<p>Дождь шёл всю ночь, и вода в реке поднялась.</p>" if encoding == "windows-1251" else ""
    for name, markup in [*list(embeds())[::9], *((text, f"<p>{text}</p>") for _, text in texts())]:
        try:
            data = page(markup + words).encode(encoding)
        except UnicodeEncodeError:
            continue
        declared = ("text/html", f"text/html; charset={encoding}")
        missed += [(name, content_type) for content_type in declared if not sound(native, data, content_type)]
    assert missed == []


@pytest.mark.skipif(not EVAL.exists(), reason="the labelled sets are not on this machine")
def test_labelled_sets(native: Prefilter) -> None:
    missed = []
    held = let_through = 0
    for file, opened in (("html.jsonl.gz", gzip.open), ("snippets.jsonl.gz", gzip.open), ("text.jsonl", open)):
        with opened(EVAL / file, "rt", encoding="utf-8") as lines:
            for line in list(lines)[:: 4 if file == "html.jsonl.gz" else 1]:
                entry = json.loads(line)
                source, content_type = (entry["html"], HTML) if entry.get("html") else (entry["text"], "text/plain")
                data = source.encode("utf-8", "replace")
                found = find(article_of(data, source="page", content_type=content_type))
                seen = native.may_hold_posts(data, content_type)
                held += bool(found)
                let_through += seen
                if found and not seen:
                    missed.append(entry.get("id"))
    assert missed == []
    assert held


def test_ordinary_pages_are_dropped(native: Prefilter) -> None:
    share = (
        '<a href="https://twitter.com/intent/tweet?url=https%3A%2F%2Fnews.example%2F2021%2F05%2F03">Tweet</a>'
        '<a href="https://www.facebook.com/sharer/sharer.php?u=https%3A%2F%2Fnews.example%2Fposts%2F10150000000001">Share</a>'
        '<a href="https://www.instagram.com/news.example/">Instagram</a><a href="https://www.reddit.com/submit?url=x">R</a>'
        '<meta name="twitter:site" content="@news_example"><a href="mailto:desk@news.example">desk@news.example</a>'
    )
    prose = (
        "<p>By Ana Example (Reuters) - May 3, 2021. The Example Society (ESX) met on May 4, 2021, and 12,000 came.</p>"
        '<p>A woman wrote <a href="https://x.com/ana_example/status/1590173336165216257">that it rained</a> in May.</p>'
        "<script>function f(a_b){return g(a_b),2021}</script><style>.twitter-tweet{margin:0}</style>"
    )
    assert not native.may_hold_posts(page(share + prose).encode(), HTML)
    assert not native.may_hold_posts(b"", HTML)
    assert not native.may_hold_posts(b"\x89PNG\r\n\x1a\n" + bytes(100), "text/html")
    assert not native.may_hold_posts(b"It rained (and rained). Write to desk@news.example.", "text/plain")


SIGNED = "<p>It rained. — Ana Example (ana_example) May 3, 2021</p>"


@pytest.mark.parametrize(
    "source",
    [
        f"<script>var a='<script src=b>';</script>{SIGNED}<script>f(a_b) 2021</script>",
        f"<!-- <script> -->{SIGNED}<script>f()</script>",
        f'<div data-a="<script src=b>">{SIGNED}</div><script>f()</script>',
        f"<!-- <style> -->{SIGNED}<style>a{{b:c}}</style>",
        f'<div data-a="<style>">{SIGNED}</div><style>a{{b:c}}</style>',
        f"<SCRIPT>f()</SCRIPT>{SIGNED}<Style>a{{b:c}}</STYLE>",
        f"<script>f(){SIGNED}",
        f"<script>/* <style> */</script>{SIGNED}<style>a{{b:c}}</style>",
    ],
)
def test_text_beside_scripts_and_style_sheets_is_read(native: Prefilter, source: str) -> None:
    assert find(article_of(page(SIGNED).encode(), source="page", content_type=HTML))
    assert sound(native, page(source).encode(), HTML)
    if not source.endswith(SIGNED):
        assert native.may_hold_posts(page(source).encode(), HTML)


def test_what_scripts_write_is_no_text(native: Prefilter) -> None:
    written = """document.write("<script src=a><\\/script>"); f("<p>— Ana Example (ana_example) May 3, 2021</p>");"""
    assert not native.may_hold_posts(page(f"<script>{written}</script>").encode(), HTML)
    assert not native.may_hold_posts(page(f"<style>a:after{{content:'{SIGNED[3:-4]}'}}</style>").encode(), HTML)


ADDRESS = "https://x.com/ana_example/status/1590173336165216257"
FRAME = '<iframe src="https://www.youtube.com/embed/a1B2c3D4e5U"></iframe>'
PLAYER = '<div class="youtube" data-id="a1B2c3D4e5U"></div>'


@pytest.mark.parametrize("markup", [FRAME, PLAYER, f"<p>{FRAME[13:-11]}</p>"])
@pytest.mark.parametrize(
    "source",
    [
        "<!-- <script> -->{}<script>f()</script>",
        '<p data-a="<script>">A</p>{}<script>f()</script>',
        "<title><script></title>{}<script>f()</script>",
        "<textarea><script></textarea>{}<script>f()</script>",
        "<style>/* <script> */</style>{}<script>f()</script>",
        "<xmp><script></xmp>{}<script>f()</script>",
        "<scripts>f()</scripts>{}<script>f()</script>",
        "<scripts>{}</scripts><script>f()</script>",
        "<svg><script>f()<p>{}</script></svg>",
        "<script>f()</script >{}<script>f()</script>",
        "<script>'<\\/script>'</script>{}<script>f()</script>",
        "<script>f('<!-- <script>')</script> --></script>{}",
        "<script>f()</script>{}<noscript>{}</noscript>",
        "<style>.youtube{{}}</style>{}<style>.youtube{{}}</style>",
    ],
)
def test_embeds_beside_scripts_and_style_sheets(native: Prefilter, source: str, markup: str) -> None:
    assert sound(native, page(source.replace("{}", markup)).encode(), HTML)
    assert sound(native, source.replace("{}", markup).encode(), HTML)


@pytest.mark.parametrize(
    "source",
    [
        "<style>.twitter-tweet,.fb-post,.youtube{margin:0}[data-tweet-id],[data-pin-id]{color:red}</style>",
        '<script>var css={"tiktok-embed":"tiktok-embed.css","iframe":"class"};f("tweet-author youtube_url")</script>',
        "<script>if(a.classList.contains('twitter-tweet'))f('<iframe class=\"x\">')</script>",
        '<script>a.find("[data-type=twitter]");g("<blockquote>");h(\'<div data-media-id="\'+i)</script>',
        '<script>{"html":"<p class=\\"a\\">It <a href=\\"'
        + ADDRESS
        + '\\">rained</a> all night.</p><blockquote>Rain</blockquote> <p>It went on until morning.</p>"}</script>',
    ],
)
def test_what_style_sheets_and_scripts_say_of_embeds_is_none(native: Prefilter, source: str) -> None:
    assert find(article_of(page(source).encode(), source="page", content_type=HTML)) == []
    assert not native.may_hold_posts(page(source).encode(), HTML)


@pytest.mark.parametrize("signs", ["<", "\\u003c", "&lt;"])
@pytest.mark.parametrize(
    "markup",
    [
        FRAME,
        '<blockquote class="tiktok-embed" data-video-id="7100000000000000001"><section></section></blockquote>',
        f'<blockquote class="twitter-tweet"><p>It rained.</p>&mdash; Ana <a href="{ADDRESS}">May 3</a></blockquote>',
        '<blockquote><div data-media-site-id="twitter" data-media-key="1590173336165216257"></div></blockquote>',
        "<blockquote>It rained all night.</blockquote><p>[tweet 1590173336165216257]</p>",
        f"<iframe></iframe><div data-html='{base64.b64encode((FRAME + ' ' * 20).encode()).decode()}'></div>",
        f"<iframe></iframe><script type='application/json'>{json.dumps({'type': 'embed', 'url': ADDRESS})}</script>",
    ],
)
def test_html_in_the_json_of_scripts_is_looked_at(native: Prefilter, markup: str, signs: str) -> None:
    for key in ("html", "content"):
        for letters in (markup, markup.replace("iframe", "\\u0069frame")):
            value = json.dumps(letters).replace("\\\\u", "\\u").replace("</", "<\\/").replace("<", signs)
            source = page(f'<script type="application/json">{{"type":"text","{key}":{value}}}</script>').encode()
            assert sound(native, source, HTML)
    value = json.dumps(markup).replace("</", "<\\/")
    source = page(f'<script type="application/json">{{"type":"embed","html":{value}}}</script>').encode()
    assert find(article_of(source, source="page", content_type=HTML), min_confidence=0)
    assert native.may_hold_posts(source, HTML)


@pytest.mark.parametrize(
    "source",
    [
        f'<span class="Z3988" title="ctx=1&amp;rft_id={quote(ADDRESS, safe="")}&amp;x=1">Rain</span>',
        f'<div id="watch" itemscope itemid="{ADDRESS}" itemtype="http://schema.org/VideoObject">Rain</div>',
        f"<li role='listitem' data-share-url='{ADDRESS}' class=rain>Rain</li>",
        '<li class="share"><a href="#" data-key="pinterest" data-template="/pin?url=URL">Pin</a></li>',
    ],
)
def test_attributes_in_which_no_embed_is_named(native: Prefilter, source: str) -> None:
    assert find(article_of(page(source).encode(), source="page", content_type=HTML)) == []
    assert not native.may_hold_posts(page(source).encode(), HTML)
    for name in ("title", "itemid", "data-share-url", "data-key"):
        other = page(source.replace(f" {name}=", " data-embed-url=")).encode()
        assert sound(native, other, HTML)
        if name == "itemid" and name in source:
            assert find(article_of(other, source="page", content_type=HTML))


FAR = "<p>It rained all night in the old town.</p>" * 400


@pytest.mark.parametrize("coded", ["%73tatus", "&#115;tatus", "&#x73;tatus", "&amp;#115;tatus", "%2573tatus"])
def test_letters_that_are_coded_far_from_other_ones(native: Prefilter, coded: str) -> None:
    embed = f'<div class="embed-x"><a href="{ADDRESS.replace("status", coded)}">Look</a></div>'
    source = page(f'<a href="/a%41">A</a>{FAR}<script>f("%42")</script>{FAR}{embed}{FAR}<a href="/a%43">C</a>')
    assert sound(native, source.encode(), HTML)
    assert native.may_hold_posts(source.encode(), HTML)
    # the class stands where no letter is coded
    linked = f'<p><a href="{ADDRESS.replace("status", coded)}">Look</a> it rained.</p>'
    source = page(f'<div class="twitter-tweet"></div>{FAR}{linked}')
    assert native.may_hold_posts(source.encode(), HTML)


LINES = r"<p>A</p>\n  <script>f()<\/script>\n\n<script src=\"a.js\"><\/script>"
SIGN_IN = (
    "https://accounts.example/start?to=https%3A%2F%2Fwww.youtube.com%2Fsignin%3Fgo%3D%252Fwatch%253Fv%253Da1B2c3D4e5U"
)


@pytest.mark.parametrize(
    "source",
    [
        f'<p><a href="{ADDRESS}">A video</a> shows the bridge before the storm.</p>',
        f'<ul><li><a href="{ADDRESS}"><img src="/a.jpg" alt="Rain"></a></li></ul>',
        f'<p>The bridge is at <a href="{ADDRESS}">bit.example/1</a> or in the old town.</p>',
        f'<li data-video-url="{ADDRESS}" class="slide">Rain</li>',
        f'<a href="{SIGN_IN}">https://www.youtube.com/signin</a>',
        f'<iframe src="{SIGN_IN}" style="display: none"></iframe>',
        # a script's lines, one of which begins with a tag
        f'<script>window.story={{"a":"{LINES}","b":"It rained, <a href=\\"{ADDRESS}\\">she wrote</a>."}}</script>',
    ],
)
def test_addresses_in_places_in_which_detection_finds_no_post(native: Prefilter, source: str) -> None:
    data = page(source).encode()
    assert find(article_of(data, source="page", content_type=HTML), min_confidence=0) == []
    assert not native.may_hold_posts(data, HTML)


REEL = "https://www.instagram.com/p/BalQ2SWFty8/"
LONG = " ".join(f'data-a{n}="It rained all night in the old town."' for n in range(300))


@pytest.mark.parametrize(
    "source",
    [
        f'<div class="embed-x"><i {LONG}></i><a href="{ADDRESS}">Look</a></div>',
        f'<div class="embed-x"><a href="{ADDRESS}">Look</a><i {LONG}></i></div>',
        f'<div class="embed-x"><a href="{ADDRESS}" {LONG}>Look</a></div>',
        f'<div class="embed-x" {LONG}><a href="{ADDRESS}">Look</a></div>',
        f'<div class="embed-x"><svg><path d="{"1 2 " * 20_000}"/></svg><a href="{ADDRESS}">May 3, 2021</a></div>',
        f"{FAR}<div class='embed-x'><script>f('<a>')</script><a href='{ADDRESS}'>Look</a></div>{FAR}",
        f'<div class="embed-x"><a href="{ADDRESS}?a=<b>&amp;c=d">Look</a></div>',
        f'<div class="embed-x"><a href="{ADDRESS}?a=1&lt;b" title="<i>a</i>">Look</a></div>',
        f'<div class="embed-x"><a data-href="/a" title="href=/b" href="{ADDRESS}">Look</a></div>',
        f'<blockquote class="instagram-media"><p>{FAR}</p><a href="{REEL}">A</a></blockquote>',
        f"<p>It rained.</p><p>{ADDRESS}</p><p>It rained.</p>",
        f'<p><a href="{ADDRESS}">A video</a> shows it.</p>{FAR}<div class="embed-x"><a href="{ADDRESS}">Look</a></div>',
        f'<p><a href="{ADDRESS}">A video</a> shows rain.</p>' * 3 + f"<p>{ADDRESS}</p>",
        f'<svg><script>f()<p><div class="embed-x"><a href="{ADDRESS}">Look</a></div></script></svg>',
    ],
)
def test_embeds_whose_parts_are_apart(native: Prefilter, source: str) -> None:
    data = page(source).encode()
    assert find(article_of(data, source="page", content_type=HTML))
    assert native.may_hold_posts(data, HTML)


def test_a_post_behind_many_marks_that_are_none(native: Prefilter) -> None:
    many = '<li data-id="1234567890">Rain</li>' * 3000
    assert sound(native, page(many + f'<iframe src="{ADDRESS}"></iframe>').encode(), HTML)
    few = '<li data-id="1234567890">Rain</li>' * 1000
    assert not native.may_hold_posts(page(few).encode(), HTML)
    assert native.may_hold_posts(page(few + '<i data-id="1234567890" data-site="twitter"></i>').encode(), HTML)


@pytest.mark.parametrize(
    "attributes", ["", ' nonce="a1"', ' type="application/json"', ' id="data" type="text/javascript"']
)
def test_the_json_of_scripts_counts_as_detection_reads_it(native: Prefilter, attributes: str) -> None:
    story = {"blockquotes": 1, "tags": ["rain", ADDRESS], "title": "Rain"}
    embed = {"type": "embed", "items": [{"type": "twitter", "embed": {"url": ADDRESS}}]}
    for data, held in ((story, False), (embed, True)):
        for slash in ("/", "\\/", "\\u002F"):
            value = json.dumps(data).replace("/", slash)
            source = page(f"<script{attributes}>{value}</script>").encode()
            assert sound(native, source, HTML)
            assert native.may_hold_posts(source, HTML) is held


@pytest.mark.parametrize("quotes", [0, 200, 6000])
def test_html_of_an_article_in_json_is_read_as_far_as_it_goes(native: Prefilter, quotes: int) -> None:
    prose = f'<p class="a">It <a rel="b" href="{ADDRESS}">rained</a> all night.</p><blockquote>Rain</blockquote>'
    embed = f'<blockquote class="twitter-tweet"><a href="{ADDRESS}">May 3, 2021</a></blockquote>'
    filling = '<b class="c">x</b>' * (quotes // 2)
    for markup, held in ((prose, False), (embed, True), (prose + embed, True), (embed + prose, True)):
        story = {"tags": f"rain,{ADDRESS}, river", "body": filling + markup + filling}
        for kept in (story, {"type": "embed", "story": story}):
            value = json.dumps(kept).replace("</", "<\\/")
            source = page(f'<script type="application/json">{value}</script>').encode()
            assert sound(native, source, HTML)
            assert native.may_hold_posts(source, HTML) is held
    twice = json.dumps(json.dumps({"type": "embed", "url": ADDRESS, "html": embed})).replace("</", "<\\/")
    source = page(f"<script>window.story = JSON.parse({twice});</script>").encode()
    assert find(article_of(source, source="page", content_type=HTML))
    assert native.may_hold_posts(source, HTML)


NOISE = st.sampled_from(
    ["<p>Rain.</p>", "<div>", "</div>", "<!-- ( -->", "(1) ", "<b>@</b> ", "<span>", "&nbsp;", "\n", "<i></i>", "— "]
)
PIECES = st.tuples(
    st.sampled_from(["— ", "&mdash; ", "– ", "<br>— ", "-- "]),
    st.sampled_from(["Ana Example ", "<b>Ana</b> Example ", "Ana Example&nbsp;"]),
    st.sampled_from([("(", ")"), ("（", "）"), ("[", "]"), ("&#40;", "&#41;"), ("<b>(</b>", "<b>)</b>"), ("( ", " )")]),
    st.sampled_from(["@", "&#64;", "＠", "<i>@</i>", ""]),
    st.sampled_from(["ana_example", "<a href=x>ana_example</a>", "ana.bsky.social", "ana<wbr>_example"]),
    st.sampled_from([" May 3, 2021", " <a href='y'>May 3, 2021</a>", " 3. Mai 2021", "<span> 2021-05-03</span>", ""]),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(NOISE, max_size=6), PIECES, st.lists(NOISE, max_size=6))
def test_signatures_in_any_pieces(
    before: list[str], pieces: tuple[str, str, tuple[str, str], str, str, str], after: list[str]
) -> None:
    dash, name, (opening, closing), sign, handle, date = pieces
    signed = f"<p>It rained all night. {dash}{name}{opening}{sign}{handle}{closing}{date}</p>"
    assert all(
        sound(made(engine), page("".join(before) + signed + "".join(after)).encode(), HTML) for engine in installed()
    )


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.sampled_from([markup for _, markup in embeds()]), min_size=1, max_size=2),
    st.lists(NOISE, max_size=8),
)
def test_embeds_among_noise(markups: list[str], noise: list[str]) -> None:
    source = page("".join(noise[::2]) + "".join(markups) + "".join(noise[1::2]))
    assert all(sound(made(engine), source.encode(), HTML) for engine in installed())


SOUGHT = {
    "a class far above a link in prose": (
        f"<div class='fb-post'>{'<p>It rained all night in the town.</p>' * 40}<p>It "
        "<a href='https://www.facebook.com/ana.example/posts/10150000000000001'>rained</a> all night.</p></div>"
    ),
    "a sign of a tag in a value": (
        """<gu-island name="YoutubeBlockComponent" a="b<c" props='{"id":"a","assetId":"a1B2c3D4e5U"}'></gu-island>"""
    ),
    "a title, and an end in a value": f'<title><script></title>{FRAME}<p data-a="</script>">A</p>',
    "a form with a script's tag": f'<textarea><script>f()</textarea>{FRAME}<p data-a="</script>">A</p>',
    "a comment with a script's tag": f'<!-- <script> here -->{FRAME}<p data-a="</script>">A</p>',
    "a script that goes on behind its end": (
        '<script>/* <!-- <script> */ window.a={"type":"embed","html":"x"};</script><p>A</p><script>var x={"a":1};'
        'var story = {"type":"embed","html":"\\u003ciframe src=\\"https://www.reddit.com/r/bridges/comments/1a2b3c4.json'
        '\\"\\u003e\\u003c/iframe\\u003e"};</script>'
    ),
    "a template in base64": (
        f'<script type="text/template">{base64.b64encode((FRAME + " " * 20).encode()).decode()}</script>'
    ),
    "JSON in a string": "<script>window.a = JSON.parse({});</script>".format(
        json.dumps(
            json.dumps(
                {
                    "type": "embed",
                    "html": '<blockquote class="tiktok-embed" data-video-id="7100000000000000001">Rain</blockquote>',
                }
            )
        ).replace("</", "<\\/")
    ),
}


@pytest.mark.parametrize("name", SOUGHT)
def test_what_is_told_only_by_what_stands_far_around(native: Prefilter, name: str) -> None:
    source = SOUGHT[name].encode()
    assert find(article_of(source, source="page", content_type=HTML), min_confidence=0.4)
    assert native.may_hold_posts(source, HTML)


AROUND = st.sampled_from(
    [
        "<!-- <script> -->",
        "<!-- </script> -->",
        '<p data-a="<script>">A</p>',
        '<p data-a="</script>">A</p>',
        "<title><script></title>",
        "<textarea><script></textarea>",
        '<script>var a="<script>";</script>',
        '<script>document.write("<script src=a><\\/script>")</script>',
        "<script>/* <!-- <script> */ f()</script>",
        "<style>.twitter-tweet{}</style>",
        "<svg><path d='M0 0'/></svg>",
        "<blockquote>Rain</blockquote>",
        "<iframe></iframe>",
        "<SCRIPT >a</SCRIPT\n>",
        "</script>",
        "<style>",
        "<!--",
        "-->",
        "<scripts>",
        f'<a href="{ADDRESS}">rain</a>',
        "%73",
        "<p>(Reuters) May 3, 2021 @ rain</p>",
    ]
)
KEPT_IN = st.sampled_from(
    [
        "{markup}",
        "<noscript>{markup}</noscript>",
        "<template>{markup}</template>",
        '<script type="text/template">{markup}</script>',
        '<div data-html="{escaped}"></div>',
        '<script type="application/json">{{"type":"embed","html":{value}}}</script>',
        '<script>window.a = {{"blockquote":1,"items":[{{"x":"a \\"b\\" c","text":{value}}}]}};</script>',
        '<script>var a = {{"b":1}}; var story = {{"kind":"tweet","body":{coded}}};</script>',
    ]
)


@settings(max_examples=400, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from([*(markup for _, markup in embeds()), *SIGNATURES]), KEPT_IN), min_size=1, max_size=3
    ),
    st.lists(AROUND, max_size=6),
    st.randoms(use_true_random=False),
)
def test_embeds_among_scripts_and_what_seems_to_be_one(
    kept: list[tuple[str, str]], around: list[str], order: random.Random
) -> None:
    parts = list(around)
    for markup, form in kept:
        value = json.dumps(markup)
        parts.append(
            form.format(
                markup=markup,
                escaped=html.escape(markup),
                value=value.replace("</", "<\\/"),
                coded=value.replace("<", "\\u003c").replace(">", "\\u003e"),
            )
        )
    order.shuffle(parts)
    for source in (page("".join(parts)), "".join(parts)):
        assert all(sound(made(engine), source.encode(), HTML) for engine in installed())


def installed() -> list[EngineName]:
    engines: tuple[EngineName, ...] = ("hyperscan", "re2")
    return [name for name in engines if find_spec(name) is not None]


@pytest.mark.parametrize(
    "filling",
    [
        b"@",
        b"(",
        b"<",
        b"@a ",
        b"(a) 2",
        b"<a",
        b"</",
        b'"',
        b"&#",
        b"%25",
        b"A",
        b"data-id=",
        b"youtu.be/",
        b"<script",
        b"%41",
        b"&#65;",
    ],
)
def test_no_filling_takes_more_than_its_length(native: Prefilter, filling: bytes) -> None:
    def seconds(size: int) -> float:
        source = page(filling.decode() * (size // len(filling))).encode()
        taken = []
        for _ in range(2):
            started = time.process_time()
            native.may_hold_posts(source, HTML)
            taken.append(time.process_time() - started)
        return min(taken)

    seconds(1000)
    # what takes the square of its length would take 100 times as long; what is soon let through may take none
    assert seconds(600_000) < 40 * max(seconds(60_000), 0.002)


class Other(DefaultPlatform):
    """A platform of somebody else, which tells nothing of its marks."""

    name = "other"
    hosts: tuple[str, ...] = ("other.example",)
    examples: tuple[Example, ...] = ()
    embed_rules: tuple[EmbedRule, ...] = (
        EmbedRule(name="other.embed", read=lambda _: None, classes=frozenset({"other-embed"})),
    )

    def ref_from_url(self, url: str) -> PostRef | None:
        return self.ref_from_id("1") if url.endswith("/1") else None

    def ref_from_id(self, post_id: str, handle: str | None = None) -> PostRef:
        return PostRef(platform="other", id=post_id, url=f"https://other.example/{post_id}")


@pytest.mark.parametrize("engine", ENGINES)
def test_a_platform_that_tells_no_marks_is_looked_for_by_what_its_rules_wait_for(engine: EngineName) -> None:
    other: Platform = Other()
    prefilter = Prefilter((other,), engine=engine)
    assert prefilter.may_hold_posts(page('<div class="x other-embed"></div>').encode(), HTML)
    assert prefilter.may_hold_posts(page('<iframe src="https://other.example/1"></iframe>').encode(), HTML)
    assert not prefilter.may_hold_posts(page("<p>Another example.</p>").encode(), HTML)


def missing(_sought: object) -> None:
    raise ImportError


def test_the_fastest_engine_that_is_installed_searches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "Piecewise", lambda _sought: module.Everything())
    monkeypatch.setattr(module, "Native", missing)
    assert Prefilter().engine == "none"
    with pytest.raises(UsageError, match="hyperscan is not installed"):
        Prefilter(engine="hyperscan")


def test_without_any_engine_every_page_is_let_through(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "Native", missing)
    monkeypatch.setattr(module, "Piecewise", missing)
    for prefilter in (Prefilter(), Prefilter(engine="none")):
        assert prefilter.engine == "none"
        assert prefilter.may_hold_posts(page("<p>Rain.</p>").encode(), HTML)
    with pytest.raises(UsageError, match="re2 is not installed"):
        Prefilter(engine="re2")
