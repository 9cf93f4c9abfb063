"""`archiver find`: which posts does an article cite?"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing
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
    prose_option,
    sources_argument,
    start,
)
from archiver.cli.output import Column
from archiver.cli.passage import Finding, Page, runs
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
@prose_option
@click.option(
    "--show", is_flag=True, help="Print the article with the posts marked in it, instead of one line for each post."
)
@click.option(
    "--html",
    "page_path",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write a page, too, that shows the articles with the posts marked in them.",
)
@format_option
@config_option
def command(
    sources: tuple[str, ...],
    archive_path: Path | None,
    offline: bool,
    min_confidence: float,
    prose: bool,
    show: bool,
    page_path: Path | None,
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
        findings = _findings(run, sources, job, min_confidence, prose=prose)
        if page_path:
            findings = _on_page(findings, stack.enter_context(closing(Page(page_path))))
        if show:
            for finding in findings:
                run.out.passage(runs(finding, colour=run.out.is_tty))
        else:
            columns = (Column("source", table=len(sources) > 1), *COLUMNS)
            run.show(columns, _mentions(findings), empty="no cited post found")
    run.finish()


def _findings(
    run: Run, sources: tuple[str, ...], job: Job | None, min_confidence: float, *, prose: bool
) -> Iterator[Finding]:
    for document in run.documents(sources, job):
        mentions = find(document.article, min_confidence=min_confidence, prose=prose)
        yield Finding(article=document.article, mentions=tuple(mentions))


def _on_page(findings: Iterator[Finding], page: Page) -> Iterator[Finding]:
    for finding in findings:
        page.add(finding)
        yield finding


def _mentions(findings: Iterator[Finding]) -> Iterator[Mention]:
    for finding in findings:
        yield from finding.mentions
