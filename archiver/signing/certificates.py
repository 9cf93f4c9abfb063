"""X.509 certificates of a package: read from PEM, named for people, and linked into a chain.

The web's chains are judged by `cryptography`'s verifier of servers. Time-stamping authorities are none of the web's:
their chains are followed here, by the part of RFC 5280 section 6 that they use.
"""

from __future__ import annotations

import base64
import binascii
import re
import warnings
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.utils import CryptographyDeprecationWarning
from cryptography.x509.oid import ExtendedKeyUsageOID, ExtensionOID, NameOID

from archiver.signing import der

MAX_PEM = 256 * 1024
"""Characters of one chain: a certificate has two thousand."""

MAX_CERTIFICATES = 16
MAX_DEPTH = 8
MAX_LINKS = 400
"""So many signatures are checked in the search for one chain: every certificate under every other, and again."""

_BLOCK = re.compile(
    r"-----BEGIN CERTIFICATE-----\r?\n([A-Za-z0-9+/=\r\n]{1,65536}?)\r?\n-----END CERTIFICATE-----(?=\r?\n|\Z)"
)
_UNDERSTOOD = frozenset(
    {
        ExtensionOID.BASIC_CONSTRAINTS,
        ExtensionOID.KEY_USAGE,
        ExtensionOID.EXTENDED_KEY_USAGE,
        ExtensionOID.CERTIFICATE_POLICIES,
        ExtensionOID.SUBJECT_ALTERNATIVE_NAME,
        ExtensionOID.AUTHORITY_KEY_IDENTIFIER,
        ExtensionOID.SUBJECT_KEY_IDENTIFIER,
    }
)
"""Extensions whose being critical is no obstacle."""


def strict_base64(text: str) -> bytes:
    """What a text in base64 says (RFC 4648 section 4), if it is the one text that says it.

    Raises `ValueError` for anything else: a padding bit that means nothing is a bit that can be altered unseen.
    """
    try:
        data = base64.b64decode(text, validate=True)
    except binascii.Error:
        raise ValueError("not base64") from None
    if base64.b64encode(data).decode() != text:
        raise ValueError("not base64 in its one form")
    return data


def load_certificate(data: bytes) -> x509.Certificate:
    """Raises `ValueError` for what is none, or has a key or an extension that cannot be read."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", CryptographyDeprecationWarning)  # a serial number of 0, an old curve
            certificate = x509.load_der_x509_certificate(data)
            # bits of the signature that are said to be unused are under no signature
            if der.expect(der.items(der.read(data))[2], der.BIT_STRING).content[:1] != b"\0":
                raise ValueError("a signature with unused bits")
            certificate.public_key()
            certificate.extensions  # noqa: B018 (read now, or it fails later)
            certificate.subject, certificate.issuer, certificate.not_valid_before_utc, certificate.not_valid_after_utc  # noqa: B018
            certificate.signature_algorithm_parameters  # noqa: B018
    except Exception as error:  # cryptography has a dozen for what is malformed, and not one parent for them
        raise ValueError(f"a certificate cannot be read ({_first_line(error)})") from None
    return certificate


def read_chain(text: str) -> tuple[list[x509.Certificate], bool]:
    """The certificates of a PEM text (RFC 7468), in order, and whether anything but line ends stands around them.

    Raises `ValueError` where it is too long, or holds none, or one that cannot be read.
    """
    if len(text) > MAX_PEM:
        raise ValueError("too long for a chain of certificates")
    certificates: list[x509.Certificate] = []
    for block in _BLOCK.finditer(text):
        if len(certificates) == MAX_CERTIFICATES:
            raise ValueError(f"more than {MAX_CERTIFICATES} certificates")
        certificates.append(load_certificate(strict_base64(re.sub(r"[\r\n]", "", block[1]))))
    if not certificates:
        raise ValueError("no certificate in PEM form")
    return certificates, bool(_BLOCK.sub("", text).strip("\r\n"))


def chain_text(certificates: Iterable[x509.Certificate]) -> str:
    """A PEM text with an empty line between certificates: ReplayWeb.page splits it there (wabac.js, certutils)."""
    return "\n".join(pem(certificate) for certificate in certificates)


def pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode("ascii")


def fingerprint(certificate: x509.Certificate) -> str:
    """SHA-256 of the certificate, in hex."""
    return certificate.fingerprint(hashes.SHA256()).hex()


def called(name: x509.Name) -> str:
    """A name for people: the common name, else the organisation, else all of it; printable and short."""
    for kind in (NameOID.COMMON_NAME, NameOID.ORGANIZATION_NAME):
        for attribute in name.get_attributes_for_oid(kind):
            if shown := printable(str(attribute.value)):
                return shown
    return printable(name.rfc4514_string()) or "nobody"


def printable(text: str, limit: int = 100) -> str:
    """Foreign text in one printable line."""
    shown = "".join(character if character.isprintable() else "\ufffd" for character in text[: limit + 1]).strip()
    return shown[:limit] + "…" if len(shown) > limit else shown


def domain_names(certificate: x509.Certificate) -> list[str]:
    """The names that a certificate is for, the one that authsign would take first: the common name, then the others."""
    names = [str(attribute.value) for attribute in certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)]
    try:
        others = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
        names += others.value.get_values_for_type(x509.DNSName)
    except x509.ExtensionNotFound:
        pass
    return list(dict.fromkeys(names))


def covers(name: str, domain: str) -> bool:
    """Is `domain` this name of a certificate (RFC 6125 section 6.4: `*` stands for one label, the first)?"""
    name, domain = name.lower(), domain.lower()
    return name == domain or (name.startswith("*.") and "." in domain and domain.partition(".")[2] == name[2:])


def serial_number(certificate: x509.Certificate) -> int:
    """The serial number; also one that is not positive, as some old roots have."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CryptographyDeprecationWarning)
        return certificate.serial_number


def valid_at(certificate: x509.Certificate, when: datetime) -> bool:
    return certificate.not_valid_before_utc <= when <= certificate.not_valid_after_utc


def issued_by(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    """Does the issuer's key hold the certificate's signature, and the issuer bear the name that it gives?"""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", CryptographyDeprecationWarning)
            certificate.verify_directly_issued_by(issuer)
    except (InvalidSignature, UnsupportedAlgorithm, ValueError, TypeError):
        return False
    return True


def same_authority(one: x509.Certificate, other: x509.Certificate) -> bool:
    """Two certificates of one name and one key: the same authority, certified twice."""
    return one.subject == other.subject and key_bytes(one) == key_bytes(other)


def key_bytes(certificate: x509.Certificate) -> bytes:
    """The certificate's public key as a SubjectPublicKeyInfo."""
    return certificate.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def unlinked(chain: Sequence[x509.Certificate], known: Sequence[x509.Certificate]) -> list[x509.Certificate]:
    """Certificates whose signature nobody present can confirm.

    Left out is what a stranger certified of a known authority (cross-signed roots): nothing rests on it.
    """
    subjects = [certificate.subject for certificate in (*chain, *known)]

    def of_a_stranger(certificate: x509.Certificate) -> bool:
        # a copy of the known certificate that was altered still has its serial number
        return certificate.issuer not in subjects and any(
            same_authority(certificate, other) and serial_number(certificate) != serial_number(other) for other in known
        )

    return [
        certificate
        for certificate in chain
        if not any(issuer_of(certificate, pool) for pool in (chain, known)) and not of_a_stranger(certificate)
    ]


def issuer_of(certificate: x509.Certificate, pool: Iterable[x509.Certificate]) -> x509.Certificate | None:
    """The certificate of the pool that issued this one (itself, where it is self-signed)."""
    return next(
        (other for other in pool if other.subject == certificate.issuer and issued_by(certificate, other)), None
    )


def path_to_trusted(
    leaf: x509.Certificate,
    pool: Sequence[x509.Certificate],
    trusted: Sequence[x509.Certificate],
    fingerprints: Collection[str],
    when: datetime,
    purpose: x509.ObjectIdentifier,
) -> list[x509.Certificate] | None:
    """A chain from `leaf` over certificates of the pool to one that is trusted, all valid at `when`; null where none.

    trusted: certificates; fingerprints: SHA-256 in hex of such as stand in the pool. purpose: what each authority's
    extended key usage must allow, where it has one (RFC 5280 section 4.2.1.12). The last certificate of the chain is
    the trusted one. Searched depth first; `MAX_LINKS` bounds how many signatures are looked at.
    """
    anchors = [*trusted, *(certificate for certificate in pool if fingerprint(certificate) in fingerprints)]
    budget = MAX_LINKS

    def climb(path: list[x509.Certificate]) -> list[x509.Certificate] | None:
        nonlocal budget
        last = path[-1]
        if last in anchors:
            return path
        if len(path) > MAX_DEPTH:
            return None
        for candidate in [*anchors, *pool]:
            if candidate.subject != last.issuer or candidate in path:
                continue
            if budget == 0:
                return None
            budget -= 1
            if not _may_issue(candidate, len(path) - 1, when, purpose) or not issued_by(last, candidate):
                continue
            if found := climb([*path, candidate]):
                return found
        return None

    return climb([leaf]) if valid_at(leaf, when) and _no_unknown_critical(leaf) else None


def _may_issue(authority: x509.Certificate, below: int, when: datetime, purpose: x509.ObjectIdentifier) -> bool:
    """May this authority issue a certificate with `below` authorities between itself and the end of the chain?"""
    if not valid_at(authority, when) or not _no_unknown_critical(authority):
        return False
    extensions = authority.extensions
    try:
        constraints = extensions.get_extension_for_class(x509.BasicConstraints).value
    except x509.ExtensionNotFound:
        return False
    if not constraints.ca or (constraints.path_length is not None and constraints.path_length < below):
        return False
    try:
        if not extensions.get_extension_for_class(x509.KeyUsage).value.key_cert_sign:
            return False
    except x509.ExtensionNotFound:
        pass
    try:
        allowed = list(extensions.get_extension_for_class(x509.ExtendedKeyUsage).value)
    except x509.ExtensionNotFound:
        return True
    return purpose in allowed or ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE in allowed


def _no_unknown_critical(certificate: x509.Certificate) -> bool:
    return all(not extension.critical or extension.oid in _UNDERSTOOD for extension in certificate.extensions)


def _first_line(error: BaseException) -> str:
    return printable(str(error).partition("\n")[0], 80) or type(error).__name__
