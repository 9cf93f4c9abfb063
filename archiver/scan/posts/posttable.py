"""The table of posts on the disk: one Parquet file, sorted so that an account's posts lie together.

A row group holds so many posts, or so many citations. One row cannot be divided: where one post has more citations than
that, their strings wait in a file that is mapped into memory, which the system may take out of memory again, and go
from there into the table a piece at a time. What stays in memory is some 300 bytes a citation of that post.

Source: Apache Parquet (row groups, `sorting_columns`, page index); Apache Arrow, "Arrow Columnar Format".
"""

from __future__ import annotations

import base64
import mmap
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import accumulate
from pathlib import Path
from typing import IO, Any, NamedTuple

from archiver.exporting.columns import Column, Kind
from archiver.scan.table import pyarrow_modules

GROUP_POSTS = 20_000
"""Posts of one row group."""

GROUP_CITATIONS = 50_000
"""Citations of one row group, or those of one post, where it has more."""

SORTED_BY = ("platform", "handle_folded", "day", "key")
"""Columns; what is null comes last."""

REPEATED = (
    *("platform", "scope", "day", "languages.list.element"),
    *(f"citations.list.element.{name}" for name in ("page_host", "language", "file", "rule")),
)
"""Columns whose values come again and again: a dictionary of the others costs memory and makes the file larger."""

WAITING_REPEATED = ("platform", "scope", "day", "page_host", "language", "file", "rule")
"""The same of the tables on the way."""

READ_ROWS = 8192
"""Rows that are read at a time."""

ROWS_KEPT = 20_000
"""Rows that wait to be written, of the tables on the way."""


class Field(NamedTuple):
    """A column and what it says. kind: `text`, `integer`, `number`, `boolean`, `time`, `texts`, or the fields of which
    a list's items consist."""

    name: str
    kind: str | tuple[Field, ...]
    says: str


WORDINGS = (
    Field("text", "text", "the post's words as pages print them; of those that differ in case, signs and links the "
          "longest"),
    Field("handle", "text", "as these pages print it"),
    Field("display_name", "text", ""),
    Field("pages", "integer", "that show it so"),
    Field("first_seen", "time", "when a page was first seen to show it so"),
)  # fmt: skip
CITATIONS = (
    Field("page_url", "text", "the page"),
    Field("page_host", "text", "its host, in small letters, without `www.`"),
    Field("language", "text", "of the page"),
    Field("first_seen", "time", "capture time of the first record of the page that shows the post"),
    Field("last_seen", "time", "of the last"),
    Field("file", "text", "the WARC file of the first of these records"),
    Field("offset", "integer", "of that record in the file, in bytes"),
    Field("record_id", "text", "of that record"),
    Field("rule", "text", "what found it there"),
    Field("flattened", "boolean", "the page does not tell the post's id"),
    Field("confidence", "number", "0 to 1: that the page cites a post there"),
    Field("times", "integer", "how often that record shows the post"),
)
FIELDS = (
    Field("key", "text", "one name of the post in all tables (`x:20`); `x:?` and a hash where no page tells the id"),
    Field("platform", "text", ""),
    Field("post_id", "text", "null: no page tells it"),
    Field("scope", "text", "within what the id is unique, where the platform does not say it: a server"),
    Field("url", "text", "permalink, that of most pages"),
    Field("handle", "text", "without `@`, that of most pages, in the spelling of most of them"),
    Field("handle_folded", "text", "the same without case: what the rows are sorted by"),
    Field("other_handles", "texts", "that pages give for it, that of most pages first; at most 100"),
    Field("display_names", "texts", "that of most pages first; at most 100"),
    Field("day", "text", "ISO, UTC where the id tells it; else the day that most pages print"),
    Field("first_seen", "time", "capture time of the first page that cites it"),
    Field("last_seen", "time", "of the last"),
    Field("pages", "integer", "that cite it, by their addresses"),
    Field("sites", "integer", "hosts of these pages"),
    Field("languages", "texts", "of these pages, that of most first; at most 100"),
    Field("flattened_only", "boolean", "no page tells its id"),
    Field("texts", WORDINGS, "wordings, that of most pages first; at most 100"),
    Field("citations", CITATIONS, "all pages that cite it, in the order of their addresses"),
)
"""The columns of `posts.parquet`."""

NAME = "posts"
WHAT = "One row a post that pages cite. `texts` and `citations` are lists of structs, whose fields stand behind a dot."

NUMBER = Field("number", "integer", "of the post, in the order of keys")
HEAD = (NUMBER, *FIELDS[:-1])
CITING = (NUMBER, *CITATIONS)
"""Columns of the tables on the way."""


def documented() -> tuple[Column, ...]:
    """The columns for people; those of a list's items behind a dot (`citations.page_url`)."""
    out = []
    for field in FIELDS:
        if isinstance(field.kind, tuple):
            out += [Column(f"{field.name}.{item.name}", _KINDS[str(item.kind)], item.says) for item in field.kind]
        else:
            out.append(Column(field.name, _KINDS[field.kind], field.says))
    return tuple(out)


_KINDS = {
    "text": Kind.TEXT,
    "integer": Kind.INTEGER,
    "number": Kind.NUMBER,
    "boolean": Kind.BOOLEAN,
    "time": Kind.TIME,
    "texts": Kind.TEXTS,
}


def arrow_type(kind: str | tuple[Field, ...]) -> Any:
    """The column type of a field."""
    arrow, _ = pyarrow_modules()
    if isinstance(kind, tuple):
        return arrow.list_(arrow.field("element", arrow.struct(fields(kind))))
    return {
        "text": arrow.string(),
        "integer": arrow.int64(),
        "number": arrow.float64(),
        "boolean": arrow.bool_(),
        "time": arrow.timestamp("us", tz="UTC"),
        "texts": arrow.list_(arrow.field("element", arrow.string())),
    }[kind]


def fields(columns: Sequence[Field]) -> list[Any]:
    """The columns as `pyarrow.Field`s; what each holds is in its metadata (`what`)."""
    arrow, _ = pyarrow_modules()
    return [
        arrow.field(column.name, arrow_type(column.kind), metadata={"what": column.says} if column.says else None)
        for column in columns
    ]


def schema() -> Any:
    """The table as a `pyarrow.Schema`."""
    arrow, _ = pyarrow_modules()
    return arrow.schema(fields(FIELDS), metadata={"archiver.table": NAME, "archiver.what": WHAT})


class Waiting:
    """Rows (tuples of plain values) on their way into a Parquet file."""

    def __init__(self, path: Path, columns: Sequence[Field]) -> None:
        arrow, parquet = pyarrow_modules()
        self._arrow = arrow
        self._schema = arrow.schema(fields(columns))
        self._columns = columns
        self._rows: list[Sequence[Any]] = []
        self._flushed = 0
        self._writer = parquet.ParquetWriter(
            path, self._schema, compression="snappy", write_statistics=False,
            use_dictionary=[name for name in WAITING_REPEATED if name in self._schema.names],
        )  # fmt: skip

    @property
    def rows(self) -> int:
        """So many."""
        return self._flushed + len(self._rows)

    def add(self, row: Sequence[Any]) -> None:
        self._rows.append(row)
        if len(self._rows) >= ROWS_KEPT:
            self._flush()

    def add_columns(self, columns: Sequence[Any]) -> None:
        """Add some thousand rows: lists of values, or Arrow arrays. They come before rows that still wait."""
        self._flushed += len(columns[0])
        self._write(columns)

    def close(self) -> None:
        self._flush()
        self._writer.close()

    def _flush(self) -> None:
        if not self._rows:
            return
        rows, self._rows = self._rows, []
        self._flushed += len(rows)
        self._write([list(values) for values in zip(*rows, strict=True)])

    def _write(self, columns: Sequence[Any]) -> None:
        arrays = [
            self._array(values, column.kind) if isinstance(values, list) else values
            for column, values in zip(self._columns, columns, strict=True)
        ]
        self._writer.write_table(self._arrow.Table.from_arrays(arrays, schema=self._schema))

    def _array(self, values: list[Any], kind: str | tuple[Field, ...]) -> Any:
        if not isinstance(kind, tuple):
            return self._arrow.array(values, arrow_type(kind))
        offsets = [0]
        items: list[Sequence[Any]] = []
        for value in values:
            items.extend(value)
            offsets.append(len(items))
        each = list(zip(*items, strict=True)) or [()] * len(kind)
        arrays = [self._array(list(one), field.kind) for field, one in zip(kind, each, strict=True)]
        struct = self._arrow.StructArray.from_arrays(arrays, fields=fields(kind))
        return self._arrow.ListArray.from_arrays(
            self._arrow.array(offsets, self._arrow.int32()), struct, type=arrow_type(kind)
        )


def write_posts(path: Path, heads: Path, citing: Path, folder: Path, progress: Callable[[int], None]) -> None:
    """Write the table of posts.

    heads: posts (`HEAD`), sorted as the table is. citing: their citations (`CITING`), in the same order. folder: for
    what is mapped into memory. progress: told of so many posts more.

    Raises `OSError`.
    """
    arrow, parquet = pyarrow_modules()
    wanted = schema()
    written = _in_memory(wanted)
    plain = [field.name for field in FIELDS if not isinstance(field.kind, tuple)]
    order = [parquet.SortingColumn(wanted.get_field_index(name)) for name in SORTED_BY]
    with (
        parquet.ParquetFile(heads, pre_buffer=False) as posts,
        parquet.ParquetFile(citing, pre_buffer=False) as pages,
        parquet.ParquetWriter(
            path, written, compression="zstd", write_statistics=plain, write_page_index=True, sorting_columns=order,
            store_schema=False, use_dictionary=list(REPEATED),
        ) as writer,
    ):  # fmt: skip
        citations = _Citations(pages, folder)
        for group in _groups(posts):
            counts = group.column("pages").to_pylist()
            offsets = arrow.array([0, *accumulate(counts)], arrow.int64())
            with citations.next(sum(counts)) as struct:
                cited = arrow.LargeListArray.from_arrays(offsets, struct, type=written.field("citations").type)
                columns = [
                    cited if field.name == "citations" else group.column(field.name).cast(field.type)
                    for field in written
                ]
                writer.write_table(arrow.Table.from_arrays(columns, schema=written), row_group_size=len(counts))
                del cited, columns, struct
            progress(len(counts))
        told = {key.decode(): value.decode() for key, value in wanted.metadata.items()}
        # what Arrow reads the types and descriptions of columns from: of the table, not of the pieces in memory
        told["ARROW:schema"] = base64.b64encode(wanted.serialize().to_pybytes()).decode()
        writer.add_key_value_metadata(told)


def _groups(posts: Any) -> Iterator[Any]:
    """Posts of one row group after the other."""
    arrow, _ = pyarrow_modules()
    held: list[Any] = []
    count = cited = 0
    for batch in posts.iter_batches(READ_ROWS):
        table = arrow.Table.from_batches([batch])
        start = 0
        for place, pages in enumerate(table.column("pages").to_pylist()):
            if count and (count >= GROUP_POSTS or cited + pages > GROUP_CITATIONS):
                held.append(table.slice(start, place - start))
                yield arrow.concat_tables(held)
                held, start, count, cited = [], place, 0, 0
            count += 1
            cited += pages
        held.append(table.slice(start))
    if count:
        yield arrow.concat_tables(held)


class _Citations:
    """Takes so many citations after the other from a table of them."""

    def __init__(self, pages: Any, folder: Path) -> None:
        self._batches = pages.iter_batches(READ_ROWS)
        self._rest: Any = None
        self._folder = folder

    @contextmanager
    def next(self, count: int) -> Iterator[Any]:
        """The next ones, as an array of structs."""
        if count <= GROUP_CITATIONS:
            yield _struct(self._arrays(count))
            return
        with ExitStack() as stack:
            columns = [_Mapped(stack, self._folder, column.kind) for column in CITATIONS]
            for batch in self._pieces(count):
                for column, piece in zip(columns, batch.columns[1:], strict=True):
                    column.add(piece)
            arrays = [column.array() for column in columns]
            yield _struct(arrays)
            # what is mapped has to outlive what points to it
            del arrays

    def _arrays(self, count: int) -> list[Any]:
        arrow, _ = pyarrow_modules()
        pieces = list(self._pieces(count))
        arrays = []
        for place, column in enumerate(CITATIONS, 1):
            kind = _large(column.kind)
            held = [piece.column(place).cast(kind) for piece in pieces]
            arrays.append(arrow.concat_arrays(held) if held else arrow.array([], kind))
        return arrays

    def _pieces(self, count: int) -> Iterator[Any]:
        while count:
            batch = self._rest if self._rest is not None else next(self._batches)
            self._rest = None
            if batch.num_rows > count:
                batch, self._rest = batch.slice(0, count), batch.slice(count)
            count -= batch.num_rows
            yield batch


class _Mapped:
    """A column of many citations: its strings in a file, the rest in memory."""

    def __init__(self, stack: ExitStack, folder: Path, kind: str | tuple[Field, ...]) -> None:
        self._arrow, _ = pyarrow_modules()
        self._kind = _large(kind)
        self._pieces: list[Any] = []
        """Of a column of strings, where each ends in the file; of another, its values."""
        self._there: list[Any] = []
        self._size = 0
        self._stack = stack
        self._file: IO[bytes] | None = None
        if kind == "text":
            self._file = stack.enter_context(tempfile.TemporaryFile(dir=folder))  # noqa: SIM115

    def add(self, piece: Any) -> None:
        arrow = self._arrow
        if self._file is None:
            self._pieces.append(piece)
            return
        import pyarrow.compute as compute

        self._there.append(compute.is_valid(piece))
        filled = compute.fill_null(piece.cast(self._kind), "")
        _, ends, data = filled.buffers()
        offsets = arrow.Array.from_buffers(arrow.int64(), len(filled) + 1, [None, ends], offset=filled.offset)
        first, last = offsets[0].as_py(), offsets[len(filled)].as_py()
        if data is not None:
            self._file.write(memoryview(data)[first:last])
        self._pieces.append(compute.add(offsets.slice(1), self._size - first))
        self._size += last - first

    def array(self) -> Any:
        arrow = self._arrow
        pieces, self._pieces = self._pieces, []
        if self._file is None:
            return arrow.concat_arrays(pieces).cast(self._kind)
        ends = arrow.concat_arrays([arrow.array([0], arrow.int64()), *pieces])
        there = arrow.concat_arrays(self._there)
        data = arrow.py_buffer(b"")
        if self._size:
            self._file.flush()
            data = arrow.py_buffer(mmap.mmap(self._file.fileno(), self._size, access=mmap.ACCESS_READ))
        bits = None if there.false_count == 0 else there.buffers()[1]
        return arrow.Array.from_buffers(self._kind, len(there), [bits, ends.buffers()[1], data])


def _large(kind: str | tuple[Field, ...]) -> Any:
    """The type of a column in memory, of which there may be more than 2 GiB."""
    arrow, _ = pyarrow_modules()
    return arrow.large_string() if kind == "text" else arrow_type(kind)


def _in_memory(wanted: Any) -> Any:
    """The table's schema as it is written: citations may be many."""
    arrow, _ = pyarrow_modules()
    cited = arrow.large_list(
        arrow.field("element", arrow.struct([arrow.field(c.name, _large(c.kind)) for c in CITATIONS]))
    )
    return arrow.schema([field if field.name != "citations" else field.with_type(cited) for field in wanted])


def _struct(arrays: Sequence[Any]) -> Any:
    arrow, _ = pyarrow_modules()
    named = [arrow.field(column.name, _large(column.kind)) for column in CITATIONS]
    return arrow.StructArray.from_arrays(arrays, fields=named)
