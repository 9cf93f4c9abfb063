"""Reading WARC records back: one after another, or one at its offset.

What comes from `warcfile` gets one kind of error, and the way from a record to an `Exchange`.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, cast

import msgspec

from archiver.errors import ArchiveError
from archiver.exchange import Exchange, Truncation
from archiver.gunzip import MAX_EXPANSION, Expansion
from archiver.http1 import parse_head
from archiver.store.cdxj import Listed, listed
from archiver.store.digests import read_head
from archiver.store.records import NO_TIME, Field, block_length, field, parse_warc_date
from archiver.store.warcfile import PIECE, DamagedError, arc_records, is_arc, read_record
from archiver.warcparts import ArchiveLoadFailed

MAX_CONCLUSION = 64 * 1024 * 1024
ALWAYS_HELD = 1 << 20
"""Of a conclusion in a stranger's file, however tightly it is packed."""


class StoredRecord(msgspec.Struct, frozen=True, kw_only=True):
    """What a record's headers say, where it lies, and, for the program's own conclusions, its block."""

    segment: str
    offset: int
    length: int
    end: int
    """Where the next record begins; behind `offset + length` in files that are not compressed."""
    fields: tuple[Field, ...]
    head: bytes = b""
    """For HTTP responses and revisits: the first bytes of the block, up to the end of the HTTP head."""
    answer: tuple[int, str | None] | None = None
    """HTTP status and `Content-Type`, where the writer of the record knows them already; else they are in `head`."""
    block: bytes | None = None
    """For `metadata` records of JSON type: the block."""
    listed: Listed | None = None
    """What an index says of it; null where it lists no such record, or nobody asked."""

    def field(self, name: str) -> str | None:
        return field(self.fields, name)

    @property
    def record_type(self) -> str:
        return self.field("WARC-Type") or "unknown"

    @property
    def record_id(self) -> str:
        return (self.field("WARC-Record-ID") or "").strip("<>")

    @property
    def target_uri(self) -> str:
        return (self.field("WARC-Target-URI") or "").strip("<>")

    @property
    def time(self) -> datetime:
        """`NO_TIME` where another tool wrote none that can be read."""
        try:
            return parse_warc_date(self.field("WARC-Date") or "")
        except ValueError:
            return NO_TIME


def read_segment(
    path: Path,
    start: int = 0,
    *,
    name: str | None = None,
    listing: bool = False,
    expansion: Expansion | None = None,
    own: bool = True,
) -> Iterator[StoredRecord]:
    """The records of a WARC file from the one at `start` on, in order; `name` goes into them as their segment's.

    listing: whether it is read, too, what an index says of each; a record without a payload digest is hashed for it.
    expansion: how far the file may expand, where that is bounded (`LimitError`). own: whether this program wrote it:
    else a block that expands further than any conclusion does is not held in memory to be read as one.

    Raises `ArchiveError` where the file is damaged, after the records before the damage.
    """
    name = name or path.name
    offset = start
    try:
        with path.open("rb") as file:
            if is_arc(file, start):
                yield from _read_arc(file, start, name, listing)
                return
            while raw := read_record(file, offset, expansion):
                head, block, begun = _peek(raw.fields, raw.block, None if own else raw.packed)
                seen = listed(raw.fields, _Again(begun, raw.block)) if listing else None
                offset, length, end = raw.finish()
                yield StoredRecord(
                    segment=name, offset=offset, length=length, end=end,
                    fields=raw.fields, head=head, block=block, listed=seen,
                )  # fmt: skip
                offset = end
    except (DamagedError, *ARC_ERRORS) as error:
        raise ArchiveError(_first_line(error), subject=str(path)) from error
    except OSError as error:
        raise ArchiveError(f"cannot be read: {error.strerror}", subject=str(path)) from error


ARC_ERRORS = (ArchiveLoadFailed, EOFError, ValueError, LookupError, AttributeError, TypeError)
"""What warcio lets through of a broken ARC file."""


def _read_arc(file: BinaryIO, start: int, name: str, listing: bool) -> Iterator[StoredRecord]:
    iterator = arc_records(file, start)
    for record in iterator:
        fields = tuple(record.rec_headers.headers)
        head, block, begun = _peek(fields, record.raw_stream, None)
        seen = listed(fields, _Again(begun, record.raw_stream)) if listing else None
        offset, length = iterator.get_record_offset(), iterator.get_record_length()
        yield StoredRecord(
            segment=name, offset=offset, length=length, end=iterator.offset,
            fields=fields, head=head, block=block, listed=seen,
        )  # fmt: skip


def _peek(
    fields: tuple[Field, ...], block: BinaryIO, packed: Callable[[], int] | None
) -> tuple[bytes, bytes | None, BinaryIO]:
    """The HTTP head of a response or revisit, or the block of a record that may hold a conclusion; and what was read.

    packed: what was read of the file for it so far, where a stranger wrote it.
    """
    record_type = field(fields, "WARC-Type")
    content_type = field(fields, "Content-Type") or ""
    if record_type in ("response", "revisit") and content_type.startswith("application/http"):
        head = read_head(block)
        return head, None, io.BytesIO(head)
    if record_type == "metadata" and content_type.startswith("application/json"):
        begun = io.BytesIO()
        whole = True
        while whole and (piece := block.read(min(PIECE, MAX_CONCLUSION - begun.tell()))):
            begun.write(piece)
            whole = packed is None or begun.tell() <= max(ALWAYS_HELD, packed() * MAX_EXPANSION)
        begun.seek(0)
        return b"", begun.getvalue() if whole else None, begun
    return b"", None, io.BytesIO()


class _Again:
    """A stream whose beginning was read already, from the beginning; closes nothing."""

    def __init__(self, beginning: BinaryIO, rest: BinaryIO) -> None:
        self._beginning = beginning
        self._rest = rest

    def read(self, size: int = -1, /) -> bytes:
        return self._beginning.read(size) or self._rest.read(size)

    def readline(self, size: int = -1, /) -> bytes:
        line = self._beginning.readline(size)
        return line if line.endswith(b"\n") or len(line) == size else line + self._rest.readline(size - len(line))


class _Block(io.RawIOBase):
    """One record's block as a stream of its own, closing the file with it."""

    def __init__(self, path: Path, offset: int) -> None:
        self._path = path
        self._file = path.open("rb")
        try:
            if is_arc(self._file, offset):
                record = next(iter(arc_records(self._file, offset)))
                self.fields: tuple[Field, ...] = tuple(record.rec_headers.headers)
                self._stream: Any = record.raw_stream
                return
            raw = read_record(self._file, offset)
        except (DamagedError, StopIteration, *ARC_ERRORS) as error:
            self._file.close()
            raise ArchiveError(_first_line(error), subject=str(path)) from error
        if raw is None:
            self._file.close()
            raise ArchiveError(f"no record at offset {offset}: the file is shorter", subject=str(path))
        self.fields = raw.fields
        self._stream = raw.block

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            data = self._stream.read(len(buffer))
        except DamagedError as error:
            raise ArchiveError(str(error), subject=str(self._path)) from error
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        self._file.close()
        super().close()


def open_block(path: Path, offset: int) -> tuple[tuple[Field, ...], BinaryIO]:
    """The header fields of the record at `offset` and its block as a stream.

    Raises `ArchiveError` when there is no record; so does reading where the block is not whole.
    """
    try:
        block = _Block(path, offset)
    except OSError as error:
        raise ArchiveError(f"cannot be read: {error.strerror}", subject=str(path)) from error
    return block.fields, cast(BinaryIO, io.BufferedReader(block, PIECE))


class _Prefixed(io.RawIOBase):
    """Some bytes, and then the rest of a stream, which is closed with this one."""

    def __init__(self, prefix: bytes, stream: BinaryIO) -> None:
        self._prefix = memoryview(prefix)
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        size = len(buffer)
        data = self._prefix[:size] if self._prefix else self._stream.read(size)
        self._prefix = self._prefix[size:]
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        self._stream.close()
        super().close()


def prefixed(prefix: bytes, stream: BinaryIO) -> BinaryIO:
    """`prefix` and then the rest of `stream`, read as one, in constant memory."""
    return cast(BinaryIO, io.BufferedReader(_Prefixed(prefix, stream), PIECE))


def exchange_of(record: StoredRecord, path: Path, body_path: Path, body_offset: int) -> Exchange:
    """A stored response as the exchange it was; a resource, as if it had been one.

    For a revisit, `body_path` and `body_offset` name the record that holds the payload; else the record itself.
    """
    if record.record_type == "resource":
        return _resource_exchange(record, path)
    version, status, headers = parse_head(record.head)
    revisit = record.record_type == "revisit"

    def open_response() -> BinaryIO:
        if not revisit:
            return open_block(path, record.offset)[1]
        _, original = open_block(body_path, body_offset)
        # The headers are this visit's; how the body is coded is the original's.
        return prefixed(recode_head(record.head, read_head(original)), original)

    shown = headers
    head_length = len(record.head) if version else 0
    fields, block = open_block(body_path, body_offset)
    length = block_length(fields)
    with block:
        if revisit:
            original_head = read_head(block)
            merged = recode_head(record.head, original_head)
            head_length = len(merged)
            length += head_length - len(original_head)
            version, status, shown = parse_head(merged)
    return Exchange(
        url=record.target_uri,
        time=record.time,
        status=status,
        headers=shown,
        open_response=open_response,
        response_length=length,
        head_length=head_length,
        payload_digest=record.field("WARC-Payload-Digest") or record.field("Archiver-Payload-Digest"),
        http_version=version or "HTTP/1.1",
        ip_address=record.field("WARC-IP-Address"),
        truncated=None if revisit else cast("Truncation | None", record.field("WARC-Truncated")),
    )


def _resource_exchange(record: StoredRecord, path: Path) -> Exchange:
    length = block_length(record.fields)
    content_type = record.field("Content-Type") or "application/octet-stream"
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {content_type}\r\nContent-Length: {length}\r\n\r\n".encode()
    return Exchange(
        url=record.target_uri,
        time=record.time,
        status=200,
        headers=(("Content-Type", content_type), ("Content-Length", str(length))),
        open_response=lambda: prefixed(head, open_block(path, record.offset)[1]),
        response_length=len(head) + length,
        head_length=len(head),
        payload_digest=record.field("WARC-Payload-Digest"),
    )


_LINE_END = re.compile(rb"\r?\n")
CODING_HEADERS = frozenset({"transfer-encoding", "content-encoding", "content-length"})


def recode_head(head: bytes, original: bytes) -> bytes:
    """A revisit's head with the coding headers of the record whose body it shares; that record's head where the
    revisit was stored without one (WARC/1.0 section 6.7.2 lets the block be empty)."""
    if not head.strip():
        return original
    lines = _LINE_END.split(head.rstrip(b"\r\n"))
    kept = [line for line in lines if line.partition(b":")[0].strip().lower().decode("latin-1") not in CODING_HEADERS]
    coding = [
        line
        for line in _LINE_END.split(original.rstrip(b"\r\n"))[1:]
        if line.partition(b":")[0].strip().lower().decode("latin-1") in CODING_HEADERS
    ]
    return b"\r\n".join([*kept, *coding, b"", b""])


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
