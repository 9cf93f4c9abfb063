"""What a record's page is: the short way, for usual heads and bodies, gives what the long way gives."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archiver import http1
from archiver.errors import InputError, LimitError
from archiver.sources.recordpages import Answer, answer_of, body_of, form_of, may_be_untyped

PAGE = b"<!doctype html><p>The weir at Lunnau is open.</p>" * 40
LIMIT = 1 << 20


def chunked(data: bytes, size: int = 100, end: bytes = b"0\r\n\r\n") -> bytes:
    pieces = [data[at : at + size] for at in range(0, len(data), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + end


def body(data: bytes, answer: Answer, told: list[str] | None = None, limit: int = LIMIT) -> bytes:
    told = [] if told is None else told
    return body_of(data, answer, subject="a page", packed=len(data), max_document=limit, broken=told.append)


@pytest.mark.parametrize(
    ("record_type", "uri", "content_type", "form"),
    [
        ("response", "https://a.example/", None, "answer"),
        ("response", "dns:a.example", "text/html", None),
        ("resource", "file:///a.html", "text/html; charset=utf-8", "block"),
        ("resource", "metadata://gnu.org/software/wget/warc/wget.log", "text/plain", None),
        ("resource", "https://a.example/a.png", "image/png", None),
        ("conversion", "https://a.example/", "text/plain", "block"),
        ("request", "https://a.example/", "text/html", None),
        ("revisit", "https://a.example/", "application/http; msgtype=response", None),
        ("metadata", "https://a.example/", "text/plain", None),
    ],
)
def test_which_records_may_hold_a_page(record_type: str, uri: str, content_type: str | None, form: str | None) -> None:
    assert form_of(record_type, uri, content_type) == form


LINES = st.sampled_from(
    [
        b"Content-Type: text/html; charset=utf-8",
        b"content-type:application/xhtml+xml",
        b"Content-Type : text/html",
        b"\x0bContent-Type: text/html",
        b"\rContent-Type: text/html",
        b"Content-Type: image/png",
        b"Content-Type:",
        b"X-Type: a\r\n Content-Type: text/html",
        b"Transfer-Encoding: Chunked",
        b"Content-Encoding: gzip\t",
        b"Content-Encoding: br",
        b"content-encoding: GZIP, x",
        b"no field",
        b"Server: n\xe9 : \xff",
    ]
)


@given(
    st.sampled_from(
        [b"HTTP/1.1 200 OK", b"http/1.0 206", b"HTTP/1.1  200 OK", b"HTTP/1.1 404 no", b"", b"200 OK", b"HTTP/1.1 +20"]
    ),
    st.lists(LINES, max_size=6),
    st.sampled_from([b"\r\n", b"\n"]),
    st.sampled_from([b"\r\n\r\n", b"\n\n", b""]),
)
def test_a_head_is_read_as_by_the_careful_parser(first: bytes, lines: list[bytes], between: bytes, end: bytes) -> None:
    head = between.join([first, *lines]) + end
    _, status, fields = http1.parse_head(head)
    header = {name.lower(): value for name, value in reversed(fields)}
    content_type = header.get("content-type", "")
    found = answer_of(head)
    if not 200 <= status < 300 or http1.media_type(content_type) not in ("text/html", "application/xhtml+xml", ""):
        assert found is None
        return
    assert found == Answer(
        content_type,
        "chunked" in header.get("transfer-encoding", "").lower(),
        http1.content_codings(header.get("content-encoding")),
    )


def the_long_way(data: bytes, answer: Answer) -> bytes:
    stream = io.BytesIO(data)
    pieces: Iterator[bytes] = http1.dechunk(stream) if answer.chunked else iter(lambda: stream.read(16384), b"")
    return b"".join(http1.decoded(pieces, answer.codings))


CODED = {
    "identity": PAGE,
    "gzip": gzip.compress(PAGE),
    "gzip, two members": gzip.compress(PAGE[:500]) + gzip.compress(PAGE[500:]),
    "gzip, junk behind": gzip.compress(PAGE) + b"junk",
    "deflate": zlib.compress(PAGE),
}


@settings(deadline=None)
@given(
    st.sampled_from(sorted(CODED)),
    st.sampled_from([(), ("gzip",), ("x-gzip",), ("deflate",)]),
    st.booleans(),
    st.sampled_from([b"0\r\n\r\n", b"0\r\nA: b\r\n\r\n", b"0", b"", b"0x1\r\na\r\n0\r\n\r\n"]),
    st.lists(st.tuples(st.integers(0, 3000), st.integers(0, 255)), max_size=2),
)
def test_a_body_is_decoded_as_the_long_way(
    name: str, codings: tuple[str, ...], in_chunks: bool, end: bytes, changes: list[tuple[int, int]]
) -> None:
    data = bytearray(chunked(CODED[name], end=end) if in_chunks else CODED[name])
    for at, value in changes:
        if at < len(data):
            data[at] = value
    answer = Answer("text/html", in_chunks, codings)
    assert body(bytes(data), answer) == the_long_way(bytes(data), answer)


def test_what_is_whole_is_not_called_broken() -> None:
    told: list[str] = []
    for codings, data in [((), PAGE), (("gzip",), gzip.compress(PAGE)), (("deflate",), zlib.compress(PAGE))]:
        assert body(data, Answer("", False, codings), told) == PAGE
        assert body(chunked(data), Answer("", True, codings), told) == PAGE
        assert body(chunked(data, size=3), Answer("", True, codings), told) == PAGE
    # the field stayed when the body was decoded
    assert body(PAGE, Answer("", True, ("gzip",)), told) == PAGE
    assert told == []


@pytest.mark.parametrize("codings", [(), ("gzip",), ("deflate",), ("br",), ("zstd",)])
@pytest.mark.parametrize("in_chunks", [True, False])
def test_a_body_that_breaks_off_is_told_and_gives_what_it_has(codings: tuple[str, ...], in_chunks: bool) -> None:
    if not codings and not in_chunks:
        return  # nothing in it says that it is too short
    page = b"".join(b"<p>%d the weir %x</p>" % (n, n * n) for n in range(3000))
    coded: dict[str, Callable[[bytes], bytes]] = {"gzip": gzip.compress, "deflate": zlib.compress}
    if codings == ("br",):
        coded["br"] = pytest.importorskip("brotli").compress
    if codings == ("zstd",):
        coded["zstd"] = pytest.importorskip("backports.zstd").compress
    data = coded[codings[0]](page) if codings else page
    data = chunked(data) if in_chunks else data
    told: list[str] = []
    found = body(data[: len(data) // 2], Answer("", in_chunks, codings), told)
    assert told
    assert page.startswith(found)
    whole: list[str] = []
    assert body(data, Answer("", in_chunks, codings), whole) == page
    assert whole == []


def test_what_is_too_large_or_expands_too_far_is_refused() -> None:
    with pytest.raises(InputError, match="larger"):
        body(PAGE, Answer("", False, ()), limit=1000)
    with pytest.raises(InputError, match="larger"):
        body(gzip.compress(PAGE), Answer("", False, ("gzip",)), limit=1000)
    with pytest.raises(LimitError, match="expands"):
        body(gzip.compress(b"<p>" + bytes(20 << 20)), Answer("", False, ("gzip",)), limit=64 << 20)
    with pytest.raises(LimitError, match="chunks"):
        body(chunked(b"a" * 110_000, size=1), Answer("", True, ()))


def test_an_answer_without_a_type_is_a_page_where_it_looks_like_one() -> None:
    assert may_be_untyped(b"<!doctype html><title>A</title>", subject="a")
    assert not may_be_untyped(b"The weir is open.", subject="a")
    assert not may_be_untyped(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0", subject="a")


def test_the_short_way_is_taken_for_what_is_usual(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http1, "decoded", lambda *_args, **_more: pytest.fail("the long way"))
    assert body(chunked(gzip.compress(PAGE)), Answer("", True, ("gzip",))) == PAGE
    monkeypatch.setattr(http1, "parse_head", lambda *_args: pytest.fail("the long way"))
    assert answer_of(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n") == Answer("text/html", False, ())
