"""What conclusions refer to exists, can be evidence, and came first; whatever does not is named with its record."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from archiver.model import Check, Verdict
from archiver.store import Archive
from archiver.verification.references import ELSEWHERE, check_references
from tests.town import ALIKE, DELETED, LEFTOVERS, PICTURED, POSTS, STARTED, Town
from tests.verification.forging import Raw, forged, records, write
from tests.web_twin import Population, Twin


def check(*files: Path, whole: bool = True) -> Check:
    with Archive.view(list(files)) as archive:
        return check_references(archive, whole=whole)


def segments(town: Town) -> list[Path]:
    return sorted((town.archive / "archive").iterdir())


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    with Twin(Population(POSTS), clock=STARTED) as twin:
        town = Town(twin, tmp_path_factory.mktemp("town"))
        pages = (town.page([PICTURED, DELETED]), town.page([ALIKE[0]], "flattened", "alike.html"))
        town.run(*pages, town.write("left.txt", LEFTOVERS))
        (segment,) = segments(town)
        return segment


def test_those_of_a_run_lead_to_captures(kept: Path) -> None:
    found = check(kept)
    assert (found.verdict, found.problems, found.note) == (Verdict.SOUND, (), "")
    assert found.checked > 30
    assert check(kept, whole=False) == found


def concluding(raws: list[Raw], kind: str) -> Raw:
    """The last conclusion of a kind."""
    return next(raw for raw in reversed(raws) if (said := raw.conclusion) and getattr(said, kind) is not None)


def evidence(raw: Raw, *record_ids: str) -> None:
    """These are the last captures on which an observation or a resolution rests."""
    conclusion = raw.conclusion
    assert conclusion is not None
    kind = "observation" if conclusion.observation else "resolution"
    noun: Any = getattr(conclusion, kind)
    kept = noun.evidence[: len(noun.evidence) - len(record_ids)]
    raw.conclude(replace(conclusion, **{kind: replace(noun, evidence=(*kept, *record_ids))}))


def nowhere(raws: list[Raw]) -> Raw:
    raw = concluding(raws, "observation")
    evidence(raw, "urn:uuid:00000000-0000-4000-8000-000000000000")
    return raw


def removed(raws: list[Raw]) -> Raw:
    raw = concluding(raws, "resolution")
    assert raw.conclusion is not None
    assert raw.conclusion.resolution is not None
    last = raw.conclusion.resolution.evidence[-1]
    raws.remove(next(one for one in raws if one.record_id == last))
    return raw


def no_capture(raws: list[Raw]) -> Raw:
    raw = concluding(raws, "observation")
    evidence(raw, next(one for one in raws if one["WARC-Type"] == "request").record_id)
    return raw


def a_conclusion(raws: list[Raw]) -> Raw:
    raw = concluding(raws, "resolution")
    evidence(raw, concluding(raws, "article").record_id)
    return raw


def later(raws: list[Raw]) -> Raw:
    raw = concluding(raws, "resolution")
    raws.remove(raw)
    raws.insert(raws.index(concluding(raws, "article")) + 1, raw)
    return raw


def twice(raws: list[Raw]) -> Raw:
    raw = concluding(raws, "observation")
    assert raw.conclusion is not None
    assert raw.conclusion.observation is not None
    last = raw.conclusion.observation.evidence[-1]
    raws.append(next(one for one in raws if one.record_id == last))
    return raw


def another_main(raws: list[Raw]) -> Raw:
    raw = concluding(raws, "observation")
    raw["WARC-Refers-To"] = f"<{next(one for one in raws if one['WARC-Type'] == 'response').record_id}>"
    return raw


def no_article(raws: list[Raw]) -> Raw:
    raw = concluding(raws, "article")
    raw.fields = [(name, value) for name, value in raw.fields if name != "WARC-Refers-To"]
    return raw


def mentioned_nowhere(raws: list[Raw]) -> Raw:
    raw = concluding(raws, "resolution")
    raws.remove(concluding(raws, "article"))
    return raw


def another_name(raws: list[Raw]) -> Raw:
    raw = concluding(raws, "observation")
    raw["WARC-Target-URI"] = "urn:archiver:observation:x:1"
    return raw


def a_candidates(raws: list[Raw]) -> Raw:
    raw = concluding(raws, "resolution")
    conclusion = raw.conclusion
    assert conclusion is not None
    assert conclusion.resolution is not None
    first, *rest = conclusion.resolution.candidates
    first = replace(first, evidence=("urn:uuid:00000000-0000-4000-8000-000000000000",))
    raw.conclude(replace(conclusion, resolution=replace(conclusion.resolution, candidates=(first, *rest))))
    return raw


def of_type(raws: list[Raw], record_type: str) -> Raw:
    return next(raw for raw in raws if raw["WARC-Type"] == record_type)


def beside_nothing(raws: list[Raw]) -> Raw:
    raw = of_type(raws, "request")
    raw["WARC-Concurrent-To"] = "<urn:uuid:00000000-0000-4000-8000-000000000000>"
    return raw


def of_another_address(raws: list[Raw]) -> Raw:
    raw = of_type(raws, "request")
    raw["WARC-Target-URI"] += "/more"
    return raw


def of_no_type(raws: list[Raw]) -> Raw:
    raw = concluding(raws, "observation")
    raw["WARC-Type"] = "metadatum"
    return raw


def of_no_name(raws: list[Raw]) -> Raw:
    raw = concluding(raws, "observation")
    raw["WARC-Target-URI"] = "urn:x"
    return raw


def about_nothing(raws: list[Raw]) -> Raw:
    raw = concluding(raws, "observation")
    raw["WARC-Target-URI"] = "urn:archiver:surplus:https://posts.example/"
    raw["WARC-Refers-To"] = "<urn:uuid:00000000-0000-4000-8000-000000000000>"
    return raw


def other_certificates(raws: list[Raw]) -> Raw:
    raw = concluding(raws, "observation")
    raw["WARC-Target-URI"] = "urn:archiver:certificates:sha256:" + "0" * 64
    return raw


WRONG: dict[Callable[[list[Raw]], Raw], str] = {
    nowhere: "there is no record",
    removed: "there is no record",
    no_capture: "is a request record, no capture",
    a_conclusion: "is a metadata record, no capture",
    later: "was written later",
    twice: "several records are",
    another_main: "WARC-Refers-To is not the first record of its evidence",
    no_article: "it names no record that holds the article",
    mentioned_nowhere: "is in no article before it",
    another_name: "it is stored as",
    a_candidates: "evidence of the candidate",
    beside_nothing: "WARC-Concurrent-To: there is no record",
    of_another_address: "beside the answer of another address",
    of_no_type: "a record of the type 'metadatum'",
    of_no_name: "metadata of 'urn:x'",
    other_certificates: "is not the SHA-256 of the certificates",
    about_nothing: "WARC-Refers-To: there is no record",
}


@pytest.mark.parametrize("change", WRONG, ids=lambda change: change.__name__)
def test_what_leads_nowhere_is_told(kept: Path, tmp_path: Path, change: Callable[[list[Raw]], Raw]) -> None:
    ids: list[str] = []
    found = check(forged(kept, tmp_path / "forged", lambda raws: ids.append(change(raws).record_id)))
    assert found.verdict is Verdict.DAMAGED
    mine = [problem for problem in found.problems if problem.record_id == ids[0]]
    assert any(WRONG[change] in problem.what for problem in mine)
    assert {problem.where for problem in mine} == {kept.name}
    assert all(problem.offset for problem in mine)


def test_of_a_file_alone_what_may_be_in_earlier_ones_is_not_damage(town: Town) -> None:
    town.run(town.page([PICTURED]))
    town.run(town.page([PICTURED]), town.page([PICTURED, DELETED], name="more.html"))
    town.run(town.page([DELETED]), offline=True)
    first, second = segments(town)[:2]
    assert check(*segments(town)).verdict is Verdict.SOUND
    assert check(first, whole=False).verdict is Verdict.SOUND

    def without_article(raws: list[Raw]) -> None:
        raws.remove(next(raw for raw in raws if raw["WARC-Type"] == "resource"))

    first_without = forged(first, town.folder / "without", without_article)
    assert check(first_without, whole=False).verdict is Verdict.DAMAGED  # nothing came before it
    second_without = forged(second, town.folder / "without", without_article)
    alone = check(second_without, whole=False)
    assert (alone.verdict, alone.problems) == (Verdict.NOT_CHECKED, ())
    assert alone.note.endswith(ELSEWHERE)
    assert check(first, second_without, whole=False).verdict is Verdict.DAMAGED
    assert check(first, second_without).verdict is Verdict.DAMAGED


def test_files_of_others_refer_to_nothing_of_ours(kept: Path, tmp_path: Path) -> None:
    captures = [raw for raw in records(kept) if raw["WARC-Type"] != "metadata"]
    found = check(write(tmp_path / "captures.warc.gz", captures), whole=False)
    assert (found.verdict, found.checked) == (Verdict.ABSENT, 0)


def test_it_can_be_stopped(kept: Path) -> None:
    told: list[int] = []
    with Archive.view([kept]) as archive:
        found = check_references(
            archive, progress=lambda steps=1, label=None: told.append(steps), stop=lambda: len(told) == 3
        )
    assert sum(told) == 3
    assert (found.verdict, found.note) == (Verdict.NOT_CHECKED, "stopped before the end")
