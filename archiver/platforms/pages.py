"""Which page did an answer bring, in which letters, and did it come from where we asked?

A network that wants its reader to sign in answers 200 from another path of its own: the address tells, the words of the
page do not, since a post may speak of signing in. Old pages of Russian and Chinese networks are no UTF-8.
"""

from __future__ import annotations

import codecs
import re
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser

from archiver.errors import ArchiverError
from archiver.exchange import Exchange
from archiver.platforms.bounds import parse

MAX_PAGE = 8 * 1024 * 1024
"""Bytes of one page that are read; the largest of these networks have about 2 MB."""

DECLARED_WITHIN = 4096
"""Bytes of a page in which its charset is declared (the HTML standard asks for the first 1,024)."""

_DECLARED = re.compile(rb"<meta[^>]{0,200}?charset=[\"']?\s{0,4}([A-Za-z0-9_-]{2,20})", re.IGNORECASE)


def page_text(exchange: Exchange, *, limit: int = MAX_PAGE) -> str | None:
    """The page's text, in the charset that the header names, else the page itself, else UTF-8; null where it cannot be
    read (too large, or compressed in an unknown way)."""
    try:
        raw = exchange.payload(limit)
    except ArchiverError:
        return None
    named = ""
    for piece in (exchange.header("content-type") or "").split(";")[1:]:
        name, _, value = piece.partition("=")
        if name.strip().lower() == "charset":
            named = value.strip(" \"'")
    if not named and (found := _DECLARED.search(raw[:DECLARED_WITHIN])):
        named = found[1].decode("ascii", "replace")
    try:
        codec = codecs.lookup(named or "utf-8")
        if not codec._is_text_encoding:
            codec = codecs.lookup("utf-8")
        return raw.decode(codec.name, "replace")
    except (LookupError, ValueError):
        return raw.decode("utf-8", "replace")


def page_of(exchange: Exchange, *, limit: int = MAX_PAGE) -> LexborHTMLParser | None:
    """The page, parsed; null where the answer is none."""
    text = page_text(exchange, limit=limit)
    return parse(text) if text and "<" in text[:DECLARED_WITHIN] else None


def sent_to(exchange: Exchange, paths: re.Pattern[str]) -> bool:
    """Whether the answer came from a path of the network that is not the post's: a login, a check.

    paths: matched against the path's beginning.
    """
    try:
        return paths.match(urlsplit(exchange.url).path) is not None
    except ValueError:
        return False
