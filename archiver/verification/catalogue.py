"""Does the catalogue say what the records say? Made again from the records, it is the same row by row.

The file is a stranger's like any other: what it holds in place of its tables (a view that never ends, a trigger that
changes what is put in) is looked for before any of it is asked, and SQLite writes nothing beside it.
"""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote

from archiver.model import Check
from archiver.store.catalogue import TABLES, VERSION
from archiver.verification.tally import Tally

NAME = "catalogue"

APPENDED = ("captures", "resolutions", "observations", "refusals")
"""The tables whose rows never change once they are there."""

LOGS = ("-wal", "-journal")
"""What SQLite keeps beside a file while it is written: without them, it may not be what was committed."""

_COMMENT = re.compile(r"--[^\n]*")


def check_catalogue(stored: Path, fresh: Path, *, unfinished: str | None = None) -> Check:
    """Compare the archive's catalogue, which is only read and not mended, with one made from the records just now.

    unfinished: the segment that was not closed in order. What a crash kept out of the catalogue, the next opening reads
    into it: of a catalogue that is behind in this segment, only what it has is compared.

    Raises `OSError` where it cannot be read.
    """
    tally = Tally(NAME, stored.name)
    if not stored.exists():
        tally.note("there is none; `archiver rebuild` makes it")
        return tally.check()
    if not stored.is_file():
        tally.problem("it is no file")
        return tally.check()
    stored.open("rb").close()  # SQLite does not say why it cannot open a file
    try:
        with _unwritten(stored) as address, closing(sqlite3.connect(_address(fresh), uri=True)) as database:
            database.execute("PRAGMA temp_store = FILE")
            database.execute("ATTACH ? AS stored", (address,))
            version = database.execute("PRAGMA stored.user_version").fetchone()[0]
            if version != VERSION:
                tally.unchecked(f"it has version {version}: it is made anew when the archive is opened")
                return tally.check()
            if _has_its_tables(database, tally):
                behind = unfinished is not None and _is_behind(database, unfinished)
                if behind:
                    tally.unchecked(f"{unfinished} was not closed in order: the next opening adds what is missing")
                for table in APPENDED if behind else TABLES:
                    _compare(database, table, tally, behind=behind)
    except sqlite3.Error as error:
        tally.problem(f"it cannot be read ({error})")
    return tally.check()


@contextmanager
def _unwritten(stored: Path) -> Iterator[str]:
    """An address under which SQLite reads the file and makes none beside it: where there are logs that have to be read
    with it, that of a copy.

    Raises `OSError`.
    """
    logs = [path for log in LOGS if (path := stored.with_name(stored.name + log)).is_file() and path.stat().st_size]
    if not logs:
        yield f"{_address(stored)}&immutable=1"
        return
    with tempfile.TemporaryDirectory(prefix="archiver-verify-") as folder:
        for path in (stored, *logs):
            shutil.copyfile(path, Path(folder) / path.name)
        yield f"file:{quote(os.fsencode(Path(folder) / stored.name))}?mode=rw"


def _address(path: Path) -> str:
    return f"file:{quote(os.fsencode(path.absolute()))}?mode=ro"


def _has_its_tables(database: sqlite3.Connection, tally: Tally) -> bool:
    """Whether the tables are what they should be, so that they can be asked, and the indexes those of their rows."""
    wanted, there = (
        {
            (kind, name): re.sub(r"\s+", "", _COMMENT.sub("", sql or ""))
            for kind, name, sql in database.execute(f"SELECT type, name, sql FROM {schema}.sqlite_schema")  # noqa: S608
            if not name.startswith("sqlite_")  # SQLite's own: statistics, and indexes that follow from the tables
        }
        for schema in ("main", "stored")
    )
    altered = [name for (kind, name), sql in wanted.items() if there.get((kind, name)) != sql]
    for name in altered:
        tally.problem(f"{name} is missing in it, or is another thing than it should be")
    for kind, name in there.keys() - wanted.keys():
        if kind == "trigger":
            tally.problem(f"a trigger, {name[:100]}, that changes what is put in")
        else:
            tally.note(f"a {kind} that is not the catalogue's: {name[:100]}")
    if altered:
        return False
    for (words,) in database.execute("PRAGMA stored.integrity_check(3)"):
        if words != "ok":
            tally.problem(f"SQLite finds it damaged: {words}")
    return True


def _is_behind(database: sqlite3.Connection, segment: str) -> bool:
    known, there = (
        database.execute(f"SELECT coalesce(max(bytes), 0) FROM {schema}.segments WHERE name = ?", (segment,))  # noqa: S608
        for schema in ("stored", "main")
    )
    return bool(known.fetchone()[0] < there.fetchone()[0])


def _compare(database: sqlite3.Connection, table: str, tally: Tally, *, behind: bool) -> None:
    columns = [row[1] for row in database.execute(f"PRAGMA main.table_info({table})")]
    captures = table == "captures"
    names = ", ".join(columns)
    both_ways = (
        ("main", "stored", "a record that is not in it as it is"),
        ("stored", "main", "a row that no record says"),
    )
    for one, other, what in both_ways[1:] if behind else both_ways:
        rows = database.execute(f"SELECT {names} FROM {one}.{table} EXCEPT SELECT {names} FROM {other}.{table}")  # noqa: S608
        for row in rows:
            found = dict(zip(columns, row, strict=True))
            if captures:
                where = f"{tally.where}: {found['segment']}"
                tally.problem(what, where=where, offset=found["offset"], record_id=found["record_id"])
            else:
                tally.problem(f"{what}: {table}, {str(row[0])[:100]}")
    tally.checked += int(database.execute(f"SELECT count(*) FROM main.{table}").fetchone()[0])  # noqa: S608
