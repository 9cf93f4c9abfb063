"""Certificate authorities made in the test: of domains and of time stamps, good ones and every kind of bad one."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID as Usage
from cryptography.x509.oid import NameOID

from archiver.signing.certificates import chain_text
from tests.loopback import Asked, Step, ok

NOW = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)
"""When signatures are made in tests that do not ask OpenSSL's clock."""

YEAR = timedelta(days=365)


def p256() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@dataclass
class Party:
    """A key and the certificates for it, its own first."""

    key: Any
    chain: list[x509.Certificate]

    @property
    def certificate(self) -> x509.Certificate:
        return self.chain[0]

    @property
    def key_pem(self) -> bytes:
        return self.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )

    def write(self, folder: Path, name: str) -> tuple[Path, Path]:
        """The key file and the file of the chain."""
        key, chain = folder / f"{name}.key", folder / f"{name}.pem"
        key.write_bytes(self.key_pem)
        chain.write_text(chain_text(self.chain))
        return key, chain


def certify(
    common_name: str,
    issuer: Party | None = None,
    *,
    key: Any = None,
    ca: bool = False,
    path_length: int | None = None,
    usages: Sequence[x509.ObjectIdentifier] | None = None,
    usages_critical: bool = False,
    domains: Iterable[str] = (),
    start: datetime = NOW - timedelta(days=2),
    end: datetime | None = None,
    more: Iterable[tuple[x509.ExtensionType, bool]] = (),
    signing_only: bool = True,
    may_issue: bool = True,
    named: bool = True,
) -> Party:
    """A certificate and its key; issued by itself where no issuer is given."""
    key = key or p256()
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)] if named else [])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(end or start + 10 * YEAR)
        .add_extension(x509.BasicConstraints(ca=ca, path_length=path_length), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.KeyUsage(
                digital_signature=not ca and signing_only,
                content_commitment=False,
                key_encipherment=not signing_only,
                data_encipherment=False,
                key_agreement=False,
                key_cert_sign=ca and may_issue,
                crl_sign=ca,
                encipher_only=False,
                decipher_only=False,
            ),
            critical=True,
        )
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key((issuer.key if issuer else key).public_key()),
            critical=False,
        )
    )
    if usages is not None:
        builder = builder.add_extension(x509.ExtendedKeyUsage(usages), critical=usages_critical)
    if domains:
        builder = builder.add_extension(
            x509.SubjectAlternativeName([x509.DNSName(domain) for domain in domains]), critical=not named
        )
    for extension, critical in more:
        builder = builder.add_extension(extension, critical)
    certificate = builder.sign(issuer.key if issuer else key, hashes.SHA256())
    return Party(key, [certificate, *(issuer.chain if issuer else [])])


LONG_AGO = NOW - 5 * YEAR
"""Roots begin here, so that they are valid for whatever a test judges."""


@dataclass
class World:
    """One authority for domains, one for time stamps, each with an intermediate."""

    web_root: Party = field(
        default_factory=lambda: certify("Test Web Root", ca=True, start=LONG_AGO, end=NOW + 20 * YEAR)
    )
    stamp_root: Party = field(
        default_factory=lambda: certify("Test Stamp Root", ca=True, start=LONG_AGO, end=NOW + 20 * YEAR)
    )

    def __post_init__(self) -> None:
        self.web_issuer = certify(
            "Test Web Issuer", self.web_root, ca=True, path_length=0, start=LONG_AGO, end=NOW + 19 * YEAR
        )
        self.stamp_issuer = certify(
            "Test Stamp Issuer", self.stamp_root, ca=True, path_length=0, start=LONG_AGO, end=NOW + 19 * YEAR
        )

    def domain(self, name: str = "news.example", **changed: Any) -> Party:
        """A server's certificate, valid 90 days from the day before `NOW`."""
        options: dict[str, Any] = {
            "usages": [Usage.SERVER_AUTH],
            "domains": [name],
            "start": NOW - timedelta(days=1),
            "end": NOW + timedelta(days=89),
        }
        return certify(name, self.web_issuer, **{**options, **changed})

    def stamper(self, name: str = "Test TSA", issuer: Party | None = None, **changed: Any) -> Party:
        options: dict[str, Any] = {"usages": [Usage.TIME_STAMPING], "usages_critical": True, "start": LONG_AGO}
        return certify(name, issuer or self.stamp_issuer, **{**options, **changed})


def rsa_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


def openssl(*arguments: object) -> str:
    """What OpenSSL's command says; the test is skipped where there is none."""
    if shutil.which("openssl") is None:
        pytest.skip("no openssl command")
    command = ["openssl", *(str(argument) for argument in arguments)]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout


def openssl_tsa(
    folder: Path, party: Party, *, digest: str = "sha256", ess: str = "sha256", certificates: bool = True
) -> Callable[[Asked], list[Step]]:
    """OpenSSL's time-stamping authority, as the answer of a loopback server."""
    openssl("version")  # skips here, and not in the server's thread
    folder.mkdir(parents=True, exist_ok=True)
    key, _ = party.write(folder, "tsa")
    certificate = folder / "certificate.pem"
    certificate.write_text(chain_text(party.chain[:1]))
    issuers = folder / "issuers.pem"
    issuers.write_text(chain_text(party.chain[1:]))
    (folder / "serial").write_text("01\n")
    config = folder / "tsa.cnf"
    config.write_text(
        f"""
[tsa]
default_tsa = here
[here]
serial = {folder}/serial
signer_cert = {certificate}
signer_key = {key}
{f"certs = {issuers}" if certificates and len(party.chain) > 1 else ""}
signer_digest = {digest}
default_policy = 1.2.3.4.1
other_policies = 1.2.3.4.5
digests = sha256, sha384, sha512
accuracy = secs:1, millisecs:500
ordering = yes
tsa_name = yes
ess_cert_id_chain = no
ess_cert_id_alg = {ess}
"""
    )

    def answer(asked: Asked) -> list[Step]:
        query, reply = folder / "query.tsq", folder / "reply.tsr"
        query.write_bytes(asked.body)
        openssl("ts", "-reply", "-config", config, "-queryfile", query, "-out", reply)
        return [ok(reply.read_bytes(), "Content-Type: application/timestamp-reply")]

    return answer
