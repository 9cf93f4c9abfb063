"""Tumblr: its permalinks, the times in its newer ids, and its embed, of which bare text keeps the permalink alone."""

from __future__ import annotations

from datetime import date, datetime

from archiver.model import PostRef
from archiver.platforms.base import DayRange, EmbedRule, Example
from archiver.platforms.default import DefaultPlatform
from archiver.platforms.tumblr import embeds, ids, urls


class Tumblr(DefaultPlatform):
    """The platform Tumblr; its handles are names of blogs."""

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

    def archived_urls(self, ref: PostRef) -> tuple[str, ...]:
        """Both forms that the permalink has had."""
        return (ref.url, f"https://www.tumblr.com/{ref.handle}/{ref.id}") if ref.handle else (ref.url,)


PLATFORM = Tumblr()
