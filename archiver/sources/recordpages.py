"""Which records of a WARC file hold a page, and what are its bytes?

Asked by `find`, which reads a file for somebody, and by a scan, which reads crawls another way: both get one answer, so
that neither finds a post which the other does not.
"""

from __future__ import annotations

import io
from typing import Literal, NamedTuple

from isal import isal_zlib
from isal.igzip_lib import IsalError

from archiver import http1
from archiver.article import kind_of, too_large
from archiver.article.encoding import decode
from archiver.errors import InputError
from archiver.gunzip import MAX_EXPANSION, PIECE_COUNTS, BodyExpansion

_ANSWER_TYPES = ("text/html", "application/xhtml+xml", "")
_BLOCK_TYPES = ("text/html", "application/xhtml+xml", "text/plain")

DOCUMENT_FLOOR = 1024 * 1024
"""A document of so many bytes may be packed however tightly; beyond, as `archiver.gunzip` says."""

MAX_HTTP_HEAD = 1024 * 1024

BODY_PIECE = 16 * 1024
"""Of a body, before it is decoded: how far it expands is measured so often."""

Form = Literal["answer", "block"]
"""The record's block is an HTTP answer with a page as its body, or is the page."""

_GZIP_START = b"\x1f\x8b\x08\x00"
"""Of gzip data without a name, comment or extra field, as servers send it."""

_ODD = (b"\n ", b"\t", b" :", b"\x0b", b"\x0c")
"""What is in a head whose fields go on in the next line, or have space around their names."""

_USUAL_HEAD = 16 * 1024
"""Bytes. No head of so many has more lines than `http1.parse_head` reads."""


class Answer(NamedTuple):
    """What the head of an HTTP answer says of a page behind it."""

    content_type: str
    """The whole value; empty where there is none."""
    chunked: bool
    codings: tuple[str, ...]
    """Content codings in the order in which they were applied."""


def form_of(record_type: str, target_uri: str, content_type: str | None) -> Form | None:
    """How a record holds a page; null where it holds none. That an answer does, its head has to say, too.

    target_uri: without brackets. content_type: the record's own.
    """
    if record_type == "response":
        return "answer" if target_uri[:6].lower().startswith(("http:", "https:")) else None
    if record_type not in ("resource", "conversion"):
        return None
    if target_uri[:9].lower() == "metadata:":  # what wget says of its own run
        return None
    return "block" if http1.media_type(content_type) in _BLOCK_TYPES else None


def answer_of(head: bytes) -> Answer | None:
    """What the head of an HTTP answer says; null where no page is behind it: its status is none of success, or its
    media type is another. One without a type may be a page: `may_be_untyped` tells."""
    status, content_type, transfer_encoding, content_encoding = _said(head)
    if not 200 <= status < 300 or http1.media_type(content_type) not in _ANSWER_TYPES:
        return None
    return Answer(content_type, "chunked" in transfer_encoding.lower(), http1.content_codings(content_encoding))


def _said(head: bytes) -> tuple[int, str, str, str]:
    """Status, and the first `Content-Type`, `Transfer-Encoding` and `Content-Encoding`, as `http1.parse_head` reads
    them, in a fifth of its time: a crawl has a head for each page."""
    if len(head) > _USUAL_HEAD or any(map(head.__contains__, _ODD)) or head.count(b"\r") != head.count(b"\r\n"):
        _, status, fields = http1.parse_head(head)
        header = {name.lower(): value for name, value in reversed(fields)}
        return (
            status,
            header.get("content-type", ""),
            header.get("transfer-encoding", ""),
            header.get("content-encoding", ""),
        )
    first = head[: head.find(b"\n") + 1 or None].split(None, 2)
    known = len(first) > 1 and first[0][:5].upper() == b"HTTP/" and len(first[1]) == 3 and first[1].isdigit()
    lowered = head.lower()
    return (
        int(first[1]) if known else 0,
        _value(head, lowered, b"\ncontent-type:"),
        _value(head, lowered, b"\ntransfer-encoding:"),
        _value(head, lowered, b"\ncontent-encoding:"),
    )


def _value(head: bytes, lowered: bytes, name: bytes) -> str:
    at = lowered.find(name)
    if at < 0:
        return ""
    at += len(name)
    end = head.find(b"\n", at)
    return head[at : end if end >= 0 else None].strip().decode("latin-1")


def body_of(
    body: bytes,
    answer: Answer,
    *,
    subject: str,
    packed: int,
    max_document: int,
    broken: http1.OnBroken = lambda _what: None,
) -> bytes:
    """The page in an HTTP answer: its body without transfer and content coding.

    subject: names it, for errors. packed: how many bytes the body takes where it lies. max_document: so many bytes a
    page may have. broken: told where the body breaks off; what could be had of it is returned.

    Raises `InputError` where it is larger, or no library for its coding is there, and `LimitError` where it expands
    further than a page does.
    """
    if not answer.chunked and not answer.codings:
        if len(body) > max_document:
            raise too_large(subject, max_document)
        return body
    if (data := _usual(body, answer, packed, max_document)) is not None:
        return data
    stream = io.BytesIO(body)
    pieces = http1.dechunk(stream, broken=broken) if answer.chunked else iter(lambda: stream.read(BODY_PIECE), b"")
    expansion = BodyExpansion(subject, packed=packed, floor=DOCUMENT_FLOOR, what="document")
    out, size = [], 0
    for piece in http1.decoded(expansion.sent(pieces), answer.codings, counted=expansion.counted, broken=broken):
        size += len(piece)
        if size > max_document:
            raise too_large(subject, max_document)
        out.append(piece)
    return b"".join(out)


def _usual(body: bytes, answer: Answer, packed: int, max_document: int) -> bytes | None:
    """The same for what nearly all bodies are, whole and sound in well-formed chunks and one gzip member, in a third of
    the time; null for all others."""
    data: bytes | None = body
    if answer.chunked:
        data = _joined(body, packed)
    if data is None or len(data) > max_document:
        return None
    if not answer.codings:
        return data
    if answer.codings not in (("gzip",), ("x-gzip",)) or not data.startswith(_GZIP_START):
        return None
    bound = min(max_document, max(DOCUMENT_FLOOR, min(packed, len(data)) * MAX_EXPANSION) // 2)
    inflate = isal_zlib.decompressobj(31)
    try:
        out: bytes = inflate.decompress(data, bound)
    except IsalError:  # type: ignore[misc]  # the stub does not say that it is an exception
        return None
    return out if inflate.eof and not inflate.unused_data else None


def _joined(body: bytes, packed: int) -> bytes | None:
    """The data of a body in chunks, where each has a plain size and is whole; null for any other."""
    pieces: list[memoryview] = []
    at, room = 0, max(DOCUMENT_FLOOR, packed * MAX_EXPANSION) // 2
    view = memoryview(body)
    while True:
        end = body.find(b"\r\n", at, at + 18)
        size = body[at:end]
        if end < 0 or not size.isalnum() or size[:2] in (b"0x", b"0X") or len(pieces) > http1.MANY_CHUNKS:
            return None
        try:
            count = int(size, 16)
        except ValueError:
            return None
        if count == 0:
            return b"".join(pieces)
        at = end + 2 + count
        room -= count + PIECE_COUNTS
        if body[at : at + 2] != b"\r\n" or room < 0:
            return None
        pieces.append(view[end + 2 : at])
        at += 2


def may_be_untyped(data: bytes, *, subject: str) -> bool:
    """Is the body of an answer without a `Content-Type` a page? What is no text is none."""
    try:
        return kind_of(decode(data, source=subject)) == "html"
    except InputError:
        return False
