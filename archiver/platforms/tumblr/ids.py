"""When was a post of Tumblr made, and which ids can a post of one day have?

Ids of 18 digits (since summer 2020) are milliseconds since 2001-09-09T01:46:40Z and 20 more bits; those before were
counted one by one. Tumblr does not document it; it was found from posts whose time is known. A post that waited in a
queue has the time at which it was written.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from archiver.platforms.base import DayRange

EPOCH_MS = 10**12
"""2001-09-09T01:46:40Z."""

SEQUENCE_BITS = 20

FIRST = 100_000_000_000_000_000
"""Ids that were counted have 12 digits at most."""

_UNIX = datetime(1970, 1, 1, tzinfo=UTC)
_MAX_ID = (1 << 63) - 1


def time_of(post_id: str) -> datetime | None:
    """When the post was made, to the millisecond; null where the id carries no time or is none."""
    if not (post_id.isascii() and post_id.isdecimal()) or len(post_id) > 19:
        return None
    number = int(post_id)
    if not FIRST <= number <= _MAX_ID:
        return None
    return _UNIX + timedelta(milliseconds=(number >> SEQUENCE_BITS) + EPOCH_MS)


def day_range(day: date, *, slack_hours: int = 0) -> DayRange | None:
    """All ids that a post of one UTC day can have, widened by `slack_hours` on both sides; null before they carry a
    time."""
    midnight = (datetime(day.year, day.month, day.day, tzinfo=UTC) - _UNIX) // timedelta(milliseconds=1)
    first = max((midnight - slack_hours * 3_600_000 - EPOCH_MS) << SEQUENCE_BITS, FIRST)
    last = min(((midnight + (24 + slack_hours) * 3_600_000 - EPOCH_MS) << SEQUENCE_BITS) - 1, _MAX_ID)
    return DayRange(first=first, last=last) if first <= last else None
