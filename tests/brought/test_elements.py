"""Reading values out of a JSON file in pieces gives what reading all of it would give, whatever the pieces are."""

from __future__ import annotations

import io
import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.brought import elements as module
from archiver.brought.elements import elements
from archiver.errors import InputError

names = st.sampled_from(["a", "b", "c{", 'd"', "é"])
numbers = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
json_values = st.recursive(
    st.none() | st.booleans() | numbers | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=4),
    max_leaves=25,
)

PLACES = frozenset({("a",), ("b", "*"), ("*", "a"), ("*", "b", "*"), ("c{", "a", "*"), ('d"',)})


def at(value: Any, place: tuple[str, ...]) -> list[Any]:
    """What stands at a place."""
    if not place:
        return [value]
    if place[0] == "*":
        return [found for entry in value for found in at(entry, place[1:])] if isinstance(value, list) else []
    return at(value[place[0]], place[1:]) if isinstance(value, dict) and place[0] in value else []


class Dripping(io.BytesIO):
    """Gives a few bytes at a time."""

    def __init__(self, data: bytes, piece: int) -> None:
        super().__init__(data)
        self._piece = piece

    def read(self, size: int | None = -1) -> bytes:
        return super().read(self._piece)


@given(
    value=json_values.filter(lambda value: isinstance(value, dict | list)),
    piece=st.integers(1, 40),
    indent=st.sampled_from([None, 0, 3]),
    ascii_only=st.booleans(),
)
def test_the_same_values_as_by_reading_it_whole(value: Any, piece: int, indent: int | None, ascii_only: bool) -> None:
    # behind what is read of the beginning at once, so that the pieces count
    data = ("\ufeff window.x = " + " " * 4060 + json.dumps(value, indent=indent, ensure_ascii=ascii_only)).encode()
    found: dict[tuple[str, ...], list[Any]] = {}
    for place, raw in elements(Dripping(data, piece), PLACES, subject="it"):
        found.setdefault(place, []).append(json.loads(raw))
    expected = {place: values for place in PLACES if (values := at(value, place))}
    assert found == expected


@given(st.binary(max_size=200) | st.text(alphabet='{}[]:,"\\ a1', max_size=60).map(str.encode))
def test_whatever_comes_it_ends_or_says_what_is_wrong(data: bytes) -> None:
    with suppress(InputError):
        list(elements(Dripping(data, 7), PLACES | {("*",)}, subject="it"))


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "no JSON"),
        (b"only words, and no end of them" * 500, "no JSON"),
        (b"[", "ends too early"),
        (b'[{"a": 1}', "ends too early"),
        (b'["a', "ends too early"),
        (b"[1}", "no JSON at byte 3"),
        (b"{1: 2}", "no JSON at byte 2"),
        (b"[1 2]", "no JSON"),
    ],
)
def test_what_is_wrong_is_said(data: bytes, says: str) -> None:
    with pytest.raises(InputError, match=says):
        list(elements(io.BytesIO(data), frozenset({("*",)}), subject="it"))


def test_a_value_that_is_too_large_is_refused_and_one_that_nobody_wants_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_ELEMENT", 1000)
    monkeypatch.setattr(module, "PIECE", 100)
    large = json.dumps([["word"] * 1000])
    for data in (f'{{"b": {large}}}', '{"b": ["' + "w" * 5000 + '"]}'):
        with pytest.raises(InputError, match="larger"):
            list(elements(io.BytesIO(data.encode()), PLACES, subject="it"))
    data = f'{{"z": {large}, "b": [5]}}'
    assert list(elements(io.BytesIO(data.encode()), PLACES, subject="it")) == [(("b", "*"), b"5")]


def test_nesting_without_end_takes_no_stack() -> None:
    deep = b'{"z": ' + b"[" * 300_000 + b"]" * 300_000 + b', "a": 1}'
    assert list(elements(io.BytesIO(deep), PLACES, subject="it")) == [(("a",), b"1")]
    wanted = b'{"a": ' + b"[" * 300_000 + b"]" * 300_000 + b"}"
    assert len(next(elements(io.BytesIO(wanted), PLACES, subject="it"))[1]) == 600_000


def test_a_list_of_millions_is_not_held(monkeypatch: pytest.MonkeyPatch) -> None:
    """The scanner keeps what it is at, not what is behind it."""
    monkeypatch.setattr(module, "PIECE", 1000)
    scanner = module._Scanner(io.BytesIO(b"[" + b'{"a": "0123456789"},' * 20_000 + b"1]"), frozenset({("*",)}), "it")
    assert max(len(scanner._data) for _ in scanner.elements()) < 10_000
