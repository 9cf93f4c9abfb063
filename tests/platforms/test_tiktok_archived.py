"""Archived copies of TikTok's pages of all years, its frames and oEmbed answers; where an index is asked for more."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.exchange import Exchange
from archiver.model import Mention, Post
from archiver.platforms.base import Clues
from archiver.platforms.tiktok import PLATFORM
from tests.platforms.driving import exchange
from tests.platforms.test_tiktok_answers import ID, OTHER, REF, framed, item, oembed, page, page_of

COPY = f"https://web.archive.org/web/20221110000000id_/https://www.tiktok.com/@ana.example/video/{ID}"
WORDS = "The swing bridge is shut tonight #bridge"


def copy(body: str | bytes, url: str = COPY, status: int = 200) -> Exchange:
    return exchange(url, body, status, "text/html; charset=utf-8")


def read(body: str | bytes, url: str = COPY) -> Post | None:
    return PLATFORM.read_archived(REF, copy(body, url))


OLD = {
    "id": ID,
    "desc": WORDS,
    "createTime": "1667952005",
    "author": "ana.example",
    "authorId": "6746247246012892166",
    "nickname": "Ana Example",
    "video": {"cover": "https://p16.tiktokcdn.com/c.jpeg"},
}
INFOS = {
    "itemInfos": {"id": ID, "text": WORDS, "createTime": "1667952005", "covers": ["https://p16.tiktokcdn.com/c.jpeg"]},
    "authorInfos": {"userId": "6746247246012892166", "uniqueId": "ana.example", "nickName": "Ana Example"},
}
ERAS = {
    "2019": page_of({"props": {"pageProps": {"statusCode": 0, "videoData": INFOS}}}, "__NEXT_DATA__"),
    "2020": page_of({"props": {"pageProps": {"itemInfo": {"itemStruct": item()}}}}, "__NEXT_DATA__"),
    "2021": "<html><script id=\"sigi-persisted-data\">window['SIGI_STATE']="
    + json.dumps({"ItemModule": {ID: OLD}, "VideoPage": {"statusCode": 0}})
    + ";window['SIGI_RETRY']={}</script></html>",
    "2022": page_of({"ItemModule": {ID: OLD}, "VideoPage": {"statusCode": 0}}, "SIGI_STATE"),
    "2024": page(item()),
    "phone": page_of({"videoDetail": {"statusCode": 0, "itemInfo": {"itemStruct": item()}}}, "api-data"),
    "frame": framed(),
}


@pytest.mark.parametrize("era", ERAS)
def test_a_page_of_every_era_shows_the_record(era: str) -> None:
    post = read(ERAS[era])
    assert post is not None
    assert (post.text, post.handle, post.display_name) == (WORDS, "ana.example", "Ana Example")
    assert post.account_id == "6746247246012892166"
    assert post.created_at == datetime(2022, 11, 9, 0, 0, 5, tzinfo=UTC)
    assert [m.kind for m in post.media][:1] == ["poster"]


def test_an_archived_oembed_answer_shows_the_caption() -> None:
    post = read(oembed())
    assert post is not None
    assert (post.text, post.seen_in) == (WORDS, "tiktok.oembed")


PREVIEW = (
    '<html><head><meta property="og:url" content="https://www.tiktok.com/@ana.example/video/{id}">'
    '<meta property="og:title" content="{title}"><meta property="og:description" content="{words}"></head><body>'
)


@pytest.mark.parametrize(
    ("title", "words", "text"),
    [
        (
            "TikTok · Ana Example",
            "9 Likes. TikTok video from Ana Example (@ana.example): &quot;The &quot;swing&quot; bridge.&quot;. sound",
            'The "swing" bridge.',
        ),
        ("Ana Example on TikTok", "The bridge is open", "The bridge is open"),
        ("Ana Example auf TikTok", "Die Brücke ist offen", "Die Brücke ist offen"),
        ("TikTok - Make Your Day", "TikTok - trends start here.", None),
        ("Ana Example on TikTok", "", None),
    ],
)
def test_the_lines_for_previews_are_read_where_no_script_is(title: str, words: str, text: str | None) -> None:
    post = read(PREVIEW.format(id=ID, title=title, words=words))
    assert (post.text if post else None) == text
    if post:
        assert (post.handle, post.display_name) == ("ana.example", "Ana Example")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        page(None, 10204, "status_deleted"),
        page(item(id=OTHER)),
        PREVIEW.format(id=OTHER, title="Ana Example on TikTok", words="The bridge is open"),
        "<html><head><title>TikTok - Make Your Day</title></head><body><div id=app></div></body></html>",
        oembed(post_id=OTHER),
        "{}",
        '{"code":400}',
        b"\xff\xfe\x00",
    ],
)
def test_a_copy_that_does_not_show_the_video_shows_nothing(body: str | bytes) -> None:
    assert read(body) is None


def test_the_recorded_page_is_read_as_a_copy(recordings: Path) -> None:
    file = next((recordings / "tiktok" / "page").glob("*.html"))
    ref = PLATFORM.ref_from_id(file.stem.rpartition("-")[2])
    post = PLATFORM.read_archived(ref, copy(file.read_bytes()))
    assert post is not None
    assert post.handle == "a3noticias"


# -- lists

ACCOUNT = "https://www.tiktok.com/@ana.example"


@pytest.mark.parametrize(
    "body",
    [
        page_of({"ItemModule": {ID: OLD, OTHER: OLD | {"id": OTHER, "desc": "Later"}}}, "SIGI_STATE"),
        page_of({"props": {"pageProps": {"items": [item(), item(id=OTHER, desc="Later")]}}}, "__NEXT_DATA__"),
        page_of(
            {
                "__DEFAULT_SCOPE__": {
                    "webapp.user-detail": {
                        "userInfo": {"user": {"uniqueId": "ana.example", "nickname": "Ana Example"}},
                        "itemList": [item(), item(id=OTHER, desc="Later")],
                    }
                }
            }
        ),
    ],
)
def test_an_archived_account_page_lists_its_videos(body: str) -> None:
    posts = PLATFORM.read_archived_list(ACCOUNT, copy(body, ACCOUNT))
    assert [(post.id, post.text) for post in posts] == [(ID, WORDS), (OTHER, "Later")]
    assert {post.handle for post in posts} == {"ana.example"}


def test_where_an_account_is_listed() -> None:
    clues = Clues(handle="ana.example", since=None, until=None)
    assert PLATFORM.archived_lists(clues) == (ACCOUNT, "https://www.tiktok.com/embed/@ana.example")
    assert PLATFORM.archived_lists(Clues(handle="Ana Example", since=None, until=None)) == ()


# -- where copies may be


def test_addresses_of_one_video() -> None:
    urls = PLATFORM.archived_urls(PLATFORM.ref_from_id("7250000000000000000", "ana.example"))
    assert urls[:3] == (
        "https://www.tiktok.com/@ana.example/video/7250000000000000000",
        "https://www.tiktok.com/@ana.example/photo/7250000000000000000",
        "https://www.tiktok.com/oembed?url=https://www.tiktok.com/@ana.example/video/7250000000000000000",
    )
    assert not [
        url for url in PLATFORM.archived_urls(PLATFORM.ref_from_id("6806030056956251397", "a")) if "photo" in url
    ]
    assert all("@" not in url for url in PLATFORM.archived_urls(PLATFORM.ref_from_id(ID)))


def mention(**more: Any) -> Mention:
    return Mention(source="t", platform="tiktok", rule="t", confidence=1, **more)


def test_an_index_is_asked_for_the_ids_of_the_printed_day() -> None:
    for day in (date(2022, 11, 9), date(2022, 11, 10), date(2023, 5, 5), date(2019, 10, 16)):
        for slack in (0, 14):
            ids = PLATFORM.day_range(day, slack_hours=slack)
            assert ids is not None
            queries = PLATFORM.archive_queries(mention(handle="Ana.Example"), ids)
            assert 1 <= len(queries) <= 2
            prefixes = [q.prefix.removeprefix("tiktok.com/@ana.example/video/") for q in queries]
            for post_id in (ids.first, ids.last, (ids.first + ids.last) // 2):
                assert str(post_id).startswith(tuple(prefixes))
            last = PLATFORM.time_of(str(ids.last))
            assert last is not None
            assert all(q.since is not None and q.since <= last.strftime("%Y%m%d") for q in queries)


def test_without_a_day_an_index_is_asked_for_the_weeks_before_the_article() -> None:
    queries = PLATFORM.archive_queries(mention(handle="ana.example", published="2022-11-20T08:00:00Z"), None)
    assert [q.prefix[-4:] for q in queries] == ["/716", "/715", "/714"]
    window = PLATFORM.day_range(date(2022, 10, 25), slack_hours=30 * 24)
    assert [q.prefix[-4:] for q in PLATFORM.archive_queries(mention(handle="ana.example"), window)] == [
        "/716",
        "/715",
        "/714",
    ]
    for day in (date(2022, 11, 20), date(2022, 10, 25)):
        ids = PLATFORM.day_range(day)
        assert ids is not None
        assert any(str(ids.first).startswith(q.prefix[-3:]) for q in queries)


@pytest.mark.parametrize(
    "more",
    [{"handle": None}, {"handle": "Ana Example"}, {"handle": "ana"}, {"handle": "ana", "published": "0001-01-01"}],
)
def test_an_index_is_not_asked_for_a_whole_account(more: dict[str, Any]) -> None:
    assert PLATFORM.archive_queries(mention(**more), None) == ()


@given(
    st.binary(max_size=300)
    | st.text(max_size=300).map(lambda t: page_of({"ItemModule": {ID: t}}, "SIGI_STATE").encode())
)
def test_whatever_a_copy_holds_nothing_is_raised(body: bytes) -> None:
    PLATFORM.read_archived(REF, copy(body))
    assert isinstance(PLATFORM.read_archived_list(ACCOUNT, copy(body)), tuple)
