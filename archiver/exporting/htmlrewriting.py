"""A page of the replay site as a page on a disk: links become relative, and what needs a server or a script goes.

The page is our own, and what strangers wrote is escaped in it already; nothing is let through here that is not known,
so that a page which the site learns to make tomorrow is not written with a link that leads nowhere.
"""

from __future__ import annotations

import posixpath
import re
from abc import ABC, abstractmethod
from urllib.parse import quote

from selectolax.lexbor import LexborHTMLParser, LexborNode

POLICY = (
    "default-src 'none'; style-src 'self' file:; img-src 'self' file:; media-src 'self' file:; form-action 'none'; "
    "base-uri 'none'"
)
"""`file:` because browsers give pages from a disk no origin that 'self' would name."""

STYLE_ADDITIONS = """
/* Pages on a disk: what is no link here looks like none. */
a:not([href]), a.brand:not([href]) { color: inherit; text-decoration: none; }
"""

ACTING = "script, noscript, template, form, iframe, frame, object, embed, base, meta[http-equiv], dialog"
"""What needs a server or a script, or could."""

OF_THE_SITE = "[data-site-only], [data-folder], .shelf, .local, [data-status], [data-found]"
"""What makes sense on the site alone, and what would tell where its archive lies: folders and their names on the
machine are nobody else's business."""

GONE = "data-gone"
"""Marks what is taken out at the end: while a page is gone through, nothing of it goes."""

_WEB = re.compile(r"https?://", re.IGNORECASE)
_ACTING_ATTRIBUTES = re.compile(
    r"on.*|style|srcset|srcdoc|ping|target|integrity|nonce|action|formaction|background|"
    "loading"  # a picture that waits for being seen is not there when the page is printed
)


class Links(ABC):
    """Which file each address of the site becomes. Addresses are paths with their queries; files lie below the export's
    folder, with `/` between folder and name."""

    @abstractmethod
    def page(self, address: str) -> str | None:
        """The page there; null where it is none of this export."""

    @abstractmethod
    def is_withheld(self, address: str) -> bool:
        """Whether the very words of such a link are to be left out."""

    @abstractmethod
    async def style(self, address: str) -> str | None:
        """The style sheet there."""

    @abstractmethod
    async def media(self, address: str) -> str | None:
        """The picture or film there."""

    @abstractmethod
    async def payload(self, address: str) -> str | None:
        """The same, for a link to what a capture holds; null for every other address."""


async def rewritten(html: str, file: str, links: Links) -> str:
    """The page `html` as it is written to `file`."""
    page = LexborHTMLParser(html)
    _remove(page, f"{ACTING}, {OF_THE_SITE}")
    for node in page.css("*"):
        for name in list(node.attributes):
            if _ACTING_ATTRIBUTES.fullmatch(name):
                del node.attrs[name]
    await _link_files(page, file, links)
    await _link_pages(page, file, links)
    _remove(page, f"[{GONE}]")
    for kind, part in (("ul", "li"), ("header nav", "li")):
        for node in page.css(kind):
            if node.css_first(part) is None:
                node.attrs[GONE] = ""
    _remove(page, f"[{GONE}]")
    policy = f'<head>\n<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
    return f"{page.html}\n".replace("<head>", policy, 1)


async def _link_files(page: LexborHTMLParser, file: str, links: Links) -> None:
    for node in page.css("link"):
        address = node.attributes.get("href") or ""
        found = await links.style(address) if node.attributes.get("rel") == "stylesheet" and _is_ours(address) else None
        if found is None:
            node.attrs[GONE] = ""
        else:
            node.attrs["href"] = _relative(found, file)
    for node in page.css("video[poster]"):
        del node.attrs["poster"]
    for node in page.css("img, video, audio, source, track"):
        address = node.attributes.get("src") or ""
        found = await links.media(address) if _is_ours(address) else None
        if found is not None:
            node.attrs["src"] = _relative(found, file)
            continue
        node.attrs[GONE] = ""
        if node.tag == "img":
            node.insert_before(f"[{node.attributes.get('alt') or 'picture'}: not in this folder]")
        elif node.tag in ("video", "audio"):
            node.insert_before("[film: not in this folder]")


async def _link_pages(page: LexborHTMLParser, file: str, links: Links) -> None:
    for node in page.css("a, area"):
        if "href" not in node.attributes:
            continue
        address = node.attributes.get("href") or ""
        if address.startswith("#") or _WEB.match(address):
            continue
        bare, hash_, fragment = address.partition("#")
        found = None
        if _is_ours(bare):
            found = links.page(bare) or await links.payload(bare)
        if found is not None:
            node.attrs["href"] = _relative(found, file) + hash_ + fragment
        elif _is_ours(bare) and links.is_withheld(bare):
            (_within(node, "li") or node).attrs[GONE] = ""
        elif item := _within(node, "li", of="actions") or _within(node, "li", of="menu"):
            item.attrs[GONE] = ""
        else:
            del node.attrs["href"]


def _remove(page: LexborHTMLParser, selector: str) -> None:
    """Every element that fits, one after the other: with one go those that stand within it."""
    while (node := page.css_first(selector)) is not None:
        node.decompose()


def _within(node: LexborNode, tag: str, of: str | None = None) -> LexborNode | None:
    """The nearest element of this name around it; `of`: whose parent has that class."""
    above = node.parent
    while above is not None and above.tag != tag:
        above = above.parent
    if above is None or of is None:
        return above
    parent = above.parent
    classes = (parent.attributes.get("class") or "").split() if parent is not None else []
    return above if of in classes else None


def _is_ours(address: str) -> bool:
    return address.startswith("/") and not address.startswith("//")


def _relative(found: str, file: str) -> str:
    return quote(posixpath.relpath(found, posixpath.dirname(file) or "."))
