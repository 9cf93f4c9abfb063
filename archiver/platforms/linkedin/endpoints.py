"""Which public addresses of LinkedIn tell of one post without signing in?

The page under the post's URN, which leads signed-out readers to the public page or to the wall before it, and the frame
that publishers embed. Bots are mostly answered 999, which is LinkedIn's own.
"""

from __future__ import annotations

import re

from archiver.model import PostRef
from archiver.platforms.base import Lookup
from archiver.platforms.linkedin.urls import canonical_url

PAGE = "linkedin.page"
EMBED = "linkedin.embed"

HOSTS = ("linkedin.com",)

ACCEPT_PAGE = (("Accept", "text/html,application/xhtml+xml"), ("Accept-Language", "en-US,en"))

LOGIN = re.compile(r"/(?:authwall|login|uas/|checkpoint|signup|reg/|m/login|consent)\b", re.IGNORECASE)
"""Where LinkedIn sends those whom it does not answer."""

CONTROL_ID = "urn:li:activity:7151241570371948544"
"""A company's film of January 2024 that other programs' tests have read since."""


def embed_url(urn: str) -> str:
    return f"https://www.linkedin.com/embed/feed/update/{urn}"


def lookups(ref: PostRef) -> tuple[Lookup, ...]:
    """The page and the frame."""
    return (
        Lookup(endpoint=PAGE, url=canonical_url(ref.id), headers=ACCEPT_PAGE),
        Lookup(endpoint=EMBED, url=embed_url(ref.id), headers=ACCEPT_PAGE),
    )
