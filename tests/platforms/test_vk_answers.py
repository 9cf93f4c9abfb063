"""What VK's pages say. Invariant: only VK's notice in its own element, or 404, counts against a post; a bare "not
found" has to come from both pages before the post is said to be deleted."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.exchange import Exchange
from archiver.model import Answer, AnswerKind, Mention, State
from archiver.platforms.vk import PLATFORM
from archiver.platforms.vk.notices import read_notice
from archiver.platforms.vk.pages import printed_moment
from tests.platforms.driving import drive_look, exchange
from tests.platforms.hostile import NO_FINDING, STATUSES, TYPES, ask_always, bodies, cuts, missing_states

REF = PLATFORM.ref_from_id("wall-12345_678")
PAGE = "https://vk.com/wall-12345_678"
MOBILE = "https://m.vk.com/wall-12345_678"
HTML = "text/html; charset=utf-8"
CYRILLIC = "text/html; charset=windows-1251"
MADE = datetime(2022, 11, 9, 15, 2, 2, tzinfo=UTC)
WORDS = "Мост открыт.\nОсторожно: чайки & news.example"


def post(words: str = "Мост открыт.<br>Осторожно: чайки &amp; ", pair: str = "-12345_678", more: str = "") -> str:
    link = '<a href="/away.php?to=https%3A%2F%2Fnews.example%2Fa&amp;cc_key=">news.example</a>'
    return (
        f'<div id="post{pair}" class="_post post page_block" data-post-id="{pair}"><div class="post_header">'
        '<h5 class="post_author"><a class="author" href="/example_town">Город Пример</a></h5><div class="post_date">'
        f'<a class="post_link" href="/wall{pair}"><span class="rel_date" time="1668006122">9 Nov 2022</span></a>'
        "</div></div>"
        f'<div class="wall_text"><div class="wall_post_text">{words}{link}</div>{more}</div></div>'
    )


def mobile(pair: str = "-12345_678") -> str:
    return (
        f'<div class="wall_item"><a name="post{pair}"></a><div class="wi_head">'
        '<a class="pi_author" href="/example_town">'
        f'Город Пример</a><a class="wi_date" href="/wall{pair}">9 Nov 2022 at 6:02 pm</a></div><div class="pi_text">'
        'Мост открыт.<br>Осторожно: чайки &amp; <a href="/away.php?to=https%3A%2F%2Fnews.example%2Fa">'
        "news.example</a></div></div>"
    )


def error(body: str, title: str = "Ошибка") -> str:
    return f'<html><div class="message_page_title">{title}</div><div class="message_page_body">{body}</div></html>'


def html(url: str, body: str, status: int = 200, kind: str = HTML) -> Exchange:
    letters = "windows-1251" if kind == CYRILLIC else "utf-8"
    return exchange(url, body.encode(letters, "replace"), status, kind)


def look(page: Exchange | None = None, phone: Exchange | None = None) -> tuple[list[Answer], Answer]:
    asked, said = drive_look(PLATFORM, REF, {PAGE: page, MOBILE: phone})
    assert asked == [PAGE, MOBILE]
    return said, PLATFORM.judge(REF, said)


# -- the post


@pytest.mark.parametrize("kind", [HTML, CYRILLIC])
def test_both_pages_show_the_post_in_either_charset(kind: str) -> None:
    said, verdict = look(html(PAGE, post(), kind=kind), html(MOBILE, mobile(), kind=kind))
    assert [answer.kind for answer in said] == [AnswerKind.SHOWN, AnswerKind.SHOWN]
    for answer in said:
        found = answer.post
        assert found is not None
        assert (found.text, found.handle, found.display_name) == (WORDS, "example_town", "Город Пример")
        assert (found.links, found.account_id) == (("https://news.example/a",), "-12345")
        assert found.created_at in (MADE, datetime(2022, 11, 9, 15, 2, tzinfo=UTC))
    assert verdict.state is State.LIVE


def test_the_right_post_of_a_page_is_read() -> None:
    page = post("Другая запись ", "-12345_679") + post()
    said, _ = look(html(PAGE, page), html(MOBILE, mobile("-12345_679") + mobile()))
    assert [answer.post.text for answer in said if answer.post] == [WORDS, WORDS]
    linking = post('<a href="/wall-12345_678">here</a> ', "-12345_677")
    said, _ = look(
        html(PAGE, linking), html(MOBILE, mobile("-12345_677").replace("чайки", '<a href="/wall-12345_678">'))
    )
    assert {answer.kind for answer in said} == {AnswerKind.UNSAID}
    said, _ = look(html(PAGE, post(pair="-12345_6789")), html(MOBILE, mobile("-12345_6789")))
    assert {answer.kind for answer in said} == {AnswerKind.UNSAID}


def test_a_post_that_is_passed_on_is_quoted_and_not_its_words() -> None:
    copied = (
        '<div class="copy_quote"><a class="published_by_date" href="/wall-777_9">1 Nov</a>'
        '<div class="wall_post_text">Запись удалена</div></div>'
    )
    said, _ = look(html(PAGE, post(more=copied)))
    assert said[0].post is not None
    assert (said[0].post.text, said[0].post.quoted) == (WORDS, "vk:wall-777_9")
    silent = post(more=copied).replace('<div class="wall_post_text">Мост', '<div class="x">Мост')
    said, _ = look(html(PAGE, silent))
    assert said[0].post is not None
    assert said[0].post.text == ""


def test_pictures_are_listed() -> None:
    thumbs = (
        '<a class="page_post_thumb_wrap" href="/photo-1_2" aria-label="photo" style="width:1px;background: '
        'url(https://sun9-1.userapi.com/1.jpg)"></a>'
        "<a class='page_post_thumb_wrap' data-video='-1_2' href='/video-1_2'"
        "style='background-image: url(https://i.mycdn.me/2.jpg)'></a>"
    )
    said, _ = look(html(PAGE, post(more=thumbs)))
    assert said[0].post is not None
    assert [m.kind for m in said[0].post.media] == ["photo", "poster"]


def test_a_video_is_read_from_its_preview_lines() -> None:
    ref = PLATFORM.ref_from_id("video-12345_456239017")
    page = "https://vk.com/video-12345_456239017"
    body = (
        f'<meta property="og:title" content="Мост"><meta property="og:url" content="{page}">'
        '<meta property="og:image" content="https://i.mycdn.me/1.jpg">'
        '<meta property="og:description" content="Открыт.">'
    )
    _, said = drive_look(PLATFORM, ref, {page: html(page, body), page.replace("//", "//m."): None})
    assert said[0].post is not None
    assert (said[0].post.title, said[0].post.text, said[0].post.account_id) == ("Мост", "Открыт.", "-12345")


# -- notices

NOTICES = {
    State.DELETED: (
        "Запись удалена",
        "Запись была удалена.",
        "Post deleted",
        "This post was deleted",
        "Запис видалено",
    ),
    State.ACCOUNT_GONE: (
        "Страница удалена либо ещё не создана.",
        "Пользователь удалил свою страницу.",
        "This page has been deleted",
        "Сообщество удалено",
    ),
    State.SUSPENDED: (
        "Страница пользователя заблокирована по подозрению во взломе",
        "Сообщество заблокировано",
        "Community blocked",
        "This user has been banned",
    ),
    State.RESTRICTED: (
        "Материал заблокирован на территории РФ на основании решения суда",
        "This content is blocked in your country",
        "Видео изъято по обращению правообладателя",
    ),
    State.PROTECTED: (
        "Доступ ограничен",
        "Access denied",
        "Это закрытое сообщество",
        "This is a private community",
        "Доступ к записи запрещён",
        "Страница доступна только авторизованным пользователям.",
    ),
}


@pytest.mark.parametrize(("state", "sentence"), [(s, words) for s, all_ in NOTICES.items() for words in all_])
@pytest.mark.parametrize("status", [200, 403, 404])
def test_vks_notice_states_what_happened(state: State, sentence: str, status: int) -> None:
    said, verdict = look(html(PAGE, error(sentence), status))
    assert (said[0].state, said[0].kind, said[0].positive) == (state, AnswerKind.STATED, True)
    assert (verdict.state, verdict.positive) == (state, True)


@pytest.mark.parametrize(
    "sentence", ["Запись не найдена", "Post not found", "Страница не найдена", "This page does not exist"]
)
def test_a_bare_not_found_has_to_come_from_both_pages(sentence: str) -> None:
    notice = error(sentence)
    _, verdict = look(html(PAGE, notice), html(MOBILE, f'<div class="service_msg">{sentence}</div>'))
    assert (verdict.state, verdict.positive) == (State.DELETED, True)
    said, verdict = look(html(PAGE, notice))
    assert (said[0].kind, verdict.state) == (AnswerKind.NOT_FOUND, State.UNRESOLVED)
    _, verdict = look(html(PAGE, notice), html(MOBILE, mobile()))
    assert verdict.state is State.UNRESOLVED


@pytest.mark.parametrize(
    "sentence",
    [
        "Он написал: запись удалена",
        "«Запись удалена»",
        "Доступ к комментариям ограничен",
        "Обновите браузер",
        "Запись удаленака",
        "",
    ],
)
def test_other_sentences_state_nothing(sentence: str) -> None:
    if sentence != "Запись удаленака":
        assert read_notice(sentence) is None
    said, verdict = look(html(PAGE, f"<html><p>{sentence}</p><p>Запись удалена</p></html>"))
    assert said[0].kind is AnswerKind.UNSAID
    assert not verdict.state.missing


TALK = (
    "Запись удалена. ",
    "Post deleted. ",
    "Access denied. Доступ ограничен. ",
    "Dieser Beitrag wurde gelöscht. ",
    "この投稿は削除されました ",
    "الصفحة محذوفة ",
    "הפוסט נמחק ",
    "Запис видалено ",
    '&lt;div class="message_page_body"&gt;Запись удалена&lt;/div&gt; ',
    "Just a moment... Log in, captcha ",
)


@pytest.mark.parametrize("text", TALK)
def test_a_live_post_that_talks_about_deletion_is_live(text: str) -> None:
    beside = '<div class="service_msg">Доступ ограничен</div>'
    said, verdict = look(html(PAGE, post(text) + beside))
    assert verdict.state is State.LIVE
    assert said[0].post is not None
    assert (said[0].post.text or "").endswith("news.example")


def test_a_notice_beside_other_posts_is_not_about_this_one() -> None:
    page = post(pair="-12345_679") + '<div class="service_msg">Доступ ограничен</div>'
    said, _ = look(html(PAGE, page))
    assert said[0].kind is AnswerKind.UNSAID


# -- walls


@pytest.mark.parametrize(
    "there", ["https://vk.com/login?act=x", "https://vk.com/challenge.html?hash429=1", "https://vk.com/badbrowser.php"]
)
def test_logins_and_checks_are_about_us(there: str) -> None:
    said, verdict = look(html(there, error("Запись удалена")), html(there, post()))
    assert {answer.kind for answer in said} == {AnswerKind.REFUSED}
    assert verdict.state is State.BLOCKED


@pytest.mark.parametrize("status", [418, 429, 451, 500, 503])
def test_refusals_say_nothing_of_the_post(status: int) -> None:
    said, verdict = look(html(PAGE, error("Запись удалена"), status), html(MOBILE, error("Запись удалена"), status))
    assert {answer.kind for answer in said} <= {AnswerKind.REFUSED, AnswerKind.FAILED}
    assert not verdict.positive


def test_403_without_a_notice_is_a_refusal() -> None:
    said, _ = look(html(PAGE, "<html></html>", 403))
    assert said[0].kind is AnswerKind.REFUSED


# -- days, archives, addresses


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("9 Nov 2022 at 6:02 pm", datetime(2022, 11, 9, 15, 2, tzinfo=UTC)),
        ("9 ноя 2022 в 18:02", datetime(2022, 11, 9, 15, 2, tzinfo=UTC)),
        ("9 Nov 2022 at 12:05 am", datetime(2022, 11, 8, 21, 5, tzinfo=UTC)),
        ("9 Nov 2022", None),
        ("yesterday at 6:02 pm", None),
        ("9 Nov 2012 at 6:02 pm", None),
        ("", None),
    ],
)
def test_printed_times_are_moscows(text: str, moment: datetime | None) -> None:
    assert printed_moment(text) == moment


def test_copies_are_read() -> None:
    for body in (post(), mobile()):
        there = f"https://web.archive.org/web/2023id_/{PAGE}"
        found = PLATFORM.read_archived(REF, html(there, body, kind=CYRILLIC))
        assert found is not None
        assert (found.text, found.seen_in) == (WORDS, "vk.page")
    declared = '<meta http-equiv="Content-Type" content="text/html; charset=windows-1251">' + post()
    found = PLATFORM.read_archived(REF, exchange(PAGE, declared.encode("windows-1251"), content_type="text/html"))
    assert found is not None
    assert found.text == WORDS
    for body in (error("Запись удалена"), "<html></html>", "", "{"):
        assert PLATFORM.read_archived(REF, html(PAGE, body)) is None
    assert PLATFORM.archived_urls(REF)[:2] == (PAGE, MOBILE)


@pytest.mark.parametrize(
    ("handle", "prefix"),
    [
        ("club12345", "vk.com/wall-12345_"),
        ("-12345", "vk.com/wall-12345_"),
        ("id77", "vk.com/wall77_"),
        ("example_town", None),
    ],
)
def test_the_index_is_asked_for_walls_that_are_known_by_number(handle: str, prefix: str | None) -> None:
    mention = Mention(source="a", platform="vk", rule="r", confidence=1, handle=handle, date="2022-11-09")
    assert [q.prefix for q in PLATFORM.archive_queries(mention, None)] == ([prefix] if prefix else [])


def test_the_control_post_is_the_documentations() -> None:
    assert PLATFORM.control is not None
    assert PLATFORM.control.url == "https://vk.com/wall1_45616"


# -- anything at all

PIECES = (
    '<div class="post" data-post-id="-12345_678">', "</div>", '<a class="author" href="/a">',
    '<div class="wall_post_text">',
    '<span class="rel_date" time="1">', '<div class="message_page_body">', '<div class="wall_item">',
    '<a name="post-12345_678">', "Мост", "text",
)  # fmt: skip


@given(bodies(PIECES), st.sampled_from(NO_FINDING), st.sampled_from(TYPES))
def test_no_answer_breaks_the_reading_or_says_deleted(body: bytes, status: int, kind: str) -> None:
    for ref in (REF, PLATFORM.ref_from_id("video-12345_456239017")):
        said, verdict = ask_always(PLATFORM, ref, body, status, kind)
        assert missing_states(said, verdict) == set()
        PLATFORM.read_archived(ref, exchange(PAGE, body, status, kind))


@given(st.sampled_from(STATUSES), st.binary(max_size=40))
def test_deleted_without_a_notice_needs_404_or_410(status: int, body: bytes) -> None:
    _, verdict = ask_always(PLATFORM, REF, b"<p>" + body, status)
    assert (verdict.state is State.DELETED) == (status in (404, 410))


def test_pages_cut_anywhere_never_say_deleted() -> None:
    page: Any
    for page in (*cuts(post()), *cuts(mobile())):
        said, verdict = ask_always(PLATFORM, REF, page)
        assert missing_states(said, verdict) == set()
