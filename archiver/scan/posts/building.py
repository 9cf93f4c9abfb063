"""The posts that a crawl cites: from the table of mentions to one row a post, with all pages that cite it.

Everything that may be larger than memory is sorted and joined by DuckDB, which spills to the disk, or goes through row
by row. Sorted tables wait as Parquet files in a folder beside the result:

    mentions without an id that are a post's are found (`archiver.scan.posts.flattened`)
    all mentions are sorted by post, page and time; one pass over them gathers what they say of each post
    (`archiver.scan.posts.gathering`), another one, beside it, writes the post index (`archiver.scan.posts.claims`)
    posts, and with them their citations, are sorted as the table of posts is (`archiver.scan.posts.posttable`)
"""

from __future__ import annotations

import multiprocessing
import os
import shutil
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import msgspec

from archiver.errors import LimitError
from archiver.scan.posts.beside import Beside
from archiver.scan.posts.claims import index_claims
from archiver.scan.posts.duck import MEMORY, database, parquet, text
from archiver.scan.posts.flattened import Said as Compared
from archiver.scan.posts.flattened import joined, moment, name_of
from archiver.scan.posts.gathering import gathered
from archiver.scan.posts.posttable import CITING, HEAD, Field, Waiting, write_posts
from archiver.scan.table import pyarrow_modules
from archiver.store.durability import sync_file, sync_folder
from archiver.store.postbulk import write_claims
from archiver.store.postindex import NO_COLLECTING, PostIndex

WORK = ".posts.work"
"""The folder beside the table where things wait; one that was left is taken away."""

READ_ROWS = 10_000
GROUP_ROWS = 20_480
"""Rows of a row group of the tables on the way."""

BESIDE_ROWS = 100_000
"""Mentions from which on the index is written by a process of its own: to start it takes a third of a second."""

NUMBERED = ", file_row_number = true"

JOINED = (
    Field("platform", "text", ""),
    Field("words_key", "integer", ""),
    Field("date", "text", ""),
    Field("date_basis", "text", ""),
    Field("text", "text", ""),
    Field("post_key", "text", ""),
    Field("not_before", "text", ""),
)
NAMED = (
    Field("row", "integer", ""),
    Field("key", "text", ""),
)

MENTION = """coalesce({key}, m.post_key) AS key, coalesce(m.page_url, '') AS page_url,
epoch_us(m.captured_at) AS captured, coalesce(m.file, '') AS file, coalesce(m."offset", 0) AS "offset",
coalesce(m.number, 0) AS number, coalesce(m.record_id, '') AS record_id, coalesce(m.page_host, '') AS page_host,
m.page_language AS page_language, coalesce(m.rule, '') AS rule, coalesce(m.confidence, 0) AS confidence,
coalesce(m.times, 1) AS times,
m.post_key IS NULL AS flattened, {has_id} AS has_id, m.platform AS platform, m.scope AS scope, m.url AS url,
m.handle AS handle, m.display_name AS display_name, m.date AS date, m.text AS text, m.words_key AS words_key"""
"""The columns of a mention as `Said` has them."""

ORDER = """key, page_url, captured NULLS LAST, file, "offset", number, record_id, hash(flattened, handle, display_name,
text, date, url, scope, words_key, page_host, page_language, rule, confidence, times)"""
"""One order, whatever the order of the files: what still is equal is one mention twice. All of it as keys would be
written twice to be sorted."""


class PostCounts(msgspec.Struct, frozen=True, kw_only=True):
    """What the tables of posts hold."""

    posts: int = 0
    citations: int = 0
    """Pages that cite a post, of all posts."""
    flattened_only: int = 0
    """Posts whose id no page tells."""
    indexed: int = 0
    """Posts of the index: those with an id, and an address."""


class Step(msgspec.Struct, frozen=True):
    """How far the work is."""

    what: str
    """In words, such as `sorting`."""
    done: int = 0
    """Mentions or posts; 0 where it cannot be told."""


OnStep = Callable[[Step], None]


def no_step(_step: Step) -> None:
    """Nobody wants to know."""


def build_posts(
    mentions: Path,
    posts_parquet: Path,
    posts_db: Path,
    *,
    progress: OnStep = no_step,
    threads: int | None = None,
    memory: str = MEMORY,
) -> PostCounts:
    """Make the table of posts and the post index from a table of mentions.

    mentions: the folder of the table (`archiver.scan.rows.COLUMNS`), or one file of it. progress: told of each step.
    threads, memory: of DuckDB, as for `archiver.scan.posts.duck.database`; besides it, about 500 MB, and as much in the
    process that writes the index of many posts. Disk: about three times the size of the mentions, uncompressed, while
    it runs, beside the table of posts.

    The same mentions make the same bytes, in whatever files and order they are. Both results appear when they are
    whole, and take the place of what was there; one run at a time. Of an index that was there, the records are kept
    that its user vouches for (`archiver index` adds them).

    Raises `UsageError` where duckdb or pyarrow are missing, `InputError` where the mentions cannot be read,
    `LimitError` where the disk takes no more, `ArchiveError`. Then nothing has changed.
    """
    pyarrow_modules()
    work = posts_parquet.absolute().parent / WORK
    try:
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir(parents=True)
        with database(work / "spill", memory=memory, threads=threads) as db:
            counts = _Building(db, work, threads or os.cpu_count() or 1, progress).all(files_of(mentions))
        _keep_vouched(posts_db, work / "posts.db")
        for made, place in ((work / "posts.parquet", posts_parquet), (work / "posts.db", posts_db)):
            with made.open("rb+") as file:
                sync_file(file.fileno())
            os.replace(made, place)
            sync_folder(place.absolute().parent)
    except OSError as error:
        raise LimitError(
            f"the posts cannot be written: {error.strerror or error}", subject=str(posts_parquet), hint="make room"
        ) from error
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return counts


def files_of(mentions: Path) -> list[Path]:
    """The files of a table, without those that are not finished."""
    if mentions.is_file():
        return [mentions]
    return sorted(
        path for path in mentions.rglob("*.parquet") if not path.name.startswith((".", "_")) and path.is_file()
    )


def _keep_vouched(old: Path, new: Path) -> None:
    if not old.is_file():
        return
    with PostIndex(old) as had:
        if had.has_vouched():
            with PostIndex(new, write=True) as index:
                index.add_vouched_of(had)


class _Building:
    def __init__(self, db: Any, work: Path, threads: int, progress: OnStep) -> None:
        self._db = db
        self._threads = threads
        self._work = work
        self._progress = progress

    def all(self, files: Sequence[Path]) -> PostCounts:
        if not files:
            write_claims(self._work / "posts.db", ())
            return self._tables(iter(()))
        self._db.execute(f"CREATE VIEW mentions AS SELECT * FROM {parquet(files)} WHERE platform IS NOT NULL")  # noqa: S608
        self._progress(Step("comparing words"))
        self._join()
        self._name()
        self._progress(Step("sorting mentions"))
        named = MENTION.format(key="n.key", has_id="n.has_id")
        known = MENTION.format(key="NULL", has_id="true")
        self._sorted(
            "sorted",
            f"SELECT {known} FROM mentions m WHERE m.post_key IS NOT NULL"  # noqa: S608
            f" UNION ALL SELECT {named} FROM {self._table('apart')} m JOIN {self._table('named')} n ON n.row = m.row",
            ORDER,
        )
        with self._indexed() as indexed:
            with closing(self._pieces("sorted", told="reading mentions")) as pieces:
                counts = self._tables(pieces)
            self._progress(Step("writing the index"))
            return msgspec.structs.replace(counts, indexed=indexed())

    def _join(self) -> None:
        """Find the mentions without an id that are a post's."""
        self._sorted(
            "compared",
            "SELECT DISTINCT platform, words_key, post_key, scope, date, date_basis, text FROM mentions"
            " WHERE words_key IS NOT NULL AND (post_key IS NOT NULL OR post_id IS NULL) AND words_key IN"
            " (SELECT words_key FROM mentions WHERE post_key IS NULL AND post_id IS NULL AND words_key IS NOT NULL)",
            "platform, words_key, post_key NULLS LAST, scope NULLS LAST, date NULLS LAST, date_basis NULLS LAST, text",
        )
        waiting = Waiting(self._work / "joined.parquet", JOINED)
        with closing(waiting), closing(self._rows("compared")) as rows:
            for one in joined(map(Compared._make, rows)):
                waiting.add(one)

    def _name(self) -> None:
        """Give every mention without an id the key of its post, or one of its own."""
        self._copy(
            "apart",
            "SELECT m.*, j.post_key AS joined, row_number() OVER () AS row FROM mentions m"  # noqa: S608
            f" LEFT JOIN {self._table('joined')} j ON m.post_id IS NULL AND m.platform = j.platform"
            " AND m.words_key = j.words_key AND m.date IS NOT DISTINCT FROM j.date"
            " AND m.date_basis IS NOT DISTINCT FROM j.date_basis AND m.text = j.text"
            " AND (m.captured_at IS NULL OR j.not_before IS NULL OR epoch_us(m.captured_at) >="
            " epoch_us(j.not_before::TIMESTAMP)) WHERE m.post_key IS NULL",
        )
        waiting = Waiting(self._work / "named.parquet", (*NAMED, Field("has_id", "boolean", "")))
        columns = ["row", "joined", "platform", "post_id", "handle", "display_name", "date", "text", "page_url"]
        with closing(waiting), closing(self._rows("apart", columns)) as rows:
            for number, key, *facts in rows:
                platform, post_id, handle, name, printed, words, page = facts
                own = name_of(platform, post_id, handle, name, moment(printed)[1], words, page)
                waiting.add((number, key or own, key is not None))

    def _tables(self, pieces: Iterator[Any]) -> PostCounts:
        """Write the table of posts from sorted mentions."""
        heads, citing = Waiting(self._work / "heads.parquet", HEAD), Waiting(self._work / "citing.parquet", CITING)
        # nothing here makes cycles, and to look for them among all that waits is half of the time
        with closing(heads), closing(citing), NO_COLLECTING:
            without_id = gathered(pieces, heads, citing)
        self._progress(Step("sorting posts"))
        self._sorted(
            "posts sorted",
            f"SELECT * FROM {self._table('heads')}",  # noqa: S608
            "platform, handle_folded NULLS LAST, day NULLS LAST, key",
        )
        self._sorted(
            "citing sorted",
            f"SELECT c.* EXCLUDE (file_row_number) FROM {self._table('citing', NUMBERED)} c JOIN (SELECT number,"  # noqa: S608
            f" file_row_number AS place FROM {self._table('posts sorted', NUMBERED)}) p ON p.number = c.number",
            "p.place, c.file_row_number",  # pages of a post are in their order already
        )
        done = 0

        def progress(posts: int) -> None:
            nonlocal done
            done += posts
            self._progress(Step("writing posts", done))

        write_posts(self._work / "posts.parquet", self._path("posts sorted"), self._path("citing sorted"), self._work,
                    progress)  # fmt: skip
        return PostCounts(posts=heads.rows, citations=citing.rows, flattened_only=without_id)

    @contextmanager
    def _indexed(self) -> Iterator[Callable[[], int]]:
        """The post index is written while all else is done; gives what waits for it and tells how many posts it has."""
        mentions, index = self._path("sorted"), self._work / "posts.db"
        _, modules = pyarrow_modules()
        few = modules.read_metadata(mentions).num_rows < BESIDE_ROWS
        if few or self._threads < 2 or multiprocessing.current_process().daemon:  # a daemon may have no processes
            yield lambda: index_claims(mentions, index).posts
            return
        with Beside(index_claims, mentions, index) as beside:
            yield lambda: beside.result().posts

    # -- tables on the way

    def _path(self, name: str) -> Path:
        return self._work / f"{name}.parquet"

    def _table(self, name: str, more: str = "") -> str:
        return parquet([self._path(name)], more)

    def _sorted(self, name: str, query: str, order: str) -> None:
        self._copy(name, f"{query} ORDER BY {order}")

    def _copy(self, name: str, query: str) -> None:
        form = f"(FORMAT parquet, COMPRESSION snappy, ROW_GROUP_SIZE {GROUP_ROWS})"
        self._db.execute(f"COPY ({query}) TO {text(str(self._path(name)))} {form}")

    def _rows(self, name: str, columns: Sequence[str] | None = None) -> Generator[Sequence[Any]]:
        """The rows of a table in its order, as plain values."""
        with closing(self._pieces(name, columns)) as pieces:
            for batch in pieces:
                yield from zip(*[column.to_pylist() for column in batch.columns], strict=True)

    def _pieces(self, name: str, columns: Sequence[str] | None = None, *, told: str | None = None) -> Generator[Any]:
        """The same, some rows at a time, as Arrow has them. told: what its reading is called."""
        _, modules = pyarrow_modules()
        done = 0
        with modules.ParquetFile(self._path(name), pre_buffer=False) as file:
            for batch in file.iter_batches(READ_ROWS, columns=columns):
                yield batch
                done += batch.num_rows
                if told is not None:
                    self._progress(Step(told, done))
