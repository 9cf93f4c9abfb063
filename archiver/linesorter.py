"""Lines put in order in bounded memory: what does not fit is sorted into temporary files, which are merged."""

from __future__ import annotations

import heapq
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import IO, Self

IN_MEMORY = 16 << 20
"""Bytes of lines that are held; Python needs about twice that for them."""

AT_ONCE = 64
"""Files that are open in one merge."""


class LineSorter:
    """Takes lines in any order and gives them back sorted by bytes, each once. A context manager: it removes its files.

    folder: where the temporary files are made (default: the system's).
    """

    def __init__(self, folder: Path | None = None, *, in_memory: int = IN_MEMORY) -> None:
        self._folder = folder
        self._in_memory = in_memory
        self._lines: list[bytes] = []
        self._held = 0
        self._runs: list[IO[bytes]] = []
        self._files = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._files.close()

    def add(self, line: bytes) -> None:
        """Take one line, with its line end."""
        self._lines.append(line)
        self._held += len(line)
        if self._held > self._in_memory:
            self._spill()

    def __iter__(self) -> Iterator[bytes]:
        last: bytes | None = None
        for line in self._in_order():
            if line != last:
                yield line
                last = line

    def _in_order(self) -> Iterator[bytes]:
        if not self._runs:
            self._lines.sort()
            return iter(self._lines)
        if self._lines:
            self._spill()
        while len(self._runs) > AT_ONCE:
            self._runs = [*self._runs[AT_ONCE:], self._write(heapq.merge(*self._runs[:AT_ONCE]))]
        return heapq.merge(*self._runs)

    def _spill(self) -> None:
        self._lines.sort()
        self._runs.append(self._write(iter(self._lines)))
        self._lines = []
        self._held = 0

    def _write(self, lines: Iterator[bytes]) -> IO[bytes]:
        run: IO[bytes] = tempfile.TemporaryFile(dir=self._folder, prefix="archiver-")  # noqa: SIM115  # closed with all
        self._files.callback(run.close)
        run.writelines(lines)
        run.seek(0)
        return run
