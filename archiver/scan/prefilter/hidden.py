"""Which parts of a page's source does no reader see as text? Its scripts and style sheets, from where their tags are.

They are three quarters of a page's bytes. What is only looked for in text is looked for in the rest; and of what is in
them, detection reads little.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence

import msgspec

from archiver.detect import pagejson

SCRIPT, SCRIPT_END, STYLE, STYLE_END, COMMENT, COMMENT_END = range(6)
"""What is told of a page's structure; above them come those of `RAW`, the start of each before its end,
`EMBEDDING` and `DATA`."""

RAW = ("textarea", "iframe")
"""Elements in which tags are text."""

EMBEDDING = (
    *(rb"blockquote", rb"iframe", rb"<amp-", rb"3camp-", rb"lt;amp-", rb"twitter-widget"),
    *(rb"data-telegram-post", rb"fb-post", rb"fb-video"),
)
"""One of these is in all HTML within JSON that detection reads (`archiver.detect.pagejson`)."""

DATA = tuple(dict.fromkeys(mark.lower().encode("ascii") for mark in pagejson.EVERY_MARK))
"""One of these is in every script whose JSON is read."""

FORMS = (
    *(rb"<script", rb"</script", rb"<style", rb"</style", rb"<!--", rb"-->"),
    *(form + name.encode("ascii") for name in RAW for form in (rb"<", rb"</")),
    *EMBEDDING,
    *DATA,
)
"""What each of them is in the source, in any case of letters."""

_RAW_STARTS = range(COMMENT_END + 1, COMMENT_END + 1 + 2 * len(RAW), 2)
MAX_RAW = 20_000
"""Bytes of such an element; one that seems to go on longer lacks its end."""

_FIRST_DATA = len(FORMS) - len(DATA)
_FIRST_EMBEDDING = _FIRST_DATA - len(EMBEDDING)

_ENDS_NAME = frozenset(b" \t\n\f\r/>")

MAX_COMMENT = 200_000
"""Bytes before a script in which the comment begins that it may stand in."""

_QUOTES = frozenset(b"\"'`\\")

_ESCAPED = re.compile(rb"<script\s[^<>\"']{0,100}=\\+[\"']", re.IGNORECASE)

_LINE_OF_STRING = re.compile(rb"\\[nrt] *\Z")
"""What a line within a string begins with."""

INDENTED = 60
"""Bytes before a tag in which its line begins."""

_QUOTED = re.compile(rb"<[^>]{0,2000}>\s{0,20}(?:[\"']\s{0,5}/?>|</|-->)")
"""A start tag that is a part of a value, of a title or of a comment: what follows it ends that."""

_MARKUP = re.compile(rb"</(?!svg|g\b|path|defs|style|filter|title|text|mask|clippath|lineargradient)", re.IGNORECASE)
"""What no style sheet holds: a picture in it may have tags."""


Structure = list[tuple[int, int]]
"""Where each of a page's `FORMS` begins, and which it is."""


class Extent(msgspec.Struct, frozen=True, gc=False):
    """A script or a style sheet: from its start tag to its end tag."""

    start: int
    end: int
    script: bool
    first: int
    """Where it may begin: at an earlier start tag, which may be none."""
    inner: bool
    """Whether there is another start tag of a script in it."""

    @property
    def sure(self) -> bool:
        """Whether it is sure where it begins."""
        return self.first == self.start


def extents(data: bytes, structure: Structure) -> list[Extent]:
    """The scripts and style sheets of a page, in order. What may be no element at all, because it begins in a comment
    or an attribute, is none of them. structure: in ascending order."""
    out: list[Extent] = []
    opened = kind = -1
    comments = first = 0
    inner = False
    raw = -1, 0
    size = len(data)
    for at, form in structure:
        if form in (COMMENT, COMMENT_END):
            comments += form == COMMENT_END
            continue
        if form > COMMENT_END:
            if form in _RAW_STARTS and opened < 0:
                raw = form, at
            elif form - 1 == raw[0]:
                raw = -1, 0
            continue
        behind = at + len(FORMS[form])
        if behind >= size or data[behind] not in _ENDS_NAME:
            continue  # another element's name begins like it
        if form in (SCRIPT, STYLE):
            if raw[0] >= 0 and at - raw[1] < MAX_RAW:
                continue  # in there it is text
            # the last one before the end counts, lest one in an attribute hides the text behind it; but for those that
            # a script writes
            inner = opened >= 0 and (inner or form == SCRIPT)
            if opened < 0 or not (kind == SCRIPT and (form == STYLE or _is_written(data, at))):
                first = first if opened >= 0 else at
                opened, kind, comments = at, form, 0
        elif opened >= 0 and form == kind + 1:
            if not (
                (comments and _in_comment(data, opened))
                or (kind == STYLE and _MARKUP.search(data, opened, at))
                or _QUOTED.match(data, opened, at)
            ):
                out.append(Extent(opened, at, kind == SCRIPT, first, inner))
            opened = kind = -1
    return out


def number_at(hidden: Sequence[Extent], place: int) -> int:
    """The number of the script or style sheet in whose start tag or content `place` is; -1 where it is in none."""
    number = bisect_right(hidden, place, key=_start) - 1
    return number if number >= 0 and place <= hidden[number].end else -1


def _start(extent: Extent) -> int:
    return extent.start


def _is_written(data: bytes, at: int) -> bool:
    """Whether the tag at `at`, which stands in a script, is a part of a string."""
    return (
        data[at - 1] in _QUOTES
        or _ESCAPED.match(data, at) is not None
        or _LINE_OF_STRING.search(data, max(0, at - INDENTED), at) is not None
    )


def _in_comment(data: bytes, at: int) -> bool:
    opened = data.rfind(b"<!--", max(0, at - MAX_COMMENT), at)
    return opened >= 0 and data.find(b"-->", opened, at) < 0


def visible(data: bytes, hidden: Sequence[Extent]) -> bytes:
    """The source without them; their own tags stay."""
    if not hidden:
        return data
    pieces: list[bytes] = []
    at = 0
    for extent in hidden:
        opened = data.find(b">", extent.start, extent.end) + 1
        pieces.append(data[at : max(extent.start, opened)])
        at = extent.end
    pieces.append(data[at:])
    return b"".join(pieces)


def comment_starts(structure: Structure) -> list[int]:
    """Where a comment may begin."""
    return [at for at, form in structure if form == COMMENT]


def embedding(structure: Structure) -> list[int]:
    """Where HTML may be that is read within JSON."""
    return [at for at, form in structure if _FIRST_EMBEDDING <= form < _FIRST_DATA]


def data_marks(structure: Structure) -> list[int]:
    """Where a mark is of JSON that is read."""
    return [at for at, form in structure if form >= _FIRST_DATA]
