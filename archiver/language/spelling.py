"""Is this the same name in another spelling or another script?

One name is written in many ways: Михайло, Mykhailo, Mikhail, ミハイロ; and copies of articles lose letters of it. Words
are brought to Latin letters (anyascii) and then to what all the schemes share:

    sound    mihailo, samplenski   for scripts with vowels: one letter for each sound that schemes write differently
    frame    SNBLNSG               for scripts that leave vowels out, or put some in: coarse consonants alone
    pinyin   xijinping             Chinese names, compared whole

Likeness is evidence for a reader, never a proof: whoever asks decides how much is enough.

Cost: linear in a word, of which `MAX_WORD` code points are looked at; forms of words are kept for a while.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache

from anyascii import anyascii
from rapidfuzz.distance import OSA, Levenshtein

MAX_WORD = 40
"""No part of a name is longer."""

MIN_FRAME = 2
"""Consonants of a word whose vowels are not written; fewer fit everything."""

LONG_FRAME = 4
"""From so many on, one consonant may be another: schemes differ."""

MAX_LOST = 3
"""Letters that a name loses at its beginning (one character of the original, as other scripts write it)."""

_CLUSTERS = (
    ("shch", "S"), ("schtsch", "S"), ("szcz", "S"), ("stsch", "S"),
    ("tsch", "C"), ("tch", "C"), ("cz", "C"), ("ch", "C"),
    ("sch", "S"), ("sh", "S"), ("sz", "S"), ("zh", "Z"), ("kh", "h"), ("gh", "h"), ("ph", "v"), ("th", "t"),
    ("z", "s"), ("ts", "c"), ("tz", "c"), ("ck", "k"), ("ks", "x"),
    ("ou", "u"), ("oo", "u"), ("ee", "i"), ("ae", "a"), ("oe", "o"), ("ue", "u"),
    ("g", "h"), ("q", "k"), ("f", "v"), ("w", "v"), ("y", "i"), ("j", "i"),
)  # fmt: skip
"""What schemes write for one sound, longest first. `g` and `h` are one because Ukrainian Г is both."""

_TO_SOUND = dict(_CLUSTERS)
_CLUSTER = re.compile("|".join(written for written, _ in _CLUSTERS) + "|c(?=[ei])|c")
_GLIDE = re.compile(r"i(?=[aeou])")
_DOUBLE = re.compile(r"([a-zSCZ])\1+")
_NOT_LATIN = re.compile(r"[^a-z]+")
_ADJECTIVE = re.compile(r"([kcS])(?:i|ii|ei|ih)$")


_MARKED = str.maketrans(
    {"č": "ch", "ć": "ch", "ĉ": "ch", "š": "sh", "ś": "sh", "ş": "sh", "ș": "sh", "ž": "zh", "ż": "zh", "ź": "zh"}
    | {"Č": "ch", "Ć": "ch", "Š": "sh", "Ś": "sh", "Ş": "sh", "Ș": "sh", "Ž": "zh", "Ż": "zh", "Ź": "zh"}
)
"""Letters whose mark is a sound of its own, which copies and other schemes write out, or lose."""


def latin(word: str) -> str:
    """`word` in small letters a to z."""
    word = word[:MAX_WORD]
    return _NOT_LATIN.sub("", (word if word.isascii() else anyascii(word)).lower())


@lru_cache(maxsize=8192)
def sound(word: str) -> str:
    """What the spellings of one name share, in scripts that write vowels."""
    form = _CLUSTER.sub(lambda m: _TO_SOUND.get(m[0]) or ("k" if m[0] == "c" else m[0]), latin(word))
    if form.startswith("eu") and len(form) > 3:  # Eugen, Evgenij
        form = "ev" + form[2:]
    form = _DOUBLE.sub(r"\1", _GLIDE.sub("", form) if len(form) > 3 else form)
    form = _ADJECTIVE.sub(r"\1i", form)
    return form[:-1] if len(form) > 3 and form[-1] == "h" and form[-2] in "aeiou" else form


# --- scripts that leave vowels out
# --------------------------------------------------------------------------------------------

_POOR = re.compile(
    r"(?P<abjad>[\u0590-\u06ff\u0700-\u074f\ufb1d-\ufefc])|(?P<kana>[\u3040-\u30ff\uff66-\uff9d])"
    r"|(?P<hangul>[\u1100-\u11ff\uac00-\ud7af])|(?P<indic>[\u0900-\u0dff])|(?P<thai>[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff])"
)
_HAN = re.compile(r"[\u3400-\u9fff]")
_HEBREW = str.maketrans({"ב": "b", "פ": "p", "ף": "p", "ו": "", "ח": "h", "כ": "k", "ך": "k"})
_FRAME_CLUSTER = re.compile(r"shch|tsch|tch|sch|sh|zh|ch|kh|gh|ph|th|ts|tz|cz|sz|ck|ks|[a-z]")
_COARSE = {
    **dict.fromkeys(("shch", "tsch", "tch", "sch", "sh", "zh", "ch", "ts", "tz", "cz", "sz", "s", "z"), "S"),
    **dict.fromkeys(("kh", "gh", "g", "k", "q", "c", "ck"), "G"),
    **dict.fromkeys(("b", "p", "f", "ph"), "B"),
    **dict.fromkeys(("d", "t", "th"), "T"),
    **dict.fromkeys(("ks", "x"), "GS"),
    "l": "L",
    "r": "R",
    "m": "M",
    "n": "N",
}
"""Vowels, semivowels and `h` are left out; `j` and `v` are what the script at hand makes of them."""


def kind(word: str) -> str:
    """How the script of `word` writes: `full` (vowels and all), `han`, or which of those that leave vowels out."""
    if word.isascii():
        return "full"
    poor = _POOR.search(word)
    if poor is not None:
        return str(poor.lastgroup)
    return "han" if _HAN.search(word) else "full"


@lru_cache(maxsize=8192)
def frame(word: str, script: str) -> str:
    """The coarse consonants of `word`, as a name that was brought into `script` keeps them."""
    form = latin(word.translate(_HEBREW))
    out: list[str] = []
    for cluster in _FRAME_CLUSTER.findall(form):
        piece = _COARSE.get(cluster, "")
        if cluster == "j":
            piece = "S" if script in ("kana", "hangul", "indic") else ""
        elif cluster == "v":
            piece = "B" if script in ("kana", "hangul", "indic") else ""
        elif cluster == "f" and script == "hangul":
            piece = "B"
        if script in ("kana", "hangul") and piece in ("L", "R"):
            piece = "L"
        if piece and (not out or out[-1] != piece):
            out.append(piece)
    form = "".join(out)
    return form.replace("MB", "NB") if script == "kana" else form


KOREAN_SURNAMES = {
    "김": ("kim", "gim"), "이": ("lee", "yi", "rhee", "li", "i"), "박": ("park", "pak", "bak"), "최": ("choi", "choe"),
    "정": ("jung", "jeong", "chung", "chong"), "강": ("kang", "gang"), "조": ("cho", "jo"), "윤": ("yoon", "yun"),
    "장": ("jang", "chang"), "임": ("lim", "im", "rim"), "한": ("han",), "오": ("oh", "o"), "서": ("seo", "suh"),
    "신": ("shin", "sin"), "권": ("kwon", "gwon"), "황": ("hwang",), "안": ("ahn", "an"), "송": ("song",),
    "류": ("ryu", "yoo", "yu"), "유": ("yoo", "yu"), "전": ("jeon", "jun", "chun"),
    "홍": ("hong",), "문": ("moon", "mun"),
    "양": ("yang",), "손": ("son", "sohn"), "배": ("bae",), "백": ("baek", "paik"), "허": ("hur", "heo", "huh"),
    "남": ("nam",), "노": ("noh", "roh", "no"), "심": ("shim", "sim"), "하": ("ha",),
    "주": ("joo", "ju"), "구": ("koo", "gu"),
}  # fmt: skip
"""The commonest surnames, as their bearers write them in Latin letters: no scheme gives these."""


KOREAN_GIVEN = 2
"""Syllables of a given name."""

_KOREAN_VOWELS = re.compile(r"ae|eo|eu|oe|oo|ou|u|woo|wo")


def _korean(word: str) -> str:
    """A Korean given name without what its romanisations differ in."""
    form = latin(word).replace("hyeon", "hyun").replace("yeong", "yung").replace("yeon", "yun").replace("young", "yung")
    return _KOREAN_VOWELS.sub("o", form).replace("g", "k").replace("d", "t").replace("b", "p").replace("j", "c")


_EQUIVALENT = (
    "volodymyr vladimir uladzimir", "oleksandr aleksandr alexander aliaksandr", "mykola nikolai nikolay mikalai",
    "mykhailo mikhail mikhailo mihail", "petro pyotr piotr petr", "serhii sergei sergey siarhei",
    "andrii andrei andrey",
    "yevhen evgeny evgeni evgenii yauhen", "dmytro dmitry dmitri dzmitry", "pavlo pavel paval", "oleh oleg aleh",
    "olena elena yelena alena", "kateryna ekaterina katsiaryna", "iryna irina", "hanna anna ganna",
    "oleksii alexei aleksey",
    "yurii yuri georgi", "ihor igor", "vasyl vasily vasili", "hryhorii grigory grigori", "illia ilya",
    "olha olga volha",
    "mohammed muhammad mohamed muhammed mehmet", "ahmed ahmad ahmet", "yusuf youssef yousef", "husain hussein hossein",
    "ali aly", "hasan hassan", "ibrahim ebrahim", "khaled khalid", "omar umar omer", "abdallah abdullah abdulla",
)  # fmt: skip
"""Given names that two languages of one country, or two schemes, write differently for one person."""


@cache
def _equivalents() -> dict[str, int]:
    return {sound(name): number for number, names in enumerate(_EQUIVALENT) for name in names.split()}


# --- two words
# ----------------------------------------------------------------------------------------------------------------


def alike(one: str, other: str) -> float:
    """0 to 1: how alike two words sound, in whatever scripts; 1 only where they are written the same way."""
    if one.casefold() == other.casefold():
        return 1.0
    here, there = kind(one), kind(other)
    if here == there == "full":
        likeness = _of_sounds(sound(one), sound(other))
        if likeness < 0.9 and (marked := (one.translate(_MARKED), other.translate(_MARKED))) != (one, other):
            likeness = max(likeness, _of_sounds(sound(marked[0]), sound(marked[1])))
        return likeness
    if "han" in (here, there):
        same = latin(one) == latin(other) and len(latin(one)) > 1
        return 0.95 if same and "full" in (here, there) else 0.0
    if here == there:
        return float(Levenshtein.normalized_similarity(one, other)) * 0.95
    script = there if here == "full" else here
    if "hangul" in (here, there):
        korean, foreign = (one, other) if here == "hangul" else (other, one)
        if len(korean) == 1:
            return 0.95 if latin(foreign) in KOREAN_SURNAMES.get(korean, ()) else 0.0
        if kind(foreign) == "full" and len(korean) <= KOREAN_GIVEN:
            return _of_sounds(_korean(korean), _korean(foreign))
    first, second = frame(one, script), frame(other, script)
    if min(len(first), len(second)) < MIN_FRAME:
        return 0.0
    if first == second:
        return 0.9
    if min(len(first), len(second)) >= LONG_FRAME and Levenshtein.distance(first, second) == 1:
        return 0.83
    return 0.0


def _of_sounds(first: str, second: str) -> float:
    if not first or not second:
        return 0.0
    if first == second:
        return 0.98
    group = _equivalents().get(first)
    if group is not None and group == _equivalents().get(second):
        return 0.95
    return round(min(0.97, float(OSA.normalized_similarity(first, second))), 3)


# --- lost letters
# -------------------------------------------------------------------------------------------------------------

_INTO_CYRILLIC = (
    ("shch", "щ"), ("zh", "ж"), ("kh", "х"), ("ts", "ц"), ("tz", "ц"), ("tch", "ч"), ("ch", "ч"),
    ("sh", "ш"), ("sch", "ш"),
    ("ph", "ф"), ("ya", "я"), ("ja", "я"), ("ia", "я"), ("yu", "ю"), ("ju", "ю"), ("iu", "ю"), ("yo", "ё"), ("jo", "ё"),
    ("ye", "е"), ("je", "е"), ("ou", "у"),
    ("a", "а"), ("b", "б"), ("c", "к"), ("d", "д"), ("e", "е"), ("f", "ф"), ("g", "г"), ("h", "г"),
    ("i", "и"), ("j", "й"),
    ("k", "к"), ("l", "л"), ("m", "м"), ("n", "н"), ("o", "о"), ("p", "п"), ("q", "к"), ("r", "р"),
    ("s", "с"), ("t", "т"),
    ("u", "у"), ("v", "в"), ("w", "в"), ("x", "кс"), ("y", "й"), ("z", "з"),
)  # fmt: skip
_UKRAINIAN = {"ye": "є", "je": "є", "yo": "йо", "jo": "йо", "i": "і", "y": "и"}
_INTO_GREEK = (
    ("th", "θ"), ("ph", "φ"), ("ch", "χ"), ("ps", "ψ"), ("ks", "ξ"), ("ou", "ου"), ("mp", "μπ"),
    ("a", "α"), ("b", "μπ"), ("c", "κ"), ("d", "ντ"), ("e", "ε"), ("f", "φ"), ("g", "γ"),
    ("h", "χ"), ("i", "ι"), ("j", "τζ"),
    ("k", "κ"), ("l", "λ"), ("m", "μ"), ("n", "ν"), ("o", "ο"), ("p", "π"), ("q", "κ"), ("r", "ρ"),
    ("s", "σ"), ("t", "τ"),
    ("u", "ου"), ("v", "β"), ("w", "β"), ("x", "ξ"), ("y", "υ"), ("z", "ζ"),
)  # fmt: skip


SURELY = 0.85
"""How alike the rest has to be, for letters before it to be lost and not others."""


def lost_letters(word: str, whole: str) -> int:
    """How many letters at the beginning of `whole` are missing in `word`, which is otherwise alike; 0 for none.

    Only of a word that begins with a small letter, as no name does that lost nothing.
    """
    if not word[:1].islower() or kind(whole) != "full" or kind(word) != "full" or len(whole) < 3 or len(word) < 2:
        return 0
    best, kept = 0, _of_sounds(sound(word), sound(whole))
    own = latin(whole)
    for lost in range(1, min(MAX_LOST, len(own) - 1) + 1):
        rest = _of_sounds(sound(word), sound(own[lost:]))
        if rest > kept + 0.02:
            best, kept = lost, rest
    return best if kept >= SURELY else 0


def alike_but_lost(word: str, whole: str) -> float:
    """`alike`, but for letters that `word` lost at its beginning."""
    lost = lost_letters(word, whole)
    if not lost:
        return alike(word, whole)
    return round(max(alike(word, whole), 0.97 * _of_sounds(sound(word), sound(latin(whole)[lost:]))), 3)


def restored(word: str, whole: str) -> str | None:
    """`word` with the letters that it lost at its beginning, as `whole` shows them, in the script of `word`.

        >>> restored("ван", "Ivan")
        'Иван'

    null where none are lost, or the script has no letters for them.
    """
    lost = lost_letters(word, whole)
    if not lost:
        return None
    first = latin(whole)[:lost]
    if "\u0400" <= word[0] <= "\u052f":
        if "\u0400" <= whole[0] <= "\u052f" and sound(whole[:1]) == sound(first):
            begin: str | None = whole[0].lower()
        else:
            ukrainian = any(letter in "іїєґ" for letter in word.lower())
            begin = _written(first, _INTO_CYRILLIC, _UKRAINIAN if ukrainian else {})
    elif "\u0370" <= word[0] <= "\u03ff":
        begin = _written(first, _INTO_GREEK, {})
    elif latin(word[0]) == word[0] or word[0] < "\u0250":
        begin = (
            whole[:lost].lower() if whole[:lost].isalpha() and kind(whole) == "full" and whole[0] < "\u0250" else first
        )
    else:
        return None
    return begin[:1].upper() + begin[1:] + word if begin else None


def _written(letters: str, table: tuple[tuple[str, str], ...], first: dict[str, str]) -> str | None:
    out: list[str] = []
    at = 0
    while at < len(letters):
        for written, letter in table:
            if letters.startswith(written, at):
                out.append(first.get(written, letter))
                at += len(written)
                break
        else:
            return None
    return "".join(out)
