"""WARC files to measure a scan on: real pages as they come, or small invented ones by the hundred thousand."""

from __future__ import annotations

import gzip
import io
import json
import random
from collections.abc import Iterable, Iterator
from pathlib import Path

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

SMALLEST = 4_000
"""Bytes: a shorter file of a folder is no page."""

NEW = (
    "the",
    "river",
    "council",
    "said",
    "that",
    "water",
    "people",
    "in",
    "town",
    "would",
    "of",
    "and",
    "new",
    "bridge",
)


def labelled_pages(folder: Path) -> Iterator[bytes]:
    """The labelled pages of `html.jsonl.gz`: more than half of them hold posts."""
    with gzip.open(folder / "html.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)["html"].encode()


def pages_of(folder: Path) -> Iterator[bytes]:
    """The HTML files below a folder, in the order of their names: such as the test pages of extractors."""
    for path in sorted(folder.rglob("*.htm*")):
        data = path.read_bytes()
        if len(data) >= SMALLEST and path.suffix in (".html", ".htm"):
            yield data


def invented_pages(count: int, seed: int = 8) -> Iterator[bytes]:
    """Pages of 2 to 12 KB, one in twenty with a post of X."""
    chance = random.Random(seed)
    paragraphs = [" ".join(chance.choices(NEW, k=60)) for _ in range(500)]
    menu = "".join(f'<li class="menu__item"><a href="/section-{n}/">{n}</a></li>' for n in range(30))
    for number in range(count):
        body = "".join(f"<p>{chance.choice(paragraphs)}</p>" for _ in range(chance.randint(2, 30)))
        if number % 20 == 0:
            post = 1_590_173_336_165_216_000 + number
            body += (
                f'<blockquote class="twitter-tweet"><p>The water stands at {number}.</p>&mdash; Ada Brook '
                f'(@ada_brook) <a href="https://twitter.com/ada_brook/status/{post}">November 9, 2022</a></blockquote>'
            )
        yield (
            f"<!doctype html><html lang=en><head><title>Page {number}</title></head><body><nav><ul>{menu}</ul></nav>"
            f"<article>{body}</article></body></html>"
        ).encode()


POST = (
    '<blockquote class="twitter-tweet"><p>The river rose.</p>&mdash; Ana Example (@ana_example) '
    '<a href="https://twitter.com/ana_example/status/1590173336165216257">November 9, 2022</a></blockquote>'
)

LARGE = {
    "paragraphs, ASCII": "<p>" + "wind and rain # " * 25 + "</p>",
    "paragraphs, Cyrillic": "<p>" + "дождь и вода # " * 20 + "</p>",
    "paragraphs, Chinese": "<p>" + "昨夜有大雨 # " * 20 + "</p>",
    "paragraphs with emoji": "<p>" + "wind and rain \U0001f600 # " * 20 + "</p>",
    "one text, ASCII": "wind and rain # ",
    "one text, Cyrillic": "дождь и вода # ",
    "one script": 'f("wind and rain #");',
    "list items of 60 letters": "<li>" + "wind and rain # " * 3 + "</li>",
    "an element for each 80 bytes": '<div class="a"><span>wind and rain #</span><i>and wind</i> and</div>',
}
"""What large pages are made of; `#` is another number each time, so that it does not pack away."""


def large_page(kind: str, size: int) -> bytes:
    """A page with a post and `size` bytes of what `LARGE` has under `kind`."""
    piece = LARGE[kind]
    each = len(piece.replace("#", f"{0:07x}").encode())
    body = "".join(piece.replace("#", f"{number:07x}") for number in range(size // each))
    if kind == "one script":
        body = f"<script>{body}</script>"
    return f"<!doctype html><html><head><title>Rain</title></head><body>{POST}{body}</body></html>".encode()


def write(path: Path, pages: Iterable[bytes], *, requests: bool = True) -> int:
    """Write pages as responses (and requests) with warcio, gzip level 9, a member a record; how many pages."""
    count = 0
    with path.open("wb") as file:
        writer = WARCWriter(file, gzip=True)
        for data in pages:
            count += 1
            url = f"https://www.site{count % 997}.example/{count}"
            date = f"2026-11-{1 + count % 28:02d}T{count // 3600 % 24:02d}:{count // 60 % 60:02d}:{count % 60:02d}Z"
            fields = [("Server", "nginx"), ("Content-Type", "text/html"), ("Content-Length", str(len(data)))]
            response = writer.create_warc_record(
                url,
                "response",
                payload=io.BytesIO(data),
                http_headers=StatusAndHeaders("200 OK", fields, protocol="HTTP/1.1"),
                warc_headers_dict={"WARC-Date": date},
            )
            if not requests:
                writer.write_record(response)
                continue
            head = StatusAndHeaders(f"GET /{count} HTTP/1.1", [("Host", "www.example")], is_http_request=True)
            request = writer.create_warc_record(
                url, "request", http_headers=head, warc_headers_dict={"WARC-Date": date}
            )
            writer.write_request_response_pair(request, response)
    return count
