"""Which public lists have a channel's videos?

Four, none of which is complete: the channel's own page (the thirty newest, with titles and how long ago), its feed
(fifteen, with times and descriptions), the list of its uploads (a hundred), and a search within the channel, which
finds older ones by their titles. What follows on these pages is asked for by their script alone, so it is not asked
for here.
"""

from __future__ import annotations

import re
from collections.abc import Generator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import msgspec
import regex

from archiver.exchange import Exchange
from archiver.model import Answer, AnswerKind, Post
from archiver.platforms.base import Clues, Gap, Lookup, Remark, Shown, Step
from archiver.platforms.payload import objects
from archiver.platforms.values import Json
from archiver.platforms.youtube import endpoints
from archiver.platforms.youtube.answers import initial_data, no_data, page_body
from archiver.platforms.youtube.records import HANDLE, Listed, Owner, feed_posts, listed_videos, owner_of

FEW = 8
"""With fewer letters a search within a channel finds anything."""

_SENTENCE = re.compile(r"[^.!?…。！？]+")
_TELLING = regex.compile(r"\d+|\b\p{Lu}\w{2,}")


class _Page(msgspec.Struct, frozen=True):
    """A page of a channel's, and where its answer is stored."""

    data: Json
    exchange: Exchange


def search(clues: Clues) -> Generator[Step, Exchange | None, None]:
    """The channel's videos of that time; also those of which the lists do not say when they were published."""
    handle = clues.handle.removeprefix("@")
    if not HANDLE.fullmatch(handle):
        yield Remark(text="no handle of YouTube's kind: nothing to list")
        return
    left = clues.most_requests
    page = yield from _page(endpoints.channel_lookup(handle), f"the channel @{handle}", left)
    if page is None:
        return
    owner = owner_of(page.data, handle)
    posts: tuple[Post, ...] = ()
    if owner.channel_id is None:
        yield Gap(text=f"the page of @{handle} does not say which channel it is: its feed was not asked for")
    elif left > 1:
        posts = yield from _feed(endpoints.feed_lookup(owner.channel_id), clues)
    seen = {post.id for post in posts}
    yield _shown(page, endpoints.CHANNEL, clues, _new(page, endpoints.CHANNEL, owner, seen))
    if _reached(posts, clues):
        return
    if owner.channel_id is not None and left > 2:
        uploads = yield from _page(endpoints.uploads_lookup(owner.channel_id), f"the uploads of @{handle}", left)
        if uploads is not None:
            listed = _new(uploads, endpoints.UPLOADS, owner, seen)
            yield _shown(uploads, endpoints.UPLOADS, clues, listed)
            if _is_whole(uploads) or _listed_back(listed, clues, _clock(uploads.exchange)):
                return
    for number, words in enumerate(_queries(clues.words or "")):
        if left <= 3 + number:
            break
        found = yield from _page(endpoints.found_lookup(handle, words), f"a search in the channel @{handle}", left)
        if found is None:
            break
        yield _shown(found, endpoints.FOUND, clues, _new(found, endpoints.FOUND, owner, seen))
    yield Gap(text=f"YouTube lists the newest videos of @{handle} to signed-out readers: older ones may be there")


def _queries(words: str) -> list[str]:
    """What a channel is searched for: the words from their beginning, then from their end, where a sentence of the
    article's own may stand before the title; at last the sentence with most names and numbers, which is what
    translations leave as it was."""
    whole = " ".join(words.split())
    begin = max(len(whole) // 2, len(whole) - endpoints.MAX_QUERY)
    tail = whole[begin:].partition(" ")[2] if len(whole) > endpoints.MAX_QUERY else ""
    telling = max(_SENTENCE.findall(whole), key=lambda sentence: len(_TELLING.findall(sentence)), default="").strip()
    queries = (whole[: endpoints.MAX_QUERY], tail, telling[: endpoints.MAX_QUERY])
    return list(dict.fromkeys(query for query in queries if len(query) >= FEW))


def _new(page: _Page, endpoint: str, owner: Owner, seen: set[str]) -> tuple[Listed, ...]:
    """What a list has besides what is known from a better one (`seen`, to which it is added)."""
    listed = listed_videos(page.data, endpoint, owner)
    fresh = tuple(one for one in listed if one.post.id not in seen)
    seen.update(one.post.id for one in fresh)
    return fresh


def _is_whole(page: _Page) -> bool:
    """Whether nothing follows the list on its page."""
    return not any("continuationItemRenderer" in node for node in objects(page.data))


def _page(lookup: Lookup, what: str, left: int) -> Generator[Step, Exchange | None, _Page | None]:
    if left < 1:
        yield Gap(text=f"{what} was not asked for: no request is left")
        return None
    exchange = yield lookup
    if exchange is None:
        yield Gap(text=f"{what} could not be asked for")
        return None
    body = page_body(exchange)
    if isinstance(body, Answer):
        yield Gap(text=f"{what} could not be read: {body.reason}")
        return None
    data = initial_data(body.page)
    if data is None:
        if body.status == 404 and no_data(body).kind is not AnswerKind.REFUSED:
            yield Remark(text=f"YouTube has no such channel today: {what}")
        else:
            yield Gap(text=f"{what} could not be read: {no_data(body).reason}")
        return None
    return _Page(data, exchange)


def _feed(lookup: Lookup, clues: Clues) -> Generator[Step, Exchange | None, tuple[Post, ...]]:
    exchange = yield lookup
    body = page_body(exchange) if exchange is not None else None
    if exchange is None or body is None or isinstance(body, Answer) or body.status != 200:
        # feeds fail at times with 404 and 500, of channels that are there; what that leaves open is said at the end
        why = f": {body.reason}" if isinstance(body, Answer) else ""
        yield Remark(text=f"the channel's feed could not be read{why}")
        return ()
    posts = feed_posts(body.page, endpoints.FEED)
    fitting = tuple(post for post in posts if _within(post.created_at, clues))
    yield Shown(posts=fitting, endpoint=endpoints.FEED, record_id=exchange.record_id)
    return posts


def _shown(page: _Page, endpoint: str, clues: Clues, listed: tuple[Listed, ...]) -> Shown:
    fitting = tuple(one.post for one in listed if _may_be(one, clues, _clock(page.exchange)))
    return Shown(posts=fitting, endpoint=endpoint, record_id=page.exchange.record_id)


def _clock(exchange: Exchange) -> datetime:
    """When the server wrote the page, by its own clock: what is "2 years ago" goes by that."""
    try:
        return parsedate_to_datetime(exchange.header("date") or "").astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        return exchange.time


def _may_be(one: Listed, clues: Clues, now: datetime) -> bool:
    """Whether what the list says leaves the time in question."""
    span = one.between(now)
    if span is None:
        return True
    return (clues.since is None or span[1] >= clues.since) and (clues.until is None or span[0] < clues.until)


def _within(made: datetime | None, clues: Clues) -> bool:
    if made is None:
        return True
    return (clues.since is None or made >= clues.since) and (clues.until is None or made < clues.until)


def _reached(posts: tuple[Post, ...], clues: Clues) -> bool:
    """Whether the feed reaches back to before the time in question."""
    oldest = min((post.created_at for post in posts if post.created_at), default=None)
    return oldest is not None and clues.since is not None and oldest < clues.since


def _listed_back(listed: tuple[Listed, ...], clues: Clues, now: datetime) -> bool:
    """Whether a list, newest first, goes back to before the time in question."""
    spans = (one.between(now) for one in listed)
    return clues.since is not None and any(span is not None and span[1] < clues.since for span in spans)
