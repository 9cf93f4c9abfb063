"""Whom is believed: the certificates at which a chain may end."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from cryptography import x509


class Trust(msgspec.Struct, frozen=True, kw_only=True):
    """Certificates, and fingerprints of certificates, at which a chain may end.

    `domains` are for the certificates of domains (`certifi`'s, where the user names none), `stamps` for those of
    time-stamping authorities (none but the user's: the web's authorities do not vouch for them).
    """

    domains: tuple[x509.Certificate, ...] = ()
    stamps: tuple[x509.Certificate, ...] = ()
    stamp_fingerprints: frozenset[str] = frozenset()
    """SHA-256 of a certificate's DER, in hex: a package carries the certificate itself."""


def load_trust(*, domains: Iterable[str] = (), stamps: Iterable[str] = ()) -> Trust:
    """Trust from PEM files (`domains` besides certifi's); `stamps` may be `sha256:HEX` of a certificate, too.

    Raises `SigningError` for a file that cannot be read or holds no certificate.
    """
    raise NotImplementedError
