"""The index of a package: `index.cdx.gz`, blocks of sorted CDXJ lines, and `index.idx`, which block begins with what.

ZipNum, as pywb, cdxj-indexer and ReplayWeb.page read it: each block is one gzip member, so that a reader fetches only
the one that it needs; the first line of `index.idx` names format and file.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import IO

from isal import igzip_lib

LINES = 1024
"""Lines of one block, as py-wacz and ArchiveWeb.page have them."""

LEVEL = 2


def write_zipnum(lines: Iterable[bytes], index: IO[bytes], blocks: IO[bytes], name: str) -> int:
    """Write sorted index lines as blocks into `blocks`, and the line of each block into `index`; the number of lines.

    name: of the file of blocks, as a reader finds it beside the index.
    """
    index.write(b"!meta 0 " + json.dumps({"format": "cdxj-gzip-1.0", "filename": name}).encode() + b"\n")
    count = offset = 0
    block: list[bytes] = []
    for line in lines:
        block.append(line)
        count += 1
        if len(block) == LINES:
            offset += _write_block(block, offset, index, blocks)
            block.clear()
    if block:
        _write_block(block, offset, index, blocks)
    return count


def _write_block(block: list[bytes], offset: int, index: IO[bytes], blocks: IO[bytes]) -> int:
    data = bytes(igzip_lib.compress(b"".join(block), LEVEL, igzip_lib.COMP_GZIP))
    blocks.write(data)
    key = block[0].split(b" {", 1)[0]
    place = {"offset": offset, "length": len(data), "digest": "sha256:" + hashlib.sha256(data).hexdigest()}
    index.write(key + b" " + json.dumps(place).encode() + b"\n")
    return len(data)
