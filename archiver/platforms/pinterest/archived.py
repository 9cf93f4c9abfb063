"""What does an archived copy of a pin show, and where may copies be?

The address holds neither the account nor the time, so an index of addresses cannot narrow pins down.
"""

from __future__ import annotations

from msgspec.structs import replace

from archiver.exchange import Exchange
from archiver.model import Post, PostRef
from archiver.platforms.pages import page_of, page_text
from archiver.platforms.pinterest import records
from archiver.platforms.pinterest.endpoints import OEMBED, PAGE, WIDGET, lookups
from archiver.platforms.pinterest.urls import canonical_url
from archiver.platforms.values import parse_json


def archived_urls(ref: PostRef) -> tuple[str, ...]:
    """Addresses under which archives may hold the pin, best first."""
    widget, oembed, page = (lookup.url for lookup in lookups(ref))
    older = f"https://api.pinterest.com/v3/pidgets/pins/info/?pin_ids={ref.id}"
    return tuple(dict.fromkeys((canonical_url(ref.id), page, widget, older, oembed)))


def read_archived(ref: PostRef, exchange: Exchange) -> Post | None:
    """The pin from an archived page or JSON answer; null where the copy does not show it."""
    source = page_text(exchange)
    if source is None:
        return None
    if source.lstrip()[:1] == "{":
        answer = parse_json(source.strip())
        pin = records.widget_pin(answer, ref)
        if pin is not None:
            return replace(records.post_of(pin, ref), seen_in=WIDGET)
        found = records.oembed_post(answer, ref)
        return replace(found, seen_in=OEMBED) if found is not None else None
    page = page_of(exchange)
    found = records.page_post(page, ref, exchange.url) if page is not None else None
    return replace(found, seen_in=PAGE) if found is not None else None
