"""What does an answer of Tumblr's public endpoints say of a post?

A post that is not there gets 404 from the API, from oEmbed and as a page; so does one of a blog that is gone, so the
blog itself is asked for then. Blogs that show themselves to signed-in readers only lead to a page that says so: whether
the post is there stays unsaid. A blog under a domain of its own answers from there, which is not Tumblr's word.
"""

from __future__ import annotations

from collections.abc import Sequence

from archiver.exchange import Exchange
from archiver.model import Answer, AnswerKind, PostRef, State
from archiver.platforms import answering
from archiver.platforms.base import Inquiry, Lookup
from archiver.platforms.pages import page_of, sent_to
from archiver.platforms.tumblr import pages, records
from archiver.platforms.tumblr.endpoints import (
    API,
    BLOG,
    EMBED,
    HOSTS,
    LOGIN,
    OEMBED,
    SIGNED_IN_ONLY,
    api_lookup,
    blog_lookup,
    embed_lookup,
    oembed_lookup,
    page_lookup,
)
from archiver.platforms.tumblr.urls import ref_from_id, ref_from_url
from archiver.platforms.values import MAX_ITEMS

GONE = frozenset({404, 410})


def look(ref: PostRef) -> Inquiry:
    """The API, oEmbed and the page; where two of them do not have the post, the blog. A post that is known by its
    embed's key alone is asked for by the blog that the frame names."""
    if ref.handle is None:
        lookup = embed_lookup(ref.url)
        exchange = yield lookup
        if exchange is None:
            return
        answer = read_answer(lookup, ref, exchange)
        yield answer
        if answer.ref is None or answer.ref.handle is None:
            return
        ref = answer.ref
    blog = ref.handle or ""
    missing = 0
    for lookup in (api_lookup(blog, ref.id), oembed_lookup(blog, ref.id), page_lookup(blog, ref.id)):
        exchange = yield lookup
        if exchange is not None:
            answer = read_answer(lookup, ref, exchange)
            missing += answer.kind is AnswerKind.NOT_FOUND
            yield answer
    if missing >= 2:
        lookup = blog_lookup(blog)
        exchange = yield lookup
        if exchange is not None:
            yield read_answer(lookup, ref, exchange)


def read_answer(lookup: Lookup, ref: PostRef, exchange: Exchange) -> Answer:
    """What one endpoint's answer says of the post. Never raises on what the answer holds."""
    return answering.of(lookup, exchange, _read(lookup, ref, exchange))


def _read(lookup: Lookup, ref: PostRef, exchange: Exchange) -> Answer:
    body = answering.body_of(exchange, hosts=HOSTS, speaking=GONE, pages=True)
    if isinstance(body, Answer):
        return body
    if sent_to(exchange, SIGNED_IN_ONLY):
        return answering.unsaid("the blog is shown to signed-in readers only: whether the post is there is not said")
    if sent_to(exchange, LOGIN):
        return answering.refused("sent to a login or consent page instead of the post")
    if body.status in GONE:
        if blocked := answering.wall_in(body.page, answering.WALLS[: answering.CHALLENGES]):
            return answering.refused(f"HTTP {body.status} with {blocked}")
        if lookup.endpoint == BLOG:
            return answering.identity(f"HTTP {body.status}: there is no blog of this name", state=State.ACCOUNT_GONE)
        return answering.not_found(f"HTTP {body.status}: not found")
    if lookup.endpoint in (API, BLOG):
        return _api(lookup, ref, exchange, body.page)
    if lookup.endpoint == OEMBED:
        if not isinstance(body.data, dict):
            return _no_answer(body.page, "no JSON where oEmbed is due")
        post = records.oembed_post(body.data, ref)
        return answering.shown(post) if post is not None else answering.unexpected("oEmbed of another post, or of none")
    page = page_of(exchange)
    if page is None:
        return answering.unexpected("no page")
    if lookup.endpoint == EMBED:
        return _frame(ref, exchange)
    post = pages.shown_post(page, ref, exchange.url)
    return answering.shown(post) if post is not None else _no_answer(body.page, "a page without the post")


def _api(lookup: Lookup, ref: PostRef, exchange: Exchange, page: str) -> Answer:
    answer = records.api_answer(exchange)
    if answer is None:
        return _no_answer(page, "no record where one is due")
    blog = records.blog_of(answer)
    if lookup.endpoint == BLOG:
        there = blog is not None and blog == (ref.handle or "").lower()
        return answering.identity("the blog is there") if there else answering.unexpected("another blog answers")
    post = records.post_of(answer, ref.id)
    if post is not None:
        return answering.shown(post)
    if blog is None or not isinstance(answer.get("posts"), list):
        return answering.unexpected("an answer without posts")
    return answering.not_found("the blog answers without the post")


def _frame(ref: PostRef, exchange: Exchange) -> Answer:
    page = page_of(exchange)
    for link in page.css("a[href]")[:MAX_ITEMS] if page is not None else ():
        named = ref_from_url(link.attributes.get("href") or "")
        if named is not None and named.id == ref.id and named.handle:
            found = ref_from_id(ref.id, named.handle.lower())
            return answering.identity(f"the embed's frame names the blog {named.handle}", ref=found)
    return answering.unsaid("the embed's frame names no blog")


def _no_answer(page: str, what: str) -> Answer:
    if blocked := answering.wall_in(page):
        return answering.refused(f"{blocked} where the post is due")
    return answering.unexpected(what)


def judge(ref: PostRef, answers: Sequence[Answer]) -> Answer:
    """One state from all answers: two endpoints have to say "not found"."""
    return answering.judged_together(ref, answers)
