"""What archived copies of X show of a post, and where copies of an account's day may be."""

from __future__ import annotations

import io
import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.exchange import Exchange
from archiver.model import Mention, Post
from archiver.platforms.prefixes import decimal_prefixes
from archiver.platforms.x import PLATFORM
from archiver.platforms.x.endpoints import lookups
from archiver.platforms.x.records import display_text, moment, mp4s

ID = "751023412345678901"
REF = PLATFORM.ref_from_id(ID, "quay_ledger")
FIXTURES = Path(__file__).parents[2] / "../shared/fixtures/x"


def copy(
    body: str | bytes | object,
    url: str = f"https://web.archive.org/web/2016id_/https://twitter.com/quay_ledger/status/{ID}",
) -> Exchange:
    data = body if isinstance(body, bytes) else body.encode() if isinstance(body, str) else json.dumps(body).encode()
    time = datetime(2026, 1, 2, tzinfo=UTC)
    return Exchange(url=url, time=time, status=200, open_response=lambda: io.BytesIO(data), response_length=len(data))


def read(body: str | bytes | object) -> Post | None:
    return PLATFORM.read_archived(REF, copy(body))


PERMALINK = f"""<!DOCTYPE html><html><head><title>The Quay Ledger on Twitter: "cut"</title>
<link rel="canonical" href="https://twitter.com/quay_ledger/status/{ID}"></head><body>
<div class="tweet permalink-tweet" data-tweet-id="{ID}" data-item-id="{ID}" data-screen-name="quay_ledger"
 data-name="The Quay Ledger ⚓" data-user-id="77" data-conversation-id="{ID}">
<img class="avatar js-action-profile-avatar" src="https://pbs.twimg.com/profile_images/1/a_bigger.jpg">
<a class="tweet-timestamp"><span class="_timestamp" data-time="1467900000" data-time-ms="1467900000123">7 Jul</span></a>
<p class="TweetTextSize tweet-text" lang="en">Three boats &amp; two nets
lost <img class="Emoji" alt="🌊" src="e.png"> see <a href="https://t.co/Qq3dEf9hIj" data-expanded-url="https://ledger.example/n"
 class="twitter-timeline-link"><span class="invisible">https://</span><span>ledger.example/n</span></a>
<a href="https://t.co/Ab3dEf9hIj" class="twitter-timeline-link u-hidden">pic.twitter.com/Ab3dEf9hIj</a></p>
<div class="AdaptiveMedia-photoContainer" data-image-url="https://pbs.twimg.com/media/Cm.jpg"></div>
<div class="QuoteTweet-innerContainer" data-item-id="751000000000000001" data-item-type="tweet">
<div class="QuoteTweet-text">quoted</div></div>
</div>
<div class="tweet" data-tweet-id="751023499999999999"><p class="tweet-text">somebody's reply</p></div></body></html>"""


def test_a_page_of_2016_holds_the_whole_post() -> None:
    post = read(PERMALINK)
    assert post is not None
    assert post.text == "Three boats & two nets\nlost 🌊 see https://ledger.example/n"
    assert (post.handle, post.display_name, post.account_id) == ("quay_ledger", "The Quay Ledger ⚓", "77")
    assert post.created_at == datetime.fromtimestamp(1467900000, UTC)
    assert post.links == ("https://ledger.example/n", "pic.twitter.com/Ab3dEf9hIj")
    assert post.quoted == "x:751000000000000001"
    assert [media.kind for media in post.media] == ["photo", "avatar"]


def test_another_posts_page_is_not_this_post() -> None:
    assert PLATFORM.read_archived(PLATFORM.ref_from_id("751000000000000009"), copy(PERMALINK)) is None


PREVIEWS = (
    ("The Quay Ledger on Twitter", "“The bridge is shut.”"),
    ("The Quay Ledger (@quay_ledger) on X", '"The bridge is shut."'),
    ("The Quay Ledger auf Twitter", "„The bridge is shut.“"),
)


@pytest.mark.parametrize(("title", "words"), PREVIEWS)
def test_the_lines_for_link_previews_are_read(title: str, words: str) -> None:
    address = f"https://twitter.com/quay_ledger/status/{ID}"
    words = words.replace('"', "&quot;")
    page = f'<html><head><meta property="og:title" content="{title}"><meta property="og:description" content="{words}">'
    post = read(page + f'<meta property="og:url" content="{address}"></head></html>')
    assert post is not None
    assert (post.text, post.display_name, post.handle) == ("The bridge is shut.", "The Quay Ledger", "quay_ledger")
    assert (
        read(
            page + '<meta property="og:url" content="https://twitter.com/quay_ledger/status/751000000000000009"></head>'
        )
        is None
    )


def test_a_title_alone_is_read() -> None:
    post = read('<html><head><title>The Quay Ledger on X: "The bridge is shut…" / X</title></head></html>')
    assert post is not None
    assert (post.text, post.text_complete) == ("The bridge is shut…", False)


@pytest.mark.parametrize(
    "page",
    [
        '<!DOCTYPE html><html><head><title>X</title></head><body><div id="react-root"></div></body></html>',
        "<html><head><title>Twitter / ?</title></head><body><h1>Sorry, that page doesn’t exist!</h1></body></html>",
        "<html><head><title>Log in to X / X</title></head></html>",
        (
            '<html><meta property="og:title" content="The Quay Ledger on X">'
            '<meta property="og:description" content="Notes from the quay"></html>'
        ),
        "",
        "plain words",
        b"\x00\xff\xfe" * 100,
        "{",
        "[" * 50_000,
    ],
)
def test_a_copy_without_the_post_shows_nothing(page: str | bytes) -> None:
    assert read(page) is None


V1 = {
    "id_str": ID,
    "created_at": "Thu Jul 07 14:00:00 +0000 2016",
    "full_text": "@x @y Three boats &amp; two nets https://t.co/Ab3dEf9hIj",
    "display_text_range": [6, 31],
    "lang": "en",
    "user": {"id_str": "77", "name": "The Quay Ledger", "screen_name": "quay_ledger"},
    "extended_entities": {
        "media": [
            {
                "type": "video",
                "url": "https://t.co/Ab3dEf9hIj",
                "indices": [32, 55],
                "media_url_https": "https://pbs.twimg.com/poster.jpg",
                "video_info": {
                    "variants": [
                        {"content_type": "application/x-mpegURL", "url": "https://video.twimg.com/a.m3u8"},
                        {"content_type": "video/mp4", "bitrate": 832000, "url": "https://video.twimg.com/b.mp4"},
                        {"content_type": "video/mp4", "bitrate": 288000, "url": "https://video.twimg.com/c.mp4"},
                    ]
                },
            }
        ]
    },
    "in_reply_to_status_id_str": "751000000000000001",
}
V2 = {
    "data": {
        "id": ID,
        "author_id": "77",
        "text": "Three boats &amp; two nets",
        "referenced_tweets": [{"type": "quoted", "id": "5"}],
    },
    "includes": {"users": [{"id": "1"}, {"id": "77", "username": "quay_ledger", "name": "The Quay Ledger"}]},
}


def graphql(user: dict[str, Any]) -> dict[str, Any]:
    legacy = {"id_str": ID, "full_text": "Three boats &amp; two nets", "created_at": "Thu Jul 07 14:00:00 +0000 2016"}
    result = {"rest_id": ID, "core": {"user_results": {"result": user | {"rest_id": "77"}}}, "legacy": legacy}
    return {"data": {"tweetResult": {"result": {"__typename": "TweetWithVisibilityResults", "tweet": result}}}}


@pytest.mark.parametrize(
    "body",
    [
        V1,
        [{"id_str": "1", "text": "no", "user": {}}, V1],
        {"statuses": [V1]},
        V2,
        graphql({"legacy": {"name": "The Quay Ledger", "screen_name": "quay_ledger"}}),
        graphql({"core": {"name": "The Quay Ledger", "screen_name": "quay_ledger"}, "legacy": {}}),
        V1
        | {
            "__typename": "Tweet",
            "text": V1["full_text"],
            "full_text": None,
            "conversation_count": 1,
            "mediaDetails": [],
        },
    ],
    ids=["v1", "v1 list", "v1 search", "v2", "graphql 2024", "graphql 2025", "syndication"],
)
def test_every_dialect_of_json_gives_the_post(body: Any) -> None:
    if isinstance(body, dict) and body.get("full_text", "") is None:
        body = {key: value for key, value in body.items() if key != "full_text"}
    post = read(body)
    assert post is not None
    assert post.text == "Three boats & two nets"
    assert (post.id, post.handle, post.display_name, post.account_id) == (ID, "quay_ledger", "The Quay Ledger", "77")


def test_the_best_film_and_its_poster_are_listed() -> None:
    post = read(V1)
    assert post is not None
    assert [(m.kind, m.url) for m in post.media] == [
        ("video", "https://video.twimg.com/b.mp4"),
        ("poster", "https://pbs.twimg.com/poster.jpg"),
    ]
    assert post.in_reply_to == "x:751000000000000001"
    assert mp4s([]) == []


def test_a_retweet_has_the_whole_text_of_the_original() -> None:
    inner = V1 | {"id_str": "5", "full_text": "A long text that goes on", "display_text_range": [0, 24]}
    post = read(V1 | {"full_text": "RT @quay_ledger: A long te…", "truncated": True, "retweeted_status": inner})
    assert post is not None
    assert post.text == "RT @quay_ledger: A long text that goes on"


def test_a_tombstone_in_json_is_no_post() -> None:
    assert read({"__typename": "TweetTombstone", "tombstone": {"text": {"text": "gone"}}, "rest_id": ID}) is None
    assert read({"errors": [{"code": 144}]}) is None


# -- text


@pytest.mark.parametrize(
    ("raw", "span", "utf16", "shown"),
    [
        ("😭😭 a https://t.co/Ab3dEf9hIj", [0, 6], True, "😭😭 a"),
        ("😭😭 a https://t.co/Ab3dEf9hIj", [0, 4], False, "😭😭 a"),
        ("&amp;&lt; a https://t.co/Ab3dEf9hIj", [0, 11], True, "&< a"),
        ("@a @b yes", [6, 9], True, "yes"),
        ("no mentions here", [3, 16], True, "no mentions here"),
        ("cut in words", [0, 5], True, "cut in words"),
        ("plain", None, True, "plain"),
        ("plain", [5, 0], True, "plain"),
        ("plain", ["0", 5], True, "plain"),
        ("plain", [-4, 99], False, "plain"),
        ("&amp;amp; stays", None, True, "&amp; stays"),
    ],
)
def test_the_shown_part_of_a_text(raw: str, span: object, utf16: bool, shown: str) -> None:
    media = [{"url": "https://t.co/Ab3dEf9hIj", "indices": [0, 3]}]
    assert display_text(raw, media, span, utf16=utf16) == shown


@given(st.text(max_size=60), st.integers(-5, 99), st.integers(-5, 99), st.booleans())
def test_no_range_ever_loses_words(text: str, start: int, end: int, utf16: bool) -> None:
    """Invariant: whatever the range says, letters that are no mention and no link stay."""
    shown = display_text(text, [], [start, end], utf16=utf16)
    if "@" not in text and "&" not in text and "t.co" not in text:
        assert shown == text.strip()


@pytest.mark.parametrize(
    "value", [None, 7, "", "yesterday", "2022-99-01T00:00:00Z", "2022-11-09T00:00:00", "a b c d e f", "9" * 99]
)
def test_what_is_no_time_is_none(value: object) -> None:
    assert moment(value) is None


def test_times_of_both_dialects() -> None:
    assert moment("2026-08-16T19:12:58.000Z") == datetime(2026, 8, 16, 19, 12, 58, tzinfo=UTC)
    assert moment("Thu Nov 08 02:31:41 +0000 2012") == datetime(2012, 11, 8, 2, 31, 41, tzinfo=UTC)


JSONS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.just(ID),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "id_str",
                    "rest_id",
                    "legacy",
                    "text",
                    "full_text",
                    "user",
                    "entities",
                    "media",
                    "indices",
                    "url",
                    "core",
                    "display_text_range",
                    "edit_control",
                    "video_info",
                ]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)


@given(JSONS)
def test_no_json_breaks_the_reading(body: object) -> None:
    """Invariant: a post read from any JSON has the id that was asked for; nothing raises."""
    post = read(body)
    assert post is None or post.id == ID


# -- where to look


def test_prefixes_of_one_day() -> None:
    day = PLATFORM.day_range(date(2022, 11, 9))
    assert day is not None
    assert decimal_prefixes(day.first, day.last, 1) == ("1590",)
    assert len(decimal_prefixes(day.first, day.last, 5)) <= 5
    crossing = PLATFORM.day_range(date(2018, 5, 25))
    assert crossing is not None
    found = decimal_prefixes(crossing.first, crossing.last, 2)
    assert {len(str(crossing.first)), len(str(crossing.last))} == {18, 19}
    assert found == ("999", "100") or len(found) == 2


@given(st.integers(1, 10**20), st.integers(0, 10**19), st.integers(1, 9))
def test_prefixes_cover_the_whole_range_and_are_few(first: int, width: int, at_most: int) -> None:
    """Invariant: every number of the range begins with one of the prefixes, and they are no more than allowed."""
    last = first + width
    found = decimal_prefixes(first, last, at_most)
    lengths = len(str(last)) - len(str(first)) + 1
    assert len(found) <= max(at_most, lengths, 9 if not found else 0)
    for number in {first, last, first + width // 2, first + width // 3}:
        assert any(str(number).startswith(prefix) for prefix in found) or not found


@pytest.mark.parametrize(
    ("day", "roots"),
    [
        (date(2013, 3, 1), ["twitter.com/Quay_Ledger/status/", "twitter.com/Quay_Ledger/statuses/"]),
        (date(2019, 3, 1), ["twitter.com/Quay_Ledger/status/"]),
        (date(2024, 3, 1), ["twitter.com/Quay_Ledger/status/", "x.com/Quay_Ledger/status/"]),
    ],
)
def test_index_queries_fit_the_time(day: date, roots: list[str]) -> None:
    mention = Mention(source="t", platform="x", handle="Quay_Ledger", rule="t", confidence=1)
    ids = PLATFORM.day_range(day)
    assert ids is not None
    queries = PLATFORM.archive_queries(mention, ids)
    assert list(dict.fromkeys(q.prefix.rstrip("0123456789") for q in queries if not q.late)) == roots
    late = {q.prefix.rstrip("0123456789") for q in queries if q.late}
    assert late == ({"x.com/Quay_Ledger/status/"} if len(roots) == 1 or day.year < 2015 else set())
    assert {q.since for q in queries if not q.late} == {day.strftime("%Y%m%d")}
    assert {q.since for q in queries if q.late} <= {"20230723"}
    assert len(queries) <= 6


@pytest.mark.parametrize("handle", [None, "", "a/../b", "x" * 21, "ü"])
def test_no_handle_no_query(handle: str | None) -> None:
    ids = PLATFORM.day_range(date(2022, 11, 9))
    assert ids is not None
    assert PLATFORM.archive_queries(Mention(source="t", platform="x", handle=handle, rule="t", confidence=1), ids) == ()


def test_addresses_of_copies_begin_with_the_best() -> None:
    urls = PLATFORM.archived_urls(REF)
    assert urls[0] == f"https://twitter.com/quay_ledger/status/{ID}"
    assert any(url.startswith("https://mobile.twitter.com/") for url in urls)
    assert any(url.startswith("https://x.com/") for url in urls)
    assert {lookup.url for lookup in lookups(REF)} <= set(urls)


@pytest.mark.skipif(not FIXTURES.is_dir(), reason="recorded answers are not at hand")
def test_recorded_json_of_every_dialect_is_read() -> None:
    read_ids: dict[str, int] = {}
    for file in sorted((FIXTURES / "graphql").glob("*_[0-9]*.json")):
        post_id = file.stem.rpartition("_")[2]
        post = PLATFORM.read_archived(PLATFORM.ref_from_id(post_id), copy(file.read_bytes()))
        raw = file.read_text()
        assert (post is None) == ('"legacy"' not in raw or f'"rest_id": "{post_id}"' not in raw), file.name
        if post:
            assert post.handle
            read_ids[file.name] = 1
    for file in sorted((FIXTURES / "api_v1").glob("*usertimeline*.json")):
        for record in json.loads(file.read_bytes()):
            post = PLATFORM.read_archived(PLATFORM.ref_from_id(record["id_str"]), copy(file.read_bytes()))
            assert post is not None
            assert post.handle == record["user"]["screen_name"]
            read_ids[record["id_str"]] = 1
    assert len(read_ids) > 20
