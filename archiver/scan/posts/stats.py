"""What do the posts of a crawl come to: how many, on which platforms, by whom, cited where and when?

Counted by DuckDB over tables of posts (`archiver.scan.posts.posttable`), within bounds of memory. Of several tables a
post or a citation that is in more than one counts once.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from enum import StrEnum
from pathlib import Path
from typing import Any, Self

from archiver.errors import InputError
from archiver.scan.posts.duck import MEMORY, database, parquet, text
from archiver.scan.table import pyarrow_modules

IN_FOLDER = "posts.parquet"
"""What the table is called that a scan makes in its folder."""

READ_ROWS = 1000


class By(StrEnum):
    """What posts and citations are counted by."""

    PLATFORM = "platform"
    LANGUAGE = "language"
    SITE = "site"
    MONTH = "month"
    ACCOUNT = "account"
    POST = "post"


REPORTED = (By.PLATFORM, By.LANGUAGE, By.SITE, By.MONTH, By.ACCOUNT, By.POST)

COUNTS = """count(DISTINCT key) AS posts, count(*) AS citations, count(DISTINCT page_url) AS pages,
count(DISTINCT account) AS accounts, count(DISTINCT nullif(page_host, '')) AS sites,
count(DISTINCT CASE WHEN flattened_only THEN key END) AS flattened_only"""

NAMES = {
    By.PLATFORM: "platform",
    By.LANGUAGE: "language",
    By.SITE: "nullif(page_host, '')",
    By.MONTH: "strftime(make_timestamp(epoch_us(first_seen)), '%Y-%m')",
    By.ACCOUNT: "account",
}
"""Of a citation: what it is counted under."""

POST = """SELECT key AS name, platform, handle, day, url, text, 1 AS posts, pages AS citations, pages,
CASE WHEN account IS NULL THEN 0 ELSE 1 END AS accounts, sites, flattened_only::INTEGER AS flattened_only,
first_seen, last_seen FROM posts"""

CITES = """SELECT key, platform, handle, CASE WHEN handle_folded IS NULL THEN NULL ELSE platform || ':' || handle_folded
END AS account, flattened_only, c.page_url AS page_url, c.page_host AS page_host, c.language AS language,
c.first_seen AS first_seen FROM (SELECT *, unnest(citations) AS c FROM {table})"""

POSTS = """SELECT key, platform, handle, CASE WHEN handle_folded IS NULL THEN NULL ELSE platform || ':' || handle_folded
END AS account, day, url, texts[1].text AS text, pages, sites, flattened_only, first_seen, last_seen FROM {table}"""


class Stats:
    """Counts over tables of posts. Used as a context; `rows`, `totals` and `flattened` ask."""

    def __init__(self, tables: Sequence[Path], *, memory: str = MEMORY, threads: int | None = None) -> None:
        """tables: of posts, as `table_of` gives them. memory, threads: as for `archiver.scan.posts.duck.database`."""
        self._tables = tables
        self._memory = memory
        self._threads = threads
        self._stack = ExitStack()
        self._folder = Path()
        self._db: Any = None

    def __enter__(self) -> Self:
        """Raises `UsageError` where duckdb or pyarrow are missing, `InputError` where a table cannot be read; what is
        asked may raise `LimitError`, too."""
        pyarrow_modules()
        with ExitStack() as stack:
            self._folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="archiver-stats-")))
            self._db = stack.enter_context(database(self._folder / "spill", memory=self._memory, threads=self._threads))
            self._views()
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *error: Any) -> bool | None:
        return self._stack.__exit__(*error)

    def _views(self) -> None:
        table = parquet(self._tables)
        posts, cites = POSTS.format(table=table), CITES.format(table=table)
        if len(self._tables) == 1:
            self._db.execute(f"CREATE VIEW posts AS {posts}")
            self._db.execute(f"CREATE VIEW cites AS {cites}")
            return
        # which of several statements on one post counts: that of most pages; order makes it the same every time
        order = "pages DESC, flattened_only, last_seen DESC, url, handle, day, text"
        first = "page_url, first_seen NULLS LAST, language NULLS LAST, flattened_only, account, handle, page_host"
        self._db.execute(
            f"CREATE TABLE cites AS SELECT * FROM ({cites}) QUALIFY row_number() OVER (PARTITION BY key, page_url"  # noqa: S608
            f" ORDER BY {first}) = 1"
        )
        self._db.execute(
            "CREATE TABLE posts AS SELECT p.* REPLACE (m.pages AS pages, m.sites AS sites, s.first_seen AS first_seen,"  # noqa: S608
            f" s.last_seen AS last_seen) FROM (SELECT * FROM ({posts}) QUALIFY row_number() OVER (PARTITION BY key"
            f" ORDER BY {order}) = 1) p JOIN (SELECT key, count(*) AS pages,"
            " count(DISTINCT nullif(page_host, '')) AS sites FROM cites GROUP BY key) m ON m.key = p.key"
            f" JOIN (SELECT key, min(first_seen) AS first_seen, max(last_seen) AS last_seen FROM ({posts})"
            " GROUP BY key) s ON s.key = p.key"
        )

    def totals(self) -> dict[str, Any]:
        """How many distinct posts, citations (a page that cites a post), pages, accounts and sites there are, and how
        many posts are known flattened only; with the first and last time of capture."""
        (row,) = self._asked(f"SELECT {COUNTS} FROM cites")  # noqa: S608
        (span,) = self._asked("SELECT min(first_seen) AS first_seen, max(last_seen) AS last_seen FROM posts")
        return row | span

    def rows(self, by: By, top: int | None = None) -> Iterator[dict[str, Any]]:
        """The same counts by one thing, that of most citations first: `name` (null: not known) and the counts; of an
        account, its platform and handle; of a post, what the table says of it. top: so many of them."""
        limit = f" LIMIT {int(top)}" if top is not None else ""
        if by is By.POST:
            return self._asked(f"{POST} ORDER BY citations DESC, sites DESC, key{limit}")
        more = ", min(platform) AS platform, mode(handle ORDER BY handle) AS handle" if by is By.ACCOUNT else ""
        where = " WHERE account IS NOT NULL" if by is By.ACCOUNT else ""
        return self._asked(
            f"SELECT {NAMES[by]} AS name{more}, {COUNTS} FROM cites{where} GROUP BY 1"  # noqa: S608
            f" ORDER BY citations DESC, name NULLS LAST{limit}"
        )

    def flattened(self, top: int | None = None) -> Iterator[dict[str, Any]]:
        """The posts whose id no page tells, that of most pages first; as `rows` of posts."""
        limit = f" LIMIT {int(top)}" if top is not None else ""
        return self._asked(f"{POST} WHERE flattened_only ORDER BY citations DESC, sites DESC, key{limit}")

    def _asked(self, query: str) -> Iterator[dict[str, Any]]:
        # through a file, so that an answer of millions of rows is not in memory
        _, modules = pyarrow_modules()
        with tempfile.TemporaryDirectory(dir=self._folder) as folder:
            path = Path(folder) / "answer.parquet"
            self._db.execute(f"COPY ({query}) TO {text(str(path))} (FORMAT parquet)")
            with modules.ParquetFile(path, pre_buffer=False) as file:
                for batch in file.iter_batches(READ_ROWS):
                    yield from batch.to_pylist()


def table_of(place: Path) -> Path:
    """The table that was named: the file, or in the folder of a scan the one that it made.

    Raises `InputError` where it is none.
    """
    path = place / IN_FOLDER if place.is_dir() else place
    if not path.is_file():
        what = "there is no table of posts in this folder" if place.is_dir() else "there is no such file"
        raise InputError(what, subject=str(place), hint="`archiver scan -o FOLDER` makes it")
    with tempfile.TemporaryDirectory() as folder, database(Path(folder)) as db:
        try:
            db.execute(f"SELECT key, handle_folded, flattened_only, citations FROM {parquet([path])} LIMIT 0")  # noqa: S608
        except Exception as error:
            raise InputError("this is no table of posts", subject=str(place)) from error
    return path
