"""The text around embeds. Invariant: leaving out what cannot hold a post loses none that the grammar of flattened posts
would find, and pieces are put together as a reader sees them."""

from __future__ import annotations

import gzip
import json
from functools import partial
from pathlib import Path
from unittest import mock

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archiver.detect import around, embeds, find, find_in, markup_of, parsing, prose
from archiver.model import Article
from archiver.platforms import platforms
from archiver.platforms.markup import render

ALL = tuple(platforms().values())

WORDS = st.sampled_from(
    ["It rained.", "The bridge is open", "She (the mayor) said", "in 2022", "a/b", "(2019)", "—", "\u00a0"]
)
TRIGGERS = st.sampled_from([t for p in ALL for rule in p.text_rules for t in rule.triggers])
SIGNATURES = st.sampled_from(
    [
        "— Ana Example (@ana_example) November 9, 2022",
        "– Ana Example (ana_example) November 9, 2022",
        "— Ana Example (ana_example) 9 ноября 2022 г.",
        "— آنا (@ana_example) ٩ نوفمبر ٢٠٢٢",
        "— Ana （ana_example） 2022年11月9日",
        "(<b>ana_example</b>) May 3, 2021",
        "— Ana (<a href='#'>@<i>ana</i>_example</a>)\n\n   <span>May 3,</span> 2021",
        "Rain. — Ana (&#64;ana_example) May 3, 2021",
        "— Ana (@ana.example.org) May 3, 2021 at 3:02 PM",
        "Post by @ana@server.example",
        "A post shared by Ana Example (@ana.example)",
    ]
)
TWEET = (
    '<blockquote class="twitter-tweet"><p>It rained.</p>&mdash; Ana Example (@ana_example) '
    '<a href="https://twitter.com/ana_example/status/1590173336165216257">May 3, 2021</a></blockquote>'
)
EXAMPLES = st.sampled_from([example.text for p in ALL for rule in p.text_rules for example in rule.examples])
TAGS = st.sampled_from(
    ["<p>", "</p>", "<br>", "<div>", "</div>", "<b>", "</b>", "<li>", " ", "\n  ", "<td>", "<i></i>"]
)


@settings(max_examples=300)
@given(st.lists(WORDS | TRIGGERS | SIGNATURES | EXAMPLES | TAGS, max_size=14))
def test_nothing_is_lost(parts: list[str]) -> None:
    assert_nothing_is_lost("<body>" + "".join(parts))


def assert_nothing_is_lost(html: str) -> None:
    pieces = embeds.read(html, ALL).pieces
    wanted = {block.at for block in pieces.blocks(partial(pieces.may_hold_posts, ALL))}
    for block in pieces.blocks():
        if block.at not in wanted:
            assert prose.find(block.text, ALL, signed_only=True) == []


@settings(max_examples=200)
@given(st.lists(WORDS | TRIGGERS | SIGNATURES | EXAMPLES | TAGS | st.just("quiet words " * 9), max_size=40))
def test_a_long_text_is_told_as_a_short_one_is(parts: list[str]) -> None:
    whole = "".join(parts)
    with mock.patch.multiple(around, AT_ONCE=50, GROUP=70):
        assert around.long_may_hold_posts(parts, ALL) == around.may_hold_posts(whole, ALL)


@settings(max_examples=100)
@given(st.lists(WORDS | TRIGGERS | SIGNATURES | EXAMPLES | TAGS | st.just(TWEET), max_size=14))
def test_a_large_page_is_read_as_a_small_one_is(parts: list[str]) -> None:
    article = Article(source="a", uri="https://news.example/", digest="sha256:0", html="<body>" + "".join(parts))
    expected = find(article)
    with mock.patch.object(around, "GROUP", 60), mock.patch.object(parsing, "LARGE", 0):
        assert find(article) == expected
        assert find_in(markup_of(article.html or ""), msgspec.structs.replace(article, html="")) == expected


PAGES = Path(__file__).parents[2] / "../shared/eval/html.jsonl.gz"


@pytest.mark.skipif(not PAGES.exists(), reason="the labelled pages are not part of this repository")
def test_nothing_is_lost_in_labelled_pages() -> None:
    with gzip.open(PAGES) as lines:
        for line in lines:
            assert_nothing_is_lost(json.loads(line)["html"])


@given(st.lists(st.sampled_from(["One ", "two", " three", "\n", "four\u00a0five", "<p>", "</p>", "<br>", "<b>", "</b>",
                                 "<div>", "</div>", "<ul><li>", "</ul>", "<hr>", "<i></i>"]), max_size=16))  # fmt: skip
def test_pieces_are_put_together_as_a_reader_sees_them(parts: list[str]) -> None:
    html = "<html><body>" + "".join(parts)
    blocks = embeds.read(html, ALL).pieces.blocks()
    body = embeds.LexborHTMLParser(html).body
    assert body is not None
    assert "".join(block.text for block in blocks) == render(body).text


def test_a_text_without_signs_is_not_put_together() -> None:
    pieces = embeds.read("<body><p>It rained (again) in May.</p><p>Call (030) 123.</p>", ALL).pieces
    assert pieces.blocks(partial(pieces.may_hold_posts, ALL)) == []


@pytest.mark.parametrize("space", ["", " ", "\n   ", "\u00a0"])
def test_white_space_within_what_is_looked_for_may_be_any(space: str) -> None:
    for written in ("A post shared~by Ana", "[ Rain ,~[ Ana", "(~ana_example~)~May~3,~2021"):
        assert around.may_hold_posts(written.replace("~", space), ALL)
        assert around.long_may_hold_posts([written.replace("~", space)], ALL)
    assert not around.may_hold_posts(f"A post sha{space or ' '}red by Ana (the mayor) May 3, 2021", ALL)
