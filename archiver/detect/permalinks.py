"""Which post of which platform does a link name?

The link's host says whom to ask, so that a page's hundreds of other links cost one look into a table each. Platforms
without hosts of their own (any server may be one of theirs) are asked only where something else says that a post stands
there: a path alone is no evidence.

Cost: `likely` is a search and a look into a table, for every attribute of a page; `read` takes microseconds, for what
is likely.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec

from archiver.detect.anyof import AnyOf
from archiver.model import PostRef
from archiver.platforms.base import Platform
from archiver.platforms.links import MAX_URL, is_wrapper, unwrap

_HOST = re.compile(r"(?:https?:)?//(?:[^/?#@]*@)?(?P<host>[^/?#:]{3,253})", re.IGNORECASE)
_OWN_SCHEME = re.compile(r"(?!https?:)[a-z][a-z0-9+.-]{1,20}://", re.IGNORECASE)
"""`at://…`, `tg://…`: addresses of a platform's own kind."""

MAX_HOST = 253
"""Characters of a host name (RFC 1035, section 2.3.4)."""

MAX_HOSTS = 10_000
"""Hosts whose platforms are remembered, and links that were read: pages repeat them."""


class Named(msgspec.Struct, frozen=True, kw_only=True):
    """A post that a link names."""

    platform: Platform
    ref: PostRef
    found: str
    """The link as it was given."""
    archived_at: str | None = None
    """Digits of the capture time, where the link leads to a web archive's copy."""


class Permalinks:
    """The permalinks of some platforms."""

    def __init__(self, platforms: Sequence[Platform]) -> None:
        self._by_host: dict[str, list[Platform]] = {}
        for platform in platforms:
            for host in platform.hosts:
                self._by_host.setdefault(host.lower(), []).append(platform)
        self._any_host = AnyOf(self._by_host, telling=_name)
        self._all = tuple(platforms)
        self._names = {platform.name: platform for platform in platforms}
        self._anywhere = [platform for platform in platforms if not platform.hosts]
        self._seen: dict[str, list[Platform]] = {}
        self._read_before: dict[str, Named | None] = {}

    def read(self, url: str | None, *, any_server: bool = False) -> Named | None:
        """The post that `url` names, through every wrapper around it; null for anything else.

        `any_server`: ask also the platforms whose servers can be any host, because the place says that it is an embed.
        """
        if not url or len(url) > MAX_URL or "/" not in url:
            return None
        if any_server:
            return self._read(url, any_server=True)
        if url in self._read_before:
            return self._read_before[url]
        if len(self._read_before) >= MAX_HOSTS:
            self._read_before.clear()
        named = self._read_before[url] = self._read(url, any_server=False)
        return named

    def _read(self, url: str, *, any_server: bool) -> Named | None:
        plain = unwrap(url)
        found = _HOST.match(plain.url)
        asked: Sequence[Platform] = ()
        if found is not None:
            asked = self._of_host(found["host"].lower())
            if not asked and any_server:
                asked = self._anywhere
        elif _OWN_SCHEME.match(plain.url):
            asked = self._all
        for platform in asked:
            if (ref := platform.ref_from_url(plain.url)) is not None:
                return Named(platform=platform, ref=ref, found=url.strip(), archived_at=plain.archived_at)
        return None

    def platform(self, name: str) -> Platform | None:
        """The platform of this name."""
        return self._names.get(name)

    def mentioned(self, text: str) -> bool:
        """Whether a host of a platform is named anywhere in `text`: worth a search, where the text is to be parsed."""
        return self._any_host.within(text)

    def likely(self, url: str) -> bool:
        """Whether `read` is worth its cost: the host is a platform's, or a wrapper's. Platforms without hosts of their
        own are not looked for."""
        at = url.find("//", 0, 24)
        if at < 0:
            return "%3" in url[:10] or url.startswith("/web/")
        end = url.find("/", at + 2)
        host = url[at + 2 : end] if end > 0 else url[at + 2 :]
        asked = self._seen.get(host)
        if asked is None:
            asked = self._look(host)
        if asked or "oembed" in url:
            return True
        return at > 0 and url[0] not in "hH" and _OWN_SCHEME.match(url) is not None

    def belongs(self, url: str) -> bool:
        """Whether the host of `url` is a known platform's own."""
        found = _HOST.match(url)
        return found is not None and bool(self._of_host(found["host"].lower()))

    def _look(self, written: str) -> list[Platform]:
        """Platforms of a host as it is written, which may be a wrapper's (then all); remembered."""
        if len(self._seen) >= MAX_HOSTS:
            self._seen.clear()
        host = written.rpartition("@")[2].partition(":")[0].partition("?")[0].partition("#")[0].strip().lower()
        found = [] if len(host) > MAX_HOST else (list(self._all) if is_wrapper(host) else self._of_host(host))
        self._seen[written[:MAX_HOST]] = found
        return found

    def _of_host(self, host: str) -> list[Platform]:
        """Platforms of this host, by its registered domain or by one of its labels (`nitter.example.org`)."""
        labels = host.split(".")
        for at in range(len(labels)):
            if (found := self._by_host.get(".".join(labels[at:]))) is not None:
                return found
        return next((self._by_host[label] for label in labels if label in self._by_host), [])


def _name(host: str) -> str:
    """A host without its top-level domain, which most addresses have."""
    return host.rpartition(".")[0] or host
