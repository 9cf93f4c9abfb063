"""Awkward posts and articles in a real browser: nothing widens a page, turns what is around it, or jumps; each page is
sound to axe-core, on paper, and with large letters."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from archiver.replay import Library, create_app
from archiver.replay.addresses import Addresses
from tests.replay.awkward import (
    ARABIC,
    CROWD,
    FULL,
    HEBREW,
    LENGTHY,
    NAMELESS,
    STATES,
    THREAD,
    TITLED,
    TURNED,
    Awkward,
    write_awkward,
)
from tests.replay.browsing import CHROMIUM, Tab, browser, served
from tests.replay.test_accessible import AXE, complaints
from tests.replay.test_looks import SHIFT

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not CHROMIUM, reason="no Chromium is installed")]

TO = Addresses("awkward")
Seen = tuple[Awkward, str, Tab]


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seen]:
    awkward = write_awkward(tmp_path_factory.mktemp("looks") / "awkward")
    with Library([awkward.path]) as library, served(create_app(library)) as site, browser() as tab:
        yield awkward, site, tab


def paths(awkward: Awkward) -> list[str]:
    shown = (LENGTHY, TURNED, NAMELESS, FULL, ARABIC, HEBREW, TITLED, STATES[2], THREAD[15])
    articles = [TO.article(article.id) for article in awkward.articles.values()]
    return [TO.shelf, *articles, *(TO.post(one.key) for one in shown), TO.captures(), "/search?q=gauge"]


@pytest.mark.parametrize(("width", "letters"), [(320, 16), (390, 16), (640, 32), (1280, 16)])
def test_no_page_is_wider_than_the_window(seen: Seen, width: int, letters: int) -> None:
    awkward, site, tab = seen
    tab.look(width=width)
    for path in paths(awkward):
        tab.open(site + path)
        tab.ask(f"document.documentElement.style.fontSize = '{letters}px'; null")
        tab.ask("document.querySelectorAll('details').forEach((one) => { one.open = true; }); null")
        assert tab.ask("document.documentElement.scrollWidth") <= width, path


@pytest.mark.skipif(not AXE.exists(), reason="axe-core is not there (./test fetches it)")
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_no_page_has_a_serious_fault(seen: Seen, dark: bool) -> None:
    awkward, site, tab = seen
    found = {}
    for path in paths(awkward):
        tab.look(width=390, dark=dark)
        tab.open(site + path)
        tab.ask("document.querySelectorAll('details').forEach((one) => { one.open = true; }); null")
        if faults := complaints(tab):
            found[path] = faults
    assert found == {}


def test_words_stand_in_the_direction_of_their_language(seen: Seen) -> None:
    """An Arabic post begins with a Latin name and a link; the name that holds an override turns nothing."""
    _, site, tab = seen
    tab.look(width=1280)
    for post, direction in ((ARABIC, "rtl"), (HEBREW, "rtl"), (TURNED, "ltr")):
        tab.open(site + TO.post(post.key))
        assert tab.ask("getComputedStyle(document.querySelector('.card > .text')).direction") == direction, post.handle
    assert "\u202e" not in tab.ask("document.title + document.body.textContent")


def test_a_listener_is_told_what_only_one_side_has(seen: Seen) -> None:
    awkward, site, tab = seen
    tab.open(site + TO.article(awkward.articles["awkward"].id))
    before = "getComputedStyle(document.querySelector('.text mark.{}'), '::before').content"
    assert "printed, not in the post" in tab.ask(before.format("del"))
    assert "in the post, not printed" in tab.ask(before.format("ins"))


def test_on_paper_nothing_is_cut_off_or_dark(seen: Seen) -> None:
    awkward, site, tab = seen
    tab.look(width=1280, dark=True)
    tab.on_paper()
    tab.open(site + TO.article(awkward.articles["awkward"].id))
    assert tab.ask("getComputedStyle(document.documentElement).backgroundColor") == "rgb(255, 255, 255)"
    assert tab.ask("getComputedStyle(document.querySelector('.place > .passage')).position") == "static"
    clipped = (
        "[...document.querySelectorAll('.passage')].filter((one) => one.scrollHeight > one.clientHeight + 1).length"
    )
    assert tab.ask(clipped) == 0
    marks = "[...document.querySelectorAll('mark')].map((one) => getComputedStyle(one).color)"
    assert set(tab.ask(marks)) == {"rgb(0, 0, 0)"}
    tab.look(width=1280)


def test_nothing_moves_where_the_own_clock_has_a_long_name(seen: Seen) -> None:
    _, site, tab = seen
    for width in (320, 390, 1280):
        tab.look(width=width, zone="Asia/Kolkata")
        tab.open(site + TO.post(STATES[2].key))
        assert "GMT+5:30" in tab.ask("document.querySelector('.local').textContent")
        assert tab.ask(SHIFT) < 0.005, width  # a line more is 0.0097
    tab.look(width=1280)


def test_marks_that_are_piled_on_a_letter_stay_in_the_card(seen: Seen) -> None:
    """They would strike through what the site says of the post."""
    _, site, tab = seen
    tab.look(width=390)
    tab.open(site + TO.post(LENGTHY.key))
    assert tab.ask("getComputedStyle(document.querySelector('.card')).overflow") == "clip"


def test_a_post_leads_to_its_place_on_a_later_page(seen: Seen) -> None:
    awkward, site, tab = seen
    tab.open(site + TO.post(CROWD[51].key))
    link = tab.ask("document.querySelector('.side:last-child .plain a').href")
    assert link == f"{site}{TO.article(awkward.articles['crowd'].id, 2)}#{awkward.mentions['crowd'][51].id}"
    tab.open(link)
    assert tab.ask("document.querySelector(':target').className") == "exhibit"
