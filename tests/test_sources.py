"""SOURCEs. Invariant: every source gives its documents or one clear error, and none stops the others."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
import zlib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from archiver import sources
from archiver.detect import find
from archiver.errors import ArchiverError, NetworkError
from archiver.exchange import Exchange
from archiver.sources import Document, read_sources

POST = "The bridge is open again. — Ana Example (@ana_example) November 9, 2022"
PAGE = f"<html><body><p>{POST}</p></body></html>"


def read(*specs: str | Path, **more: object) -> tuple[list[Document], list[str]]:
    errors: list[str] = []

    def on_error(source: str, error: ArchiverError) -> None:
        assert "\n" not in str(error)
        errors.append(f"{source}: {error}")

    documents = list(read_sources([str(s) for s in specs], on_error=on_error, **more))  # type: ignore[arg-type]
    return documents, errors


def record(
    kind: str,
    uri: str,
    block: bytes,
    content_type: str = "application/http; msgtype=response",
    length: int | None = None,
) -> bytes:
    head = (
        f"WARC/1.1\r\nWARC-Type: {kind}\r\nWARC-Record-ID: <urn:uuid:00000000-0000-4000-8000-000000000000>\r\n"
        f"WARC-Date: 2022-11-10T00:00:00Z\r\nWARC-Target-URI: {uri}\r\nContent-Type: {content_type}\r\n"
        f"Content-Length: {len(block) if length is None else length}\r\n\r\n"
    )
    return head.encode() + block + b"\r\n\r\n"


def response(body: bytes, *headers: str, status: int = 200, content_type: str = "text/html") -> bytes:
    lines = (f"HTTP/1.1 {status} OK", f"Content-Type: {content_type}", *headers)
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


PAGES = [record("response", f"https://news.example/{n}", response(PAGE.encode())) for n in range(3)]


@pytest.mark.parametrize("name", ["a.html", "a.htm", "a.unknown"])
def test_html_file(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text(PAGE, encoding="utf-8")
    [document], errors = read(path)
    assert not errors
    assert document.article.html == PAGE
    assert (document.data, document.content_type) == (PAGE.encode(), "text/html")
    assert document.article.source == str(path)


def test_the_name_decides_before_the_content(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(PAGE)
    (tmp_path / "b.md").write_text(json.dumps({"text": POST}))
    documents, _ = read(tmp_path / "a.txt", tmp_path / "b.md")
    assert [d.article.html for d in documents] == [None, None]


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (POST.encode(), 1),
        (PAGE.encode(), 1),
        (b"".join(PAGES), 3),
        (gzip.compress(b"".join(PAGES)), 3),
        (b"".join(gzip.compress(page) for page in PAGES), 3),
        (json.dumps({"text": POST, "id": "a"}).encode() + b"\n" + json.dumps({"html": PAGE}).encode(), 2),
        (gzip.compress(PAGE.encode()), 1),
    ],
)
def test_standard_input_is_told_by_content(data: bytes, found: int) -> None:
    documents, errors = read("-", stdin=io.BytesIO(data))
    assert not errors
    assert [len(find(d.article)) for d in documents] == [1] * found
    assert documents[0].article.source.startswith("-")


def test_json_lines(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    lines = [
        json.dumps({"id": "first", "text": POST, "other": [1]}),
        "",
        "{broken",
        json.dumps({"url": "https://news.example/3", "html": PAGE}),
        json.dumps({"url": "https://news.example/4"}),
        json.dumps(["no object"]),
        json.dumps({"id": 7, "text": "\ud83d lone surrogate"}),
    ]
    path.write_text("\n".join(lines))
    documents, errors = read(path)
    assert [d.article.source for d in documents] == [f"{path}#first", f"{path}#4", f"{path}#7"]
    assert [d.article.uri.partition("/")[0] for d in documents] == ["ni:", "https:", "ni:"]
    assert [e.partition(": ")[0] for e in errors] == [f"{path}#3", f"{path}#5", f"{path}#6"]


def test_what_only_claims_to_be_json_lines_is_given_up(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text("no json\n" * 1000)
    documents, errors = read(path)
    assert not documents
    assert len(errors) == sources.BAD_LINES + 1


def test_warc_takes_what_is_a_page(tmp_path: Path) -> None:
    path = tmp_path / "a.warc"
    chunked = b"%x\r\n%b\r\n0\r\n\r\n" % (len(PAGE), PAGE.encode())
    path.write_bytes(
        record("warcinfo", "", b"software: x", "application/warc-fields")
        + PAGES[0]
        + record("request", "https://news.example/0", b"GET / HTTP/1.1\r\n\r\n", "application/http; msgtype=request")
        + record(
            "response", "https://news.example/gz", response(gzip.compress(PAGE.encode()), "Content-Encoding: gzip")
        )
        + record(
            "response", "https://news.example/df", response(zlib.compress(PAGE.encode()), "Content-Encoding: deflate")
        )
        + record("response", "https://news.example/ch", response(chunked, "Transfer-Encoding: chunked"))
        + record("response", "https://news.example/404", response(PAGE.encode(), status=404))
        + record("response", "https://news.example/pic", response(b"\x89PNG", content_type="image/png"))
        + record("resource", "ni:///sha-256;abc", POST.encode(), "text/plain")
        + record("metadata", "https://news.example/0", b"{}", "application/json")
    )
    documents, errors = read(path)
    assert not errors
    assert [d.article.uri for d in documents] == [
        *(f"https://news.example/{name}" for name in ("0", "gz", "df", "ch")),
        "ni:///sha-256;abc",
    ]
    assert documents[1].data == PAGE.encode()
    assert [m.source for d in documents for m in find(d.article)] == [f"{path}#{d.article.uri}" for d in documents]


def test_brotli_body(tmp_path: Path) -> None:
    brotli = pytest.importorskip("brotli")
    path = tmp_path / "a.warc"
    path.write_bytes(
        record("response", "https://news.example/", response(brotli.compress(PAGE.encode()), "Content-Encoding: br"))
    )
    [document], errors = read(path)
    assert (document.article.html, errors) == (PAGE, [])


@pytest.mark.parametrize("compress", [lambda b: b, gzip.compress], ids=["plain", "one member"])
@pytest.mark.parametrize("cut", [1, 5, 60, 200, 300])
def test_complete_records_of_a_truncated_warc_come_before_the_error(
    tmp_path: Path, compress: Callable[[bytes], bytes], cut: int
) -> None:
    path = tmp_path / "a.warc.gz"
    whole = compress(b"".join(PAGES))
    path.write_bytes(whole[: len(whole) - cut])
    (tmp_path / "b.txt").write_text(POST)
    documents, errors = read(path, tmp_path / "b.txt")
    assert documents[-1].article.source == str(tmp_path / "b.txt")
    uris = [d.article.uri for d in documents[:-1]]
    assert uris == [f"https://news.example/{n}" for n in range(len(uris))]
    if cut > 8:  # below, only the empty lines after the last record or the gzip trailer are missing
        assert len(uris) < 3
        [error] = errors
        assert "damaged" in error


def test_cut_members_give_the_whole_ones(tmp_path: Path) -> None:
    path = tmp_path / "a.warc.gz"
    path.write_bytes(gzip.compress(PAGES[0]) + gzip.compress(PAGES[1]) + gzip.compress(PAGES[2])[:-30])
    documents, errors = read(path)
    assert [d.article.uri[-1] for d in documents] == ["0", "1"]
    assert len(errors) == 1


def test_one_bad_record_does_not_stop_the_others(tmp_path: Path) -> None:
    path = tmp_path / "a.warc"
    binary = record("response", "https://news.example/bad", response(b"\0\1\2" * 100))
    path.write_bytes(PAGES[0] + binary + PAGES[1])
    documents, errors = read(path)
    assert [d.article.uri[-1] for d in documents] == ["0", "1"]
    [error] = errors
    assert "news.example/bad" in error


def test_wacz(tmp_path: Path) -> None:
    path = tmp_path / "a.wacz"
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("archive/one.warc.gz", gzip.compress(PAGES[0]))
        package.writestr("archive/two.warc", PAGES[1] + PAGES[2])
        package.writestr("datapackage.json", "{}")
    documents, errors = read(path)
    assert not errors
    assert [d.article.source for d in documents] == [f"{path}#https://news.example/{n}" for n in range(3)]
    path.write_bytes(path.read_bytes()[:300])
    _, [error] = read(path)
    assert "the ZIP file is damaged" in error


@pytest.mark.parametrize(
    ("start", "unit", "times"),
    [
        pytest.param(b"WARC/1.0\r\n", b"a: b\r\n", 5_000_000, id="lines of a header"),
        pytest.param(b"", b"WARC/1.0\r\nContent-Length: 0\r\n\r\n\r\n\r\n", 1_000_000, id="empty records"),
        pytest.param(record("response", "https://a.example/", response(b"<p>")), b"\r\n", 20_000_000, id="blank lines"),
    ],
)
def test_what_is_small_and_without_end_is_stopped(tmp_path: Path, start: bytes, unit: bytes, times: int) -> None:
    path = tmp_path / "a.warc.gz"
    path.write_bytes(gzip.compress(start + unit * times))
    _, [error] = read(path)
    assert "header does not end" in error or "expands more" in error


def test_bombs(tmp_path: Path) -> None:
    big = b"\0" * (70 << 20)
    (tmp_path / "a.html.gz").write_bytes(gzip.compress(big))
    (tmp_path / "b.warc.gz").write_bytes(gzip.compress(record("response", "https://news.example/", response(big))))
    with zipfile.ZipFile(tmp_path / "c.wacz", "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("archive/one.warc", big)
    (tmp_path / "d.warc").write_bytes(
        record("response", "https://news.example/", response(gzip.compress(big), "Content-Encoding: gzip"))
    )
    documents, errors = read(*sorted(tmp_path.iterdir()))
    assert not documents
    assert [any(f"{name}" in error for error in errors) for name in ("a.html", "b.warc", "c.wacz", "d.warc")] == [
        True
    ] * 4
    assert all("expands more" in error or "expand more" in error or "64 MiB" in error for error in errors)


@pytest.mark.parametrize(
    ("name", "data", "word"),
    [
        ("empty.html", b"", "empty"),
        ("empty.warc.gz", b"", "empty"),
        ("nul.txt", b"a\0b", "NUL"),
        ("no.warc", b"hello", "no WARC"),
        ("no.wacz", b"PK\x03\x04", "damaged"),
        ("bad.warc", b"WARC/1.0\r\nContent-Length: x\r\n\r\n", "WARC"),
        ("bad.gz", b"\x1f\x8b\x08\x00nothing", "damaged"),
        ("long.warc", b"WARC/1.0\r\nX: " + b"x" * (3 << 20), "damaged"),
    ],
)
def test_bad_files_say_what_is_wrong_and_do_not_stop_the_others(
    tmp_path: Path, name: str, data: bytes, word: str
) -> None:
    (tmp_path / name).write_bytes(data)
    (tmp_path / "good.txt").write_text(POST)
    documents, errors = read(tmp_path / name, tmp_path / "good.txt")
    assert [d.article.text for d in documents] == [POST]
    [error] = errors
    assert word in error


def test_what_cannot_be_opened(tmp_path: Path) -> None:
    _, errors = read(tmp_path, tmp_path / "missing", "ftp://news.example/a", "https://news.example/", "nul\0name")
    words = ("folder", "no such file", "only http", "cannot be read here", "cannot be opened")
    assert all(word in error for word, error in zip(words, errors, strict=True))


def test_too_large_documents_are_refused_before_they_are_read(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("word " * 1000)
    (tmp_path / "b.warc").write_bytes(
        PAGES[0] + record("response", "https://news.example/l", response(b"x" * 5000)) + PAGES[1]
    )
    documents, errors = read(tmp_path / "a.txt", tmp_path / "b.warc", max_document=1000)
    assert [d.article.uri[-1] for d in documents] == ["0", "1"]
    assert all("larger than" in error for error in errors)
    assert len(errors) == 2


def exchange(url: str, raw: bytes, status: int) -> Exchange:
    head = raw.index(b"\r\n\r\n") + 4
    return Exchange(
        url=url,
        time=datetime(2022, 11, 10, tzinfo=UTC),
        status=status,
        headers=(("Content-Type", "text/html; charset=utf-8"),),
        open_response=lambda: io.BytesIO(raw),
        response_length=len(raw),
        head_length=head,
    )


def test_web_address() -> None:
    answers = {
        "https://news.example/a": exchange("https://news.example/final", response(PAGE.encode()), 200),
        "https://news.example/gone": exchange("https://news.example/gone", response(b"gone", status=404), 404),
    }

    def fetch(url: str) -> Exchange:
        if url not in answers:
            raise NetworkError("no answer", subject=url)
        return answers[url]

    documents, errors = read("https://news.example/a", "https://news.example/gone", "http://down.example/", fetch=fetch)
    [document] = documents
    assert (document.article.source, document.article.uri) == ("https://news.example/a", "https://news.example/final")
    assert document.exchange is answers["https://news.example/a"]
    assert "404" in errors[0]
    assert "no answer" in errors[1]


def test_documents_are_read_one_at_a_time(tmp_path: Path) -> None:
    """The second document is not touched before it is asked for: memory holds one."""
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps({"text": POST}) + "\n" + "{broken\n" * 3)
    seen: list[str] = []
    reading = read_sources([str(path)], on_error=lambda source, error: seen.append(source))
    next(reading)
    assert seen == []
    assert next(reading, None) is None
    assert len(seen) == 3
