"""What does a page of Facebook show of a post?

The embed's frame and the pages that Facebook rendered on its servers until 2020 draw a post alike: a wrapper with the
account's picture, `abbr[data-utime]` with the second of posting, and the words, of which the part behind "See more" is
there too. Older pages keep such wrappers within comments, for a script to take out. Later pages have preview lines.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from urllib.parse import parse_qs, urljoin, urlsplit

from msgspec.structs import replace
from selectolax.lexbor import LexborHTMLParser, LexborNode

from archiver.model import Media, Post, PostRef
from archiver.platforms.bounds import parse
from archiver.platforms.facebook.endpoints import address
from archiver.platforms.facebook.urls import page_from_url, ref_from_url
from archiver.platforms.fragments import words_in
from archiver.platforms.jsonld import postings
from archiver.platforms.payload import names, script_texts, values_after
from archiver.platforms.preview import named_by, preview
from archiver.platforms.values import MAX_ITEMS, MAX_TEXT, clean, epoch, https

ROOT = "https://www.facebook.com/"

WRAPPERS = ".userContentWrapper, ._5pcr, .fbUserContent"
MESSAGE = '[data-testid="post_message"], .userContent, ._5pbx'
FOLDED = ".text_exposed_hide, .text_exposed_link"
"""What stands for the words behind "See more", which are in the page."""

UNAVAILABLE = ("This Facebook post is no longer available", "Video Unavailable", "This video is no longer available")
"""The frame's notices, which stand in the post's place and nowhere else."""

MAX_WRAPPERS = 40
MAX_LINKS = 200
MAX_COMMENTS = 60
MAX_COMMENT = 500_000

_CONTENT_HOST = re.compile(r"(?:scontent|external|video)[a-z0-9.-]{0,80}\.(?:fbcdn\.net|xx\.fbcdn\.net|akamaihd\.net)")
_COUNTED = re.compile(r"[\d.,]+[KMB]? (?:views?|reactions?|likes?)\b.{0,80}", re.IGNORECASE)
_FILMS = ('"hd_src":', '"sd_src":', '"browser_native_hd_url":', '"browser_native_sd_url":')
_NO_NAME = frozenset(
    {"facebook", "log in or sign up to view", "log into facebook", "log in to facebook", "watch", "video"}
)


def unavailable(page: LexborHTMLParser) -> bool:
    """Whether the frame holds its notice in the post's place. What a shown post says is not looked at."""
    feed = page.css_first('[role="feed"], [data-testid="newsFeedStream"]') or page.body
    if feed is None or feed.css_first(f"{WRAPPERS}, {MESSAGE}, abbr[data-utime]") is not None:
        return False
    return words_in(feed).text.startswith(UNAVAILABLE)


def framed_post(page: LexborHTMLParser, ref: PostRef) -> Post | None:
    """The post of an embed's frame; null where the frame draws none."""
    wrapper = page.css_first(WRAPPERS) or page.css_first('[role="feed"]')
    if wrapper is None:
        return None
    named = _named(page.css_first('[role="feed"]') or wrapper, ref)
    return _post(page, wrapper, ref, named)


def old_post(page: LexborHTMLParser, ref: PostRef) -> Post | None:
    """The post on a page that Facebook rendered (about 2012 to 2020): of its wrappers the one that links to it."""
    for source in (page, *_commented(page, ref.id)):
        for wrapper in source.css(WRAPPERS)[:MAX_WRAPPERS]:
            named = _named(wrapper, ref)
            if named is not None and (post := _post(source, wrapper, ref, named)) is not None:
                return post
    return None


def _commented(page: LexborHTMLParser, needle: str) -> Iterator[LexborHTMLParser]:
    """Markup that stands within comments, as far as the post's id stands in it."""
    for node in page.css("code")[:MAX_COMMENTS]:
        source = node.inner_html or ""
        begin, end = source.find("<!--"), source.rfind("-->")
        if 0 <= begin < end and needle in source and len(source) <= MAX_COMMENT:
            yield parse(source[begin + 4 : end])


def _post(page: LexborHTMLParser, wrapper: LexborNode, ref: PostRef, named: PostRef | None) -> Post | None:
    name, avatar, profile = _author(wrapper)
    made = _made(wrapper)
    message = wrapper.css_first(MESSAGE)
    if name is None or (message is None and made is None and named is None):
        return None
    pictures = tuple(_pictures(wrapper))
    words = words_in(message, without=FOLDED) if message is not None else None
    film = _film(page)
    media = ((Media(kind="video", url=film),) if film else ()) + tuple(
        Media(kind="poster", url=m.url, alt=m.alt) if film else m for m in pictures
    )
    best = named or ref
    return Post(
        platform=ref.platform,
        id=best.id,
        url=best.url,
        handle=best.handle or profile[0] or ref.handle,
        display_name=name,
        account_id=profile[1],
        created_at=made,
        text=words.text if words is not None else "",
        links=tuple(link for link in words.links if "facebook.com/" not in link) if words is not None else (),
        media=(*media, *((Media(kind="avatar", url=avatar),) if avatar else ())),
    )


def _named(node: LexborNode, ref: PostRef) -> PostRef | None:
    """The post's permalink as the page has it: where it was asked for under an opaque id, with its number."""
    opaque = ref.id.lower().startswith("pfbid")
    for link in node.css("a[href]")[:MAX_LINKS]:
        href = link.attributes.get("href") or ""
        if not opaque and names(href, ref.id):
            return ref
        if opaque and ("ref=embed" in href or ref.id in href):
            found = ref_from_url(urljoin(ROOT, href))
            if found is not None and found.id.isdecimal():
                return replace(found, url=address(found))
    return None


def _author(wrapper: LexborNode) -> tuple[str | None, str | None, tuple[str | None, str | None]]:
    """Name, picture, and (page name, account number) of the post's account: those of the first picture."""
    image = wrapper.css_first("a img[aria-label], img[aria-label][role=img], ._5pb8 img")
    name = avatar = None
    if image is not None:
        name = clean((image.attributes.get("aria-label") or "").strip()) or None
        avatar = https(image.attributes.get("src"))
    link = wrapper.css_first("a._5pb8[href], h5 a[href], h6 a[href], .fwb a[href], a[title][href]")
    if name is None and link is not None:
        name = clean((link.attributes.get("title") or link.text(strip=True)).strip()) or None
    return name, avatar, _profile(link.attributes.get("href") or "" if link is not None else "")


def _profile(href: str) -> tuple[str | None, str | None]:
    url = urljoin(ROOT, href)
    if "/profile.php" in url:
        number = parse_qs(urlsplit(url).query[:2000]).get("id", [""])[0]
        return None, number if number.isascii() and number.isdecimal() else None
    name = page_from_url(url.partition("?")[0]) if href else None
    if name and name.isascii() and name.isdecimal():
        return None, name
    return name, None


def _made(wrapper: LexborNode) -> datetime | None:
    stamp = wrapper.css_first("abbr[data-utime]")
    value = (stamp.attributes.get("data-utime") or "") if stamp is not None else ""
    return epoch(int(value)) if value.isascii() and value.isdecimal() and len(value) < 12 else None


def _pictures(wrapper: LexborNode) -> Iterator[Media]:
    """Pictures on Facebook's content hosts; smiles are on another, and faces of accounts are labelled."""
    seen: set[str] = set()
    for image in wrapper.css("img[src]")[: 4 * MAX_ITEMS]:
        attributes = image.attributes
        url = https(attributes.get("src"))
        if not url or url in seen or "aria-label" in attributes:
            continue
        if _CONTENT_HOST.fullmatch(urlsplit(url).hostname or ""):
            seen.add(url)
            yield Media(kind="photo", url=url, alt=clean(attributes.get("caption") or attributes.get("alt")) or None)
        if len(seen) >= MAX_ITEMS:
            return


def _film(page: LexborHTMLParser) -> str | None:
    """The film's address, the sharper one first."""
    for marker in _FILMS:
        for source in script_texts(page, marker):
            for value in values_after(source, marker):
                if url := https(value):
                    return url
    return None


def has_film(page: LexborHTMLParser) -> bool:
    """Whether the film's frame holds a film."""
    return _film(page) is not None


def described_post(page: LexborHTMLParser, ref: PostRef) -> Post | None:
    """The post as the JSON-LD of a phone's page describes it (about 2017 to 2021)."""
    for posting in postings(page):
        named = ref_from_url(posting.url or "")
        number = (posting.identifier or "").rpartition(";")[2]
        if (named is None or named.id != ref.id) and number != ref.id:
            continue
        return Post(
            platform=ref.platform,
            id=ref.id,
            url=ref.url,
            handle=(named.handle if named else None) or ref.handle,
            display_name=posting.author,
            created_at=posting.published,
            text=posting.text,
            media=tuple(Media(kind="photo", url=url) for url in posting.images),
        )
    return None


def previewed_post(page: LexborHTMLParser, ref: PostRef, place: str) -> Post | None:
    """The post as its page's preview lines tell of it; null where they tell of none. They hold the words' beginning.

    place: where the page was got, also in a web archive.
    """
    lines = preview(page)
    named = named_by(lines, place, ref_from_url)
    if lines.url is None or named is None or not _same(named, ref):
        return None  # pages that ask to sign in have preview lines, too, and name no post
    name, counted = _read_title(lines.title or "")
    words = lines.description
    if (name is None and not (counted and words)) or (name or "").lower() in _NO_NAME:
        return None
    return Post(
        platform=ref.platform,
        id=ref.id,
        url=ref.url,
        handle=named.handle or ref.handle,
        display_name=name,
        text=words.strip() if words else None,
        text_complete=False,
        media=(Media(kind="photo", url=lines.image),) if lines.image else (),
    )


def embeds(html: str, ref: PostRef) -> bool:
    """Whether the HTML of an embed is the post's."""
    for node in parse(html[:MAX_COMMENT]).css("[data-href], [cite]")[:MAX_ITEMS]:
        named = ref_from_url(node.attributes.get("data-href") or node.attributes.get("cite") or "")
        if named is not None and _same(named, ref):
            return True
    return False


def _same(named: PostRef, ref: PostRef) -> bool:
    """Whether two references may be of one post: an opaque id and a number cannot be compared."""
    return named.id == ref.id or named.id.lower().startswith("pfbid") or ref.id.lower().startswith("pfbid")


def _read_title(title: str) -> tuple[str | None, bool]:
    """The account's (or group's) name in a preview's title, and whether the title begins with a film's counts: `NAME`,
    `GROUP | WORDS | Facebook`, `40M views · 241K reactions | WORDS | NAME`."""
    pieces = [piece.strip() for piece in title[:MAX_TEXT].split(" | ") if piece.strip() not in ("", "Facebook")]
    if not pieces:
        return None, False
    if _COUNTED.match(pieces[0]):
        return (clean(pieces[-1][:150]) if len(pieces) > 2 else None), True
    return clean(pieces[0][:150]), False
