"""YouTube through the real network door, against the twin: every state, every wall, a channel's lists."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from archiver.config import WebSettings
from archiver.model import Answer, Post, State
from archiver.platforms.base import Clues, Gap, Remark, Shown
from archiver.platforms.youtube import PLATFORM
from archiver.platforms.youtube.endpoints import oembed_lookup
from archiver.resolution import Control, observe
from archiver.resolution.inquiry import drive
from archiver.web import Door
from tests.web_twin import Population, PostState, Twin
from tests.web_twin.crowd import Crowd, Note
from tests.web_twin.youtube import IN_FEED, YouTubeSite

NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)
EXPECTED = {
    PostState.LIVE: State.LIVE,
    PostState.DELETED: State.DELETED,
    PostState.ACCOUNT_GONE: State.ACCOUNT_GONE,
    PostState.SUSPENDED: State.SUSPENDED,
    PostState.PROTECTED: State.PROTECTED,
    PostState.AGE_RESTRICTED: State.RESTRICTED,
    PostState.WITHHELD: State.RESTRICTED,
}
MANY = 3
"""Who has more than a hundred videos."""


@pytest.fixture(scope="module")
def crowd() -> Crowd:
    crowd = Crowd(5, size=8, notes_each=160)
    for number, state in enumerate((PostState.SUSPENDED, PostState.ACCOUNT_GONE, PostState.PROTECTED)):
        crowd.change_person(number, state=state)
    for number in range(3, 8):
        crowd.change_person(number, state=PostState.LIVE)
    crowd.change(crowd.on("youtube", 4)[0], own_state=PostState.AGE_RESTRICTED)
    crowd.change(crowd.on("youtube", 4)[1], own_state=PostState.WITHHELD)
    return crowd


@pytest.fixture(scope="module")
def twin(crowd: Crowd) -> Iterator[Twin]:
    with Twin(Population([]), clock=NOW, crowd=crowd) as running:
        yield running
        assert running.errors == []


@pytest.fixture
def site(twin: Twin) -> Iterator[YouTubeSite]:
    site = twin.crowd_sites["youtube"]
    assert isinstance(site, YouTubeSite)
    yield site
    site.consent = site.bot_check = site.limited = False
    site.feeds = site.embedding = True


@pytest.fixture
def door(twin: Twin) -> Iterator[Door]:
    rates = dict.fromkeys(("*", *YouTubeSite.hosts), 60_000.0)
    with Door(
        WebSettings(connect_to=twin.connect_to, ca_file=str(twin.ca_file), rates=rates, retries=0), sleep=lambda _: None
    ) as door:
        yield door


def notes(crowd: Crowd, state: PostState) -> list[Note]:
    return [note for person in range(len(crowd)) for note in crowd.on("youtube", person) if note.state is state]


def state_of(note: Note, door: Door) -> State:
    return observe(PLATFORM.ref_from_id(note.id_on("youtube")), fetcher=door, platform=PLATFORM).state


@pytest.mark.parametrize("state", EXPECTED)
def test_every_state_of_the_twin_is_read(crowd: Crowd, door: Door, site: YouTubeSite, state: PostState) -> None:
    assert not site.limited
    for note in notes(crowd, state)[:4]:
        ref = PLATFORM.ref_from_url(note.url_on("youtube"))
        assert ref is not None
        observation = observe(ref, fetcher=door, platform=PLATFORM)
        assert observation.state is EXPECTED[state], observation
        post = observation.post
        assert (post is not None) is (state in (PostState.LIVE, PostState.AGE_RESTRICTED, PostState.WITHHELD))
        if post is not None:
            assert (post.title, post.display_name) == (note.short_title, note.person.name)
            assert post.handle == note.person.handle("youtube")
            assert post.account_id == note.person.account_id("youtube")
            assert post.created_at == note.created.replace(microsecond=0)
            assert post.text == "\n".join(part for part in (note.rest, note.link or "") if part)


def test_where_embedding_is_forbidden_the_page_still_tells(crowd: Crowd, door: Door, site: YouTubeSite) -> None:
    site.embedding = False
    assert state_of(notes(crowd, PostState.LIVE)[0], door) is State.LIVE


def test_the_consent_page_is_no_finding(crowd: Crowd, door: Door, site: YouTubeSite) -> None:
    live, gone = notes(crowd, PostState.LIVE)[0], notes(crowd, PostState.DELETED)[0]
    site.consent = True
    assert state_of(live, door) is State.LIVE  # oEmbed has no such wall
    assert not state_of(gone, door).missing


def test_a_bot_check_is_no_finding(crowd: Crowd, door: Door, site: YouTubeSite) -> None:
    site.bot_check = True
    assert state_of(notes(crowd, PostState.LIVE)[0], door) is State.LIVE
    for state in (PostState.DELETED, PostState.PROTECTED, PostState.SUSPENDED):
        assert not state_of(notes(crowd, state)[0], door).missing


@pytest.mark.parametrize("state", [PostState.LIVE, PostState.DELETED])
def test_a_limit_is_about_us(crowd: Crowd, door: Door, site: YouTubeSite, state: PostState) -> None:
    site.limited = True
    assert state_of(notes(crowd, state)[0], door) is State.BLOCKED


def test_a_video_that_never_was_is_deleted_only_with_two_witnesses(door: Door, site: YouTubeSite) -> None:
    ref = PLATFORM.ref_from_id("a1B2c3D4e5U")
    assert observe(ref, fetcher=door, platform=PLATFORM).state is State.DELETED
    site.consent = True
    assert not observe(ref, fetcher=door, platform=PLATFORM).state.missing
    site.consent = False
    mangled = PLATFORM.ref_from_id("a1B2c3D4e5x")  # no id ends so: oEmbed takes it for none
    assert observe(mangled, fetcher=door, platform=PLATFORM).state is State.UNRESOLVED


def test_the_control_post_of_the_twin_is_readable(door: Door, site: YouTubeSite) -> None:
    assert not site.limited
    assert Control(door, PLATFORM).look().verdict.state.readable


def test_of_a_community_post_that_is_not_there_little_is_said(door: Door, site: YouTubeSite) -> None:
    assert not site.limited
    ref = PLATFORM.ref_from_id("UgkxAbCdEfGhIjKlMnOpQrStUvWxYz012345")
    assert observe(ref, fetcher=door, platform=PLATFORM).state is State.UNRESOLVED


# -- lists


def search(door: Door, clues: Clues) -> tuple[list[Post], list[Answer | Shown | Remark | Gap]]:
    said: list[Answer | Shown | Remark | Gap] = []

    def take(step: Answer | Shown | Remark | Gap) -> bool:
        said.append(step)
        return False

    drive(PLATFORM.search(clues), lambda lookup: door.follow(lookup.url, headers=lookup.headers)[-1], take)
    return [post for step in said if isinstance(step, Shown) for post in step.posts], said


def clues_of(note: Note, words: str | None = None) -> Clues:
    return Clues(
        handle=note.person.handle("youtube").upper(),
        since=note.created - timedelta(days=20),
        until=note.created + timedelta(days=1),
        words=words,
    )


def test_a_new_video_comes_from_the_feed_with_its_time(crowd: Crowd, door: Door, site: YouTubeSite) -> None:
    note = [note for note in reversed(crowd.on("youtube", MANY)) if note.state is PostState.LIVE][1]
    posts, said = search(door, clues_of(note))
    assert [post.created_at for post in posts if post.id == note.id_on("youtube")] == [
        note.created.replace(microsecond=0)
    ]
    assert not [step for step in said if isinstance(step, Gap)]
    site.feeds = False
    posts, _ = search(door, clues_of(note))
    assert [post.title for post in posts if post.id == note.id_on("youtube")] == [note.short_title]


def test_videos_of_every_age_are_found(crowd: Crowd, door: Door, site: YouTubeSite) -> None:
    assert site.feeds
    listed = [note for note in reversed(crowd.on("youtube", MANY)) if note.state is PostState.LIVE]
    assert len(listed) > 120
    for place in (IN_FEED + 5, 60):
        posts, said = search(door, clues_of(listed[place]))
        assert listed[place].id_on("youtube") in [post.id for post in posts]
        assert len(posts) < 90
        assert not [step for step in said if isinstance(step, Gap)]
    oldest = listed[-1]
    posts, said = search(door, clues_of(oldest, words=oldest.short_title))
    assert oldest.id_on("youtube") in [post.id for post in posts]
    assert isinstance(said[-1], Gap)
    posts, said = search(door, clues_of(oldest))
    assert oldest.id_on("youtube") not in [post.id for post in posts]
    assert isinstance(said[-1], Gap)


@pytest.mark.parametrize("number", [0, 1])
def test_channels_that_are_gone_list_nothing(crowd: Crowd, door: Door, site: YouTubeSite, number: int) -> None:
    assert site.feeds
    posts, said = search(door, Clues(handle=crowd.person(number).handle("youtube"), since=None, until=None))
    assert posts == []
    assert [type(step) for step in said] == [Remark]


def test_the_consent_page_is_a_gap(crowd: Crowd, door: Door, site: YouTubeSite) -> None:
    site.consent = True
    posts, said = search(door, Clues(handle=crowd.person(MANY).handle("youtube"), since=None, until=None))
    assert posts == []
    assert [type(step) for step in said] == [Gap]


def test_the_twins_oembed_answers_have_the_members_of_recorded_ones(
    crowd: Crowd, door: Door, site: YouTubeSite, recordings: Path
) -> None:
    assert site.embedding
    answer = door.fetch(oembed_lookup(notes(crowd, PostState.LIVE)[0].id_on("youtube")).url)
    for file in (recordings / "youtube" / "oembed").glob("*.json"):
        assert list(json.loads(answer.payload())) == list(json.loads(file.read_bytes()))
    assert answer.content_type == "application/json"
