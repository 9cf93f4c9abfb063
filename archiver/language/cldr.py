"""CLDR's names of months, days and half days in many languages, through Babel, without keeping the rest of its data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any, NamedTuple

from babel import Locale, localedata

AT_ONCE = 8
"""Languages whose data is in memory at a time. Each also needs what all inherit, which takes long to read."""

Names = Mapping[str, Mapping[str, Mapping[Any, str]]]
"""By form (`format`, `stand-alone`) and width (`wide`, `abbreviated`, …)."""


class Calendar(NamedTuple):
    """What a language calls things."""

    months: Names
    days: Names
    day_periods: Names


_known: dict[str, Calendar] = {}


def calendars(languages: Iterable[str]) -> Iterator[tuple[str, Calendar]]:
    """Each language with its names.

    Babel keeps all that it ever read: 50 MB for some forty languages, of which these names are a hundredth.
    """
    languages = tuple(languages)
    unknown = [language for language in languages if language not in _known]
    for number, language in enumerate(unknown, 1):
        locale = Locale.parse(language)
        _known[language] = Calendar(_copied(locale.months), _copied(locale.days), _copied(locale.day_periods))
        if number % AT_ONCE == 0 or number == len(unknown):
            with suppress(AttributeError):  # Babel before 2.18 cannot
                localedata.clear_caches()
    for language in languages:
        yield language, _known[language]


def _copied(names: Mapping[str, Any]) -> Names:
    return {form: {width: dict(of_width.items()) for width, of_width in names[form].items()} for form in names}
