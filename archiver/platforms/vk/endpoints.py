"""Which public addresses of VK tell of one post or video without signing in?

The post's page and the phone's, both drawn on VK's servers. The widget asks for a hash that only the post's author is
given, and the API for a token: neither is asked.
"""

from __future__ import annotations

import re

from archiver.model import PostRef
from archiver.platforms.base import Lookup
from archiver.platforms.vk.urls import canonical_url

PAGE = "vk.page"
MOBILE = "vk.mobile"

HOSTS = ("vk.com", "vk.ru")

ACCEPT_PAGE = (("Accept", "text/html,application/xhtml+xml"), ("Accept-Language", "en-US,en"))
"""English: VK's notices and days are in the asker's language."""

LOGIN = re.compile(
    r"/(?:login|challenge\.html|badbrowser\.php|blank\.php|join|restore|captcha|429\.html)", re.IGNORECASE
)
"""Where VK sends those whom it does not answer."""

CONTROL_ID = "wall1_45616"
"""The post that VK's own documentation of its widget (https://dev.vk.com/widgets/post) embeds."""


def lookups(ref: PostRef) -> tuple[Lookup, ...]:
    """Both pages, the fuller one first."""
    return (
        Lookup(endpoint=PAGE, url=canonical_url(ref.id), headers=ACCEPT_PAGE),
        Lookup(endpoint=MOBILE, url=f"https://m.vk.com/{ref.id}", headers=ACCEPT_PAGE),
    )
