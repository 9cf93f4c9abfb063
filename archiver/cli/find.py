"""`archiver find`: which posts does an article cite?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from archiver.cli.options import SOURCE_HELP, Run, config_option, format_option, sources_argument, start
from archiver.cli.output import Column
from archiver.detect import find
from archiver.face import documents
from archiver.model import Mention

COLUMNS = (
    Column("platform"),
    Column("handle"),
    Column("display_name", "name"),
    Column("date"),
    Column("text"),
    Column("post_id", table=False),
    Column("url", table=False),
    Column("start", table=False),
    Column("end", table=False),
    Column("selector", table=False),
    Column("rule", table=False),
    Column("confidence", "sure", right=True),
    Column("times", table=False),
)


@click.command(epilog=SOURCE_HELP)
@sources_argument
@format_option
@config_option
def command(sources: tuple[str, ...], fmt: str | None, config_path: Path | None) -> None:
    """Find the posts that articles cite.

    Nothing is stored, and no connection is opened unless SOURCE is a URL.
    """
    run = start(config_path, fmt)
    with run.interruptible():
        run.out.rows((Column("source", table=len(sources) > 1), *COLUMNS), _mentions(run, sources), empty="no cited post found")
    run.finish()


def _mentions(run: Run, sources: tuple[str, ...]) -> Iterator[Mention]:
    for document in documents(sources, run.settings, on_error=run.problem):
        yield from find(document.article)
        if run.stopped():
            return
