"""LinkedIn: its permalinks, the times in its ids, and its one form of embed."""

from __future__ import annotations

from datetime import date, datetime

from archiver.model import PostRef
from archiver.platforms.base import DayRange, EmbedRule, Example
from archiver.platforms.default import DefaultPlatform
from archiver.platforms.linkedin import embeds, ids, urls


class LinkedIn(DefaultPlatform):
    """The platform LinkedIn. Its embed is a frame, of which bare text keeps nothing."""

    name = urls.NAME
    hosts: tuple[str, ...] = urls.HOSTS
    examples: tuple[Example, ...] = urls.EXAMPLES
    embed_rules: tuple[EmbedRule, ...] = embeds.RULES

    def ref_from_url(self, url: str) -> PostRef | None:
        return urls.ref_from_url(url)

    def ref_from_id(self, post_id: str, handle: str | None = None) -> PostRef:
        return urls.ref_from_id(post_id, handle)

    def time_of(self, post_id: str) -> datetime | None:
        return ids.time_of(post_id)

    def day_range(self, day: date, *, slack_hours: int = 0) -> DayRange | None:
        return ids.day_range(day, slack_hours=slack_hours)


PLATFORM = LinkedIn()
