"""Are these the same words, spelt or set in another way?

What counts as the same, beyond what `worded` already leaves out:

- words joined or parted (`NoMoreDelay`, `No More Delay`; a hyphen at a line's end),
- capital letters of another script that look the same,
- the mark of a letter left out in capitals, or by a text that has no marks at all; set on another vowel (Vietnamese),
- a number in digits or in words, `&` or the word for it,
- Chinese characters of the other standard, where the whole text is changed so.

A mark that is missing from one word of a text that has marks is a change: `año` is not `ano`.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import lru_cache

import anyascii
import regex

from archiver.auditing.quotes.worded import Token, Wording
from archiver.language.number_words import MAX_WORDS, han_number, number_at

_TWINS = str.maketrans(
    "АВЕКМНОРСТХІЅЈԌаеорсухіѕјԛԝһΑΒΕΖΗΙΚΜΝΟΡΤΥΧοΙνα",
    "ABEKMHOPCTXISJGaeopcyxisjqwhABEZHIKMNOPTYXoIva",
)
"""Letters of Cyrillic and Greek that look like Latin ones (UTS 39)."""
_MARKED_SCRIPT = regex.compile(r"[\p{Latin}\p{Greek}\p{Cyrillic}]")
_MARKED_CYRILLIC = regex.compile(r"[йїў]", regex.IGNORECASE)
_TONE = regex.compile(r"\p{Mn}")
_AND = frozenset(
    (
        "and",
        "und",
        "et",
        "y",
        "e",
        "en",
        "og",
        "och",
        "i",
        "и",
        "та",
        "і",
        "ve",
        "ja",
        "a",
        "és",
        "și",
        "και",
        "و",
        "और",
        "和",
        "と",
    )
)
MAX_PART = 400
"""Characters of a place that are looked at in detail."""
MAX_HOLES = 6


def same(printed: Wording, ours: range, posted: Wording, theirs: range) -> bool:
    """Whether the tokens `ours` of the one wording are the tokens `theirs` of the other, spelt in another way."""
    left, right = ([wording.tokens[at] for at in part] for wording, part in ((printed, ours), (posted, theirs)))
    a, b = ("".join(token.form for token in side) for side in (left, right))
    if not a or not b:
        return _is_and(left, posted.gap(theirs.start)) or _is_and(right, printed.gap(ours.start))
    if max(len(a), len(b)) > MAX_PART:
        return a == b
    if a == b:
        return True
    one, other = (wording.part(part.start, part.stop) for wording, part in ((printed, ours), (posted, theirs)))
    if _look_the_same(one, other):
        return True
    if len(left) == len(right):
        marks_lost = _lost_marks(printed.text, posted.text)
        if all(_same_but_marks(printed, x, posted, y, marks_lost) for x, y in zip(left, right, strict=True)):
            return True
    if "\ufffd" in one and _fits_holes(one, other):
        return True
    return _same_number(left, right)


def _look_the_same(one: str, other: str) -> bool:
    latin = [text.translate(_TWINS) for text in (one, other)]
    return latin != [one, other] and latin[0].casefold().split() == latin[1].casefold().split()


def _is_and(words: Sequence[Token], gap: str) -> bool:
    return len(words) == 1 and words[0].form in _AND and ("&" in gap or "+" in gap)


def _same_but_marks(printed: Wording, x: Token, posted: Wording, y: Token, marks_lost: bool) -> bool:
    if x.form == y.form:
        return True
    one, other = (
        unicodedata.normalize("NFD", wording.text[token.start : token.end].casefold())
        for wording, token in ((printed, x), (posted, y))
    )
    if not _MARKED_SCRIPT.match(one) or _TONE.sub("", one) != _TONE.sub("", other):
        return False
    if marks_lost or sorted(one) == sorted(other):
        return True
    return any(w.text[t.start : t.end].isupper() for w, t in ((printed, x), (posted, y)) if t.end - t.start > 1)


@lru_cache(maxsize=32)
def _lost_marks(printed: str, posted: str) -> bool:
    """Whether a copy lost all marks. In Cyrillic, where they make letters of their own, one is not enough to say so."""
    return not _has_marks(printed) and len(_MARKED_CYRILLIC.findall(posted)) != 1


def _has_marks(text: str) -> bool:
    return any(
        char > "\x7f" and _MARKED_SCRIPT.match(char) and len(unicodedata.normalize("NFD", char)) > 1 for char in text
    )


def _fits_holes(one: str, other: str) -> bool:
    """Whether `one` is `other` with letters that were lost to a wrong encoding (U+FFFD for each, or for some)."""
    pieces = regex.split("\ufffd+", one.casefold())
    if len(pieces) > MAX_HOLES or max(map(len, pieces)) < 2:
        return False
    pattern = ".{1,3}".join(regex.escape(piece) for piece in pieces)
    return regex.fullmatch(pattern, other.casefold(), regex.DOTALL) is not None


def _same_number(left: Sequence[Token], right: Sequence[Token]) -> bool:
    for digits, words in ((left, right), (right, left)):
        if len(digits) != 1 or not digits[0].form.isascii() or not digits[0].form.isdecimal() or len(words) > MAX_WORDS:
            continue
        forms = [word.form for word in words]
        found = number_at(forms, 0)
        if found and found == (int(digits[0].form[:18]), len(forms)):
            return True
        if han_number("".join(forms)) == int(digits[0].form[:18]):
            return True
    return False


def other_characters(printed: str, posted: str) -> bool:
    """Whether two stretches of Chinese are the same sign by sign, the one in simplified and the other in traditional
    characters: each known to one standard only (GB 2312, Big5), and beginning with the same sound. `他` and `她`, read
    alike, are in both."""
    return len(printed) == len(posted) and all(
        one == other or (_standards(one, other) and anyascii.anyascii(one)[:1] == anyascii.anyascii(other)[:1])
        for one, other in zip(printed, posted, strict=True)
    )


def _standards(one: str, other: str) -> bool:
    known = [[_known(char, standard) for standard in ("gb2312", "big5")] for char in (one, other)]
    return known in ([[True, False], [False, True]], [[False, True], [True, False]])


def _known(char: str, standard: str) -> bool:
    try:
        return bool(char.encode(standard))
    except UnicodeError:
        return False
