"""What does an answer of LinkedIn's public pages say of a post?

The page or the frame shows it, or 404. Status 999, the wall before public pages and logins are about us.
"""

from __future__ import annotations

from collections.abc import Sequence

from archiver.exchange import Exchange
from archiver.model import Answer, PostRef
from archiver.platforms import answering
from archiver.platforms.base import Lookup
from archiver.platforms.linkedin import pages
from archiver.platforms.linkedin.endpoints import EMBED, HOSTS, LOGIN
from archiver.platforms.pages import page_of, sent_to

GONE = frozenset({404, 410})


def read_answer(lookup: Lookup, ref: PostRef, exchange: Exchange) -> Answer:
    """What one page says of the post. Never raises on what the answer holds."""
    return answering.of(lookup, exchange, _read(lookup, ref, exchange))


def _read(lookup: Lookup, ref: PostRef, exchange: Exchange) -> Answer:
    body = answering.body_of(exchange, hosts=HOSTS, speaking=GONE, pages=True)
    if isinstance(body, Answer):
        return body
    if sent_to(exchange, LOGIN):
        return answering.refused("sent to the wall before public pages instead of the post")
    if body.status in GONE:
        if blocked := answering.wall_in(body.page, answering.WALLS[: answering.CHALLENGES]):
            return answering.refused(f"HTTP {body.status} with {blocked}")
        return answering.not_found(f"HTTP {body.status}: not found")
    page = page_of(exchange)
    if page is None:
        return answering.unexpected("no page")
    post = pages.shown_post(page, ref)
    if post is None and lookup.endpoint != EMBED:
        post = pages.previewed_post(page, ref, exchange.url)
    if post is not None:
        return answering.shown(post)
    if blocked := answering.wall_in(body.page):
        return answering.refused(f"{blocked} where the post is due")
    return answering.unsaid("a page without the post: deleted, limited to members and moved look alike")


def judge(ref: PostRef, answers: Sequence[Answer]) -> Answer:
    """One state from both pages: both have to say "not found"."""
    return answering.judged_together(ref, answers)
