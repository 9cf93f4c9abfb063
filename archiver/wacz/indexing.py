"""Index lines of whole WARC files, as cdxj-indexer writes them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from archiver.http1 import parse_head
from archiver.store.cdxj import INDEXED_TYPES, IndexRow, cdxj_line
from archiver.store.reader import read_segment
from archiver.store.records import media_type
from archiver.store.surt import surt


class Entry(NamedTuple):
    """One record that is listed."""

    line: bytes
    """Its index line, with its line end."""
    type: str
    url: str
    time: str
    mime: str | None
    status: str | None


def index_entries(path: Path, name: str) -> Iterator[Entry]:
    """The records of a WARC file that an index lists, in the file's order; `name` stands in the lines as the file's."""
    for record in read_segment(path, name=name):
        if record.record_type not in INDEXED_TYPES:
            continue
        status, content_type = None, record.field("Content-Type")
        if record.head:
            _, status, headers = parse_head(record.head)
            content_type = next((value for key, value in headers if key.lower() == "content-type"), None)
        row = IndexRow(
            surt(record.target_uri),
            record.field("WARC-Date") or "",
            record.record_type,
            record.target_uri,
            media_type(content_type),
            status,
            record.field("WARC-Payload-Digest") or record.field("Archiver-Payload-Digest"),
            record.length,
            record.offset,
            name,
        )
        line = cdxj_line(row).encode() + b"\n"
        yield Entry(line, row.type, row.target_uri, row.time, row.content_type, str(status) if status else None)
