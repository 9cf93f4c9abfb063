"""ZIP and tar files of anybody: members are read where they lie, and what is made to take too much is refused."""

from __future__ import annotations

import gzip
import io
import os
import random
import struct
import tarfile
import zipfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.brought import packages
from archiver.brought.packages import Package, gunzipped, tar_package, zip_package
from archiver.errors import InputError, LimitError
from tests.brought.making import tarred, zipped


def everything(name: str) -> bool:
    return True


def contents(package: Package) -> dict[str, bytes]:
    out = {}
    for name in package.wanted():
        with package.open(name) as stream:
            out[name] = stream.read()
    return out


MEMBERS = {"a.txt": b"first", "folder/b.txt": b"second" * 1000, "../../escape.txt": b"third", "/rooted": b"fourth"}


@pytest.mark.parametrize("packed", ["zip", "tar"])
def test_members_are_read_and_nothing_is_written(tmp_path: Path, packed: str) -> None:
    if packed == "zip":
        path, opened = zipped(tmp_path / "it.zip", MEMBERS), zip_package
    else:
        path, opened = tarred(tmp_path / "it.tar", MEMBERS, "w"), tar_package
    with path.open("rb") as file, opened(file, everything, subject="it") as package:
        assert contents(package) == MEMBERS
        assert contents(package) == MEMBERS  # a second time, too
        assert package.names == frozenset(MEMBERS)
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]
    assert not (tmp_path.parent.parent / "escape.txt").exists()


def test_only_what_is_wanted_is_kept(tmp_path: Path) -> None:
    path = tarred(tmp_path / "it.tar", MEMBERS, "w")
    with path.open("rb") as file, tar_package(file, lambda name: name == "a.txt", subject="it") as package:
        assert contents(package) == {"a.txt": b"first"}


def test_links_and_devices_in_a_tar_are_no_files(tmp_path: Path) -> None:
    path = tmp_path / "it.tar"
    with tarfile.open(path, "w") as package:
        for name, kind in (
            ("l", tarfile.SYMTYPE),
            ("h", tarfile.LNKTYPE),
            ("d", tarfile.CHRTYPE),
            ("f", tarfile.DIRTYPE),
        ):
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, "/etc/hostname"
            package.addfile(info)
        info = tarfile.TarInfo("a" * 200)  # GNU writes a long name before the file
        info.size = 3
        package.addfile(info, io.BytesIO(b"abc"))
    with path.open("rb") as file, tar_package(file, everything, subject="it") as read:
        assert list(contents(read).values()) == [b"abc"]


def test_a_bomb_in_a_zip_is_refused_before_it_is_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "EXPANSION_FLOOR", 100_000)
    path = zipped(tmp_path / "it.zip", {"bomb": b"\0" * 1_000_000, "sound": b"abc", "noise": os.urandom(9_000)})
    with path.open("rb") as file, zip_package(file, everything, subject="it") as package:
        with pytest.raises(LimitError, match="bomb expands"), package.open("bomb"):
            pass
        with package.open("sound") as stream:
            assert stream.read() == b"abc"


def test_a_zip_that_lies_about_a_size_gives_no_more_than_it_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = zipped(tmp_path / "it.zip", {"bomb": b"\0" * 1_000_000})
    data = bytearray(path.read_bytes())
    at = data.index(b"PK\x01\x02")
    data[at + 24 : at + 28] = struct.pack("<I", 500)
    with (
        zip_package(io.BytesIO(bytes(data)), everything, subject="it") as package,
        suppress(InputError),
        package.open("bomb") as stream,
    ):
        assert len(stream.read()) <= 500


@pytest.mark.parametrize("wide", [False, True])
def test_a_zip_with_a_directory_without_end_is_refused_before_it_is_read(
    monkeypatch: pytest.MonkeyPatch, wide: bool
) -> None:
    monkeypatch.setattr(packages, "MAX_DIRECTORY", 10_000)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        for number in range(70_000 if wide else 1000):
            package.writestr(f"{number}", b"")
    opened: list[Any] = []
    monkeypatch.setattr(packages.zipfile, "ZipFile", lambda *_: opened.append(1))
    with pytest.raises(LimitError, match="more members"), zip_package(out, everything, subject="it"):
        pass
    assert opened == []


def test_a_directory_whose_size_stands_in_the_longer_record() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        for number in range(66_000):
            package.writestr(f"{number}", b"")
    data = bytearray(out.getvalue())
    at = data.rindex(b"PK\x05\x06")
    data[at + 12 : at + 20] = b"\xff" * 8
    prefixed = io.BytesIO(b"before it" + bytes(data))
    with zip_package(prefixed, lambda name: name.endswith("007"), subject="it") as package:
        assert package.wanted() == [f"{number}007" for number in range(1, 66)]
        with package.open("65007") as stream:
            assert stream.read() == b""
        assert len(package.names) < 2_000


def test_members_that_are_the_same_bytes_count_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A thousand entries of the directory for one member: each is sound by itself."""
    monkeypatch.setattr(packages, "EXPANSION_FLOOR", 100_000)
    data = zipped(tmp_path / "it.zip", {"a.csv": bytes(90_000)}).read_bytes()
    at = data.index(b"PK\1\2")
    entry = data[at : data.index(b"PK\5\6")]
    entries = b"".join(entry.replace(b"a.csv", b"%05d" % number) for number in range(1000))
    end = struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, 1000, 1000, len(entries), at, 0)
    with (
        pytest.raises(LimitError, match="members expand"),
        zip_package(io.BytesIO(data[:at] + entries + end), everything, subject="it"),
    ):
        pass


def test_a_member_that_is_compressed_in_another_way_is_not_read(tmp_path: Path) -> None:
    """Of LZMA and bzip2, Python's reader gives all that a piece stands for at once."""
    path = tmp_path / "it.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_BZIP2) as package:
        package.writestr("a.csv", bytes(1_000_000))
    with (
        path.open("rb") as file,
        zip_package(file, everything, subject="it") as opened,
        pytest.raises(InputError, match="in a way that is not read"),
        opened.open("a.csv"),
    ):
        pass


@pytest.mark.parametrize("size", [b"-0000000001\0", b"0000000001_0", b"\x80" + b"\xff" * 11, b"nothing     "])
def test_a_tar_with_a_size_that_is_none_is_damaged(tmp_path: Path, size: bytes) -> None:
    header = bytearray(tarred(tmp_path / "it.tar", {"a": b"abc"}, "w").read_bytes())
    header[124:136] = size
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header[:512])
    with (
        pytest.raises((InputError, LimitError)),
        tar_package(io.BytesIO(bytes(header)), everything, subject="it") as package,
    ):
        contents(package)


def test_a_bomb_in_gzip_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "EXPANSION_FLOOR", 1_000_000)
    with pytest.raises(LimitError, match="expands"):
        io.BufferedReader(gunzipped(io.BytesIO(gzip.compress(b"\0" * 10_000_000)), "it")).read()
    text = random.Random(1).randbytes(2_000_000)
    assert io.BufferedReader(gunzipped(io.BytesIO(gzip.compress(text)), "it")).read() == text


def test_a_tar_with_entries_without_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "MAX_ENTRIES", 10)
    path = tarred(tmp_path / "it.tar", {str(n): b"" for n in range(20)}, "w")
    with (
        path.open("rb") as file,
        pytest.raises(LimitError, match="more members"),
        tar_package(file, everything, subject="it"),
    ):
        pass


def test_a_large_member_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "MAX_MEMBER", 10)
    path = tarred(tmp_path / "it.tar", {"large": b"0123456789a"}, "w")
    with (
        path.open("rb") as file,
        pytest.raises(LimitError, match="large has more"),
        tar_package(file, everything, subject="it"),
    ):
        pass
    path = zipped(tmp_path / "it.zip", {"large": b"0123456789a"})
    with (
        path.open("rb") as file,
        zip_package(file, everything, subject="it") as package,
        pytest.raises(LimitError, match="large has more"),
        package.open("large"),
    ):
        pass


def test_an_encrypted_member_is_an_error(tmp_path: Path) -> None:
    path = zipped(tmp_path / "it.zip", {"a": b"abc"}, zipfile.ZIP_STORED)
    data = bytearray(path.read_bytes())
    data[data.index(b"PK\x03\x04") + 6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    with (
        zip_package(io.BytesIO(bytes(data)), everything, subject="it") as package,
        pytest.raises(InputError, match="damaged"),
        package.open("a") as stream,
    ):
        stream.read()


SOUND = {"zip": b"", "tar": b""}


@pytest.fixture(scope="module", autouse=True)
def sound(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("sound")
    SOUND["zip"] = zipped(folder / "it.zip", MEMBERS).read_bytes()
    SOUND["tar"] = tarred(folder / "it.tar", MEMBERS, "w").read_bytes()


@given(
    kind=st.sampled_from(["zip", "tar"]),
    cut=st.floats(0, 1),
    changes=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), max_size=6),
)
def test_damage_is_an_input_error_and_nothing_else(kind: str, cut: float, changes: list[tuple[float, int]]) -> None:
    """Whatever bytes of a package are changed or cut: its members, or a typed error."""
    data = bytearray(SOUND[kind])
    for place, value in changes:
        data[min(len(data) - 1, int(place * len(data)))] = value
    opened = zip_package if kind == "zip" else tar_package
    cut_off = io.BytesIO(bytes(data[: int(cut * len(data)) + 1]))
    with suppress(InputError, LimitError), opened(cut_off, everything, subject="it") as package:
        contents(package)
