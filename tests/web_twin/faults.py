"""Everything that can go wrong on the way, to be switched on per host and path, a counted number of times.

A fault is given to `Twin.fault`; the server asks `Faults.take` before each handshake and before each answer, and lets
the fault write to the connection instead of the answer, or after having bent the answer.
"""

from __future__ import annotations

import gzip
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Protocol

from tests.web_twin.wire import Framing, Reply, Request


class Fault(Enum):
    """What goes wrong. Options (keyword arguments of `Twin.fault`) in parentheses, with their defaults."""

    SLOW = "slow"
    """The body drips: `piece` (64) bytes every `delay` (0.05) seconds."""
    STALL = "stall"
    """Nothing comes for `seconds` (3600), then the connection closes."""
    STALL_BODY = "stall-body"
    """The head and half of the body come, then nothing for `seconds` (3600)."""
    CUT = "cut"
    """Fewer bytes than Content-Length promises: the connection closes after half of the body (`abrupt=True`, good for
    every fault that closes: without TLS's close_notify)."""
    CUT_CHUNKED = "cut-chunked"
    """A chunked body ends without its last chunk."""
    LONG = "long"
    """More bytes than Content-Length promises."""
    TOO_MANY = "429"
    """429, with `Retry-After` where `retry_after` is given."""
    SERVER_ERROR = "500"
    UNAVAILABLE = "503"
    """503, with `Retry-After` where `retry_after` is given."""
    GATEWAY_TIMEOUT = "504"
    FORBIDDEN = "403"
    """403 of a bot check: an HTML page."""
    LOGIN_WALL = "login-wall"
    """302 to `/i/flow/login`."""
    REDIRECT_LOOP = "redirect-loop"
    """302 to the same URL for ever."""
    REDIRECT = "redirect"
    """302 to `target`; the default is the twin's own plain HTTP port by address: a private address."""
    BAD_GZIP = "bad-gzip"
    """Content-Encoding: gzip, and a body that is none."""
    GZIP_BOMB = "gzip-bomb"
    """A small gzip body that decodes to `size` (256 MiB) zeros."""
    ENDLESS_HEADERS = "endless-headers"
    """A head that never ends (at most `size` bytes, 64 MiB)."""
    HTTP10 = "http-1.0"
    """An HTTP/1.0 answer without a length: the end of the connection is the end of the body."""
    EARLY_HINTS = "103"
    """103 Early Hints before the answer (RFC 8297)."""
    CONTINUE = "100"
    """An unasked 100 Continue before the answer."""
    TLS_WRONG_HOST = "tls-wrong-host"
    TLS_EXPIRED = "tls-expired"
    TLS_SELF_SIGNED = "tls-self-signed"
    RESET = "reset"
    """The connection is reset (RST) instead of an answer."""
    CLOSE = "close"
    """The connection closes instead of an answer."""
    GARBAGE = "garbage"
    """Bytes that are no HTTP."""


TLS_FAULTS = frozenset({Fault.TLS_WRONG_HOST, Fault.TLS_EXPIRED, Fault.TLS_SELF_SIGNED})

PRIVATE_TARGETS = (
    "http://169.254.169.254/latest/meta-data/",
    "http://127.0.0.1/",
    "http://2130706433/",
    "http://0177.0.0.1/",
    "http://0x7f.1/",
    "http://[::1]/",
    "http://[::ffff:10.0.0.1]/",
    "http://[64:ff9b::a00:1]/",
    "http://10.0.0.1/",
    "http://192.168.1.1/",
    "http://172.16.0.1/",
    "http://localhost/",
    "http://0.0.0.0/",
    "http://100.64.0.1/",
)
"""Where a hostile redirect points: metadata, loopback (also decimal, octal, hexadecimal), mapped, NAT64, private."""

BOMB_BYTES = 256 * 1024 * 1024
ENDLESS_BYTES = 64 * 1024 * 1024


class Line(Protocol):
    """What a fault may do to a connection."""

    def send(self, data: bytes) -> None: ...

    def wait(self, seconds: float) -> bool:
        """Sleep, but wake (and say so) when the twin closes."""
        ...

    def reset(self) -> None: ...


@dataclass(eq=False)
class Injected:
    """A fault that is switched on; `hits` counts how often it struck."""

    host: str
    fault: Fault
    path: str = ""
    times: int | None = None
    after: int = 0
    options: dict[str, object] = field(default_factory=dict)
    hits: int = 0
    seen: int = 0

    def option(self, name: str, default: float) -> float:
        value = self.options.get(name, default)
        assert isinstance(value, int | float)
        return value

    def text(self, name: str) -> str | None:
        value = self.options.get(name)
        return None if value is None else str(value)

    def matches(self, host: str, target: str | None) -> bool:
        return self.host in ("*", host) and (target is None or self.path in target)


class Faults:
    """The faults that are switched on."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._injected: list[Injected] = []

    def add(self, injected: Injected) -> Injected:
        with self._lock:
            self._injected.append(injected)
        return injected

    def clear(self) -> None:
        with self._lock:
            self._injected.clear()

    def take(self, host: str, target: str | None, *, tls: bool) -> Injected | None:
        """The first fault that strikes here, counted; null when all is well."""
        with self._lock:
            for injected in self._injected:
                if (injected.fault in TLS_FAULTS) is not tls or not injected.matches(host, target):
                    continue
                if injected.times is not None and injected.hits >= injected.times:
                    continue
                injected.seen += 1
                if injected.seen <= injected.after:
                    continue
                injected.hits += 1
                return injected
        return None


def plain(status: int, text: str, *headers: tuple[str, str]) -> Reply:
    """A short answer of a server in trouble."""
    return Reply(status=status, headers=(("content-type", "text/plain; charset=utf-8"), *headers), body=text.encode())


def _retry_after(injected: Injected) -> tuple[tuple[str, str], ...]:
    value = injected.text("retry_after")
    return () if value is None else (("retry-after", value),)


def bent(injected: Injected, request: Request, answer: Callable[[], Reply], private: str) -> Reply | None:
    """The answer of a fault that is a whole answer of its own; null for faults that spoil the wire."""
    fault = injected.fault
    if fault is Fault.TOO_MANY:
        return plain(429, "Too Many Requests\n", *_retry_after(injected))
    if fault is Fault.SERVER_ERROR:
        return plain(500, "Internal Server Error\n")
    if fault is Fault.UNAVAILABLE:
        return plain(503, "Service Unavailable\n", *_retry_after(injected))
    if fault is Fault.GATEWAY_TIMEOUT:
        return Reply(
            status=504,
            headers=(("content-type", "text/html"),),
            body=b"<html><head><title>504 Gateway Time-out</title></head><body></body></html>",
        )
    if fault is Fault.FORBIDDEN:
        return Reply(
            status=403,
            headers=(("content-type", "text/html; charset=utf-8"),),
            body=b"<!DOCTYPE html><title>Just a moment...</title><p>Checking that you are not a robot.",
        )
    if fault is Fault.LOGIN_WALL:
        return Reply(status=302, headers=(("location", "https://x.com/i/flow/login"),))
    if fault is Fault.REDIRECT_LOOP:
        return Reply(status=302, headers=(("location", request.url),))
    if fault is Fault.REDIRECT:
        return Reply(status=302, headers=(("location", injected.text("target") or private),))
    if fault is Fault.BAD_GZIP:
        good = answer()
        kept = tuple((k, v) for k, v in good.headers if k.lower() != "content-encoding")
        return replace(
            good,
            headers=(*kept, ("content-encoding", "gzip")),
            body=b"\x1f\x8b\x08\x00 this is not what it says " + good.body,
            compress=False,
        )
    if fault is Fault.GZIP_BOMB:
        body = _bomb(int(injected.option("size", BOMB_BYTES)))
        return Reply(
            headers=(("content-type", "application/json; charset=utf-8"), ("content-encoding", "gzip")), body=body
        )
    if fault is Fault.CUT_CHUNKED:
        return replace(answer(), framing=Framing.CHUNKED)
    if fault in (Fault.CUT, Fault.LONG, Fault.STALL_BODY):
        return replace(answer(), framing=Framing.LENGTH)
    return None


def _bomb(size: int) -> bytes:
    """Gzip of zeros, made member by member (a gzip stream may hold several, RFC 1952) so that it is made fast."""
    member_size = 1 << 20
    member = gzip.compress(bytes(member_size), 9, mtime=0)
    return member * max(1, size // member_size)


def spoil(injected: Injected, request: Request, reply: Reply, line: Line) -> bool:
    """Write `reply` to the line, spoilt. True where the connection may be used again."""
    fault = injected.fault
    if fault is Fault.STALL:
        line.wait(injected.option("seconds", 3600))
        return False
    if fault is Fault.RESET:
        line.reset()
        return False
    if fault is Fault.CLOSE:
        return False
    if fault is Fault.GARBAGE:
        line.send(b"\x00\x01\x02 +++ no carrier +++ \xff\xfe\r\n" * 4)
        return False
    if fault is Fault.ENDLESS_HEADERS:
        _endless_headers(int(injected.option("size", ENDLESS_BYTES)), line)
        return False
    if fault is Fault.HTTP10:
        closing = replace(reply, framing=Framing.CLOSE)
        line.send(closing.head(version="HTTP/1.0") + b"".join(closing.pieces()))
        return False
    if fault in (Fault.EARLY_HINTS, Fault.CONTINUE):
        interim = (
            Reply(status=103, headers=(("link", "</style.css>; rel=preload; as=style"),))
            if fault is Fault.EARLY_HINTS
            else Reply(status=100)
        )
        line.send(interim.head() + reply.head() + b"".join(reply.framed()))
        return True
    if fault is Fault.SLOW:
        return _drip(injected, reply, line)
    if fault is Fault.LONG:
        line.send(reply.head() + b"".join(reply.framed()) + b"and some bytes too many")
        return False
    if fault in (Fault.CUT, Fault.STALL_BODY):
        body = b"".join(reply.pieces())
        line.send(reply.head() + body[: len(body) // 2])
        if fault is Fault.STALL_BODY:
            line.wait(injected.option("seconds", 3600))
        return False
    if fault is Fault.CUT_CHUNKED:
        body = b"".join(reply.framed())
        line.send(reply.head() + body[: -len(b"0\r\n\r\n")])
        return False
    line.send(reply.head() + b"".join(reply.framed()))
    return True


def _drip(injected: Injected, reply: Reply, line: Line) -> bool:
    piece, delay = int(injected.option("piece", 64)), injected.option("delay", 0.05)
    body = b"".join(reply.framed())
    line.send(reply.head())
    for start in range(0, len(body), piece):
        if line.wait(delay):
            return False
        line.send(body[start : start + piece])
    return True


def _endless_headers(size: int, line: Line) -> None:
    line.send(b"HTTP/1.1 200 OK\r\n")
    block = b"".join(b"X-Filler-%d: %b\r\n" % (n, b"z" * 1000) for n in range(16))
    for _ in range(size // len(block)):
        line.send(block)
