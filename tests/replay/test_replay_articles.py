"""An article as it was: its text, the places of its posts, threads and the chain of evidence on the pages."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from archiver.language.wordings import compare
from archiver.model import Article, Mention, Observation, State
from archiver.replay import Library, app, create_app
from archiver.replay.addresses import Addresses
from archiver.replay.facts import exhibit, post_card, thread
from archiver.replay.picturesize import picture_size
from archiver.replay.reading import AROUND, MAX_SHOWN, passages
from archiver.store import Archive
from archiver.store.conclusions import observation_conclusion
from tests.exporting.staging import mention
from tests.exporting.staging import staged as staged_archive
from tests.replay.conftest import Client, links
from tests.replay.staged import Staged, png, rewrite_member
from tests.replay.stories import THREAD, Stories, write_stories

TO = Addresses("town")
TURNED = (
    b"\xff\xd8\xff\xe1\x00\x22Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0"
    b"\xff\xc2\x00\x11\x08\x00\x14\x00\x0a"
)
"""A JPEG's beginning whose Exif says that it is shown turned by a quarter."""
AVIF = (
    b"\0\0\0\x1cftypavif\0\0\0\0avifmif1miaf\0\0\0\x28meta\0\0\0\0iprpipco"
    b"\0\0\0\x14ispe\0\0\0\0\0\0\0\x04\0\0\0\x04\0\0\0\x14ispe\0\0\0\0\0\0\0\x0a\0\0\0\x14"
)
MANY = "".join(
    f"Line {number} of the long night.\n\n"
    f"Water at mark {number}, hold the gate. – Weir Office (weir_office) May 5, 2024\n\n"
    for number in range(60)
)


@pytest.fixture(scope="module")
def stories(tmp_path_factory: pytest.TempPathFactory) -> Stories:
    return write_stories(tmp_path_factory.mktemp("stories") / "town", {"many": ("text/plain", MANY)})


@pytest.fixture(scope="module")
def site(stories: Stories) -> Iterator[Client]:
    with Library([stories.path]) as library:
        yield Client(create_app(library))


def page_of(site: Client, stories: Stories, name: str) -> str:
    answer = site.get(TO.article(stories.articles[name].id))
    assert answer.status_code == 200
    return answer.text


def in_order(text: str, *parts: str) -> bool:
    places = [text.find(part) for part in parts]
    return -1 not in places and places == sorted(places)


def test_a_text_is_shown_with_the_quotation_marked_in_its_place_and_the_post_beside_it(
    site: Client, stories: Stories
) -> None:
    page, mention = page_of(site, stories, "text"), stories.mentions["text"][0]
    place = page.partition('<div class="place">')[2]
    assert in_order(
        page,
        "Nobody slept in the lower town",
        f'id="at-{mention.id}"',
        '<mark class="quoted">We open the weir at six. Keep clear of the bank.</mark>',
        f'<section class="exhibit" id="{mention.id}"',
        "At seven the water had fallen",
    )
    assert '<mark class="signed">– Weir Office (weir_office) May 5, 2024</mark>' in place
    assert '<mark class="del">bank</mark>' in place
    assert '<mark class="ins">banks</mark>' in place


@pytest.mark.parametrize(
    ("name", "direction", "before", "quoted", "behind"),
    [
        ("arabic", "rtl", "لم ينم أحد", "الجسر القديم مغلق حتى الصباح.", "وفي الصباح عاد"),
        ("japanese", "ltr", "その夜、川沿い", "東京都の水門は閉鎖中です。", "朝になると"),
    ],
)
def test_of_a_page_the_main_text_is_shown(
    site: Client, stories: Stories, name: str, direction: str, before: str, quoted: str, behind: str
) -> None:
    page, mention = page_of(site, stories, name), stories.mentions[name][0]
    assert in_order(page, before, f'<mark class="quoted">{quoted}</mark>', f'id="{mention.id}"', behind)
    assert f'<p class="passage" dir="{direction}" lang="{name[:2]}">' in page


def test_a_page_can_be_seen_as_it_was_captured(site: Client, stories: Stories) -> None:
    page = page_of(site, stories, "arabic")
    view = re.search(r'<a href="([^"]+)">The page as it was captured</a>', page)
    assert view is not None
    assert re.fullmatch(r"/archives/town/\d{14}/https://paper\.example/arabic", view[1])
    assert site.get(view[1]).status_code == 200
    assert "The page as it was captured" not in page_of(site, stories, "text"), "text is no page"


def test_the_difference_in_scripts_without_spaces_is_shown_sign_by_sign(site: Client, stories: Stories) -> None:
    page = page_of(site, stories, "japanese")
    assert '<mark class="del">閉鎖</mark>' in page
    assert '<mark class="ins">工事</mark>' in page


def test_wordings_in_two_languages_are_said_to_be_hardly_alike(stories: Stories) -> None:
    with Library([stories.path]) as library:
        shown = exhibit(library.shelves[0], stories.mentions["text"][0])
        translated = compare("Wir öffnen das Wehr um sechs. Halten Sie sich vom Ufer fern.", THREAD[2].text or "")
        cut = compare("Keep clear …", THREAD[2].text or "")
    assert translated is not None
    assert cut is not None
    assert not shown.hardly_alike
    assert not shown._replace(printed=cut[0], captured=cut[1]).hardly_alike, "a few words of many are no translation"
    assert shown._replace(printed=translated[0], captured=translated[1]).hardly_alike


def test_the_number_at_the_place_does_not_turn_the_paragraph(site: Client, stories: Stories) -> None:
    """`dir="auto"` looks for the first letter: a Latin "Post 1" would set an Arabic paragraph left to right."""
    page = page_of(site, stories, "arabic")
    assert re.search(r'<p class="passage" dir="rtl" lang="ar"><a class="reference" dir="ltr"', page)


def test_many_posts_are_shown_page_by_page(site: Client, stories: Stories) -> None:
    mentions = stories.mentions["many"]
    assert len(mentions) == 60
    first = page_of(site, stories, "many")
    address = TO.article(stories.articles["many"].id, 2)
    second = site.get(address).text
    assert len(re.findall(r'<section class="exhibit"', first)) == 50
    assert len(re.findall(r'<section class="exhibit"', second)) == 10
    assert f'href="{address}#{mentions[55].id}"' in first
    assert f'<section class="exhibit" id="{mentions[55].id}"' in second
    assert "Line 59 of the long night" in first
    assert site.get(TO.article(stories.articles["many"].id, 3)).status_code == 404


def test_an_article_whose_bytes_were_altered_shows_none_of_them(tmp_path: Path) -> None:
    stories = write_stories(tmp_path / "town")
    with Archive.open(stories.path) as archive:
        capture = archive.catalogue.captures_like("example,paper)/text")[0]
    segment = next((stories.path / "archive").glob("*.warc.gz"))
    rewrite_member(segment, capture, b"Nobody slept", b"aaaaaaaaaaaa")
    with Library([stories.path]) as library:
        page = page_of(Client(create_app(library)), stories, "text")
    assert "aaaaaaaaaaaa" not in page
    assert "The article's text cannot be shown." in page
    assert stories.mentions["text"][0].id in page


def test_an_article_of_a_million_characters_is_quick_and_bounded() -> None:
    quote = "We open the weir at six. – Weir Office (weir_office) May 5, 2024"
    text = "The water rose and nobody slept that night. \n" * 15_000 + quote + "\n" + "It went on raining. \n" * 20_000
    assert len(text) > 1_000_000
    at = text.index(quote)
    mention = Mention(
        source="long", platform="x", text="We open the weir at six.", start=at, end=at + len(quote), rule="x.signature",
        confidence=0.9,
    )  # fmt: skip
    article = Article(source="long", uri="https://paper.example/long", digest="sha256:0", text=text)
    start = time.process_time()
    found = passages(article, [mention])
    assert time.process_time() - start < 2
    shown = sum(len(part) for passage in found for part in passage.paragraphs)
    assert shown <= MAX_SHOWN + 3 * AROUND
    assert [passage.mentions for passage in found if passage.mentions] == [(0,)]
    assert sum(passage.left_out for passage in found) + shown > 0.9 * len(text) - 50_000


def test_one_endless_paragraph_is_cut_beside_its_post() -> None:
    quote = "We open the weir at six."
    text = "rain " * 100_000 + quote + " rain" * 100_000
    at = text.index(quote)
    mention = Mention(
        source="long", platform="x", text=quote, start=at, end=at + len(quote), rule="x.signature", confidence=0.9
    )
    article = Article(source="long", uri="https://paper.example/long", digest="sha256:0", text=text)
    (passage,) = passages(article, [mention])
    assert quote in "".join(stretch.text for stretch in passage.stretches)
    assert sum(len(stretch.text) for stretch in passage.stretches) < 20 * AROUND
    assert passage.left_out > 900_000


def test_posts_without_a_place_have_no_heading_on_pages_that_show_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app, "EXHIBITS_A_PAGE", 1)
    with staged_archive(tmp_path / "town") as stage:
        article, _ = stage.article("The bridge is shut.", "a.txt", [mention(start=0, end=19), mention(post_id="5")])
    with Library([tmp_path / "town"]) as library:
        client = Client(create_app(library))
        shown = ["Posts without a place" in client.get(TO.article(article.id, page)).text for page in (1, 2)]
    assert shown == [False, True]


def test_a_post_in_a_thread_has_what_is_above_and_how_its_author_went_on(site: Client) -> None:
    page = site.get(TO.post(THREAD[2].key)).text
    assert in_order(
        page, THREAD[0].text or "", THREAD[1].text or "", "We open the weir", "It is open.", "The water falls."
    )
    assert "2 posts above in the thread" in page
    assert "2 posts with which the author went on" in page


def test_who_took_over_a_handle_does_not_go_on_with_the_thread(stories: Stories) -> None:
    with Library([stories.path]) as library:
        card = post_card(library.shelves[0], THREAD[2].key)
        assert card is not None
        others = card._replace(post=msgspec.structs.replace(card.post, account_id="8"))
        unknown = card._replace(post=msgspec.structs.replace(card.post, account_id=None))
        below = [[post.key for post in thread(library.shelves[0], one).below] for one in (card, others, unknown)]
    gone_on = [THREAD[3].key, THREAD[4].key]
    assert below == [gone_on, [], gone_on]


def test_a_thread_that_runs_in_a_circle_ends(tmp_path: Path) -> None:
    stories = write_stories(tmp_path / "town")
    with Library([stories.path]) as library:
        card = post_card(library.shelves[0], THREAD[0].key)
        assert card is not None
        post = card.post
        circle = card._replace(
            post=type(post)(
                **{name: getattr(post, name) for name in post.__struct_fields__} | {"in_reply_to": THREAD[4].key}
            )
        )
        found = thread(library.shelves[0], circle)
    assert [above.key for above in found.above] == [THREAD[1].key, THREAD[2].key, THREAD[3].key, THREAD[4].key]


def test_looks_that_saw_the_same_are_folded(tmp_path: Path) -> None:
    stories = write_stories(tmp_path / "town")
    seen_at = datetime(2024, 6, 1, tzinfo=UTC)
    states = [*[State.LIVE] * 9, State.DELETED, State.LIVE]
    with Archive.open(stories.path, write=True) as archive, archive.session() as session:
        for day, state in enumerate(states):
            session.write_conclusion(
                observation_conclusion(
                    Observation(
                        platform="x",
                        post_id=THREAD[0].id,
                        url=THREAD[0].url,
                        state=state,
                        seen_at=seen_at + timedelta(days=day),
                        how="x.syndication",
                        reason="",
                    )
                )
            )
    with Library([stories.path]) as library:
        page = Client(create_app(library)).get(TO.post(THREAD[0].key)).text
    shown = page.partition('<ol class="timeline">')[2]
    assert "8 more looks that saw the same" in shown, (
        "of ten in a row with the one in May, the first and the last stand"
    )
    days = re.findall(r'<time datetime="2024-(\d\d-\d\d)T[^>]*>[^<]*</time> <span class="badge', shown)
    assert days == ["06-11", "06-10", *(f"06-{day:02}" for day in range(9, 0, -1)), "05-06"]


def test_the_quoted_post_stands_in_the_card(site: Client) -> None:
    page = site.get(TO.post(THREAD[2].key)).text
    inner = page.partition('<article class="card inner"')[2].partition("</article>")[0]
    assert "الجسر القديم مغلق حتى الصباح." in inner
    assert 'lang="ar"' in inner


def test_media_have_their_size_before_they_are_loaded(site: Client) -> None:
    page = site.get(TO.post(THREAD[3].key)).text
    assert re.search(r'alt="The weir at night" lang="en" width="320" height="200"', page)


def test_evidence_leads_to_every_record_that_belongs_to_it(site: Client) -> None:
    page = site.get(TO.post(THREAD[1].key))
    near = re.findall(r'<ul class="companions"[^>]*>(.*?)</ul>', page.text, re.DOTALL)
    assert near
    assert re.findall(r">([a-z ]+)</a>", near[0]) == ["request", "file and software", "log"]
    for path in links(page):
        assert site.get(path).status_code == 200, path


def test_a_conclusion_leads_back_to_the_pages_that_rest_on_it(site: Client, stories: Stories) -> None:
    with Archive.open(stories.path) as archive:
        catalogue = archive.catalogue
        article = stories.articles["text"]
        found = catalogue.capture(catalogue.article_record(article.id) or "")
        resolved = catalogue.resolution(stories.mentions["text"][0].id)
        seen = catalogue.capture(catalogue.post_record(THREAD[1].key) or "")
        drawn = catalogue.capture(resolved[1]) if resolved else None
    assert found is not None
    assert seen is not None
    assert drawn is not None
    assert f'href="{TO.article(article.id)}"' in site.get(TO.capture(found)).text
    assert f'href="{TO.post(THREAD[1].key)}"' in site.get(TO.capture(seen)).text
    page = site.get(TO.capture(drawn)).text
    assert f'href="{TO.article(article.id)}"' in page
    assert f'href="{TO.post(THREAD[2].key)}"' in page


def test_the_first_page_of_several_archives_has_the_newest_articles_of_each(stories: Stories, staged: Staged) -> None:
    with Library([stories.path, staged.path]) as library:
        page = Client(create_app(library)).get("/").text
    assert TO.article(stories.articles["many"].id) in page
    assert Addresses("harbour").article(staged.article.id) in page


@pytest.mark.parametrize(
    ("beginning", "size"),
    [
        (png(640, 360)[:64], (640, 360)),
        (b"GIF89a\x0a\x00\x14\x00", (10, 20)),
        (b"RIFF\0\0\0\0WEBPVP8X\0\0\0\0\0\0\0\0\x09\0\0\x13\0\0", (10, 20)),
        (b"RIFF\0\0\0\0WEBPVP8L\0\0\0\0\x2f\x09\xc0\x04\x00", (10, 20)),
        (b"RIFF\0\0\0\0WEBPVP8 \0\0\0\0\0\0\0\x9d\x01\x2a\x0a\x00\x14\x00", (10, 20)),
        (AVIF + b"mdatispe\0\0\0\0\0\0\x09\0\0\0\x09\0", (10, 20)),
        (AVIF + b"\0\0\0\x09irot\x01\0\0\0\x09mdat", (20, 10)),
        (AVIF[:60], None),
        (b"\xff\xd8\xff\xe0\x00\x04ab\xff\xc0\x00\x11\x08\x00\x14\x00\x0a", (10, 20)),
        (TURNED, (20, 10)),
        (b"\xff\xd8\xff\xe0\x00\x04ab", None),
        (b"\xff\xd8\xff\xda\x00\x04ab", None),
        (b"\x89PNG\r\n\x1a\n", None),
        (b"GIF89a\x00\x00\x14\x00", None),
        (b"", None),
    ],
)
def test_pictures_tell_their_size(beginning: bytes, size: tuple[int, int] | None) -> None:
    assert picture_size(beginning) == size
