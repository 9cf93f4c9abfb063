"""The browser's only way out: a proxy on loopback that asks our door and hands on what it stored.

One proxy serves one page. It speaks HTTP/1.1 (RFC 9112; h11 reads it), ends the browser's TLS itself, and asks a
`Fetcher` for each GET: what the browser is shown is what the WARC file holds, redirects are the browser's to follow,
and the guard judges every address. Everything else is refused here: other methods, WebSockets, service workers, tunnels
that carry something else. Interception in the browser (the DevTools protocol's `Fetch` domain) was the other way to do
it; a proxy also sees what workers and the browser itself ask, and what it does not let through does not leave.

A loopback port is open to other users of the machine, too. So the proxy wants credentials, new for each page, and
whoever does not have them gets 407.
"""

from __future__ import annotations

import base64
import hmac
import io
import secrets
import socket
import ssl
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import datetime

import h11

from archiver.errors import ArchiveError, ArchiverError, RefusedError
from archiver.exchange import Exchange, Fetcher
from archiver.model import Capture
from archiver.store.conclusions import RenderedRequest
from archiver.url import web_url

PREFLIGHT_SECONDS = "60"
IDLE_SECONDS = 30.0
MAX_HEAD = 64 * 1024
MAX_CONNECTIONS = 64
"""Chromium opens 32 to one proxy."""

AT_ONCE = 4
"""Requests to one host that are under way at the same time."""

MAX_REFERENCE = 1000
"""Characters of an address in the list of requests; `data:` and tracking addresses can be endless."""

NOT_SENT_ON = frozenset(
    {
        "accept-encoding", "accept-language", "cache-control", "connection", "content-length", "content-type",
        "cookie", "dnt", "host", "if-match", "if-modified-since", "if-none-match", "if-range", "if-unmodified-since",
        "keep-alive", "pragma", "priority", "proxy-authorization", "proxy-connection", "purpose", "range", "te",
        "trailer", "transfer-encoding", "upgrade", "upgrade-insecure-requests", "user-agent", "x-client-data",
    }
)  # fmt: skip
"""Request fields that stay here: the connection's, the cache's, those that the door sets itself. A part of a file would
be no evidence of it, so no range is asked for."""

NOT_HANDED_BACK = frozenset(
    {
        "alt-svc", "clear-site-data", "connection", "content-encoding", "content-length", "expect-ct", "keep-alive",
        "nel", "proxy-authenticate", "proxy-connection", "public-key-pins", "report-to", "reporting-endpoints",
        "set-cookie", "set-cookie2", "strict-transport-security", "trailer", "transfer-encoding", "upgrade",
        "www-authenticate",
    }
)  # fmt: skip
"""Response fields that the browser is not shown: framing (the body goes on decoded), other ways to the server, cookies,
reports. The stored record has them all."""

NO_BODY = frozenset({204, 205, 304})


class Allowance:
    """What one page may ask for: so many requests, so many bytes."""

    def __init__(self, requests: int, total_bytes: int, each_bytes: int) -> None:
        self.requests = requests
        self.bytes = total_bytes
        self.each = each_bytes


class Proxy:
    """Listens on a loopback port until it is closed. `fetcher` answers; `given` are answers that are known already, by
    URL (the article's own bytes); hosts in `made_up` have nothing else.

    `agent` is the User-Agent that is sent on. What was asked is in `requested()`, in order.
    """

    def __init__(
        self,
        fetcher: Fetcher,
        context: ssl.SSLContext,
        *,
        agent: str,
        allowance: Allowance,
        given: Mapping[str, Exchange] | None = None,
        made_up: frozenset[str] = frozenset(),
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._fetcher = fetcher
        self._context = context
        self._agent = agent
        self._allowance = allowance
        self._given = {str(web_url(url)): exchange for url, exchange in (given or {}).items()}
        self._made_up = made_up
        self._monotonic = monotonic
        self.username = "page"
        self.password = secrets.token_urlsafe(24)
        self._credentials = b"Basic " + base64.b64encode(f"{self.username}:{self.password}".encode())
        self._lock = threading.Condition()
        self._requested: list[RenderedRequest] = []
        self._open: dict[int, str] = {}
        """Requests under way, by number."""
        self._count = 0
        self._bytes = 0
        self.fatal: ArchiveError | None = None
        """The archive could not be written: nothing of this page may be concluded."""
        self.left_out = 0
        """Requests that were not let through because there were too many."""
        self._last_activity = monotonic()
        self._hosts: dict[str, int] = {}
        """How many requests to a host are under way."""
        self._queues: dict[str, deque[int]] = {}
        """Numbers of the requests that wait for their host, in the order in which the browser made them."""
        self._stopped = False
        self._sockets: set[socket.socket] = set()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=MAX_CONNECTIONS)
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, name="proxy", daemon=True).start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def sign_in_url(self) -> str:
        """An address that the proxy answers itself: opening it is where the browser is asked for the credentials."""
        return "http://sign-in.invalid/"

    def requested(self) -> list[RenderedRequest]:
        """What was asked until now, those under way as not answered."""
        with self._lock:
            return [
                *self._requested,
                *(RenderedRequest(url=url, problem="not answered in time") for url in self._open.values()),
            ]

    def quiet_for(self) -> float:
        """Seconds since the last request ended; 0 while one is under way."""
        with self._lock:
            return 0.0 if self._open else self._monotonic() - self._last_activity

    def stop(self) -> None:
        """Ask nothing more of the network; what is under way is not waited for."""
        with self._lock:
            self._stopped = True
            self._lock.notify_all()

    def close(self) -> None:
        """Stop, and close every connection."""
        self.stop()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with self._lock:
            sockets = list(self._sockets)
        for connection in sockets:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    # -- connections

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with self._lock:
                full = len(self._sockets) >= MAX_CONNECTIONS or self._stopped
                if not full:
                    self._sockets.add(connection)
            if full:
                connection.close()
                continue
            threading.Thread(target=self._serve, args=(connection,), name="proxied", daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        secured: socket.socket | None = None
        try:
            connection.settimeout(IDLE_SECONDS)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            authority = self._serve_requests(connection, None)
            if authority is None:
                return
            # after CONNECT the browser speaks first: a TLS record begins with 22 (RFC 8446 section 5.1)
            first = connection.recv(1, socket.MSG_PEEK)
            if first == b"\x16":
                secured = self._context.wrap_socket(connection, server_side=True)
                with self._lock:
                    self._sockets.add(secured)
                self._serve_requests(secured, f"https://{authority}")
            elif first.isalpha():
                self._serve_requests(connection, f"http://{authority}")
            elif first:
                self._note(
                    RenderedRequest(url=f"//{authority}", method="CONNECT", problem="refused: neither TLS nor HTTP")
                )
        except (OSError, h11.ProtocolError):
            pass  # the browser's concern, or somebody else's
        finally:
            for one in (secured, connection):
                if one is not None:
                    with self._lock:
                        self._sockets.discard(one)
                    with suppress(OSError):
                        one.close()

    def _serve_requests(self, connection: socket.socket, origin: str | None) -> str | None:
        """Answer requests until the connection ends. `origin`: what a tunnel leads to; null: no tunnel yet, and the
        authority that one is wanted to is given back."""
        parser = h11.Connection(h11.SERVER, max_incomplete_event_size=MAX_HEAD)
        while True:
            request = _next_event(parser, connection)
            if not isinstance(request, h11.Request):
                return None
            fields = {name.decode("latin-1").lower(): value for name, value in request.headers}
            method, target = request.method.decode("latin-1"), request.target.decode("latin-1")
            if origin is None and not hmac.compare_digest(fields.get("proxy-authorization", b""), self._credentials):
                self._drain(parser, connection)
                _respond(
                    parser, connection, 407, [("Proxy-Authenticate", 'Basic realm="page"'), ("Content-Length", "0")]
                )
            elif method == "CONNECT" and origin is None:
                if parser.trailing_data[0]:
                    return None
                connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
                return target
            else:
                url = f"{origin}{target}" if origin is not None else target
                self._drain(parser, connection)
                self._answer(parser, connection, method, url, request.headers)
            if parser.our_state is not h11.DONE or parser.their_state is not h11.DONE:
                return None
            parser.start_next_cycle()

    @staticmethod
    def _drain(parser: h11.Connection, connection: socket.socket) -> None:
        """Read a request to its end; what a page wants to send is thrown away, and a long one ends the connection."""
        size = 0
        while True:
            event = _next_event(parser, connection)
            if isinstance(event, h11.Data):
                size += len(event.data)
                if size > MAX_HEAD:
                    raise h11.RemoteProtocolError("a body of that size is not read")
            elif isinstance(event, h11.EndOfMessage):
                return
            else:
                raise h11.RemoteProtocolError("the request broke off")

    # -- answers

    def _answer(
        self,
        parser: h11.Connection,
        connection: socket.socket,
        method: str,
        url: str,
        headers: Iterable[tuple[bytes, bytes]],
    ) -> None:
        fields = [(name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in headers]
        named = dict(fields)
        if url == self.sign_in_url:
            _respond(parser, connection, 204, [])
            return
        if method == "OPTIONS" and "access-control-request-method" in named:
            self._preflight(parser, connection, url, named)
            return
        refused = _why_refused(method, named)
        if refused is not None:
            self._note(RenderedRequest(url=url[:MAX_REFERENCE], method=method, problem=f"refused: {refused}"))
            _respond(parser, connection, 403, [("Content-Length", "0")])
            return
        exchange = self._exchange(method, url, fields)
        if exchange is None and "upgrade-insecure-requests" in named:
            # only where a page or a frame is to be opened: with 204 the browser stays where it is, and draws no page of
            # its own about an error
            _respond(parser, connection, 204, [])
        elif exchange is None:
            _respond(parser, connection, 502, [("Content-Length", "0")])
        else:
            self._hand_back(parser, connection, method, exchange)

    def _preflight(self, parser: h11.Connection, connection: socket.socket, url: str, fields: dict[str, str]) -> None:
        """A page that wants to send its own fields asks first (WHATWG Fetch, CORS-preflight). That question is no GET,
        so it is not put to the server: for a GET it is answered here. Whether the page may read the answer is still the
        server's to say, in the answer itself; there are no cookies that could be at stake."""
        wanted = fields["access-control-request-method"]
        if wanted not in ("GET", "HEAD"):
            self._note(RenderedRequest(url=url[:MAX_REFERENCE], method=wanted, problem="refused: only GET is sent"))
            _respond(parser, connection, 403, [("Content-Length", "0")])
            return
        granted = [
            ("Access-Control-Allow-Origin", fields.get("origin", "*")),
            ("Access-Control-Allow-Methods", "GET, HEAD"),
            ("Access-Control-Allow-Headers", fields.get("access-control-request-headers", "")),
            ("Access-Control-Max-Age", PREFLIGHT_SECONDS),
            ("Vary", "Origin"),
        ]
        _respond(parser, connection, 204, [(name, value) for name, value in granted if value])

    def _exchange(self, method: str, url: str, fields: list[tuple[str, str]]) -> Exchange | None:
        """The stored answer; null where there is none, which is noted."""
        shown = url[:MAX_REFERENCE]
        try:
            target = web_url(url)
        except ValueError as error:
            self._note(RenderedRequest(url=shown, method=method, problem=f"refused: {error}"))
            return None
        shown = str(target)[:MAX_REFERENCE]
        if (known := self._given.get(str(target))) is not None:
            self._note(RenderedRequest(url=shown, method=method, status=known.status, record_id=known.record_id))
            return known
        if target.host in self._made_up:
            self._note(
                RenderedRequest(url=shown, method=method, problem="not fetched: the address was made up for a file")
            )
            return None
        number = self._admit(shown, target.host)
        if number is None:
            return None
        outcome = RenderedRequest(url=shown, method=method, problem="not answered")
        try:
            sent = [(name, value) for name, value in fields if _sent_on(name)]
            exchange = self._fetcher.fetch(
                str(target), headers=[("User-Agent", self._agent), *sent], max_bytes=self._allowance.each
            )
            cut = f"cut short ({exchange.truncated})" if exchange.truncated else None
            outcome = RenderedRequest(
                url=shown, method=method, status=exchange.status, record_id=exchange.record_id, problem=cut
            )
            return exchange
        except RefusedError as error:
            outcome = RenderedRequest(url=shown, method=method, problem=f"refused: {error.problem}")
        except ArchiveError as error:
            self.fatal = error
        except ArchiverError as error:
            outcome = RenderedRequest(url=shown, method=method, problem=error.problem)
        finally:
            self._release(number, target.host, outcome)
        return None

    def _admit(self, url: str, host: str) -> int | None:
        """Wait for this host's turn; the request's number, or null when nothing more may be asked."""
        with self._lock:
            if self._count >= self._allowance.requests or self._bytes >= self._allowance.bytes:
                self.left_out += 1
                return None
            self._count += 1
            number = self._count
            self._open[number] = url
            queue = self._queues.setdefault(host, deque())
            queue.append(number)
            while not self._stopped and (queue[0] != number or self._hosts.get(host, 0) >= AT_ONCE):
                self._lock.wait()
            if self._stopped:
                return None  # stays open: it was not answered in time
            queue.popleft()
            self._hosts[host] = self._hosts.get(host, 0) + 1
            self._lock.notify_all()  # the next of this host may have its turn, too
            return number

    def _release(self, number: int, host: str, outcome: RenderedRequest) -> None:
        with self._lock:
            self._hosts[host] -= 1
            if not self._stopped:  # what comes later is no part of what was shown
                del self._open[number]
                self._requested.append(outcome)
            self._last_activity = self._monotonic()
            self._lock.notify_all()

    def _note(self, outcome: RenderedRequest) -> None:
        with self._lock:
            if len(self._requested) < self._allowance.requests:
                self._requested.append(outcome)
            else:
                self.left_out += 1
            self._last_activity = self._monotonic()

    def _hand_back(self, parser: h11.Connection, connection: socket.socket, method: str, exchange: Exchange) -> None:
        """Send a stored answer: its head without what was the connection's, its body decoded, chunked anew."""
        headers = [(name, value) for name, value in exchange.headers if name.lower() not in NOT_HANDED_BACK]
        if method == "HEAD" or exchange.status in NO_BODY:
            _respond(parser, connection, exchange.status, headers)
            return
        pieces = self._counted(exchange)
        if exchange.response_length - exchange.head_length == 0:
            _respond(parser, connection, exchange.status, [*headers, ("Content-Length", "0")])
            return
        head = h11.Response(
            status_code=exchange.status, headers=_sendable([*headers, ("Transfer-Encoding", "chunked")])
        )
        data = parser.send(head) or b""
        connection.sendall(data)
        try:
            for piece in pieces:
                connection.sendall(parser.send(h11.Data(data=piece)) or b"")
        except ArchiverError as error:
            # a bomb, or a coding that cannot be read: the browser sees a body that breaks off
            self._note(RenderedRequest(url=exchange.url[:MAX_REFERENCE], problem=f"not shown: {error.problem}"))
            raise h11.LocalProtocolError("the body cannot be shown") from error
        connection.sendall(parser.send(h11.EndOfMessage()) or b"")

    def _counted(self, exchange: Exchange) -> Iterator[bytes]:
        for piece in exchange.iter_payload():
            with self._lock:
                self._bytes += len(piece)
                self._last_activity = self._monotonic()
            if piece:
                yield piece


def answer_of(url: str, data: bytes, content_type: str, *, time: datetime, capture: Capture | None) -> Exchange:
    """An answer made of an article's own bytes, for `given`; `capture` is where they are stored."""
    head = b"HTTP/1.1 200 OK\r\n\r\n"
    block = head + data
    return Exchange(
        url=url,
        time=time,
        status=200,
        headers=(("Content-Type", content_type),),
        open_response=lambda: io.BytesIO(block),
        response_length=len(block),
        head_length=len(head),
        capture=capture,
    )


def _why_refused(method: str, fields: Mapping[str, str]) -> str | None:
    if method not in ("GET", "HEAD"):
        return "only GET is sent"
    if "websocket" in fields.get("upgrade", "").lower():
        return "WebSockets are not let through"
    if "service-worker" in fields:
        return "service workers are not let in"
    if "accept" not in fields:
        # WHATWG Fetch gives every request of a page one: this is the browser's own
        return "no request of the page"
    return None


def _sent_on(name: str) -> bool:
    return name not in NOT_SENT_ON and not name.startswith(("sec-", "proxy-", "access-control-"))


def _next_event(parser: h11.Connection, connection: socket.socket) -> object:
    while True:
        event = parser.next_event()
        if event is not h11.NEED_DATA:
            return event
        parser.receive_data(connection.recv(64 * 1024))


def _respond(parser: h11.Connection, connection: socket.socket, status: int, headers: list[tuple[str, str]]) -> None:
    """A whole answer without a body."""
    head = h11.Response(status_code=status, headers=_sendable(headers))
    connection.sendall((parser.send(head) or b"") + (parser.send(h11.EndOfMessage()) or b""))


def _sendable(headers: list[tuple[str, str]]) -> list[tuple[bytes, bytes]]:
    """Fields that h11 sends: other servers' bytes may be no field at all, and such are left out."""
    kept: list[tuple[bytes, bytes]] = []
    for name, value in headers:
        field = (name.encode("latin-1", "replace"), value.encode("latin-1", "replace").strip())
        try:
            h11.Response(status_code=200, headers=[field])
        except h11.LocalProtocolError:
            continue
        kept.append(field)
    return kept
