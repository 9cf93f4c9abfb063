"""What does an archived copy of a Tumblr post show, and where may copies be?

A post's address begins with the blog and goes on with the id, which carries the time since 2020; before that, the posts
count that were captured in the weeks after the printed day. Blogs' lists of a month are archived, too.
"""

from __future__ import annotations

import re

from msgspec.structs import replace

from archiver.exchange import Exchange
from archiver.model import Mention, Post, PostRef
from archiver.platforms.base import ArchiveQuery, Clues, DayRange
from archiver.platforms.captured import capture_days
from archiver.platforms.links import unwrap
from archiver.platforms.pages import page_of
from archiver.platforms.prefixes import decimal_prefixes
from archiver.platforms.tumblr import ids, pages, records
from archiver.platforms.tumblr.endpoints import API, PAGE, api_lookup, oembed_lookup
from archiver.platforms.tumblr.urls import BLOG

MAX_PREFIXES = 2

MOST_MONTHS = 3

NEW_ADDRESS_SINCE = "20220601"
"""`www.tumblr.com/BLOG/ID` came in that summer."""

_LIST = re.compile(
    rf"https?://(?P<blog>{BLOG})\.tumblr\.com(?::\d+)?/(?:archive(?:/\d{{4}}(?:/\d{{1,2}})?)?|page/\d+)?/?(?:[?#].*)?",
    re.IGNORECASE,
)


def archive_queries(mention: Mention, ids_: DayRange | None) -> tuple[ArchiveQuery, ...]:
    """The blog's permalinks: those whose ids are of that time, else those captured after it."""
    blog = (mention.handle or "").lower()
    if not re.fullmatch(BLOG, blog):
        return ()
    if ids_ is not None:
        made = ids.time_of(str(ids_.first))
        since = made.strftime("%Y%m%d") if made else None
        roots = [f"{blog}.tumblr.com/post/"]
        if since and since >= NEW_ADDRESS_SINCE:
            roots.append(f"tumblr.com/{blog}/")
        prefixes = decimal_prefixes(ids_.first, ids_.last, MAX_PREFIXES)
        return tuple(ArchiveQuery(prefix=root + prefix, since=since) for root in roots for prefix in prefixes)
    days = capture_days(mention)
    if days is None:
        return ()
    return (ArchiveQuery(prefix=f"{blog}.tumblr.com/post/", since=days[0], until=days[1]),)


def archived_urls(ref: PostRef) -> tuple[str, ...]:
    """Addresses under which archives may hold the post, best first: both forms that the permalink has had, the API's
    and oEmbed's answers."""
    if not ref.handle or not re.fullmatch(BLOG, ref.handle):
        return (ref.url,)
    return tuple(
        dict.fromkeys(
            (
                ref.url,
                f"https://www.tumblr.com/{ref.handle}/{ref.id}",
                api_lookup(ref.handle, ref.id).url,
                f"https://{ref.handle}.tumblr.com/image/{ref.id}",
                oembed_lookup(ref.handle, ref.id).url,
            )
        )
    )


def read_archived(ref: PostRef, exchange: Exchange) -> Post | None:
    """The post from an archived page, an answer of the API or of oEmbed; null where the copy does not show it."""
    answer = records.api_answer(exchange)
    if answer is not None and "posts" in answer:
        post = records.post_of(answer, ref.id)
        return replace(post, seen_in=API) if post is not None else None
    if answer is not None:
        post = records.oembed_post(answer, ref)
        return replace(post, seen_in="tumblr.oembed") if post is not None else None
    page = page_of(exchange)
    found = pages.shown_post(page, ref, exchange.url) if page is not None else None
    return replace(found, seen_in=PAGE) if found is not None else None


def archived_lists(clues: Clues) -> tuple[str, ...]:
    """The blog's lists of the months in question, the last first, and its first page."""
    if not re.fullmatch(BLOG, clues.handle):
        return ()
    root = f"https://{clues.handle.lower()}.tumblr.com"
    if clues.until is None:
        return (f"{root}/archive", f"{root}/")
    last, first = clues.until, clues.since
    months = [(last.year, last.month)]
    while len(months) < MOST_MONTHS and first is not None and months[-1] > (first.year, first.month):
        year, month = months[-1]
        months.append((year, month - 1) if month > 1 else (year - 1, 12))
    return (*(f"{root}/archive/{year}/{month}" for year, month in months), f"{root}/archive", f"{root}/")


def read_archived_list(url: str, exchange: Exchange) -> tuple[Post, ...]:
    """The posts that an archived list shows."""
    answer = records.api_answer(exchange)
    if answer is not None:
        return tuple(replace(post, seen_in="tumblr.archive") for post in records.posts_of(answer))
    found = _LIST.fullmatch(unwrap(url).url)
    page = page_of(exchange)
    return pages.listed_posts(page, found["blog"].lower()) if found and page is not None else ()
