"""What passes between a browser and pywb, tried without pywb: what answers in its place tells what it was asked."""

from __future__ import annotations

import asyncio
import html
import re
from collections.abc import Awaitable, Callable
from typing import NamedTuple

import httpx
import pytest

from archiver.replay import Library, create_app
from archiver.replay.engine import MAX_BODY, Engine
from tests.replay.staged import HOSTILE_URL

STAMP = "20240506093000"
PLAIN = b"HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\nwords"

DATED = b"HTTP/1.0 200 OK\r\nMemento-Datetime: Mon, 06 May 2024 09:30:00 GMT\r\n"
KNOWN = b'Link: <https://evil.example/page>; rel="original"\r\n\r\nwords'


class Asking(NamedTuple):
    """A view that was opened, and what stands behind it."""

    web: httpx.AsyncClient
    origin: str
    path: str
    asked: list[bytes]
    """What pywb would have been sent."""

    async def get(self, path: str = "", *, method: str = "GET", content: bytes = b"", **headers: str) -> httpx.Response:
        named = {"sec-fetch-dest": "iframe"} | {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.web.request(method, f"{self.origin}{path or self.path}", headers=named, content=content)


def with_answer(library: Library, said: bytes, ask: Callable[[Asking], Awaitable[None]]) -> None:
    async def run() -> None:
        asked: list[bytes] = []

        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            head = await reader.readuntil(b"\r\n\r\n")
            length = re.search(rb"(?i)content-length: (\d+)", head)
            asked.append(head + (await reader.readexactly(int(length[1])) if length else b""))
            writer.write(said)
            await writer.drain()
            writer.close()

        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        async with server:
            engine = Engine(create_app(library), library, server.sockets[0].getsockname()[1])
            async with httpx.AsyncClient(transport=httpx.ASGITransport(engine)) as web:
                view = await web.get(f"http://127.0.0.1/archives/harbour/{STAMP}/{HOSTILE_URL}")
                found = re.search(r'class="captured" src="(http://p[a-z2-7]{26}\.localhost)(/[^"]*)"', view.text)
                assert found
                await ask(Asking(web, found[1], html.unescape(found[2]), asked))

    asyncio.run(run())


def test_what_is_asked_and_what_comes_back(library: Library) -> None:
    said = (
        b"HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\nSet-Cookie: a=b\r\nRefresh: 0;url=//evil.example\r\n"
        b"Link: <//evil.example>; rel=preload\r\nService-Worker-Allowed: /\r\nReport-To: x\r\n"
        b"Content-Security-Policy: default-src *\r\n\r\nwords"
    )

    async def ask(asking: Asking) -> None:
        found = await asking.get(
            cookie="secret=1", authorization="secret", user_agent="me", referer="http://127.0.0.1/", accept="a/b"
        )
        assert (found.status_code, found.text) == (200, "words")
        sent = asking.asked[0].decode().lower()
        assert not re.search("cookie|authorization|user-agent|referer|secret", sent)
        assert "accept: a/b\r\n" in sent
        assert not {"set-cookie", "refresh", "link", "service-worker-allowed", "report-to"} & set(found.headers)
        policy = found.headers["content-security-policy"]
        assert policy.startswith("sandbox allow-scripts allow-same-origin allow-forms; default-src 'self' data: blob:")
        for rule in (
            "connect-src 'self' data: blob:", "frame-src 'self' blob:", "worker-src 'self' blob:", "object-src 'none'",
            "form-action 'self'", "base-uri 'self'", "frame-ancestors 'self' http://127.0.0.1",
        ):  # fmt: skip
            assert rule in policy.split("; ")
        own = await asking.get(referer=f"{asking.origin}{asking.path}")
        assert own.status_code == 200
        assert f"referer: {asking.origin}/" in asking.asked[1].decode().lower()

    with_answer(library, said, ask)


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({"service_worker": "script"}, 403), ({"method": "PUT"}, 403), ({"method": "DELETE"}, 403),
        ({"method": "OPTIONS"}, 403), ({"sec_fetch_dest": ""}, 403), ({"path": "/"}, 404),
        ({"path": "/other/20240506093000mp_/http://a/"}, 404), ({"path": f"/harbour/{STAMP}mp_/"}, 404),
        ({"path": "/collections"}, 404), ({"path": "/harbour/../other/1mp_/http://a/"}, 404),
        ({"path": "/static/../config.yaml"}, 404), ({"method": "POST", "content": b"x" * (MAX_BODY + 1)}, 413),
    ],
)  # fmt: skip
def test_what_is_not_passed_on(library: Library, asked: dict[str, str], status: int) -> None:
    async def ask(asking: Asking) -> None:
        found = await asking.get(**asked)  # type: ignore[arg-type]
        assert found.status_code == status
        assert found.headers["content-security-policy"].startswith("sandbox; default-src 'none'; frame-ancestors ")
        assert asking.asked == []

    with_answer(library, PLAIN, ask)


def test_a_form_is_passed_on(library: Library) -> None:
    async def ask(asking: Asking) -> None:
        found = await asking.get(method="POST", content=b"a=b", content_type="text/plain")
        assert found.status_code == 200
        assert asking.asked[0].startswith(b"POST ")
        assert asking.asked[0].endswith(b"\r\n\r\na=b")

    with_answer(library, PLAIN, ask)


def test_opened_alone_it_leads_to_the_site(library: Library) -> None:
    async def ask(asking: Asking) -> None:
        led = await asking.get(sec_fetch_dest="document")
        assert (led.status_code, led.headers["location"]) == (
            302,
            f"http://127.0.0.1/archives/harbour/{STAMP}/{HOSTILE_URL}",
        )
        stranger = await asking.web.get(f"http://p{'a' * 26}.localhost{asking.path}")
        assert stranger.status_code == 404
        assert asking.asked == []

    with_answer(library, PLAIN, ask)


@pytest.mark.parametrize(
    "said",
    [
        b"HTTP/1.0 302 Found\r\nLocation: https://evil.example/\r\n\r\n",
        b"HTTP/1.0 302 Found\r\nLocation: //evil.example/\r\n\r\n",
        b"HTTP/1.0 302 Found\r\nLocation: http://p.localhost/\r\n\r\n",
        b"HTTP/1.0 302 Found\r\nLocation: javascript:alert(1)\r\n\r\n",
        b"HTTP/1.0 302 Found\r\nLocation: there\r\n\r\n",
        DATED + b"\r\nwords",
        DATED + b'Link: <https://nowhere.example/>; rel="original"\r\n\r\nwords',
        b"HTTP/1.0 200 OK\r\nMemento-Datetime: yesterday\r\n" + KNOWN,
        b"HTTP/1.0 200 OK\r\nContent-Length: x\r\n\r\nwords",
        b"HTTP/1.0 x OK\r\n\r\nwords",
        b"HTTP/1.0\r\n\r\nwords",
        b"words",
        b"",
    ],
)
def test_an_answer_that_cannot_be_checked_or_leads_away_is_refused(library: Library, said: bytes) -> None:
    async def ask(asking: Asking) -> None:
        found = await asking.get()
        assert found.status_code == 502
        assert "words" not in found.text
        assert "location" not in found.headers

    with_answer(library, said, ask)


def test_a_record_that_is_known_is_passed_on(library: Library) -> None:
    async def ask(asking: Asking) -> None:
        assert (await asking.get()).text == "words"

    with_answer(library, DATED + KNOWN, ask)
