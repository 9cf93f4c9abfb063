"""What Reddit's pages say of a post: every state, and "deleted" only where Reddit says so or two endpoints miss it."""

from __future__ import annotations

import copy
import html
import json
import random
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from archiver.config import WebSettings
from archiver.exchange import Exchange
from archiver.model import Answer, AnswerKind, State
from archiver.platforms.reddit import PLATFORM
from archiver.platforms.reddit.answers import read_embed, read_feed, read_oembed
from archiver.platforms.reddit.endpoints import EMBED, FEED, OEMBED
from archiver.resolution import Control, observe
from archiver.web import Door
from tests.platforms.driving import drive_look, exchange
from tests.web_twin import Population, PostState, Twin
from tests.web_twin.crowd import Crowd, Note
from tests.web_twin.reddit import RedditSite

ID = "1a2b3c4"
FOUND = PLATFORM.ref_from_url(f"https://www.reddit.com/r/Bridges/comments/{ID}/the_bridge/")
assert FOUND is not None
REF = FOUND
BARE = PLATFORM.ref_from_id(ID)
EMBED_URL = f"https://embed.reddit.com/r/bridges/comments/{ID}/"
OEMBED_URL = f"https://www.reddit.com/oembed?url=https%3A%2F%2Fwww.reddit.com%2Fr%2Fbridges%2Fcomments%2F{ID}%2F"
FEED_URL = f"https://www.reddit.com/r/bridges/comments/{ID}/.rss"
PERMALINK = f"https://www.reddit.com/r/Bridges/comments/{ID}/the_bridge/"
MADE = datetime(2024, 3, 14, 7, 5, 9, 123000, tzinfo=UTC)
HTML = "text/html; charset=utf-8"
ATOM = "application/atom+xml; charset=UTF-8"
DELETED_PAGE = "This post has been deleted, but comments are still viewable"

ABOUT_DELETION = (
    "This post has been deleted",
    "This post was removed by the moderators of r/bridges.",
    "Sorry, this post was deleted by the person who originally posted it.",
    "Dieser Beitrag wurde gelöscht",
    "Cette publication a été supprimée",
    "Esta publicación ha sido eliminada",
    "Пост удалён",
    "تم حذف هذا المنشور",
    "该帖子已被删除",
    "この投稿は削除されました",
    "Why are so many posts [deleted]?",
    "[deleted] and [removed]: what is what",
    "page not found",
    "<p>This post has been deleted</p>",
    "You've been blocked by network security: prove your humanity",
)


def frame(
    title: str | None = "The swing bridge is shut",
    words: str
    | None = "<p>Since noon &amp; until tomorrow.</p><p>Ask at <a href='https://quay.example/a'>the quay</a></p>",
    *,
    author: str | None = "ana_example",
    post_id: str = ID,
    data: dict[str, Any] | None = None,
    extra: str = "",
) -> str:
    """The embed's page."""
    about = {
        "id": f"t3_{post_id}",
        "url": PERMALINK,
        "type": "text",
        "created_timestamp": round(MADE.timestamp() * 1000),
    } | (data or {})
    by = f'<a href="https://www.reddit.com/user/{author}/?utm_source=embedv2">u/{author}</a>' if author else "[deleted]"
    head = f"<h1>{html.escape(title)}</h1>" if title is not None else ""
    body = f'<div id="t3_{post_id}-post-rtjson-content" class="md">{words}</div>' if words is not None else ""
    screen = html.escape(json.dumps({"post": about, "subreddit": {"name": "bridges"}}))
    return (
        f'<!DOCTYPE html><html><body><shreddit-screenview-data data="{screen}"></shreddit-screenview-data>'
        f'<div id="canonical-url-updater" value="{PERMALINK}"></div><div id="embed-container">{by}{head}{body}</div>'
        f"{extra}</body></html>"
    )


def nothing(asked: str = "{}") -> str:
    """The embed's page where there is no post to show."""
    return (
        f'<html><body><shreddit-screenview-data data="{html.escape(asked)}"></shreddit-screenview-data>'
        '<div id="canonical-url-updater" value="/undefined"></div></body></html>'
    )


def quotation(
    title: str = "The swing bridge is shut", author: str = "ana_example", link: str = PERMALINK, **more: Any
) -> dict[str, Any]:
    """An oEmbed answer."""
    return {
        "provider_name": "reddit",
        "type": "rich",
        "title": title,
        "author_name": author,
        "html": f'<blockquote class="reddit-embed-bq"><a href="{link}">{html.escape(title)}</a></blockquote>',
    } | more


def entry(
    title: str = "The swing bridge is shut",
    words: str | None = "<p>Since noon &amp; until tomorrow.</p>",
    author: str = "/u/ana_example",
    post_id: str = f"t3_{ID}",
    link: str = PERMALINK,
) -> str:
    content = f'<!-- SC_OFF --><div class="md">{words}</div><!-- SC_ON -->' if words is not None else ""
    content += f' submitted by <a href="https://www.reddit.com/user/x"> {author} </a> <a href="{link}">[link]</a>'
    return (
        f"<entry><author><name>{author}</name></author><category term='Bridges' label='r/Bridges'/>"
        f"<content type='html'>{html.escape(content)}</content><id>{post_id}</id><link href='{PERMALINK}' />"
        f"<updated>2024-03-14T07:05:09+00:00</updated><title>{html.escape(title)}</title></entry>"
    )


def feed(*entries: str) -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8"?><feed xmlns="http://www.w3.org/2005/Atom"><title>x</title>'
        f"{''.join(entries)}</feed>"
    )


def page(body: str | bytes, status: int = 200, url: str = EMBED_URL) -> Exchange:
    return exchange(url, body, status, HTML)


def quote(data: Any, status: int = 200) -> Exchange:
    return exchange(OEMBED_URL, json.dumps(data), status)


def atom(body: str, status: int = 200, kind: str = ATOM) -> Exchange:
    return exchange(FEED_URL, body, status, kind)


def look(
    embed: Exchange | None = None, oembed: Exchange | None = None, rss: Exchange | None = None
) -> tuple[list[str], Answer]:
    """Which endpoints are asked, and the verdict."""
    names = {EMBED_URL: EMBED, OEMBED_URL: OEMBED, FEED_URL: FEED}
    asked, answers = drive_look(PLATFORM, REF, {EMBED_URL: embed, OEMBED_URL: oembed, FEED_URL: rss})
    return [names[url] for url in asked], PLATFORM.judge(REF, answers)


REFUSED = page("<html><title>Blocked</title>whoa there, pardner!</html>", 403)
NO_QUOTE = quote({"message": "Not Found", "error": 404}, 404)
NO_FEED = exchange(FEED_URL, json.dumps({"message": "Not Found", "error": 404}), 404)

# -- recorded answers


def test_a_recorded_quotation_is_read(recordings: Path) -> None:
    for path in (recordings / "reddit/oembed").glob("*.json"):
        data = json.loads(path.read_bytes())
        ref = PLATFORM.ref_from_url("https://www.reddit.com/r/investing/comments/7pfpeq/x/")
        assert ref is not None
        answer = read_oembed(ref, exchange(OEMBED_URL, path.read_bytes()), placed=True)
        assert answer.state is State.LIVE
        assert answer.post is not None
        assert (answer.post.title, answer.post.handle) == (data["title"], data["author_name"])
        assert (answer.post.id, answer.post.url) == ("7pfpeq", "https://www.reddit.com/r/investing/comments/7pfpeq/")
        assert (answer.post.text, answer.post.text_complete) == (None, False)
        other = PLATFORM.ref_from_id("7pfpeo")
        assert read_oembed(other, exchange(OEMBED_URL, path.read_bytes()), placed=True).kind is AnswerKind.UNEXPECTED


@given(seed=st.integers(0, 1 << 32))
def test_a_damaged_recording_never_says_deleted(recordings: Path, seed: int) -> None:
    roll = random.Random(seed)
    ref = PLATFORM.ref_from_id("7pfpeq")
    for path in (recordings / "reddit/oembed").glob("*.json"):
        data = json.loads(path.read_bytes())
        for _ in range(roll.randint(1, 4)):
            name = roll.choice(sorted(data) or ["html"])
            if roll.random() < 0.4:
                data.pop(name, None)
            else:
                data[name] = roll.choice((None, 0, -1e400, [], {}, "", "[deleted]", "x" * 5000, ["[deleted]"]))
        answer = read_oembed(ref, quote(data), placed=True)
        assert isinstance(answer, Answer)
        assert answer.state is not State.DELETED


# -- posts that are shown


def test_the_embed_holds_all_of_a_post() -> None:
    asked, verdict = look(page(frame()))
    assert asked == [EMBED]
    assert (verdict.state, verdict.positive) == (State.LIVE, True)
    post = verdict.post
    assert post is not None
    assert (post.title, post.handle, post.created_at) == ("The swing bridge is shut", "ana_example", MADE)
    assert post.text == "Since noon & until tomorrow.\n\nAsk at the quay"
    assert (post.url, post.links) == (
        "https://www.reddit.com/r/Bridges/comments/1a2b3c4/",
        ("https://quay.example/a",),
    )
    assert (post.media, post.text_complete, post.seen_in) == ((), True, EMBED)


def test_a_linked_page_and_a_picture() -> None:
    _, verdict = look(page(frame(words=None, data={"type": "link", "url": "https://news.example/1"})))
    assert verdict.post is not None
    assert (verdict.state, verdict.post.links, verdict.post.text) == (State.LIVE, ("https://news.example/1",), None)
    picture = "https://i.redd.it/1a2b3c4d5e6f7.jpeg"
    _, verdict = look(page(frame(words=None, data={"type": "image", "url": picture})))
    assert verdict.post is not None
    assert [(m.kind, m.url) for m in verdict.post.media] == [("photo", picture)]


def test_without_the_embed_the_title_and_the_feed_are_asked() -> None:
    asked, verdict = look(REFUSED, quote(quotation()))
    assert asked == [EMBED, OEMBED]
    assert verdict.post is not None
    assert (verdict.state, verdict.post.title) == (State.LIVE, "The swing bridge is shut")
    assert (verdict.post.text, verdict.post.text_complete, verdict.post.handle) == (None, False, "ana_example")
    asked, verdict = look(REFUSED, quote({}), atom(feed(entry(), entry(post_id="t1_k1", title="no post"))))
    assert asked == [EMBED, OEMBED, FEED]
    assert verdict.post is not None
    assert (verdict.state, verdict.post.text) == (State.LIVE, "Since noon & until tomorrow.")
    assert verdict.post.created_at == MADE.replace(microsecond=0)
    assert verdict.post.url == "https://www.reddit.com/r/Bridges/comments/1a2b3c4/"


def test_a_post_without_its_community_is_found_and_named() -> None:
    known = {
        f"https://embed.reddit.com/r/pics/comments/{ID}/": page(frame()),
    }
    asked, answers = drive_look(PLATFORM, BARE, known)
    verdict = PLATFORM.judge(BARE, answers)
    assert (asked, verdict.state) == (list(known), State.LIVE)
    assert verdict.ref is not None
    assert verdict.ref.url == "https://www.reddit.com/r/Bridges/comments/1a2b3c4/"


def test_a_community_that_the_embed_names_is_used_further_on() -> None:
    embed = f"https://embed.reddit.com/r/pics/comments/{ID}/"
    known = {embed: page(frame(None, None)), OEMBED_URL: quote({}), FEED_URL: atom(feed(entry()))}
    asked, answers = drive_look(PLATFORM, BARE, known)
    assert asked == list(known)
    assert PLATFORM.judge(BARE, answers).state is State.LIVE


def test_a_post_of_a_profile_is_asked_for_there() -> None:
    ref = PLATFORM.ref_from_url(f"https://www.reddit.com/u/Ana-Example/comments/{ID}/")
    assert ref is not None
    asked, _ = drive_look(PLATFORM, ref, {}, strict=False)
    assert asked == [
        f"https://embed.reddit.com/user/ana-example/comments/{ID}/",
        f"https://www.reddit.com/oembed?url=https%3A%2F%2Fwww.reddit.com%2Fuser%2Fana-example%2Fcomments%2F{ID}%2F",
        f"https://www.reddit.com/user/ana-example/comments/{ID}/.rss",
    ]


@pytest.mark.parametrize("text", ABOUT_DELETION)
def test_a_post_about_deletion_is_live(text: str) -> None:
    written = html.escape(text)
    for embed in (frame(words=f"<p>{written}</p>"), frame(title="News", words=f"<p>{written}</p><p>{written}</p>")):
        _, verdict = look(page(embed))
        assert verdict.state is State.LIVE, embed
    _, verdict = look(page(frame(title=text)), quote(quotation(title=text)))
    assert verdict.state is State.LIVE
    assert verdict.post is not None
    assert verdict.post.title == text
    _, verdict = look(REFUSED, None, atom(feed(entry(title=text, words=f"<p>{written}</p>"))))
    assert (verdict.state, verdict.post and verdict.post.title) == (State.LIVE, text)
    _, verdict = look(page(frame(title=text, words=None)), quote(quotation(title=text)))
    assert verdict.state is State.LIVE
    comment = f'<shreddit-comment><p>{written}</p></shreddit-comment><script>"{DELETED_PAGE}"</script>'
    for own in ("<p>Words.</p>", None):
        _, verdict = look(page(frame(words=own, extra=comment)))
        assert verdict.state is State.LIVE
        template = f"<template><p>{DELETED_PAGE}</p></template><noscript>{DELETED_PAGE}</noscript>"
        _, verdict = look(page(frame(words=own, extra=template)))
        assert verdict.state is State.LIVE


def test_a_title_that_reads_like_reddits_own_words_is_asked_for_again() -> None:
    asked, verdict = look(page(frame(title="This post has been deleted.", words=None)))
    assert (asked, verdict.state) == ([EMBED, OEMBED, FEED], State.UNRESOLVED)


def test_the_account_alone_is_deleted() -> None:
    _, verdict = look(page(frame(author=None)))
    assert (verdict.state, verdict.post and verdict.post.handle) == (State.LIVE, None)
    _, verdict = look(REFUSED, None, atom(feed(entry(author="/u/[deleted]"))))
    assert verdict.state is State.LIVE
    assert "account is deleted" in verdict.reason


@pytest.mark.parametrize("author", ["[deleted]"])
def test_a_nameless_post_without_words_is_left_open(author: str) -> None:
    asked, verdict = look(REFUSED, quote(quotation(author=author)), NO_FEED)
    assert asked == [EMBED, OEMBED, FEED]
    assert verdict.state is State.UNRESOLVED


# -- what has become of a post


@pytest.mark.parametrize(
    ("sentence", "state"),
    [
        (DELETED_PAGE, State.DELETED),
        ("This post has been deleted.", State.DELETED),
        ("Sorry, this post was deleted by the person who originally posted it.", State.DELETED),
        ("Sorry, this post has been removed by the moderators of r/bridges.", State.RESTRICTED),
        ("This post has been removed, but comments are still viewable", State.RESTRICTED),
        ("Sorry, this post was removed by Reddit’s filters.", State.RESTRICTED),
    ],
)
@pytest.mark.parametrize("title", [None, "[ Removed by moderator ]", "[deleted by user]", "The swing bridge is shut"])
def test_the_page_says_what_has_become_of_it(sentence: str, state: State, title: str | None) -> None:
    asked, verdict = look(page(frame(title, None, author=None, extra=f"<div><p>{sentence}</p></div>")))
    assert asked == [EMBED]
    assert (verdict.state, verdict.positive) == (state, True)
    assert verdict.post is None or verdict.post.text is None
    assert verdict.post is None or verdict.post.title in (None, "The swing bridge is shut")


def test_placeholders_in_quotations_and_feeds() -> None:
    _, verdict = look(None, quote(quotation("[deleted by user]", "[deleted]")))
    assert (verdict.state, verdict.positive) == (State.DELETED, True)
    _, verdict = look(None, None, atom(feed(entry("[deleted by user]", "[deleted]", "/u/[deleted]"))))
    assert verdict.state is State.DELETED
    # anybody can write that, and a post whose author is named may be theirs
    _, verdict = look(None, None, atom(feed(entry(words="<p>[removed]</p>"))))
    assert verdict.state is State.UNRESOLVED
    assert verdict.post is None or verdict.post.text is None
    _, verdict = look(None, None, atom(feed(entry(words="<p>[removed]</p>", author="/u/[deleted]"))))
    assert verdict.state is State.RESTRICTED
    assert verdict.post is not None
    assert (verdict.post.title, verdict.post.text) == ("The swing bridge is shut", None)
    _, verdict = look(None, quote(quotation("[ Removed by moderator ]", "ana_example")), NO_FEED)
    assert verdict.state is State.UNRESOLVED


def test_a_placeholder_that_somebody_wrote_does_not_delete_their_post() -> None:
    for title, words in (
        ("[deleted by user]", None),
        ("[deleted by user]", "<p>[deleted]</p>"),
        ("x", "<p>[deleted]</p>"),
    ):
        _, verdict = look(page(frame(title, words)))
        assert verdict.state is State.LIVE
        _, verdict = look(None, None, atom(feed(entry(title, words))))
        assert verdict.state is State.LIVE
    _, verdict = look(None, quote(quotation("[deleted by user]", "ana_example")))
    assert verdict.state is State.LIVE
    _, verdict = look(page(frame("[deleted by user]", "<p>What the title means.</p>", author=None)))
    assert (verdict.state, verdict.post and verdict.post.title) == (State.LIVE, "[deleted by user]")


REASONS = (
    ("private", 403, State.PROTECTED),
    ("gold_only", 403, State.PROTECTED),
    ("banned", 404, State.SUSPENDED),
    ("quarantined", 403, State.RESTRICTED),
    ("gated", 403, State.RESTRICTED),
)


@pytest.mark.parametrize(("reason", "status", "state"), REASONS)
def test_what_became_of_a_community_is_said_in_json(reason: str, status: int, state: State) -> None:
    error = {"message": "Forbidden", "error": status, "reason": reason}
    asked, verdict = look(page(nothing()), quote(error, status))
    assert asked == [EMBED, OEMBED]
    assert (verdict.state, verdict.positive) == (state, True)
    asked, verdict = look(page(nothing()), quote({}), exchange(FEED_URL, json.dumps(error), status))
    assert (asked, verdict.state) == ([EMBED, OEMBED, FEED], state)


@pytest.mark.parametrize(
    "data",
    [
        {"reason": "spring cleaning", "error": 404},
        {"reason": "private", "error": 403},
        {"reason": "banned"},
        {"reason": None, "error": 403},
        {"reason": ["private"], "error": 404},
    ],
)
def test_other_reasons_state_nothing(data: dict[str, Any]) -> None:
    for status in (403, 404):
        if data.get("error") == status and data.get("reason") == "private":
            continue
        _, verdict = look(page(nothing()), quote(data, status))
        assert verdict.state in (State.UNRESOLVED, State.BLOCKED)
        assert not verdict.positive


def test_deleted_where_two_endpoints_miss_it() -> None:
    asked, verdict = look(page(nothing()), NO_QUOTE, NO_FEED)
    assert asked == [EMBED, OEMBED, FEED]
    assert (verdict.state, verdict.positive) == (State.DELETED, True)


def test_one_not_found_is_not_enough() -> None:
    for rss in (None, atom("", 429), atom(feed()), atom("<html></html>"), exchange(FEED_URL, "", 503, HTML)):
        _, verdict = look(page(nothing()), NO_QUOTE, rss)
        assert verdict.state is State.UNRESOLVED
        assert not verdict.positive
    _, verdict = look(page(frame(title=None, words=None)), NO_QUOTE, None)
    assert verdict.state is State.UNRESOLVED
    _, verdict = look(page("", 404), page("", 404), None)
    assert verdict.state is not State.DELETED


def test_an_address_without_its_community_cannot_be_missed_by_oembed() -> None:
    answer = read_oembed(BARE, NO_QUOTE, placed=False)
    assert (answer.state, answer.kind) == (State.UNRESOLVED, AnswerKind.UNSAID)
    answers = [answer, read_feed(BARE, NO_FEED)]
    assert PLATFORM.judge(BARE, answers).state is State.UNRESOLVED


def test_shown_and_missed_decides_nothing() -> None:
    answers = [read_embed(REF, page(frame()))[0], read_oembed(REF, NO_QUOTE, placed=True)]
    assert PLATFORM.judge(REF, answers).state is State.UNRESOLVED


WALLS = (
    pytest.param(REFUSED, State.BLOCKED, id="403"),
    pytest.param(page("Too Many Requests", 429), State.BLOCKED, id="429"),
    pytest.param(page("<html><title>Reddit - Prove your humanity</title></html>"), State.BLOCKED, id="bot check"),
    pytest.param(page("<html><title>Welcome to Reddit</title></html>"), State.BLOCKED, id="sign in"),
    pytest.param(page("<html><title>Blocked</title>whoa there, pardner!</html>"), State.BLOCKED, id="block page, 200"),
    pytest.param(page("<html></html>", url="https://elsewhere.example/"), State.BLOCKED, id="another host"),
    pytest.param(exchange(EMBED_URL, "", 302, HTML, (("Location", "/login"),)), State.BLOCKED, id="login"),
    pytest.param(page("", 500), State.UNREACHABLE, id="500"),
    pytest.param(page("", 503), State.UNREACHABLE, id="503"),
    pytest.param(page("<html>Not found</html>", 404), State.UNRESOLVED, id="404"),
    pytest.param(page(""), State.UNRESOLVED, id="empty"),
    pytest.param(page("{}"), State.UNRESOLVED, id="JSON"),
    pytest.param(page("<html><body><div id='app'></div></body></html>"), State.UNRESOLVED, id="empty shell"),
    pytest.param(page(nothing()), State.UNRESOLVED, id="nothing to show"),
    pytest.param(page(frame(post_id="zzzzzzz")), State.UNRESOLVED, id="another post"),
    pytest.param(page(frame(None, None)), State.UNRESOLVED, id="nothing shown"),
    pytest.param(page(frame(None, None, extra="<p>Not supported post</p>")), State.UNRESOLVED, id="not supported"),
    pytest.param(exchange(EMBED_URL, b"x", 200, HTML, (("Content-Encoding", "gzip"),)), State.UNRESOLVED, id="broken"),
)


@pytest.mark.parametrize(("answer", "state"), WALLS)
def test_what_stands_in_the_way_says_nothing_of_the_post(answer: Exchange, state: State) -> None:
    asked, verdict = look(answer)
    assert asked == [EMBED, OEMBED, FEED]
    assert (verdict.state, verdict.positive) == (state, False)
    assert verdict.reason


def test_what_a_page_without_a_post_says_by_itself() -> None:
    assert read_embed(REF, page(nothing()))[0].kind is AnswerKind.UNSAID
    assert read_embed(REF, page("<html><body></body></html>"))[0].kind is AnswerKind.UNEXPECTED
    assert read_feed(REF, atom(feed())).kind is AnswerKind.UNSAID
    assert read_feed(REF, atom("<html><body></body></html>")).kind is AnswerKind.UNEXPECTED
    assert read_feed(REF, atom("<html><title>Welcome to Reddit</title></html>")).kind is AnswerKind.REFUSED
    assert read_feed(REF, atom("<html>whoa there, pardner!</html>", 404)).kind is AnswerKind.REFUSED
    assert read_feed(REF, NO_FEED).kind is AnswerKind.NOT_FOUND


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (exchange(OEMBED_URL, "<html>whoa there, pardner!</html>", 403, HTML), State.BLOCKED),
        (exchange(OEMBED_URL, "<html>whoa there, pardner!</html>", 404, HTML), State.BLOCKED),
        (exchange(OEMBED_URL, "{}", 429), State.BLOCKED),
        (quote({"message": "Forbidden", "error": 403}, 403), State.BLOCKED),
        (exchange(OEMBED_URL, "", 502, HTML), State.UNREACHABLE),
        (quote([]), State.UNRESOLVED),
        (quote(quotation(link="https://www.reddit.com/r/bridges/comments/zzzzzzz/")), State.UNRESOLVED),
        (quote({"title": "x", "html": 7}), State.UNRESOLVED),
        (exchange(OEMBED_URL, "<html>Log in</html>", 200, HTML), State.UNRESOLVED),
    ],
)
def test_what_stands_in_a_quotations_place(answer: Exchange, state: State) -> None:
    asked, verdict = look(None, answer, None)
    assert asked == [EMBED, OEMBED] + [FEED] * (state is not State.BLOCKED)
    assert (verdict.state, verdict.positive) == (state, False)


def test_other_ids_are_not_asked_for() -> None:
    for post_id in ("", "A2", "x", "1a2b3c4/..", "1a2b3c4d5e6f", "1a 2b"):
        asked, (answer,) = drive_look(PLATFORM, PLATFORM.ref_from_id(post_id), {})
        assert (asked, answer.kind) == ([], AnswerKind.NOT_PUBLIC)


# -- whatever comes: an answer, no error, and "deleted" only where one of Reddit's own placeholders stands

PIECES = (
    f'<shreddit-screenview-data data=\'{{"post":{{"id":"t3_{ID}"}}}}\'></shreddit-screenview-data>',
    "<shreddit-screenview-data data='{'></shreddit-screenview-data>",
    f"<shreddit-post id='t3_{ID}' post-title='x' created-timestamp='never'>",
    f"<div id='t3_{ID}-post-rtjson-content'>",
    "<h1>",
    "This post has been",
    " ",
    "deletedd",
    "<entry>",
    f"<id>t3_{ID}</id>",
    "<feed>",
    "<content>&lt;div class=md&gt;",
    "<author><name>/u/[deleted]</name></author>",
    "</div>",
    "\x00",
    "&#xD800;",
)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.floats()
    | st.integers()
    | st.text(max_size=8)
    | st.sampled_from(["t3_" + ID, PERMALINK]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["title", "html", "author_name", "error", "reason", "data", "children", "id"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(
    body=st.one_of(
        st.binary(max_size=200), st.lists(st.sampled_from(PIECES), max_size=10).map("".join), VALUES.map(json.dumps)
    ),
    status=st.sampled_from([200, 200, 200, 301, 302, 400, 401, 403, 404, 410, 418, 429, 451, 500, 503]),
    target=st.sampled_from(["", "https://www.reddit.com/login", "//[", "https://x.example/"]),
    kind=st.sampled_from([HTML, ATOM, "application/json", ""]),
)
def test_whatever_comes_is_an_answer_and_never_deleted(body: bytes | str, status: int, target: str, kind: str) -> None:
    headers = (("Location", target),) if target else ()
    for answer in (
        read_embed(REF, exchange(EMBED_URL, body, status, kind, headers))[0],
        read_oembed(REF, exchange(OEMBED_URL, body, status, kind, headers), placed=True),
        read_feed(REF, exchange(FEED_URL, body, status, kind, headers)),
    ):
        assert isinstance(answer, Answer)
        assert answer.reason
        # a bare "not found" is no more than that
        bare = answer.kind is AnswerKind.NOT_FOUND and status == 404
        assert answer.state is not State.DELETED or bare
        assert not (bare and answer.positive)


def _mutated(source: str, roll: random.Random) -> str:
    tree = LexborHTMLParser(source)
    for _ in range(roll.randint(1, 4)):
        nodes = [n for n in tree.css("*") if n.tag not in ("html", "head", "body", "-undef")]
        if not nodes:
            break
        node = roll.choice(nodes)
        if roll.random() < 0.4:
            node.decompose(recursive=True)
        elif roll.random() < 0.5:
            node.insert_after(roll.choice(("\x00", "🔥" * 50, "[deleted", "This post")))
        else:
            names = [name for name in node.attributes if name]
            node.attrs[roll.choice(names or ["id"])] = roll.choice(
                ("", "{}", "t3_", "9" * 99, "https://[::1", "[deleted]")
            )
    return tree.html or ""


@given(seed=st.integers(0, 1 << 32))
def test_a_damaged_page_of_a_post_never_says_that_it_is_deleted(seed: int) -> None:
    roll = random.Random(seed)
    source = _mutated(frame(), roll)
    cut = source[: roll.randrange(len(source) + 1)] if roll.random() < 0.5 else source
    assert read_embed(REF, page(cut))[0].state is not State.DELETED
    source = feed(entry(), entry(post_id="t1_k1"))
    at = roll.randrange(len(source))
    cut = source[:at] + source[at + roll.randint(0, 40) :]
    assert read_feed(REF, atom(cut)).state is not State.DELETED
    data = copy.deepcopy(quotation())
    data.pop(roll.choice(sorted(data)))
    assert read_oembed(REF, quote(data), placed=True).state is not State.DELETED


def test_the_cost_of_a_page_grows_with_its_length() -> None:
    def cost(times: int) -> float:
        began = time.process_time()
        for body in (
            frame(words="<p>a</p>" * times),
            frame(words=None, extra="<p>This post has been " * times),
            frame(extra="<a href='/user/x'></a>" * times),
            frame(title="sorry, this post was " * times),
            frame(words="<b>" * times),
            frame(words="<div>" * times),
            frame(extra="<div " + " ".join(f"a{n}" for n in range(times)) + "></div>"),
        ):
            assert isinstance(read_embed(REF, page(body))[0], Answer)
        for body in (
            feed(entry() * times),
            feed("<entry>" * times),
            feed(entry(words="<div>" * times)),
            feed(entry(words="<p>a</p>" * times)),
        ):
            assert isinstance(read_feed(REF, atom(body)), Answer)
        assert isinstance(read_oembed(REF, quote(quotation("[ removed by reddit" * times)), placed=True), Answer)
        return time.process_time() - began

    cost(100)
    assert cost(16_000) < 4 * 4 * cost(4_000)


# -- through the door, against the twin

NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)
EXPECTED = {
    PostState.LIVE: State.LIVE,
    PostState.DELETED: State.DELETED,
    PostState.SUSPENDED: State.RESTRICTED,  # its posts are removed
    PostState.ACCOUNT_GONE: State.LIVE,  # its posts stay, without its name
    PostState.PROTECTED: State.LIVE,  # there are no protected accounts
}


@pytest.fixture(scope="module")
def crowd() -> Crowd:
    crowd = Crowd(5, size=10, notes_each=30)
    for number, state in enumerate((PostState.SUSPENDED, PostState.ACCOUNT_GONE, PostState.PROTECTED)):
        crowd.change_person(number, state=state)
    for number in range(3, 10):
        crowd.change_person(number, state=PostState.LIVE)
    return crowd


@pytest.fixture(scope="module")
def twin(crowd: Crowd) -> Iterator[Twin]:
    with Twin(Population([]), clock=NOW, crowd=crowd) as running:
        yield running
        assert running.errors == []


@pytest.fixture
def site(twin: Twin) -> Iterator[RedditSite]:
    site = twin.crowd_sites["reddit"]
    assert isinstance(site, RedditSite)
    yield site
    site.refuses, site.removed, site.reasons = frozenset(), set(), {}


@pytest.fixture
def door(twin: Twin) -> Iterator[Door]:
    hosts = ("*", "www.reddit.com", "embed.reddit.com", "reddit.com")
    settings = WebSettings(
        connect_to=twin.connect_to, ca_file=str(twin.ca_file), rates=dict.fromkeys(hosts, 60_000.0), retries=0
    )
    with Door(settings, sleep=lambda _: None) as door:
        yield door


def note_of(crowd: Crowd, state: PostState) -> Note:
    """A note that is not deleted, unless that is its state."""
    own = PostState.DELETED if state is PostState.DELETED else PostState.LIVE
    return next(
        note
        for person in range(len(crowd))
        for note in crowd.on("reddit", person)
        if note.state is state and note.own_state is own
    )


@pytest.mark.parametrize("state", EXPECTED)
@pytest.mark.parametrize("refuses", [(), ("embed",), ("embed", "oembed"), ("feed",)])
def test_every_state_of_the_twin_is_read(
    crowd: Crowd, door: Door, site: RedditSite, state: PostState, refuses: tuple[str, ...]
) -> None:
    site.refuses = frozenset(refuses)
    note = note_of(crowd, state)
    ref = PLATFORM.ref_from_url(note.url_on("reddit"))
    assert ref is not None
    seen = observe(ref, fetcher=door, platform=PLATFORM)
    if "oembed" in refuses:
        assert seen.state is State.BLOCKED  # the feed is the same host's: it is not asked as well
        return
    if "embed" in refuses and state in (PostState.SUSPENDED, PostState.ACCOUNT_GONE):
        assert seen.state in (EXPECTED[state], State.UNRESOLVED)  # a title alone tells less
        return
    assert seen.state is EXPECTED[state]
    if seen.state is State.LIVE:
        assert seen.post is not None
        assert seen.post.title == note.title
        if "embed" not in refuses:
            assert (seen.post.text or "") == note.rest
            assert seen.post.created_at == note.created


def test_what_moderators_and_communities_do(crowd: Crowd, door: Door, site: RedditSite) -> None:
    note = note_of(crowd, PostState.LIVE)
    ref = PLATFORM.ref_from_url(note.url_on("reddit"))
    assert ref is not None
    site.removed.add(note.id_on("reddit"))
    assert observe(ref, fetcher=door, platform=PLATFORM).state is State.RESTRICTED
    for reason, state in (("private", State.PROTECTED), ("banned", State.SUSPENDED), ("quarantined", State.RESTRICTED)):
        site.reasons = {note.community: reason}
        assert observe(ref, fetcher=door, platform=PLATFORM).state is state


def test_an_id_that_never_was(door: Door, site: RedditSite) -> None:
    assert site.crowd is not None
    ref = PLATFORM.ref_from_url("https://www.reddit.com/r/bridges/comments/zzzzzzz/")
    assert ref is not None
    assert observe(ref, fetcher=door, platform=PLATFORM).state is State.DELETED
    assert observe(PLATFORM.ref_from_id("zzzzzzz"), fetcher=door, platform=PLATFORM).state is State.UNRESOLVED


def test_the_control_post_of_the_twin_is_readable(door: Door, site: RedditSite) -> None:
    assert Control(door, PLATFORM).look().verdict.state.readable
    site.refuses = frozenset({"embed", "oembed", "feed"})
    assert not Control(door, PLATFORM).look().verdict.state.readable
