"""The list of pages of a package made of anybody's WARC files: each has its title and its words, within bounds."""

from __future__ import annotations

import gzip
import json
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from archiver.exporting import found
from archiver.exporting.found import FoundWords
from archiver.exporting.package import write_package
from archiver.model import Verdict
from archiver.verification import verify

CREATED = datetime(2026, 3, 2, tzinfo=UTC)
WORDS = "Das Wehr ist geöffnet, es besteht keine Gefahr für die Altstadt."
PAGE = f"<html><head><title> Das\n Wehr </title></head><body><script>x = 1</script><article><p>{WORDS}</p></article>"
HTTP = "Content-Type: application/http; msgtype=response"


def record(number: int, block: bytes, *fields: str) -> bytes:
    lines = (
        "WARC/1.0",
        f"WARC-Record-ID: <urn:uuid:3f4e1c3e-0000-4000-8000-{number:012}>",
        f"WARC-Target-URI: https://found.example/{number}",
        "WARC-Date: 2020-01-01T00:00:00Z",
        *(fields or ("WARC-Type: response", HTTP)),
        f"Content-Length: {len(block)}",
    )
    return gzip.compress("\r\n".join([*lines, "", ""]).encode() + block + b"\r\n\r\n", mtime=0)


def answer(body: bytes, *headers: str, content_type: str = "text/html; charset=utf-8") -> bytes:
    return "\r\n".join(["HTTP/1.1 200 OK", f"Content-Type: {content_type}", *headers, "", ""]).encode() + body


def pages(tmp_path: Path, *records: bytes) -> list[dict[str, Any]]:
    """The header of the list of pages, and each of them, as a package of one WARC file has them."""
    (tmp_path / "a.warc.gz").write_bytes(b"".join(records))
    target = tmp_path / "a.wacz"
    write_package(target, [tmp_path / "a.warc.gz"], created=CREATED, on_problem=lambda *_: pytest.fail("a problem"))
    with zipfile.ZipFile(target) as package:
        return [json.loads(line) for line in package.read("pages/pages.jsonl").splitlines()]


packed = gzip.compress(PAGE.encode(), mtime=0)
SENT = {
    "plain": record(1, answer(PAGE.encode())),
    "another charset": record(1, answer(PAGE.encode("latin-1"), content_type="text/html; charset=iso-8859-1")),
    "packed": record(1, answer(packed, "Content-Encoding: gzip")),
    "in chunks": record(
        1, answer(b"%x\r\n%s\r\n0\r\n\r\n" % (len(PAGE.encode()), PAGE.encode()), "Transfer-Encoding: chunked")
    ),
    "a resource": record(1, PAGE.encode(), "WARC-Type: resource", "Content-Type: text/html; charset=utf-8"),
}


@pytest.mark.parametrize("sent", SENT.values(), ids=SENT)
def test_a_page_has_its_title_and_its_own_words(tmp_path: Path, sent: bytes) -> None:
    header, page = pages(tmp_path, sent)
    assert header["hasText"] is True
    assert (page["url"], page["ts"]) == ("https://found.example/1", "2020-01-01T00:00:00Z")
    assert (page["title"], page["text"]) == ("Das Wehr", WORDS)


bomb = gzip.compress(bytes(70 << 20), mtime=0)
WORDLESS = {
    "a body that expands without end": answer(bomb, "Content-Encoding: gzip"),
    "a coding that nobody knows": answer(b"words", "Content-Encoding: zz"),
    "no text": answer(bytes(range(256)) * 40),
    "nothing": answer(b""),
    "too large": answer(PAGE.encode() + b" " * found.MAX_PAGE),
    "no head": b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n",
}


@pytest.mark.parametrize("block", WORDLESS.values(), ids=WORDLESS)
def test_a_page_whose_words_cannot_be_had_is_listed_and_hides_no_other(tmp_path: Path, block: bytes) -> None:
    header, *listed = pages(tmp_path, record(1, block), record(2, answer(PAGE.encode())))
    assert header["hasText"] is True
    assert listed[-1]["text"] == WORDS
    assert [(page["title"], "text" in page) for page in listed[:-1]] in ([], [("https://found.example/1", False)])


ODD = {
    "a space in the URI": (b"found.example/1", b"found.example/a b%20c d"),
    "a day without an hour": (b"2020-01-01T00:00:00Z", b"2020-01-01"),
    "another zone": (b"2020-01-01T00:00:00Z", b"2020-01-01T02:00:00+02:00"),
    "a fraction": (b"2020-01-01T00:00:00Z", b"2020-01-01T00:00:00.25Z"),
}


@pytest.mark.parametrize("change", ODD.values(), ids=ODD)
def test_however_a_record_writes_its_uri_and_date_the_package_is_whole(
    tmp_path: Path, change: tuple[bytes, bytes]
) -> None:
    changed = gzip.compress(gzip.decompress(SENT["plain"]).replace(*change), mtime=0)
    assert len(pages(tmp_path, changed)) == 2
    found = verify(tmp_path / "a.wacz")
    assert [(check.name, check.problems) for check in found.checks if check.verdict is Verdict.DAMAGED] == []


def test_what_answered_otherwise_and_what_is_no_page_is_not_listed(tmp_path: Path) -> None:
    lost = answer(PAGE.encode()).replace(b"200 OK", b"404 Not Found")
    [header] = pages(tmp_path, record(1, lost), record(2, answer(PAGE.encode(), content_type="text/plain")))
    assert "hasText" not in header


def test_words_end_where_all_pages_together_have_enough(tmp_path: Path) -> None:
    path = tmp_path / "a.warc.gz"
    path.write_bytes(record(1, answer(PAGE.encode())))
    words = FoundWords(most=len(WORDS) + 10)
    assert [words(path, 0) for _ in range(3)] == [("Das Wehr", WORDS), ("Das Wehr", WORDS[:10]), ("Das Wehr", "")]
