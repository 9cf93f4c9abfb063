"""What does a piece of HTML in a record, or an element of a page, say to its reader?

Text as shown, with the line breaks, and where its links lead once the network's own redirector is taken off.
"""

from __future__ import annotations

import re
from urllib.parse import urljoin

import msgspec
from selectolax.lexbor import LexborNode

from archiver.platforms.bounds import parse
from archiver.platforms.links import unwrap
from archiver.platforms.markup import Rendered, render
from archiver.platforms.values import MAX_ITEMS, MAX_TEXT, clean, https

MAX_FRAGMENT = 400_000
"""Code points of markup that are read of one text: the longest posts have 65,000 characters."""

_TRACKING = re.compile(r"[?&](?:fbclid|igshid|xmt|trk)=[^&#]{0,2000}(?=&|#|$)")


class Words(msgspec.Struct, frozen=True, kw_only=True):
    """A text as its reader sees it, and where the links in it lead."""

    text: str
    links: tuple[str, ...] = ()


def words_of(markup: str) -> Words:
    """The words of a piece of HTML."""
    body = parse(markup[:MAX_FRAGMENT]).body
    return words_in(body) if body is not None else Words(text="")


def words_in(node: LexborNode, without: str | None = None, *, base: str = "") -> Words:
    """The words of an element of a page.

    without: a selector of elements within that are not the post's own words; they are taken out of the page. base: the
    page's address, where its links are relative.
    """
    if without:
        for hidden in node.css(without)[: 16 * MAX_ITEMS]:
            if hidden.mem_id != node.mem_id:
                hidden.decompose()
    return _words(render(node), base)


def _words(rendered: Rendered, base: str) -> Words:
    out: dict[str, None] = {}
    for link in rendered.links[: 4 * MAX_ITEMS]:
        if address := https(outward(_absolute(link.href, base))):
            out[address] = None
    return Words(text=clean(rendered.text[:MAX_TEXT]).strip(), links=tuple(out)[:MAX_ITEMS])


def _absolute(href: str, base: str) -> str:
    if not base or not href.startswith("/"):
        return href
    try:
        return urljoin(base, href)
    except ValueError:
        return href


def outward(href: str) -> str:
    """Where a link leads: without the network's redirector, and without what only tracks."""
    plain = unwrap(href).url
    if "fbclid=" not in plain and "trk=" not in plain and "xmt=" not in plain and "igshid=" not in plain:
        return plain
    cut = _TRACKING.sub("", plain)
    return cut if "?" in cut or "&" not in cut else cut.replace("&", "?", 1)
