"""In which order are Meta's networks asked about one post, and what does a page of theirs say?

Of Instagram, Threads and Facebook the embed's frame tells most, and costs least. Whether an embed is given out at all
is asked only where the frame does not show the post: it says nothing that a shown post has not said.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from selectolax.lexbor import LexborHTMLParser

from archiver.exchange import Exchange
from archiver.model import Answer, PostRef
from archiver.platforms import answering
from archiver.platforms.base import Inquiry, Lookup
from archiver.platforms.pages import page_of, sent_to

GONE = frozenset({404, 410})
"""Pages of missing, private and closed posts have come with 404, too."""


def embed_first(
    ref: PostRef,
    embed: Lookup,
    read: Callable[[Lookup, PostRef, Exchange], Answer],
    *,
    where_shown: Sequence[Lookup],
    else_: Sequence[Lookup],
) -> Inquiry:
    """The frame, and what is asked after it.

    read: what one answer says. where_shown: what is asked where the frame shows the post. else_: what is asked where it
    does not, or where it was not answered.
    """
    exchange = yield embed
    shown = False
    if exchange is not None:
        answer = read(embed, ref, exchange)
        shown = answer.post is not None
        yield answer
    for lookup in where_shown if shown else else_:
        exchange = yield lookup
        if exchange is not None:
            yield read(lookup, ref, exchange)


def page_answer(
    exchange: Exchange,
    *,
    hosts: Sequence[str],
    login: re.Pattern[str],
    shown: Callable[[LexborHTMLParser], Answer | None],
    notice: Callable[[LexborHTMLParser], bool],
    notice_is: str,
    else_: str,
) -> Answer:
    """What a page or frame says of a post.

    hosts: whose page it has to be. login: paths that ask to sign in. shown: what the page says where it shows the post.
    notice: whether it is the network's notice instead, which says `notice_is`; one notice stands for deleted and for
    closed posts. else_: what a page without the post is called.
    """
    body = answering.body_of(exchange, hosts=hosts, speaking=GONE, pages=True)
    if isinstance(body, Answer):
        return body
    if sent_to(exchange, login):
        return answering.refused("sent to a login page instead of the post")
    page = page_of(exchange)
    if page is None:
        return answering.unexpected("no page")
    if (answer := shown(page)) is not None:
        return answer
    if notice(page):
        return answering.unsaid(notice_is)
    if blocked := answering.wall_in(body.page):
        return answering.refused(f"{blocked} where the post is due")
    if body.status in GONE:
        return answering.unsaid(f"HTTP {body.status}: deleted and private posts get the same answer")
    return answering.unsaid(else_)
