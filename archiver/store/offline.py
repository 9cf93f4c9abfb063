"""Answers from stored captures only: what `--offline` puts in the place of the network door. It opens no socket."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urljoin

from archiver.errors import NotStoredError
from archiver.exchange import Exchange
from archiver.model import Capture
from archiver.store.archive import Archive
from archiver.store.records import clean

REDIRECTS = frozenset({301, 302, 303, 307, 308})
MAX_REDIRECTS = 20
PASSING_STATUSES = frozenset({408, 425, 429, 500, 502, 503, 504})
"""Answers that live fetching would have tried again: a stored better one is preferred."""


class StoredFetcher:
    """Fits `archiver.exchange.Fetcher`: the newest good stored answer to exactly this URL."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive

    def fetch(
        self,
        url: str,
        *,
        headers: Iterable[tuple[str, str]] = (),  # noqa: ARG002 (stored answers are found by URL alone)
        max_bytes: int | None = None,  # noqa: ARG002
    ) -> Exchange:
        captures = [
            capture
            for capture in self._archive.catalogue.captures_at(clean(url.partition("#")[0]))
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
    ) -> list[Exchange]:
        chain: list[Exchange] = []
        while len(chain) <= MAX_REDIRECTS:
            exchange = self.fetch(url)
            chain.append(exchange)
            location = exchange.header("location")
            if exchange.status not in REDIRECTS or not location:
                break
            url = urljoin(url, location.strip()).partition("#")[0]
        return chain


def _preference(capture: Capture) -> tuple[bool, bool, str, int]:
    return (
        capture.status not in PASSING_STATUSES,
        capture.truncated is None,
        f"{capture.time.isoformat()} {capture.file}",
        capture.offset,
    )
