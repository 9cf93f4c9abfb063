"""Time stamps made in the test, of any time and with any fault: what OpenSSL refuses to make.

A second writer of RFC 3161 and RFC 5652, for what only a hostile or broken authority would send.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.serialization import Encoding

from archiver.signing.der import write, write_integer, write_oid
from tests.signing.authorities import Party

SEQUENCE, SET, OCTETS, NULL = 0x30, 0x31, 0x04, b"\x05\x00"
SHA256 = "2.16.840.1.101.3.4.2.1"
TST_INFO = "1.2.840.113549.1.9.16.1.4"


def algorithm(oid: str, parameters: bytes = b"") -> bytes:
    return write(SEQUENCE, write_oid(oid), parameters)


def pss_parameters(digest: str = SHA256, mask: str = SHA256, salt: int = 32) -> bytes:
    return write(
        SEQUENCE,
        write(0xA0, algorithm(digest, NULL)),
        write(0xA1, write(SEQUENCE, write_oid("1.2.840.113549.1.1.8"), algorithm(mask, NULL))),
        write(0xA2, write_integer(salt)),
    )


@dataclass
class Token:
    """What an authority says; every field can be made wrong."""

    party: Party
    data: bytes
    time: datetime
    nonce: int | None = None
    policy: str = "1.2.3.4.1"
    imprint_algorithm: str = SHA256
    imprint: bytes | None = None
    info: bytes | None = None
    content_type: str = TST_INFO
    signed_content_type: str = TST_INFO
    digest_algorithm: str = SHA256
    announced: str = SHA256
    signature_algorithm: str = "1.2.840.10045.4.3.2"
    pss: bytes | None = None
    """The parameters of RSA-PSS, with which it is signed then."""
    embedded: tuple[bytes, ...] | None = None
    status: int = 0
    status_more: bytes = b""
    with_token: bool = True
    version: int = 3
    signer_version: int = 1
    signer_more: bytes = b""
    named: bytes | None = None
    """The certificate that the signed attributes name, DER."""
    names: bool = True
    attributes_more: bytes = b""
    signer_id: bytes | None = None
    signers: int = 1
    by: Any = None
    """Another key than the party's."""

    def bytes(self) -> bytes:
        parts = [write(SEQUENCE, write_integer(self.status), self.status_more)]
        if self.with_token:
            parts.append(self._token())
        return write(SEQUENCE, *parts)

    def _info(self) -> bytes:
        digest = self.imprint if self.imprint is not None else hashlib.sha256(self.data).digest()
        return write(
            SEQUENCE,
            write_integer(1),
            write_oid(self.policy),
            write(SEQUENCE, algorithm(self.imprint_algorithm, NULL), write(OCTETS, digest)),
            write_integer(7),
            write(0x18, self.time.strftime("%Y%m%d%H%M%SZ").encode()),
            write_integer(self.nonce) if self.nonce is not None else b"",
        )

    def _token(self) -> bytes:
        info = self.info if self.info is not None else self._info()
        certificate = self.party.certificate
        encoded = certificate.public_bytes(Encoding.DER)
        named = hashlib.sha256(self.named or encoded).digest()
        attributes = [
            self._attribute("1.2.840.113549.1.9.3", write_oid(self.signed_content_type)),
            self._attribute("1.2.840.113549.1.9.4", write(OCTETS, hashlib.sha256(info).digest())),
        ]
        if self.names:
            named_certificate = write(SEQUENCE, write(SEQUENCE, write(SEQUENCE, write(OCTETS, named))))
            attributes.append(self._attribute("1.2.840.113549.1.9.16.2.47", named_certificate))
        content = b"".join(sorted(attributes)) + self.attributes_more
        signature = self._sign(write(SET, content))
        issuer = certificate.issuer.public_bytes()
        who = self.signer_id or write(SEQUENCE, issuer, write_integer(certificate.serial_number))
        signer = write(
            SEQUENCE,
            write_integer(self.signer_version),
            who,
            algorithm(self.digest_algorithm),
            write(0xA0, content),
            algorithm(self.signature_algorithm, self.pss or b""),
            write(OCTETS, signature),
            self.signer_more,
        )
        embedded = self.embedded
        if embedded is None:
            embedded = tuple(each.public_bytes(Encoding.DER) for each in self.party.chain)
        signed = write(
            SEQUENCE,
            write_integer(self.version),
            write(SET, algorithm(self.announced)),
            write(SEQUENCE, write_oid(self.content_type), write(0xA0, write(OCTETS, info))),
            write(0xA0, *embedded) if embedded else b"",
            write(SET, *[signer] * self.signers),
        )
        return write(SEQUENCE, write_oid("1.2.840.113549.1.7.2"), write(0xA0, signed))

    def _sign(self, data: bytes) -> bytes:
        key = self.by or self.party.key
        if isinstance(key, ec.EllipticCurvePrivateKey):
            return key.sign(data, ec.ECDSA(hashes.SHA256()))
        if self.pss is not None:
            return key.sign(data, padding.PSS(padding.MGF1(hashes.SHA256()), 32), hashes.SHA256())
        return key.sign(data, padding.PKCS1v15(), hashes.SHA256())

    @staticmethod
    def _attribute(oid: str, value: bytes) -> bytes:
        return write(SEQUENCE, write_oid(oid), write(SET, value))
