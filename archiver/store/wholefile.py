"""A file that is there whole or not at all: written beside its place, synced, and moved there at the end."""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from archiver.errors import UsageError
from archiver.store.durability import sync_folder


@contextmanager
def whole_file(target: Path) -> Iterator[BinaryIO]:
    """A stream whose bytes become the file `target` when all went well; else nothing is left of them, and what was
    there before stays. A link stays one, and what it points to is replaced; permissions stay.

    Raises `UsageError` where no file can be there, and `OSError`.
    """
    path = target.resolve()
    if path.is_dir():
        raise UsageError("this is a folder", subject=str(target))
    if not path.parent.is_dir():
        raise UsageError("there is no such folder", subject=str(path.parent))
    # not named after the target, whose name may be as long as names can be
    draft = path.parent / f".archiver-{secrets.token_hex(8)}.part"
    descriptor = os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            with suppress(FileNotFoundError):  # before it holds anything that others may not read
                os.fchmod(stream.fileno(), stat.S_IMODE(path.stat().st_mode))
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(draft, path)
    except BaseException:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)
