"""Which public addresses of YouTube tell of one video, of a community post, or of a channel's videos?

Nobody has to sign in for these. oEmbed is announced in every page's `<link rel="alternate">` (https://oembed.com lists
it); a channel's feed is, too.
"""

from __future__ import annotations

from urllib.parse import quote, quote_plus

from archiver.model import PostRef
from archiver.platforms.base import Lookup
from archiver.platforms.youtube.urls import canonical_url

WATCH = "youtube.watch"
OEMBED = "youtube.oembed"
COMMUNITY = "youtube.post"
CHANNEL = "youtube.channel"
UPLOADS = "youtube.uploads"
FEED = "youtube.feed"
FOUND = "youtube.search"

ROOT = "https://www.youtube.com"

HOSTS = ("youtube.com",)

CONTROL_ID = "jNQXAC9IVRw"
"""The first video, public since 2005: where it cannot be read, it is we who are refused."""

ACCEPT_PAGE = (("Accept", "text/html,application/xhtml+xml"), ("Accept-Language", "en"))
"""English, because why a video is not shown is said in sentences."""
ACCEPT_JSON = (("Accept", "application/json"), ("Accept-Language", "en"))
ACCEPT_FEED = (("Accept", "application/atom+xml,application/xml"), ("Accept-Language", "en"))

MAX_QUERY = 80
"""Code points of a title that are searched for."""


def is_community_post(ref: PostRef) -> bool:
    """Whether the reference is to a post of a channel's community, not to a video."""
    return len(ref.id) != 11


def watch_lookup(post_id: str) -> Lookup:
    """The page that plays the video: its record, or YouTube's sentence why it does not play."""
    return Lookup(endpoint=WATCH, url=canonical_url(post_id), headers=ACCEPT_PAGE)


def oembed_lookup(post_id: str) -> Lookup:
    """oEmbed: title and channel of today."""
    address = quote(canonical_url(post_id), safe="")
    return Lookup(endpoint=OEMBED, url=f"{ROOT}/oembed?url={address}&format=json", headers=ACCEPT_JSON)


def community_lookup(post_id: str) -> Lookup:
    """The page of a community post."""
    return Lookup(endpoint=COMMUNITY, url=canonical_url(post_id), headers=ACCEPT_PAGE)


def channel_lookup(handle: str) -> Lookup:
    """A channel's list of videos, thirty of them, with titles and how long ago each was published."""
    return Lookup(endpoint=CHANNEL, url=f"{ROOT}/@{quote(handle.lower())}/videos", headers=ACCEPT_PAGE)


def uploads_lookup(channel_id: str) -> Lookup:
    """The list of all that a channel uploaded: the hundred newest, streams and shorts among them."""
    return Lookup(endpoint=UPLOADS, url=f"{ROOT}/playlist?list=UU{channel_id[2:]}", headers=ACCEPT_PAGE)


def found_lookup(handle: str, words: str) -> Lookup:
    """A search within one channel."""
    query = quote_plus(" ".join(words.split())[:MAX_QUERY].strip())
    return Lookup(endpoint=FOUND, url=f"{ROOT}/@{quote(handle.lower())}/search?query={query}", headers=ACCEPT_PAGE)


def feed_lookup(channel_id: str) -> Lookup:
    """A channel's feed: its fifteen newest videos, with times and descriptions."""
    return Lookup(endpoint=FEED, url=f"{ROOT}/feeds/videos.xml?channel_id={channel_id}", headers=ACCEPT_FEED)
