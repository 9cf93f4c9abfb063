"""Which addresses has a host, and which of them may be connected?"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterable
from typing import NamedTuple

from archiver.errors import NetworkError, RefusedError
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
