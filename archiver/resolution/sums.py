"""Sums that are the same under every version of Python: what was concluded is concluded again, years later."""

from __future__ import annotations

from collections.abc import Iterable


def added(values: Iterable[float]) -> float:
    """The values added from left to right, each step rounded.

    That is what `sum` does up to Python 3.11. From 3.12 on it makes up for what rounding loses, so that its last bit,
    and now and then a rounded figure in a conclusion, is another one.
    """
    total = 0.0
    for value in values:
        total += value
    return total
