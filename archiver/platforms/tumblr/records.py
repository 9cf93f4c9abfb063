"""What does Tumblr's first API say of a post?

The answer is a script, `var tumblr_api_read = {…};`. Each kind of post (regular, photo, link, quote, conversation,
video, audio, answer) has its words in members named after it, as HTML (https://www.tumblr.com/docs/en/api/v1).
"""

from __future__ import annotations

import re

from archiver.exchange import Exchange
from archiver.model import Media, Post, PostRef
from archiver.platforms.fragments import Words, words_of
from archiver.platforms.pages import page_text
from archiver.platforms.payload import values_after
from archiver.platforms.tumblr.urls import ref_from_id, ref_from_url
from archiver.platforms.values import MAX_ITEMS, Json, dig, epoch, https, members, parse_json, string, text, whole

NAME = "tumblr_api_read"

PHOTO_SIZES = ("photo-url-1280", "photo-url-500", "photo-url-400", "photo-url-250", "photo-url-100", "photo-url-75")

BODIES = (
    "regular-body",
    "photo-caption",
    "link-description",
    "conversation-text",
    "video-caption",
    "audio-caption",
)
TITLES = ("regular-title", "link-text", "conversation-title", "id3-title")

_FILM = re.compile(r"<source[^>]{0,200}?\bsrc=[\"'](https://[^\"'\s]{1,500})[\"']", re.IGNORECASE)


def api_answer(exchange: Exchange) -> Json | None:
    """The object that the answer's script assigns; null where it assigns none."""
    source = page_text(exchange)
    if source is None:
        return None
    value = next(values_after(source, NAME), None) if NAME in source[:400] else None
    if value is None and source.lstrip()[:1] == "{":
        value = parse_json(source.strip())
    return value if isinstance(value, dict) else None


def blog_of(answer: Json) -> str | None:
    """The name of the blog that answers."""
    name = string(answer.get("tumblelog"), "name")
    return name.lower() if name else None


def posts_of(answer: Json) -> tuple[Post, ...]:
    """The posts that an answer lists."""
    blog = blog_of(answer)
    found = (_post(entry, answer, blog) for entry in members(answer.get("posts")))
    return tuple(post for post in found if post is not None)


def post_of(answer: Json, post_id: str) -> Post | None:
    """The post with this id; null where the answer does not hold it."""
    return next((post for post in posts_of(answer) if post.id == post_id), None)


def total_of(answer: Json) -> int | None:
    """How many posts the blog has."""
    return whole(answer.get("posts-total"))


def _post(entry: Json, answer: Json, blog: str | None) -> Post | None:
    post_id = entry.get("id")
    post_id = str(post_id) if isinstance(post_id, int) and not isinstance(post_id, bool) else post_id
    if not isinstance(post_id, str) or not (post_id.isascii() and post_id.isdecimal() and len(post_id) <= 20):
        return None
    handle = blog or string(entry.get("tumblelog"), "name")
    own = ref_from_url(string(entry, "url") or "")
    ref = own if own is not None and own.id == post_id and own.handle else ref_from_id(post_id, handle)
    words = _words(entry)
    stamp = entry.get("unix-timestamp")
    moment = epoch(stamp) or epoch(whole(stamp))
    title = next((found.text for name in TITLES if (found := _plain(entry, name)) and found.text), None)
    return Post(
        platform=ref.platform,
        id=post_id,
        url=ref_from_id(post_id, handle or ref.handle).url,
        handle=(handle or ref.handle or "").lower() or None,
        display_name=text(answer.get("tumblelog"), "title") or None,
        created_at=moment,
        text=words.text,
        title=title,
        media=_media(entry),
        links=_links(entry, words),
        quoted=_root(entry, post_id),
    )


def _plain(entry: Json, name: str) -> Words | None:
    raw = string(entry, name)
    return words_of(raw) if raw else None


def _words(entry: Json) -> Words:
    """The post's words, whatever its kind."""
    kind = entry.get("type")
    if kind == "quote":
        said, source = _plain(entry, "quote-text"), _plain(entry, "quote-source")
        lines = [f"“{said.text}”" if said else "", f"— {source.text}" if source else ""]
        return Words(
            text="\n".join(line for line in lines if line),
            links=(*(said.links if said else ()), *(source.links if source else ())),
        )
    if kind == "answer":
        pieces = [found for name in ("question", "answer") if (found := _plain(entry, name))]
    else:
        pieces = [found for name in BODIES if (found := _plain(entry, name))][:1]
    return Words(
        text="\n\n".join(piece.text for piece in pieces), links=tuple(link for piece in pieces for link in piece.links)
    )


def _links(entry: Json, words: Words) -> tuple[str, ...]:
    own = https(entry.get("link-url"))
    return tuple(dict.fromkeys((*((own,) if own else ()), *words.links)))[:MAX_ITEMS]


def _media(entry: Json) -> tuple[Media, ...]:
    out: dict[str, Media] = {}
    for photo in members(entry.get("photos")) or [entry]:
        url = next((found for size in PHOTO_SIZES if (found := https(photo.get(size)))), None)
        if url:
            alt = text(photo, "caption") or None
            out[url] = Media(
                kind="gif" if url.lower().endswith(".gif") else "photo",
                url=url,
                alt=words_of(alt).text or None if alt else None,
                width=whole(photo.get("width")),
                height=whole(photo.get("height")),
            )
    for name in ("video-source", "video-player"):
        raw = string(entry, name) or ""
        found = https(raw) or next((hit[1] for hit in _FILM.finditer(raw[:20_000])), None)
        if found and found not in out:
            out[found] = Media(kind="video", url=found)
            break
    return tuple(out.values())[:MAX_ITEMS]


def _root(entry: Json, post_id: str) -> str | None:
    """The post that this one passes on, at its root."""
    for name in ("reblogged-root-url", "reblogged-from-url"):
        found = ref_from_url(string(entry, name) or "")
        if found is not None and found.id != post_id:
            return found.key
    return None


def oembed_post(answer: object, ref: PostRef) -> Post | None:
    """The post as oEmbed tells of it: whose it is, without its words; null where it tells of another."""
    named = ref_from_url(string(answer, "url") or "")
    if named is None or named.id != ref.id:
        return None
    handle = named.handle or ref.handle
    return Post(
        platform=ref.platform,
        id=ref.id,
        url=ref_from_id(ref.id, handle).url,
        handle=handle.lower() if handle else None,
        display_name=text(answer, "author_name") or None,
        title=text(answer, "title") or None,
        media=_thumbnail(answer),
    )


def _thumbnail(answer: object) -> tuple[Media, ...]:
    url = https(dig(answer, "thumbnail_url"))
    return (Media(kind="photo", url=url),) if url else ()
