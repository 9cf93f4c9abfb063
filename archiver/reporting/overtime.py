"""In which state was each post when, as far as was looked? From the stored looks alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from archiver.auditing import Finding
from archiver.model import State

MAX_MOMENTS = 24


class Moment(NamedTuple):
    """One moment, and how many posts were in each state at their last look until then."""

    at: datetime
    states: dict[State, int]

    @property
    def posts(self) -> int:
        return sum(self.states.values())


def states_over_time(findings: Iterable[Finding], *, most: int = MAX_MOMENTS) -> list[Moment]:
    """At most `most` moments, oldest first: the end of each day on which somebody looked, where those are few; else
    moments evenly apart. Posts that were not looked at yet are in none of them. O(looks · log(looks))."""
    looks = sorted(
        (look.seen_at.astimezone(UTC), number, look.state)
        for number, finding in enumerate(findings)
        for look in finding.looks
        if look.seen_at.tzinfo
    )
    if not looks:
        return []
    moments = _moments([at for at, _, _ in looks], most)
    latest: dict[int, State] = {}
    states: Counter[State] = Counter()
    told: list[Moment] = []
    position = 0
    for moment in moments:
        while position < len(looks) and looks[position][0] <= moment:
            _, number, state = looks[position]
            if before := latest.get(number):
                states[before] -= 1
            latest[number] = state
            states[state] += 1
            position += 1
        told.append(Moment(moment, {state: states[state] for state in State if states[state]}))
    return told


def _moments(looks: list[datetime], most: int) -> list[datetime]:
    """The last look of each day; or evenly apart, up to the last look."""
    ends = {at.date(): at for at in looks}
    if len(ends) <= most:
        return list(ends.values())
    first, last = looks[0], looks[-1]
    step = (last - first) / (most - 1)
    return [first + step * number + timedelta(0) for number in range(most - 1)] + [last]
