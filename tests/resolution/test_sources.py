"""Who is asked for candidates, in which order, when it is enough, and what each says. Invariant: the answers decide,
and neither the order in which they come nor how many are asked at a time."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from archiver.errors import NotStoredError
from archiver.exchange import Exchange
from archiver.model import Mention, Outcome, Post, Resolution
from archiver.resolution import resolve
from archiver.resolution.known import Known
from archiver.resolution.ranking import HandleUse
from archiver.resolution.settings import ResolveSettings
from tests.resolution.quay import Quay, Told, Town, id_at

NOON = datetime(2022, 11, 9, 12, tzinfo=UTC)
WORDS = "The lower swing bridge stays shut until the tide gauge has been repaired by the crew from Selva."
OTHERS = (
    "A film about lighthouses opens on Saturday in the old cinema, with music by the harbour choir.",
    "Nobody at the ferry office could say who ordered the second timetable.",
    "We counted the street lamps again: 41 of 60 work.",
)


def at(minutes: int) -> str:
    return id_at(NOON + timedelta(minutes=minutes))


def told(text: str = WORDS, minutes: int = 0, **fields: Any) -> Told:
    return Told(at(minutes), text, **fields)


def day(**fields: Any) -> list[Told]:
    """A day's posts: the one that is meant, and others."""
    return [told(**fields), *(told(text, 7 * n + 7, **fields) for n, text in enumerate(OTHERS))]


def mention(**changes: Any) -> Mention:
    fields: dict[str, Any] = {"handle": "ana", "date": "2022-11-09", "date_basis": "utc", "text": WORDS}
    return Mention(source="t", platform="quay", rule="t", confidence=1.0, **(fields | changes))


class Shelf:
    """Posts that are known already."""

    name = "store"

    def __init__(self, *posts: Told, uses: tuple[HandleUse, ...] = ()) -> None:
        self._posts = posts
        self._uses = uses

    def posts_between(self, platform: str, handle: str, first: str, last: str) -> list[Known]:
        assert platform == "quay"
        found = [one.record for one in self._posts if one.handle == handle]
        return [self._known(p) for p in found if p.created_at and first <= p.created_at.date().isoformat() <= last]

    def post(self, key: str) -> Known | None:
        return next((self._known(one.record) for one in self._posts if one.record.key == key), None)

    def handle_uses(self, platform: str, handle: str) -> tuple[HandleUse, ...]:
        return self._uses

    @staticmethod
    def _known(post: Post) -> Known:
        return Known(post=post, evidence=(f"urn:uuid:stored {post.id}",))


def settle(town: Any, shown: Mention | None = None, platform: Quay | None = None, **more: Any) -> Resolution:
    return resolve(shown or mention(), fetcher=town, platforms={"quay": platform or Quay()}, **more)


def outcomes(found: Resolution) -> dict[str, str]:
    return {report.source: report.outcome for report in found.sources}


def requests(found: Resolution) -> dict[str, int]:
    return {report.source: report.requests for report in found.sources}


# -- waves


def test_a_list_that_is_complete_and_makes_it_certain_ends_the_search() -> None:
    town = Town(day())
    found = settle(town)
    assert (found.outcome, found.post_key) == (Outcome.RESOLVED, f"quay:{at(0)}")
    assert outcomes(found) == {"quay.listing": "found"}
    assert requests(found) == {"quay.listing": 1}
    assert town.asked_of("web.archive.org") == 0
    assert found.candidates[0].source == "listing"
    assert found.candidates[0].evidence == ("urn:uuid:https://quay.example/api/list/ana",)


@pytest.mark.parametrize(("down", "said"), [({"/api/list/": 0}, "no answer"), ({"/api/list/": 503}, "HTTP 503")])
def test_a_list_with_a_gap_goes_on_to_the_archive(down: dict[str, int], said: str) -> None:
    town = Town(day(), down=down)
    found = settle(town)
    assert found.post_key == f"quay:{at(0)}"
    assert outcomes(found)["quay.listing"] == "failed"
    assert outcomes(found)["archive"] == "found"
    assert said in found.sources[0].note
    # the gap stays known: what the list would have shown may be the post
    assert outcomes(found)["archived lists"] in ("nothing", "found")


def test_a_list_that_shows_other_posts_goes_on_to_the_archive() -> None:
    town = Town([told(live=False), *day()[1:]])
    found = settle(town)
    assert found.post_key == f"quay:{at(0)}"
    assert outcomes(found) == {"quay.listing": "found", "archive": "found"}
    assert found.candidates[0].source == "memento"
    assert found.candidates[0].post.text == WORDS


def test_a_wider_question_to_the_index_is_put_only_where_the_narrow_ones_found_nothing() -> None:
    found = settle(Town([told(live=False)], down={"/api/list/": 0}), settings=ResolveSettings(max_cdx_requests=1))
    assert found.post_key == f"quay:{at(0)}"
    town = Town([])
    settle(town)
    assert town.asked_of("cdx?url=quay.example/ana/4&") == 1
    town = Town([told(live=False)])
    settle(town)
    assert town.asked_of("cdx?url=quay.example/ana/4&") == 0


def test_where_the_archive_knows_no_permalink_its_copies_of_lists_are_read() -> None:
    town = Town([told(live=False, archived=False), *day(archived=False)[1:]], listed=[at(0), at(7)])
    found = settle(town)
    assert found.post_key == f"quay:{at(0)}"
    assert outcomes(found) == {"quay.listing": "found", "archive": "nothing", "archived lists": "found"}
    assert found.candidates[0].source == "memento"


def test_what_is_found_nowhere_is_unresolved_and_every_source_says_so() -> None:
    town = Town(day()[1:])
    found = settle(town)
    assert (found.outcome, found.post_key) == (Outcome.UNRESOLVED, None)
    assert [report.source for report in found.sources] == ["quay.listing", "archive", "archived lists"]
    nobody = settle(Town([]))
    assert set(outcomes(nobody).values()) == {"nothing"}
    assert nobody.reason == "no candidate was found"


def test_where_nothing_could_be_asked_that_is_the_reason() -> None:
    found = settle(Town(day(), down={"quay.example": 0, "web.archive.org": 0}))
    assert found.outcome is Outcome.UNRESOLVED
    assert set(outcomes(found).values()) == {"failed"}
    assert "not all could be asked" in found.reason


def test_known_posts_alone_end_no_search() -> None:
    for platform in (Quay(), Quay(listing=False)):
        town = Town(day())
        found = settle(town, platform=platform, known=[Shelf(told())])
        assert found.post_key == f"quay:{at(0)}"
        assert outcomes(found)["store"] == "found"
        assert requests(found)["store"] == 0
        listed = outcomes(found)["quay.listing"] == "found"
        assert (town.asked_of("/cdx/") > 0) is not listed
        assert f"urn:uuid:stored {at(0)}" in found.evidence


def test_a_known_post_that_no_list_shows_is_not_the_only_one_that_may_be_meant() -> None:
    """Of two equal posts, both deleted, one is in the store: the list is silent, and the archive has the other."""
    known, other = told(live=False), told(minutes=300, live=False)
    found = settle(Town([known, other]), known=[Shelf(known)])
    assert outcomes(found)["quay.listing"] == "nothing"
    assert outcomes(found)["archive"] == "found"
    assert (found.outcome, found.post_key) == (Outcome.AMBIGUOUS, None)


def test_which_of_two_equal_posts_is_known_does_not_say_which_is_meant() -> None:
    for live, platform in ((True, Quay()), (False, Quay(listing=False))):
        morning, evening = told(live=live), told(minutes=300, live=live)
        for known in (morning, evening):
            found = settle(Town([morning, evening]), platform=platform, known=[Shelf(known)])
            assert (found.outcome, found.post_key) == (Outcome.AMBIGUOUS, None)


def test_the_link_of_the_picture_names_the_post_and_no_archive_is_asked() -> None:
    town = Town([told("⚓", picture="Ab3dEf9h"), told("⚓", 9)])
    found = settle(town, mention(text="⚓", links=("pic.quay.example/Ab3dEf9h",)))
    assert found.post_key == f"quay:{at(0)}"
    assert found.candidates[0].source == "media"
    assert outcomes(found)["picture"] == "found"
    assert town.asked_of("web.archive.org") == 0
    # whatever the list says
    town = Town([told("⚓", picture="Ab3dEf9h")], down={"/api/list/": 0})
    assert settle(town, mention(text="⚓", links=("pic.quay.example/Ab3dEf9h",))).post_key == f"quay:{at(0)}"
    assert town.asked_of("web.archive.org") == 0


def test_a_borrowed_picture_names_nothing() -> None:
    owner = told("Our film of the bridge", handle="film_maker", picture="Ab3dEf9h")
    town = Town([owner, told(minutes=30)])
    found = settle(town, mention(links=("pic.quay.example/Ab3dEf9h",)))
    assert found.post_key == f"quay:{at(30)}"
    assert any("is not it" in step and "film_maker" in step for step in found.steps)


def test_a_picture_whose_link_leads_nowhere_is_no_end() -> None:
    town = Town(day(), down={"pic.quay.example": 0})
    found = settle(town, mention(links=("pic.quay.example/Ab3dEf9h",)))
    assert outcomes(found)["picture"] == "failed"
    assert found.post_key == f"quay:{at(0)}"


# -- reports


@pytest.mark.parametrize(("changes", "lacking"), [({"handle": None}, "an account"), ({"date": None}, "a day")])
def test_what_cannot_be_asked_is_skipped_and_says_why(changes: dict[str, Any], lacking: str) -> None:
    town = Town(day())
    found = settle(town, mention(**changes), known=[Shelf(told())])
    assert found.outcome is Outcome.UNRESOLVED
    assert set(outcomes(found).values()) == {"skipped"}
    assert all(lacking in report.note for report in found.sources)
    assert not town.asked


def test_a_platform_without_lists_and_ids_without_time_are_skipped() -> None:
    found = settle(Town(day()), platform=Quay(listing=False, lists=False, timed=False))
    assert outcomes(found) == {"quay.listing": "skipped", "archive": "skipped", "archived lists": "skipped"}
    assert found.sources[0].note == "quay has no such list"


def test_every_request_is_counted_with_the_source_that_it_was_for() -> None:
    town = Town([told(live=False), *day()[1:]], down={"/cdx/": 200})
    found = settle(town, mention(links=("pic.quay.example/Zz3dEf9h",)), known=[Shelf()])
    assert sum(requests(found).values()) == sum(town.asked.values())
    assert max(town.asked.values()) == 1
    assert requests(found)["store"] == 0
    by_kind = {report.source: report.candidates for report in found.sources}
    assert by_kind["quay.listing"] == len(OTHERS)
    assert by_kind["archive"] == len(OTHERS) + 1
    assert sum(step.startswith(("HTTP", "no answer")) for step in found.steps) == sum(town.asked.values())


def test_every_answer_is_evidence() -> None:
    town = Town([told(live=False), *day()[1:]])
    found = settle(town)
    assert set(found.evidence) == {f"urn:uuid:{url}" for url in town.asked}


def test_the_search_is_told_what_is_known() -> None:
    platform = Quay()
    settle(
        Town(day()), mention(text=WORDS, continuation="More."), platform, settings=ResolveSettings(max_list_requests=3)
    )
    (clues,) = platform.clues
    assert clues.handle == "ana"
    assert (clues.since, clues.until) == (datetime(2022, 11, 9, tzinfo=UTC), datetime(2022, 11, 10, tzinfo=UTC))
    assert clues.words == f"{WORDS}\nMore."
    assert clues.most_requests == 3


def test_what_a_list_shows_of_other_days_is_left_out() -> None:
    late = told(minutes=13 * 60)
    found = settle(Town([late, *day()[1:]]))
    assert found.outcome is Outcome.UNRESOLVED
    assert at(13 * 60) not in {one.post.id for one in found.candidates}
    # whose day it is decides
    assert settle(Town([late]), mention(date_basis="viewer")).post_key == f"quay:{late.id}"


def test_without_a_printed_day_the_days_before_the_article_are_searched() -> None:
    shown = mention(date=None, published="2022-11-12")
    assert settle(Town(day()), shown).post_key == f"quay:{at(0)}"
    assert settle(Town(day()), shown, settings=ResolveSettings(undated_days=2)).outcome is Outcome.UNRESOLVED


def test_bounds_are_gaps() -> None:
    gone = [told(text, 7 * n, live=False) for n, text in enumerate((WORDS, *OTHERS))]
    few = settle(Town(gone), mention(text=None), settings=ResolveSettings(max_candidates=2))
    assert len(few.candidates) == 2
    assert "more than the settings allow to read" in few.reason
    none = settle(Town(gone), settings=ResolveSettings(max_cdx_requests=0))
    assert none.outcome is Outcome.UNRESOLVED
    assert outcomes(none)["archive"] == "failed"


# -- accounts


def test_an_account_that_got_the_handle_later_is_never_the_one() -> None:
    use = HandleUse(account_id="another id", handle="ana", first="2022-01-01", last="2023-01-01")
    found = settle(Town(day()), known=[Shelf(uses=(use,))])
    assert found.outcome is Outcome.UNRESOLVED
    assert "changed hands" in str(found.candidates[0].contradictions)
    mine = HandleUse(account_id="id of ana", handle="ana", first="2022-01-01", last="2023-01-01")
    assert settle(Town(day()), known=[Shelf(uses=(mine,))]).post_key == f"quay:{at(0)}"


# -- the same however it comes


def worlds() -> list[tuple[str, Sequence[Told], dict[str, int], Mention]]:
    gone = [told(live=False), *day()[1:]]
    some = {f"/api/post/{at(14)}": 0, "/api/list/": 503, f"web/20221201000000id_/{gone[2].url}": 503}
    pictured = [told("⚓", picture="Ab3dEf9h"), told("⚓", 9)]
    return [
        ("listed", day(), {}, mention()),
        ("archived", gone, {}, mention()),
        ("all fails", day(), {"quay.example": 0, "web.archive.org": 0}, mention()),
        ("some fail", gone, some, mention()),
        ("pictured", pictured, {}, mention(text="⚓", links=("pic.quay.example/Ab3dEf9h",))),
        ("account fails", gone, {"/api/account/": 0, "/api/list/": 503}, mention()),
    ]


def shuffled(seed: int) -> Callable[[str], float]:
    """How long each answer takes: up to 4 ms, in an order of the seed's."""
    return lambda url: random.Random(f"{seed} {url}").random() / 250


@pytest.mark.parametrize("name", [world[0] for world in worlds()])
@pytest.mark.parametrize("shared", [False, True])
def test_whoever_answers_first_the_result_is_the_same(name: str, shared: bool) -> None:
    """Also where several look-ups begin with one question that they share."""
    _, posts, down, shown = next(world for world in worlds() if world[0] == name)
    known = [Shelf(posts[-1])]
    first = Town(posts, dict(down))
    expected = settle(first, shown, Quay(shared=shared), known=known, threads=1)
    for seed in range(25):
        town = Town(posts, dict(down), delay=shuffled(seed))
        assert settle(town, shown, Quay(shared=shared), known=known, threads=4) == expected
        assert town.asked == first.asked


class Remembered:
    """A fetcher that knows only what another one heard."""

    def __init__(self, known: dict[str, Any]) -> None:
        self._known = known

    def fetch(self, url: str, **_: Any) -> Exchange:
        found = self._known.get(url)
        if isinstance(found, Exchange):
            return found
        raise found or NotStoredError("no stored capture answers this", subject=url)

    def follow(self, url: str, **more: Any) -> list[Exchange]:
        return [self.fetch(url)]


@pytest.mark.parametrize("name", [world[0] for world in worlds()])
@pytest.mark.parametrize("threads", [1, 4])
def test_from_remembered_answers_comes_the_same_result(name: str, threads: int) -> None:
    _, posts, down, shown = next(world for world in worlds() if world[0] == name)
    town = Town(posts, dict(down))
    live = settle(town, shown, threads=threads)
    assert settle(Remembered(town.known), shown, threads=threads) == live


def test_offline_without_captures_every_source_failed() -> None:
    found = settle(Remembered({}))
    assert set(outcomes(found).values()) == {"failed"}
    assert all(step.startswith(("not stored", "web archive:", "quay.listing:")) for step in found.steps)
