"""RFC 3161 time stamps: the request, the answer, and what an answer proves.

Read here and not by a library, because a stamp comes from anybody's package: every byte of it has to be either under
the signature or of the one form that it may have, and no input may end in more than a `StampError`. The signatures
themselves are `cryptography`'s work.

Structures: RFC 3161 section 2.4 (TimeStampReq, TimeStampResp, TSTInfo), RFC 5652 section 5 (SignedData), RFC 5035
(the signing certificate's hash among the signed attributes).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from archiver.signing import der
from archiver.signing.certificates import load_certificate, serial_number
from archiver.signing.der import DerError, Node

MAX_BYTES = 192 * 1024
"""Of one answer: a stamp with its chain has six thousand."""

MAX_EMBEDDED = 16

SIGNED_DATA = "1.2.840.113549.1.7.2"
TST_INFO = "1.2.840.113549.1.9.16.1.4"
CONTENT_TYPE = "1.2.840.113549.1.9.3"
MESSAGE_DIGEST = "1.2.840.113549.1.9.4"
SIGNING_CERTIFICATE = "1.2.840.113549.1.9.16.2.12"
SIGNING_CERTIFICATE_V2 = "1.2.840.113549.1.9.16.2.47"

SHA256 = "2.16.840.1.101.3.4.2.1"
HASHES: dict[str, tuple[str, hashes.HashAlgorithm]] = {
    SHA256: ("sha256", hashes.SHA256()),
    "2.16.840.1.101.3.4.2.2": ("sha384", hashes.SHA384()),
    "2.16.840.1.101.3.4.2.3": ("sha512", hashes.SHA512()),
}
"""By object identifier. SHA-1 is not among them: two documents can have one."""

RSA_WITH = {
    "1.2.840.113549.1.1.11": "sha256",
    "1.2.840.113549.1.1.12": "sha384",
    "1.2.840.113549.1.1.13": "sha512",
    "1.2.840.113549.1.1.1": None,
}
ECDSA_WITH = {
    "1.2.840.10045.4.3.2": "sha256",
    "1.2.840.10045.4.3.3": "sha384",
    "1.2.840.10045.4.3.4": "sha512",
    "1.2.840.10045.2.1": None,
}
"""Signature algorithms, with the hash that they fix; null where it is the signer's digest algorithm."""
ED25519 = "1.3.101.112"
RSA_PSS = "1.2.840.113549.1.1.10"
MGF1 = "1.2.840.113549.1.1.8"

GRANTED, GRANTED_WITH_MODS = 0, 1
FAILURES = {
    0: "it does not know the algorithm",
    2: "it does not understand the request",
    5: "the request has the wrong form",
    14: "its clock cannot be used",
    15: "it does not know the policy",
    16: "it does not know an extension",
    17: "it lacks information",
    25: "it failed",
}
"""PKIFailureInfo bits (RFC 3161 section 2.4.2)."""


class StampError(Exception):
    """The time stamp does not hold: the words say why."""


class UnknownError(Exception):
    """The time stamp uses something that is not known here: nothing can be said of it."""


class Stamp(NamedTuple):
    """What a time stamp says, before anybody has looked whether it is true."""

    status: int
    time: datetime
    policy: str
    nonce: int | None
    imprint_algorithm: str
    imprint: bytes
    token: bytes
    """The ContentInfo, as it came."""
    info: bytes
    """The TSTInfo, as it came: what is signed."""
    embedded: tuple[x509.Certificate, ...]
    signer: _Signer


class _Signer(NamedTuple):
    """SignerInfo."""

    issuer: bytes | None
    serial: int | None
    key_identifier: bytes | None
    digest: str
    attributes: dict[str, list[Node]]
    signed: bytes
    """The attributes as the signature covers them."""
    algorithm: str
    pss: _Pss | None
    signature: bytes


class _Pss(NamedTuple):
    """RSASSA-PSS-params (RFC 4055 section 3.1), all of them written out."""

    digest: str
    mask_digest: str
    salt: int


def request(data: bytes, nonce: int) -> bytes:
    """A TimeStampReq over the SHA-256 of `data`, which asks for the authority's certificates in the answer."""
    imprint = der.write(
        der.SEQUENCE,
        der.write(der.SEQUENCE, der.write_oid(SHA256), der.write(der.NULL)),
        der.write(der.OCTET_STRING, hashlib.sha256(data).digest()),
    )
    certificates_wanted = der.write(der.BOOLEAN, b"\xff")
    return der.write(der.SEQUENCE, der.write_integer(1), imprint, der.write_integer(nonce), certificates_wanted)


def response(token: bytes) -> bytes:
    """The TimeStampResp that grants this token and says nothing else: no byte of it goes unchecked."""
    return der.write(der.SEQUENCE, der.write(der.SEQUENCE, der.write_integer(GRANTED)), token)


def parse(data: bytes) -> Stamp:
    """The parts of a TimeStampResp.

    Raises `StampError` for what is none or grants nothing, `UnknownError` for algorithms that are not known here.
    """
    if len(data) > MAX_BYTES:
        raise StampError("it is too long for a time stamp")
    try:
        return _response(data)
    except DerError as error:
        raise StampError(f"it cannot be read as a time stamp: {error}") from None


def _response(data: bytes) -> Stamp:
    parts = der.items(der.read(data, der.SEQUENCE))
    if not 1 <= len(parts) <= 2:
        raise DerError("a response with too many parts")
    status = _status(parts[0])
    if len(parts) == 1:
        raise StampError("it grants a time stamp and holds none")
    kind, wrapped = _fixed(parts[1], 2)
    if der.oid(kind) != SIGNED_DATA:
        raise DerError("a token that is not signed")
    version, digests, content, *rest = _at_least(der.only(der.expect(wrapped, der.CONTEXT_0), der.SEQUENCE), 4)
    embedded: tuple[x509.Certificate, ...] = ()
    if rest and rest[0].tag == der.CONTEXT_0:
        embedded = _certificates(rest.pop(0))
    if rest and rest[0].tag == der.CONTEXT_1:
        raise UnknownError("lists of revoked certificates")
    if len(rest) != 1:
        raise DerError("signed data without signers")
    if der.integer(version) != 3:
        raise DerError("an unknown version of signed data")
    signer = _signer(der.only(der.expect(rest[0], der.SET), der.SEQUENCE))
    if signer.digest not in {_algorithm(item) for item in der.items(der.expect(digests, der.SET))}:
        raise DerError("a digest algorithm that was not announced")
    content_kind, content_wrapped = _fixed(content, 2)
    if der.oid(content_kind) != TST_INFO:
        raise DerError("signed data that is no time stamp")
    info = der.only(der.expect(content_wrapped, der.CONTEXT_0), der.OCTET_STRING).content
    return _info(info, status, parts[1].raw, embedded, signer)


def _status(node: Node) -> int:
    """PKIStatusInfo. Raises `StampError` where nothing was granted."""
    parts = der.items(der.expect(node, der.SEQUENCE))
    if not parts:
        raise DerError("no status")
    status = der.integer(parts[0])
    words: list[str] = []
    for part in parts[1:]:
        if part.tag == der.SEQUENCE:
            words += [item.content.decode("utf-8", "replace") for item in der.items(part)]
        elif part.tag == der.BIT_STRING and len(part.content) > 1:
            bits = int.from_bytes(part.content[1:], "big")
            size = 8 * (len(part.content) - 1)
            words += [text for bit, text in FAILURES.items() if bit < size and bits >> (size - 1 - bit) & 1]
        else:
            raise DerError("a status of unknown form")
    if status not in (GRANTED, GRANTED_WITH_MODS):
        reason = "; ".join(words)
        raise StampError(f"the authority refused (status {status}{': ' + reason if reason else ''})")
    return status


def _certificates(node: Node) -> tuple[x509.Certificate, ...]:
    found = der.items(node)
    if len(found) > MAX_EMBEDDED:
        raise DerError("too many certificates")
    try:
        return tuple(load_certificate(der.expect(item, der.SEQUENCE).raw) for item in found)
    except DerError:
        raise
    except ValueError as error:
        raise StampError(str(error)) from None


def _signer(node: Node) -> _Signer:
    version, who, digest, attributes, algorithm, signature, *unsigned = _at_least(node, 6)
    issuer: bytes | None = None
    serial: int | None = None
    key_identifier: bytes | None = None
    if who.tag == der.CONTEXT_PRIMITIVE_0:
        key_identifier = who.content
    else:
        name, number = _fixed(who, 2)
        issuer, serial = der.expect(name, der.SEQUENCE).raw, der.integer(number)
    if der.integer(version) != (1 if key_identifier is None else 3):
        raise DerError("an unknown version of a signer")
    if len(unsigned) > 1 or (unsigned and unsigned[0].tag != der.CONTEXT_1):
        raise DerError("a signer with unknown parts")
    der.expect(attributes, der.CONTEXT_0)
    named: dict[str, list[Node]] = {}
    for attribute in der.items(attributes):
        kind, values = _fixed(attribute, 2)
        if der.oid(kind) in named:
            raise DerError("an attribute twice")
        named[der.oid(kind)] = der.items(der.expect(values, der.SET))
    pss = _pss(algorithm)
    return _Signer(
        issuer=issuer,
        serial=serial,
        key_identifier=key_identifier,
        digest=_algorithm(digest),
        attributes=named,
        # RFC 5652 section 5.4: signed with the tag of a SET, which the implicit tag stands for
        signed=bytes((der.SET,)) + attributes.raw[1:],
        algorithm=RSA_PSS if pss else _algorithm(algorithm),
        pss=pss,
        signature=der.expect(signature, der.OCTET_STRING).content,
    )


def _info(data: bytes, status: int, token: bytes, embedded: tuple[x509.Certificate, ...], signer: _Signer) -> Stamp:
    version, policy, imprint, serial, time, *rest = _at_least(der.read(data, der.SEQUENCE), 5)
    if der.integer(version) != 1:
        raise DerError("an unknown version")
    algorithm, digest = _fixed(imprint, 2)
    der.integer(serial)
    nonces = [der.integer(part) for part in rest if part.tag == der.INTEGER]
    if len(nonces) > 1:
        raise DerError("two nonces")
    return Stamp(
        status=status,
        time=der.moment(time),
        policy=der.oid(policy),
        nonce=nonces[0] if nonces else None,
        imprint_algorithm=_algorithm(algorithm),
        imprint=der.expect(digest, der.OCTET_STRING).content,
        token=token,
        info=data,
        embedded=embedded,
        signer=signer,
    )


def _algorithm(node: Node) -> str:
    """The object identifier of an AlgorithmIdentifier without parameters (absent or NULL)."""
    parts = der.items(der.expect(node, der.SEQUENCE))
    if not parts:
        raise DerError("an algorithm without a name")
    name = der.oid(parts[0])
    if [part.raw for part in parts[1:]] not in ([], [b"\x05\x00"]):
        raise UnknownError(f"the algorithm {name} with parameters of its own")
    return name


def _pss(node: Node) -> _Pss | None:
    """The parameters of RSA-PSS; null for another algorithm."""
    parts = der.items(der.expect(node, der.SEQUENCE))
    if len(parts) != 2 or der.oid(parts[0]) != RSA_PSS:
        return None
    fields = der.items(der.expect(parts[1], der.SEQUENCE))
    if [field.tag for field in fields] != [der.CONTEXT_0, der.CONTEXT_1, der.CONTEXT_2]:
        raise UnknownError("RSA-PSS with parameters left out")  # that is, with SHA-1
    mask, mask_digest = _fixed(der.only(fields[1], der.SEQUENCE), 2)
    if der.oid(mask) != MGF1:
        raise UnknownError(f"RSA-PSS with the mask function {der.oid(mask)}")
    salt = der.integer(der.only(fields[2], der.INTEGER))
    return _Pss(_algorithm(der.only(fields[0], der.SEQUENCE)), _algorithm(mask_digest), salt)


def _fixed(node: Node, count: int) -> list[Node]:
    parts = der.items(der.expect(node, der.SEQUENCE))
    if len(parts) != count:
        raise DerError(f"{len(parts)} parts where {count} belong")
    return parts


def _at_least(node: Node, count: int) -> list[Node]:
    parts = der.items(der.expect(node, der.SEQUENCE))
    if len(parts) < count:
        raise DerError("parts are missing")
    return parts


def signing_certificate(stamp: Stamp, pool: Sequence[x509.Certificate]) -> x509.Certificate:
    """The certificate that the stamp names as its signer's.

    Raises `StampError` where it is not in the pool.
    """
    who = stamp.signer
    for certificate in pool:
        if who.key_identifier is not None:
            try:
                known = certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest
            except x509.ExtensionNotFound:
                continue
            if known == who.key_identifier:
                return certificate
        elif serial_number(certificate) == who.serial and _issuer(certificate) == who.issuer:
            return certificate
    raise StampError("the certificate of the one who made it is missing")


def _issuer(certificate: x509.Certificate) -> bytes:
    """The issuer's name as it is encoded (RFC 5280 section 4.1.2.4)."""
    parts = der.items(der.read(certificate.tbs_certificate_bytes, der.SEQUENCE))
    return parts[3 if parts[0].tag == der.CONTEXT_0 else 2].raw


def check(stamp: Stamp, data: bytes, certificate: x509.Certificate) -> None:
    """Is this a stamp over `data`, made with the key of this certificate, which is one for time stamps?

    Whether anybody vouches for the certificate is another question.

    Raises `StampError` where not, `UnknownError` for algorithms that are not known here.
    """
    if stamp.imprint_algorithm not in HASHES:
        raise UnknownError(f"the digest algorithm {stamp.imprint_algorithm}")
    if hashlib.new(HASHES[stamp.imprint_algorithm][0], data).digest() != stamp.imprint:
        raise StampError("it was made over something else")
    signer = stamp.signer
    if signer.digest not in HASHES:
        raise UnknownError(f"the digest algorithm {signer.digest}")
    name, algorithm = HASHES[signer.digest]
    try:
        kind = der.oid(_single(signer.attributes, CONTENT_TYPE))
        digest = der.expect(_single(signer.attributes, MESSAGE_DIGEST), der.OCTET_STRING).content
        named = _named_certificate(signer.attributes, certificate)
    except DerError as error:
        raise StampError(f"its signed attributes cannot be read: {error}") from None
    if kind != TST_INFO or digest != hashlib.new(name, stamp.info).digest():
        raise StampError("its content was altered after it was signed")
    if not named:
        raise StampError("it was signed with another certificate than it names")
    if not _holds(signer, name, algorithm, certificate):
        raise StampError("its signature is not by the key of its certificate")
    _for_time_stamps(certificate)


def _single(attributes: dict[str, list[Node]], kind: str) -> Node:
    values = attributes.get(kind, [])
    if len(values) != 1:
        raise DerError("an attribute is missing")
    return values[0]


def _named_certificate(attributes: dict[str, list[Node]], certificate: x509.Certificate) -> bool:
    """Is the certificate the first that the signed attributes name, by its hash (RFC 5035; SHA-1 in the older form)?"""
    encoded = certificate.public_bytes(Encoding.DER)
    named = False
    for kind, default in ((SIGNING_CERTIFICATE, "sha1"), (SIGNING_CERTIFICATE_V2, "sha256")):
        if kind not in attributes:
            continue
        entries = der.items(_at_least(_single(attributes, kind), 1)[0])
        parts = _at_least(entries[0], 1) if entries else []
        if parts and kind == SIGNING_CERTIFICATE_V2 and parts[0].tag == der.SEQUENCE:
            name = _algorithm(parts.pop(0))
            if name not in HASHES:
                raise UnknownError(f"the digest algorithm {name}")
            default = HASHES[name][0]
        if not parts:
            raise DerError("a certificate is named without its hash")
        known = der.expect(parts[0], der.OCTET_STRING).content
        if hashlib.new(default, encoded, usedforsecurity=False).digest() != known:
            return False
        named = True
    return named


def _holds(signer: _Signer, name: str, algorithm: hashes.HashAlgorithm, certificate: x509.Certificate) -> bool:
    key = certificate.public_key()
    try:
        if isinstance(key, rsa.RSAPublicKey) and signer.pss is not None:
            if signer.pss.mask_digest not in HASHES:
                raise UnknownError(f"the digest algorithm {signer.pss.mask_digest}")
            if signer.pss.digest != signer.digest or signer.pss.salt < 0:
                return False
            mask = padding.MGF1(HASHES[signer.pss.mask_digest][1])
            key.verify(signer.signature, signer.signed, padding.PSS(mask, signer.pss.salt), algorithm)
        elif isinstance(key, rsa.RSAPublicKey) and signer.algorithm in RSA_WITH:
            if RSA_WITH[signer.algorithm] not in (None, name):
                return False
            key.verify(signer.signature, signer.signed, padding.PKCS1v15(), algorithm)
        elif isinstance(key, ec.EllipticCurvePublicKey) and signer.algorithm in ECDSA_WITH:
            if ECDSA_WITH[signer.algorithm] not in (None, name):
                return False
            key.verify(signer.signature, signer.signed, ec.ECDSA(algorithm))
        elif isinstance(key, ed25519.Ed25519PublicKey) and signer.algorithm == ED25519:
            key.verify(signer.signature, signer.signed)
        else:
            raise UnknownError(f"the signature algorithm {signer.algorithm} with this key")
    except (InvalidSignature, ValueError):
        return False
    except UnsupportedAlgorithm as error:
        raise UnknownError(str(error)) from None
    return True


def _for_time_stamps(certificate: x509.Certificate) -> None:
    """RFC 3161 section 2.3: time stamps and nothing else, and that is critical."""
    try:
        usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    except x509.ExtensionNotFound:
        raise StampError("its certificate is not one for time stamps") from None
    if list(usage.value) != [ExtendedKeyUsageOID.TIME_STAMPING] or not usage.critical:
        raise StampError("its certificate is not one for time stamps alone")
    try:
        key_usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return
    if not (key_usage.digital_signature or key_usage.content_commitment):
        raise StampError("the key of its certificate is not one for signatures")
