"""Pages in WARC records as other tools write them, and servers send them: shown as the pages that they are, in the
letters that `archiver find` reads."""

from __future__ import annotations

import base64
import gzip
import hashlib
import html
import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import brotli
import pytest

from archiver.capture.documents import documents
from archiver.config import load_settings
from archiver.replay import Library, create_app
from archiver.replay.addresses import as_sent
from tests.replay.conftest import Client

WORDS = "The bridge — déjà 橋."
PAGE = f"<!doctype html><title>t</title><p>{WORDS}</p>".encode()
SITE = "http://paper.example"
STAMP = "20240506093000"
FIRST = "<urn:uuid:10000000-0000-4000-8000-000000000001>"
IDENTICAL = "WARC-Profile: http://netpreserve.org/warc/1.0/revisit/identical-payload-digest"


def record(
    number: int,
    kind: str,
    uri: str,
    block: bytes,
    *,
    version: str = "1.0",
    date: str = "2024-05-06T09:30:00Z",
    media_type: str = "application/http; msgtype=response",
    fields: tuple[str, ...] = (),
    record_id: str = "",
) -> bytes:
    lines = [
        f"WARC/{version}",
        f"WARC-Type: {kind}",
        f"WARC-Record-ID: {record_id or f'<urn:uuid:00000000-0000-4000-8000-{number:012d}>'}",
        f"WARC-Date: {date}",
        f"WARC-Target-URI: {uri}",
        f"Content-Type: {media_type}",
        f"Content-Length: {len(block)}",
        *fields,
    ]
    return gzip.compress("\r\n".join(lines).encode() + b"\r\n\r\n" + block + b"\r\n\r\n", mtime=0)


def answer(body: bytes, *headers: str, status: str = "200 OK", media_type: str = "text/html; charset=utf-8") -> bytes:
    lines = [f"HTTP/1.1 {status}", *([f"Content-Type: {media_type}"] if media_type else []), *headers, "", ""]
    return "\r\n".join(lines).encode() + body


def chunked(body: bytes) -> bytes:
    pieces = (body[at : at + 7] for at in range(0, len(body), 7))
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


def raw_deflate(body: bytes) -> bytes:
    packing = zlib.compressobj(wbits=-15)
    return packing.compress(body) + packing.flush()


BODIES = {
    "gzip": answer(gzip.compress(PAGE), "Content-Encoding: gzip"),
    "gzip-twice": answer(gzip.compress(gzip.compress(PAGE)), "Content-Encoding: gzip, gzip"),
    "gzip-and-more": answer(gzip.compress(PAGE) + b"\0\0rest", "Content-Encoding: gzip"),
    "gzip-cut": answer(gzip.compress(PAGE)[:-6], "Content-Encoding: gzip"),
    "brotli": answer(brotli.compress(PAGE), "Content-Encoding: br"),
    "deflate": answer(zlib.compress(PAGE), "Content-Encoding: deflate"),
    "deflate-raw": answer(raw_deflate(PAGE), "Content-Encoding: deflate"),
    "said-to-be-gzip": answer(PAGE, "Content-Encoding: gzip"),
    "said-to-be-brotli": answer(PAGE, "Content-Encoding: br"),
    "said-to-be-zstd": answer(PAGE, "Content-Encoding: zstd"),
    "said-to-be-deflate": answer(PAGE, "Content-Encoding: deflate"),
    "coding-none": answer(PAGE, "Content-Encoding: none"),
    "chunked": answer(chunked(PAGE), "Transfer-Encoding: chunked"),
    "chunked-gzip": answer(chunked(gzip.compress(PAGE)), "Transfer-Encoding: chunked", "Content-Encoding: gzip"),
    "said-to-be-chunked": answer(PAGE, "Transfer-Encoding: chunked"),
}
HEADS = {
    "no-reason": b"HTTP/1.1 200\r\nContent-Type: text/html\r\n\r\n",
    "line-feeds": b"HTTP/1.0 200 OK\nContent-Type: text/html\n\n",
    "folded": b"HTTP/1.1 200 OK\r\nContent-Type: text/html;\r\n charset=utf-8\r\n\r\n",
    "http-2": b"HTTP/2 200\r\ncontent-type: text/html\r\n\r\n",
    "space-before-colon": b"HTTP/1.1 200 OK\r\nContent-Type : text/html\r\n\r\n",
    "nonsense": b"HTTP/1.1 200 OK\r\n\xff\xfe\r\nContent-Type: text/html\r\n\r\n",
    "no-type": b"HTTP/1.1 200 OK\r\n\r\n",
    "type-without-semicolon": b"HTTP/1.1 200 OK\r\nContent-Type: text/html charset=utf-8\r\n\r\n",
    "types-joined": b"HTTP/1.1 200 OK\r\nContent-Type: text/html, text/html\r\n\r\n",
    "type-in-quotes": b'HTTP/1.1 200 OK\r\nContent-Type: "text/html"\r\n\r\n',
    "type-unknown": b"HTTP/1.1 200 OK\r\nContent-Type: unknown/unknown\r\n\r\n",
    "type-any": b"HTTP/1.1 200 OK\r\nContent-Type: */*\r\n\r\n",
    "type-upper": b"HTTP/1.1 200 OK\r\nCONTENT-TYPE: TEXT/HTML\r\n\r\n",
    "xhtml": b"HTTP/1.1 200 OK\r\nContent-Type: application/xhtml+xml\r\n\r\n",
}
UNTYPED = {
    "declaration-first": b'<?xml version="1.0"?>\n' + PAGE,
    "comment-first": b"<!--" + b" " * 3000 + b"-->" + PAGE,
    "utf-16": b"\xff\xfe" + PAGE.decode().encode("utf-16-le"),
}
SHOWN_ALONE = {
    "http-0.9": PAGE,
    "no-http": b"ICY 200 OK\r\nContent-Type: text/html\r\n\r\n" + PAGE,
    "status-999": answer(PAGE, status="999 Request denied"),
    "status-404": answer(PAGE, status="404 Not Found"),
}
"""What `find` does not read: it is no answer, or one that says that there is no article."""


class Made(NamedTuple):
    warc: bytes
    read: tuple[str, ...]
    """Addresses that `find` reads."""
    views: tuple[tuple[str, str], ...]
    """Address and time of all that has to be shown."""


def made() -> Made:
    responses = {
        **BODIES,
        **{name: head + PAGE for name, head in HEADS.items()},
        **{name: answer(body, media_type="") for name, body in UNTYPED.items()},
    }
    read = {f"{SITE}/{name}": block for name, block in responses.items()}
    records = [record(n, "response", uri, block) for n, (uri, block) in enumerate(read.items(), 1)]
    alone = {f"{SITE}/{name}": block for name, block in SHOWN_ALONE.items()}
    records += [record(n, "response", uri, block) for n, (uri, block) in enumerate(alone.items(), 200)]
    written = {
        f"<{SITE}/in-brackets>": ("1.0", "2024-05-06T09:30:00Z"),
        f"{SITE}/warc-0.17": ("0.17", "2024-05-06T09:30:00Z"),
        f"{SITE}/warc-1.1": ("1.1", "2024-05-06T09:30:00.123456Z"),
        f"{SITE}/a space": ("1.0", "2024-05-06T09:30:00Z"),
        f"{SITE}/é?q=ä": ("1.0", "2024-05-06T09:30:00Z"),
        f"{SITE}/p%C3%A9%2Fx?q=%E4%B8%AD&a=b%20c+d": ("1.0", "2024-05-06T09:30:00Z"),
        f"{SITE}:8080/port": ("1.0", "2024-05-06T09:30:00Z"),
        f"{SITE}/part#of-it": ("1.1", "2024-05-06T09:30:00Z"),
    }
    for n, (uri, (version, date)) in enumerate(written.items(), 300):
        records.append(record(n, "response", uri, answer(PAGE), version=version, date=date))
    records.append(record(400, "response", "http://xn--bcher-kva.example/", answer(PAGE)))
    records.append(record(401, "resource", f"{SITE}/resource", PAGE, media_type="text/html"))

    digest = "WARC-Payload-Digest: sha1:" + base64.b32encode(hashlib.sha1(PAGE).digest()).decode()
    original = f"WARC-Refers-To-Target-URI: {SITE}/first", "WARC-Refers-To-Date: 2024-05-06T09:30:00Z"
    records.append(record(500, "response", f"{SITE}/first", answer(PAGE), fields=(digest,), record_id=FIRST))
    head, head_of_lines = answer(b""), b"HTTP/1.1 200 OK\nContent-Type: text/html\n\n"
    revisits = [
        ("/first", "2024-05-07", head, (IDENTICAL, digest, f"WARC-Refers-To: {FIRST}")),
        ("/first", "2024-05-08", head, (IDENTICAL, digest)),
        ("/first", "2024-05-09", head_of_lines, (IDENTICAL, digest)),
        ("/other", "2024-05-07", head, (IDENTICAL, digest, *original)),
        ("/without-head", "2024-05-07", b"", (IDENTICAL, digest, *original)),
    ]
    views = [(uri.strip("<>"), STAMP) for uri in (*read, *alone, *written)]
    views += [("http://bücher.example/", STAMP), (f"{SITE}/resource", STAMP)]
    for n, (path, day, block, fields) in enumerate(revisits, 501):
        records.append(record(n, "revisit", SITE + path, block, date=f"{day}T09:30:00Z", fields=fields))
        views.append((SITE + path, f"{day.replace('-', '')}093000"))
    return Made(b"".join(records), tuple(read), tuple(views))


MADE = made()


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("odd") / "odd.warc.gz"
    path.write_bytes(MADE.warc)
    return path


@pytest.fixture(scope="module")
def client(file: Path) -> Iterator[Client]:
    with Library([file]) as library:
        assert not library.shelves[0].warnings
        yield Client(create_app(library))


@pytest.mark.parametrize(("url", "stamp"), MADE.views)
def test_it_is_shown_as_the_page_that_it_is(client: Client, url: str, stamp: str) -> None:
    view = client.get(f"/archives/odd/{stamp}/{as_sent(url)}")
    assert view.status_code == 200
    found = re.search(r'<iframe class="captured" src="http://([^/"]+)(/[^"]*)"', view.text)
    assert found, view.text
    page = client.get(html.unescape(found[2]), headers={"Host": found[1], "Sec-Fetch-Dest": "iframe"})
    assert f"<p>{WORDS}</p>" in page.text
    assert "HTTP/" not in page.text


def test_find_reads_the_same(file: Path) -> None:
    read = {document.article.uri: document.article.html or "" for document in documents([file], load_settings())}
    assert set(MADE.read) - set(read) == set()
    assert all(WORDS in page for page in read.values())


@pytest.mark.parametrize("url", [f"{SITE}/http-0.9", f"{SITE}/gzip", f"{SITE}/without-head"])
def test_the_raw_payload_is_the_same_in_one_pass_and_in_pieces(client: Client, url: str) -> None:
    raw = client.get(f"/archives/odd/2024id_/{url}")
    raw = client.get(raw.headers["location"])
    assert raw.content == PAGE
    part = client.get(f"/archives/odd/uri?url={url}")
    place = re.search(r'href="(/archives/odd/captures/[^"]+)"', part.text)
    assert place
    assert client.get(f"{place[1]}/payload").content == PAGE
