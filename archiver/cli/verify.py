"""`archiver verify`: is stored evidence whole and untouched?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import click
import msgspec

from archiver.cli.options import INPUT, Run, config_option, format_option, start
from archiver.cli.output import Advance, Column, Format
from archiver.errors import ArchiverError, ExitCode
from archiver.model import Check, Problem, Verdict, Verification
from archiver.verification import StoppedVerificationError, verify

COLUMNS = (
    Column("path", "file", show=lambda path: Path(path).name),
    Column("check", whole=True),
    Column(
        "verdict",
        whole=True,
        styles={"sound": "green", "damaged": "red", "not checked": "yellow"},
        show=lambda verdict: str(verdict).replace("_", " "),
    ),
    Column("checked", right=True),
    Column("what", "what there is to say"),
    Column("where"),
    Column("offset", table=False, right=True),
    Column("record_id", table=False),
)

SHOWN = 10
"""Problems of one check in a table; JSON has more of them."""

STEP = 1 << 20


@click.command(short_help="Check that WARC files, WACZ packages and archives are whole and untouched.")
@click.argument("files", nargs=-1, required=True, type=INPUT, metavar="FILE...")
@click.option("--quick", is_flag=True, help="Do not draw this program's own conclusions again from the captures.")
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@format_option
@config_option
def command(files: tuple[Path, ...], quick: bool, as_json: bool, fmt: str | None, config_path: Path | None) -> None:
    """Check that WARC files, WACZ packages and archives are whole and untouched, record by record.

    FILE is a WARC file or a WACZ package, of this program or of any other, or an archive's folder. Nothing is written,
    and no connection is opened. Each check has one verdict: sound, damaged, absent (there is nothing of the kind), or
    not checked (with the reason). Exit code 1: something is damaged; 3: a file cannot be read; 5: it was larger, or
    expanded further, than can be looked at.
    """
    run = start(config_path, Format.JSON.value if as_json else fmt)
    with run.interruptible():
        if run.out.format in (Format.TABLE, Format.CSV):
            once = run.out.format is Format.TABLE
            rows = (row for found in _verifications(run, files, quick=quick) for row in _rows(found, once=once))
            run.show(COLUMNS, rows, empty="nothing was looked at")
        else:
            run.show(COLUMNS, map(_whole, _verifications(run, files, quick=quick)), empty="nothing was looked at")
    run.finish()


def _verifications(run: Run, files: tuple[Path, ...], *, quick: bool) -> Iterator[Verification]:
    for file in files:
        with run.out.progress(None, f"{file.name}: MiB") as advance:
            try:
                found = verify(
                    file,
                    progress=_mebibytes(advance),
                    stop=run.stopped,
                    conclude=not quick,
                    signing=run.settings.signing,
                )
            except StoppedVerificationError:
                return
            except ArchiverError as error:
                run.problem(str(file), error)
                continue
        if found.damaged:
            run.code(ExitCode.FINDINGS)
        yield found


def _mebibytes(advance: Advance) -> Callable[[int, int], None]:
    shown = 0

    def progress(done: int, _total: int) -> None:
        nonlocal shown
        steps = done // STEP - shown
        if steps > 0:
            shown += steps
            advance(steps)

    return progress


def _whole(found: Verification) -> Mapping[str, Any]:
    """A verification as one JSON object, with what it comes to."""
    return {
        "path": found.path,
        "kind": found.kind,
        "damaged": found.damaged,
        "checks": msgspec.to_builtins(found.checks),
    }


def _rows(found: Verification, *, once: bool) -> Iterator[Mapping[str, Any]]:
    """One row a check and problem. once: the file's name in the first one only."""
    for number, row in enumerate(_rows_of_checks(found)):
        yield {**row, "path": None} if once and number else row


def _rows_of_checks(found: Verification) -> Iterator[Mapping[str, Any]]:
    for check in found.checks:
        problems = check.problems[:SHOWN]
        yield _row(found, check, problems[0] if problems else None, check.note)
        for problem in problems[1:]:
            yield {**_row(found, check, problem, ""), "checked": None, "check": None}
        if check.verdict is Verdict.DAMAGED and check.found > len(problems):
            yield {**_row(found, check, None, f"and {check.found - len(problems):,} more"), "checked": None}


def _row(found: Verification, check: Check, problem: Problem | None, note: str) -> dict[str, Any]:
    return {
        "path": found.path,
        "check": check.name,
        "verdict": check.verdict.value,
        "checked": check.checked,
        "what": "; ".join(text for text in (problem.what if problem else "", note) if text),
        "where": problem.where if problem else None,
        "offset": problem.offset if problem else None,
        "record_id": problem.record_id if problem else None,
    }
