"""Does detection find a post where an address stands? It is asked about the piece of the page around it.

What it makes of an address is told by the element that has it, by those around it and by little text: by what is near.
So a piece of the source in which it finds none holds none there, and costs a tenth of a page.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from archiver.detect import containers, embeds
from archiver.platforms.base import Platform
from archiver.scan.prefilter.hidden import Extent, number_at

NEAR, FAR, FARTHEST = 6_000, 20_000, 200_000
"""Bytes of source before the tag with the address, in which the elements around it begin: as many as have enough text
for any that stands in a post's place."""

ENOUGH = 2 * containers.MAX_FALLBACK
"""Characters of such text."""

BEHIND = 6_000
LEAST_BEHIND = 3_000
"""Bytes of source behind the tag that are read, and that have to be; and to the end of the quotation that it is in."""

MAX_PIECES = 8
"""Pieces of one page that are read; a page with more is let through."""

WORTH_A_PIECE = 50_000
"""Bytes of a page for each piece more than one; with more of them, it takes as long to read the page."""

MAX_TAG = 20_000
"""Bytes of a tag that is asked about by itself."""


class Nearby:
    """The pieces of one page that were read. Asked for places in ascending order."""

    def __init__(self, platforms: Sequence[Platform]) -> None:
        self._platforms = tuple(platforms)
        self._read_to = 0
        self._pieces = 0

    def may_hold(
        self, data: bytes, start: int, stop: int, hidden: Sequence[Extent], is_sure: Callable[[int], bool]
    ) -> bool:
        """Whether a post may be at the address in the tag from `start` to `stop`.

        hidden, is_sure: the page's scripts and style sheets, in order, and whether each of them surely is one.
        """
        if start < stop <= start + MAX_TAG and not is_link(data, start) and self._finds(data[start:stop]):
            return True
        quoted = is_quoted(data, start)
        end = _end_of_quotation(data, stop) if quoted else stop
        if (end if quoted else stop + LEAST_BEHIND) <= self._read_to or self._read_to == len(data):
            return False
        self._pieces += 1
        if self._pieces > min(MAX_PIECES, 1 + len(data) // WORTH_A_PIECE):
            return True
        begin = _begin(data, start, FAR if quoted else NEAR, hidden)
        if begin < 0:
            return True
        self._read_to = min(len(data), end + BEHIND)
        piece = _shown(data, begin, self._read_to, hidden, is_sure)
        return piece is None or self._finds(piece)

    def _finds(self, source: bytes) -> bool:
        return embeds.finds(source.decode("utf-8", "replace"), self._platforms)


_MARKUP = re.compile(rb"<[^<>]{0,200000}>")
_END = re.compile(rb"</blockquote", re.IGNORECASE)


def is_link(data: bytes, start: int) -> bool:
    """Whether the tag that begins at `start` is that of a link."""
    return data[start + 1 : start + 3].lower() in (b"a ", b"a\n", b"a\t", b"a\r")


def length_of(source: bytes) -> int:
    """Characters of the text in a piece of source, about."""
    return len(b" ".join(_MARKUP.sub(b"", source).split()).decode("utf-8", "replace"))


def is_quoted(data: bytes, at: int) -> bool:
    """Whether a quotation is open at `at`."""
    before = data[max(0, at - FAR) : at].lower()
    opened = before.rfind(b"<blockquote")
    return opened >= 0 and before.find(b"</blockquote", opened) < 0


def _end_of_quotation(data: bytes, at: int) -> int:
    closed = _END.search(data, at, at + FAR)
    return closed.end() if closed else min(len(data), at + FAR)


def _begin(data: bytes, start: int, least: int, hidden: Sequence[Extent]) -> int:
    """Where a tag begins at `start` or before, that is in no script; below zero where none does."""
    for reach in (NEAR, FAR, FARTHEST):
        before = data[max(0, start - reach) : start]
        # it may begin within a tag
        if reach >= least and length_of(before[before.find(b">") + 1 :]) > ENOUGH:
            break
    low = max(0, start - reach)
    if low:
        number = number_at(hidden, low)
        low = hidden[number].end if number >= 0 else data.find(b"<", low, start + 1)
    return low


def _shown(data: bytes, low: int, high: int, hidden: Sequence[Extent], is_sure: Callable[[int], bool]) -> bytes | None:
    """The piece without its scripts and style sheets; null where it is not sure where they are."""
    pieces: list[bytes] = []
    at = low
    for number in range(max(0, number_at(hidden, low)), len(hidden)):
        extent = hidden[number]
        if extent.start >= high:
            break
        if not is_sure(number):
            return None
        if extent.end > at:
            pieces.append(data[at : max(at, extent.start)])
            at = extent.end
    pieces.append(data[at:high])
    return b"".join(pieces)
