"""CLDR's names of months, days and half days in many languages, through Babel.

They are taken from it once and ship as `calendar_names.json`: to read them, Babel reads all that it has of each
language, which takes longer than a process needs for anything else before its first page. `python -m docs.generate`
makes the file again; it was made with Babel 2.19 (CLDR 49). Names in a language that is not in it are Babel's own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

import msgspec

from archiver.language.calendar_words import EMBED_LANGUAGES

FILE = "calendar_names.json"

SHIPPED = (
    *EMBED_LANGUAGES,
    *("hr", "sr", "sr_Latn", "bg", "sk", "sl", "lt", "lv", "et", "mk", "sq", "gl", "eu", "af", "az", "ka", "kk", "hy"),
    "zh_Hant",
)
"""The languages of the file; `archiver` asks for no others."""

WIDTHS = ("wide", "abbreviated")
"""Of months and days."""

AT_ONCE = 8
"""Languages whose data is in memory at a time. Each also needs what all inherit, which takes long to read."""

Names = dict[str, dict[str, dict[int, str]]]
"""By form (`format`, `stand-alone`), width, and number: months from 1, days from 0, which is Monday."""

Periods = dict[str, dict[str, dict[str, str]]]
"""By form, width, and which it is (`am`, `pm`, `midnight`, …)."""


class Calendar(NamedTuple):
    """What a language calls things."""

    months: Names
    days: Names
    day_periods: Periods


_known: dict[str, Calendar] = {}


def calendars(languages: Iterable[str]) -> Iterator[tuple[str, Calendar]]:
    """Each language with its names."""
    languages = tuple(languages)
    if others := {language for language in languages if language not in _shipped() and language not in _known}:
        _known.update(made(others))
    for language in languages:
        yield language, _shipped().get(language) or _known[language]


@cache
def _shipped() -> dict[str, Calendar]:
    data = files("archiver.language").joinpath(FILE).read_bytes()
    return msgspec.json.decode(data, type=dict[str, Calendar])


def made(languages: Iterable[str]) -> Iterator[tuple[str, Calendar]]:
    """Each language with its names, from CLDR as the installed Babel has it.

    Babel keeps all that it ever read: 50 MB for some forty languages, of which these names are a hundredth.
    """
    from babel import Locale, localedata

    for number, language in enumerate(languages, 1):
        locale = Locale.parse(language)
        yield language, Calendar(_copied(locale.months), _copied(locale.days), _periods(locale.day_periods))
        if number % AT_ONCE == 0:
            _forget(localedata)
    _forget(localedata)


def _forget(localedata: Any) -> None:
    with suppress(AttributeError):  # Babel before 2.18 cannot
        localedata.clear_caches()


def _copied(names: Mapping[str, Any]) -> Names:
    return {
        form: {width: dict(of_width.items()) for width, of_width in names[form].items() if width in WIDTHS}
        for form in names
    }


def _periods(names: Mapping[str, Any]) -> Periods:
    return {form: {width: dict(of_width.items()) for width, of_width in names[form].items()} for form in names}


def file_text() -> str:
    """What `calendar_names.json` holds, a language a line."""
    lines = [f'"{language}":{msgspec.json.encode(calendar).decode()}' for language, calendar in made(SHIPPED)]
    return "{" + ",\n".join(lines) + "}\n"
