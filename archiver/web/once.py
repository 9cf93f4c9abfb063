"""Ask each question once in a run: resolving, observing and capturing a post look at the same answers.

One answer for one URL also makes one piece of evidence: what the resolution rests on is what the observation rests on.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable
from urllib.parse import urljoin

from archiver.errors import ArchiverError, ExitCode, NetworkError
from archiver.exchange import Exchange, Fetcher

KEPT = 512
"""Answers that are kept for the run; the oldest go first. Small ones lie in memory, large ones in temporary files."""

REDIRECTS = frozenset({301, 302, 303, 307, 308})


class FetchOnce:
    """Fits `archiver.exchange.Fetcher`: passes a URL's first question on, and answers later ones the same way.

    Failures are remembered too. `stop` is asked before every question: when it says so, `StoppedError` is raised.
    """

    def __init__(self, fetcher: Fetcher, *, stop: Callable[[], bool] = lambda: False) -> None:
        self._fetcher = fetcher
        self._stop = stop
        self.answered = 0
        self.failed = 0
        self._known: OrderedDict[str, Exchange | NetworkError] = OrderedDict()
        self._under_way: dict[str, threading.Lock] = {}
        self._lock = threading.Lock()

    def fetch(self, url: str, *, headers: Iterable[tuple[str, str]] = (), max_bytes: int | None = None) -> Exchange:
        """Like the wrapped fetcher's; two threads with the same question wait for one answer."""
        with self._lock:
            turn = self._under_way.setdefault(url, threading.Lock())
        with turn:
            with self._lock:
                known = self._known.get(url)
            if known is None:
                if self._stop():
                    raise StoppedError("stopped before this was asked", subject=url)
                try:
                    known = self._fetcher.fetch(url, headers=headers, max_bytes=max_bytes)
                    self.answered += 1
                except NetworkError as error:
                    known = error
                    self.failed += 1
                with self._lock:
                    self._known[url] = known
                    self._under_way.pop(url, None)
                    while len(self._known) > KEPT:
                        self._known.popitem(last=False)
        if isinstance(known, NetworkError):
            raise known
        return known

    def follow(
        self, url: str, *, headers: Iterable[tuple[str, str]] = (), max_bytes: int | None = None
    ) -> list[Exchange]:
        """A GET and the redirects after it, each asked once.

        Raises `RefusedError` for a loop, too many redirects, or a target that the guard refuses.
        """
        first = self.fetch(url, headers=headers, max_bytes=max_bytes)
        location = first.header("location")
        if first.status not in REDIRECTS or not location:
            return [first]
        target = urljoin(url, location.strip()).partition("#")[0]
        return [first, *self._fetcher.follow(target, headers=headers, max_bytes=max_bytes)]


class StoppedError(ArchiverError):
    """The run was asked to stop. No answer to any question: nothing may be concluded from it."""

    exit_code = ExitCode.INTERRUPTED
