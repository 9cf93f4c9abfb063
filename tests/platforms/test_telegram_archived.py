"""What archived copies of Telegram's pages show, and where copies are looked for."""

from __future__ import annotations

import html
import random
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.model import Mention, Post
from archiver.platforms.base import Clues
from archiver.platforms.telegram import PLATFORM
from tests.platforms.driving import exchange
from tests.web_twin.telegram import frame, message, preview, refusal, written

REF = PLATFORM.ref_from_id("Ana_Channel/416")
MADE = datetime(2023, 3, 14, 7, 5, 9, tzinfo=UTC)
COPY = "https://web.archive.org/web/20230320101500id_/https://t.me/ana_channel/416"
HTML = "text/html; charset=utf-8"


def words(text: str) -> str:
    return f'<div class="tgme_widget_message_text js-message_text" dir="auto">{written(text)}</div>'


def shown(number: int = 416, text: str = "The bridge is shut 🔥\ntonight.", channel: str = "Ana_Channel") -> str:
    return message(channel, number, MADE, words(text), title="Ana", account=77)


def permalink(
    description: str | None = "The bridge is shut\ntonight.",
    *,
    title: str = "Ana &amp; the Ferry",
    widget: str = "Ana_Channel/416",
    app: str = "",
    about: str = "",
) -> str:
    """The page at a post's own address."""
    described = "" if description is None else f'<meta property="og:description" content="{html.escape(description)}">'
    return (
        f'<!DOCTYPE html><html><head><title>Telegram: View @ana_channel</title><meta property="og:title" '
        f'content="{title}">{described}<meta property="og:image" content="https://cdn4.telesco.pe/file/a.jpg">'
        f'<meta property="al:ios:url" content="{app}"></head><body><div class="tgme_page_description">{about}</div>'
        f'<script async src="https://telegram.org/js/telegram-widget.js?22" data-telegram-post="{widget}"></script>'
        "</body></html>"
    )


def read(body: str | bytes, status: int = 200) -> Post | None:
    return PLATFORM.read_archived(REF, exchange(COPY, body, status, HTML))


@pytest.mark.parametrize("page", [frame(shown()), preview("x", "Ana", "", [shown(415), shown(), shown(420)], 3, 9)])
def test_copies_of_the_frame_and_of_the_preview_hold_the_record(page: str) -> None:
    post = read(page)
    assert post is not None
    assert (post.id, post.url, post.handle) == ("ana_channel/416", "https://t.me/ana_channel/416", "Ana_Channel")
    assert (post.text, post.text_complete) == ("The bridge is shut 🔥\ntonight.", True)
    assert (post.created_at, post.account_id, post.display_name) == (MADE, "77", "Ana")


def test_a_copy_of_the_posts_own_page_holds_its_words() -> None:
    post = read(permalink())
    assert post is not None
    assert (post.text, post.text_complete, post.created_at) == ("The bridge is shut\ntonight.", True, None)
    assert (post.display_name, post.handle, post.seen_in) == ("Ana & the Ferry", "Ana_Channel", "telegram.permalink")
    assert [(m.kind, m.url) for m in post.media] == [("card", "https://cdn4.telesco.pe/file/a.jpg")]
    cut = read(permalink("The bridge is shut and nobody says…"))
    assert cut is not None
    assert not cut.text_complete


@pytest.mark.parametrize(
    "app", ["tg://resolve?domain=ana_channel&amp;post=416", "tg://resolve?domain=ANA_CHANNEL&amp;post=416&amp;single"]
)
def test_the_link_for_apps_names_the_post_too(app: str) -> None:
    assert read(permalink(widget="", app=app)) is not None


@pytest.mark.parametrize(
    "page",
    [
        pytest.param(permalink(widget=""), id="names no post"),
        pytest.param(permalink(widget="Ana_Channel/417"), id="another post"),
        pytest.param(permalink(widget="Ana_Channels/416"), id="another channel"),
        pytest.param(permalink(widget="", app="tg://resolve?domain=ana_channel&amp;post=4"), id="another, for apps"),
        pytest.param(permalink(None), id="no description"),
        pytest.param(permalink(""), id="empty description"),
        pytest.param(permalink("  \n"), id="blank description"),
        pytest.param(permalink("Notes of the quay", about="Notes of the quay"), id="the channel's description"),
        pytest.param(permalink("You can view and join @ana_channel right away."), id="an invitation"),
        pytest.param(permalink("If you have Telegram, you can contact @ana_channel right away."), id="a contact"),
        pytest.param(frame(shown(417)), id="the frame of another post"),
        pytest.param(frame(shown(416, channel="Other_Channel")), id="the same number elsewhere"),
        pytest.param(refusal("Post not found"), id="not found"),
        pytest.param(refusal("Channel with username @ana_channel not found"), id="no channel"),
        pytest.param("", id="empty"),
        pytest.param("Post 416", id="no page"),
        pytest.param("<html><body>Got an HTTP 302 response at crawl time</body></html>", id="a redirect"),
    ],
)
def test_copies_that_do_not_show_the_post(page: str) -> None:
    assert read(page) is None


def test_an_album_is_found_under_the_number_of_each_picture() -> None:
    pictures = "".join(
        f'<a class="tgme_widget_message_photo_wrap" href="https://t.me/Ana_Channel/{n}?single"></a>' for n in (414, 416)
    )
    post = read(frame(message("Ana_Channel", 414, MADE, pictures + words("Two."), title="Ana", account=7)))
    assert post is not None
    assert (post.id, post.text) == ("ana_channel/416", "Two.")


def test_addresses_of_copies() -> None:
    assert PLATFORM.archived_urls(REF) == (
        "https://t.me/ana_channel/416?embed=1&mode=tme",
        "https://t.me/ana_channel/416?embed=1",
        "https://t.me/s/ana_channel/416",
        "https://t.me/ana_channel/416",
        "https://telegram.me/ana_channel/416",
    )
    assert PLATFORM.archived_urls(PLATFORM.ref_from_id("416")) == ()


def mention(**fields: str | None) -> Mention:
    known = {"source": "a.html", "platform": "telegram", "rule": "telegram.script", "confidence": 0.9}
    return Mention(**(known | fields))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("fields", "since", "until"),
    [
        ({"date": "2023-03-14"}, "20230313", "20230513"),
        ({"date": "2023-03-14T07:05:09+00:00", "published": "2024-01-01"}, "20230313", "20230513"),
        ({"published": "2023-03-14"}, "20230113", "20230513"),
        ({}, None, None),
        ({"date": "soon"}, None, None),
        ({"date": "0001-01-01"}, None, None),
        ({"date": "9999-12-31"}, None, None),
    ],
)
def test_captures_of_the_weeks_after_the_post_are_asked_for(
    fields: dict[str, str], since: str | None, until: str | None
) -> None:
    (query,) = PLATFORM.archive_queries(mention(handle="@Ana_Channel", **fields), None)
    assert (query.prefix, query.since, query.until) == ("t.me/ana_channel/", since, until)


@pytest.mark.parametrize("handle", [None, "", "ana channel", "1234", "joinchat"])
def test_without_a_channel_nothing_is_asked_for(handle: str | None) -> None:
    assert PLATFORM.archive_queries(mention(handle=handle), None) == ()
    assert PLATFORM.archived_lists(Clues(handle=handle or "", since=None, until=None)) == ()


LIST = "https://t.me/s/ana_channel"


def test_a_copy_of_the_preview_lists_the_posts_around() -> None:
    assert PLATFORM.archived_lists(Clues(handle="Ana_Channel", since=None, until=None)) == (LIST,)
    page = preview(
        "Ana_Channel",
        "Ana",
        "",
        [
            message("Ana_Channel", 1, MADE, words("Channel created"), title="Ana", account=7, service=True),
            shown(415, "First."),
            shown(416, "Second."),
            shown(9, "Elsewhere", channel="Other_Channel"),
        ],
        None,
        None,
    )
    posts = PLATFORM.read_archived_list(LIST, exchange(LIST, page, 200, HTML))
    assert [(post.id, post.text) for post in posts] == [("ana_channel/415", "First."), ("ana_channel/416", "Second.")]
    assert all(post.created_at == MADE for post in posts)
    for body in ("", "{}", refusal("Post not found"), permalink()):
        assert PLATFORM.read_archived_list(LIST, exchange(LIST, body, 200, HTML)) == ()


PARTS = (permalink(), frame(shown()), refusal("Post not found"), "\x00<html>", "<meta property=og:description content=")


@given(
    body=st.one_of(st.binary(max_size=200), st.lists(st.sampled_from(PARTS), max_size=3).map("".join)),
    cut=st.integers(0, 4000),
    kind=st.sampled_from([HTML, "", "application/json"]),
    coding=st.sampled_from(["", "gzip", "x-unknown"]),
)
def test_whatever_a_copy_holds_is_read_or_passed_over(body: bytes | str, cut: int, kind: str, coding: str) -> None:
    """A post that is read is the one that was asked for, whatever the bytes are."""
    headers = (("Content-Encoding", coding),) if coding else ()
    copy = exchange(COPY, body[:cut], 200, kind, headers)
    post = PLATFORM.read_archived(REF, copy)
    assert post is None or (post.id, post.platform) == (REF.id, "telegram")
    assert isinstance(PLATFORM.read_archived_list(LIST, copy), tuple)


def test_odd_references_are_passed_over() -> None:
    roll = random.Random(3)
    for _ in range(200):
        odd = "".join(roll.choice("aZ_/9?#\"']\\\x00ä") for _ in range(roll.randrange(12)))
        ref = PLATFORM.ref_from_id(odd)
        post = PLATFORM.read_archived(ref, exchange(COPY, permalink(widget=odd), 200, HTML))
        assert post is None or post.id == ref.id
