"""Do stored proofs of Bluesky's signed repositories still prove what was concluded from them?

An account's server shows with the signed root of the account's repository that a record is in it, or that it is not
(`com.atproto.sync.getRecord`; atproto.com/specs/repository, atproto.com/specs/sync). Whoever has the answer's bytes and
the account's key, which its DID document names, can check that without trusting anybody: so it is checked here again,
from the stored bytes of both.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from urllib.parse import parse_qs, urlsplit

import msgspec

from archiver.capture import Progress, no_progress
from archiver.errors import ArchiverError
from archiver.exchange import Exchange
from archiver.model import Capture, Check, PostRef
from archiver.platforms.bluesky import endpoints, identity
from archiver.platforms.bluesky.answers import HOLDS, LACKS, read_document, read_proof
from archiver.platforms.bluesky.identity import Account
from archiver.platforms.bluesky.urls import COLLECTION, is_did, of_account
from archiver.store import Archive
from archiver.store.conclusions import Conclusion
from archiver.verification.findings import Findings
from archiver.verification.ledger import Entry, Ledger

NAME = "bluesky proofs"

METHOD = "/xrpc/com.atproto.sync.getRecord"

DOCUMENTS = 4
"""So many stored documents of an account are tried where no conclusion says which one belongs to a proof."""

ELSEWHERE = "the account's DID document is not in these files"


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """The record that a proof is about."""

    host: str
    did: str
    rkey: str

    @property
    def ref(self) -> PostRef:
        return of_account(self.rkey, self.did, None)


def check_bluesky_proofs(
    archive: Archive,
    *,
    whole: bool = True,
    ledger: Ledger | None = None,
    progress: Progress = no_progress,
    stop: Callable[[], bool] = lambda: False,
) -> Check:
    """Whether the stored answers of `com.atproto.sync.getRecord` prove, with the key of the stored DID document, what
    the conclusions that rest on them say. The note tells how many prove that a record is there, and that it is not.

    A proof from which something was concluded and that does not hold is damage, and so is one that shows the contrary.
    One that proved nothing when it came is none: nothing was concluded from it.

    archive, whole, ledger, progress, stop: as for `archiver.verification.references.check_references`.
    `Verdict.ABSENT` where no such proof is stored.
    """
    with nullcontext(ledger) if ledger is not None else Ledger(archive, whole=whole) as known:
        proofs = _Proofs(known)
        for entry in known.entries():
            if stop():
                proofs.found.stopped = True
                break
            if entry.conclusion is not None and not entry.newer:
                proofs.concluded(entry, entry.conclusion)
            progress(1, None)
        else:
            proofs.rest(stop)
    return proofs.check()


class _Proofs:
    """Proves everything again."""

    def __init__(self, ledger: Ledger) -> None:
        self.found = Findings(NAME)
        self._ledger = ledger
        self._there: set[str] = set()
        self._missing: set[str] = set()
        self._nothing: set[str] = set()
        """Record ids of proofs, by what they prove."""

    def check(self) -> Check:
        seen = self._there | self._missing | self._nothing
        self.found.checked = len(seen)
        if seen:
            said = f"{len(self._there)} prove that a record is there, {len(self._missing)} that it is not"
            if self._nothing:
                said += f"; {len(self._nothing)} proved nothing, and nothing was concluded from them"
            self.found.notes.append(said)
        return self.found.check()

    def concluded(self, entry: Entry, conclusion: Conclusion) -> None:
        """The proofs on which one conclusion rests."""
        noun = conclusion.observation or conclusion.resolution
        if noun is None:
            return
        captures = [capture for record_id in noun.evidence for capture in self._ledger.places(record_id)[:1]]
        for capture in captures:
            asked = _asked(capture)
            if asked is None:
                continue
            said = _said(conclusion, asked)
            documents = [one for one in captures if _is_document(one, asked.did)]
            fresh = self._prove(capture, asked, documents)
            if fresh is None:
                if any(_proves(text) for text in said):
                    self._unproven(entry, capture, ELSEWHERE)
                continue
            self._count(capture, fresh)
            claims = [text for text in said if _proves(text)]
            if claims and not any(fresh in text for text in claims) and not any(fresh in text for text in said):
                self.found.problem(f"it rests on a proof that now says: {fresh}", entry.capture)

    def _unproven(self, entry: Entry, capture: Capture, why: str) -> None:
        if self._ledger.files[entry.capture.file].complete:
            self.found.problem(f"it rests on the proof {capture.record_id}, and {why}", entry.capture)
            self._nothing.add(capture.record_id)
        else:
            self.found.skip(why)

    def rest(self, stop: Callable[[], bool]) -> None:
        """The proofs from which nothing was concluded: those of runs that were stopped, those of other tools."""
        after = ("", -1)
        while True:
            rows = self._ledger.archive.catalogue.query(
                "SELECT segment, offset FROM captures WHERE type IN ('response', 'revisit') AND status = 200"
                " AND instr(target_uri, ?) > 0 AND (segment, offset) > (?, ?) ORDER BY segment, offset LIMIT 256",
                (f"{METHOD}?", *after),
            )
            if not rows:
                return
            after = rows[-1]
            for segment, offset in rows:
                if stop():
                    self.found.stopped = True
                    return
                capture = self._ledger.archive.catalogue.capture_at(segment, offset)
                if capture is not None:
                    self._alone(capture)

    def _alone(self, capture: Capture) -> None:
        if capture.record_id in self._there | self._missing | self._nothing:
            return
        asked = _asked(capture)
        if asked is None:
            return
        url = endpoints.document_lookup(asked.did, identity.web_host(asked.did)).url
        for document in reversed(self._ledger.archive.catalogue.captures_at(url)[-DOCUMENTS:]):
            fresh = self._prove(capture, asked, [document])
            if fresh is not None and _proves(fresh):
                self._count(capture, fresh)
                return

    def _count(self, capture: Capture, fresh: str) -> None:
        kind = self._there if fresh.startswith(HOLDS) else self._missing if fresh.startswith(LACKS) else self._nothing
        kind.add(capture.record_id)

    def _prove(self, capture: Capture, asked: Asked, documents: list[Capture]) -> str | None:
        """What the program says of the proof now; null where there is no document to prove it by."""
        for document in documents:
            exchange = self._exchange(document)
            account = _account(asked, exchange) if exchange is not None else None
            if account is None:
                continue
            answer = self._exchange(capture)
            if answer is None:
                return "the answer cannot be read"
            lookup = endpoints.proof_lookup(account.host or "", asked.did, asked.rkey)
            return read_proof(lookup, asked.ref, account, answer).answer.reason
        return None

    def _exchange(self, capture: Capture) -> Exchange | None:
        try:
            return self._ledger.archive.exchange(capture)
        except ArchiverError:
            return None


def _asked(capture: Capture) -> Asked | None:
    """What a stored answer is a proof of; null for any other record."""
    if capture.record_type not in ("response", "revisit") or capture.status != 200:
        return None
    try:
        parts = urlsplit(capture.target_uri)
        asked = parse_qs(parts.query, max_num_fields=16)
    except ValueError:
        return None
    did, rkey = asked.get("did", [""])[0], asked.get("rkey", [""])[0]
    if parts.path != METHOD or asked.get("collection") != [COLLECTION] or not is_did(did) or not rkey:
        return None
    return Asked(host=parts.hostname or "", did=did, rkey=rkey)


def _is_document(capture: Capture, did: str) -> bool:
    return capture.target_uri == endpoints.document_lookup(did, identity.web_host(did)).url


def _account(asked: Asked, exchange: Exchange) -> Account | None:
    lookup = endpoints.document_lookup(asked.did, identity.web_host(asked.did))
    return read_document(lookup, asked.ref, asked.did, exchange).account


def _said(conclusion: Conclusion, asked: Asked) -> list[str]:
    """What a conclusion says of the proof of one record; of the control post's it says nothing."""
    observation = conclusion.observation
    if observation is not None:
        return [observation.reason] if (observation.post_id, observation.scope) == (asked.rkey, asked.did) else []
    if conclusion.resolution is not None:
        begins = f"{endpoints.PROOF}: "
        return [step for step in conclusion.resolution.steps if step.startswith(begins) and asked.rkey in step]
    return []


def _proves(text: str) -> bool:
    """Whether these words say that something is proven."""
    return HOLDS in text or LACKS in text
