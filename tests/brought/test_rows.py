"""A row of a table becomes the post that it says, or a problem that says what is wrong; never another post."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.brought.items import Claim, Item, Passed, Problem, Record
from archiver.brought.rows import Rows, column_of, moment_of
from archiver.model import Post

X_ID = "1590171771531264000"
"""Of 9 November 2022."""

X_URL = f"https://x.com/pier_nine/status/{X_ID}"
ROWS = Rows()


def item(row: dict[str, Any], **options: Any) -> Item:
    return (Rows(**options) if options else ROWS).item(row, "line 2")


def post(row: dict[str, Any], **options: Any) -> Post:
    found = item(row, **options)
    assert isinstance(found, Record), found
    return found.post


def what(row: dict[str, Any]) -> str:
    found = item(row)
    assert isinstance(found, Problem), found
    assert found.where == "line 2"
    return found.what


def test_a_whole_row() -> None:
    row = {
        "Platform": "Twitter", "Post ID": X_ID, "User Name": "@Pier_Nine", "Display Name": "Pier Nine",
        "user id": 770077, "Created At": "2022-11-09T02:37:48Z", "Full Text": "The tide gauge stands still.",
    }  # fmt: skip
    assert post(row) == Post(
        platform="x",
        id=X_ID,
        url=f"https://x.com/Pier_Nine/status/{X_ID}",
        handle="Pier_Nine",
        display_name="Pier Nine",
        account_id="770077",
        created_at=datetime(2022, 11, 9, 2, 37, 48, tzinfo=UTC),
        text="The tide gauge stands still.",
        seen_in="file",
    )


@pytest.mark.parametrize(
    ("row", "key", "handle"),
    [
        ({"url": f"https://twitter.com/Pier_Nine/statuses/{X_ID}?s=20"}, f"x:{X_ID}", "Pier_Nine"),
        ({"link": X_URL, "tweet_id": X_ID}, f"x:{X_ID}", "pier_nine"),
        ({"url": f"https://x.com/i/status/{X_ID}", "handle": "pier_nine"}, f"x:{X_ID}", "pier_nine"),
        ({"platform": "x", "id": int(X_ID)}, f"x:{X_ID}", None),
        ({"uri": "at://did:plc:abcdefghijklmnopqrstuvwx/app.bsky.feed.post/3l3vgf77uco2g", "handle": "ana.example.org"},
         "bluesky:did:plc:abcdefghijklmnopqrstuvwx/3l3vgf77uco2g", "ana.example.org"),
        ({"platform": "bsky", "id": "3l3vgf77uco2g", "handle": "ana.example.org"},
         "bluesky:ana.example.org/3l3vgf77uco2g", "ana.example.org"),
        ({"url": "https://social.example/@ana/110372412617177781"},
         "mastodon:social.example/110372412617177781", "ana@social.example"),
        ({"platform": "telegram", "id": "Pier_Nine/416"}, "telegram:pier_nine/416", "Pier_Nine"),
        ({"permalink": "https://www.reddit.com/r/bridges/comments/1a2b3c4/the_lamp/", "url": "https://news.example/",
          "id": "1a2b3c4", "author": "ana_example"}, "reddit:1a2b3c4", "ana_example"),
        ({"url": "https://redd.it/1a2b3c4", "id": "t3_1a2b3c4"}, "reddit:1a2b3c4", None),
        ({"url": "https://www.youtube.com/watch?v=dQw4w9WgXcQ", "id": "dQw4w9WgXcQ"}, "youtube:dQw4w9WgXcQ", None),
        ({"url": "https://www.tiktok.com/@pier.nine/video/7106594312292453675"},
         "tiktok:7106594312292453675", "pier.nine"),
        ({"url": "https://www.instagram.com/p/CAbcdefghij/"}, "instagram:CAbcdefghij", None),
    ],
)  # fmt: skip
def test_which_post_it_is(row: dict[str, Any], key: str, handle: str | None) -> None:
    found = post(row)
    assert (found.key, found.handle) == (key, handle)
    assert found.url.startswith("https://")


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ({"text": "words"}, "says which post"),
        ({"url": ""}, "says which post"),
        ({"url": "not one"}, "its address is none"),
        ({"url": "https://news.example/2022/a-post"}, "that of no post"),
        ({"url": "https://x.com/pier_nine"}, "that of no post"),
        ({"url": X_URL, "platform": "bluesky"}, "one of x, and it says bluesky"),
        ({"url": X_URL, "platform": "myspace"}, "no platform"),
        ({"url": X_URL, "id": "1590171771531264001"}, "not that of its address"),
        ({"platform": "x", "id": "1.59017177153126E+18"}, "rounded"),
        ({"platform": "x", "id": "../../admin"}, "no id of x"),
        ({"platform": "x", "id": "12 34"}, "no id of x"),
        ({"platform": "bluesky", "id": "3l3vgf77uco2g"}, "needs a handle"),
        ({"platform": "mastodon", "id": "110372412617177781"}, "needs a handle"),
        ({"url": X_URL, "created_at": "2021-11-09T02:37:48Z"}, r"2021-11-09\) is not that of its id"),
        ({"url": X_URL, "created_at": "2022-11-14"}, "not that of its id"),
        ({"url": "https://www.reddit.com/r/bridges/comments/1a2b3c4/the_lamp/kx1y2z3/"}, "a comment"),
        ({"url": "https://www.youtube.com/watch?v=dQw4w9WgXcQ&lc=Ugabc"}, "a comment"),
        ({"url": X_URL, "page": "the paper of Monday"}, "its page is no address"),
    ],
)
def test_what_is_wrong(row: dict[str, Any], says: str) -> None:
    import re

    assert re.search(says, what(row))


def test_the_id_says_the_day_where_the_row_does_not() -> None:
    assert post({"url": X_URL}).day == "2022-11-09"
    assert post({"url": X_URL, "date": "2022-11-08"}).day == "2022-11-09"  # a reader's day
    dated_back = {"uri": "at://did:plc:abcdefghijklmnopqrstuvwx/app.bsky.feed.post/3l3vgf77uco2g", "date": "2011-01-01"}
    assert post(dated_back).key.startswith("bluesky:")


def test_whose_it_is_where_the_row_does_not_say() -> None:
    assert post({"platform": "x", "id": X_ID}, handle="@Pier_Nine").url == f"https://x.com/Pier_Nine/status/{X_ID}"
    assert post({"platform": "x", "id": X_ID, "handle": "other"}, handle="Pier_Nine").handle == "other"


def test_a_row_with_a_page_is_that_pages_claim() -> None:
    found = item({"url": X_URL, "text": "words", "page": "https://news.example/a", "seen": "2024-01-02 03:04:05 UTC"})
    assert isinstance(found, Claim)
    assert (found.page, found.seen, found.post.text) == ("https://news.example/a", "2024-01-02T03:04:05Z", "words")


def test_rows_that_nobody_vouches_for_are_claims() -> None:
    found = item({"url": X_URL}, claims=True)
    assert isinstance(found, Claim)
    assert found.page is None


def mention(**fields: Any) -> dict[str, Any]:
    known = {
        "source": "https://news.example/a#top", "platform": "x", "handle": "Pier_Nine", "display_name": "Pier Nine",
        "date": "2022-11-09", "text": "The tide gauge", "post_id": X_ID, "url": X_URL, "start": None,
        "rule": "x.blockquote", "confidence": 1.0, "times": 1, "continuation": "stands still.",
    }  # fmt: skip
    return known | fields


def test_what_find_prints_is_what_the_page_shows() -> None:
    found = item(mention())
    assert isinstance(found, Claim)
    assert found.page == "https://news.example/a"
    assert (found.post.id, found.post.handle, found.post.text) == (X_ID, "pier_nine", "The tide gauge\nstands still.")


@pytest.mark.parametrize(
    ("source", "page"),
    [
        ("https://news.example/a", "https://news.example/a"),
        ("crawl.warc.gz#https://news.example/a?b=1", "https://news.example/a?b=1"),
        ("articles/note.txt", None),
        ("articles.jsonl#17", None),
        (None, None),
    ],
)
def test_no_path_of_anybodys_machine_gets_into_an_index(source: object, page: str | None) -> None:
    found = item(mention(source=source))
    assert isinstance(found, Claim)
    assert found.page == page


def test_what_names_no_post_is_passed_over() -> None:
    assert item(mention(post_id=None, url=None)) == Passed(why="a mention without an id")
    assert isinstance(item({"mention_id": "m-1", "outcome": "resolved", "post_id": X_ID, "url": X_URL}), Passed)


@pytest.mark.parametrize(
    ("value", "time", "day"),
    [
        ("2022-11-09T02:37:48Z", "2022-11-09T02:37:48+00:00", "2022-11-09"),
        ("2022-11-09 02:37:48 UTC", "2022-11-09T02:37:48+00:00", "2022-11-09"),
        ("2022-11-08T23:37:48.123456789-03:00", "2022-11-09T02:37:48.123456+00:00", "2022-11-09"),
        ("Wed Nov 09 02:37:48 +0000 2022", "2022-11-09T02:37:48+00:00", "2022-11-09"),
        ("1667961468", "2022-11-09T02:37:48+00:00", "2022-11-09"),
        (1667961468, "2022-11-09T02:37:48+00:00", "2022-11-09"),
        ("1667961468000", "2022-11-09T02:37:48+00:00", "2022-11-09"),
        ("2022-11-09T02:37:48", None, "2022-11-09"),
        ("2022-11-09", None, "2022-11-09"),
        ("2022-11-31", None, None),
        ("Wed Foo 09 02:37:48 +0000 2022", None, None),
        ("9/11/2022", None, None),
        ("0001-01-01T00:00:00+14:00", None, None),
        (True, None, None),
        (1e300, None, None),
        (None, None, None),
    ],
)
def test_a_time_is_believed_as_far_as_it_says_one(value: object, time: str | None, day: str | None) -> None:
    made, on = moment_of(value)
    assert (made.isoformat() if made else None, on) == (time, day)


@pytest.mark.parametrize(("name", "column"), [("Tweet ID", "id"), (" created-at ", "created_at"), ("mood", None)])
def test_columns_by_any_of_their_names(name: str, column: str | None) -> None:
    assert column_of(name) == column


FAMILIAR = (
    X_URL,
    X_ID,
    "x",
    "mastodon",
    "https://a.example/",
    "2022-11-09",
    "\ud800",
    "at://did:plc:aaa/app.bsky.feed.post/3",
)
short = st.text(max_size=3)
cells = st.one_of(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40),
    st.sampled_from(FAMILIAR),
    st.lists(short, max_size=2) | st.dictionaries(short, short, max_size=2),
)
NAMES = (
    "platform url id handle name user_id created_at text title page seen rule confidence source post_id continuation "
    "mention_id outcome date"
)
columns = st.sampled_from(NAMES.split())


@given(st.dictionaries(columns | st.text(max_size=5), cells, max_size=12))
def test_whatever_a_row_holds_it_is_read_or_told(row: dict[str, Any]) -> None:
    """Never an exception; and a post that comes out is named by its own address."""
    found = item(row)
    if isinstance(found, Record | Claim):
        assert ROWS._links.read(found.post.url, any_server=True) is not None
        f"{found.post.text}{found.post.handle}{found.post.display_name}{found.post.title}".encode()
