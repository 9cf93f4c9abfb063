"""When are two words the same, whatever their case, accents and digits?"""

from __future__ import annotations

import unicodedata
from functools import lru_cache


def fold(text: str) -> tuple[str, list[int]]:
    """`text` for comparing (compatibility forms, case, accents and invisible marks gone, digits as ASCII), and for
    each of its characters the offset in `text` that it came from."""
    if text.isascii():
        return text.lower(), list(range(len(text)))
    pieces = list(map(_folded, text))
    folded = "".join(pieces)
    if len(folded) == len(text) and "" not in pieces:  # each is one character
        return folded, list(range(len(text)))
    return folded, [offset for offset, piece in enumerate(pieces) for _ in piece]


@lru_cache(maxsize=8192)
def _folded(char: str) -> str:
    if char.isascii():
        return char.lower()
    out = ""
    # Korean syllables stay whole: their parts are letters, not accents.
    form = char if "\uac00" <= char <= "\ud7a3" else unicodedata.normalize("NFKD", char)
    for piece in form.casefold():
        category = unicodedata.category(piece)
        if category == "Cf" or (category == "Mn" and not "\u0900" <= piece < "\u1ab0"):
            continue  # bidi and zero-width marks; accents, but not the vowels of India and South-East Asia
        if category == "Nd":
            piece = str(unicodedata.decimal(piece))
        elif category == "Zs":
            piece = " "
        out += piece
    return out


def fold_word(word: str) -> str:
    """A single word in that form, without the point of an abbreviation."""
    return fold(word)[0].strip().rstrip(".").strip()
