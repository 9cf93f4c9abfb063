"""What commands that read crawls share: the options that name files, and the units of work that these make."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

import click

from archiver.cli.options import Run
from archiver.errors import UsageError
from archiver.scan.inputs.units import units_of
from archiver.scan.unit import Unit

F = TypeVar("F", bound=Callable[..., Any])

_OPTIONS = (
    click.option(
        "--list",
        "lists",
        multiple=True,
        metavar="FILE",
        help="A file that names WARC files, one path or address a line, also gzip (Common Crawl's warc.paths.gz).",
    ),
    click.option(
        "--index",
        "indexes",
        multiple=True,
        metavar="FILE",
        help="Read only the records that an index names: CDXJ, CDX, or Common Crawl's columnar index (Parquet, or a "
        "folder of it).",
    ),
    click.option(
        "--base",
        metavar="PLACE",
        help="The folder or address to which relative names in lists and indexes are joined, such as "
        "https://data.commoncrawl.org/.",
    ),
)


def index_options(command: F) -> F:
    """Adds `--list`, `--index` and `--base`: the arguments `lists`, `indexes` and `base`."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def units_named(
    run: Run, warcs: Sequence[str], *, lists: Sequence[str] = (), indexes: Sequence[str] = (), base: str | None = None
) -> Iterator[Unit]:
    """The units of the files that arguments and options name; what cannot be read is reported.

    Raises `UsageError` where they name nothing; `LimitError` as `units_of` does.
    """
    if not (warcs or lists or indexes):
        raise UsageError("nothing to scan", hint="name a WARC file, --list or --index")
    return units_of(
        warcs,
        index=indexes,
        lists=lists,
        base=base,
        on_error=run.problem,
        on_note=run.out.note,
        web=run.settings.web,
    )
