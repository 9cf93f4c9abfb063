"""The site on a real port, and a real browser in front of it."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
import uvicorn
from starlette.responses import HTMLResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from archiver.errors import UsageError
from archiver.replay import Library, create_app, serve, server
from archiver.replay.addresses import Addresses
from tests.replay.browsing import running
from tests.replay.conftest import Client
from tests.replay.staged import CANARY, Staged, hostile_html

TO = Addresses("harbour")
CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), ""
)
BROWSER_SECONDS = 90
START = """
import signal, sys
from archiver.replay import serve
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs inherit that it is ignored
serve([sys.argv[1]], port=0, say=lambda line: print(line, flush=True))
"""
COMMAND = """
import signal
for number in (signal.SIGHUP, signal.SIGTERM):
    signal.signal(number, signal.SIG_DFL)  # as a terminal starts it; the tests' own process may have them ignored
from archiver.cli import main
main()
"""


def test_serve_says_where_it_is_answers_and_stops_at_an_interrupt(staged: Staged) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", START, str(staged.path)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    with process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            address = re.search(r"http://127\.0\.0\.1:\d+/", line)
            assert address, line
            with httpx.Client(base_url=address[0], trust_env=False) as web:
                assert "The bridge stays shut" in web.get("/").text
                film = web.get(TO.payload(staged.captures["video"]), headers={"Range": "bytes=4-7"})
                assert (film.status_code, film.content) == (206, b"ftyp")
                head = web.head(TO.payload(staged.captures["picture"]))
                assert int(head.headers["content-length"]) > 100
                assert "server" not in head.headers
            process.send_signal(signal.SIGINT)
            _, errors = process.communicate(timeout=30)
        finally:
            process.kill()
    assert "KeyboardInterrupt" in errors.splitlines()[-1]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_nothing_temporary_is_left_when_it_is_ended(staged: Staged, tmp_path: Path, number: signal.Signals) -> None:
    """Also where the terminal's window is closed."""
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    process = subprocess.Popen(
        [sys.executable, "-c", COMMAND, "replay", str(staged.segment), "--port", "0"],
        env={**os.environ, "TMPDIR": str(temporary)}, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    with process:
        try:
            assert process.stderr is not None
            address = re.search(r"http://127\.0\.0\.1:\d+/", process.stderr.readline())
            assert address
            httpx.get(f"{address[0]}search?q=bridge", trust_env=False).raise_for_status()
            assert len(list(temporary.iterdir())) == 2
            process.send_signal(number)
            process.communicate(timeout=30)
        finally:
            process.kill()
    assert process.returncode == 130
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "archive.example"])
def test_other_machines_are_not_let_in_unasked(staged: Staged, host: str) -> None:
    with pytest.raises(UsageError, match="this machine only"):
        serve([staged.path], host=host, port=0)


def test_what_takes_long_to_open_is_told_first(staged: Staged, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("archiver.replay.server.MENTIONED", 1000)
    for given, told in ((staged.segment, True), (staged.segment.parent, True), (staged.path, False)):
        said: list[str] = []
        with running(HTMLResponse("taken")) as port, pytest.raises(UsageError):
            serve([given], port=port, say=said.append)
        assert any(line.startswith("Reading 0 MB") for line in said) == told


def test_a_taken_port_is_named(staged: Staged) -> None:
    with running(HTMLResponse("taken")) as port, pytest.raises(UsageError, match=str(port)):
        serve([staged.path], port=port)


def test_who_lets_others_in_is_told_what_that_means(
    staged: Staged, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And they are answered at the address, not at every name: a page on the web can give its own name that address."""
    ran: list[uvicorn.Config] = []

    class Server:
        def __init__(self, config: uvicorn.Config, announce: Callable[[str, int], object]) -> None:
            self._config, self._announce = config, announce

        def run(self) -> None:
            self._announce("192.168.1.5", 8080)
            ran.append(self._config)
            for host, status in (("192.168.1.5:8080", 200), ("evil.example", 421)):
                assert Client(self._config.app).get("/", headers={"Host": host}).status_code == status  # type: ignore[arg-type]

    monkeypatch.setattr(server, "_Server", Server)
    damaged = tmp_path / "damaged.warc.gz"
    damaged.write_bytes(staged.segment.read_bytes()[:-9])
    said: list[str] = []
    serve([damaged], host="192.168.1.5", allow_remote=True, say=said.append)
    assert said[0] == "Warning: everybody who reaches 192.168.1.5 can read these archives; there is no password."
    assert said[1].startswith("damaged.warc.gz: ")
    assert said[-1] == "Replay at http://192.168.1.5:8080/ (stop with Ctrl-C)"
    (config,) = ran
    assert (config.host, config.limit_concurrency, config.server_header) == ("192.168.1.5", 64, False)


class Log:
    """Notes each request's path, and answers a control page as a careless site would."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.paths: list[str] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            query = scope["query_string"].decode()
            self.paths.append(scope["path"] + (f"?{query}" if query else ""))
            if scope["path"] == "/control":
                await HTMLResponse(hostile_html("/control-canary"))(scope, receive, send)
                return
        await self.app(scope, receive, send)

    def hits(self, canary: str) -> list[str]:
        return [path for path in self.paths if path.startswith(f"{canary}?")]


def browser_command(folder: Path) -> list[str]:
    """Chromium without a window, without a word to anybody but the pages it is given."""
    return [
        CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
        "--disable-background-networking", "--disable-component-update", "--disable-sync",
        f"--user-data-dir={folder / 'profile'}",
    ]  # fmt: skip


def wait_for(condition: Callable[[], bool], what: str) -> None:
    until = time.monotonic() + BROWSER_SECONDS
    while not condition():
        assert time.monotonic() < until, f"the browser did not {what}"
        time.sleep(0.1)


@pytest.mark.slow
@pytest.mark.skipif(not CHROMIUM, reason="no Chromium is installed")
def test_no_script_of_a_captured_page_runs(staged: Staged, library: Library, tmp_path: Path) -> None:
    """Every route shows the hostile captures in a browser; then a page without our protection shows that the canary
    sings where it can."""
    hostile = [staged.captures[name] for name in ("hostile page", "hostile svg", "hostile disguised")]
    shown = [route(capture) for capture in hostile for route in (TO.capture, TO.payload, TO.text, TO.block)]
    shown += [TO.raw(capture.time, capture.target_uri) for capture in hostile]
    shown.append(TO.article(staged.article.id))
    log = Log(create_app(library))
    with running(log) as port:
        profile = tmp_path / "profile"
        command = [*browser_command(tmp_path), "--remote-debugging-port=0", "about:blank"]
        browser = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            active = profile / "DevToolsActivePort"
            wait_for(lambda: active.exists() and active.read_text().count("\n") > 0, "start")
            with httpx.Client(base_url=f"http://127.0.0.1:{active.read_text().split()[0]}", trust_env=False) as tabs:
                for path in (*shown, "/control"):
                    tabs.put(f"/json/new?http://127.0.0.1:{port}{path}").raise_for_status()
            wait_for(lambda: set(shown) <= set(log.paths), "open every page")
            for way in ("src", "css", "fetch", "image"):
                wait_for(lambda way=way: f"/control-canary?{way}" in log.paths, f"run the control's {way}")
        finally:
            browser.terminate()
            browser.wait(30)
    assert log.hits(CANARY) == []


@pytest.mark.slow
@pytest.mark.skipif(not CHROMIUM, reason="no Chromium is installed")
def test_pictures_of_a_card_are_drawn_under_our_own_policy(staged: Staged, library: Library, tmp_path: Path) -> None:
    log = Log(create_app(library))
    with running(log) as port:
        address = f"http://127.0.0.1:{port}{TO.article(staged.article.id)}"
        command = [*browser_command(tmp_path), "--enable-logging=stderr", "--dump-dom", address]
        done = subprocess.run(command, capture_output=True, text=True, timeout=BROWSER_SECONDS, check=True)
    assert TO.payload(staged.captures["picture"]) in log.paths
    assert "/static/replay.css" in log.paths
    assert "Content Security Policy" not in done.stderr
