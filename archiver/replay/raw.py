"""The payload of a capture as captured (`id_`): for programs, and harmless where a browser opens it.

Bytes, status and media type are the captured ones; every other header field is ours. A browser that is led here may
not show it: the payload is a download, and where it is shown after all, the policy lets it load and run nothing. Only
what is a picture or a film by its first bytes, too, is shown in place.

Content codings: gzip and zstd are passed on to clients that name them in `Accept-Encoding`; everything else is decoded.
Transfer codings are always removed.
"""

from __future__ import annotations

import functools
import hashlib
import re
from http import HTTPStatus

from anyio import CapacityLimiter, to_thread
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from archiver.model import Capture
from archiver.replay.addresses import Addresses
from archiver.replay.isolation import COMMON_HEADERS, DOWNLOAD_SUFFIXES, SNIFFED_BYTES, Kind, sniff
from archiver.replay.onepass import MAX_STORED, Whole, read_whole
from archiver.replay.payload import open_payload, ranged, ranged_head
from archiver.replay.shelf import Shelf
from archiver.replay.show import is_web_url
from archiver.store.digests import DigestCheck

POLICY = "sandbox; default-src 'none'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"

AT_ONCE = 512 * 1024
"""Bytes of a record in its file that are read without a thread: handing over and back takes longer than reading."""

MAX_CODINGS = 16
"""Of an `Accept-Encoding` field; the rest is not read."""

_CONTENT_TYPE = re.compile(r"[!-:<-~]{1,127}(?:[ \t]*;[ -~]{0,255})?")
_PUSHED = "multipart/x-mixed-replace"
"""Browsers show its parts as pages, and each part brings header fields of its own (HTML standard, "Loading
multipart/x-mixed-replace documents"). It is given as bytes."""

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_NO_BODY = frozenset({204, 205, 206, 304})

_CONDITIONS = frozenset({"range", "if-match", "if-none-match"})

_threads = functools.cache(lambda: CapacityLimiter(4))
"""Each may hold a record of `MAX_STORED`, inflated."""


async def raw_response(request: Request, shelf: Shelf, capture: Capture, headers: dict[str, str]) -> Response:
    """The answer to GET or HEAD for a capture's payload; `headers` are added to it.

    Raises `DigestRefusedError`, or `ArchiveError` or `InputError` where the payload cannot be read.
    """
    accepts = accepted(request.headers.get("accept-encoding", ""))
    archive = shelf.archive
    if capture.length <= AT_ONCE and capture.record_type != "revisit":
        whole = read_whole(archive, capture, accepts=accepts)
    elif capture.length <= MAX_STORED:
        whole = await to_thread.run_sync(lambda: read_whole(archive, capture, accepts=accepts), limiter=_threads())
    else:
        whole = None
    if whole is not None:
        return _from_memory(request, shelf, capture, whole, headers)
    return await to_thread.run_sync(lambda: _in_pieces(request, shelf, capture, headers), limiter=_threads())


def _from_memory(request: Request, shelf: Shelf, capture: Capture, whole: Whole, added: dict[str, str]) -> Response:
    kind = sniff(bytes(whole.body[:SNIFFED_BYTES])) if whole.coding is None else None
    headers = _headers(capture, whole.content_type, kind, _tag(capture, whole.checks, whole.coding), added)
    if whole.coding:
        headers["Content-Encoding"] = whole.coding
    status = status_shown(whole.status)
    if status != HTTPStatus.OK:
        _redirect(shelf, capture, status, whole.redirect, headers)
        headers["Content-Length"] = str(len(whole.body))
        return Response(b"" if request.method == "HEAD" else whole.body, status, headers)
    status, part, headers = ranged_head(request, len(whole.body), headers)
    body = whole.body if len(part) == len(whole.body) else whole.body[part.start : part.stop]
    return Response(b"" if request.method == "HEAD" else body, status, headers)


def _in_pieces(request: Request, shelf: Shelf, capture: Capture, added: dict[str, str]) -> Response:
    payload = open_payload(shelf.archive, capture)
    headers = _headers(capture, payload.content_type, payload.kind, _tag(capture, payload.checks, None), added)
    status = status_shown(payload.status)
    if status != HTTPStatus.OK:
        _redirect(shelf, capture, status, payload.redirect, headers)
    elif payload.plain_length is not None or not _CONDITIONS.isdisjoint(request.headers.keys()):
        return ranged(request, payload.open, payload.length(), headers)
    # its length is known only when all of it is decoded: so it is sent without one
    if request.method == "HEAD":
        response = Response(status_code=status, headers=headers)
        del response.headers["Content-Length"]
        return response
    return StreamingResponse(payload.open(), status_code=status, headers=headers)


def _headers(
    capture: Capture, content_type: str | None, kind: Kind | None, tag: str | None, added: dict[str, str]
) -> dict[str, str]:
    shown = content_type.strip() if content_type else ""
    media_type = shown.partition(";")[0].strip().lower()
    if not _CONTENT_TYPE.fullmatch(shown) or media_type == _PUSHED:
        shown = media_type = "application/octet-stream"
    inline = kind is not None and kind.media_type == media_type
    suffix = kind.suffix if inline and kind else DOWNLOAD_SUFFIXES.get(media_type, ".bin")
    name = f"capture-{capture.time:%Y%m%dT%H%M%SZ}-{capture.offset}{suffix}"
    headers = {
        **COMMON_HEADERS,
        "Content-Security-Policy": POLICY,
        "Content-Type": shown,
        "Content-Disposition": f'{"inline" if inline else "attachment"}; filename="{name}"',
        "Vary": "accept-encoding",
        **added,
    }
    if tag:
        headers["ETag"] = tag
    return headers


def status_shown(status: int) -> int:
    """The status that a captured answer is shown with: its own, where that says nothing of the connection or of a part
    that was asked for; else 200."""
    return status if 200 <= status <= 599 and status not in _NO_BODY else HTTPStatus.OK


def _redirect(shelf: Shelf, capture: Capture, status: int, target: str | None, headers: dict[str, str]) -> None:
    """Where the answer redirected, it leads to what this archive has of that address, never to the live web."""
    if status in _REDIRECTS and target and is_web_url(target):
        headers["Location"] = Addresses(shelf.slug).raw(capture.time, target)


def _tag(capture: Capture, checks: tuple[DigestCheck, ...], coding: str | None) -> str | None:
    """A strong validator (RFC 9110 section 8.8.3); null where the record declares no digest, and may have changed."""
    if not checks:
        return None
    named = "\n".join([capture.record_id, coding or "", *(check.expected for check in checks)])
    return f'"{hashlib.sha256(named.encode("utf-8", "replace")).hexdigest()[:32]}"'


@functools.lru_cache(maxsize=64)
def accepted(field: str) -> frozenset[str]:
    """The content codings that an `Accept-Encoding` field allows by name (RFC 9110 section 12.5.3), in lower case."""
    found = set()
    for item in field.lower().split(",")[:MAX_CODINGS]:
        coding, _, weight = item.partition(";")
        if not re.fullmatch(r"\s*q\s*=\s*0(?:\.0*)?\s*", weight):
            found.add(coding.strip())
    return frozenset(found)
