"""What does a page of LinkedIn show of a post?

The public page describes the post in JSON-LD (`SocialMediaPosting`, films as `VideoObject`), and draws it in an element
that names its URNs; comments and posts passed on are drawn alike, below. The `share` and the `activity` of one post
have different numbers, made seconds apart.
"""

from __future__ import annotations

import re
from datetime import timedelta

from selectolax.lexbor import LexborHTMLParser, LexborNode

from archiver.model import Media, Post, PostRef
from archiver.platforms.fragments import words_in
from archiver.platforms.jsonld import Posting, postings
from archiver.platforms.linkedin import ids
from archiver.platforms.linkedin.urls import ref_from_url
from archiver.platforms.preview import preview, whole
from archiver.platforms.values import MAX_ITEMS, clean, https

WORDS = '[data-test-id="main-feed-activity-card__commentary"], .attributed-text-segment-list__content'
AUTHOR = (
    'a[data-tracking-control-name*="actor-name"], [data-test-id="main-feed-activity-card__entity-lockup"] a[href], '
    ".base-main-card__title"
)
URNS = (
    "data-activity-urn",
    "data-attributed-urn",
    "data-semaphore-content-urn",
    "data-urn",
    "data-featured-activity-urn",
)

SAME_POST = timedelta(minutes=10)
"""How far apart the numbers of one post's two URNs are made at most."""

MAX_ARTICLES = 30

_PROFILE = re.compile(
    r"https?://(?:[\w-]+\.)?linkedin\.com/(?:in|company|school|showcase)/(?P<name>[^/?#]{1,100})", re.IGNORECASE
)

_COUNTED = re.compile(r"[\d.,]+ (?:comments?|reactions?)|LinkedIn", re.IGNORECASE)


def shown_post(page: LexborHTMLParser, ref: PostRef) -> Post | None:
    """The post that a page or a frame shows; null where it shows none, or another."""
    described = next((one for one in postings(page) if _is(one, ref)), None)
    card = _card(page, ref)
    if described is None and card is None:
        return None
    words = card.css_first(WORDS) if card is not None else None
    said = words_in(words, base="https://www.linkedin.com/") if words is not None else None
    text = said.text if said is not None else described.text if described is not None else None
    author = card.css_first(AUTHOR) if card is not None else None
    name = (described.author if described is not None else None) or (author.text(strip=True) if author else None)
    profile = (described.author_url if described is not None else None) or (
        (author.attributes.get("href") or "") if author is not None else ""
    )
    handle = found["name"] if (found := _PROFILE.match(profile or "")) else ref.handle
    if text is None and name is None:
        return None
    return Post(
        platform=ref.platform,
        id=ref.id,
        url=ref.url,
        handle=handle,
        display_name=clean(name) or None,
        created_at=(described.published if described is not None else None) or ids.time_of(ref.id),
        text=text,
        media=_media(described, card),
        links=tuple(link for link in said.links if not _own(link)) if said is not None else (),
    )


def _own(link: str) -> bool:
    return (
        re.match(r"https?://(?:[\w-]+\.)?linkedin\.com/(?:feed/hashtag|in|company|school|signup|login)", link)
        is not None
    )


def _is(posting: Posting, ref: PostRef) -> bool:
    return any(_same(named, ref) for value in (posting.url, posting.identifier) if (named := ref_from_url(value or "")))


def _same(named: PostRef, ref: PostRef) -> bool:
    """Whether two URNs may be those of one post."""
    if named.id == ref.id:
        return True
    if named.id.rpartition(":")[0] == ref.id.rpartition(":")[0]:
        return False
    one, other = ids.time_of(named.id), ids.time_of(ref.id)
    return one is not None and other is not None and abs(one - other) <= SAME_POST


def _card(page: LexborHTMLParser, ref: PostRef) -> LexborNode | None:
    """The element that draws the post."""
    for node in page.css(", ".join(f"[{name}]" for name in URNS))[:MAX_ARTICLES]:
        for name in URNS:
            urn = node.attributes.get(name) or ""
            named = ref_from_url(f"https://www.linkedin.com/feed/update/{urn}") if urn.startswith("urn:li:") else None
            if named is not None and _same(named, ref) and node.css_first(f"{WORDS}, {AUTHOR}") is not None:
                return node
    return None


def _media(posting: Posting | None, card: LexborNode | None) -> tuple[Media, ...]:
    out: dict[str, Media] = {}
    if posting is not None:
        film = posting.kind == "VideoObject"
        for url in posting.videos:
            out[url] = Media(kind="video", url=url)
        for url in posting.images:
            out.setdefault(url, Media(kind="poster" if film else "photo", url=url))
    for image in (
        card.css("[data-test-id='feed-images-content'] img, .feed-images-content img") if card is not None else ()
    ):
        url = https(image.attributes.get("data-delayed-url") or image.attributes.get("src")) or ""
        if url and len(out) < MAX_ITEMS:
            out.setdefault(url, Media(kind="photo", url=url, alt=clean(image.attributes.get("alt")) or None))
    return tuple(out.values())[:MAX_ITEMS]


def previewed_post(page: LexborHTMLParser, ref: PostRef, address: str) -> Post | None:
    """The post as the page's preview lines tell of it (`NAME on LinkedIn: WORDS`); null where they tell of none."""
    lines = preview(page)
    named = ref_from_url(lines.url or address)
    if named is None or not _same(named, ref):
        return None
    title = (lines.title or "").strip()
    name, found, rest = title.partition(" on LinkedIn")
    if not found:
        # a title in the later form: WORDS | NAME | 12 comments
        pieces = [piece.strip() for piece in title.split(" | ") if not _COUNTED.fullmatch(piece.strip())]
        if len(pieces) < 2 or not lines.description:
            return None
        name, rest = pieces[-1], ""
    text = lines.description or rest.lstrip(": ") or None
    return Post(
        platform=ref.platform,
        id=ref.id,
        url=ref.url,
        handle=named.handle or ref.handle,
        display_name=clean(name.strip()) or None,
        created_at=ids.time_of(ref.id),
        text=text.strip() if text else None,
        text_complete=whole(text),
        media=(Media(kind="photo", url=lines.image),) if lines.image and "/dms/image" in lines.image else (),
    )
