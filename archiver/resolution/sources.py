"""Where candidates for a mention come from.

    picture    the link of the post's own picture, which the platform redirects to the post
    store, file, index    posts that are known already (`known`)
    listing    the platform's own public lists of an account's posts
    archive    a web archive's index of the account's permalinks, and its copies of pages that list posts

None of them searches by words: without an account nothing can be found, and without a time only what the article's own
day leaves open. Every source reports what it said; one that could not be asked is never taken for one that has nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date, timedelta

import msgspec
from msgspec.structs import replace

from archiver.errors import LimitError
from archiver.exchange import Exchange
from archiver.model import Answer, Candidate, Mention, PostRef, SourceReport
from archiver.platforms.base import Clues, DayRange, Gap, Platform, Remark, Shown
from archiver.resolution.asking import Asker
from archiver.resolution.copies import MAX_HOPS, PLAYBACK, Copies, Lead
from archiver.resolution.inquiry import drive
from archiver.resolution.known import KnownPosts
from archiver.resolution.likeness import likeness
from archiver.resolution.ranking import CLAIMED
from archiver.resolution.settings import ResolveSettings
from archiver.resolution.wayback import CdxRow, original_of, pick_captures, playback_url
from archiver.resolution.window import Window, in_time, printed_day

MAX_HTML = 65_536
META_REFRESH = re.compile(
    r"http-equiv=[\"']?refresh[\"']?[^>]{0,200}?url\s*=\s*[\"']?([^\"'>\s]{1,2000})", re.IGNORECASE
)
MAX_LISTS = 3
"""Archived pages that list an account's posts, which are read for one mention."""

LIST_DAYS = 45
"""Captures of such a page are of use from the post's day until so many days later: older posts have left it by then."""


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """What one source found."""

    report: SourceReport
    ask: Asker
    candidates: tuple[Candidate, ...] = ()
    leads: tuple[Lead, ...] = ()
    """Posts of which no record was read yet."""
    refs: tuple[PostRef, ...] = ()
    """Posts that the article itself names by a link."""


class Sources:
    """The sources of one mention's candidates. Each method asks one, with an asker of its own."""

    def __init__(
        self,
        mention: Mention,
        platform: Platform,
        ask: Asker,
        settings: ResolveSettings,
        window: Window | None,
        copies: Copies,
    ) -> None:
        self._mention = mention
        self._platform = platform
        self._ask = ask
        self._settings = settings
        self._window = window
        self._copies = copies

    # -- the link of the picture

    def picture(self) -> Found | None:
        """The posts to which the links of the mention's own pictures lead; null where it has none."""
        urls = self._platform.media_urls(self._mention)
        if not urls:
            return None
        ask = self._ask.apart()
        refs = {ref.key: ref for url in urls if (ref := self._target(url, ask))}
        return _found("picture", ask, refs=tuple(refs.values()))

    def _target(self, url: str, ask: Asker) -> PostRef | None:
        """Where a short link leads: asked of the service itself, else of an archived copy of the redirect."""
        here = url
        for _ in range(MAX_HOPS):
            exchange = ask.fetch(here, source="the picture's link")
            target = _redirect(exchange) if exchange else None
            if target is None:
                break
            if ref := self._platform.ref_from_url(target):
                ask.note(f"{url} leads to {target}")
                return ref
            here = target
            if not here.startswith(url.rpartition("/")[0].replace("http://", "https://")):
                break
        # the index folds the case of its keys, codes are told apart by it
        code = url.rstrip("/").rpartition("/")[2]
        rows = (row for row in self._copies.captures(url, ask) if row.original.rstrip("/").endswith(code))
        for row in pick_captures(rows, MAX_HOPS):
            copy = ask.fetch(playback_url(row), source=PLAYBACK)
            target = _redirect(copy) if copy else None
            if target and (ref := self._platform.ref_from_url(original_of(target) or target)):
                ask.note(f"an archived copy of {url} leads to {target}")
                return ref
        return None

    # -- what is known already

    def known(self, posts: KnownPosts) -> Found:
        """Posts of the mention's account and time that are known already."""
        ask = self._ask.apart()
        skipped = self._nothing_to_go_by(posts.name)
        if skipped or self._window is None:
            return skipped or _found(posts.name, ask)
        first, last = (day.isoformat() for day in self._window.days)
        known = posts.posts_between(self._mention.platform, self._mention.handle or "", first, last)
        ask.note(f"{posts.name}: {len(known)} posts of @{self._mention.handle} from {first} to {last}")
        candidates = tuple(
            Candidate(post=one.post, score=0.0, source=posts.name, evidence=one.evidence, cited_in=one.cited_in)
            for one in known
            if one.post.text or one.post.title or posts.name not in CLAIMED
        )
        leads = tuple(
            Lead(ref=one.post.ref) for one in known if posts.name in CLAIMED and not (one.post.text or one.post.title)
        )
        return _found(posts.name, ask, candidates=candidates, leads=leads)

    def _nothing_to_go_by(self, name: str) -> Found | None:
        """The report of a source that cannot be asked, because the mention says too little."""
        lacking = "an account" if not self._mention.handle else "a day" if self._window is None else None
        if lacking is None:
            return None
        ask = self._ask.apart()
        ask.note(f"{name}: not asked: it needs {lacking}")
        return _found(name, ask, skipped=f"it needs {lacking}")

    # -- the platform's own lists

    def listing(self) -> Found:
        """The account's posts of that time, from the platform's own public lists."""
        name = f"{self._platform.name}.listing"
        if skipped := self._nothing_to_go_by(name):
            return skipped
        ask = self._ask.apart()
        clues = self.clues()
        shown: list[Candidate] = []
        remarks: list[str] = []

        def take(step: Answer | Shown | Remark | Gap) -> bool:
            if isinstance(step, Shown):
                evidence = (step.record_id,) if step.record_id else ()
                shown.extend(Candidate(post=p, score=0.0, source="listing", evidence=evidence) for p in step.posts)
            elif isinstance(step, Gap):
                ask.note(step.text)
                ask.gap(step.text)
            elif isinstance(step, Remark):
                ask.note(step.text)
                remarks.append(step.text)
            else:
                ask.note(f"{step.endpoint}: {step.state}: {step.reason}")
            return False

        drive(self._platform.search(clues), ask.lookup, take)
        candidates = tuple(one for one in shown if self._of_that_time(one))
        if not ask.requests and not shown and not ask.gaps:
            return _found(name, ask, skipped="; ".join(remarks) or "there is no such list")
        ask.note(f"{name}: {len(candidates)} posts of that time")
        return _found(name, ask, candidates=candidates, note="; ".join(remarks))

    def clues(self) -> Clues:
        """What a platform's search has to know of the mention."""
        window = self._window
        return Clues(
            handle=self._mention.handle or "",
            since=window.since if window else None,
            until=window.until if window else None,
            words=self._mention.words,
            most_requests=self._settings.max_list_requests,
        )

    def _of_that_time(self, candidate: Candidate) -> bool:
        return in_time(candidate.post, self._platform, self._window) is not False

    # -- a web archive

    def archive(self) -> Found:
        """Posts of the account whose permalinks a web archive has, with an id of that time."""
        name = "archive"
        if skipped := self._nothing_to_go_by(name):
            return skipped
        ask = self._ask.apart()
        ids = self._ids()
        queries = self._platform.archive_queries(self._mention, ids)
        if not queries:
            reason = "no address of the account tells of that time"
            ask.note(f"{name}: not asked: {reason}")
            return _found(name, ask, skipped=reason)
        found: dict[str, tuple[PostRef, list[CdxRow]]] = {}
        for query in queries:
            if query.late and found:
                continue
            for row in self._copies.with_prefix(query, ask):
                ref = self._platform.ref_from_url(row.original)
                if ref and self._wanted(ref, ids):
                    found.setdefault(ref.key, (ref, []))[1].append(row)
        ask.note(f"web archive: {len(found)} posts of @{self._mention.handle} with an id of that time")
        leads = [Lead(ref=self._ref(ref), rows=tuple(rows)) for ref, rows in found.values()]
        return _found(name, ask, leads=tuple(sorted(leads, key=self._promise)))

    def _ids(self) -> DayRange | None:
        """The ids that a post of the window can have; null where ids carry no time."""
        window = self._window
        if window is None:
            return None
        day = printed_day(self._mention)
        if day is not None:
            return self._platform.day_range(day, slack_hours=window.slack_hours)
        first, last = window.days
        middle = first + (last - first) / 2
        hours = round((last - first).total_seconds() / 7200)
        return self._platform.day_range(date(middle.year, middle.month, middle.day), slack_hours=hours)

    def _wanted(self, ref: PostRef, ids: DayRange | None) -> bool:
        same = ref.handle is None or ref.handle.lower() == (self._mention.handle or "").lower()
        if ids is not None:
            return same and ref.id in ids
        made = self._platform.time_of(ref.id)
        return same and (made is None or self._window is None or made in self._window)

    def _ref(self, ref: PostRef) -> PostRef:
        """The reference under the mention's own spelling of the handle, where it is the same account."""
        handle = self._mention.handle
        if handle and ref.handle and ref.handle.lower() == handle.lower():
            again = self._platform.ref_from_id(ref.id, handle)
            return again if again.key == ref.key and again.url else ref
        return ref

    def _promise(self, lead: Lead) -> tuple[float, bool, int, str]:
        """Those first whose address tells the words shown, then those of which a readable copy exists: they can be
        compared even if they are gone."""
        words = self._platform.words_in_url(lead.ref.url) or next(
            (told for row in lead.rows if (told := self._platform.words_in_url(row.original))), None
        )
        alike = 0.0
        if words and self._mention.words:
            found = likeness(self._mention.words, words)
            alike = 1.0 if found.exact else found.features.get("both", 0.0)
        return -round(alike, 1), not lead.copied, len(lead.ref.id), lead.ref.id

    def archived_lists(self) -> Found:
        """Posts on archived pages that listed the account's posts at that time."""
        name = "archived lists"
        if skipped := self._nothing_to_go_by(name):
            return skipped
        ask = self._ask.apart()
        window = self._window
        pages = self._platform.archived_lists(self.clues())[:MAX_LISTS] if window else ()
        if not pages or window is None:
            return _found(name, ask, skipped="no page of the platform lists posts that can be read")
        since = window.since.strftime("%Y%m%d")
        until = (window.until + timedelta(days=LIST_DAYS)).strftime("%Y%m%d")
        candidates: list[Candidate] = []
        for page in pages:
            rows = [r for r in self._copies.captures_between(page, since, until, ask) if r.status in (200, None)]
            for row in _spread(rows, MAX_LISTS):
                exchange = self._copies.playback(row, ask, lambda redirect, page=page: original_of(redirect) == page)
                if exchange is None:
                    continue
                evidence = (exchange.record_id,) if exchange.record_id else ()
                candidates += [
                    Candidate(post=post, score=0.0, source="memento", evidence=evidence)
                    for post in self._platform.read_archived_list(page, exchange)
                ]
        unique = {one.post.key: one for one in reversed(candidates) if self._of_that_time(one)}
        return _found(name, ask, candidates=tuple(reversed(unique.values())))


def _spread(rows: Sequence[CdxRow], at_most: int) -> list[CdxRow]:
    """The first captures of different contents: the posts of a day are on the page soonest after it."""
    unique = {row.digest: row for row in sorted(rows, key=lambda row: row.timestamp, reverse=True)}
    return sorted(unique.values(), key=lambda row: row.timestamp)[:at_most]


def _found(
    name: str,
    ask: Asker,
    *,
    candidates: tuple[Candidate, ...] = (),
    leads: tuple[Lead, ...] = (),
    refs: tuple[PostRef, ...] = (),
    skipped: str = "",
    note: str = "",
) -> Found:
    count = len(candidates) + len(leads) + len(refs)
    outcome = "skipped" if skipped else "failed" if ask.gaps else "found" if count else "nothing"
    said = skipped or "; ".join((*((note,) if note else ()), *ask.gaps))
    report = SourceReport(source=name, outcome=outcome, candidates=count, requests=ask.requests, note=said)
    return Found(report=report, ask=ask, candidates=candidates, leads=leads, refs=refs)


def under(found: Found, source: str) -> Found:
    """The same, with its candidates said to come from another source."""
    return replace(found, candidates=tuple(replace(one, source=source) for one in found.candidates))


Task = Callable[[], Found | None]


def _redirect(exchange: Exchange) -> str | None:
    """Where an answer sends its reader: by its status, or by the refresh in the page that t.co shows to browsers."""
    if exchange.redirect:
        return exchange.redirect
    if exchange.status == 200 and exchange.content_type == "text/html":
        try:
            page = exchange.payload(MAX_HTML).decode("utf-8", "replace")
        except LimitError:
            return None
        found = META_REFRESH.search(page)
        return found[1] if found else None
    return None
