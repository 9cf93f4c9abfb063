"""Which words of a date are there in which language? Months, days of the week, and what stands between the numbers.

The words are CLDR's (through Babel), never typed here, and are taken from it once: reading them for all its languages
takes more than a second, so the tables ship as `calendar_words.json`, which was made with Babel 2.19 (CLDR 49).
`python -m docs.generate` makes the file again.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

import msgspec

from archiver.language.folding import fold, fold_word

if TYPE_CHECKING:  # what ships is read without it
    from babel import Locale

EMBED_LANGUAGES = (
    *("en", "es", "pt", "fr", "de", "it", "tr", "ru", "pl", "cs", "uk", "nl", "ar", "fa", "ur", "he", "hi", "bn", "id"),
    *("fil", "fi", "sv", "nb", "da", "hu", "ro", "el", "th", "vi", "ms", "ca", "ja", "ko", "zh", "eo"),
)
"""Languages of the embeds (X's list, and two that are often seen), in the order in which a month name belongs to the
first that has it: `listopad` is November (pl, cs) before it is October (hr)."""

MonthTable = dict[str, list[tuple[str, int]]]
"""First character → (folded month name, month), longest name first."""

TIERS = (0, 1, 2)
"""English; the embeds' languages; every language in CLDR. Each is looked into where the one before has nothing."""

FILE = "calendar_words.json"


class CalendarWords(msgspec.Struct, frozen=True, kw_only=True):
    """The words of one tier, folded (`archiver.language.folding`), by their first character, longest first."""

    months: MonthTable
    weekdays: dict[str, list[str]]
    fillers: dict[str, list[str]]
    """What long dates hold beside day, month and year."""


@cache
def calendar_words(tier: int) -> CalendarWords:
    """The words of a tier, as they ship."""
    return _shipped()[tier]


@cache
def _shipped() -> tuple[CalendarWords, ...]:
    data = files("archiver.language").joinpath(FILE).read_bytes()
    return msgspec.json.decode(data, type=tuple[CalendarWords, ...])


def made(tier: int) -> CalendarWords:
    """The words of a tier, from CLDR as the installed Babel has it."""
    return CalendarWords(months=_months(tier), weekdays=_weekdays(tier), fillers=_fillers(tier))


def file_text() -> str:
    """What `calendar_words.json` holds, one letter's words a line, so that a change shows in a diff."""
    data = msgspec.json.encode([made(tier) for tier in TIERS]).decode()
    return data.replace("]],", "]],\n").replace('"],', '"],\n') + "\n"


def _locale(language: str) -> Locale:
    from babel import Locale

    return Locale(language)


def _names_of(language: str) -> list[tuple[str, int]]:
    locale = _locale(language)
    names = []
    for form in ("format", "stand-alone"):
        for width in ("wide", "abbreviated"):
            for month, name in locale.months[form].get(width, {}).items():
                folded = fold_word(name)
                if any(c.isalpha() for c in folded) and (len(folded) > 1 or not folded.isascii()):
                    names.append((folded, month))
    return names


def _languages(tier: int) -> list[str]:
    languages = ["en"] if tier == 0 else list(EMBED_LANGUAGES)
    if tier == 2:
        from babel.localedata import locale_identifiers

        languages += sorted(x for x in locale_identifiers() if "_" not in x and x not in EMBED_LANGUAGES)
    return languages


def _months(tier: int) -> MonthTable:
    """Names of the months."""
    languages = _languages(tier)
    if tier:
        languages.append("ar_SY")  # the Levantine names
    known: dict[str, int] = {}
    for language in languages:
        for name, month in _names_of(language):
            if len(name) > 2 or language in EMBED_LANGUAGES or not name.isascii():  # two letters are words elsewhere
                known.setdefault(name, month)
    table: MonthTable = {}
    for name, month in known.items():
        table.setdefault(name[0], []).append((name, month))
    for names in table.values():
        names.sort(key=lambda pair: -len(pair[0]))
    return table


def _weekdays(tier: int) -> dict[str, list[str]]:
    """Names of the days of the week: first character → folded names, longest first. Abbreviations of two Latin letters
    are words of other languages (`on`, `to`, `la`) and are left out."""
    names: set[str] = set()
    for language in _languages(tier):
        days = _locale(language).days
        for form in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                for name in days[form].get(width, {}).values():
                    folded = fold_word(name)
                    if len(folded) >= (3 if folded.isascii() else 2):
                        names.add(folded)
    names -= _NO_WEEKDAYS
    table: dict[str, list[str]] = {}
    for name in sorted(names, key=lambda n: (-len(n), n)):
        table.setdefault(name[0], []).append(name)
    return table


_NO_WEEKDAYS = frozenset({"mar"})
"""Short names of days that are months elsewhere: `mar.` is March (es, it) and Tuesday (fr)."""


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
        *("年", "月", "日", "년", "일", "ค.ศ.", "พ.ศ.", "م", "п", "i", "y", "el", "den", "d."),
        *("民國", "民国", "西元", "公元", "서기", "ngày", "năm", "le", "den", "(e)ko", "(a)", "(e)an", "оны", "ที่"),
    }
    words -= {"el"}  # "… el 31 de diciembre" is Instagram's
    for language in _languages(tier):
        pattern = _locale(language).date_formats["long"].pattern
        for quoted in re.findall(r"'([^']+)'", pattern):
            words.update(re.findall(r"[^\W\d_]+\.?", quoted))
        rest = re.sub(r"'[^']*'|[GyMLdEec]", " ", pattern)
        words.update(re.findall(r"[^\W\d_]+\.?", rest))
    folded = {fold(word)[0] for word in words}
    table: dict[str, list[str]] = {}
    for word in sorted((w for w in folded if w), key=lambda w: (-len(w), w)):
        table.setdefault(word[0], []).append(word)
    return table
