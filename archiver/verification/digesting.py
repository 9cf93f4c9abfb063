"""Does a record's block match the digests that its header declares? In one pass over the block.

The rules are those of `archiver.store.digests`, which reads a block as often as it needs; here it passes once, while
the file is swept. What is kept of it is the body of a chunked response whose payload digest does not match as
transferred: it is then read again without its chunks.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Iterator
from typing import IO, BinaryIO, NamedTuple, cast

from archiver.http1 import dechunk
from archiver.store.digests import (
    BLOCK,
    MAX_HEAD,
    PAYLOAD_FIELDS,
    SEGMENT_NUMBER,
    Hasher,
    digest_algorithm,
    new_hasher,
    of_nothing,
    spells,
)
from archiver.store.recordheader import HEADER_END
from archiver.store.sweep import SweptRecord

IN_MEMORY = 4 << 20
"""Of a chunked body."""

MAX_KEPT = 8 << 20
"""Of a block that is kept; seals have some hundred bytes."""


Result = tuple[str, str, bool | None]
"""Field, declared digest, whether it matches (null: the algorithm is not known)."""


Update = Callable[[memoryview], object]


class Digested(NamedTuple):
    """What a record's block came to."""

    results: tuple[Result, ...]
    head: bytes
    """The HTTP head of a block that has one, its empty line included."""


def digested(record: SweptRecord, keep: bytearray | None = None) -> Digested:
    """Read the block and compare. keep: takes up the block itself, as far as a conclusion may go.

    Raises `DamagedError` where it is not whole, and what `SweptRecord.pieces` raises.
    """
    get = record.known.get
    # which digests are of other bytes than the record's: see `check_digests`
    revisit = get("warc-type", "").lower() == "revisit"
    segmented = _SEGMENT_NUMBER in record.known
    names = _ALL if not revisit and not segmented else _ALL[:1]
    if segmented:
        record.oddities.append("records in segments, whose payload digests are of all segments and were not checked")
    wanted = [(name, value, digest_algorithm(value)) for lowered, name in names if (value := get(lowered))]
    pieces = record.pieces()
    start, head = _start(pieces, http=get("content-type", "").lower().startswith("application/http"))
    # where there is no head, block and payload are the same bytes
    block: dict[str | None, Hasher] = {}
    payload = {} if head else block
    for name, _, algorithm in wanted:
        hashers = block if name == BLOCK else payload
        if algorithm is not None and algorithm not in hashers:
            hashers[algorithm] = _new(algorithm)
    updates: list[Update] = [hasher.update for hasher in block.values()]
    if head:
        for update in updates:
            update(memoryview(head))
        start = start[len(head) :]
        updates += [hasher.update for hasher in payload.values()]
    if keep is not None:
        keep += head
        updates.append(lambda piece: keep.extend(piece[: MAX_KEPT - len(keep)]))
    chunked = bool(head and payload) and b"chunked" in head.lower()
    if chunked:
        with tempfile.SpooledTemporaryFile(IN_MEMORY, prefix="archiver-") as aside:
            updates.append(aside.write)
            _pass(start, pieces, updates)
            results = _compare(wanted, block, payload)
            if any(matches is False and name != BLOCK for name, _, matches in results):
                results = _without_chunks(results, aside)
    else:
        _pass(start, pieces, updates)
        results = _compare(wanted, block, payload)
    if revisit and (kept := [one for one in results if one[2] is not False or not of_nothing(one[1])]) != results:
        record.oddities.append("block digests of revisit records that are of no bytes, as wget writes them")
        results = kept
    return Digested(tuple(results), head)


def _pass(start: memoryview, pieces: Iterator[memoryview], updates: list[Update]) -> None:
    for update in updates:
        update(start)
    for piece in pieces:
        for update in updates:
            update(piece)


def _compare(
    wanted: list[tuple[str, str, str | None]], block: dict[str | None, Hasher], payload: dict[str | None, Hasher]
) -> list[Result]:
    results: list[Result] = []
    for name, value, algorithm in wanted:
        digest = (block if name == BLOCK else payload)[algorithm].digest() if algorithm is not None else None
        results.append((name, value, None if digest is None else spells(value.partition(":")[2].strip(), digest)))
    return results


_SEGMENT_NUMBER = SEGMENT_NUMBER.lower()
_ALL = tuple((name.lower(), name) for name in (BLOCK, *PAYLOAD_FIELDS))
_FAST = {"sha1": hashlib.sha1, "sha256": hashlib.sha256, "md5": hashlib.md5}
_NOTHING = memoryview(b"")


def _new(name: str) -> Hasher:
    return _FAST[name](usedforsecurity=False) if name in _FAST else new_hasher(name)


def _start(pieces: Iterator[memoryview], *, http: bool) -> tuple[memoryview, bytes]:
    """The block's first bytes, and of them its HTTP head, where it has one."""
    start = next(pieces, _NOTHING)
    if not http:
        return start, b""
    while True:
        if (begin := bytes(start[:2])).startswith((b"\n", b"\r\n")):  # an empty head
            return start, begin if begin == b"\r\n" else b"\n"
        if found := HEADER_END.search(start):
            return start, bytes(start[: found.end()])
        more = next(pieces, None)
        if more is None or len(start) >= MAX_HEAD:
            if more is not None:
                start = memoryview(b"".join((start, more)))
            return start, bytes(start[:MAX_HEAD])
        start = memoryview(b"".join((start, more)))


def _without_chunks(results: list[Result], body: IO[bytes]) -> list[Result]:
    """The payload digests that did not match, against the body without its chunks."""
    failed = [
        (name, value, digest_algorithm(value)) for name, value, matches in results if matches is False and name != BLOCK
    ]
    hashers: dict[str | None, Hasher] = {algorithm: _new(algorithm) for _, _, algorithm in failed if algorithm}
    body.seek(0)
    for piece in dechunk(cast(BinaryIO, body)):
        for hasher in hashers.values():
            hasher.update(piece)
    again = iter(_compare(failed, {}, hashers))
    return [
        next(again) if matches is False and name != BLOCK else (name, value, matches)
        for name, value, matches in results
    ]
