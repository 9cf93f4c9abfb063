"""`archiver export`: forms, files that are whole or not there, packages that are signed or not there."""

from __future__ import annotations

import csv
import io
import json
import os
import pty
import re
import shutil
import signal
import stat
import subprocess
import sys
import time
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from archiver.cli import main
from archiver.errors import LimitError
from archiver.exporting.whole import written_whole
from archiver.signing import check_signature
from archiver.store import Archive, wholefile
from archiver.verification import verify
from tests.exporting.staging import mention, staged
from tests.loopback import Loopback, Stall, always, ok
from tests.signing.authorities import World
from tests.signing.conftest import openssl_server
from tests.signing.test_opentimestamps import ALICE

SHIPPED = Path(__file__).parents[2] / "warc"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(SHIPPED, tmp_path / "warc", ignore=shutil.ignore_patterns("catalogue.db*", ".lock"))
    return tmp_path / "warc"


@pytest.fixture(autouse=True)
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A configuration of this test's own: no key of the user's is made or used."""
    path = tmp_path / "config.toml"
    path.write_text("[web]\nallow_addresses = ['127.0.0.0/8']\nretries = 0\n")
    monkeypatch.setenv("ARCHIVER_CONFIG", str(path))
    for name in ("HOME", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(name, str(tmp_path / "home"))
    return path


def export(folder: Path, *arguments: object) -> Result:
    return CliRunner().invoke(main, ["export", "--archive", str(folder), *map(str, arguments)])


def left_over(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.name not in ("warc", "config.toml", "home"))


class TestForms:
    def test_the_ending_names_the_form(self, folder: Path, tmp_path: Path) -> None:
        for name in ("a.csv", "b.JSONL", "c.ndjson", "d.parquet", "e.jsonld", "f.wacz"):
            done = export(folder, "-o", tmp_path / name)
            assert (done.exit_code, done.output) == (0, ""), name
        assert len(list(csv.reader(io.StringIO((tmp_path / "a.csv").read_text(), newline="")))) == 9
        assert (tmp_path / "b.JSONL").read_bytes() == (tmp_path / "c.ndjson").read_bytes()
        assert (tmp_path / "d.parquet").read_bytes()[:4] == b"PAR1"
        assert json.loads((tmp_path / "e.jsonld").read_text())["total"] == 8
        assert zipfile.ZipFile(tmp_path / "f.wacz").testzip() is None

    def test_an_option_wins_over_the_ending_and_output_is_the_default(self, folder: Path, tmp_path: Path) -> None:
        export(folder, "--csv", "-o", tmp_path / "a.jsonl")
        done = export(folder, "--csv")
        assert done.stdout_bytes == (tmp_path / "a.jsonl").read_bytes()
        assert done.stdout.startswith("article_id,")

    def test_the_file_may_be_named_with_the_form(self, folder: Path, tmp_path: Path) -> None:
        for form, name in (("csv", "a.csv"), ("annotations", "e.jsonld"), ("wacz", "f.wacz")):
            done = export(folder, f"--{form}", tmp_path / name)
            assert (done.exit_code, done.output) == (0, ""), name
            assert (tmp_path / name).stat().st_size > 1000

    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            ([], "in which form?"),
            (["-o", "x.zip"], "in which form?"),
            (["--csv", "--table", "captures", "--platform", "x"], "no column platform"),
            (["--annotations", "--table", "posts"], "--table goes with"),
            (["--csv", "--title", "x"], "are for --wacz"),
            (["--wacz", "--state", "live"], "are for rows"),
            (["--wacz", "--time-stamp", "http://127.0.0.1:9/"], "put on a signature"),
            (["--csv", "-o", "nowhere/x.csv"], "there is no such folder"),
            (["--csv", "--since", "soon"], "no day"),
            (["--csv", "--since", "0001-01-01T00:00:00+14:00"], "no day"),
            (["--csv", "--jsonl"], "one form at a time"),
            (["--csv", "x.csv", "-o", "y.csv"], "x.csv or to y.csv"),
            (["--wacz", "in.warc.gz"], "has not the ending"),
            (["--csv", "x.jsonl"], "has not the ending"),
        ],
    )
    def test_wrong_usage(self, folder: Path, arguments: list[str], said: str) -> None:
        done = export(folder, *arguments)
        assert done.exit_code == 2
        assert said in done.stderr
        assert done.stdout == ""

    def test_without_an_archive_nothing_is_made(self, tmp_path: Path) -> None:
        done = export(tmp_path / "none", "-o", tmp_path / "x.csv")
        assert done.exit_code == 3
        assert "there is no archive here" in done.stderr
        assert left_over(tmp_path) == []

    def test_parquet_without_pyarrow_says_what_to_install(
        self, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(sys.modules, "pyarrow", None)
        done = export(folder, "-o", tmp_path / "x.parquet")
        assert done.exit_code == 2
        assert "pip install 'archiver[parquet]'" in done.stderr
        assert left_over(tmp_path) == []


class TestBrokenEvidence:
    def test_an_article_that_was_altered_is_told_and_the_rest_is_written(self, folder: Path, tmp_path: Path) -> None:
        with Archive.open(folder) as archive:
            [capture] = [
                found
                for article, record_id in archive.catalogue.articles()
                if article.source.endswith(".txt") and (found := archive.catalogue.capture(record_id))
            ]
        [segment] = (folder / "archive").iterdir()
        data = bytearray(segment.read_bytes())
        data[capture.offset + capture.length - 6] ^= 0xFF  # of the gzip member's checksum
        segment.write_bytes(data)
        done = export(folder, "-o", tmp_path / "x.jsonld")
        assert done.exit_code == 5
        assert f"{segment.name}: damaged" in done.stderr
        items = json.loads((tmp_path / "x.jsonld").read_text())["first"]["items"]
        assert len(items) == 8
        assert sum("refinedBy" in str(item["target"]["selector"]) for item in items) == 7


class TestFiles:
    def test_the_archive_is_not_written_over(self, folder: Path) -> None:
        [segment] = (folder / "archive").iterdir()
        before = segment.read_bytes()
        (folder / "archive" / "deep").mkdir()
        names = (
            "indexes/x.csv", "catalogue.db", "catalogue.db-wal", "catalogue.db-new.csv", ".lock", ".x.csv",
            "archive/x.wacz", "archive/deep/x.wacz", "new/../archive/x.csv", "torn/x.csv",
        )  # fmt: skip
        inside = [segment, *(folder / name for name in names)]
        for path in inside:
            done = export(folder, "--wacz" if path.suffix == ".wacz" else "--csv", "-o", path)
            assert done.exit_code == 2, path
            assert "inside the archive itself" in done.stderr
        assert segment.read_bytes() == before
        (folder / "archive" / "deep").rmdir()
        assert [path.name for path in (folder / "archive").iterdir()] == [segment.name]
        assert export(folder, "-o", folder / "posts.csv").exit_code == 0

    def test_neither_is_a_warc_file_that_is_packed(self, folder: Path) -> None:
        [segment] = (folder / "archive").iterdir()
        before = segment.read_bytes()
        done = CliRunner().invoke(main, ["export", "--wacz", "-o", str(segment), str(segment)])
        assert done.exit_code == 2
        assert segment.read_bytes() == before

    def test_a_run_that_fails_leaves_what_was_there(self, tmp_path: Path) -> None:
        path = tmp_path / "x.csv"
        path.write_text("before")

        def fail() -> None:
            with written_whole(str(path)) as out:
                out.write(b"half")
                raise RuntimeError

        with pytest.raises(RuntimeError):
            fail()
        assert path.read_text() == "before"
        assert left_over(tmp_path) == ["x.csv"]

    def test_a_disk_that_fails_at_the_end_is_an_error_and_leaves_what_was_there(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        path = tmp_path / "x.csv"
        path.write_text("before")

        def full(_descriptor: int) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(wholefile.os, "fsync", full)
        with pytest.raises(LimitError, match="No space left"), written_whole(str(path)) as out:
            out.write(b"all of it")
        assert path.read_text() == "before"
        assert left_over(tmp_path) == ["x.csv"]

    @pytest.mark.parametrize("name", ["\u6a4b" * 82, "b" * 248])
    def test_a_name_may_be_as_long_as_the_file_system_lets_it(self, folder: Path, tmp_path: Path, name: str) -> None:
        for suffix in (".csv", ".wacz"):
            done = export(folder, "-o", tmp_path / f"{name}{suffix}")
            assert (done.exit_code, done.stderr) == (0, "")
        assert left_over(tmp_path) == [f"{name}.csv", f"{name}.wacz"]

    def test_what_is_no_place_for_a_file_is_told_before_anything_is_done(self, folder: Path, tmp_path: Path) -> None:
        (tmp_path / "home" / "x.wacz").mkdir(parents=True)
        (tmp_path / "home" / "x.csv").mkdir()
        for suffix in (".csv", ".wacz"):
            asked = ["--sign", "anonymous", "--time-stamp", "http://127.0.0.1:9/"] if suffix == ".wacz" else []
            done = export(folder, "-o", tmp_path / "home" / f"x{suffix}", *asked)
            assert (done.exit_code, "this is a folder" in done.stderr) == (2, True), done.stderr
            done = export(folder, "-o", tmp_path / "nowhere" / f"x{suffix}", *asked)
            assert (done.exit_code, "there is no such folder" in done.stderr) == (2, True), done.stderr

    def test_while_it_is_written_nobody_can_read_it_who_could_not_before(self, tmp_path: Path) -> None:
        (tmp_path / "x.csv").touch(0o600)
        with written_whole(str(tmp_path / "x.csv")) as out:
            out.write(b"secret")
            assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.glob(".*.part")} == {0o600}

    def test_it_is_on_the_disk_before_it_takes_the_name(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        happened: list[str] = []
        fsync, replace, folder = os.fsync, os.replace, wholefile.sync_folder

        def note(what: str) -> None:
            happened.append(f"{what} {(tmp_path / 'x').exists()}")

        monkeypatch.setattr(wholefile.os, "fsync", lambda fd: (note("sync"), fsync(fd)))
        monkeypatch.setattr(wholefile.os, "replace", lambda a, b: (note("replace"), replace(a, b)))
        monkeypatch.setattr(wholefile, "sync_folder", lambda path: (note("folder"), folder(path)))
        with written_whole(str(tmp_path / "x")) as out:
            out.write(b"1")
        assert happened[:2] == ["sync False", "replace False"]
        assert happened[2] == "folder True"

    def test_permissions_and_links_stay(self, tmp_path: Path) -> None:
        (tmp_path / "real").write_text("before")
        (tmp_path / "real").chmod(0o640)
        (tmp_path / "link").symlink_to("real")
        with written_whole(str(tmp_path / "link")) as out:
            out.write(b"after")
        assert (tmp_path / "link").is_symlink()
        assert (tmp_path / "real").read_text() == "after"
        assert stat.S_IMODE((tmp_path / "real").stat().st_mode) == 0o640

    def test_a_full_device_is_one_clear_error(self, folder: Path) -> None:
        if not Path("/dev/full").exists():
            pytest.skip("this system has no /dev/full")
        done = export(folder, "--jsonl", "-o", "/dev/full")
        assert done.exit_code == 5
        assert "No space left on device" in done.stderr

    def test_a_reader_who_has_seen_enough_is_no_error(self, folder: Path) -> None:
        command = [sys.executable, "-m", "archiver", "export", "--archive", str(folder), "--jsonl"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            assert process.stdout is not None
            assert process.stderr is not None
            process.stdout.close()
            errors = process.stderr.read()
        assert (process.returncode, errors) == (0, b"")


def signed_data(path: Path) -> dict[str, object]:
    with zipfile.ZipFile(path) as package:
        data: dict[str, object] = json.loads(package.read("datapackage-digest.json"))
    return data


HEEDING = """
import runpy, signal
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs inherit that it is ignored
runpy.run_module("archiver", run_name="__main__", alter_sys=True)
"""


class TestPackages:
    def test_of_the_whole_archive_lists_its_articles_and_posts_with_their_words(
        self, folder: Path, tmp_path: Path
    ) -> None:
        done = export(folder, "-o", tmp_path / "x.wacz", "--title", "The flood", "--description", "Of **2022**")
        assert (done.exit_code, done.stderr) == (0, "")
        with zipfile.ZipFile(tmp_path / "x.wacz") as package:
            description = json.loads(package.read("datapackage.json"))
            header, *pages = map(json.loads, package.read("pages/pages.jsonl").splitlines())
            [segment] = (folder / "archive").iterdir()
            assert package.read(f"archive/{segment.name}") == segment.read_bytes()
        assert (description["title"], description["description"]) == ("The flood", "Of **2022**")
        assert description["mainPageUrl"] == pages[0]["url"]
        assert header["hasText"] is True
        assert len({page["id"] for page in pages}) == len(pages) == 8
        assert pages[0]["title"] == "The night the Lunn came over the wall"
        assert "Gauge 7" not in pages[0]["title"]
        assert any(page["text"].startswith("Gauge 7 on the Lunn") for page in pages[1:] if "text" in page)

    def test_of_one_article_holds_all_that_it_rests_on_and_no_more(self, folder: Path, tmp_path: Path) -> None:
        done = export(folder, "-o", tmp_path / "x.wacz", "--article", "examples/flood.txt")
        assert (done.exit_code, done.stderr) == (0, "")
        with zipfile.ZipFile(tmp_path / "x.wacz") as package:
            [name] = [name for name in package.namelist() if name.startswith("archive/")]
            extract = package.read(name)
        [segment] = (folder / "archive").iterdir()
        assert len(extract) < segment.stat().st_size / 3
        taken = tmp_path / "taken" / "archive"
        taken.mkdir(parents=True)
        (taken / "archiver-000001-20261120090000.warc.gz").write_bytes(extract)

        def chain(archive: Path, *arguments: str) -> list[dict[str, object]]:
            done = CliRunner().invoke(main, ["export", "--archive", str(archive), "--jsonl", *arguments])
            moved = {"warc_file", "warc_offset"}
            return [
                {key: value for key, value in json.loads(line).items() if key not in moved}
                for line in done.stdout.splitlines()
            ]

        assert chain(taken.parent) == chain(folder, "--article", "examples/flood.txt")
        verdicts = {check.name: check.verdict.value for check in verify(taken.parent / "archive" / segment.name).checks}
        assert "damaged" not in verdicts.values(), verdicts

    @pytest.mark.parametrize("step", ["members", "_copy"])
    @pytest.mark.parametrize("where", ["file", "stdout"])
    def test_where_there_is_no_room_for_an_articles_records_it_is_one_clear_error(
        self, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str, step: str
    ) -> None:
        def full(*_: object, **__: object) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(f"archiver.exporting.extract.{step}", full)
        target = "-" if where == "stdout" else tmp_path / "x.wacz"
        done = export(folder, "--wacz", "-o", target, "--article", "examples/flood.txt")
        assert (done.exit_code, done.stderr.count("\n")) == (5, 1), done.stderr
        assert "No space left on device" in done.stderr
        assert left_over(tmp_path) == []

    def test_of_warc_files_without_an_archive(self, folder: Path, tmp_path: Path) -> None:
        [segment] = (folder / "archive").iterdir()
        arguments = ["export", "--wacz", "-o", str(tmp_path / "x.wacz"), str(segment)]
        done = CliRunner().invoke(main, arguments)
        assert (done.exit_code, done.stderr) == (0, "")
        with zipfile.ZipFile(tmp_path / "x.wacz") as package:
            assert package.read(f"archive/{segment.name}") == segment.read_bytes()

    def test_signed_with_an_anonymous_key(self, folder: Path, tmp_path: Path) -> None:
        done = export(folder, "-o", tmp_path / "x.wacz", "--sign", "anonymous")
        assert (done.exit_code, done.stderr) == (0, "")
        data = signed_data(tmp_path / "x.wacz")
        [check] = [check for check in check_signature(data["signedData"], str(data["hash"])) if check.checked]
        assert (check.name, check.verdict.value) == ("signature", "sound")

    def test_with_a_time_stamp_of_an_authority_that_is_asked_over_the_network(
        self, folder: Path, tmp_path: Path
    ) -> None:
        with openssl_server(tmp_path / "home", World().stamper()) as (server, _):
            asked = f"http://127.0.0.1:{server.port}/stamp"
            done = export(folder, "-o", tmp_path / "x.wacz", "--sign", "anonymous", "--time-stamp", asked)
        assert (done.exit_code, done.stderr) == (0, "")
        data = signed_data(tmp_path / "x.wacz")
        checks = {check.name: check.verdict.value for check in check_signature(data["signedData"], str(data["hash"]))}
        assert checks["signature"] == "sound"
        assert checks["time stamp"] in ("sound", "not_checked")  # this authority is known to nobody
        assert "timeSignature" in dict(data["signedData"])

    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
    def test_an_export_that_is_ended_leaves_nothing(self, folder: Path, tmp_path: Path, number: signal.Signals) -> None:
        (tmp_path / "x.wacz").write_text("before")
        with Loopback(always(Stall)) as authority:  # it never answers
            command = [
                sys.executable, "-c", HEEDING, "export", "--archive", str(folder), "-o", str(tmp_path / "x.wacz"),
                "--sign", "anonymous", "--time-stamp", authority.url,
            ]  # fmt: skip
            with subprocess.Popen(command, stderr=subprocess.PIPE) as process:
                until = time.monotonic() + 30
                while not authority.asked:
                    assert time.monotonic() < until
                    time.sleep(0.01)
                assert len(left_over(tmp_path)) == 2
                process.send_signal(number)
                _, errors = process.communicate(timeout=30)
        assert (process.returncode, b"Traceback" in errors) == (130, False)
        assert left_over(tmp_path) == ["x.wacz"]
        assert (tmp_path / "x.wacz").read_text() == "before"

    def test_the_configuration_says_who_signs(self, folder: Path, tmp_path: Path, settings: Path) -> None:
        settings.write_text('[signing]\nidentity = "anonymous"\n')
        assert export(folder, "-o", tmp_path / "x.wacz").exit_code == 0
        assert "signedData" in signed_data(tmp_path / "x.wacz")
        assert export(folder, "-o", tmp_path / "x.wacz", "--sign", "none").exit_code == 0
        assert "signedData" not in signed_data(tmp_path / "x.wacz")

    def test_the_proof_stands_beside_the_package_and_is_never_that_of_another(
        self, folder: Path, tmp_path: Path, settings: Path
    ) -> None:
        calendar = Loopback(lambda asked: [ok(ALICE)])
        with calendar:
            allowed = "[web]\nallow_addresses = ['127.0.0.0/8']\n"
            settings.write_text(f"{allowed}[signing]\nidentity = 'anonymous'\ncalendars = ['{calendar.url}']\n")
            for _ in range(2):  # the second time over the first
                done = export(folder, "-o", tmp_path / "x.wacz")
                assert (done.exit_code, done.stderr) == (0, "")
                checks = {check.name: check.verdict.value for check in verify(tmp_path / "x.wacz").checks}
                assert checks["OpenTimestamps"] == "not_checked"
        assert left_over(tmp_path) == ["x.wacz", "x.wacz.ots"]
        before = [(tmp_path / name).read_bytes() for name in left_over(tmp_path)]
        done = export(folder, "-o", tmp_path / "x.wacz")  # there is no calendar any more
        assert done.exit_code == 4
        settings.write_text("[signing]\nidentity = 'anonymous'\n")
        done = export(folder, "-o", tmp_path / "x.wacz")
        assert done.exit_code == 2
        assert "x.wacz.ots: the proof of another package" in done.stderr
        assert [(tmp_path / name).read_bytes() for name in left_over(tmp_path)] == before

    def test_where_the_proof_cannot_be_written_there_is_no_package(
        self, folder: Path, tmp_path: Path, settings: Path
    ) -> None:
        settings.write_text("[signing]\nidentity = 'anonymous'\ncalendars = ['http://127.0.0.1:9/']\n")
        (tmp_path / "x.wacz.ots").mkdir()
        done = export(folder, "-o", tmp_path / "x.wacz")
        assert (done.exit_code, "x.wacz.ots: this is a folder" in done.stderr) == (2, True)
        assert left_over(tmp_path) == ["x.wacz.ots"]
        done = export(folder, "-o", tmp_path / f"{'b' * 248}.wacz")
        assert (done.exit_code, "File name too long" in done.stderr) == (5, True)
        assert left_over(tmp_path) == ["x.wacz.ots"]

    @pytest.mark.parametrize(
        "arguments",
        [["--sign", "domain"], ["--sign", "anonymous", "--time-stamp", "http://127.0.0.1:9/"]],
        ids=["no key", "no authority"],
    )
    def test_without_its_signature_there_is_no_package(
        self, folder: Path, tmp_path: Path, arguments: list[str]
    ) -> None:
        (tmp_path / "x.wacz").write_text("before")
        done = export(folder, "-o", tmp_path / "x.wacz", *arguments)
        assert done.exit_code in (3, 4)
        assert done.stderr.count("\n") == 1
        assert done.stderr.startswith("error: ")
        assert (tmp_path / "x.wacz").read_text() == "before"
        assert left_over(tmp_path) == ["x.wacz"]


class TestOnATerminal:
    @pytest.fixture
    def hostile(self, tmp_path: Path) -> Path:
        with staged(tmp_path / "hostile") as stage:
            words = "a\x1b]0;title\x07 b\u202e c\x9b31m"
            stage.article("words", "story.txt", [mention(start=0, end=5, text=words)])
        return tmp_path / "hostile"

    @pytest.mark.parametrize("form", ["--csv", "--jsonl", "--annotations"])
    def test_nothing_is_sent_that_it_would_obey(self, hostile: Path, form: str) -> None:
        ours, theirs = pty.openpty()
        command = [sys.executable, "-m", "archiver", "export", "--archive", str(hostile), form]
        with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True) as process:
            os.close(theirs)
            written = b""
            with suppress(OSError):  # Linux says so when the other side is closed
                while piece := os.read(ours, 65536):
                    written += piece
            os.close(ours)
        assert process.returncode == 0
        assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e]", written.decode())
        assert ("story.txt" if form != "--annotations" else "TextPositionSelector") in written.decode()

    @pytest.mark.parametrize("form", ["--parquet", "--wacz"])
    def test_what_is_no_text_is_not_sent_at_all(
        self, hostile: Path, form: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("archiver.cli.output._is_terminal", lambda stream: True)
        done = export(hostile, form)
        assert (done.exit_code, done.stdout_bytes) == (2, b"")
        assert "name a file: -o FILE" in done.stderr

    def test_a_file_gets_it_as_it_is(self, hostile: Path, tmp_path: Path) -> None:
        export(hostile, "-o", tmp_path / "x.csv")
        assert "a\x1b]0;title\x07 b\u202e c\x9b31m" in (tmp_path / "x.csv").read_text()
