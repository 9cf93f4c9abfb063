"""A picture of a document that is given as text: drawn by Chromium, which is given no network and no script.

The document is put into an empty page, so that no address is opened at all. Beyond that, the browser's only way out is
a proxy that is not there (archiver/browser/chromium.py), the page counts as offline, and its scripts are off.
"""

from __future__ import annotations

import base64
import time
from collections.abc import Callable
from typing import Any, Literal

from archiver.browser.chromium import Chromium, find_chromium
from archiver.browser.devtools import DevTools
from archiver.browser.errors import BrowserError, PageError
from archiver.errors import LimitError

SECONDS = 60.0
"""For all of it, the browser's start included."""

CHECK_SECONDS = 0.05
MAX_HEIGHT = 8_192
"""CSS pixels; a longer document is refused, because half of a post is no evidence. At 2x it is the largest texture that
graphics drivers take."""

NO_KEY = bytes(32)
"""The digest of no certificate's key: none is accepted."""

_READY = (
    "document.readyState === 'complete' && document.fonts.status === 'loaded'"
    " && [...document.images].every(image => image.complete)"
)

MAX_SIGNS = 1000
"""Different signs of a document that are tried."""

# What no font has is drawn as the same box as U+0378, which no font has because it is no character (Unicode 16).
_WITHOUT_LETTERS = """(() => {
  const pen = new OffscreenCanvas(48, 48).getContext("2d", { willReadFrequently: true });
  pen.font = "20px " + getComputedStyle(document.querySelector(".text") || document.body).fontFamily;
  const drawn = (sign) => {
    pen.clearRect(0, 0, 48, 48);
    pen.fillText(sign, 8, 32);
    return new Uint32Array(pen.getImageData(0, 0, 48, 48).data.buffer);
  };
  const box = drawn("\\u0378");
  const signs = [...new Set(document.body ? document.body.innerText : "")].slice(0, MAX_SIGNS);
  return signs.filter((sign) => !/[\\p{ASCII}\\p{M}\\p{C}\\p{Z}\\p{Default_Ignorable_Code_Point}]/u.test(sign)
    && drawn(sign).every((pixel, at) => pixel === box[at])).join("");
})()""".replace("MAX_SIGNS", str(MAX_SIGNS))

OnMissing = Callable[[str], None]


def drawn(
    html: str,
    *,
    width: int = 600,
    scale: Literal[1, 2] = 1,
    dark: bool = False,
    chromium: str = "",
    on_missing: OnMissing = lambda _signs: None,
) -> bytes:
    """PNG of an HTML document, `width` CSS pixels wide and as high as it is, with `scale` pixels to each.

    dark: whether it is drawn for a reader who prefers dark colours. chromium: the browser's program; empty: the one
    that is installed. on_missing: told of the signs that no font of this computer has, and boxes stand for. The same
    document gives the same bytes with the same browser and fonts.

    Raises `BrowserError`, with a hint, where there is no Chromium or it does not start; `PageError` when it does not
    draw in time; `LimitError` for a document that is too long for one picture.
    """
    deadline = time.monotonic() + SECONDS
    try:
        browser = Chromium(find_chromium(chromium), key_digest=NO_KEY)
    except OSError as error:
        raise BrowserError(f"no place for the browser's files: {error.strerror}") from error
    try:
        assert browser.devtools is not None
        sheet = _Sheet(browser.devtools, deadline)
        picture = sheet.drawn(html, width, scale, dark)
        if sheet.missing:
            on_missing(sheet.missing)
        return picture
    except (KeyError, TypeError, ValueError) as error:
        raise PageError(f"the browser was not understood: {error!r}"[:200]) from error
    finally:
        browser.close()


class _Sheet:
    """An empty page."""

    def __init__(self, devtools: DevTools, deadline: float) -> None:
        self._devtools = devtools
        self._deadline = deadline
        self.missing = ""
        """Signs of the document that no font has."""
        made = self._of_browser("Target.createBrowserContext", disposeOnDetach=True)
        context = made["browserContextId"]
        self._of_browser("Browser.grantPermissions", permissions=[], browserContextId=context)
        self._of_browser("Browser.setDownloadBehavior", behavior="deny", browserContextId=context)
        target = self._of_browser("Target.createTarget", url="about:blank", browserContextId=context)["targetId"]
        self._session = str(self._of_browser("Target.attachToTarget", targetId=target, flatten=True)["sessionId"])

    def drawn(self, html: str, width: int, scale: int, dark: bool) -> bytes:
        self._ask("Page.enable")
        self._ask("Network.enable")
        self._ask("Network.emulateNetworkConditions", offline=True, latency=0, downloadThroughput=0, uploadThroughput=0)
        self._ask("Emulation.setScriptExecutionDisabled", value=True)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self._ask("Emulation.setEmulatedMedia", media="screen", features=[scheme])
        self._resize(width, 100, scale)
        frame = self._ask("Page.getFrameTree")["frameTree"]["frame"]["id"]
        self._ask("Page.setDocumentContent", frameId=frame, html=html)
        while not self._is_ready(frame):
            if time.monotonic() >= self._deadline:
                raise PageError("the document was not drawn in time")
            time.sleep(CHECK_SECONDS)
        self.missing = str(self._evaluated(frame, _WITHOUT_LETTERS) or "")
        height = int(self._ask("Page.getLayoutMetrics")["cssContentSize"]["height"])
        if height > MAX_HEIGHT:
            raise LimitError(f"a picture of {height:,} pixels' height is more than {MAX_HEIGHT:,}")
        self._resize(width, height, scale)
        self._ask("Page.bringToFront")
        data = self._ask("Page.captureScreenshot", format="png", captureBeyondViewport=False)["data"]
        return base64.b64decode(str(data))

    def _is_ready(self, frame: str) -> bool:
        return self._evaluated(frame, _READY) is True

    def _evaluated(self, frame: str, expression: str) -> object:
        world = self._ask("Page.createIsolatedWorld", frameId=frame, worldName="archiver")["executionContextId"]
        answer = self._ask("Runtime.evaluate", expression=expression, contextId=world, returnByValue=True)
        return answer.get("result", {}).get("value")

    def _resize(self, width: int, height: int, scale: int) -> None:
        self._ask(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=scale, mobile=False
        )

    def _of_browser(self, method: str, **params: Any) -> dict[str, Any]:
        return self._devtools.call(method, params, deadline=self._deadline)

    def _ask(self, method: str, **params: Any) -> dict[str, Any]:
        return self._devtools.call(method, params, session=self._session, deadline=self._deadline)
