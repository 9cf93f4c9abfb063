"""How does a post look that was copied from a page of its platform?

    Ana Example @ana@server.example Nov 20, 2024, 15:02        Ana Example
    The bridge is open.                                        @ana.bsky.social
                                                               The bridge is open.
                                                               October 30, 2024 at 3:02 PM

Only handles that tell their platform are read so (a domain, an account with its server): `@ana` in the same places may
be anybody's. Day and time are those of whoever copied. A by-line looks like the first form, so there has to be a time,
something before it, and words below it that are no longer than a post.

Cost: at most `REACH` code points around each handle.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from archiver.language import names
from archiver.language.moments import Moment, read_moment
from archiver.platforms.base import TextSighting

REACH = 1500
"""A post of 500 characters with its links written out, and the lines around it."""

MAX_LINES = 30
MAX_NAME = 90

_HANDLE_LINE_END = re.compile(r"[ \t\u00a0]{0,4}(?:[·•][^\n]{0,20})?(?:\n|\Z)")
_GAP = re.compile(r"[ \u00a0,·•|-]{1,5}")
_BLANK = re.compile(r"\n[ \t\u00a0]*\n")
_FOOTER_TAIL = re.compile(r"[ \t\u00a0]*(?:[·•|][^\n]{0,120})?(?=\n|\Z)")
_CREDIT = re.compile(
    r"(?:by|von|por|par|di|door|af|av|przez|автор|written by|follow|text|texto|foto|photo)(?:[ :]|\Z)", re.IGNORECASE
)
"""What a by-line or a credit begins with."""


def reader(handle: str, limit: int) -> Callable[[str, int, int], TextSighting | None]:
    """What reads such copies at an `@`, for a platform whose handles are `handle` (a regular expression, without `@`)
    and whose posts have at most `limit` characters."""
    account = re.compile(rf"(?<![\w@/.(（])[@＠](?P<handle>{handle})(?![\w@)）])")

    def read(text: str, at: int, floor: int) -> TextSighting | None:
        found = account.match(text, at)
        if found is None:
            return None
        line = max(text.rfind("\n", max(floor, at - MAX_NAME - 1), at) + 1, floor)
        if line and line == floor and text[line - 1] != "\n":
            return None
        before = text[line:at].strip(" \t>")
        if _HANDLE_LINE_END.match(text, found.end()):
            return _between_lines(text, found, line, before, floor, limit)
        return _headed(text, found, line, before, limit)

    return read


def _headed(text: str, found: re.Match[str], line: int, name: str, limit: int) -> TextSighting | None:
    """`Ana Example @ana@server.example Nov 20, 2024, 15:02`, and the words below."""
    gap = _GAP.match(text, found.end())
    moment = read_moment(text, gap.end()) if gap else None
    if moment is None or gap is None or not _has_time(moment) or moment.date.start > gap.end() + 1:
        return None
    if not name or len(name) > MAX_NAME or not line or names.dash_before(name, at_line_start=True):
        return None  # with a dash it is a signature
    tail = _FOOTER_TAIL.match(text, moment.end)
    if tail is None or _CREDIT.match(name):
        return None
    words_at = tail.end() + 1
    ending = _BLANK.search(text, words_at, min(len(text), words_at + REACH))
    words = text[words_at : ending.start() if ending else words_at + REACH].rstrip()
    if not words.strip() or words[:1] == "\n" or len(words) > limit * 1.2:
        return None
    return TextSighting(
        start=line + len(text[line : found.start()]) - len(text[line : found.start()].lstrip(" \t>")),
        end=words_at + len(words),
        handle=found["handle"],
        display_name=names.clean(name),
        date=moment.stamp,
        date_basis=_basis(moment),
        text=words.strip(),
        shape="author's line with time, words below",
        confidence=0.85,
    )


def _between_lines(
    text: str, found: re.Match[str], line: int, name: str, floor: int, limit: int
) -> TextSighting | None:
    """Name, handle, words and time, each on lines of their own."""
    start = line
    if not name:
        above = max(text.rfind("\n", max(floor, line - MAX_NAME - 2), max(line - 1, 0)) + 1, floor)
        name = text[above : max(line - 1, 0)].strip(" \t>")
        start = above
    if not name or len(name) > MAX_NAME or name[-1] in ".:;,!?" or _CREDIT.match(name):
        return None
    words_at = at = text.find("\n", found.end()) + 1
    if not words_at:
        return None
    stop = min(len(text), words_at + REACH)
    for _ in range(MAX_LINES):
        end = text.find("\n", at, stop)
        end = stop if end < 0 else end
        first = text[at : at + 1]
        if first == "@" or end - at > limit:
            return None
        moment = read_moment(text, at) if at > words_at and text[at:end].strip() else None
        if moment is not None and _has_time(moment) and moment.date.start - at <= 2:
            tail = _FOOTER_TAIL.match(text, moment.end)
            words = text[words_at:at].strip()
            if tail is None or not words or len(words) > limit * 1.2:
                return None
            return TextSighting(
                start=start,
                end=moment.end,
                handle=found["handle"],
                display_name=names.clean(name),
                date=moment.stamp,
                date_basis=_basis(moment),
                text=words,
                shape="author's lines, words, time",
                confidence=0.9,
            )
        at = end + 1
        if at >= stop:
            return None
    return None


def _has_time(moment: Moment) -> bool:
    return moment.stamp is not None and (moment.timed or moment.maybe_timed)


def _basis(moment: Moment) -> str:
    return "utc" if moment.stamp is not None and "T" in moment.stamp else "viewer"
