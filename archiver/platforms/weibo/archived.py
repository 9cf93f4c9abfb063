"""What does an archived copy of a Weibo post show, and where may copies be?

Permalinks are `weibo.com/ACCOUNT/BID`; a BID's first characters are the upper digits of the post's number, and so its
week. The index is folded to small letters: a row counts by the address as it was captured.
"""

from __future__ import annotations

import re

from msgspec.structs import replace

from archiver.exchange import Exchange
from archiver.model import Mention, Post, PostRef
from archiver.platforms.base import ArchiveQuery, DayRange
from archiver.platforms.pages import page_of, page_text
from archiver.platforms.values import parse_json
from archiver.platforms.weibo import ids, pages, records
from archiver.platforms.weibo.endpoints import lookups

MAX_PREFIXES = 3

_ACCOUNT = re.compile(r"\d{5,12}")


def archive_queries(mention: Mention, ids_: DayRange | None) -> tuple[ArchiveQuery, ...]:
    """The account's permalinks with a number of that time; none where the account is known by its name alone."""
    account = mention.handle or ""
    if ids_ is None or not _ACCOUNT.fullmatch(account):
        return ()
    made = ids.time_of(str(ids_.first))
    since = made.strftime("%Y%m%d") if made else None
    found = dict.fromkeys(begin.lower() for begin in ids.bid_beginnings(ids_.first, ids_.last))
    prefixes = tuple(found) if len(found) <= MAX_PREFIXES else ("",)
    return tuple(ArchiveQuery(prefix=f"weibo.com/{account}/{prefix}", since=since) for prefix in prefixes)


def archived_urls(ref: PostRef) -> tuple[str, ...]:
    """The permalink and the phone's pages, under both spellings of the number, and the JSON."""
    bid = ids.bid_of(ref.id)
    found = [ref.url, f"https://m.weibo.cn/status/{ref.id}", f"https://m.weibo.cn/detail/{ref.id}"]
    if bid:
        found += [f"https://m.weibo.cn/status/{bid}", f"https://weibo.com/ajax/statuses/show?id={bid}"]
    found += [lookup.url for lookup in lookups(ref)]
    if bid:
        found.append(f"https://weibo.cn/comment/{bid}")
    return tuple(dict.fromkeys(found))


def read_archived(ref: PostRef, exchange: Exchange) -> Post | None:
    """The post from an archived page or JSON answer; null where the copy does not show it."""
    source = page_text(exchange)
    if source is None:
        return None
    if source.lstrip()[:1] == "{":
        return _from(pages.status_in(parse_json(source.strip()), ref), ref, "weibo.status")
    page = page_of(exchange)
    if page is None:
        return None
    record = pages.status_in(pages.render_data(page), ref)
    if record is not None:
        return _from(record, ref, "weibo.detail")
    found = pages.web_post(page, ref) or pages.plain_post(page, ref)
    return replace(found, seen_in="weibo.page") if found is not None else None


def _from(record: object, ref: PostRef, where: str) -> Post | None:
    if not isinstance(record, dict) or not records.has_author(record):
        return None
    return replace(records.post_of(record, ref), seen_in=where)
