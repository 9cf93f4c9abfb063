"""One page in the browser: opened through its own proxy, waited for, pictured, printed, and forgotten.

Everything here is bounded, because the page may do what it likes: never finish, grow without end, ask and alert without
end, hang or crash. It then costs its own view. What runs in the page for us runs in a world of its own, where the
page's scripts have no hand in what functions mean.
"""

from __future__ import annotations

import base64
import itertools
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, NamedTuple, TypeVar

import msgspec

from archiver.browser.chromium import Chromium
from archiver.browser.devtools import DevTools
from archiver.browser.errors import BrowserError, PageError
from archiver.browser.proxy import Proxy

WIDTH = 1280
HEIGHT = 800
"""Pixels of the window: what a laptop shows of a page before anybody scrolls."""

MAX_HEIGHT = 16_384
"""Pixels; a longer page is cut there. It is what graphics drivers take for one texture."""

MAX_WIDTH = 2_560
MAX_PIXELS = WIDTH * MAX_HEIGHT
"""A wider page is cut earlier: a picture of noise has three bytes a pixel."""

MAX_BYTES = 50_000_000
"""Of one picture, or the PDF: a longer one is not kept."""

PDF = "application/pdf"
MAX_PDF_PAGES = 100
PDF_PIECE = 1 << 20

QUIET_SECONDS = 1.0
"""Nothing was asked for so long: the page has what it wanted."""

CHECK_SECONDS = 0.05
LOADING_SHARE = 0.6
"""Of the time that a page has, so much is for loading; the rest is for its pictures."""

SCROLL_PAUSE = 0.05
HANGING_SECONDS = 4.0
"""A page that does not answer a small question for so long is busy with a script of its own."""

STEP_SECONDS = 20.0
"""For one picture, or the PDF."""

MAX_DIALOGS = 5
"""So many alerts, and the page's scripts are stopped."""

MAX_TRIES = 3
"""To picture a page that goes on to another one."""

MAX_DOCUMENTS = 1_000
"""A page that opens one after the other without end: so many are remembered."""

MAX_ADDRESS = 2_000
MAX_TITLE = 300
"""Characters."""

DISPOSE_SECONDS = 5.0
WORLD = "archiver"

T = TypeVar("T")


class Picture(msgspec.Struct, frozen=True, kw_only=True):
    """One form of a view, as bytes."""

    scheme: str
    """`urn:view:`, `urn:fullPage:` or `urn:pdf:`: what its target URI begins with."""
    content_type: str
    data: bytes
    width: int | None = None
    height: int | None = None
    """Pixels, of a picture."""


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a page in the browser."""

    pictures: tuple[Picture, ...]
    address: str
    """In the address bar, when the window was pictured; a page's script can change it to any of its own site."""
    document: str
    """Where the document came from that is shown; empty where that is not known."""
    title: str
    remarks: tuple[str, ...]
    """What was cut, stopped or refused."""


class _Place(NamedTuple):
    """What the browser shows."""

    address: str
    title: str
    document: str
    """Where it came from, by the answer to its request; empty where that is not known."""


class Page:
    """A page of its own context: its own proxy, no cookies, no storage of others, gone when it is closed."""

    def __init__(
        self,
        browser: Chromium,
        proxy: Proxy,
        *,
        seconds: float,
        quiet: float = QUIET_SECONDS,
        stop: Callable[[], bool] = lambda: False,
    ) -> None:
        """`seconds`: for everything that is done with the page. `quiet`: a page that asks nothing for so many seconds
        has what it wanted. `stop` is asked while it loads.

        Raises `PageError` or `BrowserError` when the browser gives none.
        """
        self._browser = browser
        self._quiet = quiet
        self._stop = stop
        assert browser.devtools is not None
        self._devtools: DevTools = browser.devtools
        self._proxy = proxy
        self._begun = time.monotonic()
        self._deadline = self._begun + seconds
        self._loading_until = self._begun + seconds * LOADING_SHARE
        self._remarks: list[str] = []
        self._context: str | None = None
        self._session = ""
        self._target = ""
        self._loaded = False
        self._crashed = False
        self._documents: dict[str, str] = {}
        """Where each document that was opened came from, by its loader's id."""
        self._dialogs = 0
        self._scripts_stopped = False
        try:
            made = self._of_browser(
                "Target.createBrowserContext",
                disposeOnDetach=True,
                proxyServer=proxy.address,
                proxyBypassList="<-loopback>",
            )
            self._context = str(made["browserContextId"])
            # an empty list grants nothing and denies all the rest
            self._of_browser("Browser.grantPermissions", permissions=[], browserContextId=self._context)
            self._of_browser("Browser.setDownloadBehavior", behavior="deny", browserContextId=self._context)
            made = self._of_browser(
                "Target.createTarget",
                url="about:blank",
                browserContextId=self._context,
                width=WIDTH,
                height=HEIGHT,
            )
            self._target = str(made["targetId"])
            attached = self._of_browser("Target.attachToTarget", targetId=self._target, flatten=True)
            self._session = str(attached["sessionId"])
            self._devtools.listen(self._session, self._event)
            self._prepare()
        except BaseException:
            self.close()
            raise

    def _of_browser(self, method: str, **params: Any) -> dict[str, Any]:
        return self._devtools.call(method, params, deadline=self._deadline)

    def _ask(self, method: str, *, within: float | None = None, **params: Any) -> dict[str, Any]:
        """Raises `PageError` when the page has no answer before its time is up."""
        deadline = self._deadline if within is None else min(self._deadline, time.monotonic() + within)
        return self._devtools.call(method, params, session=self._session, deadline=deadline)

    def _prepare(self) -> None:
        self._ask("Page.enable")
        self._ask("Inspector.enable")
        self._ask("Network.enable")
        self._ask("Network.setCacheDisabled", cacheDisabled=True)
        self._ask("Network.setBypassServiceWorker", bypass=True)
        self._ask("Emulation.setDeviceMetricsOverride", width=WIDTH, height=HEIGHT, deviceScaleFactor=1, mobile=False)
        self._sign_in()

    def _sign_in(self) -> None:
        """Tell the browser the proxy's credentials: it asks for them once, and keeps them for this context."""
        self._ask("Fetch.enable", handleAuthRequests=True, patterns=[{"urlPattern": self._proxy.sign_in_url + "*"}])
        # 204: the browser stays where it is, which is an aborted navigation to it
        self._ask("Page.navigate", url=self._proxy.sign_in_url)
        self._ask("Fetch.disable")

    # -- events, in the reading thread

    def _event(self, method: str, params: Mapping[str, Any]) -> None:
        if method == "Page.loadEventFired":
            self._loaded = True
        elif method == "Network.responseReceived":
            self._note_document(params)
        elif method in ("Inspector.targetCrashed", "Inspector.detached"):
            self._crashed = True
        elif method == "Page.javascriptDialogOpening":
            self._dialogs += 1
            self._send("Page.handleJavaScriptDialog", accept=params.get("type") == "beforeunload")
            if self._dialogs == MAX_DIALOGS:
                self._remark(f"its scripts were stopped: it opened {MAX_DIALOGS} dialogs")
                self._stop_scripts()
        elif method == "Fetch.requestPaused":
            self._send("Fetch.continueRequest", requestId=params.get("requestId"))
        elif method == "Fetch.authRequired":
            self._authenticate(params)
        elif method == "Page.downloadWillBegin":
            self._remark("it wanted to download a file")

    def _note_document(self, params: Mapping[str, Any]) -> None:
        loader, response = params.get("loaderId"), params.get("response")
        # a document's request has the number of its loader; that of a frame within the page has another one's
        if params.get("type") == "Document" and loader == params.get("requestId") and isinstance(response, Mapping):
            self._documents[str(loader)] = str(response.get("url", ""))[:MAX_ADDRESS]
            if len(self._documents) > MAX_DOCUMENTS:
                del self._documents[next(iter(self._documents))]

    def _authenticate(self, params: Mapping[str, Any]) -> None:
        challenge = params.get("authChallenge")
        ours = isinstance(challenge, Mapping) and challenge.get("source") == "Proxy"
        answer: dict[str, str] = {"response": "CancelAuth"}
        if ours:
            answer = {
                "response": "ProvideCredentials",
                "username": self._proxy.username,
                "password": self._proxy.password,
            }
        self._send("Fetch.continueWithAuth", requestId=params.get("requestId"), authChallengeResponse=answer)

    def _send(self, method: str, **params: Any) -> None:
        with suppress(BrowserError):
            self._devtools.send(method, params, session=self._session)

    def _stop_scripts(self) -> None:
        self._scripts_stopped = True
        self._send("Runtime.terminateExecution")
        self._send("Emulation.setScriptExecutionDisabled", value=True)

    def _remark(self, text: str) -> None:
        if text not in self._remarks:
            self._remarks.append(text)

    # -- the view

    def show(self, url: str) -> Shown:
        """Open `url` and take its views.

        Raises `PageError` when there is nothing to take, and `BrowserError` when the browser is gone.
        """
        self._loaded = False
        answer = self._ask("Page.navigate", url=url, within=self._loading_until - time.monotonic())
        if error := answer.get("errorText"):
            raise PageError(f"the page could not be opened: {error}")
        self._wait_until_loaded()
        self._free_of_scripts()
        (address, title, document), picture = self._insisted(self._first_picture)
        pictures = [picture]
        after = address
        try:
            self._scroll()
            self._add(pictures, "the whole page", lambda: self._insisted(self._full_page))
            after, title, _ = self._insisted(self._where)
            self._add(pictures, "PDF", lambda: self._insisted(self._pdf))
            with suppress(PageError):  # a page that is long to print is busy with it for a while
                after, title, _ = self._where()
        except PageError as error:  # what was pictured before was there to be seen
            if self._stop():
                raise
            self._remark(f"after its first picture: {error.problem}")
        if after != address:
            self._remark(f"it went on from there to {after}")
        if document and _without_fragment(address) != document:
            self._remark(f"its script changed the address that is shown: the document came from {document}")
        if self._target in self._browser.opened_windows:
            self._remark("it opened a window")
        return Shown(
            pictures=tuple(pictures), address=address, document=document, title=title, remarks=tuple(self._remarks)
        )

    def _add(self, pictures: list[Picture], what: str, take: Callable[[], Picture]) -> None:
        """One more form of the view; where it cannot be had, the others stand, and it is told."""
        try:
            pictures.append(take())
        except PageError as error:
            self._check_there()
            self._remark(f"{what}: {error.problem}")

    def _insisted(self, take: Callable[[], T]) -> T:
        """What is asked of the page; where it does not come, once more without the page's scripts."""
        try:
            return take()
        except PageError:
            self._check_there()
            if self._scripts_stopped:
                raise
            self._remark("its scripts were stopped: they kept the page from being drawn")
            self._stop_scripts()
            if not self._answers():
                raise PageError("the page hangs") from None
            return take()

    def _wait_until_loaded(self) -> None:
        while True:
            self._check_there()
            if self._loaded and self._proxy.quiet_for() >= self._quiet:
                return
            if time.monotonic() >= self._loading_until:
                self._remark("it had not finished loading when its time was up")
                self._proxy.stop()
                self._send("Page.stopLoading")
                return
            time.sleep(CHECK_SECONDS)

    def _check_there(self) -> None:
        if self._crashed:
            raise PageError("the page crashed")
        if self._stop():
            raise PageError("the run was stopped")
        if not self._browser.running:
            raise BrowserError("the browser has ended")

    def _free_of_scripts(self) -> None:
        """A page that is busy with a script of its own cannot be drawn: such a script is ended."""
        if not self._answers():
            self._remark("its scripts were stopped: they did not end")
            self._stop_scripts()
            if not self._answers():
                raise PageError("the page hangs")

    def _answers(self) -> bool:
        try:
            self._evaluate("1", within=HANGING_SECONDS)
        except PageError:
            self._check_there()
            return False
        return True

    def _evaluate(self, expression: str, *, within: float) -> Any:
        """The value of a JavaScript expression, in our own world of the page's main frame."""
        tree = self._ask("Page.getFrameTree", within=within)
        frame = tree["frameTree"]["frame"]["id"]
        world = self._ask("Page.createIsolatedWorld", within=within, frameId=frame, worldName=WORLD)
        answer = self._ask(
            "Runtime.evaluate",
            within=within,
            expression=expression,
            contextId=world["executionContextId"],
            returnByValue=True,
            awaitPromise=True,
        )
        return answer.get("result", {}).get("value")

    def _viewport(self) -> Picture:
        data = self._screenshot({"format": "png", "optimizeForSpeed": False})
        return Picture(scheme="urn:view:", content_type="image/png", data=data, width=WIDTH, height=HEIGHT)

    def _full_page(self) -> Picture:
        size = self._ask("Page.getLayoutMetrics")["cssContentSize"]
        wanted = max(int(size["width"]), WIDTH), max(int(size["height"]), HEIGHT)
        width = min(wanted[0], MAX_WIDTH)
        height = min(wanted[1], MAX_HEIGHT, MAX_PIXELS // width)
        if (width, height) != wanted:
            self._remark(f"cut at {width} × {height} pixels of {wanted[0]} × {wanted[1]}")
        clip = {"x": 0, "y": 0, "width": width, "height": height, "scale": 1}
        data = self._screenshot({"format": "png", "captureBeyondViewport": True, "clip": clip})
        return Picture(scheme="urn:fullPage:", content_type="image/png", data=data, width=width, height=height)

    def _screenshot(self, params: dict[str, Any]) -> bytes:
        self._ask("Page.bringToFront", within=self._share())
        answer = self._ask("Page.captureScreenshot", within=self._share(), **params)
        data = base64.b64decode(str(answer.get("data", "")))
        if len(data) > MAX_BYTES:
            raise PageError(f"longer than {MAX_BYTES:,} bytes")
        return data

    def _share(self) -> float:
        """How long one step may take: at most half of what is left, so that the next ones have a chance, too."""
        return min(STEP_SECONDS, (self._deadline - time.monotonic()) / 2)

    def _scroll(self) -> None:
        """Go down the page as a reader would, so that what loads when it comes into sight does, and back up."""
        if self._scripts_stopped:
            return
        with suppress(PageError):
            for top in range(0, MAX_HEIGHT, HEIGHT):
                moved = self._evaluate(
                    f"(scrollTo({{top: {top}, behavior: 'instant'}}), scrollY >= {top})", within=HANGING_SECONDS
                )
                if not moved or time.monotonic() >= self._loading_until:
                    break
                time.sleep(SCROLL_PAUSE)
            self._evaluate("scrollTo({top: 0, behavior: 'instant'})", within=HANGING_SECONDS)
            while self._proxy.quiet_for() < self._quiet and time.monotonic() < self._loading_until:
                self._check_there()
                time.sleep(CHECK_SECONDS)
        self._proxy.stop()
        self._free_of_scripts()

    def _pdf(self) -> Picture:
        made = self._ask(
            "Page.printToPDF",
            within=self._share(),
            printBackground=True,
            preferCSSPageSize=False,
            pageRanges=f"1-{MAX_PDF_PAGES}",
            transferMode="ReturnAsStream",
        )
        handle = made["stream"]
        data = bytearray()
        try:
            for _ in itertools.count():
                piece = self._ask("IO.read", handle=handle, size=PDF_PIECE)
                text = str(piece.get("data", ""))
                data += base64.b64decode(text) if piece.get("base64Encoded") else text.encode("latin-1")
                if len(data) > MAX_BYTES:
                    raise PageError(f"longer than {MAX_BYTES:,} bytes")
                if piece.get("eof"):
                    break
        finally:
            self._send("IO.close", handle=handle)
        return Picture(scheme="urn:pdf:", content_type=PDF, data=bytes(data))

    def _first_picture(self) -> tuple[_Place, Picture]:
        """The window, and what it is known to show: it has to be the same before and behind."""
        for _ in range(MAX_TRIES):
            place, picture = self._where(), self._viewport()
            after = self._where()
            if (place.document or place.address) == (after.document or after.address):
                return place, picture
        raise PageError("it goes on from page to page, so that no picture is known to be of one")

    def _where(self) -> _Place:
        """What is shown.

        Raises `PageError` where that is the browser's own page about an error.
        """
        frame = self._ask("Page.getFrameTree", within=self._share())["frameTree"]["frame"]
        address = str(frame.get("url", "")) + str(frame.get("urlFragment", ""))
        if frame.get("unreachableUrl") or not address.startswith(("http://", "https://")):
            raise PageError(f"nothing was shown: {frame.get('unreachableUrl') or address}")
        title = ""
        with suppress(PageError):
            title = str(self._evaluate("document.title", within=HANGING_SECONDS) or "")
        document = self._documents.get(str(frame.get("loaderId")), "")
        return _Place(address[:MAX_ADDRESS], title[:MAX_TITLE], document)

    def close(self) -> None:
        """Forget the page. A browser that does not let go of it is ended."""
        self._devtools.listen(self._session, None)
        if self._context is None or not self._browser.running:
            return
        try:
            self._devtools.call(
                "Target.disposeBrowserContext",
                {"browserContextId": self._context},
                deadline=time.monotonic() + DISPOSE_SECONDS,
            )
        except PageError:
            self._browser.kill()
            self._devtools.wait_for_end(DISPOSE_SECONDS)  # or the next page is opened in a browser that is ending
        except BrowserError:
            pass


def _without_fragment(address: str) -> str:
    return address.partition("#")[0]
