"""Which permalinks stand in a bare text, and does each stand in a post's place?

`https://x.com/ana_example/status/1590173336165216257`, with or without its scheme, in a web archive's or a redirector's
wrapper, of any platform. Where a publisher's system makes an embed of a lone address, a text keeps that address on a
line of its own; an address within a sentence is a source that the article names, which may be a post or only be about
one.

Cost: one native search for `/`; an address is looked at once, and read only where its host may lead to a post.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from archiver.detect.claims import Claims
from archiver.detect.permalinks import Named, Permalinks

MAX_LENGTH = 2000
"""Longer addresses than browsers take are data."""

LINE = 300
"""How much of a line before an address is looked at."""


class LinkInText(msgspec.Struct, frozen=True, kw_only=True):
    """A permalink in a text, and how it stands there."""

    start: int
    end: int
    named: Named
    standing: str
    """In a few words, what the confidence is calibrated by."""
    estimate: float


_URL = re.compile(r"https?://[^\s<>\"“”„«»\[\]{}（）「」]{4,2000}", re.IGNORECASE)
_BARE_URL = re.compile(
    r"(?:[a-z0-9-]{1,63}\.){1,4}[a-z]{2,18}(?::\d{1,5})?/[^\s<>\"“”„«»\[\]{}()（）「」]{1,2000}", re.IGNORECASE
)
_HOST_CHARS = re.compile(r"[a-z0-9.-]{4,120}\Z", re.IGNORECASE)
_LABEL = re.compile(r"[^\W\d_][\w/ ’'-]{0,24}[:：]", re.IGNORECASE)
_NOTE = re.compile(r"(?:\[?\(?\^?\w{1,4}[\])]?[:.)]?|[↑^*†])", re.IGNORECASE)
_AROUND = ' \t\u00a0>*•·–—-|<(["“„'
_BEHIND = ' \t\u00a0.)>]|*"”'
_TAIL = ".,;:!?'’…"


def find(text: str, permalinks: Permalinks, taken: Claims) -> Iterator[LinkInText]:
    """The permalinks of `text` outside what is taken, in document order."""
    for start, end in _addresses(text):
        address = text[start:end]
        url = address if "//" in address[:8] else "https://" + address
        if not (permalinks.likely(url) or "/@" in address) or taken.overlap(start, end):
            continue
        line_start = text.rfind("\n", max(0, start - LINE), start) + 1
        if line_start == 0 and start > LINE:
            line_start = start - LINE
        line_end = text.find("\n", end, end + LINE)
        line_end = min(len(text), end + LINE) if line_end < 0 else line_end
        before = text[line_start:start].strip(_AROUND)
        after = text[end:line_end].strip(_BEHIND)
        alone = not before and not after
        named = permalinks.read(url, any_server=alone)
        if named is None:
            continue
        standing, estimate = _standing(text, before, after, line_start, line_end)
        yield LinkInText(
            start=start,
            end=end,
            named=msgspec.structs.replace(named, found=address),
            standing=standing,
            estimate=estimate,
        )


def _addresses(text: str) -> Iterator[tuple[int, int]]:
    at = text.find("/")
    while at >= 0:
        found = None
        if text.startswith("//", at):
            start = at - (6 if text[at - 2 : at - 1] in "sS" else 5)
            found = _URL.match(text, start, start + MAX_LENGTH) if start >= 0 else None
            after = at + 2
        else:
            if "." in text[max(0, at - 5) : at - 1] and (host := _HOST_CHARS.search(text, max(0, at - 60), at)):
                before = text[host.start() - 1] if host.start() else " "
                if not before.isalnum() and before not in "@/_":
                    found = _BARE_URL.match(text, host.start(), host.start() + MAX_LENGTH)
            after = at + 1
        if found is not None:
            end = _trimmed(text, found.start(), found.end())
            yield found.start(), end
            after = max(after, end)
        at = text.find("/", after)


def _trimmed(text: str, start: int, end: int) -> int:
    """Where an address ends: punctuation behind it is the sentence's, and so is a bracket that it does not open."""
    while end > start:
        last = text[end - 1]
        if last in _TAIL or (last == ")" and text.count("(", start, end) < text.count(")", start, end)):
            end -= 1
            continue
        break
    return end


def _standing(text: str, before: str, after: str, line_start: int, line_end: int) -> tuple[str, float]:
    if not after:
        if not before:
            if _in_a_list(text, line_start, line_end):
                return "in a list of links", 0.45
            return "alone on its line", 0.85
        if _LABEL.fullmatch(before):
            return "after a label", 0.6
        if _NOTE.fullmatch(before):
            return "in a note", 0.4
        return "at a line's end", 0.4
    # what a running sentence links to is its source: the post itself, or one that answers or disproves it
    return "in a sentence", 0.35


def _in_a_list(text: str, line_start: int, line_end: int) -> bool:
    """Whether the line before or after holds nothing but an address too, as in a list of sources."""
    above = text[max(0, line_start - LINE) : max(0, line_start - 1)].rstrip().rpartition("\n")[2].strip(_AROUND)
    below = text[line_end : line_end + LINE].strip().partition("\n")[0].strip(_AROUND)
    return any(_URL.fullmatch(line) is not None for line in (above, below))
