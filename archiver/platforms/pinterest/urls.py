"""Which pin of Pinterest does a link name?

Pinterest stands under many national domains. Buttons that make a new pin (`/pin/create/…`), boards, profiles and short
links (`pin.it`) name none.
"""

from __future__ import annotations

import re

from archiver.model import PostRef
from archiver.platforms import slugs
from archiver.platforms.base import Example
from archiver.platforms.links import unwrap
from archiver.platforms.marks import Mark

NAME = "pinterest"

HOSTS = ("pinterest",)
"""A label of the host: `pinterest.com`, `br.pinterest.com`, `pinterest.co.uk`."""

ID = r"\d{6,20}"

_HOST = r"https?://(?:[\w-]{1,20}\.){0,2}pinterest\.(?:[a-z]{2,4}|com?\.[a-z]{2})(?::\d+)?"
_PIN = re.compile(rf"{_HOST}/+(?:amp/)?pin/(?:[^/?#]{{1,300}}--)?(?P<id>{ID})(?![\w-])", re.IGNORECASE)
_FRAME = re.compile(rf"{_HOST}/ext/embed\.html\?(?:[^#]{{0,200}}&)?id=(?P<id>{ID})(?!\w)", re.IGNORECASE)


def canonical_url(post_id: str) -> str:
    """The permalink that Pinterest itself shows."""
    return f"https://www.pinterest.com/pin/{post_id}/"


def ref_from_id(post_id: str, handle: str | None = None) -> PostRef:
    """The reference with its canonical permalink."""
    return PostRef(platform=NAME, id=post_id, handle=handle, url=canonical_url(post_id))


def ref_from_url(url: str) -> PostRef | None:
    """The pin that a permalink in any of its forms names; null for anything else."""
    if "pinterest" not in url.lower():
        return None
    plain = unwrap(url).url
    found = _PIN.match(plain) or _FRAME.match(plain)
    return ref_from_id(found["id"]) if found else None


_SLUG = re.compile(rf"{_HOST}/+(?:amp/)?pin/(?P<slug>[^/?#]{{1,300}})--{ID}(?![\w-])", re.IGNORECASE)


def words_in_url(url: str) -> str | None:
    """The words of the pin that its address spells: `/pin/the-old-bridge--123456789012345678/`."""
    found = _SLUG.match(unwrap(url).url) if "pinterest" in url.lower() else None
    return slugs.words(found["slug"]) if found else None


ADDRESS_MARKS: tuple[Mark, ...] = (
    Mark(r"pinterest[.\w-]*(?:{:}\d+)?{/}+(?:amp{/})?pin{/}(?:{-}+--)?\d{6}"),
    Mark(r"pinterest[.\w-]*(?:{:}\d+)?{/}ext{/}embed[.]html{?}"),
)
"""One of these is in the source of every page that holds an address of a post in one of the forms above (see
`archiver.platforms.marks`)."""

EXAMPLES: tuple[Example, ...] = (
    *(
        Example(
            url=url,
            id="123456789012345678",
            canonical="https://www.pinterest.com/pin/123456789012345678/",
        )
        for url in (
            "https://www.pinterest.com/pin/123456789012345678/",
            "http://pinterest.com/pin/123456789012345678",
            "https://www.pinterest.co.uk/pin/123456789012345678/",
            "https://www.pinterest.com.au/pin/123456789012345678/",
            "https://br.pinterest.com/pin/123456789012345678/?nic_v2=1a2b3c",
            "https://www.pinterest.de/pin/the-old-bridge--123456789012345678/",
            "https://www.pinterest.at/pin/123456789012345678/sent/?invite_code=0a1b&amp;sender=1",
            "https://assets.pinterest.com/ext/embed.html?id=123456789012345678&src=oembed",
            "//assets.pinterest.com/ext/embed.html?id=123456789012345678",
        )
    ),
    *(
        Example(url=url, id=None)
        for url in (
            "https://www.pinterest.com/pin/create/button/?url=https%3A%2F%2Fnews.example.org%2Fpin%2F123456789012",
            "https://www.pinterest.com/pin/create/link/?url=https://news.example.org/&media=https://news.example.org/a.jpg",
            "https://pinterest.com/pin/create/bookmarklet/?media=https%3A%2F%2Fnews.example.org%2F123456789.jpg",
            "https://www.pinterest.com/pin/find/?url=https%3A%2F%2Fnews.example.org",
            "https://www.pinterest.com/ana_example/",
            "https://www.pinterest.com/ana_example/old-bridges/",
            "https://www.pinterest.com/search/pins/?q=bridge",
            "https://www.pinterest.com/pin-builder/",
            "https://www.pinterest.com/ideas/old-bridges/949012345678/",
            "https://pin.it/AbCdEf",
            "https://i.pinimg.com/564x/12/34/56/1234567890abcdef1234567890abcdef.jpg",
            "https://assets.pinterest.com/js/pinit.js",
            "https://pinterest.evil.test/pin/123456789012345678/",
            "https://notpinterest.com/pin/123456789012345678/",
        )
    ),
)
