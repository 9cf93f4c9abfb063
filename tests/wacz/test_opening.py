"""A package as an archive: which of its files are read, which digests are compared, and what bounds there are."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import zipfile
from collections.abc import Iterable
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest

from archiver.capture.packed import file_as_archive
from archiver.errors import ArchiveError, InputError, LimitError
from archiver.model import Observation, State
from archiver.store import Archive
from archiver.store.conclusions import observation_conclusion
from archiver.wacz import opening
from archiver.wacz.inplace import MemberPath
from archiver.wacz.opening import archive_of_package
from archiver.wacz.reading import Package

AT = datetime(2024, 5, 6, 9, 30, tzinfo=UTC)
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


def warc(word: str) -> bytes:
    """A WARC file of one record."""
    block = word.encode()
    head = (
        f"WARC/1.1\r\nWARC-Type: resource\r\nWARC-Record-ID: <urn:x:{word}>\r\nWARC-Date: 2024-05-06T09:30:00Z\r\n"
        f"WARC-Target-URI: https://{word}.example/\r\nContent-Type: text/plain\r\nContent-Length: {len(block)}\r\n\r\n"
    )
    return gzip.compress(head.encode() + block + b"\r\n\r\n", mtime=0)


def sha256(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def packed(
    path: Path, members: Iterable[tuple[str, bytes]], *, method: int = zipfile.ZIP_STORED, description: object = None
) -> Path:
    """A package; `description`: of its `datapackage.json`, else it names no resources."""
    with zipfile.ZipFile(path, "w", method) as package:
        for name, data in members:
            package.writestr(name, data)
        text = description if isinstance(description, str) else json.dumps(description or {"resources": []})
        package.writestr("datapackage.json", text)
    return path


def opened(path: Path) -> list[str]:
    """The addresses that an archive of the package has captures of."""
    folder = path.parent / f"folder-{len(list(path.parent.iterdir()))}"
    folder.mkdir()
    with archive_of_package(path, folder) as archive:
        return sorted(row.uri for row in archive.catalogue.captured_uris())


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("written", [str.lower, str.upper])
def test_each_member_is_compared_with_its_own_digest(tmp_path: Path, method: int, written: object) -> None:
    one, two = warc("one"), warc("two")

    def described(*digests: str) -> object:
        names = ("archive/one.warc.gz", "archive/two.warc.gz")
        upper = [digest.upper() if written is str.upper else digest for digest in digests]
        return {"resources": [{"path": name, "hash": digest} for name, digest in zip(names, upper, strict=True)]}

    members = [("archive/one.warc.gz", one), ("archive/two.warc.gz", two)]
    sound = packed(tmp_path / "a.wacz", members, method=method, description=described(sha256(one), sha256(two)))
    assert opened(sound) == ["https://one.example/", "https://two.example/"]
    swapped = packed(tmp_path / "b.wacz", members, method=method, description=described(sha256(two), sha256(one)))
    with pytest.raises(InputError, match=r"one\.warc\.gz does not match"):
        opened(swapped)
    last = packed(tmp_path / "c.wacz", members, method=method, description=described(sha256(one), sha256(one)))
    with pytest.raises(InputError, match=r"two\.warc\.gz does not match"):
        opened(last)


@pytest.mark.parametrize(
    "description",
    ["{", "[]", "3", '"resources"', '{"resources": 3}', '{"resources": [3]}', '{"resources": [{"path": "x"}]}',
     '{"resources": [{"path": "archive/one.warc.gz", "hash": "md5:00"}]}', "[" * 20_000],
)  # fmt: skip
def test_a_description_that_says_nothing_of_digests(tmp_path: Path, description: str) -> None:
    path = packed(tmp_path / "a.wacz", [("archive/one.warc.gz", warc("one"))], description=description)
    assert opened(path) == ["https://one.example/"]


@pytest.mark.parametrize("method", METHODS)
def test_only_what_lies_in_its_folder_is_read(tmp_path: Path, method: int) -> None:
    members = [
        ("archive/one.warc.gz", warc("one")), ("two.warc.gz", warc("two")), ("other/three.warc.gz", warc("three")),
        ("archive/deeper/four.warc.gz", warc("four")), ("archive/five.txt", warc("five")),
        ("archive/SIX.WARC.GZ", warc("six")),
    ]  # fmt: skip
    assert opened(packed(tmp_path / "a.wacz", members, method=method)) == [
        "https://one.example/",
        "https://six.example/",
    ]
    with pytest.raises(InputError, match="no WARC file in it"):
        opened(packed(tmp_path / "b.wacz", members[1:5], method=method))


def test_the_number_of_files_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "MAX_FILES", 2)
    members = [(f"archive/{word}.warc.gz", warc(word)) for word in ("one", "two", "three")]
    assert len(opened(packed(tmp_path / "a.wacz", members[:2]))) == 2
    with pytest.raises(LimitError):
        opened(packed(tmp_path / "b.wacz", members))


def test_what_is_unpacked_is_bounded_altogether(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    members = [(f"archive/{word}.warc.gz", warc(word)) for word in ("one", "two")]
    sizes = [len(data) for _, data in members]
    packages = [packed(tmp_path / f"{method}.wacz", members, method=method) for method in METHODS]
    monkeypatch.setattr(opening, "MAX_UNPACKED", sum(sizes))
    assert len(opened(packages[1])) == 2
    monkeypatch.setattr(opening, "MAX_UNPACKED", sum(sizes) - 1)
    with pytest.raises(LimitError):
        opened(packages[1])
    monkeypatch.setattr(opening, "MAX_UNPACKED", 1)
    assert len(opened(packages[0])) == 2  # what is read where it lies takes no room


def test_no_member_takes_the_place_of_another(tmp_path: Path) -> None:
    """As `A.warc.gz` would that of `a.warc.gz` on a disk where case does not count."""
    path = packed(tmp_path / "a.wacz", [("archive/one.warc.gz", warc("one"))], method=zipfile.ZIP_DEFLATED)
    (tmp_path / "one.warc.gz").write_bytes(b"another")
    with pytest.raises(ArchiveError, match="cannot be unpacked"):
        archive_of_package(path, tmp_path)
    assert (tmp_path / "one.warc.gz").read_bytes() == b"another"


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_members_of_one_name_are_refused(tmp_path: Path) -> None:
    members = [("archive/one.warc.gz", warc("one")), ("archive/one.warc.gz", warc("two"))]
    with pytest.raises(InputError, match="two members of the name"):
        opened(packed(tmp_path / "a.wacz", members))


def test_a_file_as_an_archive_says_that_nobody_vouches_for_what_it_concludes(tmp_path: Path) -> None:
    """Also where it holds nothing but looks at posts."""

    def warned(path: Path) -> bool:
        with ExitStack() as stack:
            archive = stack.enter_context(file_as_archive(path, stack))
            return any("nobody vouches for it" in warning for warning in archive.warnings)

    look = Observation(
        platform="x", post_id="1", url="https://x.com/a/status/1", state=State.LIVE, seen_at=AT, how="x", reason="x"
    )  # fmt: skip
    assert not warned(packed(tmp_path / "a.wacz", [("archive/one.warc.gz", warc("one"))]))
    with Archive.open(tmp_path / "harbour", write=True, clock=lambda: AT) as archive, archive.session() as session:
        session.write_conclusion(observation_conclusion(look))
    (segment,) = (tmp_path / "harbour" / "archive").glob("*.warc.gz")
    assert warned(segment)
    assert warned(packed(tmp_path / "b.wacz", [(f"archive/{segment.name}", segment.read_bytes())]))


class TestMemberPath:
    def member(self, path: Path, method: int = zipfile.ZIP_STORED) -> MemberPath:
        members = [("archive/one.warc.gz", warc("one")), ("archive/two.warc.gz", warc("two"))]
        with Package.open(packed(path, members, method=method)) as package:
            return MemberPath.of(path, package.members[0])

    def test_its_bytes_and_no_others(self, tmp_path: Path) -> None:
        path = self.member(tmp_path / "a.wacz")
        assert path.name == "one.warc.gz"
        assert path.stat().st_size == len(warc("one"))
        for buffering in (-1, 0):
            with path.open("rb", buffering=buffering) as file:
                assert file.read() == warc("one")
                assert file.read() == b""
                file.seek(-4, os.SEEK_END)
                assert file.read(100) == warc("one")[-4:]

    @pytest.mark.parametrize("mode", ["r", "w", "wb", "r+b", "ab"])
    def test_nothing_is_written(self, tmp_path: Path, mode: str) -> None:
        path = self.member(tmp_path / "a.wacz")
        before = (tmp_path / "a.wacz").read_bytes()
        with pytest.raises(ValueError, match="as bytes"):
            path.open(mode)
        assert (tmp_path / "a.wacz").read_bytes() == before

    def test_a_compressed_one_has_no_place(self, tmp_path: Path) -> None:
        with pytest.raises(ValueError, match="compressed"):
            self.member(tmp_path / "a.wacz", zipfile.ZIP_DEFLATED)

    @pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="this system does not list open files there")
    def test_no_descriptor_is_left_open(self, tmp_path: Path) -> None:
        path = self.member(tmp_path / "a.wacz")
        before = len(os.listdir("/proc/self/fd"))
        for buffering in (-1, 0):
            for _ in range(5):
                path.open("rb", buffering=buffering).close()
        assert len(os.listdir("/proc/self/fd")) == before

    def test_a_package_that_is_gone(self, tmp_path: Path) -> None:
        path = self.member(tmp_path / "a.wacz")
        (tmp_path / "a.wacz").unlink()
        with pytest.raises(FileNotFoundError):
            path.open("rb")
