"""A page's HTML on its way into the parser.

A large page lies in memory once at a time: as text, as the bytes that the parser is given, or as its tree.
"""

from __future__ import annotations

from selectolax.lexbor import LexborHTMLParser

from archiver.article.longtext import LongText
from archiver.platforms.bounds import parseable

LARGE = 1 << 20
"""Code points of a page from which on its texts are not kept beside its tree, but asked for again."""


class Markup:
    """HTML that is to be parsed, once. `large`: whether its texts are asked for again. `tags`: see `embeds.Rules`."""

    def __init__(self, html: str | LongText, tags: dict[str, list[int]]) -> None:
        self.tags = tags
        self.large = len(html) >= LARGE
        # as the parser would code it
        self._coded = parseable(html).encode("utf-8", "replace") if isinstance(html, str) else _cut(html.utf8)

    def _taken(self) -> bytes:
        coded, self._coded = self._coded, b""
        return coded

    def parsed(self) -> LexborHTMLParser:
        """The document. What it was parsed from is let go of."""
        parser = LexborHTMLParser(self._taken())
        parser.raw_html = b""
        return parser


def _cut(utf8: bytes) -> bytes:
    """What `parseable` leaves of a text in UTF-8. It looks at ASCII alone, so that a character may stand for a byte."""
    whole = utf8.decode("latin-1")
    left = parseable(whole)
    return utf8 if left is whole else left.encode("latin-1")
