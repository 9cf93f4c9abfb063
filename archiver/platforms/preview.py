"""What do the lines for link previews say of a page?

The Open Graph properties (https://ogp.me) and their `twitter:` twins, the page's own permalink among them. Networks
fill them for machines where the page itself is drawn by script, so they are often all that a signed-out reader is
given, and what old copies in web archives still hold. Pages of one network may have them twice: the first counts.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec
from selectolax.lexbor import LexborHTMLParser

from archiver.model import PostRef
from archiver.platforms.values import MAX_TEXT, clean, https

MAX_LINES = 400
"""`<meta>` elements that are looked at; a page has 30 to 60."""


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """The lines of one page; null where it has none of that name."""

    title: str | None = None
    description: str | None = None
    image: str | None = None
    video: str | None = None
    url: str | None = None
    """`og:url`, else the page's canonical link."""
    other_title: str | None = None
    """`twitter:title`, where it differs from `title` or that is missing."""
    kind: str | None = None
    published: str | None = None
    locale: str | None = None


def preview(page: LexborHTMLParser) -> Preview:
    """The page's preview lines."""
    lines: dict[str, str] = {}
    for node in page.css("meta[content]")[:MAX_LINES]:
        attributes = node.attributes
        name = (attributes.get("property") or attributes.get("name") or "").strip().lower()
        value = attributes.get("content")
        if name and value and name not in lines:
            lines[name] = clean(value[:MAX_TEXT])
    title = lines.get("og:title") or lines.get("twitter:title")
    other = lines.get("twitter:title")
    return Preview(
        title=title,
        description=lines.get("og:description") or lines.get("twitter:description") or lines.get("description"),
        image=https(lines.get("og:image") or lines.get("twitter:image")),
        video=https(lines.get("og:video:secure_url") or lines.get("og:video") or lines.get("og:video:url")),
        url=lines.get("og:url") or _canonical(page),
        other_title=other if other != title else None,
        kind=lines.get("og:type"),
        published=lines.get("article:published_time"),
        locale=lines.get("og:locale"),
    )


def _canonical(page: LexborHTMLParser) -> str | None:
    link = page.css_first('link[rel="canonical"][href]')
    return link.attributes.get("href") if link is not None else None


def named_by(found: Preview, address: str, ref_from_url: Callable[[str], PostRef | None]) -> PostRef | None:
    """The post that the page says it shows; where it says nothing of its address, the one that its address names.

    A page that names something else, such as the account, is not the post's. found: the page's lines. address: where
    the page was got, also in a web archive. ref_from_url: the platform's own.
    """
    return ref_from_url(found.url or address)


def whole(text: str | None) -> bool:
    """Whether a preview's text does not say itself that it is cut."""
    return not (text or "").rstrip(' "”“»').endswith(("…", "..."))
