"""Whether the words shown find their post among others of the same author and day, and never another post."""

from __future__ import annotations

import math
import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.model import Candidate, Mention, Outcome, Post
from archiver.platforms.x import PLATFORM
from archiver.resolution.likeness import likeness, names_alike, telling
from archiver.resolution.ranking import Decision, decide, doubt, score
from archiver.resolution.settings import ResolveSettings
from tests.resolution import rewordings

DAY = "2022-11-09"
FIRST_ID = 1590140000000000000
ARTICLE = "The office said on Tuesday that the matter is not closed, as this site reported."


def settle(shown: str, texts: list[str], *, complete: bool = True) -> Decision:
    """The decision over posts with these texts, all of one author and the printed day."""
    mention = Mention(
        source="t", platform="x", handle="quay_ledger", date=DAY, date_basis="utc", text=shown, rule="t", confidence=1.0
    )
    candidates = [
        Candidate(
            post=Post(
                platform="x",
                id=str(FIRST_ID + n),
                url=f"https://x.com/quay_ledger/status/{FIRST_ID + n}",
                text=text,
                text_complete=complete,
            ),
            score=0.0,
            source="cdx",
        )
        for n, text in enumerate(texts)
    ]
    return decide(mention, [score(mention, c, PLATFORM) for c in candidates], ResolveSettings())


def doubted(shown: str, text: str) -> str | None:
    """What keeps a post with this text from being resolved to."""
    post = Post(platform="x", id=str(FIRST_ID), url="https://x.com/q/status/1", text=text)
    mention = Mention(source="t", platform="x", date=DAY, text=shown, rule="t", confidence=1.0)
    return doubt(score(mention, Candidate(post=post, score=0.0, source="cdx"), PLATFORM))


# -- the yardstick: cases made by hand, which nothing was fitted on


def shapes(shown: str) -> list[str]:
    """What else becomes of a text on its way: cut, with a sentence of the article before it, in capitals."""
    words = shown.split()
    half = " ".join(words[: len(words) // 2])
    return [shown, half + "…", half, f"{ARTICLE} {shown}", shown.upper(), shown + " https://t.co/Ab3dEf9hIj"]


ALL = [(case, shape) for case in (*rewordings.CASES, *rewordings.TEMPLATES) for shape in shapes(case.shown)]


def test_most_are_found_and_none_is_wrong() -> None:
    first = resolved = 0
    wrong: list[str] = []
    for case, shown in ALL:
        decision = settle(shown, [*case.decoys, case.post])
        right = decision.candidates[0].post.text == case.post
        first += right
        if decision.outcome is Outcome.RESOLVED:
            resolved += 1
            wrong += [] if right else [shown]
    print(f"right first {first}, resolved {resolved}, wrong {len(wrong)} of {len(ALL)}")  # noqa: T201
    assert not wrong
    assert first >= 0.95 * len(ALL)
    assert resolved >= 0.65 * len(ALL)


def test_without_the_right_post_nothing_is_resolved() -> None:
    wrong = [
        (shown, decision.winner.post.text)
        for case, shown in ALL
        if (decision := settle(shown, list(case.decoys))).outcome is Outcome.RESOLVED and decision.winner
    ]
    assert not wrong


@pytest.mark.parametrize("case", rewordings.CASES, ids=lambda case: case.post[:20])
def test_a_lone_candidate_of_another_topic_proves_nothing(case: rewordings.Case) -> None:
    for other in rewordings.CASES:
        if other is not case:
            decision = settle(case.shown, [other.post])
            foreign = likeness(case.shown, other.post).kind == "foreign"
            # of another language much less is known, so less speaks against it
            assert decision.outcome is not Outcome.RESOLVED if foreign else decision.outcome is Outcome.UNRESOLVED


# -- the same words


@pytest.mark.parametrize(
    ("shown", "post"),
    [
        ("the #SwingBridge is shut & nobody knows why", "The Swing Bridge is shut & nobody knows why!"),
        (
            "Київ стоїть. Дякую @surmach за світлини",
            "Київ стоїть. Дякую Surmach за світлини pic.twitter.com/Ab3dEf9hIj",
        ),
        ("Twenty boats,１２３ nets", "twenty boats, 123 nets https://t.co/Zz3dEf9hIj"),
        ("Four lamps\n\nare lit tonight", "“Four lamps are lit tonight”"),
        ("4 lamps are lit, 41 are not", "Four lamps are lit, forty-one are not"),
        ("ferry\u200b office \u202aclosed\u202c again today", "Ferry office closed again today ⚓"),
        ("THE FERRY OFFICE IS CLOSED", "The ferry office is closed"),
        ("l’eau n’est pas là", "L'eau n'est pas là"),
    ],
)
def test_what_copies_change_does_not_count(shown: str, post: str) -> None:
    found = likeness(shown, post)
    assert found.exact
    assert found.kind == "same"
    assert settle(shown, [post]).outcome is Outcome.RESOLVED


POST = "The lower swing bridge stays shut until the tide gauge has been repaired by the crew from Selva."


@pytest.mark.parametrize(
    "shown",
    [
        "The lower swing bridge stays shut until the tide…",
        "The lower swing bridge stays shut until the ti…",
        "The lower swing bridge stays shut until the tide gauge… https://t.co/Ab3dEf9hIj",
        "The lower swing bridge stays shut until the tide gauge...",
    ],
)
def test_a_text_that_was_cut_is_the_same_up_to_there(shown: str) -> None:
    assert likeness(shown, POST).exact
    assert likeness(POST, shown).exact
    assert settle(shown, [POST]).outcome is Outcome.RESOLVED
    # two that begin so cannot be told apart
    other = POST.replace("the crew from Selva", "volunteers")
    assert settle(shown, [POST, other]).outcome is Outcome.AMBIGUOUS


def test_a_record_that_is_known_to_be_cut_is_the_same_up_to_there() -> None:
    record = "The lower swing bridge stays shut until the tide"
    assert likeness(POST, record, post_complete=False).exact
    assert not likeness(POST, record).exact
    assert settle(POST, [record], complete=False).outcome is Outcome.RESOLVED


def test_what_is_not_said_to_be_cut_or_is_cut_very_short_is_only_alike() -> None:
    assert likeness("The lower swing bridge stays shut until the tide", POST).kind == "alike"
    assert likeness("The lower swing bridge stays…", POST).kind == "alike"
    assert likeness("The upper swing bridge stays shut until the tide…", POST).kind == "alike"


def test_the_rest_of_the_longer_text_is_not_held_against_a_cut_one() -> None:
    shown = "The lower swing bridge remains shut until the tide gauge"
    cut, uncut = likeness(shown + "…", POST), likeness(shown, POST)
    assert cut.features["post_shown"] > uncut.features["post_shown"]


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
    assert likeness(shown, post).kind in ("short", "alike")
    assert settle(shown, [post]).outcome is not Outcome.RESOLVED
    assert settle(shown, [shown]).outcome is Outcome.RESOLVED
    assert settle(shown, [shown, shown]).outcome is Outcome.AMBIGUOUS


def test_how_few_words_are_few() -> None:
    assert telling("Four lamps are lit")
    assert not telling("Good morning, Odda! 🚧 #lamps https://t.co/Ab3dEf9hIj")


def test_emoji_alone_are_never_proof() -> None:
    assert likeness("🌊🌊🌊", "🌊🌊🌊").kind == "wordless"
    for post in ("🌊🌊🌊", "🌊", "⚓"):
        assert settle("🌊🌊🌊", [post]).outcome is not Outcome.RESOLVED
    assert settle("🌊", ["🌊"]).candidates[0].score > settle("🌊", ["⚓"]).candidates[0].score


@pytest.mark.parametrize("mark", ["#HarbourTown", "🚧"])
def test_a_copy_of_all_words_makes_up_no_hashtag_and_no_emoji(mark: str) -> None:
    shown = f"{POST} {mark}"
    assert settle(shown, [shown]).outcome is Outcome.RESOLVED
    for post in (POST, f"{POST} #LowerQuay ⚓"):
        decision = settle(shown, [post])
        assert decision.outcome is Outcome.AMBIGUOUS
        assert mark.lower().strip("#") in decision.reason
    # losing it is common
    assert settle(POST, [shown]).outcome is Outcome.RESOLVED


# -- one language


def test_what_is_alike_and_what_is_missing_is_told() -> None:
    shown = "The bridge below remains shut until the crew from Selva has repaired the gauge."
    found = likeness(shown, POST)
    assert found.kind == "alike"
    assert found.features["shown_found"] > 0.6
    assert "Selva" in found.notes["shared_telling"]
    assert "%" in found.notes["shown_found"]
    hits = dict(found.hits)
    assert hits["selva"] == 1.0
    assert hits["below"] == 0.0
    assert 0 < dict(likeness("The repairs of the gauge took long", POST).hits)["repairs"] < 1


def test_the_rarer_a_word_the_more_it_tells_which_post() -> None:
    """A word that all candidates have tells nothing, one that only one of them has tells much."""
    both = [
        "The ferry office of Selva says that the timetable will change before the summer.",
        "The ferry office of Selva says that the boats will be painted before the summer.",
    ]
    decision = settle("Selva's ferry office says the boats are to be painted before summer.", both)
    assert decision.candidates[0].post.text == both[1]
    weights = [
        {reason.feature: reason.weight for reason in one.reasons}.get("text.distinct", 0.0)
        for one in decision.candidates
    ]
    assert weights[0] > 0 >= weights[1]


@pytest.mark.parametrize("post", [case.post for case in rewordings.TEMPLATES])
def test_a_number_changed_is_another_post(post: str) -> None:
    for old, new in (("41", "44"), ("2,", "3,")):
        if old not in post:
            continue
        found = likeness(post.replace(old, new, 1), post)
        assert found.features["other_numbers"] > 0
        assert old.strip(",") in found.notes["other_numbers"]
        decision = settle(post.replace(old, new, 1), [post])
        assert decision.outcome is not Outcome.RESOLVED
        if decision.outcome is Outcome.AMBIGUOUS:
            assert old.strip(",") in decision.reason
        assert decision.candidates[0].score <= 0.9
        assert any("other_numbers" in r.feature and r.weight < 0 for r in decision.candidates[0].reasons)


def test_a_number_keeps_a_post_from_winning_however_alike_all_else_is() -> None:
    longer = f"Since yesterday morning 41 lamps are lit. {POST}"
    assert doubted(longer, longer) is None
    assert doubted(longer.replace("41", "44"), longer) == "shows 44 where the post has 41"


def test_a_number_that_only_one_side_has_speaks_against_it() -> None:
    found = likeness(POST.replace("tide gauge", "tide gauge of 1931"), POST)
    assert found.features["lost_numbers"] > 0
    assert "1931" in found.notes["lost_numbers"]


def test_posts_made_after_one_pattern_differ_in_a_name() -> None:
    case = rewordings.TEMPLATES[0]
    found = likeness(case.shown, case.decoys[0])
    assert found.features["pattern"] >= 0.75
    assert settle(case.shown, [case.decoys[0]]).outcome is Outcome.AMBIGUOUS


def test_a_changed_fraction_is_another_number() -> None:
    assert (
        "other_numbers"
        in likeness("The gauge at the quay shows 3.5 metres", "The gauge at the quay shows 35 metres").features
    )
    assert likeness("The gauge at the quay shows 3,5 metres", "The gauge at the quay shows 3.5 metres").exact


def test_one_name_that_differs_in_much_that_is_the_same_is_one_pattern() -> None:
    shown = f"{POST} Buses leave from the lower quay, tickets stay valid and the night line runs twice an hour."
    other = shown.replace("Selva", "Odda")
    assert settle(shown, [other]).outcome is Outcome.AMBIGUOUS
    assert "same pattern" in (doubted(shown, other) or "")


# -- two languages


def test_the_language_is_told_by_function_words_and_by_script() -> None:
    german = "Die untere Drehbrücke bleibt zu, bis der Pegel von der Mannschaft aus Selva repariert ist."
    assert likeness(POST, german).kind == "foreign"
    assert likeness(POST, POST.replace("shut", "closed")).kind == "alike"
    assert likeness("Selva bridge shut tonight", "Міст Сельва закрито вночі").kind == "foreign"


UKRAINIAN = "Вчора вночі пожежники у Вербовому загасили склад за 3 години. Іван Маяк виніс 12 котів на руках."
ENGLISH = (
    "Firefighters in Verbove put out the warehouse fire within 3 hours last night. Ivan Maiak carried out 12 cats."
)


def test_between_languages_numbers_and_names_are_what_is_left() -> None:
    found = likeness(ENGLISH, UKRAINIAN)
    assert found.kind == "foreign"
    assert found.features["shared_numbers"] == 1.0
    assert found.features["shared_names"] > 0.4
    assert "Maiak" in found.notes["shared_names"]
    assert "12" in found.notes["shared_numbers"]
    assert found.features["length"] < 0.3


def test_between_languages_other_numbers_are_another_post() -> None:
    other = UKRAINIAN.replace("12", "15").replace("3 години", "2 години")
    found = likeness(ENGLISH, other)
    assert found.features["other_numbers"] == 1.0
    decision = settle(ENGLISH, [other, UKRAINIAN])
    assert decision.candidates[0].post.text == UKRAINIAN
    assert settle(ENGLISH, [other]).outcome is not Outcome.RESOLVED


def test_hashtags_and_emoji_cross_languages() -> None:
    found = likeness(f"{ENGLISH} #HarbourTown ⚓", f"{UKRAINIAN} #HarbourTown ⚓")
    assert (found.features["shared_tags"], found.features["shared_emoji"]) == (1.0, 1.0)
    assert likeness(f"{ENGLISH} #Harbour", UKRAINIAN).features["added_tags"] == 1.0
    assert likeness(f"{ENGLISH} ⚓", f"{UKRAINIAN} 🚧").features["other_emoji"] == 1.0
    # a hashtag that a copy split
    split = likeness(f"{ENGLISH} # Harbour Town", f"{UKRAINIAN} #HarbourTown")
    assert split.features["shared_tags"] == 1.0


# -- names of accounts


@pytest.mark.parametrize(
    ("shown", "name"),
    [
        ("ихайло Маяк", "Михайло Маяк"),
        ("Olenka Surmach", "Оленка Сурмач 🌻"),
        ("Tidewell", "Marlow Tidewell ⚓"),
        ("Ana 🌻", "Ana ⚓"),
        ("Mykhailo Mayak", "Михайло Маяк"),
    ],
)
def test_damaged_and_transliterated_names_are_alike(shown: str, name: str) -> None:
    assert names_alike(shown, name) is True
    assert names_alike(name, shown) is True


@pytest.mark.parametrize(("shown", "name"), [(None, "Ana"), ("Ana", None), ("⚓", "Ana Example"), ("Al", "Al")])
def test_too_little_of_a_name_says_nothing(shown: str | None, name: str | None) -> None:
    assert names_alike(shown, name) is None


def test_a_translated_name_is_not_alike_and_does_not_count_against() -> None:
    assert names_alike("The harbour's watch", "Варта Затоки") is False
    scores = []
    for name in ("The harbour's watch", None):
        mention = Mention(
            source="t", platform="x", handle="q", display_name=name, date=DAY, text=POST, rule="t", confidence=1.0
        )
        post = Post(
            platform="x", id=str(FIRST_ID), url="https://x.com/q/status/1", display_name="Варта Затоки", text=POST
        )
        ranked = score(mention, Candidate(post=post, score=0.0, source="cdx"), PLATFORM)
        scores.append(decide(mention, [ranked], ResolveSettings()).candidates[0].score)
    assert scores[0] == scores[1]


# -- any texts


def random_words(letters: str, count: int, length: int, *, names: bool = False) -> str:
    roll = random.Random(f"{letters} {count}")
    words = ("".join(roll.choice(letters) for _ in range(length)) for _ in range(count))
    return " ".join(word.capitalize() if names else word for word in words)


@pytest.mark.parametrize(
    ("shown", "post"),
    [
        (
            "a" + random_words("bcdefgh", 400, 9).replace(" ", " a"),
            "a" + random_words("bcdefgk", 400, 9).replace(" ", " a"),
        ),
        (random_words("abcdefghij", 400, 8, names=True), random_words("абвгдежзий", 400, 8, names=True)),
        (random_words("abcdefghij", 400, 8, names=True), random_words("ابتثجحخدذر", 400, 8)),
        (random_words("港湾東京中国人民", 1, 4000), random_words("港湾東京中国人船", 1, 4000)),
        (random_words("0123456789", 700, 5), random_words("1234567890", 700, 5)),
    ],
)
def test_no_two_texts_cost_more_than_a_moment(shown: str, post: str) -> None:
    likeness(shown[:100], post[:100])  # tables are made once
    begun = time.process_time()
    likeness(shown, post)
    assert time.process_time() - begun < 1


WORDS = st.lists(
    st.sampled_from(
        ["ferry", "Selva", "41", "forty", "is", "the", "склад", "Вербове", "港", "ミハイロ", "⚓", "#Quay", "…"]
    ),
    max_size=14,
).map(" ".join)
TEXTS = st.one_of(st.text(max_size=400), WORDS)


@given(TEXTS, TEXTS, st.booleans())
def test_any_two_texts_are_compared_within_bounds_whichever_way(a: str, b: str, complete: bool) -> None:
    """Invariant: every feature has a finite value within its bounds, every kind is one that the weights know, a text
    with words is exactly like itself, and two complete texts are the same whichever comes first."""
    found = likeness(a, b, post_complete=complete)
    assert found.kind in ("same", "alike", "foreign", "short", "wordless")
    assert found.notes or found.kind == "foreign"
    for name, value in found.features.items():
        assert math.isfinite(value)
        assert 0 <= value <= (math.log(160) if name == "length" else 1), name
    assert all(0 <= hit <= 1 for _, hit in found.hits)
    again = likeness(a, a)
    assert again.exact or again.kind == "wordless"
    assert likeness(a, b).exact == likeness(b, a).exact


@given(TEXTS, TEXTS)
def test_no_two_texts_give_a_surer_answer_than_the_text_itself(a: str, b: str) -> None:
    """Invariant: as a lone candidate no other text is surer than the text itself."""
    if likeness(a, a).exact:
        assert settle(a, [b]).candidates[0].score <= settle(a, [a]).candidates[0].score


# -- nearly letter by letter


@pytest.mark.parametrize(
    ("shown", "post", "said"),
    [
        (
            "We will close the upper bridge tonight at eight, please take the ferry instead.",
            "We will close the lower bridge tonight at eight, please take the ferry instead.",
            'it shows "upper" where the post has "lower"',
        ),
        (
            "The mayor says that the council will not go to the valley before the water is down.",
            "The mayor says that the council will go to the valley before the water is down.",
            'it shows "not" where the post has nothing',
        ),
        (
            "Рада каже, що комісія не поїде в долину до того, як спаде вода у старому ставку.",
            "Рада каже, що комісія поїде в долину до того, як спаде вода у старому ставку.",
            'it shows "не" where the post has nothing',
        ),
    ],
)
def test_a_copy_that_says_something_else_in_one_place_shows_it(shown: str, post: str, said: str) -> None:
    alike = likeness(shown, post)
    assert alike.features["edited"] == 1.0
    assert said in alike.notes["edited"]


@pytest.mark.parametrize(
    "shown",
    [
        # a letter lost, a blank lost, an ending, a sentence of the article in front, the end lost
        "We will close the upper brdge tonight at eight, please take the ferry.",
        "We will close the upperbridge tonight at eight, please take the ferry.",
        "We will close the upper bridges tonight at eight, please take the ferry.",
        "She was clear. We will close the upper bridge tonight at eight, please take the ferry.",
        "We will close the upper bridge tonight at eight, please take",
    ],
)
def test_what_copies_lose_is_no_edit(shown: str) -> None:
    post = "We will close the upper bridge tonight at eight, please take the ferry."
    assert "edited" not in likeness(shown, post).features
