"""A process beside this one: what it gives and what it raises comes here, and it never outlives its purpose."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from archiver.errors import ArchiveError, LimitError
from archiver.scan.posts.beside import Beside


def doubled(number: int) -> tuple[int, int]:
    return os.getpid(), number * 2


def failing(how: str) -> None:
    if how == "ours":
        raise LimitError("it is full", subject="/disk", hint="make room")
    if how == "disk":
        raise OSError(28, "No space left on device")
    if how == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    raise KeyError(how)


def waiting(folder: str) -> None:
    (Path(folder) / "pid").write_text(str(os.getpid()))
    time.sleep(600)


def test_it_gives_what_the_work_gives() -> None:
    with Beside(doubled, 21) as beside:
        pid, number = beside.result()
    assert (number, pid != os.getpid()) == (42, True)


def test_what_it_raises_is_raised_here() -> None:
    with Beside(failing, "ours") as beside, pytest.raises(LimitError, match="it is full") as told:
        beside.result()
    assert (told.value.subject, told.value.hint) == ("/disk", "make room")
    with Beside(failing, "disk") as beside, pytest.raises(OSError, match="No space left") as full:
        beside.result()
    assert full.value.errno == 28
    with Beside(failing, "killed") as beside, pytest.raises(ArchiveError, match="died"):
        beside.result()
    with Beside(failing, "other") as beside, pytest.raises(RuntimeError, match="KeyError"):
        beside.result()


def gone(pid: int) -> bool:
    """Whether a process ends."""
    for _ in range(600):
        try:
            os.kill(pid, 0)
            if Path(f"/proc/{pid}/stat").exists() and Path(f"/proc/{pid}/stat").read_text().split()[2] == "Z":
                return True
        except ProcessLookupError:
            return True
        time.sleep(0.1)
    return False


def pid_in(folder: Path) -> int:
    for _ in range(600):
        if (folder / "pid").is_file() and (text := (folder / "pid").read_text()):
            return int(text)
        time.sleep(0.1)
    raise AssertionError("it did not start")


def test_it_is_ended_when_nobody_wants_it_any_more(tmp_path: Path) -> None:
    with Beside(waiting, str(tmp_path)):
        pid = pid_in(tmp_path)
    assert gone(pid)


def test_it_ends_when_its_driver_is_killed(tmp_path: Path) -> None:
    script = tmp_path / "driver.py"
    script.write_text(
        "import sys\n"
        f"sys.path[:0] = {[str(Path(__file__).parents[2])]!r}\n"
        "from archiver.scan.posts.beside import Beside\n"
        "from tests.scan.test_beside import waiting\n"
        "if __name__ == '__main__':\n"
        "    with Beside(waiting, sys.argv[1]) as beside:\n"
        "        beside.result()\n"
    )
    with subprocess.Popen([sys.executable, str(script), str(tmp_path)]) as driver:
        pid = pid_in(tmp_path)
        driver.kill()
    assert gone(pid)
