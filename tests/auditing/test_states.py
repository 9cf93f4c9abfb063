"""What a post is said to be, in worlds where it is known what it is.

Invariant: whatever an endpoint answers, and whatever a live post says, no live post is called missing; `deleted` is
said of deleted posts alone, and only while something else of the same platform is readable at the same time.
"""

from __future__ import annotations

import itertools
import json
import random
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from archiver.config import AuditSettings
from archiver.exchange import Exchange
from archiver.model import Answer, AnswerKind, Observation, PostRef, State
from archiver.platforms import platform as platform_named
from archiver.platforms.base import Inquiry, Lookup
from archiver.platforms.default import DefaultPlatform
from archiver.resolution import Control, observe
from archiver.resolution.history import confirmed
from archiver.resolution.observing import TOGETHER, look_at
from tests.auditing.standins import (
    ENDPOINTS,
    HTML,
    JSON,
    LANGUAGES,
    NOISE,
    NOW,
    SENTENCES,
    SILENCE,
    TRUTHS,
    TWINNED,
    Bend,
    Table,
    World,
    answered,
    live_elsewhere,
    planted,
)
from tests.platforms.test_mastodon_answers import (
    ACCOUNT,
    ACTOR,
    API,
    HOST,
    OBJECT,
    PAGE,
    REF,
    account,
    note,
    person,
    status,
)
from tests.town import DELETED, NEVER_STORED, Town
from tests.web_twin import Fault, PostState, Twin
from tests.web_twin.crowd import Note

LIVE = (State.LIVE, State.EDITED, State.MOVED)
HONEST: tuple[tuple[str, Bend | None], ...] = (("honest", None), *NOISE.items())


@pytest.fixture(scope="module")
def world() -> World:
    return World()


def one(world: World, platform: str, state: PostState = PostState.LIVE) -> tuple[PostRef, Note]:
    (found,) = world.notes(platform, state, 1)
    return world.ref(platform, found), found


# -- answers that contradict, refuse and fail


def mixes(platform: str, lies: bool, count: int) -> Iterator[dict[str, Bend]]:
    """Some of all the ways to bend answers: mostly noise; with `lies` at most one endpoint says "not found"."""
    roll = random.Random(f"mixes {platform} {lies}")
    names = [name for name, _ in ENDPOINTS[platform]]
    for _ in range(count):
        picked = {name: roll.choice(HONEST)[1] for name in names if roll.random() < 0.6}
        if lies:
            name, silence = roll.choice(sorted(SILENCE[platform].items(), key=lambda item: item[0]))
            picked[name.partition(" ")[0]] = silence
        yield {name: bend for name, bend in picked.items() if bend is not None}


@pytest.mark.parametrize("platform", TWINNED)
def test_no_mix_of_answers_makes_a_live_post_missing(world: World, platform: str) -> None:
    ref, found = one(world, platform)
    for bends in itertools.chain(mixes(platform, True, 150), mixes(platform, False, 100)):
        seen = world.see(ref, found, bends)
        assert not seen.state.missing, (list(bends), seen.reason)


@pytest.mark.parametrize("platform", ["x", "bluesky", "mastodon"])
@pytest.mark.parametrize("state", [state for state in TRUTHS if state is not PostState.LIVE], ids=str)
def test_deleted_is_said_of_deleted_posts_alone(world: World, platform: str, state: PostState) -> None:
    ref, found = one(world, platform, state)
    clean = world.see(ref, found)
    assert (clean.state is State.DELETED) == (state is PostState.DELETED), clean.reason
    for bends in mixes(platform, False, 80):
        seen = world.see(ref, found, bends)
        assert seen.state is not State.DELETED or state is PostState.DELETED, (list(bends), seen.reason)
        assert state is PostState.PROTECTED or not seen.state.readable, (list(bends), seen.reason)


@pytest.mark.parametrize("platform", TWINNED)
@pytest.mark.parametrize("vouching", sorted(NOISE))
def test_nothing_is_missing_where_the_control_cannot_be_read(world: World, platform: str, vouching: str) -> None:
    for state in (PostState.DELETED, PostState.ACCOUNT_GONE, PostState.SUSPENDED):
        ref, found = one(world, platform, state)
        seen = world.see(ref, found, vouching=NOISE[vouching])
        if platform == "bluesky" and seen.control is None:
            assert seen.state is State.DELETED  # the signed repository proves it
            assert state is PostState.DELETED
        elif platform == "mastodon" and vouching == "cut":
            assert seen.state in (State.BLOCKED, State.UNRESOLVED, State.UNREACHABLE)
        else:
            assert not seen.state.missing, (state, seen.reason)


# -- live posts that talk about deletion


def test_sentences_come_in_many_languages() -> None:
    assert len(LANGUAGES) >= 10


@pytest.mark.parametrize("platform", TWINNED)
def test_live_posts_may_talk_about_deletion(platform: str) -> None:
    world = World()
    ref, found = one(world, platform)
    for words in SENTENCES:
        world.crowd.change(found, written=words)
        world.crowd.change_person(found.person.number, name=words)
        seen = world.see(ref, found)
        assert not seen.state.missing, (words, seen.reason)
        if words not in ("[removed]", "[ Removed by Reddit ]"):
            assert seen.state in LIVE, (words, seen.reason)


@pytest.mark.parametrize("platform", ["x", "bluesky", "mastodon", "reddit", "telegram", "tiktok", "youtube"])
def test_every_member_and_line_may_talk_about_deletion(world: World, platform: str) -> None:
    ref, found = one(world, platform)
    got: dict[str, Exchange] = {}

    def spy(name: str) -> Bend:
        def bend(honest: Exchange) -> Exchange:
            return got.setdefault(name, honest)

        return bend

    world.see(ref, found, {name: spy(name) for name, _ in ENDPOINTS[platform]})
    assert got
    for name, honest in got.items():
        if name == "proof":
            continue
        alone = {other: NOISE["503"] for other, _ in ENDPOINTS[platform] if other != name}
        for words in SENTENCES[:: 1 if name == next(iter(got)) else 3]:
            for made in planted(honest, words):
                seen = world.see(ref, found, alone | {name: lambda _, made=made: made})
                assert not seen.state.missing, (name, words, seen.reason)


@pytest.mark.parametrize("platform", sorted(live_elsewhere()))
def test_live_posts_of_the_other_platforms_may_talk_about_deletion(platform: str) -> None:
    module = platform_named(platform)
    assert module is not None
    ref, table = live_elsewhere()[platform]
    assert look_at(ref, Table(table), module).verdict.state in LIVE
    for url, honest in table.items():
        others = {other: answer for other, answer in table.items() if other != url}
        for words in SENTENCES:
            for made in planted(honest, words):
                for beside in ({}, others):
                    verdict = look_at(ref, Table({**beside, url: made}), module).verdict
                    assert not verdict.state.missing, (url, words, verdict.reason)


def test_a_title_that_looks_like_youtubes_own_data_is_a_title(world: World) -> None:
    ref, found = one(world, "youtube")
    for reason in ("Video removed by the user", "Private video", "Sign in to confirm your age"):
        words = f'ytInitialPlayerResponse = {{"playabilityStatus":{{"status":"ERROR","reason":"{reason}"}}}}'

        def titled(honest: Exchange, words: str = words) -> Exchange:
            page = honest.payload().decode()
            return answered(honest.url, page.replace("<title>", f"<title>{words} "), 200, HTML)

        seen = world.see(ref, found, {"watch": titled})
        assert seen.state in LIVE, seen.reason


# -- what is gone beside a live post


def bent_json(change: Any) -> Bend:
    """The answer with its JSON changed in place."""

    def bend(honest: Exchange) -> Exchange:
        data = json.loads(honest.payload())
        change(data)
        return replace(answered(honest.url, json.dumps(data), honest.status, JSON), headers=honest.headers)

    return bend


TOMBSTONE = {
    "__typename": "TweetTombstone",
    "tombstone": {"text": {"text": "This Post is from a suspended account. Learn more"}},
}
GONE_BESIDE = {
    ("x", "quoted"): ("syndication", lambda data: data.update(quoted_tweet=TOMBSTONE)),
    ("x", "parent"): ("syndication", lambda data: data.update(parent=TOMBSTONE, in_reply_to_status_id_str="12")),
    ("x", "newer version"): (
        "syndication",
        lambda data: data.update(isStaleEdit=True, edit_control={"edit_tweet_ids": [data["id_str"], "1999"]}),
    ),
    ("x", "members"): ("syndication", lambda data: data.update(tombstone=TOMBSTONE["tombstone"], reason="Suspended")),
    ("bluesky", "quoted"): (
        "posts",
        lambda data: data["posts"][0].update(
            embed={
                "$type": "app.bsky.embed.record#view",
                "record": {"$type": "app.bsky.embed.record#viewNotFound", "uri": "at://x/y/z", "notFound": True},
            }
        ),
    ),
    ("bluesky", "blocked quote"): (
        "posts",
        lambda data: data["posts"][0].update(
            embed={
                "$type": "app.bsky.embed.record#view",
                "record": {"$type": "app.bsky.embed.record#viewBlocked", "uri": "at://x/y/z", "blocked": True},
            }
        ),
    ),
    ("mastodon", "quoted"): (
        "status",
        lambda data: data.update(quote={"state": "deleted", "quoted_status": None}),
    ),
    ("mastodon", "revoked"): ("status", lambda data: data.update(quote={"state": "revoked", "quoted_status": None})),
    ("mastodon", "parent"): ("status", lambda data: data.update(in_reply_to_id="1", in_reply_to_account_id=None)),
    ("mastodon", "moved"): (
        "status",
        lambda data: data["account"].update(moved={"id": "9", "acct": "ana@new.example", "username": "ana"}),
    ),
    ("mastodon", "card"): (
        "status",
        lambda data: data.update(card={"title": "Record not found", "url": "https://a.b"}),
    ),
}


@pytest.mark.parametrize(("platform", "what"), sorted(GONE_BESIDE))
def test_what_is_gone_beside_a_live_post_says_nothing_of_it(world: World, platform: str, what: str) -> None:
    ref, found = one(world, platform)
    endpoint, change = GONE_BESIDE[platform, what]
    assert world.see(ref, found, {endpoint: bent_json(change)}).state in LIVE


def test_an_object_whose_quote_or_parent_is_a_tombstone_is_live() -> None:
    mastodon = platform_named("mastodon")
    assert mastodon is not None
    grave = {"type": "Tombstone", "id": f"https://{HOST}/users/ana/statuses/1"}
    for more in ({"quote": grave}, {"inReplyTo": grave}, {"attachment": [grave]}, {"replies": {"items": [grave]}}):
        table = Table({API: answered(API, "{}", 401), OBJECT: answered(OBJECT, json.dumps(note(**more)))})
        assert look_at(REF, table, mastodon).verdict.state in LIVE


def test_a_tombstone_of_another_number_is_not_the_posts() -> None:
    mastodon = platform_named("mastodon")
    assert mastodon is not None
    ref = PostRef(platform="mastodon", id="4711", url="https://lemmy.example/post/4711", scope="lemmy.example")
    url = "https://lemmy.example/post/4711?activitypub"
    grave = {"type": "Tombstone", "id": "https://lemmy.example/post/47112"}
    verdict = look_at(ref, Table({url: answered(url, json.dumps(grave), 410)}), mastodon).verdict
    assert not verdict.state.missing


# -- answers that only look like "not found"


@pytest.mark.parametrize(
    "body",
    [
        {"id_str": "1", "text": "here"},
        {"html": "<blockquote></blockquote>"},
        {"errors": [{"code": 88, "message": "Rate limit exceeded"}]},
        {"errors": [{"code": 215, "message": "Bad Authentication data."}]},
    ],
)
def test_a_404_with_something_else_in_it_is_no_not_found(world: World, body: dict[str, Any]) -> None:
    ref, found = one(world, "x", PostState.DELETED)
    bend: Bend = lambda honest: answered(honest.url, json.dumps(body), 404)  # noqa: E731
    for endpoint in ("syndication", "oembed"):
        assert not world.see(ref, found, {endpoint: bend}).state.missing


def test_a_refusal_in_words_is_no_suspension(world: World) -> None:
    ref, found = one(world, "x")
    for said in ("Rate limit exceeded", "Too many requests, try again later.", "Automated access is denied"):
        refused: Bend = lambda honest, said=said: answered(honest.url, json.dumps({"error": said}), 403)  # type: ignore[misc] # noqa: E731
        seen = world.see(ref, found, {"oembed": refused, "syndication": SILENCE["x"]["syndication"]})
        assert not seen.state.missing, seen.reason


def test_bluesky_alone_and_its_server_alone_do_not_say_deleted(world: World) -> None:
    ref, found = one(world, "bluesky")
    hidden = SILENCE["bluesky"]
    for bends in (
        {"posts": hidden["posts"]},
        {"posts": NOISE["429"], "record": hidden["record"], "proof": hidden["record"]},
        {"posts": NOISE["500"], "record": hidden["record"], "proof": NOISE["503"]},
    ):
        assert not world.see(ref, found, bends).state.missing


def test_an_account_that_moves_house_is_not_gone(world: World) -> None:
    ref, found = one(world, "bluesky")
    left: Bend = lambda honest: answered(honest.url, '{"error":"RepoDeactivated","message":"deactivated"}', 400)  # noqa: E731
    gone: Bend = lambda honest: answered(honest.url, '{"error":"RepoNotFound","message":"no repo"}', 400)  # noqa: E731
    for said in (left, gone):
        for view in (NOISE["429"], NOISE["no answer"], None):
            bends = {"record": said, "proof": said} | ({"posts": view} if view else {})
            assert not world.see(ref, found, bends).state.missing


def test_a_text_that_reddit_writes_and_anybody_may_write_stays_open(world: World) -> None:
    named = World()
    ref, found = one(named, "reddit")
    named.crowd.change(found, written="[ Removed by Reddit ]", decor="", link=None)
    assert named.see(ref, found).state is State.UNRESOLVED


# -- servers of the fediverse that are others by now

TIMELINE = f"https://{HOST}/api/v1/timelines/public?local=true&limit=1"
READABLE = {TIMELINE: answered(TIMELINE, json.dumps([status(id="1")]))}
BARE = {
    API: answered(API, '{"error":"Record not found"}', 404),
    OBJECT: answered(OBJECT, '{"error":"Not Found"}', 404),
    PAGE: answered(PAGE, "<title>not here</title>", 404, HTML),
}


def on_mastodon(answers: dict[str, Exchange]) -> Observation:
    mastodon = platform_named("mastodon")
    assert mastodon is not None
    return observe(REF, fetcher=Table(answers), platform=mastodon, now=lambda: NOW)


def test_a_server_that_began_anew_under_its_name_deletes_nothing() -> None:
    known = {ACCOUNT: answered(ACCOUNT, json.dumps(account(created_at="2019-01-01T00:00:00.000Z")))}
    assert on_mastodon(BARE | READABLE | known).state is State.DELETED
    younger = {ACCOUNT: answered(ACCOUNT, json.dumps(account(created_at="2024-01-01T00:00:00.000Z")))}
    unknown = {ACCOUNT: answered(ACCOUNT, '{"error":"Record not found"}', 404)}
    refused = {ACCOUNT: answered(ACCOUNT, '{"error":"x"}', 401)}
    born = {ACTOR: answered(ACTOR, json.dumps(person(published="2024-01-01T00:00:00Z")))}
    for other in (younger, unknown, refused, refused | born):
        seen = on_mastodon(BARE | READABLE | other)
        assert seen.state is State.UNRESOLVED, seen.reason
    there = {ACTOR: answered(ACTOR, json.dumps(person(published="2019-01-01T00:00:00Z")))}
    assert on_mastodon(BARE | READABLE | refused | there).state is State.DELETED
    gone = {ACTOR: answered(ACTOR, '{"error":"Gone"}', 410)}
    assert on_mastodon(BARE | READABLE | refused | gone).state is State.ACCOUNT_GONE
    # a tombstone is the server's word
    grave = {OBJECT: answered(OBJECT, json.dumps({"type": "Tombstone", "id": OBJECT}), 410)}
    assert on_mastodon(BARE | READABLE | unknown | grave).state is State.DELETED


def test_an_account_is_known_by_its_number_too() -> None:
    mastodon = platform_named("mastodon")
    assert mastodon is not None
    numbered = mastodon.ref_from_url(f"https://{HOST}/ap/users/115421/statuses/{REF.id}")
    assert numbered is not None
    by_number = f"https://{HOST}/api/v1/accounts/115421"
    bare = {API: BARE[API], numbered.url + "?activitypub": answered(numbered.url, '{"error":"Not Found"}', 404)}
    gone = '{"error":"Record not found"}'
    for body, code, state in (
        (account(id="115421"), 200, State.DELETED),
        (account(id="115421", suspended=True), 200, State.SUSPENDED),
        (account(id="115421", locked=True), 200, State.UNRESOLVED),
        (account(id="115421", created_at="2024-01-01T00:00:00.000Z"), 200, State.UNRESOLVED),
        (account(id="7"), 200, State.UNRESOLVED),
        (gone, 404, State.UNRESOLVED),
    ):
        said = {by_number: answered(by_number, body if isinstance(body, str) else json.dumps(body), code)}
        table = Table(bare | READABLE | said)
        seen = observe(numbered, fetcher=table, platform=mastodon, now=lambda: NOW)
        assert seen.state is state, (body, seen.reason)


class Everywhere(Table):
    """One answer to every question."""

    def __init__(self, body: str, code: int, host: str | None = None) -> None:
        super().__init__({})
        self._answer = (body, code, host)

    def fetch(self, url: str, **_: Any) -> Exchange:
        body, code, host = self._answer
        return answered(f"https://{host}/" if host else url, body, code, JSON if body[:1] in "{[" else HTML)


@pytest.mark.parametrize("code", [200, 404, 410])
@pytest.mark.parametrize("host", [None, "parked.example"])
@pytest.mark.parametrize(
    "body", ["<title>for sale</title>", "", '{"error":"Gone"}', '{"type":"Tombstone"}', "[]", "{}"]
)
def test_a_parked_or_closed_server_deletes_nothing(code: int, host: str | None, body: str) -> None:
    for name, url in (
        ("mastodon", PAGE),
        ("mastodon", "https://notes.example/notes/9tht7ungi81f0006"),
        ("mastodon", "https://plemora.example/notice/AVYzXYZ0123456789a"),
        ("mastodon", f"https://copies.example/@ana@{HOST}/110372500000000001"),
    ):
        module = platform_named(name)
        assert module is not None
        ref = module.ref_from_url(url)
        if ref is None:
            continue
        seen = observe(ref, fetcher=Everywhere(body, code, host), platform=module, now=lambda: NOW)
        assert not seen.state.missing, (url, seen.reason)


def test_a_server_that_shows_no_post_at_all_vouches_for_words_alone() -> None:
    refused = '{"error":"This method requires an authenticated user"}'
    webfinger = f"https://{HOST}/.well-known/webfinger?resource=acct:ana@{HOST}"
    instance = f"https://{HOST}/actor"
    closed = {
        ACCOUNT: answered(ACCOUNT, refused, 401),
        ACTOR: answered(ACTOR, json.dumps(person())),
        TIMELINE: answered(TIMELINE, refused, 422),
        webfinger: answered(webfinger, "", 404),
        instance: answered(instance, json.dumps({"type": "Application", "id": instance})),
    }
    assert on_mastodon(BARE | closed).state is State.UNRESOLVED
    grave = {OBJECT: answered(OBJECT, json.dumps({"type": "Tombstone", "id": OBJECT}), 410)}
    assert on_mastodon(BARE | closed | grave).state is State.DELETED


# -- what vouches


class Shop(DefaultPlatform):
    """A platform with one endpoint: what it says of a post stands in the answer."""

    name = "shop"
    control: PostRef | None = PostRef(platform="shop", id="1", url="https://shop.example/1")

    def look(self, ref: PostRef) -> Inquiry:
        lookup = Lookup(endpoint="shop.page", url=ref.url)
        exchange = yield lookup
        if exchange is not None:
            state = State(exchange.payload().decode())
            kind = AnswerKind.SHOWN if state.readable else AnswerKind.STATED
            known = PostRef(platform="shop", id=ref.id.rpartition("/")[2], url=ref.url)
            yield Answer(
                state=state, reason="it says so", positive=True, kind=kind, ref=known, record_id=exchange.record_id
            )

    def judge(self, ref: PostRef, answers: Sequence[Answer]) -> Answer:
        return answers[0]


def at(shop: str, when: datetime, state: str) -> dict[str, Exchange]:
    url = f"https://shop.example/{shop}"
    return {url: answered(url, state, when=when)}


def shopped(table: Table, number: str = "2", control: Control | None = None) -> Observation:
    ref = PostRef(platform="shop", id=number, url=f"https://shop.example/{number.rpartition('/')[2]}")
    return observe(ref, fetcher=table, platform=Shop(), control=control, now=lambda: NOW)


def test_what_vouches_is_of_the_same_time() -> None:
    for apart in (timedelta(0), TOGETHER):
        for sign in (1, -1):
            table = Table(at("2", NOW, "deleted") | at("1", NOW + sign * apart, "live"))
            assert shopped(table).state is State.DELETED
    for apart in (TOGETHER + timedelta(seconds=1), timedelta(days=3), -timedelta(days=3)):
        seen = shopped(Table(at("2", NOW, "deleted") | at("1", NOW + apart, "live")))
        assert (seen.state, seen.control) == (State.UNRESOLVED, "live")
        assert "different times" in seen.reason


def test_answers_of_different_times_make_no_deletion() -> None:
    known = {ACCOUNT: answered(ACCOUNT, json.dumps(account()))}
    for apart, state in ((TOGETHER, State.DELETED), (timedelta(days=2), State.UNRESOLVED)):
        stale = {API: answered(API, '{"error":"Record not found"}', 404, when=NOW - apart)}
        assert on_mastodon(BARE | stale | READABLE | known).state is state


def test_in_a_long_run_the_control_is_asked_again() -> None:
    table = Table(at("2", NOW, "deleted") | at("1", NOW, "live"))
    control = Control(table, Shop())
    assert shopped(table, control=control).state is State.DELETED
    later = NOW + timedelta(hours=5)
    table.answers |= at("3", later, "deleted") | at("1", later, "blocked")
    assert shopped(table, "3", control).state is State.BLOCKED
    table.answers |= at("1", later, "live")
    assert shopped(table, "3", Control(table, Shop())).state is State.DELETED


def test_a_post_does_not_vouch_for_itself_under_another_name() -> None:
    table = Table(at("1", NOW, "deleted"))
    assert not shopped(table, "renamed/1", Control(table, Shop())).state.missing
    table.answers |= at("1", NOW, "live")

    class Flapping(Table):
        def fetch(self, url: str, **_: Any) -> Exchange:
            found = super().fetch(url)
            self.answers |= at("1", NOW, "live")
            return found

    flapping = Flapping(at("1", NOW, "deleted"))
    seen = shopped(flapping, "renamed/1", Control(flapping, Shop()))
    assert (seen.control, seen.state) == ("live", State.BLOCKED)


@pytest.mark.parametrize("state", [s for s in State if not s.readable], ids=str)
def test_a_control_in_any_other_state_vouches_for_nothing(state: State) -> None:
    seen = shopped(Table(at("2", NOW, "deleted") | at("1", NOW, state.value)))
    assert (seen.state, seen.control) == (State.BLOCKED, state.value)


@pytest.mark.parametrize(("endpoint", "platform"), [("syndication", "x"), ("publish", "x"), ("oembed", "youtube")])
def test_an_endpoint_that_does_not_show_the_control_is_no_witness(world: World, endpoint: str, platform: str) -> None:
    ref, found = one(world, platform, PostState.DELETED)
    if platform == "youtube":  # a bare "unavailable" of the page needs oEmbed beside it
        bare = '<script>var ytInitialPlayerResponse = {"playabilityStatus":{"status":"ERROR","reason":"%s"}};</script>'
        page: Bend = lambda honest: answered(honest.url, bare % "Video unavailable", 200, HTML)  # noqa: E731
        bends = {"watch": page}
    else:
        bends = {}
    assert world.see(ref, found, bends).state is State.DELETED
    for silence in (NOISE["429"], NOISE["shell"], *SILENCE["x"].values()):

        def half(honest: Exchange, silence: Bend = silence) -> Exchange:
            return silence(honest) if endpoint in honest.url else honest

        seen = world.see(ref, found, bends, half)
        assert not seen.state.missing, seen.reason
    # what is said in words stands by itself
    ref, found = one(world, platform, PostState.SUSPENDED)
    assert world.see(ref, found, {}, lambda h: NOISE["429"](h) if endpoint in h.url else h).state is State.SUSPENDED


# -- seen once, seen twice

AUDIT = AuditSettings()
WAIT = timedelta(hours=AUDIT.confirm_after_hours)


def look(state: State, when: datetime) -> Observation:
    return Observation(
        platform="x", post_id="2", url="https://x.com/i/status/2", state=state, seen_at=when, how="x", reason=""
    )


def again(state: State, *earlier: tuple[State, timedelta]) -> bool:
    """Whether a look now is confirmed by looks so long before."""
    return confirmed(look(state, NOW), [look(s, NOW - ago) for s, ago in earlier], AUDIT).confirmed


def test_a_missing_post_is_confirmed_by_the_same_state_hours_before() -> None:
    assert again(State.DELETED, (State.DELETED, WAIT))
    assert not again(State.DELETED)
    assert not again(State.DELETED, (State.DELETED, WAIT - timedelta(seconds=1)))
    assert not again(State.LIVE, (State.LIVE, WAIT))


@pytest.mark.parametrize("between", [State.BLOCKED, State.UNREACHABLE, State.UNRESOLVED], ids=str)
def test_what_tells_nothing_neither_confirms_nor_takes_back(between: State) -> None:
    assert again(State.DELETED, (State.DELETED, WAIT * 2), (between, WAIT))
    assert not again(State.DELETED, (between, WAIT))
    assert not again(between, (between, WAIT))


def test_a_post_that_was_seen_in_between_begins_anew() -> None:
    for seen in LIVE:
        assert not again(State.DELETED, (State.DELETED, WAIT * 3), (seen, WAIT * 2))
        assert again(State.DELETED, (State.DELETED, WAIT * 4), (seen, WAIT * 3), (State.DELETED, WAIT * 2))


def test_two_ways_to_be_missing_do_not_confirm_each_other() -> None:
    for former, now in itertools.permutations([s for s in State if s.missing], 2):
        assert not again(now, (former, WAIT * 2))
        assert again(now, (now, WAIT * 3), (former, WAIT * 2))


def test_a_clock_that_was_set_back_confirms_nothing_against_a_post_that_was_seen() -> None:
    ahead = timedelta(hours=-30)
    assert not again(State.DELETED, (State.DELETED, WAIT), (State.LIVE, ahead))
    assert not again(State.DELETED, (State.DELETED, WAIT), (State.LIVE, timedelta(0)))
    assert not again(State.DELETED, (State.DELETED, ahead))
    assert again(State.DELETED, (State.DELETED, WAIT), (State.BLOCKED, ahead))


# -- offline


def test_offline_the_look_is_found_under_the_name_that_the_platform_gives(tmp_path: Path) -> None:
    """Cited by its handle, the look is stored under the account's stable id. It is not judged anew with a control post
    that was only read later."""
    module = platform_named("bluesky")
    assert module is not None
    assert module.control is not None
    world = World()
    with Twin(clock=None, crowd=world.crowd) as twin:
        town = Town(twin, tmp_path)
        first, other = (
            module.ref_from_url(note.url_on("bluesky")) for note in world.notes("bluesky", PostState.PROTECTED, 2)
        )
        assert first is not None
        assert other is not None
        assert module.control.scope is not None
        twin.fault("*", Fault.UNAVAILABLE, path=module.control.scope.rpartition(":")[2])
        with town.job() as job:
            seen = job.observation(first, module)
        assert (seen.state, seen.key != first.key) == (State.BLOCKED, True)
        twin.clear_faults()
        with town.job() as job:
            assert job.observation(other, module).state is State.RESTRICTED
        asked = len(twin.log)
        with town.job(offline=True) as job:
            assert job.observation(first, module) == seen
        assert len(twin.log) == asked


def test_who_wrote_a_post_is_known_from_the_look_before(tmp_path: Path) -> None:
    """Cited by a permalink that names nobody, and deleted since."""
    module = platform_named("mastodon")
    assert module is not None
    world = World()
    (note_,) = world.notes("mastodon", PostState.LIVE, 1)
    ref = module.ref_from_url(f"https://{note_.person.server}/web/statuses/{note_.id_on('mastodon')}")
    assert ref is not None
    assert ref.handle is None
    with Twin(clock=None, crowd=world.crowd) as twin:
        town = Town(twin, tmp_path)
        with town.job() as job:
            assert job.observation(ref, module).state is State.LIVE
        world.crowd.change(note_, own_state=PostState.DELETED)
        town.clock.go(days=1)
        with town.job() as job:
            seen = job.observation(ref, module)
        assert seen.state is State.DELETED, seen.reason
        asked = len(twin.log)
        with town.job(offline=True) as job:
            assert job.observation(ref, module) == seen
        assert len(twin.log) == asked


def test_in_a_run_of_many_hours_what_vouches_is_asked_anew(town: Town) -> None:
    module = platform_named("x")
    assert module is not None
    looks: list[tuple[PostRef, Observation]] = []
    with town.job() as job:
        for post in (DELETED, NEVER_STORED):
            ref = module.ref_from_url(f"https://x.com/i/status/{post.id}")
            assert ref is not None
            seen = job.observation(ref, module)
            assert (seen.state, seen.control) == (State.DELETED, "live"), seen.reason
            looks.append((ref, seen))
            town.clock.go(hours=2)
    with town.job(offline=True) as job:
        assert [(ref, job.observation(ref, module)) for ref, _ in looks] == looks
