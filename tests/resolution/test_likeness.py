"""Whether the words shown find their post among others of the same author and day, and never another post."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.model import Candidate, Mention, Outcome, Post
from archiver.platforms.x import PLATFORM
from archiver.resolution.likeness import likeness, name_likeness
from archiver.resolution.ranking import Decision, decide, score
from archiver.resolution.settings import ResolveSettings
from tests.resolution import rewordings

DAY = "2022-11-09"
FIRST_ID = 1590140000000000000
ARTICLE = "The office said on Tuesday that the matter is not closed, as this site reported."


def settle(shown: str, texts: list[str]) -> Decision:
    """The decision over posts with these texts, all of one author and the printed day."""
    mention = Mention(
        source="t", platform="x", handle="quay_ledger", date=DAY, date_basis="utc", text=shown, rule="t", confidence=1.0
    )
    candidates = [
        Candidate(
            post=Post(platform="x", id=str(FIRST_ID + n), url=f"https://x.com/quay_ledger/status/{n}", text=text),
            score=0.0,
            source="cdx",
        )
        for n, text in enumerate(texts)
    ]
    return decide(mention, [score(mention, c, PLATFORM) for c in candidates], ResolveSettings())


def shapes(shown: str) -> list[str]:
    """What else becomes of a text on its way: cut, with a sentence of the article before it, in capitals."""
    words = shown.split()
    half = " ".join(words[: len(words) // 2])
    return [shown, half + "…", half, f"{ARTICLE} {shown}", shown.upper(), shown + " https://t.co/Ab3dEf9hIj"]


ALL = [(case, shape) for case in (*rewordings.CASES, *rewordings.TEMPLATES) for shape in shapes(case.shown)]


def test_most_are_found_and_none_is_wrong() -> None:
    right = unsure = 0
    wrong: list[str] = []
    for case, shown in ALL:
        decision = settle(shown, [case.post, *case.decoys])
        if decision.outcome is not Outcome.RESOLVED or decision.winner is None:
            unsure += 1
        elif decision.winner.text == case.post:
            right += 1
        else:
            wrong.append(shown)
    print(f"right {right}, unsure {unsure}, wrong {len(wrong)}")  # noqa: T201
    assert not wrong
    assert right >= 0.8 * len(ALL)


def test_without_the_right_post_nothing_is_resolved() -> None:
    wrong = [
        (shown, decision.winner.text)
        for case, shown in ALL
        if (decision := settle(shown, list(case.decoys))).outcome is Outcome.RESOLVED and decision.winner
    ]
    assert not wrong


@pytest.mark.parametrize("case", rewordings.CASES, ids=lambda case: case.post[:20])
def test_a_lone_candidate_of_another_topic_proves_nothing(case: rewordings.Case) -> None:
    for other in rewordings.CASES:
        if other is not case:
            assert settle(case.shown, [other.post]).outcome is Outcome.UNRESOLVED


@pytest.mark.parametrize(
    ("shown", "post"),
    [
        ("Good morning, Odda!", "Good evening, Odda!"),
        ("Thank you", "Thank you all"),
        ("Yes.", "No."),
        ("おはよう", "おやすみ"),
        ("Soon ⚓", "Never ⚓"),
    ],
)
def test_few_words_must_be_the_same(shown: str, post: str) -> None:
    assert settle(shown, [post]).outcome is not Outcome.RESOLVED
    assert settle(shown, [shown]).outcome is Outcome.RESOLVED
    assert settle(shown, [shown, shown]).outcome is Outcome.AMBIGUOUS


def test_emoji_alone_are_never_proof() -> None:
    assert settle("🌊🌊🌊", ["🌊🌊🌊"]).outcome is Outcome.AMBIGUOUS


@pytest.mark.parametrize(
    ("shown", "post"),
    [
        (
            "the #SwingBridge is shut &amp; nobody knows why".replace("&amp;", "&"),
            "The Swing Bridge is shut & nobody knows why!",
        ),
        (
            "Київ стоїть. Дякую @surmach за світлини",
            "Київ стоїть. Дякую Surmach за світлини pic.twitter.com/Ab3dEf9hIj",
        ),
        ("Twenty boats,１２３ nets", "twenty boats, 123 nets https://t.co/Zz3dEf9hIj"),
        ("Four lamps\n\nare lit tonight", "“Four lamps are lit tonight”"),
        ("ferry\u200b office \u202aclosed\u202c again today", "Ferry office closed again today ⚓"),
    ],
)
def test_what_copies_change_does_not_count(shown: str, post: str) -> None:
    found = likeness(shown, post)
    assert found.exact
    assert found.score >= 0.98


def test_a_number_changed_is_another_post() -> None:
    post = "Daily count, lower quay: 41 of 60 lamps lit, 19 dark, 3 repaired since yesterday."
    found = likeness(post.replace("41", "44").replace("19", "16"), post)
    assert found.score < 0.8
    assert any("41" in reason.note and reason.weight < 0 for reason in found.reasons)


@pytest.mark.parametrize(
    ("shown", "name"),
    [("ихайло Маяк", "Михайло Маяк"), ("Olenka Surmach", "Оленка Сурмач 🌻"), ("Tidewell", "Marlow Tidewell ⚓")],
)
def test_damaged_and_transliterated_names_are_alike(shown: str, name: str) -> None:
    found = name_likeness(shown, name)
    assert found is not None
    assert found.weight > 0


def test_a_translated_name_does_not_count_against() -> None:
    found = name_likeness("The harbour's watch", "Варта Затоки")
    assert found is not None
    assert found.weight == 0


@given(st.text(max_size=400), st.text(max_size=400))
def test_any_two_texts_have_a_likeness_within_bounds_whichever_way(a: str, b: str) -> None:
    """Invariant: 0 ≤ score ≤ 1, a text with words is exactly like itself, whichever comes first."""
    found = likeness(a, b)
    assert 0.0 <= found.score <= 1.0
    assert found.reasons
    again = likeness(a, a)
    assert again.exact or again.score in (0.0, 0.7)
    if found.score == 1.0:
        assert likeness(b, a).score == 1.0
