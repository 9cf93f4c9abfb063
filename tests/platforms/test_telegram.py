"""Telegram. Invariant: the widget's script alone names the post, and nothing but a public channel's post is one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from archiver.detect import find
from archiver.model import Article, Mention
from archiver.platforms.telegram import PLATFORM

POST = "ana_channel/416"
SCRIPT = "https://telegram.org/js/telegram-widget.js?22"
FEED = (
    '<div class="telegram-post"><p>The bridge is <a href="https://news.example/">open</a>.</p>'
    '<p><a href="https://t.me/ana_channel/417">9 November</a></p></div>'
)


def found(html: str) -> list[Mention]:
    return find(Article(source="a.html", uri="ni:///x", digest="sha256:0", html=f"<body><p>Before.</p>{html}</body>"))


def in_text(text: str) -> list[Mention]:
    return find(
        Article(source="a.txt", uri="ni:///x", digest="sha256:0", text=text), platforms=[PLATFORM], min_confidence=0.5
    )


@pytest.mark.parametrize(
    "embed",
    [
        f'<script async src="{SCRIPT}" data-telegram-post="{POST}" data-width="100%" data-userpic="true"></script>',
        f'<script type="text/plain" data-src="{SCRIPT}" data-telegram-post="{POST}?single" data-dark="1"></script>',
        f'<script async src="{SCRIPT}" data-telegram-post="https://t.me/{POST}"></script>',
        f'<div class="tg"><h6>Telegram</h6><script async src="{SCRIPT}" data-telegram-post="{POST}"></script></div>',
        f'<div class="telegram-post" data-telegram-post="{POST}"></div>',
        f'<blockquote class="telegram-post" data-post="{POST}" data-width="100%"></blockquote>',
        f'<blockquote class="telegram-post"><a href="https://t.me/{POST}">Post</a></blockquote>',
        f'<iframe id="telegram-post-ana_channel-416" src="https://t.me/{POST}?embed=1&amp;userpic=true"></iframe>',
        '<iframe id="telegram-post-ana_channel-416" src="./page_files/416.html"></iframe>',
    ],
)
def test_embeds(embed: str) -> None:
    [mention] = found(embed)
    assert (mention.platform, mention.post_id, mention.url) == ("telegram", POST, f"https://t.me/{POST}")
    assert (mention.handle, mention.text, mention.date) == ("ana_channel", None, None)


def test_a_message_copied_into_the_page() -> None:
    [mention] = found(
        f'<div class="tgme_widget_message" data-post="{POST}"><a class="tgme_widget_message_owner_name"><span>Ana '
        'Example</span></a><div class="tgme_widget_message_text js-message_text">The bridge<br>is open: '
        '<a href="https://news.example/">news</a></div><a class="tgme_widget_message_date">'
        '<time datetime="2022-11-09T15:02:11+03:00">15:02</time></a></div>'
    )
    assert (mention.post_id, mention.display_name) == (POST, "Ana Example")
    assert (mention.text, mention.date) == ("The bridge\nis open: news", "2022-11-09T12:02:11Z")
    assert mention.links == ("https://news.example/",)


@pytest.mark.parametrize(
    "html",
    [
        f'<p>As <a href="https://t.me/{POST}">she wrote</a> on Monday, the bridge is open.</p>',
        '<p>Join our channel: <a href="https://t.me/+AbCdEfGhIjKlMnOp">Telegram</a></p>',
        '<a class="telegram" href="https://t.me/share/url?url=https://news.example/">Share</a>',
        f'<script async src="{SCRIPT}" data-telegram-discussion="ana_channel/416"></script>',
        f'<script async src="{SCRIPT}" data-telegram-login="ana_bot"></script>',
        f'<script async src="{SCRIPT}" data-telegram-post="c/1234567890/416"></script>',
        f'<script async src="{SCRIPT}" data-telegram-post="{{{{ post }}}}"></script>',
        '<iframe id="telegram-post-widget" src="about:blank"></iframe>',
    ],
)
def test_what_is_no_embed(html: str) -> None:
    assert found(html) == []


def test_two_messages_copied_at_once() -> None:
    first = "Ana Example, [09.11.2022 15:02]\nThe bridge is open."
    second = "Ben Sample, [09.11.2022 15:04]\nAt last!"
    text = f"The chat of that day:\n\n{first}\n{second}\n\nThen nobody wrote."
    mentions = in_text(text)
    assert [m.display_name for m in mentions] == ["Ana Example", "Ben Sample"]
    assert [text[m.start : m.end] for m in mentions] == [first, second]
    assert [m.text for m in mentions] == ["The bridge is open.", "At last!"]


@pytest.mark.parametrize(
    ("stamp", "day"),
    [
        ("Nov 9, 2022 at 3:02 PM", "2022-11-09"),
        ("9 нояб. 2022 г., 15:02", "2022-11-09"),
        ("09.11.22 15:02", "2022-11-09"),
        ("9/11/2022 15:02", "2022-11-09"),
        ("11/9/2022 3:02 PM", "2022-11-09"),
        ("11/19/2022 15:02", "2022-11-19"),
        ("2022/11/09 15:02", "2022-11-09"),
        ("9-11-2022 15:02:33", "2022-11-09"),
    ],
)
def test_stamps_in_many_countries(stamp: str, day: str) -> None:
    [mention] = in_text(f"Ana Example, [{stamp}]\nThe bridge is open.")
    assert (mention.date, mention.date_basis, mention.text) == (day, "viewer", "The bridge is open.")


@pytest.mark.parametrize("stamp", ["Nov 9, 2022", "15:02", "99.99.2022 15:02", "9.11.1985 15:02", "see 15:02"])
def test_what_is_no_stamp(stamp: str) -> None:
    assert in_text(f"Ana Example, [{stamp}]\nThe bridge is open.") == []


def test_a_channels_feed_is_no_widget() -> None:
    feed = LexborHTMLParser(FEED).css_first(".telegram-post")
    assert feed is not None
    assert [rule.name for rule in PLATFORM.embed_rules if rule.read(feed)] == []


@given(st.text(alphabet=", []\n0123456789.:/NovPM at", max_size=120))
def test_any_text_is_read_or_left(text: str) -> None:
    for mention in in_text(text):
        assert mention.start is not None
        assert mention.end is not None
        assert 0 <= mention.start < mention.end <= len(text)


@given(st.text(max_size=60))
def test_any_link_is_read_or_left(tail: str) -> None:
    ref = PLATFORM.ref_from_url("https://t.me/" + tail)
    assert ref is None or PLATFORM.ref_from_url(ref.url) == ref
