"""TikTok: what finds its videos in articles, as one object that fits `archiver.platforms.base.Platform`."""

from __future__ import annotations

from datetime import date, datetime

from archiver.model import PostRef
from archiver.platforms.base import DayRange, EmbedRule, Example, TextRule
from archiver.platforms.default import DefaultPlatform
from archiver.platforms.tiktok import ids, residue, urls
from archiver.platforms.tiktok.embeds import RULES


class TikTok(DefaultPlatform):
    """The platform TikTok. Stateless: one instance, `PLATFORM`, serves everything."""

    name = urls.NAME
    hosts: tuple[str, ...] = urls.HOSTS
    examples: tuple[Example, ...] = urls.EXAMPLES
    embed_rules: tuple[EmbedRule, ...] = RULES
    text_rules: tuple[TextRule, ...] = residue.RULES

    def ref_from_url(self, url: str) -> PostRef | None:
        return urls.ref_from_url(url)

    def ref_from_id(self, post_id: str, handle: str | None = None) -> PostRef:
        return urls.ref_from_id(post_id, handle)

    def time_of(self, post_id: str) -> datetime | None:
        return ids.time_of(post_id)

    def day_range(self, day: date, *, slack_hours: int = 0) -> DayRange | None:
        return ids.day_range(day, slack_hours=slack_hours)


PLATFORM = TikTok()
