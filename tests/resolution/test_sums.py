"""A conclusion that is drawn again under another version of Python comes out the same, to the last bit."""

from __future__ import annotations

from archiver.resolution.sums import added


def test_what_rounding_loses_stays_lost() -> None:
    """`sum` gives 0.3 for these from Python 3.12 on, and 0.30000000000000004 before."""
    assert added([0.1] * 3) == 0.1 + 0.1 + 0.1 == 0.30000000000000004


def test_nothing_adds_up_to_nothing() -> None:
    assert added([]) == 0.0
