"""What does an answer of Weibo's public endpoints say of a post?

The record, or an error with a number and a sentence (`notices`). The visitor system, a login, 432 and 418 are about us:
many askers outside China get nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence

from archiver.exchange import Exchange
from archiver.model import Answer, PostRef
from archiver.platforms import answering
from archiver.platforms.base import Lookup
from archiver.platforms.fragments import words_in
from archiver.platforms.pages import page_of, sent_to
from archiver.platforms.values import Json, dig, string
from archiver.platforms.weibo import notices, pages, records
from archiver.platforms.weibo.endpoints import DETAIL, HOSTS, LOGIN, PASSPORT


def read_answer(lookup: Lookup, ref: PostRef, exchange: Exchange) -> Answer:
    """What one endpoint's answer says of the post. Never raises on what the answer holds."""
    return answering.of(lookup, exchange, _read(lookup, ref, exchange))


def _read(lookup: Lookup, ref: PostRef, exchange: Exchange) -> Answer:
    if PASSPORT.match(exchange.url):
        return answering.refused("sent to the visitor system instead of the post")
    body = answering.body_of(exchange, hosts=HOSTS, speaking=frozenset({400, 404}), pages=True)
    if isinstance(body, Answer):
        return body
    if sent_to(exchange, LOGIN):
        return answering.refused("sent to the visitor system or a login instead of the post")
    if isinstance(body.data, dict):
        return _json(ref, body.data)
    page = page_of(exchange)
    if page is None:
        return answering.unexpected("neither JSON nor a page")
    data = pages.render_data(page)
    if data is not None:
        status = data.get("status") if isinstance(data.get("status"), dict) else None
        if status is not None:
            return _record(ref, status)
        return _json(ref, data)
    if lookup.endpoint == DETAIL and (said := page.css_first(".h5-4con, .h5-4box, #msg, .error-msg")) is not None:
        return _notice("", words_in(said).text)
    if "visitor" in body.page[:4000].lower() or "passport.weibo" in body.page[:8000]:
        return answering.refused("the visitor system where the post is due")
    if blocked := answering.wall_in(body.page):
        return answering.refused(f"{blocked} where the post is due")
    return answering.unsaid("a page without the post")


def _json(ref: PostRef, data: Json) -> Answer:
    number, message = pages.error_of(data)
    ok = data.get("ok")
    if ok == -100 or number in notices.SIGN_IN or "login" in (string(data, "url") or ""):
        return answering.refused("asked to sign in" + (f": {answering.quoted(message)}" if message else ""))
    inner = data.get("data")
    record = inner if isinstance(inner, dict) else data if "text" in data and "user" in data else None
    if record is not None and ok in (1, None, True):
        return _record(ref, record)
    return _notice(number, message)


def _record(ref: PostRef, record: Json) -> Answer:
    if not records.has_author(record):
        said = records.plain_words(string(record, "text") or string(record, "msg") or "").text
        return _notice("", said) if said else answering.unsaid("a record without author and words")
    if not records.is_about(record, ref):
        return answering.unexpected("a record of another post")
    if dig(record, "visible", "type") in (1, 6, 10) and not record.get("text"):
        return answering.unsaid("a record that is not shown to everybody")
    return answering.shown(records.post_of(record, ref))


def _notice(number: str, said: str) -> Answer:
    told = f"Weibo's notice: {answering.quoted(said)}" if said else f"error {number}" if number else ""
    if (state := notices.read_notice(said)) is not None:
        return answering.stated(state, told)
    if notices.not_found(said) or number in notices.NO_SUCH_POST - notices.NOT_PERMITTED:
        return answering.not_found(told)
    if not told:
        return answering.unsaid("an answer without the post and without a reason")
    return answering.unsaid(f"no known reason: {told}")


def judge(ref: PostRef, answers: Sequence[Answer]) -> Answer:
    """One state from both answers: both have to say "not found"."""
    return answering.judged_together(ref, answers)
