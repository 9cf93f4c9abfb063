"""Do stored proofs of Bluesky's signed repositories still prove what was concluded from them?"""

from __future__ import annotations

from collections.abc import Callable

from archiver.capture import Progress, no_progress
from archiver.model import Check
from archiver.store import Archive

NAME = "bluesky proofs"


def check_bluesky_proofs(
    archive: Archive,
    *,
    progress: Progress = no_progress,
    stop: Callable[[], bool] = lambda: False,
) -> Check:
    """Whether the stored answers of `com.atproto.sync.getRecord` prove, with the key of the stored DID document, what
    the observations that rest on them say. The note tells how many prove that a record is there, and that it is not.

    archive, progress, stop: as for `archiver.verification.references.check_references`. `Verdict.ABSENT` where no such
    proof is stored.
    """
    raise NotImplementedError
