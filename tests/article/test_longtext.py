"""Large pages that are kept as UTF-8 are read as others are. Invariant: a `LongText` answers as the `str` of the same
text does, says the same of itself, and gives the parser the same document."""

from __future__ import annotations

import re
from contextlib import ExitStack
from unittest import mock

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from archiver.article import article_of, long_page_of, longtext
from archiver.article.longtext import LongText
from archiver.detect import markup_of
from archiver.errors import InputError
from archiver.model import Article
from archiver.platforms import bounds

LETTERS = ["a", "b", " ", "<", ">", "é", "\u00a0", "\u0085", "ж", "雨", "\u3000", "\U0001f600", "\u200b", "\0", "\r\n"]
TEXTS = st.lists(st.sampled_from(LETTERS), max_size=60).map("".join)
PLACES = st.integers(min_value=0, max_value=70)


@settings(max_examples=300, deadline=None)
@given(TEXTS, st.sampled_from(["a", "<", "é", "ж ", "\U0001f600", "ab"]), PLACES, PLACES, st.integers(4, 12))
def test_places_are_those_of_the_text(text: str, part: str, start: int, end: int, piece: int) -> None:
    with mock.patch.object(longtext, "PIECE", piece):
        long = LongText(text.encode())
    assert len(long) == len(text)
    assert str(long) == text
    assert long.isspace() == text.isspace()
    assert (part in long) == (part in text)
    assert long[start:end] == text[start:end]
    assert long[start:] == text[start:]
    for ends in ((), (start,), (start, end)):
        assert long.find(part, *ends) == text.find(part, *ends)
        assert long.rfind(part, *ends) == text.rfind(part, *ends)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from([b"a", b"\xc3", b"\xa9", b"\xe9\x9b", b"\xa8", b"\xf0\x9f", b"\x98\x80", b"\xff"])))
def test_what_is_not_utf_8_is_none(parts: list[bytes]) -> None:
    data = b"".join(parts)
    with mock.patch.object(longtext, "PIECE", 5):
        try:
            text = data.decode()
        except UnicodeDecodeError:
            with pytest.raises(UnicodeDecodeError):
                LongText(data)
        else:
            assert str(LongText(data)) == text


LONG = "x" * 45
PIECES = [
    *("<p>", "</p>", "<div>", "</div>", "</DIV>", "<b>", "</b>", "<svg>", "</svg>", "<!--", "-->", "<div\u00a0c>"),
    *("<select>", "</select>", "<Select\u3000>", "<\u017felect>", "<option>", "<option\u0085>", "<opt"),
    *('<i a b="c" d>', "<i a='>' b=\u00a0'>' c=d e f>", "<i é ж=1\u3000a \U0001f600 b c>", "<i a a=1 b b c"),
    *("é", "ж дождь ", "\U0001f600", "rain ", "&amp;", "\ufeff", "<script>", "</script>", "<a href=?\u00e9>"),
    *(f"<{LONG}a>", f"</{LONG}b>", f"</{LONG}a>", f"<y{'ж' * 22}>", f"</y{'ж' * 22}>", "<x-é>", "</x-É>", "\0", "\r\n"),
]


@settings(max_examples=400, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=40))
@example(["<x-é>", "</x-É>"] * 8)
def test_the_parser_is_given_the_same(pieces: list[str]) -> None:
    html = "".join(pieces)
    with ExitStack() as small:
        small.enter_context(mock.patch.multiple(bounds, FEW_TAGS=3, MAX_DEPTH=4, MAX_CHOOSING=8, AT_ONCE=20))
        small.enter_context(mock.patch.object(bounds, "MAX_ATTRIBUTES", 2))
        small.enter_context(mock.patch.object(bounds, "_CROWDED", crowded(3)))
        assert markup_of(LongText(html.encode()))._taken() == markup_of(html)._taken()


def crowded(least: int) -> object:
    return re.compile(bounds._CROWDED.pattern.replace("{64,}", f"{{{least},}}"), re.ASCII)


def test_a_name_that_goes_on_does_not_end_another() -> None:
    long = "x" * (bounds.LONG_NAME + 2)
    html = f"<{long}a>a</{long}b>" * (bounds.MAX_DEPTH * 8)
    assert bounds.flatten(html).count(f"<{long}a>") == bounds.MAX_DEPTH


SAYING = [
    *("<html lang=de>", "<head>", "</head>", "<title>Über Wörter</title>", "<meta name=date content=2021-03-04>"),
    *("<h1>", "</h1>", f"<p>{'Дождь идёт и река поднимается. ' * 3}</p>", f"<p>{'The river is high again. ' * 3}</p"),
    *('<time datetime="2021-05-06">', "<time pubdate datetime='2021-05-07'>", "<span class=date>7 May 2021</span>"),
    *('<b itemprop="datePublished" content="2020-01-02">', "\U0001f600" * 30, "<div>9 июня 2021</div>", "é ", "<"),
    '<script type="application/ld+json">{"@type":"NewsArticle","datePublished":"2019-08-07","headline":"雨"}</script>',
    "ж" * 80,
]
HEADERS = st.sampled_from(["text/html", "text/html; charset=utf-8", "text/html; charset=windows-1251", None])
CODED = st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1251", "cut", "damaged", "shift_jis"])


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(SAYING), max_size=25), HEADERS, CODED)
def test_a_large_page_says_the_same_of_itself(pieces: list[str], header: str | None, coding: str) -> None:
    html = "".join(pieces)
    data = html.encode("utf-8" if coding in ("cut", "damaged") else coding, "ignore")
    if coding == "cut":
        data = data[:-1]
    if coding == "damaged":
        data = data[: len(data) // 2] + b"\xff" + data[len(data) // 2 :]

    def small() -> tuple[Article, str | None]:
        article = article_of(data, source="a", content_type=header)
        return (article, None) if article.html is None else (replace(article, html=""), article.html)

    def large() -> tuple[Article, str | None]:
        with mock.patch.object(longtext, "PIECE", 50):
            article, text = long_page_of(data, source="a", content_type=header)
        return article, None if text is None else str(text)

    told: list[object] = []
    for read in (small, large):
        try:
            told.append(read())
        except InputError as error:
            told.append(error.problem)
    assert told[0] == told[1]
