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
            if text[start:at].strip():
                found.append(
                    Picture(
                        platform=platform, start=start, end=link.end(), shape="words and picture link", estimate=0.6
                    )
                )
        floor = link.end()
    return found
