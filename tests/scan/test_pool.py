"""Processes that work on units: what happens to a unit whose process dies, and to processes whose driver does."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from archiver.scan.pool import Failed, run_pool
from archiver.scan.unit import Done, Options, Progress, Unit
from tests.scan.crawl import crawl, tweet

DEADLINE = 60


def unit_of(path: Path) -> Unit:
    return Unit(file=str(path))


def nothing(_unit: Unit, _progress: Progress) -> None:
    pass


def children(parent: int) -> Iterator[int]:
    """Processes of a process that work on units: not Python's own helpers."""
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, above = entry.read_text().rpartition(")")[2].split()[:2]
            command = (entry.parent / "cmdline").read_bytes()
        except OSError:
            continue
        if int(above) == parent and state != "Z" and b"spawn_main" in command:
            yield int(entry.parent.name)


def reader_of(pipe: Path, parent: int) -> int | None:
    """The process that has a named pipe open."""
    for process in children(parent):
        with suppress(OSError):  # another one, which has ended meanwhile
            if any(os.path.realpath(link) == str(pipe) for link in Path(f"/proc/{process}/fd").iterdir()):
                return process
    return None


def kill_reader(pipe: Path, parent: int) -> None:
    """Kill the process that has a named pipe open to read it: its unit is under way."""
    descriptor = os.open(pipe, os.O_WRONLY)  # waits until it is there
    while (process := reader_of(pipe, parent)) is None:
        time.sleep(0.01)  # the system gives it its file a moment later
    os.kill(process, signal.SIGKILL)
    with suppress(OSError):  # its parent has noticed already
        # its files are closed when it is a zombie, and not before: only then is the next reader another one
        while Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z":
            time.sleep(0.01)
    os.close(descriptor)


def test_units_are_worked_on_and_told(tmp_path: Path) -> None:
    rows = tmp_path / "rows"
    rows.mkdir()
    paths = [crawl(tmp_path / f"{n}.warc.gz", [tweet(n), tweet(n + 10)]) for n in range(5)]
    done = list(run_pool(map(unit_of, paths), rows, Options(), processes=2, stop=lambda: False, progress=nothing))
    assert sorted(d.unit.file for d in done) == sorted(map(str, paths))
    assert [d.rows for d in done if isinstance(d, Done)] == [2] * 5
    assert len(list(rows.iterdir())) == 5


def test_a_unit_whose_process_dies_is_tried_again_and_then_told(tmp_path: Path) -> None:
    rows = tmp_path / "rows"
    rows.mkdir()
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    good = crawl(tmp_path / "good.warc.gz", [tweet(1)])
    killer = subprocess.Popen(
        [
            sys.executable, "-c",
            ("import sys; from pathlib import Path; from tests.scan.test_pool import kill_reader\n"
            "for _ in range(2): kill_reader(Path(sys.argv[1]), int(sys.argv[2]))"),
            str(pipe), str(os.getpid()),
        ],
        cwd=Path(__file__).parents[2],
    )  # fmt: skip
    done = list(
        run_pool(map(unit_of, [pipe, good]), rows, Options(), processes=2, stop=lambda: False, progress=nothing)
    )
    assert killer.wait(DEADLINE) == 0
    came = {Path(d.unit.file).name: d for d in done}
    assert isinstance(came["good.warc.gz"], Done)
    failed = came["pipe"]
    assert isinstance(failed, Failed)
    assert "SIGKILL" in failed.what
    assert [p.suffix for p in rows.iterdir()] == [".rows"]


def test_this_process_does_something_once_when_the_others_have_begun(tmp_path: Path) -> None:
    rows = tmp_path / "rows"
    rows.mkdir()
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    good = crawl(tmp_path / "good.warc.gz", [tweet(1)])
    did: list[int] = []

    def meanwhile() -> None:
        did.append(1)
        pipe.write_bytes(good.read_bytes())  # waits until it is opened to be read

    done = list(
        run_pool(
            map(unit_of, [pipe, good]), rows, Options(), processes=1, stop=lambda: False, progress=nothing,
            meanwhile=meanwhile,
        )
    )  # fmt: skip
    assert did == [1]
    assert [d.rows for d in done if isinstance(d, Done)] == [1, 1]


def test_when_it_is_to_stop_what_is_under_way_is_done_and_nothing_else_begun(tmp_path: Path) -> None:
    rows = tmp_path / "rows"
    rows.mkdir()
    paths = [crawl(tmp_path / f"{n}.warc.gz", [tweet(n)]) for n in range(6)]
    done: list[object] = []
    pool = run_pool(map(unit_of, paths), rows, Options(), processes=1, stop=lambda: len(done) >= 2, progress=nothing)
    for one in pool:
        done.append(one)  # noqa: PERF402
    assert 2 <= len(done) <= 3


def test_processes_end_when_their_driver_is_killed(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    rows = tmp_path / "rows"
    rows.mkdir()
    driver = subprocess.Popen(
        [
            sys.executable, "-c",
            ("import sys; from pathlib import Path; from tests.scan.test_pool import *\n"
            "list(run_pool([unit_of(Path(sys.argv[1]))], Path(sys.argv[2]), Options(), processes=1,"
            " stop=lambda: False, progress=nothing))"),
            str(pipe), str(rows),
        ],
        cwd=Path(__file__).parents[2],
    )  # fmt: skip
    descriptor = os.open(pipe, os.O_WRONLY)  # its process reads now
    (worker,) = children(driver.pid)
    driver.kill()
    driver.wait(DEADLINE)
    os.close(descriptor)
    until = time.monotonic() + DEADLINE
    while Path(f"/proc/{worker}").exists() and time.monotonic() < until:
        time.sleep(0.01)
    assert not Path(f"/proc/{worker}").exists()
    assert list(rows.iterdir()) == []
