"""How sure is a reading, and why?

A rule tells which pieces it found (its shape: `dash, @, whole date`) and how sure its author would be. How often
readings of that shape were right on labelled cases moves this towards what was observed: the author's word counts as
much as `PRIOR_CASES` cases. The counts are in `observed.py`, which `benchmarks/calibrate.py` writes.
"""

from __future__ import annotations

import msgspec

from archiver.detect.observed import OBSERVED

PRIOR_CASES = 10
"""How many cases a rule author's own estimate weighs."""

HIGHEST = 0.99
"""No number of cases makes a reading certain."""


class Confidence(msgspec.Struct, frozen=True):
    """How sure a reading is, 0 to 1, and the reasons."""

    value: float
    why: tuple[str, ...]


def confidence(rule: str, shape: str, estimate: float) -> Confidence:
    """The calibrated confidence of a reading by `rule` of this `shape`, from its author's `estimate` (0 to 1)."""
    right, wrong = OBSERVED.get((rule, shape), (0, 0))
    seen = right + wrong
    value = (estimate * PRIOR_CASES + right) / (PRIOR_CASES + seen)
    why: tuple[str, ...] = (shape,) if shape else ()
    if seen:
        why += (f"right in {right} of {seen} labelled cases",)
    return Confidence(round(min(value, HIGHEST), 2), why)
