"""What does an answer of Instagram's public endpoints say of a post?

The embed's page shows the post, or one and the same notice for posts that are deleted, private, restricted by age or
not to be embedded; the post's own page has preview lines or none. So nothing here ever says "deleted": what is not
shown is left unsaid. A login page is about us.
"""

from __future__ import annotations

from collections.abc import Sequence

from archiver.exchange import Exchange
from archiver.model import Answer, PostRef
from archiver.platforms import answering, fullest, meta_graph, meta_look
from archiver.platforms.base import Inquiry, Lookup
from archiver.platforms.instagram import pages
from archiver.platforms.instagram.endpoints import (
    EMBED,
    HOSTS,
    LOGIN,
    OEMBED,
    embed_lookup,
    oembed_lookup,
    page_lookup,
)
from archiver.platforms.pages import page_of, sent_to
from archiver.platforms.payload import names

GONE = frozenset({404, 410})
"""Pages of missing, private and closed posts have come with 404, too."""


def look(ref: PostRef) -> Inquiry:
    """The embed's page; where that does not show the post, whether there is an embed at all; the page, for the name."""
    page = page_lookup(ref.id)
    return meta_look.embed_first(
        ref, embed_lookup(ref.id), read_answer, where_shown=(page,), else_=(oembed_lookup(ref.id), page)
    )


def read_answer(lookup: Lookup, ref: PostRef, exchange: Exchange) -> Answer:
    """What one endpoint's answer says of the post. Never raises on what the answer holds."""
    oembed = lookup.endpoint == OEMBED
    answer = (
        meta_graph.read(exchange, names=lambda html: names(html, ref.id)) if oembed else _page(lookup, ref, exchange)
    )
    return answering.of(lookup, exchange, answer)


def _page(lookup: Lookup, ref: PostRef, exchange: Exchange) -> Answer:
    body = answering.body_of(exchange, hosts=HOSTS, speaking=GONE, pages=True)
    if isinstance(body, Answer):
        return body
    if sent_to(exchange, LOGIN):
        return answering.refused("sent to a login page instead of the post")
    page = page_of(exchange)
    if page is None:
        return answering.unexpected("no page")
    if lookup.endpoint == EMBED:
        post = pages.embedded_post(page, ref)
    else:
        post = pages.scripted_post(page, ref) or pages.previewed_post(page, ref, exchange.url)
    if post is not None:
        return answering.shown(post)
    if pages.broken(page):
        return answering.unsaid(
            "the embed's notice for posts that are deleted, private, restricted or not to be embedded"
        )
    if blocked := answering.wall_in(body.page):
        return answering.refused(f"{blocked} where the post is due")
    if body.status in GONE:
        return answering.unsaid(f"HTTP {body.status}: deleted and private posts get the same answer")
    return answering.unsaid("an application page without the post")


def judge(ref: PostRef, answers: Sequence[Answer]) -> Answer:
    """One state from all answers, with the name from the page and the words from the embed."""
    return fullest.with_all(answering.judged(ref, answers, corroborated=2), answers)
