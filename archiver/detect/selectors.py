"""Where in the document is an element? Its CSS path, for people and for other tools."""

from __future__ import annotations

import re

from selectolax.lexbor import LexborNode

MAX_STEPS = 128
"""Steps of a path: below more, which real pages do not have, it begins somewhere within the document."""

_PLAIN_TAG = re.compile(r"[a-z][a-z0-9-]*")


class Selectors:
    """CSS paths of elements of one document, each parent's children counted once."""

    def __init__(self) -> None:
        self._place: dict[int, int] = {}
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
        if parent is None:
            return 1
        if parent.mem_id not in self._counted:
            self._counted.add(parent.mem_id)
            place = 0
            child = parent.child
            while child is not None:
                if child.is_element_node:
                    place += 1
                    self._place[child.mem_id] = place
                child = child.next
        return self._place.get(node.mem_id, 1)
