"""How long ago? `90m`, `36h`, `7d`, `2w`, as people write it."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

_AGE = re.compile(r"(\d{1,6}(?:\.\d{1,3})?)\s*(m|min|h|d|w)", re.IGNORECASE)
_UNITS = {"m": "minutes", "min": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def parse_age(value: str) -> timedelta:
    """A duration: a number and its unit (m, h, d, w).

    Raises `ValueError`, saying what is wanted.
    """
    found = _AGE.fullmatch(value.strip())
    if not found:
        raise ValueError("a number and its unit: 90m, 36h, 7d or 2w")
    return timedelta(**{_UNITS[found[2].lower()]: float(found[1])})


def parse_moment(value: str, now: datetime) -> datetime:
    """The time that a person means: `2026-10-01`, RFC 3339, or how long before `now` (`36h`, `7d`, `2w`). A time
    without a zone is UTC.

    Raises `ValueError`, saying what is wanted.
    """
    try:
        return now - parse_age(value)
    except (ValueError, OverflowError):
        pass
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        raise ValueError("a day (2026-10-01), a time (2026-10-01T12:00Z) or how long ago (36h, 7d, 2w)") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
