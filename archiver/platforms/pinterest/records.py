"""What do Pinterest's JSON and pages say of a pin?

The widget's and the application's records name the same things alike: `description`, `pinner`, `images` by size, the
`link` that the pin leads to. Only the application's has the time.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from selectolax.lexbor import LexborHTMLParser

from archiver.model import Media, Post, PostRef
from archiver.platforms.jsonld import postings
from archiver.platforms.payload import names, objects, script_values
from archiver.platforms.pinterest.urls import ref_from_url
from archiver.platforms.preview import named_by, preview, whole
from archiver.platforms.values import Json, dig, https, members, moment, string, text
from archiver.platforms.values import whole as count

SIZES = ("orig", "originals", "736x", "564x", "474x", "237x", "236x")

_USER = re.compile(r"https?://(?:[\w-]+\.)*pinterest\.[a-z.]{2,6}/(?P<name>[A-Za-z0-9_]{3,100})/?(?:[?#].*)?")


def widget_pin(answer: Any, ref: PostRef) -> Json | None:
    """The pin's record in the widget's answer; null where it is missing or an error stands in its place."""
    for entry in members(dig(answer, "data")):
        if str(entry.get("id")) == ref.id and "error" not in entry and isinstance(entry.get("pinner"), dict):
            return entry
    return None


def widget_lacks(answer: Any, ref: PostRef) -> bool:
    """Whether the widget's answer says that there is no such pin: it is well, and has an error or nothing for it."""
    data = dig(answer, "data")
    if dig(answer, "status") != "success" or not isinstance(data, list):
        return False
    entries = [entry for entry in data if isinstance(entry, dict)]
    return all(str(entry.get("id")) == ref.id and "error" in entry for entry in entries)


def post_of(pin: Json, ref: PostRef) -> Post:
    """The post as a record of the widget or the application describes it."""
    owner = pin.get("native_creator") if isinstance(pin.get("native_creator"), dict) else None
    owner = owner or (pin.get("pinner") if isinstance(pin.get("pinner"), dict) else None)
    profile = _USER.fullmatch(string(owner, "profile_url") or "")
    link = https(pin.get("link"))
    words = text(pin, "description")
    title = text(pin, "grid_title") or text(pin, "title") or text(pin.get("rich_metadata"), "title")
    return Post(
        platform=ref.platform,
        id=ref.id,
        url=ref.url,
        handle=string(owner, "username") or (profile["name"] if profile else None),
        display_name=text(owner, "full_name") or None,
        account_id=string(owner, "id"),
        created_at=made_at(pin.get("created_at")),
        text=words.strip() if words is not None else None,
        title=title if title and title != words else None,
        media=(*_pictures(pin), *_avatar(owner)),
        links=(link,) if link else (),
    )


def made_at(value: object) -> datetime | None:
    """A time as the application's records write it (RFC 5322, or RFC 3339)."""
    if not isinstance(value, str) or len(value) > 60:
        return None
    if found := moment(value):
        return found
    try:
        parsed = parsedate_to_datetime(value)
        return parsed.astimezone(UTC) if parsed.tzinfo is not None else None
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _pictures(pin: Json) -> tuple[Media, ...]:
    images = pin.get("images")
    if not isinstance(images, dict):
        return ()
    known = [images.get(size) for size in SIZES] + list(images.values())[:8]
    url = next((found for image in known if (found := https(dig(image, "url")))), None)
    image = next((image for image in known if dig(image, "url") == url), None)
    films = dig(pin, "videos", "video_list")
    film = next(
        (
            found
            for one in (list(films.values())[:8] if isinstance(films, dict) else ())
            if (found := https(dig(one, "url"))) and ".mp4" in found
        ),
        None,
    )
    alt = text(pin, "auto_alt_text") or text(pin, "alt_text") or None
    out = [Media(kind="video", url=film)] if film else []
    if url:
        out.append(
            Media(
                kind="poster" if film else "photo",
                url=url,
                alt=alt,
                width=count(dig(image, "width")),
                height=count(dig(image, "height")),
            )
        )
    return tuple(out)


def _avatar(owner: Any) -> tuple[Media, ...]:
    url = https(dig(owner, "image_medium_url")) or https(dig(owner, "image_small_url"))
    return (Media(kind="avatar", url=url),) if url else ()


def oembed_post(answer: Any, ref: PostRef) -> Post | None:
    """The pin as oEmbed tells of it; null where its embed is not this pin's."""
    if not names(string(answer, "html") or "", ref.id) and not names(string(answer, "url") or "", ref.id):
        return None
    profile = _USER.fullmatch(string(answer, "author_url") or "")
    picture = https(dig(answer, "thumbnail_url"))
    words = text(answer, "title")
    return Post(
        platform=ref.platform,
        id=ref.id,
        url=ref.url,
        handle=profile["name"] if profile else None,
        display_name=text(answer, "author_name") or None,
        text=words.strip() if words else None,
        text_complete=whole(words),
        media=(
            Media(
                kind="photo",
                url=picture,
                width=count(dig(answer, "thumbnail_width")),
                height=count(dig(answer, "thumbnail_height")),
            ),
        )
        if picture
        else (),
    )


def page_post(page: LexborHTMLParser, ref: PostRef, address: str) -> Post | None:
    """The pin that a page shows: the application's record, JSON-LD, or preview lines; null where it shows none.

    address: where the page was got, also in a web archive.
    """
    for value in script_values(page, ref.id):
        pin = next((found for found in objects(value) if _is_pin(found, ref)), None)
        if pin is not None:
            return post_of(pin, ref)
    lines = preview(page)
    for posting in postings(page):
        named = ref_from_url(posting.url or "")
        if named is None or named.id != ref.id:
            continue
        profile = _USER.fullmatch(posting.author_url or "")
        return Post(
            platform=ref.platform,
            id=ref.id,
            url=ref.url,
            handle=profile["name"] if profile else None,
            display_name=posting.author,
            created_at=posting.published,
            day=posting.day,
            text=posting.text,
            title=posting.headline if posting.headline != posting.text else None,
            media=tuple(
                Media(kind="photo", url=url) for url in (posting.images or ((lines.image,) if lines.image else ()))
            ),
        )
    named = named_by(lines, address, ref_from_url)
    if (
        named is None
        or named.id != ref.id
        or not lines.image
        or lines.kind not in ("pinterestapp:pin", "article", "video.other")
    ):
        return None
    return Post(
        platform=ref.platform,
        id=ref.id,
        url=ref.url,
        text=lines.description,
        text_complete=whole(lines.description),
        title=lines.title,
        media=(Media(kind="photo", url=lines.image),),
    )


def _is_pin(found: Json, ref: PostRef) -> bool:
    return (
        str(found.get("id")) == ref.id
        and isinstance(found.get("pinner"), dict)
        and isinstance(found.get("images"), dict)
    )
