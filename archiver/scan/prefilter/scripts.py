"""Does a script of a page keep what detection reads a post in: JSON that names one, HTML of one, markup?"""

from __future__ import annotations

import html
import re
from bisect import bisect_left
from collections.abc import Callable, Sequence
from functools import cached_property

import msgspec

from archiver.detect import containers, pagejson
from archiver.detect.permalinks import Permalinks
from archiver.scan.prefilter.hidden import Extent

MAX_SCRIPT = 8_000_000
"""Bytes of a script whose JSON is read; a page with a longer one is let through."""

MAX_PIECES = 500
"""Pieces of HTML in the JSON of one page's scripts that are looked at; a page with more is let through."""

PICTURE = 20_000
"""Bytes before a script in which the drawing begins that it may stand in."""

START = re.compile(rb"<script(?P<attributes>[^>]{0,4000})>", re.IGNORECASE)
_QUOTES = re.compile(rb"[=\"']")
_OPENS = re.compile(rb"<script[\s/>]", re.IGNORECASE)
_QUIET_SCRIPTS = re.compile(
    rb"type\s{0,3}=\s{0,3}[\"']?\s{0,3}(?:application|module|text/(?:java|ecma)script)", re.IGNORECASE
)

Holds = Callable[[str], bool]
"""Whether a piece of HTML that a page keeps as data may hold a post."""


class Scripts:
    """The scripts of one page as it is written, no letters decoded: so detection reads their JSON."""

    def __init__(
        self,
        data: bytes,
        hidden: Sequence[Extent],
        comments: Sequence[int],
        marks: Sequence[int],
        permalinks: Permalinks,
        holds: Holds,
    ) -> None:
        """hidden, comments, marks: where its scripts and style sheets are in `data`, where comments may begin, where
        there are marks of JSON that is read."""
        self._data = data
        self._marks = marks
        self._comments = comments
        self._hidden = hidden
        self._permalinks = permalinks
        self._holds = holds
        self._pieces = 0
        self._strings: dict[bytes, bool] = {}
        """Strings that were looked at: pages repeat them."""
        self._known: dict[int, bool] = {}
        self._drawn: dict[int, bool] = {}
        self._markup: dict[int, bool] = {}

    def string_may_hold(self, string: bytes) -> bool:
        """Whether a string of JSON, with its quotation marks, may hold a post's HTML; in doubt it does."""
        known = self._strings.get(string)
        if known is None:
            self._pieces += 1
            known = self._strings[string] = self._pieces > MAX_PIECES or self._string_may_hold(string)
        return known

    def _string_may_hold(self, string: bytes) -> bool:
        try:
            text = msgspec.json.decode(string, type=str)
        except msgspec.DecodeError:
            return True
        if text.lstrip()[:1] in ("{", "["):  # JSON within a string may be read, too
            return True
        return self._holds(text)  # coded signs are seen, too

    def is_quiet(self, number: int) -> bool:
        """Whether nothing is read of this script: it is no markup, and its JSON surely none of a post."""
        script = self._hidden[number]
        first = bisect_left(self._marks, script.start)
        return not (first < len(self._marks) and self._marks[first] < script.end) and not self.is_markup(number)

    def is_drawn(self, number: int) -> bool:
        """Whether this script may be in a drawing, where its content is markup."""
        known = self._drawn.get(number)
        if known is None:
            at = self._hidden[number].start
            before = self._data[max(0, at - PICTURE) : at].lower()
            known = self._drawn[number] = any(
                before.rfind(b"<" + name) > before.rfind(b"</" + name) for name in (b"svg", b"math")
            )
        return known

    def is_markup(self, number: int) -> bool:
        """Whether the script may be none, or a part of another, or keep markup: then it is not told by its JSON."""
        known = self._markup.get(number)
        if known is None:
            script = self._hidden[number]
            head = START.match(self._data, script.start)
            attributes = head["attributes"] if head is not None else b"type"
            known = self._markup[number] = (
                not script.sure
                or (b"type" in attributes.lower() and not _QUIET_SCRIPTS.search(attributes))
                or number >= self._unsure_from
            )
        return known

    @cached_property
    def _unsure_from(self) -> int:
        """The first script that may go on behind its end tag."""
        for number, each in enumerate(self._hidden):
            if each.inner and self._ends_later(each.first + 1, each.end):
                return number
        return len(self._hidden)

    def _ends_later(self, start: int, end: int) -> bool:
        """Whether the script that begins at `start` may end behind the first end tag: in a comment that holds a start
        tag, that is not its end (HTML standard, "script data double escaped state")."""
        closed = start
        for at in self._comments[bisect_left(self._comments, start) : bisect_left(self._comments, end)]:
            if at >= closed:
                close = self._data.find(b"-->", at + 2, end)
                closed = close if close >= 0 else end
                if _OPENS.search(self._data, at, closed):
                    return True
        return False

    def is_sure(self, number: int) -> bool:
        """Whether nothing in this script, or style sheet, is markup of the page."""
        return not self.is_drawn(number) and number < self._unsure_from

    def may_name(self, number: int) -> bool:
        """Whether this script of the page may be one whose JSON names a post, or holds the HTML of one."""
        known = self._known.get(number)
        if known is None:
            known = self._known[number] = self._may_name(number)
        return known

    def _may_name(self, number: int) -> bool:
        data, script = self._data, self._hidden[number]
        head = START.match(data, script.start, script.end)
        if head is None or script.end - script.start > MAX_SCRIPT:
            return True
        if self.is_markup(number):
            return True
        text = data[head.end() : script.end].decode("utf-8", "replace")
        if not pagejson.may_hold_posts(text):
            return False
        called = html.unescape(_QUOTES.sub(b" ", head["attributes"]).decode("utf-8", "replace"))
        declared = containers.EMBEDDING.search(called) is not None
        for value in pagejson.values_of(text):
            for named in pagejson.read(value, self._permalinks, declared=declared):
                self._pieces += 1
                if not isinstance(named, str) or self._pieces > MAX_PIECES or self._holds(named):
                    return True
        return False
