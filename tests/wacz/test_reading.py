"""A ZIP file of anybody: what is sound is read as Python's own reader reads it; what could deceive is told.

The invariant for hypothesis: whatever the bytes are, opening and reading them ends in members, `InputError` or
`LimitError`.
"""

from __future__ import annotations

import hashlib
import io
import struct
import zipfile
import zlib
from contextlib import suppress
from pathlib import Path
from typing import IO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.errors import InputError, LimitError
from archiver.wacz import reading
from archiver.wacz.reading import Package

CONTENT = {"archive/a.warc.gz": b"packed" * 5000, "pages/pages.jsonl": b'{"url":1}\n', "empty": b"", "größe.txt": b"x"}


def made(method: int = zipfile.ZIP_DEFLATED, content: dict[str, bytes] = CONTENT) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as package:
        for name, data in content.items():
            package.writestr(name, data)
    return out.getvalue()


def opened(data: bytes, *, strict: bool = False) -> Package:
    return Package(io.BytesIO(data), subject="a.wacz", strict=strict)


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_a_sound_file(method: int) -> None:
    package = opened(made(method), strict=True)
    assert package.flaws == package.oddities == []
    assert {member.name: package.read(member.name, 1 << 20) for member in package.members} == CONTENT
    for name, data in CONTENT.items():
        assert package.measure(name) == (len(data), "sha256:" + hashlib.sha256(data).hexdigest())
        with package.seekable(name) as stream:
            stream.seek(3)
            assert stream.read() == data[3:]


def test_members_written_to_a_pipe_have_their_sizes_behind_them() -> None:
    class Pipe(io.RawIOBase):
        def __init__(self) -> None:
            self.data = b""

        def writable(self) -> bool:
            return True

        def write(self, data: object) -> int:
            self.data += bytes(data)  # type: ignore[call-overload]
            return len(data)  # type: ignore[arg-type]

    pipe = Pipe()
    target: IO[bytes] = pipe  # type: ignore[assignment]
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in CONTENT.items():
            package.writestr(name, data)
    assert opened(pipe.data).flaws == []
    assert opened(pipe.data).read("archive/a.warc.gz", 1 << 20) == CONTENT["archive/a.warc.gz"]


@pytest.mark.parametrize(("size", "flaws"), [(0, 0), (len(CONTENT["archive/a.warc.gz"]), 0), (7, 1)])
def test_a_size_that_is_known_before_it_is_written_to_a_pipe(size: int, flaws: int) -> None:
    """Info-ZIP's `zip -r - .` gives the size in a member's own header, and its checksum and packed size behind it."""
    data = bytearray(made(content={"archive/a.warc.gz": CONTENT["archive/a.warc.gz"]}))
    directory = data.rindex(b"PK\1\2")
    for flags in (6, directory + 8):
        data[flags] |= reading.DESCRIPTOR
    data[14:26] = struct.pack("<3L", 0, 0, size)
    assert len(opened(bytes(data)).flaws) == flaws


def test_zip64() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package, package.open("a", "w", force_zip64=True) as member:
        member.write(b"content")
    assert opened(out.getvalue(), strict=True).read("a", 100) == b"content"


def test_more_than_65535_members(monkeypatch: pytest.MonkeyPatch) -> None:
    names = {f"{number:x}": b"" for number in range(70_000)}
    data = made(zipfile.ZIP_STORED, names)
    monkeypatch.setattr(reading, "MAX_MEMBERS", 70_000)
    assert len(opened(data).members) == 70_000
    monkeypatch.setattr(reading, "MAX_MEMBERS", 60_000)
    with pytest.raises(LimitError):
        opened(data)


def test_a_directory_that_lies_about_its_members_is_bounded_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MAX_MEMBERS", 10)
    data = bytearray(made(zipfile.ZIP_STORED, {f"{number}": b"" for number in range(50)}))
    end = data.rindex(b"PK\5\6")
    data[end + 8 : end + 12] = struct.pack("<HH", 1, 1)
    with pytest.raises(LimitError):
        opened(bytes(data))


def test_overlapping_members_are_told_before_anything_is_unpacked() -> None:
    kernel = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = kernel.compress(bytes(1 << 20)) + kernel.flush()
    crc32 = zlib.crc32(bytes(1 << 20))

    def entries(count: int) -> bytes:
        local = (
            struct.pack("<4sHHHHHIIIHH", b"PK\3\4", 20, 0, 8, 0, 0x21, crc32, len(packed), 1 << 20, 1, 0)
            + b"0"
            + packed
        )
        directory = b"".join(
            struct.pack(
                "<4sHHHHHHIIIHHHHHII",
                b"PK\1\2",
                20,
                20,
                0,
                8,
                0,
                0x21,
                crc32,
                len(packed),
                1 << 20,
                len(name),
                *(0,) * 6,
            )
            + name
            for name in (str(number).encode() for number in range(count))
        )
        end = struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, count, count, len(directory), len(local), 0)
        return local + directory + end

    assert any("share bytes" in flaw for flaw in opened(entries(3)).flaws)
    with pytest.raises(InputError):
        opened(entries(3), strict=True)
    with pytest.raises(LimitError):
        opened(entries(1000))


@pytest.mark.parametrize(
    "name", ["../a", "/a", "a/../../b", "C:a", "..\\a", "a\\..\\..\\b", "\\\\host\\a"], ids=lambda name: repr(name)
)
def test_a_name_that_leads_out(name: str) -> None:
    package = opened(made(content={name: b"x"}))
    assert "leads out" in package.flaws[0]
    with pytest.raises(InputError, match="leads out"):
        opened(made(content={name: b"x"}), strict=True)


def with_unicode_name(raw: bytes, other: str) -> bytes:
    """A member of this name without the flag that it is UTF-8, and with an extra field that has it in Unicode."""
    value = struct.pack("<BI", 1, zlib.crc32(raw)) + other.encode()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        info = zipfile.ZipInfo("n" * len(raw))
        info.extra = struct.pack("<HH", 0x7075, len(value)) + value
        package.writestr(info, b"words")
    return out.getvalue().replace(b"n" * len(raw), raw)


def test_a_name_in_unicode_beside_one_that_is_not() -> None:
    package = opened(with_unicode_name("größe.txt".encode("cp437"), "größe.txt"), strict=True)
    assert [member.name for member in package.members] == ["größe.txt"]
    package = opened(with_unicode_name("größe.txt".encode("cp850"), "größe.txt"), strict=True)
    assert [member.name for member in package.members] == ["größe.txt"]


def test_another_name_beside_one_that_needs_none() -> None:
    """Two readers would see two files: Python itself takes the one name until 3.12, the other from 3.13 on."""
    package = opened(with_unicode_name(b"one.txt", "other.txt"))
    assert [member.name for member in package.members] == ["one.txt"]
    assert package.flaws == ["'one.txt' is called 'other.txt', too"]
    with pytest.raises(InputError, match="is called"):
        opened(with_unicode_name(b"one.txt", "other.txt"), strict=True)
    assert opened(with_unicode_name(b"one.txt", "one.txt"), strict=True).flaws == []


def test_a_name_twice() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        package.writestr("a", b"first")
        with pytest.warns(UserWarning, match="Duplicate"):
            package.writestr("a", b"second")
    with pytest.raises(InputError, match="two members"):
        opened(out.getvalue(), strict=True)


@pytest.mark.parametrize(("before", "behind"), [(b"#!/bin/sh\n", b""), (b"", b"more"), (b"PK\3\4", b"\0" * 100)])
def test_bytes_around_it_are_told_and_do_not_keep_it_from_being_read(before: bytes, behind: bytes) -> None:
    package = opened(before + made() + behind, strict=True)
    assert len(package.flaws) == bool(before) + bool(behind)
    assert package.read("archive/a.warc.gz", 1 << 20) == CONTENT["archive/a.warc.gz"]


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_a_flipped_bit_is_found_when_the_member_is_read(method: int) -> None:
    data = made(method)
    start = data.index(b"archive/a.warc.gz") + 17
    for at in range(start, start + 60):
        altered = bytearray(data)
        altered[at] ^= 0x10
        package = opened(bytes(altered))
        with pytest.raises(InputError):
            package.measure("archive/a.warc.gz")


@pytest.mark.parametrize(
    ("field", "value", "word"),
    [(8, b"\1", "encrypted"), (10, b"\x0c", "compressed in a way"), (24, b"\1\0\0\0", "longer"), (16, b"\1\1", "CRC")],
)
def test_a_member_that_is_not_what_the_directory_says(field: int, value: bytes, word: str) -> None:
    data = bytearray(made())
    entry = data.index(b"PK\1\2")
    data[entry + field : entry + field + len(value)] = value
    package = opened(bytes(data))
    assert package.flaws
    with pytest.raises(InputError, match=word):
        package.measure("archive/a.warc.gz")


def test_a_member_that_says_it_expands_too_far() -> None:
    data = bytearray(made())
    for mark, field in ((b"PK\1\2", 24), (b"PK\3\4", 22)):
        at = data.index(mark)
        data[at + field : at + field + 4] = struct.pack("<I", 1 << 30)
    with pytest.raises(LimitError):
        opened(bytes(data))


def test_cut_anywhere_it_is_damaged() -> None:
    data = made()
    for cut in range(len(data)):
        with suppress(InputError):
            assert opened(data[:cut]).flaws, cut


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No such file"):
        Package.open(tmp_path / "a.wacz")


@given(st.data())
def test_any_bytes_end_in_members_or_a_typed_error(data: st.DataObject) -> None:
    altered = bytearray(made())
    for _ in range(data.draw(st.integers(0, 6))):
        at = data.draw(st.integers(0, len(altered) - 1))
        altered[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=4))
    with suppress(InputError, LimitError):
        package = opened(bytes(altered))
        for member in package.members:
            with suppress(InputError, LimitError):
                package.measure(member.name)
