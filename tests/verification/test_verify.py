"""What `verify` says of files and folders as they come: indexes of other tools, no log, unfinished runs."""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import json
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator
from warcio.warcwriter import WARCWriter

from archiver.errors import ExitCode, InputError
from archiver.model import Check, Verdict, Verification
from archiver.store import Archive
from archiver.verification import StoppedVerificationError, verify
from archiver.verification.index import MAX_LINE
from tests.store.conftest import exchange, frozen, response, ticking_clock
from tests.verification.damage import members, segments, unzipped, zipped


def named(found: Verification, name: str) -> Check:
    return next(check for check in found.checks if check.name == name)


def warc() -> tuple[bytes, list[dict[str, str]]]:
    """Two responses, and what an index says of them."""
    out = io.BytesIO()
    writer = WARCWriter(out, gzip=True)
    lines = []
    for number in range(2):
        block = io.BytesIO(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>page %d</p>" % number)
        record = writer.create_warc_record(
            f"https://news.example/{number}",
            "response",
            payload=block,
            length=len(block.getvalue()),
            warc_content_type="application/http; msgtype=response",
        )
        offset = out.tell()
        writer.write_record(record)
        date = record.rec_headers["WARC-Date"].translate({ord(char): None for char in "-:TZ"})
        lines.append(
            {
                "key": f"example,news)/{number}", "time": date, "url": f"https://news.example/{number}",
                "status": "200", "digest": record.rec_headers["WARC-Payload-Digest"], "offset": str(offset),
                "length": str(out.tell() - offset), "filename": "a.warc.gz",
            }
        )  # fmt: skip
    return out.getvalue(), lines


def line(entry: dict[str, str], **other: object) -> str:
    fields = {**entry, **other}
    return f"{fields.pop('key')} {fields.pop('time')} {json.dumps(fields)}\n"


def package(path: Path, data: bytes, indexes: dict[str, bytes], algorithm: str = "sha256") -> Path:
    def digest(content: bytes) -> str:
        return f"{algorithm}:{hashlib.new(algorithm, content).hexdigest()}"

    files = {"archive/a.warc.gz": data, **{f"indexes/{name}": content for name, content in indexes.items()}}
    resources = [
        {"name": name, "path": name, "hash": digest(content), "bytes": len(content)} for name, content in files.items()
    ]
    described = json.dumps({"profile": "data-package", "wacz_version": "1.1.1", "resources": resources}).encode()
    hashed = json.dumps({"path": "datapackage.json", "hash": digest(described)}).encode()
    with zipfile.ZipFile(path, "w") as out:
        for name, content in {**files, "datapackage.json": described, "datapackage-digest.json": hashed}.items():
            out.writestr(name, content)
    return path


def index_check(tmp_path: Path, indexes: dict[str, bytes]) -> Check:
    return named(verify(package(tmp_path / "a.wacz", warc_data, indexes)), "index")


warc_data, entries = warc()


@pytest.mark.parametrize(
    "other",
    [
        {},
        {"offset": 0, "length": int(entries[0]["length"]), "status": 200},
        {"digest": entries[0]["digest"].partition(":")[2]},
        {"digest": "sha256:" + "0" * 64},  # of an algorithm that the record does not have
        {"filename": "archive/a.warc.gz", "mime": "text/html", "more": {"x": 1}},
        {"url": "https://NEWS.example/0"},
        {"key": "example,news)/0?__wb_method=post&a=b"},
        {"key": "example,news,www2)/0"},
        {"key": "http://(example,news,)/0"},
        {"digest": "sha1:" + base64.b32decode(entries[0]["digest"].partition(":")[2]).hex()},
        {"length": "-"},
        {"time": entries[0]["time"] + "123"},
        {"status": "-"},
    ],
)
def test_lines_of_other_tools_are_no_damage(other: dict[str, object], tmp_path: Path) -> None:
    text = line(entries[0], **other) + line(entries[1])
    check = index_check(tmp_path, {"index.cdxj": text.encode()})
    assert check.verdict is Verdict.SOUND, check
    assert check.checked == 2


@pytest.mark.parametrize(
    ("other", "what"),
    [
        ({"offset": "1"}, "no record"),
        ({"length": "1"}, "length"),
        ({"url": "https://other.example/"}, "URL"),
        ({"time": "20000101000000"}, "time"),
        ({"status": "404"}, "status"),
        ({"digest": "sha1:" + "A" * 32}, "digest"),
        ({"digest": "sha1:AAAA"}, "digest"),
        ({"key": "example,other)/0"}, "key"),
        ({"mime": "warc/revisit"}, "type"),
        ({"length": "many"}, "length"),
        ({"filename": "b.warc.gz"}, "not there"),
        ({"offset": None}, "where its record lies"),
    ],
)
def test_lines_that_contradict_their_record(other: dict[str, object], what: str, tmp_path: Path) -> None:
    check = index_check(tmp_path, {"index.cdxj": (line(entries[0], **other) + line(entries[1])).encode()})
    assert check.verdict is Verdict.DAMAGED
    assert what in check.problems[0].what


def test_a_record_that_no_index_lists(tmp_path: Path) -> None:
    check = index_check(tmp_path, {"index.cdxj": line(entries[1]).encode()})
    assert [problem.what for problem in check.problems] == ["no index lists it"]


def test_an_index_of_no_line(tmp_path: Path) -> None:
    assert len(index_check(tmp_path, {"index.cdxj": b""}).problems) == 2


def test_files_of_one_name_in_two_folders(tmp_path: Path) -> None:
    """An index may say in which of them a record is, or not."""
    two = [{**entry, "filename": f"{folder}/a.warc.gz"} for folder in ("one", "archive/two") for entry in entries]
    for lines in (two, [*entries, *entries]):
        index = "".join(map(line, lines)).encode()
        files = unzipped(package(tmp_path / "a.wacz", warc_data, {"index.cdxj": index}).read_bytes())
        described = json.loads(files["datapackage.json"])
        (resource,) = (one for one in described["resources"] if one["path"].startswith("archive/"))
        for folder in ("one", "two"):
            path = f"archive/{folder}/a.warc.gz"
            files[path] = warc_data
            described["resources"].append({**resource, "path": path})
        described["resources"].remove(resource)
        del files["archive/a.warc.gz"], files["datapackage-digest.json"]
        files["datapackage.json"] = json.dumps(described).encode()
        (tmp_path / "a.wacz").write_bytes(zipped(files))
        found = verify(tmp_path / "a.wacz")
        assert named(found, "file structure").checked == 4
        assert named(found, "index").checked == 4
        problems = [problem.what for check in found.checks for problem in check.problems]
        assert set(problems) <= {"a record id that another record has, too", "no index lists it"}


def test_what_looks_like_a_warc_file_and_is_not_looked_at(tmp_path: Path) -> None:
    files = unzipped(package(tmp_path / "a.wacz", warc_data, {"index.cdxj": b""}).read_bytes())
    described = json.loads(files["datapackage.json"])
    described["resources"].append({"name": "b.warc.zst", "path": "archive/b.warc.zst"})
    files |= {"datapackage.json": json.dumps(described).encode(), "archive/b.warc.zst": b"anything"}
    (tmp_path / "a.wacz").write_bytes(zipped(files))
    check = named(verify(tmp_path / "a.wacz"), "files")
    assert check.verdict is Verdict.NOT_CHECKED
    assert "archive/b.warc.zst" in check.note


def test_pages_of_others_without_a_capture_are_a_note(tmp_path: Path) -> None:
    path = package(tmp_path / "a.wacz", warc_data, {"index.cdxj": "".join(map(line, entries)).encode()})
    assert "no pages/pages.jsonl" in named(verify(path), "pages").note
    pages = b'{"format": "json-pages-1.0"}\n{"url": "https://news.example/0#top", "ts": 1}\n'
    path.write_bytes(zipped({**unzipped(path.read_bytes()), "pages/pages.jsonl": pages}))
    check = named(verify(path), "pages")
    assert check.verdict is Verdict.SOUND
    assert "no capture" in check.note


def test_lines_in_another_order_are_a_note(tmp_path: Path) -> None:
    check = index_check(tmp_path, {"index.cdxj": (line(entries[1]) + line(entries[0])).encode()})
    assert check.verdict is Verdict.SOUND
    assert "not sorted" in check.note


def test_a_block_index_as_pywb_writes_it(tmp_path: Path) -> None:
    block = gzip.compress("".join(map(line, entries)).encode())
    key = f"{entries[0]['key']} {entries[0]['time']}"
    indexes = {"index.cdx.gz": block, "index.idx": f"{key}\tindex.cdx.gz\t0\t{len(block)}\t1\n".encode()}
    assert index_check(tmp_path, indexes).verdict is Verdict.SOUND
    indexes["index.idx"] = f"{key}\tindex.cdx.gz\t0\t{len(block) - 5}\t1\n".encode()
    assert index_check(tmp_path, indexes).verdict is Verdict.DAMAGED


def test_blocks_without_their_index(tmp_path: Path) -> None:
    check = index_check(tmp_path, {"index.cdx.gz": gzip.compress("".join(map(line, entries)).encode())})
    assert check.verdict is Verdict.SOUND


def test_an_index_in_the_older_form_is_not_read(tmp_path: Path) -> None:
    head = " CDX N b a m s k r M S V g\n"
    old = "example,news)/0 20260301000000 https://news.example/0 text/html 200 AAAA - - 200 0 a.warc.gz\n"
    check = index_check(tmp_path, {"index.cdx": (head + old).encode()})
    assert check.verdict is Verdict.NOT_CHECKED


@pytest.mark.parametrize("content", [b"garbage\n", b"\0" * 100, b'a 20260301000000 {"offset": [[[[\n'])
def test_lines_that_cannot_be_read(content: bytes, tmp_path: Path) -> None:
    assert index_check(tmp_path, {"index.cdxj": content}).verdict is Verdict.DAMAGED


def test_a_line_without_end(tmp_path: Path) -> None:
    text = b"a" * (3 * MAX_LINE) + b"\n" + "".join(map(line, entries)).encode()
    check = index_check(tmp_path, {"index.cdxj": text})
    assert check.checked == 2
    assert [problem.what for problem in check.problems] == ["a line that does not end"]


def test_json_that_nests_without_end(tmp_path: Path) -> None:
    deep = b'{"a":' * 100_000
    check = index_check(tmp_path, {"index.cdxj": b"a 20260301000000 " + deep + b"}" * 100_000 + b"\n"})
    assert check.verdict is Verdict.DAMAGED
    path = package(tmp_path / "b.wacz", warc_data, {})
    files = unzipped(path.read_bytes())
    path.write_bytes(zipped({**files, "datapackage-digest.json": deep}))
    assert named(verify(path), "package digest").verdict is Verdict.DAMAGED


@pytest.mark.parametrize("algorithm", ["md5", "sha512"])
def test_digests_of_another_algorithm(algorithm: str, tmp_path: Path) -> None:
    """py-wacz writes MD5 where it is told to (`--hash-type md5`)."""
    path = package(tmp_path / "a.wacz", warc_data, {"index.cdxj": "".join(map(line, entries)).encode()}, algorithm)
    found = verify(path)
    assert not found.damaged, found
    assert named(found, "resource digests").checked == 2
    assert named(found, "package digest").verdict is Verdict.SOUND
    files = unzipped(path.read_bytes())
    files["archive/a.warc.gz"] += gzip.compress(b"")
    path.write_bytes(zipped(files))
    assert named(verify(path), "resource digests").verdict is Verdict.DAMAGED
    files["datapackage.json"] += b" "
    path.write_bytes(zipped(files))
    assert named(verify(path), "package digest").verdict is Verdict.DAMAGED


def test_a_digest_of_an_algorithm_that_nobody_knows(tmp_path: Path) -> None:
    files = unzipped(package(tmp_path / "a.wacz", warc_data, {}).read_bytes())
    value = json.dumps({"path": "datapackage.json", "hash": "blake9:00"}).encode()
    (tmp_path / "a.wacz").write_bytes(zipped({**files, "datapackage-digest.json": value}))
    assert named(verify(tmp_path / "a.wacz"), "package digest").verdict is Verdict.NOT_CHECKED


def test_digests_as_js_wacz_makes_them(tmp_path: Path) -> None:
    """It counts each piece of a WARC file twice. Of another writer, or of another file, that is no digest."""
    big = warc_data * 250
    assert len(big) > 2 * 65536
    files = unzipped(package(tmp_path / "a.wacz", big, {}).read_bytes())
    described = json.loads(files["datapackage.json"])
    twice = hashlib.sha256(b"".join(big[at : at + 65536] * 2 for at in range(0, len(big), 65536))).hexdigest()

    def check(software: str, data: bytes) -> Check:
        resource = {**described["resources"][0], "hash": f"sha256:{twice}", "bytes": len(data)}
        text = json.dumps({**described, "software": software, "resources": [resource]}).encode()
        digest = json.dumps({"path": "datapackage.json", "hash": f"sha256:{hashlib.sha256(text).hexdigest()}"}).encode()
        changed = {"archive/a.warc.gz": data, "datapackage.json": text, "datapackage-digest.json": digest}
        (tmp_path / "b.wacz").write_bytes(zipped({**files, **changed}))
        return named(verify(tmp_path / "b.wacz"), "resource digests")

    found = check("@harvard-lil/js-wacz 0.1.6", big)
    assert (found.verdict, found.checked) == (Verdict.SOUND, 1)
    assert "js-wacz" in found.note
    assert check("@harvard-lil/js-wacz 0.1.6", big + gzip.compress(b"")).verdict is Verdict.DAMAGED
    assert check("another 1.0", big).verdict is Verdict.DAMAGED


def test_a_file_that_was_compressed_as_a_whole_is_a_note_where_nothing_is_fetched_from_it(tmp_path: Path) -> None:
    """WARC allows it (annex D asks for a member a record where possible). In a package or an archive it is damage."""
    path = tmp_path / "a.warc.gz"
    path.write_bytes(gzip.compress(gzip.decompress(warc_data)))
    found = verify(path)
    assert (found.damaged, named(found, "block digests").checked) == (False, 2)
    assert "`warcio recompress`" in named(found, "file structure").note
    assert named(verify(path, one_by_one=True), "file structure").verdict is Verdict.DAMAGED
    packed = package(tmp_path / "a.wacz", path.read_bytes(), {})
    assert named(verify(packed), "file structure").verdict is Verdict.DAMAGED
    path.write_bytes(path.read_bytes() + warc_data)
    assert named(verify(path), "file structure").verdict is Verdict.DAMAGED  # neither one nor one a record


@pytest.mark.parametrize(
    "start", [b"\x28\xb5\x2f\xfd", b"\x5d\x2a\x4d\x18", b"BZh91AY", b"\xfd7zXZ\0", b"\x04\x22\x4d\x18"]
)
def test_what_is_compressed_in_another_way_is_said(start: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.warc.zst").write_bytes(start + b"packed")
    with pytest.raises(InputError, match="compressed with"):
        verify(tmp_path / "a.warc.zst")


def test_a_version_that_nobody_published_is_a_note(tmp_path: Path) -> None:
    path = tmp_path / "a.warc"
    path.write_bytes(b"".join(map(gzip.decompress, members(warc_data))).replace(b"WARC/1.0", b"WARC/1.4", 1))
    check = named(verify(path), "record headers")
    assert check.verdict is Verdict.SOUND
    assert "WARC/1.4" in check.note


def test_records_without_a_digest_are_counted(tmp_path: Path) -> None:
    """A flipped bit in the name of the field is enough to lose it."""
    path = tmp_path / "a.warc"
    data = b"".join(map(gzip.decompress, members(warc_data)))
    path.write_bytes(data.replace(b"WARC-Block-Digest", b"WARC-Blocl-Digest", 1))
    check = named(verify(path), "block digests")
    assert check.checked == 1
    assert check.note.endswith("nothing tells of a change: 1")
    path.write_bytes(data.replace(b"WARC-Block-Digest", b"WARC-Blocl-Digest"))
    assert named(verify(path), "block digests").verdict is Verdict.ABSENT


# Archives.


def test_what_was_left_out_is_said() -> None:
    """Of an archive, one of its files, and a package of it."""
    example = Path(__file__).parents[2] / "warc"
    for path in (example, next((example / "archive").iterdir())):
        said = [check for check in verify(path, conclude=False).checks if "left out" in check.note]
        assert [check.name for check in said] == [
            "references", "articles", "resolutions", "observations", "rescues", "bluesky proofs",
        ]  # fmt: skip
        assert all(check.verdict is Verdict.NOT_CHECKED for check in said)


def more(path: Path) -> Archive:
    """The archive again, with ids of its own."""
    return Archive.open(path, clock=ticking_clock(), write=True)


def folder_of(path: Path, runs: int = 2) -> Path:
    with frozen(path) as archive:
        for run in range(runs):
            with archive.session() as session:
                session.write_exchange(exchange(f"https://posts.example/{run}", response(b"words %d" % run)))
    return path


def test_an_unfinished_run_is_a_note(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "warc")
    with more(folder) as archive, archive.session() as session:
        session.write_exchange(exchange("https://posts.example/more", response(b"more words")))
        archive.catalogue.commit()
        session.sync()
        found = verify(folder)
        assert not found.damaged, found
        assert "has no seal" in named(found, "log").note


def test_a_segment_that_a_crash_left_unsealed_and_its_successor_names(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "warc", 1)
    path = segments(folder)[0]
    path.write_bytes(b"".join(members(path.read_bytes())[:-1]))
    with more(folder) as archive:
        archive.rebuild()
        with archive.session() as session:
            session.write_exchange(exchange("https://posts.example/more", response(b"more words")))
    found = verify(folder)
    assert not found.damaged, [check for check in found.checks if check.verdict is Verdict.DAMAGED]
    path.write_bytes(b"".join(members(path.read_bytes())[:-1]))
    assert named(verify(folder), "log").verdict is Verdict.DAMAGED


def test_files_of_other_tools_alone_have_no_log(tmp_path: Path) -> None:
    (tmp_path / "warc" / "archive").mkdir(parents=True)
    (tmp_path / "warc" / "archive" / "a.warc.gz").write_bytes(warc_data)
    with frozen(tmp_path / "warc") as archive:
        archive.rebuild()
    found = verify(tmp_path / "warc")
    assert not found.damaged, found
    assert named(found, "log").verdict is Verdict.ABSENT


def collection(folder: Path, *indexes: str) -> Path:
    """What pywb makes of two files: one index for all, or none yet."""
    for name in ("archive", "indexes", "static"):
        (folder / name).mkdir(parents=True)
    (folder / "archive" / "a.warc.gz").write_bytes(warc_data)
    (folder / "archive" / "rec-2026.warc.gz").write_bytes(warc()[0])
    if indexes:
        (folder / "indexes" / "index.cdxj").write_text("".join(indexes))
    return folder


@pytest.mark.parametrize("listed", [0, 1, 2])
def test_a_collection_of_pywb_is_no_damaged_archive(listed: int, tmp_path: Path) -> None:
    found = verify(collection(tmp_path / "c", *map(line, entries[:listed])))
    assert not found.damaged, found
    assert (named(found, "index").checked, named(found, "index").note) == (listed, "records that no index lists")
    assert named(found, "catalogue").verdict is Verdict.ABSENT


def test_the_index_of_a_collection_has_to_fit_all_the_same(tmp_path: Path) -> None:
    wrong = {**entries[0], "offset": "7"}
    assert named(verify(collection(tmp_path / "c", line(wrong))), "index").verdict is Verdict.DAMAGED


def test_what_is_missing_of_what_is_derived(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "warc")
    (folder / "catalogue.db").unlink()
    assert named(verify(folder), "catalogue").verdict is Verdict.ABSENT
    with frozen(folder) as archive:
        archive.rebuild()
    with closing(sqlite3.connect(folder / "catalogue.db")) as database:
        database.execute("PRAGMA user_version = 1")
    assert named(verify(folder), "catalogue").verdict is Verdict.NOT_CHECKED


def test_nothing_is_written(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "warc")
    (folder / "indexes" / segments(folder)[0].name.replace(".warc.gz", ".cdxj")).unlink()
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert verify(folder).damaged
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


def test_progress_and_stopping(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "warc")
    seen: list[tuple[int, int]] = []
    verify(folder, progress=lambda done, total: seen.append((done, total)))
    size = sum(path.stat().st_size for path in segments(folder))
    assert seen[-1] == (size, size)
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
    with pytest.raises(StoppedVerificationError) as stopped:
        verify(folder, stop=lambda: True)
    assert stopped.value.exit_code is ExitCode.INTERRUPTED


@pytest.mark.parametrize("content", [b"", b"This is prose.", gzip.compress(b"This is prose."), b"PK\3\4"])
def test_what_is_neither(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "file.dat"
    path.write_bytes(content)
    if content.startswith(b"PK"):
        assert verify(path).damaged
    else:
        with pytest.raises(InputError):
            verify(path)


def test_a_zip_file_that_is_no_package(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as out:
        out.writestr("letter.txt", "words")
    with pytest.raises(InputError, match="no WACZ"):
        verify(tmp_path / "a.zip")


def test_arc_files_are_looked_at(tmp_path: Path) -> None:
    about = b"1 0 Test\nURL IP-address Archive-date Content-type Archive-length\n"
    head = b"filedesc://a.arc 127.0.0.1 20140216050221 text/plain %d\n" % len(about) + about + b"\n"
    body = b"HTTP/1.1 200 OK\r\n\r\nwords"
    record = b"http://news.example/ 192.0.2.1 20140216050221 text/html %d\n" % len(body) + body + b"\n"
    path = tmp_path / "a.arc"
    path.write_bytes(head + record)
    assert not verify(path).damaged
    assert len(list(ArchiveIterator(io.BytesIO(head + record), arc2warc=True))) == 2
    path.write_bytes((head + record)[:-5])
    assert verify(path).damaged
