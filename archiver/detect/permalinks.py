"""Which post of which platform does a link name?

The link's host says whom to ask, so that a page's hundreds of other links cost one look into a table each. Platforms
without hosts of their own (any server may be one of theirs) are asked only where something else says that a post stands
there: a path alone is no evidence.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec

from archiver.model import PostRef
from archiver.platforms.base import Platform
from archiver.platforms.links import MAX_URL, unwrap

_HOST = re.compile(r"(?:https?:)?//(?:[^/?#@]*@)?(?P<host>[^/?#:]{3,253})", re.IGNORECASE)


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
        self._anywhere = [platform for platform in platforms if not platform.hosts]

    def read(self, url: str | None, *, any_server: bool = False) -> Named | None:
        """The post that `url` names, through every wrapper around it; null for anything else.

        `any_server`: ask also the platforms whose servers can be any host, because the place says that it is an embed.
        """
        if not url or len(url) > MAX_URL or "/" not in url:
            return None
        plain = unwrap(url)
        found = _HOST.match(plain.url)
        if found is None:
            return None
        asked = self._of_host(found["host"].lower())
        for platform in (*asked, *(self._anywhere if any_server and not asked else ())):
            if (ref := platform.ref_from_url(plain.url)) is not None:
                return Named(platform=platform, ref=ref, found=url.strip(), archived_at=plain.archived_at)
        return None

    def _of_host(self, host: str) -> list[Platform]:
        """Platforms of this host, by its registered domain or by one of its labels (`nitter.example.org`)."""
        labels = host.split(".")
        for at in range(len(labels)):
            if (found := self._by_host.get(".".join(labels[at:]))) is not None:
                return found
        return next((self._by_host[label] for label in labels if label in self._by_host), [])
