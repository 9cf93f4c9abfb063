"""The text of a large page, kept as the UTF-8 that it came in, and asked by places in it.

Python keeps a text with one emoji in four bytes a letter, and one in Cyrillic letters in two: of a page of many
megabytes that is more than the page itself. Here only the parts that are asked for become text.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right

PIECE = 1 << 14
"""Bytes that are decoded to tell a place in the text from one in the bytes."""


class LongText:
    """A text in UTF-8, with the methods of `str` that are needed of it. All places are in code points, as in `str`."""

    def __init__(self, utf8: bytes) -> None:
        """Raises `UnicodeDecodeError` where the bytes are not UTF-8; `start` of it counts from some place within."""
        self.utf8 = utf8
        self._bytes = array("Q", [0])
        """Where each piece begins in the bytes, and last where they end."""
        self._points = array("Q", [0])
        """The same in code points."""
        self._blank = True
        view = memoryview(utf8)
        start = points = 0
        while start < len(utf8):
            end = _boundary(utf8, start + PIECE)
            text = str(view[start:end], "utf-8")
            self._blank = self._blank and text.isspace()
            start = end
            points += len(text)
            self._bytes.append(start)
            self._points.append(points)

    @classmethod
    def of(cls, text: str) -> LongText:
        """`text` as the parser would code it."""
        return cls(text.encode("utf-8", "replace"))

    def __len__(self) -> int:
        return self._points[-1]

    def __contains__(self, part: str) -> bool:
        return part.encode() in self.utf8

    def __getitem__(self, places: slice) -> str:
        """The text between two places, each code point of it."""
        start, end, _ = places.indices(len(self))
        return str(memoryview(self.utf8)[self._byte(start) : self._byte(max(start, end))], "utf-8")

    def __str__(self) -> str:
        return self.utf8.decode()

    def isspace(self) -> bool:
        """As `str.isspace`."""
        return self._blank and bool(self.utf8)

    def find(self, part: str, start: int = 0, end: int | None = None) -> int:
        """As `str.find`, of a part that is not empty; no place counts from the end."""
        at = self.utf8.find(part.encode(), self._byte(start), len(self.utf8) if end is None else self._byte(end))
        return at if at <= 0 else self._point(at)

    def rfind(self, part: str, start: int = 0, end: int | None = None) -> int:
        """As `str.rfind`, of a part that is not empty; no place counts from the end."""
        at = self.utf8.rfind(part.encode(), self._byte(start), len(self.utf8) if end is None else self._byte(end))
        return at if at <= 0 else self._point(at)

    def _byte(self, point: int) -> int:
        """The byte at which the code point of this number begins."""
        if point >= len(self):
            return len(self.utf8)
        piece = bisect_right(self._points, point) - 1
        start, end = self._bytes[piece], self._bytes[piece + 1]
        within = point - self._points[piece]
        if end - start == self._points[piece + 1] - self._points[piece]:
            return start + within  # all of it is ASCII
        return start + len(str(memoryview(self.utf8)[start:end], "utf-8")[:within].encode())

    def _point(self, byte: int) -> int:
        """The number of the code point that begins at this byte."""
        piece = bisect_right(self._bytes, byte) - 1
        return self._points[piece] + len(str(memoryview(self.utf8)[self._bytes[piece] : byte], "utf-8"))


def _boundary(utf8: bytes, at: int) -> int:
    """The last place up to `at` at which a character begins, if there is one within the length of a character."""
    if at >= len(utf8):
        return len(utf8)
    for place in range(at, at - 4, -1):
        if utf8[place] & 0xC0 != 0x80:
            return place
    return at
