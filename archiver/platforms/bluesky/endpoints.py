"""Which public endpoints tell of a post of Bluesky, and under which exact URLs they are asked.

Nobody has to sign in for these. Bluesky's own servers answer for what they show (the "AppView"), plc.directory for who
an account is, and the server of the account's repository for what the account itself has published (docs.bsky.app, "API
hosts and auth"; the lexicons of github.com/bluesky-social/atproto). Every URL depends on the account's DID and the
record's key alone, so that stored answers are found again by their exact URL; only the question whose a handle is has
the handle in it.
"""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import quote

from archiver.model import PostRef
from archiver.platforms.base import Lookup
from archiver.platforms.bluesky.urls import COLLECTION, did_of

HANDLE = "bluesky.handle"
DOMAIN = "bluesky.domain"
POSTS = "bluesky.posts"
PROFILE = "bluesky.profile"
FEED = "bluesky.feed"
DOCUMENT = "bluesky.did"
LOG = "bluesky.log"
RECORD = "bluesky.record"
PROOF = "bluesky.proof"
RECORDS = "bluesky.records"

APP_VIEW = "public.api.bsky.app"
DIRECTORY = "plc.directory"

JSON = (("Accept", "application/json"),)
CAR = (("Accept", "application/vnd.ipld.car"),)

PAGE = 100
"""Records of one page of a list: as many as both lists give."""

CONTROL_DID = "did:plc:z72i7hdynmk6r22z27h6tvur"
CONTROL_KEY = "3l6oveex3ii2l"
CONTROL_HANDLE = "bsky.app"
"""A post of Bluesky's own account of October 2024, which it has kept pinned: where it cannot be read, it is we who are
refused. The account's DID is that of plc.directory's own test data."""


def handle_lookup(handle: str) -> Lookup:
    """Whose a handle is, as Bluesky's servers know it."""
    return _xrpc(HANDLE, APP_VIEW, "com.atproto.identity.resolveHandle", handle=handle.lower())


def domain_lookup(handle: str) -> Lookup:
    """Whose a handle is, as its own domain says (atproto.com/specs/handle)."""
    return Lookup(endpoint=DOMAIN, url=f"https://{handle.lower()}/.well-known/atproto-did")


def posts_lookup(did: str, key: str) -> Lookup:
    """The post as Bluesky shows it: the fullest record."""
    return _xrpc(POSTS, APP_VIEW, "app.bsky.feed.getPosts", uris=record_uri(did, key))


def profile_lookup(did: str) -> Lookup:
    """What Bluesky says of the account: one that is suspended or deactivated is named so."""
    return _xrpc(PROFILE, APP_VIEW, "app.bsky.actor.getProfile", actor=did)


def document_lookup(did: str, web_host: str | None) -> Lookup:
    """The account's DID document; `web_host` is the host of a `did:web`."""
    if web_host is not None:
        return Lookup(endpoint=DOCUMENT, url=f"https://{web_host}/.well-known/did.json", headers=JSON)
    return Lookup(endpoint=DOCUMENT, url=f"https://{DIRECTORY}/{did}", headers=JSON)


def log_lookup(did: str) -> Lookup:
    """All versions of a `did:plc`'s document."""
    return Lookup(endpoint=LOG, url=f"https://{DIRECTORY}/{did}/log/audit", headers=JSON)


def record_lookup(host: str, did: str, key: str) -> Lookup:
    """The record as the server of the account's repository gives it."""
    return _xrpc(RECORD, host, "com.atproto.repo.getRecord", repo=did, collection=COLLECTION, rkey=key)


def proof_lookup(host: str, did: str, key: str) -> Lookup:
    """The signed proof that the repository holds the record, or that it does not."""
    lookup = _xrpc(PROOF, host, "com.atproto.sync.getRecord", did=did, collection=COLLECTION, rkey=key)
    return Lookup(endpoint=lookup.endpoint, url=lookup.url, headers=CAR)


def records_lookup(host: str, did: str, cursor: str | None) -> Lookup:
    """The records of an account's posts with a key lower than `cursor`, newest first."""
    where = {"repo": did, "collection": COLLECTION, "limit": str(PAGE)} | ({"cursor": cursor} if cursor else {})
    return _xrpc(RECORDS, host, "com.atproto.repo.listRecords", **where)


def feed_lookup(did: str, cursor: str | None) -> Lookup:
    """The account's posts as Bluesky shows them, those before `cursor`, newest first."""
    where = {"actor": did, "filter": "posts_with_replies", "limit": str(PAGE)}
    return _xrpc(FEED, APP_VIEW, "app.bsky.feed.getAuthorFeed", **where | ({"cursor": cursor} if cursor else {}))


def feed_cursor(moment: datetime) -> str:
    """The place in an author's feed before an instant: on Bluesky's own servers a cursor is a time."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def record_uri(did: str, key: str) -> str:
    return f"at://{did}/{COLLECTION}/{key}"


def _xrpc(endpoint: str, host: str, method: str, **parameters: str) -> Lookup:
    query = "&".join(f"{name}={quote(value, safe='')}" for name, value in parameters.items())
    return Lookup(endpoint=endpoint, url=f"https://{host}/xrpc/{method}?{query}", headers=JSON)


def view_url(ref: PostRef) -> str:
    """The page in the official embed's frame, which takes the account's DID only; without it, the post's own page."""
    did = did_of(ref)
    return f"https://embed.bsky.app/embed/{did}/{COLLECTION}/{ref.id}" if did else ref.url
