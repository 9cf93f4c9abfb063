"""What comes into an archive from elsewhere: byte for byte, once, whole or not at all; it concludes nothing here."""

from __future__ import annotations

import gzip
import hashlib
import os
import shutil
import subprocess
import sys
import textwrap
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from archiver.errors import ArchiveError, InputError
from archiver.exporting.package import write_package
from archiver.importing import Taken, take_in, taking
from archiver.model import State, Verdict
from archiver.store import Archive
from archiver.store.catalogue import TABLES
from archiver.store.foreign import conclusions_count, imported_name, taken_in
from archiver.store.segment import OWN_SEGMENT
from archiver.verification import verify
from tests.exporting.staging import mention, post, staged
from tests.store.conftest import exchange, response

_RECORDINGS = Path(__file__).parents[2] / "../shared/fixtures"
FIXTURES = _RECORDINGS if _RECORDINGS.is_dir() else None
CREATED = datetime(2026, 3, 2, tzinfo=UTC)
PAGE = "https://posts.example/page"


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """Another archive, which cites, resolves and observes a post."""
    folder = tmp_path / "elsewhere"
    with staged(folder) as stage:
        _, [cited] = stage.article("🌉 The words of it.", "story.txt", [mention(start=2, end=11, text="The words")])
        seen = stage.session.write_exchange(exchange(PAGE)).record_id
        stage.resolved(cited, post(20), [seen])
        stage.look(post(20), State.DELETED, 0, [seen])
    return folder


@pytest.fixture
def foreign(elsewhere: Path, tmp_path: Path) -> Path:
    """Its WARC file, under a name that says nothing."""
    [segment] = (elsewhere / "archive").iterdir()
    return Path(shutil.copy(segment, tmp_path / "crawl.warc.gz"))


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """The archive that takes in: it has an article of its own."""
    folder = tmp_path / "home"
    with staged(folder) as stage:
        stage.article("words of ours", "ours.txt", [mention(start=0, end=5)])
    return folder


def take(folder: Path, *paths: Path, **options: bool) -> list[Taken]:
    with staged(folder) as stage:
        return [taken for path in paths for taken in take_in(stage.archive, stage.session, path, **options)]


def names(folder: Path) -> set[str]:
    return {path.name for path in (folder / "archive").iterdir()}


def taken_names(folder: Path) -> set[str]:
    return {name for name in names(folder) if taken_in(name)}


def digest(path: Path) -> str:
    return "sha256:" + hashlib.sha256(path.read_bytes()).hexdigest()


def rows(folder: Path) -> dict[str, list[tuple[object, ...]]]:
    with Archive.open(folder) as archive:
        return {table: archive.catalogue.rows(table) for table in TABLES}


def assert_sound(folder: Path, *, conclude: bool = False) -> None:
    """Nothing is damaged, and a rebuilt catalogue says the same row by row."""
    found = verify(folder, conclude=conclude)
    assert [(check.name, check.problems) for check in found.checks if check.verdict is Verdict.DAMAGED] == []
    before = rows(folder)
    with Archive.open(folder, write=True) as archive:
        archive.rebuild()
    assert rows(folder) == before


class TestAWarcFile:
    def test_is_kept_byte_for_byte_found_indexed_and_in_the_log(self, home: Path, foreign: Path) -> None:
        [taken] = take(home, foreign)
        assert taken.file is not None
        kept = home / "archive" / taken.file
        assert (taken.outcome, taken.source, taken.member) == ("imported", str(foreign), None)
        assert kept.read_bytes() == foreign.read_bytes()
        assert (taken.bytes, taken.digest) == (foreign.stat().st_size, digest(foreign))
        with Archive.open(home) as archive:
            assert archive.warnings == []
            [capture] = [one for one in archive.catalogue.captures_at(PAGE) if one.record_type == "response"]
            assert b"an invented page" in archive.exchange(capture).payload()
            [concluded] = archive.catalogue.captures_at(f"urn:archiver:imported:{taken.file}")
            said = archive.conclusion(concluded.record_id).imported
        assert said is not None
        assert (said.file, said.digest, said.bytes) == (taken.file, taken.digest, taken.bytes)
        assert (said.source, said.member) == ("crawl.warc.gz", None)
        assert PAGE in (home / "indexes" / f"{taken.file.removesuffix('.warc.gz')}.cdxj").read_text()
        assert_sound(home)

    def test_is_not_taken_in_twice_under_any_name(self, home: Path, foreign: Path, tmp_path: Path) -> None:
        [first] = take(home, foreign)
        before = names(home)
        other = Path(shutil.copy(foreign, tmp_path / "other.warc.gz"))
        assert [taken.outcome for taken in take(home, foreign, other, home / "archive" / str(first.file))] == [
            "known"
        ] * 3
        assert names(home) == before

    def test_of_the_archive_itself_is_known(self, home: Path) -> None:
        [segment] = (home / "archive").iterdir()
        assert [(taken.outcome, taken.file) for taken in take(home, segment)] == [("known", segment.name)]
        assert names(home) == {segment.name}

    def test_that_is_not_compressed_keeps_its_form(self, home: Path, tmp_path: Path) -> None:
        plain = tmp_path / "crawl.warc.gz"  # its name is wrong
        plain.write_bytes(
            b"WARC/1.0\r\nWARC-Type: resource\r\nWARC-Record-ID: <urn:uuid:3f4e1c3e-0000-4000-8000-000000000001>\r\n"
            b"WARC-Date: 2026-03-01T00:00:00Z\r\nWARC-Target-URI: https://posts.example/a\r\n"
            b"Content-Type: text/plain\r\nContent-Length: 5\r\n\r\nwords\r\n\r\n"
        )
        [taken] = take(home, plain)
        assert str(taken.file).endswith(".warc")
        assert_sound(home)

    @pytest.mark.parametrize(
        "name",
        [
            "archiver-000009-20260101000000.warc.gz",
            "x y\u202e;rm -rf\n.warc.gz",
            ".hidden.warc.gz",
            "a" * 240 + ".gz",
            "🌉",
        ],
    )
    def test_gets_a_safe_name_whatever_it_was_called(
        self, home: Path, foreign: Path, tmp_path: Path, name: str
    ) -> None:
        [taken] = take(home, foreign.rename(tmp_path / name))
        assert taken.file is not None
        assert taken.file.isascii()
        assert taken.file.startswith("imported-")
        assert not conclusions_count(taken.file)
        assert_sound(home)

    def test_whose_name_is_no_text_is_taken_in(self, home: Path, foreign: Path, tmp_path: Path) -> None:
        path = os.fsencode(tmp_path) + b"/odd\xff.warc.gz"
        try:
            os.rename(foreign, path)
        except OSError:
            pytest.skip("this file system has no such names")
        [taken] = take(home, Path(os.fsdecode(path)))
        assert taken.outcome == "imported"

    def test_that_is_damaged_is_refused_unless_it_is_wanted(self, home: Path, foreign: Path) -> None:
        data = bytearray(foreign.read_bytes())
        data[len(data) // 2] ^= 0xFF
        foreign.write_bytes(data)
        before = names(home)
        [refused] = take(home, foreign)
        assert (refused.outcome, refused.file) == ("refused", None)
        assert refused.problems
        assert names(home) == before
        [taken] = take(home, foreign, damaged=True)
        assert (taken.outcome, taken.problems) == ("imported", refused.problems)
        assert (home / "archive" / str(taken.file)).read_bytes() == bytes(data)

    @pytest.mark.parametrize(
        ("name", "data", "said"),
        [
            ("a.txt", b"words", "no WARC file"),
            ("a.zip", b"PK\x03\x04 and no more", ""),
            ("a.arc", b"filedesc://a.arc 0.0.0.0 20260101000000 text/plain 76\n1 0 X\n", "ARC files"),
            ("a.warc.gz", b"", "empty"),
        ],
    )
    def test_that_is_none_changes_nothing(self, home: Path, tmp_path: Path, name: str, data: bytes, said: str) -> None:
        before = names(home)
        (tmp_path / name).write_bytes(data)
        if said:
            with pytest.raises(InputError, match=said):
                take(home, tmp_path / name)
        else:
            assert [taken.outcome for taken in take(home, tmp_path / name)] == ["refused"]
        assert names(home) == before

    def test_that_is_not_there_is_an_error(self, home: Path, tmp_path: Path) -> None:
        with pytest.raises(InputError, match="no such file"):
            take(home, tmp_path / "none.warc.gz")
        with pytest.raises(InputError, match="no archive in this folder"):
            take(home, tmp_path)

    def test_that_changes_meanwhile_is_not_let_in(
        self, home: Path, foreign: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def verify_and_change(path: Path, **options: object) -> object:
            found = verify(path, conclude=False)
            with path.open("ab") as file:
                file.write(b"more")
            return found

        monkeypatch.setattr(taking, "verify", verify_and_change)
        with pytest.raises(InputError, match="changed while"):
            take(home, foreign)
        assert taken_names(home) == set()
        assert not [name for name in names(home) if name.startswith(".")]


HTML = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n"
CHUNKS = b"5\r\nwords\r\n0\r\n\r\n"


def foreign_record(block: bytes, *fields: str) -> bytes:
    lines = ("WARC/1.0", "WARC-Date: 2020-01-01T00:00:00Z", *fields, f"Content-Length: {len(block)}", "", "")
    return gzip.compress("\r\n".join(lines).encode() + block + b"\r\n\r\n", mtime=0)


class TestWhatOtherToolsWrite:
    """It is verified where it lies, and what was sound there is sound in the archive, and can be read."""

    @pytest.mark.parametrize("payload", [CHUNKS, b"words"], ids=["as transferred", "as content"])
    def test_a_payload_digest_of_either_reading_alone_is_enough_to_read_it(
        self, home: Path, tmp_path: Path, payload: bytes
    ) -> None:
        path = tmp_path / "a.warc.gz"
        path.write_bytes(
            foreign_record(
                HTML + CHUNKS,
                "WARC-Type: response",
                "WARC-Record-ID: <urn:uuid:3f4e1c3e-0000-4000-8000-000000000001>",
                f"WARC-Target-URI: {PAGE}",
                "Content-Type: application/http; msgtype=response",
                f"WARC-Payload-Digest: sha1:{hashlib.sha1(payload).hexdigest()}",
            )
        )
        take(home, path)
        with Archive.open(home) as archive:
            [capture] = archive.catalogue.captures_at(PAGE)
            assert archive.exchange(capture).payload() == b"words"
        assert_sound(home)

    @pytest.mark.parametrize("profile", ["identical-payload-digest", "server-not-modified"])
    def test_a_revisit_whose_original_is_in_a_file_that_did_not_come_is_no_damage(
        self, home: Path, tmp_path: Path, profile: str
    ) -> None:
        path = tmp_path / "second-crawl.warc.gz"
        path.write_bytes(
            foreign_record(
                HTML,
                "WARC-Type: revisit",
                "WARC-Record-ID: <urn:uuid:3f4e1c3e-0000-4000-8000-000000000001>",
                f"WARC-Target-URI: {PAGE}",
                "Content-Type: application/http; msgtype=response",
                f"WARC-Profile: http://netpreserve.org/warc/1.0/revisit/{profile}",
                "WARC-Refers-To: <urn:uuid:3f4e1c3e-0000-4000-8000-000000000009>",
                "WARC-Payload-Digest: sha1:DCM3JUEPHXBLTYYKY5HTU4GUPCQWXQDF",
                "WARC-Block-Digest: sha1:3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ",  # of nothing, as wget writes it
            )
        )
        assert [taken.outcome for taken in take(home, path)] == ["imported"]
        found = {check.name: check for check in verify(home, conclude=False).checks}
        assert (found["revisits"].verdict, found["revisits"].note) == (
            Verdict.NOT_CHECKED,
            "originals that are not here",
        )
        assert_sound(home)

    @pytest.mark.parametrize("order", [(0, 1, 2), (1, 0, 2), (1, 2, 0), (0, 0, 1), (1, 0, 0)])
    def test_an_empty_gzip_member_hides_no_record(self, home: Path, tmp_path: Path, order: tuple[int, ...]) -> None:
        """Tools that join files, or end them, leave some; in an archive each record is found behind it all the same."""
        fields = ("WARC-Type: response", "Content-Type: application/http; msgtype=response", f"WARC-Target-URI: {PAGE}")
        parts = [gzip.compress(b"", mtime=0)] + [
            foreign_record(
                HTML + CHUNKS, *fields, f"WARC-Record-ID: <urn:uuid:3f4e1c3e-0000-4000-8000-00000000000{number}>"
            )
            for number in (1, 2)
        ]
        path = tmp_path / "joined.warc.gz"
        path.write_bytes(b"".join(parts[number] for number in order))
        assert [taken.outcome for taken in take(home, path)] == ["imported"]
        with Archive.open(home) as archive:
            assert archive.warnings == []
            found = archive.catalogue.captures_at(PAGE)
            assert [archive.exchange(capture).payload() for capture in found] == [b"words"] * sum(map(bool, order))
        assert_sound(home)

    def test_a_collection_of_pywb_gives_its_files(self, home: Path, tmp_path: Path) -> None:
        """It has one index for all of its files, and no catalogue."""
        archive = tmp_path / "collection" / "archive"
        archive.mkdir(parents=True)
        for number in (1, 2):
            record_id = f"WARC-Record-ID: <urn:uuid:3f4e1c3e-0000-4000-8000-00000000000{number}>"
            uri = f"WARC-Target-URI: {PAGE}/{number}"
            block = foreign_record(
                HTML + CHUNKS, "WARC-Type: response", record_id, uri, "Content-Type: application/http"
            )
            (archive / f"rec-{number}.warc.gz").write_bytes(block)
        assert [(taken.outcome, taken.member) for taken in take(home, archive.parent)] == [
            ("imported", "archive/rec-1.warc.gz"),
            ("imported", "archive/rec-2.warc.gz"),
        ]
        assert_sound(home)

    def test_a_file_that_was_compressed_as_a_whole_is_refused_because_nothing_could_be_found_in_it(
        self, home: Path, foreign: Path
    ) -> None:
        foreign.write_bytes(gzip.compress(gzip.decompress(foreign.read_bytes())))
        [refused] = take(home, foreign)
        assert refused.outcome == "refused"
        assert "several records in one gzip member" in refused.problems[0]


class TestAPackage:
    @pytest.fixture
    def package(self, elsewhere: Path, tmp_path: Path) -> Path:
        with Archive.open(elsewhere) as archive:
            write_package(tmp_path / "p.wacz", archive, created=CREATED, on_problem=lambda *_: None)
        return tmp_path / "p.wacz"

    def test_gives_its_warc_files_and_what_it_says_of_itself(self, home: Path, package: Path, elsewhere: Path) -> None:
        [segment] = (elsewhere / "archive").iterdir()
        [taken] = take(home, package)
        assert (taken.outcome, taken.member) == ("imported", f"archive/{segment.name}")
        assert (home / "archive" / str(taken.file)).read_bytes() == segment.read_bytes()
        with zipfile.ZipFile(package) as file, Archive.open(home) as archive:
            description = file.read("datapackage.json")
            place = f"urn:archiver:package:{hashlib.sha256(description).hexdigest()}"
            for member in ("datapackage.json", "datapackage-digest.json", "pages/pages.jsonl"):
                [capture] = archive.catalogue.captures_at(f"{place}/{member}")
                assert archive.exchange(capture).payload() == file.read(member)
            [concluded] = archive.catalogue.captures_at(f"urn:archiver:imported:{taken.file}")
            said = archive.conclusion(concluded.record_id).imported
        assert said is not None
        assert (said.source, said.member) == ("p.wacz", taken.member)
        assert_sound(home)
        before = names(home)
        assert [taken.outcome for taken in take(home, package)] == ["known"]
        assert names(home) == before

    def test_with_many_files_of_one_size_is_taken_in_in_a_time_that_grows_with_them_and_no_faster(
        self, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        files = []
        for number in range(30):
            files.append(tmp_path / f"{number}.warc")
            record = foreign_record(b"", "WARC-Type: metadata", f"WARC-Record-ID: <urn:uuid:{number:036}>")
            files[-1].write_bytes(gzip.decompress(record))
        write_package(tmp_path / "many.wacz", files, created=CREATED, on_problem=lambda *_: None)
        digested, listed = [], []
        digest_of, segment_files = taking._digest, Archive.segment_files
        monkeypatch.setattr(taking, "_digest", lambda path: digested.append(path) or digest_of(path))
        monkeypatch.setattr(Archive, "segment_files", lambda self: listed.append(self) or segment_files(self))
        assert [taken.outcome for taken in take(home, tmp_path / "many.wacz")] == ["imported"] * 30
        assert (len(digested), len(listed) < 10) == (0, True)
        assert [taken.outcome for taken in take(home, tmp_path / "many.wacz")] == ["known"] * 30
        assert len(digested) <= 30

    def test_whose_digests_do_not_hold_is_refused(self, home: Path, package: Path, tmp_path: Path) -> None:
        other = tmp_path / "other.wacz"
        with zipfile.ZipFile(package) as old, zipfile.ZipFile(other, "w") as new:
            for name in old.namelist():
                data = old.read(name)
                if name == "pages/pages.jsonl":
                    data = data.replace(b"words", b"Words")
                new.writestr(name, data)
        before = names(home)
        [refused] = take(home, other)
        assert refused.outcome == "refused"
        assert any("pages/pages.jsonl" in problem for problem in refused.problems)
        assert names(home) == before
        assert [taken.outcome for taken in take(home, other, damaged=True)] == ["imported"]

    def test_with_a_name_that_leads_elsewhere_stays_in_the_folder(
        self, home: Path, foreign: Path, tmp_path: Path
    ) -> None:
        evil = tmp_path / "evil.wacz"
        with zipfile.ZipFile(evil, "w") as file:
            file.writestr("archive/../../../evil.warc.gz", foreign.read_bytes())
        outside = {path for path in tmp_path.rglob("*") if home not in path.parents}
        take(home, evil, damaged=True)
        assert {path for path in tmp_path.rglob("*") if home not in path.parents} == outside
        assert all(name.startswith(("archiver-", "imported-")) for name in names(home))


class TestConclusionsOfOthers:
    """Whatever a file from elsewhere says of posts is no conclusion of this archive, unless somebody vouches for it."""

    def test_do_not_count(self, home: Path, foreign: Path) -> None:
        before = {name: found for name, found in rows(home).items() if name not in ("captures", "segments")}
        take(home, foreign)
        after = {name: found for name, found in rows(home).items() if name not in ("captures", "segments")}
        assert after == before
        assert_sound(home, conclude=True)

    def test_do_not_count_where_the_file_was_put_there_by_hand(self, home: Path, foreign: Path) -> None:
        shutil.copy(foreign, home / "archive" / "aaa.warc.gz")
        with Archive.open(home) as archive:
            assert archive.catalogue.observations() == []
            assert len(archive.catalogue.articles()) == 1
            assert any("do not count" in warning for warning in archive.warnings)
            [record] = [
                row[0]
                for row in archive.catalogue.query(
                    "SELECT record_id FROM captures WHERE target_uri LIKE 'urn:archiver:observation:%'"
                )
            ]
            with pytest.raises(ArchiveError, match="no conclusion of this archive"):
                archive.conclusion(record)

    def test_are_what_there_is_to_see_of_a_loose_file(self, foreign: Path) -> None:
        with Archive.view([foreign]) as archive:
            assert len(archive.catalogue.observations()) == 1

    def test_do_not_keep_ours_from_being_stored(self, tmp_path: Path, foreign: Path) -> None:
        """The other archive holds the same article, page and record: none of it is left out here for that."""
        folder = tmp_path / "new"
        take(folder, foreign)
        with staged(folder) as stage:
            stage.article("🌉 The words of it.", "story.txt", [mention(start=2, end=11, text="The words")])
            capture = stage.session.write_exchange(exchange(PAGE))
        assert capture.record_type == "response"
        with Archive.open(folder) as archive:
            [(article, capture_id)] = archive.catalogue.articles()
            body = archive.catalogue.capture(capture_id)
        assert article.source == "story.txt"
        assert body is not None
        assert OWN_SEGMENT.fullmatch(body.file)
        assert_sound(folder)

    def test_a_digest_that_they_claim_does_not_make_a_revisit_of_our_capture(self, home: Path, tmp_path: Path) -> None:
        page = response(b"what the server really says", "Content-Type: text/html")
        genuine = exchange(PAGE, page)
        liar = tmp_path / "liar"
        with staged(liar) as stage:
            stage.session.write_exchange(
                exchange(PAGE, response(b"forged", "Content-Type: text/html"), payload_digest=genuine.payload_digest)
            )
        [segment] = (liar / "archive").iterdir()
        take(home, segment, damaged=True)
        with staged(home) as stage:
            capture = stage.session.write_exchange(genuine)
            assert capture.record_type == "response"
            assert stage.archive.exchange(capture).payload() == b"what the server really says"

    def test_count_when_somebody_vouches_for_them(self, home: Path, elsewhere: Path) -> None:
        [taken] = take(home, elsewhere, trust_conclusions=True)
        assert str(taken.file).startswith("archiver-000001.imported-0001-")
        assert taken.member is not None
        with Archive.open(home) as archive:
            assert [look.state for look, _ in archive.catalogue.observations("x:20")] == [State.DELETED]
            assert [article.source for article, _ in archive.catalogue.articles()] == ["ours.txt", "story.txt"]
        assert_sound(home)

    def test_cannot_be_vouched_for_afterwards(self, home: Path, foreign: Path) -> None:
        """A file keeps its name, and with it whether it counts: it is said, not passed over in silence."""
        take(home, foreign)
        with pytest.raises(InputError, match="in the archive already"):
            take(home, foreign, trust_conclusions=True)
        assert_sound(home)

    def test_a_catalogue_made_anew_hears_them_when_they_came(self, home: Path, elsewhere: Path, tmp_path: Path) -> None:
        """Each says something else of the same article; the one that was concluded, or taken in, last counts."""
        other = tmp_path / "other"
        sources = []
        with staged(other) as stage:
            stage.article("🌉 The words of it.", "third.txt", [])
        for step in (
            lambda: take(home, elsewhere, trust_conclusions=True),
            lambda: self._ours(home),
            lambda: take(home, other, trust_conclusions=True),
        ):
            step()
            assert_sound(home)
            with Archive.open(home) as archive:
                sources.append([article.source for article, _ in archive.catalogue.articles()][-1])
        assert sources == ["story.txt", "second.txt", "third.txt"]

    @staticmethod
    def _ours(home: Path) -> None:
        with staged(home) as stage:
            stage.article("🌉 The words of it.", "second.txt", [])


class TestNames:
    def test_stand_behind_the_segment_that_was_there_and_before_the_next(self) -> None:
        present = [
            "archiver-000007-20260101000000.warc.gz",
            "archiver-000008-20260101000000.warc.gz",
            "imported-x.warc",
        ]
        first = imported_name("a.warc.gz", "sha256:" + "0" * 64, ".warc.gz", present, counted=True)
        second = imported_name("A.WARC", "sha256:" + "1" * 64, ".warc", [*present, first], counted=True)
        assert first == "archiver-000008.imported-0001-a-000000000000.warc.gz"
        assert second == "archiver-000008.imported-0002-A-111111111111.warc"
        later = "archiver-000009-20260101000000.warc.gz"
        assert sorted([later, second, *present, first]) == [*present[:2], first, second, later, present[2]]
        assert [conclusions_count(name) for name in (*present, first, second)] == [True, True, False, True, True]
        assert [taken_in(name) for name in (*present, first, second)] == [False, False, True, True, True]


CRASHING = """
    import itertools, os, shutil, sys
    from pathlib import Path
    from archiver.store import Archive, Session
    from archiver.importing import take_in, taking

    home, foreign, crashed = map(Path, sys.argv[1:])
    left = 0

    def counted(function):
        def call(*arguments, **named):
            global left
            left -= 1
            if left < 0:
                os._exit(9)  # as if the power went: nothing is closed, nothing is written after it
            return function(*arguments, **named)
        return call

    os.fsync = counted(os.fsync)
    Path.rename = counted(Path.rename)
    taking.sync_folder = counted(taking.sync_folder)
    Archive.add_file = counted(Archive.add_file)
    Archive.write_index = counted(Archive.write_index)
    for name in ("write_conclusion", "sync", "close"):
        setattr(Session, name, counted(getattr(Session, name)))

    for steps in itertools.count():  # each in a process of its own, all of them with what was imported once
        folder = crashed / str(steps)
        shutil.copytree(home, folder)
        child = os.fork()
        if not child:
            left = steps
            with Archive.open(folder, write=True) as archive, archive.session() as session:
                list(take_in(archive, session, foreign))
            os._exit(0)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        if code != 9:
            sys.exit(code)
"""


@pytest.mark.slow
def test_a_crash_at_any_step_leaves_the_whole_file_or_nothing_and_is_made_up(
    home: Path, foreign: Path, tmp_path: Path
) -> None:
    crashed = tmp_path / "crashed"
    command = [sys.executable, "-c", textwrap.dedent(CRASHING), str(home), str(foreign), str(crashed)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    steps = len(list(crashed.iterdir())) - 1
    for step in range(steps + 1):
        folder = crashed / str(step)
        kept = [name for name in names(folder) if taken_in(name)]
        assert len(kept) <= 1
        assert [digest(folder / "archive" / name) for name in kept] == [digest(foreign)] * len(kept)
        [taken] = take(folder, foreign)
        assert taken.outcome == ("known" if kept else "imported")
        assert not [name for name in names(folder) if name.startswith(".")]
        with Archive.open(folder) as archive:
            assert len(archive.catalogue.captures_at(f"urn:archiver:imported:{taken.file}")) == 1
        assert_sound(folder)
    assert steps >= 6


def test_a_disk_that_is_full_is_one_error_and_leaves_nothing(
    home: Path, foreign: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    before = names(home)
    monkeypatch.setattr(taking.os, "fsync", full)
    with pytest.raises(ArchiveError, match="No space left on device"):
        take(home, foreign)
    monkeypatch.undo()
    assert names(home) == before
    assert [taken.outcome for taken in take(home, foreign)] == ["imported"]


SOUND = ("jwarc_cc.warc.gz", "warcio_example.warc", "warcio_example.warc.gz", "py-wacz_example-warcinfo-metadata.warc")


@pytest.mark.skipif(FIXTURES is None, reason="the shared fixtures are not on this machine")
def test_files_of_other_tools_are_taken_in_without_a_false_alarm(home: Path) -> None:
    assert FIXTURES is not None
    paths = [*(FIXTURES / "warc_arc" / name for name in SOUND), *sorted((FIXTURES / "wacz").glob("*.wacz"))]
    found = take(home, *paths)
    assert {(Path(taken.source).name, taken.outcome, taken.problems) for taken in found} == {
        (path.name, "imported", ()) for path in paths
    }
    assert_sound(home)
