"""Charts as inline SVG: numbers in, markup out. They scale with the page; their words keep the page's size.

What stretches (bars, curves) lies in a coordinate system of its own; what must not (letters, hatches, the strength of a
line) is placed by percentages. No `style` attribute: the page's policy allows its one style sheet alone. Each chart has
a name and a description, and the page has its numbers in a table.
"""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from archiver.auditing.figures.statistics import MISSING, NOT_SEEN, READABLE, YEAR, Share
from archiver.auditing.figures.survival import Curve, Step
from archiver.model import State
from archiver.reporting.overtime import Moment

LAYERS = (
    ("readable", "could be read", READABLE),
    ("deleted", "deleted", frozenset({State.DELETED})),
    ("otherwise", "missing otherwise", MISSING - {State.DELETED}),
    ("unknown", "not known", NOT_SEEN),
)
"""What is stacked in a chart of states, from below: a class of the style sheet, what it is called, which states."""

TICKS = (
    (0.0, "0"),
    (1.0, "1 day"),
    (7.0, "1 week"),
    (30.0, "1 month"),
    (91.0, "3 months"),
    (182.0, "6 months"),
    *((YEAR * years, f"{years} year{'s' if years > 1 else ''}") for years in (1, 2, 3, 4, 5, 7, 10, 15)),
)
"""Ages on the axis of a survival chart: those at which the figures tell survival."""

_GAP = 0.24
"""The least distance of two labels, as a part of the axis."""


def bar(share: Share) -> Markup:
    """One share as a bar with its interval; the numbers stand beside it."""
    if share.share is None or share.low is None or share.high is None:
        return Markup("")
    return Markup(
        '<svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true" focusable="false">'
        '<rect class="track" width="100" height="10"/><rect class="filled" width="{}" height="10"/>'
        '<rect class="interval" x="{}" y="4" width="{}" height="2"/></svg>'
    ).format(_n(share.share * 100), _n(share.low * 100), _n(max(share.high - share.low, 0.004) * 100))


def strip(states: dict[str, int]) -> Markup:
    """All posts by state, side by side in one strip."""
    total = sum(states.values())
    parts: list[Markup] = []
    left = 0.0
    for name, _, members in LAYERS:
        width = sum(number for state, number in states.items() if State(state) in members) / total * 100 if total else 0
        if width:
            parts.append(_layer(name, x=left, y=0, width=width, height=100))
            left += width
    return Markup('<svg class="strip" aria-hidden="true" focusable="false">{}</svg>').format(Markup("").join(parts))


def swatch(name: str) -> Markup:
    """A layer's hatch, for a legend."""
    return Markup('<svg class="swatch" aria-hidden="true" focusable="false">{}</svg>').format(
        _layer(name, x=0, y=0, width=100, height=100)
    )


def patterns() -> Markup:
    """The hatches that tell layers apart without colours. Once in a page."""
    return Markup(
        '<svg class="unseen" width="0" height="0" aria-hidden="true" focusable="false"><defs>'
        '<pattern id="hatch-deleted" patternUnits="userSpaceOnUse" width="6" height="6">'
        '<path class="ground-deleted" d="M0 0H6V6H0Z"/><path class="ruled" d="M-1 1L1 -1M0 6L6 0M5 7L7 5"/></pattern>'
        '<pattern id="hatch-otherwise" patternUnits="userSpaceOnUse" width="6" height="6">'
        '<path class="ground-otherwise" d="M0 0H6V6H0Z"/><path class="ruled" d="M0 3H6"/></pattern>'
        '<pattern id="hatch-unknown" patternUnits="userSpaceOnUse" width="6" height="6">'
        '<path class="ground-unknown" d="M0 0H6V6H0Z"/><circle class="dotted" cx="3" cy="3" r="1"/></pattern>'
        "</defs></svg>"
    )


def columns(moments: Sequence[Moment], *, id_: str) -> Markup:
    """States over time: one stacked column for each moment."""
    top, ticks = _scale(max((moment.posts for moment in moments), default=0))
    step = 100 / max(1, len(moments))
    width = min(step * 0.8, 12.0)
    parts = [_grid(number / top) for number in ticks]
    for number, moment in enumerate(moments):
        floor = 100.0
        for name, _, members in LAYERS:
            height = sum(count for state, count in moment.states.items() if state in members) / top * 100
            if height:
                floor -= height
                left = step * number + (step - width) / 2
                parts.append(_layer(name, x=left, y=floor, width=width, height=height))
    parts += [_label(number / top, f"{number:,}") for number in ticks]
    described = (
        f"{len(moments)} columns from {moments[0].at:%Y-%m-%d} to {moments[-1].at:%Y-%m-%d}; the last has "
        + ", ".join(f"{count:,} {state.value}" for state, count in moments[-1].states.items())
        if moments
        else "no looks"
    )
    return _chart(Markup("").join(parts), id_, "States of posts over time", described)


def survival(
    curve: Curve, middle: Curve, *, horizon: float, id_: str, name: str, reference: Curve | None = None
) -> Markup:
    """A survival curve with its band; as a broken line, the one with each loss in the middle of its time."""
    parts = [_grid(number / 4) for number in range(1, 5)]
    inner: list[Markup] = []
    if reference is not None:
        inner.append(_path("reference", _stairs(reference, horizon)))
    inner.append(_band(curve, horizon))
    inner.append(_path("middle", _stairs(middle, horizon)))
    inner.append(_path("latest", _stairs(curve, horizon)))
    parts.append(
        Markup(
            '<svg x="0" y="0" width="100%" height="100%" viewBox="0 0 1000 1000" preserveAspectRatio="none">{}</svg>'
        ).format(Markup("").join(inner))
    )
    parts += [_label(number / 4, f"{number * 25} %", right=True) for number in range(1, 5)]
    told = [
        f"after {_tick(age.days)} {age.survival * 100:.1f} % are there, {age.at_risk:,} at risk"
        for age in curve.at
        if age.survival is not None and age.days
    ]
    described = "; ".join(told) or "nothing can be told"
    axis = Markup("").join(
        Markup(
            '<text x="{}%" y="1em" text-anchor="{}">{}</text><text x="{}%" y="2.3em" text-anchor="{}">{}</text>'
        ).format(_n(part * 100), anchor, label, _n(part * 100), anchor, number)
        for part, anchor, label, number in _axis(curve, horizon)
    )
    return Markup('{}<svg class="axis" aria-hidden="true" focusable="false">{}</svg>').format(
        _chart(Markup("").join(parts), id_, name, described), axis
    )


def _axis(curve: Curve, horizon: float) -> list[tuple[float, str, str, str]]:
    """Labels that do not touch each other, the last ones first: where, how aligned, the age, how many at risk. The end
    has one of its own where no other is near it."""
    at_risk = {age.days: age.at_risk for age in curve.at}
    told: list[tuple[float, str, str, str]] = []
    limit = 2.0
    if horizon and not any(days in at_risk and 0.6 <= days / horizon <= 1 for days, _ in TICKS):
        told.append((1.0, "end", age_of(horizon), ""))
        limit = 1.0
    for days, label in reversed(TICKS):
        part = days / horizon if horizon else 0.0
        if part <= 1 and days in at_risk and limit - part >= _GAP and (part >= _GAP or not days):
            told.append((part, "end" if part > 0.9 else "middle" if days else "start", label, f"n = {at_risk[days]:,}"))
            limit = part
    return told[::-1]


def _tick(days: float) -> str:
    return next((label for age, label in TICKS if age == days), age_of(days))


def age_of(days: float) -> str:
    """An age in words, in the largest unit that it has two of."""
    for unit, length, decimals in (("year", YEAR, 1), ("day", 1.0, 0), ("hour", 1 / 24, 0)):
        if days >= 2 * length:
            return f"{days / length:,.{decimals}f} {unit}s"
    return f"{days * 1440:,.0f} minutes"


def _stairs(curve: Curve, horizon: float) -> str:
    """The curve as a path: right along, then down at each step."""
    if not curve.posts or not horizon:
        return ""
    pieces = [f"M{_x(curve.begins, horizon)} 0"]
    pieces += [f"H{_x(step.days, horizon)}V{_y(step.survival)}" for step in curve.steps]
    pieces.append(f"H{_x(curve.until, horizon)}")
    return "".join(pieces)


def _band(curve: Curve, horizon: float) -> Markup:
    """From the first loss on: before it, there is no interval."""
    if not curve.steps or not horizon:
        return Markup("")
    upper = [f"M{_x(curve.steps[0].days, horizon)} {_y(_high(curve.steps[0]))}"]
    upper += [f"H{_x(step.days, horizon)}V{_y(_high(step))}" for step in curve.steps[1:]]
    lower = [f"H{_x(curve.until, horizon)}V{_y(_low(curve.steps[-1]))}"]
    lower += [
        f"H{_x(curve.steps[at].days, horizon)}V{_y(_low(curve.steps[at - 1]))}"
        for at in range(len(curve.steps) - 1, 0, -1)
    ]
    lower.append(f"H{_x(curve.steps[0].days, horizon)}Z")
    return Markup('<path class="band" d="{}"/>').format("".join(upper + lower))


def _low(step: Step) -> float:
    return step.survival if step.low is None else step.low


def _high(step: Step) -> float:
    return step.survival if step.high is None else step.high


def _x(days: float, horizon: float) -> str:
    return _n(days / horizon * 1000)


def _y(survival: float) -> str:
    return _n((1 - survival) * 1000)


def _path(kind: str, points: str) -> Markup:
    return Markup('<path class="{}" d="{}" vector-effect="non-scaling-stroke"/>').format(kind, points)


def _chart(body: Markup, id_: str, name: str, described: str) -> Markup:
    return Markup(
        '<svg class="plot" role="img" aria-labelledby="{id_}-name {id_}-told"><title id="{id_}-name">{name}</title>'
        '<desc id="{id_}-told">{described}</desc>{body}</svg>'
    ).format(id_=id_, name=name, described=described, body=body)


def _grid(part: float) -> Markup:
    """A line across the chart."""
    y = _n((1 - part) * 100)
    return Markup('<line class="grid" x1="0" x2="100%" y1="{}%" y2="{}%"/>').format(y, y)


def _label(part: float, label: str, *, right: bool = False) -> Markup:
    """What such a line stands for, upon its left or its right end."""
    return Markup('<text x="{}" y="{}%" dy="-0.3em" text-anchor="{}">{}</text>').format(
        "100%" if right else "0", _n((1 - part) * 100), "end" if right else "start", label
    )


def _layer(name: str, *, x: float, y: float, width: float, height: float) -> Markup:
    return Markup('<rect class="layer {}" x="{}%" y="{}%" width="{}%" height="{}%"/>').format(
        name, _n(x), _n(y), _n(width), _n(height)
    )


def _scale(most: int) -> tuple[int, list[int]]:
    """The axis' upper end, and round numbers up to it, at most four of them."""
    if most <= 0:
        return 1, []
    unit = 1
    while True:
        for factor in (1, 2, 5):
            if unit * factor * 4 >= most:
                step = unit * factor
                top = -(-most // step) * step
                return top, list(range(step, top + 1, step))
        unit *= 10


def _n(number: float) -> str:
    """A coordinate: two decimals, no more than are needed."""
    return f"{number:.2f}".rstrip("0").rstrip(".") or "0"
