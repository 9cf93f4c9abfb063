"""Asking the web within one resolution: every question once, every answer's record id kept, no failure fatal.

A source that does not answer must not stop the others, but it must not look like "nothing there" either: it becomes a
step and a gap, and gaps keep a conclusion from being more sure than it is.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterable
from concurrent.futures import Future

import msgspec

from archiver.errors import LimitError, NetworkError, NotStoredError
from archiver.exchange import Exchange, Fetcher
from archiver.platforms.base import Lookup


class _Question(msgspec.Struct, frozen=True):
    url: str
    followed: bool


class _Heard(msgspec.Struct, frozen=True):
    """What came of one question."""

    chain: tuple[Exchange, ...] = ()
    steps: tuple[str, ...] = ()
    lacking: str = ""
    """Why there is no answer."""


class _Answers:
    """What came of every question of a resolution, each of which is put once, whoever asks it and when."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._heard: dict[_Question, Future[_Heard]] = {}

    def once(self, question: _Question, ask: Callable[[], _Heard]) -> _Heard:
        with self._lock:
            known = self._heard.get(question)
            heard = known or self._heard.setdefault(question, Future())
        if known is None:
            try:
                heard.set_result(ask())
            except BaseException as error:
                heard.set_exception(error)
        return heard.result()


class Asker:
    """One source's way to the network (or to the stored captures).

    Sources that are asked at the same time have an asker each (`apart`), which know each other's answers; what they
    heard is put together again in a fixed order (`take`). So what an asker says depends on what it asked, and not on
    which of them was first.
    """

    def __init__(
        self, fetcher: Fetcher, *, answers: _Answers | None = None, before: Collection[_Question] = ()
    ) -> None:
        self._fetcher = fetcher
        self._answers = answers or _Answers()
        self._before = frozenset(before)
        self._asked: dict[_Question, None] = {}
        self._steps: list[tuple[_Question | None, str]] = []
        self.evidence: dict[str, None] = {}
        """Record ids of every answer, in the order in which they came."""
        self.gaps: list[str] = []
        """What could not be known, in words."""

    @property
    def steps(self) -> list[str]:
        """What was asked and what came of it, one line each."""
        return [step for _, step in self._steps]

    @property
    def requests(self) -> int:
        """Questions that were put, redirects and repeated ones not counted."""
        return len(self._asked)

    def apart(self) -> Asker:
        """An asker for a source that is asked at the same time as others."""
        return Asker(self._fetcher, answers=self._answers, before=self._before | self._asked.keys())

    def take(self, other: Asker) -> None:
        """Add what another asker heard."""
        known = self._before | self._asked.keys()
        self._steps += [(question, step) for question, step in other._steps if question not in known]
        self._asked |= {question: None for question in other._asked if question not in known}
        self.evidence |= other.evidence
        for gap in other.gaps:
            self.gap(gap)

    def note(self, step: str) -> None:
        self._steps.append((None, step))

    def gap(self, what: str) -> None:
        if what not in self.gaps:
            self.gaps.append(what)

    def fetch(self, url: str, *, headers: Iterable[tuple[str, str]] = (), source: str) -> Exchange | None:
        """One answer, redirects not followed; null where none came (noted, with `source` as its name in the gap)."""
        return self._ask(_Question(url, False), source, lambda: [self._fetcher.fetch(url, headers=headers)])

    def follow(self, url: str, *, headers: Iterable[tuple[str, str]] = (), source: str) -> Exchange | None:
        """The last answer after redirects; null where none came."""
        return self._ask(_Question(url, True), source, lambda: self._fetcher.follow(url, headers=headers))

    def lookup(self, lookup: Lookup) -> Exchange | None:
        """One question of a platform; null where no answer came (noted)."""
        ask = self.follow if lookup.follow else self.fetch
        return ask(lookup.url, headers=lookup.headers, source=lookup.endpoint)

    def _ask(self, question: _Question, source: str, ask: Callable[[], list[Exchange]]) -> Exchange | None:
        heard = self._answers.once(question, lambda: _heard(question.url, ask))
        if heard.lacking:
            self.gap(f"{source}: {heard.lacking}")
        if question not in self._before and question not in self._asked:
            self._asked[question] = None
            self._steps += [(question, step) for step in heard.steps]
            self.evidence |= {exchange.record_id: None for exchange in heard.chain if exchange.record_id}
        return heard.chain[-1] if heard.chain else None


def _heard(url: str, ask: Callable[[], list[Exchange]]) -> _Heard:
    try:
        chain = tuple(ask())
    except NotStoredError:
        return _Heard(steps=(f"not stored: {url}",), lacking="not stored")
    except (NetworkError, LimitError) as error:
        return _Heard(steps=(f"no answer: {url} ({error.problem})",), lacking="no answer")
    return _Heard(chain=chain, steps=tuple(f"HTTP {exchange.status}: {exchange.url}" for exchange in chain))
