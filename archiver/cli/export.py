"""`archiver export`: what the archive holds, in the forms that others work with."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from archiver.capture.run import no_archive
from archiver.cli.options import Run, archive_option, config_option, start
from archiver.errors import UsageError
from archiver.exporting.annotations import write_annotations
from archiver.exporting.cited import Selection
from archiver.exporting.forms import Form, write_table
from archiver.exporting.tables import TABLES, rows_of
from archiver.exporting.whole import STDOUT, refuse_own_files, written_whole
from archiver.model import PLATFORMS, State
from archiver.store import Archive

ANNOTATIONS = "annotations"
WACZ = "wacz"
FORMS = (*(form.value for form in Form), ANNOTATIONS, WACZ)
SUFFIXES = {
    ".csv": Form.CSV.value,
    ".jsonl": Form.JSONL.value,
    ".ndjson": Form.JSONL.value,
    ".parquet": Form.PARQUET.value,
    ".jsonld": ANNOTATIONS,
    ".wacz": WACZ,
}
BINARY = frozenset({Form.PARQUET.value, WACZ})
"""Forms that no terminal can show."""


def moment(value: str) -> datetime:
    """An ISO day or RFC 3339 time; without a zone, UTC."""
    try:
        time = datetime.fromisoformat(value)
    except ValueError:
        raise click.BadParameter("no day (2026-11-20) and no time (2026-11-20T09:00:00Z)") from None
    return time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)


@click.command(
    short_help="Write posts as CSV, JSON lines, Parquet, annotations or WACZ.",
    epilog="What each column holds is in docs/export.md.",
)
@archive_option
@click.option(
    "-o",
    "--output",
    default=STDOUT,
    metavar="FILE",
    help="Where it goes; its ending (.csv, .jsonl, .parquet, .jsonld, .wacz) names the form. Default: - (standard "
    "output). A file takes its name when it is whole.",
)
@click.option("--csv", "form", flag_value=Form.CSV.value, help="A table for spreadsheets (RFC 4180, UTF-8).")
@click.option("--jsonl", "form", flag_value=Form.JSONL.value, help="A table as JSON lines.")
@click.option("--parquet", "form", flag_value=Form.PARQUET.value, help="A table for data frames (needs pyarrow).")
@click.option(
    "--annotations",
    "form",
    flag_value=ANNOTATIONS,
    help="W3C Web Annotations (JSON-LD): places in articles, and posts.",
)
@click.option("--table", type=click.Choice(list(TABLES)), help="Which table. Default: posts, one row a cited post.")
@click.option("--article", metavar="ARTICLE", help="Only this article: its id, URL, or source as it was given.")
@click.option("--platform", type=click.Choice(PLATFORMS), help="Only posts of this platform.")
@click.option("--state", type=click.Choice([state.value for state in State]), help="Only posts in this state.")
@click.option("--since", type=moment, metavar="TIME", help="Only posts that were looked at then or later.")
@config_option
def command(
    archive_path: Path | None,
    output: str,
    form: str | None,
    table: str | None,
    article: str | None,
    platform: str | None,
    state: str | None,
    since: datetime | None,
    config_path: Path | None,
) -> None:
    """Write what the archive holds in a form that others work with.

    A table of the cited posts, each with the place in the article, what the platform says, its last state and the WARC
    record that proves it; or the same as W3C Web Annotations.
    """
    run = start(config_path)
    form = form or _form_of(output)
    if table and form not in list(Form):
        raise UsageError("--table goes with --csv, --jsonl and --parquet")
    if form in BINARY and output == STDOUT and sys.stdout.isatty():
        raise UsageError("this form is no text", hint="name a file: -o FILE")
    path = archive_path or Path(run.settings.archive.dir)
    if not (path / "archive").is_dir():
        raise no_archive(path)
    selection = Selection(article=article, platform=platform, state=State(state) if state else None, since=since)
    with Archive.open(path, settings=run.settings.archive) as archive:
        refuse_own_files(archive, output)
        run.warn(archive.warnings)
        count = _write(run, archive, output, form, table or "posts", selection)
    if output != STDOUT and run.out.messages_tty:
        run.out.note(f"{output}: {count} {'annotations' if form == ANNOTATIONS else 'rows'}")
    run.finish()


def _form_of(output: str) -> str:
    known = SUFFIXES.get(Path(output).suffix.lower()) if output != STDOUT else None
    if known is None:
        raise UsageError(
            "in which form?", hint="--csv, --jsonl, --parquet, --annotations, or a file with such an ending"
        )
    return known


def _write(run: Run, archive: Archive, output: str, form: str, table: str, selection: Selection) -> int:
    if form == ANNOTATIONS:
        with written_whole(output) as out:
            return write_annotations(archive, out, selection=selection, on_problem=run.problem)
    wanted = TABLES[table]
    rows = rows_of(archive, wanted, selection)
    with written_whole(output) as out:
        return write_table(Form(form), wanted, rows, out)
