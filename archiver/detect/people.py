"""Whom does an article's prose name by the display name of a post?

    — арина Весна (vesna_dam_eng) November 9, 2022       Marina Wesna, an engineer at the dam, said …

The names of accounts lose letters, are emoji, slogans or in another script than the article; its prose names people.
Where both name the same person, the mention carries it as evidence, with the letters that the display name lost as a
proposal. No person rather than a wrong one: given name and surname have to be alike each for itself, a surname alone
counts only where the prose uses it as one (`President Example`, `Example said`) and names nobody else by it.

Names in scripts with capitals are runs of capitalised words, collected once; in others they are looked for by the words
or signs that sound like the display name's. What stands in posts and their signatures is no evidence.

Cost: nothing for articles whose mentions have no display name. Else one pass over at most `MAX_PROSE` code points, and
at most `MAX_WORDS` native comparisons for each of at most `MAX_NAMES` names.
"""

from __future__ import annotations

import bisect
import re
import sys
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import cache

import msgspec
import regex
from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

from archiver.language import reporting, spelling
from archiver.language.relative import listed, weekday_of
from archiver.model import Mention, Person

MAX_PROSE = 300_000
"""Code points of prose that are searched: a long book chapter; names are given early in an article."""

SEEN = MAX_PROSE + 1000
"""Code points of a piece of prose that are needed: those, and what stands around a name at their end."""

MAX_WORDS = 4000
"""Different words of names in one article."""

MAX_NAMES = 300
"""Different display names in one article for which a person is looked for."""

MAX_PLACES = 4
"""Places of one run that are looked at."""

CLOSE = 0.4
MAX_CLOSE = 60
"""How close words have to be, letter by letter, to be listened to, and how many are."""

SURNAME = 0.82
GIVEN = 0.75
GIVEN_SAME_SCRIPT = 0.87
"""How alike the parts have to be: schemes differ more between scripts than spellings do within one."""

ALONE = 0.9
"""A surname alone, or a name of one word."""

ENOUGH = 0.84
"""The mean of the two."""


class Passage(msgspec.Struct, frozen=True, kw_only=True):
    """A piece of prose, and the spans in it that belong to posts."""

    text: str
    posts: tuple[tuple[int, int], ...] = ()

    @classmethod
    def around(cls, text: str, mentions: Sequence[Mention]) -> Passage:
        """`text`, in which `mentions` were found."""
        spans = ((m.start, m.end) for m in mentions if m.start is not None and m.end is not None)
        return cls(text=text[:SEEN], posts=tuple(sorted(spans)))


@cache
def runs() -> re.Pattern[str]:
    """Runs of capitalised words; made when first asked for, because the capital letters of all scripts are many."""
    return re.compile(rf"(?<![\w@#])(?:{_SHORTENED}|{_CASED}){_MORE}".replace("CAPITAL", f"[{_capitals()}]"))


@cache
def _runs_from_capital() -> re.Pattern[str]:
    """The same where they begin with a capital letter, which is what the search looks for: many times as fast. A
    capital behind the end of a prefix is told alone, as group 1: its run may begin before it."""
    rest = _CASED.removeprefix(_PREFIXED + "CAPITAL")
    return re.compile(
        rf"CAPITAL(?:(?<=[{_ENDS_PREFIX}].)()|(?<![\w@#].)"
        rf"(?:{_SHORTENED.removeprefix('CAPITAL')}|(?:(?<=[DLO])['’]{_ARTICLE}CAPITAL)?{rest}){_MORE})".replace(
            "CAPITAL", f"[{_capitals()}]"
        )
    )


_LETTER = r"[^\W\d_]"
_ARTICLE = "(?:al-|el-|ad-|as-|аль-)?"
_PREFIXED = f"(?:[dDlLO]['’])?{_ARTICLE}"
_CASED = rf"{_PREFIXED}CAPITAL(?:{_LETTER}|[\u0300-\u036f])*+(?:['’ʼ-]{_LETTER}++)*+"
_SHORTENED = rf"CAPITAL{_LETTER}{{0,3}}\.(?=[ \u00a0])"
"""`J.`, `Dr.`; a longer word with a full stop ends a sentence."""

_PARTICLE = r"(?:de|del|della|di|da|do|dos|das|du|la|le|el|al|bin|ibn|ben|van|von|der|den|ter|zu|af|av|e)"
_MORE = rf"(?:[ \u00a0](?:{_PARTICLE}[ \u00a0]){{0,2}}(?:{_SHORTENED}|{_CASED})){{0,5}}"

LONGEST_PREFIX = len("d'") + len("аль-")
"""Code points of a run before its first capital letter, at most; the last of them is one of `_ENDS_PREFIX`."""

_ENDS_PREFIX = "'’-"


def runs_in(text: str) -> Iterator[re.Match[str]]:
    """The runs of capitalised words in `text`, as `runs` finds them from left to right."""
    pattern = _runs_from_capital()
    done = 0
    while True:
        for found in pattern.finditer(text, done):
            if found.lastindex is None:
                yield found
                done = found.end()
                continue
            prefixed = runs().search(text, max(done, found.start() - LONGEST_PREFIX))
            if prefixed is None:
                return
            yield prefixed
            done = prefixed.end()
            break
        else:
            return


def _capitals() -> str:
    """The capital letters of all scripts that have them, as the inside of a character class."""
    ranges: list[str] = []
    for first, last in ((0x41, 0x590), (0x10A0, 0x10FF), (0x1C90, 0x1CBF), (0x1E00, 0x2000)):
        ranges += [chr(c) for c in range(first, last) if unicodedata.category(chr(c)) in ("Lu", "Lt")]
    return "".join(ranges)


_PIECES = re.compile(r"\s*(?:[|/•·–—(){}\[\],:;~“”\"«»]|\s-\s)\s*")
_WORD = regex.compile(r"\p{L}[\p{L}\p{M}]*+(?:['’ʼ-][\p{L}\p{M}]++)*+\.?")
_OUTER = re.compile(r"^[^\w]+|[^\w.]+$")
_SPOKEN = re.compile(r"\W{0,3}(\w+)")
_NOT_SIGNED = frozenset({"jr", "sr", "phd", "md", "mp", "mep", "esq", "ii", "iii", "obe", "kc", "qc"})
_PARTICLES = frozenset(_PARTICLE[3:-1].split("|"))
_HONORIFICS = listed("mr mrs ms miss sir lord lady herr frau monsieur madame señor señora don doña dr prof pan pani")


class _Name(msgspec.Struct, frozen=True):
    """A name as its words."""

    words: tuple[str, ...]

    @classmethod
    def of(cls, piece: str) -> _Name:
        words = [w[0] for w in _WORD.finditer(piece)]
        words = [w for w in words if len(w) > 1 or w[0].isupper()]
        while len(words) > 1 and words[0].lower().rstrip(".") in reporting.ROLES:
            words.pop(0)
        while len(words) > 1 and words[-1].lower().rstrip(".") in _NOT_SIGNED:
            words.pop()
        while len(words) > 2 and words[-1].isupper() and 1 < len(words[-1]) <= 4 and not words[0].isupper():
            words.pop()
        return cls(tuple(w if len(w) == 2 and w[1] == "." else w.rstrip(".") for w in words))

    @property
    def parts(self) -> tuple[str, ...]:
        return tuple(w for w in self.words if w not in _PARTICLES)


class _Run(msgspec.Struct, frozen=True):
    words: tuple[str, ...]
    text: str
    passage: int
    start: int
    used: bool
    """Of somebody: see `_used_as_name`."""


class _Found(msgspec.Struct, frozen=True):
    likeness: float
    name: str
    passage: int
    start: int
    initials: bool = False
    pairs: tuple[tuple[str, str], ...] = ()
    """Word of the display name, word of the prose."""


def named(mentions: Sequence[Mention], passages: Sequence[Passage], *, offsets: bool) -> list[Mention]:
    """`mentions`, each with the person that the prose names by its display name, where there is one.

    Arguments: `offsets`, whether offsets into the only passage are of use (a text source).
    """
    if not any(mention.display_name for mention in mentions):
        return list(mentions)
    prose = _Prose(passages)
    known: dict[str, Person | None] = {}
    out: list[Mention] = []
    for mention in mentions:
        name = mention.display_name
        if name and name not in known and len(known) < MAX_NAMES:
            known[name] = prose.person(name, offsets=offsets)
        person = known.get(name) if name else None
        if person is not None and person.name == name and mention.rule.endswith(".attributed"):
            person = None  # the name was taken from the prose in the first place
        out.append(msgspec.structs.replace(mention, person=person) if person is not None else mention)
    return out


class _Prose:
    """The names in an article's prose, collected when first asked for."""

    def __init__(self, passages: Sequence[Passage]) -> None:
        self.passages = tuple(passages)
        self._collected = False
        self._places: dict[str, list[tuple[int, int]]] = {}
        self._runs_with: dict[str, list[str]] = {}
        self._forms: dict[str, list[str]] = {}
        self._keys: list[str] = []
        self._collected_poor = False
        self._poor: dict[str, dict[str, list[_Poor]]] = {}
        self._korean: list[_Poor] = []
        self._signs: dict[str, list[tuple[int, int]]] = {}
        self._sounds: dict[str, list[str]] = {}

    def person(self, display_name: str, *, offsets: bool) -> Person | None:
        """The person that the prose names by `display_name`; null where it names none, or it cannot be told."""
        for piece in (display_name, *_PIECES.split(display_name)[:4]):
            name = _Name.of(piece)
            if not 1 <= len(name.parts) <= 6 or len("".join(name.parts)) < 3:
                continue
            found = self._exact(_OUTER.sub("", piece), name) or self._among_runs(name) or self._without_capitals(name)
            if found is not None:
                return Person(
                    name=found.name,
                    start=found.start if offsets else None,
                    end=found.start + len(found.name) if offsets else None,
                    likeness=round(min(1.0, found.likeness), 2),
                    repair=_repaired(display_name, found.pairs),
                )
        return None

    # --- as it stands

    def _exact(self, piece: str, name: _Name) -> _Found | None:
        if len(name.parts) < 2 and spelling.kind(piece) == "full":
            return None
        if len(piece) < 4 and spelling.kind(piece) == "full":
            return None
        for number, passage in enumerate(self.passages):
            at = passage.text.find(piece, 0, MAX_PROSE)
            while at >= 0:
                end = at + len(piece)
                alone = _bounded(passage.text, at, end) and not _goes_on(passage.text, end)
                if alone and not _within(passage.posts, at):
                    return _Found(1.0, piece, number, at)
                at = passage.text.find(piece, end, MAX_PROSE)
        return None

    # --- runs of capitalised words

    def _collect(self) -> None:
        """Every run of capitalised words, as it stands, with the first places where it does; what it is worth is asked
        only of the few that are like a display name."""
        if self._collected:
            return
        self._collected = True
        left = MAX_PROSE
        for number, passage in enumerate(self.passages):
            text = passage.text[:left]
            left -= len(text)
            for run in runs_in(text):
                raw, start = run[0], run.start()
                places = self._places.get(raw)
                if places is None:
                    if len(self._places) >= MAX_WORDS:
                        break
                    places = self._places[raw] = []
                if len(places) < MAX_PLACES and not (passage.posts and _within(passage.posts, start)):
                    places.append((number, start))
            if left <= 0:
                break
        for raw, places in self._places.items():
            if places:
                for word in raw.replace("\u00a0", " ").split(" "):
                    self._runs_with.setdefault(word, []).append(raw)
        for word in self._runs_with:
            bare = _plain(word)
            self._forms.setdefault(bare.lower() if bare.isascii() else spelling.latin(bare), []).append(word)
        self._keys = list(self._forms)

    def _candidates(self, word: str) -> list[str]:
        """The runs with a word that sounds like `word`."""
        if spelling.kind(word) != "full":
            near = [w for w in self._runs_with if spelling.alike(word, _plain(w)) >= SURNAME]
        else:
            close = process.extract(
                spelling.latin(word),
                self._keys,
                scorer=Levenshtein.normalized_similarity,
                score_cutoff=CLOSE,
                limit=MAX_CLOSE,
            )
            words = [w for key, _, _ in close for w in self._forms[key]]
            near = [w for w in words if spelling.alike_but_lost(word, _plain(w)) >= SURNAME]
        return [raw for w in near for raw in self._runs_with[w]]

    def _run(self, raw: str, length_of_name: int = 0) -> _Run | None:
        """What a run is worth: its words without those that are no name, and how it is used."""
        number, start = self._places[raw][0]
        words, begin, end = _trimmed(raw, start, length_of_name)
        if not words:
            return None
        offset, length = begin - start, end - begin
        used = any(
            _used_as_name(self.passages[n].text, at + offset, at + offset + length, words)
            for n, at in self._places[raw]
        )
        return _Run(words, self.passages[number].text[begin:end], number, begin, used)

    def _among_runs(self, name: _Name) -> _Found | None:
        self._collect()
        if not self._places:
            return None
        parts = name.parts
        if spelling.kind("".join(parts)) in ("han", "hangul") and len(parts) == 1:
            return self._eastern(parts[0])
        found: list[_Found] = []
        ends = {parts[-1], parts[0]}
        if len(parts) > 2:
            ends.add(parts[1])
        raws = dict.fromkeys(raw for word in sorted(ends) for raw in self._candidates(word))
        for raw in list(raws)[:MAX_CLOSE]:
            run = self._run(raw, len(parts))
            if run is None:
                continue
            judged = _same_person(parts, tuple(w for w in run.words if w not in _PARTICLES), run.used)
            if judged is not None:
                likeness, initials, pairs = judged
                text, begin = _cut_to(run, pairs)
                found.append(_Found(likeness, text, run.passage, begin, initials, pairs))
        return self._chosen(name, found)

    def _chosen(self, name: _Name, found: list[_Found]) -> _Found | None:
        whole = [f for f in found if len(f.pairs) > 1]
        if whole:
            best = max(whole, key=lambda f: (f.likeness, -f.passage, -f.start))
            given = {spelling.sound(f.pairs[0][1]) for f in whole if f.initials}
            return None if best.initials and len(given) > 1 else best
        if not found or self._others(name, found):
            return None
        return max(found, key=lambda f: (f.likeness, -f.passage, -f.start))

    def _others(self, name: _Name, found: Sequence[_Found]) -> bool:
        """Does the prose name others by the same surname, or several by the one word?"""
        if len(name.parts) < 2:
            return len({f.name.split()[0] for f in found if " " in f.name}) > 1
        for single in found:
            word = single.pairs[0][1]
            for raw in self._runs_with.get(word, ())[:MAX_CLOSE]:
                run = self._run(raw)
                if run is not None and len(run.words) > 1 and run.words[-1] == word:
                    return True
        return False

    def _eastern(self, name: str) -> _Found | None:
        """Chinese and Korean names are one word, surname first."""
        if not 2 <= len(name) <= 4:
            return None
        found: list[_Found] = []
        for raw, places in self._places.items():
            if not places or not 1 <= raw.count(" ") <= 4:
                continue
            run = self._run(raw)
            if run is None or not 2 <= len(run.words) <= 3:
                continue
            first, last = run.words[0], run.words[-1]
            for surname, given in ((first, "".join(run.words[1:])), (last, "".join(run.words[:-1]))):
                for cut in (1, 2):
                    if len(name) <= cut or (one := spelling.alike(name[:cut], surname)) < 0.9:
                        continue
                    two = spelling.alike(name[cut:], given)
                    if two >= 0.8:
                        pairs = ((name, run.text),)
                        found.append(_Found((one + two) / 2, run.text, run.passage, run.start, False, pairs))
        return max(found, key=lambda f: (f.likeness, -f.passage, -f.start), default=None)

    # --- scripts without capitals

    def _without_capitals(self, name: _Name) -> _Found | None:
        if len(name.parts) < 2:
            return None
        self._collect_poor()
        given, surname = name.parts[0], name.parts[-1]
        best: tuple[int, int, float, _Poor] | None = None
        for pair in self._poor_like(given, surname):
            likeness = _pair(given, surname, pair.first, pair.second) or _pair(surname, given, pair.first, pair.second)
            if likeness is not None and (best is None or (pair.passage, pair.start) < best[:2]):
                best = (pair.passage, pair.start, likeness, pair)
        if best is not None:
            number, start, likeness, pair = best
            return _Found(likeness, self.passages[number].text[start : pair.end], number, start)
        return self._in_signs(given, surname)

    def _collect_poor(self) -> None:
        """Once for the article: neighbouring words of scripts without capitals, by the consonants of each, and where
        each Chinese sound is read."""
        if self._collected_poor:
            return
        self._collected_poor = True
        left = MAX_PROSE
        known: set[tuple[str, str]] = set()
        for number, passage in enumerate(self.passages):
            text = passage.text[:left]
            left -= len(text)
            if text.isascii() or not _POOR_TEXT.search(text):
                continue
            before: tuple[str, int] | None = None
            for word in _POOR_WORD.finditer(text):
                bare, offset = _without_affix(word[0])
                start = word.start() + offset
                if (
                    before is not None
                    and start - before[1] <= 2
                    and (before[0], bare) not in known
                    and len(known) < MAX_WORDS
                    and not _within(passage.posts, start)
                ):
                    known.add((before[0], bare))
                    self._add_poor(_Poor(before[0], bare, number, before[1] - len(before[0]), start + len(bare)))
                before = (bare, start + len(bare))
            for sign in _SIGN.finditer(text):
                places = self._signs.setdefault(sign[0], [])
                if len(places) < MAX_SIGNS:
                    places.append((number, sign.start()))
            if left <= 0:
                break
        for sign_char in self._signs:
            self._sounds.setdefault(spelling.latin(sign_char), []).append(sign_char)

    def _add_poor(self, pair: _Poor) -> None:
        script = spelling.kind(pair.second)
        if script == "hangul":
            self._korean.append(pair)  # its short names are compared otherwise than by their consonants
        frames = self._poor.setdefault(script, {})
        for form in {spelling.frame(pair.first, script), spelling.frame(pair.second, script)}:
            frames.setdefault(form, []).append(pair)

    def _poor_like(self, given: str, surname: str) -> list[_Poor]:
        """Pairs of words one of which has nearly the consonants of the surname, or of the given name."""
        korean = {spelling.latin(given), spelling.latin(surname)} & _korean_surnames()
        found: dict[int, _Poor] = {id(pair): pair for pair in (self._korean[:MAX_KOREAN] if korean else ())}
        for script, frames in self._poor.items():
            one, two = (_near_frames(spelling.frame(part, script), frames) for part in (surname, given))
            for form in one:
                for pair in frames[form]:
                    first, second = spelling.frame(pair.first, script), spelling.frame(pair.second, script)
                    if (first in two and second in one) or (first in one and second in two):
                        found[id(pair)] = pair
        return list(found.values())

    def _in_signs(self, given: str, surname: str) -> _Found | None:
        """Chinese signs that read as this name in Latin letters: 习近平 for Xi Jinping."""
        if not self._sounds:
            return None
        for one, two in ((surname, given), (given, surname)):
            wanted = spelling.latin(one) + spelling.latin(two)
            if not 5 <= len(wanted) <= 24 or spelling.kind(one) != "full":
                continue
            places = [place for char in self._sounds.get(spelling.latin(one), ()) for place in self._signs[char]]
            for number, at in sorted(places)[:MAX_SIGNS]:
                end = _read_in_signs(self.passages[number].text, at, wanted)
                if end is not None and not _within(self.passages[number].posts, at):
                    return _Found(0.9, self.passages[number].text[at:end], number, at)
        return None


def _near_frames(wanted: str, frames: Iterable[str]) -> frozenset[str]:
    """Those of `frames` that `archiver.language.spelling.alike` may find like `wanted`."""
    if len(wanted) < spelling.MIN_FRAME:
        return frozenset()
    cutoff = 1 - 1.5 / max(len(wanted), 3)  # one letter more, less or another
    close = process.extract(
        wanted, list(frames), scorer=Levenshtein.normalized_similarity, score_cutoff=cutoff, limit=MAX_CLOSE
    )
    return frozenset(form for form, _, _ in close)


@cache
def _korean_surnames() -> frozenset[str]:
    return frozenset(form for forms in spelling.KOREAN_SURNAMES.values() for form in forms)


class _Poor(msgspec.Struct, frozen=True):
    """Two neighbouring words of a script without capitals."""

    first: str
    second: str
    passage: int
    start: int
    end: int


MAX_SIGNS = 200
"""Places of one Chinese sign that are read on from."""

MAX_KOREAN = 500


_POOR_TEXT = re.compile(r"[\u0590-\u06ff\u0900-\u0eff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_POOR_WORD = re.compile(
    r"[\u0590-\u05ff]{2,20}|[\u0620-\u06ff]{2,20}|[\u0900-\u0dff]{2,24}|[\u30a1-\u30fa\u30fc]{2,20}|[\uac00-\ud7af]{2,12}"
)
_AFFIXES = (
    re.compile(r"(?P<prefix>[ושבלמה](?=[\u05d0-\u05ea]{4}))?(?P<bare>[\u0590-\u05ff]+)"),
    re.compile(r"(?P<prefix>[وفبل](?=[\u0620-\u06ff]{4}))?(?P<bare>[\u0620-\u06ff]+)"),
    re.compile(
        r"(?P<prefix>)(?P<bare>[\uac00-\ud7af]{2,10}?)(?:은|는|이|가|을|를|의|에|도|과|와|에게|께서|에서|로|으로)?$"
    ),
)


def _without_affix(word: str) -> tuple[str, int]:
    """A word without the particle that its language glues to it, and how much was before it."""
    for affix in _AFFIXES[2:] if word[0] >= "\u1100" else ():
        if found := affix.fullmatch(word):
            return found["bare"], 0
    return word, 0


def _pair(given: str, surname: str, first: str, second: str) -> float | None:
    one, two = spelling.alike(given, first), spelling.alike(surname, second)
    if one < 0.8 or two < 0.8:
        return None
    script = spelling.kind(first)
    consonants = len(spelling.frame(given, script)) + len(spelling.frame(surname, script))
    return (one + two) / 2 if consonants >= MIN_CONSONANTS else None


MIN_CONSONANTS = 5
"""Of given name and surname together, where vowels are no evidence: `Dan Lee` would be many."""


_SIGN = re.compile(r"[\u3400-\u9fff]")


def _read_in_signs(text: str, at: int, wanted: str) -> int | None:
    """Where the signs from `at` on end that together sound like `wanted`; null where they do not."""
    read = ""
    end = at
    while end < min(len(text), at + 4) and len(read) < len(wanted) and "\u3400" <= text[end] <= "\u9fff":
        read += spelling.latin(text[end])
        end += 1
    return end if read == wanted and end - at >= 2 else None


# --- small questions
# --------------------------------------------------------------------------------------------------------


def _within(spans: Sequence[tuple[int, int]], at: int) -> bool:
    number = bisect.bisect_right(spans, (at, sys.maxunicode * 1000)) - 1
    return number >= 0 and at < spans[number][1]


def _bounded(text: str, at: int, end: int) -> bool:
    if spelling.kind(text[at:end]) in ("han", "kana", "hangul", "thai"):
        return True
    before = text[at - 1] if at else " "
    after = text[end] if end < len(text) else " "
    return not (before.isalnum() or before in "@#_") and not (after.isalnum() or after == "_")


def _cut_to(run: _Run, pairs: Sequence[tuple[str, str]]) -> tuple[str, int]:
    """The part of a run from the first to the last word that is the name's: `Virologe Karl Beispiel` has one more."""
    if len(pairs) != 2:
        return run.text, run.start
    words = (pairs[0][1], pairs[1][1])
    places = [
        (at, at + len(word))
        for word, at in zip(words, (run.text.find(words[0]), run.text.rfind(words[1])), strict=True)
    ]
    if min(places)[0] < 0:
        return run.text, run.start
    begin, end = min(places)[0], max(end for _, end in places)
    return run.text[begin:end], run.start + begin


def _goes_on(text: str, end: int) -> bool:
    """`New York` in `New York Example`."""
    return text[end : end + 1] in (" ", "\u00a0") and text[end + 1 : end + 2].isupper()


def _trimmed(run: str, start: int, length_of_name: int) -> tuple[tuple[str, ...], int, int]:
    """The words of a run that can be a name: without weekdays, titles and what begins sentences.

    Weekdays are only looked for where the run has more words than the name: knowing them in all languages takes a fifth
    of a second once.
    """
    pieces = [(m[0], m.start(), m.end()) for m in re.finditer(r"\S+", run)]
    while pieces and _no_name(pieces[0][0], first=True, days=len(pieces) > length_of_name):
        pieces.pop(0)
    while pieces and _no_name(pieces[-1][0], first=False, days=len(pieces) > length_of_name):
        pieces.pop()
    for number in range(len(pieces) - 2, -1, -1):
        if pieces[number][0].lower().rstrip(".") in reporting.ROLES:
            pieces = pieces[number + 1 :]
            break
    if not pieces:
        return (), start, start
    words = tuple(_plain(word) for word, _, _ in pieces)
    last = pieces[-1]
    end = last[2] - len(last[0]) + len(_plain(last[0]))
    return words, start + pieces[0][1], start + end


def _plain(word: str) -> str:
    if word.isalpha():
        return word
    for ending in ("'s", "’s", "'", "’"):
        word = word.removesuffix(ending)
    return word if len(word) == 2 else word.rstrip(".")


def _no_name(word: str, *, first: bool, days: bool) -> bool:
    lower = word.lower().rstrip(".")
    if lower in reporting.PRONOUNS or lower in _COMMON or (first and lower in reporting.AT):
        return True
    return days and len(lower) > 4 and weekday_of(word) is not None


_COMMON = listed(
    "the a an and but for in on at as by from when while after before if this that these those there here "
    "what who how why "
    "also however meanwhile later last next then since both its his her their our my your it he she they "
    "we you der die "
    "das den dem ein eine und aber auch nach bei mit im am für la le les el los las un una une il lo gli "
    "i et en y pero "
    "como com para por o os a as um uma e mas ο η οι το в на и а но как что это після про але як що та the"
)


_BODIES = listed(
    "police polizei policía policia polizia polícia полиция полиции поліція officials authorities "
    "government ministry news "
    "times post party club council army bank team media university church group house city court department office "
    "agency service union association society institute centre center press daily network radio tv foundation company "
    "committee commission parliament senate congress kremlin reuters"
)
"""Words that end the names of bodies, and alone are none."""


def _used_as_name(text: str, start: int, end: int, words: Sequence[str]) -> bool:
    """Is it used of somebody: after a title, or before a verb of saying?"""
    before = text[max(0, start - 24) : start].split()
    title = before[-1].lower().rstrip(".") if before and text[start - 1 : start] != "\n" else ""
    if title in reporting.ROLES or title in _HONORIFICS:
        return True
    if title in ("the", "a", "an", "der", "die", "das", "la", "le", "il", "el") or words[-1].lower() in _BODIES:
        return False
    spoken = _SPOKEN.match(text, end)
    if spoken is None:
        return False
    verb = spoken[1].lower()
    return (verb in reporting.SAID or verb in reporting.WROTE) and len(words) <= 2


def _same_person(
    name: Sequence[str], prose: Sequence[str], used: bool
) -> tuple[float, bool, tuple[tuple[str, str], ...]] | None:
    """(likeness, whether one given name is an initial, which words belong together); null for another person."""
    if len(name) == 1:
        word = name[0]
        if len(word) < 4 or len(prose) > 3:
            return None
        likeness = spelling.alike_but_lost(word, prose[-1])
        if likeness >= ALONE and (len(prose) > 1 or used or _distinct(word, prose[-1])):
            return (likeness * (0.95 if len(prose) == 1 else 0.9), False, ((word, prose[-1]),))
        return None
    if len(prose) == 1:
        surname = _surname(name)
        likeness = spelling.alike_but_lost(surname, prose[0])
        if used and likeness >= ALONE and len(prose[0]) >= 4 and not _is_body(name):
            return likeness * 0.8, False, ((surname, prose[0]),)
        return None
    best: tuple[float, bool, tuple[tuple[str, str], ...]] | None = None
    for given, surname in _orders(name):
        for prose_given, prose_surname in (*_orders(prose), *((last, first) for first, last in _orders(prose))):
            judged = _both(given, surname, prose_given, prose_surname)
            if judged is not None and (best is None or judged[0] > best[0]):
                best = (judged[0], judged[1], ((given, prose_given), (surname, prose_surname)))
    if best is None:
        return None
    if len(prose) > len(name) and prose[-1] not in (best[2][0][1], best[2][1][1]):
        return None  # `New York` is not the `New York Example`
    if len(name) > 2 and len(name) > len(prose) and len(prose) == 2 and best[0] < 0.95 and name[-1] not in best[2][1]:
        return None
    return best


def _is_body(name: Sequence[str]) -> bool:
    """`Ministry of Samples`: nobody is called by its last word."""
    return any(word.lower() in _BODIES or word in ("of", "for", "the", "and") for word in name)


def _surname(name: Sequence[str]) -> str:
    return name[-1] if spelling.kind(name[-1]) == "full" else name[0]


def _orders(name: Sequence[str]) -> list[tuple[str, str]]:
    """Which words may be given name and surname; that the prose has them the other way round is tried besides."""
    found = [(name[0], name[-1])]
    if len(name) > 2:
        found += [(name[0], name[1]), (name[1], name[2]), (f"{name[0]}-{name[1]}", name[2])]
    return found


def _both(given: str, surname: str, prose_given: str, prose_surname: str) -> tuple[float, bool] | None:
    if len(surname.rstrip(".")) < 2 or len(prose_surname.rstrip(".")) < 2:
        return None
    family = spelling.alike_but_lost(surname, prose_surname)
    if family < SURNAME:
        return None
    short, long = sorted((given.rstrip("."), prose_given.rstrip(".")), key=len)
    if len(short) == 1:
        same = spelling.latin(short)[:1] == spelling.latin(long)[:1] != ""
        return (family * 0.85, True) if same and family >= ALONE else None
    own = spelling.alike_but_lost(given, prose_given)
    same_script = given[0].isascii() == prose_given[0].isascii()
    lost = spelling.lost_letters(given, prose_given) > 0
    other = own < 0.98 and not lost and (_sexes(given, prose_given) or (same_script and family < ALONE))
    if other or own < (GIVEN_SAME_SCRIPT if same_script and not lost else GIVEN):
        return None
    mean = (own + family) / 2
    return (mean, False) if mean >= ENOUGH else None


def _sexes(one: str, other: str) -> bool:
    """`Alexander` and `Alexandra`, `Ivan` and `Ivana`, `Daniel` and `Danielle` are two people."""
    first, second = spelling.sound(one), spelling.sound(other)
    if not first or not second or spelling.kind(one) != "full" or spelling.kind(other) != "full":
        return False
    if (first[-1] == "a") != (second[-1] == "a"):
        return True
    return (first[-1] == "e") != (second[-1] == "e") and abs(len(first) - len(second)) == 1


def _distinct(word: str, prose: str) -> bool:
    """A name of one word that is no common word: written the same way, with a capital within or at the beginning."""
    return word == prose and len(word) > 4 and any(c.isupper() for c in word[1:])


def _repaired(display_name: str, pairs: Iterable[tuple[str, str]]) -> str | None:
    repaired = display_name
    for word, prose in pairs:
        whole = spelling.restored(word, prose)
        if whole is not None:
            at = re.search(rf"(?<!\w){re.escape(word)}(?!\w)", repaired)
            if at is not None:
                repaired = repaired[: at.start()] + whole + repaired[at.end() :]
    return repaired if repaired != display_name else None
