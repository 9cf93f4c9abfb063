"""Which instant does a time written for machines name?"""

from __future__ import annotations

from datetime import UTC, datetime

LONGEST = 40
"""Code points of the longest form: nanoseconds and a zone."""


def moment(value: str | None) -> datetime | None:
    """The instant, in UTC, of an ISO 8601 time with its zone; null for anything else, and for one whose offset takes it
    out of the years 1 to 9999."""
    value = (value or "").strip()
    if len(value) > LONGEST:
        return None
    try:
        found = datetime.fromisoformat(value)
        return found.astimezone(UTC) if found.tzinfo else None
    except (ValueError, OverflowError):
        return None


def utc(value: str | None) -> str | None:
    """RFC 3339 in UTC, to the second, of what `moment` reads."""
    found = moment(value)
    # not strftime: it writes the year 5 as `5`
    return found.replace(tzinfo=None).isoformat(timespec="seconds") + "Z" if found else None
