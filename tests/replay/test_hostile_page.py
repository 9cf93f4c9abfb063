"""A hostile page that was captured gets nowhere: nothing leaves, and nothing of another capture or of the site is read.

Watched from outside the browser: a trap that the page's names lead to, what the site was asked, and the browser's
system calls. Two layers keep the page in, its still form and its policy; without either of them it gets out here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from archiver.replay import documents
from tests.replay.hostile import CHROMIUM, SECRET, STAMP, STRACE, Browser, Trap, waited
from tests.replay.scene import Scene, as_captured, reached, scene

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not CHROMIUM, reason="no Chromium is installed")]

STUN = b"\x21\x12\xa4\x42"
"""The magic cookie of its messages (RFC 8489, section 5)."""

CLICKED = "a, button, input, summary, label, math, img[usemap], svg text, video"


@contextmanager
def browsing(folder: Path, trap: Trap | None, calls: Path | None = None) -> Iterator[Browser]:
    browser = Browser(folder, trap=trap.port if trap else None, calls=calls)
    try:
        browser.new_page()
        yield browser
    finally:
        browser.close()


def look(browser: Browser, stage: Scene) -> str:
    """Open the view and let the page try; the session of its frame."""
    browser.open(stage.view)
    frame = browser.frame("mp_")
    waited(lambda: any("real.png" in path for _, path, _ in stage.log.asked), "its picture was asked for")
    browser.wait_for_rest(frame)
    return frame


def test_nothing_leaves_and_nothing_else_is_read(tmp_path: Path) -> None:
    with scene(tmp_path) as stage, browsing(tmp_path, stage.trap) as browser:
        frame = look(browser, stage)
        assert browser.address() == stage.view
        text = browser.text(frame)
        assert "innocent" in text
        assert SECRET not in text
        assert browser.call("Storage.getCookies", session="")["cookies"] == []
        origins = [one["url"] for one in browser.call("Target.getTargets", {"filter": [{}]}, session="")["targetInfos"]]
        assert not any("worker" in url for url in origins)
        assert browser.pages() == 1
    assert not stage.trap.caught
    assert not stage.strays()


def test_nothing_leaves_where_it_lives_below_the_site(tmp_path: Path) -> None:
    with scene(tmp_path) as stage, browsing(tmp_path, stage.trap) as browser:
        browser.call("Emulation.setUserAgentOverride", {"userAgent": "Mozilla/5.0 Version/17.0 Safari/605.1"})
        browser.open(stage.view)
        waited(lambda: any("real.png" in path for _, path, _ in stage.log.asked), "its picture was asked for")
        browser.wait_for_rest(browser.frame("mp_"))
        assert browser.address() == stage.view
        for x, y in ((60, 400), (200, 400), (400, 400), (60, 450)):
            browser.click(x, y)
        assert browser.call("Storage.getCookies", session="")["cookies"] == []
        assert browser.pages() == 1
    assert any(path.startswith(stage.below) for _, path, _ in stage.log.asked)
    assert not stage.trap.caught
    assert not stage.strays()


def test_every_link_and_button_that_is_clicked_stays_in_the_archive(tmp_path: Path) -> None:
    with scene(tmp_path) as stage, browsing(tmp_path, stage.trap) as browser:
        spots = browser.middles(look(browser, stage), CLICKED)
        x, y = browser.corner(browser.session, "iframe.captured")
        left = set()
        for across, down in spots:
            # it has none while one page gives way to the next
            if (address := waited(browser.address, "a page is there")) != stage.view:
                left.add(address)
                browser.open(stage.view)
                frame = browser.frame("mp_")
                waited(lambda: "innocent" in browser.text(frame), "the page is there")  # noqa: B023
            browser.click(x + across, y + down)
            with suppress(AssertionError):
                waited(lambda: browser.address() not in ("", stage.view), "it goes somewhere", 1.0)
        assert browser.pages() == 1
    assert len(spots) >= 25
    assert len(left) >= 12
    assert all(address.startswith(f"{stage.site}/archives/harbour/{STAMP}/http") for address in left), left
    assert not stage.trap.caught
    assert not stage.strays()


@pytest.mark.skipif(not STRACE, reason="strace is not installed")
def test_the_browser_connects_to_the_site_and_asks_for_no_name(tmp_path: Path) -> None:
    calls = tmp_path / "calls"
    with scene(tmp_path) as stage, browsing(tmp_path, None, calls) as browser:
        look(browser, stage)
    found = reached(calls)
    assert (stage.port, "127.0.0.1") in found
    # With a port of its own each, and without a packet, Chromium asks the system from which address it would send.
    unsent = {("443", "127.0.0.1"), ("443", "::1"), ("443", "2001:4860:4860::8888")}
    assert found - unsent - {(stage.port, "127.0.0.1"), (stage.port, "::1")} == set()


@pytest.mark.skipif(not STRACE, reason="strace is not installed")
def test_what_leaves_on_purpose_is_seen(tmp_path: Path) -> None:
    """So the two tests above would have seen it: a connection, a datagram, a name that is looked up."""
    calls = tmp_path / "calls"
    trap = Trap()
    leave = f"""fetch("http://127.0.0.1:{trap.port}/", {{mode: "no-cors"}}).catch(() => 0);
      fetch("http://name.evil.example/", {{mode: "no-cors"}}).catch(() => 0);
      const peer = new RTCPeerConnection({{iceServers: [{{urls: "stun:127.0.0.1:{trap.port}"}}]}});
      peer.createDataChannel("x"); peer.createOffer().then(offer => peer.setLocalDescription(offer)); 0"""
    try:
        with browsing(tmp_path, None, calls) as browser:
            browser.call("Runtime.evaluate", {"expression": leave})
            waited(lambda: any(said.startswith(b"GET /") for said in trap.caught), "a connection")
            waited(lambda: any(said[4:8] == STUN for said in trap.caught), "a datagram")
            waited(lambda: any(port in ("53", "name") for port, _ in reached(calls)), "a name")
    finally:
        trap.close()
    assert (str(trap.port), "127.0.0.1") in reached(calls)
    assert re.search(rf"send\w+\(.*htons\({trap.port}\)", calls.read_text(errors="replace"))


def test_without_its_policy_it_gets_out(tmp_path: Path) -> None:
    """Style sheets hide addresses in ways that rewriting does not know."""
    hidden = {
        "url-escaped", "import-escaped", "image-set-escaped", "sheet-escaped", "font-escaped", "cursor-escaped", "fade",
        "fade-to", "mask", "border", "shape", "list-escaped", "content-escaped", "variable",
    }  # fmt: skip
    with scene(tmp_path, policies="none") as stage, browsing(tmp_path, stage.trap) as browser:
        browser.open(stage.view)
        with suppress(AssertionError):
            waited(lambda: hidden <= stage.trap.ways(), "they are asked for")
    assert hidden - stage.trap.ways() == set()


def test_without_its_still_form_it_gets_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No policy forbids a connection that is made before anything is asked (`preconnect`)."""
    monkeypatch.setattr(documents, "still_page", as_captured)
    with scene(tmp_path) as stage, browsing(tmp_path, stage.trap) as browser:
        browser.open(stage.view)
        waited(lambda: stage.trap.caught, "a connection is made")
        browser.open(f"{stage.site}/")  # what was begun before this has been sent
    assert stage.trap.ways() == set(), "the policy lets no word out"


def test_without_its_still_form_and_its_sandbox_it_goes_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rest of the policy forbids no page to go on of itself; the site's page around it does."""
    monkeypatch.setattr(documents, "still_page", as_captured)
    with (
        scene(tmp_path, policies="unboxed", alone=True) as stage,
        browsing(tmp_path, stage.trap) as browser,
    ):
        browser.call("Page.navigate", {"url": stage.page})
        waited(lambda: "refresh" in stage.trap.ways(), "the page goes on", 20)
    assert "fetch" not in stage.trap.ways()


def test_without_either_everything_gets_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """So the trap would have caught it."""
    monkeypatch.setattr(documents, "still_page", as_captured)
    with scene(tmp_path, policies="none", alone=True, seconds=9) as stage, browsing(tmp_path, stage.trap) as browser:
        wanted = {
            "script", "fetch", "keepalive", "xhr", "websocket", "eventsource", "beacon", "import", "new-image",
            "cookie", "img", "iframe", "background", "import-rule", "url-escaped", "location",
        }  # fmt: skip
        # again, where the page went elsewhere of itself before its frames were read: on a busy machine
        for _ in range(4):
            browser.call("Page.navigate", {"url": stage.page})
            with suppress(AssertionError):
                waited(lambda: wanted <= stage.trap.ways(), "the page gets out", 15)
                break
        assert wanted - stage.trap.ways() == set()
