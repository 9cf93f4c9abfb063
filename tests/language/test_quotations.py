"""Quotations in the marks of all languages. Invariants: they are in order, none lies within another, and their words
are what stands between the marks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.language.quotations import quotations

WORDS = "the bridge is open"


@pytest.mark.parametrize(
    "text",
    [
        f"She said: “{WORDS}” again",
        f"Sie sagte: „{WORDS}“ und ging",
        f"Powiedziała: „{WORDS}” wczoraj",
        f"Hon sade: ”{WORDS}” igen",
        f"Elle a dit : « {WORDS} » hier",
        f"Er sagte: »{WORDS}« und ging",
        f'She said: "{WORDS}" again',
        f'그는 "{WORDS}"라고 했다',
        f"She said: ‘{WORDS}’ again",
        f"彼は「{WORDS}」と言った",
        f"Sie sagte: ‚{WORDS}‘ und ging",
        f"She said:\n\n> {WORDS}\n\nThen",
    ],
)
def test_every_pair_of_marks(text: str) -> None:
    (quoted,) = quotations(text)
    assert text[quoted.start : quoted.end] == WORDS


@pytest.mark.parametrize(
    "text",
    [
        "the so-called “bridge” is open",
        "it's the mayors' bridge and it isn't open",
        'a 5" pipe and a 7" pipe',
        "no marks at all here",
        "“it never closes, and the article goes on",
        'ראש הממשלה ד"ר דוגמה אמר',
    ],
)
def test_irony_apostrophes_inches_and_marks_that_never_close(text: str) -> None:
    assert list(quotations(text)) == []


def test_quotations_go_over_paragraphs() -> None:
    (quoted,) = quotations("“The bridge is open.\n\n“It was never closed.”")
    assert quoted.end - quoted.start > 30


def test_what_markup_sets_apart_is_a_quotation_without_its_marks() -> None:
    text = f"She wrote:\n\n{WORDS}\n\nHe wrote: “{WORDS}”\n\n“{WORDS}”"
    spans = [(12, 12 + len(WORDS) + 2), (len(text) - len(WORDS) - 2, len(text))]
    assert [text[q.start : q.end] for q in quotations(text, spans)] == [WORDS] * 3


SPANS = st.lists(st.integers(0, 80), max_size=6, unique=True).map(
    lambda ends: list(zip(sorted(ends)[::2], sorted(ends)[1::2], strict=False))
)


@given(st.text(st.sampled_from('“”„«»"’‘「」 \n>ab c，。'), max_size=80), SPANS)
def test_in_order_and_apart(text: str, spans: list[tuple[int, int]]) -> None:
    last = 0
    within = [(start, min(end, len(text))) for start, end in spans if start < len(text)]
    for quoted in quotations(text, within):
        assert last <= quoted.outer_start <= quoted.start < quoted.end <= quoted.outer_end
        assert text[quoted.start : quoted.end].strip() == text[quoted.start : quoted.end]
        last = quoted.outer_end
