"""What does an answer of Instagram's public endpoints say of a post?

The embed's page shows the post, or one and the same notice for posts that are deleted, private, restricted by age or
not to be embedded; the post's own page has preview lines or none. So nothing here ever says "deleted": what is not
shown is left unsaid. A login page is about us.
"""

from __future__ import annotations

from collections.abc import Sequence

from selectolax.lexbor import LexborHTMLParser

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
from archiver.platforms.payload import names


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
    def shown(page: LexborHTMLParser) -> Answer | None:
        if lookup.endpoint == EMBED:
            post = pages.embedded_post(page, ref)
        else:
            post = pages.scripted_post(page, ref) or pages.previewed_post(page, ref, exchange.url)
        return answering.shown(post) if post is not None else None

    return meta_look.page_answer(
        exchange,
        hosts=HOSTS,
        login=LOGIN,
        shown=shown,
        notice=pages.broken,
        notice_is="the embed's notice for posts that are deleted, private, restricted or not to be embedded",
        else_="an application page without the post",
    )


def judge(ref: PostRef, answers: Sequence[Answer]) -> Answer:
    """One state from all answers, with the name from the page and the words from the embed."""
    return fullest.with_all(answering.judged(ref, answers, corroborated=2), answers)
