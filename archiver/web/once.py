"""Ask each question once in a run: resolving, observing and capturing a post look at the same answers.

One answer for one URL also makes one piece of evidence: what the resolution rests on is what the observation rests on.
A run may last for days, and answers grow old in it: what is asked again long after is asked anew.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import partial

from archiver.errors import ArchiveError, ArchiverError, ExitCode, NetworkError, NotStoredError, RefusedError
from archiver.exchange import Exchange, Fetcher

KEPT = 512
"""Answers that are kept for the run; the oldest go first."""

KEPT_BYTES = 64 * 1024 * 1024
"""So many bytes of answers are kept: small ones lie in memory, large ones hold a temporary file open each."""

FRESH = timedelta(minutes=30)
"""An answer that came so long before the latest one is not given again: half of how far apart answers may be that are
judged together (`archiver.resolution.observing`)."""

Answer = list[Exchange] | NetworkError


class FetchOnce:
    """Fits `archiver.exchange.Fetcher`: passes a URL's first question on, and answers later ones the same way while the
    answer is young.

    Failures are remembered too. `stored`: the wrapped fetcher reads an archive; its answers do not grow old, and a
    record that was altered is no answer, as if it were not there, and is told of in `damage`. `stop` is asked before
    every question: when it says so, `StoppedError` is raised; it is also raised in the place of a failure that came
    after the stop, because that may be its consequence.
    """

    def __init__(self, fetcher: Fetcher, *, stored: bool = False, stop: Callable[[], bool] = lambda: False) -> None:
        self._fetcher = fetcher
        self._stored = stored
        self.damage: list[str] = []
        self._stop = stop
        self.answered = 0
        self.failed = 0
        """Questions to which the network gave no answer; refusals of the guard are none."""
        self._known: OrderedDict[tuple[str, str], tuple[Answer, datetime | None]] = OrderedDict()
        """Answers, and when each came: of a failure, when the last answer before it did."""
        self._latest: datetime | None = None
        self._kept_bytes = 0
        self._under_way: dict[tuple[str, str], threading.Lock] = {}
        self._lock = threading.Lock()

    def fetch(
        self,
        url: str,
        *,
        headers: Iterable[tuple[str, str]] = (),
        max_bytes: int | None = None,
        whole_or_head: bool = False,
    ) -> Exchange:
        """Like the wrapped fetcher's; two threads with the same question wait for one answer.

        The page that asks (`Origin`) belongs to the question: what may be read by one (CORS) need not be by another.
        """
        headers = list(headers)
        origin = next((value for name, value in headers if name.lower() == "origin"), "")
        ask = partial(self._fetcher.fetch, url, headers=headers, max_bytes=max_bytes)
        if whole_or_head:  # few fetchers need to know of it
            ask = partial(ask, whole_or_head=True)
        return self._once((f"one {origin}", url), lambda: [ask()])[0]

    def follow(
        self,
        url: str,
        *,
        headers: Iterable[tuple[str, str]] = (),
        max_bytes: int | None = None,
        whole_or_head: bool = False,
    ) -> list[Exchange]:
        """A GET and the redirects after it, each asked once.

        Raises `RefusedError` for a loop, too many redirects, or a target that the guard refuses.
        """
        first = self.fetch(url, headers=headers, max_bytes=max_bytes, whole_or_head=whole_or_head)
        target = first.redirect
        if target is None:
            return [first]
        ask = partial(self._fetcher.follow, target, headers=headers, max_bytes=max_bytes)
        if whole_or_head:
            ask = partial(ask, whole_or_head=True)
        rest = self._once(("after", url), ask)
        return [first, *rest]

    def _once(self, question: tuple[str, str], ask: Callable[[], list[Exchange]]) -> list[Exchange]:
        with self._lock:
            turn = self._under_way.setdefault(question, threading.Lock())
        with turn:
            with self._lock:
                known = self._young(question)
            if known is None:
                known = self._ask(question[1], ask)
                with self._lock:
                    self._keep(question, known)
                    self._under_way.pop(question, None)
        if isinstance(known, NetworkError):
            raise known
        return known

    def _ask(self, url: str, ask: Callable[[], list[Exchange]]) -> Answer:
        if self._stop():
            raise StoppedError("stopped before this was asked", subject=url)
        try:
            answer = ask()
        except NetworkError as error:
            if self._stop():
                raise StoppedError("stopped while this was asked", subject=url) from error
            if not isinstance(error, RefusedError | NotStoredError):
                with self._lock:
                    self.failed += 1
            return error
        except ArchiveError as error:
            if not self._stored:
                raise
            self.damage.append(str(error))
            return NotStoredError(f"the stored capture cannot be used: {error.problem}", subject=url)
        with self._lock:
            self.answered += 1
        return answer

    def _young(self, question: tuple[str, str]) -> Answer | None:
        answer, when = self._known.get(question, (None, None))
        old = not self._stored and when is not None and self._latest is not None and self._latest - when > FRESH
        return None if old else answer

    def _keep(self, question: tuple[str, str], answer: Answer) -> None:
        if not isinstance(answer, NetworkError) and answer:
            self._latest = answer[-1].time
        when = self._latest
        if question in self._known:
            self._forget(question)
        self._known[question] = answer, when
        self._kept_bytes += _size(answer)
        while len(self._known) > 1 and (len(self._known) > KEPT or self._kept_bytes > KEPT_BYTES):
            self._forget(next(iter(self._known)))

    def _forget(self, question: tuple[str, str]) -> None:
        answer, _ = self._known.pop(question)
        self._kept_bytes -= _size(answer)


def _size(answer: Answer) -> int:
    return 0 if isinstance(answer, NetworkError) else sum(exchange.response_length for exchange in answer)


class StoppedError(ArchiverError):
    """The run was asked to stop. No answer to any question: nothing may be concluded from it."""

    exit_code = ExitCode.INTERRUPTED
