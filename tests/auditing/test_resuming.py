"""An audit that is interrupted goes on where it stopped; no look is lost, none is taken twice."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from datetime import timedelta

import pytest

from archiver.auditing import Plan, cited_in_archive
from archiver.auditing.cited import Cited, cited_in_document
from archiver.auditing.looking import _in_turns
from archiver.model import Mention, Outcome, Post, Resolution, State
from archiver.sources import read_sources
from archiver.store import Archive
from tests.town import FLATTENED, NEVER_STORED, PICTURED, RENAMED, Town, program
from tests.web_twin import Fault, PostState

SYNDICATION = "cdn.syndication.twimg.com"
CITED = (PICTURED, RENAMED, FLATTENED)


@pytest.fixture
def archived(town: Town) -> Town:
    town.run(town.page(CITED))
    town.clock.go(days=2)
    return town


def looks(town: Town) -> dict[str, int]:
    with Archive.open(town.archive) as archive:
        found = [one.post_id for one, _ in archive.catalogue.observations()]
    return {post.id: found.count(post.id) for post in CITED}


def asked(town: Town) -> int:
    return len(town.twin.hits(SYNDICATION))


def test_a_young_look_is_reused(archived: Town) -> None:
    first = archived.audit()
    questions = asked(archived)
    archived.clock.go(hours=2)
    assert archived.audit(plan=Plan(max_age=timedelta(hours=3))) == first
    assert asked(archived) == questions
    assert set(looks(archived).values()) == {2}


def test_an_older_one_is_not(archived: Town) -> None:
    archived.audit()
    archived.clock.go(hours=4)
    archived.audit(plan=Plan(max_age=timedelta(hours=3)))
    assert set(looks(archived).values()) == {3}


def test_a_look_of_a_time_to_come_is_not(archived: Town) -> None:
    """A clock that was wrong once, by a month, would have it reused for a month."""
    archived.clock.go(days=30)
    archived.audit()
    archived.clock.go(days=-30)
    before = asked(archived)
    findings = archived.audit(plan=Plan(max_age=timedelta(hours=3)))
    assert asked(archived) > before
    assert all(finding.seen_at and finding.seen_at < archived.clock() for finding in findings)


def test_by_default_every_post_is_looked_at(archived: Town) -> None:
    archived.audit()
    archived.audit()
    assert set(looks(archived).values()) == {3}


@pytest.mark.parametrize("fault", [Fault.TOO_MANY, Fault.SERVER_ERROR], ids=str)
def test_a_look_that_saw_nothing_is_taken_again(archived: Town, fault: Fault) -> None:
    for host in (SYNDICATION, "publish.twitter.com"):
        archived.twin.fault(host, fault)
    assert {finding.state for finding in archived.audit()} <= {State.BLOCKED, State.UNREACHABLE}
    archived.twin.clear_faults()
    assert {finding.state for finding in archived.audit(plan=Plan(max_age=timedelta(hours=3)))} == {State.LIVE}


def test_what_is_interrupted_goes_on(archived: Town) -> None:
    asked_at_the_start = asked(archived)
    told = archived.audit(stop=lambda: asked(archived) > asked_at_the_start)
    assert len(told) < len(CITED)
    rest = archived.audit(plan=Plan(max_age=timedelta(hours=3)))
    assert [finding.post_id for finding in rest] == [post.id for post in CITED]
    assert looks(archived) == {post.id: 2 for post in CITED}


def test_reading_an_archive_can_be_stopped_and_is_followed(town: Town) -> None:
    pages = [town.page([PICTURED, post], name=f"{post.id}.html") for post in CITED]
    town.run(*pages)
    read: list[str | None] = []

    def progress(steps: int = 1, label: str | None = None) -> None:
        read.extend([label] * steps)

    with town.job() as job:
        assert len(cited_in_archive(job, progress)) == len(CITED)
    assert read == ["The night without the lamp"] * 3
    read.clear()
    with town.job(stop=lambda: len(read) == 1) as job:
        assert len(cited_in_archive(job, progress)) < len(CITED)
    assert len(read) == 1


def test_the_hosts_are_asked_in_turns(town: Town) -> None:
    """Ten posts of one platform do not keep the one of another to the end."""

    def cited(platform: str, number: int) -> Cited:
        mention = Mention(source="list", platform=platform, rule="test", confidence=1.0, id=f"m-{platform}{number}")
        post = Post(platform=platform, id=str(number), url=f"https://{platform}.example/{number}")
        resolution = Resolution(mention_id=mention.id, outcome=Outcome.RESOLVED)
        return Cited(platform=platform, post=post, sources=(), mention=mention, resolution=resolution)

    order = list(_in_turns([*(cited("x", number) for number in range(4)), cited("bluesky", 9)]))
    assert order == [0, 4, 1, 2, 3]


def test_stopped_it_says_how_to_go_on_and_writes_no_half_file(archived: Town) -> None:
    """In a real process that is interrupted while the stand-in answers."""
    archived.twin.fault(SYNDICATION, Fault.STALL)
    output, report, figures = (archived.folder / name for name in ("all.jsonl", "sources.html", "figures.json"))
    report.write_text("of the last whole audit")
    config = archived.config(read_timeout=1)
    files = ("-o", output, "--html", report, "--figures", figures)
    command = program("audit", archived.archive, "--config", config, *files)
    before = asked(archived)
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **archived.within())
    while asked(archived) == before and process.poll() is None:
        time.sleep(0.01)
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=30)
    assert process.returncode == 130
    assert b"the same command with --max-age 10m goes on from here" in said
    assert said.count(b"is not written: the audit is not whole") == 3
    assert not output.exists()
    assert not figures.exists()
    assert report.read_text() == "of the last whole audit"


def test_what_is_resolved_is_not_looked_for_again(town: Town) -> None:
    page = town.page([NEVER_STORED], "flattened")
    arguments = ("audit", page, "--archive", town.archive, "--config", town.config())
    first = town.command(*arguments)
    before = len(town.twin.log)
    again = town.command(*arguments, "--max-age", "1h")
    assert len(town.twin.log) == before
    line, same = (json.loads(result.stdout) for result in (first, again))
    assert line == same
    town.command(*arguments)
    assert len(town.twin.log) > before


def test_that_nothing_was_found_again_is_remembered(town: Town) -> None:
    """An audit of a later day that is interrupted does not look again for what it did not find."""
    page = town.page([NEVER_STORED], "flattened")

    def asks(max_age: timedelta | None) -> int:
        before = len(town.twin.log)
        with town.job() as job:
            for document in read_sources([str(page)], on_error=lambda *_: pytest.fail("unread")):
                cited_in_document(job, document, max_age=max_age)
        return len(town.twin.log) - before

    hour = timedelta(hours=1)
    assert asks(None) > 0
    town.clock.go(days=3)
    assert asks(hour) > 0
    assert asks(hour) == 0


def test_a_kill_between_two_looks_loses_and_doubles_none(archived: Town) -> None:
    config = archived.config()
    command = program("audit", archived.archive, "--config", config, "--max-age", "1h")
    archived.twin.population.change(FLATTENED.id, state=PostState.DELETED)
    for questions in (2, 4):
        assert archived.killed_after(command, questions, 0.02)
    result = archived.command("audit", archived.archive, "--config", config, "--max-age", "1h")
    assert [json.loads(line)["state"] for line in result.stdout.splitlines()] == ["live", "live", "deleted"]
    assert looks(archived) == {post.id: 2 for post in CITED}
