"""What does an answer of Facebook's public endpoints say of a post?

The embed's frame shows the post, or one notice for posts that are deleted, private, in a group or under an address
that it does not take; the page has preview lines, or asks to sign in. So nothing here ever says "deleted". The frame
links to the post under its number: what an opaque `pfbid…` stands for is learned there.
"""

from __future__ import annotations

from collections.abc import Sequence

from selectolax.lexbor import LexborHTMLParser

from archiver.exchange import Exchange
from archiver.model import Answer, PostRef, State
from archiver.platforms import answering, meta_graph, meta_look
from archiver.platforms.base import Inquiry, Lookup
from archiver.platforms.facebook import pages
from archiver.platforms.facebook.endpoints import (
    HOSTS,
    LOGIN,
    OEMBED,
    PAGE,
    VIDEO,
    is_film,
    oembed_lookup,
    page_lookup,
    plugin_lookup,
    video_lookup,
)


def look(ref: PostRef) -> Inquiry:
    """The embed's frame; where that does not show the post: its page, whether there is an embed, the film's frame."""
    rest = (page_lookup(ref), oembed_lookup(ref), *((video_lookup(ref),) if is_film(ref) else ()))
    return meta_look.embed_first(ref, plugin_lookup(ref), read_answer, where_shown=(), else_=rest)


def read_answer(lookup: Lookup, ref: PostRef, exchange: Exchange) -> Answer:
    """What one endpoint's answer says of the post. Never raises on what the answer holds."""
    oembed = lookup.endpoint == OEMBED
    answer = (
        meta_graph.read(exchange, names=lambda html: pages.embeds(html, ref))
        if oembed
        else _page(lookup, ref, exchange)
    )
    return answering.of(lookup, exchange, answer)


def _page(lookup: Lookup, ref: PostRef, exchange: Exchange) -> Answer:
    if exchange.status == 400:
        return answering.refused("HTTP 400: Facebook does not answer a client of this kind")

    def shown(page: LexborHTMLParser) -> Answer | None:
        if lookup.endpoint == VIDEO:
            return answering.stated(State.LIVE, "the film's frame shows it") if pages.has_film(page) else None
        if lookup.endpoint == PAGE:
            post = pages.old_post(page, ref) or pages.previewed_post(page, ref, exchange.url)
        else:
            post = pages.framed_post(page, ref)
        return answering.shown(post, ref=post.ref if post.id != ref.id else None) if post is not None else None

    return meta_look.page_answer(
        exchange,
        hosts=HOSTS,
        login=LOGIN,
        shown=shown,
        notice=pages.unavailable,
        notice_is="the frame's notice for posts that are deleted, private, or in a group",
        else_="a page without the post",
    )


def judge(ref: PostRef, answers: Sequence[Answer]) -> Answer:
    """One state from all answers."""
    return answering.judged_together(ref, answers)
