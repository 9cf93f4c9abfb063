"""What does a reader see of a post's HTML, and where do its links lead?

Servers of the fediverse send a post as a fragment of HTML. Mastodon hides a long link's ends in `<span
class="invisible">` and lets the style sheet end the rest in an ellipsis (app/lib/text_formatter.rb): a reader sees
`harbour.example/2023/05/brid…`. The whole address stands in `href`.

Cost: linear in the fragment, which is cut at `MAX_HTML` first, and of which `MAX_NODES` nodes are read.
"""

from __future__ import annotations

import itertools
import re

import msgspec
from selectolax.lexbor import LexborNode

from archiver.platforms.bounds import parse
from archiver.platforms.markup import BLOCKS, HIDDEN, Lines, classes, events
from archiver.platforms.values import MAX_ITEMS, MAX_TEXT, clean, https

MAX_HTML = 400_000
"""Code points of one post's HTML: the longest posts of any server here have 65,000 letters (Friendica, Lemmy)."""

MAX_NODES = 10_000
"""Elements and texts of one post; the longest have some thousand."""

SHORTENED = "…"

_MENTION = frozenset({"mention", "hashtag", "u-url", "quote-inline"})
"""Classes of links that are people, tags, or the quoted post: no links of the author's."""


class Content(msgspec.Struct, frozen=True, kw_only=True):
    """A post's words and links."""

    text: str
    links: tuple[str, ...] = ()


def content_of(html: str, *, without_quote: bool = False) -> Content:
    """The words of a fragment of HTML as a reader sees them, and the addresses of its links, in order.

    without_quote: leave out the line `RE: …` that programs add for readers whose server shows no quoted post.
    """
    if "<" not in html and "&" not in html:
        return Content(text=clean(html[:MAX_TEXT]).strip())
    body = parse(html[:MAX_HTML]).body
    return content_in(body, without_quote=without_quote) if body is not None else Content(text="")


def content_in(root: LexborNode, *, without_quote: bool = False) -> Content:
    """The same of an element of a page."""
    out = Lines()
    links: dict[str, None] = {}
    skipped: set[int] = set()
    preformatted = 0
    for entering, node in itertools.islice(events(root, skipped), 2 * MAX_NODES):
        tag = node.tag or ""
        if tag == "-text":
            if not entering:
                continue
            lines = (node.text_content or "").split("\n") if preformatted else [node.text_content or ""]
            for number, line in enumerate(lines):
                if number:
                    out.line_break()
                out.add(line)
            continue
        if not entering:
            if tag == "pre":
                preformatted -= 1
            if tag in BLOCKS:
                out.block()
            elif tag == "span" and "ellipsis" in classes(node):
                out.add(SHORTENED)
            continue
        own = classes(node)
        if tag in HIDDEN or "invisible" in own or (without_quote and "quote-inline" in own):
            skipped.add(node.mem_id)
        elif tag == "br":
            out.line_break()
        elif tag == "img":
            out.add(_drawn(node, own))
        elif tag == "a":
            address = https(node.attributes.get("href"))
            if address and not own & _MENTION and node.attributes.get("rel") != "tag" and len(links) < MAX_ITEMS:
                links[address] = None
        elif tag in BLOCKS and node.mem_id != root.mem_id:
            out.block()
        if tag == "pre":
            preformatted += 1
    return Content(text=clean(out.text()[:MAX_TEXT]).strip(), links=tuple(links))


def _drawn(image: LexborNode, own: frozenset[str]) -> str:
    """An emoji that is drawn as a picture; other pictures are media and no words."""
    if any("emoji" in name for name in own):
        return (image.attributes.get("alt") or "")[:64]
    return ""


_WORDS = re.compile(r"<[a-zA-Z/!]|&(?:#\d|#[xX]|[a-zA-Z])")


def plain(value: str | None) -> str | None:
    """A line that some servers send as text and some as HTML (a content warning, a name): as text; null if empty."""
    if not value:
        return None
    return (content_of(value).text if _WORDS.search(value) else clean(value[:MAX_TEXT]).strip()) or None
