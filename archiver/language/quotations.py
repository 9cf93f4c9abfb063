"""Where does a text quote: which stretches stand between quotation marks, or are set apart as quoted?

    “…”  „…“  „…”  ”…”  «…»  »…«  "…"  ‘…’  ‹…›  「…」  『…』  ״…״      marks of all languages
    > …                                                            a quoted block of Markdown or mail

Cost: one pass. For each kind of closing mark the next one is looked up once and kept, so that marks that never close
cost no more than others.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import msgspec

MAX_QUOTATION = 3000
"""Code points between two marks; what is longer was never closed."""

MIN_WORDS = 3
MIN_WIDE = 8
"""Fewer words (or, in scripts without spaces, letters) are a name, a title or an irony."""

_CLOSERS = {
    "“": '”"',
    "„": '“”"',
    "”": "”",
    "«": "»",
    "»": "«»",
    '"': '"',
    "＂": "＂",
    "״": "״",
    "‘": "’",
    "'": "'",
    "‚": "‘’",
    "‹": "›",
    "›": "‹",
    "「": "」",
    "『": "』",
}
_OPENER = re.compile(r"[“„”«»\"＂״‘‚‹›「『]|(?<=[\s(])'(?=\w)|(?:(?<=\n)|\A)> ?")


class Quotation(msgspec.Struct, frozen=True, kw_only=True):
    """A quoted stretch: `start`, `end` of its words, `outer_start`, `outer_end` with its marks."""

    start: int
    end: int
    outer_start: int
    outer_end: int
    block: bool = False


def quotations(text: str, set_apart: Sequence[tuple[int, int]] = ()) -> Iterator[Quotation]:
    """The quotations of `text`, in order, none within another; those of a word or two are left out.

    `set_apart`: spans, in order, that the document's markup sets apart as quoted (`<blockquote>`).
    """
    upcoming: dict[str, int] = {}
    apart = iter(set_apart)
    span = next(apart, None)
    at = 0
    while True:
        opener = _OPENER.search(text, at)
        while span is not None and span[0] < at:
            span = next(apart, None)
        taken = span is not None and (opener is None or span[0] <= opener.start())
        if span is not None and taken:
            quoted = _trimmed(text, *span)
        elif opener is None:
            return
        else:
            block = opener[0][0] == ">"
            quoted = _block(text, opener.start()) if block else _marked(text, opener.start(), upcoming)
        if quoted is None:
            at = span[1] if span is not None and taken else opener.end() if opener is not None else len(text)
            continue
        at = quoted.outer_end
        if long_enough(text[quoted.start : quoted.end]):
            yield quoted


def _trimmed(text: str, start: int, end: int) -> Quotation | None:
    """A span that is set apart, without white space and without marks around all of it."""
    first, last = start, min(end, start + MAX_QUOTATION)
    while first < last and text[first].isspace():
        first += 1
    while last > first and text[last - 1].isspace():
        last -= 1
    outer = first, last
    if last - first > 2 and text[last - 1] in _CLOSERS.get(text[first], ""):
        first, last = first + 1, last - 1
    if first >= last:
        return None
    return Quotation(start=first, end=last, outer_start=outer[0], outer_end=outer[1], block=True)


def long_enough(words: str) -> bool:
    wide = sum(1 for c in words[:200] if _wide(c) and c < "\ua000")
    return wide >= MIN_WIDE or len(words.split(None, MIN_WORDS)) >= MIN_WORDS


def _block(text: str, at: int) -> Quotation | None:
    end = at
    while text.startswith(">", end) and end - at < MAX_QUOTATION:
        line = text.find("\n", end)
        end = len(text) if line < 0 else line + 1
    last = len(text[at:end].rstrip()) + at
    start = at + 1
    while start < last and text[start] in "> \t\r\n":
        start += 1
    return Quotation(start=start, end=last, outer_start=at, outer_end=last, block=True) if start < last else None


def _marked(text: str, at: int, upcoming: dict[str, int]) -> Quotation | None:
    mark = text[at]
    if not _opens(text, at):
        return None
    best: int | None = None
    for closer in _CLOSERS[mark]:
        found = upcoming.get(closer, -1)
        if found <= at:
            found = text.find(closer, at + 1)
            found = len(text) if found < 0 else found
        while found < len(text) and found - at <= MAX_QUOTATION and not _closes(text, found, mark, closer):
            found = text.find(closer, found + 1)
            found = len(text) if found < 0 else found
        upcoming[closer] = found
        if found - at <= MAX_QUOTATION and found < len(text) and (best is None or found < best):
            best = found
    if best is None:
        return None
    start, end = at + 1, best
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return Quotation(start=start, end=end, outer_start=at, outer_end=best + 1) if start < end else None


def _opens(text: str, at: int) -> bool:
    mark = text[at]
    before = text[at - 1] if at else " "
    after = text[at + 1] if at + 1 < len(text) else " "
    if after in "\n\r" or (after.isspace() and not (mark in "«»" and after in " \u00a0\u202f")):
        return False
    if mark in "”»›":
        return not before.isalnum() and before not in ".,!?…" and not after.isspace()
    if mark in '"＂״‘':
        return not _letter(before) and (after not in ",.;:!?)" or before.isspace())
    return True


def _closes(text: str, at: int, opener: str, closer: str) -> bool:
    before = text[at - 1]
    after = text[at + 1] if at + 1 < len(text) else " "
    if closer == "'":  # an apostrophe, unless a sentence ends before it
        return before in ".,!?…" and not after.isalnum()
    if closer in "’‘":
        return not after.isalnum()
    if closer in '"＂״”“' and closer == opener:
        return not before.isspace() and not _letter(after)
    if closer == "“" and opener in "„‚":
        return not before.isspace() or not after.isalnum()
    if closer == "»" and opener == "»":
        return not before.isspace() and not after.isalnum()
    if closer == '"':
        return not before.isspace() and not _letter(after)
    return True


def _letter(char: str) -> bool:
    """Of a script with spaces, where a mark between two letters is an apostrophe; `"…"라고` has none."""
    return char.isalnum() and not _wide(char)


def _wide(char: str) -> bool:
    return "\u0e00" <= char <= "\u0e7f" or "\u3040" <= char <= "\u9fff" or "\uac00" <= char <= "\ud7af"
