"""What does Instagram's own JSON say of a post?

The same object has had several dialects: `shortcode_media` of the embeds and of pages since 2018 (`edge_…` members),
`media` of pages before (`code`, `caption` as text, `date`), and `media` of the application since 2022 (`code`,
`caption.text`, `user`, `taken_at`), which Threads uses, too. An object counts only where it holds the code asked for;
codes differ in the case of a single letter.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from archiver.model import Media, Post, PostRef
from archiver.platforms.instagram import shortcodes
from archiver.platforms.payload import objects
from archiver.platforms.values import MAX_ITEMS, Json, dig, epoch, https, members, string, text, whole

PICTURES = ("GraphImage", "XDTGraphImage")


def find_media(value: Any, code: str) -> Json | None:
    """The object within a value that describes the post with this code; null where none does."""
    return next((found for found in objects(value) if _code(found) == code and _describes(found)), None)


def _code(media: Json) -> str | None:
    return string(media, "shortcode") or string(media, "code")


def _describes(media: Json) -> bool:
    """Quoted and listed posts come as stubs with a code, too."""
    return isinstance(media.get("owner") or media.get("user"), dict) and any(
        name in media for name in ("edge_media_to_caption", "caption", "display_url", "display_src", "taken_at", "date")
    )


def post_of(media: Json, ref: PostRef) -> Post:
    """The post as an object of any dialect describes it."""
    owner = media.get("owner") if isinstance(media.get("owner"), dict) else media.get("user")
    handle = string(owner, "username")
    account = (owner.get("id") or owner.get("pk")) if isinstance(owner, dict) else None
    return Post(
        platform=ref.platform,
        id=ref.id,
        url=ref.url,
        handle=handle.lower() if handle else None,
        display_name=text(owner, "full_name") or None,
        account_id=str(account) if isinstance(account, (str, int)) and str(account).isdecimal() else None,
        created_at=made_at(media, ref.id),
        text=caption_of(media),
        title=text(media, "title") or None,
        media=(*media_of(media), *_avatar(owner)),
    )


def made_at(media: Json, code: str) -> datetime | None:
    """When it was published: as the record says, else as the code does."""
    stamps = (media.get(name) for name in ("taken_at_timestamp", "taken_at", "date"))
    return next((made for stamp in stamps if (made := epoch(stamp))), None) or shortcodes.time_of(code)


def caption_of(media: Json) -> str | None:
    """The caption; empty where the record says that there is none, null where it tells nothing of one."""
    edges = dig(media, "edge_media_to_caption", "edges")
    if isinstance(edges, list):
        return text(dig(edges, 0, "node"), "text") or ""
    caption = media.get("caption")
    if isinstance(caption, dict):
        return text(caption, "text")
    if isinstance(caption, str):
        return text(media, "caption")
    return "" if "caption" in media else None


def media_of(media: Json) -> tuple[Media, ...]:
    """The post's pictures and films, in its order."""
    children = [dig(edge, "node") for edge in members(dig(media, "edge_sidecar_to_children", "edges"))]
    children = [child for child in children if isinstance(child, dict)] or list(members(media.get("carousel_media")))
    out: dict[str, Media] = {}
    for child in children or [media]:
        for found in _files(child):
            out.setdefault(found.url, found)
    return tuple(out.values())[:MAX_ITEMS]


def _files(media: Json) -> Iterator[Media]:
    alt = text(media, "accessibility_caption") or None
    size = media.get("dimensions")
    width = whole(dig(size, "width") or media.get("original_width"))
    height = whole(dig(size, "height") or media.get("original_height"))
    still = https(media.get("display_url") or media.get("display_src")) or https(
        dig(media, "image_versions2", "candidates", 0, "url")
    )
    film = https(media.get("video_url")) or https(dig(media, "video_versions", 0, "url"))
    if film:
        yield Media(kind="video", url=film, alt=alt, width=width, height=height)
    if still:
        yield Media(
            kind="poster" if film else "photo", url=still, alt=None if film else alt, width=width, height=height
        )


def _avatar(owner: Any) -> tuple[Media, ...]:
    url = https(dig(owner, "profile_pic_url"))
    return (Media(kind="avatar", url=url),) if url else ()
