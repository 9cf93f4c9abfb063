"""WARC bytes for tests, and the plainest reader of them there is: zlib, and searches for strings."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator, Sequence
from typing import NamedTuple


def record(number: int, kind: str = "response", block: bytes | None = None, **fields: str) -> bytes:
    """A record; `block` null: an HTTP answer with a page."""
    block = answer(page(number)) if block is None else block
    named = {
        "WARC-Type": kind,
        "WARC-Record-ID": f"<urn:uuid:{number}>",
        "WARC-Target-URI": f"https://lunnau.example/{number}",
        "WARC-Date": "2026-11-30T10:00:00Z",
        "Content-Type": "application/http; msgtype=response",
        "Content-Length": str(len(block)),
    }
    named |= {name.replace("_", "-"): value for name, value in fields.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in named.items())
    return b"WARC/1.0\r\n" + head.encode() + b"\r\n" + block + b"\r\n\r\n"


def page(number: int) -> bytes:
    return b"<!doctype html><title>Gauge %d</title>" % number + b"<p>%d cm at gauge %d.</p>" % (number * 7, number) * 30


def answer(body: bytes, *fields: str, content_type: str = "text/html; charset=utf-8") -> bytes:
    lines = "".join(f"{line}\r\n" for line in (f"Content-Type: {content_type}", *fields))
    return b"HTTP/1.1 200 OK\r\n" + lines.encode() + b"\r\n" + body


def chunked(data: bytes, size: int = 500) -> bytes:
    pieces = [data[at : at + size] for at in range(0, len(data), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


def members(records: Sequence[bytes], level: int = 6) -> list[bytes]:
    return [gzip.compress(record, level, mtime=0) for record in records]


def offsets(parts: Sequence[bytes]) -> list[int]:
    """Where each part begins, and where the last ends."""
    ends = [0]
    for part in parts:
        ends.append(ends[-1] + len(part))
    return ends


class Plainly(NamedTuple):
    """A record as the plainest reader sees it."""

    offset: int
    record_id: str
    kind: str
    target_uri: str
    block: bytes


def plainly(data: bytes) -> Iterator[Plainly]:
    """The records of a sound WARC file, gzip or plain."""
    if not data.startswith(b"\x1f\x8b"):
        for at, found in _records(data):
            yield found._replace(offset=at)
        return
    at = 0
    while at < len(data):
        inflate = zlib.decompressobj(31)
        plain = inflate.decompress(data[at:])
        assert inflate.eof
        for _, found in _records(plain):
            yield found._replace(offset=at)
        at = len(data) - len(inflate.unused_data)


def _records(plain: bytes) -> Iterator[tuple[int, Plainly]]:
    at = 0
    while at < len(plain):
        found = _plainly(plain[at:], at)
        yield at, found
        at = plain.index(b"\r\n\r\n", at) + 4 + len(found.block)
        while plain[at : at + 1] in (b"\r", b"\n"):
            at += 1


def _plainly(plain: bytes, offset: int) -> Plainly:
    head, _, rest = plain.partition(b"\r\n\r\n")
    lines = head.decode("utf-8", "replace").split("\r\n")
    assert lines[0].startswith("WARC/")
    fields: dict[str, str] = {}
    for line in lines[1:]:
        name, _, value = line.partition(":")
        fields.setdefault(name.lower(), value.strip())
    return Plainly(
        offset,
        fields.get("warc-record-id", "").strip("<>"),
        fields["warc-type"],
        fields.get("warc-target-uri", "").strip("<>"),
        rest[: int(fields["content-length"])],
    )
