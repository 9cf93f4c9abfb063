"""How are files in a ZIP or tar file read, when nobody knows who made it?

Members are read where they lie and never written out under their names, so a name with `../` in it leads nowhere.
Everything is bounded before it is done: how large a package's directory is (a million empty members cost memory), how
far a member may expand, how much is read in all.
"""

from __future__ import annotations

import gzip
import io
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, BinaryIO, cast

from archiver.errors import InputError, LimitError
from archiver.gunzip import EXPANSION_FLOOR, MAX_EXPANSION, Gunzipped

MAX_MEMBER = 4 * 1024**3
"""Bytes of one member. X begins a new part long before."""

MAX_DIRECTORY = 64 * 1024 * 1024
"""Bytes of a ZIP file's directory."""

MAX_ENTRIES_OF_ZIP = 500_000
"""Members of a ZIP file; an account's pictures and films are a member each."""

MAX_WANTED = 10_000
"""Of them so many may have posts; the parts of a large archive are some dozens."""

MAX_ENTRIES = 2_000_000
"""Members of a tar file."""

MAX_NAMES = 1_000
"""Of them so many are known by name."""

BLOCK = 512
PIECE = 1024 * 1024

END_OF_DIRECTORY = b"PK\x05\x06"
END_SIZE = 22
LOCATOR = b"PK\x06\x07"
LOCATOR_SIZE = 20
END_64 = b"PK\x06\x06"
END_64_SIZE = 56
ENTRY = b"PK\x01\x02"
ENTRY_SIZE = 46
_ENTRY_LENGTHS = struct.Struct("<HHH")
"""Of name, extra field and comment."""

UTF8_OF_SECOND_BYTE = 0x08
"""The flag that a name is UTF-8, in the second byte of the flags.

ZIP's records (APPNOTE 6.3.10, 4.3.12 to 4.3.16)."""

MAX_COMMENT = 65_535

DAMAGE = (
    zipfile.BadZipFile, gzip.BadGzipFile, zlib.error, EOFError, OSError, RuntimeError,
    NotImplementedError, ValueError, OverflowError,
)  # fmt: skip
"""What Python's readers raise at files that are not what they should be."""


class Package:
    """The members of a ZIP or tar file that are wanted."""

    def __init__(self, subject: str, members: dict[str, Callable[[], BinaryIO]], names: frozenset[str]) -> None:
        self._subject = subject
        self._members = members
        self.names = names
        """Names of all members, as far as they were looked at."""

    def wanted(self) -> list[str]:
        """Names of the members that were wanted, in the order of the package."""
        return list(self._members)

    @contextmanager
    def open(self, name: str) -> Iterator[BinaryIO]:
        """One of the wanted members.

        Raises `InputError` where the package is damaged, `LimitError` where the member is too large.
        """
        with reading(self._subject), self._members[name]() as stream:
            yield stream


@contextmanager
def reading(subject: str) -> Iterator[None]:
    """Turns what Python's readers raise at damaged files into `InputError`."""
    try:
        yield
    except DAMAGE as error:
        what = error.strerror if isinstance(error, OSError) and error.strerror else str(error) or type(error).__name__
        raise InputError(f"it is damaged, or cannot be read further: {what}", subject=subject) from error


@contextmanager
def zip_package(stream: BinaryIO, wanted: Callable[[str], bool], *, subject: str) -> Iterator[Package]:
    """A ZIP file's members.

    Raises `InputError`, `LimitError`.
    """
    with ExitStack() as stack:
        with reading(subject):
            narrowed, names = _narrowed(stream, wanted, subject)
            package = stack.enter_context(zipfile.ZipFile(cast(Any, narrowed)))
            infos = {info.filename: info for info in package.infolist() if not info.is_dir()}
        # each may be sound by itself, and all of them the same bytes
        if sum(info.file_size for info in infos.values()) > max(EXPANSION_FLOOR, narrowed.size * MAX_EXPANSION):
            raise LimitError(f"its members expand more than {MAX_EXPANSION} times", subject=subject)

        def opener(info: zipfile.ZipInfo) -> Callable[[], BinaryIO]:
            def open_it() -> BinaryIO:
                if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                    # of the others, Python's reader gives as much as there is at once
                    raise NotImplementedError(f"{info.filename} is compressed in a way that is not read")
                if info.file_size > max(EXPANSION_FLOOR, info.compress_size * MAX_EXPANSION):
                    raise LimitError(f"{info.filename} expands more than {MAX_EXPANSION} times", subject=subject)
                if info.file_size > MAX_MEMBER:
                    raise LimitError(f"{info.filename} has more than {MAX_MEMBER // 1024**3} GiB", subject=subject)
                # it gives no more than the size that was looked at
                return cast(BinaryIO, package.open(info))

            return open_it

        yield Package(subject, {name: opener(info) for name, info in infos.items()}, names | infos.keys())


class _Narrowed(io.RawIOBase):
    """A ZIP file that ends in a directory of some of its members alone.

    Python's reader makes an object of every member that the directory lists, half a kilobyte each; an account's
    pictures and films are a member each, and hundreds of thousands in a large one.
    """

    def __init__(self, stream: BinaryIO, before: int, size: int, end: bytes) -> None:
        self._stream = stream
        self._before = before
        self.size = size
        """Bytes of the file itself."""
        self._end = end
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self.size + len(self._end)}[whence]
        if base + offset < 0:
            raise OSError("a place before the file's beginning")
        self._at = base + offset
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: Any) -> int:
        if self._at < self.size:
            self._stream.seek(self._before + self._at)
            data = self._stream.read(min(len(buffer), self.size - self._at))
        else:
            data = self._end[self._at - self.size :][: len(buffer)]
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)


def _narrowed(stream: BinaryIO, wanted: Callable[[str], bool], subject: str) -> tuple[_Narrowed, frozenset[str]]:
    """The file with a directory of the wanted members, and names of the first of all.

    Raises `zipfile.BadZipFile`, `LimitError`.
    """
    start, size, count, before = _directory(stream)
    if size > MAX_DIRECTORY or count > MAX_ENTRIES_OF_ZIP:
        raise LimitError("the ZIP file has more members than can be looked at", subject=subject)
    kept: list[bytes] = []
    names: set[str] = set()
    stream.seek(start)
    data, at, left = b"", 0, size
    for _ in range(count):
        while len(data) - at < _entry_size(data, at):
            piece = stream.read(min(PIECE, left))
            if not piece:
                raise zipfile.BadZipFile("its directory breaks off")
            left -= len(piece)
            data, at = data[at:] + piece, 0
        if not data.startswith(ENTRY, at):
            raise zipfile.BadZipFile("its directory does not hold what it should")
        end = at + _entry_size(data, at)
        name_length: int = _ENTRY_LENGTHS.unpack_from(data, at + 28)[0]
        raw = data[at + ENTRY_SIZE : at + ENTRY_SIZE + name_length]
        name = raw.decode("utf-8" if data[at + 9] & UTF8_OF_SECOND_BYTE else "cp437", "replace")
        if len(names) < MAX_NAMES and not name.endswith("/"):
            names.add(name)
        if wanted(name):
            kept.append(data[at:end])
            if len(kept) > MAX_WANTED:
                raise LimitError("the ZIP file has more members than can be looked at", subject=subject)
        at = end
    whole = stream.seek(0, io.SEEK_END) - before
    directory = b"".join(kept)
    end_64 = struct.pack("<4sQHHIIQQQQ", END_64, 44, 45, 45, 0, 0, len(kept), len(kept), len(directory), whole)
    locator = struct.pack("<4sIQI", LOCATOR, 0, whole + len(directory), 1)
    last = struct.pack("<4sHHHHIIH", END_OF_DIRECTORY, 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    return _Narrowed(stream, before, whole, directory + end_64 + locator + last), frozenset(names)


def _entry_size(data: bytes, at: int) -> int:
    """Bytes of the directory's entry at a place, as far as that can be seen yet."""
    if len(data) - at < ENTRY_SIZE:
        return ENTRY_SIZE
    return ENTRY_SIZE + int(sum(_ENTRY_LENGTHS.unpack_from(data, at + 28)))


def _directory(stream: BinaryIO) -> tuple[int, int, int, int]:
    """Where the directory begins, its bytes, how many members it lists, and how many bytes stand before the file.

    Raises `zipfile.BadZipFile`.
    """
    size = stream.seek(0, io.SEEK_END)
    base = stream.seek(max(0, size - END_SIZE - MAX_COMMENT - LOCATOR_SIZE - END_64_SIZE))
    tail = stream.read(size - base)
    at = tail.rfind(END_OF_DIRECTORY)
    if at < 0 or len(tail) - at < END_SIZE:
        raise zipfile.BadZipFile("a ZIP file without its directory")
    count, length, offset = struct.unpack_from("<HII", tail, at + 10)
    end = base + at
    if at >= LOCATOR_SIZE and tail.startswith(LOCATOR, at - LOCATOR_SIZE):
        record = tail[at - LOCATOR_SIZE - END_64_SIZE : at - LOCATOR_SIZE] if at >= LOCATOR_SIZE + END_64_SIZE else b""
        if record.startswith(END_64):
            count, length, offset = struct.unpack_from("<QQQ", record, 32)
            end -= LOCATOR_SIZE + END_64_SIZE
    start = end - length
    if start < offset:
        raise zipfile.BadZipFile("its directory does not lie where its end says")
    return start, length, count, start - offset


@contextmanager
def tar_package(stream: BinaryIO, wanted: Callable[[str], bool], *, subject: str) -> Iterator[Package]:
    """A tar file's members, from a stream that cannot be read twice: those that are wanted are put aside, in files
    without a name.

    Raises `InputError`, `LimitError`.
    """
    with ExitStack() as stack:
        members: dict[str, Callable[[], BinaryIO]] = {}
        names: list[str] = []
        with reading(subject):
            for name, size, pieces in _tar_members(stream, subject):
                if len(names) < MAX_NAMES:
                    names.append(name)
                if not wanted(name):
                    continue
                if size > MAX_MEMBER:
                    raise LimitError(f"{name} has more than {MAX_MEMBER // 1024**3} GiB", subject=subject)
                aside = stack.enter_context(tempfile.TemporaryFile())
                for piece in pieces:
                    aside.write(piece)
                members[name] = _again(aside)
        yield Package(subject, members, frozenset(names))


def is_tar(start: bytes) -> bool:
    """Whether a file that begins so is a tar file."""
    return len(start) >= BLOCK and start[257:262] == b"ustar"


def _tar_members(stream: BinaryIO, subject: str) -> Iterator[tuple[str, int, Iterator[bytes]]]:
    """Name, size and content of each regular file (POSIX.1-2008, pax, "ustar Interchange Format").

    Read here and not by Python's own reader, which holds every header in memory, and a long name of any length.
    """
    for _ in range(MAX_ENTRIES):
        header = stream.read(BLOCK)
        if len(header) < BLOCK or not header.strip(b"\0"):
            return
        said = _octal(header[148:156])
        if said != sum(header[:148]) + 8 * 0x20 + sum(header[156:]):
            raise ValueError("a header of the tar file is not what its sum says")
        size = _octal(header[124:136])
        kind = header[156:157]
        left = size
        if kind in (b"0", b"\0"):
            prefix = _text(header[345:500]) if header[257:263] == b"ustar\0" else ""
            name = _text(header[:100])
            pieces = _Counting(stream, size)
            yield f"{prefix}/{name}" if prefix else name, size, iter(pieces)
            left = pieces.left
        _skip(stream, left + -size % BLOCK)
    raise LimitError("the tar file has more members than can be looked at", subject=subject)


class _Counting:
    """The content of a member, in pieces, and how much of it was not read."""

    def __init__(self, stream: BinaryIO, size: int) -> None:
        self._stream = stream
        self.left = size

    def __iter__(self) -> Iterator[bytes]:
        while self.left:
            piece = self._stream.read(min(PIECE, self.left))
            if not piece:
                raise EOFError("the tar file ends too early")
            self.left -= len(piece)
            yield piece


def _skip(stream: BinaryIO, size: int) -> None:
    for _ in _Counting(stream, size):
        pass


def _octal(field: bytes) -> int:
    if field[:1] == b"\x80":  # GNU's form for sizes that octal digits do not hold
        return int.from_bytes(field[1:])
    digits = field.strip(b" \0") or b"0"
    if not digits.isdigit():
        raise ValueError("a header of the tar file has no number where one is due")
    return int(digits, 8)


def _text(field: bytes) -> str:
    return field.partition(b"\0")[0].decode("utf-8", "replace")


def _again(aside: Any) -> Callable[[], BinaryIO]:
    def open_it() -> BinaryIO:
        aside.seek(0)
        return cast(BinaryIO, io.BufferedReader(_Unclosed(aside)))

    return open_it


class _Unclosed(io.RawIOBase):
    """A file that stays open when its reader is closed."""

    def __init__(self, file: Any) -> None:
        self._file = file

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        return int(self._file.readinto(buffer))


def gunzipped(stream: BinaryIO, subject: str) -> Gunzipped:
    """A gzip file as one stream: `LimitError` where it expands too far."""
    return Gunzipped(stream, subject, floor=EXPANSION_FLOOR, error=LimitError)
