"""Pages made to be expensive. Invariant: four times the page costs about four times the work, whatever it is made of,
and a post behind it is found."""

from __future__ import annotations

import re
import time

import pytest
from selectolax.lexbor import LexborHTMLParser

from archiver.detect import find
from archiver.model import Article, Mention
from archiver.platforms import bounds

ID = "1590173336165216257"
URL = f"https://twitter.com/ana_example/status/{ID}"
EMBED = (
    '<blockquote class="twitter-tweet"><p>The bridge is open.</p>&mdash; Ana Example (@ana_example) '
    f'<a href="{URL}">November 9, 2022</a></blockquote>'
)
SIZE = 40_000
"""Characters of the smaller page."""

PATTERNS = {
    "div": "<div>",
    "unclosed blockquote": "<blockquote>",
    "classed blockquote": '<blockquote class="twitter-tweet">',
    "blockquotes with text": "<blockquote class='twitter-tweet instagram-media'><p>a",
    "cards": '<div class="tweet"><p class="tweet-text">a',
    "paragraphs in a blockquote": "<p>Words (again)<br>",
    "stray end tags": "<div></x>",
    "formatting": "<a href=#><div></a>",
    "tables": "<div><table><td></div>",
    "lists": "<ul><li>",
    "svg": "<svg><link>",
    "links": f'<a href="{URL}">a</a> ',
    "links in embeds": f'<div class="embed"><a href="{URL}">a</a>',
    "profiles": '<a class="embed" href="https://twitter.com/ana_example">a</a>',
    "names of tags": "<blockquote",
    "angles": "<",
    "attributes": "<div a=b c ",
    "one element's attributes": " a{n}=b",
    "quotes": "<div a=\"b' ",
    "data-src": f'<div data-src="{URL[:30]}">',
    "containers": f'<div class="embed" data-src="{URL}">a',
    "ids": f'<div data-type="twitter" data-id="{ID}">a',
    "frames": f'<iframe src="{URL}"></iframe>',
    "objects": f'<object><param name="movie" value="{URL}">',
    "scripts": '<script>embed"</script>',
    "open scripts": '<script>{"type":"embed"',
    "templates": "<template><p>",
    "payloads": '<div data-content="&lt;p data-x=//&gt;">',
    "payload in payload": "&amp;lt;div data-x='//",
    "noscript": "<noscript><p>a",
    "lone addresses": f"<p>{URL}</p>",
    "addresses in one line": f"{URL} ",
    "addresses among scripts": "//<script></script>",
    "shortcodes": "[tweet ",
    "closed shortcodes": f"[embed]{URL}[/embed] ",
    "braces": "{{< tweet ",
    "signatures": "— Ana (@ana_example) November 9, 2022 ",
    "handles": "(@ana) ",
    "parentheses": "(",
    "dashes": "— ",
    "entities": "&amp;",
    "base64": "QUJD",
    "comments": "<!-- -->",
    "choices": "<select>{all}<option>a",
    "choices and lines": "<select>{all}<hr><option>a",
}


def page(pattern: str, size: int) -> str:
    before, _, pattern = pattern.rpartition("{all}")
    count = size // len(pattern)
    many = "".join(pattern.replace("{n}", str(n)) for n in range(count)) if "{n}" in pattern else pattern * count
    return f"<html><body>{before}{many}"


def found(html: str) -> list[Mention]:
    return find(Article(source="a.html", uri="ni:///x", digest="sha256:0", html=html), min_confidence=0)


def cost(html: str) -> float:
    started = time.process_time()
    found(html)
    return time.process_time() - started


@pytest.mark.parametrize("name", PATTERNS)
def test_the_work_grows_with_the_page(name: str) -> None:
    small, large = page(PATTERNS[name], SIZE), page(PATTERNS[name], 4 * SIZE)
    found(small)
    once = min(cost(small), cost(small))
    if once > 0.002:  # below, there is nothing to measure
        assert min(cost(large), cost(large)) < 10 * once + 0.2


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("<div>" * 20_000, "</div>" * 20_000),
        ("<!-- -->" * 20_000, ""),
        ("<div " + "a " * 5_000 + ">", "</div>"),
        ("<div " + " ".join(f"a{n}" for n in range(5_000)) + ">", "</div>"),
        ("<svg>" + "<link>" * 5_000 + "</svg>", ""),
        ("<div class='tweet'>" * 300, "</div>" * 300),
        ("<template>" * 300 + "</template>" * 300, ""),
        ("<select>" + "<hr>" * 40_000 + "<option>a" * 40_000, "</select>"),
    ],
    ids=["depth", "comments", "attributes", "names", "svg", "cards", "templates", "choices"],
)
def test_a_post_is_found(before: str, after: str) -> None:
    words = "".join(f"<p>Paragraph {n}.</p>" for n in range(3))
    body = f"{before}{words}{after}{EMBED}" if after.startswith("</div></div>") else f"{before}{EMBED}{after}"
    assert [m.post_id for m in found(f"<html><body>{body}")] == [ID]


@pytest.mark.parametrize("pattern", ["<div>", "<div></x>", "<a href=#><div></a>", "<div><table><td></div>"])
def test_what_nests_too_deep_is_still_read_as_text(pattern: str) -> None:
    assert [m.handle for m in found(f"<html><body>{pattern * 20_000}{EMBED}")] == ["ana_example"]


def test_templates_within_templates_end() -> None:
    assert found("<template>" * 2_000 + EMBED) == []
    assert [m.post_id for m in found("<template>" * 3 + EMBED)] == [ID]


def test_depth_is_bounded_whatever_closes() -> None:
    for pattern in ("<div>", "<div></x>", "<a><div></a>", "<b><div></b>", "<div><object></div>", "<font>"):
        flat = bounds.flatten(pattern * 20_000)
        depth = 0
        at = LexborHTMLParser(flat).root
        while at is not None and at.last_child is not None:
            at, depth = at.last_child, depth + 1
        assert 0 < depth <= 4 * bounds.MAX_DEPTH


def test_lists_of_choices_stay_unless_there_are_ten_thousands() -> None:
    towns = "<form><select name=town>" + "<option value=1>Town</option>" * 5_000 + "</select></form>"
    assert bounds.parseable(towns) == towns
    many = bounds.parseable("<SELECT\n a='<'>" + "<hr>" * 40_000 + "<option>Town" * 6_000 + "</select ><selects>")
    assert re.findall("(?i)</?select[^s]", many) == []
    assert many.count("<option>Town") == 6_000


def test_pages_of_ordinary_depth_are_not_touched() -> None:
    html = "<div><ul><li><a href=#><b>One</b></a><li><span>Two</ul><p>Three<br></div>" * 3000
    assert html.count("<") > bounds.FEW_TAGS
    assert bounds.flatten(html) == html
    assert bounds.thin(html) == html
