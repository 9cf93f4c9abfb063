"""What Pinterest's answers say. Invariant: only 404, or the widget's own error for the pin, counts against it, and two
endpoints have to agree before it is said to be deleted."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.exchange import Exchange
from archiver.model import Answer, AnswerKind, Mention, State
from archiver.platforms.pinterest import PLATFORM, endpoints
from archiver.platforms.pinterest.records import made_at
from tests.platforms.driving import drive_look, exchange
from tests.platforms.hostile import NO_FINDING, STATUSES, TYPES, ask_always, bodies, cuts, missing_states, mutations

ID = "123456789012345678"
REF = PLATFORM.ref_from_id(ID)
WIDGET, OEMBED, PAGE = (lookup.url for lookup in endpoints.lookups(REF))
URLS = {"widget": WIDGET, "oembed": OEMBED, "page": PAGE}
HTML = "text/html; charset=utf-8"
MADE = datetime(2021, 4, 4, 5, 43, 58, tzinfo=UTC)


def pin(**members: Any) -> dict[str, Any]:
    return {
        "id": ID,
        "description": " The old bridge & its lamps ",
        "link": "https://news.example/bridges",
        "pinner": {
            "id": "77",
            "username": "ana_example",
            "full_name": "Ana Example",
            "profile_url": "https://www.pinterest.com/ana_example/",
            "image_small_url": "https://i.pinimg.com/30x30/f.jpg",
        },
        "images": {
            "237x": {"url": "https://i.pinimg.com/237x/1.jpg", "width": 237, "height": 300},
            "564x": {"url": "https://i.pinimg.com/564x/1.jpg", "width": 564, "height": 714},
        },
        "rich_metadata": {"title": "Bridges"},
    } | members


def widget(*pins: Any, status: str = "success") -> Exchange:
    return exchange(WIDGET, json.dumps({"status": status, "code": 0, "data": list(pins)}))


def oembed(**members: Any) -> Exchange:
    body = {
        "title": "The old bridge & its lamps",
        "author_name": "Ana Example",
        "author_url": "https://www.pinterest.com/ana_example/",
        "html": f'<iframe src="https://assets.pinterest.com/ext/embed.html?id={ID}&src=oembed"></iframe>',
        "thumbnail_url": "https://i.pinimg.com/236x/1.jpg",
        "thumbnail_width": "236",
    }
    return exchange(OEMBED, json.dumps(body | members))


def page_of(record: Any = None, described: Any = None, lines: str = "") -> str:
    scripts = (
        f'<script id="__PWS_DATA__" type="application/json">{json.dumps({"pins": {ID: record}})}</script>'
        if record
        else ""
    )
    if described:
        scripts += f'<script type="application/ld+json">{json.dumps(described)}</script>'
    return f"<html><head>{lines}</head><body>{scripts}</body></html>"


def look(**answers: Exchange | None) -> tuple[list[Answer], Answer]:
    asked, said = drive_look(PLATFORM, REF, {URLS[name]: answers.get(name) for name in URLS})
    assert asked == [WIDGET, OEMBED, PAGE]
    return said, PLATFORM.judge(REF, said)


def test_three_endpoints_tell_of_one_pin() -> None:
    application = pin(created_at="Sun, 04 Apr 2021 05:43:58 +0000")
    said, verdict = look(widget=widget(pin()), oembed=oembed(), page=exchange(PAGE, page_of(application), 200, HTML))
    assert [answer.kind for answer in said] == [AnswerKind.SHOWN] * 3
    post = verdict.post
    assert post is not None
    assert (verdict.state, post.text, post.title) == (State.LIVE, "The old bridge & its lamps", "Bridges")
    assert (post.handle, post.display_name, post.account_id) == ("ana_example", "Ana Example", "77")
    assert (post.created_at, post.links) == (MADE, ("https://news.example/bridges",))
    assert [(m.kind, m.width) for m in post.media] == [("photo", 564), ("avatar", None)]


def test_json_ld_and_preview_lines_of_the_page() -> None:
    described = {
        "@type": "SocialMediaPosting",
        "@id": PAGE,
        "datePublished": "2014-03-04",
        "author": {"name": "Ana Example", "url": "https://www.pinterest.com/ana_example/"},
        "headline": "Bridges",
        "articleBody": "The old bridge",
    }
    said, _ = look(page=exchange(PAGE, page_of(described=described), 200, HTML))
    assert said[0].post is not None
    assert (said[0].post.text, said[0].post.title, said[0].post.day, said[0].post.handle) == (
        "The old bridge",
        "Bridges",
        "2014-03-04",
        "ana_example",
    )
    lines = (
        f'<meta property="og:url" content="{PAGE}"><meta property="og:title" content="Bridges">'
        '<meta property="og:type" '
        'content="pinterestapp:pin"><meta property="og:image" content="https://i.pinimg.com/736x/1.jpg">'
    )
    said, _ = look(page=exchange(PAGE, page_of(lines=lines), 200, HTML))
    assert said[0].post is not None
    assert said[0].post.title == "Bridges"


@pytest.mark.parametrize("entry", [{"id": ID, "error": "Pin not found"}, None])
def test_two_endpoints_without_the_pin_make_it_deleted(entry: Any) -> None:
    gone = exchange(PAGE, "<html></html>", 404, HTML)
    said, verdict = look(widget=widget(entry), page=gone)
    assert {answer.kind for answer in said} == {AnswerKind.NOT_FOUND}
    assert (verdict.state, verdict.positive) == (State.DELETED, True)
    _, verdict = look(widget=widget(entry))
    assert (verdict.state, verdict.positive) == (State.UNRESOLVED, False)
    _, verdict = look(widget=widget(entry), oembed=oembed())
    assert verdict.state is State.UNRESOLVED
    said, _ = look(widget=widget())
    assert said[0].kind is AnswerKind.NOT_FOUND


@pytest.mark.parametrize(
    "answer",
    [
        widget(status="failure"),
        widget(pin(id="123456789012345679")),
        widget({"id": "1", "error": "no"}),
        exchange(WIDGET, "[]"),
        exchange(WIDGET, "null"),
        exchange(WIDGET, ""),
    ],
)
def test_other_answers_of_the_widget_say_nothing(answer: Exchange) -> None:
    said, verdict = look(widget=answer)
    assert said[0].kind is AnswerKind.UNEXPECTED
    assert not verdict.positive


def test_embeds_of_another_pin_are_none() -> None:
    said, _ = look(oembed=oembed(html=f'<iframe src="https://assets.pinterest.com/ext/embed.html?id={ID}9">'))
    assert said[0].kind is AnswerKind.UNEXPECTED


@pytest.mark.parametrize("status", [302, 403, 429, 500, 503])
def test_refusals_say_nothing_of_the_pin(status: int) -> None:
    said, verdict = ask_always(PLATFORM, REF, "<html>Pin not found</html>", status)
    assert {answer.kind for answer in said} <= {AnswerKind.REFUSED, AnswerKind.FAILED}
    assert not verdict.positive


def test_logins_challenges_and_other_hosts_are_about_us() -> None:
    there = "https://www.pinterest.com/login/?next=x"
    said, _ = look(
        widget=exchange("https://pinterest.com.evil.example/", json.dumps({"status": "success", "data": [pin()]})),
        oembed=exchange(OEMBED, "<title>Just a moment...</title>", 404, HTML),
        page=exchange(there, page_of(pin()), 200, HTML),
    )
    assert {answer.kind for answer in said} == {AnswerKind.REFUSED}


@pytest.mark.parametrize(
    "text",
    [
        "Pin not found. This pin was deleted.",
        "Dieser Pin wurde gelöscht",
        "この投稿は削除されました",
        "Запись удалена",
        "הפוסט נמחק",
        "Just a moment... captcha, unusual activity. Log in",
    ],
)
def test_a_live_pin_that_talks_about_deletion_is_live(text: str) -> None:
    said, verdict = look(
        widget=widget(pin(description=text)),
        oembed=oembed(title=text),
        page=exchange(PAGE, page_of(pin(description=text)), 200, HTML),
    )
    assert verdict.state is State.LIVE
    assert [answer.post.text for answer in said if answer.post] == [text] * 3


def test_films_have_a_poster() -> None:
    said, _ = look(widget=widget(pin(videos={"video_list": {"V_720P": {"url": "https://v1.pinimg.com/1.mp4"}}})))
    assert said[0].post is not None
    assert [m.kind for m in said[0].post.media] == ["video", "poster", "avatar"]


def test_copies_of_every_kind_are_read() -> None:
    for body, kind, name in (
        (json.dumps({"status": "success", "data": [pin()]}), TYPES[0], "pinterest.widget"),
        (json.dumps({"html": f"id={ID}", "title": "x"}), TYPES[0], "pinterest.oembed"),
        (page_of(pin()), HTML, "pinterest.page"),
    ):
        post = PLATFORM.read_archived(
            REF, exchange(f"https://web.archive.org/web/2021id_/{PAGE}", body, content_type=kind)
        )
        assert post is not None
        assert post.seen_in == name
    for body in ("{}", "<html></html>", "", '{"data":[{"id":7}]}'):
        assert PLATFORM.read_archived(REF, exchange(PAGE, body, content_type=HTML)) is None
    assert PLATFORM.archived_urls(REF)[0] == PAGE


@pytest.mark.parametrize(
    ("value", "made"),
    [
        ("Sun, 04 Apr 2021 05:43:58 +0000", MADE),
        ("2021-04-04T05:43:58Z", MADE),
        ("Sun, 99 Apr 2021 05:43:58 +0000", None),
        ("yesterday", None),
        (7, None),
        ("", None),
    ],
)
def test_times(value: object, made: datetime | None) -> None:
    assert made_at(value) == made


def test_short_links_words_in_addresses_and_the_control_pin() -> None:
    mention = Mention(source="a", platform="pinterest", rule="r", confidence=1, links=("https://pin.it/4abcDEF", "x"))
    assert PLATFORM.media_urls(mention) == ("https://api.pinterest.com/url_shortener/4abcDEF/redirect/",)
    assert PLATFORM.words_in_url(f"https://www.pinterest.de/pin/the-old-bridge--{ID}/") == "the old bridge"
    assert PLATFORM.words_in_url(PAGE) is None
    assert PLATFORM.control is not None


WORDS = (
    "status", "success", "data", "id", ID, "pinner", "username", "images", "url", "error", "html", "title",
    "description",
    '<script type="application/json">', "</script>", '<meta property="og:image" content="https://i.pinimg.com/1.jpg">',
)  # fmt: skip


@given(bodies(WORDS), st.sampled_from(NO_FINDING), st.sampled_from(TYPES))
def test_no_answer_breaks_the_reading_or_says_deleted(body: bytes, status: int, kind: str) -> None:
    _, verdict = ask_always(PLATFORM, REF, body, status, kind)
    assert not verdict.state.missing
    PLATFORM.read_archived(REF, exchange(PAGE, body, status, kind))


@given(st.sampled_from(STATUSES))
def test_deleted_needs_404_or_410(status: int) -> None:
    _, verdict = ask_always(PLATFORM, REF, "<html></html>", status)
    assert (verdict.state is State.DELETED) == (status in (404, 410))


def test_records_with_members_missing_never_say_deleted() -> None:
    whole = {
        "status": "success",
        "data": [pin(created_at="Sun, 04 Apr 2021 05:43:58 +0000", videos={"video_list": {}})],
    }
    for changed in mutations(whole):
        data = json.dumps(changed)
        said, verdict = look(widget=exchange(WIDGET, data), page=exchange(PAGE, page_of(changed), 200, HTML))
        assert verdict.state is not State.DELETED
        assert said
    for page in cuts(page_of(pin())):
        said, verdict = look(page=exchange(PAGE, page, 200, HTML))
        assert missing_states(said, verdict) == set()
