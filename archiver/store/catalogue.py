"""The catalogue: what the archive holds, as an SQLite file made to be opened with ordinary SQLite tools.

It is derived: every row comes from a WARC record by `Catalogue.ingest`, live and when rebuilt alike, so a rebuilt
catalogue equals the live one row by row. Nothing may be written into it by another way.
"""

from __future__ import annotations

import itertools
import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

import msgspec

from archiver.errors import ArchiveError
from archiver.http1 import parse_head
from archiver.model import Article, Capture, Mention, Observation, Post, Resolution
from archiver.store.cdxj import INDEXED_TYPES, IndexRow, Listed
from archiver.store.conclusions import Conclusion, parse_conclusion
from archiver.store.reader import StoredRecord
from archiver.store.records import BESIDE_KINDS, bare, media_type, parse_warc_date
from archiver.store.segment import OWN_SEGMENT
from archiver.store.surt import surt

VERSION = 3
"""Of the tables below; a catalogue of another version is built anew."""

NAMED_BY_CONTENT = "ni:"
"""Scheme of an article that has no address (RFC 6920)."""

SCHEMA = """
CREATE TABLE segments (            -- one row a WARC file
  name TEXT PRIMARY KEY,
  bytes INTEGER NOT NULL           -- so much of it is in this catalogue
) WITHOUT ROWID;
CREATE TABLE captures (            -- one row a WARC record
  segment TEXT NOT NULL, offset INTEGER NOT NULL, length INTEGER NOT NULL,
  record_id TEXT NOT NULL, type TEXT NOT NULL,
  target_uri TEXT NOT NULL, urlkey TEXT NOT NULL, time TEXT NOT NULL,
  status INTEGER, content_type TEXT,
  payload_digest TEXT, block_digest TEXT,
  refers_to TEXT, concurrent_to TEXT, refers_to_uri TEXT, refers_to_date TEXT,
  truncated TEXT,
  listed TEXT,                     -- where the index says otherwise than these columns: JSON of it; '': not listed
  PRIMARY KEY (segment, offset)
) WITHOUT ROWID;
CREATE INDEX captures_record_id ON captures (record_id);
CREATE INDEX captures_target ON captures (target_uri, time);
CREATE INDEX captures_urlkey ON captures (urlkey, time);
CREATE TABLE articles (            -- one row a version of an article (other bytes: another version)
  id TEXT PRIMARY KEY, uri TEXT NOT NULL, digest TEXT NOT NULL, source TEXT NOT NULL,
  title TEXT, language TEXT, published TEXT,
  capture_id TEXT NOT NULL,        -- the record that holds the article's bytes
  record_id TEXT NOT NULL          -- the metadata record that this row was read from
) WITHOUT ROWID;
CREATE TABLE mentions (            -- one row a cited post as the article shows it
  id TEXT PRIMARY KEY, article_id TEXT NOT NULL, position INTEGER NOT NULL,
  platform TEXT NOT NULL, handle TEXT, display_name TEXT, date TEXT, text TEXT, post_id TEXT, url TEXT,
  rule TEXT NOT NULL, confidence REAL NOT NULL,
  json TEXT NOT NULL, record_id TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX mentions_article ON mentions (article_id, position);
CREATE TABLE resolutions (         -- every conclusion about a mention; the last one counts
  record_id TEXT PRIMARY KEY, mention_id TEXT NOT NULL, time TEXT NOT NULL,
  outcome TEXT NOT NULL, post_key TEXT, json TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX resolutions_mention ON resolutions (mention_id, time);
CREATE INDEX resolutions_post ON resolutions (post_key);
CREATE TABLE posts (               -- one row a post: the best record of it that was seen
  key TEXT PRIMARY KEY, platform TEXT NOT NULL, id TEXT NOT NULL, url TEXT NOT NULL,
  handle TEXT, handle_folded TEXT, display_name TEXT, account_id TEXT, created_at TEXT, day TEXT, text TEXT,
  json TEXT NOT NULL, evidence TEXT NOT NULL, record_id TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX posts_handle_day ON posts (platform, handle_folded, day);
CREATE INDEX posts_account_day ON posts (platform, account_id, day);
CREATE TABLE handles (             -- which accounts were seen under a handle, and when
  platform TEXT NOT NULL, handle_folded TEXT NOT NULL, account_id TEXT NOT NULL,
  first_seen TEXT NOT NULL, last_seen TEXT NOT NULL,
  PRIMARY KEY (platform, handle_folded, account_id)
) WITHOUT ROWID;
CREATE TABLE observations (        -- every look at a post; never overwritten
  record_id TEXT PRIMARY KEY, post_key TEXT NOT NULL, state TEXT NOT NULL, seen_at TEXT NOT NULL, json TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX observations_post ON observations (post_key, seen_at);
CREATE TABLE refusals (            -- what the guard did not connect to
  record_id TEXT PRIMARY KEY, url TEXT NOT NULL, address TEXT NOT NULL, reason TEXT NOT NULL, time TEXT NOT NULL
) WITHOUT ROWID;
"""

TABLES = (
    "segments", "captures", "articles", "mentions", "resolutions", "posts", "handles", "observations", "refusals",
)  # fmt: skip

CAPTURE_COLUMNS = (
    "segment, offset, length, record_id, type, target_uri, time, status, content_type, payload_digest, block_digest,"
    " refers_to, truncated"
)
ORIGINAL_OF = (
    f"SELECT {CAPTURE_COLUMNS} FROM captures WHERE target_uri = ? AND payload_digest = ?"  # noqa: S608
    " AND type IN ('response','resource') AND truncated IS NULL AND status IS NOT 206"
    " ORDER BY time, segment, offset"
)
OWN_ORIGINAL_OF = ORIGINAL_OF.replace(" ORDER", """ AND instr(coalesce(listed, ''), '"payload_digest"') = 0 ORDER""")
"""Without those that an index lists under another digest: no other tool would find them as originals."""

CAPTURE_OF_ID = "record_id = ? ORDER BY segment NOT GLOB 'archiver-*', segment, offset LIMIT 1"
"""Where a file of another program has a record of the same id, ours is meant."""

BATCH = 256
"""Rows that wait in memory for each other; they are in the WARC file already."""

KEYED_TYPES = frozenset(INDEXED_TYPES)
"""Record types that are looked up by URL; the others go by target URI or record id."""


NO_TIME = datetime(1, 1, 1, tzinfo=UTC)
"""Stands for the date of a record that has none, as the earliest there is."""


class CapturedUri(NamedTuple):
    """A target URI with captures."""

    uri: str
    captures: int
    first: datetime
    last: datetime


class Standing(NamedTuple):
    """How a mention stands by now; null where nothing was concluded."""

    mention_id: str
    outcome: str | None
    post_key: str | None
    state: str | None


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


class Catalogue:
    """Reads and writes one catalogue file (or, with no path, one in memory)."""

    def __init__(self, path: Path | None, *, read_only: bool = False) -> None:
        """Raises `UnusableCatalogueError` when the file is no catalogue of this version (or, read-only, missing)."""
        self.path = path
        self._lock = threading.RLock()
        self._read_only = read_only
        self._pending: list[tuple[Any, ...]] = []
        self._pending_uris: set[str] = set()
        self._reached: dict[str, int] = {}
        """How far into each segment this transaction got."""
        self._failure: CatalogueError | None = None
        """Why nothing is written any more."""
        self._distrusted = False
        self._tables = itertools.count()
        name = ":memory:" if path is None else f"file:{quote(str(path.absolute()))}?mode={'ro' if read_only else 'rwc'}"
        try:
            self._db = sqlite3.connect(name, uri=True, check_same_thread=False, isolation_level=None)
        except sqlite3.Error as error:
            raise self._unusable(error) from error
        try:
            if not read_only:
                # Readers look at the last commit while a writer writes; `close` makes it a single file again.
                self._db.execute("PRAGMA journal_mode = WAL")
                self._db.execute("PRAGMA synchronous = NORMAL")
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
                if not self._read_only:
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

    # Writing: from records only.

    def ingest(self, record: StoredRecord) -> None:
        """Add what one record says. The only way into the catalogue."""
        fields = {name.lower(): value for name, value in reversed(record.fields)}
        record_type = fields.get("warc-type", "unknown")
        target_uri = bare(fields.get("warc-target-uri", ""))
        status: int | None = None
        content_type = fields.get("content-type")
        if record.answer is not None:
            status, content_type = record.answer
        elif record.head:
            _, status, headers = parse_head(record.head)
            content_type = next((value for name, value in headers if name.lower() == "content-type"), None)
        media, payload_digest = media_type(content_type), fields.get("warc-payload-digest")
        payload_digest = payload_digest or fields.get("archiver-payload-digest")
        as_here = Listed(media, str(status) if status else None, payload_digest)
        with self._lock:
            self._may_write()
            if self._distrusted:
                return
            self._pending.append(
                (
                    record.segment,
                    record.offset,
                    record.length,
                    _id(fields.get("warc-record-id")) or "",
                    record_type,
                    target_uri,
                    surt(target_uri) if record_type in KEYED_TYPES else "",
                    fields.get("warc-date", ""),
                    status or None,
                    media,
                    payload_digest,
                    fields.get("warc-block-digest"),
                    _id(fields.get("warc-refers-to")),
                    _id(fields.get("warc-concurrent-to")),
                    fields.get("warc-refers-to-target-uri"),
                    fields.get("warc-refers-to-date"),
                    # of a revisit it says that the payload was left out on purpose
                    None if record_type == "revisit" else fields.get("warc-truncated"),
                    _otherwise(record.listed, as_here) if record_type in KEYED_TYPES else None,
                ),
            )
            self._pending_uris.add(target_uri)
            self._reached[record.segment] = record.end
            if len(self._pending) >= BATCH:
                self._flush()
            if record.block is not None and (conclusion := parse_conclusion(record.block)):
                self._flush()
                self._ingest_conclusion(record, conclusion)

    def _ingest_conclusion(self, record: StoredRecord, conclusion: Conclusion) -> None:
        date = record.field("WARC-Date") or ""
        if conclusion.article is not None:
            self._ingest_article(record, conclusion.article, conclusion.mentions)
        if conclusion.resolution is not None:
            resolution = conclusion.resolution
            self._execute(
                "INSERT OR REPLACE INTO resolutions VALUES (?,?,?,?,?,?)",
                (
                    record.record_id,
                    resolution.mention_id,
                    date,
                    resolution.outcome.value,
                    resolution.post_key,
                    _json(resolution),
                ),
            )
            if resolution.post_key and resolution.candidates:
                best = resolution.candidates[0]
                self._ingest_post(record, best.post, best.evidence)
        if conclusion.observation is not None:
            observation = conclusion.observation
            self._execute(
                "INSERT OR REPLACE INTO observations VALUES (?,?,?,?,?)",
                (
                    record.record_id,
                    observation.key,
                    observation.state.value,
                    observation.seen_at.isoformat(),
                    _json(observation),
                ),
            )
            if observation.post is not None:
                self._ingest_post(record, observation.post, observation.evidence)
                self._ingest_handle(observation.post, observation.seen_at.date().isoformat())
        if conclusion.refusal is not None:
            refusal = conclusion.refusal
            self._execute(
                "INSERT OR REPLACE INTO refusals VALUES (?,?,?,?,?)",
                (record.record_id, refusal.url, refusal.address, refusal.reason, date),
            )

    def _ingest_article(self, record: StoredRecord, article: Article, mentions: Iterable[Mention]) -> None:
        capture_id = _id(record.field("WARC-Refers-To")) or ""
        uri, source = article.uri, article.source
        known = self._execute("SELECT uri, source, capture_id FROM articles WHERE id = ?", (article.id,)).fetchone()
        if known and uri.startswith(NAMED_BY_CONTENT) and not known[0].startswith(NAMED_BY_CONTENT):
            # The same bytes given as a file do not undo that they were seen at an address.
            uri, source, capture_id = known
            mentions = [msgspec.structs.replace(mention, source=source) for mention in mentions]
        self._execute(
            "INSERT OR REPLACE INTO articles VALUES (?,?,?,?,?,?,?,?,?)",
            (
                article.id,
                uri,
                article.digest,
                source,
                article.title,
                article.language,
                article.published,
                capture_id,
                record.record_id,
            ),
        )
        self._execute("DELETE FROM mentions WHERE article_id = ?", (article.id,))
        for position, mention in enumerate(mentions):
            self._execute(
                "INSERT OR REPLACE INTO mentions VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
                (
                    mention.id,
                    article.id,
                    position,
                    mention.platform,
                    mention.handle,
                    mention.display_name,
                    mention.date,
                    mention.text,
                    mention.post_id,
                    mention.url,
                    mention.rule,
                    mention.confidence,
                    _json(mention),
                    record.record_id,
                ),
            )

    def _ingest_post(self, record: StoredRecord, post: Post, evidence: Iterable[str]) -> None:
        row = self._execute("SELECT created_at, json FROM posts WHERE key = ?", (post.key,)).fetchone()
        if row and row[0] and post.created_at is None:
            return  # A record that shows less does not replace one that shows more.
        created = post.created_at.isoformat() if post.created_at else None
        self._execute(
            "INSERT OR REPLACE INTO posts VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
            (
                post.key,
                post.platform,
                post.id,
                post.url,
                post.handle,
                post.handle.casefold() if post.handle else None,
                post.display_name,
                post.account_id,
                created,
                post.day or (created[:10] if created else None),
                post.text,
                _json(post),
                json.dumps(list(evidence)),
                record.record_id,
            ),
        )

    def _ingest_handle(self, post: Post, day: str) -> None:
        if post.handle and post.account_id:
            self._execute(
                "INSERT INTO handles VALUES (?,?,?,?,?) ON CONFLICT DO UPDATE SET"
                " first_seen = min(first_seen, excluded.first_seen), last_seen = max(last_seen, excluded.last_seen)",
                (post.platform, post.handle.casefold(), post.account_id, day, day),
            )

    # Reading.

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

    def segments(self) -> dict[str, int]:
        """How many bytes of each WARC file are in this catalogue."""
        return dict(self.query("SELECT name, bytes FROM segments"))

    def forget_segment(self, name: str) -> None:
        """For a file that is gone or was replaced: its captures go; conclusions need a rebuild."""
        with self._lock:
            self._flush()
            self.begin()
            self._execute("DELETE FROM captures WHERE segment = ?", (name,))
            self._execute("DELETE FROM segments WHERE name = ?", (name,))
            self._reached.pop(name, None)

    def capture(self, record_id: str) -> Capture | None:
        return next(self._captures(CAPTURE_OF_ID, (record_id,)), None)

    def capture_at(self, segment: str, offset: int) -> Capture | None:
        """The record at this place: unlike a record id, a place names one record in any WARC file."""
        return next(self._captures("segment = ? AND offset = ?", (segment, offset)), None)

    def captures_at(self, target_uri: str) -> list[Capture]:
        """All captures of exactly this target URI, oldest first."""
        return list(self._captures("target_uri = ? ORDER BY time, segment, offset", (target_uri,)))

    def captures_like(self, urlkey: str) -> list[Capture]:
        """HTTP captures and resources whose URL has this sort key, oldest first."""
        return list(
            self._captures(
                "urlkey = ? AND type IN ('response','revisit','resource') ORDER BY time, segment, offset", (urlkey,)
            )
        )

    def index_rows(self, segment: str) -> list[IndexRow]:
        """What the index lists of a segment."""
        rows = self.query(
            f"SELECT {', '.join(IndexRow._fields)}, listed FROM captures WHERE segment = ?"  # noqa: S608
            f" AND type IN ({','.join('?' * len(INDEXED_TYPES))}) AND listed IS NOT ''",
            (segment, *INDEXED_TYPES),
        )
        return [
            IndexRow._make(row)._replace(**json.loads(otherwise)) if otherwise else IndexRow._make(row)
            for *row, otherwise in rows
        ]

    def captures_in(self, segment: str) -> list[Capture]:
        return list(self._captures("segment = ? ORDER BY offset", (segment,)))

    def captured_uris(self, *, contains: str = "", after: str = "", limit: int = 100) -> list[CapturedUri]:
        """Target URIs that hold `contains` (as written), in their own order, from the one behind `after` on."""
        rows = self.query(
            "SELECT target_uri, count(*), min(time), max(time) FROM captures WHERE target_uri > ?"
            " AND type IN ('response','revisit','resource','conversion') AND instr(target_uri, ?) > 0"
            " GROUP BY target_uri ORDER BY target_uri LIMIT ?",
            (after, contains, limit),
        )
        return [CapturedUri(row[0], row[1], _time(row[2]), _time(row[3])) for row in rows]

    def original_of(self, target_uri: str, payload_digest: str, *, own: bool = False) -> Capture | None:
        """The first whole record that holds this payload of this target URI.

        own: among those that a payload may be left out for: that this program wrote (what another file says that it
        holds is no reason), and that other tools find by this digest, too.
        """
        with self._lock:
            if target_uri in self._pending_uris:
                self._flush()
            rows = self._execute(OWN_ORIGINAL_OF if own else ORIGINAL_OF, (target_uri, payload_digest))
            row = next((row for row in rows if not own or OWN_SEGMENT.fullmatch(row[0])), None)
        return capture_of(row) if row else None

    def concurrent(self, record_id: str) -> list[Capture]:
        """The records that say they belong to this one: the request of a response, and the other way round; the heads
        of interim responses and the bytes behind the end."""
        # by target URI, which they share but for what stands before it: that is what an index finds
        uri = "(SELECT target_uri FROM captures WHERE record_id = ? LIMIT 1)"
        named = [uri, *(f"'urn:archiver:{kind}:' || {uri}" for kind in BESIDE_KINDS)]
        where = f"target_uri IN ({', '.join(named)}) AND concurrent_to = ? ORDER BY segment, offset"
        return list(self._captures(where, (record_id,) * (len(named) + 1)))

    def _captures(self, where: str, parameters: tuple[Any, ...]) -> Iterator[Capture]:
        for row in self.query(f"SELECT {CAPTURE_COLUMNS} FROM captures WHERE {where}", parameters):  # noqa: S608
            yield capture_of(row)

    def articles(self) -> list[tuple[Article, str]]:
        """Every article (without its words) and the id of the record that holds its bytes, in the order stored."""
        rows = self.query(
            "SELECT a.id, a.uri, a.digest, a.source, a.title, a.language, a.published, a.capture_id FROM articles a"
            " LEFT JOIN captures c ON c.record_id = a.record_id ORDER BY c.segment, c.offset"
        )
        return [
            (Article(uri=r[1], digest=r[2], source=r[3], title=r[4], language=r[5], published=r[6]), r[7]) for r in rows
        ]

    def article_record(self, article_id: str) -> str | None:
        """The metadata record that an article and its mentions were read from."""
        return self._one("SELECT record_id FROM articles WHERE id = ?", article_id)

    def post_record(self, key: str) -> str | None:
        """The metadata record that a post's best record was read from."""
        return self._one("SELECT record_id FROM posts WHERE key = ?", key)

    def _one(self, sql: str, value: str) -> str | None:
        rows = self.query(sql, (value,))
        return rows[0][0] if rows else None

    def standings(self, article_id: str) -> list[Standing]:
        """How each mention of an article stands, in document order: the last resolution, the last look at the post."""
        rows = self.query(
            "SELECT m.id, r.outcome, r.post_key,"
            " coalesce((SELECT o.state FROM observations o WHERE o.post_key = r.post_key"
            " ORDER BY o.seen_at DESC, o.record_id DESC LIMIT 1), json_extract(r.json, '$.state'))"
            " FROM mentions m LEFT JOIN resolutions r ON r.record_id = (SELECT l.record_id FROM resolutions l"
            " LEFT JOIN captures c ON c.record_id = l.record_id WHERE l.mention_id = m.id"
            " ORDER BY c.segment DESC, c.offset DESC LIMIT 1)"
            " WHERE m.article_id = ? ORDER BY m.position",
            (article_id,),
        )
        return [Standing(*row) for row in rows]

    def citations(self, post_key: str) -> list[tuple[str, str]]:
        """`(article id, mention id)` of the mentions that were ever resolved to a post."""
        return self.query(
            "SELECT DISTINCT m.article_id, m.id FROM resolutions r JOIN mentions m ON m.id = r.mention_id"
            " WHERE r.post_key = ? ORDER BY m.article_id, m.position",
            (post_key,),
        )

    def mentions(self, article_id: str | None = None) -> list[tuple[str, Mention]]:
        """`(article id, mention)` in document order."""
        where, parameters = ("WHERE article_id = ?", (article_id,)) if article_id else ("", ())
        rows = self.query(f"SELECT article_id, json FROM mentions {where} ORDER BY article_id, position", parameters)  # noqa: S608
        return [(row[0], msgspec.json.decode(row[1], type=Mention)) for row in rows]

    def resolution(self, mention_id: str) -> tuple[Resolution, str] | None:
        """The last conclusion about a mention, and the record that holds it."""
        rows = self.query(
            "SELECT r.json, r.record_id FROM resolutions r LEFT JOIN captures c ON c.record_id = r.record_id"
            " WHERE r.mention_id = ? ORDER BY c.segment DESC, c.offset DESC LIMIT 1",
            (mention_id,),
        )
        return (msgspec.json.decode(rows[0][0], type=Resolution), rows[0][1]) if rows else None

    def post(self, key: str) -> tuple[Post, tuple[str, ...]] | None:
        """A post's best record, and the records that it was read from."""
        rows = self.query("SELECT json, evidence FROM posts WHERE key = ?", (key,))
        return (msgspec.json.decode(rows[0][0], type=Post), tuple(json.loads(rows[0][1]))) if rows else None

    def posts(self) -> list[Post]:
        return [msgspec.json.decode(row[0], type=Post) for row in self.query("SELECT json FROM posts ORDER BY key")]

    def posts_between(self, platform: str, handle: str, first: str, last: str) -> list[tuple[Post, tuple[str, ...]]]:
        """Stored posts of one account from one UTC day to another (ISO), each with the record ids that it was read
        from: those that it made under this handle, in any case, or, where it was renamed, under another."""
        rows = self.query(
            "SELECT key, json, evidence FROM posts WHERE platform = ? AND handle_folded = ? AND day BETWEEN ? AND ?"
            " UNION SELECT key, json, evidence FROM posts WHERE platform = ? AND day BETWEEN ? AND ? AND account_id IN"
            " (SELECT account_id FROM handles WHERE platform = ? AND handle_folded = ?) ORDER BY key",
            (
                *(platform, handle.casefold(), first[:10], last[:10]),
                *(platform, first[:10], last[:10], platform, handle.casefold()),
            ),
        )
        return [(msgspec.json.decode(row[1], type=Post), tuple(json.loads(row[2]))) for row in rows]

    def handle_uses(self, platform: str, handle: str) -> list[tuple[str, str, str]]:
        """Which accounts were seen under a handle (any case): stable id, first and last ISO day."""
        return [
            (row[0], row[1], row[2])
            for row in self.query(
                "SELECT account_id, first_seen, last_seen FROM handles WHERE platform = ? AND handle_folded = ?"
                " ORDER BY account_id",
                (platform, handle.casefold()),
            )
        ]

    def observations(self, post_key: str | None = None) -> list[tuple[Observation, str]]:
        """Looks at a post (or at all), oldest first, each with the record that holds it."""
        where, parameters = ("WHERE post_key = ?", (post_key,)) if post_key else ("", ())
        rows = self.query(
            f"SELECT json, record_id FROM observations {where} ORDER BY post_key, seen_at, record_id",  # noqa: S608
            parameters,
        )
        return [(msgspec.json.decode(row[0], type=Observation), row[1]) for row in rows]


def _otherwise(listed: Listed | None, as_here: Listed) -> str | None:
    """What the index says of a record otherwise than the columns; empty where it does not list it."""
    if listed is None:
        return ""
    if listed == as_here:
        return None
    names = ("content_type", "status", "payload_digest")
    return _json({name: there for name, there, here in zip(names, listed, as_here, strict=True) if there != here})


def capture_of(row: tuple[Any, ...]) -> Capture:
    segment, offset, length, record_id, kind, uri, time, status, content_type, payload, block, refers, truncated = row
    return Capture(
        record_id=record_id,
        record_type=kind,
        target_uri=uri,
        time=_time(time),
        file=segment,
        offset=offset,
        length=length,
        status=status,
        content_type=content_type,
        payload_digest=payload,
        block_digest=block,
        refers_to=refers,
        truncated=truncated,
    )


def _time(value: str) -> datetime:
    """The time of a record; `NO_TIME` where another tool wrote none that can be read."""
    try:
        return parse_warc_date(value)
    except (ValueError, OverflowError):
        return NO_TIME


def _id(value: str | None) -> str | None:
    return value.strip("<>") if value else None


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()
