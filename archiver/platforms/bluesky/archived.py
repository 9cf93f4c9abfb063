"""What does an archived copy show of a post of Bluesky, and where may there be one?

The app's pages hold nothing but a script, and beside it what is written for link previews and for readers without
scripts: name, handle, DID, text and when Bluesky first saw the post (bskyweb/templates/post.html of
github.com/bluesky-social/social-app). Links are whole in that text, and what the post quotes is a note in brackets.
JSON that web archives caught (posts, threads, feeds, records of repositories) holds the record. The feed of a profile
(`/rss`) lists its last thirty posts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from urllib.parse import parse_qs, quote, unquote, urlsplit

from msgspec.structs import replace
from selectolax.lexbor import LexborHTMLParser, LexborNode

from archiver.errors import ArchiverError
from archiver.exchange import Exchange
from archiver.model import Media, Mention, Post, PostRef
from archiver.platforms.base import ArchiveQuery, Clues, DayRange
from archiver.platforms.bluesky import endpoints, ids, records
from archiver.platforms.bluesky.urls import (
    HANDLE,
    NAME,
    canonical_url,
    did_of,
    is_did,
    of_account,
    read_uri,
    ref_from_id,
    ref_from_url,
)
from archiver.platforms.bounds import parse
from archiver.platforms.values import MAX_TEXT, clean, dig, https, moment, parse_json

MAX_PAGE = 8 * 1024 * 1024
MAX_NODES = 20_000
MAX_DEPTH = 12
MAX_LISTED = 200

MAX_PREFIXES = 2
"""A prefix of three characters spans 12.7 days, and one of four 9.5 hours: two at the most for any day."""

PAGE = "bluesky.page"
JSON = "bluesky.json"
FEED = "bluesky.rss"

MEMBERS_ONLY = "This author has chosen to make their posts visible only to people who are signed in."
"""What stands in the text's place where the author wants it so."""

QUOTES = ("[contains quote post or other embeded content]", "[contains quote post or other embedded content]")
"""What stands behind the text where something is quoted."""

_HANDLE = re.compile(HANDLE, re.IGNORECASE)


def archive_queries(mention: Mention, ids_of_day: DayRange) -> tuple[ArchiveQuery, ...]:
    """Prefixes under which archives may hold posts of the mention's handle with a key within the range."""
    handle = mention.handle
    if not handle or not _HANDLE.fullmatch(handle):
        return ()
    made = ids.time_of(ids.key_of(ids_of_day.first))
    since = f"{made:%Y%m%d}" if made else None
    root = canonical_url("", handle.lower()).removeprefix("https://")
    found = ids.prefixes(ids_of_day.first, ids_of_day.last, MAX_PREFIXES)
    return tuple(ArchiveQuery(prefix=root + prefix, since=since) for prefix in found)


def archived_urls(ref: PostRef) -> tuple[str, ...]:
    """Addresses under which archives may hold the post, best first."""
    did = did_of(ref)
    actors = [actor for actor in (ref.handle, did) if actor]
    out = [canonical_url(ref.id, actor) for actor in actors]
    if did is not None:
        out.append(endpoints.posts_lookup(did, ref.id).url)
        uri = quote(endpoints.record_uri(did, ref.id), safe="")
        out.append(f"https://{endpoints.APP_VIEW}/xrpc/app.bsky.feed.getPostThread?uri={uri}")
    return tuple(out)


def read_archived(ref: PostRef, exchange: Exchange) -> Post | None:
    """The post's record from an archived page or JSON answer; null where the copy does not show the post."""
    try:
        body = exchange.payload(MAX_PAGE)
    except ArchiverError:
        return None
    if body.lstrip()[:1] in (b"{", b"["):
        return next((post for post in _posts(parse_json(body), exchange.url) if _is_it(ref, post)), None)
    if b"<" not in body[:4096]:
        return None
    return _page(parse(body.decode("utf-8", "replace")), ref, exchange.url)


def archived_lists(clues: Clues) -> tuple[str, ...]:
    """The feed of the account's profile."""
    actor = clues.handle.removeprefix("@")
    known = is_did(actor) or _HANDLE.fullmatch(actor)
    return (f"https://bsky.app/profile/{actor if is_did(actor) else actor.lower()}/rss",) if known else ()


def read_archived_list(url: str, exchange: Exchange) -> tuple[Post, ...]:
    """The account's posts that an archived list shows: the feed of its profile, or JSON."""
    try:
        body = exchange.payload(MAX_PAGE)
    except ArchiverError:
        return ()
    if body.lstrip()[:1] in (b"{", b"["):
        found = _posts(parse_json(body), url)
    else:
        found = _items(parse(body.decode("utf-8", "replace")))
    owner = _owner(url)
    own = (post for post in found if owner is None or owner in (post.scope, (post.handle or "").lower()))
    return tuple({post.key: post for _, post in zip(range(MAX_LISTED), own, strict=False)}.values())


def _owner(url: str) -> str | None:
    """Whose list it is: a DID, or a handle in small letters."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    asked = parse_qs(parts.query)
    actor = (asked.get("actor") or asked.get("repo") or [""])[0]
    path = parts.path.split("/")
    if not actor and path[1:2] == ["profile"] and len(path) > 2:
        actor = unquote(path[2])
    if is_did(actor):
        return actor
    return actor.lower() if _HANDLE.fullmatch(actor) else None


def _is_it(ref: PostRef, post: Post) -> bool:
    """Whether a record is the post that is looked for: by the account's DID, else by the handle it had then."""
    if post.id != ref.id:
        return False
    did = did_of(ref)
    if did is not None:
        return post.scope == did
    return post.handle is None or ref.handle is None or post.handle.lower() == ref.handle.lower()


# -- JSON


def _posts(data: object, address: str) -> Iterator[Post]:
    """Every post whose record is anywhere in a JSON answer, breadth first."""
    level: list[object] = [data]
    seen = 0
    for _ in range(MAX_DEPTH):
        below: list[object] = []
        for value in level:
            seen += 1
            if seen > MAX_NODES:
                return
            if isinstance(value, Mapping):
                if (post := _post(value, address)) is not None:
                    yield post
                below.extend(v for v in value.values() if isinstance(v, (Mapping, list)))
            elif isinstance(value, list):
                below.extend(v for v in value[:MAX_NODES] if isinstance(v, (Mapping, list)))
        level = below


def _post(value: Mapping[str, object], address: str) -> Post | None:
    named = read_uri(value.get("uri"))
    if named is None or not is_did(named[0]):
        return None
    if "record" in value:
        post = records.view_post(value)
    else:
        author, asked = value.get("author"), _owner(address)
        handle = records.known_handle(dig(author, "handle")) if author is not None else None
        if author is None and asked is not None and not is_did(asked):
            handle = asked  # a record of the list's own account
        post = records.record_post(named[0], named[1], value.get("value"), cid=value.get("cid"), handle=handle)
    return replace(post, seen_in=JSON) if post is not None else None


# -- pages


def _page(page: LexborHTMLParser, ref: PostRef, address: str) -> Post | None:
    """What the app's page of a post says to those who run no script."""
    handle = _text(page, "#bsky_handle") or _meta(page, "profile:username")
    did = _text(page, "#bsky_did") or _did_of(page)
    words = _words(page)
    if words is None or not handle or not _HANDLE.fullmatch(handle) or words == MEMBERS_ONLY:
        return None
    named = _named(page, address)
    if named is None or named.id != ref.id or (did_of(ref) or did) != did:
        return None
    seen = moment(_text(page, "#bsky_post_indexedat") or _meta(page, "article:published_time"))
    found = of_account(ref.id, did, handle) if did else ref_from_id(ref.id, handle)
    post = Post(
        platform=NAME,
        id=ref.id,
        url=found.url,
        scope=found.scope,
        handle=handle,
        display_name=_name(page, handle),
        account_id=did,
        created_at=ids.time_of(ref.id) or seen,
        indexed_at=seen,
        text=_own_words(words),
        media=tuple(_pictures(page)),
        seen_in=PAGE,
    )
    return post if _is_it(ref, post) else None


def _words(page: LexborHTMLParser) -> str | None:
    """The post's text: whole lines where there is a preview of it, else as readers without scripts see it."""
    words = _meta(page, "og:description") or _text(page, "#bsky_post_text")
    return clean(words[:MAX_TEXT]).strip() if words else None


def _own_words(text: str) -> str:
    text = text.strip()
    for note in QUOTES:
        text = text.removesuffix(note)
    return text.strip()


def _named(page: LexborHTMLParser, address: str) -> PostRef | None:
    """Which post the page itself says that it is."""
    for place in ('link[rel="alternate"][href^="at://"]', 'link[rel="canonical"]'):
        node = page.css_first(place)
        if node is not None and (ref := ref_from_url(node.attributes.get("href") or "")) is not None:
            return ref
    return ref_from_url(_meta(page, "og:url") or "") or ref_from_url(address)


def _did_of(page: LexborHTMLParser) -> str | None:
    node = page.css_first('link[rel="alternate"][href^="at://"]')
    named = read_uri(node.attributes.get("href")) if node is not None else None
    return named[0] if named and is_did(named[0]) else None


def _name(page: LexborHTMLParser, handle: str) -> str | None:
    name = _text(page, "#bsky_display_name")
    if not name:
        title = (_meta(page, "og:title") or "").strip()
        name = title.removesuffix(f"(@{handle})").strip() if title.endswith(f"(@{handle})") else None
    return clean(name) or None if name else None


def _pictures(page: LexborHTMLParser) -> Iterator[Media]:
    for node in page.css('meta[property="og:image"]')[:16]:
        url = https(node.attributes.get("content"))
        if url and "/img/feed_" in url:
            yield Media(kind="photo", url=url)


def _meta(page: LexborHTMLParser, name: str) -> str | None:
    node = page.css_first(f'meta[property="{name}"], meta[name="{name}"]')
    return node.attributes.get("content") if node is not None else None


def _text(page: LexborHTMLParser, place: str) -> str | None:
    node = page.css_first(place)
    if node is not None:
        return node.text().strip() or None
    # a parser that runs scripts takes what is within <noscript> for text
    inner = next((n.text_content or "" for n in page.css("noscript") if "bsky_" in (n.text_content or "")), None)
    found = parse(inner).css_first(place) if inner else None
    return (found.text().strip() or None) if found is not None else None


# -- the feed of a profile


def _items(page: LexborHTMLParser) -> Iterator[Post]:
    for item in page.css("item")[:MAX_LISTED]:
        named = read_uri(_child(item, "guid"))
        words = _child(item, "description")
        if named is None or not is_did(named[0]) or words is None:
            continue
        title = page.css_first("channel > title")
        owner = (title.text() if title is not None else "").strip().removeprefix("@").partition(" - ")
        handle = owner[0] if _HANDLE.fullmatch(owner[0]) else None
        yield Post(
            platform=NAME,
            id=named[1],
            url=of_account(named[1], named[0]).url,
            scope=named[0],
            account_id=named[0],
            handle=handle,
            display_name=clean(owner[2]) or None,
            created_at=_date(_child(item, "pubdate")) or ids.time_of(named[1]),
            text=_own_words(clean(words[:MAX_TEXT])),
            seen_in=FEED,
        )


def _child(item: LexborNode, name: str) -> str | None:
    node = item.css_first(name)
    return node.text().strip() if node is not None else None


def _date(value: str | None) -> datetime | None:
    if value is None or len(value) > 60:
        return None
    try:
        found = parsedate_to_datetime(value)
    except (ValueError, TypeError, OverflowError):
        found = None
    if found is None or found.tzinfo is None:
        return moment(value)
    return moment(found.isoformat())
