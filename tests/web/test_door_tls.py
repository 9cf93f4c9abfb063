"""TLS: a real server under another host's name, and certificates that must not be accepted."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime
from pathlib import Path

import pytest
import trustme

from archiver.config import WebSettings
from archiver.errors import ConfigError, NetworkError
from archiver.web import Door
from archiver.web.secured import chain, client_context
from tests.loopback import BreakOff, Close, Loopback, always, ok
from tests.web.conftest import Kept, MakeDoor, received


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def ca_file(authority: trustme.CA, tmp_path: Path) -> str:
    path = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(str(path))
    return str(path)


def server_context(certificate: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context


def test_a_mapped_https_host_is_checked_under_its_own_name(
    authority: trustme.CA, ca_file: str, make_door: MakeDoor
) -> None:
    names: list[str | None] = []
    context = server_context(authority.issue_cert("posts.example"))
    context.sni_callback = lambda connection, name, _: names.append(name)  # type: ignore[assignment]
    message = ok(b"over TLS", "X-A: 1")
    with Loopback(always(message), tls=context) as server:
        door = make_door(
            allow_addresses=(), ca_file=ca_file, connect_to={"posts.example:443": f"127.0.0.1:{server.port}"}
        )
        exchange = door.fetch("https://posts.example/1")
        again = door.fetch("https://posts.example/2")
        assert server.connections == 1
    assert received(exchange) == received(again) == message
    assert exchange.request == server.asked[0].raw
    assert b"Host: posts.example\r\n" in exchange.request
    assert exchange.url == "https://posts.example/1"
    assert names == ["posts.example"]
    assert exchange.tls is not None
    assert again.tls == exchange.tls
    assert exchange.tls.version in ("TLSv1.2", "TLSv1.3")
    assert exchange.tls.cipher
    assert b"posts.example" in exchange.tls.certificates[0]


class Connection:
    """A secured socket as one version of Python shows it."""

    def __init__(self, own: bytes | None, **more: object) -> None:
        self.getpeercert = lambda binary: own
        for name, value in more.items():
            setattr(self, name, value)


class Beneath:
    def __init__(self, *found: object) -> None:
        self.get_unverified_chain = lambda: list(found)


def test_a_long_chain_is_kept_as_it_was_sent(
    authority: trustme.CA, ca_file: str, make_door: MakeDoor, tmp_path: Path
) -> None:
    leaf = authority.issue_cert("posts.example")
    sent = [*leaf.cert_chain_pems, *[authority.cert_pem] * 100]
    (tmp_path / "chain.pem").write_bytes(b"".join(pem.bytes() for pem in sent))
    leaf.private_key_pem.write_to_path(str(tmp_path / "key.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "chain.pem", tmp_path / "key.pem")
    with Loopback(always(ok()), tls=context) as server:
        door = make_door(ca_file=ca_file, connect_to={"posts.example": f"127.0.0.1:{server.port}"})
        tls = door.fetch("https://posts.example/").tls
    assert tls is not None
    assert tls.certificates == tuple(ssl.PEM_cert_to_DER_cert(pem.bytes().decode()) for pem in sent)


CONNECTIONS = {
    "Python 3.13": (Connection(b"own", get_unverified_chain=lambda: [b"own", b"above"]), (b"own", b"above")),
    "nothing told": (Connection(b"own", get_unverified_chain=lambda: None), (b"own",)),
    "before": (Connection(b"own", _sslobj=Beneath(b"own", b"above")), (b"own", b"above")),
    "another implementation": (Connection(b"own", _sslobj=object()), (b"own",)),
    "an odd object": (Connection(b"own", _sslobj=Beneath(b"own", None)), (b"own",)),
    "a chain of another": (Connection(b"own", _sslobj=Beneath(b"other")), (b"own",)),
    "no certificate": (Connection(None, _sslobj=Beneath()), ()),
}


@pytest.mark.parametrize(("connection", "expected"), CONNECTIONS.values(), ids=CONNECTIONS)
def test_the_chain_is_asked_for_as_each_python_tells_it(connection: Connection, expected: tuple[bytes, ...]) -> None:
    assert chain(connection) == expected


BAD = {
    "for another host": (lambda authority: authority.issue_cert("other.example"), "not valid for 'posts.example'"),
    "expired": (
        lambda authority: authority.issue_cert("posts.example", not_after=datetime(2020, 1, 1, tzinfo=UTC)),
        "certificate has expired",
    ),
    "of an authority that is not trusted": (lambda _: trustme.CA().issue_cert("posts.example"), "unable to get local"),
}


@pytest.mark.parametrize(("issue", "words"), BAD.values(), ids=BAD)
def test_a_bad_certificate_is_refused(
    issue, words: str, authority: trustme.CA, ca_file: str, make_door: MakeDoor, kept: Kept
) -> None:  # type: ignore[no-untyped-def]
    leaf = issue(authority)
    with Loopback(always(ok()), tls=server_context(leaf)) as server:
        door = make_door(ca_file=ca_file, connect_to={"posts.example": f"127.0.0.1:{server.port}"})
        with pytest.raises(NetworkError, match=words) as caught:
            door.fetch("https://posts.example/")
        assert server.asked == []
    assert "the connection is not secure" in str(caught.value)
    assert "_ssl.c" not in str(caught.value)
    assert "\n" not in str(caught.value)
    assert kept.exchanges == []
    # what was shown in its place says why
    [(url, address, reason)] = kept.refusals
    assert (url, address) == ("https://posts.example/", "127.0.0.1")
    assert f"{url}: {reason}" == str(caught.value)
    assert kept.chains == [tuple(ssl.PEM_cert_to_DER_cert(pem.bytes().decode()) for pem in leaf.cert_chain_pems)]


HEAD = b"HTTP/1.1 200 OK\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
ENDS = {
    "no length, closed": (HEAD + b"\r\nall of it", Close, None),
    "no length, broken off": (HEAD + b"\r\nall of it?", BreakOff, "unspecified"),
    "no length, nothing came": (HEAD + b"\r\n", BreakOff, "unspecified"),
    "a length, broken off behind it": (HEAD + b"Connection: close\r\nContent-Length: 3\r\n\r\nabc", BreakOff, None),
    "a length, broken off before it": (HEAD + b"Content-Length: 9\r\n\r\nabc", BreakOff, "disconnect"),
    "chunks, broken off behind them": (CHUNKED + b"3\r\nabc\r\n0\r\n\r\n", BreakOff, None),
    "chunks, broken off before their end": (CHUNKED + b"3\r\nabc\r\n", BreakOff, "disconnect"),
}


@pytest.mark.parametrize(("message", "end", "truncated"), ENDS.values(), ids=ENDS)
def test_a_response_that_only_its_end_bounds_is_whole_where_the_end_was_meant(
    message: bytes, end: type[Close] | type[BreakOff], truncated: str | None,
    authority: trustme.CA, ca_file: str, make_door: MakeDoor,
) -> None:  # fmt: skip
    """RFC 9112 section 9.8: else anybody on the way could cut a page short, and it would be stored as whole."""
    with Loopback(always(message, end), tls=server_context(authority.issue_cert("posts.example"))) as server:
        door = make_door(ca_file=ca_file, connect_to={"posts.example": f"127.0.0.1:{server.port}"})
        exchange = door.fetch("https://posts.example/")
    assert received(exchange) == message
    assert exchange.truncated == truncated
    assert (exchange.payload_digest is None) == (truncated is not None)


def test_what_is_no_matter_of_certificates_is_none(
    authority: trustme.CA, ca_file: str, make_door: MakeDoor, kept: Kept
) -> None:
    context = server_context(authority.issue_cert("posts.example"))
    context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("AES128-SHA")  # not offered by any client of today
    with Loopback(always(ok()), tls=context) as server:
        door = make_door(ca_file=ca_file, connect_to={"posts.example": f"127.0.0.1:{server.port}"})
        with pytest.raises(NetworkError, match="not secure"):
            door.fetch("https://posts.example/")
    assert kept.refusals == []


def test_a_server_that_speaks_no_tls(make_door: MakeDoor) -> None:
    with Loopback(always(ok(), Close)) as server:
        door = make_door(
            read_timeout=0.3, connect_timeout=0.3, connect_to={"posts.example": f"127.0.0.1:{server.port}"}
        )
        with pytest.raises(NetworkError) as caught:
            door.fetch("https://posts.example/")
    assert "\n" not in str(caught.value)


def test_without_the_ca_file_the_authority_is_not_trusted(authority: trustme.CA, make_door: MakeDoor) -> None:
    with Loopback(always(ok()), tls=server_context(authority.issue_cert("posts.example"))) as server:
        door = make_door(connect_to={"posts.example": f"127.0.0.1:{server.port}"})
        with pytest.raises(NetworkError, match="not secure"):
            door.fetch("https://posts.example/")


@pytest.mark.parametrize("content", [None, b"no certificate"])
def test_a_ca_file_that_cannot_be_used_is_told(content: bytes | None, tmp_path: Path) -> None:
    path = tmp_path / "authority.pem"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ConfigError, match="the CA file cannot be used"):
        Door(WebSettings(ca_file=str(path)))


def test_a_connection_that_broke_off_is_none_that_was_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    made = ssl.create_default_context

    def heedless(cafile: str) -> ssl.SSLContext:
        context = made(cafile=cafile)
        context.options |= ssl.OP_IGNORE_UNEXPECTED_EOF  # as early Python 3.11 does by itself
        return context

    monkeypatch.setattr(ssl, "create_default_context", heedless)
    assert not client_context("").options & ssl.OP_IGNORE_UNEXPECTED_EOF
