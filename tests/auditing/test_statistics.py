"""The figures of an audit. Invariants: what we could not see is in no share; each post counts once; the order of the
findings changes nothing; an interval contains its share."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archiver.auditing.figures.statistics import Statistics, statistics, summary_lines, wilson
from archiver.auditing.finding import (
    Citation,
    Copies,
    Embed,
    EmbedStanding,
    Fidelity,
    Finding,
    Look,
    QuoteVerdict,
)
from archiver.model import State, from_json, to_json

START = datetime(2026, 1, 1, tzinfo=UTC)
AT = datetime(2026, 11, 30, 12, tzinfo=UTC)


def day(number: float) -> datetime:
    return START + timedelta(days=number)


def post(
    number: int,
    *looks: tuple[float, State],
    cited: str | None = None,
    platform: str = "x",
    created: datetime | None = START,
    **more: object,
) -> Finding:
    """A post looked at on some days after it was written, and cited by one article of the day `cited`."""
    stored = tuple(Look(seen_at=day(when), state=state) for when, state in looks)
    citations = (Citation(source="a.html", mention_id="m", published=cited),) if cited else ()
    plain = Finding(
        platform=platform,
        post_id=str(number),
        post_key=f"{platform}:{number}",
        url=f"https://{platform}.example/{number}",
        state=stored[-1].state if stored else State.UNRESOLVED,
        seen_at=stored[-1].seen_at if stored else None,
        created_at=created,
        looks=stored,
        citations=citations,
        sources=("a.html",) if cited else (),
    )
    return msgspec.structs.replace(plain, **more)


def figures(*findings: Finding) -> Statistics:
    return statistics(findings, at=AT)


def curve(*findings: Finding) -> list[tuple[float, int, int]]:
    return [(step.days, step.at_risk, step.lost) for step in figures(*findings).survival.overall.latest.steps]


class TestShares:
    def test_wilson(self) -> None:
        """Newcombe, Stat. Med. 17 (1998) 857, table I: method 3."""
        for count, of, low, high in (
            (81, 263, 0.2553, 0.3662),
            (15, 148, 0.0624, 0.1605),
            (0, 20, 0.0, 0.1611),
            (1, 29, 0.0061, 0.1718),
        ):
            share = wilson(count, of)
            assert (round(share.low or 0, 4), round(share.high or 0, 4)) == (low, high)
        assert wilson(20, 20).high == 1.0
        assert all((wilson(0, of).low, wilson(of, of).high) == (0.0, 1.0) for of in range(1, 300))
        assert wilson(0, 0).share is None
        with pytest.raises(ValueError, match="3 of 2"):
            wilson(3, 2)

    @given(st.integers(0, 10**7), st.integers(0, 10**7))
    def test_contains_the_share(self, one: int, other: int) -> None:
        share = wilson(min(one, other), max(one, other))
        if share.share is not None:
            assert 0 <= (share.low or 0) <= share.share <= (share.high or 0) <= 1


class TestCounts:
    def test_what_we_could_not_see_is_in_no_share(self) -> None:
        states = (State.LIVE, State.EDITED, State.MOVED, State.DELETED, State.SUSPENDED)
        unseen = (State.BLOCKED, State.UNREACHABLE, State.UNRESOLVED)
        told = figures(*(post(at, (9, state)) for at, state in enumerate((*states, *unseen)))).overall
        assert (told.posts, told.known, told.not_seen) == (8, 5, 3)
        assert (told.missing.count, told.missing.of, told.deleted.count) == (2, 5, 1)
        assert told.edited.count == 1
        assert told.states == {
            "live": 1, "edited": 1, "deleted": 1, "suspended": 1, "moved": 1, "blocked": 1, "unreachable": 1,
            "unresolved": 1,
        }  # fmt: skip

    def test_confirmed_and_seen_once(self) -> None:
        told = figures(
            post(1, (9, State.DELETED), confirmed=True),
            post(2, (9, State.DELETED)),
            post(3, (9, State.LIVE), confirmed=True),
        ).overall
        assert (told.confirmed, told.seen_once) == (1, 1)

    def test_a_post_counts_once_and_once_in_each_of_its_articles(self) -> None:
        def quoted(source: str, verdict: QuoteVerdict, standing: EmbedStanding) -> Citation:
            return Citation(
                source=source,
                mention_id=source,
                title=f"On {source}",
                embed=Embed(standing=standing),
                quote=Fidelity(verdict=verdict, reason=""),
            )

        citations = (
            quoted("a", QuoteVerdict.ALTERED, EmbedStanding.WORKS),
            quoted("b", QuoteVerdict.EXACT, EmbedStanding.BROKEN),
            quoted("b", QuoteVerdict.TRANSLATED, EmbedStanding.WORKS),
        )
        one = post(1, (9, State.LIVE), citations=citations, sources=("a", "b", "c"), embed_broken=True)
        told = figures(one, one, post(2, (9, State.DELETED), sources=("b",)))
        assert told.overall.posts == 2
        rows = {row.name: (row.title, row.posts, row.missing.count, row.embed_broken.count) for row in told.articles}
        assert rows == {"a": ("On a", 1, 0, 0), "b": ("On b", 2, 1, 1), "c": (None, 1, 0, 0)}
        assert [row.name for row in told.articles] == ["b", "a", "c"]
        assert told.overall.quotes == {"exact": 1, "altered": 1, "translated": 1}
        assert (told.overall.altered.count, told.overall.altered.of) == (1, 2)

    def test_of_two_findings_the_later_look_counts_and_both_articles(self) -> None:
        early = post(1, (5, State.LIVE), sources=("a",))
        late = post(1, (5, State.LIVE), (9, State.DELETED), sources=("b",))
        for pair in ((early, late), (late, early)):
            told = figures(*pair)
            assert told.overall.states == {"deleted": 1}
            assert {row.name: row.missing.count for row in told.articles} == {"a": 1, "b": 1}

    def test_of_two_findings_the_later_says_how_an_article_quotes(self) -> None:
        def found(when: float, verdict: QuoteVerdict, title: str) -> Finding:
            quote = Fidelity(verdict=verdict, reason="")
            citation = Citation(source="a", mention_id="m", title=title, quote=quote)
            return post(1, (when, State.LIVE), citations=(citation,), sources=("a",))

        early, late = found(5, QuoteVerdict.EXACT, "A"), found(9, QuoteVerdict.ALTERED, "B")
        for pair in ((early, late), (late, early)):
            told = figures(*pair)
            assert told.overall.quotes == {"altered": 1}
            assert [row.title for row in told.articles] == ["B"]
        others = (
            post(2, (5, State.LIVE), citations=early.citations),
            post(3, (9, State.LIVE), citations=late.citations),
        )
        assert [figures(*pair).articles[0].title for pair in (others, others[::-1])] == ["A", "A"]
        bare = post(1, (9, State.LIVE), quote=QuoteVerdict.ALTERED)
        assert figures(bare, bare).overall.quotes == {"altered": 1}

    def test_without_a_key_the_permalink_says_which_post_it_is(self) -> None:
        plain = post(1, (5, State.LIVE), post_key=None)
        assert figures(plain, plain, post(2, (5, State.LIVE), post_key=None)).overall.posts == 2
        unsure = msgspec.structs.replace(plain, state=State.UNRESOLVED)
        assert figures(unsure, unsure).overall.posts == 2

    def test_what_was_edited_before_it_went_was_edited(self) -> None:
        told = figures(post(1, (9, State.DELETED), edited=True), post(2, (9, State.BLOCKED), edited=True)).overall
        assert (told.edited.count, told.edited.of) == (1, 1)

    def test_mentions_that_are_not_resolved_are_each_their_own(self) -> None:
        unknown = Finding(platform="x", post_id=None, url=None, state=State.UNRESOLVED, seen_at=None)
        assert figures(unknown, unknown).overall.posts == 2

    def test_what_is_lost_besides(self) -> None:
        nobody, unsure = Copies(asked=("archive", "web.archive.org")), Copies(asked=(), failed=("web.archive.org",))
        told = figures(
            post(1, (9, State.LIVE), renamed_from="old", media_gone=("https://pic.example/1",), copies=nobody),
            post(2, (9, State.LIVE), copies=unsure),
            post(3, (9, State.DELETED), renamed_from="old", copies=nobody),
        ).overall
        assert (told.renamed.count, told.renamed.of) == (1, 2)
        assert (told.media_gone.count, told.media_gone.of) == (1, 2)
        assert (told.never_captured.count, told.never_captured.of) == (2, 2)
        assert (told.rescued.count, told.rescued.of) == (0, 1)

    def test_more_articles_than_rows(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("archiver.auditing.figures.statistics.MAX_ROWS", 2)
        told = figures(*(post(at, (9, State.DELETED if at > 2 else State.LIVE), sources=(f"{at}",)) for at in range(5)))
        assert [row.name for row in told.articles] == ["3", "4"]
        assert told.rows_left_out == {"articles": 3}

    def test_rows(self) -> None:
        told = figures(
            post(1, (9, State.LIVE), language="pt-BR"),
            post(2, (9, State.LIVE), language="PT", created=None, day="2024-05-01"),
            post(3, (9, State.LIVE), platform="bluesky", created=None),
        )
        assert [(row.name, row.posts) for row in told.platforms] == [("x", 2), ("bluesky", 1)]
        assert [(row.name, row.posts) for row in told.languages] == [("pt", 2), ("", 1)]
        assert [(row.name, row.posts) for row in told.years] == [("2024", 1), ("2026", 1), ("", 1)]


class TestSurvival:
    def test_delayed_entry_by_hand(self) -> None:
        """Entry at 2 (cited), 5 (first readable look) and 1 (cited): at 4, two are at risk; at 10, two again."""
        told = figures(
            post(1, (3, State.LIVE), (4, State.DELETED), cited="2026-01-03"),
            post(2, (5, State.LIVE), (10, State.SUSPENDED)),
            post(3, (20, State.LIVE), cited="2026-01-02T00:00:00Z"),
        ).survival
        assert [(step.days, step.at_risk, step.lost, step.survival) for step in told.overall.latest.steps] == [
            (4, 2, 1, 0.5),
            (10, 2, 1, 0.25),
        ]
        assert [(step.days, step.at_risk, step.survival) for step in told.overall.middle.steps] == [
            (3.5, 2, 0.5),
            (7.5, 2, 0.25),
        ]
        assert told.overall.loss_within == 3
        assert [(step.days, step.lost) for step in told.deleted.latest.steps] == [(4, 1)]
        assert (told.posts, told.left_out) == (3, {})

    def test_a_post_that_came_back_is_watched_until_its_last_look(self) -> None:
        told = figures(post(1, (1, State.LIVE), (5, State.DELETED), (9, State.LIVE))).survival.overall.latest
        assert (told.posts, told.lost, told.until) == (1, 0, 9)

    def test_a_refusal_is_neither_a_loss_nor_a_look_that_saw_it(self) -> None:
        told = figures(post(1, (1, State.LIVE), (5, State.LIVE), (9, State.BLOCKED))).survival.overall.latest
        assert (told.posts, told.lost, told.until) == (1, 0, 5)
        lost = post(1, (1, State.LIVE), (5, State.DELETED), (7, State.BLOCKED), (9, State.DELETED))
        assert curve(lost) == [(5, 1, 1)]
        refused = post(1, (1, State.LIVE), (5, State.DELETED), (9, State.BLOCKED))
        assert figures(refused).survival.deleted.latest.lost == 1

    def test_a_look_that_is_not_among_those_listed_counts(self) -> None:
        """Of many looks the finding lists some; what it says itself is the last."""
        last = post(1, (1, State.LIVE), (5, State.LIVE), state=State.DELETED, seen_at=day(9), missing_by=day(9))
        assert curve(last) == [(9, 1, 1)]
        assert figures(last).survival.deleted.latest.lost == 1

    def test_looks_in_any_order(self) -> None:
        one = post(1, (1, State.LIVE), (5, State.LIVE), (9, State.DELETED), (12, State.DELETED))
        mixed = msgspec.structs.replace(one, looks=(one.looks[2], one.looks[0], one.looks[3], one.looks[1]))
        assert figures(mixed) == figures(one)

    def test_a_time_that_is_later_than_the_loss_is_not_before_it(self) -> None:
        """A copy of another archive may be dated after the first look that found the post missing."""
        lost = post(1, (10, State.LIVE), (20, State.DELETED), since=day(40), missing_by=day(20))
        assert figures(lost).survival.overall.loss_within == 10

    def test_missing_for_another_reason_each_time_is_missing_since_the_first(self) -> None:
        assert curve(post(1, (1, State.LIVE), (5, State.SUSPENDED), (9, State.DELETED))) == [(5, 1, 1)]

    def test_bounds_that_the_finding_knows_without_looks(self) -> None:
        told = figures(
            post(1, looks=(), state=State.DELETED, seen_at=day(30), since=day(10), missing_by=day(20), post_id="1")
        ).survival.overall
        assert [step.days for step in told.latest.steps] == [20]
        assert [step.days for step in told.middle.steps] == [15]

    def test_a_rescued_copy_bounds_a_loss_and_begins_nothing(self) -> None:
        seen = post(1, (5, State.LIVE), (30, State.DELETED), since=day(20), missing_by=day(30))
        assert [step.days for step in figures(seen).survival.overall.middle.steps] == [25]
        never = post(1, (30, State.DELETED), since=day(20), missing_by=day(30))
        assert figures(never).survival.left_out == {"gone_before": 1}

    @pytest.mark.parametrize(
        ("finding", "reason"),
        [
            (Finding(platform="x", post_id=None, url=None, state=State.UNRESOLVED, seen_at=None), "not_resolved"),
            (post(1, (9, State.LIVE), created=None), "no_time"),
            (post(1, (9, State.BLOCKED)), "never_seen"),
            (post(1, (9, State.DELETED)), "gone_before"),
            (post(1, (9, State.DELETED), cited="2026-01-20"), "gone_before"),
            (post(1, (9, State.LIVE)), "no_span"),
            (post(1, (9, State.LIVE), (12, State.LIVE), created=day(10)), "contradictory"),
            (post(1, (9, State.LIVE), (12, State.LIVE), created=datetime(1970, 1, 1, tzinfo=UTC)), "contradictory"),
            (
                post(1, (9, State.LIVE), (12, State.LIVE), created=datetime.fromisoformat("0001-01-01T00:00+14:00")),
                "contradictory",
            ),
        ],
    )
    def test_left_out_and_counted(self, finding: Finding, reason: str) -> None:
        told = figures(finding).survival
        assert (told.posts, told.left_out) == (0, {reason: 1})

    @pytest.mark.parametrize("published", ["2025-12-31", "2025-12-31T23:59:59Z", "soon", "9999-99-99", ""])
    def test_an_article_older_than_the_post_says_nothing(self, published: str) -> None:
        assert figures(post(1, (9, State.DELETED), cited=published)).survival.left_out == {"gone_before": 1}

    @pytest.mark.parametrize(
        ("published", "days"), [("2026-01-01", 0.0), ("2026-01-02", 0.5), ("2026-01-01T18:00:00+02:00", 4 / 24)]
    )
    def test_entry_with_the_articles_day_alone(self, published: str, days: float) -> None:
        finding = post(1, (9, State.DELETED), cited=published, created=START + timedelta(hours=12))
        assert figures(finding).survival.overall.latest.begins == pytest.approx(days)

    @pytest.mark.parametrize("published", ["2026-02-10", "2099-01-01", "2026-01-06T12:00:00Z"])
    def test_a_look_before_any_article_begins_the_watch(self, published: str) -> None:
        """What was seen to go, counts, though an article says that it cited the post later: or its date is wrong."""
        assert curve(post(1, (2, State.LIVE), (9, State.DELETED), cited=published)) == [(9, 1, 1)]
        assert figures(post(1, (2, State.LIVE), (9, State.LIVE), cited=published)).survival.overall.latest.begins == 2

    def test_years_are_those_of_utc(self) -> None:
        eve = post(1, (9, State.LIVE), created=datetime.fromisoformat("2025-12-31T23:30:00-05:00"))
        assert [row.name for row in figures(eve).years] == ["2026"]

    def test_a_post_of_which_the_day_is_known(self) -> None:
        finding = post(1, (0.25, State.LIVE), (9, State.DELETED), created=None, day="2026-01-01")
        assert curve(finding) == [(8.5, 1, 1)]

    def test_an_article_of_the_same_day_that_came_before_the_post_says_nothing(self) -> None:
        early = post(1, (9, State.DELETED), cited="2026-01-01T09:00:00Z", created=START + timedelta(hours=12))
        assert figures(early).survival.left_out == {"gone_before": 1}

    def test_a_copy_from_before_the_watch_does_not_lengthen_the_time_of_a_loss(self) -> None:
        lost = post(1, (30, State.DELETED), since=day(3), missing_by=day(30), cited="2026-01-06")
        assert figures(lost).survival.overall.loss_within == 25

    def test_not_more_groups_than_can_be_looked_at(self) -> None:
        many = [post(at, (1, State.LIVE), (9, State.LIVE), platform=f"p{at % 14:02}") for at in range(14 * 10)]
        groups = figures(*many).survival.platforms
        assert (len(groups), groups[-1].name, groups[-1].together) == (13, "*", ("p12", "p13"))

    def test_small_groups_are_taken_together(self) -> None:
        many = [post(at, (1, State.LIVE), (9, State.LIVE), platform="x") for at in range(10)]
        few = [
            post(at, (1, State.LIVE), (9, State.DELETED), platform=name) for at in (1, 2) for name in ("vk", "tiktok")
        ]
        groups = figures(*many, *few).survival.platforms
        assert [(one.name, one.together, one.latest.posts, one.latest.lost) for one in groups] == [
            ("x", (), 10, 0),
            ("*", ("tiktok", "vk"), 4, 4),
        ]


FINDINGS = st.lists(
    st.builds(
        lambda number, looks, cited, platform, confirmed: post(
            number,
            *sorted(looks, key=lambda look: look[0]),
            cited=cited,
            platform=platform,
            confirmed=confirmed,
        ),
        st.integers(0, 12),
        st.lists(st.tuples(st.integers(-3, 40), st.sampled_from(list(State))), max_size=4),
        st.sampled_from([None, "2026-01-03", "2025-12-01", "2026-01-05T10:00:00+02:00"]),
        st.sampled_from(["x", "vk"]),
        st.booleans(),
    ),
    max_size=20,
)


@given(FINDINGS)
@settings(deadline=None, max_examples=80)
def test_each_post_is_counted_once_whatever_the_order(findings: list[Finding]) -> None:
    told = figures(*findings)
    assert told.overall.posts == len({finding.post_key for finding in findings})
    assert told.overall.posts == told.overall.known + told.overall.not_seen == sum(told.overall.states.values())
    assert told.survival.posts + sum(told.survival.left_out.values()) == told.overall.posts
    assert sum(row.posts for row in told.platforms) == told.overall.posts
    assert told.overall == figures(*reversed(findings)).overall
    assert from_json(to_json(told), Statistics) == told


def test_lines_for_a_terminal() -> None:
    years = [post(at, (1, State.LIVE), (400, State.LIVE)) for at in range(3)]
    lost = post(9, (1, State.LIVE), (200, State.DELETED))
    assert list(summary_lines(figures(*years, lost, post(10, (9, State.BLOCKED))))) == [
        "missing: 1 of 4, 25 % (4.56 to 69.9 %) (1 of them seen once)",
        "not counted: 1 blocked",
        "still there: 75 % (12.8 to 96.1 %) after 1 year",
    ]
    assert list(summary_lines(figures())) == []
    first_looks = [post(at, (2000, State.DELETED if at else State.LIVE), cited="2026-01-01") for at in range(3)]
    assert list(summary_lines(figures(*first_looks))) == [
        "missing: 2 of 3, 66.7 % (20.8 to 93.9 %) (2 of them seen once)"
    ]
