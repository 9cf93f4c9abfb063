"""An account's repository as its server keeps it: records, the tree over them, a signed commit, and proofs as CARs.

Written from the specification (atproto.com/specs/repository), with another program's DAG-CBOR (`libipld`) and without
anything of ours: what reads it is not tested against itself.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import libipld
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.hashes import SHA256

BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
CURVES: dict[str, tuple[type[ec.EllipticCurve], bytes, int]] = {
    "secp256k1": (
        ec.SECP256K1,
        b"\xe7\x01",
        0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141,
    ),
    "p256": (ec.SECP256R1, b"\x80\x24", 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551),
}
"""Curve → its class, the multicodec of its public keys, its order."""


def cid_of(block: bytes, codec: int = 0x71) -> bytes:
    """The CID of a block, as bytes."""
    return bytes((1, codec, 0x12, 0x20)) + hashlib.sha256(block).digest()


def cid_text(cid: bytes) -> str:
    return "b" + base64.b32encode(cid).decode().rstrip("=").lower()


def cid_bytes(text: str) -> bytes:
    return base64.b32decode(text[1:].upper() + "=" * (-len(text[1:]) % 8))


def block_of(record: Mapping[str, Any]) -> bytes:
    """The block of a record that is given as JSON."""
    return libipld.encode_dag_cbor(_linked(record))


def _linked(value: Any) -> Any:
    """JSON with its links and bytes as `libipld` wants them: both are bytes, those of a link are told by their form."""
    if isinstance(value, Mapping):
        if set(value) == {"$link"}:
            return cid_bytes(value["$link"])
        if set(value) == {"$bytes"}:
            return base64.b64decode(value["$bytes"] + "==")
        return {key: _linked(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [_linked(entry) for entry in value]
    return value


def signed_block(unsigned: Mapping[str, Any], signature: bytes) -> bytes:
    """The block of a commit.

    `libipld` writes bytes as a link wherever they read as a CID, as one in a few hundred signatures does; so it is
    given others to write, in whose place the signature is then put.
    """
    held = b"\xff" * len(signature)
    before, found, behind = libipld.encode_dag_cbor({**unsigned, "sig": held}).partition(held)
    assert found == held
    return before + signature + behind


def height(key: str) -> int:
    """At which layer of the tree a key stands."""
    count = 0
    for byte in hashlib.sha256(key.encode()).digest():
        for shift in (6, 4, 2, 0):
            if byte >> shift & 3:
                return count
            count += 1
    return count


@dataclass(frozen=True)
class SigningKey:
    """The key of an account, drawn from a seed."""

    seed: str
    curve: str = "secp256k1"

    @cached_property
    def private(self) -> ec.EllipticCurvePrivateKey:
        kind, _, order = CURVES[self.curve]
        number = int.from_bytes(hashlib.sha256(self.seed.encode()).digest()) % (order - 1) + 1
        return ec.derive_private_key(number, kind())

    @cached_property
    def multibase(self) -> str:
        """As a DID document writes it."""
        point = self.private.public_key().public_bytes(
            serialization.Encoding.X962, serialization.PublicFormat.CompressedPoint
        )
        number, out = int.from_bytes(CURVES[self.curve][1] + point), ""
        while number:
            number, digit = divmod(number, 58)
            out = BASE58[digit] + out
        return "z" + out

    def sign(self, message: bytes, *, high: bool = False) -> bytes:
        """r and s; `high` gives the one of both signatures that nobody may accept."""
        order = CURVES[self.curve][2]
        r, s = utils.decode_dss_signature(self.private.sign(message, ec.ECDSA(SHA256(), deterministic_signing=True)))
        s = max(s, order - s) if high else min(s, order - s)
        return r.to_bytes(32) + s.to_bytes(32)


@dataclass
class Repository:
    """The records of one account, by path, and what is made of them. `records` holds blocks."""

    did: str
    key: SigningKey
    rev: str
    records: Mapping[str, bytes]
    high: bool = False
    """Signed so that the signature must not be accepted."""
    blocks: dict[bytes, bytes] = field(default_factory=dict)

    @cached_property
    def leaves(self) -> list[tuple[str, bytes]]:
        return sorted((path, self._put(block)) for path, block in self.records.items())

    @cached_property
    def tree(self) -> bytes:
        """The CID of the tree's root."""
        top = max((height(path) for path, _ in self.leaves), default=0)
        return self._node(self.leaves, top) or self._put(libipld.encode_dag_cbor({"l": None, "e": []}))

    @cached_property
    def commit(self) -> bytes:
        """The CID of the signed commit."""
        unsigned = {"did": self.did, "version": 3, "data": self.tree, "rev": self.rev, "prev": None}
        signature = self.key.sign(libipld.encode_dag_cbor(unsigned), high=self.high)
        return self._put(signed_block(unsigned, signature))

    def _put(self, block: bytes) -> bytes:
        cid = cid_of(block)
        self.blocks[cid] = block
        return cid

    def _node(self, leaves: list[tuple[str, bytes]], layer: int) -> bytes | None:
        if not leaves:
            return None
        entries: list[dict[str, Any]] = []
        between: list[tuple[str, bytes]] = []
        first: bytes | None = None
        before = ""
        for path, value in leaves:
            if height(path) != layer:
                between.append((path, value))
                continue
            below = self._node(between, layer - 1)
            if entries:
                entries[-1]["t"] = below
            else:
                first = below
            shared = next((n for n, (a, b) in enumerate(zip(before, path, strict=False)) if a != b), len(before))
            shared = min(shared, len(before), len(path))
            entries.append({"p": shared, "k": path[shared:].encode(), "v": value, "t": None})
            between, before = [], path
        below = self._node(between, layer - 1)
        if entries:
            entries[-1]["t"] = below
        else:
            first = below
        return self._put(libipld.encode_dag_cbor({"l": first, "e": entries}))

    def way_to(self, path: str) -> list[bytes]:
        """The CIDs from the commit down to where a record is or would be, and the record's."""
        way = [self.commit, self.tree]
        here: bytes | None = self.tree
        while here is not None:
            node = libipld.decode_dag_cbor(self.blocks[here])
            here, before = node["l"], ""
            for entry in node["e"]:
                before = before[: entry["p"]] + entry["k"].decode()
                if before == path:
                    return [*way, entry["v"]]
                if before > path:
                    break
                here = entry["t"]
            if here is not None:
                way.append(here)
        return way

    def proof(self, path: str) -> bytes:
        """The CAR that the account's server gives for a record, whether it is there or not."""
        return car(self.commit, ((cid, self.blocks[cid]) for cid in self.way_to(path)))


def car(root: bytes, blocks: Iterable[tuple[bytes, bytes]]) -> bytes:
    """A CAR of version 1."""
    header = libipld.encode_dag_cbor({"version": 1, "roots": [root]})
    out = [varint(len(header)), header]
    for cid, block in blocks:
        out += [varint(len(cid) + len(block)), cid, block]
    return b"".join(out)


def varint(number: int) -> bytes:
    out = bytearray()
    while number >= 0x80:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)
