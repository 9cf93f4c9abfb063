"""Files that are there whole or not at all."""

from __future__ import annotations

import os
import stat
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, cast

from archiver.errors import ArchiverError, LimitError, UsageError
from archiver.store import Archive
from archiver.store.durability import sync_folder

STDOUT = "-"


@contextmanager
def written_whole(target: str) -> Iterator[BinaryIO]:
    """A stream whose bytes become the file `target` when all went well; `-` is standard output.

    They go to a temporary file beside it, are synced, and take the name at the end: nothing that was there before is
    lost to a run that failed. What is no regular file (a pipe, a device) is written to as it is.

    Raises `LimitError` when the disk does not take it, `UsageError` where no file can be made there.
    """
    if target == STDOUT:
        with _refusals("the output"):
            yield sys.stdout.buffer
            sys.stdout.buffer.flush()
        return
    path = Path(target)
    with _refusals(target):
        if is_special(path):
            with path.open("wb") as stream:
                yield stream
            return
        path = path.resolve()  # a link stays one, and what it points to is replaced
        temporary = _temporary(path, target)
        try:
            with temporary:
                yield cast(BinaryIO, temporary)
                temporary.flush()
                os.fchmod(temporary.fileno(), _mode(path))
                os.fsync(temporary.fileno())
            os.replace(temporary.name, path)
        except BaseException:
            with suppress(OSError):
                os.unlink(temporary.name)
            raise
        sync_folder(path.parent)


def _temporary(path: Path, target: str) -> tempfile._TemporaryFileWrapper[bytes]:
    if path.is_dir():
        raise UsageError("this is a folder", subject=target)
    try:
        return tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name[:100]}.", suffix=".part", delete=False)
    except FileNotFoundError:
        raise UsageError("there is no such folder", subject=str(path.parent)) from None


def _mode(path: Path) -> int:
    """The permissions that the file has, or that a new one gets here: a temporary file's are narrower."""
    with suppress(OSError):
        return stat.S_IMODE(path.stat().st_mode)
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def is_special(path: Path) -> bool:
    """Is there something that is no file: a pipe, a device?"""
    return path.exists() and not path.is_file() and not path.is_dir()


@contextmanager
def _refusals(subject: str) -> Iterator[None]:
    """What the disk refuses is an error with its reason; a reader of a pipe that has gone is none of ours."""
    try:
        yield
    except (ArchiverError, BrokenPipeError):
        raise
    except OSError as error:
        raise LimitError(f"cannot be written: {error.strerror or error}", subject=subject) from error


def refuse_own_files(archive: Archive, target: str) -> None:
    """Raises `UsageError` where an export would replace what the archive itself consists of."""
    path, home = Path(target).resolve(), archive.path.resolve()
    own = (archive.segments_path, archive.indexes_path, archive.path / "torn")
    if target != STDOUT and (path.parent in [folder.resolve() for folder in own] or path == home / "catalogue.db"):
        raise UsageError("this is inside the archive itself", subject=target, hint="write it somewhere else")
