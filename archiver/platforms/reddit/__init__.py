"""Reddit: its permalinks and what its embeds are in HTML and leave in text."""

from __future__ import annotations

from archiver.model import PostRef
from archiver.platforms.base import EmbedRule, Example, TextRule
from archiver.platforms.default import DefaultPlatform
from archiver.platforms.reddit import embeds, residues, urls


class Reddit(DefaultPlatform):
    """The platform Reddit; its ids are counted and carry no time."""

    name = urls.NAME
    hosts: tuple[str, ...] = urls.HOSTS
    examples: tuple[Example, ...] = urls.EXAMPLES
    embed_rules: tuple[EmbedRule, ...] = embeds.RULES
    text_rules: tuple[TextRule, ...] = residues.RULES

    def ref_from_url(self, url: str) -> PostRef | None:
        return urls.ref_from_url(url)

    def ref_from_id(self, post_id: str, handle: str | None = None) -> PostRef:
        return urls.ref_from_id(post_id, handle)


PLATFORM = Reddit()
