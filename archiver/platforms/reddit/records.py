"""What do Reddit's records say of a post: the embed's page, oEmbed, a feed's entry, the site's JSON?

A `Record` is the post with what has become of it: Reddit keeps the place of what is gone and puts its own words there,
which are never taken for the author's. Titles and words come as HTML (feeds, pages) or as Markdown with HTML's
characters escaped (JSON); they are kept as a reader sees them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

import msgspec
from selectolax.lexbor import LexborHTMLParser, LexborNode

from archiver.model import Media, Post, post_key
from archiver.platforms.bounds import parse
from archiver.platforms.markup import HIDDEN, events, render
from archiver.platforms.reddit.tombstones import DELETED_AUTHOR, LONGEST, Fate, fate_of, is_placeholder, on_page
from archiver.platforms.reddit.urls import ID, NAME, SUB, USER, canonical_url, place_of, ref_from_url
from archiver.platforms.values import (
    MAX_ITEMS,
    MAX_TEXT,
    Json,
    clean,
    dig,
    epoch,
    https,
    members,
    moment,
    parse_json,
    string,
    text,
    whole,
)

MAX_DEPTH = 12
"""Levels of a JSON answer that are searched for the post."""

MAX_VISITED = 2000
"""Objects of a JSON answer that are looked at: the post stands before its comments."""

MAX_ENTRIES = 128
"""Entries of one feed that are read; a feed has a hundred."""

MAX_SENTENCES = 16
"""Sentences of a page that begin as one about the post does: there is one."""

MAX_LEVELS = 64
"""Levels above a link that are looked at."""

_FULLNAME = re.compile(rf"t3_(?P<id>{ID})")
_AUTHOR = re.compile(rf"/?(?:u/)?(?P<user>{USER})")
_USER_LINK = re.compile(rf"(?:https?://(?:www\.|old\.|new\.)?reddit\.com)?/u(?:ser)?/(?P<user>{USER})(?:[/?#]|$)")
_SUB_NAME = re.compile(rf"(?:r/)?(?P<sub>{SUB})")
_ACCOUNT = re.compile(r"t2_[0-9a-z]{1,13}")
_BEGINS = re.compile(r"\s{0,200}(?:sorry, )?this post (?:has been|was) ", re.IGNORECASE)
_ESCAPES = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))
_ORIGINAL = re.compile(
    r"https://(?:preview|i)\.redd\.it/(?:[^/?#]{0,200}-v0-)?(?P<file>[0-9a-z]{6,20}\.(?:jpe?g|png|gif|webp))"
)


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """A post as Reddit gives it, and what has become of it."""

    post: Post
    fate: Fate | None = None
    """Null: nothing says that it is gone."""
    nameless: bool = False
    """Its author is "[deleted]": the post, or only their account, is gone."""


def made(
    post_id: str,
    *,
    title: str | None,
    words: str | None,
    author: str | None,
    place: str | None,
    seen_in: str,
    created_at: datetime | None = None,
    account_id: str | None = None,
    edited_at: datetime | None = None,
    language: str | None = None,
    media: tuple[Media, ...] = (),
    links: tuple[str, ...] = (),
    quoted: str | None = None,
    fate: Fate | None = None,
    complete: bool = True,
) -> Record:
    """The record of these pieces. fate: as something else than its own words tells it. complete: false where the answer
    does not show a post's words."""
    fate = fate or fate_of(title, words, author)
    user = _AUTHOR.fullmatch(author) if author else None
    sub = place.partition("/")[2] if place and place.startswith("r/") else None
    profile = place.partition("/")[2] if place and place.startswith("user/") else None
    withheld = fate is not None or (words is not None and is_placeholder(words) and author in (None, DELETED_AUTHOR))
    post = Post(
        platform=NAME,
        id=post_id,
        url=canonical_url(post_id, sub, profile),
        handle=user["user"] if user else None,
        account_id=account_id if account_id and _ACCOUNT.fullmatch(account_id) else None,
        created_at=created_at,
        text=None if withheld else words,
        text_complete=complete and not withheld,
        title=None if fate is not None and is_placeholder(title) else title or None,
        language=language,
        media=() if withheld else media,
        links=links,
        quoted=quoted,
        edited_at=edited_at,
        seen_in=seen_in,
    )
    return Record(post=post, fate=fate, nameless=author == DELETED_AUTHOR)


def unescaped(written: str) -> str:
    """What the site's JSON escapes in every text: three characters (https://www.reddit.com/dev/api, "response body
    encoding")."""
    for escape, character in _ESCAPES:
        written = written.replace(escape, character)
    return written


def words_of_html(fragment: str) -> str:
    """A post's words, from the HTML that Reddit makes of its Markdown."""
    body = parse(fragment[: 4 * MAX_TEXT]).body
    return clean(render(body).text[:MAX_TEXT]).strip() if body is not None else ""


def _links_of(node: LexborNode | None) -> tuple[str, ...]:
    found = (https(link.attributes.get("href")) for link in (node.css("a[href]") if node is not None else ()))
    return tuple(dict.fromkeys(url for url in found if url))[:MAX_ITEMS]


# -- the embed's page, and pages of the site since 2023


def screen_data(page: LexborHTMLParser) -> Json | None:
    """What the page says of itself in JSON: `{"post":{"id","url","type","created_timestamp"},"subreddit":{"name"}}`."""
    for node in page.css("shreddit-screenview-data[data]")[:4]:
        data = parse_json(node.attributes.get("data") or "")
        if isinstance(data, dict) and isinstance(data.get("post"), dict):
            return data
    return None


def embed_record(page: LexborHTMLParser, post_id: str, seen_in: str) -> Record | None:
    """The post that a page is about, by its own data; null where it is about none or about another."""
    about = dig(screen_data(page), "post")
    whole_post = page.css_first(f'shreddit-post[id="t3_{post_id}"]')
    if string(about, "id") != f"t3_{post_id}":
        if whole_post is None:
            return None
        about = None
    attributes = whole_post.attributes if whole_post is not None else {}
    heading = _title_node(page)
    title = attributes.get("post-title") or (" ".join(render(heading).text.split()) if heading is not None else None)
    body = page.css_first(f'[id="t3_{post_id}-post-rtjson-content"]')
    if body is None and whole_post is not None:
        body = whole_post.css_first('[slot="text-body"] .md, [slot="text-body"]')
    words = clean(render(body).text[:MAX_TEXT]).strip() if body is not None else None
    kind = string(about, "type") or attributes.get("post-type") or ""
    own_words = {node.mem_id for node in (heading, body) if node is not None}
    author = attributes.get("author") or _page_author(page, own_words)
    url = https(string(about, "url") or attributes.get("content-href"))
    to_itself = (named := ref_from_url(url)) is not None and named.id == post_id if url else True
    return made(
        post_id,
        title=clean(title[:MAX_TEXT]) if title else None,
        words=words,
        author=author,
        place=embed_place(page, post_id),
        seen_in=seen_in,
        created_at=_milliseconds(dig(about, "created_timestamp")) or moment(attributes.get("created-timestamp")),
        account_id=attributes.get("author-id"),
        language=attributes.get("post-language") or None,
        media=_page_media(page, kind, url),
        links=tuple(dict.fromkeys((*(() if to_itself or not url else (url,)), *_links_of(body)))),
        fate=_sentence(page, own_words) if not words or is_placeholder(words) else None,
    )


def _title_node(page: LexborHTMLParser) -> LexborNode | None:
    return next((node for node in page.css("shreddit-embed-title, h1")[:4] if node.text(strip=True)), None)


def embed_place(page: LexborHTMLParser, post_id: str) -> str | None:
    """Where the page says that the post stands: the data repeats the address that was asked for, these do not."""
    for css, name in (
        ("shreddit-embed-copy-link-button[permalink]", "permalink"),
        ("#canonical-url-updater[value]", "value"),
        ("shreddit-post[permalink]", "permalink"),
    ):
        node = page.css_first(css)
        address = (node.attributes.get(name) or "") if node is not None else ""
        address = "https://www.reddit.com" + address if address.startswith("/") else address
        ref = ref_from_url(address)
        if ref is not None and ref.id == post_id and (place := place_in(address)):
            return place
    return None


def place_in(address: str) -> str | None:
    """The place that an address names, as it spells it."""
    place = place_of(address)
    at = address.lower().find(f"/{place}/") if place else -1
    return address[at + 1 : at + 1 + len(place)] if place and at >= 0 else place


def _page_author(page: LexborHTMLParser, own: set[int]) -> str | None:
    for link in page.css("a[href]")[: 4 * MAX_ITEMS]:
        found = _USER_LINK.match(link.attributes.get("href") or "")
        if found is not None and not _inside(link, own):
            return found["user"]
    return None


def _sentence(page: LexborHTMLParser, own: set[int]) -> Fate | None:
    """What the page states of the post in a sentence of its own. own: elements with the author's words."""
    if page.body is None:
        return None
    skipped = set(own)
    looked_at = 0
    for entering, node in events(page.body, skipped):
        if not entering or looked_at >= MAX_SENTENCES:
            continue
        if node.tag in HIDDEN or node.tag == "shreddit-comment":
            skipped.add(node.mem_id)
        elif node.tag == "-text" and _BEGINS.match(node.text_content or "") and (around := node.parent) is not None:
            looked_at += 1
            fate = on_page(node.text_content or "") or on_page(around.text(deep=True)[: 4 * LONGEST])
            if fate is not None:
                return fate
    return None


def _inside(node: LexborNode, roots: set[int]) -> bool:
    parent: LexborNode | None = node
    for _ in range(MAX_LEVELS):
        if parent is None:
            return False
        if parent.mem_id in roots:
            return True
        parent = parent.parent
    return False


def _milliseconds(value: object) -> datetime | None:
    return epoch(value / 1000) if isinstance(value, int) and not isinstance(value, bool) else None


def _page_media(page: LexborHTMLParser, kind: str, url: str | None) -> tuple[Media, ...]:
    found: dict[str, Media] = {}
    if url and re.match(r"https://i\.redd\.it/", url):
        found[url] = Media(kind="gif" if url.endswith(".gif") else "photo", url=url)
    for player in page.css("shreddit-player[src]")[:2]:
        attributes = player.attributes
        for name, what in (("src", "video"), ("poster", "poster")):
            if address := https(attributes.get(name)):
                found.setdefault(address, Media(kind=what, url=address))
    if kind in ("gallery", "image", "multi_media"):
        for picture in page.css("gallery-carousel img[src], gallery-carousel faceplate-img[src]")[:MAX_ITEMS]:
            original = _ORIGINAL.match(picture.attributes.get("src") or "")
            if original:
                address = f"https://i.redd.it/{original['file']}"
                found.setdefault(address, Media(kind="photo", url=address, alt=picture.attributes.get("alt") or None))
    return tuple(found.values())[:MAX_ITEMS]


# -- oEmbed


def oembed_record(data: Json, post_id: str, seen_in: str) -> Record | None:
    """The title and the author that oEmbed gives; null where its quotation leads to another post."""
    quotation = string(data, "html")
    if quotation is None or string(data, "title") is None:
        return None
    fragment = parse(quotation[:MAX_TEXT])
    address = next(
        (
            href
            for link in fragment.css("a[href]")[:8]
            if (ref := ref_from_url(href := link.attributes.get("href") or "")) is not None and ref.id == post_id
        ),
        None,
    )
    if address is None:
        return None
    return made(
        post_id,
        title=text(data, "title"),
        words=None,
        author=string(data, "author_name"),
        place=place_in(address),
        seen_in=seen_in,
        complete=False,
    )


# -- feeds


def feed_records(page: LexborHTMLParser, seen_in: str) -> list[Record]:
    """The posts of an Atom feed, in its order; comments are left out."""
    out = []
    for entry in page.css("entry")[:MAX_ENTRIES]:
        named = _FULLNAME.fullmatch(_own(entry, "id"))
        if named is not None:
            out.append(_entry(entry, named["id"], seen_in))
    return out


def _own(entry: LexborNode, name: str) -> str:
    node = entry.css_first(name)
    return clean(node.text(deep=True)[: 4 * MAX_TEXT]).strip() if node is not None else ""


def _entry(entry: LexborNode, post_id: str, seen_in: str) -> Record:
    content = parse(_own(entry, "content") or "<p></p>")
    body = content.css_first(".md")
    words = clean(render(body).text[:MAX_TEXT]).strip() if body is not None else None
    out = next(
        (link.attributes.get("href") for link in content.css("a[href]") if link.text(strip=True) == "[link]"), None
    )
    target = https(out)
    to_itself = target is None or ((named := ref_from_url(target)) is not None and named.id == post_id)
    category = entry.css_first("category[term]")
    term = _SUB_NAME.fullmatch((category.attributes.get("term") or "") if category is not None else "")
    link = entry.css_first("link[href]")
    address = (link.attributes.get("href") or "") if link is not None else ""
    media = []
    if target and re.match(r"https://i\.redd\.it/", target):
        media.append(Media(kind="gif" if target.endswith(".gif") else "photo", url=target))
    author = _own(entry, "author name") or None
    return made(
        post_id,
        title=_own(entry, "title") or None,
        words=words,
        author=author.removeprefix("/u/") if author else None,
        place=place_in(address) or (f"r/{term['sub']}" if term else None),
        seen_in=seen_in,
        created_at=moment(_own(entry, "published")) or moment(_own(entry, "updated")),
        media=tuple(media),
        links=tuple(dict.fromkeys((*(() if to_itself or not target else (target,)), *_links_of(body)))),
    )


# -- the site's JSON


def json_record(data: object, post_id: str, seen_in: str) -> Record | None:
    """The post of this id among the listings of a JSON answer."""
    for value in _objects(data):
        if value.get("id") == post_id and isinstance(value.get("title"), str) and "body" not in value:
            return _listed(value, post_id, seen_in)
    return None


def _objects(data: object) -> Iterator[Json]:
    waiting: list[tuple[object, int]] = [(data, 0)]
    visited = 0
    while waiting and visited < MAX_VISITED:
        value, depth = waiting.pop()
        visited += 1
        if depth > MAX_DEPTH:
            continue
        inner: list[object] = []
        if isinstance(value, dict):
            yield value
            inner = [value[name] for name in ("data", "children", "things", "json") if name in value]
        elif isinstance(value, list):
            inner = value[:MAX_ENTRIES]
        waiting += [(entry, depth + 1) for entry in reversed(inner)]


_REMOVED_BY = {"deleted": Fate.DELETED, "author": Fate.DELETED}
"""Who took a post away, as `removed_by_category` says: its author, or anybody else."""


def _listed(value: Json, post_id: str, seen_in: str) -> Record:
    author = string(value, "author")
    category = string(value, "removed_by_category")
    body = text(value, "selftext_html")
    words = words_of_html(unescaped(body) if body.lstrip()[:4] == "&lt;" else body) if body else None
    raw = text(value, "selftext")
    if words is None and raw is not None:
        words = unescaped(raw).strip()
    target = https(unescaped(string(value, "url_overridden_by_dest") or string(value, "url") or ""))
    to_itself = target is None or ((named := ref_from_url(target)) is not None and named.id == post_id)
    crosspost = _FULLNAME.fullmatch(string(value, "crosspost_parent") or "")
    sub = _SUB_NAME.fullmatch(string(value, "subreddit") or "")
    profile = sub["sub"][2:] if sub and sub["sub"].lower().startswith("u_") else None
    title = text(value, "title")
    return made(
        post_id,
        title=unescaped(title).strip() if title else None,
        words=words,
        author=author,
        place=f"user/{profile}" if profile else f"r/{sub['sub']}" if sub else None,
        seen_in=seen_in,
        created_at=epoch(dig(value, "created_utc")),
        account_id=string(value, "author_fullname"),
        edited_at=epoch(dig(value, "edited")),
        media=_listed_media(value, target),
        links=() if to_itself or target is None else (target,),
        quoted=post_key(NAME, crosspost["id"], None) if crosspost else None,
        fate=_REMOVED_BY.get(category, Fate.REMOVED) if category else None,
    )


def _listed_media(value: Json, target: str | None) -> tuple[Media, ...]:
    found: dict[str, Media] = {}

    def add(kind: str, url: object, size: object = None) -> None:
        address = https(unescaped(url)) if isinstance(url, str) else None
        if address and len(found) < MAX_ITEMS:
            media = Media(kind=kind, url=address, width=whole(dig(size, "width")), height=whole(dig(size, "height")))
            found.setdefault(address, media)

    if target and re.match(r"https://i\.redd\.it/", target):
        add("gif" if target.endswith(".gif") else "photo", target)
    film = dig(value, "media", "reddit_video") or dig(value, "secure_media", "reddit_video")
    add("video", dig(film, "fallback_url"), film)
    pictures = dig(value, "media_metadata")
    for item in members(dig(value, "gallery_data", "items")):
        add("photo", dig(pictures, string(item, "media_id") or "", "s", "u"))
    for image in members(dig(value, "preview", "images"))[:2]:
        add("photo" if target is None or string(value, "post_hint") == "image" else "card", dig(image, "source", "url"))
    return tuple(found.values())
