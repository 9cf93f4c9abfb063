"""When a candidate wins, and when the answer is "not sure"."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from archiver.model import Candidate, Mention, Outcome, Post
from archiver.platforms.x import PLATFORM
from archiver.resolution.ranking import Decision, decide, score
from archiver.resolution.settings import ResolveSettings

WORDS = "The lower swing bridge stays shut until the tide gauge has been repaired by the crew from Selva."
REWORDED = "The lower swing bridge will remain closed until the crew from Selva has repaired the tide gauge."
CLOSE = "The lower swing bridge stays shut until the tide gauge has been checked by the crew from Selva."
NOON_ID = 1590313249797058560
"""An id of 2022-11-09."""


def mention(**changes: Any) -> Mention:
    fields: dict[str, Any] = {"handle": "quay_ledger", "date": "2022-11-09", "date_basis": "utc", "text": WORDS}
    return Mention(source="t", platform="x", rule="t", confidence=1.0, **(fields | changes))


def candidate(text: str | None, offset: int = 0, source: str = "cdx", **fields: Any) -> Candidate:
    post_id = str(NOON_ID + offset)
    fields = {"handle": "quay_ledger", "created_at": PLATFORM.time_of(post_id)} | fields
    post = Post(platform="x", id=post_id, url=f"https://x.com/quay_ledger/status/{post_id}", text=text, **fields)
    return Candidate(post=post, score=0.0, source=source)


def settle(shown: Mention, *found: Candidate, gaps: tuple[str, ...] = ()) -> Decision:
    return decide(shown, [score(shown, one, PLATFORM) for one in found], ResolveSettings(), gaps=gaps)


def test_two_that_are_about_equally_alike_stay_open() -> None:
    shown = mention(text=REWORDED)
    assert settle(shown, candidate(WORDS)).outcome is Outcome.RESOLVED
    both = settle(shown, candidate(WORDS), candidate(CLOSE, 1))
    assert (both.outcome, both.winner) == (Outcome.AMBIGUOUS, None)
    assert "equally" in both.reason


def test_the_words_after_the_signature_count_too() -> None:
    first, _, rest = WORDS.partition(" until ")
    rest = f"until {rest}"
    whole = settle(mention(text=first, continuation=rest), candidate(WORDS)).candidates[0].score
    assert whole == settle(mention(text=WORDS), candidate(WORDS)).candidates[0].score
    assert settle(mention(text=first), candidate(WORDS)).candidates[0].score < whole


def test_with_a_gap_likeness_has_to_be_higher() -> None:
    shown = mention(
        text="The bridge below remains closed until workers who came from Selva have repaired the tide gauge."
    )
    alone = settle(shown, candidate(WORDS))
    assert alone.outcome is Outcome.RESOLVED
    assert 0.8 <= alone.candidates[0].score < 0.9
    gap = settle(shown, candidate(WORDS), gaps=("the index: no answer",))
    assert gap.outcome is Outcome.AMBIGUOUS
    assert "the index: no answer" in gap.reason
    assert settle(mention(), candidate(WORDS), gaps=("the index: no answer",)).outcome is Outcome.RESOLVED


@pytest.mark.parametrize("source", ["cdx", "permalink", "media", "store"])
def test_a_contradicting_day_is_listed_and_never_wins(source: str) -> None:
    decision = settle(mention(date="2022-11-10"), candidate(WORDS, source=source))
    assert (decision.outcome, decision.winner) == (Outcome.UNRESOLVED, None)
    assert decision.candidates[0].score <= 0.2
    assert any(reason.feature == "day" and reason.weight < 0 for reason in decision.candidates[0].reasons)


def test_a_viewers_day_may_be_the_next() -> None:
    assert settle(mention(date="2022-11-10", date_basis="viewer"), candidate(WORDS)).outcome is Outcome.RESOLVED
    assert settle(mention(date="2022-11-11", date_basis="viewer"), candidate(WORDS)).outcome is Outcome.UNRESOLVED


def test_a_printed_time_tells_two_posts_apart() -> None:
    made = PLATFORM.time_of(str(NOON_ID))
    assert made is not None
    shown = mention(text=None, date=made.isoformat())
    right, wrong = candidate("Thanks", 0), candidate("Thanks", 0, created_at=datetime(2022, 11, 9, 3, 7, tzinfo=UTC))
    scores = [score(shown, one, PLATFORM).candidate.score for one in (right, wrong)]
    assert scores == [0.05, 0.0]


def test_a_retweet_is_not_the_post() -> None:
    decision = settle(mention(), candidate(f"RT @quay_ledger: {WORDS}"))
    assert decision.outcome is not Outcome.RESOLVED


def test_a_shared_link_code_is_the_post_itself() -> None:
    shown = mention(text="Look! pic.twitter.com/Ab3dEf9hIj", links=("pic.twitter.com/Ab3dEf9hIj",))
    right = candidate("Regardez", links=("pic.x.com/Ab3dEf9hIj",))
    wrong = candidate("Look!", 1, links=("pic.x.com/AB3dEf9hIj",))
    decision = settle(shown, right, wrong)
    assert decision.winner == right.post


def test_a_shared_code_of_another_account_decides_nothing() -> None:
    shown = mention(text="Look!", links=("pic.twitter.com/Ab3dEf9hIj",))
    owner = candidate("Our film", links=("pic.twitter.com/Ab3dEf9hIj",), handle="film_maker")
    assert settle(shown, owner).outcome is not Outcome.RESOLVED


def test_no_candidates_and_no_words() -> None:
    assert settle(mention()).reason == "no candidate was found"
    assert settle(mention(text=None), candidate(WORDS)).outcome is Outcome.AMBIGUOUS
    assert settle(mention(), candidate(None)).outcome is Outcome.UNRESOLVED


def test_two_permalinks_stay_open() -> None:
    assert settle(mention(), candidate(WORDS, 0, "media"), candidate(WORDS, 1, "media")).outcome is Outcome.AMBIGUOUS
