"""A post index: posts that are known from elsewhere, as one SQLite file, made to be opened with ordinary SQLite tools.

What is asked of it is always the same: which posts of this account were made on these days? So it is keyed by platform,
handle (case-folded) and UTC day. It holds two kinds of knowledge and keeps them apart:

    vouched    records from a file that its user vouches for: an account's own export, a data set of one's own
    claimed    what pages of others show of a post. A page is kept with what it shows, because only pages that show the
               same id with the same handle and the same words (but for case, signs and links) bear each other out

Adding the same again changes nothing, and the order of adding changes nothing that a look-up finds within the bounds.
What is kept of one post is bounded: pages beyond the bound are counted, not kept.

Cost: posts are numbered in the order in which they come, and what belongs to a post lies under its number, so that a
new post is written at the end of three tables; only two indexes are written all over. They are written in the order of
their keys, a batch at a time, and a transaction holds many batches: the more, the fewer pages are written twice.
"""

from __future__ import annotations

import gc
import json
import os
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from itertools import islice, repeat
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

import msgspec

from archiver.errors import ArchiveError, InputError
from archiver.model import Post
from archiver.store.postmerge import (
    MAX_ADDRESS,
    MAX_FURTHER,
    MAX_OF_SITE,
    MAX_PAGES,
    MAX_TEXTS,
    Row,
    RowLike,
    Said,
    Seen,
    Words,
    fuller,
    gathered,
    kept_pages,
    kept_texts,
    page_hash,
    rank,
    seen_again,
    writable,
)

APPLICATION = 0x61725049
"""`arPI`, by which SQLite tools and `file` can tell it from other databases (the `application_id` pragma)."""

VERSION = 1
"""Of the tables below."""

TABLES: Mapping[str, str] = {
    "posts": """CREATE TABLE posts (               -- one row a post
  post INTEGER PRIMARY KEY,        -- its number in this file
  key TEXT NOT NULL UNIQUE,        -- `x:20`, `mastodon:social.example/110372412617177781`
  platform TEXT NOT NULL, id TEXT NOT NULL, scope TEXT,
  handle TEXT, handle_folded TEXT, account_id TEXT,
  day TEXT,                        -- UTC
  created_at TEXT, url TEXT NOT NULL,
  vouched INTEGER NOT NULL,        -- 1: `json` is the record from a file that its user vouches for
  json TEXT,                       -- null: known only from what pages show (`texts`)
  further INTEGER NOT NULL         -- pages that show it, beyond those in `citations`
)""",
    "posts_handle_day": "CREATE INDEX posts_handle_day ON posts (platform, handle_folded, day)",
    "posts_account_day": "CREATE INDEX posts_account_day ON posts (platform, account_id, day)"
    " WHERE account_id IS NOT NULL",
    "other_names": """CREATE TABLE other_names (         -- other handles and days that pages give for a post
  post INTEGER NOT NULL, platform TEXT NOT NULL, handle_folded TEXT NOT NULL, day TEXT NOT NULL,
  PRIMARY KEY (post, handle_folded, day)
) WITHOUT ROWID""",
    "other_names_handle_day": "CREATE INDEX other_names_handle_day ON other_names (platform, handle_folded, day)",
    "texts": """CREATE TABLE texts (               -- what pages show of a post: one row a handle with words
  post INTEGER NOT NULL,
  variant INTEGER NOT NULL,        -- hash of the handle and of the words, without case, signs and links
  handle TEXT, display_name TEXT, text TEXT,
  PRIMARY KEY (post, variant)
) WITHOUT ROWID""",
    "citations": """CREATE TABLE citations (           -- pages that show a post
  post INTEGER NOT NULL, page TEXT NOT NULL,
  variant INTEGER,                 -- which of `texts`; null where those are full
  first_seen TEXT, last_seen TEXT, -- ISO day or RFC 3339 time
  PRIMARY KEY (post, page)
) WITHOUT ROWID""",
    "further": """CREATE TABLE further (             -- pages that are counted and not kept: so none is counted twice
  post INTEGER NOT NULL, page_hash INTEGER NOT NULL,
  PRIMARY KEY (post, page_hash)
) WITHOUT ROWID""",
    "handles": """CREATE TABLE handles (             -- which accounts were seen under a handle, and when
  platform TEXT NOT NULL, handle_folded TEXT NOT NULL, account_id TEXT NOT NULL,
  vouched INTEGER NOT NULL,
  first_day TEXT NOT NULL, last_day TEXT NOT NULL,
  PRIMARY KEY (platform, handle_folded, account_id, vouched)
) WITHOUT ROWID""",
}
"""Name → how it is made."""

BATCH = 100_000
"""Rows that are put in at once: about 150 MB of memory."""

COMMIT_ROWS = 1_000_000
"""Rows of one transaction: an index's pages are all over the file, so that each batch changes most of them; in one
transaction they are written once."""

MAX_FOUND = 5_000
"""Posts of one account in some days that a look-up gives; nobody writes so many."""

READ_POSTS = 500
"""Posts that are read at a time, where all of them are."""

BUSY_SECONDS = 60.0
"""How long a writer waits for another one's transaction."""

CACHE_KIB = 512 * 1024
"""Changed pages that are held until the transaction ends."""

LOG_PAGES = 65_536
"""Pages (of 4 KiB) that wait in the log before they are written into the file: those that change in every batch wait
for several."""

MAGIC = b"SQLite format 3\x00"

IN_FOLDER = "posts.db"
"""What the index is called that a scan makes in its folder."""


class Citation(msgspec.Struct, frozen=True, kw_only=True):
    """That a page shows a post."""

    post: Post
    """As the page shows it: its id and address, and what else is there. It is found by its `day` or `created_at`."""
    page: str
    """The page's address."""
    seen: str | None = None
    """When the page was seen to show it: ISO day, or RFC 3339 time."""


class Showing(msgspec.Struct, frozen=True, kw_only=True):
    """What some pages agree on."""

    handle: str | None
    display_name: str | None
    text: str | None
    pages: tuple[str, ...]


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """One post of the index."""

    key: str
    platform: str
    id: str
    scope: str | None
    handle: str | None
    account_id: str | None
    day: str | None
    created_at: datetime | None
    url: str
    other_days: tuple[str, ...]
    """Days that other pages give for it."""
    record: Post | None
    """The record that somebody vouches for; null where pages alone show the post."""
    showings: tuple[Showing, ...]
    """What pages show; the one of most pages first."""
    further: int
    """Pages beyond those kept."""
    wordless: tuple[str, ...] = ()
    """Pages that are kept without what they show: they show it in words beyond those kept."""


class Added(msgspec.Struct, kw_only=True):
    """How much was new."""

    posts: int = 0
    records: int = 0
    """Records that are new, or better than the one that was there."""
    texts: int = 0
    pages: int = 0

    def __iadd__(self, other: Added) -> Added:
        for name in self.__struct_fields__:
            setattr(self, name, getattr(self, name) + getattr(other, name))
        return self


class _Known(NamedTuple):
    """A post that the index has."""

    key: str
    post: int
    handle: str | None
    handle_folded: str | None
    account_id: str | None
    day: str | None
    created_at: str | None
    url: str
    vouched: int
    json: str | None
    further: int


class PostRows:
    """Rows that wait to be written."""

    def __init__(self) -> None:
        self.posts: list[tuple[Any, ...]] = []
        self.names: list[tuple[Any, ...]] = []
        self.texts: list[tuple[Any, ...]] = []
        self.pages: list[tuple[Any, ...]] = []
        self.further: list[tuple[Any, ...]] = []
        self.changed: list[tuple[Any, ...]] = []
        self.counted: list[tuple[Any, ...]] = []
        self.retold: list[tuple[Any, ...]] = []
        self.reseen: list[tuple[Any, ...]] = []

    def add_new(
        self, number: int, key: str, one: Said, cited: tuple[Mapping[str, Seen], Sequence[int]] | None = None
    ) -> None:
        """Rows of a post that is in no table yet. cited: the pages that are kept and the hashes of those that are
        counted, where that was worked out before; null: what is kept of `one.pages`."""
        post, texts, pages = one.post, one.texts, one.pages
        rest: Sequence[int] = ()
        if cited is not None:
            pages, rest = dict(cited[0]), cited[1]
        elif len(texts) > MAX_TEXTS or len(pages) > MAX_OF_SITE:
            texts = {variant: texts[variant] for variant in kept_texts(texts, ())}
            pages, uncounted = _divided(pages, texts)
            rest = [page_hash(page) for page in uncounted]
        self.further += [(number, found) for found in rest]
        self.posts.append(
            (number, key, post.platform, post.id, post.scope, one.handle, one.folded, one.account, one.day,
             one.created, post.url, one.record is not None, one.record, len(rest))
        )  # fmt: skip
        if one.names:
            self.names += [(number, post.platform, *name) for name in one.other_names(one.folded, one.day, ())]
        for variant, words in texts.items():
            self.texts.append((number, variant, *words))
        for page, seen in pages.items():
            self.pages.append((number, page, *seen))

    def add_lone(self, numbers: Sequence[int], claims: Sequence[Sequence[Any]]) -> None:
        """The same of posts that one page shows once each. claims: the columns of their `Claim`s."""
        key, platform, post_id, scope, url, handle, folded, name, day, created, text, variant, page, seen = claims
        none = repeat(None)
        self.posts += zip(  # noqa: B905: what is the same of all has no end
            numbers, key, platform, post_id, scope, handle, folded, none, day, created, url, repeat(False), none,
            repeat(0),
        )  # fmt: skip
        self.texts += zip(numbers, variant, handle, name, text, strict=True)
        pages = zip(numbers, page, variant, seen, seen, strict=True)
        self.pages += pages if max(map(len, page)) <= MAX_ADDRESS else (p for p in pages if len(p[1]) <= MAX_ADDRESS)


class NoCollecting:
    """No search for cycles while any thread is inside: a batch has none, and to look through all of it again and again
    is a quarter of its time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._inside = 0
        self._was_on = False

    def __enter__(self) -> None:
        with self._lock:
            if self._inside == 0:
                self._was_on = gc.isenabled()
                gc.disable()
            self._inside += 1

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._inside -= 1
            if self._inside == 0 and self._was_on:
                gc.enable()


NO_COLLECTING = NoCollecting()


_ADD_USE = (
    "INSERT INTO handles VALUES (?,?,?,?,?,?) ON CONFLICT DO UPDATE SET"
    " first_day = min(first_day, excluded.first_day), last_day = max(last_day, excluded.last_day)"
    " WHERE excluded.first_day < first_day OR excluded.last_day > last_day"
)


class PostIndex:
    """Reads and writes one post index. May be shared between threads."""

    def __init__(self, path: Path, *, write: bool = False) -> None:
        """Open the index at `path` (or in the folder of a scan); with `write`, one is made where there is none.

        Raises `InputError` where there is none, or where the file is something else or of another version;
        `ArchiveError` where it cannot be opened or is damaged.
        """
        path = place_of(path)
        self.path = path
        self._lock = threading.RLock()
        self._write = write
        fresh = _check_file(path, write)
        try:
            self._db = sqlite3.connect(
                f"file:{quote(os.fsencode(path.absolute()))}?mode={'rwc' if write else 'ro'}",
                uri=True, check_same_thread=False, isolation_level=None, timeout=BUSY_SECONDS,
            )  # fmt: skip
        except sqlite3.Error as error:
            raise self._unusable(error) from error
        try:
            # A file that somebody else made must not run anything of its own.
            self._db.execute("PRAGMA trusted_schema = OFF")
            self._db.execute("PRAGMA cell_size_check = ON")
            if fresh:
                made = ";".join(TABLES.values())
                pragmas = f"PRAGMA application_id = {APPLICATION}; PRAGMA user_version = {VERSION}"
                self._db.executescript(f"BEGIN IMMEDIATE; {made}; {pragmas}; COMMIT;")
            self._check_schema()
            if write:
                # Readers see the last batch while a writer writes; `close` makes it a single file again.
                self._db.execute("PRAGMA journal_mode = WAL")
                self._db.execute("PRAGMA synchronous = NORMAL")
                self._db.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
                self._db.execute(f"PRAGMA wal_autocheckpoint = {LOG_PAGES}")
        except sqlite3.Error as error:
            self._db.close()
            raise self._unusable(error) from error
        except InputError:
            self._db.close()
            raise

    def __enter__(self) -> PostIndex:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close it; what was added stays in this one file."""
        with self._lock:
            if self._write:
                with suppress(sqlite3.Error):  # somebody else has it open: then it stays as it is
                    self._db.execute("PRAGMA busy_timeout = 0")
                    self._db.execute("PRAGMA journal_mode = DELETE")
            self._db.close()

    def _check_schema(self) -> None:
        rows = self._db.execute("SELECT type, name, sql FROM sqlite_master").fetchall()
        made = {name: sql for _, name, sql in rows}
        if any(kind == "trigger" for kind, _, _ in rows) or any(made.get(name) != sql for name, sql in TABLES.items()):
            raise InputError("its tables are not those of a post index", subject=str(self.path))

    def _unusable(self, error: Exception) -> ArchiveError:
        name = getattr(error, "sqlite_errorname", "")
        if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
            return ArchiveError(
                "another program is writing to the post index", subject=str(self.path), hint="try again later"
            )
        if name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")) or not name:
            return ArchiveError(
                f"the post index is damaged ({error})", subject=str(self.path), hint="make it anew from its sources"
            )
        return ArchiveError(f"the post index cannot be used ({error})", subject=str(self.path))

    # -- adding

    def add_posts(self, posts: Iterable[Post], *, vouched: bool, seen: str | None = None) -> Added:
        """Add posts.

        vouched: whether they are records that count as they are; else they are claims that no page makes. seen: the ISO
        day on which their accounts were seen to have these handles; null: the posts' own days.

        Raises `ArchiveError`; what was added before stays.
        """
        return self.add((post, vouched, None, seen) for post in posts)

    def add_citations(self, citations: Iterable[Citation]) -> Added:
        """Add what pages show of posts.

        Raises `ArchiveError`; what was added before stays.
        """
        return self.add((one.post, False, one.page, one.seen) for one in citations)

    def add(self, rows: Iterable[RowLike]) -> Added:
        """Add what files and pages say of posts (`Row`s), in transactions of at least `COMMIT_ROWS` rows.

        Raises `ArchiveError`: what was added in earlier transactions stays. What `rows` raises loses nothing that came
        before, but for an unfinished batch of `BATCH` rows.
        """
        added = Added()
        waiting = 0
        rest = iter(rows)
        try:
            while batch := list(islice(rest, BATCH)):
                added += self._add_batch(batch)
                waiting += len(batch)
                if waiting >= COMMIT_ROWS:
                    self._commit()
                    waiting = 0
        finally:
            self._commit()
        return added

    def add_vouched_of(self, other: PostIndex) -> Added:
        """Add the records that somebody vouches for in another index, and whose the handles were by them.

        Raises `ArchiveError`.
        """
        records = (Row(msgspec.json.decode(record, type=Post), True) for record in other._vouched())
        try:
            added = self.add(records)
            uses = other._query("SELECT * FROM handles WHERE vouched = 1")
            with self._lock:
                self._db.executemany(_ADD_USE, uses)
        except (sqlite3.Error, ValueError) as error:
            raise self._unusable(error) from error
        return added

    def has_vouched(self) -> bool:
        """Whether it holds any record that somebody vouches for.

        Raises `ArchiveError` as `posts_between`.
        """
        return bool(self._query("SELECT 1 FROM posts WHERE vouched = 1 LIMIT 1"))

    def _vouched(self) -> Iterator[str]:
        last = -(1 << 63)
        asked = f"SELECT post, json FROM posts WHERE vouched = 1 AND post > ? ORDER BY post LIMIT {READ_POSTS}"  # noqa: S608
        while rows := self._query(asked, (last,)):
            last = rows[-1][0]
            yield from (record for _, record in rows if record is not None)

    def _add_batch(self, batch: Sequence[RowLike]) -> Added:
        """Put a batch into the transaction, which is begun where none is open, and undone where something fails."""
        with NO_COLLECTING, self._lock:
            try:
                said, uses = gathered(batch)
            except UnicodeEncodeError:
                said, uses = gathered(writable(batch))
            try:
                if not self._db.in_transaction:
                    self._db.execute("BEGIN IMMEDIATE")
                added = self._put(said)
                self._db.executemany(_ADD_USE, [(*use, *days) for use, days in sorted(uses.items())])
            except BaseException as error:
                with suppress(sqlite3.Error):
                    self._db.execute("ROLLBACK")
                if isinstance(error, sqlite3.Error):
                    raise self._unusable(error) from error
                raise
        return added

    def _commit(self) -> None:
        with self._lock:
            try:
                if self._db.in_transaction:
                    self._db.execute("COMMIT")
            except sqlite3.Error as error:
                raise self._unusable(error) from error

    def _put(self, said: Mapping[str, Said]) -> Added:
        known = self._known(said)
        last = int(self._db.execute("SELECT coalesce(max(post), 0) FROM posts").fetchone()[0])
        rows = PostRows()
        records = 0
        for number, key in enumerate(sorted(said.keys() - known.keys()), last + 1):
            one = said[key]
            rows.add_new(number, key, one)
            records += one.record is not None
        new = len(rows.posts)
        if known:
            records += self._change(said, known, rows)
        self._write_rows(rows)
        return Added(posts=new, records=records, texts=len(rows.texts), pages=len(rows.pages) + len(rows.further))

    def _write_rows(self, rows: PostRows) -> None:
        execute = self._db.executemany
        execute(f"INSERT INTO posts VALUES ({','.join('?' * 14)})", rows.posts)  # noqa: S608
        execute("INSERT INTO other_names VALUES (?,?,?,?)", rows.names)
        execute("INSERT INTO texts VALUES (?,?,?,?,?)", rows.texts)
        execute("INSERT INTO citations VALUES (?,?,?,?,?)", rows.pages)
        execute("INSERT INTO further VALUES (?,?)", rows.further)
        execute(
            "UPDATE posts SET handle = ?, handle_folded = ?, account_id = ?, day = ?, created_at = ?, url = ?,"
            " vouched = ?, json = ? WHERE post = ?",
            rows.changed,
        )
        execute("UPDATE posts SET further = ? WHERE post = ?", rows.counted)
        execute("UPDATE texts SET handle = ?, display_name = ?, text = ? WHERE post = ? AND variant = ?", rows.retold)
        execute(
            "UPDATE citations SET variant = ?, first_seen = ?, last_seen = ? WHERE post = ? AND page = ?", rows.reseen
        )

    def _known(self, keys: Iterable[str]) -> dict[str, _Known]:
        columns = "p." + ", p.".join(_Known._fields)
        rows = self._db.execute(
            f"SELECT {columns} FROM json_each(?) j JOIN posts p ON p.key = j.value",  # noqa: S608
            (json.dumps(sorted(keys)),),
        )
        return {row[0]: _Known._make(row) for row in rows}

    def _change(self, said: Mapping[str, Said], known: Mapping[str, _Known], rows: PostRows) -> int:
        """What a batch adds to posts that are there already; gives how many records are new or better."""
        numbers = [row.post for row in known.values()]
        had_texts: dict[int, dict[int, Words]] = {}
        for post, variant, *words in self._of_posts("texts", "post, variant, handle, display_name, text", numbers):
            had_texts.setdefault(post, {})[variant] = tuple(words)
        had_names: dict[int, set[tuple[str, str]]] = {}
        for post, folded, day in self._of_posts("other_names", "post, handle_folded, day", numbers):
            had_names.setdefault(post, set()).add((folded, day))
        had_pages, full = self._pages_of(said, known)
        records = 0
        rest: dict[int, list[int]] = {}
        for key, row in known.items():
            one, post = said[key], row.post
            texts = self._retell(post, one, had_texts.get(post, {}), rows)
            uncounted = self._cite(post, one, texts, had_pages.get(post, {}), rows, full=post in full)
            if uncounted and row.further < MAX_FURTHER:
                rest[post] = [page_hash(page) for page in uncounted]
            records += self._renew(row, one, had_names.get(post, set()), rows)
        self._count(rest, {row.post: row.further for row in known.values() if row.post in rest}, rows)
        return records

    def _pages_of(
        self, said: Mapping[str, Said], known: Mapping[str, _Known]
    ) -> tuple[dict[int, dict[str, Seen]], set[int]]:
        """The pages that are kept of posts, and which posts have as many as there may be: of those only the pages that
        the batch has, too. They are few and in every batch."""
        many = [row.post for row in known.values() if row.further]
        full = {
            row[0]
            for row in self._db.execute(
                "SELECT post FROM citations WHERE post IN (SELECT value FROM json_each(?)) GROUP BY post"
                " HAVING count(*) >= ?",
                (json.dumps(many), MAX_PAGES),
            )
        }
        found: dict[int, dict[str, Seen]] = {}
        columns = "post, page, variant, first_seen, last_seen"
        for post, page, *seen in self._of_posts(
            "citations", columns, [row.post for row in known.values() if row.post not in full]
        ):
            found.setdefault(post, {})[page] = tuple(seen)
        pairs = [(row.post, page) for key, row in known.items() if row.post in full for page in said[key].pages]
        for post, page, *seen in self._db.execute(
            "SELECT c.post, c.page, c.variant, c.first_seen, c.last_seen FROM json_each(?) j JOIN citations c"
            " ON c.post = json_extract(j.value, '$[0]') AND c.page = json_extract(j.value, '$[1]')",
            (json.dumps(pairs),),
        ):
            found.setdefault(post, {})[page] = tuple(seen)
        return found, full

    def _count(self, rest: Mapping[int, list[int]], further: Mapping[int, int], rows: PostRows) -> None:
        """Count pages that are not kept, each once."""
        pairs = [(post, found) for post, hashes in rest.items() for found in hashes]
        counted = set(
            self._db.execute(
                "SELECT f.post, f.page_hash FROM json_each(?) j JOIN further f"
                " ON f.post = json_extract(j.value, '$[0]') AND f.page_hash = json_extract(j.value, '$[1]')",
                (json.dumps(pairs),),
            )
        )
        for post, hashes in rest.items():
            new = [found for found in dict.fromkeys(hashes) if (post, found) not in counted]
            new = new[: MAX_FURTHER - further[post]]
            rows.further += [(post, found) for found in new]
            if new:
                rows.counted.append((further[post] + len(new), post))

    def _of_posts(self, table: str, columns: str, numbers: list[int]) -> Iterator[Any]:
        return self._db.execute(
            f"SELECT {columns} FROM {table} WHERE post IN (SELECT value FROM json_each(?))",  # noqa: S608
            (json.dumps(numbers),),
        )

    def _retell(self, post: int, one: Said, there: Mapping[int, Words], rows: PostRows) -> dict[int, Words]:
        """Add the words that are new; gives all that the post keeps."""
        texts = dict(there)
        for variant in kept_texts(one.texts, there):
            words = one.texts.get(variant)
            if words is None:
                continue
            if variant not in there:
                rows.texts.append((post, variant, *words))
            elif (best := fuller(words, there[variant])) != there[variant]:
                rows.retold.append((*best, post, variant))
                words = best
            texts[variant] = words
        return texts

    @staticmethod
    def _cite(
        post: int, one: Said, texts: Mapping[int, Words], there: Mapping[str, Seen], rows: PostRows, *, full: bool
    ) -> list[str]:
        """Add the pages that are new, unless the post is `full`; gives those that are only counted."""
        fresh: dict[str, Seen] = {}
        for page, seen in one.pages.items():
            variant = seen[0] if seen[0] in texts else None
            if page not in there:
                fresh[page] = (variant, *seen[1:])
            elif (again := seen_again((variant, *seen[1:]), there[page], texts)) != there[page]:
                rows.reseen.append((*again, post, page))
        kept, rest = ([], sorted(fresh)) if full else kept_pages(fresh, there)
        rows.pages += [(post, page, *fresh[page]) for page in kept]
        return rest

    @staticmethod
    def _renew(row: _Known, one: Said, had: set[tuple[str, str]], rows: PostRows) -> bool:
        """Change the post's own row where the batch knows more; gives whether its record is new or better."""
        handle, folded, account, day, created, url = row[2:8]
        record = row.json
        better = one.record is not None and (record is None or rank(one.record) > rank(record))
        if better:
            record, url = one.record, one.post.url
            handle, folded = one.handle or handle, one.folded or folded
            account, day, created = one.account or account, one.day or day, one.created or created
        else:
            if folded is None:
                handle, folded = one.handle, one.folded
            account, day, created = account or one.account, day or one.day, created or one.created
        values = (handle, folded, account, day, created, url, int(record is not None), record)
        if values != row[2:10]:
            rows.changed.append((*values, row.post))
        one.names = {*(one.names or ()), (one.folded, one.day), (row.handle_folded, row.day)}
        rows.names += [(row.post, one.post.platform, *name) for name in one.other_names(folded, day, had)]
        return better

    # -- looking up

    def posts_between(self, platform: str, handle: str, first: str, last: str) -> list[Held]:
        """Posts of one account from one UTC day to another (ISO, both included): those under this handle, in any case,
        and those of accounts that were seen under it; in the order of their keys, at most `MAX_FOUND`.

        Raises `ArchiveError` where the file is damaged or cannot be read.
        """
        folded, first, last = handle.casefold(), first[:10], last[:10]
        return self._held(
            "post IN (SELECT post FROM posts WHERE platform = ? AND handle_folded = ? AND day BETWEEN ? AND ?"
            " UNION SELECT post FROM other_names WHERE platform = ? AND handle_folded = ? AND day BETWEEN ? AND ?"
            " UNION SELECT post FROM posts WHERE platform = ? AND day BETWEEN ? AND ? AND account_id IN"
            " (SELECT account_id FROM handles WHERE platform = ? AND handle_folded = ?))",
            (platform, folded, first, last, platform, folded, first, last, platform, first, last, platform, folded),
        )

    def post(self, key: str) -> Held | None:
        """The post with this key.

        Raises `ArchiveError` as `posts_between`.
        """
        found = self._held("key = ?", (key,))
        return found[0] if found else None

    def each(self) -> Iterator[Held]:
        """All posts, some hundred at a time, in the order of their numbers.

        Raises `ArchiveError` as `posts_between`.
        """
        last = -(1 << 63)
        next_ones = f"SELECT post FROM posts WHERE post > ? ORDER BY post LIMIT {READ_POSTS}"  # noqa: S608
        while numbers := self._query(next_ones, (last,)):
            first, last = numbers[0][0], numbers[-1][0]
            yield from self._held("post BETWEEN ? AND ?", (first, last))

    def handle_uses(self, platform: str, handle: str, *, vouched: bool) -> list[tuple[str, str, str]]:
        """Which accounts were seen under a handle (any case): stable id, first and last ISO day. vouched: by records
        that somebody vouches for; else as pages show it.

        Raises `ArchiveError` as `posts_between`.
        """
        return self._query(
            "SELECT account_id, first_day, last_day FROM handles WHERE platform = ? AND handle_folded = ?"
            " AND vouched = ? ORDER BY account_id",
            (platform, handle.casefold(), int(vouched)),
        )

    def counts(self) -> dict[str, int]:
        """How many rows each table has.

        Raises `ArchiveError` as `posts_between`.
        """
        tables = [name for name, sql in TABLES.items() if sql.startswith("CREATE TABLE")]
        return {name: int(self._query(f"SELECT count(*) FROM {name}")[0][0]) for name in tables}  # noqa: S608

    def rows(self, table: str) -> list[tuple[Any, ...]]:
        """All rows of a table in a fixed order: for comparing indexes."""
        if table not in TABLES:
            raise ValueError(table)
        return sorted(self._query(f"SELECT * FROM {table}"), key=repr)  # noqa: S608

    def _query(self, sql: str, parameters: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        with self._lock:
            try:
                return self._db.execute(sql, parameters).fetchall()
            except (sqlite3.Error, UnicodeError) as error:
                raise self._unusable(error) from error

    def _held(self, where: str, parameters: tuple[Any, ...]) -> list[Held]:
        columns = "post, key, platform, id, scope, handle, account_id, day, created_at, url, json, further"
        rows = self._query(f"SELECT {columns} FROM posts WHERE {where} ORDER BY key LIMIT {MAX_FOUND}", parameters)  # noqa: S608
        if not rows:
            return []
        numbers = json.dumps([row[0] for row in rows])
        shown: dict[int, dict[int, tuple[Any, ...]]] = {}
        for post, variant, *words in self._rows_of("texts", "post, variant, handle, display_name, text", numbers):
            shown.setdefault(post, {})[variant] = tuple(words)
        pages: dict[tuple[int, int | None], list[str]] = {}
        for post, variant, page in self._rows_of("citations", "post, variant, page", numbers):
            pages.setdefault((post, variant), []).append(page)
        days: dict[int, set[str]] = {}
        for post, day in self._rows_of("other_names", "post, day", numbers):
            days.setdefault(post, set()).add(day)
        try:
            return [_held_of(row, shown.get(row[0], {}), pages, days.get(row[0], set())) for row in rows]
        except (ValueError, TypeError) as error:
            raise self._unusable(error) from error

    def _rows_of(self, table: str, columns: str, numbers: str) -> list[tuple[Any, ...]]:
        """Rows of some posts, in the order of the table's key."""
        return self._query(
            f"SELECT {columns} FROM {table} WHERE post IN (SELECT value FROM json_each(?)) ORDER BY 1, 2",  # noqa: S608
            (numbers,),
        )


def _divided(pages: Mapping[str, Seen], texts: Mapping[int, Words]) -> tuple[dict[str, Seen], list[str]]:
    """Of a new post's pages those that are kept, without words that are not; and those that are counted."""
    kept, rest = kept_pages(pages, ())
    out = {}
    for page in kept:
        variant, first, last = pages[page]
        out[page] = (variant if variant in texts else None, first, last)
    return out, rest[:MAX_FURTHER]


def _held_of(
    row: tuple[Any, ...],
    shown: Mapping[int, tuple[Any, ...]],
    pages: Mapping[tuple[int, int | None], list[str]],
    days: set[str],
) -> Held:
    """Raises `ValueError` or `TypeError` where something in it is not of its kind."""
    post, key, platform, post_id, scope, handle, account, day, created, url, record, further = row
    showings = [
        Showing(handle=words[0], display_name=words[1], text=words[2], pages=tuple(sorted(pages.get((post, v), ()))))
        for v, words in shown.items()
    ]
    showings.sort(key=lambda one: (-len(one.pages), one.text or "", one.handle or ""))
    held = {
        "key": key, "platform": platform, "id": post_id, "scope": scope, "handle": handle, "account_id": account,
        "day": day, "created_at": created, "url": url, "other_days": sorted(days - {day}), "further": further,
        "record": msgspec.json.decode(record, type=Post) if record is not None else None, "showings": showings,
        "wordless": sorted(pages.get((post, None), ())),
    }  # fmt: skip
    return msgspec.convert(held, Held)


def place_of(path: Path) -> Path:
    """Where the index is that was named: the file, or in the folder of a scan the one that it made."""
    return path / IN_FOLDER if (path / IN_FOLDER).is_file() else path


def _check_file(path: Path, write: bool) -> bool:
    """Whether a new index has to be made.

    Raises `InputError` where there is none to read, or something else: before anything of it is given to SQLite.
    """
    try:
        with path.open("rb") as file:
            head = file.read(100)
    except FileNotFoundError:
        if write:
            return True
        raise InputError(
            "there is no such post index", subject=str(path), hint="`archiver index FILE` makes one"
        ) from None
    except OSError as error:
        raise ArchiveError(f"the post index cannot be opened: {error.strerror}", subject=str(path)) from error
    if not head and write:
        return True
    if not head.startswith(MAGIC) or len(head) < 100 or int.from_bytes(head[68:72]) != APPLICATION:
        raise InputError("this is no post index", subject=str(path))
    if (version := int.from_bytes(head[60:64])) != VERSION:
        raise InputError(
            f"this post index has version {version}, this program reads {VERSION}",
            subject=str(path), hint="make it anew from its sources",
        )  # fmt: skip
    return False
