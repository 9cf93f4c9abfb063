"""How is a gzip file read that somebody unknown made?

As one stream of all its members, which may expand only so far: a few kilobytes of gzip can stand for terabytes.
"""

from __future__ import annotations

import gzip
import io
from typing import Any, BinaryIO, cast

from archiver.errors import ArchiverError

MAX_EXPANSION = 200
"""Compressed data may grow so many times: HTML in a WARC file grows 5 to 10 times, exports up to 20, zeros 1,000."""

EXPANSION_FLOOR = 64 * 1024 * 1024
"""Below so many bytes it does not matter how far they grew: a blank film of a minute stays below."""


class Gunzipped(io.RawIOBase):
    """A gzip file of one or many members as one stream.

    floor: below so many bytes it does not matter how far they grew. error: raised, with subject, where the data goes on
    beyond that and beyond `MAX_EXPANSION`. What the gzip format does not allow raises what `gzip` raises.
    """

    def __init__(self, stream: BinaryIO, subject: str, *, floor: int, error: type[ArchiverError]) -> None:
        self._counted = _Counted(stream)
        self._gzip = gzip.GzipFile(fileobj=cast(Any, self._counted), mode="rb")
        self._subject = subject
        self._floor = floor
        self._error = error
        self._out = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        piece = self._gzip.read1(len(buffer))
        self._out += len(piece)
        if self._out > max(self._floor, self._counted.count * MAX_EXPANSION):
            raise self._error(f"the gzip data expands more than {MAX_EXPANSION} times", subject=self._subject)
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
