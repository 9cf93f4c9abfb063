"""What a browser may do with an answer: headers for our own pages, stricter ones for bytes out of captures, and which
hosts are answered at all.

Our pages need no script and nothing from elsewhere, so both are forbidden outright. Captured bytes get an origin of
their own (CSP `sandbox`), may load nothing, and are shown in place only when they are what their first bytes say: a
picture, a film, or text as `text/plain`.
"""

from __future__ import annotations

import ipaddress
from typing import NamedTuple

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; media-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
CAPTURE_POLICY = (
    "sandbox; default-src 'none'; img-src data:; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
)

COMMON_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Origin-Agent-Cluster": "?1",
    "X-DNS-Prefetch-Control": "off",
    # Every look is a new check of the digest, and evidence does not stay behind in a browser's cache.
    "Cache-Control": "no-store",
}

MISDIRECTED = 421
"""RFC 9110 section 15.5.20: this server does not answer for that host."""


class Kind(NamedTuple):
    """What a payload's first bytes show it to be."""

    media_type: str
    element: str
    """`img` or `video`: how our pages show it."""
    suffix: str


# Signatures of the WHATWG MIME Sniffing standard (sections 6.1 and 6.2): (offset, bytes, kind).
_SIGNATURES = (
    (0, b"\xff\xd8\xff", Kind("image/jpeg", "img", ".jpg")),
    (0, b"\x89PNG\r\n\x1a\n", Kind("image/png", "img", ".png")),
    (0, b"GIF87a", Kind("image/gif", "img", ".gif")),
    (0, b"GIF89a", Kind("image/gif", "img", ".gif")),
    (8, b"WEBPVP", Kind("image/webp", "img", ".webp")),
    (4, b"ftypavif", Kind("image/avif", "img", ".avif")),
    (4, b"ftypavis", Kind("image/avif", "img", ".avif")),
    *(
        (4, b"ftyp" + brand, Kind("video/mp4", "video", ".mp4"))
        for brand in (b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"dash", b"M4V ", b"MSNV")
    ),
    (0, b"\x1a\x45\xdf\xa3", Kind("video/webm", "video", ".webm")),
)
SNIFFED_BYTES = 64


def sniff(beginning: bytes) -> Kind | None:
    """The picture or film that these bytes begin; null for everything else, SVG included (it can hold scripts)."""
    for offset, signature, kind in _SIGNATURES:
        if beginning[offset : offset + len(signature)] != signature:
            continue
        if kind.media_type == "image/webp" and not beginning.startswith(b"RIFF"):
            continue
        if kind.media_type == "video/webm" and b"webm" not in beginning:
            continue
        return kind
    return None


DOWNLOAD_SUFFIXES = {
    "application/json": ".json",
    "application/pdf": ".pdf",
    "application/warc": ".warc",
    "text/plain": ".txt",
    # Opened from the disk, a captured page would run its scripts: it is saved as what an editor opens.
    "text/html": ".html.txt",
    "application/xhtml+xml": ".html.txt",
    "image/svg+xml": ".svg.txt",
    "application/xml": ".xml.txt",
    "text/xml": ".xml.txt",
}


def capture_headers(*, media_type: str | None, filename: str) -> dict[str, str]:
    """Headers for bytes out of a capture: shown in place as `media_type`, or with null handed over as a download.

    `filename` is ASCII letters, digits, dots and hyphens.
    """
    disposition = "inline" if media_type else "attachment"
    return {
        **COMMON_HEADERS,
        "Content-Security-Policy": CAPTURE_POLICY,
        "Content-Type": media_type or "application/octet-stream",
        "Content-Disposition": f'{disposition}; filename="{filename}"',
    }


def is_loopback(host: str) -> bool:
    """Is this address, as given for listening, reachable from this machine alone? Names other than `localhost` are not
    looked up, and count as not."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]").partition("%")[0]).is_loopback
    except ValueError:
        return False


class HostGuard:
    """Answers only requests that name this site as their host, and puts our headers on every answer without its own.

    A page on the web can give its own name our address (DNS rebinding) and then read our answers as its own; its
    requests still carry its name in `Host`. A literal address cannot be rebound, so where the user has allowed other
    machines in, addresses are answered too.
    """

    def __init__(self, app: ASGIApp, *, bound: str = "127.0.0.1") -> None:
        self._app = app
        self._bound = bound.lower().strip("[]")
        self._remote = not is_loopback(bound)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in {**COMMON_HEADERS, "Content-Security-Policy": PAGE_POLICY}.items():
                    headers.setdefault(name, value)
            await send(message)

        hosts = Headers(scope=scope).getlist("host")
        if len(hosts) != 1 or not self.answers(hosts[0]):
            refusal = PlainTextResponse("This site answers to its own address only.\n", MISDIRECTED)
            await refusal(scope, receive, send_guarded)
            return
        await self._app(scope, receive, send_guarded)

    def answers(self, header: str) -> bool:
        """Does a request with this `Host` field mean us?"""
        host = _host(header)
        if host == "localhost" or host.endswith(".localhost") or host == self._bound:
            return True
        try:
            address = ipaddress.ip_address(host)
        except ValueError:
            return False
        return self._remote or host in ("127.0.0.1", "::1") or str(address) == self._bound


def _host(header: str) -> str:
    """The host of a `Host` field, lower-case, without port and brackets."""
    header = header.strip().lower()
    if header.startswith("["):
        return header[1:].partition("]")[0]
    return header.partition(":")[0].removesuffix(".")
