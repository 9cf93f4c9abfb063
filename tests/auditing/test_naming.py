"""A post that is cited under its account's handle and under the account's id is one post, with one history."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from archiver.auditing import Finding, Plan, audit, cited_in_permalinks, merge
from archiver.auditing.looking import LOOK_ANEW
from archiver.model import State
from archiver.store import Archive
from tests.town import Town
from tests.web_twin import Fault, Twin
from tests.web_twin.crowd import Crowd, Note
from tests.web_twin.population import PostState
from tests.web_twin.speech import Speech

NOW = datetime(2026, 1, 15, 12, 0, 0, tzinfo=UTC)


class Sky:
    """Posts of one person on Bluesky, and audits of lists that cite them."""

    def __init__(self, twin: Twin, crowd: Crowd, folder: Path) -> None:
        self.twin, self.crowd = twin, crowd
        self.done = 0
        self.town = Town(twin, folder)
        person = next(p for p in map(crowd.person, range(12)) if p.state is PostState.LIVE and not p.former_word)
        self.notes = [note for note in crowd.on("bluesky", person) if note.state is PostState.LIVE][:2]

    def addresses(self, note: Note) -> tuple[str, str]:
        by_handle = note.url_on("bluesky")
        return by_handle, by_handle.replace(note.person.handle("bluesky"), note.person.did)

    def audit(self, *addresses: str, plan: Plan = LOOK_ANEW, name: str = "list", threads: int = 1) -> list[Finding]:
        rows = self.town.write(f"{name}.csv", "\n".join(("url", *addresses, "")))
        rates = dict.fromkeys(("*", *self.twin.hosts), 60_000.0)
        with self.town.job(settings=self.town.settings(rates=rates, threads=threads)) as job:
            cited = merge([cited_in_permalinks(job, str(rows), on_error=lambda *_: None)])
            return list(audit(job, cited, self.progress, plan=plan))

    def progress(self, steps: int = 1, label: str | None = None) -> None:
        del label
        self.done += steps

    def looks(self) -> list[str]:
        with Archive.open(self.town.archive) as archive:
            return [one.post_id for one, _ in archive.catalogue.observations()]


@pytest.fixture
def sky(tmp_path: Path) -> Iterator[Sky]:
    crowd = Crowd(7, size=12, notes_each=30, speech=Speech((0.6, 1.0)))
    with Twin(crowd=crowd, clock=NOW) as twin:
        yield Sky(twin, crowd, tmp_path)


@pytest.mark.parametrize("threads", [1, 4])
def test_one_finding_where_the_first_name_stands(sky: Sky, threads: int) -> None:
    (handle, did), (other, _) = map(sky.addresses, sky.notes)
    first, second = sky.audit(did, other, handle, threads=threads)
    assert first.post_id == sky.notes[0].id_on("bluesky")
    assert first.post_key == f"bluesky:{sky.notes[0].person.did}/{first.post_id}"
    assert sky.done == 3
    assert len(first.citations) == 2
    assert len(second.citations) == 1
    assert len(first.looks) == 1


def test_posts_of_two_accounts_with_the_same_id_stay_two(sky: Sky) -> None:
    handle, did = sky.addresses(sky.notes[0])
    stranger = did.replace(sky.notes[0].person.did, sky.crowd.person(11).did)
    assert [finding.post_key is not None for finding in sky.audit(handle, stranger)] == [True, True]


@pytest.mark.parametrize("name", [0, 1], ids=["handle", "id"])
@pytest.mark.parametrize("state", [PostState.LIVE, PostState.DELETED], ids=str)
def test_a_young_look_is_reused_under_each_name(sky: Sky, name: int, state: PostState) -> None:
    sky.crowd.change(sky.notes[0], own_state=state)
    address = sky.addresses(sky.notes[0])[name]
    first = sky.audit(address)
    assert first[0].state.value == state.value
    before = len(sky.twin.log)
    sky.town.clock.go(hours=1)
    assert sky.audit(address, plan=Plan(max_age=timedelta(hours=2))) == first
    assert len(sky.twin.log) == before
    assert len(sky.looks()) == 1


def test_a_look_that_was_asked_for_by_another_name_is_not(sky: Sky) -> None:
    """Whose the handle is today, only the platform tells."""
    handle, did = sky.addresses(sky.notes[0])
    sky.audit(did)
    before = len(sky.twin.log)
    (finding,) = sky.audit(handle, plan=Plan(max_age=timedelta(hours=2)))
    assert len(sky.twin.log) > before
    assert finding.before is State.LIVE


def test_what_was_seen_is_remembered_where_nobody_answers(sky: Sky) -> None:
    """Nobody tells then which account the handle is: by what was asked before it is known."""
    address, _ = sky.addresses(sky.notes[0])
    (seen,) = sky.audit(address)
    sky.town.clock.go(hours=8)
    sky.twin.fault("*", Fault.CLOSE)
    (finding,) = sky.audit(address)
    assert (finding.state, finding.before) == (State.UNREACHABLE, State.LIVE)
    assert (finding.since, finding.text) == (seen.seen_at, seen.text)
