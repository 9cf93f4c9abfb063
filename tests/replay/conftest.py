"""The staged archive, and a client that asks the site without a socket."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path

import anyio
import httpx
import pytest
from starlette.applications import Starlette

from archiver.replay import Library, create_app
from tests.replay.staged import Staged, stage


class Client:
    """Asks an ASGI application, one request at a time."""

    def __init__(self, app: Starlette, host: str = "127.0.0.1") -> None:
        self.app = app
        self.host = host

    def get(self, path: str, *, method: str = "GET", headers: dict[str, str] | None = None) -> httpx.Response:
        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(self.app)
            async with httpx.AsyncClient(transport=transport, base_url=f"http://{self.host}") as client:
                return await client.request(method, path, headers=headers)

        return anyio.run(ask)


def links(page: httpx.Response) -> list[str]:
    """What a page of ours links to or loads from this site."""
    found = re.findall(r'(?:href|src)="(/[^"]*)"', page.text)
    return [html.unescape(link).partition("#")[0] for link in found]


@pytest.fixture(scope="session")
def staged(tmp_path_factory: pytest.TempPathFactory) -> Staged:
    """Read only: tests that alter an archive stage their own."""
    return stage(tmp_path_factory.mktemp("staged") / "harbour")


@pytest.fixture(scope="session")
def library(staged: Staged) -> Iterator[Library]:
    with Library([staged.path]) as library:
        yield library


@pytest.fixture(scope="session")
def client(library: Library) -> Client:
    return Client(create_app(library))


@pytest.fixture
def own(tmp_path: Path) -> Staged:
    """An archive that the test may alter."""
    return stage(tmp_path / "harbour")
