"""A WARC file or a WACZ package as the archive of a run that asks nobody: read where it lies, and left as it is."""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from pathlib import Path

from archiver.errors import InputError
from archiver.store import Archive
from archiver.store.archive import WARC_SUFFIXES
from archiver.wacz.opening import archive_of_package, is_package

CONCLUSIONS = "what it concludes of posts is taken as it stands: nobody vouches for it here"


def file_as_archive(path: Path, stack: ExitStack) -> Archive:
    """A read-only archive of one file. What it needs besides (a catalogue, unpacked members) goes with `stack`.

    The captures in it answer as those of a folder do. Its conclusions count, whoever drew them, which a warning says.

    Raises `InputError` when it cannot be read, is neither, or a member is not what the package's digests say;
    `LimitError` for more than is unpacked; `ArchiveError` when no record in it can be read.
    """
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="archiver-")))
    if is_package(path):
        archive = archive_of_package(path, folder)
    elif path.name.lower().endswith(WARC_SUFFIXES):
        archive = Archive.view([path], catalogue=folder / "catalogue.db", bounded=True)
    else:
        raise InputError("neither an archive's folder nor a WARC or WACZ file", subject=str(path))
    if archive.catalogue.articles() or archive.catalogue.query("SELECT 1 FROM observations LIMIT 1"):
        archive.warnings.append(f"{path}: {CONCLUSIONS}")
    return archive
