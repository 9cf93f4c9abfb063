"""Rows as CSV, as JSON lines, and as Parquet."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from enum import StrEnum
from itertools import islice
from typing import Any, BinaryIO

from archiver.errors import UsageError
from archiver.exporting import spreadsheet
from archiver.exporting.columns import Column, Kind, Row, Table, rfc3339
from archiver.model import to_json

BATCH = 2048
"""Rows of a Parquet row group: so many are in memory at a time."""


class Form(StrEnum):
    """The forms of a table; the value is what the option is called."""

    CSV = "csv"
    JSONL = "jsonl"
    PARQUET = "parquet"


def write_table(form: Form, table: Table, rows: Iterable[Row], out: BinaryIO) -> int:
    """Write rows of a table to a binary stream, in constant memory, and return how many there were.

    Raises `UsageError` for Parquet where pyarrow is not installed, and `OSError` where the stream takes no more.
    """
    write: Callable[[Table, Iterator[Row], BinaryIO], None] = {
        Form.CSV: _csv,
        Form.JSONL: _jsonl,
        Form.PARQUET: _parquet,
    }[form]
    count = 0

    def counted() -> Iterator[Row]:
        nonlocal count
        for row in rows:
            count += 1
            yield row

    write(table, counted(), out)
    return count


def _csv(table: Table, rows: Iterator[Row], out: BinaryIO) -> None:
    """UTF-8 without a byte order mark, a line of names first (RFC 4180)."""
    out.write(spreadsheet.line(column.name for column in table.columns).encode())
    for row in rows:
        cells = (spreadsheet.cell(rfc3339(value) if isinstance(value, datetime) else value) for value in row)
        out.write(spreadsheet.line(cells).encode("utf-8", "replace"))


def _jsonl(table: Table, rows: Iterator[Row], out: BinaryIO) -> None:
    names = [column.name for column in table.columns]
    out.writelines(to_json(dict(zip(names, row, strict=True))) + b"\n" for row in rows)


def _parquet(table: Table, rows: Iterator[Row], out: BinaryIO) -> None:
    """One row group every `BATCH` rows, zstd; what a column holds is in its field's metadata (`what`)."""
    arrow, parquet = _pyarrow()
    schema = arrow_schema(table.name, table.what, table.columns)
    with parquet.ParquetWriter(out, schema, compression="zstd") as writer:
        while batch := list(islice(rows, BATCH)):
            writer.write_table(arrow.table([list(column) for column in zip(*batch, strict=True)], schema=schema))


def arrow_schema(name: str, what: str, columns: Sequence[Column]) -> Any:
    """A table's columns as a `pyarrow.Schema`; what the table and each column hold is in the metadata (`archiver.what`,
    `what`).

    Raises `UsageError` where pyarrow is not installed.
    """
    arrow, _ = _pyarrow()
    kinds = {
        Kind.TEXT: arrow.string(),
        Kind.INTEGER: arrow.int64(),
        Kind.NUMBER: arrow.float64(),
        Kind.BOOLEAN: arrow.bool_(),
        Kind.TIME: arrow.timestamp("us", tz="UTC"),
        Kind.TEXTS: arrow.list_(arrow.field("element", arrow.string(), nullable=False)),
    }
    return arrow.schema(
        [
            arrow.field(
                column.name,
                kinds[column.kind],
                nullable=column.kind is not Kind.TEXTS,
                metadata={"what": column.what} if column.what else None,
            )
            for column in columns
        ],
        metadata={"archiver.table": name, "archiver.what": what},
    )


def _pyarrow() -> tuple[Any, Any]:
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        raise UsageError("Parquet needs pyarrow", hint="pip install 'archiver[parquet]'") from None
    return pyarrow, pyarrow.parquet
