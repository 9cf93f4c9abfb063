"""A full disk and a read-only folder, real ones, under every command that writes: one clear error, and nothing lost.

A small file system in memory is mounted in a namespace of the command's own (`unshare`), so that it runs full wherever
the command happens to be writing: WARC file, catalogue, index, `torn/`, lock.
"""

from __future__ import annotations

import functools
import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from archiver.store import Archive
from tests.town import DELETED, FLATTENED, LEFTOVERS, PICTURED, RENAMED, Town, program

SIZE = 4096
"""KiB of the file system."""

SCRIPT = """
set -e
base=$1 mount=$2 free=$3 mode=$4 out=$5
shift 5
mount -t tmpfs -o size={size}k tmpfs "$mount"
cp -a "$base/." "$mount/"
rm -f "$mount/filler"
if [ "$mode" = full ]; then
    available=$(df --output=avail -k "$mount" | tail -1)
    head -c "$(( (available - free) * 1024 ))" /dev/zero > "$mount/filler"
else
    mount -o remount,ro "$mount"
fi
set +e
"$@"
code=$?
mount -o remount,rw "$mount"
rm -f "$mount/filler"
cp -a "$mount/." "$out/"
exit $code
""".replace("{size}", str(SIZE))


@functools.cache
def can_mount() -> bool:
    if not sys.platform.startswith("linux") or shutil.which("unshare") is None:
        return False
    done = subprocess.run(["unshare", "-rm", "mount", "-t", "tmpfs", "tmpfs", "/mnt"], capture_output=True, check=False)
    return done.returncode == 0


pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not can_mount(), reason="no mounts in a namespace here (unshare -rm)"),
]


class Room:
    """An archive on a small file system, and commands on it."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self.base = town.folder / "base"
        self.mount = town.folder / "mount"
        self.base.mkdir()
        self.mount.mkdir()
        town.run(town.page([PICTURED], name="first.html"), path=self.base / "warc")
        self.config = town.config(threads=2)
        self.known = self.records(self.base / "warc")

    @staticmethod
    def records(archive: Path) -> dict[str, str]:
        """Record id to block digest."""
        with Archive.open(archive) as opened:
            return {row[3]: row[11] for row in opened.catalogue.rows("captures")}

    def tear(self) -> None:
        """As a crash leaves it: a torn end, a catalogue and an index that know nothing of the segment."""
        [path] = (self.base / "warc" / "archive").iterdir()
        with Archive.open(self.base / "warc") as archive:
            seal = archive.catalogue.captures_in(path.name)[-1]
        path.write_bytes(path.read_bytes()[:-20])
        (self.base / "warc" / "catalogue.db").unlink()
        shutil.rmtree(self.base / "warc" / "indexes")
        del self.known[seal.record_id]

    def run(self, *arguments: str | Path, free: int = 0, mode: str = "full") -> tuple[int, bytes, Path]:
        """Exit code, what was said on stderr, and a copy of the folder as the command left it."""
        out = self.town.folder / "out"
        shutil.rmtree(out, ignore_errors=True)
        out.mkdir()
        within: Sequence[str | Path] = (self.base, self.mount, str(free), mode, out)
        command = ["unshare", "-rm", "sh", "-c", SCRIPT, "sh", *map(str, within), *program(*arguments)]
        done = subprocess.run(command, capture_output=True, check=False, **self.town.within())
        return done.returncode, done.stderr, out

    def assert_nothing_lost(self, archive: Path) -> None:
        with Archive.open(archive, write=True) as opened:
            rows = opened.catalogue.rows("captures")
            assert self.known.items() <= {row[3]: row[11] for row in rows}.items()
            for row in rows:
                found = opened.catalogue.capture(row[3])
                assert found is not None
                opened.check_block(found)
            opened.rebuild()
            assert opened.catalogue.rows("captures") == rows


@pytest.fixture
def room(town: Town) -> Room:
    return Room(town)


def commands(room: Room) -> dict[str, list[str | Path]]:
    page = room.town.page([PICTURED, DELETED, RENAMED])
    posts = room.town.write(
        "posts.jsonl",
        "".join(
            json.dumps({"platform": "x", "id": str(1500000000000000000 + n), "handle": "a", "text": f"words {n} " * 9})
            + "\n"
            for n in range(3000)
        ),
    )
    archive = ("--archive", room.mount / "warc", "--config", room.config)
    return {
        "archive": ["archive", page, *archive],
        "audit": ["audit", *archive],
        "rebuild": ["rebuild", *archive],
        "resolve": ["resolve", room.town.write("left.txt", LEFTOVERS), *archive],
        "index": ["index", posts, "--posts", room.mount / "posts.db", "--config", room.config],
    }


def assert_one_line(code: int, said: bytes) -> None:
    assert b"Traceback" not in said, said.decode()
    assert code == 5, said.decode()
    errors = [line for line in said.splitlines() if line.startswith(b"error: ")]
    assert len(errors) == 1, said.decode()
    assert len(said.splitlines()) - len([line for line in said.splitlines() if line.startswith(b"warning: ")]) == 1


@pytest.mark.parametrize("name", ["archive", "audit", "rebuild", "resolve", "index"])
def test_read_only(name: str, room: Room) -> None:
    code, said, out = room.run(*commands(room)[name], mode="read-only")
    assert_one_line(code, said)
    assert b"ead-only" in said or b"readonly" in said or b"unable to open database file" in said
    room.assert_nothing_lost(out / "warc")


CASES = [
    ("archive", 0, False), ("archive", 8, False), ("archive", 60, False), ("archive", 8, True), ("archive", 60, True),
    ("audit", 8, False), ("audit", 60, True), ("rebuild", 0, False), ("rebuild", 8, True), ("rebuild", 200, True),
    ("resolve", 8, False), ("resolve", 60, False), ("index", 0, False), ("index", 60, False),
]  # fmt: skip


@pytest.mark.parametrize(("name", "free", "torn"), CASES)
def test_full(name: str, free: int, torn: bool, room: Room) -> None:
    """`free` KiB are left on the disk when the command begins."""
    if torn:
        room.tear()
    code, said, out = room.run(*commands(room)[name], free=free)
    if code:
        assert_one_line(code, said)
    else:
        assert free or name == "rebuild", "there was no room for anything"
        assert b"Traceback" not in said
    room.assert_nothing_lost(out / "warc")
    if name in ("archive", "resolve"):
        again = room.town.run(room.town.page([FLATTENED, DELETED]), path=out / "warc")
        assert [post.state.value for post in again] == ["live", "deleted"]


@pytest.mark.parametrize("mode", ["full", "read-only"])
def test_what_is_stored_can_be_read(mode: str, room: Room) -> None:
    """Also where the catalogue is behind and cannot be brought up to date."""
    room.tear()
    code, said, out = room.run("explain", f"x:{PICTURED.id}", "--archive", room.mount / "warc", mode=mode)
    assert code == 0, said.decode()
    assert b"Traceback" not in said
    room.assert_nothing_lost(out / "warc")
