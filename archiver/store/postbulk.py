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
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from itertools import compress, islice
from operator import lt, ne, sub
from pathlib import Path
from typing import Any
from urllib.parse import quote

from archiver.errors import ArchiveError
from archiver.store.durability import sync_file, sync_folder
from archiver.store.postindex import APPLICATION, BATCH, NO_COLLECTING, TABLES, VERSION, Added, PostRows
from archiver.store.postmerge import (
    MAX_FURTHER,
    MAX_NAMES,
    RowLike,
    Said,
    Seen,
    Uses,
    gathered,
    kept_pages,
    kept_texts,
    page_hash,
    seen_again,
    shown_by,
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


def write_index(path: Path, rows: Iterable[RowLike]) -> Added:
    """Make the post index at `path`, which must not be there yet.

    rows: statements about posts (`archiver.store.postmerge.Row`), those of one post together, posts in the order of
    their keys, the pages of each in the order of their addresses. In another order of pages the index holds the same
    within its bounds: which pages are kept where there are more, and the handle that comes first, may differ.

    Memory: two batches of rows. The same rows make the same bytes.

    Raises `ValueError` where posts come in another order; `ArchiveError` where the file cannot be written. Then nothing
    is left of it; what `rows` raises, too, leaves nothing.
    """
    return _made(path, lambda writing: writing.rows(rows))


def write_claims(path: Path, pieces: Iterable[Sequence[Sequence[Any]]]) -> Added:
    """The same from what pages show, at a fraction of the cost.

    pieces: the columns of `archiver.store.postmerge.Claim`, some thousand values long each, in the order that
    `write_index` wants. A post may go on in the next piece. Memory: some pieces.
    """
    return _made(path, lambda writing: writing.claims(pieces))


def _made(path: Path, write: Callable[[_Writing], Added]) -> Added:
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o666))
    except OSError as error:
        raise ArchiveError(f"the post index cannot be made: {error.strerror}", subject=str(path)) from error
    try:
        address = f"file:{quote(os.fsencode(path.absolute()))}?mode=rw"
        with closing(sqlite3.connect(address, uri=True, isolation_level=None)) as db:
            added = _written(db, write)
        with path.open("rb+") as file:
            sync_file(file.fileno())
        sync_folder(path.parent)
    except BaseException as error:
        path.unlink(missing_ok=True)
        if isinstance(error, sqlite3.Error | OSError):
            raise ArchiveError(f"the post index cannot be written ({error})", subject=str(path)) from error
        raise
    return added


def _written(db: sqlite3.Connection, write: Callable[[_Writing], Added]) -> Added:
    # Nobody reads the file before it is whole, and one that was not finished is taken away: no journal is needed.
    db.execute("PRAGMA journal_mode = OFF")
    db.execute("PRAGMA synchronous = OFF")
    db.execute("PRAGMA locking_mode = EXCLUSIVE")
    db.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
    db.execute("BEGIN")
    for sql in TABLES.values():
        if not sql.startswith("CREATE INDEX"):
            db.execute(sql)
    added = write(_Writing(db))
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

    def rows(self, rows: Iterable[RowLike]) -> Added:
        rest = iter(rows)
        said: Mapping[str, Said] = {}
        uses: Uses = {}
        while batch := _batch(rest):
            with NO_COLLECTING:
                said = self._put(_gathered(batch, said, uses))
        with NO_COLLECTING:
            self._end(said)
        self._db.executemany("INSERT INTO handles VALUES (?,?,?,?,?,?)", [(*use, *uses[use]) for use in sorted(uses)])
        return self._added

    def _put(self, posts: Mapping[str, Said]) -> Mapping[str, Said]:
        """Write the posts that are whole; gives the last one, of which more may come."""
        rows = PostRows()
        *whole, (last, one) = posts.items()
        for key, said in whole:
            self._close(key, said, rows)
        self._settle(one)
        self._write(rows)
        return {last: one}

    def claims(self, pieces: Iterable[Sequence[Sequence[Any]]]) -> Added:
        said: Mapping[str, Said] = {}
        for piece in pieces:
            if piece[0]:
                with NO_COLLECTING:
                    said = self._take(piece, said)
        with NO_COLLECTING:
            self._end(said)
        return self._added

    def _take(self, claims: Sequence[Sequence[Any]], said: Mapping[str, Said]) -> Mapping[str, Said]:
        """Write the posts of a piece that are whole; gives the last one, of which more may come."""
        keys = claims[0]
        starts = [0, *compress(range(1, len(keys)), map(ne, keys[1:], keys))]
        rows = PostRows()
        if keys[0] in said:
            end = starts[1] if len(starts) > 1 else len(keys)
            said = {keys[0]: shown_by(_rows(claims, 0, end), said[keys[0]])}
            del starts[0]
        if starts:
            for key, one in said.items():
                self._close(key, one, rows)
            self._add_whole(claims, starts, rows)
            said = {keys[starts[-1]]: shown_by(_rows(claims, starts[-1], len(keys)))}
        for one in said.values():
            self._settle(one)
        self._write(rows)
        return said

    def _add_whole(self, claims: Sequence[Sequence[Any]], starts: Sequence[int], rows: PostRows) -> None:
        """Posts that begin in a piece and end in it. starts: where each begins, and where the last ends."""
        keys = [claims[0][start] for start in starts]
        before = [self._last, *keys]
        if not all(map(lt, before, keys)):
            late = next(key for last, key in zip(before, keys, strict=False) if last >= key)
            raise ValueError(f"the rows of {late} do not come in the order of keys")
        numbers = range(self._number + 1, self._number + len(starts))
        self._number += len(numbers)
        self._last = before[-2]
        lengths = list(map(sub, starts[1:], starts))
        lone = [length == 1 for length in lengths]
        if any(lone):
            places = list(compress(starts, lone))
            columns = [list(map(column.__getitem__, places)) for column in claims]
            rows.add_lone(list(compress(numbers, lone)), columns)
        for number, key, start, length in zip(numbers, keys, starts, lengths, strict=False):
            if length > 1:
                rows.add_new(number, key, shown_by(_rows(claims, start, start + length)))

    def _end(self, said: Mapping[str, Said]) -> None:
        rows = PostRows()
        for key, one in said.items():
            self._close(key, one, rows)
        self._write(rows)

    def _close(self, key: str, one: Said, rows: PostRows) -> None:
        """A post of which no more comes."""
        if key <= self._last:
            raise ValueError(f"the rows of {key} do not come in the order of keys")
        self._last = key
        self._number += 1
        if self._open is not None and self._open.said is one:
            self._open.settle()
            rows.add_new(self._number, key, one, (self._open.kept, list(self._open.counted)))
        else:
            rows.add_new(self._number, key, one)
        self._open = None
        self._added.records += one.record is not None

    def _settle(self, one: Said) -> None:
        """Let go of what is not kept of a post of which more may come, where that is much."""
        if self._open is None and (len(one.pages) > MAX_HELD or len(one.texts) > MAX_WORDINGS):
            self._open = _Large(one)
        if self._open is not None:
            self._open.settle()

    def _write(self, rows: PostRows) -> None:
        for name, sql in INSERT.items():
            waiting: list[tuple[Any, ...]] = getattr(rows, name)
            if name != "names":
                waiting.sort()  # by what the table is keyed by, which is never the same in two rows
            self._db.executemany(sql, waiting)
        self._added.posts += len(rows.posts)
        self._added.texts += len(rows.texts)
        self._added.pages += len(rows.pages) + len(rows.further)


def _rows(columns: Sequence[Sequence[Any]], start: int, end: int) -> Iterator[tuple[Any, ...]]:
    return zip(*[column[start:end] for column in columns], strict=True)


def _gathered(batch: list[RowLike], before: Mapping[str, Said], uses: Uses) -> Mapping[str, Said]:
    """What the batch says, and `before` it."""
    try:
        posts, more = gathered(batch, before)
    except UnicodeEncodeError:
        posts, more = gathered(writable(batch), before)
    _join(uses, more)
    return posts


def _batch(rows: Iterator[RowLike]) -> list[RowLike]:
    """The next rows: so many, or so much text."""
    batch: list[RowLike] = []
    characters = 0
    for row in islice(rows, BATCH):
        batch.append(row)
        characters += len(row[0].text or "")
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
