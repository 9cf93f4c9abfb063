"""Which post is a mention whose page does not tell the id?

It is another page of a post that is known by its id, where the same handle says the same words (but for case, signs and
links) in the mentions of exactly one such post, and no day speaks against it. Words that many posts say ("Good
morning!") prove nothing without a day. All other mentions stay apart from posts with an id: those that say the same
words under the same handle and day are one post, which gets a name of its own. A wrong join is worse than none.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from archiver.brought.rows import AUTHORS_TIME, moment_of
from archiver.platforms import platform as platform_named
from archiver.store.postmerge import same_words

TELLING = 40
"""Bytes of plain words from which on they are one post's, also without a day."""

MAX_DATE = 64
"""Characters of a day or a time."""

CLOCKS_APART = timedelta(days=1)
"""A page prints the day of its reader's clock, or does not say whose it is."""


class Said(NamedTuple):
    """What some mentions say alike: one row of those that are compared, in the order of platform, `words_key` and
    `post_key`, those without a key last."""

    platform: str
    words_key: int
    post_key: str | None
    scope: str | None
    date: str | None
    date_basis: str | None
    text: str | None


class Joined(NamedTuple):
    """Mentions without an id that are a post's."""

    platform: str
    words_key: int
    date: str | None
    date_basis: str | None
    post_key: str


def joined(rows: Iterable[Said]) -> Iterator[Joined]:
    """Which mentions without an id are of which post; each platform, words and day once. Memory: one row."""
    for (platform, words_key), group in groupby(rows, key=itemgetter(0, 1)):
        key: str | None = None
        several = False
        days: set[_Day] = set()
        told: set[tuple[str | None, str | None]] = set()
        for row in group:
            if row.post_key is not None:
                several = several or key not in (None, row.post_key)
                key = row.post_key
                if not several:
                    days.add(_day_of(row))
            elif key is None or several:
                continue
            elif (row.date, row.date_basis) not in told and _same(row, days):
                told.add((row.date, row.date_basis))
                yield Joined(platform, words_key, row.date, row.date_basis, key)


class _Day(NamedTuple):
    day: date | None
    sure: bool
    """Whether it is the UTC day."""


def _day_of(row: Said) -> _Day:
    if row.post_key is not None and (told := day_of_id(row.platform, id_of(row.platform, row.scope, row.post_key))):
        return _Day(date.fromisoformat(told), row.platform not in AUTHORS_TIME)
    made, day = moment(row.date)
    return _Day(date.fromisoformat(day) if day else None, row.date_basis == "utc" or made is not None)


def _same(row: Said, days: Iterable[_Day]) -> bool:
    """Whether words without an id are those of the post that was made on one of `days`."""
    words = same_words(row.text) if row.text else b""
    if not words:
        return False
    printed = _day_of(row)
    known = [one for one in days if one.day is not None]
    if printed.day is None or not known:
        return len(words) >= TELLING
    return all(
        one.day is not None
        and abs(one.day - printed.day) <= (timedelta() if one.sure and printed.sure else CLOCKS_APART)
        for one in known
    )


def name_of(
    platform: str,
    post_id: str | None,
    handle: str | None,
    display_name: str | None,
    day: str | None,
    words: str | None,
    page: str,
) -> str:
    """What a post is called of which no page tells the id: `x:?` and 32 hexadecimal digits, the same for the same
    handle (or, where there is none, name), day and words, in every crawl. Where these are too little to know a post by,
    each page has its own. No platform's id begins with `?`.
    """
    said = same_words(words) if words else b""
    who = handle.casefold() if handle else None
    name = display_name.casefold() if display_name and not who else None
    enough = bool(said) and (len(said) >= TELLING or (day is not None and (who or name) is not None))
    facts = (platform, post_id, who, name, day, said.decode() or None, None if enough or post_id else page)
    digest = hashlib.blake2b(repr(facts).encode("utf-8", "surrogatepass"), digest_size=16)
    return f"{platform}:?{digest.hexdigest()}"


def id_of(platform: str, scope: str | None, post_key: str) -> str:
    """The post's id as its key has it."""
    return post_key.removeprefix(f"{platform}:{scope}/" if scope else f"{platform}:")


def day_of_id(platform: str, post_id: str) -> str | None:
    """The ISO day that an id carries; null where it carries none."""
    time_of = _time_of(platform)
    told = time_of(post_id) if time_of is not None else None
    return told.date().isoformat() if told is not None else None


@lru_cache(maxsize=100)
def _time_of(platform: str) -> Callable[[str], datetime | None] | None:
    known = platform_named(platform)
    return known.time_of if known is not None else None


def moment(printed: str | None) -> tuple[datetime | None, str | None]:
    """Time and day of a printed date, as far as it says them."""
    return _moment(printed) if printed and len(printed) <= MAX_DATE else (None, None)


_moment = lru_cache(maxsize=100_000)(moment_of)
# a crawl prints the same days again and again
