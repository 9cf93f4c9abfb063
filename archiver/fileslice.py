"""A part of a file as a file of its own, which is read by position: several readers share one file."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from typing import Any, BinaryIO


class FileSlice(io.RawIOBase):
    """Bytes `start` to `start + length` of a file.

    pread: reads so many bytes of the file from an offset on; fewer only at its end (`os.pread` with its descriptor).
    """

    def __init__(self, pread: Callable[[int, int], bytes], start: int, length: int) -> None:
        self._pread = pread
        self._start = start
        self._length = length
        self._position = 0

    @property
    def size(self) -> int:
        return self._length

    def pread(self, size: int, offset: int) -> bytes:
        """So many bytes from `offset` on, wherever the position is; fewer at the end."""
        wanted = min(size, self._length - offset)
        return self._pread(wanted, self._start + offset) if wanted > 0 and offset >= 0 else b""

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self._length}[whence]
        self._position = max(0, base + offset)
        return self._position

    def tell(self) -> int:
        return self._position

    def read(self, size: int | None = -1) -> bytes:
        left = max(0, self._length - self._position)
        wanted = left if size is None or size < 0 else min(size, left)
        data = self._pread(wanted, self._start + self._position) if wanted else b""
        self._position += len(data)
        return data

    def readinto(self, buffer: Any) -> int:
        data = self.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)


def read_at(file: BinaryIO, size: int, offset: int) -> bytes:
    """So many bytes of an open file, or part of one, from `offset` on; its position stays."""
    raw = getattr(file, "raw", file)
    return raw.pread(size, offset) if isinstance(raw, FileSlice) else os.pread(file.fileno(), size, offset)


def size_of(file: BinaryIO) -> int:
    """Bytes of an open file, or part of one."""
    raw = getattr(file, "raw", file)
    return raw.size if isinstance(raw, FileSlice) else os.fstat(file.fileno()).st_size
