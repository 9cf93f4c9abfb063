"""Which posts are quoted as `@ana_example: It rained all night.`, one line each?

Cost: one native search for `@`; a bounded part of the line after each.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import msgspec

from archiver.detect import extent
from archiver.detect.claims import Claims
from archiver.platforms.base import Platform, Signature

MIN_WORDS = 5
"""`@media: print` is code, and `@ana: thanks` a comment."""

MAX_LINE = 1200
"""No post that is quoted on one line is longer."""

_LINE = re.compile(r"@(?P<handle>[A-Za-z0-9_][A-Za-z0-9_.\-]{0,80}):[ \u00a0]{1,3}(?P<text>\S[^\n]{0,1200})", re.ASCII)
_MARKS = "\u200e\u200f"
_CODE = re.compile(r"[{}();=<>]\s*$|^[{\[<(]|^\w+\(")
"""What no post begins or ends with: `@media: (min-width: 30em) {`."""


_COMMENT_HEAD = re.compile(
    r"\d{1,2}[:.]\d{2}(?:[ \u00a0\u202f]?[AaPp]\.?[Mm]\.?)?|\bsays?:?|\bsagt:?|\bdice:?|\bdiz:?|\bdit[ ]?:?"
)
"""What ends the line above a comment: the time of day, `Ana says:`."""
_COMMENT_FOOT = re.compile(
    r"\s{0,6}(?:reply|like|report|antworten|répondre|responder|rispondi|reageer|beantwoorden|odpowiedz|ответить|відповісти"
    r"|yanıtla|cevapla|balas|svara|svar|vastaa|responde|返信|답글|回复|回覆|رد|پاسخ)\s{0,3}(?:\n|$|[|·•(])",
    re.IGNORECASE,
)


class Prefixed(msgspec.Struct, frozen=True, kw_only=True):
    """A post's words after its author's handle; `start` is where the words begin."""

    platform: Platform
    start: int
    end: int
    handle: str
    shape: str
    estimate: float


def find(text: str, signers: Sequence[tuple[Platform, Signature]], taken: Claims) -> Iterator[Prefixed]:
    """Such lines of `text` outside what is taken, in document order."""
    at = text.find("@")
    while at >= 0:
        found = _LINE.match(text, at, at + MAX_LINE)
        after = at + 1
        if found is not None and (opens := _opens(text, at)) is not None:
            words = found["text"].rstrip()
            start = found.start("text")
            end = start + len(words)
            chosen = _chosen(found["handle"], signers)
            comment = chosen is not None and _is_comment(text, at, end)
            if chosen is not None and not comment and not taken.overlap(start, end) and _said(words, chosen[1]):
                # documentation of code begins so too: `@reset: whether to clear all levels`
                small = words[0].islower() or words[0] in "%`("
                yield Prefixed(
                    platform=chosen[0],
                    start=start,
                    end=end,
                    handle=found["handle"],
                    shape=f"{opens}, no capital" if small else opens,
                    estimate=0.4 if small else 0.55,
                )
                after = end
        at = text.find("@", after)


def _is_comment(text: str, at: int, end: int) -> bool:
    """Whether the line answers somebody below an article: `Reply` stands under it, or a time of day above."""
    above = text[max(0, at - 80) : at].rstrip(" \t>\n").rpartition("\n")[2]
    ends = [found.end() for found in _COMMENT_HEAD.finditer(above)]
    return bool(ends and ends[-1] == len(above)) or _COMMENT_FOOT.match(text, end, end + 40) is not None


def _opens(text: str, at: int) -> str | None:
    """What stands before the handle, where a quotation may begin there."""
    place = at
    while place and text[place - 1] in _MARKS:
        place -= 1
    marked = place < at
    blank = place
    while blank and text[blank - 1] in " \t>" and place - blank < 8:
        blank -= 1
    if blank == 0 or text[blank - 1] == "\n":
        return "handle at the line's beginning"
    if marked or text[max(0, place - 2) : place] in (": ", "： "):
        return "handle after a colon"
    return None


def _chosen(handle: str, signers: Sequence[tuple[Platform, Signature]]) -> tuple[Platform, Signature] | None:
    for telling in (True, False):
        for platform, shape in signers:
            if shape.telling is telling and re.compile(shape.handle).fullmatch("@" + handle, 1):
                return platform, shape
    return None


def _said(words: str, shape: Signature) -> bool:
    if len(words.split()) < MIN_WORDS or _CODE.search(words):
        return False
    return extent.Ruler.on(shape, None).fits(words)
