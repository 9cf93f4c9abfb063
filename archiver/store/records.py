"""WARC/1.1 records as bytes: header fields, block, one gzip member each (ISO 28500:2017).

Digests are SHA-256 in hex. The payload digest of an HTTP response covers its body with the transfer encoding removed
and the content encoding kept: that is the specification's payload (sections 5.9 and 6.3.2). Other tools hash the body
as transferred. Both are the same unless the body is chunked; then `WARC-Payload-Digest` is left out of the response
record, because whatever it held, half of the tools would call it wrong, and the digest goes into
`Archiver-Payload-Digest`.

What crossed the connection and is no part of the response is kept beside it, in `metadata` records that no replay tool
takes for a capture: heads of interim responses, bytes behind the response's end, answers that are no HTTP, the
certificates that the server sent.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import BinaryIO

import msgspec
from isal import igzip_lib, isal_zlib

from archiver.exchange import Exchange

VERSION = "WARC/1.1"
HTTP_RESPONSE = "application/http; msgtype=response"
HTTP_REQUEST = "application/http; msgtype=request"
REVISIT_PROFILE = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
EMPTY_DIGEST = "sha256:" + hashlib.sha256(b"").hexdigest()
PARTIAL_CONTENT = 206
BESIDE_KINDS = ("interim", "surplus", "unreadable")
"""What crossed a connection and is no response, in `metadata` records with the target URI `urn:archiver:KIND:URL`."""

CERTIFICATES = "Archiver-Certificates"
"""Header field of a record that came over TLS: the target URI of the record that holds the server's certificates."""

PIECE = 256 * 1024

IN_MEMORY = 1 << 20
"""A response up to this size becomes a record in one piece; a larger one is read twice, for its digests and to be
stored, in constant memory."""

Field = tuple[str, str]

_UNSAFE = re.compile(r"[\x00-\x1f\x7f]")


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """One record ready to be written: its header fields in order, and its block in memory or from `open_block`."""

    fields: tuple[Field, ...]
    block: bytes = b""
    stream: BinaryIO | None = None
    """For a large block: read once, from its position on, `length` bytes."""
    length: int = 0

    def field(self, name: str) -> str | None:
        return field(self.fields, name)


def field(fields: tuple[Field, ...], name: str) -> str | None:
    """The first header field of this name, in any case."""
    name = name.lower()
    return next((value for key, value in fields if key.lower() == name), None)


def known_fields(fields: Sequence[Field]) -> dict[str, str]:
    """Of the header fields of each name the first one's value, by the name in lower case."""
    return {name.lower(): value for name, value in reversed(fields)}


def block_length(fields: tuple[Field, ...]) -> int:
    """A record's `Content-Length`; 0 where it has none, or what stands there is no number."""
    value = (field(fields, "Content-Length") or "").strip()
    return int(value) if value.isascii() and value.isdecimal() and len(value) < 19 else 0


def sha256(data: bytes) -> str:
    return "sha256:" + hashlib.sha256(data).hexdigest()


@functools.lru_cache(maxsize=64)  # the same time stands in several records
def warc_date(time: datetime) -> str:
    """W3CDTF in UTC as WARC/1.1 allows it: with microseconds where there are any."""
    return time.astimezone(UTC).isoformat().removesuffix("+00:00") + "Z"


NO_TIME = datetime(1, 1, 1, tzinfo=UTC)
"""Stands for the date of a record that has none, as the earliest there is."""


def parse_warc_date(value: str) -> datetime:
    """The time of a `WARC-Date`; of one that names only a year or a month, as WARC/1.1 allows, its beginning.

    Raises `ValueError` when it is none.
    """
    value = value.strip()
    time = datetime.fromisoformat(value + "-01-01"[len(value) - 4 :] if len(value) in (4, 7) else value)
    # A W3CDTF day has no zone; WARC dates are UTC.
    try:
        return time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)
    except OverflowError:  # its offset takes it out of the years 1 to 9999
        raise ValueError(f"a time that UTC does not have: {value!r}") from None


def clean(value: str) -> str:
    """A header value that cannot end its line: what comes from outside may hold anything."""
    value = _UNSAFE.sub(lambda m: f"%{ord(m.group()):02X}", value).strip(" ")
    # lone surrogates have no UTF-8 form
    return value if value.isascii() else value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def bare(uri: str) -> str:
    """A URI without the angle brackets that WARC/1.0's grammar, and so some tools, put around it."""
    return uri[1:-1] if uri.startswith("<") and uri.endswith(">") else uri


def media_type(content_type: str | None) -> str | None:
    """`text/html` of `Text/HTML; charset=utf-8`; null when there is none."""
    return content_type.partition(";")[0].strip().lower() or None if content_type else None


def header_bytes(fields: tuple[Field, ...]) -> bytes:
    lines = [VERSION, *(f"{name}: {value}" for name, value in fields), "", ""]
    return "\r\n".join(lines).encode()


def compress(data: bytes, level: int) -> bytes:
    """One gzip member, without name and time, so that the same record gives the same bytes."""
    return bytes(igzip_lib.compress(data, level, igzip_lib.COMP_GZIP))


def members(record: Record, level: int) -> Iterator[bytes]:
    """The record as one gzip member, in pieces: constant memory however large the block is."""
    head = header_bytes(record.fields)
    if record.stream is None:
        yield compress(b"".join((head, record.block, b"\r\n\r\n")), level)
        return
    compressor = isal_zlib.compressobj(level, isal_zlib.DEFLATED, 31)
    yield bytes(compressor.compress(head))
    left = record.length
    while left > 0:
        piece = record.stream.read(min(PIECE, left))
        if not piece:
            raise OSError("the spooled response is shorter than it was")
        left -= len(piece)
        yield bytes(compressor.compress(piece))
    yield bytes(compressor.compress(b"\r\n\r\n"))
    yield bytes(compressor.flush())


def may_be_revisit(exchange: Exchange) -> bool:
    """Whether the payload may be left out where it is stored already: it is whole, there is something of it, and every
    tool that looks the original up by its digest finds it. Chunked responses carry none that all agree on."""
    return (
        exchange.payload_digest not in (None, EMPTY_DIGEST)
        and exchange.truncated is None
        and exchange.status != PARTIAL_CONTENT
        and not exchange.chunked
    )


def response_record(exchange: Exchange, record_id: str, warcinfo_id: str, concurrent_to: str) -> Record:
    """The response as received, block for block."""
    fields = [
        ("WARC-Type", "response"),
        ("WARC-Record-ID", f"<{record_id}>"),
        ("WARC-Warcinfo-ID", f"<{warcinfo_id}>"),
        ("WARC-Concurrent-To", f"<{concurrent_to}>"),
        *_capture_fields(exchange),
    ]
    block, stream, block_digest, body_digest = _block(exchange)
    if exchange.chunked:
        if exchange.payload_digest:
            fields.append(("Archiver-Payload-Digest", exchange.payload_digest))
    else:
        fields.append(("WARC-Payload-Digest", body_digest))
    fields += [
        ("WARC-Block-Digest", block_digest),
        ("Content-Type", HTTP_RESPONSE),
        ("Content-Length", str(exchange.response_length)),
    ]
    return Record(fields=tuple(fields), block=block, stream=stream, length=exchange.response_length)


def _block(exchange: Exchange) -> tuple[bytes, BinaryIO | None, str, str]:
    """What was received, in memory or, where it is large, as a stream; its digest, and the body's."""
    if exchange.response_length > IN_MEMORY:
        with exchange.open_response() as reading:
            block_digest, body_digest = _digests(reading, exchange.head_length)
        return b"", exchange.open_response(), block_digest, body_digest
    with exchange.open_response() as reading:
        block = reading.read()
    return block, None, sha256(block), exchange.payload_digest or sha256(block[exchange.head_length :])


def revisit_record(
    exchange: Exchange,
    record_id: str,
    warcinfo_id: str,
    concurrent_to: str,
    *,
    original_id: str,
    original_uri: str,
    original_time: datetime,
) -> Record:
    """The response's head alone, where its payload is already stored under `original_id`.

    The specification has `WARC-Truncated: length` say that the payload was left out (section 6.7.2).
    """
    with exchange.open_response() as reading:
        block = reading.read(exchange.head_length)
    return Record(
        fields=(
            ("WARC-Type", "revisit"),
            ("WARC-Record-ID", f"<{record_id}>"),
            ("WARC-Warcinfo-ID", f"<{warcinfo_id}>"),
            ("WARC-Concurrent-To", f"<{concurrent_to}>"),
            *_capture_fields(exchange),
            ("WARC-Profile", REVISIT_PROFILE),
            ("WARC-Refers-To", f"<{original_id}>"),
            ("WARC-Refers-To-Target-URI", clean(original_uri)),
            ("WARC-Refers-To-Date", warc_date(original_time)),
            ("WARC-Truncated", "length"),
            ("WARC-Payload-Digest", exchange.payload_digest or EMPTY_DIGEST),
            ("WARC-Block-Digest", sha256(block)),
            ("Content-Type", HTTP_RESPONSE),
            ("Content-Length", str(len(block))),
        ),
        block=block,
        length=len(block),
    )


def request_record(exchange: Exchange, record_id: str, warcinfo_id: str, concurrent_to: str) -> Record:
    """The request as sent."""
    return Record(
        fields=(
            ("WARC-Type", "request"),
            ("WARC-Record-ID", f"<{record_id}>"),
            ("WARC-Warcinfo-ID", f"<{warcinfo_id}>"),
            ("WARC-Concurrent-To", f"<{concurrent_to}>"),
            ("WARC-Target-URI", clean(exchange.url)),
            ("WARC-Date", warc_date(exchange.time)),
            *_address(exchange),
            ("WARC-Block-Digest", sha256(exchange.request)),
            ("Content-Type", HTTP_REQUEST),
            ("Content-Length", str(len(exchange.request))),
        ),
        block=exchange.request,
        length=len(exchange.request),
    )


def unreadable_record(exchange: Exchange, record_id: str, warcinfo_id: str, request_id: str) -> Record:
    """What a server sent that is no HTTP response, byte for byte, as a `metadata` record that refers to the request."""
    block, stream, block_digest, _ = _block(exchange)
    fields = (
        *_beside(exchange, f"urn:archiver:unreadable:{exchange.url}", record_id, warcinfo_id, request_id),
        *_secured(exchange),
        *_truncated(exchange),
        ("WARC-Block-Digest", block_digest),
        ("Content-Type", "application/octet-stream"),
        ("Content-Length", str(exchange.response_length)),
    )
    return Record(fields=fields, block=block, stream=stream, length=exchange.response_length)


def beside_records(
    exchange: Exchange, new_id: Callable[[], str], warcinfo_id: str, response_id: str
) -> Iterator[Record]:
    """What came with a response and is no part of it, as `metadata` records that refer to it: the heads of interim
    responses (RFC 9110 section 15.2) before it, and the bytes behind its end."""
    for kind, content_type, data in (
        ("interim", HTTP_RESPONSE, exchange.interim),
        ("surplus", "application/octet-stream", exchange.surplus),
    ):
        if data:
            fields = _beside(exchange, f"urn:archiver:{kind}:{exchange.url}", new_id(), warcinfo_id, response_id)
            yield block_record((*fields, ("Content-Type", content_type)), data)


def _beside(exchange: Exchange, uri: str, record_id: str, warcinfo_id: str, other_id: str) -> Iterator[Field]:
    yield "WARC-Type", "metadata"
    yield "WARC-Record-ID", f"<{record_id}>"
    yield "WARC-Warcinfo-ID", f"<{warcinfo_id}>"
    yield "WARC-Concurrent-To", f"<{other_id}>"
    yield "WARC-Refers-To", f"<{other_id}>"
    yield "WARC-Target-URI", clean(uri)
    yield "WARC-Date", warc_date(exchange.time)
    yield from _address(exchange)


def certificates_uri(exchange: Exchange) -> str | None:
    """The target URI of the record that holds the certificates which the server sent; null where it sent none."""
    return _certificates(exchange.tls.certificates)[0] if exchange.tls and exchange.tls.certificates else None


def certificates_record(exchange: Exchange, record_id: str, warcinfo_id: str, answer_id: str) -> Record:
    """The certificates that the server sent, its own first, as PEM (RFC 7468), with the first answer that came by them.
    The target URI names the block by its digest, so that other records can refer to it."""
    uri, pem = _certificates(exchange.tls.certificates if exchange.tls else ())
    fields = _beside(exchange, uri, record_id, warcinfo_id, answer_id)
    return block_record((*fields, ("Content-Type", "application/pem-certificate-chain")), pem)


@functools.lru_cache(maxsize=64)  # a run meets the same few servers again and again
def _certificates(certificates: tuple[bytes, ...]) -> tuple[str, bytes]:
    lines = []
    for certificate in certificates:
        text = base64.b64encode(certificate).decode()
        body = [text[start : start + 64] for start in range(0, len(text), 64)]
        lines += ["-----BEGIN CERTIFICATE-----", *body, "-----END CERTIFICATE-----"]
    pem = "".join(f"{line}\n" for line in lines).encode()
    return f"urn:archiver:certificates:{sha256(pem)}", pem


def _capture_fields(exchange: Exchange) -> Iterator[Field]:
    yield "WARC-Target-URI", clean(exchange.url)
    yield "WARC-Date", warc_date(exchange.time)
    yield from _address(exchange)
    yield "WARC-Protocol", exchange.http_version.lower()
    yield from _secured(exchange)
    yield from _truncated(exchange)


def _address(exchange: Exchange) -> Iterator[Field]:
    if exchange.ip_address:
        yield "WARC-IP-Address", exchange.ip_address


def _secured(exchange: Exchange) -> Iterator[Field]:
    """By the adopted extensions WARC-Protocol (the lower layer comes after the higher one) and WARC-Cipher-Suite, and
    which certificates the server sent, for which the specification has no convention (section 6.3.2)."""
    tls = exchange.tls
    if tls is None:
        return
    if tls.version:
        yield "WARC-Protocol", tls.version.lower().replace("tlsv", "tls/")
    if tls.cipher:
        yield "WARC-Cipher-Suite", tls.cipher
    if uri := certificates_uri(exchange):
        yield CERTIFICATES, uri


def _truncated(exchange: Exchange) -> Iterator[Field]:
    if exchange.truncated:
        yield "WARC-Truncated", exchange.truncated


def block_record(fields: tuple[Field, ...], block: bytes) -> Record:
    """A record of another type (`warcinfo`, `resource`, `metadata`): the fields given, then digest and length."""
    return Record(
        fields=(*fields, ("WARC-Block-Digest", sha256(block)), ("Content-Length", str(len(block)))),
        block=block,
        length=len(block),
    )


def _digests(stream: BinaryIO, head_length: int) -> tuple[str, str]:
    """Block digest and body digest of a large response, in one pass."""
    block, body = hashlib.sha256(), hashlib.sha256()
    block.update(stream.read(head_length))
    while piece := stream.read(PIECE):
        block.update(piece)
        body.update(piece)
    return f"sha256:{block.hexdigest()}", f"sha256:{body.hexdigest()}"
