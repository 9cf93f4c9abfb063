"""What many mentions say of one post: who wrote it, when, in which words, and which pages cite it.

Mentions come sorted by post, page and time of capture, and are taken one at a time. Of a post that a million pages cite
its counts are held, and no page.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from archiver.scan.posts.claims import made_url
from archiver.scan.posts.flattened import day_of_id, id_of, moment
from archiver.store.postmerge import MAX_WORDS, fuller, variant_of

MAX_DISTINCT = 1000
"""Different handles, names, wordings and so on of one post that are counted."""

MAX_LISTED = 100
"""Of them, those of most pages are listed."""


class Said(NamedTuple):
    """One mention."""

    key: str
    page_url: str
    captured: int | None
    """Microseconds since 1970."""
    file: str
    offset: int
    number: int
    record_id: str
    page_host: str
    page_language: str | None
    rule: str
    confidence: float
    times: int
    flattened: bool
    """The page does not tell the id."""
    has_id: bool
    """Some page does: else `key` is a name of ours."""
    platform: str
    scope: str | None
    url: str | None
    handle: str | None
    display_name: str | None
    date: str | None
    text: str | None
    words_key: int | None


class Citation(NamedTuple):
    """A page that cites a post."""

    number: int
    """Of the post."""
    page_url: str
    page_host: str
    language: str | None
    first_seen: int | None
    last_seen: int | None
    file: str
    offset: int
    record_id: str
    rule: str
    flattened: bool
    confidence: float
    times: int


class Wording(NamedTuple):
    """What pages show of a post."""

    text: str
    handle: str | None
    display_name: str | None
    pages: int
    first_seen: int | None


class Head(NamedTuple):
    """A post, without the pages that cite it."""

    number: int
    key: str
    platform: str
    post_id: str | None
    scope: str | None
    url: str | None
    handle: str | None
    handle_folded: str | None
    other_handles: list[str]
    display_names: list[str]
    day: str | None
    first_seen: int | None
    last_seen: int | None
    pages: int
    sites: int
    languages: list[str]
    flattened_only: bool
    texts: list[Wording]


class Saying:
    """Takes the mentions of one post after the other."""

    def __init__(self, number: int, first: Said) -> None:
        self.number = number
        self.key = first.key
        self.platform = first.platform
        self.scope: str | None = None
        self._has_id = first.has_id
        self._post_id: str | None = None
        self._told: str | None = None
        self._made_url: str | None = None
        self._handles: dict[str, int] = {}
        self._names: dict[str, int] = {}
        self._urls: dict[str, int] = {}
        self._days: dict[str, int] = {}
        self._languages: dict[str, int] = {}
        self._hosts: set[int] = set()
        self._wordings: dict[int, Wording] = {}
        self._pages = 0
        self._first: int | None = None
        self._last: int | None = None
        # of the page that is under way
        self._page: Said | None = None
        self._page_first: int | None = None
        self._page_last: int | None = None
        self._language: str | None = None
        self._best: tuple[bool, float, str] = (False, 0.0, "")
        self._times = 0
        self._flattened = True
        self._counted: set[tuple[int, object]] | None = None
        """What is counted of it already; null while it has one mention."""

    def add(self, said: Said) -> Citation | None:
        """Take a mention; gives the page before it, where this is one of another."""
        done = None
        page = self._page
        if page is None or page.page_url != said.page_url:
            done = self.finish_page()
            self._page = page = said
            self._page_first = self._page_last = said.captured
            self._language = said.page_language
            self._best = (not said.flattened, said.confidence, said.rule)
            self._times = said.times
            self._flattened = said.flattened
            self._counted = None
        else:
            if self._counted is None:
                self._counted = self._counted_of(page)
            if said.captured is not None:
                self._page_first = said.captured if self._page_first is None else min(self._page_first, said.captured)
                self._page_last = said.captured if self._page_last is None else max(self._page_last, said.captured)
            self._language = self._language or said.page_language
            if said.offset == page.offset and said.file == page.file:
                self._best = max(self._best, (not said.flattened, said.confidence, said.rule))
                self._times += said.times
            self._flattened = self._flattened and said.flattened
        if not said.flattened and self._has_id:
            self._is_named(said)
        self._count(0, self._handles, said.handle)
        self._count(1, self._names, said.display_name)
        if said.date is not None and self._told is None:
            self._count(2, self._days, moment(said.date)[1])
        if said.text:
            self._says(said, said.text)
        return done

    def _is_named(self, said: Said) -> None:
        if self._post_id is None:
            self.scope = said.scope
            self._post_id = id_of(self.platform, said.scope, self.key)
            self._told = day_of_id(self.platform, self._post_id)
            if self._told is not None:
                self._days = {}
        self._count(3, self._urls, said.url)
        if not said.url:
            self._url(said.handle)

    def _count(self, kind: int, counts: dict[str, int], value: str | None) -> None:
        """Count a page once for each value that it shows."""
        if not value:
            return
        if self._counted is not None:
            if (kind, value) in self._counted:
                return
            self._counted.add((kind, value))
        had = counts.get(value)
        if had is not None:
            counts[value] = had + 1
        elif len(counts) < MAX_DISTINCT:
            counts[value] = 1

    def _counted_of(self, first: Said) -> set[tuple[int, object]]:
        """What is counted of a page after its first mention."""
        counted: set[tuple[int, object]] = {(0, first.handle), (1, first.display_name), (2, moment(first.date)[1])}
        if not first.flattened:
            counted.add((3, first.url))
        if first.text:
            counted.add((4, variant(first.handle, first.text, first.words_key)))
        return counted

    def _says(self, said: Said, text: str) -> None:
        known = variant(said.handle, text, said.words_key)
        fresh = self._counted is None or (4, known) not in self._counted
        if fresh and self._counted is not None:
            self._counted.add((4, known))
        says(self._wordings, known, said.handle, said.display_name, text, said.captured, fresh=fresh)

    def finish_page(self) -> Citation | None:
        """The page that is under way; null where there is none."""
        page = self._page
        if page is None:
            return None
        self._page = None
        self._pages += 1
        self._counted = None
        self._count(5, self._languages, self._language)
        if page.page_host:
            self._hosts.add(hash(page.page_host))
        if self._page_first is not None and self._page_last is not None:
            self._first = self._page_first if self._first is None else min(self._first, self._page_first)
            self._last = self._page_last if self._last is None else max(self._last, self._page_last)
        _, confidence, rule = self._best
        return Citation(
            self.number, page.page_url, page.page_host, self._language, self._page_first, self._page_last, page.file,
            page.offset, page.record_id, rule, self._flattened, confidence, self._times,
        )  # fmt: skip

    def head(self) -> Head:
        """The post, when its last page is finished."""
        handle, others = handles_of(self._handles)
        days = most(self._days)
        urls = most(self._urls)
        url = urls[0] if urls else self._url(handle) if self._post_id is not None else None
        return Head(
            self.number, self.key, self.platform, self._post_id, self.scope, url, handle,
            handle.casefold() if handle else None, others, most(self._names)[:MAX_LISTED],
            self._told or (days[0] if days else None), self._first, self._last, self._pages, len(self._hosts),
            most(self._languages)[:MAX_LISTED], self._post_id is None, listed(self._wordings),
        )  # fmt: skip

    def _url(self, handle: str | None) -> str | None:
        """The permalink that platform and id make, where no page has one."""
        if self._made_url is None:
            self._made_url = made_url(self.platform, self._post_id, handle or self.scope, self.key)
        return self._made_url


def says(
    wordings: dict[int, Wording], known: int, handle: str | None, name: str | None, text: str, captured: int | None, *,
    fresh: bool = True,
) -> None:  # fmt: skip
    """Take in that a page shows these words. known: their variant. fresh: the page has not shown them before."""
    text = text[:MAX_WORDS]
    had = wordings.get(known)
    if had is None:
        if len(wordings) < MAX_DISTINCT:
            wordings[known] = Wording(text, handle, name, 1, captured)
        return
    words = (handle, name, text)
    before = (had.handle, had.display_name, had.text)
    handle, name, best = words if words == before else fuller(words, before)
    first = had.first_seen if captured is None else captured
    if had.first_seen is not None and first is not None:
        first = min(first, had.first_seen)
    wordings[known] = Wording(best or "", handle, name, had.pages + fresh, first)


def listed(wordings: Mapping[int, Wording]) -> list[Wording]:
    """Wordings, that of most pages first."""
    if len(wordings) < 2:
        return list(wordings.values())
    return sorted(
        wordings.values(), key=lambda one: (-one.pages, one.text, one.handle or "", one.display_name or "")
    )[:MAX_LISTED]  # fmt: skip


def variant(handle: str | None, text: str, words_key: int | None) -> int:
    """What a handle with words is known by."""
    return words_key if words_key is not None else variant_of(handle.casefold() if handle else None, text)


def most(counts: Mapping[str, int]) -> list[str]:
    """Values, that of most pages first."""
    if len(counts) < 2:
        return list(counts)
    return sorted(counts, key=lambda value: (-counts[value], value))


def handles_of(counts: Mapping[str, int]) -> tuple[str | None, list[str]]:
    """The handle of most pages, in the spelling of most of them, and one spelling of each other."""
    if len(counts) < 2:
        return next(iter(counts), None), []
    folded: dict[str, int] = {}
    spelt: dict[str, str] = {}
    for handle in most(counts):
        fold = handle.casefold()
        folded[fold] = folded.get(fold, 0) + counts[handle]
        spelt.setdefault(fold, handle)
    best, *others = (spelt[fold] for fold in most(folded))
    return best, others[:MAX_LISTED]
