"""Captures by address and time: raw payloads (`id_`), and the time gates and time maps of the Memento protocol.

RFC 7089.

The rest of the path is the captured URL as it was sent, with its query: nothing of it is decoded or normalised on the
way, so this is a route of its own. In the protocol's terms the raw payload is the memento: it is what was captured. A
browser that a person steers is led to the page that shows it instead.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import NamedTuple

from starlette.datastructures import URLPath
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Match, NoMatchFound
from starlette.types import Receive, Scope, Send

from archiver.model import Capture
from archiver.replay.addresses import Addresses, as_sent, stamp
from archiver.replay.raw import raw_response
from archiver.replay.shelf import Library, Shelf
from archiver.store.catalogue import NO_TIME
from archiver.warcparts import timestamp_to_datetime

MAX_URL = 32 * 1024
"""Bytes of a captured URL in an address; browsers go up to that and beyond, real captures do not."""

MEMENTOS_A_PAGE = 1000

FORMS = {"link": "application/link-format", "json": "application/json", "cdxj": "application/cdxj+ors"}
"""Of a time map: RFC 7089 section 5, and what MemGator and pywb's clients read besides."""

_PATH = re.compile(
    rb"/archives/(?P<slug>[a-z0-9-]{1,80})/"
    rb"(?:(?P<stamp>[0-9]{1,14})id_|(?P<gate>timegate)|timemap/(?P<form>[a-z]{1,9})(?:/(?P<start>[0-9]{14}))?)/"
    rb"(?P<url>.+)",
    re.DOTALL,
)
_SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:(?!\d+(?:[/?#]|\Z))")
"""Not a host with its port."""
_HTTP_DATE = re.compile(
    r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), (\d{2}) (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) (\d{4})"
    r" (\d{2}):(\d{2}):(\d{2}) GMT",
    re.ASCII,
)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class Asked(NamedTuple):
    """What an address asks for."""

    slug: str
    stamp: str | None
    """1 to 14 digits: the payload at this time."""
    gate: bool
    form: str | None
    """Of a time map."""
    start: str | None
    """14 digits: its mementos from this second on."""
    url: str


def asked(path: bytes, query: bytes) -> Asked | None:
    """What a request's target asks for; null where it is an address of another kind."""
    found = _PATH.fullmatch(path)
    if found is None:
        return None
    part = {name: value.decode("latin-1") for name, value in found.groupdict().items() if value is not None}
    url = captured_url(part["url"], query)
    return Asked(part["slug"], part.get("stamp"), "gate" in part, part.get("form"), part.get("start"), url)


def captured_url(rest: str, query: bytes) -> str:
    """The captured URL that ends an address: the rest of its path as sent, and its query. One without a scheme is
    http.

    Raises `HTTPException` (414) where it is too long.
    """
    url = f"{rest}?{query.decode('latin-1')}" if query else rest
    if len(url) > MAX_URL:
        raise HTTPException(414)
    return url if _SCHEME.match(url) else f"http://{url}"


def moment_of(digits: str) -> datetime:
    """The time that 1 to 14 digits mean, padded as the Wayback Machine's users know it: `2014` is its last second.
    What no calendar has becomes the nearest that it has, between the years 1900 and 2999."""
    if len(digits) == 14 and "1900" <= digits[:4] <= "2999":
        day = int(digits[:4]), int(digits[4:6]), int(digits[6:8])
        try:
            return datetime(*day, int(digits[8:10]), int(digits[10:12]), int(digits[12:]), tzinfo=UTC)
        except ValueError:
            pass
    moment: datetime = timestamp_to_datetime(digits, tz_aware=True)
    return moment


def accept_datetime(value: str) -> datetime:
    """The time that an `Accept-Datetime` field asks for: an HTTP date in GMT, as RFC 7089 section 2.1.1 has it.

    Raises `HTTPException` (400) where it is none.
    """
    found = _HTTP_DATE.fullmatch(value.strip())
    if found is None:
        raise HTTPException(400, "Accept-Datetime is not a date as HTTP writes it (Tue, 11 Sep 2001 20:35:00 GMT).")
    day, month, year, hour, minute, second = found.groups()
    try:
        return datetime(
            int(year), _MONTHS.index(month) + 1, int(day), int(hour), int(minute),
            59 if second == "60" else int(second),  # a leap second
            tzinfo=UTC,
        )  # fmt: skip
    except ValueError:
        raise HTTPException(400, "Accept-Datetime is a date that no calendar has.") from None


@functools.lru_cache(maxsize=256)
def http_date(moment: datetime) -> str:
    return format_datetime(moment.astimezone(UTC), usegmt=True)


class MementoRoute(BaseRoute):
    """Answers for raw payloads, time gates and time maps of a library."""

    def __init__(self, library: Library) -> None:
        self._library = library

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        if scope["type"] != "http" or not scope["path"].startswith("/archives/"):
            return Match.NONE, {}
        path = scope.get("raw_path") or scope["path"].encode("utf-8", "replace")
        found = asked(path, scope["query_string"])
        if found is None:
            return Match.NONE, {}
        return Match.FULL, {"memento": found, "path_params": {"slug": found.slug}}

    def url_path_for(self, name: str, /, **path_params: object) -> URLPath:
        raise NoMatchFound(name, path_params)

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        found: Asked = scope["memento"]
        shelf = self._library.shelf(found.slug)
        if shelf is None:
            raise HTTPException(404)
        if request.method not in ("GET", "HEAD"):
            raise HTTPException(405, headers={"Allow": "GET, HEAD"})
        if found.stamp is not None:
            response = await self._raw(request, shelf, found.stamp, found.url)
        elif found.gate:
            response = self._gate(request, shelf, found.url)
        else:
            response = self._map(request, shelf, found)
        await response(scope, receive, send)

    async def _raw(self, request: Request, shelf: Shelf, digits: str, url: str) -> Response:
        capture = shelf.nearest(url, moment_of(digits))
        if capture is None:
            raise not_captured(request, shelf, url)
        to = Addresses(shelf.slug)
        if digits != stamp(capture.time):
            return RedirectResponse(to.raw(capture.time, url), 302)
        links = Links(request, shelf, url)
        headers = {"Link": ", ".join([*links.around(), *links.mementos(capture)])}
        if capture.time != NO_TIME:
            headers["Memento-Datetime"] = http_date(capture.time)
        return await raw_response(request, shelf, capture, headers)

    def _gate(self, request: Request, shelf: Shelf, url: str) -> Response:
        """RFC 7089 section 4.1: pattern 1.1, a time gate of its own that redirects."""
        wanted = request.headers.get("accept-datetime")
        moment = accept_datetime(wanted) if wanted is not None else moment_of("")
        capture = shelf.nearest(url, moment)
        if capture is None:
            raise not_captured(request, shelf, url)
        to, links = Addresses(shelf.slug), Links(request, shelf, url)
        navigated = request.headers.get("sec-fetch-mode") == "navigate"
        headers = {
            "Vary": "accept-datetime, sec-fetch-mode",
            "Link": ", ".join([*links.around(gate=False), *links.mementos(capture)]),
        }
        place = to.view(capture.time, url) if navigated else to.raw(capture.time, url)
        return RedirectResponse(links.base + place, 302, headers)

    def _map(self, request: Request, shelf: Shelf, found: Asked) -> Response:
        media_type = FORMS.get(found.form or "")
        if media_type is None:
            raise HTTPException(404, f"A time map is there as {', '.join(FORMS)}.")
        start = moment_of(found.start) if found.start else None
        # one more tells whether there are more
        seconds = shelf.seconds(found.url, start, MEMENTOS_A_PAGE + 1)
        if not seconds:
            raise not_captured(request, shelf, found.url)
        links = Links(request, shelf, found.url)
        following = seconds[MEMENTOS_A_PAGE] if len(seconds) > MEMENTOS_A_PAGE else None
        write = {"link": _link_lines, "json": _json_lines, "cdxj": _cdxj_lines}[found.form or ""]
        text = "".join(write(links, seconds[:MEMENTOS_A_PAGE], start, following))
        return Response(text.encode(), media_type=media_type)


class Links:
    """The relations of an address (RFC 7089 section 2.2), as a request's sender can reach them."""

    def __init__(self, request: Request, shelf: Shelf, url: str) -> None:
        self.base = f"{request.scope.get('scheme', 'http')}://{request.headers.get('host', '')}"
        self.original = as_sent(url)
        self._to = Addresses(shelf.slug)
        self._url = url

    def around(self, *, gate: bool = True) -> list[str]:
        """Original, time gate and time map."""
        found = [f'<{self.original}>; rel="original"']
        if gate:
            found.append(f'<{self.timegate}>; rel="timegate"')
        found.append(f'<{self.timemap()}>; rel="timemap"; type="{FORMS["link"]}"')
        return found

    def memento(self, moment: datetime, relation: str = "memento") -> str:
        return f'<{self.uri(moment)}>; rel="{relation}"; datetime="{http_date(moment)}"'

    def mementos(self, capture: Capture) -> list[str]:
        """A capture as a memento; none where its record does not say when it was made."""
        return [self.memento(capture.time)] if capture.time != NO_TIME else []

    def uri(self, moment: datetime) -> str:
        return self.base + self._to.raw(moment, self._url)

    @property
    def timegate(self) -> str:
        return self.base + self._to.timegate(self._url)

    def timemap(self, form: str = "link", start: datetime | None = None) -> str:
        return self.base + self._to.timemap(self._url, form, start)


def not_captured(request: Request, shelf: Shelf, url: str) -> HTTPException:
    """404, as a time gate answers for what it knows nothing of."""
    original = Links(request, shelf, url).around()[0]
    headers = {"Vary": "accept-datetime", "Link": original}
    return HTTPException(404, "This archive holds no capture of that address.", headers)


def _link_lines(
    links: Links, seconds: list[datetime], start: datetime | None, following: datetime | None
) -> Iterator[str]:
    yield f'<{links.original}>; rel="original",\n'
    yield f'<{links.timegate}>; rel="timegate",\n'
    bounds = f'; from="{http_date(seconds[0])}"; until="{http_date(seconds[-1])}"'
    yield f'<{links.timemap("link", start)}>; rel="self"; type="{FORMS["link"]}"{bounds}'
    for position, moment in enumerate(seconds):
        # `first` and `last` are of all that there are
        names = ["first"] * (position == 0 and start is None)
        names += ["last"] * (position == len(seconds) - 1 and following is None)
        yield ",\n" + links.memento(moment, " ".join([*names, "memento"]))
    if following:
        page = links.timemap("link", following)
        yield f',\n<{page}>; rel="timemap"; type="{FORMS["link"]}"; from="{http_date(following)}"'
    yield "\n"


def _json_lines(
    links: Links, seconds: list[datetime], start: datetime | None, following: datetime | None
) -> Iterator[str]:
    """The keys are those of the Memento aggregators' JSON."""
    listed = [{"datetime": _iso(moment), "uri": links.uri(moment)} for moment in seconds]
    mementos: dict[str, object] = {"list": listed}
    if start is None:
        mementos["first"] = listed[0]
    if following is None:
        mementos["last"] = listed[-1]
    found: dict[str, object] = {
        "original_uri": links.original,
        "self": links.timemap("json", start),
        "mementos": mementos,
        "timegate_uri": links.timegate,
        "timemap_uri": {f"{form}_format": links.timemap(form) for form in FORMS},
    }
    if following:
        found["pages"] = {"next": {"uri": links.timemap("json", following), "from": _iso(following)}}
    yield json.dumps(found, indent=1) + "\n"


def _cdxj_lines(
    links: Links, seconds: list[datetime], start: datetime | None, following: datetime | None
) -> Iterator[str]:
    """A line a memento: its time in 14 digits, and JSON. The lines that begin with `!` are about the map."""
    yield '!context ["http://tools.ietf.org/html/rfc7089"]\n'
    yield f"!id {json.dumps({'uri': links.timemap('cdxj', start)})}\n"
    yield '!keys ["memento_datetime_YYYYMMDDhhmmss"]\n'
    yield f"!meta {json.dumps({'original_uri': links.original})}\n"
    yield f"!meta {json.dumps({'timegate_uri': links.timegate})}\n"
    yield f"!meta {json.dumps({'timemap_uri': {f'{form}_format': links.timemap(form) for form in FORMS}})}\n"
    if following:
        yield f"!meta {json.dumps({'next': links.timemap('cdxj', following)})}\n"
    for moment in seconds:
        entry = {"uri": links.uri(moment), "rel": "memento", "datetime": http_date(moment)}
        yield f"{stamp(moment)} {json.dumps(entry)}\n"


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
