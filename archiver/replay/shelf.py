"""What is open for replay: archives, WARC files and WACZ files, each as a shelf with a name of its own."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

from archiver.errors import ArchiveError, ArchiverError, InputError, LimitError, UsageError
from archiver.model import Capture
from archiver.store import Archive
from archiver.store.archive import WARC_SUFFIXES, as_text, iter_files
from archiver.store.catalogue import Catalogue
from archiver.store.surt import surt
from archiver.wacz.opening import archive_of_package, is_package

KEPT_FOR_LOOKUP = 8 << 20
"""Bytes of a catalogue that its look-up keeps in memory: of ten million captures most of the index above its leaves."""

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

    on_error: told of each input that cannot be opened where others can; without it, the first one ends it.

    Raises `ArchiveError` or `InputError` when an input is missing or cannot be read; `LimitError` for what expands too
    far, and where the disk, or the number of open files, does not allow more.
    """

    def __init__(
        self, inputs: Iterable[Path | str], *, on_error: Callable[[ArchiverError], object] | None = None
    ) -> None:
        self.shelves: list[Shelf] = []
        self._on_error = on_error
        self._left_out: list[ArchiverError] = []
        self._stack = ExitStack()
        self._temporary: str | None = None
        try:
            self._open([Path(path) for path in inputs])
        except OSError as error:  # no temporary folder can be made, or no more files be opened
            self.close()
            raise LimitError(f"cannot be opened: {error.strerror}", subject=error.filename) from error
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
        for path in _each_once(inputs):
            with self._or_left_out():
                loose += self._open_one(path)
        # Segments are told apart by name, so files of one name stand on shelves of their own.
        while loose:
            together = {path.name: path for path in reversed(loose)}
            self._open_loose([path for path in loose if together[path.name] is path])
            loose = [path for path in loose if together[path.name] is not path]
        if self._on_error is not None:
            last = self._left_out.pop() if self._left_out and not self.shelves else None
            for error in self._left_out:
                self._on_error(error)
            if last is not None:
                raise last

    @contextmanager
    def _or_left_out(self) -> Iterator[None]:
        try:
            yield
        except ArchiverError as error:
            if self._on_error is None:
                raise
            self._left_out.append(error)

    def _open_one(self, path: Path) -> list[Path]:
        """Open what has a shelf of its own; a WARC file, which may share one, is given back."""
        try:
            there = path.exists()
        except OSError as error:  # a folder above it cannot be looked into
            raise InputError(f"cannot be read: {error.strerror}", subject=str(path)) from error
        if not there:
            raise InputError("there is no such file or folder", subject=str(path))
        if (path / "archive").is_dir():
            self._add(path, self._open_folder(path))
        elif path.is_dir():
            self._open_files_in(path)
        elif not path.is_file():  # a pipe would be waited for, and cannot be read twice
            raise InputError("neither a file nor a folder", subject=str(path))
        elif is_package(path):
            self._add(path, archive_of_package(path, self._temporary_folder()))
        else:
            return [path]
        return []

    def _open_loose(self, files: list[Path]) -> None:
        """WARC files on one shelf; those that cannot be opened are left out."""
        try:
            self._add(files[0], self._view(files, bounded=True))
        except ArchiverError as error:
            if self._on_error is None:
                raise
            if len(files) == 1:
                self._left_out.append(error)
                return
            whole = [file for file in files if self._can_be_viewed(file)]
            together = [whole] if len(whole) < len(files) else [[file] for file in whole]
            for some in filter(None, together):
                self._open_loose(some)

    def _can_be_viewed(self, file: Path) -> bool:
        before = len(self._left_out)
        with self._or_left_out():
            self._view([file], bounded=True).close()
        return len(self._left_out) == before

    def _open_files_in(self, folder: Path) -> None:
        """Its WARC files on one shelf, each of its packages on one of its own."""
        files = list(iter_files([folder]))
        packages = sorted(path for path in folder.iterdir() if path.name.lower().endswith(".wacz"))
        if not files and not packages:
            raise ArchiveError(
                "no archive, no WARC file and no package in it",
                subject=str(folder),
                hint="`archiver archive` makes an archive",
            )
        if files:
            self._add(folder, self._view(files, bounded=True))
        for path in packages:
            self._add(path, archive_of_package(path, self._temporary_folder()))

    def _add(self, path: Path, archive: Archive) -> None:
        self._stack.callback(archive.close)
        title = as_text(path.resolve().name or str(path))
        base = slug_of(path)
        taken = {shelf.slug for shelf in self.shelves}
        slug, number = base, 2
        while slug in taken:
            slug, number = f"{base}-{number}", number + 1
        lookup = archive.catalogue
        if lookup.path is not None:
            lookup = Catalogue(lookup.path, read_only=True, kept=KEPT_FOR_LOOKUP)
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

    def _temporary_folder(self) -> Path:
        """One more. They lie in one folder, which goes when all that was opened in them is closed."""
        if self._temporary is None:
            self._temporary = self._stack.enter_context(tempfile.TemporaryDirectory(prefix="archiver-replay-"))
        return Path(tempfile.mkdtemp(dir=self._temporary))


def slug_of(path: Path) -> str:
    """The slug of an archive that is shown alone, or as the first of its name."""
    title = as_text(path.resolve().name or str(path))
    return _NOT_IN_SLUG.sub("-", _without_suffix(title).lower()).strip("-")[:60] or "archive"


def _each_once(paths: Iterable[Path]) -> list[Path]:
    """Those that are given twice stand where they were given first."""
    once: dict[Path, Path] = {}
    for path in paths:
        once.setdefault(path.resolve(), path)
    return list(once.values())


def _without_suffix(name: str) -> str:
    for suffix in (*WARC_SUFFIXES, ".wacz"):
        if name.lower().endswith(suffix):
            return name[: -len(suffix)]
    return name
