"""How does a post of X look when only its text is left?

`Words of the post. — Display Name (@handle) November 9, 2022`: X's embed prints the UTC day, so the day is exact.
"""

from __future__ import annotations

from archiver.platforms.base import Signature
from archiver.platforms.x.urls import HANDLE

MEDIA_LINK = r"(?:https?://)?[Pp]ic\s?\.\s?(?:twitter|x)\s?\.\s?com\s?/\s?[A-Za-z0-9]{6,12}"
"""`pic.twitter.com/AbCdEfGhIj`: the post's own picture; translators put spaces around points and slash."""

SIGNATURE = Signature(
    rule="x.signature",
    handle=HANDLE,
    # 140 characters of any kind until 2017-11-07, when X raised the limit to 280 and let wide ones count two
    # (blog.x.com, "Tweeting made easier").
    limits=(("2006-03-21", 140, 1), ("2017-11-08", 280, 2)),
    link_weight=23,
    media_links=MEDIA_LINK,
    media_triggers=("pic", "Pic"),
    date_basis="utc",
)
