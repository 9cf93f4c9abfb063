"""A ZIP file written front to back: members whose sizes and checksums are known before they are written.

So nothing is patched afterwards, any stream will do, and no member has a data descriptor, which readers of stored
members refuse. ZIP64 where a size or an offset needs it (APPNOTE.TXT 6.3.10, sections 4.3.7, 4.3.12, 4.3.14 to 4.3.16,
4.5.3). The same members and time give the same bytes.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import BinaryIO

from isal import isal_zlib

STORED = 0
DEFLATED = 8

_LIMIT_32 = 0xFFFFFFFF
_LIMIT_16 = 0xFFFF
_PLAIN_VERSION = 20
_ZIP64_VERSION = 45
_UNIX = 3
_REGULAR_FILE = 0o100644 << 16


class ChangedError(Exception):
    """The bytes of a member are not those whose size and checksum were announced."""


class ZipWriter:
    """Writes one ZIP file into a stream, which need not be seekable.

    time: the date of every member (UTC, from 1980 on, to two seconds). wide_from: the size or offset from which on the
    fields of ZIP64 are used.
    """

    def __init__(self, stream: BinaryIO, time: datetime, *, wide_from: int = _LIMIT_32) -> None:
        self._stream = stream
        self._wide_from = wide_from
        self._dos_time, self._dos_date = _dos(time)
        self._position = 0
        self._directory: list[bytes] = []

    @property
    def size(self) -> int:
        """Bytes written so far."""
        return self._position

    def add(
        self, name: str, pieces: Iterable[bytes], *, size: int, crc32: int, method: int = STORED, plain_size: int = -1
    ) -> None:
        """Add one member.

        Arguments: `name`, ASCII, with `/` between folders; `pieces`, its bytes as they are to be stored, `size` of
        them; `crc32` and `plain_size`, of the bytes before compression (default: `size`); `method`, `STORED` or
        `DEFLATED`.

        Raises `ChangedError` when the pieces are not `size` bytes or, for a stored member, have another checksum.
        """
        encoded = name.encode("ascii")
        if plain_size < 0:
            plain_size = size
        offset = self._position
        large = size >= self._wide_from or plain_size >= self._wide_from
        sizes = (_LIMIT_32, _LIMIT_32) if large else (size, plain_size)
        extra = struct.pack("<HHQQ", 1, 16, plain_size, size) if large else b""
        version = _ZIP64_VERSION if large else _PLAIN_VERSION
        common = struct.pack("<HHHHI", 0, method, self._dos_time, self._dos_date, crc32)
        lengths = struct.pack("<IIHH", *sizes, len(encoded), len(extra))
        self._write(b"PK\3\4" + struct.pack("<H", version) + common + lengths + encoded + extra)
        written = seen = 0
        for piece in pieces:
            written += len(piece)
            if written > size:
                raise ChangedError(name)
            if method == STORED:
                seen = isal_zlib.crc32(piece, seen)
            self._write(piece)
        if written != size or (method == STORED and seen != crc32):
            raise ChangedError(name)
        wide = [plain_size, size] if large else []
        far = offset >= self._wide_from
        if far:
            wide.append(offset)
        extra = struct.pack(f"<HH{len(wide)}Q", 1, 8 * len(wide), *wide) if wide else b""
        version = _ZIP64_VERSION if wide else _PLAIN_VERSION
        self._directory.append(
            b"PK\1\2"
            + struct.pack("<BBH", version, _UNIX, version)
            + common
            + struct.pack("<IIHHH", *sizes, len(encoded), len(extra), 0)
            + struct.pack("<HHII", 0, 0, _REGULAR_FILE, _LIMIT_32 if far else offset)
            + encoded
            + extra
        )

    def close(self) -> None:
        """Write the central directory."""
        start = self._position
        for entry in self._directory:
            self._write(entry)
        size, count = self._position - start, len(self._directory)
        wide = start >= self._wide_from or size >= self._wide_from or count >= _LIMIT_16
        if wide:
            end = self._position
            self._write(
                b"PK\6\6"
                + struct.pack("<QHHIIQQQQ", 44, _ZIP64_VERSION, _ZIP64_VERSION, 0, 0, count, count, size, start)
                + b"PK\6\7"
                + struct.pack("<IQI", 0, end, 1)
            )
            count, size, start = _LIMIT_16, _LIMIT_32, _LIMIT_32
        self._write(b"PK\5\6" + struct.pack("<HHHHIIH", 0, 0, count, count, size, start, 0))

    def _write(self, data: bytes) -> None:
        view = memoryview(data)
        while view:  # an unbuffered stream may take less than it is given
            view = view[self._stream.write(view) :]
        self._position += len(data)


def _dos(time: datetime) -> tuple[int, int]:
    """Time and date as ZIP has them, from 1980 to 2107."""
    time = time.astimezone(UTC)
    if time.year < 1980:
        return 0, 1 << 5 | 1
    if time.year > 2107:
        return 23 << 11 | 59 << 5 | 29, 127 << 9 | 12 << 5 | 31
    return time.hour << 11 | time.minute << 5 | time.second // 2, (time.year - 1980) << 9 | time.month << 5 | time.day
