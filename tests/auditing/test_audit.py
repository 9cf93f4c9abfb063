"""Which cited posts are missing: states are told apart, and nothing is called missing that we only could not see."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import msgspec
import pytest

from archiver.auditing import Finding
from archiver.model import State
from archiver.store import Archive
from tests.town import CONTROL, DELETED, FLATTENED, LEFTOVERS, NEVER_STORED, PICTURED, RENAMED, Town, at
from tests.web_twin import CONTROL_ID, Fault, PostState, TwinPost

X_HOSTS = ("cdn.syndication.twimg.com", "publish.twitter.com")

MISSING = {
    PostState.DELETED: State.DELETED,
    PostState.ACCOUNT_GONE: State.ACCOUNT_GONE,
    PostState.SUSPENDED: State.SUSPENDED,
    PostState.PROTECTED: State.PROTECTED,
    PostState.AGE_RESTRICTED: State.RESTRICTED,
    PostState.WITHHELD: State.RESTRICTED,
}


def fault(town: Town, kind: Fault) -> None:
    for host in X_HOSTS:
        town.twin.fault(host, kind)


@pytest.fixture
def archived(town: Town) -> Town:
    """The town after one article was archived while its post was live."""
    town.run(town.page([PICTURED]))
    town.clock.go(days=1)
    return town


def look(town: Town) -> Finding:
    (finding,) = town.audit()
    return finding


class TestStates:
    def test_live(self, archived: Town) -> None:
        finding = look(archived)
        assert (finding.state, finding.before, finding.control) == (State.LIVE, State.LIVE, None)
        assert finding.since == finding.seen_at

    @pytest.mark.parametrize("state", MISSING, ids=str)
    def test_each_way_to_be_missing(self, archived: Town, state: PostState) -> None:
        archived.twin.population.change(PICTURED.id, state=state)
        finding = look(archived)
        assert finding.state is MISSING[state]
        assert finding.state.missing
        assert (finding.before, finding.control) == (State.LIVE, "live")
        assert finding.since is not None
        assert finding.seen_at is not None
        assert finding.since < finding.seen_at - timedelta(hours=20)
        assert finding.text == PICTURED.text
        assert finding.stored_in

    def test_edited(self, archived: Town) -> None:
        later = TwinPost(account=PICTURED.account, created=at(5, 20), text=PICTURED.text + " Horn is back.")
        versions = (PICTURED.id, later.id)
        archived.twin.population.add(replace(later, versions=versions))
        archived.twin.population.change(PICTURED.id, versions=versions)
        assert look(archived).state is State.EDITED

    @pytest.mark.parametrize("kind", [Fault.TOO_MANY, Fault.FORBIDDEN, Fault.LOGIN_WALL], ids=str)
    def test_a_refusal_is_blocked(self, archived: Town, kind: Fault) -> None:
        fault(archived, kind)
        finding = look(archived)
        assert finding.state is State.BLOCKED
        assert not finding.state.missing

    def test_a_host_that_refuses_every_try_is_not_asked_for_the_other_posts(self, town: Town) -> None:
        town.run(town.page([PICTURED, RENAMED, DELETED]))
        town.clock.go(days=1)
        fault(town, Fault.TOO_MANY)
        before = [len(town.twin.hits(host)) for host in X_HOSTS]
        assert {finding.state for finding in town.audit()} == {State.BLOCKED}
        assert [len(town.twin.hits(host)) for host in X_HOSTS] == [count + 1 for count in before]

    @pytest.mark.parametrize(
        "kind", [Fault.SERVER_ERROR, Fault.UNAVAILABLE, Fault.GATEWAY_TIMEOUT, Fault.RESET, Fault.CLOSE, Fault.GARBAGE]
    )
    def test_a_failure_is_unreachable(self, archived: Town, kind: Fault) -> None:
        fault(archived, kind)
        finding = look(archived)
        assert finding.state is State.UNREACHABLE
        assert not finding.state.missing

    def test_no_answer_in_time_is_unreachable_and_not_stored_as_a_look(self, archived: Town) -> None:
        fault(archived, Fault.STALL)
        (finding,) = archived.audit(settings=archived.settings(read_timeout=0.2))
        assert (finding.state, finding.seen_at, finding.stored_in) == (State.UNREACHABLE, None, None)
        with Archive.open(archived.archive) as archive:
            assert [one.state for one, _ in archive.catalogue.observations()] == [State.LIVE]

    @pytest.mark.parametrize("answer", ["bare_tombstone", "unavailable_tombstone", "empty"])
    def test_what_states_no_reason_is_unresolved(self, archived: Town, answer: str) -> None:
        archived.twin.population.change(PICTURED.id, syndication=answer)
        archived.twin.fault("publish.twitter.com", Fault.SERVER_ERROR, path=PICTURED.id)
        assert look(archived).state is State.UNRESOLVED

    def test_one_endpoint_that_says_gone_is_not_enough(self, archived: Town) -> None:
        archived.twin.population.change(PICTURED.id, syndication="404")
        assert look(archived).state is State.UNRESOLVED
        archived.twin.population.change(PICTURED.id, state=PostState.DELETED, syndication="bare_tombstone")
        assert look(archived).state is State.UNRESOLVED


class TestControl:
    def test_without_a_readable_control_nothing_is_missing(self, archived: Town) -> None:
        archived.twin.population.change(PICTURED.id, state=PostState.DELETED)
        archived.twin.population.change(CONTROL_ID, state=PostState.DELETED)
        finding = look(archived)
        assert (finding.state, finding.control) == (State.BLOCKED, "deleted")
        assert "control" in finding.reason

    @pytest.mark.parametrize("kind", [Fault.TOO_MANY, Fault.RESET], ids=str)
    def test_nor_with_one_that_does_not_answer(self, archived: Town, kind: Fault) -> None:
        archived.twin.population.change(PICTURED.id, state=PostState.DELETED)
        for host, path in zip(X_HOSTS, (f"id={CONTROL.id}&", f"status%2F{CONTROL.id}&"), strict=True):
            archived.twin.fault(host, kind, path=path)
        assert look(archived).state is State.BLOCKED

    def test_it_is_asked_once_in_a_run_and_only_when_needed(self, town: Town) -> None:
        town.run(town.page([PICTURED]))
        assert town.twin.hits(X_HOSTS[0], f"id={CONTROL.id}&") == []
        town.twin.population.change(RENAMED.id, state=PostState.SUSPENDED)
        town.run(town.page([DELETED, RENAMED]))
        assert len(town.twin.hits(X_HOSTS[0], f"id={CONTROL.id}&")) == 1

    def test_another_one_can_be_configured(self, archived: Town) -> None:
        archived.twin.population.change(PICTURED.id, state=PostState.DELETED)
        archived.twin.population.change(CONTROL_ID, state=PostState.DELETED)
        settings = archived.settings()
        audit = msgspec.structs.replace(settings.audit, control={"x": FLATTENED.id})
        (finding,) = archived.audit(settings=msgspec.structs.replace(settings, audit=audit))
        assert (finding.state, finding.control) == (State.DELETED, "live")


class TestConfirmation:
    def test_a_second_look_hours_later_confirms(self, archived: Town) -> None:
        archived.twin.population.change(PICTURED.id, state=PostState.DELETED)
        assert look(archived).confirmed is False
        archived.clock.go(hours=5)
        assert look(archived).confirmed is False
        archived.clock.go(hours=2)
        assert look(archived).confirmed is True

    def test_a_post_that_came_back_in_between_is_not_confirmed(self, archived: Town) -> None:
        states = [PostState.DELETED, PostState.LIVE, PostState.DELETED]
        confirmed = []
        for state in states:
            archived.twin.population.change(PICTURED.id, state=state)
            confirmed.append(look(archived).confirmed)
            archived.clock.go(hours=5)
        assert confirmed == [False, False, False]

    def test_another_way_of_missing_starts_anew(self, archived: Town) -> None:
        archived.twin.population.change(PICTURED.id, state=PostState.PROTECTED)
        look(archived)
        archived.clock.go(hours=20)
        archived.twin.population.change(PICTURED.id, state=PostState.DELETED)
        assert look(archived).confirmed is False

    def test_history_is_never_overwritten(self, archived: Town) -> None:
        states = [PostState.DELETED, PostState.LIVE, PostState.SUSPENDED, PostState.SUSPENDED]
        for state in states:
            archived.twin.population.change(PICTURED.id, state=state)
            look(archived)
            archived.clock.go(hours=7)
        expected = ["live", "deleted", "live", "suspended", "suspended"]
        with Archive.open(archived.archive, write=True) as archive:
            assert [one.state.value for one, _ in archive.catalogue.observations()] == expected
            archive.rebuild()
            assert [one.state.value for one, _ in archive.catalogue.observations()] == expected


class TestWhatIsLookedAt:
    def test_a_post_cited_by_two_articles_once(self, town: Town) -> None:
        town.run(town.page([PICTURED], name="one.html"), town.page([PICTURED, RENAMED], name="two.html"))
        findings = town.audit()
        assert [finding.post_id for finding in findings] == [PICTURED.id, RENAMED.id]
        assert [len(finding.sources) for finding in findings] == [2, 1]

    def test_mentions_that_are_not_worked_out_are_told(self, town: Town) -> None:
        town.run(town.page([NEVER_STORED], "flattened"))
        finding = look(town)
        assert (finding.state, finding.handle, finding.post_id) == (State.UNRESOLVED, "gone_ferryman", None)

    def test_what_an_interrupted_run_left_is_worked_out(self, town: Town) -> None:
        asked = iter([False, False, False, *[True] * 100])
        left = town.run(town.page([PICTURED, RENAMED]), stop=lambda: next(asked))
        assert len(left) < 2
        assert [finding.post_id for finding in town.audit()] == [PICTURED.id, RENAMED.id]

    def test_the_articles_that_the_archive_does_not_know_yet(self, town: Town) -> None:
        left = town.write("left.txt", LEFTOVERS)
        result = town.command("audit", left, "--archive", town.archive, "--config", town.config())
        (line,) = map(json.loads, result.stdout.splitlines())
        assert (line["state"], line["post_id"]) == ("live", FLATTENED.id)
        assert [finding.post_id for finding in town.audit()] == [FLATTENED.id]


class TestCommand:
    def test_exit_code_tells_of_missing_sources(self, archived: Town) -> None:
        arguments = ("audit", archived.archive, "--config", archived.config())
        assert archived.command(*arguments).exit_code == 0
        archived.twin.population.change(PICTURED.id, state=PostState.DELETED)
        result = archived.command(*arguments)
        assert result.exit_code == 1
        assert json.loads(result.stdout)["state"] == "deleted"

    @pytest.mark.parametrize("kind", [Fault.FORBIDDEN, Fault.SERVER_ERROR, Fault.LOGIN_WALL], ids=str)
    def test_blocked_and_unreachable_are_not_missing(self, archived: Town, kind: Fault) -> None:
        archived.twin.population.change(PICTURED.id, state=PostState.DELETED)
        fault(archived, kind)
        assert archived.command("audit", archived.archive, "--config", archived.config()).exit_code == 0

    def test_no_network_at_all_is_its_own_exit_code(self, archived: Town) -> None:
        fault(archived, Fault.RESET)
        result = archived.command("audit", archived.archive, "--config", archived.config())
        assert result.exit_code == 4
        assert "network" in result.stderr

    def test_alone_it_audits_the_configured_archive(self, archived: Town) -> None:
        config = archived.config(extra=f"[archive]\ndir = {json.dumps(str(archived.archive))}")
        assert json.loads(archived.command("audit", "--config", config).stdout)["post_id"] == PICTURED.id

    @pytest.mark.parametrize("arguments", [["--archive", "nowhere"], []], ids=["given", "configured"])
    def test_an_archive_that_is_not_there(self, town: Town, arguments: list[str]) -> None:
        done = town.program("audit", *arguments)
        assert (done.returncode, done.stdout) == (3, b"")
        assert done.stderr.count(b"\n") == 1
        assert b"there is no archive here" in done.stderr
        assert list(town.folder.iterdir()) == []

    def test_two_archives_are_wrong_usage(self, archived: Town) -> None:
        assert archived.command("audit", archived.archive, "--archive", "other").exit_code == 2
