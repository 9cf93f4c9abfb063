"""When what was written is on the disk: file contents after so many records or so much time, folders at each change.

`fdatasync` makes the kernel hand a file's bytes to the disk and wait for it. It is costly, so several records share
one: whichever comes first of a number of records and a span of time. A timer thread sees to the span, so that a record
behind which nothing follows does not wait for the end of the run; it sleeps until there is something to do.
"""

from __future__ import annotations

import errno
import os
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

NOT_OFFERED = frozenset({errno.EINVAL, errno.ENOTSUP, errno.ENOSYS})
"""What `fsync` of a folder says where a file system does not know it (fsync(2))."""


class GroupSync:
    """Syncs one open file that is appended to.

    records: sync when so many have been written; 0: not by number. seconds: sync at the latest so long after a record
    was written; 0: not by time. After a failing sync nobody knows what is on the disk (the kernel may have dropped the
    pages and report success the next time): so the failure stays, and each later call raises it again.
    """

    def __init__(self, descriptor: int, *, records: int, seconds: float) -> None:
        self._descriptor = descriptor
        self._records = records
        self._seconds = seconds
        self._condition = threading.Condition()
        self._syncing = threading.Lock()
        """One sync at a time: of two, the kernel tells only one that the disk failed."""
        self._written = 0
        self._kept = 0
        """So many of the written records are on the disk."""
        self._due: float | None = None
        """When the timer has to sync (`time.monotonic`)."""
        self._failure: OSError | None = None
        self._timer: threading.Thread | None = None
        self._idle = False
        self._closed = False

    def check(self) -> None:
        """Raises `OSError` when an earlier sync failed."""
        if self._failure is not None:
            raise OSError(self._failure.errno, self._failure.strerror)

    def wrote(self, records: int) -> None:
        """Told after each write. Raises `OSError` when a sync fails, or one has failed before."""
        self.check()
        with self._condition:
            self._written += records
            full = 0 < self._records <= self._written - self._kept
            if not full and self._seconds and self._due is None:
                self._due = time.monotonic() + self._seconds
                self._wake()
        if full:
            self.sync()

    def _wake(self) -> None:
        if self._timer is None:
            self._timer = threading.Thread(target=self._run, name="fdatasync", daemon=True)
            self._timer.start()
        elif self._idle:
            self._condition.notify()

    def sync(self) -> None:
        """Raises `OSError` when the disk does not keep what was written, or did not before."""
        with self._syncing:
            self.check()
            with self._condition:
                written = self._written
                if written == self._kept:
                    return
                self._due = None  # what is written from here on gets a time of its own
            try:
                sync_file(self._descriptor)
            except OSError as error:
                self._failure = error
                raise
            with self._condition:
                self._kept = written

    def close(self) -> None:
        """Sync what is left and end the timer; the file itself stays open.

        Raises `OSError` as `sync` does.
        """
        with self._condition:
            self._closed = True
            self._condition.notify()
        if self._timer is not None:
            self._timer.join()
        self.sync()

    def _run(self) -> None:
        while self._await_due():
            with suppress(OSError):  # it is kept, and raised at the next call
                self.sync()

    def _await_due(self) -> bool:
        """Sleep until a sync is due; false when there will be none any more."""
        with self._condition:
            while not self._closed and self._failure is None:
                if self._due is None:
                    self._idle = True
                    self._condition.wait()
                    self._idle = False
                elif (left := self._due - time.monotonic()) > 0:
                    self._condition.wait(left)
                else:
                    return True
        return False


def sync_file(descriptor: int) -> None:
    """The file's bytes, and its size, onto the disk."""
    if sys.platform == "darwin":  # it has no fdatasync
        os.fsync(descriptor)
    else:
        os.fdatasync(descriptor)


def sync_folder(path: Path) -> None:
    """The folder's entries onto the disk: a new file, or one that was renamed, is there after a crash.

    Raises `OSError` when that fails; not where the file system has no way to be asked for it (some network shares).
    """
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in NOT_OFFERED:
            raise
    finally:
        os.close(descriptor)


def make_folder(path: Path) -> None:
    """The folder and those above it, where they are missing, each entered on the disk.

    Raises `OSError`.
    """
    if path.is_dir():
        return
    if path.parent != path:
        make_folder(path.parent)
    path.mkdir(exist_ok=True)
    sync_folder(path.parent)
