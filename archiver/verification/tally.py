"""How does what a check of files finds become its verdict? Counted, with the first problems kept, however many."""

from __future__ import annotations

from archiver.model import Check, Problem, Verdict

MAX_PROBLEMS = 50
"""So many are told of one check; `found` counts all."""

MAX_NOTES = 6


class Tally:
    """What one named check has seen so far. where: of problems, when nothing else is said (a file's name)."""

    def __init__(self, name: str, where: str = "") -> None:
        self.name = name
        self.where = where
        self.checked = 0
        self._found = 0
        self._problems: list[Problem] = []
        self._notes: list[str] = []
        self._unchecked: list[str] = []

    def problem(
        self, what: str, *, where: str | None = None, offset: int | None = None, record_id: str | None = None
    ) -> None:
        """Something is missing, altered or contradicts itself."""
        self._found += 1
        if len(self._problems) < MAX_PROBLEMS:
            place = self.where if where is None else where
            self._problems.append(Problem(what=clipped(what), where=clipped(place), offset=offset, record_id=record_id))

    def note(self, note: str) -> None:
        """Worth knowing, and no damage."""
        _add(self._notes, note)

    def unchecked(self, note: str) -> None:
        """Something is there and could not be judged."""
        _add(self._unchecked, note)

    def check(self) -> Check:
        """The verdict. Nothing looked at and nothing to say: absent."""
        if self._found:
            verdict = Verdict.DAMAGED
        elif self._unchecked:
            verdict = Verdict.NOT_CHECKED
        elif self.checked:
            verdict = Verdict.SOUND
        else:
            verdict = Verdict.ABSENT
        return Check(
            name=self.name,
            verdict=verdict,
            checked=self.checked,
            problems=tuple(self._problems),
            found=self._found,
            note="; ".join((*self._unchecked, *self._notes)),
        )


def _add(notes: list[str], note: str) -> None:
    note = clipped(note)
    if note not in notes and len(notes) < MAX_NOTES:
        notes.append(note)


def clipped(text: str) -> str:
    """What strangers wrote, not without end."""
    return text if len(text) <= 500 else text[:499] + "…"
