"""Bluesky through the network door, against the twin. Invariant: what has become of each person's posts is read to the
state that it is in, from real proofs of repositories that another program wrote."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from archiver.config import WebSettings
from archiver.model import Mention, Post, State
from archiver.platforms.base import Clues, Gap, Lookup, Shown
from archiver.platforms.bluesky import PLATFORM, endpoints
from archiver.platforms.bluesky.records import view_post
from archiver.platforms.bluesky.urls import of_account
from archiver.resolution.observing import Look, look_at, observe
from archiver.web import Door
from tests.web_twin import Twin
from tests.web_twin.bluesky import BlueskySite, record_of
from tests.web_twin.crowd import Crowd, Note, Person
from tests.web_twin.population import PostState
from tests.web_twin.repository import block_of, cid_of, cid_text
from tests.web_twin.wire import Request

NOW = datetime(2026, 5, 2, 9, tzinfo=UTC)


class Ticker:
    """A clock on which waiting takes no time."""

    def __init__(self) -> None:
        self._now = 0.0

    def now(self) -> float:
        return self._now

    def sleep(self, seconds: float) -> None:
        self._now += seconds


@pytest.fixture(scope="module")
def crowd() -> Crowd:
    return Crowd(seed=7, size=60, notes_each=60)


@pytest.fixture(scope="module")
def running(crowd: Crowd) -> Iterator[Twin]:
    with Twin(clock=NOW, crowd=crowd) as twin:
        yield twin
        assert twin.errors == []


@pytest.fixture
def site(running: Twin) -> Iterator[BlueskySite]:
    """The site, its switches as they are at first again afterwards; and an empty log."""
    site = running.crowd_sites["bluesky"]
    assert isinstance(site, BlueskySite)
    switches = {name: getattr(site, name) for name in SWITCHES}
    running.forget()
    yield site
    for name, value in switches.items():
        setattr(site, name, value)


SWITCHES = ("suspended_elsewhere", "rewritten", "reposts", "broken_proofs", "no_proofs", "down", "handle_errors")


@pytest.fixture(scope="module")
def door(running: Twin) -> Iterator[Door]:
    settings = WebSettings(
        connect_to=running.connect_to, ca_file=str(running.ca_file), rates={"*": 60_000.0}, retries=0
    )
    clock = Ticker()
    with Door(settings, sleep=clock.sleep, monotonic=clock.now) as opened:
        yield opened


def people(crowd: Crowd, state: PostState) -> list[Person]:
    return [p for p in (crowd.person(n) for n in range(len(crowd))) if p.state is state and crowd.on("bluesky", p)]


def note_of(crowd: Crowd, person: Person, state: PostState = PostState.LIVE, **wanted: Any) -> Note:
    return next(
        note
        for note in crowd.on("bluesky", person)
        if note.own_state is state and all(bool(getattr(note, name)) is value for name, value in wanted.items())
    )


def who_deleted(crowd: Crowd) -> Person:
    """Somebody with a live post and a deleted one."""
    states = {PostState.LIVE, PostState.DELETED}
    return next(p for p in people(crowd, PostState.LIVE) if states <= {n.own_state for n in crowd.on("bluesky", p)})


def cited(note: Note) -> Any:
    """The post as an article cites it: under the handle of its time."""
    return PLATFORM.ref_from_id(note.id_on("bluesky"), note.handle("bluesky"))


def by_did(note: Note) -> Any:
    return of_account(note.id_on("bluesky"), note.person.did)


def looked(note: Note, door: Door, *, handle: bool = False) -> Look:
    return look_at(cited(note) if handle else by_did(note), door, PLATFORM)


def test_live_posts(crowd: Crowd, door: Door, running: Twin, site: BlueskySite) -> None:
    for person in people(crowd, PostState.LIVE)[:12]:
        note = note_of(crowd, person)
        running.forget()
        look = looked(note, door)
        assert (look.verdict.state, look.verdict.contradictions) == (State.LIVE, ())
        assert len(running.log) == 4
        post = look.verdict.post
        assert post is not None
        assert post.text == record_of(note)["text"].strip()
        assert post.handle == person.handle("bluesky")
        assert post.display_name == person.name
        assert post.content_id == cid_text(cid_of(block_of(record_of(note))))
        assert (note.link in post.links) if note.link else True
        shown = [answer for answer in look.answers if answer.kind == "shown"]
        assert [answer.endpoint for answer in shown] == ["bluesky.posts", "bluesky.record", "bluesky.proof"]
        assert look.verdict.ref is not None
        assert look.verdict.ref.key == f"bluesky:{person.did}/{note.id_on('bluesky')}"


def test_deleted_posts(crowd: Crowd, door: Door, site: BlueskySite) -> None:
    count = 0
    for person in people(crowd, PostState.LIVE):
        for note in crowd.on("bluesky", person):
            if note.own_state is PostState.DELETED and count < 12:
                look = looked(note, door)
                assert (look.verdict.state, look.verdict.positive) == (State.DELETED, True)
                assert look.answers[-1].kind == "stated"
                count += 1
    assert count == 12


def test_renamed_people_by_did_and_by_handle(crowd: Crowd, door: Door, running: Twin, site: BlueskySite) -> None:
    renamed = [p for p in people(crowd, PostState.LIVE) if p.renamed]
    assert renamed
    count = 0
    for person in renamed:
        early = [n for n in crowd.on("bluesky", person) if n.created < (person.renamed or NOW)]
        note = next((n for n in early if n.own_state is PostState.LIVE), None)
        if note is None:
            continue
        count += 1
        site.handle_errors = "name" if count % 2 else "message"
        former, today = person.handles("bluesky")
        assert note.handle("bluesky") == former
        look = looked(note, door, handle=True)
        assert look.verdict.state is State.UNRESOLVED  # nobody tells whose the handle was
        running.forget()
        look = look_at(of_account(note.id_on("bluesky"), person.did, former), door, PLATFORM)
        assert look.verdict.state is State.LIVE
        assert look.verdict.contradictions == ()
        assert any(f"had the handle @{former}" in answer.reason for answer in look.answers)
        assert look.verdict.post is not None
        assert look.verdict.post.handle == today
        thief = crowd.person((person.number + 1) % len(crowd)).handle("bluesky")
        look = look_at(of_account(note.id_on("bluesky"), person.did, thief), door, PLATFORM)
        assert len(look.verdict.contradictions) == 1
    assert count


def test_a_handle_that_is_a_domain(crowd: Crowd, door: Door, running: Twin, site: BlueskySite) -> None:
    person = next(p for p in people(crowd, PostState.LIVE) if p.handle("bluesky") in site.domains)
    note = note_of(crowd, person)
    site.down = {"public.api.bsky.app"}
    look = look_at(PLATFORM.ref_from_id(note.id_on("bluesky"), person.handle("bluesky")), door, PLATFORM)
    assert running.hits(person.handle("bluesky"), "/.well-known/atproto-did")
    assert look.verdict.state is State.LIVE
    assert [a.endpoint for a in look.answers if a.kind == "shown"] == ["bluesky.record", "bluesky.proof"]


@pytest.mark.parametrize("elsewhere", [False, True])
def test_suspended_accounts(crowd: Crowd, door: Door, site: BlueskySite, elsewhere: bool) -> None:
    site.suspended_elsewhere = elsewhere
    for person in people(crowd, PostState.SUSPENDED)[:3]:
        look = looked(note_of(crowd, person), door, handle=True)
        assert (look.verdict.state, look.verdict.positive) == (State.SUSPENDED, True)
        assert (look.verdict.post is not None) is elsewhere


def test_accounts_that_are_gone_in_each_way(crowd: Crowd, door: Door, site: BlueskySite) -> None:
    ways = set()
    for number in range(3):
        person = crowd.person(40 + number)
        before = person.state
        person = crowd.change_person(person.number, state=PostState.ACCOUNT_GONE)
        try:
            look = looked(note_of(crowd, person), door)
        finally:
            crowd.change_person(person.number, state=before)
        assert (look.verdict.state, look.verdict.positive) == (State.ACCOUNT_GONE, True)
        ways.add(look.verdict.reason)
    assert len(ways) == 3


def test_protected_people_are_restricted(crowd: Crowd, door: Door, site: BlueskySite) -> None:
    for person in people(crowd, PostState.PROTECTED)[:3]:
        look = looked(note_of(crowd, person), door)
        assert look.verdict.state is State.RESTRICTED
        assert "signed in" in look.verdict.reason
        assert look.verdict.post is not None


def test_posts_that_were_taken_down_are_restricted(crowd: Crowd, door: Door, site: BlueskySite) -> None:
    person = people(crowd, PostState.LIVE)[0]
    note = note_of(crowd, person)
    crowd.change(note, own_state=PostState.WITHHELD)
    try:
        look = looked(note, door)
    finally:
        crowd.change(note, own_state=PostState.LIVE)
    assert (look.verdict.state, look.verdict.positive) == (State.RESTRICTED, True)
    assert looked(note, door).verdict.state is State.LIVE


def test_records_that_were_written_again_are_edited(crowd: Crowd, door: Door, site: BlueskySite) -> None:
    site.rewritten = True
    note = next(
        note
        for person in people(crowd, PostState.LIVE)
        for note in crowd.on("bluesky", person)
        if note.edited and note.own_state is PostState.LIVE
    )
    look = looked(note, door)
    assert look.verdict.state is State.EDITED
    assert "written again" in look.verdict.reason


@pytest.mark.parametrize("broken", ["signature", "high", "other", "node", "record"])
def test_broken_proofs(crowd: Crowd, door: Door, site: BlueskySite, broken: str) -> None:
    site.broken_proofs = broken
    person = who_deleted(crowd)
    live, gone = note_of(crowd, person), note_of(crowd, person, PostState.DELETED)
    look = looked(live, door)
    assert look.answers[-1].kind == "unexpected"
    assert look.verdict.state is State.LIVE
    look = looked(gone, door)
    assert look.answers[-1].kind == "unexpected"
    assert look.verdict.state is State.UNRESOLVED


def test_servers_without_proofs(crowd: Crowd, door: Door, site: BlueskySite) -> None:
    site.no_proofs = True
    person = who_deleted(crowd)
    assert looked(note_of(crowd, person), door).verdict.state is State.LIVE
    assert looked(note_of(crowd, person, PostState.DELETED), door).verdict.state is State.DELETED


def test_missing_is_vouched_for(crowd: Crowd, door: Door, running: Twin, site: BlueskySite) -> None:
    note = note_of(crowd, who_deleted(crowd), PostState.DELETED)
    seen = observe(by_did(note), fetcher=door, platform=PLATFORM)
    assert (seen.state, seen.control) == (State.DELETED, None), "a signature needs nobody to vouch for it"
    assert seen.key == f"bluesky:{note.person.did}/{note.id_on('bluesky')}"
    site.no_proofs = True
    seen = observe(by_did(note), fetcher=door, platform=PLATFORM)
    assert (seen.state, seen.control) == (State.DELETED, "live")
    site.down = {"public.api.bsky.app", "puffball.us-east.host.bsky.network"}
    seen = observe(by_did(note), fetcher=door, platform=PLATFORM)
    assert not seen.state.missing


def searched(clues: Clues, door: Door) -> tuple[list[str], list[Post], list[str]]:
    asked: list[str] = []
    posts: list[Post] = []
    gaps: list[str] = []
    inquiry = PLATFORM.search(clues)
    step = next(inquiry, None)
    while step is not None:
        sent = None
        if isinstance(step, Lookup):
            asked.append(step.url)
            sent = door.follow(step.url, headers=step.headers)[-1]
        elif isinstance(step, Shown):
            posts += step.posts
        elif isinstance(step, Gap):
            gaps.append(step.text)
        try:
            step = inquiry.send(sent)
        except StopIteration:
            break
    return asked, posts, gaps


@pytest.mark.parametrize("by", ["repository", "feed"])
def test_search(crowd: Crowd, door: Door, site: BlueskySite, by: str) -> None:
    for person in people(crowd, PostState.LIVE)[:6]:
        notes = [n for n in crowd.on("bluesky", person) if n.own_state is PostState.LIVE]
        middle = notes[len(notes) // 2].created
        since, until = middle - timedelta(days=40), middle + timedelta(days=40)
        if by == "feed":
            site.down = {person.pds}
        clues = Clues(handle=person.handle("bluesky"), since=since, until=until)
        asked, posts, gaps = searched(clues, door)
        assert len(asked) == (3 if by == "repository" else 4)
        assert len(gaps) == (by == "feed")
        expected = {note.id_on("bluesky") for note in notes if since <= note.created < until}
        assert expected <= {post.id for post in posts}
        assert all(post.scope == person.did for post in posts)
        texts = {note.id_on("bluesky"): record_of(note)["text"].strip() for note in notes}
        assert all(post.text == texts[post.id] for post in posts)


def test_pages_and_feeds_are_read_like_archived_ones(crowd: Crowd, door: Door, site: BlueskySite) -> None:
    person = next(p for p in people(crowd, PostState.LIVE) if note_of(crowd, p, link=False))
    note = note_of(crowd, person, link=False)
    ref = PLATFORM.ref_from_id(note.id_on("bluesky"), person.handle("bluesky"))
    page = door.follow(PLATFORM.page_url(ref))[-1]
    post = PLATFORM.read_archived(ref, page)
    assert post is not None
    assert post.text == note.text
    assert post.account_id == person.did
    clues = Clues(handle=person.handle("bluesky"), since=None, until=None)
    [url] = PLATFORM.archived_lists(clues)
    listed = PLATFORM.read_archived_list(url, door.follow(url)[-1])
    assert len(listed) == 30 or len(listed) == sum(n.own_state is PostState.LIVE for n in crowd.on("bluesky", person))
    assert {post.handle for post in listed} == {person.handle("bluesky")}
    closed = people(crowd, PostState.PROTECTED)[0]
    hidden = PLATFORM.ref_from_id(note_of(crowd, closed).id_on("bluesky"), closed.handle("bluesky"))
    assert PLATFORM.read_archived(hidden, door.follow(PLATFORM.page_url(hidden))[-1]) is None


def test_the_twin_answers_as_recorded(crowd: Crowd, door: Door, site: BlueskySite, recordings: Path) -> None:
    note = next(
        note
        for person in people(crowd, PostState.LIVE)
        for note in crowd.on("bluesky", person)
        if note.photo and note.own_state is PostState.LIVE
    )
    did, key = note.person.did, note.id_on("bluesky")
    folder = recordings / "bluesky"
    [file] = (folder / "app.bsky.feed.getPosts").glob("*.json")
    mine = json.loads(door.follow(endpoints.posts_lookup(did, key).url)[-1].text())
    theirs = json.loads(file.read_text("utf-8"))
    signed_in = {"viewer", "associated"}
    assert set(theirs["posts"][0]) - signed_in == set(mine["posts"][0])
    assert set(theirs["posts"][0]["author"]) - signed_in == set(mine["posts"][0]["author"])
    assert set(theirs["posts"][0]["embed"]["images"][0]) == set(mine["posts"][0]["embed"]["images"][0])
    assert view_post(mine["posts"][0]) is not None
    record = json.loads(door.follow(endpoints.record_lookup(note.person.pds, did, key).url)[-1].text())
    for recorded in (folder / "com.atproto.repo.getRecord").glob("*.json"):
        assert set(json.loads(recorded.read_text("utf-8"))) == set(record)
    headers = next(
        row["headers"]
        for row in map(json.loads, (recordings / "index.jsonl").read_text("utf-8").splitlines())
        if row["file"] == f"bluesky/app.bsky.feed.getPosts/{file.name}"
    )
    own = {name.lower() for name, _ in door.follow(endpoints.posts_lookup(did, key).url)[-1].headers}
    volatile = {"transfer-encoding", "content-length", "content-encoding", "connection", "ratelimit-reset"}
    assert {name.lower() for name in headers} - volatile - {"atproto-content-labelers"} <= own


def test_a_site_costs_little_for_each_request() -> None:
    crowd = Crowd(seed=7, size=200, notes_each=500)
    site = BlueskySite(crowd, lambda: NOW)

    def ask(note: Note) -> int:
        uri = f"at://{note.person.did}/app.bsky.feed.post/{note.id_on('bluesky')}"
        target = f"/xrpc/app.bsky.feed.getPosts?uris={uri}"
        request = Request(time=NOW, scheme="https", host="public.api.bsky.app", method="GET", target=target, headers=())
        return site(request).status

    notes = [crowd.on("bluesky", number)[place] for number in range(40) for place in range(0, 100, 10)]
    for note in notes[::10]:
        ask(note)
    began = time.perf_counter()
    assert {ask(note) for note in notes} == {200}
    assert (time.perf_counter() - began) / len(notes) < 0.02


def test_the_mention_of_a_renamed_account_keeps_its_words(crowd: Crowd) -> None:
    # the handle of the time is what the article shows; ids of the day are numbers for the index
    person = people(crowd, PostState.LIVE)[0]
    note = note_of(crowd, person)
    ids = PLATFORM.day_range(note.created.date())
    assert ids is not None
    assert note.id_on("bluesky") in ids
    mention = Mention(source="a", platform="bluesky", handle=note.handle("bluesky"), rule="x", confidence=0.9)
    queries = PLATFORM.archive_queries(mention, ids)
    assert any(note.url_on("bluesky").removeprefix("https://").startswith(query.prefix) for query in queries)
