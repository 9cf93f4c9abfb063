"""Where in an article the words of a post stand, so that another program finds the same place.

In an article of text, a mention says it itself. In one of HTML it names an element by its CSS path, and the words are
looked for in what the DOM calls the element's `textContent`: all text inside it in document order, with nothing left
out, nothing added and no white space folded. Positions count code points of that (Web Annotation Data Model, 4.2.5),
from 0.

The document is read as a browser reads it that runs no scripts: what is inside `noscript` is markup.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import NamedTuple

from selectolax.lexbor import LexborHTMLParser, LexborNode

from archiver.article.selectors import Elements
from archiver.model import Mention
from archiver.platforms.bounds import parseable

CONTEXT = 32
"""Code points before and behind a quote that are given with it: what a reader needs where the words stand twice."""

MAX_ELEMENT = 1 << 20
"""Code points of an element in which words are looked for; no post stands in a larger one."""

MAX_LOOKED_AT = 1 << 26
"""Of all elements of one document together."""

_SPACE = re.compile(r"\s+")


class Quote(NamedTuple):
    """Words in a text, and where they stand in it."""

    exact: str
    prefix: str
    suffix: str
    start: int
    """Code points of the text before the first."""
    end: int
    """Behind the last."""


def quote_at(text: str, start: int, end: int) -> Quote | None:
    """What stands from `start` to `end`; null where that is no place in the text."""
    if not 0 <= start < end <= len(text):
        return None
    return Quote(text[start:end], text[max(0, start - CONTEXT) : start], text[end : end + CONTEXT], start, end)


def quote_of(text: str, words: str) -> Quote | None:
    """The first place where `words` stand in `text`, however white space is written in either; null for none."""
    needle = _SPACE.sub("", words)
    if not needle:
        return None
    solid: list[str] = []
    begins: list[int] = []
    """Where in `solid`, joined, each run of non-space characters begins, and where in `text`."""
    places: list[int] = []
    size = 0
    for run in re.finditer(r"\S+", text):
        solid.append(run[0])
        begins.append(size)
        places.append(run.start())
        size += len(run[0])
    found = "".join(solid).find(needle)
    if found < 0:
        return None

    def place(at: int) -> int:
        index = bisect_right(begins, at) - 1
        return places[index] + at - begins[index]

    return quote_at(text, place(found), place(found + len(needle) - 1) + 1)


class ElementTexts:
    """The elements of one HTML document, by the paths that mentions name them by."""

    def __init__(self, html: str) -> None:
        self._places = Elements(LexborHTMLParser(parseable(html)).root)
        self._texts: dict[str, str | None] = {}
        self._left = MAX_LOOKED_AT

    def quote(self, mention: Mention) -> Quote | None:
        """The mention's own words in its element, where they stand there as they are; null where they do not: an
        embed shows them with pictures for letters, keeps them in an attribute, or has none."""
        text = self.text(mention.selector) if mention.selector else None
        words = mention.text or mention.continuation
        return quote_of(text, words) if text and words else None

    def text(self, selector: str) -> str | None:
        """An element's `textContent`; null where there is no such element, or its text is too long."""
        if selector not in self._texts:
            node = self._places.at(selector)
            self._texts[selector] = self._content(node) if node is not None else None
        return self._texts[selector]

    def _content(self, node: LexborNode) -> str | None:
        pieces: list[str] = []
        size = 0
        for inner in node.traverse(include_text=True):
            if not inner.is_text_node:
                continue
            piece = inner.text_content or ""
            size += len(piece)
            self._left -= len(piece)
            if size > MAX_ELEMENT or self._left < 0:
                return None
            pieces.append(piece)
        return "".join(pieces)
