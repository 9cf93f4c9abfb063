"""What an archived copy shows of a post: where copies may be, and how each kind is read.

Pages that X rendered on its servers (until mid 2020) hold the whole post; later pages hold at most the lines written
for link previews, or nothing. JSON that web archives caught (X's own API answers, the embed's, oEmbed) holds the
record. A page that only loads the application, a login wall or a "page doesn't exist" shows no post: null.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime

from selectolax.lexbor import LexborHTMLParser, LexborNode

from archiver.errors import LimitError
from archiver.exchange import Exchange
from archiver.model import Media, Mention, Post, PostRef
from archiver.platforms.base import ArchiveQuery, DayRange
from archiver.platforms.bounds import parse
from archiver.platforms.prefixes import decimal_prefixes
from archiver.platforms.values import MAX_ITEMS, MAX_TEXT, clean, https
from archiver.platforms.x.endpoints import OEMBED_URL, oembed_lookup, syndication_lookup
from archiver.platforms.x.ids import time_of
from archiver.platforms.x.quotation import quoted_post
from archiver.platforms.x.records import MEDIA_LABEL, find_post, made_at
from archiver.platforms.x.urls import ref_from_id, ref_from_url

MAX_PAGE = 16 * 1024 * 1024
"""Bytes of one archived copy that are read; a conversation page of 2016 has about 0.5 MB."""

MAX_PREFIXES = 2
"""Index prefixes per host for one day: a day fits into one or two prefixes of 66 hours (19-digit ids, 4 digits)."""

X_COM_SINCE = "2023-07-23"
"""The day X took its new name. Pages moved to x.com in 2024, but archives were given both addresses before."""

SHELLS_SINCE = "2020-06-01"
"""Pages since then hold no post: what answers of the embed were archived holds it sooner."""

STATUSES_UNTIL = "2014-12-31"
"""Until about then the permalinks of embeds read `/statuses/`."""

HANDLE = re.compile(r"[A-Za-z0-9_]{1,20}")

ON_X = (
    r"on (?:twitter|x)|auf (?:twitter|x)|en (?:twitter|x)|sur (?:twitter|x)|su (?:twitter|x)|no (?:twitter|x)|"
    r"op (?:twitter|x)|в (?:твиттере|twitter|x)|у (?:твіттері|twitter|x)"
)
TITLE = re.compile(
    rf"(?P<name>.{{0,120}}?)(?:\s*\(@(?P<handle>[A-Za-z0-9_]{{1,20}})\))?\s+(?:{ON_X})"
    r"(?:\s?:\s*(?P<text>[\"“«„].*[\"”»“]))?(?:\s*/\s*(?:twitter|x))?",
    re.IGNORECASE | re.DOTALL,
)
"""`Name on Twitter: "text"`, `Name on X: "text" / X`, `Name (@handle) on X`."""

QUOTES = '"“”«»„'


def archive_queries(mention: Mention, ids: DayRange) -> tuple[ArchiveQuery, ...]:
    """Prefixes under which archives may hold posts of the mention's handle with an id within `ids`, cheapest first."""
    handle = mention.handle
    if not handle or not HANDLE.fullmatch(handle):
        return ()
    made = time_of(str(ids.first))
    day = made.date().isoformat() if made else None
    roots = [f"twitter.com/{handle}/status/"]
    if day and day >= X_COM_SINCE:
        roots.append(f"x.com/{handle}/status/")
    if day and day <= STATUSES_UNTIL:
        roots.append(f"twitter.com/{handle}/statuses/")
    since = day.replace("-", "") if day else None
    prefixes = decimal_prefixes(ids.first, ids.last, MAX_PREFIXES)
    queries = [ArchiveQuery(prefix=root + prefix, since=since) for root in roots for prefix in prefixes]
    if day and day < X_COM_SINCE:
        # old posts are asked for under the new name, too
        new, renamed = f"x.com/{handle}/status/", X_COM_SINCE.replace("-", "")
        queries += [ArchiveQuery(prefix=new + prefix, since=renamed, late=True) for prefix in prefixes]
    return tuple(queries)


def archived_urls(ref: PostRef) -> tuple[str, ...]:
    """Addresses under which archives may hold the post, best first: twitter.com has most, and pages with content."""
    handle = ref.handle or "i"
    pages = [f"https://twitter.com/{handle}/status/{ref.id}"]
    if ref.handle is None:
        pages.append(f"https://twitter.com/i/web/status/{ref.id}")
    made = time_of(ref.id)
    if made is None or made.date().isoformat() <= STATUSES_UNTIL:
        pages.append(f"https://twitter.com/{handle}/statuses/{ref.id}")
    other_pages = [f"https://mobile.twitter.com/{handle}/status/{ref.id}", f"https://x.com/{handle}/status/{ref.id}"]
    answers = [
        syndication_lookup(ref.id).url,
        f"{OEMBED_URL}?url=https://twitter.com/{handle}/status/{ref.id}",
        oembed_lookup(ref.id).url,
    ]
    shells = made is not None and made.date().isoformat() >= SHELLS_SINCE
    return (*pages, *answers, *other_pages) if shells else (*pages, *other_pages, *answers)


def read_archived(ref: PostRef, exchange: Exchange) -> Post | None:
    """The post's record from an archived page or JSON answer; null where the copy does not show the post."""
    try:
        body = exchange.payload(MAX_PAGE)
    except LimitError:
        return None
    if body.lstrip()[:1] in (b"{", b"["):
        return _from_json(ref, body)
    if b"<" not in body[:4096]:
        return None
    page = parse(body.decode("utf-8", "replace"))
    return _permalink_page(page, ref) or _oldest_page(page, ref) or _preview(page, ref, exchange.url)


def _from_json(ref: PostRef, body: bytes) -> Post | None:
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if isinstance(data, Mapping) and "html" in data and "author_url" in data:
        return quoted_post(data, ref.id)
    return find_post(data, ref.id)


def _permalink_page(page: LexborHTMLParser, ref: PostRef) -> Post | None:
    """Server-rendered permalink pages, about 2012 to mid 2020: everything stands in attributes of one element."""
    for node in page.css(f'[data-tweet-id="{ref.id}"], [data-item-id="{ref.id}"]')[:MAX_ITEMS]:
        body = node.css_first("p.tweet-text, p.js-tweet-text, .QuoteTweet-text")
        if body is None:
            continue
        words, language = node_text(body), body.attributes.get("lang")
        handle = _name(node.attributes.get("data-screen-name"))
        made = _epoch(node) or made_at(ref.id)
        quote = node.css_first(".QuoteTweet-innerContainer[data-item-id]")
        return Post(
            platform="x",
            id=ref.id,
            url=ref_from_id(ref.id, handle or ref.handle).url,
            handle=handle,
            display_name=clean(node.attributes.get("data-name")) or None,
            account_id=node.attributes.get("data-user-id") or None,
            created_at=made,
            text=words,
            language=language,
            media=_page_media(node),
            links=_page_links(body),
            quoted=_quoted(quote, ref.id),
            seen_in="x.page",
        )
    return None


def _oldest_page(page: LexborHTMLParser, ref: PostRef) -> Post | None:
    """Permalink pages of 2006 to 2011: `#permalink` or `.status_ID`, the words in `.entry-content`."""
    body = page.css_first(", ".join(f"{place} .entry-content" for place in (f".status_{ref.id}", "#permalink")))
    if body is None or _canonical_id(page) not in (None, ref.id):
        return None
    meta = page.css_first('meta[name="page-user-screen_name"]')
    screen = page.css_first("#permalink .screen-name, .screen-name")
    handle = _name((meta.attributes.get("content") if meta else None) or (screen.text(strip=True) if screen else None))
    full = page.css_first("#permalink .full-name, .full-name")
    return Post(
        platform="x",
        id=ref.id,
        url=ref_from_id(ref.id, handle or ref.handle).url,
        handle=handle,
        display_name=clean(full.text(strip=True)) or None if full else None,
        created_at=made_at(ref.id),
        text=node_text(body),
        links=_page_links(body),
        seen_in="x.page",
    )


def _preview(page: LexborHTMLParser, ref: PostRef, address: str) -> Post | None:
    """The lines for link previews: `og:title`, `og:description`, or the page's title with the text in quotes."""
    named = _canonical_id(page)
    own = ref_from_url(address)
    if named not in (None, ref.id) or (named is None and (own is None or own.id != ref.id)):
        return None
    title = _meta(page, "og:title") or ""
    words = _meta(page, "og:description") or ""
    found = TITLE.fullmatch(title.strip())
    if not (found and words[:1] in QUOTES and words):
        node = page.css_first("title")
        found = TITLE.fullmatch(node.text().strip()[:MAX_TEXT]) if node else None
        words = (found["text"] or "") if found else ""
    if not found or not words:
        return None
    text = words.strip().strip(QUOTES).strip()
    handle = found["handle"] or _name((own or ref).handle)
    image = https(_meta(page, "og:image"))
    return Post(
        platform="x",
        id=ref.id,
        url=ref_from_id(ref.id, handle).url,
        handle=handle,
        display_name=clean(found["name"].strip()) or None,
        created_at=made_at(ref.id),
        text=clean(text[:MAX_TEXT]),
        text_complete=not text.endswith(("…", "...")),
        media=(Media(kind="photo", url=image),) if image and "/media/" in image else (),
        seen_in="x.preview",
    )


def node_text(node: LexborNode) -> str:
    """The words of a tweet's paragraph: emoji are pictures with their text in `alt`, media links are hidden."""
    out: list[str] = []
    for part in node.traverse(include_text=True):
        if part.tag == "-text":
            if not _hidden(part):
                out.append(part.text(deep=False))
        elif part.tag == "img":
            out.append(part.attributes.get("alt") or "")
        elif part.tag == "br":
            out.append("\n")
    return clean("".join(out)[:MAX_TEXT]).strip()


def _hidden(part: LexborNode) -> bool:
    parent = part.parent
    for _ in range(3):
        if parent is None or parent.tag == "p":
            return False
        names = (parent.attributes.get("class") or "").split()
        if "u-hidden" in names or "tco-ellipsis" in names:
            return True
        parent = parent.parent
    return False


def _page_links(body: LexborNode) -> tuple[str, ...]:
    out: dict[str, None] = {}
    for link in body.css("a[href]")[:MAX_ITEMS]:
        label = link.text(strip=True)
        if MEDIA_LABEL.fullmatch(label):
            out[label] = None
        elif address := https(link.attributes.get("data-expanded-url") or link.attributes.get("title")):
            out[address] = None
    return tuple(out)


def _page_media(node: LexborNode) -> tuple[Media, ...]:
    out = [
        Media(kind="photo", url=url)
        for frame in node.css("[data-image-url]")[:MAX_ITEMS]
        if (url := https(frame.attributes.get("data-image-url")))
    ]
    avatar = node.css_first("img.avatar")
    if avatar and (url := https(avatar.attributes.get("src"))):
        out.append(Media(kind="avatar", url=url))
    return tuple(out)


def _quoted(quote: LexborNode | None, post_id: str) -> str | None:
    found = quote.attributes.get("data-item-id") if quote else None
    return f"x:{found}" if found and found.isascii() and found.isdecimal() and found != post_id else None


def _epoch(node: LexborNode) -> datetime | None:
    stamp = node.css_first("[data-time]")
    value = stamp.attributes.get("data-time") if stamp else None
    if not value or not (value.isascii() and value.isdecimal()) or len(value) > 11:
        return None
    return datetime.fromtimestamp(int(value), UTC)


def _canonical_id(page: LexborHTMLParser) -> str | None:
    """The id that the page itself names as its own."""
    link = page.css_first('link[rel="canonical"]')
    for address in (_meta(page, "og:url"), link.attributes.get("href") if link else None):
        if address and (named := ref_from_url(address)):
            return named.id
    return None


def _meta(page: LexborHTMLParser, name: str) -> str | None:
    node = page.css_first(f'meta[property="{name}"], meta[name="{name}"]')
    return node.attributes.get("content") if node else None


def _name(handle: str | None) -> str | None:
    return handle if handle and HANDLE.fullmatch(handle) else None
