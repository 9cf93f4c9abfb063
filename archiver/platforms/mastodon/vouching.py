"""Does a server show us public posts at all, so that its "not found" can be believed?

There is no one post for the whole fediverse: each server may refuse us by itself. So a server vouches with any public
post of its own: the newest on its public timeline (https://docs.joinmastodon.org/methods/timelines/#public), or, where
that is for members alone, the newest of the account in question; Misskey's popular notes, the only list of it that a
GET can have (packages/backend/src/server/api/endpoints/notes/featured.ts); the newest of the account's outbox; or the
account of the server itself.
"""

from __future__ import annotations

from archiver.exchange import Exchange
from archiver.model import Answer, PostRef, State
from archiver.platforms import answering
from archiver.platforms.base import Inquiry, Lookup
from archiver.platforms.mastodon import activity, answers, endpoints, search
from archiver.platforms.mastodon.endpoints import Place
from archiver.platforms.mastodon.servers import Server
from archiver.platforms.values import dig

MOST_REQUESTS = 8


def vouch(place: Place) -> Inquiry:
    """Yields a readable `Answer` where the server of this place shows us a public post."""
    server = place.server
    if place.api or place.remote:
        shown = yield from listed(server, endpoints.public_timeline(server))
        if not shown and place.user:
            shown = yield from _own_list(place, place.user)
        if shown:
            return
    else:
        shown = yield from listed(server, endpoints.featured_notes(server))
        if not shown:
            shown = yield from listed(server, endpoints.public_timeline(server))
        if shown:
            return
    if server.alone:
        return
    if place.user and (yield from _outbox(server, place.user)):
        return
    yield from _instance(server)


def listed(server: Server, lookup: Lookup) -> search.Asking[bool]:
    exchange = yield lookup
    if exchange is None:
        return False
    answer = answering.of(lookup, exchange, _first(exchange, server))
    yield answer
    return answer.state.readable


def _first(exchange: Exchange, server: Server) -> Answer:
    body = answering.body_of(exchange, hosts=(server.host,))
    if isinstance(body, Answer):
        return body
    post = answers.first_post(body.data, server)
    if post is None:
        return answering.unexpected("no public post in the list")
    return answering.shown(post, "the server shows us a public post")


def _own_list(place: Place, user: str) -> search.Asking[bool]:
    lookup = endpoints.account(place.server, user)
    exchange = yield lookup
    if exchange is None:
        return False
    answer, account = answers.read_account(lookup, place.server, exchange)
    if account is None:
        yield answer
        return False
    return (yield from listed(place.server, endpoints.statuses(place.server, account.id, None)))


def _instance(server: Server) -> Inquiry:
    """The server's own account, which is public even where all else wants a signature: it shows no post, but that the
    server answers our questions for objects."""
    lookup = endpoints.actor(server, f"https://{server.host}/actor")
    exchange = yield lookup
    if exchange is None:
        return
    body = answering.body_of(exchange, hosts=(server.host,))
    if not isinstance(body, Answer):
        own = activity.kind_of(body.data) in activity.ACTORS and dig(body.data, "id") == lookup.url
        if own:
            body = answering.identity("the server shows its own account", state=State.LIVE)
        else:
            body = answering.unexpected("no account of the server's own")
    yield answering.of(lookup, exchange, body)


def _outbox(server: Server, user: str) -> search.Asking[bool]:
    budget = search.Budget(MOST_REQUESTS)
    actor = yield from search.actor_address(server, user, budget)
    start = (yield from search.first_page(server, actor, budget)) if actor else None
    page = (yield from search.outbox_page(server, start, budget)) if isinstance(start, str) else start
    if page is None:
        return False
    posts = search.posts_of_page(page.data)[0]
    answer = (
        answering.shown(posts[0], "the account shows us a public post") if posts else answering.unsaid("no post there")
    )
    yield answering.of(page.lookup, page.exchange, answer)
    return bool(posts)


def vouch_for(ref: PostRef) -> Inquiry | None:
    """The same of the server that a post is on; null where none is known."""
    place = endpoints.place_of(ref)
    return vouch(place) if place is not None else None
