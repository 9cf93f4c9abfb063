"""How one value of a configuration is read: sizes, durations, addresses, paths.

A reader takes what TOML gives and returns what the setting's type wants. Each raises `ValueError` for anything else,
and its text says what is wanted.
"""

from __future__ import annotations

import ipaddress
import math
import os
import re
from collections.abc import Mapping

BYTE_UNITS = {
    "": 1,
    "b": 1,
    "kb": 10**3,
    "mb": 10**6,
    "gb": 10**9,
    "tb": 10**12,
    "kib": 1 << 10,
    "mib": 1 << 20,
    "gib": 1 << 30,
    "tib": 1 << 40,
}
"""SI and IEC 80000-13 units, in bytes."""

SECOND_UNITS = {
    "": 1.0,
    "ms": 0.001,
    "s": 1.0,
    "sec": 1.0,
    "second": 1.0,
    "seconds": 1.0,
    "min": 60.0,
    "minute": 60.0,
    "minutes": 60.0,
    "h": 3600.0,
    "hour": 3600.0,
    "hours": 3600.0,
    "d": 86400.0,
    "day": 86400.0,
    "days": 86400.0,
}

_QUANTITY = re.compile(r"\s*([0-9][0-9_]{0,20}(?:\.[0-9]{1,9})?)\s{0,4}([A-Za-z]{0,8})\s*")
_HOST = re.compile(r"[a-z0-9_](?:[a-z0-9_.-]{0,251}[a-z0-9_])?")
_PORTS = range(1, 65536)

BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
"""A key that needs no quotes (TOML 1.0, section Keys)."""


def parse_size(value: object) -> int:
    """Bytes from a whole number, or from text such as `"1 GB"`, `"64 MiB"`.

    Raises `ValueError`, saying what is wanted, for anything else.
    """
    wanted = 'a size: bytes as a whole number, or text such as "64 MiB" or "1 GB"'
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    number, factor = _quantity(value, BYTE_UNITS, wanted)
    size = number * factor
    if not size.is_integer():
        raise ValueError(wanted)
    return int(size)


def parse_seconds(value: object) -> float:
    """Seconds from a number, or from text such as `"30 s"`, `"5 min"`.

    Raises `ValueError`, saying what is wanted, for anything else.
    """
    wanted = 'a duration: seconds as a number, or text such as "30 s" or "5 min"'
    if isinstance(value, int | float) and not isinstance(value, bool):
        try:
            seconds = float(value)
        except OverflowError:  # a whole number may be of any length
            raise ValueError(wanted) from None
        if not math.isfinite(seconds):
            raise ValueError(wanted)
        return seconds
    number, factor = _quantity(value, SECOND_UNITS, wanted)
    return number * factor


def _quantity(value: object, units: Mapping[str, float], wanted: str) -> tuple[float, float]:
    match = _QUANTITY.fullmatch(value) if isinstance(value, str) else None
    unit = units.get(match[2].lower()) if match else None
    if match is None or unit is None:
        raise ValueError(wanted)
    return float(match[1].replace("_", "")), unit


def parse_host_port(text: str) -> tuple[str, int | None]:
    """`host`, `host:port`, `[IPv6]` or `[IPv6]:port` → the host in lower case, without brackets, and the port or null.

    Raises `ValueError` for anything else.
    """
    wanted = '"host", "host:port" or "[IPv6 address]:port"'
    literal, bracket, rest = text.strip().lower().rpartition("]")
    if bracket:
        if not literal.startswith("["):
            raise ValueError(wanted)
        try:
            host = str(ipaddress.IPv6Address(literal[1:]))
        except ValueError:
            raise ValueError(wanted) from None
    else:
        host, colon, port = rest.partition(":")
        rest = colon + port
        if not _HOST.fullmatch(host):
            raise ValueError(wanted)
    if not rest:
        return host, None
    digits = rest[1:]
    if not rest.startswith(":") or not re.fullmatch(r"[0-9]{1,5}", digits) or int(digits) not in _PORTS:
        raise ValueError(wanted)
    return host, int(digits)


def parse_networks(value: object) -> object:
    """The list of `web.allow_addresses`, each entry in CIDR notation (RFC 4632; RFC 4291 section 2.3)."""
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise ValueError('a list of networks, such as ["10.20.0.0/16", "fd00::/8"]')
    for item in value:
        try:
            ipaddress.ip_network(item)
        except ValueError as error:
            raise ValueError(f"networks such as 10.20.0.0/16: {error}") from None
    return value


def parse_hosts_to_addresses(value: object) -> object:
    """Keys and values of `[web.connect_to]`, lower-cased."""
    if not isinstance(value, dict):
        raise ValueError('lines such as "example.org:443" = "127.0.0.1:8443"')
    out = {}
    for host, address in value.items():
        if not isinstance(address, str):
            raise ValueError(f'for {host!r} an address with a port, such as "127.0.0.1:8443"')
        parse_host_port(host)
        if parse_host_port(address)[1] is None:
            raise ValueError(f'for {host!r} an address with a port, such as "127.0.0.1:8443"')
        out[host.strip().lower()] = address.strip().lower()
    return out


def parse_rates(value: object) -> object:
    """The table of `[web.rates]`, its host names in lower case."""
    if not isinstance(value, dict):
        raise ValueError('lines such as "example.org" = 30')
    for host in value:
        if host != "*" and not _HOST.fullmatch(host.lower()):
            raise ValueError(f'host names without port, or "*", as keys; not {host!r}')
    return {host.lower(): rate for host, rate in value.items()}


def parse_header_text(value: object) -> object:
    """RFC 9110 section 5.5: what can be sent in a field value without being misread."""
    if not isinstance(value, str) or not re.fullmatch(r"[\x20-\x7e]+", value):
        raise ValueError("printable ASCII text, at least one character")
    return value


def parse_path(value: object) -> object:
    """A path, `~` replaced by the home folder."""
    if isinstance(value, str) and "\0" not in value:
        return os.path.expanduser(value)
    raise ValueError("a path as text")


def parse_paths(value: object) -> object:
    """A list of paths, `~` replaced in each."""
    if not isinstance(value, list):
        raise ValueError('a list of paths, such as ["root.pem"]')
    return [parse_path(item) for item in value]


def parse_timemap(value: object) -> object:
    """The value of `audit.timemap`: an address with `{url}` in it, or nothing."""
    if value == "" or (isinstance(value, str) and _TIMEMAP.fullmatch(value)):
        return value
    raise ValueError('an http(s) address with {url} in it, such as "https://aggregator.example/timemap/link/{url}"')


_TIMEMAP = re.compile(r"https?://[^\s/?#{}]+[/?][^\s{}]*\{url\}[^\s{}]*")


ASK_COPIES = ("none", "missing", "all")


def parse_copies(value: object) -> str:
    """Of which posts web archives are asked whether they have copies.

    Raises `ValueError`, saying what is wanted, for anything else.
    """
    if value not in ASK_COPIES:
        raise ValueError(f"one of {', '.join(ASK_COPIES)}")
    return str(value)


def parse_identity(value: object) -> object:
    """The value of `signing.identity`."""
    if value not in ("none", "anonymous", "domain"):
        raise ValueError('"none", "anonymous" or "domain"')
    return value
