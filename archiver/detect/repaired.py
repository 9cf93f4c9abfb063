"""Which post does a static quotation show that this program put in an embed's place (`archiver repair`)?

The quotation says it itself, in attributes of its outermost element, so that a repaired article cites the same posts as
before, and is known as repaired.
"""

from __future__ import annotations

from collections.abc import Mapping

from selectolax.lexbor import LexborNode

from archiver.detect.permalinks import Permalinks
from archiver.model import PostRef
from archiver.platforms import instants
from archiver.platforms.base import Platform, Sighting
from archiver.platforms.markup import render

MARK = "data-archiver-quotation"
"""Platform and id of the post, as mentions have them: `x:20`. Of the quotation's outermost element."""

ADDRESS = "data-archiver-url"
"""Its canonical permalink."""

AUTHOR = "data-archiver-handle"

NAME = "data-archiver-name"

WORDS = "data-archiver-words"
"""Of the element within that holds the post's words and nothing else."""

POSTED = "data-archiver-posted"
"""Of the `<time>` of the post."""

CLASS = "archiver-quotation"
"""Of the outermost element, too: publishing software may take away attributes that it does not know. Then the address
that the quotation cites says which post it is."""

SHAPE = "static quotation"


def is_quotation(attributes: Mapping[str, str | None]) -> bool:
    """Whether these are the attributes of a static quotation's outermost element."""
    return MARK in attributes or CLASS in (attributes.get("class") or "").split()


def read(node: LexborNode, permalinks: Permalinks) -> tuple[Platform, Sighting] | None:
    """The platform and the post that the quotation in this element shows; null where it names none."""
    attributes = node.attributes
    if MARK not in attributes:
        return _cited(node, permalinks)
    name, _, post_id = (attributes.get(MARK) or "").partition(":")
    of = permalinks.platform(name)
    if of is None or not post_id:
        return None
    ref = _named(of, post_id, attributes.get(AUTHOR) or None, attributes.get(ADDRESS) or "")
    if ref is None:
        return None
    words = node.css_first(f"[{WORDS}]")
    made = node.css_first(f"time[{POSTED}]")
    return of, Sighting(
        post_id=post_id,
        found_url=ref.url,
        url=ref.url,
        handle=attributes.get(AUTHOR) or None,
        display_name=attributes.get(NAME) or None,
        text=(render(words).text.strip() or None) if words is not None else None,
        time=instants.utc(made.attributes.get("datetime")) if made is not None else None,
        shape=SHAPE,
        confidence=0.99,
    )


def _cited(node: LexborNode, permalinks: Permalinks) -> tuple[Platform, Sighting] | None:
    """The same of a quotation whose own attributes are gone."""
    quote = node.css_first("blockquote[cite], q[cite]")
    named = permalinks.read(quote.attributes.get("cite"), any_server=True) if quote is not None else None
    if quote is None or named is None:
        return None
    made = node.css_first('time[datetime*="T"]')
    return named.platform, Sighting(
        post_id=named.ref.id,
        found_url=named.ref.url,
        url=named.ref.url,
        handle=named.ref.handle,
        text=render(quote).text.strip() or None,
        time=instants.utc(made.attributes.get("datetime")) if made is not None else None,
        shape=SHAPE,
        confidence=0.95,
    )


def _named(platform: Platform, post_id: str, handle: str | None, url: str) -> PostRef | None:
    """The post, where its id and its address are of one: some addresses are made of an id and read by nobody else."""
    ref = platform.ref_from_url(url)
    if ref is not None:
        return ref if ref.id == post_id else None
    for author in (None, handle):
        try:
            made = platform.ref_from_id(post_id, author)
        except ValueError:
            return None  # a platform of many servers
        if made.url == url:
            return made
    return None
