"""How alike are the words that an article shows and the words of a post?

The article's words may have gone through two machine translations, lost their end, or picked up a sentence of the
article; links, emoji and `@` may be gone. What survives is most of the content words, in about the same order, and
above all numbers and names. Another post of the same author and day shares the topic's words, but not most of all
words; and posts made from a template differ in just the numbers and names.

Every score comes with reasons in words. Cost: texts are cut at `MAX_WORDS` words, so one comparison is bounded.
"""

from __future__ import annotations

import functools
import itertools
import unicodedata
from collections.abc import Sequence

import anyascii
import msgspec
import regex
from rapidfuzz import fuzz

from archiver.model import Reason

MAX_CHARACTERS = 4000
MAX_WORDS = 160
"""Words compared of one text: 280 characters have about 50; a long post's beginning tells it."""

SHORT = 4
"""Texts with fewer words say too little: they must be the same, not alike."""

MANY_CAPITALS = 0.22
"""From this share of capitalised words on, capitals are the spelling and not a sign of names."""

CONTAINED_WORDS = 6
"""A text that lies wholly within the other counts from this many words on."""

CONTAINED = 93.0
"""rapidfuzz partial ratio (0..100) from which one text lies within the other: allows a letter changed in 15."""

TEMPLATE_LIKENESS = 0.4
TEMPLATE_SHARE = 0.6
"""Raw likeness, and share of names and numbers in what differs, from which two texts follow one pattern: translations
change words of every kind, patterns only change names and numbers."""

TEMPLATE_SHARE_CAPITALS = 0.9
"""The same share in texts with many capitals, where names are not told apart from nouns."""

TEMPLATE_CAP = 0.6
"""Score of a text that follows the same pattern with other names or numbers: not sure."""

EMOJI_ONLY = 0.7
"""Score of two texts that are the same emoji: likely, never proof."""

CALIBRATION = ((0.0, 0.0), (0.2, 0.15), (0.35, 0.45), (0.5, 0.8), (0.7, 0.92), (1.0, 0.97))
"""Raw overlap → score. Invented posts, translated there and back, reach 0.5 and more against their original, and 0.05
to 0.35 against other posts of the same author and day (counted in the tests of this module)."""

LINK = regex.compile(
    r"https?://\S+|\bpic\.\s?(?:twitter|x)\.\s?com/\s?\w*|\b(?:t\.)?co/[A-Za-z0-9]{7,12}\b", regex.IGNORECASE
)
HASHTAG = regex.compile(r"[#＃]([\p{L}\p{M}\p{N}_]{1,100})")
HUMP = regex.compile(r"(?<=\p{Ll})(?=\p{Lu})|(?<=\p{L})(?=\p{N})|(?<=\p{N})(?=\p{L})|_")
NUMBER = r"\p{Nd}{1,3}(?:[.,\u00a0\u202f’']\p{Nd}{3})+(?!\p{Nd})|\p{Nd}+(?:[.,]\p{Nd}+)?"
WORD = regex.compile(rf"{NUMBER}|\p{{L}}[\p{{L}}\p{{M}}]*(?:['’]\p{{L}}{{1,3}})?")
UNSPACED = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]")
EMOJI = regex.compile(r"\p{Regional_Indicator}{2}|\p{Extended_Pictographic}")
CUT = regex.compile(r"(?:…|\.{3})[\"”»’\])]*\s*\Z")
SENTENCE_END = regex.compile(r"(?:[.!?…:\"“”«»]\s*|\n\s*)\Z")


class Word(msgspec.Struct, frozen=True):
    """One word: as compared, how much it tells, and whether it is a number or (seems to be) a name."""

    form: str
    weight: float
    number: bool = False
    name: bool = False


class Text(msgspec.Struct, frozen=True, kw_only=True):
    """A text made comparable."""

    words: tuple[Word, ...]
    emoji: tuple[str, ...]
    cut: bool
    """It ends in an ellipsis: somebody cut it."""
    plain: str
    """The words with one space between."""
    capitals: bool
    """Many words begin with a capital: that is spelling (German nouns, headlines), and tells names less surely."""


class Likeness(msgspec.Struct, frozen=True, kw_only=True):
    """How alike two texts are, 0..1, and why. `exact`: the same words in the same order, as far as one of them goes."""

    score: float
    exact: bool
    reasons: tuple[Reason, ...]


@functools.lru_cache(maxsize=1024)
def comparable(text: str) -> Text:
    """A text without what copies lose or add: links, `@` and `#`, punctuation, case, accents, kinds of digits."""
    text = unicodedata.normalize("NFKC", text[:MAX_CHARACTERS])
    cut = bool(CUT.search(LINK.sub(" ", text).strip()))
    text = LINK.sub(" ", text)
    emoji = tuple(EMOJI.findall(text))
    text = HASHTAG.sub(lambda found: " " + HUMP.sub(" ", found[1]) + " ", text)
    text = "".join(" " if c == "@" else c for c in text if unicodedata.category(c) != "Cf")
    words: list[Word] = []
    for found in WORD.finditer(text):
        if len(words) >= MAX_WORDS:
            break
        first = SENTENCE_END.search(text[max(0, found.start() - 4) : found.start()]) or not words
        words.extend(_words(found[0], starts_sentence=bool(first)))
    words = words[:MAX_WORDS]
    capitals = sum(word.name for word in words) > MANY_CAPITALS * len(words)
    plain = " ".join(word.form for word in words)
    return Text(words=tuple(words), emoji=emoji, cut=cut, plain=plain, capitals=capitals)


def _words(token: str, *, starts_sentence: bool) -> list[Word]:
    if token[0].isdigit():
        digits = "".join(str(unicodedata.digit(c)) for c in token if c.isdigit())
        return [Word(digits, 1.5 if len(digits) > 1 else 0.8, number=True)]
    if UNSPACED.match(token):
        # No spaces to find words by: pairs of characters overlap enough to tell a text.
        pairs = [token[i : i + 2] for i in range(len(token) - 1)] or [token]
        return [Word(pair, 0.6) for pair in pairs]
    form = _form(token)
    name = token[0].isupper() and not starts_sentence and len(form) > 2
    return [Word(form, _weight(form, name), name=name)] if form else []


def _form(token: str) -> str:
    """Letters as ASCII, so that `Київ`, `Kyïv` and `Kyiv` meet; other scripts fold alike on both sides."""
    token = regex.split("['’]", token)[0] or token
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


def likeness(shown: str, post: str, *, post_complete: bool = True) -> Likeness:
    """How alike the words shown in an article are to those of a post.

    `post_complete` is false where the post's text is known to be cut: then the article may show more.
    """
    a, b = comparable(shown), comparable(post)
    if not a.words or not b.words:
        return _wordless(a, b)
    forms_a, forms_b = [w.form for w in a.words], [w.form for w in b.words]
    if forms_a == forms_b:
        return _said(1.0, "the same words", exact=True)
    shorter = min(len(forms_a), len(forms_b))
    if shorter < SHORT:
        return _said(min(0.5, fuzz.ratio(a.plain, b.plain) / 200), "too few words, and not the same", against=True)
    if _begins(a, b, post_complete):
        return _said(0.98, "the same words up to where one is cut", exact=True)
    if (a.cut and len(a.words) < len(b.words)) or (not post_complete and len(b.words) < len(a.words)):
        # Known to be cut: the rest of the longer one has nothing to be compared with.
        a, b = _beginning(a, len(b.words)), _beginning(b, len(a.words))
    return _overlap(a, b)


def telling(shown: str) -> bool:
    """Whether a text has words enough that another post of the same account and day will hardly have the same."""
    return len(comparable(shown).words) >= SHORT


CUT_SLACK = 1.2
"""A rewording may be longer than what it rewords by about so much."""


def _beginning(text: Text, words: int) -> Text:
    kept = text.words[: round(words * CUT_SLACK)]
    return Text(
        words=kept, emoji=text.emoji, cut=text.cut, plain=" ".join(w.form for w in kept), capitals=text.capitals
    )


def _begins(a: Text, b: Text, post_complete: bool) -> bool:
    """One is the beginning of the other, and is known to be cut."""
    forms_a, forms_b = [w.form for w in a.words], [w.form for w in b.words]
    if len(forms_a) < len(forms_b):
        # The last word may be cut within.
        return a.cut and len(forms_a) >= CONTAINED_WORDS and forms_b[: len(forms_a) - 1] == forms_a[:-1]
    cut = b.cut or not post_complete
    return cut and len(forms_b) >= CONTAINED_WORDS and forms_a[: len(forms_b) - 1] == forms_b[:-1]


def _wordless(a: Text, b: Text) -> Likeness:
    if a.emoji and a.emoji == b.emoji and not a.words and not b.words:
        return _said(EMOJI_ONLY, "the same emoji and no words")
    return _said(0.0, "one text has no words to compare", against=True)


def _overlap(a: Text, b: Text) -> Likeness:
    pairs_a = _matched(a.words, b.words)
    pairs_b = _matched(b.words, a.words)
    cover_a = _covered(a.words, pairs_a)
    cover_b = _covered(b.words, pairs_b)
    both = 2 * cover_a * cover_b / (cover_a + cover_b) if cover_a + cover_b else 0.0
    order = fuzz.token_sort_ratio(a.plain, b.plain) * 0.35 + fuzz.ratio(a.plain, b.plain) * 0.65
    raw = 0.8 * both + 0.2 * order / 100 if both > 0.2 else both
    reasons = [
        Reason(
            feature="text",
            weight=round(raw, 3),
            note=f"{cover_a:.0%} of the words shown are in the post, {cover_b:.0%} of the post's are shown",
        )
    ]
    shorter = a if len(a.words) < len(b.words) else b
    if len(shorter.words) >= CONTAINED_WORDS and fuzz.partial_ratio(a.plain, b.plain) >= CONTAINED:
        raw = max(raw, 0.35 + 0.6 * min(1.0, len(shorter.words) / 12))
        what = "the post's words lie within those shown" if shorter is b else "the words shown lie within the post's"
        reasons.append(Reason(feature="text", weight=0.3, note=what))
    score = _calibrated(raw)
    telling_a, share_a = _telling(a.words, pairs_a)
    telling_b, share_b = _telling(b.words, pairs_b)
    shared = sorted({w.form for w, hit in zip(a.words, pairs_a, strict=True) if hit == 1.0 and (w.number or w.name)})
    if shared:
        reasons.append(Reason(feature="text", weight=0.1, note="shares " + ", ".join(shared[:5])))
    if a.emoji and set(a.emoji) & set(b.emoji):
        score = min(1.0, score + 0.02)
        reasons.append(Reason(feature="text", weight=0.02, note="shares emoji"))
    if telling_a and telling_b:
        note = f"shows {', '.join(telling_a[:3])} where the post has {', '.join(telling_b[:3])}"
        wanted = TEMPLATE_SHARE_CAPITALS if a.capitals or b.capitals else TEMPLATE_SHARE
        pattern = raw >= TEMPLATE_LIKENESS and max(share_a, share_b) >= wanted
        if pattern or _numbers_differ(telling_a, telling_b):
            score = min(score, TEMPLATE_CAP)
        else:
            score -= 0.03 * min(len(telling_a), len(telling_b), 5)
        reasons.append(Reason(feature="text", weight=-0.2, note=note))
    return Likeness(score=round(max(0.0, score), 4), exact=False, reasons=tuple(reasons))


def _telling(words: Sequence[Word], hits: Sequence[float]) -> tuple[list[str], float]:
    """The names and numbers that the other text lacks, and their share in all that it lacks."""
    lacking = [word for word, hit in zip(words, hits, strict=True) if not hit]
    telling = [word for word in lacking if word.number or word.name]
    total = sum(word.weight for word in lacking)
    return [word.form for word in telling], sum(word.weight for word in telling) / total if total else 0.0


def _numbers_differ(telling_a: Sequence[str], telling_b: Sequence[str]) -> bool:
    """Each text gives a number that the other lacks. Translations keep digits; where they rewrite them, be unsure."""
    return any(form.isdecimal() for form in telling_a) and any(form.isdecimal() for form in telling_b)


def _matched(words: Sequence[Word], others: Sequence[Word]) -> list[float]:
    """For each word how well the other text has it: 1 the same, less for a related form, 0 not at all. Each once."""
    left: dict[str, int] = {}
    for word in others:
        left[word.form] = left.get(word.form, 0) + 1
    out = [0.0] * len(words)
    for i, word in enumerate(words):
        if left.get(word.form, 0):
            left[word.form] -= 1
            out[i] = 1.0
    rest = {form: count for form, count in left.items() if count and not form.isdecimal()}
    for i, word in enumerate(words):
        if out[i] or word.number:
            continue
        best = max(((_related(word.form, form), form) for form in rest), default=(0.0, ""))
        if best[0]:
            out[i] = best[0]
            rest[best[1]] -= 1
            if not rest[best[1]]:
                del rest[best[1]]
    return out


def _related(a: str, b: str) -> float:
    """How likely two different forms are of one word: a common stem, or a letter changed."""
    if len(a) < 4 or len(b) < 4 or a[0] != b[0]:
        return 0.0
    common = 0
    for x, y in zip(a, b, strict=False):
        if x != y:
            break
        common += 1
    if common >= 4 and common >= 0.6 * max(len(a), len(b)):
        return 0.85
    if min(len(a), len(b)) >= 5 and fuzz.ratio(a, b) >= 80:
        return 0.75
    return 0.0


def _covered(words: Sequence[Word], hits: Sequence[float]) -> float:
    total = sum(word.weight for word in words)
    return sum(word.weight * hit for word, hit in zip(words, hits, strict=True)) / total if total else 0.0


def _calibrated(raw: float) -> float:
    for (x0, y0), (x1, y1) in itertools.pairwise(CALIBRATION):
        if raw <= x1:
            return y0 + (y1 - y0) * (raw - x0) / (x1 - x0)
    return CALIBRATION[-1][1]


def _said(score: float, note: str, *, exact: bool = False, against: bool = False) -> Likeness:
    weight = -round(1 - score, 3) if against else round(score, 3)
    return Likeness(score=round(score, 4), exact=exact, reasons=(Reason(feature="text", weight=weight, note=note),))


NAME_ALIKE = 78.0
"""rapidfuzz partial ratio (0..100) from which two names are alike: a lost first letter of `Mykhailo` still is."""


def name_likeness(shown: str | None, name: str | None) -> Reason | None:
    """What the display name says. Translated and damaged names are common, so unlike names weigh nothing."""
    if not shown or not name:
        return None
    a, b = _form_of_name(shown), _form_of_name(name)
    if len(a) < 3 or len(b) < 3:
        return None
    if fuzz.partial_ratio(a, b) >= NAME_ALIKE:
        return Reason(feature="name", weight=0.02, note=f"the display name is {name!r}")
    return Reason(feature="name", weight=0.0, note=f"the display name is {name!r}, shown {shown!r}")


def _form_of_name(name: str) -> str:
    name = unicodedata.normalize("NFKC", name[:200])
    return "".join(c for c in anyascii.anyascii(name).lower() if c.isalnum())
