"""What the origin of a captured page answers with: that page, what it loads, and nothing else.

Every byte is checked against its digests before it is given out. What the archive has not is missing: a picture that
says so, an empty style sheet; nothing asks the web.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from http import HTTPStatus
from typing import NamedTuple
from urllib.parse import quote

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route
from starlette.types import Scope

from archiver.article.encoding import codec_of, decode
from archiver.errors import ArchiverError, InputError
from archiver.model import Capture
from archiver.replay.addresses import Addresses, stamp
from archiver.replay.documents import SNIFFED, Shown, note, shown
from archiver.replay.isolation import COMMON_HEADERS, RESOURCE_POLICY, document_policy, resource_type
from archiver.replay.mementos import captured_url, moment_of
from archiver.replay.origins import KINDS, Origin, Origins, Place, origin_id, place_of_host
from archiver.replay.payload import Payload, open_payload, ranged
from archiver.replay.plaintext import beginning_of, bytes_of
from archiver.replay.references import absolute, fragment_of
from archiver.replay.shelf import Library, Shelf
from archiver.replay.show import is_page_address, is_web_url
from archiver.replay.stillpage import Leading
from archiver.replay.stylesheets import rewrite_css
from archiver.store.surt import surt

MAX_HOPS = 5
"""Redirects that are followed for what a page loads."""

MAX_WITHIN_SECOND = 100
"""Captures of one address within one second that can be told apart."""

MAX_LOOKED_UP = 2000
"""Addresses of a page's pictures and films that are looked up to choose among them; of more, none is left out."""

MAX_SHEET = 8 << 20
"""Bytes of a style sheet; a longer one is cut there."""

FRAMED = frozenset({"iframe", "frame"})
RUN = frozenset(
    {"document", "iframe", "frame", "object", "embed", "script", "worker", "sharedworker", "serviceworker", "manifest",
     "audioworklet", "paintworklet", "xslt", "report", "webidentity"}
)  # fmt: skip
"""Values of `Sec-Fetch-Dest` with which a resource would be a page or a program."""

_RESOURCE = re.compile(r"([0-9]{14})([a-z]{2})_/(.+)", re.DOTALL)
_ONE_SLASH = re.compile(r"(https?:)/+(?=[^/])", re.IGNORECASE)
_CHARSET_RULE = re.compile(rb'@charset "([\w.:-]{2,40})";')


def rest_of(scope: Scope, slashes: int) -> str:
    """What stands behind so many slashes of the path, as sent.

    Clients that take `//` for `/` are made up for.
    """
    raw: bytes = scope.get("raw_path") or quote(scope["path"]).encode()
    parts = raw.partition(b"?")[0].split(b"/", slashes)
    rest = parts[slashes].decode("latin-1") if len(parts) > slashes else ""
    return _ONE_SLASH.sub(r"\1//", rest, count=1)


def nearest(shelf: Shelf, url: str, moment: datetime) -> Capture | None:
    """The capture of an address that is nearest in time."""
    return shelf.archive.catalogue.nearest(surt(url), moment, uri=url)


def captured_within(shelf: Shelf, url: str, moment: datetime) -> Iterator[Capture]:
    """The captures of an address within the second of `moment`, the one first that stands for it."""
    first = nearest(shelf, url, moment)
    if first is None or stamp(first.time) != stamp(moment):
        return
    yield first
    for other in shelf.archive.catalogue.within_second(surt(url), moment, limit=MAX_WITHIN_SECOND):
        if (other.file, other.offset) != (first.file, first.offset):
            yield other


def found_for(shelf: Shelf, url: str, moment: datetime) -> tuple[Capture | None, str]:
    """The capture that stands for what a page loads, through stored redirects; else why there is none.

    Raises `ArchiverError` when a redirect on the way does not verify.
    """
    for _ in range(MAX_HOPS):
        if not is_web_url(url):
            return None, "its address is none of the web"
        capture = nearest(shelf, url, moment)
        if capture is None:
            return None, "not in this archive"
        status = capture.status or 200
        if 300 <= status < 400:
            onward = shelf.archive.exchange(capture).redirect
            if onward is None or onward == url:
                return None, f"answered with status {status}"
            url = onward
            continue
        if status >= 400:
            return None, f"answered with status {status}"
        if status == 206 and not _whole(shelf, capture):
            return None, "only a part of it was captured"
        return capture, ""
    return None, "redirected too often"


def _whole(shelf: Shelf, capture: Capture) -> bool:
    """Is a part (206) all of it? Browsers ask for films so."""
    found = re.fullmatch(
        r"bytes 0-([0-9]+)/([0-9]+)", (shelf.archive.exchange(capture).header("content-range") or "").strip()
    )
    return found is not None and int(found[1]) + 1 == int(found[2])


def leading(place: Place, shelf: Shelf, moment: datetime) -> Leading:
    """Where the addresses of a page lead that is shown at this place, as of this time."""
    to = Addresses(shelf.slug)
    known: dict[str, bool] = {}

    def there(url: str) -> bool:
        if (found := known.get(url)) is None:
            if len(known) >= MAX_LOOKED_UP:
                return True
            try:
                found = found_for(shelf, url, moment)[0] is not None
            except ArchiverError:
                found = False
            known[url] = found
        return found

    return Leading(
        resource=lambda url, kind: place.path(kind, moment, url),
        page=lambda url: place.site + to.view(moment, url),
        there=there,
    )


class Captured:
    """What the origins of captures answer with: their page, what it loads, and nothing else."""

    def __init__(self, library: Library, origins: Origins, *, bound: str) -> None:
        self.library = library
        self.origins = origins
        self.bound = bound

    def app(self) -> Starlette:
        """As an ASGI application, for requests whose host is a capture's origin."""
        return Starlette(
            routes=[Route("/{rest:path}", self.apart)],
            exception_handlers={Exception: self._broken},
        )

    def apart(self, request: Request) -> Response:
        place = place_of_host(request.headers.get("host", ""), bound=self.bound)
        if place is None:
            raise HTTPException(421)
        return self.answer(request, place, rest_of(request.scope, 1))

    def answer(self, request: Request, place: Place, rest: str) -> Response:
        """What is given for the rest of an address: a page or what it loads, or a note why not."""
        try:
            return self._answer(request, place, rest)
        except ArchiverError as error:
            return self._note(place, f"Refused. {error}", HTTPStatus.BAD_GATEWAY)

    def _answer(self, request: Request, place: Place, rest: str) -> Response:
        asked = _RESOURCE.fullmatch(rest)
        url = captured_url(asked[3], request.scope.get("query_string", b"")) if asked else ""
        page = asked is not None and asked[2] == "mp"
        if asked is None or not (is_page_address(url) if page else is_web_url(url)):
            return self._note(place, "There is nothing at this address.", HTTPStatus.NOT_FOUND)
        moment, kind = moment_of(asked[1]), asked[2]
        destination = request.headers.get("sec-fetch-dest", "")
        if kind == "mp":
            return self._document(place, url, moment, destination)
        origin = self.origins.get(place.id)
        if origin is None or kind not in KINDS.values():
            return self._note(
                place, "The page that loads this is not open any more: open it again.", HTTPStatus.NOT_FOUND
            )
        shelf = self.library.shelf(origin.slug)
        if shelf is None:
            return self._note(place, "There is nothing at this address.", HTTPStatus.NOT_FOUND)
        if kind == "fr":
            return self._frame(place, shelf, url, origin, destination)
        if destination in RUN:
            return self._note(place, "This is given to pages of this capture only.", HTTPStatus.FORBIDDEN)
        return self._resource(request, place, shelf, url, kind, origin, destination)

    # Pages.

    def _document(self, place: Place, url: str, moment: datetime, destination: str) -> Response:
        for shelf in self.library.shelves:
            within = captured_within(shelf, url, moment)
            found = ((n, one) for n, one in enumerate(within) if origin_id(shelf.slug, one.record_id) == place.id)
            number, capture = next(found, (0, None))
            if capture is None:
                continue
            if destination == "document":
                to = Addresses(shelf.slug)
                led = to.seen(capture) if number else to.view(capture.time, url)
                return RedirectResponse(place.site + led, 302, _headers(place, RESOURCE_POLICY))
            if destination and destination not in FRAMED:
                return self._note(place, "This is shown within the site's page only.", HTTPStatus.FORBIDDEN)
            self.origins.remember(place.id, Origin(shelf.slug, capture.time))
            return self._page(place, shown(shelf, capture, leading(place, shelf, capture.time)))
        return self._note(place, "There is nothing at this address.", HTTPStatus.NOT_FOUND)

    def _frame(self, place: Place, shelf: Shelf, url: str, origin: Origin, destination: str) -> Response:
        if destination and destination not in FRAMED:
            return self._note(place, "This is shown within the page that frames it only.", HTTPStatus.FORBIDDEN)
        capture, why = found_for(shelf, url, origin.moment)
        if capture is None:
            return self._note(place, f"Missing: {url} ({why}).", HTTPStatus.NOT_FOUND)
        if not place.apart:  # no policy can name the opaque origin of the page around it
            place = place._replace(ancestors=())
        return self._page(place, shown(shelf, capture, leading(place, shelf, origin.moment)))

    def _page(self, place: Place, look: Shown) -> Response:
        return self._html(place, look.html, HTTPStatus.OK)

    def _note(self, place: Place, text: str, status: HTTPStatus) -> Response:
        return self._html(place, note(text, status.phrase), status)

    @staticmethod
    def _html(place: Place, html: str, status: HTTPStatus) -> Response:
        policy = document_policy(place.source, place.ancestors, sandbox=place.sandbox)
        headers = {**_headers(place, policy), "Content-Type": "text/html; charset=utf-8"}
        return Response(html.encode("utf-8", "replace"), status, headers)

    # What pages load.

    def _resource(
        self, request: Request, place: Place, shelf: Shelf, url: str, kind: str, origin: Origin, destination: str
    ) -> Response:
        try:
            capture, why = found_for(shelf, url, origin.moment)
            payload = open_payload(shelf.archive, capture) if capture else None
        except ArchiverError:
            return self._lacking(place, kind, destination, "refused: its bytes are not those that were stored", 502)
        if payload is None:
            return self._lacking(place, kind, destination, why, 404)
        if kind == "cs" or (kind == "an" and destination == "style"):
            if payload.media_type not in ("text/css", ""):
                return self._lacking(place, kind, destination, "no style sheet", 404)
            return self._sheet(place, shelf, payload, origin)
        media_type = resource_type(kind, beginning_of(payload, SNIFFED), payload.media_type)
        if media_type is None:
            return self._lacking(place, kind, destination, "not what was asked for", 404)
        headers = {**_headers(place, RESOURCE_POLICY), "Content-Type": media_type}
        return ranged(request, payload.open, payload.length(), headers)

    @staticmethod
    def _sheet(place: Place, shelf: Shelf, payload: Payload, origin: Origin) -> Response:
        sheet = sheet_of(payload, MAX_SHEET, leading(place, shelf, origin.moment).resource)
        headers = {**_headers(place, RESOURCE_POLICY), "Content-Type": "text/css; charset=utf-8"}
        return Response(sheet.text.encode("utf-8", "replace"), headers=headers)

    @staticmethod
    def _lacking(place: Place, kind: str, destination: str, why: str, status: int) -> Response:
        """In the place of what is missing: a picture that says so, or nothing."""
        headers = _headers(place, RESOURCE_POLICY)
        if kind == "im":
            return Response(_placeholder(why), status, {**headers, "Content-Type": "image/svg+xml"})
        media_type = "text/css" if kind == "cs" or destination == "style" else "text/plain"
        return Response(b"", status, {**headers, "Content-Type": f"{media_type}; charset=utf-8"})

    # What went wrong.

    def _broken(self, request: Request, _error: Exception) -> Response:
        place = place_of_host(request.headers.get("host", ""), bound=self.bound)
        text = "Something went wrong in this program."
        return self._note(place, text, HTTPStatus.INTERNAL_SERVER_ERROR) if place else Response(status_code=421)


def _headers(place: Place, policy: str) -> dict[str, str]:
    # below the site, pages have an opaque origin, to which nothing is of the same one
    shared = {} if place.apart else {"Cross-Origin-Resource-Policy": "cross-origin"}
    return {**COMMON_HEADERS, "Content-Security-Policy": policy, **shared}


def _placeholder(why: str) -> bytes:
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" width="320" height="120" viewBox="0 0 320 120" role="img">'
        '<rect x="1" y="1" width="318" height="118" fill="#f3f1ec" stroke="#8a8f96" stroke-dasharray="6 4"/>'
        '<g text-anchor="middle" font-family="sans-serif" fill="#4a4f55">'
        f'<text x="160" y="56" font-size="15">Picture missing</text><text x="160" y="80" font-size="12">{why}</text>'
        "</g></svg>"
    ).encode()


class Sheet(NamedTuple):
    """A captured style sheet."""

    text: str
    """Its addresses led to the archive."""
    loads: tuple[tuple[str, str], ...]
    """The absolute http(s) URLs in it, each once, with what it is for: `style` for an imported sheet, else `any`."""
    length: int
    """Bytes of it that were read."""
    cut: bool


def sheet_of(payload: Payload, limit: int, resource: Callable[[str, str], str] = lambda url, _: url) -> Sheet:
    """A style sheet, or its first `limit` bytes.

    resource: where an address leads, as `Leading.resource`.
    """
    data, cut = bytes_of(payload, limit)
    loads: dict[tuple[str, str], None] = {}

    def led(reference: str, purpose: str) -> str:
        if reference.startswith("#") or reference[:5].lower() == "data:":
            return reference
        url = absolute(payload.capture.target_uri, reference)
        if url is None:
            return ""
        loads[url, purpose] = None
        return resource(url, purpose) + fragment_of(reference)

    return Sheet(rewrite_css(_sheet_text(data, payload), led), tuple(loads), len(data), cut)


def _sheet_text(data: bytes, payload: Payload) -> str:
    """CSS Syntax Level 3, section 3.2: byte order mark, header, `@charset`; what declares nothing, and is not UTF-8, is
    judged by its letters, as an article is."""
    declared = payload.content_type
    if codec_of(declared) is None and (rule := _CHARSET_RULE.match(data)):
        declared = f"text/css; charset={rule[1].decode('ascii', 'replace')}"
    try:
        return decode(data, source=payload.capture.target_uri, content_type=declared)
    except InputError:
        return data.decode("utf-8", "replace")
