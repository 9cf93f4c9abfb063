"""Which posts does a feed of an account list?

Mastodon has an RSS feed of each account (`/@ana.rss`, app/serializers/rss/) with its newest 20 posts: address, time and
the post's HTML. Until 3.0 it had an Atom feed (`/users/ana.atom`, OStatus), where boosts and deletions stand between
the posts, told by their `activity:verb`.

Read without an XML parser: only a few plain members are wanted, and nothing may be expanded or fetched. Cost: linear.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from archiver.model import Media, Post
from archiver.platforms.mastodon.content import content_of, plain
from archiver.platforms.mastodon.pages import time_written
from archiver.platforms.mastodon.servers import Server
from archiver.platforms.values import MAX_ITEMS, https

MAX_ENTRIES = 200

_ATTRIBUTE = re.compile(r"""([\w:-]{1,40})\s*=\s*(?:"([^"]{0,4096})"|'([^']{0,4096})')""")
_KINDS = {"image": "photo", "video": "video"}


def is_feed(page: str) -> bool:
    """Whether an answer that is no JSON is a feed."""
    head = page[:2048].lstrip("\ufeff \t\r\n")
    return head.startswith(("<?xml", "<rss", "<feed")) and ("<rss" in head or "<feed" in head)


def posts_in(feed: str, server: Server) -> tuple[Post, ...]:
    """The posts of a feed, in its order, without boosts."""
    out: dict[str, Post] = {}
    for entry in (*_elements(feed, "item"), *_elements(feed, "entry")):
        post = _post(entry, server)
        if post is not None:
            out.setdefault(post.id, post)
        if len(out) >= MAX_ENTRIES:
            break
    return tuple(out.values())


def _post(entry: str, server: Server) -> Post | None:
    verb = _text(entry, "activity:verb")
    if verb is not None and not verb.endswith("/post"):
        return None
    address = _text(entry, "link") or next(
        (tag.get("href", "") for tag in _tags(entry, "link") if tag.get("rel", "alternate") == "alternate"), None
    )
    named = server.named(address) if address else None
    if named is None or (named.scope != server.scope):
        return None
    words = _text(entry, "description") or _text(entry, "content")
    if words is None:
        return None
    content = content_of(words)
    media = [
        Media(kind=kind, url=url)
        for name in ("media:content", "enclosure")
        for tag in _tags(entry, name)[:MAX_ITEMS]
        if (kind := _KINDS.get(tag.get("type", "").partition("/")[0])) and (url := https(tag.get("url")))
    ]
    return Post(
        platform=server.platform,
        id=named.id,
        scope=named.scope,
        url=named.url,
        handle=named.handle,
        created_at=time_written(_text(entry, "pubDate") or _text(entry, "published")),
        text=content.text,
        warning=plain(_text(entry, "summary")),
        media=tuple(dict.fromkeys(media)),
        links=content.links,
    )


def _elements(text: str, name: str) -> Iterator[str]:
    """What stands between `<name …>` and `</name>`, of each such element; they do not nest."""
    at = 0
    for _ in range(2 * MAX_ENTRIES):
        start = _open(text, name, at)
        if start < 0:
            return
        inside = text.find(">", start)
        end = text.find(f"</{name}>", inside) if inside >= 0 else -1
        if end < 0:
            return
        yield text[inside + 1 : end]
        at = end


def _open(text: str, name: str, at: int) -> int:
    """Where the next opening tag of just this name begins; -1 where there is none."""
    while (found := text.find(f"<{name}", at)) >= 0:
        if text[found + len(name) + 1 : found + len(name) + 2] in (">", " ", "\n", "\t", "/"):
            return found
        at = found + 1
    return -1


def _text(entry: str, name: str) -> str | None:
    """The text of the first such element: entities decoded, or what stands in `<![CDATA[…]]>`."""
    raw = next(_elements(entry, name), None)
    if raw is None:
        return None
    raw = raw.strip()
    if raw.startswith("<![CDATA[") and raw.endswith("]]>"):
        return raw[9:-3]
    return html.unescape(raw)


def _tags(entry: str, name: str) -> list[dict[str, str]]:
    """The attributes of each such element."""
    out: list[dict[str, str]] = []
    at = 0
    while len(out) < MAX_ITEMS and (start := _open(entry, name, at)) >= 0:
        end = entry.find(">", start)
        if end < 0:
            break
        found = _ATTRIBUTE.findall(entry[start:end])
        out.append({key: html.unescape(double or single) for key, double, single in found})
        at = end
    return out
