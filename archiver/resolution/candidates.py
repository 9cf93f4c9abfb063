"""Where candidates for a mention come from, and how their records are read.

Sources, cheapest first: the link of the post's own picture, the posts already stored, and a web archive's index of the
account's permalinks, narrowed to the ids of the printed day. There is no search: a post that nobody stored and that the
article does not name cannot be found.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Protocol

import msgspec

from archiver.errors import LimitError
from archiver.exchange import Exchange
from archiver.model import Answer, Candidate, Mention, Post, PostRef
from archiver.platforms.base import DayRange, Gap, Platform, Remark, Shown
from archiver.resolution.asking import Asker
from archiver.resolution.inquiry import drive
from archiver.resolution.ranking import VIEWER_SLACK_HOURS, printed_day
from archiver.resolution.settings import ResolveSettings
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
"""Redirects followed from one archived copy, and from one short link."""

MAX_COPIES = 3
"""Archived copies tried for one post: captures of one page are much alike."""

MAX_CAPTURE_ROWS = 50
"""Captures of one address that the index is asked for: enough to find one from before the pages were shells."""

MAX_HTML = 65_536
META_REFRESH = re.compile(
    r"http-equiv=[\"']?refresh[\"']?[^>]{0,200}?url\s*=\s*[\"']?([^\"'>\s]{1,2000})", re.IGNORECASE
)


class StoredPosts(Protocol):
    """The posts of an archive, as its catalogue knows them."""

    def posts_of(self, platform: str, handle: str, day: str) -> list[tuple[Post, tuple[str, ...]]]:
        """Stored posts of one account (any case) and UTC day, each with the record ids that it was read from."""
        ...

    def post(self, key: str) -> tuple[Post, tuple[str, ...]] | None:
        """The best stored record of `platform:id`, and the record ids that it was read from."""
        ...


class Lead(msgspec.Struct, frozen=True, kw_only=True):
    """A post that may be the one, and the archived copies that the index named."""

    ref: PostRef
    rows: tuple[CdxRow, ...] = ()


class Search:
    """The candidates of one mention."""

    def __init__(self, mention: Mention, platform: Platform, asker: Asker, settings: ResolveSettings) -> None:
        self._mention = mention
        self._platform = platform
        self._ask = asker
        self._settings = settings
        self._index_requests = 0
        self.answers: dict[str, list[Answer]] = {}
        """What the platform's endpoints said of each post asked for, by id."""

    # -- sources

    def named_by_media(self) -> list[PostRef]:
        """The posts to which the links of the mention's own pictures lead."""
        refs = (self._target(url) for url in self._platform.media_urls(self._mention))
        return list({ref.key: ref for ref in refs if ref}.values())

    def _target(self, url: str) -> PostRef | None:
        """Where a short link leads: asked of the service itself, else of an archived copy of the redirect."""
        here = url
        for _ in range(MAX_HOPS):
            exchange = self._ask.fetch(here, source="the picture's link")
            target = _redirect(exchange) if exchange else None
            if target is None:
                break
            if ref := self._platform.ref_from_url(target):
                self._ask.note(f"{url} leads to {target}")
                return ref
            here = target
            if not here.startswith(url.rpartition("/")[0].replace("http://", "https://")):
                break
        for row in pick_captures(
            (r for r in self._captures(url) if r.original.endswith(url.rpartition("/")[2])), MAX_COPIES
        ):
            copy = self._ask.fetch(playback_url(row), source="the web archive's copies")
            target = _redirect(copy) if copy else None
            if target and (ref := self._platform.ref_from_url(original_of(target) or target)):
                self._ask.note(f"an archived copy of {url} leads to {target}")
                return ref
        return None

    def stored(self, posts: StoredPosts | None) -> list[Candidate]:
        """Posts of the mention's account and day that the archive already holds."""
        day = printed_day(self._mention)
        if posts is None or day is None or not self._mention.handle:
            return []
        found: dict[str, tuple[Post, tuple[str, ...]]] = {}
        for near in self._days(day):
            for post, evidence in posts.posts_of(self._mention.platform, self._mention.handle, near.isoformat()):
                found[post.key] = (post, evidence)
        self._ask.note(f"stored posts of @{self._mention.handle} near {day}: {len(found)}")
        return [Candidate(post=post, score=0.0, source="store", evidence=ev) for post, ev in found.values()]

    def _days(self, day: date) -> list[date]:
        if self._mention.date_basis == "utc":
            return [day]
        return [day + timedelta(days=offset) for offset in (-1, 0, 1)]

    def indexed(self) -> list[Lead]:
        """Posts of the account whose permalinks a web archive has, with an id of the printed day."""
        day = printed_day(self._mention)
        if day is None or not self._mention.handle:
            self._ask.note("no index look-up: it needs an account and a day")
            return []
        slack = 0 if self._mention.date_basis == "utc" else VIEWER_SLACK_HOURS
        ids = self._platform.day_range(day, slack_hours=slack)
        if ids is None:
            self._ask.note("no index look-up: ids of that day carry no time")
            return []
        found: dict[str, list[CdxRow]] = {}
        for query in self._platform.archive_queries(self._mention, ids):
            for row in self._prefix_rows(query.prefix, query.since):
                ref = self._platform.ref_from_url(row.original)
                if ref and self._wanted(ref, ids):
                    found.setdefault(ref.id, []).append(row)
        self._ask.note(f"web archive: {len(found)} posts of @{self._mention.handle} with an id of that day")
        handle = self._mention.handle
        out = [
            Lead(ref=self._platform.ref_from_id(post_id, handle), rows=tuple(rows)) for post_id, rows in found.items()
        ]
        # Those of which a readable copy exists first: they can be compared even if they are gone.
        return sorted(out, key=lambda f: (not any(r.status == 200 for r in f.rows), len(f.ref.id), f.ref.id))

    def _wanted(self, ref: PostRef, ids: DayRange) -> bool:
        same = ref.handle is None or ref.handle.lower() == (self._mention.handle or "").lower()
        return same and ref.id in ids

    # -- records

    def record(self, found: Lead, *, thorough: bool) -> Candidate | None:
        """The post's record: from the platform's endpoints, else from an archived copy.

        thorough: ask every endpoint (their agreement tells the state), and look for copies that the index was not asked
        for yet. null where nothing shows the post; what was said of it is in `answers` all the same.
        """
        ref = found.ref
        answers = self.answers.setdefault(ref.id, [])

        def take(step: Answer | Shown | Remark | Gap) -> bool:
            if isinstance(step, Answer):
                answers.append(step)
                self._ask.note(f"{step.endpoint or self._platform.name}: {ref.key} {step.state}: {step.reason}")
                return step.post is not None and not thorough
            return False

        answers.clear()  # what was asked before is not asked again, only read again
        drive(self._platform.look(ref), self._ask.lookup, take)
        post = self._platform.judge(ref, answers).post if answers else None
        if post is not None:
            ids = tuple(a.record_id for a in answers if a.record_id)
            return Candidate(post=post, score=0.0, source="cdx", evidence=ids)
        # The index of a prefix names one capture of each address: the others may show the post where that one does not.
        addresses = self._platform.archived_urls(ref)
        return self._from_copies(ref, found.rows) or self._from_index(ref, addresses if thorough else addresses[:1])

    def _from_copies(self, ref: PostRef, rows: tuple[CdxRow, ...]) -> Candidate | None:
        for row in pick_captures(rows, MAX_COPIES):
            if candidate := self._copy(ref, row):
                return candidate
        return None

    def _from_index(self, ref: PostRef, addresses: tuple[str, ...]) -> Candidate | None:
        for address in addresses:
            if self._index_requests >= self._settings.max_cdx_requests:
                break
            if candidate := self._from_copies(ref, tuple(self._captures(address))):
                return candidate
        return None

    def _copy(self, ref: PostRef, row: CdxRow) -> Candidate | None:
        """The post as one archived copy shows it; redirects are followed as long as they stay with the post."""
        url: str | None = playback_url(row)
        seen: set[str] = set()
        while url and url not in seen and len(seen) < MAX_HOPS:
            seen.add(url)
            exchange = self._ask.fetch(url, source="the web archive's copies")
            if exchange is None:
                return None
            memento = read_memento(exchange)
            if memento.redirect:
                url = memento.redirect if self._stays(ref, memento.redirect) else None
                continue
            if memento.captured is None:
                self._ask.note(f"no copy: {memento.reason}")
                if memento.status in (403, 429) or memento.status >= 500:
                    self._ask.gap(f"the web archive's copies: {memento.reason}")
                return None
            post = self._platform.read_archived(ref, exchange) if memento.status == 200 else None
            if post is None:
                self._ask.note(f"the copy of {memento.captured:%Y-%m-%d} does not show the post")
                return None
            evidence = (exchange.record_id,) if exchange.record_id else ()
            return Candidate(post=post, score=0.0, source="memento", evidence=evidence)
        return None

    def _stays(self, ref: PostRef, redirect: str) -> bool:
        original = original_of(redirect)
        if original is None:
            return False
        named = self._platform.ref_from_url(original)
        return named.id == ref.id if named else ref.id in original

    # -- the index

    def _prefix_rows(self, prefix: str, since: str | None) -> list[CdxRow]:
        limit = self._settings.cdx_page_limit
        return self._rows(prefix, lambda key: prefix_url(prefix, limit=limit, since=since, resume_key=key))

    def _captures(self, address: str) -> list[CdxRow]:
        return self._rows(address, lambda _: captures_url(address, limit=MAX_CAPTURE_ROWS), pages=1)

    def _rows(self, what: str, url_of: _UrlOf, pages: int | None = None) -> list[CdxRow]:
        """The rows of all pages of one index query, as far as the settings allow."""
        rows: list[CdxRow] = []
        key: str | None = None
        keys: set[str] = set()
        page = 0
        while pages is None or page < pages:
            if self._index_requests >= self._settings.max_cdx_requests:
                self._ask.note(f"index not asked (further): {what}: {self._index_requests} requests are made")
                self._ask.gap("the web archive's index: more than the settings allow to ask")
                break
            page += 1
            self._index_requests += 1
            exchange = self._ask.fetch(url_of(key), source="the web archive's index")
            if exchange is None:
                break
            answer = read_index(exchange)
            self._ask.note(f"index of {what}: {answer.reason}")
            if answer.found in (Found.EXCLUDED, Found.REFUSED, Found.FAILED):
                self._ask.gap(f"the web archive's index: {answer.reason}")
                break
            rows.extend(answer.rows)
            key = answer.resume_key
            # A key comes after the last page, too, and a key that comes again would lead in a circle.
            if key is None or key in keys or not answer.rows:
                break
            keys.add(key)
        return rows


class _UrlOf(Protocol):
    def __call__(self, key: str | None) -> str: ...


def _redirect(exchange: Exchange) -> str | None:
    """Where an answer sends its reader: `Location`, or the refresh in the page that t.co shows to browsers."""
    location = exchange.header("location")
    if location and 300 <= exchange.status < 400:
        return location.strip()
    if exchange.status == 200 and exchange.content_type == "text/html":
        try:
            page = exchange.payload(MAX_HTML).decode("utf-8", "replace")
        except LimitError:
            return None
        found = META_REFRESH.search(page)
        return found[1] if found else None
    return None
