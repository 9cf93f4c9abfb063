"""A package as a read-only archive: its WARC files are read where they lie, or out of a temporary folder."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from archiver.errors import ArchiveError, ArchiverError, InputError, LimitError
from archiver.store import Archive
from archiver.store.archive import WARC_SUFFIXES
from archiver.wacz.inplace import MemberPath
from archiver.wacz.reading import STORED, Member, Package

MAX_FILES = 1_000
"""WARC files of one package; the writers in use make one, or one a gigabyte."""

MAX_UNPACKED = 8 << 30
"""Bytes of compressed members, which are unpacked into a temporary folder."""

MAX_DESCRIPTION = 16 << 20
"""Of `datapackage.json`, which lists the members with their digests."""

PIECE = 1 << 20
ZIP_MAGIC = b"PK\3\4"


def is_package(path: Path) -> bool:
    """By its name, or, where a browser or a mail program gave it another, by its first bytes.

    Raises `InputError` when it cannot be read.
    """
    if path.name.lower().endswith(".wacz"):
        return True
    try:
        with path.open("rb") as file:
            return file.read(len(ZIP_MAGIC)) == ZIP_MAGIC
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", subject=str(path)) from error


def archive_of_package(path: Path, folder: Path) -> Archive:
    """The WARC files of a package (WACZ 1.1.1) as an archive. What it needs besides, a catalogue and the members that
    are compressed, is written into `folder`, and has to stay there as long as the archive is open.

    Raises `InputError` when it cannot be read, has no WARC file, or one that is not what the package's digests say;
    `LimitError` for more than is unpacked, or what expands too far; `ArchiveError` when no record in it can be read, or
    `folder` does not take it.
    """
    files = _warc_files(path, folder)
    try:
        return Archive.view(list(files), catalogue=folder / "catalogue.db", bounded=True, packed=files)
    except ArchiverError as error:  # it may name a file in the temporary folder
        where = Path(error.subject).name if error.subject else ""
        raise type(error)(error.problem, subject=f"{path}: {where}", hint=error.hint) from error


def _warc_files(path: Path, folder: Path) -> dict[Path, int]:
    """Each WARC file, compared with the digest that the package declares, with the bytes that it takes in the package.

    Those that are stored are read where they lie; compressed ones are unpacked, since records are found by their place.
    """
    files: dict[Path, int] = {}
    left = MAX_UNPACKED
    with Package.open(path) as package:
        description = _description(package)
        declared = _digests(description)
        for member in package.members:
            if not _is_warc_file(member.name):
                continue
            name = member.name.rpartition("/")[2]
            if len(files) >= MAX_FILES or (member.method != STORED and member.size > left):
                raise LimitError("more WARC data in it than is unpacked", subject=str(path))
            if member.method == STORED:
                file: Path = MemberPath.of(path, member)
                digest = _measured(package, member)
            else:
                left -= member.size
                file = folder / name
                digest = _unpacked(package, member, file)
            if declared.get(member.name, digest) != digest:
                raise InputError(
                    f"{name} does not match the digest in datapackage.json: the package was altered", subject=str(path)
                )
            files[file] = member.packed
        if not files:
            raise _none(path, [*(member.name for member in package.members), *_resources(description)])
    return files


def _is_warc_file(name: str) -> bool:
    folder, _, file = name.rpartition("/")
    return folder == "archive" and file.lower().endswith(WARC_SUFFIXES)


def _measured(package: Package, member: Member) -> str:
    try:
        return package.measure(member.name).digest
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", subject=package.subject) from error


def _unpacked(package: Package, member: Member, target: Path) -> str:
    """Write a member out; its digest. Its size is what the directory says: `Package.stream` sees to it."""
    hasher = hashlib.sha256()
    try:
        # "x": where case does not count in names, one member must not take the place of another
        with package.stream(member.name) as source, target.open("xb") as out:
            while piece := source.read(PIECE):
                hasher.update(piece)
                out.write(piece)
    except OSError as error:
        problem = f"{target.name} cannot be unpacked into a temporary folder: {error.strerror}"
        raise ArchiveError(problem, subject=package.subject, hint="TMPDIR says where those are") from error
    return f"sha256:{hasher.hexdigest()}"


def _description(package: Package) -> Any:
    try:
        return package.json("datapackage.json", MAX_DESCRIPTION)
    except InputError:
        return None


def _digests(description: Any) -> dict[str, str]:
    """`{member: sha256:HEX}` of the package's resources; empty where it says nothing of them."""
    try:
        pairs = [(str(one["path"]), str(one["hash"]).lower()) for one in description["resources"]]
    except (KeyError, TypeError):
        return {}
    return {name: digest for name, digest in pairs if digest.startswith("sha256:")}


def _resources(description: Any) -> list[str]:
    try:
        return [str(one["path"]) for one in description["resources"]]
    except (KeyError, TypeError):
        return []


def _none(path: Path, names: list[str]) -> InputError:
    names = [name.lower() for name in names]
    hint = None
    if any(name.endswith(".wacz") for name in names):
        hint = "it lists other packages: open each of them"
    elif any(name.endswith(".warc.zst") for name in names):
        hint = "WARC files in Zstandard are not read: compress them with gzip, record by record"
    return InputError("no WARC file in it (archive/*.warc.gz)", subject=str(path), hint=hint)
