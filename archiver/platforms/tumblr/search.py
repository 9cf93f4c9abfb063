"""Which posts did a blog make in a span of time?

The list goes from the newest post to the oldest by places, not by time: the place where the span begins is found by
halving, and from there the list is read until the span is passed.
"""

from __future__ import annotations

import re
from collections.abc import Generator
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from archiver.exchange import Exchange
from archiver.model import Answer, Post
from archiver.platforms import answering
from archiver.platforms.base import Clues, Gap, Inquiry, Remark, Shown, Step
from archiver.platforms.pages import sent_to
from archiver.platforms.tumblr import records
from archiver.platforms.tumblr.endpoints import HOSTS, LIST, LOGIN, PER_PAGE, SIGNED_IN_ONLY, list_lookup
from archiver.platforms.tumblr.urls import BLOG


class Listed(Struct, frozen=True, kw_only=True):
    """One page of the list."""

    posts: tuple[Post, ...]
    total: int | None

    @property
    def newest(self) -> datetime | None:
        return max((post.created_at for post in self.posts if post.created_at), default=None)

    @property
    def oldest(self) -> datetime | None:
        """The time of the last post: a pinned one, which may be old, stands first."""
        return next((post.created_at for post in reversed(self.posts) if post.created_at), None)


Asking = Generator[Step, Exchange | None, Listed | None]


def search(clues: Clues) -> Inquiry:
    """The blog's posts of that time, from its end to its beginning."""
    if not re.fullmatch(BLOG, clues.handle):
        yield Remark(text=f"tumblr: {clues.handle[:60]!r} is no name of a blog")
        return
    left = clues.most_requests
    low = start = 0
    page = yield from _page(clues, start, left)
    if page is None:
        return
    left -= 1
    high = page.total if page.total is not None else len(page.posts)
    if clues.until is not None and page.oldest is not None and page.oldest >= clues.until:
        low = len(page.posts)
        while high - low > PER_PAGE:
            start = (low + high) // 2
            page = yield from _page(clues, start, left)
            if page is None:
                return
            left -= 1
            if page.oldest is not None and page.oldest >= clues.until:
                low = start + len(page.posts)
            elif page.newest is None or page.newest < clues.until:
                high = start
            else:
                break  # the span begins on this page
        else:
            start = low
            page = yield from _page(clues, start, left)
            if page is None:
                return
            left -= 1
    while page.posts:
        start += len(page.posts)
        passed = clues.since is not None and page.oldest is not None and page.oldest < clues.since
        if passed or (page.total is not None and start >= page.total):
            return
        page = yield from _page(clues, start, left)
        if page is None:
            return
        left -= 1


def _page(clues: Clues, start: int, left: int) -> Asking:
    """Ask for a page, and show what of it was posted in the span; null where the search has to end."""
    if left < 1:
        yield Gap(text=f"tumblr: the list of {clues.handle} goes on, and no more questions are allowed")
        return None
    exchange = yield list_lookup(clues.handle, start)
    if exchange is None:
        yield Gap(text=f"tumblr: the list of {clues.handle} was not answered")
        return None
    page = read_list(exchange)
    if isinstance(page, Answer):
        yield Gap(text=f"tumblr: the list of {clues.handle}: {page.reason}")
        return None
    found = tuple(replace(post, seen_in=LIST) for post in page.posts if _within(post, clues))
    if found:
        yield Shown(posts=found, endpoint=LIST, record_id=exchange.record_id)
    return page


def read_list(exchange: Exchange) -> Listed | Answer:
    """A page of the list; or what keeps it from being read."""
    body = answering.body_of(exchange, hosts=HOSTS, pages=True)
    if isinstance(body, Answer):
        return body
    if sent_to(exchange, SIGNED_IN_ONLY) or sent_to(exchange, LOGIN):
        return answering.refused("asked to sign in")
    answer = records.api_answer(exchange)
    if answer is None or not isinstance(answer.get("posts"), list):
        return answering.unexpected("no list")
    return Listed(posts=records.posts_of(answer), total=records.total_of(answer))


def _within(post: Post, clues: Clues) -> bool:
    made = post.created_at
    if made is None:
        return True
    return (clues.since is None or made >= clues.since) and (clues.until is None or made < clues.until)
