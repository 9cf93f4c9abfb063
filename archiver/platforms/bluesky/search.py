"""Which posts did an account make in a stretch of time, by its own public lists?

The account's repository lists its records by key, and keys sort by time (`ids`): a key that is made up for the end of
the time seeks to it, so that even an account with many thousand posts costs few questions. That list is the authority.
Where the repository's server cannot be asked, Bluesky's own list of the account is: it may end early, and lacks what
Bluesky does not show.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from datetime import UTC, datetime, timedelta

import msgspec

from archiver.exchange import Exchange
from archiver.model import Answer, Post
from archiver.platforms import answering
from archiver.platforms.base import Clues, Gap, Inquiry, Lookup, Remark, Shown, Step
from archiver.platforms.bluesky import endpoints, ids, looking, records
from archiver.platforms.bluesky.answers import STATING
from archiver.platforms.bluesky.identity import Account
from archiver.platforms.bluesky.urls import is_did, read_uri, ref_from_id
from archiver.platforms.values import dig, members, moment, string

REPOST = "app.bsky.feed.defs#reasonRepost"

EARLIEST = datetime(2022, 11, 1, tzinfo=UTC)
"""Nobody posted on Bluesky before; what was imported has older keys, and is looked for where a time is known."""


GRACE = timedelta(hours=1)
"""A post is some time between being written and being sent."""


class _Page(msgspec.Struct, frozen=True, kw_only=True):
    """One page of a list."""

    posts: tuple[Post, ...]
    oldest: datetime | None
    """The time of the last entry, whatever it is; null where none has one."""
    cursor: str | None


class _Budget:
    """How many questions are left."""

    def __init__(self, most: int) -> None:
        self.left = most

    def spend(self) -> bool:
        self.left -= 1
        return self.left >= 0


def search(clues: Clues) -> Inquiry:
    """The account's posts in [since, until), newest first."""
    budget = _Budget(clues.most_requests)
    actor = clues.handle.removeprefix("@")
    ref = ref_from_id("", actor)
    did = actor if is_did(actor) else (yield from _counted(looking.find_did(ref), budget))
    if did is None:
        yield Gap(text=f"{endpoints.HANDLE}: nobody tells which account @{actor} is, so its posts are not listed")
        return
    account = yield from _counted(looking.find_account(ref, did), budget)
    if account is not None and account.host is not None:
        whole = yield from _records(clues, account, budget)
        if whole:
            return
    yield from _feed(clues, did, budget)


def _counted(asking: looking.Asking[looking.T], budget: _Budget) -> looking.Asking[looking.T | None]:
    """An inquiry within another: its questions count, its answers are of no post and become remarks."""
    sent: Exchange | None = None
    while True:
        try:
            step = asking.send(sent)
        except StopIteration as end:
            found: looking.T = end.value
            return found
        sent = None
        if isinstance(step, Lookup):
            if not budget.spend():
                yield _too_many(step.endpoint)
                return None
            sent = yield step
        elif isinstance(step, Answer):
            yield Remark(text=f"{step.endpoint or 'bluesky'}: {step.reason}")
        else:
            yield step


def _records(clues: Clues, account: Account, budget: _Budget) -> Generator[Step, Exchange | None, bool]:
    """The repository's own list; false where it could not be read at all."""
    cursor = ids.key_of(ids.first_at(clues.until)) if clues.until else None
    since = clues.since or EARLIEST
    read = False
    while True:
        lookup = endpoints.records_lookup(account.host or "", account.did, cursor)
        if not budget.spend():
            yield _too_many(lookup.endpoint)
            return True
        exchange = yield lookup
        page = _records_page(account, exchange) if exchange is not None else "no answer"
        if isinstance(page, str):
            yield Gap(text=f"{lookup.endpoint}: {page}")
            return read
        read = True
        yield _shown(page, lookup, exchange, since)
        if page.cursor is None or page.cursor == cursor or (page.oldest is not None and page.oldest < since):
            return True
        cursor = page.cursor


def _records_page(account: Account, exchange: Exchange) -> _Page | str:
    body = answering.body_of(exchange, hosts=(account.host or "",), speaking=STATING)
    if isinstance(body, Answer):
        return body.reason
    listed = dig(body.data, "records")
    if body.status != 200 or not isinstance(listed, list):
        return f"HTTP {body.status}: {string(body.data, 'message') or 'no list of records'}"
    posts: list[Post] = []
    oldest: datetime | None = None
    for entry in members(listed):
        named = read_uri(entry.get("uri"))
        if named is None or named[0] != account.did:
            continue
        oldest = ids.time_of(named[1]) or oldest
        post = records.record_post(
            account.did, named[1], entry.get("value"), cid=entry.get("cid"), handle=account.handle
        )
        if post is not None:
            posts.append(post)
    return _Page(posts=tuple(posts), oldest=oldest, cursor=string(body.data, "cursor") if listed else None)


def _feed(clues: Clues, did: str, budget: _Budget) -> Inquiry:
    """Bluesky's own list of the account's posts."""
    cursor = endpoints.feed_cursor(clues.until) if clues.until else None
    since = clues.since or EARLIEST
    while True:
        lookup = endpoints.feed_lookup(did, cursor)
        if not budget.spend():
            yield _too_many(lookup.endpoint)
            return
        exchange = yield lookup
        page = _feed_page(did, exchange) if exchange is not None else "no answer"
        if isinstance(page, str):
            yield Gap(text=f"{lookup.endpoint}: {page}")
            return
        yield _shown(page, lookup, exchange, since)
        if page.cursor is None or page.cursor == cursor or (page.oldest is not None and page.oldest < since):
            return
        cursor = page.cursor


def _feed_page(did: str, exchange: Exchange) -> _Page | str:
    body = answering.body_of(exchange, hosts=(endpoints.APP_VIEW,), speaking=STATING)
    if isinstance(body, Answer):
        return body.reason
    listed = dig(body.data, "feed")
    if body.status != 200 or not isinstance(listed, list):
        return f"HTTP {body.status}: {string(body.data, 'message') or 'no list of posts'}"
    posts: list[Post] = []
    for entry in members(listed):
        view = entry.get("post")
        if dig(entry, "reason", "$type") == REPOST or not isinstance(view, Mapping):
            continue  # somebody else's post
        post = records.view_post(view)
        if post is not None and post.scope == did:
            posts.append(post)
    cursor = string(body.data, "cursor")
    oldest = moment(cursor) or (_placed(posts[-1]) if posts else None)
    return _Page(posts=tuple(posts), oldest=oldest, cursor=cursor)


def _placed(post: Post) -> datetime | None:
    """Where Bluesky sorts a post: by what its author says, but not later than it was seen."""
    known = [moment for moment in (post.created_at, post.indexed_at) if moment is not None]
    return min(known, default=None)


def _shown(page: _Page, lookup: Lookup, exchange: Exchange | None, since: datetime) -> Shown:
    """The page's posts without those that are older, by their key and by what they say of themselves."""
    kept = (
        post for post in page.posts if any(at >= since - GRACE for at in (ids.time_of(post.id), post.created_at) if at)
    )
    named = tuple(msgspec.structs.replace(post, seen_in=lookup.endpoint) for post in kept)
    return Shown(posts=named, endpoint=lookup.endpoint, record_id=exchange.record_id if exchange else None)


def _too_many(endpoint: str) -> Gap:
    return Gap(text=f"{endpoint}: more pages than may be asked for")
