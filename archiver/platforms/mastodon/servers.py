"""Whose answer is read: a server, what its ids are unique within, and how it calls its accounts and posts."""

from __future__ import annotations

import re

import msgspec

from archiver.model import PostRef, post_key
from archiver.platforms.mastodon import urls

_ALONE = re.compile(
    rf"https?://(?P<host>[a-z0-9.-]{{1,80}})/(?:@|users/)(?P<user>{urls.USER})/(?:posts/|statuses/)?(?P<id>\d{{1,20}})(?!\w)",
    re.IGNORECASE,
)


class Server(msgspec.Struct, frozen=True, kw_only=True):
    """A server of the fediverse (`scope` is its host), or a network that runs the same program alone (Truth Social)."""

    host: str
    platform: str = urls.NAME
    alone: bool = False
    """It talks to no other server: ids need no host, nor do handles."""
    domain: str | None = None
    """What stands after `@` in its handles, where that is known to be another name than `host`."""

    @property
    def scope(self) -> str | None:
        return None if self.alone else self.host

    def endpoint(self, name: str) -> str:
        return f"{self.platform}.{name}"

    def key(self, post_id: str) -> str:
        return post_key(self.platform, post_id, self.scope)

    def is_remote(self, account: str) -> bool:
        """Whether an account name, as its API writes it, is one of another server (`ana@other.example`)."""
        host = account.partition("@")[2].lower()
        return bool(host) and not self.alone and host not in (self.host, self.domain)

    def handle(self, account: str) -> str:
        """`ana` or `ana@other.example`, as its API writes it, as readers write it."""
        if self.alone:
            return account.partition("@")[0]
        user, _, host = account.partition("@")
        return f"{user}@{host.lower() or self.domain or self.host}"

    def named(self, url: str) -> PostRef | None:
        """The post that an address names, on this server or another."""
        if not self.alone:
            return urls.ref_from_url(url)
        found = _ALONE.match(url)
        if found is None or found["host"].lower() not in (self.host, f"www.{self.host}"):
            return None
        return self.ref(found["id"], found["user"])

    def ref(self, post_id: str, account: str | None, url: str | None = None) -> PostRef:
        """A post of this server. url: its page, as the server says; believed where it is on this server."""
        handle = self.handle(account) if account else None
        if self.alone:
            path = f"@{handle}/{post_id}" if handle else f"posts/{post_id}"
            return PostRef(platform=self.platform, id=post_id, handle=handle, url=f"https://{self.host}/{path}")
        named = urls.ref_from_url(url) if url else None
        if named is not None and (named.id, named.scope) == (post_id, self.host):
            page = named.url
        elif handle:
            page = urls.canonical_url(post_id, f"{handle.partition('@')[0]}@{self.host}")
        else:
            page = f"https://{self.host}/web/statuses/{post_id}"
        return PostRef(platform=self.platform, id=post_id, handle=handle, url=page, scope=self.host)
