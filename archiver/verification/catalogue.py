"""Does the catalogue say what the records say? Made again from the records, it is the same row by row."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from archiver.model import Check
from archiver.store.catalogue import TABLES, VERSION
from archiver.verification.tally import Tally

NAME = "catalogue"


def check_catalogue(stored: Path, fresh: Path) -> Check:
    """Compare the archive's catalogue, which is only read and not mended, with one made from the records just now."""
    tally = Tally(NAME, stored.name)
    if not stored.exists():
        tally.note("there is none; `archiver rebuild` makes it")
        return tally.check()
    try:
        with closing(sqlite3.connect(_address(fresh), uri=True)) as database:
            database.execute("PRAGMA temp_store = FILE")
            database.execute("ATTACH ? AS stored", (_address(stored),))
            version = database.execute("PRAGMA stored.user_version").fetchone()[0]
            if version != VERSION:
                tally.unchecked(f"it has version {version}: it is made anew when the archive is opened")
                return tally.check()
            for table in TABLES:
                _compare(database, table, tally)
    except sqlite3.Error as error:
        tally.problem(f"it cannot be read ({error})")
    return tally.check()


def _address(path: Path) -> str:
    return f"file:{quote(str(path.absolute()))}?mode=ro"


def _compare(database: sqlite3.Connection, table: str, tally: Tally) -> None:
    columns = [row[1] for row in database.execute(f"PRAGMA main.table_info({table})")]
    captures = table == "captures"
    names = ", ".join(columns)
    for one, other, what in (
        ("main", "stored", "a record that is not in it as it is"),
        ("stored", "main", "a row that no record says"),
    ):
        rows = database.execute(f"SELECT {names} FROM {one}.{table} EXCEPT SELECT {names} FROM {other}.{table}")  # noqa: S608
        for row in rows:
            found = dict(zip(columns, row, strict=True))
            if captures:
                where = f"{tally.where}: {found['segment']}"
                tally.problem(what, where=where, offset=found["offset"], record_id=found["record_id"])
            else:
                tally.problem(f"{what}: {table}, {str(row[0])[:100]}")
    tally.checked += int(database.execute(f"SELECT count(*) FROM main.{table}").fetchone()[0])  # noqa: S608
