"""Articles and posts are found by their words, in any script; what is shown of them comes out of checked records."""

from __future__ import annotations

import html
import re
import shutil
import sqlite3
import threading
import time
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archiver.errors import ArchiveError
from archiver.model import Observation, Post, State
from archiver.replay import Library, create_app
from archiver.replay.addresses import Addresses
from archiver.replay.search import NAME, _Reading, question
from archiver.store import Archive
from archiver.store.conclusions import observation_conclusion
from tests.replay.conftest import Client
from tests.replay.staged import Staged, answer, rewrite_member
from tests.replay.stories import BRIDGE, GATE, HINDI, START, THAI, THREAD, Stories, write_stories

TO = Addresses("town")


@pytest.fixture(scope="module")
def stories(tmp_path_factory: pytest.TempPathFactory) -> Stories:
    return write_stories(tmp_path_factory.mktemp("stories") / "town")


@pytest.fixture(scope="module")
def site(stories: Stories) -> Iterator[Client]:
    with Library([stories.path]) as library:
        yield Client(create_app(library))


def finds(site: Client, words: str) -> list[str]:
    """The addresses of what is found, in order."""
    for _ in range(600):  # on a machine under load, the first answer may come before all was read
        page = site.get(f"/search?q={quote(words)}")
        assert page.status_code == 200
        if "Still reading" not in page.text:
            break
    return [html.unescape(address) for address in re.findall(r'<h3[^>]*><a href="([^"]+)"', page.text)]


@pytest.mark.parametrize(
    ("words", "post"),
    [
        ("gauge rises", THREAD[0]),
        ("GAUGE RISES", THREAD[0]),
        ("rises gauge", THREAD[0]),
        ("gru", THREAD[4]),
        ("grüsse", THREAD[4]),
        ("Gru\u0308ße", THREAD[4]),
        ("cafe", THREAD[4]),
        ("الجسر القديم", BRIDGE),
        ("الجِسْر", BRIDGE),
        ("مغل", BRIDGE),
        ("工事中", GATE),
        ("東京", GATE),
        ("京都の", GATE),
        ("水門係", GATE),
        ("แม่น้ำ", THAI),
        ("पानी", HINDI),
        ("water_th", THAI),
        ("@water_th", THAI),
        ("1787400000000000401", THAI),
        ("https://x.com/water_th/status/1787400000000000401", THAI),
        ("https://twitter.com/i/web/status/1787400000000000401?s=20", THAI),
    ],
)
def test_posts_are_found_by_words_names_handles_and_addresses(site: Client, words: str, post: object) -> None:
    assert TO.post(post.key) in finds(site, words)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("weir holds", "text"),
        ("fallen by a hand", "text"),
        ("الطين", "arabic"),
        ("泥だけ", "japanese"),
        ("水門は閉鎖", "japanese"),
        ("paper.example/japanese", "japanese"),
    ],
)
def test_articles_are_found_by_title_text_quotation_and_address(
    site: Client, stories: Stories, words: str, name: str
) -> None:
    assert TO.article(stories.articles[name].id) in finds(site, words)


@pytest.mark.parametrize("words", ["都京", "工事 閉鎖", "gauge submarine", "rise gaug", "zzz"])
def test_what_does_not_stand_there_is_not_found(site: Client, words: str) -> None:
    assert finds(site, words) == []


@pytest.fixture(scope="module")
def tongues(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """Posts of one text each, in the order of `SPOKEN`."""
    folder = tmp_path_factory.mktemp("tongues") / "tongues"
    with Archive.open(folder, write=True) as archive, archive.session() as session:
        for number, text in enumerate(SPOKEN):
            post = Post(platform="x", id=str(number), url=f"https://x.com/tongue/status/{number}", text=text)
            record = session.write_exchange(
                answer(f"https://api.example/{number}", b"{}", "application/json", at=START)
            )
            looked = Observation(
                platform="x", post_id=post.id, url=post.url, state=State.LIVE, seen_at=START, how="x.syndication",
                reason="the record was given", evidence=(record.record_id,), post=post,
            )  # fmt: skip
            session.write_conclusion(observation_conclusion(looked))
    with Library([folder]) as library:
        yield Client(create_app(library))


SPOKEN = {
    "ニュース速報によると": ["ニュース", "速報", "ﾆｭｰｽ"],
    "昨日NATO加盟が決まった": ["NATO", "加盟", "nato加盟"],
    "2026年3月の選挙": ["2026", "選挙", "3月"],
    "ｶﾞﾗｽの橋": ["ガラス"],
    "㍿水門": ["株式会社"],
    "서울에서 지하철을 탔다": ["서울 ", "지하철 ", unicodedata.normalize("NFD", "서울 ")],
    "Die Donau\u00addampf\u00adschiff\u00adfahrt ruht": ["donaudampf", "donaudampfschifffahrt "],
    "می\u200cخواهم بروم": ["میخواهم ", "ميخواهم "],
    "क्\u200dष का": ["क्ष "],
    "❤️ to all": ["❤ ", "❤️ "],
    "Łódź i Wałęsa": ["lodz ", "walesa ", "ŁÓDŹ "],
    "Đà Nẵng ngập": ["da nang "],
    "IŞIK söndü": ["ışık ", "isik "],
    "Jørgen skriver": ["jorgen "],
    "الساعة ٢٠٤٧ مساء": ["2047 ", "۲۰۴۷ "],
    "Straße nach Gießen": ["STRASSE ", "giessen "],
    "བོད་སྐད་ཀྱི་ཡིག": ["སྐད་ཀྱི "],
    "ភាសាខ្មែរនៅទីនេះ": ["ខ្មែរ "],
    "မြန်မာဘာသာစကား": ["ဘာသာ "],
    "ᠮᠣᠩᠭᠣᠯ ᠪᠢᠴᠢᠭ": ["ᠪᠢᠴᠢᠭ "],
}


@pytest.mark.parametrize(("text", "words"), [(text, word) for text, words in SPOKEN.items() for word in words])
def test_words_are_found_as_people_type_them(tongues: Client, text: str, words: str) -> None:
    key = f"x:{list(SPOKEN).index(text)}"
    assert finds(tongues, words) == [f"/archives/tongues/posts/{key}"]
    assert "<mark>" in tongues.get(f"/search?q={quote(words)}").text


def test_signs_are_marked_where_they_stand_together(tongues: Client) -> None:
    page = tongues.get(f"/search?q={quote('速報')}").text
    assert re.sub("</?mark>", "", page[page.index("<mark>") : page.rindex("</mark>")]) == "速報"


def test_runs_of_parts_of_signs_take_no_time() -> None:
    for sign in ("\u1100", "\u1100\u1161", "\u00ad", "a\u00ad", "\uff9e", "\ufdfa"):
        text = sign * 20_000
        begun = time.process_time()
        asked = question(f"a {sign * 9}")
        assert asked is None or asked.marks(text) is not None
        assert time.process_time() - begun < 2, repr(sign)


@pytest.mark.parametrize(
    "words",
    [
        "https://x.com/water_th/status/1787400000000000401",
        "HTTPS://mobile.twitter.com/water_th/status/1787400000000000401/photo/1",
        "twitter.com/water_th/status/1787400000000000401?s=20",
        "<https://x.com/water_th/status/1787400000000000401>.",
        "“x.com/i/status/1787400000000000401”",
    ],
)
def test_a_permalink_finds_its_post_once_in_whatever_form(site: Client, words: str) -> None:
    assert finds(site, words) == [TO.post(THAI.key)]


def test_the_last_word_may_still_be_being_typed(site: Client) -> None:
    assert TO.post(THREAD[0].key) in finds(site, "gauge ris")
    assert finds(site, "gauge ris ") == []


def test_the_words_are_marked_where_they_stand(site: Client) -> None:
    page = site.get(f"/search?q={quote('工事中')}").text
    assert "<mark>工</mark><mark>事</mark><mark>中</mark>" in page


def test_without_words_nothing_is_searched(site: Client) -> None:
    for words in ("", "%20", "...", "%22", "%00"):
        page = site.get(f"/search?q={words}")
        assert page.status_code == 200
        assert '<ul class="list">' not in page.text


@settings(max_examples=60, deadline=None)
@given(
    st.text(
        alphabet=st.one_of(st.characters(), st.sampled_from('"*():^-+{}~NEAR ORANDNOTheadquoted\x00 水')), max_size=40
    )
)
def test_any_input_is_words(site: Client, words: str) -> None:
    """Nothing of FTS5's own syntax gets through: no error, no column filter, no operator."""
    page = site.get("/search?q=" + quote(words, errors="replace"))
    assert page.status_code == 200
    assert "Not everything was searched" not in page.text


@pytest.mark.parametrize(
    "words", ["head:gauge", "gauge NOT rises", "-rises gauge zzz", "NEAR(gauge rises)", "gauge OR zzz"]
)
def test_operators_are_words(site: Client, words: str) -> None:
    assert TO.post(THREAD[0].key) not in finds(site, words)


def test_a_question_is_bounded() -> None:
    asked = question("a b " * 10_000)
    assert asked is not None
    assert sum(map(len, asked.phrases)) <= 24


def test_the_answer_alone_is_what_the_script_puts_into_the_page(site: Client) -> None:
    part = site.get("/search?q=gauge&part=1").text
    assert part.lstrip().startswith("<div data-answer=")
    assert "<html" not in part
    assert part.strip() in re.sub(r"\s+\Z", "", site.get("/search?q=gauge").text)


def test_the_form_keeps_the_words_and_marks_up_nothing_of_them(site: Client) -> None:
    page = site.get('/search?q="><script>alert(1)</script>').text
    assert 'value="&#34;&gt;&lt;script&gt;alert(1)&lt;/script&gt;"' in page


def test_the_index_lies_beside_the_catalogue_and_is_used_again(stories: Stories, site: Client) -> None:
    assert finds(site, "gauge")
    path = stories.path / NAME
    assert path.exists()
    with sqlite3.connect(path) as index:
        before = index.execute("SELECT max(id), count(*) FROM entries").fetchone()
    with Library([stories.path]) as library:
        assert finds(Client(create_app(library)), "gauge")
    with sqlite3.connect(path) as index:
        assert index.execute("SELECT max(id), count(*) FROM entries").fetchone() == before


def test_what_was_added_is_found_and_what_was_taken_away_is_not(own: Staged) -> None:
    with Library([own.path]) as library:
        assert finds(Client(create_app(library)), "bridge")
    shutil.rmtree(own.path / "archive")
    shutil.rmtree(own.path / "indexes")
    (own.path / "catalogue.db").unlink()
    shutil.copytree(write_stories(own.path.parent / "other").path / "archive", own.path / "archive")
    with Library([own.path]) as library:
        found = Client(create_app(library))
        assert finds(found, "tide gauge") == []
        assert Addresses("harbour").post(THREAD[0].key) in finds(found, "gauge rises")
    with sqlite3.connect(own.path / NAME) as index:
        kept = {key for (key,) in index.execute("SELECT key FROM entries")}
    assert own.article.id not in kept


def test_a_broken_index_is_made_anew(own: Staged) -> None:
    (own.path / NAME).write_bytes(b"SQLite format 3\0" + b"no index at all" * 100)
    with Library([own.path]) as library:
        assert finds(Client(create_app(library)), "bridge")
    with sqlite3.connect(own.path / NAME) as index:
        assert index.execute("SELECT count(*) FROM entries").fetchone()[0] > 1


def test_the_index_does_not_grow_with_looks_at_the_same_posts(own: Staged, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("archiver.replay.search.BATCH", 1)
    rows = []
    for round_ in range(12):
        with Library([own.path]) as library:
            site = Client(create_app(library))
            assert finds(site, "bridge")
        with sqlite3.connect(own.path / NAME) as index:
            used, there = index.execute("SELECT max(id), count(*) FROM entries").fetchone()
            rows.append(used / there)
            # as a look does that gives every post and article a newer record
            index.execute("UPDATE entries SET record_id = ?", (str(round_),))
            index.execute("DELETE FROM reached")
        index.close()
    assert max(rows) < 9


def test_loose_files_are_searched_and_nothing_is_written_beside_them(own: Staged, tmp_path: Path) -> None:
    file = tmp_path / "loose" / "one.warc.gz"
    file.parent.mkdir()
    shutil.copy(own.segment, file)
    with Library([file]) as library:
        assert finds(Client(create_app(library)), "bridge")
    assert [path.name for path in file.parent.iterdir()] == ["one.warc.gz"]


def test_an_archive_that_cannot_be_written_to_is_searched(own: Staged, monkeypatch: pytest.MonkeyPatch) -> None:
    (own.path / NAME).mkdir()  # stands for a medium that takes no file there; permissions do not bind root
    with Library([own.path]) as library:
        assert finds(Client(create_app(library)), "bridge")


def test_a_link_in_the_place_of_the_index_leads_nowhere(own: Staged, tmp_path: Path) -> None:
    """Who made the archive does not have another file on this disk opened and altered."""
    other = tmp_path / "other.db"
    with sqlite3.connect(other) as db:
        db.execute("CREATE TABLE mine (words)")
    db.close()
    before = other.read_bytes()
    (own.path / NAME).symlink_to(other)
    with Library([own.path]) as library:
        assert finds(Client(create_app(library)), "bridge")
    assert other.read_bytes() == before
    assert (own.path / NAME).is_symlink()


def test_what_was_altered_is_found_and_not_shown(own: Staged) -> None:
    """The index only says where to look: words out of a forged record never get onto a page."""
    with Archive.open(own.path) as archive:
        record = archive.catalogue.capture(archive.catalogue.article_record(own.article.id) or "")
    assert record is not None
    with Library([own.path]) as library:
        site = Client(create_app(library))
        assert "stays shut" in site.get("/search?q=bridge").text
        rewrite_member(own.segment, record, b"stays shut", b"stays open")
        page = site.get("/search?q=customs").text
    assert "Refused." in page
    assert "stays open" not in page


def test_an_answer_that_comes_early_says_that_there_may_be_more(own: Staged, monkeypatch: pytest.MonkeyPatch) -> None:
    go_on = threading.Event()
    read = _Reading.all

    def waits(self: _Reading) -> None:
        go_on.wait(60)
        read(self)

    monkeypatch.setattr(_Reading, "all", waits)
    with Library([own.path]) as library:
        site = Client(create_app(library))
        page = site.get("/search?q=bridge").text
        assert "Still reading" in page
        assert 'data-reading="1"' in page, "so that the script asks again"
        go_on.set()
        assert finds(site, "bridge")


def test_several_archives_are_searched_together(own: Staged, stories: Stories) -> None:
    with Library([own.path, stories.path]) as library:
        found = finds(Client(create_app(library)), "gauge")
    assert {address.split("/")[2] for address in found} == {"harbour", "town"}


def test_an_archive_that_cannot_be_searched_does_not_keep_others_from_it(
    own: Staged, stories: Stories, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> dict[str, int]:
        raise ArchiveError("the catalogue cannot be used (disk I/O error)")

    with Library([own.path, stories.path]) as library:
        site = Client(create_app(library))
        monkeypatch.setattr(library.shelves[0].archive.catalogue, "segments", refuse)
        page = site.get("/search?q=gauge").text
        assert "Not everything was searched" in page
        assert {address.split("/")[2] for address in finds(site, "gauge")} == {"town"}


def test_many_archives_are_waited_for_no_longer_than_one(own: Staged, monkeypatch: pytest.MonkeyPatch) -> None:
    go_on = threading.Event()
    monkeypatch.setattr(_Reading, "all", lambda _self: go_on.wait(60))
    monkeypatch.setattr("archiver.replay.search.FIRST_ANSWER", 0.3)
    paths = []
    for number in range(12):
        paths.append(own.path.parent / f"{number}.warc.gz")
        shutil.copy(own.segment, paths[-1])
    for number, path in enumerate(paths):
        (own.path.parent / str(number)).mkdir()
        paths[number] = path.rename(own.path.parent / str(number) / "one.warc.gz")
    with Library(paths) as library:
        begun = time.monotonic()
        assert "Still reading" in Client(create_app(library)).get("/search?q=bridge").text
        assert time.monotonic() - begun < 12 * 0.3
        go_on.set()
