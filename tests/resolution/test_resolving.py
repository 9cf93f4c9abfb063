"""From a mention to a post, and a post's state, against the twin of X and the web archive, through the real door."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from archiver.config import WebSettings
from archiver.errors import NetworkError, NotStoredError
from archiver.exchange import Exchange, Fetcher
from archiver.model import Mention, Outcome, Post, Resolution, State
from archiver.platforms.x import PLATFORM
from archiver.resolution import Control, ResolveSettings, observe, resolve
from archiver.resolution.known import Known
from archiver.resolution.ranking import HandleUse
from archiver.web import Door
from tests.web_twin import Account, Fault, Picture, Population, PostState, Twin, TwinPost, snowflake

NOON = datetime(2017, 5, 4, 12, 0, 0, tzinfo=UTC)
LEDGER = Account(handle="Quay_Ledger", name="The Quay Ledger")
OTHER = Account(handle="other_quay", name="Other Quay")
CONTROL = TwinPost(
    account=Account(handle="jack", name="First"), id="20", created=datetime(2006, 3, 21, tzinfo=UTC), text="a"
)

EXPECTED = {
    PostState.LIVE: {State.LIVE, State.EDITED},
    PostState.DELETED: {State.DELETED},
    PostState.ACCOUNT_GONE: {State.ACCOUNT_GONE},
    PostState.SUSPENDED: {State.SUSPENDED},
    PostState.PROTECTED: {State.PROTECTED},
    PostState.AGE_RESTRICTED: {State.RESTRICTED},
    PostState.WITHHELD: {State.RESTRICTED},
}


class Ticker:
    """A clock on which waiting takes no time."""

    def __init__(self) -> None:
        self._now = 0.0

    def now(self) -> float:
        return self._now

    def sleep(self, seconds: float) -> None:
        self._now += seconds


def door_of(twin: Twin) -> Door:
    hosts = ("*", "web.archive.org", "cdn.syndication.twimg.com", "publish.twitter.com")
    settings = WebSettings(
        connect_to=twin.connect_to, ca_file=str(twin.ca_file), rates=dict.fromkeys(hosts, 60_000.0), retries=0
    )
    clock = Ticker()
    return Door(settings, sleep=clock.sleep, monotonic=clock.now)


class Memory:
    """A fetcher that remembers what another one answered; without one, it is offline."""

    def __init__(self, live: Fetcher | None, known: dict[str, list[Exchange]] | None = None) -> None:
        self._live = live
        self.known = known if known is not None else {}

    def _ask(self, url: str, ask: Callable[[], list[Exchange]]) -> list[Exchange]:
        if self._live is None:
            if url not in self.known:
                raise NotStoredError("no stored capture answers this", subject=url)
            return self.known[url]
        self.known[url] = ask()
        return self.known[url]

    def fetch(self, url: str, *, headers: Iterable[tuple[str, str]] = (), max_bytes: int | None = None) -> Exchange:
        live = self._live
        return self._ask(url, lambda: [live.fetch(url, headers=headers)] if live else [])[0]

    def follow(
        self, url: str, *, headers: Iterable[tuple[str, str]] = (), max_bytes: int | None = None
    ) -> list[Exchange]:
        live = self._live
        return self._ask(url, lambda: live.follow(url, headers=headers) if live else [])


def mention_of(post: TwinPost, **changes: Any) -> Mention:
    """The post as an article shows it when only its text is left."""
    fields = {
        "source": "article.txt",
        "platform": "x",
        "handle": post.handle_then,
        "display_name": post.account.name,
        "date": post.day.isoformat(),
        "date_basis": "utc",
        "text": post.text,
        "rule": "x.signature",
        "confidence": 0.97,
    }
    return Mention(**(fields | changes))


def post_of(text: str, minutes: int = 0, **fields: Any) -> TwinPost:
    """A post of the ledger on the day of `NOON`, which the web archive has from the time when pages held text."""
    fields = {"account": LEDGER, "archived": ("legacy",)} | fields
    return TwinPost(text=text, created=NOON + timedelta(minutes=minutes), **fields)


BUSY = (
    "The lower swing bridge stays shut until the tide gauge is repaired.",
    "Council minutes & budget tables are finally on the town's own site.",
    "We counted the street lamps again: 41 of 60 work.",
    "Nobody at the ferry office could say who ordered the second timetable.",
)


@pytest.fixture
def busy(make_twin: Callable[..., Twin]) -> Twin:
    return make_twin(Population([CONTROL, *(post_of(text, n * 7) for n, text in enumerate(BUSY))]))


def settle(twin: Twin, mention: Mention, **more: Any) -> Resolution:
    with door_of(twin) as door:
        return resolve(mention, fetcher=door, **more)


def post_at(twin: Twin, text: str) -> TwinPost:
    return next(post for post in twin.population if post.text == text)


# -- by words


def test_the_words_find_the_post_of_that_account_and_day(busy: Twin) -> None:
    post = post_at(busy, BUSY[0])
    found = settle(busy, mention_of(post))
    assert (found.outcome, found.post_key) == (Outcome.RESOLVED, f"x:{post.id}")
    assert found.state is State.LIVE
    assert found.candidates[0].post.id == post.id
    assert len(found.candidates) == len(BUSY)
    assert all(candidate.reasons for candidate in found.candidates)
    assert found.steps
    assert found.method == "resolve/2"


def test_reworded_words_find_it_too(busy: Twin) -> None:
    reworded = "The lower swing bridge will stay closed until the tide meter has been repaired."
    post = post_at(busy, BUSY[0])
    assert settle(busy, mention_of(post, text=reworded)).post_key == f"x:{post.id}"


def test_a_handle_in_another_case_is_the_same_account(busy: Twin) -> None:
    post = post_at(busy, BUSY[1])
    assert settle(busy, mention_of(post, handle="QUAY_LEDGER")).post_key == f"x:{post.id}"


def test_a_deleted_post_is_found_in_archived_copies(busy: Twin) -> None:
    post = post_at(busy, BUSY[0])
    busy.population.change(post.id, state=PostState.DELETED)
    found = settle(busy, mention_of(post))
    assert (found.post_key, found.state) == (f"x:{post.id}", State.DELETED)
    assert found.candidates[0].source == "memento"
    assert found.candidates[0].post.text == BUSY[0]


@pytest.mark.parametrize(
    "kinds", [("shell", "json1"), ("shell", "json2"), ("json2",), ("gone", "legacy"), ("legacy", "revisit")]
)
def test_a_deleted_post_is_read_from_whatever_copy_holds_it(
    make_twin: Callable[..., Twin], kinds: tuple[str, ...]
) -> None:
    post = post_of(BUSY[0], state=PostState.DELETED, archived=kinds)
    twin = make_twin(Population([CONTROL, post]))
    assert settle(twin, mention_of(post)).post_key == f"x:{post.id}"


def test_without_the_right_post_there_is_no_wrong_one(busy: Twin) -> None:
    post = post_at(busy, BUSY[2])
    found = settle(busy, mention_of(post, text="We counted the street lamps again: 52 of 58 work."))
    assert found.outcome is not Outcome.RESOLVED
    assert found.post_key is None
    other = settle(busy, mention_of(post, text="A film about lighthouses opens on Saturday in the old cinema."))
    assert (other.outcome, other.post_key) == (Outcome.UNRESOLVED, None)


def test_the_same_words_twice_stay_open(make_twin: Callable[..., Twin]) -> None:
    posts = [post_of("Good morning from the quay to all of you!", n) for n in (0, 5)]
    twin = make_twin(Population([CONTROL, *posts]))
    assert settle(twin, mention_of(posts[0])).outcome is Outcome.AMBIGUOUS


def test_no_words_no_certainty(busy: Twin) -> None:
    found = settle(busy, mention_of(post_at(busy, BUSY[0]), text=None))
    assert found.outcome is Outcome.AMBIGUOUS
    assert len(found.candidates) == len(BUSY)


def test_a_post_of_the_next_day_never_wins(make_twin: Callable[..., Twin]) -> None:
    late = TwinPost(
        account=LEDGER, text=BUSY[0], created=datetime(2017, 5, 5, 0, 0, 1, tzinfo=UTC), archived=("legacy",)
    )
    twin = make_twin(Population([CONTROL, late]))
    assert settle(twin, mention_of(late, date="2017-05-04")).outcome is Outcome.UNRESOLVED
    viewer = mention_of(late, date="2017-05-04", date_basis="viewer")
    assert settle(twin, viewer).post_key == f"x:{late.id}"


def test_versions_of_an_edited_post_are_one_candidate(make_twin: Callable[..., Twin]) -> None:
    ids = tuple(snowflake(NOON + timedelta(minutes=n)) for n in (0, 3))
    texts = (
        "The lower swing bridge stays shut untli the gauge is repaired.",
        "The lower swing bridge stays shut until the gauge is repaired.",
    )
    posts = [
        TwinPost(account=LEDGER, id=i, text=t, versions=ids, archived=("legacy",))
        for i, t in zip(ids, texts, strict=True)
    ]
    twin = make_twin(Population([CONTROL, *posts]))
    found = settle(twin, mention_of(posts[1]))
    assert found.post_key == f"x:{ids[1]}"
    assert len(found.candidates) == 1
    assert ids[0] in str(found.candidates[0].reasons)


# -- by what the article names


def test_a_permalink_names_the_post_whatever_became_of_it(busy: Twin) -> None:
    post = post_at(busy, BUSY[3])
    for state, expected in EXPECTED.items():
        busy.population.change(post.id, state=state)
        found = settle(busy, mention_of(post, post_id=post.id, url=post.url))
        assert (found.outcome, found.post_key) == (Outcome.RESOLVED, f"x:{post.id}")
        assert found.state in expected
        assert found.candidates[0].post.text == BUSY[3]


def test_a_permalink_of_another_day_never_wins(busy: Twin) -> None:
    post = post_at(busy, BUSY[3])
    found = settle(busy, mention_of(post, post_id=post.id, url=post.url, date="2017-05-05"))
    assert (found.outcome, found.post_key) == (Outcome.UNRESOLVED, None)
    assert "contradicts" in str(found.candidates[0].reasons)


def test_the_link_of_the_picture_names_the_post(make_twin: Callable[..., Twin]) -> None:
    post = post_of("⚓", media=(Picture(key="Cm"),), archived=())
    twin = make_twin(Population([CONTROL, post, post_of("⚓", 9)]))
    links = (f"pic.twitter.com/{post.media_code}",)
    found = settle(twin, mention_of(post, text=None, links=links))
    assert (found.outcome, found.post_key) == (Outcome.RESOLVED, f"x:{post.id}")
    assert not twin.hits("web.archive.org")


def test_a_borrowed_films_link_does_not_name_its_owners_post(make_twin: Callable[..., Twin]) -> None:
    owner = post_of("Our film of the bridge", account=OTHER, media=(Picture(kind="video"),))
    shown = post_of("Everybody should see this film of the bridge before Friday.", 30)
    twin = make_twin(Population([CONTROL, owner, shown]))
    found = settle(twin, mention_of(shown, links=(f"pic.twitter.com/{owner.media_code}",)))
    assert found.post_key == f"x:{shown.id}"


def test_a_renamed_account_is_noted(make_twin: Callable[..., Twin]) -> None:
    renamed = Account(
        handle="QuayLedgerHQ", name="The Quay Ledger", former=(("Quay_Ledger", NOON + timedelta(days=900)),)
    )
    post = post_of(BUSY[0], account=renamed)
    twin = make_twin(Population([CONTROL, post]))
    found = settle(twin, mention_of(post))
    assert found.post_key == f"x:{post.id}"
    assert "QuayLedgerHQ" in str(found.candidates[0].reasons)


# -- what is stored already


class Shelf:
    name = "store"

    def __init__(self, *posts: Post) -> None:
        self._posts = posts

    def posts_between(self, platform: str, handle: str, first: str, last: str) -> list[Known]:
        return [
            Known(post=post, evidence=("urn:uuid:1",))
            for post in self._posts
            if (post.handle or "").lower() == handle.lower()
            and post.created_at
            and first <= f"{post.created_at:%Y-%m-%d}" <= last
        ]

    def post(self, key: str) -> Known | None:
        return next((Known(post=post, evidence=("urn:uuid:1",)) for post in self._posts if post.key == key), None)

    def handle_uses(self, platform: str, handle: str) -> list[HandleUse]:
        return []


def held(post: TwinPost) -> Post:
    return Post(
        platform="x", id=post.id, url=post.url, handle=post.handle, created_at=post.created, text=post.shown_text
    )


def test_a_stored_post_is_compared_like_any_other_and_not_read_again(busy: Twin) -> None:
    post = post_at(busy, BUSY[0])
    found = settle(busy, mention_of(post), known=[Shelf(held(post))])
    assert found.post_key == f"x:{post.id}"
    assert found.candidates[0].source == "store"
    assert "urn:uuid:1" in found.evidence
    assert not [request for request in busy.log if post.id in request.target]


def test_which_of_two_equal_posts_is_stored_does_not_say_which_is_meant(make_twin: Callable[..., Twin]) -> None:
    morning, evening = post_of(BUSY[0]), post_of(BUSY[0], 300)
    twin = make_twin(Population([CONTROL, morning, evening]))
    for stored in (morning, evening):
        found = settle(twin, mention_of(morning), known=[Shelf(held(stored))])
        assert (found.outcome, found.post_key) == (Outcome.AMBIGUOUS, None)
        assert {candidate.post.id for candidate in found.candidates} == {morning.id, evening.id}


def test_few_words_prove_nothing_where_the_index_could_not_be_asked(make_twin: Callable[..., Twin]) -> None:
    short, long = post_of("Yes."), post_of(BUSY[0], 5)
    twin = make_twin(Population([CONTROL, short, long]))
    twin.fault("web.archive.org", Fault.UNAVAILABLE)
    shelf = Shelf(held(short), held(long))
    found = settle(twin, mention_of(short), known=[shelf])
    assert found.outcome is Outcome.AMBIGUOUS
    assert "so few" in found.reason
    assert settle(twin, mention_of(long), known=[shelf]).post_key == f"x:{long.id}"


def test_the_same_words_under_another_picture_are_not_sure(make_twin: Callable[..., Twin]) -> None:
    known = post_of(BUSY[2], media=(Picture(key="LampsA"),))
    unknown = post_of(BUSY[2], 300, media=(Picture(key="LampsB"),), archived=())
    twin = make_twin(Population([CONTROL, known, unknown]))
    twin.fault("t.co", Fault.UNAVAILABLE)
    for post, outcome in ((unknown, Outcome.AMBIGUOUS), (known, Outcome.RESOLVED)):
        found = settle(twin, mention_of(post, text=f"{post.text} pic.twitter.com/{post.media_code}"))
        assert found.outcome is outcome
        assert found.candidates[0].post.id == known.id


# -- failures, bounds, replay


@pytest.mark.parametrize(
    ("host", "fault"),
    [
        ("web.archive.org", fault)
        for fault in (Fault.UNAVAILABLE, Fault.TOO_MANY, Fault.FORBIDDEN, Fault.RESET, Fault.GATEWAY_TIMEOUT)
    ],
)
def test_a_source_that_fails_is_the_reason_not_nothing_found(busy: Twin, host: str, fault: Fault) -> None:
    busy.fault(host, fault)
    found = settle(busy, mention_of(post_at(busy, BUSY[0])))
    assert found.outcome is Outcome.UNRESOLVED
    assert "not all could be asked" in found.reason


def test_x_refusing_us_does_not_stop_the_archive(busy: Twin) -> None:
    for host in ("cdn.syndication.twimg.com", "publish.twitter.com"):
        busy.fault(host, Fault.RESET)
    post = post_at(busy, BUSY[0])
    found = settle(busy, mention_of(post))
    assert found.post_key == f"x:{post.id}"
    assert found.candidates[0].source == "memento"


def test_an_excluded_site_is_a_gap(busy: Twin) -> None:
    busy.wayback.excluded.add("twitter.com")
    found = settle(busy, mention_of(post_at(busy, BUSY[0])))
    assert found.outcome is Outcome.UNRESOLVED
    assert "excluded" in found.reason


def test_bounds_are_kept_and_named(busy: Twin) -> None:
    post = post_at(busy, BUSY[0])
    few = settle(busy, mention_of(post, text=None), settings=ResolveSettings(max_candidates=2))
    assert len(few.candidates) == 2
    assert "more than the settings allow" in few.reason
    busy.forget()
    none = settle(busy, mention_of(post), settings=ResolveSettings(max_cdx_requests=0))
    assert none.outcome is Outcome.UNRESOLVED
    assert not busy.hits("web.archive.org")
    busy.forget()
    settle(
        busy,
        mention_of(post, text="A film opens on Saturday in the old cinema."),
        settings=ResolveSettings(max_cdx_requests=3),
    )
    assert len(busy.hits("web.archive.org", "/cdx/")) <= 3


def test_an_index_of_many_pages_is_read_to_its_end(busy: Twin) -> None:
    post = post_at(busy, BUSY[3])
    found = settle(busy, mention_of(post), settings=ResolveSettings(cdx_page_limit=2, max_cdx_requests=50))
    assert found.post_key == f"x:{post.id}"
    assert len(busy.hits("web.archive.org", "resumeKey=")) >= 1


def test_from_stored_answers_comes_the_same_result(twin: Twin) -> None:
    mentions = [mention_of(post) for post in twin.population][::6]
    with door_of(twin) as door:
        memory = Memory(door)
        live = [resolve(mention, fetcher=memory) for mention in mentions]
    offline = [resolve(mention, fetcher=Memory(None, memory.known)) for mention in mentions]
    assert offline == live


def test_offline_without_captures_says_so(busy: Twin) -> None:
    found = resolve(mention_of(post_at(busy, BUSY[0])), fetcher=Memory(None))
    assert found.outcome is Outcome.UNRESOLVED
    assert any(step.startswith("not stored: https://web.archive.org/") for step in found.steps)


@pytest.mark.parametrize("changes", [{"handle": None}, {"date": None}, {"date": "2022"}, {"date": "1999-01-01"}])
def test_too_little_to_go_by_is_unresolved(busy: Twin, changes: dict[str, Any]) -> None:
    found = settle(busy, mention_of(post_at(busy, BUSY[0]), **changes))
    assert found.outcome is Outcome.UNRESOLVED
    assert not busy.log


def test_a_platform_without_a_module_keeps_its_permalink() -> None:
    mention = Mention(
        source="a", platform="weibo", rule="weibo.link", confidence=1, post_id="1", url="https://weibo.com/1/1"
    )
    assert resolve(mention, fetcher=Memory(None)).outcome is Outcome.RESOLVED
    bare = Mention(source="a", platform="weibo", rule="weibo.link", confidence=1, text="words")
    assert resolve(bare, fetcher=Memory(None)).outcome is Outcome.UNRESOLVED


def test_of_a_whole_population_none_is_resolved_wrongly(twin: Twin) -> None:
    right = unsure = 0
    wrong = []
    with door_of(twin) as door:
        for post in twin.population:
            if post.id == "20":
                continue
            found = resolve(mention_of(post), fetcher=door)
            versions = {f"x:{i}" for i in (post.id, *post.versions)}
            same = {f"x:{p.id}" for p in twin.population if p.text == post.text and p.account == post.account}
            if found.outcome is not Outcome.RESOLVED:
                unsure += 1
            elif found.post_key in versions | same:
                right += 1
            else:
                wrong.append((post.id, post.text, found.post_key))
    print(f"right {right}, unsure {unsure}, wrong {len(wrong)}")  # noqa: T201
    assert not wrong
    assert right > unsure


# -- observing


def test_every_state_is_observed(twin: Twin) -> None:
    with door_of(twin) as door:
        control = Control(door, PLATFORM)
        for post in twin.population:
            seen = observe(PLATFORM.ref_from_id(post.id, post.handle), fetcher=door, platform=PLATFORM, control=control)
            if post.syndication is None:
                assert seen.state in EXPECTED[post.state], (post.state, seen)
            if post.state is PostState.LIVE:
                assert not seen.state.missing
            assert (seen.control is not None) == seen.state.missing
            assert seen.seen_at


def test_a_blocked_control_post_means_that_nothing_is_known(busy: Twin) -> None:
    post = post_at(busy, BUSY[0])
    for gone in (post.id, "20"):
        busy.population.change(gone, state=PostState.DELETED)
    with door_of(busy) as door:
        seen = observe(PLATFORM.ref_from_id(post.id), fetcher=door, platform=PLATFORM)
    assert (seen.state, seen.control) == (State.BLOCKED, "deleted")
    assert "control" in seen.reason


def test_the_control_post_is_asked_once(busy: Twin) -> None:
    for post in busy.population:
        if post.id != "20":
            busy.population.change(post.id, state=PostState.SUSPENDED)
    with door_of(busy) as door:
        control = Control(door, PLATFORM)
        for post in busy.population:
            observe(PLATFORM.ref_from_id(post.id), fetcher=door, platform=PLATFORM, control=control)
    # Once as a post to be observed, once as the control.
    assert len(busy.hits("cdn.syndication.twimg.com", "id=20&")) == 2


def test_walls_are_blocked_and_failures_unreachable(busy: Twin) -> None:
    post = post_at(busy, BUSY[0])
    ref = PLATFORM.ref_from_id(post.id)
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    for host in ("cdn.syndication.twimg.com", "publish.twitter.com"):
        busy.fault(host, Fault.LOGIN_WALL)
    with door_of(busy) as door:
        assert observe(ref, fetcher=door, platform=PLATFORM).state is State.BLOCKED
    busy.clear_faults()
    for host in ("cdn.syndication.twimg.com", "publish.twitter.com"):
        busy.fault(host, Fault.RESET)
    with door_of(busy) as door:
        seen = observe(ref, fetcher=door, platform=PLATFORM, now=lambda: moment)
        assert (seen.state, seen.seen_at) == (State.UNREACHABLE, moment)
        with pytest.raises(NetworkError):
            observe(ref, fetcher=door, platform=PLATFORM)


def test_observing_offline_gives_the_same(busy: Twin) -> None:
    post = post_at(busy, BUSY[0])
    busy.population.change(post.id, state=PostState.DELETED)
    ref = PLATFORM.ref_from_id(post.id, LEDGER.handle)
    with door_of(busy) as door:
        memory = Memory(door)
        live = observe(ref, fetcher=memory, platform=PLATFORM)
    assert live.state is State.DELETED
    assert observe(ref, fetcher=Memory(None, memory.known), platform=PLATFORM) == live
    with pytest.raises(NotStoredError):
        observe(PLATFORM.ref_from_id("21"), fetcher=Memory(None), platform=PLATFORM, now=lambda: NOON)
