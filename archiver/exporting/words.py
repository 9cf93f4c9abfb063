"""An article's own words, read again from the record that holds its bytes."""

from __future__ import annotations

from collections.abc import Callable

from archiver.article.stored import stored_article
from archiver.errors import ArchiverError
from archiver.exporting.cited import StoredArticle
from archiver.model import Article, Capture
from archiver.store import Archive

OnProblem = Callable[[str, ArchiverError], None]
"""Told of an article, by its source, whose stored bytes cannot be relied on."""


def article_capture(archive: Archive, stored: StoredArticle) -> Capture | None:
    """The record that holds an article's bytes; null where it is not in the archive."""
    return archive.catalogue.capture(stored.capture_id) if stored.capture_id else None


def with_words(archive: Archive, stored: StoredArticle, capture: Capture) -> Article:
    """The article with its `html` or `text`.

    Raises `ArchiveError` when the record's bytes are not those that were concluded on, or cannot be read, and
    `InputError` or `LimitError` where they are no document any more.
    """
    return stored_article(archive, stored.article, capture)
