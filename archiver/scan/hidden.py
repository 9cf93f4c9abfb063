"""Which parts of a page's source does no reader see as text? Its scripts and style sheets, from where their tags are.

They are three quarters of a page's bytes. What is only looked for in text is looked for in the rest.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

SCRIPT, SCRIPT_END, STYLE, STYLE_END, COMMENT_END = range(5)
"""What is told of a page's structure; each with the place behind it."""

FORMS = (rb"<script", rb"</script", rb"<style", rb"</style", rb"-->")
"""What each of them is in the source, in any case of letters."""

MAX_COMMENT = 200_000
"""Bytes before a script in which the comment begins that it may stand in."""

_QUOTES = frozenset(b"\"'`\\")

_MARKUP = re.compile(rb"</(?!svg|g\b|path|defs|style|filter|title|text|mask|clippath|lineargradient)", re.IGNORECASE)
"""What no style sheet holds: a picture in it may have tags."""


def extents(data: bytes, events: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Where scripts and style sheets begin and end, in order.

    events: what was found of `FORMS` (its number, the place behind it), in the order of places. What may be no element
    at all, because it begins in a comment or an attribute, is none of them.
    """
    out: list[tuple[int, int]] = []
    opened = kind = -1
    comments = 0
    for form, end in events:
        if form == COMMENT_END:
            comments += 1
        elif form in (SCRIPT, STYLE):
            # the last one before the end counts, lest one in an attribute hides the text behind it; but for those that
            # a script writes
            start = end - len(FORMS[form])
            if opened < 0 or not (kind == SCRIPT and (form == STYLE or data[start - 1] in _QUOTES)):
                opened, kind, comments = start, form, 0
        elif opened >= 0 and form == kind + 1:
            close = end - len(FORMS[form])
            if not (comments and _in_comment(data, opened)) and not (
                kind == STYLE and _MARKUP.search(data, opened, close)
            ):
                out.append((opened, close))
            opened = kind = -1
    return out


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
