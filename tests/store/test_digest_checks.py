"""Which declared digests a record's bytes match."""

from __future__ import annotations

import base64
import hashlib
import io

import pytest

from archiver.store.digests import check_digests

HEAD = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
SENT = b"3\r\nabc\r\n0\r\n\r\n"
PLAIN_HEAD = b"HTTP/1.1 200 OK\r\n\r\n"


def checks(block: bytes, *fields: tuple[str, str], record_type: str = "response") -> list[tuple[str, bool | None]]:
    whole = (("WARC-Type", record_type), ("Content-Type", "application/http; msgtype=response"), *fields)
    return [(check.field, check.matches) for check in check_digests(whole, lambda: io.BytesIO(block))]


def sha1(data: bytes) -> str:
    return "sha1:" + base64.b32encode(hashlib.sha1(data).digest()).decode()


@pytest.mark.parametrize("body", [SENT, b"abc"], ids=["as transferred", "as content"])
def test_a_payload_digest_may_be_of_the_body_with_or_without_its_chunks(body: bytes) -> None:
    assert checks(HEAD + SENT, ("WARC-Payload-Digest", sha1(body))) == [("WARC-Payload-Digest", True)]


CHUNKED = {
    "trailers": b"3\r\nabc\r\n0\r\nX-Checksum: 12\r\n\r\n",
    "a long extension": b"3;" + b"a" * 20_000 + b"\r\nabc\r\n0\r\n\r\n",
    "leading zeros": b"00000000000000000003\r\nabc\r\n0000\r\n\r\n",
}


@pytest.mark.parametrize("body", CHUNKED.values(), ids=CHUNKED)
def test_however_it_was_chunked_the_content_is_the_same(body: bytes) -> None:
    """What was altered, and what was merely chunked in an unusual way, must not look alike."""
    declared = ("Archiver-Payload-Digest", sha1(b"abc"))
    assert checks(HEAD + body, declared) == [("Archiver-Payload-Digest", True)]


@pytest.mark.parametrize("declared", [sha1(b"other"), "sha256:", "sha256:zz", "sha1:" + "A" * 31, "sha256:é"])
def test_other_values_do_not_match(declared: str) -> None:
    assert checks(PLAIN_HEAD + b"abc", ("WARC-Block-Digest", declared)) == [("WARC-Block-Digest", False)]


@pytest.mark.parametrize("declared", ["shake_128:00", "blake3:00", "", ":", "crc32:352441c2"])
def test_an_unknown_algorithm_proves_nothing(declared: str) -> None:
    assert checks(PLAIN_HEAD + b"abc", ("WARC-Payload-Digest", declared)) in ([("WARC-Payload-Digest", None)], [])


@pytest.mark.parametrize("algorithm", ["md5", "SHA-1", "sha256", "sha512", "sha3-256", "blake2b"])
def test_known_algorithms_in_hex(algorithm: str) -> None:
    name = algorithm.lower().replace("sha-1", "sha1").replace("-", "_")
    block = PLAIN_HEAD + b"abc"
    declared = f"{algorithm}:{hashlib.new(name, block).hexdigest().upper()}"
    assert checks(block, ("WARC-Block-Digest", declared)) == [("WARC-Block-Digest", True)]


def test_a_revisit_declares_its_originals_payload_not_its_own() -> None:
    fields = (("WARC-Block-Digest", sha1(PLAIN_HEAD)), ("WARC-Payload-Digest", sha1(b"abc")))
    assert checks(PLAIN_HEAD, *fields, record_type="revisit") == [("WARC-Block-Digest", True)]


def test_an_original_is_held_against_the_revisits_digest() -> None:
    fields = (("WARC-Type", "response"), ("Content-Type", "application/http"))
    found = check_digests(fields, lambda: io.BytesIO(PLAIN_HEAD + b"abc"), payload_digest=sha1(b"abd"))
    assert [check.matches for check in found] == [False]


def test_nothing_declared_is_nothing_checked() -> None:
    assert checks(PLAIN_HEAD) == []
