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

from archiver.errors import ArchiveError
from archiver.store import Archive
from archiver.store.segment import Segment
from tests.others import warcio_check
from tests.store.conftest import exchange, files, frozen, response, segment, tables

ROOT = Path(__file__).parents[2]


def small(folder: Path, pages: int = 3) -> None:
    with frozen(folder) as archive, archive.session() as session:
        for number in range(pages):
            session.write_exchange(exchange(f"https://posts.example/{number}", response(b"words %d" % number)))


def assert_warcio_finds_nothing(path: Path) -> None:
    sound, said = warcio_check([path])
    assert sound, said


@pytest.mark.parametrize("known", [True, False], ids=["catalogue ahead of the file", "catalogue gone"])
def test_an_end_torn_at_any_byte_of_the_last_record(known: bool, quick: Path) -> None:
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
        shutil.rmtree(folder / "indexes")  # it is written at the end
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
            assert_warcio_finds_nothing(segment(folder))
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


SECTOR = 512


@pytest.mark.parametrize("catalogued", [True, False], ids=["catalogue on the disk", "catalogue lost"])
def test_records_whose_bytes_a_loss_of_power_kept_from_the_disk(catalogued: bool, quick: Path) -> None:
    """The file has its length, and reads as NUL from some sector on; the catalogue may have been written before it."""
    from tests.store.test_log import assert_linked

    running = quick / "running"
    small(running)
    with frozen(running) as archive, archive.session() as session:
        for number in range(4):
            session.write_exchange(exchange(f"https://posts.example/new/{number}", response(os.urandom(700))))
            session.write_refusal("http://10.1.2.3/", "10.1.2.3", "private address")  # commits the catalogue
        assert session._segment is not None
        name = session._segment.path.name
        shutil.copytree(running, quick / "lost")
    data = (quick / "lost" / "archive" / name).read_bytes()
    with frozen(running, write=False) as archive:
        rows = [row for row in archive.catalogue.rows("captures") if row[0] == name and row[1] < len(data)]
    assert len(data) > 8 * SECTOR
    ends = {row[1] + row[2] for row in rows}
    for border in (0, *range(SECTOR, len(data), SECTOR), *sorted(ends)):
        for size in (len(data), len(data) + 4096):
            if border % SECTOR and border != len(data) and size == len(data):
                continue  # no sector begins there
            folder = quick / "again"
            shutil.copytree(quick / "lost", folder)
            path = folder / "archive" / name
            path.write_bytes(data[:border].ljust(size, b"\0"))
            if not catalogued:
                for file in folder.glob("catalogue.db*"):
                    file.unlink()
            whole = max((end for end in (0, *ends) if end <= border), default=0)
            with frozen(folder, write=border % 1024 == 0) as archive:
                kept = [row for row in archive.catalogue.rows("captures") if row[0] == name]
                assert kept == [row for row in rows if row[1] < whole], (border, size)
                assert archive.warnings or border >= size
            assert path.read_bytes() == data[:whole]
            if border < size:
                [torn] = (folder / "torn").iterdir()
                assert torn.read_bytes() == data[whole:border].ljust(size - whole, b"\0")
            with frozen(folder) as archive, archive.session() as session:
                assert archive.warnings == []
                session.write_exchange(exchange("https://posts.example/after"))
            assert_linked(folder, unsealed=(1,) if whole else ())
            shutil.rmtree(folder)


def test_nul_bytes_before_a_whole_record_are_damage(folder: Path) -> None:
    small(folder)
    [index] = (folder / "indexes").iterdir()
    index.unlink()
    (folder / "catalogue.db").unlink()
    path = segment(folder)
    data = bytearray(path.read_bytes())
    data[SECTOR : 2 * SECTOR] = bytes(SECTOR)
    path.write_bytes(data)
    with frozen(folder) as archive:
        assert len(archive.warnings) == 1
        assert archive.catalogue.captures_in(path.name)
    assert path.read_bytes() == data
    assert not (folder / "torn").exists()


def test_a_record_that_was_altered_is_no_unfinished_one(quick: Path) -> None:
    """The end of a gzip member has a NUL byte or two of its own."""
    folder = quick / "warc"
    small(folder)
    (folder / "catalogue.db").unlink()
    path = segment(folder)
    with frozen(folder, write=False) as archive:
        last = archive.catalogue.captures_in(path.name)[-1]
    data = path.read_bytes()
    for position in range(last.offset + 12, len(data), 19):
        altered = bytearray(data)
        altered[position] ^= 0x10
        path.write_bytes(altered)
        (folder / "catalogue.db").unlink()
        with frozen(folder) as archive:
            assert len(archive.warnings) == 1
        assert path.read_bytes() == altered
    assert not (folder / "torn").exists()


@pytest.mark.parametrize("tail", [b"garbage " * 100, b"\x1f\x8b garbage", b"\0" * 600 + b"\x01"])
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
def test_a_writer_that_is_killed_loses_and_doubles_nothing(folder: Path) -> None:
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
            assert_warcio_finds_nothing(path)
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
def test_a_full_disk_leaves_the_file_as_it_was(room: int, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
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
    assert_warcio_finds_nothing(segment(folder))
    with frozen(folder) as archive:
        assert [c.target_uri.rpartition("/")[2] for c in archive.catalogue.captures_in(segment(folder).name)] == [
            "", "before", "before", "after", "after", "urn:archiver:seal:" + segment(folder).name,
        ]  # fmt: skip


def test_what_cannot_be_taken_back_ends_the_file_and_is_mended_later(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Behind half a record nothing may follow: it could not be read."""

    def refuse(descriptor: int, length: int) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    archive = frozen(folder)
    session = archive.session()
    session.write_exchange(exchange("https://posts.example/before"))
    path = segment(folder)
    whole = path.stat().st_size
    part = session._segment
    assert isinstance(part, Segment)
    with monkeypatch.context() as broken:
        broken.setattr(part, "_file", Full(part._file, 100))
        broken.setattr(os, "ftruncate", refuse)
        with pytest.raises(ArchiveError, match="was not stored: No space left on device"):
            session.write_exchange(exchange("https://posts.example/lost"))
        part._file.room = 1 << 20  # type: ignore[attr-defined]  # there is room again
        with pytest.raises(ArchiveError, match="was not stored: Input/output error"):
            session.write_exchange(exchange("https://posts.example/after"))
        with pytest.raises(ArchiveError, match="was not stored: Input/output error"):
            session.close()
        archive.close()
    assert path.stat().st_size == whole + 100
    with frozen(folder) as again:
        assert again.warnings == [f"{path.name}: 100 bytes of an unfinished record were cut off (kept in torn/)"]
        assert path.stat().st_size == whole
    assert stored(folder) == ["before"]


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
from tests.others import warcio_check
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


def test_a_real_limit_on_file_size_stops_in_one_line_and_earlier_evidence_is_intact(folder: Path) -> None:
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
    assert_warcio_finds_nothing(segment(folder))


# Around the WARC file: the catalogue, the index, the folder of torn ends, the lock, Ctrl-C.


def stored(folder: Path) -> list[str]:
    with Archive.open(folder, write=True) as archive:
        names = [uri.uri.rpartition("/")[2] for uri in archive.catalogue.captured_uris()]
        rows = tables(archive)
        archive.rebuild()
        assert tables(archive) == rows
    return names


def test_an_index_that_cannot_be_written_is_told_and_made_up_later(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: Path, target: Path) -> Path:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    archive = frozen(folder)
    session = archive.session()
    session.write_exchange(exchange("https://posts.example/1"))
    with monkeypatch.context() as full:
        full.setattr(Path, "replace", refuse)
        with pytest.raises(ArchiveError, match="the index was not written: No space left") as caught:
            session.close()
    archive.close()
    assert caught.value.exit_code == 5
    assert list((folder / "indexes").iterdir()) == [], "no half of one is left"
    assert stored(folder) == ["1"]
    assert len(list((folder / "indexes").iterdir())) == 1


def test_a_catalogue_that_takes_no_more_is_told_once_and_caught_up_with_later(folder: Path) -> None:
    """SQLite may take back rows of its own accord then: nothing may be noted as catalogued that is not."""
    small(folder)
    archive = frozen(folder)
    session = archive.session()
    session.write_exchange(exchange("https://posts.example/before"))
    pages = archive.catalogue.query("PRAGMA page_count")[0][0]
    archive.catalogue.query(f"PRAGMA max_page_count = {pages}")
    number = 0

    def until_full() -> None:
        nonlocal number
        while True:
            session.write_exchange(exchange(f"https://posts.example/more/{number:04d}"))
            number += 1

    with pytest.raises(ArchiveError, match="full") as caught:
        until_full()
    assert caught.value.exit_code == 5
    assert "rebuild" not in str(caught.value)
    archive.catalogue.query("PRAGMA max_page_count = 1000000")  # there is room again: too late for this one
    with pytest.raises(ArchiveError, match="full"):
        session.close()
    archive.close()
    with frozen(folder) as again:
        assert again.warnings == []
        for before in range(number + 1):
            assert again.catalogue.captures_at(f"https://posts.example/more/{before:04d}")
        rows = tables(again)
        again.rebuild()
        assert tables(again) == rows


def test_a_full_disk_while_a_torn_end_is_mended_changes_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small(folder)
    path = segment(folder)
    os.truncate(path, path.stat().st_size - 30)
    (folder / "catalogue.db").unlink()
    torn = path.read_bytes()

    def refuse(descriptor: int) -> None:
        if "torn" in os.readlink(f"/proc/self/fd/{descriptor}"):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    if not Path("/proc/self/fd").is_dir():
        pytest.skip("tells files apart by /proc")
    with monkeypatch.context() as full:
        full.setattr(os, "fsync", refuse)
        with pytest.raises(ArchiveError, match="No space left") as caught:
            frozen(folder)
    assert caught.value.exit_code == 5
    assert path.read_bytes() == torn
    assert stored(folder) == ["0", "1", "2"]


def test_a_large_record_torn_in_any_of_its_pieces_is_cut_off_whole(quick: Path) -> None:
    whole = quick / "whole"
    with frozen(whole) as archive, archive.session() as session:
        session.write_exchange(exchange("https://posts.example/before"))
        session.write_exchange(exchange("https://posts.example/large", response(os.urandom(6_000_000))))
    path = segment(whole)
    with frozen(whole) as archive:
        large = next(c for c in archive.catalogue.captures_in(path.name) if c.length > 1_000_000)
    for size in range(large.offset + 1, large.offset + large.length, 400_001):
        folder = quick / str(size)
        shutil.copytree(whole, folder)
        os.truncate(segment(folder), size)
        (folder / "catalogue.db").unlink()
        with frozen(folder) as archive:
            assert len(archive.warnings) == 1
        assert segment(folder).stat().st_size == large.offset
        [kept] = (folder / "torn").iterdir()
        assert kept.stat().st_size == size - large.offset
        shutil.rmtree(folder)


@pytest.mark.parametrize("moment", ["in the write", "before the catalogue"])
def test_ctrl_c_in_the_middle_of_a_record(moment: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pressed twice it comes as an exception between any two steps."""
    real = Segment._write

    def interrupted(self: Segment, data: bytes) -> None:
        real(self, data[: len(data) // 2])
        raise KeyboardInterrupt

    def appended(self: Segment, records: list[object]) -> list[tuple[int, int]]:
        append(self, records)
        raise KeyboardInterrupt

    append = Segment.append

    def run() -> None:
        with frozen(folder) as archive, archive.session() as session:
            session.write_exchange(exchange("https://posts.example/before"))
            with monkeypatch.context() as patched:
                if moment == "in the write":
                    patched.setattr(Segment, "_write", interrupted)
                else:
                    patched.setattr(Segment, "append", appended)
                session.write_exchange(exchange("https://posts.example/interrupted"))

    with pytest.raises(KeyboardInterrupt):
        run()
    with frozen(folder) as again:
        assert again.warnings == []
    assert stored(folder) == (["before"] if moment == "in the write" else ["before", "interrupted"])


def test_a_segment_that_is_gone_is_told_and_its_index_is_left(folder: Path) -> None:
    small(folder)
    with frozen(folder) as archive, archive.session() as session:
        session.write_exchange(exchange("https://posts.example/second"))
    first, second = sorted((folder / "archive").iterdir())
    index = folder / "indexes" / first.name.replace(".warc.gz", ".cdxj")
    listed = index.read_bytes()
    first.unlink()
    for write in (False, True):
        with frozen(folder, write=write) as archive:
            told = archive.warnings
        assert index.read_bytes() == listed
        if not write:
            problem = "the WARC file is gone: the catalogue was built anew without it"
            assert told == [f"{first.name}: {problem} (its index was left: indexes/{index.name})"]
    with frozen(folder) as archive:
        archive.rebuild()
        assert archive.warnings == [f"indexes/{index.name}: the WARC file that it lists is gone; it was left as it is"]
        assert {row[0] for row in archive.catalogue.rows("captures")} == {second.name}
    assert index.read_bytes() == listed


def test_a_segment_that_became_shorter_is_told_and_what_its_index_said_is_kept(folder: Path) -> None:
    small(folder)
    path = segment(folder)
    size = path.stat().st_size
    [index] = (folder / "indexes").iterdir()
    listed = index.read_bytes()
    os.truncate(path, size // 2)
    with frozen(folder) as archive:
        assert archive.warnings[0].startswith(
            f"{path.name}: the WARC file is shorter than it was ({size // 2} bytes of"
        )
    for write in (True, False, True):
        with frozen(folder, write=write) as archive:
            assert any("breaks off" in warning for warning in archive.warnings)
        assert path.stat().st_size == size // 2, "that is no crash: it was whole"
    assert (folder / "torn" / f"{path.name}.{size}.cdxj").read_bytes() == listed


@pytest.mark.parametrize("what", ["file", "folder"])
def test_a_file_that_is_removed_while_it_is_written_is_told_before_anything_is_reported(
    what: str, folder: Path
) -> None:
    """Each write to it goes on without an error, and into nothing."""
    archive = frozen(folder)
    session = archive.session()
    session.write_exchange(exchange())
    session.sync()
    if what == "file":
        segment(folder).unlink()
    else:
        shutil.rmtree(folder)
    session.write_exchange(exchange("https://posts.example/lost"))
    with pytest.raises(ArchiveError, match="was removed while it was written") as caught:
        session.sync()
    assert caught.value.exit_code == 5
    with pytest.raises(ArchiveError, match="was removed while it was written"):
        session.close()
    archive.close()


HOLDER = """
import sys, time
from archiver.store import Archive
with Archive.open(sys.argv[1], write=True):
    print("open", flush=True)
    time.sleep(float(sys.argv[2]))
"""


@pytest.mark.parametrize(("holds", "opens"), [(0.3, True), (60, False)])
def test_a_second_process_waits_a_little_and_then_says_so(holds: float, opens: bool, folder: Path) -> None:
    small(folder)
    holder = subprocess.Popen([sys.executable, "-c", HOLDER, str(folder), str(holds)], cwd=ROOT, stdout=subprocess.PIPE)
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"open\n"
        if opens:
            frozen(folder).close()
        else:
            with pytest.raises(ArchiveError, match="another archiver is writing to this archive") as caught:
                frozen(folder)
            assert caught.value.exit_code == 5
            with frozen(folder, write=False) as reading:
                assert len(reading.catalogue.rows("captures")) == 8
    finally:
        holder.kill()
        holder.wait()
        if holder.stdout is not None:
            holder.stdout.close()


@pytest.mark.slow
def test_processes_that_write_in_turn_leave_one_chain(folder: Path) -> None:
    from tests.store.test_log import assert_linked

    turn = (
        "import sys; from tests.store.conftest import exchange; from archiver.store import Archive\n"
        "with Archive.open(sys.argv[1], write=True) as archive, archive.session() as session:\n"
        "    session.write_exchange(exchange('https://posts.example/' + sys.argv[2]))\n"
    )
    processes = [subprocess.Popen([sys.executable, "-c", turn, str(folder), str(n)], cwd=ROOT) for n in range(4)]
    codes = [process.wait() for process in processes]
    assert 0 in codes
    assert len(list((folder / "archive").iterdir())) == codes.count(0)
    assert stored(folder) == [str(n) for n, code in enumerate(codes) if code == 0]
    assert_linked(folder)
