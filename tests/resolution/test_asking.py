"""Asking within one resolution: every question once, failures as gaps, and the same report whoever was first."""

from __future__ import annotations

import itertools
import threading
import time
from collections import Counter
from collections.abc import Iterable

import pytest

from archiver.errors import (
    ArchiveError,
    ArchiverError,
    LeftAloneError,
    LimitError,
    NetworkError,
    NotStoredError,
    RefusedError,
)
from archiver.exchange import Exchange
from archiver.platforms.base import Lookup
from archiver.resolution.asking import Asker
from archiver.resolution.together import together
from tests.platforms.driving import exchange

A, B = "https://t.example/a", "https://t.example/b"


class Web:
    """A fetcher that answers from a table, and counts what it was asked."""

    def __init__(
        self, answers: dict[str, list[Exchange] | ArchiverError], delays: dict[str, float] | None = None
    ) -> None:
        self._answers = answers
        self._delays = delays or {}
        self._lock = threading.Lock()
        self.asked: Counter[tuple[str, str]] = Counter()
        self.headers: list[tuple[tuple[str, str], ...]] = []

    def _answer(self, how: str, url: str, headers: Iterable[tuple[str, str]]) -> list[Exchange]:
        with self._lock:
            self.asked[how, url] += 1
            self.headers.append(tuple(headers))
        time.sleep(self._delays.get(url, 0.0))
        found = self._answers[url]
        if isinstance(found, ArchiverError):
            raise found
        return found

    def fetch(self, url: str, *, headers: Iterable[tuple[str, str]] = (), max_bytes: int | None = None) -> Exchange:
        return self._answer("fetch", url, headers)[0]

    def follow(
        self, url: str, *, headers: Iterable[tuple[str, str]] = (), max_bytes: int | None = None
    ) -> list[Exchange]:
        return self._answer("follow", url, headers)


HOP = exchange(A, b"", 301, record="urn:uuid:hop")
PAGE = exchange(B, b"page", record="urn:uuid:page")


def test_a_question_is_put_once_and_reported_once() -> None:
    web = Web({A: [PAGE]})
    ask = Asker(web)
    assert ask.fetch(A, source="t") is PAGE
    assert ask.fetch(A, source="again") is PAGE
    assert web.asked == {("fetch", A): 1}
    assert ask.requests == 1
    assert ask.steps == [f"HTTP 200: {B}"]
    assert list(ask.evidence) == ["urn:uuid:page"]
    assert ask.gaps == []


def test_redirects_are_followed_where_the_question_says_so() -> None:
    web = Web({A: [HOP, PAGE]})
    ask = Asker(web)
    assert ask.lookup(Lookup(endpoint="t", url=A, headers=(("Accept", "x"),), follow=False)) is HOP
    assert ask.lookup(Lookup(endpoint="t", url=A)) is PAGE
    # another question: what it leads to, and each answer on the way is evidence
    assert web.asked == {("fetch", A): 1, ("follow", A): 1}
    assert web.headers == [(("Accept", "x"),), ()]
    assert ask.requests == 2
    assert ask.steps == [f"HTTP 301: {A}", f"HTTP 301: {A}", f"HTTP 200: {B}"]
    assert list(ask.evidence) == ["urn:uuid:hop", "urn:uuid:page"]


@pytest.mark.parametrize(
    ("error", "step", "gap"),
    [
        (NetworkError("connection reset"), "no answer", "no answer"),
        (RefusedError("a private address"), "no answer", "no answer"),
        (LeftAloneError("asked to wait"), "no answer", "no answer"),
        (LimitError("too large"), "no answer", "no answer"),
        (NotStoredError("no stored capture"), "not stored", "not stored"),
    ],
)
@pytest.mark.parametrize("follow", [True, False])
def test_no_failure_is_fatal_and_each_is_a_gap(error: ArchiverError, step: str, gap: str, follow: bool) -> None:
    ask = Asker(Web({A: error, B: [PAGE]}))
    way = ask.follow if follow else ask.fetch
    assert way(A, source="the list") is None
    assert way(A, source="the list") is None
    assert ask.gaps == [f"the list: {gap}"]
    assert len(ask.steps) == ask.requests == 1
    assert ask.steps[0].startswith(f"{step}: {A}")
    assert way(B, source="the list") is PAGE


def test_what_is_no_failure_of_the_web_is_raised() -> None:
    for url in (A, A):  # a full disk, or a fault of this program
        with pytest.raises(ArchiveError):
            Asker(Web({url: ArchiveError("no space left")})).fetch(url, source="t")
    with pytest.raises(KeyError):
        Asker(Web({})).fetch(A, source="t")


def test_notes_and_gaps_are_kept_in_order_and_gaps_once() -> None:
    ask = Asker(Web({}))
    ask.note("one")
    ask.note("one")
    for gap in ("b", "a", "b"):
        ask.gap(gap)
    assert (ask.steps, ask.gaps) == (["one", "one"], ["b", "a"])


def test_what_was_asked_before_is_known_to_all_and_counted_once() -> None:
    web = Web({A: [PAGE], B: NetworkError("reset")})
    ask = Asker(web)
    ask.fetch(A, source="first")
    ask.fetch(B, source="first")
    later = ask.apart()
    assert later.fetch(A, source="second") is PAGE
    assert later.fetch(B, source="second") is None
    assert later.requests == 0
    assert later.steps == []
    # it did not get all that it asked for either
    assert later.gaps == ["second: no answer"]
    ask.take(later)
    assert ask.requests == 2
    assert ask.gaps == ["first: no answer", "second: no answer"]
    assert max(web.asked.values()) == 1


def test_what_one_asks_after_the_others_began_is_known_to_them_too() -> None:
    web = Web({A: [PAGE]})
    ask = Asker(web)
    one, other = ask.apart(), ask.apart()
    assert one.fetch(A, source="one") is other.fetch(A, source="other") is PAGE
    assert (one.requests, other.requests) == (1, 1)
    ask.take(one)
    ask.take(other)
    assert (ask.requests, ask.steps) == (1, [f"HTTP 200: {B}"])
    assert max(web.asked.values()) == 1


URLS = [f"https://t.example/{n}" for n in range(4)]


def report(order: tuple[int, ...], threads: int) -> tuple[Counter[tuple[str, str]], list[object]]:
    """Four askers at a time, each of which asks a question that all ask and one of its own, with answers that come in
    this order: what was asked, and what was heard in the end."""
    delays = {url: place / 500 for url, place in zip(URLS, order, strict=True)}
    answers: dict[str, list[Exchange] | ArchiverError] = {
        url: [exchange(url, record=f"urn:uuid:{n}")] for n, url in enumerate(URLS)
    }
    answers[URLS[3]] = NetworkError("reset")
    web = Web(answers, delays)
    ask = Asker(web)
    asks = [ask.apart() for _ in range(3)]

    def work(number: int) -> None:
        mine = asks[number]
        mine.note(f"begin {number}")
        for url in (URLS[0], URLS[number + 1]) if number else (URLS[1], URLS[0]):
            mine.fetch(url, source=f"source {number}")

    together([lambda number=number: work(number) for number in range(3)], threads)  # type: ignore[misc]
    heard: list[object] = [(one.requests, one.gaps, one.steps, list(one.evidence)) for one in asks]
    for one in asks:
        ask.take(one)
    return web.asked, [*heard, ask.requests, ask.steps, ask.gaps, list(ask.evidence)]


def test_who_answers_first_changes_nothing() -> None:
    expected = report((0, 1, 2, 3), threads=1)
    assert all(count == 1 for count in expected[0].values())
    assert expected[1][3] == 4
    for order in itertools.permutations(range(4)):
        assert report(order, threads=3) == expected
