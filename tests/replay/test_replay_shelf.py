"""What can be opened for replay, and what is said of what cannot."""

from __future__ import annotations

import gc
import gzip
import hashlib
import json
import os
import re
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from archiver.errors import ArchiveError, ArchiverError, InputError, LimitError, UsageError
from archiver.model import Capture
from archiver.replay import Library, create_app
from archiver.replay.addresses import Addresses
from archiver.store import Archive
from archiver.store.conclusions import refusal_conclusion
from archiver.wacz import opening
from tests.replay.conftest import Client
from tests.replay.staged import HOSTILE_URL, PICTURE_URL, START, Staged, answer

TO = Addresses("harbour")


def wacz(
    path: Path, segment: Path, *, digest: str | None = None, copies: int = 1, method: int = zipfile.ZIP_STORED
) -> Path:
    """A package as WACZ 1.1.1 describes it, of one WARC file under so many names."""
    data = segment.read_bytes()
    names = [f"archive/data-{number}.warc.gz" for number in range(copies)]
    declared = digest or "sha256:" + hashlib.sha256(data).hexdigest()
    with zipfile.ZipFile(path, "w") as package:
        for name in names:
            package.writestr(name, data, method)
        package.writestr("indexes/index.cdx.gz", b"")
        resources = [{"name": "data", "path": name, "hash": declared, "bytes": len(data)} for name in names]
        package.writestr("datapackage.json", json.dumps({"profile": "data-package", "resources": resources}))
    return path


def test_an_archive_is_named_after_its_folder(staged: Staged) -> None:
    with Library([staged.path]) as library:
        assert [(item.slug, item.title) for item in library.shelves] == [("harbour", "harbour")]


def test_several_inputs_stand_side_by_side(staged: Staged, tmp_path: Path) -> None:
    copy = tmp_path / "Harbour!"
    shutil.copytree(staged.path, copy)
    with Library([staged.path, copy, staged.segment]) as library:
        assert [item.slug for item in library.shelves[:2]] == ["harbour", "harbour-2"]
        page = Client(create_app(library)).get("/").text
        for item in library.shelves:
            assert f'href="/archives/{item.slug}"' in page
        assert page.count("1 article, ") == 3


@pytest.mark.parametrize("name", ["x" * 150, "Гавань", "-", "..a..b..", "harbour.warc"])
def test_an_archive_of_any_name_has_an_address(staged: Staged, tmp_path: Path, name: str) -> None:
    for copy in ("one", "two"):
        (tmp_path / copy).mkdir()
        shutil.copytree(staged.path, tmp_path / copy / name)
    with Library([tmp_path / "one" / name, tmp_path / "two" / name]) as library:
        client = Client(create_app(library))
        for shelf in library.shelves:
            assert re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*", shelf.slug)
            to = Addresses(shelf.slug)
            for path in (to.shelf, to.view(START, HOSTILE_URL), to.raw(START, HOSTILE_URL), to.timemap(HOSTILE_URL)):
                assert client.get(path).status_code == 200
        assert len({shelf.slug for shelf in library.shelves}) == 2


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="this system does not list open files there")
def test_no_file_stays_open(own: Staged, tmp_path: Path) -> None:
    """Also where the last of several inputs cannot be opened."""
    package = wacz(tmp_path / "a.wacz", own.segment)
    (tmp_path / "empty.warc.gz").write_bytes(b"")

    def opened() -> int:
        return len(os.listdir("/proc/self/fd"))

    gc.disable()  # a file that is closed because nobody has it any more was forgotten
    try:
        before = opened()
        for _ in range(2):
            with Library([own.path, own.segment, package]) as library:
                page = Client(create_app(library)).get(f"/archives/{library.shelves[-1].slug}/captures")
                assert page.status_code == 200
                assert opened() > before
            assert opened() == before
        with pytest.raises(ArchiverError):
            Library([own.path, package, tmp_path / "empty.warc.gz"])
        assert opened() == before
    finally:
        gc.enable()


def test_a_warc_file_shows_what_an_archive_shows(staged: Staged) -> None:
    with Library([staged.segment]) as library:
        client = Client(create_app(library))
        to = Addresses(library.shelves[0].slug)
        assert "The bridge stays shut" in client.get("/").text
        assert client.get(to.article(staged.article.id)).status_code == 200


def test_warc_files_of_one_name_do_not_hide_each_other(staged: Staged, own: Staged) -> None:
    with Library([staged.segment, own.segment]) as library:
        assert len(library.shelves) == 2
        files = {item.archive.segment_files()[0] for item in library.shelves}
        assert files == {staged.segment, own.segment}


def test_a_folder_of_warc_files(staged: Staged) -> None:
    with Library([staged.path / "archive"]) as library:
        assert "The bridge stays shut" in Client(create_app(library)).get("/").text


def test_a_file_without_conclusions_shows_its_captures(staged: Staged, tmp_path: Path) -> None:
    capture = staged.captures["hostile page"]
    foreign = tmp_path / "foreign.warc.gz"
    foreign.write_bytes(staged.segment.read_bytes()[capture.offset : capture.offset + capture.length])
    with Library([foreign]) as library:
        client = Client(create_app(library))
        assert HOSTILE_URL in client.get("/").text
        assert HOSTILE_URL in client.get(Addresses("foreign").uri(HOSTILE_URL)).text


def test_a_wacz_is_read_where_it_lies(staged: Staged, tmp_path: Path) -> None:
    package = wacz(tmp_path / "harbour.wacz", staged.segment)
    with Library([package]) as library:
        (file,) = library.shelves[0].archive.segment_files()
        assert str(file) == f"{package}/archive/data-0.warc.gz"
        client = Client(create_app(library))
        assert "The bridge stays shut" in client.get("/").text
        capture = library.shelves[0].nearest(PICTURE_URL, START)
        assert capture is not None
        to = Addresses("harbour")
        assert client.get(to.record(capture)).content == _record(staged, capture)
        assert client.get(to.payload(capture)).content == client.get(to.raw(capture.time, PICTURE_URL)).content


def test_a_compressed_member_of_a_wacz_is_unpacked_and_removed_again(staged: Staged, tmp_path: Path) -> None:
    package = wacz(tmp_path / "harbour.wacz", staged.segment, method=zipfile.ZIP_DEFLATED)
    with Library([package]) as library:
        files = library.shelves[0].archive.segment_files()
        assert "The bridge stays shut" in Client(create_app(library)).get("/").text
        assert all(file.exists() for file in files)
    assert not any(file.exists() for file in files)


def test_a_wacz_that_was_altered_while_it_is_shown_is_refused(staged: Staged, tmp_path: Path) -> None:
    package = wacz(tmp_path / "harbour.wacz", staged.segment)
    with Library([package]) as library:
        client = Client(create_app(library))
        capture = library.shelves[0].nearest(PICTURE_URL, START)
        assert capture is not None
        data = package.read_bytes()
        place = data.index(_record(staged, capture)) + capture.length // 2
        package.write_bytes(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :])
        for path in (Addresses("harbour").raw(capture.time, PICTURE_URL), Addresses("harbour").payload(capture)):
            assert client.get(path).status_code == 502


def _record(staged: Staged, capture: Capture) -> bytes:
    return staged.segment.read_bytes()[capture.offset : capture.offset + capture.length]


def test_a_wacz_that_does_not_match_its_own_digests_is_refused(staged: Staged, tmp_path: Path) -> None:
    package = wacz(tmp_path / "harbour.wacz", staged.segment, digest="sha256:" + "0" * 64)
    with pytest.raises(InputError, match="altered"):
        Library([package])


def test_a_wacz_cannot_fill_the_disk(staged: Staged, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = wacz(tmp_path / "harbour.wacz", staged.segment, copies=3, method=zipfile.ZIP_DEFLATED)
    with monkeypatch.context() as patch:
        patch.setattr(opening, "MAX_UNPACKED", staged.segment.stat().st_size + 10)
        with pytest.raises(LimitError):
            Library([package])
    monkeypatch.setattr(opening, "MAX_FILES", 2)
    with pytest.raises(LimitError):
        Library([package])


def test_a_wacz_member_cannot_leave_its_folder(staged: Staged, tmp_path: Path) -> None:
    package = tmp_path / "escape.wacz"
    with zipfile.ZipFile(package, "w") as file:
        file.writestr("archive/../../escaped.warc.gz", staged.segment.read_bytes())
    with pytest.raises(InputError, match="leads out of the package"):
        Library([package])
    assert not list(tmp_path.parent.rglob("escaped.warc.gz"))


@pytest.mark.parametrize(
    ("make", "error"),
    [
        (lambda path: path / "missing", InputError),
        (lambda path: path, ArchiveError),
        (lambda path: _file(path / "empty.warc.gz", b""), ArchiveError),
        (lambda path: _file(path / "page.html", b"<p>no archive</p>"), ArchiveError),
        (lambda path: _file(path / "broken.wacz", b"PK no zip"), InputError),
    ],
)
def test_what_cannot_be_opened_is_named(tmp_path: Path, make: object, error: type[Exception]) -> None:
    assert callable(make)
    path = make(tmp_path)
    with pytest.raises(error, match=path.name):
        Library([path])


def _file(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def test_nothing_is_a_wrong_call() -> None:
    with pytest.raises(UsageError):
        Library([])


def test_an_archive_that_cannot_be_written_to_is_shown(own: Staged, monkeypatch: pytest.MonkeyPatch) -> None:
    (own.path / "catalogue.db").unlink()
    with monkeypatch.context() as patch:

        def refuse(*_args: object, **_keywords: object) -> None:
            raise ArchiveError("read-only file system")

        patch.setattr("archiver.store.archive.Archive.open", refuse)
        with Library([own.path]) as library:
            assert "The bridge stays shut" in Client(create_app(library)).get("/").text


@pytest.fixture
def unwritable(own: Staged, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a medium that cannot be written to; permissions do not bind root."""
    del own  # made before

    def refuse(*_args: object, **_keywords: object) -> None:
        raise ArchiveError("cannot be written: Read-only file system")

    monkeypatch.setattr("archiver.store.segment.Lock.acquire", refuse)


@pytest.mark.usefixtures("unwritable")
@pytest.mark.parametrize("catalogue", ["missing", "behind", "damaged"])
def test_all_is_shown_of_an_archive_whose_catalogue_cannot_be_written(own: Staged, catalogue: str) -> None:
    """Nor is what the catalogue made for this while holds kept in memory, or read twice."""
    if catalogue == "behind":
        shutil.copy(own.segment, own.path / "archive" / "taken-in.warc.gz")
    elif catalogue == "damaged":
        (own.path / "catalogue.db").write_bytes(b"no catalogue" * 999)
        shutil.copy(own.segment, own.path / "archive" / "taken-in.warc.gz")
    else:
        (own.path / "catalogue.db").unlink()
    with Library([own.path]) as library:
        item = library.shelves[0]
        assert set(item.archive.catalogue.segments()) == {file.name for file in (own.path / "archive").iterdir()}
        assert item.archive.catalogue.path is not None
        assert not item.archive.catalogue.path.is_relative_to(own.path)
        assert len(set(item.warnings)) == len(item.warnings)
        client = Client(create_app(library))
        assert "The bridge stays shut" in client.get("/").text
        assert "Still" in client.get("/search?q=bridge").text or "<mark>" in client.get("/search?q=bridge").text
    assert not (own.path / "search.db").exists()


def test_what_a_running_archiver_adds_is_shown(own: Staged) -> None:
    url = "https://paper.example/later"
    with Archive.open(own.path, write=True) as archive, Library([own.path]) as library:
        client = Client(create_app(library))
        assert client.get(TO.timegate(url)).status_code == 404
        with archive.session() as session:
            session.write_exchange(answer(url, b"later", "text/plain", at=START))
            session.write_conclusion(refusal_conclusion("https://inside.example/", "10.0.0.1", "private"))
            assert client.get(TO.raw(START, url)).content == b"later"
        assert client.get(TO.raw(START, url)).content == b"later"
    with Library([own.path]) as library, Archive.open(own.path, write=True) as archive:
        with archive.session() as session:
            session.write_exchange(answer(url + "2", b"later", "text/plain", at=START))
        assert Client(create_app(library)).get(TO.raw(START, url + "2")).content == b"later"


def test_a_folder_that_cannot_be_read_is_named(own: Staged, monkeypatch: pytest.MonkeyPatch) -> None:
    listing = Path.iterdir

    def refuse(path: Path) -> Iterator[Path]:
        if path.name == "archive":
            raise PermissionError(13, "Permission denied", str(path))
        return listing(path)

    monkeypatch.setattr(Path, "iterdir", refuse)
    for folder in (own.path, own.path / "archive"):
        with pytest.raises(ArchiverError, match=r"archive: .*Permission denied"):
            Library([folder])


def test_what_is_given_twice_is_shown_once(staged: Staged, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(staged.path)
    with Library([staged.path, staged.segment, link, staged.path / ".." / "harbour", staged.segment]) as library:
        assert [item.title for item in library.shelves] == ["harbour", staged.segment.name]


def test_a_folder_of_packages(staged: Staged, tmp_path: Path) -> None:
    for name in ("tide.wacz", "Ebb.WACZ"):
        wacz(tmp_path / name, staged.segment)
    shutil.copy(staged.segment, tmp_path / "loose.warc.gz")
    with Library([tmp_path]) as library:
        assert [item.title for item in library.shelves] == [tmp_path.name, "Ebb.WACZ", "tide.wacz"]
        assert Client(create_app(library)).get("/").text.count("1 article, ") == 3


def test_a_package_is_known_by_its_bytes_where_it_was_renamed(staged: Staged, tmp_path: Path) -> None:
    wacz(tmp_path / "evidence.zip", staged.segment)
    with Library([tmp_path / "evidence.zip"]) as library:
        assert "The bridge stays shut" in Client(create_app(library)).get("/").text


@pytest.mark.parametrize(
    ("members", "hint"),
    [
        (["harbour.wacz"], "open each"),
        (["archive/data.warc.zst"], "Zstandard"),
        (["word/document.xml"], r"warc\.gz\)$"),
    ],
)
def test_a_package_without_a_warc_file_is_told_with_what_can_be_done(
    tmp_path: Path, members: list[str], hint: str
) -> None:
    with zipfile.ZipFile(tmp_path / "given.wacz", "w") as package:
        for name in members:
            package.writestr(name, b"bytes")
    with pytest.raises(InputError, match=hint):
        Library([tmp_path / "given.wacz"])


@pytest.mark.parametrize(("data", "hint"), [(b"\x28\xb5\x2f\xfd" + b"x" * 99, "zstd"), (b"", "no WARC record in it$")])
def test_a_file_without_a_record_is_told_with_what_can_be_done(tmp_path: Path, data: bytes, hint: str) -> None:
    (tmp_path / "one.warc").write_bytes(data)
    with pytest.raises(ArchiveError, match=hint):
        Library([tmp_path / "one.warc"])


def test_a_file_that_was_compressed_as_a_whole_is_told_with_what_can_be_done(staged: Staged, tmp_path: Path) -> None:
    (tmp_path / "whole.warc.gz").write_bytes(gzip.compress(gzip.decompress(staged.segment.read_bytes())))
    with pytest.raises(ArchiveError, match="warcio recompress"):
        Library([tmp_path / "whole.warc.gz"])


def test_a_full_disk_is_told_and_nothing_temporary_is_left(
    staged: Staged, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = tempfile.mkdtemp
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))

    def full(suffix: str | None = None, prefix: str | None = None, dir: str | None = None) -> str:  # noqa: A002
        if dir is not None and len(list(Path(dir).iterdir())) == 1:
            raise OSError(28, "No space left on device", dir)
        return made(suffix, prefix, dir)

    monkeypatch.setattr(tempfile, "mkdtemp", full)
    package = wacz(tmp_path / "harbour.wacz", staged.segment)
    with pytest.raises(LimitError, match="No space left"):
        Library([staged.segment, package])
    assert list(temporary.iterdir()) == []


def test_the_look_up_keeps_eight_megabytes_of_a_catalogue_in_memory_at_most(staged: Staged) -> None:
    """Memory does not grow with the archive: SQLite's `cache_size` is in KiB where it is negative."""
    with Library([staged.path, staged.segment]) as library:
        assert [shelf.lookup.query("PRAGMA cache_size") for shelf in library.shelves] == [[(-8192,)]] * 2
