"""The five-minute tour of README.md: real commands on the shipped example, with what they really print.

A block is a line `<!-- tour: COMMAND -->`, or `<!-- tour, N lines: COMMAND -->` for the first N lines of the output,
and the fenced block after it.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
COLUMNS = 96

BLOCK = re.compile(
    r"<!-- tour(?:, (?P<lines>\d+) lines)?: (?P<command>archiver [^\n]*?) -->\n(?:\n```console\n.*?\n```\n)?", re.DOTALL
)


def tour_text(page: str) -> str:
    """The page with every block's output as the program prints it now."""
    with tempfile.TemporaryDirectory() as scratch:
        place = Path(scratch)
        shutil.copytree(ROOT / "examples", place / "examples", ignore=shutil.ignore_patterns("*.py", "__pycache__"))
        shutil.copytree(ROOT / "warc", place / "warc", ignore=shutil.ignore_patterns("catalogue.db*", ".lock"))
        return BLOCK.sub(lambda block: _run(block, place), page)


def _run(block: re.Match[str], place: Path) -> str:
    command = block["command"]
    done = subprocess.run(  # noqa: S603 (our own README)
        [sys.executable, "-m", *shlex.split(command)],
        cwd=place,
        env={
            "PATH": os.defpath,
            "HOME": str(place),
            "PYTHONPATH": str(ROOT),
            "PYTHONUTF8": "1",
            "COLUMNS": str(COLUMNS),
        },
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode not in (0, 1):
        raise SystemExit(f"{command}: exit code {done.returncode}: {done.stderr}")
    printed = [line.rstrip() for line in done.stdout.splitlines()]
    if block["lines"] and len(printed) > int(block["lines"]):
        printed = [*printed[: int(block["lines"])], "…"]
    head = block.group().partition("-->")[0] + "-->"
    return "\n".join([head, "", "```console", f"$ {command}", *printed, "```", ""])


def main() -> None:
    README.write_text(tour_text(README.read_text("utf-8")), "utf-8")


if __name__ == "__main__":
    main()
