"""The one door to the network: every byte that the program gets from the web comes through `Door.fetch`.

It refuses what is dangerous (guard), is polite (limits), bounds time, size and redirects, records the exchange as it
crossed the connection (tape) and hands it to the sink, which stores it, before anybody reads it.
"""

from __future__ import annotations

import hashlib
import re
import ssl
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from types import TracebackType
from typing import Protocol, Self, cast
from urllib.parse import urljoin

import certifi
import httpcore
import httpx

from archiver.config import WebSettings
from archiver.errors import ConfigError, NetworkError, RefusedError
from archiver.exchange import Exchange, Truncation
from archiver.model import Capture
from archiver.web.guard import parse_networks
from archiver.web.limits import HostLimiter, retry_after
from archiver.web.tape import RecordingBackend, StoppedError, Tape

REDIRECTS = frozenset({301, 302, 303, 307, 308})

RETRIED_STATUSES = frozenset({429, 500, 502, 503, 504})
"""Answers that a second try may better. 429 without a hint waits a minute: the Wayback Machine asks for that."""

BACKOFF_SECONDS = 1.0
TOO_MANY_REQUESTS_SECONDS = 60.0
MAX_URL = 8192
HEAD_LIMIT = 1 << 20
_END_OF_HEAD = re.compile(rb"\r?\n\r?\n")


class Sink(Protocol):
    """Where exchanges go as evidence: the archive's session."""

    def write_exchange(self, exchange: Exchange) -> Capture: ...

    def write_refusal(self, url: str, address: str, reason: str) -> None: ...


class _Transport(httpx.BaseTransport):
    """httpx over an httpcore pool with our network backend: HTTP/1.1 only, so that the bytes are the message."""

    def __init__(self, pool: httpcore.ConnectionPool) -> None:
        self._pool = pool

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        response = self._pool.handle_request(
            httpcore.Request(
                method=request.method,
                url=httpcore.URL(
                    scheme=request.url.raw_scheme,
                    host=request.url.raw_host,
                    port=request.url.port,
                    target=request.url.raw_path,
                ),
                headers=request.headers.raw,
                content=cast(httpx.SyncByteStream, request.stream),
                extensions=request.extensions,
            )
        )
        return httpx.Response(
            status_code=response.status,
            headers=response.headers,
            stream=_Stream(response),
            extensions=response.extensions,
        )

    def close(self) -> None:
        self._pool.close()


class _Stream(httpx.SyncByteStream):
    def __init__(self, response: httpcore.Response) -> None:
        self._response = response

    def __iter__(self) -> Iterator[bytes]:
        return iter(cast(Iterable[bytes], self._response.stream))

    def close(self) -> None:
        self._response.close()


class Door:
    """Fetches over the live network; fits `archiver.exchange.Fetcher`. Threads may share one.

    `sink` stores each exchange, also the failed tries that got an answer; without one, nothing is kept. The clocks are
    injected for tests: `clock` gives the time that goes into the evidence, `monotonic` and `sleep` serve waiting.
    """

    def __init__(
        self,
        settings: WebSettings,
        *,
        sink: Sink | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        sleep: Callable[[float], None] = time.sleep,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._settings = settings
        self._sink = sink
        self._clock = clock
        self._sleep = sleep
        self._monotonic = monotonic
        self._limiter = HostLimiter(settings.rates, sleep=sleep, monotonic=monotonic)
        try:
            allowed = parse_networks(settings.allow_addresses)
        except ValueError as error:
            raise ConfigError(str(error), subject="[web] allow_addresses") from error
        self._backend = RecordingBackend(connect_to=parse_connect_to(settings.connect_to), allowed=allowed)
        self._pool = httpcore.ConnectionPool(
            ssl_context=_ssl_context(settings.ca_file),
            max_connections=max(4, settings.threads * 2),
            max_keepalive_connections=max(4, settings.threads * 2),
            keepalive_expiry=15.0,
            http1=True,
            http2=False,
            network_backend=self._backend,
        )
        # Without httpx.Client on top: its cookies, redirects and environment proxies are what an exchange that must
        # stand alone as evidence cannot have, and it doubles the cost of a request.
        self._transport = _Transport(self._pool)
        self._headers = (
            ("User-Agent", settings.agent),
            ("Accept", "*/*"),
            ("Accept-Language", settings.accept_language),
            ("Accept-Encoding", "gzip, deflate"),
        )
        self._timeouts = {
            "timeout": {
                "connect": settings.connect_timeout,
                "read": settings.read_timeout,
                "write": settings.read_timeout,
                "pool": settings.total_timeout,
            }
        }

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._transport.close()

    def fetch(self, url: str, *, headers: Iterable[tuple[str, str]] = (), max_bytes: int | None = None) -> Exchange:
        """One GET, stored before it is returned; see `archiver.exchange.Fetcher.fetch`."""
        target = self._checked(url)
        host = target.host
        if self._limiter.is_down(host):
            raise NetworkError("left alone for a minute after failures in a row", subject=host)
        headers = list(headers)
        for attempt in range(self._settings.retries + 1):
            last = attempt == self._settings.retries
            self._limiter.wait(host)
            try:
                exchange = self._exchange(target, headers, max_bytes or self._settings.max_bytes)
            except RefusedError:
                raise
            except NetworkError:
                self._limiter.failed(host)
                if last or self._limiter.is_down(host):
                    raise
                self._sleep(BACKOFF_SECONDS * 2**attempt)
                continue
            self._limiter.answered(host)
            if self._sink is not None:
                exchange.capture = self._sink.write_exchange(exchange)
            pause = self._pause_before_retry(exchange, attempt)
            if pause is None:
                return exchange
            if pause > self._settings.retry_after_max:
                self._limiter.postpone(host, self._settings.retry_after_max)
                return exchange
            if last:
                self._limiter.postpone(host, pause)
                return exchange
            self._limiter.postpone(host, pause)
        raise AssertionError("unreachable: the last attempt returns or raises")

    def follow(
        self, url: str, *, headers: Iterable[tuple[str, str]] = (), max_bytes: int | None = None
    ) -> list[Exchange]:
        """A GET and the redirects after it; see `archiver.exchange.Fetcher.follow`.

        Raises `RefusedError` for a loop or too many redirects; what was fetched until then is stored.
        """
        headers = list(headers)
        chain: list[Exchange] = []
        seen: set[str] = set()
        while True:
            if url in seen or len(chain) > self._settings.max_redirects:
                problem = "redirects lead round in a loop" if url in seen else "too many redirects"
                raise self._refuse(f"{problem} (from {chain[0].url})", url)
            seen.add(url)
            exchange = self.fetch(url, headers=headers, max_bytes=max_bytes)
            chain.append(exchange)
            location = exchange.header("location")
            if exchange.status not in REDIRECTS or not location:
                return chain
            url = urljoin(url, location.strip()).partition("#")[0]

    def _checked(self, url: str) -> httpx.URL:
        if len(url) > MAX_URL:
            raise self._refuse(f"the URL is longer than {MAX_URL} characters", url)
        try:
            target = httpx.URL(url)
        except (httpx.InvalidURL, ValueError) as error:
            raise self._refuse(f"not a URL: {error}", url) from error
        if target.scheme not in ("http", "https") or not target.host:
            raise self._refuse("only http and https are fetched", url)
        if target.userinfo:
            raise self._refuse("a URL with a user name or password is not fetched", target.host)
        return target.copy_with(fragment=None) if target.fragment else target

    def _exchange(self, target: httpx.URL, headers: list[tuple[str, str]], max_bytes: int) -> Exchange:
        """One try.

        Raises `NetworkError` when there is no complete response head.
        """
        settings = self._settings
        tape = Tape(
            max_bytes=max_bytes,
            deadline=self._monotonic() + settings.total_timeout,
            monotonic=self._monotonic,
        )
        when = self._clock()
        own = {name.lower() for name, _ in headers}
        defaults = [pair for pair in self._headers if pair[0].lower() not in own]
        request = httpx.Request("GET", target, headers=[*defaults, *headers], extensions=self._timeouts)
        payload = hashlib.sha256()
        truncated: Truncation | None = None
        problem: Exception | None = None
        response: httpx.Response | None = None
        self._backend.insert(tape)
        try:
            response = self._transport.handle_request(request)
            for piece in cast(Iterable[bytes], response.stream):
                payload.update(piece)
        except StoppedError as stop:
            truncated, problem = stop.reason, stop
        except (httpcore.ReadTimeout, httpx.ReadTimeout) as error:
            truncated, problem = "time", error
        except (httpx.HTTPError, httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException) as error:
            truncated, problem = "disconnect", error
        finally:
            self._backend.insert(None)
            if response is not None:
                response.close()
            for address, reason in tape.refusals:
                self._record_refusal(str(target), address, reason)
        if response is None:
            raise NetworkError(_explain(problem), subject=str(target)) from problem
        start, head_length = _final_head(tape.head(HEAD_LIMIT))
        length = response.headers.get("content-length", "")
        if problem is None and length.isdecimal() and "transfer-encoding" not in response.headers:
            tape.cut(start + head_length + int(length[:18]))
        return Exchange(
            url=str(target),
            time=when,
            status=response.status_code,
            headers=tuple((k.decode("latin-1"), v.decode("latin-1")) for k, v in response.headers.raw),
            request=bytes(tape.request),
            open_response=tape.opener(start),
            response_length=tape.length - start,
            head_length=head_length,
            payload_digest=None if truncated else f"sha256:{payload.hexdigest()}",
            http_version=response.http_version,
            ip_address=tape.ip_address,
            tls=tape.tls,
            truncated=truncated,
        )

    def _pause_before_retry(self, exchange: Exchange, attempt: int) -> float | None:
        """Seconds to wait before another try; null when this answer stands."""
        if exchange.truncated == "disconnect":
            return BACKOFF_SECONDS * float(1 << attempt)
        if exchange.status not in RETRIED_STATUSES:
            return None
        asked = retry_after(exchange.header("retry-after"), exchange.time)
        if asked is not None:
            return asked
        return TOO_MANY_REQUESTS_SECONDS if exchange.status == 429 else BACKOFF_SECONDS * float(1 << attempt)

    def _record_refusal(self, url: str, address: str, reason: str) -> None:
        if self._sink is not None:
            self._sink.write_refusal(url, address, reason)

    def _refuse(self, problem: str, url: str) -> RefusedError:
        """The error for a target that is not allowed; what was refused, and why, is stored."""
        shown = url if len(url) <= 200 else url[:200] + "…"
        self._record_refusal(shown, "", problem)
        return RefusedError(problem, subject=shown)


def parse_connect_to(mapping: Mapping[str, str]) -> dict[str, tuple[str, int]]:
    """`{"host[:port]": "address:port"}` of the configuration, with the target split.

    Raises `ConfigError` for a target that is not `address:port`.
    """
    parsed: dict[str, tuple[str, int]] = {}
    for source, target in mapping.items():
        address, _, port = target.rpartition(":")
        if not address or not port.isdecimal() or not 0 < int(port) < 65536:
            raise ConfigError(f"{target!r} is not ADDRESS:PORT", subject=f"[web.connect_to] {source}")
        parsed[source] = (address.strip("[]"), int(port))
    return parsed


def _ssl_context(ca_file: str) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=certifi.where())
    if ca_file:
        try:
            context.load_verify_locations(cafile=ca_file)
        except (OSError, ssl.SSLError) as error:
            raise ConfigError(f"the CA file cannot be used: {error}", subject=f"[web] ca_file {ca_file}") from error
    context.set_alpn_protocols(["http/1.1"])
    return context


def _explain(problem: Exception | None) -> str:
    """What kept the answer from coming, in words that tell where to look."""
    if isinstance(problem, StoppedError):
        limits: dict[Truncation, str] = {"time": "no answer in time", "length": "the answer's head is too large"}
        return limits.get(problem.reason, "no answer")
    if isinstance(problem, (httpcore.ConnectTimeout, httpx.ConnectTimeout)):
        return "no connection in time"
    if isinstance(problem, (httpcore.ReadTimeout, httpx.ReadTimeout)):
        return "connected, but no answer in time"
    if isinstance(problem, (httpcore.ProtocolError, httpx.ProtocolError)):
        return f"the answer is not HTTP: {problem}"
    text = str(problem)
    if "CERTIFICATE_VERIFY_FAILED" in text or "SSL" in text:
        return f"the connection is not secure: {text}"
    return f"no connection: {text}" if text else "no connection"


def _final_head(head: bytes) -> tuple[int, int]:
    """Where the final response begins (after interim 1xx responses, RFC 9110 section 15.2), and its head's length."""
    start = 0
    while True:
        end = _END_OF_HEAD.search(head, start)
        if end is None:
            return start, len(head) - start
        status = head[start : end.start()].split(b" ", 2)[1:2]
        if not (status and status[0].startswith(b"1") and status[0] != b"101"):
            return start, end.end() - start
        start = end.end()
