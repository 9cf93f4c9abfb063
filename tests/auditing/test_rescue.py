"""Rescue of what is gone: which archived copy is taken, that it shows this post, and that nothing is doubled."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from archiver.auditing.elsewhere.copies import copies_of
from archiver.auditing.elsewhere.mementos import read_copy
from archiver.auditing.elsewhere.rescue import rescue
from archiver.auditing.finding import Rescued
from archiver.auditing.looking import AskCopies, Plan
from archiver.config import Settings
from archiver.explain import explain, lines
from archiver.exporting.cited import Selection
from archiver.exporting.extract import write_extract
from archiver.model import Observation, Post, State, Verdict
from archiver.platforms import platform
from archiver.replay import Library, create_app
from archiver.store import Archive
from archiver.store.conclusions import Conclusion, observation_conclusion
from archiver.store.elsewhere import rescues
from archiver.verification.conclusions import check_conclusions
from archiver.verification.references import check_references
from tests.auditing.test_copies import page_of, ref_of, x
from tests.platforms.driving import exchange
from tests.replay.conftest import Client
from tests.town import CLERK, CONTROL, PICTURED, STARTED, Town, at
from tests.web_twin import Fault, Population, PostState, Reply, Twin, TwinPost, legacy
from tests.web_twin.aggregator import HOST, SHELF, Aggregator
from tests.web_twin.wire import Headers

WAYBACK = "web.archive.org"
LEGACY = TwinPost(
    account=CLERK,
    created=datetime(2019, 3, 9, 8, tzinfo=UTC),
    text="The board has met and the lamp will be mended by Friday.",
    archived=(),
    state=PostState.DELETED,
)
LOST = TwinPost(
    account=CLERK, created=at(23), text="The board has resigned this night.", archived=(), state=PostState.DELETED
)
SHELLED = TwinPost(
    account=CLERK, created=at(21), text="The board is asleep.", archived=("shell",), state=PostState.DELETED
)


@pytest.fixture
def gone(make_twin: Callable[..., Twin], town: Town) -> Town:
    """The town with posts that are gone, and none of them archived but as an empty page."""
    town.twin = make_twin(Population([CONTROL, LEGACY, LOST, SHELLED, PICTURED]), clock=STARTED)
    return town


def archived(town: Town, post: TwinPost, when: datetime, *, shown: TwinPost | None = None) -> None:
    """A copy of a post's page as it was of old, or of another's in its place."""
    body = legacy.permalink_page(shown or post, town.twin.population, [])
    town.twin.wayback.add(page_of(post), when, body)


def rescued(
    town: Town, post: TwinPost, *, settings: Settings | None = None, cited: datetime | None = None, **options: bool
) -> Rescued | str:
    with town.job(settings=settings, **options) as job:
        ref = ref_of(post)
        return rescue(job, ref, x(), copies_of(job, ref, x()), cited=cited)


def playbacks(town: Town) -> int:
    return len(town.twin.hits(WAYBACK, "id_/"))


def stored(town: Town, post: TwinPost) -> int:
    with Archive.open(town.archive) as archive:
        return len(rescues(archive, ref_of(post).key))


class TestWhichCopy:
    def test_the_raw_bytes_labelled_with_where_they_came_from(self, gone: Town) -> None:
        archived(gone, LEGACY, datetime(2019, 4, 1, tzinfo=UTC))
        found = rescued(gone, LEGACY)
        assert isinstance(found, Rescued)
        assert (found.archive, found.original, found.text) == (WAYBACK, page_of(LEGACY), LEGACY.text)
        assert found.memento == f"https://{WAYBACK}/web/20190401000000id_/{page_of(LEGACY)}"
        assert found.captured_at == datetime(2019, 4, 1, tzinfo=UTC)
        assert found.stored_in
        with Archive.open(gone.archive) as archive:
            capture = archive.catalogue.capture(found.record_id)
            assert capture is not None
            assert capture.target_uri == found.memento
            assert archive.exchange(capture).header("memento-datetime")

    def test_the_one_nearest_to_when_it_was_cited(self, gone: Town) -> None:
        edited = replace(LEGACY, text="The board has met.")
        archived(gone, LEGACY, datetime(2019, 4, 1, tzinfo=UTC))
        archived(gone, LEGACY, datetime(2019, 9, 1, tzinfo=UTC), shown=edited)
        found = rescued(gone, LEGACY, cited=datetime(2019, 8, 20, tzinfo=UTC))
        assert isinstance(found, Rescued)
        assert (found.captured_at.month, found.text) == (9, edited.text)

    def test_else_the_earliest(self, gone: Town) -> None:
        for month in (9, 4, 6):
            shown = replace(LEGACY, text=f"Month {month} of the lamp.")
            archived(gone, LEGACY, datetime(2019, month, 1, tzinfo=UTC), shown=shown)
        found = rescued(gone, LEGACY)
        assert isinstance(found, Rescued)
        assert found.captured_at.month == 4

    def test_one_that_does_not_show_it_gives_way_to_one_that_does(self, gone: Town) -> None:
        gone.twin.wayback.add(page_of(LEGACY), datetime(2019, 4, 1, tzinfo=UTC), "<html><p>One moment</p></html>")
        archived(gone, LEGACY, datetime(2019, 9, 1, tzinfo=UTC))
        found = rescued(gone, LEGACY)
        assert isinstance(found, Rescued)
        assert found.captured_at.month == 9

    def test_few_are_fetched_and_the_same_contents_once(self, gone: Town) -> None:
        for number, address in enumerate(x().archived_urls(ref_of(LOST))):
            for day in range(1, 6):
                when = datetime(2022, 4, day, tzinfo=UTC)
                page = f"<html><p>One moment, {number} {day // 2}</p></html>"
                gone.twin.wayback.add(address, when, page, content_type="text/plain")
        with gone.job() as job:
            assert "shows the post" in str(rescue(job, ref_of(LOST), x(), None))
        fetched = [request.target.partition("id_/")[0][-8:] for request in gone.twin.hits(WAYBACK, "id_/")]
        assert len(fetched) == 6
        assert "03000000" not in fetched  # the same as the day before

    def test_full_text_before_a_text_that_was_cut(self, gone: Town) -> None:
        cut = (
            f'<html><head><meta property="og:url" content="{page_of(LEGACY)}">'
            f'<meta property="og:title" content="The Skerry Clerk on Twitter">'
            '<meta property="og:description" content="“The board has met…”"></head></html>'
        )
        gone.twin.wayback.add(page_of(LEGACY), datetime(2019, 4, 1, tzinfo=UTC), cut)
        assert isinstance(only := rescued(gone, LEGACY, conclude=False), Rescued)
        assert only.text == "The board has met…"
        archived(gone, LEGACY, datetime(2019, 9, 1, tzinfo=UTC))
        found = rescued(gone, LEGACY)
        assert isinstance(found, Rescued)
        assert found.text == LEGACY.text

    @pytest.mark.parametrize("said", [(), (("content-encoding", ""),), (("Content-Encoding", ", gzip"),)], ids=str)
    def test_one_that_is_compressed_and_does_not_say_so(self, gone: Town, said: Headers) -> None:
        body = gzip.compress(legacy.permalink_page(LEGACY, gone.twin.population, []), mtime=0)
        gone.twin.wayback.add(page_of(LEGACY), datetime(2019, 4, 1, tzinfo=UTC), body, headers=said)
        found = rescued(gone, LEGACY)
        assert isinstance(found, Rescued)
        assert found.text == LEGACY.text
        with Archive.view(sorted((gone.archive / "archive").iterdir())) as view:
            assert [one.verdict for one in check_conclusions(view)][-1] is Verdict.SOUND

    @pytest.mark.parametrize("raw", [True, False])
    def test_from_another_archive(self, gone: Town, raw: bool) -> None:
        known = Aggregator()
        gone.twin.host(HOST, known)
        gone.twin.host(SHELF, known.shelf)
        body = legacy.permalink_page(LOST, gone.twin.population, [])
        copy = known.add(page_of(LOST), datetime(2022, 4, 1, tzinfo=UTC), body, raw=raw)
        settings = gone.settings()
        audit = msgspec.structs.replace(settings.audit, timemap=f"https://{HOST}/timemap/link/{{url}}")
        found = rescued(gone, LOST, settings=msgspec.structs.replace(settings, audit=audit))
        assert isinstance(found, Rescued)
        assert (found.archive, found.text) == (SHELF, LOST.text)
        assert found.memento == (copy.url.replace("/https", "id_/https") if raw else copy.url)
        with Archive.view(sorted((gone.archive / "archive").iterdir())) as view:
            assert [one.verdict for one in check_conclusions(view)][-1] is Verdict.SOUND


class TestOffline:
    def test_the_same_findings(self, gone: Town) -> None:
        gone.run(gone.page([LEGACY, LOST, SHELLED]))
        archived(gone, LEGACY, datetime(2019, 4, 1, tzinfo=UTC))
        gone.clock.go(days=1)
        plan = Plan(rescue=True, copies=AskCopies.ALL)
        live = gone.audit(plan=plan)
        assert [finding.rescued is not None for finding in live] == [True, False, False]
        before = len(gone.twin.log)
        assert gone.audit(plan=plan, offline=True, conclude=False) == live
        assert len(gone.twin.log) == before


class TestRefused:
    """What a platform's reader gives is checked once more: it may be anybody's."""

    @pytest.mark.parametrize(
        ("claimed", "why"),
        [
            ({}, None),
            ({"id": "1501618819691682795"}, "another post"),
            ({"scope": "elsewhere.example"}, "another post"),
            ({"created_at": datetime(2021, 1, 1, tzinfo=UTC)}, "contradicts itself"),
            ({"captured": datetime(2022, 3, 1, tzinfo=UTC)}, "older than the post"),
        ],
        ids=str,
    )
    def test_what_cannot_be_this_post(
        self, monkeypatch: pytest.MonkeyPatch, claimed: dict[str, Any], why: str | None
    ) -> None:
        values = {"platform": "x", "id": LOST.id, "url": LOST.url, "text": LOST.text} | claimed
        captured = values.pop("captured", datetime(2022, 6, 1, tzinfo=UTC))
        monkeypatch.setattr(type(x()), "read_archived", lambda self, ref, exchange: Post(**values))
        ref = msgspec.structs.replace(ref_of(LOST), scope="here.example" if "scope" in claimed else None)
        read = read_copy(ref, x(), exchange(page_of(LOST)), page_of(LOST), captured)
        assert isinstance(read, Post) if why is None else why in str(read)

    def test_of_another_account_under_the_same_name(self, gone: Town) -> None:
        archived(gone, LEGACY, datetime(2019, 4, 1, tzinfo=UTC))
        with gone.job() as job:
            assert job.session is not None
            ref = ref_of(LEGACY)
            own = Post(platform="x", id=ref.id, url=ref.url, account_id="7", display_name="Somebody else")
            look = Observation(
                platform="x",
                post_id=ref.id,
                url=ref.url,
                state=State.DELETED,
                seen_at=STARTED,
                how="",
                reason="",
                post=own,
            )
            job.session.write_conclusion(observation_conclusion(look))
            assert "another account" in str(rescue(job, ref, x(), None))

    def test_a_redirect_to_another_host(self, gone: Town) -> None:
        """Whoever gets the address of a web archive may not send on to what says of itself that it is a copy."""
        known = Aggregator()
        gone.twin.host(HOST, known)
        elsewhere = f"https://{HOST}/20220401000000/{page_of(LOST)}"
        gone.twin.host(SHELF, lambda request: Reply(status=302, headers=(("Location", elsewhere),)))
        known.add(page_of(LOST), datetime(2022, 4, 1, tzinfo=UTC), "")
        settings = gone.settings()
        audit = msgspec.structs.replace(settings.audit, timemap=f"https://{HOST}/timemap/link/{{url}}")
        said = rescued(gone, LOST, settings=msgspec.structs.replace(settings, audit=audit))
        assert "redirects to something else" in str(said)
        assert not gone.twin.hits(HOST, "/20220401000000")

    def test_an_answer_that_was_an_error_when_it_was_captured(self, gone: Town) -> None:
        known = Aggregator()
        gone.twin.host(HOST, known)
        gone.twin.host(SHELF, known.shelf)
        body = legacy.permalink_page(LOST, gone.twin.population, [])
        known.add(page_of(LOST), datetime(2022, 4, 1, tzinfo=UTC), body, status=404)
        settings = gone.settings()
        audit = msgspec.structs.replace(settings.audit, timemap=f"https://{HOST}/timemap/link/{{url}}")
        said = rescued(gone, LOST, settings=msgspec.structs.replace(settings, audit=audit))
        assert "HTTP status 404" in str(said)


class TestNoCopy:
    def test_none_is_known(self, gone: Town) -> None:
        assert rescued(gone, LOST) == "no archive that was asked lists a copy"
        assert stored(gone, LOST) == 0

    def test_an_empty_page(self, gone: Town) -> None:
        assert "does not show the post" in str(rescued(gone, SHELLED))

    def test_another_post_in_its_place(self, gone: Town) -> None:
        archived(gone, LEGACY, datetime(2019, 4, 1, tzinfo=UTC), shown=LOST)
        assert "does not show the post" in str(rescued(gone, LEGACY))
        assert stored(gone, LEGACY) == 0

    def test_a_post_of_whoever_had_the_name_before(self, gone: Town) -> None:
        """The address of a channel's twelfth post is the same for everybody who ever had the channel's name."""
        telegram = platform("telegram")
        assert telegram is not None
        ref = telegram.ref_from_url("https://t.me/pier_news/12")
        assert ref is not None
        frame = (
            '<div class="tgme_widget_message" data-post="pier_news/12"><div class="tgme_widget_message_text">'
            '{words}</div><a class="tgme_widget_message_date"><time datetime="{when}"></time></a></div>'
        )
        page = frame.format(words="Fish is cheap today.", when="2018-05-01T10:00:00+00:00")
        gone.twin.wayback.add("https://t.me/pier_news/12?embed=1", datetime(2018, 6, 1, tzinfo=UTC), page)
        with gone.job() as job:
            assert isinstance(rescue(job, ref, telegram, None), Rescued)
        gone.archive = gone.folder / "another"
        with gone.job() as job:
            assert job.session is not None
            own = Post(
                platform="telegram",
                id=ref.id,
                url=ref.url,
                scope=ref.scope,
                text="The lamp is lit.",
                created_at=datetime(2024, 5, 1, tzinfo=UTC),
            )
            look = Observation(
                platform="telegram",
                post_id=ref.id,
                scope=ref.scope,
                url=ref.url,
                state=State.DELETED,
                seen_at=STARTED,
                how="",
                reason="",
                post=own,
            )
            job.session.write_conclusion(observation_conclusion(look))
            assert "another time" in str(rescue(job, ref, telegram, None))

    def test_an_archive_that_speaks_itself(self, gone: Town) -> None:
        """Without `Memento-Datetime` nobody says that this was captured."""
        known = Aggregator()
        gone.twin.host(HOST, known)
        gone.twin.host(SHELF, known.shelf)
        body = legacy.permalink_page(LOST, gone.twin.population, [])
        known.add(page_of(LOST), datetime(2022, 4, 1, tzinfo=UTC), body, labelled=False)
        settings = gone.settings()
        audit = msgspec.structs.replace(settings.audit, timemap=f"https://{HOST}/timemap/link/{{url}}")
        assert isinstance(rescued(gone, LOST, settings=msgspec.structs.replace(settings, audit=audit)), str)

    @pytest.mark.parametrize("fault", [Fault.TOO_MANY, Fault.SERVER_ERROR, Fault.RESET, Fault.CUT], ids=str)
    def test_a_copy_that_does_not_come(self, gone: Town, fault: Fault) -> None:
        archived(gone, LEGACY, datetime(2019, 4, 1, tzinfo=UTC))
        gone.twin.fault(WAYBACK, fault, path="id_/", abrupt=True)
        assert str(rescued(gone, LEGACY)).startswith("no copy shows the post")
        gone.twin.clear_faults()
        assert isinstance(rescued(gone, LEGACY), Rescued)

    def test_not_needed_where_the_archive_saw_it_itself(self, gone: Town) -> None:
        gone.run(gone.page([PICTURED]))
        gone.twin.population.change(PICTURED.id, state=PostState.DELETED)
        with gone.job() as job:
            assert "has the post itself" in str(rescue(job, ref_of(PICTURED), x(), None))
        assert playbacks(gone) == 0


class TestOnce:
    def test_it_is_not_fetched_again(self, gone: Town) -> None:
        archived(gone, LEGACY, datetime(2019, 4, 1, tzinfo=UTC))
        first = rescued(gone, LEGACY)
        asked = len(gone.twin.log)
        assert rescued(gone, LEGACY, offline=True, conclude=False) == first
        assert len(gone.twin.log) == asked
        assert rescued(gone, LEGACY) == first
        assert (playbacks(gone), stored(gone, LEGACY)) == (1, 1)

    def test_interrupted_between_fetch_and_conclusion_nothing_is_doubled(self, gone: Town) -> None:
        archived(gone, LEGACY, datetime(2019, 4, 1, tzinfo=UTC))
        first = rescued(gone, LEGACY, conclude=False)
        assert isinstance(first, Rescued)
        assert stored(gone, LEGACY) == 0
        assert rescued(gone, LEGACY) == first
        assert (playbacks(gone), stored(gone, LEGACY)) == (1, 1)

    def test_rebuilt_it_is_the_same(self, gone: Town) -> None:
        archived(gone, LEGACY, datetime(2019, 4, 1, tzinfo=UTC))
        rescued(gone, LEGACY)
        key = ref_of(LEGACY).key
        with Archive.open(gone.archive, write=True) as archive:
            before = rescues(archive, key)
            archive.rebuild()
            assert rescues(archive, key) == before

    def test_what_others_conclude_is_not_believed(self, gone: Town) -> None:
        """An imported file may hold a copy's bytes; that they are a post's is for this archive to say."""
        archived(gone, LEGACY, datetime(2019, 4, 1, tzinfo=UTC))
        rescued(gone, LEGACY)
        theirs = sorted((gone.archive / "archive").iterdir())
        gone.archive = gone.folder / "another"
        assert gone.command("import", "--archive", gone.archive, *theirs, "--config", gone.config()).exit_code == 0
        with Archive.open(gone.archive) as archive:
            assert archive.catalogue.captures_at(f"urn:archiver:rescue:{ref_of(LEGACY).key}")
            assert rescues(archive, ref_of(LEGACY).key) == []


class TestWhatIsKept:
    def test_it_is_told_in_the_chain_of_evidence(self, gone: Town) -> None:
        gone.run(gone.page([LEGACY]))
        archived(gone, LEGACY, datetime(2019, 4, 1, tzinfo=UTC))
        found = rescued(gone, LEGACY)
        assert isinstance(found, Rescued)
        with Archive.open(gone.archive) as archive:
            told = "\n".join(lines(explain(archive, ref_of(LEGACY).key)))
        assert f"archive: {WAYBACK}" in told
        assert found.record_id in told

    def test_it_is_on_the_posts_page(self, gone: Town) -> None:
        gone.run(gone.page([LEGACY]))
        archived(gone, LEGACY, datetime(2019, 4, 1, tzinfo=UTC))
        rescued(gone, LEGACY)
        with Library([gone.archive]) as library:
            page = (
                Client(create_app(library)).get(f"/archives/{library.shelves[0].slug}/posts/{ref_of(LEGACY).key}").text
            )
        assert f"Rescued from <bdi>{WAYBACK}</bdi>" in page
        assert LEGACY.text in page

    def test_an_extract_takes_it_along(self, gone: Town) -> None:
        gone.run(gone.page([LEGACY]))
        archived(gone, LEGACY, datetime(2019, 4, 1, tzinfo=UTC))
        found = rescued(gone, LEGACY)
        assert isinstance(found, Rescued)
        path = gone.folder / "extract.warc.gz"
        with Archive.open(gone.archive) as archive, path.open("wb") as out:
            write_extract(archive, Selection(), out, name=path.name, created=STARTED)
        with Archive.view([path]) as view:
            assert view.catalogue.capture(found.record_id) is not None
            assert len(rescues(view, ref_of(LEGACY).key)) == 1

    def test_it_is_concluded_again(self, gone: Town) -> None:
        archived(gone, LEGACY, datetime(2019, 4, 1, tzinfo=UTC))
        rescued(gone, LEGACY)
        with Archive.view(sorted((gone.archive / "archive").iterdir())) as view:
            checks = {check.name: check for check in check_conclusions(view)}
            assert (checks["rescues"].verdict, checks["rescues"].checked) == (Verdict.SOUND, 1)
            assert check_references(view).verdict is Verdict.SOUND

    @pytest.mark.parametrize("field", ["text", "captured_at", "archive", "original"])
    def test_what_does_not_follow_from_the_copy_is_damage(self, gone: Town, field: str) -> None:
        archived(gone, LEGACY, datetime(2019, 4, 1, tzinfo=UTC))
        rescued(gone, LEGACY)
        key = ref_of(LEGACY).key
        with Archive.open(gone.archive, write=True) as archive, archive.session(description="forged") as session:
            record_id, true, _ = rescues(archive, key)[0]
            assert true is not None
            basis = archive.conclusion(record_id).basis
            values: dict[str, dict[str, Any]] = {
                "text": {"post": msgspec.structs.replace(true.post, text="The lamp is lit.")},
                "captured_at": {"captured_at": datetime(2019, 4, 2, tzinfo=UTC)},
                "archive": {"archive": "archive.example"},
                "original": {"original": page_of(LOST)},
            }
            forged = msgspec.structs.replace(true, **values[field])
            session.write_conclusion(Conclusion(archiver=1, rescue=forged, basis=basis), true.record_id)
        with Archive.view(sorted((gone.archive / "archive").iterdir())) as view:
            checks = {check.name: check for check in check_conclusions(view)}
        assert (checks["rescues"].verdict, checks["rescues"].found) == (Verdict.DAMAGED, 1)
