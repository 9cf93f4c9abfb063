"""TikTok through the real network door, against the twin: every state, every wall, the account's list, short links."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from archiver.config import WebSettings
from archiver.model import Answer, Mention, State
from archiver.platforms.base import Clues, Gap, Remark, Shown
from archiver.platforms.tiktok import PLATFORM
from archiver.platforms.tiktok.endpoints import oembed_lookup
from archiver.resolution import Control, observe
from archiver.resolution.inquiry import drive
from archiver.web import Door
from tests.web_twin import Population, PostState, Twin
from tests.web_twin.crowd import Crowd, Note
from tests.web_twin.tiktok import NEWEST, WALLS, TikTokSite, code_of

NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)
EXPECTED = {
    PostState.LIVE: State.LIVE,
    PostState.DELETED: State.DELETED,
    PostState.ACCOUNT_GONE: State.DELETED,  # "item doesn't exist" is all that TikTok says of it
    PostState.SUSPENDED: State.UNRESOLVED,  # no word of TikTok's is known that says so
    PostState.PROTECTED: State.PROTECTED,
    PostState.AGE_RESTRICTED: State.RESTRICTED,
    PostState.WITHHELD: State.RESTRICTED,
}


@pytest.fixture(scope="module")
def crowd() -> Crowd:
    crowd = Crowd(5, size=12, notes_each=30)
    for number, state in enumerate((PostState.SUSPENDED, PostState.ACCOUNT_GONE, PostState.PROTECTED)):
        crowd.change_person(number, state=state)
    for number in range(3, 12):
        crowd.change_person(number, state=PostState.LIVE)
    crowd.change(crowd.on("tiktok", 4)[0], own_state=PostState.AGE_RESTRICTED)
    crowd.change(crowd.on("tiktok", 4)[1], own_state=PostState.WITHHELD)
    return crowd


@pytest.fixture(scope="module")
def twin(crowd: Crowd) -> Iterator[Twin]:
    with Twin(Population([]), clock=NOW, crowd=crowd) as running:
        yield running
        assert running.errors == []


@pytest.fixture
def site(twin: Twin) -> Iterator[TikTokSite]:
    site = twin.crowd_sites["tiktok"]
    assert isinstance(site, TikTokSite)
    yield site
    site.wall, site.oembed = None, "open"


@pytest.fixture
def door(twin: Twin) -> Iterator[Door]:
    rates = dict.fromkeys(("*", *TikTokSite.hosts), 60_000.0)
    with Door(
        WebSettings(connect_to=twin.connect_to, ca_file=str(twin.ca_file), rates=rates, retries=0), sleep=lambda _: None
    ) as door:
        yield door


def notes(crowd: Crowd, state: PostState) -> list[Note]:
    return [note for person in range(len(crowd)) for note in crowd.on("tiktok", person) if note.state is state]


@pytest.mark.parametrize("state", EXPECTED)
def test_every_state_of_the_twin_is_read(crowd: Crowd, door: Door, site: TikTokSite, state: PostState) -> None:
    assert site.wall is None
    for note in notes(crowd, state)[:4]:
        ref = PLATFORM.ref_from_url(note.url_on("tiktok"))
        assert ref is not None
        observation = observe(ref, fetcher=door, platform=PLATFORM)
        assert observation.state is EXPECTED[state], observation
        if state is PostState.LIVE:
            post = observation.post
            assert post is not None
            assert (post.text, post.display_name, post.handle) == (
                note.text,
                note.person.name,
                note.person.handle("tiktok"),
            )
            assert post.account_id == note.person.account_id("tiktok")
            assert post.created_at is not None
            assert abs(post.created_at - note.created) < timedelta(seconds=5)
            assert any(m.kind == "photo" for m in post.media) is note.photo


@pytest.mark.parametrize("wall", [*WALLS, "login", "country"])
def test_a_wall_is_no_finding_and_oembed_still_shows_what_is_there(
    crowd: Crowd, door: Door, site: TikTokSite, wall: str
) -> None:
    live, gone = (
        PLATFORM.ref_from_id(notes(crowd, state)[0].id_on("tiktok")) for state in (PostState.LIVE, PostState.DELETED)
    )
    site.wall = wall
    assert observe(live, fetcher=door, platform=PLATFORM).state is State.LIVE
    assert not observe(gone, fetcher=door, platform=PLATFORM).state.missing


@pytest.mark.parametrize("state", [PostState.LIVE, PostState.DELETED])
def test_a_limit_and_a_wall_are_about_us(crowd: Crowd, door: Door, site: TikTokSite, state: PostState) -> None:
    site.wall, site.oembed = "waf", "limited"
    ref = PLATFORM.ref_from_id(notes(crowd, state)[0].id_on("tiktok"))
    assert observe(ref, fetcher=door, platform=PLATFORM).state is State.BLOCKED


def test_a_video_that_never_was_is_deleted_only_with_two_witnesses(door: Door, site: TikTokSite) -> None:
    ref = PLATFORM.ref_from_id("7163799291297792001")
    assert observe(ref, fetcher=door, platform=PLATFORM).state is State.DELETED
    site.oembed = "limited"
    assert not observe(ref, fetcher=door, platform=PLATFORM).state.missing


def test_the_control_post_of_the_twin_is_readable(door: Door, site: TikTokSite) -> None:
    assert site.crowd is not None
    assert Control(door, PLATFORM).look().verdict.state.readable


def search(door: Door, clues: Clues) -> list[Answer | Shown | Remark | Gap]:
    said: list[Answer | Shown | Remark | Gap] = []

    def take(step: Answer | Shown | Remark | Gap) -> bool:
        said.append(step)
        return False

    drive(PLATFORM.search(clues), lambda lookup: door.follow(lookup.url, headers=lookup.headers)[-1], take)
    return said


def test_an_accounts_newest_videos_are_listed(crowd: Crowd, door: Door, site: TikTokSite) -> None:
    assert site.wall is None
    person = crowd.person(3)
    live = [note for note in reversed(crowd.on("tiktok", person)) if note.state is PostState.LIVE]
    target = live[2]
    clues = Clues(
        handle=person.handle("tiktok"),
        since=target.created - timedelta(days=1),
        until=target.created + timedelta(seconds=1),
    )
    said = search(door, clues)
    shown = [post for step in said if isinstance(step, Shown) for post in step.posts]
    assert target.id_on("tiktok") in [post.id for post in shown]
    assert {post.text for post in shown if post.id == target.id_on("tiktok")} == {target.text}
    assert not [step for step in said if isinstance(step, Gap)]
    older = Clues(handle=person.handle("tiktok"), since=None, until=live[NEWEST].created + timedelta(seconds=1))
    assert [type(step) for step in search(door, older)] == [Shown, Gap]


@pytest.mark.parametrize("number", [0, 1, 2])
def test_accounts_that_are_not_shown_list_nothing(crowd: Crowd, door: Door, site: TikTokSite, number: int) -> None:
    assert site.wall is None
    (step,) = search(door, Clues(handle=crowd.person(number).handle("tiktok"), since=None, until=None))
    assert isinstance(step, Remark)


@pytest.mark.parametrize("place", ["vm.tiktok.com/{}", "https://vt.tiktok.com/{}/", "https://www.tiktok.com/t/{}/"])
def test_a_short_link_leads_to_its_video(crowd: Crowd, door: Door, site: TikTokSite, place: str) -> None:
    assert site.wall is None
    note = notes(crowd, PostState.LIVE)[0]
    mention = Mention(source="t", platform="tiktok", rule="t", confidence=1, links=(place.format(code_of(note)),))
    (url,) = PLATFORM.media_urls(mention)
    target = door.fetch(url).redirect
    assert target is not None
    ref = PLATFORM.ref_from_url(target)
    assert ref is not None
    assert ref.id == note.id_on("tiktok")


def test_the_twins_oembed_answers_have_the_members_of_recorded_ones(
    crowd: Crowd, door: Door, site: TikTokSite, recordings: Path
) -> None:
    assert site.oembed == "open"
    recorded = json.loads(next((recordings / "tiktok" / "oembed").glob("*.json")).read_bytes())
    answer = door.fetch(oembed_lookup(notes(crowd, PostState.LIVE)[0].id_on("tiktok")).url)
    assert list(json.loads(answer.payload())) == list(recorded)
    assert answer.content_type == "application/json"
