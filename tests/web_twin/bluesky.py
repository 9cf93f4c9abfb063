"""Bluesky: what its own servers show, the directory of identities, the servers that keep the accounts' repositories,
the app's pages, and the domains that are people's handles.

Shapes and headers as recorded in 2025, refusals as the servers' own source names them. An account that is gone is so in
one of three ways, by its number: deleted at its server, deactivated by its owner, closed in the directory. One that is
protected asks that only people who are signed in see it. A post that is `withheld` was taken down by its server: the
repository holds it still.
"""

from __future__ import annotations

import hashlib
import html
import json
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any
from urllib.parse import unquote

from tests.web_twin import media, repository
from tests.web_twin.crowd import PDS_HOSTS, TID, Crowd, Note, Person, digits, number_of
from tests.web_twin.population import PostState
from tests.web_twin.repository import Repository, SigningKey, cid_of, cid_text
from tests.web_twin.wire import Reply, Request

APP_VIEW, DIRECTORY, APP, PICTURES = "public.api.bsky.app", "plc.directory", "bsky.app", "cdn.bsky.app"
COLLECTION = "app.bsky.feed.post"
MODERATION = "did:plc:ar7c4by46qjdydhdevvrndac"

OFFICIAL_DID, OFFICIAL_KEY, OFFICIAL_HANDLE = "did:plc:z72i7hdynmk6r22z27h6tvur", "3l6oveex3ii2l", "bsky.app"
OFFICIAL_HOST = "puffball.us-east.host.bsky.network"
OFFICIAL_WORDS = "The harbour office has a window here now. Ask at the second door for the key."

REQUIRES_AUTH = "This author has chosen to make their posts visible only to people who are signed in."

KEPT = 128
"""Accounts whose records are kept in memory."""


def tid(moment: datetime, clock: int = 0) -> str:
    return digits(round(moment.timestamp() * 1_000_000) << 10 | clock, TID, 13)


def stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def blob(name: str) -> dict[str, Any]:
    """A picture as a record names it."""
    data = media.jpeg(name)
    link = cid_text(cid_of(data, 0x55))
    return {"$type": "blob", "ref": {"$link": link}, "mimeType": "image/jpeg", "size": len(data)}


def shortened(link: str) -> str:
    """How the app writes a link into a text."""
    host, slash, path = link.partition("://")[2].partition("/")
    return host + slash + (path if len(path) <= 12 else path[:12] + "...")


def record_of(note: Note, *, words: str | None = None) -> dict[str, Any]:
    """The record of a post, as JSON."""
    text = note.text if words is None else words
    facets: list[dict[str, Any]] = []
    if note.link and note.link in text:
        label = shortened(note.link)
        text = text.replace(note.link, label)
        start = len(text[: text.rindex(label)].encode())
        facets.append(facet(start, label, {"$type": "app.bsky.richtext.facet#link", "uri": note.link}))
    for word in text.split():
        if word.startswith("#") and len(word) > 1:
            start = len(text[: text.index(word)].encode())
            facets.append(facet(start, word, {"$type": "app.bsky.richtext.facet#tag", "tag": word[1:]}))
    record: dict[str, Any] = {"$type": COLLECTION, "createdAt": stamp(note.created), "langs": [note.lang], "text": text}
    if facets:
        record["facets"] = facets
    if note.photo:
        image = {"alt": f"A picture of {note.title[:40]}", "image": blob(f"{note.person.number}/{note.number}")}
        record["embed"] = {"$type": "app.bsky.embed.images", "images": [image]}
    elif note.link:
        card = {"uri": note.link, "title": "A page", "description": "Of the harbour's news."}
        record["embed"] = {"$type": "app.bsky.embed.external", "external": card}
    return record


def facet(start: int, label: str, feature: dict[str, Any]) -> dict[str, Any]:
    return {"index": {"byteStart": start, "byteEnd": start + len(label.encode())}, "features": [feature]}


@dataclass
class Entry:
    """One post: its record, and what the servers make of it."""

    key: str
    record: dict[str, Any]
    created: datetime
    state: PostState = PostState.LIVE
    shown: dict[str, Any] | None = None
    """The record as Bluesky shows it, where the account wrote it again since."""

    @cached_property
    def block(self) -> bytes:
        return repository.block_of(self.record)

    @cached_property
    def cid(self) -> str:
        return cid_text(cid_of(self.block))

    @property
    def shown_cid(self) -> str:
        return self.cid if self.shown is None else cid_text(cid_of(repository.block_of(self.shown)))

    @property
    def indexed(self) -> datetime:
        return self.created + timedelta(milliseconds=340)


@dataclass
class Holder:
    """An account with its posts, oldest first."""

    did: str
    handle: str
    name: str
    host: str
    state: PostState
    notes: tuple[Note, ...]
    number: int
    make: Callable[[Note], Entry]
    former: tuple[tuple[str, datetime], ...] = ()
    """Handles that it had, each with the time at which it got the next one."""
    joined: datetime = datetime(2023, 5, 1, tzinfo=UTC)
    made: dict[str, Entry] = field(default_factory=dict)
    proofs: Repository | None = None

    @cached_property
    def by_key(self) -> dict[str, Note]:
        return {note.id_on("bluesky"): note for note in self.notes}

    @cached_property
    def keys(self) -> list[str]:
        """Newest first."""
        return sorted(self.by_key, reverse=True) or sorted(self.made, reverse=True)

    def entry(self, key: str) -> Entry | None:
        """The post under this key, whatever its state."""
        if key not in self.made and key in self.by_key:
            self.made[key] = self.make(self.by_key[key])
        return self.made.get(key)

    @cached_property
    def key(self) -> SigningKey:
        return SigningKey(f"repository {self.did}", "p256" if self.number % 2 else "secp256k1")

    @property
    def way_gone(self) -> str:
        return ("deleted", "deactivated", "closed")[self.number % 3] if self.state is PostState.ACCOUNT_GONE else ""


class BlueskySite:
    """All of the platform's hosts.

    suspended_elsewhere: accounts that Bluesky suspended are kept by servers that do not care. rewritten: posts that
    were edited are records that were written again under the same key, which Bluesky does not show. reposts: feeds have
    posts of others. broken_proofs: what is wrong with each proof: `signature`, `high`, `other` (another account's),
    `node`, `record`; empty: nothing. no_proofs: servers do not know the question. down: hosts that fail. handle_errors:
    how a handle that nobody has is refused: `message` or `name`.
    """

    def __init__(self, crowd: Crowd, now: Callable[[], datetime]) -> None:
        self.crowd = crowd
        self.now = now
        self.suspended_elsewhere = False
        self.rewritten = False
        self.reposts = True
        self.broken_proofs = ""
        self.no_proofs = False
        self.down: set[str] = set()
        self.handle_errors = "message"
        self._lock = threading.Lock()
        self._holders: OrderedDict[int, tuple[object, bool, Holder]] = OrderedDict()
        self._official = official(self._entry)
        domains = (h for n in range(0, len(crowd), 3) for h in crowd.person(n).handles("bluesky"))
        self.domains = frozenset(domain for domain in domains if domain.endswith(".example"))
        """Handles that are domains of their own."""
        self.hosts: tuple[str, ...] = (
            *(APP_VIEW, DIRECTORY, APP, PICTURES, OFFICIAL_HOST),
            *PDS_HOSTS,
            *sorted(self.domains),
        )

    def __call__(self, request: Request) -> Reply:
        if request.host in self.down:
            return answer(503, {"error": "ServiceUnavailable", "message": "Service Unavailable"})
        if request.host == DIRECTORY:
            return self._directory(request)
        if request.host == APP:
            return self._page(request)
        if request.host == PICTURES:
            name = request.path.rpartition("/")[2]
            return Reply(headers=(("Content-Type", "image/jpeg"),), body=media.jpeg(name))
        method = request.path.removeprefix("/xrpc/")
        if request.host == APP_VIEW:
            return self._app_view(method, request)
        if request.host in (*PDS_HOSTS, OFFICIAL_HOST):
            return self._server(method, request)
        return self._domain(request)

    # -- accounts

    def holder(self, who: Person | None) -> Holder | None:
        """The account of a person, with its posts as they are now."""
        if who is None:
            return None
        notes = self.crowd.notes(who)
        with self._lock:
            known = self._holders.get(who.number)
            if known is not None and known[0] is notes and known[1] is self.rewritten:
                self._holders.move_to_end(who.number)
                return known[2]
        former = who.handles("bluesky")[:-1]
        made = Holder(
            did=who.did,
            handle=who.handle("bluesky"),
            name=who.name,
            host=who.pds,
            state=who.state,
            notes=self.crowd.on("bluesky", who),
            number=who.number,
            make=self._entry,
            former=tuple((handle, who.renamed or self.now()) for handle in former),
        )
        with self._lock:
            self._holders[who.number] = (notes, self.rewritten, made)
            while len(self._holders) > KEPT:
                self._holders.popitem(last=False)
        return made

    def by_did(self, did: str) -> Holder | None:
        return self._official if did == OFFICIAL_DID else self.holder(self.crowd.by_did(did))

    def by_handle(self, handle: str) -> Holder | None:
        if handle.lower() == OFFICIAL_HANDLE:
            return self._official
        return self.holder(self.crowd.by_handle("bluesky", handle))

    def by_actor(self, actor: str) -> Holder | None:
        return self.by_did(actor) if actor.startswith("did:") else self.by_handle(actor)

    def _entry(self, note: Note) -> Entry:
        state = note.own_state
        entry = Entry(note.id_on("bluesky"), record_of(note), note.created, state)
        if note.edited and self.rewritten:
            entry.shown = record_of(note, words=note.first_text)
        return entry

    # -- Bluesky's own servers

    def _app_view(self, method: str, request: Request) -> Reply:
        query = request.query
        if method == "com.atproto.identity.resolveHandle":
            return self._resolve(query.get("handle", ""))
        if method == "app.bsky.feed.getPosts":
            uris = [value for name, value in request.query_items if name == "uris"]
            return answer(200, {"posts": [view for uri in uris if (view := self._view_at(uri)) is not None]})
        if method == "app.bsky.feed.getPostThread":
            view = self._view_at(query.get("uri", ""))
            if view is None:
                return refusal("NotFound", f"Post not found: {query.get('uri', '')}")
            thread = {"$type": "app.bsky.feed.defs#threadViewPost", "post": view, "replies": [], "threadContext": {}}
            return answer(200, {"thread": thread})
        if method == "app.bsky.actor.getProfile":
            return self._profile(query.get("actor", ""))
        if method == "app.bsky.feed.getAuthorFeed":
            return self._feed(query)
        return answer(501, {"error": "MethodNotImplemented", "message": "Method Not Implemented"})

    def _resolve(self, handle: str) -> Reply:
        holder = self.by_handle(handle)
        if holder is None or holder.way_gone in ("deleted", "closed"):
            if self.handle_errors == "name":
                return refusal("HandleNotFound", "Unable to resolve handle")
            return refusal("InvalidRequest", "Unable to resolve handle")
        return answer(200, {"did": holder.did})

    def _shows(self, holder: Holder | None) -> bool:
        return holder is not None and holder.state in (PostState.LIVE, PostState.PROTECTED)

    def _view_at(self, uri: str) -> dict[str, Any] | None:
        did, _, key = uri.removeprefix("at://").partition(f"/{COLLECTION}/")
        holder = self.by_did(did)
        entry = holder.entry(key) if holder is not None else None
        if holder is None or entry is None or not self._shows(holder) or entry.state is not PostState.LIVE:
            return None
        return view_of(holder, entry)

    def _profile(self, actor: str) -> Reply:
        holder = self.by_actor(actor)
        if holder is None or holder.way_gone in ("deleted", "closed"):
            return refusal("InvalidRequest", "Profile not found")
        if holder.state is PostState.SUSPENDED:
            return refusal("AccountTakedown", "Account has been suspended")
        if holder.way_gone:
            return refusal("AccountDeactivated", "Account is deactivated")
        return answer(200, author_of(holder) | {"indexedAt": stamp(holder.joined), "postsCount": len(holder.keys)})

    def _feed(self, query: dict[str, str]) -> Reply:
        holder = self.by_actor(query.get("actor", ""))
        if holder is None or not self._shows(holder):
            return refusal("InvalidRequest", "Profile not found")
        limit, cursor = int(query.get("limit", "50")), query.get("cursor", "")
        posts = [entry for entry in self._entries(holder) if not cursor or stamp(entry.created) < cursor][:limit]
        feed: list[dict[str, Any]] = []
        for place, entry in enumerate(posts):
            if self.reposts and place % 10 == 4 and (other := self._somebody_else(holder)) is not None:
                by = {
                    "$type": "app.bsky.feed.defs#reasonRepost",
                    "by": author_of(holder),
                    "indexedAt": stamp(entry.indexed),
                }
                feed.append({"post": other, "reason": by})
            feed.append({"post": view_of(holder, entry)})
        body: dict[str, Any] = {"feed": feed}
        if len(posts) == limit:
            body["cursor"] = stamp(posts[-1].created)
        return answer(200, body)

    def _entries(self, holder: Holder) -> Iterator[Entry]:
        """Those that are shown, newest first."""
        for key in holder.keys:
            entry = holder.entry(key)
            if entry is not None and entry.state is PostState.LIVE:
                yield entry

    def _somebody_else(self, holder: Holder) -> dict[str, Any] | None:
        other = self.holder(self.crowd.person((holder.number + 1) % len(self.crowd)))
        if other is None or not self._shows(other) or other.did == holder.did:
            return None
        entry = next(self._entries(other), None)
        return view_of(other, entry) if entry is not None else None

    # -- the directory

    def _directory(self, request: Request) -> Reply:
        did, _, rest = request.path.lstrip("/").partition("/")
        holder = self.by_did(unquote(did))
        if holder is None:
            return answer(404, {"message": f"DID not registered: {unquote(did)}"})
        if rest == "log/audit":
            return answer(200, audit_log(holder, self.now()))
        if rest:
            return answer(404, {"message": "Not found"})
        if holder.way_gone == "closed":
            return answer(410, {"message": f"DID not available: {holder.did}"})
        kind = "application/did+ld+json; charset=utf-8"
        return answer(200, document(holder), kind=kind)

    # -- the servers of repositories

    def _server(self, method: str, request: Request) -> Reply:
        query = request.query
        holder = self.by_actor(query.get("repo") or query.get("did") or "")
        if holder is None or holder.host != request.host:
            holder = None
        if method == "com.atproto.sync.getRecord":
            return self._proof(holder, query)
        if method == "com.atproto.repo.getRecord":
            return self._record(holder, query)
        if method == "com.atproto.repo.listRecords":
            return self._records(holder, query)
        return answer(501, {"error": "MethodNotImplemented", "message": "Method Not Implemented"})

    def _keeps(self, holder: Holder | None) -> bool:
        if holder is None or holder.state is PostState.ACCOUNT_GONE:
            return False
        return holder.state is not PostState.SUSPENDED or self.suspended_elsewhere

    def _record(self, holder: Holder | None, query: dict[str, str]) -> Reply:
        key = query.get("rkey", "")
        uri = f"at://{query.get('repo', '')}/{COLLECTION}/{key}"
        entry = holder.entry(key) if holder is not None and self._keeps(holder) else None
        if holder is None or entry is None or entry.state is not PostState.LIVE:
            return refusal("RecordNotFound", f"Could not locate record: {uri}")
        return answer(200, {"uri": f"at://{holder.did}/{COLLECTION}/{key}", "cid": entry.cid, "value": entry.record})

    def _records(self, holder: Holder | None, query: dict[str, str]) -> Reply:
        if holder is None or not self._keeps(holder):
            return refusal("InvalidRequest", f"Could not find repo: {query.get('repo', '')}")
        limit, cursor = int(query.get("limit", "50")), query.get("cursor")
        found = []
        for entry in self._entries(holder):
            if cursor is None or entry.key < cursor:
                found.append(entry)
                if len(found) == limit:
                    break
        records = [
            {"uri": f"at://{holder.did}/{COLLECTION}/{entry.key}", "cid": entry.cid, "value": entry.record}
            for entry in found
        ]
        body: dict[str, Any] = {"records": records}
        if found:
            body["cursor"] = found[-1].key
        return answer(200, body)

    def _proof(self, holder: Holder | None, query: dict[str, str]) -> Reply:
        did = query.get("did", "")
        if self.no_proofs:
            return answer(501, {"error": "MethodNotImplemented", "message": "Method Not Implemented"})
        if holder is None or holder.way_gone in ("deleted", "closed"):
            return refusal("RepoNotFound", f"Could not find repo for DID: {did}")
        if not self._keeps(holder):
            if holder.way_gone:
                return refusal("RepoDeactivated", f"Repo has been deactivated: {did}")
            return refusal("RepoTakendown", f"Repo has been takendown: {did}")
        path = f"{COLLECTION}/{query.get('rkey', '')}"
        body = self._broken(holder, path) if self.broken_proofs else self.repository(holder).proof(path)
        return Reply(headers=headers("application/vnd.ipld.car"), body=body)

    def repository(self, holder: Holder) -> Repository:
        """The signed repository of an account: everything that it did not delete."""
        if holder.proofs is None:
            entries = (holder.entry(key) for key in holder.keys)
            kept = {f"{COLLECTION}/{e.key}": e.block for e in entries if e and e.state is not PostState.DELETED}
            holder.proofs = Repository(holder.did, holder.key, tid(self.now()), kept)
        return holder.proofs

    def _broken(self, holder: Holder, path: str) -> bytes:
        kept = self.repository(holder)
        if self.broken_proofs == "high":
            return Repository(holder.did, holder.key, kept.rev, kept.records, high=True).proof(path)
        if self.broken_proofs == "signature":
            return Repository(holder.did, SigningKey("somebody else", holder.key.curve), kept.rev, kept.records).proof(
                path
            )
        if self.broken_proofs == "other":
            return Repository(f"{holder.did[:-1]}2", holder.key, kept.rev, kept.records).proof(path)
        way = kept.way_to(path)
        blocks = [(cid, kept.blocks[cid]) for cid in way]
        if self.broken_proofs == "node":
            del blocks[1]
        else:
            cid, block = blocks[-1]
            blocks[-1] = cid, block[:-1] + bytes((block[-1] ^ 1,))
        return repository.car(kept.commit, blocks)

    # -- pages and domains

    def _page(self, request: Request) -> Reply:
        parts = unquote(request.path).strip("/").split("/")
        if len(parts) == 3 and parts[0] == "profile" and parts[2] == "rss":
            return self._rss(parts[1])
        head = body = ""
        if len(parts) == 4 and (parts[0], parts[2]) == ("profile", "post"):
            holder = self.by_actor(parts[1])
            view = self._view_at(f"at://{holder.did}/{COLLECTION}/{parts[3]}") if holder else None
            if view is not None:
                head, body = preview(view, request.url)
        text = (
            '<!DOCTYPE html>\n<html>\n<head>\n  <meta charset="UTF-8">\n  <meta property="og:site_name" '
            f'content="Bluesky Social">\n{head}</head>\n<body>\n  <div id="root"></div>\n'
            f'  <noscript>\n    <h1 lang="en">JavaScript Required</h1>\n{body}  </noscript>\n</body>\n</html>\n'
        )
        return Reply(headers=(("content-type", "text/html; charset=utf-8"),), body=text.encode(), compress=True)

    def _rss(self, actor: str) -> Reply:
        holder = self.by_actor(actor)
        if holder is None or not self._shows(holder):
            return Reply(status=404, headers=(("content-type", "text/plain"),), body=b"account not found\n")
        if holder.state is PostState.PROTECTED:
            return Reply(status=403, headers=(("content-type", "text/plain"),), body=b"no public views\n")
        if not actor.startswith("did:"):
            return Reply(status=302, headers=(("location", f"/profile/{holder.did}/rss"),))
        items = []
        for entry, _ in zip(self._entries(holder), range(30), strict=False):
            made = entry.created.strftime("%d %b %Y %H:%M +0000")
            items.append(
                f"<item><link>https://bsky.app/profile/{holder.handle}/post/{entry.key}</link><description>"
                f"{html.escape(expanded(entry.record))}</description><pubDate>{made}</pubDate>"
                f'<guid isPermaLink="false">at://{holder.did}/{COLLECTION}/{entry.key}</guid></item>'
            )
        title = html.escape(f"@{holder.handle} - {holder.name}")
        text = f'<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel><title>{title}</title>'
        body = f"{text}{''.join(items)}</channel></rss>".encode()
        return Reply(headers=(("content-type", "application/xml; charset=utf-8"),), body=body, compress=True)

    def _domain(self, request: Request) -> Reply:
        holder = self.by_handle(request.host)
        if request.path == "/.well-known/atproto-did" and holder is not None:
            return Reply(headers=(("content-type", "text/plain"),), body=holder.did.encode())
        return Reply(status=404, headers=(("content-type", "text/plain"),), body=b"Not Found\n")


# -- shapes


def headers(kind: str) -> tuple[tuple[str, str], ...]:
    return (
        ("Content-Type", kind),
        ("X-Powered-By", "Express"),
        ("Access-Control-Allow-Origin", "*"),
        ("RateLimit-Limit", "3000"),
        ("RateLimit-Remaining", "2989"),
        ("RateLimit-Policy", "3000;w=300"),
        ("Vary", "Accept-Encoding"),
    )


def answer(status: int, body: object, *, kind: str = "application/json; charset=utf-8") -> Reply:
    data = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    return Reply(status=status, headers=headers(kind), body=data, compress=len(data) > 1024)


def refusal(name: str, message: str) -> Reply:
    return answer(400, {"error": name, "message": message})


def author_of(holder: Holder) -> dict[str, Any]:
    picture = cid_text(cid_of(media.jpeg(holder.did), 0x55))
    labels = []
    if holder.state is PostState.PROTECTED:
        uri = f"at://{holder.did}/app.bsky.actor.profile/self"
        labels = [{"src": holder.did, "uri": uri, "val": "!no-unauthenticated", "cts": stamp(holder.joined)}]
    return {
        "did": holder.did,
        "handle": holder.handle,
        "displayName": holder.name,
        "avatar": f"https://{PICTURES}/img/avatar/plain/{holder.did}/{picture}@jpeg",
        "labels": labels,
        "createdAt": stamp(holder.joined),
    }


def view_of(holder: Holder, entry: Entry) -> dict[str, Any]:
    """A post as Bluesky shows it."""
    record = entry.shown or entry.record
    view = {
        "uri": f"at://{holder.did}/{COLLECTION}/{entry.key}",
        "cid": entry.shown_cid,
        "author": author_of(holder),
        "record": record,
    }
    embed = record.get("embed")
    if embed is not None and "images" in embed:
        images = []
        for image in embed["images"]:
            link = image["image"]["ref"]["$link"]
            address = f"https://{PICTURES}/img/{{}}/plain/{holder.did}/{link}@jpeg"
            sizes = {"thumb": address.format("feed_thumbnail"), "fullsize": address.format("feed_fullsize")}
            images.append({**sizes, "alt": image["alt"]})
        view["embed"] = {"$type": "app.bsky.embed.images#view", "images": images}
    elif embed is not None:
        view["embed"] = {"$type": "app.bsky.embed.external#view", "external": embed["external"]}
    count = int.from_bytes(hashlib.sha256(entry.key.encode()).digest()[:2])
    counts = {"replyCount": count % 7, "repostCount": count % 31, "likeCount": count % 211, "quoteCount": count % 3}
    return view | counts | {"indexedAt": stamp(entry.indexed), "labels": []}


def document(holder: Holder) -> dict[str, Any]:
    return {
        "@context": [
            "https://www.w3.org/ns/did/v1",
            "https://w3id.org/security/multikey/v1",
            "https://w3id.org/security/suites/secp256k1-2019/v1",
        ],
        "id": holder.did,
        "alsoKnownAs": [f"at://{holder.handle}"],
        "verificationMethod": [
            {
                "id": f"{holder.did}#atproto",
                "type": "Multikey",
                "controller": holder.did,
                "publicKeyMultibase": holder.key.multibase,
            }
        ],
        "service": [
            {
                "id": "#atproto_pds",
                "type": "AtprotoPersonalDataServer",
                "serviceEndpoint": f"https://{holder.host}",
            }
        ],
    }


def audit_log(holder: Holder, now: datetime) -> list[dict[str, Any]]:
    """All versions of an account's identity; the signatures are made up."""
    began = holder.joined - timedelta(days=5000)  # before any post on any platform, so that every former handle fits in
    steps: list[tuple[datetime, dict[str, Any]]] = []
    since = began
    for handle, until in (*holder.former, (holder.handle, now)):
        operation = {
            "type": "plc_operation",
            "alsoKnownAs": [f"at://{handle}"],
            "rotationKeys": [f"did:key:{holder.key.multibase}"],
            "verificationMethods": {"atproto": f"did:key:{holder.key.multibase}"},
            "services": {"atproto_pds": {"type": "AtprotoPersonalDataServer", "endpoint": f"https://{holder.host}"}},
        }
        steps.append((since, operation))
        since = until
    if holder.way_gone == "closed":
        steps.append((now, {"type": "plc_tombstone"}))
    out: list[dict[str, Any]] = []
    for at, operation in steps:
        prev = out[-1]["cid"] if out else None
        signed = operation | {"prev": prev, "sig": hashlib.sha256(repr((at, operation)).encode()).hexdigest()}
        cid = cid_text(cid_of(repository.block_of(signed)))
        out.append({"did": holder.did, "operation": signed, "cid": cid, "nullified": False, "createdAt": stamp(at)})
    return out


def expanded(record: dict[str, Any]) -> str:
    """The text with its links whole, as pages for link previews have it."""
    text = record["text"]
    for one in record.get("facets", ()):
        link = one["features"][0].get("uri")
        label = shortened(link) if link else ""
        if label.endswith("..."):
            text = text.replace(label, link)
    card = record.get("embed", {}).get("external", {}).get("uri", "")
    return text if not card or card in text else f"{text}\n{card}"


def preview(view: dict[str, Any], url: str) -> tuple[str, str]:
    """What the app's page says in its head, and to readers without scripts."""
    author, record = view["author"], view["record"]
    words = expanded(record)
    did = author["did"]
    if any(label["val"] == "!no-unauthenticated" for label in author["labels"]):
        words, did = REQUIRES_AUTH, ""
    said, name, handle = html.escape(words), html.escape(author["displayName"]), author["handle"]
    head = (
        f'  <meta property="og:type" content="article">\n  <meta property="profile:username" content="{handle}">\n'
        f'  <meta property="og:url" content="{html.escape(url)}">\n'
        f'  <meta property="og:title" content="{name} (@{handle})">\n'
        f'  <meta name="description" content="{said}">\n  <meta property="og:description" content="{said}">\n'
    )
    body = f'<div id="bsky_post_summary">\n  <h3>Post</h3>\n  <p id="bsky_handle">{handle}</p>\n'
    if did:
        for image in view.get("embed", {}).get("images", ()):
            head += f'  <meta property="og:image" content="{image["thumb"]}">\n'
        head += f'  <meta name="article:published_time" content="{view["indexedAt"]}">\n'
        head += f'  <link rel="alternate" href="{view["uri"]}" />\n'
        body += f'  <p id="bsky_display_name">{name}</p>\n  <p id="bsky_did">{did}</p>\n'
        body += f'  <p id="bsky_post_indexedat">{view["indexedAt"]}</p>\n'
    return head, f'{body}  <p id="bsky_post_text">{said}</p>\n</div>\n'


def official(make: Callable[[Note], Entry]) -> Holder:
    """Bluesky's own account, with the one post by which it is told whether we are answered."""
    created = datetime.fromtimestamp((number_of(OFFICIAL_KEY, TID) >> 10) / 1e6, UTC)
    record = {"$type": COLLECTION, "createdAt": stamp(created), "langs": ["en"], "text": OFFICIAL_WORDS}
    holder = Holder(
        did=OFFICIAL_DID,
        handle=OFFICIAL_HANDLE,
        name="Bluesky",
        host=OFFICIAL_HOST,
        state=PostState.LIVE,
        notes=(),
        number=0,
        make=make,
    )
    holder.made[OFFICIAL_KEY] = Entry(OFFICIAL_KEY, record, created)
    return holder


SITE = BlueskySite
