"""A real browser before the site: pages opened at a width and in light or dark, looked at and asked things."""

from __future__ import annotations

import base64
import json
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvicorn
from starlette.types import ASGIApp

from archiver.browser.chromium import NAMES, Chromium

CHROMIUM = next((path for name in NAMES if (path := shutil.which(name))), "")
SECONDS = 60.0


@contextmanager
def running(app: ASGIApp) -> Iterator[int]:
    """The application on a free loopback port, in a thread."""
    config = uvicorn.Config(app, port=0, http="h11", ws="none", lifespan="off", log_config=None, access_log=False)
    server = uvicorn.Server(config)
    listener = config.bind_socket()
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        while not server.started and thread.is_alive():
            time.sleep(0.01)
        yield listener.getsockname()[1]
    finally:
        server.should_exit = True
        thread.join(30)
        listener.close()


@contextmanager
def served(app: ASGIApp) -> Iterator[str]:
    """As `running`: the site's address, without the last slash."""
    with running(app) as port:
        yield f"http://127.0.0.1:{port}"


class Tab:
    """One page of the browser. It reaches loopback addresses and nothing else."""

    def __init__(self, browser: Chromium) -> None:
        self._browser = browser
        context = self._call("Target.createBrowserContext", {"proxyServer": "direct://"}, None)["browserContextId"]
        target = self._call("Target.createTarget", {"url": "about:blank", "browserContextId": context}, None)
        attached = self._call("Target.attachToTarget", {"targetId": target["targetId"], "flatten": True}, None)
        self._session = attached["sessionId"]
        self.loaded = threading.Event()
        self.complaints: list[str] = []
        """What the page's console said: refusals by its policy, errors of scripts."""
        assert browser.devtools is not None
        browser.devtools.listen(self._session, self._event)
        for domain in ("Page", "Log", "Runtime"):
            self._call(f"{domain}.enable")

    def _event(self, method: str, params: Any) -> None:
        if method == "Page.loadEventFired":
            self.loaded.set()
        elif method == "Log.entryAdded":
            self.complaints.append(params["entry"]["text"])
        elif method == "Runtime.exceptionThrown":
            self.complaints.append(json.dumps(params["exceptionDetails"]))

    def _call(self, method: str, params: Any = None, session: str | None = "") -> dict[str, Any]:
        assert self._browser.devtools is not None
        session = self._session if session == "" else session
        return self._browser.devtools.call(method, params, session=session, deadline=time.monotonic() + SECONDS)

    def look(self, *, width: int, dark: bool = False, scripts: bool = True, zone: str = "UTC") -> None:
        """How pages are shown from now on."""
        metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600}
        self._call("Emulation.setDeviceMetricsOverride", metrics)
        scheme = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
        self._call("Emulation.setEmulatedMedia", {"media": "", "features": scheme})
        self._call("Emulation.setTimezoneOverride", {"timezoneId": zone})
        self._call("Emulation.setScriptExecutionDisabled", {"value": not scripts})

    def on_paper(self) -> None:
        """As printed, for a reader who prefers dark colours on the screen."""
        features = [{"name": "prefers-color-scheme", "value": "dark"}]
        self._call("Emulation.setEmulatedMedia", {"media": "print", "features": features})

    def open(self, address: str) -> None:
        self.loaded.clear()
        answer = self._call("Page.navigate", {"url": address})
        assert not answer.get("errorText"), answer
        assert self.loaded.wait(SECONDS), f"{address} was not loaded"

    def ask(self, expression: str) -> Any:
        """The value of an expression in the page; promises are waited for."""
        asked = {"expression": expression, "awaitPromise": True, "returnByValue": True}
        answer = self._call("Runtime.evaluate", asked)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def wait_for(self, expression: str) -> None:
        until = time.monotonic() + SECONDS
        while not self.ask(expression):
            assert time.monotonic() < until, f"it did not come to {expression}"
            time.sleep(0.05)

    def type(self, text: str) -> None:
        self._call("Input.insertText", {"text": text})

    def press(self, key: str) -> None:
        """One key, down and up."""
        codes = {"Tab": 9, "Enter": 13, "Escape": 27}
        event: dict[str, Any] = {"key": key, "windowsVirtualKeyCode": codes.get(key, ord(key[0].upper()))}
        if len(key) == 1:
            event["text"] = key
        elif key == "Enter":
            event["text"] = "\r"
        for kind in ("keyDown", "keyUp"):
            self._call("Input.dispatchKeyEvent", {"type": kind, **event})

    def paper(self) -> bytes:
        """The page as PDF."""
        return base64.b64decode(self._call("Page.printToPDF")["data"])

    def picture(self, path: Path, *, whole: bool = True) -> None:
        """A screenshot as PNG."""
        answer = self._call("Page.captureScreenshot", {"captureBeyondViewport": whole})
        path.write_bytes(base64.b64decode(answer["data"]))


@contextmanager
def browser() -> Iterator[Tab]:
    chromium = Chromium(CHROMIUM, key_digest=bytes(32))
    try:
        yield Tab(chromium)
    finally:
        chromium.close()
