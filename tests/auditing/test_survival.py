"""Kaplan-Meier with delayed entry. Invariants: a curve never rises and stays within 0 and 1; an interval contains its
estimate; without censoring and with entry at birth the curve is the empirical survival function."""

from __future__ import annotations

import math
import time
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archiver.auditing.figures.survival import MAX_STEPS, Curve, Spell, kaplan_meier

# Freireich et al., Blood 21 (1963) 699: weeks to relapse under 6-mercaptopurine; False: still in remission.
SIX_MP = (
    (6, True), (6, True), (6, True), (6, False), (7, True), (9, False), (10, True), (10, False), (11, False),
    (13, True), (16, True), (17, False), (19, False), (20, False), (22, True), (23, True), (25, False),
    (32, False), (32, False), (34, False), (35, False),
)  # fmt: skip


def watched(*times: tuple[float, bool]) -> list[Spell]:
    return [Spell(0.0, when, 0.0, lost) for when, lost in times]


def outline(curve: Curve) -> list[tuple[float, int, int, float]]:
    return [(step.days, step.at_risk, step.lost, round(step.survival, 4)) for step in curve.steps]


class TestPublishedExamples:
    def test_leukaemia(self) -> None:
        """Klein and Moeschberger, table 4.1; log-log limits as R's survfit(conf.type="log-log") prints them."""
        curve = kaplan_meier(watched(*SIX_MP), ages=(10, 36))
        assert outline(curve) == [
            (6, 21, 3, 0.8571), (7, 17, 1, 0.8067), (10, 15, 1, 0.7529), (13, 12, 1, 0.6902), (16, 11, 1, 0.6275),
            (22, 7, 1, 0.5378), (23, 6, 1, 0.4482),
        ]  # fmt: skip
        limits = [(round(step.low or 9, 3), round(step.high or 9, 3)) for step in curve.steps]
        assert limits == [
            (0.62, 0.952), (0.563, 0.923), (0.503, 0.889), (0.432, 0.849), (0.368, 0.805), (0.268, 0.747),
            (0.188, 0.68),
        ]  # fmt: skip
        assert (curve.median, curve.median_low, curve.median_high) == (23, 13, None)
        assert (curve.posts, curve.lost, curve.until) == (21, 9, 35)
        assert [(age.days, age.at_risk, age.survival and round(age.survival, 4)) for age in curve.at] == [
            (10, 15, 0.7529),
            (36, 0, None),
        ]

    def test_delayed_entry_by_hand(self) -> None:
        """At 3 those at risk are a, b and c: d comes later, and e, who enters at 3, just after. At 5: b, c, d and e."""
        spells = [
            Spell(0, 3, 0, True),  # a
            Spell(1, 8, 1, False),  # b
            Spell(2, 5, 2, True),  # c
            Spell(4, 9, 4, True),  # d
            Spell(3, 7, 3, False),  # e
        ]
        curve = kaplan_meier(spells)
        assert outline(curve) == [(3, 3, 1, 0.6667), (5, 4, 1, 0.5), (9, 1, 1, 0.0)]
        assert (curve.median, curve.steps[-1].low, curve.steps[-1].high) == (5, None, None)

    def test_the_half_is_reached_in_spite_of_rounding(self) -> None:
        curve = kaplan_meier(watched(*((float(at), True) for at in range(1, 25))))
        assert curve.steps[11].survival > 0.5
        assert curve.median == 12

    def test_agrees_with_scipy(self) -> None:
        stats = pytest.importorskip("scipy.stats", reason="scipy (the extra bench) is not installed")
        data = [(float(at * 37 % 101), at % 3 != 0) for at in range(1, 90)]
        right = [when for when, lost in data if not lost]
        sf = stats.ecdf(stats.CensoredData(uncensored=[when for when, lost in data if lost], right=right)).sf
        limits = sf.confidence_interval(method="log-log")
        curve = kaplan_meier(watched(*data))
        for step in curve.steps:
            assert step.survival == pytest.approx(float(sf.evaluate(step.days)))
            if step.low is not None:
                assert step.low == pytest.approx(float(limits.low.evaluate(step.days)))
                assert step.high == pytest.approx(float(limits.high.evaluate(step.days)))


class TestBounds:
    def test_a_loss_in_the_middle_of_its_time(self) -> None:
        """b's last look is at 4, before the middle of 2 and 9; c's entry at 3 is the beginning of its own time."""
        spells = [Spell(0, 9, 2, True), Spell(0, 4, 0, False), Spell(3, 7, 1, True), Spell(0, 12, 0, False)]
        assert outline(kaplan_meier(spells)) == [(7, 3, 1, 0.6667), (9, 2, 1, 0.3333)]
        assert outline(kaplan_meier(spells, middle=True)) == [(5, 3, 1, 0.6667), (5.5, 2, 1, 0.3333)]

    def test_articles_read_years_later_do_not_empty_the_curve(self) -> None:
        """Cited at any time of a year, looked at after three years: one in three is gone. Put right after the entries,
        the losses would meet the few that came before, and leave a curve near zero."""
        spells = [Spell(at, 1100, at, at % 3 == 0) for at in range(1, 301)]
        assert (kaplan_meier(spells, middle=True, ages=(1000,)).at[0].survival or 0) > 0.6

    def test_where_nobody_was_watched_nothing_is_known(self) -> None:
        spells = [Spell(10, 30, 10, False), Spell(10, 20, 15, True), Spell(50, 90, 50, False)]
        curve = kaplan_meier(spells, ages=(0, 9, 10, 20, 40, 50, 91))
        assert curve.begins == 10
        assert [(age.at_risk, age.survival) for age in curve.at] == [
            (0, None), (0, None), (2, 1.0), (2, 0.5), (0, None), (1, 0.5), (0, None),
        ]  # fmt: skip

    def test_a_beginning_that_nobody_outlived_does_not_pull_down_those_who_came_later(self) -> None:
        early, late = [Spell(0, 1, 0, True)], [Spell(10, 50, 10, False)] * 3 + [Spell(10, 40, 10, True)]
        curve = kaplan_meier(early + late, ages=(0.5, 20, 45))
        assert (curve.begins, outline(curve)) == (1, [(40, 4, 1, 0.75)])
        assert [age.survival for age in curve.at] == [None, 1.0, 0.75]
        assert kaplan_meier(early + late[:3]).begins == 1

    def test_who_enters_as_the_last_one_goes_begins_anew(self) -> None:
        curve = kaplan_meier([Spell(0, 1, 0, True), Spell(1, 5, 1, True), Spell(1, 9, 1, False)])
        assert (curve.begins, outline(curve)) == (1, [(5, 2, 1, 0.5)])

    def test_nobody(self) -> None:
        assert kaplan_meier([Spell(3, 3, 3, True)], ages=(1,)).at[0].survival is None
        assert kaplan_meier([]) == Curve(posts=0, lost=0)

    def test_thinned(self) -> None:
        spells = watched(*((float(at), True) for at in range(1, 5001)))
        whole, told = kaplan_meier(spells, max_steps=5000), kaplan_meier(spells)
        assert (len(told.steps), told.steps_left_out) == (MAX_STEPS, 5000 - MAX_STEPS)
        assert {step.days: step.survival for step in told.steps}.items() <= {
            step.days: step.survival for step in whole.steps
        }.items()
        assert sum(step.lost for step in told.steps) == 5000
        assert (told.steps[0].days, told.steps[-1].survival) == (1, 0)
        for days in range(1, 5000, 7):
            assert abs((told.survival_at(days) or 0) - (5000 - days) / 5000) <= 2 / MAX_STEPS

    def test_hundred_thousands_in_seconds(self) -> None:
        spells = [Spell(at % 97, 98 + at * 7919 % 4999 / 3, at % 97, at % 3 == 0) for at in range(250_000)]
        begun = time.process_time()
        assert kaplan_meier(spells).posts == 250_000
        assert time.process_time() - begun < 5


SPELLS = st.lists(
    st.builds(
        lambda entry, length, part, lost: Spell(entry, entry + length, entry + length * part, lost),
        st.sampled_from([0.0, 0.0, 1.0, 2.5]) | st.floats(0, 30),
        st.sampled_from([1.0, 2.0, 3.0]) | st.floats(0, 300),
        st.floats(0, 1),
        st.booleans(),
    ),
    max_size=60,
)


@given(SPELLS, st.booleans())
@settings(deadline=None)
def test_never_rises_and_the_interval_contains_the_estimate(spells: list[Spell], middle: bool) -> None:
    curve = kaplan_meier(spells, middle=middle, ages=(0, 1, 10, 100))
    values = [1.0, *(step.survival for step in curve.steps)]
    assert all(after < before for before, after in pairwise(values))
    assert all(0 <= value <= 1 for value in values)
    for step in curve.steps:
        assert 0 < step.lost <= step.at_risk <= len(spells)
        assert step.low is None or step.high is None or 0 <= step.low <= step.survival <= step.high <= 1
        assert not any(math.isnan(value) for value in (step.low or 0, step.high or 0))
    for age in curve.at:
        assert age.survival is None or 0 <= age.survival <= 1
        assert age.at_risk >= 0
    if curve.median is not None:
        assert curve.median_low is not None
        assert curve.median_low <= curve.median
        assert curve.median_high is None or curve.median <= curve.median_high
    assert curve == kaplan_meier(reversed(spells), middle=middle, ages=(0, 1, 10, 100))


@given(st.lists(st.integers(1, 40), min_size=1, max_size=80))
@settings(deadline=None)
def test_without_censoring_it_is_the_empirical_survival(times: list[int]) -> None:
    curve = kaplan_meier(watched(*((float(when), True) for when in times)))
    for step in curve.steps:
        assert step.survival == pytest.approx(sum(when > step.days for when in times) / len(times), abs=1e-12)
