"""What does one pass over a page's bytes tell, whatever engine made it?"""

from __future__ import annotations

from typing import Literal, Protocol

import msgspec

from archiver.scan.inwords import Place
from archiver.scan.marks import Pattern

MAX_PLACES = 20_000
"""Places in one page at which a post may be flattened, before they are looked at."""

MAX_ASKED = 5_000
"""Marks of one page that are asked for what stands around them."""

MAX_TAG = 200_000
"""Bytes of a tag."""

BEFORE = 400
"""Bytes before a mark's end in which the mark begins."""

Kind = Literal["html", "text"]


class Seen(msgspec.Struct):
    """What one pass found."""

    post: bool = False
    """A mark of a post, or its address."""
    coded: bool = False
    """Letters that are coded."""
    not_utf8: bool = False
    """Bytes that are no UTF-8, or switch to another encoding."""
    places: list[Place] = []
    base64: list[int] = []
    """Where something stands that may be HTML in base64."""


class Engine(Protocol):
    """What makes the pass."""

    name: str

    def scan(self, data: bytes, kind: Kind) -> Seen:
        """What is in `data`, which is UTF-8, or nearly."""
        ...


def asked(pattern: Pattern, data: bytes, end: int) -> bool:
    """Whether what a pattern asks for stands around the place where it was found."""
    if pattern.whole is not None and pattern.whole.search(data, max(0, end - BEFORE), end) is None:
        return False
    if pattern.tag is None:
        return True
    start = data.rfind(b"<", max(0, end - MAX_TAG), end - 1)
    stop = data.find(b"<", end, end + MAX_TAG)
    start = max(0, end - MAX_TAG) if start < 0 else start
    return pattern.tag.search(data, start, stop if stop >= 0 else end + MAX_TAG) is not None


_IN_MAIL = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._/@+-")
_TURNED = frozenset(b") \t\r\n<&\xef")


def is_mail(data: bytes, end: int) -> bool:
    """Whether the `@` before `end` is that of a mail's address or a path, and of no `(ana_example@)`."""
    return end > 1 and data[end - 2] in _IN_MAIL and not (end < len(data) and data[end] in _TURNED)
