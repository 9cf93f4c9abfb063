"""Who an account is. Invariant: a document or a log is only believed of the account that it is of, and no server is
asked that is not a public one."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.platforms.bluesky.identity import (
    Period,
    is_public_name,
    public_host,
    read_did,
    read_document,
    read_log,
    web_host,
)

DID = "did:plc:abcdefghijklmnopqrstuvwx"
KEY = "zQ3shqwJEJyMBsBXCWyCBpUBMqxcon9oHB7mCvx4sSpMdLJwc"


def document(**changed: Any) -> dict[str, Any]:
    return {
        "id": DID,
        "alsoKnownAs": ["at://Ana.Example.org"],
        "verificationMethod": [
            {"id": f"{DID}#atproto", "type": "Multikey", "controller": DID, "publicKeyMultibase": KEY}
        ],
        "service": [
            {"id": "#atproto_pds", "type": "AtprotoPersonalDataServer", "serviceEndpoint": "https://oak.pds.example"}
        ],
    } | changed


def test_a_document() -> None:
    account = read_document(DID, document())
    assert account is not None
    assert (account.did, account.handle, account.host) == (DID, "ana.example.org", "oak.pds.example")
    assert account.key is not None
    assert account.key.curve == "secp256k1"


@pytest.mark.parametrize(
    ("names", "handle"),
    [
        ([], None),
        (["https://ana.example.org"], None),
        (
            ["at://", "at://ana", "at://ana.example.org/x", "at://ben.example.org", "at://c.example.org"],
            "ben.example.org",
        ),
        ("at://ana.example.org", None),
        ([5, {}], None),
    ],
)
def test_the_first_name_that_is_a_handle_counts(names: object, handle: str | None) -> None:
    account = read_document(DID, document(alsoKnownAs=names))
    assert account is not None
    assert account.handle == handle


@pytest.mark.parametrize("data", [None, [], "x", {}, document(id="did:plc:other"), document(id=None)], ids=repr)
def test_what_is_not_this_accounts_document(data: object) -> None:
    assert read_document(DID, data) is None


def service(url: object, **changed: object) -> dict[str, Any]:
    own = {"id": f"{DID}#atproto_pds", "type": "AtprotoPersonalDataServer", "serviceEndpoint": url} | changed
    return document(service=[{"id": "#other", "type": "X", "serviceEndpoint": "https://x.example"}, own])


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://oak.pds.example", "oak.pds.example"),
        ("https://Oak.PDS.example/", "oak.pds.example"),
        ("https://oak.pds.example:443", "oak.pds.example"),
        ("http://oak.pds.example", None),
        ("https://oak.pds.example:8443", None),
        ("https://oak.pds.example/pds", None),
        ("https://oak.pds.example?x", None),
        ("https://oak.pds.example#x", None),
        ("https://ana@oak.pds.example", None),
        ("https://ana:x@oak.pds.example", None),
        ("https://127.0.0.1", None),
        ("https://[::1]", None),
        ("https://2130706433", None),
        ("https://0x7f.1", None),
        ("https://localhost", None),
        ("https://oak.localhost", None),
        ("https://oak.local", None),
        ("https://oak.internal", None),
        ("https://oak.onion", None),
        ("https://pds", None),
        ("https://oak..example", None),
        ("https://oak.pds.example.", None),
        ("https://oak_.example", None),
        ("https://oak.pds.example:port", None),
        ("https://[", None),
        ("oak.pds.example", None),
        ("", None),
        (None, None),
        (5, None),
        ("https://" + "a" * 400 + ".example", None),
    ],
)
def test_only_public_servers_are_asked(url: object, host: str | None) -> None:
    assert public_host(url) == host
    account = read_document(DID, service(url))
    assert account is not None
    assert account.host == host


def test_a_service_of_another_kind_is_none() -> None:
    account = read_document(DID, service("https://oak.pds.example", type="Other"))
    assert account is not None
    assert account.host is None


@pytest.mark.parametrize(
    ("did", "host"),
    [
        ("did:web:ana.example.org", "ana.example.org"),
        ("did:web:Ana.Example.org", "ana.example.org"),
        ("did:web:ana.example.org:people:ana", None),
        ("did:web:ana.example.org%3A8443", None),
        ("did:web:127.0.0.1", None),
        ("did:web:localhost", None),
        (DID, None),
    ],
)
def test_the_host_of_a_web_identity(did: str, host: str | None) -> None:
    assert web_host(did) == host


@pytest.mark.parametrize(
    ("text", "did"),
    [
        (DID, DID),
        (f"{DID}\n", DID),
        (f"  {DID}  ", DID),
        ("did:web:ana.example.org", "did:web:ana.example.org"),
        (f"{DID}\n{DID}", None),
        ("", None),
        ("<html>", None),
        (f"did={DID}", None),
        ("did:key:zQ3sh", None),
    ],
)
def test_what_a_domain_says(text: str, did: str | None) -> None:
    assert read_did(text) == did


def operation(at: str, *names: str, did: str = DID, **changed: Any) -> dict[str, Any]:
    body = {"type": "plc_operation", "alsoKnownAs": [f"at://{name}" for name in names]}
    return {"did": did, "operation": body, "cid": "bafy", "nullified": False, "createdAt": at} | changed


def day(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


LOG = [
    {
        "did": DID,
        "operation": {"type": "create", "handle": "ana.bsky.social", "service": "https://x.example", "prev": None},
        "nullified": False,
        "createdAt": "2022-11-20T00:00:00.000Z",
    },
    operation("2023-01-01T00:00:00.000Z", "ana.bsky.social"),
    operation("2023-02-01T00:00:00.000Z", "thief.example.org", nullified=True),
    operation("2023-03-01T00:00:00.000Z", "Ana.Example.org"),
    operation("2024-03-01T00:00:00.000Z", "ana.bsky.social"),
    operation("2024-04-01T00:00:00.000Z", "quay.example.org", "ana.bsky.social"),
]


def test_the_handles_of_an_account() -> None:
    history = read_log(DID, LOG)
    assert history is not None
    assert [(p.handle, p.since, p.until) for p in history.periods] == [
        ("ana.bsky.social", day("2022-11-20"), day("2023-03-01")),
        ("ana.example.org", day("2023-03-01"), day("2024-03-01")),
        ("ana.bsky.social", day("2024-03-01"), day("2024-04-01")),
        ("quay.example.org", day("2024-04-01"), None),
    ]
    assert len(history.held("ANA.bsky.social")) == 2
    assert history.held("thief.example.org") == ()
    assert history.held("quay.example.org") == (Period(handle="quay.example.org", since=day("2024-04-01")),)


@pytest.mark.parametrize(
    ("handle", "at", "had"),
    [
        ("ana.bsky.social", day("2023-01-05"), True),
        ("ana.bsky.social", day("2023-06-01"), False),
        ("ana.bsky.social", day("2023-03-02"), True),  # a day after it was given up
        ("ana.bsky.social", day("2023-03-03"), False),
        ("Ana.example.org", day("2023-02-28"), True),
        ("ana.example.org", day("2023-02-26"), False),
        ("quay.example.org", day("2026-01-01"), True),
        ("thief.example.org", day("2023-02-10"), False),
        ("quay.example.org", None, False),
    ],
)
def test_who_had_a_handle_then(handle: str, at: datetime | None, had: bool) -> None:
    history = read_log(DID, LOG)
    assert history is not None
    assert history.had(handle, at) is had


def test_an_only_handle_was_had_at_any_time() -> None:
    history = read_log(DID, LOG[:2])
    assert history is not None
    assert history.had("ana.bsky.social", None)
    assert not history.had("ana.bsky.social", day("2020-01-01"))


def test_an_account_that_was_closed_has_no_handle_since() -> None:
    closed = {
        "did": DID,
        "operation": {"type": "plc_tombstone"},
        "nullified": False,
        "createdAt": "2025-01-01T00:00:00Z",
    }
    history = read_log(DID, [*LOG, closed])
    assert history is not None
    assert history.periods[-1].until == day("2025-01-01")


@pytest.mark.parametrize(
    "data",
    [
        None,
        {},
        [],
        [5],
        [{}],
        [operation("2023-01-01T00:00:00Z", "a.example", did="did:plc:other")],
        [*LOG, operation("2023-01-01T00:00:00Z", "a.example", did="did:plc:other")],
        [operation("2023-01-01T00:00:00Z", "a.example") | {"operation": 5}],
        [LOG[1]] * 2000,
    ],
    ids=lambda data: repr(data)[:40],
)
def test_what_is_not_this_accounts_log(data: object) -> None:
    assert read_log(DID, data) is None


def test_a_recorded_document(recordings: Path) -> None:
    file = recordings / "bluesky/com.atproto.repo.describeRepo/bskyr_r_descRepo_0_200.json"
    data = json.loads(file.read_text("utf-8"))
    account = read_document(data["did"], data["didDoc"])
    assert account is not None
    assert account.handle == data["handle"]
    assert account.host is not None
    assert account.host.endswith(".host.bsky.network")
    assert account.key is not None


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)


@given(anything, st.text())
def test_nothing_that_is_read_fails(data: Any, text: str) -> None:
    read_document(DID, data)
    read_document(DID, document(alsoKnownAs=data, service=data, verificationMethod=data))
    read_document(DID, document(service=[data], verificationMethod=[data]))
    read_log(DID, data)
    read_log(DID, [operation("x") | {"operation": data}, data])
    read_did(text)
    public_host(text)
    is_public_name(text)
    assert web_host(text) is None
