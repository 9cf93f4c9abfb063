"""What Tumblr's answers say. Invariant: only 404, or a blog's own answer without the post, counts against a post, and
two endpoints have to agree before it is said to be deleted."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.exchange import Exchange
from archiver.model import Answer, AnswerKind, Mention, PostRef, State
from archiver.platforms.base import Clues
from archiver.platforms.tumblr import PLATFORM, endpoints
from tests.platforms.driving import drive_look, exchange
from tests.platforms.hostile import (
    NO_FINDING,
    STATUSES,
    TYPES,
    ask_always,
    bodies,
    cuts,
    missing_states,
    mutations,
)

ID = "730460905855467520"
BLOG = "ana-example"
REF = PLATFORM.ref_from_id(ID, BLOG)
MADE = datetime(2023, 10, 6, 19, 50, 5, tzinfo=UTC)
STAMP = int(MADE.timestamp())
JS = "text/javascript; charset=utf-8"
HTML = "text/html; charset=utf-8"

API = endpoints.api_lookup(BLOG, ID).url
OEMBED = endpoints.oembed_lookup(BLOG, ID).url
PAGE = endpoints.page_lookup(BLOG, ID).url
THERE = endpoints.blog_lookup(BLOG).url
URLS = {"api": API, "oembed": OEMBED, "page": PAGE, "blog": THERE}


def entry(**members: Any) -> dict[str, Any]:
    return {
        "id": ID,
        "url": f"https://{BLOG}.tumblr.com/post/{ID}",
        "type": "regular",
        "unix-timestamp": STAMP,
        "regular-title": "The bridge",
        "regular-body": "<p>The swing bridge is open.<br>Mind the gap &amp; the <a href='https://t.umblr.com/redirect?z="
        "https%3A%2F%2Fnews.example%2F&amp;t=x'>gulls</a></p>",
        "tags": ["harbour"],
    } | members


def answer_of(*posts: Any, blog: str = BLOG, total: int = 1) -> dict[str, Any]:
    return {
        "tumblelog": {"name": blog, "title": "Ana's harbour", "timezone": "Europe/London", "cname": False},
        "posts-start": 0,
        "posts-total": total,
        "posts": list(posts),
    }


def script(value: Any) -> str:
    return f"var tumblr_api_read = {json.dumps(value)};\n"


def api(*posts: Any, url: str = API) -> Exchange:
    return exchange(url, script(answer_of(*posts)), 200, JS)


def oembed(**members: Any) -> Exchange:
    body = {
        "url": f"https://www.tumblr.com/{BLOG}/{ID}",
        "author_name": "Ana's harbour",
        "type": "rich",
        "html": "<div>",
    }
    return exchange(OEMBED, json.dumps(body | members))


def page_of(body: str = "The swing bridge is open.") -> str:
    described = {
        "@type": "SocialMediaPosting",
        "url": f"https://{BLOG}.tumblr.com/post/{ID}",
        "datePublished": "2023-10-06T19:50:05+00:00",
        "author": BLOG,
        "articleBody": body,
        "image": "https://64.media.tumblr.com/a/tumblr_a_1280.jpg",
    }
    return (
        f'<html><head><meta property="og:url" content="{PAGE}"><meta property="og:type" content="article">'
        f'<script type="application/ld+json">{json.dumps(described)}</script></head><body>theme</body></html>'
    )


def missing(url: str, status: int = 404) -> Exchange:
    return exchange(url, "<html><title>Not found.</title></html>", status, HTML)


def look(**answers: Exchange | None) -> tuple[list[str], list[Answer], Answer]:
    asked, said = drive_look(PLATFORM, REF, {URLS[name]: answer for name, answer in answers.items()})
    return asked, said, PLATFORM.judge(REF, said)


# -- the record


def test_the_api_has_the_whole_post() -> None:
    asked, said, verdict = look(api=api(entry()), oembed=oembed(), page=exchange(PAGE, page_of(), 200, HTML))
    assert asked == [API, OEMBED, PAGE]
    assert [answer.kind for answer in said] == [AnswerKind.SHOWN] * 3
    post = verdict.post
    assert post is not None
    assert (verdict.state, post.text, post.title) == (
        State.LIVE,
        "The swing bridge is open.\nMind the gap & the gulls",
        "The bridge",
    )
    assert (post.handle, post.display_name, post.created_at) == (BLOG, "Ana's harbour", MADE)
    assert (post.links, post.url) == (("https://news.example/",), REF.url)


@pytest.mark.parametrize(
    ("members", "text", "title", "media"),
    [
        (
            {
                "type": "photo",
                "photo-caption": "<p>Two boats</p>",
                "photo-url-1280": "https://64.media.tumblr.com/a_1280.gif",
                "photo-url-75": "https://64.media.tumblr.com/a_75.gif",
            },
            "Two boats",
            None,
            [("gif", "a_1280.gif")],
        ),
        (
            {
                "type": "photo",
                "photos": [
                    {
                        "photo-url-500": "https://64.media.tumblr.com/1.jpg",
                        "caption": "Left",
                        "width": 500,
                        "height": "3",
                    },
                    {"photo-url-1280": "https://64.media.tumblr.com/2.jpg"},
                ],
            },
            "",
            None,
            [("photo", "1.jpg"), ("photo", "2.jpg")],
        ),
        ({"type": "link", "link-text": "News", "link-description": "<p>Read</p>"}, "Read", "News", []),
        (
            {"type": "quote", "quote-text": "Mind &amp; gap", "quote-source": "a sign"},
            "“Mind & gap”\n— a sign",
            None,
            [],
        ),
        ({"type": "conversation", "conversation-text": "A: hi\nB: ho"}, "A: hi B: ho", None, []),
        ({"type": "answer", "question": "Open?", "answer": "<p>Yes</p>"}, "Open?\n\nYes", None, []),
        (
            {
                "type": "video",
                "video-caption": "<p>Turning</p>",
                "video-player": '<video><source src="https://va.media.tumblr.com/v.mp4" type="video/mp4"></video>',
            },
            "Turning",
            None,
            [("video", "v.mp4")],
        ),
        ({"type": "no-such-kind"}, "", None, []),
    ],
)
def test_every_kind_of_post(
    members: dict[str, Any], text: str, title: str | None, media: list[tuple[str, str]]
) -> None:
    plain = {"id": int(ID), "url": f"https://{BLOG}.tumblr.com/post/{ID}", "unix-timestamp": str(STAMP)} | members
    _, said, _ = look(api=api(plain), oembed=None, page=None)
    post = said[0].post
    assert post is not None
    assert (post.text, post.title, post.created_at) == (text, title, MADE)
    assert [(m.kind, m.url.rpartition("/")[2]) for m in post.media] == media


def test_a_post_that_passes_another_on_names_it() -> None:
    passed_on = entry(**{"reblogged-root-url": "https://bo-example.tumblr.com/post/165326273724/slug"})
    _, said, _ = look(api=api(passed_on), oembed=None, page=None)
    assert said[0].post is not None
    assert said[0].post.quoted == "tumblr:165326273724"


# -- missing


def test_two_endpoints_without_the_post_make_it_deleted_while_the_blog_is_there() -> None:
    there = exchange(THERE, script(answer_of(entry(id="1"), total=7)), 200, JS)
    asked, said, verdict = look(api=missing(API), oembed=missing(OEMBED), page=missing(PAGE), blog=there)
    assert asked[-1] == THERE
    assert [answer.kind for answer in said] == [AnswerKind.NOT_FOUND] * 3 + [AnswerKind.IDENTITY]
    assert (verdict.state, verdict.positive) == (State.DELETED, True)


def test_a_blog_that_is_gone_explains_it() -> None:
    _, _, verdict = look(api=missing(API), oembed=missing(OEMBED), page=missing(PAGE), blog=missing(THERE))
    assert (verdict.state, verdict.positive) == (State.ACCOUNT_GONE, True)


def test_one_endpoint_alone_decides_nothing() -> None:
    _, _, verdict = look(api=missing(API), oembed=None, page=None)
    assert (verdict.state, verdict.positive) == (State.UNRESOLVED, False)
    _, _, verdict = look(api=missing(API), oembed=oembed(), page=None)
    assert verdict.state is State.UNRESOLVED
    empty = exchange(API, script(answer_of()), 200, JS)
    _, said, _ = look(api=empty, oembed=None, page=None)
    assert said[0].kind is AnswerKind.NOT_FOUND


def test_a_blog_for_signed_in_readers_says_nothing_of_the_post() -> None:
    there = f"https://www.tumblr.com/login_required/{BLOG}"
    walls = {name: exchange(there, "<title>Log in</title>", 200, HTML) for name in ("api", "oembed", "page")}
    _, said, verdict = look(**walls)
    assert {answer.kind for answer in said} == {AnswerKind.UNSAID}
    assert verdict.state is State.UNRESOLVED


@pytest.mark.parametrize(
    "there",
    [
        "https://www.tumblr.com/login?redirect_to=x",
        "https://www.tumblr.com/privacy/consent?redirect=x",
        "https://ana.example/post/1",
        "https://tumblr.com.evil.example/x",
    ],
)
def test_logins_consent_and_other_hosts_are_no_answer(there: str) -> None:
    _, said, verdict = look(
        api=exchange(there, script(answer_of(entry())), 200, JS),
        oembed=exchange(there, "{}", 404),
        page=exchange(there, page_of(), 404, HTML),
    )
    assert {answer.kind for answer in said} == {AnswerKind.REFUSED}
    assert verdict.state is State.BLOCKED


def test_a_challenge_with_404_is_no_not_found() -> None:
    _, said, _ = look(api=exchange(API, "<title>Just a moment...</title>", 404, HTML), oembed=None, page=None)
    assert said[0].kind is AnswerKind.REFUSED


@pytest.mark.parametrize(
    "text",
    [
        "Not found. There's nothing here.",
        "This post was deleted",
        "Dieser Beitrag wurde gelöscht, unusual activity",
        "この投稿は削除されました",
        "הפוסט נמחק",
        "Запись удалена",
        "404",
        "Just a moment... g-recaptcha. Log in!",
        "var tumblr_api_read = null;",
    ],
)
def test_a_live_post_that_talks_about_deletion_is_live(text: str) -> None:
    shown = api(entry(**{"regular-body": f"<p>{text}</p>", "regular-title": f"<title>{text}</title>"}))
    _, said, verdict = look(api=shown, oembed=oembed(), page=exchange(PAGE, page_of(text), 200, HTML))
    assert verdict.state is State.LIVE
    assert said[0].post is not None
    assert said[0].post.text == text


def test_answers_about_another_post_or_blog_are_none() -> None:
    _, said, _ = look(
        api=api(entry(id="731000000000000000")),
        oembed=oembed(url="https://www.tumblr.com/bo-example/165326273724"),
        page=exchange(PAGE, page_of().replace(ID, "165326273724"), 200, HTML),
    )
    assert [answer.kind for answer in said] == [AnswerKind.NOT_FOUND, AnswerKind.UNEXPECTED, AnswerKind.UNEXPECTED]


# -- a post known by its frame alone


def test_the_frame_names_the_blog() -> None:
    frame = "https://embed.tumblr.com/embed/post/AbC_dEf-123/" + ID
    ref = PLATFORM.ref_from_url(frame)
    assert ref is not None
    body = f'<html><a href="https://www.tumblr.com/{BLOG}/{ID}/the-bridge?source=embed">post</a></html>'
    table = {frame: exchange(frame, body, 200, HTML), API: api(entry()), OEMBED: None, PAGE: None}
    asked, said = drive_look(PLATFORM, ref, table)
    assert asked == [frame, API, OEMBED, PAGE]
    assert (said[0].kind, said[0].ref) == (
        AnswerKind.IDENTITY,
        PostRef(platform="tumblr", id=ID, handle=BLOG, url=PAGE),
    )
    verdict = PLATFORM.judge(ref, said)
    assert (verdict.state, verdict.ref) == (State.LIVE, said[0].ref)
    asked, said = drive_look(PLATFORM, ref, {frame: exchange(frame, "<html></html>", 200, HTML)})
    assert [answer.kind for answer in said] == [AnswerKind.UNSAID]
    asked, said = drive_look(PLATFORM, ref, {frame: missing(frame)})
    assert PLATFORM.judge(ref, said).state is State.UNRESOLVED


# -- archives


def test_copies_of_every_kind_are_read() -> None:
    for body, kind, name in (
        (script(answer_of(entry())), JS, "tumblr.api"),
        (json.dumps({"url": f"https://www.tumblr.com/{BLOG}/{ID}"}), TYPES[0], "tumblr.oembed"),
        (page_of(), HTML, "tumblr.page"),
    ):
        post = PLATFORM.read_archived(
            REF, exchange(f"https://web.archive.org/web/2024id_/{PAGE}", body, content_type=kind)
        )
        assert post is not None
        assert (post.handle, post.seen_in) == (BLOG, name)
    for body in ("<html></html>", "", "{", "var tumblr_api_read = 7;", page_of().replace(ID, "165326273724")):
        assert PLATFORM.read_archived(REF, exchange(PAGE, body, content_type=HTML)) is None


def test_a_months_list_links_to_its_posts() -> None:
    url = f"https://web.archive.org/web/2015id_/https://{BLOG}.tumblr.com/archive/2015/1"
    body = (
        '<div class="post post_micro"><a class="hover" href="/post/107000000001/the-bridge"></a><div class="post_body">'
        "The bridge</div></div>"
        f'<div class="post"><a href="https://{BLOG}.tumblr.com/post/107000000002">Two boats</a></div>'
        '<a href="https://bo-example.tumblr.com/post/107000000003">not hers</a>'
    )
    found = PLATFORM.read_archived_list(url, exchange(url, body, content_type=HTML))
    assert [(post.id, post.handle, post.text) for post in found] == [
        ("107000000001", BLOG, "The bridge"),
        ("107000000002", BLOG, "Two boats"),
    ]
    listed = PLATFORM.read_archived_list(url, exchange(url, script(answer_of(entry())), content_type=JS))
    assert [post.id for post in listed] == [ID]
    assert PLATFORM.read_archived_list("https://news.example/", exchange("https://news.example/", body)) == ()


def test_which_lists_may_be_archived() -> None:
    clues = Clues(handle=BLOG, since=datetime(2014, 12, 30, tzinfo=UTC), until=datetime(2015, 1, 2, tzinfo=UTC))
    urls = PLATFORM.archived_lists(clues)
    assert urls[:2] == (f"https://{BLOG}.tumblr.com/archive/2015/1", f"https://{BLOG}.tumblr.com/archive/2014/12")
    assert PLATFORM.archived_lists(Clues(handle="a b", since=None, until=None)) == ()
    assert len(PLATFORM.archived_lists(Clues(handle=BLOG, since=None, until=None))) == 2


def test_the_index_is_asked_by_id_and_before_that_by_capture() -> None:
    mention = Mention(source="a", platform="tumblr", rule="r", confidence=1, handle="Ana-Example", date="2023-10-06")
    queries = PLATFORM.archive_queries(mention, PLATFORM.day_range(MADE.date()))
    assert [q.since for q in queries] == ["20231006"] * len(queries)
    assert any(ID.startswith(q.prefix.rpartition("/")[2]) for q in queries)
    assert {q.prefix.rstrip("0123456789") for q in queries} == {
        "ana-example.tumblr.com/post/",
        "tumblr.com/ana-example/",
    }
    early = Mention(source="a", platform="tumblr", rule="r", confidence=1, handle="ana-example", date="2014-05-02")
    [query] = PLATFORM.archive_queries(early, None)
    assert (query.prefix, query.since, query.until) == ("ana-example.tumblr.com/post/", "20140501", "20140701")
    assert PLATFORM.archived_urls(REF)[0] == REF.url


def test_words_in_addresses_and_short_links() -> None:
    for url in (f"{PAGE}/the-bridge-is-open", f"https://www.tumblr.com/{BLOG}/{ID}/the-bridge-is-open?source=share"):
        assert PLATFORM.words_in_url(url) == "the bridge is open"
    assert PLATFORM.words_in_url(PAGE) is None
    links = ("https://tmblr.co/ZAbCdEf123", "tmblr.co/ZxYz_-1", "https://tmblr.co/other")
    mention = Mention(source="a", platform="tumblr", rule="r", confidence=1, links=links)
    assert PLATFORM.media_urls(mention) == ("https://tmblr.co/ZAbCdEf123", "https://tmblr.co/ZxYz_-1")


def test_the_control_post_is_asked_for_like_any_other() -> None:
    assert PLATFORM.control is not None
    assert PLATFORM.control.handle == "staff"


# -- recorded and hostile answers


def test_recorded_answers_are_read(recordings: Path) -> None:
    [recorded] = (recordings / "tumblr" / "oembed").glob("*.json")
    [page] = (recordings / "tumblr" / "page").glob("*.html")
    raw = json.loads(recorded.read_bytes())
    ref = PLATFORM.ref_from_url(raw["url"])
    assert ref is not None
    assert ref.handle is not None
    one, two, three = (
        lookup(ref.handle, ref.id).url
        for lookup in (endpoints.api_lookup, endpoints.oembed_lookup, endpoints.page_lookup)
    )
    table = {
        one: None,
        two: exchange(two, recorded.read_bytes()),
        three: exchange(three, page.read_bytes(), content_type=HTML),
    }
    _, said = drive_look(PLATFORM, ref, table)
    assert [answer.state for answer in said] == [State.LIVE, State.LIVE]
    post = PLATFORM.judge(ref, said).post
    assert post is not None
    assert (post.handle, post.display_name) == (ref.handle, raw["author_name"])
    assert post.created_at == datetime(2017, 9, 14, 10, 20, 35, tzinfo=UTC)
    assert [m.kind for m in post.media] == ["photo"]
    for changed in mutations(raw):
        table[two] = exchange(two, json.dumps(changed))
        _, said = drive_look(PLATFORM, ref, table)
        assert missing_states(said, PLATFORM.judge(ref, said)) == set()


WORDS = (
    "posts", "tumblelog", "name", "id", ID, BLOG, "type", "regular", "regular-body", "unix-timestamp", "url", "photos",
    f"https://{BLOG}.tumblr.com/post/{ID}", '<script type="application/ld+json">', "</script>",
    '"@type":"SocialMediaPosting"',
)  # fmt: skip


@given(bodies(WORDS), st.sampled_from(NO_FINDING), st.sampled_from(TYPES))
def test_no_answer_breaks_the_reading_or_says_deleted(body: bytes, status: int, kind: str) -> None:
    said, verdict = ask_always(PLATFORM, REF, body, status, kind)
    if b'"posts"' not in body:
        assert missing_states(said, verdict) == set()
    assert not (verdict.state.missing and verdict.positive)
    PLATFORM.read_archived(REF, exchange(PAGE, body, status, kind))
    PLATFORM.read_archived_list(PAGE, exchange(PAGE, body, status, kind))


@given(st.sampled_from(STATUSES), st.sampled_from(TYPES))
def test_an_empty_answer_is_deleted_only_under_404_and_410(status: int, kind: str) -> None:
    said, _ = ask_always(PLATFORM, REF, b"", status, kind)
    assert any(answer.state is State.DELETED for answer in said) == (status in (404, 410))


def test_records_with_members_missing_never_make_the_post_deleted() -> None:
    for changed in mutations(answer_of(entry(photos=[{"photo-url-500": "https://64.media.tumblr.com/1.jpg"}]))):
        _, said, verdict = look(api=exchange(API, script(changed), 200, JS), oembed=oembed(), page=None)
        assert verdict.state is not State.DELETED
        assert said
    for page in cuts(page_of()):
        _, said, verdict = look(api=None, oembed=None, page=exchange(PAGE, page, 200, HTML))
        assert missing_states(said, verdict) == set()
