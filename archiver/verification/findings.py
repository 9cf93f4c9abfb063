"""Collecting what a check finds: the first problems in words, and how many there are."""

from __future__ import annotations

from collections import Counter

from archiver.model import Capture, Check, Problem, Verdict

LISTED = 100
"""Problems that a check lists; all are counted."""


class Findings:
    """What one check has looked at so far, and what it found."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.checked = 0
        """Things that could be judged."""
        self.found = 0
        self.stopped = False
        """The check was asked to stop before it had seen everything."""
        self.notes: list[str] = []
        self._problems: list[Problem] = []
        self._skipped: Counter[str] = Counter()

    def problem(self, what: str, capture: Capture) -> None:
        """Something is wrong with this record."""
        self.found += 1
        if len(self._problems) < LISTED:
            self._problems.append(
                Problem(what=what, where=capture.file, offset=capture.offset, record_id=capture.record_id or None)
            )

    def skip(self, why: str) -> None:
        """Something that is there could not be judged; `why` is said once, with how many there are."""
        self._skipped[why] += 1

    def check(self) -> Check:
        """The check: what could not be judged is told, and keeps it from being sound."""
        notes = [*self.notes, *(f"{count} not checked: {why}" for why, count in self._skipped.items())]
        if self.stopped:
            notes.append("stopped before the end")
        if self.found:
            verdict = Verdict.DAMAGED
        elif self._skipped or self.stopped:
            verdict = Verdict.NOT_CHECKED
        else:
            verdict = Verdict.SOUND if self.checked else Verdict.ABSENT
        return Check(
            name=self.name,
            verdict=verdict,
            checked=self.checked,
            problems=tuple(self._problems),
            found=self.found,
            note="; ".join(notes),
        )
