"""A page that takes too long. Invariant: it costs itself and no other page, it is told, and the clock runs at no other
time."""

from __future__ import annotations

import re
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from archiver import detect
from archiver.scan import pagetime
from archiver.scan.pagetime import PageTime, SlowPageError
from archiver.scan.pool import run_pool
from archiver.scan.prefilter.passing import Prefilter
from archiver.scan.rowfile import RowWriter, read_rows
from archiver.scan.unit import Done, Options, Unit
from archiver.scan.work import work
from tests.scan.crawl import crawl, tweet
from tests.scan.test_going_on import members

SHORT = Options(page_seconds=0.2)

BEHIND = 20.0
"""Of CPU: what ends a test in which nothing else does."""


def spin(seconds: float = BEHIND) -> None:
    until = time.process_time() + seconds
    while time.process_time() < until:
        pass


def match_for_ever() -> None:
    re.fullmatch(r"(a|aa)+", "a" * 60 + "b")


def spin_and_pass_over_faults() -> None:
    with suppress(Exception):
        spin()


def spin_whatever_comes() -> None:
    """As native code that calls back into Python, and heeds no exception of it."""
    try:
        spin()
    except BaseException:
        spin()


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    folder = tmp_path / "rows"
    folder.mkdir()
    return folder


@pytest.fixture(scope="module", autouse=True)
def _all_is_loaded(tmp_path_factory: pytest.TempPathFactory) -> None:
    """What a process loads with its first page may take longer than the pages here."""
    folder = tmp_path_factory.mktemp("first")
    assert work(Unit(file=str(crawl(folder / "x.warc.gz", [tweet(1)]))), folder).rows == 1


@pytest.fixture(autouse=True)
def _all_is_as_before() -> Iterator[None]:
    handler = signal.getsignal(signal.SIGPROF)
    yield
    assert signal.getsignal(signal.SIGPROF) is handler
    assert signal.getitimer(signal.ITIMER_PROF) == (0.0, 0.0)


def slow_at(monkeypatch: pytest.MonkeyPatch, what: Callable[[], None]) -> None:
    """Detection takes so long at a page of this handle's."""

    def find(article: Any) -> Any:
        if "the_slow" in (article.html or ""):
            what()
        return detect.find(article)

    monkeypatch.setattr("archiver.scan.pages.find", find)


@pytest.mark.parametrize("what", [spin, match_for_ever, spin_and_pass_over_faults, spin_whatever_comes])
def test_a_page_that_takes_too_long_is_told_and_the_rest_is_read(
    tmp_path: Path, rows: Path, monkeypatch: pytest.MonkeyPatch, what: Callable[[], None]
) -> None:
    monkeypatch.setattr(pagetime, "AGAIN_SECONDS", 0.05)
    slow_at(monkeypatch, what)
    path = crawl(tmp_path / "x.warc.gz", [tweet(1), tweet(2, "the_slow"), tweet(3), tweet(4, "the_slow")])
    done = work(Unit(file=str(path)), rows, SHORT)
    (first, _), (second, _), (third, _), (fourth, length) = members(path)
    assert [row.offset for row in read_rows(rows / str(done.rows_file))] == [first, third]
    assert [(one.offset, one.next) for one in done.damage] == [(second, third), (fourth, fourth + length)]
    assert "given up after 0.2 s of CPU time (in archiver.scan.pages.Looked.rows)" in done.damage[0].what
    assert (done.faults, done.error, done.records, done.pages, done.looked_at) == ((), None, 4, 4, 4)


def test_the_prefilter_is_under_it_too(tmp_path: Path, rows: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = Prefilter.may_hold_posts

    def may_hold_posts(self: Prefilter, data: bytes, content_type: str) -> bool:
        if b"the_slow" in data:
            spin()
        return real(self, data, content_type)

    monkeypatch.setattr(Prefilter, "may_hold_posts", may_hold_posts)
    path = crawl(tmp_path / "x.warc.gz", [tweet(1, "the_slow"), tweet(2)])
    done = work(Unit(file=str(path)), rows, SHORT)
    assert ([one.offset for one in done.damage], done.rows, done.looked_at) == ([0], 1, 1)


def test_of_single_records_it_is_told_where_each_ends(
    tmp_path: Path, rows: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow_at(monkeypatch, spin)
    path = crawl(tmp_path / "x.warc.gz", [tweet(1), tweet(2), tweet(3, "the_slow")])
    first, _, third = members(path)
    done = work(Unit(file=str(path), ranges=(first, third)), rows, SHORT)
    assert [(one.offset, one.next) for one in done.damage] == [(third[0], sum(third))]
    assert done.rows == 1


def test_rows_are_written_however_long_it_takes(tmp_path: Path, rows: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = RowWriter.add

    def add(self: RowWriter, some: Any) -> None:
        spin(0.5)
        real(self, some)

    monkeypatch.setattr(RowWriter, "add", add)
    done = work(Unit(file=str(crawl(tmp_path / "x.warc.gz", [tweet(1)]))), rows, SHORT)
    assert (done.rows, done.damage) == (1, ())


def test_each_page_has_its_own_time(tmp_path: Path, rows: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    slow_at(monkeypatch, lambda: spin(0.12))
    pages = [tweet(0), *(tweet(number, "the_slow") for number in range(1, 5))]
    done = work(Unit(file=str(crawl(tmp_path / "x.warc.gz", pages))), rows, SHORT)
    assert (done.rows, done.damage) == (5, ())


def test_in_a_thread_there_is_no_limit_and_nothing_fails(tmp_path: Path, rows: Path) -> None:
    came: list[Done] = []
    unit = Unit(file=str(crawl(tmp_path / "x.warc.gz", [tweet(1)])))
    thread = threading.Thread(target=lambda: came.append(work(unit, rows, SHORT)))
    thread.start()
    thread.join()
    assert [done.rows for done in came] == [1]


def test_a_clock_of_the_program_around_it_is_left_alone() -> None:
    rang: list[int] = []
    handler = signal.signal(signal.SIGPROF, lambda number, _frame: rang.append(number))
    signal.setitimer(signal.ITIMER_PROF, 0.1)
    try:
        with PageTime(0.01) as clock:
            clock.of(lambda: spin(0.2))
        assert rang == [signal.SIGPROF]
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, handler)


def test_what_looking_raises_comes_through_and_stops_the_clock() -> None:
    with PageTime(0.1) as clock:
        with pytest.raises(ZeroDivisionError):
            clock.of(lambda: 1 // 0)
        spin(0.3)
        with pytest.raises(SlowPageError):
            clock.of(spin)
        spin(0.3)
        assert clock.of(lambda: 7) == 7


def test_in_processes_of_the_pool(tmp_path: Path, rows: Path) -> None:
    """With a page that truly takes longer than that: it is not a test of how long."""
    path = crawl(tmp_path / "x.warc.gz", ["".join(map(tweet, range(20_000))), tweet(1)])
    unit = Unit(file=str(path), size=path.stat().st_size)
    options = Options(page_seconds=0.5)
    (done,) = run_pool([unit], rows, options, processes=1, stop=lambda: False, progress=lambda _unit, _at: None)
    assert isinstance(done, Done)
    assert ([one.offset for one in done.damage], done.rows, done.pages) == ([0], 1, 2)
    assert "0.5 s of CPU time (in archiver." in done.damage[0].what
