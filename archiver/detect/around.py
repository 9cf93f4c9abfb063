"""What text stands around the embeds, as a reader sees it?

The walk over a document collects pieces (`Pieces`); only where the grammar of flattened posts could find anything in
them are they put together (`blocks`). Whether it could is told without their order and white space , which is
all that putting together changes.
"""

from __future__ import annotations

import functools
import re
import sys
from collections.abc import Callable, Collection, Iterable, Iterator
from itertools import chain

import msgspec
from selectolax.lexbor import LexborNode

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

GROUP = 1 << 20
"""Code points of a large document's texts that are held at a time."""


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

    def __init__(self, *, large: bool = False) -> None:
        """large: texts are not kept, but asked for again, some at a time."""
        self.items: list[LexborNode | int] = []
        """Text nodes, `BREAK`, `BLOCK`."""
        self.cuts: list[int] = []
        """Places in `items` where an embed stands."""
        self._large = large
        self._raw: list[str] | None = None
        self._changed: dict[int, str] = {}
        self._held: dict[tuple[int, int], bool] = {}

    def raw(self) -> list[str]:
        """The text of every item as it stands in the document; empty for breaks and blocks."""
        if self._raw is None:
            self._raw = ["" if isinstance(item, int) else item.text_content or "" for item in self.items]
        return self._raw

    def groups(self, start: int = 0, end: int | None = None) -> Iterator[tuple[int, list[str]]]:
        """The text of the items from `start` to `end`, as `raw` gives it, some at a time, with the place of the first
        of them."""
        if not self._large:
            raw = self.raw()
            yield start, raw if start == 0 and end is None else raw[start:end]
            return
        texts: list[str] = []
        size, first = 0, start
        stop = len(self.items) if end is None else end
        for place in range(start, stop):
            item = self.items[place]
            text = self._changed.get(place)
            if text is None:
                text = "" if isinstance(item, int) else item.text_content or ""
            if texts and len(text) >= GROUP:  # joined with others it would be there twice
                yield first, texts
                texts, first = [], place
            texts.append(text)
            size += len(text) + 1
            if size >= GROUP:
                yield first, texts
                texts, size, first = [], 0, place + 1
        yield first, texts

    def change(self, place: int, text: str) -> None:
        """The item's text is another from now on."""
        if self._large:
            self._changed[place] = text
        else:
            self.raw()[place] = text

    def may_hold_posts(self, platforms: tuple[Platform, ...], start: int = 0, end: int | None = None) -> bool:
        """Whether the grammar of flattened posts could find any in the text of these items, as `may_hold_posts` says
        of it: with the document's white space, and none for line breaks and blocks."""
        span = start, len(self.items) if end is None else end
        known = self._held.get(span)
        if known is None:
            texts = ("".join(texts) for _, texts in self.groups(*span))
            known = long_may_hold_posts(texts, platforms) if self._large else may_hold_posts("".join(texts), platforms)
            self._held[span] = known
        return known

    def prose(self, most: int, *, without: Collection[int] = ()) -> list[str]:
        """The text between the embeds, plainly: a line for each block, white space within as it is. Enough for names to
        be looked for in it, at a fraction of what `blocks` costs. Of a large document, of each text the beginning.

        Arguments: `most`, code points that are enough of a text; `without`, the first items of texts that are not
        wanted.
        """
        out: list[str] = []
        start = 0
        for edge in (*sorted(set(self.cuts)), len(self.items)):
            if start not in without:
                out.append(self._plainly(start, edge, most))
            start = edge
        return out

    def _plainly(self, start: int, end: int, most: int) -> str:
        parts: list[str] = []
        size = 0
        for first, texts in self.groups(start, end):
            if self._large:
                texts = [text[:most] for text in texts]
                size += sum(map(len, texts))
            items = self.items[first : first + len(texts)]
            # no text node has a NUL: the parser replaces it
            parts += ["\0" if isinstance(item, int) else text for item, text in zip(items, texts, strict=True)]
            if size > most:
                break
        return "".join(parts).replace("\n", " ").replace("\0", "\n")

    def blocks(self, wanted: Callable[[int, int], bool] | None = None) -> list[TextBlock]:
        """The text between the embeds; only that which is wanted, told its first item and the one behind its last."""
        out: list[TextBlock] = []
        edges = [*sorted(set(self.cuts)), len(self.items)]
        start = 0
        ancestors: dict[int, int] = {}
        for edge in edges:
            if wanted is not None and not wanted(start, edge):
                start = edge
                continue
            lines = Lines()
            starts: list[tuple[int, LexborNode]] = []
            above = last = 0
            parted = False
            """Whether a block stands between: breaks and white space change nothing more."""
            for item, text in self._between(start, edge):
                if isinstance(item, int):
                    if parted:
                        continue
                    if item == BREAK:
                        lines.line_break()
                    else:
                        lines.block()
                        parted = True
                    continue
                if not text.strip(SPACE):
                    if text and not parted:
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
                parted = False
            if starts:
                out.append(TextBlock(text=lines.text(), starts=tuple(starts), at=start))
            start = edge
        return out

    def _between(self, start: int, end: int) -> Iterator[tuple[LexborNode | int, str]]:
        groups = self.groups(start, end)
        return chain.from_iterable(zip(self.items[at : at + len(texts)], texts, strict=True) for at, texts in groups)


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


_NAMED = [
    re.compile(
        rf"{opening}(?:[{MARKS}\[]|\s++){{0,10}}+[A-Za-z0-9_\\][A-Za-z0-9_.\\-]{{0,260}}+(?:\]\([^()\s]{{1,300}}\))?+"
        rf"(?:[{MARKS}]|\s++){{0,10}}+[)）](?:\S|\s++){{0,60}}?(?:\d{{4}}|\*[A-Z]|##|\d年)"
    )
    for opening in (r"\(", "（")  # a pattern that begins with one letter finds its places many times as fast
]
"""`(ana_example) November 9, 2022`, however its white space is: all that stands together counts as one character."""


def may_hold_posts(text: str, platforms: tuple[Platform, ...]) -> bool:
    """Whether the grammar of flattened posts could find any in a text with these characters: it finds nothing without
    an `@` in brackets or before a number, a trigger of a text rule, or a handle in parentheses before a year.

    Arguments: `text`, with the document's white space: where its blocks and lines part is not asked.
    """
    if "@" in text or "＠" in text:
        spaced = " ".join(" ".join(some) for some in _words(text))
        if _may_be_signed(spaced, platforms):
            return True
    return _may_be_residue(text, platforms) or _may_be_named(text)


def long_may_hold_posts(texts: Iterable[str], platforms: tuple[Platform, ...]) -> bool:
    """The same for a text that comes in pieces, and is never whole in memory."""
    before = 0
    for spaced, begin, end in _windows(texts):
        if _may_be_signed(spaced, platforms, begin, end, before):
            return True
        before += spaced.count("@", begin, end) + spaced.count("＠", begin, end)
        if _may_be_residue(spaced, platforms) or _may_be_named(spaced):
            return True
    return False


AROUND = 4000
"""Characters around a place that are in the same window: more than any of these questions reads, without spaces too."""


def _windows(texts: Iterable[str]) -> Iterator[tuple[str, int, int]]:
    """The words of a text in windows that overlap, a space between two words, and which part of a window is in no
    other."""
    window = ""
    done = 0
    for some in (some for text in _at_spaces(texts) for some in _words(text)):
        window = f"{window} {' '.join(some)}" if window else " ".join(some)
        if len(window) - done > AROUND + AT_ONCE:
            end = len(window) - AROUND
            yield window, done, end
            window = window[max(0, end - AROUND) :]
            done = len(window) - AROUND
    yield window, done, len(window)


def _at_spaces(texts: Iterable[str]) -> Iterator[str]:
    """The same text in other pieces, none of which ends within a word."""
    left = ""
    for text in texts:
        for at in range(0, len(text), GROUP):
            piece = text[at : at + GROUP]
            whole, space, last = _parted(piece)
            if space:
                yield left + whole
                left = last
            else:
                left += piece
    yield left


def _parted(text: str) -> tuple[str, bool, str]:
    """A text up to its last white space, whether it has any, and what is behind that."""
    if text[-1:].isspace():
        return text, True, ""
    last = text.rsplit(None, 1)[-1:]
    end = len(text) - len(last[0]) if last else 0
    return text[:end], end > 0, text[end:]


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


def _may_be_signed(
    text: str, platforms: tuple[Platform, ...], begin: int = 0, end: int = sys.maxsize, before: int = 0
) -> bool:
    """Whether an `@` stands in brackets, before a date's number, or by the words of an attribution; not that of a mail
    address.

    Arguments: `begin` and `end`, between which it has to stand; `before`, how many were looked at already.
    """
    for count, found in enumerate(_AT.finditer(text, begin, end), before):
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


def _may_be_named(text: str) -> bool:
    return any(named.search(text) is not None for named in _NAMED)


def _may_be_residue(text: str, platforms: tuple[Platform, ...]) -> bool:
    """Whether the trigger of a text rule stands there, however its white space is."""
    return any(word in text and trigger.search(text) is not None for word, trigger in _triggers(platforms))


@functools.lru_cache(maxsize=32)
def _triggers(platforms: tuple[Platform, ...]) -> list[tuple[str, re.Pattern[str]]]:
    """The triggers of the text rules with any white space, by what of each is searched for first."""
    rules = (rule for platform in platforms for rule in platform.text_rules if rule.in_html)
    triggers = {tuple(trigger.split()) for rule in rules for trigger in rule.triggers if trigger not in ("@", "＠")}
    by_word: dict[str, list[str]] = {}
    for words in sorted(triggers):
        by_word.setdefault(_rarest(words), []).append(r"\s*+".join(map(re.escape, words)))
    return [(word, re.compile("|".join(some))) for word, some in by_word.items()]


def _rarest(words: tuple[str, ...]) -> str:
    """What of some words other text seldom has: `@`, else the longest word or its letters; no comma for a bracket."""
    word = max(words, key=lambda word: ("@" in word, len(word), word), default="")
    letters = _LETTERS.search(word)
    return letters[0] if letters is not None else word


_LETTERS = re.compile(r"\w{3,}")
