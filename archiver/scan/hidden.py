"""Which parts of a page's source does no reader see as text? Its scripts and style sheets, from where their tags are.

They are three quarters of a page's bytes. What is only looked for in text is looked for in the rest.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence

SCRIPT, SCRIPT_END, STYLE, STYLE_END, COMMENT_END = range(5)
"""What is told of a page's structure."""

FORMS = (rb"<script", rb"</script", rb"<style", rb"</style", rb"-->")
"""What each of them is in the source, in any case of letters."""

MAX_COMMENT = 200_000
"""Bytes before a script in which the comment begins that it may stand in."""

_QUOTES = frozenset(b"\"'`\\")

_ESCAPED = re.compile(rb"<script\s[^<>\"']{0,100}=\\+[\"']", re.IGNORECASE)

_MARKUP = re.compile(rb"</(?!svg|g\b|path|defs|style|filter|title|text|mask|clippath|lineargradient)", re.IGNORECASE)
"""What no style sheet holds: a picture in it may have tags."""


Structure = list[tuple[int, int]]
"""Where each of a page's `FORMS` begins, and which it is; in ascending order."""


def extents(data: bytes, structure: Structure) -> list[tuple[int, int]]:
    """Where scripts and style sheets begin and end, in order. What may be no element at all, because it begins in a
    comment or an attribute, is none of them."""
    out: list[tuple[int, int]] = []
    opened = kind = -1
    comments = 0
    for at, form in structure:
        if form == COMMENT_END:
            comments += 1
        elif form in (SCRIPT, STYLE):
            # the last one before the end counts, lest one in an attribute hides the text behind it; but for those that
            # a script writes
            if opened < 0 or not (kind == SCRIPT and (form == STYLE or _is_written(data, at))):
                opened, kind, comments = at, form, 0
        elif opened >= 0 and form == kind + 1:
            if not (comments and _in_comment(data, opened)) and not (
                kind == STYLE and _MARKUP.search(data, opened, at)
            ):
                out.append((opened, at))
            opened = kind = -1
    return out


def script_at(structure: Structure, place: int) -> int:
    """The number of what begins the script in whose start tag or content `place` is; -1 where it is in none."""
    for number in range(bisect_right(structure, (place, 0)) - 1, -1, -1):
        form = structure[number][1]
        if form == SCRIPT:
            return number
        if form == SCRIPT_END:
            return -1
    return -1


def without_written(data: bytes, structure: Structure) -> Structure:
    """The structure without the tags that scripts write."""
    out: Structure = []
    inside = False
    for at, form in structure:
        if form == SCRIPT:
            if inside and _is_written(data, at):
                continue
            inside = True
        elif form == SCRIPT_END:
            inside = False
        out.append((at, form))
    return out


def _is_written(data: bytes, at: int) -> bool:
    """Whether the tag at `at`, which stands in a script, is a part of a string."""
    return data[at - 1] in _QUOTES or _ESCAPED.match(data, at) is not None


def _in_comment(data: bytes, at: int) -> bool:
    opened = data.rfind(b"<!--", max(0, at - MAX_COMMENT), at)
    return opened >= 0 and data.find(b"-->", opened, at) < 0


def visible(data: bytes, hidden: Sequence[tuple[int, int]]) -> bytes:
    """The source without them; their own tags stay."""
    if not hidden:
        return data
    pieces: list[bytes] = []
    at = 0
    for start, end in hidden:
        opened = data.find(b">", start, end) + 1
        pieces.append(data[at : max(start, opened)])
        at = end
    pieces.append(data[at:])
    return b"".join(pieces)
