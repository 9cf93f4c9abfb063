"""Print and capture, compared word by word.

Invariant: joining the pieces of a side gives that side's text, and what is marked as shared reads the same on both.
"""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.language.wordings import MAX_TOKENS, Piece, compare

WORDS = st.text(alphabet="ab 橋é\u0301,.\n", max_size=60)


def shared(pieces: tuple[Piece, ...]) -> list[str]:
    return "".join(piece.text for piece in pieces if piece.shared).split()


@given(WORDS, WORDS)
def test_nothing_is_lost_and_nothing_is_called_shared_that_is_not(printed: str, captured: str) -> None:
    sides = compare(printed, captured)
    assert sides is not None
    ours, theirs = sides
    assert "".join(piece.text for piece in ours) == printed
    assert "".join(piece.text for piece in theirs) == captured
    assert "".join(shared(ours)) == "".join(shared(theirs))


def test_a_changed_word_is_marked_alone() -> None:
    sides = compare("The gauge is mended. Ask.", "The gauge is repaired.\nAsk.")
    assert sides == (
        (Piece("The gauge is ", True), Piece("mended", False), Piece(". Ask.", True)),
        (Piece("The gauge is ", True), Piece("repaired", False), Piece(".\nAsk.", True)),
    )


def test_scripts_without_spaces_are_compared_sign_by_sign() -> None:
    sides = compare("橋は閉鎖中です", "橋は工事中です")
    assert sides is not None
    assert [piece.text for piece in sides[0] if not piece.shared] == ["閉鎖"]
    assert [piece.text for piece in sides[1] if not piece.shared] == ["工事"]


@pytest.mark.parametrize(
    ("printed", "captured", "ours", "theirs"),
    [
        ("It won't open.", "It will not open.", ["won't"], ["will not"]),
        ("l’eau monte", "l’air monte", ["l’eau"], ["l’air"]),
        ("नदी उतर गई", "नदी उतर गया", ["गई"], ["गया"]),
        ("می‌روم خانه", "می‌رود خانه", ["می‌روم"], ["می‌رود"]),
        ("다리가 닫혔다", "다리가 열렸다", ["닫혔다"], ["열렸다"]),
        ("สะพานปิด", "สะพานเปิด", [], ["เ"]),
        ("Вода ушла", "Вода пришла", ["ушла"], ["пришла"]),
        ("at 10:40", "at 10:45", ["40"], ["45"]),
        ("東京tower高い", "東京towers高い", ["tower"], ["towers"]),
        ("3.5 metres", "3.6 metres", ["3.5"], ["3.6"]),
        ("1,000 people", "1,500 people", ["1,000"], ["1,500"]),
        ("the end.5 more", "the end.6 more", ["5"], ["6"]),
    ],
)
def test_words_are_words_in_any_script(printed: str, captured: str, ours: list[str], theirs: list[str]) -> None:
    sides = compare(printed, captured)
    assert sides is not None
    assert ["".join(piece.text) for piece in sides[0] if not piece.shared] == ours
    joined = ["".join(piece.text) for piece in sides[1] if not piece.shared]
    assert joined == theirs or " ".join(joined) == " ".join(theirs)


def test_how_a_letter_is_encoded_is_no_difference() -> None:
    sides = compare("Gr\u00fc\u00dfe", "Gru\u0308\u00dfe")
    assert sides is not None
    assert all(piece.shared for side in sides for piece in side)


def test_white_space_is_no_difference() -> None:
    sides = compare("one  two\n\nthree", "one two three")
    assert sides is not None
    assert all(piece.shared for side in sides for piece in side)


@pytest.mark.parametrize(
    ("printed", "captured", "ours", "theirs"),
    [
        ("ok 👍🏽", "ok 👍", ["👍🏽"], ["👍"]),
        ("👨\u200d👩\u200d👧", "👨\u200d👩\u200d👦", ["👨\u200d👩\u200d👧"], ["👨\u200d👩\u200d👦"]),
        ("🇩🇪", "🇩🇰", ["🇩🇪"], ["🇩🇰"]),
        ("1️⃣", "2️⃣", ["1️⃣"], ["2️⃣"]),
        ("น้ำ", "นำ", ["น้ำ"], ["นำ"]),
        ("ガス", "ガズ", ["ス"], ["ズ"]),
    ],
)
def test_what_is_one_sign_to_a_reader_is_never_cut(
    printed: str, captured: str, ours: list[str], theirs: list[str]
) -> None:
    sides = compare(printed, captured)
    assert sides is not None
    assert [piece.text for piece in sides[0] if not piece.shared] == ours
    assert [piece.text for piece in sides[1] if not piece.shared] == theirs


@pytest.mark.parametrize(
    ("printed", "captured"),
    [
        ("won’t “open”", 'won\'t "open"'),
        ("co‑operate", "co-operate"),
        ("bro\u200bken hy\u00adphen", "broken hyphen"),
        ("\u200eThe bridge\u200f", "The bridge"),
        ("I ❤ it", "I ❤\ufe0f it"),
        ("\ufeffnone", "none"),
        ("Open. #Flood pic.twitter.com/Gauge7Lunn", "Open. #Flood"),
        ("Open. pic.x.com/a1 pic.x.com/b2", "Open."),
    ],
)
def test_what_nobody_sees_is_no_difference(printed: str, captured: str) -> None:
    sides = compare(printed, captured)
    assert sides is not None
    assert all(piece.shared for side in sides for piece in side)
    assert "".join(piece.text for piece in sides[0]) == printed


def test_what_turns_the_writing_is_a_difference() -> None:
    sides = compare("a \u202eb", "a b")
    assert sides is not None
    assert [piece.text for piece in sides[0] if not piece.shared] == ["\u202e"]


def test_a_post_as_long_as_any_platform_takes_is_compared() -> None:
    """25,000 characters, with the words of an English text."""
    text = "The gauge stands at four metres and falls. " * 580
    sides = compare(text, text.replace("falls", "rises", 1))
    assert sides is not None
    assert [piece.text for piece in sides[0] if not piece.shared] == ["falls"]


def test_many_flags_take_no_longer_than_many_letters() -> None:
    """They took 4 seconds for the most that a post can hold."""
    started = time.process_time()
    assert compare("🇩" * 25_000, "🇩" * 25_000 + "a") is None
    assert time.process_time() - started < 1


def test_other_links_are_words() -> None:
    sides = compare("Open. https://t.co/a1", "Open.")
    assert sides is not None
    assert sides[0][-1] == Piece("https://t.co/a1", False)


def test_marks_begin_and_end_with_what_is_seen() -> None:
    sides = compare("Shut.\nUntil morning.", "It rains.\n\u200eUntil morning, at six. \n")
    assert sides is not None
    marked = [piece.text for side in sides for piece in side if not piece.shared]
    assert marked
    assert all(text == text.strip(" \n\u200e") for text in marked), marked


def test_endless_texts_are_not_compared() -> None:
    assert compare("a " * MAX_TOKENS, "a") is None
    assert compare("a" * 20 * MAX_TOKENS, "a") is None
