"""How does HTML hold a post of Tumblr?

`<div class="tumblr-post" data-href="https://embed.tumblr.com/embed/post/KEY/ID">` around a link to the post; a browser
that ran the script leaves a frame of the same address. Only the link names the blog, and where the blog has a domain of
its own, nothing does.
"""

from __future__ import annotations

import msgspec
from selectolax.lexbor import LexborNode

from archiver.model import PostRef
from archiver.platforms.base import EmbedRule, Sighting
from archiver.platforms.markup import first_elements
from archiver.platforms.tumblr.urls import ref_from_url

MAX_INNER = 20
"""Elements looked at within an embed: it holds one link."""


def _sighting(ref: PostRef, url: str | None, shape: str) -> Sighting:
    return Sighting(post_id=ref.id, found_url=url.strip() if url else None, handle=ref.handle, url=ref.url, shape=shape)


def read_embed(node: LexborNode) -> Sighting | None:
    """An element that Tumblr's class declares to be an embed."""
    attributes = node.attributes
    named = next(
        (
            (ref, attributes[key])
            for key in ("data-href", "data-src", "src", "data-url")
            if (ref := ref_from_url(attributes.get(key) or "")) is not None
        ),
        None,
    )
    for inner in first_elements(node, MAX_INNER):
        url = inner.attributes.get("href") or inner.attributes.get("src") or ""
        ref = ref_from_url(url) if inner.tag in ("a", "iframe") else None
        if ref is not None and (named is None or (ref.id == named[0].id and ref.handle)):
            return _sighting(ref, url, "embed")
    return _sighting(*named, "address alone") if named else None


def read_frame(node: LexborNode) -> Sighting | None:
    """The frame of a post, loaded or not."""
    for value in node.attributes.values():
        if value and "tumblr" in value and len(value) < 2000 and (ref := ref_from_url(value.strip())) is not None:
            return _sighting(ref, value, "frame")
    return None


_POST = "730460905855467520"
_FRAME = f"https://embed.tumblr.com/embed/post/AbC_dEf-123/{_POST}"
_URL = f"https://ana-example.tumblr.com/post/{_POST}/the-bridge"

RULES: tuple[EmbedRule, ...] = tuple(
    msgspec.structs.replace(rule, example_id=_POST)
    for rule in (
        EmbedRule(
            name="tumblr.embed",
            marks=(),
            read=read_embed,
            classes=frozenset({"tumblr-post", "tumblr-embed"}),
            examples=(
                f'<div class="tumblr-post" data-href="{_FRAME}" data-did="0a1b"><a href="{_URL}">{_URL}</a></div>',
                f'<div class="tumblr-post" data-href="{_FRAME}/v2"><a href="https://ana.example/post/{_POST}">A</a></div>',
                f'<iframe class="tumblr-embed tumblr-embed-loaded" src="{_FRAME}"></iframe>',
            ),
        ),
        EmbedRule(
            name="tumblr.iframe",
            marks=(),
            read=read_frame,
            tags=frozenset({"iframe", "amp-iframe"}),
            examples=(f'<iframe src="{_FRAME}"></iframe>', f'<iframe data-src="{_FRAME}/v2"></iframe>'),
        ),
    )
)
"""Asked in this order; the first that reads something wins."""
