"""Is an archive whole: its segments, and everything that speaks of them?

The folder is only read. It is not opened as an archive, because opening mends: a catalogue that lists more than there
is would be made anew, and what had vanished with it.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, NamedTuple, Self

from archiver.errors import InputError
from archiver.linesorter import LineSorter
from archiver.model import Check, Verdict
from archiver.store import Archive
from archiver.store.archive import WARC_SUFFIXES, is_warc_file
from archiver.store.cdxj import IndexRow, cdxj_line, index_path
from archiver.store.foreign import taken_in
from archiver.store.segment import OWN_SEGMENT, Lock
from archiver.verification.catalogue import NAME as CATALOGUE
from archiver.verification.catalogue import check_catalogue
from archiver.verification.index import IndexCheck, bounded_lines, line_offset, lines_differ
from archiver.verification.log import LogEntry, check_log
from archiver.verification.notebook import Notebook
from archiver.verification.records import RecordChecks, Watch, shown
from archiver.verification.revisits import check_revisits
from archiver.verification.tally import Tally

FILES = "files"
OWN_INDEX = re.compile(r"archiver-[0-9]{6,}-[0-9]{14}\.cdxj")
MAX_OTHER_LINES = 100_000
"""Of one segment's index that are not as they should be; a segment has some ten thousand records."""


def verify_folder(
    path: Path, *, progress: Callable[[int, int], None], stop: Callable[[], bool], conclude: bool
) -> list[Check]:
    """The checks of an archive's folder.

    Raises `InputError` where it cannot be read, `LimitError`, `StoppedVerificationError`.
    """
    try:
        return _Folder(path, progress, stop).checks(conclude=conclude)
    except OSError as error:
        subject = str(error.filename or path)
        raise InputError(f"cannot be read: {error.strerror or error}", subject=subject) from error


class _Folder:
    def __init__(self, path: Path, progress: Callable[[int, int], None], stop: Callable[[], bool]) -> None:
        self.path = path
        self.lock = Lock(path / ".lock")
        self.busy = self.lock.is_held()
        """Somebody has written to the archive since this began."""
        found = sorted((path / "archive").iterdir())
        self.files = [file for file in found if is_warc_file(file)]
        self.others = [file for file in found if file not in self.files]
        self.sizes = {file: file.stat().st_size for file in self.files}
        self.newest = max((file.name for file in self.files if OWN_SEGMENT.fullmatch(file.name)), default=None)
        self.watch = Watch(progress, stop, sum(self.sizes.values()))

    def checks(self, *, conclude: bool) -> list[Check]:
        with Notebook() as notebook, tempfile.TemporaryDirectory(prefix="archiver-verify-") as temporary:
            records = RecordChecks(notebook, self.watch, bounded=False)
            for file in self.files:
                self._sweep(file, records)
            checks = records.checks()
            fresh = Path(temporary) / "catalogue.db"
            view = Archive.view(self._written(), catalogue=fresh, strict=False, of_archive=True)
            try:
                view.catalogue.commit()
                unfinished = next((entry.name for entry in records.log if self._is_unfinished(entry)), None)
                checks += [
                    self._index(notebook, view, unfinished),
                    self._catalogue(fresh, unfinished),
                    self._listing(records),
                    check_revisits(notebook, whole=True),
                    check_log(records.log, self._open, whole=True),
                ]
                if records.concluded:
                    from archiver.verification.rederived import left_out_checks, rederived_checks

                    stop = self.watch.stop
                    checks += rederived_checks(view, whole=True, stop=stop) if conclude else left_out_checks()
            finally:
                view.close()
        return checks

    def _written(self) -> list[Path]:
        return [file for file in self.files if file.stat().st_size]

    def _is_busy(self) -> bool:
        """Whether somebody writes to the archive, or has since this began."""
        if not self.busy:
            changed = any(file.stat().st_size != size for file, size in self.sizes.items())
            self.busy = changed or self.lock.is_held()
        return self.busy

    def _is_unfinished(self, entry: LogEntry) -> bool:
        """The last segment may not have been closed in order; of any other, the log tells."""
        return entry.own and entry.seal is None and entry.name == self.newest

    def _catalogue(self, fresh: Path, unfinished: str | None) -> Check:
        found = check_catalogue(self.path / "catalogue.db", fresh, unfinished=unfinished)
        if found.verdict is not Verdict.ABSENT and self._is_busy():  # asked last: what was compared belongs together
            note = "somebody writes to the archive now, and the catalogue follows when they are done"
            return Check(name=CATALOGUE, verdict=Verdict.NOT_CHECKED, note=note)
        return found

    def _sweep(self, file: Path, records: RecordChecks) -> None:
        size = self.sizes[file]
        if size or not OWN_SEGMENT.fullmatch(file.name):  # a crash can leave one that is empty
            growing = file.name == self.newest and self._is_busy()
            records.sweep_file(file, f"archive/{file.name}", growing=growing)
        records.done += size
        self.watch.at(records.done)

    @contextmanager
    def _open(self, name: str) -> Iterator[BinaryIO]:
        with (self.path / "archive" / name).open("rb") as stream:
            yield stream

    def _index(self, notebook: Notebook, view: Archive, unfinished: str | None) -> Check:
        """Each segment's index, line by line what its records give; other tools' index files by what they mean.

        A collection that pywb made has one for all of its files, or none yet: there nothing else is asked for.
        """
        folder = self.path / "indexes"
        check = IndexCheck(notebook, [file.name for file in self.files])
        theirs = self._is_of_others()
        of_segments = {} if theirs else {index_path(folder, file.name): file.name for file in self._written()}
        present = sorted(folder.iterdir()) if folder.is_dir() else []
        for path, segment in of_segments.items():
            where = f"indexes/{path.name}"
            if segment == unfinished and self._is_busy():
                check.note(f"{segment} is being written, and gets its index when it is closed")
            elif path in present and not path.is_file():
                check.problem("it is no file", where)
            elif path in present:
                _compare(path, view.catalogue.index_rows(segment), check, where)
            elif segment == unfinished:
                check.note(f"{segment} was not closed in order, and has no index yet")
            else:
                check.problem("there is no index of it", f"archive/{segment}")
        empty = {index_path(folder, file.name) for file in self.files} - set(of_segments)  # of what a crash left
        for path in present:
            where = f"indexes/{path.name}"
            if path in of_segments or not path.is_file() or (path in empty and not path.stat().st_size):
                continue
            if OWN_INDEX.fullmatch(path.name):
                if self._is_there_now(path):
                    continue
                check.problem("an index of a segment that is gone", where)
            elif path.name.endswith((".cdxj", ".cdx")):
                with path.open("rb") as stream:
                    check.look_at_plain(stream, where)
        if theirs and next(notebook.unlisted(), None) is not None:
            check.note("records that no index lists")
        return check.check(both_ways=False)

    def _is_of_others(self) -> bool:
        """A folder of WARC files in which this program has written nothing."""
        ours = any(OWN_SEGMENT.fullmatch(file.name) or taken_in(file.name) for file in self.files)
        return not ours and not (self.path / "catalogue.db").exists()

    def _is_there_now(self, index: Path) -> bool:
        """Whether the segment of this index was begun since this began."""
        return (self.path / "archive" / index.name.replace(".cdxj", ".warc.gz")).exists() and self._is_busy()

    def _listing(self, records: RecordChecks) -> Check:
        """What lies in the folder besides WARC files."""
        tally = Tally(FILES, "archive")
        tally.checked = len(self.files)
        if not self.files:
            tally.note("no WARC file in it")
        for file in self.others:
            if file.name.endswith(WARC_SUFFIXES):
                what = "its name is no text, so that no index can name it" if file.is_file() else "it is no file"
                tally.problem(what, where=f"archive/{shown(file.name)}")
                continue
            tally.note(f"archive/{shown(file.name)} is no WARC file, and was not looked at")
        torn = self.path / "torn"
        kept = sum(1 for _ in torn.iterdir()) if torn.is_dir() else 0
        if kept:
            tally.note(f"{kept:,} unfinished records that crashes left are kept in torn/")
        for entry in records.log:
            for imported, record_id in entry.imported:
                if not (self.path / "archive" / Path(imported.file).name).is_file():
                    tally.problem(
                        f"{imported.file}, which was taken in, is gone", where=entry.where, record_id=record_id
                    )
        return tally.check()


def _compare(path: Path, rows: Iterable[IndexRow], check: IndexCheck, where: str) -> None:
    """A segment's index against the lines that its records give, in any order of the rows and in bounded memory.

    A line of an earlier version of this program may be written otherwise: what both say has to be the same.
    """
    lines: dict[int, bytes] = {}
    missing: dict[int, tuple[bytes, bool]] = {}
    further = 0
    metadata = 0
    last = b""

    def miss(given: _Given) -> None:
        nonlocal further
        if len(missing) < MAX_OTHER_LINES:
            missing[given.offset] = given.line, given.metadata
        else:
            further += 1

    with LineSorter() as sorter, path.open("rb") as stream:
        for row in rows:
            sorter.add(_Given(cdxj_line(row).encode(), row.offset, row.type == "metadata").packed())
            metadata += row.type == "metadata"
        expected = map(_Given.unpacked, sorter)
        given = next(expected, None)
        for line in bounded_lines(stream):
            if line is None:
                check.problem("a line that does not end", where)
                continue
            text = line.removesuffix(b"\n")
            if len(text) == len(line):
                check.problem("its last line breaks off", where)
            while given is not None and given.line < text:
                miss(given)
                given = next(expected, None)
            if given is not None and given.line == text:
                check.checked(1)
                given = next(expected, None)
            elif (offset := line_offset(text)) is None or offset in lines or len(lines) >= MAX_OTHER_LINES:
                check.problem(f"a line that no record gives: {_shown(text)}", where)
            else:
                lines[offset] = text
            if text < last:
                check.problem("a line out of order, which readers may miss", where)
            last = text
        while given is not None:
            miss(given)
            given = next(expected, None)
    for offset, text in lines.items():
        wanted = missing.pop(offset, None)
        if wanted is None:
            check.problem(f"a line that no record gives: {_shown(text)}", where, offset)
        elif differing := lines_differ(text, wanted[0]):
            check.problem(f"a line and its record differ in {differing}", where, offset)
        else:
            check.checked(1)
            check.note("lines as an earlier version wrote them")
    without_metadata = metadata == sum(of_metadata for _, of_metadata in missing.values())
    for offset, (text, of_metadata) in missing.items():
        if of_metadata and without_metadata:
            check.note("metadata records that the index does not list, as in earlier versions")
        else:
            check.problem(f"it does not list a record: {_shown(text)}", where, offset)
    if further:
        check.problem(f"it does not list {further:,} further records", where)


class _Given(NamedTuple):
    """The line that a record gives, in a form that sorts as the line does."""

    line: bytes
    offset: int
    metadata: bool

    def packed(self) -> bytes:
        return b"%b\0%d\0%d\n" % self

    @classmethod
    def unpacked(cls, packed: bytes) -> Self:
        line, offset, metadata = packed.rsplit(b"\0", 2)
        return cls(line, int(offset), metadata == b"1\n")


def _shown(line: bytes) -> str:
    return repr(line[:80].decode("utf-8", "replace"))
