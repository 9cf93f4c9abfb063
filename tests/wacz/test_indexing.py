"""Index lines are cdxj-indexer's. Invariant: of any sound WARC file both make the same bytes."""

from __future__ import annotations

import gzip
import io
from pathlib import Path
from typing import Any

import pytest
from cdxj_indexer.main import CDXJIndexer
from hypothesis import given, settings
from hypothesis import strategies as st

from archiver.errors import InputError
from archiver.store.sweep import Damage
from archiver.wacz.indexing import index_entries, write_cdxj

FIXTURES = Path(__file__).parents[2] / "../shared/fixtures/warc_arc"
DIGEST = "WARC-Payload-Digest: sha1:3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ"
URL = "https://Site.example/A?b=2&a=1"
PAGE = b"HTTP/1.1 200 OK\r\nContent-Type: Text/HTML; charset=utf-8\r\n\r\n<p>words</p>"


def record(
    kind: str, block: bytes, *fields: str | bytes, url: str | None = URL, date: str = "2026-03-01T12:00:00Z"
) -> bytes:
    head = ["WARC/1.1", f"WARC-Type: {kind}", f"WARC-Date: {date}", "WARC-Record-ID: <urn:uuid:1>"]
    lines = [line.encode() for line in head]
    if url is not None:
        lines.append(f"WARC-Target-URI: {url}".encode())
    lines += [field if isinstance(field, bytes) else field.encode() for field in fields]
    lines += [f"Content-Length: {len(block)}".encode(), b"", b""]
    return b"\r\n".join(lines) + block + b"\r\n\r\n"


def ours(data: bytes) -> str:
    found = list(index_entries(io.BytesIO(data), "x.warc"))
    assert not [entry for entry in found if isinstance(entry, Damage)]
    return b"".join(sorted({entry.line for entry in found if not isinstance(entry, Damage)})).decode()


class Theirs(CDXJIndexer):
    """Closes what it leaves open."""

    def process_index_entry(self, it: Any, record: Any, *rest: Any) -> None:
        super().process_index_entry(it, record, *rest)
        if hasattr(record, "_orig_stream"):  # then that is a temporary file
            record.raw_stream.close()

    def process_all(self) -> None:
        super().process_all()
        if self.writer:
            self.writer.out.close()


def theirs(data: bytes) -> str:
    out = io.StringIO()
    Theirs(out, [io.BytesIO(data)], sort=True, filename="x.warc").process_all()
    return out.getvalue()


def http(*lines: bytes, body: bytes = b"<p>words</p>") -> bytes:
    return b"\r\n".join([*lines, b"", b""]) + body


RECORDS = {
    "warcinfo": record("warcinfo", b"software: x\r\n", "Content-Type: application/warc-fields", url=None),
    "page": record("response", PAGE, DIGEST),
    "no digest": record("response", PAGE),
    "empty digest": record("response", PAGE, "WARC-Payload-Digest:"),
    "chunked": record("response", http(b"HTTP/1.1 200 OK", b"Transfer-Encoding: chunked", body=b"1\r\na\r\n0\r\n\r\n")),
    "request": record("request", http(b"GET /A HTTP/1.1", b"Host: site.example", body=b"")),
    "revisit": record("revisit", http(b"HTTP/1.1 304 Not Modified", body=b""), DIGEST),
    "revisit, nothing in it": record("revisit", b"", DIGEST),
    "revisit, no digest": record("revisit", http(b"HTTP/1.1 200 OK", body=b"")),
    "resource": record("resource", b"<p>", "Content-Type: Text/HTML;charset=utf-8"),
    "resource, no type": record("resource", b"<p>", DIGEST),
    "resource, of fields": record("resource", b"a: b\r\n", "Content-Type: application/warc-fields"),
    "metadata": record("metadata", b"{}", "Content-Type: application/json", url="urn:x:Y?b=2&a=1"),
    "metadata, of fields": record("metadata", b"a: b\r\n", "Content-Type: application/warc-fields"),
    "metadata, no address": record("metadata", b"{}", "Content-Type: application/json", url=None),
    "conversion": record("conversion", b"x", "Content-Type: text/plain"),
    "brackets": record("response", PAGE, DIGEST, url=f"<{URL}>"),
    "a space": record("response", PAGE, DIGEST, url="http://site.example/a b"),
    "another scheme": record("response", b"20261120 192.0.2.7", DIGEST, url="dns:site.example"),
    "capital scheme": record("response", PAGE, DIGEST, url="HTTP://site.example/"),
    "letters": record("response", PAGE, DIGEST, url="http://m\u00fcller.example/\u00e9"),
    "latin-1": record("response", PAGE, DIGEST, b"WARC-Note: \xe9", url="http://site.example/"),
    "no length": record("response", b"", DIGEST),
    "fields in capitals": record("response", PAGE, DIGEST.upper()),
    "two digests": record("response", PAGE, DIGEST, "WARC-Payload-Digest: sha256:00"),
    "spaces": record("response", PAGE, "WARC-Payload-Digest :  sha256:00 \t"),
    "fraction": record("response", PAGE, DIGEST, date="2026-03-01T12:00:00.250001Z"),
    "a day": record("response", PAGE, DIGEST, date="2026-03-01"),
    "to the minute": record("response", PAGE, DIGEST, date="2026-03-01T12:00Z"),
    "status alone": record("response", http(b"HTTP/1.1 404"), DIGEST),
    "no status": record("response", http(b"HTTP/1.1"), DIGEST),
    "odd status": record("response", http(b"HTTP/2  999  What"), DIGEST),
    "no HTTP": record("response", b"<p>words</p>", DIGEST),
    "empty line first": record("response", b"\r\nHTTP/1.1 200 OK\r\n\r\n", DIGEST),
    "line ends alone": record("response", b"HTTP/1.1 200 OK\nContent-Type: text/html\n\n<p>", DIGEST),
    "no end of head": record("response", b"HTTP/1.1 200 OK\r\nContent-Type: text/html", DIGEST),
    "a field that goes on": record("response", http(b"HTTP/1.1 200 OK", b"Content-Type: text/\r\n html;a"), DIGEST),
    "a line of spaces": record("response", http(b"HTTP/1.1 200 OK", b"  ", b"Content-Type: text/html"), DIGEST),
    "no field": record("response", http(b"HTTP/1.1 200 OK", b"nonsense", b"Content-Type: text/html"), DIGEST),
    "two types": record("response", http(b"HTTP/1.1 200 OK", b"Content-Type: a/b", b"content-type: c/d"), DIGEST),
    "empty type": record("response", http(b"HTTP/1.1 200 OK", b"Content-Type:"), DIGEST),
    "only parameters": record("response", http(b"HTTP/1.1 200 OK", b"Content-Type: ; charset=x"), DIGEST),
    "type in two words": record("response", http(b"HTTP/1.1 200 OK", b"Content-Type: text/html text/plain"), DIGEST),
    "type with letters": record("response", http(b"HTTP/1.1 200 OK", "Content-Type: text/\u00e9".encode()), DIGEST),
    "type in latin-1": record("response", http(b"HTTP/1.1 200 OK", b"Content-Type: text/\xe9\xa0"), DIGEST),
    "type with quotes": record("response", http(b"HTTP/1.1 200 OK", b'Content-Type: "a\\b"'), DIGEST),
    "vertical space": record("response", http(b"HTTP/1.1 200 OK", b"Content-Type: text/html\x0b"), DIGEST),
    "long head": record("response", http(b"HTTP/1.1 200 OK", b"X: " + b"y" * 200_000, b"Content-Type: a/b"), DIGEST),
    "long body": record("response", http(b"HTTP/1.1 200 OK", b"Content-Type: a/b", body=b"y" * 300_000)),
}  # fmt: skip


@pytest.mark.parametrize("name", RECORDS)
def test_a_record_is_listed_as_cdxj_indexer_lists_it(name: str) -> None:
    data = RECORDS["page"] + RECORDS[name]
    assert ours(data) == theirs(data)
    packed = gzip.compress(RECORDS["page"], mtime=0) + gzip.compress(RECORDS[name], mtime=0)
    assert ours(packed) == theirs(packed)


def test_all_of_them_in_one_file_are_sorted_alike(tmp_path: Path) -> None:
    path = tmp_path / "x.warc.gz"
    path.write_bytes(b"".join(gzip.compress(data, mtime=0) for data in RECORDS.values()) * 2)
    out = io.BytesIO()
    assert write_cdxj(out, [path]) == []
    their_out = io.StringIO()
    Theirs(their_out, [str(path)], sort=True).process_all()
    assert out.getvalue().decode() == their_out.getvalue()


LINES = st.sampled_from(
    [b"Content-Type: text/html", b"content-type:a/b; c", b"CONTENT-TYPE : x ", b"X-Y: z", b" goes on", b"\tgoes on",
     b"", b"nothing", b":", b"Content-Type", b"\xff: \xfe", b"Content-Type: \xc3\xa9", b"\r", b"Content-Type: a\x1cb"]
)  # fmt: skip
FIRST = st.sampled_from(
    [b"HTTP/1.1 200 OK", b"HTTP/1.0 404", b"HTTP/1.1", b"", b"x", b" ", b"HTTP/1.1  5 x", b"\xff \xff"]
)
KINDS = st.sampled_from(["response", "revisit", "resource", "metadata", "request", "Response"])


@settings(max_examples=300)
@given(KINDS, FIRST, st.lists(LINES, max_size=5), st.sampled_from([b"\n", b"\r\n"]), st.sampled_from([(), (DIGEST,)]))
def test_a_record_made_at_random_is_listed_as_cdxj_indexer_lists_it(
    kind: str, first: bytes, lines: list[bytes], line_end: bytes, fields: tuple[str, ...]
) -> None:
    if kind == "request":
        first = b"GET /A HTTP/1.1"  # warcio fails at others
    data = record(kind, line_end.join([first, *lines]), "Content-Type: application/http", *fields)
    assert ours(data) == theirs(data)


SOUND = (
    "jwarc_cc.warc.gz", "jwarc_gzip_extra_sl.warc.gz", "py-wacz_example-warcinfo-metadata.warc",
    "warcio_example-digest.warc", "warcio_example-iana.org-chunked.warc", "warcio_example-space-in-target-uri.warc.gz",
    "warcio_example-wget-bad-target-uri.warc.gz", "warcio_example.warc", "warcio_example.warc.gz",
)  # fmt: skip


@pytest.mark.skipif(not FIXTURES.is_dir(), reason="the shared recordings are not here")
@pytest.mark.parametrize("name", SOUND)
def test_other_programs_files_are_listed_as_cdxj_indexer_lists_them(name: str) -> None:
    data = (FIXTURES / name).read_bytes()
    assert ours(data) == theirs(data)


def test_each_record_can_have_its_own_digest_in_its_line() -> None:
    data = RECORDS["warcinfo"] + RECORDS["page"]
    (entry,) = index_entries(
        io.BytesIO(data), "x.warc", digest_of=lambda place: f"sha256:{place.offset}+{place.length}"
    )
    assert not isinstance(entry, Damage)
    length = len(RECORDS["page"]) - 4
    assert entry.line.endswith(f', "recordDigest": "sha256:{len(RECORDS["warcinfo"])}+{length}"}}\n'.encode())


def test_damage_is_told_of_and_what_is_behind_it_is_listed(tmp_path: Path) -> None:
    whole = gzip.compress(RECORDS["page"], mtime=0)
    path = tmp_path / "x.warc.gz"
    path.write_bytes(whole + whole[:60] + whole)
    out = io.BytesIO()
    (warning,) = write_cdxj(out, [path])
    assert f"at offset {len(whole)}" in warning
    assert [line.count(b'"offset": "0"') for line in out.getvalue().splitlines()] == [1, 0]


def test_what_cannot_be_fetched_alone_is_not_listed(tmp_path: Path) -> None:
    path = tmp_path / "x.warc.gz"
    path.write_bytes(gzip.compress(RECORDS["page"] * 2, mtime=0) + gzip.compress(RECORDS["page"], mtime=0))
    out = io.BytesIO()
    (warning,) = write_cdxj(out, [path])
    assert "several records in one gzip member" in warning
    assert len(out.getvalue().splitlines()) == 1


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="nowhere"):
        write_cdxj(io.BytesIO(), [tmp_path / "nowhere.warc.gz"])
