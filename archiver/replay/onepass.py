"""What does a stored record hold, read and checked in one pass?

For records that fit into memory: one read of the file, one inflating, every digest over the bytes that are then sent.
Larger ones take the way of `archiver.replay.payload`, in constant memory.
"""

from __future__ import annotations

import io
import zlib
from typing import BinaryIO, NamedTuple, cast

from isal import isal_zlib
from isal.igzip_lib import IsalError

from archiver.errors import ArchiveError, InputError, LimitError
from archiver.exchange import Exchange
from archiver.fileslice import read_at
from archiver.http1 import ZSTD_MAGIC, content_codings, dechunk, parse_head
from archiver.model import Capture
from archiver.replay.payload import DigestRefusedError, other_type, require_same
from archiver.store import Archive
from archiver.store.digests import DigestCheck, check_digests, head_of
from archiver.store.reader import recode_head
from archiver.store.recordheader import HEADER_END, parse_header
from archiver.store.records import Field, field
from archiver.store.warcfile import GZIP_MAGIC

MAX_STORED = 8 << 20
"""Bytes of a record in its file that are read at once."""

MAX_BLOCK = 16 << 20
"""And of its header and block, inflated."""

PASSED_ON = {"gzip": GZIP_MAGIC, "zstd": ZSTD_MAGIC}
"""Content codings that a client may be left to decode, with what such a body begins with: mislabelled ones are common,
and a browser shows nothing of them."""


class Whole(NamedTuple):
    """A payload in memory, out of a record that passed its digest checks."""

    status: int
    """As captured; 0 where what was captured is no HTTP response."""
    content_type: str | None
    """As the capture declares it."""
    redirect: str | None
    """Where the answer sent its reader: an absolute URL."""
    body: bytes | memoryview
    coding: str | None
    """The content coding that the body still has."""
    checks: tuple[DigestCheck, ...]


class _Record(NamedTuple):
    fields: tuple[Field, ...]
    block: memoryview
    checks: tuple[DigestCheck, ...]


def read_whole(archive: Archive, capture: Capture, *, accepts: frozenset[str] = frozenset()) -> Whole | None:
    """A capture's payload; null where the record, its block or its payload is too large for memory, or is no plain
    WARC record: it has to be read in pieces.

    accepts: content codings that the client can decode, in lower case; in all others the payload is decoded.

    Raises `DigestRefusedError` where a digest does not match or is of an unknown algorithm, `ArchiveError` where the
    record or a revisit's original is not there, `InputError` where nothing can decode the payload.
    """
    record = _read(archive, capture)
    if record is None:
        return None
    if capture.record_type not in ("response", "revisit"):
        return Whole(200, field(record.fields, "Content-Type"), None, record.block, None, record.checks)
    head = head_of(record.block)
    block: bytes | memoryview = record.block
    checks, kept = record.checks, capture
    if capture.record_type == "revisit":
        kept = archive.payload_capture(capture)
        original = _read(archive, kept, payload_digest=capture.payload_digest)
        if original is None:
            return None
        original_head = head_of(original.block)
        # The headers are this visit's; how the body is coded is the original's.
        head = recode_head(head, original_head)
        block = b"".join((head, original.block[len(original_head) :]))
        checks += original.checks
    version, status, headers = parse_head(head)
    if not version:
        head = b""
    exchange = Exchange(
        url=capture.target_uri,
        time=capture.time,
        status=status,
        headers=headers,
        open_response=lambda: io.BytesIO(block),
        response_length=len(block),
        head_length=len(head),
        packed_length=None if archive.is_own(kept.file) else kept.length,
    )
    content_type = exchange.header("content-type") if status else other_type(capture)
    body, coding = _body(exchange, block, accepts)
    if body is None:
        return None
    return Whole(status, content_type, exchange.redirect, body, coding, checks)


def _body(
    exchange: Exchange, block: bytes | memoryview, accepts: frozenset[str]
) -> tuple[bytes | memoryview | None, str | None]:
    """The body and the coding that it still has; null where it is too large."""
    codings = content_codings(exchange.header("content-encoding"))
    sent = block[exchange.head_length :]
    if not codings and not exchange.chunked:
        return sent, None
    coding = codings[0].removeprefix("x-") if len(codings) == 1 else ""
    try:
        if coding in accepts and exchange.chunked:
            sent = b"".join(dechunk(io.BytesIO(sent)))
        if coding in accepts and (magic := PASSED_ON.get(coding)) and bytes(sent[: len(magic)]) == magic:
            return sent, coding
        return exchange.payload(MAX_BLOCK), None
    except LimitError:
        return None, None  # in pieces it is told again where it is a bomb
    except InputError:  # no library for it is here
        if coding in accepts:
            return sent, coding
        raise


def _read(archive: Archive, capture: Capture, *, payload_digest: str | None = None) -> _Record | None:
    if capture.length > MAX_STORED:
        return None
    path = archive.file_of(capture)
    try:
        with path.open("rb", buffering=0) as file:
            data = read_at(cast(BinaryIO, file), capture.length, capture.offset)
    except OSError as error:
        raise ArchiveError(f"cannot be read: {error.strerror}", subject=str(path)) from error
    if data[:2] == GZIP_MAGIC:
        inflate = isal_zlib.decompressobj(31)
        try:
            data = inflate.decompress(data, MAX_BLOCK)
        except IsalError:  # type: ignore[misc]  # the stub does not say that it is an exception
            return None
        if not inflate.eof:
            return None
    end = HEADER_END.search(data)
    if end is None:
        return None
    try:
        header = parse_header(data[: end.end()])
    except ValueError:
        return None
    block = memoryview(data)[end.end() : end.end() + header.length]
    if len(block) < header.length or data[end.end() + header.length :].strip(b"\r\n"):
        return None  # what is wrong with it is told by who reads it in pieces
    try:
        checks = check_digests(
            header.fields,
            lambda: io.BytesIO(block),
            payload_digest=payload_digest,
            block=block,
            known=header.known,
        )
    except (ValueError, zlib.error):
        return None
    if not all(check.matches for check in checks):
        raise DigestRefusedError(capture, checks)
    require_same(archive, capture, header.known)
    return _Record(header.fields, block, checks)
