"""Of the marks that were found in a page, has one around it what its pattern asks for?

Whatever engine found them: what stands directly before a mark, what is in the same tag, and where an address stands.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence, Set

import msgspec

from archiver.scan.prefilter.marks import Pattern, Sought
from archiver.scan.prefilter.seen import MAX_LINKS
from archiver.scan.prefilter.standing import Page

NEAR = 120
"""Bytes before the end of a mark that is no address, in which it begins."""

BEFORE = 200
"""Bytes before the end of an address, in which it and what stands before it begin."""

BEHIND = 40
"""Bytes behind the end of a mark that it may look at."""

SMALL_TAG = 5_000
MAX_LARGE = 200
"""Tags of one page beyond which those with more than `SMALL_TAG` bytes are not searched any more."""

TagsIn = Callable[[bytes], Set[int]]
"""The numbers of those of `Sought.tags` that are in a tag."""


class Told(msgspec.Struct, frozen=True):
    """What the marks of a page come to."""

    post: bool = False
    """A mark of a post, or its address where it may stand for one."""
    linked: bool = False
    """The address of a post, in a place that is surely no embed's by itself."""
    classes: bool = False
    """A class or an element by which pages declare embeds."""


POST = Told(post=True)


def ask(
    data: bytes, asked: Sequence[tuple[Pattern, int]], page: Page, sought: Sought, tags_in: TagsIn, known: Told
) -> Told:
    """What is told by the marks that were found in a page. What is cheap to tell is asked first.

    asked: what was found, and where each ends, in ascending order. known: what was told of the page before, while its
    letters were coded.
    """
    tags = _Tags(data, sought.tags, tags_in)
    linked, classes = known.linked, known.classes
    addresses: list[int] = []
    scripts: set[int] = set()
    for pattern, end in asked:
        script = None if pattern.script or not sought.plain else page.content_at(end)
        if script is not None:
            # nothing is read of a style sheet; a script's data declare nothing outside of it
            if script >= 0 and not pattern.declares:
                linked = linked or (pattern.address and _is_whole(pattern, data, end))
                if script in scripts or page.scripts.is_quiet(script):
                    continue
                if _is_in_data(pattern, data, end, page, script, tags):
                    scripts.add(script)
            continue
        if pattern.tag is not None and not tags.holds(end, pattern.tag):
            continue
        if not _is_whole(pattern, data, end):
            continue
        if pattern.declares:
            classes = True
        elif not (pattern.address and sought.plain):
            return POST
        elif not page.names_none(end):
            linked = True
            addresses.append(end)
        if (linked and classes) or len(addresses) > MAX_LINKS:
            return POST
    if not all(map(page.is_apart, addresses)) or any(map(page.scripts.may_name, sorted(scripts))):
        return POST
    return Told(linked=linked, classes=classes)


MAX_OPEN = 8
"""Tags on either side of one in whose values there may be a part of it."""
FAR = 10_000
"""Bytes in which such tags are looked for."""


def _tag_at(data: bytes, end: int) -> tuple[int, int]:
    """Where the tag of what ends at `end` begins, and where it has ended."""
    start, stop = data.rfind(b"<", 0, end - 1), data.find(b"<", end)
    low, high = max(0, end - FAR), end + FAR
    for _ in range(MAX_OPEN):
        if not low <= start < stop < high or data.count(b'"', start, stop) % 2 == 0:
            break
        start, stop = data.rfind(b"<", low, start), data.find(b"<", stop + 1, high)
        start, stop = max(low, start), stop if stop >= 0 else high
    return max(0, start), stop if stop >= 0 else len(data)


def _is_whole(pattern: Pattern, data: bytes, end: int) -> bool:
    """Whether before the end of a mark is what has to stand directly before it."""
    start = max(0, end - (BEFORE if pattern.address else NEAR))
    return pattern.whole is None or pattern.whole.search(data, start, end + BEHIND) is not None


def _is_in_data(pattern: Pattern, data: bytes, end: int, page: Page, script: int, tags: _Tags) -> bool:
    """Whether the mark may be one in the data that a script holds: an address that stands alone, or HTML of embeds."""
    if page.scripts.is_markup(script):
        return (pattern.tag is None or tags.holds(end, pattern.tag)) and _is_whole(pattern, data, end)
    if pattern.address and page.is_alone(end):
        return _is_whole(pattern, data, end)
    string = page.string_at(end, script)
    return (
        string is not None
        and _is_whole(pattern, data, end)
        and (pattern.tag is None or tags.within(string, pattern.tag))
    )


class _Tags:
    """What stands in the tags of one page, each searched once. Asked for in the order of places.

    A tag reaches from one `<` to the next, or, where a quotation mark is left open, from an earlier one and to a later
    one: in data that an attribute or a script holds, too far, never too short.
    """

    def __init__(self, data: bytes, forms: Sequence[bytes], tags_in: TagsIn) -> None:
        self._data = data
        self._numbers = {form: number for number, form in enumerate(forms)}
        self._tags_in = tags_in
        self._start = self._stop = 0
        self._known: Set[int] = frozenset()
        self._large = 0
        self._piece = b""
        self._in_piece: Set[int] = frozenset()

    def holds(self, end: int, form: bytes) -> bool:
        """Whether `form` is in the tag of what ends at `end`; true where that is not looked for any more."""
        data = self._data
        if not self._start < end <= self._stop:
            self._start, self._stop = _tag_at(data, end)
            self._large += self._stop - self._start > SMALL_TAG
            if self._large <= MAX_LARGE or self._stop - self._start <= SMALL_TAG:
                self._known = self._tags_in(data[self._start : self._stop])
            else:
                self._known = frozenset(self._numbers.values())
        return self._numbers[form] in self._known

    def within(self, source: bytes, form: bytes) -> bool:
        """Whether `form` is in this piece of the page. Asked for one piece after the other."""
        if source != self._piece:
            self._piece = source
            large = len(source) > SMALL_TAG * MAX_LARGE
            self._in_piece = frozenset(self._numbers.values()) if large else self._tags_in(source)
        return self._numbers[form] in self._in_piece
