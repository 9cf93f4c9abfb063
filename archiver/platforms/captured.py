"""Between which days would a web archive have captured a cited post first?

Where ids carry no time, an account's posts can be told apart by the time of their first captures only: nothing is
captured before it is posted, and what an article cites is mostly captured within weeks.
"""

from __future__ import annotations

from datetime import date, timedelta

from archiver.model import Mention

WEEKS = timedelta(days=60)
"""How long after a post its captures are looked for."""

UNDATED = timedelta(days=60)
"""How long before an article the post may be that it cites without a day."""

FIRST_YEAR, LAST_YEAR = 1996, 2200
"""Years of which there can be captures; days of other years are misprints."""


def capture_days(mention: Mention) -> tuple[str, str] | None:
    """The first and the last day of capture, 8 digits each; null where the article tells nothing of the time."""
    printed = _day(mention.date)
    if printed is not None:
        return _digits(printed - timedelta(days=1)), _digits(printed + WEEKS)
    article = _day(mention.published)
    if article is not None:
        return _digits(article - UNDATED), _digits(article + WEEKS)
    return None


def _day(value: str | None) -> date | None:
    try:
        day = date.fromisoformat((value or "")[:10])
    except ValueError:
        return None
    return day if FIRST_YEAR <= day.year <= LAST_YEAR else None


def _digits(day: date) -> str:
    return day.isoformat().replace("-", "")
