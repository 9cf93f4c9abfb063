"""The table of mentions as one file of JSON lines or CSV: in the order of the files, of their records, of the page."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from archiver.errors import LimitError
from archiver.exporting.columns import Kind, Table
from archiver.exporting.columns import Row as Values
from archiver.exporting.forms import Form, write_table
from archiver.scan.ledger import Ledger
from archiver.scan.posts.duck import database, parquet
from archiver.scan.rows import COLUMNS
from archiver.scan.table import TABLE, WHAT, files_of
from archiver.store.durability import sync_file

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

AT_ONCE = 2000
"""Rows that are in memory at a time."""

SORT_MEMORY = "256MB"
"""Of DuckDB; what does not fit is sorted in temporary files beside the output."""

Advance = Callable[[int], None]


def write_one_file(ledger: Ledger, form: Form, advance: Advance = lambda _rows: None) -> Path:
    """Write all mentions into `mentions.jsonl` or `mentions.csv` in the scan's folder, and return its path. It appears
    whole or not at all.

    Raises `UsageError` where DuckDB is missing, `LimitError` where the disk takes no more.
    """
    path = ledger.folder / f"mentions.{form.value}"
    unfinished = ledger.folder / f".{path.name}.part"
    table = Table(TABLE, WHAT, COLUMNS, lambda _archive: iter(()))

    def rows() -> Iterator[Values]:
        for row in _in_order(ledger):
            advance(1)
            yield row

    try:
        with unfinished.open("wb") as out:
            write_table(form, table, rows(), out)
            out.flush()
            sync_file(out.fileno())
        os.replace(unfinished, path)
    except OSError as error:
        raise LimitError(f"cannot be written: {error.strerror or error}", subject=str(path)) from error
    finally:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)
    return path


def _in_order(ledger: Ledger) -> Iterator[Values]:
    files = files_of(ledger)
    if not files:
        return
    # its own way to give times needs an extension that is not in its package
    names = ", ".join(
        f'epoch_us(m."{column.name}")' if column.kind is Kind.TIME else f'm."{column.name}"' for column in COLUMNS
    )
    times = [place for place, column in enumerate(COLUMNS) if column.kind is Kind.TIME]
    with database(ledger.folder / ".sorting", memory=SORT_MEMORY) as db:
        db.execute("CREATE TABLE places (file VARCHAR, place BIGINT)")
        places = [(file, place) for place, file in enumerate(ledger.files())]
        for start in range(0, len(places), AT_ONCE):
            db.executemany("INSERT INTO places VALUES (?, ?)", places[start : start + AT_ONCE])
        found = db.execute(
            f"SELECT {names} FROM {parquet(files)} m"  # noqa: S608
            ' LEFT JOIN places p ON p.file = m.file ORDER BY p.place, m.file, m."offset", m.number'
        )
        while batch := found.fetchmany(AT_ONCE):
            for values in batch:
                row = list(values)
                for place in times:
                    row[place] = None if row[place] is None else EPOCH + timedelta(microseconds=row[place])
                yield tuple(row)
