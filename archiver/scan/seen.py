"""What does one pass over a page's bytes tell, whatever engine made it?"""

from __future__ import annotations

from typing import Literal, Protocol

import msgspec

from archiver.scan.inwords import Place
from archiver.scan.marks import Pattern

MAX_PLACES = 20_000
"""Places in one page at which a post may be flattened, before they are looked at."""

MAX_ASKED = 2000
"""Marks of one page that are asked for what stands around them; a page with more is let through."""

MAX_LINKS = 300
"""Addresses of one page whose place is looked at."""

MAX_TAG = 200_000
"""Bytes of a tag."""

NEAR = 120
"""Bytes before the end of a mark that is no address, in which it begins."""

BEFORE = 200
"""Bytes before a mark's end in which the mark begins."""

Kind = Literal["html", "text"]


class Seen(msgspec.Struct):
    """What one pass found."""

    post: bool = False
    """A mark of a post, or its address where it may stand for one."""
    linked: bool = False
    """The address of a post, in a place that is surely no embed's by itself."""
    classes: bool = False
    """A class of an embed."""
    not_utf8: bool = False
    """Bytes that are no UTF-8, or switch to another encoding."""
    coded: list[int] = []
    """Where a coded letter ends."""
    base64: list[int] = []
    """Where something stands that may be HTML in base64."""
    places: list[Place] = []
    """Where a post may be flattened into a bare text."""
    hidden: list[tuple[int, int]] = []
    """Where scripts and style sheets of a page are."""
    near: list[tuple[int, int]] = []
    """Where letters were coded: what is looked at once more."""


class Engine(Protocol):
    """What makes the pass."""

    name: str

    def scan(self, data: bytes, kind: Kind, before: Seen | None = None) -> Seen:
        """What is in `data`, which is UTF-8, or nearly. before: what was seen while letters were coded in it; then
        only what lies `near` them is searched, and what was seen elsewhere still is."""
        ...

    def places(self, data: bytes) -> list[Place]:
        """Where a post may be flattened into the text of a page; `data`: its source without scripts."""
        ...


def asked(pattern: Pattern, data: bytes, end: int, known: dict[tuple[int, int], bool]) -> bool:
    """Whether what a pattern asks for stands around the place where it was found.

    known: what was found in the tags of this page, so that each is searched once for each pattern.
    """
    if (
        pattern.whole is not None
        and pattern.whole.search(data, max(0, end - (BEFORE if pattern.address else NEAR)), end) is None
    ):
        return False
    if pattern.tag is None:
        return True
    start = max(0, data.rfind(b"<", max(0, end - MAX_TAG), end - 1))
    stop = data.find(b"<", end, end + MAX_TAG)
    if stop < 0:
        return True  # longer than a tag is
    key = (id(pattern), stop)
    if key not in known:
        if stop - start > SMALL_TAG and len(known) > MAX_LARGE:
            return True
        known[key] = pattern.tag.search(data, max(start, end - MAX_TAG), stop) is not None
    return known[key]


SMALL_TAG = 5_000
MAX_LARGE = 200
"""Tags of one page beyond which those with more than `SMALL_TAG` bytes are not searched any more."""


_IN_MAIL = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._/@+-")
_TURNED = frozenset(b") \t\r\n<&\xef")


def is_mail(data: bytes, end: int) -> bool:
    """Whether the `@` before `end` is that of a mail's address or a path, and of no `(ana_example@)`."""
    return end > 1 and data[end - 2] in _IN_MAIL and not (end < len(data) and data[end] in _TURNED)
