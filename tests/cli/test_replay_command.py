"""`archiver replay`: what it opens, what it says, how it ends."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner

from archiver.cli import main
from archiver.errors import InputError
from archiver.replay import Library, create_app
from tests.others import ROOT
from tests.replay.conftest import Client

(SEGMENT,) = (ROOT / "warc" / "archive").glob("*.warc.gz")


COMMAND = """
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs inherit that it is ignored
from archiver.cli import main
main(prog_name="archiver")
"""


@contextmanager
def running(*arguments: object, cwd: Path) -> Iterator[tuple[list[str], str, subprocess.Popen[str]]]:
    """What the command says until it listens, where that is, and its process."""
    command = [sys.executable, "-c", COMMAND, "replay", "--port", "0", *map(str, arguments)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=cwd, env=environment) as process:
        try:
            assert process.stderr is not None
            said: list[str] = []
            while not (found := re.search(r"Replay at (http://\S+)", said[-1] if said else "")):
                said.append(process.stderr.readline())
                assert said[-1], said
            yield said[:-1], found[1], process
        finally:
            process.terminate()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "good.warc.gz").write_bytes(SEGMENT.read_bytes())
    (tmp_path / "bad.warc.gz").write_bytes(b"no WARC")
    (tmp_path / "bad.wacz").write_bytes(b"no ZIP")
    os.mkfifo(tmp_path / "pipe.warc.gz")
    return tmp_path


def test_one_that_cannot_be_opened_does_not_stop_the_others(folder: Path) -> None:
    names = ["nowhere", "bad.warc.gz", "good.warc.gz", "bad.wacz", "pipe.warc.gz"]
    with running(*names, cwd=folder) as (said, _, process):
        assert [line.split(":")[1].strip() for line in said] == ["nowhere", "bad.wacz", "pipe.warc.gz", "bad.warc.gz"]
        process.send_signal(signal.SIGINT)
        assert process.stderr is not None
        assert process.stderr.read() == "stopped\n"
        assert process.wait(10) == 130


def test_where_none_can_be_opened_each_is_told_once(folder: Path) -> None:
    done = CliRunner().invoke(main, ["replay", "--port", "0", *(str(folder / name) for name in ("bad.wacz", "no"))])
    assert done.exit_code == 3
    assert [line.rpartition("/")[2].split(":")[0] for line in done.stderr.splitlines()] == ["bad.wacz", "no"]


def test_a_library_that_nobody_listens_to_ends_at_the_first_one(folder: Path) -> None:
    with pytest.raises(InputError, match=r"bad\.wacz"), Library([folder / "bad.wacz", folder / "good.warc.gz"]):
        pass


def test_the_archive_option_is_one_more_input(folder: Path) -> None:
    with running("good.warc.gz", "--archive", ROOT / "warc", cwd=folder) as (_, site, _process):
        page = urllib.request.urlopen(site).read().decode()
        assert "/archives/good" in page
        assert "/archives/warc" in page


@pytest.mark.parametrize(
    "name",
    ["sp ace", "new\nline", "ünï–日本", "-dash", "a#b?c%41", "<b>x", "q'\"uote", "UPPER", os.fsdecode(b"\xff\xfe")],
)  # fmt: skip
def test_files_of_any_name(name: str, folder: Path) -> None:
    """The last one is no text at all."""
    file = folder / (f"{name}.WARC.GZ" if name == "UPPER" else f"{name}.warc.gz")
    try:
        file.write_bytes(SEGMENT.read_bytes())
    except OSError:
        pytest.skip("such a name is not possible here")
    with Library([file]) as library:
        site, shelf = Client(create_app(library)), library.shelves[0]
        assert re.fullmatch(r"[a-z0-9-]+", shelf.slug)
        assert shelf.archive.catalogue.articles()
        assert site.get("/").status_code == site.get(f"/archives/{shelf.slug}").status_code == 200
    told = [
        CliRunner().invoke(main, ["audit", "--offline", "--format", "json", "--archive", str(path)])
        for path in (file, folder / "good.warc.gz")
    ]
    findings, others = ([{**row, "stored_in": None} for row in json.loads(one.stdout)] for one in told)
    assert findings == others


@pytest.mark.parametrize(("host", "site"), [("::1", r"http://\[::1\]:\d+/"), ("[::1]", r"http://\[::1\]:\d+/"),
                                            ("localhost", r"http://127\.0\.0\.1:\d+/")])  # fmt: skip
def test_where_it_listens(host: str, site: str, folder: Path) -> None:
    if ":" in host:
        try:
            socket.create_server(("::1", 0), family=socket.AF_INET6).close()
        except OSError:
            pytest.skip("no IPv6 here")
    with running("good.warc.gz", "--host", host, cwd=folder) as (_, shown, _process):
        assert re.fullmatch(site, shown)
        assert urllib.request.urlopen(shown).status == 200


def test_others_are_let_in_only_by_name(folder: Path) -> None:
    done = CliRunner().invoke(main, ["replay", "--host", "0.0.0.0", str(folder / "good.warc.gz")])
    assert (done.exit_code, done.output.count("\n")) == (2, 1)
    assert "--allow-remote" in done.output
    with running("good.warc.gz", "--host", "0.0.0.0", "--allow-remote", cwd=folder) as (said, site, _process):
        assert "there is no password" in said[0]
        assert urllib.request.urlopen(site.replace("0.0.0.0", "127.0.0.1")).status == 200
