"""Checking signatures: sound is only what is whole, of this package, of its time, and vouched for.

Invariant of the fuzz tests: whatever stands in `signedData`, there are checks and no exception, and they are not all
sound unless it is what was signed.
"""

from __future__ import annotations

import base64
import hashlib
import json
import zipfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID as Usage
from hypothesis import given
from hypothesis import strategies as st

from archiver.model import Check, Verdict
from archiver.signing import Signer, Trust, check_signature, load_trust
from archiver.signing.certificates import chain_text, fingerprint
from archiver.signing.ecdsa import sign_raw
from archiver.signing.signer import AnonymousIdentity, DomainIdentity, TimeStamper
from archiver.signing.trust import web_authorities
from tests.signing.authorities import LONG_AGO, NOW, YEAR, Party, World, certify, p256, rsa_key
from tests.signing.conftest import Posted, authority
from tests.signing.tokens import Token, pss_parameters

SOUND, DAMAGED, NOT_CHECKED, ABSENT = Verdict.SOUND, Verdict.DAMAGED, Verdict.NOT_CHECKED, Verdict.ABSENT
DIGEST = "sha256:" + hashlib.sha256(b"{}").hexdigest()
OTHER_DIGEST = "sha256:" + hashlib.sha256(b"[]").hexdigest()
P384 = ec.derive_private_key(0xA5C1, ec.SECP384R1())

Signed = dict[str, Any]

REAL = Path(__file__).parents[3] / "shared" / "fixtures" / "wacz" / "py-wacz_valid_signed_example_1.wacz"
FREETSA = "sha256:a6379e7cecc05faa3cbf076013d745e327bbbaa38c0b9af22469d4701d18aabc"
"""The root of freetsa.org, as authsign lists it among those that it trusts."""


def stamped(party: Party, signature: str, when: datetime = NOW, **changed: Any) -> dict[str, str]:
    token = Token(party, signature.encode(), when, **changed)
    return {
        "timeSignature": base64.b64encode(token.bytes()).decode(),
        "timestampCert": chain_text(party.chain),
    }


@pytest.fixture(scope="module")
def anonymous() -> Signed:
    return dict(Signer(AnonymousIdentity(P384)).sign(DIGEST, NOW))


@pytest.fixture(scope="module")
def news(world: World) -> Party:
    return world.domain()


def sign(party: Party, stamper: Party, created: datetime = NOW, stamp_time: datetime | None = None) -> Signed:
    """Signed in the name of `party`, whatever its certificate is worth."""
    identity = DomainIdentity(party.key, party.chain)
    signature, whose = identity.sign(DIGEST)
    return {
        "hash": DIGEST,
        "created": f"{created:%Y-%m-%dT%H:%M:%SZ}",
        "software": "a test",
        "version": "0.1.0",
        "signature": signature,
        **whose,
        **stamped(stamper, signature, stamp_time or created),
    }


@pytest.fixture(scope="module")
def signed(news: Party, stamper: Party) -> Signed:
    return sign(news, stamper)


def check(signed: Any, trust: Trust, digest: str = DIGEST, now: datetime = NOW, **more: Any) -> dict[str, Check]:
    checks = check_signature(signed, digest, now=now, trust=trust, **more)
    for each in checks:
        assert (each.verdict is DAMAGED) == bool(each.problems)
        assert len(each.problems) == each.found
        assert each.verdict is not NOT_CHECKED or each.note
        assert all(problem.what.isprintable() and problem.where for problem in each.problems)
        assert each.note.isprintable()
    return {each.name: each for each in checks}


def verdicts(signed: Any, trust: Trust, **more: Any) -> dict[str, Verdict]:
    return {name: each.verdict for name, each in check(signed, trust, **more).items()}


def problem(signed: Any, trust: Trust, name: str, **more: Any) -> str:
    """The one problem of this check."""
    (found,) = check(signed, trust, **more)[name].problems
    return found.what


def all_sound(signed: Any, trust: Trust, **more: Any) -> bool:
    return set(verdicts(signed, trust, **more).values()) == {SOUND}


@pytest.fixture(scope="module")
def package() -> tuple[Signed, str]:
    if not REAL.exists():
        pytest.skip("the recorded packages are not beside the repository")
    with zipfile.ZipFile(REAL) as archive:
        digest = hashlib.sha256(archive.read("datapackage.json")).hexdigest()
        return json.loads(archive.read("datapackage-digest.json"))["signedData"], f"sha256:{digest}"


class TestRealPackage:
    """A package of py-wacz's own tests: signed by authsign in 2022, its certificate long expired."""

    def test_it_is_sound_at_the_time_of_its_stamp(self, package: tuple[Signed, str]) -> None:
        signed, digest = package
        checks = check(signed, load_trust(stamps=[FREETSA]), digest=digest)
        assert {name: each.verdict for name, each in checks.items()} == {
            "signature": SOUND,
            "certificate": SOUND,
            "time stamp": SOUND,
        }
        assert "btrix-sign-test.webrecorder.net, certified by R3" in checks["certificate"].note
        assert "2022-01-18 19:00:12 UTC" in checks["time stamp"].note

    def test_without_trust_in_the_authority_only_the_signature_is(self, package: tuple[Signed, str]) -> None:
        signed, digest = package
        checks = check(signed, load_trust(), digest=digest)
        assert {name: each.verdict for name, each in checks.items()} == {
            "signature": SOUND,
            "certificate": NOT_CHECKED,
            "time stamp": NOT_CHECKED,
        }
        assert "www.freetsa.org, whose issuer www.freetsa.org is not among the trusted" in checks["time stamp"].note

    @pytest.mark.parametrize("name", ["signature", "timeSignature"])
    def test_no_bit_of_it_can_be_altered(self, name: str, package: tuple[Signed, str]) -> None:
        signed, digest = package
        trust = Trust(
            domains=tuple(each for each in web_authorities() if "ISRG Root X1" in each.subject.rfc4514_string()),
            stamp_fingerprints=frozenset({FREETSA.removeprefix("sha256:")}),
        )
        assert all_sound(signed, trust, digest=digest)
        data = base64.b64decode(signed[name])
        survivors = [
            position
            for position in range(0, len(data), 1 if len(data) < 100 else 4)
            if all_sound({**signed, name: base64.b64encode(flip(data, position)).decode()}, trust, digest=digest)
        ]
        assert survivors == []


def flip(data: bytes, position: int, bit: int | None = None) -> bytes:
    """One bit altered: each position another one of its eight."""
    out = bytearray(data)
    out[position] ^= 1 << (position % 8 if bit is None else bit)
    return bytes(out)


def altered_texts(text: str) -> Iterator[str]:
    """Each character altered in one bit, as bytes would be."""
    data = text.encode()
    return (flip(data, position).decode("utf-8", "replace") for position in range(len(data)))


class TestEveryBit:
    """Short parts whole, bit by bit; long ones one bit in each byte."""

    def survivors(self, signed: Signed, name: str, trust: Trust) -> list[str]:
        assert all_sound(signed, trust)
        return [text for text in altered_texts(signed[name]) if all_sound({**signed, name: text}, trust)]

    @pytest.mark.parametrize("name", ["hash", "signature", "publicKey"])
    def test_of_an_anonymous_signature(self, name: str, anonymous: Signed, trust: Trust) -> None:
        assert self.survivors(anonymous, name, trust) == []

    @pytest.mark.parametrize("name", ["hash", "signature", "domain", "domainCert", "timeSignature", "timestampCert"])
    def test_of_a_domains_signature(self, name: str, signed: Signed, trust: Trust) -> None:
        survivors = self.survivors(signed, name, trust)
        # names of hosts are compared without regard to case
        assert [text for text in survivors if name != "domain" or text.lower() != signed[name]] == []

    @pytest.mark.parametrize("name", ["signature", "publicKey"])
    def test_all_bits_of_signature_and_key(self, name: str, anonymous: Signed, trust: Trust) -> None:
        data = base64.b64decode(anonymous[name])
        altered = [flip(data, position, bit) for position in range(len(data)) for bit in range(8)]
        assert not any(all_sound({**anonymous, name: base64.b64encode(each).decode()}, trust) for each in altered)

    def test_all_bits_of_the_time_stamp(self, signed: Signed, trust: Trust) -> None:
        data = base64.b64decode(signed["timeSignature"])
        assert [
            position
            for position in range(len(data))
            if all_sound({**signed, "timeSignature": base64.b64encode(flip(data, position)).decode()}, trust)
        ] == []

    def test_of_the_packages_digest(self, anonymous: Signed, trust: Trust) -> None:
        assert not any(all_sound(anonymous, trust, digest=digest) for digest in altered_texts(DIGEST))

    @pytest.mark.parametrize("name", ["signature", "publicKey", "domainCert", "timeSignature", "timestampCert"])
    def test_nothing_may_be_cut_off_or_added(self, name: str, signed: Signed, anonymous: Signed, trust: Trust) -> None:
        whole = signed if name in signed else anonymous
        text = whole[name].rstrip()
        pieces = [text[:-1], text[1:], text + "A", text + "=", text + "====", text[: len(text) // 2], " " + text]
        assert not any(all_sound({**whole, name: piece}, trust) for piece in pieces)


class TestThisPackage:
    @pytest.mark.parametrize("kind", ["anonymous", "signed"])
    def test_a_signature_of_another_package(self, kind: str, trust: Trust, request: pytest.FixtureRequest) -> None:
        whole = request.getfixturevalue(kind)
        assert "another package" in problem(whole, trust, "signature", digest=OTHER_DIGEST)
        # and not even where the hash is written over
        assert "does not hold" in problem({**whole, "hash": OTHER_DIGEST}, trust, "signature", digest=OTHER_DIGEST)

    def test_created_is_that_of_the_package(self, anonymous: Signed, trust: Trust) -> None:
        assert all_sound(anonymous, trust, created=anonymous["created"])
        assert "datapackage.json says 2026" in problem(anonymous, trust, "signature", created="2026-03-01T12:00:01Z")

    def test_none_is_absent(self, trust: Trust) -> None:
        assert verdicts(None, trust) == {"signature": ABSENT}

    def test_anonymous_says_whose_key_it_is_to_be_compared_with(self, anonymous: Signed, trust: Trust) -> None:
        known = hashlib.sha256(base64.b64decode(anonymous["publicKey"])).hexdigest()
        assert known in check(anonymous, trust)["signature"].note

    def test_archiveweb_page_writes_no_version(self, anonymous: Signed, trust: Trust) -> None:
        assert all_sound({name: value for name, value in anonymous.items() if name != "version"}, trust)

    def test_authsign_writes_null_for_no_cross_signing(self, signed: Signed, trust: Trust) -> None:
        assert all_sound({**signed, "crossSignedCert": None}, trust)

    def test_both_forms_of_a_signature_are_read(self, anonymous: Signed, trust: Trust) -> None:
        der = P384.sign(DIGEST.encode(), ec.ECDSA(hashes.SHA256()))
        assert all_sound({**anonymous, "signature": base64.b64encode(der).decode()}, trust)

    @pytest.mark.parametrize("name", ["hash", "created", "signature", "domain", "domainCert", "timeSignature"])
    def test_what_is_missing_is_named(self, name: str, signed: Signed, trust: Trust) -> None:
        rest = {key: value for key, value in signed.items() if key != name}
        assert f"lacks {name}" in problem(rest, trust, "signature") or name == "domainCert"
        assert not all_sound(rest, trust)

    def test_what_may_not_be_there_is_named(self, anonymous: Signed, trust: Trust) -> None:
        assert "'author'" in problem({**anonymous, "author": "Somebody"}, trust, "signature")
        assert "anonymous and a domain's" in problem({**anonymous, "domain": "a.example"}, trust, "signature")

    @pytest.mark.parametrize(
        "created",
        ["", "yesterday", "2026-02-30T12:00:00Z", "2026-03-01", "2026-03-01T12:00:00", "0001-01-01T00:00:00+23:59"],
    )
    def test_a_time_that_is_none(self, created: str, anonymous: Signed, trust: Trust) -> None:
        assert verdicts({**anonymous, "created": created}, trust) == {"signature": DAMAGED}

    @pytest.mark.parametrize("key", [p256(), ec.generate_private_key(ec.SECP521R1())])
    def test_other_curves_hold_as_well(self, key: ec.EllipticCurvePrivateKey, anonymous: Signed, trust: Trust) -> None:
        encoded = key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        other = {
            **anonymous,
            "signature": base64.b64encode(sign_raw(key, DIGEST)).decode(),
            "publicKey": base64.b64encode(encoded).decode(),
        }
        assert all_sound(other, trust)
        assert not all_sound({**anonymous, "publicKey": other["publicKey"]}, trust)

    def test_a_key_of_another_kind_is_not_judged(self, anonymous: Signed, trust: Trust) -> None:
        encoded = (
            rsa_key()
            .public_key()
            .public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
        )
        other = {**anonymous, "publicKey": base64.b64encode(encoded).decode()}
        assert verdicts(other, trust) == {"signature": NOT_CHECKED}


class TestTimes:
    def test_a_trusted_stamp_outlives_the_certificate(self, signed: Signed, trust: Trust) -> None:
        assert all_sound(signed, trust, now=NOW + 5 * YEAR)

    def test_a_stamp_that_nobody_vouches_for_does_not(self, signed: Signed, trust: Trust) -> None:
        web_alone = Trust(domains=trust.domains)
        assert verdicts(signed, web_alone) == {"signature": SOUND, "certificate": SOUND, "time stamp": NOT_CHECKED}
        later = check(signed, web_alone, now=NOW + YEAR)
        assert later["certificate"].verdict is NOT_CHECKED
        assert "rests on a time stamp that is not trusted" in later["certificate"].note

    @pytest.mark.parametrize(("minutes", "verdict"), [(-10, SOUND), (10, SOUND), (-10.1, DAMAGED), (10.1, DAMAGED)])
    def test_created_is_within_ten_minutes_of_the_stamp(
        self, minutes: float, verdict: Verdict, news: Party, stamper: Party, trust: Trust
    ) -> None:
        signed = sign(news, stamper, NOW, NOW + timedelta(minutes=minutes))
        assert verdicts(signed, trust, now=NOW + YEAR)["time stamp"] is verdict

    @pytest.mark.parametrize("when", [NOW - timedelta(days=1, seconds=1), NOW + timedelta(days=89, seconds=1)])
    def test_a_certificate_that_was_not_valid_then(
        self, when: datetime, news: Party, stamper: Party, trust: Trust
    ) -> None:
        assert "was not valid" in problem(sign(news, stamper, when), trust, "certificate", now=NOW + YEAR)

    def test_an_authority_whose_certificate_was_not_valid_then(self, news: Party, world: World, trust: Trust) -> None:
        old = world.stamper(start=NOW - YEAR, end=NOW - timedelta(seconds=1))
        assert "was not valid" in problem(sign(news, old), trust, "time stamp")

    def test_an_authority_whose_issuer_was_not_valid_then(self, news: Party, world: World, trust: Trust) -> None:
        old = certify("Old Issuer", world.stamp_root, ca=True, start=LONG_AGO, end=NOW - timedelta(seconds=1))
        assert verdicts(sign(news, world.stamper(issuer=old)), trust)["time stamp"] is NOT_CHECKED

    def test_a_stamp_of_a_time_to_come(self, news: Party, stamper: Party, trust: Trust) -> None:
        signed = sign(news, stamper, NOW + timedelta(days=3))
        assert "time to come" in problem(signed, trust, "time stamp", now=NOW)

    def test_an_old_certificate_is_told(self, news: Party, stamper: Party, trust: Trust) -> None:
        note = check(sign(news, stamper, NOW + timedelta(days=7)), trust, now=NOW + YEAR)["certificate"].note
        assert "8 days old" in note

    def test_created_may_have_fractions_and_zones(self, anonymous: Signed, trust: Trust) -> None:
        for created in ("2026-03-01T12:00:00.123456Z", "2026-03-01T14:00:00+02:00"):
            assert all_sound({**anonymous, "created": created}, trust)


class TestDomain:
    def test_the_name_is_the_certificates(self, signed: Signed, trust: Trust) -> None:
        assert "is for news.example, not for bank.example" in problem(
            {**signed, "domain": "bank.example"}, trust, "certificate"
        )

    def test_a_wildcard(self, world: World, stamper: Party, trust: Trust) -> None:
        wide = world.domain("*.news.example")
        assert all_sound(sign(wide, stamper), trust)
        assert all_sound({**sign(wide, stamper), "domain": "desk.news.example"}, trust)
        assert not all_sound({**sign(wide, stamper), "domain": "a.desk.news.example"}, trust)

    def test_an_authority_of_ones_own_proves_no_domain(self, stamper: Party, trust: Trust) -> None:
        forger = World().domain()
        checks = check(sign(forger, stamper), trust)
        assert checks["certificate"].verdict is NOT_CHECKED
        assert "Test Web Root, who is not among the trusted" in checks["certificate"].note

    def test_a_certificate_signed_by_itself(self, stamper: Party, trust: Trust) -> None:
        alone = certify("news.example", domains=["news.example"], usages=[Usage.SERVER_AUTH])
        assert verdicts(sign(alone, stamper), trust)["certificate"] is NOT_CHECKED

    def test_a_servers_certificate_cannot_issue(self, news: Party, stamper: Party, trust: Trust) -> None:
        below = certify("bank.example", news, domains=["bank.example"], usages=[Usage.SERVER_AUTH])
        assert verdicts(sign(below, stamper), trust)["certificate"] is NOT_CHECKED

    def test_a_certificate_for_something_else(self, world: World, stamper: Party, trust: Trust) -> None:
        reader = world.domain(usages=[Usage.CLIENT_AUTH])
        assert verdicts(sign(reader, stamper), trust)["certificate"] is NOT_CHECKED

    def test_another_domains_certificate_under_the_same_issuer(
        self, signed: Signed, world: World, trust: Trust
    ) -> None:
        other = world.domain("bank.example")
        swapped = {**signed, "domain": "bank.example", "domainCert": chain_text(other.chain)}
        assert "does not hold under its key" in problem(swapped, trust, "signature")

    def test_the_chain_may_lack_its_root(self, news: Party, signed: Signed, trust: Trust) -> None:
        assert all_sound({**signed, "domainCert": chain_text(news.chain[:2])}, trust)

    def test_a_chain_with_a_gap_is_not_judged(self, news: Party, signed: Signed, trust: Trust) -> None:
        assert verdicts({**signed, "domainCert": chain_text(news.chain[:1])}, trust)["certificate"] is NOT_CHECKED

    def test_words_between_certificates_are_not_judged(self, signed: Signed, trust: Trust) -> None:
        checks = check({**signed, "domainCert": "issuer=Somebody\n" + signed["domainCert"]}, trust)
        assert checks["certificate"].verdict is NOT_CHECKED

    def test_certificates_are_counted(self, news: Party, signed: Signed, trust: Trust) -> None:
        assert all_sound({**signed, "domainCert": chain_text([*news.chain, *news.chain * 4])}, trust)
        many = {**signed, "domainCert": chain_text(news.chain * 6)}
        assert "more than 16 certificates" in problem(many, trust, "certificate")

    def test_lines_may_end_as_on_windows(self, signed: Signed, trust: Trust) -> None:
        assert all_sound({**signed, "domainCert": signed["domainCert"].replace("\n", "\r\n")}, trust)

    def test_another_path_of_trust(self, news: Party, signed: Signed, trust: Trust) -> None:
        """A cross-signed certificate serves where the domain's own leads nowhere."""
        backup = certify("Backup Root", ca=True, start=LONG_AGO)
        crossed = certify(
            "news.example", backup, key=news.key, domains=["news.example"], usages=[Usage.SERVER_AUTH],
            start=NOW - timedelta(days=1), end=NOW + timedelta(days=80),
        )  # fmt: skip
        both = {**signed, "crossSignedCert": chain_text(crossed.chain)}
        assert all_sound(both, trust)
        backup_alone = Trust(domains=(backup.certificate,), stamps=trust.stamps)
        assert verdicts(signed, backup_alone)["certificate"] is NOT_CHECKED
        assert all_sound(both, backup_alone)
        stranger = certify("news.example", backup, domains=["news.example"])
        other_key = {**signed, "crossSignedCert": chain_text(stranger.chain)}
        assert "another key" in problem(other_key, trust, "certificate")

    def test_an_rsa_key_is_not_judged(self, world: World, signed: Signed, trust: Trust) -> None:
        other = world.domain(key=rsa_key())
        checks = verdicts({**signed, "domainCert": chain_text(other.chain)}, trust)
        assert checks["signature"] is NOT_CHECKED


class TestStamp:
    def with_token(self, signed: Signed, party: Party, **changed: Any) -> Signed:
        return {**signed, **stamped(party, signed["signature"], **changed)}

    def test_of_another_signature(self, signed: Signed, stamper: Party, trust: Trust) -> None:
        other = {**signed, **stamped(stamper, "another signature")}
        assert "over something else" in problem(other, trust, "time stamp")

    def test_of_a_stranger(self, signed: Signed, trust: Trust) -> None:
        stranger = World().stamper("Stranger")
        checks = check(self.with_token(signed, stranger), trust)
        assert checks["time stamp"].verdict is NOT_CHECKED
        assert "signed by Stranger, whose issuer Test Stamp Issuer is not among" in checks["time stamp"].note

    def test_a_trusted_certificate_beside_it_changes_nothing(
        self, signed: Signed, world: World, stamper: Party, trust: Trust
    ) -> None:
        stranger = World().stamper("Stranger")
        beside = {
            **self.with_token(signed, stranger),
            "timestampCert": chain_text([*stranger.chain, *world.stamp_issuer.chain]),
        }
        assert verdicts(beside, trust)["time stamp"] is not SOUND

    def test_the_webs_authorities_do_not_vouch_for_stamps(self, signed: Signed, stamper: Party, world: World) -> None:
        web_alone = Trust(domains=(world.web_root.certificate, world.stamp_root.certificate))
        assert verdicts(signed, web_alone)["time stamp"] is NOT_CHECKED

    def test_authorities_of_stamps_do_not_vouch_for_domains(self, world: World, stamper: Party, trust: Trust) -> None:
        below = certify("bank.example", world.stamp_issuer, domains=["bank.example"], usages=[Usage.SERVER_AUTH])
        assert verdicts(sign(below, stamper), trust)["certificate"] is NOT_CHECKED

    def test_a_certificate_that_may_not_issue(self, signed: Signed, world: World, stamper: Party, trust: Trust) -> None:
        for issuer in (
            stamper,
            world.stamper("Leaf As Issuer"),
            certify("No Issuer", world.stamp_root, ca=True, may_issue=False, start=LONG_AGO),
            certify("No CA", world.stamp_root, ca=False, start=LONG_AGO),
            certify("Below Bound", world.stamp_issuer, ca=True, start=LONG_AGO),
            certify("Of Servers", world.stamp_root, ca=True, usages=[Usage.SERVER_AUTH], start=LONG_AGO),
            certify("Odd", world.stamp_root, ca=True, start=LONG_AGO,
                    more=[(x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00"), True)]),
        ):  # fmt: skip
            forged = world.stamper("Forged", issuer=issuer)
            assert verdicts(self.with_token(signed, forged), trust)["time stamp"] is NOT_CHECKED, issuer.certificate

    @pytest.mark.parametrize(
        "changed",
        [
            {"usages": [Usage.SERVER_AUTH]},
            {"usages": [Usage.TIME_STAMPING, Usage.CODE_SIGNING]},
            {"usages_critical": False},
            {"usages": None},
            {"signing_only": False},
        ],
        ids=str,
    )
    def test_a_certificate_that_is_not_for_stamps(
        self, changed: dict[str, Any], signed: Signed, world: World, trust: Trust
    ) -> None:
        other = world.stamper("Other", **changed)
        assert "certificate" in problem(self.with_token(signed, other), trust, "time stamp")

    def test_a_certificate_with_a_condition_that_is_not_known(self, signed: Signed, world: World, trust: Trust) -> None:
        condition = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00")
        for critical, verdict in ((False, SOUND), (True, NOT_CHECKED)):
            party = world.stamper(more=[(condition, critical)])
            assert verdicts(self.with_token(signed, party), trust)["time stamp"] is verdict

    def test_a_certificate_of_the_same_key_cannot_take_anothers_place(
        self, signed: Signed, world: World, stamper: Party, trust: Trust
    ) -> None:
        """RFC 5035: the certificate that is meant is named by its hash."""
        twin = world.stamper(key=stamper.key)
        token = Token(
            twin, signed["signature"].encode(), NOW, named=stamper.certificate.public_bytes(serialization.Encoding.DER)
        )
        forged = {
            **signed,
            "timeSignature": base64.b64encode(token.bytes()).decode(),
            "timestampCert": chain_text(twin.chain),
        }
        assert "another certificate" in problem(forged, trust, "time stamp")

    FAULTS: dict[str, dict[str, Any]] = {  # noqa: RUF012
        "another key": {"by": p256()},
        "no named certificate": {"names": False},
        "content of another kind": {"content_type": "1.2.840.113549.1.7.1"},
        "signed as content of another kind": {"signed_content_type": "1.2.840.113549.1.7.1"},
        "a digest that was not announced": {"announced": "2.16.840.1.101.3.4.2.2"},
        "an old version": {"version": 1},
        "a version that does not fit": {"signer_version": 3},
        "an unknown part of the signer": {"signer_more": b"\xa2\x00"},
        "an attribute twice": {
            "attributes_more": bytes.fromhex("301a06092a864886f70d010903310d060b2a864886f70d0109100104")
        },
        "two signers": {"signers": 2},
        "no signer": {"signers": 0},
        "refused": {"status": 2},
        "refused and granted": {"status": 4},
        "no token": {"with_token": False},
        "another serial number": {"signer_id": bytes.fromhex("3005300002010 9".replace(" ", ""))},
        "a certificate that is none": {"embedded": (b"\x30\x03\x02\x01\x01",)},
        "sixty certificates": {"embedded": (b"\x30\x03\x02\x01\x01",) * 60},
        "content that is none": {"info": b"\x30\x00"},
    }

    @pytest.mark.parametrize("changed", FAULTS.values(), ids=FAULTS)
    def test_what_does_not_hold(self, changed: dict[str, Any], signed: Signed, stamper: Party, trust: Trust) -> None:
        assert "time stamp" in problem(self.with_token(signed, stamper, **changed), trust, "time stamp")

    UNKNOWN: dict[str, dict[str, Any]] = {  # noqa: RUF012
        "SHA-1 of the signature": {"imprint_algorithm": "1.3.14.3.2.26", "imprint": b"\0" * 20},
        "SHA-1 of the content": {"digest_algorithm": "1.3.14.3.2.26", "announced": "1.3.14.3.2.26"},
        "a signature of unknown kind": {"signature_algorithm": "1.2.3.4"},
        "granted with changes": {"status": 1},
    }

    @pytest.mark.parametrize("changed", UNKNOWN.values(), ids=UNKNOWN)
    def test_what_cannot_be_judged(self, changed: dict[str, Any], signed: Signed, stamper: Party, trust: Trust) -> None:
        assert verdicts(self.with_token(signed, stamper, **changed), trust)["time stamp"] is NOT_CHECKED

    def test_rsa_pss(self, signed: Signed, world: World, trust: Trust) -> None:
        party = world.stamper(key=rsa_key())
        pss: dict[str, Any] = {"signature_algorithm": "1.2.840.113549.1.1.10"}
        good = self.with_token(signed, party, **pss, pss=pss_parameters())
        assert all_sound(good, trust)
        sha512 = "2.16.840.1.101.3.4.2.3"
        for wrong in (pss_parameters(salt=20), pss_parameters(mask=sha512), pss_parameters(digest=sha512)):
            assert verdicts(self.with_token(signed, party, **pss, pss=wrong), trust)["time stamp"] is DAMAGED
        for unknown in (b"\x30\x00", pss_parameters(mask="1.3.14.3.2.26"), b""):
            assert verdicts(self.with_token(signed, party, **pss, pss=unknown), trust)["time stamp"] is NOT_CHECKED
        data = base64.b64decode(good["timeSignature"])
        tail = range(len(data) - 340, len(data))  # the algorithm, its parameters and the signature
        assert not any(
            all_sound({**good, "timeSignature": base64.b64encode(flip(data, position)).decode()}, trust)
            for position in tail
        )

    def test_the_signatures_algorithm_fits_its_digest(self, signed: Signed, world: World, trust: Trust) -> None:
        elliptic, classic = world.stamper(), world.stamper(key=rsa_key())
        for party, kind, verdict in (
            (elliptic, "1.2.840.10045.4.3.2", SOUND),  # ecdsa-with-SHA256
            (elliptic, "1.2.840.10045.2.1", SOUND),  # id-ecPublicKey
            (elliptic, "1.2.840.10045.4.3.3", DAMAGED),  # ecdsa-with-SHA384
            (classic, "1.2.840.113549.1.1.11", SOUND),  # sha256WithRSAEncryption
            (classic, "1.2.840.113549.1.1.1", SOUND),  # rsaEncryption
            (classic, "1.2.840.113549.1.1.13", DAMAGED),  # sha512WithRSAEncryption
            (classic, "1.2.840.10045.4.3.2", NOT_CHECKED),
        ):
            stamped = self.with_token(signed, party, signature_algorithm=kind)
            assert verdicts(stamped, trust)["time stamp"] is verdict, kind

    def test_certificates_in_a_stamp_are_counted(self, signed: Signed, stamper: Party, trust: Trust) -> None:
        encoded = tuple(each.public_bytes(serialization.Encoding.DER) for each in stamper.chain)
        assert all_sound(self.with_token(signed, stamper, embedded=(encoded * 6)[:16]), trust)
        many = self.with_token(signed, stamper, embedded=encoded * 6)
        assert "too many certificates" in problem(many, trust, "time stamp")

    def test_bits_of_a_certificate_cannot_be_called_unused(self, signed: Signed, world: World, trust: Trust) -> None:
        def even(party: Party) -> bool:
            return party.certificate.signature[-1] % 2 == 0

        party = next(party for party in iter(world.stamper, None) if even(party))
        encoded = party.certificate.public_bytes(serialization.Encoding.DER)
        count = len(encoded) - len(party.certificate.signature) - 1
        assert encoded[count] == 0
        altered = encoded[:count] + b"\x01" + encoded[count + 1 :]
        assert x509.load_der_x509_certificate(altered).signature == party.certificate.signature
        assert all_sound(self.with_token(signed, party), trust)
        assert not all_sound(self.with_token(signed, party, embedded=(altered,)), trust)

    def test_a_signer_named_by_its_key(self, signed: Signed, stamper: Party, trust: Trust) -> None:
        identifier = stamper.certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest
        by_key = {"signer_id": b"\x80\x14" + identifier, "signer_version": 3}
        assert all_sound(self.with_token(signed, stamper, **by_key), trust)

    def test_certificates_need_not_be_in_the_stamp_itself(self, signed: Signed, stamper: Party, trust: Trust) -> None:
        assert all_sound(self.with_token(signed, stamper, embedded=()), trust)

    def test_a_fingerprint_may_be_trusted(self, signed: Signed, world: World, trust: Trust) -> None:
        known = fingerprint(world.stamp_root.certificate)
        assert all_sound(signed, Trust(domains=trust.domains, stamp_fingerprints=frozenset({known})))

    def test_an_authority_itself_may_be_trusted(self, signed: Signed, stamper: Party, trust: Trust) -> None:
        assert all_sound(signed, Trust(domains=trust.domains, stamps=(stamper.certificate,)))

    def test_a_stamp_on_an_anonymous_signature(self, anonymous: Signed, stamper: Party, trust: Trust) -> None:
        both = self.with_token(anonymous, stamper)
        assert verdicts(both, trust) == {"signature": SOUND, "time stamp": SOUND}
        assert "lacks timestampCert" in problem({**both, "timestampCert": None}, trust, "signature")


CHECKED = [
    *("hash", "created", "signature", "publicKey", "domain"),
    *("domainCert", "timeSignature", "timestampCert", "crossSignedCert"),
]
HOSTILE: dict[str, Any] = {
    "a megabyte": "A" * 1_000_000,
    "many lines": "\n" * 200_000,
    "many beginnings": "-----BEGIN CERTIFICATE-----\n" * 9_000,
    "many empty certificates": "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n" * 3_000,
    "half a surrogate": "\ud800",
    "a null": "\0",
    "a number": 7,
    "a list": ["A"],
    "true": True,
    "an object": {"a": {}},
    "empty": "",
    "deep DER": base64.b64encode(b"\x30\x80" * 50_000).decode(),
    "long DER": base64.b64encode(b"\x30\x84\xff\xff\xff\xff").decode(),
    "wide DER": base64.b64encode(b"\x30\x83\x01\x00\x00" + b"\x05\x00" * 32_768).decode(),
}


@pytest.mark.parametrize("value", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("name", CHECKED)
def test_hostile_values_come_to_checks(name: str, value: Any, signed: Signed, anonymous: Signed, trust: Trust) -> None:
    for whole in (signed, anonymous):
        assert not all_sound({**whole, name: value}, trust)


def test_many_properties_are_not_all_told(trust: Trust) -> None:
    checks = check({f"p{number}": "" for number in range(100_000)}, trust)
    assert checks["signature"].found < 50


def test_many_certificates_of_one_name_are_searched_in_bounds(signed: Signed, stamper: Party, trust: Trust) -> None:
    """A thicket of authorities that bear one name and one key: each could be the issuer of each."""
    key = p256()
    root = Party(key, [certify("Thicket", key=key, ca=True, start=LONG_AGO).certificate])
    thicket = [certify("Thicket", root, key=key, ca=True, start=LONG_AGO).certificate for _ in range(14)]
    leaf = certify("TSA", root, usages=[Usage.TIME_STAMPING], usages_critical=True, start=LONG_AGO)
    party = Party(leaf.key, [leaf.certificate, *thicket])
    assert verdicts({**signed, **stamped(party, signed["signature"])}, trust)["time stamp"] is not SOUND


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=8,
)
NO_ONE = Trust()


@given(json_values | st.dictionaries(st.sampled_from(CHECKED), json_values))
def test_any_json_comes_to_checks_and_none_is_sound(value: Any) -> None:
    checks = check_signature(value, DIGEST, now=NOW, trust=NO_ONE)
    assert checks
    assert not any(each.verdict is SOUND for each in checks)


@given(data=st.data())
def test_any_change_of_a_property_is_seen(data: st.DataObject, signed: Signed, trust: Trust) -> None:
    name = data.draw(st.sampled_from([name for name in signed if name not in ("software", "version", "created")]))
    value = data.draw(json_values | st.text(alphabet="ABab01+/=\n-", max_size=80))
    altered = {**signed, name: value}
    assert altered[name] == signed[name] or not all_sound(altered, trust)


@given(data=st.data())
def test_any_bytes_in_the_place_of_a_stamp_are_seen(data: st.DataObject, signed: Signed, trust: Trust) -> None:
    whole = base64.b64decode(signed["timeSignature"])
    start = data.draw(st.integers(0, len(whole) - 1))
    end = data.draw(st.integers(start, min(len(whole), start + 8)))
    altered = whole[:start] + data.draw(st.binary(max_size=8)) + whole[end:]
    outcome = all_sound({**signed, "timeSignature": base64.b64encode(altered).decode()}, trust)
    assert outcome == (altered == whole)


def test_signing_and_checking_agree(world: World, stamper: Party, trust: Trust, news: Party) -> None:
    posted = Posted(authority(stamper))
    signer = Signer(
        DomainIdentity(news.key, news.chain),
        stamper=TimeStamper("http://tsa.example/", posted, trust),
        clock=lambda: NOW,
    )
    assert all_sound(dict(signer.sign(DIGEST, NOW)), trust)
