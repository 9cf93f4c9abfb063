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
from pathlib import Path

from archiver.model import Capture
from archiver.store.segment import sync_folder
from archiver.store.surt import surt

_NO_PUNCTUATION = str.maketrans("", "", "-:T")

INDEXED_TYPES = frozenset({"response", "revisit", "resource"})


def cdxj_line(capture: Capture) -> str:
    """One index line, without its line end."""
    mime = "warc/revisit" if capture.record_type == "revisit" else capture.content_type
    fields = {"url": capture.target_uri}
    if mime:
        fields["mime"] = mime
    if capture.status:
        fields["status"] = str(capture.status)
    if capture.payload_digest:
        fields["digest"] = capture.payload_digest
    fields["length"] = str(capture.length)
    fields["offset"] = str(capture.offset)
    fields["filename"] = capture.file
    time = capture.time.isoformat()[:19].translate(_NO_PUNCTUATION)
    return f"{surt(capture.target_uri)} {time} {json.dumps(fields)}"


def write_index(path: Path, captures: Iterable[Capture]) -> None:
    """Write a segment's index, sorted by bytes; the old one stays in place until the new one is whole."""
    lines = sorted(cdxj_line(capture).encode() for capture in captures if capture.record_type in INDEXED_TYPES)
    temporary = path.with_suffix(".tmp")
    with temporary.open("wb") as file:
        file.writelines(line + b"\n" for line in lines)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    sync_folder(path.parent)


def index_path(indexes: Path, segment: str) -> Path:
    return indexes / (segment.removesuffix(".gz").removesuffix(".warc") + ".cdxj")
