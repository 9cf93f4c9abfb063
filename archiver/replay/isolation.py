"""What a browser may do with an answer: headers for our own pages, stricter ones for bytes out of captures, and which
hosts are answered at all.

Our pages work without scripts; those that help them are files of our own, and nothing else runs or comes from
elsewhere. Captured bytes get an origin of their own (CSP `sandbox`), may load nothing, and are shown in place only when
they are what their first bytes say: a picture, a film, or text as `text/plain`. A captured page that is shown as a page
lives where nothing else lives (`origins`), runs nothing, and loads from there alone.
"""

from __future__ import annotations

import ipaddress
import re
from typing import NamedTuple

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from archiver.replay.addresses import BELOW_SITE

PAGE_POLICY = (
    "default-src 'none'; connect-src 'self'; style-src 'self'; img-src 'self'; media-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def page_policy(nonce: str) -> str:
    """The policy of one of our pages, whose own scripts carry `nonce` (CSP Level 3, 2.3.1).

    Not `'self'`: captures are served from the site's origin too, and some of them are scripts.
    """
    return f"{PAGE_POLICY}; script-src 'nonce-{nonce}'"


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

_DEFAULTS = [
    (name.lower().encode(), value.encode())
    for name, value in {**COMMON_HEADERS, "Content-Security-Policy": PAGE_POLICY}.items()
]
"""What each answer has that does not say otherwise, as ASGI has it."""

SANDBOX = "allow-same-origin allow-top-navigation-by-user-activation"
"""For captured pages on an origin of their own: its own fonts load, and a link that a person follows opens; nothing
runs, is sent or opens of itself."""
SANDBOX_ON_SITE = "allow-top-navigation-by-user-activation"
"""Where they have to live below the site's own origin: then they get an opaque one (and no fonts)."""

RESOURCE_POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'"
"""For what a captured page loads. Pictures in SVG style themselves, and nothing else (asked for as a page, too)."""


def document_policy(source: str, ancestors: tuple[str, ...], *, sandbox: str) -> str:
    """The policy of a captured page that loads from `source` alone and is shown within `ancestors` (CSP Level 3 source
    expressions; none: nothing is said of them)."""
    policy = (
        f"sandbox {sandbox}; default-src 'none'; img-src {source} data:; style-src {source} 'unsafe-inline'; "
        f"font-src {source} data:; media-src {source}; frame-src {source}; script-src 'none'; object-src 'none'; "
        f"connect-src 'none'; form-action 'none'; base-uri 'none'"
    )
    return f"{policy}; frame-ancestors {' '.join(ancestors)}" if ancestors else policy


_OURS = frozenset({"localhost", "127.0.0.1", "::1"})
"""Hosts that mean us wherever we listen."""

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
_PAGE_PICTURES = (
    (0, b"\x00\x00\x01\x00", "image/x-icon"),
    (0, b"\x00\x00\x02\x00", "image/x-icon"),
    (0, b"BM", "image/bmp"),
)
_PAGE_FONTS = (
    (0, b"wOFF", "font/woff"),
    (0, b"wOF2", "font/woff2"),
    (0, b"OTTO", "font/otf"),
    (0, b"\x00\x01\x00\x00", "font/ttf"),
    (0, b"true", "font/ttf"),
    (0, b"ttcf", "font/collection"),
)
_PAGE_SOUNDS = (
    (0, b"OggS\x00", "application/ogg"),
    (0, b"ID3", "audio/mpeg"),
    *((0, b"\xff" + second, "audio/mpeg") for second in (b"\xfb", b"\xfa", b"\xf3", b"\xf2", b"\xe3")),
    *((0, b"\xff" + second, "audio/aac") for second in (b"\xf1", b"\xf9")),
    (8, b"WAVE", "audio/wav"),
    (0, b"fLaC", "audio/flac"),
    (4, b"ftyp", "video/mp4"),
    (0, b"WEBVTT", "text/vtt"),
    (0, b"\xef\xbb\xbfWEBVTT", "text/vtt"),
)
_SVG = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*+>\s*|<!--.*?-->\s*|<!DOCTYPE\s+svg[^>]*+>\s*)*+<svg[\s>]", re.DOTALL
)
_DECLARED_FILM = re.compile(r"(?:audio|video)/(?!.*mpegurl)[a-z0-9][a-z0-9.+-]{0,60}")
_BINARY = re.compile(rb"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f]")
"""WHATWG MIME Sniffing, section 3 (binary data byte). Films have such bytes at their beginning; play lists have none,
or say first what they are (`#EXTM3U`, RFC 8216). A player asks for what they name, in some browsers past any policy."""
SNIFFED_BYTES = 64
_BRANDS = frozenset({b"avif", b"avis"})


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
    if beginning[4:8] == b"ftyp":  # ISO/IEC 14496-12, section 4.3: a brand that comes first, then those it is of, too
        end = min(int.from_bytes(beginning[:4], "big"), SNIFFED_BYTES, len(beginning))
        if any(beginning[at : at + 4] in _BRANDS for at in range(16, end, 4)):
            return Kind("image/avif", "img", ".avif")
    return None


def is_svg(beginning: bytes, declared: str) -> bool:
    """Is this a picture in SVG? As `img` it runs nothing; as a page it would, and it is never given as one."""
    return declared == "image/svg+xml" or bool(_SVG.match(beginning))


def resource_type(kind: str, beginning: bytes, declared: str) -> str | None:
    """As what a captured page is given what it loads: by its first bytes, for films also by the declared type.

    kind: `im` (picture), `fo` (font), `av` (film or sound), `an` (any of them). Null for what is none of them: never a
    script, a style sheet, a page, or a play list, which names other addresses.
    """
    known = sniff(beginning)
    if kind in ("im", "an"):
        if known and known.element == "img":
            return known.media_type
        if found := _signed(beginning, _PAGE_PICTURES):
            return found
        if is_svg(beginning, declared):
            return "image/svg+xml"
    if kind in ("fo", "an") and (found := _signed(beginning, _PAGE_FONTS)):
        return found
    if kind in ("av", "an"):
        if known and known.element == "video":
            return known.media_type
        if found := _signed(beginning, _PAGE_SOUNDS):
            return found
        playlist = beginning.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"#EXTM3U")
        if _DECLARED_FILM.fullmatch(declared) and _BINARY.search(beginning) and not playlist:
            return declared
    return None


def _signed(beginning: bytes, signatures: tuple[tuple[int, bytes, str], ...]) -> str | None:
    for offset, signature, media_type in signatures:
        if beginning[offset : offset + len(signature)] == signature:
            return media_type
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


_ORIGIN_HOST = re.compile(r"(c[a-z2-7]{26})\.localhost\.?(?::[0-9]{1,5})?", re.IGNORECASE | re.ASCII)


def origin_of_host(header: str) -> str | None:
    """Which capture's origin a `Host` field names; null for the site's own."""
    found = _ORIGIN_HOST.fullmatch(header.strip())
    return found[1].lower() if found else None


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

    Nor does another page learn from how long an answer takes what is in the archive, or put this program to work:
    what its browser says that it loads (Fetch Metadata, `Sec-Fetch-Site`) is refused before it is looked at. Captured
    pages below the site have an opaque origin, from which everything is elsewhere; their addresses cannot be guessed.
    """

    def __init__(self, app: ASGIApp, *, bound: str = "127.0.0.1", captured: ASGIApp | None = None) -> None:
        """captured: answers what asks for the origin of a capture, in the place of `app`."""
        self._app = app
        self._captured = captured
        self._bound = bound.lower().strip("[]")
        self._remote = not is_loopback(bound)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = list(message.get("headers", ()))
                present = {name.lower() for name, _ in headers}
                message["headers"] = headers + [header for header in _DEFAULTS if header[0] not in present]
            await send(message)

        headers = Headers(scope=scope)
        hosts = headers.getlist("host")
        if len(hosts) != 1 or not self.answers(hosts[0]):
            refusal = PlainTextResponse("This site answers to its own address only.\n", MISDIRECTED)
            await refusal(scope, receive, send_guarded)
            return
        if origin_of_host(hosts[0]) is not None:
            if self._captured is not None:
                await self._captured(scope, receive, send_guarded)
            else:
                await PlainTextResponse("No capture is shown here.\n", MISDIRECTED)(scope, receive, send_guarded)
            return
        if _is_loaded_elsewhere(headers) and not scope["path"].startswith(BELOW_SITE):
            await PlainTextResponse("This is given to the site's own pages only.\n", 403)(scope, receive, send_guarded)
            return
        await self._app(scope, receive, send_guarded)

    def answers(self, header: str) -> bool:
        """Does a request with this `Host` field mean us?"""
        host = _host(header)
        if host in _OURS or host.endswith(".localhost") or host == self._bound:
            return True
        try:
            address = ipaddress.ip_address(host)
        except ValueError:
            return False
        return self._remote or str(address) == self._bound


def _is_loaded_elsewhere(headers: Headers) -> bool:
    """Does a page of another site load, ask or frame this? Opening it in a window of its own is a person's choice."""
    elsewhere = headers.get("sec-fetch-site", "") in ("cross-site", "same-site")
    return elsewhere and headers.get("sec-fetch-dest", "") != "document"


def _host(header: str) -> str:
    """The host of a `Host` field, lower-case, without port and brackets."""
    header = header.strip().lower()
    if header.startswith("["):
        return header[1:].partition("]")[0]
    return header.partition(":")[0].removesuffix(".")
