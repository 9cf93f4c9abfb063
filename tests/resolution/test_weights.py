"""The shipped weights, and what they make of a candidate's features."""

from __future__ import annotations

import json
import math
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

import archiver.resolution.weights as module
from archiver.resolution.weights import Weights, contributions, probabilities, weights

KINDS = {"same", "alike", "foreign", "short", "wordless", "unread"}
FOR = ("shared_", "both", "shown_found", "post_shown", "order", "sorted", "contained", "words", "distinct", "roots")
AGAINST = ("other_", "added_", "lost_", "pattern", "length")
FOR_AROUND = {"name", "minute", "same_day", "shared_code", "renamed", "version", "meaning"}

LOG_ODDS = st.lists(st.floats(-60, 60), max_size=12)


@pytest.fixture
def by_hand(monkeypatch: pytest.MonkeyPatch) -> Weights:
    """A model small enough to reckon with."""
    model = Weights(
        kinds={"alike": {"bias": -2.0, "both": 3.0, "other_numbers": -4.0}},
        around={"name": 0.5},
        none_of_them=0.0,
        gap=1.0,
        temperature=2.0,
    )
    monkeypatch.setattr(module, "weights", lambda: model)
    return model


def test_the_file_is_what_the_fit_writes() -> None:
    text = files("archiver.resolution").joinpath("weights.json").read_text(encoding="utf-8")
    model = weights()
    as_written = {name: getattr(model, name) for name in model.__struct_fields__}
    assert text == json.dumps(as_written, indent=1, ensure_ascii=False) + "\n"
    assert set(model.kinds) == KINDS
    assert all(list(listed) == sorted(listed) for listed in (model.kinds, model.around))
    assert all("bias" in of_kind for of_kind in model.kinds.values())
    assert "mentions" in model.fitted


def test_what_is_alike_never_speaks_against_a_post_and_what_differs_never_for_it() -> None:
    model = weights()
    for of_kind in model.kinds.values():
        for name, weight in of_kind.items():
            assert math.isfinite(weight)
            assert weight >= 0 or not name.startswith(FOR), name
            assert weight <= 0 or not name.startswith(AGAINST), name
    for name, weight in model.around.items():
        assert weight >= 0 if name in FOR_AROUND else weight <= 0, name


def test_the_order_of_what_is_surest() -> None:
    model = weights()
    same, alike = model.kinds["same"], model.kinds["alike"]
    everything = sum(weight for name, weight in alike.items() if weight > 0)
    assert same["bias"] > 0 > alike["bias"] > -everything
    assert alike["other_numbers"] == min(alike.values())
    for kind in ("short", "wordless", "unread"):
        of_kind = model.kinds[kind]
        # alone, such a candidate is never what the settings ask for
        assert sum(of_kind.values()) / model.temperature < math.log(0.9 / 0.1)
    assert model.gap > 0
    assert 0.5 <= model.temperature <= 2


@pytest.mark.usefixtures("by_hand")
def test_an_example_by_hand() -> None:
    parts = contributions("alike", {"both": 0.5, "other_numbers": 1.0, "unheard_of": 1.0}, {"name": 1.0})
    assert parts == {"bias": -2.0, "both": 1.5, "other_numbers": -4.0, "unheard_of": 0.0, "name": 0.5}
    assert contributions("unknown", {"both": 1.0}, {}) == {"bias": 0.0, "both": 0.0}
    # e^(2 ln 3 / 2) = 3 and e^0 = 1 beside the outside option's 1
    found = probabilities([2 * math.log(3), 0.0], gaps=False)
    assert found == pytest.approx([3 / 5, 1 / 5])
    # a gap of 1 makes the outside option e^(1/2)
    assert probabilities([0.0], gaps=True) == pytest.approx([1 / (1 + math.exp(0.5))])
    assert probabilities([], gaps=False) == []


@given(LOG_ODDS)
def test_all_candidates_together_are_no_surer_than_one(log_odds: list[float]) -> None:
    """Invariant: the probabilities of all candidates add up to 1 at the most, are in the order of their log-odds, and
    do not depend on the order in which they are given."""
    found = probabilities(log_odds, gaps=False)
    assert all(0 <= chance <= 1 for chance in found)
    assert sum(found) <= 1 + 1e-9
    assert sorted(found) == pytest.approx([chance for _, chance in sorted(zip(log_odds, found, strict=True))])
    assert probabilities(log_odds[::-1], gaps=False) == pytest.approx(found[::-1])


@given(LOG_ODDS)
def test_what_could_not_be_asked_only_makes_it_less_sure(log_odds: list[float]) -> None:
    """Invariant: no candidate is surer with a gap than without."""
    without, with_gap = probabilities(log_odds, gaps=False), probabilities(log_odds, gaps=True)
    assert all(lower <= chance for lower, chance in zip(with_gap, without, strict=True))
    assert not log_odds or max(log_odds) < -40 or sum(with_gap) < sum(without) or sum(without) > 1 - 1e-9


@given(LOG_ODDS, st.floats(-60, 60))
def test_a_further_candidate_never_makes_another_surer(log_odds: list[float], further: float) -> None:
    """Invariant: candidates share one probability."""
    alone, beside = probabilities(log_odds, gaps=False), probabilities([*log_odds, further], gaps=False)
    assert all(less <= chance + 1e-12 for less, chance in zip(beside, alone, strict=False))


@pytest.mark.parametrize("value", [1e6, -1e6])
def test_no_log_odds_overflow(value: float) -> None:
    assert probabilities([value, value], gaps=True) == pytest.approx([0.5, 0.5] if value > 0 else [0.0, 0.0])
