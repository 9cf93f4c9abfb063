"""Compiled patterns are kept for the next process, and nothing that lies in their folder can change what is found."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from archiver.scan.prefilter import compiled as module
from archiver.scan.prefilter.compiled import KEPT, compiled, keep_in, shared

pytest.importorskip("hyperscan")

PATTERNS = ((b"pier", 0), (b"harbou?r", 1))


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    keep_in(tmp_path / "cache" / "patterns")
    try:
        yield tmp_path / "cache" / "patterns"
    finally:
        keep_in(None)


@pytest.fixture
def compilers(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """The processes that compiled something."""
    started: list[object] = []
    run = subprocess.run

    def counted(*arguments: Any, **named: Any) -> Any:
        started.append(arguments)
        return run(*arguments, **named)

    monkeypatch.setattr(subprocess, "run", counted)
    return started


def found(patterns: tuple[tuple[bytes, int], ...] = PATTERNS) -> list[tuple[int, int]]:
    """What a process finds that has not compiled anything yet."""
    ends: list[tuple[int, int]] = []
    compiled.cache_clear()
    compiled(patterns).scan(b"the pier of the HARBOR", lambda number, _start, end, *_: ends.append((number, end)))
    return ends


FOUND = [(0, 8), (1, 22)]


def kept(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.patterns"))


def test_the_next_process_compiles_nothing(folder: Path, compilers: list[object]) -> None:
    assert found() == FOUND
    (file,) = kept(folder)
    assert (folder.stat().st_mode & 0o777, file.stat().st_mode & 0o777) == (0o700, 0o600)
    assert found() == FOUND
    assert len(compilers) == 1
    assert found(((b"pier", 0),)) == FOUND[:1]  # other patterns are other ones
    assert found(((b"pier", 0), (b"harbou?r", 0))) == FOUND[:1]
    assert len(compilers) == 3
    assert len(kept(folder)) == 3


def damages() -> dict[str, Callable[[bytes], bytes]]:
    return {
        "empty": lambda _: b"",
        "cut": lambda data: data[:-7],
        "longer": lambda data: data + b"\0",
        "another form": lambda data: b"A" + data[1:],
        "digest": lambda data: data[:25] + bytes([data[25] ^ 1]) + data[26:],
        "head of the database": lambda data: data[:52] + b"\xff" * 8 + data[60:],
        "in the middle": lambda data: data[: len(data) // 2] + b"\xff\xff" + data[len(data) // 2 + 2 :],
        "nothing but zeros": lambda data: b"\0" * len(data),
    }


@pytest.mark.parametrize("damage", damages())
def test_a_damaged_file_is_made_anew(folder: Path, compilers: list[object], damage: str) -> None:
    assert found() == FOUND
    (file,) = kept(folder)
    whole = file.read_bytes()
    file.write_bytes(damages()[damage](whole))
    assert found() == FOUND
    assert len(compilers) == 2
    assert file.read_bytes() == whole


def test_a_file_under_the_name_of_another_is_not_taken(folder: Path) -> None:
    assert found(((b"the", 0),)) == [(0, 3), (0, 15)]
    (other,) = kept(folder)
    assert found() == FOUND
    (file,) = set(kept(folder)) - {other}
    file.write_bytes(other.read_bytes())
    assert found() == FOUND


def test_what_others_may_write_to_is_not_used(folder: Path, compilers: list[object], tmp_path: Path) -> None:
    assert found() == FOUND
    (file,) = kept(folder)
    for mode in (0o620, 0o602):
        file.chmod(mode)
        assert found() == FOUND
        assert file.stat().st_mode & 0o777 == 0o600  # another one
    assert len(compilers) == 3
    elsewhere = tmp_path / "elsewhere"
    file.rename(elsewhere)
    file.symlink_to(elsewhere)
    assert found() == FOUND
    assert not file.is_symlink()
    assert len(compilers) == 4
    for mode in (0o770, 0o707):
        folder.chmod(mode)
        file.unlink(missing_ok=True)
        assert found() == FOUND
        assert kept(folder) == []
    folder.chmod(0o700)
    folder.rename(tmp_path / "moved")
    folder.symlink_to(tmp_path / "moved")
    assert found() == FOUND
    assert kept(folder) == []
    assert len(compilers) == 7


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files to others")
def test_what_belongs_to_others_is_not_used(folder: Path, compilers: list[object]) -> None:
    assert found() == FOUND
    (file,) = kept(folder)
    os.chown(file, 12345, 12345)
    assert found() == FOUND
    assert file.stat().st_uid == 0
    os.chown(folder, 12345, 12345)
    file.unlink()
    assert found() == FOUND
    assert kept(folder) == []
    assert len(compilers) == 3


@pytest.mark.parametrize("where", ["below a file", "of an unknown home"])
def test_where_nothing_can_be_kept_each_process_compiles(
    tmp_path: Path, compilers: list[object], monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_bytes(b"")
    keep_in(tmp_path / "file" / "patterns" if where == "below a file" else Path("~/.cache"))
    try:
        assert found() == found() == FOUND
    finally:
        keep_in(None)
    assert len(compilers) == 2
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_process_that_cannot_compile_apart_compiles_itself(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.executable", "/nowhere/python")
    assert found() == FOUND
    assert kept(folder) == []


def test_processes_that_begin_together_compile_once(folder: Path, compilers: list[object]) -> None:
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(compiled.__wrapped__, [PATTERNS] * 4))
    assert len(made) == 4
    assert len(compilers) == 1
    assert len(kept(folder)) == 1


def test_no_process_waits_for_ever_for_one_that_hangs(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import fcntl

    folder.mkdir(parents=True, mode=0o700)
    monkeypatch.setattr(module, "COMPILE_SECONDS", 0.05)
    monkeypatch.setattr(module, "_compiled_apart", lambda _patterns: b"")
    with (folder / ".lock").open("wb") as hung:
        fcntl.flock(hung, fcntl.LOCK_EX)
        assert found() == FOUND


def test_what_was_not_used_for_long_goes(folder: Path) -> None:
    folder.mkdir(parents=True, mode=0o700)
    for number in range(KEPT + 3):
        path = folder / f"{number:032}{'.part' if number == 1 else '.patterns'}"
        path.write_bytes(b"")
        os.utime(path, (number, number))
    (folder / "of the user").write_bytes(b"")
    assert found() == FOUND
    left = {path.name for path in folder.iterdir()}
    assert {"of the user", ".lock"} < left
    assert len(left) == KEPT + 2
    assert f"{4:032}.patterns" in left
    assert f"{3:032}.patterns" not in left
    (file,) = [path for path in kept(folder) if path.stat().st_size]
    os.utime(file, (0, 0))
    assert found() == FOUND
    assert file.stat().st_mtime > 0  # it is used


def test_processes_of_a_run_share_what_the_user_cannot_keep(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = tmp_path / "cache" / "patterns"
    monkeypatch.setattr(module, "user_folder", lambda: own)
    with shared() as folder:
        assert folder == own
    own.chmod(0o777)
    with shared() as folder:
        assert folder != own
        assert folder.stat().st_mode & 0o777 == 0o700
    assert not folder.exists()
