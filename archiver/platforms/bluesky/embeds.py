"""How does HTML hold a post of Bluesky?

The blockquote that the app and the oEmbed endpoint give (words, dash, name, handle, date), what its script puts in its
place, the web component of others, and newsletters' records.
"""

from __future__ import annotations

import re

import msgspec
from selectolax.lexbor import LexborNode

from archiver.model import PostRef
from archiver.platforms import instants, marks, newsletters, signed
from archiver.platforms.base import EmbedRule, Sighting
from archiver.platforms.bluesky import cid
from archiver.platforms.bluesky.signature import PLACEHOLDER
from archiver.platforms.bluesky.urls import HANDLE, canonical_url, ref_from_url
from archiver.platforms.markup import Link, Rendered, classes, render

EMBED_CLASSES = frozenset({"bluesky-embed", "bluesky-post-fallback"})
"""Classes by which a `<blockquote>` says that it is a post of Bluesky."""

URI_ATTRIBUTES = ("data-bluesky-uri", "post-url", "post-uri", "uri", "src", "url", "href", "cite")
"""Attributes that hold the post's URI or URL; some embeds have `https:` where `at:` belongs."""

CONTENT_ID = "data-bluesky-cid"
"""Attribute that holds the hash of the record as it was when the embed was made."""

_PLACEHOLDER = re.compile(rf"\s*(?:{PLACEHOLDER})\s*$")
_HANDLE = re.compile(HANDLE)
_DISCUSSION = re.compile(r"comment|discuss|repl(?:y|ies)|likes", re.IGNORECASE)
"""What draws the answers to a post below an article that the post announces."""


def _declared(node: LexborNode) -> PostRef | None:
    attributes = node.attributes
    keys = URI_ATTRIBUTES if node.tag == "bluesky-post" else ("data-bluesky-uri", "cite")
    for key in keys:
        if (ref := ref_from_url((attributes.get(key) or "").strip())) is not None:
            return ref
    return None


def _date_link(rendered: Rendered, ref: PostRef | None) -> tuple[Link, PostRef] | None:
    """The link of the date, which is the last one to the post; one on the placeholder is not."""
    for link in reversed(rendered.links):
        found = ref_from_url(link.href)
        if found is None or (ref is not None and found.id != ref.id):
            continue
        if not _PLACEHOLDER.fullmatch(rendered.text[link.start : link.end]):
            return link, found
    return None


def read_blockquote(node: LexborNode) -> Sighting | None:
    """The form that Bluesky gives to publishers; empty where only its attribute is left."""
    named = _declared(node)
    declared = named is not None or bool(classes(node) & EMBED_CLASSES) or node.tag == "bluesky-post"
    rendered = render(node)
    dated = _date_link(rendered, named)
    if dated is None:
        dated = _date_link(rendered, None) if named is None else None
    if not declared and dated is None:
        return None
    ref = named or (dated[1] if dated else None) or _any_ref(rendered)
    text = rendered.text
    sign = signed.before_link(text, dated[0].start, HANDLE) if dated else signed.at_end(text, HANDLE)
    if not declared and (sign is None or not sign.dash):
        return None  # an ordinary quotation with a link to a post
    if ref is None and sign is None:
        return None
    printed = text[dated[0].start : dated[0].end].strip() if dated else sign.printed if sign else None
    end = sign.words_end if sign else dated[0].start if dated else len(text)
    words = _PLACEHOLDER.sub("", text[:end].rstrip()).strip()
    if sign is None and words.startswith("http") and " " not in words:
        words = ""  # the permalink itself
    handle = sign.handle if sign else ref.handle if ref else None
    instant = instants.utc(printed)
    return Sighting(
        post_id=ref.id if ref else None,
        found_url=dated[0].href if dated else None,
        handle=handle,
        display_name=sign.name if sign else None,
        printed=None if instant else printed,
        time=instant,
        text=words or None,
        content_id=cid.known(node.attributes.get(CONTENT_ID)) if named else None,
        links=_links_in(rendered, end),
        url=ref.url if ref and ref.url else None,
        date_basis="utc" if instant else "viewer",
    )


def _any_ref(rendered: Rendered) -> PostRef | None:
    return next((ref for link in rendered.links if (ref := ref_from_url(link.href)) is not None), None)


def _links_in(rendered: Rendered, end: int) -> tuple[str, ...]:
    """Where the links within the post's words lead; those to Bluesky itself are its own marks."""
    return tuple(
        link.href
        for link in rendered.links
        if link.end <= end and link.href.startswith("http") and not link.href.startswith("https://bsky.app/")
    )


def read_attribute(node: LexborNode) -> Sighting | None:
    """The element that Bluesky's script leaves, as a browser saves it: a frame that keeps the blockquote's URI."""
    called = f"{node.attributes.get('class') or ''} {node.attributes.get('id') or ''}"
    if (ref := _declared(node)) is None or _DISCUSSION.search(called):
        return None
    hashed = cid.known(node.attributes.get(CONTENT_ID))
    return Sighting(post_id=ref.id, handle=ref.handle, url=ref.url, content_id=hashed)


def read_newsletter(node: LexborNode) -> Sighting | None:
    """Substack: the record as JSON, with `postId, authorDid, authorHandle, authorName, text, createdAt, uri`."""
    data = newsletters.record(node)
    if data is None:
        return None
    ref = ref_from_url(newsletters.text_of(data, "uri", "url") or "")
    key, did = newsletters.text_of(data, "postId"), newsletters.text_of(data, "authorDid")
    if ref is None and key and did and "bluesky" in (node.attributes.get("data-component-name") or "").lower():
        ref = ref_from_url(canonical_url(key, did))
    if ref is None:
        return None
    handle = newsletters.text_of(data, "authorHandle")
    return Sighting(
        post_id=ref.id,
        handle=handle if handle and _HANDLE.fullmatch(handle) else ref.handle,
        display_name=newsletters.text_of(data, "authorName"),
        time=instants.utc(newsletters.text_of(data, "createdAt")),
        text=newsletters.text_of(data, "text"),
        url=ref.url,
    )


_KEY = "3l3vgf77uco2g"
_DID = "did:plc:abcdefghijklmnopqrstuvwx"
_URI = f"at://{_DID}/app.bsky.feed.post/{_KEY}"
_URL = f"https://bsky.app/profile/{_DID}/post/{_KEY}?ref_src=embed"
_PROFILE = f"https://bsky.app/profile/{_DID}?ref_src=embed"

RULES: tuple[EmbedRule, ...] = tuple(
    msgspec.structs.replace(rule, example_id=_KEY)
    for rule in (
        EmbedRule(
            name="bluesky.blockquote",
            marks=(marks.of_class(*EMBED_CLASSES), marks.of_tag("bluesky-post")),
            read=read_blockquote,
            tags=frozenset({"blockquote", "bluesky-post"}),
            classes=EMBED_CLASSES,
            examples=(
                (
                    f'<blockquote class="bluesky-embed" data-bluesky-uri="{_URI}"><p lang="en">The bridge is open.<br>'
                    f'<br><a href="{_URL}">[image or embed]</a></p>&mdash; Ana Example (<a href="{_PROFILE}">'
                    f'@ana.example.org</a>) <a href="{_URL}">March 8, 2025 at 4:00 PM</a></blockquote>'
                ),
                (
                    f'<blockquote class="bluesky-embed" data-bluesky-uri="{_URI}"><p>The bridge is open.</p>&mdash; '
                    f'<a href="{_PROFILE}">Ana Example (@ana.example.org)</a> <a href="{_URL}">2025-03-08T16:00:00.000Z'
                    "</a></blockquote>"
                ),
                f'<blockquote class="bluesky-embed" data-bluesky-uri="{_URI}"></blockquote>',
                f'<bluesky-post src="{_URI}"></bluesky-post>',
            ),
        ),
        EmbedRule(
            name="bluesky.attribute",
            marks=(),
            read=read_attribute,
            attributes=frozenset({"data-bluesky-uri"}),
            examples=(f'<div class="embed"><iframe src="frame.html" data-bluesky-uri="{_URI}"></iframe></div>',),
        ),
        EmbedRule(
            name="bluesky.newsletter",
            marks=(marks.Mark("authordid"),),
            read=read_newsletter,
            attributes=frozenset({"data-attrs"}),
            examples=(
                (
                    f'<div class="bluesky-wrap" data-attrs=\'{{"postId":"{_KEY}","authorDid":"{_DID}","authorName":'
                    f'"Ana Example","authorHandle":"ana.example.org","text":"The bridge is open.","uri":"{_URI}"}}\' '
                    'data-component-name="BlueskyCreateBlueskyEmbed"></div>'
                ),
            ),
        ),
    )
)
"""Asked in this order; the first that reads something wins."""
