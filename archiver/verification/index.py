"""Do an index and the records say the same, both ways? CDXJ, plain or in blocks (ZipNum), of this program and others.

Other tools' lines have other fields, other orders and other types of values; what is compared is what any of them
means: where a record lies, its URL, time, status and digest.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any, BinaryIO

import msgspec
from isal import isal_zlib
from isal.igzip_lib import IsalError

from archiver.errors import LimitError
from archiver.gunzip import LINE_COUNTS, RECORD_COUNTS, Expansion
from archiver.model import Check
from archiver.store.digests import digest_algorithm, spells
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
_HOST = re.compile(r"https?://(?:[^/?#@]*@)?([A-Za-z0-9._-]+)(?=[:/?#]|$)", re.ASCII)
_BETWEEN_LABELS = re.compile(r"[.,]")
_WWW = re.compile(r"www\d*")
REVISIT = "warc/revisit"
"""In place of a media type: the line is of a revisit record."""

_CLASSIC = re.compile(rb"\S+ \d{4,17} \S+ \S+ (?:\d{3}|-) \S+ .*\s*", re.DOTALL)


class IndexCheck:
    """One check over all index files of a package or folder."""

    def __init__(self, notebook: Notebook, files: Iterable[str], *, exact: bool = False) -> None:
        """files: names of the WARC files, as the notebook has them: without a folder, or, of several of one name, with
        theirs. exact: this program wrote the index, so that each key is the SURT of its URL and nothing like it."""
        self._notebook = notebook
        self._files: dict[str, list[str]] = {}
        for file in files:
            self._files.setdefault(file.rpartition("/")[2], []).append(file)
        self._exact = exact
        self._tally = Tally(NAME)
        self._other_form = False

    def problem(self, what: str, where: str, offset: int | None = None) -> None:
        self._tally.problem(what, where=where, offset=offset)

    def note(self, note: str) -> None:
        self._tally.note(note)

    def checked(self, count: int) -> None:
        self._tally.checked += count

    def look_at_plain(self, stream: BinaryIO, where: str, packed: int | None = None) -> None:
        """An index file of lines. packed: as for `bounded_lines`. Raises `LimitError`."""
        self._look_at_lines(bounded_lines(stream, where, packed), where)

    def look_at_packed(self, stream: BinaryIO, where: str, packed: int) -> None:
        """An index file of lines, gzipped, without an index of its blocks. Raises `LimitError`."""
        self._look_at_lines(bounded_lines(_Gunzip(stream, Expansion(where, packed=packed))), where)

    def look_at_blocks(
        self, index: BinaryIO, blocks: BinaryIO, where: str, blocks_where: str, *, packed: tuple[int, int]
    ) -> None:
        """A ZipNum pair: `index` says where the blocks of `blocks` lie and with which line each begins.

        packed: how many bytes either takes where it lies. Raises `LimitError`.
        """
        reached = 0
        size = blocks.seek(0, 2)
        expansion = Expansion(blocks_where, packed=packed[1])
        for line in bounded_lines(index, where, packed[0]):
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
                # and are not read: a line costs nothing, a block that all of them name would be read for each
                self.problem("its blocks do not follow each other", where, offset)
                reached = max(reached, min(offset + length, size))
                continue
            reached = offset + length
            blocks.seek(offset)
            data = blocks.read(length)
            if digest and digest.startswith("sha256:") and digest[7:].lower() != hashlib.sha256(data).hexdigest():
                self.problem("a block does not match the digest in the block index", blocks_where, offset)
            self._tally.checked += 1
            lines = self._block_lines(data, expansion, blocks_where, offset)
            first = next(lines, None)
            if first is None:
                continue
            if not key or not first.startswith(key + b" "):
                self.problem("a block begins with another line than the block index says", blocks_where, offset)
            self._look_at_lines((line for group in ((first,), lines) for line in group), blocks_where)
        if reached != size:
            self.problem(f"{size - reached:,} bytes that the block index does not list", blocks_where, reached)

    def _block_lines(self, data: bytes, expansion: Expansion, where: str, offset: int) -> Iterator[bytes | None]:
        try:
            yield from bounded_lines(_Gunzip(io.BytesIO(data), expansion))
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
        filename, offset = str(fields.get("filename", "")), _number(fields.get("offset"))
        name = filename.rpartition("/")[2]
        if offset is None or not name:
            self.problem("a line that does not say where its record lies", where)
            return place
        if name not in self._files:
            self.problem(f"a line for {filename}, which is not there", where)
            return place
        key, time = found["key"].decode("utf-8", "replace"), found["time"].decode()
        said: tuple[Noted, str | None] | None = None
        for file in self._files[name]:  # a line need not say in which folder
            record = self._notebook.at(file, offset)
            if record is not None:
                said = record, _difference(record, fields, time) or self._other_key(record, key)
                if said[1] is None:
                    break
        if said is None:
            self.problem(f"a line for {name} at {offset}, where no record is", where)
            return place
        record, what = said
        self._notebook.list_it(record.row)
        if what is not None:
            self._tally.problem(
                f"a line and its record differ in {what}", where=where, offset=offset, record_id=record.id or None
            )
        return place

    def _other_key(self, record: Noted, key: str) -> str | None:
        """ "key", where readers who look the record up by its URL do not find this line.

        Tools make keys differently (of a POST's body, of a query); the host is in all of them.
        """
        if record.uri.startswith(("http:", "https:")):
            wrong = key != surt(record.uri) if self._exact else _another_host(key, record.uri)
            return "key" if wrong else None
        return None

    def check(self, *, both_ways: bool = True) -> Check:
        """The verdict. both_ways: whether a response that no line lists is a problem."""
        if both_ways and not self._other_form:
            for record in self._notebook.unlisted():
                self._tally.problem(
                    "no index lists it", where=record.file, offset=record.offset, record_id=record.id or None
                )
        return self._tally.check()


def bounded_lines(stream: Any, where: str = "", packed: int | None = None) -> Iterator[bytes | None]:
    """The lines of a stream; null for one that is longer than a line can be.

    packed: how many bytes the stream takes where it lies, if strangers packed it: then it may have only so many lines
    (`archiver.gunzip`), and more raise `LimitError`, with `where` as its subject.
    """
    expansion = Expansion(where, packed=packed) if packed is not None else None
    while line := stream.readline(MAX_LINE):
        if expansion is not None:
            expansion.grew(len(line) + LINE_COUNTS)
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
    # a name that is misspelt, or stands twice, is no field that another version had or had not
    if fields.keys() - wanted.keys() or wanted.keys() - fields.keys() - _MAY_LACK or not _is_as_written(first, fields):
        return "form"
    for name in sorted(fields.keys() & wanted.keys()):
        said, should = str(fields[name]), str(wanted[name])
        contradict = (
            digest_algorithm(said) is None or _contradict(said, should)
            if name == "digest"
            else said.lower() != should.lower()
        )
        if contradict:
            return name
    return None


_MAY_LACK = frozenset({"mime", "status", "digest"})


def _is_as_written(line: re.Match[bytes], fields: dict[str, Any]) -> bool:
    return line["json"] == json.dumps(fields).encode()


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
    said = fields.get("length")
    length = _number(said)
    if length is None and said not in (None, "", "-"):
        return "length"
    # in a plain file, some tools count the two line ends behind the block
    if length is not None and record.length and not record.length <= length <= record.end - record.offset:
        return "length"
    url = fields.get("url")
    if isinstance(url, str) and record.uri and url != record.uri and surt(url.replace(" ", "%20")) != surt(record.uri):
        return "URL"
    date = _NOT_DIGITS.sub("", record.date)
    if record.date.endswith("Z") and date[: len(time)] != time[: len(date)]:
        return "time"
    status = str(fields.get("status", ""))
    if record.status is not None and record.type == "response" and status.isdecimal() and int(status) != record.status:
        return "status"
    if fields.get("mime") == REVISIT and record.type == "response":
        return "type"
    digest = fields.get("digest")
    if isinstance(digest, str) and record.digest and _contradict(digest, record.digest):
        return "digest"
    return None


def _contradict(one: str, other: str) -> bool:
    """Some tools leave the algorithm away."""
    (first_name, _, first), (second_name, _, second) = (digest.rpartition(":") for digest in (one, other))
    if first_name and second_name:
        if digest_algorithm(one) != digest_algorithm(other):
            return False
        if len(first) != len(second):  # of one algorithm: another spelling, or none of its digests
            return not any(spells(first, digest) for digest in _decoded(second))
    return len(first) == len(second) and first.lower() != second.lower()


def _decoded(value: str) -> Iterator[bytes]:
    """The bytes that a digest may spell, in hex or in Base32."""
    with suppress(ValueError):
        yield bytes.fromhex(value)
    with suppress(ValueError):  # what `binascii` raises is one
        yield base64.b32decode(value + "=" * (-len(value) % 8), casefold=True)


def _another_host(key: str, url: str) -> bool:
    """Whether a key is that of another host: by its labels, because tools leave `www` away or not."""
    found = _HOST.match(url)
    if found is None or not key.isascii():
        return False
    host = key.partition(")")[0].rpartition("(")[2].partition(":")[0]
    return _labels(host) != _labels(found[1])


def _labels(host: str) -> list[str]:
    return sorted(label for label in _BETWEEN_LABELS.split(host.lower()) if label and not _WWW.fullmatch(label))


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
    """Lines of gzip data of one or many members, bounded in how far they expand.

    expansion: with `packed`, the size of the data where it lies.
    """

    def __init__(self, stream: BinaryIO, expansion: Expansion) -> None:
        self._stream = stream
        self._expansion = expansion
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
        self._expansion.grew(LINE_COUNTS)
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
                self._expansion.grew(RECORD_COUNTS)
            self._expansion.grew(len(data))
            if data:
                return data
