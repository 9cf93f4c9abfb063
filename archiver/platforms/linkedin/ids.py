"""When was a post of LinkedIn made, and which ids can a post of one day have?

The number in a post's URN is milliseconds since 1970 and 22 more bits, for every kind of URN; the `share` and the
`activity` of one post differ by seconds. LinkedIn documents neither; it was found from posts whose time is known.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from archiver.platforms.base import DayRange

SEQUENCE_BITS = 22

FIRST = 5_500_000_000_000_000_000
"""2011-07-28: numbers that carry a time begin in that summer, and those before are far smaller."""

_UNIX = datetime(1970, 1, 1, tzinfo=UTC)
_MAX_ID = (1 << 63) - 1


def time_of(post_id: str) -> datetime | None:
    """When the post was made, to the millisecond; null where the id carries no time or is none."""
    digits = post_id.rpartition(":")[2].rpartition("-")[2]
    if not (digits.isascii() and digits.isdecimal()) or len(digits) > 19:
        return None
    number = int(digits)
    if not FIRST <= number <= _MAX_ID:
        return None
    return _UNIX + timedelta(milliseconds=number >> SEQUENCE_BITS)


def day_range(day: date, *, slack_hours: int = 0) -> DayRange | None:
    """All numbers that a post of one UTC day can have, widened by `slack_hours` on both sides; null before they carry
    a time."""
    midnight = (datetime(day.year, day.month, day.day, tzinfo=UTC) - _UNIX) // timedelta(milliseconds=1)
    first = max((midnight - slack_hours * 3_600_000) << SEQUENCE_BITS, FIRST)
    last = min(((midnight + (24 + slack_hours) * 3_600_000) << SEQUENCE_BITS) - 1, _MAX_ID)
    return DayRange(first=first, last=last) if first <= last else None
