"""The whole command: quotations, embeds, copies, rescue and saving come together in one finding, and again offline."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from archiver.auditing import AskCopies, Finding, Plan
from archiver.auditing.finding import EmbedStanding, QuoteVerdict
from archiver.store import Archive
from tests.town import CONTROL, DELETED, FLATTENED, LEFTOVERS, PICTURED, RENAMED, STARTED, Town, document
from tests.web_twin import Fault, Picture, Population, PostState, Twin, TwinPost
from tests.web_twin.wire import Reply

SCRIPT = '<script async src="https://platform.twitter.com/widgets.js" charset="utf-8"></script>'


def edited(town: Town, change: Callable[[str], str], post: TwinPost = PICTURED) -> None:
    """Archive an article whose markup was changed."""
    page = town.page([post])
    changed = change(page.read_text(encoding="utf-8"))
    assert changed != page.read_text(encoding="utf-8")
    page.write_text(changed, encoding="utf-8")
    town.run(page)
    town.clock.go(days=1)


def look(town: Town, **plan: Any) -> Finding:
    (finding,) = town.audit(plan=Plan(**plan))
    return finding


class TestQuotes:
    def test_the_words_of_the_post(self, town: Town) -> None:
        town.run(town.page([PICTURED]))
        assert look(town).quote in (QuoteVerdict.EXACT, QuoteVerdict.TRIVIAL)

    def test_a_changed_word_is_shown(self, town: Town) -> None:
        edited(town, lambda html: html.replace("west of the red buoy", "east of the red buoy"))
        finding = look(town)
        assert finding.quote is QuoteVerdict.ALTERED
        assert finding.citations[0].quote is not None
        (change,) = finding.citations[0].quote.changes
        assert (change.printed, change.posted) == ("east", "west")
        assert "quote altered" in finding.remarks

    def test_the_worst_of_two_articles_counts(self, town: Town) -> None:
        edited(town, lambda html: html.replace("since midnight", "since noon"))
        town.run(town.page([PICTURED], name="faithful.html"))
        finding = look(town)
        assert finding.quote is QuoteVerdict.ALTERED
        verdicts = [cite.quote.verdict for cite in finding.citations if cite.quote]
        assert verdicts[0] is QuoteVerdict.ALTERED
        assert verdicts[1] is not QuoteVerdict.ALTERED

    def test_what_was_quoted_before_an_edit_is_faithful(self, town: Town) -> None:
        town.run(town.page([PICTURED]))
        town.clock.go(days=1)
        town.twin.population.change(PICTURED.id, text="The lamp on the outer skerry burns again. All is well.")
        finding = look(town)
        assert finding.edited
        assert finding.quote in (QuoteVerdict.EXACT, QuoteVerdict.TRIVIAL)
        assert finding.citations[0].quote is not None
        assert finding.citations[0].quote.version is not None

    def test_two_translations_left_other_words(self, town: Town) -> None:
        town.run(town.write("left.txt", LEFTOVERS))
        finding = look(town)
        assert finding.quote is QuoteVerdict.TRANSLATED
        assert "quote translated" in finding.remarks

    def test_of_a_missing_post_the_words_seen_before_count(self, town: Town) -> None:
        edited(town, lambda html: html.replace("west of the red buoy", "east of the red buoy"))
        town.twin.population.change(PICTURED.id, state=PostState.DELETED)
        assert look(town).quote is QuoteVerdict.ALTERED

    def test_without_a_record_nothing_is_said(self, town: Town) -> None:
        town.twin.population.change(DELETED.id, archived=())
        town.run(town.page([DELETED]))
        finding = look(town)
        assert finding.quote is None
        assert finding.citations[0].quote is not None
        assert finding.citations[0].quote.verdict is QuoteVerdict.UNKNOWN


class TestEmbeds:
    def test_one_that_is_drawn(self, town: Town) -> None:
        town.run(town.page([PICTURED]))
        finding = look(town)
        assert not finding.embed_broken
        assert finding.citations[0].embed is not None
        assert finding.citations[0].embed.standing is EmbedStanding.WORKS

    def test_one_of_which_only_text_is_left(self, town: Town) -> None:
        town.run(town.write("left.txt", LEFTOVERS))
        finding = look(town)
        assert finding.embed_broken
        assert finding.citations[0].embed is not None
        assert finding.citations[0].embed.standing is EmbedStanding.LOST

    def test_words_beside_an_embed_that_shows_the_post_are_no_loss(self, town: Town) -> None:
        page = town.page([FLATTENED])
        signed = LEFTOVERS.splitlines()[4]
        page.write_text(page.read_text().replace("</body>", f"<p>{signed}</p></body>"))
        town.run(page)
        finding = look(town)
        assert {cite.embed.standing for cite in finding.citations if cite.embed} >= {EmbedStanding.LOST}
        assert not finding.embed_broken

    def test_of_an_article_whose_record_was_altered_the_posts_are_looked_at_all_the_same(self, town: Town) -> None:
        town.run(town.page([PICTURED]))
        with Archive.open(town.archive) as archive:
            ((_, capture_id),) = archive.catalogue.articles()
            capture = archive.catalogue.capture(capture_id)
            assert capture is not None
        path = town.archive / "archive" / capture.file
        data = bytearray(path.read_bytes())
        data[capture.offset + capture.length // 2] ^= 0x55
        path.write_bytes(data)
        finding = look(town)
        assert finding.state.value == "live"
        assert finding.citations[0].embed is None

    def test_of_a_post_that_is_missing_the_embed_is_not_what_is_broken(self, town: Town) -> None:
        town.run(town.write("left.txt", LEFTOVERS))
        town.twin.population.change(FLATTENED.id, state=PostState.DELETED)
        assert not look(town).embed_broken


class TestMedia:
    def test_each_file_is_asked_for_where_that_is_wanted(self, town: Town) -> None:
        town.run(town.page([PICTURED]))
        picture = PICTURED.media[0].key
        before = len(town.twin.hits("pbs.twimg.com"))
        look(town)
        assert len(town.twin.hits("pbs.twimg.com")) == before
        assert look(town, media=True).media_gone == ()
        assert len(town.twin.hits("pbs.twimg.com")) > before
        town.twin.host("pbs.twimg.com", lambda _: Reply(status=404))
        (gone,) = look(town, media=True).media_gone
        assert picture in gone

    def test_so_many_of_one_post_are_asked_for(self, town: Town) -> None:
        town.twin.population.change(PICTURED.id, media=(Picture(key="SkerryLampA"), Picture(key="SkerryLampB")))
        town.run(town.page([PICTURED]))
        town.twin.host("pbs.twimg.com", lambda _: Reply(status=404))
        settings = town.settings()
        capture = msgspec.structs.replace(settings.capture, max_media_per_post=1)
        (finding,) = town.audit(settings=msgspec.structs.replace(settings, capture=capture), plan=Plan(media=True))
        assert len(finding.media_gone) == 1

    def test_offline_they_are_looked_for_among_what_is_stored(self, town: Town) -> None:
        town.run(town.page([PICTURED]))
        town.twin.host("pbs.twimg.com", lambda _: Reply(status=404))
        town.clock.go(days=1)
        gone = look(town, media=True).media_gone
        assert gone
        (finding,) = town.audit(plan=Plan(media=True), offline=True, conclude=False)
        assert finding.media_gone == gone

    def test_a_refusal_says_nothing_of_them(self, town: Town) -> None:
        town.twin.population.change(PICTURED.id, media=(Picture(key="SkerryLampA"), Picture(key="SkerryLampB")))
        town.run(town.page([PICTURED]))
        town.twin.fault("pbs.twimg.com", Fault.FORBIDDEN)
        assert look(town, media=True).media_gone == ()


@pytest.fixture
def bare(make_twin: Callable[..., Twin], town: Town) -> Town:
    """The town with posts that no web archive has."""
    posts = [replace(post, archived=()) for post in (PICTURED, RENAMED)]
    town.twin = make_twin(Population([CONTROL, *posts]), clock=STARTED)
    town.twin.wayback.spn.now = lambda: datetime.fromtimestamp(town.clock.monotonic(), UTC)
    return town


class TestCopies:
    def test_the_own_one_costs_no_question(self, town: Town) -> None:
        town.run(town.page([PICTURED]))
        before = len(town.twin.hits("web.archive.org"))
        finding = look(town)
        assert finding.copies is not None
        assert [place.where for place in finding.copies.places] == ["archive"]
        assert finding.never_captured is False
        assert len(town.twin.hits("web.archive.org")) == before

    def test_of_what_is_missing_or_of_all(self, town: Town) -> None:
        town.run(town.page([FLATTENED, DELETED]))
        live, missing = town.audit(plan=Plan(copies=AskCopies.MISSING))
        assert live.copies is not None
        assert missing.copies is not None
        assert live.copies.asked == ("archive",)
        assert "web.archive.org" in missing.copies.asked
        live, _ = town.audit(plan=Plan(copies=AskCopies.ALL))
        assert live.copies is not None
        assert "web.archive.org" in {place.where for place in live.copies.places}

    def test_an_archive_knows_it_by_the_name_that_its_account_had(self, town: Town) -> None:
        town.run(town.page([FLATTENED]))
        town.twin.population.rename(FLATTENED.account.handle, "keeper_of_skerry", STARTED - timedelta(days=1))
        finding = look(town, copies=AskCopies.ALL)
        assert finding.renamed_from == FLATTENED.account.handle
        assert finding.copies is not None
        (place,) = [place for place in finding.copies.places if place.where == "web.archive.org"]
        assert f"/{FLATTENED.account.handle}/" in place.address

    def test_nobody_has_one(self, bare: Town) -> None:
        bare.twin.population.change(PICTURED.id, state=PostState.DELETED)
        bare.run(bare.page([PICTURED]))
        finding = look(bare, copies=AskCopies.MISSING)
        assert finding.never_captured is True
        assert "never captured" in finding.remarks


class TestRescue:
    def test_a_missing_post_comes_back_as_evidence(self, town: Town) -> None:
        town.run(town.page([DELETED], "embeds"))
        words = look(town).text
        finding = look(town, rescue=True)
        assert finding.rescued is not None
        assert finding.rescued.archive == "web.archive.org"
        assert finding.rescued.text == DELETED.text == words
        assert finding.since == finding.rescued.captured_at
        assert finding.since is not None
        assert finding.missing_by is not None
        assert finding.since < finding.missing_by
        assert "rescued from web.archive.org" in finding.remarks
        asked = len(town.twin.hits("web.archive.org"))
        assert look(town).rescued == finding.rescued
        assert len(town.twin.hits("web.archive.org")) == asked

    def test_what_nobody_has_is_told(self, bare: Town) -> None:
        bare.twin.population.change(PICTURED.id, state=PostState.DELETED)
        bare.run(bare.page([PICTURED]))
        finding = look(bare, rescue=True)
        assert finding.rescued is None
        assert finding.not_rescued
        assert "not rescued" in finding.remarks

    def test_a_post_that_is_there_needs_none(self, town: Town) -> None:
        town.run(town.page([RENAMED]))
        finding = look(town, rescue=True)
        assert (finding.rescued, finding.not_rescued) == (None, None)


class TestSave:
    def test_counts_when_the_index_shows_it(self, bare: Town, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("ARCHIVER_SAVE_KEY", "key")
        monkeypatch.setenv("ARCHIVER_SAVE_SECRET", "secret")
        bare.twin.wayback.spn.keys = {"key:secret"}
        bare.run(bare.page([PICTURED]))
        finding = look(bare, save=True)
        assert finding.saved is not None
        assert finding.saved.outcome == "confirmed"
        assert "saving confirmed" in finding.remarks

    def test_what_is_missing_is_not_saved(self, bare: Town) -> None:
        bare.run(bare.page([PICTURED]))
        bare.twin.population.change(PICTURED.id, state=PostState.DELETED)
        assert look(bare, save=True).saved is None


class TestCommand:
    def test_all_of_it_and_again_offline(self, town: Town) -> None:
        pages = town.page([PICTURED, DELETED], name="one.html"), town.write("left.txt", LEFTOVERS)
        arguments = ("audit", *pages, "--archive", town.archive, "--config", town.config(), "--copies", "all")
        live = town.command(*arguments, "--rescue", "--media")
        assert live.exit_code == 1
        offline = town.command("audit", *pages, "--archive", town.archive, "--offline")
        for one, other in zip(live.stdout.splitlines(), offline.stdout.splitlines(), strict=True):
            told, again = json.loads(one), json.loads(other)
            told.pop("copies"), again.pop("copies")  # offline nobody is asked for them, unless that is wanted
            assert told == again

    def test_report_and_figures(self, town: Town) -> None:
        town.run(town.page([PICTURED, DELETED]))
        report, figures = town.folder / "report.html", town.folder / "figures.json"
        done = town.command("audit", town.archive, "--config", town.config(), "--html", report, "--figures", figures)
        assert done.exit_code == 1
        told = json.loads(figures.read_bytes())
        assert told["overall"]["posts"] == 2
        page = report.read_text(encoding="utf-8")
        assert DELETED.text in page
        assert "seen once" in page
        assert 'href="http://127.0.0.1:8080/archives/' in page

    def test_a_report_for_another_place_links_there(self, town: Town) -> None:
        town.run(town.page([PICTURED]))
        report = town.folder / "report.html"
        base = "https://replay.example"
        town.command("audit", town.archive, "--offline", "--html", report, "--replay-base", base)
        page = report.read_text(encoding="utf-8")
        assert f'href="{base}/archives/' in page
        assert "127.0.0.1" not in page

    def test_a_report_lists_all_and_marks_what_changed(self, town: Town) -> None:
        """As the ready schedules ask for it: the file is written anew each time, also where nothing is new."""
        town.run(town.page([PICTURED, DELETED]))
        report, figures, last = (town.folder / name for name in ("report.html", "figures.CSV", "last.jsonl"))
        command = ("audit", town.archive, "--config", town.config(), "--html", report, "--diff", last, "-o", last)
        town.command(*command)
        assert "2 findings are otherwise" in report.read_text(encoding="utf-8")
        again = town.command(*command, "--max-age", "99w", "--figures", figures)
        assert again.stdout == ""
        page = report.read_text(encoding="utf-8")
        assert "Compared with the last audit: 0 findings are otherwise" in page
        assert DELETED.text in page
        rows = list(csv.DictReader(figures.read_text(encoding="utf-8").splitlines()))
        told = {(row["table"], row["measure"]): (row["count"], row["of"]) for row in rows if not row["name"]}
        assert told["overall", "missing"] == ("1", "2")

    @pytest.mark.parametrize(
        "options", [["--replay-base", "ftp://a.example/", "--html", "r.html"], ["--replay-base", "http://a.example/"]]
    )
    def test_a_replay_that_cannot_be_linked_to_is_told_at_once(self, town: Town, options: list[str]) -> None:
        town.run(town.page([PICTURED]))
        before = len(town.twin.log)
        done = town.command("audit", town.archive, "--config", town.config(), *options)
        assert (done.exit_code, len(town.twin.log)) == (2, before)

    @pytest.mark.parametrize("option", ["--rescue", "--save"])
    def test_what_asks_the_network_is_no_matter_of_offline(self, town: Town, option: str) -> None:
        assert town.command("audit", "--offline", option, "--archive", town.archive).exit_code == 2

    @pytest.mark.parametrize("option", ["--html", "--figures", "-o"])
    @pytest.mark.parametrize(
        "where", ["nowhere/file", "archive of the town/catalogue.db", "archive of the town/archive/a"]
    )
    def test_a_file_that_cannot_be_or_must_not_be_made_is_told_at_once(
        self, town: Town, option: str, where: str
    ) -> None:
        town.run(town.page([PICTURED]))
        before = len(town.twin.log)
        done = town.command("audit", town.archive, "--config", town.config(), option, town.folder / where)
        assert done.exit_code == 2
        assert len(town.twin.log) == before

    def test_lists_and_articles_together(self, town: Town) -> None:
        rows = (
            f"url,quote\n{PICTURED.url},The lamp on the outer skerry is bright since midnight & the horn is silent.\n"
        )
        listed = town.write("posts.csv", rows)
        page = town.page([RENAMED])
        done = town.command("audit", listed, page, RENAMED.url, "--archive", town.archive, "--config", town.config())
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        assert [line["post_id"] for line in lines] == [PICTURED.id, RENAMED.id]
        assert lines[0]["quote"] == "altered"
        assert len(lines[1]["citations"]) == 2

    def test_an_article_without_posts(self, town: Town) -> None:
        page = town.write("none.html", document("<p>Nobody is cited here.</p>"))
        done = town.command("audit", page, "--archive", town.archive, "--config", town.config())
        assert (done.exit_code, done.stdout) == (0, "")
        assert "no cited post" in done.stderr
