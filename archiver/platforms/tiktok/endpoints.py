"""Which public addresses of TikTok tell of one video or of an account's newest ones, and under which exact URLs?

Nobody has to sign in for these. Every URL about a video depends on its id alone, never on the handle as some article
spells it: stored answers are found again by their exact URL, and TikTok's servers go by the id
(`@i` stands for anybody).

oEmbed and the frame are documented at https://developers.tiktok.com/doc/embed-videos, the frame of an account at
https://developers.tiktok.com/doc/embed-creator-profiles.
"""

from __future__ import annotations

import re
from urllib.parse import quote

from archiver.model import Mention
from archiver.platforms.base import Lookup

PAGE = "tiktok.page"
OEMBED = "tiktok.oembed"
EMBED = "tiktok.embed"
CREATOR = "tiktok.creator"

ROOT = "https://www.tiktok.com"

HOST = "tiktok.com"

CONTROL_ID = "6718335390845095173"
CONTROL_HANDLE = "scout2015"
"""The example of TikTok's own documentation since 2019, drawn in its pages: where it cannot be read, it is we who are
refused."""

ACCEPT_PAGE = (("Accept", "text/html,application/xhtml+xml"), ("Accept-Language", "en"))
ACCEPT_JSON = (("Accept", "application/json"), ("Accept-Language", "en"))

SHORT_LINK = re.compile(
    r"(?:https?://)?(?:(?P<host>v[mt])\.tiktok\.com|(?:(?:www|m)\.)?tiktok\.com/t)/"
    r"(?P<code>[A-Za-z0-9]{5,14})(?![A-Za-z0-9_-])"
)
"""The code is case-sensitive, and only TikTok knows what it stands for."""

MAX_SHORT_LINKS = 2


def page_url(post_id: str) -> str:
    """The video's page, without anybody's handle."""
    return f"{ROOT}/@i/video/{post_id}"


def page_lookup(post_id: str) -> Lookup:
    """The page, whose script holds the full record, or why there is none."""
    return Lookup(endpoint=PAGE, url=page_url(post_id), headers=ACCEPT_PAGE)


def oembed_lookup(post_id: str) -> Lookup:
    """The documented oEmbed endpoint: caption, name and handle of today."""
    return Lookup(endpoint=OEMBED, url=f"{ROOT}/oembed?url={quote(page_url(post_id), safe='')}", headers=ACCEPT_JSON)


def embed_lookup(post_id: str) -> Lookup:
    """The page in the official embed's frame: a record without an account's details, asked for less strictly."""
    return Lookup(endpoint=EMBED, url=f"{ROOT}/embed/v2/{post_id}", headers=ACCEPT_PAGE)


def creator_lookup(handle: str) -> Lookup:
    """The page in an account's frame, with its ten newest videos."""
    return Lookup(endpoint=CREATOR, url=f"{ROOT}/embed/@{handle.lower()}", headers=ACCEPT_PAGE)


def media_urls(mention: Mention) -> tuple[str, ...]:
    """The mention's own short links (`vm.tiktok.com/…`, `tiktok.com/t/…`): their redirect names the video."""
    out: dict[str, None] = {}
    for link in (mention.found_url or "", *mention.links):
        if found := SHORT_LINK.match(link[:200]):
            place = f"{found['host']}.tiktok.com" if found["host"] else "www.tiktok.com/t"
            out[f"https://{place}/{found['code']}/"] = None
    return tuple(out)[:MAX_SHORT_LINKS]
