"""On which origin is a captured page shown? Each capture on one that nothing else lives on.

A browser keeps origins apart (HTML standard, section 7.1.1): what lives on one reads neither another capture nor the
site's own pages, whatever else fails. Names below `localhost` mean this machine in browsers without any set-up (RFC
6761, section 6.3), so `{id}.localhost` is such an origin. Where they cannot be used, a capture lives below a path of
the site and is kept apart by the sandbox alone, which then gives it an opaque origin.
"""

from __future__ import annotations

import hashlib
import re
import threading
from base64 import b32encode
from collections import OrderedDict
from datetime import datetime
from typing import NamedTuple

from archiver.replay.addresses import BELOW_SITE, as_sent, stamp
from archiver.replay.isolation import SANDBOX, SANDBOX_ON_SITE, origin_of_host

MAX_ORIGINS = 4096
"""Pages that are remembered so that what they load is answered: more than a person has open at once. One that is asked
for again is remembered again."""

KINDS = {"image": "im", "style": "cs", "font": "fo", "media": "av", "frame": "fr", "any": "an"}
"""What a page loads, and what it is called in the addresses of its origin; the page itself is `mp`, as in other
players of web archives."""

REACHED = frozenset({"127.0.0.1", "localhost", "::1"})
"""Listening addresses that names below `localhost` lead to. Of 127.0.0.0/8 they lead to the first alone."""
_SITE_HOST = re.compile(r"(127\.0\.0\.1|localhost)((?::[0-9]{1,5})?)", re.IGNORECASE | re.ASCII)
_PLAIN_HOST = re.compile(r"[a-z0-9.-]+(?::[0-9]{1,5})?|\[[0-9a-f:.]+\](?::[0-9]{1,5})?", re.IGNORECASE | re.ASCII)


def origin_id(slug: str, record_id: str) -> str:
    """The name of a capture's origin: a DNS label that says nothing, and that nobody guesses."""
    digest = hashlib.sha256(f"{slug}\0{record_id}".encode("utf-8", "surrogatepass")).digest()
    return "c" + b32encode(digest).decode().lower()[:26]


class Place(NamedTuple):
    """Where one captured page is shown."""

    id: str
    base: str
    """Before the path, for the site: `http://{id}.localhost:8080`, or where it lives below the site, nothing."""
    prefix: str
    """Of every path of it."""
    source: str
    """As a policy names it (CSP Level 3, section 2.3.1)."""
    site: str
    """The site's own origin, for links that leave the page."""
    ancestors: tuple[str, ...]
    """As a policy names them: within which pages it is shown."""
    sandbox: str

    @property
    def apart(self) -> bool:
        """Has it an origin of its own?"""
        return bool(self.base)

    def path(self, kind: str, moment: datetime, url: str) -> str:
        """Of a resource (by a name of `KINDS`) or of the page itself (`page`), within this place."""
        return f"{self.prefix}/{stamp(moment)}{KINDS.get(kind, 'mp')}_/{as_sent(url)}"

    def page(self, moment: datetime, url: str) -> str:
        """The page's address for the site."""
        return self.base + self.path("page", moment, url)


def place_for_site(host: str, *, slug: str, record_id: str, bound: str, agent: str = "") -> Place:
    """Where the site shows a capture to a reader who asked `host` (a `Host` field that was let in).

    bound: the address that is listened on. agent: the reader's `User-Agent`; Safari leads names below `localhost`
    nowhere.
    """
    name = origin_id(slug, record_id)
    found = _SITE_HOST.fullmatch(host.strip())
    safari = "Safari/" in agent and "Chrome/" not in agent and "Chromium/" not in agent
    if found and bound.lower().strip("[]") in REACHED and not safari:
        return _apart(name, found[2], bound)
    return place_on_site(host, slug, name)


def place_of_host(host: str, *, bound: str) -> Place | None:
    """The place that a request asks for by its `Host`; null where that is none of a capture."""
    name = origin_of_host(host)
    return _apart(name, _port_of(host), bound) if name else None


def place_on_site(host: str, slug: str, name: str) -> Place:
    """The place of a capture below the site's own origin."""
    host = host.strip().lower()
    site = f"http://{host}" if _PLAIN_HOST.fullmatch(host) else ""
    prefix = f"{BELOW_SITE}{slug}/{name}"
    # a policy has no way to name an IPv6 address
    source = "'none'" if "[" in site or not site else f"{site}{prefix}/"
    return Place(name, "", prefix, source, site, ("'self'",), SANDBOX_ON_SITE)


def _apart(name: str, port: str, bound: str) -> Place:
    origin = f"http://{name}.localhost{port}"
    sites = (f"http://127.0.0.1{port}", f"http://localhost{port}")
    site = sites[0] if bound.strip("[]") == "127.0.0.1" else sites[1]
    return Place(name, origin, "", origin, site, (origin, *sites), SANDBOX)


def _port_of(host: str) -> str:
    _, colon, port = host.strip().rpartition(":")
    return f":{port}" if colon and port.isascii() and port.isdecimal() else ""


class Origin(NamedTuple):
    """A captured page that was shown."""

    slug: str
    moment: datetime
    """When it was captured: what it loads is shown as it was then."""


class Origins:
    """The pages that were shown: what their origins answer with. Threads share it."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, Origin] = OrderedDict()
        self._lock = threading.Lock()

    def remember(self, name: str, origin: Origin) -> None:
        with self._lock:
            self._known[name] = origin
            self._known.move_to_end(name)
            while len(self._known) > MAX_ORIGINS:
                self._known.popitem(last=False)

    def get(self, name: str) -> Origin | None:
        """Null where its page was not shown since the site was started."""
        with self._lock:
            origin = self._known.get(name)
            if origin:
                self._known.move_to_end(name)
            return origin
