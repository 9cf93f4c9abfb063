"""Which public addresses of Tumblr tell of one post, of a blog, and of a blog's posts, without signing in?

The first API (https://www.tumblr.com/docs/en/api/v1) still answers under every blog's own host and has the whole post;
oEmbed (https://www.tumblr.com/docs/en/embedded_posts) tells that it is there, whose it is, and under which address; the
post's page carries JSON-LD. All are asked by the blog's name, in small letters, and the id.
"""

from __future__ import annotations

import re
from urllib.parse import quote

from archiver.model import Mention
from archiver.platforms.base import Lookup

API = "tumblr.api"
OEMBED = "tumblr.oembed"
PAGE = "tumblr.page"
BLOG = "tumblr.blog"
LIST = "tumblr.list"
EMBED = "tumblr.embed"

HOSTS = ("tumblr.com",)

PER_PAGE = 50
"""The most that the list gives at once."""

ACCEPT_JSON = (("Accept", "application/json, text/javascript"), ("Accept-Language", "en-US,en"))
ACCEPT_PAGE = (("Accept", "text/html,application/xhtml+xml"), ("Accept-Language", "en-US,en"))

SIGNED_IN_ONLY = re.compile(r"/(?:login_required|safe-mode)\b", re.IGNORECASE)
"""Where Tumblr sends readers of a blog that its owner shows to signed-in readers, or that is held to be for adults."""

LOGIN = re.compile(r"/(?:login|register|privacy/consent|dashboard)\b", re.IGNORECASE)
"""Where Tumblr sends those whom it does not answer."""

MAX_SHORT_LINKS = 4
_SHORT = re.compile(r"(?:https?://)?tmblr\.co/(?P<code>Z[A-Za-z0-9_-]{5,40})")


def api_lookup(blog: str, post_id: str) -> Lookup:
    """The whole post."""
    return Lookup(
        endpoint=API, url=f"https://{blog.lower()}.tumblr.com/api/read/json?id={post_id}", headers=ACCEPT_JSON
    )


def oembed_lookup(blog: str, post_id: str) -> Lookup:
    """Whether there is such a post, and under which address today."""
    address = quote(f"https://{blog.lower()}.tumblr.com/post/{post_id}", safe="")
    return Lookup(endpoint=OEMBED, url=f"https://www.tumblr.com/oembed/1.0?url={address}", headers=ACCEPT_JSON)


def page_lookup(blog: str, post_id: str) -> Lookup:
    """The post's page in the blog's own design."""
    return Lookup(endpoint=PAGE, url=f"https://{blog.lower()}.tumblr.com/post/{post_id}", headers=ACCEPT_PAGE)


def blog_lookup(blog: str) -> Lookup:
    """Whether there is a blog of this name."""
    return Lookup(endpoint=BLOG, url=f"https://{blog.lower()}.tumblr.com/api/read/json?num=1", headers=ACCEPT_JSON)


def list_lookup(blog: str, start: int) -> Lookup:
    """A page of the blog's posts, newest first, from the `start`th on."""
    url = f"https://{blog.lower()}.tumblr.com/api/read/json?num={PER_PAGE}&start={start}"
    return Lookup(endpoint=LIST, url=url, headers=ACCEPT_JSON)


def embed_lookup(address: str) -> Lookup:
    """An embed's frame, which names the blog of a post that is known by the frame's key alone."""
    return Lookup(endpoint=EMBED, url=address, headers=ACCEPT_PAGE)


def short_urls(mention: Mention) -> tuple[str, ...]:
    """Tumblr's own short links among the mention's: each leads to one post."""
    found = dict.fromkeys(hit["code"] for link in mention.links if (hit := _SHORT.match(link[:200])))
    return tuple(f"https://tmblr.co/{code}" for code in found)[:MAX_SHORT_LINKS]
