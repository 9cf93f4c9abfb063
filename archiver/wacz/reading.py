"""How is a WACZ package, or any ZIP file, read when nobody knows who made it?

Members are read where they lie and never written out under their names, so a name with `../` in it leads nowhere.
Everything is bounded before it is done: how large the directory is, how many members it lists, how far one may expand.
What a reader could be deceived with is looked for first: members that share their bytes (a few kilobytes can stand for
petabytes that way: D. Fifield, "A better zip bomb", WOOT 2019), two of one name, a member that says another thing of
itself than the directory does, and data that is no member at all.

ZIP: APPNOTE.TXT 6.3.10, sections 4.3.7 (local header), 4.3.12 (directory), 4.3.14 to 4.3.16 (its end, ZIP64), 4.5.3.
"""

from __future__ import annotations

import hashlib
import io
import struct
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, NamedTuple, Self, cast

import msgspec
from isal import isal_zlib
from isal.igzip_lib import IsalError

from archiver.errors import InputError, LimitError
from archiver.fileslice import FileSlice
from archiver.gunzip import EXPANSION_FLOOR, MAX_EXPANSION

MAX_MEMBERS = 50_000
"""Listed by one package; those of real ones have a few, and some thousands where each exchange is a member, too."""

MAX_CONTAINERS = 4 * MAX_MEMBERS
"""Objects and lists of a package's description; real ones have one or two a member."""

MAX_DIRECTORY = 32 * 1024 * 1024
"""Bytes of the directory."""

MAX_FLAWS = 100
"""So many are told; a package with one of them is not what it should be."""

PIECE = 256 * 1024
INPUT = 64 * 1024
MAX_COMMENT = 65_535
MAX_IN_MEMORY = 1 << 20
MAX_UNPACKED = 8 << 30
"""What one compressed member may take in the temporary folder."""

STORED = 0
DEFLATED = 8
ENCRYPTED = 0x0001
DESCRIPTOR = 0x0008
UTF8 = 0x0800
ZIP64 = 0x0001
UNICODE_PATH = 0x7075

_LOCAL = struct.Struct("<4sHHHHHIIIHH")
_ENTRY = struct.Struct("<4sHHHHHHIIIHHHHHII")
_END = struct.Struct("<4sHHHHIIH")
_LOCATOR = struct.Struct("<4sIQI")
_END_64 = struct.Struct("<4sQHHIIQQQQ")
_MAX_32 = 0xFFFFFFFF
_MAX_16 = 0xFFFF


class Member(NamedTuple):
    """One file in a package, as the directory lists it."""

    name: str
    method: int
    flags: int
    crc32: int
    packed: int
    """Bytes that it takes in the package."""
    size: int
    """Bytes that it says it has."""
    offset: int
    """Of its local header."""
    data: int
    """Of its bytes."""

    @property
    def is_folder(self) -> bool:
        return self.name.endswith("/") and not self.size


class Measured(NamedTuple):
    """A member that was read from end to end."""

    size: int
    digest: str
    """`sha256:` and hex."""


class Package:
    """A ZIP file that is open for reading. A context manager.

    strict: whether a flaw that a reader could be deceived with is an error; else `flaws` has them.

    Raises `InputError` where it is no ZIP file, is damaged or has such a flaw; `LimitError` where it is larger than can
    be looked at.
    """

    def __init__(self, stream: BinaryIO, *, subject: str, strict: bool = True) -> None:
        self.subject = subject
        self.flaws: list[str] = []
        """What is wrong with the package as a ZIP file."""
        self._deceptions: list[str] = []
        """Those of them that would make two readers see different things."""
        self.oddities: list[str] = []
        """What is unusual and no damage."""
        self._stream = stream
        self._size = stream.seek(0, io.SEEK_END)
        try:
            self._members = self._read_directory()
        except (struct.error, OSError, ValueError) as error:
            raise self._damaged(str(error)) from error
        if sum(member.size for member in self._members.values()) > max(EXPANSION_FLOOR, self._size * MAX_EXPANSION):
            raise LimitError(f"its members expand more than {MAX_EXPANSION} times", subject=subject)
        if strict and self._deceptions:
            raise InputError(f"the ZIP file is not what it should be: {self._deceptions[0]}", subject=subject)

    @classmethod
    def open(cls, path: Path, *, strict: bool = True) -> Self:
        """Raises `InputError`, `LimitError`."""
        try:
            stream = path.open("rb")
        except OSError as error:
            raise InputError(f"cannot be read: {error.strerror}", subject=str(path)) from error
        try:
            return cls(stream, subject=str(path), strict=strict)
        except BaseException:
            stream.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._stream.close()

    @property
    def members(self) -> list[Member]:
        """Those that are files, in the order of the directory; of several of one name the first."""
        return [member for member in self._members.values() if not member.is_folder]

    def __contains__(self, name: str) -> bool:
        return name in self._members

    def member(self, name: str) -> Member | None:
        return self._members.get(name)

    def stream(self, name: str) -> BinaryIO:
        """A member's bytes, unpacked, from the first on; `size` and CRC-32 are checked where it ends.

        Reading raises `InputError` where the member is not what the directory says. Raises `InputError` where there is
        no such member or it is packed in a way that is not read; `LimitError` where it would expand too far.
        """
        member = self._readable(name)
        return cast(BinaryIO, io.BufferedReader(_Unpacked(self, member), PIECE))

    @contextmanager
    def seekable(self, name: str) -> Iterator[BinaryIO]:
        """A member as a stream that can be read at any place: where it lies, or, if it is compressed, from a temporary
        file. Its CRC-32 is checked by `measure`.

        Raises as `stream` does.
        """
        member = self._readable(name)
        if member.method == STORED:
            yield cast(BinaryIO, FileSlice(self.pread, member.data, member.size))
            return
        if member.size > MAX_UNPACKED:
            raise LimitError(f"{name} has more than {MAX_UNPACKED >> 30} GiB", subject=self.subject)
        with tempfile.SpooledTemporaryFile(MAX_IN_MEMORY, prefix="archiver-") as aside:
            with self.stream(name) as stream:
                while piece := stream.read(PIECE):
                    aside.write(piece)
            aside.seek(0)
            yield cast(BinaryIO, aside)

    def read(self, name: str, limit: int) -> bytes:
        """All bytes of a member that should be small.

        Raises as `stream` does; `LimitError` where it has more than `limit` bytes.
        """
        member = self._readable(name)
        if member.size > limit:
            raise LimitError(f"{name} has more than {limit:,} bytes", subject=self.subject)
        with self.stream(name) as stream:
            return stream.read()

    def json(self, name: str, limit: int) -> Any:
        """What a member says that is JSON and should be small.

        Raises as `read` does; `InputError` where it is no JSON; `LimitError` where it expands too far or has more in it
        than `MAX_CONTAINERS` objects and lists, each of which takes twenty times the memory of its brackets.
        """
        member = self._readable(name)
        if member.size > max(MAX_IN_MEMORY, member.packed * MAX_EXPANSION):
            raise LimitError(f"{name} expands more than {MAX_EXPANSION} times", subject=self.subject)
        data = self.read(name, limit)
        if data.count(b"{") + data.count(b"[") > MAX_CONTAINERS:
            raise LimitError(f"{name} lists more than can be looked at", subject=self.subject)
        try:
            return msgspec.json.decode(data)
        except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
            raise InputError(f"{name} is no JSON", subject=self.subject) from None

    def measure(self, name: str) -> Measured:
        """Size and SHA-256 of a member's bytes, with its CRC-32 checked.

        Raises as `stream` does, and what reading it raises.
        """
        hasher, size = hashlib.sha256(), 0
        stream = _Unpacked(self, self._readable(name))
        buffer = memoryview(bytearray(PIECE))
        while count := stream.readinto(buffer):
            hasher.update(buffer[:count])
            size += count
        return Measured(size, "sha256:" + hasher.hexdigest())

    def pread(self, size: int, offset: int) -> bytes:
        """Bytes of the package's file; fewer than `size` only at its end."""
        self._stream.seek(offset)
        return self._stream.read(size)

    def _damaged(self, problem: str) -> InputError:
        return InputError(f"the ZIP file is damaged: {problem}", subject=self.subject)

    def _readable(self, name: str) -> Member:
        member = self._members.get(name)
        if member is None:
            raise InputError(f"{name} is not in it", subject=self.subject)
        if member.flags & ENCRYPTED:
            raise InputError(f"{name} is encrypted", subject=self.subject)
        if member.method not in (STORED, DEFLATED):
            raise InputError(f"{name} is compressed in a way that is not read ({member.method})", subject=self.subject)
        if member.size > max(EXPANSION_FLOOR, member.packed * MAX_EXPANSION):
            raise LimitError(f"{name} expands more than {MAX_EXPANSION} times", subject=self.subject)
        return member

    def _flaw(self, problem: str, *, deceives: bool = True) -> None:
        if len(self.flaws) < MAX_FLAWS:
            self.flaws.append(problem)
        if deceives and not self._deceptions:
            self._deceptions.append(problem)

    # The directory.

    def _read_directory(self) -> dict[str, Member]:
        end, count, size, start = self._find_end()
        if size > MAX_DIRECTORY or count > MAX_MEMBERS:
            raise LimitError("the ZIP file has more members than can be looked at", subject=self.subject)
        before = end - size - start
        if before < 0:
            raise self._damaged("its directory does not lie where its end says")
        if before:
            self._flaw(f"{before:,} bytes before its beginning", deceives=False)
        directory = self.pread(size, start + before)
        if len(directory) < size:
            raise self._damaged("its directory breaks off")
        members: dict[str, Member] = {}
        places: list[tuple[int, int, str]] = []
        at = found = 0
        while at < size:
            member, at = self._entry(directory, at, before)
            found += 1
            if found > MAX_MEMBERS:
                raise LimitError("the ZIP file has more members than can be looked at", subject=self.subject)
            member = self._with_data(member)
            places.append((member.offset, member.data + member.packed, member.name))
            self._look_at_name(member.name)
            if member.name in members:
                self._flaw(f"two members of the name {member.name}")
            members.setdefault(member.name, member)
        if found != count:
            self._flaw(f"its end says {count:,} members, its directory lists {found:,}")
        self._look_at_places(sorted(places), before, start + before)
        return members

    def _find_end(self) -> tuple[int, int, int, int]:
        """Where the directory's end lies (the first of its records), members, bytes and offset of the directory."""
        base = max(0, self._size - _END.size - MAX_COMMENT)
        tail = self.pread(self._size - base, base)
        at = tail.rfind(b"PK\5\6")
        if at < 0 or len(tail) - at < _END.size:
            raise self._damaged("it breaks off, or is none: its directory is missing")
        _, disk, first_disk, _, count, size, start, comment = _END.unpack_from(tail, at)
        behind = len(tail) - at - _END.size - comment
        if behind:
            problem = f"{behind:,} bytes behind its end" if behind > 0 else "it breaks off within its comment"
            self._flaw(problem, deceives=False)
        end = base + at
        if _MAX_16 in (count, disk, first_disk) or _MAX_32 in (size, start):
            place = end - _LOCATOR.size
            locator = self.pread(_LOCATOR.size, place) if place >= 0 else b""
            if locator.startswith(b"PK\6\7"):
                offset = _LOCATOR.unpack(locator)[2]
                # by the locator; where bytes were put before the file, directly before the locator
                for candidate in (offset, place - _END_64.size):
                    record = self.pread(_END_64.size, candidate) if 0 <= candidate <= place - _END_64.size else b""
                    if record.startswith(b"PK\6\6"):
                        count, size, start = _END_64.unpack(record)[7:]
                        return candidate, count, size, start
                raise self._damaged("its ZIP64 directory is missing")
        elif disk or first_disk:
            raise self._damaged("it is one of several parts")
        return end, count, size, start

    def _entry(self, directory: bytes, at: int, before: int) -> tuple[Member, int]:
        if directory[at : at + 4] != b"PK\1\2" or at + _ENTRY.size > len(directory):
            raise self._damaged("its directory does not hold what it should")
        values = _ENTRY.unpack_from(directory, at)
        flags, method, crc32, packed, size = values[3], values[4], values[7], values[8], values[9]
        name_length, extra_length, comment_length, offset = values[10], values[11], values[12], values[16]
        at += _ENTRY.size
        raw = directory[at : at + name_length]
        extra = directory[at + name_length : at + name_length + extra_length]
        at += name_length + extra_length + comment_length
        if at > len(directory):
            raise self._damaged("its directory breaks off")
        if _MAX_32 in (size, packed, offset):
            size, packed, offset = _zip64(extra, size, packed, offset)
        name = _name(raw, flags, extra)
        for other in _unicode_names(raw, extra):
            if other != name:  # some readers go by it, and some do not
                self._flaw(f"{name[:200]!r} is called {other[:200]!r}, too")
        member = Member(name, method, flags, crc32, packed, size, offset + before, 0)
        return member, at

    def _with_data(self, member: Member) -> Member:
        """The member with the place of its bytes, its own header compared with the directory."""
        header = self.pread(_LOCAL.size, member.offset)
        if len(header) < _LOCAL.size or not header.startswith(b"PK\3\4"):
            self._flaw(f"{member.name} is not where the directory says")
            return member._replace(data=member.offset, packed=0, size=0)
        _, _, flags, method, _, _, crc32, packed, size, name_length, extra_length = _LOCAL.unpack(header)
        names = self.pread(name_length + extra_length, member.offset + _LOCAL.size)
        if _MAX_32 in (packed, size):
            size, packed, _ = _zip64(names[name_length:], size, packed, 0)
        same = (
            _name(names[:name_length], flags, names[name_length:]) == member.name
            and method == member.method
            and flags & ENCRYPTED == member.flags & ENCRYPTED
        )
        said, listed = (crc32, packed, size), (member.crc32, member.packed, member.size)
        if flags & DESCRIPTOR:  # not known yet, but zip, writing to a pipe, gives the size of a file all the same
            same = same and all(one in (0, other) for one, other in zip(said, listed, strict=True))
        else:
            same = same and said == listed
        if not same:
            self._flaw(f"{member.name}: its own header says another thing than the directory")
        data = member.offset + _LOCAL.size + name_length + extra_length
        if data + member.packed > self._size:
            self._flaw(f"{member.name} breaks off", deceives=False)
            return member._replace(data=data, packed=0, size=0)
        if member.method == STORED and member.packed != member.size:
            self._flaw(f"{member.name}: its two sizes differ, and it is not compressed")
            return member._replace(data=data, size=member.packed)
        return member._replace(data=data)

    def _look_at_name(self, name: str) -> None:
        parts = name.replace("\\", "/").split("/")
        if name.startswith(("/", "\\")) or ".." in parts or name[1:2] == ":" or "\0" in name:
            self._flaw(f"a member's name leads out of the package: {name[:200]!r}")

    def _look_at_places(self, places: list[tuple[int, int, str]], before: int, directory: int) -> None:
        reached, last = before, ""
        for start, end, name in places:
            if start < reached:
                self._flaw(f"{last} and {name} share bytes")
            elif start > reached:
                self._look_at_gap(reached, start)
            if end >= reached:
                reached, last = end, name
        if reached > directory:
            self._flaw(f"{last} and the directory share bytes")
        elif reached < directory:
            self._look_at_gap(reached, directory)

    def _look_at_gap(self, start: int, end: int) -> None:
        """A data descriptor (section 4.3.9) is all that may stand between two members."""
        size = end - start
        gap = self.pread(min(size, 64), start)
        if size in (12, 16, 20, 24) and (size % 8 == 4 or gap.startswith(b"PK\7\x08")):
            return
        if gap.startswith(b"PK\3\4") or gap[size % 4 :].startswith(b"PK\3\4"):
            self._flaw(f"a member at {start} that the directory does not list")
        elif len(self.oddities) < MAX_FLAWS:
            self.oddities.append(f"{size:,} bytes at {start} that belong to no member")


def _zip64(extra: bytes, size: int, packed: int, offset: int) -> tuple[int, int, int]:
    for kind, value in _extra_fields(extra):
        if kind == ZIP64:
            values = iter(struct.unpack_from(f"<{len(value) // 8}Q", value))
            size, packed, offset = (
                next(values, value) if value == _MAX_32 else value for value in (size, packed, offset)
            )
            break
    return size, packed, offset


def _name(raw: bytes, flags: int, extra: bytes) -> str:
    """A member's name; where it is in no Unicode and a field beside it has it in Unicode, as that has it."""
    if flags & UTF8 or raw.isascii():
        with suppress(UnicodeDecodeError):
            return raw.decode("utf-8")
    return next(_unicode_names(raw, extra), None) or raw.decode("cp437")


def _unicode_names(raw: bytes, extra: bytes) -> Iterator[str]:
    """What the Unicode Path Extra Fields of a name say that it is (section 4.6.9)."""
    for kind, value in _extra_fields(extra):
        if kind == UNICODE_PATH and value[:5] == struct.pack("<BI", 1, isal_zlib.crc32(raw)):
            with suppress(UnicodeDecodeError):
                yield value[5:].decode("utf-8")


def _extra_fields(extra: bytes) -> Iterator[tuple[int, bytes]]:
    """Kind and value of each extra field (section 4.5.1)."""
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra, at)
        yield kind, extra[at + 4 : at + 4 + length]
        at += 4 + length


class _Unpacked(io.RawIOBase):
    """A member's bytes in order, with its size and CRC-32 checked at its end."""

    def __init__(self, package: Package, member: Member) -> None:
        self._package = package
        self._member = member
        self._inflate = isal_zlib.decompressobj(-15) if member.method == DEFLATED else None
        self._read = 0
        self._input = b""
        self._out = 0
        self._crc32 = 0
        self._ended = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if self._ended:
            return 0
        member = self._member
        data = self._next(len(buffer))
        self._out += len(data)
        if self._out > member.size:
            raise self._wrong("is longer than it says")
        if not data:
            self._ended = True
            if self._out < member.size:
                raise self._wrong("is shorter than it says")
            if self._crc32 != member.crc32:
                raise self._wrong("does not match its CRC-32")
            return 0
        self._crc32 = isal_zlib.crc32(data, self._crc32)
        buffer[: len(data)] = data
        return len(data)

    def _next(self, size: int) -> bytes:
        if self._inflate is None:
            return self._take(size)
        while not self._inflate.eof:
            given = self._input or self._take(INPUT)
            try:  # also with no input: it may hold output that did not fit before
                data: bytes = self._inflate.decompress(given, size)
            except IsalError as error:  # type: ignore[misc]  # the stub does not say that it is an exception
                raise self._wrong("cannot be unpacked") from error
            self._input = self._inflate.unconsumed_tail
            if data:
                return data
            if not given and not self._inflate.eof:
                raise self._wrong("breaks off")
        if self._inflate.unused_data or self._read < self._member.packed:
            raise self._wrong("ends before its bytes do")
        return b""

    def _take(self, size: int) -> bytes:
        count = min(size, self._member.packed - self._read)
        data = self._package.pread(count, self._member.data + self._read) if count else b""
        self._read += len(data)
        return data

    def _wrong(self, problem: str) -> InputError:
        return InputError(f"{self._member.name} {problem}", subject=self._package.subject)
