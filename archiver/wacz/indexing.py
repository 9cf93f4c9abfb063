"""CDXJ lines of whole WARC files, byte for byte as `cdxj-indexer` writes them, in one fast pass.

`SURT TIMESTAMP {JSON}` for each response, revisit, resource and metadata record, as `archiver.store.cdxj` writes it for
the archive's own segments. Where a file is damaged, cdxj-indexer stops, or lists what it takes for the record; here the
damage is told of and the next record that can be read is listed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, NamedTuple

from archiver.errors import InputError
from archiver.linesorter import LineSorter
from archiver.store.cdxj import INDEXED_TYPES, IndexRow, Listed, cdxj_line, listed, listed_type
from archiver.store.records import bare
from archiver.store.surt import surt
from archiver.store.sweep import Damage, Sweep, SweptRecord
from archiver.store.warcfile import DamagedError, Place

USUAL_HEAD = 4096
_UNUSUAL = re.compile(rb"[^\t\r\n -~]|\n[ \t]")
"""In an HTTP head: what is no printable ASCII, and lines that go on."""

_CONTENT_TYPE = re.compile(rb"\ncontent-type[ \t]*:([^\n]*)", re.IGNORECASE)

DigestOf = Callable[[Place], str]
"""`sha256:HEX` of a record's bytes as they lie in the file."""


class Entry(NamedTuple):
    """One record that an index lists."""

    line: bytes
    """Its index line, with its line end."""
    type: str
    url: str
    date: str
    """As in the record's `WARC-Date`."""
    mime: str | None
    status: str | None
    offset: int
    """Where the record lies in the file."""


def index_entries(
    file: BinaryIO, name: str, *, digest_of: DigestOf | None = None, bounded: bool = True
) -> Iterator[Entry | Damage]:
    """The records of a WARC file that an index lists, and the damage between them, in the file's order.

    Arguments: `file`, opened for reading bytes, seekable; `name`, which stands in the lines as the file's; `digest_of`,
    asked for each listed record's own digest, which goes into its line (`recordDigest`); `bounded`, whether compressed
    data may expand only so far.

    Raises `LimitError` where it expands too far.
    """
    for record in Sweep(file, subject=name, bounded=bounded):
        if isinstance(record, Damage):
            yield record
            continue
        with suppress(DamagedError):  # the sweep tells of it
            entry = _entry(record, name, digest_of)
            if entry is not None:
                yield entry


def write_cdxj(target: BinaryIO, files: Sequence[Path]) -> list[str]:
    """Write the sorted index of WARC files, as `cdxj-indexer --sort` does; what of them could not be indexed.

    Raises `InputError` when a file cannot be read, `LimitError` where compressed data expands too far.
    """
    warnings = []
    with LineSorter() as lines:
        for path in files:
            try:
                with path.open("rb") as file:
                    for entry in index_entries(file, path.name):
                        if isinstance(entry, Damage):
                            warnings.append(f"{path}: {entry.problem}, at offset {entry.offset}")
                        else:
                            lines.add(entry.line)
            except OSError as error:
                raise InputError(f"cannot be read: {error.strerror or error}", subject=str(path)) from error
        target.writelines(lines)
    return warnings


def _entry(record: SweptRecord, name: str, digest_of: DigestOf | None) -> Entry | None:
    headers = record.known
    kind = headers.get("warc-type", "")
    if kind not in INDEXED_TYPES:
        return None
    found = _listed(record, kind, headers)
    if found is None:
        return None
    place = record.finish()
    if not place.length:
        return None  # it cannot be fetched alone
    url = bare(headers.get("warc-target-uri", "")).replace(" ", "%20")
    date = headers.get("warc-date", "")
    row = IndexRow(surt(url), date, kind, url, found.mime, found.status, found.digest, place.length, place.offset, name)
    line = cdxj_line(row)
    if digest_of is not None:
        line = f'{line[:-1]}, "recordDigest": "{digest_of(place)}"}}'
    return Entry(line.encode() + b"\n", kind, url, date, found.mime, found.status, place.offset)


def _listed(record: SweptRecord, kind: str, headers: dict[str, str]) -> Listed | None:
    """As `archiver.store.cdxj.listed`; what nearly all records are is read faster here."""
    pieces = record.pieces()
    digest = headers.get("warc-payload-digest")
    if kind in ("resource", "metadata") or not digest:
        return listed(record.fields, _Block(pieces))
    if not record.length or not bare(headers.get("warc-target-uri", "")).startswith(("http:", "https:")):
        return Listed(None, None, digest)
    first = next(pieces)
    start = bytes(first[:USUAL_HEAD])
    head, end, _ = start.partition(b"\r\n\r\n")
    status = head.partition(b"\n")[0].decode("latin-1").partition(" ")[2].strip().partition(" ")[0]
    if not end or not status or b"\n\n" in head or _UNUSUAL.search(head):
        return listed(record.fields, _Block(pieces, bytes(first)))
    found = _CONTENT_TYPE.search(head)
    content_type = found[1].decode("ascii").strip() if found else None
    return Listed(listed_type(content_type), status, digest)


class _Block:
    """A record's block, read by lines and by bytes."""

    def __init__(self, pieces: Iterator[memoryview], first: bytes = b"") -> None:
        self._pieces = pieces
        self._data = first
        self._at = 0

    def readline(self, size: int = -1, /) -> bytes:
        end = self._data.find(b"\n", self._at) + 1
        while not end and (size < 0 or len(self._data) - self._at < size) and (piece := next(self._pieces, b"")):
            begun = len(self._data) - self._at
            self._data, self._at = self._data[self._at :] + piece, 0
            end = self._data.find(b"\n", begun) + 1
        return self._take((end or len(self._data)) - self._at, size)

    def read(self, size: int = -1, /) -> bytes:
        while size < 0 or self._at >= len(self._data):
            piece = next(self._pieces, b"")
            if not piece:
                break
            self._data, self._at = self._data[self._at :] + piece, 0
        return self._take(len(self._data) - self._at, size)

    def _take(self, length: int, size: int) -> bytes:
        if 0 <= size < length:
            length = size
        self._at += length
        return self._data[self._at - length : self._at]
