"""`archiver explain`: the chain of evidence behind one record."""

from __future__ import annotations

from pathlib import Path

import click

from archiver.cli.options import archive_option, config_option, format_option, start
from archiver.cli.output import Column, Format
from archiver.explain import explain, lines, rows
from archiver.store import Archive
from archiver.store.archive import no_archive

COLUMNS = (Column("depth", right=True), Column("kind"), Column("id"), Column("fact"), Column("value"))


@click.command()
@click.argument("id_", metavar="ID")
@archive_option
@format_option
@config_option
def command(id_: str, archive_path: Path | None, fmt: str | None, config_path: Path | None) -> None:
    """Print the chain of evidence behind ID.

    ID is a mention (m-…), an article (a-…), a post (x:NUMBER, or its permalink) or a WARC record (urn:uuid:…); the
    beginning is enough where it is unique. Every record of the chain is read and its digest checked. People get an
    indented outline, programs the chain as one JSON object (CSV: one line a fact).
    """
    run = start(config_path, fmt)
    path = archive_path or Path(run.settings.archive.dir)
    if not (path / "archive").is_dir():
        raise no_archive(path)
    with Archive.open(path, settings=run.settings.archive) as archive:
        run.warn(archive.warnings)
        chain = explain(archive, id_)
    if run.out.format is Format.TABLE:
        run.out.lines(lines(chain))
    else:
        run.out.rows(COLUMNS, rows(chain) if run.out.format is Format.CSV else [chain])
    run.finish()
