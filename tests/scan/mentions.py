"""Mentions for tests, and tables of them as a scan writes them. All of it is invented."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pyarrow
import pyarrow.parquet

from archiver.model import Mention
from archiver.scan.rows import Row, row_of
from archiver.scan.table import schema
from archiver.scan.unit import Page

WORDS = "The night ferry leaves from the old pier until the crane is mended."
DAY = "2021-03-04"
IDS = [str((int(datetime(2021, 3, 4, 12, tzinfo=UTC).timestamp() * 1000) - 1288834974657 << 22) + n) for n in range(50)]
"""Of X, made on `DAY`."""


def row(post: int | None = 0, page: str = "https://news.example/a", **fields: Any) -> Row:
    """A post as a page shows it. post: which of `IDS`; null: the page does not tell the id."""
    host = page.partition("//")[2].partition("/")[0].removeprefix("www.")
    known: dict[str, Any] = {
        "file": "crawl.warc.gz", "offset": 0, "record_id": "urn:uuid:1", "record_type": "response", "page_url": page,
        "page_host": host, "captured_at": datetime(2026, 11, 1, tzinfo=UTC), "page_digest": "sha256:00",
        "page_language": "en", "page_title": None, "page_published": None, "number": 0, "mention_id": "m-1",
        "platform": "x", "post_key": None, "post_id": None, "scope": None, "url": None, "found_url": None,
        "handle": "Pier_Nine", "display_name": "Pier Nine", "date": DAY, "date_basis": "utc", "text": WORDS,
        "links": (), "selector": None, "start": None, "end": None, "rule": "x.embed", "confidence": 0.99, "times": 1,
    }  # fmt: skip
    if post is not None:
        known |= {
            "post_key": f"x:{IDS[post]}",
            "post_id": IDS[post],
            "url": f"https://x.com/Pier_Nine/status/{IDS[post]}",
        }
    made = known | fields
    mention = Mention(
        source="", platform=made["platform"], handle=made["handle"], text=made["text"], rule="", confidence=0.0
    )
    nowhere = Page(offset=0, record_id="", record_type="response", target_uri="", date="", content_type="", data=b"")
    made.setdefault("words_key", row_of("", nowhere, _ARTICLE, 0, mention).words_key)
    return Row(**made)


class _Article:
    digest = language = title = published = None


_ARTICLE: Any = _Article()


def table(folder: Path, *files: Iterable[Row]) -> Path:
    """A table of mentions of so many files."""
    for number, rows in enumerate(files):
        part = folder / "month=2026-11" / f"part-{number:06d}.parquet"
        part.parent.mkdir(parents=True, exist_ok=True)
        pyarrow.parquet.write_table(
            pyarrow.Table.from_pylist([msgspec.structs.asdict(one) for one in rows], schema=schema()), part
        )
    return folder
