"""How does HTML hold a video of TikTok?

The blockquote that TikTok gives (handle, caption, sound), what its script leaves in a saved page, AMP's and other
components, and newsletters' records. None shows a date.
"""

from __future__ import annotations

import re

import msgspec
from selectolax.lexbor import LexborNode

from archiver.model import PostRef
from archiver.platforms import marks, newsletters
from archiver.platforms.base import EmbedRule, Sighting
from archiver.platforms.markup import Link, Rendered, classes, render
from archiver.platforms.tiktok.sounds import NOTE
from archiver.platforms.tiktok.urls import HANDLE, ID, handle_from_url, ref_from_id, ref_from_url

EMBED_CLASS = "tiktok-embed"

ID_ATTRIBUTES = ("data-video-id", "cite", "data-src", "videoid", "video-id", "src", "url", "href")
"""Attributes that hold the id or the permalink, on elements that say that they are TikTok's."""

_ID = re.compile(ID)
_HANDLE = re.compile(rf"@(?P<handle>{HANDLE})")


def _in_attributes(node: LexborNode) -> PostRef | None:
    """What the attributes name together: the id may stand in one, the author in the other."""
    found: PostRef | None = None
    for key in ID_ATTRIBUTES:
        value = (node.attributes.get(key) or "").strip()
        if not value or len(value) > 2000:
            continue
        ref = ref_from_id(value) if _ID.fullmatch(value) else ref_from_url(value)
        if ref is None:
            continue
        if found is None or (found.handle is None and ref.id == found.id):
            found = ref
    return found


def read_blockquote(node: LexborNode) -> Sighting | None:
    """TikTok's own form; an account's own feed (`data-embed-type="creator"`) is no post."""
    attributes = node.attributes
    if attributes.get("data-unique-id") and not attributes.get("data-video-id"):
        return None
    declared = EMBED_CLASS in classes(node)
    ref = _in_attributes(node)
    if not declared and (ref is None or _found_url(node) is None):
        return None  # other players number their videos, too
    rendered = render(node)
    if ref is None:
        ref = next((r for link in rendered.links if (r := ref_from_url(link.href)) is not None), None)
    author, caption_at = _author(rendered)
    sound = _sound(rendered, caption_at)
    words = rendered.text[caption_at:sound].strip() if author or sound < len(rendered.text) else ""
    if ref_from_url(words) is not None and " " not in words:
        words = ""  # the permalink itself, where a caption was to be
    handle = (ref.handle if ref else None) or author
    if ref is None and (handle is None or not words):
        return None
    return Sighting(
        post_id=ref.id if ref else None,
        found_url=_found_url(node),
        handle=handle,
        text=words or None,
        confidence=0.99 if ref else 0.8,
    )


def _author(rendered: Rendered) -> tuple[str | None, int]:
    """Who made the video, and where the caption begins."""
    first = rendered.links[0] if rendered.links else None
    if first is not None and not rendered.text[: first.start].strip():
        shown = _HANDLE.fullmatch(rendered.text[first.start : first.end].strip())
        handle = handle_from_url(first.href) or (shown["handle"] if shown else None)
        if handle is not None:
            return handle, first.end
    if shown := _HANDLE.match(rendered.text):  # a copy that lost its links
        return shown["handle"].rstrip("."), shown.end()
    return None, 0


def _sound(rendered: Rendered, since: int) -> int:
    """Where the line of the sound begins."""
    for link in rendered.links:
        if link.start >= since and _is_sound(rendered, link):
            return link.start
    at = rendered.text.rfind(NOTE, since)
    return at if at >= 0 else len(rendered.text)


def _is_sound(rendered: Rendered, link: Link) -> bool:
    return rendered.text.startswith(NOTE, link.start) or "tiktok.com/music/" in link.href


def _found_url(node: LexborNode) -> str | None:
    cite = (node.attributes.get("cite") or "").strip()
    return cite if cite and ref_from_url(cite) is not None else None


def read_element(node: LexborNode) -> Sighting | None:
    """AMP's `<amp-tiktok data-src="id or URL">` and others' components; a blockquote inside holds the caption."""
    for inner in node.css(f"blockquote.{EMBED_CLASS}, blockquote[cite]"):
        if (seen := read_blockquote(inner)) is not None and seen.post_id is not None:
            return seen
    ref = _in_attributes(node)
    return Sighting(post_id=ref.id, handle=ref.handle) if ref else None


def read_newsletter(node: LexborNode) -> Sighting | None:
    """Substack: the record as JSON, with `url, title, author, author_url, thumbnail_url`."""
    data = newsletters.record(node)
    if data is None:
        return None
    url = newsletters.text_of(data, "url") or ""
    ref = ref_from_url(url)
    if ref is None:
        return None
    handle = ref.handle or handle_from_url(newsletters.text_of(data, "author_url") or "")
    name = newsletters.text_of(data, "author", "author_name")
    return Sighting(
        post_id=ref.id,
        found_url=url,
        handle=handle,
        display_name=None if name is None or name.lstrip("@") == handle else name,
        text=newsletters.text_of(data, "title"),
    )


_EXAMPLE_ID = "7163799291297792001"
_PAGE = f"https://www.tiktok.com/@ana.example/video/{_EXAMPLE_ID}"
_PROFILE = (
    '<a target="_blank" title="@ana.example" href="https://www.tiktok.com/@ana.example?refer=embed">@ana.example</a>'
)
_SOUND = (
    '<a title="♬ original sound - Ana" href="https://www.tiktok.com/music/original-sound-5">♬ original sound - Ana</a>'
)
_QUOTE = f'<blockquote class="tiktok-embed" cite="{_PAGE}" data-video-id="{_EXAMPLE_ID}"'

RULES: tuple[EmbedRule, ...] = tuple(
    msgspec.structs.replace(rule, example_id=_EXAMPLE_ID)
    for rule in (
        EmbedRule(
            name="tiktok.blockquote",
            marks=(marks.of_class(EMBED_CLASS),),
            read=read_blockquote,
            classes=frozenset({EMBED_CLASS}),
            attributes=frozenset({"data-video-id"}),
            examples=(
                f"{_QUOTE}><section>{_PROFILE} <p>The bridge is open</p> {_SOUND}</section></blockquote>",
                f"{_QUOTE}></blockquote>".replace(_PAGE, "https://www.tiktok.com"),
            ),
        ),
        EmbedRule(
            name="tiktok.element",
            read=read_element,
            tags=frozenset({"amp-tiktok", "bento-tiktok", "lite-tiktok", "tiktok-embed", "tiktok-video"}),
            examples=(
                f'<amp-tiktok width="325" height="575" data-src="{_EXAMPLE_ID}"></amp-tiktok>',
                f'<amp-tiktok data-src="{_PAGE}"></amp-tiktok>',
                f'<lite-tiktok videoid="{_EXAMPLE_ID}"></lite-tiktok>',
            ),
        ),
        EmbedRule(
            name="tiktok.newsletter",
            marks=(),
            read=read_newsletter,
            attributes=frozenset({"data-attrs"}),
            examples=(
                (
                    f'<div class="tiktok-wrap" data-attrs=\'{{"url":"{_PAGE}","title":"The bridge","author":"Ana"}}'
                    '\' data-component-name="TikTokCreateTikTokEmbed"></div>'
                ),
            ),
        ),
    )
)
"""Asked in this order; the first that reads something wins."""
