"""Which posts does a post index, or a table of posts, hold, and which pages cite each?

    FOLDER           what `archiver scan -o FOLDER` made: its `posts.db`, or else its `posts.parquet`
    posts.db         a post index (`archiver.store.postindex`)
    posts.parquet    a table of posts: `key`, `platform`, `url`, `citations` with `page_url`, …

Such files may hold millions of posts and be of anybody's making: posts are read some hundred at a time, and one whose
address does not name it is told and passed over. Of each post so many pages are taken as a post index keeps, of as many
sites as there are. Posts whose id no page tells are none that could be looked at.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from archiver.auditing.lists.permalinks import OnError, Permalink, permalinks_of
from archiver.errors import InputError, UsageError
from archiver.store.postindex import APPLICATION, IN_FOLDER, MAGIC, Held, PostIndex
from archiver.store.postmerge import MAX_ADDRESS, MAX_PAGES, kept_pages

TABLE = "posts.parquet"
"""What the table of posts is called in a scan's folder."""

PARQUET_MAGIC = b"PAR1"

READ_POSTS = 500
"""Posts that are read at a time."""

PAGES_AT_ONCE = 10_000
"""Pages of one post that are looked at together."""

COLUMNS = ("key", "platform", "url", "handle", "day", "display_names", "pages", "texts")
CITATIONS = "citations"


def post_list(source: str) -> Path | None:
    """The post index or table of posts that SOURCE names; null where it is something else. Never raises."""
    try:
        path = Path(source)
        if path.is_dir():
            found = [place for name in (IN_FOLDER, TABLE) if (place := path / name).is_file()]
            return found[0] if found else None
        with path.open("rb") as file:
            head = file.read(100)
    except (OSError, ValueError):
        return None
    if head.startswith(PARQUET_MAGIC):
        return path
    return path if head.startswith(MAGIC) and int.from_bytes(head[68:72]) == APPLICATION else None


def read_post_list(source: str, path: Path, on_error: OnError) -> Iterator[Permalink]:
    """One row for each page that cites a post, those of one post together; one without a page where none is known.

    source: as it was given, for what is told. path: from `post_list`.

    Raises `InputError` where the file is not of the kind it looks like, `UsageError` where pyarrow is missing,
    `ArchiveError` where an index is damaged.
    """
    with path.open("rb") as file:
        table = file.read(4) == PARQUET_MAGIC
    posts = _of_table(path, source) if table else _of_index(path)
    for number, post in enumerate(posts, 1):
        try:
            rows = post.rows(number)
        except ValueError as error:
            where = f"{source}#{number}"
            on_error(where, InputError(str(error), subject=where))
            continue
        yield from rows


class _Listed(NamedTuple):
    """One post of such a file."""

    key: str
    platform: str
    url: str
    handle: str | None
    display_name: str | None
    day: str | None
    cited: Sequence[tuple[str | None, str | None]]
    """Page, and the words that it shows, where these are known."""

    def rows(self, number: int) -> list[Permalink]:
        """The same as rows of a list of permalinks, which are stored and read again. Raises `ValueError`."""
        fields: dict[str, object] = {
            "url": self.url, "handle": self.handle, "display_name": self.display_name, "date": self.day,
        }  # fmt: skip
        out = []
        for page, words in self.cited or ((None, None),):
            out += permalinks_of(fields | {"quote": words, "cited_in": page}, number)
        if any(one.ref.key != self.key for one in out):
            raise ValueError(f"its address is not that of {self.key[:80]!r}")
        return out


# -- a post index


def _of_index(path: Path) -> Iterator[_Listed]:
    with PostIndex(path) as index:
        for held in index.each():
            yield _held(held)


def _held(held: Held) -> _Listed:
    cited: list[tuple[str | None, str | None]] = [
        (page, showing.text) for showing in held.showings for page in showing.pages
    ]
    cited += [(page, None) for page in held.wordless]
    names = (showing.display_name for showing in held.showings)
    record = held.record
    name = record.display_name if record is not None else next(names, None)
    return _Listed(held.key, held.platform, held.url, held.handle, name, held.day, cited)


# -- a table of posts


def _of_table(path: Path, source: str) -> Iterator[_Listed]:
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        raise UsageError("a table of posts needs pyarrow", hint="pip install 'archiver[scan]'") from None
    try:
        with pyarrow.parquet.ParquetFile(path, pre_buffer=False) as file:
            leaves = [file.schema.column(place).path for place in range(len(file.schema))]
            pages = [leaf for leaf in leaves if leaf.startswith(f"{CITATIONS}.") and leaf.endswith(".page_url")]
            missing = [name for name in COLUMNS if name not in file.schema_arrow.names]
            if missing or len(pages) != 1:
                raise InputError("this is no table of posts", subject=source)
            for batch in file.iter_batches(READ_POSTS, columns=[*COLUMNS, *pages]):
                rows = batch.select(COLUMNS).to_pylist()
                for row, cited in zip(rows, batch.column(CITATIONS), strict=True):
                    if isinstance(row["key"], str) and isinstance(row["url"], str):
                        yield _listed(row, _kept(cited.values.field(0)) if cited.is_valid else [])
    except (pyarrow.ArrowException, OSError, TypeError, KeyError) as error:
        raise InputError(f"this table cannot be read: {error}", subject=source) from error


def _kept(pages: Any) -> list[str]:
    """The pages that a post index would keep."""
    kept: dict[str, tuple[None, None, None]] = {}
    for start in range(0, len(pages), PAGES_AT_ONCE):
        some = pages.slice(start, PAGES_AT_ONCE).to_pylist()
        fresh = {page: NOTHING for page in some if page and len(page) <= MAX_ADDRESS and page not in kept}
        kept |= dict.fromkeys(kept_pages(fresh, kept)[0], NOTHING)
        if len(kept) >= MAX_PAGES:
            break
    return sorted(kept)


NOTHING = (None, None, None)


def _listed(row: dict[str, Any], pages: Sequence[str]) -> _Listed:
    texts = row["texts"] or []
    # the table does not say which page shows which words
    words = texts[0]["text"] if len(texts) == 1 and texts[0]["pages"] == row["pages"] else None
    names = row["display_names"] or []
    return _Listed(
        row["key"],
        str(row["platform"]),
        row["url"],
        row["handle"],
        names[0] if names else None,
        row["day"],
        [(page, words) for page in pages],
    )
