"""A repaired article: quotations where embeds no longer work, the same posts cited, every other byte as it was."""

from __future__ import annotations

import codecs
import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from msgspec import structs
from selectolax.lexbor import LexborHTMLParser

from archiver.article import article_of
from archiver.auditing.elsewhere.rescue import rescue
from archiver.auditing.finding import QuoteVerdict, Rescued
from archiver.detect import find
from archiver.errors import InputError
from archiver.model import Candidate, Observation, Post, Resolution, State
from archiver.model import Outcome as ResolvedAs
from archiver.platforms import platform
from archiver.repairing import Outcome, Places, Repaired, repair
from archiver.repairing.quotation import Quotation, html_of
from archiver.store import Archive
from archiver.store.conclusions import observation_conclusion, resolution_conclusion
from tests.town import (
    ALIKE,
    CONTROL,
    DELETED,
    FLATTENED,
    LEFTOVERS,
    NEVER_STORED,
    PICTURED,
    RENAMED,
    REWORDED,
    STARTED,
    Town,
)
from tests.web_twin import Fault, Population, PostState, Twin, legacy
from tests.web_twin.aggregator import HOST, SHELF, Aggregator

FIGURE = re.compile(rb"<figure data-archiver-quotation=.*?</figure>", re.DOTALL)


@pytest.fixture
def town(town: Town) -> Town:
    """A town whose archive knows the posts: one live, one deleted of which a web archive has a copy."""
    town.run(town.page([PICTURED, DELETED, RENAMED]))
    return town


def fixed(town: Town, page: bytes | Path, *, everything: bool = False, places: Places | None = None) -> Repaired:
    data = page.read_bytes() if isinstance(page, Path) else page
    with Archive.open(town.archive) as archive:
        return repair(data, archive, source="page.html", everything=everything, places=places)


def cited(data: bytes) -> set[tuple[str, str | None]]:
    return {(mention.platform, mention.post_id) for mention in find(article_of(data, source="page", kind="html"))}


def blockquote(town: Town, post: object) -> bytes:
    return town.page([post]).read_bytes().partition(b"invented.</p>\n")[2].partition(b"\n<script")[0]  # type: ignore[list-item]


def page(body: str, *, head: str = "") -> bytes:
    return (
        f"<!DOCTYPE html><html><head>{head}<title>Night</title></head><body><article><h1>The night</h1>"
        f"<p>All of this is invented, from the first lamp to the last.</p>{body}<p>So it ends.</p>"
        "</article></body></html>"
    ).encode()


class TestWhich:
    def test_a_missing_post_is_replaced_and_a_readable_one_is_not(self, town: Town) -> None:
        original = town.page([PICTURED, DELETED]).read_bytes()
        done = fixed(town, original)
        assert [one.outcome for one in done.repairs] == [Outcome.KEPT, Outcome.REPLACED]
        assert [one.state for one in done.repairs] == [State.LIVE, State.DELETED]
        [figure] = FIGURE.findall(done.data)
        assert DELETED.text.encode() in figure
        assert done.data == original.replace(blockquote(town, DELETED), figure)
        assert cited(done.data) == cited(original)

    def test_once_missing_is_enough(self, town: Town) -> None:
        town.clock.go(days=1)
        town.twin.population.change(PICTURED.id, state=PostState.SUSPENDED)
        town.audit()
        [one] = fixed(town, town.page([PICTURED])).repairs
        assert (one.outcome, one.state) == (Outcome.REPLACED, State.SUSPENDED)

    def test_what_could_not_be_seen_is_not_missing(self, town: Town) -> None:
        town.clock.go(days=1)
        for host in ("cdn.syndication.twimg.com", "publish.twitter.com"):
            town.twin.fault(host, Fault.TOO_MANY)
        town.audit()
        [one] = fixed(town, town.page([PICTURED])).repairs
        assert (one.outcome, one.state) == (Outcome.KEPT, State.LIVE)

    def test_all(self, town: Town) -> None:
        done = fixed(town, town.page([PICTURED, DELETED]), everything=True)
        assert [one.outcome for one in done.repairs] == [Outcome.REPLACED, Outcome.REPLACED]

    def test_an_embed_that_nothing_draws(self, town: Town) -> None:
        original = page(f'<blockquote class="twitter-tweet"><a href="{PICTURED.url}"></a></blockquote>')
        [one] = (done := fixed(town, original)).repairs
        assert (one.outcome, one.state, one.embed) == (Outcome.REPLACED, State.LIVE, "broken")
        assert b"The lamp on the outer skerry is dark since midnight &amp; the horn" in done.data

    def test_a_post_of_which_no_words_are_stored_is_left(self, town: Town) -> None:
        town.run(town.page([NEVER_STORED]))
        original = town.page([NEVER_STORED]).read_bytes()
        done = fixed(town, original)
        assert done.data == original
        [one] = done.repairs
        assert (one.outcome, one.reason) == (Outcome.LEFT, "no words of the post are stored")

    def test_what_is_not_resolved_is_left(self, town: Town) -> None:
        alike = ALIKE[0]
        flat = f"<p>{alike.text} &mdash; The Skerry Clerk (@skerry_clerk) March 9, 2022</p>"
        original = page(flat)
        town.run(town.write("alike.html", original))
        done = fixed(town, original)
        assert done.data == original
        [one] = done.repairs
        assert one.outcome is Outcome.LEFT
        assert one.reason.startswith("ambiguous")

    def test_a_post_that_the_archive_never_saw(self, town: Town) -> None:
        original = page(
            '<blockquote class="twitter-tweet"><a href="https://x.com/a/status/1590173336165216257"></a></blockquote>'
        )
        done = fixed(town, original)
        assert (done.data, done.repairs[0].outcome) == (original, Outcome.LEFT)

    def test_flattened_text_is_replaced_where_its_element_holds_nothing_else(self, town: Town) -> None:
        town.run(town.write("left.txt", LEFTOVERS))
        signed = f"{REWORDED} – skar Lindhe 🗼 (keeper_osk) March 9, 2022"
        whole = page(f"<p>{signed}</p>")
        within = page(f"<p>The keeper of the light had more to say, and said it in the evening.<br>{signed}</p>")
        for original, outcome in ((whole, Outcome.REPLACED), (within, Outcome.LEFT)):
            town.run(town.write("left.html", original))
            done = fixed(town, original)
            assert [one.outcome for one in done.repairs] == [outcome]
            assert (done.data == original) is (outcome is Outcome.LEFT)
        assert ("x", FLATTENED.id) in cited(fixed(town, whole).data)

    def test_another_copy_of_the_article(self, town: Town) -> None:
        """What is known is found by the post's id where the bytes are others."""
        original = town.page([DELETED]).read_bytes().replace(b"invented", b"made up")
        [one] = fixed(town, original).repairs
        assert (one.outcome, one.post_key) == (Outcome.REPLACED, f"x:{DELETED.id}")

    def test_of_a_post_that_was_edited_the_version_that_was_cited(self, town: Town) -> None:
        original = town.page([PICTURED]).read_bytes()
        town.clock.go(days=1)
        town.twin.population.change(PICTURED.id, text=PICTURED.text.replace("horn is silent", "horn is heard again"))
        town.audit()
        town.clock.go(days=1)
        town.twin.population.change(PICTURED.id, state=PostState.DELETED)
        town.audit()
        [figure] = FIGURE.findall(fixed(town, original).data)
        assert b"the horn is silent" in figure
        assert b"Quoted as stored 2 May 2026" in figure

    def test_that_words_were_altered_is_told(self, town: Town) -> None:
        original = town.page([DELETED]).read_bytes()
        assert fixed(town, original).repairs[0].quote in (QuoteVerdict.EXACT, QuoteVerdict.TRIVIAL)
        first, second, *_ = DELETED.text.split()
        altered = original.replace(f"{first} {second}".encode(), f"{first} never {second}".encode())
        assert altered != original
        [one] = fixed(town, altered).repairs
        assert (one.outcome, one.quote) == (Outcome.REPLACED, QuoteVerdict.ALTERED)
        assert "altered in the article" in one.reason
        assert "never" in one.reason

    def test_other_words_under_the_same_id_are_left(self, town: Town) -> None:
        others = "Nobody on this quay has ever seen a ferry."
        original = town.page([DELETED]).read_bytes().replace(DELETED.text.encode(), others.encode())
        assert others.encode() in original
        done = fixed(town, original)
        assert done.data == original
        [one] = done.repairs
        assert (one.outcome, "other words" in one.reason) == (Outcome.LEFT, True)

    def test_words_that_would_be_lost(self, town: Town) -> None:
        more = " ".join(f"word{number}" for number in range(40))
        original = town.page([DELETED]).read_bytes().replace(b"</p>&mdash;", f" {more}</p>&mdash;".encode())
        done = fixed(town, original)
        assert done.data == original
        assert "would be lost" in done.repairs[0].reason

    def test_a_text_is_refused(self, town: Town) -> None:
        with pytest.raises(InputError, match="no embeds"):
            fixed(town, LEFTOVERS.encode())


class TestAgain:
    def test_repairing_the_result_changes_nothing(self, town: Town) -> None:
        once = fixed(town, town.page([PICTURED, DELETED]), everything=True)
        again = fixed(town, once.data, everything=True)
        assert again.data == once.data
        assert {one.outcome for one in again.repairs} == {Outcome.KEPT}

    def test_the_quotation_is_found_as_the_post(self, town: Town) -> None:
        done = fixed(town, town.page([DELETED]))
        [mention] = find(article_of(done.data, source="page", kind="html"))
        assert (mention.rule, mention.post_id, mention.handle) == ("x.repaired", DELETED.id, "skerry_clerk")
        assert mention.text == DELETED.text
        assert mention.date == "2022-03-09T06:40:00Z"


class TestPlaces:
    """Which bytes are replaced, whatever stands around the embed."""

    frame = f'<iframe src="https://platform.twitter.com/embed/Tweet.html?id={DELETED.id}"></iframe>'

    def body(self, town: Town, around: str) -> tuple[bytes, Repaired]:
        embed = blockquote(town, DELETED).decode()
        original = page(around.replace("EMBED", embed))
        return original, fixed(town, original)

    @pytest.mark.parametrize(
        "around",
        [
            "EMBED",
            "<div class='embed'>EMBED</div>",
            "<p>before</b></p>EMBED</div></section>",
            "<table><tr><td>EMBED</table>",
            "<ul><li>one<li>EMBED<li>three</ul>",
            "<!-- <blockquote class='twitter-tweet'> -->EMBED<!-- </blockquote> -->",
            "<script>var a = '<blockquote>' + '</blockquote>' // <!--</script>EMBED",
            '<div data-html="<blockquote></blockquote>">EMBED</div>',
            "<textarea><blockquote></textarea>EMBED</blockquote>",
            "<blockquote><p>Said somebody else</p></blockquote>EMBED<blockquote>And so on",
        ],
    )
    def test_only_the_embed_is_replaced(self, town: Town, around: str) -> None:
        original, done = self.body(town, around)
        assert [one.outcome for one in done.repairs] == [Outcome.REPLACED]
        [figure] = FIGURE.findall(done.data)
        assert done.data == original.replace(blockquote(town, DELETED), figure)

    def test_a_paragraph_that_holds_nothing_else_goes_with_it(self, town: Town) -> None:
        original = page(f"<p>{DELETED.url}</p>")
        done = fixed(town, original)
        assert done.data == original.replace(f"<p>{DELETED.url}</p>".encode(), FIGURE.findall(done.data)[0])

    @pytest.mark.parametrize(
        "around",
        [
            "<p>\n FRAME </p>",
            "<p><span class='embed-youtube'>FRAME</span><br></p>",
            "<div style='position: relative; padding-bottom: 56.25%; height: 0'>FRAME</div>",
            "<div style='padding-top:56%'><div class='inner'>FRAME</div></div>",
        ],
    )
    def test_so_does_a_box_that_keeps_a_players_place(self, town: Town, around: str) -> None:
        place = around.replace("FRAME", self.frame)
        original = page(place)
        done = fixed(town, original)
        assert done.data == original.replace(place.encode(), FIGURE.findall(done.data)[0])

    def test_in_a_paragraph_no_block_is_written(self, town: Town) -> None:
        frame = self.frame
        original = page(f"<p>Look at this: {frame} It is gone.</p>")
        done = fixed(town, original)
        [one] = done.repairs
        assert one.outcome is Outcome.REPLACED
        before, _, behind = original.partition(frame.encode())
        assert done.data.startswith(before + b"<span data-archiver-quotation=")
        assert done.data.endswith(b"</span>" + behind)
        assert not {b"<figure", b"<blockquote", b"<div"} & set(re.findall(rb"<[a-z]+", done.data))

    @pytest.mark.parametrize(
        ("around", "why"),
        [
            ("<template>EMBED</template>", "template"),
            ("<a href='/more'>Read: FRAME now</a>", "within a link"),
            ("<blockquote class='twitter-tweet' data-tweet-id='{id}'><p>No end", "begins and ends"),
        ],
    )
    def test_what_cannot_be_replaced_is_left_and_told(self, town: Town, around: str, why: str) -> None:
        original, done = self.body(town, around.replace("{id}", DELETED.id).replace("FRAME", self.frame))
        assert done.data == original
        [one] = done.repairs
        assert one.outcome is Outcome.LEFT
        assert why in one.reason

    @pytest.mark.parametrize(
        ("around", "why"),
        [
            ('<div class="tweet-embed" data-tweet-id="{id}">OTHER</div>', "another post, too"),
            ('<div class="tweet-embed" data-tweet-id="{id}"><p>MORE</p></div>', "more than the embed"),
            ('<main class="embed" data-tweet-id="{id}"><p>x</p></main>', "the article too"),
            ("<p>Look: [tweet {id}] and more.</p>", "among other text"),
            ("<p>[tweet {id}] [tweet {other}]</p>", "several posts"),
            ('<div class="tweet-embed">As she said, <a href="{url}">View on Twitter</a></div>', "within a text"),
            ('<script type="text/plain">EMBED OTHER</script>', "several posts"),
        ],
    )
    def test_what_is_not_the_posts_alone_is_left(self, town: Town, around: str, why: str) -> None:
        other = blockquote(town, PICTURED).decode()
        place = around.replace("{id}", DELETED.id).replace("{other}", PICTURED.id).replace("OTHER", other)
        place = place.replace("{url}", DELETED.url)
        original, done = self.body(town, place.replace("MORE", "Nobody on this quay has seen a ferry. " * 60))
        assert done.data == original
        assert [one.outcome for one in done.repairs if one.post_id == DELETED.id] == [Outcome.LEFT]
        assert why in next(one.reason for one in done.repairs if one.post_id == DELETED.id)

    def test_each_of_several_places(self, town: Town) -> None:
        original, done = self.body(town, "EMBED<p>And again, an hour later:</p>EMBED")
        [one] = done.repairs
        assert (one.outcome, one.places) == (Outcome.REPLACED, 2)
        assert len(FIGURE.findall(done.data)) == 2
        assert original != done.data


class TestProof:
    """What would change anything else is not done: here, quotations are written wrongly on purpose."""

    @pytest.mark.parametrize(
        "written",
        [
            f'</div><figure data-archiver-quotation="x:{DELETED.id}" data-archiver-url="{DELETED.url}"></figure><div>',
            f'<figure data-archiver-quotation="x:{DELETED.id}" data-archiver-url="{DELETED.url}"></figure>more',
            '<figure data-archiver-quotation="x:1"><!--',
            '<figure data-archiver-quotation="x:1" data-archiver-url="https://x.com/a/status/1">another post</figure>',
            "",
        ],
    )
    def test_a_result_that_is_read_otherwise(self, town: Town, monkeypatch: pytest.MonkeyPatch, written: str) -> None:
        monkeypatch.setattr("archiver.repairing.replacing.html_of", lambda quotation, *, block: written)
        original = page(f'<div><blockquote class="twitter-tweet"><a href="{DELETED.url}"></a></blockquote></div>')
        done = fixed(town, original)
        assert done.data == original
        assert [one.reason for one in done.repairs] == ["the rest of the page would be read otherwise"]

    def test_one_that_fails_does_not_keep_the_others(self, town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
        def written(quotation: Quotation, *, block: bool) -> str:
            return "</article>" if quotation.post_id == RENAMED.id else html_of(quotation, block=block)

        monkeypatch.setattr("archiver.repairing.replacing.html_of", written)
        done = fixed(town, town.page([PICTURED, RENAMED, DELETED]), everything=True)
        assert [one.outcome for one in done.repairs] == [Outcome.REPLACED, Outcome.LEFT, Outcome.REPLACED]
        assert len(FIGURE.findall(done.data)) == 2

    def test_what_nests_too_deep_is_refused(self, town: Town) -> None:
        with pytest.raises(InputError, match="too deep"):
            fixed(town, page("<div>" * 600 + "<i>a</i>" * 4000))


class TestBytes:
    WORDS = "Überall stand: „Ende“"

    @pytest.mark.parametrize("bom", [b"", codecs.BOM_UTF8])
    @pytest.mark.parametrize("line", ["\n", "\r\n"])
    def test_line_ends_and_mark_stay(self, town: Town, bom: bytes, line: str) -> None:
        embed = blockquote(town, DELETED)
        original = bom + page(f"{line}{self.WORDS}{line}EMBED{line}").replace(b"EMBED", embed)
        done = fixed(town, original)
        [figure] = FIGURE.findall(done.data)
        assert done.data == original.replace(embed, figure)

    @pytest.mark.parametrize(
        "encoding", ["windows-1252", "windows-1251", "iso-8859-2", "shift_jis", "gb18030", "utf-16-le"]
    )
    def test_the_documents_encoding(self, town: Town, encoding: str) -> None:
        words = {"windows-1251": "Мост снова открыт", "shift_jis": "橋は再び開いた。ソ能表", "gb18030": "桥又开了"}.get(
            encoding, "Přes most" if encoding == "iso-8859-2" else self.WORDS
        )
        embed = blockquote(town, PICTURED).decode()
        text = page(f"<p>{words * 30}</p>{embed}", head=f'<meta charset="{encoding}">').decode()
        mark = codecs.BOM_UTF16_LE if encoding == "utf-16-le" else b""
        original = mark + text.encode(encoding, "xmlcharrefreplace")
        done = fixed(town, original, everything=True)
        assert [one.outcome for one in done.repairs] == [Outcome.REPLACED]
        before, _, behind = original.partition(embed.encode(encoding, "xmlcharrefreplace"))
        assert done.data.startswith(before)
        assert done.data.endswith(behind)
        read = article_of(done.data, source="page", kind="html").html or ""
        figure = LexborHTMLParser(read).css_first("figure[data-archiver-quotation]")
        assert figure is not None
        assert "Oskar Lindhe 🗼" in figure.text(deep=True)
        assert words in read

    def test_damaged_letters_stay_damaged(self, town: Town) -> None:
        embed = blockquote(town, DELETED)
        original = page("DAMAGED EMBED").replace(b"DAMAGED", b"caf\xe9 \xff\xfe \x80 ").replace(b"EMBED", embed)
        done = fixed(town, original)
        [figure] = FIGURE.findall(done.data)
        assert done.data == original.replace(embed, figure)

    def test_plain_ascii_stays_so(self, town: Town) -> None:
        original = blockquote(town, PICTURED).decode().encode("ascii", "xmlcharrefreplace")
        done = fixed(town, page("EMBED").replace(b"EMBED", original), everything=True)
        assert done.data.isascii()
        assert b"&#128508;" in done.data


class TestQuotation:
    def figure(self, town: Town, post: object, **places: str) -> LexborHTMLParser:
        done = fixed(town, town.page([post]), everything=True, places=Places(**places))  # type: ignore[list-item]
        [figure] = FIGURE.findall(done.data)
        return LexborHTMLParser(figure.decode())

    def test_robust_links(self, town: Town) -> None:
        figure = self.figure(town, DELETED, replay="https://replay.example/archives/town", evidence="town.wacz")
        permalink, *copies = figure.css("a[data-versionurl]")
        original = f"https://x.com/skerry_clerk/status/{DELETED.id}"
        assert permalink.attributes["href"] == permalink.attributes["data-originalurl"] == original
        version = permalink.attributes["data-versionurl"] or ""
        assert re.fullmatch(
            rf"https://web\.archive\.org/web/\d{{14}}/https://twitter\.com/skerry_clerk/status/{DELETED.id}", version
        )
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", permalink.attributes["data-versiondate"] or "")
        assert [copy.attributes["href"] for copy in copies] == [
            version,
            f"https://replay.example/archives/town/posts/x:{DELETED.id}",
            "town.wacz",
        ]
        assert {copy.attributes["data-originalurl"] for copy in copies} == {original}

    def test_a_copy_of_another_archive_is_linked(self, make_twin: Callable[..., Twin], town: Town) -> None:
        lost = replace(DELETED, archived=())
        town.twin = make_twin(Population([CONTROL, PICTURED, lost]), clock=STARTED)
        known = Aggregator()
        town.twin.host(HOST, known)
        town.twin.host(SHELF, known.shelf)
        address = lost.url.replace("//x.com", "//twitter.com")
        copy = known.add(address, STARTED, legacy.permalink_page(lost, town.twin.population, []))
        settings = town.settings()
        audit = structs.replace(settings.audit, timemap=f"https://{HOST}/timemap/link/{{url}}")
        article = town.page([lost])
        with town.job(settings=structs.replace(settings, audit=audit)) as job:
            x = platform("x")
            assert x is not None
            job.observation(x.ref_from_id(lost.id, lost.handle), x)
            assert isinstance(rescue(job, x.ref_from_id(lost.id, lost.handle), x, None), Rescued)
        [one] = fixed(town, article).repairs
        assert (one.outcome, one.versions[0]) == (Outcome.REPLACED, copy.url)

    def test_it_is_semantic_and_loads_nothing(self, town: Town) -> None:
        figure = self.figure(town, PICTURED)
        quote = figure.css_first("figure > blockquote[cite][lang=en]")
        assert quote is not None
        made = figure.css_first("figcaption time")
        assert made is not None
        assert made.attributes["datetime"] == "2022-03-09T05:12:00Z"
        assert figure.css("script, style, img, iframe, video, link, [style], [src], [onclick]") == []
        assert "A lighthouse without its light" in [bdi.text() for bdi in figure.css("figcaption bdi")]

    def test_it_is_well_formed_xml(self, town: Town) -> None:
        done = fixed(town, town.page([PICTURED, DELETED]), everything=True)
        for figure in FIGURE.findall(done.data):
            assert ElementTree.fromstring(figure).tag == "figure"

    def test_what_happened_is_told(self, town: Town) -> None:
        town.clock.go(days=1)
        town.twin.population.change(PICTURED.id, state=PostState.DELETED)
        town.audit()
        body = self.figure(town, PICTURED).body
        assert body is not None
        text = body.text(deep=True)
        assert "The post is not there any more (seen 3 May 2026). It was last seen 2 May 2026." in text

    def test_a_forged_records_address_is_no_link(self, tmp_path: Path) -> None:
        """A flattened post has its address from the archive, which may be anybody's."""
        flat = page("<p>The bridge is open again since nine. &mdash; Ana Example (@ana_example) November 9, 2022</p>")
        for url, outcome in (("https://x.com/ana_example/status/1", "replaced"), ("javascript:alert(1)//", "left")):
            folder = tmp_path / outcome
            [mention] = find(article_of(flat, source="page.html", kind="html"))
            post = Post(
                platform="x", id="1", url=url, handle="ana_example", text="The bridge is open again since nine."
            )
            look = Observation(
                platform="x", post_id="1", url=url, state=State.DELETED, seen_at=STARTED, how="made", reason="made"
            )
            with (
                Archive.open(folder, write=True, clock=lambda: STARTED) as archive,
                archive.session(description="made") as session,
            ):
                resolution = Resolution(
                    mention_id=mention.id,
                    outcome=ResolvedAs.RESOLVED,
                    post_key="x:1",
                    candidates=(Candidate(post=post, score=1.0),),
                )
                session.write_conclusion(resolution_conclusion(resolution), None)
                session.write_conclusion(observation_conclusion(look), None)
            with Archive.open(folder) as archive:
                done = repair(flat, archive, source="page.html", kind="html")
            assert [one.outcome for one in done.repairs] == [outcome]
            assert b"javascript:" not in done.data

    def test_words_are_escaped(self, town: Town) -> None:
        words = '<script>alert("1")</script> & <b>bold</b> </blockquote>'
        town.twin.population.change(FLATTENED.id, text=words)
        town.run(town.page([replace(FLATTENED, text=words)]))
        figure = self.figure(town, replace(FLATTENED, text=words))
        assert figure.css("script, b") == []
        assert words in (figure.body.text(deep=True) if figure.body else "")
