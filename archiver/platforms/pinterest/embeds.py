"""How does HTML hold a pin of Pinterest?

The widget is a link with `data-pin-do="embedPin"`; Pinterest's script replaces it by a `<span data-pin-id>`. The same
attributes on nearly every page make buttons and show boards and profiles, which are no pins.
"""

from __future__ import annotations

import re

from selectolax.lexbor import LexborNode

from archiver.model import PostRef
from archiver.platforms import marks
from archiver.platforms.base import EmbedRule, Sighting
from archiver.platforms.markup import first_elements
from archiver.platforms.pinterest.urls import ID, ref_from_id, ref_from_url

_ID = re.compile(ID)

MAX_INNER = 12
"""Elements looked at within a block: it holds one link."""


def _sighting(ref: PostRef | None, url: str | None, shape: str) -> Sighting | None:
    return Sighting(post_id=ref.id, found_url=url.strip() if url else None, url=ref.url, shape=shape) if ref else None


def read_widget(node: LexborNode) -> Sighting | None:
    """A link, or an AMP element, that is to be replaced by a pin."""
    attributes = node.attributes
    does = (attributes.get("data-pin-do") or attributes.get("data-do") or "").strip().lower()
    if does != "embedpin":
        return None
    for key in ("href", "data-url", "data-href", "data-src"):
        if (ref := ref_from_url(attributes.get(key) or "")) is not None:
            return _sighting(ref, attributes.get(key), "widget")
    post_id = (attributes.get("data-pin-id") or "").strip()
    return _sighting(ref_from_id(post_id), None, "widget") if _ID.fullmatch(post_id) else None


def read_rendered(node: LexborNode) -> Sighting | None:
    """What the script puts in the widget's place; on a picture, the same attribute only feeds a button."""
    attributes = node.attributes
    post_id = (attributes.get("data-pin-id") or "").strip()
    told = (
        f"{attributes.get('data-pin-log') or ''} {attributes.get('class') or ''} {attributes.get('data-pin-do') or ''}"
    )
    if (
        node.tag not in ("span", "div")
        or not _ID.fullmatch(post_id)
        or re.search(r"button|btn|save", told, re.IGNORECASE)
    ):
        return None
    return _sighting(ref_from_id(post_id), None, "rendered")


def read_block(node: LexborNode) -> Sighting | None:
    """A block of publishers' software that holds nothing but the link to a pin."""
    attributes = node.attributes
    for key in ("data-url", "data-href", "data-src", "data-pin-url"):
        if (ref := ref_from_url(attributes.get(key) or "")) is not None:
            return _sighting(ref, attributes.get(key), "block")
    found: dict[str, tuple[PostRef, str]] = {}
    for inner in first_elements(node, MAX_INNER):
        url = inner.attributes.get("href") or inner.attributes.get("src") or ""
        if inner.tag in ("a", "iframe") and (ref := ref_from_url(url)) is not None:
            found[ref.id] = (ref, url)
    if len(found) != 1:
        return None
    ref, url = found.popitem()[1]
    return _sighting(ref, url, "block")


def read_frame(node: LexborNode) -> Sighting | None:
    """The frame of a pin, loaded or not."""
    for value in node.attributes.values():
        if value and "pinterest" in value and len(value) < 2000 and (ref := ref_from_url(value.strip())) is not None:
            return _sighting(ref, value, "frame")
    return None


_PIN = "123456789012345678"
_URL = f"https://www.pinterest.com/pin/{_PIN}/"

RULES: tuple[EmbedRule, ...] = (
    EmbedRule(
        name="pinterest.widget",
        marks=(marks.Mark("embedpin"),),
        read=read_widget,
        attributes=frozenset({"data-pin-do", "data-do"}),
        examples=(
            f'<a data-pin-do="embedPin" data-pin-width="medium" href="{_URL}"></a>',
            f'<amp-pinterest width="245" height="330" data-do="embedPin" data-url="{_URL}"></amp-pinterest>',
        ),
        example_id=_PIN,
    ),
    EmbedRule(
        name="pinterest.rendered",
        marks=(marks.Mark("data-pin-id", tag="{<}(?:span|div)"),),
        read=read_rendered,
        attributes=frozenset({"data-pin-id"}),
        examples=(
            (
                f'<span class="PIN_1590000000000_embed_grid" data-pin-id="{_PIN}" data-pin-log="embed_pin"><span '
                f'data-pin-log="embed_pin_img" data-pin-href="{_URL}"></span></span>'
            ),
        ),
        example_id=_PIN,
    ),
    EmbedRule(
        name="pinterest.block",
        marks=(),
        read=read_block,
        classes=frozenset(
            {"wp-block-jetpack-pinterest", "wp-block-embed-pinterest", "is-provider-pinterest", "pinterest-embed"}
        ),
        examples=(
            f'<div class="wp-block-jetpack-pinterest">\n<a href="https://www.pinterest.co.uk/pin/{_PIN}/"></a>\n</div>',
            f'<div class="pinterest-embed" data-url="{_URL}"></div>',
        ),
        example_id=_PIN,
    ),
    EmbedRule(
        name="pinterest.iframe",
        marks=(),
        read=read_frame,
        tags=frozenset({"iframe", "amp-iframe"}),
        examples=(f'<iframe src="https://assets.pinterest.com/ext/embed.html?id={_PIN}&amp;src=oembed"></iframe>',),
        example_id=_PIN,
    ),
)
"""Asked in this order; the first that reads something wins."""
