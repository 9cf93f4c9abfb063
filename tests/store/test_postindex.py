"""The post index: what is added is found, once; files that are none are refused; nobody else's file is touched."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archiver.errors import ArchiveError, InputError
from archiver.model import Post
from archiver.store import postindex, postmerge
from archiver.store.catalogue import Catalogue
from archiver.store.postindex import TABLES, Citation, Held, PostIndex, Showing
from archiver.store.postmerge import MAX_FURTHER, MAX_NAMES, MAX_OF_SITE, MAX_PAGES, MAX_TEXTS, Row, same_words

NAMES = [name for name, sql in TABLES.items() if sql.startswith("CREATE TABLE")]
WORDS = "The night ferry leaves from the old pier until the crane is mended."


def post_of(number: int = 1, **fields: Any) -> Post:
    known = {
        "platform": "x",
        "id": str(number),
        "url": f"https://x.com/pier_nine/status/{number}",
        "handle": "Pier_Nine",
        "display_name": "Pier Nine",
        "day": "2021-03-04",
        "text": WORDS,
    }
    return Post(**(known | fields))


def shown(
    number: int = 1, page: str = "https://news.example/a", seen: str | None = "2024-01-01", **fields: Any
) -> Citation:
    return Citation(post=post_of(number, **fields), page=page, seen=seen)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "posts.db"


@pytest.fixture
def index(path: Path) -> Iterator[PostIndex]:
    with PostIndex(path, write=True) as opened:
        yield opened


def tables(index: PostIndex) -> dict[str, list[tuple[Any, ...]]]:
    return {name: index.rows(name) for name in NAMES}


def found(index: PostIndex, handle: str = "pier_nine", first: str = "2021-03-04", last: str = "") -> list[Held]:
    return index.posts_between("x", handle, first, last or first)


# -- looking up


@pytest.mark.parametrize(
    ("platform", "handle", "first", "last", "there"),
    [
        ("x", "pier_nine", "2021-03-04", "2021-03-04", True),
        ("x", "PIER_nine", "2021-03-01", "2021-03-31", True),
        ("x", "pier_nine", "2021-03-04T10:00:00Z", "2021-03-04T11:00:00Z", True),
        ("x", "pier_nine", "2021-03-05", "2021-03-31", False),
        ("x", "pier_nine", "2021-02-01", "2021-03-03", False),
        ("x", "pier_nin", "2021-03-04", "2021-03-04", False),
        ("bluesky", "pier_nine", "2021-03-04", "2021-03-04", False),
    ],
)
def test_a_post_is_found_by_platform_handle_and_day(
    index: PostIndex, platform: str, handle: str, first: str, last: str, there: bool
) -> None:
    index.add_citations([shown()])
    assert [held.key for held in index.posts_between(platform, handle, first, last)] == ["x:1"] * there


def test_the_day_comes_from_the_time_where_none_is_said(index: PostIndex) -> None:
    index.add_posts([post_of(day=None, created_at=datetime(2021, 3, 4, 23, 59, tzinfo=UTC))], vouched=True)
    assert [held.created_at for held in found(index)] == [datetime(2021, 3, 4, 23, 59, tzinfo=UTC)]


def test_what_a_page_shows_is_given_with_the_page(index: PostIndex) -> None:
    index.add_citations([shown()])
    (held,) = found(index)
    assert held.record is None
    assert (held.id, held.url, held.day, held.handle) == (
        "1",
        "https://x.com/pier_nine/status/1",
        "2021-03-04",
        "Pier_Nine",
    )
    (showing,) = held.showings
    assert (showing.text, showing.display_name, showing.pages) == (WORDS, "Pier Nine", ("https://news.example/a",))
    assert index.post("x:1") == held
    assert index.post("x:2") is None


def test_a_path_that_is_no_text_and_has_marks_of_a_uri_is_a_path(tmp_path: Path) -> None:
    folder = tmp_path / os.fsdecode(b"n\xff 1%41?#")
    folder.mkdir()
    with PostIndex(folder / "posts.db", write=True) as index:
        index.add_citations([shown(1)])
    assert [found.name for found in folder.iterdir()] == ["posts.db"]


def test_scoped_ids_are_different_posts(index: PostIndex) -> None:
    index.add_posts([post_of(scope="one.example"), post_of(scope="two.example"), post_of()], vouched=False)
    assert [held.key for held in found(index)] == ["x:1", "x:one.example/1", "x:two.example/1"]


def test_an_account_is_found_under_the_handle_that_it_had(index: PostIndex) -> None:
    index.add_posts([post_of(1, account_id="77", handle="old_pier", day="2019-01-01")], vouched=True)
    index.add_posts([post_of(2, account_id="77"), post_of(3, account_id="78")], vouched=True)
    assert [held.key for held in found(index, "OLD_pier")] == ["x:2"]
    assert index.handle_uses("x", "Old_Pier", vouched=True) == [("77", "2019-01-01", "2019-01-01")]
    assert index.handle_uses("x", "Old_Pier", vouched=False) == []


def test_handle_uses_span_what_was_seen_and_keep_claims_apart(index: PostIndex) -> None:
    record, claim = post_of(account_id="77"), post_of(2, account_id="77")
    for seen in ("2023-05-01", "2022-05-01", None):
        index.add_posts([record], vouched=True, seen=seen)
        index.add_citations([Citation(post=claim, page="https://a.example/", seen="2030-01-01")])
    assert index.handle_uses("x", "pier_nine", vouched=True) == [("77", "2021-03-04", "2023-05-01")]
    assert index.handle_uses("x", "pier_nine", vouched=False) == [("77", "2030-01-01", "2030-01-01")]


def test_look_ups_use_the_indexes(index: PostIndex, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, tuple[Any, ...]]] = []
    query = PostIndex._query

    def noted(self: PostIndex, sql: str, parameters: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        asked.append((sql, parameters))
        return query(self, sql, parameters)

    index.add_citations([shown(account_id="7")])
    monkeypatch.setattr(PostIndex, "_query", noted)
    assert found(index)
    index.post("x:1")
    index.handle_uses("x", "pier_nine", vouched=True)
    for sql, parameters in asked:
        plan = [row[3] for row in query(index, f"EXPLAIN QUERY PLAN {sql}", parameters)]
        assert not [
            step
            for step in plan
            if step.startswith("SCAN") and "json_each" not in step and "subquery" not in step.lower()
        ], plan


def test_threads_may_look_up_at_once(index: PostIndex) -> None:
    index.add_citations(shown(number) for number in range(50))
    seen: list[int] = []
    threads = [threading.Thread(target=lambda: seen.append(len(found(index)))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == [50] * 8


# -- adding


def test_adding_the_same_again_changes_nothing(path: Path, index: PostIndex) -> None:
    rows = [Row(post_of(1, handle="somebody", text="other words"), False, "https://s1.example/x", None)]
    for n in range(120):
        post = post_of(n % 7, account_id=str(n % 3))
        rows.append(Row(post, False, f"https://s{n % 3}.example/{n}", f"2024-01-{n % 28 + 1:02}"))
    rows += [Row(post_of(n, created_at=datetime(2021, 3, 4, n, tzinfo=UTC)), True) for n in range(3)]
    first = index.add(rows)
    assert (first.posts, first.records) == (7, 3)
    before = tables(index)
    assert before["further"]
    again = index.add(rows)
    assert (again.posts, again.records, again.texts, again.pages) == (0, 0, 0, 0)
    assert tables(index) == before


def test_the_same_words_are_kept_once_and_each_page_with_them(index: PostIndex) -> None:
    index.add_citations(
        [
            shown(page="https://a.example/1"),
            shown(page="https://b.example/1", text=WORDS.upper().replace(".", "!")),
            shown(page="https://c.example/1", text=f"{WORDS} pic.twitter.com/aB3dE5fG7h"),
            shown(page="https://d.example/1", text="Other words."),
        ]
    )
    first, second = found(index)[0].showings
    assert first.text == f"{WORDS} pic.twitter.com/aB3dE5fG7h"
    assert first.pages == ("https://a.example/1", "https://b.example/1", "https://c.example/1")
    assert (second.text, second.pages) == ("Other words.", ("https://d.example/1",))


def test_the_same_words_under_another_handle_are_another_showing(index: PostIndex) -> None:
    """A page that gives a post to somebody else bears nobody out."""
    index.add_citations([shown(), shown(page="https://b.example/", handle="other_pier")])
    for handle in ("pier_nine", "other_pier"):
        (held,) = found(index, handle)
        assert [(one.handle, len(one.pages)) for one in held.showings] == [("Pier_Nine", 1), ("other_pier", 1)]


def test_other_days_find_it_and_are_said(index: PostIndex) -> None:
    index.add_citations([shown(), shown(page="https://b.example/", day="2021-03-05")])
    (held,) = found(index, first="2021-03-05")
    assert (held.day, held.other_days) == ("2021-03-04", ("2021-03-05",))


def test_names_that_are_given_for_a_post_are_bounded(index: PostIndex) -> None:
    for start in (0, 15):
        index.add_citations(shown(handle=f"name{n}") for n in range(start, start + 15))
    assert index.counts()["other_names"] == MAX_NAMES


def test_first_and_last_time_seen(index: PostIndex) -> None:
    for seen in ("2024-02-01", None, "2024-03-01T10:00:00Z", "2023-12-31"):
        index.add_citations([shown(seen=seen)])
    assert [row[3:] for row in index.rows("citations")] == [("2023-12-31", "2024-03-01T10:00:00Z")]


def test_pages_are_bounded_by_site_and_in_all_and_the_rest_is_counted(index: PostIndex) -> None:
    one_site = [shown(page=f"https://www{n}.loud.example/{n}") for n in range(40)]
    others = [shown(page=f"https://quiet{n}.test/") for n in range(100)]
    for batch in (one_site, one_site, others, one_site + others):
        index.add_citations(batch)
    (held,) = found(index)
    pages = held.showings[0].pages
    assert len([page for page in pages if "loud" in page]) == MAX_OF_SITE
    assert len(pages) == MAX_PAGES
    assert held.further == 140 - MAX_PAGES == index.counts()["further"]
    more = [shown(page=f"https://late{n}.test/") for n in range(5)]
    for _ in range(2):
        index.add_citations(more)
    assert index.counts()["citations"] == MAX_PAGES
    assert index.counts()["further"] == found(index)[0].further == 145 - MAX_PAGES


def test_counting_ends_too(index: PostIndex, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postindex, "MAX_FURTHER", 10)
    for first, last in ((0, 9), (9, 24), (24, 40)):
        index.add_citations(shown(page=f"https://loud.example/{n}") for n in range(first, last))
    assert found(index)[0].further == index.counts()["further"] == 10
    assert MAX_FURTHER > 10


def test_texts_are_bounded_and_pages_with_others_are_kept_without(index: PostIndex) -> None:
    for start in (0, 5, 5):
        index.add_citations(shown(page=f"https://s{n}.test/", text=f"Words of {n}.") for n in range(start, start + 6))
    assert index.counts()["texts"] == MAX_TEXTS
    assert index.counts()["citations"] == 11
    assert sum(len(one.pages) for one in found(index)[0].showings) == MAX_TEXTS


def test_long_addresses_and_words_are_not_kept_whole(index: PostIndex) -> None:
    index.add_citations([shown(page="https://a.example/" + "a" * 3000, text="b" * 50_000)])
    assert index.rows("citations") == []
    assert len(found(index)[0].showings[0].text or "") == postmerge.MAX_WORDS


@pytest.mark.parametrize("order", [1, -1])
@pytest.mark.parametrize("apart", [True, False])
def test_a_record_counts_more_than_claims_and_the_fuller_more_than_another(
    index: PostIndex, order: int, apart: bool
) -> None:
    whole = post_of(text="The record.", created_at=datetime(2021, 3, 4, 5, tzinfo=UTC), day=None)
    rows = [
        Row(post_of(handle="liar", text="A lie.", day="2020-01-01"), False, "https://a.example/", None),
        Row(post_of(text="More words, and no time. " * 20), True),
        Row(whole, True),
        Row(post_of(text="Less still.", text_complete=False), True),
    ][::order]
    for batch in [[row] for row in rows] if apart else [rows]:
        index.add(batch)
    (held,) = found(index)
    assert held.record == whole
    assert (held.handle, held.day, held.created_at) == ("Pier_Nine", "2021-03-04", whole.created_at)
    assert [one.text for one in held.showings] == ["A lie."]
    assert [one.key for one in found(index, "liar", "2020-01-01")] == ["x:1"]


@pytest.mark.parametrize(
    "fields",
    [
        {"text": "half \ud83d of a pair"},
        {"text": "\ud83d"},
        {"handle": "\udc00"},
        {"display_name": "\ud800"},
        {"account_id": "\ud800"},
        {"page": "https://a.example/\ud800"},
        {"seen": "\ud800"},
        {"id": "\ud800"},
        {"url": "https://x.com/\ud800"},
    ],
)
def test_what_cannot_be_written_as_utf_8_is_replaced(index: PostIndex, fields: dict[str, str]) -> None:
    index.add_citations([shown(1), shown(2, **fields), shown(3)])
    assert index.counts()["posts"] == 3
    assert any("\ufffd" in repr(row) for name in NAMES for row in index.rows(name))
    index.add_posts(
        [post_of(4, **{name: value for name, value in fields.items() if name in ("text", "handle")})], vouched=True
    )
    assert index.counts()["posts"] == 4


statements = st.builds(
    Row,
    st.builds(
        post_of,
        st.integers(1, 3),
        handle=st.sampled_from(["Pier_Nine", "pier_nine", "crane", None]),
        day=st.sampled_from(["2021-03-04", "2021-03-05"]),
        text=st.sampled_from([WORDS, WORDS.upper(), "Other words.", None]),
        account_id=st.sampled_from([None, "7"]),
    ),
    st.booleans(),
    st.sampled_from([None, "https://a.test/", "https://b.test/", "https://c.test/1"]),
    st.sampled_from([None, "2024-01-01", "2024-05-05"]),
)


def told(showing: Showing) -> tuple[Any, ...]:
    return (showing.handle or "").casefold(), same_words(showing.text or ""), showing.pages


@settings(max_examples=60)
@given(rows=st.lists(statements, max_size=8), data=st.data())
def test_order_and_batches_change_nothing_that_is_found(
    tmp_path_factory: pytest.TempPathFactory, rows: list[Row], data: st.DataObject
) -> None:
    """The same statements in any order and in any batches: the same posts, records, words, pages and accounts."""
    shuffled = data.draw(st.permutations(rows))
    cut = data.draw(st.integers(0, len(rows)))
    said = []
    for batches in ([rows], [shuffled[:cut], shuffled[cut:], shuffled[:cut]]):
        with PostIndex(tmp_path_factory.mktemp("index") / "posts.db", write=True) as index:
            for batch in batches:
                index.add(row if row.vouched is False else row._replace(page=None) for row in batch)
            said.append(
                (
                    [
                        (one.key, one.record, *sorted(map(told, one.showings), key=repr))
                        for handle in ("pier_nine", "crane")
                        for one in index.posts_between("x", handle, "2021-03-04", "2021-03-05")
                    ],
                    index.rows("handles"),
                )
            )
    assert said[0] == said[1]


@given(st.text(st.characters(max_codepoint=127)))
def test_ascii_goes_a_quicker_way_to_the_same_words(text: str) -> None:
    assert same_words(f"{text} \u2014") == same_words(text)


# -- the file


def test_it_is_one_file_when_closed_and_reading_changes_nothing(path: Path) -> None:
    with PostIndex(path, write=True) as index:
        index.add_citations([shown()])
        with PostIndex(path) as reader:
            assert len(found(reader)) == 1
    assert [entry.name for entry in path.parent.iterdir()] == ["posts.db"]
    before = path.read_bytes()
    path.chmod(0o400)
    path.parent.chmod(0o500)
    try:
        with PostIndex(path) as index:
            assert len(found(index)) == 1
            with pytest.raises(ArchiveError):
                index.add_citations([shown(2)])
    finally:
        path.parent.chmod(0o700)
    assert path.read_bytes() == before
    assert [entry.name for entry in path.parent.iterdir()] == ["posts.db"]


def test_any_sqlite_tool_reads_it(path: Path) -> None:
    with PostIndex(path, write=True) as index:
        index.add_citations([shown(), shown(page="https://b.example/")])
    with sqlite3.connect(path) as db:
        rows = db.execute(
            "SELECT p.id, t.text, c.page FROM posts p JOIN texts t USING (post) JOIN citations c USING (post, variant)"
            " WHERE p.platform = 'x' AND p.handle_folded = 'pier_nine' AND p.day = '2021-03-04' ORDER BY c.page"
        ).fetchall()
    db.close()
    assert rows == [("1", WORDS, "https://b.example/"), ("1", WORDS, "https://news.example/a")]


def make_text(path: Path) -> None:
    path.write_text("url,text\n" * 50)


def make_catalogue(path: Path) -> None:
    Catalogue(path).close()


def make_empty(path: Path) -> None:
    path.write_bytes(b"")


def make_newer(path: Path) -> None:
    PostIndex(path, write=True).close()
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA user_version = 99")
    db.close()


def make_trigger(path: Path) -> None:
    PostIndex(path, write=True).close()
    with sqlite3.connect(path) as db:
        db.execute("CREATE TRIGGER t AFTER INSERT ON posts BEGIN DELETE FROM posts; END")
    db.close()


def make_other_tables(path: Path) -> None:
    PostIndex(path, write=True).close()
    with sqlite3.connect(path) as db:
        db.execute("DROP TABLE handles")
        db.execute("CREATE VIEW handles AS SELECT 1 AS platform")
    db.close()


@pytest.mark.parametrize("make", [make_text, make_catalogue, make_newer, make_trigger, make_other_tables])
@pytest.mark.parametrize("write", [False, True])
def test_a_file_that_is_no_such_index_is_refused_and_left_alone(
    path: Path, make: Callable[[Path], None], write: bool
) -> None:
    make(path)
    before = path.read_bytes()
    with pytest.raises(InputError) as raised:
        PostIndex(path, write=write)
    assert raised.value.subject == str(path)
    assert path.read_bytes() == before
    assert [entry.name for entry in path.parent.iterdir()] == ["posts.db"]


def test_what_is_not_there_cannot_be_read_and_is_made_for_writing(path: Path) -> None:
    with pytest.raises(InputError, match="no such post index"):
        PostIndex(path)
    assert not path.exists()
    with pytest.raises(ArchiveError):
        PostIndex(path.parent / "no folder" / "posts.db", write=True)
    with pytest.raises(ArchiveError):
        PostIndex(path.parent)
    make_empty(path)
    with pytest.raises(InputError):
        PostIndex(path)
    PostIndex(path, write=True).close()
    PostIndex(path).close()


def test_a_damaged_file_is_an_error_of_its_own_kind(path: Path) -> None:
    with PostIndex(path, write=True) as index:
        index.add_citations(shown(number) for number in range(2000))
    data = bytearray(path.read_bytes())
    data[4096 * 10 : len(data) - 4096] = b"\xa5" * (len(data) - 4096 * 11)
    path.write_bytes(data)
    with PostIndex(path) as index, pytest.raises(ArchiveError, match="damaged"):
        [index.post(f"x:{number}") for number in range(2000)]


@pytest.mark.parametrize("column", ["json = '{'", "json = '{\"platform\": 5}'", "url = x'00'", "created_at = 'noon'"])
def test_a_row_that_is_not_of_its_kind_is_damage(path: Path, column: str) -> None:
    with PostIndex(path, write=True) as index:
        index.add_posts([post_of()], vouched=True)
    with sqlite3.connect(path) as db:
        db.execute(f"UPDATE posts SET {column}")
    db.close()
    with PostIndex(path) as index, pytest.raises(ArchiveError, match="damaged"):
        index.post("x:1")


def test_another_writer_is_waited_for_and_then_named(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postindex, "BUSY_SECONDS", 0.1)
    with PostIndex(path, write=True) as index:
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(ArchiveError, match="another program is writing"):
            index.add_citations([shown()])
        with PostIndex(path) as reader:
            assert found(reader) == []
        other.execute("COMMIT")
        other.close()
        index.add_citations([shown()])
        assert len(found(index)) == 1


def test_what_fails_in_the_middle_leaves_the_batches_before(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postindex, "BATCH", 10)

    def rows() -> Iterator[Row]:
        for number in range(25):
            if number == 23:
                raise ZeroDivisionError
            yield Row(post_of(number), False)

    with PostIndex(path, write=True) as index:
        with pytest.raises(ZeroDivisionError):
            index.add(rows())
        assert index.counts()["posts"] == 20
        index.add([Row(post_of(99), False)])
        assert index.counts()["posts"] == 21


def test_a_long_building_is_written_down_in_between(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postindex, "BATCH", 5)
    monkeypatch.setattr(postindex, "COMMIT_ROWS", 10)
    seen: list[int] = []

    def rows() -> Iterator[Row]:
        for number in range(23):
            if number in (6, 11, 22):
                with PostIndex(path) as reader:
                    seen.append(reader.counts()["posts"])
            yield Row(post_of(number), False)

    with PostIndex(path, write=True) as index:
        index.add(rows())
        with PostIndex(path) as reader:
            assert reader.counts()["posts"] == 23
    assert seen == [0, 10, 20]
