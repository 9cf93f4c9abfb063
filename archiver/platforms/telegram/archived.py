"""What do archived copies of Telegram's pages show, and where may such be?

Copies of the widget's frame and of a channel's preview are read as the live pages are. The page at a post's own address
is what people save most: it loads the widget, and only its lines for link previews hold words (cut near a thousand
code points, without a time). For a post without words these lines are the channel's own description, and the page does
not say so: where the copy shows that description too, the words are not the post's; else they are taken for its.
"""

from __future__ import annotations

import re

from msgspec.structs import replace
from selectolax.lexbor import LexborHTMLParser

from archiver.errors import ArchiverError
from archiver.exchange import Exchange
from archiver.model import Media, Mention, Post, PostRef
from archiver.platforms.base import ArchiveQuery, Clues
from archiver.platforms.bounds import parse
from archiver.platforms.captured import capture_days
from archiver.platforms.telegram.endpoints import EMBED, PERMALINK, PREVIEW, embed_url
from archiver.platforms.telegram.records import messages, shown_text
from archiver.platforms.telegram.urls import NAME, channel_of, parts_of, ref_from_id, ref_from_name, ref_from_url
from archiver.platforms.values import MAX_TEXT, clean, https

MAX_PAGE = 8 * 1024 * 1024
"""Bytes of one archived copy that are read; a page of twenty posts has below 200 kB."""

APP_LINKS = ("al:ios:url", "al:android:url")
"""Lines of a post's page that name it: `tg://resolve?domain=ana_channel&post=416`."""

INVITATION = re.compile(
    r"(?:if you have telegram, )?you can (?:contact|view|join|view and join|launch) @?\w{1,40}(?: and .{1,40})? "
    r"right away\.?",
    re.IGNORECASE,
)
"""What stands there where a channel has no description either."""


def archive_queries(mention: Mention) -> tuple[ArchiveQuery, ...]:
    """Where copies of posts of the mention's channel may be, captured in the weeks after the post."""
    channel = channel_of(mention.handle or "")
    if channel is None:
        return ()
    since, until = capture_days(mention) or (None, None)
    return (ArchiveQuery(prefix=f"t.me/{channel}/", since=since, until=until),)


def archived_urls(ref: PostRef) -> tuple[str, ...]:
    """Addresses under which archives may hold the post, best first: frames hold all of it."""
    parts = parts_of(ref)
    if parts is None:
        return ()
    channel, number = parts
    return (
        embed_url(channel, number),
        f"https://t.me/{channel}/{number}?embed=1",
        f"https://t.me/s/{channel}/{number}",
        f"https://t.me/{channel}/{number}",
        f"https://telegram.me/{channel}/{number}",
    )


def archived_lists(clues: Clues) -> tuple[str, ...]:
    """The channel's preview: a copy from the days after the post lists it."""
    channel = channel_of(clues.handle)
    return (f"https://t.me/s/{channel}",) if channel else ()


def read_archived(ref: PostRef, exchange: Exchange) -> Post | None:
    """The post's record from an archived page; null where the copy does not show the post."""
    parts = parts_of(ref)
    page = _page(exchange)
    if parts is None or page is None:
        return None
    channel, number = parts
    for message in messages(page, PREVIEW if page.css_first(".tgme_channel_info") is not None else EMBED):
        if number in message.numbers and message.post.id.partition("/")[0] == channel:
            # an album is one post under the number of each of its pictures
            return replace(message.post, id=ref.id, url=ref.url)
    return _preview_lines(page, ref)


def read_archived_list(url: str, exchange: Exchange) -> tuple[Post, ...]:
    """The posts that an archived copy of the preview lists."""
    page = _page(exchange)
    if page is None:
        return ()
    channel = channel_of(url.rpartition("/s/")[2].partition("?")[0].partition("/")[0])
    return tuple(
        m.post
        for m in messages(page, PREVIEW)
        if not m.service and channel is not None and m.post.id.partition("/")[0] == channel
    )


def _page(exchange: Exchange) -> LexborHTMLParser | None:
    try:
        body = exchange.payload(MAX_PAGE)
    except ArchiverError:
        return None
    return parse(body.decode("utf-8", "replace")) if b"<" in body[:4096] else None


def _preview_lines(page: LexborHTMLParser, ref: PostRef) -> Post | None:
    """What the lines for link previews of a post's own page say."""
    if not _names(page, ref):
        return None
    words = clean((_meta(page, "og:description") or "")[:MAX_TEXT]).strip()
    title = _meta(page, "og:title")
    about = page.css_first(".tgme_page_description")
    others = {(title or "").strip(), shown_text(about) if about is not None else ""}
    if not words or words in others or INVITATION.fullmatch(words):
        return None
    own = ref_from_id(ref.id, ref.handle)
    image = https(_meta(page, "og:image"))
    return Post(
        platform=NAME,
        id=own.id,
        url=own.url,
        handle=ref.handle or own.handle,
        display_name=clean((title or "").strip()[:MAX_TEXT]) or None,
        text=words,
        text_complete=not words.endswith(("…", "...")),
        media=(Media(kind="card", url=image),) if image else (),
        seen_in=PERMALINK,
    )


def _names(page: LexborHTMLParser, ref: PostRef) -> bool:
    """Whether a page says that it is this post's: it loads the widget of it, or leads an app to it."""
    for node in page.css("script[data-telegram-post]")[:4]:
        named = ref_from_name(node.attributes.get("data-telegram-post") or "")
        if named is not None and named.id == ref.id:
            return True
    return any(
        (named := ref_from_url(_meta(page, name) or "")) is not None and named.id == ref.id for name in APP_LINKS
    )


def _meta(page: LexborHTMLParser, name: str) -> str | None:
    node = page.css_first(f'meta[property="{name}"]')
    return node.attributes.get("content") if node is not None else None
