"""The fediverse through the real network door, against the twin's three servers.

Invariant: whatever the servers are set to, no live post is called missing, and nothing is called deleted that is not.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from archiver.config import WebSettings
from archiver.exchange import Exchange
from archiver.model import Answer, Observation, Post, State
from archiver.platforms.base import Clues, Gap, Lookup, Remark, Shown
from archiver.platforms.mastodon import PLATFORM
from archiver.resolution import Control, observe
from archiver.resolution.inquiry import drive
from archiver.web import Door
from tests.web_twin import PostState, Twin
from tests.web_twin.crowd import SERVERS, Crowd, Note
from tests.web_twin.mastodon import SITE

STATES = {
    PostState.LIVE: {State.LIVE},
    PostState.DELETED: {State.DELETED},
    PostState.SUSPENDED: {State.SUSPENDED},
    PostState.ACCOUNT_GONE: {State.ACCOUNT_GONE},
    # for followers alone and deleted look the same from outside
    PostState.PROTECTED: {State.UNRESOLVED},
}


@pytest.fixture
def crowd() -> Crowd:
    return Crowd(seed=3, size=90, notes_each=30)


@pytest.fixture
def running(crowd: Crowd) -> Iterator[Twin]:
    with Twin(clock=datetime(2026, 9, 1, 12, tzinfo=UTC), crowd=crowd) as twin:
        yield twin
        assert twin.errors == []


@pytest.fixture
def door(running: Twin) -> Iterator[Door]:
    settings = WebSettings(
        connect_to=running.connect_to, ca_file=str(running.ca_file), rates={"*": 60_000.0}, retries=0
    )
    with Door(settings) as opened:
        yield opened


@pytest.fixture
def site(running: Twin) -> SITE:
    found = running.crowd_sites["mastodon"]
    assert isinstance(found, SITE)
    return found


def seen(note: Note, door: Door, control: Control | None = None) -> Observation:
    ref = PLATFORM.ref_from_url(note.url_on("mastodon"))
    assert ref is not None
    return observe(ref, fetcher=door, platform=PLATFORM, control=control)


def one(crowd: Crowd, state: PostState = PostState.LIVE, *, host: str = "", **wanted: bool) -> Note:
    """A post in this state, at least a day from the account's others."""
    for number in range(len(crowd)):
        if host and crowd.person(number).server != host:
            continue
        for note in crowd.on("mastodon", number):
            fits = all(bool(getattr(note, name)) is value for name, value in wanted.items())
            if fits and note.state is state and note.person.renamed is None:
                return note
    raise AssertionError("the crowd has no such post")


def found(clues: Clues, door: Door) -> tuple[list[Post], list[str], list[str]]:
    posts: list[Post] = []
    gaps: list[str] = []
    asked: list[str] = []

    def ask(lookup: Lookup) -> Exchange | None:
        asked.append(lookup.url)
        return door.follow(lookup.url, headers=lookup.headers)[-1]

    def take(step: Answer | Shown | Remark | Gap) -> bool:
        if isinstance(step, Shown):
            posts.extend(step.posts)
        elif isinstance(step, Gap):
            gaps.append(step.text)
        return False

    drive(PLATFORM.search(clues), ask, take)
    return posts, gaps, asked


def around(note: Note, hours: int = 20) -> Clues:
    slack = timedelta(hours=hours)
    return Clues(handle=note.handle("mastodon"), since=note.created - slack, until=note.created + slack)


def test_every_state_of_a_crowd(crowd: Crowd, door: Door) -> None:
    crowd.change_person(4, state=PostState.PROTECTED)
    control = Control(door, PLATFORM)
    counted: Counter[PostState] = Counter()
    for number in range(60):
        for note in crowd.on("mastodon", number)[:5]:
            observation = seen(note, door, control)
            expected = {State.EDITED} if note.edited and note.state is PostState.LIVE else STATES[note.state]
            assert observation.state in expected, (note.state, observation)
            assert (observation.control == "live") == observation.state.missing
            counted[note.state] += 1
            if note.state is PostState.LIVE:
                post = observation.post
                assert post is not None
                assert (post.handle, post.display_name) == (note.handle("mastodon"), note.person.name)
                assert (post.created_at, post.edited_at) == (note.created, note.edited)
                assert post.key == f"mastodon:{note.person.server}/{note.id_on('mastodon')}"
    assert set(counted) == set(STATES)


def test_the_twin_writes_as_recorded_servers_do(crowd: Crowd, site: SITE, recordings: Path) -> None:
    recorded = json.loads((recordings / "mastodon/statuses_id/devserver_test_status_edit_3_GET_200.json").read_bytes())
    mine = site.status(one(crowd, photo=True), SERVERS[0])
    later = {"favourited", "reblogged", "muted", "bookmarked", "application", "tagged_collections", "quote_approval"}
    assert [name for name in recorded if name not in later] == list(mine)
    account = [name for name in recorded["account"] if name in mine["account"]]
    assert account == list(mine["account"])
    picture = json.loads((recordings / "mastodon/statuses_id/real__entitystatus_0_GET_200.json").read_bytes())
    assert list(picture["media_attachments"][0]) == list(mine["media_attachments"][0])


def test_a_server_that_wants_its_readers_signed_in(crowd: Crowd, door: Door, site: SITE) -> None:
    site.auth_only.update(SERVERS)
    note = one(crowd, photo=True)
    observation = seen(note, door)
    assert observation.state is State.LIVE
    assert observation.post is not None
    assert (observation.post.display_name, observation.post.handle) == (note.person.name, note.handle("mastodon"))
    assert [m.kind for m in observation.post.media] == ["photo"]
    assert seen(one(crowd, PostState.DELETED), door).state is State.DELETED
    assert seen(one(crowd, PostState.ACCOUNT_GONE), door).state is State.ACCOUNT_GONE
    # nobody says who is suspended and who is refused
    assert seen(one(crowd, PostState.SUSPENDED), door).state in (State.UNRESOLVED, State.BLOCKED)


def test_a_server_that_wants_everything_signed(crowd: Crowd, door: Door, site: SITE) -> None:
    site.authorized_fetch.update(SERVERS)
    assert seen(one(crowd), door).state is State.LIVE
    assert seen(one(crowd, PostState.DELETED), door).state is State.DELETED
    site.auth_only.update(SERVERS)
    observation = seen(one(crowd, photo=True), door)
    assert (observation.state, observation.post and observation.post.seen_in) == (State.LIVE, "mastodon.page")
    assert observation.post is not None
    assert [m.kind for m in observation.post.media] == ["photo"]
    # one page says "not found", and nobody vouches for the server
    assert seen(one(crowd, PostState.DELETED), door).state in (State.UNRESOLVED, State.BLOCKED)


def test_another_program_whose_pages_hold_the_post(crowd: Crowd, door: Door, site: SITE) -> None:
    site.software.update(dict.fromkeys(SERVERS, "gotosocial"))
    note = one(crowd, link=True)
    observation = seen(note, door)
    assert observation.state is State.LIVE
    assert observation.post is not None
    assert note.link in observation.post.links
    assert observation.post.created_at == note.created.replace(microsecond=0)


def test_tombstones(crowd: Crowd, door: Door, site: SITE) -> None:
    site.tombstones.update(SERVERS)
    observation = seen(one(crowd, PostState.DELETED), door)
    assert observation.state is State.DELETED
    assert "tombstone" in observation.reason


def test_a_copy_of_another_servers_post(crowd: Crowd, door: Door, site: SITE) -> None:
    for state, expected in ((PostState.LIVE, State.LIVE), (PostState.DELETED, State.DELETED)):
        note = one(crowd, state, host=SERVERS[0], edited=False)
        there = site.copy(note, SERVERS[1])
        ref = PLATFORM.ref_from_url(f"https://{SERVERS[1]}/@{note.handle('mastodon')}/{there}")
        assert ref is not None
        for members_only in (False, True):
            site.auth_only = {SERVERS[1]} if members_only else set()
            observation = observe(ref, fetcher=door, platform=PLATFORM)
            assert observation.state is expected, observation
            assert observation.key == f"mastodon:{SERVERS[0]}/{note.id_on('mastodon')}"
            assert (observation.post is not None) == (state is PostState.LIVE or not members_only)


def test_a_server_that_refuses_is_blocked_and_vouches_for_nothing(crowd: Crowd, door: Door, site: SITE) -> None:
    site.limit = 0
    assert seen(one(crowd, host=SERVERS[0]), door).state is State.BLOCKED
    assert seen(one(crowd, PostState.DELETED, host=SERVERS[1]), door).state is State.BLOCKED


def test_searching_an_account(crowd: Crowd, door: Door, running: Twin) -> None:
    note = one(crowd)
    clues = around(note)
    posts, gaps, asked = found(clues, door)
    assert gaps == []
    assert len(asked) == 2
    expected = [
        n.id_on("mastodon")
        for n in reversed(crowd.on("mastodon", note.person))
        if n.state is PostState.LIVE and clues.since and clues.until and clues.since <= n.created < clues.until
    ]
    assert note.id_on("mastodon") in expected
    assert [post.id for post in posts] == expected
    posts, gaps, _ = found(Clues(handle=note.handle("mastodon"), since=None, until=None, most_requests=9), door)
    assert [p.id for p in posts] == [
        n.id_on("mastodon") for n in reversed(crowd.on("mastodon", note.person)) if n.state is PostState.LIVE
    ]
    assert gaps == []


@pytest.mark.parametrize(("switches", "endpoint"), [(1, "mastodon.outbox"), (2, "mastodon.feed")])
def test_searching_without_the_api(crowd: Crowd, door: Door, site: SITE, switches: int, endpoint: str) -> None:
    site.auth_only.update(SERVERS)
    if switches > 1:
        site.authorized_fetch.update(SERVERS)
    note = next(n for n in reversed(crowd.on("mastodon", one(crowd).person)) if n.state is PostState.LIVE)
    posts, gaps, asked = found(around(note), door)
    assert note.id_on("mastodon") in [post.id for post in posts]
    assert {post.seen_in for post in posts} == {endpoint}
    assert gaps == []
    assert len(asked) <= 8


def test_an_account_under_its_former_name(crowd: Crowd, door: Door) -> None:
    moved = next(
        note
        for number in range(len(crowd))
        for note in crowd.on("mastodon", number)
        if note.person.renamed and note.created < note.person.renamed and note.state is PostState.LIVE
    )
    posts, gaps, _ = found(around(moved), door)
    assert moved.id_on("mastodon") in [post.id for post in posts]
    assert all(post.handle == moved.handle("mastodon") for post in posts)
    assert gaps == []
    # looked for under the old name in a time when only the new one posted
    later = next((n for n in crowd.on("mastodon", moved.person) if n.created > moved.person.renamed), None)  # type: ignore[operator]
    if later is not None and later.state is PostState.LIVE:
        clues = Clues(handle=moved.handle("mastodon"), since=later.created, until=later.created + timedelta(seconds=1))
        posts, _, _ = found(clues, door)
        assert [post.id for post in posts] == [later.id_on("mastodon")]


def test_an_account_whose_domain_is_not_its_servers(crowd: Crowd, running: Twin, site: SITE) -> None:
    note = one(crowd, host=SERVERS[2])
    site.domains["ferry.example"] = SERVERS[2]
    running.host("ferry.example", site)
    settings = WebSettings(
        connect_to=running.connect_to, ca_file=str(running.ca_file), rates={"*": 60_000.0}, retries=0
    )
    clues = around(note)
    user = clues.handle.partition("@")[0]
    with Door(settings) as door:
        posts, gaps, _ = found(Clues(handle=f"{user}@ferry.example", since=clues.since, until=clues.until), door)
    assert gaps == []
    assert note.id_on("mastodon") in [post.id for post in posts]
    assert all(post.handle == f"{user}@ferry.example" for post in posts)


def test_archived_pages_of_the_twin_are_read(crowd: Crowd, door: Door, site: SITE) -> None:
    note = next(
        n for n in reversed(crowd.on("mastodon", one(crowd, host=SERVERS[0]).person)) if n.state is PostState.LIVE
    )
    ref = PLATFORM.ref_from_url(note.url_on("mastodon"))
    assert ref is not None
    for rendered in (False, True):
        site.server_rendered = {SERVERS[0]} if rendered else set()
        post = PLATFORM.read_archived(ref, door.fetch(ref.url))
        assert post is not None
        assert post.text is not None
        assert note.said is not None
        assert post.created_at == note.created.replace(microsecond=0)
        assert post.display_name == note.person.name
    for url in PLATFORM.archived_lists(around(note)):
        listed = PLATFORM.read_archived_list(url, door.fetch(url))
        assert note.id_on("mastodon") in [p.id for p in listed], url
