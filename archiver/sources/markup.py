"""What tags and texts is XML made of, as the web writes it?

Feeds are the XML of the web that is worst kept: a stray `&`, entities of HTML that nobody declared, an element that is
not closed, bytes of another encoding. A parser that keeps to XML ends at the first of them; those that do not are made
for HTML, which has other elements (`<link>` is empty there). So this reads tag by tag what is there.

It is safe by what it cannot do: no document type is read, so there are no entities but the five of XML and those that
HTML names, none of which stands for another; nothing outside is ever asked for. Time is linear in the length: no two
parts of an expression can match the same, and what does not match is passed over up to the next `<`.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

MAX_NAME = 128
MAX_ATTRIBUTES = 64

_TAG = re.compile(
    r"<(/?)([^\s<>/=\"'!?&;]{1,%d})((?:[^<>\"']++|\"[^\"<]*+\"|'[^'<]*+')*+)>" % MAX_NAME  # noqa: UP031 (braces)
)
_ATTRIBUTE = re.compile(r"([^\s<>/=\"']{1,%d})\s*+=\s*+(?:\"([^\"<]*+)\"|'([^'<]*+)'|([^\s\"'<>]++))" % MAX_NAME)  # noqa: UP031
_DOCTYPE_END = re.compile(r"\]\s*+>")


class Text(NamedTuple):
    """Text between tags; entities are resolved."""

    start: int
    end: int
    text: str


class Open(NamedTuple):
    """The beginning of an element."""

    start: int
    end: int
    name: str
    """With its prefix, as written."""
    attributes: Mapping[str, str]
    """Names in small letters, which is how some programs write those that have capitals (`isPermaLink`)."""


class Close(NamedTuple):
    """The end of an element; of an empty one it comes right behind its beginning."""

    start: int
    end: int
    name: str


Event = Text | Open | Close


def events(source: str) -> Iterator[Event]:
    """Tags and texts in their order, with the places where they stand. Comments, processing instructions and the
    document type are left out."""
    at, size = 0, len(source)
    while at < size:
        begin = source.find("<", at)
        if begin < 0:
            begin = size
        if begin > at:
            yield Text(at, begin, html.unescape(source[at:begin]))
        if begin == size:
            return
        at = begin
        following = source[begin + 1 : begin + 2]
        if following == "!":
            if source.startswith("<![CDATA[", begin):
                end = source.find("]]>", begin)
                stop = size if end < 0 else end
                yield Text(begin, min(stop + 3, size), source[begin + 9 : stop])
                at = min(stop + 3, size)
            else:
                at = _behind_declaration(source, begin)
        elif following == "?":
            end = source.find("?>", begin)
            at = size if end < 0 else end + 2
        elif (tag := _TAG.match(source, begin)) is not None:
            at = tag.end()
            name, written = tag[2], tag[3]
            if tag[1]:
                yield Close(begin, at, name)
                continue
            yield Open(begin, at, name, _attributes(written) if written.strip(" /") else {})
            if written.endswith("/"):
                yield Close(at, at, name)
        else:
            yield Text(begin, begin + 1, "<")
            at = begin + 1


def _behind_declaration(source: str, begin: int) -> int:
    """Where a comment, or a document type with all that it declares, ends."""
    if source.startswith("<!--", begin):
        end = source.find("-->", begin + 4)
        return len(source) if end < 0 else end + 3
    end = source.find(">", begin)
    subset = source.find("[", begin, end if end >= 0 else len(source))
    if subset >= 0:
        closed = _DOCTYPE_END.search(source, subset)
        return len(source) if closed is None else closed.end()
    return len(source) if end < 0 else end + 1


def _attributes(written: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for number, one in enumerate(_ATTRIBUTE.finditer(written)):
        if number == MAX_ATTRIBUTES:
            break
        value = one[2] if one[2] is not None else one[3] if one[3] is not None else one[4]
        found.setdefault(one[1].lower(), html.unescape(value))
    return found
