"""Which places of a text are spoken for, and what lies between them?

What is sure is read first; what comes after keeps out of its places.
"""

from __future__ import annotations

import bisect
from collections.abc import Iterable

Span = tuple[int, int]
"""Start and end, in code points."""


class Claims:
    """Spans of a text, none overlapping another, asked for by place.

    Cost: a question takes the logarithm of their number, adding all posts of one kind one pass over them.
    """

    def __init__(self, spans: Iterable[Span] = ()) -> None:
        self._spans = sorted(spans)

    def add(self, spans: Iterable[Span]) -> None:
        # two sorted runs: merged in one pass
        self._spans += spans
        self._spans.sort()

    def overlap(self, start: int, end: int) -> bool:
        """Whether any part of `start` to `end` is spoken for."""
        before = bisect.bisect_left(self._spans, (end, -1)) - 1
        return before >= 0 and self._spans[before][1] > start

    def floor(self, at: int) -> int:
        """Where the last span before `at` ends; `at` itself inside one; 0 where there is none."""
        before = bisect.bisect_right(self._spans, (at, at)) - 1
        return min(self._spans[before][1], at) if before >= 0 else 0

    def ceiling(self, at: int, end: int) -> int:
        """Where the next span at or after `at` starts; `end` where there is none."""
        after = bisect.bisect_left(self._spans, (at, -1))
        return self._spans[after][0] if after < len(self._spans) else end
