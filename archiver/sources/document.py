"""What comes out of a SOURCE: one document, and to whom problems are told."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from archiver.errors import ArchiverError
from archiver.exchange import Exchange
from archiver.model import Article

OnError = Callable[[str, ArchiverError], None]
"""Told of what cannot be read: the source, with `#…` for one document in it, and why."""

OnNote = Callable[[str], None]
"""Told in a line what is worth saying and no error."""


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """One document of a source: what detection reads, and the bytes as they came (content-decoded), to be kept as
    evidence."""

    article: Article
    data: bytes
    content_type: str
    exchange: Exchange | None = None
    """The answer that it came from, where it was fetched."""
