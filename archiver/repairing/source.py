"""A document's bytes and its tree: where in the bytes does an element stand, and how are words written among them?

The structure of HTML is written in ASCII, and in every encoding of the Encoding standard but UTF-16 and ISO-2022-JP a
byte below 0x40 stands for itself wherever it is. So tags are looked for in the bytes themselves, read as ISO-8859-1:
then offsets are bytes, whatever the encoding is and however broken the text.

Where an element begins and ends is not guessed from the source: every candidate's start tag gets an attribute and every
end tag a comment behind it, in a copy; the copy is parsed as a browser would, and the marks say which tags made the
element (HTML standard, 13.2.6, tree construction). An element whose end tag is not there, or not its own, has no span.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterator, Sequence
from itertools import zip_longest
from typing import NamedTuple

from selectolax.lexbor import LexborHTMLParser, LexborNode

from archiver.errors import InputError
from archiver.platforms.bounds import parse, parseable
from archiver.platforms.markup import names

VOID = names("area base br col embed hr img input link meta param source track wbr")
RAW = names("script style textarea title xmp iframe noembed noframes")
"""Elements whose content holds no tags."""

MARK = "data-archiver-mark-"
MAX_TAGS = 1_000_000

_SPACE = r"[\t\n\f\r ]"
_TAG = re.compile(
    rf"<(?P<end>/?)(?P<name>[a-zA-Z][^\t\n\f\r />]*+)"
    r"(?:[\t\n\f\r /]++|=?[^\t\n\f\r />=]++"
    rf"""(?:{_SPACE}*+={_SPACE}*+(?:"[^"]*+"|'[^']*+'|[^\t\n\f\r >"'][^\t\n\f\r >]*+)?+)?+)*+>"""
)
_OPENS = re.compile(r"</?[a-zA-Z]")
_COMMENT_END = re.compile(r"--!?>")

_CODECS = (
    *("cp1252", "cp1251", "koi8_r", "koi8_u", "cp1250", "iso8859_2", "iso8859_15", "cp1253", "iso8859_7", "cp1254"),
    *("cp1255", "iso8859_8", "cp1256", "cp1257", "cp1258", "cp874", "iso8859_5", "cp866", "mac_roman"),
    *("gb18030", "cp932", "cp949", "big5hkscs", "euc_jp"),
)
_DECLARES_UTF8 = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*utf-?8", re.IGNORECASE)
_DECLARED_IN = 1024
"""Bytes in which browsers look for a declaration."""

Path = tuple[int, ...]
"""From the root: which element child, counted from 0."""


class Span(NamedTuple):
    """Bytes of a document."""

    start: int
    end: int


class Edit(NamedTuple):
    """What is to stand where."""

    span: Span
    html: str


class Tag(NamedTuple):
    """A tag in the source, with the offsets of its first character and behind its last."""

    start: int
    end: int
    name: str
    closes: bool


def tags(source: str) -> Iterator[Tag]:
    """The tags of HTML source, without those in comments, in attributes and in raw text, in linear time.

    What this reads otherwise than a browser (a script within a script's comment) only leads to marks in wrong places,
    and these to an element without a span.
    """
    at = source.find("<")
    count = 0
    while at >= 0 and count < MAX_TAGS:
        behind = -1
        if source.startswith("<!--", at):
            behind = _end_of_comment(source, at + 4)
        elif (tag := _TAG.match(source, at)) is not None:
            name, behind = tag["name"].lower(), tag.end()
            count += 1
            yield Tag(at, behind, name, bool(tag["end"]))
            if name == "plaintext":
                return
            if not tag["end"] and name in RAW:
                behind = _end_of_raw(source, name, behind)
        elif _OPENS.match(source, at) is None:
            # `<!`, `<?` and `</` before anything else begin a comment; a `<` by itself is a character
            behind = source.find(">", at) + 1 or -1 if source[at + 1 : at + 2] in ("!", "?", "/") else at + 1
        if behind < 0:
            return
        at = source.find("<", behind)


def _end_of_comment(source: str, at: int) -> int:
    if source.startswith((">", "->"), at):
        return source.index(">", at) + 1
    found = _COMMENT_END.search(source, at)
    return found.end() if found else -1


def _end_of_raw(source: str, name: str, at: int) -> int:
    end = re.compile(rf"</{name}(?=[\t\n\f\r />])", re.IGNORECASE).search(source, at)
    return end.start() if end else -1


class Source:
    """One document, to be edited in place.

    Raises `InputError` where the bytes cannot be edited so that the rest surely stays as it is.
    """

    def __init__(self, data: bytes, html: str, *, subject: str) -> None:
        self.data = data
        self.html = html
        self._unit = 1
        self._bom = b""
        self._codec: str | None
        for bom, codec in (
            (codecs.BOM_UTF8, "utf-8"),
            (codecs.BOM_UTF16_LE, "utf-16-le"),
            (codecs.BOM_UTF16_BE, "utf-16-be"),
        ):
            if data.startswith(bom):
                self._bom, self._codec = bom, codec
                break
        else:
            self._codec = _codec_of(data, html)
        body = data[len(self._bom) :]
        if self._codec is not None and self._codec.startswith("utf-16"):
            if html.encode(self._codec, "surrogatepass") != body:
                raise InputError("its UTF-16 is damaged, so it cannot be edited in place", subject=subject)
            self.text, self._unit = html, 2
        elif b"\x1b$" in data or b"\x1b(" in data:
            raise InputError(
                "ISO-2022-JP cannot be edited in place", subject=subject, hint="convert the article to UTF-8 first"
            )
        else:
            self.text = body.decode("latin-1")
        if parseable(self.text) != self.text:
            raise InputError("it nests too deep, or has too many choices, to be edited safely", subject=subject)

    def spans(self, wanted: Sequence[tuple[Path, str]]) -> list[Span | None]:
        """The bytes of the elements at these paths, which have to have these tags; null where that cannot be told."""
        found = list(self._tags({tag for _, tag in wanted}))
        marked = parse(_marked(self.text, found))
        root = marked.root
        return [self._span(root, path, tag, found) for path, tag in wanted]

    def _tags(self, wanted: set[str]) -> Iterator[Tag]:
        return (tag for tag in tags(self.text) if tag.name in wanted)

    def _span(self, root: LexborNode | None, path: Path, name: str, found: Sequence[Tag]) -> Span | None:
        node = at_path(root, path)
        if node is None or node.tag != name:
            return None
        opened = next((key for key in node.attributes if key.startswith(MARK)), None)
        number = _number(opened)
        if number is None or number >= len(found):
            return None
        start = found[number]
        if start.closes or start.name != name:
            return None
        if name in VOID:
            return self._bytes(start.start, start.end)
        behind = node.next
        if behind is None or not behind.is_comment_node:
            return None
        number = _number((behind.comment_content or "").strip())
        if number is None or number >= len(found):
            return None
        end = found[number]
        if not end.closes or end.name != name or end.start < start.end:
            return None
        return self._bytes(start.start, end.end)

    def _bytes(self, start: int, end: int) -> Span:
        if self._unit == 1:
            return Span(start + len(self._bom), end + len(self._bom))
        codec = self._codec or "utf-16-le"
        first = len(self._bom) + len(self.text[:start].encode(codec, "surrogatepass"))
        return Span(first, first + len(self.text[start:end].encode(codec, "surrogatepass")))

    def written(self, html: str) -> bytes:
        """`html` in the document's own encoding; what it lacks, as character references."""
        if self._codec is not None:
            data = html.encode(self._codec, "xmlcharrefreplace")
            if _reads_as(data, self._codec, html):
                return data
        return html.encode("ascii", "xmlcharrefreplace")

    def edited(self, edits: Sequence[Edit]) -> bytes:
        """The document with these edits, whose spans do not overlap; every other byte as it was."""
        pieces: list[bytes] = []
        copied = 0
        for edit in sorted(edits):
            pieces += (self.data[copied : edit.span.start], self.written(edit.html))
            copied = edit.span.end
        return b"".join((*pieces, self.data[copied:]))


def _reads_as(data: bytes, codec: str, html: str) -> bool:
    """Whether the bytes mean this text, character references aside, and the structure is in ASCII."""
    try:
        read = data.decode(codec)
    except UnicodeDecodeError:
        return False
    return read == html or read.encode("ascii", "xmlcharrefreplace") == html.encode("ascii", "xmlcharrefreplace")


def _codec_of(data: bytes, html: str) -> str | None:
    """In what encoding words can be written so that they are read as the rest is; null: only as character references.

    A document of ASCII alone, that does not say what it is in, may be read as anything.
    """
    if b"\0" in data:
        for codec in ("utf-16-le", "utf-16-be"):
            if data.decode(codec, "replace") == html:
                return codec
    if data.isascii():
        return "utf-8" if _DECLARES_UTF8.search(data, 0, _DECLARED_IN) else None
    if data.decode("utf-8", "replace") == html:
        return "utf-8"
    for codec in _CODECS:
        try:
            if data.decode(codec) == html:
                return codec
        except UnicodeDecodeError:
            continue
    return None


def _marked(source: str, found: Sequence[Tag]) -> str:
    pieces: list[str] = []
    copied = 0
    for number, tag in enumerate(found):
        if tag.closes:
            pieces += (source[copied : tag.end], f"<!--{MARK}{number}-->")
            copied = tag.end
        else:
            name_end = tag.start + 1 + len(tag.name)
            pieces += (source[copied:name_end], f" {MARK}{number} ")
            copied = name_end
    pieces.append(source[copied:])
    return "".join(pieces)


def _number(mark: str | None) -> int | None:
    digits = (mark or "").removeprefix(MARK)
    return int(digits) if mark and digits.isascii() and digits.isdecimal() and len(digits) < 9 else None


def at_path(root: LexborNode | None, path: Path) -> LexborNode | None:
    """The element at a path from the root."""
    node = root
    for step in path:
        child = node.child if node is not None else None
        left = step
        while child is not None:
            if child.is_element_node:
                if left == 0:
                    break
                left -= 1
            child = child.next
        node = child
    return node


def path_of(node: LexborNode, root: LexborNode) -> Path | None:
    """Its path from the root; null where it is not within."""
    steps: list[int] = []
    at: LexborNode | None = node
    while at is not None and at.mem_id != root.mem_id:
        place = 0
        before = at.prev
        while before is not None:
            place += before.is_element_node
            before = before.prev
        steps.append(place)
        at = at.parent
    return tuple(reversed(steps)) if at is not None else None


def same_but(before: LexborHTMLParser, replaced: Sequence[Path], after: LexborHTMLParser, mark: str) -> bool:
    """Whether the two trees are the same node by node, but that each element of `before` at a path of `replaced` is, in
    `after`, an element with the attribute `mark`, whatever is inside both.

    Elements are the same with the same tag and attributes, texts and comments with the same content; the content of a
    `<template>` is compared as it is written.
    """
    first, second = before.root, after.root
    if first is None or second is None:
        return False
    gone = {node.mem_id for path in replaced if (node := at_path(first, path)) is not None}
    if len(gone) != len(replaced):
        return False
    pairs = zip_longest(
        _walk(first, lambda node: node.mem_id in gone or mark in node.attributes),
        _walk(second, lambda node: mark in node.attributes),
    )
    for one, other in pairs:
        if one is None or other is None or one[0] != other[0]:
            return False
        if one[1].mem_id in gone:
            if not other[1].is_element_node or mark not in other[1].attributes:
                return False
        elif not _same(one[1], other[1], mark):
            return False
    return True


def _walk(root: LexborNode, leave: Callable[[LexborNode], bool]) -> Iterator[tuple[int, LexborNode]]:
    """Depth and node, in document order; what is in an element that is left is not walked."""
    at: LexborNode | None = root
    depth = 0
    while at is not None:
        yield depth, at
        if at.child is not None and not leave(at):
            at = at.child
            depth += 1
            continue
        while at is not None and at.next is None and depth:
            at = at.parent
            depth -= 1
        at = at.next if at is not None and depth else None


def _same(one: LexborNode, other: LexborNode, mark: str) -> bool:
    tag = one.tag
    if tag != other.tag:
        return False
    if one.is_element_node:
        if one.attributes != other.attributes:
            return False
        return (tag != "template" and mark not in one.attributes) or one.html == other.html
    if one.is_comment_node:
        return bool(one.comment_content == other.comment_content)
    return bool(one.text_content == other.text_content)
