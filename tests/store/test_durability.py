"""When bytes are handed to the disk: a stand-in of `fdatasync` and `write` takes down what happens in which order.

No test here waits for a time to pass but for the timer's own sync, and that one ends the wait.
"""

from __future__ import annotations

import errno
import os
import shutil
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from archiver.errors import ArchiveError
from archiver.store.durability import GroupSync, make_folder
from archiver.store.segment import Segment
from tests.store.conftest import exchange, frozen, segment

ROOT = Path(__file__).parents[2]


class Disk:
    """Takes down the size that a file had at each sync."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.synced: list[int] = []
        self.failing = False
        self.waiting = threading.Event()
        self.threads: set[str] = set()
        monkeypatch.setattr(os, "fdatasync", self)

    def __call__(self, descriptor: int) -> None:
        self.threads.add(threading.current_thread().name)
        if self.failing:
            self.waiting.set()
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        self.synced.append(os.fstat(descriptor).st_size)
        self.waiting.set()


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Disk:
    return Disk(monkeypatch)


@pytest.mark.parametrize("every", [1, 4, 0])
def test_synced_after_so_many_records_and_at_the_end(every: int, folder: Path, disk: Disk) -> None:
    with frozen(folder, sync_records=every, sync_seconds=0) as archive, archive.session() as session:
        for number in range(8):
            session.write_exchange(exchange(f"https://posts.example/{number}"))
    assert disk.synced[-1] == segment(folder).stat().st_size
    # warcinfo, 8 pairs of request and response, seal
    assert len(disk.synced) == {1: 10, 4: 5, 0: 1}[every]
    assert disk.synced == sorted(disk.synced)


def test_by_default_no_more_than_16_records_wait(folder: Path, disk: Disk) -> None:
    waiting = 0
    with frozen(folder, sync_seconds=0) as archive, archive.session() as session:
        for number in range(40):
            before = len(disk.synced)
            session.write_exchange(exchange(f"https://posts.example/{number}"))
            waiting = 0 if len(disk.synced) > before else waiting + 2 + (number == 0)
            assert waiting < 16


def test_a_record_behind_which_nothing_follows_is_synced_by_the_timer(folder: Path, disk: Disk) -> None:
    with frozen(folder, sync_seconds=0.01) as archive, archive.session() as session:
        session.write_exchange(exchange())
        assert disk.waiting.wait(30)
        assert disk.threads == {"fdatasync"}
        while (
            not disk.synced or disk.synced[-1] < segment(folder).stat().st_size
        ):  # it may have come between two writes
            disk.waiting.wait(0.01)
    assert disk.synced[-1] == segment(folder).stat().st_size
    assert not [thread for thread in threading.enumerate() if thread.name == "fdatasync"]


def test_what_is_reported_as_stored_is_synced_before(folder: Path, disk: Disk) -> None:
    with frozen(folder, sync_records=1000, sync_seconds=0) as archive, archive.session() as session:
        session.write_exchange(exchange())
        assert disk.synced == []
        session.sync()
        assert disk.synced == [segment(folder).stat().st_size]
        session.sync()
        assert len(disk.synced) == 1, "there was nothing to sync"


def test_a_segment_is_synced_before_the_next_is_begun(folder: Path, disk: Disk) -> None:
    with (
        frozen(folder, sync_records=0, sync_seconds=0, segment_bytes=1_000_000) as archive,
        archive.session() as session,
    ):
        for number in range(3):
            message = b"HTTP/1.1 200 OK\r\n\r\n" + os.urandom(1_100_000)
            session.write_exchange(exchange(f"https://posts.example/{number}", message))
    assert disk.synced == [path.stat().st_size for path in sorted((folder / "archive").iterdir())]


@pytest.mark.parametrize("by_timer", [False, True])
def test_a_disk_that_does_not_sync_is_told_and_never_believed_again(by_timer: bool, folder: Path, disk: Disk) -> None:
    """After a failing fdatasync the kernel may drop the pages and call the next one a success."""
    settings = {"sync_records": 0, "sync_seconds": 0.001} if by_timer else {"sync_records": 1, "sync_seconds": 0}
    archive = frozen(folder, **settings)
    session = archive.session()
    session.write_resource("urn:example:1", "text/plain", b"hello")
    session.sync()
    disk.failing = True
    if by_timer:
        disk.waiting.clear()
        session.write_resource("urn:example:2", "text/plain", b"again")
        assert disk.waiting.wait(30)
        for thread in threading.enumerate():
            if thread.name == "fdatasync":
                thread.join()
    for _ in range(2):
        with pytest.raises(ArchiveError, match="was not stored: Input/output error") as caught:
            session.write_exchange(exchange())
        assert caught.value.exit_code == 5
        disk.failing = False
    with pytest.raises(ArchiveError, match="was not stored: Input/output error"):
        session.close()
    archive.close()
    with frozen(folder) as again:
        assert again.warnings == []


def test_a_segment_that_the_disk_did_not_keep_gets_no_index(folder: Path, disk: Disk) -> None:
    """An index marks a segment that was closed: what such a one lacks is damage, what another lacks a crash took."""
    archive = frozen(folder, sync_records=0, sync_seconds=0)
    session = archive.session()
    session.write_exchange(exchange())
    disk.failing = True
    with pytest.raises(ArchiveError, match="was not stored: Input/output error"):
        session.close()
    archive.close()
    assert list((folder / "indexes").iterdir()) == []
    disk.failing = False
    with frozen(folder) as again:
        assert again.warnings == []
    assert len(list((folder / "indexes").iterdir())) == 1


def test_a_failing_sync_is_told_to_whoever_waits_for_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The kernel reports a failed write-back once to each open file: a second sync at that time is called a success."""
    begun, go_on = threading.Event(), threading.Event()
    results: list[str | None] = []

    def fail_once(descriptor: int) -> None:
        if begun.is_set():
            return
        begun.set()
        assert go_on.wait(30)
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    def sync() -> None:
        try:
            group.sync()
            results.append("kept")
        except OSError as error:
            results.append(error.strerror)

    monkeypatch.setattr("archiver.store.durability.sync_file", fail_once)
    with (tmp_path / "file").open("wb", buffering=0) as file:
        group = GroupSync(file.fileno(), records=0, seconds=0)
        file.write(b"x")
        group.wrote(1)
        first, second = threading.Thread(target=sync), threading.Thread(target=sync)
        first.start()
        assert begun.wait(30)
        second.start()
        second.join(0.1)  # it has to wait; where it does not, it is done by now
        go_on.set()
        first.join()
        second.join()
    assert results == [os.strerror(errno.EIO)] * 2


def test_many_threads_and_a_timer_lose_no_record_to_the_close(tmp_path: Path, disk: Disk) -> None:
    path = tmp_path / "file"
    with path.open("wb", buffering=0) as file:
        group = GroupSync(file.fileno(), records=5, seconds=0.001)
        lock = threading.Lock()

        def write() -> None:
            for _ in range(200):
                with lock:
                    file.write(b"x")
                    group.wrote(1)

        writers = [threading.Thread(target=write) for _ in range(4)]
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join()
        group.close()
    assert disk.synced[-1] == 800
    assert len(disk.synced) >= 160


needs_proc = pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="tells files apart by /proc")


def name_of(descriptor: int) -> str:
    return Path(os.readlink(f"/proc/self/fd/{descriptor}")).name


@needs_proc
def test_an_index_is_on_the_disk_before_it_takes_the_place_of_another(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a loss of power may leave the new name with nothing in it."""
    synced: dict[str, int] = {}
    replaced: list[str] = []
    real_sync, real_replace = os.fsync, Path.replace

    def fsync(descriptor: int) -> None:
        synced[name_of(descriptor)] = os.fstat(descriptor).st_size
        real_sync(descriptor)

    def replace(self: Path, target: Path) -> Path:
        assert synced[self.name] == self.stat().st_size > 0
        replaced.append(Path(target).name)
        return real_replace(self, target)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(Path, "replace", replace)
    with frozen(folder) as archive, archive.session() as session:
        session.write_exchange(exchange())
    assert replaced == [segment(folder).name.replace(".warc.gz", ".cdxj")]


@needs_proc
def test_what_is_cut_off_is_on_the_disk_before_and_the_cut_after(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with frozen(folder) as archive, archive.session() as session:
        session.write_exchange(exchange())
    path = segment(folder)
    size = path.stat().st_size - 30
    os.truncate(path, size)
    (folder / "catalogue.db").unlink()
    synced: list[tuple[str, int, bool]] = []

    def fsync(descriptor: int) -> None:
        found = os.fstat(descriptor)
        length = 0 if stat.S_ISDIR(found.st_mode) else found.st_size
        synced.append((name_of(descriptor), length, path.stat().st_size == size))

    monkeypatch.setattr(os, "fsync", fsync)
    with frozen(folder) as archive:
        assert len(archive.warnings) == 1
    whole = path.stat().st_size
    torn = f"{path.name}.{whole}.torn"
    assert [one for one in synced if one[0] in (torn, "torn", path.name)] == [
        (torn, size - whole, True), ("torn", 0, True), (path.name, whole, False),
    ]  # fmt: skip


def test_folders_are_synced_when_something_is_entered_in_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    entered: list[tuple[str, list[str]]] = []
    real = os.fsync

    def take_down(descriptor: int) -> None:
        where = Path(f"/proc/self/fd/{descriptor}")
        if where.exists() and where.is_dir():
            target = where.resolve()
            entered.append((target.name, sorted(os.listdir(target))))
        real(descriptor)

    if not Path("/proc/self/fd").is_dir():
        pytest.skip("tells folders apart by /proc")
    monkeypatch.setattr(os, "fsync", take_down)
    with frozen(tmp_path / "a" / "warc") as archive, archive.session() as session:
        session.write_exchange(exchange())
    name = segment(tmp_path / "a" / "warc").name
    index = name.removesuffix(".warc.gz") + ".cdxj"
    assert (tmp_path.name, ["a"]) in entered
    assert ("a", ["warc"]) in entered
    assert ("archive", [name]) in entered
    assert ("indexes", [index]) in entered, "after the rename"


def test_a_folder_that_is_there_is_not_touched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", lambda descriptor: pytest.fail("nothing was entered"))
    make_folder(tmp_path)


def test_a_file_system_that_syncs_no_folders_can_be_written_to(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.fsync

    def refuse(descriptor: int) -> None:
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
        real(descriptor)

    monkeypatch.setattr(os, "fsync", refuse)
    with frozen(folder) as archive, archive.session() as session:
        session.write_exchange(exchange())
    with frozen(folder) as archive:
        assert len(archive.catalogue.captures_at("https://posts.example/page")) == 2


def test_a_file_whose_folder_does_not_sync_is_not_begun(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(descriptor: int) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(ArchiveError, match="cannot be written: Input/output error"):
        Segment(tmp_path / "x.warc.gz", level=1, sync_records=16, sync_seconds=0.05)
    assert list(tmp_path.iterdir()) == []


TRACED = """
import sys
from tests.store.conftest import exchange, frozen
with frozen(__import__("pathlib").Path(sys.argv[1]), sync_seconds=0) as archive, archive.session() as session:
    for number in range(12):
        session.write_exchange(exchange(f"https://posts.example/{number}"))
"""


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
def test_the_kernel_sees_write_and_sync_in_this_order(folder: Path, tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    command = ["strace", "-f", "-y", "-e", "trace=write,fdatasync,close", "-o", str(trace)]
    done = subprocess.run(
        [*command, sys.executable, "-c", TRACED, str(folder)], cwd=ROOT, capture_output=True, check=False
    )
    if done.returncode:
        pytest.skip(f"strace may not trace here: {done.stderr.decode()[-200:]}")
    name = segment(folder).name
    calls = [line.split("(")[0].split()[-1] for line in trace.read_text(errors="replace").splitlines() if name in line]
    # warcinfo, 12 pairs and the seal: a sync after 1 + 2 * 8 records, at the end, and nothing behind it
    assert calls == ["write"] * 9 + ["fdatasync"] + ["write"] * 5 + ["fdatasync", "close"]
