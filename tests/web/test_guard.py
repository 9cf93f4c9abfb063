"""Nothing but public unicast addresses is connected, however they are written and wherever they come from."""

from __future__ import annotations

import ipaddress
import socket
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.errors import RefusedError
from archiver.web.guard import parse_networks, why_refused
from tests.loopback import Loopback, always, ok
from tests.web.conftest import Kept, MakeDoor

SPECIAL_IPV4 = [
    "0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.100.100.200", "100.127.255.255",
    "127.0.0.1", "127.255.255.255", "168.63.129.16", "169.254.0.1", "169.254.169.254", "172.16.0.1",
    "172.31.255.255", "192.0.0.1", "192.0.0.192", "192.0.2.1", "192.88.99.1", "192.168.0.1", "192.168.255.255",
    "198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1",
    "255.255.255.255",
]  # fmt: skip
SPECIAL_IPV6 = [
    "::", "::1", "::7f00:1", "100::1", "2001::1", "2001:2::1", "2001:10::1", "2001:20::1", "2001:db8::1",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2002:7f00:1::", "2002:808:808::1", "3fff::1", "5f00::1", "fc00::1",
    "fd00:ec2::254", "fe80::1", "febf::1", "fec0::1", "ff02::1", "64:ff9b:1::1", "64:ff9b:1:7f00:1::", "4000::1",
    "8000::1", "200::1",
]  # fmt: skip
PUBLIC = [
    "1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255",
    "128.0.0.0", "169.253.255.255", "169.255.0.0", "172.15.255.255", "172.32.0.0", "192.167.255.255", "192.169.0.0",
    "198.17.255.255", "198.20.0.0", "223.255.255.255", "2606:4700::1", "2a00:1450:4001:800::200e", "2001:200::1",
    "2001:4860:4860::8888", "64:ff9b::808:808", "::ffff:8.8.8.8",
]  # fmt: skip


@pytest.mark.parametrize("address", SPECIAL_IPV4 + SPECIAL_IPV6)
def test_special_addresses_are_refused(address: str) -> None:
    assert why_refused(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_allowed(address: str) -> None:
    assert why_refused(ipaddress.ip_address(address)) is None


@pytest.mark.parametrize("form", ["::ffff:{}", "64:ff9b::{}", "::ffff:0:{}", "::{}"])
@pytest.mark.parametrize("address", SPECIAL_IPV4)
def test_an_ipv4_address_inside_an_ipv6_address_is_judged_alike(form: str, address: str) -> None:
    assert why_refused(ipaddress.ip_address(form.format(address)))


def test_an_address_with_a_zone_is_refused() -> None:
    assert why_refused(ipaddress.ip_address("2606:4700::1%eth0")) == "link-local address"


@given(st.ip_addresses(v=4))
def test_what_python_calls_private_is_refused(address: ipaddress.IPv4Address) -> None:
    # The standard library's own table, older or newer than ours, must never know a private range that ours does not.
    if address.is_private or address.is_multicast or address.is_reserved:
        assert why_refused(address) or address in ipaddress.ip_network("192.0.0.0/24")


@given(st.ip_addresses(v=6))
def test_only_global_unicast_of_ipv6_is_allowed(address: ipaddress.IPv6Address) -> None:
    if why_refused(address) is None:
        translated = (address.ipv4_mapped is not None) or address in ipaddress.ip_network("64:ff9b::/96")
        assert translated or address in ipaddress.ip_network("2000::/3")


@pytest.mark.parametrize("address", ["10.20.3.4", "::ffff:10.20.3.4", "64:ff9b::a14:304"])
def test_a_network_that_the_user_allows_is_allowed_in_every_form(address: str) -> None:
    assert why_refused(ipaddress.ip_address(address), parse_networks(["10.20.0.0/16"])) is None
    assert why_refused(ipaddress.ip_address("10.21.0.1"), parse_networks(["10.20.0.0/16"]))


# Through the door.


HOSTS = [
    "127.0.0.1", "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "017700000001", "127.1", "127.0.1", "0",
    "0.0.0.0", "localhost", "LOCALHOST", "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]",
    "[64:ff9b::7f00:1]", "[2002:7f00:1::1]", "[2001:0:7f00:1::1]", "[fe80::1]", "[fc00::1]", "169.254.169.254",
    "[0:0:0:0:0:ffff:127.0.0.1]", "\uff11\uff12\uff17.0.0.1",
]  # fmt: skip


@pytest.mark.parametrize("host", HOSTS)
def test_no_spelling_of_a_private_host_gets_through(host: str, make_door: MakeDoor, kept: Kept) -> None:
    with Loopback(always(ok(b"secret"))) as server:
        door = make_door(allow_addresses=(), connect_timeout=0.5)
        with pytest.raises(RefusedError):
            door.fetch(f"http://{host}:{server.port}/")
        assert server.connections == 0
    assert kept.exchanges == []
    assert kept.refusals, "the refusal is recorded"


def resolving(monkeypatch: pytest.MonkeyPatch, answers: dict[str, list[list[str]]]) -> list[str]:
    """Name look-ups answered from `answers`: for each name, the addresses of the first look-up, the second, …"""
    asked: list[str] = []
    real = socket.getaddrinfo

    def getaddrinfo(host: Any, port: Any, *arguments: Any, **named: Any) -> Any:
        if host not in answers:
            return real(host, port, *arguments, **named)
        asked.append(host)
        found = answers[host][min(asked.count(host), len(answers[host])) - 1]
        if not found:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return [
            (socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))
            for address in found
        ]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return asked


def test_a_name_that_resolves_to_a_private_address_is_refused(
    make_door: MakeDoor, kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolving(monkeypatch, {"inside.example": [["10.1.2.3", "::1"]]})
    with pytest.raises(RefusedError, match=r"10\.1\.2\.3 is a private address"):
        make_door().fetch("http://inside.example/")
    assert kept.refusals == [
        ("http://inside.example/", "10.1.2.3", "private address"),
        ("http://inside.example/", "::1", "loopback address"),
    ]


def test_of_several_addresses_only_the_allowed_ones_are_connected(
    make_door: MakeDoor, kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolving(monkeypatch, {"mixed.example": [["127.0.0.2", "127.0.0.1"]]})
    with Loopback(always(ok(b"allowed"))) as server:
        exchange = make_door(allow_addresses=("127.0.0.1",)).fetch(f"http://mixed.example:{server.port}/")
    assert exchange.ip_address == "127.0.0.1"
    assert kept.refusals == [(f"http://mixed.example:{server.port}/", "127.0.0.2", "loopback address")]


def test_the_address_that_was_judged_is_the_one_connected(make_door: MakeDoor, monkeypatch: pytest.MonkeyPatch) -> None:
    connected: list[tuple[Any, ...]] = []

    def create_connection(address: tuple[Any, ...], *arguments: Any, **named: Any) -> socket.socket:
        connected.append(address)
        raise ConnectionRefusedError("not today")

    monkeypatch.setattr(socket, "create_connection", create_connection)
    # Judged public at the first look-up, private at every later one (DNS rebinding).
    asked = resolving(monkeypatch, {"rebinding.example": [["93.184.216.34"], ["127.0.0.1"]]})
    with pytest.raises(Exception, match="no connection"):
        make_door(allow_addresses=()).fetch("http://rebinding.example/")
    assert connected == [("93.184.216.34", 80)]
    assert asked == ["rebinding.example"]


def test_a_redirect_to_a_private_address_is_refused(make_door: MakeDoor, kept: Kept) -> None:
    with (
        Loopback(always(ok(b"", "Location: http://127.0.0.2:9/", status="302 Found"))) as server,
        pytest.raises(RefusedError, match=r"127\.0\.0\.2 is a loopback address"),
    ):
        make_door().follow(f"{server.url}/")
    assert len(kept.exchanges) == 1
    assert kept.refusals == [("http://127.0.0.2:9/", "127.0.0.2", "loopback address")]


REFUSED_URLS = {
    "file:///etc/passwd": "only http and https",
    "ftp://example.org/": "only http and https",
    "gopher://example.org/": "only http and https",
    "data:text/html,hello": "only http and https",
    "javascript:alert(1)": "only http and https",
    "http://someone:secret@example.org/": "user name or password",
    "https://example.org@127.0.0.1/": "user name or password",
    "//example.org/": "not a URL",
    "example.org": "not a URL",
    "": "not a URL",
    "http://": "no host",
    "http:///path": "no host",
    "http://exa mple.org/": "not a URL",
    "http://[::1": "not a URL",
    "http://[fe80::1%25eth0]/": "not a URL",
    "http://example.org:99999/": "port",
    "http://example.org:8o/": "port",
    "http://\u2488.example/\u0000" + "a" * 9000: "longer than",
}


@pytest.mark.parametrize(("url", "words"), REFUSED_URLS.items())
def test_what_is_not_fetched_is_refused_and_recorded(url: str, words: str, make_door: MakeDoor, kept: Kept) -> None:
    with pytest.raises(RefusedError, match=words) as caught:
        make_door().fetch(url)
    assert "\n" not in str(caught.value)
    [(recorded, address, reason)] = kept.refusals
    assert address == ""
    assert words in reason
    assert "secret" not in recorded + str(caught.value)


def test_a_name_that_cannot_be_looked_up(make_door: MakeDoor, kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    resolving(monkeypatch, {"nowhere.example": [[]]})
    with pytest.raises(Exception, match=r"nowhere\.example: the name cannot be looked up"):
        make_door().fetch("http://nowhere.example/")
    assert kept.refusals == []


def test_a_mapped_host_keeps_its_name_and_may_be_private(make_door: MakeDoor) -> None:
    with Loopback(always(ok(b"mapped"))) as server:
        door = make_door(allow_addresses=(), connect_to={"Example.org": f"127.0.0.1:{server.port}"})
        exchange = door.fetch("http://example.org/x")
        other = door.fetch("http://example.org:8080/x")
    assert exchange.url == "http://example.org/x"
    assert exchange.ip_address == "127.0.0.1"
    assert b"Host: example.org\r\n" in exchange.request
    assert b"Host: example.org:8080\r\n" in other.request


def test_a_mapping_with_a_port_holds_for_that_port_only(make_door: MakeDoor) -> None:
    with Loopback(always(ok(b"mapped"))) as server:
        door = make_door(allow_addresses=(), connect_to={"127.0.0.9:81": f"127.0.0.1:{server.port}"})
        assert door.fetch("http://127.0.0.9:81/").payload() == b"mapped"
        with pytest.raises(RefusedError):
            door.fetch("http://127.0.0.9/")


def test_an_ipv6_host_can_be_mapped(make_door: MakeDoor) -> None:
    with Loopback(always(ok(b"mapped"))) as server:
        door = make_door(allow_addresses=(), connect_to={"[::1]:80": f"127.0.0.1:{server.port}"})
        exchange = door.fetch("http://[0:0::1]/")
    assert exchange.url == "http://[::1]/"
    assert b"Host: [::1]\r\n" in exchange.request
