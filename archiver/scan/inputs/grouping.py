"""The records that indexes name, file by file and in order, in bounded memory: what does not fit is sorted on the disk.

Each record is there once, however often it is named. Ranges of one file are shared out to units of a bounded size, so
that several processes can work on them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from archiver.errors import InputError, LimitError
from archiver.linesorter import LineSorter

MAX_FILES = 4_000_000
"""Files that the records of one scan may be in: their names are held in memory."""

RANGES = 2_000
"""Records of one unit at most,"""

RANGE_BYTES = 64 << 20
"""and bytes of them, unless one alone has more."""


class Group(NamedTuple):
    """Some records of one file."""

    file: str
    ranges: tuple[tuple[int, int], ...]
    """Offset and length, ascending."""


def grouped(records: Iterable[tuple[str, int, int]]) -> Iterator[Group]:
    """Records (file, offset, length) by file, files in the order in which they are first named.

    Where two have one offset, the longer is taken: nothing of a record is lost, and none is read twice.

    Raises `LimitError` where there are too many files, or the folder for temporary files takes no more.
    """
    numbers: dict[str, int] = {}
    names: list[str] = []
    try:
        with LineSorter() as lines:
            for file, offset, length in records:
                number = numbers.get(file)
                if number is None:
                    if len(names) >= MAX_FILES:
                        raise LimitError(f"records in more than {MAX_FILES:,} files", hint="scan a part of them")
                    number = numbers[file] = len(names)
                    names.append(file)
                lines.add(b"%08x%016x%016x\n" % (number, offset, length))
            del numbers
            yield from _shared_out(names, lines)
    except OSError as error:
        hint = "the environment variable TMPDIR names another folder"
        raise LimitError(f"an index cannot be sorted: {error.strerror}", hint=hint) from error


def _shared_out(names: list[str], lines: Iterable[bytes]) -> Iterator[Group]:
    number, size = -1, 0
    ranges: list[tuple[int, int]] = []
    for line in lines:
        file, offset, length = int(line[:8], 16), int(line[8:24], 16), int(line[24:], 16)
        if file == number and ranges and ranges[-1][0] == offset:  # lines are sorted: this one is longer
            size += length - ranges[-1][1]
            ranges[-1] = (offset, length)
            continue
        if ranges and (file != number or len(ranges) >= RANGES or size + length > RANGE_BYTES):
            yield Group(names[number], tuple(ranges))
            ranges, size = [], 0
        number = file
        ranges.append((offset, length))
        size += length
    if ranges:
        yield Group(names[number], tuple(ranges))


def within(ranges: tuple[tuple[int, int], ...], size: int | None, file: str) -> tuple[tuple[int, int], ...]:
    """Those that lie within a file of so many bytes.

    Raises `InputError` where none does: the index is one of another file.
    """
    inside = ranges if size is None else tuple(one for one in ranges if one[0] + one[1] <= size)
    if not inside:
        problem = f"an index names records behind its end ({size:,} bytes)"
        raise InputError(problem, subject=file, hint="is the index one of this file?")
    return inside
