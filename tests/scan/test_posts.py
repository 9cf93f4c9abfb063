"""The posts that a crawl cites. Invariants: all pages that cite a post are in its row, once; the same mentions make the
same bytes in whatever files and order they are; a page that does not tell the id is joined to a post only where one
alone can be meant."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow
import pyarrow.parquet
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archiver.errors import InputError, LimitError, UsageError
from archiver.model import Post
from archiver.scan.posts import building as module
from archiver.scan.posts import claims, gathering, posttable, saying
from archiver.scan.posts import flattened as flattened_module
from archiver.scan.posts.building import PostCounts, build_posts
from archiver.scan.posts.posttable import FIELDS, SORTED_BY
from archiver.scan.rows import Row
from archiver.store.postindex import PostIndex
from archiver.store.postmerge import MAX_WORDS, Claim, variant_of
from archiver.store.postmerge import Row as Statement
from tests.scan.mentions import DAY, IDS, WORDS, row, table
from tests.store.test_postindex import tables

Posts = list[dict[str, Any]]
NOV, DEC = datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 12, 24, 10, 30, tzinfo=UTC)
SHORT = "Good morning!"


def built(folder: Path, *files: Sequence[Row]) -> tuple[Posts, PostCounts]:
    mentions = table(folder / "mentions", *files)
    mentions.mkdir(parents=True, exist_ok=True)
    counts = build_posts(mentions, folder / "posts.parquet", folder / "posts.db", threads=2)
    assert sorted(path.name for path in folder.iterdir()) == ["mentions", "posts.db", "posts.parquet"]
    return pyarrow.parquet.read_table(folder / "posts.parquet").to_pylist(), counts


def one(folder: Path, *rows: Row) -> dict[str, Any]:
    posts, _ = built(folder, rows)
    assert len(posts) == 1
    return posts[0]


def pages(post: dict[str, Any]) -> list[str]:
    return [citation["page_url"] for citation in post["citations"]]


# -- what a row says


def test_a_post_has_all_that_pages_say_of_it(tmp_path: Path) -> None:
    post = one(
        tmp_path,
        row(page="https://b.example/2", captured_at=DEC, offset=70, record_id="urn:uuid:2", page_language="de"),
        row(page="https://a.example/1", captured_at=NOV, text=WORDS.upper() + " pic.twitter.com/abc"),
        row(page="https://a.example/3", handle="pier_ten", display_name="Pier Ten", text="Cut…", file="b.warc"),
    )
    assert {name: post[name] for name in post if name not in ("citations", "texts")} == {
        "key": f"x:{IDS[0]}",
        "platform": "x",
        "post_id": IDS[0],
        "scope": None,
        "url": f"https://x.com/Pier_Nine/status/{IDS[0]}",
        "handle": "Pier_Nine",
        "handle_folded": "pier_nine",
        "other_handles": ["pier_ten"],
        "display_names": ["Pier Nine", "Pier Ten"],
        "day": DAY,
        "first_seen": NOV,
        "last_seen": DEC,
        "pages": 3,
        "sites": 2,
        "languages": ["en", "de"],
        "flattened_only": False,
    }
    assert post["texts"][0] == {
        "text": WORDS.upper() + " pic.twitter.com/abc",
        "handle": "Pier_Nine",
        "display_name": "Pier Nine",
        "pages": 2,
        "first_seen": NOV,
    }
    assert [(wording["text"], wording["pages"]) for wording in post["texts"][1:]] == [("Cut…", 1)]
    assert pages(post) == ["https://a.example/1", "https://a.example/3", "https://b.example/2"]
    assert post["citations"][2] == {
        "page_url": "https://b.example/2",
        "page_host": "b.example",
        "language": "de",
        "first_seen": DEC,
        "last_seen": DEC,
        "file": "crawl.warc.gz",
        "offset": 70,
        "record_id": "urn:uuid:2",
        "rule": "x.embed",
        "flattened": False,
        "confidence": 0.99,
        "times": 1,
    }


def test_the_address_is_that_of_most_pages_and_a_page_without_a_host_is_no_site(tmp_path: Path) -> None:
    urls = [f"https://x.com/{name}/status/{IDS[0]}" for name in ("a", "Pier_Nine", "Pier_Nine")]
    rows = [row(page=f"https://n{n}.example/", url=url) for n, url in enumerate(urls)]
    post = one(tmp_path / "a", *rows, row(page="urn:x:1", page_host=""))
    assert (post["url"], post["sites"], post["pages"]) == (urls[1], 3, 4)
    assert one(tmp_path / "b", row(page="urn:x:1", page_host=""))["sites"] == 0
    assert one(tmp_path / "c", row(page="urn:x:1", page_host=""), row(page="urn:x:2", page_host=""))["sites"] == 0


def test_a_page_that_was_captured_again_is_one_citation(tmp_path: Path) -> None:
    post = one(
        tmp_path,
        row(captured_at=DEC, offset=900, times=7),
        row(captured_at=NOV, offset=100, times=2, confidence=0.5, rule="x.link"),
        row(captured_at=NOV, offset=100, number=1, times=1),
        row(captured_at=None, offset=2000),
    )
    (citation,) = post["citations"]
    assert (citation["first_seen"], citation["last_seen"]) == (NOV, DEC)
    assert (citation["offset"], citation["times"]) == (100, 3)
    assert (citation["rule"], citation["confidence"]) == ("x.embed", 0.99)
    assert post["pages"] == post["texts"][0]["pages"] == 1


def test_it_is_seen_from_the_first_capture_of_any_page_to_the_last(tmp_path: Path) -> None:
    """Also where a post lies between others, and is taken with them."""
    posts, _ = built(
        tmp_path,
        [row(n, f"https://{m}.example/", captured_at=at) for n in range(4) for m, at in enumerate([DEC, NOV, None])],
    )
    assert [(post["first_seen"], post["last_seen"], post["pages"]) for post in posts] == [(NOV, DEC, 3)] * 4


def test_what_the_first_capture_of_a_page_does_not_say_is_that_of_the_next(tmp_path: Path) -> None:
    post = one(
        tmp_path,
        row(captured_at=NOV, page_language=None, file="a.warc.gz", offset=7, times=2, rule="x.link", confidence=0.5),
        row(captured_at=DEC, page_language="de", file="b.warc.gz", offset=7, times=3),
    )
    (citation,) = post["citations"]
    assert (citation["language"], post["languages"]) == ("de", ["de"])
    assert (citation["file"], citation["times"], citation["rule"], citation["confidence"]) == (
        "a.warc.gz", 2, "x.link", 0.5,
    )  # fmt: skip


@pytest.mark.parametrize("capture", [NOV, DEC])
def test_a_page_that_tells_the_id_once_tells_it(tmp_path: Path, capture: datetime) -> None:
    """Also where it shows the post without it, before or behind."""
    post = one(tmp_path, row(captured_at=NOV), flattened(row().page_url, captured_at=capture, rule="x.words", number=1))
    assert [(page["flattened"], page["rule"]) for page in post["citations"]] == [(False, "x.embed")]
    assert one(tmp_path / "b", row(captured_at=DEC), flattened(row().page_url))["citations"][0]["flattened"] is False


def test_the_handle_is_that_of_most_pages_in_the_spelling_of_most(tmp_path: Path) -> None:
    handles = ["PIER_NINE", "pier_nine", "pier_nine", "lamp", "lamp", "lamp"]
    handles += ["PIER_NINE"] * 3
    rows = [row(page=f"https://n{place}.example/", handle=handle) for place, handle in enumerate(handles)]
    post = one(tmp_path, *rows)
    assert (post["handle"], post["handle_folded"], post["other_handles"]) == ("PIER_NINE", "pier_nine", ["lamp"])


def test_the_day_is_that_of_the_id_and_else_that_of_most_pages(tmp_path: Path) -> None:
    other = {"platform": "facebook", "post_key": "facebook:77", "post_id": "77", "url": "https://facebook.example/77"}
    posts, _ = built(
        tmp_path,
        [
            row(0, date="2020-01-01"),
            *(row(page=f"https://n{place}.example/", date=date, **other)
              for place, date in enumerate(["2022-01-02", "2022-01-03T23:30:00Z", "2022-01-03", "long ago", None])),
        ],
    )  # fmt: skip
    assert [(post["platform"], post["day"]) for post in posts] == [("facebook", "2022-01-03"), ("x", DAY)]


def test_rows_are_sorted_and_a_handle_is_found_by_the_statistics(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(posttable, "GROUP_POSTS", 5)
    handles = ["Zed", "abe", None, "MID", "bo", "kim"]
    rows = [row(place, handle=handles[place % 6], page=f"https://n.example/{place}") for place in range(40)]
    posts, _ = built(tmp_path, rows)
    order = [(post["platform"], post["handle_folded"] or "\uffff", post["day"], post["key"]) for post in posts]
    assert order == sorted(order)
    file = pyarrow.parquet.ParquetFile(tmp_path / "posts.parquet")
    assert file.metadata.num_row_groups == 8
    place = [field.name for field in FIELDS].index("handle_folded")
    found = []
    for group in range(8):
        statistics = file.metadata.row_group(group).column(place).statistics
        assert [column.column_index for column in file.metadata.row_group(group).sorting_columns] == [
            [field.name for field in FIELDS].index(name) for name in SORTED_BY
        ]
        if statistics.has_min_max and statistics.min <= "kim" <= statistics.max:
            found.append(group)
    assert 1 <= len(found) <= 3


def test_the_columns_say_what_they_hold_and_other_tools_read_them(tmp_path: Path) -> None:
    built(tmp_path, [row(0), row(0, "https://b.example/"), row(1)])
    schema = pyarrow.parquet.read_schema(tmp_path / "posts.parquet")
    assert schema.names == [field.name for field in FIELDS]
    assert all((schema.field(field.name).metadata or {}).get(b"what", b"").decode() == field.says for field in FIELDS)
    path = str(tmp_path / "posts.parquet")
    with duckdb.connect() as db:
        found = db.execute(
            "SELECT count(*), count(DISTINCT c.page_url) FROM (SELECT unnest(citations) AS c FROM read_parquet(?))",
            [path],
        ).fetchall()
    assert found == [(3, 2)]


# -- the same whatever the order


FIELD_VALUES = {
    "page": st.sampled_from([f"https://{host}.example/{page}" for host in "abc" for page in range(3)]),
    "handle": st.sampled_from(["Pier_Nine", "pier_nine", "lamp", None]),
    "display_name": st.sampled_from(["Pier Nine", "Дамба", None]),
    "captured_at": st.sampled_from([NOV, DEC, None]),
    "offset": st.integers(0, 3),
    "number": st.integers(0, 2),
    "date": st.sampled_from([DAY, "2021-03-05", "2021-03-04T12:00:00Z", None]),
    "text": st.sampled_from([WORDS, WORDS.upper(), SHORT, "", None]),
    "page_language": st.sampled_from(["en", "uk", None]),
    "confidence": st.sampled_from([0.5, 0.9]),
}
MENTIONS = st.lists(st.builds(row, st.sampled_from([None, None, 0, 1, 2]), **FIELD_VALUES), max_size=14)


@settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow])
@given(MENTIONS, st.randoms())
def test_the_same_mentions_make_the_same_bytes(
    tmp_path_factory: pytest.TempPathFactory, rows: list[Row], roll: random.Random
) -> None:
    first, second, third = (tmp_path_factory.mktemp(name) for name in "abc")
    posts, counts = built(first, rows)
    shuffled = roll.sample(rows, len(rows))
    cut = roll.randint(0, len(rows))
    with pytest.MonkeyPatch.context() as patch:  # also where no post is taken in columns
        patch.setattr(gathering, "TOGETHER", 0)
        assert built(second, shuffled[:cut], shuffled[cut:]) == (posts, counts)
    for name in ("posts.parquet", "posts.db"):
        assert (first / name).read_bytes() == (second / name).read_bytes()
    with pytest.MonkeyPatch.context() as patch:  # and posts lie in several pieces
        for where in (module, claims):
            patch.setattr(where, "READ_ROWS", roll.randint(1, 5))
        assert built(third, rows) == (posts, counts)
    with PostIndex(first) as one_index, PostIndex(third) as other:
        assert tables(one_index) == tables(other)
    cited = {(post["key"], page) for post in posts for page in pages(post)}
    assert len(cited) == counts.citations == sum(post["pages"] for post in posts)
    assert {page for _, page in cited} == {one.page_url for one in rows}
    assert {key for key, _ in cited if "?" not in key} == {one.post_key for one in rows if one.post_key}
    assert counts.flattened_only == sum("?" in post["key"] for post in posts)


def test_an_index_that_a_process_beside_it_writes_has_the_same_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [row(n % 9, f"https://n{n % 40}.example/", text=f"{WORDS} {n % 4}") for n in range(100)]
    expected = built(tmp_path / "a", rows)
    monkeypatch.setattr(module, "BESIDE_ROWS", 1)
    started = []
    beside = module.Beside
    monkeypatch.setattr(module, "Beside", lambda *given: started.append(given) or beside(*given))
    assert built(tmp_path / "b", rows) == expected
    assert (tmp_path / "a/posts.db").read_bytes() == (tmp_path / "b/posts.db").read_bytes()
    assert len(started) == 1


# -- mentions without an id


def flattened(page: str = "https://flat.example/", **fields: Any) -> Row:
    return row(None, page, **fields)


def test_a_page_without_the_id_counts_as_that_posts_page(tmp_path: Path) -> None:
    post = one(tmp_path, row(), flattened(handle="PIER_nine", text=WORDS.upper() + " https://t.co/abc"))
    assert [(citation["page_host"], citation["flattened"]) for citation in post["citations"]] == [
        ("flat.example", True),
        ("news.example", False),
    ]
    assert (post["flattened_only"], post["sites"], post["post_id"]) == (False, 2, IDS[0])


@pytest.mark.parametrize(
    ("fields", "together"),
    [
        ({}, True),
        ({"date": "2021-03-05", "date_basis": "viewer"}, True),
        ({"date": "2021-03-05", "date_basis": None}, True),
        ({"date": "2021-03-05", "date_basis": "utc"}, False),
        ({"date": "2021-03-06", "date_basis": None}, False),
        ({"date": "2021-03-04T23:59:59Z", "date_basis": None}, True),
        ({"date": "2021-03-05T00:00:01Z", "date_basis": None}, False),
        ({"date": None}, True),
        ({"handle": "pier_ten"}, False),
        ({"handle": None}, False),
        ({"text": WORDS + " And more"}, False),
        ({"text": None}, False),
        ({"platform": "threads"}, False),
    ],
)
def test_it_is_joined_only_where_handle_words_and_day_agree(
    tmp_path: Path, fields: dict[str, Any], together: bool
) -> None:
    _, counts = built(tmp_path, [row(), flattened(**fields)])
    assert (counts.posts, counts.flattened_only) == ((1, 0) if together else (2, 1))
    assert counts.citations == 2


LONG = "The council said that the water at the old north quay rose by {} metres, more than ever before. {}"


@pytest.mark.parametrize(
    ("shown", "flat", "together"),
    [
        (("1.5", ""), ("1.5", ""), True),
        (("1.5", ""), ("15", ""), False),
        (("1:5", ""), ("1.5", ""), False),
        (("2", "https://t.co/aB1"), ("2", ""), True),
        (("2", ""), ("2", "https://t.co/aB1"), True),
        (("2", "https://t.co/aB1"), ("2", "pic.twitter.com/aB1"), True),
        (("2", "https://t.co/aB1"), ("2", "https://t.co/aB1 https://t.co/cD2"), True),
        (("2", "https://t.co/aB1"), ("2", "https://t.co/cD2"), False),
        (("2", "https://t.co/aB1"), ("2", "https://news.example/cD2"), True),
    ],
)
@pytest.mark.parametrize("date", [DAY, None])
def test_numbers_and_short_links_that_differ_are_other_posts(
    tmp_path: Path, shown: tuple[str, str], flat: tuple[str, str], together: bool, date: str | None
) -> None:
    _, counts = built(tmp_path, [row(text=LONG.format(*shown)), flattened(text=LONG.format(*flat), date=date)])
    assert counts.flattened_only == (0 if together else 1)
    assert counts.citations == 2


def test_a_page_that_is_older_than_the_post_does_not_show_it(tmp_path: Path) -> None:
    old, eve = datetime(2021, 3, 2, 23, tzinfo=UTC), datetime(2021, 3, 3, tzinfo=UTC)
    rows = [row(), flattened("https://old.example/", date=None, captured_at=old)]
    rows.append(flattened("https://eve.example/", date=None, captured_at=eve))
    rows.append(flattened("https://when.example/", date=None, captured_at=None))
    posts, _ = built(tmp_path, rows)
    assert [pages(post) for post in posts if post["flattened_only"]] == [["https://old.example/"]]


def test_more_showings_than_are_compared_are_joined_to_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flattened_module, "MAX_SHOWINGS", 2)
    shown = [row(page=f"https://n{n}.example/", text=f"{WORDS} https://t.co/a{n}") for n in range(5)]
    assert built(tmp_path / "a", [*shown[:2], flattened()])[1].flattened_only == 0
    assert built(tmp_path / "b", [*shown, flattened()])[1].flattened_only == 1


def test_a_day_that_an_author_made_may_be_the_next_one(tmp_path: Path) -> None:
    """On Bluesky: the id says when the author's program thought it was."""
    number = int(datetime(2024, 3, 4, 12, tzinfo=UTC).timestamp() * 1_000_000) << 10
    post_id = "".join("234567abcdefghijklmnopqrstuvwxyz"[number >> 5 * place & 31] for place in reversed(range(13)))
    fields = {"platform": "bluesky", "post_key": f"bluesky:did:plc:a/{post_id}", "post_id": post_id}
    rows = [row(scope="did:plc:a", url=None, date="2024-03-04", **fields)]
    for n, date in enumerate(["2024-03-05", "2024-03-06"]):
        rows.append(flattened(f"https://n{n}.example/", platform="bluesky", date=date, date_basis="utc"))
    posts, _ = built(tmp_path, rows)
    assert [pages(post) for post in posts if post["flattened_only"]] == [["https://n1.example/"]]


def test_a_post_of_which_pages_print_two_days_is_of_neither(tmp_path: Path) -> None:
    fields = {"platform": "facebook", "post_key": "facebook:77", "post_id": "77", "url": "https://facebook.example/77"}
    rows = [row(date="2022-01-01", **fields), row(page="https://b.example/", date="2022-01-09", **fields)]
    rows.append(flattened(platform="facebook", date="2022-01-01"))
    assert built(tmp_path, rows)[1].flattened_only == 1


def test_an_id_without_its_server_is_part_of_a_name(tmp_path: Path) -> None:
    """As of Mastodon, where a page does not tell whose number it is."""
    rows = [
        flattened(f"https://n{n}.example/", platform="mastodon", post_id=post_id, text=text, date=None, handle=None)
        for n, (post_id, text) in enumerate([("7", SHORT), ("7", SHORT), ("8", SHORT), (None, WORDS), ("9", WORDS)])
    ]
    posts, _ = built(tmp_path, rows)
    assert sorted(post["pages"] for post in posts) == [1, 1, 1, 2]
    assert all(post["flattened_only"] and post["post_id"] is None for post in posts)


def test_another_number_without_its_server_is_not_that_post(tmp_path: Path) -> None:
    known = row(
        platform="mastodon", post_key="mastodon:sea.example/8", post_id="8", scope="sea.example",
        url="https://sea.example/@pier_nine/8",
    )  # fmt: skip
    other = [flattened(f"https://n{n}.example/", platform="mastodon", post_id=n) for n in (None, "7")]
    posts, _ = built(tmp_path, [known, *other])
    assert [pages(post) for post in posts] == [["https://n7.example/"], ["https://nNone.example/", known.page_url]]


def test_posts_without_an_id_differ_by_their_numbers(tmp_path: Path) -> None:
    texts = [LONG.format(*one) for one in (("1.5", ""), ("15", ""), ("1.5", "https://t.co/aB1"))]
    rows = [flattened(f"https://n{place}.example/", text=text) for place, text in enumerate(texts)]
    posts, _ = built(tmp_path, rows)
    assert sorted(post["pages"] for post in posts) == [1, 2]


def test_words_of_two_posts_are_joined_to_none(tmp_path: Path) -> None:
    posts, counts = built(tmp_path, [row(0), row(1, "https://b.example/"), flattened()])
    assert (counts.posts, counts.flattened_only) == (3, 1)
    assert [pages(post) for post in posts if post["flattened_only"]] == [["https://flat.example/"]]


def test_words_that_many_say_prove_nothing_without_a_day(tmp_path: Path) -> None:
    _, counts = built(tmp_path / "a", [row(text=SHORT), flattened(text=SHORT, date=None)])
    assert counts.flattened_only == 1
    _, counts = built(tmp_path / "b", [row(text=SHORT), flattened(text=SHORT)])
    assert counts.flattened_only == 0
    _, counts = built(tmp_path / "c", [row(text="https://t.co/a"), flattened(text="https://t.co/b")])
    assert counts.flattened_only == 1


def test_a_post_without_an_id_has_a_name_that_stays(tmp_path: Path) -> None:
    first = one(tmp_path / "a", flattened(), flattened("https://b.example/", handle="PIER_NINE", text=WORDS.upper()))
    again = one(tmp_path / "b", flattened("https://c.example/"))
    assert first["key"] == again["key"]
    assert (first["key"][:3], len(first["key"]), first["post_id"], first["url"]) == ("x:?", 35, None, None)
    assert (first["flattened_only"], first["pages"], first["day"]) == (True, 2, DAY)


@pytest.mark.parametrize(
    ("fields", "posts"),
    [
        ({}, 1),
        ({"text": SHORT}, 1),
        ({"date": None}, 1),
        ({"handle": None}, 1),
        ({"handle": None, "display_name": None}, 1),
        ({"text": SHORT, "date": None}, 2),
        ({"text": SHORT, "handle": None, "display_name": None}, 2),
        ({"text": None}, 2),
        ({"text": "https://t.co/a"}, 2),
    ],
)
def test_pages_that_say_too_little_are_posts_of_their_own(tmp_path: Path, fields: dict[str, Any], posts: int) -> None:
    _, counts = built(tmp_path, [flattened(**fields), flattened("https://b.example/", **fields)])
    assert (counts.posts, counts.citations, counts.indexed) == (posts, 2, 0)


def test_other_names_and_days_are_other_posts(tmp_path: Path) -> None:
    pairs = [(None, "Pier Nine"), (None, "Pier Ten"), ("pier_nine", "Pier Ten"), ("pier_ten", None)]
    rows = [flattened(f"https://n{place}.example/", handle=h, display_name=n) for place, (h, n) in enumerate(pairs)]
    rows.append(flattened(date="2021-03-05"))
    assert built(tmp_path, rows)[1].posts == 5


# -- the post index


def test_the_index_holds_what_adding_the_same_pages_holds(tmp_path: Path) -> None:
    roll = random.Random(4)
    rows = [
        row(
            roll.choice([None, 0, 1, 2, 3]),
            f"https://n{roll.randint(0, 12)}.example/{roll.randint(0, 9)}",
            captured_at=roll.choice([NOV, DEC]),
            handle=roll.choice(["Pier_Nine", "pier_nine"]),
            text=roll.choice([WORDS, WORDS + " pic.twitter.com/abc", "Cut…"]),
        )
        for _ in range(400)
    ]
    _, counts = built(tmp_path, rows)
    statements = []
    known = sorted((one for one in rows if one.post_key), key=lambda one: (one.post_key, one.page_url))
    for one in known:
        sorted_one = pyarrow.RecordBatch.from_pylist([{
            "key": one.post_key, "platform": "x", "scope": None, "url": one.url, "handle": one.handle,
            "display_name": one.display_name, "date": one.date, "text": one.text, "words_key": None,
            "page_url": one.page_url, "captured": int((one.captured_at or NOV).timestamp() * 1_000_000),
            "flattened": False, "has_id": True,
        }])  # fmt: skip
        claim = Claim(*(values[0] for values in claims.claims_of(sorted_one)))
        post = Post(
            platform=claim.platform, id=claim.id, url=claim.url, handle=claim.handle, display_name=claim.display_name,
            day=claim.day, text=claim.text,
        )  # fmt: skip
        statements.append(Statement(post, False, claim.page, claim.seen))
    with PostIndex(tmp_path / "other.db", write=True) as other, PostIndex(tmp_path) as index:
        other.add(statements)
        made, expected = tables(index), tables(other)
        assert made["citations"]
        assert {name: len(rows) for name, rows in made.items()} == {name: len(rows) for name, rows in expected.items()}
        for name in ("texts", "further"):
            assert made[name] == expected[name]
        assert [row[:2] + row[3:] for row in made["citations"]] == [row[:2] + row[3:] for row in expected["citations"]]
    assert counts.indexed == 4


def test_only_pages_that_show_the_id_are_in_the_index(tmp_path: Path) -> None:
    flat = [flattened(), flattened("https://z.example/")]
    built(tmp_path, [row(), *flat, flattened(text="Other words, that nobody else has said so far.")])
    with PostIndex(tmp_path / "posts.db") as index:
        (held,) = index.posts_between("x", "PIER_NINE", DAY, DAY)
        assert index.counts()["posts"] == 1
    assert [showing.pages for showing in held.showings] == [("https://news.example/a",)]
    assert held.url == f"https://x.com/Pier_Nine/status/{IDS[0]}"


def test_a_post_whose_address_no_page_has_gets_its_own(tmp_path: Path) -> None:
    post = one(tmp_path, row(url=None))
    assert post["url"].endswith(f"/status/{IDS[0]}")
    with PostIndex(tmp_path) as index:
        assert index.post(post["key"]) is not None


def test_the_index_keeps_the_address_of_a_page_beside_posts_without_one(tmp_path: Path) -> None:
    given = f"https://x.com/i/status/{IDS[0]}"
    built(tmp_path, [row(0, url=given), row(1, url=None)])
    with PostIndex(tmp_path) as index:
        first, second = (index.post(f"x:{IDS[number]}") for number in range(2))
    assert first is not None
    assert first.url == given
    assert second is not None
    assert second.url.endswith(f"/status/{IDS[1]}")


def test_a_time_that_the_id_contradicts_is_not_the_posts(tmp_path: Path) -> None:
    built(tmp_path, [row(0, date="2021-03-04T12:30:00Z"), row(1, date="2020-01-01T12:30:00Z")])
    with PostIndex(tmp_path) as index:
        made = [held.created_at for held in index.posts_between("x", "pier_nine", DAY, DAY)]
    assert made == [datetime(2021, 3, 4, 12, 30, tzinfo=UTC), None]


def test_the_index_takes_words_as_it_takes_those_of_anybody(tmp_path: Path) -> None:
    long = "ferry " * 5000
    rows = [row(0, text="[deleted]"), row(1, text=long), row(1, "https://b.example/", text=long), row(2, text=None)]
    posts, _ = built(tmp_path, rows)
    assert {len(post["texts"][0]["text"]) for post in posts if post["texts"]} == {len("[deleted]"), MAX_WORDS}
    with PostIndex(tmp_path) as index:
        held = [index.post(f"x:{IDS[n]}") for n in range(3)]
        variants = {row[1] for row in index.rows("texts")}
    assert [one and one.showings[0].text for one in held] == [None, long[:MAX_WORDS], None]
    assert variants == {variant_of("pier_nine", text) for text in (None, long)}


def test_the_time_of_an_authors_clock_is_kept(tmp_path: Path) -> None:
    """On Bluesky, where a post may be dated back."""
    fields = {"platform": "bluesky", "post_key": "bluesky:did:plc:a/3l6oveex3ii2l", "post_id": "3l6oveex3ii2l"}
    built(tmp_path, [row(scope="did:plc:a", url="https://bsky.app/profile/did:plc:a/post/3l6oveex3ii2l",
                         date="2019-05-06T07:08:09Z", **fields)])  # fmt: skip
    with PostIndex(tmp_path) as index:
        held = index.post(fields["post_key"])
    assert held is not None
    assert (held.day, held.created_at) == ("2024-10-17", datetime(2019, 5, 6, 7, 8, 9, tzinfo=UTC))


def test_what_its_user_vouches_for_is_kept_when_the_index_is_made_anew(tmp_path: Path) -> None:
    built(tmp_path, [row(0), row(1)])
    record = Post(
        platform="x", id=IDS[0], url=f"https://x.com/lamp/status/{IDS[0]}", handle="lamp", account_id="7", day=DAY
    )
    other = Post(platform="x", id="20", url="https://x.com/lamp/status/20", handle="lamp", day="2006-03-21")
    with PostIndex(tmp_path, write=True) as index:
        index.add_posts([record, other], vouched=True, seen="2020-01-01")
    built(tmp_path, [row(0), row(1)])
    with PostIndex(tmp_path) as index:
        held = [index.post(f"x:{one}") for one in (IDS[0], IDS[1], "20")]
        assert [one and one.record for one in held] == [record, None, other]
        assert held[0]
        assert held[0].showings[0].pages == ("https://news.example/a",)
        assert index.handle_uses("x", "lamp", vouched=True) == [("7", "2020-01-01", DAY)]


# -- bounds


def test_a_post_of_many_pages_is_written_a_piece_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [
        row(
            place % 3 if place % 400 else 7,
            f"https://n{place}.example/ü{place}",
            page_language="en" if place % 2 else None,
            captured_at=DEC if place % 5 else None,
            rule="" if place % 7 else "x.embed",
        )
        for place in range(1500)
    ]
    expected = built(tmp_path / "a", rows)
    monkeypatch.setattr(posttable, "GROUP_CITATIONS", 100)
    monkeypatch.setattr(posttable, "READ_ROWS", 37)
    mapped = []
    array = posttable._Mapped.array
    monkeypatch.setattr(posttable._Mapped, "array", lambda column: mapped.append(column) or array(column))
    assert built(tmp_path / "b", rows) == expected
    assert len(mapped) == 3 * len(posttable.CITATIONS)


def test_wordings_and_names_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(saying, "MAX_DISTINCT", 30)
    monkeypatch.setattr(saying, "MAX_LISTED", 10)
    post = one(
        tmp_path,
        *(row(page=f"https://n.example/{n:03}", handle=f"h{n}", display_name=f"n{n}", text=f"w{n}") for n in range(90)),
    )
    assert [len(post[name]) for name in ("other_handles", "display_names", "texts")] == [10, 10, 10]
    assert len(post["citations"]) == 90


# -- where something goes wrong


def test_no_mentions_are_no_posts(tmp_path: Path) -> None:
    assert built(tmp_path / "a") == ([], PostCounts())
    assert built(tmp_path / "b", []) == ([], PostCounts())
    with PostIndex(tmp_path / "a") as index:
        assert not any(index.counts().values())


def test_what_was_there_stays_where_something_goes_wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    built(tmp_path, [row()])
    before = {path: path.read_bytes() for path in tmp_path.glob("posts.*")}
    (tmp_path / module.WORK).mkdir()
    (tmp_path / module.WORK / "left").write_text("by a run that was killed")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(module, "write_posts", full)
    with pytest.raises(LimitError, match="No space left"):
        build_posts(tmp_path / "mentions", tmp_path / "posts.parquet", tmp_path / "posts.db")
    assert {path: path.read_bytes() for path in tmp_path.glob("posts.*")} == before
    assert not (tmp_path / module.WORK).exists()


def test_tables_that_cannot_be_read_are_told(tmp_path: Path) -> None:
    folder = tmp_path / "mentions"
    folder.mkdir()
    (folder / "part.parquet").write_bytes(b"nonsense")
    with pytest.raises(InputError, match="cannot be read"):
        build_posts(folder, tmp_path / "posts.parquet", tmp_path / "posts.db")
    pyarrow.parquet.write_table(pyarrow.table({"a": [1]}), folder / "part.parquet")
    with pytest.raises(InputError, match="another kind of table"):
        build_posts(folder, tmp_path / "posts.parquet", tmp_path / "posts.db")
    assert [path.name for path in tmp_path.iterdir()] == ["mentions"]


def test_without_duckdb_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "duckdb", None)
    with pytest.raises(UsageError, match="duckdb") as told:
        build_posts(tmp_path, tmp_path / "posts.parquet", tmp_path / "posts.db")
    assert told.value.hint == "pip install 'archiver[scan]'"


def test_a_row_of_no_platform_is_no_post(tmp_path: Path) -> None:
    assert built(tmp_path, [row(), row(None, "https://b.example/", platform=None, words_key=None)])[1].citations == 1


def test_files_that_are_not_finished_are_passed_over(tmp_path: Path) -> None:
    table(tmp_path / "mentions", [row()])
    (tmp_path / "mentions" / "month=2026-11" / ".part-000007.parquet").write_bytes(b"half")
    assert built(tmp_path)[1].posts == 1
    assert variant_of("pier_nine", WORDS) == row().words_key
