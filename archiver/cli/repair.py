"""`archiver repair`: an article with static quotations where embeds no longer work."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import click

from archiver.capture.packed import file_as_archive
from archiver.cli.options import archive_option, config_option, format_option, start
from archiver.cli.output import Column
from archiver.cli.states import STATE_STYLES
from archiver.config import ArchiveSettings
from archiver.errors import ExitCode, UsageError
from archiver.exporting.whole import STDOUT, refuse_own_files, written_whole
from archiver.repairing import Outcome, Places, article_file, repair, replay_address
from archiver.repairing.quotation import is_web_address
from archiver.store import Archive
from archiver.store.archive import no_archive

COLUMNS = (
    Column("outcome", whole=True, styles={"replaced": "green", "left": "red"}),
    Column("state", whole=True, styles=STATE_STYLES),
    Column("embed", whole=True),
    Column("handle", "who", whole=True),
    Column("reason"),
    Column("url", table=False),
    Column("platform", table=False),
    Column("post_id", table=False),
    Column("post_key", table=False),
    Column("places", table=False),
    Column("versions", table=False),
    Column("quote", table=False),
    Column("mention_id", table=False),
)


@click.command(short_help="Put static quotations where an article's embeds no longer work.")
@click.argument("article", type=click.Path(path_type=Path, readable=False), metavar="ARTICLE.html")
@click.option("-o", "--output", metavar="FIXED.html", help="Where the repaired article goes; - for standard output.")
@click.option("--in-place", is_flag=True, help="Replace ARTICLE.html itself.")
@click.option("--all", "everything", is_flag=True, help="Replace every embed whose words are stored.")
@click.option(
    "--replay-base",
    metavar="URL",
    help="Where `archiver replay` shows this archive to readers: quotations link to it (https://replay.example/).",
)
@click.option(
    "--evidence",
    metavar="URL or PATH",
    help="Address, or path relative to the article, of what was exported of the archive (evidence.wacz).",
)
@archive_option
@format_option
@config_option
def command(
    article: Path,
    output: str | None,
    in_place: bool,
    everything: bool,
    replay_base: str | None,
    evidence: str | None,
    archive_path: Path | None,
    fmt: str | None,
    config_path: Path | None,
) -> None:
    """Put static quotations, with links to stored captures, where an article's embeds no longer work.

    Replaced is an embed whose post is missing by the archive's last look, or that shows nothing in this markup; every
    other byte stays as it is. Nothing is asked of the network. Exit code 1: some embed should be replaced and could not
    be.
    """
    run = start(config_path, fmt)
    target = _target(article, output, in_place=in_place)
    if replay_base is not None and not is_web_address(replay_base):
        raise UsageError("no http or https address", subject=replay_base)
    data, kind = article_file(article)
    with ExitStack() as stack:
        place = archive_path or Path(run.settings.archive.dir)
        archive = file_as_archive(place, stack) if place.is_file() else _opened(place, run.settings.archive)
        stack.enter_context(archive)
        run.warn(archive.warnings)
        if not place.is_file():
            refuse_own_files(archive, target)
        repaired = repair(
            data,
            archive,
            source=str(article),
            kind=kind,
            everything=everything,
            places=Places(replay=replay_base and replay_address(replay_base, place), evidence=evidence),
        )
    if repaired.changed or not in_place:
        with written_whole(target) as stream:
            stream.write(repaired.data)
    if any(one.outcome is Outcome.LEFT for one in repaired.repairs):
        run.code(ExitCode.FINDINGS)
    if target == STDOUT:
        for one in repaired.repairs:
            run.out.note(f"{one.outcome.value}: {one.url or one.handle or one.platform}: {one.reason}")
    else:
        run.show(COLUMNS, repaired.repairs, empty="no cited post: nothing was changed")
    run.finish()


def _target(article: Path, output: str | None, *, in_place: bool) -> str:
    if in_place == (output is not None):
        raise UsageError("either -o FIXED.html or --in-place", subject=str(article))
    if output is None:
        return str(article)
    if output != STDOUT and Path(output).exists() and article.exists() and Path(output).samefile(article):
        raise UsageError("this is the article itself", subject=output, hint="--in-place replaces it")
    return output


def _opened(place: Path, settings: ArchiveSettings) -> Archive:
    if not (place / "archive").is_dir():
        raise no_archive(place)
    return Archive.open(place, settings=settings)
