"""A block's digests in one pass say what `archiver.store.digests` says in several.

The invariant: for any block, split into pieces anywhere, both give the same verdict on every declared digest.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.store.digests import check_digests, spells
from archiver.store.sweep import Sweep, SweptRecord
from archiver.verification.digesting import digested


def swept(block: bytes, *fields: str, compressed: bool = True) -> SweptRecord:
    head = "\r\n".join(["WARC/1.1", *fields, f"Content-Length: {len(block)}", "", ""]).encode()
    data = head + block + b"\r\n\r\n"
    item = next(iter(Sweep(io.BytesIO(gzip.compress(data) if compressed else data))))
    assert isinstance(item, SweptRecord)
    return item


def declared(block: bytes, payload: bytes, algorithm: str = "sha1") -> list[str]:
    def digest(data: bytes) -> str:
        return f"{algorithm}:{base64.b32encode(hashlib.new(algorithm, data).digest()).decode().rstrip('=')}"

    return [f"WARC-Block-Digest: {digest(block)}", f"WARC-Payload-Digest: {digest(payload)}"]


def sha1(data: bytes) -> str:
    return declared(data, b"")[0].partition(": ")[2]


HTTP = ("WARC-Type: response", "Content-Type: application/http; msgtype=response")
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize("algorithm", ["sha1", "sha256", "sha512", "md5"])
def test_block_and_payload(algorithm: str) -> None:
    block = HEAD + b"words" * 100_000
    results = digested(swept(block, *HTTP, *declared(block, block[len(HEAD) :], algorithm))).results
    assert [matches for _, _, matches in results] == [True, True]


def test_either_reading_of_a_chunked_body() -> None:
    body = b"5\r\nwords\r\n0\r\n\r\n"
    for payload in (body, b"words"):
        results = digested(swept(CHUNKED + body, *HTTP, *declared(CHUNKED + body, payload))).results
        assert [matches for _, _, matches in results] == [True, True]
    results = digested(swept(CHUNKED + body, *HTTP, *declared(CHUNKED + body, b"wards"))).results
    assert [matches for _, _, matches in results] == [True, False]


def test_a_revisits_payload_digest_is_its_originals() -> None:
    fields = ["WARC-Type: revisit", HTTP[1], *declared(HEAD, b"the original's")]
    assert [name for name, _, _ in digested(swept(HEAD, *fields)).results] == ["WARC-Block-Digest"]


@pytest.mark.parametrize("of", [b"", HEAD, b"other"])
def test_wgets_revisits_have_the_digest_of_no_bytes_and_no_other_digest_is_let_pass(of: bytes) -> None:
    """wget --warc-dedup hashes the block of a revisit after it has been read: so each has the digest of nothing."""
    record = swept(HEAD, "WARC-Type: revisit", HTTP[1], declared(of, b"")[0])
    results = [(name, matches) for name, _, matches in digested(record).results]
    fields = (("WARC-Type", "revisit"), ("Content-Type", "application/http"), ("WARC-Block-Digest", sha1(of)))
    again = [(check.field, check.matches) for check in check_digests(fields, lambda: io.BytesIO(HEAD))]
    assert results == again == ([] if not of else [("WARC-Block-Digest", of == HEAD)])
    assert record.oddities == (
        [] if of else ["block digests of revisit records that are of no bytes, as wget writes them"]
    )


def test_the_digest_of_no_bytes_is_wrong_in_a_response() -> None:
    results = digested(swept(HEAD, *HTTP, *declared(b"", b""))).results
    assert [matches for _, _, matches in results] == [False, True]


def test_the_payload_digest_of_a_record_in_segments_is_of_all_segments() -> None:
    """ISO 28500:2017, section 5.9."""
    block = HEAD + b"the first ha"
    record = swept(block, *HTTP, "WARC-Segment-Number: 1", *declared(block, b"the first half and the second"))
    assert [(name, matches) for name, _, matches in digested(record).results] == [("WARC-Block-Digest", True)]
    assert record.oddities
    checks = check_digests(tuple(record.fields), lambda: io.BytesIO(block))
    assert [(check.field, check.matches) for check in checks] == [("WARC-Block-Digest", True)]


def test_an_unknown_algorithm_is_neither_right_nor_wrong() -> None:
    results = digested(swept(b"abc", "WARC-Type: resource", "WARC-Block-Digest: xyz:abc")).results
    assert results == (("WARC-Block-Digest", "xyz:abc", None),)


def test_what_is_kept_is_the_block() -> None:
    for block in (HEAD + b"body", b"plain", b""):
        kept = bytearray()
        digested(swept(block, *(HTTP if block.startswith(b"HTTP") else ("WARC-Type: resource",))), keep=kept)
        assert bytes(kept) == block


@pytest.mark.parametrize("algorithm", ["sha1", "sha256", "sha512", "md5", "sha224", "sha384"])
def test_every_spelling_of_a_digest(algorithm: str) -> None:
    digest = hashlib.new(algorithm, b"abc").digest()
    base32 = base64.b32encode(digest).decode()
    spelt = [
        digest.hex(), digest.hex().upper(), base32, base32.rstrip("="), base32.lower(),
        base64.b64encode(digest).decode(), base64.urlsafe_b64encode(digest).decode().rstrip("="),
    ]  # fmt: skip
    assert all(spells(value, digest) for value in spelt)
    other = hashlib.new(algorithm, b"abd").digest()
    assert not any(spells(value, other) for value in spelt)
    assert not any(
        spells(value, digest) for value in ("", "0" * len(base32), "_" * len(base32), "abc", base32[:-3] + "1==")
    )


PARTS = st.sampled_from(
    [
        b"\r\n",
        b"\n",
        b"HTTP/1.1 200 OK\r\n",
        b"Transfer-Encoding: chunked\r\n",
        b"5\r\nwords\r\n",
        b"0\r\n\r\n",
        b"x" * 50,
    ]
)


@given(st.lists(PARTS, max_size=8), st.booleans(), st.booleans())
def test_one_pass_says_what_several_say(parts: list[bytes], http: bool, matching: bool) -> None:
    block = b"".join(parts)
    fields = [*(HTTP if http else ("WARC-Type: resource", "Content-Type: text/plain"))]
    fields += declared(block if matching else block + b"x", block.partition(b"\r\n\r\n")[2])
    record = swept(block, *fields)
    expected = check_digests(record.fields, lambda: io.BytesIO(block))
    assert digested(record).results == tuple((check.field, check.expected, check.matches) for check in expected)
