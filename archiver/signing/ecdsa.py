"""The signature of a package: ECDSA with SHA-256 over the text of a hash, in the two forms that exist.

ArchiveWeb.page and ReplayWeb.page (Web Cryptography) write r and s at full width one after the other (IEEE P1363);
authsign and py-wacz write the DER structure (RFC 3279). The first goes with an anonymous key, the second with a domain.
"""

from __future__ import annotations

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature


def sign_der(key: ec.EllipticCurvePrivateKey, text: str) -> bytes:
    """The signature as a DER structure; the same for the same key and text (RFC 6979) where OpenSSL can do that."""
    data = text.encode("ascii")
    try:
        return key.sign(data, ec.ECDSA(hashes.SHA256(), deterministic_signing=True))
    except (TypeError, UnsupportedAlgorithm):  # before cryptography 43, or on OpenSSL before 3.2
        return key.sign(data, ec.ECDSA(hashes.SHA256()))


def sign_raw(key: ec.EllipticCurvePrivateKey, text: str) -> bytes:
    """The signature as r and s, each at the width of the curve."""
    width = _width(key.curve)
    return b"".join(number.to_bytes(width, "big") for number in decode_dss_signature(sign_der(key, text)))


def holds(key: ec.EllipticCurvePublicKey, signature: bytes, text: str) -> bool:
    """Is this, in either form, a signature of the text by the owner of the key?"""
    width = _width(key.curve)
    forms = [signature]
    if len(signature) == 2 * width:
        r, s = int.from_bytes(signature[:width], "big"), int.from_bytes(signature[width:], "big")
        forms.append(encode_dss_signature(r, s))
    for form in forms:
        try:
            key.verify(form, text.encode("utf-8", "surrogatepass"), ec.ECDSA(hashes.SHA256()))
        except (InvalidSignature, ValueError, UnsupportedAlgorithm):
            continue
        return True
    return False


def _width(curve: ec.EllipticCurve) -> int:
    return (curve.key_size + 7) // 8
