"""The bytes of a capture: checked against every digest first, then streamed in constant memory.

The first pass reads the whole record for its digests, the second sends it. Nothing is remembered in between: a file
that was altered a minute ago is refused now.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from archiver.errors import ArchiveError
from archiver.http1 import media_type
from archiver.model import Capture
from archiver.replay.isolation import DOWNLOAD_SUFFIXES, SNIFFED_BYTES, Kind, capture_headers, sniff
from archiver.store import Archive
from archiver.store.catalogue import NO_TIME
from archiver.store.digests import DigestCheck
from archiver.store.records import bare, block_length, field, known_fields, parse_warc_date
from archiver.store.warcfile import is_arc

PIECE = 256 * 1024

_OF_CONTENT = frozenset({"Content-Type", "Content-Disposition", "Content-Encoding", "Content-Length"})
"""Header fields that an answer without content does not have."""

_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


class DigestRefusedError(ArchiveError):
    """The record's bytes are not those that its digests were made of: nothing of it is shown."""

    def __init__(self, capture: Capture, checks: tuple[DigestCheck, ...]) -> None:
        super().__init__(
            "the stored bytes do not match the digest that was written with them",
            subject=f"{capture.file} at offset {capture.offset}",
            hint="the record was altered or damaged after it was stored",
        )
        self.capture = capture
        self.checks = checks


class Payload(NamedTuple):
    """A capture's payload, decoded, that passed its digest checks."""

    capture: Capture
    status: int
    """As captured; 0 where what was captured is no HTTP response."""
    redirect: str | None
    """Where the answer sent its reader: an absolute URL."""
    content_type: str | None
    """As the capture declares it, with its parameters."""
    open: Callable[[], Iterator[bytes]]
    """The payload from its beginning, piece by piece."""
    plain_length: int | None
    """Of the payload, where it can be known without decoding it."""
    kind: Kind | None
    """The picture or film that it is, by its first bytes."""
    checks: tuple[DigestCheck, ...]

    @property
    def media_type(self) -> str:
        return media_type(self.content_type)

    def length(self) -> int:
        """The payload's length, by decoding it where there is no other way.

        Raises `LimitError` when it expands more than a real one does.
        """
        if self.plain_length is not None:
            return self.plain_length
        return sum(map(len, self.open()))

    def filename(self, suffix: str | None = None) -> str:
        """A name for saving: when it was captured and where it lies, never a word out of the capture."""
        if suffix is None:
            suffix = self.kind.suffix if self.kind else DOWNLOAD_SUFFIXES.get(self.media_type, ".bin")
        return f"capture-{self.capture.time:%Y%m%dT%H%M%SZ}-{self.capture.offset}{suffix}"


def require_digests(archive: Archive, capture: Capture) -> tuple[DigestCheck, ...]:
    """The record's digest checks, all of them good; none where the record declares no digest.

    Raises `DigestRefusedError` when one does not match or is of an unknown algorithm, `ArchiveError` when the record
    cannot be read.
    """
    checks = archive.digest_checks(capture)
    if not all(check.matches for check in checks):
        raise DigestRefusedError(capture, checks)
    return checks


def require_same(archive: Archive, capture: Capture, known: dict[str, str]) -> None:
    """The catalogue only tells where to look: what stands there has to be what it says.

    known: its header fields (`known_fields`).

    Raises `ArchiveError` where the record is of another id, type, target URI or time.
    """
    kind, uri, date = (known.get(name, "") for name in ("warc-type", "warc-target-uri", "warc-date"))
    try:
        time = parse_warc_date(date)
    except ValueError:
        time = NO_TIME
    if (kind or "unknown", bare(uri), time) == (capture.record_type, capture.target_uri, capture.time) and (
        known.get("warc-record-id", "").strip("<>") == capture.record_id or _is_arc(archive, capture)
    ):
        return
    raise ArchiveError(
        "the catalogue names another record than the one that lies there",
        subject=f"{capture.file} at offset {capture.offset}",
        hint="`archiver rebuild` makes the catalogue anew",
    )


def _is_arc(archive: Archive, capture: Capture) -> bool:
    """Records of ARC files have no id: each reading makes another."""
    try:
        with archive.file_of(capture).open("rb") as file:
            return is_arc(file, capture.offset)
    except OSError:
        return False


def open_payload(archive: Archive, capture: Capture) -> Payload:
    """A capture's payload, after its digests were checked.

    Raises `DigestRefusedError`, or `ArchiveError` when the record or a revisit's original cannot be read, or the
    record is not the one that the catalogue names.
    """
    checks = require_digests(archive, capture)
    fields, stream = archive.open_record(capture)
    stream.close()
    require_same(archive, capture, known_fields(fields))
    if capture.record_type in ("response", "revisit"):
        exchange = archive.exchange(capture, check=False)
        encoded = exchange.chunked or bool(exchange.header("content-encoding"))
        plain = None if encoded else max(0, exchange.response_length - exchange.head_length)
        content_type = exchange.header("content-type") if exchange.status else other_type(capture)
        read: Callable[[], Iterator[bytes]] = exchange.iter_payload
        status, redirect = exchange.status, exchange.redirect
    else:
        content_type = field(fields, "Content-Type")
        plain = block_length(fields)
        read = lambda: read_block(archive, capture)  # noqa: E731
        status, redirect = 200, None
    return Payload(capture, status, redirect, content_type, read, plain, sniff(_beginning(read, SNIFFED_BYTES)), checks)


def other_type(capture: Capture) -> str | None:
    """The media type of a response that is none of HTTP's; null where it was stored as if it were one."""
    return None if (capture.content_type or "").startswith("application/http") else capture.content_type


def read_block(archive: Archive, capture: Capture) -> Iterator[bytes]:
    """A record's block as stored: for HTTP, the message as it crossed the connection."""
    _, stream = archive.open_record(capture)
    with stream:
        while piece := stream.read(PIECE):
            yield piece


def read_record(archive: Archive, capture: Capture) -> Iterator[bytes]:
    """The record's own bytes in its file: one gzip member, or plain WARC."""
    with archive.file_of(capture).open("rb") as file:
        file.seek(capture.offset)
        left = capture.length
        while left > 0 and (piece := file.read(min(PIECE, left))):
            left -= len(piece)
            yield piece


def _beginning(read: Callable[[], Iterator[bytes]], size: int) -> bytes:
    beginning = b""
    for piece in read():
        beginning += piece
        if len(beginning) >= size:
            break
    return beginning[:size]


def payload_response(request: Request, payload: Payload) -> Response:
    """The payload: a picture or film in place, everything else as a download."""
    media_type = payload.kind.media_type if payload.kind else None
    headers = capture_headers(media_type=media_type, filename=payload.filename())
    return ranged(request, payload.open, payload.length(), headers)


def ranged(request: Request, read: Callable[[], Iterator[bytes]], length: int, headers: dict[str, str]) -> Response:
    """Bytes of known length, or the one range of them that was asked for (RFC 9110 section 14).

    Several ranges, and what is no byte range, are answered with everything, as the RFC allows; so is a range of
    something else than what `If-Range` names (section 13.1.5).
    """
    status, part, headers = ranged_head(request, length, headers)
    if request.method == "HEAD" or not part:
        return Response(status_code=status, headers=headers)
    return StreamingResponse(_slice(read(), part.start, part.stop), status_code=status, headers=headers)


def ranged_head(request: Request, length: int, headers: dict[str, str]) -> tuple[int, range, dict[str, str]]:
    """Status, the positions to be sent, and the header fields: `headers` and those that speak of the length."""
    if (refused := _precondition(request, headers.get("ETag"))) is not None:
        return refused, range(0), {name: value for name, value in headers.items() if name not in _OF_CONTENT}
    headers = {**headers, "Accept-Ranges": "bytes"}
    asked = None
    # section 14.2: of methods, for GET alone
    if request.method == "GET" and request.headers.get("if-range", headers.get("ETag")) == headers.get("ETag"):
        asked = byte_range(request.headers.get("range", ""), length)
    if asked is not None and asked.start >= asked.stop:
        headers |= {"Content-Range": f"bytes */{length}", "Content-Length": "0"}
        return 416, range(0), headers
    part = range(length) if asked is None else asked
    if asked is not None:
        headers["Content-Range"] = f"bytes {part.start}-{part.stop - 1}/{length}"
    headers["Content-Length"] = str(len(part))
    return 200 if asked is None else 206, part, headers


def _precondition(request: Request, tag: str | None) -> int | None:
    """The status with which a condition on the validator ends a request (RFC 9110 section 13.2.2), null where none
    does. What is here is there: `*` is met."""
    wanted = request.headers.get("if-match")
    if wanted is not None and wanted.strip() != "*" and tag not in _tags(wanted):
        return 412
    known = request.headers.get("if-none-match")
    if known is not None and (known.strip() == "*" or tag in [one.removeprefix("W/") for one in _tags(known)]):
        return 304
    return None


def _tags(field: str) -> list[str]:
    """Entity tags; none of ours holds a comma."""
    return [one.strip() for one in field.split(",")]


def byte_range(header: str, length: int) -> range | None:
    """The positions that a `Range` field asks for; an empty range where it asks for none that exist, null where the
    field is to be ignored."""
    asked = _RANGE.fullmatch(header.strip())
    if not asked or not (asked[1] or asked[2]):
        return None
    if not asked[1]:
        return range(max(0, length - int(asked[2])), length)
    first = int(asked[1])
    if not asked[2]:
        return range(first, length)
    last = int(asked[2])
    return None if last < first else range(first, min(last + 1, length))


def _slice(pieces: Iterator[bytes], start: int, end: int) -> Iterator[bytes]:
    position = 0
    for piece in pieces:
        begin, position = position, position + len(piece)
        if position <= start:
            continue
        yield piece[max(0, start - begin) : end - begin]
        if position >= end:
            return
