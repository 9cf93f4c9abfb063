"""What does one pass over a page's bytes tell, whatever engine made it?"""

from __future__ import annotations

from collections.abc import Sequence, Set
from typing import Literal, Protocol

import msgspec

from archiver.scan.prefilter.hidden import Structure
from archiver.scan.prefilter.inwords import Place
from archiver.scan.prefilter.marks import Pattern

MAX_PLACES = 20_000
"""Places in one page at which a post may be flattened, before they are looked at."""

MAX_ASKED = 2000
"""Marks of one page that are asked for what stands around them; a page with more is let through."""

MAX_LINKS = 300
"""Addresses of one page whose place is looked at."""

Kind = Literal["html", "text"]


class Seen(msgspec.Struct):
    """What one pass found."""

    post: bool = False
    """A post, or so much that it is not worth looking further."""
    asked: list[tuple[Pattern, int]] = []
    """Marks and addresses of posts, and where each ends, in ascending order: what counts is what stands around them."""
    not_utf8: bool = False
    """Bytes that are no UTF-8, or switch to another encoding."""
    coded: list[int] = []
    """Where a coded letter ends."""
    base64: list[int] = []
    """Where something stands that may be HTML in base64."""
    places: list[Place] = []
    """Where a post may be flattened into a bare text."""
    structure: Structure = []
    """Where the tags of a page's scripts, style sheets, and of what is read by itself are; in ascending order."""


Spans = Sequence[tuple[int, int]]


class Engine(Protocol):
    """What makes the pass."""

    name: str

    def scan(self, data: bytes, kind: Kind, near: Spans | None = None) -> Seen:
        """What is in `data`, which is UTF-8, or nearly. near: where it is looked at, and not for its structure; the
        whole where that is null."""
        ...

    def tags_in(self, tag: bytes) -> Set[int]:
        """The numbers of those of `Sought.tags` that are in a tag."""
        ...

    def places(self, data: bytes) -> list[Place]:
        """Where a post may be flattened into the text of a page; `data`: its source without scripts."""
        ...


_IN_MAIL = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._/@+-")
_TURNED = frozenset(b") \t\r\n<&\xef")


def is_mail(data: bytes, end: int) -> bool:
    """Whether the `@` before `end` is that of a mail's address or a path, and of no `(ana_example@)`."""
    return end > 1 and data[end - 2] in _IN_MAIL and not (end < len(data) and data[end] in _TURNED)
