"""What an answer of a server of the fediverse says of a post.

Of a missing post, Mastodon's API and pages say 404 whether it was deleted, is for followers alone, never was, or its
account is suspended (app/controllers/api/v1/statuses_controller.rb): a bare "not found". Of an account that is closed
for good, suspended or deleted by its owner, its ActivityPub addresses say 410, and of one suspended for now 403
(app/controllers/concerns/account_owned_concern.rb). Other programs answer 410 with a `Tombstone` for a deleted post. A
401 is about us: servers may want every reader signed in (`DISALLOW_UNAUTHENTICATED_API_ACCESS`), or every request
signed (`AUTHORIZED_FETCH`). Messages are localised, so they are quoted and never read; what counts is the status
together with the form of the error.

Servers come and go, and names of hosts are sold: a server that began anew under an old name says "not found" of every
post that was there before. So a bare "not found" only counts where the server still knows the post's account, and that
is not younger than the post.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec
from msgspec.structs import replace

from archiver.exchange import Exchange
from archiver.model import Answer, AnswerKind, Post, PostRef, State
from archiver.platforms import answering
from archiver.platforms.answering import Body
from archiver.platforms.base import Lookup
from archiver.platforms.mastodon import activity, endpoints, ids, pages, records, urls
from archiver.platforms.mastodon.endpoints import Place
from archiver.platforms.mastodon.records import Account
from archiver.platforms.mastodon.servers import Server
from archiver.platforms.payload import names
from archiver.platforms.values import MAX_TEXT, clean, dig, https, moment, string

WITNESSES = 2
"""So many endpoints have to say "not found": one server may want a sign-in for one of them and say 404."""

TELLING = frozenset({403, 404, 410, 422})
"""Statuses with which a server tells of the post or of the reader: 422 is what older versions say to the signed-out."""

UNKNOWN_ACCOUNT = "the server knows no such account"
CLOSED = "the account is closed for good: suspended, or deleted by its owner"
FOLLOWERS = ", and approves its followers: what is for them alone looks like what is deleted"
YOUNGER = "the account of this name is younger than the post: another's, or another server's"
THERE = "the account is there"
"""How every answer begins that shows the account in question, and nothing else."""

OLDER = timedelta(days=2)
"""Accounts' days of creation are cut, and clocks differ."""


def error_of(data: object) -> str | None:
    """The message of an error in the form of Mastodon's API (https://docs.joinmastodon.org/entities/Error/)."""
    message = string(data, "error")
    return message if message and "content" not in (data if isinstance(data, dict) else {}) else None


def read_status(lookup: Lookup, place: Place, exchange: Exchange) -> Answer:
    """What the API's answer about one id says. Of another server's post it is the endpoint `copy` that says it, and the
    answer has that server's reference (`Answer.ref`)."""
    server = place.server
    body = answering.body_of(exchange, hosts=(server.host,), speaking=TELLING)
    answer = body if isinstance(body, Answer) else _status(body, place)
    if place.remote or (answer.ref is not None and answer.ref.scope != server.scope):
        lookup = replace(lookup, endpoint=server.endpoint(endpoints.COPY))
    return answering.of(lookup, exchange, answer)


def _status(body: Body, place: Place) -> Answer:
    server, data = place.server, body.data
    if body.status != 200:
        return _api_error(body)
    if error_of(data):
        return answering.unexpected("an error with HTTP 200")
    post = records.status_post(data, server)
    if post is None or string(data, "id") != place.post_id:
        return answering.unexpected("no record of this post" if isinstance(data, dict) else "no object")
    reason = "the post is shown"
    if post.edited_at is not None:
        reason += ", and it was edited"
    if records.is_boost(data):
        reason += f": a boost of {post.handle}"
    original = records.original_of(data, server)
    if original is not None:
        post = replace(post, id=original.id, scope=original.scope, url=original.url, handle=original.handle)
        reason += f"; this is a copy, and the original is {original.url}"
        return answering.shown(post, reason, ref=original)
    return answering.shown(post, reason, ref=post.ref)


def _api_error(body: Body) -> Answer:
    said = error_of(body.data)
    if said is None:
        if body.status == 403:
            return answering.refused("HTTP 403: refused to answer us")
        return answering.unexpected(f"HTTP {body.status} that is no error of the API")
    quoted = answering.quoted(said)
    if body.status == 404:
        return answering.not_found(f"HTTP 404: {quoted}")
    if body.status == 410:
        return answering.stated(State.ACCOUNT_GONE, f"HTTP 410: {CLOSED}: {quoted}")
    return answering.refused(f"HTTP {body.status}: refused to answer us: {quoted}")


class Object(msgspec.Struct, frozen=True, kw_only=True):
    """What an ActivityPub answer says, and who wrote the post."""

    answer: Answer
    author: str | None = None
    """Address of the account's own object."""


def read_object(lookup: Lookup, ref: PostRef, exchange: Exchange) -> Object:
    """What the answer to the question for the post's ActivityPub object says.

    A server may send us on to another's object: the post is that one then, if that server says so itself.
    """
    host = urls.host_of(exchange.url)
    elsewhere = exchange.url.partition("?")[0] != lookup.url.partition("?")[0]
    if elsewhere and answering.LOGIN_PATH.search(exchange.url):
        host = urls.host_of(lookup.url)  # a redirect to a login page leads to no post
    hosts = (host or urls.host_of(lookup.url),)
    body = answering.body_of(exchange, hosts=hosts, speaking=TELLING, pages=True)
    if isinstance(body, Answer):
        return Object(answer=answering.of(lookup, exchange, body))
    found = _object(body, ref, host, led=elsewhere)
    return Object(answer=answering.of(lookup, exchange, found.answer), author=found.author)


def _challenged(body: Body) -> Answer | None:
    """A bot check comes with any status."""
    blocked = answering.wall_in(body.page, answering.WALLS[: answering.CHALLENGES]) if body.status != 200 else None
    return answering.refused(f"HTTP {body.status} with {blocked}") if blocked else None


def _object(body: Body, ref: PostRef, host: str, *, led: bool) -> Object:
    data = body.data
    if (challenge := _challenged(body)) is not None:
        return Object(answer=challenge)
    if (gone := activity.deleted_object(data)) is not None:
        return Object(answer=_deleted(data, gone, ref, host, led=led))
    if body.status == 410:
        # Mastodon has no tombstones of its own: its bare "Gone" is about the account
        if error_of(data):
            return Object(answer=answering.stated(State.ACCOUNT_GONE, f"HTTP 410: {CLOSED}"))
        return Object(answer=answering.stated(State.DELETED, "HTTP 410: the post is gone for good"))
    if body.status == 404:
        return Object(answer=answering.not_found("HTTP 404: no such object"))
    if body.status != 200:
        said = error_of(data)
        return Object(
            answer=answering.refused(f"HTTP {body.status}: refused" + (f": {answering.quoted(said)}" if said else ""))
        )
    item = activity.object_of(data)
    if item is None:
        blocked = answering.wall_in(body.page)
        if blocked:
            return Object(answer=answering.refused(f"{blocked} where an object is due"))
        return Object(answer=answering.unexpected("no ActivityPub object"))
    if activity.kind_of(item) == "Announce":
        return Object(answer=answering.unexpected("a boost, which has no words of its own"))
    named = activity.refs_of(item)
    if not any(n.scope == host for n in named):
        return Object(answer=answering.unexpected(f"{host} gives an object that is not its own"))
    if any((n.id, n.scope) == (ref.id, ref.scope) for n in named) or (led and host == ref.scope):
        best = ref  # a server may have two addresses for a post of its own (Pleroma's notice and object)
    elif led:
        best = next(n for n in named if n.scope == host)
    else:
        return Object(answer=answering.unexpected("the object is another post"))
    post = activity.object_post(item, best)
    if post is None:
        return Object(
            answer=answering.unexpected(f"an object of the kind {activity.kind_of(item)[:40]!r} without a text")
        )
    return Object(answer=answering.shown(post, ref=post.ref), author=activity.author_of(item))


def _deleted(data: object, gone: str, ref: PostRef, host: str, *, led: bool) -> Answer:
    if activity.was_account(data):
        return answering.stated(State.ACCOUNT_GONE, "a tombstone stands for the account")
    if gone:
        named = urls.ref_of_object(gone)
        if named is None or named.scope != host or not (named.id == ref.id or names(gone, ref.id) or led):
            return answering.unexpected("a tombstone of something else")
    return answering.stated(State.DELETED, "a tombstone stands in the place of the post")


def read_page(lookup: Lookup, ref: PostRef, place: Place, exchange: Exchange) -> Answer:
    """What the post's page says, where it says anything without running its scripts."""
    body = answering.body_of(exchange, hosts=(place.server.host,), speaking=frozenset({404, 410}), pages=True)
    if not isinstance(body, Answer):
        body = _page(body, ref, place.server)
    return answering.of(lookup, exchange, body)


def _page(body: Body, ref: PostRef, server: Server) -> Answer:
    if (challenge := _challenged(body)) is not None:
        return challenge
    if body.status == 410:
        return answering.stated(State.ACCOUNT_GONE, f"HTTP 410: {CLOSED}")
    if body.status == 404:
        return answering.not_found("HTTP 404: no such page")
    post = pages.read_page(body.page, ref, server)
    if post is not None:
        return answering.shown(post)
    if blocked := answering.wall_in(body.page):
        return answering.refused(f"{blocked} in the place of the page")
    return answering.unsaid("a page without the post: it shows nothing before its scripts run")


def redirected_to(ref: PostRef, exchange: Exchange) -> PostRef | None:
    """The original to which a server sends the reader of a copy's page; null where it does not."""
    target = https(exchange.redirect)
    named = urls.ref_from_url(target) if target else None
    if named is None or named.scope == ref.scope:
        return None
    if named.handle is None and ref.handle:
        named = replace(named, handle=ref.handle)
    return named


def read_account(
    lookup: Lookup, server: Server, exchange: Exchange, posted: datetime | None = None, number: str | None = None
) -> tuple[Answer, Account | None]:
    """What a server says of the account, and the account. posted: when the post was made that it is asked for. number:
    the account's, where it was asked for by that."""
    body = answering.body_of(exchange, hosts=(server.host,), speaking=TELLING)
    if isinstance(body, Answer):
        return answering.of(lookup, exchange, body), None
    account = records.account_of(body.data, server) if body.status == 200 else None
    if account is not None and number is not None and (account.id != number or "@" in account.acct):
        account = None  # another server's account, or another one
    return answering.of(lookup, exchange, _account(body, account, posted)), account


def read_actor(lookup: Lookup, server: Server, exchange: Exchange, user: str, posted: datetime | None) -> Answer:
    """The same of the account `user`, by its ActivityPub object."""
    body = answering.body_of(exchange, hosts=(server.host,), speaking=TELLING, pages=True)
    if not isinstance(body, Answer):
        body = _actor(body, server, user, posted)
    return answering.of(lookup, exchange, body)


def _actor(body: Body, server: Server, user: str, posted: datetime | None) -> Answer:
    if (challenge := _challenged(body)) is not None:
        return challenge
    said = error_of(body.data)
    if body.status == 410 and (said or activity.kind_of(body.data) == "Tombstone"):
        return answering.identity(CLOSED, state=State.ACCOUNT_GONE)
    if body.status in (404, 410):
        return answering.identity(UNKNOWN_ACCOUNT)
    if body.status != 200:
        return answering.refused(f"HTTP {body.status}: refused" + (f": {answering.quoted(said)}" if said else ""))
    own = urls.host_of(string(body.data, "id") or "") == server.host
    named = (string(body.data, "preferredUsername") or "").lower() == user.lower()
    if activity.kind_of(body.data) not in activity.ACTORS or not (own and named):
        return answering.unexpected("no object of this account")
    if dig(body.data, "suspended") is True:
        return answering.identity("the account is suspended", state=State.SUSPENDED)
    if _is_younger(moment(dig(body.data, "published")), posted):
        return answering.identity(YOUNGER)
    if dig(body.data, "manuallyApprovesFollowers") is True:
        return answering.unsaid(f"{THERE}{FOLLOWERS}")
    return answering.identity(THERE)


def _is_younger(account_made: datetime | None, posted: datetime | None) -> bool:
    return account_made is not None and posted is not None and account_made > posted + OLDER


def _account(body: Body, account: Account | None, posted: datetime | None) -> Answer:
    if account is None:
        if body.status in (404, 410) and error_of(body.data):
            return answering.identity(UNKNOWN_ACCOUNT)
        return (
            answering.unexpected(f"HTTP {body.status} without an account") if body.status == 200 else _api_error(body)
        )
    if account.suspended:
        return answering.identity("the account is suspended", state=State.SUSPENDED)
    if _is_younger(account.created_at, posted):
        return answering.identity(YOUNGER)
    said = THERE
    if account.moved_to:
        said += f", and goes on as @{account.moved_to}"
    if account.locked:
        # a post that its followers alone may read looks like one that was deleted
        return answering.unsaid(said + FOLLOWERS)
    return answering.identity(said)


def read_list(lookup: Lookup, place: Place, exchange: Exchange) -> Answer:
    """Whether the account's own list, asked for from this post on, has it."""
    body = answering.body_of(exchange, hosts=(place.server.host,), speaking=TELLING)
    if not isinstance(body, Answer):
        if body.status == 200 and isinstance(body.data, list):
            found = [p for p in records.statuses_of(body.data, place.server)[0] if p.id == place.post_id]
            body = answering.shown(found[0]) if found else answering.not_found("the account's list does not have it")
        else:
            body = _api_error(body) if body.status != 200 else answering.unexpected("no list")
    return answering.of(lookup, exchange, body)


def read_software(exchange: Exchange, server: Server) -> tuple[str | None, str | None]:
    """The program that a NodeInfo document names, or the address of the document; null where there is neither."""
    body = answering.body_of(exchange, hosts=(server.host,))
    if isinstance(body, Answer):
        return None, None
    name = string(dig(body.data, "software"), "name")
    if name:
        return name[:40].lower(), None
    links: object = dig(body.data, "links")
    for link in links[:8] if isinstance(links, list) else ():
        address = https(dig(link, "href"))
        if address and "nodeinfo" in (string(link, "rel") or "") and urls.host_of(address) == server.host:
            return None, address
    return None, None


def judge(ref: PostRef, answers: Sequence[Answer]) -> Answer:
    """One state from all answers.

    What the author's own server says goes before another server's copy: copies outlive a deletion. Where the account
    approves its followers, "not found" may mean that the post is for them alone, and where the server does not know the
    account, that it is another server by now: only a tombstone says "deleted" then.
    """
    copies = [a for a in answers if a.endpoint.endswith("." + endpoints.COPY)]
    shown = [a for a in copies if a.post is not None]
    own = [a for a in answers if a not in copies]
    if not own or not shown:
        verdict = answering.judged(ref, own or answers, corroborated=WITNESSES)
    else:
        verdict = answering.judged(ref, own, corroborated=WITNESSES)
        if verdict.state in (State.UNRESOLVED, State.BLOCKED, State.UNREACHABLE):
            verdict = answering.judged(ref, answers, corroborated=WITNESSES)
        else:
            said = "; ".join(f"{a.endpoint}: {a.reason}" for a in shown)
            verdict = replace(
                verdict,
                reason=f"{verdict.reason}; {said}",
                endpoint="+".join(dict.fromkeys(a.endpoint for a in answers if a.endpoint)),
                post=verdict.post or shown[0].post,
                ref=next((a.ref for a in own if a.ref), shown[0].ref),
            )
    if verdict.state is State.DELETED and not any(a.kind is AnswerKind.STATED for a in own):
        doubt = _doubt(ref, own)
        if doubt:
            verdict = replace(verdict, state=State.UNRESOLVED, positive=False, reason=f"{doubt}: {verdict.reason}")
    return verdict


def _doubt(ref: PostRef, answers: Sequence[Answer]) -> str:
    """Why a bare "not found" may mean something else; empty where nothing speaks against it."""
    about = [a for a in answers if a.reason.startswith(THERE)]
    if any(a.kind is AnswerKind.UNSAID for a in about):
        return "deleted, or for followers alone"
    if ref.platform == urls.NAME and not about:
        return "deleted, or the server is another one by now: it does not show the account"
    return ""


def first_post(data: object, server: Server) -> Post | None:
    """The first post in a list of a server's public posts, in the form of Mastodon or of Misskey."""
    for entry in data[:4] if isinstance(data, list) else ():
        if (post := records.status_post(entry, server)) is not None:
            return post
        note_id, words = string(entry, "id"), string(entry, "text")
        if note_id and words and ids.is_aid(note_id):
            url = f"https://{server.host}/notes/{note_id}"
            return Post(platform=server.platform, id=note_id, scope=server.scope, url=url, text=clean(words[:MAX_TEXT]))
    return None
