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
    clock     at 3:02 PM, um 15:02 Uhr, T15:02:11Z, 午後3:02, with a zone: only `read_moment` reads it
"""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, date, datetime, timedelta
from functools import cache, lru_cache

import msgspec
from babel import Locale
from babel.localedata import locale_identifiers
from rapidfuzz.distance import OSA

WINDOW = 64
"""No printed day is longer; the longest CLDR form has about 40 code points."""

EMBED_LANGUAGES = (
    *("en", "es", "pt", "fr", "de", "it", "tr", "ru", "pl", "cs", "uk", "nl", "ar", "fa", "ur", "he", "hi", "bn", "id"),
    *("fil", "fi", "sv", "nb", "da", "hu", "ro", "el", "th", "vi", "ms", "ca", "ja", "ko", "zh", "eo"),
)
"""Languages of the embeds (X's list, and two that are often seen), in the order in which a month name belongs to the
first that has it: `listopad` is November (pl, cs) before it is October (hr)."""

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
    clock: str | None = None
    """`15:02` or `15:02:11`, where a time of day follows and was asked for."""
    offset: int | None = None
    """Minutes east of UTC, where the time's zone is printed and means one offset only."""
    sure_clock: bool = False
    """Whether the time is this date's beyond doubt (`at 3:02 PM`), and not what the text goes on with (`10:30`)."""

    @property
    def moment(self) -> str | None:
        """RFC 3339 with the printed zone's offset, where day, time and zone are known; else the day."""
        if self.day is None or self.clock is None or self.offset is None:
            return self.day
        clock = self.clock if self.clock.count(":") == 2 else self.clock + ":00"
        hours, minutes = divmod(abs(self.offset), 60)
        zone = f"{'-' if self.offset < 0 else '+'}{hours:02}:{minutes:02}" if self.offset else "Z"
        return f"{self.day}T{clock}{zone}"


# --- normal forms
# -------------------------------------------------------------------------------------------------------


def fold(text: str) -> tuple[str, list[int]]:
    """`text` for comparing (compatibility forms, case, accents and invisible marks gone, digits as ASCII), and for
    each of its characters the offset in `text` that it came from."""
    if text.isascii():
        return text.lower(), list(range(len(text)))
    out: list[str] = []
    origin: list[int] = []
    for offset, char in enumerate(text):
        if char.isascii():
            out.append(char.lower())
            origin.append(offset)
            continue
        # Korean syllables stay whole: their parts are letters, not accents.
        form = char if "\uac00" <= char <= "\ud7a3" else unicodedata.normalize("NFKD", char)
        for piece in form.casefold():
            category = unicodedata.category(piece)
            if category in ("Mn", "Cf"):  # accents; bidi and zero-width marks
                continue
            if category == "Nd":
                piece = str(unicodedata.decimal(piece))
            elif category == "Zs":
                piece = " "
            out.append(piece)
            origin.append(offset)
    return "".join(out), origin


def _fold_word(word: str) -> str:
    return fold(word)[0].strip().rstrip(".").strip()


# --- tables from CLDR
# -----------------------------------------------------------------------------------------------------

_MonthTable = dict[str, list[tuple[str, int]]]
"""First character → (folded month name, month), longest name first."""


def _names_of(language: str) -> list[tuple[str, int]]:
    locale = Locale(language)
    names = []
    for form in ("format", "stand-alone"):
        for width in ("wide", "abbreviated"):
            for month, name in locale.months[form].get(width, {}).items():
                folded = _fold_word(name)
                if any(c.isalpha() for c in folded) and (len(folded) > 1 or not folded.isascii()):
                    names.append((folded, month))
    return names


def _languages(tier: int) -> list[str]:
    languages = ["en"] if tier == 0 else list(EMBED_LANGUAGES)
    if tier == 2:
        languages += sorted(x for x in locale_identifiers() if "_" not in x and x not in EMBED_LANGUAGES)
    return languages


@cache
def _months(tier: int) -> _MonthTable:
    """Month names of English (0), of the embeds' languages (1), of every language in CLDR (2): each is only made when
    the one before found nothing, because the last takes a second."""
    languages = _languages(tier)
    if tier:
        languages.append("ar_SY")  # the Levantine names
    known: dict[str, int] = {}
    for language in languages:
        for name, month in _names_of(language):
            known.setdefault(name, month)
    table: _MonthTable = {}
    for name, month in known.items():
        table.setdefault(name[0], []).append((name, month))
    for names in table.values():
        names.sort(key=lambda pair: -len(pair[0]))
    return table


@cache
def _weekdays(tier: int) -> dict[str, list[str]]:
    """Names of the days of the week: first character → folded names, longest first. Abbreviations of two Latin letters
    are words of other languages (`on`, `to`, `la`) and are left out."""
    names: set[str] = set()
    for language in _languages(tier):
        days = Locale(language).days
        for form in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                for name in days[form].get(width, {}).values():
                    folded = _fold_word(name)
                    if len(folded) >= (3 if folded.isascii() else 2):
                        names.add(folded)
    names -= _NO_WEEKDAYS
    table: dict[str, list[str]] = {}
    for name in sorted(names, key=lambda n: (-len(n), n)):
        table.setdefault(name[0], []).append(name)
    return table


_NO_WEEKDAYS = frozenset({"mar"})
"""Short names of days that are months elsewhere: `mar.` is March (es, it) and Tuesday (fr)."""


@cache
def _fillers(tier: int) -> dict[str, list[str]]:
    """Words that CLDR's long date patterns hold beside day, month and year, and what translators add: first character →
    words, longest first."""
    words = {
        *(
            "de",
            "del",
            "of",
            "la",
            "a",
            "an",
            "st",
            "nd",
            "rd",
            "th",
            "er",
            "года",
            "год",
            "рік",
            "року",
            "roku",
            "year",
        ),
        *("年", "日", "년", "일", "ค.ศ.", "พ.ศ.", "م", "п", "i", "y", "el", "den", "d."),
        *("民國", "民国", "西元", "公元", "서기"),
    }
    words -= {"el"}  # "… el 31 de diciembre" is Instagram's
    for language in _languages(tier):
        pattern = Locale(language).date_formats["long"].pattern
        for quoted in re.findall(r"'([^']+)'", pattern):
            words.update(re.findall(r"[^\W\d_]+\.?", quoted))
        rest = re.sub(r"'[^']*'|[GyMLdEec]", " ", pattern)
        words.update(re.findall(r"[^\W\d_]+\.?", rest))
    folded = {fold(word)[0] for word in words}
    table: dict[str, list[str]] = {}
    for word in sorted((w for w in folded if w), key=lambda w: (-len(w), w)):
        table.setdefault(word[0], []).append(word)
    return table


# --- the grammar
# ------------------------------------------------------------------------------------------------------------

_MARKS = frozenset(" \t\r\n>,.،、，。-–—/·")
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
    r"[ \n>,.\-]{0,6}(?:\d{1,2}[^\w\n]{0,3}(?:[^\W\d_]{1,4}[.]?[ ]){0,2}[^\W\d_]{2,20}"
    r"|[^\W\d_]{2,20}[^\w\n]{1,3}\d{1,2}\D|(?:[^\W\d_]{2,20}[^\w\n]{1,3}){2,4}\d|\d{4})"
)
"""What may be a date in a language whose months are not known yet: a number and a word, a word and a number. Only then
are the tables of all languages made, which takes a second."""


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
    months = _months(tier)
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


def _month_at(folded: str, at: int, months: _MonthTable) -> tuple[int, int] | None:
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
    for word in _fillers(tier).get(folded[at], ()):
        if folded.startswith(word, at):
            end = at + len(word)
            # a filler ends a word, except in scripts that write none
            glued = end < len(folded) and folded[end].isalpha()
            if glued and word[-1].isalpha() and word[-1] < "\u3000" and word not in _PREFIXES:
                continue
            return end
    return None


def _weekday_at(folded: str, at: int, tier: int) -> int | None:
    for name in _weekdays(tier).get(folded[at], ()):
        end = at + len(name)
        if folded.startswith(name, at) and not (end < len(folded) and folded[end].isalpha()):
            return end
    return None


MISSPELT = 3
"""The last tier: a month of the embeds' languages with one wrong letter, once no language has the word as it stands."""

MIN_MISSPELT = 5
"""Shorter words are one letter away from words that are no month (`marsh`, `mai`)."""


@lru_cache(maxsize=1024)
def _nearest_month(word: str) -> int | None:
    near = {
        month
        for names in _months(1).values()
        for name, month in names
        if len(name) >= MIN_MISSPELT
        and abs(len(name) - len(word)) <= 1
        and OSA.distance(word, name, score_cutoff=1) <= 1
    }
    return near.pop() if len(near) == 1 else None


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


# --- times of day
# -------------------------------------------------------------------------------------------------------

_HALF = r"[aApP]\.?[ \u00a0\u202f]?[mM]\.?(?![\w])|午前|午後|上午|下午|오전|오후|(?:ص|م)(?!\w)"
_CLOCK = re.compile(
    r"(?P<gap>[ \u00a0\u202f\t>,·|•–—-]{0,4}\n?[ \u00a0>]{0,3})"
    r"(?P<word>(?:at|um|à|às|as|a\s+las?|a\s+les|alle(?:\s+ore)?|ore|om|kl\.?|klo|kello|o|ob|la|v|ve|u|в|о|об|у|saat|pukul"
    r"|jam|lúc|alas|στις|في|عند|ساعت|בשעה|w|à\s+las|ore|ore|·|\|)[ \u00a0\u202f]{1,2})?"
    rf"(?P<before>{_HALF})?[ \u00a0\u202f]?"
    r"(?P<hour>\d{1,2})(?P<mark>[ ]?[:：hH][ ]?|\.|[時时시點点][ ]?)(?P<minute>\d{2})(?!\d)(?:[分분])?"
    r"(?::(?P<second>\d{2})(?:\.\d{1,9})?)?"
    rf"(?:[ \u00a0\u202f\n]{{0,2}}(?P<after>{_HALF}))?(?P<uhr>[ \u00a0]?(?:Uhr|h(?!\w)|น\.|hrs|uur))?"
    r"(?:[ \u00a0\u202f]?\(?(?P<zone>(?:UTC|GMT)(?:[ ]?[+\-−]\d{1,2}(?::?\d{2})?)?(?!\w)|Z(?!\w)"
    r"|[+\-−]\d{2}:?\d{2}(?!\d)|(?:[PECM]DT|PST|EST|MST|CES?T|EES?T|WES?T|BST|MSK|JST|KST|AE[DS]T|NZ[DS]T|MES?Z|WIB|HKT|SGT|CST|IST|МСК)(?!\w))\)?)?"
)
_ISO_CLOCK = re.compile(
    r"T(?P<hour>\d{2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:\.\d{1,9})?)?(?P<zone>Z|[+\-−]\d{2}:?\d{2})?", re.ASCII
)

ZONES = {
    name: hours * 60
    for hours, names in (
        *((0, "Z UTC GMT WET"), (1, "WEST BST CET MEZ"), (2, "CEST MESZ EET"), (3, "EEST MSK МСК"), (7, "WIB")),
        *((8, "HKT SGT"), (9, "JST KST"), (10, "AEST"), (11, "AEDT"), (12, "NZST"), (13, "NZDT")),
        *((-8, "PST"), (-7, "PDT MST"), (-6, "MDT"), (-5, "CDT EST"), (-4, "EDT")),
    )
    for name in names.split()
}
"""Minutes east of UTC. Left out is what names several: CST (Chicago, China, Cuba), IST (India, Ireland, Israel)."""

_SIGNED_ZONE = re.compile(r"(?:UTC|GMT)?[ ]?([+\-−])(\d{1,2}):?(\d{2})?")
_LATE = frozenset({"午後", "下午", "오후", "م"})
_EARLY = frozenset({"午前", "上午", "오전", "ص"})


def read_moment(text: str, at: int) -> PrintedDate | None:
    """As `read_date`, with the time of day and its zone that follow the date; the end is then behind them.

    A time without `at`, `PM` or a zone may belong to what follows, `10:30 The council met`: `sure_clock` says.
    """
    printed = read_date(text, at)
    if printed is None or not printed.whole:
        return printed
    found = _ISO_CLOCK.match(text, printed.end, printed.end + WINDOW) or _CLOCK.match(
        text, printed.end, printed.end + WINDOW
    )
    if found is None:
        return printed
    groups = found.groupdict()
    hour, minute = int(found["hour"]), int(found["minute"])
    half = groups.get("before") or groups.get("after")
    marked = bool(groups.get("word") or half or groups.get("uhr") or groups.get("zone") or found[0][0] == "T")
    if groups.get("mark") == "." and not marked:
        return printed
    if "\n" in (groups.get("gap") or "") and not (groups.get("word") and half):
        return printed
    hour = _of_day(hour, half)
    if hour > 23 or minute > 59:
        return printed
    seconds = f":{int(found['second']):02}" if found["second"] and int(found["second"]) < 60 else ""
    return msgspec.structs.replace(
        printed,
        end=found.end(),
        clock=f"{hour:02}:{minute:02}{seconds}",
        offset=_zone_offset(found["zone"]),
        sure_clock=marked,
    )


def _of_day(hour: int, half: str | None) -> int:
    """The hour of 24: half past twelve at night is `12:30 AM`."""
    if half is None or hour > 12:
        return hour
    late = half in _LATE or half[:1].lower() == "p"
    if hour == 12:
        return 12 if late else 0
    return hour + 12 if late else hour


def _zone_offset(zone: str | None) -> int | None:
    if zone is None:
        return None
    zone = zone.strip()
    if zone in ZONES:
        return ZONES[zone]
    signed = _SIGNED_ZONE.fullmatch(zone)
    if signed is None:
        return None
    minutes = int(signed[2]) * 60 + int(signed[3] or 0)
    if len(signed[2]) == 1 and signed[3] is None and int(signed[2]) > 14:
        return None
    return (-minutes if signed[1] != "+" else minutes) if minutes <= 14 * 60 else None
