"""Which posts does a page of a crawl cite? The same answer as `archiver.find` gives, without reading most pages."""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from archiver.article import article_of, describe, long_page_of
from archiver.article.longtext import LongText
from archiver.detect import LARGE, find, find_in, markup_of
from archiver.errors import InputError, LimitError
from archiver.scan.freed import WORTH_GIVING_BACK, give_back
from archiver.scan.rows import Row, row_of
from archiver.scan.unit import Page

MayHoldPosts = Callable[[bytes, str], bool]
"""Told a payload and its content type, whether detection can find anything in it: false only where it cannot."""


class Looked:
    """What came of the pages that were looked at so far."""

    def __init__(self, may_hold_posts: MayHoldPosts) -> None:
        self._may_hold_posts = may_hold_posts
        self.pages = 0
        self.looked_at = 0
        """Pages that the prefilter let through."""
        self.unread = 0
        """Of these, those that are no text after all (a picture that says it is HTML)."""

    def rows(self, file: str, page: Page) -> list[Row]:
        """The mentions of one page, in document order."""
        self.pages += 1
        if not self._may_hold_posts(page.data, page.content_type):
            return []
        self.looked_at += 1
        large = len(page.data) >= LARGE
        if len(page.data) >= WORTH_GIVING_BACK:
            give_back()
        source, uri, content_type = f"{file}#{page.target_uri}", page.target_uri or None, page.content_type or None
        html: LongText | None = None
        try:
            if large:
                article, html = long_page_of(page.take(), source=source, uri=uri, content_type=content_type)
            else:
                article = article_of(page.data, source=source, uri=uri, content_type=content_type, described=False)
        except (InputError, LimitError):
            self.unread += 1
            return []
        if article.html is None and not page.content_type and page.record_type == "response":
            return []  # an answer that says nothing of itself may be anything
        undated = replace(article, published=None)
        if html is not None:
            # what it says of itself was read before, so that its bytes need not stay beside its tree
            markup = markup_of(html)
            html = None
            mentions = find_in(markup, undated)
        else:
            mentions = find(undated)
        if not mentions:
            return []
        if not large:
            article = describe(article)
        return [row_of(file, page, article, number, mention) for number, mention in enumerate(mentions)]
