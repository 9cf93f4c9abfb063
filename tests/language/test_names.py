"""Where a display name begins before a handle, and what is left of the dash before it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.language import names


@pytest.mark.parametrize(
    ("segment", "at_line_start", "name"),
    [
        ("— Ana Example ", True, "Ana Example "),
        ("> — Ana ", True, "Ana "),
        ("? Ana ", True, "Ana "),
        ("It rained. — Ana – River ", False, "Ana – River "),
        ("It rained – on — Ana ", False, "Ana "),
        ("It rained. ??? Ana ", False, "Ana "),
        ("It rained. â€” Ana ", False, "Ana "),
        ("It rained. &amp;mdash; Ana ", False, "Ana "),
        ("It rained. - Ana ", False, "Ana "),
    ],
)
def test_the_strongest_dash_is_the_one_before_the_name(segment: str, at_line_start: bool, name: str) -> None:
    found = names.dash_before(segment, at_line_start=at_line_start)
    assert found is not None
    assert segment[found[1] :] == name


@pytest.mark.parametrize("segment", ["It rained all day ", "well-known ", "Who rained? Ana ", "? " * 0 + "Ana "])
def test_no_dash(segment: str) -> None:
    assert names.dash_before(segment, at_line_start=False) is None


@pytest.mark.parametrize(
    ("segment", "handle", "name"),
    [
        ("It rained. Ana Example ", "ana_example", "Ana Example "),
        ("it rained for Ana Example ", "ana_example", "Ana Example "),
        ("It rained. Ivo Tavi ", "radio_77", "Ivo Tavi "),
        ("It rained. Dr. Ana J. Example ", "anaexample", "Dr. Ana J. Example "),
        ("It rained. THE LANTERN SOCIETY ", "lanterns", "THE LANTERN SOCIETY "),
        ("The boats of Harbour News ", "harbournews", "Harbour News "),
        ("https://t.co/AbCdEfGhIj Ана Пример ", "radio_77", "Ана Пример "),
    ],
)
def test_without_dash(segment: str, handle: str, name: str) -> None:
    assert segment[names.name_start(segment, handle) :] == name


@given(st.text(max_size=80), st.from_regex(r"[A-Za-z0-9_]{1,15}", fullmatch=True))
def test_a_name_is_a_part_of_its_line(segment: str, handle: str) -> None:
    assert 0 <= names.name_start(segment, handle) <= len(segment)
    found = names.dash_before(segment, at_line_start=True)
    assert found is None or 0 <= found[0] < found[1] <= len(segment)
