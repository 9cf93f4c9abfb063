"""Is the archive's log unbroken? Each segment names the digest of the one before it, and its own before its seal.

So a record or segment that was removed, added, replaced or reordered shows, and so do header fields that were changed,
which no digest of a record covers. What the log alone cannot show is that its end is missing: the last segments, or
the last records of a segment without a seal. The index and the catalogue tell of those.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import BinaryIO

from archiver.model import Check
from archiver.store.conclusions import Imported, Seal, parse_conclusion
from archiver.store.foreign import taken_in
from archiver.store.segment import OWN_SEGMENT
from archiver.store.sweep import SweptRecord
from archiver.store.warcfile import Place
from archiver.verification.tally import Tally

NAME = "log"
PIECE = 1 << 20
MAX_IMPORTED = 100_000
CONCLUSION = "urn:archiver:"
SOFTWARE = "archiver/"

Open = Callable[[str], AbstractContextManager[BinaryIO]]
"""Opens a WARC file by the name of its entry."""


class LogEntry:
    """What one file says of itself and of the file before it."""

    def __init__(self, name: str, where: str) -> None:
        self.name = name
        self.where = where
        self.records = 0
        self.own = False
        """This program wrote it."""
        self.previous: str | None = None
        self.previous_digest: str | None = None
        self.seal: Seal | None = None
        self.seal_place: Place | None = None
        self.before_seal = 0
        """Records before the seal."""
        self.imported: list[tuple[Imported, str | None]] = []
        """Files that were taken in, and the record that says so."""
        self.concluded = False

    @property
    def logged(self) -> bool:
        return self.previous is not None or self.seal is not None

    def wants(self, record: SweptRecord) -> bool:
        """Is this a record that tells of the file? Its block is then needed."""
        record_type = record.known.get("warc-type")
        if record_type == "warcinfo":
            return not self.records
        return record_type == "metadata" and (record.known.get("warc-target-uri", "")).startswith(CONCLUSION)

    def see(self, record: SweptRecord, place: Place, block: bytes) -> None:
        """Take note of such a record."""
        if record.known.get("warc-type") == "warcinfo":
            info = dict(_info(block))
            self.own = info.get("software", "").startswith(SOFTWARE)
            if self.own:
                self.previous = info.get("previous-segment")
                self.previous_digest = info.get("previous-segment-digest")
            return
        if not (record.known.get("warc-target-uri", "")).startswith((f"{CONCLUSION}seal:", f"{CONCLUSION}imported:")):
            self.concluded = True
            return
        conclusion = parse_conclusion(block)
        if conclusion is None:
            return
        if conclusion.seal is not None and self.seal is None:
            self.seal, self.seal_place, self.before_seal = conclusion.seal, place, self.records
        if conclusion.imported is not None and len(self.imported) < MAX_IMPORTED:
            self.imported.append((conclusion.imported, record.record_id))


def _info(block: bytes) -> list[tuple[str, str]]:
    lines = block[: 1 << 16].decode("utf-8", "replace").split("\n")
    return [(name.strip().lower(), value.strip()) for name, colon, value in (line.partition(":") for line in lines)]


def check_log(entries: Sequence[LogEntry], open_file: Open, *, whole: bool) -> Check:
    """One check over all files of an archive (`whole`), or of those of it that are there.

    Raises `OSError`, and what opening a file raises.
    """
    tally = Tally(NAME)
    # another archive's segments that were taken in belong to its log, not to this one
    own = sorted((entry for entry in entries if (entry.own or entry.logged) and not taken_in(entry.name)), key=_order)
    named = {entry.previous for entry in own}
    digests: dict[str, str] = {}
    for entry in own:
        if entry.seal is not None or entry.name in named:
            digests[entry.name] = _look_at_seal(entry, open_file, tally, whole=whole)
    _look_at_chain(own, digests, tally, whole=whole)
    if whole:
        _look_at_imported(entries, open_file, tally)
    return tally.check()


def _order(entry: LogEntry) -> tuple[int, str]:
    """Segments in the order in which they were written: their names carry their number."""
    found = OWN_SEGMENT.fullmatch(entry.name)
    return (int(found[1]) if found else 0, entry.name)


def _look_at_seal(entry: LogEntry, open_file: Open, tally: Tally, *, whole: bool) -> str:
    """Compare a segment with its seal, where it has one; the digest of the whole file."""
    seal = entry.seal
    cut = entry.seal_place.offset if entry.seal_place else 0
    with open_file(entry.name) as stream:
        before, digest = _digests(stream, cut)
    if seal is None or entry.seal_place is None:
        return digest
    tally.checked += 1

    def problem(what: str) -> None:
        tally.problem(what, where=entry.where, offset=cut)

    if seal.segment != entry.name:
        if whole:
            problem(f"its seal is that of {seal.segment}")
        else:
            tally.note(f"a file that was called {seal.segment} when it was sealed")
    if seal.digest != before or seal.bytes != cut:
        problem("what comes before the seal is not what was sealed")
    if seal.records != entry.before_seal:
        problem(f"{seal.records:,} records were sealed, and there are {entry.before_seal:,}")
    if (seal.previous, seal.previous_digest) != (entry.previous, entry.previous_digest):
        problem("its seal and its warcinfo name different segments before it")
    if entry.records > entry.before_seal + 1:
        problem("records after the seal")
    return digest


def _digests(stream: BinaryIO, cut: int) -> tuple[str, str]:
    """SHA-256 of the first `cut` bytes, and of all."""
    hasher = hashlib.sha256()
    before = hasher.copy()
    position = 0
    while piece := stream.read(min(PIECE, cut - position) if position < cut else PIECE):
        hasher.update(piece)
        position += len(piece)
        if position == cut:
            before = hasher.copy()
    return "sha256:" + before.hexdigest(), "sha256:" + hasher.hexdigest()


def _look_at_chain(own: Sequence[LogEntry], digests: dict[str, str], tally: Tally, *, whole: bool) -> None:
    logging = False
    for index, entry in enumerate(own):
        before = own[index - 1].name if index else None
        if entry.previous is not None:
            tally.checked += 1
            if entry.previous not in digests:
                if whole:
                    tally.problem(f"the segment before it, {entry.previous}, is gone", where=entry.where)
                else:
                    tally.note("the segment before the first one is not in it, and was not compared")
            elif digests[entry.previous] != entry.previous_digest:
                tally.problem(f"the segment before it, {entry.previous}, is not what it was", where=entry.where)
            elif whole and entry.previous != before:
                tally.problem(f"{before} stands between it and {entry.previous}", where=entry.where)
        elif whole and before is not None and (logging or entry.seal is not None):
            tally.problem("it does not name the segment before it", where=entry.where)
        logging = logging or entry.logged
    if logging and own[-1].seal is None:
        tally.checked += 1
        tally.note(f"{own[-1].name} has no seal: its run goes on, or was cut off")


def _look_at_imported(entries: Sequence[LogEntry], open_file: Open, tally: Tally) -> None:
    present = {entry.name: entry for entry in entries}
    told: set[str] = set()
    for entry in entries:
        for imported, record_id in () if taken_in(entry.name) else entry.imported:
            told.add(imported.file)
            tally.checked += 1
            if imported.file not in present:
                tally.problem(f"{imported.file}, which was taken in, is gone", where=entry.where, record_id=record_id)
                continue
            with open_file(imported.file) as stream:
                digest = _digests(stream, 0)[1]
            if digest != imported.digest:
                tally.problem(f"{imported.file} is not what was taken in", where=entry.where, record_id=record_id)
    for name in sorted(present):
        if taken_in(name) and name not in told:
            tally.note(f"nothing says that {name} was taken in: take it in again")
