"""What does an archived copy of a LinkedIn post show, and where may copies be?

Public permalinks begin with the account's public name and end in the post's number, from which the time is read.
"""

from __future__ import annotations

import re

from msgspec.structs import replace

from archiver.exchange import Exchange
from archiver.model import Mention, Post, PostRef
from archiver.platforms.base import ArchiveQuery, DayRange
from archiver.platforms.linkedin import ids, pages
from archiver.platforms.linkedin.endpoints import PAGE, embed_url
from archiver.platforms.linkedin.urls import canonical_url
from archiver.platforms.pages import page_of

_NAME = re.compile(r"[\w-]{2,100}")


def archive_queries(mention: Mention, ids_: DayRange | None) -> tuple[ArchiveQuery, ...]:
    """The account's public permalinks, in captures from the day of the post on."""
    name = (mention.handle or "").lower()
    if ids_ is None or not _NAME.fullmatch(name):
        return ()
    made = ids.time_of(str(ids_.first))
    return (ArchiveQuery(prefix=f"linkedin.com/posts/{name}_", since=made.strftime("%Y%m%d") if made else None),)


def archived_urls(ref: PostRef) -> tuple[str, ...]:
    """Addresses under which archives may hold the post, best first."""
    return tuple(dict.fromkeys((ref.url, canonical_url(ref.id), embed_url(ref.id))))


def read_archived(ref: PostRef, exchange: Exchange) -> Post | None:
    """The post from an archived page or frame; null where the copy does not show it."""
    page = page_of(exchange)
    if page is None:
        return None
    found = pages.shown_post(page, ref) or pages.previewed_post(page, ref, exchange.url)
    return replace(found, seen_in=PAGE) if found is not None else None
