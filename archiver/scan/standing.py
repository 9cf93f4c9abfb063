"""Does the address of a post stand in a page where detection takes it for an embed?

Most addresses do not: they are links in sentences, in the page's own metadata, in the data of scripts. What is told
here without reading the page is only what surely is nothing: in doubt an address counts.
"""

from __future__ import annotations

import html
import re
from bisect import bisect_right
from collections.abc import Sequence

from archiver.detect import containers, pagejson
from archiver.detect.permalinks import Permalinks
from archiver.scan.hidden import Structure, extents, script_at

MAX_TAG = 200_000
"""Bytes of a tag."""

MAX_SCRIPT = 8_000_000
ABOVE = 20_000
"""Bytes before a link in which the element begins that calls itself an embed, with little text before the link."""

LITTLE = 420
"""Characters of text in such an element (`archiver.detect.containers.MAX_FALLBACK`), and some more."""

ENOUGH = 3000
"""Bytes before a link that most often have as much text."""

_TAG_OPENS = re.compile(rb"<[A-Za-z/!?]")
_SCRIPT = re.compile(rb"<script(?P<attributes>[^>]{0,4000})>", re.IGNORECASE)
_QUOTES = re.compile(rb"[=\"']")
_SCRIPT_ENDS = re.compile(rb"</script", re.IGNORECASE)
_SAID = re.compile(
    containers.STANDS_IN.pattern.encode("ascii") + rb"|embed|iframely|kg-bookmark|data-pin", re.IGNORECASE
)
"""What elements that stand for an embed are called."""
_CALLED = re.compile(rb"(?:class|id)\s{0,3}=\s{0,3}(?:\"[^\"]{0,2000}|'[^']{0,2000}|[^\s>]{1,500})", re.IGNORECASE)
_SHOWN = re.compile(rb"//|@|\xef\xbc\xa0|&#|&commat|\.[a-z]{2,6}/|<img|<svg|<picture|<video|%40", re.IGNORECASE)
_LINK_ENDS = re.compile(rb"</a\b", re.IGNORECASE)
_MARKUP = re.compile(rb"<[^<>]{0,4000}>")
_QUIET_SCRIPTS = re.compile(
    rb"type\s{0,3}=\s{0,3}[\"']?\s{0,3}(?:application|module|text/(?:java|ecma)script)", re.IGNORECASE
)


class Page:
    """The source of one page, and where the tags of its scripts are."""

    def __init__(self, data: bytes, structure: Structure, scripts: Scripts) -> None:
        """structure: those of `scripts`, at their places in `data`."""
        self._data = data
        self._structure = structure
        self._scripts = scripts
        self._held: _Held | None = None

    def may_stand(self, end: int) -> bool:
        """Whether the address that ends about `end` may be that of an embed."""
        data = self._data
        script = script_at(self._structure, end)
        if script >= 0:
            head = _SCRIPT.match(data, self._structure[script][0])
            return head is None or head.end() > end or self._scripts.may_name(script)
        tag = _tag_around(data, end)
        if tag is not None:
            start, stop = tag
            name = data[start + 1 : start + 6].lower()
            if name.startswith((b"meta ", b"meta\n", b"link ", b"link\n")):
                return False
            if name[:1] == b"a" and name[1:2] in (b" ", b"\n", b"\t", b"\r"):
                return _link_may_stand(data, start, stop) or self._is_held(start)
        return True

    def _is_held(self, at: int) -> bool:
        """Whether `at` is, or seems to be, in an element whose content is read by itself."""
        if self._held is None:
            self._held = _Held(self._data, extents(self._data, self._structure))
        return self._held.holds(at)


class Scripts:
    """The scripts of one page as it is written, no letters decoded: so detection reads their JSON."""

    def __init__(self, data: bytes, structure: Structure, permalinks: Permalinks) -> None:
        self._data = data
        self._structure = structure
        self._permalinks = permalinks
        self._known: dict[int, bool] = {}

    def may_name(self, number: int) -> bool:
        """Whether the script that begins at this place of the structure may be one whose JSON names a post."""
        known = self._known.get(number)
        if known is None:
            known = self._known[number] = self._may_name(self._structure[number][0])
        return known

    def _may_name(self, opened: int) -> bool:
        data = self._data
        head = _SCRIPT.match(data, opened)
        if head is None:
            return True
        attributes = head["attributes"]
        if b"type" in attributes.lower() and not _QUIET_SCRIPTS.search(attributes):
            return True
        close = _SCRIPT_ENDS.search(data, head.end(), head.end() + MAX_SCRIPT)
        if close is None or data.find(b"<!--", head.end(), close.start()) >= 0:
            return True
        text = data[head.end() : close.start()].decode("utf-8", "replace")
        if not pagejson.may_hold_posts(text):
            return False
        called = html.unescape(_QUOTES.sub(b" ", attributes).decode("utf-8", "replace"))
        declared = containers.EMBEDDING.search(called) is not None
        return any(
            True
            for value in pagejson.values_of(text)
            for _ in pagejson.read(value, self._permalinks, declared=declared)
        )


def _tag_around(data: bytes, at: int) -> tuple[int, int] | None:
    """The tag that `at` is in: its first byte and what follows its last; null where it is in none, or where that is
    not sure because a value holds `<` or `>`."""
    start = data.rfind(b"<", max(0, at - MAX_TAG), at)
    if start < 0 or not _TAG_OPENS.match(data, start) or data.find(b">", start, at) >= 0:
        return None
    stop = data.find(b">", at, at + MAX_TAG)
    return (start, stop + 1) if stop >= 0 else None


def _link_may_stand(data: bytes, start: int, stop: int) -> bool:
    own = data[start:stop]
    if _SAID.search(re.sub(rb"href\s*=\s*(?:\"[^\"]*\"|'[^']*'|[^\s>]*)", b"", own, flags=re.IGNORECASE)):
        return True
    closed = _LINK_ENDS.search(data, stop, stop + 4000)
    close = closed.start() if closed else -1
    if close < 0 or _SHOWN.search(data, stop, close):
        return True
    if data[max(0, start - 200) : start].rstrip().endswith(b">") and re.search(
        rb"<p\b[^<>]{0,190}>\s*$", data[max(0, start - 200) : start], re.IGNORECASE
    ):
        return True  # a paragraph that begins with it may be the last one of an embed
    before = data[max(0, start - ABOVE) : start]
    opened = max(before.rfind(b"<blockquote"), before.rfind(b"<BLOCKQUOTE"))
    if opened >= 0 and b"</blockquote" not in before[opened:].lower():
        return True
    near = before[-ENOUGH:]
    near = near[near.find(b">") + 1 :]  # it may begin within a tag
    if len(near) < len(before) and _length(near) > LITTLE:
        before = near
    for called in reversed(list(_CALLED.finditer(before))):
        if _SAID.search(called[0]):
            return _length(before[called.end() :]) <= LITTLE
    return False


def _length(source: bytes) -> int:
    """Characters of its text, about."""
    return len(b" ".join(_MARKUP.sub(b"", source).split()).decode("utf-8", "replace"))


class _Held:
    """Where elements begin and end in a page, outside its scripts, whose content is read by itself."""

    def __init__(self, data: bytes, hidden: Sequence[tuple[int, int]]) -> None:
        starts: list[int] = []
        at = removed = 0
        pieces: list[bytes] = []
        self._removed: list[int] = []
        for start, end in hidden:
            pieces.append(data[at:start])
            removed += end - start
            starts.append(start)
            self._removed.append(removed)
            at = end
        pieces.append(data[at:])
        shown = b"".join(pieces).lower()
        self._starts = starts
        self._elements = [(_all(shown, b"<" + name), _all(shown, b"</" + name)) for name in _HOLDING]

    def holds(self, at: int) -> bool:
        before = bisect_right(self._starts, at)
        place = at - (self._removed[before - 1] if before else 0)
        for opened, closed in self._elements:
            last = bisect_right(opened, place)
            if last and bisect_right(closed, place) == bisect_right(closed, opened[last - 1]):
                return True
        return False


_HOLDING = (b"template", b"textarea", b"noscript", b"iframe")


def _all(data: bytes, form: bytes) -> list[int]:
    out: list[int] = []
    at = data.find(form)
    while at >= 0:
        out.append(at)
        at = data.find(form, at + 1)
    return out
