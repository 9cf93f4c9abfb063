"""Does each stored conclusion follow from the stored captures? All are concluded again, offline, and compared."""

from __future__ import annotations

from collections.abc import Callable

from archiver.capture import Progress, no_progress
from archiver.model import Check
from archiver.store import Archive

NAMES = ("articles", "resolutions", "observations")


def check_conclusions(
    archive: Archive,
    *,
    whole: bool = True,
    progress: Progress = no_progress,
    stop: Callable[[], bool] = lambda: False,
) -> tuple[Check, ...]:
    """One check of each name in `NAMES`: articles and their mentions, resolutions, observations, each concluded again
    from the captures that it names, with no network.

    archive, whole, progress, stop: as for `check_references`. `Verdict.ABSENT` where there is no conclusion of the
    kind; `Verdict.NOT_CHECKED` with a note where some were made by other rules, or rest on what is not in the archive,
    and nothing else is wrong.
    """
    raise NotImplementedError
