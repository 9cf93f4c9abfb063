"""Is an article's wording of a post faithful?

Invariants: a wording is faithful to itself whatever typographic noise is applied; with a word that is another it is
never exact or trivial.
"""

from __future__ import annotations

import html
import time
import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.auditing.finding import Fidelity, QuoteVerdict
from archiver.auditing.quotes.fidelity import MAX_CHANGES, Version, fidelity
from tests.resolution.rewordings import CASES
from tests.roundtrip.words import POSTS

EXACT, TRIVIAL, SHORTENED = QuoteVerdict.EXACT, QuoteVerdict.TRIVIAL, QuoteVerdict.SHORTENED
ALTERED, TRANSLATED, UNKNOWN = QuoteVerdict.ALTERED, QuoteVerdict.TRANSLATED, QuoteVerdict.UNKNOWN
FAITHFUL = (EXACT, TRIVIAL)

FERRY = "Nobody at the ferry office could say who ordered the second timetable. Ask the people on the quay."
TAGGED = "@quay_watch We counted 312 bicycles before noon! ⚓ #OpenBridge https://t.co/Ab3dE6gH9j"


def judged(printed: str | None, posted: str, *, marked: bool = True, platform: str = "x", **of: object) -> Fidelity:
    return fidelity(printed, [Version(posted, **of)], marked=marked, platform=platform)  # type: ignore[arg-type]


def verdict(printed: str, posted: str, *, marked: bool = True) -> QuoteVerdict:
    return judged(printed, posted, marked=marked).verdict


LAMP = (
    "The lamp on the skerry is dark since midnight & the horn is silent. Keep west of the buoy. Boats stay here today."
)

BESIDE_AN_END = (
    ("The lamp on the skerry is dark since midnight & the horn is quiet.", LAMP, "quiet", "silent"),
    ("The lamp on the skerry is dark since midnight & the horn is quiet…", LAMP, "quiet", "silent"),
    ("The lamp on the skerry is dark since noon…", LAMP, "noon", "midnight"),
    ("The lamp on the skerry is lit […] Keep west of the buoy. Boats stay here today.", LAMP, "lit", "dark"),
    (
        "The lamp on the skerry is dark since midnight […] Head west of the buoy. Boats stay here today.",
        LAMP,
        "Head",
        "Keep",
    ),
    ("Head west of the buoy. Boats stay here today.", LAMP, "Head", "Keep"),
    ("Inform the people on the quay.", FERRY, "Inform", "Ask"),
    (FERRY.replace("quay.", "ship.\nA photo of the desk"), FERRY, "ship", "quay"),
    ("The desk at noon:\n" + FERRY.replace("Nobody", "Somebody"), FERRY, "Somebody", "Nobody"),
    ("市長は来ましたか。", "市長は来ません。明日も橋の上で三百台の自転車を数えます。", "したか", "せん"),
)


@pytest.mark.parametrize("marked", [True, False])
@pytest.mark.parametrize(("printed", "posted", "shown", "was"), BESIDE_AN_END)
def test_a_change_beside_what_is_left_out_or_set_apart_is_found(
    printed: str, posted: str, shown: str, was: str, marked: bool
) -> None:
    found = judged(printed, posted, marked=marked)
    assert found.verdict is ALTERED, found.reason
    assert [(change.printed, change.posted) for change in found.changes] == [(shown, was)]


def test_what_stands_below_the_signature_is_not_the_posts() -> None:
    below = "\n\n— Ana Velmora (@ana_velmo) November 9, 2031\n\nAnother post is quoted here."
    first = FERRY.partition(". ")[0]
    assert verdict(first + "." + below, FERRY) is SHORTENED
    assert verdict(first.replace("second", "last") + "." + below, FERRY) is ALTERED
    assert verdict(FERRY + below, FERRY) is TRIVIAL


def test_pieces_of_furniture_beside_each_other() -> None:
    assert verdict(LAMP[:40] + "… 더 보기\n\n[image or embed]", LAMP) is SHORTENED


# -- faithful, whatever the setting

NOISE: tuple[Callable[[str], str], ...] = (
    lambda text: unicodedata.normalize("NFD", text),
    lambda text: unicodedata.normalize("NFKC", text),
    html.escape,
    lambda text: html.escape(html.escape(text)),
    lambda text: text.replace(" ", "\u00a0"),
    lambda text: text.replace(" ", "  "),
    lambda text: text.replace(" ", "\n"),
    lambda text: text.replace("'", "’"),
    lambda text: f"“{text}”",
    lambda text: f"\u2067{text}\u2069",
    lambda text: "\u200b".join(text),
    lambda text: "\u00ad".join(text),
    lambda text: text + " pic.twitter.com/Ab3dE6gH9j",
    lambda text: text + " https://t.co/Ab3dE6gH9j",
    lambda text: text + " (1/3)",
    lambda text: text + "\n[image or embed]",
    lambda text: "RT @ana_velmo: " + text,
    lambda text: "@ana @tobin " + text,
    lambda text: text + " ⚓",
    lambda text: text + "\n3:04 PM · Nov 9, 2031 · 12 Likes",
    lambda text: text + "\n— Ana Velmora (@ana_velmo) November 9, 2031",
    lambda text: text.replace("-", "\u2011"),
    lambda text: "<p>" + text + "<br></p>",
    str.upper,
    str.lower,
)
SENTENCES = [(lang, sentence) for lang, sentences in POSTS.items() for sentence in sentences]


@given(st.sampled_from(SENTENCES), st.sampled_from(NOISE), st.booleans())
def test_typography_is_never_an_alteration(said: tuple[str, str], noise: Callable[[str], str], marked: bool) -> None:
    assert verdict(noise(said[1]), said[1], marked=marked) in FAITHFUL


@given(st.sampled_from(SENTENCES), st.data())
def test_a_replaced_word_is_never_faithful(said: tuple[str, str], data: st.DataObject) -> None:
    lang, sentence = said
    words = sentence.split(" ")
    if len(words) < 3:
        return
    others = [word for other in POSTS[lang] for word in other.split(" ") if word.casefold() not in sentence.casefold()]
    at = data.draw(st.integers(0, len(words) - 1))
    if not others or not any(char.isalnum() for char in words[at]):
        return
    changed = [*words[:at], data.draw(st.sampled_from(others)), *words[at + 1 :]]
    noise = data.draw(st.sampled_from(NOISE))
    assert verdict(noise(" ".join(changed)), sentence) not in (EXACT, TRIVIAL, SHORTENED)


@given(st.text(max_size=200), st.text(max_size=200), st.booleans())
def test_any_text_gets_a_verdict(printed: str, posted: str, marked: bool) -> None:
    found = judged(printed, posted, marked=marked)
    assert found.reason
    assert len(found.changes) <= MAX_CHANGES
    if found.verdict is ALTERED:
        assert found.changes


@pytest.mark.parametrize(
    ("printed", "posted"),
    [
        ("Ｗｅ ｃｏｕｎｔｅｄ 312", "We counted 312"),
        ("@quay_watch We counted 312 bicycles before noon! #OpenBridge", TAGGED),
        ("We counted 312 bicycles before noon! anchor #OpenBridge", TAGGED),
        ("We counted 312 bicycles before noon! :anchor: # Open Bridge", TAGGED),
        ("#OpenBridge We counted 312 bicycles before noon!", TAGGED),
        ("We counted 312 bicycles before noon!", TAGGED),
        (TAGGED.replace("https://t.co/Ab3dE6gH9j", "harbour.example/minutes/2031/0…"), TAGGED),
        (TAGGED.replace("https://t.co/Ab3dE6gH9j", "https://harbour.example/minutes/2031/05/bridge"), TAGGED),
        (TAGGED.replace("https://t.co/Ab3dE6gH9j", "harbour.example"), TAGGED),
        (TAGGED.replace("@", "").replace("#", ""), TAGGED),
        ("hashtag#OpenBridge opens", "#OpenBridge opens"),
        ("MUENCHEN IST GROSS", "München ist groß"),
        ("Он ушел", "Он ушёл"),
        ("Пoдoляк с нами", "Подоляк с нами"),
        ("كـــل يوم", "كل يوم"),
        ("می رود خانه", "می\u200cرود خانه"),
        ("Η ΓΕΦΥΡΑ ΑΝΟΙΞΕ", "Η γέφυρα άνοιξε"),
        ("İSTANBUL KIRIK", "istanbul kırık"),
        ("Ștefan știe", "Ştefan ştie"),
        ("donâ€™t close Ã©tat", "don’t close état"),
        ("don t close it", "don't close it"),
        ("bri-\ndge open", "bridge open"),
        ("Minutes and budget", "Minutes & budget"),
        ("誰讓燈籠亮", "谁让灯笼亮"),
        ("보행교가다시 열렸습니다", "보행교가 다시 열렸습니다"),
        ("٣١٢ دراجة", "312 دراجة"),
        ("Line one\\nLine two \\u00e9", "Line one\nLine two é"),
        ("Ana Velmora: The bridge is open", "The bridge is open"),
        ("The bridge is open (@ana_velmo)", "The bridge is open"),
        ("We counted 312 bicyclespic.twitter.com/Ab3dE6gH9j", "We counted 312 bicycles https://t.co/Ab3dE6gH9j"),
        ("We counted 312 bicycles.pic.twitter.com/Ab3dE6gH9j", "We counted 312 bicycles."),
        ("Open #OpenBridgehttps://t.co/Ab3dE6gH9j", "Open #OpenBridge https://t.co/Ab3dE6gH9j"),
        ("Open, says @anapic.twitter.com/Ab3dE6gH9j", "Open, says @ana"),
        ("The bridge is open via @quay_watch", "The bridge is open"),
        ("The bridge is open.¹", "The bridge is open."),
        ("The bridge is open¹", "The bridge is open"),
        ("The bridge is open. The bridge is open.", "The bridge is open."),
    ],
)
def test_the_same_words(printed: str, posted: str) -> None:
    found = judged(printed, posted)
    assert found.verdict is TRIVIAL, found


def test_what_nobody_sees_is_exact() -> None:
    assert verdict("The  bridge\nis\u200b open", "The bridge is open") is EXACT
    assert verdict("e\u0301tat", "état") is EXACT


# -- one change


@pytest.mark.parametrize(
    ("printed", "posted", "change"),
    [
        ("The bridge is not open today.", "The bridge is open today.", ("not", "")),
        ("The bridge is open today.", "The bridge is not open today.", ("", "not")),
        ("We counted 313 bicycles.", "We counted 312 bicycles.", ("313", "312")),
        ("We paid 1.000 for it all.", "We paid 1,000 for it all.", ("1.000", "1,000")),
        ("It fell by -5 today again.", "It fell by 5 today again.", ("-5", "5")),
        ("It costs €5 a day now.", "It costs $5 a day now.", ("€", "$")),
        ("Up by 5 since noon today.", "Up by 5 % since noon today.", ("", "%")),
        ("橋は工事中です。明日まで待って。", "橋は閉鎖中です。明日まで待って。", ("工事", "閉鎖")),
        ("สะพานปิดแล้ววันนี้", "สะพานเปิดแล้ววันนี้", ("", "เ")),
        ("다리가 오늘 닫혔다 하네", "다리가 오늘 열렸다 하네", ("닫혔다", "열렸다")),
        ("नौका दफ़्तर आज चुप ही", "नौका दफ़्तर आज चुप है", ("ही", "है")),
        ("他说今天会来", "她说今天会来", ("他", "她")),
        ("הגשר סגור היום", "הגשר פתוח היום", ("סגור", "פתוח")),
        ("El ano pasado llovió", "El año pasado llovió", ("ano", "año")),
        ("Hail to 🇷🇺 and its people", "Hail to 🇺🇦 and its people", ("🇷🇺", "🇺🇦")),
        ("Open again #FloodTown", "Open again #OpenBridge", ("FloodTown", "OpenBridge")),
        ("Ask @tobin about the bridge", "Ask @ana about the bridge", ("@tobin", "@ana")),
        ("The bridge opens today", "The bridge today opens", ("opens today", "today opens")),
        ("Read it twice, the dates (2/3) were", "Read it twice, the dates (1/3) were", ("2", "1")),
    ],
)
def test_one_changed_word_is_found_and_shown(printed: str, posted: str, change: tuple[str, str]) -> None:
    for marked in (True, False):
        found = judged(printed, posted, marked=marked)
        assert found.verdict is ALTERED, found
        assert [(one.printed, one.posted) for one in found.changes] == [change]


def test_a_change_tells_the_words_before() -> None:
    found = judged(FERRY.replace("second", "first"), FERRY)
    assert found.changes[0].before == "say who ordered the"


def test_most_changes_are_counted() -> None:
    words = [f"word{number}" for number in range(900)]
    changed = [f"other{number}" if number % 30 == 0 else word for number, word in enumerate(words)]
    found = judged(" ".join(changed), " ".join(words))
    assert found.verdict is ALTERED
    assert (len(found.changes), found.more_changes) == (MAX_CHANGES, 10)


# -- shortened


@pytest.mark.parametrize(
    "printed",
    [
        "Nobody at the ferry office could say…",
        "Nobody at the ferry office cou...",
        "Nobody at the ferry office could say […]",
        "Nobody at the ferry office … ordered the second timetable.",
        "Nobody at the ferry office [...] Ask the people on the quay.",
        "Nobody at the ferry office could… Show more",
        "Nobody at the ferry office could… もっと見る",
        "Nobody at the ferry office could say who ordered the second timetable.",
        "… who ordered the second timetable. Ask the people on the quay.",
        "Nobody [of them] at the ferry office could say who ordered the second timetable. Ask the people on the quay.",
    ],
)
def test_marked_omissions_are_faithful(printed: str) -> None:
    assert verdict(printed, FERRY) is SHORTENED


@pytest.mark.parametrize(
    "printed",
    [
        "Nobody at the ferry office could say who the second timetable. Ask the people on the quay.",
        "Nobody at the ferry office could not say…",
        "Nobody at the ferry office […] the first timetable.",
        "Nobody at the ferry office could say who ordered the second timetable. Ask the people on",
        "Well... nobody at the ferry office could say who ordered the second timetable. Ask people on the quay.",
    ],
)
def test_words_left_out_without_a_mark_are_an_alteration(printed: str) -> None:
    assert verdict(printed, FERRY) is ALTERED


def test_the_authors_own_dots_excuse_nothing() -> None:
    assert verdict("Well... know it all", "Well... I do not know it all") is ALTERED


def test_ends_that_were_guessed_are_not_held_against_the_article() -> None:
    before = "The mayor answered on Friday. " + FERRY
    assert verdict(before, FERRY, marked=False) is TRIVIAL
    assert verdict(before, FERRY, marked=True) is ALTERED
    later = FERRY.partition("ferry ")[2]
    assert verdict(later, FERRY, marked=False) is SHORTENED
    assert verdict(later, FERRY, marked=True) is ALTERED
    assert verdict(before.replace("second", "first"), FERRY, marked=False) is ALTERED


# -- translated


@pytest.mark.parametrize("case", CASES)
def test_translations_there_and_back_are_named_so(case: object) -> None:
    assert verdict(case.shown, case.post, marked=False) is TRANSLATED  # type: ignore[attr-defined]


def test_another_language_is_told() -> None:
    found = judged(
        "Никто в конторе не мог сказать, кто заказал второе расписание. Спросите людей, которые живут у воды.", FERRY
    )
    assert (found.verdict, found.language) == (TRANSLATED, "ru")


def test_a_number_that_differs_in_a_translation_is_told() -> None:
    found = judged(
        "Мы насчитали 413 велосипедов до полудня, это рекорд.", "We counted 312 bicycles before noon, a record."
    )
    assert found.verdict is TRANSLATED
    assert "413" in found.reason
    assert "312" in found.reason


def test_one_word_makes_no_translation() -> None:
    for lang, sentences in POSTS.items():
        for sentence in sentences:
            words = sentence.split(" ")
            if len(words) >= 4:
                changed = " ".join([*words[:2], "Xanthor", *words[3:]])
                assert verdict(changed, sentence) is ALTERED, (lang, changed)


def test_of_one_word_nothing_can_be_told() -> None:
    assert verdict("No!", "Yes!") is UNKNOWN
    assert verdict("Да", "Yes") is TRANSLATED
    assert verdict("YES.", "Yes!") is TRIVIAL
    assert verdict("Close it", "Open it") is ALTERED


def test_another_post_is_no_translation() -> None:
    assert verdict("We counted the lamps on the quay again today, and six work.", FERRY, marked=False) is UNKNOWN


# -- versions and records


def test_the_version_that_fits_best_counts() -> None:
    seen = datetime(2031, 5, 2, tzinfo=UTC)
    versions = [Version(FERRY, seen), Version(FERRY.replace("second", "third"), datetime(2031, 5, 3, tzinfo=UTC))]
    found = fidelity(FERRY, versions, marked=True)
    assert (found.verdict, found.version) == (EXACT, seen)
    assert "earlier version" in found.reason
    found = fidelity(FERRY.replace("second", "third"), versions, marked=True)
    assert (found.verdict, found.version) == (EXACT, None)
    found = fidelity(FERRY.replace("second", "fourth"), versions, marked=True)
    assert (found.verdict, found.version) == (ALTERED, None)


def test_wordings_of_one_look_are_no_earlier_versions() -> None:
    seen = datetime(2031, 5, 2, tzinfo=UTC)
    found = fidelity("Heading\n" + FERRY, [Version("Heading\n" + FERRY, seen), Version(FERRY, seen)], marked=True)
    assert (found.verdict, found.version) == (EXACT, None)
    assert "earlier" not in found.reason


def test_a_record_that_is_cut_says_nothing_of_the_rest() -> None:
    found = judged(FERRY, FERRY[:70] + "…", complete=False)
    assert found.verdict is TRIVIAL
    assert "cut" in found.reason
    assert judged(FERRY, FERRY[:20], complete=False).verdict is UNKNOWN
    assert judged(FERRY.replace("ferry", "port"), FERRY[:70], complete=False).verdict is ALTERED


@pytest.mark.parametrize(
    ("printed", "posted"), [(None, FERRY), ("", FERRY), (" \n", FERRY), (FERRY, ""), ("⚓", FERRY)]
)
def test_nothing_to_compare(printed: str | None, posted: str) -> None:
    assert judged(printed, posted).verdict is UNKNOWN
    assert fidelity(printed, [], marked=True).verdict is UNKNOWN


def test_the_placeholder_of_an_embed_is_none_of_the_words() -> None:
    printed = "The bridge is open [[image or embed]](https://harbour.example/1)"
    assert judged(printed, "The bridge is open", platform="bluesky").verdict is TRIVIAL


# -- cost


@pytest.mark.parametrize(
    ("printed", "posted"),
    [
        ("a" + "\u0301" * 1_000_000, FERRY),
        ("a" + "\u0301\u0316" * 29_000, "b" + "\u0316\u0301" * 29_000),
        ("word " * 200_000, FERRY),
        (FERRY, "word " * 200_000),
        ("1/3 " * 5000, "2/3 " * 5000),
        ("… more " * 4000, "a " * 4000),
        ("@a " * 9000, "@b " * 9000),
        ("[a" * 10_000, "[b" * 10_000),
        ("www." * 15_000, "a." * 30_000),
        ("\ufdfa" * 60_000, FERRY),
        ("b … " * 9000, "a b " * 4000),
        ("\ufffda" * 20_000, "ba" * 20_000),
        ("🇺🇦" * 15_000, "🇷🇺" * 15_000),
    ],
    ids=lambda text: ascii(text[:8]),
)
def test_hostile_texts_are_quick(printed: str, posted: str) -> None:
    started = time.process_time()
    for marked in (True, False):
        judged(printed, posted, marked=marked)
    assert time.process_time() - started < 4


def test_of_endless_texts_nothing_is_said() -> None:
    assert verdict("word " * 20_000, "word " * 20_000) is UNKNOWN
    assert verdict(FERRY, "word " * 20_000) is UNKNOWN


def test_the_longest_post_is_compared() -> None:
    text = " ".join(f"word{number}" for number in range(2700))
    assert judged(text.replace("word1500 ", "sword "), text).verdict is ALTERED
