"""Where in a page does a mark or the address of a post stand, and does detection take it for an embed there?

Most do not: they are links in sentences, in the page's own metadata, in the data of scripts (`scripts`). What is told
here is only what surely is nothing; of the rest, detection is asked about the piece of the page around it (`nearby`).
"""

from __future__ import annotations

import html
import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from functools import lru_cache

import msgspec

from archiver.detect import containers
from archiver.detect.permalinks import Permalinks
from archiver.platforms.base import Platform
from archiver.scan.prefilter.hidden import Extent, Structure, embedding
from archiver.scan.prefilter.nearby import FAR, FARTHEST, Nearby, is_link, is_quoted, length_of
from archiver.scan.prefilter.scripts import START, Scripts

MAX_TAG = 200_000
"""Bytes of a tag."""

MAX_ADDRESS = 500
"""Bytes of an address before what makes it a post's."""

LITTLE = 420
"""Characters of text in such an element (`archiver.detect.containers.MAX_FALLBACK`), and some more."""

REACHES = (700, 3000, FAR, FARTHEST)
"""Bytes before a link that are read, one after the other, until there is as much text."""

MAX_CODED = 4
"""How often a string of JSON is coded within others, at most."""

_TAG_OPENS = re.compile(rb"<[A-Za-z/!?]")
_ATTRIBUTES = re.compile(
    rb"<(?:div|span|li|section|article|main|header|footer|abbr|td)"
    rb"(?:\s+[\w:.-]{1,60}+(?:=(?:\"[^\"<>]{0,4000}+\"|'[^'<>]{0,4000}+'|[^\s\"'<>=]{1,4000}+(?=\s))|(?!\s*=))){0,60}+"
    rb"\s+([\w:-]{1,60})=(?:\"[^\"<>]*|'[^'<>]*|[^\s\"'<>]*)\Z",
    re.IGNORECASE,
)
"""A tag up to a place in one of its values, and what the attribute of that is called."""
MAX_ATTRIBUTES = 20_000
_QUIET = frozenset(name.encode("ascii") for name in containers.QUIET)
_EQUALS = re.compile(rb"=\\*\Z")
_SAID = re.compile(
    containers.STANDS_IN.pattern.encode("ascii") + rb"|embed|iframely|kg-bookmark|data-pin", re.IGNORECASE
)
"""What elements that stand for an embed are called."""
_CALLED = re.compile(rb"(?:class|id)\s{0,3}=\s{0,3}(?:\"[^\"]{0,2000}|'[^']{0,2000}|[^\s>]{1,500})", re.IGNORECASE)
_SHOWN = re.compile(rb"//|@|\xef\xbc\xa0|&#|&commat|\.[a-z]{2,6}/|<img|<svg|<picture|<video|%40", re.IGNORECASE)
_LINK_ENDS = re.compile(rb"</a\b", re.IGNORECASE)
_HREF = re.compile(rb"(?<=[\s\"'])href\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>\"'\\][^\s>]*))", re.IGNORECASE)


class Page:
    """The source of one page, as it is written or with its coded letters decoded."""

    def __init__(
        self,
        data: bytes,
        structure: Structure,
        hidden: Sequence[Extent],
        scripts: Scripts,
        coded: Sequence[int],
        platforms: Sequence[Platform],
        permalinks: Permalinks,
    ) -> None:
        """structure, hidden: where its tags, scripts and style sheets are in `data`. scripts: the same scripts. coded:
        where letters are, or were, coded, in ascending order. platforms, permalinks: whose posts are looked for."""
        self._data = data
        self._structure = structure
        self.hidden = hidden
        self.scripts = scripts
        self._coded = coded
        self._platforms = platforms
        self._permalinks = permalinks
        self._nearby = Nearby(platforms)
        self._starts = [extent.start for extent in hidden]
        self._contents: dict[int, int] = {}
        self._string: tuple[int, int, bytes | None] = (0, 0, None)
        self._embedding: list[int] | None = None

    def moved(self, data: bytes, move: Callable[[int], int]) -> Page:
        """The same page with more of its letters decoded. move: where a place is in `data`."""
        structure = [(move(at), form) for at, form in self._structure]
        hidden = [
            Extent(move(each.start), move(each.end), each.script, move(each.first), each.inner) for each in self.hidden
        ]
        coded = [move(at) for at in self._coded]
        return Page(data, structure, hidden, self.scripts, coded, self._platforms, self._permalinks)

    def string_at(self, place: int, script: int) -> bytes | None:
        """The string in this script's JSON in which `place` is, as far as can be told without reading it; null where it
        holds no HTML of embeds, or surely no post: then nothing in it is a mark of a post."""
        start, stop, string = self._string
        if start <= place - 1 < stop:
            return string
        if self._embedding is None:
            self._embedding = sorted((*embedding(self._structure), *self._coded))
        extent = self.hidden[script]
        first = bisect_left(self._embedding, extent.start)
        if first == len(self._embedding) or self._embedding[first] >= extent.end:
            return None
        start, stop = _string_around(self._data, place, extent.start, extent.end)
        first = bisect_left(self._embedding, start)
        string = None
        if first < len(self._embedding) and self._embedding[first] < stop:
            string = self._data[start : stop + 1]
            if not self.scripts.string_may_hold(string):
                string = None
        self._string = (start, stop, string)
        return string

    def is_alone(self, end: int) -> bool:
        """Whether an address that ends about `end`, in a script, may be a string of its own; else it is a part of HTML
        (`href=\\"https://…`) or of a sentence."""
        start = max(0, end - MAX_ADDRESS)
        quote = self._data.rfind(b'"', start, end)
        if quote < 0:
            return start > 0 and b" " not in self._data[start:end]
        if b" " in self._data[quote:end] or _EQUALS.search(self._data, max(0, quote - 20), quote) is not None:
            return False
        close = self._data.find(b'"', end, end + MAX_ADDRESS)
        return close < 0 or self._names_post(self._data[quote + 1 : close])

    def _names_post(self, string: bytes) -> bool:
        """Whether a string of JSON, without its quotation marks, may name a post."""
        text = string.rstrip(b"\\").decode("utf-8", "replace")
        for _ in range(MAX_CODED):
            if "\\" not in text:
                return self._permalinks.likely(text) and self._permalinks.read(text) is not None
            try:
                text = msgspec.json.decode(f'"{text}"', type=str)
            except (msgspec.DecodeError, UnicodeEncodeError):
                break
        return True

    def content_at(self, end: int) -> int | None:
        """The number of the script in whose content something ends at `end`; -1 for a style sheet's; null where it is
        not surely in one of them."""
        number = bisect_right(self._starts, end) - 1
        if number < 0 or end > self.hidden[number].end:
            return None
        content = self._contents.get(number)
        if content is None:
            content = self._contents[number] = self._content(number)
        if end < content:
            return None
        return number if self.hidden[number].script else -1

    def _content(self, number: int) -> int:
        """Where the content begins of a script or a style sheet; nowhere where that is not sure."""
        extent = self.hidden[number]
        if not extent.script:
            opened = self._data.find(b">", extent.start, extent.end)
            return opened + 1 if opened >= 0 else len(self._data)
        head = START.match(self._data, extent.start)
        return len(self._data) if head is None or self.scripts.is_drawn(number) else head.end()

    def names_none(self, end: int) -> bool:
        """Whether what ends about `end`, outside of scripts, is a part of a link's address that is no post's."""
        tag = _tag_around(self._data, end)
        if tag is None or not is_link(self._data, tag[0]):
            return False
        href = _HREF.search(self._data, *tag)
        if href is None or not href.start() < end <= href.end():
            return False
        address = html.unescape((href[1] or href[2] or href[3] or b"").decode("utf-8", "replace"))
        return self._permalinks.read(address, any_server=True) is None

    def is_apart(self, end: int) -> bool:
        """Whether the address that ends about `end`, outside of scripts, is surely no embed's. Asked in ascending
        order."""
        tag = _tag_around(self._data, end)
        if tag is None:
            return not self._may_stand_nearby(end, end)
        start, stop = tag
        if self._data[start + 1 : start + 6].lower().startswith((b"meta ", b"meta\n", b"link ", b"link\n")):
            return True
        if is_link(self._data, start):
            return not (_link_may_stand(self._data, start, stop) and self._may_stand_nearby(start, stop))
        return _is_quiet(self._data, start, end) or not self._may_stand_nearby(start, stop)

    def _may_stand_nearby(self, start: int, stop: int) -> bool:
        return self._nearby.may_hold(self._data, start, stop, self.hidden, self.scripts.is_sure)


_PLAIN_QUOTE = re.compile(rb"(?<!\\)\"")
_LAST_QUOTE = re.compile(rb".*(?<!\\)\"", re.DOTALL)
_BACKSLASH = ord("\\")
NEARBY = 20
"""Coded quotation marks that are passed by one by one."""
MAX_STRING = 100_000
"""Bytes of a string on either side of a place in it; with a longer one, the whole script is read."""
STEP = 8192
"""Bytes that are searched at a time, backwards."""


def _string_around(data: bytes, place: int, low: int, high: int) -> tuple[int, int]:
    """The string between quotation marks that are not coded, or what is surely more than it."""
    start = place
    for _ in range(NEARBY):
        start = data.rfind(b'"', low, start)
        if start <= low or data[start - 1] != _BACKSLASH:
            break
    else:
        start = _opened(data, start, low)
    stop = place - 1
    for _ in range(NEARBY):
        stop = data.find(b'"', stop + 1, high)
        if stop < 0 or data[stop - 1] != _BACKSLASH:
            break
    else:
        closed = _PLAIN_QUOTE.search(data, stop, min(high, stop + MAX_STRING))
        stop = closed.start() if closed else -1
    return max(start, low), stop if stop >= 0 else high


def _opened(data: bytes, place: int, low: int) -> int:
    """Where the string that `place` is in begins, far before it; -1 where no quotation mark begins it."""
    least = max(low, place - MAX_STRING)
    while place > least:
        end, place = place, max(low, place - STEP)
        if last := _LAST_QUOTE.match(data, place, end):
            return last.end() - 1
    return -1


def _tag_around(data: bytes, at: int) -> tuple[int, int] | None:
    """The tag that `at` is in: its first byte and what follows its last; null where it is in none, or where that is
    not sure because a value holds `<` or `>`."""
    start = data.rfind(b"<", max(0, at - MAX_TAG), at)
    if start < 0 or not _TAG_OPENS.match(data, start) or data.find(b">", start, at) >= 0:
        return None
    stop = data.find(b">", at, at + MAX_TAG)
    return (start, stop + 1) if stop >= 0 else None


def _is_quiet(data: bytes, start: int, end: int) -> bool:
    """Whether what ends at `end` is in an attribute that holds no embed's address, of an element of no meaning."""
    read = _ATTRIBUTES.match(data, start, min(end, start + MAX_ATTRIBUTES))
    return read is not None and read[1].lower() in _QUIET


def _link_may_stand(data: bytes, start: int, stop: int) -> bool:
    own = data[start:stop]
    if _SAID.search(_HREF.sub(b"", own)):
        return True
    closed = _LINK_ENDS.search(data, stop, stop + 4000)
    close = closed.start() if closed else -1
    if close < 0 or _SHOWN.search(data, stop, close):
        return True
    if data[max(0, start - 200) : start].rstrip().endswith(b">") and re.search(
        rb"<p\b[^<>]{0,190}>\s*$", data[max(0, start - 200) : start], re.IGNORECASE
    ):
        return True  # a paragraph that begins with it may be the last one of an embed
    if is_quoted(data, start):
        return True
    before = data[max(0, start - FARTHEST) : start]
    for reach in REACHES:
        near = before[-reach:]
        if len(near) < len(before):
            near = near[near.find(b">") + 1 :]  # it may begin within a tag
        for called in reversed(list(_CALLED.finditer(near))):
            if _stands_in(called[0]):
                return length_of(near[near.find(b">", called.end()) + 1 :]) <= LITTLE
        if len(near) == len(before) or length_of(near) > LITTLE:
            break
    return False


def _stands_in(called: bytes) -> bool:
    return _known(called) if len(called) <= MAX_KNOWN else _SAID.search(called) is not None


MAX_KNOWN = 200
"""Bytes of a class or id that is remembered."""


@lru_cache(maxsize=2000)
def _known(called: bytes) -> bool:
    return _SAID.search(called) is not None
