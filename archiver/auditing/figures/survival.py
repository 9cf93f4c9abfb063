"""For how long do posts stay? The product-limit estimate of Kaplan and Meier, for what is looked at now and then.

Numbers in, numbers out. Three things make posts differ from the textbook's patients, and are answered here: a post
comes under observation some time after it was written (delayed entry, left truncation), a loss is only known to lie
between two looks (interval censoring), and a post may be readable at the last look (right censoring).

Sources: Kaplan and Meier, J. Am. Stat. Assoc. 53 (1958) 457; Klein and Moeschberger, Survival Analysis, 2nd ed.,
sections 4.2 to 4.6 (Greenwood's variance, log-log limits, median and its limits, left truncation).
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from archiver.model import Noun

Z = 1.959963984540054
"""The normal distribution's quantile for limits that hold 95 % of the time."""

MAX_STEPS = 400
"""Of one curve, as told; of more, these are a choice that is even in what the curve falls by."""

_SAME = 1e-12
"""What rounding may leave between a product of fractions and the half that it is."""


class Spell(NamedTuple):
    """For how long one post was watched, in days since it was written."""

    entry: float
    """From when on it was there for certain, and would have been seen to go."""
    latest: float
    """Its loss at the latest; where it is not lost, the last look that saw it."""
    earliest: float
    """Its loss at the earliest: the last look that saw it, or its entry. Not used where it is not lost."""
    lost: bool


class Step(Noun, frozen=True, kw_only=True):
    """One fall of a survival curve."""

    days: float
    """Since the post was written."""
    at_risk: int
    """Posts that were under observation and there until then."""
    lost: int
    """Of those, lost then. Of a thinned curve: with those of the steps left out before it, which `at_risk` is not."""
    survival: float
    """The share that is there after it."""
    low: float | None = None
    """Limits of the 95 % confidence interval; null where there are none (nothing is left)."""
    high: float | None = None


class Survived(Noun, frozen=True, kw_only=True):
    """The share of posts that are there at one age."""

    days: float
    at_risk: int
    """Posts under observation at that age."""
    survival: float | None
    """Null where nobody was under observation, and before the curve begins."""
    low: float | None = None
    high: float | None = None
    """Null, too, before the first loss: Greenwood's formula says nothing there."""


class Curve(Noun, frozen=True, kw_only=True):
    """A survival curve: 1 at `begins`, falling at each of `steps`, known until `until`."""

    posts: int
    lost: int
    begins: float = 0.0
    """Days. The curve is conditional on being there at that age: before it, no post was under observation, or all of
    the few that were were lost, which says nothing of those that came later."""
    until: float = 0.0
    """Days: the last time at which a post was under observation."""
    steps: tuple[Step, ...] = ()
    steps_left_out: int = 0
    median: float | None = None
    """The first day on which half of the posts or fewer are there; null where it is not reached."""
    median_low: float | None = None
    median_high: float | None = None
    at: tuple[Survived, ...] = ()
    """At the ages that were asked for."""

    def survival_at(self, days: float) -> float | None:
        """The share that is there at an age, as the steps told have it; null where that is not known."""
        if not self.posts or not self.begins <= days <= self.until:
            return None
        before = [step for step in self.steps if step.days <= days]
        return before[-1].survival if before else 1.0


def kaplan_meier(
    spells: Iterable[Spell], *, middle: bool = False, ages: Sequence[float] = (), max_steps: int = MAX_STEPS
) -> Curve:
    """The product-limit curve of `spells`.

    middle: put each loss in the middle of the time in which it happened, instead of when it was first seen. (At its
    earliest is no bound: what is lost right after its entry meets the few that came before it, and the product falls
    to nothing.)
    A post is among those at risk at `t` where `entry < t <= exit`. Spells without length add nothing and are left out.
    ages: days at which survival and the number at risk are told, ascending.

    Limits: Greenwood's variance on the scale of log(-log S). O(n log n).
    """
    kept = [spell for spell in spells if spell.entry < spell.latest]
    entries = sorted(spell.entry for spell in kept)
    censored = sorted(spell.latest for spell in kept if not spell.lost)
    losses = sorted(_middle(spell) if middle else spell.latest for spell in kept if spell.lost)
    begins, counted = _from_where_it_can_be_told(entries, _counted(entries, censored, losses))
    steps = _steps(counted)
    until = max(censored[-1:] + losses[-1:], default=0.0)
    low, half, high = _median(steps)
    return Curve(
        posts=len(kept),
        lost=len(losses),
        begins=begins,
        until=until,
        steps=_thinned(steps, max_steps),
        steps_left_out=max(0, len(steps) - max_steps),
        median=half,
        median_low=low,
        median_high=high,
        at=tuple(_survived(age, begins, until, steps, entries, censored, losses) for age in ages),
    )


def _middle(spell: Spell) -> float:
    return (max(spell.earliest, spell.entry) + spell.latest) / 2


class _Counted(NamedTuple):
    """One moment of loss."""

    days: float
    at_risk: int
    lost: int


def _counted(entries: list[float], censored: list[float], losses: list[float]) -> list[_Counted]:
    """All moments of loss."""
    out: list[_Counted] = []
    entered = left = gone = 0
    while gone < len(losses):
        days = losses[gone]
        lost = bisect_right(losses, days, gone) - gone
        entered, left = bisect_left(entries, days, entered), bisect_left(censored, days, left)
        out.append(_Counted(days, entered - left - gone, lost))
        gone += lost
    return out


def _from_where_it_can_be_told(entries: list[float], counted: list[_Counted]) -> tuple[float, list[_Counted]]:
    """From the first entry on, and without the beginning after which nobody was left, while others came later: a
    product with a zero in it would stay at zero, whatever the thousands that came later show (Klein and Moeschberger,
    section 4.6)."""
    for at in range(len(counted) - 1, -1, -1):
        days, at_risk, lost = counted[at]
        if at_risk == lost and entries[-1] >= days:
            return days, counted[at + 1 :]
    return (entries[0] if entries else 0.0), counted


def _steps(counted: list[_Counted]) -> list[Step]:
    steps: list[Step] = []
    survival, variance = 1.0, 0.0
    for days, at_risk, lost in counted:
        survival *= (at_risk - lost) / at_risk
        low: float | None = None
        high: float | None = None
        if lost < at_risk:
            variance += lost / (at_risk * (at_risk - lost))
            low, high = _limits(survival, variance)
        steps.append(Step(days=days, at_risk=at_risk, lost=lost, survival=survival, low=low, high=high))
    return steps


def _limits(survival: float, variance: float) -> tuple[float, float]:
    """95 % limits by the log(-log S) transform: they never leave 0 to 1."""
    logarithm = math.log(survival)
    spread = math.exp(Z * math.sqrt(variance) / -logarithm) if Z * math.sqrt(variance) / -logarithm < 700 else math.inf
    return min(math.exp(logarithm * spread), survival), max(math.exp(logarithm / spread), survival)


def _median(steps: list[Step]) -> tuple[float | None, float | None, float | None]:
    """The first moments at which the lower limit, the curve and the upper limit are at one half or below (Brookmeyer
    and Crowley, Biometrics 38 (1982) 29)."""

    def first(values: Iterable[tuple[float, float | None]]) -> float | None:
        return next((days for days, value in values if value is not None and value <= 0.5 + _SAME), None)

    return (
        first((step.days, step.low if step.survival else 0.0) for step in steps),
        first((step.days, step.survival) for step in steps),
        first((step.days, step.high) for step in steps),
    )


def _survived(
    age: float,
    begins: float,
    until: float,
    steps: list[Step],
    entries: list[float],
    censored: list[float],
    losses: list[float],
) -> Survived:
    at_risk = bisect_right(entries, age) - bisect_left(censored, age) - bisect_left(losses, age)
    if at_risk <= 0 or not begins <= age <= until:
        return Survived(days=age, at_risk=max(0, at_risk), survival=None)
    at = bisect_right(steps, age, key=lambda step: step.days)
    if not at:
        return Survived(days=age, at_risk=at_risk, survival=1.0)
    step = steps[at - 1]
    return Survived(days=age, at_risk=at_risk, survival=step.survival, low=step.low, high=step.high)


def _thinned(steps: list[Step], most: int) -> tuple[Step, ...]:
    """At most so many of the steps, the first and the last among them, even in what the curve falls by."""
    if len(steps) <= most:
        return tuple(steps)
    top, bottom = steps[0].survival, steps[-1].survival
    kept: list[Step] = []
    lost = 0
    for at, step in enumerate(steps):
        lost += step.lost
        due = top - (top - bottom) * len(kept) / (most - 1)
        if at == len(steps) - 1 or (len(kept) < most - 1 and step.survival <= due + _SAME):
            kept.append(
                Step(
                    days=step.days,
                    at_risk=step.at_risk,
                    lost=lost,
                    survival=step.survival,
                    low=step.low,
                    high=step.high,
                )
            )
            lost = 0
    return tuple(kept)
