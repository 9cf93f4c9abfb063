"""`archiver audit`: which sources are missing by now, and what was lost with them?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

import click
import msgspec

from archiver.auditing import AskCopies, Finding, Plan, audit
from archiver.auditing.ages import parse_age, parse_moment
from archiver.auditing.changes import KINDS, Remembered, changed_since, changes_since, kinds_of, last_audit, remembered
from archiver.auditing.figures.statistics import Statistics, statistics, summary_lines
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
from archiver.config import ReplaySettings
from archiver.config.values import ASK_COPIES
from archiver.errors import ExitCode, UsageError
from archiver.exporting.whole import STDOUT, refuse_own_files, written_whole
from archiver.face import cited_portions
from archiver.model import State, to_json
from archiver.store import Archive

V = TypeVar("V")

COLUMNS = (
    Column("state", whole=True, styles=STATE_STYLES),
    Column("handle", "who", whole=True),
    Column("text", "what"),
    Column("since", "last readable", whole=True, show=day),
    Column("remarks", "notes", show=", ".join),
    Column("stored_in", "proof", whole=True, show=place),
    Column("changed", table=False),
    Column("missing_by", table=False),
    Column("before", table=False),
    Column("reason", table=False),
    Column("confirmed", table=False),
    Column("quote", table=False),
    Column("edited", table=False),
    Column("renamed_from", table=False),
    Column("embed_broken", table=False),
    Column("media_gone", table=False),
    Column("url", table=False),
    Column("seen_at", table=False),
    Column("platform", table=False),
    Column("post_id", table=False),
    Column("post_key", table=False),
    Column("display_name", table=False),
    Column("created_at", table=False),
    Column("language", table=False),
    Column("control", table=False),
    Column("sources", table=False),
)
CHANGES = (Column("changed", "changed", show="; ".join), *(column for column in COLUMNS if column.key != "changed"))

NOTHING = "nothing"
"""What `--fail-on` takes where findings are to end with exit code 0."""


def parsed(read: Callable[[str], V]) -> Callable[[click.Context, click.Parameter, str | None], V | None]:
    """An option's text, read by a function that says in a `ValueError` what is wanted."""

    def callback(_ctx: click.Context, param: click.Parameter, value: str | None) -> V | None:
        try:
            return read(value) if value is not None else None
        except ValueError as error:
            raise click.BadParameter(f"{value!r}: {error}", param=param) from None

    return callback


def _kinds(text: str) -> frozenset[str]:
    chosen = frozenset(word.strip().lower().replace("-", "_") for word in text.split(",") if word.strip())
    if unknown := sorted(chosen - KINDS.keys()):
        raise ValueError(f"there is no {', '.join(unknown)}; there are: {', '.join(KINDS)}")
    if not chosen:  # a variable of a script that was not set
        raise ValueError(f"it names none; there are: {', '.join(KINDS)}")
    return chosen


def _failing_kinds(text: str) -> frozenset[str]:
    return frozenset() if text.strip().lower() == NOTHING else _kinds(text)


KINDS_HELP = "Kinds are states and " + ", ".join(kind for kind in KINDS if kind not in set(State)) + "."


@click.command(
    short_help="Look at cited posts again: what is missing or altered?",
    epilog=f"{SOURCE_HELP} It may also be a permalink, a list of permalinks (CSV, JSONL, text), what `archiver "
    f"scan` made (its folder, posts.parquet, posts.db) or an archive's folder. {KINDS_HELP}",
)
@click.argument("sources", nargs=-1, metavar="[SOURCE or ARCHIVE]...")
@archive_option
@offline_option
@click.option(
    "--max-age",
    callback=parsed(parse_age),
    metavar="AGE",
    help="Reuse a look that is no older (90m, 36h, 7d): an interrupted audit goes on where it stopped.",
)
@click.option(
    "--copies",
    type=click.Choice(ASK_COPIES),
    help="Of which posts web archives are asked whether they have copies. Default: from the configuration (missing).",
)
@click.option("--rescue", is_flag=True, help="Fetch and store the best archived copy of what is missing.")
@click.option(
    "--save",
    is_flag=True,
    help="Ask the Wayback Machine to capture what is still there and that no web archive has (see docs/audit.md).",
)
@click.option("--media", is_flag=True, help="Ask for each picture and film of the posts that are there, too.")
@click.option(
    "--only", callback=parsed(_kinds), metavar="KINDS", help="Show findings of these kinds alone: deleted,altered."
)
@click.option(
    "--since",
    metavar="WHEN",
    help="Show what changed since a day, a time, or so long ago (7d), by the looks that the archive has.",
)
@click.option(
    "--diff",
    "last_path",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="LAST",
    help="Show what changed since an earlier audit: a file that -o wrote (it may be the same), or its JSON or "
    "CSV output.",
)
@click.option(
    "-o",
    "--output",
    "output_path",
    type=click.Path(dir_okay=False),
    metavar="FILE",
    help="Write all findings as JSON lines, too, whatever is shown: for the next --diff.",
)
@click.option(
    "--html",
    "report_path",
    type=click.Path(dir_okay=False),
    metavar="FILE",
    help="Write a report, too: one page with figures, charts, and each finding with its evidence (of --only, those; "
    "what changed is marked).",
)
@click.option(
    "--figures",
    "figures_path",
    type=click.Path(dir_okay=False),
    metavar="FILE",
    help="Write the figures of all findings, too: counts, shares with intervals, survival. JSON, or a table where FILE "
    "ends with .csv.",
)
@click.option(
    "--replay-base",
    metavar="URL",
    help="Where `archiver replay` shows this archive: the report links to it. Default: the configured address of this "
    "machine.",
)
@click.option(
    "--fail-on",
    callback=parsed(_failing_kinds),
    metavar="KINDS",
    help=f"Exit with 1 where findings of these kinds are shown (default: missing; {NOTHING}: never).",
)
@format_option
@config_option
def command(
    sources: tuple[str, ...],
    archive_path: Path | None,
    offline: bool,
    max_age: timedelta | None,
    copies: str | None,
    rescue: bool,
    save: bool,
    media: bool,
    only: frozenset[str] | None,
    since: str | None,
    last_path: Path | None,
    output_path: str | None,
    report_path: str | None,
    figures_path: str | None,
    replay_base: str | None,
    fail_on: frozenset[str] | None,
    fmt: str | None,
    config_path: Path | None,
) -> None:
    """Observe cited posts again and report what is missing, altered or broken.

    Without SOURCE, every post that the archive's articles cite. Each observation is stored with the capture that proves
    it; --offline tells what the stored captures show, and writes nothing. Exit code 1: sources are missing.
    """
    if offline and (rescue or save):
        raise UsageError("--rescue and --save ask the network", hint="leave out --offline")
    if replay_base is not None:
        _check_replay(replay_base, report_path)
    run = start(config_path, fmt)
    last = _last(last_path, output_path)
    archives = [Path(source) for source in sources if _is_archive(source)]
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
        for path in (report_path, figures_path, output_path):
            if path:
                _check_target(job.archive, path)
        begun = job.archive.clock()
        moment = _moment(since, begun)
        asked = AskCopies(copies or run.settings.audit.copies)
        plan = Plan(max_age=max_age, media=media, copies=asked, rescue=rescue, save=save)
        findings = _findings(run, job, articles, plan)
        told: list[Finding] = []
        listed: list[Finding] = []
        compared = moment is not None or last is not None
        # of millions of posts, findings that nothing is made of in the end are not held
        if report_path or figures_path or output_path or last is not None or run.out.messages_tty:
            findings = _kept(findings, told)
        chosen = _compared(_only(findings, only), moment, last)
        if report_path:
            chosen = _kept(chosen, listed)
        shown = (finding for finding in chosen if finding.changed) if compared else chosen
        missing = fail_on if fail_on is not None else frozenset({"missing"})
        columns = CHANGES if compared else COLUMNS
        run.show(columns, _failing(run, shown, missing), empty=_nothing(run, only, moment, last))
        run.network(job)
        run.faults(job)
        run.sum_up([(finding.state, finding.reason) for finding in told])
        at = job.archive.clock()
        figures = statistics(told, at=at) if report_path or figures_path or run.out.messages_tty else None
        if figures is not None and told and run.out.messages_tty:
            for line in summary_lines(figures):
                run.out.note(line)
        written = [path for path in (report_path, figures_path, output_path) if path]
        if run.stopped():
            _say_how_to_go_on(run, at - begun, written)
        else:
            if last is not None:
                _no_longer_cited(run, told, last)
            if report_path and figures is not None:
                # what draws the report is loaded where one is asked for: the replay's room costs as much as the rest
                from archiver.replay.shelf import slug_of
                from archiver.reporting import html_report

                title, slug = _title(told, job.archive.path), slug_of(job.archive.path)
                pieces = html_report(
                    listed,
                    figures,
                    at=at,
                    title=title,
                    since=moment,
                    only=", ".join(sorted(only or ())),
                    compared=_before(since, last_path),
                    replay_base=replay_base or _local_replay(run.settings.replay),
                    slug=slug,
                )
                _write(report_path, (piece.encode() for piece in pieces))
            if figures_path and figures is not None:
                _write(figures_path, _figures(figures, figures_path))
            if output_path:
                _write(output_path, (to_json(finding) + b"\n" for finding in told))
    run.finish()


def _is_archive(source: str) -> bool:
    try:
        return (Path(source) / "archive").is_dir()
    except OSError:  # no name that a file may have
        return False


def _check_target(archive: Archive, target: str) -> None:
    """What can be known before the audit, which may take hours: that a file can be made there, and harms nothing."""
    refuse_own_files(archive, target)
    if target != STDOUT and not Path(target).parent.is_dir():
        raise UsageError("there is no such folder", subject=str(Path(target).parent))


def _write(target: str, pieces: Iterable[bytes]) -> None:
    with written_whole(target) as stream:
        stream.writelines(pieces)


def _local_replay(settings: ReplaySettings) -> str | None:
    """Where `archiver replay` shows the archive by default; null where that is any free port."""
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return f"http://{host}:{settings.port}/" if settings.port else None


def _check_replay(base: str, report_path: str | None) -> None:
    """Before hours are spent on an audit."""
    from archiver.reporting.places import Replay

    if report_path is None:
        raise UsageError("it is for the links of a report", subject="--replay-base", hint="add --html FILE")
    Replay(base, "")


def _figures(figures: Statistics, target: str) -> Iterator[bytes]:
    if not target.lower().endswith(".csv"):
        yield to_json(figures) + b"\n"
        return
    from archiver.reporting import figures_csv

    for line in figures_csv(figures):
        yield line.encode("utf-8", "replace")


def _title(findings: Iterable[Finding], archive: Path) -> str:
    """What a report is about: the one article, or the archive."""
    from archiver.replay.show import name_of

    titles = {cite.source: cite.title or name_of(cite.source) for one in findings for cite in one.citations}
    return titles.popitem()[1] if len(titles) == 1 else f"Sources cited in {archive.resolve().name}"


def _before(since: str | None, last_path: Path | None) -> str:
    """What a report's findings are compared with, in words."""
    return " and ".join(
        [*([f"what was seen until {since}"] if since else []), *(["the last audit"] if last_path else [])]
    )


def _last(last_path: Path | None, output_path: str | None) -> dict[str, Remembered] | None:
    """What the earlier audit said. The file that this audit writes is not there yet before the first of them: then
    everything is new."""
    if last_path is None:
        return None
    if output_path is not None and Path(output_path) == last_path and not last_path.exists():
        return {}
    return last_audit(last_path)


def _moment(since: str | None, now: datetime) -> datetime | None:
    try:
        return parse_moment(since, now) if since else None
    except ValueError as error:
        raise UsageError(f"{since!r}: {error}", subject="--since") from None


def _findings(run: Run, job: Job, articles: list[str], plan: Plan) -> Iterator[Finding]:
    with run.out.progress(None, "reading") as reading:
        portions = cited_portions(
            job, articles, run.settings, run.problem, max_age=plan.max_age, progress=reading, on_note=run.out.note
        )
        cited = next(portions, [])
    while cited:
        with run.out.progress(len(cited), "observing") as progress:
            yield from audit(job, cited, progress, plan=plan)
        cited = next(portions, [])


def _kept(findings: Iterable[V], into: list[V]) -> Iterator[V]:
    for finding in findings:
        into.append(finding)
        yield finding


def _only(findings: Iterable[Finding], only: frozenset[str] | None) -> Iterator[Finding]:
    for finding in findings:
        if only is None or kinds_of(finding) & only:
            yield finding


def _compared(
    findings: Iterable[Finding], since: datetime | None, last: dict[str, Remembered] | None
) -> Iterator[Finding]:
    """Each with what changed, as far as that was asked for."""
    for finding in findings:
        changed = changed_since(finding, since) if since is not None else ()
        if last is not None:
            changed = (*changed, *changes_since(finding, remembered(finding, last)[1]))
        yield msgspec.structs.replace(finding, changed=tuple(dict.fromkeys(changed))) if changed else finding


def _failing(run: Run, findings: Iterable[Finding], kinds: frozenset[str]) -> Iterator[Finding]:
    for finding in findings:
        if kinds_of(finding) & kinds:
            run.code(ExitCode.FINDINGS)
        yield finding


def _nothing(run: Run, only: frozenset[str] | None, since: datetime | None, last: object | None) -> str:
    if since is not None or last is not None:  # cron mails whatever is said
        return "nothing changed" if run.out.messages_tty else ""
    return "no finding of these kinds" if only is not None else "no cited post to look at"


def _no_longer_cited(run: Run, told: Iterable[Finding], last: dict[str, Remembered]) -> None:
    left = len(last.keys() - {remembered(finding, last)[0] for finding in told})
    if left:
        how = "not among these: some source could not be read" if run.unread else "not cited any more"
        run.out.note(f"of the last audit, {left} post{'s are' if left > 1 else ' is'} {how}")


def _say_how_to_go_on(run: Run, took: timedelta, unwritten: list[str]) -> None:
    minutes = int(took.total_seconds() // 60) + 10
    age = f"{minutes}m" if minutes < 120 else f"{minutes // 60 + 1}h"
    run.out.note(f"stopped: the same command with --max-age {age} goes on from here")
    for path in unwritten:
        run.out.note(f"{path} is not written: the audit is not whole")
