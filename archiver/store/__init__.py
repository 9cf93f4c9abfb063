"""What is kept: WARC writing and reading, CDXJ index, catalogue. Knows nothing of platforms.

The names are loaded when first used: who needs one module of this room does not pay for the whole archive.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from archiver.store.archive import Archive
    from archiver.store.offline import StoredFetcher
    from archiver.store.session import Session

__all__ = ["Archive", "Session", "StoredFetcher"]

_PLACES = {
    "Archive": "archiver.store.archive",
    "Session": "archiver.store.session",
    "StoredFetcher": "archiver.store.offline",
}


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(import_module(_PLACES[name]), name)
    globals()[name] = found
    return found
