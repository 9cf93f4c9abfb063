"""Which letters of a page's source are coded, and what is it with them decoded?

Software codes letters, figures, `-`, `_` and `.` seldom, and marks of posts are looked for as if it never did. Where it
did, the source is decoded there and looked at once more, around these places alone.
"""

from __future__ import annotations

import html
import re
from bisect import bisect_right
from collections.abc import Callable, Sequence

import msgspec

CODED = (
    rb"%(?:25){0,5}(?:2[de]|3[0-9]|[46][1-9a-f]|5[0-9af]|7[0-9a])"
    rb"|\\u00(?:2[de]|3[0-9]|[46][1-9a-f]|5[0-9af]|7[0-9a])"
    rb"|&(?:amp;){0,2}#(?:x0*(?:2[de]|3[0-9]|[46][1-9a-f]|5[0-9af]|7[0-9a])"
    rb"|0*(?:4[5689]|5[0-7]|6[5-9]|[78][0-9]|9[0578]|99|1[01][0-9]|12[012]))[^0-9a-f]|&(?:amp;){0,2}(?:period|lowbar);"
)
"""A letter, a figure, `-`, `_` or `.` that is percent-coded, escaped as in JSON, or a character reference."""

LONGEST = 48
"""Bytes of a coded letter, at most, and some more."""

MANY = 5000
"""So many coded places are decoded with all that is between them."""

NEAR = 4000
"""Bytes on both sides of what was decoded that are looked at again; as many more as the tag or the text goes on."""

MAX_TAG = 200_000

_CODE = rb"(2[dDeE]|3[0-9]|[46][1-9A-Fa-f]|5[0-9AaFf]|7[0-9Aa])"
_PERCENT = re.compile(rb"%(?:25){0,5}" + _CODE)
_ESCAPED = re.compile(rb"\\{1,8}u00" + _CODE)
_REFERENCE = re.compile(rb"&(?:amp;){0,2}(#[xX]?[0-9a-fA-F]{1,7};?|period;|lowbar;)")

_SEAM = re.compile(rb"[^\w#;&%\\]")
"""Where a piece of the source may end without cutting what is coded."""

Spans = list[tuple[int, int]]


class Plain(msgspec.Struct, frozen=True):
    """A page's source with its coded letters as themselves; other signs stay coded."""

    data: bytes
    near: Spans
    """What lies around them."""
    moved: Callable[[int], int]
    """Where a place of the source is in it."""


def decoded(data: bytes) -> bytes:
    """`data` with its coded letters, figures, `-`, `_` and `.` as themselves."""
    data = _PERCENT.sub(_coded, data)
    data = _ESCAPED.sub(_coded, data) if b"u00" in data else data
    return _REFERENCE.sub(_named, data)


def decoded_at(data: bytes, ends: Sequence[int]) -> Plain:
    """The same where coded letters end at `ends`, in ascending order."""
    regions: Spans = []
    for end in ends if len(ends) <= MANY else ():
        if regions and end < regions[-1][1]:
            continue
        seam = _SEAM.search(data, end)
        start, stop = max(0, end - LONGEST), seam.start() if seam else len(data)
        start = data.rfind(b"<", start, end) + 1 or start  # no tag begins within a region
        if regions and start <= regions[-1][1]:
            regions[-1] = (regions[-1][0], stop)
        else:
            regions.append((start, stop))
    if len(ends) > MANY:
        regions = [(0, len(data))]
    pieces: list[bytes] = []
    changed: Spans = []
    stops: list[int] = []
    shifts: list[int] = []
    at = shift = 0
    for start, stop in regions:
        raw = data[start:stop]
        plain = decoded(raw)
        pieces += (data[at:start], plain)
        at = stop
        if plain != raw:
            changed.append((start + shift, start + shift + len(plain)))
            shift += len(plain) - len(raw)
            stops.append(stop)
            shifts.append(shift)
    pieces.append(data[at:])
    whole = b"".join(pieces)

    def moved(place: int) -> int:
        at = bisect_right(stops, place)
        return place + (shifts[at - 1] if at else 0)

    return Plain(whole, _around(whole, changed), moved)


def _around(data: bytes, changed: Spans) -> Spans:
    out: Spans = []
    for start, end in changed:
        if out and end + NEAR <= out[-1][1]:
            continue
        low = max(0, start - NEAR)
        low = max(0, data.rfind(b"<", max(0, low - MAX_TAG), low))
        high = data.find(b"<", end + NEAR, end + NEAR + MAX_TAG)
        high = min(len(data), end + NEAR + MAX_TAG) if high < 0 else high + 1
        if out and low <= out[-1][1]:
            out[-1] = (out[-1][0], high)
        else:
            out.append((low, high))
    return out


def _coded(found: re.Match[bytes]) -> bytes:
    return bytes((int(found[1], 16),))


def _named(found: re.Match[bytes]) -> bytes:
    sign = html.unescape("&" + found[1].decode("ascii"))
    return sign.encode("utf-8", "replace") if sign > "\x7f" or sign.isalnum() or sign in "-_.%" else found[0]
