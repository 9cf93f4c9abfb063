"""A URL that is to be fetched: checked, and written in one way.

The same URL is asked of the network and looked up among stored captures, so both must write it alike. What changes is
what a browser changes before it sends a request (WHATWG URL): scheme and host in lower case, international names in
their ASCII form, no default port, no fragment, no `.` and `..` segments, what may not stand in a request line
percent-encoded. Existing percent-encoding, the query's order and the path's case stay: they can be part of an id.
"""

from __future__ import annotations

import functools
import ipaddress
import re
from typing import NamedTuple
from urllib.parse import quote, urljoin

import idna

MAX_URL = 8192
"""Longer than any permalink or media link; servers refuse such request lines (RFC 9110 section 4.1 asks for 8000)."""

DEFAULT_PORTS = {"http": 80, "https": 443}

_SPLIT = re.compile(r"(?s)(https?)://([^/?#\\]*)([^?#]*)(\?[^#]*)?(?:#.*)?", re.IGNORECASE)
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_USERINFO = re.compile(r"(//)[^/?#]*@")
# the WHATWG path and query percent-encode sets, as what stays
_PATH_SAFE = "!$%&'()*+,-./:;=@[\\]^_|~"
_QUERY_SAFE = "!$%&()*+,-./:;=?@[\\]^_`{|}~"
_PLAIN = re.compile(r"[A-Za-z0-9/?&=+,:;@_.~%-]*")
"""What nearly every URL is made of: nothing of it is encoded."""
# what browsers drop: spaces and controls around, tabs and line ends within
_AROUND = "".join(map(chr, range(0x21)))
_WITHIN = dict.fromkeys(map(ord, "\t\n\r"))
_HOST = re.compile(r"[a-z0-9_](?:[a-z0-9_.-]{0,252}[a-z0-9_.])?")


class WebUrl(NamedTuple):
    """An http(s) URL in parts; `str()` gives it whole."""

    scheme: str
    host: str
    """ASCII, lower case; an IPv6 address without brackets."""
    port: int | None
    """null for the scheme's default."""
    target: str
    """Path and query, as they go into the request line."""

    @property
    def authority(self) -> str:
        """Host and port as the `Host` header has them."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port is None else f"{host}:{self.port}"

    def __str__(self) -> str:
        return f"{self.scheme}://{self.authority}{self.target}"


@functools.lru_cache(maxsize=1024)
def web_url(text: str) -> WebUrl:
    """The URL in its one form.

    Raises `ValueError`, saying why in a few words, for what is not fetched: no http(s) URL, a user name or password
    in it, a host that cannot be, more than `MAX_URL` characters.
    """
    if len(text) > MAX_URL:
        raise ValueError(f"the URL is longer than {MAX_URL} characters")
    text = text.strip(_AROUND).translate(_WITHIN)
    parts = _SPLIT.fullmatch(text)
    if parts is None:
        known = _SCHEME.match(text)
        raise ValueError("only http and https are fetched" if known else "not a URL: no scheme")
    scheme, authority, path, query = parts[1].lower(), parts[2], parts[3], parts[4] or ""
    if "@" in authority:
        raise ValueError("a URL with a user name or password is not fetched")
    host, port = _authority(authority)
    path = _encode(_without_dots(path.replace("\\", "/")), _PATH_SAFE)
    return WebUrl(
        scheme=scheme,
        host=host,
        port=None if port == DEFAULT_PORTS[scheme] else port,
        target=path + _encode(query, _QUERY_SAFE),
    )


def resolve_url(base: str, reference: str) -> str:
    """Where a `Location` leads: absolute, without fragment; a reference that is none is given back as it is."""
    try:
        return urljoin(base, reference.strip()).partition("#")[0]
    except ValueError:
        return reference


def without_userinfo(text: str) -> str:
    """For messages and records: a password is nobody's evidence."""
    return _USERINFO.sub(r"\1", text, count=1)


def _authority(authority: str) -> tuple[str, int | None]:
    if authority.startswith("["):
        literal, bracket, rest = authority[1:].partition("]")
        try:
            # zone ids name an interface of this machine: no public address has one
            host = str(ipaddress.IPv6Address("" if "%" in literal else literal))
        except ValueError:
            raise ValueError("not a URL: no IPv6 address in the brackets") from None
        if not bracket or (rest and not rest.startswith(":")):
            raise ValueError("not a URL: no port after the brackets")
        return host, _port(rest[1:])
    host, _, port = authority.partition(":")
    return _host(host), _port(port)


def _host(host: str) -> str:
    host = host.lower()
    if not host.isascii():
        try:
            host = idna.encode(host, uts46=True).decode("ascii")
        except (idna.IDNAError, UnicodeError):
            raise ValueError("not a URL: the host is no domain name") from None
    if not host:
        raise ValueError("not a URL: no host")
    if not _HOST.fullmatch(host):
        raise ValueError("not a URL: the host is no domain name")
    return host


def _port(port: str) -> int | None:
    if not port:
        return None
    if not re.fullmatch(r"[0-9]{1,5}", port) or int(port) > 65535:
        raise ValueError("not a URL: the port is no port")
    return int(port)


def _encode(text: str, safe: str) -> str:
    if _PLAIN.fullmatch(text):
        return text
    # lone surrogates have no UTF-8 form; WHATWG writes U+FFFD in their place
    return quote(text.encode("utf-16", "surrogatepass").decode("utf-16", "replace"), safe=safe)


def _without_dots(path: str) -> str:
    """RFC 3986 section 5.2.4; dots may be percent-encoded (WHATWG URL, section 4.4)."""
    if "/." not in path and "/%2" not in path:
        return path or "/"
    kept: list[str] = []
    segments = path.split("/")[1:]
    for number, segment in enumerate(segments, 1):
        dots = segment.lower().replace("%2e", ".") if len(segment) <= 6 else ""
        if dots in (".", ".."):
            if dots == ".." and kept:
                kept.pop()
            if number == len(segments):
                kept.append("")
        else:
            kept.append(segment)
    return "/" + "/".join(kept)
