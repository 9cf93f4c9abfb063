"""What does a page say that somebody else captured? Its title and its own words, for the list of pages of a package."""

from __future__ import annotations

from pathlib import Path

from selectolax.lexbor import LexborHTMLParser

from archiver.article.encoding import decode
from archiver.article.maintext import main_text
from archiver.errors import ArchiverError
from archiver.platforms.bounds import parseable
from archiver.store.reader import exchange_of, read_segment
from archiver.wacz.pages import MAX_TEXT

MAX_PAGE = 8 << 20
"""Bytes of a page, decoded, that is read for its words. Real ones have some hundred thousand; what is larger is listed
by its URL alone."""

MAX_TEXTS = 128 << 20
"""Characters of all pages together: readers hold the whole list in memory. Behind it, pages have a title only."""


class FoundWords:
    """Reads title and words of HTML captures in WARC files. One for each package, because it counts what it gave."""

    def __init__(self, most: int = MAX_TEXTS) -> None:
        """most: characters of words that are given in all."""
        self._left = most

    def __call__(self, path: Path, offset: int) -> tuple[str, str]:
        """Title and words of the page in the record at `offset` of a WARC file; empty where it has none, or cannot be
        read: it is in the package and its list of pages all the same."""
        try:
            html = _html(path, offset)
        except ArchiverError:
            return "", ""
        root = LexborHTMLParser(parseable(html)).root
        if root is None:
            return "", ""
        title = root.css_first("head > title")
        text = main_text(root).text[: min(MAX_TEXT, self._left)] if self._left else ""
        self._left -= len(text)
        return " ".join(title.text().split()) if title is not None else "", text


def _html(path: Path, offset: int) -> str:
    """Raises what `Exchange.payload` and `decode` raise, and `ArchiveError` where there is no such record."""
    for record in read_segment(path, offset):
        exchange = exchange_of(record, path, path, offset)
        exchange.packed_length = record.length
        payload = exchange.payload(MAX_PAGE)
        return decode(payload, source=record.target_uri, content_type=exchange.header("content-type"))
    return ""
