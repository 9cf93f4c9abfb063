"""What the pages of a stored archive say."""

from __future__ import annotations

import re
import sqlite3

import anyio
import httpx
import pytest

from archiver.errors import ArchiveError
from archiver.model import Capture
from archiver.replay import Library, create_app
from archiver.replay.addresses import Addresses
from tests.replay.conftest import Client, links
from tests.replay.staged import ARTICLE_URL, HOSTILE_URL, LIVE_POST, RTL_POST, Staged

TO = Addresses("harbour")


def article_page(client: Client, staged: Staged) -> str:
    page = client.get(TO.article(staged.article.id))
    assert page.status_code == 200
    return page.text


def exhibit(page: str, staged: Staged, number: int) -> str:
    """The part of an article's page that shows one mention."""
    return page.partition(f'id="{staged.mentions[number].id}"')[2].partition("</section>")[0]


def test_index_lists_the_article_with_the_states_of_its_posts(client: Client, staged: Staged) -> None:
    page = client.get("/").text
    assert TO.article(staged.article.id) in page
    assert '<time datetime="2024-05-06">6 May 2024</time>' in page
    assert "4 cited posts" in page
    states = re.findall(r'badge \w+" title="[^"]+">([^<]+)</span> <span>(\d)</span>', page)
    assert sorted(states) == [("ambiguous", "1"), ("deleted", "1"), ("live", "1"), ("unresolved", "1")]


def test_article_shows_its_mentions_in_document_order(client: Client, staged: Staged) -> None:
    page = article_page(client, staged)
    places = [page.index(f'id="{mention.id}"') for mention in staged.mentions]
    assert places == sorted(places)


def test_article_marks_the_words_that_print_and_capture_do_not_share(client: Client, staged: Staged) -> None:
    shown = exhibit(article_page(client, staged), staged, 0)
    printed, captured = shown.split('<div class="side captured">')
    assert '<mark class="del">mended</mark>' in printed
    assert '<mark class="ins">repaired</mark>' in captured


def test_a_mention_has_the_state_of_its_post_now(client: Client, staged: Staged) -> None:
    """That of the last look, and not that of the day on which it was resolved."""
    page = article_page(client, staged)
    badges = [re.findall(r'<span class="badge [a-z]+"[^>]*>([^<]*)</span>', exhibit(page, staged, n)) for n in range(4)]
    words = [found[0] for found in badges]
    assert words == ["deleted", "live", "ambiguous", "unresolved"]


def test_ambiguous_mention_shows_its_candidates_with_reasons(client: Client, staged: Staged) -> None:
    shown = exhibit(article_page(client, staged), staged, 2)
    assert "<details open>" in shown
    assert shown.index("0.69") < shown.index("0.68")
    assert "nearly the same words" in shown


def test_reasons_against_a_candidate_are_told_apart(client: Client, staged: Staged) -> None:
    shown = exhibit(article_page(client, staged), staged, 0)
    assert re.search(r'class="against"><span class="weight">-0\.10</span> <span class="feature">name', shown)


def test_unresolved_mention_says_what_was_asked(client: Client, staged: Staged) -> None:
    shown = exhibit(article_page(client, staged), staged, 3)
    assert "unresolved" in shown
    assert "nothing archived" in shown


def test_markup_in_captured_words_stays_words(client: Client, staged: Staged) -> None:
    page = article_page(client, staged)
    assert re.findall(r'<script src="([^"]*)" nonce="[^"]*" defer></script>', page) == [
        "/static/search.js",
        "/static/localtime.js",
    ]
    assert page.count("<script") == 2
    assert "&lt;b&gt;&amp; friends&lt;/b&gt;" in page


def test_text_has_its_own_language_and_direction(client: Client) -> None:
    page = client.get(TO.post(RTL_POST.key)).text
    assert '<p class="text" dir="rtl" lang="ar">' in page


def test_a_direction_override_in_a_name_is_shown_and_does_nothing(client: Client) -> None:
    page = client.get(TO.post(RTL_POST.key)).text
    assert "\u202e" not in page
    assert "U+202E" in page


def test_post_page_has_the_timeline_newest_first(client: Client) -> None:
    page = client.get(TO.post(LIVE_POST.key)).text
    timeline = page.partition('<ol class="timeline">')[2]
    assert re.findall(r'<time datetime="(2024-0[56]-\d\d)T[^>]*>[^<]*</time> <span class="badge', timeline) == [
        "2024-06-06",
        "2024-06-05",
        "2024-05-06",
    ]
    assert "confirmed" in timeline


def test_a_post_is_headed_by_its_state_now(client: Client) -> None:
    heading = client.get(TO.post(LIVE_POST.key)).text.partition("<h1>")[2].partition("</p>")[0]
    assert ">deleted<" in heading
    assert "The platform said that the post was deleted." in heading
    assert "live" not in heading


def test_post_page_shows_stored_media_with_its_size_and_says_what_is_not_stored(client: Client) -> None:
    page = client.get(TO.post(LIVE_POST.key)).text
    picture = re.search(
        r'<img src="([^"]+)" alt="The bridge, closed, in grey weather" lang="en" width="640" height="360"', page
    )
    assert picture
    assert client.get(picture[1]).headers["content-type"] == "image/png"
    assert "Not stored." in page
    assert re.search(r'<video src="/[^"]+/payload"', page)


def test_only_web_addresses_become_links(client: Client) -> None:
    page = client.get(TO.post(LIVE_POST.key)).text
    assert 'href="https://paper.example/notice" rel="noreferrer noopener nofollow"' in page
    assert 'href="javascript:' not in page
    assert "javascript:alert(1)" in page


def test_capture_page_shows_both_heads_and_the_digests(client: Client, staged: Staged) -> None:
    page = client.get(TO.capture(staged.captures["gone"])).text
    assert "HTTP/1.1 404 Status" in page
    assert "GET /3 HTTP/1.1" in page
    assert "WARC-Record-ID" in page
    assert page.count('<span class="badge good">match</span>') == 2


def test_control_characters_in_header_fields_are_shown(client: Client, staged: Staged) -> None:
    page = client.get(TO.capture(staged.captures["gone"])).text
    assert "be<span" in page
    assert "U+0007" in page
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f]", page)


def test_revisit_leads_to_its_original_and_shows_its_picture(client: Client, staged: Staged) -> None:
    revisit, original = staged.captures["picture again"], staged.captures["picture"]
    assert revisit.record_type == "revisit"
    assert f'href="{TO.capture(original)}"' in client.get(TO.capture(revisit)).text
    assert client.get(TO.payload(revisit)).content == client.get(TO.payload(original)).content


def test_every_link_within_the_site_leads_somewhere(client: Client) -> None:
    seen: set[str] = set()
    waiting = ["/"]
    while waiting:
        path = waiting.pop()
        if path in seen:
            continue
        seen.add(path)
        page = client.get(path)
        if page.status_code == 302:  # a record's page, to its address in time
            waiting.append(page.headers["location"])
            continue
        assert page.status_code == 200, path
        if page.headers["content-type"].startswith("text/html"):
            waiting += links(page)
    assert any("/payload" in path for path in seen)
    assert any("/uri?" in path for path in seen)


def test_captures_are_listed_by_address_and_found_by_a_part_of_it(client: Client) -> None:
    everything = client.get(TO.captures()).text
    assert everything.index("api.example/1") < everything.index("evil.example/page") < everything.index("paper.example")
    found = client.get(TO.captures("evil.example")).text
    assert "evil.example/page" in found
    assert "paper.example" not in found


def test_long_lists_go_on_where_they_stopped(client: Client) -> None:
    rest = client.get(TO.captures(after=HOSTILE_URL)).text
    assert f"<bdi>{HOSTILE_URL}</bdi>" not in rest
    assert f"<bdi>{ARTICLE_URL}</bdi>" in rest


def test_what_is_not_there_is_answered_with_404(client: Client, staged: Staged) -> None:
    capture = staged.captures["record"]
    elsewhere = Capture(
        record_id="",
        record_type="response",
        target_uri="",
        time=capture.time,
        file=capture.file,
        offset=capture.offset + 1,
        length=1,
    )
    for path in (
        "/nowhere",
        "/archives/other",
        TO.article("a-none"),
        TO.post("x:1"),
        TO.page(9),
        f"{TO.shelf}?page=x",
        TO.uri("https://never.example/"),
        TO.capture(elsewhere),
        TO.payload(elsewhere),
        f"{TO.shelf}/captures/{capture.file}/99999999999999999999999999",
    ):
        answer = client.get(path)
        assert answer.status_code == 404, path
        assert answer.headers["content-security-policy"].startswith("default-src 'none'")


def test_only_reading_is_answered(client: Client) -> None:
    assert client.get("/", method="POST").status_code == 405


@pytest.mark.parametrize("number", ["0", "-1", "2", "1.0", "x", "", "²", "0000001", "9" * 5000])
def test_numbers_of_pages_that_are_none(client: Client, staged: Staged, number: str) -> None:
    for page in ("/", TO.shelf, TO.article(staged.article.id)):
        assert client.get(f"{page}?page={number}").status_code == 404


@pytest.mark.parametrize(("number", "status"), [("50", 200), ("51", 404), ("0", 404)])
def test_of_what_was_found_so_many_pages_are_shown(client: Client, number: str, status: int) -> None:
    assert client.get(f"/search?q=bridge&page={number}").status_code == status


def test_a_question_is_not_longer_than_people_write(client: Client) -> None:
    for page in ("/search", TO.captures()):
        assert client.get(f"{page}?q={'a' * 2000}").status_code == 200
        assert client.get(f"{page}?q={'a' * 2001}").status_code == 414


def test_the_captures_of_an_address_are_no_requests(client: Client, staged: Staged) -> None:
    page = client.get(TO.uri(HOSTILE_URL)).text
    found = re.findall(r'href="/archives/harbour/captures/[^/"]+/(\d+)"', page)
    assert found == [str(staged.captures["hostile page"].offset)]


def test_a_list_that_fills_its_page_leads_to_no_empty_one(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("archiver.replay.app.ARTICLES_A_PAGE", 1)
    assert "page=2" not in client.get(TO.shelf).text


def test_a_fault_of_ours_tells_nothing(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object, **__: object) -> None:
        raise RuntimeError("secret words")

    monkeypatch.setattr("archiver.replay.app.article_lines", fails)

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(create_app(library), raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as web:
            return await web.get("/")

    found = anyio.run(ask)
    assert found.status_code == 500
    assert "secret words" not in found.text
    assert "Something went wrong in this program" in found.text
    assert found.headers["x-content-type-options"] == "nosniff"


def test_a_catalogue_that_another_program_holds_is_asked_again_later(own: Staged) -> None:
    with Library([own.path]) as library:
        client = Client(create_app(library))

        def busy(*_: object, **__: object) -> None:
            try:
                raise sqlite3.OperationalError("database is locked")
            except sqlite3.OperationalError as error:
                raise ArchiveError("the catalogue cannot be read") from error

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(library.shelves[0].archive.catalogue, "query", busy)
            found = client.get(TO.shelf)
    assert found.status_code == 503
    assert "in use" in found.text
