"""Does everything that a conclusion refers to exist, and can it be what the conclusion rests on?"""

from __future__ import annotations

from collections.abc import Callable

from archiver.capture import Progress, no_progress
from archiver.model import Check
from archiver.store import Archive

NAME = "references"


def check_references(
    archive: Archive,
    *,
    whole: bool = True,
    progress: Progress = no_progress,
    stop: Callable[[], bool] = lambda: False,
) -> Check:
    """Whether each reference of the program's own conclusions names a record that exists, is of a type that can be
    evidence, and came before the conclusion.

    archive: best a view of its files, whose catalogue comes from the records themselves; nothing is written. whole:
    whether all files of the archive are there: of a file alone or a package, references into files that are elsewhere
    are not damage. progress: told of each conclusion. stop: asked between two conclusions.

    `Verdict.ABSENT` where no conclusion of this program is in it.
    """
    raise NotImplementedError
