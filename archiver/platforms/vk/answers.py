"""What does an answer of VK's public pages say of a post?

The page shows it, or a notice in its place, which is read in that one element (`notices`). A login page, a check of the
browser or too many questions (429, 418) are about us.
"""

from __future__ import annotations

from collections.abc import Sequence

from archiver.exchange import Exchange
from archiver.model import Answer, PostRef
from archiver.platforms import answering
from archiver.platforms.base import Lookup
from archiver.platforms.pages import page_of, sent_to
from archiver.platforms.vk import notices, pages
from archiver.platforms.vk.endpoints import HOSTS, LOGIN

SPEAKING = frozenset({403, 404, 410})
"""Statuses with which VK's notices come as well as with 200."""


def read_answer(lookup: Lookup, ref: PostRef, exchange: Exchange) -> Answer:
    """What one page says of the post. Never raises on what the answer holds."""
    return answering.of(lookup, exchange, _read(ref, exchange))


def _read(ref: PostRef, exchange: Exchange) -> Answer:
    body = answering.body_of(exchange, hosts=HOSTS, speaking=SPEAKING, pages=True)
    if isinstance(body, Answer):
        return body
    if sent_to(exchange, LOGIN):
        return answering.refused("sent to a login page or a check instead of the post")
    page = page_of(exchange)
    if page is None:
        return answering.unexpected("no page")
    said = pages.notice(page)
    post = pages.shown_post(page, ref, exchange.url)
    if post is not None:
        return answering.shown(post)
    if said is not None:
        state = notices.read_notice(said)
        if state is not None:
            return answering.stated(state, f"VK's notice: {answering.quoted(said)}")
        if notices.not_found(said):
            return answering.not_found(f"VK's notice: {answering.quoted(said)}")
        return answering.unsaid(f"a notice that states no known reason: {answering.quoted(said)}")
    if blocked := answering.wall_in(body.page):
        return answering.refused(f"{blocked} where the post is due")
    if body.status == 403:
        return answering.refused("HTTP 403: refused to answer us")
    if body.status in SPEAKING:
        return answering.not_found(f"HTTP {body.status}: not found")
    return answering.unsaid("a page without the post")


def judge(ref: PostRef, answers: Sequence[Answer]) -> Answer:
    """One state from both pages: both have to say "not found"."""
    return answering.judged_together(ref, answers)
