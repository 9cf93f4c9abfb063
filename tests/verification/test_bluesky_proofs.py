"""Stored proofs of Bluesky's repositories are proven again: an altered one that something rests on is damage, one that
never proved anything is none."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from msgspec.structs import replace

from archiver.model import Check, Verdict
from archiver.platforms.bluesky.answers import HOLDS, LACKS
from archiver.store import Archive
from archiver.verification.bluesky import check_bluesky_proofs
from tests.town import Clock, Town
from tests.verification.forging import Raw, forged
from tests.web_twin import PostState, Twin
from tests.web_twin.bluesky import BlueskySite
from tests.web_twin.crowd import Crowd, Note

NOW = datetime(2026, 1, 15, 12, tzinfo=UTC)


def check(*files: Path, whole: bool = True) -> Check:
    with Archive.view(list(files)) as archive:
        return check_bluesky_proofs(archive, whole=whole)


class Place:
    """Where some posts of Bluesky are cited."""

    def __init__(self, twin: Twin, folder: Path, crowd: Crowd) -> None:
        self.town = Town(twin, folder)
        self.town.clock = Clock(NOW)
        site = twin.crowd_sites["bluesky"]
        assert isinstance(site, BlueskySite)
        self.site = site
        self.notes = [note for who in range(crowd.size) for note in crowd.on("bluesky", who)]

    def of(self, *states: PostState) -> list[Note]:
        """Posts in these states, each of another account."""
        found: list[Note] = []
        for state in states:
            others = {note.person.number for note in found}
            fitting = (note for note in self.notes if note.state is state and note.person.number not in others)
            found.append(next(fitting))
        return found

    def archive(self, *notes: Note) -> Path:
        """The WARC file of a run over an article that cites these."""
        cited = "\n\n".join(f"This is what was said:\n\n{note.url_on('bluesky')}" for note in notes)
        self.town.run(self.town.write("cited.txt", cited))
        return max((self.town.archive / "archive").iterdir())


@pytest.fixture(scope="module")
def crowd() -> Crowd:
    return Crowd(5, size=40, notes_each=40)


@pytest.fixture
def place(crowd: Crowd, tmp_path: Path) -> Iterator[Place]:
    with Twin(crowd=crowd, clock=NOW) as twin:
        yield Place(twin, tmp_path, crowd)
        assert twin.errors == []


def said(path: Path) -> list[str]:
    with Archive.view([path]) as archive:
        return [look.reason for look, _ in archive.catalogue.observations()]


def test_those_of_a_run_prove_what_was_concluded(place: Place) -> None:
    path = place.archive(*place.of(PostState.LIVE, PostState.DELETED))
    assert any(HOLDS in reason for reason in said(path))
    assert any(LACKS in reason for reason in said(path))
    found = check(path)
    assert (found.verdict, found.problems) == (Verdict.SOUND, ())
    assert found.checked == 2
    assert found.note == "1 prove that a record is there, 1 that it is not"


def test_the_control_posts_proof_is_not_the_cited_posts(tmp_path: Path) -> None:
    """A post that Bluesky keeps back, and that its repository holds, is missing once the control post is shown."""
    crowd = Crowd(5, size=6, notes_each=40)
    number = next(who for who in range(crowd.size) if crowd.person(who).state is PostState.LIVE)
    crowd.change_person(number, state=PostState.SUSPENDED)
    with Twin(crowd=crowd, clock=NOW) as twin:
        place = Place(twin, tmp_path, crowd)
        place.site.suspended_elsewhere = True
        kept = next(note for note in crowd.on("bluesky", number) if note.own_state is PostState.LIVE)
        path = place.archive(kept)
    assert any("suspended" in reason and HOLDS in reason for reason in said(path))
    found = check(path)
    assert (found.verdict, found.problems) == (Verdict.SOUND, ())
    assert found.note == "2 prove that a record is there, 0 that it is not"


def answers(raws: list[Raw], part: str) -> list[Raw]:
    return [raw for raw in raws if part in raw["WARC-Target-URI"] and raw["WARC-Type"] == "response"]


def one_bit(raws: list[Raw]) -> None:
    """In the last block of the proof."""
    raw = answers(raws, "sync.getRecord")[0]
    raw.block = raw.block[:-1] + bytes([raw.block[-1] ^ 1])


def cut(raws: list[Raw]) -> None:
    raw = answers(raws, "sync.getRecord")[0]
    head, _, body = raw.block.partition(b"\r\n\r\n")
    lines = [line for line in head.split(b"\r\n") if not line.lower().startswith(b"content-length")]
    raw.block = b"\r\n".join([*lines, b"", body[: len(body) // 2]])


def another_key(raws: list[Raw]) -> None:
    """The account's document names another key than the one that signed."""
    first, other = (raw for raw in answers(raws, "plc.directory") if b"publicKeyMultibase" in raw.block)
    mine, theirs = (raw.block.partition(b'"publicKeyMultibase":')[2].split(b'"')[1] for raw in (first, other))
    assert mine != theirs
    first.block = first.block.replace(mine, theirs)


def proofs_exchanged(raws: list[Raw]) -> None:
    """The answer about one post stands for the one about another."""
    first, other = answers(raws, "sync.getRecord")
    first.block, other.block = other.block, first.block


def the_contrary(raws: list[Raw]) -> None:
    for raw in raws:
        conclusion = raw.conclusion
        if conclusion is not None and (look := conclusion.observation) is not None and HOLDS in look.reason:
            reason = look.reason.replace(HOLDS, LACKS)
            raw.conclude(replace(conclusion, observation=replace(look, reason=reason)))


def no_document(raws: list[Raw]) -> None:
    for raw in answers(raws, "plc.directory"):
        raw.block = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{}"


@pytest.mark.parametrize(
    "change",
    [one_bit, cut, another_key, proofs_exchanged, the_contrary, no_document],
    ids=lambda change: change.__name__,
)
def test_what_no_longer_proves_is_damage(place: Place, tmp_path: Path, change: Callable[[list[Raw]], None]) -> None:
    path = place.archive(*place.of(PostState.LIVE, PostState.DELETED))
    found = check(forged(path, tmp_path / "forged", change))
    assert found.verdict is Verdict.DAMAGED
    assert all(problem.record_id and problem.where == path.name for problem in found.problems)


def test_an_answer_that_never_proved_anything_is_none(place: Place) -> None:
    (note,) = place.of(PostState.LIVE)
    place.site.broken_proofs = "signature"
    path = place.archive(note)
    assert any("a proof that does not hold" in reason for reason in said(path))
    found = check(path)
    assert (found.verdict, found.problems) == (Verdict.SOUND, ())
    assert found.note == (
        "0 prove that a record is there, 0 that it is not; 1 proved nothing, and nothing was concluded from them"
    )


def test_without_proofs_there_is_nothing_to_check(place: Place) -> None:
    place.site.no_proofs = True
    found = check(place.archive(*place.of(PostState.LIVE)))
    assert (found.verdict, found.checked) == (Verdict.ABSENT, 0)


def test_proofs_of_a_run_that_was_stopped_prove_by_themselves(place: Place, tmp_path: Path) -> None:
    path = place.archive(*place.of(PostState.LIVE))

    def without_conclusions(raws: list[Raw]) -> None:
        raws[:] = [raw for raw in raws if raw["WARC-Type"] != "metadata"]

    alone = forged(path, tmp_path / "stopped", without_conclusions)
    assert check(alone).note == "1 prove that a record is there, 0 that it is not"

    def broken(raws: list[Raw]) -> None:
        without_conclusions(raws)
        one_bit(raws)

    assert check(forged(path, tmp_path / "broken", broken)).verdict is Verdict.ABSENT
