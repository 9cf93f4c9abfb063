"""Where do the words of a signed post begin?

A signature ends a post; nothing marks its beginning. What is known: the post cannot reach beyond the post before it,
its text has a length limit, it begins where something begins (a paragraph, a line, a sentence, a quotation), and it
is written in one language. Candidates are tried from the signature backwards and the walk stops at the first sign
that the article speaks.

Cost: never more than `REACH` code points before a signature are looked at, each a bounded number of times.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import regex

from archiver.detect.tongues import differ
from archiver.platforms.base import Signature

REACH = 1200
"""A post of 280 weighted characters whose links are written out in full stays below this."""

TOLERANCE = 1.2
"""Translated posts are longer than the original that kept to the limit."""

_LINK = re.compile(r"(?:https?://|pic\.(?:twitter|x)\s?\.com/)\S+")
_PARAGRAPH = re.compile(r"\n[ \t\r\f\v\u00a0]*\n\s*")
_LINE = re.compile(r"[ \t]*\n\s*")
_SENTENCE = regex.compile(
    r"""(?<=[.!?…][\"”»’')\]]{0,2})[ \u00a0]+(?=\S)      # It rained. Then it stopped.
      | (?<=[。！？][」』]?)(?=\S)                         # 雨だった。晴れた。
      | (?<=:)[ \u00a0]+(?=[\"“„«]?\p{Lu})                # She wrote: It rained
      | (?<=\p{L}[.!?]+[”\"»]?)(?=[\"“„«]?\p{Lu}\p{Ll})       # It rained.Then it stopped: a lost line break
      | [ ]{2,}""",
    regex.VERBOSE,
)
_LEAD_IN = re.compile(r"[:：]\s*[*_]{0,2}\s*$")
_LIST_ITEM = re.compile(r"[-–•*·+▪️►➡👉]|\(?\w{1,2}[.)]\s|\d")
_POST_MARKS = regex.compile(r"(?<!\w)[#@]\w|https?://t\.co/|\p{Extended_Pictographic}|\p{Regional_Indicator}")
_OPENERS = {"”": '“„"', "“": "„", '"': '"', "»": "«", "«": "»", "’": "‘", "'": "'", "」": "「"}
_LINK_ONLY = re.compile(r"\s*(?:\S+://\S+|\[[^\]\n]*\]\(\S+\)|[-*_=]{3,}|\#{1,6}\s.*|```.*|<[^>\n]*>)\s*")
_REPORTED = re.compile(r"[”\"»][,.]?\s[^\"“”«»]{2,60}\.$|[,.][”\"»]\s[^\"“”«»]{2,60}\.$")
"""`…,” she told the paper.` ends a sentence of an article."""


def weight(text: str, shape: Signature) -> int:
    """How much `text` counts towards the platform's limit: links a fixed number, wide characters two.

    Source: X's published text configuration (twitter-text, version 3); before `day` of the second limit every
    character is one.
    """
    media = re.compile(shape.media_links)
    total = 0
    at = 0
    for link in _LINK.finditer(text):
        total += _plain_weight(text[at : link.start()])
        total += 0 if media.match(link[0]) else shape.link_weight
        at = link.end()
    return total + _plain_weight(text[at:])


def _plain_weight(text: str) -> int:
    narrow = sum(
        1
        for c in text
        if c <= "\u10ff" or "\u2000" <= c <= "\u200d" or "\u2010" <= c <= "\u201f" or "\u2032" <= c <= "\u2037"
    )
    return narrow + 2 * (len(text) - narrow)


def limit_on(shape: Signature, day: str | None) -> int:
    """The longest text on `day`; the longest ever where the day is not known."""
    if day is None:
        return max(limit for _, limit in shape.limits)
    allowed = [limit for since, limit in shape.limits if since <= day]
    return allowed[-1] if allowed else shape.limits[0][1]


def words_before(text: str, floor: int, end: int, shape: Signature, day: str | None, *, breaks_after: str) -> int:
    """The offset where the post begins whose words end at `end` (its signature follows).

    Arguments: `floor`, nothing before it belongs to this post; `breaks_after`, what the text has between the signature
    and what follows (`\\n\\n`, `\\n` or nothing): it shows how this text separates its paragraphs.
    """
    floor = max(floor, end - REACH)
    while end > floor and text[end - 1].isspace():
        end -= 1
    while floor < end and text[floor].isspace():
        floor += 1
    if floor >= end:
        return end
    region = text[floor:end]
    limit = limit_on(shape, day)
    if (quoted := _quotation(region, limit, shape)) is not None:
        return floor + quoted
    return floor + _Walk(region, shape, limit, breaks_after).start()


def _quotation(region: str, limit: int, shape: Signature) -> int | None:
    """Where the quotation marks open that close at the end of `region`, when nothing but a link stands after them and
    they open at the start of a line or sentence."""
    bare = region
    while link := re.search(r"\s*(?:https?://|pic\.)\S*$", bare):
        bare = bare[: link.start()]
    if not bare or bare[-1] not in _OPENERS:
        return None
    openers = _OPENERS[bare[-1]]
    inner = bare[:-1]
    at = max(inner.rfind(opener) for opener in openers)
    while at > 0:
        before = inner[:at].rstrip(" \u00a0")
        if (not before or before[-1] in "\n:.!?…") and weight(region[at:], shape) <= limit * TOLERANCE:
            return at
        if weight(region[at:], shape) > limit * TOLERANCE:
            return None
        at = max(inner.rfind(opener, 0, at) for opener in openers)
    return 0 if at == 0 and weight(region, shape) <= limit * TOLERANCE else None


class _Walk:
    """One walk from the signature back through a region."""

    def __init__(self, region: str, shape: Signature, limit: int, breaks_after: str) -> None:
        self.region = region
        self.shape = shape
        self.limit = limit
        self.breaks_after = breaks_after
        self.media_end = re.compile(rf"(?:{shape.media_links})\s*$")

    def weight(self, since: int) -> int:
        return weight(self.region[since:], self.shape)

    def start(self) -> int:
        paragraphs = [0] + [m.end() for m in _PARAGRAPH.finditer(self.region)]
        start = paragraphs.pop()
        # a paragraph of nothing but links, tags or pictures is the tail of the one before it
        while paragraphs and not _has_words(self.region[start:]) and self.weight(paragraphs[-1]) <= self.limit:
            start = paragraphs.pop()
        fits = self.weight(start) <= self.limit * TOLERANCE
        if fits and self.breaks_after != "\n" and ("\n" in self.region[start:] or start > 0):
            return self._without_lead_in(start)
        lines = [start] + [m.end() for m in _LINE.finditer(self.region, start) if m.end() > start]
        return self._back(lines)

    def _without_lead_in(self, start: int) -> int:
        """A first line that announces the post (`She wrote:`) is the article's."""
        first_line_end = self.region.find("\n", start)
        if first_line_end > 0 and _LEAD_IN.search(self.region[start:first_line_end]):
            rest = first_line_end + 1
            while rest < len(self.region) and self.region[rest].isspace():
                rest += 1
            if not _continues(self.region[rest:]):
                return rest
        return start

    def _back(self, starts: list[int]) -> int:
        current = starts.pop()
        if self.weight(current) > self.limit * TOLERANCE:
            return self._by_sentence(current)
        while starts:
            previous = starts[-1]
            if not self._line_joins(previous, current):
                break
            current = starts.pop()
        if current == 0 or self.region[current - 1] != "\n":
            return self._by_sentence(current)
        return current

    def _line_joins(self, previous: int, current: int) -> bool:
        """Is the line from `previous` to `current` still the post's?"""
        line = self.region[previous:current].rstrip()
        block = self.region[current:]
        total = self.weight(previous)
        if total > self.limit or self.media_end.search(line) or _LINK_ONLY.fullmatch(line):
            return False
        if _LEAD_IN.search(line) and not _continues(block):
            return False
        if differ(line, block) or _REPORTED.search(line):
            return False
        if not _has_words(block) or _continues(block):
            return True
        if _POST_MARKS.search(line):
            return True
        if block.rstrip().endswith("…") or re.search(r"(?:…|\.\.\.)\s*(?:https?://\S+|pic\.\S+)?$", block):
            return True
        return total <= self.limit * 0.8 and len(line) < 120

    def _by_sentence(self, start: int) -> int:
        """The first sentence of the post within the paragraph that begins at `start`."""
        cuts = [start] + [m.end() for m in _SENTENCE.finditer(self.region, start) if m.end() > start]
        if len(cuts) == 1:
            return start
        current: int = cuts.pop()
        while cuts and not _has_words(self.region[current:]):
            current = cuts.pop()
        while cuts:
            previous = cuts[-1]
            sentence = self.region[previous:current].rstrip()
            block = self.region[current:]
            if self.weight(previous) > self.limit or self.media_end.search(sentence):
                break
            if differ(sentence, block) or _REPORTED.search(sentence):
                break
            if _LEAD_IN.search(sentence) and not _continues(block):
                break
            current = cuts.pop()
        return current


def _has_words(text: str) -> bool:
    bare = _LINK.sub(" ", text)
    return any(not word.startswith(("#", "@")) and any(c.isalnum() for c in word) for word in bare.split())


def _continues(block: str) -> bool:
    """Does `block` go on from the line before it: a list item, or a lower-case start?"""
    return bool(_LIST_ITEM.match(block)) or block[:1].islower()


def rest_after(text: str, end: int, ceiling: int, shape: Signature, day: str | None) -> tuple[int, int] | None:
    """The span of the post's words that follow its signature, where an extractor put the signature after the first
    paragraph.

    They are known by their end: a link to the post's own picture, with no other signature between (`ceiling`), within
    the post's length. null where nothing of the kind follows.
    """
    start = end
    while start < ceiling and text[start].isspace():
        start += 1
    if "\n" not in text[end:start]:
        return None
    window = text[start : min(ceiling, start + REACH)]
    media = re.search(shape.media_links, window)
    if media is None or weight(window[: media.end()], shape) > limit_on(shape, day):
        return None
    if _PARAGRAPH.search(window[: media.start()]) or not window[: media.start()].strip():
        return None
    return start, start + media.end()


def lines_of(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of every line of `text`."""
    at = 0
    while at <= len(text):
        end = text.find("\n", at)
        end = len(text) if end < 0 else end
        yield at, end
        at = end + 1
