"""Which public addresses of Instagram tell of one post without signing in?

The embed's page has the caption, the account and the pictures, for every kind of post under `/p/` (under `/reel/` comes
an application without data). The post's own page has preview lines, the only place with the account's display name.
Meta's oEmbed says whether the post can be embedded at all. Every address depends on the short code alone.
"""

from __future__ import annotations

import re

from archiver.model import Mention, PostRef
from archiver.platforms import meta_graph
from archiver.platforms.base import Lookup
from archiver.platforms.instagram.urls import canonical_url

EMBED = "instagram.embed"
OEMBED = "instagram.oembed"
PAGE = "instagram.page"

HOSTS = ("instagram.com",)

OEMBED_URL = f"https://graph.facebook.com/{meta_graph.VERSION}/instagram_oembed"

ACCEPT_PAGE = (("Accept", "text/html,application/xhtml+xml"), ("Accept-Language", "en-US,en"))
"""English: some words of the page follow the asker's address otherwise."""

LOGIN = re.compile(r"/(?:accounts/|challenge|consent|checkpoint|web/unsupported)", re.IGNORECASE)
"""Where Instagram sends those whom it does not answer."""

MAX_SHARES = 4

_SHARE = re.compile(
    r"(?:https?:)?//(?:www\.)?instagram\.com/share/(?P<token>(?:(?:p|reel)/)?[A-Za-z0-9_-]{6,40})", re.IGNORECASE
)


def embed_lookup(code: str) -> Lookup:
    return Lookup(endpoint=EMBED, url=f"https://www.instagram.com/p/{code}/embed/captioned/", headers=ACCEPT_PAGE)


def oembed_lookup(code: str) -> Lookup:
    return meta_graph.lookup(OEMBED, OEMBED_URL, canonical_url(code))


def page_lookup(code: str) -> Lookup:
    return Lookup(endpoint=PAGE, url=canonical_url(code), headers=ACCEPT_PAGE)


def page_url(ref: PostRef) -> str:
    """The page that a reader who follows the citation opens: `/p/` leads to reels and films, too."""
    return canonical_url(ref.id)


def share_urls(mention: Mention) -> tuple[str, ...]:
    """Share links among the mention's own: their redirect names the post."""
    found = dict.fromkeys(hit["token"] for link in mention.links if (hit := _SHARE.match(link[:300])))
    return tuple(f"https://www.instagram.com/share/{token}" for token in found)[:MAX_SHARES]
