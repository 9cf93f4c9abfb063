"""A WARC file that lies in a package as it is (a stored member of the ZIP file), as a path that can be opened.

What reads WARC files takes paths. Of such a member it reads the bytes where they lie: nothing is written out.
"""

from __future__ import annotations

import io
import os
from pathlib import Path, PosixPath
from typing import Any, BinaryIO, Self, cast

from archiver.fileslice import FileSlice
from archiver.wacz.reading import STORED, Member


class MemberPath(PosixPath):
    """`PACKAGE.wacz/archive/FILE.warc.gz`: for `open("rb")`, `stat()` and its name; no such file is on the disk."""

    _package: Path
    _start: int
    _size: int

    @classmethod
    def of(cls, package: Path, member: Member) -> Self:
        """`member` is one of the package's that is stored, not compressed.

        Raises `ValueError` for another.
        """
        if member.method != STORED:
            raise ValueError("a compressed member has no place where its bytes lie")
        path = cls(package / member.name)
        path._package, path._start, path._size = package, member.data, member.size
        return path

    def open(self, mode: str = "r", buffering: int = -1, *_args: Any, **_keywords: Any) -> Any:
        """Raises `OSError` where the package is gone, `ValueError` for another mode than `rb`."""
        if mode != "rb":
            raise ValueError("members of packages are read as bytes")
        raw = _OwnFile(self._package, self._start, self._size)
        return raw if buffering == 0 else cast(BinaryIO, io.BufferedReader(raw))

    def stat(self, *, follow_symlinks: bool = True) -> os.stat_result:
        """The package's, with the member's size."""
        of_package = self._package.stat(follow_symlinks=follow_symlinks)
        return os.stat_result((*of_package[:6], self._size, *of_package[7:10]))


class _OwnFile(FileSlice):
    """Closes the file with itself."""

    def __init__(self, path: Path, start: int, size: int) -> None:
        self._file = path.open("rb", buffering=0)
        super().__init__(lambda length, offset: os.pread(self._file.fileno(), length, offset), start, size)

    def close(self) -> None:
        if "_file" in self.__dict__:
            self._file.close()
        super().close()
