"""What does an archived copy of an Instagram post show, and where may copies be?

Copies of the post's page of before 2023 hold the record in a script, later ones the preview lines; embeds hold the
caption at any time. The index is folded to small letters, and codes differ by case: a row counts by the address as it
was captured. Only addresses that begin with the account narrow the index to its posts.
"""

from __future__ import annotations

import re

from msgspec.structs import replace

from archiver.exchange import Exchange
from archiver.model import Mention, Post, PostRef
from archiver.platforms.base import ArchiveQuery, DayRange
from archiver.platforms.instagram import pages, shortcodes
from archiver.platforms.instagram.endpoints import EMBED, PAGE, embed_lookup
from archiver.platforms.instagram.records import find_media, post_of
from archiver.platforms.instagram.urls import HANDLE, canonical_url
from archiver.platforms.pages import page_of, page_text
from archiver.platforms.values import parse_json


def archive_queries(mention: Mention, ids: DayRange | None) -> tuple[ArchiveQuery, ...]:
    """The account's own addresses, in captures from the day of the post on."""
    handle = (mention.handle or "").lower()
    if ids is None or not re.fullmatch(HANDLE, handle):
        return ()
    made = shortcodes.time_of(shortcodes.code_of(ids.first))
    since = made.strftime("%Y%m%d") if made else None
    return tuple(ArchiveQuery(prefix=f"instagram.com/{handle}/{kind}/", since=since) for kind in ("p", "reel"))


def archived_urls(ref: PostRef) -> tuple[str, ...]:
    """Addresses under which archives may hold the post, best first."""
    found = [canonical_url(ref.id), ref.url, embed_lookup(ref.id).url]
    if ref.handle and re.fullmatch(HANDLE, ref.handle):
        found.append(f"https://www.instagram.com/{ref.handle}/p/{ref.id}/")
        found.append(f"https://www.instagram.com/{ref.handle}/reel/{ref.id}/")
    found += [
        canonical_url(ref.id, "reel"),
        canonical_url(ref.id, "tv"),
        f"https://www.instagram.com/p/{ref.id}/embed/",
    ]
    return tuple(dict.fromkeys(found))


def read_archived(ref: PostRef, exchange: Exchange) -> Post | None:
    """The post from an archived page or JSON answer (`?__a=1`); null where the copy does not show it."""
    text = page_text(exchange)
    if text is None:
        return None
    if text.lstrip()[:1] in ("{", "["):
        media = find_media(parse_json(text.strip()), ref.id)
        return _seen(post_of(media, ref), "instagram.json") if media is not None else None
    page = page_of(exchange)
    if page is None:
        return None
    if post := pages.embedded_post(page, ref):
        return _seen(post, EMBED if page.css_first(".Embed, .EmbedFrame") is not None else PAGE)
    found = pages.described_post(page, ref, exchange.url) or pages.previewed_post(page, ref, exchange.url)
    return _seen(found, PAGE) if found is not None else None


def _seen(post: Post, where: str) -> Post:
    return replace(post, seen_in=where)
