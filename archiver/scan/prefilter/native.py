"""Searches all that is looked for in a page natively, in one pass (hyperscan).

Source: https://intel.github.io/hyperscan/dev-reference/
"""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from contextlib import suppress
from typing import Any

import msgspec

from archiver.scan.prefilter import hidden, letters, marks
from archiver.scan.prefilter.compiled import compiled
from archiver.scan.prefilter.inwords import Place
from archiver.scan.prefilter.marks import Pattern, Sought
from archiver.scan.prefilter.seen import MAX_ASKED, MAX_PLACES, Kind, Seen, Spans, is_mail


class _Search(msgspec.Struct, frozen=True):
    """One compiled set of patterns; what each is follows from its number."""

    database: Any
    posts: tuple[Pattern, ...]
    """From number 2 on; before them what is coded, and what is cut."""
    places: int
    """The first number of a place in the text."""
    lost: range
    """Of them, those of brackets."""
    base64: int
    structure: int
    """The first number of a page's structure."""


class Native:
    """Hyperscan."""

    name = "hyperscan"

    def __init__(self, sought: Sought) -> None:
        import hyperscan

        self._stopped = hyperscan.ScanTerminated
        self._sought = sought
        self._any_case = hyperscan.HS_FLAG_CASELESS | hyperscan.HS_FLAG_DOTALL
        self._exact = hyperscan.HS_FLAG_DOTALL
        self._once = hyperscan.HS_FLAG_SINGLEMATCH
        self._searches: dict[Kind | None, _Search] = {}
        self._tags: Any = None

    def _search(self, kind: Kind | None) -> _Search:
        """What is searched for in a page, in a bare text, and (null) in what is shown of a page."""
        known = self._searches.get(kind)
        if known is None:
            known = self._searches[kind] = self._made(kind)
        return known

    def tags_in(self, tag: bytes) -> Set[int]:
        found: set[int] = set()
        if self._tags is None:
            self._tags = compiled(tuple((form, self._any_case | self._once) for form in self._sought.tags))
        self._tags.scan(tag, lambda number, *_: found.add(number))
        return found

    def _made(self, kind: Kind | None) -> _Search:
        sought, any_case, once = self._sought, self._any_case, self._once
        posts: tuple[Pattern, ...] = ()
        places: Sequence[bytes] = ()
        base64: Sequence[bytes] = ()
        structure: Sequence[bytes] = ()
        if kind == "html":
            posts, base64 = (*sought.posts, *sought.declared), marks.BASE64
            structure = tuple(map(re.escape, hidden.FORMS))
        elif kind == "text":
            posts, places = sought.addresses, sought.text_places
        else:
            places = sought.places
        general = () if kind is None else ((letters.CODED, any_case), (marks.NOT_UTF8, self._exact | once))
        at = len(general) + len(posts)
        return _Search(
            database=compiled(
                (
                    *general,
                    *((pattern.found, any_case) for pattern in posts),
                    *((form, any_case) for form in places),
                    *((form, self._exact) for form in base64),
                    *((form, any_case) for form in structure),
                )
            ),
            posts=posts,
            places=at,
            lost=range(at + len(marks.SIGNED), at + len(marks.SIGNED) + len(marks.LOST)),
            base64=at + len(places),
            structure=at + len(places) + len(base64),
        )

    def scan(self, data: bytes, kind: Kind, near: Spans | None = None) -> Seen:
        search = self._search(kind)
        seen = Seen()
        posts, first_place, base64, structure = search.posts, search.places, search.base64, search.structure
        asked = seen.asked
        offset = last = 0

        def found(number: int, _start: int, end: int, _flags: int, _context: object) -> bool | None:
            nonlocal last
            end += offset
            if number >= structure:
                form = number - structure
                if near is None:
                    seen.structure.append((end - len(hidden.FORMS[form]), form))
            elif number >= base64:
                seen.base64.append(end)
                seen.post = len(seen.base64) > MAX_PLACES
            elif number >= first_place:
                return self._place(search, data, number, end, seen.places)
            elif number == 0:
                seen.coded.append(end)
            elif number == 1:
                seen.not_utf8 = True
            else:
                pattern = posts[number - 2]
                # a mark that may end at each of some characters is told of at each
                if not (asked and asked[-1][0] is pattern and end - last <= 1):
                    asked.append((pattern, end))
                    seen.post = len(asked) > MAX_ASKED
                last = end
            return seen.post or None

        with suppress(self._stopped):
            for offset, stop in ((0, len(data)),) if near is None else near:
                search.database.scan(data if stop - offset == len(data) else data[offset:stop], found)
        seen.structure.sort()
        return seen

    def places(self, data: bytes) -> list[Place]:
        """Where a post may be flattened into the text of a page, of which `data` is what is shown."""
        search = self._search(None)
        out: list[Place] = []

        def found(number: int, _start: int, end: int, _flags: int, _context: object) -> bool | None:
            return self._place(search, data, number, end, out)

        with suppress(self._stopped):
            search.database.scan(data, found)
        return out

    @staticmethod
    def _place(search: _Search, data: bytes, number: int, end: int, places: list[Place]) -> bool | None:
        if number == search.places and is_mail(data, end):
            return None
        places.append(Place(end, number in search.lost))
        return len(places) >= MAX_PLACES or None
