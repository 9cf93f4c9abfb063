"""Where in the document is an element? Its CSS path, for people and for other tools; and the element at such a path."""

from __future__ import annotations

import re

from selectolax.lexbor import LexborNode

MAX_STEPS = 128
"""Steps of a path: below more, which real pages do not have, it begins somewhere within the document."""

_PLAIN_TAG = re.compile(r"[a-z][a-z0-9-]*")
_STEP = re.compile(r"(?P<tag>[a-z][a-z0-9-]*|\*)(?::nth-child\((?P<nth>[1-9]\d{0,8})\))?")


KEPT = 64
"""One place in so many is kept of a parent's children: a list of hundred thousands is mostly not asked for."""


class Selectors:
    """CSS paths of elements of one document, each parent's children counted once."""

    def __init__(self) -> None:
        self._place: dict[int, int] = {}
        """Of elements among those of their parent: of every 64th, and of those that were asked for."""
        self._counted: set[int] = set()

    def of(self, node: LexborNode) -> str:
        """`html > body > div:nth-child(2) > blockquote:nth-child(4)`."""
        path: list[str] = []
        at: LexborNode | None = node
        while at is not None and len(path) < MAX_STEPS and at.tag not in (None, "-document", "-undef"):
            tag = at.tag or "*"
            name = tag if _PLAIN_TAG.fullmatch(tag) else "*"
            path.append(name if tag in ("html", "body", "head") else f"{name}:nth-child({self._nth(at)})")
            at = at.parent
        return " > ".join(reversed(path))

    def _nth(self, node: LexborNode) -> int:
        parent = node.parent
        if parent is None or not node.is_element_node:
            return 1
        if parent.mem_id not in self._counted:
            self._counted.add(parent.mem_id)
            place = 0
            child = parent.child
            while child is not None:
                if child.is_element_node:
                    if place % KEPT == 0:
                        self._place[child.mem_id] = place + 1
                    place += 1
                child = child.next
        back = 0
        at: LexborNode | None = node
        while at is not None:
            known = self._place.get(at.mem_id)
            if known is not None:
                self._place[node.mem_id] = known + back
                return known + back
            at = at.prev
            if at is not None and at.is_element_node:
                back += 1
        return 1


class Elements:
    """The elements of one document by their CSS paths, each parent's children listed once."""

    def __init__(self, root: LexborNode | None) -> None:
        self._root = root
        self._children: dict[int, list[LexborNode]] = {}

    def at(self, selector: str | None) -> LexborNode | None:
        """The element at a path that `Selectors.of` made of the same document; null where there is none, or where the
        path does not begin at the root and may fit several."""
        steps = (selector or "").split(" > ")
        if steps[0] != "html" or self._root is None:
            return None
        node = self._root
        for step in steps[1:]:
            match = _STEP.fullmatch(step)
            if match is None:
                return None
            children = self._within(node)
            if match["nth"] is None:
                children = [child for child in children if child.tag == match["tag"]]
                place = 0 if len(children) == 1 else len(children)
            else:
                place = int(match["nth"]) - 1
            if place >= len(children) or match["tag"] not in ("*", children[place].tag):
                return None
            node = children[place]
        return node

    def _within(self, node: LexborNode) -> list[LexborNode]:
        known = self._children.get(node.mem_id)
        if known is None:
            known = self._children[node.mem_id] = []
            child = node.child
            while child is not None:
                if child.is_element_node:
                    known.append(child)
                child = child.next
        return known
