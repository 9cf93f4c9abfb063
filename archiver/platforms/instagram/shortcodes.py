"""When was the post with this short code made?

A short code is the post's number in base 64 (URL-safe alphabet, most significant digit first). The number is made as
Instagram's engineers described it ("Sharding & IDs at Instagram", 2012): milliseconds since an epoch in the upper bits,
23 bits for the shard and a counter below. Posts of Threads have the same codes.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from archiver.platforms.base import DayRange

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_VALUES = {character: value for value, character in enumerate(ALPHABET)}

EPOCH_MS = 1314220021721
"""2011-08-24T21:07:01.721Z."""

SHARD_BITS = 23

OLDEST_CERTAIN = timedelta(days=7)
"""Numbers from before the scheme were small; they decode to the first days of its epoch and say nothing."""

PRIVATE_SUFFIX = 28
"""Characters that follow the code in links to posts of private accounts."""

MAX_LENGTH = 11
"""Of a code: 11 characters hold 64 bits."""


def bare(code: str) -> str:
    """The code without the suffix that links to private posts carry."""
    return code[:-PRIVATE_SUFFIX] if len(code) > PRIVATE_SUFFIX else code


def number(code: str) -> int | None:
    """The post's number; null where `code` is no short code."""
    if not 1 <= len(code) <= MAX_LENGTH:
        return None
    value = 0
    for character in code:
        digit = _VALUES.get(character)
        if digit is None:
            return None
        value = value << 6 | digit
    return value


def code_of(post_number: int) -> str:
    """The short code of a number, the inverse of `number` (leading zeros aside)."""
    digits = ""
    while post_number:
        post_number, digit = divmod(post_number, 64)
        digits = ALPHABET[digit] + digits
    return digits or ALPHABET[0]


def time_of(code: str) -> datetime | None:
    """When the post was made (videos: when its upload began); null where the code does not tell."""
    value = number(code)
    if value is None:
        return None
    since = timedelta(milliseconds=value >> SHARD_BITS)
    if since < OLDEST_CERTAIN:
        return None
    return datetime.fromtimestamp(EPOCH_MS / 1000, UTC) + since


class CodeRange(DayRange, frozen=True, kw_only=True):
    """The numbers that posts of one day can have; a code is within it by its number."""

    def __contains__(self, post_id: str) -> bool:
        value = number(post_id)
        return value is not None and self.first <= value <= self.last


def day_range(day: date, *, slack_hours: int = 0) -> DayRange | None:
    """The numbers of one UTC day, widened by `slack_hours` on both sides; null for days before the scheme."""
    start = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=slack_hours)
    first = int(start.timestamp() * 1000) - EPOCH_MS
    last = first + (24 + 2 * slack_hours) * 3600 * 1000 - 1
    if last < 0:
        return None
    return CodeRange(first=max(first, 0) << SHARD_BITS, last=(last << SHARD_BITS) + (1 << SHARD_BITS) - 1)
