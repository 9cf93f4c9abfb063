"""What is kept: WARC writing and reading, CDXJ index, catalogue. Knows nothing of platforms."""

from archiver.store.archive import Archive
from archiver.store.offline import StoredFetcher
from archiver.store.session import Session

__all__ = ["Archive", "Session", "StoredFetcher"]
