"""`archiver stats`: what the posts that a crawl cites come to."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from archiver.cli.options import INPUT, Run, config_option, format_option, start
from archiver.cli.output import Column
from archiver.cli.states import day
from archiver.errors import ArchiverError, UsageError
from archiver.scan.posts.stats import REPORTED, By, Stats, table_of

TOP = 10
"""Rows of each kind in the report, where the command does not say how many."""

COUNTS = (
    Column("posts", right=True),
    Column("citations", right=True),
    Column("pages", right=True),
    Column("accounts", right=True),
    Column("sites", right=True),
    Column("flattened_only", "flattened only", right=True),
)
COLUMNS = (
    Column("by", "", whole=True),
    Column("name", ""),
    *COUNTS,
    Column("platform", table=False),
    Column("handle", table=False),
    Column("day", table=False),
    Column("url", table=False),
    Column("text", "what"),
    Column("first_seen", table=False),
    Column("last_seen", table=False),
)
LISTED = (
    Column("name", "post"),
    Column("handle", "who", whole=True),
    Column("day", whole=True),
    Column("text", "what"),
    Column("pages", right=True),
    Column("sites", right=True),
    Column("first_seen", "first seen", whole=True, show=day),
    Column("last_seen", "last seen", whole=True, show=day),
    Column("platform", table=False),
    Column("url", table=False),
    Column("flattened_only", table=False),
)


@click.command(
    short_help="Count the posts that a crawl cites: by platform, language, site, month, account.",
    epilog="POSTS is a posts.parquet that `archiver scan -o` wrote, or its folder; of several, what is in more than "
    "one counts once. A citation is a page that cites a post; a month is that of the page's first capture.",
)
@click.argument("tables", nargs=-1, required=True, type=INPUT, metavar="POSTS...")
@click.option(
    "--by",
    type=click.Choice([by.value for by in By]),
    help="Count by this alone, and show all of it. Default: totals, and the first of each.",
)
@click.option(
    "--top", type=click.IntRange(min=1), metavar="N", help=f"Show so many of each. Default of the report: {TOP}."
)
@click.option("--flattened", is_flag=True, help="List the posts whose id no page tells.")
@format_option
@config_option
def command(
    tables: tuple[Path, ...],
    by: str | None,
    top: int | None,
    flattened: bool,
    fmt: str | None,
    config_path: Path | None,
) -> None:
    """Tell what the posts that a crawl cites come to.

    How many posts, citations, pages, accounts and sites there are and how many posts are known only without their id
    (flattened); then by platform, language, site and month, and the most cited accounts and posts.
    """
    if by is not None and flattened:
        raise UsageError("--by and --flattened are two reports", hint="run the command once for each")
    run = start(config_path, fmt)
    places = list(_readable(run, tables))
    if places:
        with run.interruptible(), Stats(places) as stats:
            if flattened:
                run.show(LISTED, _until_stopped(run, stats.flattened(top)), empty="no post is known flattened only")
            else:
                run.show(COLUMNS, _until_stopped(run, _rows(stats, by, top)), empty="no post")
    run.finish()


def _readable(run: Run, tables: tuple[Path, ...]) -> Iterator[Path]:
    found: dict[Path, None] = {}
    for place in tables:
        try:
            found[table_of(place)] = None
        except UsageError:
            raise
        except ArchiverError as error:
            run.problem(str(place), error)
    return iter(found)


def _rows(stats: Stats, by: str | None, top: int | None) -> Iterator[dict[str, Any]]:
    if by is not None:
        for row in stats.rows(By(by), top):
            yield {"by": by, **row}
        return
    yield {"by": "total", "name": None, **stats.totals()}
    for kind in REPORTED:
        for row in stats.rows(kind, top or TOP):
            yield {"by": kind.value, **row}


def _until_stopped(run: Run, rows: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for row in rows:
        yield row
        if run.stopped():
            return
