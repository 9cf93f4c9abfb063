"""What does a record of TikTok's say: as the pages' scripts, the frames and oEmbed write it?

Two shapes: `itemStruct` (pages; in listings too) and `itemInfos` with `authorInfos` (frames, pages of 2019 and 2020).
The caption with its hashtags is the text; the line of the sound is none of it. A video's own file is left out: its
address works for the session alone that was given it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime

from archiver.model import Media, Post, post_key
from archiver.platforms.tiktok.ids import time_of
from archiver.platforms.tiktok.urls import HANDLE, ID, NAME, handle_from_url, ref_from_id
from archiver.platforms.values import MAX_ITEMS, Json, clean, dig, epoch, https, string, text, whole

_HANDLE = re.compile(HANDLE)
_ID = re.compile(ID, re.ASCII)
_ACCOUNT = re.compile(r"\d{4,20}", re.ASCII)
"""Accounts of the first years have short numbers; videos never have."""
_QUOTED_ID = re.compile(r'data-video-id="([0-9]{15,20})"')

NO_LANGUAGE = frozenset({"un", "und"})


def record_post(item: Json, post_id: str, seen_in: str, author: Json | None = None) -> Post | None:
    """The post that a record of either shape shows; null where it shows another, or none.

    author: whose it is, where the record does not say so (in an account's frame).
    """
    if isinstance(dig(item, "itemInfos"), Mapping):
        return _framed(item, post_id, seen_in)
    if _number(item, "id") != post_id or not _shows(item):
        return None
    who = item.get("author")
    owner = who if isinstance(who, Mapping) else author or {}
    named = handle_of(who) if isinstance(who, str) else handle_of(owner.get("uniqueId"))
    video = item.get("video")
    pictures = tuple(_pictures(dig(item, "imagePost", "images"), "imageURL", "urlList"))
    still = _poster(
        [video.get(name) for name in ("originCover", "cover", "dynamicCover")] if isinstance(video, Mapping) else [],
        video,
    )
    if not still:
        still = _poster([item.get("coverUrl"), item.get("originCoverUrl")], None)
    avatar = _first_url([owner.get(n) for n in ("avatarLarger", "avatarMedium", "avatarThumb", "avatarThumbUrl")])
    return _post(
        post_id=post_id,
        seen_in=seen_in,
        handle=named,
        name=string(owner, "nickname") or (string(item, "nickname") if isinstance(who, str) else None),
        account=_number(owner, "id", _ACCOUNT) or _number(item, "authorId", _ACCOUNT),
        made=_time(item.get("createTime")),
        caption=text(item, "desc"),
        language=string(item, "textLanguage"),
        media=(*(pictures or still), *((Media(kind="avatar", url=avatar),) if avatar else ())),
        quoted=_number(dig(item, "duetInfo"), "duetFromId"),
    )


def _framed(item: Json, post_id: str, seen_in: str) -> Post | None:
    infos, owner = dig(item, "itemInfos"), dig(item, "authorInfos")
    if _number(infos, "id") != post_id:
        return None
    pictures = tuple(_pictures(dig(item, "imagePostInfo", "displayImages"), "urlList"))
    covers = [dig(infos, "coversOrigin", 0), dig(infos, "covers", 0)]
    avatar = _first_url([dig(owner, "covers", 0), dig(owner, "coversLarger", 0)])
    return _post(
        post_id=post_id,
        seen_in=seen_in,
        handle=handle_of(dig(owner, "uniqueId")),
        name=string(owner, "nickName"),
        account=_number(owner, "userId", _ACCOUNT),
        made=_time(dig(infos, "createTime")),
        caption=text(infos, "text"),
        language=None,
        media=(
            *(pictures or _poster(covers, dig(infos, "video", "videoMeta"))),
            *((Media(kind="avatar", url=avatar),) if avatar else ()),
        ),
        quoted=None,
    )


def oembed_post(data: Json, post_id: str, seen_in: str) -> Post | None:
    """The post that an oEmbed answer shows; null where it shows another, or none."""
    caption = text(data, "title")
    if caption is None or oembed_id(data) != post_id:
        return None
    handle = handle_of(data.get("author_unique_id")) or handle_from_url((string(data, "author_url") or "")[:300])
    still = https(data.get("thumbnail_url"))
    return _post(
        post_id=post_id,
        seen_in=seen_in,
        handle=handle,
        name=string(data, "author_name"),
        account=None,
        made=None,
        caption=caption,
        language=None,
        media=_poster([still], {"width": data.get("thumbnail_width"), "height": data.get("thumbnail_height")}),
        quoted=None,
    )


def oembed_id(data: Json) -> str | None:
    """Which video an oEmbed answer is about: answers of before 2022 say so in their markup alone."""
    if found := _number(data, "embed_product_id"):
        return found
    quoted = _QUOTED_ID.search((string(data, "html") or "")[:20_000])
    return quoted[1] if quoted else None


def listed_posts(items: tuple[Json, ...], author: Json | None, seen_in: str) -> tuple[Post, ...]:
    """The posts of a listing, in its order; what shows no id or no words is left out."""
    out: dict[str, Post] = {}
    for item in items:
        if item.get("privateItem") is True:
            continue
        post_id = _number(item, "id") or _number(dig(item, "itemInfos"), "id")
        post = record_post(item, post_id, seen_in, author) if post_id else None
        if post is not None:
            out.setdefault(post.id, post)
    return tuple(out.values())


def handle_of(value: object) -> str | None:
    """A handle as a record gives it, without `@`."""
    return value if isinstance(value, str) and _HANDLE.fullmatch(value) else None


def previewed_post(post_id: str, handle: str | None, name: str | None, caption: str, seen_in: str) -> Post:
    """The post as the lines for link previews tell it."""
    return _post(
        post_id=post_id,
        seen_in=seen_in,
        handle=handle,
        name=name,
        account=None,
        made=None,
        caption=caption,
        language=None,
        media=(),
        quoted=None,
    )


def _post(
    *,
    post_id: str,
    seen_in: str,
    handle: str | None,
    name: str | None,
    account: str | None,
    made: datetime | None,
    caption: str | None,
    language: str | None,
    media: tuple[Media, ...],
    quoted: str | None,
) -> Post:
    return Post(
        platform=NAME,
        id=post_id,
        url=ref_from_id(post_id, handle).url,
        handle=handle,
        display_name=clean(name) or None,
        account_id=account,
        created_at=made or time_of(post_id),
        text=caption.strip() if caption is not None else None,
        language=clean(language)[:12] if language and language.lower() not in NO_LANGUAGE else None,
        media=media[:MAX_ITEMS],
        quoted=post_key(NAME, quoted, None) if quoted and quoted != post_id else None,
        seen_in=seen_in,
    )


def _shows(item: Json) -> bool:
    return isinstance(item.get("desc"), str) or isinstance(item.get("video"), Mapping)


def _number(value: object, name: str, form: re.Pattern[str] = _ID) -> str | None:
    found = value.get(name) if isinstance(value, Mapping) else None
    if isinstance(found, int) and not isinstance(found, bool) and 0 < found < 1 << 64:
        found = str(found)
    return found if isinstance(found, str) and form.fullmatch(found) else None


def _time(value: object) -> datetime | None:
    if isinstance(value, str):
        value = whole(value)
    return epoch(value)


def _first_url(values: list[object]) -> str | None:
    return next((url for value in values if (url := https(value))), None)


def _poster(values: list[object], sizes: object) -> tuple[Media, ...]:
    url = _first_url(values)
    if url is None:
        return ()
    return (Media(kind="poster", url=url, width=whole(dig(sizes, "width")), height=whole(dig(sizes, "height"))),)


def _pictures(images: object, *path: str) -> Iterator[Media]:
    for image in images[:MAX_ITEMS] if isinstance(images, list) else ():
        if url := https(dig(image, *path, 0)):
            width, height = whole(dig(image, "imageWidth")), whole(dig(image, "imageHeight"))
            yield Media(kind="photo", url=url, width=width, height=height)
