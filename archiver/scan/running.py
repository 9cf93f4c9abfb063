"""A whole scan: units to processes (or to a cluster), each result into the ledger, parts of a file checked to meet.

A part of a file begins where its reader finds the first record behind some offset. Whether a record truly begins there
only the part before it can say, which comes there record by record: it has to end where this one began. Where it does
not (a WARC file within a WARC file), the part is read again from where it should have begun.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Protocol

import msgspec

from archiver.errors import LimitError
from archiver.scan.ledger import Ledger
from archiver.scan.pool import Failed
from archiver.scan.rowfile import row_file, sweep
from archiver.scan.table import retract, tidy
from archiver.scan.unit import Done, Unit


class Runner(Protocol):
    """What works on units: the processes of this machine, or a cluster."""

    def __call__(self, units: Iterable[Unit]) -> Iterator[Done | Failed]:
        """What came of each unit, in any order; fewer where it was told to stop."""
        ...


def enter(ledger: Ledger, units: Iterable[Unit], *, stop: Callable[[], bool] = lambda: False) -> None:
    """Enter units into the ledger, each record of a file once: where an index names records of a file that is read as a
    whole, or was named by another index, they are not read again, and a file stays in the parts in which it was begun.
    Of a file that changed since it was read, what was read of it is taken out.

    stop: true where no further file is to be entered.

    Raises `ArchiveError`.
    """
    held: list[Unit] = []
    file = ""
    known: list[Unit] = []
    for unit in units:
        if unit.file != file:
            ledger.add(held)
            held = []
            if stop():
                return
            file = unit.file
            known = [one for one, _ in ledger.of_file(file)]
        replaced = [one for one in known if _replaces(unit, one)]
        known = [one for one in known if one not in replaced]
        fresh = _not_covered(unit, known)
        if fresh is not None:
            known.append(fresh)
        if replaced:
            ledger.add(held)
            held = []
            _clear(ledger, replaced)
            ledger.drop(replaced, fresh)
        elif fresh is not None:
            held.append(fresh)
    ledger.add(held)


def _replaces(unit: Unit, known: Unit) -> bool:
    """Whether a unit is to be read instead of another of its file: of another state, or of single records of what is to
    be read as a whole."""
    return (unit.size, unit.version) != (known.size, known.version) or (bool(known.ranges) and not unit.ranges)


def _not_covered(unit: Unit, known: Sequence[Unit]) -> Unit | None:
    """A unit without the records that others of its file read already; null where none are left."""
    if not unit.ranges:
        # a server may give parts of a file at one time and not at another
        in_other_parts = any(_overlap(unit, one) for one in known if not one.ranges)
        return unit if not in_other_parts or any(one.id == unit.id for one in known) else None
    if any(one.id == unit.id or not one.ranges for one in known):
        return None
    offsets = {offset for one in known for offset, _ in one.ranges}
    left = tuple(one for one in unit.ranges if one[0] not in offsets)
    return msgspec.structs.replace(unit, ranges=left) if left else None


def _overlap(one: Unit, other: Unit) -> bool:
    return (one.end is None or other.start < one.end) and (other.end is None or one.start < other.end)


def _clear(ledger: Ledger, units: Sequence[Unit]) -> None:
    """Take the rows of units away, wherever they are."""
    retract(ledger, units)
    for unit in units:
        row_file(ledger.rows_folder, unit.id).unlink(missing_ok=True)


def run(ledger: Ledger, runner: Runner, *, stop: Callable[[], bool]) -> Iterator[Done | Failed]:
    """Work on all units that wait; what comes of each, when the ledger knows it.

    stop: true where no further unit is to be begun.

    Raises `LimitError` where the disk takes no more, `ArchiveError` where the ledger cannot be written.
    """
    sweep(ledger.rows_folder)
    tidy(ledger)
    tried: set[str] = set()
    while not stop():
        # first: the run before may have been cut off when all was read
        for file in ledger.files_in_parts():
            _check_parts(ledger, file)
        waiting = [unit for unit in ledger.waiting() if unit.id not in tried]
        if not waiting:
            return
        tried.update(unit.id for unit in waiting)
        before = _partly_read(ledger, waiting)
        again: list[Done] = []
        for came in runner(waiting):
            if isinstance(came, Done):
                if came.unit.id in before:
                    again.append(came)
                else:
                    ledger.finish(came)
            elif came.disk:
                raise LimitError(came.what, subject=str(ledger.folder), hint="make room and run it again")
            yield came
        _finish_again(ledger, again, before)


def _partly_read(ledger: Ledger, units: Sequence[Unit]) -> dict[str, Done]:
    """What came before of units that are to be read again, where it is in the table."""
    found: dict[str, Done] = {}
    for file in {unit.file for unit in units if ledger.batch_of(unit) is not None}:
        found |= {unit.id: done for unit, done in ledger.of_file(file) if done is not None and done.error is not None}
    return found


def _finish_again(ledger: Ledger, came: Sequence[Done], before: Mapping[str, Done]) -> None:
    """Put what came of units in the place of what the table has of them, unless it is less: a server that is away must
    not cost what was read before it was."""
    better = []
    for done in came:
        known = before[done.unit.id]
        if done.error is not None and done.rows < known.rows:
            row_file(ledger.rows_folder, done.unit.id).unlink(missing_ok=True)
            ledger.finish(msgspec.structs.replace(known, error=done.error))
        else:
            better.append(done)
    retract(ledger, [done.unit for done in better])
    for done in better:
        ledger.finish(done)


def parts_meet(ledger: Ledger, file: str) -> bool:
    """Whether each part of a file begins where the one before it ends, as far as they are read: then none of these has
    to be read again."""
    return _apart(ledger, file) is None


def _check_parts(ledger: Ledger, file: str) -> None:
    """Put another unit in the place of each part that began where no record begins."""
    while (apart := _apart(ledger, file)) is not None:
        unit, begins = apart
        _clear(ledger, [unit])
        if begins is None:
            ledger.supersede(unit, None)
        else:
            ledger.supersede(unit, msgspec.structs.replace(unit, start=begins))
            return


def _apart(ledger: Ledger, file: str) -> tuple[Unit, int | None] | None:
    """The first part of a file that began where no record begins, and where it should have; null: it holds none at all.
    What lies behind a part that is not read cannot be judged."""
    expected: int | None = 0
    for unit, done in ledger.of_file(file):
        if done is None or done.error is not None or unit.ranges:
            return None
        if done.superseded:
            continue
        begins = None if expected is None or (unit.end is not None and expected >= unit.end) else expected
        if done.first != begins and (begins is None or unit.start != begins):
            return unit, begins
        if begins is not None:
            expected = done.next
    return None
