"""What a TLS connection tells of itself: version, cipher suite, and the certificates that the server sent; of one that
was not made because they do not hold, these."""

from __future__ import annotations

import ssl
from typing import Any

import certifi

from archiver.errors import ConfigError
from archiver.exchange import Tls

SUITES = {
    "ECDHE-ECDSA-AES256-GCM-SHA384": "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
    "ECDHE-RSA-AES256-GCM-SHA384": "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
    "DHE-RSA-AES256-GCM-SHA384": "TLS_DHE_RSA_WITH_AES_256_GCM_SHA384",
    "ECDHE-ECDSA-CHACHA20-POLY1305": "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
    "ECDHE-RSA-CHACHA20-POLY1305": "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
    "DHE-RSA-CHACHA20-POLY1305": "TLS_DHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
    "ECDHE-ECDSA-AES128-GCM-SHA256": "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
    "ECDHE-RSA-AES128-GCM-SHA256": "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
    "DHE-RSA-AES128-GCM-SHA256": "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256",
    "ECDHE-ECDSA-AES256-SHA384": "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384",
    "ECDHE-RSA-AES256-SHA384": "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384",
    "DHE-RSA-AES256-SHA256": "TLS_DHE_RSA_WITH_AES_256_CBC_SHA256",
    "ECDHE-ECDSA-AES128-SHA256": "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256",
    "ECDHE-RSA-AES128-SHA256": "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256",
    "DHE-RSA-AES128-SHA256": "TLS_DHE_RSA_WITH_AES_128_CBC_SHA256",
    "ECDHE-ECDSA-AES256-SHA": "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA",
    "ECDHE-RSA-AES256-SHA": "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA",
    "DHE-RSA-AES256-SHA": "TLS_DHE_RSA_WITH_AES_256_CBC_SHA",
    "ECDHE-ECDSA-AES128-SHA": "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA",
    "ECDHE-RSA-AES128-SHA": "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
    "DHE-RSA-AES128-SHA": "TLS_DHE_RSA_WITH_AES_128_CBC_SHA",
    "AES256-GCM-SHA384": "TLS_RSA_WITH_AES_256_GCM_SHA384",
    "AES128-GCM-SHA256": "TLS_RSA_WITH_AES_128_GCM_SHA256",
    "AES256-SHA256": "TLS_RSA_WITH_AES_256_CBC_SHA256",
    "AES128-SHA256": "TLS_RSA_WITH_AES_128_CBC_SHA256",
    "AES256-SHA": "TLS_RSA_WITH_AES_256_CBC_SHA",
    "AES128-SHA": "TLS_RSA_WITH_AES_128_CBC_SHA",
}
"""OpenSSL's names of the TLS 1.2 suites that Python offers by default → IANA's. TLS 1.3's are the same in both."""


_BROKE_OFF = "UNEXPECTED_EOF_WHILE_READING"
"""What early Python 3.11 says where later ones raise `SSLEOFError`."""


class RememberingSocket(ssl.SSLSocket):
    """Keeps what Python's own passes over: the certificates that do not hold, which `refused_chain` finds with the
    error (the socket is gone then), and whether the connection ended without the closing alert.

    To be the `sslsocket_class` of an `ssl.SSLContext`.
    """

    broke_off = False
    """The server's side ended without the alert `close_notify` (RFC 8446 section 6.1): anybody may have ended it."""

    def read(self, len: int = 1024, buffer: Any = None) -> Any:  # noqa: A002 (the name is Python's)
        self.suppress_ragged_eofs = False
        try:
            return super().read(len, buffer)
        except ssl.SSLError as error:
            if not (isinstance(error, ssl.SSLEOFError) or error.reason == _BROKE_OFF):
                raise
            self.broke_off = True
            return b"" if buffer is None else 0

    def do_handshake(self, block: bool = False) -> None:
        try:
            super().do_handshake(block)
        except ssl.SSLCertVerificationError as error:
            error.certificates = chain(self)  # type: ignore[attr-defined]
            raise


def client_context(ca_file: str) -> ssl.SSLContext:
    """How connections are secured: certificates are checked against certifi's authorities and those of a file (PEM;
    empty: none).

    Raises `ConfigError` for a file that cannot be used.
    """
    context = ssl.create_default_context(cafile=certifi.where())
    if ca_file:
        try:
            context.load_verify_locations(cafile=ca_file)
        except (OSError, ssl.SSLError) as error:
            raise ConfigError(f"the CA file cannot be used: {error}", subject=f"[web] ca_file {ca_file}") from error
    context.options &= ~ssl.OP_IGNORE_UNEXPECTED_EOF  # early Python 3.11 takes a connection that broke off for closed
    context.set_alpn_protocols(["http/1.1"])
    context.sslsocket_class = RememberingSocket
    return context


def broke_off(connection: Any) -> bool:
    """Did a secured connection end without being closed? Then nobody knows that what came is all that was sent."""
    return isinstance(connection, RememberingSocket) and connection.broke_off


def refused_chain(error: BaseException | None) -> tuple[bytes, ...]:
    """The certificates (DER) that a server sent and that were not accepted, by the error that ended the handshake of a
    `RememberingSocket`; none where it failed for another reason."""
    return getattr(error, "certificates", ())


def tls_of(connection: Any) -> Tls | None:
    """How a connected socket is secured; null where it is not."""
    if not isinstance(connection, ssl.SSLSocket):
        return None
    cipher = connection.cipher()
    return Tls(
        version=connection.version() or "",
        cipher=suite(cipher[0]) if cipher else "",
        certificates=chain(connection),
    )


def suite(name: str) -> str:
    """The name of a cipher suite in IANA's registry (TLS Cipher Suites), from OpenSSL's; empty when it is not known."""
    return name if name.startswith("TLS_") else SUITES.get(name, "")


def chain(connection: Any) -> tuple[bytes, ...]:
    """The certificates that the server sent, in its order (DER); OpenSSL takes no more than 100 KB of them.

    Python tells of more than the first one since 3.13; before, OpenSSL's own object beneath does (3.10). Where neither
    can be asked, the server's own certificate alone.
    """
    try:
        if hasattr(connection, "get_unverified_chain"):
            found = connection.get_unverified_chain()
        else:
            found = connection._sslobj.get_unverified_chain()
        certificates = tuple(_der(certificate) for certificate in found or ())
    except (AttributeError, TypeError, ValueError, ssl.SSLError):
        certificates = ()
    try:
        own = connection.getpeercert(True)
    except ValueError:  # the handshake did not come to its end
        own = None
    if own is not None and certificates[:1] != (own,):
        return (own,)
    return certificates


def _der(certificate: Any) -> bytes:
    if isinstance(certificate, bytes):
        return certificate
    encoded = certificate.public_bytes()  # PEM, unless another form is asked for by a number of the private module
    return ssl.PEM_cert_to_DER_cert(encoded) if isinstance(encoded, str) else bytes(encoded)
