"""The twin itself: sockets, TLS, connections, the log of what was asked, and which site answers.

`Twin` listens on two loopback ports (TLS and plain). All hosts share them and are told apart by the `Host` header (SNI
where there is none), so that a client needs only to map `host:443` to the TLS port and to trust `ca_file`.
"""

from __future__ import annotations

import contextlib
import hashlib
import selectors
import socket
import ssl
import struct
import tempfile
import threading
import traceback
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import format_datetime
from importlib import import_module
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Protocol, Self, cast

from tests.web_twin import certs
from tests.web_twin.crowd import Crowd
from tests.web_twin.faults import TLS_FAULTS, Fault, Faults, Injected, bent, plain, spoil
from tests.web_twin.news import NEWS_HOSTS, NewsSites
from tests.web_twin.population import Population
from tests.web_twin.wayback import Wayback
from tests.web_twin.wire import MAX_HEAD, BadRequestError, Reply, Request, parse_request
from tests.web_twin.x import XSite

if TYPE_CHECKING:
    from tests.web_twin.crowd_archive import CrowdArchive

X_HOSTS = (
    "publish.twitter.com",
    "publish.x.com",
    "cdn.syndication.twimg.com",
    "x.com",
    "www.x.com",
    "mobile.x.com",
    "twitter.com",
    "www.twitter.com",
    "mobile.twitter.com",
    "m.twitter.com",
    "pbs.twimg.com",
    "video.twimg.com",
    "t.co",
    "pic.twitter.com",
    "pic.x.com",
)
WAYBACK_HOSTS = ("web.archive.org", "archive.org")
HOSTS = X_HOSTS + WAYBACK_HOSTS + NEWS_HOSTS

IDLE_SECONDS = 30.0
"""A connection that asks nothing for so long is closed."""

SMALL = 1 << 20
"""A body up to this size goes out in one write with its head."""

Site = Callable[[Request], Reply]

CROWD_SITES: tuple[str, ...] = ("bluesky", "telegram", "reddit", "mastodon", "tiktok", "youtube")
"""Modules of this package, each with a `SITE` that shows the crowd as one platform does."""


class CrowdSite(Protocol):
    """A platform's site: `SITE(crowd, now)` makes one."""

    hosts: tuple[str, ...]

    def __call__(self, request: Request) -> Reply: ...


class Twin:
    """A running stand-in of X's public embed endpoints, the Wayback Machine and a few news sites.

    population: whose posts it knows; by default a generated one.
    clock: freezes the `Date` header (and everything derived from it); null: the real time. May be set later.
    seed: of the generated population, where none is given.
    crowd: whose posts the sites in `CROWD_SITES` show, on their own hosts; null: those hosts are not known. Where no
    population is given, X and the Wayback Machine show the crowd too.

    Public faces: `population`, `x` and `wayback` and `news` (their switches), `fault`, `log`, `hits`, `connections`,
    `connect_to`, `ca_file`, `https_port`, `http_port`, `host`, `errors`.
    """

    def __init__(
        self,
        population: Population | None = None,
        *,
        clock: datetime | None = None,
        seed: int = 1,
        ports: tuple[int, int] = (0, 0),
        crowd: Crowd | None = None,
    ) -> None:
        self.clock = clock
        archive: CrowdArchive | None = None
        if population is None and crowd is not None:
            archive = import_module("tests.web_twin.crowd_archive").CrowdArchive(crowd, self.now)
            population = cast(Population, archive.x)
        self.population = Population.generate(seed=seed) if population is None else population
        self.x = XSite(self.population, self.now)
        self.wayback = Wayback(self.population, self.now, crowd=archive)
        self.wayback.spn.reach = self.answer
        self.news = NewsSites(self.population, self.now)
        self._sites: dict[str, Site] = {}
        self._extra_hosts: list[str] = []
        self._faults = Faults()
        self._log: list[Request] = []
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._lines: set[_Connection] = set()
        self._threads: set[threading.Thread] = set()
        self._ports = ports
        self.errors: list[Exception] = []
        """What went wrong in the twin itself: empty, unless a site has a bug."""
        self.connections = 0
        """How many TCP connections were accepted."""
        self.https_port = 0
        self.http_port = 0
        self.crowd_sites: dict[str, CrowdSite] = {}
        """The platforms' sites by module name, for their switches."""
        for name in CROWD_SITES if crowd is not None else ():
            site: CrowdSite = import_module(f"tests.web_twin.{name}").SITE(crowd, self.now)
            self.crowd_sites[name] = site
            for host in site.hosts:
                self.host(host, site)

    # -- life

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def start(self) -> None:
        """Listen; returns at once."""
        with contextlib.ExitStack() as undo:
            self._folder = tempfile.TemporaryDirectory(prefix="twin-")
            undo.callback(self._folder.cleanup)
            self.ca_file = Path(self._folder.name) / "ca.pem"
            self.ca_file.write_bytes(certs.authority())
            self._contexts: dict[tuple[Fault | None, tuple[str, ...]], ssl.SSLContext] = {}
            self._good = self._context(None, HOSTS)
            self._good.sni_callback = self._on_server_name
            self._https = socket.create_server(("127.0.0.1", self._ports[0]), backlog=256)
            undo.callback(self._https.close)
            self._http = socket.create_server(("127.0.0.1", self._ports[1]), backlog=256)
            undo.callback(self._http.close)
            self._wake, self._woken = socket.socketpair()
            undo.pop_all()
        self.https_port = self._https.getsockname()[1]
        self.http_port = self._http.getsockname()[1]
        self._acceptor = threading.Thread(target=self._accept, name="twin-accept", daemon=True)
        self._acceptor.start()

    def close(self) -> None:
        """Stop listening, close every connection, wait for their threads."""
        self._closing.set()
        self._wake.send(b"x")
        self._acceptor.join()
        with self._lock:
            threads = list(self._threads)
        self._hang_up_all()
        for thread in threads:
            thread.join(timeout=10)
        for sock in (self._https, self._http, self._wake, self._woken):
            sock.close()
        self._good.sni_callback = None
        self._folder.cleanup()

    def _context(self, fault: Fault | None, hosts: tuple[str, ...]) -> ssl.SSLContext:
        """The TLS side for these hosts: as it should be, or with a fault's certificate."""
        with self._lock:
            if (fault, hosts) not in self._contexts:
                self._contexts[fault, hosts] = self._new_context(_leaf(fault, hosts))
            return self._contexts[fault, hosts]

    def _new_context(self, leaf: certs.Leaf) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.set_alpn_protocols(["http/1.1"])
        # Tickets are random and nobody resumes here: without them a recorded handshake is shorter.
        context.num_tickets = 0
        file = Path(self._folder.name) / f"{hashlib.sha256(leaf.chain).hexdigest()[:12]}.pem"
        file.write_bytes(leaf.chain + leaf.key)
        context.load_cert_chain(file)
        return context

    # -- what tests read and set

    def now(self) -> datetime:
        """The twin's time: the frozen clock, or the real one without microseconds."""
        return self.clock or datetime.now(UTC).replace(microsecond=0)

    @property
    def log(self) -> list[Request]:
        """Every request seen, in the order in which they came."""
        with self._lock:
            return list(self._log)

    def hits(self, host: str, path: str = "") -> list[Request]:
        """The requests that went to `host` with `path` somewhere in path and query."""
        return [request for request in self.log if request.host == host and path in request.target]

    def forget(self) -> None:
        """Empty the log."""
        with self._lock:
            self._log.clear()

    @property
    def hosts(self) -> tuple[str, ...]:
        return (*HOSTS, *self._extra_hosts)

    @property
    def connect_to(self) -> dict[str, str]:
        """`"host:443"` → `"127.0.0.1:PORT"` for every host, and the same for port 80: `[web.connect_to]`."""
        return {f"{host}:443": f"127.0.0.1:{self.https_port}" for host in self.hosts} | {
            f"{host}:80": f"127.0.0.1:{self.http_port}" for host in self.hosts
        }

    def host(self, name: str, site: Site) -> None:
        """Answer `name` (or one of the known hosts) with a function of yours."""
        self._sites[name] = site
        if name not in HOSTS and name not in self._extra_hosts:
            self._extra_hosts.append(name)

    def fault(
        self,
        host: str,
        fault: Fault,
        *,
        times: int | None = None,
        path: str = "",
        after: int = 0,
        **options: object,
    ) -> Injected:
        """Switch a fault on.

        host: which one; `*`: any. path: only where this occurs in path and query (TLS faults know only the host).
        times: how often; null: until cleared. after: spare so many requests first. options: see `Fault`.
        A TLS fault closes the open connections, so that the next request meets it.
        Faults are asked in the order in which they were added; one whose `times` are used up lets the next one strike.
        """
        injected = self._faults.add(Injected(host, fault, path, times, after, dict(options)))
        if fault in TLS_FAULTS:
            self._hang_up_all()
        return injected

    def _hang_up_all(self) -> None:
        """A certificate is shown only when a connection opens, so those that are kept must go."""
        with self._lock:
            lines = list(self._lines)
        for line in lines:
            line.hang_up()

    def clear_faults(self) -> None:
        """Switch all faults off."""
        self._faults.clear()

    # -- connections

    def _accept(self) -> None:
        with selectors.DefaultSelector() as selector:
            for sock in (self._https, self._http, self._woken):
                sock.setblocking(False)
                selector.register(sock, selectors.EVENT_READ)
            while not self._closing.is_set():
                for key, _ in selector.select():
                    if key.fileobj is self._woken:
                        return
                    with contextlib.suppress(OSError):
                        self._open(key.fileobj)  # type: ignore[arg-type]

    def _open(self, listener: socket.socket) -> None:
        sock, _ = listener.accept()
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.settimeout(IDLE_SECONDS)
        with self._lock:
            self.connections += 1
            line = _Connection(self, sock, secure=listener is self._https, number=self.connections)
            thread = threading.Thread(target=self._serve, args=(line,), name=f"twin-{line.number}", daemon=True)
            self._lines.add(line)
            self._threads.add(thread)
        thread.start()

    def _serve(self, line: _Connection) -> None:
        try:
            line.run(self._good)
        finally:
            line.close()
            with self._lock:
                self._lines.discard(line)
                self._threads.discard(threading.current_thread())

    def _on_server_name(self, sock: ssl.SSLObject | ssl.SSLSocket, name: str | None, _: ssl.SSLContext) -> None:
        sock.server_name = name or ""  # type: ignore[union-attr]
        injected = self._faults.take(name or "", None, tls=True)
        hosts = (name,) if name and name not in HOSTS else HOSTS
        if injected is not None or hosts is not HOSTS:
            sock.context = self._context(injected.fault if injected else None, hosts)

    # -- answers

    def _note(self, request: Request) -> None:
        with self._lock:
            self._log.append(request)

    def answer(self, request: Request) -> Reply:
        """What the site that `request` names answers, without faults."""
        site = self._site(request.host)
        if site is None:
            return plain(421, "Misdirected Request: the twin knows no such host\n")
        try:
            reply = site(request)
        except Exception as error:
            # The twin's own fault (or that of a test's site): shown to whoever asked, and kept for the test.
            self.errors.append(error)
            return plain(500, f"The twin failed on {request.url}\n\n{traceback.format_exc()}")
        if reply.header("date") is None:
            date = (reply.spell("Date"), format_datetime(self.now().astimezone(UTC), usegmt=True))
            reply = replace(reply, headers=(date, *reply.headers))
        return reply

    def _site(self, host: str) -> Site | None:
        if host in self._sites:
            return self._sites[host]
        if host in X_HOSTS:
            return self.x
        if host in WAYBACK_HOSTS:
            return self.wayback
        if host.endswith(".example"):
            return self.news
        if host in ("127.0.0.1", "localhost"):
            return _private
        return None


def _leaf(fault: Fault | None, hosts: tuple[str, ...]) -> certs.Leaf:
    if fault is Fault.TLS_WRONG_HOST:
        return certs.leaf(("somebody-else.invalid",))
    if fault is Fault.TLS_EXPIRED:
        return certs.leaf(hosts, until=certs.EXPIRED_AT)
    return certs.leaf(hosts, unknown_authority=fault is Fault.TLS_SELF_SIGNED)


def _private(_: Request) -> Reply:
    return plain(200, "This is a private service: no client should have come here.\n")


class _Connection:
    """One connection: reads requests, writes answers, until either side has enough."""

    def __init__(self, twin: Twin, sock: socket.socket, *, secure: bool, number: int) -> None:
        self._twin = twin
        self._sock = sock
        self._secure = secure
        self.number = number
        self._buffer = b""
        self._server_name: str | None = None
        self._abrupt = False

    def run(self, context: ssl.SSLContext) -> None:
        try:
            if self._secure:
                self._sock = context.wrap_socket(self._sock, server_side=True, do_handshake_on_connect=False)
                if self._twin._closing.is_set():
                    return
                self._sock.do_handshake()
                self._server_name = getattr(self._sock, "server_name", None)
            while self._one():
                pass
            self._say_goodbye()
        except (OSError, ValueError):
            # The client went away, or the twin is closing: nothing to do and nobody to tell.
            return

    def _one(self) -> bool:
        twin = self._twin
        try:
            request = self._read()
        except BadRequestError as error:
            self.send(plain(400, f"Bad Request: {error}\n").head())
            return False
        if request is None:
            return False
        twin._note(request)
        injected = twin._faults.take(request.host, request.target, tls=False)
        if injected is None:
            reply = twin.answer(request).encoded(request)
            self._write(request, reply)
            return request.keep_alive
        private = f"http://127.0.0.1:{twin.http_port}/private"
        reply = bent(injected, request, lambda: twin.answer(request).encoded(request), private) or twin.answer(request)
        self._abrupt = bool(injected.options.get("abrupt"))
        return spoil(injected, request, reply.encoded(request), self) and request.keep_alive

    def _read(self) -> Request | None:
        while b"\r\n\r\n" not in self._buffer:
            if len(self._buffer) > MAX_HEAD:
                raise BadRequestError("head too long")
            if not self._more():
                return None
        head, _, self._buffer = self._buffer.partition(b"\r\n\r\n")
        request, length = parse_request(
            head + b"\r\n\r\n",
            time=self._twin.now(),
            scheme="https" if self._secure else "http",
            server_name=self._server_name,
            connection=self.number,
        )
        while len(self._buffer) < length:
            if not self._more():
                return None
        body, self._buffer = self._buffer[:length], self._buffer[length:]
        return replace(request, body=body)

    def _more(self) -> bool:
        data = self._sock.recv(65536)
        self._buffer += data
        return bool(data)

    def _write(self, request: Request, reply: Reply) -> None:
        head = reply.head()
        if request.method == "HEAD":
            self.send(head)
        elif reply.stream is None and len(reply.body) <= SMALL:
            self.send(head + b"".join(reply.framed()))
        else:
            self.send(head)
            for piece in reply.framed():
                self.send(piece)

    def _say_goodbye(self) -> None:
        if isinstance(self._sock, ssl.SSLSocket) and not self._abrupt:
            # close_notify, so that a body without a length is seen as whole; not waiting for the client's own.
            self._sock.settimeout(0.2)
            with contextlib.suppress(OSError, ValueError):
                self._sock = self._sock.unwrap()

    # -- what faults may do

    def send(self, data: bytes) -> None:
        self._sock.sendall(data)

    def wait(self, seconds: float) -> bool:
        return self._twin._closing.wait(seconds)

    def reset(self) -> None:
        # SO_LINGER with zero time makes close() send RST (see socket(7)).
        self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._sock.close()

    def hang_up(self) -> None:
        """From another thread: make the connection's own thread end."""
        with contextlib.suppress(OSError):
            # Not SSLSocket.shutdown: that takes the TLS state away under the thread that is reading.
            socket.socket.shutdown(self._sock, socket.SHUT_RDWR)

    def close(self) -> None:
        self._sock.close()


@contextlib.contextmanager
def running(population: Population | None = None, *, clock: datetime | None = None, seed: int = 1) -> Iterator[Twin]:
    """`with running() as twin:` for those who like functions."""
    with Twin(population, clock=clock, seed=seed) as twin:
        yield twin


__all__ = ["HOSTS", "TLS_FAULTS", "Fault", "Injected", "Twin", "running"]
