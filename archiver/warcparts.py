"""What is used of warcio, loaded without what it would bring along.

warcio loads fsspec wherever that is installed, to open addresses that it is never given here: 18 MB of memory and some
hundredths of a second in every process that reads a WARC file.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def _without(package: str) -> Iterator[None]:
    """Within it the package cannot be imported, unless it is loaded already."""
    if package in sys.modules:
        yield
        return
    sys.modules[package] = None  # type: ignore[assignment]  # how Python says that there is no such module
    try:
        yield
    finally:
        del sys.modules[package]


with _without("fsspec"):
    from warcio.archiveiterator import ArchiveIterator
    from warcio.bufferedreaders import BufferedReader
    from warcio.exceptions import ArchiveLoadFailed
    from warcio.recordloader import ArcWarcRecord
    from warcio.timeutils import timestamp_to_datetime

__all__ = ["ArcWarcRecord", "ArchiveIterator", "ArchiveLoadFailed", "BufferedReader", "timestamp_to_datetime"]
