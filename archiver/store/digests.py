"""Do a record's bytes match the digests that the record declares?

One pass over the block answers for every digest. A payload digest covers the HTTP body; tools disagree on whether the
transfer encoding belongs to it (ISO 28500:2017 section 5.9 against common practice), so either reading counts as a
match. A field that no hash is known for is neither right nor wrong: `matches` is then null.
"""

from __future__ import annotations

import base64
import binascii
import functools
import hashlib
import io
from collections.abc import Callable
from typing import Any, BinaryIO, Protocol

import msgspec

from archiver.http1 import dechunk
from archiver.store.records import Field, known_fields

BLOCK = "WARC-Block-Digest"
PAYLOAD_FIELDS = ("WARC-Payload-Digest", "Archiver-Payload-Digest")

SEGMENT_NUMBER = "WARC-Segment-Number"

ALGORITHMS = frozenset(
    {"md5", "sha1", "sha224", "sha256", "sha384", "sha512", "sha3256", "sha3384", "sha3512", "blake2b", "blake2s"}
)
"""What is accepted, written without hyphen and underscore. hashlib's other names (such as `shake_128`) have no fixed
length, or depend on how Python was built."""

HASHLIB_NAMES = {"sha3256": "sha3_256", "sha3384": "sha3_384", "sha3512": "sha3_512"}
PIECE = 256 * 1024
MAX_HEAD = 1 << 20
USUAL_HEAD = 4096


class Hasher(Protocol):
    """What `hashlib.new` gives."""

    def update(self, data: bytes | memoryview, /) -> None: ...

    def digest(self) -> bytes: ...


class DigestCheck(msgspec.Struct, frozen=True, kw_only=True):
    """One digest that a record declares, against its bytes."""

    field: str
    """Such as `WARC-Block-Digest`."""
    expected: str
    """As declared: `ALGORITHM:VALUE`."""
    matches: bool | None
    """null: the algorithm is not known."""


def check_digests(
    fields: tuple[Field, ...],
    open_block: Callable[[], BinaryIO],
    *,
    payload_digest: str | None = None,
    block: memoryview | None = None,
    known: dict[str, str] | None = None,
) -> tuple[DigestCheck, ...]:
    """Every digest that a record declares, checked against its block.

    `open_block` opens the block for reading from its start, as often as needed; `block` is all of it, where it is in
    memory already: then it is hashed where it lies; `known` are the fields as `known_fields` gives them, where that was
    done already. `payload_digest` is one more digest of
    the payload, declared elsewhere: by a revisit record, of its original. Left out are digests that are of other bytes
    than the record's: a revisit's own payload digests speak of the original's payload, those of a record in segments of
    all segments together (section 5.9), and wget's revisits have the block digest of no bytes at all.
    """
    if known is None:
        known = known_fields(fields)
    revisit = known.get("warc-type", "").lower() == "revisit"
    elsewhere = revisit or SEGMENT_NUMBER.lower() in known
    names = (BLOCK,) if elsewhere else (BLOCK, *PAYLOAD_FIELDS)
    wanted = [(name, value) for name in names if (value := known.get(name.lower()))]
    if payload_digest:
        wanted.append(("WARC-Payload-Digest of the revisit", payload_digest))
    if not wanted:
        return ()
    http = known.get("content-type", "").lower().startswith("application/http")
    of_block = {algorithm for name, value in wanted if name == BLOCK and (algorithm := digest_algorithm(value))}
    of_payload = {algorithm for name, value in wanted if name != BLOCK and (algorithm := digest_algorithm(value))}
    if block is not None:
        whole, body, head = _hash_memory(block, of_block, of_payload, http=http)
    else:
        with open_block() as stream:
            whole, body, head = _hash(stream, of_block, of_payload, http=http)
    checks = {(name, value): _same(whole if name == BLOCK else body, value) for name, value in wanted}
    if revisit:
        checks = {
            (name, value): matches
            for (name, value), matches in checks.items()
            if matches is not False or name != BLOCK or not of_nothing(value)
        }
    if any(matches is False and name != BLOCK for (name, _), matches in checks.items()) and b"chunked" in head.lower():
        with open_block() as stream:
            read_head(stream)
            decoded = {name: new_hasher(name) for name in of_payload}
            for piece in dechunk(stream):
                _update(decoded, piece)
        for (name, value), matches in checks.items():
            if name != BLOCK and matches is False:
                checks[name, value] = _same(_digests(decoded), value)
    return tuple(DigestCheck(field=name, expected=value, matches=matches) for (name, value), matches in checks.items())


def digest_algorithm(declared: str) -> str | None:
    """The algorithm that `ALGORITHM:VALUE` names, as `ALGORITHMS` spells it; null when it is not known."""
    return _known(declared.partition(":")[0])


@functools.lru_cache(maxsize=64)
def _known(name: str) -> str | None:
    name = name.lower().replace("-", "").replace("_", "")
    return name if name in ALGORITHMS else None


def new_hasher(name: str) -> Hasher:
    """A hasher of one of `ALGORITHMS`."""
    return hashlib.new(HASHLIB_NAMES.get(name, name), usedforsecurity=False)


def of_nothing(declared: str) -> bool:
    """Is this the digest of no bytes?"""
    algorithm = digest_algorithm(declared)
    return algorithm is not None and _same({algorithm: new_hasher(algorithm).digest()}, declared) is True


def _hash(
    stream: Any, of_whole: set[str], of_body: set[str], *, http: bool
) -> tuple[dict[str, bytes], dict[str, bytes], bytes]:
    """Digests of the whole stream, digests of what comes after its HTTP head, and the head."""
    whole = {name: new_hasher(name) for name in of_whole}
    head = read_head(stream) if http else b""
    _update(whole, head)
    after = {name: new_hasher(name) for name in of_body}
    while piece := stream.read(PIECE):
        _update(whole, piece)
        _update(after, piece)
    return _digests(whole), _digests(after), head


def _hash_memory(
    block: memoryview, of_whole: set[str], of_body: set[str], *, http: bool
) -> tuple[dict[str, bytes], dict[str, bytes], bytes]:
    """The same, of a block in memory."""
    head = head_of(block) if http else b""
    whole, after = ({name: new_hasher(name) for name in names} for names in (of_whole, of_body))
    _update(whole, block)
    _update(after, block[len(head) :])
    return _digests(whole), _digests(after), head


def _update(hashers: dict[str, Hasher], piece: bytes | memoryview) -> None:
    for hasher in hashers.values():
        hasher.update(piece)


def _digests(hashers: dict[str, Hasher]) -> dict[str, bytes]:
    return {name: hasher.digest() for name, hasher in hashers.items()}


def read_head(stream: Any) -> bytes:
    """The HTTP head at the beginning of a stream, its blank line included."""
    head = bytearray()
    while len(head) < MAX_HEAD:
        line = stream.readline(MAX_HEAD)
        head += line
        if line in (b"\r\n", b"\n", b""):
            break
    return bytes(head)


def head_of(block: memoryview) -> bytes:
    """The HTTP head at the beginning of a block in memory, its blank line included: as `read_head` reads it."""
    start = bytes(block[:USUAL_HEAD])
    head = read_head(io.BytesIO(start))
    return head if len(head) < len(start) else read_head(io.BytesIO(block))


def _same(digests: dict[str, bytes], declared: str) -> bool | None:
    algorithm = digest_algorithm(declared)
    return None if algorithm is None else spells(declared.partition(":")[2].strip(), digests[algorithm])


def spells(value: str, digest: bytes) -> bool:
    """Is `value` the digest in hex, Base32 or Base64 (RFC 4648, either alphabet)? All are in use."""
    if value.lower() == digest.hex():
        return True
    if _spells_base32(value.rstrip("="), digest):
        return True
    try:
        return base64.urlsafe_b64decode(value.replace("+", "-").replace("/", "_") + "=" * (-len(value) % 4)) == digest
    except (binascii.Error, ValueError):
        return False


def _spells_base32(value: str, digest: bytes) -> bool:
    """As a number, because Python's own decoder costs as much as hashing 40 KB."""
    spare = len(value) * 5 - len(digest) * 8
    if not 0 <= spare < 5:
        return False
    try:
        return int(value.translate(_BASE32), 32) == int.from_bytes(digest) << spare
    except ValueError:
        return False


_BASE32 = dict.fromkeys(range(128), "!") | {
    ord(letter): digit
    for letters in ("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", "abcdefghijklmnopqrstuvwxyz")
    for letter, digit in zip(letters, "0123456789abcdefghijklmnopqrstuv", strict=False)
}
"""RFC 4648's alphabet into that of `int(..., 32)`; what is not in it becomes what is no digit."""
