"""Proofs of repositories. Invariant: only an answer of whose every byte the account's own signature vouches proves
anything; whatever is broken in it, it proves nothing, and above all not that a record is missing."""

from __future__ import annotations

import base64
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import libipld
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from archiver.platforms.bluesky import proof
from archiver.platforms.bluesky.ids import key_of
from archiver.platforms.bluesky.keys import Key, base58, multikey, signing_key
from archiver.platforms.bluesky.proof import Holds, Lacks, Proof, Unproven, layer, prove
from tests.web_twin.repository import (
    CURVES,
    Repository,
    SigningKey,
    block_of,
    car,
    cid_bytes,
    cid_of,
    cid_text,
    height,
    signed_block,
    varint,
)

DID = "did:plc:abcdefghijklmnopqrstuvwx"
OTHER = "did:plc:abcdefghijklmnopqrstuvwy"
COLLECTION = "app.bsky.feed.post"
REV = "3mkubq3ut2222"
ASKED = datetime(2026, 5, 2, 9, tzinfo=UTC)

KEYS = [key_of((1_700_000_000_000_000 + n * 977_000_003) << 10) for n in range(120)]
ABSENT = [key_of((1_700_000_000_000_500 + n * 977_000_003) << 10) for n in range(0, 120, 7)]


def record(key: str) -> dict[str, Any]:
    return {"$type": COLLECTION, "text": f"The bridge is open, {key}.", "createdAt": "2023-11-14T22:13:20Z"}


def repository(**changed: Any) -> Repository:
    records = {f"{COLLECTION}/{key}": block_of(record(key)) for key in KEYS}
    records["app.bsky.actor.profile/self"] = block_of({"$type": "app.bsky.actor.profile", "displayName": "Ana"})
    given = {"did": DID, "key": SigningKey("ana"), "rev": REV, "records": records} | changed
    return Repository(**given)


KEPT = repository()
KEY = multikey(KEPT.key.multibase)
assert KEY is not None


def proven(data: bytes, rkey: str = KEYS[5], *, did: str = DID, key: Key | None = None, **more: Any) -> Proof:
    used = key or KEY
    assert used is not None
    return prove(data, did=did, key=used, collection=COLLECTION, rkey=rkey, asked_at=more.pop("asked_at", ASKED))


def blocks_of(way: Repository, rkey: str) -> list[tuple[bytes, bytes]]:
    return [(cid, way.blocks[cid]) for cid in way.way_to(f"{COLLECTION}/{rkey}")]


# -- what holds


@pytest.mark.parametrize("curve", CURVES)
def test_every_record_is_proven_to_be_there(curve: str) -> None:
    kept = repository(key=SigningKey("ben", curve))
    key = multikey(kept.key.multibase)
    assert key is not None
    assert key.curve == curve
    for rkey in KEYS:
        found = proven(kept.proof(f"{COLLECTION}/{rkey}"), rkey, key=key)
        assert isinstance(found, Holds)
        assert (found.rev, found.commit) == (REV, cid_text(kept.commit))
        assert found.cid == cid_text(cid_of(block_of(record(rkey))))
        assert found.record == record(rkey)


def test_what_is_not_there_is_proven_to_be_missing() -> None:
    for rkey in ABSENT:
        assert proven(KEPT.proof(f"{COLLECTION}/{rkey}"), rkey) == Lacks(rev=REV, commit=cid_text(KEPT.commit))


def test_deleting_any_record_is_proven() -> None:
    for rkey in KEYS[::9]:
        records = {path: block for path, block in KEPT.records.items() if not path.endswith(rkey)}
        kept = repository(records=records)
        assert isinstance(proven(kept.proof(f"{COLLECTION}/{rkey}"), rkey), Lacks)


@pytest.mark.parametrize("count", [0, 1, 2])
def test_small_repositories(count: int) -> None:
    kept = repository(records={f"{COLLECTION}/{key}": block_of(record(key)) for key in KEYS[:count]})
    for rkey in KEYS[:3]:
        found = proven(kept.proof(f"{COLLECTION}/{rkey}"), rkey)
        assert isinstance(found, Holds if rkey in KEYS[:count] else Lacks)


def test_a_record_without_its_block_is_there_all_the_same() -> None:
    blocks = blocks_of(KEPT, KEYS[5])[:-1]
    found = proven(car(KEPT.commit, blocks))
    assert isinstance(found, Holds)
    assert found.record is None


def test_blocks_may_come_in_any_order_and_twice_and_with_others() -> None:
    blocks = blocks_of(KEPT, KEYS[5])
    extra = blocks_of(KEPT, KEYS[70])
    assert isinstance(proven(car(KEPT.commit, [*blocks[::-1], *blocks, *extra])), Holds)


# -- what does not

Breaking = Callable[[list[tuple[bytes, bytes]]], list[tuple[bytes, bytes]]]


@pytest.mark.parametrize("rkey", [KEYS[5], ABSENT[3]], ids=["there", "missing"])
def test_a_flipped_bit_anywhere_breaks_it(rkey: str) -> None:
    good = KEPT.proof(f"{COLLECTION}/{rkey}")
    whole = proven(good, rkey)
    assert not isinstance(whole, Unproven)
    for at in range(len(good)):
        bad = bytearray(good)
        bad[at] ^= 1 << at % 8
        found = proven(bytes(bad), rkey)
        assert isinstance(found, Unproven), at
        assert found.why


@pytest.mark.parametrize("rkey", [KEYS[5], ABSENT[3]], ids=["there", "missing"])
def test_a_cut_anywhere_breaks_it(rkey: str) -> None:
    good = KEPT.proof(f"{COLLECTION}/{rkey}")
    *_, (record_cid, last) = blocks_of(KEPT, rkey)
    whole = len(good) - len(record_cid) - len(last) - len(varint(len(record_cid) + len(last)))
    for end in range(0, len(good) - 1, 7):
        found = proven(good[:end], rkey)
        if rkey in KEYS and end == whole:
            continue  # only the record's own block is gone
        assert isinstance(found, Unproven), end


@pytest.mark.parametrize("rkey", [KEYS[5], ABSENT[3]], ids=["there", "missing"])
def test_a_missing_block_breaks_it(rkey: str) -> None:
    blocks = blocks_of(KEPT, rkey)
    needed = len(blocks) - (rkey in KEYS)
    assert needed > 2
    for gone in range(needed):
        left = [block for place, block in enumerate(blocks) if place != gone]
        assert isinstance(proven(car(KEPT.commit, left), rkey), Unproven), gone


@pytest.mark.parametrize("rkey", [KEYS[5], ABSENT[3]], ids=["there", "missing"])
@pytest.mark.parametrize("curve", CURVES)
def test_another_key_another_account_another_signature(rkey: str, curve: str) -> None:
    path = f"{COLLECTION}/{rkey}"
    kept = repository(key=SigningKey("ana", curve))
    key = multikey(kept.key.multibase)
    stranger = multikey(SigningKey("eve", curve).multibase)
    assert key is not None
    assert not isinstance(proven(kept.proof(path), rkey, key=key), Unproven)
    assert isinstance(proven(kept.proof(path), rkey, key=stranger), Unproven)
    assert isinstance(proven(kept.proof(path), rkey, key=key, did=OTHER), Unproven)
    assert isinstance(proven(repository(key=SigningKey("ana", curve), high=True).proof(path), rkey, key=key), Unproven)
    assert isinstance(proven(repository(key=SigningKey("ana", curve), did=OTHER).proof(path), rkey, key=key), Unproven)
    other_curve = next(name for name in CURVES if name != curve)
    assert isinstance(proven(kept.proof(path), rkey, key=Key(curve=other_curve, point=key.point)), Unproven)  # type: ignore[arg-type]


def test_a_proof_of_another_record_proves_nothing_of_this_one() -> None:
    far = next(
        k for k in KEYS if len(set(KEPT.way_to(f"{COLLECTION}/{k}")) & set(KEPT.way_to(f"{COLLECTION}/{KEYS[5]}"))) == 2
    )
    for rkey in (KEYS[5], ABSENT[0]):
        found = proven(KEPT.proof(f"{COLLECTION}/{far}"), rkey)
        assert isinstance(found, Unproven)
        assert "missing" in found.why


def test_an_old_copy_of_the_repository_proves_no_deletion() -> None:
    old = repository(rev=key_of((1_600_000_000_000_000) << 10), records={})
    found = proven(old.proof(f"{COLLECTION}/{KEYS[5]}"))
    assert isinstance(found, Unproven)
    assert "older than the record" in found.why
    assert isinstance(proven(old.proof(f"{COLLECTION}/self"), "self"), Lacks)


def test_a_revision_from_the_future_proves_nothing() -> None:
    path = f"{COLLECTION}/{KEYS[5]}"
    assert isinstance(proven(KEPT.proof(path), asked_at=ASKED - timedelta(days=2)), Unproven)
    assert isinstance(proven(KEPT.proof(path), asked_at=None), Holds)


@pytest.mark.parametrize(
    "changed",
    [
        {"version": 2},
        {"version": True},
        {"version": "3"},
        {"did": None},
        {"rev": "self"},
        {"rev": 5},
        {"data": None},
        {"data": "bafy"},
        {"prev": 1.5},
        {"sig": b"x" * 63},
        {"sig": "x" * 64},
        {"sig": None},
    ],
    ids=str,
)
def test_malformed_commits(changed: dict[str, Any]) -> None:
    commit = libipld.decode_dag_cbor(KEPT.blocks[KEPT.commit])
    unsigned = {name: value for name, value in (commit | changed).items() if name != "sig"}
    signature = changed.get("sig", KEPT.key.sign(libipld.encode_dag_cbor(unsigned)))
    block = libipld.encode_dag_cbor(unsigned | {"sig": signature})
    rest = blocks_of(KEPT, KEYS[5])[1:]
    found = proven(car(cid_of(block), [(cid_of(block), block), *rest]))
    assert isinstance(found, Unproven) is ("prev" not in changed)


def signed_over(root: dict[str, Any], *more: bytes) -> bytes:
    """A proof with a tree of one's own making, signed as it should be."""
    top = libipld.encode_dag_cbor(root)
    unsigned = {"did": DID, "version": 3, "data": cid_of(top), "rev": REV, "prev": None}
    commit = signed_block(unsigned, KEPT.key.sign(libipld.encode_dag_cbor(unsigned)))
    return car(cid_of(commit), [(cid_of(block), block) for block in (commit, top, *more)])


LEAF = cid_bytes("bafyreie5cvv4h45feadgeuwhbcutmh6t2ceseocckahdoe6uat64zmz454")
LOW = [f"{COLLECTION}/{key}" for key in KEYS if height(f"{COLLECTION}/{key}") == 0]
HIGH = [f"{COLLECTION}/{key}" for key in KEYS if height(f"{COLLECTION}/{key}") == 1]


def entry(key: str | bytes, p: Any = 0, v: Any = LEAF, t: Any = None) -> dict[str, Any]:
    return {"p": p, "k": key.encode() if isinstance(key, str) else key, "v": v, "t": t}


EMPTY = libipld.encode_dag_cbor({"l": None, "e": []})
BELOW = libipld.encode_dag_cbor({"l": None, "e": [entry(LOW[0])]})
MALFORMED: dict[str, dict[str, Any]] = {
    "no members": {},
    "no list": {"l": None, "e": {}},
    "no subtree": {"e": []},
    "a subtree that is none": {"l": "x", "e": [entry(LOW[3])]},
    "an entry that is none": {"l": None, "e": ["x"]},
    "an entry without a subtree": {"l": None, "e": [{"p": 0, "k": LOW[3].encode(), "v": LEAF}]},
    "a value that is none": {"l": None, "e": [entry(LOW[3], v=b"x")]},
    "a key that is text": {"l": None, "e": [entry(LOW[3]) | {"k": LOW[3]}]},
    "more shared than there was": {"l": None, "e": [entry(LOW[3], p=1)]},
    "less than nothing shared": {"l": None, "e": [entry(LOW[3], p=-1)]},
    "true shared": {"l": None, "e": [entry(LOW[3]), entry("x", p=True)]},
    "a key of one part": {"l": None, "e": [entry("self")]},
    "a key of three parts": {"l": None, "e": [entry("a/b/c")]},
    "a key of other characters": {"l": None, "e": [entry(f"{COLLECTION}/a b".encode())]},
    "keys out of order": {"l": None, "e": [entry(LOW[4]), entry(LOW[3])]},
    "a key twice": {"l": None, "e": [entry(LOW[3]), entry(LOW[3])]},
    "keys of two layers": {"l": None, "e": [entry(key) for key in sorted((LOW[3], HIGH[0]))]},
    "a root without keys": {"l": cid_of(BELOW), "e": []},
    "a subtree below the lowest layer": {"l": cid_of(BELOW), "e": [entry(LOW[3])]},
    "a subtree of the wrong layer": {
        "l": cid_of(BELOW),
        "e": [entry(max(k for k in [f"{COLLECTION}/{key}" for key in KEYS] if height(k) > 1))],
    },
    "an empty subtree": {"l": cid_of(EMPTY), "e": [entry(HIGH[-1])]},
}


@pytest.mark.parametrize("root", MALFORMED.values(), ids=MALFORMED)
def test_malformed_trees_prove_nothing_though_signed(root: dict[str, Any]) -> None:
    data = signed_over(root, BELOW, EMPTY)
    found = proven(data, "2222222222222")  # lower than every key: the way leads to the left
    assert isinstance(found, Unproven), found


def test_keys_beyond_what_the_parent_leaves_prove_nothing() -> None:
    first, second = HIGH[0], next(key for key in HIGH if key > HIGH[0])
    stray = next(key for key in LOW if key > second)
    below = libipld.encode_dag_cbor({"l": None, "e": [entry(stray)]})
    between = first[:-1] + chr(ord(first[-1]) + 1)
    data = signed_over({"l": None, "e": [entry(first, t=cid_of(below)), entry(second)]}, below)
    assert isinstance(proven(data, between.rpartition("/")[2]), Unproven)
    good = next((key for key in LOW if first < key < second), None)
    if good is not None:
        below = libipld.encode_dag_cbor({"l": None, "e": [entry(good)]})
        data = signed_over({"l": None, "e": [entry(first, t=cid_of(below)), entry(second)]}, below)
        assert isinstance(proven(data, between.rpartition("/")[2]), Lacks)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x00",
        b"\xff" * 20,
        varint(5) + b"\xa0",
        varint(1) + b"\xa0",
        varint(1) + b"\x80",
        varint(100_000) + b"\xa0" * 100_000,
        b"{}",
        b"<html>",
    ],
    ids=["empty", "no header", "no number", "cut", "an empty map", "a list", "long", "JSON", "a page"],
)
def test_what_is_no_car(data: bytes) -> None:
    assert isinstance(proven(data), Unproven)


def header(**changed: Any) -> bytes:
    head = libipld.encode_dag_cbor({"version": 1, "roots": [KEPT.commit]} | changed)
    return varint(len(head)) + head


@pytest.mark.parametrize(
    "head",
    [
        header(version=2),
        header(roots=[]),
        header(roots=[KEPT.commit] * 2),
        header(roots=["x"]),
        header(roots=KEPT.commit),
    ],
    ids=["version", "no root", "two roots", "a text as root", "no list"],
)
def test_other_headers(head: bytes) -> None:
    good = KEPT.proof(f"{COLLECTION}/{KEYS[5]}")
    assert isinstance(proven(head + good[len(header()) :]), Unproven)
    assert isinstance(proven(header() + good[len(header()) :]), Holds)


def test_bounds() -> None:
    blocks = blocks_of(KEPT, KEYS[5])
    many = [(cid_of(block), block) for n in range(proof.MAX_BLOCKS + 1) for block in [block_of({"n": n})]]
    assert isinstance(proven(car(KEPT.commit, [*blocks, *many])), Unproven)
    assert isinstance(proven(car(KEPT.commit, blocks) + b"\x00" * proof.MAX_CAR), Unproven)
    assert isinstance(proven(car(KEPT.commit, blocks), "not/a key"), Unproven)
    assert isinstance(proven(car(KEPT.commit, blocks), ""), Unproven)
    assert isinstance(proven(car(KEPT.commit, blocks), "\ud800"), Unproven)


@settings(max_examples=60)
@given(st.binary(max_size=400), st.text(max_size=20))
def test_no_bytes_prove_anything(data: bytes, rkey: str) -> None:
    assert isinstance(proven(data, rkey), Unproven)
    assert isinstance(proven(header() + data, rkey), Unproven)


@settings(max_examples=40)
@given(st.sets(st.sampled_from(KEYS), max_size=60), st.sampled_from(KEYS))
@example(set(KEYS[:15]), KEYS[20])  # signed with bytes that read as a CID
def test_a_proof_says_what_the_repository_holds(kept: set[str], rkey: str) -> None:
    own = repository(records={f"{COLLECTION}/{key}": block_of(record(key)) for key in kept})
    found = proven(own.proof(f"{COLLECTION}/{rkey}"), rkey)
    assert isinstance(found, Holds if rkey in kept else Lacks)


# -- facts of the AT Protocol's own interoperability tests (bluesky-social/atproto-interop-tests, CC0)


@pytest.mark.parametrize(
    ("key", "at"),
    [
        ("", 0),
        ("asdf", 0),
        ("blue", 1),
        ("2653ae71", 0),
        ("88bfafc7", 2),
        ("2a92d355", 4),
        ("884976f5", 6),
        ("app.bsky.feed.post/454397e440ec", 4),
        ("app.bsky.feed.post/9adeb165882c", 8),
    ],
)
def test_layers(key: str, at: int) -> None:
    assert layer(key.encode()) == at == height(key)


@pytest.mark.parametrize(
    ("keys", "root"),
    [
        ([], "bafyreie5737gdxlw5i64vzichcalba3z2v5n6icifvx5xytvske7mr3hpm"),
        (["com.example.record/3jqfcqzm3fo2j"], "bafyreibj4lsc3aqnrvphp5xmrnfoorvru4wynt6lwidqbm2623a6tatzdu"),
        (["com.example.record/3jqfcqzm3fx2j"], "bafyreih7wfei65pxzhauoibu3ls7jgmkju4bspy4t2ha2qdjnzqvoy33ai"),
        (
            ["A0/374913", "B1/986427", "C0/451630", "E0/670489", "F1/085263", "G0/765327"],
            "bafyreicraprx2xwnico4tuqir3ozsxpz46qkcpox3obf5bagicqwurghpy",
        ),
        (
            ["A0/374913", "B1/986427", "C0/451630", "D2/269196", "E0/670489", "F1/085263", "G0/765327"],
            "bafyreihvay6pazw3dfa47u5d2tn3rd6pa57sr37bo5bqyvjuqc73ib65my",
        ),
        (
            ["A0/374913", "B0/601692", "C2/014073", "D0/952776", "E0/670489"],
            "bafyreibxh4iztp5l2yshz3ectg2qjpeyprpw2gogao3pvceowpq3k3thya",
        ),
        (
            ["A0/374913", "B2/827649", "C0/451630", "D2/269196"],
            "bafyreign6kxoll35r5f2ske6hjx7vg56aw3jn6r5hcopgrepzafpvohr2a",
        ),
    ],
    ids=len,
)
def test_the_trees_that_proofs_are_made_of(keys: list[str], root: str) -> None:
    kept = repository()
    kept.leaves = [(key, LEAF) for key in keys]
    assert cid_text(kept.tree) == root


MESSAGE = base64.b64decode("oWVoZWxsb2V3b3JsZA==")
P256_KEY = "did:key:zDnaembgSGUhZULN2Caob4HLJPaxBh92N7rtH21TErzqf8HQo"
K256_KEY = "did:key:zQ3shqwJEJyMBsBXCWyCBpUBMqxcon9oHB7mCvx4sSpMdLJwc"


@pytest.mark.parametrize(
    ("key", "signature", "valid"),
    [
        (P256_KEY, "2vZNsG3UKvvO/CDlrdvyZRISOFylinBh0Jupc6KcWoJWExHptCfduPleDbG3rko3YZnn9Lw0IjpixVmexJDegg==", True),
        (K256_KEY, "5WpdIuEUUfVUYaozsi8G0B3cWO09cgZbIIwg1t2YKdUn/FEznOndsz/qgiYb89zwxYCbB71f7yQK5Lr7NasfoA==", True),
        (P256_KEY, "2vZNsG3UKvvO/CDlrdvyZRISOFylinBh0Jupc6KcWoKp7O4VS9giSAah8k5IUbXIW00SuOrjfEqQ9HEkN9JGzw==", False),
        (K256_KEY, "5WpdIuEUUfVUYaozsi8G0B3cWO09cgZbIIwg1t2YKdXYA67MYxYiTMAVfdnkDCMN9S5B3vHosRe07aORmoshoQ==", False),
    ],
    ids=["P-256", "K-256", "P-256 with a high s", "K-256 with a high s"],
)
def test_signatures(key: str, signature: str, valid: bool) -> None:
    found = multikey(key)
    assert found is not None
    raw = base64.b64decode(signature)
    assert found.signed(MESSAGE, raw) is valid
    assert not found.signed(MESSAGE + b"x", raw)
    assert not found.signed(MESSAGE, raw[:-1])
    assert not found.signed(MESSAGE, bytes(64))
    assert not found.signed(MESSAGE, b"\xff" * 64)


@pytest.mark.parametrize(
    ("private", "public"),
    [
        (
            "9085d2bef69286a6cbb51623c8fa258629945cd55ca705cc4e66700396894e0c",
            "zQ3shokFTS3brHcDQrn82RUDfCZESWL1ZdCEJwekUDPQiYBme",
        ),
        (
            "175a232d440be1e0788f25488a73d9416c04b6f924bea6354bf05dd2f1a75133",
            "zQ3shptjE6JwdkeKN4fcpnYQY3m9Cet3NiHdAfpvSUZBFoKBj",
        ),
    ],
)
def test_keys_as_they_are_written(private: str, public: str) -> None:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    point = ec.derive_private_key(int(private, 16), ec.SECP256K1()).public_key()
    found = multikey(public)
    assert found is not None
    assert found.point == point.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.CompressedPoint)


@pytest.mark.parametrize(
    "text", ["", "z", "z1", "did:key:", "u" + K256_KEY[9:], K256_KEY + "0", K256_KEY[:-1], "z" * 500, "z6Mkwrong"]
)
def test_what_is_no_key(text: str) -> None:
    assert multikey(text) is None


def test_base_58() -> None:
    assert base58("z") == b""
    assert base58("z11") == b"\x00\x00"
    assert base58("z2NEpo7TZRRrLZSi2U") == b"Hello World!"
    assert base58("z0") is None


def test_a_point_that_is_none_signs_nothing() -> None:
    key = Key(curve="secp256k1", point=b"\x02" + b"\xff" * 32)
    assert not key.signed(MESSAGE, b"\x01" * 64)


def methods(*entries: dict[str, Any]) -> dict[str, Any]:
    return {"verificationMethod": list(entries)}


OLD = {"id": "#atproto", "type": "EcdsaSecp256r1VerificationKey2019", "controller": DID}


def test_the_key_of_a_document() -> None:
    own = {"id": f"{DID}#atproto", "type": "Multikey", "controller": DID, "publicKeyMultibase": K256_KEY[8:]}
    assert signing_key(DID, methods({"id": "#other"}, own)) == multikey(K256_KEY)
    old = signing_key(DID, methods(OLD | {"publicKeyMultibase": "zxdM8dSstjrpZaRUwBmDvjGXweKuEMVN95A9oJBFjkWMh"}))
    assert old == multikey(P256_KEY)
    for wrong in (
        {},
        methods(own | {"controller": OTHER}),
        methods(own | {"id": f"{OTHER}#atproto"}),
        methods(own | {"type": "JsonWebKey2020"}),
        methods(own | {"publicKeyMultibase": "z"}),
        methods(OLD | {"publicKeyMultibase": "z11"}),
        methods(OLD),
        {"verificationMethod": {}},
    ):
        assert signing_key(DID, wrong) is None


def test_the_signatures_package_is_only_loaded_when_it_is_needed() -> None:
    program = "import sys, archiver.platforms as p; p.platforms(); print('cryptography' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "False"
