"""`archiver explain`: the chain of evidence behind one record."""

from __future__ import annotations

from pathlib import Path

import click

from archiver.cli.options import archive_option, config_option, start
from archiver.cli.output import Format
from archiver.explain import explain, lines
from archiver.store import Archive


@click.command()
@click.argument("id_", metavar="ID")
@archive_option
@click.option(
    "--format", "fmt", type=click.Choice(["text", "json"]), help="Default: text on a terminal, JSON otherwise."
)
@config_option
def command(id_: str, archive_path: Path | None, fmt: str | None, config_path: Path | None) -> None:
    """Print the chain of evidence behind ID.

    ID is a mention (m-…), an article (a-…), a post (x:NUMBER, or its permalink) or a WARC record (urn:uuid:…); the
    beginning is enough where it is unique. Every record of the chain is read and its digest checked.
    """
    run = start(config_path)
    with Archive.open(archive_path or run.settings.archive.dir, settings=run.settings.archive) as archive:
        chain = explain(archive, id_)
    as_text = fmt == "text" or (fmt is None and run.out.is_tty)
    if as_text:
        run.out.lines(lines(chain))
    else:
        run.out.format = Format.JSONL
        run.out.rows((), [chain])
    run.finish()
