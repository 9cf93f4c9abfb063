"""Where copies of a post exist: what counts as one, who was asked, and when nothing can be said."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.auditing.elsewhere.copies import copies_of
from archiver.auditing.elsewhere.holdings import _entries
from archiver.auditing.finding import OWN, Copies
from archiver.config import Settings, load_settings
from archiver.errors import ConfigError
from archiver.exchange import Exchange
from archiver.model import PostRef
from archiver.platforms import platform
from archiver.platforms.base import Platform
from tests.town import CLERK, CONTROL, DELETED, NEVER_STORED, PICTURED, STARTED, Town, at
from tests.web_twin import Fault, Population, PostState, Reply, Twin, TwinPost, legacy
from tests.web_twin.aggregator import HOST, SHELF, Aggregator

WAYBACK = "web.archive.org"
LATER = datetime(2022, 6, 1, 12, tzinfo=UTC)
LEGACY = TwinPost(
    account=CLERK,
    created=datetime(2019, 3, 9, 8, tzinfo=UTC),
    text="The board has met and the lamp will be mended by Friday.",
    archived=("legacy", "revisit"),
)
SHELLED = TwinPost(account=CLERK, created=at(22), text="Nobody at the board answers.", archived=("shell",))
GONE = TwinPost(
    account=CLERK,
    created=datetime(2019, 3, 10, 8, tzinfo=UTC),
    text="The lamp was mended.",
    state=PostState.DELETED,
    archived=("gone", "suspended"),
)
Making = Callable[..., Twin]


def x() -> Platform:
    found = platform("x")
    assert found is not None
    return found


def ref_of(post: TwinPost) -> PostRef:
    return x().ref_from_id(post.id, post.handle)


def page_of(post: TwinPost, host: str = "twitter.com") -> str:
    return f"https://{host}/{post.handle}/status/{post.id}"


def with_timemap(town: Town, pattern: str = f"https://{HOST}/timemap/link/{{url}}") -> Settings:
    settings = town.settings()
    return msgspec.structs.replace(settings, audit=msgspec.structs.replace(settings.audit, timemap=pattern))


def look(town: Town, post: TwinPost, settings: Settings | None = None, **options: Any) -> Copies:
    with town.job(settings=settings) as job:
        return copies_of(job, ref_of(post), x(), **options)


def questions(town: Town) -> int:
    return len(town.twin.hits(WAYBACK, "/cdx/"))


@pytest.fixture
def shelves(make_twin: Making, town: Town) -> Town:
    """The town with other posts in the web archive, and an aggregator that knows of other archives."""
    posts = (CONTROL, LEGACY, SHELLED, GONE, replace(PICTURED, archived=()), NEVER_STORED)
    town.twin = make_twin(Population(posts), clock=STARTED)
    return town


def aggregator(town: Town) -> Aggregator:
    found = Aggregator()
    town.twin.host(HOST, found)
    town.twin.host(SHELF, found.shelf)
    return found


class TestWayback:
    def test_one_question_where_there_is_a_copy(self, shelves: Town) -> None:
        copies = look(shelves, LEGACY)
        assert (copies.captured, copies.failed, questions(shelves)) == (True, (), 1)
        (place,) = copies.places
        assert (place.where, place.address, place.count, place.uncertain) == (WAYBACK, page_of(LEGACY), 2, False)
        assert place.first.year == 2019
        assert place.url
        assert place.url.startswith(f"https://{WAYBACK}/web/2019")

    def test_nobody_only_where_every_address_was_asked(self, shelves: Town) -> None:
        copies = look(shelves, NEVER_STORED)
        assert (copies.captured, copies.places, copies.asked) == (False, (), (OWN, WAYBACK))
        assert questions(shelves) == len(x().archived_urls(ref_of(NEVER_STORED)))

    def test_more_addresses_than_the_settings_allow(self, shelves: Town) -> None:
        settings = shelves.settings()
        resolve = msgspec.structs.replace(settings.resolve, max_cdx_requests=2)
        copies = look(shelves, NEVER_STORED, msgspec.structs.replace(settings, resolve=resolve))
        assert (copies.captured, questions(shelves)) == (None, 2)
        assert "more addresses" in copies.failed[0]

    def test_empty_pages_are_told_and_prove_nothing(self, shelves: Town) -> None:
        copies = look(shelves, SHELLED)
        assert (copies.captured, copies.elsewhere, copies.failed) == (None, None, ())
        assert [place.uncertain for place in copies.places] == [True]

    def test_redirects_and_absences_are_no_copies(self, shelves: Town) -> None:
        assert look(shelves, GONE).captured is False

    def test_a_copy_from_before_the_post_is_none(self, shelves: Town) -> None:
        shelves.twin.wayback.add(page_of(NEVER_STORED), datetime(2019, 1, 1, tzinfo=UTC), "<html>soon</html>")
        assert look(shelves, NEVER_STORED).captured is False

    def test_an_address_in_other_capitals_is_another_post(self, shelves: Town) -> None:
        instagram = platform("instagram")
        assert instagram is not None
        page = "<html><head><title>Somebody on Instagram</title></head></html>"
        shelves.twin.wayback.add("https://www.instagram.com/p/cABCDefgh12/", LATER, page)
        with shelves.job() as job:
            copies = copies_of(job, instagram.ref_from_id("CabcdEFGH12"), instagram)
        assert copies.captured is False

    def test_what_may_show_it_is_looked_at(self, shelves: Town) -> None:
        answer = json.dumps({"id_str": PICTURED.id, "text": PICTURED.text, "user": {"screen_name": PICTURED.handle}})
        endpoint = x().archived_urls(ref_of(PICTURED))[1]
        assert "tweet-result" in endpoint
        shelves.twin.wayback.add(endpoint, LATER, answer, content_type="application/json")
        assert look(shelves, PICTURED).captured is True
        shelves.twin.wayback.add(
            x().archived_urls(ref_of(NEVER_STORED))[1], LATER, '{"tombstone": {}}', content_type="application/json"
        )
        assert look(shelves, NEVER_STORED).captured is None

    @pytest.mark.parametrize(
        "fault", [Fault.TOO_MANY, Fault.SERVER_ERROR, Fault.GATEWAY_TIMEOUT, Fault.RESET, Fault.LOGIN_WALL], ids=str
    )
    def test_no_answer_is_not_no_copy(self, shelves: Town, fault: Fault) -> None:
        shelves.twin.fault(WAYBACK, fault, path="/cdx/")
        copies = look(shelves, NEVER_STORED)
        assert (copies.captured, copies.places, copies.asked) == (None, (), (OWN,))
        assert copies.failed[0].startswith(WAYBACK)

    def test_nor_is_a_site_that_is_excluded(self, shelves: Town) -> None:
        shelves.twin.wayback.excluded.add("twitter.com")
        copies = look(shelves, NEVER_STORED)
        assert copies.captured is None
        assert any("excluded" in line for line in copies.failed)

    def test_one_failure_among_others_does_not_hide_a_copy(self, shelves: Town) -> None:
        shelves.twin.fault(WAYBACK, Fault.SERVER_ERROR, path="/cdx/", times=1)
        shelves.twin.wayback.add(
            f"https://publish.twitter.com/oembed?url={page_of(PICTURED)}", LATER, "{}", content_type="application/json"
        )
        copies = look(shelves, PICTURED)
        assert (copies.captured, len(copies.failed)) == (True, 1)

    def test_nor_is_an_answer_that_is_no_index(self, shelves: Town) -> None:
        busy = Reply(
            headers=(("Content-Type", "text/plain"),), body=b"The index is busy; please come back later today."
        )
        shelves.twin.host(WAYBACK, lambda request: busy)
        copies = look(shelves, NEVER_STORED)
        assert (copies.captured, copies.asked) == (None, (OWN,))

    def test_nor_is_an_index_of_which_only_a_part_was_read(self, shelves: Town) -> None:
        """Captures of other posts, or redirects, fill what is read: what comes behind them is not known."""
        for number in range(60):
            longer = f"https://twitter.com/{NEVER_STORED.handle}/status/{NEVER_STORED.id}{number:03}"
            shelves.twin.wayback.add(longer, LATER, f"<html>{number}</html>")
        copies = look(shelves, NEVER_STORED)
        assert (copies.captured, copies.places) == (None, ())
        assert any("more is listed" in line for line in copies.failed)

    def test_a_channels_later_posts_hide_none_of_its_early_ones(self, shelves: Town) -> None:
        """Numbers are short there: the index lists hundreds that begin alike, and all of the post's own before them."""
        telegram = platform("telegram")
        assert telegram is not None
        ref = telegram.ref_from_url("https://t.me/pier_news/4")
        assert ref is not None
        for host in ("t.me", "t.me/s", "telegram.me"):
            for number in range(400, 460):
                shelves.twin.wayback.add(f"https://{host}/pier_news/{number}", LATER, f"<html>{number}</html>")
        with shelves.job() as job:
            copies = copies_of(job, ref, telegram)
        assert (copies.captured, copies.failed) == (False, ())

    def test_a_copy_without_content_is_none(self, shelves: Town) -> None:
        shelves.twin.wayback.add(page_of(NEVER_STORED), LATER, "")
        assert look(shelves, NEVER_STORED).captured is False

    def test_few_are_looked_at(self, shelves: Town) -> None:
        for number, address in enumerate(x().archived_urls(ref_of(NEVER_STORED))[1:4]):
            for day in range(1, 5):
                when = datetime(2022, 6, day, tzinfo=UTC)
                body = f'{{"tombstone": {number}{day}}}'
                shelves.twin.wayback.add(address, when, body, content_type="text/plain")
        assert look(shelves, NEVER_STORED).captured is None
        assert len(shelves.twin.hits(WAYBACK, "id_/")) == 3

    def test_a_page_for_mobile_devices_is_looked_at(self, shelves: Town) -> None:
        old = replace(GONE, created=datetime(2019, 3, 11, 8, tzinfo=UTC))
        page = "<html><div id=react-root></div></html>"
        shelves.twin.wayback.add(page_of(old, "mobile.twitter.com"), datetime(2019, 4, 1, tzinfo=UTC), page)
        assert look(shelves, old).captured is None

    def test_a_platform_without_addresses_says_that_it_was_not_asked(self, shelves: Town) -> None:
        mastodon = platform("mastodon")
        assert mastodon is not None
        with shelves.job() as job:
            copies = copies_of(job, PostRef(platform="mastodon", id="1", url=""), mastodon)
        assert copies.captured is None

    def test_offline_the_stored_answers_tell_the_same(self, shelves: Town) -> None:
        for post in (LEGACY, SHELLED, NEVER_STORED):
            live = look(shelves, post)
            before = len(shelves.twin.log)
            with shelves.job(offline=True, conclude=False) as job:
                assert copies_of(job, ref_of(post), x()) == live
            assert len(shelves.twin.log) == before

    def test_offline_without_any_answer_nothing_is_known(self, shelves: Town) -> None:
        look(shelves, LEGACY)
        with shelves.job(offline=True, conclude=False) as job:
            assert copies_of(job, ref_of(NEVER_STORED), x()).captured is None

    @pytest.mark.parametrize("told", [True, False], ids=["told", "seen"])
    def test_under_another_name_that_its_account_had(self, shelves: Town, told: bool) -> None:
        old = replace(PICTURED, archived=())
        ref = x().ref_from_id(old.id, "keeper_of_old")
        body = legacy.permalink_page(old, shelves.twin.population, [])
        shelves.twin.wayback.add(page_of(old), LATER, body, content_type="application/json")
        with shelves.job() as job:
            assert copies_of(job, ref, x(), own=False).captured is False
            if not told:
                job.observation(ref, x())
        with shelves.job() as job:
            names = (PICTURED.handle,) if told else ()
            assert copies_of(job, ref, x(), own=False, handles=names).captured is True


class TestOwnArchive:
    def test_an_answer_that_showed_it_is_a_copy(self, town: Town) -> None:
        town.run(town.page([PICTURED]))
        copies = look(town, PICTURED, web=False)
        assert [place.where for place in copies.places] == [OWN]
        assert copies.captured is True
        assert copies.elsewhere is None

    def test_a_stored_absence_is_none(self, town: Town) -> None:
        town.twin.population.change(NEVER_STORED.id, state=PostState.DELETED)
        town.run(town.page([NEVER_STORED], "link"))
        copies = look(town, NEVER_STORED, web=False)
        assert (copies.places, copies.captured) == ((), None)

    def test_without_it_only_others_count(self, town: Town) -> None:
        town.run(town.page([PICTURED]))
        assert OWN not in look(town, PICTURED, own=False, web=False).asked


class TestTimeMaps:
    @pytest.mark.parametrize("kind", ["link", "json"])
    @pytest.mark.parametrize("switches", [{}, {"page": 2}, {"index": True, "page": 2}, {"listed": True}], ids=str)
    def test_copies_in_other_archives(self, shelves: Town, kind: str, switches: dict[str, object]) -> None:
        known = aggregator(shelves)
        for name, value in switches.items():
            setattr(known, name, value)
        page = legacy.permalink_page(NEVER_STORED, shelves.twin.population, [])
        for day in range(1, 6):
            known.add(page_of(NEVER_STORED), datetime(2022, 4, day, tzinfo=UTC), page)
        copies = look(shelves, NEVER_STORED, with_timemap(shelves, f"https://{HOST}/timemap/{kind}/{{url}}"))
        (place,) = copies.places
        assert (place.where, place.count, place.uncertain, copies.captured) == (SHELF, 5, False, True)
        assert (place.first.day, place.last.day) == (1, 5)

    def test_they_are_not_looked_at_where_the_wayback_machine_has_one(self, shelves: Town) -> None:
        aggregator(shelves).add(page_of(LEGACY), LATER, "<html></html>")
        copies = look(shelves, LEGACY, with_timemap(shelves))
        assert [place.where for place in copies.places] == [WAYBACK, SHELF]
        assert not shelves.twin.hits(SHELF)

    def test_a_time_map_alone_proves_nothing(self, shelves: Town) -> None:
        aggregator(shelves).add(page_of(NEVER_STORED), LATER, "<html><title>Log in</title></html>")
        copies = look(shelves, NEVER_STORED, with_timemap(shelves))
        assert [place.uncertain for place in copies.places] == [True]
        assert copies.captured is None

    @pytest.mark.parametrize(
        "when", ["", '; datetime="Thu, 01 Jan 2199 00:00:00 GMT"', f'; datetime="1 Jan {"9" * 30}"']
    )
    def test_a_copy_without_a_time_that_can_be_is_not_no_copy(self, shelves: Town, when: str) -> None:
        known = aggregator(shelves)
        known.add(page_of(NEVER_STORED), LATER, "<html></html>", host=WAYBACK)
        known.extra = (f'<https://{SHELF}/20220601000000/{page_of(NEVER_STORED)}>; rel="memento"{when}',)
        copies = look(shelves, NEVER_STORED, with_timemap(shelves))
        assert (copies.captured, copies.places) == (None, ())
        assert any("without a time" in line for line in copies.failed)

    @pytest.mark.parametrize("target", ["http://[", "javascript:alert(1)", "data:text/html,x", "//[::1", "", "http://"])
    def test_an_address_that_is_none(self, shelves: Town, target: str) -> None:
        known = aggregator(shelves)
        known.add(page_of(NEVER_STORED), LATER, "<html></html>", host=WAYBACK)
        known.extra = (
            f'<{target}>; rel="memento"; datetime="Wed, 01 Jun 2022 00:00:00 GMT"',
            f'<{target}>; rel="timemap"',
        )
        assert look(shelves, NEVER_STORED, with_timemap(shelves)).places == ()

    def test_none_known_is_an_answer(self, shelves: Town) -> None:
        aggregator(shelves)
        copies = look(shelves, NEVER_STORED, with_timemap(shelves))
        assert (copies.captured, copies.asked, copies.failed) == (False, (OWN, WAYBACK, HOST), ())

    @pytest.mark.parametrize("fault", [Fault.TOO_MANY, Fault.SERVER_ERROR, Fault.RESET, Fault.LOGIN_WALL], ids=str)
    def test_no_answer_is_not_no_copy(self, shelves: Town, fault: Fault) -> None:
        aggregator(shelves)
        shelves.twin.fault(HOST, fault)
        copies = look(shelves, NEVER_STORED, with_timemap(shelves))
        assert copies.captured is None
        assert copies.failed[0].startswith(HOST)

    def test_nor_is_a_time_map_that_was_cut(self, shelves: Town) -> None:
        aggregator(shelves).add(page_of(NEVER_STORED), LATER, "<html></html>", host=WAYBACK)
        shelves.twin.fault(HOST, Fault.CUT)
        copies = look(shelves, NEVER_STORED, with_timemap(shelves))
        assert copies.captured is None
        assert copies.failed[0].startswith(HOST)

    def test_it_is_not_asked_where_none_is_set(self, shelves: Town) -> None:
        aggregator(shelves)
        look(shelves, NEVER_STORED)
        assert shelves.twin.hits(HOST) == []

    def test_it_leads_nowhere_for_ever(self, shelves: Town) -> None:
        known = aggregator(shelves)
        known.page = 1
        for day in range(1, 29):
            known.add(page_of(NEVER_STORED), datetime(2022, 5, day, tzinfo=UTC), "<html></html>")
        copies = look(shelves, NEVER_STORED, with_timemap(shelves))
        assert len(shelves.twin.hits(HOST)) <= 6
        assert any("not asked further" in line for line in copies.failed)

    def test_the_wayback_machines_copies_are_its_indexs_to_tell(self, shelves: Town) -> None:
        known = aggregator(shelves)
        known.add(page_of(NEVER_STORED), LATER, "<html></html>", host=WAYBACK)
        assert look(shelves, NEVER_STORED, with_timemap(shelves)).captured is False

    @pytest.mark.parametrize("value", ["aggregator", "https://a.example/", "ftp://a.example/{url}", "https://{url}/x"])
    def test_a_setting_that_is_no_pattern(self, town: Town, value: str) -> None:
        path = town.write("bad.toml", f'[audit]\ntimemap = "{value}"\n')
        with pytest.raises(ConfigError, match="url"):
            load_settings(path)


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_any_bytes_are_a_time_map_or_none(body: bytes) -> None:
    """Whatever an aggregator answers, it is read as entries or told to be none; nothing is raised."""
    assert _entries(_answer(body)) is None or isinstance(_entries(_answer(body)), list)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=8),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    ["mementos", "list", "uri", "datetime", "pages", "next", "timemap_index", "original_uri"]
                ),
                inner,
                max_size=4,
            )
        ),
        max_leaves=20,
    )
)
def test_any_json_is_a_time_map_or_none(data: object) -> None:
    """Whatever JSON an aggregator answers, it is read as entries or told to be none; nothing is raised."""
    entries = _entries(_answer(json.dumps(data).encode()))
    assert entries is None or all(isinstance(uri, str) for uri, _, _ in entries)


def _answer(body: bytes) -> Exchange:
    exchange = Exchange(url=f"https://{HOST}/", time=LATER, status=200, response_length=len(body))
    exchange.open_response = lambda: io.BytesIO(body)
    return exchange


def test_deleted_of_the_town_has_its_copy(town: Town) -> None:
    assert look(town, DELETED).captured is True
