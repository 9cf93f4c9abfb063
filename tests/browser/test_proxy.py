"""The proxy alone, spoken to as a browser and as somebody who is none of its business."""

from __future__ import annotations

import base64
import gzip
import io
import socket
import ssl
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime

import pytest

from archiver.browser.certificate import RunCertificate
from archiver.browser.proxy import Allowance, Proxy, answer_of
from archiver.errors import ArchiveError, NetworkError
from archiver.exchange import Exchange
from archiver.http1 import dechunk, head_end, parse_head

TIME = datetime(2026, 5, 2, tzinfo=UTC)
PAGE = b"<!DOCTYPE html><p>words</p>"


class Answers:
    """A fetcher of ready answers, by URL: the head's lines and the body."""

    def __init__(self, **more: tuple[list[str], bytes]) -> None:
        self.ready = {"https://pages.example/": (["Content-Type: text/html"], PAGE)} | more
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.error: Exception | None = None
        self.came = threading.Event()
        self.holding: threading.Event | None = None

    def fetch(self, url: str, *, headers: Iterable[tuple[str, str]] = (), max_bytes: int | None = None) -> Exchange:
        self.asked.append((url, dict(headers)))
        self.came.set()
        if self.holding is not None:
            self.holding.wait(10)
        if self.error is not None:
            raise self.error
        lines, body = self.ready[url]
        head = "\r\n".join(["HTTP/1.1 200 OK", *lines, "", ""]).encode()
        _, status, fields = parse_head(head)
        answer = answer_of(url, body, "", time=TIME, capture=None)
        answer.headers = fields
        answer.status = status
        return answer

    def follow(self, url: str, **options: object) -> list[Exchange]:
        raise AssertionError("the browser follows redirects itself")


CERTIFICATE = RunCertificate()


@contextmanager
def a_proxy(fetcher: Answers, *, requests: int = 50, total: int = 1 << 20, **options: object) -> Iterator[Proxy]:
    allowance = Allowance(requests, total, 1 << 20)
    proxy = Proxy(fetcher, CERTIFICATE.context, agent="agent/1", allowance=allowance, **options)  # type: ignore[arg-type]
    try:
        yield proxy
    finally:
        proxy.close()


def credentials(proxy: Proxy) -> str:
    return "Proxy-Authorization: Basic " + base64.b64encode(f"{proxy.username}:{proxy.password}".encode()).decode()


def say(connection: socket.socket, *lines: str, body: bytes = b"") -> bytes:
    """Send a request and read what comes: the head, and the body as far as its framing says."""
    connection.sendall("\r\n".join([*lines, "", ""]).encode() + body)
    data = b""
    while (end := head_end(data)) is None:
        piece = connection.recv(65536)
        if not piece:
            return data
        data += piece
    head = data[:end].lower()
    while b"transfer-encoding: chunked" in head and not data.endswith(b"0\r\n\r\n"):
        piece = connection.recv(65536)
        if not piece:
            break
        data += piece
    return data


@contextmanager
def connected(proxy: Proxy) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", proxy.port), timeout=10) as connection:
        yield connection


@contextmanager
def tunnel(proxy: Proxy, to: str = "pages.example:443") -> Iterator[ssl.SSLSocket]:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with connected(proxy) as connection:
        assert say(connection, f"CONNECT {to} HTTP/1.1", f"Host: {to}", credentials(proxy)).startswith(b"HTTP/1.1 200")
        with context.wrap_socket(connection, server_hostname=to.partition(":")[0]) as secured:
            yield secured


def body_of(data: bytes) -> bytes:
    end = head_end(data)
    assert end is not None
    return b"".join(dechunk(io.BytesIO(data[end:])))


def test_it_hands_back_what_is_stored() -> None:
    fetcher = Answers()
    with a_proxy(fetcher) as proxy, tunnel(proxy) as browser:
        data = say(browser, "GET / HTTP/1.1", "Host: pages.example", "Accept: */*")
        assert data.startswith(b"HTTP/1.1 200")
        assert b"content-type: text/html" in data.lower()
        assert body_of(data) == PAGE
        # the connection is kept for the next request
        assert say(browser, "GET / HTTP/1.1", "Host: pages.example", "Accept: */*").startswith(b"HTTP/1.1 200")
    assert [url for url, _ in fetcher.asked] == ["https://pages.example/"] * 2
    assert [(one.url, one.status) for one in proxy.requested()] == [("https://pages.example/", 200)] * 2


def test_a_coded_body_is_handed_back_decoded_and_cookies_are_kept_away() -> None:
    lines = ["Content-Type: text/html", "Content-Encoding: gzip", "Set-Cookie: a=b", 'Alt-Svc: h3=":443"', "X-Own: 1"]
    fetcher = Answers(**{"https://pages.example/z": (lines, gzip.compress(PAGE))})
    with a_proxy(fetcher) as proxy, tunnel(proxy) as browser:
        data = say(browser, "GET /z HTTP/1.1", "Host: pages.example", "Accept: */*")
    head = data.partition(b"\r\n\r\n")[0].lower()
    assert body_of(data) == PAGE
    assert b"x-own: 1" in head
    for name in (b"content-encoding", b"set-cookie", b"alt-svc", b"content-length"):
        assert name not in head


def test_a_bomb_breaks_off() -> None:
    bomb = gzip.compress(bytes(4 << 20))
    fetcher = Answers(**{"https://pages.example/bomb": (["Content-Encoding: gzip"], bomb)})
    with a_proxy(fetcher) as proxy, tunnel(proxy) as browser:
        data = say(browser, "GET /bomb HTTP/1.1", "Host: pages.example", "Accept: */*")
    assert len(data) < 2 << 20
    assert not data.endswith(b"0\r\n\r\n")
    assert any("expands more than" in (one.problem or "") for one in proxy.requested())


@pytest.mark.parametrize("line", ["", "Proxy-Authorization: Basic cGFnZTpndWVzcw==", "Proxy-Authorization: Bearer x"])
@pytest.mark.parametrize("request_line", ["CONNECT pages.example:443 HTTP/1.1", "GET http://pages.example/ HTTP/1.1"])
def test_whoever_has_no_credentials_gets_nothing(request_line: str, line: str) -> None:
    fetcher = Answers()
    with a_proxy(fetcher) as proxy, connected(proxy) as stranger:
        answer = say(stranger, request_line, "Host: pages.example", "Accept: */*", *([line] if line else []))
    assert answer.startswith(b"HTTP/1.1 407")
    assert fetcher.asked == []
    assert proxy.requested() == []


def test_what_is_the_connections_is_not_sent_on() -> None:
    fetcher = Answers()
    with a_proxy(fetcher) as proxy, tunnel(proxy) as browser:
        own = ["Accept: text/html", "Referer: https://pages.example/from", "X-Own: 1", "Origin: https://pages.example"]
        drop = ["Cookie: a=b", "User-Agent: Chromium", "Range: bytes=0-9", "If-None-Match: x", "Sec-Fetch-Mode: cors"]
        say(browser, "GET / HTTP/1.1", "Host: other.example", *own, *drop, "Accept-Encoding: br")
    ((url, headers),) = fetcher.asked
    assert url == "https://pages.example/"  # where the tunnel leads, whatever `Host` says
    assert headers == {
        "User-Agent": "agent/1",
        "accept": "text/html",
        "referer": "https://pages.example/from",
        "x-own": "1",
        "origin": "https://pages.example",
    }


REFUSED = {
    "POST": (["POST /f HTTP/1.1", "Accept: */*", "Content-Length: 3"], b"a=b", "refused: only GET is sent"),
    "TRACE": (["TRACE / HTTP/1.1", "Accept: */*"], b"", "refused: only GET is sent"),
    "CONNECT": (["CONNECT 127.0.0.1:22 HTTP/1.1", "Accept: */*"], b"", "refused: only GET is sent"),
    "websocket": (
        ["GET /s HTTP/1.1", "Accept: */*", "Connection: Upgrade", "Upgrade: websocket"],
        b"",
        "refused: WebSockets are not let through",
    ),
    "service worker": (
        ["GET /sw.js HTTP/1.1", "Accept: */*", "Service-Worker: script"],
        b"",
        "refused: service workers are not let in",
    ),
    "the browser's own": (["GET / HTTP/1.1"], b"", "refused: no request of the page"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_everything_but_a_pages_get_is_refused(what: str) -> None:
    lines, body, problem = REFUSED[what]
    fetcher = Answers()
    with a_proxy(fetcher) as proxy, tunnel(proxy) as browser:
        answer = say(browser, lines[0], "Host: pages.example", *lines[1:], body=body)
    assert answer.startswith(b"HTTP/1.1 403")
    assert fetcher.asked == []
    assert [one.problem for one in proxy.requested()] == [problem]


def test_a_tunnel_for_something_else_is_closed() -> None:
    fetcher = Answers()
    with a_proxy(fetcher) as proxy, connected(proxy) as caller:
        say(caller, "CONNECT pages.example:25 HTTP/1.1", "Host: pages.example:25", credentials(proxy))
        caller.sendall(b"\x00\x01\x00\x00binary")
        with suppress(ConnectionResetError):
            assert caller.recv(100) == b""
    assert fetcher.asked == []
    assert [one.problem for one in proxy.requested()] == ["refused: neither TLS nor HTTP"]


def test_failures_are_told_and_shown_as_none() -> None:
    fetcher = Answers()
    fetcher.error = NetworkError("no answer in time", subject="pages.example")
    with a_proxy(fetcher) as proxy, tunnel(proxy) as browser:
        assert say(browser, "GET / HTTP/1.1", "Host: pages.example", "Accept: */*").startswith(b"HTTP/1.1 502")
    assert [one.problem for one in proxy.requested()] == ["no answer in time"]
    assert proxy.fatal is None


def test_an_archive_that_cannot_be_written_is_not_passed_over() -> None:
    fetcher = Answers()
    fetcher.error = ArchiveError("the disk is full")
    with a_proxy(fetcher) as proxy, tunnel(proxy) as browser:
        assert say(browser, "GET / HTTP/1.1", "Host: pages.example", "Accept: */*").startswith(b"HTTP/1.1 502")
    assert proxy.fatal is fetcher.error


def test_so_many_requests_and_no_more() -> None:
    fetcher = Answers()
    with a_proxy(fetcher, requests=2) as proxy, tunnel(proxy) as browser:
        heads = [say(browser, "GET / HTTP/1.1", "Host: pages.example", "Accept: */*")[:12] for _ in range(4)]
    assert heads == [b"HTTP/1.1 200"] * 2 + [b"HTTP/1.1 502"] * 2
    assert len(fetcher.asked) == 2
    assert proxy.left_out == 2


def test_so_many_bytes_and_no_more() -> None:
    fetcher = Answers()
    with a_proxy(fetcher, total=len(PAGE) + 1) as proxy, tunnel(proxy) as browser:
        heads = [say(browser, "GET / HTTP/1.1", "Host: pages.example", "Accept: */*")[:12] for _ in range(3)]
    assert heads == [b"HTTP/1.1 200"] * 2 + [b"HTTP/1.1 502"]
    assert len(fetcher.asked) == 2


def test_an_article_of_a_file_has_nothing_around_it() -> None:
    fetcher = Answers()
    given = answer_of("https://article.invalid/", PAGE, "text/html; charset=utf-8", time=TIME, capture=None)
    options = {"given": {"https://article.invalid/": given}, "made_up": frozenset({"article.invalid"})}
    with a_proxy(fetcher, **options) as proxy, tunnel(proxy, "article.invalid:443") as browser:
        assert body_of(say(browser, "GET / HTTP/1.1", "Host: article.invalid", "Accept: */*")) == PAGE
        beside = say(browser, "GET /etc/passwd HTTP/1.1", "Host: article.invalid", "Accept: */*")
        assert beside.startswith(b"HTTP/1.1 502")
    assert fetcher.asked == []
    assert [one.problem for one in proxy.requested()] == [None, "not fetched: the address was made up for a file"]


def test_what_is_under_way_when_it_stops_is_told_as_not_answered() -> None:
    fetcher = Answers()
    fetcher.holding = threading.Event()
    with a_proxy(fetcher) as proxy, tunnel(proxy) as browser:
        browser.sendall(b"GET / HTTP/1.1\r\nHost: pages.example\r\nAccept: */*\r\n\r\n")
        assert fetcher.came.wait(10)
        assert proxy.quiet_for() == 0
        proxy.stop()
        told = proxy.requested()
        fetcher.holding.set()
    assert [(one.url, one.problem) for one in told] == [("https://pages.example/", "not answered in time")]


@pytest.mark.parametrize(
    "garbage",
    [b"\x16\x03\x01", b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"A" * 100_000, b"\r\n" * 9, b"\xff\x00\r\n\r\n"],
)
def test_garbage_ends_the_connection_and_nothing_else(garbage: bytes) -> None:
    fetcher = Answers()
    with a_proxy(fetcher) as proxy:
        with connected(proxy) as stranger, suppress(OSError):
            stranger.sendall(garbage)
            stranger.shutdown(socket.SHUT_WR)
            while stranger.recv(65536):
                pass
        with tunnel(proxy) as browser:
            assert say(browser, "GET / HTTP/1.1", "Host: pages.example", "Accept: */*").startswith(b"HTTP/1.1 200")
