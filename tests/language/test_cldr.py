"""Names of months and days: as Babel has them, without all that Babel keeps beside them."""

from __future__ import annotations

import tracemalloc

import pytest
from babel import Locale

from archiver.language import cldr
from archiver.language.calendar_words import EMBED_LANGUAGES
from archiver.language.cldr import calendars


def test_the_names_are_babels() -> None:
    for language, calendar in calendars(["en", "zh_Hant", "pl", "ar"]):
        locale = Locale.parse(language)
        for form in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                assert calendar.months[form][width] == dict(locale.months[form][width].items())
                assert calendar.days[form][width] == dict(locale.days[form][width].items())
        assert calendar.day_periods["format"]["wide"] == dict(locale.day_periods["format"]["wide"].items())


def test_what_babel_read_for_them_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cldr, "_known", {})
    tracemalloc.start()
    try:
        assert [language for language, _ in calendars(EMBED_LANGUAGES)] == list(EMBED_LANGUAGES)
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kept < 8 << 20
