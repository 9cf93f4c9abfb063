"""What does an answer of Pinterest's public endpoints say of a pin?

A pin that is not there is an error in the widget's JSON and 404 from the others. One on a secret board looks the same:
two endpoints have to agree.
"""

from __future__ import annotations

from collections.abc import Sequence

from archiver.exchange import Exchange
from archiver.model import Answer, PostRef
from archiver.platforms import answering
from archiver.platforms.base import Lookup
from archiver.platforms.pages import page_of, sent_to
from archiver.platforms.pinterest import records
from archiver.platforms.pinterest.endpoints import HOSTS, LOGIN, OEMBED, WIDGET

GONE = frozenset({404, 410})


def read_answer(lookup: Lookup, ref: PostRef, exchange: Exchange) -> Answer:
    """What one endpoint's answer says of the pin. Never raises on what the answer holds."""
    return answering.of(lookup, exchange, _read(lookup, ref, exchange))


def _read(lookup: Lookup, ref: PostRef, exchange: Exchange) -> Answer:
    pages = lookup.endpoint not in (WIDGET, OEMBED)
    body = answering.body_of(exchange, hosts=HOSTS, speaking=GONE, pages=pages)
    if isinstance(body, Answer):
        return body
    if sent_to(exchange, LOGIN):
        return answering.refused("sent to a login page instead of the pin")
    if body.status in GONE:
        if blocked := answering.wall_in(body.page, answering.WALLS[: answering.CHALLENGES]):
            return answering.refused(f"HTTP {body.status} with {blocked}")
        return answering.not_found(f"HTTP {body.status}: not found")
    if lookup.endpoint == WIDGET:
        pin = records.widget_pin(body.data, ref)
        if pin is not None:
            return answering.shown(records.post_of(pin, ref))
        if records.widget_lacks(body.data, ref):
            return answering.not_found("the widget's answer has no such pin")
        return answering.unexpected("neither a pin nor an error of the widget's")
    if lookup.endpoint == OEMBED:
        post = records.oembed_post(body.data, ref)
        return answering.shown(post) if post is not None else answering.unexpected("no embed of the pin")
    page = page_of(exchange)
    if page is None:
        return answering.unexpected("no page")
    post = records.page_post(page, ref, exchange.url)
    if post is not None:
        return answering.shown(post)
    if blocked := answering.wall_in(body.page):
        return answering.refused(f"{blocked} where the pin is due")
    return answering.unsaid("a page without the pin")


def judge(ref: PostRef, answers: Sequence[Answer]) -> Answer:
    """One state from all answers: two endpoints have to say "not found"."""
    return answering.judged_together(ref, answers)
