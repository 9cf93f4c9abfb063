"""Does a record's block match the digests that its header declares? In one pass over the block.

The rules are those of `archiver.store.digests`, which reads a block as often as it needs; here it passes once, while
the file is swept. What is kept of it is the body of a chunked response whose payload digest does not match as
transferred: it is then read again without its chunks.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from typing import IO, BinaryIO, NamedTuple, cast

from archiver.http1 import dechunk
from archiver.store.digests import BLOCK, MAX_HEAD, PAYLOAD_FIELDS, Hasher, digest_algorithm, new_hasher, spells
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
    # a revisit's payload digest speaks of the original's payload
    names = _ALL if get("warc-type", "").lower() != "revisit" else _ALL[:1]
    wanted = [(name, value) for lowered, name in names if (value := get(lowered))]
    block = {found: _new(found) for name, value in wanted if name == BLOCK and (found := digest_algorithm(value))}
    payload = {found: _new(found) for name, value in wanted if name != BLOCK and (found := digest_algorithm(value))}
    pieces = record.pieces()
    start, head = _start(pieces, http=get("content-type", "").lower().startswith("application/http"))
    if not head:  # block and payload are the same bytes
        payload = {name: block.get(name, hasher) for name, hasher in payload.items()}
        updates: list[Update] = [hasher.update for hasher in {**payload, **block}.values()]
    else:
        for hasher in block.values():
            hasher.update(head)
        start = start[len(head) :]
        updates = [hasher.update for hasher in (*block.values(), *payload.values())]
    if keep is not None:
        keep += head
        updates.append(lambda piece: keep.extend(piece[: MAX_KEPT - len(keep)]))
    chunked = bool(head and payload) and b"chunked" in head.lower()
    with tempfile.SpooledTemporaryFile(IN_MEMORY, prefix="archiver-") if chunked else nullcontext() as aside:
        if aside is not None:
            updates.append(aside.write)
        for update in updates:
            update(start)
        for piece in pieces:
            for update in updates:
                update(piece)
        results = [(name, value, _matches(value, block if name == BLOCK else payload)) for name, value in wanted]
        if aside is not None and any(matches is False and name != BLOCK for name, _, matches in results):
            results = _without_chunks(results, aside)
    return Digested(tuple(results), head)


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


def _matches(declared: str, hashers: dict[str, Hasher]) -> bool | None:
    algorithm = digest_algorithm(declared)
    if algorithm is None:
        return None
    return spells(declared.partition(":")[2].strip(), hashers[algorithm].digest())


def _without_chunks(results: list[Result], body: IO[bytes]) -> list[Result]:
    """The payload digests that did not match, against the body without its chunks."""
    hashers = {found: _new(found) for _, value, _ in results if (found := digest_algorithm(value))}
    body.seek(0)
    for piece in dechunk(cast(BinaryIO, body)):
        for hasher in hashers.values():
            hasher.update(piece)
    return [
        (name, value, _matches(value, hashers) if matches is False and name != BLOCK else matches)
        for name, value, matches in results
    ]
