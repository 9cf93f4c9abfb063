"""Writing a WACZ package: WARC files, their index, a list of pages, and the digests of all of it, in one ZIP file.

WACZ 1.1.1 (specs.webrecorder.net/wacz/1.1.1/), as ReplayWeb.page, pywb and py-wacz read it:

    archive/*.warc.gz         as they are, stored
    indexes/index.cdx.gz      CDXJ lines of all of them, sorted, in blocks (ZipNum)
    indexes/index.idx         where the blocks begin
    pages/pages.jsonl         what a reader is offered to open
    datapackage.json          every member above with its SHA-256
    datapackage-digest.json   the SHA-256 of that, and who signed it

There is no plain `index.cdxj` beside: ReplayWeb.page would load all of it before showing anything, and pywb reads the
blocks. Each WARC file is read twice: for its digest and index, and to be copied; whatever its size, memory stays the
same, and the package can go into a pipe. The same files, pages and time give the same bytes.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import tempfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import IO, Any, BinaryIO, NamedTuple, cast

import msgspec
from isal import isal_zlib

from archiver.errors import ArchiveError, InputError
from archiver.fileslice import FileSlice
from archiver.linesorter import LineSorter
from archiver.store import Archive
from archiver.store.archive import WARC_SUFFIXES
from archiver.store.records import parse_warc_date
from archiver.store.sweep import Damage
from archiver.store.warcfile import GZIP_MAGIC, Place
from archiver.store.wholefile import whole_file
from archiver.version import __version__
from archiver.wacz.indexing import Entry, index_entries
from archiver.wacz.pages import Page, header_line, page_line, rfc3339
from archiver.wacz.zipnum import write_zipnum
from archiver.wacz.zipping import DEFLATED, STORED, ChangedError, ZipWriter

WACZ_VERSION = "1.1.1"

Sign = Callable[[str, datetime], Mapping[str, Any]]
"""Called with `sha256:HEX` of `datapackage.json` and the time of creation; the `signedData` object."""

Words = Callable[[Path, int], tuple[str, str]]
"""Called with a WARC file and the offset of a record in it that holds HTML; its title and its text, as far as they are
known."""

PIECE = 1 << 20
IN_MEMORY = 1 << 20

_HTML = ("text/html", "application/xhtml+xml")
_NOT_IN_NAME = re.compile(r"[^A-Za-z0-9._+=@,~-]")
_NOT_IN_RESOURCE = re.compile(r"[^a-z0-9._-]")


class Package(msgspec.Struct, frozen=True, kw_only=True):
    """What was written."""

    size: int
    """Bytes of the package."""
    digest: str
    """`sha256:HEX` of its `datapackage.json`: what a signature is over."""
    warcs: tuple[str, ...]
    """Names of the WARC members."""
    records: int
    """Index lines."""
    pages: int
    warnings: tuple[str, ...] = ()
    """What of the WARC files could not be indexed, one line each. They are in the package all the same."""


def write_wacz(
    target: Path | BinaryIO,
    source: Archive | Sequence[Path],
    *,
    created: datetime,
    pages: Iterable[Page] | None = None,
    words: Words | None = None,
    title: str = "",
    description: str = "",
    main_page: Page | None = None,
    sign: Sign | None = None,
    clock: Callable[[], datetime] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Package:
    """Write a WACZ package of an archive, or of anybody's WARC files.

    Arguments: `target`, a path (which is replaced once the package is whole; nothing is left on failure) or a binary
    stream, which need not be seekable; `source`, an open archive (all its segments) or WARC files; `created`, the time
    of creation, to the second, and the date of all members; `pages`, in the order in which a reader is to see them
    (default: every HTML page among the records); `words`, asked for the title and the text of each page that is found
    among the records (default: they have none); `title` and `description` (Markdown) of the package;
    `main_page`, which is opened first; `sign`, who vouches for the package: whatever it raises fails the export, and
    the index of a signed package has each record's own digest (`recordDigest`), for readers that fetch single records;
    `clock`, asked for the time that the package itself states once all WARC files are in it (default: `created`),
    because a time stamp has to be of nearly that time and a large archive takes long; `progress`, told how many bytes
    of WARC of how many are done.

    Raises `InputError` when a file cannot be read or is no WARC file; `LimitError` where one expands too far;
    `UsageError` where no file can be at `target`; `ArchiveError` when the package cannot be written, a WARC file
    changes while it is packed, or the signature is of something else.
    """
    created = created.replace(microsecond=0)
    # a segment that was just begun holds nothing yet
    files = [one for one in source.segment_files() if _size(one)] if isinstance(source, Archive) else list(source)
    if not files:
        raise InputError("no WARC file to pack")
    with _replaced(target) if isinstance(target, Path) else _told(target) as stream:
        folder = target.parent if isinstance(target, Path) else None
        writing = _Writing(stream, folder, created, clock, progress)
        return writing.write(files, pages, words, title, description, main_page, sign, own=isinstance(source, Archive))


@contextmanager
def _replaced(target: Path) -> Iterator[BinaryIO]:
    """A file beside the target that takes its place when all went well."""
    try:
        with whole_file(target) as stream:
            yield stream
    except OSError as error:
        raise ArchiveError(f"cannot be written: {error.strerror or error}", subject=str(target)) from error


@contextmanager
def _told(stream: BinaryIO) -> Iterator[BinaryIO]:
    """Somebody's stream, whose errors get a name."""
    try:
        yield stream
    except BrokenPipeError:  # who reads has gone, and knows why
        raise
    except OSError as error:
        raise ArchiveError(f"the package cannot be written: {error.strerror or error}") from error


class _Measured(NamedTuple):
    """What a list of resources says of a file."""

    size: int
    crc32: int
    digest: str


class _Writing:
    """One package being written."""

    def __init__(
        self,
        stream: BinaryIO,
        folder: Path | None,
        created: datetime,
        clock: Callable[[], datetime] | None,
        progress: Callable[[int, int], None] | None,
    ) -> None:
        self._zip = ZipWriter(stream, created)
        self._folder = folder
        self._created = created
        self._clock = clock
        self._progress = progress
        self._resources: list[dict[str, Any]] = []
        self._warnings: list[str] = []
        self._stack = ExitStack()

    def write(
        self,
        files: Sequence[Path],
        pages: Iterable[Page] | None,
        words: Words | None,
        title: str,
        description: str,
        main_page: Page | None,
        sign: Sign | None,
        *,
        own: bool,
    ) -> Package:
        with self._stack:
            lines = self._stack.enter_context(LineSorter(self._folder))
            listed = _PageList(self._spool(), words)
            names = member_names(files)
            found = listed if pages is None else None
            self._add_warcs(files, names, lines, found, own=own, signed=sign is not None)
            records = self._add_index(lines)
            self._add_pages(listed, pages)
            if self._clock is not None:
                self._created = self._clock().replace(microsecond=0)
            description_bytes = self._description(title, description, main_page)
            digest = "sha256:" + hashlib.sha256(description_bytes).hexdigest()
            self._add_small("datapackage.json", description_bytes)
            self._add_small("datapackage-digest.json", self._digest_json(digest, sign))
            self._zip.close()
        return Package(
            size=self._zip.size,
            digest=digest,
            warcs=tuple(names),
            records=records,
            pages=listed.count,
            warnings=tuple(self._warnings),
        )

    def _add_warcs(
        self,
        files: Sequence[Path],
        names: Sequence[str],
        lines: LineSorter,
        found: _PageList | None,
        *,
        own: bool,
        signed: bool,
    ) -> None:
        """own: of an archive of ours, in whose last segment a record may just be being written: it is left out. signed:
        then each record's own digest stands in the index, so that the signature reaches records that are read alone.
        """
        total = sum(_size(path) for path in files)
        done = 0
        for path, name in zip(files, names, strict=True):
            member = f"archive/{name}"
            with _reading(path) as file:
                # what is appended meanwhile is not in the index, and stays out
                size = os.fstat(file.fileno()).st_size
                pread = partial(_pread, file.fileno(), str(path))
                upto = cast(BinaryIO, FileSlice(pread, 0, size))
                measuring = _Measuring(pread, size)
                end = None
                for entry in index_entries(
                    upto, name, digest_of=measuring.digest_of if signed else None, bounded=not own
                ):
                    if isinstance(entry, Damage):
                        self._warnings.append(f"{path}: {entry.problem}, at offset {entry.offset}")
                        end = entry.offset if own and entry.torn and entry.lost else None
                        continue
                    lines.add(entry.line)
                    if found is not None:
                        found.look_at(entry, path)
                measured = measuring.finish(end)
                try:
                    pieces = _pieces(file, measured.size, str(path))
                    self._zip.add(member, pieces, size=measured.size, crc32=measured.crc32)
                except ChangedError as error:
                    raise ArchiveError("changed while it was packed", subject=str(path), hint="run it again") from error
            self._list(member, measured)
            done += size
            if self._progress:
                self._progress(done, max(total, done))

    def _add_index(self, lines: LineSorter) -> int:
        blocks, index = self._spool(), self._spool()
        count = write_zipnum(lines, index, blocks, "index.cdx.gz")
        self._add_spooled("indexes/index.cdx.gz", blocks, STORED)
        self._add_spooled("indexes/index.idx", index, DEFLATED)
        return count

    def _add_pages(self, listed: _PageList, pages: Iterable[Page] | None) -> None:
        for page in pages or ():
            listed.add(page)
        whole = self._spool()
        whole.write(header_line(has_text=listed.has_text))
        whole.writelines(listed.lines())
        self._add_spooled("pages/pages.jsonl", whole, DEFLATED)

    def _description(self, title: str, description: str, main_page: Page | None) -> bytes:
        package: dict[str, Any] = {
            "profile": "data-package",
            "wacz_version": WACZ_VERSION,
            "software": f"archiver {__version__}",
            "created": rfc3339(self._created),
        }
        if title:
            package["title"] = title
        if description:
            package["description"] = description
        if main_page:
            package["mainPageUrl"] = main_page.url
            package["mainPageDate"] = rfc3339(main_page.time)
        package["resources"] = self._resources
        return _json(package)

    def _digest_json(self, digest: str, sign: Sign | None) -> bytes:
        package: dict[str, Any] = {"path": "datapackage.json", "hash": digest}
        if sign is not None:
            signed = dict(sign(digest, self._created))
            if signed.get("hash") != digest or signed.get("created") != rfc3339(self._created):
                raise ArchiveError("the signature is of something else than this package")
            package["signedData"] = signed
        return _json(package)

    def _spool(self) -> IO[bytes]:
        folder = str(self._folder) if self._folder else None
        return self._stack.enter_context(tempfile.SpooledTemporaryFile(IN_MEMORY, dir=folder, prefix="archiver-"))

    def _list(self, member: str, measured: _Measured) -> None:
        """As a resource of the data package; its name there is unique and in lower case (Frictionless Data)."""
        base = _NOT_IN_RESOURCE.sub("-", member.rpartition("/")[2].lower())
        taken = {resource["name"] for resource in self._resources}
        name, number = base, 2
        while name in taken:
            name, number = f"{number}-{base}", number + 1
        self._resources.append({"name": name, "path": member, "hash": measured.digest, "bytes": measured.size})

    def _add_spooled(self, member: str, spool: IO[bytes], method: int) -> None:
        spool.seek(0)
        stored = self._spool() if method == DEFLATED else spool
        packer = zlib.compressobj(6, zlib.DEFLATED, -15)
        hasher, crc32, size = hashlib.sha256(), 0, 0
        while piece := spool.read(PIECE):
            hasher.update(piece)
            crc32 = isal_zlib.crc32(piece, crc32)
            size += len(piece)
            if method == DEFLATED:
                stored.write(packer.compress(piece))
        if method == DEFLATED:
            stored.write(packer.flush())
        stored_size = stored.tell()
        stored.seek(0)
        pieces = _pieces(stored, stored_size, member)
        self._zip.add(member, pieces, size=stored_size, crc32=crc32, method=method, plain_size=size)
        self._list(member, _Measured(size, crc32, "sha256:" + hasher.hexdigest()))

    def _add_small(self, member: str, data: bytes) -> None:
        """One of the two members that the list of resources does not hold."""
        packer = zlib.compressobj(6, zlib.DEFLATED, -15)
        packed = packer.compress(data) + packer.flush()
        self._zip.add(
            member, [packed], size=len(packed), crc32=isal_zlib.crc32(data), method=DEFLATED, plain_size=len(data)
        )


def member_names(files: Sequence[Path]) -> list[str]:
    """The name of each WARC file in the package: its own, made plain, unlike all others, and ending as its bytes say.

    Raises `InputError` when a file cannot be read or is no WARC file.
    """
    names: list[str] = []
    for path in files:
        suffix = _suffix(path)
        base = path.name
        for known in WARC_SUFFIXES:
            base = base[: -len(known)] if base.lower().endswith(known) else base
        base = _NOT_IN_NAME.sub("_", base).lstrip(".") or "data"
        name, number = base + suffix, 2
        taken = {other.lower() for other in names}
        while name.lower() in taken:
            name, number = f"{base}-{number}{suffix}", number + 1
        names.append(name)
    return names


def _suffix(path: Path) -> str:
    try:
        with path.open("rb") as file:
            start = file.read(5)
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", subject=str(path)) from error
    if start.startswith(GZIP_MAGIC):
        return ".warc.gz"
    if start == b"WARC/":
        return ".warc"
    raise InputError("this is no WARC file", subject=str(path))


class _PageList:
    """The lines of the list of pages, put aside: its header, which says whether any has text, stands before them."""

    def __init__(self, spool: IO[bytes], words: Words | None) -> None:
        self._spool = spool
        self._words = words
        self.has_text = False
        self.count = 0

    def add(self, page: Page) -> None:
        self.has_text = self.has_text or bool(page.text)
        self.count += 1
        self._spool.write(page_line(page))

    def look_at(self, entry: Entry, path: Path) -> None:
        """List a record of a WARC file if it is a page."""
        if (entry.mime or "").lower() not in _HTML or entry.status not in (None, "200") or entry.type == "revisit":
            return
        try:
            time = parse_warc_date(entry.date)
        except ValueError:
            return
        title, text = self._words(path, entry.offset) if self._words is not None else ("", "")
        self.add(Page(url=entry.url, time=time, title=title, text=text))

    def lines(self) -> Iterator[bytes]:
        self._spool.seek(0)
        yield from self._spool


class _Measuring:
    """Reads the first `size` bytes of a WARC file beside its index: their checksum and digest, and those of the
    records, in one go."""

    def __init__(self, pread: Callable[[int, int], bytes], size: int) -> None:
        self._pread = pread
        self._size = size
        self._whole = hashlib.sha256()
        self._crc32 = 0
        self._piece = memoryview(b"")
        """What was read last; `_end` is where it ends in the file."""
        self._end = 0

    def digest_of(self, place: Place) -> str:
        """`sha256:HEX` of a record's bytes as they are stored; asked in the order of the records."""
        start, end = place.offset, place.offset + place.length
        while self._end <= start and self._read():
            pass
        begin = self._end - len(self._piece)
        hasher = hashlib.sha256(self._piece[start - begin : end - begin])
        while self._end < end and self._read():
            hasher.update(self._piece[: end - (self._end - len(self._piece))])
        return "sha256:" + hasher.hexdigest()

    def finish(self, end: int | None) -> _Measured:
        """Read what is left, or, where the tail is left out, all of it once more up to `end`."""
        if end is not None:
            self._whole, self._crc32, self._end = hashlib.sha256(), 0, 0
            self._size = end
        while self._read():
            pass
        return _Measured(self._end, self._crc32, "sha256:" + self._whole.hexdigest())

    def _read(self) -> bool:
        piece = self._pread(min(PIECE, self._size - self._end), self._end)
        self._piece = memoryview(piece)
        self._end += len(piece)
        self._whole.update(piece)
        self._crc32 = isal_zlib.crc32(piece, self._crc32)
        return bool(piece)


@contextmanager
def _reading(path: Path) -> Iterator[BinaryIO]:
    try:
        file = path.open("rb")
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror or error}", subject=str(path)) from error
    with file:
        yield file


def _pread(descriptor: int, subject: str, size: int, offset: int) -> bytes:
    try:
        return os.pread(descriptor, size, offset)
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror or error}", subject=subject) from error


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror or error}", subject=str(path)) from error


def _pieces(file: IO[bytes], size: int, subject: str) -> Iterator[bytes]:
    """The next `size` bytes of a file, as far as it has them."""
    while size > 0:
        try:
            piece = file.read(min(PIECE, size))
        except OSError as error:
            raise InputError(f"cannot be read: {error.strerror or error}", subject=subject) from error
        if not piece:
            return
        size -= len(piece)
        yield piece


def _json(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, indent=2).encode() + b"\n"
