"""URL → the key that web archives sort and look up by (SURT: Sort-friendly URI Reordering Transform).

`https://www.Example.com:443/a/?b=2&a=1#x` → `com,example)/a?a=1&b=2`. The rules are those of the Internet Archive's
canonicaliser, as far as they matter for http(s): scheme, `www.`, default port, user info and fragment are dropped, the
host is reversed, everything is lower-cased, a trailing slash is dropped, query arguments are sorted, session ids go.
"""

from __future__ import annotations

import functools
import re
from urllib.parse import quote, unquote_to_bytes

_PARTS = re.compile(r"^(https?)://([^/?#]*)([^?#]*)(?:\?([^#]*))?", re.IGNORECASE | re.DOTALL)
_WWW = re.compile(r"^www\d*\.")
_SESSION_IN_PATH = tuple(
    re.compile(rf"(.*/){token}([^?]+\.aspx.*)", re.IGNORECASE | re.DOTALL)
    for token in (r"\((?:[a-z]\([0-9a-z]{24}\))+\)/", r"\([0-9a-z]{24}\)/")
)
_SESSION_IN_QUERY = tuple(
    re.compile(rf"(.*){token}(?:&(.*))?", re.IGNORECASE | re.DOTALL)
    for token in (
        "jsessionid=[0-9a-z]{32}",
        "phpsessid=[0-9a-z]{32}",
        "sid=[0-9a-z]{32}",
        "aspsessionid[a-z]{8}=[a-z]{24}",
        "cfid=[^&]+&cftoken=[^&]+",
    )
)
_PLAIN = re.compile(r"[A-Za-z0-9/&=+,:;@_.~-]*")
"""What nearly every URL is made of: nothing of it is ever encoded."""
_SAFE = "!\"$&'()*+,-./:;<=>?@[\\]^_`{|}~"
_DROPPED = dict.fromkeys(map(ord, "\r\n\t"))
_DOTS = re.compile(r"\.{2,}")
DEFAULT_PORTS = {"http": "80", "https": "443"}


@functools.lru_cache(maxsize=4096)
def surt(url: str) -> str:
    """The sort key of a URL; of another URI (`urn:…`, `ni:…`) the URI itself, lower-cased."""
    url = url.strip(" \r\n\t").translate(_DROPPED)
    parts = _PARTS.match(url)
    if not parts:
        # an empty authority (`ni:///…`, RFC 6920) is dropped, as the canonicaliser does
        return url.lower().replace(":///", ":/", 1).replace(" ", "%20")
    scheme, authority, path, query = parts.groups()
    return f"{_host(scheme.lower(), authority)}){_path(path)}{_query(query)}".replace(
        " ", "%20"
    )  # a space ends the key in an index line


def _host(scheme: str, authority: str) -> str:
    host = authority.rpartition("@")[2].lower()
    port = ""
    if ":" in host and not host.endswith("]"):
        host, _, port = host.rpartition(":")
    host = host.strip(".")
    host = _DOTS.sub(".", host)
    if not host.isascii():
        try:
            host = host.encode("idna").decode("ascii")
        except UnicodeError:
            host = quote(host)
    host = _WWW.sub("", host) or host
    reverse = host.strip("[]") if host.startswith("[") else ",".join(reversed(host.split(".")))
    return f"{reverse}:{port}" if port and port != DEFAULT_PORTS[scheme] else reverse


def _escape(part: str) -> str:
    """One level of percent-encoding, in lower case, only where it is needed."""
    if _PLAIN.fullmatch(part):
        return part.lower()
    raw = part.encode("utf-8", "surrogatepass")
    for _ in range(8):
        decoded = unquote_to_bytes(raw)
        if decoded == raw:
            break
        raw = decoded
    return quote(raw, safe=_SAFE).lower()


def _path(path: str) -> str:
    segments: list[str] = []
    for segment in _escape(path).split("/"):
        if segment == "..":
            if segments:
                segments.pop()
        elif segment not in ("", "."):
            segments.append(segment)
    path = "/" + "/".join(segments)
    return _without(_SESSION_IN_PATH, path) if ".aspx" in path else path


def _query(query: str | None) -> str:
    if not query:
        return ""
    query = _escape(query)
    if "sid=" in query or "session" in query or "cftoken=" in query:
        query = _without(_SESSION_IN_QUERY, query)
    arguments = sorted(query.split("&"), key=lambda argument: tuple(argument.split("=", 1)))
    return "?" + "&".join(arguments) if query else ""


def _without(sessions: tuple[re.Pattern[str], ...], part: str) -> str:
    for session in sessions:
        if found := session.fullmatch(part):
            part = found[1] + (found[2] or "")
    return part
