"""Answers from stored captures only: what `--offline` puts in the place of the network door. It opens no socket."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import datetime

from archiver.errors import NotStoredError, RefusedError
from archiver.exchange import Exchange
from archiver.model import Capture
from archiver.store.archive import Archive
from archiver.store.records import clean
from archiver.url import web_url

PASSING_STATUSES = frozenset({408, 425, 429, 500, 502, 503, 504})
"""Answers that live fetching would have tried again: a stored better one is preferred."""


class StoredFetcher:
    """Fits `archiver.exchange.Fetcher`: the newest good stored answer to exactly this URL."""

    def __init__(self, archive: Archive, *, max_redirects: int = 10) -> None:
        self._archive = archive
        self._max_redirects = max_redirects

    def fetch(
        self,
        url: str,
        *,
        headers: Iterable[tuple[str, str]] = (),  # noqa: ARG002 (stored answers are found by URL alone)
        max_bytes: int | None = None,  # noqa: ARG002
        whole_or_head: bool = False,  # noqa: ARG002
    ) -> Exchange:
        """The answer, its digests checked.

        Raises `NotStoredError` when there is none, `ArchiveError` when it was altered.
        """
        captures = [
            capture
            for spelling in dict.fromkeys(spellings(url))
            for capture in self._archive.catalogue.captures_at(spelling)
            if capture.record_type in ("response", "revisit")
        ]
        if not captures:
            raise NotStoredError("no stored capture answers this", subject=url)
        return self._archive.exchange(max(captures, key=_preference))

    def follow(
        self,
        url: str,
        *,
        headers: Iterable[tuple[str, str]] = (),  # noqa: ARG002
        max_bytes: int | None = None,  # noqa: ARG002
        whole_or_head: bool = False,  # noqa: ARG002
    ) -> list[Exchange]:
        """Like `fetch`, and the redirects after it.

        Raises `RefusedError` for a loop or too many redirects, as the live door does.
        """
        chain: list[Exchange] = []
        seen: set[str] = set()
        while True:
            exchange = self.fetch(url)
            chain.append(exchange)
            seen.add(exchange.url)
            if exchange.redirect is None:
                return chain
            url = exchange.redirect
            if not seen.isdisjoint(spellings(url)):
                raise RefusedError(f"redirects lead round in a loop (from {chain[0].url})", subject=url)
            if len(chain) > self._max_redirects:
                raise RefusedError(f"too many redirects (from {chain[0].url})", subject=url)


def spellings(url: str) -> Iterator[str]:
    """How this URL can stand in the archive: as the door writes it, or, from other tools, as it is."""
    with suppress(ValueError):
        yield str(web_url(url))
    yield clean(url.partition("#")[0])


def _preference(capture: Capture) -> tuple[bool, bool, datetime, str, int]:
    return (
        capture.status not in PASSING_STATUSES,
        capture.truncated is None,
        capture.time,
        capture.file,
        capture.offset,
    )
