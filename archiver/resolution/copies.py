"""What a web archive holds of posts: its index of an account's permalinks, and its copies of one post or of a list.

The index is asked for few prefixes, never for a whole account; every request to it counts against one budget, because
it answers few requests a minute.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

import msgspec

from archiver.exchange import Exchange
from archiver.model import Candidate, PostRef
from archiver.platforms.base import ArchiveQuery, Platform
from archiver.resolution.asking import Asker
from archiver.resolution.wayback import (
    CdxRow,
    Found,
    captures_url,
    original_of,
    pick_captures,
    playback_url,
    prefix_url,
    read_index,
    read_memento,
)

MAX_HOPS = 4
"""Redirects followed from one archived copy."""

MAX_COPIES = 3
"""Archived copies tried for one post: captures of one page are much alike."""

MAX_CAPTURE_ROWS = 50
"""Captures of one address that the index is asked for: enough to find one from before the pages were shells."""

INDEX = "the web archive's index"
PLAYBACK = "the web archive's copies"


class Lead(msgspec.Struct, frozen=True, kw_only=True):
    """A post that may be the one, and the archived copies that the index named."""

    ref: PostRef
    rows: tuple[CdxRow, ...] = ()

    @property
    def copied(self) -> bool:
        """The index names a copy that may show the post."""
        return any(row.status == 200 for row in self.rows)


class Copies:
    """The archive's index and copies, for one mention. budget: so many requests may go to the index."""

    def __init__(self, platform: Platform, budget: int, page_limit: int) -> None:
        self._platform = platform
        self._budget = budget
        self._page_limit = page_limit
        self._asked = 0

    # -- copies

    def of_lead(self, lead: Lead, ask: Asker) -> Candidate | None:
        """The post from the copies that the index named."""
        for row in pick_captures(lead.rows, MAX_COPIES):
            if candidate := self._copy(lead.ref, row, ask):
                return candidate
        return None

    def of_addresses(self, ref: PostRef, addresses: Iterable[str], ask: Asker) -> Candidate | None:
        """The post from copies of these addresses, of which the index has to be asked first."""
        for address in addresses:
            if self._asked >= self._budget:
                break
            if candidate := self.of_lead(Lead(ref=ref, rows=tuple(self.captures(address, ask))), ask):
                return candidate
        return None

    def _copy(self, ref: PostRef, row: CdxRow, ask: Asker) -> Candidate | None:
        exchange = self.playback(row, ask, lambda redirect: self._stays(ref, redirect))
        if exchange is None:
            return None
        post = self._platform.read_archived(ref, exchange)
        if post is None:
            ask.note(f"the copy of {row.timestamp[:8]} does not show the post")
            return None
        evidence = (exchange.record_id,) if exchange.record_id else ()
        return Candidate(post=post, score=0.0, source="memento", evidence=evidence)

    def playback(self, row: CdxRow, ask: Asker, stays: Stays) -> Exchange | None:
        """One copy with status 200; redirects are followed as far as `stays` allows. Null where there is none."""
        url: str | None = playback_url(row)
        seen: set[str] = set()
        while url and url not in seen and len(seen) < MAX_HOPS:
            seen.add(url)
            exchange = ask.fetch(url, source=PLAYBACK)
            if exchange is None:
                return None
            memento = read_memento(exchange)
            if memento.redirect:
                url = memento.redirect if stays(memento.redirect) else None
                continue
            if memento.captured is None:
                ask.note(f"no copy: {memento.reason}")
                if memento.status in (403, 429) or memento.status >= 500:
                    ask.gap(f"{PLAYBACK}: {memento.reason}")
                return None
            return exchange if memento.status == 200 else None
        return None

    def _stays(self, ref: PostRef, redirect: str) -> bool:
        original = original_of(redirect)
        if original is None:
            return False
        named = self._platform.ref_from_url(original)
        return named.id == ref.id if named else ref.id in original

    # -- the index

    def with_prefix(self, query: ArchiveQuery, ask: Asker) -> list[CdxRow]:
        """One row for each address that begins so."""
        return self._rows(
            query.prefix,
            lambda key: prefix_url(
                query.prefix, limit=self._page_limit, since=query.since, until=query.until, resume_key=key
            ),
            ask,
        )

    def captures(self, address: str, ask: Asker) -> list[CdxRow]:
        """The captures of one address."""
        return self._rows(address, lambda _: captures_url(address, limit=MAX_CAPTURE_ROWS), ask, pages=1)

    def captures_between(self, address: str, since: str, until: str, ask: Asker) -> list[CdxRow]:
        """The captures of one address that were made from `since` to `until` (8 digits each)."""
        url = captures_url(address, limit=MAX_CAPTURE_ROWS, since=since, until=until)
        return self._rows(address, lambda _: url, ask, pages=1)

    def _rows(self, what: str, url_of: _UrlOf, ask: Asker, pages: int | None = None) -> list[CdxRow]:
        """The rows of all pages of one index query, as far as the budget allows."""
        rows: list[CdxRow] = []
        key: str | None = None
        keys: set[str] = set()
        page = 0
        while pages is None or page < pages:
            if self._asked >= self._budget:
                ask.note(f"index not asked (further): {what}: {self._asked} requests are made")
                ask.gap(f"{INDEX}: more than the settings allow to ask")
                break
            page += 1
            self._asked += 1
            exchange = ask.fetch(url_of(key), source=INDEX)
            if exchange is None:
                break
            answer = read_index(exchange)
            ask.note(f"index of {what}: {answer.reason}")
            if answer.found in (Found.EXCLUDED, Found.REFUSED, Found.FAILED):
                ask.gap(f"{INDEX}: {answer.reason}")
                break
            rows.extend(answer.rows)
            key = answer.resume_key
            # A key comes after the last page, too, and a key that comes again would lead in a circle.
            if key is None or key in keys or not answer.rows:
                break
            keys.add(key)
        return rows


class Stays(Protocol):
    """Whether a redirect of a copy still leads to what is looked for."""

    def __call__(self, redirect: str) -> bool: ...


class _UrlOf(Protocol):
    def __call__(self, key: str | None) -> str: ...
