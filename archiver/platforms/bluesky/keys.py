"""Did the holder of an account's key sign this?

Keys stand in DID documents as multibase text (w3.org/TR/controller-document, "Multikey"): base 58, the kind of key, the
point on its curve. Repositories are signed with ECDSA over SHA-256 on secp256k1 or P-256; of the two signatures that
are valid for everything signed, only the one with the lower `s` counts, so that nobody can make a second one of it
(atproto.com/specs/cryptography).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import msgspec

from archiver.platforms.bluesky.cid import read_varint
from archiver.platforms.values import members, string

Curve = Literal["secp256k1", "p256"]

KINDS: dict[int, Curve] = {0xE7: "secp256k1", 0x1200: "p256"}
"""Multicodec numbers of public keys (github.com/multiformats/multicodec)."""

OLD_TYPES: dict[str, Curve] = {
    "EcdsaSecp256k1VerificationKey2019": "secp256k1",
    "EcdsaSecp256r1VerificationKey2019": "p256",
}
"""How documents named keys before "Multikey": their text holds the point alone."""

ORDER: dict[Curve, int] = {
    "secp256k1": 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141,
    "p256": 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
}
"""Number of points of each curve (SEC 2, sections 2.4.1 and 2.4.2)."""

BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
MAX_TEXT = 120
"""Characters of a key; a compressed point has 49."""


class Key(msgspec.Struct, frozen=True, kw_only=True):
    """A public key: a point of a curve, as its bytes (compressed or not)."""

    curve: Curve
    point: bytes

    def signed(self, message: bytes, signature: bytes) -> bool:
        """Whether `signature` (r and s, 32 bytes each) is this key's over the message, with the lower s."""
        if len(signature) != 64:
            return False
        r, s = int.from_bytes(signature[:32]), int.from_bytes(signature[32:])
        order = ORDER[self.curve]
        if not (0 < r < order and 0 < s <= order // 2):
            return False
        # only here: loading it takes longer than everything else of this package
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric import ec, utils
        from cryptography.hazmat.primitives.hashes import SHA256

        curve = ec.SECP256K1() if self.curve == "secp256k1" else ec.SECP256R1()
        try:
            key = ec.EllipticCurvePublicKey.from_encoded_point(curve, self.point)
            key.verify(utils.encode_dss_signature(r, s), message, ec.ECDSA(SHA256()))
        except (InvalidSignature, ValueError):
            return False
        return True


def multikey(text: str) -> Key | None:
    """The key that is written `zQ3sh…` or `zDnae…`, also with `did:key:` before it; null for anything else."""
    raw = base58(text.removeprefix("did:key:"))
    if raw is None:
        return None
    try:
        kind, start = read_varint(raw, 0)
    except ValueError:
        return None
    curve = KINDS.get(kind)
    return _key(curve, raw[start:]) if curve else None


def signing_key(did: str, document: Mapping[str, object]) -> Key | None:
    """The key with which a DID document says that the account's repository is signed: its method `#atproto`."""
    for method in members(document.get("verificationMethod")):
        if string(method, "id") not in ("#atproto", f"{did}#atproto") or string(method, "controller") not in (
            did,
            None,
        ):
            continue
        text = string(method, "publicKeyMultibase") or ""
        old = OLD_TYPES.get(string(method, "type") or "")
        if old is None:
            return multikey(text) if string(method, "type") == "Multikey" else None
        raw = base58(text)
        return multikey(text) or (_key(old, raw) if raw else None)
    return None


def _key(curve: Curve, point: bytes) -> Key | None:
    whole = (len(point) == 33 and point[0] in (2, 3)) or (len(point) == 65 and point[0] == 4)
    return Key(curve=curve, point=point) if whole else None


def base58(text: str) -> bytes | None:
    """The bytes of multibase text in base 58 (`z…`); null where it is none."""
    if not text.startswith("z") or len(text) > MAX_TEXT or not set(text[1:]) <= set(BASE58):
        return None
    digits = text[1:]
    number = 0
    for char in digits:
        number = number * 58 + BASE58.index(char)
    zeros = len(digits) - len(digits.lstrip("1"))
    return b"\x00" * zeros + number.to_bytes((number.bit_length() + 7) // 8)
