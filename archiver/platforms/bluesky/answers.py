"""What does each answer say of a post of Bluesky, or of its account?

Refusals have names (`{"error": "RecordNotFound", "message": …}`), which the lexicons declare; messages are only looked
at where a server gives no name. Two of them have to be read with care:

- Bluesky's own servers leave a post out that they do not show, without a word: one that is deleted, one of an account
  that is suspended or deactivated, one that moderators took down, one that they never heard of.
- The server of a repository answers `RecordNotFound` for a record that was deleted, and the same for one that it was
  told to withhold; and of an account that it keeps no longer it asks Bluesky's servers (packages/pds of
  github.com/bluesky-social/atproto, `repo/getRecord.ts`).

So neither alone says "deleted". What does, is the signed repository itself (`proof`).
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
from msgspec.structs import replace

from archiver.errors import ArchiverError
from archiver.exchange import Exchange
from archiver.model import Answer, AnswerKind, Post, PostRef, State
from archiver.platforms import answering
from archiver.platforms.answering import Body
from archiver.platforms.base import Lookup
from archiver.platforms.bluesky import consistency, identity, proof, records
from archiver.platforms.bluesky.cid import Cid
from archiver.platforms.bluesky.endpoints import APP_VIEW, DIRECTORY
from archiver.platforms.bluesky.identity import Account, History, Period
from archiver.platforms.bluesky.proof import Holds, Lacks, Proof
from archiver.platforms.bluesky.urls import COLLECTION, is_did, of_account, read_uri
from archiver.platforms.values import Json, dig, members, string

STATING = frozenset({400, 403, 404, 410})
"""Statuses with which the AT Protocol's servers give a named refusal; only the name counts."""

MAX_CAR = proof.MAX_CAR

HOLDS = "the account's signed repository holds it at revision"
LACKS = "the account's signed repository does not hold it at revision"
"""What is said where a proof holds, and nowhere else: verification looks for these words in what is stored."""

ACCOUNT_STATES: dict[str, tuple[State, str]] = {
    "AccountTakedown": (State.SUSPENDED, "Bluesky has suspended the account"),
    "AccountDeactivated": (State.ACCOUNT_GONE, "the account is deactivated by its owner"),
    "RepoTakendown": (State.SUSPENDED, "its server has taken the account down"),
    "RepoSuspended": (State.SUSPENDED, "its server has suspended the account"),
    "RepoDeactivated": (State.ACCOUNT_GONE, "the account is deactivated by its owner"),
    "RepoNotFound": (State.ACCOUNT_GONE, "the server that its identity names keeps no such repository"),
}
"""Refusals that are about the account."""

NO_RECORD = "RecordNotFound"
NO_RECORD_MESSAGE = "Could not locate record"
"""What servers write that give the refusal no name."""

NO_HANDLE = ("HandleNotFound", "Unable to resolve handle")


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """An answer, and what it tells beside: what the next questions depend on."""

    answer: Answer
    did: str | None = None
    account: Account | None = None
    history: History | None = None


# -- identity


def read_handle(lookup: Lookup, ref: PostRef, exchange: Exchange) -> Found:
    """Whose a handle is, by Bluesky's servers."""
    body = answering.body_of(exchange, hosts=(APP_VIEW,), speaking=STATING)
    if isinstance(body, Answer):
        return _found(lookup, exchange, body)
    did = string(body.data, "did")
    if body.status == 200 and did is not None and is_did(did):
        return _resolved(lookup, ref, exchange, did)
    name, message = _refusal(body)
    if name in NO_HANDLE or message.startswith(NO_HANDLE):
        said = f"nobody has the handle {ref.handle} today: it was given up, or its account is gone"
        return _found(lookup, exchange, answering.identity(said))
    return _found(lookup, exchange, _unknown(body))


def read_domain(lookup: Lookup, ref: PostRef, exchange: Exchange) -> Found:
    """Whose a handle is, by its own domain. Only the account's document can confirm it."""
    host = exchange.url.partition("//")[2].partition("/")[0]
    body = answering.body_of(exchange, hosts=(host,), speaking=frozenset({404, 410}), pages=True, limit=65_536)
    if isinstance(body, Answer):
        return _found(lookup, exchange, body)
    did = identity.read_did(body.page) if body.status == 200 else None
    if did is not None:
        return _resolved(lookup, ref, exchange, did)
    return _found(lookup, exchange, answering.identity(f"the domain {ref.handle} names no account"))


def _resolved(lookup: Lookup, ref: PostRef, exchange: Exchange, did: str) -> Found:
    answer = answering.identity(f"@{ref.handle} is {did} today", ref=of_account(ref.id, did, ref.handle))
    return Found(answer=answering.of(lookup, exchange, answer), did=did)


def read_document(lookup: Lookup, ref: PostRef, did: str, exchange: Exchange) -> Found:
    """The account's DID document."""
    host = DIRECTORY if did.startswith("did:plc:") else identity.web_host(did) or DIRECTORY
    body = answering.body_of(exchange, hosts=(host,), speaking=frozenset({404, 410}))
    if isinstance(body, Answer):
        return _found(lookup, exchange, body)
    if body.status != 200:
        return _found(lookup, exchange, _no_document(body, did))
    account = identity.read_document(did, body.data)
    if account is None:
        return _found(lookup, exchange, answering.unexpected("no document of this account"))
    where = (
        f"its posts are kept at {account.host}" if account.host else "its document names no server that can be asked"
    )
    named = of_account(ref.id, did, account.handle or ref.handle)
    said = f"the account is @{account.handle or '(without a handle)'} today, and {where}"
    answer = answering.identity(said, ref=named)
    return Found(answer=answering.of(lookup, exchange, answer), did=did, account=account)


def _no_document(body: Body, did: str) -> Answer:
    """What the directory says of an identity without a document (packages/server of github.com/did-method-plc)."""
    message = string(body.data, "message") or ""
    if message == f"DID not available: {did}":
        return answering.identity("the account's identity was closed", state=State.ACCOUNT_GONE)
    if message == f"DID not registered: {did}":
        return answering.identity(f"the directory knows no account {did}")
    return _unknown(body)


def read_log(lookup: Lookup, ref: PostRef, did: str, exchange: Exchange) -> Found:
    """Whether the account ever had the handle under which the post is cited."""
    body = answering.body_of(exchange, hosts=(DIRECTORY,), speaking=frozenset({404, 410}))
    if isinstance(body, Answer):
        return _found(lookup, exchange, body)
    history = identity.read_log(did, body.data) if body.status == 200 else None
    if history is None:
        return _found(lookup, exchange, answering.unexpected("no history of this account"))
    answer = handle_answer(history, ref.handle or "")
    return Found(answer=answering.of(lookup, exchange, answer), did=did, history=history)


def handle_answer(history: History, cited: str) -> Answer:
    """What an account's history says of a handle under which it is cited."""
    held = history.held(cited)
    if held:
        when = "; ".join(_period(period) for period in held)
        return answering.identity(f"the account had the handle @{cited} {when}")
    others = ", ".join(dict.fromkeys(f"@{period.handle}" for period in history.periods[-8:])) or "no handle at all"
    said = f"the account never had the handle @{cited} under which the post is cited; it had {others}"
    return replace(answering.identity(said), contradictions=(said,))


def _period(period: Period) -> str:
    since = f"from {period.since:%Y-%m-%d}" if period.since else "from an unknown day"
    return f"{since} to {period.until:%Y-%m-%d}" if period.until else f"{since} to this day"


# -- Bluesky's own servers


def read_posts(lookup: Lookup, ref: PostRef, did: str, exchange: Exchange) -> Found:
    """The post as Bluesky shows it; left out of the list where it does not."""
    body = answering.body_of(exchange, hosts=(APP_VIEW,))
    if isinstance(body, Answer):
        return _found(lookup, exchange, body)
    listed = dig(body.data, "posts")
    if not isinstance(listed, list):
        return _found(lookup, exchange, _unknown(body))
    if not listed:
        return _found(lookup, exchange, answering.not_found("Bluesky shows no such post"))
    view = next((entry for entry in members(listed) if read_uri(entry.get("uri")) == (did, ref.id)), None)
    post = records.view_post(view) if view is not None else None
    if view is None or post is None:
        return _found(lookup, exchange, answering.unexpected("a list that holds something else than the post"))
    return _found(lookup, exchange, _shown_view(ref, view, post, exchange))


def _shown_view(ref: PostRef, view: Json, post: Post, exchange: Exchange) -> Answer:
    named = of_account(ref.id, post.scope or "", post.handle or ref.handle)
    given = set(records.labels(view, exchange.time))
    found = consistency.of_post(post)
    notes = [one.text for one in found]
    if ref.handle and post.handle and ref.handle.lower() != post.handle.lower():
        notes.append(f"its account is now @{post.handle}, cited as @{ref.handle}")
    reason = "; ".join(("the post is shown", *notes))
    answer = answering.shown(post, reason, ref=named)
    if any(label == records.FOR_MEMBERS for label, _ in given):
        said = "its author lets only people who are signed in see it"
        answer = replace(answering.stated(State.RESTRICTED, said, ref=named), post=post)
    elif any(label in records.WITHHELD and by != post.scope for label, by in given):
        said = "Bluesky's moderators keep it from readers"
        answer = replace(answering.stated(State.RESTRICTED, said, ref=named), post=post)
    return replace(answer, contradictions=tuple(one.text for one in found if one.impossible))


def read_profile(lookup: Lookup, ref: PostRef, did: str, exchange: Exchange) -> Found:
    """What Bluesky says of the account of a post that it does not show. `did` is set where it shows the account."""
    body = answering.body_of(exchange, hosts=(APP_VIEW,), speaking=STATING)
    if isinstance(body, Answer):
        return _found(lookup, exchange, body)
    if body.status == 200 and string(body.data, "did") == did:
        handle = records.known_handle(dig(body.data, "handle"))
        said = f"Bluesky shows the account{f' as @{handle}' if handle else ''}"
        answer = answering.identity(said, ref=of_account(ref.id, did, handle or ref.handle))
        return Found(answer=answering.of(lookup, exchange, answer), did=did)
    name, message = _refusal(body)
    if (stated := _of_account(name)) is not None:
        return _found(lookup, exchange, stated)
    if message.startswith("Profile not found"):
        return _found(lookup, exchange, answering.identity("Bluesky knows no such account"))
    return _found(lookup, exchange, _unknown(body))


# -- the account's repository


def read_record(lookup: Lookup, ref: PostRef, account: Account, exchange: Exchange) -> Found:
    """The record as the server of the account's repository gives it."""
    body = answering.body_of(exchange, hosts=(account.host or "",), speaking=STATING)
    if isinstance(body, Answer):
        return _found(lookup, exchange, body)
    if body.status != 200:
        return _found(lookup, exchange, _refused_record(body))
    data = body.data if isinstance(body.data, Mapping) else {}
    if read_uri(data.get("uri")) != (account.did, ref.id):
        return _found(lookup, exchange, answering.unexpected("the answer is not about this record"))
    post = records.record_post(account.did, ref.id, data.get("value"), cid=data.get("cid"), handle=account.handle)
    if post is None:
        return _found(lookup, exchange, answering.unexpected("a record that is no post"))
    wrong = consistency.content(data.get("value"), post.content_id)
    said = "its repository's server gives the record"
    if wrong:
        said += "; " + "; ".join(one.text for one in wrong)
    elif post.content_id:
        said += ", and its content has the hash that is given for it"
    answer = answering.shown(post, said, ref=of_account(ref.id, account.did, account.handle or ref.handle))
    return _found(lookup, exchange, replace(answer, contradictions=tuple(one.text for one in wrong)))


def _refused_record(body: Body) -> Answer:
    name, message = _refusal(body)
    if (stated := _of_account(name)) is not None:
        return stated
    if name == NO_RECORD or message.startswith(NO_RECORD_MESSAGE):
        return answering.not_found("its repository's server has no such record to give")
    if message.startswith("Could not find repo"):
        return answering.unsaid("the server that its identity names says that it keeps no such repository")
    return _unknown(body)


def read_proof(lookup: Lookup, ref: PostRef, account: Account, exchange: Exchange) -> Found:
    """What the signed repository proves of the record."""
    # as pages are: whatever the record's own words are, they are no wall
    body = answering.body_of(exchange, hosts=(account.host or "",), speaking=STATING, pages=True, limit=MAX_CAR)
    if isinstance(body, Answer):
        return _found(lookup, exchange, body)
    if body.status != 200:
        name, _ = _refusal(body)
        if (stated := _of_account(name)) is not None:
            return _found(lookup, exchange, stated)
        if name == NO_RECORD:
            return _found(lookup, exchange, answering.not_found("its repository's server has no such record to prove"))
        return _found(lookup, exchange, _unknown(body))
    if account.key is None:
        return _found(lookup, exchange, answering.unexpected("the account's document names no key to prove it by"))
    try:
        car = exchange.payload(MAX_CAR)
    except ArchiverError as error:
        return _found(lookup, exchange, answering.failed(f"the answer cannot be decoded: {error.problem}"))
    proven = proof.prove(
        car, did=account.did, key=account.key, collection=COLLECTION, rkey=ref.id, asked_at=exchange.time
    )
    return _found(lookup, exchange, proof_answer(proven, ref, account))


def proof_answer(proven: Proof, ref: PostRef, account: Account) -> Answer:
    """What a proof means for the post. One that does not hold means nothing."""
    named = of_account(ref.id, account.did, account.handle or ref.handle)
    if isinstance(proven, Lacks):
        said = f"{LACKS} {proven.rev}"
        return replace(answering.stated(State.DELETED, said, ref=named), proven=True)
    if not isinstance(proven, Holds):
        return answering.unexpected(f"a proof that does not hold: {proven.why}")
    post = records.record_post(account.did, ref.id, _json(proven.record), cid=proven.cid, handle=account.handle)
    said = f"{HOLDS} {proven.rev}, as {proven.cid}"
    if post is not None:
        return answering.shown(post, said, ref=named)
    return Answer(state=State.LIVE, reason=said, positive=True, kind=AnswerKind.SHOWN, ref=named)


def _json(value: object) -> object:
    """A record from its repository in the form that it has in JSON: links as the API writes them."""
    if isinstance(value, Mapping):
        return {key: _json(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [_json(entry) for entry in value]
    return {"$link": str(value)} if isinstance(value, Cid) else value


# -- refusals


def _refusal(body: Body) -> tuple[str, str]:
    """The name and the message of an XRPC error."""
    return string(body.data, "error") or "", string(body.data, "message") or ""


def _of_account(name: str) -> Answer | None:
    stated = ACCOUNT_STATES.get(name)
    return answering.identity(stated[1], state=stated[0]) if stated else None


def _unknown(body: Body) -> Answer:
    name, message = _refusal(body)
    said = " ".join(part for part in (name, answering.quoted(message) if message else "") if part)
    return answering.unexpected(f"HTTP {body.status}{f': {said}' if said else ''}")


def _found(lookup: Lookup, exchange: Exchange, answer: Answer) -> Found:
    return Found(answer=answering.of(lookup, exchange, answer))
