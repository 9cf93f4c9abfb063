"""OpenTimestamps: proofs that a digest went into a calendar, and from there into a block of Bitcoin.

A proof (`.ots`) is a tree: from the digest, operations lead to messages at which somebody attests. It is read here
whole and in bounds, without recursion; the format is the one of the project's own library (github.com/opentimestamps/
python-opentimestamps, core/timestamp.py, core/op.py, core/notary.py), which needs Bitcoin's libraries to be installed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import NamedTuple

MAGIC = b"\x00OpenTimestamps\x00\x00Proof\x00\xbf\x89\xe2\xe8\x84\xe8\x92\x94"
VERSION = 1
SHA256 = 0x08
APPEND, PREPEND, REVERSE, HEXLIFY = 0xF0, 0xF1, 0xF2, 0xF3
SHA1, RIPEMD160, KECCAK256 = 0x02, 0x03, 0x67
FORK, ATTESTATION = 0xFF, 0x00

PENDING = bytes.fromhex("83dfe30d2ef90c8e")
BITCOIN = bytes.fromhex("0588960d73d71901")
OTHER_CHAINS = {bytes.fromhex("06869a0d73d71b45"): "Litecoin", bytes.fromhex("30fe8087b5c7ead7"): "Ethereum"}

MAX_PROOF = 1 << 20
MAX_ANSWER = 10_000
"""Of one calendar, as in the library."""
MAX_MESSAGE = 4096
MAX_PAYLOAD = 8192
MAX_URI = 1000
MAX_STEPS = 20_000
MAX_FORKS = 256
"""So deep may forks stand in forks."""
URI_CHARACTERS = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._/:")

ACCEPT = "application/vnd.opentimestamps.v1"


class ProofError(ValueError):
    """The bytes are no proof: the words say why."""


class Attestation(NamedTuple):
    """What somebody attests, and for which message."""

    kind: str
    """`pending`, `Bitcoin`, another chain's name, or `unknown`."""
    uri: str
    """Of the calendar that promises more; empty where nobody does."""
    height: int
    """Of the block; 0 where there is none."""
    message: bytes | None
    """For a block, its Merkle root as the header holds it; null where an operation is not known here."""


def read_proof(data: bytes) -> tuple[bytes, list[Attestation]]:
    """The SHA-256 digest that a `.ots` file proves, and what attests it.

    Raises `ProofError` for what is none, or proves the digest of another algorithm.
    """
    if len(data) > MAX_PROOF:
        raise ProofError("too long for a proof")
    if not data.startswith(MAGIC):
        raise ProofError("no OpenTimestamps proof")
    reader = _Reader(data, len(MAGIC))
    if reader.number() != VERSION:
        raise ProofError("an unknown version")
    if reader.byte() != SHA256:
        raise ProofError("not a proof of a SHA-256 digest")
    digest = reader.take(32)
    return digest, _walk(reader, digest)


def read_answer(data: bytes, message: bytes) -> list[Attestation]:
    """What a calendar attests for `message`, by its answer.

    Raises `ProofError` for what is no answer.
    """
    if len(data) > MAX_ANSWER:
        raise ProofError("too long for a calendar's answer")
    return _walk(_Reader(data, 0), message)


def write_proof(digest: bytes, nonce: bytes, answers: Sequence[bytes]) -> bytes:
    """The `.ots` file: the digest, the nonce that hides it from calendars, and each calendar's answer.

    Raises `ProofError` for an answer that is none.
    """
    branches = [branch for answer in answers for branch in _branches(answer, committed(digest, nonce))]
    tree = b"".join(bytes((FORK,)) + branch for branch in branches[:-1]) + branches[-1]
    head = MAGIC + bytes((VERSION, SHA256)) + digest
    return head + bytes((APPEND, len(nonce))) + nonce + bytes((SHA256,)) + tree


def committed(digest: bytes, nonce: bytes) -> bytes:
    """What calendars are asked to attest: nobody who reads a calendar can tell which digest it stands for."""
    return hashlib.sha256(digest + nonce).digest()


def _branches(answer: bytes, message: bytes) -> list[bytes]:
    """The answer's own branches at its root: it may fork at once."""
    ends: list[int] = []
    _walk(_Reader(answer, 0), message, ends.append)
    starts = [0, *ends[:-1]]
    pieces = [answer[start:end] for start, end in zip(starts, ends, strict=True)]
    return [*(piece[1:] for piece in pieces[:-1]), pieces[-1]]


def _walk(
    reader: _Reader, message: bytes | None, branch_ended: Callable[[int], None] | None = None
) -> list[Attestation]:
    """Every attestation of a tree that starts at the reader's place and ends with the data."""
    found: list[Attestation] = []
    waiting: list[bytes | None] = []
    for _ in range(MAX_STEPS):
        tag = reader.byte()
        if tag == FORK:
            if len(waiting) == MAX_FORKS:
                raise ProofError("forks stand too deep")
            waiting.append(message)
            tag = reader.byte()
        if tag != ATTESTATION:
            message = _applied(tag, reader, message)
            continue
        found.append(_attestation(reader, message))
        if branch_ended is not None and len(waiting) <= 1:
            branch_ended(reader.position)
        if not waiting:
            if not reader.at_end:
                raise ProofError("bytes after the end")
            return found
        message = waiting.pop()
    raise ProofError("too many steps")


def _applied(tag: int, reader: _Reader, message: bytes | None) -> bytes | None:
    """The message after one operation; null where it is not known here."""
    if tag in (APPEND, PREPEND):
        argument = reader.text(MAX_MESSAGE)
        if not argument:
            raise ProofError("an operation without its argument")
        if message is None:
            return None
        result = message + argument if tag == APPEND else argument + message
    elif tag in (SHA256, SHA1, RIPEMD160, KECCAK256, REVERSE, HEXLIFY):
        if message is None or tag in (RIPEMD160, KECCAK256):
            return None  # not in every OpenSSL, and on no path to Bitcoin that calendars make
        if tag == SHA256:
            result = hashlib.sha256(message).digest()
        elif tag == SHA1:
            result = hashlib.sha1(message, usedforsecurity=False).digest()
        else:
            result = message[::-1] if tag == REVERSE else message.hex().encode()
    else:
        raise ProofError(f"an unknown operation ({tag:#04x})")
    if len(result) > MAX_MESSAGE:
        raise ProofError("a message that is too long")
    return result


def _attestation(reader: _Reader, message: bytes | None) -> Attestation:
    tag = reader.take(8)
    inner = _Reader(reader.text(MAX_PAYLOAD), 0)
    uri, height = "", 0
    if tag == PENDING:
        kind = "pending"
        raw = inner.text(MAX_URI)
        if not URI_CHARACTERS.issuperset(raw):
            raise ProofError("a calendar's address that is none")
        uri = raw.decode("ascii")
    elif tag == BITCOIN or tag in OTHER_CHAINS:
        kind = OTHER_CHAINS.get(tag, "Bitcoin")
        height = inner.number()
        if message is not None and len(message) != 32:
            raise ProofError("a block is to hold what cannot be a Merkle root")
    else:
        return Attestation("unknown", "", 0, message)
    if not inner.at_end:
        raise ProofError("an attestation with more than belongs to it")
    return Attestation(kind, uri, height, message)


class _Reader:
    def __init__(self, data: bytes, position: int) -> None:
        self._data = data
        self.position = position

    @property
    def at_end(self) -> bool:
        return self.position == len(self._data)

    def take(self, size: int) -> bytes:
        piece = self._data[self.position : self.position + size]
        if len(piece) != size:
            raise ProofError("cut short")
        self.position += size
        return piece

    def byte(self) -> int:
        return self.take(1)[0]

    def number(self) -> int:
        """Seven bits a byte, the lowest first, in the shortest form."""
        value = 0
        for shift in range(0, 63, 7):
            byte = self.byte()
            value |= (byte & 0x7F) << shift
            if not byte & 0x80:
                if byte == 0 and shift:
                    raise ProofError("a number that is not written in the shortest way")
                return value
        raise ProofError("a number that is too large")

    def text(self, limit: int) -> bytes:
        size = self.number()
        if size > limit:
            raise ProofError("a field that is too long")
        return self.take(size)
