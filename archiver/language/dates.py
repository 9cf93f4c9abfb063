"""Which day does the text at this place print?

Embeds print a day in the language of the embed: `November 9, 2022`, `9. listopadu 2022`, `2022年11月9日`, `٩ نوفمبر
٢٠٢٢`. Month names come from CLDR (through Babel), never from a list typed here, and any order of day, month and year
is read, because translators and old embeds change it.

Cost: `read_date` looks at no more than `WINDOW` code points after the place it is asked about and keeps no state, so
a text of n signatures costs n windows. Nothing backtracks: pieces are taken from left to right and never given back.

Pieces, with one example each:

    number    9, 09, ٩, ९        day, year, or a month where 月/월 follows
    month     November, нояб., d’abril, 11月, tháng 11
    filler    de, г., ค.ศ., -an, st   words that dates have between or after the numbers (from CLDR's date patterns)
    mark      , . ، - / line break
    weekday   Wednesday, Mi., 水曜日     before the rest; says nothing of its own
    cut       202 at the very end of a text, *NUMBER*: a number that is there but cannot be read
    epoch     1546953316000     milliseconds since 1970, as some news sites print
    numeric   2022-11-09, 09.11.2022, 25/12/2022: 03/05/2021 is a date whose day nobody can tell
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

import msgspec
from rapidfuzz.distance import OSA

from archiver.language.calendar_words import MonthTable, calendar_words
from archiver.language.folding import fold

WINDOW = 64
"""No printed day is longer; the longest CLDR form has about 40 code points."""

MIN_YEAR, MAX_YEAR = 1990, 2100
"""Before the first there was no post to quote; after the last this table will have been looked at again."""

BUDDHIST_OFFSET = 543
"""Thai solar calendar: 2565 is 2022."""

JAPANESE_ERAS = {"令和": 2018, "平成": 1988, "昭和": 1925}
"""Year 1 of an era is the year after this."""

REPUBLIC_OF_CHINA = ("民國", "民国")
ROC_OFFSET = 1911


class PrintedDate(msgspec.Struct, frozen=True, kw_only=True):
    """A day as a text prints it. `day` is null where part of it is cut or masked, or where day and month may be meant
    either way: it is never guessed."""

    day: str | None
    start: int
    end: int
    whole: bool
    numeric: bool = False
    """Of numbers only, as no embed of X writes it."""


# --- the grammar
# ------------------------------------------------------------------------------------------------------------

_MARKS = frozenset(" \t\r\n>,.،、，。-–—/·\\")
"""What may stand between the pieces; the backslash is Markdown's, which escapes `25\\.` where it would be a list's."""
_CUT_YEAR = re.compile(r"1|19\d?|2|20\d?")
_MASK = re.compile(r"\*[A-Z_]{2,12}\*|#{2,4}|\[[A-Z]{3,8}\]")
_TRAILERS = re.compile(r"[ \n]?(?:г\.?|р\.|ค\.ศ\.|พ\.ศ\.|m\.)(?!\w)|[ ]?[日일]")
"""What may follow the last number and is still the date: `2016 г.`, `9日`."""

_YEAR_FIRST = re.compile(r"(?a:(\d{4})([-/.])[ ]?(\d{1,2})\2[ ]?(\d{1,2})(?!\d))")
"""`2022-11-09`, `2022/11/9`, `2022. 11. 9`"""
_YEAR_LAST = re.compile(r"(?a:(\d{1,2})([-/.])[ ]?(\d{1,2})\2[ ]?(\d{4})(?!\d))")
"""`09.11.2022`, `9/11/2022`"""

_ENGLISH = (
    *("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november"),
    "december",
)
_PLAIN = re.compile(
    r"[ \t\n>,]{0,6}(?a:(?P<month>"
    + "|".join(f"{name[:3]}(?:{name[3:]})?" if name != "may" else "may" for name in _ENGLISH)
    + r")\.?[ \n>]{1,3}(?P<day>\d{1,2}),?[ \n>]{1,4}(?P<year>\d{4})(?!\d{3}))",
    re.IGNORECASE | re.ASCII,
)
"""The commonest form by far, `November 9, 2022`: read without the tables, and as they would read it."""


def read_date(text: str, at: int, *, end_of_text: int | None = None) -> PrintedDate | None:
    """The day printed at offset `at` of `text` (white space, a comma or a dash may come first).

    null where no day is printed there. `end_of_text` is where the document ends, when `text` goes on beyond it: a
    year that is cut by the end of the document is read as cut, not as another number.
    """
    stop = len(text) if end_of_text is None else end_of_text
    if (plain := _PLAIN.match(text, at, min(at + WINDOW, stop))) and (read := _plain(plain)) is not None:
        return read
    window = text[at : min(at + WINDOW, stop)]
    if _NUMBER.search(window) is None:
        return None
    cut_by_end = at + len(window) >= stop
    folded, origin = fold(window)
    for tier in (0, 1, 2, MISSPELT):
        if tier and not (_may_be_year(folded) or (tier == 1 and cut_by_end)):
            break
        found = _read(folded, tier, cut_by_end)
        if found is not None:
            day, first, last, whole = found
            end = origin[last - 1] + 1
            trailer = _TRAILERS.match(window, end) if whole else None
            return PrintedDate(
                day=day,
                start=at + origin[first],
                end=at + (trailer.end() if trailer else end),
                whole=whole,
                numeric=not any(c.isalpha() for c in folded[first:last]) and "*" not in folded and last - first < 13,
            )
        if tier and not _SHAPED.match(folded):
            break
    return None


_SHAPED = re.compile(
    r"[^\w\n]{0,6}(?:\d{1,2}[^\d\n]{1,32}\d{4}|[^\d\n]{2,32}\d{1,2}[^\d\n]{1,24}\d{4}|\d{4}[^\d\n]{2,32}\d{1,2}(?!\d)"
    r"|\D{1,40}\*|\d{1,2}[^\d\n]{1,32}\d{0,3}$)"
)
"""What may be a date in a language whose months are not known yet: words between a day's number and a year's. Only then
are the tables of all languages made, which takes a second."""

UNREAD = 32
"""A date whose words nobody knows is not longer than this."""

_UNREAD = re.compile(
    r"[ \u00a0,\n>]{0,4}(?=[^\n]{0,2}\w)"
    r"(?:\d{1,2}[^\d\n.!?()|]{2,24}\d{4}|[^\d\n!?()|]{2,24}\d{1,2}[^\d\n.!?()|]{1,6}\d{4}"
    r"|\d{4}[^\d\n.!?|]{2,24}\d{1,2}(?:[^\d\n]{0,3}$)?)(?!\d)"
)


def looks_dated(text: str, at: int) -> int | None:
    """Where what stands at offset `at` ends, if it has the form of a date whose words are not known: numbers of a day
    and of a year with a word between them. null for anything else."""
    found = _UNREAD.match(text, at, at + UNREAD + 6)
    if found is None:
        return None
    years = [int(year) for year in re.findall(r"\d{4}", found[0])]
    return found.end() if any(MIN_YEAR <= year <= MAX_YEAR for year in years) else None


def _plain(found: re.Match[str]) -> PrintedDate | None:
    year = int(found["year"])
    if not MIN_YEAR <= year <= MAX_YEAR:
        return None
    name = found["month"].lower()[:3]
    month = next(n for n, word in enumerate(_ENGLISH, 1) if word.startswith(name))
    try:
        day = date(year, month, int(found["day"])).isoformat()
    except ValueError:
        return None
    return PrintedDate(day=day, start=found.start("month"), end=found.end("year"), whole=True)


_NUMBER = re.compile(r"[\d*#]|元")
_YEAR_LIKE = re.compile(r"(?<!\d)(?:1[39]|2[0-9])\d\d|(?<!\d)20?\d?$|(?:令和|平成|昭和|民國)\d|\*")


def _may_be_year(folded: str) -> bool:
    return _YEAR_LIKE.search(folded) is not None


def _read(folded: str, tier: int, cut_by_end: bool) -> tuple[str | None, int, int, bool] | None:
    """(day, first, last, whole) in the folded window."""
    misspelt = tier == MISSPELT
    tier = 1 if misspelt else tier
    months = calendar_words(tier).months
    year = month = day = None
    masked = 0
    first: int | None = None
    last = 0
    at = 0
    blank_lines = 0
    weekday = False
    while at < len(folded):
        char = folded[at]
        if char in _MARKS:
            blank_lines += char == "\n"
            if (blank_lines > 1 and first is not None) or blank_lines > 2:
                break
            at += 1
            continue
        if char.isdecimal():
            end = at
            while end < len(folded) and folded[end].isdecimal():
                end += 1
            if first is None and (numeric := _numeric(folded, at)):
                return numeric
            digits = folded[at:end]
            value = int(digits)
            after = folded[end : end + 2].lstrip(" ")[:1]
            if after and after in "月월" and month is None and 1 <= value <= 12:
                month = value
                end = folded.index(after, end) + 1
            elif len(digits) in (10, 13) and first is None:
                return _epoch(value, len(digits), at, end)
            elif (known := _year(digits, folded, at)) is not None and year is None:
                year = known
                end = at + min(len(digits), 4)
            elif len(digits) <= 2 and day is None and 1 <= value <= 31:
                day = value
            elif cut_by_end and end == len(folded.rstrip()) and month and day and _CUT_YEAR.fullmatch(digits):
                return None, first if first is not None else at, end, False
            else:
                break
            first = at if first is None else first
            last = at = end
        elif mask := _MASK.match(folded.upper(), at):
            masked += 1
            first = at if first is None else first
            last = at = mask.end()
        elif era := next((e for e in JAPANESE_ERAS if folded.startswith(e, at)), None):
            end = at + len(era)
            count = re.match(r"\d{1,2}|元", folded[end:])
            if count is None or year is not None:
                break
            year = JAPANESE_ERAS[era] + (1 if count[0] == "元" else int(count[0]))
            first = at if first is None else first
            last = at = end + count.end()
        elif (named := _month_at(folded, at, months)) and month is None:
            month, end = named
            first = at if first is None else first
            last = at = end
        elif (filler := _filler_at(folded, at, tier)) is not None:
            at = filler
        elif first is None and not weekday and (day_name := _weekday_at(folded, at, tier)) is not None:
            weekday, at = True, day_name
        elif tier == 1 and month is None and (cut := _abbreviated(folded, at)) is not None:
            month, end = cut
            first = at if first is None else first
            last = at = end
        elif misspelt and month is None and (guessed := _misspelt(folded, at)) is not None:
            month, end = guessed
            first = at if first is None else first
            last = at = end
        else:
            break
        if year and month and day and first is not None:
            return _checked(year, month, day, first, last)
    if first is not None and month and masked and (masked + (year is not None) + (day is not None)) >= 2:
        return None, first, last, False
    if first is not None and month and day and cut_by_end and not folded[at:].strip(" ,."):
        return None, first, last, False
    return None


def _year(digits: str, folded: str, at: int) -> int | None:
    """A year of four digits, also where the next sentence's number is glued to it."""
    if not 4 <= len(digits) <= 6:
        if len(digits) in (2, 3) and folded[:at].rstrip().endswith(REPUBLIC_OF_CHINA):
            return int(digits) + ROC_OFFSET
        return None
    year = int(digits[:4])
    if MIN_YEAR + BUDDHIST_OFFSET <= year <= MAX_YEAR + BUDDHIST_OFFSET:
        year -= BUDDHIST_OFFSET
    return year if MIN_YEAR <= year <= MAX_YEAR else None


def _month_at(folded: str, at: int, months: MonthTable) -> tuple[int, int] | None:
    for name, month in months.get(folded[at], ()):
        if folded.startswith(name, at):
            end = at + len(name)
            if end < len(folded) and folded[end].isalpha():
                continue
            if end < len(folded) and name[-1].isdecimal() and folded[end].isdecimal():
                continue
            return month, end
    return None


_PREFIXES = frozenset({"ב"})
"""Hebrew writes "in November" as one word."""


def _filler_at(folded: str, at: int, tier: int) -> int | None:
    for word in calendar_words(tier).fillers.get(folded[at], ()):
        if folded.startswith(word, at):
            end = at + len(word)
            # a filler ends a word, except in scripts that write none
            glued = end < len(folded) and folded[end].isalpha()
            if glued and word[-1].isalpha() and word[-1] < "\u3000" and word not in _PREFIXES:
                continue
            return end
    return None


def _weekday_at(folded: str, at: int, tier: int) -> int | None:
    for name in calendar_words(tier).weekdays.get(folded[at], ()):
        end = at + len(name)
        spaced = name[-1] < "\u0e00"  # scripts that follow write words without spaces
        if folded.startswith(name, at) and not (spaced and end < len(folded) and folded[end].isalpha()):
            return end
    return None


ABBREVIATED = 3
"""Instagram cut the months of every language to so many letters: `Кві`, `Aoû`, `ינו`, which CLDR abbreviates in other
ways or not at all."""


@lru_cache(maxsize=1024)
def _only_month_beginning(letters: str) -> int | None:
    beginning = {
        month
        for names in calendar_words(1).months.values()
        for name, month in names
        if name.startswith(letters) and name != letters
    }
    return beginning.pop() if len(beginning) == 1 else None


_SHORT_WORD = re.compile(rf"[^\W\d_]{{{ABBREVIATED}}}(?![^\W_])")


def _abbreviated(folded: str, at: int) -> tuple[int, int] | None:
    """A month cut to its first letters, where only one month of the embeds' languages begins with them and a number
    stands beside it."""
    word = _SHORT_WORD.match(folded, at)
    if word is None or (at and folded[at - 1].isalpha()):
        return None
    if not (_NUMBER_BEFORE.search(folded, max(0, at - 8), at) or _NUMBER_AFTER.match(folded, word.end())):
        return None
    month = _only_month_beginning(word[0])
    return None if month is None else (month, word.end())


MISSPELT = 3
"""The last tier: a month of the embeds' languages with one wrong letter, once no language has the word as it stands."""

MIN_MISSPELT = 5
"""Shorter words are one letter away from words that are no month (`marsh`, `mai`)."""


@lru_cache(maxsize=1024)
def _nearest_month(word: str) -> int | None:
    near = {
        month
        for names in calendar_words(1).months.values()
        for name, month in names
        if len(name) >= MIN_MISSPELT
        and abs(len(name) - len(word)) <= 1
        and OSA.distance(word, name, score_cutoff=1) <= 1
    }
    if not near:  # `apirilaren`, `novemberben`: the name with an ending
        near = {
            month
            for name, month in calendar_words(2).months.get(word[0], ())
            if len(name) >= MIN_MISSPELT and word.startswith(name) and len(word) - len(name) <= ENDING
        }
    return near.pop() if len(near) == 1 else None


ENDING = 3
"""Letters that languages hang on a month's name."""

_WORD = re.compile(r"[^\W\d_]{4,20}")


def _misspelt(folded: str, at: int) -> tuple[int, int] | None:
    """A month that lost, won, swapped or changed one letter, where only one month is that near and a number stands
    beside it: `dcembro`, `janurao`, `ovember`."""
    word = _WORD.match(folded, at)
    if word is None or (at and folded[at - 1].isalpha()):
        return None
    if not (_NUMBER_BEFORE.search(folded, max(0, at - 8), at) or _NUMBER_AFTER.match(folded, word.end())):
        return None
    month = _nearest_month(word[0])
    return None if month is None else (month, word.end())


_NUMBER_BEFORE = re.compile(r"\d(?:[^\w\n]{0,3}(?:an?|de|d)?[^\w\n]{1,3}){1,2}$")
_NUMBER_AFTER = re.compile(r"[^\w\n]{1,3}(?:la[ ])?\d{1,2}(?!\d)")


def _numeric(folded: str, at: int) -> tuple[str | None, int, int, bool] | None:
    """`2022-11-09`, `09.11.2022`, `25/12/2022`; no day where two readings are possible."""
    if found := _YEAR_FIRST.match(folded, at):
        return _checked(int(found[1]), int(found[3]), int(found[4]), at, found.end())
    found = _YEAR_LAST.match(folded, at)
    if found is None:
        return None
    one, two, year = int(found[1]), int(found[3]), int(found[4])
    if not MIN_YEAR <= year <= MAX_YEAR:
        return None
    if found[2] == "." or one > 12 or one == two:  # points are written where the day comes first
        return _checked(year, two, one, at, found.end())
    if two > 12:
        return _checked(year, one, two, at, found.end())
    return None, at, found.end(), False


def _checked(year: int, month: int, day: int, first: int, last: int) -> tuple[str, int, int, bool] | None:
    try:
        return date(year, month, day).isoformat(), first, last, True
    except ValueError:
        return None


def _epoch(value: int, digits: int, first: int, last: int) -> tuple[str, int, int, bool] | None:
    seconds = value // 1000 if digits == 13 else value
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    if not MIN_YEAR <= moment.year <= MAX_YEAR:
        return None
    return moment.date().isoformat(), first, last, True
