"""HTTP/1.1 on the wire: what a request is, what a reply is, and how a reply becomes bytes.

Written by hand rather than with `http.server`, because the twin's faults need every byte of the answer: wrong lengths,
heads that never end, bodies without a last chunk. RFC 9112.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum
from http import HTTPStatus
from urllib.parse import parse_qsl, unquote, urlsplit

MAX_HEAD = 64 * 1024
MAX_REQUEST_BODY = 4 * 1024 * 1024
CHUNK = 16 * 1024

Headers = tuple[tuple[str, str], ...]


class Framing(Enum):
    """How the end of a body is told."""

    LENGTH = "content-length"
    CHUNKED = "chunked"
    CLOSE = "close"


@dataclass(frozen=True, kw_only=True)
class Request:
    """One request that the twin saw."""

    time: datetime
    scheme: str
    host: str
    """Lower-case, without port."""
    method: str
    target: str
    """Path and query as sent."""
    headers: Headers
    version: str = "HTTP/1.1"
    body: bytes = b""
    connection: int = 0
    """Number of the TCP connection, counted from 1: two requests with the same number shared it."""

    def header(self, name: str) -> str | None:
        """The first header of this name, in any case."""
        name = name.lower()
        return next((value for key, value in self.headers if key.lower() == name), None)

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, str]:
        """The query's parameters, decoded once; of repeated ones the last."""
        return dict(self.query_items)

    @property
    def query_items(self) -> list[tuple[str, str]]:
        return parse_qsl(urlsplit(self.target).query, keep_blank_values=True)

    @property
    def unquoted_path(self) -> str:
        return unquote(self.path)

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self.host}{self.target}"

    @property
    def accepts_gzip(self) -> bool:
        return "gzip" in (self.header("accept-encoding") or "").lower()

    @property
    def keep_alive(self) -> bool:
        connection = (self.header("connection") or "").lower()
        return "close" not in connection if self.version == "HTTP/1.1" else "keep-alive" in connection


@dataclass(frozen=True, kw_only=True)
class Reply:
    """An answer before it is put on the wire.

    `headers` are sent in order and in their case; `Content-Length`, `Transfer-Encoding` and `Content-Encoding` are
    added where `framing` and `compress` ask for them, in the case of the first header's name.
    """

    status: int = 200
    headers: Headers = ()
    body: bytes = b""
    stream: Iterable[bytes] | None = None
    """Pieces of a body that is not to be held in memory; `length` is its size."""
    length: int | None = None
    framing: Framing = Framing.LENGTH
    compress: bool = False
    """Gzip the body for clients that accept it."""
    reason: str | None = None
    _encoded: bool = field(default=False, repr=False)

    def header(self, name: str) -> str | None:
        name = name.lower()
        return next((value for key, value in self.headers if key.lower() == name), None)

    def with_headers(self, *more: tuple[str, str]) -> Reply:
        return replace(self, headers=self.headers + more)

    def encoded(self, request: Request) -> Reply:
        """The reply as this client gets it: compressed if it may be."""
        if self._encoded or not self.compress or not request.accepts_gzip or self.stream is not None:
            return replace(self, _encoded=True)
        return replace(
            self,
            body=gzip.compress(self.body, 6, mtime=0),
            headers=(*self.headers, (self.spell("Content-Encoding"), "gzip")),
            _encoded=True,
        )

    def spell(self, name: str) -> str:
        """A header name in the case that this reply's server writes."""
        lower = bool(self.headers) and self.headers[0][0].islower()
        return name.lower() if lower else name

    def head(self, *, version: str = "HTTP/1.1", framing: bool = True) -> bytes:
        """Status line and headers with the empty line."""
        reason = HTTPStatus(self.status).phrase if self.reason is None else self.reason
        lines = [f"{version} {self.status} {reason}".rstrip()]
        lines += [f"{name}: {value}" for name, value in self.headers]
        if framing and self.status not in (204, 304) and self.status >= 200:
            if self.framing is Framing.CHUNKED:
                lines.append(f"{self.spell('Transfer-Encoding')}: chunked")
            elif self.framing is Framing.LENGTH:
                lines.append(f"{self.spell('Content-Length')}: {self.size}")
        return "\r\n".join([*lines, "", ""]).encode("utf-8")

    @property
    def size(self) -> int:
        return len(self.body) if self.length is None else self.length

    def pieces(self) -> Iterator[bytes]:
        """The body without framing."""
        if self.stream is not None:
            yield from self.stream
        else:
            view = self.body
            for start in range(0, len(view), CHUNK):
                yield view[start : start + CHUNK]

    def framed(self) -> Iterator[bytes]:
        """The body as it goes on the wire."""
        if self.framing is not Framing.CHUNKED:
            yield from self.pieces()
            return
        for piece in self.pieces():
            if piece:
                yield b"%x\r\n%b\r\n" % (len(piece), piece)
        yield b"0\r\n\r\n"


class BadRequestError(Exception):
    """What came in is no HTTP request."""


def parse_request(
    head: bytes, *, time: datetime, scheme: str, server_name: str | None, connection: int
) -> tuple[Request, int]:
    """The request in `head` (up to and with the empty line) and the length of the body that follows.

    Raises `BadRequestError`.
    """
    lines = head.decode("latin-1").split("\r\n")
    parts = lines[0].split(" ")
    if len(parts) != 3 or not parts[2].startswith("HTTP/1."):
        raise BadRequestError(lines[0][:80])
    headers = []
    for line in lines[1:]:
        if not line:
            break
        name, colon, value = line.partition(":")
        if not colon:
            raise BadRequestError(line[:80])
        headers.append((name, value.strip()))
    target = parts[1]
    if "://" in target:
        split = urlsplit(target)
        target = split.path + (f"?{split.query}" if split.query else "")
    named = next((value for name, value in headers if name.lower() == "host"), server_name or "")
    host = named.lower() if named.startswith("[") else named.lower().partition(":")[0]
    request = Request(
        time=time,
        scheme=scheme,
        host=host.rstrip("."),
        method=parts[0],
        target=target or "/",
        headers=tuple(headers),
        version=parts[2],
        connection=connection,
    )
    length = request.header("content-length") or "0"
    if not length.isdecimal() or int(length) > MAX_REQUEST_BODY:
        raise BadRequestError("content-length")
    return request, int(length)
