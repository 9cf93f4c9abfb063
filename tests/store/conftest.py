"""What the store's tests share: an archive whose clock and ids are frozen, and exchanges made by hand."""

from __future__ import annotations

import hashlib
import io
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from archiver import http1
from archiver.config import ArchiveSettings
from archiver.exchange import Exchange
from archiver.store import Archive

WHEN = datetime(2026, 3, 1, 12, 0, 0, 250_000, tzinfo=UTC)
REQUEST = b"GET /page HTTP/1.1\r\nHost: posts.example\r\n\r\n"


def counting_ids() -> Callable[[], str]:
    numbers = iter(range(1, 1_000_000))
    return lambda: f"urn:uuid:00000000-0000-4000-8000-{next(numbers):012d}"


def ticking_clock(start: datetime = WHEN) -> Callable[[], datetime]:
    """A second later at each look."""
    seconds = iter(range(1_000_000))
    return lambda: start + timedelta(seconds=next(seconds))


def software() -> tuple[tuple[str, str], ...]:
    """Stands for what a `warcinfo` says of the program that runs."""
    return (("software", "archiver/0.0"),)


def frozen(path: Path, *, write: bool = True, **settings: Any) -> Archive:
    """The archive at `path`; the same work on two of them writes the same bytes."""
    return Archive.open(
        path,
        settings=ArchiveSettings(**settings),
        clock=ticking_clock(),
        new_id=counting_ids(),
        provenance=software,
        write=write,
    )


def response(body: bytes, *fields: str, status: str = "200 OK", length: bool = True) -> bytes:
    lines = [f"HTTP/1.1 {status}", *fields, *([f"Content-Length: {len(body)}"] if length else []), "", ""]
    return "\r\n".join(lines).encode("latin-1") + body


def exchange(url: str = "https://posts.example/page", message: bytes = b"", **named: Any) -> Exchange:
    """What the door would make of these bytes."""
    message = message or response(b"<p>an invented page</p>", "Content-Type: text/html; charset=utf-8")
    end = http1.head_end(message) or len(message)
    _, status, headers = http1.parse_head(message[:end])
    made = Exchange(
        **{
            "url": url,
            "time": WHEN,
            "status": status,
            "headers": headers,
            "request": REQUEST,
            "open_response": lambda: io.BytesIO(message),
            "response_length": len(message),
            "head_length": end,
            "ip_address": "192.0.2.7",
            **named,
        }
    )
    if made.truncated is None and "payload_digest" not in named:
        body = message[end:]
        entity = b"".join(http1.dechunk(io.BytesIO(body))) if made.chunked else body
        made.payload_digest = f"sha256:{hashlib.sha256(entity).hexdigest()}"
    return made


def tables(archive: Archive) -> dict[str, list[tuple[Any, ...]]]:
    from archiver.store.catalogue import TABLES

    return {table: archive.catalogue.rows(table) for table in TABLES}


def files(folder: Path, suffixes: Iterable[str] = (".warc.gz", ".cdxj")) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name.endswith(tuple(suffixes))
    }


def segment(folder: Path) -> Path:
    """The archive's only segment."""
    [path] = (folder / "archive").iterdir()
    return path


@pytest.fixture
def quick(tmp_path: Path) -> Iterator[Path]:
    """A folder in memory where the system has one: for tests that open hundreds of archives, each of which syncs."""
    with ExitStack() as stack:
        shared = Path("/dev/shm")
        if os.access(shared, os.W_OK):
            yield Path(stack.enter_context(tempfile.TemporaryDirectory(dir=shared)))
        else:
            yield tmp_path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "warc"
