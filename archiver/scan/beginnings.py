"""Where does the next record begin, behind damage or in the middle of a file?"""

from __future__ import annotations

from typing import Any

from isal import isal_zlib

from archiver.scan.packed import GZIP, ZSTD, errors_of, zstd_decompressor
from archiver.scan.window import Window
from archiver.store.recordheader import HEADER_END
from archiver.store.warcfile import PEEK, may_begin

PLAIN = b"WARC/"
MARKS = (GZIP, ZSTD, PLAIN)

_LONGEST = max(map(len, MARKS))


_SUFFIXES = {".gz": GZIP, ".zst": ZSTD, ".warc": PLAIN, ".wet": PLAIN}


def marks_of(start: Window, name: str = "", dictionary: Any = None) -> tuple[bytes, ...]:
    """By what the records of a file are found that begins so, or is called so; all marks, where neither tells.

    Only its own kind: the payloads of plain records may be compressed WARC files, and stored ones lie open in a
    compressed file.
    """
    for mark in MARKS:
        if start.starts(mark) and begins(start, dictionary):
            return (mark,)
    name = name.lower()
    return next(((mark,) for suffix, mark in _SUFFIXES.items() if name.endswith(suffix)), MARKS)


def next_beginning(window: Window, marks: tuple[bytes, ...], dictionary: Any = None) -> int | None:
    """Go on to the next place where a record begins, its whole header looked at; its offset, or null at the end.

    dictionary: of the zstd frames. Each byte is read once, and a few more behind each mark.
    """
    while window.fill(1):
        buffer = window.buffer
        found = [at for mark in marks if (at := buffer.find(mark, window.at)) >= 0]
        if found:
            window.at = min(found)
            window.fill(PEEK)
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
    try:
        if start.startswith(GZIP):
            if len(start) > 3 and start[3] & 0xE0:
                return False  # RFC 1952: reserved bits are zero
            start = isal_zlib.decompressobj(31).decompress(start, PEEK)
        elif start.startswith(ZSTD):
            start = zstd_decompressor(dictionary).decompress(start, PEEK)
    except errors_of(start):
        return False
    start = start.lstrip(b"\r\n")
    if len(start) < PEEK and HEADER_END.search(start) is None:
        return False  # it breaks off
    return may_begin(start, 0)
