"""What does an archived copy of a Facebook post show, and where may copies be?

Pages until 2020 hold the whole post; later copies of the embed's frame do, too, and preview lines hold the beginning.
Ids carry no time: among an account's permalinks those count that were captured in the weeks after the printed day.
"""

from __future__ import annotations

import re

from msgspec.structs import replace

from archiver.exchange import Exchange
from archiver.model import Mention, Post, PostRef
from archiver.platforms.base import ArchiveQuery, DayRange
from archiver.platforms.captured import capture_days
from archiver.platforms.facebook import pages
from archiver.platforms.facebook.endpoints import PAGE, PLUGIN, address, plugin_lookup
from archiver.platforms.pages import page_of

PAGE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]{2,79}")
"""An account's name in addresses: an article shows mostly the display name, which is none."""


def archive_queries(mention: Mention, ids: DayRange | None) -> tuple[ArchiveQuery, ...]:
    """The account's permalinks, first captured after the post."""
    days = capture_days(mention)
    handle = mention.handle or ""
    if ids is not None or days is None or not PAGE_NAME.fullmatch(handle):
        return ()
    return (ArchiveQuery(prefix=f"facebook.com/{handle.lower()}/posts/", since=days[0], until=days[1]),)


def archived_urls(ref: PostRef) -> tuple[str, ...]:
    """Addresses under which archives may hold the post, best first."""
    plain = address(ref)
    return tuple(
        dict.fromkeys(
            (
                plain,
                ref.url,
                plain.replace("https://www.", "https://m.", 1),
                f"https://www.facebook.com/plugins/post.php?href={plain}",
                plugin_lookup(ref).url,
            )
        )
    )


def read_archived(ref: PostRef, exchange: Exchange) -> Post | None:
    """The post from an archived page; null where the copy does not show it."""
    page = page_of(exchange)
    if page is None:
        return None
    if "/plugins/" in exchange.url:
        post = pages.framed_post(page, ref)
        return replace(post, seen_in=PLUGIN) if post is not None else None
    found = (
        pages.old_post(page, ref) or pages.described_post(page, ref) or pages.previewed_post(page, ref, exchange.url)
    )
    return replace(found, seen_in=PAGE) if found is not None else None
