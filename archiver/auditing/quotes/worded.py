"""What are the words of a wording that a quotation has to keep, and what stands between them?

Words, numbers, account names, hashtags, flags, and the signs that belong to a number are kept; punctuation, links,
emoji and white space stand between. Each word has a form for comparing, in which it does not matter how it is encoded,
its case, the shape of an Arabic letter, vowel points, `ё` for `е`, `ß` for `ss`, `ü` for `ue`, letters of another
script that look the same (a reader sees no difference, so there is none to report), and which digits write a number;
what groups its digits and where its fraction begins does matter.

Cost: linear in the text, of which `MAX_CHARACTERS` are read.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from html import unescape
from typing import NamedTuple

import regex

from archiver.language.wordings import tokens
from archiver.resolution.words import ADDRESS, UNSPACED_LETTERS

MAX_CHARACTERS = 60_000
"""The longest posts have 25,000, and some of their characters stand for several (`&quot;`)."""

MAX_MARKS = 8
"""Marks on one letter that are kept: no script has more."""

_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_TAG = re.compile(
    r"<(/?)(br|p|div|li|blockquote|a|b|i|u|s|em|strong|span|img|wbr)(?=[\s/>])[^<>]{0,500}>", re.IGNORECASE
)
"""Markup that a copy shows as text."""
_READ_OUT = re.compile(r"\bhashtag(?=#)", re.IGNORECASE)
"""What LinkedIn has for screen readers."""
_CODE_POINT = re.compile(r"\bU\+(1F[0-9A-F]{3}|2[0-9A-F]{3})\b")
"""An emoji by its number."""
_NOTE = re.compile('(?<=[.!?…\\s"”»)])[\u00b9\u00b2\u00b3\u2070-\u2079]{1,3}\\s*$')
"""The raised figure of a note."""
_NOTE_AT_A_WORD = regex.compile(
    r"(?:(?<=[\p{L}\p{M}]{3})|(?<=\S{12})|(?<=[^\p{L}\p{N}]))[\u00b9\u00b2\u00b3\u2070-\u2079]{1,3}\s*$"
)
_BLOCKS = frozenset(("br", "p", "div", "li", "blockquote"))
_MANY_MARKS = regex.compile(rf"(\p{{M}}{{{MAX_MARKS}}})\p{{M}}++")
_UNSEEN = regex.compile(r"[\p{Default_Ignorable_Code_Point}\p{Bidi_Control}\ufeff\ufff9-\ufffb\p{Cc}--\s]", regex.V1)

LINK = regex.compile(
    r"https?://[\s\u200b]?(?:t\.co/[A-Za-z0-9]{1,10}|pic\.(?:twitter|x)\.com/[A-Za-z0-9]{1,10}"
    rf"|{ADDRESS}++(?:(?<=https?://[\s]?www\.)\s{ADDRESS}++)?)"
    r"|pic\.\s?(?:twitter|x)\.\s?com/\s?[A-Za-z0-9]{1,10}|(?<![\w/.])t?\.?co/[A-Za-z0-9]{10}\b|(?<![\w/.])t\.co/[A-Za-z0-9]{1,10}"
    # a word may stand glued to a picture's link, or to a short one
    rf"|(?<![\w@.-])(?![\w.-]*(?:pic\.(?:twitter|x)\.com|\bt\.co)/)(?:[\p{{L}}\p{{N}}-]{{1,63}}\.){{1,8}}[a-z]{{2,24}}(?::\d{{1,5}})?/{ADDRESS}*+"
    rf"|\bwww\.{ADDRESS}++",
    regex.IGNORECASE,
)
"""As posts, embeds and copies write them: whole, short, without what comes before the host, with the end cut."""

_SPECIAL = regex.compile(
    rf"(?P<link>{LINK.pattern})"
    r"|[@＠](?:\x20(?=[A-Za-z_]))?(?P<mention>(?:(?!https?://|pic\.(?:twitter|x)\.com/)[A-Za-z0-9_])++"
    r"(?:[.-](?!pic\.(?:twitter|x)\.com/)[A-Za-z0-9_]+)*+)(?:@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8})?"
    r"|[#＃]\x20?(?P<tag>(?:(?!https?://|pic\.(?:twitter|x)\.com/)[\p{L}\p{M}\p{N}_]){1,200}+)"
    r"|(?P<flag>\p{Regional_Indicator}{2})"
    r"|(?P<key>[0-9])\u20e3"
    r"|(?<!\w):(?P<code>[A-Za-z][A-Za-z0-9_+-]{1,40}):(?!\w)"
    r"|(?P<sign>(?<=\p{Nd}[*_]{0,2}\s?)[%‰٪\p{Sc}]|[%٪\p{Sc}](?=\s?[*_]{0,2}\p{Nd}))",
    regex.IGNORECASE,
)
_WORD = regex.compile(r"[\p{L}\p{N}]")
_BEFORE_MINUS = regex.compile(r"(?:^|[\s(\[\"“„«:=])[-−–]$")
_POINTS = regex.compile(
    r"[\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7"
    r"\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u0640\u093c\u0335-\u0338]"
)
"""Vowel points of Hebrew and Arabic, what stretches an Arabic word, the dot under a letter of Hindi: written or not;
and what strikes a letter through."""
_NO_LETTER = regex.compile(r"['’ʼʻ`´_\p{Cf}ʹʺ]")
_SHAPES = str.maketrans(
    {"أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ی": "ي", "ې": "ي", "ک": "ك", "ہ": "ه", "ھ": "ه", "ۀ": "ه"}
    | {"ё": "е", "ı": "i", "ς": "σ", "ş": "ș", "ţ": "ț", "״": "", "׳": ""}
)
_WRITTEN_OUT = str.maketrans(
    {
        "ä": "ae",
        "ö": "oe",
        "ü": "ue",
        "å": "aa",
        "ø": "oe",
        "æ": "ae",
        "œ": "oe",
        "ð": "d",
        "þ": "th",
        "đ": "d",
        "ł": "l",
    }
)
_TWINS = str.maketrans("аеорсухіѕјԛԝһο", "aeopcyxisjqwho")
"""Small letters of Cyrillic and Greek that look like Latin ones (UTS 39)."""
_DOTTED_I = "i\u0307"


class Token(NamedTuple):
    """One word, and where it stands in the text."""

    form: str
    """As compared."""
    start: int
    end: int
    sort: str = "word"
    """`word`, `mention`, `tag`, `flag`, `key` (the digit of a keycap emoji), `sign`."""


class Wording(NamedTuple):
    """A text read for comparing."""

    text: str
    """As a reader sees it: entities read, what cannot be seen left out, compatibility forms (NFKC)."""
    tokens: tuple[Token, ...]

    @property
    def forms(self) -> list[str]:
        return [token.form for token in self.tokens]

    def gap(self, at: int) -> str:
        """What stands before the token at `at`, since the one before it; after the last, for `at` one further."""
        start = self.tokens[at - 1].end if at else 0
        return self.text[start : self.tokens[at].start] if at < len(self.tokens) else self.text[start:]

    def marks(self, at: int) -> str:
        """The same without links, whose dots are their own."""
        return str(LINK.sub(" ", self.gap(at)))

    def part(self, start: int, stop: int) -> str:
        """The text of the tokens from `start` to `stop`."""
        return self.text[self.tokens[start].start : self.tokens[stop - 1].end] if stop > start else ""

    def around(self, start: int, stop: int) -> str:
        """The same, with what stands before and after."""
        first = self.tokens[start - 1].end if start else 0
        last = self.tokens[stop].start if stop < len(self.tokens) else len(self.text)
        return self.text[first:last]

    def without_start(self, count: int) -> Wording:
        """Without the first `count` tokens."""
        start = self.tokens[count - 1].end
        kept = (token._replace(start=token.start - start, end=token.end - start) for token in self.tokens[count:])
        return Wording(self.text[start:], tuple(kept))

    def without_end(self, count: int, *, goes_on: bool = False) -> Wording:
        """Without the last `count` tokens; with a mark of omission in their place, where the text is known to go on."""
        kept = self.tokens[: len(self.tokens) - count]
        text = self.text[: self.tokens[len(kept)].start].rstrip(" \n\t([")
        return Wording(text + ("..." if goes_on else ""), kept)


def plain(text: str) -> str:
    """What a reader sees, all white space alike: equal where two wordings are the same to the letter."""
    text = _MANY_MARKS.sub(r"\1", text[:MAX_CHARACTERS])
    return " ".join(_UNSEEN.sub("", unicodedata.normalize("NFC", text)).split())


def read(text: str) -> Wording:
    """The wording of `text`."""
    text = text[:MAX_CHARACTERS]
    for _ in range(2):
        text = _ENTITY.sub(lambda found: unescape(found[0]), text)
    text = _NOTE.sub("", text)
    text = _CODE_POINT.sub(lambda found: chr(int(found[1], 16)), _READ_OUT.sub("", text))
    text = _TAG.sub(lambda found: "\n" if found[2].lower() in _BLOCKS else "", text)
    text = unicodedata.normalize("NFKC", _MANY_MARKS.sub(r"\1", _UNSEEN.sub("", text)))[:MAX_CHARACTERS]
    found: list[Token] = []
    at = 0
    for special in _SPECIAL.finditer(text):
        _words(found, text, at, special.start())
        at = special.end()
        start, end = special.span()
        if special["mention"]:
            # a handle is known by its first part: what follows is the server's name
            found.append(Token(_account(special["mention"]), start, end, "mention"))
        elif special["tag"]:
            first, last = special.span("tag")
            _words(found, text, first, last, sort="tag")
        elif special["flag"]:
            found.append(Token(special["flag"], start, end, "flag"))
        elif special["key"]:
            found.append(Token(special["key"], start, end, "key"))
        elif special["sign"]:
            found.append(Token("%" if special["sign"] == "٪" else special["sign"], start, end, "sign"))
    _words(found, text, at, len(text))
    return Wording(text, tuple(found))


def _words(found: list[Token], text: str, start: int, end: int, sort: str = "word") -> None:
    at = start
    for token in tokens(text[start:end]):
        if _WORD.search(token) and (form := form_of(token)):
            first = at
            if form[0].isdecimal() and _BEFORE_MINUS.search(text, max(0, at - 2), at):
                form, first = "-" + form, at - 1
            found.append(Token(form, first, at + len(token), sort))
        at += len(token)


def _account(name: str) -> str:
    name = name.casefold()
    return name.removesuffix(".bsky.social").replace("_", "")


@lru_cache(maxsize=16_384)
def form_of(word: str) -> str:
    """One word, as compared."""
    folded = word.casefold()
    if not folded.isascii():
        folded = _POINTS.sub("", folded).replace(_DOTTED_I, "i").translate(_SHAPES)
        folded = unicodedata.normalize("NFC", folded).translate(_WRITTEN_OUT).translate(_TWINS)
        folded = "".join(str(unicodedata.decimal(char)) if char.isdecimal() else char for char in folded)
        folded = folded.replace("٫", ".").replace("٬", ",")
    return _NO_LETTER.sub("", folded) if not folded.isalnum() else folded


_MISREAD = re.compile(
    "[\u00c2-\u00f4][\u0080-\u00bf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013-\u203a\u20ac\u2122]{1,3}"
)
_ESCAPED = re.compile(r"\\[nrt](?![a-z])|\\[nrt](?=[A-Z])|\\n")
"""A line break as JSON writes it."""
_JSON = re.compile(r"(?:\\u[0-9a-fA-F]{4})+")


def mended(text: str) -> str:
    """The text without the faults of a careless conversion: UTF-8 read as Windows-1252, what JSON escapes, a note's
    raised figure at the last word. Only for a text that does not fit as it is: what looks like a fault may be meant."""

    def right(found: re.Match[str]) -> str:
        try:
            whole = b"".join(_byte(char) for char in found[0])
        except ValueError:
            return found[0]
        for end in range(len(whole), 1, -1):
            try:
                return whole[:end].decode() + found[0][end:]
            except UnicodeError:
                continue
        return found[0]

    text = _NOTE_AT_A_WORD.sub("", text)
    text = _JSON.sub(lambda found: bytes.fromhex(found[0].replace("\\u", "")).decode("utf-16-be", "replace"), text)
    return _ESCAPED.sub("\n", _MISREAD.sub(right, text)).replace('\\"', '"')


def _byte(char: str) -> bytes:
    try:
        return char.encode("cp1252")
    except UnicodeError:
        # what Windows-1252 has no sign for is kept as it is by most readers
        return bytes((ord(char),))


UNSPACED = regex.compile(rf"[{UNSPACED_LETTERS}]")
