"""May we connect to this address? Everything that is not a public unicast address is refused.

Names, redirects and media links in articles and answers are untrusted: they must not reach a machine inside the user's
network or a cloud's metadata service. So the decision is made on the address that is about to be connected, for every
connection, and the connection is then made to that very address: a name that changes its answer in between (DNS
rebinding) gains nothing.

Source of the special ranges: the IANA IPv4 and IPv6 special-purpose address registries (RFC 6890), RFC 6052 and
RFC 8215 (NAT64), RFC 3056 (6to4), RFC 4380 (Teredo).
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

NAT64_PREFIXES = (ipaddress.IPv6Network("64:ff9b::/96"), ipaddress.IPv6Network("64:ff9b:1::/48"))
IPV4_COMPATIBLE = ipaddress.IPv6Network("::/96")


def parse_networks(cidrs: Iterable[str]) -> tuple[Network, ...]:
    """Networks from CIDR notation or single addresses.

    Raises `ValueError` for anything else.
    """
    return tuple(ipaddress.ip_network(cidr, strict=False) for cidr in cidrs)


def embedded_ipv4(address: ipaddress.IPv6Address) -> tuple[ipaddress.IPv4Address, ...]:
    """The IPv4 addresses that an IPv6 address stands for or would be translated to."""
    found: list[ipaddress.IPv4Address] = []
    if address.ipv4_mapped:
        found.append(address.ipv4_mapped)
    if address.sixtofour:
        found.append(address.sixtofour)
    if address.teredo:
        found.extend(address.teredo)
    if any(address in prefix for prefix in NAT64_PREFIXES) or address in IPV4_COMPATIBLE:
        found.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    return tuple(found)


def why_refused(address: Address, allowed: Iterable[Network] = ()) -> str | None:
    """Why a connection to `address` is refused, in a few words; null when it is allowed.

    `allowed` are networks that the user permits in spite of the rules.
    """
    if any(address.version == network.version and address in network for network in allowed):
        return None
    if isinstance(address, ipaddress.IPv6Address):
        if getattr(address, "scope_id", None):
            return "link-local address"
        for inner in embedded_ipv4(address):
            if reason := why_refused(inner, allowed):
                return f"{reason}, written as IPv6"
        if address.ipv4_mapped or any(address in prefix for prefix in NAT64_PREFIXES):
            return None
    for name, matches in (
        ("unspecified address", address.is_unspecified),
        ("loopback address", address.is_loopback),
        ("link-local address", address.is_link_local),
        ("multicast address", address.is_multicast),
        ("private address", address.is_private),
        ("reserved address", address.is_reserved or not address.is_global),
    ):
        if matches:
            return name
    return None
