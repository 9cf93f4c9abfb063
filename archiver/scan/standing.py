"""Does the address of a post stand in a page where detection takes it for an embed?

Most addresses do not: they are links in sentences, in the page's own metadata, in the data of scripts. What is told
here without reading the page is only what surely is nothing: in doubt an address counts.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from archiver.detect import containers, pagejson

MAX_TAG = 200_000
"""Bytes of a tag."""

MAX_SCRIPT = 8_000_000
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


def may_stand(data: bytes, end: int) -> bool:
    """Whether the address that ends about `end` in the source of a page may be that of an embed."""
    if _script_open(data, end, (b"script",)):
        return _script_may_name(data, end)
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
    if _script_open(data, start, (b"template", b"textarea", b"noscript", b"iframe")):
        return True
    for called in reversed(list(_CALLED.finditer(before))):
        if not _SAID.search(called[0]):
            continue
        between = _MARKUP.sub(b"", before[called.end() :])
        return len(b" ".join(between.split()).decode("utf-8", "replace")) <= LITTLE
    return False


def _script_open(data: bytes, at: int, elements: Sequence[bytes]) -> bool:
    """Whether `at` is, or seems to be, in one of these elements."""
    low = max(0, at - MAX_SCRIPT)
    for name in elements:
        opened = max(data.rfind(b"<" + name, low, at), data.rfind(b"<" + name.upper(), low, at))
        if opened >= 0 and b"</" + name not in data[opened:at].lower():
            return True
    return False


def _script_may_name(data: bytes, at: int) -> bool:
    """Whether a script that `at` is in may be one whose JSON is read; true where it is in none."""
    low = max(0, at - MAX_SCRIPT)
    opened = data.rfind(b"<script", low, at)
    head = _SCRIPT.match(data, opened) if opened >= 0 else None
    if head is None or head.end() > at or (b"</" in data[opened:at] and b"</script" in data[opened:at].lower()):
        return True
    attributes = head["attributes"]
    if attributes.strip() and not _QUIET_SCRIPTS.search(attributes):
        return True
    close = data.find(b"</script", at, at + MAX_SCRIPT)
    if close < 0:
        return True
    body = data[opened:close]
    return any(mark in body for mark in _JSON) or (b'witter"' in body and b"/status/" in body)
