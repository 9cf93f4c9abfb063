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
from collections.abc import Iterator
from typing import Any, BinaryIO, cast

from archiver.errors import ArchiverError, LimitError

MAX_EXPANSION = 200
"""Compressed data may grow so many times: HTML in a WARC file grows 5 to 10 times, exports up to 20, zeros 1,000."""

EXPANSION_FLOOR = 64 * 1024 * 1024
"""Below so many bytes it does not matter how far they grew."""

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
        self._floor = floor
        self._error = error
        self._out = 0

    def grew(self, size: int, read: int | None = None) -> None:
        """So many bytes more came out; `read`, of the compressed data, so far (null: all of `packed`).

        Raises `error` where that is more than there can be.
        """
        self._out += size
        if self._out <= self._floor:
            return
        if self._out > min(taken for taken in (read, self._packed) if taken is not None) * MAX_EXPANSION:
            raise self._error(f"the {self._what} expands more than {MAX_EXPANSION} times", subject=self._subject)


class BodyExpansion:
    """How far the body of an HTTP message expands, at each of its codings, against what was read of it so far.

    subject, what: as for `Expansion`. packed: how many bytes the body takes where it lies, as it was sent or, if it is
    packed once more, less. floor: below so many bytes it does not matter how far they grew.
    """

    def __init__(self, subject: str, *, packed: int, floor: int, what: str) -> None:
        self._make = lambda: Expansion(subject, packed=packed, floor=floor, what=what)
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
        self._counted = _Counted(stream)
        self._gzip = gzip.GzipFile(fileobj=cast(Any, self._counted), mode="rb")
        self._expansion = Expansion(subject, packed=packed, floor=floor, error=error)

    @property
    def read_so_far(self) -> int:
        """Compressed bytes that were read."""
        return self._counted.count

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        piece = self._gzip.read1(len(buffer))
        self._expansion.grew(len(piece), self._counted.count)
        buffer[: len(piece)] = piece
        return len(piece)


class _Counted(io.RawIOBase):
    """Counts the bytes that are read through it."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.count = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        piece = self._stream.read(len(buffer))
        self.count += len(piece)
        buffer[: len(piece)] = piece
        return len(piece)
