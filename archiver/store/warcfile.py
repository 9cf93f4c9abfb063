"""Records out of a WARC file: where each lies, its header fields, its block (ISO 28500:2017).

An exact reader for evidence: a gzip member that is damaged or cut is an error at its offset, and reading can go on at
the next record. (warcio prints what zlib says to standard output, and takes a cut record for a shorter one; it still
reads the ARC files here.) isal inflates in a third of zlib's time.
"""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, cast

from isal import isal_zlib
from isal.igzip_lib import IsalError

from archiver.fileslice import read_at, size_of
from archiver.gunzip import RECORD_COUNTS, Expansion
from archiver.store.recordheader import HEADER_END, MAX_HEADER, MAX_LINES, VERSION_LINE, parse_header
from archiver.store.records import Field, field
from archiver.warcparts import ArchiveIterator

READ_SIZE = 1 << 16
PIECE = 256 * 1024
GZIP_MAGIC = b"\x1f\x8b"

ARC_INPUT = 4096
"""warcio unpacks what it reads at once, a thousand times as much where it is zeros."""

_BLANK = (b"\r\n", b"\n")
_ARC_LINE = re.compile(rb"[A-Za-z][A-Za-z0-9+.-]*:[\x21-\xff]* [\x21-\xff]* [0-9]{4,}(?: [\x21-\xff]*){2,}\r?")
"""`URL IP-address date media-type length`, and more before the length in its second version. No line matches
in two ways, so that none takes long: strangers write it. https://archive.org/web/researcher/ArcFileFormat.php"""


class DamagedError(Exception):
    """What stands in the file at an offset is no whole record."""

    def __init__(self, problem: str, offset: int, *, torn: bool = False) -> None:
        super().__init__(f"{problem}, at offset {offset}")
        self.problem = problem
        self.offset = offset
        self.torn = torn
        """The file ends within a compressed record that is sound so far: what a crash leaves."""


class Place(NamedTuple):
    """Where a record lies."""

    offset: int
    length: int
    """In the file as it is: of the gzip member, or of header and block."""
    end: int
    """Where the next record begins."""


class RawRecord:
    """One record being read; its block is read at most once, and `finish` tells where it lies."""

    def __init__(
        self,
        fields: tuple[Field, ...],
        block: BinaryIO,
        finish: Callable[[], Place],
        packed: Callable[[], int] = lambda: sys.maxsize,
    ) -> None:
        self.fields = fields
        self.block = block
        self.finish = finish
        """Read what is left of the record; raises `DamagedError` when it is not whole."""
        self.packed = packed
        """Bytes of the file that were read for it so far, if it is compressed."""


class _Member(io.RawIOBase):
    """One gzip member, inflated piece by piece; of the file, up to `border` where one is given."""

    def __init__(self, file: BinaryIO, offset: int, expansion: Expansion | None, border: int | None = None) -> None:
        self._file = file
        self._offset = offset
        self._expansion = expansion
        self._border = border
        self._inflate = isal_zlib.decompressobj(31)
        self._input = b""
        self.read_so_far = 0
        """Bytes of the file."""
        self.end: int | None = None
        """Where the member ends, once it has been read."""
        if expansion is not None:
            expansion.grew(RECORD_COUNTS, offset)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while self.end is None:
            if not self._input:
                # by position: the file's own position may be another reader's
                position = self._offset + self.read_so_far
                size = READ_SIZE if self._border is None else min(READ_SIZE, self._border - position)
                self._input = read_at(self._file, size, position)
                if not self._input:
                    raise DamagedError("the record breaks off", self._offset, torn=True)
                self.read_so_far += len(self._input)
            try:
                data = self._inflate.decompress(self._input, len(buffer))
            except IsalError as error:  # type: ignore[misc]  # the stub does not say that it is an exception
                raise DamagedError(f"damaged ({error})", self._offset) from error
            self._input = self._inflate.unconsumed_tail
            if self._inflate.eof:
                self.end = self._offset + self.read_so_far - len(self._inflate.unused_data)
            if data:
                if self._expansion is not None:
                    self._expansion.grew(len(data), self._offset + self.read_so_far)
                buffer[: len(data)] = data
                return len(data)
        return 0


class _Limited(io.RawIOBase):
    """The next `length` bytes of a stream."""

    def __init__(self, stream: BinaryIO, length: int, offset: int) -> None:
        self._stream = stream
        self._offset = offset
        self.left = length

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._stream.read(min(len(buffer), self.left))
        if not data and self.left and len(buffer):
            raise DamagedError("the record is shorter than it says", self._offset)
        self.left -= len(data)
        buffer[: len(data)] = data
        return len(data)


def read_record(file: BinaryIO, offset: int, expansion: Expansion | None = None) -> RawRecord | None:
    """The record at `offset`; null at the file's end. expansion: how far the file may expand, where that is bounded.

    Raises `DamagedError` when there is no whole record (also later, from the block and from `finish`).
    """
    while (magic := read_at(file, 2, offset)) == GZIP_MAGIC:
        member = _Member(file, offset, expansion)
        stream = io.BufferedReader(member, PIECE)
        if stream.peek(1) or member.end is None:
            return _compressed_record(member, cast(BinaryIO, stream), offset)
        offset = member.end  # an empty member, as some tools end a file, or join two
    if not magic:
        return None
    if magic == GZIP_MAGIC[:1]:
        raise DamagedError("the record breaks off", offset, torn=True)
    return _plain_record(file, offset)


def _compressed_record(member: _Member, stream: BinaryIO, offset: int) -> RawRecord:
    fields, length, _ = _header(stream, offset)
    limited = _Limited(stream, length, offset)
    block = cast(BinaryIO, io.BufferedReader(limited, PIECE))

    def finish() -> Place:
        while limited.left:
            limited.readinto(bytearray(PIECE))
        while rest := stream.read(PIECE):
            if rest.strip(b"\r\n"):
                several = rest.lstrip(b"\r\n").startswith(b"WARC/")
                problem = "several records in one gzip member" if several else "the record is longer than it says"
                raise DamagedError(problem, offset)
        end = member.end or offset
        return Place(offset, end - offset, end)

    return RawRecord(fields, block, finish, lambda: member.read_so_far)


def _plain_record(file: BinaryIO, offset: int) -> RawRecord | None:
    file.seek(offset)
    begin = offset
    while (line := file.readline(MAX_HEADER)) in _BLANK:
        begin += len(line)
    if not line:
        return None
    file.seek(begin)
    fields, length, header_length = _header(file, begin)
    block_start = begin + header_length
    if block_start + length > size_of(file):
        raise DamagedError("the record breaks off", begin)
    limited = _Limited(file, length, begin)

    def finish() -> Place:
        end = block_start + length
        file.seek(end)
        while (line := file.readline(MAX_HEADER)) in _BLANK:
            end += len(line)
        return Place(begin, block_start + length - begin, end)

    return RawRecord(fields, cast(BinaryIO, io.BufferedReader(limited, PIECE)), finish)


def _header(stream: BinaryIO, offset: int) -> tuple[tuple[Field, ...], int, int]:
    """Header fields, block length, and the header's own length."""
    line = stream.readline(MAX_HEADER)
    if not VERSION_LINE.fullmatch(line):
        raise DamagedError("no WARC record", offset)
    lines = [line]
    size = len(line)
    while line not in _BLANK:
        line = stream.readline(MAX_HEADER)
        size += len(line)
        if not line.endswith(b"\n") or size > MAX_HEADER or line.startswith(b"WARC/"):
            raise DamagedError("the record's header does not end", offset)
        lines.append(line)
        if len(lines) > MAX_LINES:
            raise DamagedError(f"the record's header has more than {MAX_LINES} lines", offset)
    try:
        header = parse_header(b"".join(lines))
    except ValueError as error:
        raise DamagedError(str(error), offset) from error
    return header.fields, header.length, size


def next_record(path: Path, after: int, expansion: Expansion | None = None) -> int | None:
    """Where the first record behind `after` begins that can be read whole; null when there is none.

    For going on behind damage: a candidate is what looks like the beginning of a record.
    """
    mark = re.compile(rb"\x1f\x8b\x08|WARC/[01]\.")
    with path.open("rb") as file:
        size = size_of(file)
        position = after
        while position < size:
            data = read_at(file, PIECE, position)
            for found in mark.finditer(data):
                at = position + found.start()
                begin = max(0, at - 1)
                if expansion is not None:
                    expansion.grew(RECORD_COUNTS, at)
                if may_begin(read_at(file, PEEK, begin), at - begin) and _is_whole(file, at, expansion):
                    return at
            if len(data) < PIECE:
                return None
            position += len(data) - 8  # a mark may lie across the border
        return None


PEEK = 4096
"""Bytes that are looked at of what may be a record, before it is read."""


def may_begin(data: bytes, at: int) -> bool:
    """Does a record seem to begin at `at`, the place of a mark? `data` goes on some way behind it, and has the byte
    before it, if there is one.

    Reads little, so that a file made of nothing but marks takes no longer than its size.
    """
    start = data[at:]
    if start.startswith(GZIP_MAGIC):
        try:
            return isal_zlib.decompressobj(31).decompress(start, 64).lstrip(b"\r\n").startswith(b"WARC/")
        except IsalError:  # type: ignore[misc]
            return False
    version = VERSION_LINE.match(start)
    if data[:at][-1:] not in (b"\n", b"") or version is None:
        return False
    end = HEADER_END.search(start, version.end() - 1)
    header = start[: end.end()] if end else start
    if b"\nWARC/" in header:  # text that speaks of WARC files, or a header that was cut off
        return False
    try:
        return end is None or field(parse_header(header).fields, "WARC-Type") is not None
    except ValueError:
        return False


def _is_whole(file: BinaryIO, offset: int, expansion: Expansion | None) -> bool:
    try:
        record = read_record(file, offset, expansion)
        if record is None or field(record.fields, "WARC-Type") is None:
            return False
        record.finish()
    except DamagedError:
        return False
    return True


SECTOR = 512
"""Bytes: file systems hand out room in multiples of it."""


def is_unwritten(path: Path, offset: int) -> bool:
    """Is all from `offset` on what a loss of power leaves of records that were not synced yet?

    The disk may know by then how long the file had become, and not the bytes: they read as NUL, from a sector's
    beginning to the file's end. What stands before them, if anything, is a compressed record that is sound so far.
    """
    with path.open("rb") as file:
        size = size_of(file)
        end = _end_of_bytes(file, offset, size)
        if end == offset:
            return size > offset
        border = -(-end // SECTOR) * SECTOR
        if border >= size:
            return False
        member = _Member(file, offset, None, border)
        buffer = bytearray(PIECE)
        try:
            while member.readinto(buffer):
                pass
        except DamagedError as error:
            return error.torn
        return False


def _end_of_bytes(file: BinaryIO, start: int, end: int) -> int:
    """Behind the last byte between `start` and `end` that is not NUL; `start` where there is none."""
    while end > start:
        begin = max(start, end - PIECE)
        if kept := read_at(file, end - begin, begin).rstrip(b"\0"):
            return begin + len(kept)
        end = begin
    return start


def is_arc(file: BinaryIO, offset: int) -> bool:
    """Does an ARC file (the format before WARC) have a record at `offset`?"""
    start = read_at(file, READ_SIZE, offset)
    if start[:2] == GZIP_MAGIC:
        try:
            start = isal_zlib.decompressobj(31).decompress(start, 4096)
        except IsalError:  # type: ignore[misc]
            return False
    return _ARC_LINE.fullmatch(start.partition(b"\n")[0]) is not None


def arc_records(file: BinaryIO, offset: int) -> ArchiveIterator:
    """ARC records as warcio shows them, as WARC records."""
    file.seek(offset)
    return ArchiveIterator(file, no_record_parse=True, arc2warc=True, block_size=ARC_INPUT)
