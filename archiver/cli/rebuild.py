"""`archiver rebuild`: catalogue and index again, from the WARC files."""

from __future__ import annotations

from pathlib import Path

import click

from archiver.cli.options import archive_option, config_option, start
from archiver.store import Archive


@click.command()
@archive_option
@config_option
def command(archive_path: Path | None, config_path: Path | None) -> None:
    """Make the catalogue and the index again, from the WARC files alone.

    Both are derived: what they hold afterwards equals what they held before, row by row.
    """
    run = start(config_path)
    path = archive_path or Path(run.settings.archive.dir)
    if not (path / "archive").is_dir():
        Archive.open(path)
    with Archive.open(path, settings=run.settings.archive, write=True) as archive:
        archive.rebuild()
        run.warn(archive.warnings)
        count = archive.catalogue.query("SELECT count(*) FROM captures")[0][0]
        segments = len(archive.segment_files())
    run.out.note(f"{count} records in {segments} WARC files catalogued and indexed again in {path}")
    run.finish()
