"""Pages on a disk as readers meet them: opened from there in Chromium, sound to axe-core, on narrow and wide windows,
by keyboard, and on paper; and telling nothing of the machine that they were made on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from selectolax.lexbor import LexborHTMLParser

from archiver.exporting.cited import Selection
from archiver.exporting.htmlcard import card_html
from archiver.exporting.htmlpages import write_pages
from tests.replay.awkward import ARABIC, CROWD, FULL, LENGTHY, NAMELESS, STATES, THREAD, TITLED, TURNED, write_awkward
from tests.replay.browsing import CHROMIUM, Tab, browser
from tests.replay.staged import stage
from tests.replay.test_accessible import AXE, complaints

SECRET = "kept-by-nobody-but-me"
"""Stands in the folder's name; the awkward archive has an article that was given as /home/editor/desk/story.txt."""


class Written:
    def __init__(self, folder: Path) -> None:
        self.pages = folder / "pages"
        self.one = folder / "one"
        archive = folder / SECRET / "awkward"
        awkward = write_awkward(archive)
        write_pages(archive, self.pages)
        article = awkward.articles["awkward"]
        write_pages(archive, self.one, selection=Selection(article=article.id))
        self.harbour = folder / "harbour-pages"
        write_pages(stage(folder / SECRET / "harbour").path, self.harbour)
        names = [name(one.key) for one in (LENGTHY, TURNED, FULL, THREAD[15], CROWD[51])]
        self.cards = []
        for one in (LENGTHY, TURNED, FULL, ARABIC, NAMELESS, TITLED, STATES[2]):
            self.cards.append(folder / f"card-{one.id}.html")
            self.cards[-1].write_text(card_html(archive, one.key), "utf-8")
        self.shown = [
            self.pages / "index.html",
            self.pages / "captures" / "index.html",
            *(self.pages / "articles" / f"{one.id}.html" for one in awkward.articles.values()),
            *(self.pages / "posts" / one for one in names),
            min((self.pages / "captures").glob("archiver-*.html")),
            min((self.pages / "addresses").iterdir()),
            self.one / "index.html",
            *sorted(self.harbour.glob("articles/*.html")),
            *sorted(self.harbour.glob("posts/*.html"))[:2],
            *self.cards,
        ]


def name(key: str) -> str:
    return key.replace(":", "-") + ".html"


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Written:
    return Written(tmp_path_factory.mktemp("disk"))


@pytest.fixture(scope="module")
def tab() -> Iterator[Tab]:
    if not CHROMIUM:
        pytest.skip("no Chromium is installed")
    with browser() as tab:
        yield tab


@pytest.mark.slow
@pytest.mark.parametrize("width", [320, 390, 1280])
def test_no_page_is_wider_than_the_window_or_breaks_its_own_rules(written: Written, tab: Tab, width: int) -> None:
    tab.look(width=width)
    tab.complaints.clear()
    for page in written.shown:
        tab.open(page.as_uri())
        assert tab.ask("document.documentElement.scrollWidth") <= width, page.name
        assert tab.ask("getComputedStyle(document.body).margin") == "0px", "styled"
    assert tab.complaints == []


@pytest.mark.slow
@pytest.mark.skipif(not AXE.exists(), reason="axe-core is not there (./test fetches it)")
@pytest.mark.parametrize(("width", "dark"), [(390, True), (1280, False)])
def test_no_page_has_a_serious_fault(written: Written, tab: Tab, width: int, dark: bool) -> None:
    found = {}
    for page in written.shown:
        tab.look(width=width, dark=dark)
        tab.open(page.as_uri())
        tab.ask("document.querySelectorAll('details').forEach((one) => { one.open = true; }); null")
        if faults := complaints(tab):
            found[page.name] = faults
    assert found == {}


@pytest.mark.slow
def test_without_scripts_all_is_there_and_the_first_key_shows_the_way_past_the_menu(written: Written, tab: Tab) -> None:
    tab.look(width=390, scripts=False)
    tab.open((written.pages / "index.html").as_uri())
    tab.press("Tab")
    assert tab.ask("document.activeElement.className") == "skip"
    tab.loaded.clear()
    tab.press("Enter")
    tab.press("Tab")
    assert tab.ask("document.activeElement.closest('main') !== null")
    tab.look(width=1280)


@pytest.mark.slow
def test_on_paper_each_picture_is_there_without_being_scrolled_to(written: Written, tab: Tab) -> None:
    tab.look(width=1280)
    tab.open((written.pages / "posts" / name(FULL.key)).as_uri())
    tab.on_paper()
    assert tab.ask("[...document.images].length") == 4
    assert tab.ask("[...document.images].every((one) => one.complete && one.naturalWidth > 0)")
    assert tab.ask("getComputedStyle(document.querySelector('video')).display") == "none"
    paper = tab.paper()
    assert paper.startswith(b"%PDF")
    tab.look(width=1280)


def test_nothing_tells_where_the_archive_lay_or_an_article_was_read(written: Written) -> None:
    for folder in (written.pages, written.one, written.harbour):
        for path in folder.rglob("*.*"):
            data = path.read_bytes()
            assert SECRET.encode() not in data, path
            assert b"/home/editor" not in data, path
    listed = (written.pages / "index.html").read_text()
    assert "story.txt" in listed
    assert "<bdi>awkward</bdi>" not in listed


def test_the_folders_name_changes_nothing(written: Written, tmp_path: Path) -> None:
    stage(tmp_path / SECRET / "harbour").path.rename(tmp_path / "Renamed & <b>")
    write_pages(tmp_path / "Renamed & <b>", tmp_path / "pages")
    again = {one.relative_to(tmp_path / "pages"): one.read_bytes() for one in (tmp_path / "pages").rglob("*.*")}
    before = {one.relative_to(written.harbour): one.read_bytes() for one in written.harbour.rglob("*.*")}
    assert again == before


def test_what_needs_the_site_is_not_mentioned(written: Written) -> None:
    """No dead word in a menu, no column of links that are none, no place for what a script would write."""
    for folder in (written.pages, written.one, written.harbour):
        for path in folder.rglob("*.html"):
            page = LexborHTMLParser(path.read_bytes().decode())
            assert page.css("[data-site-only], [data-local], [data-found], [role=status], nav a:not([href])") == [], (
                path
            )
            dead = [node.text() for node in page.css("main a:not([href])")]
            assert dead == [], (path, dead)


def test_every_link_leads_to_a_file_in_the_folder_and_every_fragment_to_a_place(written: Written) -> None:
    for folder in (written.pages, written.one, written.harbour):
        names: dict[Path, set[str]] = {}
        links: list[tuple[Path, Path, str]] = []
        for path in folder.rglob("*.html"):
            page = LexborHTMLParser(path.read_bytes().decode())
            names[path] = {node.attributes["id"] or "" for node in page.css("[id]")}
            for node in page.css("a[href]"):
                parts = urlsplit(node.attributes["href"] or "")
                if not parts.scheme:
                    target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
                    links.append((path, target, parts.fragment))
        for path, target, fragment in links:
            assert target.is_relative_to(folder.resolve()), (path, target)
            assert target.is_file(), (path, target)
            assert not fragment or fragment in names[target], (path, target, fragment)


def test_names_are_safe_everywhere(written: Written) -> None:
    for folder in (written.pages, written.one, written.harbour):
        names = [path.relative_to(folder).as_posix() for path in folder.rglob("*")]
        assert all(re.fullmatch(r"[a-z0-9][a-z0-9.-]{0,150}", part) for one in names for part in one.split("/"))
        assert not any(part.endswith((".", "-")) for one in names for part in one.split("/"))
