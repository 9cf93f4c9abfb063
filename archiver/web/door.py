"""The one door to the network: every byte that the program gets from the web comes through `Door.fetch`.

It refuses what is dangerous (guard), is polite (limits), bounds time, size and redirects, records the exchange as it
crossed the connection (tape) and hands it to the sink, which stores it, before anybody reads it.
"""

from __future__ import annotations

import functools
import hashlib
import io
import re
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from types import TracebackType
from typing import Protocol, Self, cast

import httpcore
import httpx

from archiver.config import WebSettings
from archiver.errors import ConfigError, LeftAloneError, NetworkError, RefusedError
from archiver.exchange import Exchange, Truncation
from archiver.http1 import MAX_HEAD_LINES, body_length, final_head, head_end, parse_head
from archiver.model import AnswerKind, Capture
from archiver.url import WebUrl, web_url, without_userinfo
from archiver.web.guard import parse_networks
from archiver.web.limits import HostLimiter, retry_after
from archiver.web.lookup import parse_connect_to
from archiver.web.secured import client_context
from archiver.web.tape import RecordingBackend, StoppedError, Tape
from archiver.web.transport import RecordingTransport

RETRIED_STATUSES = frozenset({429, 500, 502, 503, 504})
"""Answers that a second try may better. 429 without a hint waits a minute: the Wayback Machine asks for that."""

BACKOFF_SECONDS = 1.0
TOO_MANY_REQUESTS_SECONDS = 60.0

REFUSED_SECONDS = 300.0
"""A host that answers every try with 429 is left alone for so long: waiting out each further post's tries would take
hours, and the Wayback Machine bars for an hour who goes on asking."""

READ_SIZE = 64 * 1024
"""What httpcore reads at a time: so much may arrive together with a head's end."""

STATUS_LINE = b"HTTP/"
"""How every response begins, but for those of HTTP/0.9."""

SENSITIVE_HEADERS = frozenset({"authorization", "cookie", "proxy-authorization"})
"""Not passed on to another origin when a redirect leads there (WHATWG Fetch)."""

_OPENSSL_NOISE = re.compile(r"^\[[^\]]*\] |\s*\(_?ssl\.c:[0-9]+\)$")
_FIELD_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_FIELD_VALUE = re.compile(r"[^\x00-\x08\x0a-\x1f\x7f]*")


class Sink(Protocol):
    """Where exchanges go as evidence: the archive's session."""

    def write_exchange(self, exchange: Exchange) -> Capture: ...

    def write_unreadable(self, exchange: Exchange) -> Capture: ...

    def write_refusal(self, url: str, address: str, reason: str, certificates: tuple[bytes, ...] = ()) -> None: ...

    def write_unanswered(self, url: str, kind: AnswerKind, problem: str) -> None: ...


class Door:
    """Fetches over the live network; fits `archiver.exchange.Fetcher`. Threads may share one.

    `sink` stores each exchange, also the failed tries that got an answer; without one, nothing is kept. The clocks are
    injected for tests: `clock` gives the time that goes into the evidence, `monotonic` and `sleep` serve waiting.

    Raises `ConfigError` where `[web]` names a CA file or addresses that cannot be used.
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
        ssl_context = functools.lru_cache(maxsize=1)(lambda: client_context(settings.ca_file))
        if settings.ca_file:
            ssl_context()  # a file that cannot be used is told at once
        self._transport = RecordingTransport(
            self._backend, ssl_context=ssl_context, connections=max(4, settings.threads * 2)
        )
        self._headers = tuple(
            (name.encode("ascii"), value.encode("latin-1"))
            for name, value in (
                ("User-Agent", settings.agent),
                ("Accept", "*/*"),
                ("Accept-Language", settings.accept_language),
                ("Accept-Encoding", "gzip, deflate"),
            )
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

    def fetch(
        self,
        url: str,
        *,
        headers: Iterable[tuple[str, str]] = (),
        max_bytes: int | None = None,
        whole_or_head: bool = False,
    ) -> Exchange:
        """One GET, stored before it is returned, also that it got no answer; see `archiver.exchange.Fetcher.fetch`."""
        target = self._checked(url)
        try:
            return self._tries(target, self._request_headers(target, headers), None, max_bytes, whole_or_head)
        except NetworkError as error:
            if self._sink is not None:
                kind = AnswerKind.REFUSED if isinstance(error, LeftAloneError) else AnswerKind.FAILED
                self._sink.write_unanswered(str(target), kind, error.problem)
            raise

    def post(
        self,
        url: str,
        body: bytes,
        content_type: str,
        *,
        headers: Iterable[tuple[str, str]] = (),
        max_bytes: int | None = None,
    ) -> Exchange:
        """One POST of `body`, redirects *not* followed, stored before it is returned, the body in its request.

        For questions that a GET cannot put and that change nothing for others, such as those for time stamps: a
        passing failure is tried again, as with `fetch`. `content_type` is the body's media type; the other arguments
        and the errors are those of `fetch`.
        """
        target = self._checked(url)
        described = [("Content-Type", content_type), ("Content-Length", str(len(body)))]
        kept = [pair for pair in headers if pair[0].lower() not in ("content-type", "content-length")]
        return self._tries(target, self._request_headers(target, [*kept, *described]), body, max_bytes, False)

    def _tries(
        self,
        target: WebUrl,
        fields: list[tuple[bytes, bytes]],
        body: bytes | None,
        max_bytes: int | None,
        whole_or_head: bool,
    ) -> Exchange:
        """A GET, or a POST where there is a body, as often as it takes and is allowed."""
        host = target.host
        if left := self._limiter.why_left(host):
            raise left
        bound = self._settings.max_bytes if max_bytes is None else max_bytes
        for attempt in range(self._settings.retries + 1):
            last = attempt == self._settings.retries
            self._limiter.wait(host)
            try:
                exchange = self._exchange(target, fields, body, bound, whole_or_head=whole_or_head)
            except RefusedError:
                raise
            except NetworkError:
                self._limiter.failed(host)
                if last or self._limiter.why_left(host):
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
                self._limiter.leave(host, pause)
                return exchange
            if last and exchange.status == 429:
                self._limiter.leave(host, max(pause, REFUSED_SECONDS))
                return exchange
            self._limiter.postpone(host, pause)
            if last:
                return exchange
        raise AssertionError("unreachable: the last attempt returns or raises")

    def follow(
        self,
        url: str,
        *,
        headers: Iterable[tuple[str, str]] = (),
        max_bytes: int | None = None,
        whole_or_head: bool = False,
    ) -> list[Exchange]:
        """A GET and the redirects after it; see `archiver.exchange.Fetcher.follow`.

        Raises `RefusedError` for a loop or too many redirects; what was fetched until then is stored.
        """
        headers = list(headers)
        chain: list[Exchange] = []
        seen: set[str] = set()
        while True:
            exchange = self.fetch(url, headers=headers, max_bytes=max_bytes, whole_or_head=whole_or_head)
            chain.append(exchange)
            seen.add(exchange.url)
            if exchange.redirect is None:
                return chain
            url = exchange.redirect
            target = self._checked(url)
            if str(target) in seen:
                raise self._refuse(f"redirects lead round in a loop (from {chain[0].url})", url)
            if len(chain) > self._settings.max_redirects:
                raise self._refuse(f"too many redirects (from {chain[0].url})", url)
            before = web_url(exchange.url)
            if (before.scheme, before.host, before.port) != (target.scheme, target.host, target.port):
                headers = [pair for pair in headers if pair[0].lower() not in SENSITIVE_HEADERS]

    def _checked(self, url: str) -> WebUrl:
        try:
            return web_url(url)
        except ValueError as error:
            raise self._refuse(str(error), without_userinfo(url)) from error

    def _request_headers(self, target: WebUrl, extra: Iterable[tuple[str, str]]) -> list[tuple[bytes, bytes]]:
        own: list[tuple[bytes, bytes]] = []
        for name, value in extra:
            if not _FIELD_NAME.fullmatch(name) or not _FIELD_VALUE.fullmatch(value):
                raise self._refuse(f"the request header {name[:40]!r} cannot be sent", str(target))
            own.append((name.encode("ascii"), value.encode("utf-8")))
        names = {name.lower() for name, _ in own}
        return [
            (b"Host", target.authority.encode("ascii")),
            *(pair for pair in self._headers if pair[0].lower() not in names),
            *(pair for pair in own if pair[0].lower() != b"host"),
        ]

    def _exchange(
        self,
        target: WebUrl,
        headers: list[tuple[bytes, bytes]],
        sent_body: bytes | None,
        max_bytes: int,
        *,
        whole_or_head: bool,
    ) -> Exchange:
        """One try.

        Raises `NetworkError` when there is no complete response head that can be read. What came instead is stored.
        """
        settings = self._settings
        tape = Tape(
            max_bytes=max(max_bytes, settings.max_header_bytes + READ_SIZE),
            max_head=settings.max_header_bytes,
            deadline=self._monotonic() + settings.total_timeout,
            monotonic=self._monotonic,
        )
        when = self._clock()
        url = str(target)
        # The target is named on its own, because httpx would write some characters of it in another way.
        extensions = {**self._timeouts, "target": target.target.encode()}
        try:
            request = httpx.Request(
                "GET" if sent_body is None else "POST",
                _origin(target.scheme, target.authority),
                headers=headers,
                content=sent_body,
                extensions=extensions,
            )
        except httpx.InvalidURL as error:
            raise self._refuse(f"no host that can be asked: {error}", url) from error
        payload = hashlib.sha256()
        truncated: Truncation | None = None
        problem: Exception | None = None
        response: httpx.Response | None = None
        answered = False
        shown: tuple[tuple[str, str], ...] = ()
        start = head_length = 0
        surplus = b""
        self._backend.insert(tape)
        try:
            response = self._transport.handle_request(request)
            tape.head_complete = True
            head = tape.head(settings.max_header_bytes + READ_SIZE)
            start, head_length = final_head(head)
            lines = head.count(b"\n", start, start + head_length)
            if start + head_length > settings.max_header_bytes or lines > MAX_HEAD_LINES:
                raise StoppedError("length")
            answered = True
            # from the bytes that are recorded, so that the same is read of them later; h11 tidies some fields up
            shown = parse_head(head[start : start + head_length])[2]
            if not head:  # what stands in for the network in a test shows no bytes
                shown = tuple((k.decode("latin-1"), v.decode("latin-1")) for k, v in response.headers.raw)
            if whole_or_head and _announced(response.status_code, shown) > max_bytes:
                tape.bound(start + head_length)
                raise StoppedError("length")
            tape.bound(start + head_length + max_bytes)
            for piece in cast(Iterable[bytes], response.stream):
                payload.update(piece)
            with tape.opener(start + head_length)() as body:
                length = body_length(response.status_code, shown, body)
            if length is not None:
                surplus = tape.cut(start + head_length + length)
            if (surplus or length is None) and tape.wire is not None:
                # what came behind the end, or may have, would be read as the answer to the next request (RFC 9112
                # section 6.3)
                tape.wire.hang_up()
            if length is None and tape.broke_off:
                truncated = "unspecified"  # complete only with the closing alert (RFC 9112 section 9.8)
        except StoppedError as stop:
            truncated, problem = stop.reason, stop
        except httpcore.ReadTimeout as error:
            truncated, problem = "time", error
        except httpcore.ProtocolError as error:
            problem = error
            if not tape.ended:
                # with a head that ends, even one that cannot be read, what follows it is bounded as a body
                tape.head_complete = head_end(tape.head(settings.max_header_bytes)) is not None
                truncated = tape.rest(settings.read_timeout) or ("unspecified" if answered else None)
            elif answered or tape.head(len(STATUS_LINE)) == STATUS_LINE:
                truncated = "disconnect"
            elif tape.length:
                problem = httpcore.RemoteProtocolError("no status line")
        except (httpcore.NetworkError, httpcore.TimeoutException) as error:
            truncated, problem = "disconnect", error
            if tape.refused_chain:
                self._record_refusal(url, tape.ip_address or "", _explain(error), tape.refused_chain)
        finally:
            self._backend.insert(None)
            if response is not None:
                response.close()
            if tape.wire is not None:
                tape.wire.release()
            for address, reason in tape.refusals:
                self._record_refusal(url, address, reason)
        exchange = Exchange(
            url=url,
            time=when,
            status=0,
            request=bytes(tape.request),
            open_response=tape.opener(start),
            response_length=tape.length - start,
            ip_address=tape.ip_address,
            tls=tape.tls,
            truncated=truncated,
        )
        if response is None or not answered:
            if tape.length and self._sink is not None:
                exchange.open_response, exchange.response_length = tape.opener(), tape.length
                self._sink.write_unreadable(exchange)
            raise NetworkError(_explain(problem), subject=url) from problem
        exchange.status = response.status_code
        exchange.headers = shown
        exchange.head_length = head_length
        exchange.payload_digest = None if truncated else f"sha256:{payload.hexdigest()}"
        exchange.http_version = response.http_version
        exchange.interim = head[:start]
        exchange.surplus = surplus
        return exchange

    def _pause_before_retry(self, exchange: Exchange, attempt: int) -> float | None:
        """Seconds to wait before another try; null when this answer stands."""
        if exchange.truncated == "disconnect":
            return BACKOFF_SECONDS * float(1 << attempt)
        if exchange.status not in RETRIED_STATUSES:
            return None
        asked = retry_after(exchange.header("retry-after"), self._clock())
        if asked is not None:
            return asked
        return TOO_MANY_REQUESTS_SECONDS if exchange.status == 429 else BACKOFF_SECONDS * float(1 << attempt)

    def _record_refusal(self, url: str, address: str, reason: str, certificates: tuple[bytes, ...] = ()) -> None:
        if self._sink is not None:
            self._sink.write_refusal(url, address, reason, certificates)

    def _refuse(self, problem: str, url: str) -> RefusedError:
        """The error for a target that is not allowed; what was refused, and why, is stored."""
        shown = url if len(url) <= 200 else url[:200] + "…"
        self._record_refusal(shown, "", problem)
        return RefusedError(problem, subject=shown)


def _announced(status: int, headers: tuple[tuple[str, str], ...]) -> int:
    """How long the head says that the body is; 0 where it does not say."""
    return body_length(status, headers, io.BytesIO()) or 0


@functools.lru_cache(maxsize=256)  # parsing it again for each request would be a sixth of the request's cost
def _origin(scheme: str, authority: str) -> httpx.URL:
    """Raises `httpx.InvalidURL` for a host that httpx does not know how to name."""
    return httpx.URL(f"{scheme}://{authority}/")


def _explain(problem: Exception | None) -> str:
    """What kept the answer from coming, in words that tell where to look."""
    if isinstance(problem, StoppedError):
        limits: dict[Truncation, str] = {"time": "no answer in time", "length": "the answer's head is too large"}
        return limits.get(problem.reason, "no answer")
    if isinstance(problem, (httpcore.ConnectTimeout, httpcore.PoolTimeout)):
        return "no connection in time"
    if isinstance(problem, httpcore.ReadTimeout):
        return "connected, but no answer in time"
    text = " ".join(str(problem or "").split())
    if isinstance(problem, httpcore.ProtocolError):
        if text.startswith("Server disconnected"):
            return "the server closed the connection without an answer"
        return f"the answer is not HTTP: {text}"
    if isinstance(problem, httpcore.ReadError):
        return f"the connection broke before an answer: {text}" if text else "the connection broke before an answer"
    if "SSL" in text or "TLS" in text:
        return f"the connection is not secure: {_OPENSSL_NOISE.sub('', text)}"
    return f"no connection: {text}" if text else "no connection"
