"""When a candidate wins, when the answer is "not sure", and that every reason is one that was reckoned with."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.model import Candidate, Mention, Outcome, Post
from archiver.platforms import platform as platform_named
from archiver.platforms.base import Platform
from archiver.platforms.x import PLATFORM
from archiver.resolution.ranking import (
    CONTRADICTED,
    DOUBTFUL,
    NAMED,
    Decision,
    HandleUse,
    day_contradicts,
    decide,
    features_of,
    score,
)
from archiver.resolution.settings import ResolveSettings
from archiver.resolution.weights import probabilities

WORDS = "The lower swing bridge stays shut until the tide gauge has been repaired by the crew from Selva."
REWORDED = "The lower swing bridge will remain closed until the crew from Selva has repaired the tide gauge."
CLOSE = "The lower swing bridge stays shut until the tide gauge has been checked by the crew from Selva."
OTHER = "A film about lighthouses opens on Saturday in the old cinema, with music by the harbour choir."
NOON_ID = 1590313249797058560
"""An id of 2022-11-09, noon."""
NOON = datetime(2022, 11, 9, 12, 0, tzinfo=UTC)
MASTODON, TELEGRAM = platform_named("mastodon"), platform_named("telegram")


def mention(**changes: Any) -> Mention:
    fields: dict[str, Any] = {"handle": "quay_ledger", "date": "2022-11-09", "date_basis": "utc", "text": WORDS}
    fields = {"platform": "x"} | fields | changes
    return Mention(source="t", rule="t", confidence=1.0, **fields)


def candidate(text: str | None, offset: int = 0, source: str = "cdx", **fields: Any) -> Candidate:
    post_id = str(NOON_ID + offset)
    contradictions = fields.pop("contradictions", ())
    fields = {"handle": "quay_ledger", "created_at": PLATFORM.time_of(post_id)} | fields
    post = Post(platform="x", id=post_id, url=f"https://x.com/quay_ledger/status/{post_id}", text=text, **fields)
    return Candidate(post=post, score=0.0, source=source, contradictions=contradictions)


def told(platform: str, text: str, number: int = 417, **fields: Any) -> Candidate:
    """A candidate of a platform whose ids carry no time."""
    fields = {"handle": "quay_ledger", "created_at": NOON} | fields
    post = Post(
        platform=platform, id=f"quay_ledger/{number}", url=f"https://t.me/quay_ledger/{number}", text=text, **fields
    )
    return Candidate(post=post, score=0.0, source="listing")


def settle(
    shown: Mention,
    *found: Candidate,
    gaps: tuple[str, ...] = (),
    platform: Platform | None = PLATFORM,
    accounts: tuple[HandleUse, ...] = (),
) -> Decision:
    assert platform is not None
    ranked = [score(shown, one, platform, accounts=accounts) for one in found]
    return decide(shown, ranked, ResolveSettings(), gaps=gaps)


def weights_of(one: Candidate) -> dict[str, float]:
    return {reason.feature: reason.weight for reason in one.reasons}


def notes_of(one: Candidate) -> str:
    return "; ".join(reason.note for reason in one.reasons)


# -- by words


def test_two_that_are_about_equally_alike_stay_open() -> None:
    shown = mention(text=REWORDED)
    assert settle(shown, candidate(WORDS)).outcome is Outcome.RESOLVED
    both = settle(shown, candidate(WORDS), candidate(CLOSE, 1))
    assert (both.outcome, both.winner) == (Outcome.AMBIGUOUS, None)
    assert len(both.candidates) == 2


def test_the_same_words_twice_stay_open_and_once_win() -> None:
    assert settle(mention(), candidate(WORDS), candidate(CLOSE, 1), candidate(OTHER, 2)).winner is not None
    twice = settle(mention(), candidate(WORDS), candidate(WORDS, 1))
    assert twice.outcome is Outcome.AMBIGUOUS
    assert "exactly these words" in twice.reason


def test_a_post_that_differs_in_one_word_alone_is_never_sure() -> None:
    """The right one is gone, and another of the series, or its other version, is left."""
    for other in (CLOSE, WORDS.replace("stays shut", "stays open"), WORDS.replace("has been", "has not been")):
        found = settle(mention(), candidate(other))
        assert found.outcome is Outcome.AMBIGUOUS, other
        assert "nearly letter by letter the same, but it shows" in found.reason


def test_the_words_after_the_signature_count_too() -> None:
    first, _, rest = WORDS.partition(" until ")
    rest = f"until {rest}"
    whole = settle(mention(text=first, continuation=rest), candidate(WORDS)).candidates[0].score
    assert whole == settle(mention(text=WORDS), candidate(WORDS)).candidates[0].score
    assert settle(mention(text=first), candidate(WORDS)).candidates[0].score < whole
    assert settle(mention(text=None, continuation=WORDS), candidate(WORDS)).outcome is Outcome.RESOLVED


@pytest.mark.parametrize("where", ["title", "title and text", "warning and text"])
def test_words_may_be_those_of_the_heading_or_of_both(where: str) -> None:
    first, _, rest = WORDS.partition(" until ")
    fields = {
        "title": {"title": WORDS, "text": OTHER},
        "title and text": {"title": first, "text": f"until {rest}"},
        "warning and text": {"warning": first, "text": f"until {rest}"},
    }[where]
    text = fields.pop("text")
    decision = settle(mention(), candidate(text, **fields))
    assert decision.outcome is Outcome.RESOLVED
    assert "the same" in decision.reason


def test_with_a_gap_it_is_less_sure_and_the_gap_is_named() -> None:
    shown = mention(text="The lower bridge will stay closed until a crew that comes from Selva has repaired its gauge.")
    alone = settle(shown, candidate(WORDS))
    gap = settle(shown, candidate(WORDS), gaps=("the index: no answer", "the index: no answer"))
    assert gap.candidates[0].score < alone.candidates[0].score
    if gap.outcome is not Outcome.RESOLVED:
        assert gap.reason.count("the index: no answer") == 1
    exact = settle(mention(), candidate(WORDS), gaps=("the index: no answer",))
    assert exact.outcome is Outcome.RESOLVED
    assert not exact.certain
    assert settle(mention(), candidate(WORDS)).certain


def test_few_words_prove_nothing_where_not_all_could_be_asked() -> None:
    shown = mention(text="Yes.")
    assert settle(shown, candidate("Yes.")).outcome is Outcome.RESOLVED
    gap = settle(shown, candidate("Yes."), gaps=("the list: no answer",))
    assert gap.outcome is Outcome.AMBIGUOUS
    assert "so few" in gap.reason
    assert "the list: no answer" in gap.reason


def test_no_candidates_and_no_words() -> None:
    assert settle(mention()).reason == "no candidate was found"
    assert "the index: no answer" in settle(mention(), gaps=("the index: no answer",)).reason
    assert settle(mention(text=None), candidate(WORDS)).outcome is Outcome.AMBIGUOUS
    assert settle(mention(), candidate(None)).outcome is Outcome.UNRESOLVED
    assert settle(mention(), candidate(OTHER)).outcome is Outcome.UNRESOLVED


# -- by what contradicts it


@pytest.mark.parametrize("source", ["cdx", "permalink", "media", "store", "index", "listing", "memento"])
def test_a_contradicting_day_is_listed_and_never_wins(source: str) -> None:
    decision = settle(mention(date="2022-11-10"), candidate(WORDS, source=source))
    assert (decision.outcome, decision.winner) == (Outcome.UNRESOLVED, None)
    assert len(decision.candidates) == 1
    assert decision.candidates[0].score == CONTRADICTED
    assert "contradicts the printed day" in decision.reason
    assert weights_of(decision.candidates[0])["contradiction"] < 0
    assert settle(mention(), candidate(WORDS, source=source)).outcome is Outcome.RESOLVED


def test_a_contradicted_candidate_takes_nothing_from_another() -> None:
    right, wrong = candidate(WORDS), candidate(WORDS, 400_000_000_000_000)
    decision = settle(mention(), wrong, right)
    assert decision.winner is not None
    assert decision.winner.post.id == right.post.id
    assert [one.post.id for one in decision.candidates] == [right.post.id, wrong.post.id]


def test_a_viewers_day_may_be_the_next() -> None:
    assert settle(mention(date="2022-11-10", date_basis="viewer"), candidate(WORDS)).outcome is Outcome.RESOLVED
    assert settle(mention(date="2022-11-11", date_basis="viewer"), candidate(WORDS)).outcome is Outcome.UNRESOLVED
    assert settle(mention(date="2022-11-11"), candidate(WORDS)).outcome is Outcome.UNRESOLVED
    # a day that differs within the slack is no reason for it
    same = settle(mention(date_basis="viewer"), candidate(REWORDED)).candidates[0]
    next_day = settle(mention(date="2022-11-10", date_basis="viewer"), candidate(REWORDED)).candidates[0]
    assert weights_of(next_day)["same_day"] == 0 < weights_of(same)["same_day"]


def test_a_record_that_shows_a_day_alone_is_compared_by_it() -> None:
    undated = {"created_at": None, "day": "2022-11-09"}
    shown = mention(platform="telegram")
    assert settle(shown, told("telegram", WORDS, **undated), platform=TELEGRAM).outcome is Outcome.RESOLVED
    other = settle(
        mention(platform="telegram", date="2022-11-10"), told("telegram", WORDS, **undated), platform=TELEGRAM
    )
    assert other.outcome is Outcome.UNRESOLVED
    unknown = told("telegram", WORDS, created_at=None)
    assert settle(shown, unknown, platform=TELEGRAM).outcome is Outcome.RESOLVED


def test_what_the_record_itself_makes_impossible_never_wins() -> None:
    for source in ("permalink", "listing"):
        decision = settle(mention(), candidate(WORDS, source=source, contradictions=("it is not what its hash says",)))
        assert decision.outcome is Outcome.UNRESOLVED
        assert "not what its hash says" in decision.reason


class Doubting:
    """A platform that finds a fault in every record."""

    def __init__(self, inner: Platform) -> None:
        self._inner = inner

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def contradictions(self, post: Post) -> tuple[str, ...]:
        return (f"{post.id} was made before its account",)


@pytest.mark.parametrize("source", ["permalink", "listing"])
def test_what_the_platform_finds_impossible_never_wins(source: str) -> None:
    platform: Any = Doubting(PLATFORM)
    decision = settle(mention(), candidate(WORDS, source=source), platform=platform)
    assert (decision.outcome, decision.winner) == (Outcome.UNRESOLVED, None)
    assert "before its account" in decision.reason
    assert "before its account" in notes_of(decision.candidates[0])


def test_a_post_after_the_article_is_unlikely_but_articles_are_changed_later() -> None:
    shown = mention(text=REWORDED, date=None, published="2022-11-08")
    late, early = candidate(WORDS, 10**15), candidate(WORDS)
    late_score, early_score = (settle(shown, one).candidates[0] for one in (late, early))
    assert "after_article" in weights_of(late_score)
    assert "after_article" not in weights_of(early_score)
    assert late_score.score < early_score.score


def test_day_contradicts_says_what_score_says() -> None:
    post = candidate(WORDS).post
    assert day_contradicts(mention(), post, PLATFORM) is None
    assert "contradicts" in (day_contradicts(mention(date="2022-11-10"), post, PLATFORM) or "")
    assert day_contradicts(mention(date=None), post, PLATFORM) is None


# -- by the printed time


def test_a_printed_time_tells_two_posts_of_the_same_words_apart() -> None:
    shown = mention(
        platform="telegram", date="2022-11-09T14:00", date_basis="viewer", text="Good morning from the quay"
    )
    right = told("telegram", "Good morning from the quay", 417)
    wrong = told("telegram", "Good morning from the quay", 420, created_at=NOON + timedelta(minutes=127))
    decision = settle(shown, wrong, right, platform=TELEGRAM)
    assert decision.winner is not None
    assert decision.winner.post.id == right.post.id
    weights = [weights_of(one) for one in decision.candidates]
    assert weights[0]["minute"] > 0 > weights[1]["other_minute"]
    # alone it stays open, too
    assert settle(shown, wrong, platform=TELEGRAM).outcome is Outcome.AMBIGUOUS
    assert settle(shown, right, platform=TELEGRAM).outcome is Outcome.RESOLVED


def test_where_embeds_print_the_time_another_time_is_another_post() -> None:
    platform = platform_named("bluesky")
    assert platform is not None
    assert platform.signature is not None
    assert platform.signature.timed
    shown = mention(platform="bluesky", handle="ana.example", date="2022-11-09T14:07", date_basis="viewer")
    post = Post(platform="bluesky", id="3l2s5xxv2ze2c", scope="did:plc:a", url="https://bsky.app/x", text=WORDS)
    made = {minutes: NOON + timedelta(minutes=minutes) for minutes in (0, 7)}
    for minutes, outcome in ((7, Outcome.RESOLVED), (0, Outcome.UNRESOLVED)):
        one = Candidate(
            post=Post(**{name: getattr(post, name) for name in post.__struct_fields__} | {"created_at": made[minutes]}),
            score=0.0,
            source="listing",
        )
        found = settle(shown, one, platform=Timeless(platform))
        assert found.outcome is outcome, found.reason


class Timeless(Doubting):
    """A platform whose ids are not looked at."""

    def contradictions(self, post: Post) -> tuple[str, ...]:
        return ()

    def time_of(self, post_id: str) -> None:
        return None


# -- by pictures and links


def test_a_retweet_is_not_the_post() -> None:
    repost = candidate(f"RT @quay_ledger: {WORDS}")
    decision = settle(mention(), repost)
    assert decision.outcome is not Outcome.RESOLVED
    assert weights_of(decision.candidates[0])["repost"] < 0
    # an article that shows one as such means it
    shown = mention(text=f"RT @quay_ledger: {WORDS}")
    assert settle(shown, repost).outcome is Outcome.RESOLVED


PICTURE = "pic.twitter.com/Ab3dEf9hIj"


def test_a_shared_link_code_is_the_post_itself() -> None:
    shown = mention(text=f"Look! {PICTURE}", links=(PICTURE,))
    right = candidate("Regardez", links=("pic.x.com/Ab3dEf9hIj",))
    wrong = candidate("Look!", 1, links=("pic.x.com/AB3dEf9hIj",))
    decision = settle(shown, right, wrong)
    assert decision.winner is not None
    assert decision.winner.post == right.post
    assert "Ab3dEf9hIj" in decision.reason
    assert decision.certain


def test_a_short_link_in_common_names_it_too() -> None:
    shown = mention(text=f"{OTHER} https://t.co/Zz3dEf9hIj")
    assert settle(shown, candidate(f"{WORDS} https://t.co/Zz3dEf9hIj")).certain
    assert not settle(shown, candidate(f"{WORDS} https://t.co/Zz3dEf9hIk")).certain


def test_a_repost_keeps_the_code_and_is_not_named_by_it() -> None:
    shown = mention(text=f"{WORDS} {PICTURE}")
    repost = candidate(f"RT @quay_ledger: {WORDS} {PICTURE}")
    assert settle(shown, repost).outcome is not Outcome.RESOLVED


def test_a_shared_code_of_another_account_decides_nothing() -> None:
    shown = mention(text="Look!", links=(PICTURE,))
    owner = candidate("Our film", links=(PICTURE,), handle="film_maker")
    assert settle(shown, owner).outcome is not Outcome.RESOLVED


def test_another_picture_keeps_the_same_words_from_being_sure() -> None:
    shown = mention(text=f"{WORDS} {PICTURE}")
    other = candidate(WORDS, links=("pic.twitter.com/Zz3dEf9hIj",))
    decision = settle(shown, other)
    assert decision.outcome is Outcome.AMBIGUOUS
    assert "picture" in decision.reason
    assert decision.candidates[0].score <= DOUBTFUL
    # a code that lost the case of its letters proves nothing, and is no other picture
    lost = candidate(WORDS, links=("pic.twitter.com/ab3def9hij",))
    decision = settle(shown, lost)
    assert decision.outcome is Outcome.RESOLVED
    assert "named" not in decision.reason
    assert not {"other_picture", "shared_code"} & set(weights_of(decision.candidates[0]))


def test_two_permalinks_stay_open() -> None:
    two = settle(mention(), candidate(WORDS, 0, "media"), candidate(WORDS, 1, "permalink"))
    assert two.outcome is Outcome.AMBIGUOUS
    assert "names more than one post" in two.reason
    one = settle(mention(), candidate(OTHER, 0, "permalink"), candidate(WORDS, 1))
    assert one.winner is not None
    assert one.winner.source == "permalink"
    assert one.winner.score == 1.0


# -- by versions


def test_versions_of_an_edited_post_are_one_candidate() -> None:
    ids = (str(NOON_ID), str(NOON_ID + 1))
    first, second = candidate(CLOSE, 0, edits=ids), candidate(WORDS, 1, edits=ids)
    decision = settle(mention(), first, second)
    assert decision.winner is not None
    assert decision.winner.post.id == ids[1]
    assert len(decision.candidates) == 1
    assert ids[0] in notes_of(decision.candidates[0])
    # records of one post from two sources, too
    again = settle(mention(), candidate(WORDS), candidate(WORDS, 0, "listing"))
    assert len(again.candidates) == 1
    assert again.outcome is Outcome.RESOLVED


def test_a_version_that_is_contradicted_leaves_the_other() -> None:
    ids = (str(NOON_ID), str(NOON_ID + 1))
    bad = candidate(WORDS, 0, edits=ids, contradictions=("broken",))
    good = candidate(WORDS, 1, edits=ids)
    decision = settle(mention(), bad, good)
    assert decision.winner is not None
    assert decision.winner.post.id == ids[1]


def test_the_hash_of_the_record_that_was_quoted_tells_which_post_it_is() -> None:
    shown = mention(text=REWORDED, content_id="bafy1")
    right, other = candidate(WORDS, 0, content_id="bafy1"), candidate(CLOSE, 1, content_id="bafy2")
    decision = settle(shown, other, right)
    assert decision.winner is not None
    assert decision.winner.post.id == right.post.id
    assert weights_of(decision.candidates[0])["version"] > 0 > weights_of(decision.candidates[1])["other_version"]
    # edited since: another hash alone does not rule it out
    assert settle(mention(content_id="bafy1"), candidate(WORDS, content_id="bafy2")).outcome is Outcome.RESOLVED


# -- by the account


USE = HandleUse(account_id="7", handle="quay_ledger", first="2021-01-01", last="2023-01-01")


def test_a_renamed_account_with_the_same_id_is_a_reason_for_it() -> None:
    renamed = candidate(WORDS, handle="QuayLedgerHQ", account_id="7")
    decision = settle(mention(), renamed, accounts=(USE,))
    assert decision.outcome is Outcome.RESOLVED
    assert weights_of(decision.candidates[0])["renamed"] > 0
    assert "QuayLedgerHQ" in notes_of(decision.candidates[0])
    unknown = settle(mention(), renamed)
    assert weights_of(unknown.candidates[0])["other_handle"] < 0
    stranger = settle(mention(), candidate(WORDS, handle="QuayLedgerHQ", account_id="8"), accounts=(USE,))
    assert weights_of(stranger.candidates[0])["other_handle"] < 0


@pytest.mark.parametrize("source", ["listing", "permalink", "media"])
def test_a_handle_that_changed_hands_keeps_the_new_holders_post_from_winning(source: str) -> None:
    later = candidate(WORDS, source=source, account_id="8")
    decision = settle(mention(), later, accounts=(USE,))
    assert (decision.outcome, decision.winner) == (Outcome.UNRESOLVED, None)
    assert "changed hands" in decision.reason
    assert "7" in decision.reason
    assert settle(mention(), candidate(WORDS, source=source, account_id="7"), accounts=(USE,)).winner is not None


@pytest.mark.parametrize(
    "accounts",
    [
        (),
        # long before and long after nothing is known of who had it
        (HandleUse(account_id="7", handle="quay_ledger", first="2019-01-01", last="2020-01-01"),),
        (HandleUse(account_id="7", handle="quay_ledger", first="2024-01-01", last="2025-01-01"),),
        # both were seen under it
        (USE, HandleUse(account_id="8", handle="quay_ledger", first="2022-12-01", last="2025-01-01")),
    ],
)
def test_where_nothing_is_known_of_that_time_no_account_is_ruled_out(accounts: tuple[HandleUse, ...]) -> None:
    assert settle(mention(), candidate(WORDS, account_id="8"), accounts=accounts).outcome is Outcome.RESOLVED


def test_a_record_without_an_account_or_a_mention_without_a_day_is_not_ruled_out() -> None:
    assert settle(mention(), candidate(WORDS), accounts=(USE,)).outcome is Outcome.RESOLVED
    undated = mention(date=None, published="2022-11-10")
    assert settle(undated, candidate(WORDS, account_id="8"), accounts=(USE,)).outcome is Outcome.RESOLVED


# -- explained


SAID_APART = ("permalink", "media", "contradiction", "id")
"""Reasons that are not weighed: what they say decides by itself, or nothing."""


def explained(decision: Decision, *, gaps: bool) -> None:
    """Check that the reasons of all candidates are all that their scores rest on."""
    competing = [one for one in decision.candidates if not one.contradictions and one.source not in NAMED]
    log_odds = [sum(r.weight for r in one.reasons if r.feature not in SAID_APART) for one in competing]
    for one, chance in zip(competing, probabilities(log_odds, gaps=gaps), strict=True):
        assert one.score == pytest.approx(chance, abs=0.004) or one.score == DOUBTFUL < chance + 0.004
    for one in decision.candidates:
        assert one.reasons
        assert all(reason.note for reason in one.reasons)
        if one.contradictions:
            assert one.score == CONTRADICTED
            assert {r.note for r in one.reasons if r.feature == "contradiction"} == set(one.contradictions)
    assert sum(one.score for one in competing) <= 1.001


SHOWN = st.sampled_from(
    [WORDS, REWORDED, WORDS[:50] + "…", "Yes.", "⚓", None, f"{WORDS} #Quay ⚓", "Мiст у Селві закрито до 12 години."]
)
FOUND = st.builds(
    candidate,
    st.sampled_from(
        [WORDS, CLOSE, OTHER, "Yes.", "No.", "⚓", None, f"RT @a: {WORDS}", f"{WORDS} #Quay", "Bridge of Selva shut"]
    ),
    st.integers(0, 3),
    st.sampled_from(["cdx", "listing", "store", "media"]),
    handle=st.sampled_from(["quay_ledger", "other", None]),
    display_name=st.sampled_from([None, "Quay Ledger", "Somebody"]),
    text_complete=st.booleans(),
    content_id=st.sampled_from([None, "a", "b"]),
)


@given(SHOWN, st.lists(FOUND, max_size=5), st.booleans(), st.sampled_from(["2022-11-09", "2022-11-10", None]))
def test_the_reasons_of_any_decision_add_up_to_its_scores(
    text: str | None, found: list[Candidate], gap: bool, day: str | None
) -> None:
    """Invariant: whatever candidates there are, the weights of a candidate's reasons add up to the log-odds that its
    score comes from, a winner is one of those listed and not contradicted, and gaps never make it surer."""
    shown = mention(text=text, date=day, display_name="Quay Ledger", content_id="a")
    gaps = ("the index: no answer",) if gap else ()
    decision = settle(shown, *found, gaps=gaps)
    explained(decision, gaps=gap)
    assert (decision.outcome is Outcome.RESOLVED) == (decision.winner is not None)
    if decision.winner is not None:
        assert decision.winner in decision.candidates
        assert not decision.winner.contradictions
    if gap and decision.outcome is Outcome.RESOLVED:
        assert settle(shown, *found).outcome is Outcome.RESOLVED


@given(SHOWN, st.lists(FOUND, max_size=4), st.randoms())
def test_the_order_in_which_candidates_came_changes_nothing(
    text: str | None, found: list[Candidate], roll: Any
) -> None:
    """Invariant: among candidates that are different posts, the order in which they were found changes nothing."""
    different = list({one.post.id: one for one in found}.values())
    shuffled = different.copy()
    roll.shuffle(shuffled)
    assert settle(mention(text=text), *different) == settle(mention(text=text), *shuffled)


def test_features_are_those_of_all_candidates_together() -> None:
    ranked = [score(mention(text=REWORDED), one, PLATFORM) for one in (candidate(WORDS), candidate(OTHER, 1))]
    alone = features_of(ranked[:1])[0]
    beside = features_of(ranked)[0]
    assert "distinct" not in alone
    assert beside["distinct"] > 0
    assert {name: value for name, value in beside.items() if name != "distinct"} == alone
