"""What LinkedIn's pages say. Invariant: only 404 counts against a post, and both pages have to say it before the post
is said to be deleted; status 999 and the wall are about us."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.exchange import Exchange
from archiver.model import Answer, AnswerKind, Mention, State
from archiver.platforms.linkedin import PLATFORM
from tests.platforms.driving import drive_look, exchange
from tests.platforms.hostile import NO_FINDING, STATUSES, TYPES, ask_always, bodies, cuts, missing_states

NUMBER = "7151241570371948544"
URN = f"urn:li:activity:{NUMBER}"
REF = PLATFORM.ref_from_id(URN)
PAGE = f"https://www.linkedin.com/feed/update/{URN}/"
EMBED = f"https://www.linkedin.com/embed/feed/update/{URN}"
PUBLIC = f"https://www.linkedin.com/posts/ana-example_the-bridge-is-open-activity-{NUMBER}-AbCd"
HTML = "text/html; charset=utf-8"
MADE = datetime(2024, 1, 11, 16, 0, 54, tzinfo=UTC)
WORDS = "The bridge is open.\nMind the gap & the gulls news.example"

BODY = (
    "The bridge is open.<br>Mind the gap &amp; the gulls "
    '<a href="https://news.example/a?trk=public_post-text">news.example</a>'
)


def card(words: str = BODY, urn: str = URN, more: str = "") -> str:
    return (
        f'<article class="main-feed-activity-card" data-activity-urn="{urn}"><a data-tracking-control-name='
        '"public_post_feed-actor-name" href="https://uk.linkedin.com/in/ana-example?trk=x">Ana Example</a>'
        f'<p data-test-id="main-feed-activity-card__commentary">{words}</p>{more}</article>'
    )


def described(**members: Any) -> str:
    value = {
        "@type": "SocialMediaPosting",
        "@id": PUBLIC,
        "datePublished": "2024-01-11T16:00:54.020Z",
        "author": {"@type": "Person", "name": "Ana Example", "url": "https://uk.linkedin.com/in/ana-example"},
        "articleBody": "The bridge is open. Mind the gap",
        "image": {"@type": "ImageObject", "url": "https://media.licdn.com/dms/image/1"},
        "comment": [{"@type": "Comment", "text": "Post deleted", "author": {"name": "Bo"}}],
    }
    return f'<script type="application/ld+json">{json.dumps(value | members)}</script>'


def html(url: str, body: str, status: int = 200) -> Exchange:
    return exchange(url, body, status, HTML)


def look(page: Exchange | None = None, embed: Exchange | None = None) -> tuple[list[Answer], Answer]:
    asked, said = drive_look(PLATFORM, REF, {PAGE: page, EMBED: embed})
    assert asked == [PAGE, EMBED]
    return said, PLATFORM.judge(REF, said)


def test_page_and_frame_show_the_post() -> None:
    said, verdict = look(html(PUBLIC, f"<html>{described()}{card()}</html>"), html(EMBED, card()))
    assert [answer.kind for answer in said] == [AnswerKind.SHOWN, AnswerKind.SHOWN]
    post = verdict.post
    assert post is not None
    assert (verdict.state, post.text, post.handle, post.display_name) == (
        State.LIVE,
        WORDS,
        "ana-example",
        "Ana Example",
    )
    assert post.created_at is not None
    assert post.created_at.replace(microsecond=0) == MADE
    assert (post.links, [m.kind for m in post.media]) == (("https://news.example/a",), ["photo"])


def test_json_ld_alone_shows_it() -> None:
    said, _ = look(html(PUBLIC, described()))
    assert said[0].post is not None
    assert (said[0].post.text, said[0].post.handle) == ("The bridge is open. Mind the gap", "ana-example")
    film = described(
        **{
            "@type": "VideoObject",
            "contentUrl": "https://dms.licdn.com/v.mp4",
            "thumbnailUrl": "https://media.licdn.com/t",
        }
    )
    said, _ = look(html(PUBLIC, film))
    assert said[0].post is not None
    assert [m.kind for m in said[0].post.media] == ["video", "photo"] or [m.kind for m in said[0].post.media] == [
        "video",
        "poster",
    ]


def test_the_share_and_the_activity_of_one_post_are_one() -> None:
    near, far = str(int(NUMBER) - (5_000 << 22)), str(int(NUMBER) - (86_400_000 << 22))
    said, _ = look(html(PAGE, card(urn=f"urn:li:share:{near}")))
    assert said[0].kind is AnswerKind.SHOWN
    for urn in (f"urn:li:share:{far}", f"urn:li:activity:{near}"):
        said, _ = look(html(PAGE, card(urn=urn)))
        assert said[0].kind is AnswerKind.UNSAID


def test_other_posts_of_a_page_are_not_it() -> None:
    other = card("More of hers", "urn:li:activity:7140000000000000000")
    said, _ = look(html(PAGE, other + card()))
    assert said[0].post is not None
    assert said[0].post.text == WORDS
    said, _ = look(html(PAGE, other))
    assert said[0].kind is AnswerKind.UNSAID


# -- missing


def test_both_pages_have_to_say_not_found() -> None:
    gone = "<html><title>Page not found</title></html>"
    said, verdict = look(html(PAGE, gone, 404), html(EMBED, gone, 404))
    assert {answer.kind for answer in said} == {AnswerKind.NOT_FOUND}
    assert (verdict.state, verdict.positive) == (State.DELETED, True)
    for frame in (None, html(EMBED, "", 999)):
        _, verdict = look(html(PAGE, gone, 404), frame)
        assert (verdict.state, verdict.positive) == (State.UNRESOLVED, False)
    _, verdict = look(html(PAGE, gone, 404), html(EMBED, card()))
    assert verdict.state is State.UNRESOLVED


@pytest.mark.parametrize("status", [302, 403, 429, 451, 500, 503, 999])
def test_999_and_other_refusals_say_nothing(status: int) -> None:
    said, verdict = look(html(PAGE, "<html>Page not found</html>", status), html(EMBED, card(), status))
    assert {answer.kind for answer in said} <= {AnswerKind.REFUSED, AnswerKind.FAILED}
    assert not verdict.positive


@pytest.mark.parametrize(
    "path", ["authwall?trk=x", "uas/login?x=1", "login", "checkpoint/challenge/x", "signup/cold-join"]
)
def test_the_wall_is_about_us(path: str) -> None:
    there = f"https://www.linkedin.com/{path}"
    said, verdict = look(html(there, card()), html(there, "<html></html>", 404))
    assert {answer.kind for answer in said} == {AnswerKind.REFUSED}
    assert verdict.state is State.BLOCKED


@pytest.mark.parametrize(
    "text",
    [
        "This post cannot be displayed",
        "Post deleted. Page not found. 404",
        "Dieser Beitrag wurde gelöscht",
        "この投稿は削除されました",
        "Запись удалена",
        "הפוסט נמחק",
        "تم حذف المنشور",
        "Sign in to LinkedIn. Just a moment... unusual activity",
    ],
)
def test_a_live_post_that_talks_about_deletion_is_live(text: str) -> None:
    said, verdict = look(html(PAGE, card(text)), html(EMBED, described(articleBody=text)))
    assert verdict.state is State.LIVE
    assert [answer.post.text for answer in said if answer.post] == [text, text]


# -- preview lines, archives, addresses


@pytest.mark.parametrize(
    ("title", "name", "text"),
    [
        ("Ana Example on LinkedIn: #bridge #open", "Ana Example", "The bridge is open."),
        ("The bridge is open. | Ana Example", "Ana Example", "The bridge is open."),
        ("The bridge is open. | Ana Example | 12 comments", "Ana Example", "The bridge is open."),
    ],
)
def test_preview_lines(title: str, name: str, text: str) -> None:
    page = (
        f'<meta property="og:title" content="{title}"><meta property="og:description" content="{text}">'
        f'<meta property="og:url" content="{PUBLIC}">'
    )
    post = PLATFORM.read_archived(REF, html(f"https://web.archive.org/web/2024id_/{PUBLIC}", page))
    assert post is not None
    assert (post.display_name, post.text, post.handle) == (name, text, "ana-example")


@pytest.mark.parametrize(
    "page",
    [
        '<meta property="og:title" content="LinkedIn: Log In or Sign Up"><meta property="og:description" content="x">',
        '<meta property="og:title" content="Ana on LinkedIn: x"><meta property="og:url" content="https://www.linkedin.com/in/a">',
        "<html></html>",
        "",
        "{",
    ],
)
def test_copies_without_the_post_show_nothing(page: str) -> None:
    assert PLATFORM.read_archived(REF, html(PAGE, page)) is None


def test_where_copies_may_be_and_words_in_addresses() -> None:
    mention = Mention(source="a", platform="linkedin", rule="r", confidence=1, handle="Ana-Example")
    [query] = PLATFORM.archive_queries(mention, PLATFORM.day_range(MADE.date()))
    assert (query.prefix, query.since) == ("linkedin.com/posts/ana-example_", "20240111")
    assert PLATFORM.archive_queries(mention, None) == ()
    assert PLATFORM.words_in_url(PUBLIC) == "the bridge is open"
    assert PLATFORM.words_in_url(f"https://www.linkedin.com/posts/activity-{NUMBER}-AbCd") is None
    assert PLATFORM.words_in_url(PAGE) is None
    assert EMBED in PLATFORM.archived_urls(REF)


# -- anything at all

PIECES = (
    f'<article data-activity-urn="{URN}">', "</article>", "</p>",
    '<p data-test-id="main-feed-activity-card__commentary">',
    '<script type="application/ld+json">', "</script>", '{"@type":"SocialMediaPosting"}', "author", "name", PUBLIC,
)  # fmt: skip


@given(bodies(PIECES), st.sampled_from(NO_FINDING), st.sampled_from(TYPES))
def test_no_answer_breaks_the_reading_or_says_deleted(body: bytes, status: int, kind: str) -> None:
    said, verdict = ask_always(PLATFORM, REF, body, status, kind)
    assert missing_states(said, verdict) == set()
    PLATFORM.read_archived(REF, exchange(PAGE, body, status, kind))


@given(st.sampled_from(STATUSES))
def test_deleted_needs_404_or_410(status: int) -> None:
    _, verdict = ask_always(PLATFORM, REF, "<html></html>", status)
    assert (verdict.state is State.DELETED) == (status in (404, 410))


def test_pages_cut_anywhere_never_say_deleted() -> None:
    for page in cuts(described() + card()):
        said, verdict = ask_always(PLATFORM, REF, page)
        assert missing_states(said, verdict) == set()
