"""Where does a display name begin, and how well does it fit a handle?

Display names are up to 50 characters of anything: emoji, flags, right-to-left scripts with their marks, parentheses,
`@`, dots. A dash before the name says where it begins; without one it is told from the words before it. Names lose
letters and are translated on the way into an article, so likeness is a hint and never a condition.

Cost: only the `NAME_WINDOW` code points before a handle are looked at.
"""

from __future__ import annotations

import re
from functools import lru_cache

import anyascii
import regex
from rapidfuzz import fuzz

NAME_WINDOW = 90
"""50 characters of a name, an emoji counted as up to seven code points, and a dash."""

MAX_WORDS = 7

_MANGLED = (
    # an em dash and an en dash whose bytes were read in another character set, once and twice
    *("â€”", "â€“", "â\u0080\u0094", "â\u0080\u0093", "Ă˘â‚¬â€ť", "Ă˘â‚¬â€ś", "Ã¢â‚¬â€\u009d", "Ã¢â‚¬â€", "Ã¢â‚¬â€œ"),
    *("â€\u009d", "â€\u0093", "вЂ”", "вЂ“", "РІР‚вЂќ", "¡ª", "\u0097", "\u0096", "\\u2014", "\\u2013"),
    # entities that nobody decoded, also escaped twice
    *("&mdash;", "&amp;mdash;", "&ndash;", "&amp;ndash;", "&#8212;", "&#8211;", "&#x2014;", "&#x2013;", "&#151;"),
    *("&horbar;", "&amp;#8212;"),
    # what scripts and addresses write for it
    *("%u2014", "%u2013", "%E2%80%94", "%E2%80%93", "\\x97", "\\x96", "&mdash", "&ndash"),
)
"""What is left of a dash where a text's encoding was mistaken."""

_MANGLED_DASH = "|".join(re.escape(form) for form in sorted(_MANGLED, key=len, reverse=True))

_LEADING_DASH = re.compile(
    r"[\s>*_\"“”»'\u200e\u200f\u2066-\u2069]{0,4}"
    rf"(?P<dash>{_MANGLED_DASH}|[—―–‒⸺⸻﹘－−]|--+|-|__|\?\?\?|�+|~)"
    r"[ \t\u00a0]*"
)
"""`— Ana Example (@ana_example)` at the start of a line: whatever stands there is the dash."""

_LEADING_DOUBT = re.compile(r"[\s>*_]{0,4}(?P<dash>\?)[ \u00a0]+")
"""`? Ana Example (@ana_example)`: a dash, where nothing else is one; it may be an emoji of the post's."""

_DASHES: tuple[re.Pattern[str], ...] = (
    # strongest first: what the embed wrote, then what editors and translators made of it
    re.compile(rf"(?:[—―⸺]|{_MANGLED_DASH})[ \t\u00a0]*"),
    re.compile(r"(?:(?<=\s)|(?<=[.!?”\"…]))(?:\?\?\?|--+|__|�+)[ \t\u00a0]+"),
    re.compile(r"(?:(?<=\s)|(?<=[.!?”\"…]))[–‒﹘－−][ \t\u00a0]*"),
    re.compile(r"(?<=\s)-[ \t\u00a0]+"),
)

_SENTENCE_END = re.compile(r"[.!?…。！？।॥۔؟։።:;)\]\"”»’]$")
_ABBREVIATION = re.compile(
    r"(?:[A-Z]\.)+|(?:Dr|Mr|Mrs|Ms|St|Jr|Sr|Prof|Rep|Sen|Gov|Gen|Lt|Col|Sgt|Rev|Hon|Inc|Ltd|No|vs|Ph\.D|M\.D)\.,?"
)
_NOT_IN_NAME = re.compile(r"(?:https?://|www\.|pic\.(?:twitter|x)\.com|\S+\.com/\S)|^[#@]\w")
_PARTICLES = frozenset(
    [
        "de",
        "del",
        "della",
        "di",
        "da",
        "do",
        "dos",
        "das",
        "du",
        "la",
        "le",
        "les",
        "el",
        "al",
        "bin",
        "ibn",
        "ben",
        "van",
        "von",
        "der",
        "den",
        "ter",
        "ten",
        "of",
        "the",
        "and",
        "y",
        "e",
        "et",
        "und",
        "for",
        "für",
        "in",
        "on",
        "at",
        "a",
        "an",
        "to",
        "by",
        "with",
        "is",
    ]
)
_INVISIBLE = dict.fromkeys(
    map(ord, "\u200b\u200c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff")
)


def clean(name: str) -> str | None:
    """The display name as a reader sees it: outer bidi and zero-width marks, Markdown escapes and white space gone.

    Marks inside an emoji sequence stay: they make the emoji. null where nothing is left.
    """
    name = " ".join(name.replace("\\_", "_").split())
    while name and (ord(name[0]) in _INVISIBLE or name[0].isspace()):
        name = name[1:]
    while name and (ord(name[-1]) in _INVISIBLE or name[-1].isspace()):
        name = name[:-1]
    return name or None


def dash_before(segment: str, *, at_line_start: bool) -> tuple[int, int] | None:
    """Where the dash before the name stands in `segment`, the text of one line before a handle: (its start, the
    name's).

    null where there is none. The dash at the start of the line wins, then the strongest kind, and of one kind the last.
    """
    if at_line_start and (leading := _LEADING_DASH.match(segment)):
        return leading.start("dash"), leading.end()
    for kind in _DASHES:
        if every := list(kind.finditer(segment)):
            return every[-1].start(), every[-1].end()
    if at_line_start and (leading := _LEADING_DOUBT.match(segment)):
        return leading.start("dash"), leading.end()
    return None


def name_start(segment: str, handle: str) -> int:
    """Where the name begins in `segment` when no dash says so: the offset of its first word, `len(segment)` for no
    name.

    Walks back word by word and stops at the end of a sentence, a link, a hashtag, two spaces, or a word that is not
    written as a name; among the starts that are left, the one that fits the handle best wins.
    """
    words = list(regex.finditer(r"\S+", segment))
    starts: list[int] = []
    bounded = len(words) <= MAX_WORDS
    for position in range(len(words) - 1, max(-1, len(words) - 1 - MAX_WORDS), -1):
        word = words[position]
        text = word[0]
        last = position == len(words) - 1
        if _NOT_IN_NAME.search(text):
            bounded = True
            break
        if not last:
            gap = segment[word.end() : words[position + 1].start()]
            if (
                len(gap) > 1
                or "\n" in gap
                or (_SENTENCE_END.search(text) and not _ABBREVIATION.fullmatch(text) and text[0] != "(")
            ):
                bounded = True
                break
        if (
            text[0].islower()
            and text.lower() not in _PARTICLES
            and text.isascii()
            and starts
            and not _like(text, handle)
        ):
            bounded = False
            break
        starts.append(word.start())
    if not starts:
        return len(segment)
    # a particle in small letters begins no name: `to The Lantern Society`
    while len(starts) > 1 and segment[starts[-1] :].split(maxsplit=1)[0] in _PARTICLES:
        starts.pop()
    # Of nearly equal fits the longer name wins: a surname alone fits as well as the whole name.
    best = max(starts, key=lambda at: (round(likeness(segment[at:], handle) / 10), -at))
    if best == starts[-1] or not bounded or len(starts) > WHOLE:
        return best
    if len(starts) == len(words):  # nothing else stands on the line
        return starts[-1]
    # All that stands between a boundary and the handle is the name where no part of it fits the handle plainly better.
    fit, whole = likeness(segment[best:], handle), likeness(segment[starts[-1] :], handle)
    return starts[-1] if fit < PLAIN or whole >= fit - NEARLY else best


WHOLE = 4
"""Names have seldom more words; beyond, some are the post's."""
PLAIN = 55
"""A likeness below it is chance."""
NEARLY = 15


@lru_cache(maxsize=4096)
def likeness(name: str, handle: str) -> float:
    """0..100: how much of the handle the name explains, whatever its script."""
    latin = "".join(c for c in anyascii.anyascii(name).lower() if c.isalnum())
    bare = handle.replace("_", "").lower()
    if not latin or not bare:
        return 0.0
    return float(fuzz.ratio(latin, bare))


def _like(word: str, handle: str) -> bool:
    return len(word) > 2 and word.lower().strip(".,") in handle.lower()
