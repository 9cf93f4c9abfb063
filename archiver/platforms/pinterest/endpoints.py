"""Which public addresses of Pinterest tell of one pin without signing in?

The JSON behind Pinterest's own widgets has the pin, its account and its picture; oEmbed has less of it, under the
documented address (https://developers.pinterest.com/docs/web-features/add-ons-overview); the page has JSON-LD and
preview lines.
"""

from __future__ import annotations

import re
from urllib.parse import quote

from archiver.model import Mention, PostRef
from archiver.platforms.base import Lookup
from archiver.platforms.pinterest.urls import canonical_url

WIDGET = "pinterest.widget"
OEMBED = "pinterest.oembed"
PAGE = "pinterest.page"

HOSTS = ("pinterest.com",)

ACCEPT_JSON = (("Accept", "application/json"), ("Accept-Language", "en-US,en"))
ACCEPT_PAGE = (("Accept", "text/html,application/xhtml+xml"), ("Accept-Language", "en-US,en"))

LOGIN = re.compile(r"/(?:login|signup|password|secure|business/create)\b", re.IGNORECASE)

CONTROL_ID = "99360735500167749"
"""The pin that Pinterest's own documentation of its widgets embeds."""

MAX_SHORT_LINKS = 4
_SHORT = re.compile(r"(?:https?://)?pin\.it/(?P<code>[A-Za-z0-9]{5,30})")


def lookups(ref: PostRef) -> tuple[Lookup, ...]:
    """The widget's JSON, oEmbed and the page, the fullest record first."""
    page = canonical_url(ref.id)
    return (
        Lookup(
            endpoint=WIDGET,
            url=f"https://widgets.pinterest.com/v3/pidgets/pins/info/?pin_ids={ref.id}",
            headers=ACCEPT_JSON,
        ),
        Lookup(
            endpoint=OEMBED,
            url=f"https://www.pinterest.com/oembed.json?url={quote(page, safe='')}",
            headers=ACCEPT_JSON,
        ),
        Lookup(endpoint=PAGE, url=page, headers=ACCEPT_PAGE),
    )


def short_urls(mention: Mention) -> tuple[str, ...]:
    """Pinterest's own short links among the mention's: the service redirects to the pin."""
    found = dict.fromkeys(hit["code"] for link in mention.links if (hit := _SHORT.match(link[:200])))
    return tuple(f"https://api.pinterest.com/url_shortener/{code}/redirect/" for code in found)[:MAX_SHORT_LINKS]
