"""What does one answer of TikTok's say of a video?

The page and the frame show it, or say in a code and a word why not; oEmbed shows it, or refuses with HTTP 400 whatever
is gone, private or shut off. Bot checks come as small pages with HTTP 200, often empty.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from msgspec.structs import replace

from archiver.exchange import Exchange
from archiver.model import Answer, AnswerKind, Post, PostRef, State
from archiver.platforms import answering
from archiver.platforms.answering import Body, Walls, body_of, refused, shown, stated, unexpected, unsaid
from archiver.platforms.base import Inquiry
from archiver.platforms.bounds import parse
from archiver.platforms.tiktok import endpoints, scripts
from archiver.platforms.tiktok.records import oembed_id, oembed_post, record_post
from archiver.platforms.tiktok.states import read_state
from archiver.platforms.values import Json, whole

WALLS: Walls = tuple(
    (re.compile(pattern, re.IGNORECASE), what)
    for pattern, what in (
        (r"slardarwaf|_wafchallengeid|\bwaf-?jschallenge", "a bot check"),
        (r"captcha[-_]verify|verify-bar|/captcha/|<title>\s*(?:security check|please wait)", "a bot check"),
        (r"<title>\s*log ?in\b|id=\"loginContainer", "a login wall"),
    )
)

OTHER_COUNTRY = re.compile(r"/(?:[a-z]{2}(?:-[a-z]{2})?/)?(?:about|notfound)\b", re.IGNORECASE)
"""Where readers are sent in whose country TikTok is not offered."""

REFUSAL = "HTTP 400: oEmbed refuses it, as it refuses what is gone, private or shut off"


def look(ref: PostRef) -> Inquiry:
    """The page, then oEmbed; then the frame, where neither showed the video nor said why not."""
    heard: list[Answer] = []
    for lookup, read in (
        (endpoints.page_lookup(ref.id), read_page),
        (endpoints.oembed_lookup(ref.id), read_oembed),
        (endpoints.embed_lookup(ref.id), read_frame),
    ):
        if lookup.endpoint == endpoints.EMBED and any(a.positive or a.kind is AnswerKind.NOT_FOUND for a in heard):
            return
        exchange = yield lookup
        if exchange is not None:
            heard.append(answering.of(lookup, exchange, read(ref, exchange)))
            yield heard[-1]


def read_page(ref: PostRef, exchange: Exchange) -> Answer:
    """What the video's page says. Never raises on what it holds."""
    return _read_scripts(ref, exchange, endpoints.PAGE)


def read_frame(ref: PostRef, exchange: Exchange) -> Answer:
    """What the page in the embed's frame says. Never raises on what it holds."""
    return _read_scripts(ref, exchange, endpoints.EMBED)


def _read_scripts(ref: PostRef, exchange: Exchange, endpoint: str) -> Answer:
    body = page_body(exchange)
    if isinstance(body, Answer):
        return body
    if ref.id not in (path := _path(exchange.url)):
        if answering.LOGIN_PATH.match(path):
            return refused("sent to a login page instead of an answer")
        if OTHER_COUNTRY.match(path):
            return refused("sent to the page for countries in which TikTok is not offered")
        return unexpected("sent to another page than the video's")
    page = parse(body.page)
    found = scripts.frame(page, ref.id) if endpoint == endpoints.EMBED else scripts.detail(page, ref.id)
    if found is None:
        return empty_page(body)
    said = read_state(found.code, found.word)
    post = record_post(found.item, ref.id, endpoint) if found.item is not None else None
    if said is not None:
        return replace(said, post=post) if post is not None and said.kind is AnswerKind.STATED else said
    if found.item is None:
        return unexpected("a page without a video, and without a reason")
    if found.item.get("isContentClassified") is True and not found.item.get("video"):
        return replace(stated(State.RESTRICTED, "not shown to signed-out readers for its content (age)"), post=post)
    if post is None:
        return unexpected("the page's record is not of this video")
    return _shown(ref, post)


def page_body(exchange: Exchange) -> Body | Answer:
    """A page of TikTok's that holds something, or what is already clear."""
    body = body_of(exchange, hosts=(endpoints.HOST,), speaking=frozenset({400, 404}), walls=WALLS, pages=True)
    if isinstance(body, Body) and not body.page.strip():
        return unexpected("JSON where a page is due") if body.data is not None else refused("an empty page")
    return body


def empty_page(body: Body) -> Answer:
    """Which wall a page without its data is."""
    if wall := answering.wall_in(body.page, (*WALLS, *answering.WALLS)):
        return refused(f"{wall} where a page is due")
    return refused("a page without the data that it is drawn from, as visitors get it whom TikTok takes for robots")


def read_oembed(ref: PostRef, exchange: Exchange) -> Answer:
    """What oEmbed says. Never raises on what it holds."""
    body = body_of(exchange, hosts=(endpoints.HOST,), speaking=frozenset({400, 404}), walls=WALLS)
    if isinstance(body, Answer):
        return body
    if not isinstance(body.data, dict):
        return refused("a page where JSON is due") if "<" in body.page[:2000] else unexpected("no JSON")
    if body.status != 200 or "title" not in body.data:
        return _refusal(body.status, body.data)
    if (about := oembed_id(body.data)) != ref.id:
        return unexpected(f"the answer is about the video {about}" if about else "an answer that names no video")
    post = oembed_post(body.data, ref.id, endpoints.OEMBED)
    return _shown(ref, post) if post is not None else unexpected("a record without a caption")


def _refusal(status: int, data: Json) -> Answer:
    code = whole(data.get("code"))
    if code is None:
        code = whole(data.get("status_code"))
    if code in (400, 404):
        return unsaid(REFUSAL)
    return unexpected(f"HTTP {status} with code {code}")


def _shown(ref: PostRef, post: Post) -> Answer:
    reason = "the post is shown"
    if ref.handle and post.handle and ref.handle.lower() != post.handle.lower():
        reason += f"; its account is now @{post.handle}, cited as @{ref.handle}"
    return shown(post, reason, ref=post.ref if post.handle else None)


def judge(ref: PostRef, answers: Sequence[Answer]) -> Answer:
    """One state. "No such video" counts where oEmbed, which gives no reasons, does not show it either."""
    if any(a.kind is AnswerKind.NOT_FOUND for a in answers):
        answers = [
            replace(a, kind=AnswerKind.NOT_FOUND, state=State.DELETED) if a.reason == REFUSAL else a for a in answers
        ]
    return answering.judged_together(ref, answers)


def _path(url: str) -> str:
    try:
        return urlsplit(url).path
    except ValueError:
        return ""
