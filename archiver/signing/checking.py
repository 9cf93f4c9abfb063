"""Does a signature hold, for this package, and did a time stamp see it when it says?

Nothing here asks the network, and nothing raises: whatever stands in a package comes to named checks. A check is sound
only where everything that it names was looked at and holds; what nobody trusted vouches for is "not checked", because
it may be true and because a forger's own authority looks the same.

The steps are those of the WACZ authentication specification 0.1.0, section Verification.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_der_public_key
from cryptography.x509.oid import ExtendedKeyUsageOID
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

from archiver.model import Check, Problem, Verdict
from archiver.signing import opentimestamps, timestamps
from archiver.signing.certificates import (
    MAX_PEM,
    called,
    covers,
    domain_names,
    issuer_of,
    key_bytes,
    path_to_trusted,
    printable,
    read_chain,
    strict_base64,
    unlinked,
    valid_at,
)
from archiver.signing.ecdsa import holds
from archiver.signing.keys import key_fingerprint, public_key
from archiver.signing.signer import STAMP_WINDOW
from archiver.signing.trust import Trust, load_trust

WHERE = "datapackage-digest.json"

MAX_TEXT = 1000
MAX_SIGNATURE = 1024
"""Characters in base64; of a signature on P-521 there are 188."""

MAX_SHOWN = 5
"""So many blocks and calendars of a proof are named."""

AUTHSIGN_DAYS = 7
"""authsign, which py-wacz asks, takes a domain's certificate for so many days after its beginning."""

_COMMON = {"hash": MAX_TEXT, "created": MAX_TEXT, "software": MAX_TEXT, "version": MAX_TEXT, "signature": MAX_SIGNATURE}
_STAMPED = {"timeSignature": 2 * timestamps.MAX_BYTES, "timestampCert": MAX_PEM}
_DOMAIN = {"domain": 253, "domainCert": MAX_PEM}
_LIMITS = {**_COMMON, **_STAMPED, **_DOMAIN, "publicKey": MAX_TEXT, "crossSignedCert": MAX_PEM}
_OPTIONAL = frozenset({"software", "version", "crossSignedCert"})
"""ArchiveWeb.page writes no `version`."""

_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?(?:Z|[+-][0-9]{2}:[0-9]{2})")


class _Findings:
    """What one check comes to."""

    def __init__(self, name: str, where: str) -> None:
        self._name = name
        self._where = where
        self.problems: list[str] = []
        self.doubts: list[str] = []
        """What could not be judged: the check is not sound, and nothing is damaged."""
        self.notes: list[str] = []

    def check(self) -> Check:
        good = Verdict.NOT_CHECKED if self.doubts else Verdict.SOUND
        return Check(
            name=self._name,
            verdict=Verdict.DAMAGED if self.problems else good,
            checked=1,
            problems=tuple(Problem(what=what, where=self._where) for what in self.problems),
            found=len(self.problems),
            note="; ".join([*self.doubts, *self.notes]),
        )


def check_signature(
    signed: object,
    digest: str,
    *,
    created: str | None = None,
    now: datetime | None = None,
    trust: Trust | None = None,
    where: str = WHERE,
) -> list[Check]:
    """Checks `signature` and, where there is something of the kind, `certificate` and `time stamp`.

    signed: the value of `signedData`, whatever it is; null where there is none (`signature` is then absent).
    digest: `sha256:HEX` of the bytes of `datapackage.json` in this package. created: what stands there under
    `created`; null where that is not known. now: the time at which certificates are judged where no trusted time
    stamp tells another (default: the clock). trust: whose certificates are believed (default: `load_trust()`). where:
    how problems name the member.
    """
    signature = _Findings("signature", where)
    if signed is None:
        return [Check(name="signature", verdict=Verdict.ABSENT, note="the package is not signed")]
    fields = _fields(signed, signature)
    if fields is None:
        return [signature.check()]
    when = _created(fields, created, signature)
    if fields.get("hash") != digest:
        signature.problems.append(
            "the signature is over another package: its hash is not that of this datapackage.json"
        )
    trust = trust or load_trust()
    now = now or datetime.now(UTC)
    domain: _Domain | None = None
    if "domainCert" in fields:
        certificate = _Findings("certificate", where)
        domain = _domain(fields, certificate)
    key = _key(fields, domain, signature)
    if key is not None:
        _check_signature(fields, key, signature)
    checks = [signature.check()]
    stamped = _Stamped(None, trusted=False)
    if "timeSignature" in fields:
        stamp = _Findings("time stamp", where)
        stamped = _check_stamp(fields, when, now, trust, stamp)
        checks.append(stamp.check())
    if "domainCert" in fields:
        if domain is not None:
            _check_domain(domain, when, now, stamped, trust, certificate)
        checks.insert(1, certificate.check())
    return checks


def _fields(signed: object, findings: _Findings) -> dict[str, str] | None:
    """The properties, each a text of bearable length; null where they are no signature at all (Signature Data Format).

    A property that is null counts as left out: authsign writes an absent `crossSignedCert` so.
    """
    if not isinstance(signed, dict):
        findings.problems.append("the signature is not an object with properties")
        return None
    fields: dict[str, str] = {}
    for name, value in signed.items():
        if name not in _LIMITS:
            findings.problems.append(f"the signature has a property that it may not have: {printable(str(name), 40)!r}")
        elif value is not None and (not isinstance(value, str) or len(value) > _LIMITS[name] or not value):
            findings.problems.append(f"the property {name!r} is not a text of a fitting length")
        elif value is not None:
            fields[name] = value
        if len(findings.problems) == len(_LIMITS):
            return None
    anonymous = "publicKey" in fields
    if anonymous and not {"domain", "domainCert", "crossSignedCert"}.isdisjoint(fields):
        findings.problems.append("the signature claims to be anonymous and a domain's")
        return None
    wanted = {**_COMMON, **({"publicKey": 0} if anonymous else {**_DOMAIN, **_STAMPED})}
    if anonymous and not _STAMPED.keys().isdisjoint(fields):
        wanted |= _STAMPED
    missing = [name for name in wanted if name not in fields and name not in _OPTIONAL]
    if missing:
        findings.problems.append(f"the signature lacks {', '.join(missing)}")
    return None if findings.problems else fields


def _created(fields: dict[str, str], package: str | None, findings: _Findings) -> datetime | None:
    text = fields["created"]
    when: datetime | None = None
    if _TIME.fullmatch(text):
        try:
            when = datetime.fromisoformat(text).astimezone(UTC)
        except (ValueError, OverflowError):
            when = None
    if when is None:
        findings.problems.append(f"the time of the signature cannot be read: {printable(text, 40)!r}")
    if package is not None and package != text:
        findings.problems.append(
            f"the signature says that the package was created at {printable(text, 40)}, "
            f"datapackage.json says {printable(package, 40)}"
        )
    return when


class _Domain(NamedTuple):
    """A domain's certificate, the chain above it, and another chain for the same key."""

    name: str
    chain: list[x509.Certificate]
    cross_signed: list[x509.Certificate]


def _chain(fields: dict[str, str], name: str, findings: _Findings) -> list[x509.Certificate] | None:
    try:
        chain, more = read_chain(fields[name])
    except ValueError as error:
        findings.problems.append(f"{name}: {error}")
        return None
    if more:
        findings.doubts.append(f"{name} holds more than certificates")
    return chain


def _domain(fields: dict[str, str], findings: _Findings) -> _Domain | None:
    chain = _chain(fields, "domainCert", findings)
    cross_signed = _chain(fields, "crossSignedCert", findings) if "crossSignedCert" in fields else []
    if chain is None or cross_signed is None:
        return None
    return _Domain(fields["domain"], chain, cross_signed)


def _key(fields: dict[str, str], domain: _Domain | None, findings: _Findings) -> ec.EllipticCurvePublicKey | None:
    """The key under which the signature has to hold."""
    if "publicKey" not in fields:
        if domain is None:
            findings.problems.append("there is no certificate whose key could have signed")
            return None
        key: object = domain.chain[0].public_key()
    else:
        try:
            encoded = strict_base64(fields["publicKey"])
            key = load_der_public_key(encoded)
            if isinstance(key, ec.EllipticCurvePublicKey) and public_key(key) != encoded:
                raise ValueError
        except (ValueError, TypeError, UnsupportedAlgorithm):
            findings.problems.append("the public key cannot be read")
            return None
    if not isinstance(key, ec.EllipticCurvePublicKey):
        findings.doubts.append("the key is not one for ECDSA, with which packages are signed")
        return None
    return key


def _check_signature(fields: dict[str, str], key: ec.EllipticCurvePublicKey, findings: _Findings) -> None:
    """Steps 2 to 4: the signature is one of this hash, by this key."""
    try:
        signature = strict_base64(fields["signature"])
    except ValueError:
        findings.problems.append("the signature is not base64")
        return
    if not holds(key, signature, fields["hash"]):
        findings.problems.append("the signature does not hold under its key: it, the key or the hash was altered")
        return
    if "publicKey" in fields:
        findings.notes.append(
            f"signed with the key {key_fingerprint(public_key(key))} (SHA-256): it is for you to know whose that is"
        )
    else:
        findings.notes.append(f"signed with the key of the certificate for {printable(fields['domain'])}")


class _Stamped(NamedTuple):
    time: datetime | None
    trusted: bool


def _check_stamp(
    fields: dict[str, str], created: datetime | None, now: datetime, trust: Trust, findings: _Findings
) -> _Stamped:
    """Steps 6, 7 and 9: a time stamp of this signature, near the time of creation, by an authority that is trusted."""
    nothing = _Stamped(None, trusted=False)
    chain = _chain(fields, "timestampCert", findings)
    if chain is None:
        return nothing
    try:
        stamp = timestamps.parse(strict_base64(fields["timeSignature"]))
        leaf = timestamps.signing_certificate(stamp, chain)
        timestamps.check(stamp, fields["signature"].encode("utf-8", "surrogatepass"), leaf)
    except timestamps.StampError as error:
        findings.problems.append(f"the time stamp does not hold: {error}")
        return nothing
    except timestamps.UnknownError as error:
        findings.doubts.append(f"the time stamp cannot be judged: it uses {error}")
        return nothing
    except ValueError:
        findings.problems.append("the time stamp is not base64")
        return nothing
    if not valid_at(leaf, stamp.time):
        findings.problems.append(f"the certificate of {called(leaf.subject)} was not valid when it made the time stamp")
    if stamp.status != timestamps.GRANTED:
        findings.doubts.append("the authority granted it with changes")
    if created is None or abs(stamp.time - created) > STAMP_WINDOW:
        findings.problems.append(
            f"the package is said to be created at {_shown(created)}, the time stamp says {_shown(stamp.time)}: more "
            "than ten minutes lie between them"
        )
    if stamp.time > now + STAMP_WINDOW:
        findings.problems.append(f"the time stamp is of a time to come: {_shown(stamp.time)}")
    pool = [*chain, *(certificate for certificate in stamp.embedded if certificate not in chain)]
    path = path_to_trusted(
        leaf, pool, trust.stamps, trust.stamp_fingerprints, stamp.time, ExtendedKeyUsageOID.TIME_STAMPING
    )
    broken, loose = _links(pool, [*trust.stamps, *(path or ())[-1:]])
    findings.problems += broken
    if path is None:
        findings.doubts.append(
            f"signed by {called(leaf.subject)}, whose issuer {called(leaf.issuer)} is not among the trusted ones"
        )
    else:
        findings.doubts += loose
    findings.notes.append(f"stamped at {_shown(stamp.time)} under the policy {stamp.policy}")
    return _Stamped(stamp.time, trusted=not findings.problems and not findings.doubts)


def _links(chain: Sequence[x509.Certificate], known: Sequence[x509.Certificate]) -> tuple[list[str], list[str]]:
    """Certificates of the chain that nobody's signature holds together with the others: broken ones, and loose ones."""
    subjects = [certificate.subject for certificate in (*chain, *known)]
    broken, loose = [], []
    for certificate in unlinked(chain, known):
        who, by = called(certificate.subject), called(certificate.issuer)
        if certificate.issuer in subjects:
            broken.append(f"the certificate of {who} is not signed by {by}: one of the two was altered")
        else:
            loose.append(f"the certificate of {who} is issued by {by}, who is not among the trusted ones")
    return broken, loose


def _check_domain(
    domain: _Domain,
    created: datetime | None,
    now: datetime,
    stamped: _Stamped,
    trust: Trust,
    findings: _Findings,
) -> None:
    """Steps 5, 8 and 10: the certificate is the domain's, and was trusted when the signature was made."""
    leaf = domain.chain[0]
    names = domain_names(leaf)
    if not any(covers(name, domain.name) for name in names):
        shown = ", ".join(printable(name) for name in names[:5]) or "no domain"
        findings.problems.append(f"the certificate is for {shown}, not for {printable(domain.name)}")
    made = stamped.time or created
    if made is not None and not valid_at(leaf, made):
        findings.problems.append(f"the certificate was not valid at {_shown(made)}, when the signature was made")
    if domain.cross_signed and not _same_key(domain.cross_signed[0], leaf):
        findings.problems.append("crossSignedCert is for another key than domainCert")
    broken, loose = _links(domain.chain, trust.domains)
    broken_too, _ = _links(domain.cross_signed, trust.domains)
    findings.problems += broken + broken_too
    if findings.problems or made is None:
        return
    reasons = [_untrusted(chain, domain.name, made, trust) for chain in (domain.chain, domain.cross_signed) if chain]
    if all(reasons):
        findings.doubts += dict.fromkeys(reasons)
    elif not reasons[0]:
        findings.doubts += loose
    if not stamped.trusted and _untrusted(domain.chain, domain.name, now, trust):
        findings.doubts.append(
            "that it was valid when the signature was made rests on a time stamp that is not trusted"
        )
    days = (made - leaf.not_valid_before_utc).days
    findings.notes.append(f"{printable(domain.name)}, certified by {called(leaf.issuer)}")
    if days >= AUTHSIGN_DAYS:
        findings.notes.append(f"the certificate was {days} days old: py-wacz takes {AUTHSIGN_DAYS} at most")


def _untrusted(chain: Sequence[x509.Certificate], domain: str, when: datetime, trust: Trust) -> str:
    """Why this chain is not one that the web trusts for the domain at this time; empty where it is."""
    last = chain[-1]
    # a wildcard is no name that a server has: any name below it stands for it
    name = f"x{domain[1:]}" if domain.startswith("*.") else domain
    try:
        verifier = PolicyBuilder().store(_store(trust.domains)).time(when).build_server_verifier(x509.DNSName(name))
        verifier.verify(chain[0], list(chain[1:]))
    except (VerificationError, ValueError, TypeError) as error:
        if not any(issuer_of(last, [authority]) for authority in trust.domains):
            return f"the chain ends at {called(last.issuer)}, who is not among the trusted authorities"
        return f"the chain is not one that is trusted on the web: {printable(str(error))}"
    return ""


@functools.lru_cache(maxsize=8)
def _store(authorities: tuple[x509.Certificate, ...]) -> Store:
    return Store(list(authorities))


def _same_key(one: x509.Certificate, other: x509.Certificate) -> bool:
    return key_bytes(one) == key_bytes(other)


def _shown(when: datetime | None) -> str:
    return f"{when:%Y-%m-%d %H:%M:%S} UTC" if when is not None else "a time that cannot be read"


def check_proof(proof: bytes, digest: str, *, where: str) -> Check:
    """Check `OpenTimestamps`: is this proof (the bytes of a `.ots` file) one of `digest`, and what attests it?

    It is not checked to the end: a calendar's promise needs the calendar, a block's height the Bitcoin block's header.
    `note` says what remains to be looked up. digest and where: as in `check_signature`.
    """
    findings = _Findings("OpenTimestamps", where)
    try:
        proven, attestations = opentimestamps.read_proof(proof)
    except opentimestamps.ProofError as error:
        findings.problems.append(f"it cannot be read as a proof: {error}")
        return findings.check()
    if f"sha256:{proven.hex()}" != digest:
        findings.problems.append("it is a proof of another package: its digest is not that of this datapackage.json")
        return findings.check()
    blocks = sorted(
        {(each.kind, each.height, each.message) for each in attestations if each.height},
        key=lambda block: (block[0] != "Bitcoin", block[:2]),
    )
    for kind, height, message in blocks[:MAX_SHOWN]:
        root = message[::-1].hex() if message is not None else "one that cannot be computed here"
        findings.doubts.append(f"proven if the {kind} block {height} has the Merkle root {root}")
    promised = sorted({each.uri for each in attestations if each.kind == "pending"})
    for uri in promised[:MAX_SHOWN]:
        findings.doubts.append(f"promised by the calendar {uri}, which has to be asked")
    if not findings.doubts:
        findings.doubts.append("attested in a way that is not known here")
    return findings.check()
