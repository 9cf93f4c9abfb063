"""With which words does a Facebook embed say whose post it is, and of which day?

`Posted by Ana Example on Thursday, August 27, 2015`: the network's words, the name of the page or person, and a day
with its weekday, in the language of whoever made the embed; the day may be in another. Some languages put their word
behind the name. Weekdays and months come from CLDR (through Babel).

Sources: embeds of each language as public pages hold them (2013 to 2026).
"""

from __future__ import annotations

import itertools
import re
from functools import cache

import msgspec

from archiver.language import dates
from archiver.language.calendar_words import EMBED_LANGUAGES
from archiver.language.cldr import calendars
from archiver.language.folding import fold

BEFORE: tuple[tuple[str, str], ...] = (
    ("osted by", r"Posted by"),
    ("Gepostet von", r"Gepostet von"),
    (
        "Publi",
        r"Publiée? par|Publicad[oa] (?:por|per)|Publicat (?:per|de)|Publicată de|Publicera(?:t|des) av|Publisert av",
    ),
    ("Pubblicat", r"Pubblicat[oa] da"),
    ("Geplaatst door", r"Geplaatst door"),
    ("Postado por", r"Postado por"),
    ("Postat", r"Postată? de"),
    ("Opublikowan", r"Opublikowan[yae] przez"),
    ("Опубл", r"Опубликован[оа]?|Опубліковано"),
    ("Публикуван", r"Публикуван[оа]? от"),
    ("Zveřejni", r"Zveřejnil(?:\(a\)|a)?(?: uživatel(?:ka)?)?"),
    ("verejni", r"(?:Uv|Zv)erejnil(?:\(a\)|a)?(?: používateľ(?:ka)?)?"),
    ("Objavi", r"Objavi(?:l(?:a|\(a\))?|o(?:/la|\(la\))?|la)(?: (?:je )?korisni(?:k|ca))?"),
    ("Objavljuje", r"Objavljuje"),
    ("Објав", r"Објави(?:о|ла)|Објављује"),
    ("Közzétette", r"Közzétette:?"),
    ("Δημοσιεύ", r"Δημοσιεύ(?:τηκε|θηκε) από(?: (?:τον|την|το))?"),
    ("Inlägg av", r"Inlägg av"),
    ("Slået op af", r"Slået op af"),
    ("Opslået af", r"Opslået af"),
    ("Lagt ut av", r"Lagt ut av"),
    ("Julkaissut", r"Julkaissut"),
    ("Dikirim oleh", r"Dikirim oleh"),
    ("Người đăng", r"Người đăng:?"),
    ("โพสต์โดย", r"โพสต์โดย"),
    ("投稿者", r"投稿者[:：]?"),
    ("게시:", r"게시:"),
    ("發佈者", r"發佈者[:：]"),
    ("发布者", r"发布者[:：]"),
    ("تم النشر", r"تم النشر (?:بواسطة|من قبل)"),
    ("פורסם על", r"פורסם על(?: |-)ידי"),
    ("ارسال شده توسط", r"ارسال شده توسط"),
    ("Afiŝita de", r"Afiŝita de"),
)
"""(a piece that every form contains, the regular expression): what stands before the name."""

AFTER: tuple[tuple[str, str], ...] = (
    ("paylaştı", r"paylaştı:?|tarafından paylaşıldı:?"),
    ("tarafından gönderildi", r"tarafından gönderildi:?"),
    ("에 의해 게시", r"에 의해 게시 ?됨"),
    ("發佈於", r"發佈於|發表於"),
    ("发布于", r"发布于|發布於"),
    ("貼上了", r"貼上了"),
    ("さんの投稿", r"さんの投稿"),
)
"""The same, for what stands behind the name."""

_SPACE = r"[\s\u00a0\u200e\u200f>]"


def _pattern(written: str) -> str:
    return re.sub(r" (\?)?", lambda gap: _SPACE + ("{0,3}" if gap[1] else "{1,3}"), written)


BEFORE_NAME: dict[str, re.Pattern[str]] = {
    stem: re.compile(f"(?:{_pattern(form)}){_SPACE}{{0,3}}") for stem, form in BEFORE
}
AFTER_NAME: dict[str, re.Pattern[str]] = {
    stem: re.compile(f"{_SPACE}{{0,3}}(?:{_pattern(form)})") for stem, form in AFTER
}
ANY_BEFORE: re.Pattern[str] = re.compile("|".join(f"(?:{_pattern(form)})" for _, form in BEFORE))

_CONNECTORS = frozenset(
    [
        *(
            "on",
            "am",
            "le",
            "sur",
            "en",
            "em",
            "el",
            "su",
            "op",
            "na",
            "dne",
            "dňa",
            "dana",
            "v",
            "pe",
            "στις",
            "στο",
            "på",
        ),
        *(
            "den",
            "i",
            "pada",
            "vào",
            "lúc",
            "เมื่อ",
            "في",
            "ב",
            "ב-",
            "u",
            "у",
            "в",
            "na",
            "dne",
            "a",
            "al",
            "di",
            "dia",
            "–",
            "-",
        ),
        *("日時", "日時:", "日時：", "的", "noong", "je", "la", "در", "с", "от", "tarihinde"),
    ]
)
"""What stands between name and day."""

_LETTERS_BETWEEN = re.compile(r"[\s\u00a0,.،、:：(（]*(?:ที่|den|de|le|la|il|dne|ngày|日|р\.|г\.)?[\s\u00a0,.،、(（]*")
MAX_NAME = 110
"""Facebook allows pages 75 characters; bullets and marks in copies come on top."""

WINDOW = 170
"""Code points from the words to the end of the day."""


class SignedDay(msgspec.Struct, frozen=True, kw_only=True):
    """A day as an embed prints it, with its weekday on either side."""

    day: str | None
    start: int
    end: int
    comma: bool
    """Whether a comma stands between weekday and day, as English embeds have it."""
    shown: str


@cache
def _weekdays() -> re.Pattern[str]:
    names: set[str] = set()
    for _, names_in in calendars(
        (*EMBED_LANGUAGES, *["hr", "sk", "bg", "sr", "sl", "lt", "lv", "et", "mk", "sq", "gl", "eu", "af", "az"])
    ):
        for form in ("format", "stand-alone"):
            for name in names_in.days[form].get("wide", {}).values():
                folded = fold(name)[0].strip()
                names.add(folded)
                if folded.endswith("-feira"):
                    names.add(folded.removesuffix("-feira"))
    names |= {
        fold(f"{prefix}{day}")[0] for prefix in ("星期", "週", "周", "礼拜", "禮拜") for day in "一二三四五六日天"
    }
    words = "|".join(re.escape(name) for name in sorted(names, key=lambda name: (-len(name), name)))
    return re.compile(rf"(?<![^\W\d_])(?:{words})(?:-feira)?(?![^\W\d_]{{3}})|(?:{'|'.join(_without_spaces(names))})")


def _without_spaces(names: set[str]) -> list[str]:
    """Weekdays of scripts that write no spaces: nothing ends the word before them."""
    return [re.escape(name) for name in sorted(names, key=lambda name: (-len(name), name)) if name[0] >= "\u0e00"]


def find_signed_day(text: str, low: int, high: int) -> SignedDay | None:
    """The first day with a weekday beside it in `text[low:high]`."""
    if not _NUMBER.search(text, low, high):
        return None
    folded, origin = fold(text[low:high])
    for weekday in itertools.islice(_weekdays().finditer(folded), MAX_WEEKDAYS):
        start = low + origin[weekday.start()]
        end = low + origin[weekday.end() - 1] + 1
        gap = _LETTERS_BETWEEN.match(text, end)
        at = gap.end() if gap else end
        printed = dates.read_date(text, at, end_of_text=None)
        if printed is not None and printed.start - at <= 3 and printed.day is not None:
            between = text[end : printed.start]
            return SignedDay(
                day=printed.day, start=start, end=printed.end, comma="," in between, shown=text[start : printed.end]
            )
        before = _day_before(text, low, start)
        if before is not None:
            return SignedDay(day=before.day, start=before.start, end=end, comma=True, shown=text[before.start : end])
    return None


MAX_WEEKDAYS = 4
"""A name with three weekdays in it, and the day's own."""

MAX_NUMBERS = 8
"""A name with numbers in it, and those of the day."""

_NUMBER = re.compile(r"\d{2}|元")
_ENDS_IN_DAY = re.compile(r"(?:\d|日|일|년|月)[^\w]{0,4}(?:р|г|году|года)?[^\w]{0,3}$|\d\d[^\w]{0,3}$")
_DIGIT = re.compile(r"(?<![\w])\d|(?<=[^\W\d_])\d")


def _day_before(text: str, low: int, weekday: int) -> dates.PrintedDate | None:
    """The day that ends where a weekday begins: `9 Ocak 2017 Pazartesi`, `2021年2月8日月曜日`."""
    if not _ENDS_IN_DAY.search(text, max(low, weekday - 12), weekday):
        return None
    for digit in itertools.islice(_DIGIT.finditer(text, max(low, weekday - 40), weekday), MAX_NUMBERS):
        printed = dates.read_date(text, digit.start(), end_of_text=weekday)
        if (
            printed is not None
            and printed.day is not None
            and not text[printed.end : weekday].strip(" \u00a0,()（.г日")
        ):
            return printed
    return None


def find_day(text: str, low: int, high: int) -> SignedDay | None:
    """The first day in `text[low:high]`, with or without a weekday: where markup says that it is an embed."""
    if (signed := find_signed_day(text, low, high)) is not None:
        return signed
    for word in re.finditer(r"(?<!\w)\w", text[low:high]):
        printed = dates.read_date(text, low + word.start(), end_of_text=high)
        if printed is not None and printed.day is not None:
            return SignedDay(
                day=printed.day,
                start=printed.start,
                end=printed.end,
                comma=True,
                shown=text[printed.start : printed.end],
            )
    return None


_MARKDOWN_LINK = re.compile(r"\[([^\]\n]{1,120})\]\([^)\s]{0,300}\)")


def connector(between: str) -> str | None:
    """The word between name and day, in small letters; null where there is none."""
    words = between.strip(" \t\r\n\u00a0,:：>*[]\u200e\u200f").split()
    last = words[-1].lower().strip(",") if len(words) > 1 else ""
    return last if last in _CONNECTORS else None


def clean_name(between: str) -> str | None:
    """The name in what stands between the network's words and the day; null where it is none."""
    between = _MARKDOWN_LINK.sub(r"\1", between)
    words = between.replace("\n>", "\n").strip(" \t\r\n\u00a0,:：>*[]\u200e\u200f").split()
    if words and words[-1].lower().strip(",") in _CONNECTORS and len(words) > 1:
        words.pop()
    name = " ".join(words).strip(" ,–—-")
    return name if name and len(name) <= MAX_NAME and any(c.isalnum() or c == "█" for c in name) else None
