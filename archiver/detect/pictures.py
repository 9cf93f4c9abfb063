"""Which posts are left as words and their own picture's link, their signature lost?

`The bridge this morning. pic.twitter.com/AbCdEfGhIj`: only a post writes such a link, and it ends the post's text.

Cost: one native search for each trigger of a platform's media links; a bounded window before each link.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache

import msgspec

from archiver.detect import extent
from archiver.detect.claims import Claims
from archiver.detect.triggers import places
from archiver.language import names
from archiver.platforms.base import Platform, Signature

MEDIA_LINK = 60
"""No link to a picture is longer, spaces within it included."""


class Picture(msgspec.Struct, frozen=True, kw_only=True):
    """A post that ends in the link to its own picture."""

    platform: Platform
    start: int
    end: int
    shape: str
    estimate: float
    words: int
    """Where the post's own words begin."""
    handle: str | None = None
    name: str | None = None


@lru_cache(maxsize=64)
def _compiled(links: str) -> re.Pattern[str]:
    return re.compile(links)


def find(text: str, platforms: Sequence[Platform], taken: Claims, breaks: Callable[[int], str]) -> list[Picture]:
    """Such posts in `text` outside what is taken, each platform's in document order.

    `breaks` tells what line breaks the text has at an offset.
    """
    found: list[Picture] = []
    for platform in platforms:
        if platform.signature is not None and platform.signature.media_triggers:
            found += _of(text, platform, platform.signature, taken, breaks)
    return found


def _of(text: str, platform: Platform, shape: Signature, taken: Claims, breaks: Callable[[int], str]) -> list[Picture]:
    form = _compiled(shape.media_links)
    found: list[Picture] = []
    floor = 0
    for at, _ in places(text, shape.media_triggers):
        link = form.match(text, at, at + MEDIA_LINK) if at >= floor else None
        if link is None:
            continue
        floor = max(floor, taken.floor(at))
        if not taken.overlap(at, link.end()):
            start = extent.words_before(text, floor, link.end(), shape, None, breaks_after=breaks(link.end()))
            author = _author(text, floor, start, at, shape)
            words = author.end() if author else start
            if text[words:at].strip():
                found.append(
                    Picture(
                        platform=platform,
                        start=author.start("line") if author else start,
                        end=link.end(),
                        words=words,
                        handle=author["handle"] if author else None,
                        name=names.clean(author["name"]) if author else None,
                        shape="author's line, words and picture link" if author else "words and picture link",
                        estimate=0.85 if author else 0.6,
                    )
                )
        floor = link.end()
    return found


_AUTHOR = re.compile(
    r"(?:^|\n)[ \t>]{0,4}(?P<line>(?P<name>[^\n@]{0,80}?)[ \u00a0]?[(（]@(?P<handle>[A-Za-z0-9_.\-]{1,80})[)）]"
    r"[ \t]{0,3}\n[\s>]{0,4})"
)


def _author(text: str, floor: int, start: int, end: int, shape: Signature) -> re.Match[str] | None:
    """The line `Ana Example (@ana_example)` above the words, or the first of them."""
    above = text.rfind("\n", max(floor, start - AUTHOR_LINE), max(floor, start - 1))
    reach = max(floor, above if above >= 0 else start - AUTHOR_LINE)
    found = None
    for line in _AUTHOR.finditer(text, reach, end):
        found = line
    if found is None or not _compiled(shape.handle).fullmatch("@" + found["handle"], 1) or found.end() < start:
        return None
    return found if found.end() - start < AUTHOR_LINE else None


AUTHOR_LINE = 160
"""A name of 50 code points with emoji, a handle, and what is around them."""
