"""What is open for replay: archives, WARC files and WACZ files, each as a shelf with a name of its own."""

from __future__ import annotations

import hashlib
import re
import tempfile
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import IO, Any, NamedTuple, Self

from archiver.errors import ArchiveError, ArchiverError, InputError, LimitError, UsageError
from archiver.model import Capture
from archiver.store import Archive
from archiver.store.archive import WARC_SUFFIXES, iter_files
from archiver.store.catalogue import Catalogue
from archiver.store.surt import surt
from archiver.wacz.inplace import MemberPath
from archiver.wacz.reading import STORED, Package

MAX_WACZ_MEMBERS = 1000
"""WARC files of one WACZ; the writers in use make one, or one a gigabyte."""

MAX_WACZ_BYTES = 8 << 30
"""What one WACZ may take in the temporary folder."""

MAX_DESCRIPTION = 16 << 20
"""Of `datapackage.json`, which lists the members with their digests."""

PIECE = 1 << 20

_NOT_IN_SLUG = re.compile(r"[^a-z0-9]+")


class Shelf(NamedTuple):
    """One archive that is open for replay."""

    slug: str
    """Its part of every address: lower-case letters, digits and hyphens."""
    title: str
    archive: Archive
    lookup: Catalogue
    """The same catalogue over a connection of its own, where it is a file: for what must not wait for a long question
    that another thread asks."""
    warnings: tuple[str, ...] = ()

    def nearest(self, url: str, moment: datetime) -> Capture | None:
        """The capture of an address (a URL, or one without its scheme) that is nearest in time; null when there is
        none."""
        return self.lookup.nearest(surt(url), moment, uri=url)

    def seconds(self, url: str, start: datetime | None, limit: int) -> list[datetime]:
        """The seconds from which `nearest` has a capture of an address, oldest first, from `start` on."""
        return self.lookup.seconds(surt(url), start, limit=limit, uri=url)


class Library:
    """The open shelves. A context manager: leaving it closes the archives and removes what WACZ files were unpacked to.

    Raises `ArchiveError` or `InputError` when an input is missing or cannot be read.
    """

    def __init__(self, inputs: Iterable[Path | str]) -> None:
        self.shelves: list[Shelf] = []
        self._stack = ExitStack()
        try:
            self._open([Path(path) for path in inputs])
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._stack.close()

    def before_closing(self, work: Callable[[], object]) -> None:
        """Have something done before the archives are closed, such as to end what reads them."""
        self._stack.callback(work)

    def shelf(self, slug: str) -> Shelf | None:
        return next((shelf for shelf in self.shelves if shelf.slug == slug), None)

    def _open(self, inputs: Sequence[Path]) -> None:
        if not inputs:
            raise UsageError("nothing to show", hint="name an archive's folder, a WARC file or a WACZ file")
        loose: list[Path] = []
        for path in inputs:
            if not path.exists():
                raise InputError("there is no such file or folder", subject=str(path))
            if (path / "archive").is_dir():
                self._add(path, self._open_folder(path))
            elif path.is_dir():
                files = list(iter_files([path]))
                if not files:
                    raise ArchiveError(
                        "no archive and no WARC file in it", subject=str(path), hint="`archiver archive` makes one"
                    )
                self._add(path, self._view(files, bounded=True))
            elif path.name.lower().endswith(".wacz"):
                self._add(path, self._view_of_package(path))
            else:
                loose.append(path)
        # Segments are told apart by name, so files of one name stand on shelves of their own.
        while loose:
            together = {path.name: path for path in reversed(loose)}
            chosen = [path for path in loose if together[path.name] is path]
            self._add(chosen[0], self._view(chosen, bounded=True))
            loose = [path for path in loose if together[path.name] is not path]

    def _add(self, path: Path, archive: Archive) -> None:
        self._stack.callback(archive.close)
        title = path.resolve().name or str(path)
        base = _NOT_IN_SLUG.sub("-", _without_suffix(title).lower()).strip("-")[:60] or "archive"
        taken = {shelf.slug for shelf in self.shelves}
        slug, number = base, 2
        while slug in taken:
            slug, number = f"{base}-{number}", number + 1
        lookup = archive.catalogue
        if lookup.path is not None:
            lookup = Catalogue(lookup.path, read_only=True)
            self._stack.callback(lookup.close)
        self.shelves.append(Shelf(slug, title, archive, lookup, tuple(archive.warnings)))

    def _open_folder(self, path: Path) -> Archive:
        """An archive's folder; where its catalogue cannot be used or written, with one made for this while."""
        try:
            return Archive.open(path, aside=self._temporary_catalogue)
        except ArchiveError:
            files = list(iter_files([path / "archive"]))
            if (path / "catalogue.db").exists() or not files:
                raise
            return self._view(files, of_archive=True)

    def _view(self, files: list[Path], **how: Any) -> Archive:
        """WARC files with a catalogue in a temporary folder: in memory it would grow with them."""
        return Archive.view(files, catalogue=self._temporary_catalogue(), **how)

    def _temporary_catalogue(self) -> Path:
        return self._temporary_folder() / "catalogue.db"

    def _view_of_package(self, path: Path) -> Archive:
        packed = self._members(path)
        try:
            return self._view(list(packed), bounded=True, packed=packed)
        except ArchiverError as error:  # it names the file in the temporary folder
            where = Path(error.subject).name if error.subject else ""
            raise type(error)(error.problem, subject=f"{path}: {where}", hint=error.hint) from error

    def _members(self, path: Path) -> dict[Path, int]:
        """The WARC files of a WACZ, each checked against the digest that the package declares; with the bytes that each
        takes in the package. Those that are stored are read where they lie; compressed ones are unpacked into a
        temporary folder, since records are found by their place.

        WACZ 1.1.1: a ZIP with `archive/*.warc.gz` and a Frictionless `datapackage.json`.
        """
        folder: Path | None = None
        files: dict[Path, int] = {}
        names: set[str] = set()
        left = MAX_WACZ_BYTES
        try:
            with Package.open(path) as package:
                digests = _declared_digests(package)
                for member in package.members:
                    if not _is_warc_member(member.name):
                        continue
                    name = member.name.rpartition("/")[2]
                    if len(files) >= MAX_WACZ_MEMBERS or (member.method != STORED and member.size > left):
                        raise LimitError("more WARC data in it than is unpacked", subject=str(path))
                    if name in names:
                        raise InputError("two WARC files of one name in it", subject=str(path))
                    names.add(name)
                    if member.method == STORED:
                        _require_declared(name, package.measure(member.name).digest, digests.get(member.name), path)
                        files[MemberPath.of(path, member)] = member.packed
                        continue
                    folder = folder or self._temporary_folder()
                    target = folder / name
                    with package.stream(member.name) as source:
                        left -= _copy(source, target, left, digests.get(member.name), path)
                    files[target] = member.packed
        except OSError as error:
            raise InputError(f"cannot be read as WACZ: {error}", subject=str(path)) from error
        if not files:
            raise InputError("no WARC file in it (archive/*.warc.gz)", subject=str(path))
        return files

    def _temporary_folder(self) -> Path:
        return Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="archiver-replay-")))


def _is_warc_member(name: str) -> bool:
    folder, _, file = name.rpartition("/")
    return folder == "archive" and file.lower().endswith(WARC_SUFFIXES)


def _declared_digests(package: Package) -> dict[str, str]:
    """`{member: sha256:HEX}` of the package's resources; empty where it says nothing of them."""
    try:
        description: Any = package.json("datapackage.json", MAX_DESCRIPTION)
        resources = description["resources"]
        return {
            str(resource["path"]): str(resource["hash"]).lower()
            for resource in resources
            if str(resource["hash"]).lower().startswith("sha256:")
        }
    except (InputError, KeyError, TypeError, ValueError, RecursionError):
        return {}


def _copy(source: IO[bytes], target: Path, bound: int, declared: str | None, package: Path) -> int:
    hasher = hashlib.sha256()
    size = 0
    with target.open("wb") as out:
        while piece := source.read(PIECE):
            size += len(piece)
            if size > bound:
                raise LimitError("more WARC data in it than is unpacked", subject=str(package))
            hasher.update(piece)
            out.write(piece)
    _require_declared(target.name, f"sha256:{hasher.hexdigest()}", declared, package)
    return size


def _require_declared(name: str, digest: str, declared: str | None, package: Path) -> None:
    if declared is not None and declared != digest:
        raise InputError(
            f"{name} does not match the digest in datapackage.json: the package was altered", subject=str(package)
        )


def _without_suffix(name: str) -> str:
    for suffix in (*WARC_SUFFIXES, ".wacz"):
        if name.lower().endswith(suffix):
            return name[: -len(suffix)]
    return name
