"""When was a post of Bluesky made?

A record's key is a "timestamp identifier": 13 characters of a sortable base 32, of which all but the last ten bits
count microseconds since 1970 (atproto.com, "Record keys"). The author's software makes it, so it can be wrong; what was
imported from elsewhere has the time of the original there.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

ALPHABET = "234567abcdefghijklmnopqrstuvwxyz"
CLOCK_BITS = 10
"""Lowest bits: which of an author's devices."""

_TID = re.compile(r"[234567abcdefghij][234567a-z]{12}")
_UNIX = datetime(1970, 1, 1, tzinfo=UTC)
_EARLIEST = datetime(2006, 1, 1, tzinfo=UTC)
"""Posts imported from elsewhere are older than Bluesky, but none is older than the first of these platforms."""
_LATEST = datetime(2100, 1, 1, tzinfo=UTC)


def time_of(post_id: str) -> datetime | None:
    """When the post says that it was made; null where its key is no timestamp identifier."""
    if not _TID.fullmatch(post_id):
        return None
    number = 0
    for char in post_id:
        number = number << 5 | ALPHABET.index(char)
    moment = _UNIX + timedelta(microseconds=number >> CLOCK_BITS)
    return moment if _EARLIEST <= moment < _LATEST else None
