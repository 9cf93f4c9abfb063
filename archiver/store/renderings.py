"""Which rendered views the archive holds of an article or a post."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from archiver.errors import ArchiveError
from archiver.store.conclusions import Rendering

if TYPE_CHECKING:
    from archiver.store.archive import Archive


class StoredRendering(NamedTuple):
    """One time that a page was rendered."""

    record_id: str
    rendering: Rendering | None
    problem: str | None
    """Why the conclusion cannot be read; null where it can."""


def renderings(archive: Archive, of: str) -> list[StoredRendering]:
    """What is stored of an article (by its URI) or a post (by its key), oldest first; each record is checked now."""
    found: list[StoredRendering] = []
    for capture in archive.catalogue.captures_at(f"urn:archiver:rendering:{of}"):
        if capture.record_type != "metadata":
            continue
        try:
            rendering = archive.conclusion(capture.record_id).rendering
        except ArchiveError as error:
            found.append(StoredRendering(capture.record_id, None, str(error)))
            continue
        if rendering is not None and rendering.of == of:
            found.append(StoredRendering(capture.record_id, rendering, None))
    return found
