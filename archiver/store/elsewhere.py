"""What is stored of a post's copies in others' web archives: what was rescued, and what they were asked to capture."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from archiver.errors import ArchiveError
from archiver.store.conclusions import Conclusion, Rescue, SaveRequest
from archiver.store.records import clean

if TYPE_CHECKING:
    from archiver.model import Capture
    from archiver.store.archive import Archive


class StoredRescue(NamedTuple):
    """One copy that was rescued."""

    record_id: str
    rescue: Rescue | None
    problem: str | None
    """Why the conclusion cannot be read; null where it can."""


def rescues(archive: Archive, key: str) -> list[StoredRescue]:
    """The rescued copies of a post (by its key), oldest first; each record is checked now."""
    found: list[StoredRescue] = []
    for capture, conclusion, problem in _conclusions(archive, f"urn:archiver:rescue:{key}"):
        rescue = conclusion.rescue if conclusion else None
        if problem is not None or (rescue is not None and rescue.of == key):
            found.append(StoredRescue(capture.record_id, rescue, problem))
    return found


def saves(archive: Archive, key: str) -> list[SaveRequest]:
    """What web archives were asked to capture of a post (by its key), as it stood then, oldest first. What was altered
    is left out."""
    stored = _conclusions(archive, f"urn:archiver:save:{key}")
    requests = (conclusion.save for _, conclusion, _ in stored if conclusion is not None)
    return [request for request in requests if request is not None and request.of == key]


def _conclusions(archive: Archive, uri: str) -> Iterator[tuple[Capture, Conclusion | None, str | None]]:
    for capture in archive.catalogue.captures_at(clean(uri)):
        if capture.record_type != "metadata" or not archive.concludes(capture.file):
            continue
        try:
            yield capture, archive.conclusion(capture.record_id), None
        except ArchiveError as error:
            yield capture, None, str(error)
