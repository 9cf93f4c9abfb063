"""Which instant does a time written for machines name?"""

from __future__ import annotations

from datetime import UTC, datetime

LONGEST = 40
"""Code points of the longest form: nanoseconds and a zone."""


def utc(value: str | None) -> str | None:
    """RFC 3339 in UTC, to the second, of an ISO 8601 time with its zone; null for anything else."""
    value = (value or "").strip()
    if not 16 <= len(value) <= LONGEST or not value[:4].isdecimal():
        return None
    try:
        moment = datetime.fromisoformat(value)
        return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if moment.tzinfo else None
    except (ValueError, OverflowError):
        return None
