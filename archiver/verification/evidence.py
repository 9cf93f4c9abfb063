"""Answers from the captures that one conclusion names, and from nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from archiver.errors import ArchiveError, NotStoredError, RefusedError
from archiver.exchange import Exchange
from archiver.model import Capture
from archiver.store.conclusions import Unanswered
from archiver.store.offline import ANSWERS, no_answer, spellings
from archiver.verification.ledger import Ledger

MAX_REDIRECTS = 64
"""More than the settings allow: a run that had to stop at a redirect has noted that."""


class Evidence:
    """Fits `archiver.exchange.Fetcher`.

    record_ids: the captures, in the order in which they were heard. unanswered: what was asked and not answered, by
    its URL: it goes unanswered again.
    """

    def __init__(self, ledger: Ledger, record_ids: Iterable[str], unanswered: Mapping[str, Unanswered]) -> None:
        self.missing: list[str] = []
        """Record ids that no record has."""
        self.lacking: list[str] = []
        """Record ids of revisits whose payload is in no record here."""
        self.altered: list[str] = []
        """What was asked for and cannot be believed, in words."""
        self.used: dict[str, None] = {}
        """Record ids of the captures that were asked for."""
        self._archive = ledger.archive
        self._unanswered = unanswered
        self._captures: dict[str, list[Capture]] = {}
        self._heard: dict[tuple[str, ...], Capture] = {}
        for record_id in dict.fromkeys(record_ids):
            found = ledger.places(record_id)
            if not found:
                self.missing.append(record_id)
            elif found[0].record_type in ANSWERS:
                self._captures.setdefault(found[0].target_uri, []).append(found[0])

    def fetch(
        self,
        url: str,
        *,
        headers: Iterable[tuple[str, str]] = (),
        max_bytes: int | None = None,  # noqa: ARG002 (what came then is what there is)
        whole_or_head: bool = False,  # noqa: ARG002
    ) -> Exchange:
        """The answer to this URL, its digests checked.

        Raises what was raised then, where no answer came; `NotStoredError` where none of the captures is one, or it was
        altered.
        """
        # what may be read by one page's scripts need not be by another's: they were asked apart
        origin = next((value for name, value in headers if name.lower() == "origin"), "")
        return self._answer((f"one {origin}", url), url)

    def follow(
        self,
        url: str,
        *,
        headers: Iterable[tuple[str, str]] = (),
        max_bytes: int | None = None,  # noqa: ARG002
        whole_or_head: bool = False,  # noqa: ARG002
    ) -> list[Exchange]:
        """Like `fetch`, and the redirects after it."""
        chain = [self.fetch(url, headers=headers)]
        seen = {chain[0].url}
        while (target := chain[-1].redirect) is not None:
            if not seen.isdisjoint(spellings(target)) or len(chain) > MAX_REDIRECTS:
                raise RefusedError(f"redirects lead nowhere (from {chain[0].url})", subject=target)
            # a run asks what a redirect leads to for itself, whether or not it has asked the same before
            chain.append(self._answer(("after", url, target), target))
            seen.add(chain[-1].url)
        return chain

    def _answer(self, question: tuple[str, ...], url: str) -> Exchange:
        if failed := self._unanswered.get(url):
            raise no_answer(failed, url)
        capture = self._heard.get(question) or self._next(url)
        if capture is None:
            raise NotStoredError("none of the captures that are named answers this", subject=url)
        self._heard[question] = capture
        self.used[capture.record_id] = None
        try:
            return self._archive.exchange(capture)
        except ArchiveError as error:
            if self._lacks_payload(capture):
                self.lacking.append(capture.record_id)
            self.altered.append(f"{capture.record_id}: {error.problem}")
            raise NotStoredError(f"the capture cannot be used: {error.problem}", subject=url) from error

    def _lacks_payload(self, capture: Capture) -> bool:
        try:
            self._archive.payload_capture(capture)
        except ArchiveError:
            return True
        return False

    def _next(self, url: str) -> Capture | None:
        """The next capture of this URL: where a run asked twice, it heard twice, in this order."""
        captures = next((found for form in spellings(url) if (found := self._captures.get(form))), [])
        unused = (capture for capture in captures if capture.record_id not in self.used)
        return next(unused, captures[-1] if captures else None)
