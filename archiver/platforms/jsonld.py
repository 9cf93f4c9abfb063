"""Which postings does a page describe in JSON-LD?

Tumblr, LinkedIn, Pinterest and, for some years, Instagram and Facebook's phone pages gave search engines their posts as
schema.org objects (https://schema.org/SocialMediaPosting). A member may be text, an object or a list of either, and
anything may be missing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import msgspec
from selectolax.lexbor import LexborHTMLParser

from archiver.platforms.values import MAX_ITEMS, Json, dig, https, moment, parse_json, string, text

POSTINGS = frozenset(
    {"SocialMediaPosting", "DiscussionForumPosting", "BlogPosting", "Article", "VideoObject", "ImageObject"}
)
"""Types that networks give a post; `Comment` is somebody else's answer below it."""

MAX_SCRIPTS = 16
MAX_OBJECTS = 200
MAX_SCRIPT = 4 * 1024 * 1024

_DAY = re.compile(r"\d{4}-\d\d-\d\d")


class Posting(msgspec.Struct, frozen=True, kw_only=True):
    """One posting as the page describes it."""

    kind: str
    url: str | None = None
    identifier: str | None = None
    author: str | None = None
    author_url: str | None = None
    author_handle: str | None = None
    """`alternateName`, without `@`."""
    published: datetime | None = None
    day: str | None = None
    """Where only a day is given."""
    modified: datetime | None = None
    headline: str | None = None
    text: str | None = None
    images: tuple[str, ...] = ()
    videos: tuple[str, ...] = ()


def postings(page: LexborHTMLParser) -> tuple[Posting, ...]:
    """The postings, in the page's order."""
    return tuple(
        _posting(found, kind)
        for found in _objects(page)
        if (kind := next((k for k in _types(found) if k in POSTINGS), None)) is not None
    )[:MAX_ITEMS]


def _objects(page: LexborHTMLParser) -> Iterator[Json]:
    waiting: list[Any] = []
    for script in page.css('script[type="application/ld+json"]')[:MAX_SCRIPTS]:
        source = script.text()
        if len(source) <= MAX_SCRIPT and (value := parse_json(source.strip())) is not None:
            waiting.append(value)
    waiting.reverse()
    for _ in range(MAX_OBJECTS):
        if not waiting:
            return
        value = waiting.pop()
        if isinstance(value, list):
            waiting.extend(reversed(value[:MAX_ITEMS]))
        elif isinstance(value, dict):
            yield value
            waiting.extend(value[name] for name in ("@graph", "mainEntity", "mainEntityOfPage") if name in value)


def _types(value: Json) -> tuple[str, ...]:
    kinds = value.get("@type")
    found = kinds if isinstance(kinds, list) else [kinds]
    return tuple(kind for kind in found[:MAX_ITEMS] if isinstance(kind, str))


def _posting(value: Json, kind: str) -> Posting:
    author = _first(value.get("author") or value.get("creator"))
    handle = string(author, "alternateName")
    written = value.get("datePublished") or value.get("dateCreated") or value.get("uploadDate")
    identifier = value.get("identifier")
    named = _first(identifier)
    body = next(
        (found for name in ("articleBody", "text", "caption", "description") if (found := text(value, name))), None
    )
    page_url = value.get("mainEntityOfPage")
    address = value.get("url") or (page_url if isinstance(page_url, str) else dig(page_url, "@id")) or value.get("@id")
    return Posting(
        kind=kind,
        url=https(address),
        identifier=identifier if isinstance(identifier, str) else string(named, "value"),
        author=author if isinstance(author, str) else text(author, "name"),
        author_url=https(dig(author, "url")),
        author_handle=handle.lstrip("@") if handle else None,
        published=moment(written),
        day=written if isinstance(written, str) and _DAY.fullmatch(written) else None,
        modified=moment(value.get("dateModified")),
        headline=text(value, "headline") or text(value, "name"),
        text=body,
        images=_urls(value.get("image")) or _urls(value.get("thumbnailUrl")),
        videos=_urls(value.get("video")) or (_urls(value.get("contentUrl")) if kind == "VideoObject" else ()),
    )


def _first(value: Any) -> Any:
    return value[0] if isinstance(value, list) and value else None if isinstance(value, list) else value


def _urls(value: Any) -> tuple[str, ...]:
    """Addresses of pictures or films: texts, objects with `url` or `contentUrl`, and lists of these."""
    listed = dig(value, "@list")
    found = listed if isinstance(listed, list) else value if isinstance(value, list) else [value]
    out: dict[str, None] = {}
    for entry in found[:MAX_ITEMS]:
        address = https(entry) or https(dig(entry, "contentUrl")) or https(dig(entry, "url"))
        if address:
            out[address] = None
    return tuple(out)
