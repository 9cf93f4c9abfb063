"""Which language is this text in?

By its script first, which alone tells Greek, Thai or Korean; by letters that only some languages of a script have
(`ї`, `پ`); and among languages with Latin letters by the commonest function words. Silence (null) where there is too
little to tell: a wrong language is worse than none.

Cost: linear in the first `LOOKED_AT` code points.
"""

from __future__ import annotations

import re
from itertools import islice

from archiver.language.tongues import scores

LOOKED_AT = 6000
"""Code points: some nine hundred words, more than enough."""

MIN_HITS = 3
"""Function words of the language that has most of them: one or two stand in any text."""

MIN_LETTERS = 12
"""Letters of a script that tell it; a name in another script has fewer."""

CLEARLY = 8
"""Function words that a language has to have more than the declared one, to speak against it."""

_SCRIPTS = (
    ("ja", "\u3041-\u3096\u30a1-\u30fa"),
    ("ko", "\uac00-\ud7a3\u1100-\u11ff"),
    ("zh", "\u3400-\u4dbf\u4e00-\u9fff"),
    ("cyrillic", "\u0400-\u052f"),
    ("arabic", "\u0620-\u064a\u066e-\u06d3"),
    ("el", "\u0370-\u03ff\u1f00-\u1fff"),
    ("he", "\u05d0-\u05ea"),
    ("th", "\u0e01-\u0e3a\u0e40-\u0e4e"),
    ("devanagari", "\u0900-\u0963\u0970-\u097f"),
    ("bengali", "\u0980-\u09ff"),
    ("pa", "\u0a00-\u0a7f"),
    ("gu", "\u0a80-\u0aff"),
    ("or", "\u0b00-\u0b7f"),
    ("ta", "\u0b80-\u0bff"),
    ("te", "\u0c00-\u0c7f"),
    ("kn", "\u0c80-\u0cff"),
    ("ml", "\u0d00-\u0d7f"),
    ("si", "\u0d80-\u0dff"),
    ("lo", "\u0e80-\u0eff"),
    ("bo", "\u0f00-\u0fff"),
    ("my", "\u1000-\u109f"),
    ("ka", "\u10a0-\u10ff\u1c90-\u1cbf"),
    ("am", "\u1200-\u137f"),
    ("km", "\u1780-\u17ff"),
    ("mn", "\u1800-\u18af"),
    ("hy", "\u0530-\u058f"),
)
"""Blocks of letters and the language written in them, or the script where several are."""

_BLOCKS = tuple((name, re.compile(f"[{block}]")) for name, block in _SCRIPTS)
_NOT_LATIN = re.compile("[\u0370-\u1cbf\u1f00-\u1fff\u3041-\ud7a3]")
_LATIN = re.compile("[A-Za-z\u00c0-\u024f\u1e00-\u1eff]")

_TELLING: dict[str, tuple[tuple[str, re.Pattern[str], int], ...]] = {
    "cyrillic": (
        ("uk", re.compile("[їєґЇЄҐ]"), 300),
        ("be", re.compile("[ўЎ]"), 300),
        ("mk", re.compile("[ѓќѕЃЌЅ]"), 500),
        ("sr", re.compile("[ђћљњџЂЋЉЊЏ]"), 300),
        ("kk", re.compile("[әғқңұһӘҒҚҢҰҺ]"), 100),
        ("mn", re.compile("[өүӨҮ]"), 100),
        ("ru", re.compile("[ыэЫЭ]"), 300),
        ("bg", re.compile("[ъЪ]"), 300),
        ("uk", re.compile("[іІ]"), 300),
    ),
    "arabic": (
        ("ur", re.compile("[ٹڈڑےں]"), 100),
        ("ps", re.compile("[ټډړښځڅۍې]"), 150),
        ("ckb", re.compile("[ڕڵێۆ]"), 150),
        ("fa", re.compile("[پچژگیک]"), 60),
        ("ar", re.compile("[ةىأإيك]"), 100),
    ),
    "bengali": (("as", re.compile("[ৰৱ]"), 200), ("bn", re.compile("."), 1)),
    "devanagari": (
        ("mr", re.compile(r"ळ|(?<!\S)(?:आहे|आणि)(?!\S)"), 300),
        ("ne", re.compile(r"(?<!\S)(?:छ|गरेको|भएको)(?!\S)"), 400),
        ("hi", re.compile("."), 1),
    ),
}
"""(language, what only it has among those of its script that are not before it, one in how many letters)."""

_ONE_FAMILY = (
    frozenset({"no", "nb", "nn", "da"}),
    frozenset({"hr", "sr", "bs", "sh", "me", "sl"}),
    frozenset({"id", "ms"}),
    frozenset({"cs", "sk"}),
    frozenset({"es", "gl", "ca", "ast", "pt"}),
    frozenset({"hi", "mr", "ne", "sa", "mai", "bho"}),
    frozenset({"ru", "uk", "be", "bg", "mk", "sr", "kk", "ky", "tg", "mn", "ba", "tt"}),
    frozenset({"ar", "fa", "ur", "ps", "ckb", "ku", "sd", "ug"}),
    frozenset({"nl", "af", "fy"}),
    frozenset({"zh", "yue", "wuu", "ja"}),
)
"""Languages that function words and single letters do not tell apart clearly enough to contradict a declaration."""


def language_of(text: str) -> str | None:
    """The language of `text` as a primary language subtag (`en`, `uk`, `zh`); null where it cannot be told."""
    return _guess(text[:LOOKED_AT])[0]


def contradicts(text: str, declared: str) -> str | None:
    """The language of `text`, where it is clearly not the one that was declared; null where that may be right."""
    text = text[:LOOKED_AT]
    primary = _primary(declared)
    guess, found = _guess(text)
    if guess is None or guess == primary or any({guess, primary} <= family for family in _ONE_FAMILY):
        return None
    if not found:
        return guess
    known = found.get(primary)
    if known is None:
        # a language of which no words are known here: only a text full of another's is not in it
        words = text.count(" ") + 1
        return guess if found[guess] >= 3 * CLEARLY and found[guess] * 4 >= words else None
    return guess if found[guess] >= 2 * known + CLEARLY else None


def _guess(text: str) -> tuple[str | None, dict[str, int]]:
    """The language, and the function words of each where these told it."""
    script, letters = _script(text)
    if script is None:
        return None, {}
    if script != "latin":
        return _within(script, text, letters), {}
    found = scores(text)
    best = max(found, key=lambda language: found[language], default=None)
    if best is None or found[best] < MIN_HITS or list(found.values()).count(found[best]) > 1:
        return None, found
    return best, found


def _primary(language: str) -> str:
    return language.replace("_", "-").partition("-")[0].lower()


def _script(text: str) -> tuple[str | None, int]:
    """The script or the language that most letters are of, and how many; enough of them where they are Latin."""
    if text.isascii():
        return ("latin", len(text)) if len(text) >= MIN_LETTERS else (None, 0)
    if len(_NOT_LATIN.findall(text)) < MIN_LETTERS:
        latin = sum(1 for _ in islice(_LATIN.finditer(text), MIN_LETTERS))
        return ("latin", latin) if latin >= MIN_LETTERS else (None, 0)
    latin = len(_LATIN.findall(text))
    counts = {name: len(pattern.findall(text)) for name, pattern in _BLOCKS}
    # every Japanese sentence has kana among its Chinese characters, no Chinese one has any
    if counts["ja"] * 10 >= counts["zh"]:
        counts["ja"] += counts["zh"]
    best = max(counts, key=lambda name: counts[name])
    # a Latin word takes twice the letters of one in most other scripts, six times those of a Chinese one
    if counts[best] >= MIN_LETTERS and counts[best] * (3 if best in ("ja", "zh", "ko") else 1) >= latin:
        return best, counts[best]
    return ("latin", latin) if latin >= MIN_LETTERS else (None, 0)


def _within(script: str, text: str, letters: int) -> str | None:
    rules = _TELLING.get(script)
    if rules is None:
        return script
    for language, pattern, one_in in rules:
        count = len(pattern.findall(text))
        if count * one_in >= letters and count > 0:
            return language
    return None
