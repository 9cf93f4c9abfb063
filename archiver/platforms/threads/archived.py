"""What does an archived copy of a Threads post show, and where may copies be?

Permalinks begin with the account, under `threads.net` until 2025 and `threads.com` since. The index is folded to small
letters, and codes differ by case: a row counts by the address as it was captured.
"""

from __future__ import annotations

import re

from msgspec.structs import replace

from archiver.exchange import Exchange
from archiver.model import Mention, Post, PostRef
from archiver.platforms.base import ArchiveQuery, DayRange
from archiver.platforms.instagram import shortcodes
from archiver.platforms.instagram.records import find_media, post_of
from archiver.platforms.pages import page_of, page_text
from archiver.platforms.threads import pages
from archiver.platforms.threads.endpoints import EMBED, PAGE, embed_lookup
from archiver.platforms.threads.urls import HANDLE
from archiver.platforms.values import parse_json

DOT_COM_SINCE = "20250101"
"""Captures under the new address begin in that spring."""


def archive_queries(mention: Mention, ids: DayRange | None) -> tuple[ArchiveQuery, ...]:
    """The account's permalinks, in captures from the day of the post on; those of the new address from 2025 on."""
    handle = (mention.handle or "").lower()
    if ids is None or not re.fullmatch(HANDLE, handle):
        return ()
    made = shortcodes.time_of(shortcodes.code_of(ids.first))
    since = made.strftime("%Y%m%d") if made else None
    hosts = ("threads.com", "threads.net") if since and since >= DOT_COM_SINCE else ("threads.net", "threads.com")
    return tuple(ArchiveQuery(prefix=f"{host}/@{handle}/post/", since=since) for host in hosts)


def archived_urls(ref: PostRef) -> tuple[str, ...]:
    """Addresses under which archives may hold the post, best first."""
    found = []
    if ref.handle and re.fullmatch(HANDLE, ref.handle):
        found += [f"https://www.{host}/@{ref.handle}/post/{ref.id}" for host in ("threads.net", "threads.com")]
        found += [f"{address}/embed" for address in found]
    found += [f"https://www.threads.net/t/{ref.id}", f"https://www.threads.com/t/{ref.id}", embed_lookup(ref.id).url]
    return tuple(dict.fromkeys(found))


def read_archived(ref: PostRef, exchange: Exchange) -> Post | None:
    """The post from an archived page or JSON answer; null where the copy does not show it."""
    text = page_text(exchange)
    if text is None:
        return None
    if text.lstrip()[:1] in ("{", "["):
        media = find_media(parse_json(text.strip()), ref.id)
        return replace(post_of(media, ref), seen_in="threads.json") if media is not None else None
    page = page_of(exchange)
    if page is None:
        return None
    if post := pages.embedded_post(page, ref):
        return replace(post, seen_in=EMBED)
    found = pages.scripted_post(page, ref) or pages.previewed_post(page, ref, exchange.url)
    return replace(found, seen_in=PAGE) if found is not None else None
