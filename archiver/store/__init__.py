"""What is kept: WARC writing and reading, CDXJ index, catalogue. Knows nothing of platforms."""

from archiver.store.archive import Archive, Session
from archiver.store.offline import StoredFetcher

__all__ = ["Archive", "Session", "StoredFetcher"]
