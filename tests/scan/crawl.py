"""WARC files as a crawl leaves them, small and invented, for the tests of a scan."""

from __future__ import annotations

import io
from collections.abc import Iterable
from pathlib import Path

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

FIRST_ID = 1_590_173_336_165_216_000
"""Of X, on November 9, 2022."""


def tweet(number: int, handle: str = "ada_brook") -> str:
    """An embed of X."""
    return (
        f'<blockquote class="twitter-tweet"><p lang="en">The river rose by {number} centimetres.</p>&mdash; Ada Brook '
        f'(@{handle}) <a href="https://twitter.com/{handle}/status/{FIRST_ID + number}">November 9, 2022</a>'
        "</blockquote>"
    )


def page(body: str, title: str = "A page") -> bytes:
    """A whole page around some HTML."""
    return (
        f'<!doctype html><html lang="en"><head><title>{title}</title></head><body><article><p>Some words of the '
        f"article itself, before.</p>{body}<p>And some behind.</p></article></body></html>"
    ).encode()


def crawl(path: Path, pages: Iterable[bytes | str], *, host: str = "news.example", day: str = "2026-11-20") -> Path:
    """Write a WARC file (gzip, a member a record) of one response for each page; its path."""
    with path.open("wb") as file:
        writer = WARCWriter(file, gzip=True)
        for number, body in enumerate(pages):
            data = page(body) if isinstance(body, str) else body
            fields = [("Content-Type", "text/html; charset=utf-8"), ("Content-Length", str(len(data)))]
            record = writer.create_warc_record(
                f"https://{host}/{number}",
                "response",
                payload=io.BytesIO(data),
                length=len(data),
                http_headers=StatusAndHeaders("200 OK", fields, protocol="HTTP/1.1"),
                warc_headers_dict={"WARC-Date": f"{day}T00:{number // 60 % 60:02d}:{number % 60:02d}Z"},
            )
            writer.write_record(record)
    return path
