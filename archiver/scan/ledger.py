"""What of a scan is done: one SQLite file in its folder, so that a run that was cut off goes on where it was.

Only the driver writes here, and nobody else while it does. A unit counts once its rows are in their file (`rowfile`)
and this ledger says so; a batch of the table counts once all its files are in place and this ledger says so. What is in
the folder and not in the ledger is of a run that was cut off: it is taken away, and made again.
"""

from __future__ import annotations

import fcntl
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, NamedTuple, TypeVar

import msgspec

from archiver.errors import ArchiveError, InputError
from archiver.scan.unit import Done, Unit
from archiver.store.durability import make_folder
from archiver.version import DETECTION

T = TypeVar("T")

NAME = "scan.db"
LOCK = ".lock"
APPLICATION = 0x61725343
"""`arSC`: the file's `application_id`."""
VERSION = 1
"""Of the tables below."""

TABLES = (
    """CREATE TABLE units (          -- what is to be read, in the order in which it was named
  position INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  file TEXT NOT NULL, first_byte INTEGER NOT NULL,
  unit TEXT NOT NULL,              -- JSON
  done TEXT,                       -- JSON: what came of it; null: nothing yet
  rows INTEGER, records INTEGER, pages INTEGER, looked_at INTEGER,
  error TEXT,                      -- why it could not be read (further): it is tried again by the next run
  batch INTEGER                    -- of the table, in which its rows are; null: they are in their own file, or nowhere
)""",
    "CREATE INDEX units_file ON units (file, first_byte)",
    """CREATE TABLE damage (         -- places that cannot be read
  unit TEXT NOT NULL, file TEXT NOT NULL, offset INTEGER NOT NULL,
  next INTEGER,                    -- where reading went on
  what TEXT NOT NULL
)""",
    "CREATE INDEX damage_unit ON damage (unit)",
    """CREATE TABLE batches (        -- what the table of mentions is made of
  batch INTEGER PRIMARY KEY AUTOINCREMENT,
  files TEXT NOT NULL,             -- JSON: paths below `mentions/`
  rows INTEGER NOT NULL
)""",
    """CREATE TABLE method (method TEXT NOT NULL  -- version of the rules of detection
)""",
)


class Held(NamedTuple):
    """A unit whose rows are still in their own file."""

    position: int
    unit: Unit
    rows_file: str
    rows: int


class Totals(NamedTuple):
    """Counts over all units that are done."""

    files: int
    units: int
    records: int
    pages: int
    looked_at: int
    rows: int
    damaged: int
    """Places."""
    errors: int
    """Units."""


class Ledger:
    """The ledger of the scan in `folder`. A context manager: while it is open no other run can write there."""

    def __init__(self, folder: Path) -> None:
        """Open it, or begin it.

        Raises `ArchiveError` where another run has it open, or it cannot be written or read; `InputError` where the
        folder holds something else, or a scan by other rules.
        """
        self.folder = folder
        self.rows_folder = folder / "rows"
        self.mentions = folder / "mentions"
        self._check_folder()
        self._lock = self._locked()
        try:
            self._db = sqlite3.connect(folder / NAME, isolation_level=None)
            try:
                self._open()
            except BaseException:
                self._db.close()
                raise
        except sqlite3.Error as error:
            self._lock.close()
            raise ArchiveError(f"the scan's ledger cannot be used ({error})", subject=str(folder / NAME)) from error
        except BaseException:
            self._lock.close()
            raise

    def __enter__(self) -> Ledger:
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(sqlite3.Error):
            self._db.execute("PRAGMA journal_mode = DELETE")
        self._db.close()
        self._lock.close()

    def _check_folder(self) -> None:
        try:
            if self.folder.is_dir() and not (self.folder / NAME).exists() and not self._only_begun():
                raise InputError(
                    "the folder holds something else", subject=str(self.folder), hint="give -o an empty or a new folder"
                )
            for folder in (self.folder, self.rows_folder, self.mentions):
                make_folder(folder)
        except OSError as error:
            raise ArchiveError(f"cannot be written: {error.strerror}", subject=str(self.folder)) from error

    def _only_begun(self) -> bool:
        """Whether nothing is in the folder but what a run makes there before its ledger."""
        if any(path.name not in (LOCK, self.rows_folder.name, self.mentions.name) for path in self.folder.iterdir()):
            return False
        return not any(next(path.iterdir(), None) for path in (self.rows_folder, self.mentions) if path.exists())

    def _locked(self) -> IO[bytes]:
        try:
            file = (self.folder / LOCK).open("ab")
        except OSError as error:
            raise ArchiveError(f"cannot be written: {error.strerror}", subject=str(self.folder)) from error
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            file.close()
            raise ArchiveError(
                "another scan is writing to this folder", subject=str(self.folder), hint="wait until it is done"
            ) from error
        return file

    def _open(self) -> None:
        self._db.execute("PRAGMA trusted_schema = OFF")
        (application,) = self._db.execute("PRAGMA application_id").fetchone()
        (version,) = self._db.execute("PRAGMA user_version").fetchone()
        if application == 0 and not self._db.execute("SELECT 1 FROM sqlite_master").fetchone():
            with self._transaction():
                self._db.execute(f"PRAGMA application_id = {APPLICATION}")
                self._db.execute(f"PRAGMA user_version = {VERSION}")
                for table in TABLES:
                    self._db.execute(table)
                self._db.execute("INSERT INTO method VALUES (?)", (DETECTION,))
        elif application != APPLICATION or version != VERSION:
            raise InputError("this is no ledger of a scan, or one of another version", subject=str(self.folder / NAME))
        method = (self._db.execute("SELECT method FROM method").fetchone() or (DETECTION,))[0]
        if method != DETECTION:
            raise InputError(
                f"the scan was begun by the rules {method}; these are {DETECTION}",
                subject=str(self.folder),
                hint="go on with the version that began it, or scan into a new folder",
            )
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = FULL")

    # --- units

    def add(self, units: Iterable[Unit]) -> int:
        """Enter units that are to be read; those that are known stay as they are. How many are new."""
        fresh = 0
        with self._transaction():
            for unit in units:
                fresh += self._add(unit)
        return fresh

    def _add(self, unit: Unit) -> int:
        return self._db.execute(
            "INSERT OR IGNORE INTO units (id, file, first_byte, unit) VALUES (?,?,?,?)",
            (unit.id, unit.file, unit.start, msgspec.json.encode(unit).decode()),
        ).rowcount

    def waiting(self) -> list[Unit]:
        """Units that have not been read, or not to their end, in their order."""
        rows = self._read("SELECT unit FROM units WHERE done IS NULL OR error IS NOT NULL ORDER BY position")
        return [self._decoded(unit, Unit) for (unit,) in rows]

    def of_file(self, file: str) -> list[tuple[Unit, Done | None]]:
        """All units of a file, by where they begin, and what came of each."""
        return [
            (self._decoded(unit, Unit), None if done is None else self._decoded(done, Done))
            for unit, done in self._read(
                "SELECT unit, done FROM units WHERE file = ? ORDER BY first_byte, position", (file,)
            )
        ]

    def files(self) -> list[str]:
        """Every file, in the order in which they were named."""
        rows = self._read("SELECT file FROM units GROUP BY file ORDER BY min(position)")
        return [file for (file,) in rows]

    def files_in_parts(self) -> Iterator[str]:
        """Files that have more than one unit."""
        rows = self._read("SELECT file FROM units GROUP BY file HAVING count(*) > 1 ORDER BY min(position)")
        return iter([file for (file,) in rows])

    def finish(self, done: Done) -> None:
        """Enter what came of a unit. Its rows are on the disk."""
        with self._transaction():
            self._finish(done)

    def supersede(self, unit: Unit, by: Unit | None) -> None:
        """Another unit stands in the place of one that began where no record begins; or none."""
        with self._transaction():
            self._finish(Done(unit=unit, superseded=True))
            if by is not None:
                self._add(by)

    def forget(self, units: Iterable[Unit]) -> None:
        """The rows of these units, which are in no batch, are no more: they are to be read again."""
        with self._transaction():
            self._db.executemany("UPDATE units SET done = NULL WHERE id = ?", [(unit.id,) for unit in units])

    def _finish(self, done: Done) -> None:
        unit = done.unit
        self._db.execute("DELETE FROM damage WHERE unit = ?", (unit.id,))
        self._db.executemany(
            "INSERT INTO damage VALUES (?,?,?,?,?)",
            [(unit.id, unit.file, one.offset, one.next, one.what) for one in done.damage],
        )
        self._db.execute(
            "UPDATE units SET done = ?, rows = ?, records = ?, pages = ?, looked_at = ?, error = ? WHERE id = ?",
            (
                msgspec.json.encode(done).decode(), done.rows, done.records, done.pages, done.looked_at,
                done.error, unit.id,
            ),
        )  # fmt: skip

    def drop(self, units: Sequence[Unit], by: Unit | None) -> None:
        """Forget units of one file, whose rows are in no batch. What is to be read instead of them has their place
        among the files."""
        with self._transaction():
            ids = [(unit.id,) for unit in units]
            positions = [
                position for one in ids for position in self._read("SELECT position FROM units WHERE id = ?", one)
            ]
            self._db.executemany("DELETE FROM damage WHERE unit = ?", ids)
            self._db.executemany("DELETE FROM units WHERE id = ?", ids)
            if by is not None and self._add(by):
                self._db.execute("UPDATE units SET position = ? WHERE id = ?", (*min(positions), by.id))

    def stands(self, unit: Unit) -> bool:
        """Whether what came of a unit counts: no other one stands in its place."""
        rows = self._read("SELECT done FROM units WHERE id = ? AND done IS NOT NULL", (unit.id,))
        return bool(rows) and not self._decoded(rows[0][0], Done).superseded

    def batch_of(self, unit: Unit) -> int | None:
        """The batch that holds a unit's rows; null: they are in their own file, or nowhere."""
        rows = self._read("SELECT batch FROM units WHERE id = ?", (unit.id,))
        return rows[0][0] if rows else None

    # --- the table

    def held(self) -> Iterator[Held]:
        """Units that are done and whose rows are not in the table, by position."""
        rows = self._read(
            "SELECT position, done FROM units WHERE done IS NOT NULL AND batch IS NULL AND rows > 0 ORDER BY position"
        )
        for position, text in rows:
            done = self._decoded(text, Done)
            if done.rows_file is not None:
                yield Held(position, done.unit, done.rows_file, done.rows)

    def batches(self) -> list[tuple[int, list[str]]]:
        """The batches of the table, with their files below `mentions/`."""
        return [
            (batch, self._decoded(files, list[str]))
            for batch, files in self._read("SELECT batch, files FROM batches ORDER BY batch")
        ]

    def next_batch(self) -> int:
        """The number of the next batch: none had it before."""
        rows = self._read("SELECT seq FROM sqlite_sequence WHERE name = 'batches'")
        return int(rows[0][0]) + 1 if rows else 1

    def publish(self, batch: int, files: Sequence[str], rows: int, units: Sequence[Unit]) -> None:
        """A batch is in place: the rows of these units are in it."""
        with self._transaction():
            self._db.execute(
                "INSERT INTO batches VALUES (?,?,?)", (batch, msgspec.json.encode(list(files)).decode(), rows)
            )
            self._db.executemany("UPDATE units SET batch = ? WHERE id = ?", [(batch, unit.id) for unit in units])

    def replace(self, old: int, new: int, files: Sequence[str], rows: int, without: Sequence[Unit]) -> None:
        """A batch was written anew without the rows of these units, which are to be read again."""
        with self._transaction():
            self._db.execute("DELETE FROM batches WHERE batch = ?", (old,))
            self._db.execute(
                "INSERT INTO batches VALUES (?,?,?)", (new, msgspec.json.encode(list(files)).decode(), rows)
            )
            self._db.execute("UPDATE units SET batch = ? WHERE batch = ?", (new, old))
            self._db.executemany(
                "UPDATE units SET batch = NULL, done = NULL WHERE id = ?", [(unit.id,) for unit in without]
            )

    def lose(self, batch: int) -> None:
        """A batch is not whole any more: the units whose rows were in it are to be read again."""
        with self._transaction():
            self._db.execute("DELETE FROM batches WHERE batch = ?", (batch,))
            self._db.execute("UPDATE units SET batch = NULL, done = NULL WHERE batch = ?", (batch,))

    # --- what there is to tell

    def totals(self) -> Totals:
        """Counts over all that is done."""
        ((files, units, records, pages, looked_at, rows, errors),) = self._read(
            "SELECT count(DISTINCT file), count(*), coalesce(sum(records), 0), coalesce(sum(pages), 0),"
            " coalesce(sum(looked_at), 0), coalesce(sum(rows), 0), count(error) FROM units WHERE done IS NOT NULL"
        )
        ((damaged,),) = self._read("SELECT count(*) FROM damage")
        return Totals(files, units, records, pages, looked_at, rows, damaged, errors)

    def _read(self, question: str, values: Sequence[object] = ()) -> list[Any]:
        try:
            return self._db.execute(question, values).fetchall()
        except sqlite3.Error as error:
            raise self._unreadable(str(error)) from error

    def _decoded(self, text: str, kind: type[T]) -> T:
        try:
            return msgspec.json.decode(text, type=kind)
        except (msgspec.DecodeError, TypeError) as error:
            raise self._unreadable(str(error)) from error

    def _unreadable(self, why: str) -> ArchiveError:
        return ArchiveError(
            f"the scan's ledger cannot be read ({why})",
            subject=str(self.folder / NAME),
            hint="restore the file, or scan into a new folder",
        )

    def _transaction(self) -> _Transaction:
        return _Transaction(self._db, self.folder)


class _Transaction:
    def __init__(self, db: sqlite3.Connection, folder: Path) -> None:
        self._db = db
        self._folder = folder

    def __enter__(self) -> None:
        try:
            self._db.execute("BEGIN IMMEDIATE")
        except sqlite3.Error as error:
            raise self._unusable(error) from error

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: object) -> None:
        try:
            self._db.execute("COMMIT" if kind is None else "ROLLBACK")
        except sqlite3.Error as failed:
            if kind is None:
                raise self._unusable(failed) from failed
        if isinstance(error, sqlite3.Error):
            raise self._unusable(error) from error

    def _unusable(self, error: sqlite3.Error) -> ArchiveError:
        return ArchiveError(f"the scan's ledger cannot be written ({error})", subject=str(self._folder / NAME))
