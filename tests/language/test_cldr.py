"""Names of months and days: what ships is what Babel has, and nothing else of what Babel reads is kept."""

from __future__ import annotations

import subprocess
import sys
import tracemalloc

import babel
import pytest
from babel import Locale

from archiver.language import cldr
from archiver.language.calendar_words import EMBED_LANGUAGES
from archiver.language.cldr import calendars, made
from docs.generate import CALENDAR_NAMES

BABEL = "2.19"
"""The release that the shipped file was made with: others may have another CLDR."""

SAME_BABEL = pytest.mark.skipif(not babel.__version__.startswith(BABEL), reason=f"the file was made with Babel {BABEL}")


@SAME_BABEL
def test_what_ships_is_what_is_made() -> None:
    assert CALENDAR_NAMES.read_text(encoding="utf-8") == cldr.file_text()


@SAME_BABEL
def test_the_names_are_babels() -> None:
    for language, calendar in calendars(["en", "zh_Hant", "pl", "ar", "sw"]):  # the last does not ship
        locale = Locale.parse(language)
        for form in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                assert calendar.months[form][width] == dict(locale.months[form][width].items())
                assert calendar.days[form][width] == dict(locale.days[form][width].items())
        assert calendar.day_periods["format"]["wide"] == dict(locale.day_periods["format"]["wide"].items())


@SAME_BABEL
def test_the_names_keep_their_order() -> None:
    of_file, of_babel = dict(calendars(cldr.SHIPPED)), dict(made(cldr.SHIPPED))
    assert str(of_file) == str(of_babel)


def test_what_babel_read_for_them_is_not_kept() -> None:
    tracemalloc.start()
    try:
        names = [language for language, _ in made(EMBED_LANGUAGES)]
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert names == list(EMBED_LANGUAGES)
    assert kept < 8 << 20


def test_detection_asks_babel_for_nothing() -> None:
    asks = (
        "import sys\n"
        "from archiver.language import relative, times\n"
        "from archiver.platforms.facebook.phrases import find_day\n"
        "assert relative.weekday_of('Dienstag') == 1\n"
        "assert times.read_time('8:15 PM', 0) is not None\n"
        "find_day('Samstag, 5. Dezember 2020', 0, 25)\n"
        "print('babel' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", asks], capture_output=True, text=True, check=False, timeout=60)
    assert (done.stdout, done.stderr) == ("False\n", "")
