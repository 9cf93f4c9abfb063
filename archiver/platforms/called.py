"""What do articles call each platform, and what do they call a post on it?

Names stand in articles inflected (`w serwisie X`, `у Твіттері`, `Twitter'da`), so they are stems: what a language adds
after them is for the reader of the text. Names of the past are kept, because articles are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType

import msgspec


class Called(msgspec.Struct, frozen=True, kw_only=True):
    """The words for one platform."""

    names: tuple[str, ...] = ()
    """Stems of its name, in any case of letters."""
    exact: tuple[str, ...] = ()
    """Names that are also common words (`threads`, `telegram`) where they are not written like this."""
    posts: tuple[str, ...] = ()
    """Stems of words for a post on it, or for posting there (`tweet`, `tuit`, `твит`): they tell the platform too."""
    never: str = r"(?!)"
    """A regular expression for what may not follow a stem: the `m` of `Telegramm`, a telegram."""


CALLED: Mapping[str, Called] = MappingProxyType(
    {
        "x": Called(
            names=(
                *(
                    "twitter",
                    "твиттер",
                    "твітер",
                    "твіттер",
                    "твитер",
                    "туитър",
                    "τουίτερ",
                    "տվիթեր",
                    "თვითერ",
                    "ტვიტერ",
                ),
                *("tviteru", "tvitera", "tviterom", "twiter"),
                *(
                    "ツイッター",
                    "トゥイッター",
                    "推特",
                    "트위터",
                    "טוויטר",
                    "تويتر",
                    "توییتر",
                    "توئیتر",
                    "ٹوئٹر",
                    "ٹویٹر",
                ),
                *("ट्विटर", "টুইটার", "ட்விட்டர்", "ట్విట్టర్", "ટ્વિટર", "ട്വിറ്റ", "ทวิตเตอร์"),
            ),
            exact=("X", "Х", "Ｘ", "إكس", "اکس", "ایکس", "एक्स", "এক্স", "เอ็กซ์", "엑스"),  # the second X is Cyrillic
            posts=(
                *(
                    "tweet",
                    "tuit",
                    "twit",
                    "tvit",
                    "cuit",
                    "твит",
                    "tviit",
                    "twiit",
                    "твіт",
                    "туит",
                    "τουίτ",
                    "tuíte",
                    "tweeet",
                ),
                *(
                    "ツイート",
                    "推文",
                    "发推",
                    "發推",
                    "트윗",
                    "ציוץ",
                    "צייצ",
                    "צייץ",
                    "تغريد",
                    "غرد",
                    "غرّد",
                    "تويت",
                    "توییت",
                ),
                *("توئیت", "ٹویٹ", "ٹوئٹ", "ट्वीट", "টুইট", "ทวีต", "ทวิต"),
            ),
            never=r"(?:er)?(?:ch(?!at)|ing\s+machine)|ter\s+(?:Inc|employee|staff|user|share|stock)|ch(?:\W|e[ds]|ing)",
        ),
        "facebook": Called(
            names=(
                *(
                    "facebook",
                    "фейсбу",
                    "фејсбу",
                    "фэйсбу",
                    "facebuk",
                    "fejsbu",
                    "feisbuk",
                    "φέισμπουκ",
                    "ფეისბუქ",
                    "ֆեյսբուք",
                ),
                *(
                    "フェイスブック",
                    "脸书",
                    "臉書",
                    "脸谱",
                    "페이스북",
                    "פייסבוק",
                    "فيسبوك",
                    "فيس بوك",
                    "فیسبوک",
                    "فیس بک",
                ),
                *("फेसबुक", "ফেসবুক", "ஃபேஸ்புக்", "เฟซบุ๊ก", "เฟสบุ๊ก", "เฟซบุ๊ค"),
            ),
        ),
        "instagram": Called(
            names=(
                *("instagram", "инстаграм", "інстаграм", "ინსტაგრამ", "ինստագրամ"),
                *(
                    "インスタグラム",
                    "인스타그램",
                    "אינסטגרם",
                    "إنستغرام",
                    "انستغرام",
                    "إنستجرام",
                    "انستقرام",
                    "اینستاگرام",
                ),
                *("انسٹاگرام", "इंस्टाग्राम", "ইনস্টাগ্রাম", "อินสตาแกรม"),
            ),
        ),
        "telegram": Called(
            names=(
                "телеграм",
                "телеграмм-кан",
                "ტელეგრამ",
                "テレグラム",
                "텔레그램",
                "טלגרם",
                "تلغرام",
                "تيليغرام",
                "تلگرام",
                "टेलीग्राम",
                "เทเลแกรม",
            ),
            exact=("Telegram", "telegram-", "telegram channel", "TELEGRAM"),
            never=r"m[aeio]?(?!-)",
        ),
        "truthsocial": Called(
            names=(
                "truth social",
                "truth-social",
                "truthsocial",
                "трут сошиал",
                "трус сошиал",
                "ترث سوشال",
                "تروث سوشيال",
                "تروث سوشال",
            ),
            exact=(
                "真实社交",
                "真相社交",
                "トゥルース・ソーシャル",
                "トゥルースソーシャル",
                "트루스소셜",
                "트루스 소셜",
                "טרות' סושיאל",
                "טרות סושיאל",
            ),
        ),
        "threads": Called(exact=("Threads", "스레드에", "スレッズ")),
        "bluesky": Called(exact=("Bluesky", "BlueSky", "bluesky", "ブルースカイ", "블루스카이", "בלוסקיי", "بلوسكاي")),
        "mastodon": Called(exact=("Mastodon", "マストドン", "מסטודון", "ماستودون")),
        "tiktok": Called(
            names=(
                "tiktok",
                "tik tok",
                "тикток",
                "тікток",
                "тик-ток",
                "тік-ток",
                "틱톡",
                "טיקטוק",
                "تيك توك",
                "تیک تاک",
                "टिकटॉक",
                "ติ๊กต็อก",
            )
        ),
        "youtube": Called(
            names=(
                "youtube",
                "ютуб",
                "ютюб",
                "ユーチューブ",
                "유튜브",
                "יוטיוב",
                "يوتيوب",
                "یوتیوب",
                "यूट्यूब",
                "ยูทูบ",
                "ยูทูป",
            )
        ),
        "reddit": Called(names=("reddit", "реддит", "레딧", "رديت")),
        "linkedin": Called(
            names=("linkedin", "линкедин", "лінкедін", "링크드인", "לינקדאין", "لينكد إن", "لينكدإن", "领英")
        ),
        "vk": Called(names=("вконтакт", "vkontakte", "фконтакт"), exact=("VK", "ВК")),
        "weibo": Called(names=("weibo", "вэйбо", "вейбо", "微博", "ウェイボー", "웨이보", "ويبو")),
        "tumblr": Called(names=("tumblr",)),
        "pinterest": Called(names=("pinterest",)),
    }
)


class Naming(msgspec.Struct, frozen=True, kw_only=True):
    """One place where a text names a platform."""

    platform: str
    start: int
    end: int
    """Behind the stem; letters that the language adds may follow."""
    posting: bool
    """The word is for a post or for posting there."""
    plain: bool
    """A single letter: it names the platform only in such words as `on X`."""


def _spellings(stem: str) -> set[str]:
    return {stem, stem.capitalize(), stem.title(), stem.upper()}


def _patterns() -> Mapping[str, tuple[str, bool, bool]]:
    table: dict[str, tuple[str, bool, bool]] = {}
    for platform, called in CALLED.items():
        for stem in called.posts:
            table |= dict.fromkeys(_spellings(stem), (platform, True, False))
        for stem in called.names:
            table |= dict.fromkeys(_spellings(stem), (platform, False, False))
        table |= {name: (platform, False, len(name) == 1) for name in called.exact}
    table |= {"TikTok": ("tiktok", False, False), "YouTube": ("youtube", False, False)}
    table |= {
        "LinkedIn": ("linkedin", False, False),
        "ВКонтакт": ("vk", False, False),
        "ТикТок": ("tiktok", False, False),
    }
    table |= {
        "FaceBook": ("facebook", False, False),
        "Vkontakte": ("vk", False, False),
        "VKontakte": ("vk", False, False),
    }
    return table


_TABLE = _patterns()
_NEVER = {platform: re.compile(called.never) for platform, called in CALLED.items()}
PREFIX_LETTERS = frozenset("בלהשמוכ" + "وبلف")
"""Hebrew and Arabic write `in`, `and`, `to` as one word with the name."""


def words_in(text: str) -> tuple[str, ...]:
    """The words for platforms that `text` has anywhere, for `namings`."""
    return tuple(stem for stem in _TABLE if stem in text)


def namings(text: str, start: int, stop: int, words: Iterable[str]) -> list[Naming]:
    """Every place between `start` and `stop` where `text` names a platform by one of `words`, in order; where several
    fit, the longest.

    Cost: one native search for each word.
    """
    at_place: dict[int, Naming] = {}
    for stem in words:
        platform, posting, plain = _TABLE[stem]
        at = text.find(stem, start, stop)
        while at >= 0:
            end = at + len(stem)
            if _stands_alone(text, at, end, stem, plain) and not _NEVER[platform].match(text, end):
                known = at_place.get(at)
                if known is None or known.end < end:
                    at_place[at] = Naming(platform=platform, start=at, end=end, posting=posting, plain=plain)
            at = text.find(stem, end, stop)
    return [at_place[at] for at in sorted(at_place)]


def _stands_alone(text: str, at: int, end: int, stem: str, plain: bool) -> bool:
    before = text[at - 1] if at else " "
    after = text[end] if end < len(text) else " "
    if spaceless(stem[0]):
        return True
    if before in PREFIX_LETTERS and stem[0] > "\u0590":
        return plain is False or before == "ב"
    if before.isalnum() or before in "@#/_." or (before == "-" and plain):
        return before.isalnum() and spaceless(before)
    if after in "./_@" and end + 1 < len(text) and text[end + 1].isalnum():
        return False  # a host, a path, an account
    if plain and stem in "XХＸ":
        return not (after.isalnum() and not spaceless(after)) and (after not in "-‑–&+" or _suffixed(text, end))
    return True


def _suffixed(text: str, at: int) -> bool:
    """`X-en`, `X-ben`: a small ending; not `X-ray`."""
    return (
        re.compile(
            r"[-‑](?:[eoö]n|b[ae]n|r[ae]|profil|oldal|beitrag|post|account|konto|kanal|kon[ct]|inlägg|tili|kont)",
            re.IGNORECASE,
        ).match(text, at)
        is not None
    )


def spaceless(char: str) -> bool:
    """Of a script that is written without spaces, or whose endings are glued to foreign words (Chinese, Japanese,
    Korean, Thai)."""
    return (
        "\u0e00" <= char <= "\u0e7f"
        or "\u1100" <= char <= "\u11ff"
        or "\u3040" <= char <= "\u9fff"
        or "\uac00" <= char <= "\ud7af"
    )
