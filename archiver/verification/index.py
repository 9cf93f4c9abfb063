"""Do an index and the records say the same, both ways? CDXJ, plain or in blocks (ZipNum), of this program and others.

Other tools' lines have other fields, other orders and other types of values; what is compared is what any of them
means: where a record lies, its URL, time, status and digest.
"""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any, BinaryIO

import msgspec
from isal import isal_zlib
from isal.igzip_lib import IsalError

from archiver.errors import LimitError
from archiver.gunzip import Expansion
from archiver.model import Check
from archiver.store.surt import surt
from archiver.verification.notebook import Notebook, Noted
from archiver.verification.tally import Tally

NAME = "index"

MAX_LINE = 1 << 20
"""Bytes of one line; real ones have some hundred, with a long URL some thousand."""

MAX_BLOCK = 64 << 20
"""Bytes of one compressed block; real ones have some thousand lines."""

_NOT_DIGITS = re.compile(r"\D")
_LINE = re.compile(rb"(?P<key>\S+) (?P<time>\d{4,17}) (?P<json>\{.*\})\s*", re.DOTALL)
_CLASSIC = re.compile(rb"\S+ \d{4,17} \S+ \S+ (?:\d{3}|-) \S+ .*\s*", re.DOTALL)


class IndexCheck:
    """One check over all index files of a package or folder."""

    def __init__(self, notebook: Notebook, files: Iterable[str]) -> None:
        """files: names of the WARC files, as lines name them."""
        self._notebook = notebook
        self._files = frozenset(files)
        self._tally = Tally(NAME)
        self._lines = 0
        self._other_form = False

    def problem(self, what: str, where: str, offset: int | None = None) -> None:
        self._tally.problem(what, where=where, offset=offset)

    def note(self, note: str) -> None:
        self._tally.note(note)

    def checked(self, count: int) -> None:
        self._tally.checked += count

    def look_at_plain(self, stream: BinaryIO, where: str) -> None:
        """An index file of lines."""
        self._look_at_lines(bounded_lines(stream), where)

    def look_at_packed(self, stream: BinaryIO, where: str, packed: int) -> None:
        """An index file of lines, gzipped, without an index of its blocks. Raises `LimitError`."""
        self._look_at_lines(bounded_lines(_Gunzip(stream, where, packed)), where)

    def look_at_blocks(self, index: BinaryIO, blocks: BinaryIO, where: str, blocks_where: str) -> None:
        """A ZipNum pair: `index` says where the blocks of `blocks` lie and with which line each begins.

        Raises `LimitError`.
        """
        reached = 0
        size = blocks.seek(0, 2)
        for line in bounded_lines(index):
            if line is None:
                self.problem("a line that does not end", where)
                continue
            if line.startswith(b"!") or not line.strip():
                continue
            place = _block_place(line)
            if place is None:
                self.problem("a line that cannot be read", where)
                continue
            key, offset, length, digest = place
            if length > MAX_BLOCK:
                raise LimitError(f"a block of the index has {length:,} bytes", subject=where)
            if offset != reached or offset + length > size:
                self.problem("its blocks do not follow each other", where, offset)
            reached = offset + length
            blocks.seek(offset)
            data = blocks.read(length)
            if digest and digest.startswith("sha256:") and digest[7:].lower() != hashlib.sha256(data).hexdigest():
                self.problem("a block does not match the digest in the block index", blocks_where, offset)
            self._tally.checked += 1
            lines = self._block_lines(data, blocks_where, offset)
            first = next(lines, None)
            if first is None:
                continue
            if not first.startswith(key):
                self.problem("a block begins with another line than the block index says", blocks_where, offset)
            self._look_at_lines((line for group in ((first,), lines) for line in group), blocks_where)
        if reached != size:
            self.problem(f"{size - reached:,} bytes that the block index does not list", blocks_where, reached)

    def _block_lines(self, data: bytes, where: str, offset: int) -> Iterator[bytes | None]:
        try:
            yield from bounded_lines(_Gunzip(io.BytesIO(data), where, len(data)))
        except _NotGzipError as error:
            self.problem(str(error), where, offset)

    def _look_at_lines(self, lines: Iterable[bytes | None], where: str) -> None:
        last: tuple[bytes, bytes] = (b"", b"")
        try:
            for line in lines:
                if line is None:
                    self.problem("a line that does not end", where)
                    continue
                if not line.strip() or line.startswith((b"!", b" CDX")):
                    self._other_form = self._other_form or line.startswith(b" CDX")
                    continue
                last = self._look_at_line(line, where, last)
        except _NotGzipError as error:
            self.problem(str(error), where)

    def _look_at_line(self, line: bytes, where: str, last: tuple[bytes, bytes]) -> tuple[bytes, bytes]:
        found = _LINE.fullmatch(line)
        fields = _json(found["json"]) if found else None
        if found is None or fields is None:
            if self._other_form and _CLASSIC.fullmatch(line):
                self._tally.unchecked("an index in the older form CDX, which is not read")
                return last
            self.problem(f"a line that cannot be read: {line[:60].decode('latin-1')!r}", where)
            return last
        place = (found["key"], found["time"])
        if place < last:
            self.note("lines that are not sorted, so that readers may miss some")
        self._tally.checked += 1
        self._lines += 1
        filename, offset = str(fields.get("filename", "")), _number(fields.get("offset"))
        name = filename.rpartition("/")[2]
        if offset is None or not name:
            self.problem("a line that does not say where its record lies", where)
            return place
        if name not in self._files:
            self.problem(f"a line for {filename}, which is not there", where)
            return place
        record = self._notebook.at(name, offset)
        if record is None:
            self.problem(f"a line for {name} at {offset}, where no record is", where)
            return place
        self._notebook.list_it(record.row)
        if what := _difference(record, fields, found["time"].decode()):
            self._tally.problem(
                f"a line and its record differ in {what}", where=where, offset=offset, record_id=record.id or None
            )
        return place

    def check(self, *, both_ways: bool = True) -> Check:
        """The verdict. both_ways: whether a response that no line lists is a problem."""
        if both_ways and self._lines:
            for record in self._notebook.unlisted():
                self._tally.problem(
                    "no index lists it", where=record.file, offset=record.offset, record_id=record.id or None
                )
        return self._tally.check()


def bounded_lines(stream: Any) -> Iterator[bytes | None]:
    """The lines of a stream; null for one that is longer than a line can be."""
    while line := stream.readline(MAX_LINE):
        if line.endswith(b"\n") or len(line) < MAX_LINE:
            yield line
            continue
        while (rest := stream.readline(MAX_LINE)) and not rest.endswith(b"\n"):
            pass
        yield None


def line_offset(line: bytes) -> int | None:
    """Where the record of an index line lies; null where the line does not say."""
    found = _LINE.fullmatch(line)
    fields = _json(found["json"]) if found else None
    return _number(fields.get("offset")) if fields is not None else None


def lines_differ(one: bytes, other: bytes) -> str | None:
    """In what two lines of one record contradict each other; null where they do not."""
    first, second = _LINE.fullmatch(one), _LINE.fullmatch(other)
    fields, wanted = (_json(found["json"]) if found else None for found in (first, second))
    if first is None or second is None or fields is None or wanted is None:
        return "form"
    if first["key"] != second["key"]:
        return "key"
    if first["time"] != second["time"]:
        return "time"
    for name in sorted(fields.keys() & wanted.keys()):
        said, should = str(fields[name]), str(wanted[name])
        contradict = _contradict(said, should) if name == "digest" else said.lower() != should.lower()
        if contradict:
            return name
    return None


def _json(text: bytes) -> dict[str, Any] | None:
    with suppress(msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        value = msgspec.json.decode(text)
        if isinstance(value, dict):
            return value
    return None


def _number(value: object) -> int | None:
    """Tools write numbers as such or as strings."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value if 0 <= value < 1 << 62 else None
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) < 19:
        return int(value)
    return None


def _difference(record: Noted, fields: dict[str, Any], time: str) -> str | None:
    """In what an index line contradicts its record; null where it does not."""
    length = _number(fields.get("length"))
    # in a plain file, some tools count the two line ends behind the block
    if length is not None and record.length and not record.length <= length <= record.end - record.offset:
        return "length"
    url = fields.get("url")
    if isinstance(url, str) and record.uri and url != record.uri and surt(url) != surt(record.uri):
        return "URL"
    date = _NOT_DIGITS.sub("", record.date)
    if record.date.endswith("Z") and date[: len(time)] != time[: len(date)]:
        return "time"
    status = str(fields.get("status", ""))
    if record.status is not None and record.type == "response" and status.isdecimal() and int(status) != record.status:
        return "status"
    digest = fields.get("digest")
    if isinstance(digest, str) and record.digest and _contradict(digest, record.digest):
        return "digest"
    return None


def _contradict(one: str, other: str) -> bool:
    """Some tools leave the algorithm away."""
    (first_name, _, first), (second_name, _, second) = (digest.rpartition(":") for digest in (one, other))
    if first_name and second_name and first_name.lower() != second_name.lower():
        return False
    return len(first) == len(second) and first.lower() != second.lower()


def _block_place(line: bytes) -> tuple[bytes, int, int, str | None] | None:
    """Key, offset, length and digest of a block: as py-wacz writes them (JSON) or as pywb does (tabs)."""
    if found := _LINE.fullmatch(line):
        fields = _json(found["json"])
        if fields is None:
            return None
        offset, length = _number(fields.get("offset")), _number(fields.get("length"))
        digest = fields.get("digest")
        key = found["key"] + b" " + found["time"]
    else:
        parts = line.rstrip(b"\r\n").split(b"\t")
        if len(parts) < 4:
            return None
        key, digest = parts[0], None
        offset, length = _number(parts[2].decode("latin-1")), _number(parts[3].decode("latin-1"))
    if offset is None or length is None:
        return None
    return key, offset, length, digest if isinstance(digest, str) else None


class _NotGzipError(Exception):
    """Index data that is no gzip, or is damaged."""


class _Gunzip:
    """Lines of gzip data of one or many members, bounded in how far they expand."""

    def __init__(self, stream: BinaryIO, where: str, packed: int) -> None:
        self._stream = stream
        self._packed = packed
        self._expansion = Expansion(where)
        self._inflate: Any = None
        self._input = b""
        self._buffer = b""
        self._at = 0

    def readline(self, limit: int) -> bytes:
        """As a binary stream's. Raises `_NotGzipError`, `LimitError`."""
        while True:
            end = self._buffer.find(b"\n", self._at, self._at + limit)
            if end >= 0 or len(self._buffer) - self._at >= limit:
                break
            more = self._more()
            if not more:
                break
            self._buffer, self._at = self._buffer[self._at :] + more, 0
        stop = end + 1 if end >= 0 else min(len(self._buffer), self._at + limit)
        line = self._buffer[self._at : stop]
        self._at = stop
        return line

    def _more(self) -> bytes:
        while True:
            if not self._input:
                self._input = self._stream.read(1 << 16)
            if not self._input:
                if self._inflate is not None:
                    raise _NotGzipError("the gzip data breaks off")
                return b""
            if self._inflate is None:
                self._inflate = isal_zlib.decompressobj(31)
            try:
                data: bytes = self._inflate.decompress(self._input, 1 << 17)
            except IsalError as error:  # type: ignore[misc]  # the stub does not say that it is an exception
                raise _NotGzipError("the gzip data is damaged") from error
            self._input = self._inflate.unconsumed_tail
            if self._inflate.eof:
                self._input, self._inflate = self._inflate.unused_data, None
            self._expansion.grew(len(data), self._packed)
            if data:
                return data
