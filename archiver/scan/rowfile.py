"""The rows of one unit on their way to the table: a file that is there whole or not at all.

A gzip file of blocks, each a length (four bytes, big-endian) and so many bytes of MessagePack: a list of rows.
"""

from __future__ import annotations

import gzip
import os
import secrets
import struct
import zlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO

import msgspec
from isal import igzip

from archiver.errors import ArchiveError
from archiver.scan.rows import Row
from archiver.store.durability import sync_file, sync_folder

BLOCK_ROWS = 256
BLOCK_BYTES = 1 << 20
"""Rows that are written together: so many, or so many bytes. One page may have thousands of rows, each with its address
of up to a megabyte."""

MAX_BLOCK = 1 << 28
"""Bytes; one that says it is longer was not written here."""

AGAIN = "run it again: they are made anew"

SUFFIX = ".rows"
UNFINISHED = ".part"
"""What a file is called that is being written, behind a name that nobody else has."""

_LENGTH = struct.Struct(">I")


def row_file(folder: Path, unit: str) -> Path:
    """Where the rows of a unit are, by its id."""
    return folder / f"{unit}{SUFFIX}"


class RowWriter:
    """Writes the rows of a unit. A context manager: without `finish` nothing is left of them."""

    def __init__(self, folder: Path, name: str) -> None:
        """folder: where the file will be. name: of the unit.

        Raises `OSError`.
        """
        self.path = row_file(folder, name)
        self.count = 0
        self._held: list[bytes] = []
        self._bytes = 0
        self._raw: IO[bytes] | None = None
        self._file: gzip.GzipFile | None = None
        self._encoder = msgspec.msgpack.Encoder()

    def __enter__(self) -> RowWriter:
        return self

    def __exit__(self, *_: object) -> None:
        if self._raw is not None:
            self._raw.close()
            with suppress(OSError):
                os.unlink(self._raw.name)

    def add(self, rows: list[Row]) -> None:
        """Raises `OSError`."""
        for row in rows:
            encoded = self._encoder.encode(row)
            self._held.append(encoded)
            self._bytes += len(encoded)
            self.count += 1
            if len(self._held) >= BLOCK_ROWS or self._bytes >= BLOCK_BYTES:
                self._write()

    def finish(self) -> str | None:
        """Put the file in its place, on the disk; its name, or null where there is no row. One from an earlier attempt
        is replaced, or taken away.

        Raises `OSError`.
        """
        self._write()
        if self._raw is None or self._file is None:
            self.path.unlink(missing_ok=True)
            return None
        self._file.close()
        self._raw.flush()
        sync_file(self._raw.fileno())
        os.replace(self._raw.name, self.path)
        self._raw.close()
        self._raw = None
        sync_folder(self.path.parent)
        return self.path.name

    def _write(self) -> None:
        if not self._held:
            return
        if self._raw is None or self._file is None:
            name = f".{self.path.stem}-{os.getpid()}-{secrets.token_hex(4)}{UNFINISHED}"
            self._raw = (self.path.parent / name).open("xb")
            self._file = igzip.IGzipFile("", "wb", 1, self._raw, 0)  # type: ignore[no-untyped-call]
        block = self._encoder.encode([msgspec.Raw(row) for row in self._held])
        self._file.write(_LENGTH.pack(len(block)) + block)
        self._held = []
        self._bytes = 0


def read_rows(path: Path) -> Iterator[Row]:
    """The rows of a file, in their order, a block at a time.

    Raises `ArchiveError` where the file is missing or damaged.
    """
    decoder = msgspec.msgpack.Decoder(list[Row])
    try:
        with igzip.open(path, "rb") as file:  # type: ignore[no-untyped-call]
            while head := file.read(_LENGTH.size):
                (length,) = _LENGTH.unpack(head)
                if length > MAX_BLOCK or len(block := file.read(length)) < length:
                    raise EOFError
                yield from decoder.decode(block)
    except (OSError, EOFError, zlib.error, struct.error, msgspec.DecodeError) as error:
        raise ArchiveError(
            f"rows of the scan cannot be read again ({type(error).__name__})",
            subject=str(path),
            hint=AGAIN,
        ) from error


def sweep(folder: Path) -> None:
    """Take away what writers left that were killed. Nobody may be writing."""
    for path in folder.glob(f".*{UNFINISHED}"):
        path.unlink(missing_ok=True)
