"""What of a document may reach the HTML parser, so that its cost stays linear?

A browser's parser looks through its stack of open elements at every tag, at every attribute through those before it,
and at every choice of a list (`option` in `select`) through all that stands before it in the list. Documents that nest
without end, put thousands of attributes on one element, or have ten thousands of choices are cut to what browsers and
real pages have; nothing else is touched. White space and letters' case are those of ASCII, as they are to parsers. So
UTF-8 that is read as Latin-1, a character for each byte, is cut in the same places.
"""

from __future__ import annotations

import re
from string import ascii_lowercase, ascii_uppercase

from selectolax.lexbor import LexborHTMLParser

from archiver.platforms.markup import names

MAX_DEPTH = 512
"""Chromium's bound on the depth of a document tree; deeper elements become siblings there too."""

FEW_TAGS = 4_000
"""So many tags may nest as they like: the parser's cost is below a millisecond for each thousand."""

MAX_ATTRIBUTES = 1000
"""Attributes of one element that are kept. The parser compares each with all before it; real elements have below 50."""

MAX_CHOOSING = 200_000_000
"""Choices of a document times all its tags, at most: the parser looks at so many of their neighbours in half a second.
Of a document with more, the choices stand outside of any list. Lists of all towns of a country have some thousand."""

_NEVER_CLOSED = names(
    "area base br col embed hr img input link meta param source track wbr "
    "p li dd dt option optgroup tr td th tbody thead tfoot colgroup caption rb rt rtc rp html head body"
)
"""Void elements, and those whose end tag may be left out: they do not nest without end."""

_BARRIERS = names("applet marquee object table template svg math")
"""Elements past which an end tag inside closes nothing (HTML standard, "has an element in scope")."""

_FORMATTING = names("a b big code em font i nobr s small strike strong tt u")
"""Elements whose end tag leaves the blocks within them open (HTML standard, "adoption agency algorithm")."""

LONG_NAME = 40
"""Characters of a name from which on it may go on."""

_NAME = re.compile(rf"<(/?[a-zA-Z][^\s/<>]{{0,{LONG_NAME}}})", re.ASCII)
_TAG = re.compile(r"<(/?)([a-zA-Z][^\s/<>]*+)[^<>]*+>", re.ASCII)


def parse(html: str) -> LexborHTMLParser:
    """The document, of whatever size its caller allows, in linear time."""
    return LexborHTMLParser(parseable(html))


def parseable(html: str) -> str:
    """`html` as it is given to the parser."""
    tags = html.count("<")
    if tags * tags > MAX_CHOOSING:
        html = without_lists(html)
    if tags > FEW_TAGS:
        html = flatten(html)
    return thin(html) if may_be_crowded(html) else html


_OPTION = re.compile(r"<option(?=[\s/>])", re.IGNORECASE | re.ASCII)
_SELECT = re.compile(r"</?select(?=[\s/>])[^<>]*+>?+", re.IGNORECASE | re.ASCII)


def without_lists(html: str) -> str:
    """`html` without its `select` tags, where looking through its choices would take too long. Their content stays."""
    tags = html.count("<")
    if tags * tags <= MAX_CHOOSING:
        return html
    choices = sum(1 for _ in _OPTION.finditer(html))
    return _SELECT.sub("", html) if choices * tags > MAX_CHOOSING else html


def flatten(html: str) -> str:
    """`html` without the tags that would nest deeper than `MAX_DEPTH`; their content stays."""
    if html.count("<") <= FEW_TAGS or not _may_be_deep(html):
        return html
    stack = _OpenElements()
    names: dict[str, str] = {}
    dropped: list[str] = []
    out: list[str] = []
    copied = 0
    for tag in _TAG.finditer(html):
        name = _lower(tag[2])
        if name in _NEVER_CLOSED:
            continue
        if not tag[1]:
            if stack.depth < MAX_DEPTH:
                stack.open(name)
                continue
            dropped.append(names.setdefault(name, name))  # one string for each name: they may be millions
        elif dropped:
            if dropped[-1] == name:
                dropped.pop()
        else:
            stack.close(name)
            continue
        if copied < tag.start():
            out.append(html[copied : tag.start()])
        copied = tag.end()
    if not copied:
        return html
    out.append(html[copied:])
    return "".join(out)


def _may_be_deep(html: str) -> bool:
    """A bound from above on the depth: end tags count only for elements of their own name."""
    deep = 0
    opened = [0]
    codes: dict[str, int] = {}
    """Names as they are written: a number, below zero at end tags; zero for those that do not nest."""
    start = 0
    while start < len(html):
        end = html.find("<", start + AT_ONCE)  # no name goes on over it
        end = len(html) if end < 0 else end
        for name in _NAME.findall(html, start, end):
            code = codes.get(name)
            if code is None:
                code = _code(name, codes, opened)
            if code > 0:
                opened[code] += 1
                deep += 1
                if deep > MAX_DEPTH:
                    return True
            elif code and opened[-code] > 0:
                opened[-code] -= 1
                deep -= 1
        start = end
    return False


def _code(name: str, codes: dict[str, int], opened: list[int]) -> int:
    plain = _lower(name.lstrip("/"))
    code = 0 if plain in _NEVER_CLOSED else codes.get(plain)
    if code is None:
        code = codes[plain] = len(opened)
        opened.append(0)
    if name[0] == "/":
        code = -code if len(plain) <= LONG_NAME else 0  # a long one may be another's end tag
    codes[name] = code
    return code


_TO_LOWER = str.maketrans(ascii_uppercase, ascii_lowercase)


def _lower(name: str) -> str:
    """The name as parsers compare it."""
    return name.lower() if name.isascii() else name.translate(_TO_LOWER)


AT_ONCE = 1 << 18
"""Characters of which the tags' names are gathered at a time: those of a whole document may take more than it."""


class _OpenElements:
    """The parser's stack of open elements, as far as its depth goes."""

    def __init__(self) -> None:
        self.depth = 0
        self._stack: list[str | None] = []
        """null: a formatting element that is closed while what is within it is not."""
        self._places: list[dict[str, list[int]]] = [{}]
        """Where each name stands in the stack, for what is above each barrier."""

    def open(self, name: str) -> None:
        if name in _BARRIERS:
            self._places.append({})
        self._places[-1].setdefault(name, []).append(len(self._stack))
        self._stack.append(name)
        self.depth += 1

    def close(self, name: str) -> None:
        if name in _BARRIERS:
            if not any(place.get(name) for place in self._places[1:]):
                return
            while not self._places[-1].get(name):
                self._pop()
            level = len(self._places)
            while len(self._places) >= level:
                self._pop()
            return
        places = self._places[-1].get(name)
        if not places:
            return
        if name in _FORMATTING:
            self._stack[places.pop()] = None
            self.depth -= 1
            while self._stack and self._stack[-1] is None:
                self._stack.pop()
            return
        down_to = places[-1]
        while len(self._stack) > down_to:
            self._pop()

    def _pop(self) -> None:
        name = self._stack.pop()
        if name is None:
            return
        self.depth -= 1
        places = self._places[-1][name]
        places.pop()
        if name in _BARRIERS:
            self._places.pop()


_ATTRIBUTE = r"""[\s/]++[^\s=>"'/]++(?:\s*+=\s*+(?:"[^"]*+"|'[^']*+'|[^\s>"']*+))?+"""
_ONE = re.compile(_ATTRIBUTE, re.ASCII)
_CROWDED = re.compile(rf"<[a-zA-Z][^\s/<>]*+(?P<attributes>(?:{_ATTRIBUTE}){{64,}}+)", re.ASCII)


def may_be_crowded(html: str) -> bool:
    """Whether `thin` may find a tag with too many attributes: a test without false negatives, in a fifth of its time.

    Such a tag is longer than `2 * MAX_ATTRIBUTES`, and a `>` within it stands in a quoted value. So between two ends of
    tags that are not farther from each other none can begin; where no such end is in reach, each tag is looked at.
    """
    reach = 2 * MAX_ATTRIBUTES
    ended = -1
    """No tag with too many attributes begins here or before."""
    looked_at = 0
    while ended + reach < len(html):
        end = html.rfind(">", ended + 1, ended + reach)
        for _ in range(MAX_ENDS):
            if end < 0 or not _in_value(html, ended + 1, end):
                break
            end = html.rfind(">", ended + 1, end)
        else:
            end = -1
        if end < 0:
            begun = _BEGUN.search(html, ended + 1, ended + reach)
            if begun is None:
                end = ended + reach - 2
            else:
                end = begun.start()
                looked_at += 1
                if looked_at > MAX_LOOKED_AT or _CROWDED.match(html, end):
                    return True
        ended = end
    return False


MAX_ENDS = 4
"""Ends of tags that are tried."""

MAX_LOOKED_AT = 200
"""Tags that are looked at, before the document is looked at as a whole."""

_BEGUN = re.compile("<[a-zA-Z]")

_WHITE = " \t\n\r\f\v"
"""`\\s` of the patterns."""


def _in_value(html: str, start: int, at: int) -> bool:
    """Whether what stands at `at` may be in the quoted value of an attribute that begins behind `start`."""
    for mark in "\"'":
        opening = html.rfind(mark, start, at)
        if opening > start:
            before = html[opening - 1]
            if before == "=" or (before in _WHITE and html[start:opening].rstrip(_WHITE).endswith("=")):
                return True
    return False


def thin(html: str) -> str:
    """`html` with at most `MAX_ATTRIBUTES` attributes on each element."""
    return _CROWDED.sub(_cut, html)


def _cut(tag: re.Match[str]) -> str:
    start = tag.start()
    for count, attribute in enumerate(_ONE.finditer(tag.string, tag.start("attributes"), tag.end())):
        if count == MAX_ATTRIBUTES:
            return tag[0][: attribute.start() - start]
    return tag[0]
