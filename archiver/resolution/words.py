"""A text made comparable: its words as they survive copying and translation, and what stands among them.

Left out are what copies lose or add: links, `@` and `#`, punctuation, case, accents, the kind of digits and of
apostrophes, invisible marks. Numbers written in words become digits. Where a script has no spaces, pairs of
characters stand for words.

Cost: linear in the text, of which `MAX_CHARACTERS` are looked at; forms are kept for a while.
"""

from __future__ import annotations

import functools
import unicodedata
from collections.abc import Sequence

import anyascii
import msgspec
import regex

from archiver.language.guess import language_of
from archiver.language.number_words import MAX_WORDS as MOST_OF_A_NUMBER
from archiver.language.number_words import han_number, number_at

MAX_CHARACTERS = 4000
MAX_WORDS = 160
"""Words compared of one text: 280 characters have about 50; a long post's beginning tells it."""

MANY_CAPITALS = 0.22
"""From this share of capitalised words on, capitals are the spelling and not a sign of names."""

SHOUTED = 0.8
"""From this share of capital letters on a text is written in capitals."""

UNSPACED_LETTERS = r"\p{Han}\p{Hiragana}\p{Katakana}ー\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}"
ADDRESS = rf"[^\s\u3000-\u303f\uff00-\uffef{UNSPACED_LETTERS}]"
LINK = regex.compile(
    rf"https?://{ADDRESS}+|\bpic\.\s?(?:twitter|x)\.\s?com/\s?\w*|\b(?:t\.)?co/[A-Za-z0-9]{{7,12}}\b"
    rf"|(?<![\w@.-])(?:[a-z0-9-]{{1,63}}\.){{1,8}}[a-z]{{2,24}}/{ADDRESS}*",
    regex.IGNORECASE,
)
"""Also as copies and pages show them: without what comes before the host, without `t.`, with the end cut."""
ACCOUNT = regex.compile(r"[@＠](?P<name>[A-Za-z0-9_][A-Za-z0-9_.-]{0,60})")
HASHTAG = regex.compile(r"[#＃]([\p{L}\p{M}\p{N}_]{1,100})")
NO_WORD = r"\s\p{So}\p{Sk}\p{Cf}\p{Mn}\p{Regional_Indicator}.…"
PART = regex.compile(
    r"(?P<tag>[#＃][\p{L}\p{M}\p{N}_]{1,100})|[#＃]\s+(?P<split>(?:\p{Lu}[\p{L}\p{M}\p{N}]{0,40}\s*){1,5}+)"
    rf"|(?P<gap>[{NO_WORD}]++)|(?P<word>[^#＃{NO_WORD}]++|.)"
)
"""Of a text: hashtags, also as translators take them apart (`# No More Delay`), what stands between words, the rest.
Hashtags after the last sentence are set beside the words, while one within a sentence is a word of it."""
HUMP = regex.compile(r"(?<=\p{Ll})(?=\p{Lu})|(?<=\p{L})(?=\p{N})|(?<=\p{N})(?=\p{L})|_")
GROUPS = r"\p{Nd}{1,3}(?:[.,'\x20]\p{Nd}{3})+(?!\p{Nd})"
GROUPED = regex.compile(GROUPS)
NUMBER = rf"{GROUPS}|\p{{Nd}}+(?:[.,]\p{{Nd}}+)?"
JOINED = r"\p{Cyrillic}\p{Hebrew}"
"""In these scripts an apostrophe stands within a word; in Latin ones between two, or before an ending."""
WITHIN = regex.compile(rf"[{JOINED}]")
WORD = regex.compile(
    rf"{NUMBER}|[{UNSPACED_LETTERS}][{UNSPACED_LETTERS}\p{{M}}]*"
    rf"|[\p{{L}}--[{UNSPACED_LETTERS}]][[\p{{L}}--[{UNSPACED_LETTERS}]]\p{{M}}]*"
    rf"(?:(?<=[{JOINED}])'(?=[{JOINED}])[\p{{L}}\p{{M}}]+)*(?:(?<=[\p{{L}}\p{{M}}]{{3}})'\p{{L}}{{1,3}}(?![\p{{L}}\p{{M}}]))?",
    regex.VERSION1,
)
UNSPACED = regex.compile(rf"[{UNSPACED_LETTERS}]")
NUMERALS = "[〇零一二三四五六七八九十百千万萬两兩]"
RUN = regex.compile(
    rf"{NUMERALS}{{2,12}}|\p{{Han}}+?(?={NUMERALS}{{2}}|(?!\p{{Han}}))|[\p{{Katakana}}ー]+|\p{{Hiragana}}+"
    r"|[\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]+|.",
    regex.DOTALL,
)
KATAKANA = regex.compile(r"[\p{Katakana}ー]{3,}")
HAN_NUMERAL = regex.compile(rf"{NUMERALS}{{2,12}}")
EMOJI = regex.compile(r"\p{Regional_Indicator}{2}|\p{Extended_Pictographic}")
CUT = regex.compile(r"\.{3}[\"”»'\])]*\s*\Z")
APOSTROPHES = str.maketrans(dict.fromkeys("’‘ʼʻ`´", "'"))
WORDS_BETWEEN = regex.compile(r"[\s'‐‑-]*")
"""What may stand between two words of one number."""
SENTENCE_END = regex.compile(r"(?:[.!?…:\"“”«»]\s*|\n\s*)\Z")


class Word(msgspec.Struct, frozen=True):
    """One word: as compared, how much it tells, and whether it is a number or (seems to be) a name."""

    form: str
    weight: float
    number: bool = False
    name: bool = False
    written: str = ""
    """As the text has it: what names in other scripts are compared by."""


class Text(msgspec.Struct, frozen=True, kw_only=True):
    """A text made comparable."""

    words: tuple[Word, ...]
    emoji: frozenset[str]
    tags: frozenset[str]
    """Hashtags, in small letters: what translations leave alone."""
    accounts: frozenset[str]
    """Accounts, in small letters; the records of answers leave out those whom they answer."""
    cut: bool
    """It ends in an ellipsis: somebody cut it."""
    plain: str
    """The words with one space between."""
    capitals: bool
    """Many words begin with a capital: that is spelling (German nouns, headlines), and tells names less surely."""
    language: str | None
    """Null where there is too little to tell."""

    @property
    def numbers(self) -> frozenset[str]:
        return frozenset(word.form for word in self.words if word.number)


@functools.lru_cache(maxsize=4096)
def comparable(text: str) -> Text:
    """The text, made comparable."""
    text = unicodedata.normalize("NFKC", text[:MAX_CHARACTERS].translate(APOSTROPHES))[:MAX_CHARACTERS]
    text = LINK.sub(" ", text)
    cut = bool(CUT.search(text.strip()))
    tags = {tag.lower() for tag in HASHTAG.findall(text)}
    accounts = {found["name"].lower() for found in ACCOUNT.finditer(text)}
    parts = list(PART.finditer(text))
    end = max((part.end() for part in parts if part["word"]), default=0)
    after = [part for part in parts if part.start() >= end]
    tags |= {"".join(part["split"].split()).lower() for part in after if part["split"]}
    text = text[:end] + "".join(part["gap"] or " " for part in after)
    emoji = frozenset(EMOJI.findall(text))
    text = HASHTAG.sub(lambda found: " " + HUMP.sub(" ", found[1]) + " ", text)
    text = "".join(" " if c == "@" else c for c in text if unicodedata.category(c) != "Cf")
    # what copies add says nothing of the language
    language = language_of(text)
    words = _words(text, language, cased=not _shouted(text))
    capitals = sum(word.name for word in words) > MANY_CAPITALS * len(words)
    return Text(
        words=tuple(words),
        emoji=emoji,
        tags=frozenset(tags),
        accounts=frozenset(accounts),
        cut=cut,
        plain=" ".join(word.form for word in words),
        capitals=capitals,
        language=language,
    )


def beginning(text: Text, words: int) -> Text:
    """The first words of a text, as a text of its own."""
    kept = text.words[:words]
    return msgspec.structs.replace(text, words=kept, plain=" ".join(word.form for word in kept))


def _shouted(text: str) -> bool:
    """All in capitals: then they tell no names."""
    letters = [c for c in text if c.isupper() or c.islower()]
    return len(letters) > 3 and sum(c.isupper() for c in letters) > SHOUTED * len(letters)


def _words(text: str, language: str | None, *, cased: bool) -> list[Word]:
    found = list(WORD.finditer(text))
    tokens = [token[0] for token in found]
    ends = _ends_of_runs(text, [token.span() for token in found])
    words: list[Word] = []
    skip = 0
    for place, token in enumerate(found):
        if len(words) >= MAX_WORDS:
            break
        if skip:
            skip -= 1
            continue
        if token[0][0].isalpha() and not UNSPACED.match(token[0]):
            number = number_at(tokens[place : min(ends[place], place + MOST_OF_A_NUMBER)], 0, language)
            if number:
                words.append(Word(str(number[0]), _number_weight(number[0]), number=True, written=token[0]))
                skip = number[1] - 1
                continue
        first = not words or SENTENCE_END.search(text[max(0, token.start() - 4) : token.start()])
        words.extend(_forms(token[0], starts_sentence=bool(first) or not cased))
    return words[:MAX_WORDS]


def _ends_of_runs(text: str, spans: Sequence[tuple[int, int]]) -> list[int]:
    """For each word the place of the first word after it before which more stands than a blank or a hyphen."""
    ends = [len(spans)] * len(spans)
    for place in range(len(spans) - 2, -1, -1):
        goes_on = WORDS_BETWEEN.fullmatch(text, spans[place][1], spans[place + 1][0])
        ends[place] = ends[place + 1] if goes_on else place + 1
    return ends


def _number_weight(value: int) -> float:
    return 1.5 if value > 9 else 0.8


def _forms(token: str, *, starts_sentence: bool) -> list[Word]:
    if token[0].isdecimal():
        form = _digits(token)
        return [Word(form, 1.5 if len(form) > 1 else 0.8, number=True, written=token)]
    if UNSPACED.match(token):
        return _unspaced(token)
    form = _form(token)
    name = token[0].isupper() and not starts_sentence and len(form) > 2
    return [Word(form, _weight(form, name), name=name, written=token)] if form else []


def _digits(token: str) -> str:
    """The number in ASCII: without what groups its thousands, with a point where its fraction begins."""
    mark = "" if GROUPED.fullmatch(token) else "."
    return "".join(str(unicodedata.decimal(c)) if c.isdecimal() else mark for c in token)


def _unspaced(token: str) -> list[Word]:
    """No spaces to find words by: pairs of characters overlap enough to tell a text. Katakana are mostly names."""
    out: list[Word] = []
    for run in RUN.findall(token):
        if KATAKANA.fullmatch(run):
            out.append(Word(run, 1.6, name=True, written=run))
            continue
        if HAN_NUMERAL.fullmatch(run) and (value := han_number(run)):
            out.append(Word(str(value), _number_weight(value), number=True, written=run))
            continue
        pairs = [run[i : i + 2] for i in range(len(run) - 1)] or [run]
        out += [Word(pair, 0.6 if len(pair) > 1 else 0.3, written=pair) for pair in pairs]
    return out


def _form(token: str) -> str:
    """Letters as ASCII, so that `Київ`, `Kyïv` and `Kyiv` meet; other scripts fold alike on both sides."""
    stem, mark, ending = token.partition("'")
    # `don't` is not `do`; other endings are those of cases and of shortened words
    if mark and ending != "t" and not WITHIN.match(stem[-1]):
        token = stem
    if not token.isascii():
        token = anyascii.anyascii(token)
    return "".join(c for c in token.lower() if c.isalnum())


def _weight(form: str, name: bool) -> float:
    """Short words are grammar, long words and names are content: no list of stop words in any language."""
    if name:
        return 1.6
    return (
        0.2 if len(form) <= 2 else 0.45 if len(form) == 3 else 0.8 if len(form) == 4 else 1.0 if len(form) < 8 else 1.2
    )


def telling_words(words: Sequence[Word]) -> list[str]:
    """Names and numbers, as they stand in the text."""
    return [word.written or word.form for word in words if word.name or word.number]
