"""Where do some literal strings stand in a text?

Cost: one native search of the text for each string, however its occurrences mix; nothing is gathered.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence


def places(text: str, triggers: Sequence[str]) -> Iterator[tuple[int, str]]:
    """(offset, string) of every occurrence in document order; at one place in the order of `triggers`."""
    upcoming: list[tuple[int, int]] = []
    for number, trigger in enumerate(triggers):
        at = text.find(trigger)
        if at >= 0:
            upcoming.append((at, number))
    heapq.heapify(upcoming)
    while upcoming:
        at, number = upcoming[0]
        trigger = triggers[number]
        yield at, trigger
        following = text.find(trigger, at + 1)
        if following >= 0:
            heapq.heapreplace(upcoming, (following, number))
        else:
            heapq.heappop(upcoming)
