"""An article again, from the record that holds its bytes."""

from __future__ import annotations

from archiver.article import article_of, too_large
from archiver.errors import ArchiveError
from archiver.model import Article, Capture
from archiver.store import Archive


def stored_article(archive: Archive, article: Article, capture: Capture, *, limit: int | None = None) -> Article:
    """The article with its `html` or `text`.

    article: what the catalogue knows of it. capture: the record that holds its bytes. limit: of these, so many are
    read; null: as many as of any payload.

    Raises `ArchiveError` when the record's bytes are not those that were concluded on, or cannot be read, and
    `InputError` or `LimitError` where they are no document any more.
    """
    exchange = archive.exchange(capture)
    data = exchange.payload() if limit is None else exchange.payload(limit + 1)
    if limit is not None and len(data) > limit:
        raise too_large(article.source, limit)
    content_type = exchange.header("content-type")
    read = article_of(data, source=article.source, uri=article.uri, content_type=content_type)
    if read.digest != article.digest:
        raise ArchiveError(
            "the record does not hold the article's bytes", subject=f"{capture.file} at offset {capture.offset}"
        )
    return read
