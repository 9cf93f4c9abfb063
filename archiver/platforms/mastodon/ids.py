"""When was a post of the fediverse made?

Every kind of server counts in its own way, and most ids begin with a time: Mastodon's are milliseconds since 1970 and
16 bits (`lib/mastodon/snowflake.rb`; Truth Social and Gab run the same code), Misskey's "aid" milliseconds since 2000
in base 36 (`misc/id/aid.ts`), a ULID's first ten characters milliseconds since 1970 (GoToSocial), Pleroma's "flake" the
same in its upper half. What a server got from another has the time of arrival or of the original.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

from archiver.platforms.base import DayRange

SEQUENCE_BITS = 16
FIRST_SNOWFLAKE = 94_000_000_000_000_000
"""About June 2015, before there was a server; ids that are counted one by one have far fewer digits."""

_UNIX = datetime(1970, 1, 1, tzinfo=UTC)
_AID_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_FIRST, _LATEST = datetime(2014, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
_MAX_ID = (1 << 63) - 1

_AID = re.compile(r"[0-9a-z]{8}(?:[0-9a-z]{2}|[0-9a-z]{8})")
_ULID = re.compile(r"[0-7][0-9A-HJKMNP-TV-Z]{25}")
_FLAKE = re.compile(r"[0-9A-Za-z]{18}")
_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_BASE36 = "0123456789abcdefghijklmnopqrstuvwxyz"
_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def time_of(post_id: str) -> datetime | None:
    """When the post was made, to the millisecond; null where its id carries no time."""
    if not post_id.isascii() or len(post_id) > 26:
        return None
    if is_ulid(post_id):
        return _at(_UNIX, _number(post_id[:10], _CROCKFORD))
    if post_id.isdecimal():
        number = int(post_id)
        return _at(_UNIX, number >> SEQUENCE_BITS) if FIRST_SNOWFLAKE <= number <= _MAX_ID else None
    if _AID.fullmatch(post_id):
        return _at(_AID_EPOCH, int(post_id[:8], 36))
    if _FLAKE.fullmatch(post_id):
        return _at(_UNIX, _number(post_id, _BASE62) >> 64)
    return None


def day_range(day: date, *, slack_hours: int = 0) -> DayRange | None:
    """All ids that a server of Mastodon's kind gives on one UTC day, widened by `slack_hours` on both sides."""
    midnight = (datetime(day.year, day.month, day.day, tzinfo=UTC) - _UNIX) // timedelta(milliseconds=1)
    first = (midnight - slack_hours * 3_600_000) << SEQUENCE_BITS
    last = ((midnight + (24 + slack_hours) * 3_600_000) << SEQUENCE_BITS) - 1
    if last < FIRST_SNOWFLAKE:
        return None
    return DayRange(first=max(first, FIRST_SNOWFLAKE), last=min(last, _MAX_ID))


def first_at(moment: datetime, like: str) -> str | None:
    """The least id that a post made at this time can have, on a server that counts as in the id `like`; null where its
    ids carry no time. Lists that end below an id can so be asked for by time: it need not be the id of any post."""
    milliseconds = (moment - _UNIX) // timedelta(milliseconds=1)
    if milliseconds <= 0:
        return None
    if is_ulid(like):
        return _digits(milliseconds, _CROCKFORD, 10) + "0" * 16
    if like.isascii() and like.isdecimal():
        return str(min(milliseconds << SEQUENCE_BITS, _MAX_ID))
    if is_aid(like):
        return _digits(max(0, (moment - _AID_EPOCH) // timedelta(milliseconds=1)), _BASE36, 8).ljust(len(like), "0")
    if is_flake(like):
        return _digits(milliseconds << 64, _BASE62, 18)
    return None


def is_ulid(text: str) -> bool:
    """Whether it has the form of GoToSocial's ids."""
    return _ULID.fullmatch(text) is not None


def is_aid(text: str) -> bool:
    """Whether it has the form of Misskey's ids (`aid`, `aidx`)."""
    return _AID.fullmatch(text) is not None


def is_flake(text: str) -> bool:
    """Whether it has the form of Pleroma's ids."""
    return _FLAKE.fullmatch(text) is not None


def _digits(number: int, alphabet: str, length: int) -> str:
    out = ""
    while number or len(out) < length:
        number, rest = divmod(number, len(alphabet))
        out = alphabet[rest] + out
    return out


def _number(digits: str, alphabet: str) -> int:
    number = 0
    for digit in digits:
        number = number * len(alphabet) + alphabet.index(digit)
    return number


def _at(epoch: datetime, milliseconds: int) -> datetime | None:
    if milliseconds > 1 << 42:  # year 2109
        return None
    moment = epoch + timedelta(milliseconds=milliseconds)
    return moment if _FIRST <= moment < _LATEST else None
