"""Which public addresses of Threads tell of one post without signing in?

The embed's page holds the post's words and media; the post's own page has preview lines, the only place with the
display name; Meta's oEmbed says whether the post can be embedded at all. All are asked by the code alone: the handle in
a permalink is no part of identity, and `/t/CODE` leads to the post.
"""

from __future__ import annotations

import re

from archiver.model import Mention
from archiver.platforms import meta_graph
from archiver.platforms.base import Lookup

EMBED = "threads.embed"
OEMBED = "threads.oembed"
PAGE = "threads.page"

HOSTS = ("threads.com", "threads.net")

ROOT = "https://www.threads.com"
"""The network's address since 2025; the former one leads here."""

OEMBED_URL = "https://graph.threads.com/oembed"
"""https://developers.facebook.com/docs/threads/tools-and-resources/embed-a-threads-post"""

ACCEPT_PAGE = (("Accept", "text/html,application/xhtml+xml"), ("Accept-Language", "en-US,en"))

LOGIN = re.compile(r"/(?:login|accounts/|challenge|consent|unsupportedbrowser)", re.IGNORECASE)

MAX_SHARES = 4

_SHARE = re.compile(r"(?:https?:)?//(?:www\.)?threads\.(?:net|com)/share/(?P<token>[A-Za-z0-9_-]{6,40})", re.IGNORECASE)


def embed_lookup(code: str) -> Lookup:
    return Lookup(endpoint=EMBED, url=f"{ROOT}/t/{code}/embed", headers=ACCEPT_PAGE)


def oembed_lookup(code: str) -> Lookup:
    return meta_graph.lookup(OEMBED, OEMBED_URL, f"{ROOT}/t/{code}")


def page_lookup(code: str) -> Lookup:
    return Lookup(endpoint=PAGE, url=f"{ROOT}/t/{code}", headers=ACCEPT_PAGE)


def share_urls(mention: Mention) -> tuple[str, ...]:
    """Share links among the mention's own: their redirect names the post."""
    found = dict.fromkeys(hit["token"] for link in mention.links if (hit := _SHARE.match(link[:300])))
    return tuple(f"{ROOT}/share/{token}" for token in found)[:MAX_SHARES]
