"""One unit of a scan from end to end: what a process or an executor of a cluster runs.

The same unit gives the same rows wherever and however often it runs, and they appear at once under the unit's own name.
So a unit that was tried twice, or by two at a time, is there once.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable
from contextlib import closing
from functools import lru_cache, partial
from pathlib import Path

from archiver.errors import ArchiverError
from archiver.scan.freed import keep
from archiver.scan.inputs.opening import open_unit, read_range
from archiver.scan.pages import Looked
from archiver.scan.pagetime import PageTime, SlowPageError
from archiver.scan.prefilter.passing import Prefilter
from archiver.scan.reading.warcfile import Reading
from archiver.scan.rowfile import RowWriter
from archiver.scan.rows import Row
from archiver.scan.unit import Damage, Done, EngineName, Options, Progress, Unit

MAX_TOLD = 1000
"""Damaged places of one unit that are told one by one."""

MAX_FAULTS = 20
"""Faults of the program itself in one unit that are told one by one."""


OnProgress = Callable[[Progress], None]


def no_progress(_progress: Progress) -> None:
    """Nobody wants to know."""


@lru_cache(maxsize=2)
def _prefilter(engine: EngineName | None) -> Prefilter:
    return Prefilter(engine=engine)


class _Told:
    """Places of a unit: so many one by one, the rest as a number."""

    def __init__(self, most: int) -> None:
        self._most = most
        self.told: list[Damage] = []
        self.more = 0

    def add(self, place: Damage) -> None:
        if len(self.told) < self._most:
            self.told.append(place)
        else:
            self.more += 1


def work(unit: Unit, rows_folder: Path, options: Options | None = None, progress: OnProgress = no_progress) -> Done:
    """Scan one unit and put its rows into `rows_folder`, as `UNIT.rows`.

    progress: told after each page. What is wrong with the file is in the result; the rows before it count.

    Raises `OSError` where the rows cannot be written.
    """
    options = options or Options()
    keep()
    looked = Looked(_prefilter(options.engine).may_hold_posts)
    damage, faults = _Told(MAX_TOLD), _Told(MAX_FAULTS)
    error: str | None = None
    reading: Reading | None = None
    with RowWriter(rows_folder, unit.id) as writer, PageTime(options.page_seconds) as time:
        try:
            with closing(open_unit(unit, web=options.web)) as stream:
                reading = Reading(unit, stream, read_range=partial(read_range, web=options.web))
                for item in reading:
                    if isinstance(item, Damage):
                        damage.add(item)
                        continue
                    rows: list[Row] = []
                    try:
                        rows = time.of(partial(looked.rows, unit.file, item))
                    except SlowPageError as slow:
                        damage.add(Damage(item.offset, _reached(unit, reading, item.offset), slow.problem))
                    except Exception:
                        # one page must not cost the crawl; the run tells of it and ends as a fault
                        faults.add(Damage(item.offset, None, traceback.format_exc(limit=-4)))
                    if rows:
                        writer.add(rows)
                    progress(Progress(reading.read, looked.pages, writer.count))
        except ArchiverError as problem:
            error = f"{problem.problem} ({problem.hint})" if problem.hint else problem.problem
        if reading is not None:
            progress(Progress(reading.read, looked.pages, writer.count))
        rows_file = writer.finish()
        count = writer.count
    return Done(
        unit=unit,
        rows_file=rows_file,
        rows=count,
        records=reading.records if reading else 0,
        pages=looked.pages,
        looked_at=looked.looked_at,
        unread=looked.unread,
        read=reading.read if reading else 0,
        damage=tuple(damage.told),
        more_damage=damage.more,
        faults=tuple(faults.told),
        more_faults=faults.more,
        first=reading.first if reading else None,
        next=reading.next if reading else None,
        error=error,
    )


def _reached(unit: Unit, reading: Reading, offset: int) -> int:
    """How far a file is read when its page at `offset` was looked at."""
    return offset + dict(unit.ranges)[offset] if unit.ranges else unit.start + reading.read
