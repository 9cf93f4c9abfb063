"""What does a page of Threads show of a post?

The embed draws each post as a block: the post that a reply answers stands before it, a quoted one within it, and each
has its own account, words and media. Days are printed in the asker's zone, so the time comes from the code. The post's
own page has preview lines for machines.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from selectolax.lexbor import LexborHTMLParser, LexborNode

from archiver.model import Media, Post, PostRef
from archiver.platforms.fragments import words_in
from archiver.platforms.instagram import shortcodes
from archiver.platforms.instagram.records import find_media, post_of
from archiver.platforms.payload import script_values
from archiver.platforms.preview import named_by, preview, whole
from archiver.platforms.threads.urls import HANDLE, ref_from_url
from archiver.platforms.values import MAX_ITEMS, MAX_TEXT, clean, https

BLOCK = "OuterContainer"
QUOTE = "QuotePostContainer"

MAX_BLOCKS = 20
MAX_DEPTH = 60

_PROFILE = re.compile(rf"https?://(?:www\.)?threads\.(?:com|net)/@(?P<handle>{HANDLE})/?(?:[?#].*)?", re.IGNORECASE)
_TITLE = re.compile(rf"(?P<name>[^\n]{{0,150}}?) ?\((?:@|•@)(?P<handle>{HANDLE})\) on Threads", re.IGNORECASE)
_OBJECT = "\ufffc"
"""What Threads leaves in a text where a card or a picture belongs."""


def unavailable(page: LexborHTMLParser) -> bool:
    """Whether the embed's page is the notice for posts that it does not show."""
    return page.css_first(".ErrorText") is not None


def embedded_post(page: LexborHTMLParser, ref: PostRef) -> Post | None:
    """The post of an embed's page; null where it shows none, or another."""
    link = page.css_first(".LinkContainer a[href]")
    named = ref_from_url(link.attributes.get("href") or "") if link is not None else None
    if named is not None and named.id != ref.id:
        return None
    blocks = [node for node in page.css(f".{BLOCK}")[:MAX_BLOCKS] if not _within(node, QUOTE)]
    if not blocks:
        return None
    block = blocks[-1]
    handle = next((found for node in block.css("a.HeaderLink[href]")[:MAX_ITEMS] if (found := _handle(node))), None)
    if handle is None:
        return None
    media = tuple(_media(block))
    for quote in block.css(f".{QUOTE}")[:MAX_BLOCKS]:
        quote.decompose()
    body = block.css_first(".BodyTextContainer")
    words = words_in(body) if body is not None else None
    return Post(
        platform=ref.platform,
        id=ref.id,
        url=ref.url,
        handle=handle,
        created_at=shortcodes.time_of(ref.id),
        text=_plain(words.text) if words is not None else "",
        links=tuple(link for link in words.links if not _PROFILE.match(link)) if words is not None else (),
        media=media,
    )


def _within(node: LexborNode, name: str) -> bool:
    parent = node.parent
    for _ in range(MAX_DEPTH):
        if parent is None:
            return False
        if name in (parent.attributes.get("class") or "").split():
            return True
        parent = parent.parent
    return False


def _handle(link: LexborNode) -> str | None:
    """The account of a block's header; links to topics stand in it, too."""
    found = _PROFILE.fullmatch(link.attributes.get("href") or "")
    return found["handle"].lower() if found and not _within(link, QUOTE) else None


def _media(block: LexborNode) -> Iterator[Media]:
    seen: set[str] = set()
    for node in block.css(".SoloMediaContainer img, .MediaScrollContainer img, video source, video[src]")[:MAX_ITEMS]:
        url = https(node.attributes.get("src"))
        if url and url not in seen and not _within(node, QUOTE):
            seen.add(url)
            kind = "photo" if node.tag == "img" else "video"
            yield Media(kind=kind, url=url, alt=clean(node.attributes.get("alt")) or None)
    avatar = block.css_first(".AvatarContainer img")
    url = https(avatar.attributes.get("src")) if avatar is not None else None
    if url:
        yield Media(kind="avatar", url=url)


def _plain(text: str) -> str:
    return text.replace(_OBJECT, "").strip()


def scripted_post(page: LexborHTMLParser, ref: PostRef) -> Post | None:
    """The record that a script of the page holds; null where none holds one of this post."""
    found = (find_media(value, ref.id) for value in script_values(page, ref.id))
    media = next((one for one in found if one is not None), None)
    return post_of(media, ref) if media is not None else None


def previewed_post(page: LexborHTMLParser, ref: PostRef, address: str) -> Post | None:
    """The post as the page's preview lines tell of it; null where they tell of none. Until 2025 they held its words."""
    lines = preview(page)
    named = named_by(lines, address, ref_from_url)
    if named is None or named.id != ref.id:
        return None
    found = _TITLE.fullmatch((lines.title or "")[:MAX_TEXT].strip())
    if found is None:
        return None
    words = lines.description
    return Post(
        platform=ref.platform,
        id=ref.id,
        url=ref.url,
        handle=found["handle"].lower(),
        display_name=clean(found["name"].strip()) or None,
        created_at=shortcodes.time_of(ref.id),
        text=_plain(words) if words else None,
        text_complete=whole(words),
    )
