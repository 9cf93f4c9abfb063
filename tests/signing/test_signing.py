"""Making signatures: what stands in them, that other programs accept them; what cannot be made is an error."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
import shutil
import ssl
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any, ClassVar

import pytest
import trustme
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.x509.oid import ExtendedKeyUsageOID as Usage
from cryptography.x509.oid import NameOID

from archiver.config import SigningSettings, WebSettings
from archiver.errors import ExitCode, SigningError, TimeStampError, UsageError
from archiver.model import Verdict
from archiver.signing import Signer, Trust, check_signature, signer_from
from archiver.signing.certificates import fingerprint
from archiver.signing.signer import AnonymousIdentity, DomainIdentity, TimeStamper
from archiver.version import __version__
from archiver.web import Door
from tests.loopback import Loopback, always, ok
from tests.signing.authorities import NOW, Party, World, certify, openssl, openssl_tsa, p256, rsa_key
from tests.signing.conftest import Posted, authority, openssl_server
from tests.web.conftest import Kept

DIGEST = "sha256:" + hashlib.sha256(b"{}").hexdigest()
P384 = ec.derive_private_key(0xA5C1, ec.SECP384R1())


def verdicts(signed: Any, digest: str = DIGEST, **options: Any) -> dict[str, Verdict]:
    return {check.name: check.verdict for check in check_signature(signed, digest, **options)}


def refusal(call: Callable[[], Any], kind: type[SigningError] = SigningError) -> str:
    with pytest.raises(kind) as caught:
        call()
    message = str(caught.value)
    assert "\n" not in message
    return message


def openssl_holds(folder: Path, public: bytes, signature: bytes, text: str) -> bool:
    """Does OpenSSL find that this DER signature over the text holds?"""
    (folder / "public.pem").write_bytes(public)
    (folder / "signature").write_bytes(signature)
    (folder / "text").write_text(text)
    command = ("dgst", "-sha256", "-verify", folder / "public.pem", "-signature", folder / "signature", folder / "text")
    return openssl(*command) == "Verified OK\n"


class TestAnonymous:
    def test_the_properties_and_their_order_are_those_of_the_specification(self) -> None:
        signed = Signer(AnonymousIdentity(P384)).sign(DIGEST, NOW)
        assert list(signed) == ["hash", "created", "software", "version", "signature", "publicKey"]
        assert signed["hash"] == DIGEST
        assert signed["created"] == "2026-03-01T12:00:00Z"
        assert signed["software"] == f"archiver {__version__}"
        assert signed["version"] == "0.1.0"
        assert verdicts(signed) == {"signature": Verdict.SOUND}

    def test_it_is_in_the_form_that_web_cryptography_reads(self, tmp_path: Path) -> None:
        """ECDSA on P-384 with SHA-256: r and s, 48 bytes each, over the text of the hash; the key as SPKI."""
        signed = Signer(AnonymousIdentity(P384)).sign(DIGEST, NOW)
        raw = base64.b64decode(signed["signature"], validate=True)
        assert len(raw) == 96
        key = serialization.load_der_public_key(base64.b64decode(signed["publicKey"], validate=True))
        assert isinstance(key, ec.EllipticCurvePublicKey)
        assert isinstance(key.curve, ec.SECP384R1)
        form = encode_dss_signature(int.from_bytes(raw[:48], "big"), int.from_bytes(raw[48:], "big"))
        public = key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        assert openssl_holds(tmp_path, public, form, DIGEST)

    def test_the_same_package_is_signed_the_same(self) -> None:
        signer = Signer(AnonymousIdentity(P384))
        assert signer.sign(DIGEST, NOW) == signer.sign(DIGEST, NOW)

    def test_with_a_time_stamp(self, world: World, stamper: Party, trust: Trust) -> None:
        posted = Posted(authority(stamper))
        signed = Signer(AnonymousIdentity(P384), stamper=TimeStamper("http://tsa.example/", posted, trust)).sign(
            DIGEST, NOW
        )
        assert list(signed)[-3:] == ["publicKey", "timeSignature", "timestampCert"]
        assert verdicts(signed, trust=trust, now=NOW) == {"signature": Verdict.SOUND, "time stamp": Verdict.SOUND}

    def test_times_of_other_zones_are_written_in_utc(self) -> None:
        created = datetime.fromisoformat("2026-03-01T14:00:00+02:00")
        assert Signer(AnonymousIdentity(P384)).sign(DIGEST, created)["created"] == "2026-03-01T12:00:00Z"

    def test_only_a_key_that_replayweb_page_reads(self) -> None:
        assert "secp256r1" in refusal(lambda: AnonymousIdentity(p256()))

    @pytest.mark.parametrize("digest", ["", "sha256:", "md5:00", DIGEST.upper(), DIGEST + "\n", DIGEST[7:]])
    def test_only_the_hash_of_a_package_is_signed(self, digest: str) -> None:
        refusal(lambda: Signer(AnonymousIdentity(P384)).sign(digest, NOW))

    def test_a_time_without_zone_is_refused(self) -> None:
        refusal(lambda: Signer(AnonymousIdentity(P384)).sign(DIGEST, datetime(2026, 3, 1)))  # noqa: DTZ001


def now() -> datetime:
    """OpenSSL's clock cannot be set: what it stamps is of now."""
    return datetime.now(UTC).replace(microsecond=0)


@pytest.fixture(scope="class")
def made(
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[World, Party, dict[str, Any]]:
    """A package signed in a domain's name, stamped by OpenSSL."""
    folder = tmp_path_factory.mktemp("made")
    world = World()
    news = world.domain(start=now() - timedelta(hours=1), end=now() + timedelta(days=89))
    tsa = world.stamper()
    key, chain = news.write(folder, "news")
    root = folder / "root.pem"
    root.write_bytes(world.stamp_root.certificate.public_bytes(serialization.Encoding.PEM))
    with openssl_server(folder / "tsa", tsa) as (server, door):
        signer = signer_from(
            SigningSettings(
                identity="domain",
                key=str(key),
                certificate=str(chain),
                tsa=f"{server.url}/tsa",
                trusted_tsa=(str(root),),
            ),
            post=door.post,
        )
        assert signer is not None
        return world, news, dict(signer.sign(DIGEST, now()))


class TestDomain:
    def test_the_properties_and_their_order_are_those_of_the_specification(self, made: Any) -> None:
        signed = made[2]
        assert list(signed) == [
            "hash",
            "created",
            "software",
            "version",
            "signature",
            "domain",
            "domainCert",
            "timeSignature",
            "timestampCert",
        ]
        assert signed["domain"] == "news.example"

    def test_it_is_found_sound(self, made: Any) -> None:
        world, _, signed = made
        trust = Trust(domains=(world.web_root.certificate,), stamps=(world.stamp_root.certificate,))
        assert verdicts(signed, trust=trust) == dict.fromkeys(["signature", "certificate", "time stamp"], Verdict.SOUND)

    def test_openssl_accepts_the_signature(self, made: Any, tmp_path: Path) -> None:
        _, news, signed = made
        public = news.key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        assert openssl_holds(tmp_path, public, base64.b64decode(signed["signature"]), DIGEST)

    def test_openssl_accepts_the_time_stamp(self, made: Any, tmp_path: Path) -> None:
        world, _, signed = made
        (tmp_path / "reply.tsr").write_bytes(base64.b64decode(signed["timeSignature"]))
        (tmp_path / "data").write_text(signed["signature"])
        (tmp_path / "root.pem").write_bytes(world.stamp_root.certificate.public_bytes(serialization.Encoding.PEM))
        (tmp_path / "chain.pem").write_text(signed["timestampCert"])
        said = openssl(
            *("ts", "-verify", "-data", tmp_path / "data", "-in", tmp_path / "reply.tsr"),
            *("-CAfile", tmp_path / "root.pem", "-untrusted", tmp_path / "chain.pem"),
        )
        assert "Verification: OK" in said

    def test_it_keeps_authsigns_rules(self, made: Any) -> None:
        """Those of its Verifier (0.6), which py-wacz asks, but for its list of known roots."""
        _, _, signed = made
        certificates = x509.load_pem_x509_certificates(signed["domainCert"].encode())
        for certificate, issuer in pairwise(certificates):
            certificate.verify_directly_issued_by(issuer)
        leaf = certificates[0]
        assert leaf.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value == signed["domain"]
        created = datetime.strptime(signed["created"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
        assert leaf.not_valid_before_utc <= created <= leaf.not_valid_before_utc + timedelta(days=7)
        stamps = x509.load_pem_x509_certificates(signed["timestampCert"].encode())
        for certificate, issuer in pairwise(stamps):
            certificate.verify_directly_issued_by(issuer)
        assert stamps[-1].subject == stamps[-1].issuer

    def test_authsign_accepts_it(self, made: Any, tmp_path: Path) -> None:
        """py-wacz's verifier, where it is installed beside py-wacz (`pip install "wacz[signing]"`, as ./test does)."""
        world, _, signed = made
        program = Path(__file__).parents[2] / ".venv-wacz" / "bin" / "wacz"
        python = (program if program.exists() else Path(shutil.which("wacz") or "/nowhere/wacz")).with_name("python")
        probe = [python, "-c", "import authsign.verifier"]
        if not python.exists() or subprocess.run(probe, capture_output=True, check=False).returncode:
            pytest.skip("py-wacz with its verifier is not installed")
        (tmp_path / "roots.yaml").write_text(
            f"domain_cert_roots: [{fingerprint(world.web_root.certificate)}]\n"
            f"timestamp_cert_roots: [{fingerprint(world.stamp_root.certificate)}]\n"
        )
        verify = (
            "import json, sys; from authsign.verifier import Verifier; "
            "print(Verifier(sys.argv[1])(json.load(sys.stdin)).observer)"
        )

        def asked(signature: dict[str, Any]) -> subprocess.CompletedProcess[str]:
            command = [python, "-c", verify, str(tmp_path / "roots.yaml")]
            return subprocess.run(
                command, input=json.dumps(signature), capture_output=True, text=True, check=False, timeout=60
            )

        assert asked(signed).stdout == "news.example\n"
        other = "sha256:" + hashlib.sha256(b"another package").hexdigest()
        assert "AssertionError" in asked(signed | {"hash": other}).stderr

    def test_replayweb_page_finds_the_first_certificate(self, made: Any) -> None:
        """wabac.js splits the chain at empty lines, and takes the domain from a subject that begins with CN=."""
        _, news, signed = made
        first = re.sub(r"-{5}(BEGIN|END) .*-{5}", "", signed["domainCert"].split("\n\n")[0])
        encoded = base64.b64decode(re.sub(r"\s", "", first), validate=True)
        assert x509.load_der_x509_certificate(encoded) == news.certificate
        assert news.certificate.subject.rfc4514_string() == "CN=news.example"

    def test_a_cross_signed_certificate_goes_along(self, world: World, stamper: Party, trust: Trust) -> None:
        news = world.domain()
        other = certify("news.example", certify("Other Root", ca=True), key=news.key, domains=["news.example"])
        identity = DomainIdentity(news.key, news.chain, cross_signed=other.chain)
        signed = Signer(
            identity,
            stamper=TimeStamper("http://t.example/", Posted(authority(stamper)), trust),
            clock=lambda: NOW,
        ).sign(DIGEST, NOW)
        assert list(signed)[-1] == "crossSignedCert"
        assert set(verdicts(signed, trust=trust, now=NOW).values()) == {Verdict.SOUND}

    def test_the_name_may_be_any_of_the_certificates(self, world: World) -> None:
        several = world.domain("a.example", domains=["a.example", "*.b.example"])
        assert DomainIdentity(several.key, several.chain).domain == "a.example"
        assert DomainIdentity(several.key, several.chain, domain="x.b.example").domain == "x.b.example"
        for other in ("b.example", "x.y.b.example", "c.example"):
            refusal(lambda other=other: DomainIdentity(several.key, several.chain, domain=other))

    def test_a_certificate_without_common_name_is_for_its_first_other_name(self, world: World) -> None:
        short_lived = world.domain("a.example", named=False)
        assert DomainIdentity(short_lived.key, short_lived.chain).domain == "a.example"

    def test_what_does_not_belong_together_is_refused(self, world: World) -> None:
        news, other = world.domain(), world.domain("other.example")
        assert "another key" in refusal(lambda: DomainIdentity(other.key, news.chain))
        mixed = [news.certificate, *world.stamper().chain[1:]]
        assert "not issued by" in refusal(lambda: DomainIdentity(news.key, mixed))
        assert "another key" in refusal(lambda: DomainIdentity(news.key, news.chain, cross_signed=other.chain))
        nameless = certify("", world.web_issuer, named=False)
        assert "no domain" in refusal(lambda: DomainIdentity(nameless.key, nameless.chain))

    def test_a_time_stamp_is_needed(self, world: World) -> None:
        news = world.domain()
        assert "time stamp" in refusal(lambda: Signer(DomainIdentity(news.key, news.chain)))

    @pytest.mark.parametrize("when", [NOW - timedelta(days=2), NOW + timedelta(days=90)])
    def test_a_certificate_that_is_not_valid_now_is_refused_before_anybody_is_asked(
        self, world: World, trust: Trust, when: datetime
    ) -> None:
        news, posted = world.domain(), Posted(lambda url, body: b"")
        signer = Signer(
            DomainIdentity(news.key, news.chain),
            stamper=TimeStamper("http://t.example/", posted, trust),
            clock=lambda: when,
        )
        assert "renew" in refusal(lambda: signer.sign(DIGEST, when))
        assert posted.sent == []

    def test_a_package_older_than_ten_minutes_cannot_be_stamped(
        self, world: World, stamper: Party, trust: Trust
    ) -> None:
        def sign(created: datetime) -> Any:
            authority_of_now = TimeStamper("http://t.example/", Posted(authority(stamper)), trust)
            return Signer(AnonymousIdentity(P384), stamper=authority_of_now).sign(DIGEST, created)

        sign(NOW - timedelta(minutes=10))
        sign(NOW + timedelta(minutes=10))
        for seconds in (-601, 601):
            message = refusal(lambda seconds=seconds: sign(NOW + timedelta(seconds=seconds)))
            assert "more than ten minutes" in message


class TestSettings:
    def sign(self, **settings: Any) -> dict[str, Any]:
        signer = signer_from(SigningSettings(**settings), env={})
        assert signer is not None
        return dict(signer.sign(DIGEST, NOW))

    def test_nothing_is_signed_by_default(self) -> None:
        assert signer_from(SigningSettings()) is None

    def test_an_anonymous_key_is_made_once(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
        first, second = self.sign(identity="anonymous"), self.sign(identity="anonymous")
        assert first == second
        assert [path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.pem")] == [
            "archiver/signing-key.pem"
        ]

    def test_a_named_key_has_to_be_there(self, tmp_path: Path) -> None:
        missing = tmp_path / "none.pem"
        assert "no such key file" in refusal(lambda: self.sign(identity="anonymous", key=str(missing)))
        assert not missing.exists()
        _, chain = World().domain().write(tmp_path, "news")
        assert "no such key file" in refusal(
            lambda: signer_from(SigningSettings(identity="domain", key=str(missing), certificate=str(chain)))
        )

    @pytest.mark.parametrize(("given", "missing"), [({"key": "a"}, "certificate"), ({"certificate": "a"}, "key")])
    def test_a_domain_needs_key_and_certificate(self, given: dict[str, str], missing: str) -> None:
        assert f"[signing] {missing}" in refusal(lambda: signer_from(SigningSettings(identity="domain", **given)))

    def test_certificates_that_cannot_be_read(self, tmp_path: Path) -> None:
        key, _ = World().domain().write(tmp_path, "news")
        for name, data in (("empty.pem", b""), ("key.pem", key.read_bytes()), ("binary.pem", b"\xff\0" * 100)):
            (tmp_path / name).write_bytes(data)
            settings = SigningSettings(identity="domain", key=str(key), certificate=str(tmp_path / name))
            assert "no certificate" in refusal(lambda settings=settings: signer_from(settings))
        settings = SigningSettings(identity="domain", key=str(key), certificate=str(tmp_path / "none.pem"))
        assert "cannot be read" in refusal(lambda: signer_from(settings))
        assert "too long" in refusal(
            lambda: signer_from(SigningSettings(identity="domain", key=str(key), certificate="/dev/zero"))
        )

    def test_time_stamps_need_the_network(self) -> None:
        with pytest.raises(UsageError, match="network"):
            signer_from(SigningSettings(identity="anonymous", tsa="http://tsa.example/"))

    @pytest.mark.parametrize("settings", [{"tsa": "ftp://a/"}, {"tsa": "tsa.example"}, {"calendars": ("file:///a",)}])
    def test_addresses_are_those_of_servers(self, settings: dict[str, Any]) -> None:
        posted = Posted(lambda url, body: b"")
        message = refusal(lambda: signer_from(SigningSettings(identity="anonymous", **settings), post=posted))
        assert "[signing]" in message


class TestAuthority:
    """An authority is asked as RFC 3161 says, and what it answers is checked at once."""

    def ask(self, answer: Callable[[str, bytes], bytes], trust: Trust, data: bytes = b"signed") -> Any:
        return TimeStamper("http://tsa.example/stamp", Posted(answer), trust, nonce=lambda: 0xFEDCBA9876543210).stamp(
            data
        )

    def test_openssl_reads_the_request(self, tmp_path: Path, stamper: Party, trust: Trust) -> None:
        posted = Posted(authority(stamper))
        TimeStamper("http://tsa.example/", posted, trust, nonce=lambda: 0xFEDCBA9876543210).stamp(b"signed")
        ((url, body, content_type, headers),) = posted.sent
        assert (url, content_type) == ("http://tsa.example/", "application/timestamp-query")
        assert headers == {"Accept": "application/timestamp-reply"}
        (tmp_path / "query.tsq").write_bytes(body)
        said = openssl("ts", "-query", "-in", tmp_path / "query.tsq", "-text")
        assert "Version: 1\nHash Algorithm: sha256\n" in said
        assert "Nonce: 0xFEDCBA9876543210\nCertificate required: yes\n" in said
        assert hashlib.sha256(b"signed").hexdigest()[:16] in re.sub(r"[^0-9a-f]", "", said.partition("0000 -")[2])

    @pytest.mark.parametrize("ess", ["sha1", "sha256", "sha384"])
    @pytest.mark.parametrize("key", ["p256", "rsa"])
    def test_openssls_stamps_are_taken(self, tmp_path: Path, world: World, trust: Trust, ess: str, key: str) -> None:
        party = world.stamper(key=rsa_key() if key == "rsa" else p256())
        digest = "sha512" if key == "rsa" else "sha384"
        with openssl_server(tmp_path, party, ess=ess, digest=digest) as (server, door):
            stamp = TimeStamper(server.url, door.post, trust).stamp(b"signed")
        assert abs(stamp.time - datetime.now(UTC)) < timedelta(minutes=1)
        assert stamp.policy == "1.2.3.4.1"
        assert stamp.chain == party.chain

    def test_over_https_by_a_certificate_that_the_settings_trust(
        self, tmp_path: Path, stamper: Party, trust: Trust
    ) -> None:
        authority_of_servers = trustme.CA()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority_of_servers.issue_cert("127.0.0.1").configure_cert(context)
        authority_of_servers.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
        settings = WebSettings(
            allow_addresses=("127.0.0.1/32",), rates={"*": 0.0}, ca_file=str(tmp_path / "ca.pem"), retries=0
        )
        with Loopback(openssl_tsa(tmp_path / "tsa", stamper), tls=context) as server:
            url = f"https://127.0.0.1:{server.port}/"
            with Door(settings) as door:
                assert TimeStamper(url, door.post, trust).stamp(b"signed").policy == "1.2.3.4.1"
            with Door(WebSettings(allow_addresses=("127.0.0.1/32",), rates={"*": 0.0}, retries=0)) as door:
                message = refusal(lambda: TimeStamper(url, door.post, trust).stamp(b"signed"), TimeStampError)
                assert "not secure" in message

    def test_the_exchange_is_recorded(self, tmp_path: Path, stamper: Party, trust: Trust) -> None:
        kept = Kept()
        settings = WebSettings(allow_addresses=("127.0.0.1/32",), rates={"*": 0.0}, retries=0)
        with Loopback(openssl_tsa(tmp_path, stamper)) as server, Door(settings, sink=kept) as door:
            TimeStamper(server.url, door.post, trust).stamp(b"signed")
            (exchange,) = kept.exchanges
            assert exchange.request == server.asked[0].raw + server.asked[0].body

    def test_where_nobody_is_named_any_stamp_that_holds_is_taken(self, stamper: Party) -> None:
        assert self.ask(authority(stamper), Trust()).chain == stamper.chain

    def test_the_stored_response_says_nothing_beside_the_token(self, stamper: Party, trust: Trust) -> None:
        words = bytes.fromhex("300a0c084f7065726174656f")  # PKIFreeText
        stamp = self.ask(authority(stamper, status_more=words), trust)
        assert b"Operat" not in stamp.response

    def test_a_trusted_fingerprint_serves_where_the_certificate_is_sent(self, world: World, stamper: Party) -> None:
        trust = Trust(stamp_fingerprints=frozenset({fingerprint(world.stamp_root.certificate)}))
        assert self.ask(authority(stamper), trust).chain == stamper.chain

    FAULTS: ClassVar[dict[str, tuple[dict[str, Any], str]]] = {
        "another request's nonce": ({"nonce": 5}, "another request"),
        "no nonce": ({"nonce": None}, "another request"),
        "another digest": ({"imprint": b"\0" * 32}, "something else"),
        "refused": ({"status": 2, "with_token": False}, "refused (status 2)"),
        "refused with words": (
            {"status": 2, "with_token": False, "status_more": bytes.fromhex("30050c0362616403020780")},
            "refused (status 2: bad; it does not know the algorithm)",
        ),
        "granted with changes": ({"status": 1}, "another time stamp"),
        "no token": ({"with_token": False}, "holds none"),
        "another key": ({"by": p256()}, "not by the key"),
        "no certificate": ({"embedded": ()}, "is missing"),
        "another content": ({"info": b"0\0"}, "parts are missing"),
        "two signers": ({"signers": 2}, "cannot be read"),
        "no signer": ({"signers": 0}, "cannot be read"),
    }

    @pytest.mark.parametrize(("changed", "words"), FAULTS.values(), ids=FAULTS)
    def test_an_answer_that_does_not_hold_is_refused(
        self, changed: dict[str, Any], words: str, stamper: Party, trust: Trust
    ) -> None:
        message = refusal(lambda: self.ask(authority(stamper, **changed), trust), TimeStampError)
        assert words in message
        assert message.startswith("http://tsa.example/stamp: ")

    def test_a_certificate_for_something_else_is_refused(self, world: World, trust: Trust) -> None:
        for party in (
            world.stamper(usages=[Usage.SERVER_AUTH]),
            world.stamper(usages=[Usage.TIME_STAMPING, Usage.SERVER_AUTH]),
            world.stamper(usages_critical=False),
            world.stamper(usages=None),
            world.stamper(signing_only=False),
        ):
            message = refusal(lambda party=party: self.ask(authority(party), trust), TimeStampError)
            assert "does not hold" in message

    def test_an_authority_that_is_not_trusted_is_refused(self, trust: Trust) -> None:
        stranger = World().stamper("Stranger")
        message = refusal(lambda: self.ask(authority(stranger), trust), TimeStampError)
        assert "signed by Stranger" in message
        assert "trusted_tsa" in message

    def test_a_certificate_that_was_not_valid_then_is_refused(self, world: World, trust: Trust) -> None:
        old = world.stamper(start=NOW - timedelta(days=400), end=NOW - timedelta(days=1))
        assert "was not valid" in refusal(lambda: self.ask(authority(old), trust), TimeStampError)

    ANSWERS: ClassVar[dict[str, tuple[bytes, str]]] = {
        "an error": (ok(b"", status="500 Internal Server Error"), "status 500"),
        "not found": (ok(b"no", status="404 Not Found"), "status 404"),
        "a redirect": (ok(b"", "Location: /x", status="302 Found"), "status 302"),
        "nothing": (ok(b""), "does not hold"),
        "a page": (ok(b"<html>"), "does not hold"),
        "too much": (ok(b"0" * 300_000), "too long"),
        "a bomb": (ok(gzip.compress(b"0" * 5_000_000), "Content-Encoding: gzip"), "tsa"),
        "no HTTP": (b"ICY 200 OK\r\n\r\n", "not HTTP"),
    }

    @pytest.mark.parametrize(("answer", "words"), ANSWERS.values(), ids=ANSWERS)
    def test_a_server_that_is_no_authority_is_an_error(self, answer: bytes, words: str, trust: Trust) -> None:
        settings = WebSettings(allow_addresses=("127.0.0.1/32",), rates={"*": 0.0}, retries=0)
        with Loopback(always(answer)) as server, Door(settings) as door:
            stamper = TimeStamper(f"{server.url}/tsa", door.post, trust)
            message = refusal(lambda: stamper.stamp(b"signed"), TimeStampError)
        assert words in message

    def test_the_exit_code_is_the_networks(self, trust: Trust) -> None:
        with pytest.raises(TimeStampError) as caught, Door(WebSettings(retries=0)) as door:
            TimeStamper("http://127.0.0.1:1/", door.post, trust).stamp(b"signed")
        assert caught.value.exit_code is ExitCode.NETWORK
