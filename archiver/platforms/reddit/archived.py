"""What do archived copies of Reddit's pages show, and where may such be?

The site has been drawn in three ways. Until 2018 (and on old.reddit.com since) a post is a `.thing` with its facts in
attributes (github.com/reddit-archive/reddit, templates/link.html); from 2018 the page carries the site's state as JSON
(`window.___r`); since 2023 it is a `<shreddit-post>`. Besides these web archives hold the JSON of a post, its feed, its
oEmbed and its embed's page. A copy in which Reddit's own words stand for the post's shows its title at most.
"""

from __future__ import annotations

import re
from datetime import datetime

from msgspec.structs import replace
from selectolax.lexbor import LexborHTMLParser, LexborNode

from archiver.errors import ArchiverError
from archiver.exchange import Exchange
from archiver.model import Media, Mention, Post, PostRef
from archiver.platforms.base import ArchiveQuery
from archiver.platforms.bounds import parse
from archiver.platforms.captured import capture_days
from archiver.platforms.markup import classes, render
from archiver.platforms.reddit.endpoints import EMBED, FEED, OEMBED, embed_lookup, oembed_lookup
from archiver.platforms.reddit.records import (
    Record,
    embed_record,
    feed_records,
    json_record,
    made,
    oembed_record,
    place_in,
    words_of_html,
)
from archiver.platforms.reddit.urls import ID, USER, place_of, ref_from_url
from archiver.platforms.values import MAX_TEXT, clean, dig, epoch, https, moment, parse_json, string

JSON = "reddit.json"
PAGE = "reddit.page"

MAX_COPY = 16 * 1024 * 1024
"""Bytes of one archived copy that are read; a page with a thousand comments has about 3 MB."""

_STATE = re.compile(r"\s{0,200}window\.___r\s{0,20}=\s{0,20}(?=\{)")
_POST_ID = re.compile(ID)
_HANDLE = re.compile(rf"(?:/?u/)?(?P<user>{USER})")


def archive_queries(mention: Mention) -> tuple[ArchiveQuery, ...]:
    """Where copies of the posts of the community that the mention names may be, else of its author's profile posts."""
    places = [
        place
        for url in (mention.url, mention.found_url, *mention.links[:8])
        if url and (place := place_of(url)) is not None
    ]
    author = _HANDLE.fullmatch((mention.handle or "").strip())
    if author is not None:
        places.append(f"user/{author['user'].lower()}")
    since, until = capture_days(mention) or (None, None)
    return tuple(
        ArchiveQuery(prefix=f"reddit.com/{place}/comments/", since=since, until=until)
        for place in list(dict.fromkeys(places))[:2]
    )


def archived_urls(ref: PostRef) -> tuple[str, ...]:
    """Addresses under which archives may hold the post, best first. Most copies are under an address that ends with the
    words of the title, to which the shorter ones lead."""
    place = place_of(ref.url)
    path = f"{place + '/' if place else ''}comments/{ref.id}/"
    return (
        f"https://www.reddit.com/{path}",
        f"https://old.reddit.com/{path}",
        f"https://www.reddit.com/{path}.json",
        f"https://redd.it/{ref.id}",
        f"https://www.reddit.com/comments/{ref.id}/",
        embed_lookup(ref.id, place).url,
        oembed_lookup(ref.id, place).url,
    )


def read_archived(ref: PostRef, exchange: Exchange) -> Post | None:
    """The post's record from an archived page or JSON answer; null where the copy shows nothing of it."""
    record = _record(ref, exchange)
    if record is None or (record.post.title is None and not record.post.text):
        return None
    post = record.post
    # what the copy does not say of where it stands, the address it was asked under does
    return replace(post, url=ref.url) if place_of(post.url) is None and place_of(ref.url) is not None else post


def _record(ref: PostRef, exchange: Exchange) -> Record | None:
    if not _POST_ID.fullmatch(ref.id):
        return None
    try:
        body = exchange.payload(MAX_COPY)
    except ArchiverError:
        return None
    if body.lstrip()[:1] in (b"{", b"["):
        data = parse_json(body)
        if isinstance(data, dict) and "html" in data:
            return oembed_record(data, ref.id, OEMBED)
        return json_record(data, ref.id, JSON)
    if b"<" not in body[:4096]:
        return None
    page = parse(body.decode("utf-8", "replace"))
    if b"<feed" in body[:4096]:
        return next((r for r in feed_records(page, FEED) if r.post.id == ref.id), None)
    seen_in = EMBED if page.css_first("shreddit-embed-copy-link-button, #embed-container") is not None else PAGE
    return embed_record(page, ref.id, seen_in) or _thing(page, ref) or _state(page, ref)


def _thing(page: LexborHTMLParser, ref: PostRef) -> Record | None:
    """Pages of the site's first form: `.thing[data-fullname]`, `.id-t3_…`, before that `#thing_t3_…`, `#title_t3_…`."""
    name = f"t3_{ref.id}"
    node = page.css_first(
        f'.thing[data-fullname="{name}"], .thing.id-{name}, [id="thing_{name}"], [id="thingrow_{name}"]'
    )
    if node is None:
        return None
    attributes = node.attributes
    link = node.css_first("a.title, .title a")
    title = " ".join(link.text(deep=True).split()) if link is not None else None
    if not title:
        return None
    author = attributes.get("data-author") or _text(node.css_first(".tagline .author, a.author"))
    if author is None and node.css_first(".tagline") is not None:
        author = "[deleted]"
    body = node.css_first(".expando .usertext-body .md, .expando .md, .usertext-body .md")
    target = https(attributes.get("data-url")) or https(link.attributes.get("href") if link is not None else None)
    to_itself = target is None or ((named := ref_from_url(target)) is not None and named.id == ref.id)
    address = _permalink(page, node, ref)
    edited = node.css_first(".tagline .edited-timestamp[datetime]")
    return made(
        ref.id,
        title=clean(title[:MAX_TEXT]),
        words=clean(render(body).text[:MAX_TEXT]).strip() if body is not None else None,
        author=author,
        place=place_in(address) if address else None,
        seen_in=PAGE,
        created_at=_stamp(attributes.get("data-timestamp")) or _first_time(node),
        account_id=attributes.get("data-author-fullname"),
        edited_at=moment(edited.attributes.get("datetime")) if edited is not None else None,
        media=(Media(kind="photo", url=target),) if target and target.startswith("https://i.redd.it/") else (),
        links=() if to_itself or target is None else (target,),
    )


def _permalink(page: LexborHTMLParser, node: LexborNode, ref: PostRef) -> str | None:
    canonical = page.css_first('link[rel="canonical"]')
    named = [node.attributes.get("data-permalink"), canonical.attributes.get("href") if canonical is not None else None]
    named += [link.attributes.get("href") for link in node.css("a.comments[href], a.bylink[href]")[:2]]
    for address in named:
        full = "https://www.reddit.com" + address if address and address.startswith("/") else address
        if full and (found := ref_from_url(full)) is not None and found.id == ref.id:
            return full
    return None


def _text(node: LexborNode | None) -> str | None:
    return (node.text(strip=True) or None) if node is not None else None


def _stamp(value: str | None) -> datetime | None:
    """Milliseconds since 1970."""
    if not value or not (value.isascii() and value.isdecimal()) or len(value) > 15:
        return None
    return epoch(int(value) / 1000)


def _first_time(node: LexborNode) -> datetime | None:
    for time in node.css("time[datetime]")[:4]:
        if "edited-timestamp" not in classes(time) and (found := moment(time.attributes.get("datetime"))) is not None:
            return found
    return None


def _state(page: LexborHTMLParser, ref: PostRef) -> Record | None:
    """Pages of 2018 to 2023: the site's state as JSON, `posts.models.t3_…`."""
    for script in page.css("script#data, script")[:64]:
        source = script.text(deep=True)
        begins = _STATE.match(source[:512])
        if begins is None:
            continue
        ends = source.find("; window.___prefetches")
        data = parse_json(source[begins.end() : ends if ends > 0 else None].rstrip().rstrip(";"))
        model = dig(data, "posts", "models", f"t3_{ref.id}")
        if isinstance(model, dict):
            return _model(model, ref)
    return None


def _model(model: dict[str, object], ref: PostRef) -> Record | None:
    title = string(model, "title")
    if title is None:
        return None
    media = dig(model, "media")
    body = string(media, "content") if string(media, "type") in ("text", "rtjson") else None
    target = https(string(dig(model, "source"), "url"))
    address = string(model, "permalink")
    account = string(model, "authorId")
    created = dig(model, "created")
    return made(
        ref.id,
        title=clean(title[:MAX_TEXT]),
        words=words_of_html(body) if body else (clean((string(media, "markdownContent") or "")[:MAX_TEXT]) or None),
        author=string(model, "author"),
        place=place_in(address) if address else None,
        seen_in=PAGE,
        created_at=epoch(created / 1000) if isinstance(created, int) and not isinstance(created, bool) else None,
        account_id=account,
        links=(target,) if target else (),
    )
