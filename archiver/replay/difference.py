"""Which words do two wordings of a post not share?

Shortest edit script over words (Indel distance, bit-parallel: n·m/64 steps), so the bound on words bounds the cost.
"""

from __future__ import annotations

from typing import NamedTuple
from unicodedata import normalize

import regex
from rapidfuzz.distance import Indel

MAX_WORDS = 4000
"""A post has at most 25,000 characters; longer wordings are shown unmarked."""

# Scripts without spaces between words are compared sign by sign.
_SIGN = r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]\p{M}*+"
# An apostrophe, a joiner or a soft hyphen between two letters is part of the word (UAX 29, WB6 and WB7).
_LETTERS = r"(?:(?![\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}])[\p{L}\p{N}\p{M}_])++"
_TOKENS = regex.compile(rf"{_SIGN}|{_LETTERS}(?:['’\u00ad\u200c\u200d]{_LETTERS})*+|\s++|.", regex.DOTALL)


class Piece(NamedTuple):
    """A stretch of one wording, and whether the other has it too."""

    text: str
    shared: bool


def compare(printed: str, captured: str) -> tuple[tuple[Piece, ...], tuple[Piece, ...]] | None:
    """Both wordings in pieces, differences marked; null where they are too long to compare.

    Joining the pieces of a side gives that side's text unchanged. Amount and kind of white space are no difference, and
    neither is how a letter with a mark is encoded (Unicode normalisation form C).
    """
    left, right = _TOKENS.findall(printed), _TOKENS.findall(captured)
    if len(left) > MAX_WORDS or len(right) > MAX_WORDS:
        return None
    ours: list[Piece] = []
    theirs: list[Piece] = []
    for operation in Indel.opcodes(_keys(left), _keys(right)):
        shared = operation.tag == "equal"
        _add(ours, left[operation.src_start : operation.src_end], shared=shared)
        _add(theirs, right[operation.dest_start : operation.dest_end], shared=shared)
    return tuple(ours), tuple(theirs)


def _keys(tokens: list[str]) -> list[str]:
    return [" " if token.isspace() else token if token.isascii() else normalize("NFC", token) for token in tokens]


def _add(pieces: list[Piece], tokens: list[str], *, shared: bool) -> None:
    text = "".join(tokens)
    if not text:
        return
    if not text.strip():
        shared = True  # a lone blank is not worth a mark
    if pieces and pieces[-1].shared == shared:
        text = pieces.pop().text + text
    pieces.append(Piece(text, shared))
