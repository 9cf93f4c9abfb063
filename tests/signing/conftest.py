"""What the tests of signatures share: a world of authorities, and how an authority is asked without a network."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from archiver.config import WebSettings
from archiver.exchange import Exchange
from archiver.signing import der
from archiver.signing.trust import Trust
from archiver.web import Door
from tests.loopback import Loopback
from tests.signing.authorities import NOW, Party, World, openssl_tsa
from tests.signing.tokens import Token


@pytest.fixture(scope="session")
def world() -> World:
    return World()


@pytest.fixture(scope="session")
def trust(world: World) -> Trust:
    """Both roots of the world, and none of the web's."""
    return Trust(domains=(world.web_root.certificate,), stamps=(world.stamp_root.certificate,))


@pytest.fixture(scope="session")
def stamper(world: World) -> Party:
    return world.stamper()


class Posted:
    """Answers of servers that are none: what was sent, and an answer for it."""

    def __init__(self, answer: Callable[[str, bytes], bytes]) -> None:
        self.sent: list[tuple[str, bytes, str, dict[str, str]]] = []
        self._answer = answer

    def __call__(self, url: str, body: bytes, content_type: str, **more: Any) -> Exchange:
        self.sent.append((url, body, content_type, dict(more.get("headers", ()))))
        data = self._answer(url, body)
        return Exchange(
            url=url, time=NOW, status=200, open_response=lambda: io.BytesIO(data), response_length=len(data)
        )


@pytest.fixture
def posting() -> Callable[[Callable[[str, bytes], bytes]], Posted]:
    return Posted


def authority(party: Party, when: datetime = NOW, **changed: Any) -> Callable[[str, bytes], bytes]:
    """An authority that stamps whatever digest it is sent, at `when`, as `Token` says."""

    def answer(url: str, body: bytes) -> bytes:
        _, imprint, nonce, _ = der.items(der.read(body, der.SEQUENCE))
        digest = der.items(imprint)[1].content
        options: dict[str, Any] = {"imprint": digest, "nonce": der.integer(nonce)}
        return Token(party, b"", when, **{**options, **changed}).bytes()

    return answer


@contextmanager
def openssl_server(folder: Path, party: Party, **options: Any) -> Iterator[tuple[Loopback, Door]]:
    """OpenSSL's authority behind a loopback server, and a door that may go there."""
    settings = WebSettings(allow_addresses=("127.0.0.1/32",), rates={"*": 0.0}, retries=0)
    with Loopback(openssl_tsa(folder, party, **options)) as server, Door(settings) as door:
        yield server, door
