"""What does a captured page lack of what it loads? Also through its style sheets and frames, as far as they are there.

What a style sheet names besides other sheets is told apart: which of its pictures and fonts a browser loads depends on
the page, on the window and on what a reader does, so that it cannot be said that they are missing.
"""

from __future__ import annotations

from collections import deque
from datetime import datetime, timedelta
from typing import NamedTuple

from archiver.errors import ArchiverError
from archiver.model import Capture
from archiver.replay.captured import found_for, sheet_of
from archiver.replay.documents import SNIFFED, shown
from archiver.replay.isolation import resource_type
from archiver.replay.origins import KINDS
from archiver.replay.payload import open_payload
from archiver.replay.plaintext import beginning_of
from archiver.replay.shelf import Shelf
from archiver.replay.stillpage import Leading, Need

MAX_NEEDS = 500
"""Of a page, that are looked up."""

MAX_MISSING = 200
MAX_READ = 40
"""Sheets, frames, and pictures by another type, that are read for it."""

MAX_SHEETS = 1 << 20
"""Bytes of style sheets that are read; longer ones are not looked into."""

MAX_WITHIN = 2
"""Frames within frames that are looked into."""

_NO_PICTURE = ("image/", "video/", "audio/")


class Missing(NamedTuple):
    """Something that a page loads and that cannot be shown."""

    url: str
    why: str


class Lack(NamedTuple):
    """What a page lacks of what it loads."""

    missing: tuple[Missing, ...]
    """At most `MAX_MISSING`."""
    total: int
    looked_up: int
    """The first so many."""
    loads: int
    apart: timedelta
    """How far in time from the page the farthest of it was captured."""
    named: tuple[str, ...]
    """Addresses that its style sheets name and the archive has not, at most `MAX_MISSING`: the page may load them."""
    whole: bool
    """Were all of its sheets and frames looked into?"""


def lack_of(shelf: Shelf, needs: tuple[Need, ...], moment: datetime, lead: Leading) -> Lack:
    """What of these needs of a page the archive has not, as of this time.

    lead: as the page was made with, for the frames in it.
    """
    return _Looking(shelf, moment, lead).over(needs)


class _Looking:
    def __init__(self, shelf: Shelf, moment: datetime, lead: Leading) -> None:
        self.shelf = shelf
        self.moment = moment
        self.lead = lead
        self.waiting: deque[tuple[Need, int]] = deque()
        self.known: set[Need] = set()
        self.missing: list[Missing] = []
        self.named: dict[str, None] = {}
        self.apart = timedelta()
        self.reading = MAX_READ
        self.left = MAX_SHEETS
        self.whole = True

    def over(self, needs: tuple[Need, ...]) -> Lack:
        self._wait_for(needs, 0)
        total = looked_up = 0
        while self.waiting and looked_up < MAX_NEEDS:
            need, depth = self.waiting.popleft()
            looked_up += 1
            why = self._look(need, depth)
            if why:
                total += 1
                if len(self.missing) < MAX_MISSING:
                    self.missing.append(Missing(need.url, why))
        loads = looked_up + len(self.waiting)
        return Lack(
            tuple(self.missing), total, looked_up, loads, self.apart, tuple(self.named)[:MAX_MISSING],
            self.whole and not self.waiting,
        )  # fmt: skip

    def _wait_for(self, needs: tuple[Need, ...], depth: int) -> None:
        for need in needs:
            if need not in self.known:
                self.known.add(need)
                self.waiting.append((need, depth))

    def _look(self, need: Need, depth: int) -> str:
        """Why it cannot be shown; empty where it can."""
        try:
            capture, why = found_for(self.shelf, need.url, self.moment)
        except ArchiverError:
            return "a redirect to it does not verify"
        if capture is None:
            return why
        self.apart = max(self.apart, abs(capture.time - self.moment))
        try:
            if need.kind == "style":
                self._sheet(capture)
            elif need.kind == "frame":
                self._frame(capture, depth)
            elif need.kind in ("image", "media") and not (capture.content_type or "").startswith(_NO_PICTURE):
                return self._other(capture, need.kind)
        except ArchiverError:
            return "refused: its bytes are not those that were stored"
        return ""

    def _sheet(self, capture: Capture) -> None:
        if not self._may_read():
            return
        sheet = sheet_of(open_payload(self.shelf.archive, capture), self.left)
        self.left -= sheet.length
        self.whole = self.whole and not sheet.cut
        self._wait_for(tuple(Need(url, "style") for url, purpose in sheet.loads if purpose == "style"), 0)
        for url, purpose in sheet.loads:
            if purpose != "style" and len(self.named) < MAX_MISSING and not self.lead.there(url):
                self.named[url] = None

    def _frame(self, capture: Capture, depth: int) -> None:
        if depth >= MAX_WITHIN or not self._may_read():
            self.whole = False
            return
        self._wait_for(shown(self.shelf, capture, self.lead).needs, depth + 1)

    def _other(self, capture: Capture, kind: str) -> str:
        """A picture that is declared as something else: is it one?"""
        if not self._may_read():
            return ""
        payload = open_payload(self.shelf.archive, capture)
        given = resource_type(KINDS[kind], beginning_of(payload, SNIFFED), payload.media_type)
        return "" if given else "not what was asked for"

    def _may_read(self) -> bool:
        self.reading -= 1
        if self.reading < 0 or self.left <= 0:
            self.whole = False
            return False
        return True
