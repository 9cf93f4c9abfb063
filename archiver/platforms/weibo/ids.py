"""How is a post of Weibo numbered, and when was it made?

A post has one number in two spellings: decimal ("mid", 16 digits) and base 62 ("bid", 9 characters, in permalinks). A
bid's groups of four characters are the mid's groups of seven digits, counted from the right. The number's upper bits
are seconds. Weibo documents neither; it was found from posts whose time is known.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from archiver.platforms.base import DayRange

EPOCH_S = 515_483_463
"""1986-05-03T05:51:03Z."""

SEQUENCE_BITS = 22

_ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_VALUES = {char: value for value, char in enumerate(_ALPHABET)}
_GROUP_DIGITS = 7
_GROUP_CHARS = 4

_UNIX = datetime(1970, 1, 1, tzinfo=UTC)
_OPENED = datetime(2009, 8, 14, tzinfo=UTC)
"""The day on which Weibo opened: no post is older."""
_LATEST = datetime(2060, 1, 1, tzinfo=UTC)


def mid_of(bid: str) -> str | None:
    """The decimal number of a post in base 62; null where `bid` is none (a word, a page's name)."""
    if not bid.isascii() or not bid.isalnum() or bid.isdecimal() or len(bid) > 10:
        return None  # a real one of figures alone is less likely than an account's number
    digits = ""
    for end in range(len(bid), 0, -_GROUP_CHARS):
        value = 0
        for char in bid[max(0, end - _GROUP_CHARS) : end]:
            value = value * 62 + _VALUES[char]
        if value >= 10**_GROUP_DIGITS:
            return None
        digits = str(value).zfill(_GROUP_DIGITS) + digits
    mid = digits.lstrip("0")
    return mid if time_of(mid) is not None else None


def bid_of(mid: str) -> str | None:
    """The base-62 spelling of a decimal number; null where `mid` is none."""
    if time_of(mid) is None:
        return None
    bid = ""
    for end in range(len(mid), 0, -_GROUP_DIGITS):
        value = int(mid[max(0, end - _GROUP_DIGITS) : end])
        group = ""
        while value:
            value, char = divmod(value, 62)
            group = _ALPHABET[char] + group
        bid = (group.rjust(_GROUP_CHARS, "0") if end > _GROUP_DIGITS else group) + bid
    return bid


MAX_BEGINNINGS = 64


def bid_beginnings(first: int, last: int) -> tuple[str, ...]:
    """The first two characters (three, once there are more digits) of every bid between two numbers: each stands for
    about six days. No more than `MAX_BEGINNINGS`."""
    whole = 10**_GROUP_DIGITS
    step = 62 ** (_GROUP_CHARS - 1)
    found: dict[str, None] = {}
    place, end = first // whole, last // whole
    while place <= end and len(found) < MAX_BEGINNINGS:
        bid = bid_of(str(place * whole))
        if bid is not None:
            found[bid[: 1 - 2 * _GROUP_CHARS]] = None
        top, group = divmod(place, whole)
        place = top * whole + min((group // step + 1) * step, whole)
    return tuple(found)


def time_of(post_id: str) -> datetime | None:
    """When the post was made, to the second; null where the number carries no time or is none."""
    if not (post_id.isascii() and post_id.isdecimal()) or not 15 <= len(post_id) <= 17:
        return None
    moment = _UNIX + timedelta(seconds=(int(post_id) >> SEQUENCE_BITS) + EPOCH_S)
    return moment if _OPENED <= moment < _LATEST else None


def day_range(day: date, *, slack_hours: int = 0) -> DayRange | None:
    """All numbers that a post of one UTC day can have, widened by `slack_hours` on both sides; null before Weibo."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    since = max(midnight - timedelta(hours=slack_hours), _OPENED)
    until = min(midnight + timedelta(hours=24 + slack_hours), _LATEST)
    if since >= until:
        return None
    return DayRange(first=_seconds(since) << SEQUENCE_BITS, last=(_seconds(until) << SEQUENCE_BITS) - 1)


def _seconds(moment: datetime) -> int:
    return (moment - _UNIX) // timedelta(seconds=1) - EPOCH_S
