"""Hostile and broken input: one clear line each, the right exit code; other inputs go on, nothing stored is lost."""

from __future__ import annotations

import csv
import fcntl
import gzip
import io
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from archiver.store import Archive
from benchmarks.bombs import MEASURED
from tests.town import DELETED, LEFTOVERS, PICTURED, RENAMED, Town, document, program
from tests.web_twin import PRIVATE_TARGETS, Account, Fault, TwinPost

MEGABYTE = 1 << 20
MAX_RSS = 700 * MEGABYTE
"""The largest document that is read (64 MiB) is in memory several times over: as bytes, as text, as a tree."""


def good(town: Town) -> Path:
    return town.write("good.txt", LEFTOVERS)


def truncated_warc(town: Town) -> bytes:
    town.run(town.publish([PICTURED]))
    data = next((town.archive / "archive").iterdir()).read_bytes()
    shutil.rmtree(town.archive)
    return data[: len(data) * 2 // 3]


BAD: dict[str, tuple[str, Callable[[Town], bytes | None], str]] = {
    "missing": ("missing.html", lambda town: None, "no such file"),
    "empty": ("empty.html", lambda town: b"", "empty"),
    "blank": ("blank.txt", lambda town: b" \n\n ", "empty"),
    "binary": ("picture.png", lambda town: b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40, ""),
    "elf": ("program", lambda town: Path("/proc/self/exe").read_bytes()[:20_000], ""),
    "not gzip": ("page.warc.gz", lambda town: b"\x1f\x8b\x08\x00 and then nothing", ""),
    "not zip": ("page.wacz", lambda town: b"PK\x03\x04 and then nothing at all", ""),
    "no warc": ("page.warc", lambda town: b"This is prose.", "no WARC"),
    "no json lines": ("page.jsonl", lambda town: b"this is\nnot json\n" * 30, "JSON"),
    "bomb": ("zeros.html.gz", lambda town: gzip.compress(bytes(300 * MEGABYTE), 9), "expands more"),
}


class TestOneBadAmongGood:
    @pytest.mark.parametrize("name", BAD)
    def test_it_is_told_in_a_line_and_the_others_go_on(self, town: Town, name: str) -> None:
        file, make, expected = BAD[name]
        content = make(town)
        path = town.write(file, content) if content is not None else town.folder / file
        result = town.command("find", good(town), path, good(town))
        assert result.exit_code == (5 if name == "bomb" else 3), result.stderr
        assert len(result.stdout.splitlines()) == 2
        assert str(path) in result.stderr
        assert expected in result.stderr
        assert all(line.startswith("error: ") for line in result.stderr.splitlines())
        if name != "no json lines":  # there each broken line is told, up to a bound
            assert result.stderr.count("\n") == 1

    def test_a_folder(self, town: Town) -> None:
        result = town.command("find", town.folder, good(town))
        assert (result.exit_code, result.stderr.count("\n")) == (3, 1)
        assert "folder" in result.stderr

    def test_a_truncated_warc_gives_its_whole_records(self, town: Town) -> None:
        warc = town.write("cut.warc.gz", truncated_warc(town))
        result = town.command("find", warc)
        assert result.exit_code == 3
        assert [json.loads(line)["post_id"] for line in result.stdout.splitlines()] == [PICTURED.id]
        assert result.stderr.count("\n") == 1

    def test_json_lines_with_broken_ones(self, town: Town) -> None:
        line = json.dumps({"text": LEFTOVERS}).encode()
        data = b"\n".join([line, b"{broken", b'"a string"', b"[]", line, b"\xff\xfe", b'{"neither": 1}', line])
        result = town.command("find", town.write("some.jsonl", data))
        assert result.exit_code == 3
        assert [json.loads(row)["source"].rpartition("#")[2] for row in result.stdout.splitlines()] == ["1", "5", "8"]
        assert result.stderr.count("\n") == 5

    def test_broken_encoding_and_nul_bytes_are_read(self, town: Town) -> None:
        data = LEFTOVERS.encode() + b"\n\x00\xff\xfe\xc3\x28 and more\n"
        for name in ("odd.txt", "odd.html"):
            result = town.command("find", town.write(name, data))
            assert result.exit_code in (0, 3)
            assert "Traceback" not in result.stderr
            for row in map(json.loads, result.stdout.splitlines()):
                assert row["handle"] == "keeper_osk"


class TestSize:
    """Bounds on memory, seen from outside."""

    def run(self, town: Town, *arguments: str | Path) -> tuple[int, bytes, bytes, int]:
        command = [sys.executable, "-c", MEASURED, *map(str, arguments)]
        process = subprocess.run(command, capture_output=True, check=False, **town.within())
        err, _, peak = process.stderr.rpartition(b"\npeak ")
        return process.returncode, process.stdout, err, int(peak) * 1024

    @pytest.mark.slow
    @pytest.mark.parametrize("name", ["large.txt", "large.html"])
    def test_200_megabytes(self, town: Town, name: str) -> None:
        path = town.folder / name
        line = b"All of this is one sentence, again and again. " * 22 + b"\n"
        with path.open("wb") as file:
            for _ in range(200 * MEGABYTE // len(line)):
                file.write(line)
        code, out, err, rss = self.run(town, "find", path, good(town))
        assert (code, len(out.splitlines()), err.count(b"\n")) == (3, 1, 1)
        assert b"64 MiB" in err
        assert rss < MAX_RSS

    @pytest.mark.slow
    def test_a_huge_json_line(self, town: Town) -> None:
        path = town.folder / "huge.jsonl"
        with path.open("wb") as file:
            file.write(b'{"text": "')
            for _ in range(200):
                file.write(b"a" * MEGABYTE)
            file.write(b'"}\n')
        code, _, err, rss = self.run(town, "find", path)
        assert (code, err.count(b"\n")) == (3, 1)
        assert rss < MAX_RSS

    def test_deeply_nested_html(self, town: Town) -> None:
        embed = town.twin.news.citation(PICTURED, "embeds", "en")
        deep = "<div><b>" * 50_000 + "x" + embed
        code, out, err, rss = self.run(town, "find", town.write("deep.html", document(embed + deep)), good(town))
        assert b"Traceback" not in err
        assert code in (0, 3)
        assert json.loads(out.splitlines()[-1])["handle"] == "keeper_osk"
        assert rss < MAX_RSS

    def test_many_signatures(self, town: Town) -> None:
        line = "Again and again it is told. — Keeper (@keeper_osk) March 9, 2022\n\n"
        code, out, _, _ = self.run(town, "find", town.write("many.txt", line * 3000))
        assert code == 0
        assert len(out.splitlines()) >= 1


NASTY = "\x1b[31mred\x1b[0m \u202egnirts\u2066 \x07\x9b=1+1\u2028end"


class TestNames:
    """What strangers call themselves is data, in every form of output."""

    @pytest.fixture
    def page(self, town: Town) -> Path:
        post = TwinPost(
            account=Account(handle="nasty_one", name=NASTY),
            created=PICTURED.created,
            text="=HYPERLINK(\"https://evil.example\") \x1b]0;owned\x07 'quoted', and \u202eturned",
        )
        town.twin.population.add(post)
        return town.page([post])

    @pytest.mark.parametrize("command", ["find", "resolve", "archive"])
    @pytest.mark.parametrize("fmt", ["table", "jsonl", "json", "csv"])
    def test_no_form_of_output_lets_them_act(self, town: Town, page: Path, command: str, fmt: str) -> None:
        options = () if command == "find" else ("--archive", town.archive)
        result = town.command(command, page, *options, "--config", town.config(), "--format", fmt)
        assert result.exit_code == 0, result.stderr
        assert "nasty_one" in result.stdout
        if fmt != "csv":  # CSV that goes to a file keeps what was written
            assert not set(result.stdout) & set("\x1b\x07\x9b\u202e\u2066\u2028")
        else:
            for row in csv.reader(io.StringIO(result.stdout)):
                assert not [cell for cell in row if cell.startswith(("=", "+", "-", "@"))]

    @pytest.mark.parametrize("command", ["audit", "explain", "archive"])
    def test_nor_do_later_commands(self, town: Town, page: Path, command: str) -> None:
        town.run(page)
        arguments = {"audit": ["--offline"], "explain": ["x:15"], "archive": [page, "--offline"]}[command]
        result = town.command(command, *arguments, "--archive", town.archive, "--format", "table")
        assert result.exit_code == 0, result.stderr
        assert not set(result.stdout) & set("\x1b\x07\x9b\u202e\u2066\u2028")

    def test_nor_do_file_names(self, town: Town) -> None:
        result = town.command("find", town.folder / "no\x1b[31m\u202esuch\nfile.txt")
        assert (result.exit_code, result.stderr.count("\n")) == (3, 1)
        assert not set(result.stderr) & set("\x1b\u202e")


class TestAddresses:
    @pytest.mark.parametrize("url", PRIVATE_TARGETS)
    def test_private_ones_are_refused(self, town: Town, url: str) -> None:
        result = town.command("archive", url, good(town), "--archive", town.archive, "--config", town.config())
        assert result.exit_code == 3
        assert result.stderr.count("\n") == 1
        assert len(result.stdout.splitlines()) == 1
        with Archive.open(town.archive) as archive:
            assert len(archive.catalogue.rows("refusals")) == 1

    @pytest.mark.parametrize(
        "url", ["ftp://news.example/a", "file:///etc/passwd", "http://", "https://[bad", "http://a b/"]
    )
    def test_others_are_no_sources(self, town: Town, url: str) -> None:
        result = town.command("find", url, "--config", town.config())
        assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (3, "", 1)

    @pytest.mark.parametrize("status", [404, 500])
    def test_a_page_that_is_not_there(self, town: Town, status: int) -> None:
        url = town.publish([PICTURED]) if status == 500 else "https://news.example/nothing"
        if status == 500:
            town.twin.fault("news.example", Fault.SERVER_ERROR)
        result = town.command("find", url, good(town), "--config", town.config())
        assert (result.exit_code, result.stderr.count("\n")) == (3, 1)
        assert str(status) in result.stderr


def one_line(result: Any, code: int) -> None:
    assert result.exit_code == code, result.stderr
    assert result.stderr.count("\n") == 1
    assert result.stderr.startswith("error: ")


class TestArchives:
    def archive(self, town: Town, *more: str | Path) -> Any:
        return town.command("archive", town.page([PICTURED]), "--config", town.config(), *more)

    def test_a_path_that_is_a_file(self, town: Town) -> None:
        one_line(self.archive(town, "--archive", town.write("file", "x")), 5)

    def test_one_that_another_process_writes_to(self, town: Town) -> None:
        town.run(town.page([PICTURED]))
        with (town.archive / ".lock").open("ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            one_line(self.archive(town, "--archive", town.archive), 5)
            reading = town.command("audit", "--offline", "--archive", town.archive)
            assert reading.exit_code == 0

    @pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
    def test_one_that_may_not_be_written(self, town: Town) -> None:
        town.folder.chmod(0o500)
        try:
            one_line(self.archive(town, "--archive", town.archive), 5)
        finally:
            town.folder.chmod(0o700)

    def test_one_that_cannot_be_made(self, town: Town) -> None:
        one_line(self.archive(town, "--archive", "/proc/self/archive"), 5)

    def test_a_damaged_segment_does_not_hide_the_rest(self, town: Town) -> None:
        for post in (PICTURED, RENAMED):
            town.run(town.page([post], name=f"{post.id}.html"))
        first = min((town.archive / "archive").iterdir())
        data = first.read_bytes()
        first.write_bytes(data[:2000] + b"\x00" * 300 + data[2300:])
        for path in town.archive.glob("catalogue.db*"):
            path.unlink()
        result = town.command("audit", "--offline", "--archive", town.archive)
        assert "Traceback" not in result.stderr
        assert RENAMED.id in result.stdout


LIMITED = """
import os, resource, sys
limit = int(sys.argv[1])
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
os.execv(sys.argv[2], sys.argv[2:])
"""
"""Sets the limit and becomes the program: `preexec_fn` must not be used where threads run."""


class TestDisk:
    """The disk takes no more: `RLIMIT_FSIZE` makes writes fail as a full disk does."""

    def run(self, town: Town, page: Path, limit: int) -> subprocess.CompletedProcess[bytes]:
        arguments = program("archive", page, "--archive", town.archive, "--config", town.config(threads=2))
        limited = [sys.executable, "-c", LIMITED, str(limit), *arguments]
        return subprocess.run(limited, capture_output=True, check=False, **town.within())

    @pytest.mark.parametrize("limit", [0, 3_000, 9_000, 20_000, 60_000, 150_000])
    def test_full(self, town: Town, limit: int) -> None:
        page = town.page([PICTURED, DELETED, RENAMED])
        done = self.run(town, page, limit)
        assert b"Traceback" not in done.stderr
        assert done.returncode in (0, 5), done.stderr
        if done.returncode:
            assert done.stderr.count(b"\n") == 1
            assert done.stderr.startswith(b"error: ")
        again = town.run(page)
        assert [post.state.value for post in again] == ["live", "deleted", "live"]
        with Archive.open(town.archive) as archive:
            captures = archive.catalogue.rows("captures")
            for row in captures:
                found = archive.catalogue.capture(row[3])
                assert found is not None
                archive.check_block(found)
        assert len({row[3] for row in captures}) == len(captures)

    def test_a_full_disk_while_it_grows_keeps_what_was_there(self, town: Town) -> None:
        first = town.page([PICTURED], name="first.html")
        town.run(first)
        with Archive.open(town.archive) as archive:
            before = {row[3] for row in archive.catalogue.rows("captures")}
        done = self.run(town, town.page([DELETED, RENAMED]), 12_000)
        assert done.returncode == 5
        with Archive.open(town.archive) as archive:
            assert before <= {row[3] for row in archive.catalogue.rows("captures")}
            assert [look.post_id for look, _ in archive.catalogue.observations()][:1] == [PICTURED.id]

    def test_a_full_disk_for_the_output(self, town: Town) -> None:
        if not Path("/dev/full").exists():
            pytest.skip("no /dev/full here")
        with Path("/dev/full").open("wb") as full:
            arguments = program("find", good(town))
            done = subprocess.run(arguments, stdout=full, stderr=subprocess.PIPE, check=False, **town.within())
        assert (done.returncode, done.stderr.count(b"\n")) == (5, 1)


def test_ids_that_x_never_gave(town: Town) -> None:
    """Too long, of the future, of before the count began: nothing breaks, and none is called live."""
    ids = ["1", "99999999999999999999", "9" * 18, "00000000000000000012"]
    cited = "".join(
        f'<blockquote class="twitter-tweet"><p>words</p>&mdash; N (@name_{n}) '
        f'<a href="https://twitter.com/name_{n}/status/{post_id}">March 9, 2022</a></blockquote>'
        for n, post_id in enumerate(ids)
    )
    posts = town.run(town.write("odd.html", document(cited)))
    assert posts != []
    assert [post for post in posts if post.state.readable] == []
