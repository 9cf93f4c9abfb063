"""What vouches that a platform answers us, where each server stands for itself.

Invariant: nothing is called missing unless the very server that says so shows us something public in the same run.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor

import pytest

from archiver.errors import NetworkError
from archiver.exchange import Exchange
from archiver.model import PostRef, State
from archiver.platforms import platforms
from archiver.platforms.base import Inquiry
from archiver.platforms.default import DefaultPlatform
from archiver.platforms.mastodon import PLATFORM
from archiver.platforms.mastodon.endpoints import place_of
from archiver.platforms.x import PLATFORM as X
from archiver.resolution import Control, observe
from tests.platforms.driving import drive, exchange
from tests.platforms.test_mastodon_answers import (
    ACCOUNT,
    ACTOR,
    API,
    HOST,
    OBJECT,
    REF,
    account,
    api,
    note,
    person,
    status,
)

PUBLIC = f"https://{HOST}/api/v1/timelines/public?local=true&limit=1"
OTHER = "https://other.example/@ben/110372412617177782"
FIGURES = {
    API: api({"error": "Record not found"}, 404),
    OBJECT: api({"error": "Not Found"}, 404, OBJECT),
    ACCOUNT: api(account(), 200, ACCOUNT),
}


class Table:
    """Answers from a table; any other question fails."""

    def __init__(self, answers: Mapping[str, Exchange]) -> None:
        self.answers = dict(answers)
        self.asked: list[str] = []
        self._lock = threading.Lock()

    def fetch(self, url: str, *, headers: Iterable[tuple[str, str]] = (), max_bytes: int | None = None) -> Exchange:
        with self._lock:
            self.asked.append(url)
        if url not in self.answers:
            raise NetworkError("nobody answers", subject=url)
        return self.answers[url]

    def follow(
        self, url: str, *, headers: Iterable[tuple[str, str]] = (), max_bytes: int | None = None
    ) -> list[Exchange]:
        return [self.fetch(url, headers=headers)]


def elsewhere(url: str) -> str:
    return url.replace(HOST, "other.example").replace("ana", "ben").replace(REF.id, "110372412617177782")


MISSING_ON_TWO = FIGURES | {elsewhere(u): exchange(elsewhere(u), e.payload(), e.status) for u, e in FIGURES.items()}


def test_each_server_vouches_for_itself_and_once() -> None:
    table = Table(MISSING_ON_TWO | {PUBLIC: api([status(id="1")], 200, PUBLIC)})
    control = Control(table, PLATFORM)
    for _ in range(2):
        seen = observe(REF, fetcher=table, platform=PLATFORM, control=control)
        assert (seen.state, seen.control) == (State.DELETED, "live")
    assert table.asked.count(PUBLIC) == 1
    ref = PLATFORM.ref_from_url(OTHER)
    assert ref is not None
    seen = observe(ref, fetcher=table, platform=PLATFORM, control=control)
    assert seen.state is State.BLOCKED
    assert "control" in seen.reason
    assert elsewhere(PUBLIC) in table.asked


def test_a_live_post_needs_nobody_to_vouch() -> None:
    table = Table({API: api(status())})
    seen = observe(REF, fetcher=table, platform=PLATFORM)
    assert (seen.state, seen.control, table.asked) == (State.LIVE, None, [API])


def test_the_answer_that_vouches_is_evidence() -> None:
    table = Table(FIGURES | {PUBLIC: api([status(id="1")], 200, PUBLIC, record="urn:uuid:control")})
    assert "urn:uuid:control" in observe(REF, fetcher=table, platform=PLATFORM).evidence


def test_many_threads_ask_once_for_each_server() -> None:
    table = Table(MISSING_ON_TWO | {u: api([status()], 200, u) for u in (PUBLIC, elsewhere(PUBLIC))})
    control = Control(table, PLATFORM)
    other = PLATFORM.ref_from_url(OTHER)
    assert other is not None
    with ThreadPoolExecutor(8) as pool:
        looks = list(pool.map(control.look, [REF, other] * 20))
    assert all(look.verdict.state is State.LIVE for look in looks)
    assert (table.asked.count(PUBLIC), table.asked.count(elsewhere(PUBLIC))) == (1, 1)


def test_the_original_of_a_copy_needs_its_own_server_to_vouch() -> None:
    copy = "https://copies.example/api/v1/statuses/110372500000000001"
    ref = PLATFORM.ref_from_url(f"https://copies.example/@ana@{HOST}/110372500000000001")
    assert ref is not None
    copied = status(id="110372500000000001", account=account(acct=f"ana@{HOST}"))
    table = Table(FIGURES | {copy: api(copied, 200, copy), PUBLIC: api([status(id="1")], 200, PUBLIC)})
    seen = observe(ref, fetcher=table, platform=PLATFORM)
    assert (seen.state, seen.control, seen.key) == (State.DELETED, "live", REF.key)
    assert PUBLIC in table.asked


WEBFINGER = f"https://{HOST}/.well-known/webfinger?resource=acct:ana@{HOST}"
REFUSED = {"error": "This method requires an authenticated user"}
OWN_LIST = f"https://{HOST}/api/v1/accounts/109001/statuses?limit=40&exclude_reblogs=true"
FEATURED = "https://notes.example/api/notes/featured?limit=1"
INSTANCE = f"https://{HOST}/actor"
OUTBOX = f"{ACTOR}/outbox"


def vouched(url: str, answers: Mapping[str, Exchange | None]) -> tuple[list[str], list[State]]:
    ref = PLATFORM.ref_from_url(url)
    assert ref is not None
    inquiry = PLATFORM.control_for(ref)
    assert inquiry is not None
    assert not isinstance(inquiry, PostRef)
    asked, said = drive(inquiry, answers)
    return asked, [step.state for step in said if hasattr(step, "state")]


def test_what_a_server_can_vouch_with() -> None:
    closed = {PUBLIC: api(REFUSED, 422, PUBLIC)}
    asked, states = vouched(REF.url, {PUBLIC: api([status(id="1")], 200, PUBLIC)})
    assert (asked, states) == ([PUBLIC], [State.LIVE])
    own = closed | {ACCOUNT: api(account(), 200, ACCOUNT), OWN_LIST: api([status(id="1")], 200, OWN_LIST)}
    asked, states = vouched(REF.url, own)
    assert (asked, states[-1]) == ([PUBLIC, ACCOUNT, OWN_LIST], State.LIVE)
    outbox = closed | {
        ACCOUNT: api(REFUSED, 401, ACCOUNT),
        WEBFINGER: api(
            {"links": [{"rel": "self", "type": "application/activity+json", "href": ACTOR}]}, 200, WEBFINGER
        ),
        ACTOR: api(person(outbox=OUTBOX), 200, ACTOR),
        OUTBOX: api({"orderedItems": [{"type": "Create", "object": note()}]}, 200, OUTBOX),
    }
    asked, states = vouched(REF.url, outbox)
    assert (asked, states[-1]) == (list(outbox), State.LIVE)
    instance = closed | {
        ACCOUNT: api(REFUSED, 401, ACCOUNT),
        WEBFINGER: exchange(WEBFINGER, b"", 404),
        INSTANCE: api({"type": "Application", "id": INSTANCE}, 200, INSTANCE),
    }
    asked, states = vouched(REF.url, instance)
    assert (asked, states[-1]) == (list(instance), State.LIVE)
    nobody = instance | {INSTANCE: exchange(INSTANCE, "<html></html>", content_type="text/html")}
    asked, states = vouched(REF.url, nobody)
    assert State.LIVE not in states
    feature = {"id": "9tht7ungi81f0005", "text": "Open.", "userId": "1"}
    asked, states = vouched("https://notes.example/notes/9tht7ungi81f0006", {FEATURED: api([feature], 200, FEATURED)})
    assert (asked, states) == ([FEATURED], [State.LIVE])


@pytest.mark.parametrize(
    "timeline",
    [
        api([], 200, PUBLIC),
        api({"error": "x"}, 200, PUBLIC),
        api([{"id": "1", "content": "<p>x</p>"}], 200, PUBLIC),
        exchange(PUBLIC, "<html><title>Just a moment...</title></html>", content_type="text/html"),
        exchange("https://parked.example/", "[]"),
    ],
)
def test_what_does_not_vouch(timeline: Exchange) -> None:
    table = Table(FIGURES | {PUBLIC: timeline})
    assert observe(REF, fetcher=table, platform=PLATFORM).state is State.BLOCKED


def test_a_platform_with_one_control_post_asks_for_it_whatever_the_post() -> None:
    for platform in platforms().values():
        ref = platform.control
        if ref is not None:
            assert platform.control_for(platform.ref_from_id("1", None)) == ref
    table = Table({})
    control = Control(table, X)
    first = control.look(X.ref_from_id("1590173336165216257"))
    assert control.look(X.ref_from_id("1590173336165216258")) is first
    assert control.look() is first
    assert all("20" in url for url in table.asked)


def test_a_platform_without_any_has_none() -> None:
    class Bare(DefaultPlatform):
        name = "bare"

        def look(self, ref: PostRef) -> Inquiry:
            raise AssertionError("there is no post to look at")
            yield

    look = Control(Table({}), Bare()).look(PostRef(platform="bare", id="1", url="https://bare.example/1"))
    assert (look.verdict.state, look.evidence) == (State.UNRESOLVED, ())
    assert place_of(PLATFORM.ref_from_id("1")) is None
    assert PLATFORM.control_for(PLATFORM.ref_from_id("1")) is None


def test_a_chosen_control_post_goes_before_the_platforms_own_way() -> None:
    chosen = PLATFORM.ref_from_url(f"https://{HOST}/@ana/110372412617170000")
    assert chosen is not None
    url = API.replace(REF.id, chosen.id)
    table = Table(FIGURES | {url: api(status(id=chosen.id), 200, url)})
    seen = observe(REF, fetcher=table, platform=PLATFORM, control=Control(table, PLATFORM, chosen))
    assert (seen.state, seen.control) == (State.DELETED, "live")
    assert PUBLIC not in table.asked
    # a control post vouches for others, never for itself
    table = Table(FIGURES | {PUBLIC: api([status(id="1")], 200, PUBLIC)})
    seen = observe(REF, fetcher=table, platform=PLATFORM, control=Control(table, PLATFORM, REF))
    assert seen.state is State.BLOCKED
