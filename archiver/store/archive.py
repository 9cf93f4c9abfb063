"""An archive on disk: WARC segments, their index, the catalogue.

    DIR/archive/*.warc.gz    the evidence: append-only, the source of truth
    DIR/indexes/*.cdxj       index, one file a segment (a pywb collection)
    DIR/catalogue.db         SQLite; derived
    DIR/torn/                what crashes cut off, where there was a crash

Opening for writing takes a lock, repairs what a crash tore, and brings the catalogue up to date with the segments.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec

from archiver.config import ArchiveSettings
from archiver.errors import ArchiveError, InputError
from archiver.gunzip import Expansion
from archiver.http1 import ZSTD_MAGIC
from archiver.model import Capture
from archiver.store.captures import StoredCaptures
from archiver.store.catalogue import Catalogue, CatalogueError, UnusableCatalogueError
from archiver.store.cdxj import index_path, write_index
from archiver.store.conclusions import parse_conclusion
from archiver.store.durability import make_folder
from archiver.store.foreign import conclusions_count
from archiver.store.provenance import running_software
from archiver.store.reader import read_segment
from archiver.store.records import Field
from archiver.store.segment import Lock, cut_torn, latest_segment
from archiver.store.session import Session
from archiver.store.warcfile import GZIP_MAGIC, DamagedError, is_unwritten, next_record

WARC_SUFFIXES = (".warc.gz", ".warc")

MAX_DAMAGE_TOLD = 20
"""Damaged places of one file that are told one by one."""

LOCK_WAIT = 2.0
"""Seconds that opening for writing waits for another writer: a reader who brings the catalogue up to date is done by
then, a run is not."""


def now() -> datetime:
    return datetime.now(UTC)


def new_record_id() -> str:
    """A random UUID (RFC 9562, version 4) as a URN: what `uuid.uuid4().urn` gives, in a third of its time."""
    raw = bytearray(os.urandom(16))
    raw[6] = raw[6] & 0x0F | 0x40
    raw[8] = raw[8] & 0x3F | 0x80
    digits = raw.hex()
    return f"urn:uuid:{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def as_text(name: str) -> str:
    """The name of a file, for people and databases: bytes in it that are no text stand as `\\xff`."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def is_warc_file(path: Path) -> bool:
    """Whether this entry of an archive's folder is a WARC file that its index can name: one whose name is no text, it
    cannot; and what is no file (a pipe) would be waited for."""
    try:
        path.name.encode()
    except UnicodeEncodeError:
        return False
    return path.name.endswith(WARC_SUFFIXES) and path.is_file()


class Archive(StoredCaptures):
    """Reads an archive; `session()` adds to it.

    `clock` and `new_id` are where time and record ids come from, `provenance` what is said of the software: with all
    three fixed, the same work writes the same bytes.
    """

    def __init__(
        self,
        path: Path,
        *,
        settings: ArchiveSettings | None = None,
        clock: Callable[[], datetime] = now,
        new_id: Callable[[], str] = new_record_id,
        provenance: Callable[[], tuple[Field, ...]] = running_software,
    ) -> None:
        self.path = path
        self.segments_path = path / "archive"
        self.indexes_path = path / "indexes"
        self.catalogue_path = path / "catalogue.db"
        self.settings = settings or ArchiveSettings()
        self.clock = clock
        self.new_id = new_id
        self.provenance = provenance
        self.warnings: list[str] = []
        """What opening found and mended, one line each."""
        self._catalogue: Catalogue | None = None
        self._files: dict[str, Path] = {}
        self._lock = Lock(path / ".lock")
        self._writable = False
        self._bounded = False
        self._packed: Mapping[Path, int] = {}
        self._aside: Callable[[], Path] | None = None
        self._is_aside = False
        self._all_count = False
        """A view of loose files: what they conclude is what there is to see."""

    @classmethod
    def open(
        cls,
        path: Path | str,
        *,
        settings: ArchiveSettings | None = None,
        clock: Callable[[], datetime] = now,
        new_id: Callable[[], str] = new_record_id,
        provenance: Callable[[], tuple[Field, ...]] = running_software,
        write: bool = False,
        aside: Callable[[], Path] | None = None,
    ) -> Self:
        """Open the archive in the folder `path`; with `write`, for adding to it (made where there is none).

        provenance: gives the fields of a `warcinfo` about the software that writes; by default, as it runs here.
        aside: gives the file in which a catalogue is made where the archive's own cannot be made or brought up to date;
        by default it is made in memory, and grows with the archive.

        Raises `ArchiveError` when there is no archive, it cannot be read, or (with `write`) another process writes
        to it.
        """
        archive = cls(Path(path), settings=settings, clock=clock, new_id=new_id, provenance=provenance)
        archive._aside = aside
        try:
            if write:
                archive._open_for_writing()
            else:
                archive._open_for_reading()
        except OSError as error:
            archive.close()
            subject = str(error.filename or path)
            raise ArchiveError(f"cannot be brought up to date: {error.strerror}", subject=subject) from error
        except BaseException:
            archive.close()
            raise
        return archive

    @classmethod
    def view(
        cls,
        files: list[Path],
        *,
        catalogue: Path | None = None,
        strict: bool = True,
        of_archive: bool = False,
        bounded: bool = False,
        packed: Mapping[Path, int] | None = None,
    ) -> Self:
        """A read-only archive of WARC files wherever they lie, with its catalogue in memory, or in the file
        `catalogue`, which is made, and which nobody needs after it.

        of_archive: they are the files of one archive, so that only those conclusions count that count there; else all
        do, whoever drew them. bounded: whether a file may expand only so far (`LimitError`), because nobody knows who
        made it. packed: how many bytes of these files there were before they were unpacked.

        Raises `ArchiveError` when a file is missing or holds no readable record (unless `strict` is false: then it is
        left out); damage after readable records becomes a line in `warnings`.
        """
        archive = cls(files[0].parent if files else Path())
        archive._all_count = not of_archive
        archive._bounded = bounded
        archive._packed = packed or {}
        archive._catalogue = Catalogue(catalogue, temporary=True)
        try:
            for file in files:
                try:
                    archive._read_file(file)
                except ArchiveError as error:
                    if strict or isinstance(error, UnusableCatalogueError):
                        raise
                    archive.warnings.append(str(error))
        except BaseException:
            archive.close()
            raise
        return archive

    def _read_file(self, file: Path) -> None:
        # two files of one name, from different folders, are two segments
        name = as_text(file.name)
        name = name if name not in self._files else as_text(str(file))
        self._files[name] = file
        self._read_into_catalogue(name, file, 0)
        self.catalogue.commit()
        if name not in self.catalogue.segments():
            raise ArchiveError(self._why_nothing(), subject=str(file), hint=_advice(file))

    def _why_nothing(self) -> str:
        return f"no WARC record in it ({self.warnings[-1]})" if self.warnings else "no WARC record in it"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def is_view(self) -> bool:
        """Whether its catalogue was read from the records themselves when it was opened: by `view`, or by `open` where
        the archive's own could not be brought up to date."""
        return bool(self._files) or self._is_aside

    def close(self) -> None:
        try:
            self._close_catalogue()
        finally:
            self._lock.release()

    @property
    def catalogue(self) -> Catalogue:
        if self._catalogue is None:
            raise ArchiveError("the archive is closed", subject=str(self.path))
        return self._catalogue

    # Opening.

    def _open_for_writing(self) -> None:
        try:
            make_folder(self.segments_path)
            make_folder(self.indexes_path)
        except OSError as error:
            raise ArchiveError(f"cannot be made: {error.strerror}", subject=str(self.path)) from error
        self._lock.acquire(LOCK_WAIT)
        self._writable = True
        self._open_catalogue()
        self._catch_up()

    def _open_for_reading(self) -> None:
        if not self.segments_path.is_dir():
            raise ArchiveError(
                "there is no archive here", subject=str(self.path), hint="`archiver archive SOURCE` makes one"
            )
        found: Catalogue | None = None
        with suppress(ArchiveError):  # missing, damaged, or of another version: it can be made anew
            found = Catalogue(self.catalogue_path, read_only=True)
            if not self._is_behind(found):
                self._catalogue = found
                return
        try:
            self._lock.acquire()
        except ArchiveError:
            if found is not None and self._lock.is_held():
                self._catalogue = found  # who writes right now brings it up to date
                return
            if found is not None:  # the medium cannot be written to: what it lacks would seem not to be there
                found.close()
            self._catalogue_aside()
            return
        try:
            if found is not None:
                found.close()
            make_folder(self.indexes_path)
            self._open_catalogue()
            self._catch_up()
            self._close_catalogue()
            self._catalogue = Catalogue(self.catalogue_path, read_only=True)
        except (OSError, CatalogueError) as error:  # the disk is full: what is stored can be read all the same
            why = error.problem if isinstance(error, CatalogueError) else error.strerror
            self.warnings = [f"the catalogue could not be brought up to date: {why}"]
            self._close_catalogue()
            self._catalogue_aside()
        finally:
            self._lock.release()

    def _open_catalogue(self) -> None:
        """For writing; one that cannot be used is made anew, since all of it comes from the segments."""
        try:
            self._catalogue = Catalogue(self.catalogue_path)
            self._catalogue.segments()
        except UnusableCatalogueError as error:
            self.warnings.append(f"{error.problem}: it was built anew")
            self._start_catalogue_anew()

    def _catalogue_aside(self) -> None:
        """One for this while, in memory or where `aside` says."""
        self._catalogue = Catalogue(self._aside() if self._aside else None, temporary=True)
        self._is_aside = True
        for path in self.segment_files():
            self._read_into_catalogue(path.name, path, 0)
        self._catalogue.commit()

    def _is_behind(self, catalogue: Catalogue) -> bool:
        sizes = {path.name: path.stat().st_size for path in self.segment_files()}
        written = {name: size for name, size in sizes.items() if size}
        return catalogue.segments() != written or any(
            not index_path(self.indexes_path, name).exists() for name in written
        )

    def segments(self) -> dict[str, Path]:
        """The archive's WARC files by the names that its catalogue has for them."""
        return dict(self._files) or {path.name: path for path in self.segment_files()}

    def segment_files(self) -> list[Path]:
        """The archive's WARC files, oldest first (their names carry their number)."""
        if self._files:
            return list(self._files.values())
        return sorted(path for path in self.segments_path.iterdir() if is_warc_file(path))

    def _catch_up(self, *, every_index: bool = False) -> None:
        """Make catalogue and index say what the segments hold, cutting off what a crash tore.

        every_index: also those that are there are written again, each in the place of the old one.
        """
        known = self.catalogue.segments()
        files = {path.name: path for path in self.segment_files()}
        for path in self.segments_path.iterdir():
            if path.name.endswith(WARC_SUFFIXES) and not is_warc_file(path):
                self.warnings.append(
                    f"{as_text(path.name)}: it is left out, because it is no file, or its name no text"
                )
        if lost := [name for name, size in known.items() if name not in files or files[name].stat().st_size < size]:
            for name in lost:
                self._tell_lost(name, files.get(name), known[name])
            self._start_catalogue_anew()
            known = {}
        # A crash can tear the last of our segments only: another one was closed, or mended, before the next was begun.
        latest = latest_segment(list(files.values()))
        if latest is not None and self._was_lost_since(latest, known.get(latest.name, 0)):
            self.warnings.append(
                f"{latest.name}: it cannot be read as far as it was catalogued: the catalogue was built anew"
            )
            self._start_catalogue_anew()
            known = {}
        for name, path in files.items():
            done = known.get(name, 0)
            if path.stat().st_size != done:
                self._read_into_catalogue(name, path, done, mend=path == latest and not self._was_closed(name))
            if every_index or path.stat().st_size != done or not index_path(self.indexes_path, name).exists():
                self.write_index(name)
        self.catalogue.commit()

    def _was_lost_since(self, path: Path, size: int) -> bool:
        """Are there no whole records up to `size`, though they are catalogued? So it can be after a loss of power where
        the run did not come to its end: the catalogue's bytes may reach the disk before those of the segment."""
        if not size or index_path(self.indexes_path, path.name).exists():  # it is written when a segment was closed
            return False
        end = 0
        try:
            for record in read_segment(path):
                end = record.end
                if end >= size:
                    break
        except ArchiveError as error:
            if isinstance(error.__cause__, OSError):
                raise
        return end != size

    def _was_closed(self, name: str) -> bool:
        """Was it whole once, though it is shorter now? Then that is damage, and it is left as it is."""
        return next(iter((self.path / "torn").glob(f"{name}.*.cdxj")), None) is not None

    def _tell_lost(self, name: str, path: Path | None, size: int) -> None:
        """Evidence that was there is not: say so, and keep what still shows what it was."""
        index = index_path(self.indexes_path, name)
        if path is None:
            kept = f" (its index was left: indexes/{index.name})" if index.exists() else ""
            self.warnings.append(f"{name}: the WARC file is gone: the catalogue was built anew without it{kept}")
            return
        now = path.stat().st_size
        problem = f"{name}: the WARC file is shorter than it was ({now} bytes of {size}): the catalogue was built anew"
        if index.exists():  # it is written when a segment was closed, or mended
            make_folder(self.path / "torn")
            kept_index = self.path / "torn" / f"{name}.{size}.cdxj"
            shutil.copyfile(index, kept_index)
            problem += f" (the index that it had is kept: torn/{kept_index.name})"
        self.warnings.append(problem)

    def _start_catalogue_anew(self) -> None:
        self._close_catalogue()
        for suffix in ("", "-wal", "-shm", "-journal"):
            self.catalogue_path.with_name(self.catalogue_path.name + suffix).unlink(missing_ok=True)
        self._catalogue = Catalogue(self.catalogue_path)

    def _close_catalogue(self) -> None:
        catalogue, self._catalogue = self._catalogue, None
        if catalogue is not None:
            catalogue.close()

    def _read_into_catalogue(self, name: str, path: Path, start: int, *, mend: bool = False) -> None:
        """What the records from `start` on say; damage becomes a warning, and reading goes on behind it.

        With `mend`, a record that a crash tore off at the end of a file of ours is cut off and kept in `torn/`.
        """
        position = start
        counts = self.concludes(name)
        own = counts and not self._bounded
        left_out = damaged = 0
        expansion = Expansion(str(path), packed=self._packed.get(path)) if self._bounded else None
        resume: int | None = start
        while resume is not None:
            begin, resume = resume, None
            try:
                for record in read_segment(path, begin, name=name, listing=True, expansion=expansion, own=own):
                    if record.block is not None and not counts:
                        left_out += parse_conclusion(record.block) is not None
                        record = msgspec.structs.replace(record, block=None)
                    self.catalogue.ingest(record)
                    position = record.end
            except ArchiveError as error:
                if isinstance(error, CatalogueError) or isinstance(error.__cause__, OSError):
                    raise
                damage = max(position, begin)
                resume = next_record(path, damage + 1, expansion)
                torn = isinstance(cause := error.__cause__, DamagedError) and cause.torn
                if mend and resume is None and (torn or is_unwritten(path, damage)):
                    lost = cut_torn(path, damage, self.path / "torn")
                    self.warnings.append(f"{name}: {lost} bytes of an unfinished record were cut off (kept in torn/)")
                    break
                damaged += 1
                if damaged <= MAX_DAMAGE_TOLD:
                    self.warnings.append(str(error))
        if damaged > MAX_DAMAGE_TOLD:
            self.warnings.append(f"{path}: damaged in {damaged - MAX_DAMAGE_TOLD:,} more places")
        if left_out:
            self.warnings.append(f"{name}: conclusions of another archive ({left_out}) in it do not count here")

    def concludes(self, segment: str) -> bool:
        """Do the conclusions in this WARC file count? Not those that others wrote: see `archiver.store.foreign`."""
        return self._all_count or conclusions_count(Path(segment).name)

    def is_own(self, segment: str) -> bool:
        return not self._bounded and conclusions_count(Path(segment).name)

    def add_file(self, path: Path) -> None:
        """Catalogue and index a WARC file that was put into the archive's folder.

        Raises `ArchiveError` when the archive was not opened for writing, or the disk does not take it.
        """
        if not self._writable:
            raise ArchiveError("opened for reading only", subject=str(self.path))
        self._read_into_catalogue(path.name, path, 0)
        self.catalogue.commit()
        self.write_index(path.name)

    def rebuild(self) -> None:
        """Catalogue and index again, from the WARC files alone.

        Raises `ArchiveError` when the archive was not opened for writing.
        """
        if not self._writable:
            raise ArchiveError("opened for reading only", subject=str(self.path))
        listed = {index_path(self.indexes_path, path.name) for path in self.segment_files()}
        for index in sorted(set(self.indexes_path.glob("*.cdxj")) - listed):
            self.warnings.append(f"indexes/{index.name}: the WARC file that it lists is gone; it was left as it is")
        try:
            self._start_catalogue_anew()
            self._catch_up(every_index=True)
        except OSError as error:
            subject = str(error.filename or self.path)
            raise ArchiveError(f"cannot be written: {error.strerror}", subject=subject) from error

    def write_index(self, segment: str) -> None:
        """Raises `ArchiveError` when the disk does not take it; the next opening for writing makes it up."""
        path = index_path(self.indexes_path, segment)
        try:
            write_index(path, self.catalogue.index_rows(segment))
        except OSError as error:
            problem = f"the index was not written: {error.strerror}"
            raise ArchiveError(problem, subject=str(path), hint="what was stored is in the WARC files") from error

    def file_of(self, capture: Capture) -> Path:
        return self._files.get(capture.file) or self.segments_path / capture.file

    def session(self, *, operator: str = "", description: str = "") -> Session:
        """Begin adding records. Nothing is written before the first one.

        Raises `ArchiveError` when the archive was not opened for writing.
        """
        if not self._writable:
            raise ArchiveError("opened for reading only", subject=str(self.path))
        return Session(self, operator=operator, description=description)


def _advice(file: Path) -> str | None:
    """What can be done with a file in which no record can be found."""
    with suppress(OSError), file.open("rb") as opened:
        beginning = opened.read(len(ZSTD_MAGIC))
        if beginning == ZSTD_MAGIC:
            return "it is compressed with Zstandard: unpack it first (`zstd -d`)"
        if beginning.startswith(GZIP_MAGIC):
            return "where it was compressed as a whole, `warcio recompress` makes a file of single records of it"
    return None


def no_archive(path: Path) -> InputError:
    """The error for a folder that should hold an archive and does not."""
    return InputError("there is no archive here", subject=str(path), hint="`archiver archive SOURCE` makes one")


def iter_files(paths: list[Path]) -> Iterator[Path]:
    """WARC files among the paths and directly in the folders among them.

    Raises `ArchiveError` where a folder cannot be read.
    """
    for path in paths:
        if path.is_dir():
            try:
                children = sorted(child for child in path.iterdir() if child.name.endswith(WARC_SUFFIXES))
            except OSError as error:
                raise ArchiveError(f"cannot be read: {error.strerror}", subject=str(path)) from error
            yield from children
        else:
            yield path
