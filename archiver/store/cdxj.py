"""The CDXJ index beside each segment: what other tools look records up by.

One sorted `.cdxj` file a segment in `indexes/`, as pywb reads them: `SURT TIMESTAMP {JSON}`, the JSON's values strings.
The lines are cdxj-indexer's, but for three things: a chunked body's digest is that of the body without its chunks, as
in `Archiver-Payload-Digest` (cdxj-indexer finds no `WARC-Payload-Digest` and hashes the chunks, with SHA-1); media
types are in lower case; and the program's own `metadata` records are not listed, because nothing replays them.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from archiver.store.records import parse_warc_date
from archiver.store.segment import sync_folder

_NO_PUNCTUATION = str.maketrans("", "", "-:T")
_encode = json.JSONEncoder().encode

INDEXED_TYPES = ("response", "revisit", "resource")


class IndexRow(NamedTuple):
    """What the catalogue holds of a record that is listed."""

    urlkey: str
    time: str
    """As in the record's `WARC-Date`."""
    type: str
    target_uri: str
    content_type: str | None
    status: int | None
    payload_digest: str | None
    length: int
    offset: int
    segment: str


def cdxj_line(row: IndexRow) -> str:
    """One index line, without its line end."""
    mime = "warc/revisit" if row.type == "revisit" else row.content_type
    fields = {"url": row.target_uri}
    if mime:
        fields["mime"] = mime
    if row.status:
        fields["status"] = str(row.status)
    if row.payload_digest:
        fields["digest"] = row.payload_digest
    fields["length"] = str(row.length)
    fields["offset"] = str(row.offset)
    fields["filename"] = row.segment
    return f"{row.urlkey} {_timestamp(row.time)} {_encode(fields)}"


def _timestamp(date: str) -> str:
    """14 digits, UTC; for a date that is none, the digits there are."""
    if not date.endswith("Z"):
        with suppress(ValueError, OverflowError):
            date = parse_warc_date(date).isoformat()
    return date[:19].translate(_NO_PUNCTUATION)


def write_index(path: Path, rows: Iterable[IndexRow]) -> None:
    """Write a segment's index, sorted by bytes; the old one stays in place until the new one is whole."""
    lines = sorted(cdxj_line(row).encode() for row in rows)
    temporary = path.with_suffix(".tmp")
    with temporary.open("wb") as file:
        file.writelines(line + b"\n" for line in lines)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    sync_folder(path.parent)


def index_path(indexes: Path, segment: str) -> Path:
    return indexes / (segment.removesuffix(".gz").removesuffix(".warc") + ".cdxj")
