"""What does a reader see of an element?

Walking and rendering for platforms' embed readers and for detection: text as shown (`<br>` is a line break, blocks
stand on lines of their own, entities are decoded, scripts and styles are not shown), and the links in it with their
places.

Cost: linear in the nodes; nothing recurses, so nesting cannot exhaust the stack.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator

import msgspec
from selectolax.lexbor import LexborNode

HIDDEN = frozenset({"script", "style", "template", "head", "noscript", "svg", "select", "textarea", "iframe", "object"})
"""Elements whose text no reader sees as text."""

BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "center",
        "dd",
        "details",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "html",
        "legend",
        "li",
        "main",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "summary",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "ul",
    ]
)
"""Elements that begin and end a line (HTML standard, section "Rendering": flow content that is `display: block`)."""

_SPACE = re.compile(r"[ \t\n\r\f]+")
_UNEVEN = re.compile(r"[\t\n\r\f]|  ")


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """An `<a>` within a rendered element."""

    start: int
    end: int
    href: str
    attributes: dict[str, str | None]


class Rendered(msgspec.Struct, frozen=True, kw_only=True):
    """An element as a reader sees it; links' offsets are into `text`."""

    text: str
    links: tuple[Link, ...]


def events(root: LexborNode, skipped: set[int]) -> Iterator[tuple[bool, LexborNode]]:
    """(true, node) on entering and (false, node) on leaving every node below and including `root`, in document order.

    The caller adds a node's `mem_id` to `skipped` on entering it to pass over what is inside it.
    """
    node = root
    end = root.mem_id
    while True:
        yield True, node
        child = None if node.mem_id in skipped else node.child
        if child is not None:
            node = child
            continue
        while True:
            yield False, node
            if node.mem_id == end:
                return
            following = node.next
            if following is not None:
                node = following
                break
            parent = node.parent
            if parent is None:
                return
            node = parent


class _Kept(threading.local):
    """What was rendered of the one element that several readers are shown."""

    node: LexborNode | None = None
    rendered: Rendered | None = None


_kept = _Kept()


def keep(node: LexborNode | None) -> None:
    """Render this element once from now on, until another one is kept, or none: its readers must not change it."""
    _kept.node = node
    _kept.rendered = None


def render(root: LexborNode) -> Rendered:
    """The text of `root` as shown, and its links."""
    if root is not _kept.node:
        return _render(root)
    rendered = _kept.rendered
    if rendered is None:
        rendered = _kept.rendered = _render(root)
    return rendered


def _render(root: LexborNode) -> Rendered:
    out = Lines()
    links: list[Link] = []
    open_links: list[tuple[int, LexborNode]] = []
    skipped: set[int] = set()
    for entering, node in events(root, skipped):
        tag = node.tag or ""
        if tag == "-text":
            if entering:
                out.add(node.text_content or "")
        elif tag == "br":
            if entering:
                out.line_break()
        elif tag == "img":
            if entering and (drawn := _drawn_character(node)):
                out.add(drawn)
        elif tag in HIDDEN:
            if entering:
                skipped.add(node.mem_id)
        elif tag == "a":
            if entering:
                open_links.append((out.position(), node))
            elif open_links:
                start, link = open_links.pop()
                attributes = link.attributes
                href = (attributes.get("href") or "").strip()
                links.append(Link(start=start, end=out.length, href=href, attributes=attributes))
        elif tag in BLOCKS and node.mem_id != root.mem_id:
            out.block()
    return Rendered(text=out.text(), links=tuple(links))


MAX_CHARACTER = 24
"""Code points of one drawn character: a family of four has seven, a smiley's name more."""

_CALLED_CHARACTER = re.compile(r"emoji|smil(?:ey|ie)", re.IGNORECASE)
_LETTERS = re.compile(r"[^\W_]")


def _drawn_character(image: LexborNode) -> str | None:
    """The character that an image stands for, as sites draw emoji; null for pictures."""
    attributes = image.attributes
    alt = (attributes.get("alt") or "").strip()
    if not alt or len(alt) > MAX_CHARACTER:
        return None
    if _CALLED_CHARACTER.search(f"{attributes.get('class') or ''} {attributes.get('src') or ''}"):
        return alt
    return alt if not alt.isascii() and _LETTERS.search(alt) is None else None


class Lines:
    """Text being put together as a reader sees it: white space collapsed, at most one blank line between blocks."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self.length = 0
        self._space = False
        self._breaks = 0
        """Line breaks that will stand before the next word."""

    def position(self) -> int:
        """Where the next word would stand."""
        if self.length == 0:
            return 0
        return self.length + (self._breaks or (1 if self._space else 0))

    def add(self, raw: str) -> int:
        """Append text; returns the offset of its first character."""
        text = _SPACE.sub(" ", raw) if _UNEVEN.search(raw) else raw
        if not text or text == " ":
            self._space = self._space or bool(text)
            return self.position()
        if text[0] == " ":
            self._space = True
            text = text[1:]
        if self.length:
            if self._breaks:
                self._put("\n" * self._breaks)
            elif self._space:
                self._put(" ")
        start = self.length
        self._breaks = 0
        self._space = text[-1] == " "
        if self._space:
            text = text[:-1]
        self._pieces.append(text)
        self.length += len(text)
        return start

    def space(self) -> None:
        """White space without any text."""
        self._space = True

    def line_break(self) -> None:
        """A `<br>`."""
        self._breaks = min(self._breaks + 1, 2)

    def block(self) -> None:
        """A block begins or ends."""
        self._breaks = 2

    def _put(self, piece: str) -> None:
        self._pieces.append(piece)
        self.length += len(piece)

    def text(self) -> str:
        return "".join(self._pieces)


def names(written: str) -> frozenset[str]:
    """Names that are written one after the other, with white space between."""
    return frozenset(written.split())


def classes(node: LexborNode) -> frozenset[str]:
    """The element's class names, as written."""
    return frozenset((node.attributes.get("class") or "").split())


def first_elements(root: LexborNode, limit: int) -> Iterator[LexborNode]:
    """The first `limit` elements below `root`, in document order: enough for an embed, bounded on a whole page."""
    skipped: set[int] = set()
    count = 0
    for entering, node in events(root, skipped):
        if not entering or not node.is_element_node or node.mem_id == root.mem_id:
            continue
        count += 1
        if count > limit:
            return
        yield node
