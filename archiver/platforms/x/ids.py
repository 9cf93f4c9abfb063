"""When was a post of X made, and which ids can a post of one day have?

X's ids since November 2010 are "snowflakes": milliseconds since X's own epoch, then 22 bits for machine and sequence
(announced 2010 by Twitter; source: github.com/twitter-archive/snowflake). So a post's id tells its time, and a day
tells the ids.
Ids before that were counted one by one and tell nothing.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from archiver.model import Post
from archiver.platforms.base import DayRange

EPOCH_MS = 1288834974657
"""2010-11-04T01:42:54.657Z, where snowflakes begin to count."""

SEQUENCE_BITS = 22

LAST_SEQUENTIAL = 29_700_859_247
"""The last id that was counted one by one (2010-11-04T21:02:48Z)."""

FIRST_SNOWFLAKE = 300_000_000_000_000
"""Every snowflake is larger: the first were made hours after the epoch, and none lies between the two."""

_UNIX = datetime(1970, 1, 1, tzinfo=UTC)
_MAX_ID = (1 << 63) - 1
"""Ids are signed 64-bit numbers."""


def time_of(post_id: str) -> datetime | None:
    """When the post was made, to the millisecond.

    null where the id carries no time (sequential, before November 2010) or is no id at all.
    """
    if not (post_id.isascii() and post_id.isdecimal()) or len(post_id) > 20:
        return None
    number = int(post_id)
    if not FIRST_SNOWFLAKE <= number <= _MAX_ID:
        return None
    return _UNIX + timedelta(milliseconds=(number >> SEQUENCE_BITS) + EPOCH_MS)


def day_range(day: date, *, slack_hours: int = 0) -> DayRange | None:
    """All ids that a post of one UTC day can have, widened by `slack_hours` on both sides.

    null for days that end before snowflakes begin: ids of that time carry no time.
    """
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    since = _ms(midnight) - slack_hours * 3_600_000
    until = _ms(midnight) + (24 + slack_hours) * 3_600_000
    first = max((since - EPOCH_MS) << SEQUENCE_BITS, FIRST_SNOWFLAKE)
    last = ((until - EPOCH_MS) << SEQUENCE_BITS) - 1
    if last < FIRST_SNOWFLAKE:
        return None
    return DayRange(first=first, last=min(last, _MAX_ID))


SAME_SECOND = timedelta(seconds=2)
"""Records give the second; ids are drawn some milliseconds before or after."""


def contradictions(post: Post) -> tuple[str, ...]:
    """Where a record's own time is not the one in its id: a record that was altered or put together."""
    made = time_of(post.id)
    if made is None or post.created_at is None or abs(made - post.created_at) <= SAME_SECOND:
        return ()
    return (f"its record says {post.created_at:%Y-%m-%d %H:%M:%SZ}, its id was made {made:%Y-%m-%d %H:%M:%SZ}",)


def _ms(moment: datetime) -> int:
    return (moment - _UNIX) // timedelta(milliseconds=1)
