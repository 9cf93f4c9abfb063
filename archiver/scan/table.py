"""The table of mentions on the disk: Parquet files by month of capture, in batches that are there whole or not at all.

    mentions/month=2026-11/part-000001.parquet      one file a batch and month (`month=unknown`: no time of capture)

The folder is read by whatever reads partitioned Parquet (Hive's form of names). A batch counts once the ledger says so;
files of others are taken away when the next run begins.

Source: Apache Parquet; Hive partitioning as Apache Arrow and DuckDB read it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from archiver.errors import ArchiveError, LimitError, UsageError
from archiver.exporting.forms import arrow_schema
from archiver.scan.ledger import Held, Ledger
from archiver.scan.rowfile import AGAIN, read_rows
from archiver.scan.rows import COLUMNS, Row
from archiver.scan.unit import Unit
from archiver.store.durability import make_folder, sync_file, sync_folder

BATCH_ROWS = 500_000
"""Rows of a batch, or those of one unit, where it has more."""

GROUP_ROWS = 10_000
"""Rows of a Parquet row group."""

READ_ROWS = 1_000
"""Rows of a row group that are read together."""

MAX_HELD = 40_000
MAX_HELD_BYTES = 64 << 20
"""Rows that are in memory at a time, over all months: so many, with so much text."""

MAX_OPEN = 64
"""Files that are being written at a time. A month that comes again when its file was closed gets another one."""

YEARS = range(1990, 2101)
"""In which pages are captured; a crawl whose clock says another one must not make a folder for each month there is."""

TABLE = "mentions"
WHAT = "One row a post as a page shows it."

Advance = Callable[[int], None]


def no_advance(_rows: int) -> None:
    """Nobody wants to know."""


def publish(ledger: Ledger, advance: Advance = no_advance, *, stop: Callable[[], bool] = lambda: False) -> int:
    """Put the rows of all units that are done into the table; how many rows.

    advance: told of so many rows more. stop: true where no further batch is to be begun.

    Raises `UsageError` where pyarrow is missing, `LimitError` where the disk takes no more, `ArchiveError` where rows
    cannot be read again.
    """
    count = 0
    for batch in _batches(ledger.held()):
        if stop():
            break
        number = ledger.next_batch()
        files, written = _write(ledger, number, _held_rows(ledger, batch, advance))
        ledger.publish(number, files, written, [held.unit for held in batch])
        count += written
        for held in batch:
            (ledger.rows_folder / held.rows_file).unlink(missing_ok=True)
    return count


def retract(ledger: Ledger, units: Sequence[Unit]) -> None:
    """Take the rows of units out of the table, because they are to be read again. What else is in their batches is
    written anew.

    Raises as `publish` does.
    """
    of_batch: dict[int, list[Unit]] = {}
    for unit in units:
        batch = ledger.batch_of(unit)
        if batch is not None:
            of_batch.setdefault(batch, []).append(unit)
    if not of_batch:
        return
    files = dict(ledger.batches())
    for old, without in of_batch.items():
        number = ledger.next_batch()
        new, written = _write(ledger, number, _others(ledger.mentions, files[old], without))
        ledger.replace(old, number, new, written, without)
        for file in files[old]:
            (ledger.mentions / file).unlink(missing_ok=True)


def _others(folder: Path, files: Sequence[str], without: Iterable[Unit]) -> Iterator[Row]:
    """The rows that are not of these units."""
    spans: dict[str, list[tuple[int, int | None]]] = {}
    single: dict[str, set[int]] = {}
    for unit in without:
        if unit.ranges:  # records of other units may lie between them
            single.setdefault(unit.file, set()).update(offset for offset, _ in unit.ranges)
        else:
            spans.setdefault(unit.file, []).append((unit.start, unit.end))
    for row in _read(folder, files):
        if row.offset in single.get(row.file, ()):
            continue
        if not any(row.offset >= first and (end is None or row.offset < end) for first, end in spans.get(row.file, ())):
            yield row


def tidy(ledger: Ledger) -> None:
    """Take away what runs left that were cut off: files of the table that belong to no batch, rows that are in it.
    Units whose rows somebody took away, from their own file or from the table, are to be read again."""
    for batch, files in ledger.batches():
        if not all((ledger.mentions / file).is_file() for file in files):
            ledger.lose(batch)
    ledger.forget([one.unit for one in ledger.held() if not (ledger.rows_folder / one.rows_file).is_file()])
    known = {file for _, files in ledger.batches() for file in files}
    for path in ledger.mentions.glob("*/*"):
        if path.relative_to(ledger.mentions).as_posix() not in known:
            path.unlink(missing_ok=True)
    held = {one.rows_file for one in ledger.held()}
    for path in ledger.rows_folder.glob("*.rows"):
        if path.name not in held:
            path.unlink(missing_ok=True)


def files_of(ledger: Ledger) -> list[Path]:
    """The files of the table, in the order of the batches."""
    return [ledger.mentions / file for _, files in ledger.batches() for file in files]


def schema() -> Any:
    """The table's columns as a `pyarrow.Schema`."""
    pyarrow_modules()  # its error names the extra that scans want
    return arrow_schema(TABLE, WHAT, COLUMNS)


def pyarrow_modules() -> tuple[Any, Any]:
    """`pyarrow` and `pyarrow.parquet`.

    Raises `UsageError` where they are not installed.
    """
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        raise UsageError("the table needs pyarrow", hint="pip install 'archiver[scan]'") from None
    return pyarrow, pyarrow.parquet


def month_of(row: Row) -> str:
    """The partition that a row belongs to."""
    time = row.captured_at
    return f"{time:%Y-%m}" if time is not None and time.year in YEARS else "unknown"


def _batches(held: Iterable[Held]) -> Iterator[list[Held]]:
    batch: list[Held] = []
    rows = 0
    for one in held:
        if batch and rows + one.rows > BATCH_ROWS:
            yield batch
            batch, rows = [], 0
        batch.append(one)
        rows += one.rows
    if batch:
        yield batch


def _held_rows(ledger: Ledger, batch: Iterable[Held], advance: Advance) -> Iterator[Row]:
    for held in batch:
        path = ledger.rows_folder / held.rows_file
        count = 0
        try:
            for row in read_rows(path):
                count += 1
                advance(1)
                yield row
            if count != held.rows:
                raise ArchiveError("rows of the scan are missing", subject=str(path), hint=AGAIN)
        except ArchiveError:
            ledger.forget([held.unit])
            raise


class _Months:
    """One batch's files, which get their names when all of them are written."""

    def __init__(self, folder: Path, batch: int) -> None:
        self._arrow, self._parquet = pyarrow_modules()
        self._schema = schema()
        self._folder = folder
        self._batch = batch
        self._rows: dict[str, list[Row]] = {}
        self._held = 0
        self._bytes = 0
        self._writers: dict[str, Any] = {}
        """Those that are open, the one first that was not written to for longest."""
        self._files: dict[str, list[str]] = {}
        """The names of each month's."""

    def add(self, row: Row) -> None:
        month = month_of(row)
        rows = self._rows.setdefault(month, [])
        rows.append(row)
        self._held += 1
        self._bytes += len(row.page_url) + len(row.found_url or "") + len(row.text or "") + sum(map(len, row.links))
        if self._bytes >= MAX_HELD_BYTES:
            self._flush_all()
        elif len(rows) >= GROUP_ROWS:
            self._flush(month)
        elif self._held >= MAX_HELD:
            self._flush(max(self._rows, key=lambda month: len(self._rows[month])))

    def _flush_all(self) -> None:
        for month in sorted(self._rows):
            self._flush(month)
        self._bytes = 0

    def _flush(self, month: str) -> None:
        rows = self._rows.pop(month)
        self._held -= len(rows)
        writer = self._writers.pop(month, None)
        if writer is None:
            if len(self._writers) >= MAX_OPEN:
                self._writers.pop(next(iter(self._writers))).close()
            writer = self._new(month)
        self._writers[month] = writer
        columns = [list(values) for values in zip(*map(_values, rows), strict=True)]
        writer.write_table(self._arrow.table(columns, schema=self._schema))

    def _new(self, month: str) -> Any:
        folder = self._folder / f"month={month}"
        make_folder(folder)
        names = self._files.setdefault(month, [])
        names.append(f"part-{self._batch:06d}{f'-{len(names) + 1}' if names else ''}.parquet")
        return self._parquet.ParquetWriter(_unfinished(folder / names[-1]), self._schema, compression="zstd")

    def finish(self) -> list[str]:
        self._flush_all()
        self.close()
        files = []
        for month in sorted(self._files):
            folder = self._folder / f"month={month}"
            for name in self._files[month]:
                path = folder / name
                with _unfinished(path).open("rb") as file:
                    sync_file(file.fileno())
                os.replace(_unfinished(path), path)
                files.append(path.relative_to(self._folder).as_posix())
            sync_folder(folder)
        return files

    def close(self) -> None:
        while self._writers:
            self._writers.popitem()[1].close()


def _unfinished(path: Path) -> Path:
    # readers of partitioned Parquet pass over names that begin with a dot
    return path.with_name(f".{path.name}.part")


def _values(row: Row) -> list[Any]:
    values = [getattr(row, name) for name in row.__struct_fields__]
    values[_LINKS] = list(row.links)
    return values


_LINKS = Row.__struct_fields__.index("links")


def _write(ledger: Ledger, batch: int, rows: Iterator[Row]) -> tuple[list[str], int]:
    months = _Months(ledger.mentions, batch)
    count = 0
    try:
        for row in rows:
            months.add(row)
            count += 1
        return months.finish(), count
    except OSError as error:
        raise LimitError(
            f"the table cannot be written: {error.strerror or error}",
            subject=str(ledger.mentions),
            hint="make room and run it again",
        ) from error
    finally:
        months.close()


def _read(folder: Path, files: Iterable[str]) -> Iterator[Row]:
    _, parquet = pyarrow_modules()
    for file in files:
        with parquet.ParquetFile(folder / file, pre_buffer=False) as opened:
            for batch in opened.iter_batches(READ_ROWS):
                for values in batch.to_pylist():
                    values["links"] = tuple(values["links"] or ())
                    yield Row(**values)
