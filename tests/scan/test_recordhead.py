"""The short way through a record's header gives for each field what reading all of it gives."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from archiver.scan.reading.recordhead import RecordHead
from archiver.store.recordheader import parse_header

FIELDS = ("warc-type", "warc-record-id", "warc-target-uri", "warc-date", "warc-truncated", "content-type")

LINES = st.sampled_from(
    [
        b"WARC-Type: response",
        b"warc-type:request",
        b"WARC-Type : conversion",
        b" WARC-Type: resource",
        b"\rWARC-Type: resource",
        b"WARC-Type\r: resource",
        b"WARC-Target-URI: <https://lunnau.example/a b>",
        b"WARC-Target-URI:\t https://lunnau.example/\xc3\xa9 ",
        b"WARC-Target-URI: https://lunnau.example/\xe9",
        b"WARC-Record-ID: <urn:uuid:1>",
        b"X: a\r\n\tWARC-Date: 2026",
        b"WARC-Date: 2026-11-30T10:00:00Z",
        b"Content-Type: text/plain;  charset=utf-8",
        b"Content-Length: 12",
        b"Content-Length: 012 ",
        b"Content-Length: -1",
        b"CONTENT-LENGTH: 7",
        b"no field",
        b":",
    ]
)


@given(
    st.sampled_from([b"WARC/1.0", b"WARC/1.1", b"WARC/0.18", b"WARC/1.0 ", b"WARC/2", b"", b"XARC/1.0"]),
    st.lists(LINES, max_size=8),
    st.lists(st.sampled_from([b"\r\n", b"\n"]), min_size=9, max_size=9),
)
def test_it_reads_what_the_whole_header_says(version: bytes, lines: list[bytes], ends: list[bytes]) -> None:
    data = b"".join(line + end for line, end in zip([version, *lines], ends, strict=False)) + ends[-1]
    try:
        expected = parse_header(data)
    except ValueError:
        try:
            RecordHead(data)
        except ValueError:
            return
        raise AssertionError("the short way takes what the long way refuses") from None
    found = RecordHead(data)
    assert found.length == expected.length
    for name in FIELDS:
        assert found.get(name) == expected.known.get(name, "")
