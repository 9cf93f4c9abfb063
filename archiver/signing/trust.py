"""Whom is believed: the certificates at which a chain may end."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from pathlib import Path

import certifi
import msgspec
from cryptography import x509

from archiver.errors import SigningError
from archiver.signing.certificates import MAX_PEM, load_certificate, read_chain, strict_base64

_FINGERPRINT = re.compile(r"sha256:([0-9a-f]{64})")
_ROOT = re.compile(r"-----BEGIN CERTIFICATE-----\s+([A-Za-z0-9+/=\s]+?)\s+-----END CERTIFICATE-----")


class Trust(msgspec.Struct, frozen=True, kw_only=True):
    """Certificates, and fingerprints of certificates, at which a chain may end.

    `domains` are for the certificates of domains (`certifi`'s and the user's), `stamps` for those of time-stamping
    authorities (none but the user's: the web's authorities do not vouch for them).
    """

    domains: tuple[x509.Certificate, ...] = ()
    stamps: tuple[x509.Certificate, ...] = ()
    stamp_fingerprints: frozenset[str] = frozenset()
    """SHA-256 of a certificate's DER, in hex: a package carries the certificate itself."""


def load_trust(*, domains: Iterable[str] = (), stamps: Iterable[str] = ()) -> Trust:
    """Trust from PEM files (`domains` besides certifi's); `stamps` may be `sha256:HEX` of a certificate, too.

    Raises `SigningError` for a file that cannot be read or holds no certificate.
    """
    stamps = list(stamps)
    prints = {entry: match[1] for entry in stamps if (match := _FINGERPRINT.fullmatch(entry))}
    files = [entry for entry in stamps if entry not in prints]
    return Trust(
        domains=(*web_authorities(), *(certificate for path in domains for certificate in read_certificates(path))),
        stamps=tuple(certificate for path in files for certificate in read_certificates(path)),
        stamp_fingerprints=frozenset(prints.values()),
    )


def read_certificates(path: str) -> list[x509.Certificate]:
    """The certificates of a PEM file that the user named, in its order; words between the certificates are passed over.

    Raises `SigningError`.
    """
    try:
        with Path(path).open("rb") as stream:
            data = stream.read(MAX_PEM + 1)
    except OSError as error:
        raise SigningError(f"the certificates cannot be read: {error.strerror}", subject=path) from None
    try:
        return read_chain(data.decode("utf-8", "replace"))[0]
    except ValueError as error:
        raise SigningError(str(error), subject=path, hint="wanted are certificates in PEM form") from None


@functools.cache
def web_authorities() -> tuple[x509.Certificate, ...]:
    """The authorities that browsers trust, as certifi lists them."""
    text = Path(certifi.where()).read_text(encoding="utf-8", errors="replace")
    found = []
    for block in _ROOT.finditer(text):
        try:
            found.append(load_certificate(strict_base64("".join(block[1].split()))))
        except ValueError:  # one authority that this version of cryptography cannot read: its chains are not trusted
            continue
    return tuple(found)
