"""Are the links and seals of an archive's segments right? Read with warcio and hashlib alone."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from warcio.archiveiterator import ArchiveIterator


def log_faults(folder: Path) -> list[str]:
    """What is wrong with them, one line each."""
    faults, before = [], None
    paths = [path for path in sorted((folder / "archive").iterdir()) if path.stat().st_size]
    sealed = 0
    for path in paths:
        records, offset = 0, 0
        with path.open("rb") as file:
            iterator = ArchiveIterator(file, no_record_parse=True)
            for number, record in enumerate(iterator):
                block = record.raw_stream.read()
                offset = iterator.get_record_offset()
                if number == 0:
                    info = dict(line.split(": ", 1) for line in block.decode().splitlines())
                    link = (info.get("previous-segment"), info.get("previous-segment-digest"))
                    if link != (before or (None, None)):
                        faults.append(f"{path.name}: names {link} as what came before, not {before}")
                if (record.rec_headers.get_header("WARC-Target-URI") or "").startswith("urn:archiver:seal:"):
                    seal = json.loads(block)["seal"]
                    digest = hashlib.sha256(path.read_bytes()[:offset]).hexdigest()
                    says = (seal["segment"], seal["records"], seal["bytes"], seal["digest"])
                    if says != (path.name, records, offset, f"sha256:{digest}"):
                        faults.append(f"{path.name}: its seal does not hold")
                    sealed += 1
                records += 1
        before = (path.name, "sha256:" + hashlib.sha256(path.read_bytes()).hexdigest())
    if not sealed:
        faults.append("no segment is sealed")
    return faults
