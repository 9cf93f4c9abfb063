"""The site: which address is answered with which page. Reading happens in worker threads, request by request."""

from __future__ import annotations

import secrets
import sqlite3
from http import HTTPStatus
from importlib.resources import files
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route

from archiver.errors import ArchiverError
from archiver.model import Capture
from archiver.replay import addresses, wording
from archiver.replay.addresses import Addresses
from archiver.replay.captured import Captured
from archiver.replay.facts import (
    article_facts,
    article_lines,
    article_text,
    citations,
    concluded_on,
    eras,
    exhibit,
    post_card,
    rendered,
    rescued,
    shows_post,
    thread,
    timeline,
)
from archiver.replay.finds import line
from archiver.replay.isolation import COMMON_HEADERS, PAGE_POLICY, HostGuard, capture_headers, page_policy
from archiver.replay.mementos import MementoRoute
from archiver.replay.origins import Origins
from archiver.replay.payload import (
    DigestRefusedError,
    open_payload,
    payload_response,
    ranged,
    read_block,
    read_record,
    require_digests,
)
from archiver.replay.plaintext import NotTextError, text_response
from archiver.replay.records import capture_facts
from archiver.replay.search import Search, question
from archiver.replay.shelf import Library, Shelf
from archiver.replay.show import environment
from archiver.replay.viewing import Views
from archiver.store.records import block_length

ARTICLES_A_PAGE = 50
URIS_A_PAGE = 100
CAPTURES_A_PAGE = 500
EXHIBITS_A_PAGE = 50
FINDS_A_PAGE = 20
NEWEST_ARTICLES = 5
MAX_SHELVES_WITH_ARTICLES = 20
"""So many archives show their newest articles on the first page; of more, their names are enough."""

MAX_FINDS_PAGE = 50
MAX_QUERY = 2000

REFUSED = HTTPStatus.BAD_GATEWAY
"""For a digest that does not match: the site stands between reader and archive as a gateway does, and what it got from
behind is not what was sealed there (RFC 9110 section 15.6.3). No cache keeps it, no reader takes it for the page."""


class Site:
    """The pages over one library."""

    def __init__(self, library: Library, captured: Captured) -> None:
        self.library = library
        self.views = Views(captured, self._page)
        self.finder = Search(library)
        library.before_closing(self.finder.close)
        self.templates = environment()
        self.templates.globals.update(
            state_word=wording.state_word, outcome_word=wording.outcome_word, record_types=wording.RECORD_TYPES,
            style=addresses.STYLE, home=addresses.HOME, library=library, search=addresses.SEARCH,
            search_page=addresses.search, scripts=(addresses.SEARCH_SCRIPT, addresses.TIME_SCRIPT),
        )  # fmt: skip
        for name in self.templates.list_templates():
            self.templates.get_template(name)  # now, and not when the first page is waited for
        own = files("archiver.replay")
        self.style = own.joinpath("static/replay.css").read_text("utf-8")
        self.scripts = {
            address: own.joinpath(address.lstrip("/")).read_text("utf-8")
            for address in (addresses.SEARCH_SCRIPT, addresses.TIME_SCRIPT)
        }

    def routes(self) -> list[BaseRoute]:
        return [
            MementoRoute(self.library),
            Route(addresses.HOME, self.home),
            Route(addresses.STYLE, self.stylesheet),
            *(Route(address, self.script) for address in self.scripts),
            Route(addresses.SEARCH, self.search),
            Route("/favicon.ico", self.no_icon),
            Route(addresses.SHELF, self.shelf),
            Route(addresses.ARTICLE, self.article),
            Route(addresses.POST, self.post),
            Route(addresses.CAPTURES, self.captures),
            Route(addresses.URI, self.uri),
            Route(addresses.CAPTURE, self.capture),
            Route(addresses.PAYLOAD, self.payload),
            Route(addresses.TEXT, self.text),
            Route(addresses.BLOCK, self.block),
            Route(addresses.RECORD, self.record),
            Route(addresses.SEEN, self.views.seen),
            Route(addresses.VIEW, self.views.view),
            Route(addresses.BELOW, self.views.below),
        ]

    # Pages.

    def home(self, request: Request) -> Response:
        if len(self.library.shelves) == 1:
            return self._shelf_page(request, self.library.shelves[0])
        shelves = self.library.shelves
        newest = NEWEST_ARTICLES if len(shelves) <= MAX_SHELVES_WITH_ARTICLES else 0
        return self._page(
            "home.html",
            shelves=[
                (shelf, Addresses(shelf.slug), *_amounts(shelf), article_lines(shelf, start=0, count=newest)[0])
                for shelf in shelves
            ],
        )

    def shelf(self, request: Request) -> Response:
        return self._shelf_page(request, self._shelf(request))

    def _shelf_page(self, request: Request, shelf: Shelf) -> Response:
        number = _page_number(request)
        lines, total = article_lines(shelf, start=(number - 1) * ARTICLES_A_PAGE, count=ARTICLES_A_PAGE)
        if total == 0 and number == 1:
            return self._captures_page(request, shelf)
        if not lines:
            raise HTTPException(404)
        return self._page(
            "articles.html",
            shelf=shelf,
            lines=lines,
            total=total,
            number=number,
            more=number * ARTICLES_A_PAGE < total,
        )

    def article(self, request: Request) -> Response:
        shelf = self._shelf(request)
        facts = article_facts(shelf, request.path_params["article_id"])
        if facts is None:
            raise HTTPException(404)
        number = _page_number(request)
        start = (number - 1) * EXHIBITS_A_PAGE
        if start and start >= len(facts.mentions):
            raise HTTPException(404)
        passages, unread = article_text(shelf, facts)
        placed = {mention for passage in passages for mention in passage.mentions}
        return self._page(
            "article.html",
            shelf=shelf,
            facts=facts,
            exhibits={
                start + at: exhibit(shelf, mention)
                for at, mention in enumerate(facts.mentions[start : start + EXHIBITS_A_PAGE])
            },
            passages=passages,
            unread=unread,
            elsewhere=[at for at in range(len(facts.mentions)) if at not in placed],
            number=number,
            pages=-(-len(facts.mentions) // EXHIBITS_A_PAGE),
            page_of=_page_of,
            seen=rendered(shelf, facts.article.uri),
        )

    def post(self, request: Request) -> Response:
        shelf, key = self._shelf(request), request.path_params["key"]
        looks, total = timeline(shelf, key)
        cited, citing = citations(shelf, key)
        card, problem = None, None
        try:
            card = post_card(shelf, key)
        except ArchiverError as error:
            problem = str(error)
        if not (card or problem or looks or cited):
            raise HTTPException(404)
        state = looks[0].observation.state.value if looks and looks[0].observation else None
        return self._page(
            "post.html",
            shelf=shelf,
            key=key,
            card=card,
            problem=problem,
            thread=thread(shelf, card) if card else None,
            state=state,
            looks=looks,
            eras=eras(looks),
            total=total,
            cited=cited,
            citing=citing,
            page_of=_page_of,
            seen=rendered(shelf, key),
            rescued=rescued(shelf, key),
        )

    def search(self, request: Request) -> Response:
        words, number = _parameter(request, "q"), _page_number(request)
        if number > MAX_FINDS_PAGE:
            raise HTTPException(404)
        asked = question(words)
        found = self.finder.find(asked, start=(number - 1) * FINDS_A_PAGE, count=FINDS_A_PAGE) if asked else None
        lines = [shown for hit in found.hits if (shown := line(hit, asked))] if asked and found else []
        return self._page(
            "found.html" if _parameter(request, "part") else "search.html",
            words=words,
            asked=asked,
            found=found,
            lines=lines,
            number=number,
            more=bool(found and found.more and number < MAX_FINDS_PAGE),
            several=len(self.library.shelves) > 1,
        )

    def captures(self, request: Request) -> Response:
        return self._captures_page(request, self._shelf(request))

    def _captures_page(self, request: Request, shelf: Shelf) -> Response:
        contains, after = _parameter(request, "q"), _parameter(request, "after")
        rows = shelf.archive.catalogue.captured_uris(contains=contains, after=after, limit=URIS_A_PAGE + 1)
        return self._page(
            "captures.html",
            shelf=shelf,
            rows=rows[:URIS_A_PAGE],
            contains=contains,
            after=after,
            next_after=rows[URIS_A_PAGE - 1].uri if len(rows) > URIS_A_PAGE else None,
        )

    def uri(self, request: Request) -> Response:
        shelf, target, number = self._shelf(request), _parameter(request, "url"), _page_number(request)
        captures = shelf.archive.catalogue.shown_at(
            target, start=(number - 1) * CAPTURES_A_PAGE, limit=CAPTURES_A_PAGE + 1
        )
        if not captures:
            raise HTTPException(404, "This archive holds no capture of that address." if number == 1 else None)
        return self._page(
            "uri.html",
            shelf=shelf,
            target=target,
            captures=captures[:CAPTURES_A_PAGE],
            number=number,
            more=len(captures) > CAPTURES_A_PAGE,
        )

    def capture(self, request: Request) -> Response:
        shelf, capture = self._capture(request)
        facts = capture_facts(shelf, capture)
        refused = facts.refusal is not None
        article_id, post_key = concluded_on(shelf, capture)
        return self._page(
            "capture.html",
            shelf=shelf,
            facts=facts,
            article_id=article_id,
            post_key=post_key,
            status=REFUSED if refused else HTTPStatus.OK,
        )

    # Bytes out of captures.

    def payload(self, request: Request) -> Response:
        shelf, capture = self._capture(request)
        return payload_response(request, open_payload(shelf.archive, capture))

    def text(self, request: Request) -> Response:
        shelf, capture = self._capture(request)
        return text_response(request, open_payload(shelf.archive, capture))

    def block(self, request: Request) -> Response:
        shelf, capture = self._capture(request)
        require_digests(shelf.archive, capture)
        fields, stream = shelf.archive.open_record(capture)
        stream.close()
        headers = capture_headers(media_type=None, filename=f"block-{capture.time:%Y%m%dT%H%M%SZ}-{capture.offset}.bin")
        length = block_length(fields)
        return ranged(request, lambda: read_block(shelf.archive, capture), length, headers)

    def record(self, request: Request) -> Response:
        shelf, capture = self._capture(request)
        require_digests(shelf.archive, capture)
        suffix = ".warc.gz" if capture.file.endswith(".gz") else ".warc"
        headers = capture_headers(
            media_type=None, filename=f"record-{capture.time:%Y%m%dT%H%M%SZ}-{capture.offset}{suffix}"
        )
        return ranged(request, lambda: read_record(shelf.archive, capture), capture.length, headers)

    # What is our own.

    def stylesheet(self, _request: Request) -> Response:
        return Response(
            self.style, media_type="text/css", headers={**COMMON_HEADERS, "Content-Security-Policy": PAGE_POLICY}
        )

    def script(self, request: Request) -> Response:
        return Response(
            self.scripts[request.url.path],
            media_type="text/javascript",
            headers={**COMMON_HEADERS, "Content-Security-Policy": PAGE_POLICY},
        )

    def no_icon(self, _request: Request) -> Response:
        return Response(status_code=204)

    # Answers to what went wrong.

    def refused(self, request: Request, error: Exception) -> Response:
        if isinstance(error.__cause__, sqlite3.OperationalError):
            return self._problem(
                HTTPStatus.SERVICE_UNAVAILABLE, "The archive's catalogue is in use. Try again in a moment."
            )
        shelf = self.library.shelf(request.path_params.get("slug", ""))
        checks = error.checks if isinstance(error, DigestRefusedError) else ()
        capture = error.capture if isinstance(error, DigestRefusedError) else None
        return self._page(
            "refused.html", shelf=shelf, problem=str(error), checks=checks, capture=capture, status=REFUSED
        )

    def not_text(self, _request: Request, error: Exception) -> Response:
        return self._problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, str(error))

    def http_problem(self, _request: Request, error: Exception) -> Response:
        status = HTTPStatus(error.status_code) if isinstance(error, HTTPException) else HTTPStatus.NOT_FOUND
        detail = error.detail if isinstance(error, HTTPException) and error.detail != status.phrase else ""
        response = self._problem(status, detail)
        if isinstance(error, HTTPException) and error.headers:
            response.headers.update(error.headers)
        return response

    def broken(self, _request: Request, _error: Exception) -> Response:
        return self._problem(HTTPStatus.INTERNAL_SERVER_ERROR, "Something went wrong in this program.")

    def _problem(self, status: HTTPStatus, detail: str) -> Response:
        return self._page("problem.html", status=status, title=status.phrase, detail=detail)

    def _page(self, template: str, *, status: HTTPStatus = HTTPStatus.OK, **values: Any) -> Response:
        shelf = values.setdefault("shelf", None)
        values["to"] = Addresses(shelf.slug) if shelf else None
        values["shows_post"] = (lambda key: shows_post(shelf, key)) if shelf else None
        nonce = values["nonce"] = secrets.token_urlsafe(16)
        html = self.templates.get_template(template).render(values)
        headers = {**COMMON_HEADERS, "Content-Security-Policy": page_policy(nonce)}
        # A lone surrogate out of broken JSON has no bytes in UTF-8.
        return HTMLResponse(html.encode("utf-8", "replace"), status, headers)

    def _shelf(self, request: Request) -> Shelf:
        shelf = self.library.shelf(request.path_params["slug"])
        if shelf is None:
            raise HTTPException(404)
        return shelf

    def _capture(self, request: Request) -> tuple[Shelf, Capture]:
        shelf = self._shelf(request)
        segment, offset = request.path_params["segment"], request.path_params["offset"]
        # SQLite's integers have 64 bits
        capture = shelf.archive.catalogue.capture_at(segment, offset) if offset < 1 << 63 else None
        if capture is None:
            raise HTTPException(404)
        return shelf, capture


def create_app(library: Library, *, host: str = "127.0.0.1") -> Starlette:
    """The site over a library, as an ASGI application.

    `host` is the address that it will listen on: requests are answered that name it, `localhost`, a name below
    `.localhost`, `127.0.0.1` or `[::1]` as their host.
    """
    captured = Captured(library, Origins(), bound=host)
    site = Site(library, captured)
    return Starlette(
        routes=site.routes(),
        middleware=[Middleware(HostGuard, bound=host, captured=captured.app())],
        exception_handlers={
            HTTPException: site.http_problem,
            NotTextError: site.not_text,
            ArchiverError: site.refused,
            Exception: site.broken,
        },
    )


def _amounts(shelf: Shelf) -> tuple[int, int, int]:
    """Articles, posts and captures of a shelf."""
    row = shelf.archive.catalogue.query(
        "SELECT (SELECT count(*) FROM articles), (SELECT count(*) FROM posts),"
        " (SELECT count(*) FROM captures WHERE type IN ('response','revisit','resource','conversion'))"
    )[0]
    return row[0], row[1], row[2]


def _page_of(place: int) -> int:
    """On which of an article's pages the post at this place stands."""
    return place // EXHIBITS_A_PAGE + 1


def _page_number(request: Request) -> int:
    text = request.query_params.get("page", "1")
    if not (text.isascii() and text.isdecimal() and 0 < len(text) <= 6 and int(text) > 0):
        raise HTTPException(404)
    return int(text)


def _parameter(request: Request, name: str) -> str:
    value = request.query_params.get(name, "")
    if len(value) > MAX_QUERY and name == "q":
        raise HTTPException(414)
    return value
