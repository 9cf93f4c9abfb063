"""What every answer is asked first: does it come from the platform at all, and is it about the post or about us?

`body_of` gives either the body to read, or the `Answer` that is already clear: a server that failed, a refusal to us, a
wall in the place of the answer, an answer of somebody else. What is left says something, and the platform's own reader
knows what. `judged` draws one state from several answers. `Answer`s are made by the functions named after their kinds,
so that no reader forgets what kind of statement it has.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

import msgspec
from msgspec.structs import replace

from archiver.errors import ArchiverError, LimitError
from archiver.exchange import Exchange
from archiver.model import Answer, AnswerKind, Post, PostRef, State
from archiver.platforms.base import Lookup
from archiver.platforms.fullest import combined, fullest_first
from archiver.platforms.values import clean, parse_json

MAX_ANSWER = 8 * 1024 * 1024
"""Bytes of one answer that are read: a full record has below 100 kB, a page of posts below 2 MB."""

MAX_SHELL = 65_536
"""Code points of an HTML page in which the kind of refusal is looked for: walls say what they are in their head."""

REFUSING = frozenset({401, 403, 407, 418, 420, 429, 432, 451, 999})
"""Statuses that are about us, unless a platform says otherwise: 418 and 432 are Weibo's, 420 was X's, 999 LinkedIn's;
451 is said by whoever stands between, not of the post alone (RFC 7725)."""

Walls = tuple[tuple[re.Pattern[str], str], ...]

WALLS: Walls = tuple(
    (re.compile(pattern, re.IGNORECASE), what)
    for pattern, what in (
        (r"<title>\s*(?:just a moment|attention required)|/cdn-cgi/challenge-platform/|\bcf-chl-", "a bot check"),
        (r"\bg-recaptcha\b|\bh-captcha\b|<title>[^<]{0,60}\bcaptcha\b", "a bot check"),
        (r"\bunusual (?:activity|traffic)\b", "a bot check"),
        (r"<title>[^<]{0,80}\bconsent\b|\bid=\"consent|consent\.(?:youtube|google)\.com", "a consent page"),
        (
            r"<title>[^<]{0,40}\b(?:log ?in|sign ?in|login)\b|action=\"[^\"]{0,200}/(?:login|sessions|signin)\b",
            "a login wall",
        ),
    )
)
"""How pages look that stand in the way of an answer, whoever serves them; the first ones may come with any status."""

CHALLENGES = 3

LOGIN_PATH = re.compile(
    r"/(?:[\w/-]{0,40}/)?(?:login|signin|sign_in|authwall|checkpoint|consent|challenge|passport)\b", re.IGNORECASE
)


class Body(msgspec.Struct, frozen=True, kw_only=True):
    """An answer of the platform's own that says something: its status, and what it holds."""

    status: int
    data: object
    """The JSON value; null where it is none."""
    page: str
    """The text, where it is no JSON; else empty."""
    exchange: Exchange


def body_of(
    exchange: Exchange,
    *,
    hosts: Sequence[str],
    speaking: frozenset[int] = frozenset(),
    walls: Walls = (),
    pages: bool = False,
    limit: int = MAX_ANSWER,
) -> Body | Answer:
    """The body that the platform's reader has to look at, or what is already clear.

    hosts: registered domains of which the answer has to come (after redirects). speaking: statuses other than 200 that
    tell of the post on this endpoint; any other is about us or about the server. walls: the platform's own pages that
    stand in the way, besides `WALLS`. pages: the endpoint answers with pages, which hold people's own words: those are
    not searched for signs of a wall here; the reader asks `wall_in` once it has found no post. limit: bytes read.

    Never raises on what the answer holds.
    """
    status = exchange.status
    if not from_hosts(exchange.url, hosts):
        if LOGIN_PATH.search(_path(exchange.url)):
            return refused("sent to a login or consent page instead of an answer")
        return refused(f"the answer comes from {_host(exchange.url) or 'nowhere'}, which is not the platform's")
    if 300 <= status < 400 and status not in speaking:
        target = exchange.header("location") or ""
        where = "to a login or consent page" if LOGIN_PATH.search(_path(target)) else "elsewhere"
        return refused(f"HTTP {status}: sent {where} instead of an answer")
    if (status >= 500 and status not in speaking and status not in REFUSING) or status == 408:
        return failed(f"HTTP {status}: the endpoint failed")
    try:
        raw = exchange.payload(limit)
    except LimitError:
        return unexpected(f"the answer is larger than {limit:,} bytes")
    except ArchiverError as error:
        return failed(f"the answer cannot be decoded: {error.problem}")
    data = parse_json(raw) if raw.lstrip()[:1] in (b"{", b"[", b'"') else None
    page = raw.decode("utf-8", "replace") if data is None else ""
    answers = status == 200 or status in speaking
    blocked = None
    if not (pages and answers):
        blocked = wall_in(page, (*WALLS[:CHALLENGES], *walls) if status in speaking else (*walls, *WALLS))
    if not answers:
        if status in REFUSING:
            return refused(f"HTTP {status}: refused to answer us" + (f" with {blocked}" if blocked else ""))
        return unexpected(f"HTTP {status}: the endpoint did not take the question")
    if blocked:
        return refused(f"{blocked} where an answer is due" + (f" (HTTP {status})" if status != 200 else ""))
    if exchange.truncated:
        return failed(f"the answer was cut short ({exchange.truncated})")
    return Body(status=status, data=data, page=page, exchange=exchange)


def wall_in(page: str, walls: Walls = WALLS) -> str | None:
    """What stands in the answer's place; null for anything else. Only a page's beginning is looked at."""
    if "<" not in page[:MAX_SHELL]:
        return None
    return next((what for pattern, what in walls if pattern.search(page[:MAX_SHELL])), None)


def from_hosts(url: str, hosts: Sequence[str]) -> bool:
    """Whether a URL's host is one of these domains or below one."""
    host = _host(url)
    return any(host == own or host.endswith("." + own) for own in hosts)


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""


def _path(url: str) -> str:
    try:
        return urlsplit(url).path
    except ValueError:
        return ""


# -- answers by their kind


def shown(post: Post, reason: str = "the post is shown", *, ref: PostRef | None = None) -> Answer:
    """The post is readable; `edited` where its record says that it was changed."""
    edited = post.edited_at is not None or len(post.edits) > 1
    if edited and reason == "the post is shown":
        reason = "the post is shown, and it was edited"
    state = State.EDITED if edited else State.LIVE
    return Answer(state=state, reason=reason, post=post, positive=True, kind=AnswerKind.SHOWN, ref=ref)


def stated(state: State, reason: str, *, ref: PostRef | None = None) -> Answer:
    """The platform says itself what has become of the post."""
    return Answer(state=state, reason=reason, positive=True, kind=AnswerKind.STATED, ref=ref)


def not_found(reason: str) -> Answer:
    """A bare "not found": `deleted`, but not yet to be relied on."""
    return Answer(state=State.DELETED, reason=reason, kind=AnswerKind.NOT_FOUND)


def unsaid(reason: str) -> Answer:
    """The platform answers us without the post, and deleted, private and restricted look alike."""
    return Answer(state=State.UNRESOLVED, reason=reason, kind=AnswerKind.UNSAID)


def refused(reason: str) -> Answer:
    """The answer is about us."""
    return Answer(state=State.BLOCKED, reason=reason, kind=AnswerKind.REFUSED)


def failed(reason: str) -> Answer:
    """The server failed, or its answer did not arrive whole."""
    return Answer(state=State.UNREACHABLE, reason=reason, kind=AnswerKind.FAILED)


def unexpected(reason: str) -> Answer:
    """A shape that is not known here: its bytes are kept, nothing is concluded."""
    return Answer(state=State.UNRESOLVED, reason=f"unexpected answer: {reason}", kind=AnswerKind.UNEXPECTED)


def not_public(reason: str) -> Answer:
    """Nobody can be asked about this without signing in."""
    return Answer(state=State.UNRESOLVED, reason=reason, kind=AnswerKind.NOT_PUBLIC)


def identity(reason: str, *, ref: PostRef | None = None, state: State = State.UNRESOLVED) -> Answer:
    """It tells of the account. `state`, unless unresolved: what that means for its posts, in the platform's words."""
    return Answer(state=state, reason=reason, kind=AnswerKind.IDENTITY, ref=ref, positive=state is not State.UNRESOLVED)


def of(lookup: Lookup, exchange: Exchange, answer: Answer) -> Answer:
    """The answer with the endpoint that gave it and the record that holds it."""
    post = answer.post
    if post is not None and not post.seen_in:
        post = replace(post, seen_in=lookup.endpoint)
    return replace(answer, endpoint=lookup.endpoint, record_id=exchange.record_id, post=post)


def quoted(sentence: str) -> str:
    """A platform's own words, for a reason: in quotes, cut, without line breaks."""
    return repr(clean(" ".join(sentence.split())[:160]))


# -- one state from several answers

STATED_FIRST = (
    State.SUSPENDED,
    State.ACCOUNT_GONE,
    State.RESTRICTED,
    State.PROTECTED,
    State.MOVED,
    State.DELETED,
)
"""What counts where the platform says more than one thing of a missing post: what happened to the account explains why
the post is gone."""


def judged(ref: PostRef, answers: Sequence[Answer], *, corroborated: int = 1) -> Answer:
    """One state from all answers about one post, with the fullest record among them.

    corroborated: so many endpoints have to say "not found" before it counts as "deleted".

    Shown beats silence. Where one endpoint shows the post and another says that it is gone, in words or by a bare "not
    found", nothing is decided. What the platform says in words beats a bare "not found". An answer about us says
    nothing about the post.
    """
    verdict = _verdict(answers, corroborated)
    posts = fullest_first(a.post for a in answers if a.post is not None)
    about = [a for a in answers if a.kind is not AnswerKind.IDENTITY or a.positive] or list(answers)
    why = "; ".join(f"{a.endpoint}: {a.reason}" if a.endpoint else a.reason for a in about)
    alike = [a for a in answers if a.state == verdict.state and a.record_id]
    names = next((a.ref for a in answers if a.ref is not None), None)
    return replace(
        verdict,
        reason=f"{verdict.reason} ({why})" if why else verdict.reason,
        post=posts[0] if posts else None,
        endpoint="+".join(dict.fromkeys(a.endpoint for a in answers if a.endpoint)),
        record_id=next((a.record_id for a in (*alike, *answers) if a.record_id), None),
        ref=names or ref,
        contradictions=tuple(dict.fromkeys(said for a in answers for said in a.contradictions)),
        proven=any(a.proven and a.state is verdict.state for a in answers),
    )


def judged_together(ref: PostRef, answers: Sequence[Answer]) -> Answer:
    """As `judged`, where two endpoints have to say "not found"; with the record that all answers make together."""
    verdict = judged(ref, answers, corroborated=2)
    return replace(verdict, post=combined(a.post for a in answers if a.post is not None))


def _verdict(answers: Sequence[Answer], corroborated: int) -> Answer:
    readable = [a for a in answers if a.state.readable]
    words = [a for a in answers if a.kind in (AnswerKind.STATED, AnswerKind.IDENTITY) and a.positive]
    bare = [a for a in answers if a.kind is AnswerKind.NOT_FOUND]
    missing = [a for a in words if a.state.missing]
    if readable:
        if any(a.state is State.RESTRICTED for a in missing):
            return _judgement(State.RESTRICTED, "said to be restricted, though one endpoint shows it", positive=True)
        if missing or bare:
            return _judgement(State.UNRESOLVED, "the answers contradict each other")
        moved = any(a.state is State.MOVED for a in readable)
        edited = any(a.state is State.EDITED for a in readable)
        state = State.MOVED if moved else State.EDITED if edited else State.LIVE
        return _judgement(
            state, {State.MOVED: "moved", State.EDITED: "shown, and edited"}.get(state, "shown"), positive=True
        )
    if missing:
        state = next(state for state in STATED_FIRST if any(a.state is state for a in missing))
        return _judgement(state, "the platform says so", positive=True)
    if bare:
        said = len({a.endpoint for a in bare})
        if said >= corroborated:
            each = "both endpoints say" if said == 2 else "every endpoint says" if said > 1 else "it says"
            return _judgement(State.DELETED, f"{each} that there is no such post", positive=True)
        return _judgement(State.UNRESOLVED, "one endpoint says that it is gone, and no other confirms it")
    for state in (State.UNRESOLVED, State.BLOCKED, State.UNREACHABLE):
        if any(a.state is state and a.kind is not AnswerKind.IDENTITY for a in answers):
            return _judgement(state, "no endpoint told of the post")
    return _judgement(State.UNRESOLVED, "no endpoint told of the post")


def _judgement(state: State, reason: str, *, positive: bool = False) -> Answer:
    return Answer(state=state, reason=reason, positive=positive)
