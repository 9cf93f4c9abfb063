"""Telegram: what finds its posts in articles, as one object that fits `archiver.platforms.base.Platform`.

Numbers of posts grow within a channel and tell nothing of time.
"""

from __future__ import annotations

from archiver.model import PostRef
from archiver.platforms.base import EmbedRule, Example, TextRule
from archiver.platforms.default import DefaultPlatform
from archiver.platforms.telegram import residue, urls
from archiver.platforms.telegram.embeds import RULES


class Telegram(DefaultPlatform):
    """The platform Telegram. Stateless: one instance, `PLATFORM`, serves everything."""

    name = urls.NAME
    hosts: tuple[str, ...] = urls.HOSTS
    examples: tuple[Example, ...] = urls.EXAMPLES
    embed_rules: tuple[EmbedRule, ...] = RULES
    text_rules: tuple[TextRule, ...] = residue.RULES

    def ref_from_url(self, url: str) -> PostRef | None:
        return urls.ref_from_url(url)

    def ref_from_id(self, post_id: str, handle: str | None = None) -> PostRef:
        return urls.ref_from_id(post_id, handle)


PLATFORM = Telegram()
