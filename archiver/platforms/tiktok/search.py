"""Which public list has an account's videos?

One: the frame that sites embed to show an account, with its ten newest videos
(https://developers.tiktok.com/doc/embed-creator-profiles). It shows captions and ids, and ids carry the time. Older
videos are listed to nobody who is not in TikTok's own programs: a web archive's index is asked for these.
"""

from __future__ import annotations

import re
from datetime import datetime

from archiver.model import Answer
from archiver.platforms.base import Clues, Gap, Inquiry, Remark, Shown
from archiver.platforms.bounds import parse
from archiver.platforms.tiktok import endpoints, scripts
from archiver.platforms.tiktok.answers import empty_page, page_body
from archiver.platforms.tiktok.records import listed_posts
from archiver.platforms.tiktok.states import NO_ACCOUNT, PRIVATE_ACCOUNT
from archiver.platforms.tiktok.urls import HANDLE

_HANDLE = re.compile(HANDLE, re.ASCII)


def search(clues: Clues) -> Inquiry:
    """The account's newest videos, as far as they are of the time in question."""
    handle = clues.handle.removeprefix("@")
    if not _HANDLE.fullmatch(handle):
        yield Remark(text="no handle of TikTok's kind: nothing to list")
        return
    if clues.most_requests < 1:
        yield Gap(text=f"the newest videos of @{handle} were not asked for: no request is left")
        return
    lookup = endpoints.creator_lookup(handle)
    exchange = yield lookup
    if exchange is None:
        yield Gap(text=f"the newest videos of @{handle} could not be asked for")
        return
    body = page_body(exchange)
    if isinstance(body, Answer):
        yield Gap(text=f"the newest videos of @{handle} could not be read: {body.reason}")
        return
    found = scripts.listing(parse(body.page), handle)
    if found is None:
        yield Gap(text=f"the newest videos of @{handle} could not be read: {empty_page(body).reason}")
        return
    if found.error is not None:
        yield _without_videos(handle, found.error)
        return
    posts = listed_posts(found.items, found.author, endpoints.CREATOR)
    fitting = tuple(post for post in posts if _within(post.created_at, clues))
    yield Shown(posts=fitting, endpoint=lookup.endpoint, record_id=exchange.record_id)
    oldest = min((post.created_at for post in posts if post.created_at), default=None)
    if oldest is not None and (clues.since is None or clues.since < oldest):
        yield Gap(
            text=f"TikTok lists the {len(posts)} newest videos of @{handle} to signed-out readers, back to "
            f"{oldest.date().isoformat()}: an older one may be the one"
        )


def _without_videos(handle: str, code: int) -> Remark | Gap:
    if code in NO_ACCOUNT:
        return Remark(text=f"TikTok has no account @{handle} today (code {code})")
    if code == PRIVATE_ACCOUNT:
        return Remark(text=f"the account @{handle} is private (code {code})")
    return Gap(text=f"TikTok does not show the account @{handle} (code {code})")


def _within(made: datetime | None, clues: Clues) -> bool:
    if made is None:
        return True
    return (clues.since is None or made >= clues.since) and (clues.until is None or made < clues.until)
