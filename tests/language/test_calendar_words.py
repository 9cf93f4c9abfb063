"""The words of dates. Invariant: what ships is what CLDR says, and each tier knows all that the one before knows."""

from __future__ import annotations

import babel
import pytest

from archiver.language.calendar_words import TIERS, calendar_words, file_text, made
from archiver.language.folding import fold_word
from docs.generate import CALENDAR_WORDS

BABEL = "2.19"
"""The release that the shipped file was made with: others may have another CLDR."""


@pytest.mark.skipif(not babel.__version__.startswith(BABEL), reason=f"the file was made with Babel {BABEL}")
def test_what_ships_is_what_is_made() -> None:
    assert CALENDAR_WORDS.read_text(encoding="utf-8") == file_text()
    assert [calendar_words(tier) for tier in TIERS] == [made(tier) for tier in TIERS]


@pytest.mark.parametrize("tier", TIERS[1:])
def test_tiers_grow(tier: int) -> None:
    here, before = calendar_words(tier), calendar_words(tier - 1)
    for letter, names in before.months.items():
        assert {name for name, _ in names} <= {name for name, _ in here.months[letter]}


@pytest.mark.parametrize(
    ("tier", "name", "month"),
    [(0, "November", 11), (1, "ноября", 11), (1, "kasım", 11), (1, "listopada", 11), (2, "lapkričio", 11)],
)
def test_months(tier: int, name: str, month: int) -> None:
    folded = fold_word(name)
    assert (folded, month) in calendar_words(tier).months[folded[0]]
