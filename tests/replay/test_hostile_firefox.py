"""The hostile page in Firefox, where it is installed: the same page, the same watchers, the same outcome."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from archiver.replay import documents
from tests.replay.firefox import FIREFOX, Firefox
from tests.replay.hostile import SECRET, STAMP, STRACE, Trap, waited
from tests.replay.scene import Scene, as_captured, reached, scene

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not FIREFOX, reason="no Firefox is installed")]

SAFARI = "Mozilla/5.0 (Macintosh) AppleWebKit/605.1 Version/17.0 Safari/605.1"


@contextmanager
def browsing(
    folder: Path, trap: Trap | None, *, calls: Path | None = None, agent: str | None = None
) -> Iterator[Firefox]:
    firefox = Firefox(folder, trap=trap.port if trap else None, calls=calls, agent=agent)
    try:
        yield firefox
    finally:
        firefox.close()


def look(firefox: Firefox, stage: Scene) -> None:
    """Open the view and let the page try; then the frame is entered."""
    firefox.open(stage.view)
    waited(lambda: any("real.png" in path for _, path, _ in stage.log.asked), "its picture was asked for")
    firefox.enter("iframe.captured")
    waited(lambda: firefox.find("#real"), "the page is there")
    firefox.wait_for_turns()


@pytest.mark.parametrize("agent", [None, SAFARI], ids=["on its own origin", "below the site"])
def test_nothing_leaves_and_nothing_else_is_read(tmp_path: Path, agent: str | None) -> None:
    with scene(tmp_path) as stage, browsing(tmp_path, stage.trap, agent=agent) as firefox:
        look(firefox, stage)
        text = firefox.sources()
        assert "innocent" in text
        assert SECRET not in text
        firefox.leave()
        assert firefox.address() == stage.view
        assert firefox.windows() == 1
        assert firefox.call("WebDriver:GetCookies") == []
    assert any(path.startswith(stage.below) for _, path, _ in stage.log.asked) is (agent is not None)
    assert stage.trap.ways() == set()
    assert not stage.strays()


def names(calls: Path) -> set[str]:
    """The page's names that a name server was asked for (RFC 1035, section 4.1.2: labels behind their lengths)."""
    label = r"\\(?:\d{1,3}|[tnvfr])([a-z-]+)\\4evil\\7example"
    return set(re.findall(rf"\bsend\w+\(.*?{label}", calls.read_text(errors="replace")))


def test_links_lead_to_the_archive(tmp_path: Path) -> None:
    with scene(tmp_path) as stage, browsing(tmp_path, stage.trap) as firefox:
        look(firefox, stage)
        for words in ("link", "blank", "download", "dots", "encoded dots"):
            firefox.click(words)
            firefox.leave()
            waited(lambda: firefox.address() not in ("about:blank", stage.view), f"{words} leads on")
            assert firefox.address().startswith(f"{stage.site}/archives/harbour/{STAMP}/http://"), words
            look(firefox, stage)
        assert firefox.windows() == 1
    assert stage.trap.ways() == set()
    assert not stage.strays()


@pytest.mark.skipif(not STRACE, reason="strace is not installed")
def test_it_connects_to_the_site_and_asks_for_no_name_of_the_page(tmp_path: Path) -> None:
    """Firefox itself asks for names of its makers."""
    calls = tmp_path / "calls"
    with scene(tmp_path) as stage, browsing(tmp_path, None, calls=calls) as firefox:
        look(firefox, stage)
        asked, found = names(calls), reached(calls)
        firefox.leave()
        firefox.begin("http://on-purpose.evil.example/")
        waited(lambda: "on-purpose" in names(calls), "a name that is asked for is seen")
    assert asked == set()
    assert (stage.port, "127.0.0.1") in found
    assert {port for port, _ in found} <= {stage.port, "53", "80", "443"}


def test_without_its_still_form_and_its_policy_it_gets_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """So the trap would have caught it."""
    monkeypatch.setattr(documents, "still_page", as_captured)
    with (
        scene(tmp_path, policies="none", alone=True, seconds=9) as stage,
        browsing(tmp_path, stage.trap) as firefox,
    ):
        firefox.begin(stage.page)
        wanted = {"script", "fetch", "xhr", "websocket", "eventsource", "beacon", "img", "iframe", "import-rule"}
        waited(lambda: wanted <= stage.trap.ways(), "the page gets out")
