"""Asking the web within one resolution: every question once, every answer's record id kept, no failure fatal.

A source that does not answer must not stop the others, but it must not look like "nothing there" either: it becomes a
step and a gap, and gaps keep a conclusion from being more sure than it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from archiver.errors import LimitError, NetworkError, NotStoredError
from archiver.exchange import Exchange, Fetcher
from archiver.platforms.base import Lookup


class Asker:
    """One source's way to the network (or to the stored captures).

    Sources that are asked at the same time have an asker each (`apart`), which know each other's answers; what they
    heard is put together again in a fixed order (`take`).
    """

    def __init__(self, fetcher: Fetcher, *, known: dict[tuple[str, bool], list[Exchange] | None] | None = None) -> None:
        self._fetcher = fetcher
        self._answers: dict[tuple[str, bool], list[Exchange] | None] = {} if known is None else known
        self.steps: list[str] = []
        """What was asked and what came of it, one line each."""
        self.evidence: dict[str, None] = {}
        """Record ids of every answer, in the order in which they came."""
        self.gaps: list[str] = []
        """What could not be known, in words."""
        self.requests = 0
        """Questions that were put, redirects and repeated ones not counted."""

    def apart(self) -> Asker:
        """An asker for a source that is asked at the same time as others."""
        return Asker(self._fetcher, known=self._answers)

    def take(self, other: Asker) -> None:
        """Add what another asker heard."""
        self.steps += other.steps
        self.evidence |= other.evidence
        self.requests += other.requests
        for gap in other.gaps:
            self.gap(gap)

    def note(self, step: str) -> None:
        self.steps.append(step)

    def gap(self, what: str) -> None:
        if what not in self.gaps:
            self.gaps.append(what)

    def fetch(self, url: str, *, headers: Iterable[tuple[str, str]] = (), source: str) -> Exchange | None:
        """One answer, redirects not followed; null where none came (noted, with `source` as its name in the gap)."""
        chain = self._ask(url, source, False, lambda: [self._fetcher.fetch(url, headers=headers)])
        return chain[-1] if chain else None

    def follow(self, url: str, *, headers: Iterable[tuple[str, str]] = (), source: str) -> Exchange | None:
        """The last answer after redirects; null where none came."""
        chain = self._ask(url, source, True, lambda: self._fetcher.follow(url, headers=headers))
        return chain[-1] if chain else None

    def lookup(self, lookup: Lookup) -> Exchange | None:
        """One question of a platform; null where no answer came (noted)."""
        ask = self.follow if lookup.follow else self.fetch
        return ask(lookup.url, headers=lookup.headers, source=lookup.endpoint)

    def _ask(self, url: str, source: str, followed: bool, ask: Callable[[], list[Exchange]]) -> list[Exchange] | None:
        if (url, followed) in self._answers:
            return self._answers[url, followed]
        chain: list[Exchange] | None = None
        self.requests += 1
        try:
            chain = ask()
        except NotStoredError:
            self.note(f"not stored: {url}")
            self.gap(f"{source}: not stored")
        except (NetworkError, LimitError) as error:
            self.note(f"no answer: {url} ({error.problem})")
            self.gap(f"{source}: no answer")
        self._answers[url, followed] = chain
        for exchange in chain or ():
            self.note(f"HTTP {exchange.status}: {exchange.url}")
            if exchange.record_id:
                self.evidence[exchange.record_id] = None
        return chain
