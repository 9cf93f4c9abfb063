"""Where articles come from: files, standard input, web addresses, WARC and WACZ files, JSON lines."""

from archiver.sources.document import Document, OnError
from archiver.sources.reading import BAD_LINES, read_sources

__all__ = ["BAD_LINES", "Document", "OnError", "read_sources"]
