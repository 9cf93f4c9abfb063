"""What does a post of Telegram leave in bare text?

Its widget leaves nothing. What authors copy from Telegram's own programs begins with a line of theirs: `Channel name,
[Nov 9, 2022 at 3:02 PM]` (macOS, in the language of the computer), `Channel name, [09.11.2022 15:02]` (Windows and
Linux, in the short form of the country), then perhaps `[Forwarded from Other channel]`, then the words. Time and day
are the copier's.

Cost: one line before the bracket, and at most `LONGEST` code points after it.
"""

from __future__ import annotations

import re
from datetime import date

from archiver.language import dates, names
from archiver.platforms.base import TextExample, TextRule, TextSighting
from archiver.platforms.marks import Mark

LONGEST = 4096
"""Code points of a message (core.telegram.org/api/config, `message_length_max`)."""

MAX_NAME = 255
MAX_STAMP = 48
"""Code points between the brackets: the longest is a date in words with its time."""

TRIGGER = ", ["

_TIME = re.compile(r"(?<!\d)\d{1,2}[:.]\d{2}(?:[:.]\d{2})?(?!\d)")
_NUMERIC = re.compile(r"[\u200e\u200f]?(\d{1,4})([./-])[ ]?(\d{1,2})\2[ ]?(\d{2,4})\.?(?!\d)")
_FORWARDED = re.compile(
    r"\[?(?:Forwarded from|Weitergeleitet (?:von|aus)|Transféré (?:de|depuis)|Reenviado (?:de|desde)|Inoltrato da"
    r"|Encaminhado de|Переслано (?:от|из)|Переслано (?:від|з)|Doorgestuurd van|Przekazano (?:od|z)|Yönlendirilen:"
    r"|In reply to|Antwort auf|В ответ на|У відповідь)[^\n]{0,120}(?:\n|\Z)",
    re.IGNORECASE,
)
"""Telegram's own line above a message that came from elsewhere."""

_END_OF_WORDS = re.compile(r"\n[ \t\u00a0]*(?:\n|\Z)|\n(?=[^\n]{1,255}, \[[^\]\n]{6,48}\])")
"""A blank line, or the next message's first line."""


def read(text: str, at: int, floor: int) -> TextSighting | None:
    """`Name, [date time]` on a line of its own, and the words under it."""
    opening = at + len(TRIGGER)
    closing = text.find("]", opening, opening + MAX_STAMP)
    start = text.rfind("\n", max(floor, at - MAX_NAME - 1), at) + 1 or max(floor, at - MAX_NAME)
    name = names.clean(text[start:at].strip(" \t>*"))
    if closing < 0 or not name or (start > floor and start and text[start - 1] != "\n"):
        return None
    after = re.compile(r":?[ \t\u00a0]*(?:\n|\Z)|:[ \t]").match(text, closing + 1)
    day = _day(text[opening:closing])
    if after is None or day is None:
        return None
    words_start = after.end()
    while forwarded := _FORWARDED.match(text, words_start):
        words_start = forwarded.end()
    limit = min(len(text), words_start + LONGEST)
    end = _END_OF_WORDS.search(text, words_start, limit)
    words = text[words_start : end.start() if end else limit].strip()
    return TextSighting(
        start=start,
        end=words_start + len(text[words_start : end.start() if end else limit].rstrip()),
        display_name=name,
        date=day,
        date_basis="viewer",
        text=words or None,
        shape="name, bracketed time, words" if words else "name, bracketed time",
        confidence=0.9 if words else 0.6,
    )


def _day(stamp: str) -> str | None:
    """The ISO day of a stamp that has a time, too."""
    if not _TIME.search(stamp):
        return None
    if numeric := _NUMERIC.match(stamp):
        first, second, third = (int(numeric[group]) for group in (1, 3, 4))
        if len(numeric[1]) == 4:
            return _iso(first, second, third)
        year = third + 2000 if third < 100 else third
        # `11/9/22 3:02 PM` is the United States' order; elsewhere the day comes first
        american = numeric[2] == "/" and re.search(r"[AaPp]\.?[Mm]", stamp) is not None
        if second > 12 or (american and first <= 12):
            return _iso(year, first, second)
        return _iso(year, second, first)
    printed = dates.read_date(stamp, 0)
    return printed.day if printed else None


def _iso(year: int, month: int, day: int) -> str | None:
    try:
        made = date(year, month, day)
    except ValueError:
        return None
    return made.isoformat() if year >= FIRST_YEAR else None


FIRST_YEAR = 2013
"""Telegram began."""

RULES: tuple[TextRule, ...] = (
    TextRule(
        name="telegram.copied",
        triggers=(TRIGGER,),
        marks=(Mark(r"(?:\[|#91;|#x5b;|lsqb;|lbrack;)[^<>{}\[\]]*\d(?:{:}|[.])\d\d"),),
        read=read,
        examples=(
            TextExample(
                text="Ana Example, [Nov 9, 2022 at 3:02 PM]\nThe bridge is open.\nDrive slowly.",
                display_name="Ana Example",
                date="2022-11-09",
                words="The bridge is open.\nDrive slowly.",
            ),
            TextExample(
                text="Мост | Новости, [09.11.2022 15:02]\n[Forwarded from Ana Example]\nМост открыт.",
                display_name="Мост | Новости",
                date="2022-11-09",
                words="Мост открыт.",
            ),
            TextExample(
                text="Ana Example, [11/9/22 3:02 PM]\nThe bridge is open.",
                display_name="Ana Example",
                date="2022-11-09",
                words="The bridge is open.",
            ),
            TextExample(
                text="Ana Example, [2022-11-09 15:02]\nThe bridge is open.",
                display_name="Ana Example",
                date="2022-11-09",
                words="The bridge is open.",
            ),
            TextExample(
                text="Ana Example, [9. Nov. 2022 um 15:02]:\nDie Brücke ist offen.",
                display_name="Ana Example",
                date="2022-11-09",
                words="Die Brücke ist offen.",
            ),
        ),
        negatives=(
            "See Example, A., [Nov 9, 2022], page 3.",
            "The paper, [May 3, 2021] says, was lost.",
            "Join our channel, [link at 3:02]",
            "He said it rained, [laughter at 15:02] and left.",
        ),
    ),
)
"""What is read in bare text."""
