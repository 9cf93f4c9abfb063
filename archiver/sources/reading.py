"""Where articles come from: files, standard input, web addresses, feeds and sitemaps, WARC and WACZ files, JSON lines.

`read_sources` opens one SOURCE after the other and yields the documents in them, one at a time; a file of a million
documents takes the memory of one. What cannot be read is told to the caller with its reason and does not stop the
others. Everything is bounded: the size of a document, of a line, the number of documents, and how far compressed data
may expand.
"""

from __future__ import annotations

import io
import sys
import zlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO, cast

from archiver import http1
from archiver.article import MAX_DOCUMENT, Kind, article_of, json_object, text_field, too_large
from archiver.article.encoding import decode
from archiver.errors import ArchiverError, InputError, LimitError, NetworkError
from archiver.exchange import Exchange
from archiver.gunzip import MAX_EXPANSION, RECORD_COUNTS, Expansion
from archiver.model import Article
from archiver.sources.damaged import Mended, Records, reason_of
from archiver.sources.document import Document, OnError, OnNote
from archiver.sources.feeds import Kind as ListingKind
from archiver.sources.feeds import kind_of_listing
from archiver.sources.following import Following, first_unpacked, last_part, unpacked
from archiver.sources.recordpages import DOCUMENT_FLOOR, MAX_HTTP_HEAD, answer_of, body_of, form_of
from archiver.wacz.reading import Member, Package
from archiver.warcparts import ArchiveLoadFailed, ArcWarcRecord

MAX_DOCUMENTS = 10_000_000
"""Documents of one source; more is no source but an attack, or a whole crawl's index."""

MAX_LINE = MAX_DOCUMENT * 2
"""Bytes of one JSON line: JSON writes a character in up to six bytes, most in one."""

BAD_LINES = 20
"""So many broken JSON lines on end, and the file is taken to be something else."""

SNIFF = 4096
LISTING_SNIFF = 8192
"""Bytes by which a feed or a sitemap is told."""
PIECE = 1 << 18
GZIP_MAGIC = b"\x1f\x8b"


def read_sources(
    specs: Sequence[str],
    *,
    on_error: OnError,
    stdin: BinaryIO | None = None,
    fetch: Callable[[str], Exchange] | None = None,
    fetch_listed: bool = True,
    fetch_page: Callable[[str], Exchange] | None = None,
    on_note: OnNote = lambda _note: None,
    max_document: int = MAX_DOCUMENT,
) -> Iterator[Document]:
    """The documents of each SOURCE, in order.

    Arguments: `specs`, URLs, paths, or `-` for standard input; `on_error`, told of everything that cannot be read (it
    may raise, which ends the reading); `stdin`, instead of the process's own; `fetch`, one GET with its redirects, for
    URLs (without it URLs are refused); `fetch_listed`, whether the pages that a feed or sitemap lists are fetched where
    it is a file (those of one that was itself fetched always are); `fetch_page`, what fetches these pages, where that
    is not `fetch`; `on_note`, told of pages for which their feed's own text stands; `max_document`, bytes of one
    document.
    """
    for spec in specs:
        reader = _Reader(spec, on_error, max_document, fetch, on_note, fetch_page)
        try:
            if spec == "-":
                reader.follow = fetch_listed
                yield from reader.stream(stdin if stdin is not None else sys.stdin.buffer, "")
            elif spec.lower().startswith(("http://", "https://")):
                yield from reader.fetched()
            elif "://" in spec[:12]:
                raise InputError("only http and https addresses can be read", subject=spec)
            else:
                reader.follow = fetch_listed
                yield from reader.path(Path(spec))
        except ArchiverError as error:
            on_error(spec, error)


class _Reader:
    """Reads one SOURCE."""

    def __init__(
        self,
        spec: str,
        on_error: OnError,
        max_document: int,
        fetch: Callable[[str], Exchange] | None,
        on_note: OnNote,
        fetch_page: Callable[[str], Exchange] | None,
    ) -> None:
        self.spec = spec
        self.on_error = on_error
        self.max_document = max_document
        self.follow = True
        """Whether the pages that a feed lists are fetched."""
        self._fetch = fetch
        self._fetch_page = fetch_page or fetch
        self._on_note = on_note
        self.count = 0
        self._unzipped: Mended | None = None
        """What unpacks the file, where it is compressed."""
        self._packed: int | None = None
        """Bytes that the present member of a package takes in it."""

    # --- ways in ------------------------------------------------------------------------------------------------------

    def fetched(self) -> Iterator[Document]:
        """What a URL answers: a page, or the articles that a feed or a sitemap lists."""
        exchange, data = self._answer(self.spec, self.spec, self._fetch)
        content_type = exchange.header("content-type") or ""
        kind = self._listing(data[:LISTING_SNIFF], content_type, last_part(exchange.url))
        if kind is None:
            yield self._page(self.spec, exchange, data)
            return
        plain = unpacked(data, self.spec, self.max_document)
        yield from self._listed(plain, kind, content_type, exchange.url)

    def _answer(self, url: str, source: str, fetch: Callable[[str], Exchange] | None) -> tuple[Exchange, bytes]:
        """The answer to a URL, and its body."""
        if fetch is None:
            raise InputError("web addresses cannot be read here", subject=source, hint="save the page to a file first")
        exchange = fetch(url)
        if not 200 <= exchange.status < 300:
            raise InputError(f"the server answered {exchange.status}", subject=source)
        if exchange.truncated:
            # What did arrive is read all the same; that it ends too early must not look like a page without posts.
            problem = f"the page was cut short ({exchange.truncated}), so posts may be missing"
            self.on_error(source, NetworkError(problem, subject=source, hint="run it again"))
        return exchange, exchange.payload(self.max_document)

    def _page(self, source: str, exchange: Exchange, data: bytes) -> Document:
        content_type = exchange.header("content-type") or ""
        article = article_of(data, source=source, uri=exchange.url, content_type=content_type)
        return Document(article=article, data=data, content_type=_type_of(article, content_type), exchange=exchange)

    def _listing(self, start: bytes, content_type: str | None, name: str) -> ListingKind | None:
        """Which kind of feed or sitemap begins so; null for any other document."""
        try:
            start = first_unpacked(start)
            return kind_of_listing(decode(start, source=self.spec, content_type=content_type), name=name)
        except InputError:
            return None

    def _listed(self, data: bytes, kind: ListingKind, content_type: str | None, base: str | None) -> Iterator[Document]:
        following = Following(
            self.spec,
            on_error=self.on_error,
            note=self._on_note,
            fetch=self._fetch if self.follow else None,
            page=lambda url, source: self._page(source, *self._answer(url, source, self._fetch_page)),
            max_document=self.max_document,
        )
        text = decode(data, source=self.spec, content_type=content_type)
        for document in following.documents(text, kind, base):
            self._next()
            yield document

    def path(self, path: Path) -> Iterator[Document]:
        try:
            if path.is_dir():
                raise InputError("this is a folder", subject=self.spec, hint="give the files in it")
            stream = path.open("rb")
        except FileNotFoundError:
            raise InputError("there is no such file", subject=self.spec) from None
        except (OSError, ValueError) as error:
            raise InputError(f"cannot be opened: {reason_of(error)}", subject=self.spec) from error
        with stream:
            yield from self.stream(stream, path.name.lower())

    def stream(self, stream: BinaryIO, name: str) -> Iterator[Document]:
        """Documents of an open file; `name`, lower-case, helps where the content does not tell."""
        buffered = stream if isinstance(stream, io.BufferedReader) else io.BufferedReader(cast(Any, stream))
        try:
            start = buffered.peek(SNIFF)[:SNIFF]
            if not start:
                raise InputError("the document is empty", subject=self.spec)
            if start.startswith(b"PK\x03\x04"):
                yield from self._wacz(buffered, name)
                return
            if start.startswith(b"\x1f\x8b"):
                plain = self._unzipped = Mended(buffered, self.spec)
                name = name.removesuffix(".gz")
                unzipped = io.BufferedReader(plain, 65536)
                if start := unzipped.peek(SNIFF)[:SNIFF]:
                    self._refuse_nested(start)
                    yield from self._plain(unzipped, start, name)
                plain.check()
                return
            yield from self._plain(buffered, start, name)
        except (OSError, EOFError, zlib.error) as error:
            raise InputError(f"cannot be read further: {reason_of(error)}", subject=self.spec) from error

    def _plain(self, stream: BinaryIO, start: bytes, name: str) -> Iterator[Document]:
        if start.startswith(b"WARC/"):
            yield from self._warc(stream)
        elif name.endswith((".warc", ".arc")):
            raise InputError("this is no WARC file", subject=self.spec)
        elif name.endswith((".jsonl", ".ndjson")) or (
            not name.endswith(_TEXT_SUFFIXES) and _is_json_line(start) and self._listing(start, None, name) is None
        ):
            yield from self._json_lines(stream)
        else:
            kind: Kind | None = None
            if name.endswith((".html", ".htm", ".xhtml")):
                kind = "html"
            elif name.endswith((".txt", ".md", ".markdown")):
                kind = "text"
            data = self._whole(stream)
            listing = None if kind == "html" else self._listing(data[:LISTING_SNIFF], None, name)
            if listing is not None and (kind is None or listing == "text sitemap"):
                yield from self._listed(data, listing, None, None)
                return
            article = article_of(data, source=self.spec, kind=kind)
            yield Document(article=article, data=data, content_type=_type_of(article, None))

    def _whole(self, stream: BinaryIO) -> bytes:
        pieces, size = [], 0
        while piece := stream.read(PIECE):
            pieces.append(piece)
            size += len(piece)
            self._check_growth(size)
            if size > self.max_document:
                raise too_large(self.spec, self.max_document)
        return b"".join(pieces)

    def _line(self, stream: BinaryIO) -> bytes:
        """The next line, or more than a line may have of it."""
        line = stream.readline(PIECE)
        if len(line) < PIECE or line.endswith(b"\n"):
            return line
        pieces, size = [line], len(line)
        while size <= MAX_LINE and not line.endswith(b"\n") and (line := stream.readline(PIECE)):
            pieces.append(line)
            size += len(line)
            self._check_growth(size)
        return b"".join(pieces)

    def _check_growth(self, size: int, source: str | None = None) -> None:
        """Before a bomb fills the memory: one document, or line, of a compressed file."""
        if size > max(DOCUMENT_FLOOR, self._packed_length(size) * MAX_EXPANSION):
            raise LimitError(f"the document expands more than {MAX_EXPANSION} times", subject=source or self.spec)

    def _next(self) -> None:
        self.count += 1
        if self.count > MAX_DOCUMENTS:
            raise InputError(f"more than {MAX_DOCUMENTS:,} documents", subject=self.spec, hint="split the file")

    # --- JSON lines
    # -----------------------------------------------------------------------------------------------------

    def _json_lines(self, stream: BinaryIO) -> Iterator[Document]:
        number = bad = 0
        while line := self._line(stream):
            number += 1
            if len(line) > MAX_LINE:
                raise InputError(f"line {number} is longer than {MAX_LINE // 1024**2} MiB", subject=self.spec)
            if not line.strip():
                continue
            self._next()
            name = f"{self.spec}#{number}"
            try:
                yield self._json_document(line, number)
                bad = 0
            except ArchiverError as error:
                bad += isinstance(error, _NoJsonError)
                self.on_error(name, error)
                if bad >= BAD_LINES:
                    raise InputError("this is no JSON lines file", subject=self.spec) from None
        if number == 0:
            raise InputError("the document is empty", subject=self.spec)

    def _json_document(self, line: bytes, number: int) -> Document:
        record = json_object(line.removeprefix(b"\xef\xbb\xbf"))
        if record is None:
            raise _NoJsonError("not a JSON object on one line", subject=f"{self.spec}#{number}")
        identity = record.get("id")
        label = str(identity) if isinstance(identity, str | int) and str(identity) else str(number)
        source = f"{self.spec}#{label}"
        url = text_field(record.get("url"))
        html, text = text_field(record.get("html")), text_field(record.get("text"))
        body = html if html is not None else text
        if body is None:
            raise InputError("the line has neither `html` nor `text`", subject=source)
        data = body.encode("utf-8", "surrogatepass").decode("utf-8", "replace").encode()
        if len(data) > self.max_document:
            raise too_large(source, self.max_document)
        uri = url if url and url.startswith(("http://", "https://")) else None
        article = article_of(
            data, source=source, uri=uri, kind="html" if html is not None else "text", content_type="; charset=utf-8"
        )
        # a declaration in the document is of the encoding that it had before it became JSON
        return Document(article=article, data=data, content_type=f"{_type_of(article, None)}; charset=utf-8")

    # --- WARC and WACZ
    # --------------------------------------------------------------------------------------------------

    def _warc(self, stream: BinaryIO) -> Iterator[Document]:
        """Documents of a WARC stream (already gunzipped); the complete records of a damaged one come before its
        error."""
        records = Records(stream)
        expansion = Expansion(self.spec, packed=self._packed)
        found_any = False
        while True:
            if self._unzipped is not None or self._packed is not None:
                expansion.grew(RECORD_COUNTS, self._unzipped.read_so_far if self._unzipped is not None else None)
            try:
                record = next(records, None)
                if record is None:
                    break
                found_any = True
                document = self._of_record(record)
                records.read_to_end()
            except InputError as error:
                if error.subject == self.spec:
                    raise
                self.on_error(error.subject or self.spec, error)
                continue
            except ArchiverError as error:
                self.on_error(self.spec, error)
                continue
            except (ArchiveLoadFailed, EOFError, OSError, zlib.error, ValueError) as error:
                raise InputError(
                    f"the WARC is damaged after {self.count:,} documents: {reason_of(error)}",
                    subject=self.spec,
                    hint="what came before was read",
                ) from error
            if document is not None:
                self._next()
                yield document
        if not found_any:
            raise InputError("the WARC has no records", subject=self.spec)

    def _of_record(self, record: ArcWarcRecord) -> Document | None:
        """The document in a response, resource or conversion record; null for all other records and media types."""
        headers = record.rec_headers
        uri = (headers.get_header("WARC-Target-URI") or "").strip().strip("<>")
        source = f"{self.spec}#{uri}"
        content_type = headers.get_header("Content-Type")
        form = form_of(record.rec_type, uri, content_type)
        if form is None:
            return None
        if form == "answer":
            return self._of_response(record, uri, source)
        data = self._block(record, source)
        article = article_of(data, source=source, uri=uri or None, content_type=content_type)
        return Document(article=article, data=data, content_type=_type_of(article, content_type))

    def _of_response(self, record: ArcWarcRecord, uri: str, source: str) -> Document | None:
        head, end = b"", None
        while end is None and len(head) < MAX_HTTP_HEAD:
            piece = record.raw_stream.read(8192)
            if not piece:
                break
            head += piece
            end = http1.head_end(head, max(0, len(head) - len(piece) - len(b"\n\r")))
        answer = answer_of(head[:end])
        if answer is None or end is None:
            return None
        block = self._block(record, source, head[end:])
        packed = self._packed_length(len(block))
        data = body_of(block, answer, subject=source, packed=packed, max_document=self.max_document)
        if not data or data.isspace():
            return None
        article = article_of(data, source=source, uri=uri, content_type=answer.content_type)
        if not answer.content_type and article.html is None:
            return None
        return Document(article=article, data=data, content_type=_type_of(article, answer.content_type))

    def _block(self, record: ArcWarcRecord, source: str, start: bytes = b"") -> bytes:
        said = record.rec_headers.get_header("Content-Length") or ""
        if said.isascii() and said.isdecimal() and int(said[:19]) > self.max_document + MAX_HTTP_HEAD:
            raise too_large(source, self.max_document)
        pieces, size = [start], len(start)
        while piece := record.raw_stream.read(65536):
            size += len(piece)
            if size > self.max_document:
                raise too_large(source, self.max_document)
            self._check_growth(size, source)
            pieces.append(piece)
        return b"".join(pieces)

    def _wacz(self, stream: BinaryIO, name: str) -> Iterator[Document]:
        """Every WARC file in a WACZ (a ZIP file with `archive/*.warc.gz`)."""
        if not stream.seekable():
            stream = io.BytesIO(self._whole(stream))
        package = Package(stream, subject=self.spec)
        members = [m for m in package.members if m.name.lower().endswith((".warc", ".warc.gz"))]
        if not members:
            what = "the WACZ holds no WARC file" if name.endswith(".wacz") else "this is a ZIP file without WARC files"
            raise InputError(what, subject=self.spec)
        for member in members:
            with package.stream(member.name) as inner:
                yield from self._member(inner, member)

    def _member(self, stream: BinaryIO, member: Member) -> Iterator[Document]:
        buffered = io.BufferedReader(cast(Any, stream))
        start = buffered.peek(2)[:2]
        plain: BinaryIO = buffered
        self._unzipped = None
        self._packed = member.packed
        if start == GZIP_MAGIC:
            self._unzipped = Mended(buffered, self.spec, packed=member.packed)
            plain = io.BufferedReader(self._unzipped, 65536)
        if not (begin := plain.peek(5)[:5]).startswith(b"WARC/"):  # type: ignore[attr-defined]
            self._refuse_nested(begin)
            self.on_error(self.spec, InputError(f"{member.name} in it is no WARC file", subject=self.spec))
            return
        yield from self._warc(plain)
        if self._unzipped is not None:
            self._unzipped.check()

    def _refuse_nested(self, start: bytes) -> None:
        if self._unzipped is not None and start.startswith(GZIP_MAGIC):
            raise LimitError("gzip data within gzip data is not unpacked", subject=self.spec)

    def _packed_length(self, stored: int) -> int:
        """What of the file a document takes, at most, that takes so many bytes in its record."""
        packed = stored if self._packed is None else min(stored, self._packed)
        return packed if self._unzipped is None else min(packed, self._unzipped.read_so_far)


class _NoJsonError(InputError):
    """A line that is no JSON object: many of them on end mean that the file is something else."""


_TEXT_SUFFIXES = (".html", ".htm", ".xhtml", ".txt", ".md", ".markdown")


def _type_of(article: Article, content_type: str | None) -> str:
    return content_type or ("text/html" if article.html is not None else "text/plain")


def _is_json_line(start: bytes) -> bool:
    """Does a file begin with a JSON object that has one of the keys of a document?"""
    start = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not start.startswith(b'{"'):
        return False
    line = start.partition(b"\n")[0]
    if (record := json_object(line)) is not None:
        return any(key in record for key in ("html", "text", "url"))
    return len(line) >= SNIFF - 16 and any(key in line for key in (b'"html":', b'"text":', b'"url":'))
