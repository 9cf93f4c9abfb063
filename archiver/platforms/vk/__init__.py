"""VK: its permalinks and its widget. What the widget shows comes by script, so bare text keeps nothing of it."""

from __future__ import annotations

from archiver.model import PostRef
from archiver.platforms.base import EmbedRule, Example
from archiver.platforms.default import DefaultPlatform
from archiver.platforms.vk import embeds, urls


class Vk(DefaultPlatform):
    """The platform VK; its posts are counted on each wall and carry no time."""

    name = urls.NAME
    hosts: tuple[str, ...] = urls.HOSTS
    examples: tuple[Example, ...] = urls.EXAMPLES
    embed_rules: tuple[EmbedRule, ...] = embeds.RULES

    def ref_from_url(self, url: str) -> PostRef | None:
        return urls.ref_from_url(url)

    def ref_from_id(self, post_id: str, handle: str | None = None) -> PostRef:
        return urls.ref_from_id(post_id, handle)


PLATFORM = Vk()
