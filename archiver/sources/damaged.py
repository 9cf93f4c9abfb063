"""How is a gzip or WARC file read that may break off, or be made to fill the memory?"""

from __future__ import annotations

import logging
import zlib
from typing import Any, BinaryIO

from archiver.errors import InputError
from archiver.gunzip import Gunzipped
from archiver.store.recordheader import MAX_HEADER, MAX_LINES
from archiver.warcparts import ArchiveIterator, ArchiveLoadFailed, ArcWarcRecord, BufferedReader

logging.getLogger("warcio").addHandler(logging.NullHandler())  # else its remarks go to standard error


class Mended(Gunzipped):
    """A gzip file that is read as far as it can be.

    WARC files with all records in one member, which readers that seek refuse, are read like any other this way. Where
    the data breaks off or is damaged, the stream ends with what could be read, and `check` raises the reason.
    """

    def __init__(self, stream: BinaryIO, subject: str, *, packed: int | None = None) -> None:
        super().__init__(stream, subject, packed=packed)
        self._damage: Exception | None = None

    def check(self) -> None:
        """Raise what ended the stream, if it was not its own end."""
        if self._damage is not None:
            raise InputError(f"the gzip data is damaged: {reason_of(self._damage)}", subject=self._subject)

    def readinto(self, buffer: Any) -> int:
        if self._damage is not None:
            return 0
        try:
            return super().readinto(buffer)
        except (EOFError, OSError, zlib.error) as error:
            self._damage = error
            return 0


class BoundedReader(BufferedReader):  # type: ignore[misc]
    """warcio's line reader, with a bound on a header: one without an end must not fill the memory."""

    header_bytes = header_lines = 0
    """Of the present header, and the blank lines before it."""

    def readline(self, length: int | None = None) -> bytes:
        line: bytes = super().readline(length or 8192)
        if length is not None:
            return line
        while not line.endswith(b"\n") and len(line) <= MAX_HEADER and (piece := super().readline(8192)):
            line += piece
        self.header_bytes += len(line)
        self.header_lines += 1
        if self.header_bytes > MAX_HEADER or self.header_lines > MAX_LINES:
            raise ArchiveLoadFailed("a record's header does not end")
        return line


class Records(ArchiveIterator):  # type: ignore[misc]
    """warcio's iterator over an uncompressed WARC stream that notices a record which is cut short.

    warcio itself takes a cut record for a whole one, and writes to standard error where a record does not end in an
    empty line.
    """

    def __init__(self, stream: BinaryIO) -> None:
        super().__init__(stream, no_record_parse=True)
        self.reader = BoundedReader(self.fh)

    def _next_record(self, next_line: bytes | None) -> ArcWarcRecord:
        record = super()._next_record(next_line)
        self.reader.header_bytes = self.reader.header_lines = 0
        length = record.rec_headers.get_header("Content-Length") or ""
        if not (length.isascii() and length.isdecimal()):
            raise ArchiveLoadFailed("a record without a length")
        return record

    def read_to_end(self, record: ArcWarcRecord | None = None) -> None:
        current = self.record
        super().read_to_end(record)
        if current is not None and getattr(current.raw_stream, "limit", 0) > 0:
            raise ArchiveLoadFailed("the last record is cut short")

    def _consume_blanklines(self) -> tuple[bytes | None, int]:
        size = 0
        line = self.reader.readline()
        while line and not line.strip():
            size += len(line)
            line = self.reader.readline()
        return line or None, size


def reason_of(error: BaseException) -> str:
    """What went wrong, in one line."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror.lower()
    lines = [line.strip() for line in str(error).strip().splitlines() if line.strip()]
    return lines[0] if lines else type(error).__name__
