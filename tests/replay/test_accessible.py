"""Every page as those meet it who do not see it, or see it small, or in the dark: axe-core finds nothing serious.

axe-core (MPL-2.0) is fetched by ./test; it is no part of archiver.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from archiver.model import Capture
from archiver.replay import Library, create_app
from archiver.replay.addresses import Addresses
from tests.replay.browsing import CHROMIUM, Tab, browser, served
from tests.replay.staged import ARTICLE_URL, LIVE_POST, PICTURE_URL, RTL_POST, Staged, rewrite_member, stage
from tests.replay.stories import THREAD, Stories, write_stories

AXE = Path(os.environ.get("AXE_CORE", Path(__file__).parents[2] / ".axe-core" / "package")) / "axe.min.js"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not CHROMIUM, reason="no Chromium is installed"),
    pytest.mark.skipif(not AXE.exists(), reason="axe-core is not there (./test fetches it)"),
]

TO, TOWN = Addresses("harbour"), Addresses("town")


class Stage:
    """Two archives, one of them with a record that was altered."""

    def __init__(self, folder: Path) -> None:
        self.harbour: Staged = stage(folder / "harbour")
        self.town: Stories = write_stories(folder / "town")
        self.altered: Capture = self.harbour.captures["hostile svg"]
        rewrite_member(self.harbour.segment, self.altered, b"onload=", b"aaaaaaa")

    def pages(self) -> dict[str, str]:
        captures = self.harbour.captures
        return {
            "home": "/",
            "articles": TO.shelf,
            "article": TO.article(self.harbour.article.id),
            "article as text": TOWN.article(self.town.articles["text"].id),
            "article from right to left": TOWN.article(self.town.articles["arabic"].id),
            "post": TO.post(LIVE_POST.key),
            "post from right to left": TO.post(RTL_POST.key),
            "thread": TOWN.post(THREAD[2].key),
            "captures": TO.captures(),
            "address": TO.uri(PICTURE_URL),
            "address of a page": TO.uri(ARTICLE_URL),
            "captured page": TO.view(captures["article"].time, ARTICLE_URL),
            "address that was not captured": TO.view(captures["article"].time, "https://never.example/"),
            "picture": TO.capture(captures["picture"]),
            "refused answer": TO.capture(captures["gone"]),
            "altered record": TO.capture(self.altered),
            "altered bytes": TO.payload(self.altered),
            "search": "/search",
            "found": "/search?q=gauge",
            "nothing found": "/search?q=nothingofthekind",
            "no such page": "/nowhere",
        }


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Stage, str, Tab]]:
    stage_ = Stage(tmp_path_factory.mktemp("accessible"))
    with (
        Library([stage_.harbour.path, stage_.town.path]) as library,
        served(create_app(library)) as site,
        browser() as tab,
    ):
        yield stage_, site, tab


CHECK = """axe.run(document, {resultTypes: ["violations"]}).then((found) => found.violations
    .filter((rule) => rule.impact === "serious" || rule.impact === "critical")
    .map((rule) => rule.id + ": " + rule.help + " | " + rule.nodes.slice(0, 3).map((node) => node.html
        + " " + (node.any[0] ? node.any[0].message : "")).join(" | ")))"""


def complaints(tab: Tab) -> list[str]:
    """What axe-core finds that is serious or worse. Its own code is given to the page from outside, past our policy."""
    tab.ask(AXE.read_text("utf-8") + "; null")
    found = tab.ask(CHECK)
    assert isinstance(found, list)
    return found


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_no_page_has_a_serious_fault(seen: tuple[Stage, str, Tab], width: int, dark: bool) -> None:
    stage_, site, tab = seen
    found: dict[str, list[str]] = {}
    for name, path in stage_.pages().items():
        tab.look(width=width, dark=dark)
        tab.open(site + path)
        # what is folded away is looked at, too
        tab.ask("document.querySelectorAll('details').forEach((one) => { one.open = true; }); null")
        if faults := complaints(tab):
            found[name] = faults
    assert found == {}


def test_the_checker_finds_faults(seen: tuple[Stage, str, Tab]) -> None:
    """That it finds none on our pages says something."""
    _, site, tab = seen
    tab.look(width=1280)
    tab.open(f"{site}/")
    tab.ask("document.querySelector('label').remove(); document.documentElement.removeAttribute('lang'); null")
    assert {fault.partition(":")[0] for fault in complaints(tab)} >= {"html-has-lang"}
