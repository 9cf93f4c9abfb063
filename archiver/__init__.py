"""Find the social posts that an article cites, keep evidence of them, replay it, and audit what is missing.

    >>> import archiver
    >>> archiver.State.DELETED.missing
    True

Public are the names in `__all__`; they are loaded when first used, so that `import archiver` is cheap.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from archiver.version import __version__

if TYPE_CHECKING:
    from archiver.auditing import Finding
    from archiver.capture import ArchivedPost
    from archiver.errors import ArchiverError
    from archiver.face import archive, audit, find, repair, resolve, verify
    from archiver.model import (
        Article,
        Candidate,
        Capture,
        Check,
        Media,
        Mention,
        Observation,
        Outcome,
        Post,
        Problem,
        Reason,
        Resolution,
        State,
        Verdict,
        Verification,
    )
    from archiver.repairing import Repaired
    from archiver.store import Archive

_PLACES = {
    "Archive": "archiver.store",
    "ArchivedPost": "archiver.capture",
    "ArchiverError": "archiver.errors",
    "Article": "archiver.model",
    "Candidate": "archiver.model",
    "Capture": "archiver.model",
    "Check": "archiver.model",
    "Finding": "archiver.auditing",
    "Media": "archiver.model",
    "Mention": "archiver.model",
    "Observation": "archiver.model",
    "Outcome": "archiver.model",
    "Post": "archiver.model",
    "Problem": "archiver.model",
    "Reason": "archiver.model",
    "Repaired": "archiver.repairing",
    "Resolution": "archiver.model",
    "State": "archiver.model",
    "Verdict": "archiver.model",
    "Verification": "archiver.model",
    "archive": "archiver.face",
    "audit": "archiver.face",
    "find": "archiver.face",
    "repair": "archiver.face",
    "resolve": "archiver.face",
    "verify": "archiver.face",
}

__all__ = [
    "Archive",
    "ArchivedPost",
    "ArchiverError",
    "Article",
    "Candidate",
    "Capture",
    "Check",
    "Finding",
    "Media",
    "Mention",
    "Observation",
    "Outcome",
    "Post",
    "Problem",
    "Reason",
    "Repaired",
    "Resolution",
    "State",
    "Verdict",
    "Verification",
    "__version__",
    "archive",
    "audit",
    "find",
    "repair",
    "resolve",
    "verify",
]


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_PLACES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
