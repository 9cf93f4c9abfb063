"""Printed dates. Invariants: what CLDR writes as a long date is read back as that day, in every language of the embeds;
any text gives a day that stands in it or none; the cost does not depend on what follows the window."""

from __future__ import annotations

from datetime import date

import pytest
from babel.dates import format_date
from hypothesis import given
from hypothesis import strategies as st

from archiver.language import dates
from archiver.language.calendar_words import EMBED_LANGUAGES
from archiver.language.dates import WINDOW, read_date

DAYS = st.dates(min_value=date(2006, 3, 21), max_value=date(2030, 12, 31))


@given(DAYS, st.sampled_from([language for language in EMBED_LANGUAGES if language not in ("fa", "th")]))
def test_cldr_long_dates_are_read_back(day: date, language: str) -> None:
    for form in ("long", "medium") if language in ("en", "de", "fr", "es", "tr", "ru", "ja") else ("long",):
        text = format_date(day, format=form, locale=language)
        if language == "de" and form == "medium":
            continue  # 09.11.2022: numbers alone, which no embed prints
        if form == "medium" and language == "ja":
            continue
        found = read_date(text, 0)
        assert found is not None, text
        assert found.day == day.isoformat(), text


@given(DAYS, st.sampled_from(["sw", "af", "hr", "sl", "sk", "lv", "lt", "et", "is", "ka", "hy", "az", "sq"]))
def test_languages_beyond_the_embeds(day: date, language: str) -> None:
    if language == "hr" and day.month in (6, 7, 8, 10):
        return  # lipanj, srpanj, kolovoz, listopad: other months in Polish and Czech
    found = read_date(format_date(day, format="long", locale=language), 0)
    assert found is not None
    assert found.day == day.isoformat()


@given(st.text(max_size=120))
def test_any_text_gives_a_day_within_it_or_none(text: str) -> None:
    found = read_date(text, 0)
    if found is None:
        return
    assert 0 <= found.start < found.end <= len(text)
    assert found.whole == (found.day is not None)
    if found.day is not None:
        year = int(found.day[:4])
        assert dates.MIN_YEAR <= year <= dates.MAX_YEAR


@pytest.mark.parametrize(
    ("text", "day"),
    [
        (" November 9, 2022", "2022-11-09"),
        (" November 9, 2022The next sentence", "2022-11-09"),
        ("November 9, 20223 more", "2022-11-09"),
        (" 9 November 2022", "2022-11-09"),
        (" Nov 9, 2022", "2022-11-09"),
        (", 4. Januar 2021.", "2021-01-04"),
        ("\n3. März 2021", "2021-03-03"),
        (" November 9,\n> 2022", "2022-11-09"),
        ("\r\nNovember 9, 2022\r\n", "2022-11-09"),
        (" 25 апреля 2019 г.", "2019-04-25"),
        (" 7 июля 2016\nг.", "2016-07-07"),
        (" 23 Mai 2015", "2015-05-23"),
        (" septiembre 7, 2010", "2010-09-07"),
        (" del 18 de marzo, 2020ES", "2020-03-18"),
        (" 29 d’abril de 2018", "2018-04-29"),
        (" 2017年7月19日", "2017-07-19"),
        (" 2014, 2月 27", "2014-02-27"),
        (" 2019 年 12 月 30 日", "2019-12-30"),
        (" 2013년, 7월 20일", "2013-07-20"),
        (" دسمبر 11, 2018", "2018-12-11"),
        (" مئی11, 2018", "2018-05-11"),
        (" ٩ نوفمبر ٢٠٢٢", "2022-11-09"),
        (" \u200f9 نوفمبر 2022\u200f", "2022-11-09"),
        (" 11 ביולי 2016", "2016-07-11"),
        (" 9 tháng 11, 2022", "2022-11-09"),
        (" 2022. november 9.", "2022-11-09"),
        (" 9 พฤศจิกายน 2565", "2022-11-09"),
        (" 令和4年11月9日", "2022-11-09"),
        (", la 19-an de marto 2017", "2017-03-19"),
        (" Julio la 21-an, 2025", "2025-07-21"),
        (" 2022-11-09", "2022-11-09"),
        (" 1546953316000", "2019-01-08"),
        (" 9\u00a0novembre\u00a02022", "2022-11-09"),
        (" 20 dćmbre 2018", None),
        (" February 30, 2020", None),
        (" November 2022", None),
        (" May the odds be with 11 of 2022", None),
        (" 09/11/2022", None),
        (" 25/12/2022", "2022-12-25"),
        (" 12/25/2022", "2022-12-25"),
        (" 09.11.2022", "2022-11-09"),
        (" 2022/11/9", "2022-11-09"),
        (" 2022. 11. 9", "2022-11-09"),
        (" 31.02.2022", None),
        (" Wednesday, November 9, 2022", "2022-11-09"),
        (" Mittwoch, 9. November 2022", "2022-11-09"),
        ("水曜日 2022年11月9日", "2022-11-09"),
        (" วันพุธที่ 9 พฤศจิกายน ค.ศ. 2022", "2022-11-09"),
        (" 10 มี.ค. 2024", "2024-03-10"),
        (" ngày 9 tháng 11 năm 2022", "2022-11-09"),
        (" le 9 novembre 2022", "2022-11-09"),
        (" 12 de xullo de 2012", "2012-07-12"),
        (" 民國111年11月9日", "2022-11-09"),
        (", la 29-an de janurao 2025 .", "2025-01-29"),
        (" ovember 9, 2022", "2022-11-09"),
        (" 2015(e)ko apirilaren 26(a)", "2015-04-26"),
        (" 1 rujna 2006", "2006-09-01"),
        (" Wednesday Thursday 9 November 2022", None),
        (" on Sep 7, 2018", None),
        (" el 31 de diciembre de 2019", None),
        (" November 9, 1789", None),
        ("", None),
    ],
)
def test_forms(text: str, day: str | None) -> None:
    found = read_date(text, 0)
    assert (found.day if found else None) == day


@pytest.mark.parametrize(
    ("text", "end"),
    [(" February 11, 202", 17), (" 30 mai 20", 10), (" January *NUMBER*, *NUMBER*\nThe", 27), (" 30 mai", 7)],
)
def test_a_cut_or_masked_date_is_there_and_has_no_day(text: str, end: int) -> None:
    found = read_date(text, 0)
    assert found is not None
    assert (found.day, found.whole, found.end) == (None, False, end)


def test_a_number_after_the_day_is_no_cut_year_when_the_text_goes_on() -> None:
    assert read_date("May 3, 20 people came to the bridge", 0) is None


@pytest.mark.parametrize(
    ("text", "end"), [("9 мая 2022 г. Потом", 13), ("2022年5月9日今日", 9), ("May 9, 2022. Then", 11)]
)
def test_the_end_takes_what_belongs_to_the_date(text: str, end: int) -> None:
    found = read_date(text, 0)
    assert found is not None
    assert found.end == end


@given(st.text(max_size=60), st.text(max_size=200))
def test_what_follows_the_window_changes_nothing(text: str, tail: str) -> None:
    padded = text.ljust(WINDOW, ".")
    assert read_date(padded + "x", 0) == read_date(padded + "x" + tail, 0)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("5 Кві 2019 р.", "2019-04-05"),
        ("Лис 5, 2019", "2019-11-05"),
        ("7 Aoû 2018", "2018-08-07"),
        ("ינו 5, 2019", "2019-01-05"),
        ("25\\. September 2018", "2018-09-25"),
        ("4\\. listopadu 2017", "2017-11-04"),
    ],
)
def test_months_cut_to_three_letters_and_markdowns_escapes(text: str, day: str) -> None:
    printed = read_date(text, 0)
    assert printed is not None
    assert printed.day == day


@pytest.mark.parametrize("text", ["7 Jui 2018", "5 the 2019", "Кві, а потім 2019"])
def test_three_letters_that_begin_two_months_or_none_are_no_month(text: str) -> None:
    printed = read_date(text, 0)
    assert printed is None or printed.day is None
