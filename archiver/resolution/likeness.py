"""How alike are the words that an article shows and the words of a post? As features, each with a value and in words.

The article's words may have gone through two machine translations, lost their end, picked up a sentence of the article,
or stand in another language than the post's; links, emoji and `@` may be gone. What survives a translation there and
back is most of the content words, in about the same order; what survives into another language is numbers, names (by
their sound), emoji, hashtags and the length. Another post of the same author and day shares the topic's words, and
posts made after one pattern share all but a number or a name: so words that all candidates share tell little, and a
number that one side has and the other has not tells much.

What the features weigh is fitted elsewhere (`weights`). Cost: texts are cut at `words.MAX_WORDS` words, so one
comparison is bounded.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Mapping, Sequence
from itertools import pairwise

import anyascii
import msgspec
from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

from archiver.language.spelling import alike
from archiver.resolution.sums import added
from archiver.resolution.words import Text, Word, beginning, comparable, telling_words

SHORT = 4
"""Texts with fewer words say too little: they must be the same, not alike."""

CONTAINED_WORDS = 6
"""A text that lies wholly within the other counts from this many words on."""

CONTAINED = 93.0
"""rapidfuzz partial ratio (0..100) from which one text lies within the other: allows a letter changed in 15."""

CUT_SLACK = 1.2
"""A rewording may be longer than what it rewords by about so much."""

SAME_NAME = 0.72
"""`spelling.alike` from which two words of different scripts are one name."""

MAX_NAMES = 24
"""Names compared of one text: each is compared with each."""

TRIGRAM_WORDS = 60

MIN_SPLIT_TAG = 6
"""A shorter hashtag stands by chance among the letters of plain words."""

WITH_CAPITALS = ("latin", "CYRILLIC", "GREEK", "ARMENIAN")

MOSTLY_NAMES = 0.9

VERBATIM = 0.85
"""From this likeness letter by letter on, a text was copied and not translated: what differs is not a translator's."""

FEW_EDITS = 2
"""A copy that differs in more places than these was reworded."""

SLIP = 1
"""Letters that a copy loses from a word, or a space between two."""


class Likeness(msgspec.Struct, frozen=True, kw_only=True):
    """How alike two texts are: the features' values, what each says, and which kind of comparison it was."""

    kind: str
    """`same` (the same words in the same order, as far as one of them goes), `alike` (one language), `foreign` (two
    languages), `short` (too few words to be alike), `wordless`."""
    features: Mapping[str, float]
    notes: Mapping[str, str]
    hits: tuple[tuple[str, float], ...] = ()
    """For each word shown (its form), how well the post has it; empty between languages."""

    @property
    def exact(self) -> bool:
        return self.kind == "same"


def likeness(shown: str, post: str, *, post_complete: bool = True) -> Likeness:
    """How alike the words shown in an article are to those of a post.

    post_complete: false where the post's text is known to be cut: then the article may show more.
    """
    a, b = comparable(shown), comparable(post)
    if not a.words or not b.words:
        same = bool(a.emoji) and a.emoji == b.emoji and not a.words and not b.words
        return _bare("wordless", {"same_emoji": float(same)}, "the same emoji and no words" if same else "no words")
    forms_a, forms_b = [w.form for w in a.words], [w.form for w in b.words]
    if forms_a == forms_b:
        return _same(a, b, "the same words")
    if min(len(forms_a), len(forms_b)) < SHORT:
        ratio = fuzz.ratio(a.plain, b.plain) / 100
        return _bare("short", {"ratio": ratio}, "too few words, and not the same")
    if _begins(a, b, post_complete):
        return _same(a, b, "the same words up to where one is cut", marks=post_complete and not b.cut)
    cut_short = (a.cut and len(a.words) < len(b.words)) or (not post_complete and len(b.words) < len(a.words))
    if cut_short:
        # Known to be cut: the rest of the longer one has nothing to be compared with.
        a, b = (
            beginning(a, round(len(b.words) * CUT_SLACK)),
            beginning(b, round(len(a.words) * CUT_SLACK)),
        )
    if _foreign(a, b):
        return _across(a, b, cut_short)
    return _within(a, b)


def telling(shown: str) -> bool:
    """Whether a text has words enough that another post of the same account and day will hardly have the same."""
    return len(comparable(shown).words) >= SHORT


def _same(shown: Text, post: Text, note: str, *, marks: bool = True) -> Likeness:
    """marks: whether emoji and hashtags can be compared: those at the end of a post that was cut are not known."""
    features: dict[str, float] = {}
    notes = {"": note}
    if marks:
        _compare_marks(features, notes, shown, post)
    hits = tuple((word.form, 1.0) for word in shown.words)
    return Likeness(kind="same", features=_rounded(features), notes=notes, hits=hits)


def _bare(kind: str, features: Mapping[str, float], note: str) -> Likeness:
    return Likeness(kind=kind, features=features, notes={"": note})


def _begins(a: Text, b: Text, post_complete: bool) -> bool:
    """One is the beginning of the other, and is known to be cut."""
    forms_a, forms_b = [w.form for w in a.words], [w.form for w in b.words]
    if len(forms_a) < len(forms_b):
        # The last word may be cut within.
        return a.cut and len(forms_a) >= CONTAINED_WORDS and forms_b[: len(forms_a) - 1] == forms_a[:-1]
    cut = b.cut or not post_complete
    return cut and len(forms_b) >= CONTAINED_WORDS and forms_a[: len(forms_b) - 1] == forms_b[:-1]


def _foreign(a: Text, b: Text) -> bool:
    """Two languages: told by script, by function words, or by there being hardly a word in common."""
    if a.language and b.language:
        return a.language.partition("-")[0] != b.language.partition("-")[0]
    return _script(a) != _script(b)


def _script(text: Text) -> str:
    counts: dict[str, int] = {}
    for word in text.words:
        for char in word.written[:3]:
            if char.isalpha():
                block = "latin" if char < "\u0250" else unicodedata.name(char, "?").partition(" ")[0]
                block = "CJK" if block in ("CJK", "HIRAGANA", "KATAKANA") else block
                counts[block] = counts.get(block, 0) + 1
    return max(counts, key=lambda block: (counts[block], block), default="latin")


# -- one language


def _within(a: Text, b: Text) -> Likeness:
    hits_a, hits_b = _matched(a.words, b.words), _matched(b.words, a.words)
    cover_a, cover_b = _covered(a.words, hits_a), _covered(b.words, hits_b)
    both = 2 * cover_a * cover_b / (cover_a + cover_b) if cover_a + cover_b else 0.0
    features = {
        "shown_found": cover_a,
        "post_shown": cover_b,
        "both": both,
        "order": fuzz.ratio(a.plain, b.plain) / 100,
    }
    notes = {
        "shown_found": f"{cover_a:.0%} of the words shown are in the post",
        "post_shown": f"{cover_b:.0%} of the post's words are shown",
    }
    shorter = a if len(a.words) < len(b.words) else b
    if len(shorter.words) >= CONTAINED_WORDS and fuzz.partial_ratio(a.plain, b.plain) >= CONTAINED:
        features["contained"] = min(1.0, len(shorter.words) / 12)
        notes["contained"] = (
            "the post's words lie within those shown" if shorter is b else "the words shown lie within the post's"
        )
    missing_a = [w for w, hit in zip(a.words, hits_a, strict=True) if not hit]
    missing_b = [w for w, hit in zip(b.words, hits_b, strict=True) if not hit]
    shared = [w for w, hit in zip(a.words, hits_a, strict=True) if hit == 1.0 and (w.number or w.name)]
    names_tell = 0.5 if a.capitals or b.capitals else 1.0
    _compare_telling(features, notes, shared, missing_a, missing_b, names_tell)
    pattern = _pattern(features["both"], (missing_a, a.capitals), (missing_b, b.capitals))
    if features["order"] >= VERBATIM and missing_a and missing_b and not _has_capitals(a):
        pattern = 1.0
    if pattern:
        features["pattern"] = pattern
        notes["pattern"] = "made after the same pattern: little but names and numbers differ"
    if features["order"] >= VERBATIM and _has_capitals(a) and (edits := _edits(a, b)):
        features["edited"] = 1.0
        notes["edited"] = "nearly letter by letter the same, but " + " and ".join(edits)
    _compare_marks(features, notes, a, b)
    features["length"] = abs(math.log(len(a.words) / len(b.words)))
    hits = tuple((word.form, hit) for word, hit in zip(a.words, hits_a, strict=True))
    return Likeness(kind="alike", features=_rounded(features), notes=notes, hits=hits)


def _compare_telling(
    features: dict[str, float],
    notes: dict[str, str],
    shared: Sequence[Word],
    missing_a: Sequence[Word],
    missing_b: Sequence[Word],
    names_tell: float,
) -> None:
    """Names and numbers: in common, only on one side, and others on each side."""
    if shared:
        features["shared_telling"] = min(1.0, len(shared) / 4)
        notes["shared_telling"] = "shares " + ", ".join(sorted({w.written or w.form for w in shared})[:5])
    numbers_a, numbers_b = ([w for w in side if w.number] for side in (missing_a, missing_b))
    names_a, names_b = ([w for w in side if w.name] for side in (missing_a, missing_b))
    if numbers_a and numbers_b:
        features["other_numbers"] = min(1.0, min(len(numbers_a), len(numbers_b)) / 2)
        notes["other_numbers"] = f"shows {_some(numbers_a)} where the post has {_some(numbers_b)}"
    elif numbers_a or numbers_b:
        features["lost_numbers"] = min(1.0, (len(numbers_a) + len(numbers_b)) / 2)
        where = "the article shows" if numbers_a else "the post has"
        notes["lost_numbers"] = f"{where} {_some(numbers_a or numbers_b)}, and the other side has not"
    if names_a and names_b:
        features["other_names"] = names_tell * min(1.0, min(len(names_a), len(names_b)) / 2)
        notes["other_names"] = f"shows {_some(names_a)} where the post has {_some(names_b)}"


def _edits(a: Text, b: Text) -> list[str]:
    """The few places where a copy says something else, in words; none where there are so many that it was reworded.

    A post and another version of it, or two posts of one series, differ in a word or a "not". Copies lose letters and
    what stands at either end; translators change words all over a text.
    """
    mine, theirs = [word.form for word in a.words], [word.form for word in b.words]
    edits = []
    steps = Levenshtein.opcodes(mine, theirs)
    kept = [(op.src_start, op.src_end, op.dest_start, op.dest_end) for op in steps if op.tag == "equal"]
    ends = [(0, 0, 0, 0), *kept, (len(mine), len(mine), len(theirs), len(theirs))]
    for (_, start, _, other_start), (stop, _, other_stop, _) in pairwise(ends):
        shown, there = mine[start:stop], theirs[other_start:other_stop]
        at_an_end = start == other_start == 0 or (stop, other_stop) == (len(mine), len(theirs))
        if not (shown or there) or (at_an_end and not (shown and there)) or _one_slip(shown, there):
            continue
        what = _quoted(a.words[start:stop])
        edits.append(f"it shows {what} where the post has {_quoted(b.words[other_start:other_stop])}")
    return edits if len(edits) <= FEW_EDITS else []


def _one_slip(shown: Sequence[str], there: Sequence[str]) -> bool:
    """Whether these words are the same but for a letter, a space or an ending."""
    if Levenshtein.distance("".join(shown), "".join(there), score_cutoff=SLIP) <= SLIP and shown and there:
        return True
    return len(shown) == len(there) and all(x == y or _related(x, y) for x, y in zip(shown, there, strict=True))


def _quoted(words: Sequence[Word]) -> str:
    return '"' + " ".join(word.written or word.form for word in words[:4]) + '"' if words else "nothing"


def _some(words: Sequence[Word]) -> str:
    return ", ".join(telling_words(words)[:3])


def _pattern(both: float, *sides: tuple[Sequence[Word], bool]) -> float:
    """How much of what differs is names and numbers, where most is the same: translations change words of every kind,
    patterns only change names and numbers. sides: the words that the other text lacks, and whether the text has so many
    capitals that they tell names less surely: then nearly all of them have to be."""
    if both < 0.4 or not all(missing for missing, _ in sides):
        return 0.0
    shares = []
    for missing, capitals in sides:
        share = _telling_share(missing, names=True)
        shares.append(share if not capitals or share >= MOSTLY_NAMES else _telling_share(missing, names=False))
    return max(shares)


def _has_capitals(text: Text) -> bool:
    """Whether the text's script has capitals: where it has none, a name looks like any other word."""
    return _script(text) in WITH_CAPITALS


def _telling_share(words: Sequence[Word], *, names: bool) -> float:
    total = added(word.weight for word in words)
    return added(word.weight for word in words if word.number or (names and word.name)) / total if total else 0.0


def _compare_marks(features: dict[str, float], notes: dict[str, str], a: Text, b: Text) -> None:
    """Emoji, hashtags and accounts: in common, or others on each side. Copies lose them, they do not change them."""
    for name, mine, theirs in (("emoji", a.emoji, b.emoji), ("tags", _tags(a, b), _tags(b, a))):
        common = mine & theirs
        if common:
            features[f"shared_{name}"] = len(common) / max(1, len(mine | theirs))
            notes[f"shared_{name}"] = "shares " + " ".join(sorted(common)[:5])
        elif mine and theirs:
            features[f"other_{name}"] = 1.0
            notes[f"other_{name}"] = (
                f"shows {' '.join(sorted(mine)[:3])} where the post has {' '.join(sorted(theirs)[:3])}"
            )
        elif mine and not theirs:
            # An article does not make up a post's emoji.
            features[f"added_{name}"] = 1.0
            notes[f"added_{name}"] = f"shows {' '.join(sorted(mine)[:3])}, which the post has not"


def _tags(text: Text, other: Text) -> frozenset[str]:
    """The text's hashtags, the accounts that both name, and hashtags of the other that it has as plain words."""
    run = text.plain.replace(" ", "")
    return (
        text.tags
        | (text.accounts & other.accounts)
        | {tag for tag in other.tags if len(tag) >= MIN_SPLIT_TAG and tag in run}
    )


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
    by_first: dict[str, list[str]] = {}
    for form in rest:
        by_first.setdefault(form[0], []).append(form)
    for i, word in enumerate(words):
        if out[i] or word.number:
            continue
        near = by_first.get(word.form[0], ())
        best = max(((_related(word.form, form), form) for form in near if rest.get(form)), default=(0.0, ""))
        if best[0]:
            out[i] = best[0]
            rest[best[1]] -= 1
    return out


def _related(a: str, b: str) -> float:
    """How likely two different forms with the same first letter are of one word: a common stem, or a letter changed."""
    if len(a) < 4 or len(b) < 4:
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
    total = added(word.weight for word in words)
    return added(word.weight * hit for word, hit in zip(words, hits, strict=True)) / total if total else 0.0


# -- two languages


def _across(a: Text, b: Text, cut_short: bool) -> Likeness:
    """What is left between languages: numbers, names by their sound, emoji and tags, words of a common root, length."""
    features: dict[str, float] = {}
    notes: dict[str, str] = {}
    numbers_a, numbers_b = a.numbers, b.numbers
    common = numbers_a & numbers_b
    if common:
        features["shared_numbers"] = len(common) / len(numbers_a | numbers_b)
        notes["shared_numbers"] = "both have " + ", ".join(sorted(common)[:4])
    if numbers_a - common and numbers_b - common:
        features["other_numbers"] = 0.5 if common else 1.0
        notes["other_numbers"] = (
            f"shows {', '.join(sorted(numbers_a - common)[:3])} where the post has "
            f"{', '.join(sorted(numbers_b - common)[:3])}"
        )
    elif numbers_a ^ numbers_b:
        features["lost_numbers"] = 1.0
        notes["lost_numbers"] = "one side has a number, the other has not"
    elif not common:
        features["no_numbers"] = 1.0
    pairs = _names_across(a, b)
    names_a, names_b = _names(a), _names(b)
    if pairs:
        features["shared_names"] = min(1.0, added(like for *_, like in pairs) / 2)
        notes["shared_names"] = "names that sound alike: " + ", ".join(f"{x} and {y}" for x, y, _ in pairs[:3])
    elif names_a and names_b and not (a.capitals or b.capitals):
        features["other_names"] = 1.0
        notes["other_names"] = f"shows {', '.join(names_a[:3])}, the post {', '.join(names_b[:3])}"
    grams_a, grams_b = _grams(a), _grams(b)
    if grams_a and grams_b:
        features["roots"] = len(grams_a & grams_b) / min(len(grams_a), len(grams_b))
        notes["roots"] = f"{features['roots']:.0%} of the shorter one's letter triples are in the other"
    _compare_marks(features, notes, a, b)
    if not cut_short:
        features["length"] = min(2.0, abs(math.log(_length(a) / _length(b))))
    return Likeness(kind="foreign", features=_rounded(features), notes=notes)


DENSE = {"ja": 2.4, "zh": 3.0, "ko": 1.6, "ar": 1.3, "he": 1.35, "th": 1.3}
"""How many Latin letters one letter of a script stands for, roughly: counted on the parallel sentences of the tests."""


def _length(text: Text) -> float:
    letters = sum(len(word.written) for word in text.words)
    if text.language in ("ja", "zh"):
        letters = sum(len(word.written) if word.name or word.number else 1 for word in text.words)
    return max(1.0, letters * DENSE.get(text.language or "", 1.0))


def _names(text: Text) -> list[str]:
    listed = [word.written for word in text.words if word.name]
    return list(dict.fromkeys(listed))[:MAX_NAMES]


def _names_across(a: Text, b: Text) -> list[tuple[str, str, float]]:
    """Names of one text that stand in the other, by their sound. A script without capitals has names anywhere, so every
    longer word of it may be one."""
    one, other = _candidates(a), _candidates(b)
    pairs: list[tuple[str, str, float]] = []
    used: set[str] = set()
    for word in one:
        best = max(((alike(word, candidate), candidate) for candidate in other if candidate not in used), default=None)
        if best and best[0] >= SAME_NAME:
            used.add(best[1])
            pairs.append((word, best[1], best[0]))
    return pairs


def _candidates(text: Text) -> list[str]:
    if _has_capitals(text):
        return _names(text)
    words = [word.written for word in text.words if not word.number and len(word.written) >= 3]
    return list(dict.fromkeys(words))[: 2 * MAX_NAMES]


def _grams(text: Text) -> frozenset[str]:
    """Letter triples of the longer words, in Latin letters: loanwords and kindred languages share them."""
    out: set[str] = set()
    for word in text.words[:TRIGRAM_WORDS]:
        if len(word.form) >= 4 and not word.number and word.form.isascii():
            out.update(word.form[i : i + 3] for i in range(len(word.form) - 2))
    return frozenset(out)


def _rounded(features: Mapping[str, float]) -> dict[str, float]:
    return {name: round(value, 4) for name, value in features.items()}


# -- names of accounts

NAME_ALIKE = 78.0
"""rapidfuzz partial ratio (0..100) from which two names are alike: a lost first letter of `Mykhailo` still is."""


def names_alike(shown: str | None, name: str | None) -> bool | None:
    """Whether two display names are one, whatever their script and what they lost; null where one says too little.

    Translated and damaged names are common: that they differ says little.
    """
    if not shown or not name:
        return None
    a, b = _form_of_name(shown), _form_of_name(name)
    if len(a) < 3 or len(b) < 3:
        return None
    return fuzz.partial_ratio(a, b) >= NAME_ALIKE


def _form_of_name(name: str) -> str:
    letters = "".join(c for c in unicodedata.normalize("NFKC", name[:200]) if unicodedata.category(c)[0] in "LMN")
    return "".join(c for c in anyascii.anyascii(letters).lower() if c.isalnum())
