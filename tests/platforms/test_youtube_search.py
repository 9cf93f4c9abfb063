"""What YouTube lists of a channel without signing in: its page, its feed, a search in it; what that leaves is said."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.exchange import Exchange
from archiver.model import Post
from archiver.platforms.base import Clues, Gap, Remark, Shown
from archiver.platforms.youtube import PLATFORM
from tests.platforms.driving import WHEN, Said, drive_search, exchange

CHANNEL = "UC0123456789abcdefghijkl"
PAGE = "https://www.youtube.com/@quayledger/videos"
FEED = f"https://www.youtube.com/feeds/videos.xml?channel_id={CHANNEL}"
UPLOADS = f"https://www.youtube.com/playlist?list=UU{CHANNEL[2:]}"
FOUND = "https://www.youtube.com/@quayledger/search?query=The+swing+bridge+at+night"
HTML = "text/html; charset=utf-8"


def vid(number: int) -> str:
    return f"a1B2c3D4e{number:02d}"


def tab(*items: Any, channel_id: str | None = CHANNEL) -> str:
    data = {
        "contents": {
            "twoColumnBrowseResultsRenderer": {"tabs": [{"tabRenderer": {"content": {"richGrid": list(items)}}}]}
        },
        "metadata": {
            "channelMetadataRenderer": {
                "title": "Quay Ledger",
                "externalId": channel_id,
                "vanityChannelUrl": "http://www.youtube.com/@quayledger",
            }
        },
    }
    return f"<html><script>var ytInitialData = {json.dumps(data)};</script></html>"


def rendered(number: int, title: str, ago: str, **more: Any) -> dict[str, Any]:
    video = {"videoId": vid(number), "title": {"runs": [{"text": title}]}, "publishedTimeText": {"simpleText": ago}}
    return {"richItemRenderer": {"content": {"videoRenderer": video | more}}}


def lockup(number: int, title: str, ago: str, kind: str = "LOCKUP_CONTENT_TYPE_VIDEO") -> dict[str, Any]:
    rows = [{"metadataParts": [{"text": {"content": "1.2K views"}}, {"text": {"content": ago}}]}]
    lines = {"title": {"content": title}, "metadata": {"contentMetadataViewModel": {"metadataRows": rows}}}
    return {
        "lockupViewModel": {
            "contentId": vid(number),
            "contentType": kind,
            "metadata": {"lockupMetadataViewModel": lines},
        }
    }


def feed(*entries: tuple[int, str, str]) -> str:
    out = "".join(
        f"<entry><id>yt:video:{vid(n)}</id><yt:videoId>{vid(n)}</yt:videoId><yt:channelId>{CHANNEL}</yt:channelId>"
        f"<title>{title}</title><author><name>Quay Ledger</name><uri>https://www.youtube.com/channel/{CHANNEL}</uri></author>"
        f"<published>{published}</published><media:group>"
        f"<media:thumbnail url='https://i.ytimg.com/vi/{vid(n)}/hqdefault.jpg'/>"
        "<media:description>Shut &lt;b&gt;until&lt;/b&gt; morning &amp;amp; later</media:description>"
        "</media:group></entry>"
        for n, title, published in entries
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><feed xmlns:yt="http://www.youtube.com/xml/schemas/2015" '
        'xmlns:media="http://search.yahoo.com/mrss/" xmlns="http://www.w3.org/2005/Atom"><title>Quay Ledger</title>'
        f"<author><name>Quay Ledger</name></author>{out}</feed>"
    )


MORE = {"continuationItemRenderer": {"trigger": "CONTINUATION_TRIGGER_ON_ITEM_SHOWN"}}


def upload(number: int, title: str, ago: str) -> dict[str, Any]:
    info = {"runs": [{"text": "1.2K views"}, {"text": " • "}, {"text": ago}]}
    return {"playlistVideoRenderer": {"videoId": vid(number), "title": {"runs": [{"text": title}]}, "videoInfo": info}}


PAGES: dict[str, Exchange | None] = {
    UPLOADS: exchange(UPLOADS, tab(upload(5, "New", "12 days ago"), upload(8, "Short", "1 year ago"), MORE), 200, HTML),
    PAGE: exchange(
        PAGE,
        tab(
            rendered(1, "A day ago", "1 day ago"),
            lockup(2, "Two years ago", "2 years ago"),
            lockup(3, "A list", "1 day ago", "LOCKUP_CONTENT_TYPE_PLAYLIST"),
            rendered(
                4,
                "Of another channel",
                "2 years ago",
                ownerText={"runs": [{"navigationEndpoint": {"browseEndpoint": {"browseId": "UCother"}}}]},
            ),
        ),
        200,
        HTML,
        record="urn:uuid:1",
    ),
    FEED: exchange(
        FEED, feed((5, "New", "2026-04-20T00:00:00+00:00"), (6, "Older", "2026-04-01T00:00:00+00:00")), 200, "text/xml"
    ),
    FOUND: exchange(FOUND, tab(rendered(7, "The swing bridge at night", "2 years ago")), 200, HTML),
}


def ask(clues: Clues, pages: dict[str, Exchange | None]) -> tuple[list[str], list[Said]]:
    return drive_search(PLATFORM, clues, pages)


def clues(since: str | None, until: str | None, **more: Any) -> Clues:
    def at(day: str | None) -> datetime | None:
        return datetime.fromisoformat(day).replace(tzinfo=UTC) if day else None

    return Clues(handle="QuayLedger", since=at(since), until=at(until), **more)


def shown(said: list[Said]) -> list[Post]:
    return [post for step in said if isinstance(step, Shown) for post in step.posts]


def test_what_the_feed_reaches_needs_no_search() -> None:
    asked, said = ask(clues("2026-04-10", "2026-04-25", words="The swing bridge at night"), PAGES)
    assert asked == [PAGE, FEED]
    assert [post.title for post in shown(said)] == ["New"]
    post = shown(said)[0]
    assert (post.created_at, post.text) == (datetime(2026, 4, 20, tzinfo=UTC), "Shut <b>until</b> morning &amp; later")
    assert (post.account_id, post.display_name) == (CHANNEL, "Quay Ledger")
    assert not [step for step in said if isinstance(step, Gap)]


def test_older_videos_are_searched_by_their_title_and_the_rest_is_a_gap() -> None:
    asked, said = ask(clues("2024-03-01", "2024-03-20", words=" The swing\nbridge at night "), PAGES)
    assert asked == [PAGE, FEED, UPLOADS, FOUND]
    assert [(post.id, post.title) for post in shown(said)] == [
        (vid(2), "Two years ago"),
        (vid(7), "The swing bridge at night"),
    ]
    assert {(post.handle, post.display_name) for post in shown(said)} == {("quayledger", "Quay Ledger")}
    assert isinstance(said[-1], Gap)


def test_long_words_are_searched_from_both_ends_and_by_the_sentence_that_says_most() -> None:
    words = (
        "The town hall gave no answer to any question. In Lower Quay 14 of 60 lamps burn at night. "
        "What is left of it now belongs to the harbour, and to nobody else at all."
    )
    queries = (
        "The town hall gave no answer to any question. In Lower Quay 14 of 60 lamps burn",
        "What is left of it now belongs to the harbour, and to nobody else at all.",
        "In Lower Quay 14 of 60 lamps burn at night",
    )
    searches = [f"https://www.youtube.com/@quayledger/search?query={quote_plus(query)}" for query in queries]
    nothing = {url: exchange(url, tab(), 200, HTML) for url in searches}
    asked, _ = ask(clues("2024-03-01", "2024-03-20", words=words), PAGES | nothing)
    assert asked == [PAGE, FEED, UPLOADS, *searches]


def test_a_list_says_only_how_long_ago_and_so_much_is_used() -> None:
    # `WHEN`, the time of the answers, is 2026-05-02
    assert WHEN.year == 2026
    _, said = ask(clues("2019-01-01", "2020-01-01"), PAGES)
    assert shown(said) == []
    _, said = ask(clues("2023-06-01", "2023-06-20"), PAGES)
    assert [post.title for post in shown(said)] == ["Two years ago"]


def test_without_words_nothing_is_searched_for() -> None:
    for words in (None, "", "bridge"):
        asked, said = ask(clues("2024-03-01", "2024-03-20", words=words), PAGES)
        assert asked == [PAGE, FEED, UPLOADS]
        assert isinstance(said[-1], Gap)


@pytest.mark.parametrize(
    "items",
    [
        (upload(5, "New", "12 days ago"), upload(8, "Short", "2 years ago")),
        (upload(8, "Short", "2 years ago"), upload(9, "First", "7 years ago"), MORE),
    ],
)
def test_a_list_that_goes_back_far_enough_leaves_nothing_open(items: tuple[Any, ...]) -> None:
    pages = PAGES | {UPLOADS: exchange(UPLOADS, tab(*items), 200, HTML)}
    asked, said = ask(clues("2024-03-01", "2024-03-20", words="The swing bridge at night"), pages)
    assert asked == [PAGE, FEED, UPLOADS]
    assert [post.title for post in shown(said)] == ["Two years ago", "Short"]
    assert not [step for step in said if isinstance(step, Gap)]


def test_no_more_requests_are_made_than_allowed() -> None:
    for most in range(6):
        asked, said = ask(
            clues("2024-03-01", "2024-03-20", words="The swing bridge at night", most_requests=most), PAGES
        )
        assert len(asked) == min(most, 4)
        assert [step for step in said if isinstance(step, Gap)]


@pytest.mark.parametrize("status", [404, 500])
def test_a_feed_that_fails_leaves_open_what_no_other_list_has(status: int) -> None:
    pages = PAGES | {FEED: exchange(FEED, "<html><title>Error 404 (Not Found)!!1</title></html>", status, HTML)}
    _, said = ask(clues("2026-04-10", "2026-04-25"), pages)
    assert [type(step) for step in said] == [Remark, Shown, Shown]
    assert [post.title for post in shown(said)] == ["New"]
    _, said = ask(clues("2026-04-10", "2026-04-25"), pages | {UPLOADS: None})
    assert [type(step) for step in said] == [Remark, Shown, Gap, Gap]


def test_an_unknown_channel_leaves_nothing_open() -> None:
    page = exchange(PAGE, "<html><title>404 Not Found</title></html>", 404, HTML)
    asked, said = ask(clues(None, None), {PAGE: page})
    assert asked == [PAGE]
    assert [type(step) for step in said] == [Remark]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (None, 0),
        ("", 429),
        ("<html><title>Before you continue to YouTube</title></html>", 200),
        ("<html><title>Sorry...</title></html>", 404),
        ("<html></html>", 200),
        ("{}", 200),
    ],
)
def test_a_page_that_could_not_be_read_is_a_gap(body: str | None, status: int) -> None:
    page = exchange(PAGE, body, status, HTML) if body is not None else None
    asked, said = ask(clues(None, None), {PAGE: page})
    assert asked == [PAGE]
    assert [type(step) for step in said] == [Gap]


def test_a_page_that_does_not_say_which_channel_it_is() -> None:
    asked, said = ask(clues(None, None), {PAGE: exchange(PAGE, tab(channel_id=None), 200, HTML)})
    assert asked == [PAGE]
    assert len([step for step in said if isinstance(step, Gap)]) == 2


def test_nobody_is_asked_without_a_handle() -> None:
    asked, said = drive_search(PLATFORM, Clues(handle="Quay Ledger", since=None, until=None), {})
    assert asked == []
    assert isinstance(said[0], Remark)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "videoRenderer",
                    "lockupViewModel",
                    "videoId",
                    "contentId",
                    "title",
                    "runs",
                    "text",
                    "metadata",
                    "simpleText",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(VALUES, st.text(max_size=60), st.sampled_from([200, 404, 500]))
def test_whatever_the_lists_hold_something_is_said_and_nothing_is_raised(data: Any, words: str, status: int) -> None:
    page = exchange(PAGE, tab(data), status, HTML)
    entry = exchange(FEED, f"<feed><entry>{words}<yt:videoId>{vid(1)}</yt:videoId></entry></feed>", status, "text/xml")
    for body in (entry, exchange(FEED, words, status, "text/xml")):
        assert ask(clues("2024-01-01", "2025-01-01"), {PAGE: page, FEED: body, UPLOADS: page})[1]
