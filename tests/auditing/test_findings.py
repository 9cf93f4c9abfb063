"""What a finding draws from all looks at a post: since when it is missing, edits, new names, lost pictures."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from archiver.auditing import Finding
from archiver.auditing.changes import changed_since
from archiver.auditing.cited import Cite, Cited
from archiver.auditing.drawing import (
    Seen,
    media_lost,
    moment_of,
    renamed_from,
    same_handle,
    telling,
    was_edited,
    with_quotes,
    with_rescued,
)
from archiver.auditing.finding import Citation, Look, QuoteVerdict, Rescued
from archiver.model import Candidate, Media, Mention, Observation, Outcome, Post, Resolution, State
from tests.town import DELETED, NEVER_STORED, PICTURED, RENAMED, Town, at
from tests.web_twin import Fault, Picture, PostState, TwinPost

X_HOSTS = ("cdn.syndication.twimg.com", "publish.twitter.com")


@pytest.fixture
def archived(town: Town) -> Town:
    town.run(town.page([PICTURED]))
    town.clock.go(days=1)
    return town


def look(town: Town) -> Finding:
    (finding,) = town.audit()
    town.clock.go(hours=7)
    return finding


def states(town: Town, *states: PostState) -> list[Finding]:
    found = []
    for state in states:
        town.twin.population.change(PICTURED.id, state=state)
        found.append(look(town))
    return found


class TestSinceWhen:
    def test_a_post_that_is_there_is_missing_since_never(self, archived: Town) -> None:
        finding = look(archived)
        assert (finding.since, finding.missing_by) == (finding.seen_at, None)

    def test_between_the_last_look_that_saw_it_and_the_first_that_did_not(self, archived: Town) -> None:
        live, gone, again = states(archived, PostState.LIVE, PostState.DELETED, PostState.DELETED)
        assert (gone.since, gone.missing_by) == (live.seen_at, gone.seen_at)
        assert (again.since, again.missing_by) == (live.seen_at, gone.seen_at)

    def test_a_post_that_came_back_is_counted_anew(self, archived: Town) -> None:
        _, back, gone = states(archived, PostState.DELETED, PostState.LIVE, PostState.DELETED)
        assert (back.since, back.missing_by) == (back.seen_at, None)
        assert (gone.since, gone.missing_by) == (back.seen_at, gone.seen_at)

    def test_another_way_of_missing_goes_on_with_the_same_spell(self, archived: Town) -> None:
        first, second = states(archived, PostState.PROTECTED, PostState.DELETED)
        assert second.missing_by == first.seen_at

    def test_a_refusal_in_between_says_nothing(self, archived: Town) -> None:
        first = states(archived, PostState.DELETED)[0]
        for host in X_HOSTS:
            archived.twin.fault(host, Fault.TOO_MANY)
        refused = look(archived)
        assert (refused.state, refused.missing_by) == (State.BLOCKED, None)
        archived.twin.clear_faults()
        assert look(archived).missing_by == first.seen_at

    def test_one_that_nobody_ever_saw_has_no_earliest_time(self, town: Town) -> None:
        town.run(town.page([DELETED]))
        finding = look(town)
        assert (finding.state, finding.since) == (State.DELETED, None)
        assert finding.missing_by is not None

    def test_all_looks_are_listed_with_their_proof(self, archived: Town) -> None:
        *_, finding = states(archived, PostState.DELETED, PostState.LIVE)
        assert [one.state for one in finding.looks] == [State.LIVE, State.DELETED, State.LIVE]
        assert all(one.evidence for one in finding.looks)
        assert finding.looks[-1].seen_at == finding.seen_at


class TestEdited:
    def test_an_edited_post_that_went_missing_was_edited(self, archived: Town) -> None:
        later = TwinPost(account=PICTURED.account, created=at(5, 20), text=PICTURED.text + " Horn is back.")
        versions = (PICTURED.id, later.id)
        archived.twin.population.add(replace(later, versions=versions))
        archived.twin.population.change(PICTURED.id, versions=versions)
        assert look(archived).edited
        archived.twin.population.change(PICTURED.id, state=PostState.DELETED)
        finding = look(archived)
        assert (finding.state, finding.edited) == (State.DELETED, True)
        assert "was edited" in finding.remarks

    def test_other_words_at_the_same_place_are_an_edit(self, archived: Town) -> None:
        look(archived)
        archived.twin.population.change(PICTURED.id, text="The lamp was never dark.")
        assert look(archived).edited

    def test_the_same_words_are_none(self, archived: Town) -> None:
        look(archived)
        assert not look(archived).edited

    @pytest.mark.parametrize(
        ("other", "edited"),
        [
            ({"text": "Ferries run.  See https://quay.example/plan today"}, False),
            ({"text": "Ferries run.\nSee today"}, False),
            ({"text": "Ferries rest. See https://t.co/aB3 today"}, True),
            ({"text": "Ferries rest. See https://t.co/aB3 today", "text_complete": False}, False),
            ({"text": "Ferries rest.", "seen_in": "x.oembed"}, False),
            ({"text": "Ferries rest.", "seen_in": ""}, False),
            ({"text": None}, False),
            ({"edited_at": at(9)}, True),
            ({"edits": ("1",)}, False),
            ({"edits": ("1", "2")}, True),
        ],
    )
    def test_what_another_answer_shows(self, other: dict[str, object], edited: bool) -> None:
        first = Post(
            platform="x",
            id="1",
            url="https://x.com/a/status/1",
            text="Ferries run. See https://t.co/aB3 today",
            seen_in="x.syndication",
        )
        posts = (first, msgspec.structs.replace(first, **other))
        looks = [
            Observation(
                platform="x", post_id="1", url="", state=State.LIVE, seen_at=at(n), how="", reason="", post=post
            )
            for n, post in enumerate(posts)
        ]
        assert was_edited(looks) is edited
        assert was_edited(looks[::-1]) is edited


class TestRenamed:
    def test_since_the_article_embedded_it(self, town: Town) -> None:
        town.run(town.page([PICTURED]))
        town.twin.population.rename(PICTURED.account.handle, "keeper_of_skerry", at(0) + timedelta(days=400))
        finding = look(town)
        assert (finding.handle, finding.renamed_from) == ("keeper_of_skerry", PICTURED.account.handle)
        assert f"renamed from @{PICTURED.account.handle}" in finding.remarks

    def test_a_handle_in_other_letters_is_the_same(self, town: Town) -> None:
        page = town.page([PICTURED])
        page.write_text(page.read_text().replace("Keeper_Osk", "keeper_osk"))
        town.run(page)
        assert look(town).renamed_from is None

    def test_an_account_that_had_another_name_before_the_article(self, town: Town) -> None:
        town.run(town.page([RENAMED]))
        assert look(town).renamed_from is None

    @pytest.mark.parametrize(
        ("one", "other", "same"),
        [
            ("ana", "Ana", True),
            ("@ana", "ana", True),
            ("ana", "bea", False),
            ("ana@social.example", "ana", True),
            ("ana@social.example", "ana@example.social", True),
            ("ana@social.example", "bea@social.example", False),
            ("did:plc:abc", "ana.example", True),
            ("10000123", "harbour.news", True),
            ("UCabcdefghijklmnopqrstu-", "quayradio", True),
            ("UCLA", "quayradio", False),
            ("id4567", "harbour", True),
            ("idaho", "harbour", False),
            ("", "ana", True),
        ],
    )
    def test_what_may_be_the_same_name(self, one: str, other: str, same: bool) -> None:
        assert same_handle(one, other) is same
        assert same_handle(other, one) is same

    @pytest.mark.parametrize(("account", "expected"), [("7", "old_name"), ("8", None), (None, None)])
    def test_only_of_the_same_account(self, account: str | None, expected: str | None) -> None:
        posts = [
            Post(platform="x", id="1", url="", handle=handle, account_id=number, seen_in="a")
            for handle, number in (("old_name", "7"), ("new_name", account))
        ]
        looks = [
            Observation(platform="x", post_id="1", url="", state=State.LIVE, seen_at=at(n), how="", reason="", post=one)
            for n, one in enumerate(posts)
        ]
        mention = Mention(source="a", platform="x", rule="x.blockquote", confidence=1.0, id="m")
        resolution = Resolution(mention_id="m", outcome=Outcome.RESOLVED)
        cited = Cited(platform="x", post=None, sources=(), mention=mention, resolution=resolution)
        assert renamed_from(cited, looks) == expected

    @pytest.mark.parametrize("address", ["anybody/status", "i/web/status", "KEEPER_OSK/status"])
    def test_the_address_of_a_link_is_no_name(self, town: Town, address: str) -> None:
        """X leads to the post whatever handle stands before its id."""
        rows = town.write("list.csv", f"url\nhttps://x.com/{address}/{PICTURED.id}\n")
        done = town.command("audit", rows, "--archive", town.archive, "--config", town.config())
        assert json.loads(done.stdout)["renamed_from"] is None


class TestMedia:
    def test_pictures_that_are_gone_from_a_post_that_is_there(self, archived: Town) -> None:
        (picture,) = PICTURED.media
        archived.twin.population.change(PICTURED.id, media=())
        finding = look(archived)
        assert len(finding.media_gone) == 1
        assert picture.key in finding.media_gone[0]

    def test_one_of_two(self, town: Town) -> None:
        kept, gone = Picture(key="SkerryKept"), Picture(key="SkerryGone")
        town.twin.population.change(PICTURED.id, media=(kept, gone))
        town.run(town.page([PICTURED]))
        town.twin.population.change(PICTURED.id, media=(kept,))
        (address,) = look(town).media_gone
        assert gone.key in address

    def test_a_missing_post_has_lost_more_than_its_pictures(self, archived: Town) -> None:
        archived.twin.population.change(PICTURED.id, state=PostState.DELETED)
        assert look(archived).media_gone == ()

    def test_nothing_is_gone_where_all_is_there(self, archived: Town) -> None:
        assert look(archived).media_gone == ()


class TestMediaLost:
    """By what the looks list alone."""

    def looks(self, *listed: tuple[str, tuple[str, ...], str], state: State = State.LIVE) -> list[Observation]:
        return [
            Observation(
                platform="x",
                post_id="1",
                url="",
                state=state if n == len(listed) - 1 else State.LIVE,
                seen_at=at(n),
                how="",
                reason="",
                post=Post(
                    platform="x",
                    id="1",
                    url="",
                    seen_in=seen_in,
                    media=tuple(Media(kind=kind, url=url) for url in urls),
                ),
            )
            for n, (seen_in, urls, kind) in enumerate(listed)
        ]

    def test_signed_anew_or_of_another_size_is_the_same(self) -> None:
        looks = self.looks(("a", ("//p/1?sig=1", "//p/2?sig=1"), "photo"), ("a", ("//p/2?sig=2",), "photo"))
        assert media_lost(looks) == ("//p/1?sig=1",)

    def test_in_another_order_nothing_is_lost(self) -> None:
        assert media_lost(self.looks(("a", ("//p/1", "//p/2"), "photo"), ("a", ("//p/2", "//p/1"), "photo"))) == ()

    def test_addresses_that_changed_altogether_lose_no_more_than_the_number_tells(self) -> None:
        looks = self.looks(("a", ("//p/1", "//p/2", "//p/3"), "photo"), ("a", ("//q/8", "//q/9"), "photo"))
        assert media_lost(looks) == ("//p/3",)

    def test_another_endpoint_lists_other_media(self) -> None:
        assert media_lost(self.looks(("a", ("//p/1", "//p/2"), "photo"), ("b", ("//p/1",), "photo"))) == ()

    @pytest.mark.parametrize("kind", ["avatar", "card", "poster"])
    def test_what_is_not_the_post_s_own(self, kind: str) -> None:
        assert media_lost(self.looks(("a", ("//p/1",), kind), ("a", (), kind))) == ()

    @pytest.mark.parametrize("kind", ["photo", "video", "gif"])
    def test_what_is(self, kind: str) -> None:
        assert media_lost(self.looks(("a", ("//p/1",), kind), ("a", (), kind))) == ("//p/1",)

    def test_what_was_lost_before_the_last_look_is_still_lost(self) -> None:
        looks = self.looks(("a", ("//p/1",), "photo"), ("a", (), "photo"), ("a", (), "photo"))
        assert media_lost(looks) == ("//p/1",)

    def test_of_a_post_that_is_not_readable_nothing_is_said(self) -> None:
        looks = self.looks(("a", ("//p/1",), "photo"), ("a", (), "photo"), state=State.BLOCKED)
        assert media_lost(looks) == ()

    def test_an_address_that_is_none(self) -> None:
        assert media_lost(self.looks(("a", ("//[", "//p/2"), "photo"), ("a", ("//p/2",), "photo"))) == ("//[",)


class TestRescuedBounds:
    GONE = Finding(
        platform="x", post_id="1", url=None, state=State.DELETED, seen_at=at(20), since=at(5), missing_by=at(10)
    )

    @pytest.mark.parametrize(
        ("captured", "since"),
        [(at(3), at(5)), (at(7), at(7)), (at(10), at(5)), (at(12), at(5))],
        ids=["before it was seen", "between", "when it was seen missing", "afterwards"],
    )
    def test_whoever_made_the_copy_saw_the_post(self, captured: datetime, since: datetime) -> None:
        finding = with_rescued(self.GONE, self.copy(captured))
        assert (finding.since, finding.missing_by, finding.text) == (since, at(10), "words")

    def test_where_nobody_else_did(self) -> None:
        never = msgspec.structs.replace(self.GONE, since=None, text="own words")
        finding = with_rescued(never, self.copy(at(3)))
        assert (finding.since, finding.text) == (at(3), "own words")

    def test_why_there_is_none(self) -> None:
        finding = with_rescued(self.GONE, "nobody has one")
        assert (finding.not_rescued, finding.since) == ("nobody has one", at(5))

    def copy(self, captured: datetime) -> Rescued:
        return Rescued(archive="a.example", memento="", original="", captured_at=captured, record_id="r", text="words")


class TestWhatIsKnown:
    @pytest.mark.parametrize("evidence", [(), ("r",)], ids=["claimed by a page", "read in a capture"])
    def test_what_other_pages_claim_is_no_wording_of_the_post(self, evidence: tuple[str, ...]) -> None:
        words = "The lamp on the outer skerry is dark."
        mention = Mention(source="a", platform="x", rule="x.blockquote", confidence=1.0, text=words, id="m")
        post = Post(platform="x", id="1", url="", text=words)
        resolution = Resolution(
            mention_id="m",
            outcome=Outcome.RESOLVED,
            candidates=(Candidate(post=post, score=1.0, evidence=evidence),),
        )
        cites = (Cite(mention=mention, citation=Citation(source="a", mention_id="m")),)
        cited = Cited(platform="x", post=post, sources=("a",), mention=mention, resolution=resolution, cites=cites)
        now = Observation(platform="x", post_id="1", url="", state=State.DELETED, seen_at=at(9), how="", reason="")
        finding = Finding(platform="x", post_id="1", url=None, state=State.DELETED, seen_at=at(9))
        assert with_quotes(finding, cited, Seen(now, [])).quote == (QuoteVerdict.EXACT if evidence else None)

    def test_looks_come_in_the_order_of_time_whatever_they_were_stored_under(self) -> None:
        first, second, third, future = TestManyLooks().looks([State.LIVE] * 4)
        assert Seen(third, [future, second, first, third]).before == [first, second]

    def test_the_time_that_an_id_tells(self, town: Town) -> None:
        town.twin.population.change(DELETED.id, archived=())
        town.run(town.page([DELETED]))
        finding = look(town)
        assert (finding.state, finding.created_at) == (State.DELETED, DELETED.created)


class TestManyLooks:
    """Twice a day for years: what a finding lists stays short and tells when the state changed."""

    def looks(self, states: list[State]) -> list[Observation]:
        return [
            Observation(
                platform="x", post_id="1", url="", state=state, seen_at=at(number), how="", reason="", evidence=("r",)
            )
            for number, state in enumerate(states)
        ]

    def test_few_are_all_told(self) -> None:
        looks = self.looks([State.LIVE] * 5)
        assert telling(looks, 5) == looks

    def test_the_ends_of_each_spell_and_the_newest(self) -> None:
        looks = self.looks([State.LIVE] * 40 + [State.DELETED] * 40 + [State.LIVE] * 40)
        told = telling(looks, 12)
        assert len(told) == 12
        assert {looks[0], looks[39], looks[40], looks[79], looks[80]} <= set(told)
        assert told[-7:] == looks[-7:]
        assert told == sorted(told, key=lambda look: look.seen_at)

    def test_more_spells_than_room(self) -> None:
        looks = self.looks([State.LIVE, State.BLOCKED] * 50)
        assert telling(looks, 10) == [looks[0], *looks[-9:]]

    def test_what_it_was_at_any_time_is_still_known(self) -> None:
        looks = self.looks([State.LIVE] * 200 + [State.DELETED] * 300)
        told = tuple(Look(seen_at=look.seen_at, state=look.state) for look in telling(looks))
        finding = Finding(
            platform="x", post_id="1", url=None, state=State.DELETED, seen_at=looks[-1].seen_at, looks=told
        )
        for number, look in enumerate(looks):
            changed = changed_since(finding, look.seen_at)
            assert changed == (("state: live → deleted",) if number < 200 else ())


class TestWhoCites:
    def test_each_article_with_its_own_words_for_it(self, town: Town) -> None:
        one, two = town.page([PICTURED], name="one.html"), town.page([RENAMED, PICTURED], name="two.html")
        town.run(one, two)
        finding, _ = town.audit()
        assert [cite.source for cite in finding.citations] == [str(one), str(two)]
        assert [cite.title for cite in finding.citations] == ["The night without the lamp"] * 2
        assert finding.citations[0].rule == "x.blockquote"
        assert {cite.language for cite in finding.citations} == {"en"}

    def test_of_what_is_not_resolved_too(self, town: Town) -> None:
        town.run(town.page([NEVER_STORED], "flattened"))
        finding = look(town)
        assert (finding.post_key, finding.citations[0].handle) == (None, "gone_ferryman")


@pytest.mark.parametrize(
    ("published", "moment"),
    [
        ("2022-03-09", datetime(2022, 3, 9, tzinfo=UTC)),
        ("2022-03-09T12:00:00+02:00", datetime(2022, 3, 9, 10, tzinfo=UTC)),
        ("2022-03-09T12:00", datetime(2022, 3, 9, 12, tzinfo=UTC)),
        ("March", None),
        (None, None),
    ],
)
def test_when_an_article_was_published(published: str | None, moment: datetime | None) -> None:
    assert moment_of(published) == moment
