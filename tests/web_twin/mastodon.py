"""Three servers of the fediverse that run Mastodon: API, ActivityPub, WebFinger, NodeInfo, oEmbed, pages, feeds.

Shapes (members and their order, header names, error bodies) follow recorded answers of 2026 and, where there is none,
Mastodon's sources. A user name never changes there: who was renamed moved to a new account on the same server, and what
they said before stays with the old one. The posts of a person who protects their accounts are for followers alone.
"""

from __future__ import annotations

import html
import json
import re
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any, NamedTuple
from urllib.parse import quote, urlsplit

from tests.web_twin import media
from tests.web_twin.crowd import SERVERS, Crowd, Note, Person
from tests.web_twin.population import PostState
from tests.web_twin.wire import Reply, Request

ACTIVITY = "application/activity+json; charset=utf-8"
AS = "https://www.w3.org/ns/activitystreams"
PUBLIC = f"{AS}#Public"
DEFAULT, MOST = 20, 40
"""Entries on a page of a list, unless asked otherwise; and the most that may be asked for."""

PIECES = re.compile(r"(?P<link>https?://[^\s<]+)|#(?P<tag>\w+)")
SHOWN = 30
"""Letters of a link that are shown."""

STATUS = re.compile(r"/api/v1/statuses/(?P<id>\d{1,20})")
LIST = re.compile(r"/api/v1/accounts/(?P<id>\d{1,20})(?P<list>/statuses)?")
POST = re.compile(r"/(?:@|users/)(?P<user>[A-Za-z0-9_]{1,40})/(?:statuses/)?(?P<id>\d{1,20})(?P<embed>/embed)?")
REMOTE = re.compile(r"/@(?P<user>[A-Za-z0-9_]{1,40})@(?P<host>[a-z0-9.-]+)/(?P<id>\d{1,20})")
PROFILE = re.compile(r"/(?:@|users/)(?P<user>[A-Za-z0-9_]{1,40})(?P<rest>\.rss|/outbox)?")
PICTURE = re.compile(r"/system/media_attachments/files/(?P<id>\d{1,20})/(?P<size>original|small)/photo\.jpg")


class Account(NamedTuple):
    """One account of a person: the one of today, or the one that they left."""

    person: Person
    former: bool

    @property
    def user(self) -> str:
        handles = self.person.handles("mastodon")
        return (handles[0] if self.former else handles[-1]).partition("@")[0]

    @property
    def host(self) -> str:
        return self.person.server

    @property
    def id(self) -> str:
        known = int(self.person.account_id("mastodon"))
        return str(known - (1 << 50) if self.former else known)

    @property
    def url(self) -> str:
        return f"https://{self.host}/@{self.user}"

    @property
    def uri(self) -> str:
        return f"https://{self.host}/users/{self.user}"

    @property
    def state(self) -> PostState:
        return self.person.state


def stamp(when: datetime) -> str:
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{when.microsecond // 1000:03d}Z"


def seconds(when: datetime) -> str:
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def content(text: str, host: str) -> str:
    """A post's words as Mastodon writes them in HTML (app/lib/text_formatter.rb)."""

    def piece(found: re.Match[str]) -> str:
        if found["tag"]:
            tag = found["tag"]
            address = f"https://{host}/tags/{quote(tag)}"
            return f'<a href="{address}" class="mention hashtag" rel="tag">#<span>{html.escape(tag)}</span></a>'
        url = found["link"]
        scheme, _, rest = url.partition("://")
        shown, hidden = rest[:SHOWN], rest[SHOWN:]
        cut = ' class="ellipsis"' if hidden else ' class=""'
        return (
            f'<a href="{html.escape(url)}" target="_blank" rel="nofollow noopener" translate="no">'
            f'<span class="invisible">{scheme}://</span><span{cut}>{html.escape(shown)}</span>'
            f'<span class="invisible">{html.escape(hidden)}</span></a>'
        )

    out, at = [], 0
    for found in PIECES.finditer(text):
        out += [html.escape(text[at : found.start()]), piece(found)]
        at = found.end()
    body = "".join([*out, html.escape(text[at:])])
    return "".join(f"<p>{part}</p>" for part in body.replace("\n\n", "</p><p>").split("</p><p>")).replace(
        "\n", "<br />"
    )


class SITE:
    """All servers. Called with a request, gives the reply.

    Switches:
    auth_only: hosts whose API is for signed-in readers alone (`DISALLOW_UNAUTHENTICATED_API_ACCESS`): 401.
    authorized_fetch: hosts that want ActivityPub requests signed (`AUTHORIZED_FETCH`): 401.
    closed_timelines: hosts that keep their public timeline for signed-in readers: 422.
    software: which program a host says that it runs; with `gotosocial` its API and objects are for members alone, and
        pages hold the post.
    tombstones: hosts that leave a tombstone for a deleted post's object, as other programs do: 410.
    server_rendered: hosts whose pages hold the posts, as until 4.0; elsewhere they hold lines for previews.
    domains: names that stand in handles for a host: `{"quay.example": "social.quay.example"}`; they only answer
        WebFinger.
    limit: requests that a host answers in five minutes, then 429; null: all.
    """

    def __init__(self, crowd: Crowd, now: Callable[[], datetime]) -> None:
        self._crowd = crowd
        self._now = now
        self.hosts: tuple[str, ...] = SERVERS
        self.auth_only: set[str] = set()
        self.authorized_fetch: set[str] = set()
        self.closed_timelines: set[str] = set()
        self.software: dict[str, str] = {}
        self.tombstones: set[str] = set()
        self.server_rendered: set[str] = set()
        self.domains: dict[str, str] = {}
        self.limit: int | None = None
        self._copies: dict[tuple[str, str], Note] = {}
        self._asked: dict[tuple[str, int], int] = {}
        self._lock = threading.Lock()

    def copy(self, note: Note, host: str) -> str:
        """Let another server have a copy of a post; its id there."""
        there = str((note.ms + 1500) << 16 | note.person.number)
        self._copies[host, there] = note
        return there

    # -- who and what

    def account(self, user: str, host: str) -> Account | None:
        person = self._crowd.once_by_handle("mastodon", f"{user}@{host}")
        if person is None:
            return None
        return Account(person, person.handle("mastodon").lower() != f"{user}@{host}".lower())

    def account_by_id(self, account_id: str, host: str) -> Account | None:
        number = int(account_id)
        for shift, former in ((0, False), (1 << 50, True)):
            person = self._crowd.by_account_id("mastodon", str(number + shift))
            if person is not None and person.server == host and (person.former_word is not None or not former):
                return Account(person, former)
        return None

    def author(self, note: Note) -> Account:
        """The account with which it was posted."""
        return Account(note.person, note.handle("mastodon") != note.person.handle("mastodon"))

    def note(self, post_id: str, host: str) -> Note | None:
        """The post of this server with this id, whatever its state."""
        note = self._crowd.find("mastodon", post_id)
        return note if note is not None and note.person.server == host else None

    @staticmethod
    def visible(note: Note) -> bool:
        return note.state is PostState.LIVE

    def posts(self, account: Account) -> list[Note]:
        """What an account shows, newest first."""
        notes = [note for note in self._crowd.on("mastodon", account.person) if self.visible(note)]
        return [note for note in reversed(notes) if self.author(note) == account]

    # -- answers

    def __call__(self, request: Request) -> Reply:
        host, path = request.host, request.unquoted_path
        if host in self.domains:
            return self._webfinger(request, self.domains[host]) if path.startswith("/.well-known/") else _page(404, "")
        if (refusal := self._limited(host)) is not None:
            return refusal
        if path.startswith("/api/"):
            return self._api(request, host, path)
        if path == "/.well-known/webfinger":
            return self._webfinger(request, host)
        if path.startswith(("/.well-known/nodeinfo", "/nodeinfo/")):
            return self._nodeinfo(host, path)
        if found := PICTURE.fullmatch(path):
            return Reply(
                headers=(("content-type", "image/jpeg"), ("cache-control", "public, max-age=315576000, immutable")),
                body=media.jpeg(f"mastodon {found['id']}"),
            )
        return self._addressed(request, host, path)

    def _limited(self, host: str) -> Reply | None:
        if self.limit is None:
            return None
        window = int(self._now().timestamp()) // 300
        with self._lock:
            asked = self._asked[host, window] = self._asked.get((host, window), 0) + 1
        return self._json({"error": "Too many requests"}, 429) if asked > self.limit else None

    def _json(self, value: Any, status: int = 200, *more: tuple[str, str]) -> Reply:
        reset = self._now() + timedelta(seconds=300 - self._now().timestamp() % 300)
        headers = (
            ("cache-control", "private, no-store"),
            ("content-type", "application/json; charset=utf-8"),
            ("server", "Mastodon"),
            ("vary", "Authorization, Origin"),
            ("x-ratelimit-limit", "300"),
            ("x-ratelimit-remaining", "0" if status == 429 else "299"),
            ("x-ratelimit-reset", reset.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")),
            *more,
        )
        body = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
        return Reply(status=status, headers=headers, body=body, compress=True)

    def _missing(self) -> Reply:
        return self._json({"error": "Record not found"}, 404)

    # -- the API

    def _api(self, request: Request, host: str, path: str) -> Reply:
        if path == "/api/oembed":
            return self._oembed(request, host)
        if host in self.auth_only or self.software.get(host) == "gotosocial":
            said = "This API requires an authenticated user"
            if self.software.get(host) == "gotosocial":
                said = "Unauthorized: token not supplied"
            return self._json({"error": said}, 401)
        if found := STATUS.fullmatch(path):
            return self._status(found["id"], host)
        if path == "/api/v1/accounts/lookup":
            return self._lookup(request.query.get("acct", ""), host)
        if found := LIST.fullmatch(path):
            account = self.account_by_id(found["id"], host)
            if account is None:
                return self._missing()
            return self._list(request, account) if found["list"] else self._json(self._account(account, host))
        if path == "/api/v1/timelines/public":
            if host in self.closed_timelines:
                return self._json({"error": "This method requires an authenticated user"}, 422)
            note = self._newest(host)
            return self._json([self.status(note, host)] if note else [])
        return self._json({"error": "Not Found"}, 404)

    def _newest(self, host: str) -> Note | None:
        """A public post of one of the server's own; not really the newest of all, which would need all people."""
        first = SERVERS.index(host)
        for number in range(first, min(self._crowd.size, first + 60 * len(SERVERS)), len(SERVERS)):
            for note in reversed(self._crowd.on("mastodon", number)):
                if self.visible(note):
                    return note
        return None

    def _status(self, post_id: str, host: str) -> Reply:
        copied = self._copies.get((host, post_id))
        if copied is not None:
            return self._json(self.status(copied, host, post_id))
        note = self.note(post_id, host)
        if note is None or not self.visible(note):
            return self._missing()
        return self._json(self.status(note, host))

    def _lookup(self, acct: str, host: str) -> Reply:
        user, _, domain = acct.partition("@")
        account = self.account(user, self.domains.get(domain, domain) or host)
        if account is None or (account.host != host and domain in ("", host)):
            return self._missing()
        return self._json(self._account(account, host))

    def _account(self, account: Account, host: str, *, whole: bool = True) -> dict[str, Any]:
        person, remote = account.person, account.host != host
        closed = account.state in (PostState.SUSPENDED, PostState.ACCOUNT_GONE)
        picture = f"https://{account.host}/avatars/original/missing.png"
        answer: dict[str, Any] = {
            "id": account.id,
            "username": account.user,
            "acct": f"{account.user}@{account.host}" if remote else account.user,
            "display_name": "" if closed else person.name,
            "locked": account.state is PostState.PROTECTED,
            "bot": False,
            "discoverable": None if closed else True,
            "indexable": False,
            "group": False,
            "created_at": "2018-11-04T00:00:00.000Z",
            "note": "",
            "url": account.url,
            "uri": account.uri,
            "avatar": picture,
            "avatar_static": picture,
            "followers_count": 0 if closed else 40 + person.number,
            "following_count": 0 if closed else 17,
            "statuses_count": 0 if closed else 120,
            "last_status_at": None,
            "hide_collections": None,
            "noindex": False,
            "emojis": [],
            "roles": [],
            "fields": [],
        }
        if closed:
            answer["suspended"] = True
        if account.former and whole:
            answer["moved"] = self._account(Account(person, False), host, whole=False)
        return answer

    def status(self, note: Note, host: str, post_id: str | None = None) -> dict[str, Any]:
        """A post as the API of this server has it; under another id where it is a copy."""
        account, own_id = self.author(note), note.id_on("mastodon")
        home = account.host
        return {
            "id": post_id or own_id,
            "created_at": stamp(note.created),
            "in_reply_to_id": None,
            "in_reply_to_account_id": None,
            "sensitive": False,
            "spoiler_text": "",
            "visibility": "public",
            "language": note.lang,
            "uri": f"{account.uri}/statuses/{own_id}",
            "url": f"{account.url}/{own_id}",
            "replies_count": 0,
            "reblogs_count": 0,
            "favourites_count": 3,
            "quotes_count": 0,
            "edited_at": stamp(note.edited) if note.edited else None,
            "content": content(note.text, home),
            "filtered": [],
            "reblog": None,
            "account": self._account(account, host),
            "media_attachments": [self._attachment(note)] if note.photo else [],
            "mentions": [],
            "tags": [],
            "emojis": [],
            "quote": None,
            "card": None,
            "poll": None,
        }

    def _attachment(self, note: Note) -> dict[str, Any]:
        post_id = note.id_on("mastodon")
        files = f"https://{note.person.server}/system/media_attachments/files/{post_id}"
        return {
            "id": post_id,
            "type": "image",
            "url": f"{files}/original/photo.jpg",
            "preview_url": f"{files}/small/photo.jpg",
            "remote_url": None,
            "preview_remote_url": None,
            "text_url": None,
            "meta": {"original": {"width": 64, "height": 48, "size": "64x48", "aspect": 1.3333333333333333}},
            "description": f"A picture, number {note.number}",
            "blurhash": "UGC~-#M{0JfkNFofR%M{IURj%Mt7E0oM%MR*",
        }

    def _list(self, request: Request, account: Account) -> Reply:
        query = request.query
        limit = min(int(query.get("limit", DEFAULT)), MOST)
        bounds = {
            name: int(query[name]) for name in ("max_id", "min_id", "since_id") if query.get(name, "").isdecimal()
        }
        found = [
            note
            for note in self.posts(account)
            if int(note.id_on("mastodon")) < bounds.get("max_id", 1 << 64)
            and int(note.id_on("mastodon")) > max(bounds.get("min_id", 0), bounds.get("since_id", 0))
        ]
        # `min_id` pages upwards from it, the others downwards from the newest
        page = found[-limit:] if "min_id" in bounds else found[:limit]
        statuses = [self.status(note, account.host) for note in page]
        if not statuses:
            return self._json([])
        root = f"https://{account.host}/api/v1/accounts/{account.id}/statuses"
        kept = "".join(f"{name}={query[name]}&" for name in ("exclude_reblogs", "limit") if name in query)
        links = [f'<{root}?{kept}min_id={statuses[0]["id"]}>; rel="prev"']
        if len(page) == limit:
            links.insert(0, f'<{root}?{kept}max_id={statuses[-1]["id"]}>; rel="next"')
        return self._json(statuses, 200, ("link", ", ".join(links)))

    def _oembed(self, request: Request, host: str) -> Reply:
        url = urlsplit(request.query.get("url", ""))
        found = POST.fullmatch(url.path)
        note = self.note(found["id"], host) if found and url.hostname == host else None
        if note is None or not self.visible(note):
            return self._missing()
        account = self.author(note)
        page = f"{account.url}/{note.id_on('mastodon')}"
        quotation = (
            f'<blockquote class="mastodon-embed" data-embed-url="{page}/embed"> <a href="{page}" target="_blank"> '
            f"<div>Post by @{account.user}@{host}</div> <div>View on Mastodon</div> </a> </blockquote> "
            f'<script data-allowed-prefixes="https://{host}/" async src="https://{host}/embed.js"></script>'
        )
        return self._json(
            {
                "type": "rich",
                "version": "1.0",
                "author_name": account.person.name,
                "author_url": account.url,
                "provider_name": host,
                "provider_url": f"https://{host}/",
                "cache_age": 86400,
                "html": quotation,
                "width": 400,
                "height": None,
            }
        )

    # -- discovery

    def _webfinger(self, request: Request, host: str) -> Reply:
        user, _, domain = request.query.get("resource", "").removeprefix("acct:").partition("@")
        account = self.account(user, host) if domain in (host, request.host) else None
        if account is None:
            return Reply(status=404, headers=(("content-type", "text/plain"),))
        answer = {
            "subject": f"acct:{account.user}@{domain}",
            "aliases": [account.url, account.uri],
            "links": [
                {"rel": "http://webfinger.net/rel/profile-page", "type": "text/html", "href": account.url},
                {"rel": "self", "type": "application/activity+json", "href": account.uri},
            ],
        }
        headers = (("content-type", "application/jrd+json; charset=utf-8"), ("server", "Mastodon"))
        return Reply(headers=headers, body=json.dumps(answer).encode(), compress=True)

    def _nodeinfo(self, host: str, path: str) -> Reply:
        if path == "/.well-known/nodeinfo":
            rel = "http://nodeinfo.diaspora.software/ns/schema/2.0"
            return self._json({"links": [{"rel": rel, "href": f"https://{host}/nodeinfo/2.0"}]})
        name = self.software.get(host, "mastodon")
        return self._json(
            {"version": "2.0", "software": {"name": name, "version": "4.5.3"}, "protocols": ["activitypub"]}
        )

    # -- ActivityPub, pages, feeds

    def _addressed(self, request: Request, host: str, path: str) -> Reply:
        wants_object = "json" in (request.header("accept") or "") or path.endswith("/outbox")
        if found := REMOTE.fullmatch(path):
            copied = self._copies.get((host, found["id"]))
            return _page(404, "") if copied is None else self._to_original(copied)
        if path == "/actor":
            return self._object({"id": f"https://{host}/actor", "type": "Application", "preferredUsername": host})
        if wants_object and (host in self.authorized_fetch or self.software.get(host) == "gotosocial"):
            return self._json({"error": "Request not signed"}, 401)
        found = POST.fullmatch(path) or PROFILE.fullmatch(path)
        account = self.account(found["user"], host) if found else None
        if found is None or account is None:
            return self._error(404, "Not Found", wants_object)
        if account.state is PostState.ACCOUNT_GONE:
            return self._error(410, "Gone", wants_object)
        if account.state is PostState.SUSPENDED:
            return self._error(403, "Forbidden", wants_object)
        if "id" in found.groupdict():
            return self._post(request, found, account, wants_object)
        if found["rest"] == "/outbox":
            return self._outbox(request, account)
        if found["rest"] == ".rss":
            return self._feed(account)
        if wants_object:
            return self._object(self._actor(account))
        return _page(200, self._profile(account))

    def _to_original(self, note: Note) -> Reply:
        target = f"{self.author(note).url}/{note.id_on('mastodon')}"
        return Reply(status=302, headers=(("location", target), ("content-type", "text/html; charset=utf-8")))

    def _error(self, status: int, phrase: str, as_json: bool) -> Reply:
        return self._json({"error": phrase}, status) if as_json else _page(status, phrase)

    def _object(self, value: dict[str, Any], status: int = 200) -> Reply:
        headers = (
            ("cache-control", "max-age=180, public"),
            ("content-type", ACTIVITY),
            ("server", "Mastodon"),
            ("vary", "Accept, Accept-Language, Cookie"),
        )
        body = json.dumps({"@context": AS} | value, ensure_ascii=False).encode()
        return Reply(status=status, headers=headers, body=body, compress=True)

    def _post(self, request: Request, found: re.Match[str], account: Account, wants_object: bool) -> Reply:
        note = self.note(found["id"], account.host)
        if note is None or self.author(note) != account or not self.visible(note):
            mine = note is not None and self.author(note) == account
            if wants_object and mine and account.host in self.tombstones and note.own_state is PostState.DELETED:  # type: ignore[union-attr]
                return self._object({"id": f"{account.uri}/statuses/{found['id']}", "type": "Tombstone"}, 410)
            return self._error(404, "Not Found", wants_object)
        if wants_object:
            return self._object(self.object(note))
        if request.unquoted_path.startswith("/users/"):
            return Reply(status=302, headers=(("location", f"{account.url}/{found['id']}"),))
        return _page(200, self._post_page(note, account, embed=bool(found["embed"])))

    def object(self, note: Note) -> dict[str, Any]:
        """The `Note` of a post."""
        account, post_id = self.author(note), note.id_on("mastodon")
        uri = f"{account.uri}/statuses/{post_id}"
        words = content(note.text, account.host)
        answer: dict[str, Any] = {
            "id": uri,
            "type": "Note",
            "summary": None,
            "inReplyTo": None,
            "published": seconds(note.created),
            "url": f"{account.url}/{post_id}",
            "attributedTo": account.uri,
            "to": [PUBLIC],
            "cc": [f"{account.uri}/followers"],
            "sensitive": False,
            "content": words,
            "contentMap": {note.lang: words},
        }
        if note.edited:
            answer["updated"] = seconds(note.edited)
        picture = self._attachment(note) if note.photo else None
        answer["attachment"] = (
            [{"type": "Document", "mediaType": "image/jpeg", "url": picture["url"], "name": picture["description"]}]
            if picture
            else []
        )
        return answer | {"tag": [], "replies": {"id": f"{uri}/replies", "type": "Collection"}}

    def _actor(self, account: Account) -> dict[str, Any]:
        answer = {
            "id": account.uri,
            "type": "Person",
            "outbox": f"{account.uri}/outbox",
            "preferredUsername": account.user,
            "name": account.person.name,
            "summary": "",
            "url": account.url,
            "manuallyApprovesFollowers": account.state is PostState.PROTECTED,
        }
        if account.former:
            answer["movedTo"] = Account(account.person, False).uri
        return answer

    def _outbox(self, request: Request, account: Account) -> Reply:
        root, query = f"{account.uri}/outbox", request.query
        if query.get("page") != "true":
            first = f"{root}?page=true"
            return self._object({"id": root, "type": "OrderedCollection", "totalItems": 120, "first": first})
        below = int(query["max_id"]) if query.get("max_id", "").isdecimal() else 1 << 64
        found = [note for note in self.posts(account) if int(note.id_on("mastodon")) < below][:DEFAULT]
        page: dict[str, Any] = {"id": f"https://{account.host}{request.target}", "type": "OrderedCollectionPage"}
        if found:
            page["next"] = f"{root}?max_id={found[-1].id_on('mastodon')}&page=true"
        page["partOf"] = root
        page["orderedItems"] = [
            {
                "id": f"{account.uri}/statuses/{note.id_on('mastodon')}/activity",
                "type": "Create",
                "actor": account.uri,
                "published": seconds(note.created),
                "to": [PUBLIC],
                "object": self.object(note),
            }
            for note in found
        ]
        return self._object(page)

    def _feed(self, account: Account) -> Reply:
        items = "".join(
            f'<item><guid isPermaLink="true">{account.url}/{note.id_on("mastodon")}</guid>'
            f"<link>{account.url}/{note.id_on('mastodon')}</link>"
            f"<pubDate>{format_datetime(note.created.replace(microsecond=0), usegmt=False)}</pubDate>"
            f"<description>{html.escape(content(note.text, account.host))}</description></item>"
            for note in self.posts(account)[:DEFAULT]
        )
        body = (
            '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" xmlns:media="http://search.yahoo.com/mrss/">'
            f"<channel><title>{html.escape(account.person.name)}</title><link>{account.url}</link>{items}</channel></rss>"
        )
        headers = (("content-type", "application/rss+xml; charset=utf-8"), ("server", "Mastodon"))
        return Reply(headers=headers, body=body.encode(), compress=True)

    # -- pages

    def _post_page(self, note: Note, account: Account, *, embed: bool) -> str:
        url, host = f"{account.url}/{note.id_on('mastodon')}", account.host
        if host in self.server_rendered or self.software.get(host) == "gotosocial":
            return _document(host, self.rendered(note, detailed=True))
        if embed:
            return _document(
                host, f'<div id="mastodon-status" data-props=\'{{"id":"{note.id_on("mastodon")}"}}\'></div>'
            )
        words = note.text
        if note.photo:
            words = f"Attached: 1 image\n\n{words}"
        lines = (
            ("og:site_name", host),
            ("og:type", "article"),
            ("og:title", f"{account.person.name} (@{account.user}@{host})"),
            ("og:url", url),
            ("og:published_time", seconds(note.created)),
            ("profile:username", f"{account.user}@{host}"),
            ("og:description", words),
            (
                "og:image",
                self._attachment(note)["url"] if note.photo else f"https://{host}/avatars/original/missing.png",
            ),
        )
        head = "".join(f'<meta content="{html.escape(value)}" property="{name}">\n' for name, value in lines)
        return _document(host, '<div class="notranslate app-holder" id="mastodon"></div>', head)

    def _profile(self, account: Account) -> str:
        if account.host not in self.server_rendered:
            head = f'<meta content="profile" property="og:type"><meta content="{account.url}" property="og:url">\n'
            return _document(account.host, '<div class="app-holder" id="mastodon"></div>', head)
        entries = "".join(
            f'<div class="entry h-entry">{self.rendered(note, detailed=False)}</div>'
            for note in self.posts(account)[:DEFAULT]
        )
        return _document(account.host, f'<div class="activity-stream activity-stream--under-tabs">{entries}</div>')

    def rendered(self, note: Note, *, detailed: bool) -> str:
        """A post as pages held it until 4.0 (app/views/statuses/)."""
        account = self.author(note)
        url, name = f"{account.url}/{note.id_on('mastodon')}", html.escape(account.person.name)
        kind = "detailed-status" if detailed else "status"
        author = (
            f'<div class="p-author h-card"><a class="{kind}__display-name u-url" href="{account.url}">'
            f'<span class="display-name"><bdi><strong class="display-name__html p-name emojify">{name}</strong></bdi>'
            f'<span class="display-name__account">@{account.user}@{account.host}</span></span></a></div>'
        )
        inner = content(note.text, account.host)
        words = f'<div class="status__content emojify"><div class="e-content">{inner}</div></div>'
        stamped = seconds(note.created)
        when = f'<data class="dt-published" value="{stamped}"></data>'
        link = f'<time class="formatted" datetime="{stamped}" title="{stamped}">{note.created:%b %d, %Y, %H:%M}</time>'
        if detailed:
            meta = f'{when}<a class="detailed-status__datetime u-url u-uid" href="{url}">{link}</a>'
            return (
                f'<div class="detailed-status detailed-status--flex">{author}{words}'
                f'<div class="detailed-status__meta">{meta}</div></div>'
            )
        head = f'<a class="status__relative-time u-url u-uid" href="{url}">{link}</a>{when}'
        return f'<div class="status"><div class="status__info">{head}{author}</div>{words}</div>'


def _document(host: str, body: str, head: str = "") -> str:
    return (
        f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>{host}</title>\n{head}</head>\n'
        f'<body class="app-body">{body}</body>\n</html>\n'
    )


def _page(status: int, text: str) -> Reply:
    """A page; an error's page holds one sentence."""
    sentences = {
        404: "The page you are looking for isn't here.",
        410: "The page you were looking for doesn't exist here anymore.",
        403: "You don't have permission to view this page.",
    }
    if status != 200:
        title = f"<title>{sentences[status]}</title>"
        shown = f'<div class="dialog"><h1>{sentences[status]}</h1></div>'
        text = f'<!DOCTYPE html>\n<html lang="en"><head>{title}</head><body>{shown}</body></html>\n'
    headers = (
        ("cache-control", "max-age=15, public, stale-while-revalidate=30, stale-if-error=86400"),
        ("content-type", "text/html; charset=utf-8"),
        ("server", "Mastodon"),
        ("vary", "Accept, Accept-Language, Cookie"),
    )
    return Reply(status=status, headers=headers, body=text.encode(), compress=True)
