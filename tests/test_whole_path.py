"""The main job end to end, over real TLS against the twin: what is cited is found, worked out, stored and told."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from fastwarc import ArchiveIterator as FastIterator
from warcio.archiveiterator import ArchiveIterator

from archiver.capture import ArchivedPost
from archiver.capture import job as job_module
from archiver.errors import LimitError
from archiver.model import Mention, Outcome, PostRef, State
from archiver.store import Archive
from archiver.store.conclusions import parse_conclusion
from tests.others import warcio_check
from tests.town import (
    ALIKE,
    DECOYS,
    DELETED,
    FLATTENED,
    LEFTOVERS,
    NEVER_STORED,
    PICTURED,
    RENAMED,
    Town,
    at,
    document,
)
from tests.web_twin import Fault, PostState, Reply, Request, TwinPost


def told(posts: list[ArchivedPost]) -> list[tuple[str, str, str | None]]:
    return [(post.outcome.value, post.state.value, post.post_id) for post in posts]


def segments(town: Town) -> list[Path]:
    return sorted((town.archive / "archive").iterdir())


def types_and_uris(path: Path) -> list[tuple[str, str]]:
    with path.open("rb") as file:
        return [
            (record.rec_type, record.rec_headers.get_header("WARC-Target-URI") or "")
            for record in ArchiveIterator(file)
        ]


def count(town: Town, table: str) -> int:
    with Archive.open(town.archive) as archive:
        return len(archive.catalogue.rows(table))


def check(paths: list[Path]) -> None:
    """`warcio check` finds nothing, and finds digests."""
    sound, said = warcio_check(paths)
    assert sound, said
    assert "digest pass" in said


class TestPermalinks:
    def test_each_post_is_worked_out_and_told_in_document_order(self, town: Town) -> None:
        posts = town.run(town.page([RENAMED, DELETED, PICTURED]))
        assert told(posts) == [
            ("resolved", "live", RENAMED.id),
            ("resolved", "deleted", DELETED.id),
            ("resolved", "live", PICTURED.id),
        ]

    def test_page_record_and_media_are_stored(self, town: Town) -> None:
        (post,) = town.run(town.page([PICTURED]))
        assert post.media == 2  # the picture and the author's avatar
        stored = {uri for kind, uri in types_and_uris(segments(town)[0]) if kind == "response"}
        hosts = {uri.split("/")[2] for uri in stored}
        assert hosts == {"cdn.syndication.twimg.com", "publish.twitter.com", "x.com", "pbs.twimg.com"}
        assert PICTURED.url in stored

    def test_a_deleted_post_keeps_its_absence_and_its_archived_words(self, town: Town) -> None:
        (post,) = town.run(town.page([DELETED]))
        assert post.text == DELETED.text
        with Archive.open(town.archive) as archive:
            captures = [archive.catalogue.capture(record_id) for record_id in post.evidence]
        assert all(captures)
        assert {(c.status, c.target_uri.split("/")[2]) for c in captures if c} >= {
            (404, "publish.twitter.com"),
            (404, "cdn.syndication.twimg.com"),
            (200, "web.archive.org"),
        }

    def test_a_failed_picture_is_told_and_the_rest_kept(self, town: Town) -> None:
        town.twin.fault("pbs.twimg.com", Fault.SERVER_ERROR, path="/media/")
        (post,) = town.run(town.page([PICTURED]))
        assert (post.state, post.media) == (State.LIVE, 1)
        assert [url.split("?")[0] for url in post.media_failed] == [
            f"https://pbs.twimg.com/media/{PICTURED.media[0].key}.jpg"
        ]


class TestSettings:
    def capture(self, town: Town, **changes: Any) -> ArchivedPost:
        settings = town.settings()
        settings = msgspec.structs.replace(settings, capture=msgspec.structs.replace(settings.capture, **changes))
        (post,) = town.run(town.page([PICTURED]), settings=settings)
        return post

    def test_without_media(self, town: Town) -> None:
        assert self.capture(town, media=False).media == 0
        assert town.twin.hits("pbs.twimg.com") == []
        assert town.twin.hits("x.com") != []

    def test_without_pages(self, town: Town) -> None:
        assert self.capture(town, pages=False).media == 2
        assert town.twin.hits("x.com") == []

    def test_a_longer_media_file_is_stored_as_cut_and_told(self, town: Town) -> None:
        post = self.capture(town, max_media_bytes=40)
        assert post.media == 0
        assert len(post.media_failed) == 2
        with Archive.open(town.archive) as archive:
            cut = {row[5]: row[16] for row in archive.catalogue.rows("captures") if row[4] == "response" and row[16]}
        assert set(cut.values()) == {"length"}
        assert len(cut) == 2

    def test_so_many_media_and_no_more(self, town: Town) -> None:
        assert self.capture(town, max_media_per_post=1).media == 1


class TestWithoutPermalink:
    def test_reworded_text_finds_the_live_post_and_no_decoy(self, town: Town) -> None:
        """The handle is in the wrong case, the name has lost its first letter, the words were translated twice."""
        (post,) = town.run(town.write("left.txt", LEFTOVERS))
        assert told([post]) == [("resolved", "live", FLATTENED.id)]
        assert post.text == FLATTENED.text
        assert post.score is not None
        assert post.score > 0.8

    def test_a_deleted_post_is_found_in_the_web_archive(self, town: Town) -> None:
        posts = town.run(town.page([DELETED], "flattened"))
        assert told(posts) == [("resolved", "deleted", DELETED.id)]

    def test_a_renamed_account_is_found_under_its_old_handle(self, town: Town) -> None:
        name = RENAMED.account.name
        signed = f"{RENAMED.text} — {name} (@skerry_port) March 9, 2022"
        text = f"The company was sure of itself.\n\n{signed}\n\nIt was wrong.\n"
        (post,) = town.run(town.write("renamed.txt", text))
        assert told([post]) == [("resolved", "live", RENAMED.id)]
        assert post.handle == "skerry_harbour"

    @pytest.mark.parametrize("decoy", DECOYS, ids=lambda decoy: decoy.id)
    def test_decoys_of_the_same_author_and_day_never_win(self, town: Town, decoy: TwinPost) -> None:
        town.twin.population.change(FLATTENED.id, created=at(16), archived=(), state=PostState.DELETED)
        (post,) = town.run(town.write("left.txt", LEFTOVERS))
        assert post.outcome is not Outcome.RESOLVED
        assert post.post_id is None
        with Archive.open(town.archive) as archive:
            found = archive.catalogue.resolution(post.mention_id)
        assert found is not None
        assert decoy.id in [candidate.post.id for candidate in found[0].candidates]

    def test_two_posts_with_the_same_words_are_not_sure(self, town: Town) -> None:
        assert told(town.run(town.page([ALIKE[0]], "flattened"))) == [("ambiguous", "unresolved", None)]

    def test_a_post_that_nobody_kept_stays_a_reference(self, town: Town) -> None:
        (post,) = town.run(town.page([NEVER_STORED], "flattened"))
        assert told([post]) == [("unresolved", "unresolved", None)]
        assert (post.handle, post.date, post.reason) == ("gone_ferryman", "2022-03-09", "no candidate was found")

    @pytest.mark.parametrize("fault", [Fault.TOO_MANY, Fault.SERVER_ERROR, Fault.RESET, Fault.FORBIDDEN])
    def test_an_index_that_refuses_is_not_an_empty_one(self, town: Town, fault: Fault) -> None:
        town.twin.fault("web.archive.org", fault, path="/cdx/")
        (post,) = town.run(town.page([NEVER_STORED], "flattened"))
        assert post.outcome is Outcome.UNRESOLVED
        assert "not all could be asked" in post.reason
        town.twin.clear_faults()
        (again,) = town.run(town.page([NEVER_STORED], "flattened"))
        assert again.reason == "no candidate was found"

    def test_an_excluded_account_is_not_an_empty_one(self, town: Town) -> None:
        town.twin.wayback.excluded |= {"twitter.com", "x.com", "mobile.twitter.com"}
        (post,) = town.run(town.page([NEVER_STORED], "flattened"))
        assert "excluded" in post.reason


class TestTheArticle:
    def test_from_an_address_its_exchange_is_stored(self, town: Town) -> None:
        url = town.publish([PICTURED])
        town.run(url)
        records = types_and_uris(segments(town)[0])
        assert records[:3] == [("warcinfo", ""), ("request", url), ("response", url)]
        assert ("metadata", f"urn:archiver:article:{url}") in records
        with Archive.open(town.archive) as archive:
            ((article, record_id),) = archive.catalogue.articles()
            capture = archive.catalogue.capture(record_id)
        assert (article.uri, article.source) == (url, url)
        assert capture is not None
        assert (capture.record_type, capture.status) == ("response", 200)

    def test_from_a_file_it_becomes_a_resource_without_the_path(self, town: Town) -> None:
        page = town.page([PICTURED])
        town.run(page)
        with Archive.open(town.archive) as archive:
            ((article, record_id),) = archive.catalogue.articles()
            capture = archive.catalogue.capture(record_id)
            assert capture is not None
            with archive.open_record(capture)[1] as block:
                assert block.read() == page.read_bytes()
        assert capture.record_type == "resource"
        assert article.uri.startswith("ni:///sha-256;")
        assert str(town.folder) not in capture.target_uri

    def test_from_a_warc_of_another_run(self, town: Town) -> None:
        url = town.publish([PICTURED, DELETED])
        town.run(url)
        first = segments(town)[0]
        town.archive = town.folder / "second"
        posts = town.run(first)
        assert [post.post_id for post in posts] == [PICTURED.id, DELETED.id]
        assert {post.source for post in posts} == {f"{first}#{url}"}


class TestOtherReaders:
    def test_warcio_finds_every_digest_right(self, town: Town) -> None:
        town.run(town.publish([PICTURED, DELETED]), town.write("left.txt", LEFTOVERS))
        check(segments(town))

    def test_fastwarc_reads_the_same_records(self, town: Town) -> None:
        town.run(town.page([PICTURED, DELETED]))
        path = segments(town)[0]
        with path.open("rb") as file:
            fast = [
                (record.headers["WARC-Type"], record.headers.get("WARC-Target-URI") or "", record.verify_block_digest())
                for record in FastIterator(file, parse_http=False)
            ]
        assert [(kind, uri) for kind, uri, _ in fast] == types_and_uris(path)
        assert all(right for _, _, right in fast)

    def test_every_record_is_a_gzip_member_of_its_own(self, town: Town) -> None:
        town.run(town.page([PICTURED]))
        path = segments(town)[0]
        with Archive.open(town.archive) as archive:
            captures = archive.catalogue.captures_in(path.name)
        data = path.read_bytes()
        assert sum(capture.length for capture in captures) == len(data)
        for capture in captures:
            member = gzip.decompress(data[capture.offset : capture.offset + capture.length])
            assert member.startswith(b"WARC/1.1\r\n")
            assert member.endswith(b"\r\n\r\n")


class TestConclusions:
    def test_they_refer_to_captures_that_exist(self, town: Town) -> None:
        town.run(town.page([PICTURED, DELETED, ALIKE[0]]), town.write("left.txt", LEFTOVERS))
        ids: set[str] = set()
        conclusions = []
        with segments(town)[0].open("rb") as file:
            for record in ArchiveIterator(file):
                ids.add(record.rec_headers.get_header("WARC-Record-ID").strip("<>"))
                if record.rec_headers.get_header("Content-Type") == "application/json":
                    conclusions.append((record.rec_headers, parse_conclusion(record.content_stream().read())))
        kinds = set()
        for headers, conclusion in conclusions:
            assert conclusion is not None
            if conclusion.seal is not None:
                continue
            assert headers.get_header("WARC-Refers-To").strip("<>") in ids
            for noun in (conclusion.resolution, conclusion.observation):
                if noun is not None:
                    kinds.add(type(noun).__name__)
                    assert noun.evidence
                    assert set(noun.evidence) <= ids
            if conclusion.resolution:
                assert {record for c in conclusion.resolution.candidates for record in c.evidence} <= ids
        assert kinds == {"Resolution", "Observation"}


class TestAgain:
    def test_only_what_is_new_is_added(self, town: Town) -> None:
        sources = (town.publish([PICTURED, DELETED]), town.write("left.txt", LEFTOVERS))
        first = town.run(*sources)
        before = {table: count(town, table) for table in ("articles", "mentions", "resolutions", "posts")}
        looks = count(town, "observations")
        town.clock.go(hours=1)
        second = town.run(*sources)
        assert told(first) == told(second)
        assert {table: count(town, table) for table in before} == before
        assert count(town, "observations") == looks + 3
        added = [kind for kind, _ in types_and_uris(segments(town)[1])]
        assert "resource" not in added
        assert {"revisit", "request", "metadata", "warcinfo"} <= set(added)
        with segments(town)[1].open("rb") as file:
            again = [r for r in ArchiveIterator(file) if r.rec_type == "response"]
            assert all(r.http_headers.get_header("transfer-encoding") == "chunked" for r in again)

    def test_an_unresolved_mention_is_looked_for_again_and_concluded_once(self, town: Town) -> None:
        page = town.page([NEVER_STORED], "flattened")
        town.run(page)
        town.run(page)
        assert count(town, "resolutions") == 1
        town.twin.population.change(NEVER_STORED.id, archived=("json2",))
        (post,) = town.run(page)
        assert (post.outcome, post.post_id) == (Outcome.RESOLVED, NEVER_STORED.id)
        assert count(town, "resolutions") == 2

    def test_the_same_bytes_under_another_path_are_one_article(self, town: Town) -> None:
        page = town.page([PICTURED])
        copy = town.write("copy.html", page.read_bytes())
        town.run(page, copy, page)
        assert count(town, "articles") == 1
        assert sum(uri.startswith("urn:archiver:article:") for _, uri in types_and_uris(segments(town)[0])) == 1

    def test_the_same_bytes_at_two_addresses_are_concluded_once_each(self, town: Town) -> None:
        urls = [town.publish([PICTURED], name) for name in ("one", "two")]
        for _ in range(2):
            town.run(*urls)
        concluded = [
            uri for path in segments(town) for _, uri in types_and_uris(path) if uri.startswith("urn:archiver:article:")
        ]
        assert concluded == [f"urn:archiver:article:{url}" for url in urls]

    @pytest.mark.parametrize("file_first", [True, False])
    def test_a_copy_as_a_file_does_not_take_the_address_from_an_article(self, town: Town, file_first: bool) -> None:
        url = town.publish([PICTURED])
        copy = town.write("copy.html", town.twin.news.pages["night"].html)
        town.run(*((copy, url) if file_first else (url, copy)))
        with Archive.open(town.archive) as archive:
            ((article, capture_id),) = archive.catalogue.articles()
            capture = archive.catalogue.capture(capture_id)
            ((_, mention),) = archive.catalogue.mentions(article.id)
        assert (article.uri, article.source, mention.source) == (url, url, url)
        assert capture is not None
        assert capture.target_uri == url

    def test_a_page_that_was_cut_short_is_told_and_read_as_far_as_it_came(self, town: Town) -> None:
        url = town.publish([PICTURED])
        told_of: list[str] = []
        cut = town.twin.fault("news.example", Fault.CUT)
        assert town.run(url, on_error=lambda source, error: told_of.append(f"{source}: {error.problem}")) == []
        assert cut.hits == 1
        assert told_of == [f"{url}: the page was cut short (disconnect), so posts may be missing"]

    def test_a_post_cited_twice_is_observed_once_in_a_run(self, town: Town) -> None:
        pages = town.page([PICTURED], name="one.html"), town.page([PICTURED, RENAMED], name="two.html")
        posts = town.run(*pages, settings=town.settings(threads=4))
        assert [post.post_id for post in posts] == [PICTURED.id, PICTURED.id, RENAMED.id]
        assert count(town, "observations") == 2
        assert len(town.twin.hits("cdn.syndication.twimg.com", PICTURED.id)) == 1

    def test_a_post_that_is_gone_by_then_keeps_its_evidence(self, town: Town) -> None:
        page = town.page([PICTURED])
        (before,) = town.run(page)
        town.clock.go(days=30)
        town.twin.population.change(PICTURED.id, state=PostState.DELETED)
        (after,) = town.run(page)
        assert (before.state, after.state) == (State.LIVE, State.DELETED)
        assert after.text == PICTURED.text
        with Archive.open(town.archive) as archive:
            looks = [look.state for look, _ in archive.catalogue.observations(f"x:{PICTURED.id}")]
            assert looks == [State.LIVE, State.DELETED]
            for record_id in before.evidence:
                capture = archive.catalogue.capture(record_id)
                assert capture is not None
                assert archive.exchange(capture).status == 200


def unreadable(town: Town) -> Callable[[Request], Reply]:
    """An endpoint that answers for one post in an encoding that nobody has heard of."""

    def answer(request: Request) -> Reply:
        if PICTURED.id not in request.target:
            return town.twin.x(request)
        headers = (("content-type", "application/json"), ("content-encoding", "unheard-of"))
        return Reply(headers=headers, body=b"?")

    return answer


class TestTroubleWithOnePost:
    def test_an_answer_that_cannot_be_read_is_that_posts_alone(self, town: Town) -> None:
        """The other endpoint answers for it."""
        town.twin.host("cdn.syndication.twimg.com", unreadable(town))
        posts = town.run(town.page([PICTURED, RENAMED]))
        assert told(posts) == [("resolved", "live", PICTURED.id), ("resolved", "live", RENAMED.id)]

    @pytest.mark.parametrize(
        ("step", "outcome"), [("resolve", "unresolved"), ("observe", "resolved")], ids=["resolving", "observing"]
    )
    def test_any_limit_that_it_meets_is_told_in_its_result(
        self, town: Town, monkeypatch: pytest.MonkeyPatch, step: str, outcome: str
    ) -> None:
        real = getattr(job_module, step)

        def limited(first: Mention | PostRef, **options: Any) -> Any:
            if PICTURED.id in (getattr(first, "id", None), getattr(first, "post_id", None)):
                raise LimitError("the answer expands more than 200 times", subject="x.com")
            return real(first, **options)

        monkeypatch.setattr(job_module, step, limited)
        posts = town.run(town.page([PICTURED, RENAMED]))
        assert told(posts) == [(outcome, "unresolved", PICTURED.id), ("resolved", "live", RENAMED.id)]
        assert "expands more than 200 times" in posts[0].reason
        assert (posts[0].handle, posts[0].url) == (PICTURED.handle, PICTURED.url)
        assert count(town, "observations") == 1

    def test_a_bomb_is_that_posts_alone(self, town: Town) -> None:
        town.twin.fault("cdn.syndication.twimg.com", Fault.GZIP_BOMB, path=PICTURED.id, size=64 << 20)
        posts = town.run(town.page([PICTURED, RENAMED]))
        assert [(post.state, post.post_id) for post in posts][1] == (State.LIVE, RENAMED.id)

    def test_a_fault_in_the_program_is_not_hidden(self, town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
        def broken(*_: object, **__: object) -> None:
            raise ZeroDivisionError

        monkeypatch.setattr(job_module, "observe", broken)
        with pytest.raises(ZeroDivisionError):
            town.run(town.page([PICTURED]))
        assert count(town, "articles") == 1


def test_an_article_without_posts_is_stored(town: Town) -> None:
    assert town.run(town.write("none.html", document("<p>Nobody is cited.</p>"))) == []
    assert count(town, "articles") == 1
