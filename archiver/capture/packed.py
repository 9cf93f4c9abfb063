"""A WARC file or a WACZ package as the archive of a run that asks nobody: read where it lies, and left as it is."""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from archiver.errors import ArchiverError, InputError, LimitError
from archiver.store import Archive
from archiver.store.archive import WARC_SUFFIXES
from archiver.wacz.inplace import MemberPath
from archiver.wacz.reading import STORED, Package

MAX_MEMBERS = 1_000
"""WARC files of one package; the writers in use make one, or one a gigabyte."""

MAX_UNPACKED = 8 << 30
"""Bytes of compressed members, which are unpacked into a temporary folder."""

MAX_DESCRIPTION = 16 << 20
PIECE = 1 << 20

CONCLUSIONS = "what it concludes of posts is taken as it stands: nobody vouches for it here"


def file_as_archive(path: Path, stack: ExitStack) -> Archive:
    """A read-only archive of one file. What it needs besides (a catalogue, unpacked members) goes with `stack`.

    The captures in it answer as those of a folder do. Its conclusions count, whoever drew them, which a warning says.

    Raises `InputError` when it cannot be read, is neither, or a member is not what the package's digests say;
    `LimitError` for more than is unpacked; `ArchiveError` when no record in it can be read.
    """
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="archiver-")))
    packed: dict[Path, int] = {}
    if path.suffix.lower() == ".wacz":
        packed = _members(path, folder)
    elif not path.name.lower().endswith(WARC_SUFFIXES):
        raise InputError("neither an archive's folder nor a WARC or WACZ file", subject=str(path))
    try:
        archive = Archive.view(list(packed) or [path], catalogue=folder / "catalogue.db", bounded=True, packed=packed)
    except ArchiverError as error:
        raise type(error)(error.problem, subject=str(path), hint=error.hint) from error
    if archive.catalogue.articles() or archive.catalogue.query("SELECT 1 FROM observations LIMIT 1"):
        archive.warnings.append(f"{path}: {CONCLUSIONS}")
    return archive


def _members(path: Path, folder: Path) -> dict[Path, int]:
    """The WARC files of a package, and the bytes that each takes in it. Stored ones are read where they lie."""
    files: dict[Path, int] = {}
    left = MAX_UNPACKED
    try:
        with Package.open(path) as package:
            declared = _declared(package)
            for member in package.members:
                where, _, name = member.name.rpartition("/")
                if where != "archive" or not name.lower().endswith(WARC_SUFFIXES):
                    continue
                if len(files) >= MAX_MEMBERS or (member.method != STORED and member.size > left):
                    raise LimitError("more WARC data in it than is unpacked", subject=str(path))
                if any(name == known.name for known in files):
                    raise InputError("two WARC files of one name in it", subject=str(path))
                expected = declared.get(member.name)
                if expected is not None and package.measure(member.name).digest != expected:
                    raise InputError(f"{name} does not match the digest in datapackage.json", subject=str(path))
                if member.method == STORED:
                    files[MemberPath.of(path, member)] = member.packed
                    continue
                left -= member.size
                with package.stream(member.name) as stream, (folder / name).open("wb") as out:
                    while piece := stream.read(PIECE):
                        out.write(piece)
                files[folder / name] = member.packed
    except OSError as error:
        raise InputError(f"cannot be read as WACZ: {error}", subject=str(path)) from error
    if not files:
        raise InputError("no WARC file in it (archive/*.warc.gz)", subject=str(path))
    return files


def _declared(package: Package) -> dict[str, str]:
    """The SHA-256 of each member (`sha256:HEX`), as the package says it; none where that cannot be read."""
    try:
        description: Any = package.json("datapackage.json", MAX_DESCRIPTION)
        pairs = [(str(one["path"]), str(one["hash"]).lower()) for one in description["resources"]]
    except (InputError, KeyError, TypeError):
        return {}
    return {name: digest for name, digest in pairs if digest.startswith("sha256:")}
