"""How does HTML hold a post of Reddit?

Three official forms: the comment embed of 2014 (`div.reddit-embed`, `Comment from discussion …`), the card
(`blockquote.reddit-card`, `Title from r/sub`) and today's (`blockquote.reddit-embed-bq`, `Title by u/name in r/sub`).
Each is a link to the post with its title, and links to author and subreddit. The time that the first two carry
(`data-embed-created`, `data-card-created`) is when the embed was made and says nothing of the post.
"""

from __future__ import annotations

import re

import msgspec
from selectolax.lexbor import LexborNode

from archiver.model import PostRef
from archiver.platforms.base import EmbedRule, Sighting
from archiver.platforms.markup import Link, Rendered, classes, first_elements, render
from archiver.platforms.reddit.urls import SUB, USER, handle_from_url, is_shared_link, ref_from_url

EMBED_CLASSES = frozenset({"reddit-embed-bq", "reddit-card", "reddit-embed"})

MAX_TITLE = 400
"""Reddit allows titles of 300 characters."""

_BY = re.compile(rf"\bby\s{{0,3}}/?u/(?P<user>\[deleted\]|{USER})")
_HIS_COMMENT = re.compile(rf"(?P<user>{USER})['’]s? comment from (?:the )?discussion\b")
_PLACEHOLDER = re.compile(
    r"(?:a |the |view )?(?:(?:reddit|embedded) )?(?:post|comment|link|thread)(?: (?:by|from|on) .{0,60})?|commentaire"
    r"|kommentar|comentario|comentário|commento|комментарий|here|source|https?://.*|(?:www\.)?reddit\.com/.*",
    re.IGNORECASE | re.DOTALL,
)
"""What stands in place of a title: the word for a comment, of which embeds show nothing, or a page builder's words."""

_BARE_QUOTE = re.compile(
    rf"\s{{0,5}}(?:from\s{{0,3}}(?:r/)?{SUB}|by\s{{0,3}}/?u/(?:\[deleted\]|{USER})"
    rf"(?:\s{{1,3}}from discussion)?\s{{0,5}}in\s{{0,3}}(?:r/)?{SUB})[\s.]{{0,5}}"
)
"""All that follows the title in an embed that lost its class."""


def read_embed(node: LexborNode) -> Sighting | None:
    """An element that one of Reddit's classes declares to be an embed."""
    if node.tag in ("iframe", "script", "a"):
        return None
    rendered = render(node)
    found = _first_post(rendered)
    if found is None:
        attributes = node.attributes
        for key in ("data-url", "data-href", "data-src", "cite", "data-embed-url"):
            if (ref := ref_from_url(attributes.get(key) or "")) is not None:
                return _sighting(ref, attributes.get(key), None, None, "address alone")
        return None
    link, post = found
    if len({ref.id for link in rendered.links if (ref := ref_from_url(link.href)) is not None}) > 1:
        return None  # a list of posts that borrows the class
    user = _author(rendered)
    title = _title(rendered, link)
    if post is None and user is None and title is None:
        return None
    return _sighting(post, link.href, user, title, "declared embed")


def read_quotation(node: LexborNode) -> Sighting | None:
    """A `<blockquote>` that lost its class: nothing but a title that links to the post, and where and whose it is."""
    if classes(node) & EMBED_CLASSES:
        return None
    if not any(e.tag == "a" and "redd" in (e.attributes.get("href") or "") for e in first_elements(node, 6)):
        return None
    rendered = render(node)
    found = _first_post(rendered)
    if found is None or found[1] is None:
        return None
    link, post = found
    if rendered.text[: link.start].strip() or not _BARE_QUOTE.fullmatch(rendered.text[link.end :]):
        return None
    return _sighting(post, link.href, _author(rendered), _title(rendered, link), "embed without class")


def _first_post(rendered: Rendered) -> tuple[Link, PostRef | None] | None:
    """The first link to a post; the first shared link, which names none, where there is no such."""
    for link in rendered.links:
        if (ref := ref_from_url(link.href)) is not None:
            return link, ref
    shared = next((link for link in rendered.links if is_shared_link(link.href)), None)
    return (shared, None) if shared else None


def _author(rendered: Rendered) -> str | None:
    text = rendered.text[-MAX_TITLE:] if len(rendered.text) > MAX_TITLE else rendered.text
    found = _BY.search(text) or _HIS_COMMENT.search(text)
    if found is not None:
        return None if found["user"].startswith("[") else found["user"]
    return next((user for link in rendered.links if (user := handle_from_url(link.href))), None)


def _title(rendered: Rendered, link: Link) -> str | None:
    title = " ".join(rendered.text[link.start : link.end].split())
    return title if title and len(title) <= MAX_TITLE and not _PLACEHOLDER.fullmatch(title) else None


def _sighting(post: PostRef | None, url: str | None, user: str | None, title: str | None, shape: str) -> Sighting:
    return Sighting(
        post_id=post.id if post else None,
        found_url=url.strip() if url else None,
        handle=user or (post.handle if post else None),
        text=title,
        url=post.url if post else None,
        shape=shape,
    )


def read_amp(node: LexborNode) -> Sighting | None:
    """`<amp-reddit data-embedtype data-src>`, and custom elements with the address in an attribute."""
    attributes = node.attributes
    for key in ("data-src", "src", "url", "data-url", "href"):
        if (ref := ref_from_url(attributes.get(key) or "")) is not None:
            return _sighting(ref, attributes.get(key), None, None, "element")
    return None


_URL = "https://www.reddit.com/r/bridges/comments/1a2b3c4/the_bridge_this_morning/"
_USER_LINK = '<a href="https://www.reddit.com/user/ana_example/">u/ana_example</a>'
_SUB_LINK = '<a href="https://www.reddit.com/r/bridges/">bridges</a>'

RULES: tuple[EmbedRule, ...] = tuple(
    msgspec.structs.replace(rule, example_id="1a2b3c4")
    for rule in (
        EmbedRule(
            name="reddit.embed",
            read=read_embed,
            classes=EMBED_CLASSES,
            examples=(
                (
                    f'<blockquote class="reddit-embed-bq" data-embed-height="316"><a href="{_URL}">The bridge this '
                    f"morning</a><br> by {_USER_LINK} in {_SUB_LINK}</blockquote>"
                ),
                (
                    f'<blockquote class="reddit-card" data-card-created="1467000000"><a href="{_URL}?ref=share">The '
                    f'bridge</a> from <a href="http://www.reddit.com/r/bridges">bridges</a></blockquote>'
                ),
                (
                    '<div class="reddit-embed" data-embed-media="www.redditmedia.com" data-embed-parent="false" '
                    f'data-embed-created="2016-06-01T12:00:00.000Z"><a href="{_URL}d3abcde/">Comment</a> from '
                    f'discussion <a href="{_URL}">The bridge this morning</a>.</div>'
                ),
            ),
        ),
        EmbedRule(
            name="reddit.element",
            marks=(),
            read=read_amp,
            tags=frozenset({"amp-reddit", "reddit-embed", "reddit-post"}),
            examples=(f'<amp-reddit layout="responsive" data-embedtype="post" data-src="{_URL}"></amp-reddit>',),
        ),
        EmbedRule(
            name="reddit.quotation",
            marks=(),
            read=read_quotation,
            tags=frozenset({"blockquote"}),
            examples=(
                f'<blockquote><a href="{_URL}">The bridge</a><br>by {_USER_LINK} in {_SUB_LINK}</blockquote>',
                f'<blockquote><p><a href="{_URL}">The bridge</a> from {_SUB_LINK}</p></blockquote>',
            ),
        ),
    )
)
"""Asked in this order; the first that reads something wins."""
