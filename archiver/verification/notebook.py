"""What was seen of every record, kept for the checks that compare records with each other and with an index.

In a temporary SQLite database, because a file may hold millions of records and memory must not grow with them.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from types import TracebackType
from typing import NamedTuple, Self

from archiver.store.records import bare, parse_warc_date
from archiver.store.sweep import SweptRecord
from archiver.store.warcfile import Place

BATCH = 500

MAX_ODD = 1000
"""Captures of one URI whose dates are compared one by one."""

_SCHEMA = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
PRAGMA temp_store = FILE;
PRAGMA cache_size = -8192;
CREATE TABLE records (
  file TEXT NOT NULL, offset INTEGER NOT NULL, length INTEGER NOT NULL, end INTEGER NOT NULL,
  id TEXT NOT NULL, type TEXT NOT NULL, uri TEXT NOT NULL, date TEXT NOT NULL, digest TEXT, status INTEGER,
  refers_to TEXT, refers_uri TEXT, refers_date TEXT, profile TEXT, listed INTEGER NOT NULL DEFAULT 0
);
"""


class Noted(NamedTuple):
    """A record that was seen."""

    row: int
    file: str
    offset: int
    length: int
    end: int
    id: str
    type: str
    uri: str
    date: str
    digest: str | None
    status: int | None


_NOTED = "rowid, file, offset, length, end, id, type, uri, date, digest, status"


class Notebook:
    """The records seen so far. A context manager: leaving it throws the notes away."""

    def __init__(self) -> None:
        self._db = sqlite3.connect("", isolation_level=None)  # a temporary file that SQLite itself removes
        self._db.executescript(_SCHEMA)
        self._db.execute("BEGIN")
        self._pending: list[tuple[object, ...]] = []
        self._indexed = False
        self.count = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._db.close()

    def add(self, file: str, record: SweptRecord, place: Place, status: int | None) -> None:
        get = record.known.get
        refers_to = get("warc-refers-to")
        self._pending.append(
            (
                file, place.offset, place.length, place.end, get("warc-record-id", "").strip("<> "),
                get("warc-type", "").lower(), _plain(get("warc-target-uri", "")), get("warc-date", ""),
                get("warc-payload-digest") or get("archiver-payload-digest"), status,
                refers_to.strip("<> ") if refers_to else None, get("warc-refers-to-target-uri"),
                get("warc-refers-to-date"), get("warc-profile"),
            )
        )  # fmt: skip
        self.count += 1
        if len(self._pending) >= BATCH:
            self._flush()

    def _flush(self) -> None:
        self._db.executemany(
            "INSERT INTO records (file, offset, length, end, id, type, uri, date, digest, status, refers_to,"
            " refers_uri, refers_date, profile) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
            self._pending,
        )
        self._pending.clear()

    def _ready(self) -> sqlite3.Connection:
        self._flush()
        if not self._indexed:
            self._indexed = True
            self._db.execute("CREATE INDEX by_place ON records (file, offset)")
            self._db.execute("CREATE INDEX by_id ON records (id)")
            self._db.execute("CREATE INDEX by_uri ON records (uri, date)")
            self._db.execute("CREATE INDEX by_digest ON records (digest)")
        return self._db

    def twice(self) -> Iterator[tuple[str, str, int, str]]:
        """Record ids that stand more than once: the id, file and offset of the later ones, and the first one's file."""
        self._flush()
        # sorted, not by an index: most files have none, and need no index for it
        rows = self._db.execute("SELECT id, file, offset FROM records WHERE id <> '' ORDER BY id, rowid")
        last = first = ""
        for record_id, file, offset in rows:
            if record_id == last:
                yield record_id, file, offset, first
            else:
                last, first = record_id, file

    def at(self, file: str, offset: int) -> Noted | None:
        row = self._ready().execute(f"SELECT {_NOTED} FROM records WHERE file = ? AND offset = ?", (file, offset))  # noqa: S608
        found = row.fetchone()
        return Noted(*found) if found else None

    def list_it(self, row: int) -> None:
        """Note that an index lists this record."""
        self._db.execute("UPDATE records SET listed = 1 WHERE rowid = ?", (row,))

    def unlisted(self) -> Iterator[Noted]:
        """Responses and revisits of web addresses that no index lists, in their order."""
        rows = self._ready().execute(
            f"SELECT {_NOTED} FROM records WHERE listed = 0 AND length > 0 AND type IN ('response', 'revisit')"  # noqa: S608
            " AND (uri LIKE 'http://%' OR uri LIKE 'https://%') ORDER BY rowid"
        )
        for row in rows:
            yield Noted(*row)

    def holds(self, uri: str, second: str | None) -> bool:
        """Is there a capture of this target URI, in this second (`YYYY-MM-DDThh:mm:ss`, UTC) where one is given?"""
        capture = "FROM records WHERE uri = ? AND type IN ('response', 'revisit', 'resource', 'conversion')"
        found = self._ready().execute(
            f"SELECT 1 {capture} AND date BETWEEN ? AND ? LIMIT 1",
            (_plain(uri), second or "", f"{second or ''}~"),  # the tilde sorts behind whatever follows in a date
        )
        if found.fetchone() is not None:
            return True
        # records may write a day without an hour, and other programs' another zone
        odd = f"SELECT date {capture} AND (length(date) < 20 OR date NOT LIKE '%Z') LIMIT {MAX_ODD}"
        return any(_second(date) == second for (date,) in self._ready().execute(odd, (_plain(uri),)))

    def revisits(self) -> Iterator[tuple[Noted, str | None, str | None, str | None, str | None]]:
        """Revisit records, with the id, target URI and date they refer to, and their profile."""
        rows = self._db.execute(
            f"SELECT {_NOTED}, refers_to, refers_uri, refers_date, profile FROM records WHERE type = 'revisit'"  # noqa: S608
            " ORDER BY rowid"
        )
        for row in rows:
            yield Noted(*row[:11]), row[11], row[12], row[13], row[14]

    def has_revisits(self) -> bool:
        self._flush()
        return self._db.execute("SELECT 1 FROM records WHERE type = 'revisit' LIMIT 1").fetchone() is not None

    def original(self, record_id: str | None, uri: str, date: str | None, digest: str | None) -> Noted | None:
        """The record that a revisit means: the one of this id; else of this target URI at this time, or with this
        payload digest."""
        database = self._ready()
        for condition, values in (
            ("id = ?", (record_id,)),
            ("uri = ? AND date = ?", (_plain(uri), date)),
            ("digest = ? AND uri = ?", (digest, _plain(uri))),
        ):
            if None in values:
                continue
            found = database.execute(
                f"SELECT {_NOTED} FROM records WHERE {condition} AND type <> 'revisit' AND type <> 'request'"  # noqa: S608
                " ORDER BY rowid LIMIT 1",
                values,
            ).fetchone()
            if found:
                return Noted(*found)
        return None


def _plain(uri: str) -> str:
    """A target URI as indexes and lists of pages write it: without angle brackets, and with `%20` for a space."""
    return bare(uri).replace(" ", "%20")


def _second(date: str) -> str | None:
    """A record's date to the second, in UTC; null where it is none."""
    try:
        return parse_warc_date(date).isoformat()[:19]
    except ValueError:
        return None
