"""Does the address of a post stand in a page where detection takes it for an embed?

Most addresses do not: they are links in sentences, in the page's own metadata, in the data of scripts. What is told
here without reading the page is only what surely is nothing: in doubt an address counts.
"""

from __future__ import annotations

import re

from archiver.detect import containers, pagejson
from archiver.scan.hidden import Structure, script_at

MAX_TAG = 200_000
"""Bytes of a tag."""

MAX_SCRIPT = 8_000_000
MAX_HELD = 1_500_000
"""Bytes of an element whose content is read by itself: what `archiver.detect.payloads` reads of one, at three bytes a
character."""

ABOVE = 20_000
"""Bytes before a link in which the element begins that calls itself an embed, with little text before the link."""

LITTLE = 420
"""Characters of text in such an element (`archiver.detect.containers.MAX_FALLBACK`), and some more."""

_TAG_OPENS = re.compile(rb"<[A-Za-z/!?]")
_SCRIPT = re.compile(rb"<script(?P<attributes>[^>]{0,4000})>", re.IGNORECASE)
_SAID = re.compile(
    containers.STANDS_IN.pattern.encode("ascii") + rb"|embed|iframely|kg-bookmark|data-pin", re.IGNORECASE
)
"""What elements that stand for an embed are called."""
_CALLED = re.compile(rb"(?:class|id)\s{0,3}=\s{0,3}(?:\"[^\"]{0,2000}|'[^']{0,2000}|[^\s>]{1,500})", re.IGNORECASE)
_SHOWN = re.compile(rb"//|@|\xef\xbc\xa0|&#|&commat|\.[a-z]{2,6}/|<img|<svg|<picture|<video|%40", re.IGNORECASE)
_LINK_ENDS = re.compile(rb"</a\b", re.IGNORECASE)
_MARKUP = re.compile(rb"<[^<>]{0,4000}>")
_JSON = tuple(mark.encode("ascii") for mark in pagejson.MARKS)
_QUIET_SCRIPTS = re.compile(
    rb"type\s{0,3}=\s{0,3}[\"']?\s{0,3}(?:application|module|text/(?:java|ecma)script)", re.IGNORECASE
)


class Page:
    """The source of one page, and where the tags of its scripts are."""

    def __init__(self, data: bytes, structure: Structure) -> None:
        self._data = data
        self._structure = structure

    def may_stand(self, end: int) -> bool:
        """Whether the address that ends about `end` may be that of an embed."""
        data = self._data
        script = script_at(self._structure, end)
        if script >= 0:
            return _script_may_name(data, script, end)
        tag = _tag_around(data, end)
        if tag is not None:
            start, stop = tag
            name = data[start + 1 : start + 6].lower()
            if name.startswith((b"meta ", b"meta\n", b"link ", b"link\n")):
                return False
            if name[:1] == b"a" and name[1:2] in (b" ", b"\n", b"\t", b"\r"):
                return _link_may_stand(data, start, stop)
        return True


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
    above = max(0, start - ABOVE)
    before = data[above:start]
    opened = max(before.rfind(b"<blockquote"), before.rfind(b"<BLOCKQUOTE"))
    if opened >= 0 and b"</blockquote" not in before[opened:].lower():
        return True
    if data[max(0, start - 200) : start].rstrip().endswith(b">") and re.search(
        rb"<p\b[^<>]{0,190}>\s*$", data[max(0, start - 200) : start], re.IGNORECASE
    ):
        return True  # a paragraph that begins with it may be the last one of an embed
    for called in reversed(list(_CALLED.finditer(before))):
        if not _SAID.search(called[0]):
            continue
        between = _MARKUP.sub(b"", before[called.end() :])
        if len(b" ".join(between.split()).decode("utf-8", "replace")) <= LITTLE:
            return True
        break
    return _is_open(data, start)


_HOLDING = (b"template", b"textarea", b"noscript", b"iframe")
"""Elements whose content is read by itself."""


def _is_open(data: bytes, at: int) -> bool:
    """Whether `at` is, or seems to be, in one of these elements."""
    low = max(0, at - MAX_HELD)
    before = data[low:at]
    for name in _HOLDING:
        opened = max(before.rfind(b"<" + name), before.rfind(b"<" + name.upper()))
        if opened >= 0 and b"</" + name not in before[opened:].lower():
            return True
    return False


def _script_may_name(data: bytes, opened: int, at: int) -> bool:
    """Whether the script that begins at `opened` and holds `at` may be one whose JSON is read."""
    head = _SCRIPT.match(data, opened)
    if head is None or head.end() > at:
        return True
    attributes = head["attributes"]
    if attributes.strip() and not _QUIET_SCRIPTS.search(attributes):
        return True
    close = data.find(b"</script", at, at + MAX_SCRIPT)
    if close < 0:
        return True
    body = data[opened:close]
    return any(mark in body for mark in _JSON) or (b'witter"' in body and b"/status/" in body)
