"""What does a record of Bluesky say of a post, in each form in which it is given?

A view is what Bluesky's own servers show (`app.bsky.feed.defs#postView`): the record with its author, pictures with
their addresses, labels, and when the server first saw it. The raw record is what the author's repository holds
(`app.bsky.feed.post`): without a name, pictures by their hashes alone. Texts are plain; links are shortened in them and
whole in the facets, whose places count UTF-8 bytes (docs.bsky.app, "Links, mentions, and rich text"; the lexicons of
github.com/bluesky-social/atproto).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from urllib.parse import quote

from archiver.model import Media, Post, post_key
from archiver.platforms.bluesky import cid as cids
from archiver.platforms.bluesky.ids import time_of
from archiver.platforms.bluesky.urls import HANDLE, NAME, UNVERIFIED, of_account, read_uri
from archiver.platforms.values import MAX_ITEMS, Json, clean, dig, https, members, moment, string, text, whole

POST = "app.bsky.feed.post"
LINK = "app.bsky.richtext.facet#link"

IMAGE_URL = "https://cdn.bsky.app/img/feed_fullsize/plain/{did}/{cid}@jpeg"
THUMB_URL = "https://cdn.bsky.app/img/feed_thumbnail/plain/{did}/{cid}@jpeg"
VIDEO_URL = "https://video.bsky.app/watch/{did}/{cid}/playlist.m3u8"
POSTER_URL = "https://video.bsky.app/watch/{did}/{cid}/thumbnail.jpg"
"""Where Bluesky serves a picture or film of a post, as its own views write them."""

FOR_MEMBERS = "!no-unauthenticated"
"""Label by which an account asks that only people who are signed in are shown its posts."""

MAX_FACETED = 20_000
"""Code points of a text in which links are placed; a post has at most 300 graphemes and 3,000 bytes."""

_HANDLE = re.compile(HANDLE)

WITHHELD = frozenset({"!hide", "!takedown", "!suspend"})
"""Labels by which Bluesky's moderators keep a post from everybody."""


def view_post(view: Json) -> Post | None:
    """The post that a view shows; null where it is none of a post, or without a record."""
    named = read_uri(view.get("uri"))
    author, record = view.get("author"), view.get("record")
    if named is None or not isinstance(author, Mapping) or not isinstance(record, Mapping):
        return None
    did, key = named
    if string(author, "did") != did or not _is_post(record):
        return None
    return _post(
        did,
        key,
        record,
        handle=known_handle(author.get("handle")),
        name=clean(string(author, "displayName")) or None,
        media=(*_seen(view.get("embed")), *_avatar(author)),
        cid=cids.known(view.get("cid")),
        indexed=moment(view.get("indexedAt")),
    )


def record_post(did: str, key: str, record: object, *, cid: object = None, handle: str | None = None) -> Post | None:
    """The post that a raw record of an account's repository is; null where it is none."""
    if not isinstance(record, Mapping) or not _is_post(record):
        return None
    return _post(did, key, record, handle=handle, media=tuple(_kept(record.get("embed"), did)), cid=cids.known(cid))


def labels(view: Json, now: datetime) -> Iterator[tuple[str, str]]:
    """What is labelled on a post and on its author, and by whom: (label, DID); without those taken back or run out."""
    for holder in (view, view.get("author")):
        for label in members(dig(holder, "labels")):
            ends = moment(label.get("exp"))
            if label.get("neg") is not True and (ends is None or ends > now):
                yield string(label, "val") or "", string(label, "src") or ""


def known_handle(value: object) -> str | None:
    """A handle as an answer writes it; null for the one that stands in the place of none."""
    named = isinstance(value, str) and len(value) < 254 and _HANDLE.fullmatch(value) and value.lower() != UNVERIFIED
    return str(value) if named else None


def _is_post(record: Json) -> bool:
    return record.get("$type") in (POST, None) and isinstance(record.get("text"), str)


def _post(
    did: str,
    key: str,
    record: Json,
    *,
    handle: str | None,
    media: tuple[Media, ...],
    cid: str | None,
    name: str | None = None,
    indexed: datetime | None = None,
) -> Post:
    langs = record.get("langs")
    spoken = [lang for lang in langs if isinstance(lang, str)][:1] if isinstance(langs, list) else []
    return Post(
        platform=NAME,
        id=key,
        url=of_account(key, did).url,
        handle=handle,
        display_name=name,
        account_id=did,
        created_at=moment(record.get("createdAt")) or time_of(key),
        text=(text(record, "text") or "").strip(),
        warning=_warning(record),
        language=spoken[0][:64] if spoken else None,
        media=media[:MAX_ITEMS],
        links=_links(record),
        quoted=_key(_quoted(record.get("embed"))),
        in_reply_to=_key(dig(record, "reply", "parent", "uri")),
        indexed_at=indexed,
        content_id=cid,
        scope=did,
    )


def _warning(record: Json) -> str | None:
    """What the author's own labels say of the content: nudity, violence and the like."""
    said = (string(label, "val") or "" for label in members(dig(record, "labels", "values")))
    return clean(", ".join(dict.fromkeys(word[:64] for word in said if word and not word.startswith("!")))) or None


def _key(uri: object) -> str | None:
    named = read_uri(uri)
    return post_key(NAME, named[1], named[0]) if named else None


# -- links


def _links(record: Json) -> tuple[str, ...]:
    """Where the links of the text lead, in the order of the text, and the card below it."""
    found: dict[str, None] = {}
    for _, target in sorted(_facets(record), key=lambda link: link[0]):
        found[target] = None
    for embed in _parts(record.get("embed")):
        if (card := https(dig(embed, "external", "uri"))) is not None:
            found[card] = None
    return tuple(found)[:MAX_ITEMS]


def _facets(record: Json) -> Iterator[tuple[int, str]]:
    raw = (record["text"][:MAX_FACETED]).encode("utf-8", "replace")
    for facet in members(record.get("facets")):
        start, end = dig(facet, "index", "byteStart"), dig(facet, "index", "byteEnd")
        if not (_is_place(raw, start) and _is_place(raw, end) and start < end):
            continue  # cuts a character, or lies beyond the text
        for feature in members(facet.get("features")):
            target = https(feature.get("uri")) if feature.get("$type") == LINK else None
            if target is not None:
                yield start, target


def _is_place(raw: bytes, at: object) -> bool:
    """Whether `at` is an offset between two characters."""
    if not isinstance(at, int) or isinstance(at, bool) or not 0 <= at <= len(raw):
        return False
    return at == len(raw) or raw[at] & 0xC0 != 0x80


# -- what hangs below the text


def _parts(embed: object) -> Iterator[Json]:
    """What is embedded: the thing itself, and of a quoted post with pictures each of both."""
    if isinstance(embed, Mapping):
        yield embed
        for name in ("media", "record"):
            if isinstance(embed.get(name), Mapping):
                yield embed[name]


def _quoted(embed: object) -> object:
    """The URI of the quoted record, also where the quoted post itself is gone or hidden."""
    for part in _parts(embed):
        for place in (part.get("record"), part):
            if isinstance(place, Mapping) and isinstance(place.get("uri"), str):
                return place["uri"]
    return None


def _seen(embed: object) -> tuple[Media, ...]:
    """Pictures and films as a view shows them."""
    out: list[Media] = []
    for part in _parts(embed):
        if str(part.get("$type", "")).startswith("app.bsky.embed.record#"):
            continue  # what it embeds is of another post
        for image in _images(part):
            out += _media("photo", _secure(image.get("fullsize")) or _secure(image.get("thumb")), image)
        if "playlist" in part:
            out += _media("video", _secure(part.get("playlist")), part)
            out += _media("poster", _secure(part.get("thumbnail")), part)
        out += _card(_secure(dig(part, "external", "thumb")), part)
    return tuple(out)


def _kept(embed: object, did: str) -> Iterator[Media]:
    """Pictures and films as the raw record names them: by the hash of each."""
    for part in _parts(embed):
        for image in _images(part):
            yield from _media("photo", _address(IMAGE_URL, did, image.get("image")), image)
        if "video" in part:
            yield from _media("video", _address(VIDEO_URL, did, part.get("video")), part)
            yield from _media("poster", _address(POSTER_URL, did, part.get("video")), part)
        yield from _card(_address(THUMB_URL, did, dig(part, "external", "thumb")), part)


def _secure(value: object) -> str | None:
    url = https(value)
    return url if url and url.startswith("https:") else None


def _images(part: Json) -> list[Json]:
    return members(part.get("images")) or members(part.get("items"))


def _media(kind: str, url: str | None, entry: Json) -> list[Media]:
    if url is None:
        return []
    shape = entry.get("aspectRatio")
    width, height = whole(dig(shape, "width")), whole(dig(shape, "height"))
    return [Media(kind=kind, url=url, alt=(text(entry, "alt") or "").strip() or None, width=width, height=height)]


def _card(url: str | None, part: Json) -> list[Media]:
    return [Media(kind="card", url=url, alt=text(part.get("external"), "title") or None)] if url else []


def _avatar(author: Json) -> tuple[Media, ...]:
    url = _secure(author.get("avatar"))
    return (Media(kind="avatar", url=url),) if url else ()


def _address(form: str, did: str, blob: object) -> str | None:
    """Where Bluesky serves what a record names by its hash; old records name it without saying that it is a link."""
    named = cids.known(dig(blob, "ref", "$link")) or cids.known(dig(blob, "cid"))
    return form.format(did=quote(did, safe=":"), cid=named) if named else None
