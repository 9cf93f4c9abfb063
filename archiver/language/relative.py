"""Which day do words mean, seen from another day: `on Wednesday`, `вчера`, `am 9. November`, `9日`?

News say when something was posted by the weekday, or by the day without its year. The names of days and months come
from CLDR (through Babel); words for today and yesterday are few and typed here. The day is the last one that fits
before the article came out, and no day is told where the words leave it open (`last week`).

Cost: one pass over the words of a sentence, which the caller bounds.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

import msgspec
import regex

from archiver.language.calendar_words import EMBED_LANGUAGES
from archiver.language.cldr import calendars
from archiver.language.dates import read_date
from archiver.language.folding import fold

LANGUAGES = (
    *EMBED_LANGUAGES,
    "bg",
    "sr",
    "hr",
    "sr_Latn",
    "sk",
    "sl",
    "et",
    "lv",
    "lt",
    "ka",
    "hy",
    "az",
    "kk",
    "sq",
    "mk",
)

MAX_TEXT = 600
"""No reporting clause is longer."""


def listed(words: str) -> frozenset[str]:
    """The words of a list that is written as one line of text."""
    return frozenset(words.split())


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """A day that words mean; `how` is `weekday`, `today`, `yesterday`, `day` or `date`."""

    day: str
    how: str


TODAY = listed(
    "today tonight heute hoy aujourd'hui oggi hoje сегодня сьогодні dziś dzisiaj dnes bugün idag vandaag "
    "σήμερα tänään ma "
    "danas данас днес danes astăzi azi avui היום امروز آج आज আজ"
)
YESTERDAY = listed(
    "yesterday gestern ayer hier ieri ontem вчера вчора wczoraj včera dün igår gisteren χθες χτες eilen "
    "tegnap juče jučer "
    "јуче včeraj ahir kemarin أمس אתמול دیروز গতকাল"
)
_TODAY_INSIDE = ("今日", "今天", "오늘", "วันนี้", "本日", "hôm nay", "i dag", "hari ini")
_YESTERDAY_INSIDE = ("昨日", "昨天", "어제", "เมื่อวาน", "hôm qua", "i går")

_OPEN = frozenset(
    {"last", "next", "every", "each", "letzte", "letzten", "vergangene", "vergangenen", "jeden", "nächsten"}
)
"""`last Wednesday` may be this week's or the one before, where today is none of them."""

_WORD = regex.compile(r"[\p{L}\p{M}]+(?:['’ʼ-][\p{L}\p{M}]+)*")
_DAY_MONTH = regex.compile(
    r"(?<!\d)\d{1,2}(?:\.|º|er|th|st|nd|rd)?(?: (?:de|of|d'|di))?[ \u00a0]?[\p{L}\p{M}]{3,14}"
    r"|[\p{L}\p{M}]{3,14}\.? \d{1,2}(?!\d)"
    r"|(?<!\d)\d{1,2}[月월] ?\d{1,2}[日일]"
)
_DAY_ONLY = regex.compile(r"(?<![\d月월 ])(?P<day>\d{1,2})[日일](?!間|本|間|经|經)")


def told_day(text: str, published: str | None) -> Told | None:
    """The day that `text`, one clause, means in an article of `published` (ISO day or time); a whole printed date needs
    no article's day. null where none is told, or it cannot be known."""
    text = text[:MAX_TEXT]
    for number in regex.finditer(r"(?<!\d)(?:\d{1,2}|\d{4})(?!\d)", text):
        start = text.rfind(" ", 0, max(0, number.start() - 1)) + 1
        for at in {start, number.start()}:
            printed = read_date(text, at) if _has_year(text, at) else None
            if printed is not None and printed.day:
                return Told(day=printed.day, how="date")
    seen_from = _day(published)
    if seen_from is None:
        return None
    return _without_year(text, seen_from) or _relative(text, seen_from)


def _has_year(text: str, at: int) -> bool:
    return regex.search(r"(?<!\d)(?:19|20|25)\d\d(?!\d)", text[at : at + 40]) is not None


def _day(published: str | None) -> date | None:
    try:
        return date.fromisoformat(published[:10]) if published else None
    except ValueError:
        return None


def _without_year(text: str, seen_from: date) -> Told | None:
    for match in _DAY_MONTH.finditer(text):
        if not _names_month(match[0]):
            continue
        for year in (seen_from.year, seen_from.year - 1):
            printed = read_date(f"{match[0]} {year}" if match[0][-1] not in "日일" else f"{year}年{match[0]}", 0)
            if printed is not None and printed.day and printed.day <= (seen_from + timedelta(days=1)).isoformat():
                return Told(day=printed.day, how="day")
    for only in _DAY_ONLY.finditer(text):
        for back in range(32):
            day = seen_from - timedelta(days=back)
            if day.day == int(only["day"]):
                return Told(day=day.isoformat(), how="day")
    return None


def _names_month(piece: str) -> bool:
    return piece[-1] in "日일" or any(fold(word)[0] in _month_names() for word in _WORD.findall(piece))


@cache
def _month_names() -> frozenset[str]:
    names = set()
    for _, names_in in calendars(LANGUAGES):
        months = names_in.months
        for form in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                names |= {fold(str(name))[0].rstrip(".") for name in months[form].get(width, {}).values()}
    return frozenset(name for name in names if len(name) > 2)


def _relative(text: str, seen_from: date) -> Told | None:
    words = _WORD.findall(text)
    for index, word in enumerate(words):
        lower = word.lower().replace("’", "'")
        if index and words[index - 1].lower() in _OPEN:
            continue
        weekday = weekday_of(word)
        if weekday is not None:
            back = (seen_from.weekday() - weekday) % 7
            return Told(day=(seen_from - timedelta(days=back)).isoformat(), how="weekday")
        if lower in YESTERDAY:
            return Told(day=(seen_from - timedelta(days=1)).isoformat(), how="yesterday")
        if lower in TODAY:
            return Told(day=seen_from.isoformat(), how="today")
    for name, weekday in _spaceless_weekdays():
        if name in text:
            back = (seen_from.weekday() - weekday) % 7
            return Told(day=(seen_from - timedelta(days=back)).isoformat(), how="weekday")
    if any(word in text for word in _YESTERDAY_INSIDE):
        return Told(day=(seen_from - timedelta(days=1)).isoformat(), how="yesterday")
    if any(word in text for word in _TODAY_INSIDE):
        return Told(day=seen_from.isoformat(), how="today")
    return None


MAX_ENDING = 3
"""Letters that a language adds to the name of a weekday: `szerdán`, `keskiviikkona`, `среду`."""


@cache
def _weekdays() -> dict[str, list[tuple[str, int]]]:
    """First three letters → (folded name, weekday with Monday as 0), longest first."""
    known: dict[str, int] = {}
    for _, names_in in calendars(LANGUAGES):
        days = names_in.days
        for form in ("format", "stand-alone"):
            for weekday, name in days[form]["wide"].items():
                folded = fold(str(name).split("-")[0].split("ـ")[0])[0].strip()
                if len(folded) > 2 and " " not in folded:
                    known.setdefault(folded, weekday)
    # Portuguese says `na quarta`; Urdu, Arabic and Hebrew `on Wednesday` with an article or a prefix are read below
    table: dict[str, list[tuple[str, int]]] = {}
    for name, weekday in known.items():
        table.setdefault(name[:3], []).append((name, weekday))
    for names in table.values():
        names.sort(key=lambda pair: -len(pair[0]))
    return table


def weekday_of(word: str) -> int | None:
    """Which weekday a word names, 0 for Monday; null for other words."""
    folded = fold(word.split("-")[0])[0].replace("’", "'")
    names = _weekdays().get(folded[:3], ())
    for name, weekday in names:
        if folded == name:
            return weekday
    if len(folded) < 5 or not folded[0].isalpha():
        return None
    for name, weekday in names:
        if len(name) >= 5 and abs(len(folded) - len(name)) <= MAX_ENDING:
            same = folded.startswith(name) or (len(folded) <= len(name) + 1 and folded.startswith(name[:-1]))
            if same and folded not in _NOT_DAYS:
                return weekday
    return None


_NOT_DAYS = frozenset(
    {"lunar", "mercredis", "средне", "среднее", "средний", "четверть", "четверти", "domingue", "sabath"}
)


@cache
def _spaceless_weekdays() -> tuple[tuple[str, int], ...]:
    """Names that are found inside a run of letters, longest first: `周三`, `水曜日`, `수요일`, `วันพุธ`, `thứ tư`."""
    found: dict[str, int] = {}
    for language, names_in in calendars(("zh", "zh_Hant", "ja", "ko", "th", "vi")):
        days = names_in.days
        for width in ("wide", "abbreviated") if language.startswith("zh") else ("wide",):
            for weekday, name in days["format"][width].items():
                found[str(name)] = weekday
                if language == "vi":
                    found[str(name).lower()] = weekday
                if language == "ja":
                    found[str(name)[:2]] = weekday
    return tuple(sorted(found.items(), key=lambda pair: -len(pair[0])))
