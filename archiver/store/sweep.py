"""What does a WARC file hold, from its first byte to its last?

One fast pass over a file or a stream, for verifying and indexing: exact about damage, in constant memory, and on to the
next record that can be read. `warcfile` is for one record at its place. The same gzip as there: isal's, member by
member, because where a member ends is what tells whether a record is whole.

ISO 28500:2017 section 4 (a record is its header, an empty line, its block, two line ends) and annex D (each record a
gzip member of its own, so that it can be fetched alone); RFC 1952 (gzip).
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from isal import isal_zlib
from isal.igzip_lib import IsalError

from archiver.errors import LimitError
from archiver.gunzip import RECORD_COUNTS, Expansion
from archiver.store.recordheader import HEADER_END, MAX_HEADER, parse_header
from archiver.store.warcfile import GZIP_MAGIC, PEEK, DamagedError, Place, may_begin

READ = 1024 * 1024
FIRST_INPUT = 16 * 1024
"""Most records are smaller: what was read too much of is copied by the decompressor."""

INPUT = 64 * 1024
OUTPUT = 128 * 1024
"""Of a block at once: still in the processor's cache when it is hashed."""

MAX_DAMAGES = 10_000
"""So many in one file, and the rest is not looked at: it proves nothing more."""

MAX_CANDIDATES = 1_000_000
"""Places that look like the beginning of a record and are none."""

RECORD_END = b"\r\n\r\n"

SEVERAL = "several records in one gzip member"
RESERVED_FLAGS = 0xE0
"""RFC 1952, section 2.3.1."""

_BLANKS = re.compile(rb"[\r\n]*+")
_BLANK = (b"\r", b"\n")
_GZIP_MARK = re.compile(rb"\x1f\x8b\x08")
_PLAIN_MARK = re.compile(rb"WARC/[01]\.")
_MARK = re.compile(rb"\x1f\x8b\x08|WARC/[01]\.")


class Damage(NamedTuple):
    """What is wrong at a place of a WARC file."""

    offset: int
    problem: str
    torn: bool = False
    """The file ends within a record that is sound so far: what a crash, or a download that broke off, leaves."""
    lost: bool = True
    """False where the record itself could be read all the same: only the file's shape is wrong."""
    record_id: str | None = None


class SweptRecord:
    """One record of a sweep. Its block is read at most once, before the sweep goes on."""

    __slots__ = (
        "_error", "_left", "_place", "_sweep", "compressed", "fields", "flaw", "header", "known", "length", "oddities",
        "offset", "strays", "version",
    )  # fmt: skip

    def __init__(self, sweep: Sweep, offset: int, header: bytes, *, compressed: bool) -> None:
        """Raises `ValueError` where the header is none."""
        self.offset = offset
        """Of its gzip member, or of its header."""
        self.header = header
        self.version, self.fields, self.known, self.length, self.strays = parse_header(header)
        self.compressed = compressed
        self.oddities: list[str] = []
        """What is unusual and no damage; complete when the record is finished."""
        self.flaw: str | None = None
        """What is wrong with the shape of a record that was read whole; set when the record is finished."""
        self._sweep = sweep
        self._left = self.length
        self._place: Place | None = None
        self._error: DamagedError | None = None

    @property
    def record_id(self) -> str | None:
        """Without angle brackets; null where the header has none."""
        value = self.known.get("warc-record-id")
        return value.strip("<>") if value else None

    def pieces(self) -> Iterator[memoryview]:
        """The block in pieces, which stay valid.

        Raises `DamagedError` where the block is not whole (the sweep tells of it, too), `LimitError` where the data
        expands too far.
        """
        while self._left:
            yield self._next_piece()

    def finish(self) -> Place:
        """Read what is left of the record, to its end: where it lies. A length of 0: it cannot be fetched alone.

        Raises as `pieces` does.
        """
        while self._left:
            self._next_piece()
        if self._error is not None:
            raise self._error
        if self._place is None:
            try:
                self._place = self._sweep.end_record(self)
            except DamagedError as error:
                self._error = error
                raise
        return self._place

    def _next_piece(self) -> memoryview:
        if self._error is not None:
            raise self._error
        try:
            piece = self._sweep.block_piece(self, self._left)
        except DamagedError as error:
            self._error = error
            raise
        self._left -= len(piece)
        return piece


class Sweep:
    """The records of a WARC file or stream in order, and the damage between them. Iterate over it once.

    stream: seekable; read from `start` on. packed: how many bytes the data takes where it lies, if it is packed once
    more (a compressed member of a ZIP file); else what was read of the stream counts. subject: the file, for errors.
    bounded: whether it may expand only so far (`archiver.gunzip`); not where it is the user's own.

    Iterating and reading blocks raises `LimitError` where the data expands too far, and `OSError`.
    """

    def __init__(
        self,
        stream: BinaryIO,
        *,
        start: int = 0,
        packed: int | None = None,
        subject: str | None = None,
        bounded: bool = True,
    ) -> None:
        self._stream = stream
        self._subject = subject
        self._expansion = Expansion(subject, packed=packed) if bounded else None
        self._size = stream.seek(0, os.SEEK_END)
        self._reach = start
        # The file's own bytes.
        self._chunk = b""
        self._at = 0
        self._base = start
        stream.seek(start)
        # What records are read from: a gzip member inflated piece by piece, or the file's own bytes.
        self._inflate: isal_zlib.Decompress | None = None
        self._input = FIRST_INPUT
        self._member = start
        self.members = 0
        """Gzip members begun so far."""
        self._buffer = b""
        self._cursor = 0
        self._spans = False
        """The present record began in an earlier gzip member."""
        self._alone = True
        """The present gzip member holds one record and nothing else, as far as is known."""
        self._compressed: bool | None = None
        self._damages = 0
        self._candidates = 0

    @property
    def position(self) -> int:
        """How far into the stream the sweep has come."""
        return self._base + (self._at if self._inflate is not None else self._cursor)

    def __iter__(self) -> Iterator[SweptRecord | Damage]:
        while True:
            offset = self._begin()
            record: SweptRecord | None = None
            try:
                if not self._open(offset):
                    return
                told = False
                while header := self._header(offset):
                    record = self._record(offset, header)
                    yield record
                    place = record.finish()
                    self._compressed = record.compressed
                    if record.flaw is not None:
                        torn = self.position >= self._size and not record.compressed
                        yield Damage(offset, record.flaw, torn=torn, lost=False, record_id=record.record_id)
                    if self._inflate is None:
                        break
                    if not place.length and not told:
                        told = True
                        problem = "the record goes over several gzip members" if self._spans else SEVERAL
                        yield Damage(offset, problem, lost=False, record_id=record.record_id)
                    if self._spans:
                        self._spans, offset = False, self._member
                    record = None
            except DamagedError as error:
                yield Damage(
                    offset, error.problem, torn=error.torn, record_id=record.record_id if record is not None else None
                )
                self._damages += 1
                if self._damages >= MAX_DAMAGES:
                    yield Damage(self.position, "more damage than is followed: the rest was not looked at")
                    return
                if not self._resume(offset + 1):
                    return

    # What lies at a place.

    def _begin(self) -> int:
        """Leave what was read from; the place where the next record should begin."""
        if self._inflate is None:
            self._at = self._cursor
        self._inflate, self._spans = None, False
        while True:
            if not self._compressed:
                self._at = _behind_blanks(self._chunk, self._at)
            if self._at < len(self._chunk) or not self._read():
                break
        self._buffer, self._cursor = self._chunk, self._at
        return self._base + self._at

    def _open(self, offset: int) -> bool:
        """Make ready to read what is at the present place; False at the file's end.

        Raises `DamagedError`.
        """
        if len(self._chunk) - self._at < len(GZIP_MAGIC):
            self._read()
            self._buffer, self._cursor = self._chunk, self._at
        start = self._chunk[self._at : self._at + 2]
        if not start:
            return False
        if start == GZIP_MAGIC:
            self._open_member(offset)
        elif start == GZIP_MAGIC[:1]:
            raise DamagedError("the record breaks off", offset, torn=True)
        return True

    def _open_member(self, offset: int) -> None:
        """Raises `DamagedError` where RFC 1952 demands one of readers, which the decompressor leaves out."""
        if len(self._chunk) - self._at < 32:
            self._read()
        flags = self._chunk[self._at + 3 : self._at + 4]
        if flags and flags[0] & RESERVED_FLAGS:
            raise DamagedError("a gzip header with flags that mean nothing", offset)
        self._count()
        self.members += 1
        self._inflate = isal_zlib.decompressobj(31)
        self._input = FIRST_INPUT
        self._member = offset
        self._alone = True
        self._buffer, self._cursor = b"", 0

    def _header(self, offset: int) -> bytes | None:
        """The header of the next record, up to its empty line; null where the gzip member ends before one.

        Raises `DamagedError` where it does not end, or nothing like a header is there.
        """
        while True:  # empty lines before it
            self._cursor = _behind_blanks(self._buffer, self._cursor)
            if self._cursor < len(self._buffer):
                break
            if not self._more():
                return None
        while (end := HEADER_END.search(self._buffer, self._cursor)) is None:
            rest = len(self._buffer) - self._cursor
            if not b"WARC/".startswith(start := self._buffer[self._cursor : self._cursor + 5]):
                self._refuse_nested(start)
                raise DamagedError("no WARC record", offset)
            if rest > MAX_HEADER or not self._more(keep=True):
                torn = rest <= MAX_HEADER and self._inflate is None
                problem = "the record breaks off" if torn else "the record's header does not end"
                raise DamagedError(problem, offset, torn=torn)
        header = self._buffer[self._cursor : end.end()]
        self._refuse_nested(header)
        if len(header) > MAX_HEADER:
            raise DamagedError("the record's header does not end", offset)
        self._cursor = end.end()
        return header

    def _refuse_nested(self, start: bytes) -> None:
        """Raises `LimitError` for a file that is compressed twice: nothing of it is read."""
        if self._compressed is None and self._inflate is not None and start.startswith(GZIP_MAGIC):
            raise LimitError("gzip data within gzip data is not unpacked", subject=self._subject)

    def _count(self) -> None:
        """One more member or record: millions of empty ones take as long as millions of full ones."""
        if self._expansion is not None:
            self._expansion.grew(RECORD_COUNTS, self._reach)

    def _record(self, offset: int, header: bytes) -> SweptRecord:
        self._count()
        try:
            record = SweptRecord(self, offset, header, compressed=self._inflate is not None)
        except ValueError as error:
            raise DamagedError(str(error), offset) from error
        return record

    def block_piece(self, record: SweptRecord, left: int) -> memoryview:
        """The next piece of the record's block, of which `left` bytes are not read yet. For `SweptRecord`."""
        if self._cursor >= len(self._buffer):
            if self._inflate is None and self.position + left > self._size:
                raise DamagedError("the record breaks off", record.offset, torn=True)
            if not self._more():
                self._next_member(record)
        start = self._cursor
        self._cursor = min(len(self._buffer), start + left)
        return memoryview(self._buffer)[start : self._cursor]

    def _next_member(self, record: SweptRecord) -> None:
        """The gzip member has ended and the record has not: does it go on in the next one?"""
        short = DamagedError("the record is shorter than it says", record.offset)
        if self._inflate is None:
            raise DamagedError("the record breaks off", record.offset, torn=True)
        self._read_ahead()
        if self._chunk[self._at : self._at + 2] != GZIP_MAGIC:
            raise short
        self._open_member(self._base + self._at)
        while not self._buffer:
            if not self._more():
                raise short
        if self._buffer.startswith(b"WARC/"):
            raise short
        self._spans = True

    def end_record(self, record: SweptRecord) -> Place:
        """What stands between the block and the next record, or the member's end. For `SweptRecord`.

        Raises `DamagedError`.
        """
        after = self.position
        ends = b""
        if self._buffer.startswith(RECORD_END, self._cursor):  # as nearly always
            ends = RECORD_END
            self._cursor += len(RECORD_END)
            alone = self._inflate is not None and self._alone and not self._spans
            if alone and self._cursor == len(self._buffer) and not self._more():
                return Place(record.offset, self.position - record.offset, self.position)
        while True:
            start, self._cursor = self._cursor, _behind_blanks(self._buffer, self._cursor)
            ends = (ends + self._buffer[start : min(self._cursor, start + 64)])[:64]
            if self._cursor < len(self._buffer) or not self._more():
                break
        more = self._buffer[self._cursor : self._cursor + 5]
        begins = not more or more.startswith((b"WARC/"[: len(more)], GZIP_MAGIC[: len(more)]))
        if not ends.startswith((RECORD_END, b"\n\n")):
            if not begins:
                raise DamagedError("the record is longer than it says", record.offset)
            record.flaw = "the record does not end in two line ends"
        elif ends != RECORD_END:
            record.oddities.append("line ends after a record that are not two of CR LF")
        if self._inflate is None:
            return Place(record.offset, after - record.offset, self.position)
        if more and not begins:
            raise DamagedError("the record is longer than it says", record.offset)
        if more or self._spans:
            self._alone = False
        if not self._alone:
            return Place(record.offset, 0, self.position)
        return Place(record.offset, self.position - record.offset, self.position)

    # Bytes.

    def _read(self) -> bool:
        """More of the file behind what is not yet used; False at its end."""
        more = self._stream.read(READ)
        if not more:
            return False
        self._base += self._at
        self._chunk = self._chunk[self._at :] + more
        self._at = 0
        self._reach = max(self._reach, self._base + len(self._chunk))
        return True

    def _read_ahead(self) -> None:
        if len(self._chunk) - self._at < 32:
            self._read()

    def _more(self, *, keep: bool = False) -> bool:
        """The next piece to read from, behind what is left (`keep`) or in its place; False at the member's end, or the
        file's."""
        rest = self._buffer[self._cursor :] if keep else b""
        if self._inflate is None:
            self._at = self._cursor
            found = self._read()
            self._buffer, self._cursor = self._chunk, self._at
            return found
        data = self._inflated()
        if not data:
            return False
        self._buffer, self._cursor = rest + data if rest else data, 0
        return True

    def _inflated(self) -> bytes:
        inflate = self._inflate
        assert inflate is not None  # only within a member
        while not inflate.eof:
            if self._at >= len(self._chunk) and not self._read():
                raise DamagedError("the record breaks off", self._member, torn=True)
            given = memoryview(self._chunk)[self._at : self._at + self._input]
            try:
                data = inflate.decompress(given, OUTPUT)
            except IsalError as error:  # type: ignore[misc]  # the stub does not say that it is an exception
                raise DamagedError(f"the gzip data is damaged ({_words(error)})", self._member) from error
            self._at += len(given) - len(inflate.unconsumed_tail) - len(inflate.unused_data)
            self._input = INPUT
            if data:
                if self._expansion is not None:
                    self._expansion.grew(len(data), self._reach)
                return data
        return b""

    # Behind damage.

    def _resume(self, after: int) -> bool:
        """Go to the first place from `after` on where a record begins; False where there is none."""
        mark = _MARK if self._compressed is None else _GZIP_MARK if self._compressed else _PLAIN_MARK
        position = after
        while position < self._size:
            self._stream.seek(position)
            data = self._stream.read(READ)
            for found in mark.finditer(data):
                at = position + found.start()
                self._candidates += 1
                if self._candidates > MAX_CANDIDATES:
                    return False
                if self._is_record(at):
                    self._go_to(at)
                    return True
            if len(data) <= 8 or position + len(data) >= self._size:
                break
            position += len(data) - 8  # a mark may lie across the border
        return False

    def _is_record(self, at: int) -> bool:
        begin = max(0, at - 1)
        self._stream.seek(begin)
        return may_begin(self._stream.read(PEEK), at - begin)

    def _go_to(self, position: int) -> None:
        self._stream.seek(position)
        self._chunk, self._at, self._base = b"", 0, position
        self._buffer, self._cursor, self._inflate = b"", 0, None


def _behind_blanks(data: bytes, at: int) -> int:
    """Where the line ends that stand at a place are over."""
    if data[at : at + 1] not in _BLANK:  # as nearly always
        return at
    found = _BLANKS.match(data, at)
    return found.end() if found else at


def _words(error: Exception) -> str:
    """What isal says, without its number."""
    return re.sub(r"^Error -?\d+ ", "", str(error)).lower() or "unreadable"
