"""Rendered views in the archive: which page is opened for what, and the records that come of it.

A view is a `resource` record: `urn:view:URL` (the window) and `urn:fullPage:URL` (the whole page), both PNG, as
browsertrix-crawler names them (https://crawler.docs.browsertrix.com/user-guide/common-options/#screenshots), and by the
same pattern `urn:pdf:URL`. These are names of their own, so no replay takes them for captures of the page. What was
shown, with what, and what was missing is a conclusion (`rendering`) beside them.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from datetime import datetime
from types import TracebackType
from typing import Self

from archiver.browser.certificate import RunCertificate
from archiver.browser.chromium import Chromium, find_chromium, key_digest, program_version
from archiver.browser.errors import BrowserError, PageError
from archiver.browser.page import HEIGHT, PDF, QUIET_SECONDS, WIDTH, Page, Shown
from archiver.browser.pdfdates import dated
from archiver.browser.proxy import Allowance, Proxy, answer_of
from archiver.config import Settings
from archiver.exchange import Exchange, Fetcher
from archiver.model import Capture
from archiver.store import Session
from archiver.store.conclusions import RenderedRequest, RenderedView, Rendering, rendering_conclusion
from archiver.url import web_url
from archiver.version import __version__

AT_ONCE = 2
"""Pages that are open at the same time."""

MAX_STARTS = 5
"""A browser that ends is started again, so often in one run."""

MAX_REQUESTS = 500
"""Of one page; a large news page makes 300."""

MAX_PAGE_BYTES = 200_000_000
"""Decoded bytes that one page may load; whoever has had so many gets nothing more."""

FILE_HOST = "article.invalid"
"""Where a file's page is said to be (RFC 2606: nobody's). Its relative links lead there, and so nowhere."""

HTML_TYPES = frozenset({"text/html", "application/xhtml+xml"})

AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{major}.0.0.0 Safari/537.36"
"""What Chromium says of itself, without the mark of having no window: pages are to be as a reader's."""


class Renderer:
    """Renders pages and stores the views, with one browser for the run; threads may share it.

    `fetcher` is asked for everything that pages load. `quiet`: as in `Page`. `stop` ends a page that is being rendered.

    Raises `BrowserError`, with a hint, where there is no Chromium or it does not start.
    """

    def __init__(
        self,
        fetcher: Fetcher,
        settings: Settings,
        *,
        clock: Callable[[], datetime],
        quiet: float = QUIET_SECONDS,
        stop: Callable[[], bool] = lambda: False,
    ) -> None:
        self._fetcher = fetcher
        self._settings = settings
        self._clock = clock
        self._quiet = quiet
        self._stop = stop
        self._turns = threading.BoundedSemaphore(AT_ONCE)
        self._lock = threading.Lock()
        self._starts = 0
        self._program = find_chromium(settings.capture.chromium)
        major = program_version(self._program).partition(".")[0] or "0"
        self._agent = f"{AGENT.replace('{major}', major)} {settings.web.agent}"
        try:
            self._certificate = RunCertificate()
        except OSError as error:
            raise BrowserError(f"no place for the browser's files: {error.strerror}") from error
        self._browser: Chromium | None = None
        self.warnings = list(self._running().warnings)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the browser."""
        with self._lock:
            self._starts = MAX_STARTS
            if self._browser is not None:
                self._browser.close()
                self._browser = None

    def _running(self) -> Chromium:
        """The browser, started where it is not running."""
        with self._lock:
            if self._browser is not None:
                if self._browser.running:
                    return self._browser
                self._browser.close()
                self._browser = None
            if self._starts >= MAX_STARTS:
                raise BrowserError("Chromium has ended too often, so nothing more is rendered")
            self._starts += 1
            try:
                self._browser = Chromium(
                    self._program,
                    key_digest=key_digest(self._certificate.public_key),
                    agent=self._agent,
                    languages=self._settings.web.accept_language,
                )
            except OSError as error:
                raise BrowserError(f"no place for the browser's files: {error.strerror}") from error
            return self._browser

    def render_article(
        self,
        session: Session,
        *,
        uri: str,
        data: bytes,
        content_type: str,
        capture: Capture | None,
        exchange: Exchange | None,
    ) -> Rendering | None:
        """Store views of an article's page; null for one that is no HTML.

        Its own bytes are shown as they are stored (`exchange`: the answer that they came from; else `data`, of the
        record `capture`); what it loads is fetched. A page without an address is opened under a made-up one, so that
        its relative links lead nowhere, least of all to this machine's files.

        Raises what `render` raises.
        """
        if content_type.partition(";")[0].strip().lower() not in HTML_TYPES:
            return None
        made_up: frozenset[str] = frozenset()
        if exchange is not None:
            url = exchange.url
        else:
            try:
                url = str(web_url(uri))
            except ValueError:
                url = f"https://{FILE_HOST}/"
                made_up = frozenset({FILE_HOST})
            exchange = answer_of(url, data, content_type, time=self._clock(), capture=capture)
        return self.render(session, of=uri, url=url, name=uri, given={url: exchange}, made_up=made_up)

    def render(
        self,
        session: Session,
        *,
        of: str,
        url: str,
        name: str | None = None,
        given: Mapping[str, Exchange] | None = None,
        made_up: frozenset[str] = frozenset(),
    ) -> Rendering:
        """Open the page at `url`, store its views and what is to be said of them.

        of: what it shows, an article's URI or a post's key. name: what stands in the records' URIs in the place of
        `url`. given, made_up: as in `archiver.browser.proxy.Proxy`.

        Raises `PageError` when nothing could be shown, `BrowserError` when there is no browser any more, `ArchiveError`
        when the archive cannot be written.
        """
        with self._turns:
            if self._stop():
                raise PageError("the run was stopped", subject=url)
            browser = self._running()
            try:
                shown, proxy = self._show(browser, url, given, made_up)
            except (KeyError, TypeError, ValueError, OSError) as error:
                raise PageError(f"the browser was not understood: {error!r}"[:200], subject=url) from error
            return self._store(session, of, url, name or url, shown, proxy, browser)

    def _show(
        self, browser: Chromium, url: str, given: Mapping[str, Exchange] | None, made_up: frozenset[str]
    ) -> tuple[Shown, Proxy]:
        """What the browser showed, and the proxy that it came through, closed."""
        proxy = Proxy(
            self._fetcher,
            self._certificate.context,
            agent=self._agent,
            allowance=Allowance(MAX_REQUESTS, MAX_PAGE_BYTES, self._settings.capture.max_media_bytes),
            given=given,
            made_up=made_up,
        )
        try:
            seconds = self._settings.capture.rendered_timeout
            page = Page(browser, proxy, seconds=seconds, quiet=self._quiet, stop=self._stop)
            try:
                return page.show(url), proxy
            finally:
                page.close()
        except PageError as error:
            raise _with_reason(error, proxy) from error
        finally:
            proxy.close()
            if proxy.fatal is not None:
                raise proxy.fatal

    def _store(
        self, session: Session, of: str, url: str, name: str, shown: Shown, proxy: Proxy, browser: Chromium
    ) -> Rendering:
        requests = proxy.requested()
        main = _main_request(requests, shown.document or shown.address)
        remarks = list(shown.remarks)
        if main is not None and main.status is not None and main.status >= 400:
            remarks.insert(0, f"the server answered {main.status}")
        at = self._clock()
        page_record = main.record_id if main else None
        views = []
        for picture in shown.pictures:
            uri = picture.scheme + name
            data = dated(picture.data, at) if picture.content_type == PDF else picture.data
            capture = session.write_resource(uri, picture.content_type, data, concurrent_to=page_record)
            views.append(
                RenderedView(
                    record_id=capture.record_id,
                    target_uri=uri,
                    content_type=picture.content_type,
                    digest=capture.payload_digest or "",
                    bytes=len(data),
                    width=picture.width,
                    height=picture.height,
                )
            )
        rendering = Rendering(
            of=of,
            url=url,
            address=shown.address,
            title=shown.title,
            page=page_record,
            rendered_at=at,
            software=f"Chromium {browser.version}, archiver/{__version__}",
            settings=(
                ("window", f"{WIDTH} × {HEIGHT}"),
                ("user agent", self._agent),
                ("languages", self._settings.web.accept_language),
                ("seconds", f"{self._settings.capture.rendered_timeout:g}"),
                ("sandbox", "off" if browser.warnings else "on"),
            ),
            views=tuple(views),
            remarks=tuple(remarks),
            requests=tuple(requests),
            requests_left_out=proxy.left_out,
        )
        session.write_conclusion(rendering_conclusion(rendering), page_record)
        return rendering


def _with_reason(error: PageError, proxy: Proxy) -> PageError:
    """What kept the page from coming, where the proxy knows more of it than the browser."""
    first = next(iter(proxy.requested()), None)
    if first is None or not first.problem:
        return error
    return PageError(f"the page did not come: {first.problem}", subject=error.subject)


def _main_request(requests: list[RenderedRequest], address: str) -> RenderedRequest | None:
    """The request that the document at `address` is the answer to."""
    try:
        wanted = str(web_url(address))
    except ValueError:
        return None
    return next((request for request in requests if request.url == wanted and request.problem is None), None) or next(
        (request for request in requests if request.url == wanted), None
    )
