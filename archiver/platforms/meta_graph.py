"""Does Meta's oEmbed endpoint still give an embed of a post?

Instagram, Facebook and Threads share the endpoint's manners (https://developers.facebook.com/docs/graph-api/reference,
"oEmbed"): since 2026-06 no token is asked for, since 2025-11 the answer names no author, and its terms allow its
members for showing the embed only. So it says one thing here: that the post is there and public. Errors are JSON with
a code (https://developers.facebook.com/docs/graph-api/guides/error-handling); a post that is deleted, private or
restricted to some readers gets the same one.
"""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote

from archiver.exchange import Exchange
from archiver.model import Answer, State
from archiver.platforms import answering
from archiver.platforms.base import Lookup
from archiver.platforms.values import dig, string

VERSION = "v26.0"

HOSTS = ("facebook.com", "threads.com", "threads.net", "instagram.com")

SPEAKING = frozenset({400, 403, 404, 500})
"""Statuses that come with an error's JSON."""

HEADERS = (("Accept", "application/json"), ("Accept-Language", "en-US,en"))

OVERLOADED = frozenset({4, 17, 32, 341, 368, 613})
"""Codes of limits: too many calls, blocked for a while."""

BARRED = frozenset({3, 10, 102, 104, 190, 467}) | frozenset(range(200, 300))
"""Codes that ask for a token or a permission that we do not have."""

BROKEN = frozenset({-1, 1, 2})
"""Codes of a service that failed."""

ABSENT = frozenset({24, 100, 803})
"""Codes of an object that does not exist or that the asker may not see."""


def lookup(endpoint: str, address: str, post_url: str) -> Lookup:
    """The question for one post.

    endpoint: its name here, such as `instagram.oembed`. address: the endpoint's address. post_url: the permalink.
    """
    return Lookup(endpoint=endpoint, url=f"{address}?url={quote(post_url, safe='')}", headers=HEADERS)


def read(exchange: Exchange, *, names: Callable[[str], bool]) -> Answer:
    """Whether there is a public post.

    names: whether an embed's HTML names it.
    """
    body = answering.body_of(exchange, hosts=HOSTS, speaking=SPEAKING)
    if isinstance(body, Answer):
        return body
    error = dig(body.data, "error")
    if isinstance(error, dict):
        return _error(error)
    html = string(body.data, "html")
    if body.status == 200 and html:
        if names(html):
            return answering.stated(State.LIVE, "an embed of the post is given out")
        return answering.unexpected("an embed that does not name the post")
    if body.status >= 500:
        return answering.failed(f"HTTP {body.status}: the endpoint failed")
    return answering.unexpected(f"HTTP {body.status}: neither an embed nor an error of Meta's")


def _error(error: dict[str, object]) -> Answer:
    code = error.get("code")
    said = string(error, "message") or "no message"
    told = f"error {code}: {answering.quoted(said)}"
    if not isinstance(code, int):
        return answering.unexpected(told)
    if code in OVERLOADED or 80_000 <= code < 80_100:
        return answering.refused(f"too many questions or barred for a while, {told}")
    if code in BARRED:
        return answering.refused(f"a token or a permission is asked for, {told}")
    if code in BROKEN:
        return answering.failed(f"the service failed, {told}")
    if code in ABSENT:
        return answering.unsaid(f"no public post under this address: deleted, private or restricted, {told}")
    return answering.unexpected(told)
