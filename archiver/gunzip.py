"""How is a gzip file read that somebody unknown made?

As one stream of all its members, which may expand only so far: a few kilobytes of gzip can stand for terabytes, once
they are packed twice. DEFLATE itself gives at most 1,032 bytes for one; what people store does not come near it. So the
rule, everywhere the same: beyond a floor, data that is more than `MAX_EXPANSION` times what it takes where it lies is
not read further. What it takes is counted where the file lies on the disk, however often it is packed. Millions of
things of a few bytes (empty members, records, lines) cost time instead: each counts as some bytes more.
"""

from __future__ import annotations

import gzip
import io
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

from isal import isal_zlib
from isal.igzip_lib import IsalError

from archiver.errors import ArchiverError, LimitError

MAX_EXPANSION = 200
"""Compressed data may grow so many times: HTML in a WARC file grows 5 to 10 times, exports up to 20, zeros 1,000."""

EXPANSION_FLOOR = 64 * 1024 * 1024
"""Below so many bytes it does not matter how far they grew."""

INPUT = 8192

RECORD_COUNTS = 2048
"""What a record, or a gzip member, counts besides its own bytes. Real records take 200 bytes and more where they lie,
so that they stay far below the rule."""

PIECE_COUNTS = 64
"""The same of a piece of a body: they come in 64 KB and more, where nobody cut it into chunks of a byte."""

LINE_COUNTS = 256
"""The same of a line; those of indexes take 60 bytes and more, compressed."""


class Expansion:
    """How far one file has expanded.

    subject: the file, for the error, and what is in it. packed: how many bytes it takes where it lies; null where they
    are counted as they are read. floor, error: as for `Gunzipped`.
    """

    def __init__(
        self,
        subject: str | None,
        *,
        packed: int | None = None,
        floor: int = EXPANSION_FLOOR,
        error: type[ArchiverError] = LimitError,
        what: str = "data",
    ) -> None:
        self._subject = subject
        self._what = what
        self._packed = packed
        self._allowed = floor
        self._error = error
        self._out = 0

    def grew(self, size: int, read: int | None = None) -> None:
        """So many bytes more came out; `read`, of the compressed data, so far (null: all of `packed`).

        Raises `error` where that is more than there can be.
        """
        self._out += size
        if self._out <= self._allowed:
            return
        # kept, because what was read only grows: most calls end above
        taken = min(known for known in (read, self._packed) if known is not None)
        self._allowed = max(self._allowed, taken * MAX_EXPANSION)
        if self._out > self._allowed:
            raise self._error(f"the {self._what} expands more than {MAX_EXPANSION} times", subject=self._subject)


class BodyExpansion:
    """How far the body of an HTTP message expands, at each of its codings, against what was read of it so far.

    subject, what: as for `Expansion`. packed: how many bytes the body takes where it lies, as it was sent or, if it is
    packed once more, less. floor: below so many bytes it does not matter how far they grew.
    """

    def __init__(self, subject: str, *, packed: int, floor: int, what: str) -> None:
        self._make: Callable[[], Expansion] = lambda: Expansion(subject, packed=packed, floor=floor, what=what)
        self._read = 0

    def sent(self, pieces: Iterator[bytes]) -> Iterator[bytes]:
        """The body as it was sent, without its chunks. Raises `LimitError`, as `counted` does."""
        expansion = self._make()
        for piece in pieces:
            self._read += len(piece)
            expansion.grew(len(piece) + PIECE_COUNTS, self._read + PIECE_COUNTS)
            yield piece

    def counted(self, pieces: Iterator[bytes]) -> Iterator[bytes]:
        """What comes out of one of the codings: for `archiver.http1.decoded`."""
        expansion = self._make()
        for piece in pieces:
            expansion.grew(len(piece) + PIECE_COUNTS, self._read)
            yield piece


class Gunzipped(io.RawIOBase):
    """A gzip file of one or many members as one stream.

    floor: below so many bytes it does not matter how far they grew. error: raised, with subject, where the data goes on
    beyond that and beyond `MAX_EXPANSION`. packed: how many bytes the data takes where it lies, if it is packed once
    more. What the gzip format does not allow raises what `gzip` raises.
    """

    def __init__(
        self,
        stream: BinaryIO,
        subject: str,
        *,
        floor: int = EXPANSION_FLOOR,
        error: type[ArchiverError] = LimitError,
        packed: int | None = None,
    ) -> None:
        self._subject = subject
        self._stream = stream
        self._expansion = Expansion(subject, packed=packed, floor=floor, error=error)
        self._inflate: isal_zlib.Decompress | None = None
        self._input = b""
        self._begun = False
        self.read_so_far = 0
        """Compressed bytes that were read."""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while self._inflate is not None or self._next_member():
            assert self._inflate is not None  # by the line above
            given = bool(self._input) or self._more()
            try:  # also with no input: it may hold output that did not fit before
                piece: bytes = self._inflate.decompress(self._input, len(buffer))
            except IsalError as error:  # type: ignore[misc]  # the stub does not say that it is an exception
                raise gzip.BadGzipFile(f"damaged gzip data ({error})") from error
            self._input = self._inflate.unconsumed_tail
            if self._inflate.eof:
                self._input, self._inflate = self._inflate.unused_data, None
            elif not piece and not given:
                raise EOFError("the gzip data breaks off")
            if piece:
                self._expansion.grew(len(piece), self.read_so_far)
                buffer[: len(piece)] = piece
                return len(piece)
        return 0

    def _next_member(self) -> bool:
        """Begin the next member; False at the end. Zeros may stand behind the last one, as GNU gzip has it."""
        if self._begun:
            while not (left := self._input.lstrip(b"\0")) and self._more():
                pass
            self._input = left
        if not self._input and not self._more():
            return False
        self._begun = True
        self._inflate = isal_zlib.decompressobj(31)
        self._expansion.grew(RECORD_COUNTS, self.read_so_far)
        return True

    def _more(self) -> bool:
        """More of the compressed data, in pieces so small that little is lost of what stands before damage."""
        self._input = self._stream.read(INPUT)
        self.read_so_far += len(self._input)
        return bool(self._input)
