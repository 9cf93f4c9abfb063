"""How states, days and places look in a terminal: short; colour adds to the word and never replaces it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from archiver.model import Outcome, State

STATE_STYLES = {
    state.value: "green" if state.readable else "bold red" if state.missing else "yellow" for state in State
}
OUTCOME_STYLES = {
    Outcome.RESOLVED.value: "green",
    Outcome.AMBIGUOUS.value: "yellow",
    Outcome.UNRESOLVED.value: "red",
}


def day(time: str) -> str:
    """`2022-11-09T02:37:48Z` → `2022-11-09`; the other formats have the time."""
    return time[:10]


def place(stored_in: str) -> str:
    """`archiver-000001-20261120090000.warc.gz:26387` → `000001:26387`, the segment's number and the offset."""
    name, _, offset = stored_in.rpartition(":")
    parts = name.split("-")
    return f"{parts[1]}:{offset}" if len(parts) == 3 and parts[0] == "archiver" else stored_in


def tally(states: Iterable[str], noun: str = "post") -> str:
    """How many of each, in the order first met: `7 posts: 3 live, 2 deleted, 2 unresolved`."""
    counts = Counter(states)
    number = counts.total()
    return f"{number} {noun}{'s' if number != 1 else ''}: " + ", ".join(f"{n} {state}" for state, n in counts.items())


NOT_SEEN = (State.BLOCKED, State.UNREACHABLE, State.UNRESOLVED)
"""What says nothing of a post: people want to know why."""


def why_not_seen(told: Iterable[tuple[State, str]]) -> Iterator[str]:
    """`blocked (2 posts): HTTP 429 …`: one line for each reason of a state that says nothing of the post."""
    for (state, reason), count in Counter(told).items():
        if state in NOT_SEEN and reason:
            yield f"{state.value}{f' ({count} posts)' if count > 1 else ''}: {reason}"
