"""Records as bytes. Invariant: there is exactly one way to write each value, and whatever is written another way, or is
cut or damaged, is not read."""

from __future__ import annotations

import base64
import json
import math
from pathlib import Path
from typing import Any

import libipld
import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.platforms.bluesky.cid import RAW, SHA_256, Cid, known, read_varint
from archiver.platforms.bluesky.consistency import content_id
from archiver.platforms.bluesky.dag_cbor import MAX_DEPTH, MAX_SIZE, DagCborError, Value, decode, encode, from_json

LINK = "bafyreidfayvfuwqa7qlnopdjiqrxzs6blmoeu4rujcjtnci5beludirz2a"
PICTURE = "bafkreiccldh766hwcnuxnf2wh6jgzepf2nlu2lvcllt63eww5p6chi4ity"

# Facts of the AT Protocol's own interoperability tests (data-model-fixtures.json): a record, its bytes, its hash.
INTEROP = [
    (
        {
            "a": {"$link": LINK},
            "b": {"$bytes": "nFERjvLLiw9qm45JrqH9QTzyC2Lu1Xb4ne6+sBrCzI0"},
            "c": {"$type": "blob", "ref": {"$link": PICTURE}, "mimeType": "image/jpeg", "size": 10000},
        },
        (
            "o2Fh2CpYJQABcRIgZQYqWloA/BbXPGlEI3zLwVscSnI0SJM2iR0JF0GiOdBhYlggnFERjvLLiw9qm45JrqH9QTzyC2Lu1Xb4ne6+sBrCzI1hY6"
            "RjcmVm2CpYJQABVRIgQljP/3j2E2l2l1Y/kmyR5dNXTS6iWuftktbr/COjiJ5kc2l6ZRknEGUkdHlwZWRibG9iaG1pbWVUeXBlamltYWdlL2pw"
            "ZWc="
        ),
        "bafyreihldkhcwijkde7gx4rpkkuw7pl6lbyu5gieunyc7ihactn5bkd2nm",
    ),
    (
        {
            "a": {
                "b": [
                    {
                        "d": [{"$link": LINK}, {"$link": LINK}],
                        "e": [
                            {"$bytes": "nFERjvLLiw9qm45JrqH9QTzyC2Lu1Xb4ne6+sBrCzI0"},
                            {"$bytes": "iE+sPoHobU9tSIqGI+309LLCcWQIRmEXwxcoDt19tas"},
                        ],
                    }
                ]
            }
        },
        (
            "oWFhoWFigaJhZILYKlglAAFxEiBlBipaWgD8Ftc8aUQjfMvBWxxKcjRIkzaJHQkXQaI50NgqWCUAAXESIGUGKlpaAPwW1zxpRCN8y8FbHEpyNEiT"
            "NokdCRdBojnQYWWCWCCcURGO8suLD2qbjkmuof1BPPILYu7Vdvid7r6wGsLMjVggiE+sPoHobU9tSIqGI+309LLCcWQIRmEXwxcoDt19tas="
        ),
        "bafyreid3imdulnhgeytpf6uk7zahjvrsqlofkmm5b5ub2maw4kqus6jp4i",
    ),
]

WRITTEN: list[tuple[Value, str]] = [
    (None, "f6"),
    (False, "f4"),
    (True, "f5"),
    (0, "00"),
    (23, "17"),
    (24, "1818"),
    (255, "18ff"),
    (256, "190100"),
    (65535, "19ffff"),
    (65536, "1a00010000"),
    ((1 << 32) - 1, "1affffffff"),
    (1 << 32, "1b0000000100000000"),
    ((1 << 64) - 1, "1bffffffffffffffff"),
    (-1, "20"),
    (-24, "37"),
    (-25, "3818"),
    (-(1 << 64), "3bffffffffffffffff"),
    (1.5, "fb3ff8000000000000"),
    (-0.0, "fb8000000000000000"),
    ("", "60"),
    ("é", "62c3a9"),
    (b"", "40"),
    (b"\x01\x02", "420102"),
    ([], "80"),
    ([1, [2]], "82018102"),
    ({}, "a0"),
    ({"b": 1, "aa": 2, "a": 3}, "a361610361620162616102"),
    (Cid.parse(LINK), "d82a5825000171122065062a5a5a00fc16d73c6944237ccbc15b1c4a7234489336891d091741a239d0"),
]

REFUSED = {
    "nothing": "",
    "a number in two bytes that fits in one": "1817",
    "a number in three bytes that fits in two": "1900ff",
    "a number in five bytes that fits in three": "1a0000ffff",
    "a number in nine bytes that fits in five": "1b00000000ffffffff",
    "a negative number in two bytes that fits in one": "3817",
    "a length in two bytes that fits in one": "580101",
    "a text's length in two bytes that fits in one": "780161",
    "a list's length in two bytes that fits in one": "980101",
    "a map's length in two bytes that fits in one": "b801616101",
    "a list of unsaid length": "9f01ff",
    "a map of unsaid length": "bf616101ff",
    "bytes of unsaid length": "5f4101ff",
    "a text of unsaid length": "7f6161ff",
    "a break": "ff",
    "reserved": "1c",
    "undefined": "f7",
    "another simple value": "e0",
    "a simple value in two bytes": "f818",
    "false in two bytes": "f814",
    "a float of 16 bits": "f93c00",
    "a float of 32 bits": "fa3f800000",
    "no number": "fb7ff8000000000000",
    "infinity": "fb7ff0000000000000",
    "keys out of order": "a2616201616101",
    "a longer key before a shorter": "a262616101616102",
    "a key twice": "a2616101616102",
    "a number as key": "a10102",
    "bytes as key": "a1416101",
    "text that is not UTF-8": "61ff",
    "half of a surrogate pair": "63eda080",
    "another tag": "c001",
    "tag 42 in three bytes": "d9002a5825000171122065062a5a5a00fc16d73c6944237ccbc15b1c4a7234489336891d091741a239d0",
    "a link that is text": "d82a6161",
    "a link without its NUL": "d82a5824" + Cid.parse(LINK).raw.hex(),
    "an empty link": "d82a4100",
    "a link with bytes behind it": "d82a582600" + Cid.parse(LINK).raw.hex() + "00",
    "a link of version 0": "d82a582300" + "1220" + "00" * 32,
    "bytes behind the value": "0000",
    "a list that is cut": "8201",
    "a list that claims too much": "9b00000000ffffffff",
    "a map that claims too much": "bb00000000ffffffff",
    "bytes that are cut": "4201",
    "a text that is cut": "626a",
    "a head that is cut": "19ff",
}


@pytest.mark.parametrize(("record", "written", "cid"), INTEROP, ids=["a blob", "deep"])
def test_interoperability(record: dict[str, Any], written: str, cid: str) -> None:
    block = base64.b64decode(written)
    assert encode(from_json(record)) == block
    assert decode(block) == from_json(record)
    assert str(Cid.of(block)) == cid == content_id(record)


@pytest.mark.parametrize(("value", "written"), WRITTEN, ids=[written[:12] for _, written in WRITTEN])
def test_literal_bytes(value: Value, written: str) -> None:
    assert encode(value).hex() == written
    found = decode(bytes.fromhex(written))
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize("written", REFUSED.values(), ids=REFUSED)
def test_what_is_no_dag_cbor(written: str) -> None:
    with pytest.raises(DagCborError):
        decode(bytes.fromhex(written))


@pytest.mark.parametrize(
    "value",
    [
        1 << 64,
        -(1 << 64) - 1,
        math.nan,
        math.inf,
        "\ud800",
        {"\udfff": 1},
        {1: 2},
        {1, 2},
        (1, 2),
        object(),
        b"x" * (MAX_SIZE + 1),
    ],
    ids=lambda value: str(value).partition(" at 0x")[0][:60],
)
def test_what_has_no_form(value: Any) -> None:
    with pytest.raises(DagCborError):
        encode(value)


def test_depth_is_bounded() -> None:
    deep: Any = 1
    for _ in range(MAX_DEPTH):
        deep = [deep]
    assert decode(encode(deep)) == deep
    with pytest.raises(DagCborError):
        encode([deep])
    with pytest.raises(DagCborError):
        decode(b"\x81" * (MAX_DEPTH + 1) + b"\x01")
    with pytest.raises(DagCborError):
        from_json([deep])
    with pytest.raises(DagCborError):
        decode(b"\x81" * 1_000_000)
    with pytest.raises(DagCborError):
        decode(b"\x00" * (MAX_SIZE + 1))


@pytest.mark.parametrize(
    "record",
    [
        {"a": {"$link": LINK, "b": 1}},
        {"a": {"$link": 5}},
        {"a": {"$link": "."}},
        {"a": {"$link": LINK.upper()}},
        {"a": {"$bytes": [1]}},
        {"a": {"$bytes": "AA", "b": 1}},
        {"a": {"$bytes": "?"}},
        {"a": {"$bytes": "A"}},
        {"a": object()},
    ],
    ids=lambda value: str(value).partition(" at 0x")[0][:60],
)
def test_malformed_json_has_no_hash(record: dict[str, Any]) -> None:
    assert content_id(record) is None
    with pytest.raises(DagCborError):
        from_json(record)


def test_bytes_are_read_with_and_without_their_end() -> None:
    assert from_json({"$bytes": "AQ"}) == from_json({"$bytes": "AQ=="}) == b"\x01"


cids = st.builds(
    lambda digest, codec: Cid(bytes((1, codec, SHA_256, 32)) + digest),
    st.binary(min_size=32, max_size=32),
    st.sampled_from([0x71, RAW]),
)
scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(1 << 64), (1 << 64) - 1)
    | st.floats(allow_nan=False, allow_infinity=False).map(lambda number: number + 0.0)  # the other one has no -0.0
    | st.text()
    | st.binary()
    | cids
)
values = st.recursive(scalars, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20)


def theirs(value: Any) -> Any:
    """A value as the other program takes it: its links are bytes."""
    if isinstance(value, Cid):
        return value.raw
    if isinstance(value, dict):
        return {key: theirs(entry) for key, entry in value.items()}
    return [theirs(entry) for entry in value] if isinstance(value, list) else value


def is_link(value: Any) -> bool:
    """Whether the other program would take these bytes for a link: it has one type for both."""
    if isinstance(value, bytes):
        try:
            libipld.decode_cid(value)
        except ValueError:
            return False
        return True
    if isinstance(value, dict):
        return any(is_link(entry) for entry in value.values())
    return isinstance(value, list) and any(is_link(entry) for entry in value)


@given(values)
def test_what_is_written_is_read_again(value: Value) -> None:
    written = encode(value)
    assert encode(decode(written)) == written
    assert decode(written) == value


@given(values)
def test_another_program_writes_the_same(value: Value) -> None:
    if not is_link(value):
        assert libipld.encode_dag_cbor(theirs(value)) == encode(value)
        assert libipld.decode_dag_cbor(encode(value)) == theirs(value)


@given(
    st.binary(max_size=60)
    | values.map(encode).flatmap(
        lambda data: st.integers(0, max(0, len(data) - 1)).map(
            lambda at: data[:at] + bytes((data[at] ^ 1,)) + data[at + 1 :]
        )
    )
)
def test_whatever_is_read_has_that_one_form(data: bytes) -> None:
    try:
        value = decode(data)
    except DagCborError:
        return
    assert encode(value) == data
    if not is_link(value):
        # what we read, the other program reads too, and as the same: we are the stricter one
        assert libipld.decode_dag_cbor(data) == theirs(value)


def test_recorded_records_have_the_hash_that_was_recorded(recordings: Path) -> None:
    found = 0
    for file in sorted((recordings / "bluesky").rglob("*.json")):
        data = json.loads(file.read_text("utf-8"))
        for record, cid in hashed(data):
            if cid.startswith("bafy") and "lexicon" not in str(file) and "handmade" not in str(file):
                found += 1
                assert content_id(record) == cid, file
    assert found > 30


def hashed(data: Any) -> list[tuple[Any, str]]:
    """Every record in an answer that stands beside its hash."""
    if isinstance(data, list):
        return [found for entry in data for found in hashed(entry)]
    if not isinstance(data, dict):
        return []
    own = [data[name] for name in ("record", "value") if isinstance(data.get(name), dict) and "$type" in data[name]]
    return [(record, data["cid"]) for record in own if isinstance(data.get("cid"), str)] + hashed(list(data.values()))


# -- CIDs


@pytest.mark.parametrize(
    "text",
    [
        "",
        "b",
        "bafy",
        LINK[:-1],
        LINK + "a",
        LINK.upper(),
        "z" + LINK[1:],
        LINK[:-1] + "b",  # a bit beyond the end
        "QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWnPbdG",
        "bafyreidfayvfuwqa7qlnopdjiqrxzs6blmoeu4rujcjtnci5beludirz2 ",
        "b" + "a" * 60,
    ],
)
def test_what_is_no_cid(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        Cid.parse(text)
    assert known(text) is None


def test_a_cid_says_what_it_is_of() -> None:
    link, picture = Cid.parse(LINK), Cid.parse(PICTURE)
    assert (str(link), link.codec, link.hash_code, link.plain) == (LINK, 0x71, SHA_256, True)
    assert (str(picture), picture.codec) == (PICTURE, RAW)
    assert Cid.of(b"x").names(b"x")
    assert not Cid.of(b"x").names(b"y")
    assert not Cid(b"\x01\x71\x11\x14" + b"0" * 20).names(b"x")  # SHA-1
    assert known(f" {LINK} ") == LINK
    assert known(5) is None


@pytest.mark.parametrize("data", [b"", b"\x80", b"\x80\x00", b"\xff" * 10])
def test_malformed_numbers(data: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        read_varint(data, 0)


def test_numbers() -> None:
    assert read_varint(b"\x00", 0) == (0, 1)
    assert read_varint(b"\x7f", 0) == (127, 1)
    assert read_varint(b"-\x80\x24", 1) == (0x1200, 3)
