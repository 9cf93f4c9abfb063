"""A browser plays what was captured: from anywhere within it, in parts."""

from __future__ import annotations

import io
import re
import socket
import wave
from pathlib import Path

import pytest
from starlette.types import ASGIApp, Receive, Scope, Send

from archiver.replay import Library, create_app
from archiver.store import Archive
from tests.replay.hostile import AT, CHROMIUM, STAMP, Browser, serving, waited
from tests.replay.staged import answer

PAGE = "http://paper.example/report"
SECONDS = 150
RATE = 44_100


def sound() -> bytes:
    """Of so many seconds, a byte a sample: far more than a browser reads ahead."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(1)
        file.setframerate(RATE)
        file.writeframes(bytes(range(251)) * (SECONDS * RATE // 251 + 1))
    return out.getvalue()


class Asked:
    """Notes the beginning of each part that is asked for."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.starts: list[int] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        for name, value in scope.get("headers", ()):
            if name == b"range" and (found := re.match(rb"bytes=([0-9]+)-", value)):
                self.starts.append(int(found[1]))
        await self.app(scope, receive, send)


@pytest.mark.slow
@pytest.mark.skipif(not CHROMIUM, reason="no Chromium is installed")
def test_a_reader_goes_to_a_place_within_a_recording(tmp_path: Path) -> None:
    with Archive.open(tmp_path / "a", write=True, clock=lambda: AT) as archive, archive.session() as session:
        session.write_exchange(answer(PAGE, b"<audio src=/report.wav></audio>", "text/html", at=AT))
        session.write_exchange(answer("http://paper.example/report.wav", sound(), "application/octet-stream", at=AT))
    listener = socket.create_server(("127.0.0.1", 0), backlog=64)
    with Library([tmp_path / "a"]) as library, serving(listener, asked := Asked(create_app(library))):
        browser = Browser(tmp_path, trap=1)
        try:
            browser.new_page()
            browser.open(f"http://127.0.0.1:{listener.getsockname()[1]}/archives/a/{STAMP}/{PAGE}")
            frame = browser.frame(f"mp_/{PAGE}")

            def player(expression: str) -> object:
                asking = {"expression": f"document.querySelector('audio').{expression}", "returnByValue": True}
                return browser.call("Runtime.evaluate", asking, session=frame)["result"].get("value")

            player("preload = 'metadata'")
            player("load()")
            assert waited(lambda: player("duration"), "its length is known") == pytest.approx(SECONDS, abs=1)
            assert player("seekable.end(0)") == pytest.approx(SECONDS, abs=1)
            player("currentTime = 140")
            waited(lambda: player("seeking === false && document.querySelector('audio').readyState > 1"), "it is there")
            assert player("currentTime") == 140
            assert player("error") is None
        finally:
            browser.close()
    assert any(start > 100 * RATE for start in asked.starts)
