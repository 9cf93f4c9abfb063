"""The pages in a WARC file, or in a part of it; what is damaged is named, and reading goes on behind it.

Made for crawls: whole records are unpacked at once by isal, only what decides is read of their headers, and those that
are no pages cost no more than that. And made for evidence: no record goes missing without a word. A checksum that is
wrong, a record that is longer or shorter than it says, bytes that belong to none: each is a `Damage` at its offset.

Gzip (a member a record, or otherwise), zstd, and plain; WARC/0.x, 1.0 and 1.1 (ISO 28500:2017). Which records are pages
is settled in `archiver.sources.recordpages`, for `find` as for this.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO, cast

from archiver.article import MAX_DOCUMENT
from archiver.errors import ArchiverError, InputError
from archiver.gunzip import MAX_EXPANSION
from archiver.http1 import head_end
from archiver.scan.reading.beginnings import MARKS, PLAIN, begins, marks_of, next_beginning
from archiver.scan.reading.packed import (
    GZIP,
    OUT,
    ZSTD,
    ZSTD_DICTIONARY,
    BrokenError,
    Members,
    dictionary_in,
    is_skippable,
    skip_frames,
)
from archiver.scan.reading.recordhead import RecordHead
from archiver.scan.reading.window import KEPT, LARGE, Window
from archiver.scan.unit import Damage, Page, Unit
from archiver.sources.recordpages import (
    DOCUMENT_FLOOR,
    MAX_HTTP_HEAD,
    Answer,
    Form,
    answer_of,
    body_of,
    form_of,
    may_be_untyped,
)
from archiver.store.recordheader import HEADER_END, MAX_HEADER
from archiver.store.warcfile import PEEK

ReadRange = Callable[[Unit, int, int], bytes]
"""So many bytes of a unit's file from an offset on; fewer only at its end."""

REREAD = 256 * 1024 * 1024
REREAD_OF_READ = 4
"""Behind damage, what follows the record's beginning is looked through again. So many bytes in all, and so many times
what was read: then reading goes on where the damage was noticed. Else a file could be made that takes the square of its
length."""

LZ4 = b"\x04\x22\x4d\x18"
ARC = b"filedesc:"

_MAY_BE_PAGES = ("response", "resource", "conversion")
_HEAD_DOES_NOT_END = "the head of the HTTP answer does not end"

_BEHIND = len(b"\r\n\r\n" + PLAIN)
"""Bytes behind a block by which its end is told to be the right one."""

_LOOKS = 1000
"""Places within a record that are looked at for another one in it."""

Item = Page | Damage


class Reading:
    """Iterates over the pages and the damaged places of a unit, in the file's order, once.

    A page whose body breaks off, or whose coding is damaged, is given with what could be had of it, and its record is
    named as damaged too.

    Arguments: `stream`, the whole file's bytes (it may only go forward: standard input, a pipe); `max_record`, bytes
    that a page may have, as it is stored and decoded: a larger one is a `Damage` and never in memory, and records of
    any size that are no pages are passed over; `read_range`, reads the unit's `ranges`, each by itself (null: they are
    read from `stream`, which has to be able to seek).

    Raises `InputError` where the file is of another format, and where it cannot be read further that, or what the
    stream raises of `ArchiverError`: behind all that could be read.
    """

    def __init__(
        self,
        unit: Unit,
        stream: BinaryIO,
        *,
        max_record: int = MAX_DOCUMENT,
        read_range: ReadRange | None = None,
    ) -> None:
        self.records = 0
        """Records that were read or passed over, of every type."""
        self.first: int | None = None
        """Offset of the first record; null as long as there was none."""
        self.next: int | None = None
        """Where the first record begins that was not read, because it belongs to the next part."""
        self._unit = unit
        self._stream = stream
        self._max_record = max_record
        self._read_range = read_range
        self._marks: tuple[bytes, ...] = MARKS
        self._dictionary: Any = None
        self._start = unit.start
        self._high = unit.start
        self._before = 0
        """Bytes of the ranges that were read."""
        self._reread = 0
        self._failure: ArchiverError | None = None
        self._file = Window(self._from_stream, 0)
        self._members = Members(self._file)

    @property
    def read(self) -> int:
        """Bytes of the file that were read so far."""
        return self._before + max(self._high, self._file.offset) - self._start

    # --- what is read -------------------------------------------------------------------------------------------------

    def __iter__(self) -> Iterator[Item]:
        if self._unit.ranges:
            yield from self._ranges()
            return
        self._open()
        if self._file.offset < self._unit.start:
            # forward only: the file's beginning told what it is
            self._file.skip(self._unit.start - self._file.offset)
        end = self._unit.end
        if not self._unit.start or next_beginning(self._file, self._marks, self._dictionary) is not None:
            yield from self._to(end)
        if self.next is None and (damage := self._cut(end)) is not None:
            yield damage

    def _open(self) -> None:
        """Go to the unit's beginning, and look what kind of file this is."""
        seek, size = self._seek_and_size()
        self._use(Window(self._from_stream, 0, seek=seek, size=size))
        self._look(self._file)
        if seek is not None and self._unit.start:
            self._file.rewind(self._unit.start)

    def _look(self, file: Window) -> None:
        """What kind of file is this? The window is at its beginning.

        Raises `InputError` where it is none that can be read.
        """
        if file.starts(LZ4):
            hint = "`lz4 -d` makes plain WARC of it"
            raise InputError("the file is compressed with lz4, which is not read", subject=self._unit.file, hint=hint)
        if file.starts(ARC):
            raise self._arc()
        try:
            self._dictionary = dictionary_in(file)
        except BrokenError as broken:
            raise InputError(broken.what, subject=self._unit.file) from broken
        self._members.dictionary = self._dictionary
        self._marks = (ZSTD,) if self._dictionary is not None else marks_of(file, self._unit.file)

    def _arc(self) -> InputError:
        return InputError(
            "this is an ARC file, the format before WARC",
            subject=self._unit.file,
            hint="`warcio recompress FILE.arc.gz FILE.warc.gz` makes WARC of it",
        )

    def _use(self, file: Window) -> None:
        self._file = file
        self._members = Members(file)
        self._members.dictionary = self._dictionary

    def _ranges(self) -> Iterator[Item]:
        """The records of an index, each read by itself."""
        following = [offset for offset, _ in self._unit.ranges[1:]]
        for (offset, length), then in zip(self._unit.ranges, [*following, None], strict=True):
            if length > self._max_record + MAX_HTTP_HEAD + MAX_HEADER:
                yield Damage(offset=offset, next=then, what=self._too_large())
                continue
            data = self._piece(offset, length)
            if data.startswith(ZSTD) and self._dictionary is None:
                self._find_dictionary()
            self._start = self._high = offset
            self._use(_window_of(data, offset))
            self._marks = marks_of(self._file, self._unit.file, self._dictionary)
            if len(data) < length:
                yield Damage(offset=offset + len(data), next=then, what="the file ends before the record does")
            self._raise_failure()
            for item in self._to(None):
                if isinstance(item, Damage) and item.next is None and then is not None:
                    item = Damage(offset=item.offset, next=then, what=item.what)
                yield item
            self._before += len(data)
            self._high = self._start = self._file.offset

    def _piece(self, offset: int, length: int) -> bytes:
        if self._read_range is not None:
            return self._read_range(self._unit, offset, length)
        self._stream.seek(offset)
        pieces = []
        while length > 0 and (piece := self._from_stream(length)):
            pieces.append(piece)
            length -= len(piece)
        return b"".join(pieces)

    def _find_dictionary(self) -> None:
        head = self._piece(0, 8)
        if head.startswith(ZSTD_DICTIONARY):
            size = 8 + int.from_bytes(head[4:], "little")
            try:
                self._dictionary = dictionary_in(Window(io.BytesIO(self._piece(0, size)).read))
            except BrokenError as broken:
                raise InputError(broken.what, subject=self._unit.file) from broken

    # --- the stream ---------------------------------------------------------------------------------------------------

    def _from_stream(self, size: int) -> bytes:
        """The next bytes; none also where it fails: what was read before still counts, and then the error is raised."""
        if self._failure is not None:
            return b""
        try:
            return self._stream.read(size) or b""
        except OSError as error:
            self._failure = InputError(f"cannot be read further: {error.strerror or error}", subject=self._unit.file)
        except ArchiverError as error:
            self._failure = error
        return b""

    def _raise_failure(self) -> None:
        if self._failure is not None:
            raise self._failure

    def _seek_and_size(self) -> tuple[Callable[[int], None] | None, int | None]:
        """How to go to an offset, where the stream can, and where it ends."""
        try:
            if not self._stream.seekable():
                return None, None
            size = self._stream.seek(0, io.SEEK_END)
            self._stream.seek(0)
        except (AttributeError, OSError):
            return None, None

        def seek(offset: int) -> None:
            try:
                self._stream.seek(offset)
            except OSError as error:
                raise InputError(f"cannot be read further: {error}", subject=self._unit.file) from error

        return seek, size

    def _cut(self, end: int | None) -> Damage | None:
        """Damage where the stream ended before the file does: what comes over a network ends without a word."""
        self._raise_failure()
        size = self._unit.size
        at = max(self._high, self._file.offset)
        if end is None and self._unit.start == 0 and at == 0:
            return Damage(offset=0, next=None, what="the file is empty")
        if size is not None and at < size:
            return Damage(offset=at, next=None, what=f"the file ends before its {size:,} bytes")
        return None

    # --- record by record ---------------------------------------------------------------------------------------------

    def _to(self, end: int | None) -> Iterator[Item]:
        """All items up to the first record at `end` or behind it."""
        file = self._file
        while True:
            begun = file.offset
            try:
                if not self._at_record():
                    return
                begun = file.offset
                file.mark()
                if end is not None and begun >= end and (self._begins_here() or self._is_empty()):
                    if self.next is not None:
                        return
                    continue
                if file.starts(GZIP) or file.starts(ZSTD):
                    yield from self._packed(begun)
                elif file.starts(PLAIN):
                    yield from self._plain(begun)
                elif file.starts(ARC) and begun == 0:
                    raise self._arc()
                else:
                    raise BrokenError(self._what_stands_here())
            except BrokenError as broken:
                yield self._behind(begun, broken)

    def _at_record(self) -> bool:
        """Go on to what should be a record; False at the end."""
        file = self._file
        if not file.blank():
            return False
        if ZSTD in self._marks and file.fill(4) and is_skippable(file.buffer[file.at : file.at + 4]):
            skip_frames(file)
            return file.blank()
        return True

    def _begins_here(self) -> bool:
        if begins(self._file, self._dictionary):
            self.next = self._file.offset
            return True
        return False

    def _is_empty(self) -> bool:
        """Is this a member of nothing, and behind it now?"""
        offset = self._file.offset
        if not (self._file.starts(GZIP) or self._file.starts(ZSTD)):
            return False
        self._members.open()
        try:
            if not self._members.read(OUT).strip(b"\r\n") and not self._members.read(OUT):
                return True
        except BrokenError:
            pass
        self._file.rewind(offset)
        return False

    def _what_stands_here(self) -> str:
        if self._file.starts(b"\0"):
            return "zero bytes stand where a record should begin"
        return "no record begins where one should"

    def _behind(self, begun: int, broken: BrokenError) -> Damage:
        """The damage, and go on to the next record behind it."""
        self._raise_failure()
        file = self._file
        self._high = max(self._high, file.offset)
        if file.offset <= begun or self._may_go_back(file.offset - begun, self._high - self._start):
            file.rewind(begun + 1)
        following = next_beginning(file, self._marks, self._dictionary)
        self._high = max(self._high, file.offset)
        if following is not None and len(self._marks) > 1 and not (file.starts(PLAIN) and not file.behind_line()):
            self._marks = marks_of(file, "", self._dictionary)
        return Damage(offset=begun, next=following, what=broken.what)

    def _may_go_back(self, cost: int, read: int) -> bool:
        if self._reread + cost > REREAD + REREAD_OF_READ * read:
            return False
        self._reread += cost
        return True

    def _packed(self, place: int) -> Iterator[Item]:
        """What is in the gzip member or zstd frame that begins here: one record, mostly."""
        members = self._members
        members.open()
        data = members.gather(OUT)
        if members.ended and (whole := _single(data)) is not None:
            yield from self._whole(data, *whole, place)
            return
        members.unread(data)
        window = Window(members.read, piece=OUT, go_on=members.go_on)
        first = True
        while window.blank():
            inner = window.offset
            window.mark()
            told: list[str] = []
            try:
                if not window.starts(PLAIN):
                    if first and place == 0 and window.starts(ARC):
                        raise self._arc()
                    raise BrokenError("what is in it is no record" if first else "the record is longer than it says")
                page = self._record(window, place, told)
            except BrokenError as broken:
                if broken.packed:
                    raise
                # its checksum is not the question: what is in it does not fit together
                if self._may_go_back(window.offset - inner, window.offset):
                    window.rewind(inner + 1)
                if next_beginning(window, (PLAIN,)) is None:
                    raise
                yield Damage(offset=place, next=place, what=broken.what)
                first = False
                continue
            first = False
            if page is not None:
                yield page
            if told:
                more = window.blank()
                following = place if more else (self._file.offset if self._at_record() else None)
                for what in told:
                    yield Damage(offset=place, next=following, what=what)
                if not more:
                    return

    def _whole(self, data: bytes, head: RecordHead, kind: str, begin: int, place: int) -> Iterator[Item]:
        """What `_record` does, for a member that is in memory and holds one sound record, as nearly all do."""
        if self.first is None:
            self.first = place
        self.records += 1
        if kind not in _MAY_BE_PAGES:
            return
        uri = head.get("warc-target-uri").strip().strip("<>")
        form = form_of(kind, uri, head.get("content-type"))
        if form is None:
            return
        answer = None
        end = begin + head.length
        if form == "answer":
            body_begin = head_end(data, begin)
            if body_begin is None or body_begin > end:
                body_begin = None
            answer = answer_of(data[begin : end if body_begin is None else body_begin][:MAX_HTTP_HEAD])
            if answer is None:
                return
            if body_begin is None or body_begin - begin > MAX_HTTP_HEAD:
                yield from self._told([_HEAD_DOES_NOT_END], place)
                return
            begin = body_begin
        told: list[str] = []
        if end - begin > self._max_record:
            told.append(self._too_large())
        elif (page := self._page_of(data[begin:end], head, kind, uri, answer, place, told, packed=True)) is not None:
            yield page
        if told:
            yield from self._told(told, place)

    def _told(self, told: list[str], place: int) -> Iterator[Damage]:
        """What is wrong with a record behind which the file's window is."""
        following = self._file.offset if self._at_record() else None
        for what in told:
            yield Damage(offset=place, next=following, what=what)

    def _plain(self, place: int) -> Iterator[Item]:
        """The record that stands here as it is."""
        told: list[str] = []
        page = self._record(self._file, place, told)
        if page is not None:
            yield page
        if told:
            yield from self._told(told, place)

    def _record(self, window: Window, place: int, told: list[str]) -> Page | None:
        """Read the record that begins here, to its end; its page, if it holds one.

        place: its offset in the file. told: gets what is wrong with it, where the record itself is whole.

        Raises `BrokenError` where it is not whole.
        """
        head, kind = self._head(window)
        if self.first is None:
            self.first = place
        length = head.length
        page: Page | None = None
        form: Form | None = None
        uri = ""
        if kind in _MAY_BE_PAGES:
            uri = head.get("warc-target-uri").strip().strip("<>")
            form = form_of(kind, uri, head.get("content-type"))
        begin = window.offset
        if form is not None:
            page = self._page(window, head, kind, uri, form, place, told)
        elif length <= KEPT:
            window.fill(length, across=True)
        left = begin + length - window.offset
        if left <= window.here:
            window.fill(left + _BEHIND)
        if not window.skip(left, across=True):
            raise BrokenError("the record breaks off" if window is self._file else "the record is shorter than it says")
        if window.blank() and not window.starts(PLAIN):
            self._check_end(window, begin, begin + length)
        self.records += 1
        return page

    def _head(self, window: Window) -> tuple[RecordHead, str]:
        """The header of the record that begins here, behind which the window is then, and the record's type."""
        while (end := HEADER_END.search(window.buffer, window.at)) is None:
            size = window.here
            if size > MAX_HEADER:
                window.at += size
                raise BrokenError("the record's header does not end")
            if not window.fill(min(max(4096, 2 * size), MAX_HEADER + 1), across=True) and window.here == size:
                raise BrokenError("the record breaks off in its header")
        data = window.buffer[window.at : end.end()]
        if b"\nWARC/" in data:
            raise BrokenError("the record's header does not end")
        try:
            head = RecordHead(data)
        except ValueError as error:
            raise BrokenError(str(error)) from error
        kind = head.get("warc-type")
        if not kind:
            raise BrokenError("the record does not say of what type it is")
        window.at = end.end()
        return head, kind

    def _check_end(self, window: Window, begin: int, end: int) -> None:
        """Bytes stand behind a record's block that begin no other record. Was it read too far, or does junk follow?

        Raises `BrokenError` where other records may be within the block.
        """
        if window is self._file and (window.starts(GZIP) or window.starts(ZSTD)):
            return
        end += len(PLAIN) - 1  # one may begin in the block and go on behind it
        at = window.find(PLAIN, begin, end)
        for _ in range(_LOOKS):
            if at == -1:
                return
            if at < 0 or begins(Window(io.BytesIO(window.peek(at, PEEK)).read)):
                break
            at = window.find(PLAIN, at + 1, end)
        raise BrokenError("the record does not end where it says")

    # --- pages --------------------------------------------------------------------------------------------------------

    def _page(
        self, window: Window, head: RecordHead, kind: str, uri: str, form: Form, place: int, told: list[str]
    ) -> Page | None:
        """The page in the block that begins here, if it is one; the window is somewhere in the block then."""
        length = head.length
        answer = None
        if form == "answer":
            end = self._answer_head(window, length)
            answer = answer_of(window.buffer[window.at : window.at + (length if end is None else end)][:MAX_HTTP_HEAD])
            if answer is None:
                return None
            if end is None:
                told.append(_HEAD_DOES_NOT_END)
                return None
            window.at += end
            length -= end
        if length > self._max_record:
            told.append(self._too_large())
            return None
        body: bytes | None
        if length > max(LARGE, window.here) and (window is not self._file or window.goes_back):
            body = window.take(length, PLAIN)  # large: only the page has it then
        else:
            body = window.buffer[window.at : window.at + length] if window.fill(length, across=True) else None
        if body is None:
            return None  # what is missing is told by who reads on
        return self._page_of(body, head, kind, uri, answer, place, told, packed=window is not self._file)

    def _page_of(
        self,
        body: bytes,
        head: RecordHead,
        kind: str,
        uri: str,
        answer: Answer | None,
        place: int,
        told: list[str],
        *,
        packed: bool,
    ) -> Page | None:
        """The page in a body that is in memory. packed: the file has it compressed."""
        size = min(len(body), self._file.offset) if packed else len(body)
        if len(body) > DOCUMENT_FLOOR and len(body) > size * MAX_EXPANSION:
            told.append(f"the document expands more than {MAX_EXPANSION} times")
            return None
        content_type = head.get("content-type") if answer is None else answer.content_type
        if answer is not None:
            subject = f"{self._unit.file}#{uri}"
            broken: list[str] = []
            try:
                body = body_of(
                    body,
                    answer,
                    subject=subject,
                    packed=size,
                    max_document=self._max_record,
                    broken=broken.append,
                )
            except ArchiverError as error:
                told.append(f"{error.problem} ({error.hint})" if error.hint else error.problem)
                return None
            if broken and not head.get("warc-truncated"):
                told.append(f"{broken[0]}: posts of the page may be missing")
            if not body or body.isspace():
                return None
            if not content_type and not may_be_untyped(body, subject=subject):
                return None
        return Page(
            offset=place,
            record_id=head.get("warc-record-id").strip("<> "),
            record_type=cast(Any, kind),
            target_uri=uri,
            date=head.get("warc-date"),
            content_type=content_type,
            data=body,
        )

    def _answer_head(self, window: Window, length: int) -> int | None:
        """Bytes of the HTTP head that begins here, within a block of so many; null where it does not end."""
        limit = min(length, MAX_HTTP_HEAD)
        wanted = 8192
        while True:
            window.fill(min(wanted, limit), across=True)
            end = head_end(window.buffer, window.at)
            if end is not None and end - window.at <= length:
                return end - window.at
            if wanted >= limit or window.here < min(wanted, limit):
                return None
            wanted *= 2

    def _too_large(self) -> str:
        return f"the page is larger than {self._max_record // (1024 * 1024)} MiB"


def _window_of(data: bytes, offset: int) -> Window:
    """Bytes that are in memory, of a file from an offset on."""
    stream = io.BytesIO(data)

    def seek(to: int) -> None:
        stream.seek(to - offset)

    return Window(stream.read, offset, seek=seek, size=offset + len(data))


def _single(data: bytes) -> tuple[RecordHead, str, int] | None:
    """Header, type, and where the block begins, of a record that is all of these bytes; null for anything else."""
    end = HEADER_END.search(data)
    if end is None or not data.startswith(PLAIN) or end.end() > MAX_HEADER:
        return None
    header = data[: end.end()]
    try:
        head = RecordHead(header)
    except ValueError:
        return None
    kind = head.get("warc-type")
    sound = len(data) - end.end() == head.length + 4 and data.endswith(b"\r\n\r\n")
    return (head, kind, end.end()) if sound and kind and b"\nWARC/" not in header else None
