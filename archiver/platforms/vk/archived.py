"""What does an archived copy of a VK post show, and where may copies be?

Copies are the pages themselves, old ones in windows-1251. Posts are counted on each wall: where the article names the
wall by its number, those count that were captured in the weeks after the printed day.
"""

from __future__ import annotations

import re

from msgspec.structs import replace

from archiver.exchange import Exchange
from archiver.model import Mention, Post, PostRef
from archiver.platforms.base import ArchiveQuery, DayRange
from archiver.platforms.captured import capture_days
from archiver.platforms.pages import page_of
from archiver.platforms.vk import pages
from archiver.platforms.vk.endpoints import PAGE

_NUMBERED = re.compile(r"(?P<kind>id|club|public|event)?(?P<number>-?\d{1,12})")
"""`id123`, `club123`, `-123`: names under which VK shows accounts that chose none."""


def archive_queries(mention: Mention, ids: DayRange | None) -> tuple[ArchiveQuery, ...]:
    """The wall's posts, first captured after the printed day."""
    found = _NUMBERED.fullmatch((mention.handle or "").lower())
    days = capture_days(mention)
    if found is None or days is None or ids is not None:
        return ()
    community = found["kind"] in ("club", "public", "event")
    owner = found["number"] if not community or found["number"].startswith("-") else f"-{found['number']}"
    return (ArchiveQuery(prefix=f"vk.com/wall{owner}_", since=days[0], until=days[1]),)


def archived_urls(ref: PostRef) -> tuple[str, ...]:
    """Addresses under which archives may hold the post, best first."""
    return (
        f"https://vk.com/{ref.id}",
        f"https://m.vk.com/{ref.id}",
        f"https://vk.ru/{ref.id}",
        f"https://vkontakte.ru/{ref.id}",
    )


def read_archived(ref: PostRef, exchange: Exchange) -> Post | None:
    """The post from an archived page; null where the copy does not show it."""
    page = page_of(exchange)
    found = pages.shown_post(page, ref, exchange.url) if page is not None else None
    return replace(found, seen_in=PAGE) if found is not None else None
