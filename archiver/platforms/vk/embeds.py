"""How does HTML hold a post of VK?

The widget is an empty `<div id="vk_post_OWNER_NUMBER">` and a call of `VK.Widgets.Post` in a script, with its own names
for owner and number; either can be lost, and both together are one post. A browser that ran the script leaves a frame.
"""

from __future__ import annotations

import re

import msgspec
from selectolax.lexbor import LexborNode

from archiver.model import PostRef
from archiver.platforms.base import EmbedRule, Sighting
from archiver.platforms.markup import first_elements
from archiver.platforms.vk.urls import ref_from_url, ref_of

MAX_SCRIPT = 100_000
"""Code points of a script that is searched; the widget's own is below 1,000."""

NEAR = 12
"""Elements before a script that may be its widget's place: it follows at once, sometimes behind the loader."""

_PLACE = re.compile(r"vk_post_(?P<owner>-?\d{1,12})_(?P<number>\d{1,12})")
_CALL = re.compile(
    r"VK\.Widgets\.Post\(\s{0,20}(?P<place>\"[^\"\n]{0,100}\"|'[^'\n]{0,100}'|[\w.]{1,60})\s{0,20},"
    r"\s{0,20}[\"']?(?P<owner>-?\d{1,12})[\"']?\s{0,20},\s{0,20}[\"']?(?P<number>\d{1,12})[\"']?\s{0,20}[,)]"
)


def _sighting(ref: PostRef | None, url: str | None, shape: str) -> Sighting | None:
    return Sighting(post_id=ref.id, found_url=url, url=ref.url, shape=shape) if ref else None


def read_place(node: LexborNode) -> Sighting | None:
    """The element that the widget will fill."""
    found = _PLACE.fullmatch((node.id or "").strip())
    return _sighting(ref_of("wall", found["owner"], found["number"]), None, "widget") if found else None


def read_script(node: LexborNode) -> tuple[Sighting, ...] | None:
    """The calls that fill it, where their places are not there."""
    found: dict[str, Sighting] = {}
    for call in _CALL.finditer(node.text(deep=True), 0, MAX_SCRIPT):
        ref = ref_of("wall", call["owner"], call["number"])
        if ref is not None and ref.id not in found and not _placed(node, call["place"].strip("\"'"), ref):
            found[ref.id] = Sighting(post_id=ref.id, url=ref.url, shape="widget's script")
    return tuple(found.values()) or None


def _placed(script: LexborNode, place: str, ref: PostRef) -> bool:
    """Whether the post's own place stands just before the script, where it was found already."""
    own = ref.id.replace("wall", "vk_post_")
    if place != own:
        return False
    around: LexborNode | None = script
    for _ in range(3):
        at = around.prev if around is not None else None
        for _ in range(NEAR):
            if at is None:
                break
            if at.is_element_node and (at.id == own or any(inner.id == own for inner in first_elements(at, NEAR))):
                return True
            at = at.prev
        around = around.parent if around is not None else None
    return False


def read_amp(node: LexborNode) -> Sighting | None:
    """`<amp-vk data-embedtype="post" data-owner-id data-post-id>`; of polls there is no post."""
    attributes = node.attributes
    if (attributes.get("data-embedtype") or "post").lower() != "post":
        return None
    ref = ref_of("wall", attributes.get("data-owner-id") or "", attributes.get("data-post-id") or "")
    return _sighting(ref, None, "amp")


def read_frame(node: LexborNode) -> Sighting | None:
    """The frame of a post or a video, loaded or not."""
    for value in node.attributes.values():
        if value and "vk" in value and len(value) < 2000 and (ref := ref_from_url(value.strip())) is not None:
            return _sighting(ref, value.strip(), "frame")
    return None


_POST = "wall-12345_678"

RULES: tuple[EmbedRule, ...] = tuple(
    msgspec.structs.replace(rule, example_id=_POST)
    for rule in (
        EmbedRule(
            name="vk.widget",
            read=read_place,
            id_prefixes=("vk_post_",),
            examples=(
                (
                    '<div id="vk_post_-12345_678"></div><script src="https://vk.com/js/api/openapi.js?169"></script>'
                    '<script>(function() { VK.Widgets.Post("vk_post_-12345_678", -12345, 678, "AbCdEf"); }());</script>'
                ),
            ),
        ),
        EmbedRule(
            name="vk.script",
            read=read_script,
            in_script=frozenset({"VK.Widgets.Post"}),
            examples=(
                (
                    '<div id="town"></div><script>window.VK && VK.Widgets.Post("town", -12345, 678, \'AbC\', {})'
                    " || setTimeout(arguments.callee, 50);</script>"
                ),
            ),
        ),
        EmbedRule(
            name="vk.amp",
            read=read_amp,
            tags=frozenset({"amp-vk"}),
            examples=(
                '<amp-vk data-embedtype="post" data-owner-id="-12345" data-post-id="678" data-hash="AbCdEf"></amp-vk>',
            ),
        ),
        EmbedRule(
            name="vk.iframe",
            marks=(),
            read=read_frame,
            tags=frozenset({"iframe", "amp-iframe"}),
            examples=(
                '<iframe src="https://vk.com/widget_post.php?app=0&amp;owner_id=-12345&amp;post_id=678"></iframe>',
            ),
        ),
    )
)
"""Asked in this order; the first that reads something wins."""
