"""What a browser is told about every kind of answer, word for word: a directive that falls out is seen here."""

from __future__ import annotations

import re

import anyio
import httpx
import pytest
from starlette.types import Message

from archiver.replay import Library, create_app
from archiver.replay.addresses import Addresses
from archiver.replay.isolation import resource_type
from archiver.replay.origins import place_for_site
from tests.replay.conftest import Client
from tests.replay.staged import (
    ARTICLE_URL,
    HOSTILE_SVG_URL,
    MP4,
    PICTURE_URL,
    START,
    VIDEO_URL,
    Staged,
    hostile_svg,
    png,
)

TO = Addresses("harbour")
STAMP = "20240506093000"

EVERYWHERE = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "origin-agent-cluster": "?1",
    "x-dns-prefetch-control": "off",
    "cache-control": "no-store",
}
OURS = (
    "default-src 'none'; connect-src 'self'; style-src 'self'; img-src 'self'; media-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
HANDED_OVER = "sandbox; default-src 'none'; img-src data:; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
AS_CAPTURED = "sandbox; default-src 'none'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
LOADED = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'"


def guarded(
    answer: httpx.Response, *, policy: str, embedder: str = "require-corp", resource: str = "same-origin"
) -> None:
    expected = {
        **EVERYWHERE,
        "cross-origin-embedder-policy": embedder,
        "cross-origin-resource-policy": resource,
        "content-security-policy": policy,
    }
    assert {name: answer.headers.get(name) for name in expected} == expected


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/", 200),
        ("/search?q=bridge", 200),
        (TO.article("nothing"), 404),
        ("/nowhere", 404),
        ("/static/replay.css", 200),
        ("/static/search.js", 200),
        ("/favicon.ico", 204),
        (TO.view(START, ARTICLE_URL).replace(STAMP, "2024"), 302),
        (TO.raw(START, ARTICLE_URL).replace(STAMP, "2024"), 302),
        (TO.timegate(ARTICLE_URL), 302),
        (TO.timemap(ARTICLE_URL), 200),
        (TO.timemap("https://nowhere.example/"), 404),
    ],
)
def test_our_own_answers(client: Client, path: str, status: int) -> None:
    answer = client.get(path)
    assert answer.status_code == status
    policy = re.sub(r"; script-src 'nonce-[\w-]{20,}'$", "", answer.headers["content-security-policy"])
    assert ("nonce" in answer.headers["content-security-policy"]) is ("<!doctype html>" in answer.text)
    guarded(answer, policy=OURS + answer.headers["content-security-policy"].removeprefix(policy))
    assert policy == OURS


def test_no_answer_has_the_nonce_of_another(client: Client) -> None:
    """Else markup that came into a page could name it (CSP Level 3, section 7.1)."""
    policies = [client.get("/").headers["content-security-policy"] for _ in range(3)]
    assert len(set(policies)) == 3


def test_a_method_that_is_not_known(client: Client) -> None:
    answer = client.get("/", method="POST")
    assert answer.status_code == 405
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("name", ["article", "picture", "video", "hostile page", "hostile svg", "gone"])
def test_captured_bytes(client: Client, staged: Staged, name: str) -> None:
    capture = staged.captures[name]
    for address in (TO.payload(capture), TO.block(capture), TO.record(capture)):
        guarded(client.get(address), policy=HANDED_OVER)
    guarded(client.get(TO.raw(START, capture.target_uri)), policy=AS_CAPTURED)


def test_text(client: Client, staged: Staged) -> None:
    for method in ("GET", "HEAD"):
        guarded(client.get(TO.text(staged.captures["hostile page"]), method=method), policy=HANDED_OVER)


def test_a_captured_page_and_what_it_loads(client: Client, staged: Staged) -> None:
    place = place_for_site(
        "127.0.0.1", slug="harbour", record_id=staged.captures["article"].record_id, bound="127.0.0.1"
    )
    host = place.base.removeprefix("http://")

    def ask(path: str, **headers: str) -> httpx.Response:
        return client.get(path, headers={"Host": host, **headers})

    framed = (
        f"sandbox allow-same-origin allow-top-navigation-by-user-activation; default-src 'none'; img-src http://{host} "
        f"data:; style-src http://{host} 'unsafe-inline'; font-src http://{host} data:; media-src http://{host}; "
        f"frame-src http://{host}; script-src 'none'; object-src 'none'; connect-src 'none'; form-action 'none'; "
        f"base-uri 'none'; frame-ancestors http://{host} http://127.0.0.1 http://localhost"
    )
    guarded(ask(f"/{STAMP}mp_/{ARTICLE_URL}"), policy=framed)
    guarded(ask("/"), policy=framed)  # a note
    guarded(ask(f"/{STAMP}fr_/https://nowhere.example/"), policy=framed)
    led = ask(f"/{STAMP}mp_/{ARTICLE_URL}", **{"Sec-Fetch-Dest": "document"})
    assert led.status_code == 302
    guarded(led, policy=LOADED)
    for kind, url, status in (
        ("im", PICTURE_URL, 200),
        ("av", VIDEO_URL, 200),
        ("an", HOSTILE_SVG_URL, 200),
        ("im", "https://nowhere.example/", 404),
        ("cs", "https://nowhere.example/", 404),
    ):
        found = ask(f"/{STAMP}{kind}_/{url}")
        assert found.status_code == status
        guarded(found, policy=LOADED)


def test_the_page_around_a_captured_one(client: Client, staged: Staged) -> None:
    answer = client.get(TO.view(START, ARTICLE_URL))
    policy = answer.headers["content-security-policy"]
    assert re.fullmatch(
        re.escape(OURS) + r"; script-src 'nonce-[\w-]{20,}'; frame-src http://c[a-z2-7]{26}\.localhost", policy
    )
    guarded(answer, policy=policy, embedder="unsafe-none")


def test_a_request_that_is_not_for_this_site(client: Client) -> None:
    answer = client.get("/", headers={"Host": "evil.example"})
    assert answer.status_code == 421
    guarded(answer, policy=OURS)


def test_two_host_fields_are_one_too_many(library: Library) -> None:
    """Which of them others on the way go by is not known (RFC 9112, section 3.2)."""
    app = create_app(library)
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {
        "type": "http", "method": "GET", "path": "/", "raw_path": b"/", "query_string": b"", "root_path": "",
        "scheme": "http", "http_version": "1.1", "server": ("127.0.0.1", 80), "client": ("127.0.0.1", 1),
        "headers": [(b"host", b"127.0.0.1"), (b"host", b"evil.example")],
    }  # fmt: skip
    anyio.run(app, scope, receive, send)
    assert sent[0]["status"] == 421


@pytest.mark.parametrize("host", ["localhost.", "localhost.:8080", "{origin}.localhost", "{ORIGIN}.LOCALHOST.:80"])
def test_names_are_read_as_the_dns_reads_them(client: Client, staged: Staged, host: str) -> None:
    record_id = staged.captures["article"].record_id
    origin = place_for_site("127.0.0.1", slug="harbour", record_id=record_id, bound="127.0.0.1").id
    named = host.format(origin=origin, ORIGIN=origin.upper())
    path = f"/{STAMP}mp_/{ARTICLE_URL}" if "rigin" in host.lower() else TO.article(staged.article.id)
    assert client.get(path, headers={"Host": named}).status_code == 200


WOFF2, SVG, ICON = b"wOF2\x00\x01\x00\x00", hostile_svg().encode(), b"\x00\x00\x01\x00\x01\x00"


@pytest.mark.parametrize(
    ("kind", "beginning", "declared", "given"),
    [
        ("im", png(1, 1), "text/html", "image/png"),
        ("im", MP4, "image/png", None),
        ("im", WOFF2, "font/woff2", None),
        ("im", SVG, "", "image/svg+xml"),
        ("im", b"<!-- x -->\n<svg >", "text/html", "image/svg+xml"),
        ("im", b"\x1f\x8b odd", "image/svg+xml", "image/svg+xml"),
        ("im", ICON, "text/plain", "image/x-icon"),
        ("im", b"BM......", "", "image/bmp"),
        ("im", b"<svgx>", "", None),
        ("fo", WOFF2, "text/html", "font/woff2"),
        ("fo", png(1, 1), "font/woff2", None),
        ("av", MP4, "text/html", "video/mp4"),
        ("av", png(1, 1), "image/png", None),
        ("av", b"ID3\x04", "", "audio/mpeg"),
        ("av", b"WEBVTT\n", "text/html", "text/vtt"),
        ("av", b"\x47@\x00", "video/mp2t", "video/mp2t"),
        ("av", b"<html>", "text/html", None),
        ("av", b"<html>", "video/mp4;x", None),
        ("an", WOFF2, "", "font/woff2"),
        ("an", ICON, "", "image/x-icon"),
        ("an", b"\x47@\x00", "audio/aac", "audio/aac"),
        ("an", b"alert(1)", "text/javascript", None),
        ("an", b"<html>", "text/html", None),
        ("fr", png(1, 1), "image/png", None),
    ],
)
def test_what_a_captured_page_loads_is_given_as_what_it_is(
    kind: str, beginning: bytes, declared: str, given: str | None
) -> None:
    assert resource_type(kind, beginning[:64], declared) == given
