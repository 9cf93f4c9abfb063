"""How are an account's posts of one time found?

Reddit shows those who are not signed in one list: the feed of an account's newest posts (or of a community's), a
hundred a page, and it answers a few times a minute. Numbers of posts grow through the whole site and carry no time, so
the list can only be gone down from its top; a few pages are read, and where they do not reach the time looked for that
is said.
"""

from __future__ import annotations

import re
from datetime import datetime

from archiver.exchange import Exchange
from archiver.model import Answer
from archiver.platforms import answering
from archiver.platforms.base import Clues, Gap, Inquiry, Remark, Shown
from archiver.platforms.bounds import parse
from archiver.platforms.reddit.answers import WALLS
from archiver.platforms.reddit.endpoints import FEED, HOSTS, LISTED, list_lookup
from archiver.platforms.reddit.records import Record, feed_records
from archiver.platforms.reddit.urls import SUB, USER

MOST_PAGES = 10
"""Pages of one list: Reddit's lists end after a thousand posts. The settings allow fewer, the door keeps its pace."""

_NAME = re.compile(rf"/?(?:r/(?P<sub>{SUB})|(?:u(?:ser)?/)?(?P<user>{USER}))/?")


def place_named(handle: str) -> str | None:
    """Whose list is meant: `user/ana_example`, or `r/bridges` where the handle says so; null for what is neither."""
    found = _NAME.fullmatch(handle.strip().lstrip("@"))
    if found is None:
        return None
    return f"r/{found['sub'].lower()}" if found["sub"] else f"user/{found['user'].lower()}"


def search(clues: Clues) -> Inquiry:
    """The posts of the account within the clues' time, as far as its feed reaches."""
    place = place_named(clues.handle)
    if place is None:
        yield Remark(text=f"nobody on Reddit can be called {clues.handle[:40]!r}")
        return
    after: str | None = None
    seen: set[str] = set()
    for _ in range(min(MOST_PAGES, clues.most_requests)):
        lookup = list_lookup(place, after)
        exchange = yield lookup
        if exchange is None:
            return
        records = _records(exchange)
        if isinstance(records, Answer):
            yield Gap(text=f"{FEED}: {records.reason}")
            return
        fresh = [record for record in records if record.post.id not in seen]
        seen.update(record.post.id for record in fresh)
        if found := tuple(r.post for r in fresh if r.fate is None and _fits(r.post.created_at, clues)):
            yield Shown(posts=found, endpoint=lookup.endpoint, record_id=exchange.record_id)
        times = [record.post.created_at for record in fresh if record.post.created_at is not None]
        if clues.since is not None and times and min(times) < clues.since:
            return
        if len(records) < LISTED:
            # the list ends here: what is not in it was not posted, is gone, or is hidden by its author
            return
        if not fresh:
            yield Gap(text=f"{FEED}: the list does not go on behind its first posts")
            return
        after = fresh[-1].post.id
    yield Gap(text=f"{FEED}: the list of newest posts does not reach back to the time looked for")


def _records(exchange: Exchange) -> list[Record] | Answer:
    body = answering.body_of(exchange, hosts=HOSTS, walls=WALLS, pages=True)
    if isinstance(body, Answer):
        return body
    if "<feed" not in body.page[:4096]:
        return answering.unexpected("no feed")
    return feed_records(parse(body.page), FEED)


def _fits(made: datetime | None, clues: Clues) -> bool:
    if made is None:
        return False
    return (clues.since is None or made >= clues.since) and (clues.until is None or made < clues.until)
