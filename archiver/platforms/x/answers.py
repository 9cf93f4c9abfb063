"""What an answer of X's public endpoints says of a post: its state, on what that rests, and the record.

`read_answer` reads one answer; `judge` draws one state from several. Of the two, only `judge` says "deleted" for good:
a "not found" from one endpoint may be a refusal in disguise, so both have to agree. What X says in its own words
(`tombstones`) counts as said; a refusal to us (401, 403, 429, a login or bot page) says nothing about the post.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from msgspec.structs import replace

from archiver.errors import LimitError
from archiver.exchange import Exchange
from archiver.model import Answer, AnswerKind, Post, PostRef, State
from archiver.platforms.base import Lookup
from archiver.platforms.values import clean, dig, string
from archiver.platforms.x.endpoints import OEMBED, SYNDICATION
from archiver.platforms.x.quotation import quoted_post
from archiver.platforms.x.records import entries, syndication_post
from archiver.platforms.x.tombstones import read_sentence

MAX_ANSWER = 8 * 1024 * 1024
"""Bytes of one JSON answer that are read; a full record is below 100 kB."""

MAX_SHELL = 65_536
"""Code points of an HTML page in which the kind of refusal is looked for: walls say what they are in their head."""

OWN_HOSTS = ("twitter.com", "x.com", "twimg.com")

GONE = frozenset({404, 410})
REFUSED = frozenset({401, 403, 407, 420, 429, 451})
"""420 was X's own rate limit status; 451 is said by whoever stands between, not of the post alone (RFC 7725)."""

NOT_AUTHORIZED = re.compile(r"\s*sorry, you are not authorized to see this (?:status|post|tweet)\b", re.IGNORECASE)
SUSPENDED_ERROR = re.compile(r"(?i)\s*(?:sorry, )?(?:that|this) (?:user|account) (?:has been|is) suspended\b")
ABOUT_US = re.compile(
    r"(?i)\b(?:rate ?limit|too many|try again|temporar|denied|blocked|automated|bots?\b|authenticat|"
    r"log(?:ged)? ?in|sign(?:ed)? ?in|credential|token|unusual|suspicious)"
)
"""Words with which a refusal speaks of whoever asks."""

WALLS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), what)
    for pattern, what in (
        (r"https?://(?:x|twitter)\.com/x/migrate\b", "the page that moves a visitor from twitter.com to x.com"),
        (r"<title>\s*just a moment|/cdn-cgi/challenge-platform/|\bcf-chl-|\bg-recaptcha\b", "a bot check"),
        (r"\bunusual (?:activity|traffic)\b", "a bot check"),
        (r"<title>[^<]{0,80}\bconsent\b|\bid=\"consent", "a consent page"),
        (r"/i/flow/login|<title>\s*log ?in\b|action=\"[^\"]{0,200}/(?:login|sessions)\"", "a login wall"),
        (r"id=\"react-root\"|javascript is (?:not available|disabled)", "an empty page without the post"),
    )
)
CHALLENGES = 3
"""The first rules of `WALLS`: a challenge may come with any status, even 404."""

LOGIN_PATHS = re.compile(r"/(?:i/flow/login|login|account/access|x/migrate|consent)\b", re.IGNORECASE)

EMPTY = "an empty answer, which states no reason"
"""`{}` comes for posts that are gone and for requests that the endpoint does not like: half a statement."""

UNEXPLAINED_TOMBSTONE = "a tombstone without a stated reason"

STATING_CODES = {
    63: (State.SUSPENDED, "the account is suspended"),
    179: (State.PROTECTED, "the author limits who can see the post"),
}
"""Codes of X's JSON errors that are about the account (https://developer.x.com/en/support/x-api/error-troubleshooting)."""

REFUSING_CODES = frozenset({32, 88, 89, 215, 326, 453})
"""Codes of X's JSON errors that are about us: no or bad credentials, rate limit, locked, access level."""


def read_answer(lookup: Lookup, ref: PostRef, exchange: Exchange) -> Answer:
    """What one endpoint's answer says of the post.

    `lookup` says what was asked, `ref` of which post, `exchange` is the final answer. Never raises on what the answer
    holds: an answer that cannot be read says `unresolved`.
    """
    answer = _read(lookup, ref, exchange)
    return replace(answer, endpoint=lookup.endpoint, record_id=exchange.record_id)


def _read(lookup: Lookup, ref: PostRef, exchange: Exchange) -> Answer:
    status = exchange.status
    if not _own_host(exchange.url):
        return _says(State.BLOCKED, f"the answer comes from {urlsplit(exchange.url).hostname or 'nowhere'}, not from X")
    if 300 <= status < 400:
        target = exchange.header("location") or ""
        where = "to a login or consent page" if LOGIN_PATHS.search(target) else "elsewhere"
        return _says(State.BLOCKED, f"HTTP {status}: sent {where} instead of an answer")
    if status >= 500 or status == 408:
        return _says(State.UNREACHABLE, f"HTTP {status}: the endpoint failed")
    try:
        body = exchange.payload(MAX_ANSWER)
    except LimitError:
        return _says(State.UNRESOLVED, f"the answer is larger than {MAX_ANSWER:,} bytes")
    data = _json(body)
    page = "" if isinstance(data, (dict, list)) else body[: 4 * MAX_SHELL].decode("utf-8", "replace")[:MAX_SHELL]
    if status in GONE:
        return _not_found(exchange, data, page)
    if status in REFUSED:
        return _refusal(lookup, status, data, page)
    if status != 200:
        return _says(State.UNRESOLVED, f"HTTP {status}: the endpoint did not take the question")
    if exchange.truncated:
        return _says(State.UNREACHABLE, f"the answer was cut short ({exchange.truncated})")
    if not isinstance(data, dict):
        return _no_json(exchange, page)
    return _oembed(ref, data) if lookup.endpoint == OEMBED else _syndication(ref, data)


def _not_found(exchange: Exchange, data: object, page: str) -> Answer:
    """What an answer with the status "not found" is: that, unless what it brings says something else."""
    status = exchange.status
    if wall := _wall(page, CHALLENGES):
        return _says(State.BLOCKED, f"HTTP {status} with {wall}")
    if exchange.truncated:
        return _says(State.UNREACHABLE, f"the answer was cut short ({exchange.truncated})")
    if isinstance(data, dict):
        if data.get("__typename") == "TweetTombstone":
            return _tombstone(data)
        if string(data, "id_str") or "html" in data:
            return _says(State.UNRESOLVED, f"HTTP {status} with a record")
        stated = _errors(data)
        if stated.positive or stated.state is State.BLOCKED:
            return stated
    return _says(State.DELETED, f"HTTP {status}: not found", positive=False)


def _syndication(ref: PostRef, data: dict[str, Any]) -> Answer:
    kind = data.get("__typename")
    if kind == "TweetTombstone":
        return _tombstone(data)
    if kind == "TweetUnavailable":
        return _unavailable(data)
    if not data:
        return _says(State.UNRESOLVED, EMPTY)
    if kind not in (None, "Tweet"):
        return _says(State.UNRESOLVED, f"an answer of the unknown kind {str(kind)[:40]!r}")
    found = string(data, "id_str")
    if found is None:
        return _errors(data)
    versions = dig(data, "edit_control", "edit_tweet_ids")
    if found != ref.id and not (isinstance(versions, list) and ref.id in versions):
        return _says(State.UNRESOLVED, f"the answer is about the post {found[:20]}, not about {ref.id}")
    post = syndication_post(data, found)
    if post is None:
        return _says(State.UNRESOLVED, "a record without text")
    return _shown(ref, post, edited=bool(data.get("isEdited") or data.get("isStaleEdit") or found != ref.id))


def _oembed(ref: PostRef, data: dict[str, Any]) -> Answer:
    if "html" not in data:
        return _errors(data)
    post = quoted_post(data, ref.id)
    if post is None:
        return _says(State.UNRESOLVED, "the answer does not quote this post")
    return _shown(ref, post, edited=False)


def _shown(ref: PostRef, post: Post, *, edited: bool) -> Answer:
    edited = edited or len(post.edits) > 1
    reason = "the post is shown, and it was edited" if edited else "the post is shown"
    if ref.handle and post.handle and ref.handle.lower() != post.handle.lower():
        reason += f"; its account is now @{post.handle}, cited as @{ref.handle}"
    return _says(State.EDITED if edited else State.LIVE, reason, positive=True, post=post)


def _tombstone(data: Mapping[str, Any]) -> Answer:
    text = dig(data, "tombstone", "text", "text")
    if not isinstance(text, str) or not text.strip():
        return _says(State.UNRESOLVED, UNEXPLAINED_TOMBSTONE)
    said = read_sentence(text)
    quote = clean(" ".join(text.split())[:160])
    if said is None:
        return _says(State.UNRESOLVED, f"a tombstone that states no known reason: {quote!r}")
    state, meaning = said
    return _says(state, f"{meaning}: {quote!r}", positive=True)


UNAVAILABLE_REASONS = {
    "Suspended": (State.SUSPENDED, "the account is suspended"),
    "Protected": (State.PROTECTED, "the author limits who can see the post"),
    "NsfwLoggedOut": (State.RESTRICTED, "age-restricted"),
    "NsfwViewerHasNoStatedAge": (State.RESTRICTED, "age-restricted"),
    "NsfwViewerIsUnderage": (State.RESTRICTED, "age-restricted"),
}
"""What `TweetUnavailable.reason` of X's web JSON states."""


def _unavailable(data: Mapping[str, Any]) -> Answer:
    found = UNAVAILABLE_REASONS.get(string(data, "reason") or "")
    if found is None:
        return _says(State.UNRESOLVED, "unavailable, without a stated reason")
    return _says(found[0], f"{found[1]}: reason {data['reason']!r}", positive=True)


def _errors(data: Mapping[str, Any]) -> Answer:
    codes = {code for error in entries(data.get("errors")) if isinstance(code := error.get("code"), int)}
    if codes & REFUSING_CODES:
        return _says(State.BLOCKED, f"X refused us with error code {min(codes & REFUSING_CODES)}")
    for code in sorted(codes & STATING_CODES.keys()):
        state, meaning = STATING_CODES[code]
        return _says(state, f"{meaning}: error code {code}", positive=True)
    return _says(State.UNRESOLVED, "an answer without a post")


def _refusal(lookup: Lookup, status: int, data: object, page: str) -> Answer:
    error = string(data, "error") or ""
    if status == 403 and lookup.endpoint == OEMBED and isinstance(data, dict):
        if NOT_AUTHORIZED.match(error):
            return _says(
                State.PROTECTED,
                "HTTP 403: not shown to signed-out readers (a protected account, or an age restriction)",
                positive=True,
            )
        if SUSPENDED_ERROR.match(error):
            return _says(State.SUSPENDED, f"HTTP 403: {clean(error[:160])!r}", positive=True)
        stated = _errors(data)
        if stated.positive or stated.state is State.BLOCKED:
            return stated
        if ABOUT_US.search(error[:600]):
            return _says(State.BLOCKED, f"HTTP 403: X refused us: {clean(error[:160])!r}")
        if error:
            # X's oEmbed answers so for suspended accounts, but a refusal to us may look the same: not yet a statement.
            return _says(State.SUSPENDED, f"HTTP 403 with an error of X's own: {clean(error[:160])!r}", positive=False)
    wall = _wall(page, len(WALLS))
    return _says(State.BLOCKED, f"HTTP {status}: X refused us" + (f" with {wall}" if wall else ""))


def _no_json(exchange: Exchange, page: str) -> Answer:
    if not page.strip():
        return _says(State.UNRESOLVED, "an empty body")
    if wall := _wall(page, len(WALLS)):
        return _says(State.BLOCKED, f"{wall} where JSON is due")
    if exchange.content_type in ("text/html", "application/xhtml+xml") or page.lstrip()[:1] == "<":
        return _says(State.BLOCKED, "a page where JSON is due")
    return _says(State.UNRESOLVED, "an answer that is not JSON")


def _wall(page: str, rules: int) -> str | None:
    return next((what for pattern, what in WALLS[:rules] if pattern.search(page)), None) if page else None


def _json(body: bytes) -> object:
    """The value, or null where the body is no JSON (also: nested or numbered beyond what Python reads)."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _own_host(url: str) -> bool:
    try:
        host = (urlsplit(url).hostname or "").lower()
    except ValueError:
        return False
    return any(host == own or host.endswith("." + own) for own in OWN_HOSTS)


KINDS = {
    State.DELETED: AnswerKind.NOT_FOUND,
    State.BLOCKED: AnswerKind.REFUSED,
    State.UNREACHABLE: AnswerKind.FAILED,
    State.SUSPENDED: AnswerKind.UNSAID,
}
"""What kind of statement a state is that X does not say in words."""

SILENT = frozenset({EMPTY, UNEXPLAINED_TOMBSTONE})


def _says(state: State, reason: str, *, positive: bool = False, post: Post | None = None) -> Answer:
    if post is not None:
        kind = AnswerKind.SHOWN
    elif positive:
        kind = AnswerKind.STATED
    else:
        kind = KINDS.get(state, AnswerKind.UNSAID if reason in SILENT else AnswerKind.UNEXPECTED)
    return Answer(state=state, reason=reason, positive=positive, post=post, kind=kind)


STATED = (State.SUSPENDED, State.ACCOUNT_GONE, State.RESTRICTED, State.PROTECTED)
"""States that X's words alone establish. `protected` last: oEmbed says it of age-restricted posts, too."""


def judge(ref: PostRef, answers: Sequence[Answer]) -> Answer:
    """One state from all answers about one post, with the best record among them.

    Shown beats silence; X's words beat a bare "not found"; "shown" against "gone" is a contradiction and decides
    nothing. "Deleted" needs both: oEmbed's 404, and of the embed's endpoint a 404, an empty answer or the sentence.
    """
    verdict = _verdict(answers)
    best = _best_record(ref, answers)
    why = "; ".join(f"{a.endpoint or 'answer'}: {a.reason}" for a in answers)
    return replace(
        verdict,
        kind=None,
        reason=f"{verdict.reason} ({why})" if why else verdict.reason,
        post=best,
        endpoint="+".join(dict.fromkeys(a.endpoint for a in answers if a.endpoint)),
        record_id=next((a.record_id for a in answers if a.state == verdict.state and a.record_id), None)
        or next((a.record_id for a in answers if a.record_id), None),
    )


def _verdict(answers: Sequence[Answer]) -> Answer:
    shown = [a for a in answers if a.state.readable]
    stated = [a for a in answers if a.positive and a.state in STATED]
    gone = [a for a in answers if a.state is State.DELETED]
    if shown:
        restricted = [a for a in stated if a.state is State.RESTRICTED]
        if restricted:
            return _says(State.RESTRICTED, "X says that it is restricted, though one endpoint shows it", positive=True)
        if stated or gone:
            return _says(State.UNRESOLVED, "the answers contradict each other")
        edited = any(a.state is State.EDITED for a in shown)
        return _says(State.EDITED if edited else State.LIVE, "shown, and edited" if edited else "shown", positive=True)
    if stated:
        if any(a.positive for a in gone):
            return _says(State.UNRESOLVED, "the answers contradict each other")
        state = next(state for state in STATED if any(a.state is state for a in stated))
        return _says(state, "X says so", positive=True)
    half_said = [a for a in answers if a.state in STATED]
    if half_said and any(_shows_nothing(a) for a in answers):
        # A refusal to us would have met the other endpoint, too; and a control post has to be readable in the run.
        return _says(half_said[0].state, "one endpoint refuses the post and the other does not have it", positive=True)
    if gone:
        return _gone(answers, gone)
    if half_said:
        return _says(State.UNRESOLVED, "refused in a way that may be about the account or about us")
    return _says(_no_news(answers), "no endpoint told of the post")


def _shows_nothing(answer: Answer) -> bool:
    """The embed's endpoint answered us, and without the post."""
    return answer.endpoint == SYNDICATION and (
        answer.state is State.DELETED or answer.reason in (EMPTY, UNEXPLAINED_TOMBSTONE)
    )


def _gone(answers: Sequence[Answer], gone: Sequence[Answer]) -> Answer:
    embed_page = [a for a in answers if a.endpoint == SYNDICATION]
    agrees = any(a in gone or a.reason == EMPTY for a in embed_page)
    if agrees and any(a.endpoint == OEMBED for a in gone):
        return _says(State.DELETED, "both endpoints say that it is gone", positive=True)
    return _says(State.UNRESOLVED, "one endpoint says that it is gone, and the other does not confirm it")


def _no_news(answers: Sequence[Answer]) -> State:
    """Why nothing is known: a doubtful answer before a refusal, a refusal before a failed connection."""
    states = {a.state for a in answers}
    return next((s for s in (State.UNRESOLVED, State.BLOCKED, State.UNREACHABLE) if s in states), State.UNRESOLVED)


def _best_record(ref: PostRef, answers: Sequence[Answer]) -> Post | None:
    """The fullest record: of the id asked for, from the embed's endpoint before oEmbed."""
    posts = [a.post for a in answers if a.post is not None]
    posts.sort(key=lambda post: (post.id != ref.id, post.seen_in != SYNDICATION, post.text is None))
    return posts[0] if posts else None
