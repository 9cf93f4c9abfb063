"""What every command has in common: exit codes, forms of output, pipes, interruption, help, completion."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, ClassVar

import pytest

from archiver.cli import COMMANDS
from archiver.cli.options import SEVERITY
from archiver.errors import ArchiveError, ExitCode
from archiver.model import Capture
from archiver.store import Archive, Session
from archiver.store.conclusions import Conclusion
from tests.town import ALIKE, DELETED, LEFTOVERS, PICTURED, RENAMED, Town, program
from tests.web_twin import Fault, PostState

SHIPPED = Path(__file__).parents[2] / "warc"
EXAMPLE = Path(__file__).parents[2] / "examples" / "flood.html"


@pytest.fixture
def shipped(tmp_path: Path) -> Path:
    shutil.copytree(SHIPPED, tmp_path / "warc", ignore=shutil.ignore_patterns("catalogue.db*", ".lock"))
    return tmp_path / "warc"


class TestExitCodes:
    """Each shown by the program itself, in a process of its own."""

    def test_0_done(self, town: Town) -> None:
        done = town.program("archive", town.page([PICTURED]), "--archive", town.archive, "--config", town.config())
        assert (done.returncode, done.stderr) == (0, b"")

    def test_1_something_to_act_on(self, town: Town) -> None:
        page = town.page([ALIKE[0]], "flattened")
        arguments = ["archive", page, "--archive", town.archive, "--config", town.config()]
        assert town.program(*arguments).returncode == 0
        assert town.program(*arguments, "--strict").returncode == 1

    @pytest.mark.parametrize("arguments", [["archive"], ["find", "--no-such-option"], ["no-such-command"]])
    def test_2_wrong_usage(self, town: Town, arguments: list[str]) -> None:
        done = town.program(*arguments)
        assert (done.returncode, done.stdout) == (2, b"")

    def test_2_wrong_configuration(self, town: Town) -> None:
        config = town.write("config.toml", "[web]\nno_such_key = 1\n")
        done = town.program("find", town.page([PICTURED]), "--config", config)
        assert (done.returncode, done.stderr.count(b"\n")) == (2, 1)

    def test_3_an_input_that_cannot_be_read_and_others_go_on(self, town: Town) -> None:
        arguments = [town.page([PICTURED]), "missing.html", town.write("left.txt", LEFTOVERS)]
        done = town.program("archive", *arguments, "--archive", town.archive, "--config", town.config())
        assert done.returncode == 3
        assert len(done.stdout.splitlines()) == 2
        assert done.stderr == b"error: missing.html: there is no such file\n"

    def test_4_the_network_failed_for_all(self, town: Town) -> None:
        url = town.publish([PICTURED])
        town.twin.fault("*", Fault.RESET)
        done = town.program("archive", url, "--archive", town.archive, "--config", town.config())
        assert (done.returncode, done.stderr.count(b"\n")) == (4, 1)

    def test_one_address_that_does_not_answer_is_an_input_among_others(self, town: Town) -> None:
        url = town.publish([PICTURED])
        town.twin.fault("news.example", Fault.RESET)
        result = town.command("find", url, town.page([PICTURED]), "--config", town.config())
        assert result.exit_code == 3
        assert len(result.stdout.splitlines()) == 1

    def test_5_the_disk_stopped_it(self, town: Town) -> None:
        blocked = town.write("a file", "")
        done = town.program("archive", town.page([PICTURED]), "--archive", blocked, "--config", town.config())
        assert (done.returncode, done.stdout, done.stderr.count(b"\n")) == (5, b"", 1)

    def test_a_fault_of_the_program_is_none_of_them(self, town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
        """Python's own exit code for a crash is 1, which would say that there is something to act on."""
        from archiver.cli import find

        def broken(*_: Any, **__: Any) -> None:
            raise ZeroDivisionError

        monkeypatch.setattr(find, "find", broken)
        result = town.command("find", town.page([PICTURED]))
        assert result.exit_code == 70
        assert "ZeroDivisionError" in result.stderr

    def test_the_gravest_code_wins(self) -> None:
        assert set(SEVERITY) == set(ExitCode) - {ExitCode.DONE}
        assert SEVERITY[0] is ExitCode.INTERRUPTED
        assert SEVERITY[-1] is ExitCode.FINDINGS


class TestFormats:
    ARGUMENTS: ClassVar[dict[str, list[Any]]] = {
        "find": [EXAMPLE],
        "resolve": [EXAMPLE, "--offline"],
        "archive": [EXAMPLE, "--offline"],
        "audit": ["--offline"],
        "explain": ["x:1590171771531264000"],
        "rebuild": [],
    }

    @pytest.mark.parametrize("command", ARGUMENTS)
    def test_each_command_in_each_form(self, town: Town, shipped: Path, command: str) -> None:
        def run(fmt: str) -> str:
            result = town.command(command, *self.ARGUMENTS[command], "--archive", shipped, "--format", fmt)
            assert result.exit_code in (0, 1), result.stderr
            assert result.stderr == ""
            return result.stdout

        by_line = [json.loads(line) for line in run("jsonl").splitlines()]
        assert by_line
        assert json.loads(run("json")) == by_line
        cells = list(csv.DictReader(io.StringIO(run("csv"))))
        assert len(cells) >= len(by_line)
        assert all(None not in row for row in cells)
        assert len(run("table").splitlines()) > len(by_line)

    @pytest.mark.parametrize("command", [command for command in ARGUMENTS if command not in ("explain", "rebuild")])
    def test_csv_and_json_agree(self, town: Town, shipped: Path, command: str) -> None:
        arguments = [command, *self.ARGUMENTS[command], "--archive", shipped]
        rows = [json.loads(line) for line in town.command(*arguments).stdout.splitlines()]
        cells = list(csv.DictReader(io.StringIO(town.command(*arguments, "--format", "csv").stdout)))
        for row, cell in zip(rows, cells, strict=True):
            for key, value in cell.items():
                assert key in row
                if isinstance(row[key], str) and not row[key].startswith(("=", "+", "-", "@")):
                    assert value == row[key]

    def test_nothing_found_is_still_json(self, town: Town) -> None:
        result = town.command("find", town.write("none.txt", "Nobody.\n"), "--format", "json")
        assert json.loads(result.stdout) == []

    def test_json_is_whole_where_the_run_failed(self, town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
        """A reader of the output sees what was done; that it was not all is said beside it."""

        pages = [town.page([post], name=f"{post.id}.html") for post in (PICTURED, RENAMED)]
        write = Session.write_conclusion

        def until_full(session: Session, conclusion: Conclusion, refers_to: str | None = None) -> Capture:
            if conclusion.observation and conclusion.observation.post_id == RENAMED.id:
                raise ArchiveError("the record was not stored: no space left on device")
            return write(session, conclusion, refers_to)

        monkeypatch.setattr(Session, "write_conclusion", until_full)
        arguments = ["archive", *pages, "--archive", town.archive, "--config", town.config()]
        result = town.command(*arguments, "--format", "json")
        assert result.exit_code == 5
        assert [row["post_id"] for row in json.loads(result.stdout)] == [PICTURED.id]
        assert result.stderr == "error: the record was not stored: no space left on device\n"


class TestPipes:
    def test_a_reader_that_has_enough_ends_it_quietly(self, town: Town) -> None:
        records = "".join(json.dumps({"id": n, "text": LEFTOVERS}) + "\n" for n in range(4000))
        path = town.write("many.jsonl", records)
        process = subprocess.Popen(
            program("find", path), stdout=subprocess.PIPE, stderr=subprocess.PIPE, **town.within()
        )
        assert process.stdout is not None
        assert process.stderr is not None
        assert json.loads(process.stdout.readline())["handle"] == "keeper_osk"
        process.stdout.close()
        assert process.stderr.read() == b""
        process.stderr.close()
        assert process.wait(timeout=30) == 0

    def test_archive_leaves_a_whole_archive(self, town: Town) -> None:
        pages = [town.page([post], name=f"{post.id}.html") for post in (PICTURED, DELETED, RENAMED)]
        process = subprocess.Popen(
            program("archive", *pages, "--archive", town.archive, "--config", town.config()),
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, **town.within(),
        )  # fmt: skip
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
        process.stderr.close()
        process.wait(timeout=30)
        with Archive.open(town.archive) as archive:
            assert archive.warnings == []
            assert archive.catalogue.observations() != []


class Interrupted:
    """A run of the program that is interrupted after the twin was asked so many times."""

    def __init__(self, town: Town, *arguments: Any, **web: Any) -> None:
        self.town = town
        config = town.config(**({"threads": 2} | web))
        self.process = subprocess.Popen(
            program(*arguments, "--archive", town.archive, "--config", config),
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, **town.within(),
        )  # fmt: skip

    def wait_for(self, questions: int) -> None:
        end = time.monotonic() + 30
        while len(self.town.twin.log) < questions:
            assert time.monotonic() < end, "the program asks nothing"
            assert self.process.poll() is None, self.process.communicate()
            time.sleep(0.005)

    def interrupt(self, number: signal.Signals = signal.SIGINT) -> None:
        os.kill(self.process.pid, number)

    def end(self) -> tuple[int, bytes, str]:
        out, err = self.process.communicate(timeout=30)
        return self.process.returncode, out, err.decode()


class TestInterruption:
    @pytest.mark.parametrize(
        ("questions", "number"),
        [(1, signal.SIGINT), (3, signal.SIGINT), (3, signal.SIGTERM), (6, signal.SIGINT)],
    )
    def test_ctrl_c_ends_whole_and_concludes_nothing(self, town: Town, questions: int, number: signal.Signals) -> None:
        page = town.page([PICTURED, DELETED, RENAMED])
        for host in ("cdn.syndication.twimg.com", "publish.twitter.com", "x.com"):
            town.twin.fault(host, Fault.SLOW, piece=200, delay=0.03)
        run = Interrupted(town, "archive", page)
        run.wait_for(questions)
        run.interrupt(number)
        code, out, err = run.end()
        assert code == 130
        assert "Traceback" not in err
        assert all(json.loads(line)["state"] in ("live", "deleted") for line in out.splitlines())
        with Archive.open(town.archive) as archive:
            assert archive.warnings == []
            states = {look.state.value for look, _ in archive.catalogue.observations()}
            outcomes = {row[3] for row in archive.catalogue.rows("resolutions")}
        assert states <= {"live", "deleted"}
        assert outcomes <= {"resolved"}
        town.twin.clear_faults()
        again = town.run(page)
        assert [post.state.value for post in again] == ["live", "deleted", "live"]

    def test_a_wait_for_a_servers_sake_is_cut_short(self, town: Town) -> None:
        """The server asks for a minute's pause; nobody has to wait for that."""
        config = town.config(threads=2, retry_after_max=300, retries=3)
        town.twin.fault("cdn.syndication.twimg.com", Fault.TOO_MANY, retry_after=60)
        process = subprocess.Popen(
            program("archive", town.page([PICTURED]), "--archive", town.archive, "--config", config),
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, **town.within(),
        )  # fmt: skip
        end = time.monotonic() + 30
        while not town.twin.hits("cdn.syndication.twimg.com"):
            assert time.monotonic() < end
            time.sleep(0.01)
        time.sleep(0.3)
        os.kill(process.pid, signal.SIGINT)
        out, _ = process.communicate(timeout=20)
        assert (process.returncode, out) == (130, b"")
        with Archive.open(town.archive) as archive:
            assert archive.catalogue.rows("resolutions") == []

    def test_pressed_twice_it_ends_at_once(self, town: Town) -> None:
        """Also while a server does not answer at all."""
        town.twin.fault("cdn.syndication.twimg.com", Fault.STALL)
        run = Interrupted(town, "archive", town.page([PICTURED]), read_timeout=600, total_timeout=600)
        run.wait_for(1)
        time.sleep(0.2)
        run.interrupt()
        time.sleep(0.3)
        assert run.process.poll() is None
        run.interrupt()
        code, out, err = run.end()
        assert (code, out) == (130, b"")
        assert "Traceback" not in err
        assert err.count("\n") == 2
        with Archive.open(town.archive) as archive:
            assert len(archive.catalogue.articles()) == 1
            assert archive.catalogue.rows("resolutions") == []

    @pytest.mark.parametrize("command", ["audit", "resolve"])
    def test_other_jobs(self, town: Town, command: str) -> None:
        page = town.page([PICTURED, RENAMED])
        town.run(page)
        town.twin.forget()
        town.twin.population.change(PICTURED.id, state=PostState.DELETED)
        town.twin.fault("*", Fault.SLOW, piece=100, delay=0.05)
        source = town.page([DELETED, RENAMED], name="other.html") if command == "resolve" else town.archive
        run = Interrupted(town, command, source) if command == "resolve" else Interrupted(town, "audit")
        run.wait_for(1)
        run.interrupt()
        code, _, err = run.end()
        assert code == 130
        assert "Traceback" not in err


class TestHelp:
    def test_every_command_explains_itself(self, town: Town) -> None:
        listed = town.command("--help")
        assert listed.exit_code == 0
        assert "..." not in listed.output.partition("Commands:")[2]  # where click cuts a sentence off
        for command in COMMANDS:
            assert f"\n  {command} " in listed.output
            shown = town.command(command, "--help")
            assert shown.exit_code == 0
            assert max(map(len, shown.output.splitlines())) <= 100

    def test_without_arguments_it_shows_help(self, town: Town) -> None:
        assert "Commands:" in town.program().stderr.decode() + town.program().stdout.decode()

    def test_the_version(self, town: Town) -> None:
        assert town.command("--version").output.startswith("archiver, version ")

    @pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
    def test_completion_script(self, town: Town, shell: str) -> None:
        result = town.command("completion", shell)
        assert result.exit_code == 0
        assert "_ARCHIVER_COMPLETE" in result.output

    def test_completion_completes(self, town: Town) -> None:
        done = town.program(env={"_ARCHIVER_COMPLETE": "bash_complete", "COMP_WORDS": "archiver au", "COMP_CWORD": "1"})
        assert b"audit" in done.stdout


@pytest.mark.parametrize(("closed", "code"), [(">&-", 0), ("2>&-", 0)])
def test_a_stream_that_the_shell_closed_is_no_fault(closed: str, code: int) -> None:
    command = f"{sys.executable} -m archiver find {EXAMPLE} --format jsonl {closed}"
    done = subprocess.run(["sh", "-c", command], capture_output=True, cwd=EXAMPLE.parents[1], check=False)
    assert done.returncode == code
    assert b"Traceback" not in done.stderr
    assert (b'"platform":"x"' in done.stdout) == (closed == "2>&-")
