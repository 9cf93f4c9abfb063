"""`archiver replay`: a local site that shows what is stored."""

from __future__ import annotations

from pathlib import Path

import click

from archiver.cli.options import INPUT, archive_option, config_option, start
from archiver.errors import ExitCode


@click.command()
@click.argument("archives", nargs=-1, type=INPUT, metavar="[ARCHIVE or FILE]...")
@archive_option
@click.option("--host", help="Address to listen on. Default: from the configuration (127.0.0.1).")
@click.option("--port", type=click.IntRange(0, 65535), help="Port; 0: any free one. Default: from the configuration.")
@click.option(
    "--allow-remote",
    is_flag=True,
    help="Allow an address that other machines reach: whoever does can read the archives; there is no password.",
)
@click.option(
    "--engine",
    type=click.Choice(["still", "pywb"]),
    default="still",
    help="How captured pages are shown: still (no script of theirs runs; the default), or by pywb, with their scripts "
    "(needs pywb: `pip install 'archiver[pywb]'`; docs/replay.md says what that protects from).",
)
@config_option
def command(
    archives: tuple[Path, ...],
    archive_path: Path | None,
    host: str | None,
    port: int | None,
    allow_remote: bool,
    engine: str,
    config_path: Path | None,
) -> None:
    """Show stored articles, posts and captures as a local site.

    ARCHIVE is an archive's folder, FILE a WARC file or a WACZ package; one that cannot be opened is reported and does
    not stop the others. No script of a captured page runs (unless pywb
    shows it), digests are checked before a byte is served, and nothing is fetched from the live web.
    """
    from archiver.replay import serve
    from archiver.replay.engine import pywb_engine

    run = start(config_path)
    named = [archive_path] if archive_path is not None else []
    try:
        serve(
            [*archives, *named] or [Path(run.settings.archive.dir)],
            host=host or run.settings.replay.host,
            port=run.settings.replay.port if port is None else port,
            allow_remote=allow_remote,
            say=run.out.note,
            engine=pywb_engine if engine == "pywb" else None,
            on_error=lambda error: run.problem(error.subject or "", error),
        )
    except KeyboardInterrupt:  # the way to end it
        run.out.note("stopped")
        run.code(ExitCode.INTERRUPTED)
    run.finish()
