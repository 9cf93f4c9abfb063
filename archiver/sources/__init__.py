"""Where articles come from: files, standard input, addresses, feeds and sitemaps, WARC and WACZ files, JSON lines."""

from archiver.sources.document import Document, OnError, OnNote
from archiver.sources.reading import BAD_LINES, read_sources

__all__ = ["BAD_LINES", "Document", "OnError", "OnNote", "read_sources"]
