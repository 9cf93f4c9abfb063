"""`archiver audit`: which sources are missing by now?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from archiver.auditing import Finding, audit, cited_in_archive, cited_in_document, merge
from archiver.capture import Job, running
from archiver.cli.options import (
    SOURCE_HELP,
    Run,
    archive_option,
    config_option,
    format_option,
    offline_option,
    start,
)
from archiver.cli.output import Column
from archiver.cli.states import STATE_STYLES, day, place
from archiver.errors import ExitCode, UsageError
from archiver.model import State

COLUMNS = (
    Column("state", whole=True, styles=STATE_STYLES),
    Column("handle", "who", whole=True),
    Column("text", "what"),
    Column("since", "last readable", whole=True, show=day),
    Column("stored_in", "proof", whole=True, show=place),
    Column("before", table=False),
    Column("reason", table=False),
    Column("confirmed", table=False),
    Column("url", table=False),
    Column("seen_at", table=False),
    Column("platform", table=False),
    Column("post_id", table=False),
    Column("display_name", table=False),
    Column("created_at", table=False),
    Column("control", table=False),
)


@click.command(epilog=f"{SOURCE_HELP} It may also be an archive's folder.")
@click.argument("sources", nargs=-1, metavar="[SOURCE or ARCHIVE]...")
@archive_option
@offline_option
@format_option
@config_option
def command(
    sources: tuple[str, ...], archive_path: Path | None, offline: bool, fmt: str | None, config_path: Path | None
) -> None:
    """Observe cited posts again and report which are missing.

    Without SOURCE, every post that the archive's articles cite. Each observation is stored with the capture that proves
    it; --offline tells what the stored captures show, and writes nothing. Exit code 1: sources are missing.
    """
    run = start(config_path, fmt)
    archives = [Path(source) for source in sources if (Path(source) / "archive").is_dir()]
    articles = [source for source in sources if Path(source) not in archives]
    if len(archives) + (archive_path is not None) > 1:
        raise UsageError("one archive at a time", hint="run the command once for each")
    with (
        run.interruptible(),
        running(
            run.settings,
            path=archives[0] if archives else archive_path,
            offline=offline,
            conclude=not offline,
            existing=not articles,
            description="archiver audit",
            stop=run.stopped,
        ) as job,
    ):
        run.warn(job.archive.warnings)
        told: list[tuple[State, str]] = []
        run.show(COLUMNS, _findings(run, job, articles, told), empty="no cited post to look at")
        run.network(job)
        run.sum_up(told)
    run.finish()


def _findings(run: Run, job: Job, articles: list[str], told: list[tuple[State, str]]) -> Iterator[Finding]:
    cited = merge(cited_in_document(job, document) for document in run.documents(articles, job))
    if not articles:
        cited = cited_in_archive(job)
    with run.out.progress(len(cited), "observing") as progress:
        for finding in audit(job, cited, progress):
            if finding.state.missing:
                run.code(ExitCode.FINDINGS)
            told.append((finding.state, finding.reason))
            yield finding
