"""How does HTML hold a post of Telegram?

The widget is a `<script>` that names the post in an attribute and nothing else; a browser that saves the page keeps the
frame that the script drew, or the frame's own content.
"""

from __future__ import annotations

import re

import msgspec
from selectolax.lexbor import LexborNode

from archiver.model import PostRef
from archiver.platforms import instants, marks
from archiver.platforms.base import EmbedRule, Sighting
from archiver.platforms.markup import render
from archiver.platforms.telegram.urls import CHANNEL, NUMBER, ref_from_name, ref_from_url

NAME_ATTRIBUTES = ("data-telegram-post", "data-post", "data-tg-post", "data-post-id", "post")
"""Attributes that hold `channel/number`, or the whole permalink."""

_FRAME_ID = re.compile(rf"telegram-post-(?P<channel>{CHANNEL})-(?P<number>{NUMBER})")


def _named(value: str | None) -> PostRef | None:
    value = (value or "").strip()
    if not value or len(value) > 500:
        return None
    return ref_from_url(value) or ref_from_name(value)


def _sighting(ref: PostRef | None) -> Sighting | None:
    return Sighting(post_id=ref.id, handle=ref.handle, url=ref.url) if ref else None


def read_widget(node: LexborNode) -> Sighting | None:
    """The widget's script, or an element that waits for it: what they name, in any of the attributes."""
    for key in NAME_ATTRIBUTES:
        if (ref := _named(node.attributes.get(key))) is not None:
            return _sighting(ref)
    if node.tag == "blockquote":  # other elements of these classes are a channel's feed
        for link in node.css("a[href]"):
            if (ref := ref_from_url((link.attributes.get("href") or "").strip())) is not None:
                return _sighting(ref)
    return None


def read_frame(node: LexborNode) -> Sighting | None:
    """The frame that the script drew, saved: its address may lead to a file, its `id` still names the post."""
    found = _FRAME_ID.match(node.attributes.get("id") or "")
    return _sighting(ref_from_name(f"{found['channel']}/{found['number']}")) if found else None


def read_message(node: LexborNode) -> Sighting | None:
    """The frame's content, copied into the page: `.tgme_widget_message[data-post]`."""
    ref = _named(node.attributes.get("data-post"))
    if ref is None:
        return None
    name = node.css_first(".tgme_widget_message_owner_name, .tgme_widget_message_author")
    words = node.css_first(".tgme_widget_message_text.js-message_text, .tgme_widget_message_text")
    made = node.css_first(".tgme_widget_message_date time[datetime], time[datetime]")
    shown = render(words) if words is not None else None
    return Sighting(
        post_id=ref.id,
        handle=ref.handle,
        display_name=(render(name).text.strip() or None) if name is not None else None,
        time=instants.utc(made.attributes.get("datetime")) if made is not None else None,
        text=shown.text.strip() or None if shown else None,
        links=tuple(link.href for link in shown.links if link.href.startswith("http")) if shown else (),
        url=ref.url,
    )


_ID = "ana_channel/416"
_SCRIPT = "https://telegram.org/js/telegram-widget.js?22"

RULES: tuple[EmbedRule, ...] = tuple(
    msgspec.structs.replace(rule, example_id=_ID)
    for rule in (
        EmbedRule(
            name="telegram.message",
            read=read_message,
            classes=frozenset({"tgme_widget_message"}),
            examples=(
                (
                    f'<div class="tgme_widget_message" data-post="{_ID}"><a class="tgme_widget_message_owner_name">'
                    '<span>Ana Example</span></a><div class="tgme_widget_message_text">The bridge is open.</div>'
                    '<a class="tgme_widget_message_date"><time datetime="2022-11-09T15:02:00+00:00"></time></a></div>'
                ),
            ),
        ),
        EmbedRule(
            name="telegram.widget",
            read=read_widget,
            attributes=frozenset({"data-telegram-post", "data-tg-post"}),
            classes=frozenset({"telegram-post", "telegram-embed", "telegram-widget"}),
            tags=frozenset({"telegram-post", "telegram-embed"}),
            examples=(
                f'<script async src="{_SCRIPT}" data-telegram-post="{_ID}" data-width="100%"></script>',
                f'<blockquote class="telegram-post" data-post="{_ID}"></blockquote>',
            ),
        ),
        EmbedRule(
            name="telegram.frame",
            marks=(marks.Mark(r"telegram-post-[a-z]\w{3,31}-[1-9]"),),
            read=read_frame,
            tags=frozenset({"iframe"}),
            examples=('<iframe id="telegram-post-ana_channel-416" src="page_files/416.html"></iframe>',),
        ),
    )
)
"""Asked in this order; the first that reads something wins."""
