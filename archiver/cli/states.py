"""How states, times and places look in a terminal: short; colour adds to the word and never replaces it."""

from __future__ import annotations

from archiver.model import Outcome, State

STATE_STYLES = {
    state.value: "green" if state.readable else "bold red" if state.missing else "yellow" for state in State
}
OUTCOME_STYLES = {
    Outcome.RESOLVED.value: "green",
    Outcome.AMBIGUOUS.value: "yellow",
    Outcome.UNRESOLVED.value: "red",
}


def minute(time: str) -> str:
    """`2022-11-09T02:37:48Z` → `2022-11-09 02:37Z`; a bare day stays."""
    return f"{time[:10]} {time[11:16]}Z" if len(time) > 16 else time


def place(stored_in: str) -> str:
    """`archiver-000001-20261120090000.warc.gz:26387` → `000001:26387`, the segment's number and the offset."""
    name, _, offset = stored_in.rpartition(":")
    parts = name.split("-")
    return f"{parts[1]}:{offset}" if len(parts) == 3 and parts[0] == "archiver" else stored_in


def bare_url(url: str) -> str:
    return url.removeprefix("https://")
