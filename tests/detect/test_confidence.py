"""How sure a reading is said to be. Invariant: confidence stays between 0 and `HIGHEST`, a case that was right never
lowers it, and one that was wrong never raises it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.detect import confidence as method
from archiver.detect import observed

RULE = ("x.signature", "dash, @, whole date")


def value(right: int, wrong: int, estimate: float) -> float:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(method, "OBSERVED", {RULE: (right, wrong)})
        return method.confidence(*RULE, estimate).value


@given(st.integers(0, 500), st.integers(0, 500), st.floats(0, 1))
def test_cases_move_it_their_way(right: int, wrong: int, estimate: float) -> None:
    plain = value(right, wrong, estimate)
    assert 0 <= plain <= method.HIGHEST
    assert value(right + 1, wrong, estimate) >= plain >= value(right, wrong + 1, estimate)


def test_many_cases_outweigh_the_estimate_and_few_do_not() -> None:
    assert value(400, 0, 0.5) > 0.95
    assert value(0, 400, 0.95) < 0.1
    assert abs(value(1, 0, 0.6) - 0.6) < 0.05


def test_reasons_say_what_it_rests_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(method, "OBSERVED", {RULE: (7, 2)})
    assert method.confidence(*RULE, 0.9).why == ("dash, @, whole date", "right in 7 of 9 labelled cases")
    assert method.confidence("x.signature", "another shape", 0.9).why == ("another shape",)


def test_the_counts_are_as_the_script_writes_them() -> None:
    calibrate = pytest.importorskip("benchmarks.calibrate", reason="a source distribution has no benchmarks")
    written = Path(observed.__file__).read_text(encoding="utf-8")
    assert calibrate.source(dict(observed.OBSERVED)) == written
