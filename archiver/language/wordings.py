"""Which words do two wordings of a post not share?

Shortest edit script over words (Indel distance, bit-parallel: n·m/64 steps), so the bound on words bounds the cost.
"""

from __future__ import annotations

from typing import NamedTuple
from unicodedata import normalize

import regex
from rapidfuzz.distance import Indel

MAX_TOKENS = 10_000
"""Words, blanks and other signs: a post has at most 25,000 characters; longer wordings are shown unmarked. The bits of
the comparison take 12 MB then."""

_BY_SIGN = r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]"
"""Scripts without spaces between words are compared sign by sign. What a reader sees as one sign (UAX 29, grapheme
cluster: a family of emoji, a flag, a consonant with what hangs on it) is never cut."""

_SILENT = r"[\p{Default_Ignorable_Code_Point}--[\u200c\u200d\u202a-\u202e\u2066-\u2069\U000e0020-\U000e007f]]"
"""What nobody sees: no difference. Joiners are spelling, the tags of a flag are seen, and what turns the writing
direction is shown."""

# An apostrophe, a joiner or what is not seen between two letters is part of the word (UAX 29, WB4, WB6 and WB7), and so
# is a point or comma between two digits (WB11 and WB12).
_LETTERS = rf"(?:(?!{_BY_SIGN})[\p{{L}}\p{{N}}\p{{M}}_])++"
_WITHIN = rf"(?:['’]|\u200c|\u200d|{_SILENT}|(?<=\p{{Nd}})[.,](?=\p{{Nd}}))"
_PICTURE = regex.compile(r"pic\.(?:twitter|x)\.com/\w+")
"""What an embed prints for the post's own pictures and films: no words of the post, and not in its record."""

# Flags first: looking for the ends of many in a row with \X takes the square of their number.
_FLAG = r"\p{Regional_Indicator}{2}"
_TOKENS = regex.compile(
    rf"{_PICTURE.pattern}|(?={_BY_SIGN})\X|{_LETTERS}(?:{_WITHIN}++{_LETTERS})*+|\s++|{_FLAG}|\p{{Regional_Indicator}}|\X",
    regex.DOTALL | regex.V1,
)
_NOT_SEEN = regex.compile(_SILENT, regex.V1)

_LOOK_THE_SAME = str.maketrans("‘’ʼ“”‐‑", "'''\"\"--")
"""Print shops set these for those of a keyboard."""


class Piece(NamedTuple):
    """A stretch of one wording, and whether the other has it too."""

    text: str
    shared: bool


def tokens(text: str) -> list[str]:
    """The text in words, blanks and other signs; joined they give the text again. Cost: linear."""
    found: list[str] = _TOKENS.findall(text)
    return found


def compare(printed: str, captured: str) -> tuple[tuple[Piece, ...], tuple[Piece, ...]] | None:
    """Both wordings in pieces, differences marked; null where they are too long to compare.

    Joining the pieces of a side gives that side's text unchanged. No difference are: amount and kind of white space,
    signs that cannot be seen, links that an embed prints for pictures, how a letter with a mark is encoded (Unicode
    normalisation form C), and whether an apostrophe, a quotation mark or a hyphen is the printer's or the keyboard's.
    """
    if max(len(printed), len(captured)) > 10 * MAX_TOKENS:
        return None
    left, right = tokens(printed), tokens(captured)
    if len(left) > MAX_TOKENS or len(right) > MAX_TOKENS:
        return None
    ours: list[Piece] = []
    theirs: list[Piece] = []
    for operation in Indel.opcodes(_keys(left), _keys(right)):
        shared = operation.tag == "equal"
        _add(ours, left[operation.src_start : operation.src_end], shared=shared)
        _add(theirs, right[operation.dest_start : operation.dest_end], shared=shared)
    return tuple(ours), tuple(theirs)


def _keys(found: list[str]) -> list[str]:
    return [_key(token) for token in found]


def _key(token: str) -> str:
    if token.isspace():
        return " "
    if _PICTURE.fullmatch(token):
        return ""
    if token.isascii():
        return token
    return normalize("NFC", _NOT_SEEN.sub("", token)).translate(_LOOK_THE_SAME)


def _add(pieces: list[Piece], tokens: list[str], *, shared: bool) -> None:
    if shared:
        _append(pieces, "".join(tokens), shared=True)
        return
    # A blank is not worth a mark: neither alone nor at the ends of what is marked.
    start, end = 0, len(tokens)
    while start < end and not _key(tokens[start]).strip():
        start += 1
    while start < end and not _key(tokens[end - 1]).strip():
        end -= 1
    _append(pieces, "".join(tokens[:start]), shared=True)
    _append(pieces, "".join(tokens[start:end]), shared=False)
    _append(pieces, "".join(tokens[end:]), shared=True)


def _append(pieces: list[Piece], text: str, *, shared: bool) -> None:
    if not text:
        return
    if pieces and pieces[-1].shared == shared:
        text = pieces.pop().text + text
    pieces.append(Piece(text, shared))
