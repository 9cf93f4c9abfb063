"""Which files does a list name: one path or address a line, plain or gzip (`warc.paths.gz` of Common Crawl)?"""

from __future__ import annotations

import functools
import io
import zlib
from collections.abc import Iterator
from typing import BinaryIO, cast

from archiver.config import WebSettings
from archiver.errors import InputError
from archiver.gunzip import Gunzipped
from archiver.scan.inputs.opening import open_unit
from archiver.scan.unit import Unit

MAX_LINE = 64 * 1024
"""Bytes of a line; those of indexes, which are read here, too, have an address in it, and some kilobytes at most."""

MAX_NAME = 8192
"""Characters of a path or an address."""

GZIP_MAGIC = b"\x1f\x8b"
PIECE = 256 * 1024


def lines_of(file: str, *, web: WebSettings | None = None) -> Iterator[tuple[int, bytes]]:
    """Number and content of each line of a text file that the user named, wherever it lies; empty ones are left out. Of
    a line that is too long, its beginning.

    Raises `InputError`, `LimitError`, `NetworkError` where it cannot be read, or not further.
    """
    try:
        with open_unit(Unit(file=file, named=True), web=web) as packed:
            start = cast(io.BufferedReader, packed).peek(len(GZIP_MAGIC))
            stream = packed
            if start.startswith(GZIP_MAGIC):
                stream = cast(BinaryIO, io.BufferedReader(Gunzipped(packed, file), PIECE))
            number = 0
            while line := stream.readline(MAX_LINE):
                number += 1
                whole = line
                while not line.endswith(b"\n") and (line := stream.readline(MAX_LINE)):
                    pass
                if whole := whole.strip():
                    yield number, whole
    except (OSError, EOFError, zlib.error) as error:
        reason = (isinstance(error, OSError) and error.strerror) or error
        raise InputError(f"cannot be read further: {reason}", subject=file) from error


def named_in(line: bytes) -> str | None:
    """The path or address that a line of a list names; null for a remark (`# …`).

    Raises `ValueError`, saying why, for what is neither.
    """
    if line.startswith(b"#"):
        return None
    return checked_name(line)


@functools.lru_cache(maxsize=1024)  # an index names a file for each record in it
def checked_name(name: bytes | str) -> str:
    """A file's name as text.

    Raises `ValueError` where it is none.
    """
    if isinstance(name, bytes):
        try:
            name = name.decode("utf-8")
        except UnicodeDecodeError:
            raise ValueError("not UTF-8") from None
    if not name or len(name) > MAX_NAME:
        raise ValueError("no name of a file, or one that is too long")
    if not name.isprintable():
        raise ValueError("a control character in a name")
    return name
