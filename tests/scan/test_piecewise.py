"""A page that is searched in pieces: nothing is lost where it is cut, and where the search gives up the page counts."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archiver.platforms import platforms
from archiver.scan.prefilter import piecewise
from archiver.scan.prefilter.hidden import FORMS
from archiver.scan.prefilter.marks import Sought, sought
from archiver.scan.prefilter.piecewise import PIECE, Piecewise
from archiver.scan.prefilter.reaching import beginning, reaches
from archiver.scan.prefilter.seen import MAX_ASKED, MAX_PLACES, Engine

pytest.importorskip("re2", reason="google-re2 is not installed here")

SOUGHT: Sought = sought(tuple(platforms().values()))
ENGINE = Piecewise(SOUGHT)
HTML = "<p>It rained.</p>"


def found(source: bytes) -> set[bytes]:
    """What is found in a page, as it stands there up to its end."""
    return {source[max(0, end - 8) : end] for _, end in ENGINE.scan(source, "html").asked}


@pytest.mark.parametrize(
    "mark",
    [
        b'<iframe src="https://www.youtube.com/embed/a1B2c3D4e5U"></iframe>',
        b"<p>[tweet 1590173336165216257]</p>",
        b'{{< tweet user="ana" id="1590173336165216257" >}}',
        b"<amp-youtube data-videoid='a1B2c3D4e5U'></amp-youtube>",
        b"https://www.youtube.com/watch?" + b"a=1&" * 500 + b"v=a1B2c3D4e5U",
    ],
)
def test_what_lies_where_a_page_is_cut_is_found(mark: bytes) -> None:
    whole = found(b"<p>" + mark + b"<p>")
    assert whole
    for before in range(PIECE - len(mark) - 10, PIECE + 10, 3):
        filling = (b"<p>It rained all night.</p>" * (before // 27 + 1))[:before]
        assert whole <= found(filling + mark + b"<p>It rained.</p>" * 2000), before


def test_what_reaches_over_pieces_is_found() -> None:
    many = b"if (a < b) { a(b) }".replace(b"{", b"(").replace(b"}", b")") * 2000
    player = b"<script>new YT.Player('p', {events: 1," + many + b", videoId: 'a1B2c3D4e5U'})</script>"
    assert any(b"videoId" in end for end in found(HTML.encode() * 500 + player + HTML.encode() * 500))


def test_what_may_end_at_each_of_some_characters_ends_early() -> None:
    first = b'<a href="https://www.youtube.com/watch?v=a1B2c3D4e5U'
    ends = [end for _, end in ENGINE.scan(first + b'&v=b1B2c3D4e5U">A</a>', "html").asked]
    assert ends
    assert all(end <= len(first) for end in ends)


def test_what_begins_within_something_else_is_found() -> None:
    assert len(ENGINE.scan(b"<p>&#65&#66;&#67&#68.", "html").coded) == 4


@pytest.mark.parametrize("beside", ["https://youtu.be/a1B2c3D4e5U", "&#115;tatus"])
def test_what_declares_embeds_is_told_where_an_address_may_be(beside: str) -> None:
    source = f'<div class="instagram_post"></div>{beside}'.encode()
    assert any(pattern.declares for pattern, _ in ENGINE.scan(source, "html").asked)
    assert any(pattern.declares for pattern, _ in ENGINE.scan(source[:34], "html", [(0, 34)]).asked)


@pytest.mark.parametrize(
    ("pattern", "far"),
    [
        (rb"a[^{}]*b", True),
        (rb"ab<c", False),
        (rb"a[^\s>]*<", True),
        (rb"a[^\s<>]*<", False),
        (rb"a[^\s<>]*<b", True),
        (rb"a[^\s<>]*(?:<b|cd)", True),
        (rb"a.*b", True),
        (rb"<[^\s<>]*x", False),
        (rb"a\\*<b", False),
        (rb"(?:a[^\s<>]*<)b", True),
        (rb"(?:x|a[^\s<>]*(?:c|<)|d)b", True),
        (rb"a[\w.-]+<b", False),
        (rb"a(?:bc<){0,200}d", True),
        (rb"a(?:bc<){0,20}d", False),
        (rb"a[^x]", False),
        (rb"(?<!a)b", True),
        (rb"a(", True),
    ],
)
def test_which_patterns_reach_over_pieces(pattern: bytes, far: bool) -> None:
    assert reaches(pattern) is far


def test_few_of_the_patterns_reach_over_pieces() -> None:
    patterns = [*(pattern.found for pattern in (*SOUGHT.posts, *SOUGHT.declared)), *SOUGHT.places, *SOUGHT.text_places]
    far = [pattern for pattern in patterns if reaches(pattern)]
    assert len(far) <= 3
    assert all(len(beginning(pattern)) > 5 for pattern in far)


class GivesUp:
    """RE2 says so where it has no memory left: nothing is found."""

    def Match(self, _data: bytes) -> None:
        return None


def test_where_re2_gives_up_the_page_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = Piecewise(SOUGHT)
    monkeypatch.setattr(engine, "_set", lambda _: GivesUp())
    monkeypatch.setattr(engine, "_in_tags", GivesUp())
    assert engine.scan(HTML.encode(), "html").post
    assert engine.scan(b"It rained.", "text").post
    assert len(engine.places(HTML.encode())) >= MAX_PLACES
    assert engine.tags_in(b"<a>") == set(range(len(SOUGHT.tags)))
    assert ENGINE.tags_in(b"<p>") == set()


def test_a_page_with_more_than_is_worth_looking_at_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    assert ENGINE.scan(b'<a href="https://youtu.be/a1B2c3D4e5U">A</a>' * (MAX_ASKED + 1), "html").post
    monkeypatch.setattr(piecewise, "MAX_AGAIN", 1_000)
    assert ENGINE.scan(b"<p>youtu" + b"youtu" * 200 + b"#p/u/1/a1B2c3D4e5U</p>", "html").post


PARTS: list[bytes] = [
    *(form + b" a>" for form in FORMS),
    *(form.upper() + b">" for form in FORMS),
    *(
        b'<a href="https://youtu.be/a1B2c3D4e5U">',
        b"x.com/a/status/20 ",
        b"%73tatus",
        b"&#115;",
        b"&#65",
        b"\xc3\xa9",
        b"\xff",
    ),
    *(b"@ana ", b"(ana_example) ", b"(<b>ana</b>)", b"&#64;", b"aHR0cHM6Ly95b3V0dS5iZS9hMUIyYzNENGU1VQ=="),
    *(b"It rained. ", b"\n", b"<p>", b"</p>", b"It rained all night in the old town. " * 30),
]


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(PARTS), max_size=60), st.sampled_from([64, 600, PIECE]))
def test_both_engines_tell_the_same(parts: list[bytes], piece: int) -> None:
    """What hyperscan tells in one pass is told in pieces, too, but for more ends of what begins at one place."""
    other = hyperscan()
    source = b"".join(parts)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(piecewise, "PIECE", piece)
        patch.setattr(piecewise, "OVERLAP", min(piecewise.OVERLAP, piece - 1))
        one, two = ENGINE.scan(source, "html"), other.scan(source, "html")
        assert (one.post, one.not_utf8, one.structure) == (two.post, two.not_utf8, two.structure)
        assert sorted(set(one.coded)) == sorted(set(two.coded))
        assert bool(one.base64) is bool(two.base64)
        links = [{end for pattern, end in seen.asked if pattern.address} for seen in (one, two)]
        assert links[0] == links[1]
        places = [{(place.end, place.lost) for place in engine.places(source)} for engine in (ENGINE, other)]
        assert places[0] <= places[1]
        assert {lost for _, lost in places[0]} == {lost for _, lost in places[1]}


_other: list[Engine] = []


def hyperscan() -> Engine:
    pytest.importorskip("hyperscan")
    if not _other:
        native: Any = pytest.importorskip("archiver.scan.prefilter.native")
        _other.append(native.Native(SOUGHT))
    return _other[0]
