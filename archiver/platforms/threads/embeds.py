"""How does HTML hold a post of Threads?

One blockquote, in use since 2023: the permalink, a picture of the network's sign, and nothing of the post's words.
"""

from __future__ import annotations

import re

import msgspec
from selectolax.lexbor import LexborNode

from archiver.model import PostRef
from archiver.platforms import banners, marks
from archiver.platforms.base import EmbedRule, Sighting
from archiver.platforms.markup import render
from archiver.platforms.threads.residues import read as read_residue
from archiver.platforms.threads.urls import ref_from_id, ref_from_url

_OWN_ID = re.compile(r"ig-tp-(?P<code>[A-Za-z0-9_-]{5,14})")
_SOURCES = ("data-text-post-permalink", "cite", "src", "data-src", "data-url", "data-href")


def read_embed(node: LexborNode) -> Sighting | None:
    """`blockquote.text-post-media`: the permalink in an attribute, in a link, or its code in the element's id."""
    attributes = node.attributes
    for key in _SOURCES:
        value = (attributes.get(key) or "").strip()
        if value and (ref := ref_from_url(value)) is not None:
            return _named(ref, value)
    for link in node.css("a[href]"):
        href = (link.attributes.get("href") or "").strip()
        if (ref := ref_from_url(href)) is not None:
            return _named(ref, href)
    own = _OWN_ID.fullmatch((attributes.get("id") or "").strip())
    return _named(ref_from_id(own["code"]), None) if own is not None else None


def read_quotation(node: LexborNode) -> Sighting | None:
    """The blockquote without its class, as sanitisers leave it: one link to the post, and the network's phrase."""
    if "text-post-media" in (node.attributes.get("class") or "") or node.css_first('a[href*="threads."]') is None:
        return None
    text = render(node).text
    place = text.find("Threads")
    said = read_residue(text, place, 0) if place >= 0 else None
    if said is None or text[: said.start].strip() or text[said.end :].strip():
        return None
    return read_embed(node)


URL_ATTRIBUTES = ("data-threads-url", "data-threads-permalink", "threads-url")


def read_attribute(node: LexborNode) -> Sighting | None:
    """An element that stands where a script will draw the post, and holds its URL in an attribute."""
    if node.tag in ("a", "button", "form", "input", "link", "meta"):
        return None
    for key in URL_ATTRIBUTES:
        value = (node.attributes.get(key) or "").strip()
        if value and (ref := ref_from_url(value)) is not None:
            return _named(ref, value)
    return None


def read_banner(node: LexborNode) -> Sighting | None:
    """A consent banner in the embed's place, whose only link is the post."""
    href = banners.target(node)
    ref = ref_from_url(href) if href else None
    return _named(ref, href) if ref is not None else None


def _named(ref: PostRef, found_url: str | None) -> Sighting:
    return Sighting(post_id=ref.id, handle=ref.handle, url=ref.url, found_url=found_url, shape="permalink")


_CODE = "CuE2WNQs6vH"
_URL = f"https://www.threads.net/@ana.example/post/{_CODE}"

RULES: tuple[EmbedRule, ...] = tuple(
    msgspec.structs.replace(rule, example_id=_CODE)
    for rule in (
        EmbedRule(
            name="threads.embed",
            marks=(marks.Mark(r"ig-tp-[\w-]{5}"),),
            read=read_embed,
            classes=frozenset({"text-post-media"}),
            attributes=frozenset({"data-text-post-permalink"}),
            examples=(
                (
                    f'<blockquote class="text-post-media" data-text-post-permalink="{_URL}" data-text-post-version="0"'
                    f' id="ig-tp-{_CODE}"><a href="{_URL}"><div>Post by @ana.example</div><div>View on Threads</div>'
                    "</a></blockquote>"
                ),
                f'<blockquote class="text-post-media"><a href="{_URL.replace(".net", ".com")}"></a></blockquote>',
                f'<blockquote class="text-post-media" id="ig-tp-{_CODE}"></blockquote>',
            ),
        ),
        EmbedRule(
            name="threads.quotation",
            marks=(),
            read=read_quotation,
            tags=frozenset({"blockquote"}),
            examples=(f'<blockquote><a href="{_URL}">Post by @ana.example<br>View on Threads</a></blockquote>',),
        ),
        EmbedRule(
            name="threads.attribute",
            marks=(),
            read=read_attribute,
            attributes=frozenset(URL_ATTRIBUTES),
            examples=(f'<div class="c-embed" data-threads-url="{_URL}"></div>',),
        ),
        EmbedRule(
            name="threads.banner",
            marks=(),
            read=read_banner,
            tags=frozenset({"h4"}),
            examples=(
                (
                    '<div><h4 class="ConsentBannerTitle-aBcD">Threads content</h4><p>This content is on the site it '
                    f'<a class="ConsentBannerLink-eFgH" href="{_URL}">originates</a> from.</p></div>'
                ),
            ),
        ),
    )
)
"""Asked in this order; the first that reads something wins."""
