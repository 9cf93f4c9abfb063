"""The HTML report. Invariant: whatever strangers wrote, no element, attribute or address of the page is theirs, and the
page stays within its bounds; the same findings give the same bytes."""

from __future__ import annotations

import base64
import hashlib
import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from archiver.auditing.figures.statistics import AGES, YEAR, statistics
from archiver.auditing.figures.survival import Curve, Spell, Step, kaplan_meier
from archiver.auditing.finding import (
    Change,
    Citation,
    Copies,
    CopyPlace,
    Embed,
    EmbedStanding,
    Fidelity,
    Finding,
    Look,
    QuoteVerdict,
    Rescued,
    Saved,
)
from archiver.errors import UsageError
from archiver.model import State
from archiver.replay import Library, create_app
from archiver.replay.shelf import slug_of
from archiver.reporting import html_report, htmlreport
from archiver.reporting.charts import LAYERS, TICKS, columns, survival
from archiver.reporting.overtime import states_over_time
from archiver.reporting.places import Replay, archived_copy
from tests.replay.browsing import CHROMIUM, Tab, browser
from tests.replay.conftest import Client
from tests.replay.staged import LIVE_POST, stage
from tests.replay.test_accessible import complaints

AT = datetime(2026, 11, 30, 12, tzinfo=UTC)
AXE = Path(os.environ.get("AXE_CORE", Path(__file__).parents[2] / ".axe-core" / "package")) / "axe.min.js"
EVIL = '"><script>alert(1)</script><img src=x onerror=alert(1)>\u202egpj.exe\u2066'
ELEMENTS = """
html head meta title style body a header p h1 h2 h3 h4 h5 time main section ul li b strong span div svg defs pattern
path circle rect line text desc g table caption thead tbody tr th td details summary figure figcaption article bdi
blockquote del ins code dl dt dd footer -text
"""
ATTRIBUTES = """
lang charset http-equiv content name class href id rel dir datetime role tabindex scope open width height x y x1 x2 y1
y2 dy cx cy r d viewbox viewBox preserveaspectratio preserveAspectRatio patternunits patternUnits focusable
text-anchor vector-effect aria-label aria-labelledby aria-hidden
"""


WIDER = """[...document.querySelectorAll("main *")].filter((one) => one.getBoundingClientRect().right > innerWidth
    && !one.closest(".scroll, .unseen")).map((one) => one.outerHTML.slice(0, 200)).slice(0, 5)"""
"""What sticks out of the window."""


def days(number: float) -> datetime:
    return AT - timedelta(days=number)


def post(number: int, state: State = State.LIVE, **more: object) -> Finding:
    looks = (Look(seen_at=days(40), state=State.LIVE), Look(seen_at=days(1), state=state, evidence="urn:uuid:1"))
    plain = Finding(
        platform="x",
        post_id=str(number),
        post_key=f"x:{number}",
        url=f"https://x.com/pegel/status/{number}",
        state=state,
        seen_at=days(1),
        since=days(40) if state.missing else days(1),
        missing_by=days(1) if state.missing else None,
        handle="pegel",
        display_name="Pegel Nord",
        created_at=days(400),
        text="The gauge reads 4.2 m.",
        sources=("a.html",),
        evidence=("urn:uuid:1",),
        stored_in="archiver-000001-20261120090000.warc.gz:1097",
        looks=looks,
        language="en",
    )
    return msgspec.structs.replace(plain, **more)


def everything(words: str, url: str = "https://x.com/pegel/status/1", state: State = State.DELETED) -> Finding:
    """A finding in which every text is `words`."""
    citation = Citation(
        source=words,
        mention_id=words,
        article_uri=url,
        title=words,
        published=words,
        language=words,
        embed=Embed(standing=EmbedStanding.BROKEN, reason=words),
        quote=Fidelity(
            verdict=QuoteVerdict.ALTERED,
            reason=words,
            language=words,
            changes=(Change(printed=words, posted=words, before=words),),
            more_changes=3,
        ),
    )
    place = CopyPlace(where=words, address=words, url=url, first=days(9), last=days(3))
    return post(
        1,
        state,
        platform=words,
        post_key=words,
        url=url,
        handle=words,
        display_name=words,
        text=words,
        reason=words,
        control=words,
        sources=(words,),
        evidence=(words,),
        stored_in=f"{words}:12",
        language=words,
        renamed_from=words,
        media_gone=(url, words),
        quote=QuoteVerdict.ALTERED,
        embed_broken=True,
        citations=(citation,),
        copies=Copies(places=(place,), asked=(words,), failed=(words,)),
        rescued=Rescued(
            archive=words,
            memento=url,
            original=words,
            captured_at=days(9),
            record_id=words,
            stored_in=words,
            text=words,
        ),
        saved=Saved(outcome=words, address=words, note=words, url=url),
        day=words,
        changed=(words,),
    )


def report(*findings: Finding, title: str = "Audit", replay_base: str | None = None, **more: object) -> str:
    figures = statistics(findings, at=AT)
    return "".join(html_report(findings, figures, at=AT, title=title, replay_base=replay_base, **more))  # type: ignore[arg-type]


def text_of(page: str, selector: str) -> list[str]:
    return [" ".join(node.text().split()) for node in LexborHTMLParser(page).css(selector)]


class TestWording:
    def test_what_is_missing_since_when(self) -> None:
        page = report(
            post(1, State.DELETED), post(2, State.SUSPENDED, confirmed=True), post(3, State.DELETED, since=None)
        )
        whens = text_of(page, ".finding .when")
        assert "Went missing between 21 October 2026, 12:00:00 UTC and 29 November 2026, 12:00:00 UTC." in whens
        assert "Missing since 29 November 2026, 12:00:00 UTC at the latest; no look ever saw it readable." in whens
        assert text_of(page, "#missing .badge") == ["suspended", "confirmed"]
        assert text_of(page, "#seen-once .badge") == ["deleted", "seen once"] * 2

    def test_what_we_could_not_see_is_called_so_and_never_missing(self) -> None:
        page = report(
            post(1, State.BLOCKED),
            post(2, State.UNREACHABLE),
            post(3, State.UNRESOLVED),
            post(4, State.UNRESOLVED, post_key=None),
        )
        told = text_of(page, "#not-seen .finding .badge")
        assert sorted(told) == ["no answer", "not sure", "not sure", "we were refused"]
        assert sorted(when.partition(":")[0] for when in text_of(page, "#not-seen .when")) == [
            "No answer came",
            "Not sure",
            "Not sure",
            "We were refused",
        ]
        assert text_of(page, ".lede") == ["Of none of 4 posts the state is known."]
        assert "1 where we were refused, 1 without an answer, 2 of which we are not sure" in page

    def test_the_summary_and_the_order(self) -> None:
        page = report(
            post(1),
            post(2, quote=QuoteVerdict.ALTERED),
            post(3, embed_broken=True),
            post(4, copies=Copies(asked=("web.archive.org",))),
            post(5, State.DELETED, confirmed=True, quote=QuoteVerdict.ALTERED),
            post(6, renamed_from="old"),
        )
        assert text_of(page, ".act b") == ["1", "0", "2", "1", "1", "0"]
        assert text_of(report(post(1)), ".act b") == ["0", "0", "–", "–", "–", "0"]
        asked = post(1, copies=everything("tide").copies)
        works = Citation(source="a", mention_id="m", embed=Embed(standing=EmbedStanding.WORKS))
        asked = msgspec.structs.replace(asked, citations=(works,), quote=QuoteVerdict.EXACT)
        assert text_of(report(asked), ".act b") == ["0", "0", "0", "0", "0", "0"]
        assert text_of(page, "details.group > summary") == [
            "Missing, confirmed: 1", "Quote altered: 1", "Embed broken: 1", "Not captured yet: 1", "Changed: 1",
            "Nothing to do: 1",
        ]  # fmt: skip
        parsed = LexborHTMLParser(page)
        for link in parsed.css("a.act, a.skip"):
            assert parsed.css_first(link.attributes["href"] or "") is not None

    def test_a_group_that_stands_above_is_still_found(self) -> None:
        page = report(post(1, State.DELETED, confirmed=True, quote=QuoteVerdict.ALTERED))
        assert text_of(page, "#altered") == ["1 post with “quote altered” stands above."]

    def test_changes_are_told_in_words(self) -> None:
        page = report(everything("tide", state=State.LIVE))
        assert text_of(page, ".changes .row") == ["posted tide", "printed tide"]
        assert text_of(page, ".changes del") == text_of(page, ".changes ins") == ["tide"]
        assert "3 more places in the JSON." in text_of(page, ".changes > li")

    def test_new_since(self) -> None:
        page = report(post(1, State.DELETED), post(2, State.DELETED, missing_by=days(30)), since=days(10))
        assert text_of(page, ".badge").count("new") == 1
        assert (
            text_of(page, "header .facts")[1]
            == "1 post went missing since 20 November 2026, 12:00:00 UTC, marked “new”."
        )

    def test_what_was_lost_without_a_copy_is_no_post_that_can_still_be_captured(self) -> None:
        nobody = Copies(asked=("web.archive.org",))
        page = report(post(1, State.DELETED, copies=nobody), post(2, copies=nobody))
        assert [text_of(page, ".act b")[at] for at in (1, 4)] == ["1", "1"]
        assert text_of(page, ".act strong")[4] == "not captured yet"
        assert "never captured, readable or not22100.0 %34.2 to 100.0 %" in text_of(page, "#figures ~ .scroll tr")
        assert "never captured" in text_of(page, "article .badge")

    def test_each_part_of_a_finding_is_told(self) -> None:
        change = Change(printed="east", posted="west", before="keep to the")
        citation = Citation(
            source="a.html",
            mention_id="m",
            title="A night",
            published="2026-10-02",
            embed=Embed(standing=EmbedStanding.BROKEN, reason="no script is loaded"),
            quote=Fidelity(verdict=QuoteVerdict.ALTERED, reason="One word differs.", changes=(change,), more_changes=2),
        )
        asked = ("web.archive.org", "own.example")
        place = CopyPlace(
            where=asked[0], address="a", first=days(300), last=days(9), count=7, more=True, uncertain=True
        )
        finding = post(
            1,
            State.DELETED,
            reason="both endpoints say so",
            control="x:20 is readable",
            citations=(citation,),
            copies=Copies(places=(place,), asked=asked, failed=("timegate.example: refused",)),
            not_rescued="no copy shows it",
            saved=Saved(outcome="refused", address="https://x.com/saved", note="too many today"),
            renamed_from="pegel_sued",
        )
        (told,) = text_of(report(finding), "article")
        for words in (
            "Went missing between", "both endpoints say so",
            "Control post in the same run: x:20 is readable", "A night", "2 October 2026",
            "Embed: broken (no script is loaded)", "Quotation: altered (One word differs.)", "keep to the", "east",
            "west", "2 more places in the JSON", "web.archive.org: at least 7 copies, 3 February 2026, 12:00:00 UTC to",
            "(not known to show the post)", "Asked: web.archive.org, own.example",
            "Did not answer: timegate.example: refused", "No copy was rescued: no copy shows it",
            "Save request for https://x.com/saved: refused (too many today)", "renamed from @pegel_sued",
        ):  # fmt: skip
            assert words in told

    def test_a_time_after_the_loss_is_not_told_as_its_beginning(self) -> None:
        told = text_of(report(post(1, State.DELETED, since=days(0.5))), ".when")
        assert told == ["Missing since 29 November 2026, 12:00:00 UTC at the latest; no look ever saw it readable."]

    def test_what_is_left_out_is_counted(self) -> None:
        changes = tuple(Change(printed=str(at), posted="x") for at in range(11))
        quote = Fidelity(verdict=QuoteVerdict.ALTERED, reason="", changes=changes, more_changes=30)
        cited = tuple(Citation(source=f"{at}.html", mention_id="m", quote=quote) for at in range(10))
        places = tuple(CopyPlace(where=f"{at}.example", address="a", first=days(9), last=days(9)) for at in range(17))
        looks = tuple(Look(seen_at=days(90 - at), state=State.DELETED) for at in range(24))
        media = tuple(f"https://m.example/{at}.png" for at in range(12))
        finding = post(1, State.DELETED, citations=cited, copies=Copies(places=places), looks=looks, media_gone=media)
        page = report(finding)
        (told,) = text_of(page, "article")
        for words in ("33 more places in", "2 more articles in", "9 more places in", "4 earlier looks in", "4 more in"):
            assert words in told
        seen = text_of(page, ".history time")
        assert (len(seen), seen[0][:17], seen[-1][:17]) == (20, "24 September 2026", "5 September 2026,")
        rows = [post(at, sources=(f"{at:03}.html",)) for at in range(htmlreport.ROWS + htmlreport.MAX_FOLDED + 5)]
        assert "5 rows more are in the figures' JSON." in text_of(report(*rows), ".note")

    def test_what_most_articles_cite_is_first(self) -> None:
        cited = [post(at, State.DELETED, sources=tuple("abc"[: at % 3 + 1])) for at in range(3)]
        page = report(*cited)
        assert [len(it.css(".cited > li")) for it in LexborHTMLParser(page).css("article")] == [3, 2, 1]

    def test_what_changed_is_marked_and_first(self) -> None:
        fine = post(1, changed=("could not be read at the last audit",))
        gone = [post(2, State.DELETED), post(3, State.DELETED, changed=("was live",))]
        page = report(fine, *gone, compared="the last audit")
        assert text_of(page, "header .facts")[1].startswith("Compared with the last audit: 2 findings are otherwise")
        first, second, third = LexborHTMLParser(page).css("article")
        assert ["New: was live" in it.text() for it in (first, second, third)] == [True, False, False]
        assert "could not be read" in third.text()
        assert [badge.text() for badge in first.css(".badge")] == ["deleted", "seen once", "new"]

    def test_a_choice_says_what_it_is_and_never_that_there_is_nothing(self) -> None:
        figures = statistics([post(1, State.DELETED), post(2)], at=AT)
        page = "".join(html_report([], figures, at=AT, title="Audit", only="altered"))
        assert text_of(page, "header .facts")[1].startswith("A choice (only altered): 0 findings of these posts are")
        assert set(text_of(page, ".act b")) == {"–"}
        assert set(text_of(page, ".act span")) == {"None among the findings that are listed."}
        assert "No finding is listed." in page
        assert "No post was looked at" not in page

    def test_articles_of_one_title_are_told_apart_and_folders_are_nobodys_business(self) -> None:
        def cited(source: str, title: str | None) -> Finding:
            citation = Citation(source=source, mention_id="m", title=title)
            return post(int(source[6]), State.DELETED, citations=(citation,), sources=(source,))

        findings = [
            cited(f"/home/{source}.html", title)
            for source, title in (("1/a", "Same"), ("2/b", "Same"), ("3/b", "Same"), ("4/c", None), ("5/d", "Own"))
        ]
        page = report(*findings)
        assert text_of(page, '[aria-label="Share of missing posts, by article."] tbody th') == [
            "Same a.html", "Same /home/2/b.html", "Same /home/3/b.html", "c.html", "Own",
        ]  # fmt: skip
        assert text_of(page, ".cited > li")[0] == "Same a.html"

    def test_a_choice_of_what_the_figures_count(self) -> None:
        findings = [post(at, State.DELETED) for at in range(3)]
        page = "".join(html_report(findings[:1], statistics(findings, at=AT), at=AT, title="Audit"))
        assert text_of(page, "header .facts")[1].startswith("A choice: 1 finding of these posts is listed")
        (lede,) = text_of(page, ".lede")
        assert lede.startswith("Of 3 posts whose state is known, 3 are missing: 100.0 % (95 % confidence interval by")
        assert lede.endswith("43.9 to 100.0 %).")


class TestLinks:
    def test_evidence_in_the_replay(self) -> None:
        place = "/archives/the-town/captures/archiver-000001-20261120090000.warc.gz/1097"
        for base in ("http://127.0.0.1:8080/", "http://127.0.0.1:8080"):
            page = report(post(1, State.DELETED), replay_base=base, slug="the-town")
            links = {node.attributes["href"] for node in LexborHTMLParser(page).css(".finding a")}
            assert links == {
                "https://x.com/pegel/status/1",
                f"http://127.0.0.1:8080{place}",
                "http://127.0.0.1:8080/archives/the-town/posts/x:1",
            }

    def test_they_lead_there(self, tmp_path: Path) -> None:
        staged = stage(tmp_path / "The Harbour")
        gone = staged.captures["gone"]
        finding = post(1, State.DELETED, stored_in=f"{gone.file}:{gone.offset}", post_key=LIVE_POST.key)
        page = report(finding, replay_base="http://127.0.0.1/", slug=slug_of(staged.path))
        links = [node.attributes["href"] or "" for node in LexborHTMLParser(page).css(".finding a")]
        with Library([staged.path]) as library:
            client = Client(create_app(library))
            inside = [client.get(link.removeprefix("http://127.0.0.1")) for link in links if "127.0.0.1" in link]
        assert [answer.status_code for answer in inside] == [200, 200]
        assert gone.record_id in "".join(answer.text for answer in inside)

    def test_without_a_replay_the_record_is_named(self) -> None:
        page = report(post(1, State.DELETED))
        assert "archive/archiver-000001-20261120090000.warc.gz, byte 1097" in text_of(page, ".proof li")
        assert "/archives/warc/captures/FILE/BYTE" in page

    def test_links_tell_nobody_where_they_come_from(self) -> None:
        page = report(everything("tide", "https://news.example/1"), post(2), replay_base="http://127.0.0.1:8080/")
        outward = [
            node for node in LexborHTMLParser(page).css("a") if not (node.attributes["href"] or "").startswith("#")
        ]
        assert len(outward) > 5
        assert {node.attributes["rel"] for node in outward} == {"noreferrer noopener nofollow"}

    def test_the_copy_that_is_linked_to_is_known_to_show_the_post(self) -> None:
        def place(url: str, last: float, *, uncertain: bool = False) -> CopyPlace:
            return CopyPlace(
                where=url[8:16], address="a", url=url, first=days(300), last=days(last), uncertain=uncertain
            )

        old, late, doubtful = "https://web.a.example/1", "https://web.b.example/2", "https://web.c.example/3"
        rescued = Rescued(
            archive="w", memento="https://w.example/id_/", original="o", captured_at=days(9), record_id="r"
        )
        saved = Saved(outcome="confirmed", address="a", url="https://w.example/saved")
        places = (place(old, 200), place(late, 100), place(doubtful, 1, uncertain=True))
        assert archived_copy(post(1, copies=Copies(places=places), rescued=rescued, saved=saved)) == late
        assert archived_copy(post(1, copies=Copies(places=places[2:]), rescued=rescued, saved=saved)) == rescued.memento
        assert archived_copy(post(1, saved=saved)) == saved.url
        assert archived_copy(post(1, saved=msgspec.structs.replace(saved, outcome="promised"))) is None

    @pytest.mark.parametrize("base", ["javascript:alert(1)//", "file:///etc", "8080", ""])
    def test_no_other_base(self, base: str) -> None:
        with pytest.raises(UsageError, match="no http or https address"):
            report(post(1), replay_base=base)

    @pytest.mark.parametrize("stored_in", [None, "", "a.warc.gz", "a.warc.gz:", "a:x", ":5", "a:" + "9" * 40, "a:٣"])
    def test_a_place_that_is_none(self, stored_in: str | None) -> None:
        assert Replay("http://127.0.0.1/", "warc").place(stored_in) is None


class TestStrangers:
    def check(self, page: str) -> None:
        parsed = LexborHTMLParser(page)
        elements, attributes = set(ELEMENTS.split()), set(ATTRIBUTES.split())
        for node in parsed.css("*"):
            assert node.tag in elements
            assert set(node.attributes) <= attributes
            if (href := node.attributes.get("href")) is not None:
                assert re.match(r"https?://|#[a-z-]+$", href), href
        assert len(parsed.css("style")) == 1
        assert "\u202e" not in page
        assert "\u2066" not in page

    @pytest.mark.parametrize(
        "url", ["javascript:alert(1)", "data:text/html,x", "//x.example", "https://a@b.example/", EVIL]
    )
    @pytest.mark.parametrize("state", [State.DELETED, State.LIVE, State.UNRESOLVED])
    def test_nothing_of_theirs_becomes_markup(self, url: str, state: State) -> None:
        page = report(everything(EVIL, url, state), title=EVIL, replay_base="http://127.0.0.1:8080")
        self.check(page)
        assert "U+202E" in page

    @given(st.text(max_size=60), st.text(max_size=40), st.sampled_from(list(State)))
    @settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.too_slow])
    def test_whatever_they_write(self, words: str, url: str, state: State) -> None:
        self.check(report(everything(words, url, state), title=words))

    def test_lone_surrogates(self) -> None:
        page = report(everything("tide \ud800"), title="\udfff")
        assert page.encode("utf-8")

    def test_the_policy_allows_this_style_and_nothing_else(self) -> None:
        parsed = LexborHTMLParser(report(post(1)))
        style, policy = parsed.css_first("style"), parsed.css_first("meta[http-equiv]")
        assert style is not None
        assert policy is not None
        digest = base64.b64encode(hashlib.sha256(style.text().encode()).digest()).decode()
        assert policy.attributes["content"] == (
            f"default-src 'none'; style-src 'sha256-{digest}'; form-action 'none'; base-uri 'none'"
        )
        assert "url(" not in re.sub(r"url\(#[a-z-]+\)", "", style.text())

    def test_right_to_left(self) -> None:
        page = report(post(1, State.DELETED, text="الجسر مغلق @harbour", language="ar", display_name="مكتب"))
        quote = LexborHTMLParser(page).css_first(".finding blockquote")
        assert quote is not None
        assert (quote.attributes["dir"], quote.attributes["lang"]) == ("rtl", "ar")


class TestBounds:
    def test_long_texts_are_cut_and_it_says_so(self) -> None:
        page = report(everything("\u202e" * 1_000_000, state=State.DELETED))
        assert len(page) < 2_000_000
        page = report(post(1, State.DELETED, text="tide " * 10_000))
        assert "more characters in the JSON." in page
        assert len(page) < 200_000

    def test_an_address_that_is_too_long_is_no_link_to_elsewhere(self) -> None:
        page = report(everything("tide", "https://news.example/" + "a" * 3000))
        assert LexborHTMLParser(page).css(".finding a") == []
        long = "https://news.example/" + "a" * 1000
        links = LexborHTMLParser(report(everything("tide", long))).css(".finding a")
        assert {node.attributes["href"] for node in links} == {long}
        assert max(len(node.text()) for node in links) == htmlreport.MAX_LABEL

    def test_many_looks_and_records(self) -> None:
        looks = tuple(Look(seen_at=days(2000 - at), state=State.LIVE) for at in range(1500))
        page = report(post(1, State.DELETED, looks=looks, evidence=tuple(map(str, range(900)))))
        assert "1,480 earlier looks in the JSON." in page
        assert "894 more records in the JSON." in page
        assert len(page) < 200_000

    def test_findings_beyond_the_bounds_get_a_line_or_are_counted(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(htmlreport, "MAX_FULL", 3)
        findings = [post(at, State.DELETED) for at in range(6)]
        page = report(*findings)
        assert (len(text_of(page, ".finding")), len(text_of(page, ".line"))) == (3, 3)
        monkeypatch.setattr(htmlreport, "MAX_BYTES", 500)
        assert "5 more findings of this group: in the JSON." in report(*findings)

    def test_mentions_of_which_nothing_is_known_stand_in_one_order(self) -> None:
        unknown = [
            Finding(platform="x", post_id=None, url=None, state=State.UNRESOLVED, seen_at=None, reason=reason)
            for reason in ("two posts fit", "no post fits")
        ]
        assert report(*unknown) == report(*reversed(unknown))

    def test_same_findings_same_bytes_whatever_their_order(self) -> None:
        findings = [post(at, list(State)[at % 11], sources=(f"{at % 3}",)) for at in range(40)]
        assert report(*findings) == report(*findings) == report(*findings[::-1])

    def test_nothing(self) -> None:
        page = report()
        assert text_of(page, ".lede") == ["No post was looked at."]
        assert "No post was under observation" in page


class TestCharts:
    def test_states_at_each_last_look(self) -> None:
        first = post(1, State.DELETED)
        second = post(2, looks=(Look(seen_at=days(20), state=State.BLOCKED),))
        told = states_over_time([first, second])
        assert [(moment.at, moment.states) for moment in told] == [
            (days(40), {State.LIVE: 1}),
            (days(20), {State.LIVE: 1, State.BLOCKED: 1}),
            (days(1), {State.DELETED: 1, State.BLOCKED: 1}),
        ]
        many = [post(at, looks=(Look(seen_at=days(at), state=State.LIVE),)) for at in range(300)]
        told = states_over_time(many)
        assert (len(told), told[0].posts, told[-1].posts) == (24, 1, 300)

    def test_columns(self) -> None:
        told = states_over_time([post(1, State.DELETED)])
        assert columns(told, id_="c") == (
            '<svg class="plot" role="img" aria-labelledby="c-name c-told">'
            '<title id="c-name">States of posts over time</title>'
            '<desc id="c-told">2 columns from 2026-10-21 to 2026-11-29; the last has 1 deleted</desc>'
            '<line class="grid" x1="0" x2="100%" y1="0%" y2="0%"/>'
            '<rect class="layer readable" x="19%" y="0%" width="12%" height="100%"/>'
            '<rect class="layer deleted" x="69%" y="0%" width="12%" height="100%"/>'
            '<text x="0" y="0%" dy="-0.3em" text-anchor="start">1</text></svg>'
        )

    def test_survival(self) -> None:
        cited = (Citation(source="a", mention_id="m", published="2025-10-26T12:00:00Z"),)
        findings = [post(1, State.DELETED, citations=cited), post(2, citations=cited), post(3, citations=cited)]
        group = statistics(findings, at=AT).survival.overall
        drawn = survival(group.latest, group.middle, horizon=798, id_="s", name="All")
        assert '<path class="latest" d="M0 0H500V333.33H500" vector-effect="non-scaling-stroke"/>' in drawn
        assert '<path class="middle" d="M0 0H475.56V333.33H500" vector-effect="non-scaling-stroke"/>' in drawn
        assert "after 1 year 100.0 % are there, 3 at risk" in drawn

    def test_a_curve_and_its_band_by_hand(self) -> None:
        steps = (
            Step(days=250, at_risk=4, lost=1, survival=0.75, low=0.5, high=0.9),
            Step(days=500, at_risk=3, lost=1, survival=0.5, low=0.25, high=0.8),
            Step(days=750, at_risk=2, lost=2, survival=0.0),
        )
        curve, gone = Curve(posts=4, lost=2, until=600, steps=steps[:2]), Curve(posts=4, lost=4, until=750, steps=steps)
        drawn = survival(curve, curve, horizon=1000, id_="s", name="All", reference=gone)
        assert '<path class="band" d="M250 100H500V200H600V750H500V500H250Z"/>' in drawn
        assert '<path class="latest" d="M0 0H250V250H500V500H600"' in drawn
        assert '<path class="reference" d="M0 0H250V250H500V500H750V1000H750"' in drawn
        band = survival(gone, gone, horizon=1000, id_="s", name="All")
        assert 'd="M250 100H500V200H750V1000H750V1000H750V750H500V500H250Z"' in band

    def test_charts_and_tables_say_the_same(self) -> None:
        """Each bar is as long as the share beside it, each column and each part of the strip as the numbers."""
        findings = [post(at, list(State)[at * at % 11], platform="x" if at % 3 else "vk") for at in range(30)]
        tree = LexborHTMLParser(report(*findings))
        bars = [row for row in tree.css("tr") if row.css(".bar")]
        assert len(bars) > 8
        for row in bars:
            share, interval = (cell.text() for cell in row.css("td.number") if "%" in cell.text())
            low, high = interval.removesuffix(" %").split(" to ")
            filled, limits = row.css(".filled")[0].attributes, row.css(".interval")[0].attributes
            assert float(filled["width"] or 0) == pytest.approx(float(share.removesuffix(" %")), abs=0.06)
            assert float(limits["x"] or 0) == pytest.approx(float(low), abs=0.06)
            assert float(limits["x"] or 0) + float(limits["width"] or 0) == pytest.approx(float(high), abs=0.1)
        numbers = {name: 0 for name, _, _ in LAYERS}
        for finding in findings:
            numbers[next(name for name, _, states in LAYERS if finding.state in states)] += 1
        left = 0.0
        for part in tree.css(".strip rect"):
            name = (part.attributes["class"] or "").removeprefix("layer ")
            assert float((part.attributes["x"] or "").rstrip("%")) == pytest.approx(left, abs=0.02)
            left += numbers[name] / 30 * 100
            assert float((part.attributes["width"] or "").rstrip("%")) == pytest.approx(
                numbers[name] / 3 * 10, abs=0.01
            )
        assert left == pytest.approx(100)
        columns_of = [float((it.attributes["height"] or "").rstrip("%")) for it in tree.css("svg.plot .layer")]
        moments = [
            [int(cell.text()) for cell in row.css("td")] for row in tree.css('[aria-label="States over time"] tbody tr')
        ]
        assert sum(columns_of) == pytest.approx(sum(map(sum, moments)) / 30 * 100, abs=0.1)
        not_seen = [row.css("td")[-1].text() for row in tree.css('[aria-label*="by platform"] tbody tr')]
        known = [row.css("td")[2].text() for row in tree.css('[aria-label*="by platform"] tbody tr')]
        told = statistics(findings, at=AT).platforms
        assert (not_seen, known) == ([str(row.not_seen) for row in told], [str(row.known) for row in told])

    def test_the_ages_told_are_the_figures(self) -> None:
        def lost(number: int) -> Finding:
            gone = days(380 - number * 40)
            looks = (Look(seen_at=days(390), state=State.LIVE), Look(seen_at=gone, state=State.DELETED))
            return post(number, State.DELETED, looks=looks, missing_by=gone, since=days(390))

        findings = [lost(number) for number in range(9)]
        group = statistics(findings, at=AT).survival.overall
        told = {}
        for one, middle in zip(group.latest.at, group.middle.at, strict=True):
            if one.survival is not None:
                limits = "–" if one.low is None or one.high is None else f"{one.low:.1%} to {one.high:.1%}"
                shares = (f"{one.survival:.1%}", limits, "–" if middle.survival is None else f"{middle.survival:.1%}")
                told[dict(TICKS)[one.days]] = [str(one.at_risk), *shares]
        assert len({cells[1] for cells in told.values()}) == 3
        assert {
            row.css("th")[0].text(): [cell.text().replace(" %", "%").replace("% to", " to") for cell in row.css("td")]
            for row in LexborHTMLParser(report(*findings)).css('[aria-label="Survival of all posts"] tbody tr')
        } == {label: [cell.replace("% to", " to") for cell in cells] for label, cells in told.items()}

    def test_an_age_says_no_more_than_is_known(self) -> None:
        """Before anybody watched there is no row; a limit that is not reached is not told as one."""
        assert (
            "Of those that are there at 360 days, half are gone by the age of 399 days (95 % interval: at least 399 "
            "days). With each loss in the middle of its time: 380 days. For one loss in two, it is known within 39 "
            "days when it was. The curve begins at 360 days: before, no post was watched, or none of the few was left."
        ) in text_of(report(post(1, State.DELETED)), "#figures ~ .note")
        assert text_of(report(post(1, State.DELETED)), '[aria-label="Survival of all posts"] tbody th') == ["1 year"]
        assert "None of them was seen to go." in " ".join(text_of(report(post(1)), ".note"))

    @pytest.mark.parametrize(
        ("days", "labels"),
        [
            (0.3, ["0", "n = 1", "7 hours"]),
            (1.0, ["0", "n = 1", "1 day", "n = 1"]),
            (70.0, ["0", "n = 1", "1 month", "n = 1", "70 days"]),
            (15 * YEAR, ["0", "n = 1", "5 years", "n = 1", "10 years", "n = 1", "15 years", "n = 1"]),
        ],
    )
    def test_an_axis_has_its_scale_whatever_its_length(self, days: float, labels: list[str]) -> None:
        curve = kaplan_meier([Spell(0.0, days, 0.0, False)], ages=AGES)
        page = survival(curve, curve, horizon=days, id_="s", name="All").partition('class="axis"')[2]
        assert re.findall(r">([^<]+)</text>", page)[-len(labels) :] == labels


@pytest.mark.skipif(not CHROMIUM, reason="no Chromium is installed")
class TestInABrowser:
    @pytest.fixture
    def tab(self) -> Iterator[Tab]:
        with browser() as tab:
            yield tab

    def test_fits_breaks_no_rule_and_is_accessible(self, tab: Tab, tmp_path: Path) -> None:
        cited = (Citation(source="a", mention_id="m", published="2025-10-27"),)
        findings = [
            *(post(at, list(State)[at % 11], citations=cited, platform="x" if at % 2 else "vk") for at in range(24)),
            everything(EVIL, EVIL),
            everything("wo" + "rd" * 400, "https://news.example/" + "a" * 300, State.LIVE),
            post(
                99,
                State.DELETED,
                text="الجسر مغلق @harbour",
                language="ar",
                display_name="مكتب الميناء",
                confirmed=True,
            ),
        ]
        page = tmp_path / "report.html"
        page.write_text(report(*findings, since=days(9), replay_base="http://127.0.0.1:8080/"), "utf-8")
        unfold = (
            "document.querySelectorAll('details').forEach((one) => { one.open = true; });"
            "document.querySelectorAll('.finding, .line')"
            ".forEach((one) => { one.style.contentVisibility = 'visible'; });"
        )
        for width, letters, dark in ((320, 16, False), (390, 16, True), (640, 32, False), (1280, 16, False)):
            tab.look(width=width, dark=dark)
            tab.complaints.clear()
            tab.open(page.as_uri())
            tab.ask(f"{unfold} document.documentElement.style.fontSize = '{letters}px'; null")
            assert tab.ask("document.documentElement.scrollWidth") <= width, tab.ask(WIDER)
            assert tab.ask("performance.getEntriesByType('resource').length") == 0
            assert tab.complaints == []
            if AXE.exists() and width in (390, 1280):
                assert complaints(tab) == []
        tab.on_paper()
        assert tab.ask("getComputedStyle(document.documentElement).backgroundColor") == "rgb(251, 250, 247)"
