"""How are CSV files, JSON lines and JSON lists of posts read, line by line?

CSV as spreadsheets and programs write it: commas, semicolons or tabs, quoted line breaks, UTF-8 or UTF-16 with its byte
order mark. A line that cannot be read is told with its number and passed over; a file of which nothing can be read is
no such file.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Callable, Iterator
from typing import BinaryIO, NamedTuple, cast

from archiver.brought.elements import elements
from archiver.brought.items import Item, Kind, Problem
from archiver.brought.rows import Rows, column_of
from archiver.errors import InputError
from archiver.platforms.values import parse_json

MAX_LINE = 2 * 1024 * 1024
"""Bytes of a line, or characters of a row."""

MAX_COLUMNS = 1_000

HOPELESS = 100
"""So many lines from the first on, of which none is a post, and the file is taken to be something else."""

DELIMITERS = ",;\t|"


def read_json_lines(stream: BinaryIO, rows: Rows, *, subject: str) -> Iterator[Item]:
    """The posts of a file with one JSON object on each line.

    Raises `InputError`.
    """
    yield Kind(name="JSON lines")
    yield from _hopeful(_json_lines(stream, rows), subject)


def _json_lines(stream: BinaryIO, rows: Rows) -> Iterator[Item]:
    for number, line in lines(stream):
        where = f"line {number}"
        if line is None:
            yield Problem(where=where, what=f"longer than {MAX_LINE // 1024**2} MiB")
        elif line.strip():
            yield _of_json(line, rows, where)


def read_json_list(stream: BinaryIO, rows: Rows, *, subject: str) -> Iterator[Item]:
    """The posts of a JSON file that is a list of objects.

    Raises `InputError`.
    """
    yield Kind(name="a JSON list")
    entries = elements(stream, frozenset({("*",)}), subject=subject)
    yield from _hopeful(
        (_of_json(entry, rows, f"entry {number}") for number, (_, entry) in enumerate(entries, 1)), subject
    )


def _of_json(data: bytes, rows: Rows, where: str) -> Item:
    row = parse_json(data.removeprefix(codecs.BOM_UTF8))
    if not isinstance(row, dict):
        return Problem(where=where, what="no JSON object")
    return rows.item(row, where)


def read_csv(stream: io.BufferedReader, rows: Rows, *, subject: str) -> Iterator[Item]:
    """The posts of a CSV file with a line of headings.

    Raises `InputError`.
    """
    text = TextLines(stream)
    head = next(text, "")
    delimiter = max(DELIMITERS, key=lambda sign: sum(column_of(name) is not None for name in cells_of(head, sign)))
    names = cells_of(head, delimiter)
    columns = {column for name in names if (column := column_of(name))}
    if not columns & {"url", "id"}:
        raise InputError(
            "no column of its first line says which post a row is", subject=subject, hint="such as: url, handle, text"
        )
    yield Kind(name="CSV")
    yield from _hopeful(_csv_rows(text, names, delimiter, rows), subject)


def cells_of(line: str, delimiter: str) -> list[str]:
    """The cells of one line, such as the headings; none where it cannot be read."""
    try:
        return next(csv.reader([line], delimiter=delimiter), [])[:MAX_COLUMNS]
    except csv.Error:
        return []


def _csv_rows(text: TextLines, names: list[str], delimiter: str, rows: Rows) -> Iterator[Item]:
    for row in csv_rows(text, delimiter):
        if row.bad:
            yield Problem(where=row.where, what=row.bad)
        elif len(row.cells) == len(names):
            cells = {name: cell.strip() for name, cell in zip(names, row.cells, strict=True)}
            yield rows.item(cells, row.where)
        else:
            what = f"{len(row.cells)} cells where the first line has {len(names)}"
            yield Problem(where=row.where, what=what)


class CsvRow(NamedTuple):
    """One row of a CSV file that is not blank."""

    first: int
    """Number of the line on which it begins."""
    where: str
    """Such as `line 3`, or `lines 3-5`."""
    cells: list[str]
    bad: str
    """Why it cannot be read; empty where it can."""


def csv_rows(text: TextLines, delimiter: str) -> Iterator[CsvRow]:
    """The rows of a CSV file, from the next line on."""
    # a field that is longer than Python's own bound (131,072 characters) is an error of its row
    reader = csv.reader(text, delimiter=delimiter)
    while True:
        first = text.number + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield CsvRow(first, _where(first, text.number), [], str(error))
            continue
        if text.bad:
            yield CsvRow(first, _where(first, text.number), cells, text.bad)
            text.bad = ""
        elif any(cell.strip() for cell in cells):
            yield CsvRow(first, _where(first, text.number), cells, "")


def _where(first: int, last: int) -> str:
    return f"line {first}" if first >= last else f"lines {first}-{last}"


def _hopeful(items: Iterator[Item], subject: str) -> Iterator[Item]:
    """The items; an error where a file begins with nothing but lines that cannot be read."""
    waiting: list[Item] = []
    for item in items:
        if not isinstance(item, Problem):
            yield from waiting
            yield item
            yield from items
            return
        waiting.append(item)
        if len(waiting) == HOPELESS:
            break
    if waiting:
        first = cast(Problem, waiting[0])
        if len(waiting) == HOPELESS:
            raise InputError(
                f"none of its first {HOPELESS} lines is a post; {first.where}: {first.what}", subject=subject
            )
        yield from waiting


def lines(stream: BinaryIO) -> Iterator[tuple[int, bytes | None]]:
    """Number and bytes of each line; null for one that is too long."""
    number = 0
    while line := stream.readline(MAX_LINE + 1):
        number += 1
        if len(line) <= MAX_LINE:
            yield number, line
            continue
        while line and not line.endswith(b"\n"):
            line = stream.readline(MAX_LINE)
        yield number, None


class TextLines(Iterator[str]):
    """The lines of a text file, decoded; what is wrong with one is in `bad`, until somebody takes it out.

    legacy: says, by the first bytes that are not UTF-8 and some behind them, which encoding they are in; without it,
    such a line is bad.
    """

    def __init__(self, stream: io.BufferedReader, *, legacy: Callable[[bytes], str] | None = None) -> None:
        self.number = 0
        self.bad = ""
        self._legacy = legacy
        self._codec = ""
        wide = stream.peek(2)[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
        self._lines = self._utf16(stream) if wide else self._utf8(stream)

    def __next__(self) -> str:
        line = next(self._lines)
        self.number += 1
        return line.replace("\0", "")

    def _utf8(self, stream: io.BufferedReader) -> Iterator[str]:
        encoding = "utf-8-sig"
        while raw := stream.readline(MAX_LINE):
            try:
                line = raw.decode(encoding)
            except UnicodeDecodeError:
                if self._legacy is None:
                    self.bad = "it is not UTF-8"
                elif not self._codec:
                    self._codec = self._legacy(raw + stream.peek(65536)[:65536])
                line = raw.decode(self._codec or "utf-8", "replace")
            raw = b""  # a line may have megabytes, and is held once while it is read
            yield line
            encoding = "utf-8"

    def _utf16(self, stream: io.BufferedReader) -> Iterator[str]:
        decoder = codecs.getincrementaldecoder("utf-16")("replace")
        rest = ""
        while piece := stream.read(65536):
            *lines, rest = (rest + decoder.decode(piece)).split("\n")
            yield from (line + "\n" for line in lines)
            if len(rest) > MAX_LINE:
                yield rest
                rest = ""
        if rest:
            yield rest
