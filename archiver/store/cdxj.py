"""The CDXJ index beside each segment: what other tools look records up by.

One sorted `.cdxj` file a segment in `indexes/`, as pywb reads them: `SURT TIMESTAMP {JSON}`, the JSON's values strings.
The lines are those of `cdxj-indexer --sort`, byte by byte (1.5 and warcio 1.8 are what they are compared with): which
records are listed, how a media type, a status and a date are read, and that a record without a `WARC-Payload-Digest`
(chunked responses, metadata) is listed with the SHA-1 of its payload as it is stored, transfer encoding included.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import NamedTuple, Protocol

from archiver.linesorter import LineSorter
from archiver.store.durability import sync_folder
from archiver.store.records import Field, bare, block_length, field, parse_warc_date

_NO_PUNCTUATION = str.maketrans("", "", "-:T")
_USUAL_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?Z")
_NO_DIGIT = re.compile(r"[^\d]")
_END_OF_TYPE = re.compile(r"[;\s]")
_encode = json.JSONEncoder().encode

INDEXED_TYPES = ("response", "revisit", "resource", "metadata")
WARC_FIELDS = "application/warc-fields"
"""Resources and metadata of exactly this type are not listed: they describe the file, not a page."""

HTTP = ("http:", "https:")
MAX_LINE = 1 << 20
MAX_LINES = 10_000
"""Of an HTTP head; what follows is taken for the payload."""

PIECE = 256 * 1024


class Block(Protocol):
    """A record's block, read from its beginning."""

    def read(self, size: int = -1, /) -> bytes: ...

    def readline(self, size: int = -1, /) -> bytes: ...


class Listed(NamedTuple):
    """What an index says of a record besides where it is and when it was captured; null where it says nothing."""

    mime: str | None
    status: str | None
    digest: str | None


class IndexRow(NamedTuple):
    """One record that is listed."""

    urlkey: str
    time: str
    """As in the record's `WARC-Date`."""
    type: str
    target_uri: str
    content_type: str | None
    """As `Listed.mime`; a revisit is listed with a type of its own in any case."""
    status: int | str | None
    payload_digest: str | None
    """As `Listed.digest`."""
    length: int
    offset: int
    segment: str


def listed(fields: tuple[Field, ...], block: Block) -> Listed | None:
    """What an index says of a record with these header fields; null when it does not list the record.

    Reads of the block what that takes: for HTTP the head, and all of it where the record declares no payload digest.
    """
    kind = field(fields, "WARC-Type")
    if kind not in INDEXED_TYPES:
        return None
    content_type, status = field(fields, "Content-Type"), None
    if kind in ("resource", "metadata"):
        if content_type == WARC_FIELDS:
            return None
    else:
        content_type = None
        if block_length(fields) and bare(field(fields, "WARC-Target-URI") or "").startswith(HTTP):
            status, content_type = _status_and_type(block)
    digest = field(fields, "WARC-Payload-Digest")
    if digest is None and kind != "revisit":
        hasher = hashlib.sha1(usedforsecurity=False)
        while piece := block.read(PIECE):
            hasher.update(piece)
        digest = sha1_digest(hasher.digest())
    return Listed(listed_type(content_type), status, digest)


def listed_type(content_type: str | None) -> str | None:
    """The media type alone, its case kept."""
    return _END_OF_TYPE.split(content_type, maxsplit=1)[0].strip() if content_type else content_type


def sha1_digest(digest: bytes) -> str:
    """A SHA-1 as warcio writes it."""
    return f"sha1:{base64.b32encode(digest).decode()}"


def _status_and_type(block: Block) -> tuple[str | None, str | None]:
    """Status and `Content-Type` of an HTTP head as warcio reads it; the block is then at the body."""
    lines = _head_lines(block)
    status_line = next(lines, "")
    if not status_line:
        return None, None
    status = status_line.partition(" ")[2].strip().partition(" ")[0] or None
    content_type: str | None = None
    line = next(lines, "")
    while line:
        name, colon, value = line.partition(":")
        values = [value.lstrip()]
        while (line := next(lines, "")).startswith((" ", "\t")):
            values.append(line)
        if colon and status is None:  # a head of nothing but one word counts as none
            status = ""
        if colon and content_type is None and name.rstrip(" \t").lower() == "content-type":
            content_type = "".join(values)
    return status, content_type


def _head_lines(block: Block) -> Iterator[str]:
    """The lines of an HTTP head, as many of them as are read."""
    size = 0
    for _ in range(MAX_LINES):
        line = block.readline(MAX_LINE)
        size += len(line)
        yield _text(line)
        if size > MAX_LINE:
            return


def _text(line: bytes) -> str:
    try:
        return line.decode("utf-8").rstrip()
    except UnicodeDecodeError:
        return line.decode("latin-1").rstrip()


def cdxj_line(row: IndexRow) -> str:
    """One index line, without its line end."""
    mime = "warc/revisit" if row.type == "revisit" else row.content_type
    fields = {"url": row.target_uri.replace(" ", "%20")} if row.target_uri else {}
    if mime is not None:
        fields["mime"] = mime
    if row.status is not None:
        fields["status"] = str(row.status)
    if row.payload_digest is not None:
        fields["digest"] = row.payload_digest
    fields["length"] = str(row.length)
    fields["offset"] = str(row.offset)
    fields["filename"] = row.segment
    return f"{row.urlkey or '-'} {_timestamp(row.time)} {_encode(fields)}"


def _timestamp(date: str) -> str:
    """14 digits, UTC; for a date that is none, the digits there are."""
    if not _USUAL_DATE.fullmatch(date):
        numbers = _NO_DIGIT.split(date)
        if not numbers[-1]:
            numbers.pop()
        with suppress(ValueError, OverflowError):
            if 3 <= len(numbers) <= 7:
                return datetime(*(int(number) for number in numbers[:6])).strftime("%Y%m%d%H%M%S")  # type: ignore[arg-type]  # noqa: DTZ001
            date = parse_warc_date(date).isoformat()
    return date[:19].translate(_NO_PUNCTUATION)


def write_index(path: Path, rows: Iterable[IndexRow]) -> None:
    """Write a segment's index, sorted by bytes, in bounded memory.

    The old one stays in place until the new one is whole.

    Raises `OSError`.
    """
    temporary = path.with_suffix(".tmp")
    try:
        with LineSorter(path.parent) as lines, temporary.open("wb") as file:
            for row in rows:
                lines.add(cdxj_line(row).encode() + b"\n")
            file.writelines(lines)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def index_path(indexes: Path, segment: str) -> Path:
    return indexes / (segment.removesuffix(".gz").removesuffix(".warc") + ".cdxj")
