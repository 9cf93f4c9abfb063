"""What do the endpoints of a network of Meta's that knows a post by its code alone say of it?

Instagram and Threads have the same three: the embed's page, the post's own page and Meta's oEmbed. How a page of theirs
is read is each network's own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser

from archiver.exchange import Exchange
from archiver.model import Answer, Post, PostRef
from archiver.platforms import answering, meta_graph, meta_look
from archiver.platforms.base import Inquiry, Lookup
from archiver.platforms.payload import names


@dataclass(frozen=True)
class CodedNetwork:
    """What is the network's own: addresses, and how its pages are read."""

    hosts: Sequence[str]
    """Whose page a page has to be."""
    login: re.Pattern[str]
    """Paths that ask to sign in."""
    embed: Callable[[str], Lookup]
    oembed: Callable[[str], Lookup]
    page: Callable[[str], Lookup]
    """What is asked about a post's code."""
    embedded_post: Callable[[LexborHTMLParser, PostRef], Post | None]
    scripted_post: Callable[[LexborHTMLParser, PostRef], Post | None]
    previewed_post: Callable[[LexborHTMLParser, PostRef, str], Post | None]
    """The post that the embed's page, a page's script, or a page's preview lines (got at an address) show."""
    notice: Callable[[LexborHTMLParser], bool]
    """Whether the embed's page is the notice that stands for every post which it does not show."""
    notice_is: str
    """What that notice says, for the reason."""

    def look(self, ref: PostRef) -> Inquiry:
        """The embed's page; where that shows no post, whether there is an embed at all; the page, for the name."""
        page = self.page(ref.id)
        return meta_look.embed_first(
            ref, self.embed(ref.id), self.read_answer, where_shown=(page,), else_=(self.oembed(ref.id), page)
        )

    def read_answer(self, lookup: Lookup, ref: PostRef, exchange: Exchange) -> Answer:
        """What one endpoint's answer says of the post. Never raises on what the answer holds."""
        if lookup.endpoint == self.oembed(ref.id).endpoint:
            answer = meta_graph.read(exchange, names=lambda html: names(html, ref.id))
        else:
            answer = self._read_page(lookup, ref, exchange)
        return answering.of(lookup, exchange, answer)

    def _read_page(self, lookup: Lookup, ref: PostRef, exchange: Exchange) -> Answer:
        def shown(page: LexborHTMLParser) -> Answer | None:
            if lookup.endpoint == self.embed(ref.id).endpoint:
                post = self.embedded_post(page, ref)
            else:
                post = self.scripted_post(page, ref) or self.previewed_post(page, ref, exchange.url)
            return answering.shown(post) if post is not None else None

        return meta_look.page_answer(
            exchange,
            hosts=self.hosts,
            login=self.login,
            shown=shown,
            notice=self.notice,
            notice_is=self.notice_is,
            else_="an application page without the post",
        )
