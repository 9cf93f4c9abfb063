"""Where does the next record begin, behind damage or in the middle of a file?"""

from __future__ import annotations

import re
from typing import Any

from isal import isal_zlib

from archiver.scan.reading.packed import GZIP, ZSTD, errors_of, zstd_decompressor
from archiver.scan.reading.window import Window
from archiver.store.recordheader import HEADER_END
from archiver.store.warcfile import PEEK, may_begin

PLAIN = b"WARC/"
MARKS = (GZIP, ZSTD, PLAIN)

_FIRST = 512
"""Bytes of a member that are looked at before more of it is."""

_ZSTD_PEEK = 1 << 17 | PEEK
"""A block is unpacked as a whole, and may have so many bytes (RFC 8878, section 3.1.1.2.4)."""

_LONGEST = max(map(len, MARKS))


_SUFFIXES = {".gz": GZIP, ".zst": ZSTD, ".warc": PLAIN, ".wet": PLAIN}


def marks_of(start: Window, name: str = "", dictionary: Any = None) -> tuple[bytes, ...]:
    """By what the records of a file are found that begins so, or is called so; all marks, where neither tells.

    Only its own kind: the payloads of plain records may be compressed WARC files, and stored ones lie open in a
    compressed file.
    """
    name = name.lower()
    called = next((mark for suffix, mark in _SUFFIXES.items() if name.endswith(suffix)), None)
    seen = next((mark for mark in MARKS if start.starts(mark) and begins(start, dictionary)), None)
    told = {mark for mark in (called, seen) if mark is not None}
    return tuple(mark for mark in MARKS if mark in told) or MARKS


def next_beginning(window: Window, marks: tuple[bytes, ...], dictionary: Any = None) -> int | None:
    """Go on to the next place where a record begins, its whole header looked at; its offset, or null at the end.

    dictionary: of the zstd frames. Each byte is read once, and a few more behind each mark.
    """
    any_mark = re.compile(b"|".join(map(re.escape, marks)))
    while window.fill(1):
        buffer = window.buffer
        if len(marks) == 1:
            at = buffer.find(marks[0], window.at)
        else:
            at = found.start() if (found := any_mark.search(buffer, window.at)) else -1
        if at >= 0:
            window.at = at
            if begins(window, dictionary):
                return window.offset
            window.at += 1
            continue
        window.at = max(window.at, len(buffer) - (_LONGEST - 1))
        if not window.fill(_LONGEST):
            window.at = len(window.buffer)
    return None


def begins(window: Window, dictionary: Any = None) -> bool:
    """Does a record begin here: does a whole header stand here, or a good piece of one?"""
    window.fill(PEEK)
    start = window.buffer[window.at : window.at + PEEK]
    if start.startswith(ZSTD):
        window.fill(_ZSTD_PEEK)
        start = window.buffer[window.at : window.at + _ZSTD_PEEK]
    if start.startswith((GZIP, ZSTD)):
        start = _unpacked(start, dictionary)
    start = start.lstrip(b"\r\n")
    if len(start) < PEEK and HEADER_END.search(start) is None:
        return False  # it breaks off
    return may_begin(start[:PEEK], 0)


def _unpacked(start: bytes, dictionary: Any) -> bytes:
    """The first bytes of a member, up to a header's end; of one that is damaged, those before the damage."""
    if start.startswith(GZIP) and start[3:4] > b"\x1f":
        return b""  # RFC 1952: reserved bits are zero
    inflate: Any = isal_zlib.decompressobj(31) if start.startswith(GZIP) else zstd_decompressor(dictionary)
    out, given = b"", start
    try:
        while len(out) < PEEK and (piece := inflate.decompress(given, _FIRST)):
            out += piece
            if not out.lstrip(b"\r\n").startswith(PLAIN) or HEADER_END.search(out.lstrip(b"\r\n")):
                break
            given = inflate.unconsumed_tail if start.startswith(GZIP) else b""
            if inflate.eof:
                break
    except errors_of(start):
        pass
    return out
