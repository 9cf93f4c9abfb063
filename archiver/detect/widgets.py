"""Which posts stand in a text as copied from the screen, where a widget or the platform itself showed them?

    Ana Example                            Ana Example @ana_example · Nov 9, 2022
    @ana_example                           The bridge is open again.
    The bridge is open again.
    3:02 PM · Nov 20, 2024 · 12.3K Views

The day is the reader's own, not the platform's.

Cost: one native search for each of three marks; a bounded window around each.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from archiver.detect import extent
from archiver.detect.claims import Claims
from archiver.detect.signed import CREDITED
from archiver.detect.triggers import places
from archiver.language import dates, names
from archiver.platforms.base import Platform

REACH = 1400
"""Between a widget's first and last line: a post of the longest kind that is shown whole, and its author."""

_CLOCK_BEFORE = re.compile(
    r"(?:^|[\s>])(?P<clock>(?:午前|午後|上午|下午|오전|오후)?\d{1,2}[:.h]\d{2}(?:[ \u00a0\u202f]?[AaPp]\.?\s?[Mm]\.?)?)"
    r"[ \u00a0\u202f]{0,2}$"
)
_COUNTS = re.compile(
    r"(?:[ \u00a0\n]{0,3}[·•][ \u00a0\n]{0,3}(?:(?:from[ ])?[^\n·•@]{1,30}))?"
    r"(?:[ \u00a0\n]{0,3}[·•]?[ \u00a0\n]{0,3}[\d.,]{1,9}[ \u00a0]?[KMkTBmln]{0,3}\.?[ \u00a0\n]?"
    r"(?:Views|Aufrufe|visualizaciones|Reproducciones|vues|visualizzazioni|Visualizações|weergaven|visningar|просмотр\w*"
    r"|переглядів|görüntülenme|wyświetle\w+|zobrazení|件の表示|次查看|조회))?"
)
_HEAD = re.compile(
    r"(?:^|\n)[ \t>]{0,4}(?:(?P<name>[^\n@]{1,80})(?:\n[ \t]{0,4}|[ \u00a0]{1,3}))?"
    r"[(]?@(?P<handle>[A-Za-z0-9_]{1,20})[)]?"
    r"(?:[ \u00a0\n]{0,3}[·•][ \u00a0\n]{0,3}(?:Follow|Folgen|Seguir|Suivre|Segui|Volgen|Takip et|Читать|Obserwuj"
    r"|フォロー(?:する)?))?"
    r"(?P<stop>[ \t]{0,3}(?:\n|$))",
    re.ASCII,
)
_HANDLE_BEFORE = re.compile(r"[(]?@(?P<handle>[A-Za-z0-9_]{1,20})[)]?[ \u00a0\u200e\u200f]{0,2}$", re.ASCII)
_AGE = re.compile(
    r"[ \u00a0]?\d{1,2}[ \u00a0]?(?:s|m|h|d|min|hrs?|Std\.?|Min\.?|ч|г|ore|時間|分|日|시간|分钟|小时)(?![^\W\d_])"
)
_SHORT_DATE = re.compile(
    r"[ \u00a0]?(?:[^\W\d_]{3,9}\.?[ \u00a0]\d{1,2}|\d{1,2}\.?[ \u00a0][^\W\d_]{3,9}\.?|\d{1,2}月\d{1,2}日)"
    r"(?=[ \u00a0\n]|$)"
)


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """A post as a screen showed it."""

    start: int
    end: int
    handle: str
    name: str | None
    words: tuple[int, int]
    date: str | None
    shape: str
    estimate: float


def find(text: str, x: Platform, taken: Claims) -> Iterator[Shown]:
    """Such copies of X's widget in `text` outside what is taken, in document order."""
    floor = 0
    for at, mark in places(text, ("·", " - ", "•")):
        if at < floor:
            continue
        shown = _with_footer(text, at, mark, max(floor, taken.floor(at)))
        if shown is None and mark != " - ":
            shown = _with_header(text, at, max(floor, taken.floor(at)), x, taken)
        if shown is not None and not taken.overlap(shown.start, shown.end):
            yield shown
            floor = shown.end


def _with_footer(text: str, at: int, mark: str, floor: int) -> Shown | None:
    clock = _CLOCK_BEFORE.search(text[max(floor, at - 24) : at])
    if clock is None:
        return None
    printed = dates.read_date(text, at + len(mark))
    if printed is None or not printed.whole or printed.start - at > len(mark) + 2:
        return None
    footer = max(floor, at - 24) + clock.start("clock")
    head = None
    reach = max(floor, footer - REACH)
    for found in _HEAD.finditer(text, reach, footer):
        head = found
    if head is None:
        return None
    words_at, words_end = head.end(), footer
    while words_at < words_end and text[words_at].isspace():
        words_at += 1
    while words_end > words_at and text[words_end - 1].isspace():
        words_end -= 1
    if words_at >= words_end:
        return None
    start = head.start() + (text[head.start() : head.start() + 1] == "\n")
    counts = _COUNTS.match(text, printed.end)
    counted = counts is not None and bool(counts[0].strip())
    return Shown(
        start=start,
        end=counts.end() if counts and counted else printed.end,
        handle=head["handle"],
        name=names.clean(head["name"] or ""),
        words=(words_at, words_end),
        date=printed.day,
        shape="author's line, time and date" + (", counts" if counted else ""),
        estimate=0.9 if counted or mark != " - " else 0.8,
    )


def _with_header(text: str, at: int, floor: int, x: Platform, taken: Claims) -> Shown | None:
    handle = _HANDLE_BEFORE.search(text[max(floor, at - 30) : at])
    shape = x.signature
    if handle is None or shape is None:
        return None
    printed = dates.read_date(text, at + 1)
    day = printed.day if printed is not None and printed.start - at <= 3 else None
    if day is not None and printed is not None:
        behind = printed.end
    elif age := _AGE.match(text, at + 1) or _SHORT_DATE.match(text, at + 1):
        behind = age.end()
    else:
        return None
    handle_at = max(floor, at - 30) + handle.start()
    line = text.rfind("\n", max(floor, handle_at - names.NAME_WINDOW), handle_at) + 1
    line = max(line, floor)
    name = names.clean(text[line:handle_at])
    if name is None or text[handle_at - 1] not in " \u00a0\n" or CREDITED.match(name):
        return None
    words_at = behind
    while words_at < len(text) and words_at - behind < 4 and text[words_at].isspace():
        words_at += 1
    paragraph = text[words_at : words_at + REACH]
    stop = paragraph.find("\n\n")
    words = (paragraph if stop < 0 else paragraph[:stop]).rstrip()
    if len(words.split()) < MIN_WORDS or not extent.Ruler.on(shape, day).fits(words, extent.TOLERANCE):
        words = words.partition("\n")[0].rstrip()
    if len(words.split()) < MIN_WORDS or not extent.Ruler.on(shape, day).fits(words, extent.TOLERANCE):
        return None
    ceiling = taken.ceiling(words_at, len(text))
    if ceiling < words_at + len(words):
        return None
    return Shown(
        start=line,
        end=words_at + len(words),
        handle=handle["handle"],
        name=name,
        words=(words_at, words_at + len(words)),
        date=day,
        shape="author's line with " + ("a date" if day else "an age or a day"),
        estimate=0.75,
    )


MIN_WORDS = 3
