"""Certificates of the twin: one authority, one leaf for all its hosts, and the bad leaves that faults show.

Keys, serial numbers and signatures are derived from fixed seeds (deterministic ECDSA, RFC 6979), so that a recording
that keeps the server's certificate is the same bytes on every run. The keys protect nothing: anybody can derive them.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from functools import lru_cache
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

LONG_AGO = datetime(2015, 1, 1, tzinfo=UTC)
EXPIRED_AT = datetime(2016, 1, 1, tzinfo=UTC)
FAR_AHEAD = datetime(2099, 1, 1, tzinfo=UTC)

P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


class Leaf(NamedTuple):
    """A certificate chain and its key, both PEM."""

    chain: bytes
    key: bytes


def _key(seed: str) -> ec.EllipticCurvePrivateKey:
    scalar = int.from_bytes(hashlib.sha512(f"web twin {seed}".encode()).digest()) % (P256_ORDER - 1) + 1
    return ec.derive_private_key(scalar, ec.SECP256R1())


def _serial(seed: str) -> int:
    return int.from_bytes(hashlib.sha256(f"serial {seed}".encode()).digest()[:8])


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _sign(
    builder: x509.CertificateBuilder, key: ec.EllipticCurvePrivateKey, signer: ec.EllipticCurvePrivateKey
) -> bytes:
    builder = builder.public_key(key.public_key())
    return builder.sign(signer, hashes.SHA256(), ecdsa_deterministic=True).public_bytes(serialization.Encoding.PEM)


def _key_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )


@lru_cache
def authority() -> bytes:
    """The PEM of the authority that signs every good leaf: what `ca_file` holds."""
    key = _key("authority")
    builder = (
        x509.CertificateBuilder()
        .subject_name(_name("Web twin authority"))
        .issuer_name(_name("Web twin authority"))
        .serial_number(_serial("authority"))
        .not_valid_before(LONG_AGO)
        .not_valid_after(FAR_AHEAD)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(
            x509.KeyUsage(
                digital_signature=True,
                content_commitment=False,
                key_encipherment=False,
                data_encipherment=False,
                key_agreement=False,
                key_cert_sign=True,
                crl_sign=True,
                encipher_only=False,
                decipher_only=False,
            ),
            critical=True,
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    return _sign(builder, key, key)


@lru_cache
def leaf(hosts: tuple[str, ...], *, until: datetime = FAR_AHEAD, self_signed: bool = False) -> Leaf:
    """A server certificate for `hosts` (wildcards allowed)."""
    seed = "|".join(hosts) + until.isoformat() + str(self_signed)
    key = _key(seed)
    signer = key if self_signed else _key("authority")
    subject = _name(hosts[0])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject if self_signed else _name("Web twin authority"))
        .serial_number(_serial(seed))
        .not_valid_before(LONG_AGO)
        .not_valid_after(until)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host) for host in hosts]), critical=False)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
    )
    return Leaf(_sign(builder, key, signer), _key_pem(key))
