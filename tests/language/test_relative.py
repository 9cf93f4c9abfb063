"""Days that words mean, seen from the article's own day. Invariant: no day is told that lies after the article."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.language.relative import told_day, weekday_of

FRIDAY = "2022-11-11"


@pytest.mark.parametrize(
    ("words", "day", "how"),
    [
        ("wrote on Wednesday", "2022-11-09", "weekday"),
        ("schrieb am Mittwoch", "2022-11-09", "weekday"),
        ("написал в среду", "2022-11-09", "weekday"),
        ("написав у середу", "2022-11-09", "weekday"),
        ("napisał w środę", "2022-11-09", "weekday"),
        ("napsal ve středu", "2022-11-09", "weekday"),
        ("kirjoitti keskiviikkona", "2022-11-09", "weekday"),
        ("írta szerdán", "2022-11-09", "weekday"),
        ("çarşamba günü yazdı", "2022-11-09", "weekday"),
        ("a écrit mercredi", "2022-11-09", "weekday"),
        ("έγραψε την Τετάρτη", "2022-11-09", "weekday"),
        ("周三在推特上写道", "2022-11-09", "weekday"),
        ("水曜日に投稿した", "2022-11-09", "weekday"),
        ("수요일 트위터에", "2022-11-09", "weekday"),
        ("wrote on Friday", "2022-11-11", "weekday"),
        ("schrieb sie gestern", "2022-11-10", "yesterday"),
        ("написала вчора", "2022-11-10", "yesterday"),
        ("tuiteó hoy", "2022-11-11", "today"),
        ("wrote on November 8", "2022-11-08", "day"),
        ("schrieb am 8. November", "2022-11-08", "day"),
        ("8 ноября написал", "2022-11-08", "day"),
        ("wrote on December 30", "2021-12-30", "day"),
        ("11月8日に投稿", "2022-11-08", "day"),
        ("9日に投稿", "2022-11-09", "day"),
        ("wrote on 3 March 2021", "2021-03-03", "date"),
    ],
)
def test_a_day_is_told(words: str, day: str, how: str) -> None:
    told = told_day(words, FRIDAY)
    assert told is not None
    assert (told.day, told.how) == (day, how)


@pytest.mark.parametrize(
    "words", ["wrote last week", "wrote last Wednesday", "wrote", "in 2022", "среднего", "the 5 people", ""]
)
def test_no_day_is_told(words: str) -> None:
    assert told_day(words, FRIDAY) is None


def test_without_the_articles_day_only_whole_dates_count() -> None:
    assert told_day("wrote on Wednesday", None) is None
    assert told_day("wrote on November 8", "no day") is None
    told = told_day("wrote on 3 March 2021", None)
    assert told is not None
    assert told.day == "2021-03-03"


@pytest.mark.parametrize("word", ["Wednesday", "mercredi", "středu", "сереДу"])
def test_words_for_a_weekday(word: str) -> None:
    assert weekday_of(word) == 2


WORDS = st.lists(
    st.sampled_from(
        ["Monday", "gestern", "в", "среду", "8", "November", "11月8日", "9日", "today", "30", "Dezember", "on"]
    ),
    max_size=8,
).map(" ".join)


@given(WORDS, st.dates(date(2000, 1, 1), date(2050, 1, 1)))
def test_no_day_after_the_article(words: str, published: date) -> None:
    told = told_day(words, published.isoformat())
    # a day more: it is tomorrow already where some readers are
    assert told is None or date.fromisoformat(told.day).toordinal() <= published.toordinal() + 1
