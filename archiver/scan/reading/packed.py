"""Gzip members and zstd frames of a WARC file, one after the other, as the plain bytes in them.

Gzip: RFC 1952, a member a record (ISO 28500:2017, annex D), or several records in one, or a record in several. Zstd:
https://iipc.github.io/warc-specifications/specifications/warc-zstd/ (one or more frames a record, a dictionary in a
frame of its own at the file's beginning, other skippable frames ignored).
"""

from __future__ import annotations

import importlib
from typing import Any, cast

from isal import isal_zlib
from isal.igzip_lib import IsalError

from archiver.errors import InputError
from archiver.gunzip import EXPANSION_FLOOR, MAX_EXPANSION
from archiver.scan.reading.window import Window

GZIP = b"\x1f\x8b\x08"
ZSTD = b"\x28\xb5\x2f\xfd"
ZSTD_DICTIONARY = b"\x5d\x2a\x4d\x18"
_RAW_DICTIONARY = b"\x37\xa4\x30\xec"
_SKIPPABLE_END = b"\x2a\x4d\x18"

MAX_DICTIONARY = 1 << 23
MAX_WINDOW_LOG = 23
"""What the draft makes readers take, and no more: a frame says itself how much memory it needs."""

OUT = 1 << 20
"""Bytes that are unpacked at a time: nearly all records at once."""


_GZIP_ERRORS = (cast(type[Exception], IsalError),)


class BrokenError(Exception):
    """What stands here cannot be read as it should be."""

    def __init__(self, what: str, *, packed: bool = False) -> None:
        super().__init__(what)
        self.what = what
        self.packed = packed
        """Compressed data is damaged, so that nothing more can be had of it."""


class Members:
    """What comes out of the members in a window of a file. `open` begins one; `read` gives its data."""

    def __init__(self, file: Window) -> None:
        self._file = file
        self._inflate: Any = None
        self._errors: tuple[type[Exception], ...] = ()
        self._gzip = True
        self._ready = b""
        self._broken: BrokenError | None = None
        self._begun = 0
        self._out = 0
        self._out_of_all = 0
        self._furthest = 0
        self.dictionary: Any = None
        """Of the file's zstd frames."""

    @property
    def ended(self) -> bool:
        """Has all of the member been read, and is its checksum right?"""
        return bool(self._inflate.eof) and not self._ready

    def open(self) -> None:
        """Begin the member that the file's window is at."""
        self._gzip = self._file.starts(GZIP)
        if self._gzip:
            self._inflate = isal_zlib.decompressobj(31)
            self._errors = _GZIP_ERRORS
        else:
            self._inflate = zstd_decompressor(self.dictionary)
            self._errors = errors_of(ZSTD)
        self._begun = self._file.offset
        self._out = 0
        self._ready = b""
        self._broken = None

    def read(self, size: int) -> bytes:
        """The next bytes; none at the member's end, whose checksum is right then.

        Raises `BrokenError` where it is damaged or breaks off, or expands further than a record does.
        """
        if self._ready:
            data, self._ready = self._ready, b""
            return data
        if self._broken is not None:
            raise self._broken
        file, inflate = self._file, self._inflate
        while not inflate.eof:
            # what zstd holds back still lies in the window, which must not be read on meanwhile
            given = (not self._gzip and not inflate.needs_input) or file.at < len(file.buffer) or file.fill(1)
            try:
                data = self._some(inflate, size)
            except self._errors as error:
                what = "the gzip data is damaged" if self._gzip else "the zstd data is damaged, or asks for much memory"
                raise BrokenError(what, packed=True) from error
            if data:
                self._grew(len(data))
                return data
            if not given and not inflate.eof:
                raise BrokenError("the record breaks off", packed=True)
        return b""

    def _some(self, inflate: Any, size: int) -> bytes:
        file = self._file
        if self._gzip:
            data: bytes = inflate.decompress(memoryview(file.buffer)[file.at :], size)
            left = len(inflate.unused_data) if inflate.eof else len(inflate.unconsumed_tail)
        else:
            view = memoryview(file.buffer)[file.at :] if inflate.needs_input else b""
            data = inflate.decompress(view, size)
            left = len(inflate.unused_data) if inflate.eof else 0
        file.at = len(file.buffer) - left
        return data

    def _grew(self, size: int) -> None:
        """A record that grows less than 200 times, as real ones do, is never to blame. Others are, once all together
        have grown so far: as the rule in `archiver.gunzip` has it for a whole file."""
        self._out += size
        self._out_of_all += size
        if self._out_of_all <= EXPANSION_FLOOR:
            return
        offset = self._file.offset
        self._furthest = max(self._furthest, offset)
        if self._out > (offset - self._begun) * MAX_EXPANSION and self._out_of_all > max(
            EXPANSION_FLOOR, self._furthest * MAX_EXPANSION
        ):
            raise BrokenError(f"the record expands more than {MAX_EXPANSION} times", packed=True)

    def gather(self, size: int) -> bytes:
        """What comes out of the member, up to so many bytes and a piece; where it is damaged, what comes before, and
        the next `read` raises."""
        pieces: list[bytes] = []
        have = 0
        try:
            while have < size and (piece := self.read(size)):
                pieces.append(piece)
                have += len(piece)
                if self._inflate.eof:
                    break
        except BrokenError as broken:
            self._broken = broken
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def unread(self, data: bytes) -> None:
        """`read` gives this first."""
        self._ready = data

    def go_on(self) -> bool:
        """Does a member follow in which the record goes on that is not at its end yet?"""
        file = self._file
        mark = GZIP if self._gzip else ZSTD
        if not self._gzip:
            skip_frames(file)
        if not file.starts(mark):
            return False
        offset, before = file.offset, (self._inflate, self._begun, self._out)
        file.mark()
        self.open()
        start = self.read(OUT)
        if start.lstrip(b"\r\n").startswith(b"WARC/"):
            file.rewind(offset)
            self._inflate, self._begun, self._out = before
            return False
        self._ready = start
        return True


def errors_of(start: bytes) -> tuple[type[Exception], ...]:
    """What the decompressor of data that begins so raises where it is damaged."""
    if start.startswith(ZSTD):
        return (zstd_module().ZstdError,)
    return _GZIP_ERRORS


def zstd_module() -> Any:
    """The library for zstd. Raises `InputError` where there is none."""
    for name in ("compression.zstd", "backports.zstd"):
        try:
            return importlib.import_module(name)
        except ImportError:
            continue
    raise InputError(
        "the file is compressed with zstd", hint="`pip install 'archiver[scan]'`, or Python 3.14, lets it be read"
    )


def zstd_decompressor(dictionary: Any = None) -> Any:
    """Of one frame. Raises `InputError` where no library for it is installed."""
    module = zstd_module()
    return module.ZstdDecompressor(dictionary, {module.DecompressionParameter.window_log_max: MAX_WINDOW_LOG})


def is_skippable(start: bytes) -> bool:
    """Does a skippable zstd frame begin so (RFC 8878, section 3.1.2)?"""
    return start[1:4] == _SKIPPABLE_END and 0x50 <= start[0] <= 0x5F


def skip_frames(file: Window) -> None:
    """Go on behind skippable frames. Raises `BrokenError` where one breaks off."""
    while file.fill(8) and is_skippable(file.buffer[file.at : file.at + 4]):
        size = int.from_bytes(file.buffer[file.at + 4 : file.at + 8], "little")
        if not file.skip(8 + size):
            raise BrokenError("a skippable frame breaks off", packed=True)


def dictionary_in(file: Window) -> Any:
    """The dictionary in the frame that a file begins with, behind which the window is then; null where there is none.

    Raises `BrokenError` where it cannot be read.
    """
    if not (file.fill(8) and file.buffer.startswith(ZSTD_DICTIONARY, file.at)):
        return None
    size = int.from_bytes(file.buffer[file.at + 4 : file.at + 8], "little")
    if size > MAX_DICTIONARY or not file.fill(8 + size):
        raise BrokenError("the dictionary of the file is too large, or breaks off", packed=True)
    data = file.buffer[file.at + 8 : file.at + 8 + size]
    module = zstd_module()
    try:
        if data.startswith(ZSTD):
            inflate = zstd_decompressor()
            data = inflate.decompress(data, MAX_DICTIONARY)
            if not inflate.eof:
                raise BrokenError("the dictionary of the file is too large, or breaks off", packed=True)
        if not data.startswith(_RAW_DICTIONARY):
            raise BrokenError("the dictionary of the file is none", packed=True)
        dictionary = module.ZstdDict(data)
    except (module.ZstdError, ValueError) as error:
        raise BrokenError("the dictionary of the file is damaged", packed=True) from error
    file.skip(8 + size)
    return dictionary
