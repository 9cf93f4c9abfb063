"""What a person sees: the program in a terminal of 80 or 120 columns."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import shutil
import struct
import subprocess
import termios
import unicodedata
from pathlib import Path

import pytest
from rich.cells import cell_len

from tests.town import ALIKE, DELETED, FLATTENED, LEFTOVERS, PICTURED, RENAMED, Town, program
from tests.web_twin import Fault

ROOT = Path(__file__).parents[2]
CONTROLS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


@pytest.fixture
def shipped(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "warc", tmp_path / "warc", ignore=shutil.ignore_patterns("catalogue.db*", ".lock"))
    return tmp_path / "warc"


def in_terminal(town: Town, columns: int, *arguments: str | Path) -> tuple[int, str]:
    """Run the program with a terminal for input, output and messages: its exit code, and all that it wrote there."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    within = town.within(env={"TERM": "xterm-256color", "LANG": "C.UTF-8"})
    for name in ("COLUMNS", "LINES", "NO_COLOR"):
        within["env"].pop(name, None)
    command = program(*arguments)
    process = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True, **within)
    os.close(theirs)
    written = b""
    while True:
        try:
            piece = os.read(ours, 65536)
        except OSError:  # Linux says so when the other side is closed
            break
        if not piece:
            break
        written += piece
    os.close(ours)
    return process.wait(), written.decode()


def seen(written: str) -> list[str]:
    """The lines that stay on the screen, without colours and without the progress bar (which is taken away)."""
    lines = [line.rpartition("\r")[2] for line in CONTROLS.sub("", written.replace("\r\n", "\n")).split("\n")]
    return [line.rstrip() for line in lines if line.strip() and not re.search(r"\d/\d \d:\d\d:\d\d$", line.rstrip())]


def width(line: str) -> int:
    return cell_len("".join(char for char in line if unicodedata.category(char) != "Cf"))


@pytest.mark.parametrize("columns", [80, 120])
@pytest.mark.parametrize("command", ["find", "resolve", "archive", "audit"])
def test_tables_fit_and_names_are_whole(town: Town, shipped: Path, command: str, columns: int) -> None:
    article = ROOT / "examples" / "flood.html"
    offline = () if command == "find" else ("--offline", "--archive", shipped)
    code, written = in_terminal(town, columns, command, *(() if command == "audit" else (article,)), *offline)
    assert code == (1 if command == "audit" else 0)
    lines = seen(written)
    assert max(map(width, lines)) <= columns
    for name in ("ada_brook_h2o", "layla_alnahr", "lunn_ferry_desk"):
        assert len([line for line in lines if name in line]) == 1
    if command in ("archive", "audit"):
        rows = [line for line in lines if re.match(r"(live|deleted|suspended|protected|unresolved) ", line)]
        assert [row.split()[0] for row in rows] == [
            "live", "live", "deleted", "suspended", "protected", "live", "unresolved",
        ]  # fmt: skip
        assert "7 posts: 3 live, 1 deleted, 1 suspended, 1 protected, 1 unresolved" in lines
        assert re.search(r"mizuno_haru_x .*堤防.* 000001:\d+", "\n".join(lines))


def test_one_line_a_post_and_where_it_is_stored(town: Town) -> None:
    page = town.page([PICTURED, DELETED])
    left = town.write("left.txt", LEFTOVERS)
    code, written = in_terminal(town, 100, "archive", page, left, "--archive", town.archive, "--config", town.config())
    assert code == 0
    text = "\n".join(seen(written))
    for post, state in ((PICTURED, "live"), (DELETED, "deleted"), (FLATTENED, "live")):
        assert re.search(rf"^{state} +{post.handle} +2022-03-09 +{post.text[:9]}.* 000001:\d+$", text, re.MULTILINE)
    assert "3 posts: 2 live, 1 deleted" in text
    assert re.search(r"stored in .*: \d+ new, 0 unchanged", text)


def test_progress_is_shown_and_taken_away(town: Town) -> None:
    page = town.page([PICTURED, DELETED, RENAMED])
    _, written = in_terminal(town, 100, "archive", page, "--archive", town.archive, "--config", town.config())
    assert "0/3" in written
    assert "\x1b[?25l" in written  # the cursor is hidden
    assert written.rstrip().rpartition("\x1b[?25")[2].startswith("h")  # and comes back
    assert "━" not in seen(written)[-1]


def test_why_a_post_could_not_be_seen(town: Town) -> None:
    town.run(town.page([PICTURED, RENAMED]), town.page([ALIKE[0]], "flattened", "flat.html"))
    for host in ("cdn.syndication.twimg.com", "publish.twitter.com"):
        town.twin.fault(host, Fault.FORBIDDEN)
    code, written = in_terminal(town, 100, "audit", "--archive", town.archive, "--config", town.config())
    assert code == 0
    text = " ".join(seen(written))
    assert "3 posts: 2 blocked, 1 unresolved" in text
    assert "blocked (2 posts): " in text
    assert "unresolved: more than one post has exactly these words" in text


def test_colour_goes_to_terminals_only(town: Town, shipped: Path) -> None:
    _, written = in_terminal(town, 100, "audit", "--offline", "--archive", shipped)
    assert "\x1b[1;31mdeleted" in written
    assert "\x1b" not in town.command("audit", "--offline", "--archive", shipped, "--format", "table").stdout


def test_explain_is_an_outline(town: Town, shipped: Path) -> None:
    code, written = in_terminal(town, 100, "explain", "x:1590171771531264000", "--archive", shipped)
    assert code == 0
    assert seen(written)[0] == "post x:1590171771531264000"
