"""Weibo: its permalinks, the times in its numbers, and how its posts are copied into text."""

from __future__ import annotations

from datetime import date, datetime

from archiver.model import PostRef
from archiver.platforms.base import DayRange, EmbedRule, Example, TextRule
from archiver.platforms.default import DefaultPlatform
from archiver.platforms.weibo import embeds, ids, residues, urls


class Weibo(DefaultPlatform):
    """The platform Weibo. A permalink's handle is the account's number, a text's is its name."""

    name = urls.NAME
    hosts: tuple[str, ...] = urls.HOSTS
    examples: tuple[Example, ...] = urls.EXAMPLES
    embed_rules: tuple[EmbedRule, ...] = embeds.RULES
    text_rules: tuple[TextRule, ...] = residues.RULES

    def ref_from_url(self, url: str) -> PostRef | None:
        return urls.ref_from_url(url)

    def ref_from_id(self, post_id: str, handle: str | None = None) -> PostRef:
        return urls.ref_from_id(post_id, handle)

    def time_of(self, post_id: str) -> datetime | None:
        return ids.time_of(post_id)

    def day_range(self, day: date, *, slack_hours: int = 0) -> DayRange | None:
        return ids.day_range(day, slack_hours=slack_hours)

    def archived_urls(self, ref: PostRef) -> tuple[str, ...]:
        """The permalink and the phone's page, under both spellings of the number."""
        bid = ids.bid_of(ref.id)
        return (ref.url, f"https://m.weibo.cn/status/{ref.id}", *((f"https://m.weibo.cn/status/{bid}",) if bid else ()))


PLATFORM = Weibo()
