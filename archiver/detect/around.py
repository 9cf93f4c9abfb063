"""What text stands around the embeds, as a reader sees it?

The walk over a document collects pieces (`Pieces`); only where the grammar of flattened posts could find anything in
them are they put together (`blocks`). Whether it could is told without their order and white space , which is
all that putting together changes.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator

import msgspec
from selectolax.lexbor import LexborNode

from archiver.detect.anyof import AnyOf
from archiver.platforms.base import Platform
from archiver.platforms.markup import BLOCKS, Lines

SPACE = " \t\n\r\f"
"""What HTML calls white space: a no-break space is text."""

MARKS = "\u200b-\u206f\ufeff"
"""Bidi and zero-width marks, as a range of a character class."""

BREAK = 0
"""A `<br>` among the items."""

BLOCK = 1
"""The start of a block among the items."""


class TextBlock(msgspec.Struct, frozen=True, kw_only=True):
    """Text between two embeds, as a reader sees it, and which element each part of it stands in."""

    text: str
    starts: tuple[tuple[int, LexborNode], ...]
    at: int
    """Its place among the pieces, which orders it between the embeds."""

    def element_at(self, offset: int) -> LexborNode:
        """The element that holds the character at `offset`."""
        low, high = 0, len(self.starts)
        while high - low > 1:
            middle = (low + high) // 2
            if self.starts[middle][0] <= offset:
                low = middle
            else:
                high = middle
        return self.starts[low][1]


class Pieces:
    """Text nodes of a document in order, with line breaks and block starts, and where embeds part them."""

    def __init__(self) -> None:
        self.items: list[LexborNode | int] = []
        """Text nodes, `BREAK`, `BLOCK`."""
        self.cuts: list[int] = []
        """Places in `items` where an embed stands."""
        self._raw: list[str] | None = None

    def raw(self) -> list[str]:
        """The text of every item as it stands in the document; empty for breaks and blocks."""
        if self._raw is None:
            self._raw = ["" if isinstance(item, int) else item.text_content or "" for item in self.items]
        return self._raw

    def all(self) -> str:
        """All text, with the document's white space, and none for line breaks and blocks."""
        return "".join(self.raw())

    def prose(self) -> dict[int, str]:
        """The text between the embeds by its first item, plainly: a line for each block, white space within as it is.
        Enough for names to be looked for in it, at a fraction of what `blocks` costs."""
        items = self.items
        parts = ["\n" if isinstance(items[at], int) else text.replace("\n", " ") for at, text in enumerate(self.raw())]
        out: dict[int, str] = {}
        start = 0
        for edge in (*sorted(set(self.cuts)), len(parts)):
            out[start] = "".join(parts[start:edge])
            start = edge
        return out

    def blocks(self, wanted: Callable[[str], bool] | None = None) -> list[TextBlock]:
        """The text between the embeds; only that whose characters  are wanted."""
        raw = self.raw()
        out: list[TextBlock] = []
        edges = [*sorted(set(self.cuts)), len(raw)]
        start = 0
        ancestors: dict[int, int] = {}
        for edge in edges:
            if wanted is not None and not wanted("".join(raw[start:edge])):
                start = edge
                continue
            lines = Lines()
            starts: list[tuple[int, LexborNode]] = []
            above = last = 0
            for place in range(start, edge):
                item = self.items[place]
                if isinstance(item, int):
                    if item == BREAK:
                        lines.line_break()
                    else:
                        lines.block()
                    continue
                text = raw[place]
                if not text.strip(SPACE):
                    if text:
                        lines.space()
                    continue
                parent = item.parent
                if parent is None:
                    continue
                holder = parent.mem_id
                if holder != last:
                    last = holder
                    block = ancestors.get(holder)
                    if block is None:
                        block = _block_above(parent, ancestors)
                    if block != above:
                        lines.block()
                        above = block
                starts.append((lines.add(text), parent))
            if starts:
                out.append(TextBlock(text=lines.text(), starts=tuple(starts), at=start))
            start = edge
        return out


def _block_above(node: LexborNode, known: dict[int, int]) -> int:
    """The nearest block that holds `node` or is it. Remembers what it passes, so that all nodes cost what one walk
    over the tree costs."""
    passed: list[int] = []
    at: LexborNode | None = node
    found = 0
    while at is not None:
        place = at.mem_id
        if place in known:
            found = known[place]
            break
        passed.append(place)
        if at.tag in BLOCKS:
            found = place
            break
        at = at.parent
    for place in passed:
        known[place] = found
    return found


_NAMED = re.compile(
    rf"[(（][{MARKS}\[ ]{{0,10}}[A-Za-z0-9_\\][A-Za-z0-9_.\\-]{{0,260}}(?:\]\([^()\s]{{1,300}}\))?"
    rf"[{MARKS} ]{{0,10}}[)）].{{0,60}}?(?:\d{{4}}|\*[A-Z]|##|\d年)"
)
"""`(ana_example) November 9, 2022`, however its white space is."""


def may_hold_posts(text: str, platforms: tuple[Platform, ...]) -> bool:
    """Whether the grammar of flattened posts could find any in a text with these characters: it finds nothing without
    an `@` in brackets or before a number, a trigger of a text rule, or a handle in parentheses before a year.

    Arguments: `text`, as `Pieces.all` gives it: where its blocks and lines part is not asked.
    """
    handles, brackets = "@" in text or "＠" in text, "(" in text or "（" in text
    spaced = " ".join(" ".join(some) for some in _words(text)) if handles or brackets else ""
    if handles and _may_be_signed(spaced, platforms):
        return True
    together = spaced.replace(" ", "") if spaced else "".join("".join(some) for some in _words(text))
    if _triggers(platforms).within(together):
        return True
    return brackets and _NAMED.search(spaced) is not None


AT_ONCE = 1 << 16
"""Characters whose words are held at a time: those of a long text take eight times its memory."""

_WHITE = re.compile(r"\s")


def _words(text: str) -> Iterator[list[str]]:
    """The words of a text, as `str.split` tells them, some at a time; never none."""
    start = 0
    while start < len(text):
        found = _WHITE.search(text, start + AT_ONCE)
        end = found.start() if found else len(text)
        if some := text[start:end].split():
            yield some
        start = end


MAX_HANDLES = 100
"""Places of `@` that are looked at: pages with more are about people."""

_IN_MAIL = re.compile(r"[A-Za-z0-9._%+-]")
_BRACKET = re.compile(r"[(（\[【〔「<]")
_DIGIT = re.compile(r"\d|[一二三四五六七八九十元]")


def _may_be_signed(text: str, platforms: tuple[Platform, ...]) -> bool:
    """Whether an `@` stands in brackets, before a date's number, or by the words of an attribution; not that of a mail
    address."""
    for count, found in enumerate(_AT.finditer(text)):
        at = found.start()
        if count >= MAX_HANDLES or _BRACKET.search(text, max(0, at - 12), at):
            return True
        if at and _IN_MAIL.match(text, at - 1):
            continue
        handle = _HANDLE.match(text, at + 1)
        # accounts of networks with many servers stand above the post, whose date stands below
        reach = 200 if handle is None or handle["server"] is None else 1500
        if _DIGIT.search(text, at, at + reach):
            return True
        near = text[max(0, at - 120) : at + 100].lower()
        if any(words.search(near) for words in _beside(platforms)):
            return True
    return False


_HANDLE = re.compile(r"[\w-]{1,60}(?P<server>[.@][\w.-]{2,100})?")


@functools.lru_cache(maxsize=32)
def _beside(platforms: tuple[Platform, ...]) -> tuple[re.Pattern[str], ...]:
    return tuple(rule.beside for p in platforms for rule in p.text_rules if rule.beside is not None and rule.in_html)


_AT = re.compile("[@＠]")


@functools.lru_cache(maxsize=32)
def _triggers(platforms: tuple[Platform, ...]) -> AnyOf:
    rules = (rule for platform in platforms for rule in platform.text_rules if rule.in_html)
    return AnyOf("".join(t.split()) for rule in rules for t in rule.triggers if t not in ("@", "＠"))
