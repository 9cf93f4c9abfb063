"""URI → the key that web archives sort and look up by (SURT: Sort-friendly URI Reordering Transform).

`https://www.Example.com:443/a/?b=2&a=1#x` → `com,example)/a?a=1&b=2`. The rules are those of the Internet Archive's
canonicaliser: scheme, `www.`, default port, user info and fragment are dropped, the host is reversed, everything is
lower-cased, a trailing slash is dropped, query arguments are sorted, session ids go. A URI without a host keeps its
scheme: `urn:X:A?b=2&a=1` → `urn:x:a?a=1&b=2`.
"""

from __future__ import annotations

import functools
import re
from contextlib import suppress
from urllib.parse import quote, unquote_to_bytes

_SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:")
_DOUBLED = re.compile(r"^(?:https?://)+(?=https?://)")
_PARTS = re.compile(r"([a-zA-Z][a-zA-Z0-9+.-]*):(?://([^/?#]*))?([^?#]*)(?:\?([^#]*))?", re.DOTALL)
_WWW = re.compile(r"www\d*\.", re.ASCII)
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
_PLAIN_HOST = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z][a-z0-9-]*")
_COMMON = re.compile(rf"https?://({_PLAIN_HOST.pattern})((?:/[A-Za-z0-9/&=+,:;@_.~-]*)?)(?:\?({_PLAIN.pattern}))?")
_DOTS_AND_DIGITS = re.compile(r"[0-9]+(?:\.[0-9]+){0,3}")
_OCTAL = re.compile(r"[0-7.]+")
_SAFE = "!\"$&'()*+,-./:;<=>?@[\\]^_`{|}~"
_SPACE = " \t\n\r\x0b\x0c"
_LINE_ENDS = {ord(" "): "%20", ord("\r"): None, ord("\n"): None}
_DROPPED = dict.fromkeys(map(ord, "\r\n\t"))
MAX_LEVELS = 64
"""Of percent-encoding within percent-encoding."""

DEFAULT_PORTS = {"http": "80", "https": "443"}


@functools.lru_cache(maxsize=4096)
def surt(url: str) -> str:
    """The sort key of a URI; `-` of an empty one.

    What has no form as a URL (a port that is no number) is its own key, with `%20` for a space, which ends the key in
    an index line.
    """
    if common := _COMMON.fullmatch(url):
        host, path, query = common.groups()
        return f"{_host('http', host, '')}{_path(path, below=True)}{_query(query)}"
    given = url.translate(_LINE_ENDS)
    url = url.strip(_SPACE).translate(_DROPPED)
    if not url:
        return given or "-"
    if url.startswith("filedesc"):
        return given
    if not _SCHEME.match(url):
        url = "http://" + url
    parts = _PARTS.match(_DOUBLED.sub("", url, count=1))
    assert parts  # every scheme is followed by something
    scheme, authority, path, query = parts.groups()
    try:
        host, port = _host_and_port(authority or "")
    except ValueError:
        return given
    if not host and path and scheme.startswith("http"):  # http:/example.org/
        host, _, path = path.lstrip("/").partition("/")
        path = "/" + path
    key = _host(scheme, host, port)
    query = _query(query)
    path = _path(path, below=bool(key))
    return f"{key or scheme + ':'}{path or ('/' if query else '')}{query}"


@functools.lru_cache(maxsize=1024)
def spelling(url: str) -> str:
    """What of a URL its sort key takes no notice of, but servers may: the case of the letters in its path and query,
    and session ids. How they are percent-encoded, and in which order, is no part of it."""
    parts = _PARTS.match(url if _SCHEME.match(url) else "http://" + url)
    if parts is None:
        return url
    path = _unescaped((parts[3] or "").encode("utf-8", "surrogatepass"))
    query = _unescaped((parts[4] or "").encode("utf-8", "surrogatepass"))
    written = path.rstrip(b"/") + b"?" + b"&".join(sorted(query.split(b"&")))
    return written.decode("utf-8", "replace")


def _host_and_port(authority: str) -> tuple[str, str]:
    """Raises `ValueError` when the port is none."""
    if _PLAIN_HOST.fullmatch(authority):
        return authority, ""
    authority = authority.rpartition("@")[2].rstrip(":")
    _, bracket, inner = authority.partition("[")
    if bracket:
        host, _, rest = inner.partition("]")
        port = rest.partition(":")[2]
    else:
        host, _, port = authority.partition(":")
    return host, _port(port) if port else ""


@functools.lru_cache(maxsize=1024)
def _host(scheme: str, host: str, port: str) -> str:
    """Reversed, with its port and the closing bracket; empty where there is no host."""
    if not _PLAIN_HOST.fullmatch(host):
        host = _unusual_host(host)
    if scheme != "dns" and (www := _WWW.match(host)):
        host = host[www.end() :]
    if not host:
        return ""
    host = ",".join(reversed(host.split(".")))
    return f"{host}:{port})" if port and port != DEFAULT_PORTS.get(scheme.lower()) else host + ")"


def _port(port: str) -> str:
    if not (port.isascii() and port.isdecimal() and len(port) < 20 and int(port) < 1 << 16):
        raise ValueError("no port")
    return str(int(port)) if int(port) else ""


def _unusual_host(host: str) -> str:
    raw = _unescaped(host.lower().encode("utf-8", "surrogatepass"))
    if not raw.isascii():
        with suppress(UnicodeError):
            raw = raw.decode("utf-8", "ignore").encode("idna")
    raw = raw.replace(b"..", b".").strip(b".")
    if _DOTS_AND_DIGITS.fullmatch(found := raw.decode("latin-1")) and (address := _ipv4(found)):
        return address
    return quote(raw.lower(), safe=_SAFE).lower()


def _ipv4(host: str) -> str | None:
    """An address written with fewer numbers than four, or in octal, as C's `inet_aton` reads it."""
    numbers = host.split(".")
    if len(numbers) == 1:
        value = int(host) & 0xFFFFFFFF
        return ".".join(str(value >> shift & 255) for shift in (24, 16, 8, 0))
    if host.startswith("0") and not _OCTAL.fullmatch(host):
        return None
    try:
        values = [int(number, 8 if number.startswith("0") else 10) for number in numbers]
    except ValueError:
        return None
    left = 5 - len(values)
    if any(value > 255 for value in values[:-1]) or values[-1] >= 1 << 8 * left:
        return None
    return ".".join(map(str, [*values[:-1], *values[-1].to_bytes(left, "big")]))


def _unescaped(raw: bytes) -> bytes:
    for _ in range(MAX_LEVELS):
        decoded = unquote_to_bytes(raw)
        if decoded == raw:
            break
        raw = decoded
    return raw


def _escape(part: str) -> str:
    """One level of percent-encoding, in lower case, only where it is needed."""
    if _PLAIN.fullmatch(part):
        return part.lower()
    return quote(_unescaped(part.encode("utf-8", "surrogatepass")), safe=_SAFE).lower()


def _path(path: str, *, below: bool) -> str:
    """below: a host, so that the path is one of folders."""
    path = _escape(path)
    if below and (not path or "/." in path or "//" in path):
        path = _normal(path)
    if ".aspx" in path:
        path = _without(_SESSION_IN_PATH, path)
    return path[:-1] if len(path) > 1 and path.endswith("/") else path


def _normal(path: str) -> str:
    segments: list[str] = []
    for segment in path.split("/")[1:]:
        if segment == ".." and segments:
            segments.pop()
        elif segment != ".":
            segments.append(segment)
    kept = [segment for segment in segments[:-1] if segment] + segments[-1:]
    return "/" + "/".join(kept)


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
