"""Verifying an archive while somebody writes to it, or after a crash, and things that are no files: it neither waits,
nor writes, nor takes for damage what the next moment or the next opening completes."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from archiver.errors import InputError
from archiver.model import Check, Verdict, Verification
from archiver.store import Archive, Session
from archiver.verification import verify
from tests.store.conftest import exchange, frozen, response, ticking_clock
from tests.verification.damage import members, segments


def named(found: Verification, name: str) -> Check:
    return next(check for check in found.checks if check.name == name)


def write(session: Session, first: int, last: int) -> None:
    for number in range(first, last):
        session.write_exchange(exchange(f"https://posts.example/{number}", response(b"words %d" % number)))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "warc"
    with frozen(path) as archive, archive.session() as session:
        write(session, 0, 3)
    return path


@pytest.fixture
def running(folder: Path) -> Iterator[Session]:
    """A run that has written records which its catalogue does not have yet."""
    with Archive.open(folder, clock=ticking_clock(), write=True) as archive, archive.session() as session:
        write(session, 10, 30)
        yield session


def names(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}


def test_a_run_that_goes_on_is_no_damage(folder: Path, running: Session) -> None:
    found = verify(folder)
    assert not found.damaged, found
    catalogue = named(found, "catalogue")
    assert catalogue.verdict is Verdict.NOT_CHECKED
    assert "writes to the archive now" in catalogue.note
    write(running, 40, 41)  # verifying has not kept it from writing


def test_a_record_that_is_being_written_is_no_damage(folder: Path, running: Session) -> None:
    newest = segments(folder)[-1]
    record = members(newest.read_bytes())[-1]
    with newest.open("ab") as file:
        file.write(record[:-20])
    found = verify(folder)
    assert not found.damaged, found
    assert "being written" in named(found, "completeness").note
    os.truncate(newest, newest.stat().st_size - len(record) + 20)


def test_damage_is_found_while_a_run_goes_on(folder: Path, running: Session) -> None:
    first = segments(folder)[0]
    first.write_bytes(first.read_bytes()[:-9])
    assert named(verify(folder), "completeness").verdict is Verdict.DAMAGED


def test_what_a_crash_kept_out_of_the_catalogue_is_no_damage(folder: Path, running: Session, tmp_path: Path) -> None:
    killed = tmp_path / "killed"
    shutil.copytree(folder, killed)
    found = verify(killed)
    assert not found.damaged, found
    catalogue = named(found, "catalogue")
    assert catalogue.verdict is Verdict.NOT_CHECKED
    assert "the next opening adds what is missing" in catalogue.note
    with closing(sqlite3.connect(killed / "catalogue.db")) as database, database:
        database.execute("UPDATE captures SET status = 404 WHERE status = 200")
    assert named(verify(killed), "catalogue").verdict is Verdict.DAMAGED


def test_no_file_is_made_beside_a_catalogue_that_was_left_open(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "catalogue.db")) as database:
        database.execute("PRAGMA journal_mode = WAL")
    before = names(folder)
    assert not verify(folder).damaged
    assert names(folder) == before


def test_what_is_committed_in_the_log_of_the_catalogue_counts(folder: Path, tmp_path: Path) -> None:
    left = tmp_path / "left"
    with closing(sqlite3.connect(folder / "catalogue.db")) as database:
        database.execute("PRAGMA journal_mode = WAL")
        with database:
            database.execute("UPDATE captures SET status = 404 WHERE status = 200")
        shutil.copytree(folder, left, ignore=shutil.ignore_patterns("*-shm"))
    before = names(left)
    assert "catalogue.db-wal" in before
    assert named(verify(left), "catalogue").verdict is Verdict.DAMAGED
    assert names(left) == before


def test_a_catalogue_that_another_program_has_locked(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "catalogue.db", isolation_level=None)) as database:
        database.execute("BEGIN EXCLUSIVE")
        assert not verify(folder).damaged


def test_a_pipe_is_not_waited_for(folder: Path, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.warc.gz")
    with pytest.raises(InputError, match="no file"):
        verify(tmp_path / "pipe.warc.gz")
    index = next((folder / "indexes").iterdir())
    for path in (folder / "catalogue.db", index, folder / ".lock"):
        path.unlink()
        os.mkfifo(path)
    found = verify(folder)
    assert named(found, "catalogue").verdict is Verdict.DAMAGED
    assert named(found, "index").verdict is Verdict.DAMAGED


def test_what_lies_in_the_folder_and_is_no_file(folder: Path) -> None:
    os.mkfifo(folder / "archive" / "pipe.warc.gz")
    (folder / "archive" / "gone.warc").symlink_to(folder / "nowhere")
    (folder / "archive" / "more").mkdir()
    files = named(verify(folder), "files")
    assert {problem.where for problem in files.problems} == {"archive/pipe.warc.gz", "archive/gone.warc"}
    assert "archive/more" in files.note


@pytest.mark.parametrize("which", ["catalogue.db", "archive/archiver-000001-20260301120000.warc.gz"])
def test_what_may_not_be_read_is_named(folder: Path, which: str, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = Path.open

    def denied(path: Path, *args: Any, **more: Any) -> Any:
        if path == folder / which:
            raise PermissionError(13, "Permission denied", str(path))
        return opened(path, *args, **more)

    monkeypatch.setattr(Path, "open", denied)
    with pytest.raises(InputError, match="Permission denied") as refused:
        verify(folder)
    assert refused.value.subject == str(folder / which)


def test_a_folder_and_a_file_whose_names_are_no_text(folder: Path, tmp_path: Path) -> None:
    """Such as a file with a name in Latin-1 that came from another system: it hides nothing else."""
    odd = tmp_path / os.fsdecode(b"odd \xff")
    try:
        folder.rename(odd)
    except OSError:
        pytest.skip("this file system has no such names")
    first = segments(odd)[0]
    strange = first.with_name(os.fsdecode(b"caf\xe9.warc.gz"))
    strange.write_bytes(first.read_bytes())
    os.mkfifo(first.with_name("pipe.warc.gz"))
    found = verify(odd)
    assert len(named(found, "files").problems) == 2
    assert [check.name for check in found.checks if check.verdict is Verdict.DAMAGED] == ["files"]
    with Archive.open(odd, write=True) as archive:
        archive.rebuild()
        assert [line for line in archive.warnings if "caf\\xe9.warc.gz: it is left out" in line]
        assert [path.name for path in archive.segment_files()] == [first.name]
