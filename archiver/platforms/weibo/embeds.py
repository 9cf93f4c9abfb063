"""How does HTML hold a post of Weibo?

Weibo gives publishers no embed of a single post. Articles show a picture of it, its words as text, or a frame of the
phone's page; some software marks a block with the post's address or number.
"""

from __future__ import annotations

import re

import msgspec
from selectolax.lexbor import LexborNode

from archiver.platforms.base import EmbedRule, Sighting
from archiver.platforms.weibo import ids
from archiver.platforms.weibo.urls import ref_from_id, ref_from_url

_KEYS = ("data-url", "data-href", "data-src", "data-embed-url", "cite", "data-weibo-url")
_ID_KEYS = ("data-weibo-id", "data-weiboid", "data-weibo-mid", "data-mid", "data-bid")
_CODE = re.compile(r"[0-9A-Za-z]{9,10}|\d{15,17}")


def read_frame(node: LexborNode) -> Sighting | None:
    """The frame of a post's page, loaded or not."""
    for value in node.attributes.values():
        if value and "weibo" in value and len(value) < 2000 and (ref := ref_from_url(value.strip())) is not None:
            return Sighting(post_id=ref.id, found_url=value.strip(), handle=ref.handle, url=ref.url, shape="frame")
    return None


def read_block(node: LexborNode) -> Sighting | None:
    """A block that says in its class or attribute that it is a post of Weibo, and names it."""
    if node.tag in ("a", "button", "meta", "link"):
        return None
    attributes = node.attributes
    for key in _KEYS:
        if (ref := ref_from_url((attributes.get(key) or "").strip())) is not None:
            return Sighting(
                post_id=ref.id, found_url=attributes.get(key), handle=ref.handle, url=ref.url, shape="block"
            )
    for key in _ID_KEYS:
        code = (attributes.get(key) or "").strip()
        if _CODE.fullmatch(code) and (post_id := code if ids.time_of(code) else ids.mid_of(code)):
            return Sighting(post_id=post_id, url=ref_from_id(post_id).url, shape="block")
    return None


_MID, _BID = "4910815147462302", "N4xlMvjhI"

RULES: tuple[EmbedRule, ...] = tuple(
    msgspec.structs.replace(rule, example_id=_MID)
    for rule in (
        EmbedRule(
            name="weibo.block",
            read=read_block,
            classes=frozenset({"weibo-embed", "weibo-post", "weibo-card", "embed-weibo", "is-provider-weibo"}),
            attributes=frozenset({"data-weibo-id", "data-weiboid", "data-weibo-mid", "data-weibo-url"}),
            examples=(
                f'<div class="weibo-embed" data-url="https://weibo.com/1234567890/{_BID}"></div>',
                f'<div data-weibo-id="{_MID}"></div>',
            ),
        ),
        EmbedRule(
            name="weibo.iframe",
            marks=(),
            read=read_frame,
            tags=frozenset({"iframe", "amp-iframe"}),
            examples=(f'<iframe src="https://m.weibo.cn/status/{_BID}"></iframe>',),
        ),
    )
)
"""Asked in this order; the first that reads something wins."""
