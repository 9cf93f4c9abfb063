"""Bluesky: what finds its posts in articles, as one object that fits `archiver.platforms.base.Platform`."""

from __future__ import annotations

from datetime import datetime

from archiver.model import PostRef
from archiver.platforms.base import EmbedRule, Example, Signature, TextRule
from archiver.platforms.bluesky import ids, residue, urls
from archiver.platforms.bluesky.embeds import RULES
from archiver.platforms.bluesky.signature import SIGNATURE
from archiver.platforms.default import DefaultPlatform


class Bluesky(DefaultPlatform):
    """The platform Bluesky. Stateless: one instance, `PLATFORM`, serves everything."""

    name = urls.NAME
    hosts: tuple[str, ...] = urls.HOSTS
    examples: tuple[Example, ...] = urls.EXAMPLES
    embed_rules: tuple[EmbedRule, ...] = RULES
    signature: Signature | None = SIGNATURE
    text_rules: tuple[TextRule, ...] = residue.RULES

    def ref_from_url(self, url: str) -> PostRef | None:
        return urls.ref_from_url(url)

    def ref_from_id(self, post_id: str, handle: str | None = None) -> PostRef:
        return urls.ref_from_id(post_id, handle)

    def time_of(self, post_id: str) -> datetime | None:
        return ids.time_of(post_id)


PLATFORM = Bluesky()
