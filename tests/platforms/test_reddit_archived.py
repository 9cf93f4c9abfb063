"""What archived copies of Reddit's pages show, in every form that the site had, and where copies are looked for."""

from __future__ import annotations

import copy
import html
import json
import random
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.model import Mention, Post
from archiver.platforms.reddit import PLATFORM
from tests.platforms.driving import exchange
from tests.platforms.test_reddit_answers import entry, feed, frame, nothing, quotation

ID = "1a2b3c4"
MADE = datetime(2016, 3, 14, 7, 5, 9, tzinfo=UTC)
COPY = f"https://web.archive.org/web/20160320101500id_/https://www.reddit.com/r/Bridges/comments/{ID}/the_bridge/"
HTML = "text/html; charset=utf-8"
TITLE = "The swing bridge is shut & nobody knows why"
WORDS = "Since noon.\n\nAsk at the quay"
FOUND = PLATFORM.ref_from_url(f"https://www.reddit.com/r/Bridges/comments/{ID}/the_bridge/")
assert FOUND is not None
REF = FOUND
BARE = PLATFORM.ref_from_id(ID)


def read(body: str | bytes | dict[str, Any] | list[Any], bare: bool = False) -> Post | None:
    if isinstance(body, dict | list):
        body = json.dumps(body)
    return PLATFORM.read_archived(BARE if bare else REF, exchange(COPY, body, 200, HTML))


def thing(
    *,
    title: str = TITLE,
    author: str | None = "ana_example",
    words: str | None = "<p>Since noon.</p>\n\n<p>Ask at the quay</p>\n",
    url: str = f"/r/Bridges/comments/{ID}/the_bridge/",
    stamp: str = f'data-timestamp="{round(MADE.timestamp() * 1000)}"',
    attributes: str = "",
    by: str | None = None,
) -> str:
    """A page as the site was drawn until 2018, and as old.reddit.com is."""
    named = f'data-author="{author}" data-author-fullname="t2_abc12"' if author else ""
    body = (
        f'<div class="expando"><form class="usertext"><div class="usertext-body"><div class="md">{words}</div></div>'
        "</form></div>"
        if words is not None
        else ""
    )
    by = by if by is not None else f'<a class="author" href="/user/{author}">{author}</a>' if author else "[deleted]"
    return (
        f'<html><head><link rel="canonical" href="https://www.reddit.com/r/Bridges/comments/{ID}/the_bridge/"></head>'
        f'<body><div class="thing id-t3_{ID} link self" id="thing_t3_{ID}" data-fullname="t3_{ID}" {named} {stamp} '
        f'data-url="{url}" {attributes}><div class="entry"><p class="title"><a class="title may-blank" href="{url}">'
        f'{html.escape(title)}</a> <span class="domain">(self.Bridges)</span></p><p class="tagline">submitted '
        f'<time datetime="{MADE.isoformat()}">1 year ago</time> by {by}</p>{body}</div></div>'
        '<div class="thing comment" data-fullname="t1_k1" data-author="somebody"><div class="usertext-body">'
        '<div class="md"><p>[deleted]</p></div></div></div></body></html>'
    )


def state(**changes: Any) -> str:
    """A page as the site was drawn from 2018 to 2023."""
    model = {
        "id": f"t3_{ID}",
        "title": TITLE,
        "author": "ana_example",
        "authorId": "t2_abc12",
        "created": round(MADE.timestamp() * 1000),
        "permalink": f"https://www.reddit.com/r/Bridges/comments/{ID}/the_bridge/",
        "media": {"type": "rtjson", "content": "<p>Since noon.</p><p>Ask at the quay</p>", "markdownContent": "x"},
        "source": None,
    } | changes
    data = json.dumps({"posts": {"models": {f"t3_{ID}": model, "t3_zzzzzz": {"title": "Another"}}}})
    return (
        f'<html><head><script id="data">window.___r = {data}; window.___prefetches = ["x.js"];</script></head>'
        "<body><div id='2x-container'></div></body></html>"
    )


def shreddit(
    title: str = TITLE, author: str = "ana_example", words: str = "<p>Since noon.</p><p>Ask at the quay</p>"
) -> str:
    """A page as the site is drawn since 2023."""
    return (
        f'<html><body><shreddit-post id="t3_{ID}" post-title="{html.escape(title)}" author="{author}" '
        f'author-id="t2_abc12" post-type="text" '
        f'created-timestamp="2016-03-14T07:05:09.000000+0000" permalink="/r/Bridges/comments/{ID}/x/" '
        f'content-href="https://www.reddit.com/r/Bridges/comments/{ID}/x/"><h1 slot="title">{html.escape(title)}</h1>'
        f'<div slot="text-body"><div class="md">{words}</div></div></shreddit-post>'
        "<shreddit-comment><p>This post has been deleted</p></shreddit-comment></body></html>"
    )


def record(**changes: Any) -> dict[str, Any]:
    """The post in the site's JSON, whose texts have three characters escaped."""
    return {
        "id": ID,
        "name": f"t3_{ID}",
        "title": html.escape(TITLE, quote=False),
        "author": "ana_example",
        "author_fullname": "t2_abc12",
        "subreddit": "Bridges",
        "selftext": "Since noon.\n\nAsk at [the quay](https://quay.example/)",
        "selftext_html": html.escape('<div class="md"><p>Since noon.</p>\n\n<p>Ask at the quay</p></div>', quote=False),
        "created_utc": MADE.timestamp(),
        "edited": False,
        "url": f"https://www.reddit.com/r/Bridges/comments/{ID}/the_bridge/",
        "permalink": f"/r/Bridges/comments/{ID}/the_bridge/",
    } | changes


def thread(**changes: Any) -> list[Any]:
    comment = {"kind": "t1", "data": {"id": ID, "body": "A comment with the same id", "title": "x"}}
    return [
        {"kind": "Listing", "data": {"children": [{"kind": "t3", "data": record(**changes)}]}},
        {"kind": "Listing", "data": {"children": [comment]}},
    ]


FORMS = {
    "old page": thing(),
    "state in the page": state(),
    "page of today": shreddit(),
    "thread in JSON": json.dumps(thread()),
    "listing in JSON": json.dumps(thread()[0]),
    "record in JSON": json.dumps(thread()[0]["data"]["children"][0]),
    "feed": feed(entry(TITLE, "<p>Since noon.</p><p>Ask at the quay</p>")),
    "frame": frame(TITLE, "<p>Since noon.</p><p>Ask at the quay</p>"),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_a_copy_is_read_alike(form: str) -> None:
    for bare in (False, True):
        post = read(FORMS[form], bare)
        assert post is not None
        assert (post.title, post.text, post.handle) == (TITLE, WORDS, "ana_example")
        assert (post.id, post.url) == (ID, "https://www.reddit.com/r/Bridges/comments/1a2b3c4/")
        assert (post.text_complete, post.media, post.edited_at) == (True, (), None)
        if form not in ("feed", "frame"):
            assert (post.created_at, post.account_id) == (MADE, "t2_abc12")
        assert post.created_at is not None
        assert post.links == ()


def test_a_copy_of_the_quotation_holds_the_title() -> None:
    post = read(quotation(TITLE))
    assert post is not None
    assert (post.title, post.text, post.text_complete, post.created_at) == (TITLE, None, False, None)


def test_recorded_copies(recordings: Path) -> None:
    (page,) = (recordings / "reddit/page").glob("*.html")
    quote = json.loads(next((recordings / "reddit/oembed").glob("*.json")).read_bytes())
    ref = PLATFORM.ref_from_id("7pfpeq")
    post = PLATFORM.read_archived(ref, exchange(COPY, page.read_bytes(), 200, HTML))
    assert post is not None
    assert (post.title, post.handle) == (quote["title"], quote["author_name"])
    assert post.url == "https://www.reddit.com/r/investing/comments/7pfpeq/"
    assert post.created_at is not None
    assert post.created_at.date().isoformat() == "2018-01-10"
    assert post.text is not None
    assert len(post.links) == 1
    assert post.links[0] in post.text
    assert PLATFORM.read_archived(PLATFORM.ref_from_id("7pfpeo"), exchange(COPY, page.read_bytes(), 200, HTML)) is None

    raw = (recordings / "reddit/json/graw_thread.json").read_bytes()
    told = json.loads(raw)[0]["data"]["children"][0]["data"]
    post = PLATFORM.read_archived(PLATFORM.ref_from_id(told["id"]), exchange(COPY, raw))
    assert post is not None
    assert (post.title, post.handle) == (told["title"], told["author"])
    assert post.text is not None
    assert post.text.split() == told["selftext"].split()
    assert post.created_at == datetime.fromtimestamp(told["created_utc"], UTC)
    assert post.edited_at == datetime.fromtimestamp(told["edited"], UTC)
    more = (recordings / "reddit/json/graw_more.json").read_bytes()
    assert PLATFORM.read_archived(PLATFORM.ref_from_id(told["id"]), exchange(COPY, more)) is None


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(thing().replace(f"t3_{ID}", "t3_zzzzzz"), id="an old page of another post"),
        pytest.param(state().replace(f"t3_{ID}", "t3_yyyyyy"), id="the state of another post"),
        pytest.param(shreddit().replace(f"t3_{ID}", "t3_zzzzzz"), id="a page of another post"),
        pytest.param(json.dumps(thread(id="zzzzzz")), id="JSON of another post"),
        pytest.param(
            json.dumps(quotation(link="https://www.reddit.com/r/x/comments/zzzzzz/")), id="another's quotation"
        ),
        pytest.param(feed(entry(post_id="t3_zzzzzz")), id="another's feed"),
        pytest.param(feed(), id="an empty feed"),
        pytest.param(nothing(), id="a frame without a post"),
        pytest.param('{"message": "Forbidden", "error": 403}', id="an error"),
        pytest.param("<html><title>Welcome to Reddit</title></html>", id="a login wall"),
        pytest.param("<html><title>Blocked</title>whoa there, pardner!</html>", id="a block page"),
        pytest.param("", id="empty"),
        pytest.param("[", id="half"),
        pytest.param(
            json.dumps(thread(title="[deleted by user]", selftext="[deleted]", selftext_html=None, author="[deleted]")),
            id="deleted",
        ),
        pytest.param(thing(title="[deleted by user]", author=None, words="<p>[deleted]</p>"), id="deleted, old page"),
    ],
)
def test_copies_that_do_not_show_the_post(body: str) -> None:
    assert read(body) is None


@pytest.mark.parametrize(
    "body",
    [
        json.dumps(thread(selftext="[removed]", selftext_html=html.escape("<p>[removed]</p>"), author="[deleted]")),
        json.dumps(thread(selftext="[deleted]", selftext_html=None, author="[deleted]")),
        json.dumps(thread(selftext="", selftext_html=None, removed_by_category="moderator")),
        thing(words="<p>[removed]</p>"),
        thing(words="<p>[deleted]</p>", author=None),
        feed(entry(TITLE, "<p>[removed]</p>", "/u/[deleted]")),
        state(author="[deleted]", media={"type": "rtjson", "content": "<p>[removed]</p>"}),
    ],
)
def test_a_copy_from_after_the_removal_shows_the_title_alone(body: str) -> None:
    post = read(body)
    assert post is not None
    assert (post.title, post.text, post.text_complete) == (TITLE, None, False)


def test_where_a_copy_does_not_say_where_it_stands_the_address_does() -> None:
    post = read(state(permalink=None))
    assert post is not None
    assert post.url == "https://www.reddit.com/r/Bridges/comments/1a2b3c4/"
    post = read(state(permalink=None), bare=True)
    assert post is not None
    assert post.url == "https://www.reddit.com/comments/1a2b3c4/"


def test_facts_of_old_pages() -> None:
    link = thing(words=None, url="https://news.example/1", by='<a class="author">ana_example</a>')
    post = read(link)
    assert post is not None
    assert (post.links, post.text, post.title) == (("https://news.example/1",), None, TITLE)
    assert post.url == "https://www.reddit.com/r/Bridges/comments/1a2b3c4/"
    picture = read(thing(words=None, url="https://i.redd.it/1a2b3c4d5e6f7.jpg"))
    assert picture is not None
    assert [(m.kind, m.url) for m in picture.media] == [("photo", "https://i.redd.it/1a2b3c4d5e6f7.jpg")]
    edited = thing().replace(
        "</time>", '</time><time class="edited-timestamp" datetime="2016-03-15T00:00:00+00:00">', 1
    )
    post = read(edited)
    assert post is not None
    assert post.edited_at == datetime(2016, 3, 15, tzinfo=UTC)
    assert post.created_at == MADE
    first = '<p class="tagline"><time class="edited-timestamp" datetime="2016-03-15T00:00:00+00:00">x</time>'
    post = read(thing(stamp="").replace('<p class="tagline">', first))
    assert post is not None
    assert post.created_at == MADE
    oldest = thing(stamp="").replace("data-", "x-").replace(f"thing id-t3_{ID} link self", "thing")
    post = read(oldest)
    assert post is not None
    assert (post.title, post.handle, post.created_at, post.text) == (TITLE, "ana_example", MADE, WORDS)


def test_facts_of_the_json() -> None:
    post = read(thread(edited=MADE.timestamp() + 60, crosspost_parent="t3_zzzzzz"))
    assert post is not None
    assert (post.edited_at, post.quoted) == (datetime(2016, 3, 14, 7, 6, 9, tzinfo=UTC), "reddit:zzzzzz")
    post = read(thread(selftext_html=None, selftext="3 &lt; 4 &amp;amp; 5"))
    assert post is not None
    assert post.text == "3 < 4 &amp; 5"
    post = read(thread(url="https://news.example/a?b=1&amp;c=2", selftext="", selftext_html=None))
    assert post is not None
    assert (post.links, post.text) == (("https://news.example/a?b=1&c=2",), "")
    post = read(thread(subreddit="u_ana_example"), bare=True)
    assert post is not None
    assert post.url == "https://www.reddit.com/user/ana_example/comments/1a2b3c4/"
    film = {"reddit_video": {"fallback_url": "https://v.redd.it/x/DASH_720.mp4?source=a", "width": 720, "height": 405}}
    gallery = {
        "gallery_data": {"items": [{"media_id": "b"}, {"media_id": "a"}, {"media_id": "none"}, 7]},
        "media_metadata": {k: {"s": {"u": f"https://preview.redd.it/{k}.jpg?a=1&amp;b=2"}} for k in "ab"},
    }
    post = read(thread(media=film, **gallery))
    assert post is not None
    assert [(m.kind, m.url, m.width) for m in post.media] == [
        ("video", "https://v.redd.it/x/DASH_720.mp4?source=a", 720),
        ("photo", "https://preview.redd.it/b.jpg?a=1&b=2", None),
        ("photo", "https://preview.redd.it/a.jpg?a=1&b=2", None),
    ]


def test_addresses_of_copies() -> None:
    assert PLATFORM.archived_urls(REF)[:5] == (
        f"https://www.reddit.com/r/bridges/comments/{ID}/",
        f"https://old.reddit.com/r/bridges/comments/{ID}/",
        f"https://www.reddit.com/r/bridges/comments/{ID}/.json",
        f"https://redd.it/{ID}",
        f"https://www.reddit.com/comments/{ID}/",
    )
    assert all(url.startswith("https://") for url in PLATFORM.archived_urls(BARE))


def mention(**fields: Any) -> Mention:
    known = {"source": "a.html", "platform": "reddit", "rule": "reddit.blockquote", "confidence": 0.9}
    return Mention(**(known | fields))


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (
            {"url": f"https://www.reddit.com/r/Bridges/comments/{ID}/", "date": "2023-03-14"},
            [("reddit.com/r/bridges/comments/", "20230313", "20230513")],
        ),
        (
            {"links": ("https://www.reddit.com/r/Bridges/",), "published": "2023-03-14"},
            [("reddit.com/r/bridges/comments/", "20230113", "20230513")],
        ),
        ({"handle": "u/Ana_Example", "date": "0007-01-01"}, [("reddit.com/user/ana_example/comments/", None, None)]),
        (
            {"handle": "ana", "found_url": "https://old.reddit.com/r/A_b/comments/1a2b3c4/x/"},
            [("reddit.com/r/a_b/comments/", None, None), ("reddit.com/user/ana/comments/", None, None)],
        ),
        (
            {"links": tuple(f"https://www.reddit.com/r/sub{n}/" for n in range(9))},
            [("reddit.com/r/sub0/comments/", None, None), ("reddit.com/r/sub1/comments/", None, None)],
        ),
        ({"handle": "no body", "links": ("https://news.example/r/x/",), "date": "0007-01-01"}, []),
    ],
)
def test_where_copies_are_looked_for(
    fields: dict[str, Any], expected: list[tuple[str, str | None, str | None]]
) -> None:
    queries = PLATFORM.archive_queries(mention(**fields), None)
    assert [(query.prefix, query.since, query.until) for query in queries] == expected


@pytest.mark.parametrize(
    ("url", "words"),
    [
        (f"https://www.reddit.com/r/Bridges/comments/{ID}/the_swing_bridge_is_shut/", "the swing bridge is shut"),
        (f"https://old.reddit.com/r/Bridges/comments/{ID}/the_bridge/k1l2m3n/?context=3", "the bridge"),
        (f"https://www.reddit.com/user/ana/comments/{ID}/%D0%BC%D0%BE%D1%81%D1%82/", "мост"),
        (f"https://www.reddit.com/r/Bridges/comments/{ID}/", None),
        (f"https://www.reddit.com/r/Bridges/comments/{ID}/comment/k1l2m3n/", None),
        (f"https://www.reddit.com/r/Bridges/comments/{ID}/_-_/", None),
        (f"https://redd.it/{ID}", None),
        ("https://news.example/r/Bridges/comments/1a2b3c4/the_bridge/", None),
        ("", None),
    ],
)
def test_words_in_an_address(url: str, words: str | None) -> None:
    assert PLATFORM.words_in_url(url) == words


@given(
    body=st.one_of(
        st.binary(max_size=200),
        st.lists(st.sampled_from([*FORMS.values(), "\x00", "<html>", "["]), max_size=3).map("".join),
    ),
    begin=st.integers(0, 400),
    end=st.integers(0, 3000),
    coding=st.sampled_from(["", "gzip", "x-unknown"]),
)
def test_whatever_a_copy_holds_is_read_or_passed_over(body: bytes | str, begin: int, end: int, coding: str) -> None:
    """A post that is read is the one that was asked for, whatever the bytes are."""
    headers = (("Content-Encoding", coding),) if coding else ()
    for data in (body, body[begin:], body[:end]):
        post = PLATFORM.read_archived(REF, exchange(COPY, data, 200, HTML, headers))
        assert post is None or (post.id, post.platform) == (ID, "reddit")


@given(seed=st.integers(0, 1 << 32))
def test_damaged_json_is_read_or_passed_over(seed: int) -> None:
    roll = random.Random(seed)
    gallery = {
        "gallery_data": {"items": [{"media_id": "a"}]},
        "media_metadata": {"a": {"s": {"u": "https://x.example/"}}},
    }
    data: Any = copy.deepcopy(thread(**gallery, preview={"images": [{"source": {"url": "https://x.example/p"}}]}))
    for _ in range(roll.randint(1, 5)):
        at = data
        while True:
            keys = list(at) if isinstance(at, dict) else list(range(len(at)))
            if not keys:
                break
            key = roll.choice(keys)
            if isinstance(at[key], dict | list) and at[key] and roll.random() < 0.8:
                at = at[key]
                continue
            at[key] = roll.choice(
                (
                    None,
                    True,
                    0,
                    -1,
                    1e308,
                    10**30,
                    "",
                    "x" * 9000,
                    [],
                    {},
                    [[]],
                    "\ud800".encode("utf-8", "replace").decode(),
                )
            )
            break
    post = read(data)
    assert post is None or post.id == ID


def test_deep_and_long_json_is_bounded() -> None:
    deep: Any = thread()
    for _ in range(60):
        deep = {"data": [deep]}
    assert read(deep) is None
    assert read([[] for _ in range(100_000)]) is None
    assert read("[" * 100_000) is None
    many = {"data": {"children": [{"data": {"children": [{"data": {}}] * 100}}] * 100}}
    assert read(many) is None


def test_odd_references_are_passed_over() -> None:
    for odd in ("", "A", "x'\"]", '1a2b3c4"] , *', "ä", "t3_1a2b3c4", "1" * 40):
        for form in FORMS.values():
            assert PLATFORM.read_archived(PLATFORM.ref_from_id(odd), exchange(COPY, form, 200, HTML)) is None
