"""One WARC file being written: append-only, synced, linked to the one before it, and whole again after a crash.

The discipline: a record is written with one `write` of whole gzip members (a large one with several). The file is
synced (`fdatasync`) after every `sync_records` records, `sync_seconds` after a record at the latest, and at close; the
folder is synced when the file is made. So a crash of the program loses nothing that was written; a crash of the machine
loses at most the last `sync_records` records; either may leave one torn member at the end, which `cut_torn` cuts off
and keeps beside.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import re
import time
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, Self

from archiver.errors import ArchiveError
from archiver.store.durability import GroupSync, make_folder, sync_folder
from archiver.store.records import Record, members

READ_SIZE = 1 << 20

OWN_SEGMENT = re.compile(r"archiver-([0-9]{6,})-[0-9]{14}\.warc\.gz")
"""Files that this program wrote, and may mend; other people's in the folder are only read."""

NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
"""A full disk, a used-up quota, a limit on the size of files."""

LOCK_STEP = 0.05
"""Seconds between two tries to get the lock."""


class Segment:
    """Appends records to one `.warc.gz` file, and keeps count and SHA-256 of what is in it."""

    def __init__(self, path: Path, *, level: int, sync_records: int, sync_seconds: float) -> None:
        """Make the file; raises `ArchiveError` when it cannot be made, or is there already."""
        self.path = path
        self._level = level
        self.size = 0
        try:
            self._file: BinaryIO = path.open("xb", buffering=0)
            self._links = os.fstat(self._file.fileno()).st_nlink
            self._keeping = GroupSync(self._file.fileno(), records=sync_records, seconds=sync_seconds)
            try:
                sync_folder(path.parent)
            except OSError:
                self.remove_empty()
                raise
        except OSError as error:
            raise ArchiveError(f"cannot be written: {error.strerror}", subject=str(path)) from error
        self.kept = False
        """Whether it was closed, and all of it is on the disk."""
        self.records = 0
        self._hasher = hashlib.sha256()
        self._stuck: OSError | None = None
        """Why what a failed write left could not be taken back: then nothing may follow it."""

    @property
    def digest(self) -> str:
        """`sha256:HEX` of the file so far."""
        return f"sha256:{self._hasher.hexdigest()}"

    def append(self, records: list[Record]) -> list[tuple[int, int]]:
        """Write records that belong together; `(offset, length)` of each.

        Raises `ArchiveError` when the disk does not take them; the file is then as it was before (but for a failing
        sync: then the records are in the file, nobody knows whether they are on the disk, and nothing more is taken).
        """
        places: list[tuple[int, int]] = []
        pending: list[bytes] = []
        position = self.size
        hasher = self._hasher.copy()
        try:
            self._check()
            for record in records:
                begin = position
                for piece in members(record, self._level):
                    position += len(piece)
                    hasher.update(piece)
                    pending.append(piece)
                    if record.stream is not None and len(pending) > 4:
                        self._write(b"".join(pending))
                        pending.clear()
                places.append((begin, position - begin))
            self._write(b"".join(pending))
        except OSError as error:
            self._take_back()
            raise self._not_stored(error) from error
        except BaseException:  # Ctrl-C between two writes
            self._take_back()
            raise
        self.size = position
        self.records += len(records)
        self._hasher = hasher
        try:
            self._keeping.wrote(len(records))
        except OSError as error:
            raise self._not_stored(error) from error
        return places

    def _check(self) -> None:
        self._keeping.check()
        if self._stuck is not None:
            raise OSError(self._stuck.errno, self._stuck.strerror)

    def _write(self, data: bytes) -> None:
        view = memoryview(data)
        while view:
            view = view[self._file.write(view) :]

    def _take_back(self) -> None:
        """The file as it was before the records that did not fit."""
        try:
            os.ftruncate(self._file.fileno(), self.size)
            self._file.seek(self.size)
        except OSError as error:
            self._stuck = error

    def sync(self) -> None:
        """Raises `ArchiveError` when the disk does not keep what was written, or somebody removed the file."""
        try:
            self._keeping.sync()
            removed = os.fstat(self._file.fileno()).st_nlink < self._links
        except OSError as error:
            raise self._not_stored(error) from error
        if removed:  # what is written to it goes nowhere, and no call fails
            raise ArchiveError("the WARC file was removed while it was written", subject=str(self.path))

    def _not_stored(self, error: OSError) -> ArchiveError:
        problem = f"the record was not stored: {error.strerror or error}"
        hint = "what was stored before is in the archive" if error.errno in NO_ROOM else "is the disk sound?"
        return ArchiveError(problem, subject=str(self.path), hint=hint)

    def remove_empty(self) -> None:
        """Give the file up where not even its first record could be stored."""
        with suppress(ArchiveError):
            self.close()
        if self.size == 0:
            with suppress(OSError):  # an empty file is no harm
                self.path.unlink()

    def close(self) -> None:
        """Sync and close the file; raises `ArchiveError` when the disk does not keep what was written, or somebody
        removed the file."""
        if self._file.closed:
            return
        try:
            self._keeping.close()
            self.sync()
            self.kept = True
        except OSError as error:
            raise self._not_stored(error) from error
        finally:
            self._let_go()

    def _let_go(self) -> None:
        with suppress(OSError):  # all of it was synced, or is told not to be
            self._file.close()


class Lock:
    """One writer at a time: an advisory lock on a file in the archive, gone with the process that held it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: BinaryIO | None = None

    def acquire(self, wait: float = 0.0) -> Self:
        """Raises `ArchiveError` when another process writes to the archive, and still does after `wait` seconds."""
        try:
            file = self._path.open("ab")
        except OSError as error:
            raise ArchiveError(f"cannot be written: {error.strerror}", subject=str(self._path.parent)) from error
        until = time.monotonic() + wait
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                if time.monotonic() < until:
                    time.sleep(LOCK_STEP)
                    continue
                file.close()
                raise ArchiveError(
                    "another archiver is writing to this archive",
                    subject=str(self._path.parent),
                    hint="wait until it is done",
                ) from error
            except OSError as error:
                file.close()
                problem = f"cannot be locked against other writers: {error.strerror}"
                raise ArchiveError(problem, subject=str(self._path.parent)) from error
            self._file = file
            return self

    def is_held(self) -> bool:
        """Whether somebody writes to the archive now. Nothing is made or written to find out."""
        try:
            if not self._path.is_file():
                return False
            with self._path.open("rb") as file:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        except OSError:
            return False
        return False

    def release(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None


def cut_torn(path: Path, whole: int, keep_in: Path) -> int:
    """Cut a segment off after its first `whole` bytes, where a crash tore a record; the number of bytes cut.

    The bytes are kept as `SEGMENT.OFFSET.torn` in the folder `keep_in`: they may hold the beginning of evidence. They
    are on the disk there before they are cut off here.

    Raises `OSError`; the segment is then as it was.
    """
    size = path.stat().st_size
    make_folder(keep_in)
    with path.open("rb") as file:
        file.seek(whole)
        kept = keep_in / f"{path.name}.{whole}.torn"
        with kept.open("wb") as out:
            while piece := file.read(READ_SIZE):
                out.write(piece)
            out.flush()
            os.fsync(out.fileno())
    sync_folder(keep_in)
    with path.open("r+b") as file:
        file.truncate(whole)
        os.fsync(file.fileno())
    return size - whole


def latest_segment(paths: list[Path]) -> Path | None:
    """The last segment of this program among WARC files that holds anything; null when there is none.

    A file of ours without a byte is what a crash leaves that came between making it and its first record.
    """
    own = [(int(found[1]), path) for path in paths if (found := OWN_SEGMENT.fullmatch(path.name))]
    return next((path for _, path in sorted(own, reverse=True) if path.stat().st_size), None)


def file_digest(path: Path) -> str:
    """`sha256:HEX` of all of a file's bytes.

    Raises `ArchiveError` when it cannot be read.
    """
    try:
        with path.open("rb") as file:
            return f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}"
    except OSError as error:
        raise ArchiveError(f"cannot be read: {error.strerror}", subject=str(path)) from error
