"""Nothing complete is lost or doubled, whatever cuts the writer off: a torn end, SIGKILL, a full disk."""

from __future__ import annotations

import errno
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from warcio.checker import Checker

from archiver.errors import ArchiveError
from archiver.store import Archive
from archiver.store.segment import Segment
from tests.store.conftest import exchange, files, frozen, response, segment, tables

ROOT = Path(__file__).parents[2]


def small(folder: Path, pages: int = 3) -> None:
    with frozen(folder) as archive, archive.session() as session:
        for number in range(pages):
            session.write_exchange(exchange(f"https://posts.example/{number}", response(b"words %d" % number)))


def assert_warcio_finds_nothing(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    class Options:
        inputs = (str(path),)
        verbose = False

    checker = Checker(Options())
    checker.process_all()
    assert checker.exit_value == 0, capsys.readouterr().out


@pytest.mark.parametrize("known", [True, False], ids=["catalogue ahead of the file", "catalogue gone"])
def test_an_end_torn_at_any_byte_of_the_last_record(
    known: bool, quick: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = quick / "whole"
    small(whole)
    with frozen(whole, write=False) as archive:
        rows = archive.catalogue.rows("captures")
    data = segment(whole).read_bytes()
    answer, seal = rows[-2][1], rows[-1][1]
    assert (rows[-2][4], rows[-1][4]) == ("response", "metadata")
    assert min(seal - answer, len(data) - seal) > 300
    for size in (*range(answer, seal, 5), *range(seal, len(data))):
        last = seal if size >= seal else answer
        kept_rows = [row for row in rows if row[1] < last]
        folder = quick / "torn" / str(size)
        shutil.copytree(whole, folder)
        if not known:
            (folder / "catalogue.db").unlink()
        os.truncate(segment(folder), size)
        with frozen(folder, write=size % 2 == 0) as archive:
            assert archive.catalogue.rows("captures") == kept_rows
            for capture in archive.catalogue.captures_in(segment(folder).name):
                archive.check_block(capture)
        assert segment(folder).read_bytes() == data[:last]
        kept = list((folder / "torn").glob("*.torn"))
        assert [path.read_bytes() for path in kept] == ([data[last:size]] if size > last else [])
        assert all("20260301" in path.name for path in kept)
        if size % 50 == 0:
            assert_warcio_finds_nothing(segment(folder), capsys)
        with frozen(folder) as archive:
            assert archive.warnings == []
            assert archive.catalogue.rows("captures") == kept_rows
        shutil.rmtree(folder)


def test_a_segment_of_no_bytes_is_no_trouble(folder: Path) -> None:
    small(folder)
    (folder / "archive" / "archiver-000002-20260301120009.warc.gz").write_bytes(b"")
    with frozen(folder, write=False) as archive:
        rows = tables(archive)
        assert archive.warnings == []
    with frozen(folder) as archive:
        assert tables(archive) == rows
        with archive.session() as session:
            assert session.write_exchange(exchange("https://posts.example/x")).file.startswith("archiver-000003-")


@pytest.mark.parametrize("tail", [b"\0" * 500, b"garbage " * 100, b"\x1f\x8b garbage"])
def test_a_tail_that_is_no_beginning_of_a_record_is_left_and_told(tail: bytes, folder: Path) -> None:
    small(folder)
    with segment(folder).open("ab") as file:
        file.write(tail)
    with frozen(folder) as archive:
        assert len(archive.catalogue.rows("captures")) == 8
        assert len(archive.warnings) == 1
        assert "\n" not in archive.warnings[0]
    assert segment(folder).read_bytes().endswith(tail)


def test_damage_in_the_middle_hides_no_record_behind_it(folder: Path) -> None:
    small(folder, pages=5)
    with frozen(folder, write=False) as archive:
        rows = archive.catalogue.rows("captures")
    data = bytearray(segment(folder).read_bytes())
    damaged = rows[4]
    for position in range(damaged[1] + 20, damaged[1] + damaged[2]):
        data[position] ^= 0x55
    segment(folder).write_bytes(bytes(data))
    with frozen(folder) as archive:
        archive.rebuild()
        assert archive.catalogue.rows("captures") == [row for row in rows if row != damaged]
        assert len(archive.warnings) == 1
    assert segment(folder).read_bytes() == bytes(data)
    assert not (folder / "torn").exists()


WRITER = """
import io, sys
from datetime import UTC, datetime
from archiver.config import ArchiveSettings
from archiver.exchange import Exchange
from archiver.store import Archive

archive = Archive.open(sys.argv[1], write=True, settings=ArchiveSettings(segment_bytes=300_000))
with archive, archive.session() as session:
    number = 0
    while True:
        number += 1
        url = f"https://posts.example/{sys.argv[2]}/{number}"
        body = (url.encode() + bytes(range(256))) * 20
        head = b"HTTP/1.1 200 OK\\r\\nContent-Length: %d\\r\\n\\r\\n" % len(body)
        session.write_exchange(
            Exchange(
                url=url, time=datetime.now(UTC), status=200, request=b"GET / HTTP/1.1\\r\\n\\r\\n",
                headers=(("Content-Length", str(len(body))),), open_response=lambda: io.BytesIO(head + body),
                response_length=len(head) + len(body), head_length=len(head), payload_digest=None,
            )
        )
        if number % 7 == 0:
            session.write_refusal(url, "10.1.2.3", "private address")
        print(number, flush=True)
"""


@pytest.mark.slow
def test_a_writer_that_is_killed_loses_and_doubles_nothing(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    chance = random.Random(7)
    told: dict[int, int] = {}
    for run in range(12):
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(folder), str(run)], cwd=ROOT, stdout=subprocess.PIPE
        )
        assert writer.stdout is not None
        told[run] = int(writer.stdout.readline() or 0)
        time.sleep(chance.uniform(0, 0.15))
        writer.send_signal(signal.SIGKILL)
        # what it printed, it had stored; a line that was cut does not count
        for line in writer.stdout.read().splitlines(keepends=True):
            if line.endswith(b"\n"):
                told[run] = int(line)
        writer.wait()
        writer.stdout.close()
        Archive.open(folder, write=run % 2 == 0).close()
    with Archive.open(folder, write=True) as archive:
        rows = tables(archive)
        for run, count in told.items():
            for number in range(1, count + 1):
                found = archive.catalogue.captures_at(f"https://posts.example/{run}/{number}")
                assert sorted(capture.record_type for capture in found) == ["request", "response"], (run, number)
                for capture in found:
                    archive.check_block(capture)
        assert len({row[3] for row in rows["captures"]}) == len(rows["captures"]), "no record twice"
        archive.rebuild()
        assert tables(archive) == rows
        for path in archive.segment_files():
            assert_warcio_finds_nothing(path, capsys)
    assert sum(told.values()) > 50


class Full:
    """Stands in for a segment's file on a disk that has room for so many bytes."""

    def __init__(self, file: object, room: int) -> None:
        self._file = file
        self.room = room

    def write(self, data: bytes) -> int:
        if self.room <= 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        part = data[: self.room]
        self.room -= len(part)
        return self._file.write(part)  # type: ignore[attr-defined,no-any-return]

    def __getattr__(self, name: str) -> object:
        return getattr(self._file, name)


@pytest.mark.parametrize("room", [0, 1, 100, 700])
def test_a_full_disk_leaves_the_file_as_it_was(
    room: int, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with frozen(folder) as archive, archive.session() as session:
        session.write_exchange(exchange("https://posts.example/before"))
        before = segment(folder).read_bytes()
        part = session._segment
        assert isinstance(part, Segment)
        monkeypatch.setattr(part, "_file", Full(part._file, room))
        with pytest.raises(ArchiveError, match="was not stored: No space left on device") as caught:
            session.write_exchange(exchange("https://posts.example/lost", response(os.urandom(5000))))
        assert caught.value.exit_code == 5
        assert "\n" not in str(caught.value)
        assert segment(folder).read_bytes() == before
        assert archive.catalogue.captures_at("https://posts.example/lost") == []
        part._file.room = 1 << 20  # type: ignore[attr-defined]
        capture = session.write_exchange(exchange("https://posts.example/after"))
        archive.check_block(capture)
    assert_warcio_finds_nothing(segment(folder), capsys)
    with frozen(folder) as archive:
        assert [c.target_uri.rpartition("/")[2] for c in archive.catalogue.captures_in(segment(folder).name)] == [
            "", "before", "before", "after", "after", "urn:archiver:seal:" + segment(folder).name,
        ]  # fmt: skip


def test_a_disk_that_is_full_from_the_start_leaves_no_empty_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: Segment, data: bytes) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with frozen(folder) as archive, archive.session() as session:
        with monkeypatch.context() as full:
            full.setattr(Segment, "_write", refuse)
            for _ in range(2):
                with pytest.raises(ArchiveError, match="No space left"):
                    session.write_exchange(exchange())
        assert files(folder) == {}
        session.write_exchange(exchange())
    with frozen(folder) as archive:
        assert [row[4] for row in archive.catalogue.rows("captures")] == ["warcinfo", "request", "response", "metadata"]


LIMITED = """
import resource, sys
from tests.store.conftest import exchange, response
from archiver.errors import ArchiverError
from archiver.store import Archive
import os

resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
number = 0
with Archive.open(sys.argv[1], write=True) as archive, archive.session() as session:
    try:
        while number < 100:
            session.write_exchange(exchange(f"https://posts.example/{number}", response(os.urandom(20_000))))
            number += 1
    except ArchiverError as error:
        print(number, error)
"""


def test_a_real_limit_on_file_size_stops_in_one_line_and_earlier_evidence_is_intact(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert resource.RLIMIT_FSIZE is not None
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, str(folder)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.stderr == ""
    number, _, line = done.stdout.strip().partition(" ")
    assert "was not stored: File too large" in line
    assert int(number) > 5
    with Archive.open(folder, write=True) as archive:
        for index in range(int(number)):
            assert len(archive.catalogue.captures_at(f"https://posts.example/{index}")) == 2
        for capture in archive.catalogue.captures_in(segment(folder).name):
            archive.check_block(capture)
    assert_warcio_finds_nothing(segment(folder), capsys)
