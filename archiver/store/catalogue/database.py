"""The catalogue's file: opening and closing it, transactions, and what is said when the disk fails.

Capture rows wait in memory for each other; before anything is asked they are handed to SQLite.
"""

from __future__ import annotations

import itertools
import os
import sqlite3
import threading
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

from archiver.errors import ArchiveError
from archiver.store.catalogue.schema import SCHEMA, TABLES, VERSION
from archiver.store.surt import spelling

BATCH = 256
"""Rows that wait in memory for each other; they are in the WARC file already."""


class CatalogueError(ArchiveError):
    """The disk does not take, or give, what the catalogue holds. The WARC files are not touched by it."""


class UnusableCatalogueError(CatalogueError):
    """The catalogue file is damaged, of another version or missing. It is derived: it can be built anew."""


DISK_ERRORS = frozenset(
    {
        sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PERM, sqlite3.SQLITE_NOMEM,
    }
)  # fmt: skip
"""Of SQLite: building the catalogue anew would not help."""


class CatalogueFile:
    """One catalogue file (or, with no path, one in memory)."""

    def __init__(
        self, path: Path | None, *, read_only: bool = False, temporary: bool = False, kept: int | None = None
    ) -> None:
        """temporary: nobody needs the file after this program, or once a write to it failed: nothing waits for the disk
        to keep it, and nothing is written twice.

        kept: bytes of the file that are kept in memory at most; null: as many as SQLite does of itself (2 MB).

        Raises `UnusableCatalogueError` when the file is no catalogue of this version (or, read-only, missing)."""
        self.path = path
        self._lock = threading.RLock()
        self._read_only = read_only
        self._temporary = temporary
        self._pending: list[tuple[Any, ...]] = []
        self._pending_uris: set[str] = set()
        self._reached: dict[str, int] = {}
        """How far into each segment this transaction got."""
        self._failure: CatalogueError | None = None
        """Why nothing is written any more."""
        self._distrusted = False
        self._tables = itertools.count()
        mode = "ro" if read_only else "rwc"
        name = ":memory:" if path is None else f"file:{quote(os.fsencode(path.absolute()))}?mode={mode}"
        try:
            self._db = sqlite3.connect(name, uri=True, check_same_thread=False, isolation_level=None)
        except sqlite3.Error as error:
            raise self._unusable(error) from error
        self._db.create_function("spelling", 1, spelling, deterministic=True)
        try:
            if kept is not None:
                self._db.execute(f"PRAGMA cache_size = -{kept // 1024}")
            if not read_only:
                # Readers look at the last commit while a writer writes; `close` makes it a single file again.
                self._db.execute(f"PRAGMA journal_mode = {'OFF' if temporary else 'WAL'}")
                self._db.execute(f"PRAGMA synchronous = {'OFF' if temporary else 'NORMAL'}")
            version = self._db.execute("PRAGMA user_version").fetchone()[0]
            tables = self._db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
            self.fresh = tables == 0
            if self.fresh and not read_only:
                self._db.executescript(f"BEGIN; {SCHEMA} PRAGMA user_version = {VERSION}; COMMIT;")
            elif version != VERSION:
                raise sqlite3.DatabaseError(f"it has version {version}, this program writes {VERSION}")
        except sqlite3.Error as error:
            self._db.close()
            raise self._unusable(error) from error

    def _unusable(self, error: sqlite3.Error) -> CatalogueError:
        problem = f"the catalogue cannot be used ({error})"
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in DISK_ERRORS:  # the low byte is the primary code
            return CatalogueError(problem, subject=str(self.path), hint="what was stored is in the WARC files")
        return UnusableCatalogueError(problem, subject=str(self.path), hint="`archiver rebuild` makes it anew")

    def _failed(self, error: sqlite3.Error) -> CatalogueError:
        """A write failed: SQLite may have taken back the whole transaction, so nothing may build on it any more."""
        failure = self._unusable(error)
        if not self._read_only:
            self._failure = failure
            self._take_back()
        return failure

    def _take_back(self) -> None:
        self._pending.clear()
        self._pending_uris.clear()
        self._reached.clear()
        with suppress(sqlite3.Error):
            self._db.execute("ROLLBACK")

    def _may_write(self) -> None:
        if self._failure is not None:
            raise self._failure

    def distrust(self) -> None:
        """Nothing that is told from here on is taken in, because records before it were not told.

        What was committed stays; the next opening of the archive reads the rest from the WARC files.
        """
        with self._lock:
            if not self._distrusted:
                self._distrusted = True
                self._take_back()

    @property
    def trusted(self) -> bool:
        """Does it hold all that it was told, and was it told all?"""
        return not self._distrusted and self._failure is None

    def close(self) -> None:
        with self._lock:
            try:
                if self._failure is None:  # else it was told when it happened
                    self.commit()
            finally:
                if not self._read_only and not self._temporary:
                    with suppress(sqlite3.Error):  # a reader has it open: then it stays as it is
                        self._db.execute("PRAGMA busy_timeout = 0")
                        self._db.execute("PRAGMA journal_mode = DELETE")
                self._db.close()

    def _execute(self, sql: str, parameters: tuple[Any, ...] = ()) -> sqlite3.Cursor:
        try:
            return self._db.execute(sql, parameters)
        except sqlite3.Error as error:
            raise self._failed(error) from error

    def _execute_many(self, sql: str, rows: Iterable[tuple[Any, ...]]) -> None:
        try:
            self._db.executemany(sql, rows)
        except sqlite3.Error as error:
            raise self._failed(error) from error

    def begin(self) -> None:
        with self._lock:
            if not self._db.in_transaction:
                self._execute("BEGIN")

    def _flush(self) -> None:
        """Hand the waiting rows to SQLite: many at once cost a third of one by one."""
        if self._pending:
            self.begin()
            self._execute_many(
                "INSERT OR REPLACE INTO captures VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)", self._pending
            )
            self._pending.clear()
            self._pending_uris.clear()

    def commit(self) -> None:
        """Raises `CatalogueError` when the disk does not take it, or did not take something before."""
        with self._lock:
            self._may_write()
            self._flush()
            if self._db.in_transaction:
                self._execute_many(
                    "INSERT INTO segments VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET bytes = excluded.bytes",
                    self._reached.items(),
                )
                self._reached.clear()
                self._execute("COMMIT")

    def _add_capture(self, row: tuple[Any, ...], *, target_uri: str, segment: str, end: int) -> None:
        """One row of `captures`, to be handed to SQLite with others; `end` is where its record ends in the segment."""
        self._pending.append(row)
        self._pending_uris.add(target_uri)
        self._reached[segment] = end
        if len(self._pending) >= BATCH:
            self._flush()

    def rows(self, table: str) -> list[tuple[Any, ...]]:
        """All rows of a table in key order: for comparing catalogues."""
        if table not in TABLES:
            raise ValueError(table)
        with self._lock:
            self._flush()
            return self._execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall()  # noqa: S608

    def query(self, sql: str, parameters: Iterable[Any] = ()) -> list[tuple[Any, ...]]:
        with self._lock:
            self._flush()
            try:
                return self._db.execute(sql, tuple(parameters)).fetchall()
            except sqlite3.Error as error:
                raise self._unusable(error) from error

    def each(self, sql: str, parameters: Iterable[Any] = ()) -> Iterator[tuple[Any, ...]]:
        """The rows of a query, as they are now, in constant memory.

        They wait in a temporary table, so that nobody who writes has to wait for a reader who takes long.
        """
        table = f"each_{next(self._tables)}"
        with self._lock:
            self._flush()
            self._execute(f"CREATE TEMP TABLE {table} AS {sql}", tuple(parameters))
        try:
            last = 0
            page = f"SELECT rowid, * FROM {table} WHERE rowid > ? ORDER BY rowid LIMIT ?"  # noqa: S608
            while rows := self.query(page, (last, BATCH)):
                yield from (row[1:] for row in rows)
                last = rows[-1][0]
        finally:
            with suppress(sqlite3.Error):  # closed in between
                self._db.execute(f"DROP TABLE {table}")

    def forget_segment(self, name: str) -> None:
        """For a file that is gone or was replaced: its captures go; conclusions need a rebuild."""
        with self._lock:
            self._flush()
            self.begin()
            self._execute("DELETE FROM captures WHERE segment = ?", (name,))
            self._execute("DELETE FROM segments WHERE name = ?", (name,))
            self._reached.pop(name, None)
