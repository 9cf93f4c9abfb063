"""`archiver scan`: the posts that whole crawls cite."""

from __future__ import annotations

import os
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import click

from archiver.cli.options import Run, config_option, format_option, start
from archiver.cli.output import Column
from archiver.cli.scanning import index_options, units_named
from archiver.errors import ExitCode, InputError, UsageError
from archiver.exporting.forms import Form
from archiver.platforms import platforms
from archiver.scan.ledger import Ledger
from archiver.scan.pool import Failed, run_pool
from archiver.scan.posts.duck import duckdb_module
from archiver.scan.rowfile import read_rows
from archiver.scan.running import Runner, enter, parts_meet
from archiver.scan.running import run as run_units
from archiver.scan.table import publish, pyarrow_modules
from archiver.scan.unit import Done, Options, Progress, Unit

ROW_COLUMNS = (
    Column("file", table=False),
    Column("offset", table=False),
    Column("page_url", "page"),
    Column("captured_at", table=False),
    Column("platform", whole=True),
    Column("handle"),
    Column("post_id", "post", whole=True),
    Column("text"),
    Column("rule", table=False),
    Column("confidence", table=False),
)
SUMMARY_COLUMNS = (
    Column("files", right=True),
    Column("records", right=True),
    Column("pages", right=True),
    Column("looked_at", "looked at", right=True),
    Column("mentions", right=True),
    Column("posts", right=True),
    Column("flattened_only", "flattened only", right=True),
    Column("damaged", right=True),
    Column("errors", right=True),
)

TOLD = 5
"""Damaged places of a file that are told one by one; the ledger has them all."""

SCAN_HELP = (
    "WARC is a file (.warc, .warc.gz, .warc.zst, WET, .wacz), a folder, a glob, an http(s):// or s3:// address, or - "
    "for standard input. One that cannot be read, or is damaged, is reported and does not stop the others."
)


class ScanFaultError(RuntimeError):
    """The program itself failed at a page, or at a whole unit; all others are done."""


@click.command(epilog=SCAN_HELP, short_help="Find the posts that whole crawls cite, and index them.")
@click.argument("warcs", nargs=-1, metavar="WARC...")
@click.option(
    "-o",
    "--output",
    "output",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="A folder for the table of mentions (Parquet) and the index of posts. A run that was cut off goes on there.",
)
@index_options
@click.option(
    "--write",
    "forms",
    multiple=True,
    type=click.Choice(["jsonl", "csv"]),
    help="Write the mentions into one file of this form, too (with -o).",
)
@click.option("--processes", type=click.IntRange(1, 1024), help="How many work at a time. Default: one a core.")
@click.option("--spark", "master", metavar="MASTER", help="Work on a Spark cluster (with -o on storage it shares).")
@click.option("--no-posts", is_flag=True, help="The table of mentions alone, without the index of posts.")
@format_option
@config_option
def command(
    warcs: tuple[str, ...],
    output: Path | None,
    forms: tuple[str, ...],
    processes: int | None,
    master: str | None,
    no_posts: bool,
    fmt: str | None,
    config_path: Path | None,
    **index: Any,
) -> None:
    """Find every post that the pages of a crawl cite.

    With -o, a table of mentions (one row a post as a page shows it) and an index of posts (one row a post, with all
    pages that cite it), which resolve and audit read in place. Without it, the mentions are printed.
    """
    run = start(config_path, fmt)
    if output is None and (forms or master is not None):
        raise UsageError("--write and --spark need a folder", hint="-o DIR")
    with run.interruptible():
        if output is not None:
            _into_folder(run, output, warcs, index, forms, processes, master, posts=not no_posts)
        else:
            with tempfile.TemporaryDirectory(prefix="archiver-scan-") as folder:
                _printed(run, Path(folder) / "scan", warcs, index, processes)
    run.finish()


def _into_folder(
    run: Run,
    output: Path,
    warcs: tuple[str, ...],
    index: dict[str, Any],
    forms: tuple[str, ...],
    processes: int | None,
    master: str | None,
    *,
    posts: bool,
) -> None:
    _check_installed(posts=posts)  # rather now than after hours
    with Ledger(output) as ledger:
        enter(ledger, units_named(run, warcs, **index), stop=run.stopped)
        failed = sum(
            1 for came in _work(run, ledger, processes, master, partial(_load, posts=posts)) if isinstance(came, Failed)
        )
        if not run.stopped():
            with run.out.progress(None, "writing the table") as advance:
                publish(ledger, advance, stop=run.stopped)
        counted: dict[str, Any] = {}
        if posts and not run.stopped():
            counted = _posts(run, ledger)
        for form in forms:
            if not run.stopped():
                from archiver.scan.onefile import write_one_file

                with run.out.progress(None, f"writing mentions.{form}") as advance:
                    write_one_file(ledger, Form(form), advance)
        if run.stopped():
            run.out.note("what was scanned is kept: the same command goes on from there")
            return
        totals = ledger.totals()
        summary = {
            "folder": str(output),
            "files": totals.files,
            "records": totals.records,
            "pages": totals.pages,
            "looked_at": totals.looked_at,
            "mentions": totals.rows,
            **counted,
            "damaged": totals.damaged,
            "errors": totals.errors + failed,
        }
    run.show(SUMMARY_COLUMNS, [summary], empty="")


def _check_installed(*, posts: bool) -> None:
    """Raises `UsageError` where what makes the tables is not installed. It is loaded later."""
    for name, what in (("pyarrow", "the table"), ("duckdb", "the index of posts")):
        if find_spec(name) is None and (posts or name == "pyarrow"):
            raise UsageError(f"{what} needs {name}", hint="pip install 'archiver[scan]'")


def _load(*, posts: bool) -> None:
    """Load what makes the tables, which takes as long as reading a few dozen pages."""
    pyarrow_modules()
    if posts:
        import_module("archiver.scan.posts.building")
        duckdb_module()
        platforms()


def _posts(run: Run, ledger: Ledger) -> dict[str, Any]:
    from archiver.scan.posts.building import Step, build_posts

    with run.out.progress(None, "indexing the posts") as advance:
        so_far = Step("")

        def step(now: Step) -> None:
            nonlocal so_far
            advance(max(0, now.done - so_far.done) if now.what == so_far.what else now.done, f"posts: {now.what}")
            so_far = now

        counts = build_posts(
            ledger.mentions, ledger.folder / "posts.parquet", ledger.folder / "posts.db", progress=step
        )
    return {"posts": counts.posts, "flattened_only": counts.flattened_only}


def _printed(run: Run, folder: Path, warcs: tuple[str, ...], index: dict[str, Any], processes: int | None) -> None:
    """Mentions to standard output, in the order of the files, as soon as all before them are there."""
    with Ledger(folder) as ledger:
        enter(ledger, units_named(run, warcs, **index), stop=run.stopped)

        def rows() -> Iterator[dict[str, Any]]:
            order = ledger.files()
            left = Counter(unit.file for unit in ledger.waiting())
            upcoming = 0
            for came in _work(run, ledger, processes, None):
                left[came.unit.file] -= 1
                # parts of a file may have to be read again, until all of them meet
                while upcoming < len(order) and left[file := order[upcoming]] <= 0 and parts_meet(ledger, file):
                    yield from _rows_of(ledger, file)
                    upcoming += 1
            if not run.stopped():
                for file in order[upcoming:]:
                    yield from _rows_of(ledger, file)

        run.show(ROW_COLUMNS, rows(), empty="no posts were found")


def _rows_of(ledger: Ledger, file: str) -> Iterator[dict[str, Any]]:
    """The rows of a file, which are not kept."""
    for _, done in ledger.of_file(file):
        if done is not None and done.rows_file is not None:
            path = ledger.rows_folder / done.rows_file
            for row in read_rows(path):
                yield {column: getattr(row, column) for column in row.__struct_fields__}
            path.unlink()


def _work(
    run: Run,
    ledger: Ledger,
    processes: int | None,
    master: str | None,
    meanwhile: Callable[[], object] = lambda: None,
) -> Iterator[Done | Failed]:
    """Work on all that waits, with a progress bar; what was wrong is told. meanwhile: as of `run_pool`."""
    waiting = ledger.waiting()
    if waiting and master is None and not any(map(find_spec, ("hyperscan", "re2"))):
        run.out.note(
            "hyperscan is not installed: every page is parsed, which takes longer (pip install 'archiver[scan]')"
        )
    lengths = [length_of(unit) for unit in waiting]
    total = None if None in lengths else sum(length or 0 for length in lengths)
    with run.out.progress(total, "scanning", in_bytes=True) as advance:
        so_far: dict[str, int] = {}
        pages = posts = 0
        unsure: list[Done] = []

        def progress(unit: Unit, at: Progress) -> None:
            advance(at.read - so_far.get(unit.id, 0))
            so_far[unit.id] = at.read

        for came in run_units(ledger, _runner(run, ledger, processes, master, progress, meanwhile), stop=run.stopped):
            before = so_far.pop(came.unit.id, 0)
            length = length_of(came.unit)
            if isinstance(came, Done):
                pages += came.pages
                posts += came.rows
                advance(
                    (came.read if length is None else length) - before, f"scanning: {pages:,} pages, {posts:,} posts"
                )
                if came.unit.start and (came.damage or came.faults):
                    unsure.append(came)
                else:
                    _tell(run, came)
            else:
                advance((length or before) - before)
                run.out.note(f"{came.unit.file}: not scanned: {came.what}")
                run.fault(ScanFaultError(f"{came.unit.file}: {came.what}"))
            yield came
    # what is damaged in a part that did not begin at a record is not damaged in the file
    for done in unsure:
        if ledger.stands(done.unit):
            _tell(run, done)


def _runner(
    run: Run,
    ledger: Ledger,
    processes: int | None,
    master: str | None,
    progress: Callable[[Unit, Progress], None],
    meanwhile: Callable[[], object],
) -> Runner:
    """The processes of this machine, or a cluster."""
    options = Options(web=run.settings.web)

    def here(units: Iterable[Unit]) -> Iterator[Done | Failed]:
        return run_pool(
            units,
            ledger.rows_folder,
            options,
            processes=processes or cores(),
            stop=run.stopped,
            progress=progress,
            meanwhile=meanwhile,
        )

    def on_cluster(units: Iterable[Unit]) -> Iterator[Done | Failed]:
        from archiver.scan import spark
        from archiver.scan.work import work

        folder = ledger.rows_folder.absolute()  # executors work in folders of their own
        task = partial(work, rows_folder=folder, options=options)
        return spark.run_units(master or "", units, task, folder=folder, stop=run.stopped)

    return here if master is None else on_cluster


def length_of(unit: Unit) -> int | None:
    """Bytes of the file that a unit reads; null where nobody knows."""
    if unit.ranges:
        return sum(length for _, length in unit.ranges)
    end = unit.size if unit.end is None else unit.end
    return None if end is None else end - unit.start


def cores() -> int:
    """Processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _tell(run: Run, done: Done) -> None:
    """What was wrong with a unit."""
    file = done.unit.file
    for damage in done.damage[:TOLD]:
        on = "nothing behind it can be read" if damage.next is None else f"reading went on at {damage.next}"
        run.out.note(f"{file}: damaged at offset {damage.offset}: {damage.what}; {on}")
    more = len(done.damage) - TOLD + done.more_damage
    if more > 0:
        run.out.note(f"{file}: {more:,} more damaged places")
    if done.damage:
        run.code(ExitCode.INPUT)
    if done.error is not None:
        run.problem(file, InputError(done.error, subject=file))
    for fault in done.faults:
        run.fault(ScanFaultError(f"{file}: the page at offset {fault.offset}: {fault.what}"))
