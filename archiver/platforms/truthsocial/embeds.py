"""How does HTML hold a post of Truth Social?

Its own embed is a frame; loaders that wait for consent or for the reader to scroll move the frame's address to other
attributes. Authors who cannot embed quote: words, dash, name, handle, and the date as a link to the post.
"""

from __future__ import annotations

import msgspec
from selectolax.lexbor import LexborNode

from archiver.model import PostRef
from archiver.platforms import signed
from archiver.platforms.base import EmbedRule, Sighting
from archiver.platforms.links import MAX_URL
from archiver.platforms.markup import classes, render
from archiver.platforms.truthsocial.urls import HANDLE, ref_from_url

EMBED_CLASSES = frozenset({"truthsocial-embed", "truth-social-embed", "truthsocial-video", "truthsocial"})
"""Classes by which an element says that a post of Truth Social stands in it."""


def _in_attributes(node: LexborNode) -> PostRef | None:
    for key, value in node.attributes.items():
        if not value or "truthsocial" not in value or key in ("style", "class") or len(value) > MAX_URL:
            continue
        if (ref := ref_from_url(value.strip())) is not None:
            return ref
    return None


def read_embed(node: LexborNode) -> Sighting | None:
    """A frame, or an element around one, in whatever attribute its address waits; or a quotation with its link."""
    if (ref := _in_attributes(node)) is not None:
        return Sighting(post_id=ref.id, handle=ref.handle, url=ref.url)
    for frame in node.css("iframe"):
        if (ref := _in_attributes(frame)) is not None:
            return Sighting(post_id=ref.id, handle=ref.handle, url=ref.url)
    return read_quotation(node)


def read_quotation(node: LexborNode) -> Sighting | None:
    """Words, dash, name, handle, and the date as a link; without a signature only where a class says what it is."""
    rendered = render(node)
    for link in reversed(rendered.links):
        if (ref := ref_from_url(link.href)) is None:
            continue
        sign = signed.before_link(rendered.text, link.start, HANDLE)
        if sign is None or not sign.dash:
            if not classes(node) & EMBED_CLASSES:
                return None
            return Sighting(post_id=ref.id, found_url=link.href, handle=ref.handle, url=ref.url)
        return Sighting(
            post_id=ref.id,
            found_url=link.href,
            handle=sign.handle,
            display_name=sign.name,
            printed=rendered.text[link.start : link.end].strip() or None,
            text=rendered.text[: sign.words_end].strip() or None,
            url=ref.url,
            date_basis="viewer",
        )
    return None


_ID = "108779000807761862"
_PAGE = f"https://truthsocial.com/@ana_example/{_ID}"

RULES: tuple[EmbedRule, ...] = tuple(
    msgspec.structs.replace(rule, example_id=_ID)
    for rule in (
        EmbedRule(
            name="truthsocial.embed",
            marks=(),
            read=read_embed,
            classes=EMBED_CLASSES,
            examples=(
                f'<iframe src="{_PAGE}/embed" class="truthsocial-embed" width="600"></iframe>',
                f'<iframe class="truthsocial-embed lazyLoad" data-src="{_PAGE}/embed"></iframe>',
            ),
        ),
        EmbedRule(
            name="truthsocial.quotation",
            marks=(),
            read=read_quotation,
            tags=frozenset({"blockquote"}),
            examples=(
                (
                    "<blockquote><p>The bridge is open.</p>&mdash; Ana Example (@ana_example) "
                    f'<a href="{_PAGE}">August 7, 2022</a></blockquote>'
                ),
            ),
        ),
    )
)
"""Asked in this order; the first that reads something wins."""
