"""The certificate that the proxy shows the browser in the place of every server's: one key, made for one run.

The real servers' certificates are checked by the door. The browser accepts this one key and no other, because it is
told its digest when it is started; so one certificate does for all hosts, and no authority has to be installed.
"""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from cryptography.x509.oid import NameOID

LIFE = timedelta(days=7)
"""Longer than any run; the browser does not look at it."""


class RunCertificate:
    """A fresh key and its certificate: `context` serves TLS with them, `public_key` (DER, SubjectPublicKeyInfo) is what
    the browser is told."""

    def __init__(self) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "archiver, this run only")])
        # the machine's own time: this never becomes evidence
        since = datetime.now(UTC) - timedelta(days=1)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(since)
            .not_valid_after(since + LIFE)
            .sign(key, hashes.SHA256())
        )
        self.public_key = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.minimum_version = ssl.TLSVersion.TLSv1_2
        self.context.set_alpn_protocols(["http/1.1"])
        # OpenSSL reads keys from files only; the folder is this user's alone, and gone at once
        with TemporaryDirectory(prefix="archiver-key-") as folder:
            file = Path(folder) / "key.pem"
            file.write_bytes(
                key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
                + certificate.public_bytes(Encoding.PEM)
            )
            self.context.load_cert_chain(file)
