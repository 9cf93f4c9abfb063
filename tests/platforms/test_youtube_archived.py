"""Archived copies of YouTube's pages of all years: the title in every one, and none on a removed video's page."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.exchange import Exchange
from archiver.model import Mention, Post
from archiver.platforms.base import Clues
from archiver.platforms.youtube import PLATFORM
from tests.platforms.driving import exchange
from tests.platforms.test_youtube_answers import (
    CHANNEL,
    ID,
    MICROFORMAT,
    OTHER,
    POST_REF,
    REF,
    community,
    details,
    oembed,
    playing,
    stopped,
    thread,
)
from tests.platforms.test_youtube_search import feed, lockup, rendered, tab

COPY = f"https://web.archive.org/web/20150101000000id_/http://www.youtube.com/watch?v={ID}"
TITLE = "The swing bridge at night"


def copy(body: str | bytes, url: str = COPY) -> Exchange:
    return exchange(url, body, 200, "text/html; charset=utf-8")


def read(body: str | bytes, url: str = COPY) -> Post | None:
    return PLATFORM.read_archived(REF, copy(body, url))


def config(**arguments: Any) -> str:
    return f"<script>var ytplayer = ytplayer || {{}};ytplayer.config = {json.dumps({'args': arguments})};</script>"


HEAD_2013 = (
    f'<html><head><title>{TITLE} - YouTube</title><meta name="title" content="{TITLE}"><meta property="og:title" '
    f'content="{TITLE}"><meta property="og:url" content="http://www.youtube.com/watch?v={ID}">'
    f'<meta property="og:image" content="http://i1.ytimg.com/vi/{ID}/hqdefault.jpg">'
    '<meta name="description" content="Shut until ...">'
    '</head><body><div itemscope itemtype="http://schema.org/VideoObject">'
    f'<meta itemprop="name" content="{TITLE}"><meta itemprop="description" content="Shut until ...">'
    f'<meta itemprop="videoId" content="{ID}"><meta itemprop="channelId" content="{CHANNEL}">'
    '<span itemprop="author"><link itemprop="url" href="http://www.youtube.com/user/quayledger"></span>'
)
ERAS = {
    "2008": (
        f'<html><head><title>YouTube - {TITLE}</title><meta name="title" content="{TITLE}"><meta name="description" '
        f'content="Shut until morning."></head><body><div id="watch-vid-title"><h1>{TITLE}</h1></div><div id="watch-'
        'channel-stats"><a href="/user/quayledger" class="hLink">quayledger</a></div>'
        '<span class="watch-video-added">November 09, 2007</span></body></html>'
    ),
    "2010": (
        f'<html><head><title>YouTube - {TITLE}</title></head><body><h1 id="watch-headline-title"><span title="{TITLE}">'
        f'{TITLE}</span></h1><a id="watch-username" href="/user/quayledger">quayledger</a>'
        '<span id="eow-date">09 November 2009</span><div id="watch-description">'
        '<p id="eow-description">Shut until<br>morning.</p></div></body></html>'
    ),
    "2013": HEAD_2013
    + '<div class="yt-user-info"><a href="/user/quayledger">Quay Ledger</a></div><meta itemprop="datePublished" '
    'content="2012-11-09"><p id="eow-description">Shut until<br>morning.</p></div></body></html>',
    "2016": "<html><head><title>x</title></head><body>"
    + config(
        video_id=ID, title=TITLE, author="Quay Ledger", ucid=CHANNEL[2:], iurl=f"https://i.ytimg.com/vi/{ID}/0.jpg"
    )
    + '<meta itemprop="datePublished" content="2015-11-09"><p id="eow-description">Shut until<br>morning.</p>'
    '<span itemprop="author"><link itemprop="url" href="http://www.youtube.com/user/quayledger"></span></body></html>',
    "2019": "<html><body>"
    + config(player_response=json.dumps({"videoDetails": details(), "microformat": MICROFORMAT}))
    + "</body></html>",
    "2024": playing(),
}


@pytest.mark.parametrize("era", ERAS)
def test_a_page_of_every_era_shows_title_channel_and_day(era: str) -> None:
    post = read(ERAS[era])
    assert post is not None
    assert (post.title, post.handle) == (TITLE, "quayledger")
    assert (post.display_name or "").lower().replace(" ", "") == "quayledger"
    days = {"2008": "2007-11-09", "2010": "2009-11-09", "2013": "2012-11-09", "2016": "2015-11-09"}
    assert post.day == days.get(era)
    assert (post.created_at is not None) == (era in ("2019", "2024"))
    assert post.text is not None
    assert post.text.startswith("Shut until")
    assert post.text_complete == (era != "2008")
    if era in ("2010", "2013", "2016"):
        assert post.text == "Shut until\nmorning."
    if era in ("2013", "2016", "2019", "2024"):
        assert post.account_id == CHANNEL


def test_itemprop_dates_with_a_time() -> None:
    post = read(HEAD_2013 + '<meta itemprop="uploadDate" content="2022-11-08T18:44:01-08:00"></body>')
    assert post is not None
    assert post.created_at == datetime(2022, 11, 9, 2, 44, 1, tzinfo=UTC)
    assert (post.text, post.text_complete) == ("Shut until ...", False)


def test_the_channels_own_name_is_not_taken_for_the_title() -> None:
    body = HEAD_2013.replace(
        "<div itemscope", '<span itemprop="author"><link itemprop="name" content="Quay Ledger"></span><div'
    )
    post = read(body)
    assert post is not None
    assert (post.title, post.display_name) == (TITLE, "Quay Ledger")


def test_an_archived_oembed_answer_shows_the_title() -> None:
    post = read(oembed())
    assert post is not None
    assert (post.title, post.seen_in) == (TITLE, "youtube.oembed")


def test_a_page_is_of_the_video_that_it_names() -> None:
    other = HEAD_2013.replace(ID, OTHER)
    assert read(other) is None
    assert read(f"<html><head><title>{TITLE} - YouTube</title></head><body>") is not None
    assert read(f"<html><head><title>{TITLE} - YouTube</title></head>", "https://news.example/") is None


SHOWS_NOTHING = (
    "",
    "<html><head><title>YouTube</title></head><body></body></html>",
    "<html><head><title>YouTube - Broadcast Yourself.</title></head><body>",
    "<html><head><title> - YouTube</title></head><body>",
    "<html><head><title>Video unavailable - YouTube</title></head><body>",
    "<html><head><title>This video has been removed by the user. - YouTube</title></head><body>",
    "<html><head><title>Before you continue to YouTube</title></head><body>",
    "<html><head><title>Bevor Sie zu YouTube weitergehen</title></head><body>",
    "<html><head><title>Private video - YouTube</title></head><body>",
    stopped("ERROR", "Video unavailable", "This video has been removed by the uploader").replace("<title>x", "<title>"),
    config(video_id=OTHER, title=TITLE),
    config(video_id=ID, title=""),
    oembed(OTHER),
    "Not Found",
    "{}",
    b"\xff\xfe\x00\x01",
)


@pytest.mark.parametrize("body", SHOWS_NOTHING)
def test_the_page_of_a_removed_video_and_walls_show_nothing(body: str | bytes) -> None:
    assert read(body) is None


def test_a_video_whose_title_talks_about_removal_is_shown() -> None:
    words = "This video has been removed by the user"
    post = read(HEAD_2013.replace(TITLE, words))
    assert post is not None
    assert post.title == words


def test_an_archived_community_post() -> None:
    post = PLATFORM.read_archived(POST_REF, copy(community(thread()), POST_REF.url))
    assert post is not None
    assert post.text == "The bridge\nis open news.example/b..."
    assert PLATFORM.read_archived(POST_REF, copy(community(), POST_REF.url)) is None


# -- lists

LIST = "https://www.youtube.com/user/quayledger/videos"
OLD_LIST = (
    '<ul><li><a href="/watch?v=a1B2c3D4e01" title="One">One</a><a href="/watch?v=a1B2c3D4e01">4:20</a></li>'
    '<li><a href="http://www.youtube.com/watch?v=a1B2c3D4e02&feature=x">Two</a></li>'
    '<li><a href="/watch?v=short">No</a><a href="/user/x">Nobody</a></li></ul>'
)


@pytest.mark.parametrize(
    ("body", "titles"),
    [
        (tab(rendered(1, "One", "1 year ago"), lockup(2, "Two", "2 years ago")), ["One", "Two"]),
        (feed((1, "One", "2020-01-01T00:00:00+00:00")), ["One"]),
        (
            OLD_LIST,
            ["One", "Two"],
        ),
        ("", []),
        ("{}", []),
    ],
)
def test_an_archived_list_shows_its_videos(body: str, titles: list[str]) -> None:
    posts = PLATFORM.read_archived_list(LIST, copy(body, LIST))
    assert [post.title for post in posts] == titles
    assert len({post.id for post in posts}) == len(titles)


def test_where_a_channel_is_listed() -> None:
    assert PLATFORM.archived_lists(Clues(handle="@quayledger", since=None, until=None)) == (
        "https://www.youtube.com/@quayledger/videos",
        "https://www.youtube.com/user/quayledger/videos",
        "https://www.youtube.com/c/quayledger/videos",
    )
    assert PLATFORM.archived_lists(Clues(handle="Quay Ledger", since=None, until=None)) == ()


# -- where copies may be


def test_addresses_of_one_video() -> None:
    urls = PLATFORM.archived_urls(REF)
    assert urls[0] == f"https://www.youtube.com/watch?v={ID}"
    assert f"https://www.youtube.com/embed/{ID}" in urls
    assert PLATFORM.archived_urls(POST_REF) == (POST_REF.url,)


def test_no_prefix_of_an_address_finds_a_channels_videos() -> None:
    mention = Mention(source="t", platform="youtube", handle="quayledger", rule="t", confidence=1, date="2022-11-09")
    assert PLATFORM.archive_queries(mention, None) == ()


@given(
    st.binary(max_size=300)
    | st.text(max_size=200).map(lambda t: (HEAD_2013 + t).encode())
    | st.text(max_size=200).map(lambda t: f"<html>ytplayer.config = {{{t}}}".encode())
)
def test_whatever_a_copy_holds_nothing_is_raised(body: bytes) -> None:
    PLATFORM.read_archived(REF, copy(body))
    PLATFORM.read_archived(POST_REF, copy(body))
    assert isinstance(PLATFORM.read_archived_list(LIST, copy(body)), tuple)
