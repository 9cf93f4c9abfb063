"""Which post is a mention whose page does not tell the id?

It is another page of a post that is known by its id, where the same handle says the same words (but for case, signs and
links) in the mentions of exactly one such post, and nothing speaks against it: no day; no number that reads otherwise
(1.5 and 15 differ in signs alone); no short link that the post does not have (X makes one for each post); no capture of
the page before the post was made. Words that many posts say ("Good morning!") prove nothing without a day.

All other mentions stay apart from posts with an id: those that say the same words under the same handle and day are one
post, which gets a name of its own. A wrong join is worse than none.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from archiver.brought.rows import AUTHORS_TIME, moment_of
from archiver.platforms import platform as platform_named
from archiver.store.postmerge import LINKS, MAX_WORDS, same_words

TELLING = 40
"""Bytes of plain words from which on they are one post's, also without a day."""

MAX_DATE = 64
"""Characters of a day or a time."""

NUMBERS = re.compile(r"\d+(?:[.,:/]\d+)*")
SHORT_LINK = re.compile(r"\b(?:t\.co|pic\.(?:twitter|x)\.com)/(\w+)")
"""Of X: each post has its own, whatever it leads to."""

MAX_SHOWINGS = 1000
"""Different texts of one post (in links, signs and case) that are compared; more are nobody's honest pages."""

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
    text: str
    post_key: str
    not_before: str | None
    """ISO day; a page that was captured earlier cannot show the post. Null: not known."""


def joined(rows: Iterable[Said]) -> Iterator[Joined]:
    """Which mentions without an id are of which post; each platform, words, day and text once. Memory: what is said of
    one post, within bounds."""
    for (platform, words_key), group in groupby(rows, key=itemgetter(0, 1)):
        key: str | None = None
        several = False
        days: set[_Day] = set()
        showings: set[_Showing] = set()
        for row in group:
            if row.post_key is not None:
                several = several or key not in (None, row.post_key) or len(showings) > MAX_SHOWINGS
                key = row.post_key
                if not several:
                    days.add(_day_of(row))
                    showings.add(_showing(row.text or ""))
            elif key is None or several or row.text is None:
                continue
            elif _same_day(row, days) and _same_signs(_showing(row.text), showings):
                first = min((one.day for one in days if one.day is not None), default=None)
                before = (first - CLOCKS_APART).isoformat() if first is not None and first > date.min else None
                yield Joined(platform, words_key, row.date, row.date_basis, row.text, key, before)


class _Showing(NamedTuple):
    """What the same words may differ in, and mean something else."""

    numbers: tuple[str, ...]
    links: frozenset[str]


def _showing(text: str) -> _Showing:
    text = text[:MAX_WORDS]
    numbers = tuple(NUMBERS.findall(LINKS.sub(" ", text))) if any(map(str.isdigit, text)) else ()
    return _Showing(numbers, frozenset(SHORT_LINK.findall(text)))


def _same_signs(one: _Showing, showings: Collection[_Showing]) -> bool:
    links = frozenset[str]().union(*(showing.links for showing in showings))
    if one.links and links and not one.links & links:
        return False
    return any(one.numbers == showing.numbers for showing in showings)


class _Day(NamedTuple):
    day: date | None
    sure: bool
    """Whether it is the UTC day."""


def _day_of(row: Said) -> _Day:
    if row.post_key is not None and (told := day_of_id(row.platform, id_of(row.platform, row.scope, row.post_key))):
        return _Day(date.fromisoformat(told), row.platform not in AUTHORS_TIME)
    made, day = moment(row.date)
    return _Day(date.fromisoformat(day) if day else None, row.date_basis == "utc" or made is not None)


def _same_day(row: Said, days: Iterable[_Day]) -> bool:
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
    handle (or, where there is none, name), day, words and numbers, in every crawl. Where these are too little to know a
    post by, each page has its own. No platform's id begins with `?`.
    """
    said = same_words(words) if words else b""
    who = handle.casefold() if handle else None
    name = display_name.casefold() if display_name and not who else None
    enough = bool(said) and (len(said) >= TELLING or (day is not None and (who or name) is not None))
    numbers = _showing(words).numbers if words else ()
    facts = (platform, post_id, who, name, day, said.decode() or None, numbers, None if enough or post_id else page)
    digest = hashlib.blake2b(repr(facts).encode("utf-8", "surrogatepass"), digest_size=16)
    return f"{platform}:?{digest.hexdigest()}"


def id_of(platform: str, scope: str | None, post_key: str) -> str:
    """The post's id as its key has it."""
    return post_key.removeprefix(f"{platform}:{scope}/" if scope else f"{platform}:")


@lru_cache(maxsize=1000)  # a post is asked for again for each page that cites it
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
