"""`archiver import`: WARC and WACZ files of other tools, into the archive."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from archiver.cli.options import INPUT, Run, archive_option, config_option, format_option, start
from archiver.cli.output import Column
from archiver.errors import ArchiverError, ExitCode
from archiver.importing import Taken, take_in
from archiver.store import Archive, Session
from archiver.verification import StoppedVerificationError

COLUMNS = (
    Column("outcome", whole=True, styles={"refused": "red"}),
    Column("source"),
    Column("member", table=False),
    Column("file", "stored as"),
    Column("bytes", right=True),
    Column("digest", table=False),
    Column("problems", table=False),
)

TOLD = 5
"""Problems of one file that are told one by one."""

FILE_HELP = "FILE is a WARC file (.warc, .warc.gz), a WACZ package, or the folder of another archive."


@click.command(name="import", epilog=FILE_HELP, short_help="Take WARC and WACZ files of other tools into the archive.")
@click.argument("files", nargs=-1, required=True, type=INPUT, metavar="FILE...")
@archive_option
@click.option("--damaged", is_flag=True, help="Take a file in although something is wrong with it.")
@click.option(
    "--trust-conclusions",
    is_flag=True,
    help="What an archiver concluded in it (mentions, resolutions, states) counts here, too: you vouch for it.",
)
@format_option
@config_option
def command(
    files: tuple[Path, ...],
    archive_path: Path | None,
    damaged: bool,
    trust_conclusions: bool,
    fmt: str | None,
    config_path: Path | None,
) -> None:
    """Take WARC and WACZ files of other tools into the archive.

    Each is verified first: one that is damaged, or a package whose digests or signature do not hold, is told and left
    out (exit code 1). The WARC files are kept byte for byte, under a name of their own, and never twice; their captures
    can be replayed and are asked with --offline. What they say of posts counts only if you say so.
    """
    run = start(config_path, fmt)
    path = archive_path or Path(run.settings.archive.dir)
    with (
        run.interruptible(),
        Archive.open(path, settings=run.settings.archive, write=True) as archive,
        archive.session(description="archiver import") as session,
    ):
        taken = _taken(run, archive, session, files, damaged=damaged, trust_conclusions=trust_conclusions)
        run.show(COLUMNS, taken, empty="nothing was taken in")
        run.warn(archive.warnings)
    run.finish()


def _taken(
    run: Run, archive: Archive, session: Session, files: tuple[Path, ...], *, damaged: bool, trust_conclusions: bool
) -> Iterator[Taken]:
    for file in files:
        told = False
        try:
            for taken in take_in(
                archive,
                session,
                file,
                damaged=damaged,
                trust_conclusions=trust_conclusions,
                signing=run.settings.signing,
                stop=run.stopped,
            ):
                if not told:
                    _tell(run, taken)
                    told = True
                yield taken
        except ArchiverError as error:
            run.problem(str(file), error)
        except StoppedVerificationError:
            return
        if run.stopped():
            return


def _tell(run: Run, taken: Taken) -> None:
    for problem in taken.problems[:TOLD]:
        run.out.note(f"{taken.source}: {problem}")
    if len(taken.problems) > TOLD:
        run.out.note(f"{taken.source}: {len(taken.problems) - TOLD} more problems")
    if taken.problems:
        run.code(ExitCode.FINDINGS)
