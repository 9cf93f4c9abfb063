"""Is an ARC file whole, record by record? The format before WARC, read by warcio; it has no digests.

https://archive.org/web/researcher/ArcFileFormat.php: `URL IP-address date media-type length`, one line a record.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

from archiver.gunzip import Expansion
from archiver.store.reader import ARC_ERRORS
from archiver.store.records import field
from archiver.store.warcfile import arc_records

PIECE = 256 * 1024

_DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


def look_at_arc(file: BinaryIO, size: int, where: str) -> Iterator[tuple[int, str | None]]:
    """Offset of each record and what is wrong with it; null for one that is whole.

    Raises `LimitError` where the data expands too far.
    """
    expansion = Expansion(where)
    offset = 0
    try:
        records = arc_records(file, 0)
        for record in records:
            fields = tuple(record.rec_headers.headers)
            length = field(fields, "Content-Length") or ""
            got = 0
            while piece := record.raw_stream.read(PIECE):
                got += len(piece)
                expansion.grew(len(piece), size)
            offset = records.get_record_offset()  # it reads the record to its end, so not before
            # warcio gives every ARC record header fields as WARC has them
            if not (length.isascii() and length.isdecimal()):
                yield offset, "a record without a length"
            elif got < int(length) and field(fields, "WARC-Type") != "warcinfo":  # warcio has read that one's itself
                yield offset, "the record is shorter than it says"
            elif not _DATE.fullmatch(field(fields, "WARC-Date") or ""):
                yield offset, "a record without a date"
            else:
                yield offset, None
    except ARC_ERRORS as error:
        line = (str(error).strip().splitlines() or [type(error).__name__])[0]
        yield offset, f"it cannot be read further: {line}"
