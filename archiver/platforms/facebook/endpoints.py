"""Which public addresses of Facebook tell of one post without signing in?

The plugin that publishers embed (https://developers.facebook.com/docs/plugins/embedded-posts) shows posts, photos,
films and reels of public pages and people, never those of groups, and takes no address with words in it. A post's own
page has preview lines at best. Meta's oEmbed says whether an embed is given out. Every address is made of the post's
own one, brought into one spelling: host, words and parameters that only track make no difference.
"""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from archiver.model import Mention, PostRef
from archiver.platforms import meta_graph
from archiver.platforms.base import Lookup
from archiver.platforms.facebook.urls import ref_from_url

PLUGIN = "facebook.plugin"
VIDEO = "facebook.video"
OEMBED = "facebook.oembed"
PAGE = "facebook.page"

HOSTS = ("facebook.com",)

ROOT = "https://www.facebook.com"

OEMBED_URL = f"https://graph.facebook.com/{meta_graph.VERSION}/oembed_"

ACCEPT_PAGE = (("Accept", "text/html,application/xhtml+xml"), ("Accept-Language", "en-US,en"))

LOGIN = re.compile(r"/(?:login|checkpoint|recover|unsupportedbrowser|consent|privacy/consent|cookie)", re.IGNORECASE)
"""Where Facebook sends those whom it does not answer."""

MAX_SHARES = 4

_SHARE = re.compile(
    r"(?:https?:)?//(?:(?:www|m|web)\.)?facebook\.com/share/(?P<token>(?:[prv]/)?[A-Za-z0-9_-]{6,60})", re.IGNORECASE
)

_WORDED = re.compile(r"(?P<begin>/[^/]+/(?:posts|videos))/(?:[^/]+/)+(?P<id>pfbid[A-Za-z0-9]+|\d+)/?", re.IGNORECASE)
"""`/ana.example/posts/the-bridge-is-open/10150…`, `/ana.example/videos/vb.1/10150…`"""

_FILM = re.compile(r"/(?:[^/]+/videos|reels?|watch|v)(?:/|$)|/video(?:\.php|/)", re.IGNORECASE)
_NAMING = ("story_fbid", "id", "fbid", "v", "video_id", "photo")
_IDENTITY = {"/watch": ("v",), "/watch/live": ("v",), "/photo": ("fbid",), "/photo.php": ("fbid",)}
"""Parameters that name the post, where others say in what surroundings to show it."""


def address(ref: PostRef) -> str:
    """The post's address in one spelling, which the plugin takes."""
    parts = urlsplit(ref.url)
    path = re.sub(r"/{2,}", "/", parts.path).rstrip("/") or "/"
    if found := _WORDED.fullmatch(path):
        path = f"{found['begin']}/{found['id']}"
    given = dict(parse_qsl(parts.query[:4096]))
    group = re.fullmatch(r"(/groups/[^/]+)", path)
    if group and "multi_permalinks" in given:
        return f"{ROOT}{group[1]}/posts/{ref.id}"
    if path == "/story.php":
        path = "/permalink.php"  # the same two numbers
    names = _IDENTITY.get(path, _NAMING)
    kept = [(name, given[name]) for name in names if name in given]
    query = f"?{urlencode(kept)}" if kept and (".php" in path or path in _IDENTITY or not ref.handle) else ""
    if path in ("/watch", "/watch/live", "/photo") and query:
        path += "/"
    found_again = ref_from_url(f"{ROOT}{path}{query}")
    return f"{ROOT}{path}{query}" if found_again and found_again.id == ref.id else ref.url


def is_film(ref: PostRef) -> bool:
    """Whether the address is a film's or a reel's."""
    return _FILM.match(urlsplit(ref.url).path) is not None


def plugin_lookup(ref: PostRef) -> Lookup:
    """The embed's frame. Without `locale`, its language follows the asker's address."""
    href = quote(address(ref), safe="")
    return Lookup(endpoint=PLUGIN, url=f"{ROOT}/plugins/post.php?href={href}&locale=en_US", headers=ACCEPT_PAGE)


def video_lookup(ref: PostRef) -> Lookup:
    """The film's own frame, which shows it without words."""
    href = quote(address(ref), safe="")
    return Lookup(endpoint=VIDEO, url=f"{ROOT}/plugins/video.php?href={href}&locale=en_US", headers=ACCEPT_PAGE)


def oembed_lookup(ref: PostRef) -> Lookup:
    return meta_graph.lookup(OEMBED, OEMBED_URL + ("video" if is_film(ref) else "post"), address(ref))


def page_lookup(ref: PostRef) -> Lookup:
    return Lookup(endpoint=PAGE, url=address(ref), headers=ACCEPT_PAGE)


def share_urls(mention: Mention) -> tuple[str, ...]:
    """Share links among the mention's own, under the phone's host, whose redirect names the post most reliably."""
    found = dict.fromkeys(hit["token"] for link in mention.links if (hit := _SHARE.match(link[:300])))
    return tuple(f"https://m.facebook.com/share/{token}" for token in found)[:MAX_SHARES]
