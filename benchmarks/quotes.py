# ruff: noqa: E501, ARG001, ARG005 - each kind of noise is one line and takes a source of chance
"""Is a changed word in a quotation found, and does a faithful quotation never raise an alarm?

    python benchmarks/quotes.py [--seed N] [--quotes N] [--errors N] [--noise seen|held|later|last|all]

Invented posts in many languages are quoted. Planted: one word replaced, dropped, added, exchanged with its neighbour, a
number, a name or a hashtag changed, a negation dropped or put in; with and without noise on the rest. Faithful: the same
with one or more kinds of noise that copies, embeds and pages make. Half of the kinds (`HELD`) were written down before
the comparison was tuned and were not looked at until it was done. Translated: parallel wordings of one statement.

A third set (`LATER`) was
written when the second had been looked at, and a fourth (`LAST`) was measured once. Found is `altered`; a false alarm is `altered` for a faithful or a translated quotation. Intervals are Wilson's, 95 %.
"""

from __future__ import annotations

import argparse
import html
import json
import math
import random
import re
import sys
import textwrap
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import regex

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from archiver.auditing.finding import QuoteVerdict
from archiver.auditing.quotes.fidelity import Version, fidelity
from tests.resolution.rewordings import CASES
from tests.roundtrip.words import POSTS
from tests.web_twin.sentences import VOICES
from tests.web_twin.speech import LANGUAGES, Said, Speech, units

EMOJI = ("⚓", "🌫️", "👩🏽‍🔧", "🚧", "🇺🇦", "❤️", "😂", "🔥")
TAGS = {
    "ru": "#Мост",
    "uk": "#Порт",
    "ar": "#جسر_المشاة",
    "ja": "#歩道橋",
    "zh": "#人行桥",
    "ko": "#보행교",
    "th": "#สะพาน",
    "hi": "#पुल",
}
UNSPACED = ("ja", "zh", "zh_Hant", "th", "lo", "km", "my")
PIECE = regex.compile(
    r"[\p{Han}]{1,2}|\p{Hiragana}{1,3}|[\p{Katakana}ー]+|(?:[\p{Thai}--[เแโใไ]]|[เแโใไ][\p{Thai}--[เแโใไ]]){3,5}",
    regex.V1,
)
NEGATIONS = {
    "en": "not no nobody never",
    "de": "nicht kein keine niemand nie",
    "fr": "pas jamais personne",
    "es": "no nunca nadie",
    "pt": "não nunca ninguém",
    "it": "non niente mai",
    "nl": "niet geen nooit",
    "ru": "не нет никто никогда",
    "uk": "не ні ніхто ніколи",
    "tr": "değil yok",
    "pl": "nie nikt nigdy",
    "ar": "لا لم لن ليس",
    "hi": "नहीं",
    "fa": "نیست",
    "he": "לא אין",
    "sv": "inte ingen",
    "el": "δεν",
}


@dataclass(frozen=True)
class Post:
    lang: str
    text: str
    """As the platform's record has it."""


# -- posts


def statements(roll: random.Random) -> dict[str, list[str]]:
    """Sentences by language."""
    found: dict[str, list[str]] = {}
    for lang, sentences in POSTS.items():
        found.setdefault({"iw": "he"}.get(lang, lang), []).extend(sentences)
    for lang, voice in VOICES.items():
        found.setdefault({"iw": "he"}.get(lang, lang), []).extend((*voice.openings, *voice.continuations))
    for number in roll.sample(range(len(units())), min(60, len(units()))):
        said = Said(number, roll.randint(2, 90), roll.randint(100, 4000), roll.randrange(10), roll.randrange(10))
        for lang in LANGUAGES:
            found.setdefault(lang, []).append(Speech.render((said,), lang, 0))
    return found


def post(roll: random.Random, lang: str, sentences: list[str]) -> Post:
    chosen = roll.sample(sentences, min(len(sentences), roll.choice((1, 1, 2, 2, 3))))
    glue = "" if lang in ("ja", "zh", "zh_Hant") else roll.choice((" ", " ", "\n\n", "\n"))
    text = glue.join(chosen)
    if roll.random() < 0.3:
        text = f"{roll.choice(EMOJI)} {text}"
    if roll.random() < 0.3:
        text += " " + TAGS.get(lang, "#OpenBridge")
    if roll.random() < 0.2:
        text = f"@harbour_post {text}"
    if roll.random() < 0.3:
        text += " " + roll.choice(EMOJI)
    if roll.random() < 0.3:
        text += f" https://t.co/{''.join(roll.choices('abcXYZ0123456789', k=10))}"
    return Post(lang, text)


# -- planted changes


def pieces(text: str, lang: str) -> list[tuple[int, int]]:
    """Words of a text that a change can be planted in; not of its links, accounts and hashtags."""
    pattern = (
        PIECE if lang in UNSPACED else regex.compile(r"[\p{L}\p{N}][\p{L}\p{M}\p{N}'’.,-]*(?<=[\p{L}\p{M}\p{N}])|\p{L}")
    )
    beside = [m.span() for m in re.finditer(r"https?://\S+|[@#]\S+", text)]
    return [m.span() for m in pattern.finditer(text) if not any(a <= m.start() < b for a, b in beside)]


def planted(kind: str, what: Post, others: list[str], roll: random.Random) -> str | None:
    text, lang = what.text, what.lang
    words = pieces(text, lang)
    if len(words) < 4:
        return None
    at = roll.randrange(len(words))
    start, end = words[at]
    word = text[start:end]
    other = roll.choice(others)
    spans = pieces(other, lang)
    fresh = [other[a:b] for a, b in spans if other[a:b].casefold() != word.casefold() and not other[a:b][0].isdigit()]
    gap = "" if lang in UNSPACED else " "
    if kind == "replaced":
        fresh = [x for x in fresh if x not in text]
        return text[:start] + roll.choice(fresh) + text[end:] if fresh else None
    if kind == "dropped":
        return text[:start] + text[end:].removeprefix(gap)
    if kind == "added":
        return text[:start] + roll.choice(fresh) + gap + text[start:] if fresh else None
    if kind == "exchanged":
        if at + 1 >= len(words) or len(words) < 3:
            return None
        start2, end2 = words[at + 1]
        if text[start:end].casefold() == text[start2:end2].casefold() or "\n" in text[end:start2]:
            return None
        if not gap and text[start:end2] == text[start2:end2] + text[end:start2] + text[start:end]:
            return None
        return text[:start] + text[start2:end2] + text[end:start2] + text[start:end] + text[end2:]
    if kind == "number":
        numbers = list(re.finditer(r"(?<![\w/])\d[\d.,]*(?<=\d)(?![\w/])", text))
        if not numbers:
            return None
        found = roll.choice(numbers)
        place = roll.randrange(len(found[0]))
        if not found[0][place].isdigit():
            return None
        digit = str((int(unicodedata.decimal(found[0][place])) + roll.randint(1, 9)) % 10)
        return text[: found.start() + place] + digit + text[found.start() + place + 1 :]
    if kind == "name":
        if lang in ("ja", "zh", "th", "ar", "he", "fa", "hi", "ko", "de"):
            return None
        names = [(a, b) for a, b in words[1:] if text[a].isupper() and text[a - 1] == " " and text[a - 2] not in ".!?"]
        if not names:
            return None
        a, b = roll.choice(names)
        return text[:a] + roll.choice(("Tandor", "Weska", "Ilmo", "Orvenne")) + text[b:]
    if kind == "negation dropped":
        found_words = [(a, b) for a, b in words if text[a:b].casefold() in NEGATIONS.get(lang, "").split()]
        if not found_words:
            return None
        a, b = roll.choice(found_words)
        return text[:a] + text[b:].removeprefix(gap)
    if kind == "negation added":
        if lang not in NEGATIONS or at == 0:
            return None
        return text[:start] + NEGATIONS[lang].split()[0] + " " + text[start:]
    if kind == "hashtag":
        tag = re.search(r"#\S+", text)
        return text.replace(tag[0], "#Tandorfest") if tag else None
    if kind == "letter":
        if lang in UNSPACED or len(word) < 4 or not word.isalpha():
            return None
        place = roll.randrange(1, len(word) - 1)
        if unicodedata.normalize("NFD", word[place]) != word[place] or unicodedata.combining(word[place]):
            return None
        letter: str = roll.choice(
            [c for c in (*word, "k", "м") if c.casefold() != word[place].casefold() and c.isalpha()]
        )
        if unicodedata.name(letter, "").split()[:1] != unicodedata.name(word[place], "").split()[:1]:
            return None
        return text[: start + place] + letter.lower() + text[start + place + 1 :]
    raise ValueError(kind)


PLANTED = (
    "replaced", "dropped", "added", "exchanged", "number", "name", "negation dropped", "negation added", "hashtag", "letter",
)  # fmt: skip


# -- noise


def _sub(pattern: str, to: Any) -> Callable[[str, random.Random], str]:
    return lambda text, roll: regex.sub(pattern, to, text)


def _between(text: str, roll: random.Random, sign: str) -> str:
    """A sign put into a word."""
    spots = [m.start() for m in regex.finditer(r"(?<=\p{L}\p{M}*)(?<!\S*(?:://|[@#])\S*)(?=\p{L})(?!\S*://)", text)]
    for spot in sorted(roll.sample(spots, min(3, len(spots))), reverse=True):
        text = text[:spot] + sign + text[spot:]
    return text


def _curly(text: str, roll: random.Random) -> str:
    return re.sub(r"(?<=\w)'", "’", re.sub(r'"([^"]*)"', "„\\1“", text))


def _words_of(text: str) -> list[str]:
    return text.split(" ")


def _truncated(mark: str) -> Callable[[str, random.Random], str | None]:
    def cut(text: str, roll: random.Random) -> str | None:
        if " " not in text.strip() or len(text.split()) < 6:
            return text[: len(text) * 2 // 3] + mark if len(text) > 24 else None
        words = text.split(" ")
        return " ".join(words[: max(4, len(words) * 2 // 3)]).rstrip(" .,") + mark

    return cut


def _joined(mark: str) -> Callable[[str, random.Random], str | None]:
    def join(text: str, roll: random.Random) -> str | None:
        words = text.split(" ")
        if len(words) < 9:
            return None
        a = roll.randint(3, len(words) - 5)
        b = roll.randint(a + 1, len(words) - 3)
        return " ".join(words[:a]) + f" {mark} " + " ".join(words[b:])

    return join


def _emoji(to: Callable[[str], str]) -> Callable[[str, random.Random], str]:
    pattern = (
        r"\p{Regional_Indicator}{2}|\p{Extended_Pictographic}[\ufe0f\u200d\p{Emoji_Modifier}\p{Extended_Pictographic}]*"
    )
    return lambda text, roll: regex.sub(pattern, lambda m: to(m[0]), text)


def _named(emoji: str) -> str:
    if "\U0001f1e6" <= emoji[0] <= "\U0001f1ff":
        return "Flag of Ukraine"
    return unicodedata.name(emoji[0]).lower()


def _only(pattern: str, to: Any) -> Callable[[str, random.Random], str | None]:
    """Nothing where there is nothing to do."""

    def change(text: str, roll: random.Random) -> str | None:
        done = regex.sub(pattern, to, text)
        return done if done != text else None

    return change


TWINS = str.maketrans("аеорсухі", "aeopcyxi")
SEEN: dict[str, Callable[[str, random.Random], str | None]] = {
    "curly quotes": _curly,
    "straight apostrophes": _only("’", "'"),
    "dashes": _only(r" [–—-] ", " -- "),
    "dashes to em": _only(r" [–-] ", "—"),
    "NFD": lambda text, roll: unicodedata.normalize("NFD", text),
    "NFKC": lambda text, roll: unicodedata.normalize("NFKC", text),
    "full width": lambda text, roll: "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" and c not in "@#:/." else c for c in text)
    if "://" not in text
    else None,
    "emoji dropped": _emoji(lambda e: ""),
    "emoji named": _emoji(_named),
    "emoji codes": _emoji(lambda e: f":{unicodedata.name(e[0]).lower().replace(' ', '_')}:"),
    "picture link": lambda text, roll: text + " pic.twitter.com/Ab3dE6gH9j",
    "t.co to expanded": _only(r"https://t\.co/\w+", "https://harbour.example/minutes/2031/05/bridge?from=post"),
    "t.co to short": _only(r"https://t\.co/\w+", "harbour.example/minutes/2031/0…"),
    "t.co dropped": _only(r"\s*https://t\.co/\w+", ""),
    "t.co added": lambda text, roll: text + " https://t.co/Zz12345678" if "://" not in text else None,
    "at and hash lost": _only("[@#]", ""),
    "at and hash apart": _only("(?<=[@#])(?=[^ ])", " "),
    "entities": lambda text, roll: html.escape(text),
    "entities twice": lambda text, roll: html.escape(html.escape(text)),
    "soft hyphens": lambda text, roll: _between(text, roll, "\u00ad"),
    "zero-width spaces": lambda text, roll: _between(text, roll, "\u200b"),
    "bidi marks": lambda text, roll: "\u2067" + text.replace(" ", " \u200f") + "\u2069",
    "line breaks to spaces": _only(r"\n+", " "),
    "spaces to line breaks": lambda text, roll: text.replace(" ", "\n", roll.randint(1, 3)),
    "no-break spaces": lambda text, roll: text.replace(" ", "\u00a0"),
    "trailing hashtags dropped": lambda text, roll: re.sub(r"\s#\S+(?=(?:\s\W*(?:https\S+)?)?$)", "", text)
    if re.search(r"\s#\S+(?=(?:\s\W*(?:https\S+)?)?$)", text)
    else None,
    "hashtag split": _only("#OpenBridge", "# Open Bridge"),
    "hashtag moved": lambda text, roll: (tag[0].strip() + " " + text.replace(tag[0], "")) if (tag := re.search(r" #\S+", text)) else None,
    "cut with ellipsis": _truncated("…"),
    "cut with dots": _truncated(" ..."),
    "cut with brackets": _truncated(" […]"),
    "show more": lambda text, roll: (cut + " Show more") if (cut := _truncated("…")(text, roll)) else None,
    "parts with brackets": _joined("[…]"),
    "parts with dots": _joined("..."),
    "parts with parentheses": _joined("(...)"),
    "image or embed": lambda text, roll: text + "\n\n[image or embed]",
    "counter": lambda text, roll: text + " (1/3)",
    "counter in front": lambda text, roll: "1/ " + text if not text.startswith("@") else None,
    "reply mentions dropped": lambda text, roll: text.removeprefix("@harbour_post ") if text[0] == "@" else None,
    "reply mentions added": lambda text, roll: "@ana @quay_watch " + text if text[0] != "@" else None,
    "quoted post's address": lambda text, roll: text + " https://twitter.com/ana/status/1234567890123456789",
    "upper case": lambda text, roll: text.upper() if "://" not in text else None,
    "lower case": lambda text, roll: text.lower(),
    "RT": lambda text, roll: "RT @harbour_post: " + text,
    "tatweel": _only(r"(?<=[بتثسشصضطظفقكلمنه])(?=[\u0621-\u064a])", "ـ"),
    "Arabic forms": _only("[كيإأ]", lambda m: {"ك": "ک", "ي": "ی", "إ": "ا", "أ": "ا"}[m[0]]),
    "ё to е": _only("ё", "е"),
    "ß to ss": _only("ß", "ss"),
    "umlauts written out": _only("[äöü]", lambda m: {"ä": "ae", "ö": "oe", "ü": "ue"}[m[0]]),
    "letters that look alike": lambda text, roll: text.translate(TWINS),
    "marks at the end lost": lambda text, roll: text.rstrip(" .!?。।"),
    "quotation marks around": lambda text, roll: f"“{text}”",
    "double spaces": lambda text, roll: text.replace(" ", "  "),
}  # fmt: skip


def _math_bold(text: str, roll: random.Random) -> str | None:
    out = "".join(
        chr(0x1D400 + ord(c) - 65) if "A" <= c <= "Z" else chr(0x1D41A + ord(c) - 97) if "a" <= c <= "z" else c
        for c in text
    )
    return out if "://" not in text and "@" not in text and out != text else None


def _ascii(text: str, roll: random.Random) -> str | None:
    # й and ї are letters of their own, and not accented ones
    parts = (c if c in "йїЙЇ" else unicodedata.normalize("NFD", c) for c in text)
    out = "".join(c for part in parts for c in part if not (unicodedata.combining(c) and c < "\u0345"))
    return (
        unicodedata.normalize("NFC", out)
        if out != unicodedata.normalize("NFD", text) and re.search("[a-z]{3}", text)
        else None
    )


def _mojibake(text: str, roll: random.Random) -> str | None:
    try:
        out = text.replace("'", "’").encode().decode("cp1252")
    except UnicodeError:
        return None
    return out if out != text else None


HELD: dict[str, Callable[[str, random.Random], str | None]] = {
    "UTF-8 read as Windows-1252": _mojibake,
    "hyphenated at a line's end": lambda text, roll: _between(text, roll, "-\n") if re.search("[a-zа-я]{4}", text) else None,
    "sentences glued": _only(r"(?<=\p{L}[.!?])\s+(?=\p{L})", ""),
    "mathematical letters": _math_bold,
    "apostrophes lost to U+FFFD": _only("['’]", "\ufffd"),
    "apostrophes lost": _only("(?<=\\w)['’](?=\\w)", ""),
    "apostrophes as spaces": _only("(?<=\\w)['’](?=\\w)", " "),
    "spaces after apostrophes": _only("(?<=\\w)['’](?=\\w)", "’ "),
    "all accents lost": _ascii,
    "title case": lambda text, roll: " ".join(w[:1].upper() + w[1:] for w in text.split(" ")),
    "guillemets with spaces": lambda text, roll: f"«\u202f{text}\u202f»",
    "bullets": lambda text, roll: "• " + text.replace("\n", "\n• "),
    "Markdown emphasis": lambda text, roll: re.sub(r"(?<=\s)([^\W_]+)(?=[\s.,])", r"**\1**", text, count=2),
    "Markdown underscores": lambda text, roll: re.sub(r"(?<=\s)([^\W_]+)(?=[\s.,])", r"_\1_", text, count=2),
    "Markdown link": _only(r"https://t\.co/\w+", "[harbour.example/min…](https://t.co/Zz12345678)"),
    "Markdown escapes": lambda text, roll: re.sub(r"([.#!()_-])", r"\\\1", text) if "://" not in text else None,
    "Markdown quoted": lambda text, roll: "> " + text.replace("\n", "\n> "),
    "br tags left": lambda text, roll: re.sub(r"\n", "<br>", text) if "\n" in text else None,
    "sic": lambda text, roll: text.replace(" ", " [sic] ", 1) if not text.startswith("@") else None,
    "footnote mark": lambda text, roll: text + "[1]",
    "narrow space in thousands": _only(r"(?<=\d)\u00a0(?=\d{3})", "\u202f"),
    "ASCII digits": _only(r"[\u0660-\u0669\u06f0-\u06f9\u0966-\u096f]", lambda m: str(unicodedata.decimal(m[0]))),
    "Arabic digits": lambda text, roll: text.translate({48 + i: 0x660 + i for i in range(10)})
    if re.search("[\u0621-\u064a]", text) and "://" not in text and re.search(r"\d", text)
    else None,
    "nbsp entities": lambda text, roll: text.replace(" ", "&nbsp;"),
    "numeric entities": lambda text, roll: "".join(f"&#{ord(c)};" if ord(c) > 127 else c for c in text),
    "hard-wrapped": lambda text, roll: "\n".join(textwrap.wrap(text, 40, break_long_words=False)) if text.count(" ") > 3 else None,
    "signature": lambda text, roll: text + "\n— Ana Velmora (@ana_velmo) November 9, 2031",
    "author above": lambda text, roll: "Ana Velmora @ana_velmo · 9 Nov\n" + text,
    "spaces before marks": _only(r"(?<=\p{L})([!?:;.])(?=\s|$)", "\u202f\\1"),
    "spaces beside Latin": _only(r"(?<=[\p{Han}\p{Hiragana}\p{Katakana}])(?=[A-Za-z0-9])", " "),
    "half-width marks": _only("[。、！？：]", lambda m: {"。": ".", "、": ",", "！": "!", "？": "?", "：": ":"}[m[0]]),
    "half-width kana": lambda text, roll: text.translate(
        {ord(a): b for a, b in zip("アイウエオカキクケコサシスセソタチツテトナニヌネノ", "ｱｲｳｴｵｶｷｸｹｺｻｼｽｾｿﾀﾁﾂﾃﾄﾅﾆﾇﾈﾉ", strict=True)}
    )
    if re.search("[ア-ノ]", text)
    else None,
    "ligatures": _only("fi|fl|ff", lambda m: {"fi": "ﬁ", "fl": "ﬂ", "ff": "ﬀ"}[m[0]]),
    "emoji doubled": _emoji(lambda e: e + e),
    "emoji as question marks": _emoji(lambda e: "??"),
    "emoji as pictures": _emoji(lambda e: "[image]"),
    "skin tones lost": _only(r"\p{Emoji_Modifier}", ""),
    "flag as letters": _only("🇺🇦", "UA"),
    "link without scheme": _only(r"https://(t\.co/\w+)", r"\1"),
    "link on a line of its own": _only(r" (https://t\.co/\w+)", r"\n\n\1\n"),
    "link cut to its host": _only(r"https://t\.co/\w+", "harbour.example"),
    "card under it": lambda text, roll: text + "\n\nharbour.example" if "://" in text else None,
    "handle with server": _only("@harbour_post", "@harbour_post@harbour.example"),
    "capital first letter": lambda text, roll: text[:1].swapcase() + text[1:],
    "read more in the language": lambda text, roll: (cut + " " + roll.choice(("Mehr anzeigen", "Voir plus", "Показать ещё", "もっと見る", "더 보기")))
    if (cut := _truncated("…")(text, roll))
    else None,
    "view on": lambda text, roll: text + "\nView on X",
    "first sentence alone": lambda text, roll: text[: m.end()] if (m := re.search(r"[.!?。।](?=\s?\S)", text)) and m.end() > 12 else None,
    "tabs": lambda text, roll: text.replace(" ", "\t"),
    "vowel points": _only(r"(?<=[بتسلمن])(?=[\u0621-\u064a])", "\u064e"),
    "Korean spacing": lambda text, roll: text.replace(" ", "", 1) if re.search("[가-힣]", text) else None,
    "Thai spacing": lambda text, roll: text.replace(" ", "") if re.search("[ก-๙]", text) and "@" not in text else None,
    "I without its dot": _only("[İı]", lambda m: {"İ": "I", "ı": "i"}[m[0]]),
    "backslash n": lambda text, roll: text.replace("\n", "\\n") if "\n" in text else None,
    "control characters": lambda text, roll: _between(text, roll, "\x03"),
}  # fmt: skip


def _twice(text: str, roll: random.Random) -> str | None:
    return f"{text}\n{text}" if roll.random() < 0.5 else f"{text} {text}"


TRADITIONAL = str.maketrans(
    "桥开谁让灯笼夜谢谢图书馆这门没轮风数辆车码头们边问说码话国报记从会",
    "橋開誰讓燈籠夜謝謝圖書館這門沒輪風數輛車碼頭們邊問說碼話國報記從會",
)
PRESENTATION = {"ا": "ﺍ", "ل": "ﻝ", "م": "ﻡ", "ن": "ﻥ", "ر": "ﺭ", "ب": "ﺏ"}
LATER: dict[str, Callable[[str, random.Random], str | None]] = {
    "time and client under it": lambda text, roll: text + "\n3:04 PM · Nov 9, 2031 · Twitter for iPhone",
    "counts under it": lambda text, roll: text + "\n3:04 PM · Nov 9, 2031\n1,234 Retweets 56 Quotes 7,890 Likes",
    "replying to": lambda text, roll: "Replying to @quay_watch\n" + text,
    "name in front": lambda text, roll: "Ana Velmora: " + text,
    "handle behind": lambda text, roll: text + " (@ana_velmo)",
    "dash and handle behind": lambda text, roll: text + " — @ana_velmo",
    "non-breaking hyphens": _only("(?<=\\w)-(?=\\w)", "\u2011"),
    "spaced dots": _only("…|\\.\\.\\.", ". . ."),
    "single for double quotes": _only('["“”„«»]', "'"),
    "first words in capitals": lambda text, roll: re.sub(r"^((?:\S+ ){2})", lambda m: m[1].upper(), text) if text[0].isalpha() else None,
    "drop cap": lambda text, roll: text[0] + " " + text[1:] if text[0].isalpha() and text[1].isalpha() else None,
    "presentation forms": _only("[المنرب]", lambda m: PRESENTATION.get(m[0], m[0])),
    "joiners as spaces": _only("\u200c", " "),
    "joiners dropped": _only("\u200c", ""),
    "danda to full stop": _only("।", "."),
    "Arabic to Latin marks": _only("[،؟؛]", lambda m: {"،": ",", "؟": "?", "؛": ";"}[m[0]]),
    "ideographic spaces": lambda text, roll: text.replace(" ", "\u3000"),
    "traditional characters": lambda text, roll: out if (out := text.translate(TRADITIONAL)) != text and not re.search("[ぁ-ヶ]", text) else None,
    "cedillas for commas": _only("[șțȘȚ]", lambda m: {"ș": "ş", "ț": "ţ", "Ș": "Ş", "Ț": "Ţ"}[m[0]]),
    "and for &": _only(" & ", " and "),
    "link parted": _only("https://t", "https:// t"),
    "link as a word": _only(r"https://t\.co/\w+", "[link]"),
    "link in parentheses": _only(r"(https://t\.co/\w+)", r"(\1)"),
    "hashtag# of screen readers": _only("#", "hashtag#"),
    "emoji as boxes": _emoji(lambda e: "□"),
    "emoji as U+FFFD": _emoji(lambda e: "\ufffd"),
    "emoji as code points": _emoji(lambda e: f"U+{ord(e[0]):04X}"),
    "JSON escapes": lambda text, roll: json.dumps(text)[1:-1],
    "JSON quotes": _only('"', '\\\\"'),
    "anchor tags left": _only(r"(https://t\.co/\w+)", r'<a href="\1" rel="nofollow">\1</a>'),
    "shown twice": _twice,
    "strike-through": lambda text, roll: re.sub(r"([a-zа-я])", "\\1\u0336", text) if "://" not in text and "@" not in text else None,
    "line separators": _only("\n", "\u2028"),
    "double encoded ampersand only": _only("&", "&amp;amp;"),
    "asterisks around": lambda text, roll: f"*{text}*",
    "Tweet in front": lambda text, roll: "Tweet: " + text,
    "copy link under it": lambda text, roll: text + "\nCopy link",
    "replies under it": lambda text, roll: text + "\nRead 25 replies",
    "missing space after comma": _only(r"(?<=\p{L}), (?=\p{L})", ","),
    "colon after handle": _only("^@harbour_post ", "@harbour_post: "),
    "Hebrew maqaf": _only("(?<=[א-ת])-(?=[א-ת])", "־"),
    "wave dash": _only("[~〜～]", "〜"),
    "ordinal apart": _only(r"(?<=\d)(?<!\S*://\S*)(?=\p{L})", " "),
}  # fmt: skip
"""A third set, written when the second one had been looked at."""


LAST: dict[str, Callable[[str, random.Random], str | None]] = {
    "glued see more": lambda text, roll: (cut + "See more") if (cut := _truncated("…")(text, roll)) else None,
    "via behind": lambda text, roll: text + " via @quay_watch",
    "day behind": lambda text, roll: text + " Nov 9, 2031",
    "name, handle, follow above": lambda text, roll: "Ana Velmora\n@ana_velmo\n·\nFollow\n" + text,
    "translated-from above": lambda text, roll: "Translated from Ukrainian by Google\n" + text,
    "ALT under it": lambda text, roll: text + "\nALT",
    "quoted post under it": lambda text, roll: text + "\n\nQuote\nTobin @tobin · 2h\nThe library stays open until nine this week.",
    "poll under it": lambda text, roll: text + "\nYes 41%\nNo 59%\n1,234 votes · Final results",
    "video unavailable": lambda text, roll: text + "\nThis media could not be played",
    "superscript note": lambda text, roll: text + "¹",
    "archived in parentheses": lambda text, roll: text + " (archived)",
    "translation in brackets": lambda text, roll: text + " [translated]",
    "hashtags in small letters": _only(r"#\w+", lambda m: m[0].lower()),
    "another skin tone": _only(r"\p{Emoji_Modifier}", "🏿"),
    "numeric apostrophes": _only("'", "&#39;"),
    "percent closer": _only(r"(?<=\d) %", "%"),
    "dots at the end though whole": lambda text, roll: text.rstrip(" .!") + "...",
    "heart as text": _only("❤️", "<3"),
    "doubled exclamation": _only("!", "!!!"),
    "semicolons for commas": _only(",", ";"),
    "quotation marks lost": _only('["“”„«»]', ""),
    "byline with time above": lambda text, roll: "Ana Velmora @ana_velmo 9 November 2031, 14:03\n" + text,
    "trailing star note": lambda text, roll: text + "*",
    "space before the hashtag lost": _only(r" (?=#)", ""),
    "link glued": _only(r" (?=https://)", ""),
    "picture link glued": lambda text, roll: text + "pic.twitter.com/Ab3dE6gH9j",
}  # fmt: skip
"""A fourth set, written at the end."""


# -- counting


def wilson(hits: int, of: int) -> tuple[float, float]:
    if not of:
        return 0.0, 1.0
    z, share = 1.96, hits / of
    middle = (share + z * z / (2 * of)) / (1 + z * z / of)
    width = z * math.sqrt(share * (1 - share) / of + z * z / (4 * of * of)) / (1 + z * z / of)
    return max(0.0, middle - width), min(1.0, middle + width)


class Table:
    def __init__(self) -> None:
        self.verdicts: dict[str, Counter[str]] = {}
        self.errors: list[str] = []

    def add(self, group: str, verdict: QuoteVerdict) -> None:
        self.verdicts.setdefault(group, Counter())[verdict.value] += 1

    def lines(self, wanted: str, *, worst: bool = False) -> Iterator[str]:
        total: Counter[str] = Counter()
        for counts in self.verdicts.values():
            total += counts
        rows = sorted(self.verdicts.items())
        if worst:
            rows = [row for row in rows if row[1][wanted] > 0 or row[1]["unknown"] > 0 or row[1]["translated"] > 0]
        for group, counts in (*rows, ("all", total)):
            of = sum(counts.values())
            low, high = wilson(counts[wanted], of)
            rest = ", ".join(f"{name} {count}" for name, count in counts.most_common() if name != wanted)
            yield f"  {group:32} {counts[wanted]:6}/{of:<6} {counts[wanted] / max(of, 1):7.2%} [{low:.2%}, {high:.2%}]  {rest}"


def verdict_of(printed: str, what: str, *, marked: bool, language: str | None = None) -> QuoteVerdict:
    return fidelity(printed, [Version(what, language=language)], marked=marked, platform="x").verdict


def part_changed(said: list[str], roll: random.Random) -> Iterator[tuple[str, str, str]]:
    """A sentence of a post with the word beside what is left out changed, and the post."""
    quoted, before, behind, other = (roll.choice(said) for _ in range(4))
    words, spare = quoted.split(" "), [word.strip(".,!?;:—") for word in other.split(" ")]
    if len(words) < 5 or quoted[-1] not in ".!?।؟" or before[-1] not in ".!?।؟":
        return
    word = roll.choice(spare)
    stop = words[-1].rstrip(".!?।؟")
    if word.isalpha() and word.casefold() not in (stop.casefold(), words[0].casefold()):
        yield "last word", " ".join((*words[:-1], word)) + words[-1][len(stop) :], f"{quoted} {behind}"
        yield "last word, then dots", " ".join((*words[:-1], word)) + "…", f"{quoted} {behind}"
        yield "first word", " ".join((word, *words[1:])), f"{before} {quoted}"


def run(seed: int, quotes: int, noise: dict[str, Callable[[str, random.Random], str | None]], errors: int) -> None:
    roll = random.Random(seed)
    sentences = statements(roll)
    langs = [lang for lang, said in sentences.items() if len(said) >= 2]
    by_lang, by_kind, with_noise, guessed = Table(), Table(), Table(), Table()
    false_lang, false_kind, false_two = Table(), Table(), Table()
    in_part, parts = Table(), random.Random(seed + 1)
    misses: list[str] = []
    for number in range(quotes):
        lang = langs[number % len(langs)]
        what = post(roll, lang, sentences[lang])
        kind = PLANTED[number // len(langs) % len(PLANTED)]
        printed = planted(kind, what, sentences[lang], roll)
        if printed is not None and printed != what.text:
            verdict = verdict_of(printed, what.text, marked=True)
            by_lang.add(lang, verdict)
            by_kind.add(kind, verdict)
            if verdict is not QuoteVerdict.ALTERED:
                misses.append(f"MISSED {kind} {verdict}: {printed!r} / {what.text!r}")
            within = printed[:12] == what.text[:12] and printed[-12:] == what.text[-12:]
            guessed.add(kind + (" within" if within else " at an end"), verdict_of(printed, what.text, marked=False))
            name = roll.choice(list(noise))
            noisy = noise[name](printed, roll)
            if noisy and not name.startswith(("cut", "parts", "show more", "read more", "first sentence")):
                verdict = verdict_of(noisy, what.text, marked=True)
                with_noise.add(name, verdict)
                if verdict is not QuoteVerdict.ALTERED:
                    misses.append(f"MISSED {kind} under {name} {verdict}: {noisy!r} / {what.text!r}")
        for how, changed, whole in part_changed(sentences[lang], parts):
            verdict = verdict_of(changed, whole, marked=True)
            in_part.add(how, verdict)
            if verdict is not QuoteVerdict.ALTERED:
                misses.append(f"MISSED {how} {verdict}: {changed!r} / {whole!r}")
        for name, change in noise.items():
            if roll.random() > 0.34:
                continue
            noisy = change(what.text, roll)
            if noisy is None or not noisy.strip():
                continue
            marked = roll.random() < 0.7
            verdict = verdict_of(noisy, what.text, marked=marked)
            false_lang.add(lang, verdict)
            false_kind.add(name, verdict)
            if verdict in (QuoteVerdict.ALTERED, QuoteVerdict.TRANSLATED, QuoteVerdict.UNKNOWN):
                misses.append(
                    f"{'FALSE' if verdict is QuoteVerdict.ALTERED else 'NOT'} {name} {verdict}: {noisy!r} / {what.text!r}"
                )
            second = roll.choice(list(noise))
            twice = noise[second](noisy, roll)
            if twice and twice.strip():
                verdict = verdict_of(twice, what.text, marked=marked)
                false_two.add(f"{name}", verdict)
                if verdict is QuoteVerdict.ALTERED:
                    misses.append(f"TWICE {name} + {second} {verdict}: {twice!r} / {what.text!r}")
    for title, table, wanted, worst in (
        ("planted, found: by language", by_lang, "altered", False),
        ("planted, found: by kind", by_kind, "altered", False),
        ("planted under noise, found", with_noise, "altered", False),
        ("planted, ends guessed, found", guessed, "altered", False),
        ("a sentence of a post with its outermost word changed, found", in_part, "altered", False),
        ("faithful, false alarms: by language", false_lang, "altered", False),
        ("faithful, false alarms: by kind of noise (none: not listed)", false_kind, "altered", True),
        ("faithful, two kinds of noise, false alarms", false_two, "altered", True),
    ):
        print(title)
        print("\n".join(table.lines(wanted, worst=worst)))
    _translated(roll, misses)
    roll.shuffle(misses)
    for line in misses[:errors]:
        print(line)


def _translated(roll: random.Random, misses: list[str]) -> None:
    table = Table()
    for number, unit in enumerate(units()):
        said = Said(number, roll.randint(2, 90), roll.randint(100, 4000), roll.randrange(10), roll.randrange(10))
        for lang in LANGUAGES:
            original = Speech.render((said,), lang, 0)
            for wording in range(1, len(unit.wordings[lang])):
                shown = Speech.render((said,), lang, wording)
                verdict = verdict_of(shown, original, marked=roll.random() < 0.5)
                table.add(f"reworded {lang}", verdict)
                if verdict is QuoteVerdict.ALTERED:
                    misses.append(f"REWORDED {verdict}: {shown!r} / {original!r}")
            other = roll.choice([x for x in LANGUAGES if x != lang])
            verdict = verdict_of(Speech.render((said,), other, 0), original, marked=roll.random() < 0.5)
            table.add("another language", verdict)
            if verdict is not QuoteVerdict.TRANSLATED:
                misses.append(f"FOREIGN {verdict}: {Speech.render((said,), other, 0)!r} / {original!r}")
    for case in CASES:
        verdict = verdict_of(case.shown, case.post, marked=False)
        table.add("rewordings", verdict)
        if verdict is not QuoteVerdict.TRANSLATED:
            misses.append(f"REWORDED {verdict}: {case.shown!r} / {case.post!r}")
        for decoy in case.decoys:
            verdict = verdict_of(decoy, case.post, marked=False)
            table.add("another post of the author", verdict)
            if verdict is not QuoteVerdict.UNKNOWN:
                misses.append(f"NOT another's {verdict}: {decoy!r} / {case.post!r}")
    print("translated: false alarms")
    print("\n".join(table.lines("altered")))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--quotes", type=int, default=3000)
    parser.add_argument("--noise", choices=("seen", "held", "later", "last", "all"), default="all")
    parser.add_argument("--errors", type=int, default=0)
    options = parser.parse_args()
    noise = {"seen": SEEN, "held": HELD, "later": LATER, "last": LAST, "all": SEEN | HELD | LATER}[options.noise]
    run(options.seed, options.quotes, noise, options.errors)


if __name__ == "__main__":
    main()
