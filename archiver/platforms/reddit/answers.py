"""What do Reddit's public pages say of one post?

Asked in this order, the next only where the one before does not settle it: the embed's page, oEmbed, the feed. Reddit
keeps the place of what is gone and says there what became of it: "deleted" where the author took the post back,
"restricted" where moderators or Reddit removed it (the post and its comments are still there, its words are not). An
author called "[deleted]" may have deleted the account alone, so that by itself says nothing of the post. Communities
that are private or closed answer in JSON with their reason; where they answer like a post that never was, nothing is
concluded from it. "Not found" counts where two of the three say it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from msgspec.structs import replace
from selectolax.lexbor import LexborHTMLParser

from archiver.exchange import Exchange
from archiver.model import Answer, AnswerKind, PostRef, State
from archiver.platforms import answering
from archiver.platforms.answering import Body, Walls
from archiver.platforms.base import Inquiry
from archiver.platforms.bounds import parse
from archiver.platforms.reddit.endpoints import (
    EMBED,
    FEED,
    HOSTS,
    OEMBED,
    embed_lookup,
    feed_lookup,
    oembed_lookup,
)
from archiver.platforms.reddit.records import (
    Record,
    embed_place,
    embed_record,
    feed_records,
    oembed_record,
    screen_data,
)
from archiver.platforms.reddit.tombstones import Fate, on_page
from archiver.platforms.reddit.urls import ID, place_of
from archiver.platforms.values import clean, dig, string

WALLS: Walls = tuple(
    (re.compile(pattern, re.IGNORECASE), what)
    for pattern, what in (
        (r"whoa there, pardner|blocked (?:by network security|due to a network policy)", "Reddit's block page"),
        (r"prove your humanity|please wait for verification|/svc/shreddit/captcha", "a bot check"),
        (r"<title>\s*welcome to reddit", "the page that asks to sign in"),
    )
)
"""Pages that stand in an answer's place, besides those of everybody."""

SPEAKING = frozenset({403, 404})

REASONS = {
    "private": (State.PROTECTED, "its community is private"),
    "gold_only": (State.PROTECTED, "its community is for some members only"),
    "employees_only": (State.PROTECTED, "its community is for some members only"),
    "banned": (State.SUSPENDED, "its community was closed by Reddit"),
    "quarantined": (State.RESTRICTED, "its community is quarantined"),
    "gated": (State.RESTRICTED, "its community is behind a warning"),
}
"""What `reason` in Reddit's JSON errors says of a community."""

SAY_SO = 2
"""So many endpoints have to say "not found"."""

_POST_ID = re.compile(ID)

UNSUPPORTED = "Not supported post"


def look(ref: PostRef) -> Inquiry:
    """The embed's page; oEmbed, where that shows no post; the feed, where neither does."""
    if not _POST_ID.fullmatch(ref.id):
        yield answering.not_public("this is no post of Reddit")
        return
    place = place_of(ref.url)
    frame = embed_lookup(ref.id, place)
    exchange = yield frame
    if exchange is not None:
        answer, named = read_embed(ref, exchange)
        yield answering.of(frame, exchange, answer)
        if answer.positive:
            return
        place = place or named
    short = oembed_lookup(ref.id, place)
    exchange = yield short
    if exchange is not None:
        answer = read_oembed(ref, exchange, placed=place is not None)
        yield answering.of(short, exchange, answer)
        if answer.positive or answer.state is State.BLOCKED:
            return  # the feed is the same host's, and answers less often
    feed = feed_lookup(ref.id, place)
    exchange = yield feed
    if exchange is not None:
        yield answering.of(feed, exchange, read_feed(ref, exchange))


def judge(ref: PostRef, answers: Sequence[Answer]) -> Answer:
    """One state from what was asked."""
    return answering.judged(ref, answers, corroborated=SAY_SO)


def read_embed(ref: PostRef, exchange: Exchange) -> tuple[Answer, str | None]:
    """What the embed's page says, and the place that it names."""
    body = answering.body_of(exchange, hosts=HOSTS, walls=WALLS, pages=True)
    if isinstance(body, Answer):
        return body, None
    if not body.page.strip():
        return answering.unexpected("no page where one is due"), None
    page = parse(body.page)
    record = embed_record(page, ref.id, EMBED)
    if record is None:
        return _no_post(page, body, ref), None
    place = (embed_place(page, ref.id) or "").lower() or None
    title = record.post.title
    if record.fate is None and title is not None and on_page(title) is not None:
        return answering.unsaid("its title reads like Reddit's own words about a post that is gone"), place
    if record.fate is None and title is None:
        if UNSUPPORTED in body.page and not record.post.text:
            return answering.unsaid("Reddit does not embed this post"), place
        return _with(answering.unsaid("the embed names the post and shows nothing of it"), record), place
    return read_record(ref, record), place


def _no_post(page: LexborHTMLParser, body: Body, ref: PostRef) -> Answer:
    blocked = answering.wall_in(body.page, (*WALLS, *answering.WALLS))
    if blocked:
        return answering.refused(f"{blocked} where a post is due")
    about = string(dig(screen_data(page), "post"), "id")
    if about and about.startswith("t3_") and about != f"t3_{ref.id}" and _POST_ID.fullmatch(about[3:]):
        return answering.unexpected(f"the page is about the post {about[3:]}")
    own = page.css_first("shreddit-screenview-data, #canonical-url-updater, shreddit-embed, #embed-container")
    if own is not None:
        return answering.unsaid("the embed shows no post: there is none, or its community is private or closed")
    return answering.unexpected("a page that is no embed")


def read_oembed(ref: PostRef, exchange: Exchange, *, placed: bool) -> Answer:
    """What oEmbed says. placed: it was asked with the post's community."""
    body = answering.body_of(exchange, hosts=HOSTS, walls=WALLS, speaking=SPEAKING)
    if isinstance(body, Answer):
        return body
    if body.status != 200:
        said = _error(body)
        if said.kind is AnswerKind.NOT_FOUND and not placed:
            return answering.unsaid(f"HTTP {body.status} to an address without its community")
        return said
    if not isinstance(body.data, dict):
        return answering.unexpected("no JSON object")
    record = oembed_record(body.data, ref.id, OEMBED)
    if record is None:
        return answering.unexpected("the answer does not quote this post")
    if record.fate in (Fate.REMOVED, Fate.OPEN):
        return _with(answering.unsaid("the title is a placeholder of Reddit's"), record)
    return read_record(ref, record)


def read_feed(ref: PostRef, exchange: Exchange) -> Answer:
    """What the feed of the post's comments says."""
    body = answering.body_of(exchange, hosts=HOSTS, walls=WALLS, speaking=SPEAKING, pages=True)
    if isinstance(body, Answer):
        return body
    if body.status != 200:
        return _error(body)
    if "<feed" not in body.page[:4096]:
        blocked = answering.wall_in(body.page, (*WALLS, *answering.WALLS))
        return answering.refused(f"{blocked} where a feed is due") if blocked else answering.unexpected("no feed")
    records = {record.post.id: record for record in feed_records(parse(body.page), FEED)}
    record = records.get(ref.id)
    if record is None:
        return answering.unsaid("the feed does not hold the post")
    return read_record(ref, record)


def read_record(ref: PostRef, record: Record) -> Answer:
    """What a record says of the post that it is of."""
    named = None
    if place_of(ref.url) is None and place_of(record.post.url) is not None:
        named = replace(ref, url=record.post.url)
    if record.fate is Fate.DELETED:
        answer = answering.stated(State.DELETED, "Reddit says that its author deleted it", ref=named)
        return _with(answer, record)
    if record.fate is Fate.REMOVED:
        answer = answering.stated(
            State.RESTRICTED, "Reddit says that it was removed by moderators or by Reddit", ref=named
        )
        return _with(answer, record)
    if record.fate is Fate.OPEN:
        said = "what stands there is what Reddit writes of removed posts, or its author wrote it"
        return _with(answering.unsaid(said), record)
    if record.nameless and not record.post.text:
        return _with(answering.unsaid("its author is [deleted]: the post is, or their account alone"), record)
    reason = "the post is shown"
    if record.post.edited_at is not None:
        reason += ", and it was edited"
    if record.nameless:
        reason += "; its author's account is deleted"
    return answering.shown(record.post, reason, ref=named)


def _with(answer: Answer, record: Record) -> Answer:
    """The answer with what is still shown of the post."""
    return replace(answer, post=record.post)


def _error(body: Body) -> Answer:
    """What a 403 or 404 says: in JSON, of the community or of the post; in a page only a 404 does."""
    reason = string(body.data, "reason")
    if reason is not None and dig(body.data, "error") == body.status:
        if reason in REASONS:
            state, meaning = REASONS[reason]
            return answering.stated(state, f"{meaning}: HTTP {body.status}, reason {clean(reason)!r}")
        return answering.unsaid(f"HTTP {body.status}, for no known reason: {answering.quoted(reason)}")
    blocked = answering.wall_in(body.page, (*WALLS, *answering.WALLS[: answering.CHALLENGES]))
    if body.status == 403 or blocked:
        return answering.refused(f"HTTP {body.status}: refused to answer us" + (f" with {blocked}" if blocked else ""))
    return answering.not_found("HTTP 404: not found")
