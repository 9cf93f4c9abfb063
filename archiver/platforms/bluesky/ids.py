"""When was a post of Bluesky made?

A record's key is a "timestamp identifier": 13 characters of a sortable base 32, of which all but the last ten bits
count microseconds since 1970 (atproto.com, "Record keys"). The author's software makes it, so it can be wrong; what was
imported from elsewhere has the time of the original there. As they sort by time, they are numbers like any other ids.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta

from archiver.platforms.base import DayRange

ALPHABET = "234567abcdefghijklmnopqrstuvwxyz"
LENGTH = 13
CLOCK_BITS = 10
"""Lowest bits: which of an author's devices."""

DIGIT_BITS = 5

TID = re.compile(r"[234567abcdefghij][234567a-z]{12}")
_UNIX = datetime(1970, 1, 1, tzinfo=UTC)
_EARLIEST = datetime(2006, 1, 1, tzinfo=UTC)
"""Posts imported from elsewhere are older than Bluesky, but none is older than the first of these platforms."""
_LATEST = datetime(2100, 1, 1, tzinfo=UTC)


def number_of(post_id: str) -> int | None:
    """The number that a key stands for; null where it is no timestamp identifier."""
    if not TID.fullmatch(post_id):
        return None
    number = 0
    for char in post_id:
        number = number << DIGIT_BITS | ALPHABET.index(char)
    return number


def instant_of(tid: str) -> datetime | None:
    """The instant that a timestamp identifier says, whatever it is; null where it is none."""
    number = number_of(tid)
    return None if number is None else _UNIX + timedelta(microseconds=number >> CLOCK_BITS)


def time_of(post_id: str) -> datetime | None:
    """When the post says that it was made; null where its key is no timestamp identifier."""
    moment = instant_of(post_id)
    return moment if moment is not None and _EARLIEST <= moment < _LATEST else None


def key_of(number: int) -> str:
    """The key that a number is written as."""
    out = ""
    for _ in range(LENGTH):
        number, digit = divmod(number, 1 << DIGIT_BITS)
        out = ALPHABET[digit] + out
    return out


def first_at(moment: datetime) -> int:
    """The lowest number that a key of this instant can have."""
    since = max(moment - _UNIX, timedelta())
    return (since // timedelta(microseconds=1)) << CLOCK_BITS


def day_range(day: date, *, slack_hours: int = 0) -> DayRange | None:
    """The keys of one UTC day, widened by `slack_hours` on both sides; null for days before there were any."""
    begin = datetime.combine(day, time(), UTC)
    if not _EARLIEST <= begin < _LATEST:
        return None
    slack = timedelta(hours=slack_hours)
    return DayRange(
        first=first_at(begin - slack), last=first_at(begin + timedelta(days=1) + slack) - 1, number_of=number_of
    )


def prefixes(first: int, last: int, at_most: int) -> tuple[str, ...]:
    """The longest beginnings of keys, at most so many, that together begin every key from `first` to `last`."""
    best: tuple[str, ...] = ()
    for length in range(1, LENGTH + 1):
        scale = DIGIT_BITS * (LENGTH - length)
        low, high = first >> scale, last >> scale
        if not 0 <= low <= high or high - low >= at_most:
            break
        best = tuple(key_of(number << scale)[:length] for number in range(low, high + 1))
    return best
