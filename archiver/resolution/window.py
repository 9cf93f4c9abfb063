"""When can the post have been made that an article shows? From the printed day or time, or from the article's own day.

X's embeds print the UTC day; other copies print some reader's day, which begins up to 14 hours before the UTC day and
ends up to 12 hours after it. A post that is cited without a day is older than the article, and mostly not by much.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import msgspec

from archiver.model import Mention, Post
from archiver.platforms.base import Platform

VIEWER_SLACK_HOURS = 14
"""Local days reach from UTC-12 to UTC+14: a reader's day may begin 14 hours before the UTC day."""

SAME_MINUTE = timedelta(seconds=90)
"""A printed time has no seconds, and some clocks round."""

YEARS = range(1990, 9990)
"""Of posts. Pages say `0001-01-01` where nobody set a date, and the ends of the calendar leave no room for slack."""


class Window(msgspec.Struct, frozen=True, kw_only=True):
    """A span of time, `since` included, `until` not."""

    since: datetime
    until: datetime
    printed: bool
    """The article prints the post's day; else the span comes from the article's own day, and is a guess."""
    slack_hours: int = 0
    """So much of it, on both sides, is for the reader's time zone."""

    def __contains__(self, moment: datetime) -> bool:
        return self.since <= moment < self.until

    @property
    def days(self) -> tuple[date, date]:
        """The first and the last UTC day of it."""
        return self.since.date(), (self.until - timedelta(microseconds=1)).date()


def window_of(mention: Mention, undated_days: int) -> Window | None:
    """When the post can have been made; null where the article tells nothing of it.

    undated_days: so many days before the article's own are looked through where the post's day is not printed.
    """
    day = printed_day(mention)
    if day is not None:
        slack = 0 if mention.date_basis == "utc" else VIEWER_SLACK_HOURS
        begin = _midnight(day)
        return Window(
            since=begin - timedelta(hours=slack),
            until=begin + timedelta(days=1, hours=slack),
            printed=True,
            slack_hours=slack,
        )
    article = _day(mention.published)
    if article is None or not undated_days:
        return None
    end = _midnight(article) + timedelta(days=1, hours=VIEWER_SLACK_HOURS)
    return Window(since=end - timedelta(days=undated_days), until=end, printed=False)


def in_time(post: Post, platform: Platform, window: Window | None) -> bool | None:
    """Whether a post was made within the window; null where nothing tells when it was made.

    What was brought from elsewhere has a new id, and says of itself when it was first made: either may fit.
    """
    if window is None:
        return True
    times = [moment for moment in (platform.time_of(post.id), post.created_at) if moment is not None]
    if times:
        return any(moment in window for moment in times)
    if post.day is None:
        return None
    first, last = window.days
    return first.isoformat() <= post.day <= last.isoformat()


def printed_day(mention: Mention) -> date | None:
    """The day that the article prints; null where it prints none."""
    return _day(mention.date)


def printed_moment(mention: Mention) -> datetime | None:
    """The time of day that the article prints, with its zone or without; null where it prints none."""
    if not mention.date or "T" not in mention.date:
        return None
    try:
        return datetime.fromisoformat(mention.date)
    except ValueError:
        return None


def clock_fits(mention: Mention, made: datetime) -> bool | None:
    """Whether a post made then shows the printed time of day; null where none is printed.

    Time zones are whole hours but for a few of 30 and 45 minutes, so the minutes fit also where the zone is not known.
    """
    shown = printed_moment(mention)
    if shown is None:
        return None
    if shown.tzinfo is not None and mention.date_basis == "utc":
        return abs(shown - made) <= SAME_MINUTE
    minutes = (60 * (shown.minute - made.minute) - made.second + 30) / 60 % 15
    return min(minutes, 15 - minutes) * timedelta(minutes=1) <= SAME_MINUTE


def _day(value: str | None) -> date | None:
    try:
        day = date.fromisoformat((value or "")[:10])
    except ValueError:
        return None
    return day if day.year in YEARS else None


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
