"""`archiver resolve`: which post is each mention?"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import click
import msgspec

from archiver.capture import Job, running
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
from archiver.cli.output import Column, Format
from archiver.cli.reasons import told
from archiver.cli.states import OUTCOME_STYLES
from archiver.detect import find
from archiver.errors import ExitCode
from archiver.model import Mention, Outcome, Resolution
from archiver.web.once import StoppedError

COLUMNS = (
    Column("outcome", whole=True, styles=OUTCOME_STYLES),
    Column("handle", whole=True),
    Column("printed", "as printed"),
    Column("post_id", "post", whole=True),
    Column("reason"),
    Column("date", table=False),
    Column("url", table=False),
    Column("score", table=False),
    Column("source", table=False),
    Column("mention_id", table=False),
)


@click.command(epilog=SOURCE_HELP, short_help="Work out which post each citation is.")
@sources_argument
@archive_option
@posts_option
@offline_option
@prose_option
@click.option(
    "--explain", is_flag=True, help="Show what each source said, and what makes each candidate's score (in a table)."
)
@click.option("--strict", is_flag=True, help="Exit with 1 when a mention stays ambiguous or unresolved.")
@format_option
@config_option
def command(
    sources: tuple[str, ...],
    archive_path: Path | None,
    posts_paths: tuple[Path, ...],
    offline: bool,
    prose: bool,
    explain: bool,
    strict: bool,
    fmt: str | None,
    config_path: Path | None,
) -> None:
    """Find the posts that articles cite, and work out which post each one is.

    The answer is resolved, ambiguous or unresolved, with ranked candidates and the reasons for and against each. Stored
    are only the captures made on the way. JSON holds what --explain shows: sources, candidates, features and weights.
    """
    run = start(config_path, fmt)
    with (
        run.interruptible(),
        running(
            run.settings,
            path=archive_path,
            offline=offline,
            conclude=False,
            posts=posts_paths,
            description="archiver resolve",
            stop=run.stopped,
        ) as job,
    ):
        run.warn(job.archive.warnings)
        resolved = _resolved(run, job, sources, strict, prose=prose)
        if explain and run.out.format is Format.TABLE:
            for mention, resolution in resolved:
                run.out.lines(told(mention, resolution))
        else:
            run.show(COLUMNS, (_row(*one) for one in resolved), empty="no cited post found")
        run.network(job)
        run.faults(job)
    run.finish()


def _resolved(
    run: Run, job: Job, sources: tuple[str, ...], strict: bool, *, prose: bool
) -> Iterator[tuple[Mention, Resolution]]:
    for document in run.documents(sources, job):
        mentions = find(document.article, prose=prose)
        with run.out.progress(len(mentions), "resolving") as progress, suppress(StoppedError):
            for mention, resolution in job.resolutions(mentions, progress):
                if strict and resolution.outcome is not Outcome.RESOLVED:
                    run.code(ExitCode.FINDINGS)
                yield mention, resolution
                if run.stopped():
                    return


def _row(mention: Mention, resolution: Resolution) -> dict[str, Any]:
    best = resolution.candidates[0] if resolution.candidates else None
    shown = best if resolution.outcome is Outcome.RESOLVED else None
    return {
        "source": mention.source,
        "mention_id": mention.id,
        "outcome": resolution.outcome.value,
        "platform": mention.platform,
        "post_id": shown.post.id if shown else None,
        "url": shown.post.url if shown else None,
        "score": round(best.score, 3) if best else None,
        "handle": mention.handle,
        "display_name": mention.display_name,
        "date": mention.date,
        "printed": mention.text,
        "reason": resolution.reason,
        "candidates": msgspec.to_builtins(resolution.candidates),
        "sources": msgspec.to_builtins(resolution.sources),
        "steps": list(resolution.steps),
        "evidence": list(resolution.evidence),
        "state": resolution.state.value if resolution.state else None,
    }
