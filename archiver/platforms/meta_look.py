"""In which order are Meta's networks asked about one post?

Of Instagram, Threads and Facebook the embed's frame tells most, and costs least. Whether an embed is given out at all
is asked only where the frame does not show the post: it says nothing that a shown post has not said.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from archiver.exchange import Exchange
from archiver.model import Answer, PostRef
from archiver.platforms.base import Inquiry, Lookup


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
