"""Names across spellings and scripts. Invariants: likeness lies between 0 and 1, is the same both ways, and is 1 only
for one spelling; what is restored ends in the word as it was."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.language import spelling

ALIKE = [
    ("Михайло", "Mykhailo"), ("Михайло", "Mikhail"), ("Сергій", "Sergey"), ("Юрий", "Yuri"), ("Євген", "Yevhen"),
    ("Eugen", "Evgen"), ("Щербак", "Shcherbak"), ("Ščerbak", "Shcherbak"), ("Зразков", "Sraskow"),
    ("Żukowski", "Zhukovsky"),
    ("Παπαδάκης", "Papadakis"), ("გიორგი", "Giorgi"), ("Արամ", "Aram"), ("Exmaple", "Example"),
    ("Müller", "Mueller"), ("דוגמני", "Dogmani"), ("منصور", "Mansour"),
    ("サンプレンコ", "Samplenko"), ("उदाहरणकर", "Udaharankar"),
    ("포돌랴크", "Podolyak"), ("보기", "Bo-gi"), ("이", "Lee"), ("王", "Wang"),
]  # fmt: skip

UNLIKE = [
    ("Михайло", "Mykola"), ("Ivan", "Petro"), ("Marina", "Boris"), ("Παπαδάκης", "Example"), ("منصور", "Dogmani"),
    ("דן", "Boris"), ("サン", "Boris"), ("王", "Li"), ("박", "Kim"), ("", "Ana"), ("🌉", "Ana"),
]  # fmt: skip


@pytest.mark.parametrize(("one", "other"), ALIKE)
def test_spellings_of_one_name(one: str, other: str) -> None:
    assert 0.8 <= spelling.alike(one, other) < 1


@pytest.mark.parametrize(("one", "other"), UNLIKE)
def test_other_names(one: str, other: str) -> None:
    assert spelling.alike(one, other) < 0.75


@pytest.mark.parametrize(
    ("word", "whole", "restored"),
    [
        ("ихайло", "Mykhailo", "Михайло"),
        ("ван", "Ivan", "Иван"),
        ("вгеній", "Yevhenii", "Євгеній"),
        ("рина", "Ірина", "Ірина"),
        ("ербак", "Shcherbak", None),
        ("αρία", "Maria", "Μαρία"),
        ("ukasz", "Łukasz", "Łukasz"),
        ("nna", "Anna", "Anna"),
        ("anna", "Anna", None),
        ("Anna", "Hanna", None),
        ("sample", "Trample", None),
    ],
)
def test_lost_first_letters_come_back_in_the_words_own_script(word: str, whole: str, restored: str | None) -> None:
    assert spelling.restored(word, whole) == restored


WORDS = st.text(st.sampled_from("abcghjksyzIW’-жщяїГßłšéαΩ중王ア’دבन"), max_size=50)


@given(WORDS, WORDS)
def test_likeness_is_a_share_and_the_same_both_ways(one: str, other: str) -> None:
    likeness = spelling.alike(one, other)
    assert 0 <= likeness <= 1
    assert likeness == spelling.alike(other, one)
    assert likeness < 1 or one.casefold() == other.casefold()


@given(WORDS, WORDS)
def test_what_is_restored_ends_in_the_word(word: str, whole: str) -> None:
    restored = spelling.restored(word, whole)
    assert restored is None or (restored.endswith(word) and restored != word)
