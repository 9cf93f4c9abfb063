"""`archiver scan`: the whole command.

In processes of its own where these are what a test is about; else in this one, the units one after the other.
"""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pyarrow.parquet
import pytest
from click.testing import CliRunner, Result

import archiver
from archiver.cli import main
from archiver.scan.unit import Done, Options, Unit
from archiver.scan.work import work
from tests.scan.crawl import crawl, tweet
from tests.scan.test_parts import stored

ROOT = Path(__file__).parents[2]
DEADLINE = 120


def told(stderr: str) -> str:
    """What a command told, but for the remark on machines for which hyperscan has no wheel."""
    return "".join(line for line in stderr.splitlines(keepends=True) if "hyperscan is not installed" not in line)


def in_order(
    units: Iterable[Unit], rows: Path, options: Options, *, stop: Callable[[], bool], **_: object
) -> Iterator[Done]:
    """What processes do, without them (`archiver.scan.pool.run_pool`)."""
    for unit in units:
        if stop():
            return
        yield work(unit, rows, options)


def command(*arguments: object) -> Result:
    """A run in this process."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("archiver.cli.scan.run_pool", in_order)
        return CliRunner().invoke(main, ["scan", *map(str, arguments)])


def process(*arguments: object, **more: Any) -> subprocess.CompletedProcess[str]:
    """A run in a process of its own, with others that work."""
    return subprocess.run(
        [sys.executable, "-m", "archiver", "scan", *map(str, arguments)],
        capture_output=True, text=True, cwd=ROOT, timeout=DEADLINE, check=False, **more,
    )  # fmt: skip


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """An environment without hyperscan, whose patterns each process compiles for seconds."""
    folder = tmp_path_factory.mktemp("plain")
    (folder / "hyperscan.py").write_text("raise ImportError")
    return os.environ | {"PYTHONPATH": os.pathsep.join([str(folder), str(ROOT)])}


WITHOUT = """
import sys
sys.modules.update(dict.fromkeys(sys.argv.pop(1).split(",")))
from archiver.cli import main
main()
"""


def without(modules: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    """The command where these are not installed."""
    return subprocess.run(
        [sys.executable, "-c", WITHOUT, modules, "scan", *map(str, arguments)],
        capture_output=True, text=True, cwd=ROOT, timeout=DEADLINE, check=False,
    )  # fmt: skip


def parquet_bytes(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted((folder / "mentions").rglob("*.parquet"))}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("crawls")
    return [
        crawl(folder / f"{n}.warc.gz", [tweet(n * 100 + k) if k % 3 else "<p>Nothing.</p>" for k in range(12)])
        for n in range(4)
    ]


@pytest.fixture(scope="module")
def scanned(files: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a scan by this process."""
    out = tmp_path_factory.mktemp("scanned") / "out"
    done = command(*files, "-o", out, "--processes", 1, "--write", "csv", "--write", "jsonl")
    assert (done.exit_code, told(done.stderr)) == (0, "")
    return out


def test_the_mentions_are_those_of_find(files: list[Path], scanned: Path) -> None:
    lines = [json.loads(line) for line in (scanned / "mentions.jsonl").read_text().splitlines()]
    expected = [(str(path), m.id, m.platform, m.post_id, m.handle, m.date, m.words, m.rule, m.confidence, m.selector)
                for path in files for m in archiver.find(path)]  # fmt: skip
    keys = ("file", "mention_id", "platform", "post_id", "handle", "date", "text", "rule", "confidence", "selector")
    assert [tuple(line[key] for key in keys) for line in lines] == expected
    assert len(lines) == 32
    assert {line["post_key"] for line in lines} == {f"x:{line['post_id']}" for line in lines}


def test_without_a_folder_the_mentions_are_printed_in_the_order_of_the_files(files: list[Path], scanned: Path) -> None:
    done = command(*files, "--format", "jsonl")
    assert (done.exit_code, told(done.stderr)) == (0, "")
    printed = [json.loads(line) for line in done.stdout.splitlines()]
    assert printed == [json.loads(line) for line in (scanned / "mentions.jsonl").read_text().splitlines()]


def test_files_in_parts_are_printed_whole_and_in_order(
    files: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inner = crawl(tmp_path / "inner.warc.gz", [tweet(900 + k) for k in range(40)]).read_bytes()
    again = tmp_path / "again.warc.gz"  # its second part begins within a record
    again.write_bytes(files[0].read_bytes() + stored(inner) + files[1].read_bytes())
    named = (again, *files, "--format", "jsonl")
    whole = command(*named)
    monkeypatch.setattr("archiver.scan.inputs.units.SMALL_PART", 400)
    begun: list[Unit] = []

    def counted(units: Iterable[Unit], *arguments: Any, **named: Any) -> Iterator[Done]:
        for done in in_order(units, *arguments, **named):
            begun.append(done.unit)
            yield done

    with monkeypatch.context() as patched:
        patched.setattr("archiver.cli.scan.run_pool", counted)
        parts = CliRunner().invoke(main, ["scan", *map(str, named)])
    assert parts.stdout == whole.stdout
    assert (parts.exit_code, told(parts.stderr)) == (whole.exit_code, told(whole.stderr)) == (0, "")
    assert len([unit for unit in begun if unit.file == str(again)]) > 4
    assert len(begun) > 4 * len(files)


def test_two_processes_give_what_one_gives(files: list[Path], scanned: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = process(*files, "-o", out, "--processes", 2, "--write", "csv")
    assert (done.returncode, told(done.stderr)) == (0, "")
    assert parquet_bytes(out) == parquet_bytes(scanned)
    assert (out / "mentions.csv").read_bytes() == (scanned / "mentions.csv").read_bytes()
    assert (out / "posts.parquet").read_bytes() == (scanned / "posts.parquet").read_bytes()


@pytest.mark.skipif(find_spec("hyperscan") is None, reason="nothing is compiled without hyperscan")
def test_patterns_are_kept_for_the_next_run_or_gone_with_this_one(files: list[Path], tmp_path: Path) -> None:
    cache, temporary = tmp_path / "cache", tmp_path / "temporary"
    temporary.mkdir()
    more = {"env": os.environ | {"XDG_CACHE_HOME": str(cache), "TMPDIR": str(temporary)}}
    cache.mkdir()
    folder = cache / "archiver" / "patterns"
    first = process(*files, "--format", "jsonl", "--processes", 2, **more)
    kept = {path.name: path.stat().st_ino for path in folder.glob("*.patterns")}
    assert len(kept) >= 2
    assert process(*files, "--format", "jsonl", **more).stdout == first.stdout
    assert {path.name: path.stat().st_ino for path in folder.glob("*.patterns")} == kept
    for path in folder.glob("*.patterns"):
        path.unlink()
    folder.chmod(0o777)
    assert process(*files, "--format", "jsonl", "--processes", 2, **more).stdout == first.stdout
    assert list(folder.glob("*.patterns")) == []
    assert list(temporary.iterdir()) == []


def test_the_columns_say_what_they_hold(scanned: Path) -> None:
    schema = pyarrow.parquet.read_schema(next((scanned / "mentions").rglob("*.parquet")))
    assert schema.field("offset").metadata[b"what"].startswith(b"of the page's record")


def test_the_summary_counts(files: list[Path], tmp_path: Path) -> None:
    done = command(*files, "-o", tmp_path / "out", "--format", "json")
    (said,) = json.loads(done.stdout)
    assert {key: said[key] for key in ("files", "records", "pages", "mentions", "posts", "damaged", "errors")} == {
        "files": 4, "records": 48, "pages": 48, "mentions": 32, "posts": 32, "damaged": 0, "errors": 0,
    }  # fmt: skip


def wait_for(condition: Callable[[], bool]) -> None:
    until = time.monotonic() + DEADLINE
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.005)


def done_in(out: Path) -> int:
    """Units that the ledger says are done."""
    if not (out / "scan.db").exists():
        return 0
    with sqlite3.connect(f"file:{out / 'scan.db'}?mode=ro", uri=True) as db:
        try:
            return int(db.execute("SELECT count(*) FROM units WHERE done IS NOT NULL").fetchone()[0])
        except sqlite3.Error:
            return 0


@pytest.mark.parametrize("after", [0, 2])
def test_a_run_that_is_killed_goes_on_without_losing_or_doubling_a_row(
    files: list[Path], scanned: Path, plain: dict[str, str], tmp_path: Path, after: int
) -> None:
    out = tmp_path / "out"
    arguments = [*map(str, files), "-o", str(out), "--processes", "1", "--no-posts"]
    first = subprocess.Popen(
        [sys.executable, "-m", "archiver", "scan", *arguments], cwd=ROOT, env=plain, stderr=subprocess.DEVNULL
    )
    wait_for(lambda: (out / "scan.db").exists() and done_in(out) >= after)
    first.kill()
    first.wait(DEADLINE)
    again = command(*arguments, "--write", "jsonl")
    assert again.exit_code == 0, again.stderr
    assert (out / "mentions.jsonl").read_bytes() == (scanned / "mentions.jsonl").read_bytes()
    assert list((out / "rows").iterdir()) == []


def test_ctrl_c_keeps_what_is_done(files: list[Path], scanned: Path, plain: dict[str, str], tmp_path: Path) -> None:
    out = tmp_path / "out"
    pipe = tmp_path / "pipe.warc"
    os.mkfifo(pipe)
    arguments = [str(files[0]), str(pipe), *map(str, files[1:]), "-o", str(out), "--processes", "1"]
    first = subprocess.Popen(
        [sys.executable, "-m", "archiver", "scan", *arguments],
        cwd=ROOT, env=plain, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    descriptor = os.open(pipe, os.O_WRONLY)  # the second file is under way
    first.send_signal(signal.SIGINT)
    assert first.stderr is not None
    while "stopping" not in (line := first.stderr.readline()):
        assert told(line) == ""
    os.close(descriptor)
    _, said = first.communicate(timeout=DEADLINE)
    assert first.returncode == 130
    assert "goes on from there" in said
    assert done_in(out) == 2
    again = command(*files, "-o", out, "--write", "jsonl", "--no-posts")
    assert (out / "mentions.jsonl").read_bytes() == (scanned / "mentions.jsonl").read_bytes(), again.stderr


def test_a_damaged_file_is_told_with_its_offset_and_the_rest_is_there(files: list[Path], tmp_path: Path) -> None:
    data = bytearray(files[0].read_bytes())
    starts = [at for at in range(len(data)) if data[at : at + 4] == b"\x1f\x8b\x08\x00"]
    data[starts[4] + 60 : starts[4] + 90] = b"\xff" * 30
    bad = tmp_path / "bad.warc.gz"
    bad.write_bytes(data)
    out = tmp_path / "out"
    done = command(bad, files[1], tmp_path / "none.warc.gz", "-o", out, "--no-posts", "--format", "json")
    assert done.exit_code == 3
    assert f"{bad}: damaged at offset {starts[4]}" in done.stderr
    assert f"reading went on at {starts[5]}" in done.stderr
    assert "none.warc.gz" in done.stderr
    (said,) = json.loads(done.stdout)
    assert (said["damaged"], said["mentions"]) == (1, 15)
    with sqlite3.connect(out / "scan.db") as db:
        assert db.execute("SELECT file, offset, next FROM damage").fetchall() == [(str(bad), starts[4], starts[5])]


def test_standard_input_is_read(files: list[Path], plain: dict[str, str]) -> None:
    with files[0].open("rb") as stream:
        done = process("-", "--format", "csv", stdin=stream, env=plain)
    assert (done.returncode, told(done.stderr)) == (0, "")
    assert len(done.stdout.splitlines()) == 9


@pytest.mark.parametrize(
    ("arguments", "says"),
    [(("--write", "csv", "x.warc"), "-o DIR"), (("--spark", "local[1]", "x.warc"), "-o DIR"), ((), "WARC")],
)
def test_wrong_usage_says_what_is_right(arguments: tuple[str, ...], says: str) -> None:
    done = command(*arguments)
    assert done.exit_code == 2
    assert says in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("missing", "options", "says"),
    [
        ("pyarrow", [], "the table needs pyarrow (pip install 'archiver[scan]')"),
        ("duckdb", [], "the index of posts needs duckdb (pip install 'archiver[scan]')"),
        ("pyspark,pyspark.errors", ["--spark", "local[1]"], "a cluster needs PySpark (pip install 'archiver[spark]')"),
    ],
)
def test_what_is_missing_is_told_before_anything_is_read(
    files: list[Path], tmp_path: Path, missing: str, options: list[str], says: str
) -> None:
    done = without(missing, *files, "-o", tmp_path / "out", *options)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", f"error: {says}\n")
    assert list((tmp_path / "out").rglob("*.parquet")) == list((tmp_path / "out").rglob("*.rows")) == []


def test_without_hyperscan_it_says_so_and_finds_the_same(files: list[Path], scanned: Path, tmp_path: Path) -> None:
    done = without("hyperscan,re2", *files, "-o", tmp_path / "out", "--processes", 1, "--no-posts")
    assert done.returncode == 0
    assert [line for line in done.stderr.splitlines() if "hyperscan is not installed" in line] != []
    assert parquet_bytes(tmp_path / "out") == parquet_bytes(scanned)


@pytest.mark.parametrize(
    ("at", "there"),
    [
        ("archiver.cli.scan.enter", set()),
        ("archiver.cli.scan.run_units", set()),
        ("archiver.cli.scan.publish", set()),
        ("archiver.scan.posts.building.build_posts", {"posts.parquet", "posts.db"}),
        ("archiver.scan.onefile.write_one_file", {"posts.parquet", "posts.db", "mentions.csv"}),
    ],
)
def test_ctrl_c_ends_a_run_between_its_steps(
    files: list[Path], scanned: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: str, there: set[str]
) -> None:
    module, _, name = at.rpartition(".")
    step = getattr(import_module(module), name)

    def pressed(*arguments: Any, **named: Any) -> Any:
        signal.raise_signal(signal.SIGINT)
        return step(*arguments, **named)

    out = tmp_path / "out"
    with monkeypatch.context() as patched:
        patched.setattr(at, pressed)
        done = command(*files, "-o", out, "--write", "csv", "--write", "jsonl")
    assert (done.exit_code, done.stdout) == (130, "")
    assert "goes on from there" in done.stderr
    assert {path.name for path in out.iterdir()} == {".lock", "scan.db", "rows", "mentions", *there}
    assert command(*files, "-o", out, "--write", "jsonl").exit_code == 0
    assert (out / "mentions.jsonl").read_bytes() == (scanned / "mentions.jsonl").read_bytes()
