"""Which public pages of Telegram tell of a post, and under which exact addresses they are asked.

Nobody has to sign in for these: the page behind the widget (core.telegram.org/widgets/post) shows one post, and the
preview of a channel (telegram.org/blog/privacy-discussions-web-bots) lists twenty posts before or after a number.
Channel names are written small: case does not count in them, and stored answers are found again by their exact address.
"""

from __future__ import annotations

from urllib.parse import quote

from archiver.platforms.base import Lookup

EMBED = "telegram.embed"
PREVIEW = "telegram.preview"
PERMALINK = "telegram.permalink"
"""The page at a post's own address: only its lines for link previews say anything."""

HOSTS = ("t.me", "telegram.me", "telegram.dog")

ENGLISH = (("Accept", "text/html"), ("Accept-Language", "en"))
"""English, because "edited" is a word and what has become of a post a sentence."""

CONTROL_ID = "telegram/83"
"""The post of Telegram's own channel that has been the example of its widget's documentation since the widget began
(core.telegram.org/widgets/post)."""

PAGE = 20
"""Numbers on one page of the preview; fewer posts where an album has several."""


def embed_lookup(channel: str, number: int) -> Lookup:
    """The page that the widget's frame shows: the fullest record of one post."""
    return Lookup(endpoint=EMBED, url=embed_url(channel, number), headers=ENGLISH)


def embed_url(channel: str, number: int) -> str:
    return f"https://t.me/{channel}/{number}?embed=1&mode=tme"


def preview_lookup(channel: str, *, before: int | None = None, after: int | None = None) -> Lookup:
    """The channel's posts with numbers below `before`, or above `after`; without either the newest.

    A redirect is the answer itself: away from the preview, where the channel shows none. `before` below 2 is not asked
    for: the newest posts come instead.
    """
    url = f"https://t.me/s/{channel}"
    if before is not None:
        url += f"?before={max(before, 2)}"
    elif after is not None:
        url += f"?after={after}"
    return Lookup(endpoint=PREVIEW, url=url, headers=ENGLISH, follow=False)


def words_lookup(channel: str, words: str) -> Lookup:
    """The channel's newest posts in which these words are."""
    return Lookup(
        endpoint=PREVIEW, url=f"https://t.me/s/{channel}?q={quote(words, safe='')}", headers=ENGLISH, follow=False
    )
