"""What does one answer of YouTube's say of a video, or of a community post?

The page of a video holds what its player was given: the record, or a sentence why it does not play. oEmbed answers with
JSON, or with a status and one word of plain text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import urlsplit

from msgspec.structs import replace

from archiver.exchange import Exchange
from archiver.model import Answer, AnswerKind, Post, PostRef, State
from archiver.platforms import answering
from archiver.platforms.answering import Body, Walls, body_of, not_found, refused, shown, unexpected, unsaid
from archiver.platforms.base import Inquiry
from archiver.platforms.bounds import parse
from archiver.platforms.payload import objects, script_texts, values_after
from archiver.platforms.values import Json, dig, string
from archiver.platforms.youtube import endpoints
from archiver.platforms.youtube.records import community_posts, oembed_id, oembed_post, player_post, written
from archiver.platforms.youtube.sentences import read_sentences

WALLS: Walls = tuple(
    (re.compile(pattern, re.IGNORECASE), what)
    for pattern, what in (
        (r"<title>\s*before you continue|consent\.(?:youtube|google)\.com/(?:save|m\b)", "a consent page"),
        (r"<title>\s*sorry\b|/sorry/index|id=\"captcha-form\"", "a bot check"),
        (r"accounts\.google\.com/(?:v3/)?signin|<title>\s*sign in\b", "a login wall"),
    )
)

PLAYER = ("ytInitialPlayerResponse", 'ytInitialPlayerResponse"]')
DATA = ("ytInitialData", 'ytInitialData"]')

PLAYING = frozenset({"OK", "LIVE_STREAM_OFFLINE", "CONTENT_CHECK_REQUIRED"})
"""Statuses of videos that their reader can open: a stream before or after its hour, one behind a warning."""

NO_EMBEDDING = "HTTP 401: the video is there, though not for embedding (or it is private)"
FORBIDDEN = "HTTP 403 'Forbidden': said of private videos, and to readers who ask too much"


def look(ref: PostRef) -> Inquiry:
    """The page, then oEmbed; of a community post the page alone."""
    if endpoints.is_community_post(ref):
        lookup = endpoints.community_lookup(ref.id)
        exchange = yield lookup
        if exchange is not None:
            yield answering.of(lookup, exchange, read_community(ref, exchange))
        return
    for lookup, read in (
        (endpoints.watch_lookup(ref.id), read_watch),
        (endpoints.oembed_lookup(ref.id), read_oembed),
    ):
        exchange = yield lookup
        if exchange is not None:
            yield answering.of(lookup, exchange, read(ref, exchange))


def read_watch(ref: PostRef, exchange: Exchange) -> Answer:
    """What the page of a video says. Never raises on what it holds."""
    body = page_body(exchange)
    if isinstance(body, Answer):
        return body
    response = player_response(body.page)
    if response is None:
        return no_data(body)
    post = player_post(response, ref.id, endpoints.WATCH)
    playability = response.get("playabilityStatus")
    status = string(playability, "status") or ""
    if status in PLAYING:
        if post is not None:
            return _shown(ref, post, warning=_warning(playability) if status == "CONTENT_CHECK_REQUIRED" else None)
        return unexpected("the page plays another video, or none")
    said = read_sentences(_sentences(playability))
    if said is None and status.startswith("AGE_"):
        said = answering.stated(State.RESTRICTED, f"age-restricted: {answering.quoted(status)}")
    if said is None or (said.kind is AnswerKind.NOT_FOUND and status != "ERROR"):
        said = unsaid(f"not played, without a reason: {answering.quoted(status)}")
    return replace(said, post=post) if post is not None and said.kind is AnswerKind.STATED else said


def page_body(exchange: Exchange) -> Body | Answer:
    """A page of YouTube's that holds something, or what is already clear."""
    body = body_of(exchange, hosts=endpoints.HOSTS, speaking=frozenset({404}), walls=WALLS, pages=True)
    if isinstance(body, Answer):
        return body
    if (_host(exchange.url) or "").startswith(("consent.", "accounts.")):
        return refused("sent to a consent page instead of an answer")
    if not body.page.strip():
        return unexpected("JSON where a page is due") if body.data is not None else unexpected("an empty page")
    return body


def no_data(body: Body) -> Answer:
    """What a page without its data is."""
    if wall := answering.wall_in(body.page, (*WALLS, *answering.WALLS)):
        return refused(f"{wall} where a page is due")
    if body.status == 404:
        return unsaid("HTTP 404: a page that says nothing of the video")
    return unexpected("a page without the data that it is drawn from")


def player_response(page: str) -> Json | None:
    """What the page's player was given; null where the page has none. A title or a description may look like it."""
    scripts = scripts_of(page)
    for marker in PLAYER:
        for value in values_after(scripts, marker):
            if isinstance(value, Mapping) and ("playabilityStatus" in value or "videoDetails" in value):
                return value
    return None


def scripts_of(page: str) -> str:
    """What stands in the page's scripts."""
    return "\n".join(script_texts(parse(page), "ytInitial"))


def initial_data(page: str) -> Json | None:
    """What the page around the player is drawn from; null where it has none."""
    scripts = scripts_of(page)
    for marker in DATA:
        for value in values_after(scripts, marker):
            if isinstance(value, Mapping) and value:
                return value
    return None


def _sentences(playability: object) -> Iterator[str]:
    """The headline, the line below, and what else is said of a video that does not play."""
    if not isinstance(playability, Mapping):
        return
    messages = playability.get("messages")
    for value in (playability.get("reason"), *(messages[:8] if isinstance(messages, list) else ())):
        if words := written(value):
            yield words
    for node in objects(playability.get("errorScreen")):
        # `itemTitle`, in the screen of a video to be paid for, is the uploader's
        for name in ("reason", "subreason", "offerDescription"):
            if words := written(node.get(name)):
                yield words


def _warning(playability: object) -> str | None:
    return next((words.strip()[:500] for words in _sentences(playability)), None) or None


def read_oembed(ref: PostRef, exchange: Exchange) -> Answer:
    """What oEmbed says. Never raises on what it holds."""
    speaking = frozenset({400, 401, 403, 404})
    body = body_of(exchange, hosts=endpoints.HOSTS, speaking=speaking, walls=WALLS)
    if isinstance(body, Answer):
        return body
    word = body.page.strip().lower()[:40]
    if body.status != 200 or not isinstance(body.data, dict):
        return _refusal(body.status, word)
    if (about := oembed_id(body.data)) != ref.id:
        return unexpected(f"the answer is about the video {about}" if about else "an answer that names no video")
    post = oembed_post(body.data, ref.id, endpoints.OEMBED)
    return _shown(ref, post) if post is not None else unexpected("a record without a title")


def _refusal(status: int, word: str) -> Answer:
    if word == "not found" and status == 404:
        return not_found("HTTP 404: not found")
    if word == "unauthorized" and status in (200, 401):
        return unsaid(NO_EMBEDDING)
    if word == "forbidden" and status in (200, 403):
        return unsaid(FORBIDDEN)
    if word == "bad request" and status in (200, 400):
        return unsaid("HTTP 400: YouTube takes this for no video's id")
    if "<" in word:
        return refused(f"HTTP {status}: a page where JSON is due")
    return unexpected(f"HTTP {status} with {answering.quoted(word)}")


def read_community(ref: PostRef, exchange: Exchange) -> Answer:
    """What the page of a community post says. Never raises on what it holds."""
    body = page_body(exchange)
    if isinstance(body, Answer):
        return body
    data = initial_data(body.page)
    if data is None:
        return no_data(body)
    post = next((post for post in community_posts(data, endpoints.COMMUNITY) if post.id == ref.id), None)
    if post is not None:
        return _shown(ref, post)
    alerts = data.get("alerts")
    said = read_sentences(
        words
        for alert in (alerts[:8] if isinstance(alerts, list) else ())
        if (words := written(dig(alert, "alertRenderer", "text")))
    )
    if said is None or said.kind is AnswerKind.NOT_FOUND:
        # "This post is unavailable" is said of deleted posts, and of posts for members
        return unsaid("a page without the post" + (f": {said.reason}" if said else ""))
    return said


def _shown(ref: PostRef, post: Post, warning: str | None = None) -> Answer:
    if warning:
        post = replace(post, warning=warning)
    return shown(post, ref=replace(ref, handle=post.handle) if post.handle and post.handle != ref.handle else None)


def judge(ref: PostRef, answers: Sequence[Answer]) -> Answer:
    """One state. A bare "unavailable" counts where both the page and oEmbed say it."""
    return answering.judged_together(ref, answers)


def _host(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None
