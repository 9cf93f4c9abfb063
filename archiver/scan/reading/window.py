"""The bytes of a stream, with where they lie: read in pieces, and kept as long as a record may need them."""

from __future__ import annotations

import io
import re
from collections.abc import Callable

PIECE = 1 << 16

KEPT = 1 << 20
"""Bytes of a record that has begun, and lie behind, that are kept where the stream cannot go back."""

LARGE = 4 << 20
"""Bytes of a record from which on it is worth a search of it that it does not lie in memory twice."""

_BLANK = re.compile(rb"[\r\n]*")

Read = Callable[[int], bytes]
"""Up to so many bytes, at least one; none at the end."""


def _never() -> bool:
    return False


class Window:
    """A stream, or what comes out of compressed data.

    read: gives its next bytes. offset: of the first of them. seek: goes to an offset; null where the stream only goes
    forward. size: where it ends, if that is known. piece: bytes that are read at a time. go_on: is there more behind
    the end, that belongs to what was begun? From then on `read` gives it.
    """

    __slots__ = ("_base", "_free", "_go_on", "_mark", "_piece", "_read", "_seek", "_size", "at", "buffer")

    def __init__(
        self,
        read: Read,
        offset: int = 0,
        *,
        seek: Callable[[int], None] | None = None,
        size: int | None = None,
        piece: int = PIECE,
        go_on: Callable[[], bool] = _never,
    ) -> None:
        self.buffer = b""
        self.at = 0
        """Place in `buffer` of the next byte."""
        self._base = self._mark = offset
        self._free: tuple[int, int, bytes] | None = None
        """From the first offset to the second, that of the buffer, none of these bytes begin in what is not kept."""
        self._read = read
        self._seek = seek
        self._size = size
        self._piece = piece
        self._go_on = go_on

    @property
    def offset(self) -> int:
        """Of the next byte."""
        return self._base + self.at

    @property
    def here(self) -> int:
        """Bytes that are there without reading."""
        return len(self.buffer) - self.at

    @property
    def goes_back(self) -> bool:
        """Can it go back to all that was read?"""
        return self._seek is not None

    def mark(self) -> None:
        """A record begins here: what follows is kept, for `rewind`."""
        self._mark = self._base + self.at

    def fill(self, size: int, *, across: bool = False) -> bool:
        """Read until so many bytes are there; False where the stream ends before. across: `go_on` is asked, too."""
        missing = size - (len(self.buffer) - self.at)
        if missing <= 0:
            return True
        pieces = []
        while missing > 0:
            piece = self._read(self._piece)
            if piece:
                pieces.append(piece)
                missing -= len(piece)
            elif not (across and self._go_on()):
                break
        if pieces:
            self._append(pieces)
        return missing <= 0

    def _append(self, pieces: list[bytes]) -> None:
        begin = self.at
        if self._seek is None:
            marked = max(0, self._mark - self._base)
            if marked < begin <= marked + KEPT:
                begin = marked
        elif self._free is not None and self._free[1] == self._base and begin < len(self._free[2]):
            begin = 0  # what was searched for may begin there
        if begin == len(self.buffer) and len(pieces) == 1:
            self.buffer = pieces[0]
        else:
            self.buffer = b"".join([memoryview(self.buffer)[begin:], *pieces])
        self._base += begin
        self.at -= begin

    def take(self, size: int, without: bytes) -> bytes | None:
        """The next so many bytes, more than are here; null where the stream ends before. The window may be behind them
        then: it keeps them only where the stream cannot go back and `without` begins in them, or behind the mark."""
        here = self.here
        out = io.BytesIO()
        out.write(memoryview(self.buffer)[self.at :])
        rest = b""
        missing = size - here
        while missing > 0:
            piece = self._read(self._piece)
            if piece:
                out.write(memoryview(piece)[:missing])
                rest = piece[missing:]
                missing -= len(piece)
            elif not self._go_on():
                break
        taken = out.getvalue()
        begun = self._mark + 1 if self._seek is None else self.offset
        held = begun < self._base or self.buffer.find(without, begun - self._base) >= 0 or without in taken
        if missing > 0 or held:
            self._append([taken[here:], rest])
            return None if missing > 0 else taken
        left = taken[size + 1 - len(without) :]
        self._base += self.at + size - len(left)
        self._free = begun, self._base, without
        self.buffer = left + rest
        self.at = len(left)
        return taken

    def skip(self, size: int, *, across: bool = False) -> bool:
        """Go on so many bytes; False where the stream ends before."""
        while (here := len(self.buffer) - self.at) < size:
            if self._seek is not None and self._size is not None and size - here > self._piece:
                if self.offset + size > self._size:
                    return False
                self._go_to(self.offset + size)
                return True
            size -= here
            self.at += here
            if not self.fill(1, across=across):
                return False
        self.at += size
        return True

    def blank(self) -> bool:
        """Go on behind empty lines; False at the end."""
        while True:
            buffer, at = self.buffer, self.at
            if at < len(buffer) and buffer[at] not in b"\r\n":
                return True
            found = _BLANK.match(buffer, at)
            self.at = at = found.end() if found else at
            if at < len(buffer):
                return True
            if not self.fill(1):
                return False

    def starts(self, mark: bytes) -> bool:
        """Are the next bytes these?"""
        if len(self.buffer) - self.at < len(mark):
            self.fill(len(mark), across=True)
        return self.buffer.startswith(mark, self.at)

    def behind_line(self) -> bool:
        """Does a line end right before here, as far as that is known?"""
        return self.buffer[max(0, self.at - 1) : self.at] in (b"\n", b"")

    def find(self, data: bytes, start: int, end: int) -> int:
        """Offset of the first such bytes from the offset `start` up to `end`; -1 where there are none, and -2 where
        what is asked for is not kept any more."""
        begin = start - self._base
        if begin < 0:
            free = self._free
            if free is None or start < free[0] or free[1] != self._base or data != free[2]:
                return -2
            begin = 0
        at = self.buffer.find(data, begin, end - self._base)
        return at if at < 0 else at + self._base

    def peek(self, offset: int, size: int) -> bytes:
        """So many of the bytes that are kept from an offset on."""
        at = offset - self._base
        return self.buffer[max(0, at) : at + size]

    def rewind(self, offset: int) -> None:
        """Go to an offset that was read already, or, where the stream cannot, as near to it as what is kept allows."""
        if 0 <= offset - self._base <= len(self.buffer):
            self.at = offset - self._base
        elif self._seek is not None:
            self._go_to(offset)
        elif offset < self._base:
            self.at = 0

    def _go_to(self, offset: int) -> None:
        assert self._seek is not None  # callers look
        self._seek(offset)
        self.buffer = b""
        self.at = 0
        self._base = offset
