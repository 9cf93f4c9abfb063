"""Text that was made to be slow. Invariant: four times the text costs about four times the work, and what is found
grows no faster than the text."""

from __future__ import annotations

import gc
import time
import tracemalloc

import pytest

from archiver.detect import find
from archiver.detect.claims import Claims
from archiver.detect.triggers import places
from archiver.model import Article, Mention

SIZE = 12_000
"""Code points: so many that what grows with the square stands out, and few enough for a test."""

ALLOWED = 9
"""Times the CPU time for four times the text: 4 if it is linear, 16 if it grows with the square."""

MEASURABLE = 0.01
"""Seconds of CPU time below which the clock and other programs say more than the work."""

ATTEMPTS = 3

UNITS = [
    *("(", "@", "＠", "—", "[", ">", "“", "/", "♬", "\n", "\u200f", "x", "· ", "😀", "1"),
    *(
        "November 9, 2022 ",
        "9 qwertyul 2022 ",
        "@ana_example ",
        "(@a) ",
        "(@ana ",
        "@(",
        "(ana_x) 2022 ",
        "- Ana (@ana)\n",
    ),
    *("pic.twitter.com/", "word pic.twitter.com/AbCdEfGhIj ", "https://x.com/a/status/1 ", "http://", "a.b/c "),
    *(
        "It rained. — Ana Example (@ana_example) November 9, 2022 ",
        "> — Ana (@ana) [May 3, 2021]",
        "@ana: it rained all day\n",
    ),
    *(
        "End of Twitter post by @ana\n",
        'Ana (@ana) on X: "',
        "3:02 PM · Nov 20, 2024 ",
        "Ana @ana · Nov 9 ",
        "@ana@server.example ",
    ),
    *("A post shared by ", "View this post on Instagram ", "Watch on YouTube ", "Posted by Ana on ", "u/ana in r/b "),
]


def read(text: str) -> list[Mention]:
    return find(Article(source="a", uri="ni:///x", digest="sha256:0", text=text), min_confidence=0)


def cpu_seconds(text: str) -> float:
    gc.disable()
    try:
        started = time.process_time()
        read(text)
        return time.process_time() - started
    finally:
        gc.enable()


@pytest.mark.parametrize("unit", UNITS)
def test_four_times_the_text_costs_about_four_times_the_work(unit: str) -> None:
    read(unit * 20)  # tables are made once
    ratios: list[float] = []
    for _ in range(ATTEMPTS):  # other programs only ever make it slower
        one = cpu_seconds(unit * (SIZE // len(unit)))
        four = cpu_seconds(unit * (4 * SIZE // len(unit)))
        ratios.append(four / max(one, MEASURABLE))
        if ratios[-1] <= ALLOWED:
            break
    assert min(ratios) <= ALLOWED


@pytest.mark.parametrize(
    "unit", ["(@a) ", "It rained. — Ana (@ana_example) May 3, 2021\n", "https://x.com/a/status/1 \n"]
)
def test_memory_grows_with_the_text_and_not_faster(unit: str) -> None:
    peaks = []
    for size in (SIZE // 3, 4 * SIZE // 3):
        text = unit * (size // len(unit))
        read(text)
        tracemalloc.start()
        read(text)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] <= 6 * peaks[0] + 1_000_000


def test_a_long_line_without_an_end_is_no_post() -> None:
    text = "word " * 4000
    assert [m for m in read(f"{text}— Ana Example (@ana_example) May 3, 2021") if len(m.text or "") > 1200] == []


def test_claims_answer_as_a_list_of_all_offsets_would() -> None:
    claims = Claims([(5, 9)])
    claims.add([(20, 30), (9, 12)])
    taken = {at for span in ((5, 9), (9, 12), (20, 30)) for at in range(*span)}
    for start in range(35):
        for end in range(start + 1, 36):
            assert claims.overlap(start, end) == any(at in taken for at in range(start, end))
    assert (claims.floor(4), claims.floor(15), claims.floor(25)) == (0, 12, 25)
    assert (claims.ceiling(13, 99), claims.ceiling(31, 99)) == (20, 99)


def test_places_come_in_the_order_of_the_text() -> None:
    assert list(places("abcab", ["b", "ab", "c", "z"])) == [(0, "ab"), (1, "b"), (2, "c"), (3, "ab"), (4, "b")]
