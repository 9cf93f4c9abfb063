"""`--offline`: no socket is opened, and the answers are those of the run that stored the captures."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
from pathlib import Path
from typing import Any

import pytest

from archiver.model import Outcome, State
from archiver.store import Archive
from tests.town import (
    ALIKE,
    DELETED,
    FLATTENED,
    LEFTOVERS,
    NEVER_STORED,
    PICTURED,
    RENAMED,
    Town,
    program,
)
from tests.web_twin import Fault, PostState


@pytest.fixture
def no_sockets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Any attempt to reach the network raises."""

    def refuse(*_: Any, **__: Any) -> Any:
        raise AssertionError("a socket was opened")

    for name in ("socket", "create_connection", "getaddrinfo", "gethostbyname", "socketpair"):
        monkeypatch.setattr(socket, name, refuse)


@pytest.fixture
def stored(town: Town) -> Town:
    """The town with an archive of everything: by permalink, by text, ambiguous, unresolved, from a URL."""
    town.run(*sources(town))
    return town


def sources(town: Town) -> list[str]:
    return [
        str(town.page([PICTURED, DELETED, RENAMED])),
        str(town.write("left.txt", LEFTOVERS)),
        str(town.page([ALIKE[0], NEVER_STORED], "flattened", "flat.html")),
        town.publish([PICTURED]),
    ]


def files(town: Town) -> dict[str, int]:
    return {
        str(path.relative_to(town.archive)): path.stat().st_size
        for path in town.archive.rglob("*.*")
        if path.is_file() and not path.name.startswith((".lock", "catalogue"))
    }


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


@pytest.mark.usefixtures("no_sockets")
class TestNoSocket:
    @pytest.fixture(autouse=True)
    def _archive(self, tmp_path: Path) -> None:
        root = Path(__file__).parents[1]
        shutil.copytree(root / "warc", tmp_path / "warc", ignore=shutil.ignore_patterns("catalogue.db*", ".lock"))
        self.archive = tmp_path / "warc"
        self.article = root / "examples" / "flood.html"

    def run(self, *arguments: str | Path) -> Any:
        from click.testing import CliRunner

        from archiver.cli import main

        result = CliRunner().invoke(main, [str(a) for a in (*arguments, "--archive", self.archive)])
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result

    def test_the_patch_bites(self) -> None:
        with pytest.raises(AssertionError, match="socket"):
            socket.create_connection(("127.0.0.1", 1))

    @pytest.mark.parametrize("command", ["find", "resolve", "archive", "audit"])
    def test_jobs(self, command: str) -> None:
        result = self.run(command, self.article, "--offline")
        assert result.exit_code in (0, 1)
        assert len(lines(result.stdout)) == 7

    def test_the_whole_archive(self) -> None:
        assert len(lines(self.run("audit", "--offline").stdout)) == 7

    def test_explain_and_rebuild(self) -> None:
        assert self.run("rebuild").exit_code == 0
        assert json.loads(self.run("explain", "x:1590171771531264000").stdout)["kind"] == "post"

    def test_an_address_that_was_never_stored(self) -> None:
        result = self.run("archive", "https://news.example/never", "--offline")
        assert result.exit_code == 3
        assert result.stderr.count("\n") == 1


@pytest.mark.skipif(shutil.which("strace") is None, reason="needs strace")
@pytest.mark.parametrize("command", ["resolve", "archive", "audit"])
def test_the_process_makes_no_network_call(stored: Town, command: str) -> None:
    """Seen from outside: the kernel is asked for no socket but those of one machine's own services."""
    trace = stored.folder / "trace"
    arguments = program(command, stored.folder / "page.html", "--offline", "--archive", stored.archive)
    traced = ["strace", "-f", "-e", "trace=socket,connect,sendto,bind", "-o", str(trace), *arguments]
    done = subprocess.run(traced, capture_output=True, check=False, **stored.within())
    if b"ptrace" in done.stderr:
        pytest.skip("strace is not allowed here")
    assert done.returncode in (0, 1), done.stderr
    assert len(done.stdout.splitlines()) == 3
    assert [line for line in trace.read_text().splitlines() if "AF_INET" in line or "AF_NETLINK" in line] == []


class TestTheSameAnswers:
    def test_archive(self, town: Town) -> None:
        live = town.run(*sources(town))
        stored = files(town)
        asked = len(town.twin.log)
        offline = town.run(*sources(town), offline=True)
        assert offline == live
        assert files(town) == stored
        assert len(town.twin.log) == asked

    def test_archive_after_the_catalogue_was_lost(self, town: Town) -> None:
        live = town.run(*sources(town))
        for path in town.archive.glob("catalogue.db*"):
            path.unlink()
        assert town.run(*sources(town), offline=True) == live

    @pytest.mark.parametrize("host", ["*", "news.example"])
    @pytest.mark.parametrize("form", ["json", "jsonl", "csv"])
    def test_what_got_no_answer(self, host: str, form: str, town: Town) -> None:
        """Output, exit code and what is said of the article that could not be read are those of then."""
        town.twin.fault(host, Fault.CLOSE)
        articles = [town.page([PICTURED, DELETED]), town.write("left.txt", LEFTOVERS), town.publish([PICTURED])]
        arguments = ["resolve", *articles, "--archive", town.archive, "--config", town.config(), "--format", form]
        live, offline = town.command(*arguments), town.command(*arguments, "--offline")
        assert (offline.exit_code, offline.stdout) == (live.exit_code, live.stdout)
        assert "night.html: the server closed the connection" in live.stderr
        assert "night.html: the server closed the connection without an answer (when it was asked: " in offline.stderr
        assert "is there a network" not in offline.stderr

    def test_resolve_from_captures_alone(self, town: Town) -> None:
        """`resolve` stores no conclusions: offline, everything is concluded again."""
        arguments = ["resolve", *sources(town), "--archive", town.archive, "--config", town.config()]
        live = lines(town.command(*arguments).stdout)
        offline = lines(town.command(*arguments, "--offline").stdout)
        assert [row["outcome"] for row in live] == [
            "resolved", "resolved", "resolved", "resolved", "ambiguous", "unresolved", "resolved",
        ]  # fmt: skip
        assert offline == live

    def test_archive_after_resolve(self, town: Town) -> None:
        """What `resolve` captured is enough to conclude, offline, what a live run would have concluded."""
        page = town.write("left.txt", LEFTOVERS)
        town.command("resolve", page, "--archive", town.archive, "--config", town.config())
        (post,) = town.run(page, offline=True)
        assert (post.outcome, post.state, post.post_id) == (Outcome.RESOLVED, State.LIVE, FLATTENED.id)
        assert post.evidence

    def test_audit(self, stored: Town) -> None:
        stored.clock.go(hours=8)
        stored.twin.population.change(PICTURED.id, state=PostState.DELETED)
        stored.twin.fault("cdn.syndication.twimg.com", Fault.LOGIN_WALL, path=RENAMED.id)
        stored.twin.fault("publish.twitter.com", Fault.LOGIN_WALL, path=RENAMED.id)
        live = stored.audit()
        before = files(stored)
        offline = stored.audit(offline=True, conclude=False)
        assert [finding.state.value for finding in live][:3] == ["deleted", "deleted", "blocked"]
        assert offline == live
        assert files(stored) == before

    def test_each_article_with_the_control_of_its_own_run(self, town: Town) -> None:
        """The control post was captured twice: an older look keeps the control that vouched for it."""
        (first,) = town.run(town.page([DELETED], name="one.html"))
        town.clock.go(days=2)
        town.twin.population.change(RENAMED.id, state=PostState.SUSPENDED)
        town.run(town.page([RENAMED], name="two.html"))
        before = files(town)
        assert town.run(town.folder / "one.html", offline=True) == [first]
        assert files(town) == before

    def test_find_at_an_address(self, stored: Town) -> None:
        url = stored.publish([PICTURED])
        arguments = ["find", url, "--archive", stored.archive]
        offline = lines(stored.command(*arguments, "--offline").stdout)
        assert offline == lines(stored.command(*arguments, "--config", stored.config()).stdout)
        assert offline[0]["post_id"] == PICTURED.id


class TestNothingStored:
    def test_resolve_says_what_is_not_stored(self, town: Town) -> None:
        result = town.command("resolve", town.write("left.txt", LEFTOVERS), "--offline", "--archive", town.archive)
        (row,) = lines(result.stdout)
        assert (result.exit_code, row["outcome"]) == (0, "unresolved")
        assert "not stored" in row["reason"]
        assert "there is no archive here" in result.stderr
        assert not town.archive.exists()

    def test_archive_keeps_the_article_and_concludes_nothing_of_the_posts(self, town: Town) -> None:
        page = town.page([PICTURED])
        (post,) = town.run(page, offline=True)
        assert (post.outcome, post.state) == (Outcome.RESOLVED, State.UNRESOLVED)
        assert "no stored capture" in post.reason
        with Archive.open(town.archive) as archive:
            assert len(archive.catalogue.articles()) == 1
            assert archive.catalogue.observations() == []
        before = files(town)
        assert town.run(page, offline=True) == [post]
        assert files(town) == before

    def test_strict(self, town: Town) -> None:
        page = town.write("left.txt", LEFTOVERS)
        for command in ("resolve", "archive"):
            assert town.command(command, page, "--offline", "--strict", "--archive", town.archive).exit_code == 1
            assert town.command(command, page, "--offline", "--archive", town.archive).exit_code == 0

    def test_audit_of_an_article(self, town: Town) -> None:
        page = town.page([PICTURED])
        result = town.command("audit", page, "--offline", "--archive", town.archive)
        assert (result.exit_code, lines(result.stdout)[0]["state"]) == (0, "unresolved")
        assert not town.archive.exists()


def test_a_record_that_was_altered_is_no_answer(stored: Town) -> None:
    """It is refused and told of; the other posts are not touched by it."""
    with Archive.open(stored.archive) as archive:
        (capture, *_) = (
            capture
            for capture in archive.catalogue.captures_in(archive.segment_files()[0].name)
            if capture.record_type == "response" and PICTURED.id in capture.target_uri
        )
    segment = stored.archive / "archive" / capture.file
    data = bytearray(segment.read_bytes())
    data[capture.offset + capture.length - 6] ^= 1  # in the gzip member's own checksum
    segment.write_bytes(data)
    result = stored.command("archive", stored.folder / "page.html", "--offline", "--archive", stored.archive)
    assert result.exit_code == 0
    assert [row["post_id"] for row in lines(result.stdout)] == [PICTURED.id, DELETED.id, RENAMED.id]
    assert "warning" in result.stderr
    assert "Traceback" not in result.stderr
