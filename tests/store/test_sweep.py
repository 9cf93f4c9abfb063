"""A sweep tells of every record of a sound WARC file where it lies and what it holds, and of every damage.

The invariant for hypothesis: whatever the bytes are, a sweep ends, and gives records and damage and nothing else; cut
anywhere but between two compressed records, a sound file gives damage.
"""

from __future__ import annotations

import gzip
import io
import re
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.errors import LimitError
from archiver.store import sweep as sweep_module
from archiver.store.sweep import Damage, Sweep, SweptRecord
from archiver.store.warcfile import DamagedError, read_record


def record(number: int, block: bytes, *, length: int | None = None, end: bytes = b"\r\n\r\n") -> bytes:
    head = (
        f"WARC/1.1\r\nWARC-Type: resource\r\nWARC-Record-ID: <urn:uuid:{number:08d}-0000-4000-8000-000000000000>\r\n"
        f"WARC-Target-URI: urn:test:{number}\r\nWARC-Date: 2024-01-0{number % 9 + 1}T00:00:00Z\r\n"
        f"Content-Type: text/plain\r\nContent-Length: {len(block) if length is None else length}\r\n\r\n"
    )
    return head.encode() + block + end


BLOCKS = (b"one", b"", bytes(range(256)) * 40, b"\r\n\r\n", b"x" * 300_000)
PLAIN = b"".join(record(number, block) for number, block in enumerate(BLOCKS))
MEMBERS = [gzip.compress(record(number, block), mtime=0) for number, block in enumerate(BLOCKS)]
GZ = b"".join(MEMBERS)


def swept(data: bytes) -> tuple[list[tuple[SweptRecord, bytes | None]], list[Damage]]:
    """The records with their blocks (null where a block is not whole), and the damage."""
    records: list[tuple[SweptRecord, bytes | None]] = []
    damage: list[Damage] = []
    for item in Sweep(io.BytesIO(data), subject="test"):
        if isinstance(item, Damage):
            damage.append(item)
            continue
        try:
            records.append((item, b"".join(item.pieces())))
        except DamagedError:
            records.append((item, None))
    return records, damage


@pytest.mark.parametrize("data", [PLAIN, GZ, MEMBERS[0] + PLAIN])
def test_a_sound_file_gives_each_record_with_its_block_and_no_damage(data: bytes) -> None:
    records, damage = swept(data)
    assert damage == []
    assert [block for _, block in records][-len(BLOCKS) :] == list(BLOCKS)
    assert not any(found.oddities for found, _ in records)


@pytest.mark.parametrize("data", [PLAIN, GZ])
def test_places_are_those_at_which_a_record_can_be_fetched(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a.warc"
    path.write_bytes(data)
    with path.open("rb") as file:
        for item in Sweep(file):
            assert isinstance(item, SweptRecord)
            place = item.finish()
            with path.open("rb") as again:
                raw = read_record(again, place.offset)
                assert raw is not None
                assert raw.fields == item.fields
                assert raw.finish() == place


def test_a_header_comes_as_it_is_and_its_fields_in_order() -> None:
    (item, _), *_ = swept(PLAIN)[0]
    assert item.header + b"one" == PLAIN[: len(item.header) + 3]
    assert item.fields[0] == ("WARC-Type", "resource")
    assert item.record_id == "urn:uuid:00000000-0000-4000-8000-000000000000"
    assert item.version == "WARC/1.1"


def test_a_file_cut_anywhere_is_damaged_but_between_two_compressed_records() -> None:
    small = [gzip.compress(record(n, b"block %d" % n), mtime=0) for n in range(3)]
    borders = {len(b"".join(small[:n])) for n in range(4)}
    whole = b"".join(small)
    for cut in range(len(whole)):
        assert (swept(whole[:cut])[1] == []) == (cut in borders), cut
    plain = [record(n, b"block %d" % n) for n in range(3)]
    borders = {len(b"".join(plain[:n])) for n in range(4)}
    whole = b"".join(plain)
    for cut in range(len(whole)):
        assert (swept(whole[:cut])[1] == []) == (cut in borders), cut


def test_a_flipped_bit_of_the_compressed_data_is_damage_and_the_other_records_are_read() -> None:
    start = len(MEMBERS[0] + MEMBERS[1])
    for at in (start + 1, start + 2, start + 30, start + 100, start + len(MEMBERS[2]) - 6, start + len(MEMBERS[2]) - 1):
        for bit in range(8):
            data = bytearray(GZ)
            data[at] ^= 1 << bit
            records, damage = swept(bytes(data))
            assert damage[0].offset == start, (at, bit)
            ids = {found.record_id for found, _ in records}
            assert {f"urn:uuid:{n:08d}-0000-4000-8000-000000000000" for n in (0, 1, 3, 4)} <= ids


def test_reserved_flags_of_a_gzip_header_are_damage() -> None:
    data = bytearray(GZ)
    data[3] |= 0x40
    assert "flags" in swept(bytes(data))[1][0].problem


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (MEMBERS[0] + b"garbage", "no WARC record"),
        (MEMBERS[0] + b"\n" + MEMBERS[1], "no WARC record"),
        (PLAIN + b"\0\0\0", "no WARC record"),
        (gzip.compress(record(1, b"abc", end=b"")), "two line ends"),
        (gzip.compress(record(1, b"abc", end=b"\r\n")), "two line ends"),
        (gzip.compress(record(1, b"abc", length=2)), "longer than it says"),
        (gzip.compress(record(1, b"abc", length=20)), "shorter than it says"),
        (record(1, b"abc", length=2) + record(2, b"d"), "longer than it says"),
        (record(1, b"abc", length=300) + record(2, b"d"), "breaks off"),
        (record(1, b"abc", length=30) + record(2, b"d"), "longer than it says"),
        (gzip.compress(record(1, b"abc") + record(2, b"d")), "several records in one gzip member"),
        (gzip.compress(PLAIN[:100]) + gzip.compress(PLAIN[100:]), "shorter|does not end|several"),
        (gzip.compress(record(1, b"a" * 99)[:280]) + gzip.compress(record(1, b"a" * 99)[280:]), "several gzip members"),
        (gzip.compress(b"WARC/1.1\r\nWARC-Type: resource\r\n\r\n"), "no Content-Length"),
        (gzip.compress(b"WARC/1.1\r\nContent-Length: -1\r\n\r\n"), "no Content-Length"),
        (gzip.compress(b"WARC/1.1\r\nX: " + b"a" * 2_000_000), "header does not end"),
        (gzip.compress(b"WARC/1.1\r\n" + b"a:\n" * 100_000 + b"\r\n"), "more than 4096 lines"),
        (b"not a WARC file at all", "no WARC record"),
    ],
)
def test_what_is_wrong_is_said(data: bytes, problem: str) -> None:
    damage = swept(data)[1]
    assert any(re.search(problem, found.problem) for found in damage), damage


def test_records_behind_a_wrong_length_are_read() -> None:
    for length in (0, 2, 30, 300):
        records, damage = swept(record(1, b"abc", length=length) + record(2, b"second"))
        assert damage[0].offset == 0
        assert records[-1][1] == b"second"


def test_several_records_in_one_member_are_all_read_and_cannot_be_fetched_alone() -> None:
    records, damage = swept(gzip.compress(PLAIN))
    assert [block for _, block in records] == list(BLOCKS)
    assert [found.lost for found in damage] == [False]
    assert {found.finish().length for found, _ in records} == {0}


def test_more_line_ends_than_needed_are_odd_and_no_damage() -> None:
    records, damage = swept(record(1, b"abc", end=b"\r\n\r\n\r\n") + record(2, b"d"))
    assert damage == []
    assert [len(found.oddities) for found, _ in records] == [1, 0]


def test_a_block_that_is_not_read_by_the_caller_is_passed_over() -> None:
    assert [type(item) for item in Sweep(io.BytesIO(GZ))] == [SweptRecord] * len(BLOCKS)


def test_data_that_expands_too_far_stops_it() -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    bomb = packer.compress(record(1, b"", length=1 << 30, end=b""))
    bomb += b"".join(packer.compress(bytes(1 << 20)) for _ in range(100)) + packer.flush()
    with pytest.raises(LimitError):
        swept(bomb)
    with pytest.raises(LimitError):
        for _ in Sweep(io.BytesIO(bomb)):
            pass


def test_damage_without_end_is_not_followed_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweep_module, "MAX_DAMAGES", 10)
    bad = gzip.compress(b"WARC/1.1\r\n\r\n")
    damage = swept(bad * 100)[1]
    assert len(damage) == 11
    assert "not looked at" in damage[-1].problem


@given(
    st.lists(
        st.one_of(st.binary(max_size=40), st.sampled_from([*MEMBERS[:4], PLAIN[:200], PLAIN[300:700]])), max_size=6
    )
)
def test_any_bytes_end_in_records_and_damage(parts: list[bytes]) -> None:
    data = b"".join(parts)
    records, damage = swept(data)
    assert all(0 <= found.offset <= len(data) for found in damage)
    assert len(records) <= 40
