"""What does the header of a WARC record say (ISO 28500:2017, section 5)?

Lenient where other tools' files are: lines may end in LF alone, values may go on in the next line, bytes that are no
UTF-8 are read as Latin-1.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from archiver.store.records import Field, known_fields

MAX_HEADER = 1 << 20
"""Bytes of one record's header; real ones have less than 2 KB."""

MAX_LINES = 4096
"""Of one record's header; real ones have less than 30."""

HEADER_END = re.compile(rb"\n\r?\n")
"""The end of a header's last line and the empty line after it."""

VERSION_LINE = re.compile(rb"WARC/[01]\.[0-9]{1,2}[ \t]*\r?\n")

_SPACE = " \t\r\n"


class RecordHeader(NamedTuple):
    """A header, read."""

    version: str
    """Such as `WARC/1.1`."""
    fields: tuple[Field, ...]
    known: dict[str, str]
    """The first value of each field, by its name in lower case."""
    length: int
    """`Content-Length`."""
    strays: int
    """Lines that are no field."""


def parse_header(data: bytes) -> RecordHeader:
    """Read a header, its empty line included.

    Raises `ValueError` where it does not begin as a WARC record does, has no `Content-Length`, or no end of fields.
    """
    if VERSION_LINE.match(data) is None:
        raise ValueError("no WARC record")
    if data.count(b"\n") > MAX_LINES:
        raise ValueError(f"the record's header has more than {MAX_LINES} lines")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        text = "\n".join(map(_text, data.split(b"\n")))
    version, _, lines = text.partition("\n")
    fields, strays = _fields(lines)
    known = known_fields(fields)
    length = known.get("content-length", "")
    if not (length.isascii() and length.isdecimal() and len(length) < 19):
        raise ValueError("the record has no Content-Length")
    return RecordHeader(version.strip(_SPACE), tuple(fields), known, int(length), strays)


def _fields(lines: str) -> tuple[list[Field], int]:
    """The fields, and how many lines are none; fast for what nearly all headers are: `Name: value` CR LF."""
    if any(map(lines.__contains__, _UNUSUAL)) or lines.count("\n") != lines.count("\r\n"):
        return _irregular(lines)
    fields: list[Field] = []
    for line in lines.split("\r\n"):
        name, colon, value = line.partition(":")
        if colon:
            fields.append((name, value[1:] if value[:1] == " " else value))
        elif line:
            return _irregular(lines)
    return fields, 0


_UNUSUAL = ("\n ", "\t", " :", ":  ", " \r", "\r\r")
"""Where a value goes on in the next line, or has space around it that is not its own."""


def _irregular(lines: str) -> tuple[list[Field], int]:
    """The fields of a header with values over several lines, odd names, or lines that are no field: how many those
    are."""
    # the lines of each value: joined once, or a value of many lines would take the square of its length
    fields: list[tuple[str, list[str]]] = []
    strays = 0
    for line in lines.split("\n"):
        if line[:1] in (" ", "\t") and fields:
            fields[-1][1].append(line.strip(_SPACE))
            continue
        name, colon, value = line.partition(":")
        if colon:
            fields.append((name.strip(_SPACE), [value.strip(_SPACE)]))
        elif line not in ("\r", ""):
            strays += 1
    return [(name, " ".join(values)) for name, values in fields], strays


def _text(line: bytes) -> str:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return line.decode("latin-1")
