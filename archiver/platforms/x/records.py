"""How X's JSON writes a post, in each of its dialects, and how that becomes a `Post`.

Dialects: `syndication` (the embed's JSON), `v1` (API v1.1, also inside old pages), `v2` (API v2), `graphql` (the web
page's own JSON, author under `user.legacy` until 2025 and under `user.core` since). They share ideas, not names. All of
it is untrusted: a member may be missing, of another type, or huge.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from msgspec.structs import replace

from archiver.model import Media, Post
from archiver.platforms import instants
from archiver.platforms.values import MAX_ITEMS, MAX_TEXT, Json, clean, dig, https, string, whole
from archiver.platforms.x.ids import time_of
from archiver.platforms.x.urls import ref_from_id

MAX_NODES = 200_000
"""JSON values looked at when searching one answer for a post; a full conversation has about 20,000."""

MAX_DEPTH = 64
"""JSON nesting followed; a conversation answer is about 20 deep."""

LEADING_MENTIONS = re.compile(r"(?:\s*@[A-Za-z0-9_]{1,20})*\s*")
TRAILING_LINKS = re.compile(r"(?:\s*https?://t\.co/[A-Za-z0-9]{1,12})*\s*")
MEDIA_LABEL = re.compile(r"pic\.(?:twitter|x)\.com/[A-Za-z0-9]{1,20}")
ESCAPES = (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&#39;", "'"), ("&amp;", "&"))
"""What X escapes in texts, `&amp;` last so that nothing is unescaped twice."""

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
VIDEO_KINDS = {"video": "video", "animated_gif": "gif"}


def syndication_post(record: Json, post_id: str) -> Post | None:
    """The post in an answer of the embed's endpoint; null where the record is not of this id."""
    if string(record, "id_str") != post_id:
        return None
    return _classic_post(record, record.get("user"), seen_in="x.syndication", utf16_range=True)


def v1_post(record: Json, post_id: str, seen_in: str = "x.api_v1") -> Post | None:
    """The post in an API v1.1 record."""
    if _v1_id(record) != post_id:
        return None
    post = _classic_post(record, record.get("user"), seen_in=seen_in, utf16_range=False)
    inner = record.get("retweeted_status")
    if not isinstance(inner, Mapping):
        return post
    # The outer text of a retweet is "RT @name: " and the inner text cut at 140: the inner record has all of it.
    original = _classic_post(inner, inner.get("user"), seen_in=seen_in, utf16_range=False)
    if original is None or original.text is None or post is None:
        return post
    return replace(post, text=f"RT @{original.handle}: {original.text}", text_complete=original.text_complete)


def graphql_post(result: Json, post_id: str) -> Post | None:
    """The post in a GraphQL `tweet_results.result` (or the `tweet` inside `TweetWithVisibilityResults`)."""
    legacy = result.get("legacy")
    if string(result, "rest_id") != post_id or not isinstance(legacy, Mapping):
        return None
    user = dig(result, "core", "user_results", "result")
    author: dict[str, Any] = {}
    if isinstance(user, Mapping):
        for part in (user.get("legacy"), user.get("core")):
            if isinstance(part, Mapping):
                author |= {key: part[key] for key in ("name", "screen_name", "profile_image_url_https") if key in part}
        author["id_str"] = string(user, "rest_id")
        avatar = dig(user, "avatar", "image_url")
        if isinstance(avatar, str):
            author["profile_image_url_https"] = avatar
    record = dict(legacy) | {"id_str": post_id, "edit_control": result.get("edit_control")}
    quoted = dig(result, "quoted_status_result", "result", "rest_id")
    if isinstance(quoted, str):
        record["quoted_status_id_str"] = quoted
    post = _classic_post(record, author, seen_in="x.graphql", utf16_range=False)
    long_text = dig(result, "note_tweet", "note_tweet_results", "result", "text")
    if post and isinstance(long_text, str):
        post = replace(post, text=_unescape(clean(long_text)).strip(), text_complete=True)
    return post


def v2_post(record: Json, includes: Json, post_id: str) -> Post | None:
    """The post in an API v2 `data` member, its author and media looked up in `includes`."""
    text = record.get("text")
    if string(record, "id") != post_id or not isinstance(text, str):
        return None
    author_id = string(record, "author_id")
    author = next((u for u in entries(includes.get("users")) if string(u, "id") == author_id), {})
    entity_source = record
    note = record.get("note_tweet")
    if isinstance(note, Mapping) and isinstance(note.get("text"), str):
        text, entity_source = note["text"], note
    urls = entries(dig(entity_source, "entities", "urls"))
    spans = [
        (url.get("start"), url.get("end"), string(url, "url"))
        for url in urls
        if MEDIA_LABEL.fullmatch(string(url, "display_url") or "")
    ]
    keys = dig(record, "attachments", "media_keys")
    wanted = {key for key in keys if isinstance(key, str)} if isinstance(keys, list) else set()
    media = [
        item
        for entry in entries(includes.get("media"))
        if string(entry, "media_key") in wanted
        for item in _v2_media(entry)
    ]
    referenced = {string(entry, "type"): string(entry, "id") for entry in entries(record.get("referenced_tweets"))}
    handle = string(author, "username")
    edits = _ids(record.get("edit_history_tweet_ids"))
    return Post(
        platform="x",
        id=post_id,
        url=ref_from_id(post_id, handle).url,
        handle=handle,
        display_name=clean(string(author, "name")) or None,
        account_id=author_id,
        created_at=moment(record.get("created_at")) or made_at(post_id),
        text=_unescape(_without(clean(text), spans)).strip(),
        language=string(record, "lang"),
        media=tuple(media + _avatar(string(author, "profile_image_url")))[:MAX_ITEMS],
        links=_links(urls),
        quoted=_key(referenced.get("quoted")),
        in_reply_to=_key(referenced.get("replied_to")),
        edits=edits if len(edits) > 1 else (),
        seen_in="x.api_v2",
    )


def find_post(data: object, post_id: str) -> Post | None:
    """The record of this id anywhere in a JSON answer of whatever dialect; the first complete one wins.

    The search is bounded in nodes and depth. A quoted or answered post's record counts: it is X's own record of it.
    """
    includes: Json = {}
    if isinstance(data, Mapping) and isinstance(data.get("includes"), Mapping):
        includes = data["includes"]
    best: Post | None = None
    for record in _mappings(data):
        post = _read_any(record, includes, post_id)
        if post and post.text is not None and (best is None or (not best.text_complete and post.text_complete)):
            best = post
            if best.text_complete and best.handle:
                break
    return best


def _read_any(record: Json, includes: Json, post_id: str) -> Post | None:
    if "legacy" in record and "rest_id" in record:
        return graphql_post(record, post_id)
    if "id_str" in record and ("full_text" in record or "text" in record):
        if "mediaDetails" in record or ("display_text_range" in record and "conversation_count" in record):
            return syndication_post(record, post_id)
        return v1_post(record, post_id) if "user" in record else None
    if isinstance(record.get("id"), str) and "text" in record:
        return v2_post(record, includes, post_id)
    return None


def _mappings(data: object) -> Iterator[Json]:
    """Every JSON object in `data`, breadth first, within the bounds."""
    level: list[object] = [data]
    seen = 0
    for _ in range(MAX_DEPTH):
        below: list[object] = []
        for value in level:
            seen += 1
            if seen > MAX_NODES:
                return
            if isinstance(value, Mapping):
                yield value
                below.extend(v for v in value.values() if isinstance(v, (Mapping, list)))
            elif isinstance(value, list):
                below.extend(v for v in value if isinstance(v, (Mapping, list)))
        if not below:
            return
        level = below


def _classic_post(record: Json, user: object, *, seen_in: str, utf16_range: bool) -> Post | None:
    """A post in the v1.1 manner, which syndication and GraphQL's `legacy` still follow."""
    post_id = _v1_id(record)
    raw = record.get("full_text", record.get("text"))
    if not post_id or not isinstance(raw, str):
        return None
    author: Json = user if isinstance(user, Mapping) else {}
    handle = string(author, "screen_name")
    urls = entries(dig(record, "entities", "urls"))
    labels = entries(dig(record, "entities", "media"))
    details = entries(record.get("mediaDetails")) or entries(dig(record, "extended_entities", "media")) or labels
    media = [item for entry in details for item in _classic_media(entry)]
    if not media:
        media = _loose_media(record)
    raw = clean(raw[:MAX_TEXT])
    edits = _ids(dig(record, "edit_control", "edit_tweet_ids") or dig(record, "edit_control", "initial_tweet_id"))
    return Post(
        platform="x",
        id=post_id,
        url=ref_from_id(post_id, handle).url,
        handle=handle,
        display_name=clean(string(author, "name")) or None,
        account_id=string(author, "id_str") or string(record, "user_id_str"),
        created_at=moment(record.get("created_at")) or made_at(post_id),
        text=display_text(raw, labels or details, record.get("display_text_range"), utf16=utf16_range),
        text_complete=not record.get("note_tweet") and not record.get("truncated"),
        language=string(record, "lang"),
        media=tuple(media + _card_image(record.get("card")) + _avatar(string(author, "profile_image_url_https")))[
            :MAX_ITEMS
        ],
        links=_links(urls + labels),
        quoted=_key(string(record.get("quoted_tweet"), "id_str") or string(record, "quoted_status_id_str")),
        in_reply_to=_key(string(record, "in_reply_to_status_id_str")),
        edits=edits if len(edits) > 1 else (),
        seen_in=seen_in,
    )


def display_text(raw: str, media: list[Json], span: object, *, utf16: bool) -> str:
    """The text that a reader sees: without the leading mentions of a reply and the trailing links of media.

    `media` have `indices` in code points of the escaped text; `span` (`display_text_range`) counts UTF-16 units in the
    embed's JSON and code points elsewhere. Both are only believed where what they cut is mentions or links.
    """
    start, end = _range(raw, span, utf16)
    if not LEADING_MENTIONS.fullmatch(raw[:start]):
        start = 0
    if not TRAILING_LINKS.fullmatch(raw[end:]):
        end = len(raw)
    spans = [
        (*(entry["indices"] if _pair(entry.get("indices")) else (None, None)), string(entry, "url")) for entry in media
    ]
    marked = _without(raw[:end], spans)
    return _unescape(marked[start:]).strip()


def _without(text: str, spans: list[tuple[Any, Any, str | None]]) -> str:
    """`text` without the link at each span; where the place is wrong, the link is looked for from the end."""
    cuts = set()
    for start, end, link in spans[:MAX_ITEMS]:
        if not link:
            continue
        if isinstance(start, int) and isinstance(end, int) and start >= 0 and text[start:end] == link:
            cuts.add((start, end))
        elif (found := text.rfind(link)) >= 0:
            cuts.add((found, found + len(link)))
    for start, end in sorted(cuts, reverse=True):
        text = text[:start] + text[end:]
    return text


def _range(raw: str, span: object, utf16: bool) -> tuple[int, int]:
    if not _pair(span) or not isinstance(span, (list, tuple)):
        return 0, len(raw)
    start, end = span
    if utf16:
        start, end = (_code_points(raw, units) for units in (start, end))
    return max(0, min(start, len(raw))), max(0, min(end, len(raw)))


def _code_points(text: str, units: int) -> int:
    """How many code points of `text` fill this many UTF-16 units."""
    encoded = text.encode("utf-16-le", "surrogatepass")[: max(0, units) * 2]
    return len(encoded.decode("utf-16-le", "replace"))


def _classic_media(entry: Json) -> list[Media]:
    still = https(entry.get("media_url_https"))
    kind = string(entry, "type") or "photo"
    size = entry.get("original_info")
    width, height = (whole(dig(size, "width")), whole(dig(size, "height"))) if size else (None, None)
    alt = clean(string(entry, "ext_alt_text")) or None
    if kind not in VIDEO_KINDS:
        return [Media(kind="photo", url=still, alt=alt, width=width, height=height)] if still else []
    out = []
    if films := mp4s(entries(dig(entry, "video_info", "variants"))):
        out.append(_film(films, kind=VIDEO_KINDS[kind], alt=alt, width=width, height=height))
    if still:
        out.append(Media(kind="poster", url=still, alt=alt, width=width, height=height))
    return out


def _v2_media(entry: Json) -> list[Media]:
    kind = string(entry, "type") or "photo"
    alt = clean(string(entry, "alt_text")) or None
    size: dict[str, Any] = {"width": whole(entry.get("width")), "height": whole(entry.get("height"))}
    out = []
    if films := mp4s(entries(entry.get("variants"))):
        out.append(_film(films, kind=VIDEO_KINDS.get(kind, "video"), alt=alt, **size))
    if still := https(entry.get("url")):
        out.append(Media(kind="photo", url=still, alt=alt, **size))
    if poster := https(entry.get("preview_image_url")):
        out.append(Media(kind="poster", url=poster, alt=alt, **size))
    return out


def _loose_media(record: Json) -> list[Media]:
    """The embed JSON's shorter lists, for answers that lack `mediaDetails`."""
    out = []
    for photo in entries(record.get("photos")):
        if url := https(photo.get("url")):
            alt = clean(string(photo, "accessibilityLabel")) or None
            width, height = whole(photo.get("width")), whole(photo.get("height"))
            out.append(Media(kind="photo", url=url, alt=alt, width=width, height=height))
    video = record.get("video")
    if isinstance(video, Mapping):
        if films := mp4s(entries(video.get("variants"))):
            out.append(_film(films, kind="video"))
        if poster := https(video.get("poster")):
            out.append(Media(kind="poster", url=poster))
    return out


def mp4s(variants: list[Json]) -> list[str]:
    """The MP4s, that of the highest bitrate first; those without one the other way round than X lists them, which is in
    rising size."""
    found: dict[str, int] = {}
    for variant in variants:
        url = https(variant.get("url") or variant.get("src"))
        if url and (variant.get("content_type") or variant.get("type")) == "video/mp4":
            found[url] = whole(variant.get("bitrate")) or whole(variant.get("bit_rate")) or 0
    return sorted(found, key=lambda url: found[url])[::-1]


def _film(films: list[str], **named: Any) -> Media:
    return Media(url=films[0], smaller=tuple(films[1:MAX_ITEMS]), **named)


def _card_image(card: object) -> list[Media]:
    values = dig(card, "binding_values")
    if not isinstance(values, Mapping):
        return []
    for name in ("photo_image_full_size_original", "thumbnail_image_original", "player_image_original"):
        if url := https(dig(values, name, "image_value", "url")):
            return [Media(kind="card", url=url, alt=clean(string(dig(values, name, "image_value"), "alt")) or None)]
    return []


def _avatar(url: str | None) -> list[Media]:
    address = https(url)
    return [Media(kind="avatar", url=address)] if address else []


def _links(found: list[Json]) -> tuple[str, ...]:
    """Where the links lead, in order; media keep the label under which the post shows them (`pic.x.com/…`)."""
    out: dict[str, None] = {}
    for entry in found[:MAX_ITEMS]:
        label = string(entry, "display_url") or ""
        target = label if MEDIA_LABEL.fullmatch(label) else (string(entry, "expanded_url") or string(entry, "url"))
        if target:
            out[clean(target[:4096])] = None
    return tuple(out)


def _v1_id(record: Json) -> str | None:
    return string(record, "id_str")


def _key(post_id: str | None) -> str | None:
    return f"x:{post_id}" if post_id and post_id.isascii() and post_id.isdecimal() else None


def _ids(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        return ()
    return tuple(v for v in value[:MAX_ITEMS] if isinstance(v, str) and v.isascii() and v.isdecimal())


def moment(value: object) -> datetime | None:
    """`2026-08-16T19:12:58.000Z` or `Thu Nov 08 02:31:41 +0000 2012`, to the second; null for anything else."""
    if not isinstance(value, str) or len(value) > 40:
        return None
    if not value[:4].isdecimal():
        try:
            _, month, day, clock, zone, year = value.split()
            value = f"{year}-{MONTHS.index(month) + 1:02}-{day}T{clock}{zone[:3]}:{zone[3:]}"
        except ValueError:
            return None
    found = instants.moment(value)
    return found.replace(microsecond=0) if found else None


def made_at(post_id: str) -> datetime | None:
    """When the id was drawn, to the second, as X writes `created_at`."""
    found = time_of(post_id)
    return found.replace(microsecond=0) if found else None


def _unescape(text: str) -> str:
    for escaped, plain in ESCAPES:
        text = text.replace(escaped, plain)
    return text


def entries(value: object) -> list[Json]:
    """The objects of a list; of an object that stands where a list is due, itself or its members."""
    if isinstance(value, Mapping):
        value = [value] if "url" in value or "indices" in value else list(value.values())
    return [entry for entry in value[: 4 * MAX_ITEMS] if isinstance(entry, Mapping)] if isinstance(value, list) else []


def _pair(value: object) -> bool:
    return (
        isinstance(value, (list, tuple))
        and len(value) == 2
        and all(isinstance(v, int) and not isinstance(v, bool) for v in value)
    )
