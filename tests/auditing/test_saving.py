"""Save Page Now: a promise is no capture. Only what the index shows counts, and the key never leaves its requests."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from msgspec import structs

from archiver.auditing.elsewhere.copies import copies_of
from archiver.auditing.elsewhere.mementos import read_copy
from archiver.auditing.elsewhere.saving import Saver, target, wanted
from archiver.auditing.finding import Copies, CopyPlace, Saved
from archiver.platforms import platform
from archiver.store import Archive
from archiver.store.elsewhere import saves
from archiver.web.once import StoppedError
from tests.auditing.test_copies import ref_of, x
from tests.platforms.driving import exchange
from tests.town import CONTROL, FLATTENED, PICTURED, RENAMED, STARTED, Town
from tests.web_twin import Fault, Population, PostState, Reply, Request, Twin, TwinPost, legacy
from tests.web_twin.crowd import Crowd
from tests.web_twin.save_page_now import SavePageNow

WAYBACK = "web.archive.org"
SECRET = "s3cr3t-Wq81"
KEYS = {"ARCHIVER_SAVE_KEY": "AKey-77x", "ARCHIVER_SAVE_SECRET": SECRET}
CROWD = Crowd(11, size=8, notes_each=20)
BARE = tuple(replace(post, archived=()) for post in (PICTURED, RENAMED, FLATTENED))


@pytest.fixture
def live(make_twin: Callable[..., Twin], town: Town) -> Town:
    """The town with posts that are there and that nobody has archived."""
    town.twin = make_twin(Population([CONTROL, *BARE]), clock=STARTED)
    spn = town.twin.wayback.spn
    spn.now = lambda: datetime.fromtimestamp(town.clock.monotonic(), UTC)
    spn.keys = {f"{KEYS['ARCHIVER_SAVE_KEY']}:{SECRET}"}
    return town


@pytest.fixture
def spn(live: Town) -> SavePageNow:
    return live.twin.wayback.spn


@contextmanager
def saving(town: Town, env: dict[str, str] | None = None) -> Iterator[Callable[[TwinPost], Saved | None]]:
    """One run, which asks for copies and then has saved what has none."""
    with town.job() as job:
        saver = Saver(job, KEYS if env is None else env)
        yield lambda post: saver.save(ref_of(post), x(), copies_of(job, ref_of(post), x()))


def save(town: Town, post: TwinPost = PICTURED, env: dict[str, str] | None = None) -> Saved | None:
    with saving(town, env) as one:
        return one(post)


def asked(town: Town) -> int:
    return len([request for request in town.twin.hits(WAYBACK, "/save") if "/status/" not in request.target])


def remembered(town: Town, post: TwinPost = PICTURED) -> list[str]:
    with Archive.open(town.archive) as archive:
        return [request.outcome for request in saves(archive, ref_of(post).key)]


def everything(town: Town) -> bytes:
    """All bytes that are kept: the records, unpacked, the index and the catalogue."""
    files = [path for path in town.archive.rglob("*") if path.is_file()]
    return b"".join(gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes() for path in files)


class TestConfirmedByLooking:
    def test_what_the_index_shows_is_saved(self, live: Town) -> None:
        saved = save(live)
        assert saved is not None
        assert (saved.outcome, saved.address) == ("confirmed", target(ref_of(PICTURED), x()))
        assert saved.captured_at is not None
        assert saved.captured_at > STARTED
        assert saved.url
        assert "oembed" in saved.url
        assert remembered(live) == ["promised", "confirmed"]
        assert (save(live), asked(live)) == (saved, 1)

    def test_a_promise_is_none(self, live: Town, spn: SavePageNow) -> None:
        """The job says `success`; the index never shows it (DESIGN section 6, rule 4)."""
        spn.kept = False
        saved = save(live)
        assert saved is not None
        assert (saved.outcome, saved.captured_at, saved.url) == ("promised", None, None)
        assert spn.jobs[0].polls == 0

    def test_a_copy_from_before_is_none(self, live: Town, spn: SavePageNow) -> None:
        spn.kept = False
        with live.job() as job:
            copies = copies_of(job, ref_of(PICTURED), x())
            address = target(ref_of(PICTURED), x())
            assert address is not None
            live.twin.wayback.add(address, STARTED - timedelta(days=3), "{}", content_type="application/json")
            saved = Saver(job, KEYS).save(ref_of(PICTURED), x(), copies)
        assert saved is not None
        assert saved.outcome == "promised"

    def test_nor_is_an_old_one_that_it_names(self, live: Town, spn: SavePageNow) -> None:
        spn.age = timedelta(days=3)
        saved = save(live)
        assert saved is not None
        assert (saved.outcome, spn.jobs[0].listed) == ("promised", True)

    def test_nor_is_a_capture_of_an_error(self, live: Town, spn: SavePageNow) -> None:
        spn.kept = False
        with live.job() as job:
            copies = copies_of(job, ref_of(PICTURED), x())
            address = target(ref_of(PICTURED), x())
            assert address is not None
            live.twin.wayback.add(address, STARTED + timedelta(minutes=1), "{}", status=403)
            saved = Saver(job, KEYS).save(ref_of(PICTURED), x(), copies)
        assert saved is not None
        assert saved.outcome == "promised"

    @pytest.mark.parametrize(("pending", "outcome"), [(1, "confirmed"), (10_000, "promised")])
    def test_the_same_as_before_counts_where_it_is_the_capture_that_succeeded(
        self, live: Town, spn: SavePageNow, pending: int, outcome: str
    ) -> None:
        """A revisit has no status: whoever saw a site refuse twice has such a row, too."""
        spn.pending, spn.kept = pending, False
        with live.job() as job:
            copies = copies_of(job, ref_of(PICTURED), x())
            address = target(ref_of(PICTURED), x())
            assert address is not None
            for second in range(60):
                live.twin.wayback.add(address, STARTED + timedelta(seconds=second), "{}", revisit=True)
            saved = Saver(job, KEYS).save(ref_of(PICTURED), x(), copies)
        assert saved is not None
        assert saved.outcome == outcome

    def test_what_is_listed_later_is_found_by_the_next_audit(self, live: Town, spn: SavePageNow) -> None:
        spn.index_delay = timedelta(hours=3)
        assert (first := save(live))
        assert first.outcome == "promised"
        live.clock.go(hours=1)
        assert (second := save(live))
        assert (second.outcome, asked(live)) == ("promised", 1)
        live.clock.go(hours=3)
        assert (third := save(live))
        assert (third.outcome, asked(live)) == ("confirmed", 1)
        live.clock.go(days=30)
        assert save(live) is None
        assert remembered(live) == ["promised", "confirmed"]

    def test_a_promise_that_never_came_true_is_asked_for_again(self, live: Town, spn: SavePageNow) -> None:
        spn.kept = False
        save(live)
        live.clock.go(hours=13)
        spn.jobs.clear()
        spn.kept = True
        assert (again := save(live))
        assert (again.outcome, asked(live)) == ("confirmed", 2)

    def test_a_fresh_capture_that_others_asked_for_counts_once_it_is_listed(self, live: Town, spn: SavePageNow) -> None:
        spn.index_delay = timedelta(minutes=30)
        save(live)
        live.archive = live.folder / "another archive"
        live.clock.go(minutes=28, seconds=45)
        assert (saved := save(live))
        assert (saved.outcome, "before it was asked for" in saved.note) == ("confirmed", True)
        assert len(spn.jobs) == 1

    def test_a_job_that_takes_too_long_stays_a_promise(self, live: Town, spn: SavePageNow) -> None:
        spn.pending = 10_000
        spn.kept = False
        before = live.clock.monotonic()
        assert (saved := save(live))
        assert saved.outcome == "promised"
        assert live.clock.monotonic() - before < 300


class TestWhatIsAsked:
    def test_nothing_where_there_is_a_copy(self, live: Town) -> None:
        live.twin.wayback.add(
            f"https://twitter.com/{PICTURED.handle}/status/{PICTURED.id}",
            STARTED - timedelta(days=9),
            legacy.v2_json(PICTURED, live.twin.population),
            content_type="application/json",
        )
        assert save(live) is None
        assert asked(live) == 0

    @pytest.mark.parametrize("fault", [Fault.TOO_MANY, Fault.RESET], ids=str)
    def test_nothing_where_that_is_not_known(self, live: Town, fault: Fault) -> None:
        live.twin.fault(WAYBACK, fault, path="/cdx/")
        assert save(live) is None
        assert asked(live) == 0

    def test_only_what_lacks_a_copy_that_shows_it(self) -> None:
        place = CopyPlace(where=WAYBACK, address="https://a.example/", first=STARTED, last=STARTED, uncertain=True)
        own = CopyPlace(where="archive", address="https://a.example/", first=STARTED, last=STARTED)
        assert wanted(Copies(asked=(WAYBACK,)))
        assert wanted(Copies(asked=(WAYBACK,), places=(own, place)))
        sure = replace_place(place)
        assert not wanted(Copies(asked=(WAYBACK,), places=(sure,)))
        assert not wanted(Copies(asked=(WAYBACK,), failed=(f"{WAYBACK}: HTTP 503",)))
        assert not wanted(Copies(asked=("archive",)))
        assert not wanted(None)

    @pytest.mark.parametrize(
        ("name", "address", "part"),
        [
            ("x", "https://x.com/a/status/1590173336165216257", "publish.twitter.com/oembed"),
            ("bluesky", "https://bsky.app/profile/did:plc:abcdefghijklmnopqrstuvwx/post/3k2a", "/xrpc/"),
            ("telegram", "https://t.me/pier/12", "embed=1"),
            ("mastodon", "https://social.example/@ana/110372412617177781", "/api/v1/statuses/110372412617177781"),
            ("facebook", "https://www.facebook.com/pier/posts/1234567890", "/plugins/post.php"),
            ("instagram", "https://www.instagram.com/p/CabcdEFGH12/", "/embed/captioned"),
        ],
    )
    def test_what_shows_the_post_to_a_robot(self, name: str, address: str, part: str) -> None:
        of = platform(name)
        assert of is not None
        ref = of.ref_from_url(address)
        assert ref is not None
        wanted_address = target(ref, of)
        assert wanted_address is not None
        assert part in wanted_address
        assert wanted_address in of.archived_urls(ref)

    @pytest.mark.parametrize("name", ["x", "bluesky", "mastodon", "telegram", "tiktok", "reddit", "youtube"])
    def test_a_copy_of_it_can_be_read_again(self, name: str) -> None:
        of = platform(name)
        assert of is not None
        notes = (note for number in range(8) for note in CROWD.on(name, number))
        note = next(note for note in notes if note.state is PostState.LIVE)
        ref = of.ref_from_url(note.url_on(name))
        assert ref is not None
        if name == "bluesky":
            ref = structs.replace(ref, scope=note.person.did)
        address = target(ref, of)
        assert address is not None
        host, _, path = address.removeprefix("https://").partition("/")
        asked = Request(time=STARTED, scheme="https", host=host, method="GET", target=f"/{path}", headers=())
        reply = Twin(crowd=CROWD, clock=STARTED).answer(asked)
        answer = exchange(address, reply.body, status=reply.status, content_type=reply.header("content-type") or "")
        post = read_copy(ref, of, answer, address, STARTED)
        assert not isinstance(post, str), post
        assert post.text or post.title

    def test_no_faster_than_it_allows(self, live: Town, spn: SavePageNow) -> None:
        spn.per_minute = 7
        begun = live.clock.monotonic()
        with saving(live) as one:
            outcomes = [one(post) for post in BARE]
        assert [saved.outcome for saved in outcomes if saved] == ["confirmed"] * 3
        assert live.clock.monotonic() - begun >= 20

    def test_several_at_the_same_time(self, live: Town, spn: SavePageNow) -> None:
        spn.per_minute = 7
        with live.job(settings=live.settings(threads=3)) as job:
            saver = Saver(job, KEYS)

            def one(post: TwinPost) -> Saved | None:
                return saver.save(ref_of(post), x(), copies_of(job, ref_of(post), x()))

            with ThreadPoolExecutor(3) as pool:
                outcomes = list(pool.map(one, BARE))
        assert [saved.outcome for saved in outcomes if saved] == ["confirmed"] * 3
        assert asked(live) == 3

    def test_offline_nothing_is_asked_and_the_last_outcome_told(self, live: Town) -> None:
        before = save(live)
        hits = len(live.twin.log)
        with live.job(offline=True, conclude=False) as job:
            assert Saver(job, KEYS).save(ref_of(PICTURED), x(), None) == before
            assert Saver(job, KEYS).save(ref_of(RENAMED), x(), None) is None
        assert len(live.twin.log) == hits

    def test_stopped_while_it_waits_the_promise_is_remembered(self, live: Town, spn: SavePageNow) -> None:
        spn.pending = 100
        with live.job(stop=lambda: len(live.twin.hits(WAYBACK, "/save/status/")) > 1) as job:
            ref = ref_of(PICTURED)
            copies = copies_of(job, ref, x())
            with pytest.raises(StoppedError):
                Saver(job, KEYS).save(ref, x(), copies)
        assert remembered(live) == ["promised"]


class TestRefusals:
    @pytest.mark.parametrize(
        ("error", "outcome", "later"),
        [
            ("error:blocked-url", "refused", False),
            ("error:no-access", "refused", True),
            ("error:too-many-daily-captures", "refused", False),
            ("error:user-session-limit", "refused", False),
            ("error:too-many-requests", "failed", True),
            ("error:bandwidth-limit-exceeded", "failed", True),
            ("error:soft-time-limit-exceeded", "failed", True),
            ("error:something-new", "failed", False),
        ],
    )
    def test_an_error_is_told_by_what_it_is_about(
        self, live: Town, spn: SavePageNow, error: str, outcome: str, later: bool
    ) -> None:
        (spn.later if later else spn.errors)[PICTURED.id] = error
        saved = save(live)
        assert saved is not None
        assert (saved.outcome, saved.captured_at) == (outcome, None)
        assert error in saved.note or outcome == "refused"

    def test_a_refusal_of_the_address_is_not_asked_for_again_the_same_day(self, live: Town, spn: SavePageNow) -> None:
        spn.errors[PICTURED.id] = "error:blocked-url"
        first = save(live)
        live.clock.go(hours=5)
        assert save(live) == first
        assert asked(live) == 1
        live.clock.go(hours=20)
        save(live)
        assert asked(live) == 2

    @pytest.mark.parametrize("error", ["error:user-session-limit", "429", "401"])
    def test_a_refusal_of_us_ends_the_asking(self, live: Town, spn: SavePageNow, error: str) -> None:
        env = None
        if error == "429":
            spn.per_minute = 0
        elif error == "401":
            env = KEYS | {"ARCHIVER_SAVE_SECRET": "wrong"}
        else:
            spn.errors["oembed"] = error
        with saving(live, env) as one:
            outcomes = [one(post) for post in BARE]
        assert {saved.outcome for saved in outcomes if saved} == {"refused"}
        assert asked(live) == 1
        assert remembered(live) == []
        if error == "401":
            assert outcomes[0] is not None
            assert "ARCHIVER_SAVE_KEY" in outcomes[0].note

    def test_it_keeps_nobody_from_the_index(self, live: Town, spn: SavePageNow) -> None:
        spn.per_minute = 0
        with live.job() as job:
            saver = Saver(job, KEYS)
            for post in BARE:
                copies = copies_of(job, ref_of(post), x())
                assert copies.captured is False
                saver.save(ref_of(post), x(), copies)

    @pytest.mark.parametrize("fault", [Fault.SERVER_ERROR, Fault.GARBAGE, Fault.CLOSE, Fault.LOGIN_WALL], ids=str)
    def test_no_answer_that_can_be_read(self, live: Town, fault: Fault) -> None:
        live.twin.fault(WAYBACK, fault, path="/save", times=1)
        saved = save(live)
        assert saved is not None
        assert saved.outcome in ("failed", "refused")
        assert saved.note
        assert asked(live) == 1

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"[]",
            b"null",
            b"{",
            b'{"job_id": 5}',
            b'{"job_id": "../../etc"}',
            b'{"job_id": ""}',
            b'{"status": "success", "timestamp": "20260502090100"}',
            b'{"status": "error"}',
            b'{"status": "error", "status_ext": "error:job-failed", "job_id": "spn2-0123456789"}',
            b'{"status": "error", "status_ext": ["x"], "message": {"a": 1}}',
            b'{"status": "error", "status_ext": "error:\u0000\n", "message": "' + b"a" * 5000 + b'"}',
            b"[" * 5000,
        ],
        ids=repr,
    )
    def test_an_odd_answer_is_no_promise(self, live: Town, spn: SavePageNow, body: bytes) -> None:
        reply = Reply(headers=(("Content-Type", "application/json"),), body=body)
        live.twin.host(WAYBACK, lambda asked: reply if asked.path == "/save" else live.twin.wayback(asked))
        saved = save(live)
        assert saved is not None
        assert saved.outcome == "failed"
        assert len(saved.note) < 500
        assert "\n" not in saved.note
        assert spn.jobs == []

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"{}",
            b'{"status": "success"}',
            b'{"status": "success", "timestamp": "20261399999999", "original_url": 5}',
            b'{"status": "success", "timestamp": "20260502090100", "original_url": "https://elsewhere.example/"}',
            b'{"status": ["pending"]}',
        ],
        ids=repr,
    )
    def test_nor_is_an_odd_answer_to_a_poll_a_capture(self, live: Town, spn: SavePageNow, body: bytes) -> None:
        spn.kept = False
        reply = Reply(headers=(("Content-Type", "application/json"),), body=body)
        live.twin.wayback.add("https://elsewhere.example/", STARTED + timedelta(minutes=1), "{}")
        live.twin.host(WAYBACK, lambda asked: reply if "/save/status/" in asked.path else live.twin.wayback(asked))
        saved = save(live)
        assert saved is not None
        assert saved.outcome == "promised"

    def test_while_it_is_polled_a_failure_passes(self, live: Town) -> None:
        live.twin.fault(WAYBACK, Fault.SERVER_ERROR, path="/save/status/", times=2)
        assert (saved := save(live))
        assert saved.outcome == "confirmed"


class TestAnonymous:
    def test_refused_it_says_what_is_needed(self, live: Town) -> None:
        saved = save(live, env={})
        assert saved is not None
        assert saved.outcome == "refused"
        assert "ARCHIVER_SAVE_KEY" in saved.note or "429" in saved.note

    @pytest.mark.parametrize("way", ["named", "page"])
    def test_where_it_is_allowed(self, live: Town, spn: SavePageNow, way: str) -> None:
        spn.anonymous = way
        saved = save(live, env={})
        assert saved is not None
        assert saved.outcome == "confirmed"
        assert b"/save/https://publish.twitter.com" in everything(live)

    @pytest.mark.parametrize("way", ["named", "page"])
    def test_its_word_is_no_capture_either(self, live: Town, spn: SavePageNow, way: str) -> None:
        spn.anonymous, spn.kept = way, False
        saved = save(live, env={})
        assert saved is not None
        assert saved.outcome == "promised"

    def test_half_of_a_key_is_none(self, live: Town) -> None:
        save(live, env={"ARCHIVER_SAVE_KEY": "AKey-77x"})
        assert live.twin.hits(WAYBACK, "/save")[0].header("authorization") is None


class TestSecret:
    @pytest.mark.parametrize("what", ["saved", "refused", "echoed", "failed"])
    def test_it_is_in_its_requests_and_nowhere_else(self, live: Town, spn: SavePageNow, what: str) -> None:
        if what == "refused":
            spn.keys = set()
        elif what == "failed":
            live.twin.fault(WAYBACK, Fault.RESET, path="/save")
        elif what == "echoed":
            spn.errors["oembed"] = f"error:{KEYS['ARCHIVER_SAVE_KEY']} {SECRET}"
        saved = save(live)
        sent = live.twin.hits(WAYBACK, "/save")
        assert sent
        assert all(SECRET in (request.header("authorization") or "") for request in sent)
        for kept in (everything(live), repr(saved).encode()):
            assert SECRET.encode() not in kept
            assert KEYS["ARCHIVER_SAVE_KEY"].encode() not in kept

    def test_it_goes_to_no_other_host(self, live: Town) -> None:
        save(live)
        others = [request for request in live.twin.log if not request.target.startswith("/save")]
        assert not [request for request in others if request.header("authorization")]


def replace_place(place: CopyPlace) -> CopyPlace:
    """The same, known to show the post."""
    return CopyPlace(where=place.where, address=place.address, first=place.first, last=place.last)
