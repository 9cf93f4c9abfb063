"""Who signs: an identity, and those who say when.

A `Signer` fits what `archiver.wacz.writing.write_wacz` calls. Whatever cannot be made raises: there is no package with
half of a signature. Authorities and calendars are asked through the door; what they answer is checked at once.
"""

from __future__ import annotations

import base64
import os
import re
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple, Protocol
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID

from archiver.config import SigningSettings
from archiver.errors import ArchiverError, LimitError, NetworkError, SigningError, TimeStampError, UsageError
from archiver.exchange import Exchange
from archiver.signing import opentimestamps, timestamps
from archiver.signing.certificates import (
    called,
    chain_text,
    covers,
    domain_names,
    issued_by,
    key_bytes,
    path_to_trusted,
    printable,
    valid_at,
)
from archiver.signing.ecdsa import sign_der, sign_raw
from archiver.signing.keys import default_key_file, load_key, load_or_make_key, passphrase_from, public_key
from archiver.signing.trust import Trust, load_trust, read_certificates
from archiver.version import __version__

SPECIFICATION = "0.1.0"
"""The `version` of a signature: that of the WACZ authentication specification."""

STAMP_WINDOW = timedelta(minutes=10)
"""Between `created` and the time stamp (WACZ authentication 0.1.0, Verification, step 7)."""

NONCE_BITS = 64
OTS_NONCE_BYTES = 16

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


class Poster(Protocol):
    """What sends a body by POST: `archiver.web.Door.post`."""

    def __call__(
        self,
        url: str,
        body: bytes,
        content_type: str,
        *,
        headers: Iterable[tuple[str, str]] = ...,
        max_bytes: int | None = ...,
    ) -> Exchange: ...


class Identity(Protocol):
    """Whose signature it is."""

    def sign(self, digest: str) -> tuple[str, dict[str, str]]:
        """The signature of the text, in base64, and the properties that say whose it is."""
        ...

    def ready(self, when: datetime) -> None:
        """Raises `SigningError` where a signature made at this time would not hold."""
        ...


class AnonymousIdentity:
    """A key that stands for whoever published its fingerprint (WACZ authentication 0.1.0, Anonymous Signature)."""

    def __init__(self, key: ec.EllipticCurvePrivateKey) -> None:
        """Raises `SigningError` for a key that ReplayWeb.page would not read (wabac.js imports P-384 alone)."""
        if not isinstance(key.curve, ec.SECP384R1):
            raise SigningError(
                f"the key is on the curve {key.curve.name}; an anonymous signature needs one on P-384",
                hint="`openssl ecparam -name secp384r1 -genkey -noout` makes such a key",
            )
        self._key = key

    def ready(self, when: datetime) -> None:
        pass

    def sign(self, digest: str) -> tuple[str, dict[str, str]]:
        return _base64(sign_raw(self._key, digest)), {"publicKey": _base64(public_key(self._key.public_key()))}


class DomainIdentity:
    """Whoever holds the key of a domain's TLS certificate (Domain-Ownership Identity + Signed Timestamp)."""

    def __init__(
        self,
        key: ec.EllipticCurvePrivateKey,
        chain: Sequence[x509.Certificate],
        *,
        domain: str = "",
        cross_signed: Sequence[x509.Certificate] = (),
    ) -> None:
        """chain: the domain's own certificate first, each issued by the next. domain: default the certificate's first
        name. cross_signed: another chain for the same key.

        Raises `SigningError` where they do not belong together.
        """
        self._key = key
        self._chain = list(chain)
        self._cross_signed = list(cross_signed)
        names = domain_names(self._chain[0])
        self.domain = domain or (names[0] if names else "")
        if not self.domain or not any(covers(name, self.domain) for name in names):
            shown = ", ".join(printable(name) for name in names[:5]) or "no domain"
            raise SigningError(f"the certificate is for {shown}, not for {printable(domain) or 'a domain'}")
        for which in (self._chain, self._cross_signed):
            if which and key_bytes(which[0]) != public_key(key.public_key()):
                raise SigningError(
                    f"the certificate of {called(which[0].subject)} has another key than the key file",
                    hint="give the key with which the certificate was requested",
                )
            for certificate, issuer in pairwise(which):
                if not issued_by(certificate, issuer):
                    raise SigningError(
                        f"the certificate of {called(certificate.subject)} is not issued by the one that follows it",
                        hint="give the chain in order, the domain's own certificate first (certbot: fullchain.pem)",
                    )

    def ready(self, when: datetime) -> None:
        leaf = self._chain[0]
        if not valid_at(leaf, when):
            raise SigningError(
                f"the certificate of {self.domain} is valid from {leaf.not_valid_before_utc:%Y-%m-%d} "
                f"to {leaf.not_valid_after_utc:%Y-%m-%d}",
                hint="renew it",
            )

    def sign(self, digest: str) -> tuple[str, dict[str, str]]:
        properties = {"domain": self.domain, "domainCert": chain_text(self._chain)}
        if self._cross_signed:
            properties["crossSignedCert"] = chain_text(self._cross_signed)
        return _base64(sign_der(self._key, digest)), properties


class TimeStamp(NamedTuple):
    """A time stamp that was asked for and checked."""

    time: datetime
    policy: str
    response: bytes
    """TimeStampResp."""
    chain: list[x509.Certificate]
    """The authority's certificate first."""


class TimeStamper:
    """Asks one authority for RFC 3161 time stamps over HTTP (section 3.4)."""

    def __init__(
        self,
        url: str,
        post: Poster,
        trust: Trust,
        *,
        nonce: Callable[[], int] = lambda: secrets.randbits(NONCE_BITS),
    ) -> None:
        """trust: where certificates for time stamps are named, the authority's chain has to lead to one of them."""
        self._url = url
        self._post = post
        self._trust = trust
        self._nonce = nonce

    def stamp(self, data: bytes) -> TimeStamp:
        """A time stamp over `data`, which holds.

        Raises `TimeStampError`.
        """
        nonce = self._nonce()
        answer = _ask(
            self._post,
            self._url,
            timestamps.request(data, nonce),
            "application/timestamp-query",
            accept="application/timestamp-reply",
            limit=timestamps.MAX_BYTES,
        )
        try:
            stamp = timestamps.parse(answer)
            leaf = timestamps.signing_certificate(stamp, stamp.embedded)
            timestamps.check(stamp, data, leaf)
        except timestamps.StampError as error:
            raise TimeStampError(f"the time stamp does not hold: {error}", subject=self._url) from None
        except timestamps.UnknownError as error:
            raise TimeStampError(f"the time stamp cannot be checked: {error}", subject=self._url) from None
        if stamp.status != timestamps.GRANTED:
            raise TimeStampError("the authority granted another time stamp than was asked for", subject=self._url)
        if stamp.nonce != nonce:
            raise TimeStampError("the time stamp is the answer to another request", subject=self._url)
        if not valid_at(leaf, stamp.time):
            raise TimeStampError(
                f"the certificate of {called(leaf.subject)} was not valid when it made the time stamp",
                subject=self._url,
            )
        chain = self._chain(leaf, stamp)
        return TimeStamp(stamp.time, stamp.policy, timestamps.response(stamp.token), chain)

    def _chain(self, leaf: x509.Certificate, stamp: timestamps.Stamp) -> list[x509.Certificate]:
        """The authority's chain: up to a trusted certificate where any is named, else as far as it was sent."""
        if self._trust.stamps or self._trust.stamp_fingerprints:
            path = path_to_trusted(
                leaf,
                stamp.embedded,
                self._trust.stamps,
                self._trust.stamp_fingerprints,
                stamp.time,
                ExtendedKeyUsageOID.TIME_STAMPING,
            )
            if path is None:
                raise TimeStampError(
                    f"the time stamp is signed by {called(leaf.subject)}, whose issuer {called(leaf.issuer)} leads to "
                    "none of the trusted certificates",
                    subject=self._url,
                    hint="[signing] trusted_tsa names them",
                )
            return path
        chain = [leaf]
        while issuer := next(
            (other for other in stamp.embedded if other not in chain and issued_by(chain[-1], other)), None
        ):
            chain.append(issuer)
        return chain


class Calendars:
    """Asks OpenTimestamps calendars to attest digests."""

    def __init__(
        self, urls: Sequence[str], post: Poster, *, nonce: Callable[[], bytes] = lambda: os.urandom(OTS_NONCE_BYTES)
    ) -> None:
        self._urls = list(urls)
        self._post = post
        self._nonce = nonce

    def proof(self, digest: str) -> bytes:
        """The `.ots` proof of `sha256:HEX`, with what every calendar promises.

        Raises `TimeStampError` where one of them does not answer, or with something else.
        """
        raw = bytes.fromhex(digest.removeprefix("sha256:"))
        nonce = self._nonce()
        message = opentimestamps.committed(raw, nonce)
        answers = []
        for url in self._urls:
            address = url.rstrip("/") + "/digest"
            answer = _ask(
                self._post,
                address,
                message,
                "application/octet-stream",
                accept=opentimestamps.ACCEPT,
                limit=opentimestamps.MAX_ANSWER,
            )
            try:
                opentimestamps.read_answer(answer, message)
            except opentimestamps.ProofError as error:
                raise TimeStampError(f"the calendar's answer is no time stamp: {error}", subject=address) from None
            answers.append(answer)
        return opentimestamps.write_proof(raw, nonce, answers)


class Signer:
    """Signs packages as the WACZ authentication specification says."""

    def __init__(
        self,
        identity: Identity,
        *,
        stamper: TimeStamper | None = None,
        calendars: Calendars | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Raises `SigningError` for a domain's identity without a time stamp, which its signature has to have."""
        if isinstance(identity, DomainIdentity) and stamper is None:
            raise SigningError(
                "a signature in a domain's name needs a time stamp, and no authority is named",
                hint="[signing] tsa names one",
            )
        self._identity = identity
        self._stamper = stamper
        self._calendars = calendars
        self._clock = clock
        self.proof: bytes | None = None
        """After `sign`: the OpenTimestamps proof, for `PACKAGE.wacz.ots`; null where no calendar is named."""

    @property
    def attested(self) -> bool:
        """Will there be a proof?"""
        return self._calendars is not None

    def sign(self, digest: str, created: datetime) -> Mapping[str, Any]:
        """The `signedData` of `datapackage-digest.json`.

        digest: `sha256:HEX` of the bytes of `datapackage.json`, which is what is signed, as this very text. created:
        the `created` of `datapackage.json`, whole seconds; with a time stamp, not more than ten minutes ago.

        Raises `SigningError` where it cannot be signed, `TimeStampError` where no time stamp is to be had.
        """
        if not _DIGEST.fullmatch(digest):
            raise SigningError(f"{printable(digest)!r} is not the SHA-256 of a package")
        if created.tzinfo is None:
            raise SigningError("the package's time of creation names no time zone")
        self.proof = None
        self._identity.ready(self._clock())
        signature, whose = self._identity.sign(digest)
        signed: dict[str, Any] = {
            "hash": digest,
            "created": created.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "software": f"archiver {__version__}",
            "version": SPECIFICATION,
            "signature": signature,
        }
        cross_signed = whose.pop("crossSignedCert", None)
        signed |= whose
        if self._stamper is not None:
            stamp = self._stamper.stamp(signature.encode("ascii"))
            if abs(stamp.time - created) > STAMP_WINDOW:
                raise SigningError(
                    f"the package was created at {created.astimezone(UTC):%Y-%m-%d %H:%M:%S}, and the time stamp says "
                    f"{stamp.time:%Y-%m-%d %H:%M:%S} UTC: more than ten minutes lie between them",
                    hint="is this machine's clock right?",
                )
            signed["timeSignature"] = _base64(stamp.response)
            signed["timestampCert"] = chain_text(stamp.chain)
        if cross_signed is not None:
            signed["crossSignedCert"] = cross_signed
        if self._calendars is not None:
            self.proof = self._calendars.proof(digest)
        return signed


def signer_from(
    settings: SigningSettings, *, post: Poster | None = None, env: Mapping[str, str] | None = None
) -> Signer | None:
    """The signer that `[signing]` describes; null where `identity` is `none`.

    post: how authorities and calendars are asked (`Door.post`); needed where any is named. env: where the passphrase
    is looked up (default: the process's environment).

    Raises `SigningError` where a key or a certificate cannot be used, `UsageError` where authorities are named and
    there is no `post`.
    """
    if settings.identity == "none":
        return None
    stamper: TimeStamper | None = None
    calendars: Calendars | None = None
    if settings.tsa or settings.calendars:
        if post is None:
            raise UsageError("time stamps need the network", hint="leave out --offline, or [signing] tsa and calendars")
        if settings.tsa:
            _http(settings.tsa, "[signing] tsa")
            stamper = TimeStamper(settings.tsa, post, load_trust(stamps=settings.trusted_tsa))
        for url in settings.calendars:
            _http(url, "[signing] calendars")
        if settings.calendars:
            calendars = Calendars(settings.calendars, post)
    return Signer(_identity(settings, env), stamper=stamper, calendars=calendars)


def _identity(settings: SigningSettings, env: Mapping[str, str] | None) -> Identity:
    passphrase = passphrase_from(settings.passphrase_variable, env)
    if settings.identity == "anonymous":
        path = Path(settings.key) if settings.key else default_key_file()
        try:
            # a key that the user named is theirs to make: a slip in its name would make another identity
            key = load_key(path, passphrase) if settings.key else load_or_make_key(path, passphrase)
        except FileNotFoundError:
            raise SigningError("there is no such key file", subject=str(path)) from None
        return AnonymousIdentity(key)
    for value, name in ((settings.key, "key"), (settings.certificate, "certificate")):
        if not value:
            raise SigningError(f"a signature in a domain's name needs [signing] {name}")
    try:
        key = load_key(Path(settings.key), passphrase)
    except FileNotFoundError:
        raise SigningError("there is no such key file", subject=settings.key) from None
    return DomainIdentity(
        key,
        read_certificates(settings.certificate),
        domain=settings.domain,
        cross_signed=read_certificates(settings.cross_signed_certificate) if settings.cross_signed_certificate else (),
    )


def _http(url: str, subject: str) -> None:
    if urlsplit(url).scheme not in ("http", "https"):
        raise SigningError(f"{printable(url)!r} is no address of a server", subject=subject)


def _ask(post: Poster, url: str, body: bytes, content_type: str, *, accept: str, limit: int) -> bytes:
    """The body of the answer. Raises `TimeStampError`."""
    try:
        exchange = post(url, body, content_type, headers=[("Accept", accept)], max_bytes=limit)
        answer = exchange.payload(limit)
    except (NetworkError, LimitError) as error:
        raise TimeStampError(_reason(error), subject=url) from error
    except ArchiverError as error:
        raise TimeStampError(f"the answer cannot be read: {error.problem}", subject=url) from error
    if exchange.truncated:
        raise TimeStampError("the answer broke off or is too long", subject=url)
    if exchange.status != 200:
        raise TimeStampError(f"answered with status {exchange.status}", subject=url)
    return answer


def _reason(error: ArchiverError) -> str:
    return f"{error.subject}: {error.problem}" if error.subject else error.problem


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
