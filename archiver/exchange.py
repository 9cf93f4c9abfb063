"""One HTTP exchange: the bytes as they crossed the connection, and how to read them.

Made by the network door (`web`), written and read back by the `store`, read by everything that looks at an answer. So
that an answer reads the same live and replayed, there is one class for both.
"""

from __future__ import annotations

import codecs
import io
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import BinaryIO, Literal, Protocol

import msgspec

from archiver.errors import LimitError
from archiver.gunzip import MAX_EXPANSION, BodyExpansion
from archiver.http1 import content_codings, dechunk, decoded
from archiver.model import Capture
from archiver.url import resolve_url

Truncation = Literal["length", "time", "disconnect", "unspecified"]

MAX_PAYLOAD = 64 * 1024 * 1024
"""Default bound on a decoded payload that is read into memory."""

ALWAYS_DECODED = 1 << 20
"""Up to so many bytes the ratio is not looked at: a small page of blanks is no bomb."""

PIECE = 64 * 1024

REDIRECTS = frozenset({301, 302, 303, 307, 308})


class Tls(msgspec.Struct, frozen=True, kw_only=True):
    """How the connection was secured, and the certificates that the server showed."""

    version: str
    """As OpenSSL names it: `TLSv1.3`."""
    cipher: str
    """The cipher suite's name in IANA's registry; empty where that is not known."""
    certificates: tuple[bytes, ...] = ()
    """DER, in the order in which the server sent them: its own first, then those above it."""


class Exchange(msgspec.Struct, kw_only=True):
    """A request and the answer to it.

    `request` holds the request's bytes as sent; `open_response` opens the final response's bytes as received (head and
    body, transfer and content encodings untouched) for reading from the start, as often as wanted. `headers` are the
    response's, in order, names as sent.
    """

    url: str
    time: datetime
    """When the request was sent (UTC)."""
    status: int
    """0 where what came is no HTTP response; then all of it is the `response`, and it has no head."""
    headers: tuple[tuple[str, str], ...] = ()
    request: bytes = b""
    open_response: Callable[[], BinaryIO] = io.BytesIO
    response_length: int = 0
    head_length: int = 0
    """Where the body begins in the response's bytes."""
    payload_digest: str | None = None
    """`sha256:HEX` of the body with its transfer encoding removed and its content encoding kept."""
    interim: bytes = b""
    """The heads of interim responses (1xx), as received, that came before the final one."""
    surplus: bytes = b""
    """What the server sent behind the end of the response, as far as it had arrived: no part of any message."""
    http_version: str = "HTTP/1.1"
    ip_address: str | None = None
    tls: Tls | None = None
    truncated: Truncation | None = None
    packed_length: int | None = None
    """Bytes that the record with the body takes where it lies, if somebody unknown made the file. A few of them can
    stand for a body of megabytes that is itself compressed: its expansion is then counted from here."""
    capture: Capture | None = None
    """Where the response is stored, once it is."""

    def header(self, name: str) -> str | None:
        """The first header of this name, in any case; null when there is none."""
        name = name.lower()
        return next((value for key, value in self.headers if key.lower() == name), None)

    @property
    def content_type(self) -> str | None:
        """The media type alone, lower-case: `text/html`."""
        value = self.header("content-type")
        return value.partition(";")[0].strip().lower() or None if value else None

    @property
    def chunked(self) -> bool:
        return "chunked" in (self.header("transfer-encoding") or "").lower()

    @property
    def record_id(self) -> str | None:
        return self.capture.record_id if self.capture else None

    @property
    def redirect(self) -> str | None:
        """Where the answer sends its reader: the absolute URL; null where it does not."""
        location = self.header("location") if self.status in REDIRECTS else None
        if not location:
            return None
        # header values map bytes to characters one by one; what is sent beyond ASCII is UTF-8 (WHATWG Fetch)
        return resolve_url(self.url, location.encode("latin-1", "replace").decode("utf-8", "replace"))

    def payload(self, limit: int = MAX_PAYLOAD) -> bytes:
        """The body with transfer and content encoding removed, at most `limit` bytes.

        A body that was cut or that does not decode gives what could be decoded.

        Raises `LimitError` when the decoded body is larger than `limit` or expands more than a real one does, and
        `InputError` when it is compressed in a way that this installation cannot read.
        """
        out = io.BytesIO()
        size = 0
        bound = self._bound()
        for piece in self.iter_payload():
            size += len(piece)
            if size > limit:
                raise LimitError(f"the answer decodes to more than {limit:,} bytes", subject=self.url)
            if size > bound:  # also where nothing is to be decoded: here it takes memory
                raise self._expanded()
            out.write(piece)
        return out.getvalue()

    def iter_payload(self) -> Iterator[bytes]:
        """The decoded body piece by piece, in constant memory; raises what `payload` raises."""
        codings = content_codings(self.header("content-encoding"))
        with self.open_response() as stream:
            stream.read(self.head_length)
            if not self.chunked and not codings:
                yield from iter(lambda: stream.read(PIECE), b"")
                return
            if self._sent > self._bound():
                raise self._expanded()
            pieces = dechunk(stream) if self.chunked else iter(lambda: stream.read(PIECE), b"")
            expansion = BodyExpansion(self.url, packed=self._packed, floor=ALWAYS_DECODED, what="answer")
            yield from decoded(expansion.sent(pieces), codings, counted=expansion.counted)

    @property
    def _sent(self) -> int:
        return self.response_length - self.head_length

    @property
    def _packed(self) -> int:
        """Bytes that the body takes, of which its expansion is counted."""
        return self._sent if self.packed_length is None else min(self._sent, self.packed_length)

    def _bound(self) -> int:
        return max(ALWAYS_DECODED, self._packed * MAX_EXPANSION)

    def _expanded(self) -> LimitError:
        return LimitError(f"the answer expands more than {MAX_EXPANSION} times", subject=self.url)

    def text(self, limit: int = MAX_PAYLOAD) -> str:
        """The payload as text, in the charset that the header names, else UTF-8; wrong bytes become U+FFFD.

        Raises what `payload` raises.
        """
        content_type = self.header("content-type") or ""
        charset = next(
            (p.partition("=")[2].strip(" \"'") for p in content_type.split(";") if "charset=" in p.lower()), ""
        )
        payload = self.payload(limit)
        if payload.startswith(codecs.BOM_UTF8):
            return payload.decode("utf-8-sig", "replace")
        try:
            return payload.decode(charset or "utf-8", "replace")
        except (LookupError, ValueError):  # no such charset, or a codec that is none (`hex`, `idna`)
            return payload.decode("utf-8", "replace")


class Fetcher(Protocol):
    """What asks the web: the live door, or (`--offline`) the stored captures. Jobs know only this."""

    def fetch(
        self,
        url: str,
        *,
        headers: Iterable[tuple[str, str]] = (),
        max_bytes: int | None = None,
        whole_or_head: bool = False,
    ) -> Exchange:
        """One GET, redirects *not* followed, the exchange stored as evidence before it is returned.

        Any HTTP status is an answer, not an error. Retries and rate limits happen inside. A body longer than
        `max_bytes` is cut there; with `whole_or_head`, none of it is taken where the head already says that it is
        longer.

        Raises `NetworkError` when no answer came (its `RefusedError`: the guard forbade it; its `NotStoredError`:
        offline and never captured).
        """
        ...

    def follow(
        self,
        url: str,
        *,
        headers: Iterable[tuple[str, str]] = (),
        max_bytes: int | None = None,
        whole_or_head: bool = False,
    ) -> list[Exchange]:
        """Like `fetch`, and the redirects after it, each stored and guarded; the last one is the answer."""
        ...
