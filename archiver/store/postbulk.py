"""A whole post index at once, from statements in the order of posts: several times as fast as adding them one by one.

What the file then holds is what `PostIndex.add` of the same rows in one batch would hold. Rows are taken as they come
and a batch is held at a time, also of a post that a million pages show: of those the pages that are kept, and hashes of
those that are counted, up to their bounds.

Posts are numbered in the order of their keys, so that every table is written from its beginning to its end; the indexes
are made when all rows are there.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote

from archiver.errors import ArchiveError
from archiver.store.durability import sync_file, sync_folder
from archiver.store.postindex import APPLICATION, BATCH, NO_COLLECTING, TABLES, VERSION, Added, PostRows
from archiver.store.postmerge import (
    MAX_FURTHER,
    MAX_NAMES,
    Claim,
    RowLike,
    Said,
    Seen,
    Uses,
    claimed,
    gathered,
    kept_pages,
    kept_texts,
    page_hash,
    said_of,
    seen_again,
    writable,
)

MAX_HELD = 2 * BATCH
"""Pages of one post that are held before it is settled which of them are kept."""

MAX_WORDINGS = 1000
"""The same of its texts, which are larger."""

MAX_CHARACTERS = 1 << 26
"""Code points of text in one batch."""

CACHE_KIB = 128 * 1024
"""Pages of the file that are held; keys come in order, so that few are wanted twice."""

INSERT = {
    "posts": "INSERT INTO posts VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
    "names": "INSERT INTO other_names VALUES (?,?,?,?)",
    "texts": "INSERT INTO texts VALUES (?,?,?,?,?)",
    "pages": "INSERT INTO citations VALUES (?,?,?,?,?)",
    "further": "INSERT INTO further VALUES (?,?)",
}  # fmt: skip


def write_index(path: Path, rows: Iterable[RowLike] | Iterable[Claim]) -> Added:
    """Make the post index at `path`, which must not be there yet.

    rows: statements about posts (`archiver.store.postmerge.Row`; or `Claim`s, at a third of the cost), those of one
    post together, posts in the order of their keys, the pages of each in the order of their addresses. In another order
    of pages the index holds the same within its bounds: which pages are kept where there are more, and the handle that
    comes first, may differ.

    Memory: two batches of rows. The same rows make the same bytes.

    Raises `ValueError` where posts come in another order; `ArchiveError` where the file cannot be written. Then nothing
    is left of it; what `rows` raises, too, leaves nothing.
    """
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o666))
    except OSError as error:
        raise ArchiveError(f"the post index cannot be made: {error.strerror}", subject=str(path)) from error
    try:
        address = f"file:{quote(os.fsencode(path.absolute()))}?mode=rw"
        with closing(sqlite3.connect(address, uri=True, isolation_level=None)) as db:
            added = _written(db, rows)
        with path.open("rb+") as file:
            sync_file(file.fileno())
        sync_folder(path.parent)
    except BaseException as error:
        path.unlink(missing_ok=True)
        if isinstance(error, sqlite3.Error | OSError):
            raise ArchiveError(f"the post index cannot be written ({error})", subject=str(path)) from error
        raise
    return added


def _written(db: sqlite3.Connection, rows: Iterable[RowLike] | Iterable[Claim]) -> Added:
    # Nobody reads the file before it is whole, and one that was not finished is taken away: no journal is needed.
    db.execute("PRAGMA journal_mode = OFF")
    db.execute("PRAGMA synchronous = OFF")
    db.execute("PRAGMA locking_mode = EXCLUSIVE")
    db.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
    db.execute("BEGIN")
    for sql in TABLES.values():
        if not sql.startswith("CREATE INDEX"):
            db.execute(sql)
    added = _Writing(db).all(rows)
    for sql in TABLES.values():
        if sql.startswith("CREATE INDEX"):
            db.execute(sql)
    db.execute(f"PRAGMA application_id = {APPLICATION}")
    db.execute(f"PRAGMA user_version = {VERSION}")
    db.execute("COMMIT")
    return added


class _Writing:
    """Puts the posts of sorted rows into a new index."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._number = 0
        self._last = ""
        self._added = Added()
        self._open: _Large | None = None
        """The post of which more may come, where it has so many pages that they are settled already."""

    def all(self, rows: Iterable[RowLike] | Iterable[Claim]) -> Added:
        rest = iter(rows)
        said: Mapping[str, Said | Claim] = {}
        uses: Uses = {}
        while batch := _batch(rest):
            with NO_COLLECTING:
                said = self._put(self._gathered(batch, said, uses), last=False)
        with NO_COLLECTING:
            self._put(said, last=True)
        self._db.executemany("INSERT INTO handles VALUES (?,?,?,?,?,?)", [(*use, *uses[use]) for use in sorted(uses)])
        return self._added

    @staticmethod
    def _gathered(batch: list[Any], said: Mapping[str, Said | Claim], uses: Uses) -> Mapping[str, Said | Claim]:
        """What the batch says, and `said` before it."""
        if type(batch[0]) is Claim:
            return claimed(batch, said)
        before = cast("Mapping[str, Said]", said)
        try:
            posts, more = gathered(batch, before)
        except UnicodeEncodeError:
            posts, more = gathered(writable(batch), before)
        _join(uses, more)
        return posts

    def _put(self, posts: Mapping[str, Said | Claim], *, last: bool) -> Mapping[str, Said | Claim]:
        """Write the posts that are whole; gives the one of which more may come."""
        rows = PostRows()
        end = len(posts) - 1
        for place, (key, one) in enumerate(posts.items()):
            if type(one) is Claim and (place < end or last):
                self._next(key)
                rows.add_claim(self._number, one)
                continue
            one = said_of(one) if type(one) is Claim else cast("Said", one)
            large = self._open if self._open is not None and self._open.said is one else None
            if place == end and not last:
                if large is None and (len(one.pages) > MAX_HELD or len(one.texts) > MAX_WORDINGS):
                    large = _Large(one)
                if large is not None:
                    large.settle()
                self._open = large
                self._write(rows)
                return {key: one}
            self._next(key)
            if large is not None:
                large.settle()
                rows.add_new(self._number, key, one, (large.kept, list(large.counted)))
            else:
                rows.add_new(self._number, key, one)
            self._added.records += one.record is not None
        self._write(rows)
        return {}

    def _next(self, key: str) -> None:
        """The number of the next post."""
        if key <= self._last:
            raise ValueError(f"the rows of {key} do not come in the order of keys")
        self._last = key
        self._number += 1

    def _write(self, rows: PostRows) -> None:
        for name, sql in INSERT.items():
            waiting: list[tuple[Any, ...]] = getattr(rows, name)
            if name in ("texts", "pages", "further"):
                waiting.sort()  # by what the table is keyed by, which is never the same in two rows
            self._db.executemany(sql, waiting)
        self._added.posts += len(rows.posts)
        self._added.texts += len(rows.texts)
        self._added.pages += len(rows.pages) + len(rows.further)


def _batch(rows: Iterator[Any]) -> list[Any]:
    """The next rows: so many, or so much text."""
    batch: list[Any] = []
    characters = 0
    row: Any
    for row in islice(rows, BATCH):
        batch.append(row)
        characters += len((row.text if type(row) is Claim else row[0].text) or "")
        if characters > MAX_CHARACTERS:
            break
    return batch


def _join(uses: Uses, more: Uses) -> None:
    for use, days in more.items():
        span = uses.get(use, days)
        uses[use] = (min(days[0], span[0]), max(days[1], span[1]))


class _Large:
    """A post of more pages than are held: which are kept, and the hashes of those that are counted."""

    def __init__(self, said: Said) -> None:
        self.said = said
        self.kept: dict[str, Seen] = {}
        self.counted: dict[int, None] = {}

    def settle(self) -> None:
        """Take in the pages that the post has got, and let go of all that is not kept of it."""
        said = self.said
        texts = {variant: said.texts[variant] for variant in kept_texts(said.texts, ())}
        fresh: dict[str, Seen] = {}
        for page, seen in said.pages.items():
            if page in self.kept:
                self.kept[page] = seen_again(seen, self.kept[page], said.texts)
            else:
                fresh[page] = seen
        kept, rest = kept_pages(fresh, self.kept)
        self.kept.update((page, fresh[page]) for page in kept)
        for page in rest:
            if len(self.counted) >= MAX_FURTHER:
                break
            self.counted[page_hash(page)] = None
        for page, (variant, first, last) in self.kept.items():
            self.kept[page] = (variant if variant in texts else None, first, last)
        said.texts, said.pages = texts, {}
        if said.names is not None and len(said.names) > MAX_HELD:
            named = said.other_names(said.folded, said.day, ())
            said.names = set(named[:MAX_NAMES])
