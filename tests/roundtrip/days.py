"""How is a day printed? By X's embeds in their 34 languages, by translators, by CLDR, by old widgets, by other scripts.

`PRINTERS` maps a style to its function. CLDR's words come from Babel; what was seen to differ from them is written
here by hand.
"""

from __future__ import annotations

import functools
import random
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime

from babel import Locale
from babel.dates import format_date, format_time, get_month_names

X_LANGUAGES = (
    "en",
    "ar",
    "bn",
    "cs",
    "da",
    "de",
    "el",
    "es",
    "fa",
    "fi",
    "fil",
    "fr",
    "he",
    "hi",
    "hu",
    "id",
    "it",
    "ja",
    "ko",
    "ms",
    "nl",
    "nb",
    "pl",
    "pt",
    "ro",
    "ru",
    "sv",
    "th",
    "tr",
    "uk",
    "ur",
    "vi",
    "zh",
    "zh_Hant",
)
"""The languages in which X's embeds print their dates."""

OTHER_LANGUAGES = (
    "af",
    "am",
    "az",
    "be",
    "bg",
    "bs",
    "ca",
    "cy",
    "et",
    "eu",
    "ga",
    "gl",
    "hr",
    "hy",
    "is",
    "ka",
    "kk",
    "km",
    "kn",
    "lo",
    "lt",
    "lv",
    "mk",
    "ml",
    "mn",
    "mr",
    "my",
    "ne",
    "pa",
    "ro",
    "si",
    "sk",
    "sl",
    "sq",
    "sr",
    "sw",
    "ta",
    "te",
    "uz",
    "zu",
)
"""More languages that CLDR has months for; copies of articles are translated into them."""

NATIVE_DIGITS = {
    "ar": "٠١٢٣٤٥٦٧٨٩",
    "fa": "۰۱۲۳۴۵۶۷۸۹",
    "ur": "۰۱۲۳۴۵۶۷۸۹",
    "hi": "०१२३४५६७८९",
    "mr": "०१२३४५६७८९",
    "ne": "०१२३४५६७८९",
    "bn": "০১২৩৪৫৬৭৮৯",
    "th": "๐๑๒๓๔๕๖๗๘๙",
    "my": "၀၁၂၃၄၅၆၇၈၉",
    "km": "០១២៣៤៥៦៧៨៩",
    "ja": "０１２３４５６７８９",
}

X_PATTERNS: Mapping[str, str] = {
    "ar": "{d} {month} {y}",
    "bn": "{d} {month}, {y}",
    "cs": "{d}. {month} {y}",
    "da": "{d}. {month} {y}",
    "de": "{d}. {month} {y}",
    "el": "{d} {month} {y}",
    "en": "{Month} {d}, {y}",
    "es": "{d} de {month} de {y}",
    "fa": "{d} {month} {y}",
    "fi": "{d}. {month} {y}",
    "fil": "{Month} {d}, {y}",
    "fr": "{d} {month} {y}",
    "he": "{d} ב{month} {y}",
    "hi": "{d} {month} {y}",
    "hu": "{y}. {month} {d}.",
    "id": "{d} {Month} {y}",
    "it": "{d} {month} {y}",
    "ja": "{y}年{m}月{d}日",
    "ko": "{y}년 {m}월 {d}일",
    "ms": "{d} {Month} {y}",
    "nb": "{d}. {month} {y}",
    "nl": "{d} {month} {y}",
    "pl": "{d} {month} {y}",
    "pt": "{d} de {month} de {y}",
    "ro": "{d} {month} {y}",
    "ru": "{d} {month} {y} г.",
    "sv": "{d} {month} {y}",
    "th": "{d} {month} {y}",
    "tr": "{d} {Month} {y}",
    "uk": "{d} {month} {y}",
    "ur": "{d} {month}، {y}",
    "vi": "{d} tháng {m}, {y}",
    "zh": "{y}年{m}月{d}日",
    "zh_Hant": "{y}年{m}月{d}日",
}

SEEN: Mapping[str, tuple[str, ...]] = {
    "en": ("{d} {Month} {y}", "{d} {Mon} {y}", "{Mon} {d}, {y}", "{Month} {d} {y}", "{Month} {d} , {y}"),
    "de": ("{d}. {Month} {y}.", "{d} {Month} {y}", "{Month} {d}, {y}"),
    "es": (
        "{month} {d}, {y}",
        "{Month} {d}, {y}",
        "del {d} de {month}, {y}",
        "{d} de {Month} de {y}",
        "{d} {month} {y}",
    ),
    "fr": ("{d} {Month} {y}", "{d} {mon} {y}", "{month} {d}, {y}", "le {d} {month} {y}"),
    "it": ("{d} {Month} {y}", "{month} {d}, {y}"),
    "pt": ("{month} {d}, {y}", "{d} {month}, {y}", "{d} de {Month} de {y}"),
    "ja": ("{m}月 {d}, {y}", "{y}, {m}月 {d}", "{y} 年 {m} 月 {d} 日", "令和{reiwa}年{m}月{d}日"),
    "ko": ("{y}년, {m}월 {d}일", "{y}년{m}월{d}일"),
    "zh": ("{y} 年 {m} 月 {d} 日",),
    "zh_Hant": ("{y} 年 {m} 月 {d} 日", "民國{roc}年{m}月{d}日"),
    "ru": ("{d} {month} {y}", "{d} {month} {y}\u00a0г.", "{d} {month} {y}\nг.", "{d} {mon} {y}"),
    "uk": ("{d} {month} {y} р.", "{d} {month} {y} року"),
    "pl": ("{d} {month} {y} r.", "{d} {Month} {y}"),
    "tr": ("{d} {Mon} {y}", "{d} {Month}, {y}", "{Month} {d}, {y}"),
    "ur": ("{month} {d}, {y}", "{month}{d}, {y}"),
    "th": ("{d} {month} ค.ศ. {y}", "{d} {month} {be}", "{d} {month} พ.ศ. {be}"),
    "vi": ("{d} tháng {m} năm {y}", "ngày {d} tháng {m} năm {y}"),
    "ar": ("{month} {d}, {y}", "{d} {levant} {y}"),
    "id": ("{Month} {d}, {y}",),
    "ca": ("{d} de {month} de {y}",),
    "hi": ("{month} {d}, {y}", "{d} {month}, {y}"),
}
"""Orders and endings that were seen, by language."""

LEVANT = (
    "كانون الثاني", "شباط", "آذار", "نيسان", "أيار", "حزيران", "تموز", "آب", "أيلول", "تشرين الأول", "تشرين الثاني",
    "كانون الأول",
)  # fmt: skip

ESPERANTO = (
    "januaro",
    "februaro",
    "marto",
    "aprilo",
    "majo",
    "junio",
    "julio",
    "aŭgusto",
    "septembro",
    "oktobro",
    "novembro",
    "decembro",
)


@functools.cache
def _months(lang: str, width: str) -> tuple[str, ...]:
    names = get_month_names(width, context="format", locale=lang)
    return tuple(names[number] for number in range(1, 13))


def _fill(pattern: str, day: date, lang: str) -> str:
    month = _months(lang, "wide")[day.month - 1]
    short = _months(lang, "abbreviated")[day.month - 1].rstrip(".")
    return pattern.format(
        d=day.day,
        m=day.month,
        y=day.year,
        month=month,
        Month=month[:1].upper() + month[1:],
        mon=short,
        Mon=short[:1].upper() + short[1:],
        levant=LEVANT[day.month - 1],
        reiwa=day.year - 2018,
        roc=day.year - 1911,
        be=day.year + 543,
    )


def x(day: date, lang: str, rng: random.Random) -> str:
    """As X's embed prints it."""
    return _fill(X_PATTERNS[lang], day, lang) if lang in X_PATTERNS else long(day, lang, rng)


def long(day: date, lang: str, rng: random.Random) -> str:
    """CLDR's long form."""
    return format_date(day, "long", locale=lang)


def seen(day: date, lang: str, rng: random.Random) -> str:
    """One of the forms that were seen in this language besides the expected one."""
    patterns = SEEN.get(lang)
    if lang == "eo":
        month = ESPERANTO[day.month - 1]
        return rng.choice(
            (
                f"la {day.day}-an de {month} {day.year}",
                f"{day.day}a de {month}, {day.year}",
                f"{day.day}-a {month} {day.year}",
            )
        )
    if not patterns:
        return x(day, lang, rng)
    chosen = [p for p in patterns if "reiwa" not in p or day.year >= 2020]
    return _fill(rng.choice(chosen), day, lang)


def native(day: date, lang: str, rng: random.Random) -> str:
    """With the digits of the language's own script."""
    digits = NATIVE_DIGITS.get(lang)
    printed = x(day, lang, rng)
    return printed.translate(str.maketrans("0123456789", digits)) if digits else printed


def medium(day: date, lang: str, rng: random.Random) -> str:
    """With a short month, where the language has one; its long form where it prints numbers."""
    for form in ("medium", "d MMM y"):
        printed = format_date(day, form, locale=lang)
        if re.search(r"[^\W\d]", printed):
            return printed
    return long(day, lang, rng)


def weekday(day: date, lang: str, rng: random.Random) -> str:
    """CLDR's full form, with the day of the week."""
    return format_date(day, "full", locale=lang)


PRINTERS: Mapping[str, Callable[[date, str, random.Random], str]] = {
    "x": x,
    "long": long,
    "seen": seen,
    "native": native,
    "weekday": weekday,
    "medium": medium,
}


def timed(moment: datetime, lang: str, length: str = "long") -> str:
    """Day and time as a browser prints them together: `October 30, 2024 at 3:02 PM`."""
    pattern = str(Locale.parse(lang).datetime_formats[length])
    if lang == "en" and length in ("long", "full"):
        pattern = "{1} at {0}"
    day = format_date(moment.date(), length, locale=lang)
    time = format_time(moment, "short", locale=lang)
    return re.sub(r"'([^']*)'", r"\1", pattern).replace("{1}", day).replace("{0}", time)
