"""Which post does a static quotation show that this program put in an embed's place (`archiver repair`)?

The quotation says it itself, in attributes of its outermost element, so that a repaired article cites the same posts as
before, and is known as repaired.
"""

from __future__ import annotations

from collections.abc import Callable

from selectolax.lexbor import LexborNode

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

SHAPE = "static quotation"


def read(node: LexborNode, platform: Callable[[str], Platform | None]) -> tuple[Platform, Sighting] | None:
    """The platform and the post that the quotation in this element shows; null where it names none.

    platform: which platform has this name.
    """
    attributes = node.attributes
    name, _, post_id = (attributes.get(MARK) or "").partition(":")
    of = platform(name)
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
