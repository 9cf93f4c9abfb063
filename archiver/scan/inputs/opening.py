"""A unit's file as a stream of bytes: a local file, one on the web or in a store, a member of a package."""

from __future__ import annotations

import atexit
import bisect
import io
import multiprocessing
import os
import stat
import sys
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from archiver.config import WebSettings
from archiver.errors import InputError, LimitError
from archiver.fileslice import FileSlice
from archiver.scan.inputs import stores
from archiver.scan.inputs.locations import Facts, Place, local_path, member_of, place_of
from archiver.scan.unit import Unit
from archiver.wacz.reading import STORED, Package

if TYPE_CHECKING:
    from archiver.web.files import WebFiles

BUFFER = 256 * 1024

MAX_RANGE = 256 << 20
"""Bytes that are read at a time; no page that is looked at takes as many."""

NEIGHBOURS = 64 * 1024
"""Ranges of a file that is far away are fetched together where no more than this lies between them,"""

TOGETHER = 4 << 20
"""and where all of it takes no more than this."""


def open_unit(unit: Unit, *, web: WebSettings | None = None) -> BinaryIO:
    """The bytes of a unit's file, all of them, from the first on; seekable where they can be read from any place on.

    web: how files on the web are asked for (default: the defaults of `[web]`).

    Raises `InputError` where it cannot be opened, or is not in the state that the unit says; `NetworkError` where no
    answer comes. Reading raises the same, so that the stream never just ends before the file does.
    """
    if unit.file == "-":
        return cast(BinaryIO, io.BufferedReader(_StandardInput(), BUFFER))
    if (member := member_of(unit.file)) is not None:
        return _open_member(unit, *member, web)
    place = place_of(unit.file)
    if place is Place.LOCAL:
        return cast(BinaryIO, io.BufferedReader(_open_local(unit), BUFFER))
    if place is Place.WEB:
        # parts are read a little further, to the end of their last record
        until = None if unit.end is None else unit.end + BUFFER
        # nobody makes parts of a file that cannot be read from any place on
        ranges = True if unit.start else None
        file = _web_files(web).open(
            unit.file, named=unit.named, size=unit.size, version=unit.version, ranges=ranges, until=until
        )
        return cast(BinaryIO, io.BufferedReader(file, BUFFER))
    facts = stores.facts(unit.file)
    if facts.size is None:
        raise InputError("the store does not say how long the file is", subject=unit.file)
    _same(unit, facts)
    return cast(BinaryIO, io.BufferedReader(stores.StoredFile(unit.file, facts.size, facts.version), stores.READ_AHEAD))


def open_anywhere(file: str, *, version: str = "", named: bool, web: WebSettings | None = None) -> BinaryIO:
    """A file that is read here and there. version: that it has to be in; empty: any.

    Raises as `open_unit`, and `InputError` where it can only be read in order.
    """
    if place_of(file) is Place.WEB:
        # until=0 has it asked for in pieces
        far = _web_files(web).open(file, named=named, version=version, until=0)
        stream = cast(BinaryIO, io.BufferedReader(far, BUFFER))
    else:
        stream = open_unit(Unit(file=file, version=version, named=named), web=web)
    try:
        if not stream.seekable():
            raise InputError("it can only be read in order: fetch it, and name the copy", subject=file)
    except BaseException:
        stream.close()
        raise
    return stream


def facts_of(file: str, *, named: bool, web: WebSettings | None = None) -> Facts:
    """What is known of a file (not of a package's member) before it is read.

    Raises `InputError` where it is not there or no file; `NetworkError` where no answer comes.
    """
    place = place_of(file)
    if place is Place.STDIN:
        return Facts(None, "", False)
    if place is Place.WEB:
        size, version, ranges = _web_files(web).facts(file, named=named)
        return Facts(size, version, ranges and size is not None)
    if place is Place.STORE:
        return stores.facts(file)
    try:
        return _local_facts(os.stat(local_path(file)), file)
    except (OSError, ValueError) as error:
        raise _unopened(file, error) from error


def read_range(unit: Unit, offset: int, length: int, *, web: WebSettings | None = None) -> bytes:
    """Exactly these bytes of a unit's file.

    What lies near them and is in the unit's `ranges`, too, is fetched with them, where the file is not on this machine,
    and kept for the next call. web: as for `open_unit`.

    Raises `InputError` where the file ends before, cannot be read from any place on, or is not in the state that the
    unit says; `LimitError` for more than `MAX_RANGE` bytes; `NetworkError` where no answer comes.
    """
    if length > MAX_RANGE:
        raise LimitError(f"more than {MAX_RANGE >> 20} MiB at a time", subject=unit.file)
    if offset < 0 or length < 0:
        raise InputError("no such place in a file", subject=unit.file)
    if member_of(unit.file) is not None:
        with open_unit(unit, web=web) as stream:
            return _from(stream, unit, offset, length)
    place = place_of(unit.file)
    if place is Place.LOCAL:
        with _open_local(unit) as file:
            try:
                data = b""
                while piece := os.pread(file.fileno(), length - len(data), offset + len(data)):
                    data += piece
            except OSError as error:
                raise InputError(f"cannot be read: {error.strerror}", subject=unit.file) from error
            return _whole(unit, data, offset, length)
    if place is Place.STDIN:
        raise _in_order_alone(unit)
    held = _held
    if held.unit is not unit:
        if place is Place.STORE:
            _same(unit, stores.facts(unit.file))
        held.unit, held.start, held.data = unit, 0, b""
    if not held.start <= offset <= offset + length <= held.start + len(held.data):
        end = _together(unit, offset, length)
        if place is Place.STORE:
            data = stores.read(unit.file, offset, end - offset)
        else:
            size, version = unit.size, unit.version
            data = _web_files(web).read(unit.file, offset, end - offset, named=unit.named, size=size, version=version)
        if len(data) > TOGETHER:
            return data
        held.start, held.data = offset, data
    return held.data[offset - held.start : offset - held.start + length]


class _Held(threading.local):
    """What this thread fetched last of a file that is far away."""

    unit: Unit | None = None
    start: int = 0
    data: bytes = b""


_held = _Held()


def _together(unit: Unit, offset: int, length: int) -> int:
    """To where to fetch, so that the ranges behind this one come with it."""
    end = offset + length
    ranges = unit.ranges
    for start, size in ranges[bisect.bisect_right(ranges, (offset, length)) :]:
        if start - end > NEIGHBOURS or start + size - offset > TOGETHER:
            break
        end = max(end, start + size)
    return end


def _from(stream: BinaryIO, unit: Unit, offset: int, length: int) -> bytes:
    if not stream.seekable():
        raise _in_order_alone(unit)
    stream.seek(offset)
    return _whole(unit, stream.read(length), offset, length)


def _whole(unit: Unit, data: bytes, offset: int, length: int) -> bytes:
    if len(data) < length:
        raise InputError(f"the file ends before byte {offset + length:,}", subject=unit.file)
    return data


def _in_order_alone(unit: Unit) -> InputError:
    return InputError("it can only be read in order, and not from any place on", subject=unit.file)


# --- local files ------------------------------------------------------------------------------------------------------


class _LocalFile(io.FileIO):
    """A file that may not end before it did when it was opened."""

    size = 0

    def readinto(self, buffer: Any) -> int:
        try:
            count = super().readinto(buffer) or 0
        except OSError as error:
            raise InputError(f"cannot be read further: {error.strerror}", subject=str(self.name)) from error
        if not count and len(buffer) and self.size and self.tell() < self.size:
            raise InputError("the file became shorter while it was read", subject=str(self.name))
        return count


def _open_local(unit: Unit) -> _LocalFile:
    try:
        path = local_path(unit.file)
        file = _LocalFile(path)
    except (OSError, ValueError) as error:
        raise _unopened(unit.file, error) from error
    try:
        facts = _local_facts(os.fstat(file.fileno()), unit.file)
        _same(unit, facts)
        file.size = facts.size or 0
        if hasattr(os, "posix_fadvise"):
            with suppress(OSError):
                os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_SEQUENTIAL)
    except BaseException:
        file.close()
        raise
    return file


def _local_facts(found: os.stat_result, file: str) -> Facts:
    if stat.S_ISREG(found.st_mode):
        return Facts(found.st_size, str(found.st_mtime_ns), True)
    if stat.S_ISFIFO(found.st_mode) or stat.S_ISCHR(found.st_mode):
        return Facts(None, "", False)
    raise InputError("this is a folder" if stat.S_ISDIR(found.st_mode) else "this is no file", subject=file)


def _unopened(file: str, error: OSError | ValueError) -> InputError:
    if isinstance(error, FileNotFoundError):
        return InputError("there is no such file", subject=file)
    if isinstance(error, IsADirectoryError):
        return InputError("this is a folder", subject=file)
    return InputError(f"cannot be opened: {(isinstance(error, OSError) and error.strerror) or error}", subject=file)


def _same(unit: Unit, facts: Facts) -> None:
    if (unit.size is not None and facts.size != unit.size) or (unit.version and facts.version != unit.version):
        raise InputError("the file is another one by now", subject=unit.file, hint="scan it anew")


class _StandardInput(io.RawIOBase):
    """Stays open."""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data: bytes
        if multiprocessing.parent_process() is not None:  # its `sys.stdin` is empty, and what it inherited is not
            data = os.read(0, len(buffer))
        else:
            data = cast(io.BufferedReader, sys.stdin.buffer).read1(len(buffer))
        buffer[: len(data)] = data
        return len(data)


# --- packages ---------------------------------------------------------------------------------------------------------


def open_package(file: str, *, version: str = "", named: bool, web: WebSettings | None = None) -> Package:
    """A WACZ package, wherever it lies. version: that it has to be in; empty: any.

    Raises `InputError` where it cannot be read, or only in order; `LimitError` where it is too large to be looked at.
    """
    stream = open_anywhere(file, version=version, named=named, web=web)
    try:
        return Package(stream, subject=file)
    except BaseException:
        stream.close()
        raise


def _open_member(unit: Unit, package: str, name: str, web: WebSettings | None) -> BinaryIO:
    opened = open_package(package, version=unit.version, named=unit.named, web=web)
    try:
        member = opened.member(name)
        stream = opened.stream(name)  # also of a stored one: it says what cannot be read
        assert member is not None  # by the line above
        if unit.size is not None and member.size != unit.size:
            raise InputError("the file is another one by now", subject=unit.file, hint="scan it anew")
        raw = _StoredMember(opened, member.data, member.size, unit.file) if member.method == STORED else None
    except BaseException:
        opened.close()
        raise
    return cast(BinaryIO, io.BufferedReader(raw or _PackedMember(opened, stream), BUFFER))


class _StoredMember(FileSlice):
    """A member that lies in its package as it is. Closes the package with itself."""

    def __init__(self, package: Package, start: int, size: int, file: str) -> None:
        super().__init__(package.pread, start, size)
        self._package = package
        self._file = file

    def readinto(self, buffer: Any) -> int:
        count = super().readinto(buffer)
        if not count and len(buffer) and self.tell() < self.size:
            raise InputError("the package became shorter while it was read", subject=self._file)
        return count

    def close(self) -> None:
        self._package.close()
        super().close()


class _PackedMember(io.RawIOBase):
    """A member that is compressed, in order. Closes the package with itself."""

    def __init__(self, package: Package, stream: BinaryIO) -> None:
        self._package = package
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._stream.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        self._package.close()
        super().close()


# --- the web ----------------------------------------------------------------------------------------------------------


class _Client:
    """A process's own: connections must not be shared with one that was forked."""

    def __init__(self, settings: WebSettings) -> None:
        from archiver.web.files import WebFiles  # nothing of it is needed for local files

        self.process = os.getpid()
        self.settings = settings
        self.files = WebFiles(settings)


_client: _Client | None = None
_lock = threading.Lock()


def _web_files(settings: WebSettings | None) -> WebFiles:
    global _client
    settings = settings or WebSettings()
    with _lock:
        if _client is None or _client.process != os.getpid():
            _client = _Client(settings)
        elif _client.settings != settings:
            _client.files.close()
            _client = _Client(settings)
        return _client.files


@atexit.register
def close_connections() -> None:
    """Close the connections that are kept for the next file on the web."""
    if _client is not None and _client.process == os.getpid():
        _client.files.close()
