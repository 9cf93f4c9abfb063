"""Is a WARC file whole, record by record? Its structure, its end, the headers and the digests, in one pass."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, NamedTuple

from archiver.errors import ArchiverError, ExitCode
from archiver.model import Check
from archiver.store.digests import BLOCK
from archiver.store.foreign import taken_in
from archiver.store.sweep import SEVERAL, Damage, Sweep, SweptRecord
from archiver.store.warcfile import DamagedError, is_arc
from archiver.verification.arcfile import look_at_arc
from archiver.verification.digesting import digested
from archiver.verification.headers import look_at_header
from archiver.verification.log import LogEntry
from archiver.verification.notebook import Notebook
from archiver.verification.tally import Tally

STEP = 4 << 20
"""Bytes between two reports of progress."""

AS_ONE = "the file is one gzip member: no record can be fetched alone, as index and replay do (`warcio recompress`)"

_STATUS = re.compile(rb"HTTP/[0-9.]+ +([1-5][0-9]{2})(?![0-9])")


class StoppedVerificationError(ArchiverError):
    """Whoever asked for the verification asked to stop it."""

    exit_code = ExitCode.INTERRUPTED


def shown(name: str) -> str:
    """A file's name in words: it may be no text."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


class Watch(NamedTuple):
    """How a verification tells of itself, and how it is stopped."""

    progress: Callable[[int, int], None]
    """Told how many bytes of how many are done."""
    stop: Callable[[], bool]
    total: int

    def at(self, done: int) -> None:
        """Raises `StoppedVerificationError`."""
        if self.stop():
            raise StoppedVerificationError("stopped before everything was looked at")
        self.progress(min(done, self.total), self.total)


class RecordChecks:
    """The checks of records, over all files of a package or archive."""

    def __init__(self, notebook: Notebook, watch: Watch, *, bounded: bool = True, one_by_one: bool = True) -> None:
        """bounded: as for `Sweep`. one_by_one: whether each record has to be fetched alone, by an index: a file that is
        one gzip member as a whole is damaged then."""
        self._one_by_one = one_by_one
        self._bounded = bounded
        self.notebook = notebook
        self.watch = watch
        self.done = 0
        """Bytes of the files before the present one."""
        self.structure = Tally("file structure")
        self.completeness = Tally("completeness")
        self.headers = Tally("record headers")
        self.blocks = Tally("block digests")
        self.payloads = Tally("payload digests")
        self.log: list[LogEntry] = []
        self.concluded = False
        """A record of this program's own conclusions was among them."""
        self.arc = False
        """One of the files is an ARC file."""
        self._without_digest = 0
        """Records that declare none of their block."""

    def sweep_file(self, path: Path, where: str, *, growing: bool = False) -> None:
        """Check one WARC or ARC file on disk. growing: as for `sweep`. Raises as `sweep` does."""
        where = shown(where)
        with path.open("rb") as stream:
            if is_arc(stream, 0):
                self._arc(path, where)
            else:
                self.sweep(stream, where.rpartition("/")[2], where, growing=growing)

    def sweep(
        self, stream: BinaryIO, name: str, where: str, *, packed: int | None = None, growing: bool = False
    ) -> None:
        """Check one WARC file. name: as an index names it. where: as problems name it. packed: as for `Sweep`. growing:
        somebody writes to it, so that its last record may not be there yet.

        Raises `LimitError`, `OSError`, `StoppedVerificationError`.
        """
        for tally in (self.structure, self.completeness, self.headers, self.blocks, self.payloads):
            tally.where = where
        sweep = Sweep(stream, packed=packed, subject=where, bounded=self._bounded)
        entry = LogEntry(name, where)
        self.completeness.checked += 1
        records = 0
        reported = 0
        compressed: bool | None = None
        as_one: Damage | None = None
        for item in sweep:
            if isinstance(item, Damage):
                if item.torn and growing:
                    self.completeness.note(f"{where} is being written: its last record is not there yet")
                elif not self._one_by_one and item.problem == SEVERAL and item.offset == 0:
                    as_one = item
                else:
                    self._damage(item)
                continue
            records += 1
            if compressed is None:
                compressed = item.compressed
            elif item.compressed is not compressed:  # readers take the whole file for what its first record is
                is_what = "compressed" if item.compressed else "not compressed"
                self.structure.problem(
                    f"a record that is {is_what}, unlike the first", offset=item.offset, record_id=item.record_id
                )
            self._record(item, name, entry)
            if sweep.position - reported >= STEP:
                reported = sweep.position
                self.watch.at(self.done + reported)
        if as_one is not None and sweep.members > 1:
            self._damage(as_one)
        elif as_one is not None:
            self.structure.note(AS_ONE)
        if not records and not growing:
            self.structure.problem("no WARC record in it")
        self.structure.checked += records
        self.log.append(entry)

    def _arc(self, path: Path, where: str) -> None:
        """An ARC file, which has no digests and no record ids: its structure alone."""
        self.structure.where = self.completeness.where = where
        self.arc = True
        self.completeness.checked += 1
        self.structure.note("an ARC file: it declares no digests")
        with path.open("rb") as file:
            for offset, problem in look_at_arc(file, path.stat().st_size, where):
                if problem is None:
                    self.structure.checked += 1
                else:
                    self.structure.problem(problem, offset=offset)

    def _record(self, record: SweptRecord, name: str, entry: LogEntry) -> None:
        look_at_header(record, self.headers)
        own = entry.wants(record)
        try:
            if own:
                block = bytearray()
                found = digested(record, keep=block)
            else:
                found = digested(record)
            place = record.finish()
        except DamagedError:
            return  # the sweep tells of it
        for field, declared, matches in found.results:
            tally = self.blocks if field == BLOCK else self.payloads
            if matches is None:
                tally.unchecked(f"digests of an algorithm that is not known ({declared.partition(':')[0][:40]})")
                continue
            tally.checked += 1
            if not matches:
                what = "block" if field == BLOCK else "payload"
                tally.problem(
                    f"the {what} does not match its {field}", offset=record.offset, record_id=record.record_id
                )
        for oddity in record.oddities:
            self.structure.note(oddity)
        if own:
            entry.see(record, place, bytes(block))
            self.concluded = self.concluded or entry.concluded
        if not found.results or found.results[0][0] != BLOCK:
            if entry.own:
                what = f"no {BLOCK}, which this program writes in every record"
                self.blocks.problem(what, offset=record.offset, record_id=record.record_id)
            else:
                self._without_digest += 1
        entry.records += 1
        status = _STATUS.match(found.head)
        self.notebook.add(name, record, place, int(status[1]) if status else None)

    def _damage(self, damage: Damage) -> None:
        if damage.torn:
            self.completeness.problem(damage.problem, offset=damage.offset, record_id=damage.record_id)
        else:
            self.structure.problem(damage.problem, offset=damage.offset, record_id=damage.record_id)

    def checks(self) -> list[Check]:
        """Their verdicts, when all files were swept."""
        for record_id, file, offset, first in self.notebook.twice():
            if file != first and (taken_in(file) or taken_in(first)):
                self.headers.note("a file that was taken in holds records that another file has, too")
                continue
            self.headers.problem(
                "a record id that another record has, too", where=file, offset=offset, record_id=record_id
            )
        if self._without_digest and self.blocks.checked:  # else the check is absent, which says it
            self.blocks.note(f"records that declare none, so that nothing tells of a change: {self._without_digest:,}")
        return [
            tally.check() for tally in (self.structure, self.completeness, self.headers, self.blocks, self.payloads)
        ]
