"""Which beginnings do the numbers of a range have? A web archive's index is asked for addresses by their beginning."""

from __future__ import annotations


def decimal_prefixes(first: int, last: int, at_most: int) -> tuple[str, ...]:
    """The longest decimal prefixes, at most so many, that together begin every number from `first` to `last`.

    Numbers of another length, or just outside, may begin with them too: filter what is found. Numbers of different
    lengths need at least one prefix each, so a range over more lengths than `at_most` gives one for each length.
    """
    if not 0 < first <= last:
        return ()
    best: tuple[str, ...] = ()
    for kept in range(1, len(str(last)) + 1):
        found = _prefixes(first, last, kept, at_most)
        if found is None:
            break
        best = found
    return best


def _prefixes(first: int, last: int, kept: int, at_most: int) -> tuple[str, ...] | None:
    """All prefixes of `kept` digits; null when they are more than allowed (but never fewer than one per length)."""
    out: dict[str, None] = {}
    lengths = range(len(str(first)), len(str(last)) + 1)
    for length in lengths:
        low, high = max(first, 10 ** (length - 1)), min(last, 10**length - 1)
        scale = 10 ** max(0, length - kept)
        if high // scale - low // scale >= max(at_most, len(lengths)):
            return None
        out.update(dict.fromkeys(str(n) for n in range(low // scale, high // scale + 1)))
    return tuple(out) if len(out) <= max(at_most, len(lengths)) else None
