"""When was a video of TikTok made, and which ids can a video of one day have?

An id's upper 32 bits are seconds since 1970 (measured: within seconds before the time that TikTok shows).
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from archiver.platforms.base import DayRange

SEQUENCE_BITS = 32
_UNIX = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST, _LATEST = datetime(2014, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
"""musical.ly, whose videos TikTok took over, began in 2014."""


def time_of(post_id: str) -> datetime | None:
    """When the video was made, to the second; null where the id is none of this kind."""
    if not (post_id.isascii() and post_id.isdecimal()) or len(post_id) > 20:
        return None
    moment = _UNIX + timedelta(seconds=int(post_id) >> SEQUENCE_BITS)
    return moment if _FIRST <= moment < _LATEST else None


def day_range(day: date, *, slack_hours: int = 0) -> DayRange | None:
    """All ids that a video of one UTC day can have, widened by `slack_hours` on both sides."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    if midnight < _FIRST:
        return None
    seconds = int(midnight.timestamp())
    first = (seconds - slack_hours * 3600) << SEQUENCE_BITS
    return DayRange(first=first, last=((seconds + (24 + slack_hours) * 3600) << SEQUENCE_BITS) - 1)
