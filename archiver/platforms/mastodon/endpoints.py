"""Which public endpoints tell of one post, and under which exact URLs they are asked.

Mastodon's API: https://docs.joinmastodon.org/methods/statuses/#get; ActivityPub objects: section 3.2 of
https://www.w3.org/TR/activitypub/ (a GET of the post's id that asks for the type); accounts:
https://docs.joinmastodon.org/methods/accounts/#lookup and WebFinger (RFC 7033); which program a server runs:
https://github.com/jhass/nodeinfo. None needs a sign-in, unless a server says so.

A stored answer is found again by its URL alone, whatever type was asked for. So a post's object is never asked for
under the address of its page: Mastodon has another address for it (`/users/ana/statuses/…`), elsewhere the query
`?activitypub` sets it apart, which servers leave unread.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import quote

import msgspec

from archiver.model import PostRef
from archiver.platforms.base import Lookup
from archiver.platforms.mastodon import ids, urls
from archiver.platforms.mastodon.servers import Server

JSON = (("Accept", "application/json"), ("Accept-Language", "en"))
ACTIVITY = (
    ("Accept", 'application/activity+json, application/ld+json; profile="https://www.w3.org/ns/activitystreams"'),
)
PAGE_OF_IT = (("Accept", "text/html"), ("Accept-Language", "en"))

STATUS, COPY, OBJECT, PAGE = "status", "copy", "activitypub", "page"
ACCOUNT, ACTOR, WEBFINGER, NODEINFO = "account", "actor", "webfinger", "nodeinfo"
STATUSES, OUTBOX, FEED, PUBLIC, FEATURED = "statuses", "outbox", "feed", "public_timeline", "featured"
"""Names of endpoints, after the platform's."""

PER_PAGE = 40
"""The most that Mastodon gives of a list at once."""

MARK = "?activitypub"

_API_ID = re.compile(r"[0-9A-Za-z]{1,26}")
_PATH = re.compile(
    rf"https://[^/]+(?P<path>/(?:@(?P<user>{urls.USER})(?P<home>@[^/]+)?/.*|users/(?P<ap>{urls.USER})/.*|.*))"
)
_NO_OBJECT = re.compile(r"/(?:(?:web|deck)/)?statuses/|/i/web/")
"""Pages that only the web application has."""
_NUMBERED = re.compile(r"/ap/users/(?P<account>\d{1,20})/statuses/")
"""An address that names the account by its number on the server."""


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """What a reference tells of where its post can be asked for."""

    server: Server
    post_id: str
    page: str
    """The permalink; empty where none is known."""
    user: str | None = None
    """The account's name on this server, where it is one of this server's."""
    account: str | None = None
    """Its number there, where that is known instead."""
    remote: bool = False
    """The permalink says that this server only shows the post of another."""
    api: bool = False
    """The id is one that the server's API may know."""
    object_url: str | None = None
    """Where its ActivityPub object is."""
    pages: bool = True
    """Pages tell of the post without running their scripts."""

    @property
    def plain_object_url(self) -> str | None:
        """Where its object is, if the server is no Mastodon: at the permalink."""
        return self.page + MARK if self.page and not _NO_OBJECT.match(_path(self.page)) else None


PlaceOf = Callable[[PostRef], Place | None]
"""How a reference's post can be asked for: `place_of`, or that of a network that runs the same program."""


def place_of(ref: PostRef) -> Place | None:
    """Where to ask for a post; null where the reference names no server."""
    host = ref.scope or (ref.handle or "").partition("@")[2].lower()
    if not host or not ref.url:
        return None
    found = _PATH.match(ref.url)
    remote = bool(found and found["home"])
    user = found["user"] or found["ap"] if found else None
    if user is None and ref.handle and ref.handle.partition("@")[2].lower() == host:
        user = ref.handle.partition("@")[0]
    server = Server(host=host)
    api = bool(_API_ID.fullmatch(ref.id)) and (ref.id.isdecimal() or ids.is_ulid(ref.id) or ids.is_flake(ref.id))
    place = Place(server=server, post_id=ref.id, page=ref.url, user=None if remote else user, remote=remote, api=api)
    if remote or host in urls.GAB:
        return place
    if user is None and (numbered := _NUMBERED.match(_path(ref.url))):
        place = msgspec.structs.replace(place, account=numbered["account"])
    if found and (found["user"] or found["ap"]) and (ref.id.isdecimal() or ids.is_ulid(ref.id)):
        return msgspec.structs.replace(place, object_url=f"https://{host}/users/{user}/statuses/{ref.id}")
    return msgspec.structs.replace(place, object_url=place.plain_object_url)


def _path(url: str) -> str:
    found = _PATH.match(url)
    return found["path"] if found else ""


def status(server: Server, post_id: str) -> Lookup:
    """The fullest record: the post as the server's API has it."""
    url = f"https://{server.host}/api/v1/statuses/{post_id}"
    return Lookup(endpoint=server.endpoint(STATUS), url=url, headers=JSON)


def activity(server: Server, url: str) -> Lookup:
    """The post's ActivityPub object."""
    return Lookup(endpoint=server.endpoint(OBJECT), url=url, headers=ACTIVITY)


def actor(server: Server, url: str) -> Lookup:
    """An account's ActivityPub object."""
    return Lookup(endpoint=server.endpoint(ACTOR), url=url, headers=ACTIVITY)


def page(server: Server, url: str, *, follow: bool = True) -> Lookup:
    """The page that a reader opens. follow: false where it is asked for what it leads to."""
    return Lookup(endpoint=server.endpoint(PAGE), url=url, headers=PAGE_OF_IT, follow=follow)


def account(server: Server, name: str) -> Lookup:
    """An account by its name."""
    url = f"https://{server.host}/api/v1/accounts/lookup?acct={quote(name, safe='@')}"
    return Lookup(endpoint=server.endpoint(ACCOUNT), url=url, headers=JSON)


def account_numbered(server: Server, account_id: str) -> Lookup:
    """An account by its number on the server (https://docs.joinmastodon.org/methods/accounts/#get)."""
    url = f"https://{server.host}/api/v1/accounts/{account_id}"
    return Lookup(endpoint=server.endpoint(ACCOUNT), url=url, headers=JSON)


def statuses(server: Server, account_id: str, before: str | None) -> Lookup:
    """The account's own posts, newest first, those below the id `before`."""
    query = f"limit={PER_PAGE}&exclude_reblogs=true" + (f"&max_id={before}" if before else "")
    url = f"https://{server.host}/api/v1/accounts/{account_id}/statuses?{query}"
    return Lookup(endpoint=server.endpoint(STATUSES), url=url, headers=JSON)


def webfinger(server: Server, user: str, domain: str) -> Lookup:
    """Where the account `user@domain` is kept: a domain may leave its posts to another host."""
    url = f"https://{domain}/.well-known/webfinger?resource=acct:{quote(user, safe='')}@{domain}"
    headers = (("Accept", "application/jrd+json, application/json"),)
    return Lookup(endpoint=server.endpoint(WEBFINGER), url=url, headers=headers)


def nodeinfo(server: Server, url: str | None = None) -> Lookup:
    """Which program the server runs: first where it says so, then there."""
    address = url or f"https://{server.host}/.well-known/nodeinfo"
    return Lookup(endpoint=server.endpoint(NODEINFO), url=address, headers=JSON)


def outbox(server: Server, url: str) -> Lookup:
    """An account's activities: the collection, or a page of it."""
    return Lookup(endpoint=server.endpoint(OUTBOX), url=url, headers=ACTIVITY)


def feed(server: Server, user: str) -> Lookup:
    """The feed of an account's newest posts."""
    url = f"https://{server.host}/@{user}.rss"
    return Lookup(endpoint=server.endpoint(FEED), url=url, headers=(("Accept", "application/rss+xml, text/xml"),))


def public_timeline(server: Server) -> Lookup:
    """The newest public post of the server's own accounts."""
    url = f"https://{server.host}/api/v1/timelines/public?local=true&limit=1"
    return Lookup(endpoint=server.endpoint(PUBLIC), url=url, headers=JSON)


def featured_notes(server: Server) -> Lookup:
    """The same of Misskey and its relatives, whose other lists cannot be had with a GET."""
    url = f"https://{server.host}/api/notes/featured?limit=1"
    return Lookup(endpoint=server.endpoint(FEATURED), url=url, headers=JSON)
