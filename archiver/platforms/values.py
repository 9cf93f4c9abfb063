"""Reading JSON that somebody else wrote: a member may be missing, of another type, or huge.

Every function gives null (or nothing) for what is not there or not of the kind asked for, and never raises.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

Json = Mapping[str, Any]

MAX_TEXT = 100_000
"""Code points kept of one text; the longest posts of any platform here have 65,000 (Facebook)."""

MAX_ITEMS = 64
"""Links, media, tags kept of one post."""

MAX_URL = 4096

LATEST_SECOND: Final = 4_102_444_800
"""2100-01-01: numbers beyond are no times in seconds."""

_RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?([Zz]|[+-]\d\d:?\d\d)")
_PAST_MICROSECONDS = re.compile(r"(?<=\.\d{6})\d+")


def parse_json(body: bytes | str) -> object:
    """The value; null where the body is no JSON (also: nested or numbered beyond what Python reads), or is `null`."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def dig(value: object, *path: str | int) -> Any:
    """The member at this path (names of objects, places in lists); null where any step of it is not there."""
    for name in path:
        if isinstance(name, int):
            if not isinstance(value, list) or not -len(value) <= name < len(value):
                return None
            value = value[name]
        elif isinstance(value, Mapping):
            value = value.get(name)
        else:
            return None
    return value


def string(value: object, name: str) -> str | None:
    """A member that is text and not empty."""
    found = value.get(name) if isinstance(value, Mapping) else None
    return found if isinstance(found, str) and found else None


def text(value: object, name: str) -> str | None:
    """A member that is text, cut at `MAX_TEXT`, without what cannot be written as UTF-8; an empty one is a text too."""
    found = value.get(name) if isinstance(value, Mapping) else None
    return clean(found[:MAX_TEXT]) if isinstance(found, str) else None


def members(value: object) -> list[Json]:
    """The objects in a list; nothing for anything else."""
    if not isinstance(value, list):
        return []
    return [entry for entry in value[: 16 * MAX_ITEMS] if isinstance(entry, Mapping)]


def whole(value: object) -> int | None:
    """A count, also where it is written as text."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value if 0 <= value < 1 << 40 else None
    return int(value) if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) < 12 else None


def https(value: object) -> str | None:
    """An http(s) address of usual length: nothing else in a record is ever fetched."""
    if not isinstance(value, str) or len(value) > MAX_URL or not value.startswith(("https://", "http://")):
        return None
    return value if value.isprintable() and " " not in value else None


def moment(value: object) -> datetime | None:
    """An RFC 3339 time with its zone, in UTC; the fraction is kept as far as microseconds."""
    if not isinstance(value, str) or len(value) > 40 or not _RFC3339.fullmatch(value):
        return None
    try:
        return datetime.fromisoformat(_PAST_MICROSECONDS.sub("", value.upper())).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def epoch(value: object) -> datetime | None:
    """A time given in whole or broken seconds since 1970."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < LATEST_SECOND:
        return None
    return datetime.fromtimestamp(value, UTC)


def clean(value: str | None) -> str:
    """Text that can be written as UTF-8: halves of surrogate pairs, left by cutting, become U+FFFD; no NUL."""
    if value is None:
        return ""
    return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\x00", "")
