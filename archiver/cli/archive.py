"""`archiver archive`: the main job."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from archiver.capture import ArchivedPost, Job, running
from archiver.cli.options import (
    SOURCE_HELP,
    Run,
    archive_option,
    config_option,
    format_option,
    offline_option,
    posts_option,
    prose_option,
    sources_argument,
    start,
)
from archiver.cli.output import Column
from archiver.cli.states import STATE_STYLES, day, place
from archiver.detect import find
from archiver.errors import ExitCode
from archiver.model import Outcome, State

COLUMNS = (
    Column("state", whole=True, styles=STATE_STYLES),
    Column("handle", "who", whole=True),
    Column("date", "when", whole=True, show=day),
    Column("text", "what"),
    Column("stored_in", "stored in", whole=True, show=place),
    Column("outcome", table=False),
    Column("source", table=False),
    Column("mention_id", table=False),
    Column("platform", table=False),
    Column("post_id", table=False),
    Column("url", table=False),
    Column("display_name", table=False),
    Column("score", table=False),
    Column("media", table=False),
    Column("views", table=False),
    Column("view_failed", table=False),
    Column("reason", table=False),
)


@click.command(epilog=SOURCE_HELP, short_help="Find, resolve and store the posts that articles cite.")
@sources_argument
@archive_option
@posts_option
@offline_option
@prose_option
@click.option(
    "--rendered/--no-rendered",
    default=None,
    help="Store pictures and a PDF of the article and of each post, as Chromium shows them.",
)
@click.option("--strict", is_flag=True, help="Exit with 1 when a post stays ambiguous or unresolved.")
@format_option
@config_option
def command(
    sources: tuple[str, ...],
    archive_path: Path | None,
    posts_paths: tuple[Path, ...],
    offline: bool,
    prose: bool,
    rendered: bool | None,
    strict: bool,
    fmt: str | None,
    config_path: Path | None,
) -> None:
    """Keep the posts that articles cite: find, resolve, and store them as evidence.

    The article, every exchange made on the way, each post's page, record and media, and what was concluded go into WARC
    files. Running it again adds only what is new.
    """
    run = start(config_path, fmt)
    with (
        run.interruptible(),
        running(
            run.settings,
            path=archive_path,
            offline=offline,
            posts=posts_paths,
            rendered=run.settings.capture.rendered if rendered is None else rendered,
            description="archiver archive",
            stop=run.stopped,
        ) as job,
    ):
        run.warn(job.archive.warnings)
        told: list[tuple[State, str]] = []
        run.show(COLUMNS, _posts(run, job, sources, strict, told, prose=prose), empty="no cited post found")
        run.network(job)
        run.faults(job)
        run.warn(job.remarks)
        run.sum_up(told)
        if job.session is not None and job.session.added and run.out.messages_tty:
            new, old = job.session.new_payloads, job.session.revisits
            run.out.note(f"stored in {job.archive.path}: {new} new, {old} unchanged since they were stored before")
    run.finish()


def _posts(
    run: Run, job: Job, sources: tuple[str, ...], strict: bool, told: list[tuple[State, str]], *, prose: bool
) -> Iterator[ArchivedPost]:
    for document in run.documents(sources, job):
        mentions = tuple(find(document.article, prose=prose))
        with run.out.progress(len(mentions), "archiving") as progress:
            try:
                for post in job.run(document, progress, mentions=mentions, prose=prose):
                    told.append((post.state, post.reason))
                    if strict and post.outcome is not Outcome.RESOLVED:
                        run.code(ExitCode.FINDINGS)
                    yield post
            except Exception as error:
                if error not in job.faults:
                    raise  # else the run ends with it once the other articles are done
