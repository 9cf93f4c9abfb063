"""httpx's transport over our recorded connections: HTTP/1.1 only, because there the bytes on the connection are the
message.

The door speaks to it without `httpx.Client` on top: the client's cookies, redirects, environment proxies and decoding
are what an exchange that stands alone as evidence cannot have, and they cost as much again as the request itself.
"""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import cast

import httpcore
import httpx

KEEPALIVE_SECONDS = 15.0


class RecordingTransport(httpx.BaseTransport):
    """Sends requests over connections that `backend` opens (`archiver.web.tape.RecordingBackend`).

    Raises httpcore's own errors, whose kinds tell more of what broke than httpx's.
    """

    def __init__(
        self, backend: httpcore.NetworkBackend, *, ssl_context: Callable[[], ssl.SSLContext], connections: int
    ) -> None:
        """`ssl_context` is asked at the first https request: reading the authorities takes as long as 100 requests."""
        self._backend = backend
        self._ssl_context = ssl_context
        self._connections = connections
        self._plain = self._pool(None)
        self._secure: httpcore.ConnectionPool | None = None
        self._lock = threading.Lock()

    def _pool(self, ssl_context: ssl.SSLContext | None) -> httpcore.ConnectionPool:
        return httpcore.ConnectionPool(
            ssl_context=ssl_context,
            max_connections=self._connections,
            max_keepalive_connections=self._connections,
            keepalive_expiry=KEEPALIVE_SECONDS,
            http1=True,
            http2=False,
            network_backend=self._backend,
        )

    def _pool_for(self, scheme: str) -> httpcore.ConnectionPool:
        if scheme == "http":
            return self._plain
        if self._secure is None:
            with self._lock:
                if self._secure is None:
                    self._secure = self._pool(self._ssl_context())
        return self._secure

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        response = self._pool_for(request.url.scheme).handle_request(
            httpcore.Request(
                request.method,
                httpcore.URL(
                    scheme=request.url.raw_scheme,
                    host=request.url.raw_host,
                    port=request.url.port,
                    target=request.url.raw_path,
                ),
                headers=request.headers.raw,
                content=request.content or None,
                extensions=request.extensions,
            )
        )
        return httpx.Response(
            response.status, headers=response.headers, stream=_Body(response), extensions=response.extensions
        )

    def close(self) -> None:
        self._plain.close()
        if self._secure is not None:
            self._secure.close()


class _Body(httpx.SyncByteStream):
    """The body as it comes: only the transfer encoding removed."""

    def __init__(self, response: httpcore.Response) -> None:
        self._response = response

    def __iter__(self) -> Iterator[bytes]:
        return iter(cast(Iterable[bytes], self._response.stream))

    def close(self) -> None:
        self._response.close()
