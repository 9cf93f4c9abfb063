"""Does one of many strings stand in a text?

Native searches for one string after the other are faster than any pattern of them all, and strings that share a piece
need only be looked for where that piece is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence

MIN_PIECE, LONGEST_PIECE = 3, 8
"""Letters of what several strings have in common, for it to be rare in other text, and to be found fast."""


class AnyOf:
    """Some strings, one of which is enough.

    Arguments: `telling`, the part of each string that other text seldom has, in which shared pieces are looked for.
    """

    def __init__(self, strings: Iterable[str], *, telling: Callable[[str], str] = str) -> None:
        every = list(dict.fromkeys(strings))
        least = [one for one in every if not any(other != one and other in one for other in every)]
        self._groups = _by_piece(least, telling)

    def within(self, text: str) -> bool:
        """Whether one of the strings stands in `text`."""
        for piece, strings in self._groups:
            if piece in text:
                for string in strings:
                    if string in text:
                        return True
        return False


def _by_piece(strings: Sequence[str], telling: Callable[[str], str]) -> list[tuple[str, list[str]]]:
    """The strings under a piece that they share, as few as there can be; those that share none under themselves."""
    left = sorted(strings)
    groups: list[tuple[str, list[str]]] = []
    while left:
        shared = Counter(piece for string in left for piece in _pieces(telling(string)))
        best = max(shared, key=lambda piece: (shared[piece], len(piece), piece), default="")
        if shared[best] < 2:
            return groups + [(string, [string]) for string in left]
        groups.append((best, [string for string in left if best in string]))
        left = [string for string in left if best not in string]
    return groups


def _pieces(string: str) -> set[str]:
    return {
        string[start:stop]
        for start in range(len(string))
        for stop in range(start + MIN_PIECE, min(len(string), start + LONGEST_PIECE) + 1)
    }
