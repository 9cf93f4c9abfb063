"""A record's header as other tools write it: line ends, folded values, bytes that are no UTF-8.

The invariant for hypothesis: the fast way and the general one give the same fields for any lines.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.store import recordheader
from archiver.store.recordheader import parse_header


def test_fields_in_order_and_by_name() -> None:
    header = parse_header(b"WARC/1.1\r\nB: 1\r\nA:2\r\nb: 3\r\nContent-Length: 7\r\n\r\n")
    assert header.version == "WARC/1.1"
    assert header.fields == (("B", "1"), ("A", "2"), ("b", "3"), ("Content-Length", "7"))
    assert header.known == {"b": "1", "a": "2", "content-length": "7"}
    assert (header.length, header.strays) == (7, 0)


@pytest.mark.parametrize(
    ("lines", "fields"),
    [
        (b"A: one\r\n two\r\n", [("A", "one two")]),
        (b"A: one\r\n\ttwo\r\n", [("A", "one two")]),
        (b"A: one\nB: two\n", [("A", "one"), ("B", "two")]),
        (b"A :  one \t\r\n", [("A", "one")]),
        (b"A:\r\n", [("A", "")]),
        (b"A: b: c\r\n", [("A", "b: c")]),
        ("A: größe\r\n".encode(), [("A", "größe")]),
        ("A: größe\r\n".encode("latin-1"), [("A", "größe")]),
    ],
)
def test_forms_that_are_in_use(lines: bytes, fields: list[tuple[str, str]]) -> None:
    assert parse_header(b"WARC/1.0\r\n" + lines + b"Content-Length: 0\r\n\r\n").fields[:-1] == tuple(fields)


def test_lines_that_are_no_field_are_counted() -> None:
    assert parse_header(b"WARC/1.0\r\nA: 1\r\nnonsense\r\nContent-Length: 0\r\n\r\n").strays == 1


@pytest.mark.parametrize("length", [b"", b"-1", b"1.5", b"1e3", b"9" * 19, "١".encode()])
def test_a_length_that_is_none(length: bytes) -> None:
    with pytest.raises(ValueError, match="no Content-Length"):
        parse_header(b"WARC/1.0\r\nContent-Length: " + length + b"\r\n\r\n")


LINES = st.lists(
    st.sampled_from(
        ["A: b", "A:b", "A: b:  c", " folded", "\tfolded", "x", "A : b", "A:  b", "A: b ", ": b", "A: \rb", ""]
    ),
    max_size=6,
)


@given(LINES, st.sampled_from(["\r\n", "\n"]))
def test_both_ways_give_the_same(lines: list[str], end: str) -> None:
    text = end.join([*lines, "", ""])
    assert recordheader._fields(text) == recordheader._irregular(text)
