"""A loopback server of large files: gives parts of them, as object stores and web servers do."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from tests.loopback import Asked, Close, Loopback, Step, ok

RANGE = re.compile(rb"(?im)^range: bytes=([0-9]+)-([0-9]*)\r?$")


@dataclass
class Store:
    """Files by path, each with an entity tag. `before` may answer a request in another way (null: as usual)."""

    files: Mapping[str, bytes]
    tags: dict[str, str] = field(default_factory=dict)
    ranges: bool = True
    before: Callable[[Asked], Iterable[Step] | None] = lambda asked: None

    def __call__(self, asked: Asked) -> Iterable[Step]:
        if (steps := self.before(asked)) is not None:
            return steps
        return [self.answer(asked)]

    def answer(self, asked: Asked) -> bytes:
        data = self.files.get(asked.target)
        if data is None:
            return ok(b"nothing here", status="404 Not Found")
        tag = f'ETag: "{self.tags.get(asked.target, "one")}"'
        wanted = part(asked)
        if not self.ranges or wanted is None:
            return ok(data, tag)
        first, last = wanted[0], min(len(data) - 1, wanted[1] if wanted[1] is not None else len(data) - 1)
        if first >= len(data):
            return ok(b"beyond", f"Content-Range: bytes */{len(data)}", tag, status="416 Range Not Satisfiable")
        described = f"Content-Range: bytes {first}-{last}/{len(data)}"
        return ok(data[first : last + 1], described, tag, status="206 Partial Content")


def part(asked: Asked) -> tuple[int, int | None] | None:
    """First and last byte that were asked for."""
    found = RANGE.search(asked.raw)
    return (int(found[1]), int(found[2]) if found[2] else None) if found else None


def parts(server: Loopback) -> list[tuple[int, int | None] | None]:
    """Of all requests, in their order."""
    return [part(asked) for asked in server.asked]


def breaking_off(store: Store, after: int, times: int) -> Callable[[Asked], Iterable[Step] | None]:
    """For `Store.before`: the first so many answers end after so many bytes of their body."""
    left = [times]

    def before(asked: Asked) -> Iterable[Step] | None:
        if not left[0]:
            return None
        left[0] -= 1
        head, mark, body = store.answer(asked).partition(b"\r\n\r\n")
        return [head + mark + body[:after], Close]

    return before
