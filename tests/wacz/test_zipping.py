"""ZIP files of ours are read by others. Invariant: what was added comes back, whatever it is and in whatever order."""

from __future__ import annotations

import io
import zipfile
import zlib
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.wacz.zipping import DEFLATED, STORED, ChangedError, ZipWriter

WHEN = datetime(2026, 3, 1, 12, 0, 30, tzinfo=UTC)


def deflated(data: bytes) -> bytes:
    packer = zlib.compressobj(6, zlib.DEFLATED, -15)
    return packer.compress(data) + packer.flush()


def add(writer: ZipWriter, name: str, data: bytes, method: int = STORED) -> None:
    packed = deflated(data) if method == DEFLATED else data
    writer.add(name, [packed], size=len(packed), crc32=zlib.crc32(data), method=method, plain_size=len(data))


def test_the_bytes_of_a_small_file() -> None:
    out = io.BytesIO()
    writer = ZipWriter(out, WHEN)
    add(writer, "a/b.txt", b"words")
    writer.close()
    assert out.getvalue() == bytes.fromhex("""
        504b0304 1400 0000 0000 0f60 615c 8c1e7d71 05000000 05000000 0700 0000
        612f622e747874 776f726473
        504b0102 1403 1400 0000 0000 0f60 615c 8c1e7d71 05000000 05000000 0700 0000 0000 0000 0000 0000a481 00000000
        612f622e747874
        504b0506 0000 0000 0100 0100 35000000 2a000000 0000
    """)


MEMBERS = st.dictionaries(
    st.from_regex(r"[a-z]{1,8}(/[a-zA-Z0-9._-]{1,12})?", fullmatch=True),
    st.tuples(st.binary(max_size=400), st.sampled_from([STORED, DEFLATED])),
    max_size=6,
)


@given(MEMBERS, st.sampled_from([1 << 32, 200, 1]))
def test_what_was_added_comes_back(members: dict[str, tuple[bytes, int]], wide_from: int) -> None:
    out = io.BytesIO()
    writer = ZipWriter(out, WHEN, wide_from=wide_from)
    for name, (data, method) in members.items():
        add(writer, name, data, method)
    writer.close()
    assert writer.size == len(out.getvalue())
    with zipfile.ZipFile(out) as package:
        assert package.testzip() is None
        assert package.namelist() == list(members)
        for member in package.infolist():
            assert (package.read(member), member.compress_type) == members[member.filename]
            assert member.date_time == (2026, 3, 1, 12, 0, 30)
            assert not member.flag_bits, "no data descriptor"


@pytest.mark.parametrize(
    ("year", "shown"),
    [(1979, (1980, 1, 1, 0, 0, 0)), (1980, (1980, 3, 1, 12, 0, 30)), (2108, (2107, 12, 31, 23, 59, 58))],
)
def test_dates_that_zip_does_not_have(year: int, shown: tuple[int, ...]) -> None:
    out = io.BytesIO()
    writer = ZipWriter(out, WHEN.replace(year=year))
    add(writer, "a", b"")
    writer.close()
    with zipfile.ZipFile(out) as package:
        assert package.infolist()[0].date_time == shown


@pytest.mark.parametrize("given", [b"word", b"wordss", b"Words"])
def test_other_bytes_than_were_announced_are_refused(given: bytes) -> None:
    writer = ZipWriter(io.BytesIO(), WHEN)
    with pytest.raises(ChangedError):
        writer.add("a", [given], size=5, crc32=zlib.crc32(b"words"))


class Reluctant(io.RawIOBase):
    """Takes three bytes at a time, as a pipe may."""

    def __init__(self) -> None:
        self.taken = b""

    def writable(self) -> bool:
        return True

    def write(self, data: memoryview, /) -> int:  # type: ignore[override]
        self.taken += bytes(data[:3])
        return min(3, len(data))


def test_a_stream_that_takes_little_at_a_time_gets_it_all() -> None:
    slow, whole = Reluctant(), io.BytesIO()
    for stream in (slow, whole):
        writer = ZipWriter(stream, WHEN)  # type: ignore[arg-type]
        add(writer, "a", b"many words")
        writer.close()
    assert slow.taken == whole.getvalue()
