"""A post's text in the forms in which X and its archived copies show it: escaped with entities, and as HTML."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from urllib.parse import quote

from tests.web_twin.population import TwinPost

TOKEN = re.compile(
    r"https://t\.co/(?P<url>[0-9A-Za-z]+)"
    r"|(?<![\w@])@(?P<mention>[A-Za-z0-9_]{1,20})"
    r"|(?<![\w#&])#(?P<hashtag>[^\s#@.,;:!?()…]+)"
)
REF = "?ref_src=twsrc%5Etfw"


@dataclass(frozen=True)
class Segment:
    """A piece of a post: `text`, `mention`, `hashtag`, `url`, and what X appends: `note`, `quote`, `media`."""

    kind: str
    value: str
    """The text, the handle, the tag, or the t.co code."""

    @property
    def plain(self) -> str:
        """As it stands in the text."""
        if self.kind == "text":
            return self.value
        return {"mention": "@", "hashtag": "#"}.get(self.kind, "https://t.co/") + self.value


APPENDED = ("quote", "media")
"""Links that X appends and does not count as displayed text."""


def segments(post: TwinPost, text: str | None = None) -> list[Segment]:
    """The post's text (cut if it is a long one) and the links that X appends."""
    found: list[Segment] = []
    body = post.shown_text if text is None else text
    end = 0
    for match in TOKEN.finditer(body):
        if match.start() > end:
            found.append(Segment("text", body[end : match.start()]))
        kind = match.lastgroup or "text"
        found.append(Segment(kind, match[kind]))
        end = match.end()
    if end < len(body):
        found.append(Segment("text", body[end:]))
    appended = [("quote", post.quote_code), ("media", post.media_code)]
    if text is None:
        appended.insert(0, ("note", post.note_code))
    for kind, link_code in appended:
        if link_code:
            if found:
                found.append(Segment("text", " "))
            found.append(Segment(kind, link_code))
    return found


@dataclass(frozen=True)
class Placed:
    """A segment with its place in the escaped text, in code points."""

    segment: Segment
    start: int
    end: int


def escaped(text: str) -> str:
    """As the JSON endpoints escape: only `&`, `<` and `>`."""
    return escape(text, quote=False)


def placed(post: TwinPost, text: str | None = None) -> tuple[str, list[Placed]]:
    """The escaped text, and its segments with their places."""
    pieces, places, at = [], [], 0
    for segment in segments(post, text):
        piece = escaped(segment.plain)
        places.append(Placed(segment, at, at + len(piece)))
        pieces.append(piece)
        at += len(piece)
    return "".join(pieces), places


def utf16(text: str) -> int:
    """Length in UTF-16 units: what JavaScript counts."""
    return len(text.encode("utf-16-le")) // 2


def oembed_text(post: TwinPost, *, ref: str = REF, pic: str = "pic.twitter.com") -> str:
    """The inner HTML of an embed's paragraph. Replies lose their leading mentions."""
    parts = segments(post)
    if post.reply_to is not None:
        while parts and (parts[0].kind == "mention" or not parts[0].value.strip()):
            parts.pop(0)
        if parts and parts[0].kind == "text":
            parts[0] = Segment("text", parts[0].value.lstrip())
    return "".join(_oembed_html(parts, ref, pic))


def _oembed_html(parts: list[Segment], ref: str, pic: str) -> Iterator[str]:
    amp = ref.replace("?", "&amp;")
    for part in parts:
        if part.kind == "text":
            yield escape(part.value).replace("&#x27;", "&#39;").replace("\n", "<br>")
        elif part.kind == "mention":
            yield f'<a href="https://twitter.com/{part.value}{ref}">@{part.value}</a>'
        elif part.kind == "hashtag":
            yield f'<a href="https://twitter.com/hashtag/{quote(part.value)}?src=hash{amp}">#{part.value}</a>'
        elif part.kind == "media":
            yield f'<a href="https://t.co/{part.value}">{pic}/{part.value}</a>'
        else:
            yield f'<a href="https://t.co/{part.value}">https://t.co/{part.value}</a>'


RTL = frozenset({"ar", "iw", "fa", "ur"})


def direction(post: TwinPost) -> str:
    return "rtl" if post.lang in RTL else "ltr"
