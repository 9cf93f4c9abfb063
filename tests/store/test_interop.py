"""Other tools read what this store writes: warcio, fastwarc, cdxj-indexer, pywb."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.error
import urllib.request
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastwarc.warc import ArchiveIterator as FastWarcIterator
from warcio.archiveiterator import ArchiveIterator as WarcioIterator

from archiver.exchange import Exchange, Tls
from archiver.store import Archive
from tests.others import warcio_check, wayback
from tests.store.conftest import exchange, frozen, response, segment

PAGE = b"<!doctype html><title>An invented page</title><p>words that were said</p>"


def gzipped(data: bytes) -> bytes:
    compressor = zlib.compressobj(wbits=31)
    return compressor.compress(data) + compressor.flush()


def chunked(data: bytes) -> bytes:
    middle = len(data) // 2
    return b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in (data[:middle], data[middle:])) + b"0\r\n\r\n"


HTML = "Content-Type: text/html; charset=utf-8"
MESSAGES = {
    "plain": response(PAGE, HTML),
    "gzip": response(gzipped(PAGE), HTML, "Content-Encoding: gzip"),
    "chunked": response(chunked(PAGE), HTML, "Transfer-Encoding: chunked", length=False),
    "both": response(
        chunked(gzipped(PAGE)), HTML, "Content-Encoding: gzip", "Transfer-Encoding: chunked", length=False
    ),
    "untyped": response(PAGE),
    "odd?b=2&a=1": response(PAGE, "Content-Type: text/plain;charset=utf-8"),
    "gone": response(b"no such post", HTML, status="404 Not Found"),
    "empty": response(b"", HTML),
    "moved": response(b"", "Location: /plain", status="301 Moved Permanently"),
    "M\u00fcller": response(PAGE, HTML),
}
SHOWN = {"plain", "gzip", "chunked", "both", "untyped", "odd?b=2&a=1"}


BESIDE = {
    "plain": {"interim": b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n"},
    "gzip": {"surplus": b"HTTP/1.1 200 OK\r\n\r\nforged"},
    "untyped": {"tls": Tls(version="TLSv1.3", cipher="TLS_AES_128_GCM_SHA256", certificates=(b"own", b"above"))},
}
"""What else crossed the connection."""


def exchanges() -> Iterator[Exchange]:
    for name, message in MESSAGES.items():
        yield exchange(f"https://posts.example/{name}", message, **BESIDE.get(name, {}))


UNREADABLE = b"SSH-2.0-OpenSSH_9.2\r\n"


@pytest.fixture(scope="module")
def collection(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive with every kind of record, each page captured twice, a year apart."""
    folder = tmp_path_factory.mktemp("collections") / "invented"
    with frozen(folder) as archive, archive.session() as session:
        for first in exchanges():
            session.write_exchange(first)
        for second in exchanges():
            second.time = second.time.replace(year=2027)
            session.write_exchange(second)
        cut = exchange("https://posts.example/cut", response(PAGE, HTML)[:-20], truncated="disconnect")
        session.write_exchange(cut)
        session.write_resource("ni:///sha-256;invented", "text/html", PAGE)
        session.write_refusal("http://inside.example/", "10.1.2.3", "private address")
        session.write_unreadable(
            exchange("https://posts.example/no-http", UNREADABLE, status=0, headers=(), head_length=0)
        )
    return folder


def test_warcio_check_finds_nothing(collection: Path) -> None:
    sound, shown = warcio_check([segment(collection)])
    assert sound, shown
    assert shown.count("digest pass") > 20


def by_warcio(path: Path) -> Iterator[tuple[int, str, list[tuple[str, str]], bytes]]:
    with path.open("rb") as file:
        iterator = WarcioIterator(file, no_record_parse=True)
        for record in iterator:
            block = record.raw_stream.read()
            yield iterator.get_record_offset(), record.rec_type, list(record.rec_headers.headers), block


def by_fastwarc(path: Path) -> Iterator[tuple[int, str, list[tuple[str, str]], bytes]]:
    with path.open("rb") as file:
        for record in FastWarcIterator(file, parse_http=False, auto_decode="none"):
            yield (
                record.stream_pos,
                str(record.record_type).rpartition(".")[2],
                list(record.headers.astuples()),
                record.reader.read(),
            )


def by_archiver(path: Path) -> Iterator[tuple[int, str, list[tuple[str, str]], bytes]]:
    with Archive.view([path]) as archive:
        for capture in archive.catalogue.captures_in(path.name):
            fields, block = archive.open_record(capture)
            with block:
                yield capture.offset, capture.record_type, list(fields), block.read()


def test_warcio_fastwarc_and_this_store_read_the_same(collection: Path) -> None:
    ours = list(by_archiver(segment(collection)))
    assert ours == list(by_warcio(segment(collection)))
    assert ours == list(by_fastwarc(segment(collection)))
    assert len(ours) == 1 + 4 * len(MESSAGES) + 2 + 2 + 1 + 5 + 2


def test_fastwarc_finds_the_block_digests_right(collection: Path) -> None:
    with segment(collection).open("rb") as file:
        for record in FastWarcIterator(file, parse_http=False):
            if "sha256" not in record.headers["WARC-Block-Digest"]:
                continue
            import hashlib

            assert record.headers["WARC-Block-Digest"] == f"sha256:{hashlib.sha256(record.reader.read()).hexdigest()}"


def their_index(path: Path) -> str:
    # in a process of its own: warcio leaves temporary files open when it makes a digest
    command = [sys.executable, "-W", "ignore", "-c", "from cdxj_indexer.main import main; main()", "--sort", str(path)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def test_the_index_is_the_one_that_cdxj_indexer_makes(collection: Path) -> None:
    ours = next((collection / "indexes").iterdir()).read_text()
    assert ours == their_index(segment(collection))
    assert len(ours.splitlines()) == 2 * len(MESSAGES) + 2 + 2 + 5 + 1
    assert "sha1:" in ours, "chunked bodies and metadata have no WARC-Payload-Digest"


# pywb: the archive's folder is a collection as it is.


@pytest.fixture(scope="module")
def served(collection: Path) -> Iterator[str]:
    root = collection.parents[1] / "pywb"
    (root / "collections").mkdir(parents=True)
    (root / "collections" / "invented").symlink_to(collection)
    with wayback(root) as address:
        yield f"{address}/invented"


def fetched(url: str) -> tuple[int, Any, bytes]:
    try:
        with urllib.request.urlopen(url) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers, error.read()


@pytest.mark.parametrize("year", [2026, 2027])
@pytest.mark.parametrize("name", sorted(SHOWN))
def test_pywb_serves_the_captured_page_and_its_revisit(name: str, year: int, served: str) -> None:
    status, headers, body = fetched(f"{served}/{year}0301120000id_/https://posts.example/{name}")
    assert status == 200
    if headers.get("Content-Encoding") == "gzip":
        body = zlib.decompress(body, 31)
    assert body == PAGE
    assert headers["Memento-Datetime"] == f"{'Sun' if year == 2026 else 'Mon'}, 01 Mar {year} 12:00:00 GMT"


def test_pywb_does_not_serve_what_is_no_http(served: str) -> None:
    status, headers, body = fetched(f"{served}/2026id_/https://posts.example/no-http")
    assert status == 404
    assert "Memento-Datetime" not in headers
    assert UNREADABLE not in body


def test_pywb_serves_what_was_gone_as_gone(served: str) -> None:
    status, headers, body = fetched(f"{served}/20260301120000id_/https://posts.example/gone")
    assert (status, body) == (404, b"no such post")
    assert "Memento-Datetime" in headers


def test_pywb_lists_the_captures(served: str) -> None:
    _, _, body = fetched(f"{served}/cdx?url=https://posts.example/plain&output=json")
    lines = [json.loads(line) for line in body.splitlines()]
    assert [line["timestamp"][:4] for line in lines] == ["2026", "2027"]
    assert [line["mime"] for line in lines] == ["text/html", "warc/revisit"]


def test_warcio_command_line_agrees(collection: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "warcio.cli", "check", "-v", str(segment(collection))],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
