"""One WARC file being written: append-only, synced, and whole again after a crash.

The discipline: a record is written with one `write` of whole gzip members; after every `sync_records` records, and at
close, the file is synced (`fdatasync`); the folder is synced when the file is made. So a crash of the program loses
nothing that was written; a crash of the machine loses at most the last `sync_records` records; either may leave one
torn member at the end, which `cut_torn` cuts off and keeps beside.
"""

from __future__ import annotations

import fcntl
import os
import sys
from pathlib import Path
from typing import BinaryIO, Self

from archiver.errors import ArchiveError
from archiver.store.records import Record, members

READ_SIZE = 1 << 20


class Segment:
    """Appends records to one `.warc.gz` file."""

    def __init__(self, path: Path, *, level: int, sync_records: int) -> None:
        self.path = path
        self._level = level
        self._sync_records = sync_records
        self._unsynced = 0
        try:
            self._file: BinaryIO = path.open("xb", buffering=0)
        except OSError as error:
            raise ArchiveError(f"cannot be written: {error.strerror}", subject=str(path)) from error
        sync_folder(path.parent)
        self.size = 0

    def append(self, records: list[Record]) -> list[tuple[int, int]]:
        """Write records that belong together; `(offset, length)` of each.

        Raises `ArchiveError` when the disk does not take them; the file is then as it was before (but for a failing
        sync: then the records are in the file, and nobody knows whether they are on the disk).
        """
        start = self.size
        places: list[tuple[int, int]] = []
        pending: list[bytes] = []
        position = start
        try:
            for record in records:
                begin = position
                for piece in members(record, self._level):
                    position += len(piece)
                    pending.append(piece)
                    if record.stream is not None and len(pending) > 4:
                        self._write(b"".join(pending))
                        pending.clear()
                places.append((begin, position - begin))
            self._write(b"".join(pending))
        except OSError as error:
            os.ftruncate(self._file.fileno(), start)
            self._file.seek(start)
            raise self._not_stored(error) from error
        self.size = position
        self._unsynced += len(records)
        if self._sync_records and self._unsynced >= self._sync_records:
            self.sync()
        return places

    def _write(self, data: bytes) -> None:
        view = memoryview(data)
        while view:
            view = view[self._file.write(view) :]

    def sync(self) -> None:
        """Raises `ArchiveError` when the disk does not keep what was written."""
        try:
            sync_file(self._file.fileno())
        except OSError as error:
            raise self._not_stored(error) from error
        self._unsynced = 0

    def _not_stored(self, error: OSError) -> ArchiveError:
        problem = f"the record was not stored: {error.strerror or error}"
        return ArchiveError(problem, subject=str(self.path), hint="is the disk full?")

    def remove_empty(self) -> None:
        """Give the file up where not even its first record could be stored."""
        self._file.close()
        if self.size == 0:
            self.path.unlink(missing_ok=True)

    def close(self) -> None:
        if not self._file.closed:
            try:
                self.sync()
            finally:
                self._file.close()


class Lock:
    """One writer at a time: an advisory lock on a file in the archive, gone with the process that held it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: BinaryIO | None = None

    def acquire(self) -> Self:
        """Raises `ArchiveError` when another process writes to the archive."""
        try:
            file = self._path.open("ab")
        except OSError as error:
            raise ArchiveError(f"cannot be written: {error.strerror}", subject=str(self._path.parent)) from error
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            file.close()
            raise ArchiveError(
                "another archiver is writing to this archive",
                subject=str(self._path.parent),
                hint="wait until it is done",
            ) from error
        self._file = file
        return self

    def release(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None


def sync_file(descriptor: int) -> None:
    if sys.platform == "darwin":  # it has no fdatasync
        os.fsync(descriptor)
    else:
        os.fdatasync(descriptor)


def sync_folder(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def cut_torn(path: Path, whole: int, keep_in: Path) -> int:
    """Cut a segment off after its first `whole` bytes, where a crash tore a record; the number of bytes cut.

    The bytes are kept as `SEGMENT.OFFSET.torn` in the folder `keep_in`: they may hold the beginning of evidence.
    """
    size = path.stat().st_size
    keep_in.mkdir(exist_ok=True)
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
