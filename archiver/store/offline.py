"""Answers from stored captures only: what `--offline` puts in the place of the network door. It opens no socket."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import datetime

from archiver.errors import ArchiveError, LeftAloneError, LimitError, NetworkError, NotStoredError, RefusedError
from archiver.exchange import Exchange
from archiver.model import AnswerKind, Capture
from archiver.store.archive import Archive
from archiver.store.conclusions import Unanswered, unanswered_uri
from archiver.store.records import clean
from archiver.url import web_url, without_userinfo

PASSING_STATUSES = frozenset({408, 425, 429, 500, 502, 503, 504})
"""Answers that live fetching would have tried again: a stored better one is preferred."""

ANSWERS = ("response", "revisit")


class StoredFetcher:
    """Fits `archiver.exchange.Fetcher`: the newest good stored answer to exactly this URL. What got no answer when it
    was asked last, and none that was good before, gets none for the same reason."""

    def __init__(self, archive: Archive, *, max_redirects: int = 10) -> None:
        self._archive = archive
        self._max_redirects = max_redirects
        self._led: dict[str, datetime] = {}
        """Where redirects led that were read last, and when they came: many lead to one page, such as a login, which
        each of them has a capture of."""

    def fetch(
        self,
        url: str,
        *,
        headers: Iterable[tuple[str, str]] = (),  # noqa: ARG002 (stored answers are found by URL alone)
        max_bytes: int | None = None,  # noqa: ARG002
        whole_or_head: bool = False,  # noqa: ARG002
    ) -> Exchange:
        """The answer, its digests checked.

        Raises `NotStoredError` when there is none; what was raised then where none came, or for what is no address of
        the web; `ArchiveError` when the record was altered.
        """
        captures = [
            capture
            for spelling in dict.fromkeys(spellings(url))
            for uri in (spelling, unanswered_uri(spelling))
            for capture in self._archive.catalogue.captures_at(uri)
            if capture.record_type in ANSWERS
            or (capture.record_type == "metadata" and uri != spelling and self._archive.concludes(capture.file))
        ]
        if not captures:
            try:
                web_url(url)
            except ValueError as error:
                raise RefusedError(str(error), subject=without_userinfo(url)) from error
            raise NotStoredError("no stored capture answers this", subject=url)
        since = self._led.pop(url, None)
        best = max(captures, key=_preference)
        if since is not None:
            followed = (one for one in captures if one.time >= since and _preference(one)[:2] == _preference(best)[:2])
            best = min(followed, key=_preference, default=best)
        if best.record_type in ANSWERS:
            exchange = self._archive.exchange(best)
            if exchange.redirect is not None:
                self._led[exchange.redirect] = exchange.time
            return exchange
        unanswered = self._archive.conclusion(best.record_id).unanswered
        if unanswered is None:
            raise ArchiveError("it does not say what got no answer", subject=best.record_id)
        lacking = no_answer(unanswered, url)
        lacking.hint = f"when it was asked: {best.time:%Y-%m-%d %H:%M} UTC"
        raise lacking

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


def no_answer(unanswered: Unanswered, url: str) -> NetworkError | LimitError:
    """The error that came in the place of an answer."""
    if unanswered.kind is AnswerKind.UNEXPECTED:
        return LimitError(unanswered.problem, subject=url)
    if unanswered.kind is AnswerKind.REFUSED:
        return LeftAloneError(unanswered.problem, subject=url)
    return NetworkError(unanswered.problem, subject=url)


def _preference(capture: Capture) -> tuple[bool, bool, datetime, str, int]:
    return (
        capture.record_type in ANSWERS and capture.status not in PASSING_STATUSES,
        capture.truncated is None,
        capture.time,
        capture.file,
        capture.offset,
    )
