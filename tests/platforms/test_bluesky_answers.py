"""What is said of a post of Bluesky. Invariant: whatever an answer holds, it is read to an `Answer`, and "deleted" is
concluded only from what says so: the signed repository, or two servers that have no such post while the account is
there."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.exchange import Exchange
from archiver.model import Answer, AnswerKind, PostRef, State
from archiver.platforms.bluesky import PLATFORM, endpoints
from archiver.platforms.bluesky.ids import first_at, key_of
from archiver.platforms.bluesky.records import record_post, view_post
from archiver.platforms.bluesky.urls import of_account
from tests.platforms.driving import WHEN, drive_look, exchange
from tests.web_twin.repository import Repository, SigningKey, block_of, cid_of, cid_text

DID = "did:plc:abcdefghijklmnopqrstuvwx"
OTHER = "did:plc:bbcdefghijklmnopqrstuvwx"
HANDLE = "ana.example.org"
MADE = datetime(2024, 9, 11, 17, 11, 56, tzinfo=UTC)
KEY = key_of(first_at(MADE) + 7)
URI = f"at://{DID}/app.bsky.feed.post/{KEY}"
HOST = "oak.pds.example"
REF = of_account(KEY, DID)
CITED = PLATFORM.ref_from_id(KEY, HANDLE)
SIGNING = SigningKey("ana")
REV = key_of(first_at(datetime(2026, 5, 1, tzinfo=UTC)))

POSTS = endpoints.posts_lookup(DID, KEY).url
PROFILE = endpoints.profile_lookup(DID).url
DOCUMENT = endpoints.document_lookup(DID, None).url
LOG = endpoints.log_lookup(DID).url
RECORD = endpoints.record_lookup(HOST, DID, KEY).url
PROOF = endpoints.proof_lookup(HOST, DID, KEY).url
RESOLVE = endpoints.handle_lookup(HANDLE).url
DOMAIN = endpoints.domain_lookup(HANDLE).url

WORDS = "The bridge is open.\nDrive slowly: quay.example/timetable..."


def record(**changed: Any) -> dict[str, Any]:
    start = len(WORDS[: WORDS.index("quay")].encode())
    link = {"$type": "app.bsky.richtext.facet#link", "uri": "https://quay.example/timetable/2024"}
    return {
        "$type": "app.bsky.feed.post",
        "createdAt": "2024-09-11T17:11:55.900Z",
        "langs": ["en", "de"],
        "text": WORDS,
        "facets": [{"index": {"byteStart": start, "byteEnd": len(WORDS.encode())}, "features": [link]}],
    } | changed


def cid(value: Mapping[str, Any]) -> str:
    return cid_text(cid_of(block_of(value)))


def view(**changed: Any) -> dict[str, Any]:
    own = changed.get("record", record())
    author = {"did": DID, "handle": HANDLE, "displayName": "Ana Example", "labels": []}
    return {
        "uri": URI,
        "cid": cid(own),
        "author": author | {"avatar": "https://cdn.bsky.app/img/avatar/plain/x/y@jpeg"},
        "record": own,
        "likeCount": 4,
        "indexedAt": "2024-09-11T17:11:56.500Z",
        "labels": [],
    } | changed


def answered(url: str, body: Any, status: int = 200, **more: Any) -> Exchange:
    data = body if isinstance(body, bytes | str) else json.dumps(body)
    return exchange(url, data, status, record=f"urn:uuid:{url[-12:]}", **more)


def refused(url: str, name: str, message: str = "", status: int = 400) -> Exchange:
    return answered(url, {"error": name, "message": message}, status)


def document(**changed: Any) -> dict[str, Any]:
    method = {"id": f"{DID}#atproto", "type": "Multikey", "controller": DID, "publicKeyMultibase": SIGNING.multibase}
    server = {"id": "#atproto_pds", "type": "AtprotoPersonalDataServer", "serviceEndpoint": f"https://{HOST}"}
    names = {"id": DID, "alsoKnownAs": [f"at://{HANDLE}"]}
    return names | {"verificationMethod": [method], "service": [server]} | changed


def proof(*kept: Mapping[str, Any], **changed: Any) -> bytes:
    records = {f"app.bsky.feed.post/{KEY}": block_of(value) for value in kept}
    records["app.bsky.actor.profile/self"] = block_of({"displayName": "Ana"})
    own = Repository(**({"did": DID, "key": SIGNING, "rev": REV, "records": records} | changed))
    return own.proof(f"app.bsky.feed.post/{KEY}")


def live() -> dict[str, Exchange | None]:
    """All answers about a post that is there."""
    return {
        POSTS: answered(POSTS, {"posts": [view()]}),
        DOCUMENT: answered(DOCUMENT, document()),
        RECORD: answered(RECORD, {"uri": URI, "cid": cid(record()), "value": record()}),
        PROOF: answered(PROOF, proof(record()), content_type="application/vnd.ipld.car"),
    }


def gone() -> dict[str, Exchange | None]:
    """All answers about a post that was deleted."""
    return {
        POSTS: answered(POSTS, {"posts": []}),
        PROFILE: answered(PROFILE, {"did": DID, "handle": HANDLE}),
        DOCUMENT: answered(DOCUMENT, document()),
        RECORD: refused(RECORD, "RecordNotFound", f"Could not locate record: {URI}"),
        PROOF: answered(PROOF, proof(), content_type="application/vnd.ipld.car"),
    }


def looked(answers: Mapping[str, Exchange | None], ref: PostRef = REF) -> tuple[list[str], list[Answer], Answer]:
    asked, said = drive_look(PLATFORM, ref, answers)
    return asked, said, PLATFORM.judge(ref, said)


# -- a post that is there


def test_a_live_post_costs_four_questions_and_its_handle_one_more() -> None:
    asked, said, verdict = looked(live())
    assert asked == [POSTS, DOCUMENT, RECORD, PROOF]
    assert [answer.kind for answer in said] == ["shown", "identity", "shown", "shown"]
    assert (verdict.state, verdict.positive, verdict.contradictions) == (State.LIVE, True, ())
    asked, said, verdict = looked({RESOLVE: answered(RESOLVE, {"did": DID}), **live()}, CITED)
    assert asked == [RESOLVE, POSTS, DOCUMENT, RECORD, PROOF]
    assert verdict.state is State.LIVE
    assert verdict.ref is not None
    assert verdict.ref.key == f"bluesky:{DID}/{KEY}"
    assert CITED.key == f"bluesky:{HANDLE}/{KEY}"
    assert all(answer.endpoint and answer.record_id for answer in said)


def test_the_post_as_bluesky_shows_it() -> None:
    _, said, verdict = looked(live())
    post = verdict.post
    assert post is not None
    assert post == said[0].post
    assert (post.id, post.scope, post.account_id) == (KEY, DID, DID)
    assert post.url == f"https://bsky.app/profile/{DID}/post/{KEY}"
    assert PLATFORM.ref_from_url(post.url) == of_account(KEY, DID)
    assert (post.handle, post.display_name) == (HANDLE, "Ana Example")
    assert (post.text, post.language) == (WORDS, "en")
    assert post.links == ("https://quay.example/timetable/2024",)
    assert str(post.created_at) == "2024-09-11 17:11:55.900000+00:00"
    assert str(post.indexed_at) == "2024-09-11 17:11:56.500000+00:00"
    assert post.content_id == cid(record())
    assert [media.kind for media in post.media] == ["avatar"]
    assert post.seen_in == "bluesky.posts"


def test_the_repository_shows_the_same() -> None:
    _, said, _ = looked(live())
    for answer in said[2:]:
        assert answer.post is not None
        assert (answer.post.text, answer.post.content_id) == (WORDS, cid(record()))
        assert answer.post.handle == HANDLE
        assert answer.post.links == ("https://quay.example/timetable/2024",)
    assert REV in said[3].reason
    assert "hash that is given" in said[2].reason


@pytest.mark.parametrize(
    "words",
    [
        "This post was deleted by its author.",
        "Post not found",
        "RecordNotFound: Could not locate record",
        "Account has been suspended",
        "Dieser Beitrag wurde gelöscht.",
        "Цей допис видалено.",
        "この投稿は削除されました。",
        "تم حذف هذا المنشور.",
        "本帖已被删除",
        '{"error":"RecordNotFound"} <title>Just a moment</title> g-recaptcha unusual activity',
    ],
)
def test_a_live_post_that_talks_about_deletion_is_live(words: str) -> None:
    own = record(text=words, facets=[])
    answers = {
        POSTS: answered(POSTS, {"posts": [view(record=own)]}),
        DOCUMENT: answered(DOCUMENT, document()),
        RECORD: answered(RECORD, {"uri": URI, "cid": cid(own), "value": own}),
        PROOF: answered(PROOF, proof(own), content_type="application/vnd.ipld.car"),
    }
    _, said, verdict = looked(answers)
    assert (verdict.state, len([a for a in said if a.kind is AnswerKind.SHOWN])) == (State.LIVE, 3)


def label(name: str, by: str = DID, **changed: Any) -> dict[str, Any]:
    return {"src": by, "uri": URI, "val": name, "cts": "2024-09-12T00:00:00Z"} | changed


MODERATORS = "did:plc:ar7c4by46qjdydhdevvrndac"


@pytest.mark.parametrize(
    ("own", "authors", "state"),
    [
        ([], [label("!no-unauthenticated")], State.RESTRICTED),
        ([label("!hide", MODERATORS)], [], State.RESTRICTED),
        ([], [label("!takedown", MODERATORS)], State.RESTRICTED),
        ([label("!hide")], [], State.LIVE),  # nobody can do that to themselves
        ([], [label("!no-unauthenticated", neg=True)], State.LIVE),
        ([], [label("!no-unauthenticated", exp="2025-01-01T00:00:00Z")], State.LIVE),
        ([label("porn", MODERATORS)], [label("spam", MODERATORS)], State.LIVE),
        (["x", 5, {}], [], State.LIVE),
    ],
)
def test_labels(own: list[Any], authors: list[Any], state: State) -> None:
    shown = view(labels=own)
    shown["author"]["labels"] = authors
    _, said, verdict = looked(live() | {POSTS: answered(POSTS, {"posts": [shown]})})
    assert verdict.state is state
    assert verdict.positive
    assert verdict.post is not None
    assert verdict.post.text == WORDS
    assert said[0].post is not None


def test_a_record_that_was_written_again_is_edited() -> None:
    again = record(text="The bridge is shut.", facets=[])
    answers = live() | {
        RECORD: answered(RECORD, {"uri": URI, "cid": cid(again), "value": again}),
        PROOF: answered(PROOF, proof(again), content_type="application/vnd.ipld.car"),
    }
    _, said, verdict = looked(answers)
    assert [answer.state for answer in said] == [State.LIVE, State.UNRESOLVED, State.EDITED, State.EDITED]
    assert verdict.state is State.EDITED
    assert "written again" in verdict.reason
    assert cid(again) in verdict.reason
    assert cid(record()) in verdict.reason


def test_a_record_that_is_not_what_its_hash_says_contradicts_itself() -> None:
    forged = record(text="The bridge was never open.")
    _, said, verdict = looked(live() | {RECORD: answered(RECORD, {"uri": URI, "cid": cid(record()), "value": forged})})
    assert len(said[2].contradictions) == 1
    assert verdict.contradictions == said[2].contradictions
    assert cid(forged) in verdict.reason


def test_times_that_do_not_agree_are_told() -> None:
    late = view(indexedAt="2024-09-20T00:00:00Z")
    _, said, verdict = looked(live() | {POSTS: answered(POSTS, {"posts": [late]})})
    assert "dated back or imported" in said[0].reason
    assert (verdict.state, verdict.contradictions) == (State.LIVE, ())
    early = view(indexedAt="2024-09-01T00:00:00Z")
    _, said, verdict = looked(live() | {POSTS: answered(POSTS, {"posts": [early]})})
    assert len(verdict.contradictions) == 1


# -- handles


def test_a_handle_of_today_that_is_not_the_cited_one() -> None:
    renamed = view()
    renamed["author"]["handle"] = "quay.example.org"
    log = [
        {
            "did": DID,
            "operation": {"type": "plc_operation", "alsoKnownAs": [f"at://{name}"]},
            "nullified": False,
            "createdAt": at,
        }
        for name, at in ((HANDLE, "2023-02-03T00:00:00Z"), ("quay.example.org", "2025-04-05T00:00:00Z"))
    ]
    answers = live() | {
        POSTS: answered(POSTS, {"posts": [renamed]}),
        DOCUMENT: answered(DOCUMENT, document(alsoKnownAs=["at://quay.example.org"])),
        LOG: answered(LOG, log),
    }
    cited = of_account(KEY, DID, HANDLE)
    asked, said, verdict = looked(answers, cited)
    assert asked == [POSTS, DOCUMENT, LOG, RECORD, PROOF]
    assert f"now @quay.example.org, cited as @{HANDLE}" in said[0].reason
    assert f"had the handle @{HANDLE} from 2023-02-03 to 2025-04-05" in said[2].reason
    assert (verdict.state, verdict.contradictions) == (State.LIVE, ())
    assert verdict.post is not None
    assert verdict.post.handle == "quay.example.org"
    _, said, verdict = looked(answers, of_account(KEY, DID, "thief.example.org"))
    assert len(verdict.contradictions) == 1
    assert "never had the handle @thief.example.org" in verdict.reason
    assert verdict.state is State.LIVE


@pytest.mark.parametrize("handle", [HANDLE, HANDLE.upper(), None])
def test_no_history_where_the_handle_is_todays_or_none_is_cited(handle: str | None) -> None:
    asked, _, _ = looked(live(), of_account(KEY, DID, handle))
    assert LOG not in asked


@pytest.mark.parametrize("name", ["InvalidRequest", "HandleNotFound"])
def test_a_handle_that_nobody_has_is_asked_of_its_domain(name: str) -> None:
    nobody = refused(RESOLVE, name, "Unable to resolve handle")
    asked, said, verdict = looked({RESOLVE: nobody, DOMAIN: answered(DOMAIN, "", 404)}, CITED)
    assert asked == [RESOLVE, DOMAIN]
    assert [a.kind for a in said] == ["identity", "identity", "unsaid"]
    assert (verdict.state, verdict.positive) == (State.UNRESOLVED, False)
    asked, _, verdict = looked({RESOLVE: nobody, DOMAIN: answered(DOMAIN, f"{DID}\n"), **live()}, CITED)
    assert asked == [RESOLVE, DOMAIN, POSTS, DOCUMENT, RECORD, PROOF]
    assert verdict.state is State.LIVE


def test_blueskys_own_handles_are_asked_of_nobody_else() -> None:
    ref = PLATFORM.ref_from_id(KEY, "Ana.bsky.social")
    resolve = endpoints.handle_lookup("ana.bsky.social").url
    asked, _, verdict = looked({resolve: refused(resolve, "InvalidRequest", "Unable to resolve handle")}, ref)
    assert asked == [resolve]
    assert verdict.state is State.UNRESOLVED


def test_a_server_that_does_not_answer_says_nothing_of_the_handle() -> None:
    for answer in (answered(RESOLVE, "", 503), answered(RESOLVE, "", 429), None):
        _, said, verdict = looked({RESOLVE: answer, DOMAIN: None}, CITED)
        assert verdict.state in (State.UNREACHABLE, State.BLOCKED, State.UNRESOLVED)
        assert AnswerKind.UNSAID not in [a.kind for a in said]


@pytest.mark.parametrize("body", [{"did": "ana"}, {"did": 5}, {}, [], "x", {"error": 5, "message": []}], ids=repr)
def test_other_answers_name_nobody(body: Any) -> None:
    _, said, _ = looked({RESOLVE: answered(RESOLVE, body), DOMAIN: None}, CITED)
    assert said[0].kind is AnswerKind.UNEXPECTED


@pytest.mark.parametrize("ref", [PLATFORM.ref_from_id(KEY), PLATFORM.ref_from_id(KEY, "ana.localhost")], ids=str)
def test_a_key_without_its_author_names_no_post(ref: PostRef) -> None:
    asked, [said], verdict = looked({}, ref)
    assert asked == []
    assert said.kind is AnswerKind.NOT_PUBLIC
    assert verdict.state is State.UNRESOLVED


def test_identities_kept_elsewhere() -> None:
    did = "did:web:ana.example.org"
    ref = of_account(KEY, did, "other.example.org")
    web = "https://ana.example.org/.well-known/did.json"
    posts, profile = endpoints.posts_lookup(did, KEY).url, endpoints.profile_lookup(did).url
    own = document(id=did, verificationMethod=[], service=[])
    answers = {posts: answered(posts, {"posts": []}), profile: None, web: answered(web, own)}
    asked, said, _ = looked(answers, ref)
    assert asked == [posts, web, profile]  # no log: only plc.directory keeps one
    assert said[-1].kind is AnswerKind.IDENTITY
    odd = of_account(KEY, "did:web:ana.example.org:people")
    posts, profile = (endpoints.posts_lookup(odd.scope or "", KEY).url, endpoints.profile_lookup(odd.scope or "").url)
    asked, said, _ = looked({posts: None, profile: None}, odd)
    assert said[-1].kind is AnswerKind.NOT_PUBLIC


# -- a post that is not there


def test_a_deleted_post() -> None:
    asked, said, verdict = looked(gone())
    assert asked == [POSTS, DOCUMENT, PROFILE, RECORD, PROOF]
    assert [a.kind for a in said] == ["not_found", "identity", "identity", "not_found", "stated"]
    assert (verdict.state, verdict.positive) == (State.DELETED, True)
    assert REV in verdict.reason


def handles(*since: tuple[str, str]) -> list[dict[str, Any]]:
    """An account's history: (handle, from when)."""
    return [
        {
            "did": DID,
            "operation": {"type": "plc_operation", "alsoKnownAs": [f"at://{name}"]},
            "nullified": False,
            "createdAt": f"{at}T00:00:00Z",
        }
        for name, at in since
    ]


def test_a_missing_post_of_a_handle_needs_the_account_that_had_it_then() -> None:
    resolved = {RESOLVE: answered(RESOLVE, {"did": DID}), **gone()}
    its = answered(LOG, handles((HANDLE, "2023-01-01")))
    asked, _, verdict = looked(resolved | {LOG: its}, CITED)
    assert asked == [RESOLVE, POSTS, DOCUMENT, LOG, PROFILE, RECORD, PROOF]
    assert (verdict.state, verdict.contradictions) == (State.DELETED, ())

    later = answered(LOG, handles(("ben.example.org", "2023-01-01"), (HANDLE, "2025-01-01")))
    asked, said, verdict = looked(resolved | {LOG: later}, CITED)
    assert asked == [RESOLVE, POSTS, DOCUMENT, LOG]
    assert said[-1].kind is AnswerKind.UNSAID
    assert (verdict.state, verdict.positive) == (State.UNRESOLVED, False)
    assert "may have been another's" in verdict.reason

    for unknown in (None, answered(LOG, "", 503), answered(LOG, [])):
        asked, said, verdict = looked(resolved | {LOG: unknown}, CITED)
        assert asked == [RESOLVE, POSTS, DOCUMENT, LOG, RECORD, PROOF]
        assert (verdict.state, verdict.positive) == (State.UNRESOLVED, False)
        held = looked(resolved | {LOG: unknown, RECORD: live()[RECORD], PROOF: live()[PROOF]}, CITED)[2]
        assert (held.state, held.post is not None) == (State.UNRESOLVED, True)
        assert held.post is not None


def test_a_handle_that_is_its_accounts_own_host_needs_no_history() -> None:
    did = f"did:web:{HANDLE}"
    web = f"https://{HANDLE}/.well-known/did.json"
    posts, profile = endpoints.posts_lookup(did, KEY).url, endpoints.profile_lookup(did).url
    record_url = endpoints.record_lookup(HOST, did, KEY).url
    answers = {
        RESOLVE: answered(RESOLVE, {"did": did}),
        posts: answered(posts, {"posts": []}),
        web: answered(web, document(id=did, verificationMethod=[])),
        profile: answered(profile, {"did": did, "handle": HANDLE}),
        record_url: refused(record_url, "RecordNotFound"),
    }
    asked, _, verdict = looked(answers, CITED)
    assert asked == list(answers)
    assert verdict.state is State.DELETED
    del answers[web]
    other = PLATFORM.ref_from_id(KEY, "other.example.org")
    resolve = endpoints.handle_lookup("other.example.org").url
    asked, said = drive_look(PLATFORM, other, answers | {resolve: answered(resolve, {"did": did}), web: None})
    assert PLATFORM.judge(other, said).state is State.UNRESOLVED
    assert profile not in asked


def test_a_post_that_is_shown_needs_no_history_of_its_handle() -> None:
    asked, _, _ = looked({RESOLVE: answered(RESOLVE, {"did": DID}), **live()}, CITED)
    assert LOG not in asked


def test_two_servers_say_deleted_only_where_the_account_is_there() -> None:
    without = gone() | {PROOF: answered(PROOF, {"error": "MethodNotImplemented"}, 501)}
    assert looked(without)[2].state is State.DELETED
    for profile in (None, answered(PROFILE, "", 502), answered(PROFILE, "", 429), answered(PROFILE, {"did": OTHER})):
        assert looked(without | {PROFILE: profile})[2].state is State.UNRESOLVED
    unknown = refused(PROFILE, "InvalidRequest", "Profile not found")
    assert looked(without | {PROFILE: unknown})[2].state is State.UNRESOLVED


@pytest.mark.parametrize("missing", [POSTS, RECORD])
def test_one_server_alone_does_not_say_deleted(missing: str) -> None:
    answers = gone() | {PROOF: answered(PROOF, "", 502), missing: answered(missing, "", 502)}
    verdict = looked(answers)[2]
    assert (verdict.state, verdict.positive) == (State.UNRESOLVED, False)


@pytest.mark.parametrize(
    "broken",
    [
        proof(high=True),
        proof(key=SigningKey("eve")),
        proof(did=OTHER),
        proof()[:-1],
        proof()[:-40] + b"\x00" * 40,
        proof(rev=key_of(first_at(datetime(2020, 1, 1, tzinfo=UTC)))),
        proof(rev=key_of(first_at(datetime(2030, 1, 1, tzinfo=UTC)))),
        b"",
        b"{}",
        b"<html>Not found</html>",
    ],
    ids=["high s", "another key", "another account", "cut", "damaged", "old", "future", "empty", "JSON", "a page"],
)
def test_a_proof_that_does_not_hold_is_never_deleted(broken: bytes) -> None:
    answers = gone() | {PROOF: answered(PROOF, broken, content_type="application/vnd.ipld.car")}
    _, said, verdict = looked(answers)
    assert said[-1].kind is AnswerKind.UNEXPECTED
    assert (verdict.state, verdict.positive) == (State.UNRESOLVED, False)


@pytest.mark.parametrize(
    ("changed", "state"),
    [
        ({PROFILE: refused(PROFILE, "AccountTakedown", "Account has been suspended")}, State.SUSPENDED),
        ({PROFILE: refused(PROFILE, "AccountDeactivated", "Account is deactivated")}, State.ACCOUNT_GONE),
        ({PROOF: refused(PROOF, "RepoTakendown", "Repo has been takendown")}, State.SUSPENDED),
        ({PROOF: refused(PROOF, "RepoSuspended")}, State.SUSPENDED),
        ({PROOF: refused(PROOF, "RepoDeactivated")}, State.ACCOUNT_GONE),
        ({PROOF: refused(PROOF, "RepoNotFound", status=404)}, State.ACCOUNT_GONE),
        ({DOCUMENT: answered(DOCUMENT, {"message": f"DID not available: {DID}"}, 410)}, State.ACCOUNT_GONE),
        ({RECORD: refused(RECORD, "RepoTakendown")}, State.SUSPENDED),
    ],
    ids=lambda changed: str(changed)[:60] if isinstance(changed, dict) else str(changed),
)
def test_what_became_of_the_account(changed: dict[str, Exchange], state: State) -> None:
    answers = gone() | {PROOF: answered(PROOF, "", 502), RECORD: answered(RECORD, "", 502)} | changed
    verdict = looked(answers)[2]
    assert (verdict.state, verdict.positive) == (state, True)


def test_a_directory_that_knows_no_such_account_says_nothing_of_the_post() -> None:
    unknown = answered(DOCUMENT, {"message": f"DID not registered: {DID}"}, 404)
    asked, _, verdict = looked(gone() | {DOCUMENT: unknown})
    assert asked == [POSTS, DOCUMENT, PROFILE]
    assert verdict.state is State.UNRESOLVED


def test_what_bluesky_hides_and_the_repository_holds_is_restricted_where_its_server_hides_it_too() -> None:
    held = live() | {POSTS: answered(POSTS, {"posts": []}), PROFILE: answered(PROFILE, {"did": DID, "handle": HANDLE})}
    verdict = looked(held)[2]
    assert (verdict.state, verdict.positive) == (State.UNRESOLVED, False)
    assert "holds it" in verdict.reason
    withheld = held | {RECORD: refused(RECORD, "RecordNotFound")}
    assert looked(withheld)[2].state is State.RESTRICTED
    suspended = held | {PROFILE: refused(PROFILE, "AccountTakedown", "Account has been suspended")}
    verdict = looked(suspended)[2]
    assert (verdict.state, verdict.post is not None) == (State.SUSPENDED, True)


def test_what_bluesky_shows_and_the_server_withholds_is_live() -> None:
    assert looked(live() | {RECORD: refused(RECORD, "RecordNotFound")})[2].state is State.LIVE


def test_what_bluesky_shows_and_the_repository_lacks_is_open() -> None:
    verdict = looked(live() | {RECORD: gone()[RECORD], PROOF: gone()[PROOF]})[2]
    assert (verdict.state, verdict.positive) == (State.UNRESOLVED, False)


def test_where_bluesky_does_not_answer_the_repository_is_enough() -> None:
    for broken in (answered(POSTS, "", 500), answered(POSTS, "", 429), None):
        verdict = looked(live() | {POSTS: broken, PROFILE: None})[2]
        assert verdict.state is State.LIVE


def test_nobody_answers() -> None:
    asked, said, verdict = looked({POSTS: None, PROFILE: None, DOCUMENT: None})
    assert asked == [POSTS, DOCUMENT, PROFILE]
    assert said == []
    assert verdict.state is State.UNRESOLVED


@pytest.mark.parametrize("url", [POSTS, PROFILE, DOCUMENT, RECORD, PROOF])
@pytest.mark.parametrize(
    ("body", "status", "kind"),
    [
        ("<title>Just a moment...</title>", 403, "text/html"),
        ("<title>Log in</title>", 200, "text/html"),
        ("", 401, ""),
        ("Rate limit", 429, "text/plain"),
        ("", 503, ""),
        ("", 500, ""),
        ("", 302, ""),
        ("", 200, "application/json"),
        ("null", 200, "application/json"),
        ("[]", 200, "application/json"),
        ("[" * 2000, 200, "application/json"),
        ('{"posts":', 200, "application/json"),
        ('{"error":"InvalidRequest","message":"Error: uris must be valid"}', 400, "application/json"),
        ('{"error":"UpstreamFailure","message":"x"}', 502, "application/json"),
        ("Post not found", 404, "text/plain"),
        ("This post was deleted", 410, "text/plain"),
    ],
)
def test_walls_and_failures_are_never_deleted(url: str, body: str, status: int, kind: str) -> None:
    name = next(name for name in NAMES if NAMES[name] == url)
    for answers in (live() | {PROFILE: answered(PROFILE, {"did": DID})}, gone()):
        _, said, _ = looked(answers | {url: answered(url, body, status, content_type=kind)})
        own = [answer for answer in said if answer.endpoint == name]
        assert len(own) <= 1
        assert all(answer.kind in SILENT and not answer.positive for answer in own)


SILENT = (AnswerKind.REFUSED, AnswerKind.FAILED, AnswerKind.UNEXPECTED, AnswerKind.IDENTITY)
NAMES = {
    endpoints.POSTS: POSTS,
    endpoints.PROFILE: PROFILE,
    endpoints.DOCUMENT: DOCUMENT,
    endpoints.RECORD: RECORD,
    endpoints.PROOF: PROOF,
}


def test_answers_of_others_do_not_count() -> None:
    for url in (POSTS, RECORD, PROOF, DOCUMENT):
        found = live()[url]
        assert found is not None
        found.url = "https://evil.example/x"
        _, said, _ = looked(live() | {PROFILE: None, url: found})
        assert AnswerKind.REFUSED in [a.kind for a in said]


@pytest.mark.parametrize(
    "shown",
    [
        view(uri=f"at://{OTHER}/app.bsky.feed.post/{KEY}"),
        view(uri=f"at://{DID}/app.bsky.feed.post/{KEY}2"),
        view(uri=f"at://{DID}/app.bsky.feed.generator/{KEY}"),
        view(uri=None),
        view(author={"did": OTHER, "handle": HANDLE}),
        view(author=None),
        view(record={"$type": "app.bsky.feed.generator", "displayName": "News"}),
        view(record={"$type": "app.bsky.feed.post", "text": 5}),
    ],
    ids=range(8),
)
def test_another_post_is_not_this_one(shown: dict[str, Any]) -> None:
    _, said, _ = looked(live() | {POSTS: answered(POSTS, {"posts": [shown]}), PROFILE: None})
    assert said[0].kind is AnswerKind.UNEXPECTED


def test_another_record_is_not_this_one() -> None:
    for data in (
        {"uri": URI.replace(DID, OTHER), "cid": cid(record()), "value": record()},
        {"uri": URI, "cid": cid(record()), "value": {"$type": "app.bsky.graph.follow"}},
        {"uri": URI, "cid": cid(record())},
        {},
    ):
        _, said, _ = looked(live() | {RECORD: answered(RECORD, data)})
        assert said[2].kind is AnswerKind.UNEXPECTED


# -- records


def blob(name: str) -> dict[str, Any]:
    link = cid_text(cid_of(name.encode(), 0x55))
    return {"$type": "blob", "ref": {"$link": link}, "mimeType": "image/jpeg", "size": 5}


def test_pictures_films_cards_and_quotes_of_raw_records() -> None:
    shape = {"width": 4, "height": 3}
    images = [{"alt": " A bridge ", "image": blob("a"), "aspectRatio": shape}, {"alt": "", "image": blob("b")}]
    quoted = {"uri": f"at://{OTHER}/app.bsky.feed.post/3kabcdefghijk", "cid": "bafy"}
    own = record(
        embed={
            "$type": "app.bsky.embed.recordWithMedia",
            "media": {"$type": "app.bsky.embed.images", "images": images},
            "record": {"$type": "app.bsky.embed.record", "record": quoted},
        },
        reply={"parent": {"uri": f"at://{OTHER}/app.bsky.feed.post/3kzzzzzzzzzzz"}, "root": {"uri": "x"}},
        labels={"$type": "x", "values": [{"val": "graphic-media"}, {"val": "!no-unauthenticated"}]},
    )
    post = record_post(DID, KEY, own)
    assert post is not None
    [first, second] = post.media
    assert (first.kind, first.alt, first.width, first.height) == ("photo", "A bridge", 4, 3)
    link = blob("a")["ref"]["$link"]
    assert first.url == f"https://cdn.bsky.app/img/feed_fullsize/plain/{DID}/{link}@jpeg"
    assert second.alt is None
    assert post.quoted == f"bluesky:{OTHER}/3kabcdefghijk"
    assert post.in_reply_to == f"bluesky:{OTHER}/3kzzzzzzzzzzz"
    assert post.warning == "graphic-media"

    film = record_post(DID, KEY, record(embed={"$type": "app.bsky.embed.video", "video": blob("v"), "alt": "Waves"}))
    assert film is not None
    assert [(media.kind, media.alt) for media in film.media] == [("video", "Waves"), ("poster", "Waves")]

    external = {"uri": "https://news.example/1", "title": "Bridge", "description": "x", "thumb": blob("t")}
    card = record_post(DID, KEY, record(embed={"$type": "app.bsky.embed.external", "external": external}))
    assert card is not None
    assert [(media.kind, media.alt) for media in card.media] == [("card", "Bridge")]
    assert card.links == ("https://quay.example/timetable/2024", "https://news.example/1")

    old = record_post(DID, KEY, record(embed={"images": [{"image": {"cid": link, "mimeType": "image/png"}}]}))
    assert old is not None
    assert old.media[0].url == first.url


def test_pictures_of_views() -> None:
    seen = {
        "$type": "app.bsky.embed.recordWithMedia#view",
        "media": {
            "$type": "app.bsky.embed.images#view",
            "images": [{"thumb": "https://cdn.bsky.app/t", "fullsize": "https://cdn.bsky.app/f", "alt": "A bridge"}],
        },
        "record": {
            "$type": "app.bsky.embed.record#view",
            "record": {"$type": "app.bsky.embed.record#viewNotFound", "uri": f"at://{OTHER}/x/y", "notFound": True},
        },
    }
    post = view_post(view(embed=seen))
    assert post is not None
    assert next((media.kind, media.url) for media in post.media) == ("photo", "https://cdn.bsky.app/f")
    film = {
        "$type": "app.bsky.embed.video#view",
        "cid": "x",
        "playlist": "https://video.bsky.app/p.m3u8",
        "alt": "Waves",
    }
    post = view_post(view(embed=film | {"thumbnail": "https://video.bsky.app/t.jpg"}))
    assert post is not None
    assert [media.kind for media in post.media] == ["video", "poster", "avatar"]
    insecure = {"$type": "app.bsky.embed.images#view", "images": [{"fullsize": "http://x.example/f", "alt": ""}]}
    post = view_post(view(embed=insecure))
    assert post is not None
    assert [media.kind for media in post.media] == ["avatar"]


@pytest.mark.parametrize(
    ("start", "end", "kept"),
    [
        (0, 4, True),
        (4, 8, True),
        (5, 8, False),
        (4, 7, False),
        (0, 99, False),
        (4, 4, False),
        (9, 5, False),
        (-1, 3, False),
        ("0", 4, False),
        (True, 4, False),
    ],
)
def test_links_stand_between_characters(start: Any, end: Any, kept: bool) -> None:
    link = {"$type": "app.bsky.richtext.facet#link", "uri": "https://quay.example/1"}
    facet = {"index": {"byteStart": start, "byteEnd": end}, "features": [link]}
    post = record_post(DID, KEY, record(text="here🌫 now", facets=[facet]))
    assert post is not None
    assert (post.links == ("https://quay.example/1",)) is kept


def test_a_handle_that_stands_for_none_is_none() -> None:
    shown = view()
    shown["author"]["handle"] = "handle.invalid"
    post = view_post(shown)
    assert post is not None
    assert post.handle is None


# -- recorded answers


def recorded_views(recordings: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    for file in sorted((recordings / "bluesky").glob("app.bsky.feed.*/*.json")):
        data = json.loads(file.read_text("utf-8"))
        views = list(data.get("posts", []))
        views += [item["post"] for item in data.get("feed", [])]
        if "thread" in data:
            views.append(data["thread"]["post"])
        for found in views:
            yield file, found


def test_every_recorded_post_is_read(recordings: Path) -> None:
    count = links = 0
    for file, shown in recorded_views(recordings):
        post = view_post(shown)
        assert post is not None, file
        ref = of_account(post.id, post.scope or "", post.handle)
        url = endpoints.posts_lookup(post.scope or "", post.id).url
        document_url = endpoints.document_lookup(post.scope or "", None).url
        _, said, verdict = looked({url: answered(url, {"posts": [shown]}), document_url: None}, ref)
        assert verdict.state in (State.LIVE, State.RESTRICTED), file
        assert said[0].post is not None
        assert said[0].post.text == shown["record"]["text"].strip()
        assert post.content_id == shown["cid"]
        assert post.created_at is not None
        assert post.indexed_at is not None
        raw = record_post(post.scope or "", post.id, shown["record"], cid=shown["cid"])
        assert raw is not None
        assert raw.links == post.links
        assert raw.quoted == post.quoted
        kinds = ("photo", "video", "card")
        assert sum(m.kind in kinds for m in raw.media) == sum(m.kind in kinds for m in post.media), file
        links += len(post.links)
        count += 1
    assert count > 30
    assert links > 10


def test_recorded_records_and_handles(recordings: Path) -> None:
    folder = recordings / "bluesky"
    for file in sorted((folder / "com.atproto.repo.getRecord").glob("*.json")):
        data = json.loads(file.read_text("utf-8"))
        did, _, key = data["uri"].removeprefix("at://").partition("/app.bsky.feed.post/")
        own = document(id=did)
        names = [endpoints.posts_lookup(did, key), endpoints.profile_lookup(did), endpoints.document_lookup(did, None)]
        asked = endpoints.record_lookup(HOST, did, key).url
        answers: dict[str, Exchange | None] = {lookup.url: None for lookup in names}
        answers[names[2].url] = answered(names[2].url, own)
        answers[asked] = answered(asked, data)
        _, said = drive_look(PLATFORM, of_account(key, did), answers, strict=False)
        assert said[-1].kind is AnswerKind.SHOWN
        assert "has the hash that is given" in said[-1].reason
    [file] = (folder / "com.atproto.identity.resolveHandle").glob("*.json")
    _, said = drive_look(PLATFORM, CITED, {RESOLVE: answered(RESOLVE, file.read_bytes())}, strict=False)
    assert said[0].kind is AnswerKind.IDENTITY
    assert said[0].ref is not None
    assert said[0].ref.scope == json.loads(file.read_text("utf-8"))["did"]


# -- whatever comes

anything = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=12) | st.sampled_from([URI, DID, HANDLE, KEY]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["posts", "uri", "cid", "value", "record", "author", "error", "did", "labels", "embed"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)
statuses = st.sampled_from([200, 200, 200, 204, 302, 400, 401, 403, 404, 410, 418, 429, 500, 501, 503])


@given(
    st.dictionaries(
        st.sampled_from([POSTS, PROFILE, DOCUMENT, RECORD, PROOF]),
        st.tuples(anything | st.binary(max_size=60), statuses),
    )
)
def test_whatever_is_answered_is_read_and_is_not_deleted(given_answers: dict[str, tuple[Any, int]]) -> None:
    answers = live() | {PROFILE: None}
    for url, (body, status) in given_answers.items():
        answers[url] = answered(url, body, status)
    _, said = drive_look(PLATFORM, REF, answers, strict=False)
    verdict = PLATFORM.judge(REF, said)
    assert verdict.state is not State.DELETED
    # a list without the post is the one thing that such an answer can say against it
    assert all(a.state is not State.DELETED or a.kind is AnswerKind.NOT_FOUND for a in said)


def mutated(value: Any) -> Iterator[Any]:
    """Every value with one member left out, or replaced by one of another type."""
    if isinstance(value, dict):
        for key in value:
            without = {k: v for k, v in value.items() if k != key}
            yield without
            for other in (None, 5, "x", [], {}, True):
                yield without | {key: other}
            for inner in mutated(value[key]):
                yield without | {key: inner}
    if isinstance(value, list):
        for place, entry in enumerate(value):
            for inner in (None, 5, *mutated(entry)):
                yield [*value[:place], inner, *value[place + 1 :]]


def test_mutated_recordings_never_fail_and_never_say_deleted(recordings: Path) -> None:
    count = 0
    seen: set[str] = set()
    for _, shown in recorded_views(recordings):
        kind = str(shown.get("embed", {}).get("$type"))
        if kind in seen:
            continue
        seen.add(kind)
        did, _, key = shown["uri"].removeprefix("at://").partition("/app.bsky.feed.post/")
        url = endpoints.posts_lookup(did, key).url
        for changed in mutated({"posts": [copy.deepcopy(shown)]}):
            _, said = drive_look(PLATFORM, of_account(key, did), {url: answered(url, changed)}, strict=False)
            assert PLATFORM.judge(REF, said).state is not State.DELETED
            count += 1
    assert count > 1000


def test_mutated_documents_and_records_never_fail() -> None:
    for url, data in (
        (DOCUMENT, document()),
        (RECORD, {"uri": URI, "cid": cid(record()), "value": record()}),
        (PROFILE, {"did": DID, "handle": HANDLE}),
    ):
        for changed in mutated(data):
            answers = live() | {POSTS: answered(POSTS, "", 502), PROFILE: None, url: answered(url, changed)}
            _, said = drive_look(PLATFORM, REF, answers, strict=False)
            assert PLATFORM.judge(REF, said).state is not State.DELETED


def test_the_control_post_is_blueskys_own() -> None:
    control = PLATFORM.control
    assert control is not None
    assert control.handle == "bsky.app"
    assert PLATFORM.ref_from_url(control.url) == of_account(control.id, control.scope or "")
    assert PLATFORM.time_of(control.id) is not None
    assert PLATFORM.time_of(control.id) < WHEN  # type: ignore[operator]
    assert PLATFORM.ref_from_id(f"{control.scope}/{control.id}").key == control.key
