"""A captured page, shown as it was: the site's page around it.

It says what is seen, when it was captured, what the archive has besides and what is missing, and frames the captured
page, which lives on an origin of its own (`captured`) or, where there is none, below a path of the site.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any, NamedTuple, Protocol

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from archiver.model import Capture
from archiver.replay.addresses import Addresses, as_sent, stamp
from archiver.replay.captured import Captured, captured_within, leading, nearest, rest_of
from archiver.replay.documents import shown
from archiver.replay.isolation import PAGE_POLICY
from archiver.replay.lacking import lack_of
from archiver.replay.mementos import captured_url, moment_of
from archiver.replay.origins import Place, place_for_site, place_on_site
from archiver.replay.shelf import Library, Shelf
from archiver.replay.show import is_page_address, is_web_url
from archiver.store.surt import spelling, surt

MAX_TIMES = 1000
"""Captures of one address among which the ones before and after are named."""

_ASKED = re.compile(r"([0-9]{1,14})(?:-([0-9]{1,14}))?", re.ASCII)
_SECOND = timedelta(seconds=1)
_LAST = datetime.max.replace(microsecond=0, tzinfo=UTC)


class Beside(NamedTuple):
    """The captures of the same address."""

    total: int
    at_least: bool
    """Are there more?"""
    before: datetime | None
    after: datetime | None


class Renders(Protocol):
    def __call__(self, template: str, *, status: HTTPStatus = ..., **values: Any) -> Response: ...


class Views:
    """The site's pages around captured pages, and captured pages that have to live below the site."""

    def __init__(self, captured: Captured, render: Renders) -> None:
        self.library: Library = captured.library
        self.bound = captured.bound
        self._render = render
        self._captured = captured

    def view(self, request: Request) -> Response:
        """`/archives/{slug}/{stamp}/{url}`; the stamp is one time, or the time of a capture and, behind a hyphen, the
        time that was asked for."""
        shelf = self.library.shelf(request.path_params["slug"])
        given = _ASKED.fullmatch(request.path_params["stamp"])
        url = captured_url(rest_of(request.scope, 4), request.scope.get("query_string", b""))
        if shelf is None or given is None or not is_page_address(url):
            raise HTTPException(404)
        moment = moment_of(given[1])
        capture = nearest(shelf, url, moment)
        if capture is None:
            return self._render("unseen.html", shelf=shelf, url=url, moment=moment, status=HTTPStatus.NOT_FOUND)
        exact = stamp(capture.time)
        if given[1] != exact:
            # what was asked for stays in the address, unless it is but the beginning of what was found
            asked = "" if exact.startswith(given[1]) else given[1]
            return RedirectResponse(Addresses(shelf.slug).view(capture.time, url, asked), 302)
        return self._view(request, shelf, capture, url, given[2] or "")

    def seen(self, request: Request) -> Response:
        """`/archives/{slug}/captures/{segment}/{offset}/page`: one record's page; at its address in time, where it is
        the one that stands for it."""
        shelf = self.library.shelf(request.path_params["slug"])
        segment, offset = request.path_params["segment"], request.path_params["offset"]
        # SQLite's integers have 64 bits
        capture = shelf.archive.catalogue.capture_at(segment, offset) if shelf and offset < 1 << 63 else None
        if shelf is None or capture is None or not is_page_address(capture.target_uri):
            raise HTTPException(404)
        first = next(captured_within(shelf, capture.target_uri, capture.time), None)
        if first is None:
            raise HTTPException(404)
        if (first.file, first.offset) == (capture.file, capture.offset):
            return RedirectResponse(Addresses(shelf.slug).view(capture.time, capture.target_uri), 302)
        return self._view(request, shelf, capture, capture.target_uri, "")

    def _view(self, request: Request, shelf: Shelf, capture: Capture, url: str, asked: str) -> Response:
        place = place_for_site(
            request.headers.get("host", ""),
            slug=shelf.slug,
            record_id=capture.record_id,
            bound=self.bound,
            agent=request.headers.get("user-agent", ""),
        )
        values: dict[str, Any] = {
            "shelf": shelf, "capture": capture, "url": url, "place": place, "asked": _asked(asked),
            "beside": _beside(shelf, url, capture), "twins": _twins(shelf, url, capture),
            "elsewhere": _elsewhere(url, capture.target_uri),
        }  # fmt: skip
        status = capture.status or 200
        if 300 <= status < 400 and (onward := shelf.archive.exchange(capture).redirect):
            return self._framing(
                place,
                self._render("view.html", onward=onward, leads=is_web_url(onward), look=None, lack=None, **values),
            )
        lead = leading(place, shelf, capture.time)
        look = shown(shelf, capture, lead)
        lack = lack_of(shelf, look.needs, capture.time, lead) if look.form == "page" else None
        leads = bool(look.onward and is_web_url(look.onward) and nearest(shelf, look.onward, capture.time))
        return self._framing(place, self._render("view.html", onward=None, leads=leads, look=look, lack=lack, **values))

    @staticmethod
    def _framing(place: Place, response: Response) -> Response:
        policy = response.headers.get("Content-Security-Policy", PAGE_POLICY)
        frame = "'self'" if place.source == "'none'" else place.source
        response.headers["Content-Security-Policy"] = f"{policy}; frame-src {frame}"
        # it frames another origin, whose answers nobody but its own pages may load
        response.headers["Cross-Origin-Embedder-Policy"] = "unsafe-none"
        return response

    def below(self, request: Request) -> Response:
        """`/replay/{slug}/{id}/...`: a captured page and what it loads, without an origin of its own."""
        slug, name = request.path_params["slug"], request.path_params["id"]
        place = place_on_site(request.headers.get("host", ""), slug, name)
        return self._captured.answer(request, place, rest_of(request.scope, 4))


def _asked(digits: str) -> str | datetime:
    """What was asked for: a year, month or day, or a time."""
    if len(digits) in (0, 4, 6, 8):
        return "-".join(part for part in (digits[:4], digits[4:6], digits[6:8]) if part)
    return moment_of(digits)


def _twins(shelf: Shelf, url: str, capture: Capture) -> tuple[Capture, ...]:
    """All captures of exactly the shown address within the same second, where there are several."""
    twins = tuple(one for one in captured_within(shelf, url, capture.time) if one.target_uri == capture.target_uri)
    return tuple(sorted(twins, key=lambda one: (one.time, one.file, one.offset))) if len(twins) > 1 else ()


def _elsewhere(url: str, captured: str) -> str | None:
    """What the address was that the capture was made of: `another`, `written` otherwise, or the one that was asked for
    (null)."""
    if as_sent(url) == as_sent(captured):
        return None
    return "written" if spelling(url) == spelling(captured) else "another"


def _beside(shelf: Shelf, url: str, capture: Capture) -> Beside:
    now = capture.time.replace(microsecond=0)
    times = shelf.archive.catalogue.seconds(surt(url), limit=MAX_TIMES + 1, uri=url)
    more = len(times) > MAX_TIMES
    after = shelf.archive.catalogue.seconds(surt(url), now + _SECOND, limit=1, uri=url) if now < _LAST else []
    before = [time for time in times if time < now]
    return Beside(
        min(len(times), MAX_TIMES),
        more,
        before[-1] if before and (not more or now <= times[-1]) else None,
        after[0] if after else None,
    )
