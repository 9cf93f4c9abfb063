"""What is asked about one post, in which order, and what comes of it all?

The handle is only the way to the DID; from then on everything is asked by it. Bluesky itself is asked first: it has the
fullest record, and where it shows the post no more is needed for most. Then who the account is, and its own repository:
the record as its server gives it, and the proof of it. Bluesky is asked of the account only where it shows no post, and
the account's history is read only where the post is cited under another handle than today's, or where a post is missing
whose account is known by nothing but its handle.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from typing import TypeVar

from msgspec.structs import replace

from archiver.exchange import Exchange
from archiver.model import Answer, AnswerKind, PostRef, State
from archiver.platforms import answering
from archiver.platforms.base import Inquiry, Step
from archiver.platforms.bluesky import answers, consistency, endpoints, identity
from archiver.platforms.bluesky.answers import Found
from archiver.platforms.bluesky.identity import Account, History
from archiver.platforms.bluesky.ids import time_of
from archiver.platforms.bluesky.urls import UNVERIFIED, did_of

REPOSITORY = (endpoints.RECORD, endpoints.PROOF)
"""Endpoints of the account's own server."""

OWN_HANDLES = ".bsky.social"
"""Handles that Bluesky itself gives: whose they are, its servers know, and no domain knows better."""

T = TypeVar("T")
Asking = Generator[Step, Exchange | None, T]


def look(ref: PostRef) -> Inquiry:
    """The questions about one post, and an answer for each."""
    did = did_of(ref)
    by_handle = did is None
    if did is None:
        did = yield from find_did(ref)
    if did is None:
        return
    shown = yield from _shown(ref, did)
    account = yield from find_account(ref, did)
    theirs: bool | None = True
    if by_handle and shown is None:
        theirs = yield from _was_theirs(ref, did)
    elif account is not None and ref.handle and ref.handle.lower() not in (account.handle, UNVERIFIED):
        yield from _history(ref, did)
    if theirs is False:
        return
    if shown is None and theirs:
        yield from _account_shown(ref, did)
    if account is not None and account.host is not None:
        yield from _kept(ref, account, shown, sure=bool(theirs))


def find_did(ref: PostRef) -> Asking[str | None]:
    """Whose the handle is: by Bluesky's servers, else by its own domain."""
    if not ref.handle or not identity.is_public_name(ref.handle.lower()):
        yield answering.not_public("a record's key alone names no post: its author's handle or DID is needed")
        return None
    nobody = False
    lookup = endpoints.handle_lookup(ref.handle)
    exchange = yield lookup
    if exchange is not None:
        found = answers.read_handle(lookup, ref, exchange)
        yield found.answer
        if found.did is not None:
            return found.did
        nobody = found.answer.kind is AnswerKind.IDENTITY
    if not ref.handle.lower().endswith(OWN_HANDLES):
        lookup = endpoints.domain_lookup(ref.handle)
        exchange = yield lookup
        if exchange is not None:
            found = answers.read_domain(lookup, ref, exchange)
            yield found.answer
            if found.did is not None:
                return found.did
    if nobody:
        said = f"nobody tells which account @{ref.handle} was: only with its DID can the post be asked for"
        yield answering.unsaid(said)
    return None


def find_account(ref: PostRef, did: str) -> Asking[Account | None]:
    """What the account's DID document says."""
    host = identity.web_host(did)
    if host is None and not did.startswith("did:plc:"):
        yield answering.not_public(f"nobody can be asked about {did}")
        return None
    lookup = endpoints.document_lookup(did, host)
    exchange = yield lookup
    if exchange is None:
        return None
    found = answers.read_document(lookup, ref, did, exchange)
    yield found.answer
    return found.account


def _shown(ref: PostRef, did: str) -> Asking[Answer | None]:
    """The answer of Bluesky itself, where it has the post."""
    lookup = endpoints.posts_lookup(did, ref.id)
    exchange = yield lookup
    if exchange is None:
        return None
    found = answers.read_posts(lookup, ref, did, exchange)
    yield found.answer
    return found.answer if found.answer.post is not None else None


def _account_shown(ref: PostRef, did: str) -> Asking[None]:
    lookup = endpoints.profile_lookup(did)
    exchange = yield lookup
    if exchange is not None:
        yield answers.read_profile(lookup, ref, did, exchange).answer


def _history(ref: PostRef, did: str) -> Asking[History | None]:
    """Which handles the account had, and when."""
    if not did.startswith("did:plc:"):
        return None
    lookup = endpoints.log_lookup(did)
    exchange = yield lookup
    if exchange is None:
        return None
    found = answers.read_log(lookup, ref, did, exchange)
    yield found.answer
    return found.history


def _was_theirs(ref: PostRef, did: str) -> Asking[bool | None]:
    """Whether the account that has the cited handle today had it when the post was made; null where nobody tells.

    A handle that was given up may be anybody's: that its new account has no such post says nothing of the old one's.
    """
    handle = (ref.handle or "").lower()
    if identity.web_host(did) == handle:
        return True
    history = yield from _history(ref, did)
    if history is None:
        yield answering.unsaid(f"whether @{handle} was {did} when the post was made is not known")
        return None
    if history.had(handle, time_of(ref.id)):
        return True
    yield answering.unsaid(
        f"@{handle} was not {did} when the post was made: the one that is cited may have been another's"
    )
    return False


def _kept(ref: PostRef, account: Account, shown: Answer | None, *, sure: bool) -> Asking[None]:
    """The record and its proof, from the account's own server.

    sure: whether the account is the one that was cited; where not, only that it has the post says something.
    """
    host = account.host or ""
    said: list[tuple[str, str | None]] = []
    if shown is not None and shown.post is not None:
        said.append(("shown by Bluesky", shown.post.content_id))
    lookup = endpoints.record_lookup(host, account.did, ref.id)
    exchange = yield lookup
    if exchange is not None:
        found = answers.read_record(lookup, ref, account, exchange)
        yield _if_sure(_compared(found, said, "in the account's repository"), sure)
    if account.key is None:
        return
    lookup = endpoints.proof_lookup(host, account.did, ref.id)
    exchange = yield lookup
    if exchange is not None:
        found = answers.read_proof(lookup, ref, account, exchange)
        yield _if_sure(_compared(found, said, "in the signed repository"), sure)


def _if_sure(answer: Answer, sure: bool) -> Answer:
    if sure or answer.kind in (AnswerKind.SHOWN, AnswerKind.FAILED, AnswerKind.REFUSED):
        return answer
    said = answering.unsaid(f"{answer.reason}; but it may not be the account that was cited")
    return replace(said, endpoint=answer.endpoint, record_id=answer.record_id)


def _compared(found: Found, said: list[tuple[str, str | None]], who: str) -> Answer:
    """The answer, as one about an edited post where the record's hash is another than the one that was named before."""
    post = found.answer.post
    if post is None:
        return found.answer
    said.append((who, post.content_id))
    again = consistency.versions((said[0], said[-1]))
    if not again:
        return found.answer
    return replace(found.answer, state=State.EDITED, reason=f"{found.answer.reason}; {again[0].text}")


# -- one state from all


def judge(ref: PostRef, given: Sequence[Answer]) -> Answer:
    """One state from all answers.

    A post that Bluesky leaves out and that its repository holds is in the state that is said of the account, or
    `restricted` where the account's own server withholds it as well; where that gives it, Bluesky may not have it yet,
    and nobody says that it is kept from readers. Bluesky and the account's own server, where neither has such a post,
    say "deleted" only if the account is known to be there: they say the same of an account that is suspended or
    deactivated. The signed repository's word needs no other, and where its proof does not hold, nothing is concluded
    from what its server says.
    """
    verdict = _judged(ref, given)
    unsaid = [said for said in verdict.contradictions if said not in verdict.reason]
    return replace(verdict, reason="; ".join((verdict.reason, *unsaid)))


def _judged(ref: PostRef, given: Sequence[Answer]) -> Answer:
    by = {answer.endpoint: answer for answer in given}
    absent = {e for e, a in by.items() if a.kind is AnswerKind.NOT_FOUND}
    held = any(a.endpoint in REPOSITORY and a.kind is AnswerKind.SHOWN for a in given)
    gone = next((a for a in given if a.kind is AnswerKind.IDENTITY and a.state.missing), None)
    view, proven = by.get(endpoints.POSTS), by.get(endpoints.PROOF)
    if held and view is not None and view.kind is AnswerKind.SHOWN:
        # the repository's server may be told to withhold what its repository proves, and what Bluesky shows
        return answering.judged(ref, [a for a in given if a.endpoint not in absent])
    both = _is_there(by) and endpoints.POSTS in absent and not _is_doubtful(proven)
    verdict = answering.judged(ref, given, corroborated=2 if both else len(by) + 1)
    alone = gone is not None and gone.endpoint in REPOSITORY and endpoints.POSTS not in absent
    if alone and _is_there(by) and not held:
        # an account that moves house is deactivated where it was: its document may have named that server until now
        said = f"Bluesky shows the account, of which its server says otherwise: {verdict.reason}"
        return replace(verdict, state=State.UNRESOLVED, positive=False, reason=said)
    said_otherwise = any(a.kind is AnswerKind.STATED for a in given)
    if not held or said_otherwise or (gone is None and endpoints.POSTS not in absent):
        return verdict
    withheld = {endpoints.POSTS, endpoints.RECORD} <= absent
    why = gone.reason if gone else "Bluesky does not show it (taken down there, or not seen there yet)"
    if withheld and gone is None:
        why = "neither Bluesky nor the account's own server shows it"
    each = "; ".join(f"{a.endpoint}: {a.reason}" for a in given if a.endpoint)
    return replace(
        verdict,
        state=gone.state if gone else State.RESTRICTED if withheld else State.UNRESOLVED,
        reason=f"{why}, though the account's repository holds it ({each})",
        positive=gone is not None or withheld,
    )


def _is_there(by: Mapping[str, Answer]) -> bool:
    """Whether Bluesky shows the account."""
    profile = by.get(endpoints.PROFILE)
    return profile is not None and profile.kind is AnswerKind.IDENTITY and profile.ref is not None


def _is_doubtful(proven: Answer | None) -> bool:
    """Whether there is a proof that does not hold: then nothing that its server says is to be relied on."""
    return proven is not None and proven.kind is AnswerKind.UNEXPECTED
