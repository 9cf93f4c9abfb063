"""The list of pages in a package: what a reader is offered to open, and what its text search looks through.

WACZ 1.1.1, `pages/pages.jsonl`: a header line, then one JSON object a page.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

import msgspec

from archiver.model import to_json

MAX_TEXT = 1 << 20
"""Characters of one page's text; readers hold all of them in memory."""

MAX_TITLE = 1000


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """One capture that can be opened."""

    url: str
    """The record's target URI."""
    time: datetime
    """The record's `WARC-Date`; with the URL it says which capture."""
    title: str = ""
    text: str = ""
    """What the page says, for search."""
    size: int | None = None
    """Bytes of the page and what it loads, where known."""


def rfc3339(time: datetime) -> str:
    """UTC to the second, as in `created` and `ts`: the 14 digits of an index line say no more."""
    return time.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat() + "Z"


def header_line(*, has_text: bool) -> bytes:
    header: dict[str, object] = {"format": "json-pages-1.0", "id": "pages", "title": "All Pages"}
    if has_text:
        header["hasText"] = True
    return _line(header)


def page_line(page: Page) -> bytes:
    """One line of `pages.jsonl`. The id is made from URL and time, so that the same page has the same one."""
    time = rfc3339(page.time)
    entry: dict[str, object] = {
        "id": hashlib.sha256(f"{time}/{page.url}".encode("utf-8", "replace")).hexdigest()[:22],
        "url": page.url,
        "ts": time,
        "title": page.title[:MAX_TITLE] or page.url,
    }
    if page.text:
        entry["text"] = page.text[:MAX_TEXT]
    if page.size is not None:
        entry["size"] = page.size
    return _line(entry)


def _line(entry: dict[str, object]) -> bytes:
    return to_json(entry) + b"\n"
