"""`archiver rebuild`: catalogue and index again, from the WARC files."""

from __future__ import annotations

from pathlib import Path

import click

from archiver.cli.options import archive_option, config_option, format_option, start
from archiver.cli.output import Column
from archiver.store import Archive
from archiver.store.archive import no_archive

COLUMNS = (Column("file"), Column("records", right=True), Column("bytes", right=True))


@click.command(short_help="Make catalogue and index again from the WARC files.")
@archive_option
@format_option
@config_option
def command(archive_path: Path | None, fmt: str | None, config_path: Path | None) -> None:
    """Make the catalogue and the index again, from the WARC files alone.

    Both are derived: what they hold afterwards equals what they held before, row by row. Prints how many records each
    WARC file has.
    """
    run = start(config_path, fmt)
    path = archive_path or Path(run.settings.archive.dir)
    if not (path / "archive").is_dir():
        raise no_archive(path)
    with Archive.open(path, settings=run.settings.archive, write=True) as archive:
        archive.rebuild()
        run.warn(archive.warnings)
        rows = archive.catalogue.query(
            "SELECT s.name, count(c.segment), s.bytes FROM segments s LEFT JOIN captures c ON c.segment = s.name"
            " GROUP BY s.name ORDER BY s.name"
        )
        found = ({"file": name, "records": records, "bytes": size} for name, records, size in rows)
        run.out.rows(COLUMNS, found, empty="no WARC file in it")
    run.finish()
