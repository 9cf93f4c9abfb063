"""May we connect to this address? Everything that is not a public unicast address is refused.

Names, redirects and media links in articles and answers are untrusted: they must not reach a machine inside the user's
network or a cloud's metadata service. So the decision is made on the address that is about to be connected, for every
connection, and the connection is then made to that very address: a name that changes its answer in between (DNS
rebinding) gains nothing.

The ranges are written down here, because what `ipaddress` calls private or global differs between Python releases.
Sources: the IANA IPv4 and IPv6 special-purpose address registries (RFC 6890) and the IPv6 address space registry, of
which only 2000::/3 is global unicast; RFC 6052 (NAT64). The "global" entries of the registries (anycast services,
AS112) stay allowed, except those of translation and tunnels that carry another address inside.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_REFUSED_IPV4 = {
    "0.0.0.0/8": "unspecified address",
    "10.0.0.0/8": "private address",
    "100.64.0.0/10": "shared (carrier) address",
    "127.0.0.0/8": "loopback address",
    "168.63.129.16/32": "cloud metadata address",  # Azure's platform service, on an address that looks public
    "169.254.0.0/16": "link-local address",
    "172.16.0.0/12": "private address",
    "192.0.0.0/24": "reserved address",
    "192.0.2.0/24": "documentation address",
    "192.88.99.0/24": "6to4 relay address",
    "192.168.0.0/16": "private address",
    "198.18.0.0/15": "benchmarking address",
    "198.51.100.0/24": "documentation address",
    "203.0.113.0/24": "documentation address",
    "224.0.0.0/4": "multicast address",
    "240.0.0.0/4": "reserved address",
}

_REFUSED_IPV6 = {
    "::/128": "unspecified address",
    "::1/128": "loopback address",
    "64:ff9b:1::/48": "local NAT64 address",
    "100::/64": "discard-only address",
    "2001::/32": "Teredo address",
    "2001::/23": "reserved address",
    "2001:db8::/32": "documentation address",
    "2002::/16": "6to4 address",
    "3fff::/20": "documentation address",
    "fc00::/7": "private address",
    "fe80::/10": "link-local address",
    "fec0::/10": "site-local address",
    "ff00::/8": "multicast address",
    "::/3": "reserved address",
    "4000::/2": "reserved address",
    "8000::/1": "reserved address",
}
"""The first that fits counts. The last three are all that is not 2000::/3."""

_TRANSLATED = (
    ipaddress.IPv6Network("::ffff:0:0/96"),  # IPv4-mapped, RFC 4291
    ipaddress.IPv6Network("::ffff:0:0:0/96"),  # IPv4-translated, RFC 2765
    ipaddress.IPv6Network("64:ff9b::/96"),  # NAT64, RFC 6052
)
"""IPv6 ranges that stand for the IPv4 address in their last 32 bits, which is then what counts."""

_TABLES: dict[int, tuple[tuple[Network, str], ...]] = {
    4: tuple((ipaddress.IPv4Network(network), reason) for network, reason in _REFUSED_IPV4.items()),
    6: tuple((ipaddress.IPv6Network(network), reason) for network, reason in _REFUSED_IPV6.items()),
}


def parse_networks(cidrs: Iterable[str]) -> tuple[Network, ...]:
    """Networks from CIDR notation or single addresses.

    Raises `ValueError` for anything else.
    """
    return tuple(ipaddress.ip_network(cidr, strict=False) for cidr in cidrs)


def why_refused(address: Address, allowed: Iterable[Network] = ()) -> str | None:
    """Why a connection to `address` is refused, in a few words; null when it is allowed.

    `allowed` are networks that the user permits in spite of the rules.
    """
    allowed = tuple(allowed)
    if any(address.version == network.version and address in network for network in allowed):
        return None
    if isinstance(address, ipaddress.IPv6Address):
        if address.scope_id:
            return "link-local address"
        if any(address in network for network in _TRANSLATED):
            reason = why_refused(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF), allowed)
            return f"{reason}, written as IPv6" if reason else None
    return next((reason for network, reason in _TABLES[address.version] if address in network), None)
