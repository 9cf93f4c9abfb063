"""Which patterns may match far beyond the `<` of a tag?

A page that is searched in pieces is cut at `<`, and pieces overlap by some bytes. A pattern that may match much before
a `<`, and more behind it, would be lost there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from importlib import import_module
from typing import Any, NamedTuple

_CUT = ord("<")
_BACKSLASH = ord("\\")

MAX_SHORT = 256
"""Bytes that are as good as none."""

_FLAGS = re.IGNORECASE | re.DOTALL


def reaches(source: bytes) -> bool:
    """Whether the pattern may match more than some hundred bytes before a `<` and anything behind it; true where that
    is not known."""
    try:
        tree = _parsed(source)
        return _sequence(tree).reaches or not _is_sane(tree)
    except (AttributeError, ImportError, KeyError, TypeError, ValueError, re.error):
        return True


def beginning(source: bytes) -> bytes:
    """The letters and signs that a pattern begins with, in any case."""
    try:
        tree = _parsed(source)
    except (AttributeError, ImportError, re.error):
        return b""
    out = bytearray()
    for name, value in tree:
        if str(name) != "LITERAL" or value > 0xFF:
            break
        out.append(value)
    return bytes(out) if len(out) >= _SOME else b""


_SOME = 3


def _parsed(source: bytes) -> Any:
    # there is no public way to what a regular expression is made of; a version that lost it would be slower, not wrong
    return import_module("re._parser").parse(source, _FLAGS)


class _Part(NamedTuple):
    """What a part of a pattern may match."""

    cut: bool = False
    """A `<`."""
    more: bool = False
    """More than one byte, if it matches a `<`."""
    long: bool = False
    """More than `MAX_SHORT` bytes."""
    ends: bool = False
    """Much, and then a `<` as its last byte."""
    reaches: bool = False


def _is_sane(tree: Any) -> bool:
    return int(tree.getwidth()[0]) > 0


def _sequence(items: Iterable[Any]) -> _Part:
    cut = more = long = ends = reached = False
    for place, (name, value) in enumerate(items):
        part = _item(str(name), value)
        reached = reached or part.reaches or ends or (long and part.cut and part.more)
        ends = part.ends or (part.cut and long)
        more = more or part.more or cut or (part.cut and place > 0)
        cut = cut or part.cut
        long = long or part.long
    return _Part(cut, more, long, ends, reached)


def _item(name: str, value: Any) -> _Part:
    if name == "LITERAL":
        return _Part(cut=value == _CUT)
    if name == "NOT_LITERAL":
        return _Part(cut=value != _CUT)
    if name == "ANY":
        return _Part(cut=True)
    if name == "IN":
        return _Part(cut=_in(value))
    if name == "SUBPATTERN":
        return _sequence(value[-1])
    if name == "BRANCH":
        return _any(_sequence(branch) for branch in value[1])
    if name in ("MAX_REPEAT", "MIN_REPEAT"):
        return _repeat(value[1], value[2])
    if name == "AT":
        return _Part()
    return _Part(True, True, True, True, True)


def _repeat(most: int, body: Any) -> _Part:
    part = _sequence(body)
    if most <= 1:
        return part
    if len(body) == 1 and _is_name(str(body[0][0]), body[0][1]):
        return part
    long = part.long or int(body.getwidth()[1]) * most > MAX_SHORT
    reached = part.reaches or (part.cut and long)
    return _Part(part.cut, part.more or part.cut, long, part.ends, reached)


_IN_NO_NAME = frozenset(b"<>/%\"' ")


def _is_name(name: str, value: Any) -> bool:
    """Whether it is a letter of a name or a backslash, of which there are never hundreds in a row."""
    if name == "LITERAL":
        return bool(value == _BACKSLASH)
    return name == "IN" and not any(_in(value, byte) for byte in _IN_NO_NAME)


def _any(parts: Iterable[_Part]) -> _Part:
    return _Part(*(any(flags) for flags in zip(*parts, strict=True)))


_CATEGORIES = {
    "CATEGORY_DIGIT": rb"\d",
    "CATEGORY_NOT_DIGIT": rb"\D",
    "CATEGORY_SPACE": rb"\s",
    "CATEGORY_NOT_SPACE": rb"\S",
    "CATEGORY_WORD": rb"\w",
    "CATEGORY_NOT_WORD": rb"\W",
}


def _in(members: Iterable[Any], byte: int = _CUT) -> bool:
    negated = holds = False
    for name, value in members:
        kind = str(name)
        if kind == "NEGATE":
            negated = True
        elif kind == "LITERAL":
            holds = holds or value == byte
        elif kind == "RANGE":
            holds = holds or value[0] <= byte <= value[1]
        elif kind == "CATEGORY":
            holds = holds or re.match(_CATEGORIES[str(value)], bytes((byte,))) is not None
        else:
            raise ValueError(kind)
    return holds != negated
