"""Archived copies of Bluesky. Invariant: a copy gives the post that was asked for as it shows it, or nothing."""

from __future__ import annotations

import html
import json
import time
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.model import Mention
from archiver.platforms.base import Clues
from archiver.platforms.bluesky import PLATFORM
from archiver.platforms.bluesky.urls import of_account
from tests.platforms.driving import exchange

DID = "did:plc:abcdefghijklmnopqrstuvwx"
OTHER = "did:plc:bbcdefghijklmnopqrstuvwx"
KEY = "3l3vgf77uco2g"
HANDLE = "ana.example.org"
REF = of_account(KEY, DID, HANDLE)
CITED = PLATFORM.ref_from_id(KEY, HANDLE)
URI = f"at://{DID}/app.bsky.feed.post/{KEY}"
PAGE = f"https://bsky.app/profile/{HANDLE}/post/{KEY}"
WORDS = 'The bridge is "open" & dry.\nDrive slowly: https://quay.example/timetable/2024'
CLOSED = "This author has chosen to make their posts visible only to people who are signed in."


def page(words: str = WORDS, *, did: str = DID, handle: str = HANDLE, key: str = KEY, noscript: bool = True) -> str:
    """A page of the app as its template writes it."""
    said = html.escape(words)
    summary = (
        '<noscript><h1 lang="en">JavaScript Required</h1><div id="bsky_post_summary">\n  <h3>Post</h3>\n'
        f'  <p id="bsky_display_name">Ana Example</p>\n  <p id="bsky_handle">{handle}</p>\n'
        f'  <p id="bsky_did">{did}</p>\n  <p id="bsky_post_text">{said}</p>\n'
        '  <p id="bsky_post_indexedat">2024-09-11T17:11:57Z</p>\n</div></noscript>'
    )
    return (
        f'<!DOCTYPE html><html><head><title>@{handle} on Bluesky</title>\n<meta property="og:type" content="article">\n'
        f'<meta property="profile:username" content="{handle}">\n<meta property="og:url" content="https://bsky.app/profile/'
        f'{handle}/post/{key}">\n<meta property="og:title" content="Ana Example (@{handle})">\n'
        f'<meta property="og:description" content="{said}">\n'
        f'<meta property="og:image" content="https://cdn.bsky.app/img/feed_thumbnail/plain/{did}/x@jpeg">\n'
        '<meta name="article:published_time" content="2024-09-11T17:11:57Z">\n'
        f'<link rel="alternate" href="at://{did}/app.bsky.feed.post/{key}" /></head><body><div id="root"></div>'
        f"{summary if noscript else ''}</body></html>"
    )


def read(body: str | bytes, ref: Any = REF, url: str = PAGE, kind: str = "text/html") -> Any:
    return PLATFORM.read_archived(ref, exchange(url, body, content_type=kind))


@pytest.mark.parametrize("noscript", [True, False])
@pytest.mark.parametrize("ref", [REF, CITED, of_account(KEY, DID)], ids=["both", "handle", "DID"])
def test_a_page(ref: Any, noscript: bool) -> None:
    post = read(page(noscript=noscript), ref)
    assert post is not None
    assert (post.id, post.scope, post.account_id, post.handle) == (KEY, DID, DID, HANDLE)
    assert post.display_name == "Ana Example"
    assert post.text == WORDS
    assert str(post.indexed_at) == "2024-09-11 17:11:57+00:00"
    assert str(post.created_at)[:19] == "2024-09-11 17:11:56"
    assert [media.kind for media in post.media] == ["photo"]
    assert post.seen_in == "bluesky.page"


def test_the_note_about_a_quoted_post_is_no_part_of_the_words() -> None:
    post = read(page(f"{WORDS}\n\n[contains quote post or other embeded content]"))
    assert post is not None
    assert post.text == WORDS


@pytest.mark.parametrize(
    "body",
    [
        page(CLOSED, did=""),
        page(did=OTHER),
        page(key="3l3vgf77uco2h"),
        '<html><head><meta property="og:site_name" content="Bluesky Social"></head><body></body></html>',
        "<title>Just a moment...</title>",
        "<html>",
        "",
        "nothing",
        b"\xff\xfe\x00",
        page().replace("profile:username", "x").replace("bsky_handle", "x"),
    ],
)
def test_what_does_not_show_the_post(body: str | bytes) -> None:
    assert read(body) is None


def test_a_page_of_another_handle_is_not_that_of_the_cited_one() -> None:
    assert read(page(handle="ben.example.org"), CITED) is None


def view(did: str = DID, key: str = KEY, handle: str = HANDLE) -> dict[str, Any]:
    record = {"$type": "app.bsky.feed.post", "text": WORDS, "createdAt": "2024-09-11T17:11:56Z"}
    author = {"did": did, "handle": handle, "displayName": "Ana Example"}
    return {"uri": f"at://{did}/app.bsky.feed.post/{key}", "cid": "x", "author": author, "record": record}


def thread(*replies: dict[str, Any]) -> dict[str, Any]:
    kind = "app.bsky.feed.defs#threadViewPost"
    return {
        "thread": {
            "$type": kind,
            "post": view(OTHER, "3l3vgf77uco22", "x.example"),
            "replies": [{"post": r} for r in replies],
        }
    }


@pytest.mark.parametrize(
    "data",
    [
        {"posts": [view(OTHER, handle="ben.example.org"), view()]},
        thread(view()),
        {"feed": [{"post": view(), "reply": {"parent": view(OTHER)}}]},
        {"uri": URI, "cid": "x", "value": view()["record"]},
        {"records": [{"uri": URI, "cid": "x", "value": view()["record"]}]},
        view(),
    ],
    ids=["posts", "thread", "feed", "record", "records", "view"],
)
@pytest.mark.parametrize("ref", [REF, CITED], ids=["both", "handle"])
def test_json(data: Any, ref: Any) -> None:
    post = read(json.dumps(data), ref, f"https://oak.pds.example/xrpc/x?repo={HANDLE}", "application/json")
    assert post is not None
    assert (post.scope, post.text, post.handle, post.seen_in) == (DID, WORDS, HANDLE, "bluesky.json")


@pytest.mark.parametrize(
    "data",
    [
        {"posts": []},
        {"posts": [view(OTHER)]},
        {"posts": [view(key="3l3vgf77uco2h")]},
        {"thread": {"$type": "app.bsky.feed.defs#notFoundPost", "uri": URI, "notFound": True}},
        {"thread": {"$type": "app.bsky.feed.defs#blockedPost", "uri": URI, "blocked": True, "author": {"did": DID}}},
        {"error": "NotFound", "message": f"Post not found: {URI}"},
        {"uri": URI, "value": {"$type": "app.bsky.feed.like", "subject": {"uri": URI}}},
        [],
    ],
    ids=lambda data: str(data)[:50],
)
def test_json_without_the_post(data: Any) -> None:
    assert read(json.dumps(data), kind="application/json") is None


def test_depth_is_bounded() -> None:
    deep: Any = {"posts": [view()]}
    for _ in range(40):
        deep = {"x": deep}
    assert read(json.dumps(deep)) is None
    assert read("[" * 100_000) is None


@pytest.mark.parametrize(
    "body",
    [
        "<div>" * 1_000_000 + page(),
        f'<meta property="og:description" content="{" " * 1_000_000}[x">' + page(),
        json.dumps([{"uri": f"at://{DID}/app.bsky.feed.post/x{n}", "record": {}} for n in range(50_000)]),
    ],
    ids=["deep", "blanks", "many"],
)
def test_hostile_copies_are_soon_done_with(body: str) -> None:
    began = time.perf_counter()
    read(body)
    PLATFORM.read_archived_list(PAGE, exchange(PAGE, body))
    assert time.perf_counter() - began < 20  # without bounds it takes minutes


def test_recorded_answers_are_read_from_archives_too(recordings: Path) -> None:
    file = recordings / "bluesky/app.bsky.feed.getPostThread/bskyr_f_postthread_0_200.json"
    shown = json.loads(file.read_text("utf-8"))["thread"]["post"]
    did, _, key = shown["uri"].removeprefix("at://").partition("/app.bsky.feed.post/")
    post = read(file.read_bytes(), of_account(key, did), kind="application/json")
    assert post is not None
    assert post.text == shown["record"]["text"].strip()
    assert post.content_id == shown["cid"]


# -- where copies may be


def test_addresses() -> None:
    assert PLATFORM.archived_urls(CITED) == (PAGE,)
    urls = PLATFORM.archived_urls(REF)
    assert urls[:2] == (PAGE, f"https://bsky.app/profile/{DID}/post/{KEY}")
    assert "getPosts" in urls[2]
    assert "getPostThread" in urls[3]
    assert PLATFORM.archived_urls(PLATFORM.ref_from_id(KEY)) == ()


def mention(handle: str | None) -> Mention:
    return Mention(source="a", platform="bluesky", handle=handle, rule="x", confidence=0.9)


def test_prefixes_of_a_day() -> None:
    ids = PLATFORM.day_range(date(2024, 11, 20), slack_hours=14)
    queries = PLATFORM.archive_queries(mention("Ana.Example.org"), ids)
    assert [query.prefix for query in queries] == [f"bsky.app/profile/{HANDLE}/post/3lb"]
    assert queries[0].since == "20241119"
    assert PLATFORM.archive_queries(mention(None), ids) == ()
    assert PLATFORM.archive_queries(mention("ana*"), ids) == ()
    assert PLATFORM.archive_queries(mention(HANDLE), None) == ()


# -- the feed of a profile

RSS = (
    '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel><description>Notes</description>'
    f"<link>https://bsky.app/profile/{HANDLE}</link><title>@{HANDLE} - Ana Example</title>"
    f"<item><link>https://bsky.app/profile/{HANDLE}/post/{KEY}</link><description>{html.escape(WORDS)}</description>"
    f'<pubDate>11 Sep 2024 17:11 +0000</pubDate><guid isPermaLink="false">{URI}</guid></item>'
    "<item><description>No guid</description></item>"
    f'<item><description>Second</description><guid isPermaLink="false">{URI[:-1]}h</guid></item></channel></rss>'
)


def test_the_feed_of_a_profile() -> None:
    clues = Clues(handle="@Ana.Example.org", since=None, until=datetime(2024, 9, 12, tzinfo=UTC))
    assert PLATFORM.archived_lists(clues) == (f"https://bsky.app/profile/{HANDLE}/rss",)
    [url] = PLATFORM.archived_lists(Clues(handle=DID, since=None, until=None))
    assert url == f"https://bsky.app/profile/{DID}/rss"
    assert PLATFORM.archived_lists(Clues(handle="Ana", since=None, until=None)) == ()
    for address in (url, f"https://bsky.app/profile/{HANDLE}/rss"):
        first, second = PLATFORM.read_archived_list(address, exchange(address, RSS, content_type="application/xml"))
        assert (first.id, first.scope, first.handle, first.display_name) == (KEY, DID, HANDLE, "Ana Example")
        assert first.text == WORDS
        assert str(first.created_at) == "2024-09-11 17:11:00+00:00"
        assert second.created_at == PLATFORM.time_of(second.id)


def test_archived_lists_in_json() -> None:
    url = f"https://public.api.bsky.app/xrpc/app.bsky.feed.getAuthorFeed?actor={HANDLE}"
    data = {"feed": [{"post": view()}, {"post": view(OTHER, "3l3vgf77uco22", "x.example")}]}
    [post] = PLATFORM.read_archived_list(url, exchange(url, json.dumps(data)))
    assert post.scope == DID


@given(st.text() | st.binary(), st.text(max_size=60))
def test_nothing_that_is_read_fails(body: str | bytes, url: str) -> None:
    for found in (body, page(body) if isinstance(body, str) else body):
        PLATFORM.read_archived(
            REF, exchange(url, found.encode("utf-8", "replace") if isinstance(found, str) else found)
        )
        PLATFORM.read_archived_list(
            url, exchange(url, RSS.encode().replace(b"Notes", found if isinstance(found, bytes) else b""))
        )
