"""Where an export goes: a file, whole or not at all; standard output; a pipe or a device, as it is."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from archiver.errors import ArchiverError, LimitError, UsageError
from archiver.store import Archive
from archiver.store.wholefile import whole_file

STDOUT = "-"


@contextmanager
def written_whole(target: str) -> Iterator[BinaryIO]:
    """A stream whose bytes become the file `target` when all went well; `-` is standard output.

    Nothing that was there before is lost to a run that failed. What is no regular file (a pipe, a device) is written
    to as it is.

    Raises `LimitError` when the disk does not take it, `UsageError` where no file can be made there.
    """
    if target == STDOUT:
        with _refusals("the output"):
            yield sys.stdout.buffer
            sys.stdout.buffer.flush()
        return
    path = Path(target)
    with _refusals(target), path.open("wb") if is_special(path) else whole_file(path) as stream:
        yield stream


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
    """Raises `UsageError` where an export would replace, or stand among, what the archive itself consists of: its
    folders, and in its own folder the catalogue, the lock and what lies beside them."""
    if target == STDOUT:
        return
    path, home = Path(target).resolve(), archive.path.resolve()
    folders = (archive.segments_path, archive.indexes_path, archive.path / "torn")
    inside = any(path.is_relative_to(folder.resolve()) for folder in folders)
    beside = path.parent == home and path.name.startswith((".", archive.catalogue_path.name))
    if inside or beside:
        raise UsageError("this is inside the archive itself", subject=target, hint="write it somewhere else")
