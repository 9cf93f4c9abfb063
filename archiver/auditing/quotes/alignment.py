"""Where do two wordings part, word by word?

As many readings as are worth judging: a shortest edit script over all words, one of the window that the shorter fits in
best, and the parts of the post that marks of omission stand between.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

import regex
from rapidfuzz import fuzz
from rapidfuzz.distance import Indel

from archiver.auditing.quotes import sameness
from archiver.auditing.quotes.worded import UNSPACED, Token, Wording

NEAR = 3
"""Words, or signs: one word may be changed into several."""
WINDOW_TOKENS = 1500
"""Longer texts are aligned whole: looking for the window takes the product of the lengths."""

OMISSION = re.compile(r"\.\s?\.\s?\.|[\[(]\s*(?:\.\s*)*[\])]|[\[(]\s*…\s*[\])]|…")
FULL_STOP = regex.compile(r"[.!?。！？।۔؟…\n]|\p{Extended_Pictographic}")
_LINE_BREAK = regex.compile(r"\n")


class Place(NamedTuple):
    """Where the wordings part: tokens `i1` to `i2` of the article's stand for `j1` to `j2` of the post's."""

    i1: int
    i2: int
    j1: int
    j2: int


def alignments(shown: Wording, post: Wording) -> Iterator[list[Place]]:
    """The readings, each as the places where the wordings part, in order; all words between them are the same."""
    a, b = shown.forms, post.forms
    if "".join(a) == "".join(b):
        yield []  # words joined or parted
        return
    found = _by_parts(shown, post)
    if found is not None:
        yield found
        return
    yield _aligned(shown, post, (0, len(a)), (0, len(b)))
    if min(len(a), len(b)) > 2 and len(a) != len(b) and max(len(a), len(b)) <= WINDOW_TOKENS:
        # the shorter one may be a part of the other: spread over all of it, what is changed would find some partner
        window = fuzz.partial_ratio_alignment(a, b)
        if window is not None and window.score >= 50:
            yield _aligned(shown, post, (window.src_start, window.src_end), (window.dest_start, window.dest_end))


def _aligned(shown: Wording, post: Wording, ours: tuple[int, int], theirs: tuple[int, int]) -> list[Place]:
    """Where they part within these two stretches, and what lies outside of them."""
    (i, i_end), (j, j_end) = ours, theirs
    places = [
        Place(step.src_start + i, step.src_end + i, step.dest_start + j, step.dest_end + j)
        for step in Indel.opcodes(shown.forms[i:i_end], post.forms[j:j_end])
        if step.tag != "equal"
    ]
    places = [Place(0, i, 0, j), *places, Place(i_end, len(shown.tokens), j_end, len(post.tokens))]
    joined = _joined([place for place in places if place.i2 > place.i1 or place.j2 > place.j1], shown)
    return [_narrowed(place, shown, post) for place in joined]


def _narrowed(place: Place, shown: Wording, post: Wording) -> Place:
    """Without words at either end that are the same: a window may have cut between them."""
    i1, i2, j1, j2 = place
    while i1 < i2 and j1 < j2 and shown.tokens[i1].form == post.tokens[j1].form:
        i1, j1 = i1 + 1, j1 + 1
    while i1 < i2 and j1 < j2 and shown.tokens[i2 - 1].form == post.tokens[j2 - 1].form:
        i2, j2 = i2 - 1, j2 - 1
    return Place(i1, i2, j1, j2)


def _joined(places: Sequence[Place], shown: Wording) -> list[Place]:
    """Places that touch are one; and in scripts without spaces, where a sign or two is shared by chance, near ones."""
    out: list[Place] = []
    for place in places:
        if out:
            last = out[-1]
            between = range(last.i2, place.i1)
            near = len(between) <= 2 and all(is_sign(shown.tokens[at]) for at in between)
            changed = last.i2 > last.i1 or last.j2 > last.j1
            if place.i1 - last.i2 == place.j1 - last.j2 and (not between or (near and changed and last.i1 > 0)):
                out[-1] = Place(last.i1, place.i2, last.j1, place.j2)
                continue
        out.append(place)
    return out


def is_sign(token: Token) -> bool:
    return token.sort == "word" and UNSPACED.match(token.form) is not None


def _by_parts(shown: Wording, post: Wording) -> list[Place] | None:
    """Where the article's words are parts of the post's, in order, to the letter: what is left out between them.

    A shortest edit script finds some way to fit them in, which may scatter a part over the post.
    """
    cuts = [at for at in range(1, len(shown.tokens)) if OMISSION.search(shown.marks(at))]
    if len(cuts) > 50:
        return None
    for bounds in ([0, *cuts, len(shown.tokens)], [0, len(shown.tokens)]):
        found = _parts_found(shown, post, bounds)
        if found is not None:
            return found
    return None


def _parts_found(shown: Wording, post: Wording, bounds: Sequence[int]) -> list[Place] | None:
    text = "\x1f" + "\x1f".join(post.forms) + "\x1f"
    places: list[Place] = []
    at = before = 0
    for start, stop in pairwise(bounds):
        part = "\x1f" + "\x1f".join(shown.forms[start:stop]) + "\x1f"
        found = text.find(part, at)
        if found < 0 and stop - start > 1 and OMISSION.search(shown.marks(stop)):
            # the last word was cut within
            found = text.find(part[:-1], at)
        if found < 0:
            return None
        first = before + text.count("\x1f", at, found + 1) - 1
        if first > before:
            places.append(Place(start, start, before, first))
        before = first + stop - start
        at = found + len(part) - 1
        if text[at] != "\x1f":  # a cut word: go to the end of the whole one
            at = text.find("\x1f", found + len(part) - 1)
    if before < len(post.tokens):
        places.append(Place(len(shown.tokens), len(shown.tokens), before, len(post.tokens)))
    return [place for place in places if place.j2 > place.j1]


def parted_places(place: Place, shown: Wording, post: Wording) -> tuple[Place, ...]:
    """The place; or two, where words that are others stand beside words that were left out, or that are set apart.

    Left out are whole sentences at an end, and what a mark of omission stands for. As many words are taken for changed
    as stand on the other side, about.
    """
    i1, i2, j1, j2 = place
    ours, theirs = i2 - i1, j2 - j1
    if not ours or not theirs or ours == theirs:
        return (place,)
    first, last = i1 == 0 and j1 == 0, i2 == len(shown.tokens) and j2 == len(post.tokens)
    if theirs < ours:
        if last and (at := _nearest(shown, _LINE_BREAK, range(i1 + 1, i2), i1 + theirs)):
            return Place(i1, at, j1, j2), Place(at, i2, j2, j2)
        if first and (at := _nearest(shown, _LINE_BREAK, range(i1 + 1, i2), i2 - theirs)):
            return Place(i1, at, j1, j1), Place(at, i2, j1, j2)
        return (place,)
    before, behind = (OMISSION.search(shown.marks(at)) is not None for at in (i1, i2))
    within = range(j1 + 1, j2)
    if behind or (last and not before):
        at = next((at for at in _near(within, j1 + ours) if _same(shown, i1, i2, post, j1, at)), 0)
        at = at or (j1 + ours if behind else _nearest(post, FULL_STOP, within, j1 + ours))
        return (Place(i1, i2, j1, at), Place(i2, i2, at, j2)) if at else (place,)
    if before or first:
        at = next((at for at in _near(within, j2 - ours) if _same(shown, i1, i2, post, at, j2)), 0)
        at = at or (j2 - ours if before else _nearest(post, FULL_STOP, within, j2 - ours))
        return (Place(i1, i1, j1, at), Place(i1, i2, at, j2)) if at else (place,)
    return (place,)


def _same(shown: Wording, i1: int, i2: int, post: Wording, j1: int, j2: int) -> bool:
    return sameness.same(shown, range(i1, i2), post, range(j1, j2))


def _near(places: range, wanted: int) -> range:
    return range(max(places.start, wanted - NEAR), min(places.stop, wanted + NEAR + 1))


def _nearest(wording: Wording, mark: regex.Pattern[str], places: range, wanted: int) -> int:
    """The token nearest to `wanted` with such a mark before it; 0 where there is none near."""
    found = [at for at in _near(places, wanted) if mark.search(wording.gap(at))]
    return min(found, key=lambda at: abs(at - wanted), default=0)
