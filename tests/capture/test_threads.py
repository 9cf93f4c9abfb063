"""Several posts at once: the same results in the same order, nothing lost, and a way to stop."""

from __future__ import annotations

import sqlite3
import threading
import time
from typing import Any

import msgspec
import pytest

from archiver.capture import ArchivedPost
from archiver.capture import job as job_module
from archiver.capture.documents import documents
from archiver.errors import ConfigError, NetworkError
from archiver.exchange import Exchange
from archiver.model import State
from archiver.store import Archive
from archiver.web.once import KEPT, FetchOnce, StoppedError
from tests.town import CLERK, FLATTENED, KEEPER, REWORDED, Town, at, document
from tests.web_twin import Fault, PostState, TwinPost

MANY = 24


@pytest.fixture
def many(town: Town) -> list[TwinPost]:
    """More posts than threads, every third gone."""
    posts = [
        TwinPost(
            account=CLERK,
            created=at(8, minute),
            text=f"The board has met for {minute} minutes and has not said a word of the lamp.",
            state=PostState.DELETED if minute % 3 == 0 else PostState.LIVE,
        )
        for minute in range(1, MANY + 1)
    ]
    for post in posts:
        town.twin.population.add(post)
    return posts


def told(posts: list[ArchivedPost]) -> list[tuple[str | None, State, int, str]]:
    return [(post.post_id, post.state, post.media, post.reason) for post in posts]


class TestThreads:
    def test_the_same_results_in_document_order(self, town: Town, many: list[TwinPost]) -> None:
        page = town.page(many)
        alone = told(town.run(page, path=town.folder / "one", settings=town.settings(threads=1)))
        together = told(town.run(page, path=town.folder / "eight", settings=town.settings(threads=8)))
        assert together == alone
        assert [post_id for post_id, *_ in together] == [post.id for post in many]

    def test_no_record_is_lost(self, town: Town, many: list[TwinPost]) -> None:
        page = town.page(many)
        for name, threads in (("one", 1), ("eight", 8)):
            town.run(page, path=town.folder / name, settings=town.settings(threads=threads))
        kept = []
        for name in ("one", "eight"):
            with Archive.open(town.folder / name) as archive:
                rows = archive.catalogue.rows("captures")
                assert len({row[3] for row in rows}) == len(rows)
                seals = [row for row in rows if row[5].startswith("urn:archiver:seal:")]  # they name their file
                assert len(seals) == 1
                kept.append(sorted((row[4], row[5]) for row in rows if row not in seals))
        assert kept[0] == kept[1]

    def test_a_reader_of_the_catalogue_disturbs_nobody(self, town: Town, many: list[TwinPost]) -> None:
        """A person looks into the SQLite file while the run writes to it."""
        done = threading.Event()
        seen: list[int] = []

        def look() -> None:
            while not done.wait(0.001):
                with sqlite3.connect(town.archive / "catalogue.db") as db:
                    seen.append(db.execute("SELECT count(*) FROM observations").fetchone()[0])
                db.close()

        town.run(town.page(many[:1]))
        reader = threading.Thread(target=look)
        reader.start()
        try:
            posts = town.run(town.page(many), settings=town.settings(threads=8))
        finally:
            done.set()
            reader.join()
        assert len(posts) == MANY
        assert seen

    def test_two_mentions_of_one_post_are_one_look(self, town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
        """An article that embeds a post and quotes a translation of it, too: both threads are at it at once."""
        confirmed = job_module.confirmed

        def slowly(*arguments: Any) -> Any:
            time.sleep(0.05)
            return confirmed(*arguments)

        monkeypatch.setattr(job_module, "confirmed", slowly)
        embed = town.twin.news.citation(FLATTENED, "embeds", "en")
        reworded = f"<p>Between them.</p><p>{REWORDED} – {KEEPER.name} (@Keeper_Osk) March 9, 2022</p>"
        posts = town.run(town.write("both.html", document(embed + reworded)), settings=town.settings(threads=4))
        assert [post.post_id for post in posts] == [FLATTENED.id] * 2
        with Archive.open(town.archive) as archive:
            assert len(archive.catalogue.observations()) == 1

    def test_one_that_fails_in_the_program_is_raised_and_the_others_are_kept(
        self, town: Town, many: list[TwinPost], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        observe = job_module.observe

        def broken(ref: Any, **options: Any) -> Any:
            if ref.id == many[3].id:
                raise ZeroDivisionError
            return observe(ref, **options)

        monkeypatch.setattr(job_module, "observe", broken)
        with pytest.raises(ZeroDivisionError):
            town.run(town.page(many), settings=town.settings(threads=2))
        with Archive.open(town.archive) as archive:
            assert archive.warnings == []
            seen = {look.post_id for look, _ in archive.catalogue.observations()}
        assert {post.id for post in many[:3]} <= seen


class TestStop:
    def test_what_is_done_comes_out_and_the_rest_is_left(self, town: Town, many: list[TwinPost]) -> None:
        page = town.page(many)
        with town.job() as job:
            job.stop = job.fetcher._stop = lambda: len(town.twin.log) >= 12  # type: ignore[method-assign]
            posts = [post for one in documents([page], town.settings(), job=job) for post in job.run(one)]
        assert 0 < len(posts) < MANY
        with Archive.open(town.archive) as archive:
            assert len(archive.catalogue.mentions()) == MANY
            assert {look.state for look, _ in archive.catalogue.observations()} <= {State.LIVE, State.DELETED}
        assert [post.post_id for post in town.run(page)] == [post.id for post in many]

    def test_a_failure_after_the_stop_concludes_nothing(self, town: Town, many: list[TwinPost]) -> None:
        """Both endpoints fail because the run ends: that is no "unreachable"."""
        town.twin.fault("*", Fault.RESET)
        calls = iter([False] * 4)
        posts = town.run(town.page(many[:3]), stop=lambda: next(calls, True))
        assert posts == []
        with Archive.open(town.archive) as archive:
            assert archive.catalogue.rows("resolutions") == []
            assert archive.catalogue.observations() == []


class Counting:
    """A fetcher that counts, answers with empty exchanges, and redirects `/a` to `/b`."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def fetch(self, url: str, **_: Any) -> Exchange:
        self.asked.append(url)
        headers = (("Location", "/b"),) if url.endswith("/a") else ()
        return Exchange(url=url, time=at(1), status=302 if headers else 200, headers=headers)

    def follow(self, url: str, **options: Any) -> list[Exchange]:
        return [self.fetch(url, **options)]


class TestOnce:
    def test_a_question_is_asked_once_with_its_redirects(self) -> None:
        counting = Counting()
        once = FetchOnce(counting)
        first = once.follow("https://x.example/a")
        assert [exchange.url for exchange in first] == ["https://x.example/a", "https://x.example/b"]
        assert once.follow("https://x.example/a") == first
        assert once.fetch("https://x.example/a") is first[0]
        assert counting.asked == ["https://x.example/a", "https://x.example/b"]

    def test_threads_with_one_question_wait_for_one_answer(self) -> None:
        counting = Counting()
        once = FetchOnce(counting)
        threads = [threading.Thread(target=once.fetch, args=("https://x.example/1",)) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert counting.asked == ["https://x.example/1"]

    def test_what_is_kept_is_bounded(self) -> None:
        counting = Counting()
        once = FetchOnce(counting)
        for number in range(KEPT + 1):
            once.fetch(f"https://x.example/{number}")
        once.fetch(f"https://x.example/{KEPT}")
        assert len(counting.asked) == KEPT + 1
        once.fetch("https://x.example/0")
        assert len(counting.asked) == KEPT + 2

    def test_a_failure_after_the_stop_is_no_answer(self) -> None:
        """The connection may have been closed because the run ends."""

        class Closed(Counting):
            def fetch(self, url: str, **_: Any) -> Exchange:
                raise NetworkError("the connection broke", subject=url)

        looks = iter([False, True])
        once = FetchOnce(Closed(), stop=lambda: next(looks, False))
        with pytest.raises(StoppedError):
            once.fetch("https://x.example/1")
        with pytest.raises(NetworkError):
            once.fetch("https://x.example/1")
        assert once.failed == 1

    def test_stopped(self) -> None:
        counting = Counting()
        once = FetchOnce(counting, stop=lambda: True)
        with pytest.raises(StoppedError):
            once.fetch("https://x.example/1")
        assert counting.asked == []


@pytest.mark.parametrize("control", [{"x": "no id"}, {"nowhere": "20"}, {"x": ""}])
def test_a_control_post_that_cannot_be_one(town: Town, control: dict[str, str]) -> None:
    settings = town.settings()
    audit = msgspec.structs.replace(settings.audit, control=control)
    with pytest.raises(ConfigError, match="control"), town.job(settings=msgspec.structs.replace(settings, audit=audit)):
        pass
    assert not town.archive.exists()
