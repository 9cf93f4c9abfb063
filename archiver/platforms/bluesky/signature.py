"""How does a post of Bluesky look when only its text is left?

`Words of the post. [image or embed] — Display Name (@ana.bsky.social) May 3, 2021 at 9:24 AM`: the app prints the day
and time of whoever made the embed; its oEmbed endpoint prints the instant (`2021-05-03T09:24:00.000Z`).
"""

from __future__ import annotations

from archiver.platforms.base import Signature
from archiver.platforms.bluesky.urls import HANDLE

PLACEHOLDER = r"\[?\\?\[image or embed\\?\]{1,2}(?:\([^()\s]{1,250}\))?"
"""What the embed writes where the post has a picture, a card or a quoted post (bluesky-social/social-app), with what
Markdown puts around a link."""

SIGNATURE = Signature(
    rule="bluesky.signature",
    # Without @, only its own domain tells a handle from the address of a site: `The Daily (daily.example)`.
    handle=rf"(?:(?<=[@＠])(?:{HANDLE})|(?:[A-Za-z0-9][A-Za-z0-9-]{{0,62}}\.){{1,2}}bsky\.social)",
    limits=(("2022-11-01", 300, 1),),
    link_weight=30,  # the app shows a link's host and the first characters of its path
    media_links=PLACEHOLDER,
    date_basis="viewer",
    timed=True,
    telling=True,
    placeholder=PLACEHOLDER,
)
