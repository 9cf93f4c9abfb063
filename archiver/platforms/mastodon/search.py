"""Which of an account's posts were made in a span of time? From the account's own public lists.

A handle names a domain; the server is there, or WebFinger says where. The API's list of an account's posts can be asked
for below an id, and ids carry the time, so that it is entered at the end of the span and read downwards
(https://docs.joinmastodon.org/methods/accounts/#statuses; the id need not be any post's). Programs that count without
the time begin at the newest post, which the posts' own times show. Where the API is for members alone, the account's
ActivityPub outbox is read, and where that is, too, its feed, which has the newest posts only.

An account that moved keeps its posts where they were; its new place is looked through where the old one has none of
that time.
"""

from __future__ import annotations

import re
from collections.abc import Generator
from datetime import datetime
from typing import TypeVar
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import msgspec
from msgspec.structs import replace

from archiver.exchange import Exchange
from archiver.model import Answer, Post
from archiver.platforms import answering
from archiver.platforms.base import Clues, Gap, Inquiry, Lookup, Remark, Shown, Step
from archiver.platforms.mastodon import activity, answers, endpoints, feeds, ids, records, urls
from archiver.platforms.mastodon.records import Account
from archiver.platforms.mastodon.servers import Server
from archiver.platforms.values import MAX_ITEMS, dig, https, string

T = TypeVar("T")
Asking = Generator[Step, Exchange | None, T]
"""Part of an inquiry, with a result."""

HANDLE = re.compile(rf"@?(?P<user>{urls.USER})@(?P<host>{urls.SERVER})")

REFUSED = frozenset({401, 403, 404, 422})
"""With these a server keeps its lists from signed-out readers."""

TOO_MANY = 429

ACTIVITY_TYPES = ("application/activity+json", "application/ld+json")


class SpentError(Exception):
    """So many requests were made as may be: the search ends here, and says so."""


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """One ActivityPub document of an account, as it was answered."""

    lookup: Lookup
    exchange: Exchange
    data: object


class Budget:
    """How many requests a search may still make."""

    def __init__(self, requests: int) -> None:
        self._left = requests

    def ask(self, lookup: Lookup) -> Asking[Exchange | None]:
        """One question. Raises `SpentError` where no more may be asked."""
        if self._left <= 0:
            raise SpentError
        self._left -= 1
        return (yield lookup)


def search(clues: Clues) -> Inquiry:
    """The account's posts of that time, newest first."""
    named = HANDLE.fullmatch(clues.handle[:400])
    if named is None:
        yield Remark(text=f"{clues.handle[:80]} names no server: nothing can be looked for on one")
        return
    host = named["host"].lower()
    yield from within(Server(host=host, domain=host), named["user"], clues)


def within(server: Server, user: str, clues: Clues) -> Inquiry:
    """The same, of an account on this server."""
    budget = Budget(clues.most_requests)
    try:
        shown, moved = yield from _account(server, user, clues, budget)
        if moved is None:
            return
        yield Remark(text=f"the account {server.handle(user)} says that it goes on as @{moved}")
        further = HANDLE.fullmatch(moved)
        if shown or further is None or server.alone:
            return
        host = further["host"].lower()
        yield from _account(Server(host=host, domain=host), further["user"], clues, budget)
    except SpentError:
        yield Gap(text=f"{server.handle(user)}: not all could be asked in {clues.most_requests} requests")


def _account(server: Server, user: str, clues: Clues, budget: Budget) -> Asking[tuple[bool, str | None]]:
    """Whether any post of the time was shown, and where the account says that it goes on."""
    found, status = yield from _lookup(server, user, budget)
    actor: str | None = None
    if isinstance(found, Answer):
        if server.alone or status == TOO_MANY:
            yield Gap(text=f"{server.host} does not list {user} for us ({found.reason})")
            return False, None
        # no account, or no API there: a domain may leave its accounts to another host, and not every program has this
        actor = yield from actor_address(server, user, budget)
        host = urls.host_of(actor) if actor else ""
        if host and host != server.host:
            server = replace(server, host=host)
            found, _ = yield from _lookup(server, user, budget)
    if isinstance(found, Answer):
        if actor is None and found.reason == answers.UNKNOWN_ACCOUNT:
            yield Remark(text=f"{server.host} knows no account {user}")
            return False, None
        yield Remark(text=f"{server.host} does not list {user} by its API ({found.reason})")
        return (yield from _without_api(server, user, actor, clues, budget)), None
    if found.suspended:
        yield Gap(text=f"{server.handle(user)} is suspended: its posts are not listed")
        return False, None
    shown = yield from _statuses(server, found, clues, budget)
    if shown is None and not server.alone:
        actor = actor or (yield from actor_address(server, user, budget))
        shown = yield from _without_api(server, user, actor, clues, budget)
    return bool(shown), found.moved_to


def _lookup(server: Server, user: str, budget: Budget) -> Asking[tuple[Account | Answer, int]]:
    """The account, or why it is not known; and the status of the answer, 0 where none came."""
    lookup = endpoints.account(server, user)
    exchange = yield from budget.ask(lookup)
    if exchange is None:
        return answering.failed("no answer"), 0
    answer, account = answers.read_account(lookup, server, exchange)
    return account or answer, exchange.status


# -- the API's list


def _statuses(server: Server, account: Account, clues: Clues, budget: Budget) -> Asking[bool | None]:
    """Whether any post of the time was shown; null where the server does not list the account for us at all."""
    before = ids.first_at(clues.until, account.id) if clues.until else None
    any_shown = False
    seen: set[str | None] = set()
    while before not in seen:
        seen.add(before)
        lookup = endpoints.statuses(server, account.id, before)
        exchange = yield from budget.ask(lookup)
        if exchange is None:
            yield Gap(text=f"{server.host}: no answer to the list of {account.acct}")
            return any_shown
        body = answering.body_of(exchange, hosts=(server.host,))
        if isinstance(body, Answer) or not isinstance(body.data, list):
            reason = body.reason if isinstance(body, Answer) else "no list"
            if len(seen) == 1 and exchange.status in REFUSED and not server.alone:
                yield Remark(text=f"{server.host}: the list of {account.acct}: {reason}")
                return None
            yield Gap(text=f"{server.host}: the list of {account.acct}: {reason}")
            return any_shown
        posts, last = records.statuses_of(body.data, server)
        any_shown = (yield from _show(posts, clues, lookup, exchange)) or any_shown
        if last is None or _passed(posts, clues.since) or not _goes_on(exchange, len(body.data)):
            return any_shown
        before = last
    return any_shown


def _goes_on(exchange: Exchange, listed: int) -> bool:
    """Whether older posts follow. The `Link` header says so (RFC 8288); without it a full page does."""
    links = exchange.header("link")
    return 'rel="next"' in links if links else listed >= endpoints.PER_PAGE


def _show(posts: tuple[Post, ...], clues: Clues, lookup: Lookup, exchange: Exchange) -> Asking[bool]:
    """Those of the posts that are of the time."""
    kept = tuple(replace(post, seen_in=lookup.endpoint) for post in posts if _of_the_time(post.created_at, clues))
    if kept:
        yield Shown(posts=kept, endpoint=lookup.endpoint, record_id=exchange.record_id)
    return bool(kept)


def _of_the_time(made: datetime | None, clues: Clues) -> bool:
    if made is None:
        return True
    return (clues.since is None or made >= clues.since) and (clues.until is None or made < clues.until)


def _passed(posts: tuple[Post, ...], since: datetime | None) -> bool:
    """Whether a list that goes back in time has left the span."""
    times = [post.created_at for post in posts if post.created_at is not None]
    return since is not None and bool(times) and min(times) < since


# -- without the API


def _without_api(server: Server, user: str, actor: str | None, clues: Clues, budget: Budget) -> Asking[bool]:
    if actor is not None:
        shown = yield from _outbox(server, actor, clues, budget)
        if shown is not None:
            return shown
    return (yield from _feed(server, user, clues, budget))


def actor_address(server: Server, user: str, budget: Budget) -> Asking[str | None]:
    """Where an account's own ActivityPub object is, by WebFinger (RFC 7033)."""
    lookup = endpoints.webfinger(server, user, server.domain or server.host)
    exchange = yield from budget.ask(lookup)
    if exchange is None:
        return None
    # any host may answer: a domain may send us on to its server
    body = answering.body_of(exchange, hosts=(urls.host_of(exchange.url) or server.host,))
    links = None if isinstance(body, Answer) else dig(body.data, "links")
    for link in links[:MAX_ITEMS] if isinstance(links, list) else ():
        kind = (string(link, "type") or "").partition(";")[0].strip()
        address = https(dig(link, "href"))
        if string(link, "rel") == "self" and kind in ACTIVITY_TYPES and address and urls.host_of(address):
            return address
    return None


def outbox_page(server: Server, url: str, budget: Budget) -> Asking[Document | None]:
    """One document of an account; null where it cannot be read."""
    lookup = endpoints.outbox(server, url)
    exchange = yield from budget.ask(lookup)
    if exchange is None:
        return None
    body = answering.body_of(exchange, hosts=(urls.host_of(url),))
    if isinstance(body, Answer):
        yield Remark(text=f"{url}: {body.reason}")
        return None
    return Document(lookup=lookup, exchange=exchange, data=body.data)


def first_page(server: Server, actor: str, budget: Budget) -> Asking[Document | str | None]:
    """The first page of an account's outbox: its address, or the collection itself where that holds the entries."""
    person = yield from outbox_page(server, actor, budget)
    address = https(dig(person.data, "outbox")) if person else None
    if address is None or urls.host_of(address) != urls.host_of(actor):
        return None
    collection = yield from outbox_page(server, address, budget)
    if collection is None:
        return None
    first = dig(collection.data, "first")
    if isinstance(dig(collection.data, "orderedItems"), list):
        return collection
    if isinstance(dig(first, "orderedItems"), list):
        return replace(collection, data=first)
    return https(first)


def posts_of_page(data: object) -> tuple[list[Post], int]:
    """The posts that a page of an outbox holds, and how many entries it has: boosts and bare addresses are no posts."""
    items = dig(data, "orderedItems")
    if not isinstance(items, list):
        items = dig(data, "items")
    entries = items[:MAX_ITEMS] if isinstance(items, list) else []
    out = []
    for entry in entries:
        item = activity.object_of(entry)
        if item is None or activity.kind_of(entry) == "Update":
            continue
        named = activity.refs_of(item)
        post = activity.object_post(item, named[0]) if named else None
        if post is not None:
            out.append(post)
    return out, len(entries)


def _outbox(server: Server, actor: str, clues: Clues, budget: Budget) -> Asking[bool | None]:
    """Whether the outbox had any post of the time; null where it cannot be read."""
    start = yield from first_page(server, actor, budget)
    if start is None:
        return None
    shown = False
    seen: set[str] = set()
    following = start if isinstance(start, str) else None
    page = None if isinstance(start, str) else start
    while True:
        if page is None:
            if following is None or following in seen or urls.host_of(following) != urls.host_of(actor):
                return shown
            seen.add(following)
            page = yield from outbox_page(server, following, budget)
            if page is None:
                yield Gap(text=f"{server.host}: the outbox of {actor} could not be read on")
                return shown
        posts, entries = posts_of_page(page.data)
        shown = (yield from _show(tuple(posts), clues, page.lookup, page.exchange)) or shown
        if not entries or _passed(tuple(posts), clues.since):
            return shown
        following = https(dig(page.data, "next"))
        if following is not None and len(seen) < 2:
            following = _entered(following, posts, clues.until)
        page = None


def _entered(following: str, posts: list[Post], until: datetime | None) -> str:
    """The next page, entered at the end of the span where its address goes on below an id that carries the time."""
    times = [post.created_at for post in posts if post.created_at]
    if until is None or not times or min(times) <= until:
        return following
    parts = urlsplit(following)
    query = parse_qsl(parts.query, keep_blank_values=True)
    below = dict(query).get("max_id", "")
    entry = ids.first_at(until, below) if ids.time_of(below) else None
    if entry is None:
        return following
    return urlunsplit(parts._replace(query=urlencode([(k, entry if k == "max_id" else v) for k, v in query])))


def _feed(server: Server, user: str, clues: Clues, budget: Budget) -> Asking[bool]:
    """The newest posts, as the account's feed has them."""
    lookup = endpoints.feed(server, user)
    exchange = yield from budget.ask(lookup)
    body = answering.body_of(exchange, hosts=(server.host,), pages=True) if exchange is not None else None
    if exchange is None or body is None or isinstance(body, Answer) or not feeds.is_feed(body.page):
        reason = body.reason if isinstance(body, Answer) else "no feed"
        yield Gap(text=f"{server.host}: no public list of {user} ({reason})")
        return False
    posts = feeds.posts_in(body.page, server)
    shown = yield from _show(posts, clues, lookup, exchange)
    if not _passed(posts, clues.since):
        yield Gap(text=f"{server.host}: the feed of {user} has only its newest {len(posts)} posts")
    return shown
