"""Questions to the replay site without a server: its ASGI application is called in this process, through no socket."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, MutableMapping
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

from starlette.types import ASGIApp

from archiver.errors import ArchiveError, LimitError

HOST = b"localhost"
MAX_REDIRECTS = 5


class Answer(NamedTuple):
    """What the site said."""

    status: int
    headers: dict[str, str]
    """By lower-case name."""
    body: bytes

    @property
    def media_type(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


class _NotTakenError(Exception):
    """Ends an answer that is not wanted."""


class Asker:
    """Asks one application (ASGI 3.0, HTTP) for its pages and files."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def page(self, address: str, *, most: int) -> Answer:
        """The answer at `address` (path and query), after redirects within the site.

        Raises `LimitError` for one of more than `most` bytes, `ArchiveError` when the site fails.
        """
        body = bytearray()

        def take(piece: bytes) -> None:
            body.extend(piece)
            if len(body) > most:
                raise LimitError(f"a page of more than {most:,} bytes", subject=address)

        for _ in range(MAX_REDIRECTS):
            body.clear()
            answer = await self._get(address, take, lambda _answer: True)
            location = answer.headers.get("location", "") if 300 <= answer.status < 400 else ""
            if not location.startswith("/") or location.startswith("//"):
                break
            address = location
        return answer._replace(body=bytes(body))

    async def file(
        self, address: str, take: Callable[[bytes], object], *, types: Collection[str], most: int
    ) -> Answer | None:
        """Hand what lies at `address` to `take`, piece by piece; null where it is refused, of none of the `types`, or
        of more than `most` bytes (`take` may have been given some of it).

        Raises `ArchiveError` when the site fails.
        """
        size = 0

        def wanted(answer: Answer) -> bool:
            length = answer.headers.get("content-length", "0")
            return answer.status == 200 and answer.media_type in types and length.isdecimal() and int(length) <= most

        def bounded(piece: bytes) -> None:
            nonlocal size
            size += len(piece)
            if size > most:
                raise _NotTakenError
            take(piece)

        try:
            return await self._get(address, bounded, wanted)
        except _NotTakenError:
            return None

    async def _get(self, address: str, take: Callable[[bytes], object], wanted: Callable[[Answer], bool]) -> Answer:
        parts = urlsplit(address)
        scope = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": "GET",
            "scheme": "http",
            "path": unquote(parts.path, errors="replace"),
            "raw_path": parts.path.encode("ascii", "replace"),
            "query_string": parts.query.encode("ascii", "replace"),
            "root_path": "",
            "headers": [(b"host", HOST)],
            "client": ("127.0.0.1", 0),
            "server": ("localhost", 80),
        }
        answer: Answer | None = None

        asked = False

        async def receive() -> dict[str, Any]:
            nonlocal asked
            if asked:  # whoever asks does not hang up: this is waited for until the answer is there
                await asyncio.Event().wait()
            asked = True
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: MutableMapping[str, Any]) -> None:
            nonlocal answer
            if message["type"] == "http.response.start":
                pairs = [
                    (name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in message["headers"]
                ]
                answer = Answer(message["status"], dict(pairs), b"")
                if not wanted(answer):
                    raise _NotTakenError
            elif message["type"] == "http.response.body" and message.get("body"):
                take(message["body"])

        try:
            await self._app(scope, receive, send)
        except (_NotTakenError, LimitError):
            raise
        except OSError:  # the disk that is written to
            raise
        except Exception as error:
            if answer is None:
                raise ArchiveError(f"its page could not be made: {error!r}"[:300], subject=address) from error
        if answer is None:
            raise ArchiveError("the site gave no answer", subject=address)
        return answer
