"""DuckDB within bounds: it sorts, joins and counts tables that are larger than memory, and reads no file but those that
are named.

Source: DuckDB's documentation, "Memory management" (what cannot be spilled: `list`, `string_agg`), "Securing DuckDB".
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from archiver.errors import ArchiveError, InputError, LimitError, UsageError

MEMORY = "1GB"
"""What is beyond it waits on the disk."""


@contextmanager
def database(spill: Path, *, memory: str = MEMORY, threads: int | None = None) -> Iterator[Any]:
    """A connection to an empty database in memory.

    spill: the folder for what does not fit into memory; it is made where it is needed. memory: such as `1GB`. threads:
    null: one a core.

    Raises `UsageError` where duckdb is missing; `LimitError` where memory or disk do not suffice, `InputError` where a
    file cannot be read.
    """
    duckdb = duckdb_module()
    config = {
        "memory_limit": memory,
        "temp_directory": str(spill),
        "threads": str(threads or os.cpu_count() or 1),
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
    }
    with duckdb.connect(":memory:", config=config) as db:
        # it would write to standard output, where it takes a program for a person who types
        db.execute("SET enable_progress_bar = false")
        try:
            yield db
        except duckdb.Error as error:
            raise _told(duckdb, error) from error


def duckdb_module() -> Any:
    """Raises `UsageError` where it is not installed."""
    try:
        import duckdb
    except ImportError:
        raise UsageError("this needs duckdb", hint="pip install 'archiver[scan]'") from None
    return duckdb


def _told(duckdb: Any, error: Exception) -> Exception:
    what = str(error).split("\n", 1)[0]
    if isinstance(error, duckdb.OutOfMemoryException):
        return LimitError(f"memory or disk do not suffice: {what}", hint="make room on the disk")
    if isinstance(error, duckdb.IOException | duckdb.InvalidInputException | duckdb.ConversionException):
        return InputError(f"a table cannot be read: {what}")
    if isinstance(error, duckdb.BinderException):
        return InputError(f"this is another kind of table: {what}")
    return ArchiveError(f"the tables cannot be worked with: {what}")


def text(value: str) -> str:
    """A string as SQL writes it."""
    return "'" + value.replace("'", "''") + "'"


def parquet(files: Iterable[Path], more: str = "") -> str:
    """What reads Parquet files, for a `FROM`; marks of a pattern in their names stand for themselves."""
    named = ", ".join(text(re.sub(r"[*?\[]", r"[\g<0>]", str(file.absolute()))) for file in files)
    return f"read_parquet([{named}], hive_partitioning = false{more})"
