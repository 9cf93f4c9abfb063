"""A package holds what it was made from, says so rightly, and is there whole or not at all."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from archiver.errors import ArchiveError, InputError, LimitError, UsageError
from archiver.replay import Library
from archiver.sources import read_sources
from archiver.store import Archive
from archiver.wacz import writing
from archiver.wacz.pages import MAX_TEXT, Page
from archiver.wacz.writing import Package, write_wacz
from tests.store.conftest import exchange, frozen, response, segment
from tests.wacz.test_indexing import PAGE, RECORDS, record

CREATED = datetime(2026, 3, 2, 9, 30, 0, 999_999, tzinfo=UTC)
HTML = "Content-Type: text/html; charset=utf-8"
ARTICLE = "https://news.example/story"
WORDS = "The bridge stays shut"


def fill(folder: Path) -> Archive:
    archive = frozen(folder)
    with archive.session() as session:
        session.write_exchange(exchange(ARTICLE, response(f"<title>Bridge</title><p>{WORDS}</p>".encode(), HTML)))
        session.write_exchange(exchange("https://news.example/gone", response(b"<p>no", HTML, status="404 Not Found")))
        session.write_exchange(
            exchange("https://api.example/post?id=1", response(b"{}", "Content-Type: application/json"))
        )
        session.write_resource("ni:///sha-256;invented", "text/html", b"<p>a file")
    return archive


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with fill(tmp_path / "warc") as archive:
        yield archive


def pack(archive: Archive | list[Path], target: Path, **named: Any) -> Package:
    return write_wacz(target, archive, **{"created": CREATED, **named})


def member(package: Path, name: str) -> bytes:
    with zipfile.ZipFile(package) as opened:
        return opened.read(name)


def lines(package: Path, name: str = "pages/pages.jsonl") -> list[dict[str, Any]]:
    return [json.loads(line) for line in member(package, name).splitlines()]


def test_what_is_in_a_package_and_how_it_is_stored(archive: Archive, tmp_path: Path) -> None:
    target = tmp_path / "out.wacz"
    made = pack(archive, target, title="Bridges", description="What *was* said.")
    warc = segment(archive.path)
    assert made.size == target.stat().st_size
    assert made.warcs == (warc.name,)
    assert made.warnings == ()
    with zipfile.ZipFile(target) as package:
        assert package.testzip() is None
        assert [(info.filename, info.compress_type == zipfile.ZIP_STORED) for info in package.infolist()] == [
            (f"archive/{warc.name}", True),
            ("indexes/index.cdx.gz", True),
            ("indexes/index.idx", False),
            ("pages/pages.jsonl", False),
            ("datapackage.json", False),
            ("datapackage-digest.json", False),
        ]
        assert {info.date_time for info in package.infolist()} == {(2026, 3, 2, 9, 30, 0)}
        assert package.read(f"archive/{warc.name}") == warc.read_bytes()
        described = json.loads(package.read("datapackage.json"))
        resources = described.pop("resources")
        assert [resource["path"] for resource in resources] == package.namelist()[:-2]
        for resource in resources:
            data = package.read(resource["path"])
            assert resource["hash"] == f"sha256:{hashlib.sha256(data).hexdigest()}"
            assert resource["bytes"] == len(data)
            assert resource["name"] == resource["path"].rpartition("/")[2]
        assert described.pop("software").startswith("archiver ")
        assert described == {
            "profile": "data-package",
            "wacz_version": "1.1.1",
            "created": "2026-03-02T09:30:00Z",
            "title": "Bridges",
            "description": "What *was* said.",
        }
        digest = hashlib.sha256(package.read("datapackage.json")).hexdigest()
        assert made.digest == f"sha256:{digest}"
        assert json.loads(package.read("datapackage-digest.json")) == {
            "path": "datapackage.json",
            "hash": f"sha256:{digest}",
        }


def signature(digest: str, created: datetime) -> Mapping[str, Any]:
    return {"hash": digest, "created": created.strftime("%Y-%m-%dT%H:%M:%SZ")}


@pytest.mark.parametrize("sign", [None, signature])
def test_the_index_is_in_blocks_that_can_be_fetched_alone(
    sign: Any, archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("archiver.wacz.zipnum.LINES", 2)
    target = tmp_path / "out.wacz"
    made = pack(archive, target, sign=sign)
    blocks = member(target, "indexes/index.cdx.gz")
    first, *places = member(target, "indexes/index.idx").decode().splitlines()
    assert first == '!meta 0 {"format": "cdxj-gzip-1.0", "filename": "index.cdx.gz"}'
    found: list[str] = []
    for line in places:
        key, _, place = line.partition(" {")
        where = json.loads("{" + place)
        block = blocks[where["offset"] : where["offset"] + where["length"]]
        assert where["digest"] == f"sha256:{hashlib.sha256(block).hexdigest()}"
        found += (block_lines := gzip.decompress(block).decode().splitlines())
        assert block_lines[0].startswith(f"{key} {{")
        assert len(block_lines) <= 2
    assert len(found) == made.records >= 4
    assert found == sorted(found)
    warc = segment(archive.path).read_bytes()
    for line in found:
        fields = json.loads(line.split(" ", 2)[2])
        record = warc[int(fields["offset"]) : int(fields["offset"]) + int(fields["length"])]
        assert fields.get("recordDigest") == (f"sha256:{hashlib.sha256(record).hexdigest()}" if sign else None)
        assert f"WARC-Target-URI: {fields['url']}".encode() in gzip.decompress(record)
    plain = [line.partition(', "recordDigest"')[0] + "}" if sign else line for line in found]
    assert "\n".join(plain) + "\n" == next((archive.path / "indexes").iterdir()).read_text()


def test_every_page_is_listed_where_no_list_is_given(archive: Archive, tmp_path: Path) -> None:
    target = tmp_path / "out.wacz"
    assert pack(archive, target).pages == 2
    assert lines(target) == [
        {"format": "json-pages-1.0", "id": "pages", "title": "All Pages"},
        {"id": "32ce364abeed7b8a7b7514", "url": ARTICLE, "ts": "2026-03-01T12:00:00Z", "title": ARTICLE},
        {
            "id": "f2876c9ba324ddf9c809ed",
            "url": "ni:///sha-256;invented",
            "ts": "2026-03-01T12:00:01Z",
            "title": "ni:///sha-256;invented",
        },
    ]


def test_pages_that_are_given_are_listed_in_their_order_with_their_words(archive: Archive, tmp_path: Path) -> None:
    when = datetime(2026, 3, 1, 12, tzinfo=UTC)
    given = [
        Page(url="https://b.example/", time=when, title="B\u00fccher \U0001f4da \ud800", text="x" * (MAX_TEXT + 1)),
        Page(url="https://a.example/", time=when, size=12),
    ]
    target = tmp_path / "out.wacz"
    assert pack(archive, target, pages=iter(given), main_page=given[1]).pages == 2
    header, first, second = lines(target)
    assert header["hasText"] is True
    assert (first["url"], first["title"], len(first["text"])) == (
        "https://b.example/",
        "B\u00fccher \U0001f4da \ufffd",
        MAX_TEXT,
    )
    assert (second["title"], second["size"], "text" in second) == ("https://a.example/", 12, False)
    described = json.loads(member(target, "datapackage.json"))
    assert (described["mainPageUrl"], described["mainPageDate"]) == ("https://a.example/", "2026-03-01T12:00:00Z")


def test_the_same_inputs_and_time_give_the_same_bytes(tmp_path: Path) -> None:
    made = []
    for name in ("one", "two"):
        with fill(tmp_path / name / "warc") as archive:
            pack(archive, tmp_path / name / "out.wacz")
            pack(archive, tmp_path / name / "later.wacz", created=CREATED.replace(year=2027))
        made.append([(tmp_path / name / file).read_bytes() for file in ("out.wacz", "later.wacz")])
    assert made[0] == made[1]
    assert made[0][0] != made[0][1]


def test_a_stream_gets_the_same_bytes_and_need_not_be_seekable(archive: Archive, tmp_path: Path) -> None:
    class Pipe(io.BytesIO):
        def seek(self, *_: Any) -> int:
            raise OSError("a pipe")

    pipe = Pipe()
    write_wacz(pipe, archive, created=CREATED)
    pack(archive, tmp_path / "out.wacz")
    assert pipe.getvalue() == (tmp_path / "out.wacz").read_bytes()


def test_who_signs_is_given_the_digest_and_the_time_of_the_package(archive: Archive, tmp_path: Path) -> None:
    asked: list[tuple[str, datetime]] = []

    def sign(digest: str, created: datetime) -> Mapping[str, Any]:
        asked.append((digest, created))
        return {"hash": digest, "created": "2026-03-02T09:30:00Z", "signature": "c2lnbmVk"}

    target = tmp_path / "out.wacz"
    made = pack(archive, target, sign=sign)
    assert asked == [(made.digest, datetime(2026, 3, 2, 9, 30, tzinfo=UTC))]
    signed = json.loads(member(target, "datapackage-digest.json"))
    assert signed["signedData"]["signature"] == "c2lnbmVk"
    assert signed["signedData"]["created"] == json.loads(member(target, "datapackage.json"))["created"]


def test_a_package_that_takes_long_states_when_it_was_done(archive: Archive, tmp_path: Path) -> None:
    def sign(digest: str, created: datetime) -> Mapping[str, Any]:
        assert created == datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
        return {"hash": digest, "created": "2026-03-02T10:00:00Z"}

    target = tmp_path / "out.wacz"
    pack(archive, target, sign=sign, clock=lambda: datetime(2026, 3, 2, 10, 0, 0, 5, tzinfo=UTC))
    assert json.loads(member(target, "datapackage.json"))["created"] == "2026-03-02T10:00:00Z"


@pytest.mark.parametrize("answer", [{"hash": "sha256:00", "created": "2026-03-02T09:30:00Z"}, {"hash": None}, {}])
def test_a_signature_of_something_else_fails_the_package(
    answer: dict[str, Any], archive: Archive, tmp_path: Path
) -> None:
    target = tmp_path / "out.wacz"
    with pytest.raises(ArchiveError, match="signature"):
        pack(archive, target, sign=lambda digest, created: answer)
    assert not target.exists()


class RefusedError(Exception):
    pass


def refuse(*_: Any) -> Any:
    raise RefusedError


def test_nothing_is_left_and_nothing_lost_when_it_fails(archive: Archive, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    target = folder / "out.wacz"
    for name, value in {"sign": refuse, "progress": refuse, "pages": map(refuse, [1])}.items():
        with pytest.raises(RefusedError):
            pack(archive, target, **{name: value})
        assert list(folder.iterdir()) == []
    target.write_bytes(b"an older package")
    with pytest.raises(RefusedError):
        pack(archive, target, sign=refuse)
    assert [path.read_bytes() for path in folder.iterdir()] == [b"an older package"]
    pack(archive, target)
    assert [path.name for path in folder.iterdir()] == ["out.wacz"]
    assert target.read_bytes().startswith(b"PK")


def test_a_folder_that_is_not_there_is_one_clear_error(archive: Archive, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no such folder"):
        pack(archive, tmp_path / "nowhere" / "out.wacz")
    with pytest.raises(UsageError, match="this is a folder"):
        pack(archive, tmp_path, sign=refuse)


def test_a_file_that_cannot_be_read_is_the_one_that_is_named(
    archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: int) -> bytes:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(writing.os, "pread", fail)
    with pytest.raises(InputError, match=r"\.warc\.gz: cannot be read: Input/output error"):
        pack(archive, tmp_path / "out.wacz")


def test_a_stream_that_takes_no_more_is_one_clear_error(archive: Archive) -> None:
    with Path("/dev/full").open("wb", buffering=0) as full, pytest.raises(ArchiveError, match="No space left"):
        write_wacz(full, archive, created=CREATED)  # type: ignore[arg-type]


def test_a_file_that_changes_meanwhile_fails_the_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    warc, target = tmp_path / "x.warc", tmp_path / "out.wacz"
    warc.write_bytes(RECORDS["page"])
    measured = writing._Measuring.finish

    def finish_and_change(self: Any, end: int | None) -> Any:
        found = measured(self, end)
        warc.write_bytes(RECORDS["page"].replace(b"words", b"swore"))
        return found

    monkeypatch.setattr(writing._Measuring, "finish", finish_and_change)
    with pytest.raises(ArchiveError, match="changed while it was packed"):
        pack([warc], target)
    assert not target.exists()


def test_progress_is_told_in_bytes(archive: Archive, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    pack(archive, tmp_path / "out.wacz", progress=lambda done, total: told.append((done, total)))
    size = segment(archive.path).stat().st_size
    assert told == [(size, size)]


# Anybody's WARC files.


def test_names_are_made_plain_unlike_each_other_and_end_as_the_bytes_say(tmp_path: Path) -> None:
    packed = gzip.compress(RECORDS["page"], mtime=0)
    files = {
        "a/x.warc.gz": packed,
        "b/x.warc.gz": packed,
        "b/X.WARC.GZ": packed,
        "plain.warc.gz": RECORDS["page"],
        "packed.warc": packed,
        "no suffix \u00fc;": packed,
        ".warc": RECORDS["page"],
    }
    for name, data in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(data)
    made = pack([tmp_path / name for name in files], tmp_path / "out.wacz")
    assert made.warcs == (
        "x.warc.gz", "x-2.warc.gz", "X-3.warc.gz", "plain.warc", "packed.warc.gz", "no_suffix___.warc.gz", "data.warc",
    )  # fmt: skip
    index = gzip.decompress(member(tmp_path / "out.wacz", "indexes/index.cdx.gz")).decode()
    assert sorted(json.loads(line.split(" ", 2)[2])["filename"] for line in index.splitlines()) == sorted(made.warcs)
    names = [
        resource["name"] for resource in json.loads(member(tmp_path / "out.wacz", "datapackage.json"))["resources"]
    ]
    assert len(set(names)) == len(names)


def test_a_damaged_file_is_packed_whole_and_the_damage_told(tmp_path: Path) -> None:
    packed = gzip.compress(RECORDS["page"], mtime=0)
    warc = tmp_path / "x.warc.gz"
    warc.write_bytes(packed + packed[:70] + packed + packed[:80])
    made = pack([warc], tmp_path / "out.wacz")
    assert member(tmp_path / "out.wacz", "archive/x.warc.gz") == warc.read_bytes()
    assert made.records == 2
    assert [
        f"at offset {offset}" in warning
        for offset, warning in zip((len(packed), len(packed) * 2 + 70), made.warnings, strict=True)
    ] == [True, True]


@pytest.mark.parametrize("piece", [1, 7, 64, 1000])
def test_digests_of_records_that_lie_across_what_is_read_at_once(
    piece: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "PIECE", piece)
    warc = tmp_path / "x.warc.gz"
    warc.write_bytes(
        b"".join(gzip.compress(RECORDS[name], mtime=0) for name in ("warcinfo", "page", "request", "page"))
    )
    pack([warc], tmp_path / "out.wacz", sign=signature)
    found = gzip.decompress(member(tmp_path / "out.wacz", "indexes/index.cdx.gz")).decode().splitlines()
    for line in found:
        fields = json.loads(line.split(" ", 2)[2])
        data = warc.read_bytes()[int(fields["offset"]) :][: int(fields["length"])]
        assert fields["recordDigest"] == f"sha256:{hashlib.sha256(data).hexdigest()}"
    assert len(found) == 2
    [resource, *_] = json.loads(member(tmp_path / "out.wacz", "datapackage.json"))["resources"]
    assert resource["hash"] == f"sha256:{hashlib.sha256(warc.read_bytes()).hexdigest()}"


@pytest.mark.parametrize("data", [b"", b"<html>", b"filedesc://x.arc 0.0.0.0 20260301120000 text/plain 9\n1 0 a\n"])
def test_what_is_no_warc_file_is_refused(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "x.warc").write_bytes(data)
    with pytest.raises(InputError, match="no WARC file"):
        pack([tmp_path / "x.warc"], tmp_path / "out.wacz")
    assert not (tmp_path / "out.wacz").exists()


@pytest.mark.parametrize(
    ("date", "listed"),
    [
        ("2026-03-01T12:00:00Z", True),
        ("yesterday", False),
        ("", False),
        ("0001-01-01T00:00:00+14:00", False),
        ("9999-12-31T23:59:59-14:00", False),
    ],
)
@pytest.mark.parametrize("media", [b"text/html", b"Text/HTML"])
def test_a_page_whose_date_is_none_is_packed_and_not_listed(
    date: str, listed: bool, media: bytes, tmp_path: Path
) -> None:
    """The last two are dates by their form, which in UTC lie beyond the years that there are. Media types have no case
    (RFC 9110 section 8.3.1)."""
    page = PAGE.replace(b"Text/HTML", media)
    (tmp_path / "a.warc").write_bytes(record("response", page, date=date))
    assert pack([tmp_path / "a.warc"], tmp_path / "out.wacz").warcs == ("a.warc",)
    assert len(lines(tmp_path / "out.wacz")) == 1 + listed


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"x\.warc"):
        pack([tmp_path / "x.warc"], tmp_path / "out.wacz")
    with pytest.raises(InputError, match="no WARC file to pack"):
        pack([], tmp_path / "out.wacz")


def test_a_bomb_is_not_packed(tmp_path: Path) -> None:
    warc = tmp_path / "x.warc.gz"
    head = b"WARC/1.1\r\nWARC-Type: resource\r\nContent-Length: 80000000\r\n\r\n"
    warc.write_bytes(gzip.compress(head + bytes(80_000_004), 1, mtime=0))
    with pytest.raises(LimitError, match="expands"):
        pack([warc], tmp_path / "out.wacz")
    assert not (tmp_path / "out.wacz").exists()


def test_a_record_that_is_just_being_written_is_left_out(archive: Archive, tmp_path: Path) -> None:
    warc = segment(archive.path)
    whole = warc.read_bytes()
    warc.write_bytes(whole + gzip.compress(RECORDS["page"], mtime=0)[:90])
    made = pack(archive, tmp_path / "out.wacz")
    assert member(tmp_path / "out.wacz", f"archive/{warc.name}") == whole
    assert [f"at offset {len(whole)}" in warning for warning in made.warnings] == [True]
    assert len(pack([warc], tmp_path / "foreign.wacz").warnings) == 1
    assert len(member(tmp_path / "foreign.wacz", f"archive/{warc.name}")) == len(whole) + 90


@pytest.mark.parametrize("signed", [False, True])
def test_what_is_written_meanwhile_is_neither_listed_nor_packed(
    archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, signed: bool
) -> None:
    """A record that is appended between the index and the copy would be in the package, and in no index."""
    warc = segment(archive.path)
    whole = warc.read_bytes()
    indexed = writing.index_entries

    def index_and_append(*arguments: Any, **options: Any) -> Any:
        yield from indexed(*arguments, **options)
        with warc.open("ab") as file:
            file.write(gzip.compress(RECORDS["page"], mtime=0) + gzip.compress(RECORDS["page"], mtime=0)[:90])

    monkeypatch.setattr(writing, "index_entries", index_and_append)
    made = pack(archive, tmp_path / "out.wacz", sign=signature if signed else None)
    assert made.warnings == ()
    assert member(tmp_path / "out.wacz", f"archive/{warc.name}") == whole


def test_a_segment_that_was_just_begun_is_left_out(archive: Archive, tmp_path: Path) -> None:
    first = segment(archive.path)
    first.with_name("archiver-000002-20260301120000.warc.gz").touch()
    assert pack(archive, tmp_path / "out.wacz").warcs == (first.name,)


# The program itself reads what it packs.


def test_replay_opens_a_package(archive: Archive, tmp_path: Path) -> None:
    pack(archive, tmp_path / "out.wacz")
    with Library([tmp_path / "out.wacz"]) as library:
        [shelf] = library.shelves
        [capture] = [found for found in shelf.archive.catalogue.captures_at(ARTICLE) if found.record_type == "response"]
        assert WORDS.encode() in shelf.archive.exchange(capture).payload()


def test_the_documents_in_a_package_are_a_source(archive: Archive, tmp_path: Path) -> None:
    target = tmp_path / "out.wacz"
    pack(archive, target)
    problems: list[Any] = []
    found = list(read_sources([str(target)], on_error=lambda source, error: problems.append(error)))
    assert [document.article.uri for document in found] == [ARTICLE, "ni:///sha-256;invented"]
    assert problems == []
