"""Who is asked about one post, in which order, and what is asked next depends on what was answered.

First the API of the server that the permalink names. Shown there, a post of that server needs no more. Of another
server's post it has only a copy: the author's own server is asked then. Where the API does not show the post, its
ActivityPub object is asked for; where both do not find it, the account, which may be suspended, or not be there at all;
and where there are not two who say so, the page. A server whose API answers in no known form says which program it runs
(NodeInfo), since other programs keep a post's object at the permalink.

A live post costs one request, a deleted one three or four.
"""

from __future__ import annotations

from collections.abc import Generator

import msgspec

from archiver.exchange import Exchange
from archiver.model import Answer, AnswerKind, PostRef
from archiver.platforms import answering
from archiver.platforms.base import Inquiry, Step
from archiver.platforms.mastodon import activity, answers, endpoints, ids, urls
from archiver.platforms.mastodon.endpoints import Place, PlaceOf

USERS_PATH = frozenset({"mastodon", "gotosocial", "hometown", "ecko", "kmyblue", "fedibird"})
"""Programs with posts' objects below `/users/`."""

ABOUT_IT = (AnswerKind.NOT_FOUND, AnswerKind.UNEXPECTED, AnswerKind.REFUSED)
"""After such an answer another endpoint of the server may know more; a server that failed is not asked on."""

TOO_MANY = 429

MAX_OBJECT = 1 << 20


def look(ref: PostRef, place_of: PlaceOf = endpoints.place_of) -> Inquiry:
    """What the servers say of one post. place_of: where a reference's post can be asked for."""
    place = place_of(ref)
    if place is None:
        yield answering.not_public("no server is known that this post is on")
        return
    original = yield from _at(ref, place)
    if original is None:
        return
    home = place_of(original)
    if home is not None and not home.remote:
        yield from _at(original, home)


def _at(ref: PostRef, place: Place) -> Generator[Step, Exchange | None, PostRef | None]:
    """Ask one server; the original's reference where that is another server's."""
    said: list[Answer] = []
    api_status = 0
    if place.api:
        lookup = endpoints.status(place.server, place.post_id)
        exchange = yield lookup
        if exchange is not None:
            api_status = exchange.status
            answer = answers.read_status(lookup, place, exchange)
            yield answer
            if answer.state.readable:
                return answer.ref if answer.ref and answer.ref.scope != place.server.scope else None
            if api_status == TOO_MANY:
                return None
            said.append(answer)
    if place.remote:
        return (yield from _led(ref, place))
    object_url = place.object_url
    if object_url is not None and any(a.kind is AnswerKind.UNEXPECTED for a in said):
        software = yield from _software(place)
        if software is not None and software not in USERS_PATH:
            object_url = place.plain_object_url
    if object_url is not None:
        found, status = yield from _object(ref, place, object_url)
        if found is not None:
            yield found
            if found.state.readable or status == TOO_MANY:
                return None
            said.append(found)
    stated = any(a.kind is AnswerKind.STATED for a in said)
    if not stated and any(a.kind in ABOUT_IT for a in said):
        yield from _others(ref, place, said, api_status)
    return None


def _others(ref: PostRef, place: Place, said: list[Answer], api_status: int) -> Inquiry:
    """The account, which may be suspended; and the page, or the account's list, where nobody else says what became of
    the post."""
    account = None
    told = False
    posted = ids.time_of(place.post_id)
    if (place.user or place.account) and api_status in (403, 404) and said[0].kind is not AnswerKind.UNEXPECTED:
        if place.user:
            lookup = endpoints.account(place.server, place.user)
        else:
            lookup = endpoints.account_numbered(place.server, place.account or "")
        exchange = yield lookup
        if exchange is not None:
            number = None if place.user else place.account
            answer, account = answers.read_account(lookup, place.server, exchange, posted, number)
            yield answer
            if answer.state.missing:
                return
            told = account is not None or answer.kind is AnswerKind.IDENTITY
    if place.user and not told and not place.server.alone and any(a.kind is AnswerKind.NOT_FOUND for a in said):
        lookup = endpoints.actor(place.server, f"https://{place.server.host}/users/{place.user}")
        exchange = yield lookup
        if exchange is not None:
            answer = answers.read_actor(lookup, place.server, exchange, place.user, posted)
            yield answer
            if answer.state.missing:
                return
    if sum(a.kind is AnswerKind.NOT_FOUND for a in said) >= answers.WITNESSES:
        return
    if place.pages and place.page:
        lookup = endpoints.page(place.server, place.page)
        exchange = yield lookup
        if exchange is not None:
            yield answers.read_page(lookup, ref, place, exchange)
    elif account is not None and place.post_id.isdecimal():
        lookup = endpoints.statuses(place.server, account.id, str(int(place.post_id) + 1))
        exchange = yield lookup
        if exchange is not None:
            yield answers.read_list(lookup, place, exchange)


def _led(ref: PostRef, place: Place) -> Generator[Step, Exchange | None, PostRef | None]:
    """A copy's page sends its reader to the original, even where the API is for members alone."""
    lookup = endpoints.page(place.server, place.page, follow=False)
    exchange = yield lookup
    if exchange is None:
        return None
    original = answers.redirected_to(ref, exchange)
    if original is None:
        yield answers.read_page(lookup, ref, place, exchange)
        return None
    said = answering.identity(f"the page leads to the original, {original.url}", ref=original)
    yield answering.of(lookup, exchange, said)
    return original


def _object(ref: PostRef, place: Place, url: str) -> Generator[Step, Exchange | None, tuple[Answer | None, int]]:
    """The post's object, with the names of its account, which the object does not have; and the answer's status."""
    lookup = endpoints.activity(place.server, url)
    exchange = yield lookup
    if exchange is None:
        return None, 0
    found = answers.read_object(lookup, ref, exchange)
    if found.answer.post is None or found.author is None:
        return found.answer, exchange.status
    about = endpoints.actor(place.server, found.author)
    person = yield about
    if person is None:
        return found.answer, exchange.status
    body = answering.body_of(person, hosts=(urls.host_of(found.author),), limit=MAX_OBJECT)
    if isinstance(body, Answer):
        return found.answer, exchange.status
    named = activity.with_actor(found.answer.post, body.data, found.author)
    yield answering.of(about, person, answering.identity(f"its account is {named.handle or found.author}"))
    return msgspec.structs.replace(found.answer, post=named, ref=named.ref), exchange.status


def _software(place: Place) -> Generator[Step, Exchange | None, str | None]:
    """Which program the server runs, by NodeInfo."""
    lookup = endpoints.nodeinfo(place.server)
    for _ in range(2):
        exchange = yield lookup
        if exchange is None:
            return None
        name, further = answers.read_software(exchange, place.server)
        if name is not None:
            yield answering.of(lookup, exchange, answering.identity(f"the server runs {name}"))
            return name
        if further is None:
            return None
        lookup = endpoints.nodeinfo(place.server, further)
    return None
