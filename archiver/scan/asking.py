"""Of the marks that were found in a page, has one around it what its pattern asks for?

Whatever engine found them: what stands directly before a mark, what is in the same tag, and where an address stands.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence, Set

from archiver.scan.marks import Pattern, Sought
from archiver.scan.seen import MAX_LINKS, Seen
from archiver.scan.standing import Page, Scripts

NEAR = 120
"""Bytes before the end of a mark that is no address, in which it begins."""

BEFORE = 200
"""Bytes before the end of an address, in which it and what stands before it begin."""

SMALL_TAG = 5_000
MAX_LARGE = 200
"""Tags of one page beyond which those with more than `SMALL_TAG` bytes are not searched any more."""

TagsIn = Callable[[bytes], Set[int]]
"""The numbers of those of `Sought.tags` that are in a tag."""


def ask(
    data: bytes,
    posts: Sequence[Pattern],
    asked: Sequence[tuple[int, int]],
    seen: Seen,
    sought: Sought,
    tags_in: TagsIn,
    *,
    strict: bool,
) -> None:
    """Tell in `seen` what the marks that were found come to.

    posts: the patterns that were searched for. asked: the numbers of those that were found, and where each ends, in
    ascending order. strict: whether an address counts only where an embed's may stand.
    """
    tags = _Tags(data, sought.tags, tags_in)
    page = Page(data, seen.structure, seen.scripts or Scripts(data, seen.structure, sought.permalinks))
    links = 0
    for number, end in asked:
        pattern = posts[number]
        if pattern.tag is not None and not tags.holds(end, pattern.tag):
            continue
        if pattern.whole is not None and (
            pattern.whole.search(data, max(0, end - (BEFORE if pattern.address else NEAR)), end) is None
        ):
            continue
        if pattern.declares:
            seen.classes = True
            continue
        if pattern.address and strict and (links := links + 1) < MAX_LINKS and not page.may_stand(end):
            seen.linked = True
            continue
        seen.post = True
        return


class _Tags:
    """What stands in the tags of one page, each searched once. Asked for in the order of places.

    A tag reaches from one `<` to the next: in data that an attribute or a script holds, too far, never too short.
    """

    def __init__(self, data: bytes, forms: Sequence[bytes], tags_in: TagsIn) -> None:
        self._data = data
        self._numbers = {form: number for number, form in enumerate(forms)}
        self._tags_in = tags_in
        self._start = self._stop = 0
        self._known: Set[int] = frozenset()
        self._large = 0

    def holds(self, end: int, form: bytes) -> bool:
        """Whether `form` is in the tag of what ends at `end`; true where that is not looked for any more."""
        data = self._data
        if not self._start < end <= self._stop:
            self._start = max(0, data.rfind(b"<", self._start, end - 1))
            stop = data.find(b"<", end)
            self._stop = len(data) if stop < 0 else stop
            self._large += self._stop - self._start > SMALL_TAG
            if self._large <= MAX_LARGE or self._stop - self._start <= SMALL_TAG:
                self._known = self._tags_in(data[self._start : self._stop])
            else:
                self._known = frozenset(self._numbers.values())
        return self._numbers[form] in self._known
