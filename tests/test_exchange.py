"""One exchange: its payload, its text, where it redirects to; what untrusted bodies can do to a reader."""

from __future__ import annotations

import gzip
import io
import random
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import brotli
import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver import http1
from archiver.errors import ArchiverError, LimitError
from archiver.exchange import Exchange

WHEN = datetime(2026, 3, 1, tzinfo=UTC)


def exchange(body: bytes, *headers: tuple[str, str], **named: Any) -> Exchange:
    head = b"HTTP/1.1 200 OK\r\n" + b"".join(f"{n}: {v}\r\n".encode("latin-1") for n, v in headers) + b"\r\n"
    return Exchange(
        **{"url": "https://posts.example/a/1", "time": WHEN, "status": 200, **named},
        headers=headers,
        open_response=lambda: io.BytesIO(head + body),
        response_length=len(head) + len(body),
        head_length=len(head),
    )


def test_a_plain_body() -> None:
    assert exchange(b"words").payload() == b"words"


def test_chunks_and_gzip_come_off() -> None:
    data = gzip.compress(b"words")
    body = b"%x\r\n%b\r\n0\r\n\r\n" % (len(data), data)
    assert exchange(body, ("transfer-encoding", "Chunked"), ("CONTENT-ENCODING", "gzip")).payload() == b"words"


def test_a_payload_larger_than_the_limit_is_not_read() -> None:
    with pytest.raises(LimitError, match="more than 4 bytes"):
        exchange(b"words").payload(limit=4)
    assert exchange(b"words").payload(limit=5) == b"words"


@pytest.mark.parametrize(
    ("coding", "pack"),
    [
        ("gzip", gzip.compress),
        ("gzip, gzip", lambda data: gzip.compress(gzip.compress(data))),
        ("br", lambda data: brotli.compress(data, quality=5)),
    ],
    ids=["gzip", "gzip, gzip", "br"],
)
def test_a_bomb_is_stopped(coding: str, pack: Callable[[bytes], bytes]) -> None:
    body = pack(b"\0" * 50_000_000)  # made here: where tests are collected, each process would wait for it
    with pytest.raises(LimitError, match="expands more than 200 times"):
        exchange(body, ("Content-Encoding", coding)).payload()


def test_a_strangers_body_is_measured_by_what_its_record_takes() -> None:
    """A gzip body that is itself compressed in its file: megabytes of it may lie in a few kilobytes."""
    body = gzip.compress(random.Random(1).randbytes(3_000_000), 0)
    found = exchange(body, ("Content-Encoding", "gzip"))
    assert len(found.payload()) == 3_000_000
    found.packed_length = 10_000
    for read in (found.payload, lambda: list(found.iter_payload())):
        with pytest.raises(LimitError, match="expands more than 200 times"):
            read()


def test_a_strangers_body_that_is_not_encoded_is_streamed_and_not_held() -> None:
    found = exchange(bytes(3_000_000))
    found.packed_length = 3_000
    assert sum(map(len, found.iter_payload())) == 3_000_000
    with pytest.raises(LimitError, match="expands more than 200 times"):
        found.payload()


def test_how_far_a_body_expands_is_measured_on_the_way() -> None:
    """A megabyte of zeros behind, and nothing is read of it."""
    body = gzip.compress(bytes(50_000_000)) + gzip.compress(random.Random(1).randbytes(500_000), 0)
    got: list[int] = []
    with pytest.raises(LimitError, match="expands more than 200 times"):
        got.extend(map(len, exchange(body, ("Content-Encoding", "gzip")).iter_payload()))
    assert sum(got) < 15_000_000


def test_chunks_of_a_byte_without_end_are_not_followed() -> None:
    body = b"1\r\na\r\n" * (http1.MANY_CHUNKS + 1)
    with pytest.raises(LimitError, match="chunks"):
        exchange(body, ("Transfer-Encoding", "chunked")).payload()


def test_a_small_body_of_blanks_is_no_bomb() -> None:
    assert len(exchange(gzip.compress(b" " * 1_000_000), ("Content-Encoding", "gzip")).payload()) == 1_000_000


def test_a_cut_body_gives_its_beginning() -> None:
    cut = gzip.compress(bytes(range(256)) * 1000, 0)[:100_000]
    payload = exchange(cut, ("Content-Encoding", "gzip"), truncated="disconnect").payload()
    assert len(payload) > 90_000
    assert (bytes(range(256)) * 1000).startswith(payload)


@given(
    st.sampled_from(["gzip", "deflate", "br", "x-gzip", "gzip, br", "zstd", "odd"]),
    st.booleans(),
    st.binary(max_size=200),
)
def test_any_body_gives_bytes_or_one_of_our_errors(coding: str, chunked: bool, body: bytes) -> None:
    headers = [("Content-Encoding", coding), *([("Transfer-Encoding", "chunked")] if chunked else [])]
    try:
        exchange(body, *headers).payload()
    except ArchiverError as error:
        told = str(error)
    else:
        told = ""
    assert "\n" not in told


@pytest.mark.parametrize(
    ("content_type", "body", "text"),
    [
        ("text/html; charset=iso-8859-1", "café".encode("latin-1"), "café"),
        ('text/html; charset="UTF-8"', "café".encode(), "café"),
        ("text/html;charset=windows-1251", "пост".encode("cp1251"), "пост"),
        ("text/html", "café".encode(), "café"),
        ("text/html; charset=", "café".encode(), "café"),
        ("text/html; charset=no-such", "café".encode(), "café"),
        ("text/html; charset=hex", b"zz", "zz"),
        ("text/html; charset=idna", b"abc", "abc"),
        ("text/html; charset=undefined", b"abc", "abc"),
        ("text/html; charset=\0", b"abc", "abc"),
        ("text/html; charset=rot13", b"abc", "abc"),
        ("text/html; charset=utf-8", b"\xef\xbb\xbfabc", "abc"),
        ("text/html; charset=latin-1", "\ufeffé".encode(), "é"),
        ("text/html; charset=utf-8", b"a\xffb", "a\ufffdb"),
    ],
)
def test_text(content_type: str, body: bytes, text: str) -> None:
    assert exchange(body, ("Content-Type", content_type)).text() == text


@given(st.text(st.characters(max_codepoint=255), max_size=30), st.binary(max_size=30))
def test_no_charset_breaks_reading(charset: str, body: bytes) -> None:
    assert isinstance(exchange(body, ("Content-Type", f"text/html; charset={charset}")).text(), str)


@pytest.mark.parametrize(
    ("status", "location", "target"),
    [
        (301, "/b", "https://posts.example/b"),
        (302, "2", "https://posts.example/a/2"),
        (303, "https://other.example/#x", "https://other.example/"),
        (307, "//other.example/", "https://other.example/"),
        (308, "caf\u00c3\u00a9", "https://posts.example/a/café"),
        (200, "/b", None),
        (304, "/b", None),
        (302, None, None),
        (302, "", None),
    ],
)
def test_where_it_redirects_to(status: int, location: str | None, target: str | None) -> None:
    headers = [("location", location)] if location is not None else []
    assert exchange(b"", *headers, status=status).redirect == target


def test_the_media_type_is_given_alone() -> None:
    assert exchange(b"", ("content-type", "Text/HTML ; charset=utf-8")).content_type == "text/html"
    assert exchange(b"", ("content-type", ";")).content_type is None
    assert exchange(b"").content_type is None
