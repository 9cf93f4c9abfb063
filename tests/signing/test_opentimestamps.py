"""OpenTimestamps: proofs made with a stand-in calendar, and read back; hostile ones in bounds.

Invariant of the fuzz tests: whatever bytes there are, `check_proof` gives a check and no exception, and it is never
sound: what is attested has to be looked up elsewhere.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.config import SigningSettings, WebSettings
from archiver.errors import TimeStampError
from archiver.model import Check, Verdict
from archiver.signing import check_proof, signer_from
from archiver.signing.keys import load_or_make_key
from archiver.signing.opentimestamps import MAGIC, ProofError, read_proof, write_proof
from archiver.signing.signer import AnonymousIdentity, Calendars, Signer
from archiver.web import Door
from tests.loopback import Asked, Loopback, ok
from tests.signing.authorities import NOW
from tests.signing.conftest import Posted

RAW = hashlib.sha256(b"{}").digest()
DIGEST = f"sha256:{RAW.hex()}"
NONCE = bytes(range(16))
COMMITTED = hashlib.sha256(RAW + NONCE).digest()

PENDING = bytes.fromhex("83dfe30d2ef90c8e")
BITCOIN = bytes.fromhex("0588960d73d71901")


def field(data: bytes) -> bytes:
    assert len(data) < 128
    return bytes((len(data),)) + data


def pending(uri: str) -> bytes:
    return b"\x00" + PENDING + field(field(uri.encode()))


def bitcoin(height: bytes) -> bytes:
    return b"\x00" + BITCOIN + field(height)


def append(data: bytes) -> bytes:
    return b"\xf0" + field(data)


def prepend(data: bytes) -> bytes:
    return b"\xf1" + field(data)


SHA256 = b"\x08"
ALICE = append(b"\x01" * 8) + SHA256 + pending("https://alice.example")
"""A calendar's answer: its own bytes, hashed together, then its promise."""
BOB = prepend(b"\x02" * 4) + append(b"\x03" * 8) + pending("https://bob.example")
HEAD = MAGIC + b"\x01\x08" + RAW
PROOF = HEAD + append(NONCE) + SHA256 + b"\xff" + ALICE + BOB


def check(proof: bytes, digest: str = DIGEST) -> Check:
    return check_proof(proof, digest, where="a.wacz.ots")


def calendar(answer: bytes = ALICE) -> Posted:
    return Posted(lambda url, body: answer)


class TestMaking:
    def test_the_proof_is_written_byte_for_byte(self) -> None:
        posted = Posted(lambda url, body: {"https://a.example/digest": ALICE, "https://b.example/x/digest": BOB}[url])
        proof = Calendars(["https://a.example", "https://b.example/x/"], posted, nonce=lambda: NONCE).proof(DIGEST)
        assert proof == PROOF
        assert [sent[1] for sent in posted.sent] == [COMMITTED, COMMITTED]
        assert posted.sent[0][3] == {"Accept": "application/vnd.opentimestamps.v1"}

    def test_a_calendar_does_not_learn_the_digest(self) -> None:
        posted = calendar()
        calendars = Calendars(["https://a.example"], posted)
        assert calendars.proof(DIGEST) != calendars.proof(DIGEST)
        assert all(RAW not in sent[1] for sent in posted.sent)

    def test_an_answer_that_forks_is_taken_in(self) -> None:
        forked = (
            b"\xff" + ALICE + b"\xff" + append(b"x") + b"\xff" + pending("https://c.example") + BOB + bitcoin(b"\x05")
        )
        proof = write_proof(RAW, NONCE, [forked, ALICE])
        _, attestations = read_proof(proof)
        assert [each.uri or each.height for each in attestations] == [
            "https://alice.example", "https://c.example", "https://bob.example", 5, "https://alice.example",
        ]  # fmt: skip

    def test_over_the_network_as_part_of_signing(self, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
        asked: list[Asked] = []

        def answer(request: Asked) -> Sequence[bytes]:
            asked.append(request)
            return [ok(ALICE, "Content-Type: application/octet-stream")]

        settings = WebSettings(allow_addresses=("127.0.0.1/32",), rates={"*": 0.0}, retries=0)
        with Loopback(answer) as server, Door(settings) as door:
            signer = signer_from(SigningSettings(identity="anonymous", calendars=(server.url,)), post=door.post)
            assert signer is not None
            assert signer.proof is None
            signer.sign(DIGEST, NOW)
        assert asked[0].raw.startswith(b"POST /digest HTTP/1.1\r\n")
        assert signer.proof is not None
        assert read_proof(signer.proof)[0] == RAW
        assert asked[0].body == hashlib.sha256(RAW + signer.proof[len(HEAD) + 2 :][:16]).digest()

    @pytest.mark.parametrize(
        "answer", [b"", b"<html>", ALICE[:-1], ALICE + b"\0", b"\x05" + ALICE, ALICE * 200, b"\xff" + ALICE]
    )
    def test_an_answer_that_is_none_is_an_error(self, answer: bytes) -> None:
        with pytest.raises(TimeStampError, match=r"https://a\.example/digest: "):
            Calendars(["https://a.example"], calendar(answer)).proof(DIGEST)

    def test_one_calendar_that_fails_is_an_error(self) -> None:
        posted = Posted(lambda url, body: ALICE if "a.example" in url else b"")
        with pytest.raises(TimeStampError, match=r"b\.example"):
            Calendars(["https://a.example", "https://b.example"], posted).proof(DIGEST)

    def test_a_proof_is_never_that_of_an_earlier_package(self, tmp_path: Any) -> None:
        answers = [ALICE, b""]
        posted = Posted(lambda url, body: answers.pop(0))
        signer = Signer(
            AnonymousIdentity(load_or_make_key(tmp_path / "key.pem", None)),
            calendars=Calendars(["https://a.example"], posted),
        )
        signer.sign(DIGEST, NOW)
        assert signer.proof is not None
        with pytest.raises(TimeStampError):
            signer.sign("sha256:" + "0" * 64, NOW)
        assert signer.proof is None


class TestChecking:
    def test_promises_are_told_and_not_believed(self) -> None:
        checked = check(PROOF)
        assert (checked.name, checked.verdict, checked.problems) == ("OpenTimestamps", Verdict.NOT_CHECKED, ())
        assert "promised by the calendar https://alice.example" in checked.note
        assert "promised by the calendar https://bob.example" in checked.note

    def test_a_block_is_told_with_the_root_that_it_must_have(self) -> None:
        root = hashlib.sha256(hashlib.sha256(RAW + b"a").digest()).digest()
        proof = (
            HEAD + append(b"a") + SHA256 + SHA256 + b"\xff" + bitcoin(b"\x87\xf0\x15") + pending("https://a.example")
        )
        checked = check(proof)
        assert checked.verdict is Verdict.NOT_CHECKED
        assert f"the Bitcoin block 358407 has the Merkle root {root[::-1].hex()}" in checked.note
        assert checked.note.index("Bitcoin") < checked.note.index("a.example")

    def test_other_attestations(self) -> None:
        litecoin = b"\x00" + bytes.fromhex("06869a0d73d71b45") + field(b"\x07")
        assert "the Litecoin block 7 has" in check(HEAD + litecoin).note
        unknown = b"\x00" + b"12345678" + field(b"anything")
        assert check(HEAD + unknown).note == "attested in a way that is not known here"
        keccak = HEAD + b"\x67" + bitcoin(b"\x05")
        assert "one that cannot be computed here" in check(keccak).note

    @pytest.mark.parametrize(
        ("operation", "message"),
        [
            (b"\x02" + append(bytes(12)), hashlib.sha1(RAW).digest() + bytes(12)),
            (b"\xf2", RAW[::-1]),
            (b"\xf3" + SHA256, hashlib.sha256(RAW.hex().encode()).digest()),
        ],
        ids=["sha1", "reverse", "hexlify"],
    )
    def test_operations(self, operation: bytes, message: bytes) -> None:
        _, (attestation,) = read_proof(HEAD + operation + bitcoin(b"\x05"))
        assert attestation.message == message

    def test_a_proof_of_another_package(self) -> None:
        checked = check(PROOF, "sha256:" + "0" * 64)
        assert checked.verdict is Verdict.DAMAGED
        assert "another package" in checked.problems[0].what
        assert checked.problems[0].where == "a.wacz.ots"

    BROKEN = {  # noqa: RUF012
        "empty": b"",
        "no magic": PROOF[1:],
        "another version": MAGIC + b"\x02" + PROOF[len(MAGIC) + 1 :],
        "another digest": MAGIC + b"\x01\x02" + RAW[:20] + pending("https://a.example"),
        "no attestation": HEAD,
        "more after it": PROOF + b"\0",
        "an unknown operation": HEAD + b"\x42" + pending("https://a.example"),
        "an empty argument": HEAD + append(b"") + pending("https://a.example"),
        "two forks": HEAD + b"\xff\xff" + ALICE + BOB,
        "a number of two forms": HEAD + b"\xf0\x81\x00" + b"a" + ALICE,
        "a number without end": HEAD + b"\xf0" + b"\x80" * 100,
        "a long argument": HEAD + b"\xf0\x81\x40" + bytes(8193) + ALICE,
        "an address that is none": HEAD + pending("https://a.example/?q"),
        "an attestation with more": HEAD + b"\x00" + BITCOIN + field(b"\x05\x05"),
        "a root that is none": HEAD + append(b"a") + bitcoin(b"\x05"),
        "forks without end": HEAD + (b"\xff" + append(b"a")) * 100_000,
        "operations without end": HEAD + SHA256 * 500_000,
        "a message that grows": HEAD + b"\xf3" * 1000 + ALICE,
        "too long": HEAD + bytes(1 << 20),
    }

    @pytest.mark.parametrize("proof", BROKEN.values(), ids=BROKEN)
    def test_what_is_no_proof(self, proof: bytes) -> None:
        assert check(proof).verdict is Verdict.DAMAGED
        with pytest.raises(ProofError):
            read_proof(proof)

    def test_every_cut_is_seen(self) -> None:
        assert {check(PROOF[:end]).verdict for end in range(len(PROOF))} == {Verdict.DAMAGED}

    def test_forks_stand_in_forks_so_deep_and_no_deeper(self) -> None:
        def deep(count: int) -> bytes:
            return HEAD + (b"\xff" + append(b"a")) * count + ALICE * (count + 1)

        assert check(deep(256)).verdict is Verdict.NOT_CHECKED
        assert "too deep" in check(deep(257)).problems[0].what

    def test_many_attestations_are_not_all_told(self) -> None:
        many = HEAD + b"".join(b"\xff" + bitcoin(bytes((number + 1,))) for number in range(100)) + bitcoin(b"\x70")
        assert check(many).note.count("Bitcoin block") == 5


@given(st.binary(max_size=200))
def test_any_bytes_come_to_a_check(data: bytes) -> None:
    for proof in (data, MAGIC + data, HEAD + data):
        assert check(proof).verdict in (Verdict.DAMAGED, Verdict.NOT_CHECKED)


@given(st.integers(0, len(PROOF) - 1), st.binary(max_size=6))
def test_any_change_comes_to_a_check(position: int, data: bytes) -> None:
    checked = check(PROOF[:position] + data + PROOF[position + len(data) :])
    assert checked.verdict in (Verdict.DAMAGED, Verdict.NOT_CHECKED)
    assert checked.note.isprintable()
