"""How does HTML hold a post of LinkedIn?

One official form: a frame of `/embed/feed/update/URN`. It is read here whichever attribute keeps its address, so that
its post is known where a lazy loader or a consent gate holds the frame back; and so are elements of publishers'
software that say in their class whose post they hold.
"""

from __future__ import annotations

from selectolax.lexbor import LexborNode

from archiver.platforms.base import EmbedRule, Sighting
from archiver.platforms.linkedin.urls import ref_from_url

_KEYS = (
    "data-url",
    "data-src",
    "data-href",
    "data-embed-url",
    "data-post-url",
    "data-linkedin-url",
    "url",
    "src",
    "href",
)


def read_frame(node: LexborNode) -> Sighting | None:
    """An `<iframe>` of a post, loaded or not."""
    for value in node.attributes.values():
        if value and "linkedin" in value and len(value) < 2000 and (ref := ref_from_url(value.strip())) is not None:
            return Sighting(post_id=ref.id, found_url=value.strip(), handle=ref.handle, url=ref.url, shape="frame")
    return None


def read_element(node: LexborNode) -> Sighting | None:
    """An element that calls itself LinkedIn's embed and holds the post's address in an attribute."""
    if node.tag in ("a", "button", "meta", "link"):
        return None
    attributes = node.attributes
    for key in _KEYS:
        if (ref := ref_from_url((attributes.get(key) or "").strip())) is not None:
            return Sighting(
                post_id=ref.id, found_url=attributes.get(key), handle=ref.handle, url=ref.url, shape="element"
            )
    return None


_URN = "urn:li:activity:7151241570371948544"

RULES: tuple[EmbedRule, ...] = (
    EmbedRule(
        name="linkedin.iframe",
        marks=(),
        read=read_frame,
        tags=frozenset({"iframe", "amp-iframe"}),
        examples=(
            (
                f'<iframe src="https://www.linkedin.com/embed/feed/update/{_URN}?compact=1" height="399" width="504" '
                'title="Embedded post"></iframe>'
            ),
            f'<iframe data-src="https://www.linkedin.com/embed/feed/update/{_URN}"></iframe>',
        ),
        example_id=_URN,
    ),
    EmbedRule(
        name="linkedin.element",
        marks=(),
        read=read_element,
        classes=frozenset(
            {"linkedin-embed", "linkedin-post", "embed-linkedin", "is-provider-linkedin", "linkedin-iframe"}
        ),
        examples=(f'<div class="linkedin-embed" data-post-url="https://www.linkedin.com/feed/update/{_URN}/"></div>',),
        example_id=_URN,
    ),
)
