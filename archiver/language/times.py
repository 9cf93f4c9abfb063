"""Which time of day, and in which zone, does the text at this place print?

Embeds print a time behind the day, in the language of the embed: `at 9:21pm PDT`, `um 0:31 Uhr`,
`a las 4:19 p. m. PST`, `8:24午後 PDT`, `오후 3:02`, `kello 11.37 PST`. Names of the half days come from CLDR
(through Babel).

Cost: no more than `WINDOW` code points after the place are looked at. Nothing backtracks: pieces are taken from left to
right and never given back.

Pieces, with one example each:

    word      at, um, a las, kl., в, เวลา      up to `MAX_WORDS` of them, from a closed list
    half      am, p. m., 午後, 오전, öö, μ.μ.    before or after the time
    time      9:21, 11.37, 5: 33, 9h21, 5時33分
    zone      PDT, (PST időzóna szerint), GMT+2, +02:00
"""

from __future__ import annotations

import re
from datetime import time
from functools import cache

import msgspec

from archiver.language.calendar_words import EMBED_LANGUAGES
from archiver.language.cldr import calendars
from archiver.language.folding import fold

WINDOW = 64
"""No printed time is longer, with the words before it and its zone."""

MAX_WORDS = 3
"""`klo`, `a las`, `στις`: no language puts more words between a day and a time."""


class PrintedTime(msgspec.Struct, frozen=True, kw_only=True):
    """A time of day as a text prints it."""

    clock: time | None
    """Null where it cannot be told whether `4:47` is in the afternoon: embeds print twelve hours without saying which
    half, in languages that have no word for it."""
    offset: str | None
    """`-07:00`; null where no zone is printed, or one whose name is used in several places (`CST`)."""
    zone: str | None
    """As printed: `PDT`."""
    start: int
    end: int

    def on(self, day: str) -> str:
        """RFC 3339 of this time on `day` (ISO) with the printed zone's offset, so that its first ten characters stay
        the printed day; `day` itself where the time or the zone is not certain."""
        if self.clock is None or self.offset is None:
            return day
        return f"{day}T{self.clock.isoformat(timespec='seconds')}{self.offset}"


_NAMES_BY_OFFSET: tuple[tuple[str | None, str], ...] = (
    ("-10:00", "hst"),
    ("-09:00", "akst"),
    ("-08:00", "pst akdt"),
    ("-07:00", "pdt mst"),
    ("-06:00", "mdt"),
    ("-05:00", "est cdt"),
    ("-04:00", "edt"),
    ("+00:00", "utc gmt wet"),
    ("+01:00", "cet mez west"),
    ("+02:00", "cest mesz eet"),
    ("+03:00", "eest msk"),
    ("+07:00", "wib"),
    ("+08:00", "wita hkt sgt"),
    ("+09:00", "jst kst"),
    ("+10:00", "aest"),
    ("+11:00", "aedt"),
    ("+12:00", "nzst"),
    ("+13:00", "nzdt"),
    (None, "cst ist bst pt et ct"),
)
ZONES: dict[str, str | None] = {name: offset for offset, names in _NAMES_BY_OFFSET for name in names.split()}
"""Offsets of zone names (IANA time zone database); null for names that several zones share."""

_WORDS = frozenset(
    [
        *("at", "um", "a", "as", "las", "alle", "ore", "kl", "klo", "kello", "om", "o", "в", "о", "у", "saat", "saati"),
        *("pukul", "jam", "luc", "vao", "เวลา", "στις", "ב", "في", "الساعة", "idopont", "les", "la", "ora", "godz"),
        *("u", "v", "das", "de", "om", "ve", "klokken", "uur", "den", "kloka", "ساعت", "در", "को", "बजे", "於", "于"),
    ]
)
"""What stands between a day and a time, without accents."""

_WORD = re.compile(r"[^\W\d_]+")
_SKIP = frozenset(" \t\n\r,;:.·•|-–—(（[،、")
_TIME = re.compile(
    r"(?P<hour>\d{1,2})(?: ?[:h.時时시] ?(?P<minute>\d{2})(?: ?[分분])?(?:[:.](?P<second>\d{2}))?(?!\d)"
    r"| ?(?P<whole>(?=[ap]\.? ?m\b)))"
)
_LATIN_HALF = re.compile(r"(?P<half>[ap])(?:\. ?m\.?| ?m)(?![^\W\d_])")
_UNIT = re.compile(r" ?(?:uhr|h|hrs|uur|น)(?![^\W\d_])\.?")
_BEFORE_ZONE = re.compile(r"[ ,]{0,2}\(? ?")
_AFTER_ZONE = re.compile(r" ?[+-]\d{1,2}(?::?\d{2})?")
_SHIFT = re.compile(r" ?(?P<shift>[+-]\d{2}:?\d{2})(?!\d)")
_ZONE_END = re.compile(r"[^\n()]{0,24}\)")


@cache
def _halves() -> dict[str, list[tuple[str, bool]]]:
    """First character → (folded name of a half day, whether it is the second), longest first."""
    names: dict[str, bool] = {"am": False, "pm": True, "ص": False, "م": True}
    for _, names_in in calendars(EMBED_LANGUAGES):
        for widths in names_in.day_periods.values():
            for periods in widths.values():
                for key in ("am", "pm"):
                    folded = fold(periods.get(key, ""))[0].strip()
                    if sum(c.isalpha() for c in folded) > 1:  # `a`, `p.` are words of their own elsewhere
                        names.setdefault(folded, key == "pm")
    table: dict[str, list[tuple[str, bool]]] = {}
    for name, second in sorted(names.items(), key=lambda pair: (-len(pair[0]), pair[0])):
        table.setdefault(name[0], []).append((name, second))
    return table


def _half_at(folded: str, at: int) -> tuple[bool, int] | None:
    if latin := _LATIN_HALF.match(folded, at):
        return latin["half"] == "p", latin.end()
    for name, second in _halves().get(folded[at : at + 1], ()):
        end = at + len(name)
        if folded.startswith(name, at) and not (name[-1].isascii() and folded[end : end + 1].isalpha()):
            return second, end
    return None


def read_time(text: str, at: int, *, end_of_text: int | None = None) -> PrintedTime | None:
    """The time of day printed at offset `at` of `text`; punctuation and words like `at` may come first.

    null where none is printed there. `end_of_text`: nothing from there on belongs to the text.
    """
    stop = len(text) if end_of_text is None else end_of_text
    window = text[at : min(at + WINDOW, stop)]
    if not any(char.isdigit() for char in window):
        return None
    folded, origin = fold(window)
    half: bool | None = None
    place = words = 0
    start: int | None = None
    while place < len(folded):
        char = folded[place]
        if char in _SKIP:
            place += 1
        elif char.isdecimal():
            break
        elif half is None and (named := _half_at(folded, place)) is not None:
            start = place
            half, place = named
        elif (word := _WORD.match(folded, place)) and word[0] in _WORDS and words < MAX_WORDS:
            words += 1
            place = word.end()
        else:
            return None
    found = _TIME.match(folded, place)
    if found is None:
        return None
    start = place if start is None else start
    end = found.end()
    after = end + (folded[end : end + 1] == " ")
    if half is None and (named := _half_at(folded, after)) is not None:
        half, end = named
    elif unit := _UNIT.match(folded, end):
        end = unit.end()
    clock = _clock(int(found["hour"]), int(found["minute"] or 0), int(found["second"] or 0), half)
    if clock is None and (int(found["hour"]) > 12 or int(found["minute"] or 0) > 59):
        return None
    offset, zone, end = _zone(folded, "".join(window[offset] for offset in origin), end)
    return PrintedTime(
        clock=clock,
        offset=offset,
        zone=window[origin[zone[0]] : origin[zone[1] - 1] + 1] if zone else None,
        start=at + origin[start],
        end=at + origin[end - 1] + 1,
    )


def _clock(hour: int, minute: int, second: int, half: bool | None) -> time | None:
    if half is None:
        if 1 <= hour <= 12:
            return None
    elif hour <= 12:
        hour = hour % 12 + 12 * half
    return time(hour, minute, second) if hour < 24 and minute < 60 and second < 60 else None


def _zone(folded: str, shown: str, end: int) -> tuple[str | None, tuple[int, int] | None, int]:
    """(offset, where its name stands, the end of it all); `shown` is as long as `folded` and has the capitals."""
    if shift := _SHIFT.match(folded, end):
        return _offset(shift["shift"]), None, shift.end()
    before = _BEFORE_ZONE.match(folded, end)
    start = before.end() if before else end
    for length in (4, 3, 2):
        last = start + length
        if last <= len(folded) and folded[start:last] in ZONES and _ends_word(shown, start, last):
            break
    else:
        return None, None, end
    offset, name = ZONES[folded[start:last]], (start, last)
    if moved := _AFTER_ZONE.match(folded, last):
        offset, last = _offset(moved[0]), moved.end()
    if "(" in folded[end:start] and (closed := _ZONE_END.match(folded, last)):
        last = closed.end()
    return offset, name, last


def _ends_word(shown: str, start: int, end: int) -> bool:
    """Also in `PDTThe next sentence`, where a line break was lost."""
    if not shown[end : end + 1].isalpha():
        return True
    return shown[start:end].isupper() and (
        not shown[end].isascii() or (shown[end].isupper() and shown[end + 1 : end + 2].islower())
    )


def _offset(shift: str) -> str | None:
    digits = shift.strip().lstrip("+-").replace(":", "")
    hours, minutes = (int(digits[:-2]), int(digits[-2:])) if len(digits) > 2 else (int(digits), 0)
    if hours > 14 or minutes > 59:
        return None
    return f"{shift.strip()[0]}{hours:02}:{minutes:02}"
