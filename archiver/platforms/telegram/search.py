"""How are a channel's posts of one time found?

The numbers of a channel's posts grow with time, and its preview lists twenty posts below any number, each with its
time. So the newest page tells how fast the channel counts, a guess from that leads near the time looked for, each page
narrows where it can be, and what lies between is read page by page. Few requests: three or four for a day among years.

Where the time is unknown or long, a few telling words are first looked for in the channel. That gives some twenty posts
at most, and how Telegram matches words is not documented: what is found so is a help, what is not found says nothing.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import msgspec

from archiver.exchange import Exchange
from archiver.model import Answer, Post
from archiver.platforms.answering import from_hosts
from archiver.platforms.base import Clues, Gap, Inquiry, Lookup, Remark, Shown, Step
from archiver.platforms.telegram.answers import page_of
from archiver.platforms.telegram.endpoints import HOSTS, PAGE, PREVIEW, preview_lookup, words_lookup
from archiver.platforms.telegram.records import Message, messages
from archiver.platforms.telegram.urls import channel_of

CHANNELS_BEGAN = datetime(2015, 9, 22, tzinfo=UTC)
"""Telegram has channels since (telegram.org/blog/channels): a first guess where one page tells no pace."""

SHORT = timedelta(days=4)
"""A span of time that is looked through from its middle: a printed day and the time zones around it."""

LONGEST_WORDS = 3
WORD = re.compile(r"[^\W\d_]{5,30}")
"""Words that are looked for: letters only, not the shortest."""

UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]{4,30}")
"""Scripts without spaces: a run of them is cut."""


A_LIST = ".tgme_channel_info, .tgme_widget_message[data-post], .tme_no_messages_found"
EMPTY = f"{PREVIEW}: the channel lists no post where some are due, as it does when asked too often"
OLDER = 'link[rel="prev"], .tme_messages_more[data-before]'


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """One page of the preview: posts with their times, lowest number first."""

    messages: tuple[Message, ...]
    record_id: str | None
    first: int
    """The lowest number on it; 0 where it lists nothing."""
    last: int
    older: bool
    """Whether the page itself links to older posts."""
    full: bool
    """Whether it has as many numbers as a page can have, so that more may follow."""


Asked = Generator[Step, Exchange | None, Listed | None]


class _Budget:
    """Lookups that may still be made."""

    def __init__(self, most: int) -> None:
        self.left = most


def search(clues: Clues) -> Inquiry:
    """The channel's posts within the clues' time."""
    channel = channel_of(clues.handle)
    if channel is None:
        yield Remark(text=f"no channel of Telegram can be called {clues.handle[:40]!r}")
        return
    budget = _Budget(clues.most_requests)
    short = clues.since is not None and clues.until is not None and clues.until - clues.since <= SHORT
    words = telling_words(clues.words or "") if not short else ""
    if words and budget.left > 1:
        by_words = yield from _list(words_lookup(channel, words), budget, quiet=True)
        if by_words is not None and (found := _within(by_words, clues)):
            yield _shown(found, by_words)
    newest = yield from _list(preview_lookup(channel), budget)
    if newest is None:
        return
    if not newest.messages:
        yield Gap(text=EMPTY)
        return
    start = yield from _seek(channel, clues, newest, budget, short=short)
    if start is not None:
        yield from _read_around(channel, clues, start, newest, budget)


def telling_words(words: str) -> str:
    """A few of the longest words, in their order; empty where there is none to look for."""
    plain = re.sub(r"https?://\S{1,400}|[@#]\w{1,60}", " ", words[:4000])
    runs = [run[:6] for run in UNSPACED.findall(plain)]
    found = list(dict.fromkeys(runs[:1] or WORD.findall(plain)))
    longest = sorted(found, key=len, reverse=True)[:LONGEST_WORDS]
    return " ".join(word for word in found if word in longest)


def _list(lookup: Lookup, budget: _Budget, *, quiet: bool = False) -> Asked:
    """One page of the preview; null, with a `Gap` that says why, where it could not be read."""
    if budget.left <= 0:
        return None
    budget.left -= 1
    exchange = yield lookup
    if exchange is None:
        return None
    if exchange.redirect is not None and from_hosts(exchange.redirect, HOSTS):
        if not quiet:
            yield Gap(text=f"{PREVIEW}: no preview is shown (a group, a channel without one, or no such channel)")
        return None
    page = page_of(exchange)
    if isinstance(page, Answer) or page.css_first(A_LIST) is None:
        if not quiet:
            why = page.reason if isinstance(page, Answer) else "a page without the channel's posts"
            yield Gap(text=f"{PREVIEW}: {why}")
        return None
    dated = tuple(m for m in messages(page, PREVIEW) if m.post.created_at is not None)
    return Listed(
        messages=dated,
        record_id=exchange.record_id,
        first=dated[0].number if dated else 0,
        last=dated[-1].number if dated else 0,
        older=page.css_first(OLDER) is not None,
        full=sum(len(m.numbers) for m in dated) >= PAGE,
    )


def _made(message: Message) -> datetime:
    made = message.post.created_at
    return made if made is not None else CHANNELS_BEGAN


def _fits(message: Message, clues: Clues) -> bool:
    made = _made(message)
    return (clues.since is None or made >= clues.since) and (clues.until is None or made < clues.until)


def _within(listed: Listed, clues: Clues) -> list[Post]:
    return [m.post for m in listed.messages if not m.service and _fits(m, clues)]


def _shown(posts: Sequence[Post], listed: Listed) -> Shown:
    return Shown(posts=tuple(posts), endpoint=PREVIEW, record_id=listed.record_id)


def _too_old(listed: Listed, clues: Clues) -> bool:
    """Whether even its newest post is from before the time looked for."""
    return clues.since is not None and _made(listed.messages[-1]) < clues.since


def _too_new(listed: Listed, clues: Clues) -> bool:
    return clues.until is not None and _made(listed.messages[0]) >= clues.until


def _seek(channel: str, clues: Clues, newest: Listed, budget: _Budget, *, short: bool) -> Asked:
    """A page that overlaps with the time looked for; null where none can, or where it was not reached (a `Gap`)."""
    if _too_old(newest, clues):
        return None
    if not _too_new(newest, clues):
        return newest
    target = clues.until if clues.until is not None else _made(newest.messages[-1])
    if short and clues.since is not None:
        target = clues.since + (target - clues.since) / 2
    high = _Bound(newest.first, _made(newest.messages[0]), _pace(newest))
    low = _Bound(0, None, None)
    more = newest.older
    halve = False
    while budget.left > 0:
        between = high.number - low.number
        before = _guess(low, high, target, halve=halve)
        listed = yield from _list(preview_lookup(channel, before=before), budget)
        if listed is None:
            return None
        if not listed.messages:
            if before >= high.number:
                if more:
                    yield Gap(text=EMPTY)
                return None  # nothing is older than what is already too new
            low = _Bound(before - 1, None, None)
        elif listed.last >= before:
            yield Gap(text=f"{PREVIEW}: asked for posts below {before}, it lists {listed.last}")
            return None
        elif _too_old(listed, clues):
            if before >= high.number:
                return None  # the next newer post is too new: the channel was silent
            low = _Bound(before - 1, _made(listed.messages[-1]), _pace(listed))
        elif _too_new(listed, clues):
            if not listed.older and not listed.full:
                return None  # the channel begins here
            high = _Bound(listed.first, _made(listed.messages[0]), _pace(listed) or high.pace)
            more = listed.older
        else:
            return listed
        if high.number - low.number <= 1:
            return None
        halve = not halve and high.number - low.number > between / 2
    yield Gap(text=f"{PREVIEW}: the posts of that time were not reached with the requests allowed")
    return None


class _Bound(NamedTuple):
    """A number between which and another one the time looked for is."""

    number: int
    time: datetime | None
    """Null: unknown, as below a channel's first post."""
    pace: float | None
    """Numbers a second on the page there; null where it tells none."""


def _pace(listed: Listed) -> float | None:
    """Numbers a second, as one page counts; null where it tells none."""
    span = (_made(listed.messages[-1]) - _made(listed.messages[0])).total_seconds()
    counted = listed.last - listed.first
    return counted / span if span > 0 and counted > 0 else None


def _guess(low: _Bound, high: _Bound, target: datetime, *, halve: bool) -> int:
    """The number below which to list: so that the time looked for is in the middle of the page. halve: whatever the
    times lead to expect, as they have misled."""
    if high.number - low.number <= PAGE:
        return high.number
    between = high.number - low.number
    if halve and low.number:
        number = low.number + between / 2
    elif low.time is not None:
        number = low.number + between * _share(low, high, target)
    elif high.pace is not None and high.time is not None:
        # where this leads below what is known the channel was slower once, or younger: its first posts tell
        number = high.number - high.pace * (high.time - target).total_seconds()
    else:
        since = _Bound(low.number, min(CHANNELS_BEGAN, target), None)
        number = low.number + between * _share(since, high, target)
    return min(high.number, round(max(low.number, number)) + PAGE // 2)


def _share(low: _Bound, high: _Bound, target: datetime) -> float:
    """How much of the numbers between two pages was used up at a time: the cubic curve through both with the pace of
    each, held so flat that it only rises."""
    if low.time is None or high.time is None or high.time <= low.time:
        return 0.5
    span = (high.time - low.time).total_seconds()
    at = min(1.0, max(0.0, (target - low.time).total_seconds() / span))
    steady = (high.number - low.number) / span
    begins, ends = (min(3.0, bound.pace / steady) if bound.pace is not None else 1.0 for bound in (low, high))
    return at * at * (3 - 2 * at) + begins * at * (1 - at) ** 2 - ends * at * at * (1 - at)


def _read_around(channel: str, clues: Clues, start: Listed, newest: Listed, budget: _Budget) -> Inquiry:
    """Every page of that time, outwards from one that is in it, older and newer ones in turn."""
    if found := _within(start, clues):
        yield _shown(found, start)
    oldest = newer = start
    down = not _begins_before(start, clues)
    up = start.last < newest.last and not _ends_after(start, clues)
    while (down or up) and budget.left > 0:
        if down:
            listed = yield from _list(preview_lookup(channel, before=oldest.first), budget)
            if listed is None:
                return
            if not listed.messages and oldest.older:
                yield Gap(text=EMPTY)
            down = bool(listed.messages) and listed.last < oldest.first
            if down:
                oldest = listed
                if found := _within(listed, clues):
                    yield _shown(found, listed)
                down = not _begins_before(listed, clues)
        if up and budget.left > 0:
            listed = yield from _list(preview_lookup(channel, after=newer.last), budget)
            if listed is None:
                return
            up = bool(listed.messages) and listed.first > newer.last
            if not up:
                yield Gap(text=EMPTY)
            else:
                newer = listed
                if found := _within(listed, clues):
                    yield _shown(found, listed)
                up = listed.last < newest.last and not _ends_after(listed, clues)
    if down or up:
        yield Gap(text=f"{PREVIEW}: there are more posts of that time than could be listed with the requests allowed")


def _begins_before(listed: Listed, clues: Clues) -> bool:
    """Whether nothing of the time looked for is older than this page."""
    if not listed.older and not listed.full:
        return True
    return clues.since is not None and _made(listed.messages[0]) < clues.since


def _ends_after(listed: Listed, clues: Clues) -> bool:
    return clues.until is not None and _made(listed.messages[-1]) >= clues.until
