"""Which public pages of Reddit tell of a post, and under which exact addresses they are asked.

Nobody has to sign in for three of them: the page behind Reddit's own embed (title, words, author, time), oEmbed (title
and author, https://oembed.com), and the feeds (Atom, RFC 4287), of which one address gets about one a minute. The JSON
of the site and the pages of old.reddit.com are refused to those who are not signed in since mid 2026: they are never
asked for, only read where a web archive has them.
"""

from __future__ import annotations

from urllib.parse import quote

from archiver.platforms.base import Lookup

EMBED = "reddit.embed"
OEMBED = "reddit.oembed"
FEED = "reddit.feed"

HOSTS = ("reddit.com",)

ENGLISH_PAGE = (("Accept", "text/html"), ("Accept-Language", "en"))
"""English, because what has become of a post is a sentence."""

JSON = (("Accept", "application/json"), ("Accept-Language", "en"))
ATOM = (("Accept", "application/atom+xml"), ("Accept-Language", "en"))

ANYWHERE = "r/pics"
"""The embed's page wants a community in its address and shows a post under the name of any that exists."""

CONTROL_ID = "z1c9z"
CONTROL_PLACE = "IAmA"
"""The questions and answers of a president in office, of 2012: among the most cited posts of the site."""

LISTED = 100
"""Posts of one feed, at most."""


def embed_lookup(post_id: str, place: str | None) -> Lookup:
    """The page that the embed's frame shows: the fullest record. place: as `urls.place_of` gives it."""
    return Lookup(
        endpoint=EMBED, url=f"https://embed.reddit.com/{place or ANYWHERE}/comments/{post_id}/", headers=ENGLISH_PAGE
    )


def oembed_lookup(post_id: str, place: str | None) -> Lookup:
    """The title and the author."""
    url = f"https://www.reddit.com/{place + '/' if place else ''}comments/{post_id}/"
    return Lookup(endpoint=OEMBED, url=f"https://www.reddit.com/oembed?url={quote(url, safe='')}", headers=JSON)


def feed_lookup(post_id: str, place: str | None) -> Lookup:
    """The feed of a post's comments, which begins with the post."""
    url = f"https://www.reddit.com/{place + '/' if place else ''}comments/{post_id}/.rss"
    return Lookup(endpoint=FEED, url=url, headers=ATOM)


def list_lookup(place: str, after: str | None = None) -> Lookup:
    """The newest posts of an account or a community; after: of those older than this one."""
    order = "submitted" if place.startswith("user/") else "new"
    url = f"https://www.reddit.com/{place}/{order}/.rss?limit={LISTED}"
    return Lookup(endpoint=FEED, url=f"{url}&after=t3_{after}" if after else url, headers=ATOM)
