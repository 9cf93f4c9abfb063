"""Does one archived copy show the post? It is fetched, stored as what it is (an archive's answer), and read."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import msgspec

from archiver.auditing.elsewhere.holdings import SLACK, WAYBACK, Holding, has_id, is_of, original_in
from archiver.capture import Job
from archiver.errors import ArchiveError, InputError, LimitError, NetworkError
from archiver.exchange import Exchange
from archiver.http1 import content_codings
from archiver.model import Post, PostRef
from archiver.platforms.base import Platform
from archiver.resolution.wayback import PLAYBACK_URL, read_memento
from archiver.store.offline import ANSWERS, spellings

MAX_HOPS = 4
"""Redirects followed from one copy."""


SAME_DAY = timedelta(days=2)
"""Pages print days in the reader's zone, or no zone."""

GZIPPED = b"\x1f\x8b"

MAX_COPY = 64 * 1024 * 1024
"""Bytes of one copy: more than any page of a post has."""


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """A copy that shows the post."""

    memento: str
    """As it was asked for: where redirects led to it, the last address."""
    original: str
    captured_at: datetime
    """As the archive says."""
    post: Post
    record_id: str | None
    evidence: tuple[str, ...]
    """Records of all exchanges, the copy first."""


def shown_by(job: Job, ref: PostRef, platform: Platform, holding: Holding) -> Shown | str:
    """The post as a copy shows it, or in a few words why it does not.

    A copy that the archive holds already is not fetched again: what was archived does not change. Where a web archive
    has no raw form of its copies, or does not answer to it, the form for readers is read.
    """
    problem = "no address"
    for url in dict.fromkeys(url for url in (holding.raw, holding.view) if url):
        found = _followed(job, ref, platform, holding, url)
        if isinstance(found, Shown):
            return found
        problem = found
        if holding.where == WAYBACK:
            break
    return problem


def _followed(job: Job, ref: PostRef, platform: Platform, holding: Holding, url: str) -> Shown | str:
    chain: list[Exchange] = []
    seen: set[str] = set()
    while url not in seen and len(seen) < MAX_HOPS:
        seen.add(url)
        try:
            exchange = _stored(job, url) or job.fetcher.fetch(url, max_bytes=MAX_COPY)
        except (NetworkError, LimitError) as error:
            return error.problem
        chain.append(exchange)
        if (target := exchange.redirect) is None:
            shown = _read(ref, platform, holding, chain)
            return shown if isinstance(shown, str) else _of_whom(job, ref, shown) or shown
        if _host(target) != _host(url) or not _stays(ref, platform, holding, target):
            return "it redirects to something else"
        url = target
    return "it redirects in a circle"


def _read(ref: PostRef, platform: Platform, holding: Holding, chain: list[Exchange]) -> Shown | str:
    exchange = chain[-1]
    memento = read_memento(exchange)
    if memento.captured is None:
        return memento.reason
    if exchange.status != 200:
        return f"a copy with HTTP status {exchange.status}"
    if exchange.truncated:
        return "the copy was cut short"
    original = original_in(exchange.url) or holding.original
    post = read_copy(ref, platform, exchange, original, memento.captured)
    if isinstance(post, str):
        return post
    evidence = tuple(dict.fromkeys(one.record_id for one in reversed(chain) if one.record_id))
    return Shown(
        memento=exchange.url,
        original=original,
        captured_at=memento.captured,
        post=post,
        record_id=exchange.record_id,
        evidence=evidence,
    )


def _of_whom(job: Job, ref: PostRef, shown: Shown) -> str:
    """What speaks against a copy being of the post that the archive knows; empty where nothing does. Names of channels
    and servers are given to others, and with them addresses of posts."""
    known = job.archive.catalogue.post(ref.key)
    if known is None:
        return ""
    before, now = known[0], shown.post
    if before.account_id and now.account_id and before.account_id != now.account_id:
        return "the copy is of another account under the same name"
    if before.created_at and now.created_at and abs(before.created_at - now.created_at) > SAME_DAY:
        return "the copy is of a post that was made at another time"
    return ""


def read_copy(ref: PostRef, platform: Platform, exchange: Exchange, original: str, captured: datetime) -> Post | str:
    """The post that the bytes of a copy show, or why they do not: no post, another one, or one that cannot be (its id
    contradicts its time, it was captured before it was made).

    original: the archived address, by which pages that name no post are known.
    """
    # the platforms read addresses as the Wayback Machine writes them, whichever archive it is
    as_played = f"{PLAYBACK_URL}{captured:%Y%m%d%H%M%S}id_/{original}"
    try:
        post = platform.read_archived(ref, msgspec.structs.replace(_unpacked(exchange), url=as_played))
    except (InputError, LimitError) as error:
        return error.problem
    if post is None:
        return "the copy does not show the post"
    if post.id != ref.id or (post.scope and ref.scope and post.scope != ref.scope):
        return "the copy shows another post"
    if wrong := platform.contradictions(post):
        return f"the copy contradicts itself: {wrong[0]}"
    made = post.created_at or platform.time_of(post.id)
    if made is not None and captured < made - SLACK:
        return "the copy is older than the post"
    return post


def _unpacked(exchange: Exchange) -> Exchange:
    """The Wayback Machine gives what a site sent compressed, at times without the header that says so, or with an empty
    one."""
    if next(exchange.iter_payload(), b"")[:2] != GZIPPED:
        return exchange
    codings = ("gzip", *content_codings(exchange.header("content-encoding")))
    others = (pair for pair in exchange.headers if pair[0].lower() != "content-encoding")
    return msgspec.structs.replace(exchange, headers=(*others, ("Content-Encoding", ", ".join(codings))))


def _stays(ref: PostRef, platform: Platform, holding: Holding, target: str) -> bool:
    named = platform.ref_from_url(target)
    return named.id == ref.id if named else has_id(ref.id, target) or is_of(ref, platform, holding.address, target)


def _stored(job: Job, url: str) -> Exchange | None:
    """A whole copy that the archive holds of this address."""
    for spelling in dict.fromkeys(spellings(url)):
        for capture in job.archive.catalogue.captures_at(spelling):
            if capture.record_type in ANSWERS and capture.status == 200 and capture.truncated is None:
                with suppress(ArchiveError):
                    exchange = job.archive.exchange(capture)
                    if exchange.header("memento-datetime"):
                        return exchange
    return None


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""
