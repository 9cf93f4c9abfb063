"""`archiver find`: which posts does an article cite?"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import click

from archiver.capture import Job, running
from archiver.cli.options import (
    SOURCE_HELP,
    Run,
    archive_option,
    config_option,
    format_option,
    offline_option,
    sources_argument,
    start,
)
from archiver.cli.output import Column
from archiver.cli.states import day
from archiver.detect import SURE_ENOUGH, find
from archiver.model import Mention

COLUMNS = (
    Column("platform", whole=True),
    Column("handle", whole=True),
    Column("display_name", "name"),
    Column("date", whole=True, show=day),
    Column("text"),
    Column("post_id", table=False),
    Column("url", table=False),
    Column("start", table=False),
    Column("end", table=False),
    Column("selector", table=False),
    Column("rule", table=False),
    Column("confidence", "sure", right=True, whole=True),
    Column("times", table=False),
)


@click.command(epilog=SOURCE_HELP)
@sources_argument
@archive_option
@offline_option
@click.option(
    "--min-confidence",
    type=click.FloatRange(0, 1),
    default=SURE_ENOUGH,
    show_default=True,
    help="Show mentions that are at least so sure; 0 for every guess.",
)
@format_option
@config_option
def command(
    sources: tuple[str, ...],
    archive_path: Path | None,
    offline: bool,
    min_confidence: float,
    fmt: str | None,
    config_path: Path | None,
) -> None:
    """Find the posts that articles cite.

    Nothing is stored, and no connection is opened unless SOURCE is a URL; with --offline, its page is read from the
    archive.
    """
    run = start(config_path, fmt)
    with ExitStack() as stack:
        job = None
        if offline:
            job = stack.enter_context(running(run.settings, path=archive_path, offline=True, conclude=False))
        columns = (Column("source", table=len(sources) > 1), *COLUMNS)
        run.show(columns, _mentions(run, sources, job, min_confidence), empty="no cited post found")
    run.finish()


def _mentions(run: Run, sources: tuple[str, ...], job: Job | None, min_confidence: float) -> Iterator[Mention]:
    for document in run.documents(sources, job):
        yield from find(document.article, min_confidence=min_confidence)
