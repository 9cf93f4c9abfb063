"""Where can the evidence of a finding be seen? Links into the archive's replay, and what stands in their place."""

from __future__ import annotations

from typing import NamedTuple

from archiver.auditing.finding import OWN, Finding
from archiver.errors import UsageError
from archiver.replay.addresses import Addresses
from archiver.replay.show import is_web_url


class Place(NamedTuple):
    """One stored record."""

    segment: str
    offset: int
    url: str | None
    """Its page in the replay; null where it is not known where that runs."""


class Replay:
    """The archive's replay, which runs at `base` (`http://127.0.0.1:8080/`), the archive on the shelf `slug`.

    Raises `UsageError` where `base` is no http(s) URL.
    """

    def __init__(self, base: str | None, slug: str) -> None:
        if base is not None and not is_web_url(base):
            raise UsageError("no http or https address", subject=base, hint="such as http://127.0.0.1:8080/")
        self._base = base.rstrip("/") if base else None
        self._addresses = Addresses(slug)

    @property
    def base(self) -> str | None:
        """Its address; null where it is not known where it runs."""
        return self._base

    def place(self, stored_in: str | None) -> Place | None:
        """`SEGMENT:OFFSET`, as findings have it."""
        segment, _, offset = (stored_in or "").rpartition(":")
        if not segment or not (offset.isascii() and offset.isdecimal() and len(offset) <= 18):
            return None
        url = self._base + self._addresses.place(segment, int(offset)) if self._base else None
        return Place(segment, int(offset), url)

    def post(self, finding: Finding) -> str | None:
        """The page of all looks at the post, each with its records."""
        return self._base + self._addresses.post(finding.post_key) if self._base and finding.post_key else None


def archived_copy(finding: Finding) -> str | None:
    """The latest copy of the post in a web archive that is known to show it, else the one that was rescued or saved."""
    places = finding.copies.places if finding.copies else ()
    known = [place for place in places if place.url and place.where != OWN and not place.uncertain]
    if known:
        return max(known, key=lambda place: place.last).url
    if finding.rescued:
        return finding.rescued.memento
    return finding.saved.url if finding.saved and finding.saved.outcome == "confirmed" else None
