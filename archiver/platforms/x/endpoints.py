"""Which public X endpoints tell of one post, and under which exact URLs they are asked.

Nobody has to sign in for these. Every URL depends on the post's id alone, never on the handle as some article spells
it: stored answers are found again by their exact URL, and on X the id alone is identity.
"""

from __future__ import annotations

import math
import re
from urllib.parse import quote

from archiver.model import Mention, PostRef
from archiver.platforms.base import Lookup
from archiver.platforms.x.urls import canonical_url

SYNDICATION = "x.syndication"
OEMBED = "x.oembed"

SYNDICATION_URL = "https://cdn.syndication.twimg.com/tweet-result"
FRAME_URL = "https://platform.twitter.com/embed/Tweet.html"
OEMBED_URL = "https://publish.twitter.com/oembed"
"""Documented at https://docs.x.com/x-for-websites/oembed-api; `publish.x.com` redirects here or is redirected to."""

ACCEPT_JSON = (("Accept", "application/json"), ("Accept-Language", "en"))
"""English, because tombstones are told apart by their sentence."""

CONTROL_ID = "20"
CONTROL_HANDLE = "jack"
"""The oldest post that is still up (2006-03-21): where it cannot be read, it is we who are refused."""

PIC_LINK = re.compile(r"(?:https?://)?pic\.(?:twitter|x)\.com/([A-Za-z0-9]{7,12})(?![A-Za-z0-9])")
MAX_MEDIA_LINKS = 4
"""A post has one such link; a passage in which more were found is asked for no more than X's own four pictures."""

DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def syndication_lookup(post_id: str) -> Lookup:
    """The JSON behind the official embed's iframe: the fullest record that is served without signing in."""
    url = f"{SYNDICATION_URL}?id={post_id}&lang=en&token={syndication_token(post_id)}"
    return Lookup(endpoint=SYNDICATION, url=url, headers=ACCEPT_JSON)


def oembed_lookup(post_id: str) -> Lookup:
    """The documented oEmbed endpoint: text, name and handle of today, and clear status codes for what is gone."""
    address = quote(f"https://twitter.com/i/status/{post_id}", safe="")
    return Lookup(endpoint=OEMBED, url=f"{OEMBED_URL}?url={address}&omit_script=1&dnt=1&lang=en", headers=ACCEPT_JSON)


def lookups(ref: PostRef) -> tuple[Lookup, ...]:
    """Both endpoints, the fuller record first."""
    return (syndication_lookup(ref.id), oembed_lookup(ref.id))


def media_urls(mention: Mention) -> tuple[str, ...]:
    """The short links whose redirect names the post that shows a `pic.twitter.com/CODE`: both have the same code."""
    codes = dict.fromkeys(code for link in mention.links for code in PIC_LINK.findall(link[:200]))
    return tuple(f"https://t.co/{code}" for code in codes)[:MAX_MEDIA_LINKS]


def page_url(ref: PostRef) -> str:
    """The page that a reader who follows the citation opens."""
    return canonical_url(ref.id, ref.handle)


def view_url(ref: PostRef) -> str:
    """The page in the official embed's frame: the post's own page is an empty shell to who is not signed in."""
    return f"{FRAME_URL}?id={ref.id}&lang=en&dnt=true"


def syndication_token(post_id: str) -> str:
    """The `token` that the embed's own script sends with an id.

    That script computes `((Number(id) / 1e15) * Math.PI).toString(36)` and removes every `0` and the point. The result
    rests on double rounding and on how ECMAScript writes a double in another radix, so both are followed exactly.

    Raises `ValueError` when the id is not a decimal number.
    """
    if not (post_id.isascii() and post_id.isdecimal()):
        raise ValueError(f"not a decimal post id: {post_id!r}")
    return radix36(float(int(post_id)) / 1e15 * math.pi).replace("0", "").replace(".", "")


def radix36(value: float) -> str:
    """A non-negative double below 2^53 in base 36, with as few digits as tell it from its neighbours.

    ECMA-262 (Number::toString) leaves the digits of other radices to the engine; V8 and with it every browser but one
    stops as soon as the rest is below half the distance to the next double, and rounds the last digit there.
    """
    whole = int(value)
    fraction = value - whole
    half_gap = max(0.5 * (math.nextafter(value, math.inf) - value), math.nextafter(0.0, 1.0))
    digits: list[int] = []
    while fraction >= half_gap:
        fraction *= 36
        half_gap *= 36
        digit = int(fraction)
        digits.append(digit)
        fraction -= digit
        ties_up = fraction > 0.5 or (fraction == 0.5 and digit & 1)
        if ties_up and fraction + half_gap > 1:
            whole += _round_up(digits)
            break
    tail = "".join(DIGITS[digit] for digit in digits)
    head = _whole36(whole)
    return f"{head}.{tail}" if tail else head


def _round_up(digits: list[int]) -> int:
    """Add one to the last digit, in place; 1 when the carry leaves the fraction, else 0."""
    while digits:
        if digits[-1] + 1 < 36:
            digits[-1] += 1
            return 0
        digits.pop()
    return 1


def _whole36(number: int) -> str:
    out = ""
    while number >= 36:
        number, digit = divmod(number, 36)
        out = DIGITS[digit] + out
    return DIGITS[number] + out
