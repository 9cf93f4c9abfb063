"""The pages in a real browser: search while typing, the keyboard, no jump while loading, and no need of scripts."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from archiver.replay import Library, create_app
from archiver.replay.addresses import Addresses
from tests.replay.browsing import CHROMIUM, Tab, browser, served
from tests.replay.staged import LIVE_POST, Staged
from tests.replay.stories import GATE, THREAD, Stories, write_stories

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not CHROMIUM, reason="no Chromium is installed")]

TO, TOWN = Addresses("harbour"), Addresses("town")
SHIFT = """new Promise((done) => { let sum = 0; new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) sum += entry.value; }).observe({type: "layout-shift", buffered: true});
    for (const picture of document.images) picture.loading = "eager";
    Promise.all([...document.images].map((picture) => picture.decode().catch(() => 0)))
        .then(() => setTimeout(() => done(sum), 200)); })"""
"""How much moved while the page was loaded, with every picture."""
Seen = tuple[Stories, str, Tab]


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory, staged: Staged) -> Iterator[Seen]:
    stories = write_stories(tmp_path_factory.mktemp("looks") / "town")
    with Library([staged.path, stories.path]) as library, served(create_app(library)) as site, browser() as tab:
        yield stories, site, tab


def paths(stories: Stories, staged: Staged) -> tuple[str, ...]:
    return (
        "/",
        TO.shelf,
        TO.article(staged.article.id),
        TOWN.article(stories.articles["text"].id),
        TOWN.article(stories.articles["arabic"].id),
        TO.post(LIVE_POST.key),
        TOWN.post(THREAD[2].key),
        TO.captures(),
        TO.capture(staged.captures["picture"]),
        TO.capture(staged.captures["gone"]),
        "/search?q=gauge",
    )


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_no_page_is_wider_than_the_window_or_breaks_its_own_rules(seen: Seen, staged: Staged, width: int) -> None:
    stories, site, tab = seen
    tab.look(width=width)
    tab.complaints.clear()
    for path in paths(stories, staged):
        tab.open(site + path)
        assert tab.ask("document.documentElement.scrollWidth") <= width, path
    assert tab.complaints == []


def test_nothing_moves_while_a_page_loads(seen: Seen, staged: Staged) -> None:
    """Cumulative Layout Shift (Layout Instability API), with every picture loaded."""
    stories, site, tab = seen
    for path in (
        TO.post(LIVE_POST.key),
        TO.capture(staged.captures["picture"]),
        TOWN.article(stories.articles["text"].id),
    ):
        for width in (390, 1280):
            tab.look(width=width)
            tab.open(site + path)
            assert tab.ask(SHIFT) == 0, path


def test_the_reader_is_told_the_time_on_the_own_clock(seen: Seen) -> None:
    _, site, tab = seen
    shown = "document.querySelector('.card .local').textContent"
    for zone, part in (("Asia/Kolkata", "12:42"), ("UTC", "the same on your clock")):
        tab.look(width=1280, zone=zone)
        tab.open(site + TO.post(LIVE_POST.key))
        assert part in tab.ask(shown)
        assert "7:12" in tab.ask("document.querySelector('.card .when time').textContent"), "UTC stands there always"
    tab.look(width=1280, zone="UTC")


def test_no_other_script_of_the_site_runs_than_the_page_names(seen: Seen) -> None:
    """A capture may be a script, and has an address on the site."""
    _, site, tab = seen
    tab.open(f"{site}/")
    tab.complaints.clear()
    outcome = """new Promise((done) => {
        const other = document.createElement("script"); other.src = "/static/search.js";
        other.onload = () => done("ran"); other.onerror = () => done("refused"); document.head.append(other); })"""
    assert tab.ask(outcome) == "refused"
    tab.complaints.clear()


def test_what_is_typed_is_searched(seen: Seen) -> None:
    _, site, tab = seen
    tab.look(width=1280)
    for start in ("/", TO.shelf, "/search"):
        tab.open(site + start)
        tab.press("/")
        assert tab.ask("document.activeElement.name") == "q", start
        tab.type("gauge ris")
        tab.wait_for(f"document.querySelector('[data-found] a[href=\"{TOWN.post(THREAD[0].key)}\"]')?.textContent")
        assert "find" in tab.ask("document.querySelector('[role=status]').textContent")
        assert tab.ask("location.pathname + location.search") == "/search?q=gauge%20ris"
        assert tab.ask("document.activeElement.name") == "q", "the field keeps the focus"
        listed = "document.querySelector('[data-instead]')"
        assert tab.ask(f"{listed} === null || getComputedStyle({listed}).display === 'none'"), start
        tab.open(site + "/search?q=gauge%20ris")
        assert tab.ask(f"document.querySelector('[data-found] a[href=\"{TOWN.post(THREAD[0].key)}\"]') !== null")


def test_signs_are_searched_when_they_are_typed(seen: Seen) -> None:
    _, site, tab = seen
    tab.open(f"{site}/search")
    tab.press("/")
    tab.type("工事")
    tab.wait_for(f"document.querySelector('[data-found] a[href=\"{TOWN.post(GATE.key)}\"]') !== null")
    assert (
        tab.ask("[...document.querySelectorAll('[data-found] mark')].map((mark) => mark.textContent).join('')")
        == "工事"
    )


def test_the_slash_is_a_letter_in_a_field(seen: Seen) -> None:
    _, site, tab = seen
    tab.open(site + TO.captures())
    tab.ask("document.querySelector('#q').focus()")
    tab.press("/")
    assert tab.ask("document.activeElement.id + document.querySelector('#q').value") == "q/"


def test_without_scripts_the_form_asks(seen: Seen) -> None:
    _, site, tab = seen
    tab.look(width=390, scripts=False)
    try:
        tab.open(f"{site}/")
        for _ in range(3):  # the skip link, the name of the site, the field
            tab.press("Tab")
        tab.type("gauge rises")
        tab.loaded.clear()
        tab.press("Enter")
        assert tab.loaded.wait(30)
    finally:
        tab.look(width=1280)
    assert tab.ask("location.pathname + location.search") == "/search?q=gauge+rises"
    assert tab.ask(f"document.querySelector('[data-found] a[href=\"{TOWN.post(THREAD[0].key)}\"]') !== null")


def test_the_first_key_shows_the_way_past_the_menu(seen: Seen) -> None:
    _, site, tab = seen
    tab.look(width=1280)
    tab.open(site + TO.captures())
    tab.press("Tab")
    assert tab.ask("document.activeElement.className") == "skip"
    assert tab.ask("document.activeElement.getBoundingClientRect().left >= 0")
    outline = "getComputedStyle(document.activeElement).outlineStyle"
    tab.press("Tab")
    assert tab.ask(outline) == "solid", "what has the focus is seen"


def test_arabic_stands_from_right_to_left_and_names_do_not_turn_what_is_around_them(seen: Seen) -> None:
    stories, site, tab = seen
    tab.open(site + TOWN.article(stories.articles["arabic"].id))
    directions = (
        "[...document.querySelectorAll('.passage, .card > .text')].map((one) => getComputedStyle(one).direction)"
    )
    assert set(tab.ask(directions)) == {"rtl"}
    handle = "document.querySelector('.card .handle').getBoundingClientRect().left"
    name = "document.querySelector('.card .byline strong').getBoundingClientRect().left"
    assert tab.ask(f"{name} < {handle}"), "name first, then handle, as on every card"


def test_on_a_wide_window_the_post_stands_beside_its_place_and_on_a_narrow_one_below(seen: Seen) -> None:
    stories, site, tab = seen
    place = "document.querySelector('.place .passage').getBoundingClientRect()"
    post = "document.querySelector('.beside').getBoundingClientRect()"
    for width, expression in ((1280, f"{post}.left >= {place}.right && Math.abs({post}.top - {place}.top) < 4"),
                              (390, f"{post}.top >= {place}.bottom")):  # fmt: skip
        tab.look(width=width)
        tab.open(site + TOWN.article(stories.articles["text"].id))
        assert tab.ask(expression), width
