"""Where in the article, as a reader sees it, do its posts stand?

An article's text in pieces: what the article says, a post's own words, and what else stands there of a post (its
signature, or nothing but the place of an embed). Made for showing what was found; nothing is concluded from it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

import msgspec
from selectolax.lexbor import LexborHTMLParser, LexborNode

from archiver.article.maintext import main_text
from archiver.model import Article, Mention
from archiver.platforms.bounds import parseable
from archiver.platforms.markup import render

FRAME = 600
"""Code points that an embed shows beside the post's words (its frame, its signature). An element with more than that
holds the article too, and is not marked as a whole."""


class Piece(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch of the article's text."""

    text: str
    """Empty where an embed shows nothing by itself."""
    mention: int | None = None
    """Which post, counted from 0 in the order of the mentions given; null for the article's own text."""
    words: bool = False
    """Whether these are the post's own words."""


def marked(article: Article, mentions: Sequence[Mention]) -> list[Piece]:
    """The text of `article` in pieces, in reading order: a text whole, of a page what is the article's own, and the
    posts in their places.

    mentions: what `archiver.detect.find` found in this article. A mention whose place is not found again (a post that
    only stands in a page's data) has no piece.
    """
    if article.html is None:
        return _in_text(article.text or "", list(enumerate(mentions)))
    return _in_html(article.html, mentions)


def _in_text(text: str, mentions: Sequence[tuple[int, Mention]]) -> list[Piece]:
    spans: list[tuple[int, int, int, bool]] = []
    for number, mention in mentions:
        if mention.start is None or mention.end is None:
            continue
        for at, part in _found(text, mention, mention.start):
            if at <= mention.end + len(part):
                spans.append((at, at + len(part), number, True))
        spans.append((mention.start, mention.end, number, False))
    return _cut(text, spans)


def _cut(text: str, spans: Sequence[tuple[int, int, int, bool]]) -> list[Piece]:
    """Pieces of `text`: where spans overlap, a post's words win, and then the first."""
    pieces: list[Piece] = []
    edges = sorted({0, len(text), *(edge for span in spans for edge in span[:2])})
    waiting = sorted(spans)
    open_spans: list[tuple[int, int, int, bool]] = []
    taken = 0
    for start, end in pairwise(edges):
        while taken < len(waiting) and waiting[taken][0] <= start:
            open_spans.append(waiting[taken])
            taken += 1
        open_spans = [span for span in open_spans if span[1] > start]
        top = min(open_spans, key=lambda span: (not span[3], span[0])) if open_spans else None
        pieces.append(Piece(text=text[start:end], mention=top[2] if top else None, words=bool(top and top[3])))
    return pieces


def _in_html(html: str, mentions: Sequence[Mention]) -> list[Piece]:
    parser = LexborHTMLParser(parseable(html))
    root = parser.body or parser.root
    if root is None:
        return []
    places: dict[int, tuple[LexborNode, list[int]]] = {}
    elsewhere: list[tuple[int, Mention]] = []
    for number, mention in enumerate(mentions):
        node = parser.css_first(mention.selector) if mention.selector else None
        if node is None:
            continue
        room = len(mention.words or "") + FRAME
        if node.mem_id == root.mem_id or len(render(node).text) > room:
            elsewhere.append((number, mention))
        else:
            places.setdefault(node.mem_id, (node, []))[1].append(number)
    pieces: list[Piece] = []
    for text, numbers in _runs(root, places):
        if numbers:
            for number in numbers:
                pieces += _of_element(text, number, mentions[number])
        else:
            pieces += _of_prose(text, elsewhere)
    return pieces


def _runs(root: LexborNode, places: Mapping[int, tuple[LexborNode, list[int]]]) -> list[tuple[str, list[int]]]:
    """The article's own text between the marked elements, and theirs, in the order of the document."""
    own = main_text(root, without=places.keys())
    order = {node.mem_id: at for at, node in enumerate(root.traverse())}
    marks = sorted((order.get(place, len(order)), place) for place in places)
    runs: list[tuple[str, list[int]]] = []
    said = passed = 0
    for offset, element in (*own.pieces, (len(own.text), None)):
        at = order.get(element.mem_id, 0) if element is not None else len(order) + 1
        while passed < len(marks) and marks[passed][0] < at:
            node, numbers = places[marks[passed][1]]
            if own.text[said:offset].strip():
                runs.append((own.text[said:offset].strip("\n") + "\n\n", []))
            said = offset
            runs.append((render(node).text, numbers))
            passed += 1
    if own.text[said:].strip():
        runs.append((own.text[said:].strip("\n") + "\n\n", []))
    return runs


def _of_element(text: str, number: int, mention: Mention) -> list[Piece]:
    """An embed: its words, where it shows them, and the rest of it."""
    words = mention.text or ""
    at = text.find(words) if words else -1
    if at < 0:
        return [Piece(text=(text or "") + "\n\n" if text else "", mention=number)]
    parts = (text[:at], words, text[at + len(words) :])
    pieces = [Piece(text=part, mention=number, words=index == 1) for index, part in enumerate(parts) if part]
    return [*pieces, Piece(text="\n\n")]


def _of_prose(text: str, mentions: Sequence[tuple[int, Mention]]) -> list[Piece]:
    """Text between embeds, with the posts that were read in it."""
    spans: list[tuple[int, int, int, bool]] = []
    for number, mention in mentions:
        spans += [(at, at + len(part), number, True) for at, part in _found(text, mention, 0)]
    return _cut(text, spans)


def _found(text: str, mention: Mention, since: int) -> list[tuple[int, str]]:
    """Where the post's own words stand in `text`."""
    parts = [part for part in (mention.text, mention.continuation) if part]
    return [(at, part) for part in parts if (at := text.find(part, since)) >= 0]
