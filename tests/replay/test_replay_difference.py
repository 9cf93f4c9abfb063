"""Print and capture, compared word by word.

Invariant: joining the pieces of a side gives that side's text, and what is marked as shared reads the same on both.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.replay.difference import MAX_WORDS, Piece, compare

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


def test_endless_texts_are_not_compared() -> None:
    assert compare("a " * MAX_WORDS, "a") is None
