"""What many mentions say of one post: who wrote it, when, in which words, and which pages cite it.

Mentions come sorted by post, page and time of capture, and are taken one at a time. Of a post that a million pages cite
its counts are held, and no page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

from archiver.brought.rows import AUTHORS_TIME, CLOCKS_DIFFER, PLACEHOLDERS
from archiver.platforms import platform as platform_named
from archiver.scan.flattened import MAX_DATE, day_of_id, id_of, moment
from archiver.store.postmerge import MAX_WORDS, Claim, fuller, variant_of

MAX_DISTINCT = 1000
"""Different handles, names, wordings and so on of one post that are counted."""

MAX_LISTED = 100
"""Of them, those of most pages are listed."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


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


PageDone = Callable[[Sequence[Any]], None]
"""Takes the values of a `Citation`."""

PostDone = Callable[[Sequence[Any]], None]
"""Takes the values of a `Head`."""


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
            counted.add((4, _variant(first, first.text)))
        return counted

    def _says(self, said: Said, text: str) -> None:
        variant = _variant(said, text)
        had = self._wordings.get(variant)
        fresh = self._counted is None or (4, variant) not in self._counted
        if fresh and self._counted is not None:
            self._counted.add((4, variant))
        words = (said.handle, said.display_name, text[:MAX_WORDS])
        if had is None:
            if len(self._wordings) < MAX_DISTINCT:
                self._wordings[variant] = Wording(words[2], said.handle, said.display_name, 1, said.captured)
            return
        before = (had.handle, had.display_name, had.text)
        handle, name, best = words if words == before else fuller(words, before)
        first = had.first_seen if said.captured is None else said.captured
        if had.first_seen is not None and first is not None:
            first = min(first, had.first_seen)
        self._wordings[variant] = Wording(best or "", handle, name, had.pages + fresh, first)

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
        handle, others = _handles(self._handles)
        days = _most(self._days)
        urls = _most(self._urls)
        url = urls[0] if urls else self._url(handle) if self._post_id is not None else None
        wordings = sorted(
            self._wordings.values(), key=lambda one: (-one.pages, one.text, one.handle or "", one.display_name or "")
        )
        return Head(
            self.number, self.key, self.platform, self._post_id, self.scope, url, handle,
            handle.casefold() if handle else None, others, _most(self._names)[:MAX_LISTED],
            self._told or (days[0] if days else None), self._first, self._last, self._pages, len(self._hosts),
            _most(self._languages)[:MAX_LISTED], self._post_id is None, wordings[:MAX_LISTED],
        )  # fmt: skip

    def claim(self, said: Said) -> Claim | None:
        """What the page says of the post, as a post index takes it; null where it does not show the id, or there is no
        address by which the post could be asked for."""
        if said.flattened or self._post_id is None:
            return None
        url = said.url or self._url(said.handle)
        if url is None:
            return None
        day, created = _made(said.date, self._told, self.platform)
        return _claim(
            said.key, said.platform, self._post_id, self.scope, url, said.handle, said.display_name, day, created,
            said.text, said.words_key, said.page_url, said.captured,
        )  # fmt: skip

    def _url(self, handle: str | None) -> str | None:
        """The permalink that platform and id make, where no page has one."""
        if self._made_url is None:
            self._made_url = _made_url(self.platform, self._post_id, handle or self.scope, self.key)
        return self._made_url


def _variant(said: Said, text: str) -> int:
    if said.words_key is not None:
        return said.words_key
    return variant_of(said.handle.casefold() if said.handle else None, text)


def _made_url(platform: str, post_id: str | None, handle: str | None, key: str) -> str | None:
    known = platform_named(platform)
    if known is None or post_id is None:
        return None
    try:
        ref = known.ref_from_id(post_id, handle)
    except ValueError:
        return None
    return (ref.url or None) if ref.key == key else None


def _made(printed: str | None, told: str | None, platform: str) -> tuple[str | None, str | None]:
    """Day and time of a post, as a page prints them (ISO, UTC). told: the day that its id tells."""
    return _made_of(printed if printed and len(printed) <= MAX_DATE else None, told, platform)


@lru_cache(maxsize=100_000)
def _made_of(printed: str | None, told: str | None, platform: str) -> tuple[str | None, str | None]:
    made, day = moment(printed)
    if told is not None:
        if made is not None and platform not in AUTHORS_TIME and not _near(made, told):
            made = None
        day = told
    return day, made.isoformat() if made is not None else None


def _near(made: datetime, told: str) -> bool:
    """Whether a printed time may be that of a post whose id is of this day."""
    begin = datetime.fromisoformat(told).replace(tzinfo=UTC)
    return begin - CLOCKS_DIFFER <= made < begin + timedelta(days=1) + CLOCKS_DIFFER


def _claim(
    key: str, platform: str, post_id: str, scope: str | None, url: str, handle: str | None, name: str | None,
    day: str | None, created: str | None, text: str | None, words_key: int | None, page: str, captured: int | None,
) -> Claim:  # fmt: skip
    folded = handle.casefold() if handle else None
    text = text[:MAX_WORDS] if text and text not in PLACEHOLDERS else None
    # the key of the words in the table of mentions is that of an index, where there are words and a handle
    variant = words_key if words_key is not None and text and folded else variant_of(folded, text)
    return Claim(
        key, platform, post_id, scope, url, handle, folded, name, day, created, text, variant, page, _time(captured)
    )


def _time(captured: int | None) -> str | None:
    if captured is None:
        return None
    days, rest = divmod(captured // 1_000_000, 86_400)
    day = _day(days)
    return f"{day}T{_clock(rest)}Z" if day is not None else None


@lru_cache(maxsize=86_400)
def _clock(seconds: int) -> str:
    minutes, second = divmod(seconds, 60)
    return f"{minutes // 60:02}:{minutes % 60:02}:{second:02}"


@lru_cache(maxsize=10_000)
def _day(days: int) -> str | None:
    """The ISO day so many days after 1970 began."""
    try:
        return (EPOCH + timedelta(days=days)).date().isoformat()
    except OverflowError:
        return None


def _most(counts: Mapping[str, int]) -> list[str]:
    """Values, that of most pages first."""
    if len(counts) < 2:
        return list(counts)
    return sorted(counts, key=lambda value: (-counts[value], value))


def _handles(counts: Mapping[str, int]) -> tuple[str | None, list[str]]:
    """The handle of most pages, in the spelling of most of them, and one spelling of each other."""
    if len(counts) < 2:
        return next(iter(counts), None), []
    folded: dict[str, int] = {}
    spelt: dict[str, str] = {}
    for handle in _most(counts):
        fold = handle.casefold()
        folded[fold] = folded.get(fold, 0) + counts[handle]
        spelt.setdefault(fold, handle)
    best, *others = (spelt[fold] for fold in _most(folded))
    return best, others[:MAX_LISTED]


def posts_of(rows: Iterable[Sequence[Any]], on_page: PageDone, on_post: PostDone) -> Iterator[Claim]:
    """What sorted mentions (the values of a `Said` each) say of posts, as a post index takes it; on the way each page
    and each post is told, numbered from 0 in the order of their keys.
    """
    current: Saying | None = None
    number = -1
    before: Sequence[Any] | None = None
    for row in rows:
        if before is None or row[0] != before[0]:
            if current is not None:
                _finish(current, on_page, on_post)
                current = None
            elif before is not None and (claim := _only(number, before, on_page, on_post)) is not None:
                yield claim
            number += 1
        else:
            if current is None:
                first = Said._make(before)
                current = Saying(number, first)
                current.add(first)
                if (claim := current.claim(first)) is not None:
                    yield claim
            said = Said._make(row)
            if (page := current.add(said)) is not None:
                on_page(page)
            if (claim := current.claim(said)) is not None:
                yield claim
        before = row
    if current is not None:
        _finish(current, on_page, on_post)
    elif before is not None and (claim := _only(number, before, on_page, on_post)) is not None:
        yield claim


def _finish(post: Saying, on_page: PageDone, on_post: PostDone) -> None:
    if (page := post.finish_page()) is not None:
        on_page(page)
    on_post(post.head())


def _only(number: int, said: Sequence[Any], on_page: PageDone, on_post: PostDone) -> Claim | None:
    """A post that is mentioned once, as most are: the same as `Saying` makes of it, at a fraction of the cost."""
    (
        key, page_url, captured, file, offset, _, record_id, page_host, page_language, rule, confidence, times,
        flattened, has_id, platform, scope, url, handle, name, date, text, words_key,
    ) = said  # fmt: skip
    post_id = told = None
    if has_id and not flattened:
        post_id = id_of(platform, scope, key)
        told = day_of_id(platform, post_id)
        url = url or _made_url(platform, post_id, handle or scope, key)
    else:
        scope = url = None
    day, created = _made(date, told, platform)
    on_page((
        number, page_url, page_host, page_language, captured, captured, file, offset, record_id, rule, flattened,
        confidence, times,
    ))  # fmt: skip
    on_post((
        number, key, platform, post_id, scope, url, handle or None, handle.casefold() if handle else None, [],
        [name] if name else [], day, captured, captured, 1, 1 if page_host else 0,
        [page_language] if page_language else [], post_id is None,
        [(text[:MAX_WORDS], handle, name, 1, captured)] if text else [],
    ))  # fmt: skip
    if post_id is None or url is None:
        return None
    return _claim(key, platform, post_id, scope, url, handle, name, day, created, text, words_key, page_url, captured)
