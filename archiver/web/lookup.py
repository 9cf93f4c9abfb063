"""To which addresses may a connection to a host be made?"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from archiver.config import parse_host_port
from archiver.errors import ConfigError, NetworkError, RefusedError
from archiver.web.guard import Address, Network, why_refused


class Judged(NamedTuple):
    """The addresses of a host, in the resolver's order."""

    allowed: list[str]
    refused: list[tuple[str, str]]
    """Address, and in a few words why it is not connected."""


def judged_addresses(host: str, port: int, allowed: Iterable[Network] = ()) -> Judged:
    """Look a name up and ask the guard; `allowed` are networks that the user permits in spite of the rules.

    Raises `NetworkError` where the name cannot be looked up.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NetworkError("the name cannot be looked up", subject=host, hint="check the address") from error
    may: list[str] = []
    refused: list[tuple[str, str]] = []
    for _, _, _, _, sockaddr in found:
        address: Address = ipaddress.ip_address(str(sockaddr[0]))
        reason = why_refused(address, allowed)
        if reason is None:
            may.append(str(sockaddr[0]))
        else:
            refused.append((str(address), reason))
    return Judged(list(dict.fromkeys(may)), refused)


def refusal(host: str, refused: list[tuple[str, str]]) -> RefusedError:
    """The error for a host that has such addresses alone."""
    address, reason = refused[0]
    return RefusedError(
        f"not connected: {address} is a {reason}", subject=host, hint="[web] allow_addresses permits it"
    )


def parse_connect_to(mapping: Mapping[str, str]) -> dict[tuple[str, int | None], tuple[str, int]]:
    """`{"host[:port]": "address:port"}` of the configuration, in parts; the key's port null where it has none.

    Raises `ConfigError` for what is not of that form.
    """
    parsed: dict[tuple[str, int | None], tuple[str, int]] = {}
    for source, target in mapping.items():
        try:
            address, port = parse_host_port(target)
            key = parse_host_port(source)
        except ValueError as error:
            raise ConfigError(f"{target!r}: wanted is {error}", subject=f"[web.connect_to] {source}") from error
        if port is None:
            raise ConfigError(f"{target!r} names no port", subject=f"[web.connect_to] {source}")
        parsed[key] = (address, port)
    return parsed
