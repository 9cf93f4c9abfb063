"""Posts that are known already: what an archive stored, what a post index collected, what a user brought along.

All fit one protocol, so that a resolution looks them up alike; none opens a connection.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import msgspec

from archiver.model import Post
from archiver.resolution.ranking import HandleUse
from archiver.store.catalogue import Catalogue


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """One known post."""

    post: Post
    evidence: tuple[str, ...] = ()
    """Record ids of the captures that it was read from."""
    cited_in: tuple[str, ...] = ()
    """Pages that show the post with its id, where that is all that is known of it."""


class KnownPosts(Protocol):
    """Where known posts are looked up."""

    name: str
    """`store` (captures of the platform's own answers), `file` (posts that the user vouches for), `index` (what pages
    of others show: a claim, which is checked before it counts)."""

    def posts_between(self, platform: str, handle: str, first: str, last: str) -> Sequence[Known]:
        """Posts of one account (any case, also under handles that it had before) from one ISO day to another."""
        ...

    def post(self, key: str) -> Known | None:
        """The best record of the post with this key."""
        ...

    def handle_uses(self, platform: str, handle: str) -> Sequence[HandleUse]:
        """Which accounts were seen under this handle, and when."""
        ...


class Stored:
    """The posts of an archive, as its catalogue has them."""

    name = "store"

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    def posts_between(self, platform: str, handle: str, first: str, last: str) -> list[Known]:
        found = self._catalogue.posts_between(platform, handle, first, last)
        return [Known(post=post, evidence=evidence) for post, evidence in found]

    def post(self, key: str) -> Known | None:
        found = self._catalogue.post(key)
        return Known(post=found[0], evidence=found[1]) if found else None

    def handle_uses(self, platform: str, handle: str) -> list[HandleUse]:
        return [
            HandleUse(account_id=account, handle=handle, first=first, last=last)
            for account, first, last in self._catalogue.handle_uses(platform, handle)
        ]
