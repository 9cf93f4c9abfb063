"""What does Reddit write in the place of what is gone?

Only whole texts count: a post whose words talk about removal is a post. Anybody can write "[removed]" and no more, so
that such words, or such a title, are Reddit's is only sure where no author is named, or where Reddit says it besides.
"[deleted]" stands for the author too, and an author who deleted their account leaves their posts readable, so it counts
as the words' own fate only where the author is gone as well; nobody can be called that.
"""

from __future__ import annotations

import re
from enum import Enum

LONGEST = 300
"""Code points of the longest of these sentences."""


class Fate(Enum):
    """What has become of a post that Reddit does not show (in full)."""

    DELETED = "deleted by its author"
    REMOVED = "removed by moderators or by Reddit"
    OPEN = "removed, or its author wrote what Reddit writes of removed posts"


DELETED_AUTHOR = "[deleted]"

_IN_TITLE: tuple[tuple[re.Pattern[str], Fate], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), fate)
    for pattern, fate in (
        (r"\[ ?deleted by user ?\]", Fate.DELETED),
        (r"\[ ?removed by (?:reddit|(?:the )?moderators?)\b.{0,200}\]", Fate.REMOVED),
    )
)
_IN_WORDS: tuple[tuple[re.Pattern[str], Fate], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), fate)
    for pattern, fate in (
        (r"\[ ?deleted by user ?\]", Fate.DELETED),
        (r"\[ ?removed ?\]", Fate.REMOVED),
        (r"\[ ?removed by (?:reddit|(?:the )?moderators?)\b.{0,200}\]", Fate.REMOVED),
    )
)
_ON_PAGE: tuple[tuple[re.Pattern[str], Fate], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), fate)
    for pattern, fate in (
        (
            r"(?:sorry, )?this post (?:has been|was) deleted(?: by .{1,80}|, but comments are still viewable)?\.?",
            Fate.DELETED,
        ),
        (
            r"(?:sorry, )?this post (?:has been|was) removed(?: by .{1,120}|, but comments are still viewable)?\.?",
            Fate.REMOVED,
        ),
    )
)


def _read(rules: tuple[tuple[re.Pattern[str], Fate], ...], sentence: str | None) -> Fate | None:
    plain = " ".join((sentence or "")[: LONGEST + 1].split())
    if not plain or len(plain) > LONGEST:
        return None
    return next((fate for pattern, fate in rules if pattern.fullmatch(plain)), None)


def on_page(sentence: str) -> Fate | None:
    """The fate that a page states in a sentence of its own, which stands neither in a title nor in a post's words."""
    return _read(_ON_PAGE, sentence)


def fate_of(title: str | None, text: str | None, author: str | None) -> Fate | None:
    """What has become of a record: from its title, its words and its author as Reddit gives them.

    A placeholder in the place of a title counts where no words stand below it. Where an author is named, it is open
    whether a placeholder is theirs.
    """
    nameless = author in (None, DELETED_AUTHOR)
    below = _read(_IN_WORDS, text)
    if below is not None and nameless:
        return below
    if below is Fate.REMOVED:
        return Fate.OPEN
    if (text or "").strip() == DELETED_AUTHOR and nameless:
        return Fate.DELETED
    if text and text.strip() not in ("", DELETED_AUTHOR):
        return None
    above = _read(_IN_TITLE, title)
    if above is None or nameless:
        return above
    return Fate.OPEN if above is Fate.REMOVED else None


def is_placeholder(words: str | None) -> bool:
    """Whether a title or a text is Reddit's own and not the author's."""
    return _read(_IN_WORDS, words) is not None or (words or "").strip() == DELETED_AUTHOR
