"""What a column of an exported table is: the same in CSV, JSON lines and Parquet, and in the documentation."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from archiver.store import Archive

Row = tuple[Any, ...]
"""One value a column, in their order; null where there is none."""


class Kind(StrEnum):
    """What values a column has, and how each form writes them."""

    TEXT = "text"
    INTEGER = "integer"
    """64 bits, signed."""
    NUMBER = "number"
    """A double."""
    BOOLEAN = "boolean"
    """`true` or `false` in CSV."""
    TIME = "time"
    """UTC: RFC 3339 with `Z` in CSV and JSON lines, microseconds in Parquet."""
    TEXTS = "list of text"
    """With spaces between them in CSV; never null, but empty."""


class Column(NamedTuple):
    """One column of a table."""

    name: str
    kind: Kind
    what: str
    """For people: what it holds, where that is not plain."""


class Table(NamedTuple):
    """One table that can be exported."""

    name: str
    what: str
    columns: Sequence[Column]
    rows: Callable[[Archive], Iterator[Row]]
    """In an order that the archive's WARC files settle alone."""

    def place(self, column: str) -> int | None:
        """Where in a row a column stands; null where the table has no such column."""
        return next((place for place, one in enumerate(self.columns) if one.name == column), None)


def rfc3339(time: datetime) -> str:
    """`2022-11-09T01:14:09Z`, with a fraction only where there is one."""
    return time.isoformat().replace("+00:00", "Z")
