"""A Memento aggregator and the archives that it knows of: TimeMaps in both formats, in pages, or as an index of others.

aggregator = Aggregator()
twin.host("aggregator.example", aggregator)
twin.host("shelf.example", aggregator.shelf)
aggregator.add("https://twitter.com/a/status/1", when, body)
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime

from tests.web_twin.wire import Headers, Reply, Request

HOST = "aggregator.example"
SHELF = "shelf.example"


@dataclass(frozen=True, kw_only=True)
class Copy:
    """One memento. status: of its answer. raw: whether its archive gives `id_` forms."""

    original: str
    when: datetime
    body: bytes
    host: str = SHELF
    content_type: str = "text/html; charset=utf-8"
    status: int = 200
    labelled: bool = True
    """Whether the answer says when it was captured."""
    raw: bool = True

    @property
    def path(self) -> str:
        return f"{self.when:%Y%m%d%H%M%S}/{self.original}"

    @property
    def url(self) -> str:
        return f"https://{self.host}/{self.path}"


@dataclass(kw_only=True)
class Aggregator:
    """Switches: page: so many copies a TimeMap, the rest in further ones; null: all in one. index: the first TimeMap
    names others and no copies. listed: JSON gives each address as a list. extra: lines added to link format."""

    copies: list[Copy] = field(default_factory=list)
    page: int | None = None
    index: bool = False
    listed: bool = False
    extra: tuple[str, ...] = ()

    def add(self, original: str, when: datetime, body: bytes | str, **options: object) -> Copy:
        data = body.encode() if isinstance(body, str) else body
        copy = Copy(original=original, when=when, body=data, **options)  # type: ignore[arg-type]
        self.copies.append(copy)
        return copy

    def __call__(self, request: Request) -> Reply:
        found = re.fullmatch(r"/timemap/(link|json)/(?:(\d+)/)?(https?://.+)", request.target)
        if found is None:
            return Reply(status=404, headers=(("Content-Type", "text/plain"),), body=b"no such endpoint\n")
        url = found[3]
        copies = sorted((copy for copy in self.copies if copy.original == url), key=lambda copy: copy.when)
        if not copies:
            return Reply(status=404, headers=(("Content-Type", "text/plain"),), body=b"no copy is known\n")
        number = int(found[2] or (0 if self.index else 1))
        size = self.page or len(copies)
        last = -(-len(copies) // size)
        shown = copies[(number - 1) * size : number * size] if number else []
        further = range(1, last + 1) if number == 0 else range(number + 1, min(number + 2, last + 1))
        pages = [f"https://{HOST}/timemap/{found[1]}/{one}/{url}" for one in further]
        return (self._link if found[1] == "link" else self._json)(request, url, shown, pages)

    def _link(self, request: Request, url: str, shown: list[Copy], pages: list[str]) -> Reply:
        lines = [
            f'<{url}>; rel="original"',
            f'<{request.url}>; rel="self"; type="application/link-format"',
            *(f'<{copy.url}>; rel="memento"; datetime="{_gmt(copy.when)}"' for copy in shown),
            *(f'<{page}>; rel="timemap"; type="application/link-format"' for page in pages),
            *self.extra,
        ]
        headers: Headers = (("Content-Type", "application/link-format"),)
        return Reply(headers=headers, body=(",\n".join(lines) + ",\n").encode())

    def _json(self, request: Request, url: str, shown: list[Copy], pages: list[str]) -> Reply:
        listed = [
            {"datetime": f"{copy.when:%Y-%m-%dT%H:%M:%SZ}", "uri": [copy.url] if self.listed else copy.url}
            for copy in shown
        ]
        data: dict[str, object] = {"original_uri": url, "self": request.url}
        if self.index:
            data["timemap_index"] = [{"uri": page} for page in pages]
        elif pages:
            data["pages"] = {"next": {"uri": pages[0]}}
        if listed:
            data["mementos"] = {"list": listed, "first": listed[0], "last": listed[-1]}
        return Reply(headers=(("Content-Type", "application/json"),), body=json.dumps(data).encode())

    def shelf(self, request: Request) -> Reply:
        """An archive whose copies it knows."""
        found = re.fullmatch(r"/(\d{14})(id_)?/(.+)", request.target)
        copies = [copy for copy in self.copies if found and copy.path == f"{found[1]}/{found[3]}"]
        if not copies or (found and found[2] and not copies[0].raw):
            return Reply(status=404, headers=(("Content-Type", "text/plain"),), body=b"not here\n")
        copy = copies[0]
        label: Headers = (("Memento-Datetime", _gmt(copy.when)),) if copy.labelled else ()
        return Reply(status=copy.status, headers=(("Content-Type", copy.content_type), *label), body=copy.body)


def _gmt(when: datetime) -> str:
    return format_datetime(when.astimezone(UTC), usegmt=True)
