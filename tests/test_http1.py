"""Invariants: parsing HTTP bytes never fails and never reads past the message; what was encoded decodes to itself,
in whatever pieces it comes; what is cut gives a beginning of it.
"""

from __future__ import annotations

import gzip
import io
import sys
import zlib
from collections.abc import Iterable, Iterator

import brotli
import h11
import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver import http1
from archiver.errors import InputError, LimitError
from archiver.http1 import body_length, chunked_length, content_codings, dechunk, decoded, final_head, parse_head

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

BODIES = st.binary(max_size=3000) | st.binary(max_size=20).map(lambda piece: piece * 5000)


def chunked(body: bytes, sizes: Iterable[int], *, extension: bytes = b"", trailer: bytes = b"") -> bytes:
    out, position = b"", 0
    for size in sizes:
        piece = body[position : position + size]
        if piece:
            out += b"%x%b\r\n%b\r\n" % (len(piece), extension, piece)
            position += len(piece)
    if body[position:]:
        out += b"%X\r\n%b\r\n" % (len(body[position:]), body[position:])
    return out + b"0\r\n" + trailer + b"\r\n"


SIZES = st.lists(st.integers(1, 500), max_size=8)
EXTENSIONS = st.sampled_from([b"", b";a=b", b' ; name="x;y"'])
TRAILERS = st.sampled_from([b"", b"X-A: 1\r\n", b"X-A: 1\r\nX-B: 2\r\n"])


@given(BODIES, SIZES, EXTENSIONS, TRAILERS, st.binary(max_size=50))
def test_a_chunked_body_is_joined_and_its_end_is_found(
    body: bytes, sizes: list[int], extension: bytes, trailer: bytes, after: bytes
) -> None:
    message = chunked(body, sizes, extension=extension, trailer=trailer)
    assert b"".join(dechunk(io.BytesIO(message + after))) == body
    assert chunked_length(io.BytesIO(message + after)) == len(message)


@given(BODIES, SIZES, st.data())
def test_a_cut_chunked_body_gives_a_beginning_and_no_length(body: bytes, sizes: list[int], data: st.DataObject) -> None:
    message = chunked(body, sizes)
    cut = message[: data.draw(st.integers(0, len(message) - 1))]
    assert chunked_length(io.BytesIO(cut)) is None
    joined = b"".join(dechunk(io.BytesIO(cut)))
    assert body.startswith(joined) or b"\n" not in cut


@given(st.binary(max_size=300))
def test_any_bytes_can_be_read_as_chunks(data: bytes) -> None:
    length = chunked_length(io.BytesIO(data))
    assert length is None or length <= len(data)
    assert len(b"".join(dechunk(io.BytesIO(data)))) <= len(data)


def test_a_body_that_was_joined_already_is_passed_on() -> None:
    assert b"".join(dechunk(io.BytesIO(b"<html>\nno chunks at all"))) == b"<html>\nno chunks at all"


PARTS_OF_CHUNKS = st.sampled_from(
    [
        b"3\r\nabc\r\n", b"000000000000000000A\r\n0123456789\r\n", b"3;x=y\r\nabc\r\n", b"3 \t\r\nabc\r\n", b"0\r\n",
        b"00000;x\r\n", b"X: y\r\n", b" z\r\n", b"X: y\n", b"\r\n", b"\n", b"3\nabc\n", b"3 ;a\r\nabc\r\n", b"-1\r\n",
    ]
)  # fmt: skip


@given(st.lists(PARTS_OF_CHUNKS, max_size=6), st.lists(PARTS_OF_CHUNKS, max_size=2))
def test_whatever_h11_takes_for_chunks_is_read_alike(before: list[bytes], behind: list[bytes]) -> None:
    """It reads the connection, and this module what was recorded of it."""
    body = b"".join([*before, b"0\r\n\r\n", *behind])
    connection = h11.Connection(h11.CLIENT)
    connection.send(h11.Request(method="GET", target="/", headers=[("Host", "a")]))
    connection.send(h11.EndOfMessage())
    connection.receive_data(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + body)
    joined = b""
    try:
        while not isinstance(event := connection.next_event(), h11.EndOfMessage):
            if event is h11.NEED_DATA:
                return
            joined += bytes(event.data) if isinstance(event, h11.Data) else b""
    except h11.RemoteProtocolError:
        return
    assert chunked_length(io.BytesIO(body)) == len(body) - len(connection.trailing_data[0])
    assert b"".join(dechunk(io.BytesIO(body))) == joined


@given(BODIES, SIZES)
def test_the_length_agrees_with_h11(body: bytes, sizes: list[int]) -> None:
    message = chunked(body, sizes)
    connection = h11.Connection(h11.CLIENT)
    connection.send(h11.Request(method="GET", target="/", headers=[("Host", "a")]))
    connection.send(h11.EndOfMessage())
    connection.receive_data(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + message + b"tail")
    joined = b""
    while not isinstance(event := connection.next_event(), h11.EndOfMessage):
        joined += bytes(event.data) if isinstance(event, h11.Data) else b""
    assert joined == body
    assert connection.trailing_data[0] == (message + b"tail")[chunked_length(io.BytesIO(message + b"tail")) or 0 :]


@pytest.mark.parametrize(
    ("status", "headers", "length"),
    [
        (200, (("content-LENGTH", "5"),), 5),
        (200, (("Content-Length", "5, 5"),), 5),
        (200, (("Content-Length", "9" * 30),), None),
        (200, (("Content-Length", "\u0665"),), None),
        (200, (), None),
        (204, (("Content-Length", "5"),), 0),
        (304, (("Content-Length", "5"),), 0),
        (200, (("Transfer-Encoding", "CHUNKED"), ("Content-Length", "99")), 8),
        (200, (("Content-Length", "99"), ("Transfer-Encoding", "chunked")), 8),
        (200, (("Transfer-Encoding", "identity"),), None),
    ],
)
def test_where_a_body_ends(status: int, headers: http1.Headers, length: int | None) -> None:
    assert body_length(status, headers, io.BytesIO(b"1\r\na\r\n0\r\n\r\nrest")) == (11 if length == 8 else length)


# Content codings.


def raw_deflate(data: bytes) -> bytes:
    compressor = zlib.compressobj(wbits=-15)
    return compressor.compress(data) + compressor.flush()


ENCODERS = {
    "gzip": gzip.compress,
    "x-gzip": lambda data: gzip.compress(data[: len(data) // 2]) + gzip.compress(data[len(data) // 2 :]),
    "deflate": zlib.compress,
    "br": brotli.compress,
    "zstd": lambda data: zstd.compress(data[: len(data) // 2]) + zstd.compress(data[len(data) // 2 :]),
}


def pieces(data: bytes, size: int) -> Iterable[bytes]:
    return iter([data[start : start + size] for start in range(0, len(data), size)])


@pytest.mark.parametrize("coding", ENCODERS)
@given(body=BODIES, size=st.integers(1, 4000))
def test_what_was_encoded_decodes_to_itself(coding: str, body: bytes, size: int) -> None:
    assert b"".join(decoded(pieces(ENCODERS[coding](body), size), (coding,))) == body  # type: ignore[arg-type]


@given(body=BODIES, size=st.integers(1, 4000))
def test_raw_deflate_is_told_apart(body: bytes, size: int) -> None:
    data = raw_deflate(body)
    if data[0] & 0x0F == 8 and (data[0] << 8 | data[1]) % 31 == 0:
        return  # looks like a zlib header: one in a thousand
    assert b"".join(decoded(pieces(data, size), ("deflate",))) == body  # type: ignore[arg-type]


@pytest.mark.parametrize("coding", ENCODERS)
@given(body=BODIES, data=st.data())
def test_what_breaks_off_gives_a_beginning(coding: str, body: bytes, data: st.DataObject) -> None:
    encoded = ENCODERS[coding](body)
    cut = encoded[: data.draw(st.integers(min(3, len(encoded)), len(encoded)))]
    got = b"".join(decoded(iter([cut]), (coding,)))
    assert body.startswith(got) or got == cut


@pytest.mark.parametrize("coding", ENCODERS)
@given(data=st.binary(max_size=300))
def test_any_bytes_can_be_decoded(coding: str, data: bytes) -> None:
    b"".join(decoded(iter([data]), (coding,)))


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd"])
def test_a_body_that_is_not_in_its_coding_is_passed_on(coding: str) -> None:
    body = b"<html>decoded long ago, the header field stayed</html>"
    assert b"".join(decoded(pieces(body, 10), (coding,))) == body  # type: ignore[arg-type]


def test_damage_in_a_gzip_body_gives_what_came_before() -> None:
    body = bytes(range(256)) * 2000
    encoded = bytearray(gzip.compress(body, 0))
    encoded[-1] ^= 0xFF  # the length behind the data
    assert b"".join(decoded(pieces(bytes(encoded), 999), ("gzip",))).startswith(body[:-70_000])  # type: ignore[arg-type]


def test_bytes_after_a_gzip_member_are_no_error() -> None:
    assert b"".join(decoded(iter([gzip.compress(b"page") + b"\0\0\0"]), ("gzip",))) == b"page"


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd"])
def test_pieces_stay_small_however_much_the_body_expands(coding: str) -> None:
    encoded = ENCODERS[coding](b"\0" * 20_000_000)
    sizes = [len(piece) for piece in decoded(iter([encoded]), (coding,))]
    assert sum(sizes) == 20_000_000
    assert max(sizes) <= 4 * http1.PIECE


@pytest.mark.parametrize(("coding", "words"), [("br", "brotli"), ("zstd", "zstd")])
def test_a_coding_without_a_library_is_told(coding: str, words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http1, "_optional", lambda name: None)
    with pytest.raises(InputError, match=words):
        list(decoded(iter([ENCODERS[coding](b"page")]), (coding,)))


def test_damage_in_a_zstd_body_gives_what_came_before() -> None:
    body = bytes(range(256)) * 4000
    frames = zstd.compress(body) + zstd.compress(body)[:-9] + b"\xff" * 9
    assert b"".join(decoded(pieces(frames, 99), ("zstd",))).startswith(body)  # type: ignore[arg-type]


def test_a_zstd_window_larger_than_http_allows_is_not_made_room_for() -> None:
    """RFC 9659: a window of 128 MB would be memory that a server decides about."""
    options = {int(zstd.CompressionParameter.window_log): 27, int(zstd.CompressionParameter.content_size_flag): 0}
    compressor = zstd.ZstdCompressor(options=options)
    frame = compressor.compress(bytes(range(256)) * 100) + compressor.flush()
    assert b"".join(decoded(iter([frame]), ("zstd",))) == b""


def test_an_older_brotli_without_output_limits_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before 1.2, 1.6 KB gave a gigabyte at once (CVE-2025-6176)."""

    class Decompressor:
        def process(self, data: bytes) -> bytes:
            raise AssertionError("it would give everything at once")

    class Module:
        error = brotli.error

    Module.Decompressor = Decompressor  # type: ignore[attr-defined]
    monkeypatch.setattr(http1, "_optional", lambda name: Module)
    with pytest.raises(InputError, match="no bound on its output"):
        list(decoded(iter([brotli.compress(b"page")]), ("br",)))


@pytest.mark.parametrize(
    ("coding", "part"), [("gzip", gzip.compress(b"", mtime=0)), ("zstd", zstd.compress(b""))], ids=["gzip", "zstd"]
)
def test_a_body_of_empty_parts_without_end_is_stopped(coding: str, part: bytes) -> None:
    """They give nothing that could be bounded, and each takes time."""
    with pytest.raises(LimitError, match="parts"):
        list(decoded(iter([part * (http1.MAX_PARTS + 1)]), (coding,)))
    assert list(decoded(iter([part * (http1.MAX_PARTS // 2)]), (coding,))) == []


def test_what_is_between_two_codings_is_counted() -> None:
    """A few bytes that stand for a hundred megabytes that stand for nothing."""
    bomb = gzip.compress(gzip.compress(b"page") + bytes(50_000_000))
    sizes: list[int] = []

    def counted(pieces: Iterator[bytes]) -> Iterator[bytes]:
        for piece in pieces:
            sizes.append(len(piece))
            yield piece

    assert b"".join(decoded(iter([bomb]), ("gzip", "gzip"), counted=counted)) == b"page"
    assert sum(sizes) > len(b"page") * 2


@pytest.mark.parametrize("more", [1, 17, 250])
def test_the_last_bytes_of_a_raw_deflate_body_are_there(more: int) -> None:
    """Where the output is full when the input ends, the rest waits in the decompressor."""
    body = bytes(http1.PIECE + more)
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    data = packer.compress(body) + packer.flush()
    assert b"".join(decoded(iter([data]), ("deflate",))) == body


def test_a_head_of_folded_lines_is_read_in_a_time_that_grows_with_it() -> None:
    head = b"HTTP/1.1 200 OK\r\nA: b\r\n" + b" a\r\n" * 300_000 + b"\r\n"
    _, status, headers = parse_head(head)
    assert status == 200
    assert headers == (("A", "b" + " a" * (http1.MAX_HEAD_LINES - 2)),)


def test_a_head_of_fields_without_end_gives_the_first_ones() -> None:
    _, _, headers = parse_head(b"HTTP/1.1 200 OK\r\n" + b"a:\r\n" * 300_000 + b"\r\n")
    assert len(headers) == http1.MAX_HEAD_LINES - 1


@pytest.mark.parametrize(
    ("value", "codings"),
    [
        (None, ()),
        ("", ()),
        ("identity", ()),
        ("GZip", ("gzip",)),
        ("deflate, gzip", ("deflate", "gzip")),
        ("gzip, zstd", ("gzip", "zstd")),
        ("compress", ()),
        ("gzip, compress", ()),
        (", ".join(["gzip"] * 5), ()),
    ],
)
def test_content_codings(value: str | None, codings: tuple[str, ...]) -> None:
    assert content_codings(value) == codings


def test_codings_on_top_of_each_other() -> None:
    assert b"".join(decoded(iter([gzip.compress(zlib.compress(b"page"))]), ("deflate", "gzip"))) == b"page"


# Heads.


@pytest.mark.parametrize(
    ("head", "parsed"),
    [
        (b"HTTP/1.1 200 OK\r\nA: 1\r\nb:2 \r\n\r\n", ("HTTP/1.1", 200, (("A", "1"), ("b", "2")))),
        (b"HTTP/1.0 404\nA: 1\n\n", ("HTTP/1.0", 404, (("A", "1"),))),
        (b"HTTP/1.1  200 OK\r\n\r\n", ("HTTP/1.1", 200, ())),
        (b"HTTP/1.1 200 OK\r\nA: 1\r\n  2\r\nno colon\r\n\r\n", ("HTTP/1.1", 200, (("A", "1 2"),))),
        (b"HTTP/1.1 200 OK\r\nA:\r\n 1\r\nB: 2\r\n \t\r\n\r\n", ("HTTP/1.1", 200, (("A", "1"), ("B", "2")))),
        (b"HTTP/1.1 2000 OK\r\n\r\n", ("HTTP/1.1", 0, ())),
        (b"HTTP/1.1 200 OK\r\n folded first\r\n\r\n", ("HTTP/1.1", 200, ())),
        (b"<html>", ("", 0, ())),
        (b"", ("", 0, ())),
    ],
)
def test_parse_head(head: bytes, parsed: tuple[str, int, http1.Headers]) -> None:
    assert parse_head(head) == parsed


@given(st.binary(max_size=300) | st.binary(max_size=100).map(lambda data: b"HTTP/1.1 200 OK\r\n" + data))
def test_any_bytes_can_be_read_as_a_head(data: bytes) -> None:
    _, status, headers = parse_head(data)
    assert 0 <= status <= 999
    assert all("\n" not in name + value for name, value in headers)
    start, length = final_head(data)
    assert 0 <= start <= start + length <= len(data)


def test_the_final_head_comes_after_the_interim_ones() -> None:
    early, final = b"HTTP/1.1 103 Early Hints\r\nA: 1\r\n\r\nHTTP/1.1 100 \r\n\r\n", b"HTTP/1.1 200 OK\r\n\r\n"
    assert final_head(early + final + b"body\r\n\r\n") == (len(early), len(final))
    switching = b"HTTP/1.1 101 Switching Protocols\r\n\r\n"
    assert final_head(switching + b"raw") == (0, len(switching))
